//! What retention deletes is no loss of replication; who had not read it has lost it all the same: L6, L7, R12, R13, X1, V4.

use super::story::*;
use super::{Case, Excused, Holds, Violated};
use crate::history::fact::*;
use crate::protocol::config::Limit;
use crate::protocol::ids::*;
use crate::sim::time::Nanos;

#[test]
fn stories() {
    Case::check_all(CASES);
}

/// A broker's log begins at `to` from now on.
fn starts(s: &mut Story, broker: BrokerId, (from, to): (i64, i64), high_watermark: i64, reason: LogStartReason) {
    s.act();
    let (from, to, high_watermark) = (Offset(from), Offset(to), Offset(high_watermark));
    s.tell(Fact::LogStartMoved { broker, tp: ORDERS, from, to, high_watermark, reason });
}
/// A broker deletes a segment, whose youngest record is of the beginning of the run.
fn deletes(s: &mut Story, broker: BrokerId, (first, next): (i64, i64)) {
    starts(s, broker, (first, next), next, LogStartReason::SegmentDeletion);
    s.tell(Fact::SegmentsDeleted {
        broker,
        tp: ORDERS,
        first: Offset(first),
        next: Offset(next),
        segments: 1,
        bytes: 1_000,
        reason: SegmentDeletionReason::Time,
        largest_timestamp: Nanos::ZERO,
    });
}
/// Five records are old enough to be deleted.
fn five_old_records(s: &mut Story) {
    s.setup.topics[0].config.retention = Limit::UpTo(Nanos::from_secs(5));
    s.boot();
    s.join();
    s.produce(ORDERS, 5);
    s.wait(10);
}

#[test]
fn a_retention_that_deletes_nothing_is_no_part_of_the_run() {
    let said = |by: fn(&mut Story), deleted: bool| {
        let mut story = Story::new();
        story.setup.duration = Nanos::from_secs(200);
        by(&mut story);
        story.boot();
        story.produce(ORDERS, 5);
        if deleted {
            story.wait(100);
            deletes(&mut story, B1, (0, 5));
        }
        story.judge().unsimulated.iter().any(|what| what.contains("the retention of topic orders had no effect"))
    };
    let size: fn(&mut Story) = |s| s.setup.topics[0].config.retention_bytes = Limit::UpTo(1_000);
    let time: fn(&mut Story) = |s| s.setup.topics[0].config.retention = Limit::UpTo(Nanos::from_millis(1));
    assert_eq!([said(size, false), said(time, false)], [true; 2]);
    assert_eq!([said(size, true), said(time, true)], [false; 2]);
    assert!(!said(|_| {}, false), "seven days: nobody expects anything of a run");
}

pub(super) const CASES: &[Case] = &[
    Case {
        id: "retention-bounds",
        about: "a segment is deleted when it is old enough, on each replica",
        tell: |s| {
            five_old_records(s);
            [B1, B2, B3].into_iter().for_each(|broker| deletes(s, broker, (0, 5)));
        },
        expected: Holds(3),
    },
    Case {
        id: "retention-bounds",
        about: "a segment is deleted that is too young",
        tell: |s| {
            five_old_records(s);
            s.setup.topics[0].config.retention = Limit::UpTo(Nanos::from_secs(1_000));
            deletes(s, B1, (0, 5));
        },
        expected: Violated(Some(ORDERS), Some(0)),
    },
    Case {
        id: "retention-bounds",
        about: "the same segment is deleted again",
        tell: |s| {
            five_old_records(s);
            s.produce(ORDERS, 5);
            deletes(s, B1, (0, 5));
            deletes(s, B1, (0, 10));
        },
        expected: Violated(Some(ORDERS), Some(0)),
    },
    Case {
        id: "log-start-monotonic",
        about: "a log begins behind its high watermark",
        tell: |s| {
            five_old_records(s);
            s.append(ORDERS, 5);
            starts(s, B1, (0, 10), 5, LogStartReason::SegmentDeletion);
        },
        expected: Violated(Some(ORDERS), Some(10)),
    },
    Case {
        id: "log-start-monotonic",
        about: "a follower was told where its leader's log begins, and crashes before that is on disk",
        tell: |s| {
            five_old_records(s);
            starts(s, B3, (0, 5), 5, LogStartReason::LeaderOffsetIncremented);
            s.kill(B3, StopKind::Crash);
            s.restart(B3, ORDERS, 5);
        },
        expected: Excused("before the start of its log was on disk"),
    },
    Case {
        id: "log-start-monotonic",
        about: "a crash brings back what was deleted",
        tell: |s| {
            five_old_records(s);
            deletes(s, B3, (0, 5));
            s.kill(B3, StopKind::Crash);
            s.restart(B3, ORDERS, 5);
        },
        expected: Violated(Some(ORDERS), Some(5)),
    },
    Case {
        id: "committed-durable",
        about: "what was deleted by retention is not lost",
        tell: |s| {
            five_old_records(s);
            [B1, B2, B3].into_iter().for_each(|broker| deletes(s, broker, (0, 5)));
            s.elect_and_tell(ORDERS, B2, &[B2, B3]);
            s.produce(ORDERS, 5);
        },
        expected: Holds(2),
    },
    Case {
        id: "acked-all-durable",
        about: "nor does it break the promise of acks=all",
        tell: |s| {
            five_old_records(s);
            [B1, B2, B3].into_iter().for_each(|broker| deletes(s, broker, (0, 5)));
        },
        expected: Holds(5),
    },
    Case {
        id: "log-matching",
        about: "a follower that had nothing starts over where its leader's log begins",
        tell: |s| {
            s.setup.topics[0].config.retention = Limit::UpTo(Nanos::from_secs(5));
            s.boot();
            s.isr(ORDERS, &[B1, B2]);
            s.produce(ORDERS, 5);
            s.wait(10);
            deletes(s, B1, (0, 5));
            s.act();
            s.tell(Fact::Truncated {
                broker: B3,
                tp: ORDERS,
                from: Offset(0),
                to: Offset(5),
                epoch: LeaderEpoch(0),
                reason: TruncationReason::Reset,
            });
            s.forget_below(B3, ORDERS, 5);
            s.append(ORDERS, 5);
            s.fetch(B3, ORDERS);
        },
        expected: Holds(2),
    },
    Case {
        id: "at-least-once",
        about: "records are deleted before their group has come to them",
        tell: |s| {
            five_old_records(s);
            deletes(s, B1, (0, 5));
            s.produce(ORDERS, 5);
            s.reset(BILLING, ORDERS, 5, true);
            s.consume(BILLING, ORDERS);
        },
        expected: Excused("retention had deleted records of orders-0 before group billing had read them"),
    },
    Case {
        id: "at-least-once",
        about: "the same, but nothing was deleted",
        tell: |s| {
            five_old_records(s);
            s.produce(ORDERS, 5);
            s.reset(BILLING, ORDERS, 5, true);
            s.consume(BILLING, ORDERS);
        },
        expected: Violated(Some(ORDERS), Some(0)),
    },
    Case {
        id: "at-least-once",
        about: "records are deleted that the group has committed past without having processed them",
        tell: |s| {
            five_old_records(s);
            s.poll(BILLING, ORDERS);
            s.commit(BILLING, ORDERS);
            deletes(s, B1, (0, 5));
        },
        expected: Violated(Some(ORDERS), Some(0)),
    },
];

/// The ledger tells what was deleted from what is lost, and what of it a group had not read.
#[test]
fn deleted_records_are_not_lost_and_not_in_the_log() {
    let mut s = Story::new();
    five_old_records(&mut s);
    deletes(&mut s, B1, (0, 5));
    s.produce(ORDERS, 5);
    s.reset(BILLING, ORDERS, 5, true);
    s.consume(BILLING, ORDERS);
    let ledger = s.judge().ledger;
    let figures = ["in.the.log", "deleted", "lost.after.ack", "processed.once", "never.processed", "deleted.unread"];
    assert_eq!(figures.map(|name| ledger.figure(name)), [5, 5, 0, 5, 5, 5].map(Some));
}
