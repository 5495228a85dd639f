//! Faults that meet: on a process that is down, on one another, at the end of the run. What is recorded of
//! processes and faults, as lines of a story.

use kafkasim::history::Observer;
use kafkasim::history::fact::{Entry, Fact};
use kafkasim::scenario::{self, ScenarioText};
use kafkasim::world::World;
use proptest::prelude::*;

#[derive(Default)]
struct Story(Vec<String>);

impl Observer for Story {
    fn observe(&mut self, entry: &Entry) {
        let line = match entry.fact {
            Fact::ProcessStarted { node } if entry.at.as_millis() > 1_000 => format!("n{} starts", node.0),
            Fact::ProcessStopped { node, kind } if entry.at.as_millis() > 1_000 => {
                format!("n{} ends: {kind:?}", node.0)
            }
            Fact::ProcessPaused { node, paused } => {
                format!("n{} {}", node.0, if paused { "stands" } else { "goes on" })
            }
            Fact::FaultStarted { fault, .. } => format!("fault {fault}"),
            Fact::FaultEnded { fault, .. } => format!("fault {fault} over"),
            Fact::FaultMissed { fault, .. } => format!("fault {fault} hits nobody"),
            Fact::PowerLost { node } => format!("n{} loses power while down", node.0),
            Fact::FinalPhaseStarted {} => "faults over".into(),
            _ => return,
        };
        self.0.push(format!("{:>2}.{:03} {line}", entry.at.as_millis() / 1_000, entry.at.as_millis() % 1_000));
    }
}

/// Node 0 is broker 1, of one broker; 3 is the producer, 4 the consumer.
fn world(faults: &str) -> World {
    let text = format!(
        "
name: meeting
duration: 30s
cluster: {{ brokers: 1, config: {{ offsets.topic.replication.factor: 1 }}, process.start: 0s }}
topics: {{ orders: {{ partitions: 1, replication.factor: 1 }} }}
producers: {{ checkout: {{ topic: orders, rate: 2/s }} }}
groups: {{ billing: {{ topics: [orders] }} }}
faults:
{faults}"
    );
    let (scenario, _) = scenario::parse(&ScenarioText::new("meeting.yaml", text), &[])
        .unwrap_or_else(|list| panic!("{}", list.iter().map(|d| d.render(false)).collect::<String>()));
    World::new(scenario.world(), 1)
}

fn story(faults: &str) -> Vec<String> {
    let (mut world, mut story) = (world(faults), Story::default());
    while world.phase() == kafkasim::world::RunPhase::Running && world.step(&mut story) {}
    story.0
}

#[test]
fn a_crash_of_a_dead_process_starts_nothing_and_the_promised_restart_is_kept() {
    let told = story(
        "
  - { at: 5s, crash: { broker: broker 1, restart.after: 8s } }
  - { at: 7s, crash: { broker: broker 1, restart.after: 1s } }
  - { at: 15s, crash: broker 1 }
  - { at: 16s, stop: { broker: broker 1, restart.after: 1s } }
  - { at: 17s, pause: { broker: broker 1, for: 1s } }",
    );
    assert_eq!(
        told,
        [
            " 5.000 fault 0",
            " 5.000 n0 ends: Crash",
            " 7.000 fault 1 hits nobody",
            "13.000 n0 starts",
            "15.000 fault 2",
            "15.000 n0 ends: Crash",
            "16.000 fault 3 hits nobody",
            "17.000 fault 4 hits nobody",
            "30.000 faults over",
        ]
    );
}

#[test]
fn a_start_takes_the_place_of_the_one_that_was_promised() {
    let told = story(
        "
  - { at: 5s, crash: { broker: broker 1, restart.after: 8s } }
  - { at: 7s, start: broker 1 }
  - { at: 8s, start: broker 1 }
  - { at: 9s, crash: broker 1 }",
    );
    assert_eq!(
        told,
        [
            " 5.000 fault 0",
            " 5.000 n0 ends: Crash",
            " 7.000 fault 1",
            " 7.000 n0 starts",
            " 8.000 fault 2 hits nobody",
            " 9.000 fault 3",
            " 9.000 n0 ends: Crash",
            "30.000 faults over",
        ],
        "the start of 13 s was promised to a life that is over"
    );
}

#[test]
fn a_crash_during_a_stop_ends_the_life_once_and_the_restart_is_kept() {
    let told = story(
        "
  - { at: 5s, pause: { broker: broker 1, for: 4s } }
  - { at: 6s, stop: { broker: broker 1, restart.after: 2s } }
  - { at: 7s, crash: broker 1 }",
    );
    assert_eq!(
        told,
        [
            " 5.000 fault 0",
            " 5.000 n0 stands",
            " 6.000 fault 1",
            " 7.000 fault 2",
            " 7.000 n0 ends: Crash",
            " 9.000 fault 0 over",
            " 9.000 n0 starts",
            "30.000 faults over",
        ]
    );
}

#[test]
fn a_process_that_died_by_its_own_fault_is_started_again_whatever_hits_it_meanwhile() {
    let text = "
name: poisoned
duration: 30s
cluster: { brokers: 1, config: { offsets.topic.replication.factor: 1 } }
topics: { orders: { partitions: 1, replication.factor: 1 } }
producers: { checkout: { topic: orders, rate: 2/s, poison.every: 20 } }
groups: { billing: { topics: [orders], on.poison: { crash: { restart.after: 6s } } } }
faults:
  - { when: { process billing-0: down }, after: 1s, delay: 2s, crash: { process: billing-0, restart.after: 1s } }";
    let (scenario, _) = scenario::parse(&ScenarioText::new("poisoned.yaml", text), &[]).expect("a sound scenario");
    let (mut world, mut story) = (World::new(scenario.world(), 1), Story::default());
    world.run(&mut story);
    let (ends, starts): (Vec<_>, Vec<_>) =
        story.0.iter().filter(|line| line.contains("n4 ")).partition(|line| line.contains("ends"));
    assert!(ends.len() >= 2 && ends.len() - starts.len() <= 1, "{:#?}", story.0);
    assert!(story.0.iter().any(|line| line.ends_with("fault 0 hits nobody")), "{:#?}", story.0);
    let second = |line: &str| line[..2].trim().parse::<u64>().expect("a time");
    assert_eq!(second(starts[0]) - second(ends[0]), 6, "not the second of the crash that hit nobody");
}

#[test]
fn pauses_that_overlap_last_until_the_last_is_over() {
    let told = story(
        "
  - { at: 5s, pause: { process: checkout-0, for: 4s } }
  - { at: 6s, pause: { process: checkout-0, for: 1s } }
  - { at: 8s, pause: { process: checkout-0, for: 3s } }",
    );
    assert_eq!(
        told,
        [
            " 5.000 fault 0",
            " 5.000 n3 stands",
            " 6.000 fault 1",
            " 7.000 fault 1 over",
            " 8.000 fault 2",
            " 9.000 fault 0 over",
            "11.000 n3 goes on",
            "11.000 fault 2 over",
            "30.000 faults over",
        ]
    );
}

#[test]
fn a_machine_loses_its_power_whether_its_process_runs_or_not() {
    let told = story(
        "
  - { at: 5s, crash: broker 1 }
  - { at: 6s, power.loss: { broker: broker 1, restart.after: 1s } }
  - { at: 7s, power.loss: broker 1 }",
    );
    assert_eq!(
        told,
        [
            " 5.000 fault 0",
            " 5.000 n0 ends: Crash",
            " 6.000 fault 1",
            " 6.000 n0 loses power while down",
            " 7.000 fault 2 hits nobody",
            "30.000 faults over",
        ]
    );
}

#[test]
fn a_fault_can_wait_for_another_and_for_a_process() {
    let told = story(
        "
  - { name: outage, at: 5s, partition: { between: [[broker 1], [checkout-0]], for: 3s } }
  - { when: { fault outage: started }, delay: 1s, pause: { process: billing-0, for: 1s } }
  - { when: { fault outage: ended }, delay: 500ms, crash: broker 1 }
  - { when: { broker 1: down }, after: 9s, start: broker 1 }
  - { when: { process checkout-0: up }, after: 12s, disk.slow: { broker: broker 1, factor: 2, for: 1s } }",
    );
    assert_eq!(
        told,
        [
            " 5.000 fault 0",
            " 6.000 fault 1",
            " 6.000 n4 stands",
            " 7.000 n4 goes on",
            " 7.000 fault 1 over",
            " 8.000 fault 0 over",
            " 8.500 fault 2",
            " 8.500 n0 ends: Crash",
            " 9.000 fault 3",
            " 9.000 n0 starts",
            "12.000 fault 4",
            "13.000 fault 4 over",
            "30.000 faults over",
        ]
    );
}

#[test]
fn a_time_that_is_drawn_lies_between_and_depends_on_the_seed() {
    let struck = |seed: u64| {
        let text = "
name: drawn
duration: 30s
topics: { orders: {} }
faults: [{ at: between 10s and 20s, pause: { broker: broker 1, for: 1s } }]";
        let (scenario, _) = scenario::parse(&ScenarioText::new("drawn.yaml", text), &[]).expect("a sound scenario");
        let (mut world, mut story) = (World::new(scenario.world(), seed), Story::default());
        world.run_until(kafkasim::sim::time::Nanos::from_secs(25), &mut story);
        story.0[0].clone()
    };
    let times: Vec<String> = (1..6).map(struck).collect();
    assert!(times.iter().all(|line| ("10.000 fault 0"..="20.000 fault 0").contains(&line.as_str())), "{times:?}");
    assert!(times.windows(2).any(|pair| pair[0] != pair[1]), "{times:?}");
    assert_eq!(struck(1), times[0]);
}

#[test]
fn how_long_a_fault_lasts_is_drawn_and_shifts_no_strike() {
    let told = |seed: u64, span: &str| {
        let text = format!(
            "
name: drawn
duration: 30s
cluster: {{ process.start: 0s }}
topics: {{ orders: {{}} }}
faults:
  - {{ every: between 3s and 5s, times: 3, pause: {{ broker: broker 1, for: {span} }} }}
  - {{ at: 22s, crash: {{ broker: broker 2, restart.after: {span} }} }}"
        );
        let (scenario, _) = scenario::parse(&ScenarioText::new("drawn.yaml", text), &[]).expect("a sound scenario");
        let (mut world, mut story) = (World::new(scenario.world(), seed), Story::default());
        world.run_until(kafkasim::sim::time::Nanos::from_secs(29), &mut story);
        story.0
    };
    let of = |lines: &[String], what: &str| -> Vec<u64> {
        let there = lines.iter().filter(|line| line[6..].trim() == what);
        there.map(|line| line[..6].trim().replace('.', "").parse().expect("a time")).collect()
    };
    let (drawn, fixed) = (told(1, "between 500ms and 2s"), told(1, "1s"));
    let (strikes, ends) = (of(&drawn, "fault 0"), of(&drawn, "fault 0 over"));
    assert_eq!(strikes, of(&fixed, "fault 0"), "{drawn:#?} {fixed:#?}");
    let spans: Vec<u64> = strikes.iter().zip(&ends).map(|(from, to)| to - from).collect();
    assert!(spans.len() == 3 && spans.iter().all(|ms| (499..=2001).contains(ms)), "{spans:?}");
    assert!(spans[0] != spans[1] && spans[1] != spans[2], "each strike draws: {spans:?}");
    let down = |seed: u64| of(&told(seed, "between 500ms and 2s"), "n1 starts").last().map(|at| at - 22_000);
    let down: Vec<Option<u64>> = (1..5).map(down).collect();
    assert!(down.iter().all(|ms| ms.is_some_and(|ms| (499..=2001).contains(&ms))), "{down:?}");
    assert!(down.windows(2).any(|pair| pair[0] != pair[1]), "{down:?}");
}

#[test]
fn a_broker_that_has_not_begun_is_not_fenced_for_those_who_wait() {
    let story =
        story("  - { when: { broker 1: fenced }, delay: 1s, start: broker 1 }\n  - { at: 10s, crash: broker 1 }\n");
    let at = |what: &str| story.iter().position(|line| line[6..].trim() == what);
    assert!(at("fault 0 hits nobody").is_none() && at("fault 1") < at("fault 0"), "{story:#?}");
}

/// Any fault that lasts, on the one broker and its clients.
fn fault() -> impl Strategy<Value = String> {
    let action = prop_oneof![
        Just("pause: { broker: broker 1, for: 2s }"),
        Just("pause: { process: billing-0, for: 3s }"),
        Just("partition: { between: [[broker 1], [others]], for: 2s }"),
        Just("partition: { between: [[broker 1], [others]] }"),
        Just("cut: { from: broker 1, to: others, for: 2s }"),
        Just("cut: { from: checkout-0, to: broker 1 }"),
        Just("block.connects: { from: others, to: broker 1, for: 3s }"),
        Just("slow.link: { between: [[broker 1], [others]], factor: 10, for: 4s }"),
        Just("delay.link: { from: broker 1, to: others, by: 200ms, for: 4s }"),
        Just("narrow.link: { from: checkout-0, to: broker 1, bandwidth: 1 KiB/s }"),
        Just("clog: { from: broker 1, to: others, for: 20s }"),
        Just("hold.requests: { api: [Produce, Fetch], from: others, to: broker 1, for: 2s }"),
        Just("drop.requests: { api: Heartbeat, from: billing-0, to: broker 1, for: 2s }"),
        Just("drop.answers: { api: Produce, from: broker 1, to: others, for: 1s }"),
        Just("reset.connections: { between: [[broker 1], [others]] }"),
        Just("disk.stall: { broker: broker 1, for: 20s }"),
        Just("disk.slow: { broker: broker 1, factor: 7 }"),
        Just("disk.lying.flush: { broker: broker 1, for: 3s }"),
        Just("crash: { broker: broker 1, restart.after: 1s }"),
        Just("stop: { process: checkout-0, restart.after: 1s }"),
        Just("crash: { process: billing-0, restart.after: 2s }"),
        Just("power.loss: { broker: broker 1, restart.after: 1s }"),
        Just("start: checkout-0"),
    ];
    (2u64..29, action).prop_map(|(at, action)| format!("  - {{ at: {at}s, {action} }}\n"))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]
    /// However faults overlap: when they are over no disk has a fault, nobody stands still, every life has ended
    /// at most once, and what began has ended once.
    #[test]
    fn nothing_is_left_of_faults_that_are_over(faults in prop::collection::vec(fault(), 1..9)) {
        let (mut world, mut story) = (world(&faults.concat()), Story::default());
        while world.phase() == kafkasim::world::RunPhase::Running && world.step(&mut story) {}
        for process in world.processes() {
            prop_assert!(process.disk.is_healthy());
            let stands = matches!(process.state, kafkasim::world::ProcessState::Paused { .. });
            prop_assert!(!stands);
        }
        let count = |text: &str| story.0.iter().filter(|line| line.contains(text)).count();
        for node in 0..5 {
            let (ends, starts) = (count(&format!("n{node} ends")), count(&format!("n{node} starts")));
            prop_assert!(starts <= ends && ends <= starts + 1, "{:#?}", story.0);
            let (stands, goes) = (count(&format!("n{node} stands")), count(&format!("n{node} goes on")));
            prop_assert!(goes <= stands);
        }
        for fault in 0..faults.len() {
            let ends = count(&format!("fault {fault} over"));
            prop_assert!(ends <= 1);
        }
    }
}
