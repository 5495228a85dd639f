//! A run inside a Rust test: describe a cluster, let something go wrong, and assert on what happened.
//!
//! The question of this test: a service writes with `acks=1` and its leader dies. Does the service notice that
//! records are gone which it believes to be safe? (It does not, and that is the point.)
//!
//!     cargo run --example assert_on_facts

use kafkasim::history::fact::{Fact, StopKind};
use kafkasim::history::record::Recording;
use kafkasim::run::judged::judge_with;
use kafkasim::run::{Run, unwatched};
use kafkasim::scenario::{self, ScenarioText};

/// As one would write it into a file.
const SCENARIO: &str = "
name: fire-and-hope
duration: 20s
topics:
  payments: { partitions: 1, replication.factor: 3 }
producers:
  shop: { topic: payments, rate: 500/s, config: { acks: 1, enable.idempotence: false } }
faults:
  # What its followers ask for arrives late, so that the leader has records that nobody else has.
  - at: 5s
    clog: { from: [broker 1, broker 2, broker 3], to: leader of payments-0, for: 3s }
  - when: { unreplicated of payments-0: at least 100 }
    after: 5s
    crash: { broker: leader of payments-0 }
";

fn main() {
    let source = ScenarioText::new("fire-and-hope.yaml", SCENARIO);
    let (scenario, warnings) = scenario::parse(&source, &[]).expect("the scenario has no errors");
    assert!(warnings.is_empty(), "{warnings:?}");

    // The seed decides all that chance decides. Keep it, and a failure can be looked at again.
    let run = Run::new(&scenario, 42);
    let mut history = Recording::default();
    let judged = judge_with(&run, &mut history, &mut unwatched).expect("the simulator has no bug here");

    // Facts are what happened, in order, each with its time.
    let crash = |fact: &Fact| matches!(fact, Fact::ProcessStopped { kind: StopKind::Crash, .. });
    let died = history.entries().iter().find(|entry| crash(&entry.fact)).expect("the leader died").at;
    let elected = history.entries().iter().find_map(|entry| match entry.fact {
        Fact::BecameLeader { broker, .. } if entry.at > died => Some((entry.at, broker)),
        _ => None,
    });
    let (at, leader) = elected.expect("somebody else leads now");
    println!("the leader died at {died}, broker {leader} leads from {at} on");
    assert!((at - died).as_millis() < 12_000, "the session timeout of a broker is 9 s");

    // The judge knows what became of every record.
    let ledger = &judged.judgement.ledger;
    println!("sent {}, acknowledged {}, lost after that {}", ledger.sent, ledger.acked, ledger.lost_after_ack);
    assert!(ledger.lost_after_ack > 0, "an acknowledged record was in one log alone");

    // And whether it was ever promised that this cannot happen.
    let durable = judged.judgement.finding("acked-all-durable").expect("it is checked in every run");
    assert_ne!(durable.outcome.word(), "violated", "acks=1 promises nothing of the kind");
    let failed = history.entries().iter().filter(|entry| matches!(entry.fact, Fact::BatchFailed { .. })).count();
    assert_eq!(failed, 0, "the producer was told of no failure: it cannot know");
}
