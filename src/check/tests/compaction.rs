//! Compaction: L8-L10, and what others make of its holes.

use super::story::{Story, hide, lie, *};
use super::{Case, Holds, NotExercised, Violated};
use crate::history::fact::*;
use crate::protocol::config::CleanupPolicy;
use crate::protocol::ids::*;
use crate::sim::time::Nanos;

#[test]
fn stories() {
    Case::check_all(CASES);
}

fn compacted(s: &mut Story) {
    s.setup.topics[0].config.cleanup_policy = CleanupPolicy::COMPACT;
    s.boot();
}
/// A batch is everywhere: a key and whether there is a value, of each record.
fn keyed(s: &mut Story, records: &[(u32, bool)]) {
    s.send(ORDERS, records.len() as u32);
    let first = s.end(B1, ORDERS);
    s.append(ORDERS, records.len() as u32);
    for (at, (key, has_value)) in (0..).zip(records) {
        let (offset, tombstone) = (first.plus(at), !has_value);
        s.tell(Fact::KeyAppended { broker: B1, tp: ORDERS, offset, key: *key, tombstone });
    }
    s.replicate(ORDERS);
    s.ack(ORDERS);
}
/// A broker's cleaner takes these out.
fn clean(s: &mut Story, broker: BrokerId, first: i64, low: u64) {
    s.act();
    s.tell(Fact::RecordsCompacted { broker, tp: ORDERS, first: Offset(first), low, high: 0, copied: false });
}
/// A broker is sent none of these.
fn lacks(s: &mut Story, broker: BrokerId, first: i64, low: u64) {
    s.tell(Fact::RecordsCompacted { broker, tp: ORDERS, first: Offset(first), low, high: 0, copied: true });
}
fn may_go(s: &mut Story, first: i64, last: i64, at: u64) {
    let (first, last, horizon) = (Offset(first), Offset(last), Nanos::from_secs(at));
    s.tell(Fact::DeleteHorizonSet { broker: B1, tp: ORDERS, first, last, horizon });
}
/// Broker 3 is behind: two batches are at the others.
fn broker_3_is_behind(s: &mut Story) {
    compacted(s);
    s.isr(ORDERS, &[B1, B2]);
    keyed(s, &[(1, true), (2, true)]);
    keyed(s, &[(1, true), (2, true), (3, true)]);
}

pub(super) const CASES: &[Case] = &[
    Case {
        id: "compaction-keeps-last",
        about: "older values of two keys go",
        tell: |s| {
            compacted(s);
            keyed(s, &[(1, true), (2, true), (1, true), (2, true)]);
            clean(s, B1, 0, 0b11);
        },
        expected: Holds(2),
    },
    Case {
        id: "compaction-keeps-last",
        about: "nothing was compacted",
        tell: |s| {
            compacted(s);
            keyed(s, &[(1, true)]);
        },
        expected: NotExercised,
    },
    Case {
        id: "compaction-keeps-last",
        about: "the last value of a key goes instead of an older one",
        tell: |s| {
            compacted(s);
            keyed(s, &[(1, true), (2, true), (1, true), (2, true)]);
            lie!(s, Fact::RecordsCompacted { low, .. } => *low = 0b101);
            clean(s, B1, 0, 0b11);
        },
        expected: Violated(Some(ORDERS), Some(2)),
    },
    Case {
        id: "compaction-keeps-last",
        about: "a tombstone goes when it may",
        tell: |s| {
            compacted(s);
            keyed(s, &[(1, true), (1, false), (2, true)]);
            clean(s, B1, 0, 0b1);
            may_go(s, 0, 2, 10);
            s.wait(20);
            clean(s, B1, 1, 0b1);
        },
        expected: Holds(2),
    },
    Case {
        id: "compaction-keeps-last",
        about: "a tombstone goes at once",
        tell: |s| {
            compacted(s);
            keyed(s, &[(1, true), (1, false), (2, true)]);
            clean(s, B1, 0, 0b1);
            may_go(s, 0, 2, 10);
            lie!(s, Fact::RecordsCompacted { first, .. } => *first = Offset(1));
            clean(s, B1, 1, 0b1);
        },
        expected: Violated(Some(ORDERS), Some(1)),
    },
    Case {
        id: "compaction-keeps-last",
        about: "a tombstone goes before the value that it removes",
        tell: |s| {
            compacted(s);
            keyed(s, &[(1, true), (1, false), (2, true)]);
            hide!(s, Fact::RecordsCompacted { first: Offset(0), .. });
            clean(s, B1, 0, 0b1);
            may_go(s, 0, 2, 10);
            s.wait(20);
            clean(s, B1, 1, 0b1);
        },
        expected: Violated(Some(ORDERS), Some(1)),
    },
    Case {
        id: "compaction-range",
        about: "committed records go",
        tell: |s| {
            compacted(s);
            keyed(s, &[(1, true), (1, true)]);
            clean(s, B1, 0, 0b1);
        },
        expected: Holds(1),
    },
    Case {
        id: "compaction-range",
        about: "a record goes that is not committed",
        tell: |s| {
            compacted(s);
            keyed(s, &[(1, true), (1, true)]);
            s.append(ORDERS, 2);
            lie!(s, Fact::RecordsCompacted { first, .. } => *first = Offset(2));
            clean(s, B1, 0, 0b1);
        },
        expected: Violated(Some(ORDERS), Some(2)),
    },
    Case {
        id: "compaction-copies",
        about: "a follower is sent what compaction has left: a batch less, and a batch with a hole",
        tell: |s| {
            broker_3_is_behind(s);
            keyed(s, &[(3, true)]);
            clean(s, B1, 0, 0b1_0011);
            lacks(s, B3, 0, 0b11);
            hide!(s, Fact::Appended { broker: B3, base_offset: Offset(0), .. });
            lie!(s, Fact::Appended { broker: B3, base_offset: Offset(2), count, .. } => *count = 2);
            s.lie(|fact| match fact {
                Fact::RecordsCompacted { broker: B3, first, .. } if *first == Offset(4) => Tell::Once,
                _ => Tell::Pass,
            });
            lacks(s, B3, 4, 0b1);
            s.fetch(B3, ORDERS);
        },
        expected: Holds(3),
    },
    Case {
        id: "compaction-copies",
        about: "a follower lacks a record that its leader has",
        tell: |s| {
            broker_3_is_behind(s);
            clean(s, B1, 0, 0b11);
            lie!(s, Fact::RecordsCompacted { copied: true, low, .. } => *low = 0b111);
            lacks(s, B3, 0, 0b11);
        },
        expected: Violated(Some(ORDERS), Some(2)),
    },
    Case {
        id: "log-matching",
        about: "a follower leaves a batch out that nobody has compacted",
        tell: |s| {
            broker_3_is_behind(s);
            hide!(s, Fact::Appended { broker: B3, base_offset: Offset(0), .. });
            s.fetch(B3, ORDERS);
        },
        expected: Violated(Some(ORDERS), Some(2)),
    },
];

/// What was compacted away is no loss, and is no longer in the log.
#[test]
fn what_is_compacted_away_is_counted_apart() {
    let mut story = Story::new();
    compacted(&mut story);
    keyed(&mut story, &[(1, true), (2, true), (1, true), (2, true)]);
    clean(&mut story, B1, 0, 0b11);
    let ledger = story.judge().ledger;
    assert_eq!((ledger.acked, ledger.in_the_log, ledger.compacted, ledger.lost_after_ack), (4, 2, 2, 0));
    assert_eq!(ledger.figure("compacted"), Some(2));
}
