//! What was committed or acknowledged: R10-R13, R20-R22.

use super::story::{hide, lie, *};
use super::{Case, Excused, Holds, NotPromised, Violated};
use crate::history::fact::*;
use crate::protocol::ids::*;
use crate::protocol::messages::Acks;
use crate::protocol::rules::EligibleLeaderReplicas;

#[test]
fn stories() {
    Case::check_all(CASES);
}

fn list(brokers: &[BrokerId]) -> BrokerList {
    brokers.iter().copied().collect()
}

/// Five records are committed without broker 2, which lags.
fn broker_2_lags(s: &mut Story) {
    s.boot();
    s.isr(ORDERS, &[B1, B3]);
    s.produce(ORDERS, 5);
}

/// All is committed everywhere, in two batches; only broker 1 is left of the ISR, and it loses power.
fn last_replica_loses_power(s: &mut Story) {
    s.boot();
    s.produce(ORDERS, 2);
    s.produce(ORDERS, 3);
    s.kill(B2, StopKind::Crash);
    s.kill(B3, StopKind::Crash);
    s.isr(ORDERS, &[B1]);
    s.kill(B1, StopKind::PowerLoss);
    s.elect(ORDERS, None, &[B1], Election::Leaderless);
    s.restart(B1, ORDERS, 2);
    s.elect(ORDERS, Some(B1), &[B1], Election::Clean);
    s.take_part(B1, ORDERS);
}

/// The same, and by then the controller had struck it from the ISR, and called it eligible.
fn last_eligible_replica_loses_power(s: &mut Story) {
    s.setup.rules.eligible_leader_replicas = EligibleLeaderReplicas::On;
    s.boot();
    s.produce(ORDERS, 2);
    s.produce(ORDERS, 3);
    s.kill(B2, StopKind::Crash);
    s.kill(B3, StopKind::Crash);
    s.isr(ORDERS, &[B1]);
    s.kill(B1, StopKind::PowerLoss);
    s.elect(ORDERS, None, &[], Election::Leaderless);
    s.tell(Fact::EligibleReplicasChanged { tp: ORDERS, elr: [B1].into_iter().collect(), last_leader: Some(B1) });
    s.restart(B1, ORDERS, 2);
}

/// Two of three lose power and records; the third is in no ISR.
fn two_lose_power(s: &mut Story) {
    s.boot();
    s.isr(ORDERS, &[B1, B2]);
    s.produce(ORDERS, 2);
    s.produce(ORDERS, 3);
    s.kill(B1, StopKind::PowerLoss);
    s.kill(B2, StopKind::PowerLoss);
    s.restart(B2, ORDERS, 2);
    s.restart(B1, ORDERS, 2);
    s.elect(ORDERS, Some(B2), &[B2, B1], Election::Clean);
    s.take_part(B2, ORDERS);
}

/// Broker 3 has records that the new leader, broker 2, has not.
fn broker_3_has_a_tail(s: &mut Story) {
    s.boot();
    s.produce(ORDERS, 5);
    s.append(ORDERS, 3);
    s.fetch(B3, ORDERS);
    s.kill(B1, StopKind::Crash);
    s.elect_and_tell(ORDERS, B2, &[B2, B3]);
}

/// Two batches are committed, and the leader loses power.
fn one_batch_is_lost(s: &mut Story) {
    s.boot();
    s.produce(ORDERS, 5);
    s.produce(ORDERS, 2);
    s.kill(B1, StopKind::PowerLoss);
}

pub(super) const CASES: &[Case] = &[
    Case {
        id: "candidate-complete",
        about: "two followers have the first batch when the second is committed; one comes back with both",
        tell: |s| {
            s.boot();
            s.produce(ORDERS, 5);
            s.produce(ORDERS, 5);
            s.isr(ORDERS, &[B1, B2]);
            s.rejoin(ORDERS, B3);
        },
        expected: Holds(3),
    },
    Case {
        id: "candidate-complete",
        about: "an ISR member has cut off what was committed",
        tell: |s| {
            s.boot();
            s.produce(ORDERS, 5);
            s.truncate(B3, ORDERS, 0);
            s.append(ORDERS, 5);
            s.raise(ORDERS, 10);
        },
        expected: Violated(Some(ORDERS), Some(0)),
    },
    Case {
        id: "candidate-complete",
        about: "a replica joins the ISR without what was committed",
        tell: |s| {
            broker_2_lags(s);
            s.rejoin(ORDERS, B2);
        },
        expected: Violated(Some(ORDERS), Some(0)),
    },
    Case {
        id: "candidate-complete",
        about: "the controller has elected uncleanly, the old leader goes on for a while",
        tell: |s| {
            broker_2_lags(s);
            s.elect(ORDERS, Some(B2), &[B2], Election::Unclean);
            s.append_in(B1, ORDERS, 0, CHECKOUT, 5);
            s.raise_in(B1, ORDERS, 0, 10, list(&[B1, B3]));
        },
        expected: Excused("unclean"),
    },
    Case {
        id: "leader-complete",
        about: "a member of the ISR takes over; a late BecameLeader of an older epoch does not matter",
        tell: |s| {
            s.boot();
            s.produce(ORDERS, 5);
            s.elect(ORDERS, Some(B2), &[B2, B3], Election::Clean);
            s.elect(ORDERS, Some(B3), &[B2, B3], Election::Clean);
            s.take_part(B3, ORDERS);
            s.append(ORDERS, 5);
            s.tell(Fact::BecameLeader {
                broker: B2,
                tp: ORDERS,
                epoch: LeaderEpoch(1),
                start: Offset(5),
                high_watermark: Offset(5),
            });
        },
        expected: Holds(1),
    },
    Case {
        id: "leader-complete",
        about: "a member of the ISR takes over that lacks what was committed",
        tell: |s| {
            broker_2_lags(s);
            s.isr(ORDERS, &[B1, B2, B3]);
            s.elect_and_tell(ORDERS, B2, &[B2, B3]);
        },
        expected: Violated(Some(ORDERS), Some(0)),
    },
    Case {
        id: "leader-complete",
        about: "a replica outside the ISR takes over",
        tell: |s| {
            broker_2_lags(s);
            s.elect(ORDERS, Some(B2), &[B2], Election::Unclean);
            s.take_part(B2, ORDERS);
        },
        expected: Excused("orders-0 had an unclean leader election"),
    },
    Case {
        id: "leader-complete",
        about: "the last replica standing loses power",
        tell: last_replica_loses_power,
        expected: Excused("the last in-sync replica of orders-0 lost power"),
    },
    Case {
        id: "committed-durable",
        about: "the last eligible replica loses power, and nobody leads any more",
        tell: last_eligible_replica_loses_power,
        expected: Excused("the last in-sync replica of orders-0 lost power"),
    },
    Case {
        id: "leader-complete",
        about: "as many replicas lose power as min.insync.replicas",
        tell: two_lose_power,
        expected: Excused("2 replicas of orders-0 lost power at once, min.insync.replicas is 2"),
    },
    Case {
        id: "leader-complete",
        about: "a power loss that lost nothing excuses nothing",
        tell: |s| {
            broker_2_lags(s);
            s.kill(B3, StopKind::PowerLoss);
            s.restart(B3, ORDERS, 5);
            s.kill(B1, StopKind::PowerLoss);
            s.restart(B1, ORDERS, 5);
            s.isr(ORDERS, &[B1, B2, B3]);
            s.elect_and_tell(ORDERS, B2, &[B2, B3]);
        },
        expected: Violated(Some(ORDERS), Some(0)),
    },
    Case {
        id: "committed-durable",
        about: "two batches are committed, and there at the end",
        tell: |s| {
            s.boot();
            s.produce(ORDERS, 5);
            s.elect_and_tell(ORDERS, B2, &[B2, B3]);
            s.produce(ORDERS, 5);
        },
        expected: Holds(2),
    },
    Case {
        id: "committed-durable",
        about: "a leader lacks a committed batch",
        tell: |s| {
            broker_2_lags(s);
            s.isr(ORDERS, &[B1, B2, B3]);
            s.elect_and_tell(ORDERS, B2, &[B2, B3]);
        },
        expected: Violated(Some(ORDERS), Some(0)),
    },
    Case {
        id: "committed-durable",
        about: "a leader writes over a committed batch",
        tell: |s| {
            s.boot();
            s.produce(ORDERS, 5);
            s.produce(ORDERS, 5);
            lie!(s, Fact::Appended { base_offset, .. } => *base_offset = Offset(5));
            s.append(ORDERS, 5);
        },
        expected: Violated(Some(ORDERS), Some(5)),
    },
    Case {
        id: "committed-durable",
        about: "a leader that has lost power is back in its old epoch, and writes over a committed batch",
        tell: |s| {
            one_batch_is_lost(s);
            s.back_in_session(B1, ORDERS, 5);
            s.append(ORDERS, 2);
        },
        expected: Excused("in its old epoch before its new life was registered"),
    },
    Case {
        id: "committed-durable",
        about: "one that is registered does the same",
        tell: |s| {
            one_batch_is_lost(s);
            s.restart(B1, ORDERS, 5);
            s.take_part(B1, ORDERS);
            s.append(ORDERS, 2);
        },
        expected: Violated(Some(ORDERS), Some(5)),
    },
    Case {
        id: "committed-durable",
        about: "a leader cuts its own log",
        tell: |s| {
            s.boot();
            s.produce(ORDERS, 2);
            s.produce(ORDERS, 3);
            s.truncate(B1, ORDERS, 2);
        },
        expected: Violated(Some(ORDERS), Some(2)),
    },
    Case {
        id: "committed-durable",
        about: "the run ends with a leader elected that lacks a committed batch",
        tell: |s| {
            broker_2_lags(s);
            s.isr(ORDERS, &[B1, B2, B3]);
            s.elect(ORDERS, Some(B2), &[B2, B3], Election::Clean);
        },
        expected: Violated(Some(ORDERS), Some(0)),
    },
    Case {
        id: "committed-durable",
        about: "a replica outside the ISR takes over",
        tell: |s| {
            broker_2_lags(s);
            s.elect(ORDERS, Some(B2), &[B2], Election::Unclean);
            s.take_part(B2, ORDERS);
        },
        expected: Excused("unclean"),
    },
    Case {
        id: "committed-durable",
        about: "an unclean election excuses no loss of what is committed after it",
        tell: |s| {
            broker_2_lags(s);
            s.elect(ORDERS, Some(B2), &[B2], Election::Unclean);
            s.take_parts(ORDERS);
            s.rejoin(ORDERS, B3);
            s.truncate(B3, ORDERS, 0);
            s.produce(ORDERS, 7);
            s.isr(ORDERS, &[B1, B2, B3]);
            s.elect_and_tell(ORDERS, B1, &[B1, B3]);
        },
        expected: Violated(Some(ORDERS), Some(0)),
    },
    Case {
        id: "acked-all-durable",
        about: "five records are acknowledged, and there at the end",
        tell: |s| {
            s.boot();
            s.produce(ORDERS, 5);
            s.elect_and_tell(ORDERS, B2, &[B2, B3]);
        },
        expected: Holds(5),
    },
    Case {
        id: "acked-all-durable",
        about: "five records are acknowledged, and the next leader has not got them",
        tell: |s| {
            broker_2_lags(s);
            s.isr(ORDERS, &[B1, B2, B3]);
            s.elect_and_tell(ORDERS, B2, &[B2, B3]);
        },
        expected: Violated(Some(ORDERS), Some(0)),
    },
    Case {
        id: "acked-all-durable",
        about: "a replica outside the ISR takes over",
        tell: |s| {
            broker_2_lags(s);
            s.elect(ORDERS, Some(B2), &[B2], Election::Unclean);
            s.take_part(B2, ORDERS);
        },
        expected: Excused("unclean"),
    },
    Case {
        id: "acked-all-durable",
        about: "the last replica standing loses power",
        tell: last_replica_loses_power,
        expected: Excused("lost power"),
    },
    Case {
        id: "acked-all-durable",
        about: "nobody asks for acks=all",
        tell: |s| {
            s.setup.producers.iter_mut().for_each(|p| p.acks = Acks::One);
            s.boot();
            s.produce(ORDERS, 5);
        },
        expected: NotPromised("acks=1"),
    },
    Case {
        id: "truncation-minimal",
        about: "a follower cuts off what its new leader has not",
        tell: |s| {
            broker_3_has_a_tail(s);
            s.truncate(B3, ORDERS, 5);
        },
        expected: Holds(1),
    },
    Case {
        id: "truncation-minimal",
        about: "a follower cuts off what was committed",
        tell: |s| {
            broker_3_has_a_tail(s);
            s.truncate(B3, ORDERS, 0);
        },
        expected: Violated(Some(ORDERS), Some(0)),
    },
    Case {
        id: "truncation-minimal",
        about: "a follower cuts off more than what differs, but nothing committed",
        tell: |s| {
            s.boot();
            s.produce(ORDERS, 5);
            s.append(ORDERS, 3);
            s.fetch(B2, ORDERS);
            s.append(ORDERS, 2);
            s.fetch(B3, ORDERS);
            s.kill(B1, StopKind::Crash);
            s.elect_and_tell(ORDERS, B2, &[B2, B3]);
            s.truncate(B3, ORDERS, 5);
        },
        expected: Excused("KIP-101"),
    },
    Case {
        id: "ack-offset-truth",
        about: "the record is where the answer says, though its leader dies before it is copied",
        tell: |s| {
            s.setup.producers[0].acks = Acks::One;
            s.boot();
            s.send(ORDERS, 5);
            s.append(ORDERS, 5);
            s.kill(B1, StopKind::Crash);
            s.ack(ORDERS);
        },
        expected: Holds(1),
    },
    Case {
        id: "ack-offset-truth",
        about: "the answer names another place",
        tell: |s| {
            s.boot();
            lie!(s, Fact::BatchAcked { offset, .. } => *offset = Offset(9));
            s.produce(ORDERS, 5);
        },
        expected: Violated(Some(ORDERS), Some(9)),
    },
    Case {
        id: "ack-offset-truth",
        about: "acks=0 and an offset",
        tell: |s| {
            s.setup.producers[0].acks = Acks::Zero;
            s.boot();
            s.produce(ORDERS, 5);
        },
        expected: Violated(Some(ORDERS), Some(0)),
    },
    Case {
        id: "no-divergence-quiescent",
        about: "three partitions come to rest",
        tell: |s| {
            s.boot();
            s.produce(ORDERS, 5);
            s.end_after(60);
        },
        expected: Holds(6),
    },
    Case {
        id: "no-divergence-quiescent",
        about: "an ISR member never gets the last batch",
        tell: |s| {
            s.boot();
            s.produce(ORDERS, 5);
            s.append(ORDERS, 3);
            s.fetch(B2, ORDERS);
            s.end_after(60);
        },
        expected: Violated(Some(ORDERS), Some(5)),
    },
    Case {
        id: "no-divergence-quiescent",
        about: "an ISR member never hears of the high watermark",
        tell: |s| {
            s.boot();
            hide!(s, Fact::HighWatermarkLearned { broker: B3, .. });
            s.produce(ORDERS, 5);
            s.end_after(60);
        },
        expected: Violated(Some(ORDERS), Some(5)),
    },
    Case {
        id: "no-divergence-quiescent",
        about: "an ISR member hangs on a dead connection when the run ends",
        tell: |s| {
            s.boot();
            s.produce(ORDERS, 5);
            s.append(ORDERS, 3);
            s.fetch(B2, ORDERS);
            s.end_after(20);
        },
        expected: Excused("it may take"),
    },
    Case {
        id: "no-divergence-quiescent",
        about: "an ISR member was told the high watermark together with a divergence, and not again",
        tell: |s| {
            s.boot();
            s.produce(ORDERS, 5);
            s.append(ORDERS, 3);
            s.fetch(B3, ORDERS);
            s.kill(B3, StopKind::Crash);
            s.isr(ORDERS, &[B1, B2]);
            lie!(s, Fact::LogRecovered { high_watermark, .. } => *high_watermark = Offset(0));
            s.restart(B3, ORDERS, 8);
            s.elect_and_tell(ORDERS, B2, &[B1, B2]);
            s.truncate(B1, ORDERS, 5);
            s.truncate(B3, ORDERS, 5);
            s.rejoin(ORDERS, B3);
            s.end_after(60);
        },
        expected: Excused("does not repeat a high watermark"),
    },
];
