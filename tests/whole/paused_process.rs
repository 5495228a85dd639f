//! A process that is stopped for a while (SIGSTOP, a long garbage collection) and goes on.

use kafkasim::history::Observer;
use kafkasim::history::fact::{Entry, Fact, LeaveReason};
use kafkasim::scenario::{self, ScenarioText};
use kafkasim::world::World;

#[derive(Default)]
struct Leavers(Vec<LeaveReason>);

impl Observer for Leavers {
    fn observe(&mut self, entry: &Entry) {
        if let Fact::MemberLeft { reason, .. } = entry.fact {
            self.0.push(reason);
        }
    }
}

/// The member's heartbeat arrives while the coordinator stands still, and its session would have run out
/// in that time. When the coordinator goes on it takes the heartbeat first, as it came.
#[test]
fn a_heartbeat_that_came_before_the_session_ran_out_counts_after_a_pause() {
    let text = "
name: paused-coordinator
duration: 60s
cluster: { brokers: 1, config: { broker.session.timeout.ms: 60000, offsets.topic.replication.factor: 1 } }
topics: { orders: { replication.factor: 1 } }
producers: { checkout: { topic: orders, rate: 10/s } }
groups:
  billing: { topics: [orders], config: { session.timeout.ms: 10000, heartbeat.interval.ms: 3000 } }
faults:
  - at: 25s
    pause: { broker: broker 1, for: 14s }
";
    let (scenario, _) = scenario::parse(&ScenarioText::new("paused.yaml", text), &[]).expect("a sound scenario");
    let mut world = World::new(scenario.world(), 1);
    let mut leavers = Leavers::default();
    world.run(&mut leavers);
    let expired = leavers.0.iter().filter(|reason| **reason == LeaveReason::SessionTimeout).count();
    assert_eq!(expired, 0, "{:?}", leavers.0);
}
