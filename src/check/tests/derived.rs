//! Consume, transform, produce: X3, X4, T13.

use super::story::{lie, *};
use super::{Case, Excused, Holds, NotExercised, NotPromised, Violated};
use crate::history::fact::*;
use crate::history::setup::{CommitSetup, Setup, SinkSetup};
use crate::protocol::config::{AutoOffsetReset, IsolationLevel};
use crate::protocol::ids::*;

#[test]
fn stories() {
    Case::check_all(CASES);
}

fn as_it_is(_: &mut Setup) {}

/// Three invoices in a transaction that is committed.
fn three_of_five(s: &mut Story) {
    s.exactly_once(as_it_is);
    s.invoice(0, 3);
    s.finish(BILLING, true);
}

/// Five orders stand there twice, and the first five have their invoices.
fn twice_in_the_input(s: &mut Story) {
    s.exactly_once(|setup| setup.producers.iter_mut().for_each(|p| p.idempotent = p.transactional_id.is_some()));
    s.append_again(ORDERS, CHECKOUT_1);
    s.replicate(ORDERS);
    s.invoice(0, 5);
    s.finish(BILLING, true);
}

/// The first transaction is aborted, and the group has no offset to go back to: it goes on at the end. `from`: the first
/// of the two later orders of which it makes invoices.
fn leaps(s: &mut Story, resets: bool, from: u32) {
    s.exactly_once(|setup| setup.consumers.iter_mut().for_each(|c| c.auto_offset_reset = AutoOffsetReset::Latest));
    s.invoice(0, 3);
    s.finish(BILLING, false);
    if resets {
        let (node, policy) = (BILLING, AutoOffsetReset::Latest);
        s.tell(Fact::PositionReset { node, tp: ORDERS, offset: Offset(5), policy, out_of_range: false });
    }
    s.send_from(CHECKOUT_1, ORDERS, 2);
    s.append_in(B1, ORDERS, 0, CHECKOUT_1, 2);
    s.replicate(ORDERS);
    s.invoice(from, 7);
    s.finish(BILLING, true);
}

pub(super) const CASES: &[Case] = &[
    Case {
        id: "eos-count",
        about: "a position is reset to the latest offset after an abort",
        tell: |s| leaps(s, true, 5),
        expected: Excused("reset to the latest offset"),
    },
    Case {
        id: "eos-count",
        about: "it goes on there by itself",
        tell: |s| leaps(s, false, 5),
        expected: Violated(Some(ORDERS), Some(0)),
    },
    Case {
        id: "eos-count",
        about: "it is reset there, and leaves out another one",
        tell: |s| leaps(s, true, 6),
        expected: Violated(Some(ORDERS), Some(5)),
    },
    Case {
        id: "eos-deterministic-prefix",
        about: "a position is reset to the latest offset after an abort",
        tell: |s| leaps(s, true, 5),
        expected: Excused("reset to the latest offset"),
    },
    Case {
        id: "eos-deterministic-prefix",
        about: "it goes on there by itself",
        tell: |s| leaps(s, false, 5),
        expected: Violated(Some(ORDERS), Some(0)),
    },
    Case {
        id: "eos-count",
        about: "three of five orders have their invoices",
        tell: three_of_five,
        expected: Holds(5),
    },
    Case {
        id: "eos-count",
        about: "an abort, and the same again",
        tell: |s| {
            s.exactly_once(as_it_is);
            s.invoice(0, 3);
            s.finish(BILLING, false);
            s.invoice(0, 5);
            s.finish(BILLING, true);
        },
        expected: Holds(5),
    },
    Case {
        id: "eos-count",
        about: "the same orders once more, in a transaction of their own",
        tell: |s| {
            three_of_five(s);
            s.invoice(0, 3);
            s.finish(BILLING, true);
        },
        expected: Violated(Some(ORDERS), Some(0)),
    },
    Case {
        id: "eos-count",
        about: "the offset is committed, and one invoice is not there",
        tell: |s| {
            s.exactly_once(as_it_is);
            lie!(s, Fact::RecordDerived { origin_ordinal, .. } if *origin_ordinal == 2 => *origin_ordinal = 1);
            s.invoice(0, 3);
            s.finish(BILLING, true);
        },
        expected: Violated(Some(ORDERS), Some(1)),
    },
    Case {
        id: "eos-count",
        about: "invoices are committed, and the offset is not",
        tell: |s| {
            s.exactly_once(as_it_is);
            s.begin(BILLING);
            s.tell(Fact::RecordDerived {
                node: BILLING,
                tp: INVOICES,
                ordinal: 0,
                origin: CHECKOUT_1,
                origin_tp: ORDERS,
                origin_ordinal: 0,
            });
            s.write(BILLING, INVOICES, 1);
            s.finish(BILLING, true);
        },
        expected: Violated(Some(ORDERS), Some(0)),
    },
    Case {
        id: "eos-count",
        about: "the run ends with the invoices committed, and the marker for the offset on its way",
        tell: |s| {
            three_of_five(s);
            s.invoice(3, 5);
            s.ending(BILLING, true);
            s.prepare(BILLING, true);
            s.ended(BILLING, true);
            s.mark(BILLING, INVOICES, true);
        },
        expected: Holds(3),
    },
    Case {
        id: "eos-count",
        about: "the run ends with the offset committed, and the marker for the invoices on its way",
        tell: |s| {
            three_of_five(s);
            s.invoice(3, 5);
            s.ending(BILLING, true);
            s.prepare(BILLING, true);
            s.ended(BILLING, true);
            s.mark(BILLING, OFFSETS, true);
        },
        expected: Holds(3),
    },
    Case {
        id: "eos-count",
        about: "an order stands there twice, since its producer sent it again: two invoices",
        tell: |s| {
            twice_in_the_input(s);
            s.invoice_again(5);
            s.finish(BILLING, true);
        },
        expected: Holds(10),
    },
    Case {
        id: "eos-count",
        about: "an order stands there twice, and has one invoice",
        tell: |s| {
            twice_in_the_input(s);
            s.invoice_again(4);
            s.finish(BILLING, true);
        },
        expected: Violated(Some(ORDERS), Some(4)),
    },
    Case {
        id: "eos-count",
        about: "an order stands there twice, and has three invoices",
        tell: |s| {
            twice_in_the_input(s);
            s.invoice_again(5);
            s.finish(BILLING, true);
            s.invoice_again(5);
            s.finish(BILLING, true);
        },
        expected: Violated(Some(ORDERS), Some(0)),
    },
    Case {
        id: "eos-count",
        about: "offsets are committed beside the transaction",
        tell: |s| {
            s.exactly_once(|setup| setup.consumers[0].commit = CommitSetup::SyncAfterBatch);
            s.invoice(0, 3);
            s.finish(BILLING, true);
        },
        expected: NotPromised("billing-0 does not commit its offsets in the transaction"),
    },
    Case {
        id: "eos-count",
        about: "after an abort the application goes on behind what that was about",
        tell: |s| {
            s.exactly_once(|setup| setup.consumers[0].continues_after_abort = true);
            s.invoice(0, 3);
            s.finish(BILLING, true);
        },
        expected: NotPromised("goes on after an aborted transaction"),
    },
    Case {
        id: "eos-count",
        about: "an application takes a row for proof that it has sent the invoice",
        tell: |s| {
            s.exactly_once(|setup| setup.consumers[0].sink = Some(SinkSetup::IdempotentConsumer));
            s.invoice(0, 3);
            s.finish(BILLING, true);
        },
        expected: NotPromised("leaves out a record whose row is there"),
    },
    Case {
        id: "eos-count",
        about: "what is read may be aborted yet",
        tell: |s| {
            s.exactly_once(|setup| setup.consumers[0].isolation_level = IsolationLevel::ReadUncommitted);
            s.invoice(0, 3);
            s.finish(BILLING, true);
        },
        expected: NotPromised("read_uncommitted"),
    },
    Case {
        id: "eos-count",
        about: "an order cannot be processed, and is given up",
        tell: |s| {
            s.exactly_once(as_it_is);
            s.tell(Fact::RecordFailed {
                node: BILLING,
                tp: ORDERS,
                offset: Offset(0),
                origin: CHECKOUT_1,
                ordinal: 0,
                skipped: true,
            });
            s.begin(BILLING);
            s.tell(Fact::RecordDerived {
                node: BILLING,
                tp: INVOICES,
                ordinal: 0,
                origin: CHECKOUT_1,
                origin_tp: ORDERS,
                origin_ordinal: 1,
            });
            s.write(BILLING, INVOICES, 1);
            s.send_offset(BILLING, ORDERS, 2);
            s.finish(BILLING, true);
        },
        expected: Excused("gives up records that it cannot process"),
    },
    Case {
        id: "eos-count",
        about: "nothing is made of anything",
        tell: |s| s.exactly_once(as_it_is),
        expected: NotExercised,
    },
    Case { id: "eos-deterministic-prefix", about: "three invoices in order", tell: three_of_five, expected: Holds(4) },
    Case {
        id: "eos-deterministic-prefix",
        about: "two change places",
        tell: |s| {
            s.exactly_once(as_it_is);
            lie!(s, Fact::RecordDerived { origin_ordinal, .. } if *origin_ordinal == 0 => *origin_ordinal = 1);
            lie!(s, Fact::RecordDerived { origin_ordinal, ordinal: 1, .. } => *origin_ordinal = 0);
            s.invoice(0, 3);
            s.finish(BILLING, true);
        },
        expected: Violated(Some(INVOICES), Some(1)),
    },
    Case {
        id: "eos-deterministic-prefix",
        about: "one is left out",
        tell: |s| {
            s.exactly_once(as_it_is);
            s.invoice(0, 1);
            s.finish(BILLING, true);
            s.invoice(2, 3);
            s.finish(BILLING, true);
        },
        expected: Violated(Some(ORDERS), Some(1)),
    },
    Case {
        id: "txn-no-wr-cycle",
        about: "one transaction reads what another has written",
        tell: |s| {
            chain(s);
        },
        expected: Holds(1),
    },
    Case {
        id: "txn-no-wr-cycle",
        about: "and that one what this one has written",
        tell: |s| {
            chain(s);
            s.tell(derived(0, 3));
        },
        expected: Violated(None, None),
    },
    Case {
        id: "txn-no-wr-cycle",
        about: "by one who reads what is uncommitted",
        tell: |s| {
            s.exactly_once(|setup| setup.consumers[0].isolation_level = IsolationLevel::ReadUncommitted);
            s.invoice(0, 3);
            s.tell(derived(1, 0));
            s.finish(BILLING, true);
        },
        expected: Excused("read_uncommitted"),
    },
    Case { id: "txn-no-wr-cycle", about: "nobody reads what is written", tell: three_of_five, expected: NotExercised },
];

/// Invoice number `ordinal` comes of another one.
fn derived(ordinal: u32, origin_ordinal: u32) -> Fact {
    Fact::RecordDerived { node: BILLING, tp: INVOICES, ordinal, origin: BILLING, origin_tp: INVOICES, origin_ordinal }
}

/// Two transactions; the second makes something of what the first has written.
fn chain(s: &mut Story) {
    s.exactly_once(as_it_is);
    s.invoice(0, 3);
    s.finish(BILLING, true);
    s.invoice(3, 5);
    s.tell(derived(3, 0));
    s.finish(BILLING, true);
}
