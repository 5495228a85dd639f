//! The in-sync replica set: R15-R18.

use super::story::{lie, *};
use super::{Case, Excused, Holds, Violated};
use crate::history::fact::*;
use crate::protocol::ids::*;

#[test]
fn stories() {
    Case::check_all(CASES);
}

/// Broker 3 lost three of five committed records in a power loss, and is back.
fn broker_3_lost_records(s: &mut Story) {
    s.boot();
    s.produce(ORDERS, 2);
    s.produce(ORDERS, 3);
    s.kill(B3, StopKind::PowerLoss);
    s.isr(ORDERS, &[B1, B2]);
    s.restart(B3, ORDERS, 2);
    s.take_part(B3, ORDERS);
}

pub(super) const CASES: &[Case] = &[
    Case {
        id: "unclean-exclusion",
        about: "it fetches them again and joins",
        tell: |s| {
            broker_3_lost_records(s);
            s.fetch(B3, ORDERS);
            s.rejoin(ORDERS, B3);
        },
        expected: Holds(1),
    },
    Case {
        id: "unclean-exclusion",
        about: "it joins without them",
        tell: |s| {
            broker_3_lost_records(s);
            s.rejoin(ORDERS, B3);
        },
        expected: Violated(Some(ORDERS), Some(2)),
    },
    Case {
        id: "unclean-exclusion",
        about: "it was never put out of the ISR, though it has registered anew",
        tell: |s| {
            s.boot();
            s.produce(ORDERS, 2);
            s.produce(ORDERS, 3);
            s.kill(B3, StopKind::PowerLoss);
            s.restart(B3, ORDERS, 2);
            s.isr(ORDERS, &[B1, B3]);
        },
        expected: Violated(Some(ORDERS), Some(2)),
    },
    Case {
        id: "unclean-exclusion",
        about: "the last replica standing leads again",
        tell: |s| {
            s.boot();
            s.produce(ORDERS, 2);
            s.produce(ORDERS, 3);
            s.isr(ORDERS, &[B1]);
            s.kill(B1, StopKind::PowerLoss);
            s.elect(ORDERS, None, &[B1], Election::Leaderless);
            s.restart(B1, ORDERS, 2);
            s.elect(ORDERS, Some(B1), &[B1], Election::Clean);
        },
        expected: Excused("the last in-sync replica of orders-0 lost power"),
    },
    Case {
        id: "unclean-exclusion",
        about: "it is elected uncleanly",
        tell: |s| {
            broker_3_lost_records(s);
            s.elect(ORDERS, Some(B3), &[B3], Election::Unclean);
        },
        expected: Excused("unclean"),
    },
    Case {
        id: "isr-shape",
        about: "three partitions are made, one ISR shrinks and grows",
        tell: |s| {
            s.boot();
            s.isr(ORDERS, &[B1, B2]);
            s.rejoin(ORDERS, B3);
        },
        expected: Holds(5),
    },
    Case {
        id: "isr-shape",
        about: "nobody is left in it",
        tell: |s| {
            s.boot();
            s.elect(ORDERS, None, &[], Election::Leaderless);
        },
        expected: Violated(Some(ORDERS), Some(-1)),
    },
    Case {
        id: "isr-shape",
        about: "the leader is not in it",
        tell: |s| {
            s.boot();
            s.isr(ORDERS, &[B2, B3]);
        },
        expected: Violated(Some(ORDERS), Some(-1)),
    },
    Case {
        id: "isr-shape",
        about: "a fenced broker joins",
        tell: |s| {
            s.boot();
            s.isr(ORDERS, &[B1, B2]);
            s.elect_and_tell(OFFSETS, B1, &[B1, B2]);
            s.tell(Fact::BrokerFenced { broker: B3 });
            s.rejoin(ORDERS, B3);
        },
        expected: Violated(Some(ORDERS), Some(-1)),
    },
    Case {
        id: "isr-shape",
        about: "a broker joins that is about to stop",
        tell: |s| {
            s.boot();
            s.isr(ORDERS, &[B1, B2]);
            s.tell(Fact::ControlledShutdownStarted { broker: B3 });
            s.rejoin(ORDERS, B3);
        },
        expected: Violated(Some(ORDERS), Some(-1)),
    },
    Case {
        id: "isr-change-cas",
        about: "a leader proposes, the controller grants; a deposed leader's proposal does not matter",
        tell: |s| {
            s.boot();
            s.elect_and_tell(ORDERS, B2, &[B1, B2]);
            let isr = [B1, B3].into_iter().collect();
            s.propose(ORDERS, B3);
            s.tell(Fact::IsrProposed {
                broker: B1,
                tp: ORDERS,
                leader_epoch: LeaderEpoch(0),
                partition_epoch: PartitionEpoch(0),
                isr,
            });
            s.isr(ORDERS, &[B1, B2, B3]);
        },
        expected: Holds(1),
    },
    Case {
        id: "isr-change-cas",
        about: "it grows by itself",
        tell: |s| {
            s.boot();
            s.isr(ORDERS, &[B1, B2]);
            s.isr(ORDERS, &[B1, B2, B3]);
        },
        expected: Violated(Some(ORDERS), Some(-1)),
    },
    Case {
        id: "isr-change-cas",
        about: "it grows by a proposal that was made for an earlier state",
        tell: |s| {
            s.boot();
            s.isr(ORDERS, &[B1, B2]);
            lie!(s, Fact::IsrProposed { partition_epoch, .. } => partition_epoch.0 -= 1);
            s.rejoin(ORDERS, B3);
        },
        expected: Violated(Some(ORDERS), Some(-1)),
    },
    Case {
        id: "isr-join-rule",
        about: "a follower with everything is proposed",
        tell: |s| {
            s.boot();
            s.isr(ORDERS, &[B1, B2]);
            s.produce(ORDERS, 5);
            s.fetch(B3, ORDERS);
            s.rejoin(ORDERS, B3);
        },
        expected: Holds(1),
    },
    Case {
        id: "isr-join-rule",
        about: "a follower below the high watermark is proposed",
        tell: |s| {
            s.boot();
            s.isr(ORDERS, &[B1, B2]);
            s.produce(ORDERS, 5);
            s.propose(ORDERS, B3);
        },
        expected: Violated(Some(ORDERS), Some(0)),
    },
    Case {
        id: "isr-join-rule",
        about: "a follower below the start of the epoch is proposed (KAFKA-7128)",
        tell: |s| {
            s.boot();
            s.append(ORDERS, 5);
            s.fetch(B2, ORDERS);
            s.elect_and_tell(ORDERS, B2, &[B2, B1]);
            s.propose(ORDERS, B3);
        },
        expected: Violated(Some(ORDERS), Some(0)),
    },
    Case {
        id: "isr-join-rule",
        about: "a follower is proposed by what it fetched in an earlier epoch",
        tell: |s| {
            s.boot();
            s.elect(ORDERS, Some(B2), &[B2, B1], Election::Clean);
            s.take_part(B2, ORDERS);
            s.propose(ORDERS, B3);
        },
        expected: Violated(Some(ORDERS), Some(0)),
    },
];
