//! What leaders say of transactions: T6, T8.

use super::{as_it_is, written};
use crate::check::tests::story::{hide, lie, *};
use crate::check::tests::{Case, Excused, Holds, NotExercised, Violated};
use crate::history::fact::*;
use crate::protocol::ids::*;
use crate::sim::time::Nanos;
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

pub(super) const CASES: &[Case] = &[
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
        about: "a marker is not replicated, and its next leader has never been down",
        tell: |s| next_leader_forgets(s, false),
        expected: Violated(Some(ORDERS), Some(5)),
    },
    Case {
        id: "lso-sane",
        about: "a marker is not replicated, and its next leader has opened the log behind it",
        tell: |s| next_leader_forgets(s, true),
        expected: Holds(1),
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
    Case { id: "lso-sane", about: "no transaction", tell: |s| s.boot(), expected: NotExercised },
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
];
