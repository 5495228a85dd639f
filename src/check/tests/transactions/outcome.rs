//! What becomes of a transaction: T2, T3, T9.

use super::{a_late_batch_committed, a_late_commit, as_it_is, two_instances, unverified, version_1, written};
use crate::check::kafka_bug::KafkaBug;
use crate::check::tests::story::*;
use crate::check::tests::{Bug, Case, Excused, Holds, NotExercised, Violated};
use crate::history::fact::*;
use crate::history::setup::Setup;
use crate::protocol::batch::TransactionState;
use crate::protocol::ids::*;
use crate::protocol::rules::LeaderlessMarker;

/// A partition without a leader is taken for deleted.
fn markers_dropped(setup: &mut Setup) {
    setup.rules.leaderless_marker = LeaderlessMarker::Dropped;
}
/// A marker for a partition without a leader waits for one.
fn markers_wait(setup: &mut Setup) {
    setup.rules.leaderless_marker = LeaderlessMarker::Waits;
}
/// A committed transaction whose offsets have no marker yet, and the next one: its offsets are sent, or there as well,
/// when somebody else comes to lead them and the marker is written.
fn offsets_under_way(s: &mut Story, arrive: bool) {
    s.exactly_once(version_1);
    s.invoice(0, 3);
    s.ending(BILLING, true);
    s.prepare(BILLING, true);
    s.mark(BILLING, INVOICES, true);
    s.ended(BILLING, true);
    if arrive {
        s.mark(BILLING, OFFSETS, true);
    }
    s.begin(BILLING);
    if arrive {
        s.send_offset(BILLING, ORDERS, 5);
    } else {
        let (offset, generation) = (Offset(5), s.generation());
        let (node, transaction, group, tp) = (BILLING, s.number(BILLING), GROUP, ORDERS);
        s.tell(Fact::OffsetsSentToTransaction { node, transaction, group, tp, offset, generation });
    }
    s.elect_and_tell(OFFSETS, B1, &[B1, B2, B3]);
    s.mark(BILLING, OFFSETS, true);
}
/// An aborted transaction is complete without its marker in a partition; the next one writes there, and is committed.
fn after_a_skipped_marker(s: &mut Story, skips: bool) {
    written(s, markers_dropped);
    s.ending(CHECKOUT, false);
    s.prepare(CHECKOUT, false);
    s.mark(CHECKOUT, ORDERS, false);
    if skips {
        s.skip_marker(CHECKOUT, MORE_ORDERS);
    }
    s.completed(CHECKOUT, false);
    s.ended(CHECKOUT, false);
    s.begin(CHECKOUT);
    s.write(CHECKOUT, MORE_ORDERS, 1);
    s.finish(CHECKOUT, true);
}

pub(super) const CASES: &[Case] = &[
    // --- T2
    Case {
        id: "atomic-outcome",
        about: "a commit in two partitions",
        tell: |s| {
            written(s, as_it_is);
            s.finish(CHECKOUT, true);
        },
        expected: Holds(3),
    },
    Case {
        id: "atomic-outcome",
        about: "the second marker says something else",
        tell: |s| {
            written(s, as_it_is);
            s.ending(CHECKOUT, true);
            s.prepare(CHECKOUT, true);
            s.mark(CHECKOUT, ORDERS, true);
            s.mark(CHECKOUT, MORE_ORDERS, false);
        },
        expected: Violated(Some(MORE_ORDERS), Some(3)),
    },
    Case {
        id: "atomic-outcome",
        about: "the coordinator has finished, and one partition has no marker",
        tell: |s| {
            written(s, as_it_is);
            s.ending(CHECKOUT, true);
            s.prepare(CHECKOUT, true);
            s.mark(CHECKOUT, ORDERS, true);
            s.completed(CHECKOUT, true);
        },
        expected: Violated(Some(MORE_ORDERS), Some(0)),
    },
    Case {
        id: "atomic-outcome",
        about: "the coordinator takes a partition without a leader for deleted",
        tell: |s| {
            written(s, markers_dropped);
            s.ending(CHECKOUT, true);
            s.prepare(CHECKOUT, true);
            s.mark(CHECKOUT, ORDERS, true);
            s.skip_marker(CHECKOUT, MORE_ORDERS);
            s.completed(CHECKOUT, true);
        },
        expected: Bug(KafkaBug::LeaderlessPartition),
    },
    Case {
        id: "atomic-outcome",
        about: "the same in a release whose markers wait for a leader",
        tell: |s| {
            written(s, markers_wait);
            s.ending(CHECKOUT, true);
            s.prepare(CHECKOUT, true);
            s.mark(CHECKOUT, ORDERS, true);
            s.skip_marker(CHECKOUT, MORE_ORDERS);
            s.completed(CHECKOUT, true);
        },
        expected: Violated(Some(MORE_ORDERS), Some(0)),
    },
    Case {
        id: "atomic-outcome",
        about: "a late request aborts the first half, in the old protocol",
        tell: |s| {
            s.transactional(version_1);
            s.begin(CHECKOUT);
            s.write(CHECKOUT, ORDERS, 5);
            s.finish(CHECKOUT, false);
            s.begin(CHECKOUT);
            s.write(CHECKOUT, ORDERS, 5);
            s.prepare(CHECKOUT, false);
            s.complete(CHECKOUT, false);
            s.write(CHECKOUT, MORE_ORDERS, 5);
            s.ending(CHECKOUT, true);
            s.prepare(CHECKOUT, true);
            s.mark(CHECKOUT, MORE_ORDERS, true);
        },
        expected: Bug(KafkaBug::LateRequest),
    },
    Case {
        id: "atomic-outcome",
        about: "a transaction in one partition",
        tell: |s| {
            s.boot();
            s.produce(ORDERS, 5);
        },
        expected: NotExercised,
    },
    // --- T3
    Case {
        id: "outcome-fidelity",
        about: "what was told is what is",
        tell: |s| {
            written(s, as_it_is);
            s.finish(CHECKOUT, true);
            s.begin(CHECKOUT);
            s.write(CHECKOUT, ORDERS, 5);
            s.ending(CHECKOUT, false);
            s.prepare(CHECKOUT, false);
            s.complete(CHECKOUT, false);
            s.ended(CHECKOUT, false);
        },
        expected: Holds(4),
    },
    Case {
        id: "outcome-fidelity",
        about: "the next leader has it when the offsets of the next are there",
        tell: |s| offsets_under_way(s, true),
        expected: Bug(KafkaBug::LateRequest),
    },
    Case {
        id: "outcome-fidelity",
        about: "the next leader has the marker of one transaction when the offsets of the next are on their way",
        tell: |s| offsets_under_way(s, false),
        expected: Holds(3),
    },
    Case {
        id: "outcome-fidelity",
        about: "a marker is lost for no such reason, and the next one of its producer says something else",
        tell: |s| after_a_skipped_marker(s, false),
        expected: Violated(Some(MORE_ORDERS), Some(4)),
    },
    Case {
        id: "outcome-fidelity",
        about: "a marker is not sent, and the next one of its producer says something else",
        tell: |s| after_a_skipped_marker(s, true),
        expected: Bug(KafkaBug::LeaderlessPartition),
    },
    Case {
        id: "outcome-fidelity",
        about: "an abort that was told turns into a commit",
        tell: |s| {
            written(s, as_it_is);
            s.ending(CHECKOUT, false);
            s.prepare(CHECKOUT, false);
            s.ended(CHECKOUT, false);
            s.mark(CHECKOUT, ORDERS, true);
        },
        expected: Violated(Some(ORDERS), Some(5)),
    },
    Case {
        id: "outcome-fidelity",
        about: "the application is told of a commit, and the records are aborted",
        tell: |s| {
            written(s, as_it_is);
            s.ending(CHECKOUT, true);
            s.prepare(CHECKOUT, false);
            s.complete(CHECKOUT, false);
            s.ended(CHECKOUT, true);
        },
        expected: Violated(Some(ORDERS), Some(-1)),
    },
    Case {
        id: "outcome-fidelity",
        about: "records are committed, and nobody has asked for it",
        tell: |s| {
            written(s, as_it_is);
            s.prepare(CHECKOUT, true);
            s.mark(CHECKOUT, ORDERS, true);
        },
        expected: Violated(Some(ORDERS), Some(5)),
    },
    Case {
        id: "outcome-fidelity",
        about: "a late commit, in the old protocol",
        tell: |s| a_late_commit(s, version_1),
        expected: Bug(KafkaBug::LateRequest),
    },
    Case {
        id: "outcome-fidelity",
        about: "a late abort, in the old protocol, and the application is told of a commit",
        tell: |s| {
            s.transactional(version_1);
            s.begin(CHECKOUT);
            s.write(CHECKOUT, ORDERS, 5);
            s.finish(CHECKOUT, false);
            s.begin(CHECKOUT);
            s.write(CHECKOUT, ORDERS, 5);
            s.prepare(CHECKOUT, false);
            s.complete(CHECKOUT, false);
            s.ending(CHECKOUT, true);
            s.ended(CHECKOUT, true);
        },
        expected: Bug(KafkaBug::LateRequest),
    },
    Case {
        id: "outcome-fidelity",
        about: "a late record of what is aborted is committed with the next transaction, and leaders do not ask",
        tell: |s| a_late_batch_committed(s, unverified),
        expected: Excused("transaction.partition.verification.enable"),
    },
    Case {
        id: "outcome-fidelity",
        about: "the same where leaders ask: a late request has told them yes",
        tell: |s| a_late_batch_committed(s, version_1),
        expected: Bug(KafkaBug::LateRequest),
    },
    Case {
        id: "outcome-fidelity",
        about: "the same in the new protocol: nothing explains it",
        tell: |s| a_late_batch_committed(s, as_it_is),
        expected: Violated(Some(ORDERS), Some(11)),
    },
    Case {
        id: "outcome-fidelity",
        about: "a late commit is refused in the new protocol",
        tell: |s| {
            s.transactional(as_it_is);
            s.begin(CHECKOUT);
            s.write(CHECKOUT, ORDERS, 5);
            s.finish(CHECKOUT, true);
            s.begin(CHECKOUT);
            s.write(CHECKOUT, ORDERS, 5);
            s.finish(CHECKOUT, false);
        },
        expected: Holds(2),
    },
    Case {
        id: "outcome-fidelity",
        about: "no late request explains it, and no bug is named",
        tell: |s| {
            s.transactional(version_1);
            s.begin(CHECKOUT);
            s.write(CHECKOUT, ORDERS, 5);
            s.prepare(CHECKOUT, true);
            s.complete(CHECKOUT, true);
        },
        expected: Violated(Some(ORDERS), Some(5)),
    },
    Case { id: "outcome-fidelity", about: "nothing is ended", tell: |s| written(s, as_it_is), expected: NotExercised },
    // --- T9
    Case {
        id: "zombie-txn-fenced",
        about: "a new instance ends the transaction of the old one, and works",
        tell: |s| {
            s.transactional(two_instances);
            s.begin(CHECKOUT);
            s.write(CHECKOUT, ORDERS, 5);
            s.prepare(CHECKOUT, false);
            s.complete(CHECKOUT, false);
            s.initialize(CHECKOUT_1);
            s.begin(CHECKOUT_1);
            s.write(CHECKOUT_1, ORDERS, 5);
            s.finish(CHECKOUT_1, true);
        },
        expected: Holds(2),
    },
    Case {
        id: "zombie-txn-fenced",
        about: "the old one writes again",
        tell: |s| {
            s.transactional(two_instances);
            s.begin(CHECKOUT);
            s.write(CHECKOUT, ORDERS, 5);
            s.prepare(CHECKOUT, false);
            s.complete(CHECKOUT, false);
            s.initialize(CHECKOUT_1);
            s.write(CHECKOUT, MORE_ORDERS, 5);
        },
        expected: Violated(Some(MORE_ORDERS), Some(0)),
    },
    Case {
        id: "zombie-txn-fenced",
        about: "the old one is told late of its epoch, and has not been the newest since",
        tell: |s| {
            s.transactional(two_instances);
            s.initialize(CHECKOUT_1);
            let (node, transactional_id, producer_id) = (CHECKOUT, ID, ProducerId(70));
            let (epoch, error) = (ProducerEpoch(0), None);
            s.tell(Fact::TransactionsInitialized { node, transactional_id, producer_id, epoch, error });
            s.begin(CHECKOUT_1);
            s.write(CHECKOUT_1, ORDERS, 5);
            s.finish(CHECKOUT_1, true);
        },
        expected: Holds(2),
    },
    Case {
        id: "zombie-txn-fenced",
        about: "the same where leaders do not ask",
        tell: |s| {
            s.transactional(|setup| {
                two_instances(setup);
                unverified(setup);
            });
            s.begin(CHECKOUT);
            s.write(CHECKOUT, ORDERS, 5);
            s.prepare(CHECKOUT, false);
            s.complete(CHECKOUT, false);
            s.initialize(CHECKOUT_1);
            s.write(CHECKOUT, MORE_ORDERS, 5);
        },
        expected: Excused("transaction.partition.verification.enable"),
    },
    Case {
        id: "zombie-txn-fenced",
        about: "the id had been forgotten",
        tell: |s| {
            s.transactional(two_instances);
            s.begin(CHECKOUT);
            s.write(CHECKOUT, ORDERS, 5);
            s.prepare(CHECKOUT, false);
            s.complete(CHECKOUT, false);
            s.state_of_id(CHECKOUT, TransactionState::Dead);
            s.initialize(CHECKOUT_1);
            s.write(CHECKOUT, MORE_ORDERS, 5);
        },
        expected: Excused("was forgotten (transactional.id.expiration.ms"),
    },
    Case {
        id: "zombie-txn-fenced",
        about: "the old one commits an offset with the coordinator of then, which wakes up",
        tell: |s| {
            s.transactional(two_instances);
            let old = s.coordinator();
            s.begin(CHECKOUT);
            s.send_offset(CHECKOUT, ORDERS, 5);
            s.prepare(CHECKOUT, false);
            s.complete(CHECKOUT, false);
            s.initialize(CHECKOUT_1);
            s.elect(OFFSETS, Some(B1), &[B1], Election::Clean);
            s.offset_pending_at(old, CHECKOUT, ORDERS, Offset(5));
            s.begin(CHECKOUT_1);
            s.write(CHECKOUT_1, ORDERS, 5);
        },
        expected: Holds(1),
    },
    Case {
        id: "zombie-txn-fenced",
        about: "there is one instance",
        tell: |s| written(s, as_it_is),
        expected: NotExercised,
    },
];
