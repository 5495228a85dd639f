//! What producers are promised, where transactions are: P5, P6, P8.

use super::{as_it_is, two_instances, written};
use crate::check::tests::story::{lie, *};
use crate::check::tests::{Case, Excused, Violated};
use crate::history::fact::*;
use crate::protocol::ids::*;
use crate::sim::time::Nanos;

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

pub(super) const CASES: &[Case] = &[
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
