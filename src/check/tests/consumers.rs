//! Consumers: K1-K7.

use super::story::{lie, *};
use super::{Case, Excused, Holds, Violated};
use crate::history::fact::*;
use crate::history::setup::CommitSetup;
use crate::protocol::config::IsolationLevel;
use crate::protocol::ids::*;

#[test]
fn stories() {
    Case::check_all(CASES);
}

/// `billing-0` reads `orders-0`, which has three batches of five.
fn three_batches(s: &mut Story) {
    s.boot();
    s.join();
    (0..3).for_each(|_| s.produce(ORDERS, 5));
}

/// Five records of an aborted transaction and its marker, three of a committed one and its marker; the group has joined.
fn aborted_and_committed(s: &mut Story) {
    s.transactional(|_| {});
    s.join();
    for (count, commit) in [(5, false), (3, true)] {
        s.begin(CHECKOUT);
        s.write(CHECKOUT, ORDERS, count);
        s.finish(CHECKOUT, commit);
    }
}

/// `billing-0` has read eight records, the last three of which broker 2 never got. Broker 2 is
/// elected uncleanly and gets six others; three of them take the place of those.
fn three_records_are_replaced(s: &mut Story) {
    s.setup.topics[0].unclean_leader_election = true;
    s.boot();
    s.join();
    s.produce(ORDERS, 5);
    s.isr(ORDERS, &[B1, B3]);
    s.produce(ORDERS, 3);
    s.poll(BILLING, ORDERS);
    s.poll(BILLING, ORDERS);
    six_others(s);
}
fn six_others(s: &mut Story) {
    s.kill(B1, StopKind::Crash);
    s.elect(ORDERS, Some(B2), &[B2], Election::Unclean);
    s.take_part(B2, ORDERS);
    s.take_part(B3, ORDERS);
    s.send_from(CHECKOUT_1, ORDERS, 6);
    s.append_in(B2, ORDERS, 1, CHECKOUT_1, 6);
    s.truncate(B3, ORDERS, 5);
    s.fetch(B3, ORDERS);
    s.rejoin(ORDERS, B3);
    s.raise(ORDERS, 11);
}

/// `billing-0` could not process the first record of its second batch, and sought back to it.
fn poison(s: &mut Story) {
    three_batches(s);
    s.consume(BILLING, ORDERS);
    s.poll(BILLING, ORDERS);
    s.tell(Fact::RecordFailed {
        node: BILLING,
        tp: ORDERS,
        offset: Offset(5),
        origin: CHECKOUT,
        ordinal: 5,
        skipped: false,
    });
}

pub(super) const CASES: &[Case] = &[
    Case {
        id: "read-below-hw",
        about: "a committed batch is read",
        tell: |s| {
            three_batches(s);
            s.poll(BILLING, ORDERS);
        },
        expected: Holds(1),
    },
    Case {
        id: "read-below-hw",
        about: "a batch is read before it is committed",
        tell: |s| {
            s.boot();
            s.join();
            s.send(ORDERS, 5);
            s.append(ORDERS, 5);
            s.poll(BILLING, ORDERS);
        },
        expected: Violated(Some(ORDERS), Some(0)),
    },
    Case {
        id: "read-below-hw",
        about: "and comes with a high watermark that no leader ever had",
        tell: |s| {
            s.boot();
            s.join();
            s.send(ORDERS, 5);
            s.append(ORDERS, 5);
            lie!(s, Fact::RecordsPolled { high_watermark, .. } => *high_watermark = Offset(5));
            s.poll(BILLING, ORDERS);
        },
        expected: Violated(Some(ORDERS), Some(0)),
    },
    Case {
        id: "repeatable-read",
        about: "two consumers read what was committed",
        tell: |s| {
            three_batches(s);
            s.poll(BILLING, ORDERS);
            s.seek(BILLING_1, ORDERS, 0);
            s.poll(BILLING_1, ORDERS);
        },
        expected: Holds(2),
    },
    Case {
        id: "repeatable-read",
        about: "a consumer gets another record than was committed there",
        tell: |s| {
            three_batches(s);
            lie!(s, Fact::RecordsPolled { ordinal, .. } => *ordinal = 5);
            s.poll(BILLING, ORDERS);
        },
        expected: Violated(Some(ORDERS), Some(0)),
    },
    Case {
        id: "repeatable-read",
        about: "records are replaced in an unclean election, and read anew",
        tell: |s| {
            three_records_are_replaced(s);
            s.tell(Fact::PositionTruncated { node: BILLING, tp: ORDERS, from: Offset(8), to: Offset(5) });
            s.seek(BILLING, ORDERS, 5);
            s.poll(BILLING, ORDERS);
        },
        expected: Excused("unclean"),
    },
    Case {
        id: "position-no-skip",
        about: "three batches in turn",
        tell: |s| {
            three_batches(s);
            (0..3).for_each(|_| s.poll(BILLING, ORDERS));
        },
        expected: Holds(3),
    },
    Case {
        id: "position-no-skip",
        about: "a batch is stepped over",
        tell: |s| {
            three_batches(s);
            s.poll(BILLING, ORDERS);
            s.seek(BILLING, ORDERS, 10);
            s.poll(BILLING, ORDERS);
        },
        expected: Violated(Some(ORDERS), Some(10)),
    },
    Case {
        id: "position-no-skip",
        about: "the first batch after a commit is not the one committed",
        tell: |s| {
            three_batches(s);
            s.resume_from(BILLING, ORDERS, 5);
            s.seek(BILLING, ORDERS, 10);
            s.poll(BILLING, ORDERS);
        },
        expected: Violated(Some(ORDERS), Some(10)),
    },
    Case {
        id: "position-no-skip",
        about: "who reads what is committed passes over an aborted transaction and over markers",
        tell: |s| {
            aborted_and_committed(s);
            s.pass_over(BILLING, ORDERS, 6);
            s.poll(BILLING, ORDERS);
            s.pass_over(BILLING, ORDERS, 10);
        },
        expected: Holds(3),
    },
    Case {
        id: "position-no-skip",
        about: "it passes over a committed one as well",
        tell: |s| {
            aborted_and_committed(s);
            s.pass_over(BILLING, ORDERS, 10);
        },
        expected: Violated(Some(ORDERS), Some(0)),
    },
    Case {
        id: "position-no-skip",
        about: "who reads everything passes over an aborted transaction",
        tell: |s| {
            aborted_and_committed(s);
            s.setup.consumers[0].isolation_level = IsolationLevel::ReadUncommitted;
            s.pass_over(BILLING, ORDERS, 6);
        },
        expected: Violated(Some(ORDERS), Some(0)),
    },
    Case {
        id: "commit-le-position",
        about: "what is committed lies behind a marker that was passed over",
        tell: |s| {
            aborted_and_committed(s);
            s.pass_over(BILLING, ORDERS, 6);
            s.commit(BILLING, ORDERS);
        },
        expected: Holds(1),
    },
    Case {
        id: "position-monotonic",
        about: "three batches in turn",
        tell: |s| {
            three_batches(s);
            (0..3).for_each(|_| s.poll(BILLING, ORDERS));
        },
        expected: Holds(3),
    },
    Case {
        id: "position-monotonic",
        about: "the application seeks back to a record that it cannot process",
        tell: |s| {
            poison(s);
            s.sought(BILLING, ORDERS, 5);
            s.poll(BILLING, ORDERS);
        },
        expected: Holds(3),
    },
    Case {
        id: "position-monotonic",
        about: "a dead letter is no step back: reading goes on",
        tell: |s| {
            poison(s);
            s.process(BILLING, ORDERS);
            s.poll(BILLING, ORDERS);
        },
        expected: Holds(3),
    },
    Case {
        id: "position-monotonic",
        about: "an application that commits first goes back when it could not commit",
        tell: |s| {
            s.setup.consumers.iter_mut().for_each(|c| c.commit = CommitSetup::SyncBeforeProcessing);
            three_batches(s);
            s.poll(BILLING, ORDERS);
            s.tell(Fact::CommitReturned {
                node: BILLING,
                call: 1,
                error: Some(crate::protocol::exceptions::Exception::CommitTimedOut),
            });
            s.sought(BILLING, ORDERS, 0);
            s.poll(BILLING, ORDERS);
        },
        expected: Holds(2),
    },
    Case {
        id: "position-monotonic",
        about: "a batch is read again for no reason",
        tell: |s| {
            three_batches(s);
            s.poll(BILLING, ORDERS);
            s.seek(BILLING, ORDERS, 0);
            s.poll(BILLING, ORDERS);
        },
        expected: Violated(Some(ORDERS), Some(0)),
    },
    Case {
        id: "position-monotonic",
        about: "it gets an earlier record than the one that the application sought",
        tell: |s| {
            poison(s);
            s.sought(BILLING, ORDERS, 5);
            s.seek(BILLING, ORDERS, 0);
            s.poll(BILLING, ORDERS);
        },
        expected: Violated(Some(ORDERS), Some(0)),
    },
    Case {
        id: "truncation-noticed",
        about: "it goes back to where the log was cut",
        tell: |s| {
            three_records_are_replaced(s);
            s.tell(Fact::PositionTruncated { node: BILLING, tp: ORDERS, from: Offset(8), to: Offset(5) });
        },
        expected: Holds(1),
    },
    Case {
        id: "truncation-noticed",
        about: "it reads on in the middle of what took their place",
        tell: |s| {
            three_records_are_replaced(s);
            s.poll(BILLING, ORDERS);
        },
        expected: Violated(Some(ORDERS), Some(8)),
    },
    Case {
        id: "truncation-noticed",
        about: "it does not go back far enough",
        tell: |s| {
            three_records_are_replaced(s);
            s.tell(Fact::PositionTruncated { node: BILLING, tp: ORDERS, from: Offset(8), to: Offset(7) });
        },
        expected: Violated(Some(ORDERS), Some(7)),
    },
    Case {
        id: "truncation-noticed",
        about: "its position came from a commit",
        tell: |s| {
            s.setup.topics[0].unclean_leader_election = true;
            s.boot();
            s.join();
            s.produce(ORDERS, 5);
            s.isr(ORDERS, &[B1, B3]);
            s.produce(ORDERS, 3);
            s.resume_from(BILLING, ORDERS, 8);
            six_others(s);
            s.poll(BILLING, ORDERS);
        },
        expected: Excused("came from a commit"),
    },
    Case {
        id: "position-monotonic",
        about: "a later leader has brought back what was cut off: nothing to notice",
        tell: |s| {
            s.setup.topics[0].unclean_leader_election = true;
            s.boot();
            s.join();
            s.produce(ORDERS, 5);
            s.isr(ORDERS, &[B1, B3]);
            s.produce(ORDERS, 3);
            s.poll(BILLING, ORDERS);
            s.poll(BILLING, ORDERS);
            s.elect(ORDERS, Some(B2), &[B2], Election::Unclean);
            s.take_parts(ORDERS);
            s.elect(ORDERS, Some(B1), &[B1], Election::Unclean);
            s.take_parts(ORDERS);
            s.rejoin(ORDERS, B3);
            s.produce(ORDERS, 2);
            s.poll(BILLING, ORDERS);
        },
        expected: Holds(3),
    },
    Case {
        id: "reset-only-when-allowed",
        about: "nothing is committed, or the position is out of range",
        tell: |s| {
            three_batches(s);
            s.consume(BILLING, ORDERS);
            s.reset(BILLING, ORDERS, 0, true);
        },
        expected: Holds(3),
    },
    Case {
        id: "reset-only-when-allowed",
        about: "an offset is committed",
        tell: |s| {
            three_batches(s);
            s.consume(BILLING, ORDERS);
            s.prepare_rebalance();
            s.rebalance_done();
            s.reset(BILLING, ORDERS, 0, false);
        },
        expected: Violated(Some(ORDERS), Some(0)),
    },
    Case {
        id: "commit-le-position",
        about: "a consumer commits what it got",
        tell: |s| {
            three_batches(s);
            s.consume(BILLING, ORDERS);
        },
        expected: Holds(1),
    },
    Case {
        id: "commit-le-position",
        about: "a consumer commits what it did not get",
        tell: |s| {
            three_batches(s);
            s.consume(BILLING, ORDERS);
            lie!(s, Fact::CommitSent { offset, .. } => *offset = Offset(20));
            s.send_commit(BILLING, ORDERS);
        },
        expected: Violated(Some(ORDERS), Some(20)),
    },
    Case {
        id: "commit-le-position",
        about: "a consumer claims a position where it never was",
        tell: |s| {
            three_batches(s);
            s.consume(BILLING, ORDERS);
            s.seek(BILLING, ORDERS, 20);
            s.send_commit(BILLING, ORDERS);
        },
        expected: Violated(Some(ORDERS), Some(20)),
    },
];
