//! Producers: P1-P10.

use super::story::{lie, *};
use super::{Case, Excused, Holds, NotExercised, NotPromised, Violated};
use crate::history::fact::*;
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::*;
use crate::protocol::messages::Acks;
use crate::sim::time::Nanos;

#[test]
fn stories() {
    Case::check_all(CASES);
}

/// `checkout-0` does without idempotence.
fn without_idempotence(s: &mut Story) {
    s.setup.producers[0].idempotent = false;
    s.boot();
}

/// A replica outside the ISR has been elected, and has everything by luck.
fn after_an_unclean_election(s: &mut Story) {
    s.setup.topics[0].unclean_leader_election = true;
    s.boot();
    s.produce(ORDERS, 5);
    s.isr(ORDERS, &[B1, B3]);
    s.elect(ORDERS, Some(B2), &[B2], Election::Unclean);
    s.take_parts(ORDERS);
    s.rejoin(ORDERS, B3);
}

/// The run ends, and `checkout-0` tells of its memory.
fn memory(s: &mut Story, available: u64, incomplete: u32) {
    s.boot();
    s.tell(Fact::BufferMemory { node: CHECKOUT, available, total: 1000, incomplete });
    s.tell(Fact::RunEnded {});
}

/// A record with key 3 goes to one of so many partitions.
fn key_placed(s: &mut Story, node: NodeId, tp: Tp, partitions: u32) {
    s.tell(Fact::KeyPlaced { node, key: 3, tp, partitions });
}

pub(super) const CASES: &[Case] = &[
    Case {
        id: "key-keeps-partition",
        about: "two producers, one of them in two lives, put a key into one partition",
        tell: |s| {
            s.boot();
            key_placed(s, CHECKOUT, ORDERS, 2);
            key_placed(s, CHECKOUT_1, ORDERS, 2);
            s.stop(CHECKOUT, StopKind::Crash);
            s.tell(Fact::ProcessStarted { node: CHECKOUT });
            key_placed(s, CHECKOUT, ORDERS, 2);
        },
        expected: Holds(3),
    },
    Case {
        id: "key-keeps-partition",
        about: "a producer puts a key elsewhere than before",
        tell: |s| {
            s.boot();
            key_placed(s, CHECKOUT, ORDERS, 2);
            key_placed(s, CHECKOUT, MORE_ORDERS, 2);
        },
        expected: Violated(Some(MORE_ORDERS), Some(-1)),
    },
    Case {
        id: "key-keeps-partition",
        about: "two producers disagree",
        tell: |s| {
            s.boot();
            key_placed(s, CHECKOUT, MORE_ORDERS, 2);
            key_placed(s, CHECKOUT_1, ORDERS, 2);
        },
        expected: Violated(Some(ORDERS), Some(-1)),
    },
    Case {
        id: "key-keeps-partition",
        about: "the topic has got a partition, of which one producer hears later than the other",
        tell: |s| {
            s.boot();
            key_placed(s, CHECKOUT, ORDERS, 1);
            key_placed(s, CHECKOUT, MORE_ORDERS, 2);
            key_placed(s, CHECKOUT_1, ORDERS, 1);
            key_placed(s, CHECKOUT_1, MORE_ORDERS, 2);
        },
        expected: Holds(4),
    },
    Case {
        id: "key-keeps-partition",
        about: "records have no keys",
        tell: |s| {
            s.boot();
            s.produce(ORDERS, 5);
            s.produce(MORE_ORDERS, 5);
        },
        expected: NotExercised,
    },
    Case {
        id: "bounded-outcome",
        about: "the producer had no id for longer than delivery.timeout.ms",
        tell: |s| {
            s.boot();
            s.act();
            let created = Nanos::from_secs(1);
            s.wait(300);
            s.new_producer(CHECKOUT, ProducerId(7), ProducerEpoch(1));
            s.tell(Fact::BatchFailed {
                node: CHECKOUT,
                tp: ORDERS,
                ordinal: 0,
                count: 5,
                error: crate::protocol::exceptions::Exception::Expired,
                certainty: Certainty::Definite,
                created,
            });
        },
        expected: Excused("waits for its producer id"),
    },
    Case {
        id: "bounded-outcome",
        about: "a batch was sent again and stands behind younger ones in flight",
        tell: |s| {
            s.boot();
            s.send(ORDERS, 5);
            lie!(s, Fact::BatchSent { attempt, .. } => *attempt = 1);
            s.send(ORDERS, 5);
            s.append(ORDERS, 5);
            s.replicate(ORDERS);
            lie!(s, Fact::BatchAcked { created, .. } => *created = Nanos::from_millis(30));
            s.wait(300);
            s.ack(ORDERS);
        },
        expected: Excused("behind younger batches"),
    },
    Case {
        id: "memory-given-back",
        about: "nothing is open, and all is free",
        tell: |s| memory(s, 1000, 0),
        expected: Holds(1),
    },
    Case {
        id: "memory-given-back",
        about: "a batch was completed, and its memory is gone",
        tell: |s| memory(s, 900, 0),
        expected: Violated(None, None),
    },
    Case {
        id: "memory-given-back",
        about: "a batch is open, and has its memory",
        tell: |s| memory(s, 900, 1),
        expected: NotExercised,
    },
    Case {
        id: "no-phantom",
        about: "a consumer gets what was sent",
        tell: |s| {
            s.boot();
            s.join();
            s.produce(ORDERS, 5);
            s.poll(BILLING, ORDERS);
        },
        expected: Holds(1),
    },
    Case {
        id: "no-phantom",
        about: "a consumer gets a record that nobody sent",
        tell: |s| {
            s.boot();
            s.join();
            s.produce(ORDERS, 5);
            lie!(s, Fact::RecordsPolled { count, .. } => *count = 6);
            s.poll(BILLING, ORDERS);
        },
        expected: Violated(Some(ORDERS), Some(0)),
    },
    Case {
        id: "no-phantom",
        about: "a consumer gets a record that expired before it was sent",
        tell: |s| {
            s.boot();
            s.join();
            s.fail(ORDERS, 5, 5, Certainty::Definite);
            s.produce(ORDERS, 5);
            lie!(s, Fact::BatchSent { ordinal, .. } => *ordinal = 10);
            s.produce(ORDERS, 5);
            s.poll(BILLING, ORDERS);
            s.poll(BILLING, ORDERS);
        },
        expected: Violated(Some(ORDERS), Some(5)),
    },
    Case {
        id: "definite-fail-absent",
        about: "a batch expires before it is sent, another is perhaps there",
        tell: |s| {
            s.boot();
            s.produce(ORDERS, 5);
            s.fail(ORDERS, 5, 5, Certainty::Definite);
            s.fail(MORE_ORDERS, 0, 5, Certainty::Unknown);
        },
        expected: Holds(1),
    },
    Case {
        id: "definite-fail-absent",
        about: "a batch was appended before it failed for certain",
        tell: |s| {
            s.boot();
            s.append(ORDERS, 5);
            s.fail(ORDERS, 2, 1, Certainty::Definite);
        },
        expected: Violated(Some(ORDERS), Some(-1)),
    },
    Case {
        id: "definite-fail-absent",
        about: "a batch is appended after it failed for certain",
        tell: |s| {
            s.boot();
            s.fail(ORDERS, 2, 1, Certainty::Definite);
            s.append(ORDERS, 5);
        },
        expected: Violated(Some(ORDERS), Some(0)),
    },
    Case {
        id: "idempotent-no-dup",
        about: "two batches; a third that only a lost leader had comes again; sequences wrap around",
        tell: |s| {
            s.boot();
            s.produce(ORDERS, 5);
            lie!(s, Fact::Appended { role: ReplicaRole::Leader, sequence, .. } => *sequence = Sequence(5));
            s.append(ORDERS, 5);
            s.elect_and_tell(ORDERS, B2, &[B2, B3]);
            lie!(s, Fact::Appended { role: ReplicaRole::Leader, sequence, ordinal, .. } => (*sequence, *ordinal) = (Sequence(5), 5));
            s.append(ORDERS, 5);
        },
        expected: Holds(3),
    },
    Case {
        id: "idempotent-no-dup",
        about: "a batch is appended twice",
        tell: |s| {
            s.boot();
            s.produce(ORDERS, 5);
            s.append_again(ORDERS, CHECKOUT);
        },
        expected: Violated(Some(ORDERS), Some(5)),
    },
    Case {
        id: "idempotent-no-dup",
        about: "the same after an unclean election",
        tell: |s| {
            after_an_unclean_election(s);
            s.append_again(ORDERS, CHECKOUT);
        },
        expected: Excused("unclean"),
    },
    Case {
        id: "idempotent-order",
        about: "two batches in a row, then a new epoch from 0",
        tell: |s| {
            s.boot();
            s.append(ORDERS, 5);
            s.append(ORDERS, 5);
            s.new_producer(CHECKOUT, ProducerId(7), ProducerEpoch(1));
            s.append(ORDERS, 5);
        },
        expected: Holds(2),
    },
    Case {
        id: "idempotent-order",
        about: "the first batch was refused, so the second is the first that the leader hears of",
        tell: |s| {
            s.boot();
            lie!(s, Fact::Appended { sequence, .. } => *sequence = Sequence(5));
            s.append(ORDERS, 5);
            lie!(s, Fact::Appended { sequence, .. } => *sequence = Sequence(10));
            s.append(ORDERS, 5);
        },
        expected: Holds(1),
    },
    Case {
        id: "idempotent-no-dup",
        about: "a retry comes after the leader has forgotten the producer",
        tell: |s| {
            s.setup.broker.producer_id_expiration = Nanos::from_secs(10);
            s.boot();
            s.append(ORDERS, 5);
            s.append(ORDERS, 5);
            s.wait(20);
            s.append_again(ORDERS, CHECKOUT);
        },
        expected: Excused("had forgotten"),
    },
    Case {
        id: "per-key-order",
        about: "what a dead process had sent is read after the first records of its next life",
        tell: |s| {
            s.setup.producers[0].acks = Acks::Zero;
            s.setup.producers[0].idempotent = false;
            s.boot();
            s.send(ORDERS, 5);
            s.stop(CHECKOUT, StopKind::Crash);
            s.tell(Fact::ProcessStarted { node: CHECKOUT });
            lie!(s, Fact::BatchSent { ordinal, .. } => *ordinal = 5);
            s.send(ORDERS, 5);
            lie!(s, Fact::Appended { ordinal, .. } => *ordinal = 5);
            s.append(ORDERS, 5);
            lie!(s, Fact::Appended { ordinal, .. } => *ordinal = 0);
            s.append(ORDERS, 5);
        },
        expected: Holds(2),
    },
    Case {
        id: "per-key-order",
        about: "with acks=0 two connections are read side by side",
        tell: |s| {
            s.setup.producers[0].acks = Acks::Zero;
            s.setup.producers[0].idempotent = false;
            s.boot();
            s.send(ORDERS, 5);
            s.send(ORDERS, 10);
            lie!(s, Fact::Appended { ordinal, .. } => *ordinal = 5);
            s.append(ORDERS, 5);
            lie!(s, Fact::Appended { ordinal, .. } => *ordinal = 0);
            s.append(ORDERS, 5);
        },
        expected: Excused("acks=0"),
    },
    Case {
        id: "definite-fail-absent",
        about: "a batch is sent although it has expired, in the same pass of the sender",
        tell: |s| {
            s.boot();
            s.fail(ORDERS, 0, 5, Certainty::Definite);
            s.send(ORDERS, 5);
            s.append(ORDERS, 5);
        },
        expected: Excused("the same pass"),
    },
    Case {
        id: "idempotent-order",
        about: "a batch is left out",
        tell: |s| {
            s.boot();
            s.append(ORDERS, 5);
            lie!(s, Fact::Appended { sequence, .. } => *sequence = Sequence(9));
            s.append(ORDERS, 5);
        },
        expected: Violated(Some(ORDERS), Some(5)),
    },
    Case {
        id: "idempotent-order",
        about: "a new epoch does not start over",
        tell: |s| {
            s.boot();
            s.append(ORDERS, 5);
            lie!(s, Fact::Appended { producer_epoch, .. } => *producer_epoch = ProducerEpoch(1));
            s.append(ORDERS, 5);
        },
        expected: Violated(Some(ORDERS), Some(5)),
    },
    Case {
        id: "idempotent-order",
        about: "a batch is left out after an unclean election",
        tell: |s| {
            after_an_unclean_election(s);
            lie!(s, Fact::Appended { sequence, .. } => *sequence = Sequence(9));
            s.append(ORDERS, 5);
        },
        expected: Excused("unclean"),
    },
    Case {
        id: "producer-fencing",
        about: "a new epoch takes over",
        tell: |s| {
            s.boot();
            s.append(ORDERS, 5);
            s.new_producer(CHECKOUT, ProducerId(7), ProducerEpoch(1));
            s.append(ORDERS, 5);
        },
        expected: Holds(1),
    },
    Case {
        id: "producer-fencing",
        about: "the old epoch comes back",
        tell: |s| {
            s.boot();
            s.append(ORDERS, 5);
            s.new_producer(CHECKOUT, ProducerId(7), ProducerEpoch(1));
            s.append(ORDERS, 5);
            lie!(s, Fact::Appended { producer_epoch, .. } => *producer_epoch = ProducerEpoch(0));
            s.append(ORDERS, 5);
        },
        expected: Violated(Some(ORDERS), Some(10)),
    },
    Case {
        id: "pid-unique",
        about: "two producers, one of which bumps its epoch",
        tell: |s| {
            s.boot();
            s.new_producer(CHECKOUT, ProducerId(7), ProducerEpoch(1));
        },
        expected: Holds(3),
    },
    Case {
        id: "pid-unique",
        about: "two producers get the same",
        tell: |s| {
            s.boot();
            s.new_producer(CHECKOUT_1, ProducerId(7), ProducerEpoch(0));
        },
        expected: Violated(None, None),
    },
    Case {
        id: "pid-unique",
        about: "a producer that starts again gets what its former life had",
        tell: |s| {
            s.boot();
            s.stop(CHECKOUT, StopKind::Crash);
            s.tell(Fact::ProcessStarted { node: CHECKOUT });
            s.new_producer(CHECKOUT, ProducerId(7), ProducerEpoch(0));
        },
        expected: Violated(None, None),
    },
    Case {
        id: "per-key-order",
        about: "in order; a copy of an earlier record is no step back; what a lost leader had comes again",
        tell: |s| {
            without_idempotence(s);
            s.setup.producers[0].max_in_flight = 1;
            s.produce(ORDERS, 5);
            s.append_again(ORDERS, CHECKOUT);
            s.replicate(ORDERS);
            s.append(ORDERS, 5);
            s.elect_and_tell(ORDERS, B2, &[B2, B3]);
            lie!(s, Fact::Appended { role: ReplicaRole::Leader, ordinal, .. } => *ordinal = 5);
            s.append(ORDERS, 5);
        },
        expected: Holds(4),
    },
    Case {
        id: "per-key-order",
        about: "an earlier record comes after a later one",
        tell: |s| {
            s.boot();
            lie!(s, Fact::Appended { ordinal, .. } => *ordinal = 10);
            s.append(ORDERS, 5);
            s.append(ORDERS, 5);
        },
        expected: Violated(Some(ORDERS), Some(5)),
    },
    Case {
        id: "per-key-order",
        about: "the producer retries with five requests in flight and without idempotence",
        tell: |s| {
            without_idempotence(s);
            lie!(s, Fact::Appended { ordinal, .. } => *ordinal = 10);
            s.append(ORDERS, 5);
            s.append(ORDERS, 5);
        },
        expected: Excused("5 requests in flight and without idempotence"),
    },
    Case {
        id: "per-key-order",
        about: "a batch is split while a later one is in flight, without idempotence and without retries",
        tell: |s| {
            s.setup.producers[0].idempotent = false;
            s.setup.producers[0].retries = 0;
            s.boot();
            let (node, tp, error) = (CHECKOUT, ORDERS, ErrorCode::MessageTooLarge);
            s.send(ORDERS, 10);
            s.tell(Fact::BatchRetried { node, tp, ordinal: 0, count: 5, error });
            lie!(s, Fact::Appended { ordinal, .. } => *ordinal = 5);
            s.append(ORDERS, 5);
            lie!(s, Fact::Appended { ordinal, .. } => *ordinal = 0);
            s.append(ORDERS, 5);
        },
        expected: Excused("has split a batch that was too large"),
    },
    Case {
        id: "per-key-order",
        about: "no producer of the run is promised it",
        tell: |s| {
            s.setup.producers.iter_mut().for_each(|p| p.idempotent = false);
            s.boot();
            s.append(ORDERS, 5);
        },
        expected: NotPromised("checkout-0 retries with 5 requests in flight"),
    },
    Case {
        id: "per-key-order",
        about: "a request that was given up is carried out after the next",
        tell: |s| {
            s.setup.producers[0].max_in_flight = 1;
            without_idempotence(s);
            lie!(s, Fact::Appended { ordinal, .. } => *ordinal = 10);
            s.append(ORDERS, 5);
            s.fail(ORDERS, 5, 5, Certainty::Unknown);
            s.append(ORDERS, 5);
        },
        expected: Excused("carried out late"),
    },
    Case {
        id: "bounded-outcome",
        about: "a batch is acknowledged, another fails",
        tell: |s| {
            s.boot();
            s.produce(ORDERS, 5);
            s.fail(ORDERS, 5, 5, Certainty::Unknown);
        },
        expected: Holds(2),
    },
    Case {
        id: "bounded-outcome",
        about: "a batch is acknowledged after more than delivery.timeout.ms",
        tell: |s| {
            s.boot();
            s.wait(122);
            lie!(s, Fact::BatchAcked { created, .. } => *created = crate::sim::time::Nanos::ZERO);
            s.produce(ORDERS, 5);
        },
        expected: Violated(None, None),
    },
    Case {
        id: "bounded-outcome",
        about: "the producer was paused meanwhile",
        tell: |s| {
            s.boot();
            s.tell(Fact::ProcessPaused { node: CHECKOUT, paused: true });
            s.wait(122);
            s.tell(Fact::ProcessPaused { node: CHECKOUT, paused: false });
            lie!(s, Fact::BatchAcked { created, .. } => *created = crate::sim::time::Nanos::ZERO);
            s.produce(ORDERS, 5);
        },
        expected: Excused("paused"),
    },
    Case {
        id: "bounded-outcome",
        about: "an answer about its transaction was lost, and a broker waits for it",
        tell: |s| {
            s.setup.producers[0].transactional_id = Some(s.setup.catalog.add_transactional_id("checkout"));
            s.boot();
            s.wait(200);
            lie!(s, Fact::BatchAcked { created, .. } => *created = Nanos::from_secs(25));
            s.produce(ORDERS, 5);
        },
        expected: Excused("a request of its transaction"),
    },
    Case {
        id: "bounded-outcome",
        about: "nothing was disturbed for longer than anybody waits for an answer",
        tell: |s| {
            s.setup.producers[0].transactional_id = Some(s.setup.catalog.add_transactional_id("checkout"));
            s.boot();
            s.wait(200);
            lie!(s, Fact::BatchAcked { created, .. } => *created = Nanos::from_secs(60));
            s.produce(ORDERS, 5);
        },
        expected: Violated(None, None),
    },
    Case {
        id: "bounded-outcome",
        about: "retries overtake each other, and the sender looks at the first in flight only",
        tell: |s| {
            without_idempotence(s);
            s.wait(122);
            lie!(s, Fact::BatchAcked { created, .. } => *created = Nanos::ZERO);
            lie!(s, Fact::BatchSent { attempt, .. } => *attempt = 1);
            s.produce(ORDERS, 5);
        },
        expected: Excused("behind younger batches"),
    },
];
