//! What consumers are given of transactions: T4, T5.

use super::{a_late_batch_committed, a_late_commit, as_it_is, unanswered, unverified, version_1, written};
use crate::check::kafka_bug::KafkaBug;
use crate::check::tests::story::*;
use crate::check::tests::{Bug, Case, Excused, Holds, HoldsApart, NotExercised, Violated};
use crate::history::fact::*;
use crate::history::setup::Setup;
use crate::protocol::config::IsolationLevel;

fn uncommitted(setup: &mut Setup) {
    setup.consumers[0].isolation_level = IsolationLevel::ReadUncommitted;
}
/// The same, and the group reads.
fn written_and_joined(s: &mut Story, change: fn(&mut Setup)) {
    s.transactional(change);
    s.join();
    s.begin(CHECKOUT);
    s.write(CHECKOUT, ORDERS, 5);
}
fn other_uncommitted(setup: &mut Setup) {
    setup.consumers[1].isolation_level = IsolationLevel::ReadUncommitted;
}

pub(super) const CASES: &[Case] = &[
    // --- T4
    Case {
        id: "no-aborted-read",
        about: "committed records are read",
        tell: |s| {
            written_and_joined(s, as_it_is);
            s.finish(CHECKOUT, true);
            s.poll(BILLING, ORDERS);
        },
        expected: Holds(5),
    },
    Case {
        id: "no-aborted-read",
        about: "aborted records are read",
        tell: |s| {
            written_and_joined(s, as_it_is);
            s.finish(CHECKOUT, false);
            s.poll(BILLING, ORDERS);
        },
        expected: Violated(Some(ORDERS), Some(0)),
    },
    Case {
        id: "no-aborted-read",
        about: "a reader of what is uncommitted",
        tell: |s| {
            written_and_joined(s, uncommitted);
            s.poll(BILLING, ORDERS);
            s.finish(CHECKOUT, false);
        },
        expected: Excused("billing-0 reads with isolation.level=read_uncommitted"),
    },
    Case {
        id: "no-aborted-read",
        about: "a careful reader, and one of what is uncommitted",
        tell: |s| {
            s.transactional(other_uncommitted);
            s.join();
            s.begin(CHECKOUT);
            s.write(CHECKOUT, ORDERS, 5);
            s.write(CHECKOUT, MORE_ORDERS, 3);
            s.poll(BILLING_1, MORE_ORDERS);
            s.finish(CHECKOUT, false);
            s.begin(CHECKOUT);
            s.write(CHECKOUT, ORDERS, 5);
            s.finish(CHECKOUT, true);
            s.seek(BILLING, ORDERS, 6);
            s.poll(BILLING, ORDERS);
        },
        expected: HoldsApart(5, 3, "billing-1 reads with isolation.level=read_uncommitted"),
    },
    Case {
        id: "no-aborted-read",
        about: "what a late commit has committed, and the application has aborted",
        tell: |s| {
            a_late_commit(s, version_1);
            s.seek(BILLING, ORDERS, 6);
            s.ending(CHECKOUT, false);
            s.ended(CHECKOUT, false);
            s.poll(BILLING, ORDERS);
        },
        expected: Bug(KafkaBug::LateRequest),
    },
    Case {
        id: "no-aborted-read",
        about: "the same, read before the application asks for the abort, which throws",
        tell: |s| {
            a_late_commit(s, version_1);
            s.seek(BILLING, ORDERS, 6);
            s.poll(BILLING, ORDERS);
            s.ending(CHECKOUT, false);
            let error = Some(crate::protocol::exceptions::Exception::IllegalTransactionState);
            s.tell(Fact::TransactionEnded { node: CHECKOUT, transaction: 2, commit: false, error });
        },
        expected: Bug(KafkaBug::LateRequest),
    },
    Case {
        id: "no-aborted-read",
        about: "a commit that throws and is done all the same is no abort",
        tell: |s| {
            written_and_joined(s, as_it_is);
            s.ending(CHECKOUT, true);
            s.prepare(CHECKOUT, true);
            s.complete(CHECKOUT, true);
            unanswered(s);
            s.ending(CHECKOUT, false);
            s.poll(BILLING, ORDERS);
        },
        expected: Holds(5),
    },
    Case {
        id: "no-aborted-read",
        about: "a late record of what is aborted is read, committed with the next transaction, and leaders do not ask",
        tell: |s| {
            a_late_batch_committed(s, unverified);
            s.join();
            s.seek(BILLING, ORDERS, 6);
            s.poll(BILLING, ORDERS);
        },
        expected: Excused("transaction.partition.verification.enable"),
    },
    Case {
        id: "no-aborted-read",
        about: "records of no transaction",
        tell: |s| {
            s.boot();
            s.join();
            s.produce(ORDERS, 5);
            s.poll(BILLING, ORDERS);
        },
        expected: NotExercised,
    },
    // --- T5
    Case {
        id: "no-undecided-read",
        about: "what is committed is read while the next transaction is open",
        tell: |s| {
            written_and_joined(s, as_it_is);
            s.finish(CHECKOUT, true);
            s.begin(CHECKOUT);
            s.write(CHECKOUT, ORDERS, 5);
            s.poll(BILLING, ORDERS);
        },
        expected: Holds(1),
    },
    Case {
        id: "no-undecided-read",
        about: "what is undecided is read",
        tell: |s| {
            written_and_joined(s, as_it_is);
            s.poll(BILLING, ORDERS);
        },
        expected: Violated(Some(ORDERS), Some(0)),
    },
    Case {
        id: "no-undecided-read",
        about: "by one who asks for it",
        tell: |s| {
            written_and_joined(s, uncommitted);
            s.poll(BILLING, ORDERS);
        },
        expected: Excused("read_uncommitted"),
    },
    Case {
        id: "no-undecided-read",
        about: "by one who asks for it, beside one who does not",
        tell: |s| {
            s.transactional(other_uncommitted);
            s.join();
            s.begin(CHECKOUT);
            s.write(CHECKOUT, ORDERS, 5);
            s.write(CHECKOUT, MORE_ORDERS, 3);
            s.poll(BILLING_1, MORE_ORDERS);
            s.finish(CHECKOUT, true);
            s.poll(BILLING, ORDERS);
        },
        expected: HoldsApart(1, 1, "billing-1 reads with isolation.level=read_uncommitted"),
    },
    Case { id: "no-undecided-read", about: "nobody reads", tell: |s| written(s, as_it_is), expected: NotExercised },
];
