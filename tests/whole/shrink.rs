//! A run that fails becomes a small scenario that fails in the same way.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use kafkasim::explore::case::Case;
use kafkasim::explore::shrink::size::ScenarioSize;
use kafkasim::explore::shrink::{NoFailure, ShrinkWish, Shrunk, shrink};
use kafkasim::scenario::{self, Override, ScenarioText};

use crate::planted::PLANTED;
use crate::swarm::{runs_to, scenario as planted_scenario};

/// A busy cluster of five in which eight things go wrong, of which one or two matter.
/// Of the first the ledger is wrong, which nothing promises; of the others an invariant is broken, promised or not.
const INPUTS: &[(&str, &str)] = &[
    ("acks1-loss", include_str!("../shrink_inputs/acks1-loss.yaml")),
    ("unclean-election", include_str!("../shrink_inputs/unclean-election.yaml")),
    ("late-endtxn", include_str!("../shrink_inputs/late-endtxn.yaml")),
    ("retries-without-idempotence", include_str!("../shrink_inputs/retries-without-idempotence.yaml")),
];

/// Enough to be small; a build with debug assertions has time for fewer.
const MOST_RUNS: u64 = if cfg!(debug_assertions) { 80 } else { 2_000 };

fn case(name: &str, text: &str) -> Case {
    let (scenario, _) = scenario::parse(&ScenarioText::new(format!("{name}.yaml"), text), &[]).expect("a scenario");
    Case {
        typed: format!("{name}.yaml"),
        seed: scenario.seed,
        scenario,
        until: None,
        allow_ignored: false,
        swarm: None,
    }
}

fn shrunk(case: &Case, invariant: Option<&str>, most_runs: u64) -> Result<Shrunk, NoFailure> {
    shrink(case, &ShrinkWish { invariant, most_runs, stop: &|_| false, jobs: 0 })
}

fn kafkasim(args: &[&str]) -> (Option<i32>, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_kafkasim")).args(args).output().expect("the binary runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

fn file(name: &str) -> String {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("shrink");
    fs::create_dir_all(&folder).expect("a folder for the test");
    folder.join(name).display().to_string()
}

/// Small in itself, with things that are not needed.
const SMALL: &str = "name: small\n\
    duration: 25s\n\
    topics:\n\
    \x20 orders: { replicas: [[1, 2, 3]], min.insync.replicas: 1 }\n\
    \x20 audit: { replication.factor: 1 }\n\
    producers:\n\
    \x20 checkout: { topic: orders, rate: 50/s, config: { acks: 1, enable.idempotence: false, linger.ms: 7 } }\n\
    \x20 trail: { topic: audit, rate: 5/s }\n\
    faults:\n\
    \x20 - { at: 6s, pause: { process: trail-0, for: 1s } }\n\
    \x20 - { at: 8123ms, clog: { from: [broker 2, broker 3], to: broker 1, for: 3s } }\n\
    \x20 - { at: 9s, crash: { broker: broker 1, restart.after: 12s } }\n\
    expect: [ledger: { lost.after.ack: 0 }]\n";

#[test]
fn what_is_not_needed_goes_and_the_rest_still_fails() {
    let case = case("small", SMALL);
    let small = shrunk(&case, None, MOST_RUNS).expect("acks=1 loses records");
    let ScenarioSize { faults, clients, topics, .. } = small.after;
    assert_eq!((faults, clients, topics), (2, 1, 1), "{}", small.text);
    assert!(small.after.records < small.before.records && small.after.time < small.before.time, "{}", small.text);
    assert!(small.expected && !small.text.contains("linger"), "{}", small.text);
    // It is a scenario that expects what it shows, and says why.
    assert!(
        small.text.contains("# What fails: ledger lost.after.ack") && small.text.contains("cause"),
        "{}",
        small.text
    );
    let path = file("small.yaml");
    fs::write(&path, &small.text).expect("writable");
    let (code, out, err) = kafkasim(&["run", &path, "--no-plots"]);
    assert_eq!(code, Some(0), "{out}{err}");
    // The same input, the same result.
    let few = || shrunk(&case, None, 10).expect("it fails").text;
    assert_eq!(few(), few());
}

#[test]
#[cfg_attr(debug_assertions, ignore = "some hundred runs of a large cluster: cargo test --release --test whole shrink")]
fn large_failures_become_small_ones() {
    for (name, text) in INPUTS {
        let case = case(name, text);
        let small = shrunk(&case, None, MOST_RUNS).unwrap_or_else(|none| panic!("{name}: {none:?}"));
        let ScenarioSize { faults, brokers, clients, .. } = small.after;
        assert!(faults <= 3 && brokers <= 3 && clients <= 2, "{name}: {:?}\n{}", small.after, small.text);
        assert!(small.finished && small.expected, "{name}: {} runs\n{}", small.runs, small.text);
    }
}

/// Two instances of an application are needed where one is to be taken for dead, beside who sends.
#[test]
#[cfg_attr(debug_assertions, ignore = "some thousand runs: cargo test --release --test whole shrink")]
fn what_a_swarm_finds_becomes_small() {
    for planted in PLANTED {
        let (_, result) = runs_to(planted, 1, 2_000, false).expect(planted.name);
        let base = planted_scenario(planted.scenario, planted.sets);
        let drawn = &result.swarm.as_ref().expect("it was drawn").drawn;
        let changes: Vec<Override> = base.changes.iter().chain(drawn).cloned().collect();
        let (scenario, _) = scenario::parse(&base.source, &changes).expect("as typed");
        let (typed, seed) = (planted.scenario.to_owned(), result.seed);
        let case = Case { typed, seed, scenario, until: None, allow_ignored: false, swarm: None };
        let small = shrunk(&case, None, MOST_RUNS).unwrap_or_else(|none| panic!("{}: {none:?}", planted.name));
        let ScenarioSize { faults, brokers, clients, .. } = small.after;
        assert!(faults <= 3 && brokers <= 3 && clients <= 3, "{}: {:?}\n{}", planted.name, small.after, small.text);
        assert!(small.finished && small.expected, "{}: {} runs\n{}", planted.name, small.runs, small.text);
    }
}

#[test]
fn what_a_scenario_expects_to_break_can_be_made_smaller_and_keeps_its_reason() {
    // Nobody asks for acks=all: then nobody counts what would have been broken, but the ledger does.
    let text = SMALL
        .replace("  trail: { topic: audit, rate: 5/s }\n", "")
        .replace("{ process: trail-0,", "{ process: checkout-0,");
    let case = case("small", &text.replace("[ledger: { lost.after.ack: 0 }]", "[]"));
    assert!(
        matches!(shrunk(&case, None, 1), Err(NoFailure::AsExpected(broken)) if broken.contains(&"acked-all-durable"))
    );
    let most = if cfg!(debug_assertions) { 30 } else { 2_000 };
    let small = shrunk(&case, Some("acked-all-durable"), most).expect("acks=1 promises nothing");
    assert!(small.expected && small.after.records < small.before.records, "{}", small.text);
    assert!(small.text.contains("acks: 1") && small.text.contains("crash"), "{}", small.text);
    assert!(small.text.contains("truncated-by-new-leader"), "the same reason: {}", small.text);
}

#[test]
fn the_command_tells_what_was_left_out_and_writes_what_is_left() {
    let (input, out, capsule) = (file("input.yaml"), file("out.yaml"), file("out.capsule.yaml"));
    fs::write(&input, SMALL).expect("writable");
    let args = ["shrink", &format!("{input}:1"), "--most-runs", "12", "--out", &out, "--capsule", &capsule];
    let (code, said, err) = kafkasim(&args);
    assert_eq!((code, err.as_str()), (Some(0), ""), "{said}");
    assert!(said.contains("before     after") && said.contains("faults               3"), "{said}");
    assert!(said.contains("of the 20 seeds after 1,"), "{said}");
    assert_eq!(kafkasim(&["run", &out, "--no-plots"]).0, Some(0));
    assert_eq!(kafkasim(&["replay", &capsule]).0, Some(0));
    // Without a file the scenario itself is what is printed.
    let (code, yaml, table) = kafkasim(&["shrink", &format!("{input}:1"), "--most-runs", "12"]);
    assert_eq!((code, &yaml), (Some(0), &fs::read_to_string(&out).expect("it was written")));
    assert!(table.contains("before     after"), "{table}");
}

#[test]
fn what_does_not_fail_cannot_be_made_smaller() {
    let calm = file("calm.yaml");
    fs::write(&calm, SMALL.replace("acks: 1, enable.idempotence: false", "acks: all")).expect("writable");
    for (args, code, said) in [
        (&["shrink", &calm][..], 4, "ends as its scenario expects"),
        (&["shrink", &calm, "--invariant", "acked-all-durable"], 4, "is not broken in"),
        (&["shrink", "acks1-leader-crash", "--until", "20s"], 4, "nothing to make smaller"),
        (&["shrink", &calm, "--invariant", "acked-all-durble"], 2, "did you mean `acked-all-durable`?"),
        (&["shrink", &calm, "--most-runs", "0"], 2, "--most-runs"),
        (&["shrink", &calm, "--time-budget", "0s"], 2, "--time-budget"),
        (&["shrink", &calm, "--others", "/proc/none"], 2, "cannot make the folder"),
        (&["shrink", "no-such"], 2, "unknown scenario"),
        (&["shrink"], 2, "kafkasim shrink acks1-leader-crash:1"),
    ] {
        let (found, out, err) = kafkasim(args);
        assert_eq!((found, out.as_str()), (Some(code), ""), "{args:?}: {err}");
        assert!(err.contains(said) && err.contains("help: "), "{args:?}: {err}");
    }
}
