//! What must happen in the end: V1-V5, V8, V9.

use super::story::*;
use super::{Bug, Case, Excused, Holds, Violated};
use crate::check::kafka_bug::KafkaBug;
use crate::history::fact::*;
use crate::protocol::config::AutoOffsetReset;
use crate::protocol::ids::*;
use crate::protocol::rules::LeaderlessMarker;
use crate::sim::time::Nanos;

#[test]
fn stories() {
    Case::check_all(CASES);
}

/// `orders-0` has lost its leader, though a replica of its ISR lives.
fn leaderless(s: &mut Story) {
    s.boot();
    s.elect(ORDERS, None, &[B1], Election::Leaderless);
    s.take_parts(ORDERS);
}

/// `checkout-0` has sent five records and heard nothing.
fn unanswered(s: &mut Story) {
    s.boot();
    s.send(ORDERS, 5);
}
fn pending(s: &mut Story) {
    s.tell(Fact::RecordsPending { node: CHECKOUT, tp: ORDERS, ordinal: 0, count: 5, sent: true });
}

/// The group has read one batch of two.
fn half_read(s: &mut Story) {
    s.boot();
    s.join();
    s.produce(ORDERS, 5);
    s.produce(ORDERS, 5);
    s.consume(BILLING, ORDERS);
}

/// There are records, and the group has neither a position nor a policy that gives it one.
fn without_a_policy(s: &mut Story) {
    s.setup.consumers.iter_mut().for_each(|c| c.auto_offset_reset = AutoOffsetReset::None);
    s.boot();
    s.prepare_rebalance();
    s.rebalance_done();
    s.produce(ORDERS, 5);
}

/// A member dies in a transaction that carries its offset, and that is never ended; another one gets its partition.
fn offset_in_a_hanging_transaction(s: &mut Story, unclean: bool) {
    hold_an_offset(s);
    if unclean {
        s.elect(OFFSETS, Some(B1), &[B1], Election::Unclean);
        s.take_parts(OFFSETS);
    }
    waits_for_it(s);
}
fn hold_an_offset(s: &mut Story) {
    s.exactly_once(|setup| {
        setup.topics[1].unclean_leader_election = true;
        setup.rules.leaderless_marker = LeaderlessMarker::Dropped;
    });
    s.invoice(0, 3);
}
fn waits_for_it(s: &mut Story) {
    s.stop(BILLING, StopKind::Crash);
    s.tell(Fact::PartitionAssigned { node: BILLING_1, tp: ORDERS, generation: s.generation() });
    s.end_after(1000);
}

/// Broker 3 has crashed and started again.
fn broker_3_starts(s: &mut Story) {
    s.boot();
    s.kill(B3, StopKind::Crash);
    s.tell(Fact::BrokerFenced { broker: B1 });
    s.tell(Fact::ProcessStarted { node: NodeId(2) });
}

pub(super) const CASES: &[Case] = &[
    Case {
        id: "leader-exists",
        about: "three partitions have their leaders",
        tell: |s| {
            s.boot();
            s.end_after(60);
        },
        expected: Holds(3),
    },
    Case {
        id: "leader-exists",
        about: "a partition whose only in-sync replica is dead need not have one",
        tell: |s| {
            leaderless(s);
            s.kill(B1, StopKind::Crash);
            s.end_after(60);
        },
        expected: Holds(2),
    },
    Case {
        id: "leader-exists",
        about: "a partition has none, though an in-sync replica lives",
        tell: |s| {
            leaderless(s);
            s.end_after(60);
        },
        expected: Violated(Some(ORDERS), Some(-1)),
    },
    Case {
        id: "leader-exists",
        about: "the run ends too soon",
        tell: |s| {
            leaderless(s);
            s.end_after(2);
        },
        expected: Excused("it may take"),
    },
    Case {
        id: "isr-recovers",
        about: "all replicas are in sync",
        tell: |s| {
            s.boot();
            s.end_after(100);
        },
        expected: Holds(3),
    },
    Case {
        id: "isr-recovers",
        about: "a live replica stays out",
        tell: |s| {
            s.boot();
            s.isr(ORDERS, &[B1, B2]);
            s.end_after(100);
        },
        expected: Violated(Some(ORDERS), Some(-1)),
    },
    Case {
        id: "isr-recovers",
        about: "the run ends too soon",
        tell: |s| {
            s.boot();
            s.isr(ORDERS, &[B1, B2]);
            s.end_after(10);
        },
        expected: Excused("it may take"),
    },
    Case {
        id: "isr-recovers",
        about: "the replica is still catching up",
        tell: |s| {
            s.boot();
            s.isr(ORDERS, &[B1, B2]);
            s.produce(ORDERS, 5);
            s.tell(Fact::FinalPhaseStarted {});
            s.wait(100);
            s.fetch(B3, ORDERS);
            s.tell(Fact::RunEnded {});
        },
        expected: Excused("still catching up"),
    },
    Case {
        id: "isr-recovers",
        about: "there is no leader to take it back",
        tell: |s| {
            leaderless(s);
            s.end_after(100);
        },
        expected: Excused("no live leader"),
    },
    Case {
        id: "produce-resolves",
        about: "five records are acknowledged",
        tell: |s| {
            s.boot();
            s.produce(ORDERS, 5);
            s.end_after(60);
        },
        expected: Holds(5),
    },
    Case {
        id: "produce-resolves",
        about: "five are never answered",
        tell: |s| {
            unanswered(s);
            s.tell(Fact::FinalPhaseStarted {});
            s.wait(200);
            pending(s);
            s.tell(Fact::RunEnded {});
        },
        expected: Violated(None, None),
    },
    Case {
        id: "produce-resolves",
        about: "an application that reads on sends on, up to the end",
        tell: |s| {
            s.boot();
            s.tell(Fact::FinalPhaseStarted {});
            s.wait(200);
            s.send(ORDERS, 5);
            pending(s);
            s.tell(Fact::RunEnded {});
        },
        expected: Excused("was still sending when the run ended"),
    },
    Case {
        id: "produce-resolves",
        about: "an application that sends again does so up to the end, and nothing gets away any more",
        tell: |s| {
            s.boot();
            s.tell(Fact::FinalPhaseStarted {});
            s.wait(200);
            s.tell(Fact::RecordResent { node: CHECKOUT, tp: ORDERS, ordinal: 4, first_tp: ORDERS, first: 0 });
            pending(s);
            s.tell(Fact::RunEnded {});
        },
        expected: Excused("was still sending when the run ended"),
    },
    Case {
        id: "produce-resolves",
        about: "it has sent nothing for long",
        tell: |s| {
            s.boot();
            s.tell(Fact::FinalPhaseStarted {});
            s.wait(1);
            s.send(ORDERS, 5);
            s.wait(300);
            pending(s);
            s.tell(Fact::RunEnded {});
        },
        expected: Violated(None, None),
    },
    Case {
        id: "produce-resolves",
        about: "their producer died",
        tell: |s| {
            unanswered(s);
            s.stop(CHECKOUT, StopKind::Crash);
            pending(s);
            s.end_after(200);
        },
        expected: Excused("died with records in memory"),
    },
    Case {
        id: "produce-resolves",
        about: "the run ends before delivery.timeout.ms",
        tell: |s| {
            unanswered(s);
            pending(s);
            s.end_after(100);
        },
        expected: Excused("it may take"),
    },
    Case {
        id: "eventually-consumed",
        about: "ten readable records are delivered",
        tell: |s| {
            half_read(s);
            s.consume(BILLING, ORDERS);
            s.end_after(60);
        },
        expected: Holds(10),
    },
    Case {
        id: "eventually-consumed",
        about: "a group reads half and stops",
        tell: |s| {
            half_read(s);
            s.end_after(60);
        },
        expected: Violated(Some(ORDERS), Some(5)),
    },
    Case {
        id: "lag-to-zero",
        about: "whose fetches are kept for longer than it waits for them never gets to check a position",
        tell: |s| {
            let config = &mut s.setup.consumers[0].config;
            (config.request_timeout, config.fetch_max_wait) = (Nanos::from_secs(1), Nanos::from_secs(3));
            half_read(s);
            s.end_after(60);
        },
        expected: Excused("behind it on the connection"),
    },
    Case {
        id: "eventually-consumed",
        about: "the run ends too soon",
        tell: |s| {
            half_read(s);
            s.end_after(10);
        },
        expected: Excused("it may take"),
    },
    Case {
        id: "eventually-consumed",
        about: "the group is busy with what it got",
        tell: |s| {
            half_read(s);
            s.produce(ORDERS, 5);
            s.poll(BILLING, ORDERS);
            s.end_after(60);
        },
        expected: Excused("still at work"),
    },
    Case {
        id: "eventually-consumed",
        about: "the group is stuck at a record that it cannot process",
        tell: |s| {
            half_read(s);
            s.tell(Fact::RecordFailed {
                node: BILLING,
                tp: ORDERS,
                offset: Offset(5),
                origin: CHECKOUT,
                ordinal: 5,
                skipped: false,
            });
            s.end_after(60);
        },
        expected: Excused("cannot process"),
    },
    Case {
        id: "lag-to-zero",
        about: "both partitions are read to the end",
        tell: |s| {
            half_read(s);
            s.consume(BILLING, ORDERS);
            s.end_after(60);
        },
        expected: Holds(2),
    },
    Case {
        id: "lag-to-zero",
        about: "a group reads half and stops",
        tell: |s| {
            half_read(s);
            s.end_after(60);
        },
        expected: Violated(Some(ORDERS), Some(5)),
    },
    Case {
        id: "eventually-consumed",
        about: "what was read was lost, and what took its place is not read",
        tell: |s| {
            s.setup.topics[0].unclean_leader_election = true;
            s.boot();
            s.join();
            s.isr(ORDERS, &[B1, B3]);
            s.produce(ORDERS, 5);
            s.consume(BILLING, ORDERS);
            s.elect(ORDERS, Some(B2), &[B2], Election::Unclean);
            s.take_parts(ORDERS);
            s.truncate(B3, ORDERS, 0);
            s.rejoin(ORDERS, B3);
            s.produce(ORDERS, 5);
            s.end_after(60);
        },
        expected: Excused("unclean"),
    },
    Case {
        id: "lag-to-zero",
        about: "nobody ever had a position: nothing is read, which is not the end",
        tell: |s| {
            s.boot();
            s.prepare_rebalance();
            s.rebalance_done();
            s.produce(ORDERS, 5);
            s.end_after(60);
        },
        expected: Violated(Some(ORDERS), Some(-1)),
    },
    Case {
        id: "lag-to-zero",
        about: "nobody ever had a position, without an offset and without a policy",
        tell: |s| {
            without_a_policy(s);
            s.end_after(60);
        },
        expected: Excused("auto.offset.reset=none"),
    },
    Case {
        id: "lag-to-zero",
        about: "the same with a committed offset",
        tell: |s| {
            without_a_policy(s);
            let (broker, member, generation) = (s.coordinator(), s.member(BILLING), s.generation());
            s.tell(Fact::OffsetStored { broker, group: GROUP, tp: ORDERS, offset: Offset(2), member, generation });
            s.end_after(60);
        },
        expected: Violated(Some(ORDERS), Some(-1)),
    },
    Case {
        id: "eventually-consumed",
        about: "an unclean election has left a transaction open, and the group waits for its offset",
        tell: |s| offset_in_a_hanging_transaction(s, true),
        expected: Excused("unclean"),
    },
    Case {
        id: "eventually-consumed",
        about: "the marker of a transaction was not sent, and the group waits for its offset",
        tell: |s| {
            hold_an_offset(s);
            s.skip_marker(BILLING, OFFSETS);
            waits_for_it(s);
        },
        expected: Bug(KafkaBug::LeaderlessPartition),
    },
    Case {
        id: "lag-to-zero",
        about: "an unclean election has left a transaction open, and the group waits for its offset",
        tell: |s| offset_in_a_hanging_transaction(s, true),
        expected: Excused("unclean"),
    },
    Case {
        id: "eventually-consumed",
        about: "a transaction stays open for no reason, and the group waits for its offset",
        tell: |s| offset_in_a_hanging_transaction(s, false),
        expected: Violated(Some(ORDERS), Some(0)),
    },
    Case {
        id: "lag-to-zero",
        about: "the group's coordinator is gone for good: no member can join again",
        tell: |s| {
            half_read(s);
            s.kill(B3, StopKind::Crash);
            s.end_after(60);
        },
        expected: Excused("has no coordinator"),
    },
    Case {
        id: "produce-resolves",
        about: "the final phase is as long as delivery.timeout.ms: the last record may fail a moment later",
        tell: |s| {
            unanswered(s);
            s.tell(Fact::FinalPhaseStarted {});
            s.wait(120);
            pending(s);
            s.tell(Fact::RunEnded {});
        },
        expected: Excused("the run ended"),
    },
    Case {
        id: "leader-exists",
        about: "the controller is gone for good: nobody elects",
        tell: |s| {
            s.boot();
            s.stop(NodeId(3), StopKind::Crash);
            s.kill(B1, StopKind::Crash);
            s.end_after(600);
        },
        expected: Excused("controller 100 is down"),
    },
    Case {
        id: "lag-to-zero",
        about: "there is nobody to read from",
        tell: |s| {
            half_read(s);
            s.kill(B1, StopKind::Crash);
            s.end_after(60);
        },
        expected: Excused("no live leader"),
    },
    Case {
        id: "metadata-converges",
        about: "nine replicas play their parts",
        tell: |s| {
            s.boot();
            s.elect_and_tell(ORDERS, B2, &[B1, B2, B3]);
            s.end_after(60);
        },
        expected: Holds(9),
    },
    Case {
        id: "metadata-converges",
        about: "a follower never hears of a new leader",
        tell: |s| {
            s.boot();
            s.elect(ORDERS, Some(B2), &[B1, B2, B3], Election::Clean);
            s.take_part(B1, ORDERS);
            s.take_part(B2, ORDERS);
            s.end_after(60);
        },
        expected: Violated(Some(ORDERS), Some(-1)),
    },
    Case {
        id: "metadata-converges",
        about: "it has had no time to",
        tell: |s| {
            s.boot();
            s.elect(ORDERS, Some(B2), &[B1, B2, B3], Election::Clean);
            s.end_after(2);
        },
        expected: Excused("it may take"),
    },
    Case {
        id: "broker-unfences",
        about: "three brokers start",
        tell: |s| {
            s.boot();
            s.end_after(60);
        },
        expected: Holds(3),
    },
    Case {
        id: "broker-unfences",
        about: "one is unfenced after a minute",
        tell: |s| {
            broker_3_starts(s);
            s.wait(60);
            s.register(B3);
        },
        expected: Violated(None, None),
    },
    Case {
        id: "broker-unfences",
        about: "one is never unfenced",
        tell: |s| {
            broker_3_starts(s);
            s.end_after(60);
        },
        expected: Violated(None, None),
    },
    Case {
        id: "broker-unfences",
        about: "one is unfenced after a minute in which the network was partitioned",
        tell: |s| {
            broker_3_starts(s);
            s.tell(Fact::FaultStarted { fault: 0, occurrence: 0, node: NodeId(u16::MAX) });
            s.wait(60);
            s.tell(Fact::FaultEnded { fault: 0, occurrence: 0 });
            s.register(B3);
        },
        expected: Excused("faults went on"),
    },
];
