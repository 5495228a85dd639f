//! Things that ought to happen at least once: each is recognised in a fact that shows it, and a
//! quiet run shows none.

use super::story::*;
use crate::check::sometimes::{NAMES, Sometimes};
use crate::history::fact::*;
use crate::history::setup::Setup;
use crate::protocol::config::AutoOffsetReset;
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::*;
use crate::sim::time::Nanos;

/// A fact for each property.
fn shown_by(name: &str) -> Fact {
    let tp = ORDERS;
    let (leader_epoch, partition_epoch, isr) = (LeaderEpoch(1), PartitionEpoch(1), BrokerList::EMPTY.with(B2));
    let changed =
        |leader, election| Fact::PartitionChanged { tp, leader, leader_epoch, partition_epoch, isr, election };
    let refused = |error| Fact::ProduceRefused { broker: B1, tp, node: CHECKOUT, ordinal: 0, count: 1, error };
    let left = |reason| Fact::MemberLeft { broker: B3, group: GROUP, member: MemberId(1), node: BILLING, reason };
    let node = BILLING;
    let ended = |commit, error| Fact::TransactionEnded { node: CHECKOUT, transaction: 1, commit, error };
    let fenced = |timed_out| Fact::TransactionFenced {
        broker: B2,
        transactional_id: ID,
        producer_id: ProducerId(7),
        producer_epoch: ProducerEpoch(0),
        timed_out,
    };
    let effect = |done| Fact::EffectOutside { node, origin: CHECKOUT, origin_tp: tp, origin_ordinal: 0, done };
    match name {
        "leader-elected" => changed(Some(B2), Election::Clean),
        "unclean-election" => changed(Some(B2), Election::Unclean),
        "preferred-election" => changed(Some(B2), Election::Preferred),
        "leaderless" => changed(None, Election::Leaderless),
        "broker-fenced" => Fact::BrokerFenced { broker: B1 },
        "isr-change" => Fact::IsrProposed { broker: B1, tp, leader_epoch, partition_epoch, isr },
        "truncation" => Fact::Truncated {
            broker: B1,
            tp,
            from: Offset(5),
            to: Offset(3),
            epoch: leader_epoch,
            reason: TruncationReason::Diverged,
        },
        "records-lost-on-recovery" => Fact::LogRecovered {
            broker: B1,
            tp,
            log_start: Offset(0),
            log_end: Offset(3),
            written: Offset(5),
            flushed: Offset(0),
            high_watermark: Offset(0),
            clean: false,
        },
        "not-enough-replicas" => refused(ErrorCode::NotEnoughReplicas),
        "out-of-order-sequence" => refused(ErrorCode::OutOfOrderSequenceNumber),
        "duplicate-dropped" => {
            Fact::DuplicateDropped { broker: B1, tp, base_offset: Offset(0), node: CHECKOUT, ordinal: 0, count: 1 }
        }
        "produce-retried" => {
            Fact::BatchRetried { node: CHECKOUT, tp, ordinal: 0, count: 1, error: ErrorCode::NotLeaderOrFollower }
        }
        "delivery-timeout" => Fact::BatchFailed {
            node: CHECKOUT,
            tp,
            ordinal: 0,
            count: 1,
            error: crate::protocol::exceptions::Exception::Expired,
            certainty: Certainty::Unknown,
            created: Nanos::ZERO,
        },
        "rebalance" => Fact::GroupStateChanged {
            broker: B3,
            group: GROUP,
            state: GroupState::PreparingRebalance,
            generation: Generation(1),
            members: 2,
        },
        "member-fenced" => {
            let (broker, member, generation) = (B3, MemberId(1), Generation(1));
            Fact::HeartbeatAnswered { broker, group: GROUP, member, generation, error: ErrorCode::FencedMemberEpoch }
        }
        "protocol-changed" => {
            let protocol = crate::protocol::messages::GroupProtocol::Consumer;
            Fact::GroupProtocolChanged { broker: B3, group: GROUP, protocol, epoch: Generation(4) }
        }
        "member-expired" => left(LeaveReason::SessionTimeout),
        "poll-timeout" => left(LeaveReason::PollTimeout),
        "commit-refused" => Fact::CommitRefused {
            broker: B3,
            group: GROUP,
            tp,
            member: MemberId(1),
            generation: Generation(1),
            error: ErrorCode::IllegalGeneration,
        },
        "partitions-lost" => Fact::PartitionRevoked { node, tp, generation: Generation(1), reason: RevokeReason::Lost },
        "position-reset" => {
            Fact::PositionReset { node, tp, offset: Offset(0), policy: AutoOffsetReset::Earliest, out_of_range: true }
        }
        "position-truncated" => Fact::PositionTruncated { node, tp, from: Offset(5), to: Offset(3) },
        "record-failed" => {
            Fact::RecordFailed { node, tp, offset: Offset(0), origin: CHECKOUT, ordinal: 0, skipped: true }
        }
        "coordinator-moved" => Fact::CoordinatorUnloaded { broker: B3, tp: OFFSETS },
        "transaction-committed" => ended(true, None),
        "transaction-aborted" => ended(false, None),
        "transaction-end-unknown" => ended(true, Some(crate::protocol::exceptions::Exception::Expired)),
        "abort-marker" => Fact::ControlAppended {
            broker: B1,
            role: ReplicaRole::Leader,
            tp,
            offset: Offset(5),
            leader_epoch,
            producer_id: ProducerId(7),
            producer_epoch: ProducerEpoch(0),
            coordinator_epoch: LeaderEpoch(0),
            commit: false,
            first_offset: Offset(0),
        },
        "transaction-timed-out" => fenced(true),
        "producer-fenced" => fenced(false),
        "producer-fatal" => {
            let error = crate::protocol::exceptions::Exception::Expired;
            Fact::ProducerInError { node: CHECKOUT, error, fatal: true }
        }
        "transaction-refused" => Fact::TransactionRefused {
            broker: B2,
            transactional_id: ID,
            producer_id: ProducerId(7),
            producer_epoch: ProducerEpoch(0),
            error: ErrorCode::InvalidProducerEpoch,
        },
        "lso-held-back" => Fact::LastStableOffsetMoved {
            broker: B1,
            tp,
            epoch: leader_epoch,
            last_stable_offset: Offset(0),
            high_watermark: Offset(5),
        },
        "pending-offset-dropped" => {
            Fact::PendingOffsetDropped { broker: B3, group: GROUP, tp, offset: Offset(5), producer_id: ProducerId(7) }
        }
        "effect-outside" => effect(true),
        "effect-recognised" => effect(false),
        "log-dir-failed" => Fact::LogDirFailed { broker: B1 },
        other => panic!("{other} needs a fact that shows it"),
    }
}

#[test]
fn every_property_is_shown_by_its_fact() {
    for (name, about) in NAMES {
        assert!(!about.is_empty());
        let mut sometimes = Sometimes::new(&Setup::default());
        for at in [3, 5] {
            sometimes.observe(&Entry { at: Nanos::from_secs(at), event: 0, fact: shown_by(name) });
        }
        let seen = sometimes.seen().iter().find(|seen| seen.name == *name).expect("it is in the list");
        assert_eq!((seen.count, seen.first), (2, Some(Nanos::from_secs(3))), "{name}");
    }
}

/// Elections of Kafka's own partitions are not the user's.
#[test]
fn internal_topics_are_counted_apart() {
    let mut story = Story::new();
    story.boot();
    story.elect(OFFSETS, Some(B1), &[B1, B2], Election::Clean);
    let judged = story.judge().sometimes;
    let elected = judged.iter().find(|seen| seen.name == "leader-elected").expect("it is in the list");
    assert_eq!((elected.count, elected.internal, elected.first), (0, 1, None));
}

#[test]
fn a_quiet_run_shows_none() {
    let mut story = Story::new();
    story.boot();
    story.join();
    story.produce(ORDERS, 5);
    story.consume(BILLING, ORDERS);
    story.end_after(60);
    for seen in story.judge().sometimes {
        assert_eq!((seen.count, seen.first), (0, None), "{}", seen.name);
    }
}
