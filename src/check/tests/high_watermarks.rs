//! High watermarks and the answers that rest on them: R4-R7, R9, R14.

use super::story::{lie, *};
use super::{Case, Excused, Holds, Violated};
use crate::history::fact::*;
use crate::protocol::ids::*;

#[test]
fn stories() {
    Case::check_all(CASES);
}

fn list(brokers: &[BrokerId]) -> BrokerList {
    brokers.iter().copied().collect()
}

/// Five records are committed without broker 2, which lags.
fn broker_2_lags(s: &mut Story) {
    s.boot();
    s.isr(ORDERS, &[B1, B3]);
    s.produce(ORDERS, 5);
}

pub(super) const CASES: &[Case] = &[
    Case {
        id: "hw-le-leo",
        about: "three high watermarks move",
        tell: |s| {
            s.boot();
            s.produce(ORDERS, 5);
        },
        expected: Holds(3),
    },
    Case {
        id: "hw-le-leo",
        about: "a leader's high watermark passes its log end",
        tell: |s| {
            s.boot();
            s.append(ORDERS, 5);
            s.raise(ORDERS, 9);
        },
        expected: Violated(Some(ORDERS), Some(9)),
    },
    Case {
        id: "hw-le-leo",
        about: "a follower's does, and it lies about its log end",
        tell: |s| {
            s.boot();
            lie!(s, Fact::HighWatermarkLearned { broker: B3, high_watermark, log_end, .. } => (*high_watermark, *log_end) = (Offset(8), Offset(8)));
            s.produce(ORDERS, 5);
        },
        expected: Violated(Some(ORDERS), Some(8)),
    },
    Case {
        id: "hw-monotonic-in-epoch",
        about: "it rises twice",
        tell: |s| {
            s.boot();
            s.produce(ORDERS, 5);
            s.produce(ORDERS, 5);
        },
        expected: Holds(2),
    },
    Case {
        id: "hw-monotonic-in-epoch",
        about: "it falls",
        tell: |s| {
            s.boot();
            s.produce(ORDERS, 5);
            s.produce(ORDERS, 5);
            s.raise(ORDERS, 5);
        },
        expected: Violated(Some(ORDERS), Some(5)),
    },
    Case {
        id: "hw-monotonic-in-epoch",
        about: "a deposed leader's falls, though another leads already",
        tell: |s| {
            s.boot();
            s.produce(ORDERS, 5);
            s.produce(ORDERS, 5);
            s.elect(ORDERS, Some(B2), &[B2, B3], Election::Clean);
            s.take_part(B2, ORDERS);
            s.raise_in(B1, ORDERS, 0, 5, list(&[B1, B2, B3]));
        },
        expected: Violated(Some(ORDERS), Some(5)),
    },
    Case {
        id: "hw-le-min-isr-leo",
        about: "both followers have what is committed; a dead one need not",
        tell: |s| {
            s.boot();
            s.produce(ORDERS, 5);
            s.kill(B3, StopKind::Crash);
            s.append(ORDERS, 5);
            s.fetch(B2, ORDERS);
            s.raise(ORDERS, 10);
        },
        expected: Holds(3),
    },
    Case {
        id: "hw-le-min-isr-leo",
        about: "broker 3 has nothing of what is committed",
        tell: |s| {
            s.boot();
            s.append(ORDERS, 5);
            s.fetch(B2, ORDERS);
            s.raise(ORDERS, 5);
        },
        expected: Violated(Some(ORDERS), Some(5)),
    },
    Case {
        id: "hw-le-min-isr-leo",
        about: "a leader that was uncleanly deposed counts a follower that follows another by now",
        tell: |s| {
            s.setup.topics[0].unclean_leader_election = true;
            broker_2_lags(s);
            s.append(ORDERS, 5);
            s.fetch(B3, ORDERS);
            s.elect(ORDERS, Some(B2), &[B2], Election::Unclean);
            s.take_part(B2, ORDERS);
            s.take_part(B3, ORDERS);
            s.truncate(B3, ORDERS, 0);
            s.raise_in(B1, ORDERS, 0, 10, list(&[B1, B3]));
        },
        expected: Excused("unclean"),
    },
    Case {
        id: "hw-needs-min-isr",
        about: "three are in sync, two are needed",
        tell: |s| {
            s.boot();
            s.produce(ORDERS, 5);
        },
        expected: Holds(1),
    },
    Case {
        id: "hw-needs-min-isr",
        about: "a leader alone in its ISR commits",
        tell: |s| {
            s.boot();
            s.isr(ORDERS, &[B1]);
            s.append(ORDERS, 5);
            s.raise(ORDERS, 5);
        },
        expected: Violated(Some(ORDERS), Some(5)),
    },
    Case {
        id: "hw-needs-min-isr",
        about: "a leader counts a follower that is about to join as if it had joined",
        tell: |s| {
            s.boot();
            s.elect_and_tell(ORDERS, B1, &[B1]);
            s.append(ORDERS, 5);
            s.fetch(B2, ORDERS);
            s.propose(ORDERS, B2);
            s.raise_in(B1, ORDERS, 1, 5, list(&[B1, B2]));
        },
        expected: Violated(Some(ORDERS), Some(5)),
    },
    Case {
        id: "quorum-superset",
        about: "a leader counts the whole ISR",
        tell: |s| {
            s.boot();
            s.produce(ORDERS, 5);
        },
        expected: Holds(1),
    },
    Case {
        id: "quorum-superset",
        about: "a leader leaves a member out that may be elected",
        tell: |s| {
            s.boot();
            s.append(ORDERS, 5);
            s.fetch(B2, ORDERS);
            s.raise_in(B1, ORDERS, 0, 5, list(&[B1, B2]));
        },
        expected: Violated(Some(ORDERS), Some(5)),
    },
    Case {
        id: "ack-respects-min-isr",
        about: "an answer once all is committed",
        tell: |s| {
            s.boot();
            s.produce(ORDERS, 5);
        },
        expected: Holds(1),
    },
    Case {
        id: "ack-respects-min-isr",
        about: "an answer before that",
        tell: |s| {
            s.boot();
            s.send(ORDERS, 5);
            s.append(ORDERS, 5);
            s.ack(ORDERS);
        },
        expected: Violated(Some(ORDERS), Some(0)),
    },
    Case {
        id: "ack-respects-min-isr",
        about: "an answer before that, with a high watermark that nobody has seen",
        tell: |s| {
            s.boot();
            s.send(ORDERS, 5);
            s.append(ORDERS, 5);
            lie!(s, Fact::ProduceAnswered { high_watermark, .. } => *high_watermark = Offset(5));
            s.ack(ORDERS);
        },
        expected: Violated(Some(ORDERS), Some(0)),
    },
    Case {
        id: "ack-respects-min-isr",
        about: "an answer with the leader alone in the ISR",
        tell: |s| {
            s.boot();
            lie!(s, Fact::ProduceAnswered { isr, .. } => *isr = 1);
            s.produce(ORDERS, 5);
        },
        expected: Violated(Some(ORDERS), Some(0)),
    },
];
