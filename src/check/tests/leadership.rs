//! Who leads: R1-R3, R8, C5, C7.

use super::story::{lie, *};
use super::{Case, Excused, Holds, Violated};
use crate::history::fact::*;
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::*;

#[test]
fn stories() {
    Case::check_all(CASES);
}

/// Five records are committed without broker 2, which lags.
fn broker_2_lags(s: &mut Story) {
    s.boot();
    s.isr(ORDERS, &[B1, B3]);
    s.produce(ORDERS, 5);
}

/// Broker 1 is to go, and goes.
fn leader_goes(s: &mut Story) {
    let (all, stay) = ([B2, B3, B1].into_iter().collect(), [B2, B3].into_iter().collect());
    reassigned(s, all, [B1].into_iter().collect());
    reassigned(s, stay, BrokerList::EMPTY);
}
fn reassigned(s: &mut Story, replicas: BrokerList, removing: BrokerList) {
    s.tell(Fact::ReplicasReassigned { tp: ORDERS, replicas, adding: BrokerList::EMPTY, removing });
}

fn latest(s: &mut Story, broker: BrokerId, offset: i64) {
    s.tell(Fact::LatestOffsetServed { broker, tp: ORDERS, node: BILLING, offset: Offset(offset) });
}

/// A leader is killed and back before its session is over, and leads in its epoch until it hears what its registration
/// has led to.
fn registered_in_its_old_epoch(s: &mut Story) {
    s.boot();
    s.append(ORDERS, 5);
    s.kill(B1, StopKind::Crash);
    s.back_in_session(B1, ORDERS, 5);
    s.register(B1);
    s.elect(ORDERS, Some(B2), &[B2, B3], Election::Clean);
}

pub(super) const CASES: &[Case] = &[
    Case {
        id: "leader-per-epoch",
        about: "one leader after the other, in metadata and in deed",
        tell: |s| {
            s.boot();
            s.elect_and_tell(ORDERS, B2, &[B1, B2, B3]);
        },
        expected: Holds(8),
    },
    Case {
        id: "leader-per-epoch",
        about: "a second broker comes to lead in the same epoch",
        tell: |s| {
            s.boot();
            s.tell(Fact::BecameLeader {
                broker: B2,
                tp: ORDERS,
                epoch: LeaderEpoch(0),
                start: Offset(0),
                high_watermark: Offset(0),
            });
        },
        expected: Violated(Some(ORDERS), Some(0)),
    },
    Case {
        id: "leader-per-epoch",
        about: "metadata name a second leader for the same epoch",
        tell: |s| {
            s.boot();
            lie!(s, Fact::PartitionChanged { leader_epoch, .. } => *leader_epoch = LeaderEpoch(0));
            s.elect(ORDERS, Some(B2), &[B2, B3], Election::Clean);
        },
        expected: Violated(Some(ORDERS), Some(-1)),
    },
    Case {
        id: "single-writer-per-epoch",
        about: "a deposed leader goes on appending in its own epoch",
        tell: |s| {
            s.boot();
            s.append(ORDERS, 5);
            s.elect(ORDERS, Some(B2), &[B2, B3], Election::Clean);
            s.take_part(B2, ORDERS);
            s.append_in(B2, ORDERS, 1, CHECKOUT_1, 5);
            s.append_in(B1, ORDERS, 0, CHECKOUT, 5);
        },
        expected: Holds(3),
    },
    Case {
        id: "single-writer-per-epoch",
        about: "a broker comes back and goes on where its former life left off",
        tell: |s| {
            s.boot();
            s.append(ORDERS, 5);
            s.kill(B1, StopKind::Crash);
            s.restart(B1, ORDERS, 5);
            s.append(ORDERS, 5);
        },
        expected: Violated(Some(ORDERS), Some(5)),
    },
    Case {
        id: "single-writer-per-epoch",
        about: "a broker that is back before its session is over is registered, and has not heard of its successor",
        tell: |s| {
            registered_in_its_old_epoch(s);
            s.append_in(B1, ORDERS, 0, CHECKOUT, 5);
        },
        expected: Excused("in its old epoch before its new life was registered"),
    },
    Case {
        id: "single-writer-per-epoch",
        about: "the same broker writes once more after it has heard",
        tell: |s| {
            registered_in_its_old_epoch(s);
            s.take_parts(ORDERS);
            s.append_in(B1, ORDERS, 0, CHECKOUT, 5);
        },
        expected: Violated(Some(ORDERS), Some(5)),
    },
    Case {
        id: "epoch-monotonic",
        about: "an election, and everybody hears of it",
        tell: |s| {
            s.boot();
            s.elect_and_tell(ORDERS, B2, &[B2, B3]);
        },
        expected: Holds(13),
    },
    Case {
        id: "epoch-monotonic",
        about: "a change skips partition epochs",
        tell: |s| {
            s.boot();
            lie!(s, Fact::PartitionChanged { partition_epoch, .. } => *partition_epoch = PartitionEpoch(5));
            s.isr(ORDERS, &[B1, B2]);
        },
        expected: Violated(Some(ORDERS), Some(-1)),
    },
    Case {
        id: "epoch-monotonic",
        about: "a leader goes without a new epoch",
        tell: |s| {
            s.boot();
            lie!(s, Fact::PartitionChanged { leader_epoch, .. } => *leader_epoch = LeaderEpoch(0));
            s.elect(ORDERS, None, &[B1], Election::Leaderless);
        },
        expected: Violated(Some(ORDERS), Some(-1)),
    },
    Case {
        id: "epoch-monotonic",
        about: "a replica goes back to an older epoch",
        tell: |s| {
            s.boot();
            s.elect_and_tell(ORDERS, B2, &[B2, B3]);
            s.tell(Fact::BecameFollower { broker: B3, tp: ORDERS, epoch: LeaderEpoch(0), leader: Some(B1) });
        },
        expected: Violated(Some(ORDERS), Some(-1)),
    },
    Case {
        id: "visible-end-monotonic",
        about: "a client is told 5, then 10; another client asks once; a deposed leader says 5",
        tell: |s| {
            s.boot();
            s.produce(ORDERS, 5);
            latest(s, B1, 5);
            s.produce(ORDERS, 5);
            latest(s, B1, 10);
            s.tell(Fact::LatestOffsetServed { broker: B1, tp: ORDERS, node: BILLING_1, offset: Offset(10) });
            s.elect(ORDERS, Some(B2), &[B2, B3], Election::Clean);
            s.take_part(B2, ORDERS);
            latest(s, B1, 5);
        },
        expected: Holds(1),
    },
    Case {
        id: "visible-end-monotonic",
        about: "a client is told 5, then 3",
        tell: |s| {
            s.boot();
            s.produce(ORDERS, 5);
            latest(s, B1, 5);
            latest(s, B1, 3);
        },
        expected: Violated(Some(ORDERS), Some(3)),
    },
    Case {
        id: "visible-end-monotonic",
        about: "an unclean election lies between",
        tell: |s| {
            broker_2_lags(s);
            latest(s, B1, 5);
            s.elect(ORDERS, Some(B2), &[B2], Election::Unclean);
            s.take_part(B2, ORDERS);
            latest(s, B2, 0);
        },
        expected: Excused("unclean"),
    },
    Case {
        id: "clean-election-only",
        about: "an ISR member is elected",
        tell: |s| {
            s.boot();
            s.elect_and_tell(ORDERS, B2, &[B2, B3]);
        },
        expected: Holds(1),
    },
    Case {
        id: "clean-election-only",
        about: "somebody else is elected, as the topic allows",
        tell: |s| {
            s.setup.topics[0].unclean_leader_election = true;
            s.boot();
            s.isr(ORDERS, &[B1, B3]);
            s.elect(ORDERS, Some(B2), &[B2], Election::Unclean);
        },
        expected: Holds(1),
    },
    Case {
        id: "clean-election-only",
        about: "somebody else is elected, and it is called clean",
        tell: |s| {
            s.boot();
            s.isr(ORDERS, &[B1, B3]);
            s.elect(ORDERS, Some(B2), &[B2], Election::Clean);
        },
        expected: Violated(Some(ORDERS), Some(-1)),
    },
    Case {
        id: "clean-election-only",
        about: "the leader goes with the proposal that takes the last of those that stay into the ISR",
        tell: |s| {
            s.boot();
            s.isr(ORDERS, &[B1]);
            leader_goes(s);
            s.elect(ORDERS, Some(B2), &[B2, B3], Election::Clean);
        },
        expected: Holds(1),
    },
    Case {
        id: "clean-election-only",
        about: "the same after a reassignment that was taken back",
        tell: |s| {
            s.boot();
            s.isr(ORDERS, &[B1]);
            reassigned(s, [B2, B3, B1].into_iter().collect(), [B1].into_iter().collect());
            reassigned(s, [B2, B3, B1].into_iter().collect(), BrokerList::EMPTY);
            s.elect(ORDERS, Some(B2), &[B2, B3], Election::Clean);
        },
        expected: Violated(Some(ORDERS), Some(-1)),
    },
    Case {
        id: "fenced-not-leader",
        about: "a fenced broker leads nothing any more",
        tell: |s| {
            s.boot();
            s.elect_and_tell(ORDERS, B2, &[B2, B3]);
            s.tell(Fact::BrokerFenced { broker: B1 });
        },
        expected: Holds(5),
    },
    Case {
        id: "fenced-not-leader",
        about: "a broker is fenced and keeps its partition",
        tell: |s| {
            s.boot();
            s.tell(Fact::BrokerFenced { broker: B1 });
        },
        expected: Violated(Some(ORDERS), Some(-1)),
    },
    Case {
        id: "fenced-not-leader",
        about: "a fenced broker is elected",
        tell: |s| {
            s.boot();
            s.elect_and_tell(MORE_ORDERS, B3, &[B1, B3]);
            s.tell(Fact::BrokerFenced { broker: B2 });
            s.elect(ORDERS, Some(B2), &[B2, B3], Election::Clean);
            s.tell(Fact::AlterPartitionRefused { tp: ORDERS, broker: B1, error: ErrorCode::FencedLeaderEpoch });
        },
        expected: Violated(Some(ORDERS), Some(-1)),
    },
];
