//! When a broker is fenced, when it is back, and what its clients do meanwhile.

use kafkasim::history::Observer;
use kafkasim::history::fact::{Entry, Fact};
use kafkasim::protocol::ids::{BrokerId, NodeId};
use kafkasim::scenario::{self, Override, ScenarioText};
use kafkasim::sim::time::Nanos;
use kafkasim::world::World;

/// What becomes of broker 1, and when.
#[derive(Default)]
struct Life(Vec<(Nanos, &'static str)>);

impl Observer for Life {
    fn observe(&mut self, entry: &Entry) {
        let what = match entry.fact {
            Fact::ProcessStopped { node: NodeId(0), .. } => "stopped",
            Fact::ProcessStarted { node: NodeId(0) } => "started",
            Fact::BrokerFenced { broker: BrokerId(1) } => "fenced",
            Fact::RegistrationRefused { broker: BrokerId(1), .. } => "refused",
            Fact::BrokerRegistered { broker: BrokerId(1), .. } => "registered",
            Fact::BrokerUnfenced { broker: BrokerId(1) } => "unfenced",
            _ => return,
        };
        if self.0.last().is_none_or(|(_, last)| *last != what) {
            self.0.push((entry.at, what));
        }
    }
}

impl Life {
    /// The last time of something.
    fn when(&self, what: &str) -> Nanos {
        self.0.iter().rev().find(|(_, other)| *other == what).expect("it happens").0
    }
    fn story(&self) -> Vec<&'static str> {
        self.0.iter().map(|(_, what)| *what).skip_while(|what| *what != "stopped").collect()
    }
}

fn run(fault: &str, seed: u64, changes: &[&str]) -> Life {
    let text = format!(
        "name: life\nduration: 40s\nfinal.phase: 0s\ntopics: {{ orders: {{ replication.factor: 3 }} }}\nfaults: [{{ at: 10s, {fault} }}]\n"
    );
    let changes: Vec<Override> = changes.iter().map(|change| Override::new(*change)).collect();
    let (scenario, _) =
        scenario::parse(&ScenarioText::new("life.yaml", text.as_str()), &changes).expect("a sound scenario");
    let mut life = Life::default();
    World::new(scenario.world(), seed).run(&mut life);
    life
}

/// The last heartbeat was up to 2 s ago, the session lasts 9 s from it, and the controller looks every 1.125 s.
#[test]
fn seeds_vary_when_a_crashed_broker_is_fenced() {
    let mut times: Vec<u64> =
        (1..=8).map(|seed| run("crash: { broker: broker 1 }", seed, &[]).when("fenced").as_millis()).collect();
    assert!(times.iter().all(|at| (17_000..20_200).contains(at)), "{times:?}");
    times.sort();
    times.dedup();
    assert!(times.len() >= 6, "{times:?}");
    assert!(times[times.len() - 1] - times[0] > 500, "{times:?}");
}

#[test]
fn a_broker_that_is_started_again_is_busy_with_itself_before_it_registers() {
    let crash = "crash: { broker: broker 1, restart.after: 12s }";
    let life = run(crash, 1, &[]);
    assert_eq!(life.story(), ["stopped", "fenced", "started", "registered", "unfenced"]);
    let (started, registered) = (life.when("started"), life.when("registered"));
    assert!((4_000..4_200).contains(&(registered - started).as_millis()), "{life:?}", life = life.0);
    let quick = run(crash, 1, &["cluster.process.start=100ms"]);
    assert!((100..300).contains(&(quick.when("registered") - quick.when("started")).as_millis()), "{:?}", quick.0);
}

#[test]
fn after_a_clean_stop_a_quick_restart_waits_for_the_session_to_end() {
    let life = run("stop: { broker: broker 1, restart.after: 1s }", 1, &["cluster.process.start=1s"]);
    assert_eq!(
        life.story(),
        ["stopped", "started", "refused", "fenced", "registered", "unfenced"],
        "the second fencing ends the session: {:?}",
        life.0
    );
}

#[test]
fn a_signal_ends_a_process_that_has_not_got_to_its_work() {
    let text = "name: early\nduration: 30s\nfinal.phase: 0s\ntopics: { orders: { replication.factor: 3 } }\nfaults:\n  - { at: 10s, crash: { broker: broker 1, restart.after: 1s } }\n  - { at: 12s, stop: { broker: broker 1 } }\n";
    let (scenario, _) = scenario::parse(&ScenarioText::new("early.yaml", text), &[]).expect("a sound scenario");
    let mut life = Life::default();
    World::new(scenario.world(), 1).run(&mut life);
    assert_eq!(life.story(), ["stopped", "started", "stopped", "fenced"]);
    assert_eq!(life.when("stopped"), Nanos::from_secs(12));
}

/// Whoever finds a coordinator that cannot be reached pauses before asking again ("coordinator unavailable" in
/// `AbstractCoordinator.ensureCoordinatorReady`): some questions per second and member, no storm of them.
#[test]
fn a_dead_coordinator_is_not_asked_for_without_a_pause() {
    let text = "{name: unreachable, duration: 18s, final.phase: 0s, topics: {orders: {replication.factor: 3}},
        producers: {p: {topic: orders, rate: 10/s}}, groups: {g: {topics: [orders], members: 3, commit: sync-after-batch}},
        faults: [{at: 10s, crash: coordinator of g}]}";
    let (scenario, _) = scenario::parse(&ScenarioText::new("unreachable.yaml", text), &[]).expect("a sound scenario");
    let mut world = World::new(scenario.world(), 1);
    world.run_until(Nanos::from_secs(11), &mut ());
    let before = world.events();
    world.run_until(Nanos::from_secs(16), &mut ());
    let in_a_second = (world.events() - before) / 5;
    assert!(in_a_second < 2_000, "{in_a_second} events in a second");
}
