//! What stands still: R23, R24, K9.

use super::story::{lie, *};
use super::{Case, Holds, NotExercised, Violated};
use crate::history::fact::{Fact, StopKind};
use crate::protocol::ids::Offset;
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

/// The group reads, nothing has happened for long, and five records can be read.
fn there_is_something_to_read(s: &mut Story) {
    s.boot();
    s.join();
    s.wait(100);
    s.produce(ORDERS, 5);
}
fn commit_returned(s: &mut Story) {
    s.tell(Fact::CommitReturned { node: BILLING, call: 1, error: None });
}
/// `billing-0` has both partitions, and gets on with one of them only, ten times in a minute.
fn one_of_two_is_read(s: &mut Story, about_once: fn(&mut Story)) {
    s.boot();
    let billing = s.member(BILLING);
    lie!(s, Fact::MemberAssigned { node, member, tp: MORE_ORDERS, .. } => (*node, *member) = (BILLING, billing));
    lie!(s, Fact::PartitionAssigned { node, tp: MORE_ORDERS, .. } => *node = BILLING);
    lie!(s, Fact::PositionReset { node, tp: MORE_ORDERS, .. } => *node = BILLING);
    s.join();
    s.seek(BILLING, MORE_ORDERS, 0);
    s.wait(100);
    s.produce(MORE_ORDERS, 5);
    for _ in 0..10 {
        s.produce(ORDERS, 5);
        about_once(s);
    }
    s.poll(BILLING, MORE_ORDERS);
}

/// Five records of a transaction; the group reads what is committed.
fn an_open_transaction(s: &mut Story) {
    s.transactional(|_| {});
    s.join();
    s.begin(CHECKOUT);
    s.write(CHECKOUT, ORDERS, 5);
    s.stable(ORDERS, 0);
}

pub(super) const CASES: &[Case] = &[
    Case {
        id: "reader-moves",
        about: "records are read as soon as they can be",
        tell: |s| {
            there_is_something_to_read(s);
            s.consume(BILLING, ORDERS);
        },
        expected: Holds(1),
    },
    Case {
        id: "reader-moves",
        about: "a minute later nobody has read them, though all are well",
        tell: |s| {
            there_is_something_to_read(s);
            s.wait(60);
            s.tell(Fact::RunEnded {});
        },
        expected: Violated(Some(ORDERS), Some(0)),
    },
    Case {
        id: "reader-moves",
        about: "they belong to a transaction that is open, and only what is committed is read",
        tell: |s| {
            an_open_transaction(s);
            s.wait(60);
            s.tell(Fact::RunEnded {});
        },
        expected: NotExercised,
    },
    Case {
        id: "reader-moves",
        about: "it is committed, and a minute later nobody has read them",
        tell: |s| {
            an_open_transaction(s);
            s.finish(CHECKOUT, true);
            s.stable(ORDERS, 6);
            s.wait(60);
            s.tell(Fact::RunEnded {});
        },
        expected: Violated(Some(ORDERS), Some(0)),
    },
    Case {
        id: "reader-moves",
        about: "they are read in the end, and far too late",
        tell: |s| {
            there_is_something_to_read(s);
            s.wait(60);
            s.poll(BILLING, ORDERS);
        },
        expected: Violated(Some(ORDERS), Some(0)),
    },
    Case {
        id: "reader-moves",
        about: "the other partition is read all the time, this one never",
        tell: |s| {
            one_of_two_is_read(s, |s| {
                s.consume(BILLING, ORDERS);
                commit_returned(s);
                s.wait(6);
            });
        },
        expected: Violated(Some(MORE_ORDERS), Some(0)),
    },
    Case {
        id: "reader-moves",
        about: "the records of the other partition took all the time",
        tell: |s| {
            one_of_two_is_read(s, |s| {
                s.poll(BILLING, ORDERS);
                s.wait(6);
                s.process(BILLING, ORDERS);
                s.commit(BILLING, ORDERS);
                commit_returned(s);
            });
        },
        expected: Holds(11),
    },
    Case {
        id: "reader-moves",
        about: "commitSync() did not return",
        tell: |s| {
            there_is_something_to_read(s);
            s.poll(BILLING, ORDERS);
            s.process(BILLING, ORDERS);
            s.produce(ORDERS, 5);
            s.send_commit(BILLING, ORDERS);
            s.wait(60);
            commit_returned(s);
            s.poll(BILLING, ORDERS);
        },
        expected: Holds(2),
    },
    Case {
        id: "reader-moves",
        about: "its process is paused",
        tell: |s| {
            there_is_something_to_read(s);
            s.tell(Fact::ProcessPaused { node: BILLING, paused: true });
            s.wait(60);
            s.tell(Fact::RunEnded {});
        },
        expected: NotExercised,
    },
    Case {
        id: "reader-moves",
        about: "its group has no coordinator",
        tell: |s| {
            there_is_something_to_read(s);
            s.kill(B3, StopKind::Crash);
            s.wait(100);
            s.tell(Fact::RunEnded {});
        },
        expected: NotExercised,
    },
    Case {
        id: "reader-moves",
        about: "the leader has died, and nobody has taken its place",
        tell: |s| {
            there_is_something_to_read(s);
            s.kill(B1, StopKind::Crash);
            s.wait(100);
            s.tell(Fact::RunEnded {});
        },
        expected: NotExercised,
    },
    Case {
        id: "reader-moves",
        about: "its group rebalances",
        tell: |s| {
            there_is_something_to_read(s);
            s.prepare_rebalance();
            s.wait(60);
            s.tell(Fact::RunEnded {});
        },
        expected: NotExercised,
    },
    Case {
        id: "reader-moves",
        about: "it goes back to a record that it cannot process",
        tell: |s| {
            there_is_something_to_read(s);
            s.poll(BILLING, ORDERS);
            s.tell(Fact::RecordFailed {
                node: BILLING,
                tp: ORDERS,
                offset: Offset(0),
                origin: CHECKOUT,
                ordinal: 0,
                skipped: false,
            });
            s.sought(BILLING, ORDERS, 0);
            s.wait(60);
            s.tell(Fact::RunEnded {});
        },
        expected: Holds(1),
    },
    Case {
        id: "reader-moves",
        about: "its fetches are parked for longer than they are waited for",
        tell: |s| {
            s.setup.consumers[0].config.fetch_max_wait = Nanos::from_secs(30);
            there_is_something_to_read(s);
            s.wait(200);
            s.tell(Fact::RunEnded {});
        },
        expected: NotExercised,
    },
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

/// The same of consumers whose fetches may be parked for half a minute.
#[test]
fn it_is_as_patient_as_consumers_are() {
    for (wait, word) in [(500, "violated"), (29_000, "holds")] {
        let mut story = Story::new();
        story.setup.consumers[0].config.fetch_max_wait = Nanos::from_millis(wait);
        there_is_something_to_read(&mut story);
        story.wait(60);
        story.poll(BILLING, ORDERS);
        let judgement = story.judge();
        assert_eq!(judgement.finding("reader-moves").map(|f| f.outcome.word()), Some(word), "{wait} ms");
    }
}
