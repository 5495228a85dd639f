//! One replica's log: L1-L4, L6, L11, L12, R19.

use super::story::{hide, lie, *};
use super::{Case, Excused, Holds, NotExercised, Violated};
use crate::history::fact::*;
use crate::protocol::ids::*;

#[test]
fn stories() {
    Case::check_all(CASES);
}

/// Two batches are everywhere; broker 3 dies.
fn broker_3_dies(s: &mut Story, kind: StopKind) {
    s.boot();
    s.produce(ORDERS, 2);
    s.produce(ORDERS, 3);
    s.kill(B3, kind);
    s.isr(ORDERS, &[B1, B2]);
}

/// A leader loses power with what is committed, is back and writes something else there, in the same epoch; then another
/// one leads, and writes.
fn written_over(s: &mut Story, registered: bool) {
    s.boot();
    s.produce(ORDERS, 5);
    s.produce(ORDERS, 2);
    s.kill(B1, StopKind::PowerLoss);
    match registered {
        true => {
            s.restart(B1, ORDERS, 5);
            s.take_part(B1, ORDERS);
        }
        false => s.back_in_session(B1, ORDERS, 5),
    }
    s.append(ORDERS, 2);
    s.elect_and_tell(ORDERS, B2, &[B2, B3]);
    s.append_in(B2, ORDERS, 1, CHECKOUT_1, 1);
}

pub(super) const CASES: &[Case] = &[
    Case {
        id: "offset-contiguity",
        about: "a leader appends twice",
        tell: |s| {
            s.boot();
            s.append(ORDERS, 5);
            s.append(ORDERS, 5);
        },
        expected: Holds(2),
    },
    Case {
        id: "offset-contiguity",
        about: "a leader leaves two offsets out",
        tell: |s| {
            s.boot();
            s.append(ORDERS, 5);
            lie!(s, Fact::Appended { base_offset, .. } => *base_offset = Offset(7));
            s.append(ORDERS, 5);
        },
        expected: Violated(Some(ORDERS), Some(7)),
    },
    Case {
        id: "batch-epoch-monotonic",
        about: "three replicas store two epochs",
        tell: |s| {
            s.boot();
            s.produce(ORDERS, 5);
            s.elect_and_tell(ORDERS, B2, &[B2, B3]);
            s.produce(ORDERS, 5);
        },
        expected: Holds(5),
    },
    Case {
        id: "batch-epoch-monotonic",
        about: "a leader goes back to the epoch before its own",
        tell: |s| {
            s.boot();
            s.produce(ORDERS, 5);
            s.elect_and_tell(ORDERS, B2, &[B2, B3]);
            s.produce(ORDERS, 5);
            s.append_in(B2, ORDERS, 0, CHECKOUT, 1);
        },
        expected: Violated(Some(ORDERS), Some(10)),
    },
    Case {
        id: "batch-epoch-monotonic",
        about: "a follower stores an epoch that it has not heard of",
        tell: |s| {
            s.boot();
            s.produce(ORDERS, 5);
            s.elect(ORDERS, Some(B2), &[B2, B3], Election::Clean);
            s.take_part(B2, ORDERS);
            s.append(ORDERS, 5);
            s.fetch(B3, ORDERS);
        },
        expected: Violated(Some(ORDERS), Some(5)),
    },
    Case {
        id: "epoch-cache-consistent",
        about: "three leaders begin at their log ends, one appends, one is replaced",
        tell: |s| {
            s.boot();
            s.produce(ORDERS, 5);
            s.elect_and_tell(ORDERS, B2, &[B2, B3]);
            s.produce(ORDERS, 5);
        },
        expected: Holds(6),
    },
    Case {
        id: "epoch-cache-consistent",
        about: "a leader begins its epoch in the middle of its log",
        tell: |s| {
            s.boot();
            s.produce(ORDERS, 5);
            lie!(s, Fact::BecameLeader { broker: B2, start, .. } => *start = Offset(3));
            s.elect_and_tell(ORDERS, B2, &[B2, B3]);
        },
        expected: Violated(Some(ORDERS), Some(3)),
    },
    Case {
        id: "epoch-cache-consistent",
        about: "a leader begins an epoch that is in its log already",
        tell: |s| {
            s.boot();
            s.produce(ORDERS, 5);
            let high_watermark = Offset(5);
            s.tell(Fact::BecameLeader {
                broker: B1,
                tp: ORDERS,
                epoch: LeaderEpoch(0),
                start: Offset(5),
                high_watermark,
            });
        },
        expected: Violated(Some(ORDERS), Some(5)),
    },
    Case {
        id: "epoch-cache-consistent",
        about: "a leader forgets where its epoch began",
        tell: |s| {
            s.boot();
            s.isr(ORDERS, &[B1, B2]);
            lie!(s, Fact::IsrJoinProposed { epoch_start, .. } => *epoch_start = Offset(4));
            s.rejoin(ORDERS, B3);
        },
        expected: Violated(Some(ORDERS), Some(4)),
    },
    Case {
        id: "log-matching",
        about: "two followers store what the leader wrote",
        tell: |s| {
            s.boot();
            s.produce(ORDERS, 5);
        },
        expected: Holds(2),
    },
    Case {
        id: "log-matching",
        about: "a follower stores another record at the same place",
        tell: |s| {
            s.boot();
            lie!(s, Fact::Appended { broker: B2, ordinal, .. } => *ordinal = 99);
            s.produce(ORDERS, 5);
        },
        expected: Violated(Some(ORDERS), Some(0)),
    },
    Case {
        id: "log-matching",
        about: "a leader that is back in its old epoch without all that was committed writes, and follows on from there",
        tell: |s| {
            written_over(s, false);
            s.fetch(B1, ORDERS);
        },
        expected: Excused("in its old epoch before its new life was registered"),
    },
    Case {
        id: "log-matching",
        about: "one that is registered does the same",
        tell: |s| {
            written_over(s, true);
            s.fetch(B1, ORDERS);
        },
        expected: Violated(Some(ORDERS), Some(7)),
    },
    Case {
        id: "log-matching",
        about: "a follower that has all that the next leader has stores another record",
        tell: |s| {
            written_over(s, false);
            lie!(s, Fact::Appended { broker: B3, ordinal, .. } => *ordinal = 99);
            s.fetch(B3, ORDERS);
        },
        expected: Violated(Some(ORDERS), Some(7)),
    },
    Case {
        id: "fetch-fenced",
        about: "a leader that is back in its old epoch without all that was committed writes, and follows on from there",
        tell: |s| {
            written_over(s, false);
            s.fetch(B1, ORDERS);
        },
        expected: Excused("in its old epoch before its new life was registered"),
    },
    Case {
        id: "fetch-fenced",
        about: "one that is registered does the same",
        tell: |s| {
            written_over(s, true);
            s.fetch(B1, ORDERS);
        },
        expected: Violated(Some(ORDERS), Some(7)),
    },
    Case {
        id: "log-start-monotonic",
        about: "a log is reopened",
        tell: |s| {
            broker_3_dies(s, StopKind::Crash);
            s.restart(B3, ORDERS, 5);
        },
        expected: Holds(1),
    },
    Case {
        id: "log-start-monotonic",
        about: "a log starts at 2, and then at 0 again",
        tell: |s| {
            broker_3_dies(s, StopKind::Crash);
            lie!(s, Fact::LogRecovered { log_start, .. } => *log_start = Offset(2));
            s.restart(B3, ORDERS, 5);
            s.kill(B3, StopKind::Crash);
            s.restart(B3, ORDERS, 5);
        },
        expected: Violated(Some(ORDERS), Some(5)),
    },
    Case {
        id: "log-start-monotonic",
        about: "the same after an unclean election",
        tell: |s| {
            broker_3_dies(s, StopKind::Crash);
            lie!(s, Fact::LogRecovered { log_start, .. } => *log_start = Offset(2));
            s.restart(B3, ORDERS, 5);
            s.elect(ORDERS, Some(B3), &[B3], Election::Unclean);
            s.kill(B3, StopKind::Crash);
            s.restart(B3, ORDERS, 5);
        },
        expected: Excused("unclean"),
    },
    Case {
        id: "recovery-prefix",
        about: "a process crash loses nothing",
        tell: |s| {
            broker_3_dies(s, StopKind::Crash);
            s.restart(B3, ORDERS, 5);
        },
        expected: Holds(1),
    },
    Case {
        id: "recovery-prefix",
        about: "a power loss loses what was not flushed",
        tell: |s| {
            broker_3_dies(s, StopKind::PowerLoss);
            s.restart(B3, ORDERS, 2);
        },
        expected: Holds(1),
    },
    Case {
        id: "recovery-prefix",
        about: "a power loss counts even if the process crashes once more before it opens its logs",
        tell: |s| {
            broker_3_dies(s, StopKind::PowerLoss);
            s.tell(Fact::ProcessStarted { node: NodeId(2) });
            s.kill(B3, StopKind::Crash);
            s.restart(B3, ORDERS, 2);
        },
        expected: Holds(1),
    },
    Case {
        id: "recovery-prefix",
        about: "a process crash loses records",
        tell: |s| {
            broker_3_dies(s, StopKind::Crash);
            s.restart(B3, ORDERS, 2);
        },
        expected: Violated(Some(ORDERS), Some(2)),
    },
    Case {
        id: "recovery-prefix",
        about: "a power loss before the logs are opened leaves the mark of the clean stop before it",
        tell: |s| {
            broker_3_dies(s, StopKind::Clean);
            s.tell(Fact::ProcessStarted { node: NodeId(2) });
            s.kill(B3, StopKind::PowerLoss);
            lie!(s, Fact::LogRecovered { clean, .. } => *clean = true);
            s.restart(B3, ORDERS, 5);
        },
        expected: Holds(1),
    },
    Case {
        id: "recovery-prefix",
        about: "a crash is taken for a clean stop",
        tell: |s| {
            broker_3_dies(s, StopKind::Crash);
            lie!(s, Fact::LogRecovered { clean, .. } => *clean = true);
            s.restart(B3, ORDERS, 5);
        },
        expected: Violated(Some(ORDERS), Some(5)),
    },
    Case {
        id: "flush-honest",
        about: "a power loss leaves what was flushed",
        tell: |s| {
            s.boot();
            s.produce(ORDERS, 2);
            s.produce(ORDERS, 3);
            s.tell(Fact::Flushed { broker: B3, tp: ORDERS, offset: Offset(2) });
            s.kill(B3, StopKind::PowerLoss);
            s.isr(ORDERS, &[B1, B2]);
            s.restart(B3, ORDERS, 2);
        },
        expected: Holds(1),
    },
    Case {
        id: "flush-honest",
        about: "a power loss takes what was flushed",
        tell: |s| {
            s.boot();
            s.produce(ORDERS, 2);
            s.produce(ORDERS, 3);
            s.tell(Fact::Flushed { broker: B3, tp: ORDERS, offset: Offset(5) });
            s.kill(B3, StopKind::PowerLoss);
            s.restart(B3, ORDERS, 2);
        },
        expected: Violated(Some(ORDERS), Some(2)),
    },
    Case {
        id: "flush-honest",
        about: "a log that was deleted with what had been flushed of it, and is there again",
        tell: |s| {
            s.boot();
            s.produce(ORDERS, 3);
            s.tell(Fact::Flushed { broker: B3, tp: ORDERS, offset: Offset(3) });
            s.tell(Fact::ReplicaDeleted { broker: B3, tp: ORDERS, log_end: Offset(3) });
            s.kill(B3, StopKind::Crash);
            s.isr(ORDERS, &[B1, B2]);
            s.restart(B3, ORDERS, 0);
        },
        expected: NotExercised,
    },
    Case {
        id: "flush-honest",
        about: "a recovery point that no flush stands for",
        tell: |s| {
            broker_3_dies(s, StopKind::Crash);
            lie!(s, Fact::LogRecovered { flushed, .. } => *flushed = Offset(5));
            s.restart(B3, ORDERS, 5);
        },
        expected: Violated(Some(ORDERS), Some(5)),
    },
    Case {
        id: "fetch-fenced",
        about: "two followers fetch from their leader",
        tell: |s| {
            s.boot();
            s.produce(ORDERS, 5);
        },
        expected: Holds(2),
    },
    Case {
        id: "fetch-fenced",
        about: "a follower appends beyond its log end",
        tell: |s| {
            s.boot();
            s.append(ORDERS, 5);
            hide!(s, Fact::Appended { broker: B2, .. });
            s.fetch(B2, ORDERS);
            s.append(ORDERS, 5);
            s.fetch(B2, ORDERS);
        },
        expected: Violated(Some(ORDERS), Some(5)),
    },
    Case {
        id: "fetch-fenced",
        about: "a follower takes records from a broker that does not lead in its epoch",
        tell: |s| {
            lie!(s, Fact::BecameFollower { broker: B2, tp: ORDERS, leader, .. } => *leader = Some(B3));
            s.boot();
            s.produce(ORDERS, 5);
        },
        expected: Violated(Some(ORDERS), Some(0)),
    },
    Case {
        id: "fetch-fenced",
        about: "an answer of the old leader, which the new one does not have, is appended in the new epoch",
        tell: |s| {
            s.boot();
            s.produce(ORDERS, 5);
            s.elect_and_tell(ORDERS, B2, &[B2, B3]);
            s.append_in(B1, ORDERS, 0, CHECKOUT, 1);
            lie!(s, Fact::Appended { broker: B3, leader_epoch, .. } => *leader_epoch = LeaderEpoch(0));
            s.append(ORDERS, 1);
            s.fetch(B3, ORDERS);
        },
        expected: Violated(Some(ORDERS), Some(5)),
    },
];
