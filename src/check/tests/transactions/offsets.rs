//! Offsets in transactions: T10, T11.

use super::{as_it_is, written};
use crate::check::tests::story::{hide, lie, *};
use crate::check::tests::{Case, Excused, Holds, NotExercised, Violated};
use crate::history::fact::*;
use crate::protocol::ids::*;

/// Orders 0 to 2 are worked on, and offset 3 is sent.
fn offset_sent(s: &mut Story) {
    s.exactly_once(as_it_is);
    s.invoice(0, 3);
}
/// A coordinator begins generation 2 and tells nobody. The next one has read one generation in the log; a member sends
/// offsets in generation 1.
fn a_generation_in_memory(s: &mut Story, read: i32) {
    s.exactly_once(as_it_is);
    let (group, members) = (GROUP, 0);
    let state = GroupState::Empty;
    s.tell(Fact::GroupStateChanged { broker: B3, group, state, generation: Generation(2), members });
    s.elect_and_tell(OFFSETS, B1, &[B1, B2, B3]);
    s.tell(Fact::CoordinatorLoaded { broker: B1, tp: OFFSETS, epoch: LeaderEpoch(1) });
    s.tell(Fact::GroupLoaded { broker: B1, group, generation: Generation(read), members: 1 });
    s.invoice(0, 3);
}

pub(super) const CASES: &[Case] = &[
    // --- T10
    Case {
        id: "txn-offsets-atomic",
        about: "a group has an offset with the commit",
        tell: |s| {
            offset_sent(s);
            s.finish(BILLING, true);
        },
        expected: Holds(2),
    },
    Case {
        id: "txn-offsets-atomic",
        about: "and has none with the abort",
        tell: |s| {
            offset_sent(s);
            s.finish(BILLING, false);
        },
        expected: Holds(1),
    },
    Case {
        id: "txn-offsets-atomic",
        about: "a pending offset is there before the marker",
        tell: |s| {
            offset_sent(s);
            s.store(BILLING, ORDERS, Offset(3), s.generation());
        },
        expected: Violated(Some(ORDERS), Some(3)),
    },
    Case {
        id: "txn-offsets-atomic",
        about: "a pending offset is told before the marker",
        tell: |s| {
            offset_sent(s);
            s.tell(Fact::OffsetFetched { broker: B3, group: GROUP, tp: ORDERS, offset: Offset(3) });
        },
        expected: Violated(Some(ORDERS), Some(3)),
    },
    Case {
        id: "txn-offsets-atomic",
        about: "an offset of an aborted transaction is there",
        tell: |s| {
            offset_sent(s);
            s.finish(BILLING, false);
            s.store(BILLING, ORDERS, Offset(3), s.generation());
        },
        expected: Violated(Some(ORDERS), Some(3)),
    },
    Case {
        id: "txn-offsets-atomic",
        about: "a commit without an offset, long ago",
        tell: |s| {
            offset_sent(s);
            hide!(s, Fact::OffsetStored { .. });
            s.finish(BILLING, true);
            s.end_after(600);
        },
        expected: Violated(Some(ORDERS), Some(3)),
    },
    Case {
        id: "txn-offsets-atomic",
        about: "a moment ago",
        tell: |s| {
            offset_sent(s);
            hide!(s, Fact::OffsetStored { .. });
            s.finish(BILLING, true);
        },
        expected: Excused("after the last disturbance"),
    },
    Case { id: "txn-offsets-atomic", about: "no offset", tell: |s| written(s, as_it_is), expected: NotExercised },
    // --- T11
    Case {
        id: "txn-commit-fenced-by-group",
        about: "a member of the generation",
        tell: offset_sent,
        expected: Holds(1),
    },
    Case {
        id: "txn-commit-fenced-by-group",
        about: "it finds one that was sent in a generation that was over",
        tell: |s| {
            s.exactly_once(as_it_is);
            let old = s.generation();
            s.prepare_rebalance();
            s.rebalance_done();
            lie!(s, Fact::OffsetsSentToTransaction { generation, .. } => *generation = old);
            lie!(s, Fact::OffsetPending { generation, .. } => *generation = Generation::NONE);
            s.invoice(0, 3);
        },
        expected: Violated(Some(ORDERS), Some(3)),
    },
    Case {
        id: "txn-commit-fenced-by-group",
        about: "the next coordinator finds one in the log, without its generation",
        tell: |s| {
            s.exactly_once(as_it_is);
            lie!(s, Fact::OffsetPending { generation, .. } => *generation = Generation::NONE);
            s.invoice(0, 3);
        },
        expected: Holds(1),
    },
    Case {
        id: "txn-commit-fenced-by-group",
        about: "the next coordinator has that generation",
        tell: |s| a_generation_in_memory(s, 2),
        expected: Violated(Some(ORDERS), Some(3)),
    },
    Case {
        id: "txn-commit-fenced-by-group",
        about: "a generation that only a coordinator has known whose word nobody has: the next one counts on from the log",
        tell: |s| a_generation_in_memory(s, 1),
        expected: Holds(1),
    },
    Case {
        id: "txn-commit-fenced-by-group",
        about: "a member of one that was over when it sent",
        tell: |s| {
            s.exactly_once(as_it_is);
            let old = s.generation();
            s.prepare_rebalance();
            s.rebalance_done();
            lie!(s, Fact::OffsetPending { generation, .. } => *generation = old);
            s.invoice(0, 3);
        },
        expected: Violated(Some(ORDERS), Some(3)),
    },
    Case {
        id: "txn-commit-fenced-by-group",
        about: "one that says no generation",
        tell: |s| {
            s.exactly_once(as_it_is);
            lie!(s, Fact::OffsetsSentToTransaction { generation, .. } => *generation = Generation::NONE);
            lie!(s, Fact::OffsetPending { generation, .. } => *generation = Generation::NONE);
            s.invoice(0, 3);
        },
        expected: Excused("KIP-447"),
    },
    Case {
        id: "txn-commit-fenced-by-group",
        about: "no offset",
        tell: |s| written(s, as_it_is),
        expected: NotExercised,
    },
];
