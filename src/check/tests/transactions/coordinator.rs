//! What coordinators do with transactional ids: T1, T7, T12, V7, V13.

use super::{a_late_batch, as_it_is, two_instances, unanswered, unverified, version_1, written};
use crate::check::kafka_bug::KafkaBug;
use crate::check::tests::story::{hide, lie, *};
use crate::check::tests::{Bug, Case, Excused, Holds, NotExercised, Violated};
use crate::history::fact::*;
use crate::history::setup::Setup;
use crate::protocol::batch::TransactionState;
use crate::protocol::ids::*;
use crate::protocol::rules::{LeaderlessMarker, TransactionVersion};
use crate::sim::time::Nanos;

/// The log of coordinators has had an unclean election.
fn unclean_home(s: &mut Story) {
    s.elect(TRANSACTIONS, Some(B3), &[B3], Election::Unclean);
    s.take_parts(TRANSACTIONS);
}
fn unclean_allowed(setup: &mut Setup) {
    setup.topics[2].unclean_leader_election = true;
}
/// A transaction is open for so many seconds, and its coordinator aborts it.
fn too_long(s: &mut Story, seconds: u64, bumps: bool) {
    written(s, as_it_is);
    s.wait(seconds);
    times_out(s, bumps);
}
fn times_out(s: &mut Story, bumps: bool) {
    fenced_for_its_time(s);
    if !bumps {
        s.setup.rules.transaction_version = TransactionVersion::V1;
    }
    s.prepare(CHECKOUT, false);
    s.complete(CHECKOUT, false);
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
fn fenced_for_its_time(s: &mut Story) {
    s.tell(Fact::TransactionFenced {
        broker: B2,
        transactional_id: ID,
        producer_id: ProducerId(70),
        producer_epoch: ProducerEpoch(0),
        timed_out: true,
    });
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
        about: "one that is registered does the same",
        tell: |s| found_in_an_old_log(s, true),
        expected: Violated(Some(TRANSACTIONS), Some(-1)),
    },
    Case {
        id: "txn-state-legal",
        about: "a coordinator that has lost power is back before its session is over, and tells what its log still has",
        tell: |s| found_in_an_old_log(s, false),
        expected: Holds(4),
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
        about: "nobody has a transactional id",
        tell: |s| {
            s.boot();
            s.produce(ORDERS, 5);
        },
        expected: NotExercised,
    },
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
    // --- T12
    Case {
        id: "txn-timeout",
        about: "it takes too long, and is aborted at the next look",
        tell: |s| too_long(s, 65, true),
        expected: Holds(3),
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
        about: "its marker was not sent",
        tell: |s| {
            written(s, |setup| setup.rules.leaderless_marker = LeaderlessMarker::Dropped);
            s.ending(CHECKOUT, true);
            s.prepare(CHECKOUT, true);
            s.mark(CHECKOUT, ORDERS, true);
            s.skip_marker(CHECKOUT, MORE_ORDERS);
            s.end_after(600);
        },
        expected: Bug(KafkaBug::LeaderlessPartition),
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
        about: "nobody answers, since nothing is replicated within transaction.timeout.ms",
        tell: |s| {
            written(s, |setup| {
                setup.slow_round_trip = Nanos::from_millis(10);
                setup.producers[0].config.transaction_timeout = Nanos::from_millis(1);
            });
            s.wait(300);
            unanswered(s);
        },
        expected: Excused("gives up what is not replicated within"),
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
    Case { id: "txn-calls-return", about: "no transactional producer", tell: |s| s.boot(), expected: NotExercised },
];
