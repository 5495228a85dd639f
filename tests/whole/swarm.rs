//! Swarms: what is drawn is a scenario; nothing that is promised breaks; what is planted is found.

use std::ops::ControlFlow;

use kafkasim::check::outcome::Outcome;
use kafkasim::explore::pool::PoolNews;
use kafkasim::explore::result::{SeedEnding, SeedResult};
use kafkasim::explore::swarm::{Swarm, SwarmOptions, draw};
use kafkasim::explore::sweep::{Plan, sweep};
use kafkasim::run::judged::judge;
use kafkasim::run::{Run, unwatched};
use kafkasim::scenario::{self, Override, Scenario, ScenarioText, embedded};

use crate::planted::{PLANTED, Planted};

/// A build for speed tries as many as it takes; one with debug assertions looks at every node after every event.
const fn many(debug: u64, release: u64) -> u64 {
    if cfg!(debug_assertions) { debug } else { release }
}

/// A scenario of the library, or a file below `tests/`.
pub(crate) fn scenario(name: &str, sets: &[&str]) -> Scenario {
    let source = embedded::find(name).unwrap_or_else(|| {
        let path = format!("{}/tests/{name}", env!("CARGO_MANIFEST_DIR"));
        ScenarioText::new(name, std::fs::read_to_string(path).expect("it is there"))
    });
    let changes: Vec<Override> = sets.iter().map(|text| Override::new(*text)).collect();
    scenario::parse(&source, &changes).unwrap_or_else(|findings| panic!("{findings:#?}")).0
}

fn options(text: &str) -> SwarmOptions {
    text.parse().expect("options of a swarm")
}

#[test]
fn whatever_is_drawn_is_a_scenario_that_can_be_typed() {
    let library: Vec<&str> = embedded::all().map(|(name, _)| name).collect();
    for (number, name) in library.into_iter().enumerate() {
        // Without debug assertions all of them; with them one in six.
        if cfg!(debug_assertions) && number % 6 > 0 {
            continue;
        }
        let base = scenario(name, &[]);
        for over in ["all", "all,most-faults=20,over-budget,own-faults"] {
            let swarm = Swarm::new(&base, &options(over));
            for seed in 1..=many(3, 40) {
                let drawn = swarm.draw(seed).unwrap_or_else(|nothing| panic!("{name}, seed {seed}: {nothing}"));
                let again = draw(&base, &options(over), seed).expect("it was drawn before");
                assert_eq!(drawn.scenario.changes, again.scenario.changes, "{name}, seed {seed}");
                let typed = scenario::parse(&base.source, &drawn.scenario.changes).expect("as typed").0;
                assert_eq!(typed.to_yaml(), drawn.scenario.to_yaml(), "{name}, seed {seed}");
                let ignored = |scenario: &Scenario| scenario.world().ignored.len();
                assert!(ignored(&typed) <= ignored(&base), "{name}, seed {seed}: what has no effect is not drawn");
            }
        }
    }
}

#[test]
fn what_decides_a_promise_is_not_drawn() {
    let base = scenario("exactly-once-under-fire", &[]);
    let of = |scenario: &Scenario| {
        let setup = scenario.world().setup(1);
        let producers: Vec<_> = setup.producers.iter().map(|p| (p.acks, p.idempotent, p.transactional_id)).collect();
        let consumers: Vec<_> = setup.consumers.iter().map(|c| (c.group, c.commit, c.isolation_level)).collect();
        let mut consumers = consumers;
        consumers.dedup();
        let topics: Vec<_> = setup.topics.iter().map(|t| (t.min_insync_replicas, t.unclean_leader_election)).collect();
        (producers, consumers, topics, setup.rules)
    };
    for seed in 1..=many(20, 500) {
        let drawn = draw(&base, &options("all"), seed).expect("it can be drawn");
        assert_eq!(of(&drawn.scenario), of(&base), "seed {seed}");
    }
}

/// The metadata of a client may name no other broker than one that is isolated or stands still: nobody can demand that it finds
/// the others.
#[test]
fn no_progress_is_demanded_while_a_broker_keeps_clients_with_it() {
    let base = scenario("swarm/plain.yaml", &[]);
    let swarm = Swarm::new(&base, &options("faults"));
    let (mut demanded, mut isolated) = (0, 0);
    for seed in 1..=300 {
        let drawn = swarm.draw(seed).expect("it can be drawn").scenario;
        let changes: Vec<&str> = drawn.changes.iter().map(|change| change.option().1).collect();
        let isolated_for_good =
            |change: &str| change.contains("partition: { between: [[broker ") && !change.contains("for:");
        let stays_isolated = changes.iter().any(|change| {
            isolated_for_good(change) || change.contains("pause: { process: broker") && change.contains("for: 1h")
        });
        let asks = changes.iter().any(|change| change.contains("stall: {"));
        assert!(!(stays_isolated && asks), "seed {seed}: {changes:#?}");
        (demanded, isolated) = (demanded + u32::from(asks), isolated + u32::from(stays_isolated));
    }
    assert!(demanded > 20 && isolated > 5, "{demanded} demands, {isolated} isolated");
}

/// Each of these seeds broke once, in a swarm of two hundred thousand.
#[test]
fn what_a_long_swarm_has_found_stays_mended() {
    let found: [(&str, &[u64]); 2] = [
        ("swarm/plain.yaml", &[30_208, 52_075, 74_245, 87_555, 90_468, 110_587, 220_321]),
        ("swarm/transactions.yaml", &[1_204, 1_786, 4_806, 4_942, 5_550]),
    ];
    for (name, seeds) in found {
        let base = scenario(name, &[]);
        let swarm = Swarm::new(&base, &options("faults"));
        for seed in seeds {
            let drawn = swarm.draw(*seed).expect("it can be drawn").scenario;
            let judged = judge(&Run::new(&drawn, *seed), &mut unwatched).expect("no bug of the simulator");
            assert_eq!(format!("{:?}", judged.verdict.standing()), "Met", "{name}, seed {seed}: {:#?}", judged.verdict);
        }
    }
}

#[test]
fn nothing_that_is_promised_breaks_in_a_swarm() {
    for name in ["swarm/plain.yaml", "swarm/transactions.yaml"] {
        let base = scenario(name, &[]);
        let swarm = Swarm::new(&base, &options("faults"));
        for seed in 1..=many(8, 600) {
            let drawn = swarm.draw(seed).expect("it can be drawn").scenario;
            let judged = judge(&Run::new(&drawn, seed), &mut unwatched).expect("no bug of the simulator");
            for finding in &judged.judgement.findings {
                let unexplained = matches!(finding.outcome, Outcome::Violated { unexplained: 1.., .. });
                assert!(!unexplained, "{name}, seed {seed}: {finding:#?}\n{}", drawn.to_yaml());
            }
        }
    }
}

/// How many runs it took to break what is planted; none: more than `most`.
pub(crate) fn runs_to(planted: &Planted, first: u64, most: u64, steer: bool) -> Option<(u64, SeedResult)> {
    let plan = Plan {
        scenario: scenario(planted.scenario, planted.sets),
        until: None,
        allow_ignored: false,
        seeds: format!("{first}..{}", first + most - 1).parse().expect("seeds"),
        swarm: Some(options(planted.swarm)),
        steer,
        jobs: 0,
    };
    let (mut runs, mut found) = (0, None);
    let watcher = |news: PoolNews<'_, SeedResult>| {
        let PoolNews::Result(result) = news else { return ControlFlow::Continue(()) };
        runs += 1;
        let breaks = result.cause.as_ref().is_some_and(|cause| cause.name == planted.breaks);
        if result.ending == SeedEnding::Broken && breaks {
            found = Some(result.clone());
            return ControlFlow::Break(());
        }
        ControlFlow::Continue(())
    };
    sweep(&plan, || false, watcher).expect("threads");
    found.map(|result| (runs, result))
}

/// And the printed changes show it again.
#[test]
fn what_is_planted_is_found() {
    for planted in PLANTED.iter().take(if cfg!(debug_assertions) { 2 } else { PLANTED.len() }) {
        let (_, result) = runs_to(planted, 1, many(60, 2_000), false)
            .unwrap_or_else(|| panic!("{}: {} is not broken", planted.name, planted.breaks));
        let base = scenario(planted.scenario, planted.sets);
        let drawn = &result.swarm.as_ref().expect("it was drawn").drawn;
        let changes: Vec<Override> = base.changes.iter().chain(drawn).cloned().collect();
        let typed = scenario::parse(&base.source, &changes).expect("as typed").0;
        let judged = judge(&Run::new(&typed, result.seed), &mut unwatched).expect("no bug of the simulator");
        assert_eq!(Some(judged.digest.to_string()), result.digest, "{}", planted.name);
    }
}

/// What is rare is found sooner by who varies what was new. What is found in the first generation is found by both alike.
#[test]
fn what_is_rare_is_found_sooner_by_steering() {
    if cfg!(debug_assertions) {
        return;
    }
    let rare = PLANTED.iter().find(|planted| planted.name == "no idempotence").expect("it is planted");
    let runs = |steer| -> u64 {
        let starts = (0..6).map(|repetition| 1 + repetition * 100_000);
        starts.map(|first| runs_to(rare, first, 2_000, steer).map_or(2_000, |(runs, _)| runs)).sum()
    };
    let (blind, steered) = (runs(false), runs(true));
    assert!(steered < blind, "{steered} runs with steering, {blind} without");
}

fn judged(text: &str) -> kafkasim::run::judged::Judged {
    let scenario = scenario::parse(&ScenarioText::new("x.yaml", text), &[]).unwrap_or_else(|f| panic!("{f:#?}")).0;
    judge(&Run::new(&scenario, 1), &mut unwatched).expect("no bug of the simulator")
}

const SHORT: &str =
    "name: x\nduration: 8s\nfinal.phase: 0s\ntopics: { orders: {} }\nproducers: { p: { topic: orders, rate: 10/s } }\n";

/// A fault that hits nobody makes a run inconclusive, unless it may. It is told in any case.
#[test]
fn a_fault_that_may_miss_is_told_and_not_held_against_the_run() {
    let twice = |may: &str| {
        judged(&format!(
            "{SHORT}faults:\n  - {{ at: 3s, crash: {{ process: p-0 }} }}\n  - {{ at: 4s, {may}crash: {{ process: p-0 }} }}\n  \
             - {{ when: {{ leader of orders-0: none }}, {may}stop: {{ process: p-0 }} }}\nexpect: [ack-offset-truth: holds]\n"
        ))
    };
    let (held, may) = (twice(""), twice("may.miss: true, "));
    assert_eq!(format!("{:?}", held.verdict.standing()), "Inconclusive");
    assert_eq!(held.verdict.unsimulated.len(), 2);
    assert_eq!(format!("{:?}", may.verdict.standing()), "Met", "{:#?}", may.verdict);
    let told = may.warnings.join("\n");
    assert!(told.contains("fault 2 (crash p-0) at 4.000s hit nobody"), "{told}");
    assert!(told.contains("fault 3 (stop p-0) never struck"), "{told}");
}

/// Never broken: neither where it is promised nor where it is not; and put to the test.
#[test]
fn unbroken_asks_for_more_than_what_is_promised() {
    let standing = |name: &str, expect: &str| {
        let base = scenario(name, &[&format!("expect=[{expect}]")]);
        let judged = judge(&Run::new(&base, base.seed), &mut unwatched).expect("no bug of the simulator");
        format!("{:?}", judged.verdict.standing())
    };
    assert_eq!(standing("leader-crash", "acked-all-durable: unbroken"), "Met");
    assert_eq!(standing("leader-crash", "eos-count: unbroken"), "Inconclusive", "there is no such application");
    assert_eq!(
        standing("acks1-leader-crash", "acked-all-durable: unbroken"),
        "Inconclusive",
        "nobody asks for acks=all"
    );
    assert_eq!(standing("reordering-in-flight", "per-key-order: not promised"), "Met");
    assert_eq!(standing("reordering-in-flight", "per-key-order: unbroken"), "Broken", "though nobody has promised it");
}

/// What a change expects stands over what the variant expects.
#[test]
fn expectations_on_the_command_line_are_those_of_no_variant() {
    let source = embedded::find("leader-crash").expect("it is in the library");
    let changes = [Override::new("expect=[{ acked-all-durable: unbroken }]")];
    let variant = scenario::parse_variant(&source, Some("cure"), &changes).expect("valid").0;
    assert_eq!(variant.expect.len(), 1);
    let text = ScenarioText::new("written.yaml", variant.to_yaml());
    assert_eq!(scenario::parse(&text, &[]).expect("valid").0.expect, variant.expect);
}

/// What of a wait lies before a time counts for nothing: who demands progress after the faults asks so.
#[test]
fn a_stall_can_be_asked_for_after_a_time() {
    let standing = |after: &str| {
        let judged = judged(&format!(
            "name: x\nduration: 40s\ntopics: {{ orders: {{ replication.factor: 1 }} }}\n\
             producers: {{ p: {{ topic: orders, rate: 10/s }} }}\n\
             faults: [{{ at: 8s, crash: {{ broker: leader of orders-0, restart.after: 2s }} }}]\n\
             expect: [stall: {{ longest: below 3s, after: {after} }}]\n"
        ));
        format!("{:?}", judged.verdict.standing())
    };
    assert_eq!((standing("1s").as_str(), standing("30s").as_str()), ("Broken", "Met"));
}

/// `kafkasim sweep acks1-leader-crash --seeds 1..500 --swarm` finds what acks=1 loses.
#[test]
fn a_swarm_of_acks_1_finds_lost_records() {
    let planted = PLANTED.iter().find(|planted| planted.scenario == "acks1-leader-crash").expect("it is planted");
    let (runs, result) = runs_to(planted, 1, 500, false).expect("some seed loses acknowledged records");
    assert!(runs <= 500 && result.cause.is_some_and(|cause| cause.text == "expected: 0"));
}
