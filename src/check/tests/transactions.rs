//! Transactions: T1-T12, V7, V13; and P5, P6, P8 where they meet them.

use super::story::{hide, lie, *};
use super::{Case, Excused, Holds, HoldsApart, Names, NotExercised, Violated};
use crate::history::fact::*;
use crate::history::setup::Setup;
use crate::protocol::batch::TransactionState;
use crate::protocol::config::IsolationLevel;
use crate::protocol::ids::*;
use crate::protocol::rules::TransactionVersion;
use crate::sim::time::Nanos;

#[test]
fn stories() {
    Case::check_all(CASES);
}

/// As it comes.
fn as_it_is(_: &mut Setup) {}
/// Transactions of one producer share an epoch.
fn version_1(setup: &mut Setup) {
    setup.rules.transaction_version = TransactionVersion::V1;
}
/// The same, and leaders do not ask the coordinator.
fn unverified(setup: &mut Setup) {
    version_1(setup);
    setup.broker.transaction_partition_verification_enable = false;
}
/// `checkout-1` has the same transactional id.
fn two_instances(setup: &mut Setup) {
    setup.producers[1].transactional_id = setup.producers[0].transactional_id;
}
fn uncommitted(setup: &mut Setup) {
    setup.consumers[0].isolation_level = IsolationLevel::ReadUncommitted;
}
/// What is written in both partitions.
fn written(s: &mut Story, change: fn(&mut Setup)) {
    s.transactional(change);
    s.begin(CHECKOUT);
    s.write(CHECKOUT, ORDERS, 5);
    s.write(CHECKOUT, MORE_ORDERS, 3);
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
/// A transaction is committed; the same request comes again in the next one.
fn a_late_commit(s: &mut Story, change: fn(&mut Setup)) {
    s.transactional(change);
    s.join();
    s.begin(CHECKOUT);
    s.write(CHECKOUT, ORDERS, 5);
    s.finish(CHECKOUT, true);
    s.begin(CHECKOUT);
    s.write(CHECKOUT, ORDERS, 5);
    s.prepare(CHECKOUT, true);
    s.complete(CHECKOUT, true);
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
/// All replicas have a marker that no high watermark has passed; the next leader tells the last stable offset without it.
fn next_leader_forgets(s: &mut Story, reopens: bool) {
    s.transactional(as_it_is);
    s.begin(CHECKOUT);
    s.write(CHECKOUT, ORDERS, 5);
    s.ending(CHECKOUT, true);
    s.prepare(CHECKOUT, true);
    hide!(s, Fact::HighWatermarkAdvanced { tp: ORDERS, .. });
    s.mark(CHECKOUT, ORDERS, true);
    if reopens {
        s.kill(B2, StopKind::Clean);
        s.isr(ORDERS, &[B1, B3]);
        s.restart(B2, ORDERS, 6);
        s.take_part(B2, ORDERS);
        s.rejoin(ORDERS, B2);
    }
    s.elect_and_tell(ORDERS, B2, &[B1, B2, B3]);
    let (epoch, stable) = (LeaderEpoch(1), Offset(5));
    s.tell(Fact::LastStableOffsetMoved {
        broker: B2,
        tp: ORDERS,
        epoch,
        last_stable_offset: stable,
        high_watermark: stable,
    });
}
/// An aborted transaction is complete without its marker in a partition; the next one writes there, and is committed.
fn after_a_skipped_marker(s: &mut Story, skips: bool) {
    written(s, as_it_is);
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
/// An aborted transaction, of which a batch comes late.
fn a_late_batch(s: &mut Story, change: fn(&mut Setup)) {
    s.transactional(change);
    s.begin(CHECKOUT);
    s.write(CHECKOUT, ORDERS, 5);
    s.send(ORDERS, 5);
    s.finish(CHECKOUT, false);
    s.append(ORDERS, 5);
    s.replicate(ORDERS);
}
/// The next transaction is committed, and that batch with it.
fn a_late_batch_committed(s: &mut Story, change: fn(&mut Setup)) {
    a_late_batch(s, change);
    s.begin(CHECKOUT);
    s.ending(CHECKOUT, true);
    s.prepare(CHECKOUT, true);
    s.mark(CHECKOUT, ORDERS, true);
}
/// The log of coordinators has had an unclean election.
fn unclean_home(s: &mut Story) {
    s.elect(TRANSACTIONS, Some(B3), &[B3], Election::Unclean);
    s.take_parts(TRANSACTIONS);
}
fn unclean_allowed(setup: &mut Setup) {
    setup.topics[2].unclean_leader_election = true;
}
/// A transaction is committed; its coordinator loses power with that, and leads again in the same epoch with nothing in its
/// log.
fn found_in_an_old_log(s: &mut Story, registered: bool) {
    written(s, |setup| setup.producers[1].idempotent = false);
    s.finish(CHECKOUT, true);
    s.append_in(B2, TRANSACTIONS, 0, CHECKOUT_1, 1);
    s.replicate(TRANSACTIONS);
    s.kill(B2, StopKind::PowerLoss);
    match registered {
        true => {
            s.restart(B2, TRANSACTIONS, 0);
            s.take_part(B2, TRANSACTIONS);
        }
        false => s.back_in_session(B2, TRANSACTIONS, 0),
    }
    s.tell(Fact::TransactionStateChanged {
        broker: B2,
        transactional_id: ID,
        state: TransactionState::Empty,
        producer_id: ProducerId(70),
        producer_epoch: ProducerEpoch(0),
        coordinator_epoch: LeaderEpoch(0),
        partitions: 0,
    });
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
/// Two groups of records that a process commits with its transaction.
fn offset_sent(s: &mut Story) {
    s.exactly_once(as_it_is);
    s.invoice(0, 3);
}

pub(super) const CASES: &[Case] = &[
    // --- T1
    Case {
        id: "txn-state-legal",
        about: "a commit and an abort",
        tell: |s| {
            written(s, as_it_is);
            s.finish(CHECKOUT, true);
            s.begin(CHECKOUT);
            s.write(CHECKOUT, ORDERS, 5);
            s.finish(CHECKOUT, false);
        },
        expected: Holds(7),
    },
    Case {
        id: "txn-state-legal",
        about: "a decision is reversed",
        tell: |s| {
            written(s, as_it_is);
            s.ending(CHECKOUT, true);
            s.prepare(CHECKOUT, true);
            lie!(s, Fact::TransactionStateChanged { state, .. } => *state = TransactionState::CompleteAbort);
            s.completed(CHECKOUT, false);
        },
        expected: Violated(Some(TRANSACTIONS), Some(-1)),
    },
    Case {
        id: "txn-state-legal",
        about: "an epoch goes back",
        tell: |s| {
            written(s, as_it_is);
            lie!(s, Fact::TransactionStateChanged { state: TransactionState::CompleteCommit, producer_epoch, .. } => {
                *producer_epoch = ProducerEpoch(0)
            });
            s.finish(CHECKOUT, true);
        },
        expected: Violated(Some(TRANSACTIONS), Some(-1)),
    },
    Case {
        id: "txn-state-legal",
        about: "a coordinator dies with a decision that was replicated and never told",
        tell: |s| {
            written(s, as_it_is);
            s.ending(CHECKOUT, true);
            hide!(s, Fact::TransactionStateChanged { state: TransactionState::PrepareCommit, .. });
            s.prepare(CHECKOUT, true);
            s.elect_and_tell(TRANSACTIONS, B3, &[B1, B2, B3]);
            s.coordinator_epoch = 1;
            s.ended(CHECKOUT, true);
            s.complete(CHECKOUT, true);
        },
        expected: Holds(3),
    },
    Case {
        id: "txn-state-legal",
        about: "a coordinator that starts again in its epoch tells the decision that it finds once more",
        tell: |s| {
            written(s, as_it_is);
            s.ending(CHECKOUT, true);
            s.prepare(CHECKOUT, true);
            let (tp, epoch) = (TRANSACTIONS, LeaderEpoch(0));
            s.tell(Fact::CoordinatorLoaded { broker: B1, tp, epoch });
            s.prepare(CHECKOUT, true);
            s.complete(CHECKOUT, true);
        },
        expected: Holds(5),
    },
    Case {
        id: "txn-state-legal",
        about: "a decision is told twice",
        tell: |s| {
            written(s, as_it_is);
            s.ending(CHECKOUT, true);
            s.prepare(CHECKOUT, true);
            s.prepare(CHECKOUT, true);
        },
        expected: Violated(Some(TRANSACTIONS), Some(-1)),
    },
    Case {
        id: "txn-state-legal",
        about: "its coordinator forgets a decision with an unclean election",
        tell: |s| {
            written(s, unclean_allowed);
            s.ending(CHECKOUT, true);
            s.prepare(CHECKOUT, true);
            unclean_home(s);
            lie!(s, Fact::TransactionStateChanged { state, .. } => *state = TransactionState::Ongoing);
            s.completed(CHECKOUT, true);
        },
        expected: Excused("unclean leader election"),
    },
    Case {
        id: "txn-state-legal",
        about: "a coordinator that has lost power is back before its session is over, and tells what its log still has",
        tell: |s| found_in_an_old_log(s, false),
        expected: Holds(4),
    },
    Case {
        id: "txn-state-legal",
        about: "one that is registered does the same",
        tell: |s| found_in_an_old_log(s, true),
        expected: Violated(Some(TRANSACTIONS), Some(-1)),
    },
    Case {
        id: "txn-state-legal",
        about: "nobody has a transactional id",
        tell: |s| {
            s.boot();
            s.produce(ORDERS, 5);
        },
        expected: NotExercised,
    },
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
            written(s, as_it_is);
            s.ending(CHECKOUT, true);
            s.prepare(CHECKOUT, true);
            s.mark(CHECKOUT, ORDERS, true);
            s.skip_marker(CHECKOUT, MORE_ORDERS);
            s.completed(CHECKOUT, true);
        },
        expected: Names("KAFKA-20734"),
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
        expected: Names("KAFKA-17754"),
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
    Case {
        id: "outcome-fidelity",
        about: "a marker is not sent, and the next one of its producer says something else",
        tell: |s| after_a_skipped_marker(s, true),
        expected: Names("KAFKA-20734"),
    },
    Case {
        id: "outcome-fidelity",
        about: "a marker is lost for no such reason, and the next one of its producer says something else",
        tell: |s| after_a_skipped_marker(s, false),
        expected: Violated(Some(MORE_ORDERS), Some(4)),
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
        about: "the next leader has the marker of one transaction when the offsets of the next are on their way",
        tell: |s| offsets_under_way(s, false),
        expected: Holds(3),
    },
    Case {
        id: "outcome-fidelity",
        about: "the next leader has it when the offsets of the next are there",
        tell: |s| offsets_under_way(s, true),
        expected: Violated(Some(OFFSETS), Some(3)),
    },
    Case {
        id: "outcome-fidelity",
        about: "a late commit, in the old protocol",
        tell: |s| a_late_commit(s, version_1),
        expected: Names("KAFKA-17754"),
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
        expected: Names("KAFKA-17754"),
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
        expected: Names("KAFKA-17754"),
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
        expected: Names("KAFKA-17754"),
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
        expected: Names("KAFKA-17754"),
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
    // --- T6
    Case {
        id: "lso-sane",
        about: "it waits for the marker, and for that to be replicated",
        tell: |s| {
            written(s, as_it_is);
            s.stable(ORDERS, 0);
            s.finish(CHECKOUT, true);
            s.stable(ORDERS, 6);
        },
        expected: Holds(2),
    },
    Case {
        id: "lso-sane",
        about: "it runs ahead",
        tell: |s| {
            written(s, as_it_is);
            s.stable(ORDERS, 5);
        },
        expected: Violated(Some(ORDERS), Some(5)),
    },
    Case {
        id: "lso-sane",
        about: "it stays behind",
        tell: |s| {
            written(s, as_it_is);
            s.finish(CHECKOUT, true);
            s.stable(ORDERS, 0);
        },
        expected: Violated(Some(ORDERS), Some(0)),
    },
    Case {
        id: "lso-sane",
        about: "a leader lost all it had, and the next one has it yet",
        tell: |s| {
            written(s, as_it_is);
            s.kill(B1, StopKind::PowerLoss);
            s.restart(B1, ORDERS, 0);
            s.elect_and_tell(ORDERS, B2, &[B2, B3]);
            s.stable(ORDERS, 0);
        },
        expected: Holds(1),
    },
    Case {
        id: "lso-sane",
        about: "a marker is not replicated, and its next leader has opened the log behind it",
        tell: |s| next_leader_forgets(s, true),
        expected: Holds(1),
    },
    Case {
        id: "lso-sane",
        about: "a marker is not replicated, and its next leader has never been down",
        tell: |s| next_leader_forgets(s, false),
        expected: Violated(Some(ORDERS), Some(5)),
    },
    Case { id: "lso-sane", about: "no transaction", tell: |s| s.boot(), expected: NotExercised },
    // --- T7
    Case {
        id: "no-orphan-open",
        about: "both partitions are known to the coordinator",
        tell: |s| {
            written(s, as_it_is);
            s.finish(CHECKOUT, true);
        },
        expected: Holds(2),
    },
    Case {
        id: "no-orphan-open",
        about: "a partition was never added",
        tell: |s| {
            s.transactional(as_it_is);
            s.begin(CHECKOUT);
            hide!(s, Fact::PartitionAddedToTransaction { .. });
            s.write(CHECKOUT, ORDERS, 5);
        },
        expected: Violated(Some(ORDERS), Some(0)),
    },
    Case {
        id: "no-orphan-open",
        about: "a batch comes after the end, and the leader does not ask",
        tell: |s| a_late_batch(s, unverified),
        expected: Excused("transaction.partition.verification.enable"),
    },
    Case {
        id: "no-orphan-open",
        about: "the same where it has to ask",
        tell: |s| a_late_batch(s, version_1),
        expected: Violated(Some(ORDERS), Some(6)),
    },
    Case { id: "no-orphan-open", about: "no transaction", tell: |s| s.boot(), expected: NotExercised },
    // --- T8
    Case {
        id: "marker-epoch-order",
        about: "two transactions, with two coordinators",
        tell: |s| {
            written(s, as_it_is);
            s.finish(CHECKOUT, true);
            s.elect_and_tell(TRANSACTIONS, B3, &[B1, B2, B3]);
            s.coordinator_epoch = 1;
            s.begin(CHECKOUT);
            s.write(CHECKOUT, ORDERS, 5);
            s.finish(CHECKOUT, true);
        },
        expected: Holds(3),
    },
    Case {
        id: "marker-epoch-order",
        about: "a marker has an old producer epoch",
        tell: |s| {
            written(s, as_it_is);
            s.finish(CHECKOUT, true);
            s.begin(CHECKOUT);
            s.write(CHECKOUT, ORDERS, 5);
            lie!(s, Fact::ControlAppended { producer_epoch, .. } => *producer_epoch = ProducerEpoch(0));
            s.mark(CHECKOUT, ORDERS, true);
        },
        expected: Violated(Some(ORDERS), Some(11)),
    },
    Case {
        id: "marker-epoch-order",
        about: "a deposed coordinator's marker is taken",
        tell: |s| {
            written(s, as_it_is);
            s.coordinator_epoch = 1;
            s.finish(CHECKOUT, true);
            s.begin(CHECKOUT);
            s.write(CHECKOUT, ORDERS, 5);
            lie!(s, Fact::ControlAppended { coordinator_epoch, .. } => *coordinator_epoch = LeaderEpoch(0));
            s.mark(CHECKOUT, ORDERS, true);
        },
        expected: Violated(Some(ORDERS), Some(11)),
    },
    Case {
        id: "marker-epoch-order",
        about: "the partition had forgotten the producer",
        tell: |s| {
            written(s, |setup| setup.broker.producer_id_expiration = Nanos::from_secs(1));
            s.finish(CHECKOUT, true);
            s.wait(60);
            lie!(s, Fact::ControlAppended { producer_epoch, .. } => *producer_epoch = ProducerEpoch(0));
            s.mark(CHECKOUT, ORDERS, true);
        },
        expected: Excused("producer.id.expiration.ms"),
    },
    Case { id: "marker-epoch-order", about: "no marker", tell: |s| written(s, as_it_is), expected: NotExercised },
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
        about: "there is one instance",
        tell: |s| written(s, as_it_is),
        expected: NotExercised,
    },
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
        about: "a generation that only a coordinator has known whose word nobody has: the next one counts on from the log",
        tell: |s| a_generation_in_memory(s, 1),
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
        about: "no offset",
        tell: |s| written(s, as_it_is),
        expected: NotExercised,
    },
    // --- T12
    Case {
        id: "txn-timeout",
        about: "it takes too long, and is aborted at the next look",
        tell: |s| too_long(s, 65, true),
        expected: Holds(3),
    },
    Case {
        id: "txn-timeout",
        about: "in its own epoch",
        tell: |s| too_long(s, 65, false),
        expected: Violated(None, None),
    },
    Case {
        id: "txn-timeout",
        about: "it takes too long, while an older instance with its id begins another one",
        tell: |s| {
            s.transactional(two_instances);
            s.initialize(CHECKOUT_1);
            s.begin(CHECKOUT_1);
            s.write(CHECKOUT_1, ORDERS, 5);
            s.wait(65);
            s.begin(CHECKOUT);
            let (transactional_id, producer_id) = (ID, ProducerId(70));
            let producer_epoch = ProducerEpoch(1);
            s.tell(Fact::TransactionFenced {
                broker: B2,
                transactional_id,
                producer_id,
                producer_epoch,
                timed_out: true,
            });
            s.prepare(CHECKOUT_1, false);
            s.complete(CHECKOUT_1, false);
        },
        expected: Holds(3),
    },
    Case {
        id: "txn-timeout",
        about: "its coordinator cannot write that it took too long, and the application ends it with the next one",
        tell: |s| {
            written(s, version_1);
            s.wait(65);
            fenced_for_its_time(s);
            s.elect_and_tell(TRANSACTIONS, B3, &[B1, B2, B3]);
            s.coordinator_epoch = 1;
            s.ending(CHECKOUT, false);
            s.prepare(CHECKOUT, false);
            s.complete(CHECKOUT, false);
        },
        expected: Holds(2),
    },
    Case {
        id: "txn-timeout",
        about: "a deposed coordinator says it of the transaction that it has known",
        tell: |s| {
            written(s, version_1);
            s.elect_and_tell(TRANSACTIONS, B3, &[B1, B2, B3]);
            s.coordinator_epoch = 1;
            s.finish(CHECKOUT, true);
            s.begin(CHECKOUT);
            s.write(CHECKOUT, ORDERS, 5);
            fenced_for_its_time(s);
        },
        expected: NotExercised,
    },
    Case { id: "txn-timeout", about: "much too early", tell: |s| too_long(s, 5, true), expected: Violated(None, None) },
    Case {
        id: "txn-timeout",
        about: "much too late",
        tell: |s| too_long(s, 600, true),
        expected: Violated(None, None),
    },
    Case {
        id: "txn-timeout",
        about: "much too late, while faults went on",
        tell: |s| {
            written(s, as_it_is);
            s.wait(590);
            s.tell(Fact::FaultStarted { fault: 0, occurrence: 0, node: NodeId(0) });
            s.tell(Fact::FaultEnded { fault: 0, occurrence: 0 });
            s.wait(10);
            times_out(s, true);
        },
        expected: Excused("while faults went on"),
    },
    Case {
        id: "txn-timeout",
        about: "none takes long",
        tell: |s| {
            written(s, as_it_is);
            s.finish(CHECKOUT, true);
        },
        expected: NotExercised,
    },
    // --- V7
    Case {
        id: "no-hanging-txn",
        about: "all is over in the end",
        tell: |s| {
            written(s, |setup| setup.consumers.clear());
            s.finish(CHECKOUT, true);
            s.end_after(600);
        },
        expected: Holds(2),
    },
    Case {
        id: "no-hanging-txn",
        about: "one partition never has its marker",
        tell: |s| {
            written(s, as_it_is);
            s.ending(CHECKOUT, true);
            s.prepare(CHECKOUT, true);
            s.mark(CHECKOUT, ORDERS, true);
            s.end_after(600);
        },
        expected: Violated(Some(MORE_ORDERS), Some(0)),
    },
    Case {
        id: "no-hanging-txn",
        about: "its marker was not sent",
        tell: |s| {
            written(s, as_it_is);
            s.ending(CHECKOUT, true);
            s.prepare(CHECKOUT, true);
            s.mark(CHECKOUT, ORDERS, true);
            s.skip_marker(CHECKOUT, MORE_ORDERS);
            s.end_after(600);
        },
        expected: Names("KAFKA-20734"),
    },
    Case {
        id: "no-hanging-txn",
        about: "a batch that came late, where leaders do not ask",
        tell: |s| {
            a_late_batch(s, unverified);
            s.end_after(600);
        },
        expected: Excused("transaction.partition.verification.enable"),
    },
    Case {
        id: "no-hanging-txn",
        about: "its coordinator is gone",
        tell: |s| {
            written(s, as_it_is);
            s.elect(TRANSACTIONS, None, &[B2], Election::Leaderless);
            s.end_after(600);
        },
        expected: Excused("transactional id checkout has no coordinator"),
    },
    Case {
        id: "no-hanging-txn",
        about: "no transaction",
        tell: |s| {
            s.boot();
            s.end_after(600);
        },
        expected: NotExercised,
    },
    // --- V13
    Case {
        id: "txn-calls-return",
        about: "initTransactions(), two commits and an abort return",
        tell: |s| {
            written(s, as_it_is);
            s.finish(CHECKOUT, true);
            s.begin(CHECKOUT);
            s.write(CHECKOUT, ORDERS, 5);
            s.finish(CHECKOUT, false);
        },
        expected: Holds(3),
    },
    Case {
        id: "txn-calls-return",
        about: "nobody answers, and nothing is wrong",
        tell: |s| {
            written(s, as_it_is);
            s.wait(300);
            unanswered(s);
        },
        expected: Violated(None, None),
    },
    Case {
        id: "txn-calls-return",
        about: "nobody answers, and something was wrong a moment ago",
        tell: |s| {
            written(s, as_it_is);
            unanswered(s);
        },
        expected: Excused("while faults went on"),
    },
    Case {
        id: "txn-calls-return",
        about: "nobody answers, since nothing is replicated within transaction.timeout.ms",
        tell: |s| {
            written(s, |setup| {
                setup.slow_round_trip = Nanos::from_millis(10);
                setup.producers[0].config.transaction_timeout = Nanos::from_millis(1);
            });
            s.wait(300);
            unanswered(s);
        },
        expected: Excused("no longer than transaction.timeout.ms, 1 ms"),
    },
    Case { id: "txn-calls-return", about: "no transactional producer", tell: |s| s.boot(), expected: NotExercised },
    // --- P5, P6, P8
    Case {
        id: "bounded-outcome",
        about: "a record of a transaction is told late, though nothing was wrong",
        tell: |s| told_late(s, false),
        expected: Violated(None, None),
    },
    Case {
        id: "bounded-outcome",
        about: "the same while faults went on: its coordinator may not have answered",
        tell: |s| told_late(s, true),
        expected: Excused("while a request of its transaction waits for its coordinator"),
    },
    Case {
        id: "producer-fencing",
        about: "a batch of the epoch before the marker's",
        tell: |s| {
            written(s, as_it_is);
            s.finish(CHECKOUT, false);
            s.begin(CHECKOUT);
            lie!(s, Fact::Appended { producer_epoch, .. } => *producer_epoch = ProducerEpoch(0));
            s.write(CHECKOUT, ORDERS, 5);
        },
        expected: Violated(Some(ORDERS), Some(6)),
    },
    Case {
        id: "pid-unique",
        about: "two instances have the same epoch",
        tell: |s| {
            s.transactional(two_instances);
            lie!(s, Fact::TransactionsInitialized { epoch, .. } => *epoch = ProducerEpoch(0));
            s.initialize(CHECKOUT_1);
        },
        expected: Violated(None, None),
    },
];

/// A transaction is open for so many seconds, and its coordinator aborts it.
fn too_long(s: &mut Story, seconds: u64, bumps: bool) {
    written(s, as_it_is);
    s.wait(seconds);
    times_out(s, bumps);
}
fn fenced_for_its_time(s: &mut Story) {
    s.tell(Fact::TransactionFenced {
        broker: B2,
        transactional_id: ID,
        producer_id: ProducerId(70),
        producer_epoch: ProducerEpoch(0),
        timed_out: true,
    });
}
fn times_out(s: &mut Story, bumps: bool) {
    fenced_for_its_time(s);
    if !bumps {
        s.setup.rules.transaction_version = TransactionVersion::V1;
    }
    s.prepare(CHECKOUT, false);
    s.complete(CHECKOUT, false);
}

/// A record was created at 100 s, and is acknowledged 200 s later.
fn told_late(s: &mut Story, disturbed: bool) {
    written(s, as_it_is);
    s.wait(150);
    if disturbed {
        s.tell(Fact::FaultStarted { fault: 0, occurrence: 0, node: NodeId(0) });
        s.tell(Fact::FaultEnded { fault: 0, occurrence: 0 });
    }
    s.wait(150);
    lie!(s, Fact::BatchAcked { created, .. } => *created = Nanos::from_secs(100));
    s.write(CHECKOUT, ORDERS, 5);
}

/// commitTransaction() runs into `max.block.ms`.
fn unanswered(s: &mut Story) {
    let error = Some(crate::protocol::exceptions::Exception::TransactionTimedOut);
    s.tell(Fact::TransactionEnded { node: CHECKOUT, transaction: 1, commit: true, error });
}
