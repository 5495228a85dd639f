//! Replication that stands still: R23, R24.

use super::story::*;
use super::{Case, Holds, NotExercised, Violated};
use crate::history::fact::{Fact, StopKind};
use crate::sim::time::Nanos;

#[test]
fn stories() {
    Case::check_all(CASES);
}

/// Nothing has happened for long; then the leader has five records, and nobody fetches for a minute.
fn nobody_fetches(s: &mut Story) {
    s.boot();
    s.wait(100);
    s.send(ORDERS, 5);
    s.append(ORDERS, 5);
    s.wait(60);
}

pub(super) const CASES: &[Case] = &[
    Case {
        id: "follower-moves",
        about: "two followers get a batch at once, after a long silence",
        tell: |s| {
            s.boot();
            s.wait(200);
            s.produce(ORDERS, 5);
        },
        expected: Holds(2),
    },
    Case {
        id: "follower-moves",
        about: "a minute after the leader wrote nobody has fetched",
        tell: |s| {
            nobody_fetches(s);
            s.tell(Fact::RunEnded {});
        },
        expected: Violated(Some(ORDERS), Some(0)),
    },
    Case {
        id: "follower-moves",
        about: "they fetch in the end, and far too late",
        tell: |s| {
            nobody_fetches(s);
            s.replicate(ORDERS);
        },
        expected: Violated(Some(ORDERS), Some(0)),
    },
    Case {
        id: "follower-moves",
        about: "the followers are dead",
        tell: |s| {
            s.boot();
            s.wait(100);
            s.kill(B2, StopKind::Crash);
            s.kill(B3, StopKind::Crash);
            s.wait(50);
            s.send(ORDERS, 5);
            s.append(ORDERS, 5);
            s.wait(60);
            s.send(MORE_ORDERS, 1);
        },
        expected: NotExercised,
    },
    Case {
        id: "high-watermark-moves",
        about: "two batches are replicated at once",
        tell: |s| {
            s.boot();
            s.produce(ORDERS, 5);
            s.produce(ORDERS, 5);
        },
        expected: Holds(2),
    },
    Case {
        id: "high-watermark-moves",
        about: "for a minute nobody fetches, though all are well",
        tell: |s| {
            nobody_fetches(s);
            s.replicate(ORDERS);
        },
        expected: Violated(Some(ORDERS), Some(-1)),
    },
    Case {
        id: "high-watermark-moves",
        about: "and the run is over before somebody does",
        tell: |s| {
            nobody_fetches(s);
            s.tell(Fact::RunEnded {});
        },
        expected: Violated(Some(ORDERS), Some(-1)),
    },
    Case {
        id: "high-watermark-moves",
        about: "a follower is dead, and has not been fenced yet",
        tell: |s| {
            s.boot();
            s.wait(100);
            s.kill(B3, StopKind::Crash);
            s.wait(50);
            s.send(ORDERS, 5);
            s.append(ORDERS, 5);
            s.fetch(B2, ORDERS);
            s.wait(60);
            s.send(MORE_ORDERS, 1);
        },
        expected: NotExercised,
    },
    Case {
        id: "high-watermark-moves",
        about: "the ISR is below min.insync.replicas, so that it has to stand still",
        tell: |s| {
            s.boot();
            s.wait(100);
            s.isr(ORDERS, &[B1]);
            s.send(ORDERS, 5);
            s.append(ORDERS, 5);
            s.fetch(B2, ORDERS);
            s.fetch(B3, ORDERS);
            s.wait(60);
            s.send(MORE_ORDERS, 1);
        },
        expected: NotExercised,
    },
];

/// Its bound comes from the configuration: followers that may be parked for a minute are waited for.
#[test]
fn it_is_as_patient_as_the_followers_are() {
    let mut story = Story::new();
    story.setup.broker.replica_fetch_wait_max = Nanos::from_secs(60);
    nobody_fetches(&mut story);
    story.replicate(ORDERS);
    let judgement = story.judge();
    assert_eq!(judgement.finding("high-watermark-moves").map(|f| f.outcome.word()), Some("holds"));
}
