//! Share groups (KIP-932): S1 to S7, X7, V14.

use super::story::*;
use super::{Bug, Case, Excused, Holds, Violated};
use crate::check::kafka_bug::KafkaBug;
use crate::history::fact::*;
use crate::history::setup::ShareConsumerSetup;
use crate::protocol::config::ConsumerConfig;
use crate::protocol::ids::*;
use crate::protocol::messages::AcknowledgeType::{self, Accept, Reject, Release, Renew};
use crate::protocol::rules::{ShareRecordLocks, ShareStartWithinBatch, ShareStateGaps, ShareTransitions};

#[test]
fn stories() {
    Case::check_all(CASES);
}

/// What is told of a share group, by the leader of `orders-0` and by its members.
struct Acts<'s>(&'s mut Story, BrokerId);

impl Acts<'_> {
    fn acquires(&mut self, node: NodeId, first: i64, last: i64, delivery_count: u32) -> &mut Self {
        self.0.act();
        self.also_acquires(node, first, last, delivery_count)
    }
    /// With the same fetch.
    fn also_acquires(&mut self, node: NodeId, first: i64, last: i64, delivery_count: u32) -> &mut Self {
        let (broker, member) = (self.1, self.0.member(node));
        let (first, last) = (Offset(first), Offset(last));
        self.0.tell(Fact::ShareAcquired {
            broker,
            group: GROUP,
            tp: ORDERS,
            member,
            node,
            first,
            last,
            delivery_count,
        });
        self
    }
    fn polls(&mut self, node: NodeId, offset: i64, count: u32) -> &mut Self {
        let (origin, ordinal, timestamp) = (CHECKOUT, offset as u32, crate::sim::time::Nanos::ZERO);
        let (tp, offset, delivery_count) = (ORDERS, Offset(offset), 1);
        self.0.act();
        self.0.tell(Fact::ShareRecordsPolled { node, tp, offset, count, origin, ordinal, delivery_count, timestamp });
        self
    }
    fn processes(&mut self, node: NodeId, offset: i64, count: u32) -> &mut Self {
        let (tp, origin, ordinal, offset) = (ORDERS, CHECKOUT, offset as u32, Offset(offset));
        self.0.tell(Fact::RecordsProcessed { node, tp, offset, count, origin, ordinal });
        self
    }
    /// It is written down what a member says.
    fn says(&mut self, node: NodeId, acknowledgement: AcknowledgeType, first: i64, last: i64) -> &mut Self {
        let (broker, member, group, tp) = (self.1, self.0.member(node), GROUP, ORDERS);
        let (first, last) = (Offset(first), Offset(last));
        self.0.act();
        self.0.tell(Fact::ShareAcknowledged { broker, group, tp, member, node, first, last, acknowledgement });
        self
    }
    /// It is written down what a member said before the share-partition was loaded anew.
    fn said(&mut self, node: NodeId, acknowledgement: AcknowledgeType, first: i64, last: i64) -> &mut Self {
        let (broker, member, group, tp) = (self.1, self.0.member(node), GROUP, ORDERS);
        let (first, last) = (Offset(first), Offset(last));
        self.0.act();
        self.0.tell(Fact::ShareAcknowledgedLate { broker, group, tp, member, node, first, last, acknowledgement });
        self
    }
    fn hears(&mut self, node: NodeId, first: i64, last: i64) -> &mut Self {
        let (tp, first, last, error) = (ORDERS, Offset(first), Offset(last), None);
        self.0.act();
        self.0.tell(Fact::ShareAcknowledgementCompleted { node, tp, first, last, error });
        self
    }
    fn frees(&mut self, node: NodeId, first: i64, last: i64, count: u32, reason: ShareReleaseReason) -> &mut Self {
        let (broker, member, group, tp) = (self.1, self.0.member(node), GROUP, ORDERS);
        let (first, last, delivery_count) = (Offset(first), Offset(last), count);
        self.0.act();
        self.0.tell(Fact::ShareReleased { broker, group, tp, member, first, last, delivery_count, reason });
        self
    }
    fn archives(&mut self, first: i64, last: i64, reason: ShareArchiveReason) -> &mut Self {
        let (broker, group, tp, first, last) = (self.1, GROUP, ORDERS, Offset(first), Offset(last));
        self.0.tell(Fact::ShareArchived { broker, group, tp, first, last, reason });
        self
    }
    fn starts_at(&mut self, start: i64) -> &mut Self {
        let (broker, group, tp, start) = (self.1, GROUP, ORDERS, Offset(start));
        self.0.tell(Fact::ShareStartMoved { broker, group, tp, start });
        self
    }
    fn loads(&mut self, start: i64) -> &mut Self {
        let (broker, group, tp, start) = (self.1, GROUP, ORDERS, Offset(start));
        let (leader_epoch, state_epoch) = (LeaderEpoch(0), 1);
        self.0.act();
        self.0.tell(Fact::SharePartitionLoaded { broker, group, tp, leader_epoch, start, state_epoch });
        self
    }
    /// A member gets records, works on them, and accepts them.
    fn consumes(&mut self, node: NodeId, first: i64, last: i64) -> &mut Self {
        let count = (last + 1 - first) as u32;
        self.acquires(node, first, last, 1).polls(node, first, count).processes(node, first, count);
        self.says(node, Accept, first, last).hears(node, first, last).starts_at(last + 1)
    }
    /// Another broker leads.
    fn moves(&mut self, to: BrokerId) -> &mut Self {
        self.0.elect_and_tell(ORDERS, to, &[B1, B2, B3]);
        self.1 = to;
        self
    }
}

/// `billing` is a share group, and six records are there.
fn group(s: &mut Story) -> Acts<'_> {
    s.setup.catalog.share_groups = vec![GROUP];
    let share = |node| ShareConsumerSetup {
        node,
        group: GROUP,
        topics: vec![TopicId(0)],
        skips_poison: false,
        rejects_poison: false,
        renews_every: None,
        sink: None,
        config: ConsumerConfig::default(),
    };
    s.setup.share_consumers = vec![share(BILLING), share(BILLING_1)];
    s.setup.consumers.clear();
    s.boot();
    s.produce(ORDERS, 6);
    let mut acts = Acts(s, B1);
    acts.loads(0);
    acts
}

pub(super) const CASES: &[Case] = &[
    Case {
        id: "share-one-holder",
        about: "two members, each with records of its own",
        tell: |s| {
            group(s).acquires(BILLING, 0, 2, 1).acquires(BILLING_1, 3, 5, 1).polls(BILLING, 0, 3);
        },
        expected: Holds(3),
    },
    Case {
        id: "share-one-holder",
        about: "a record is given away while another holds it",
        tell: |s| {
            group(s).acquires(BILLING, 0, 2, 1).acquires(BILLING_1, 2, 5, 2);
        },
        expected: Violated(Some(ORDERS), Some(2)),
    },
    Case {
        id: "share-one-holder",
        about: "a record that ran out is given to another, and the first one still has a say",
        tell: |s| {
            let mut acts = group(s);
            acts.acquires(BILLING, 0, 0, 1).frees(BILLING, 0, 0, 1, ShareReleaseReason::LockTimeout);
            acts.acquires(BILLING_1, 0, 0, 2).says(BILLING, Accept, 0, 0);
        },
        expected: Violated(Some(ORDERS), Some(0)),
    },
    Case {
        id: "share-one-holder",
        about: "a release from before the share-partition was loaded anew is told later, and changes nothing",
        tell: |s| {
            let mut acts = group(s);
            acts.acquires(BILLING, 0, 2, 1).loads(0).acquires(BILLING_1, 0, 2, 1);
            acts.frees(BILLING, 0, 2, 1, ShareReleaseReason::SessionClosed)
                .processes(BILLING_1, 0, 3)
                .says(BILLING_1, Accept, 0, 2);
        },
        expected: Holds(3),
    },
    Case {
        id: "share-one-holder",
        about: "a rejection from before the share-partition was loaded anew is told later: who has got it since has its say",
        tell: |s| {
            let mut acts = group(s);
            acts.acquires(BILLING, 0, 2, 1).loads(0).acquires(BILLING_1, 0, 2, 1).said(BILLING, Reject, 0, 2);
            acts.processes(BILLING_1, 0, 3).says(BILLING_1, Accept, 0, 2);
        },
        expected: Holds(3),
    },
    Case {
        id: "share-one-holder",
        about: "a rejection that the leader knows of ends the other's say",
        tell: |s| {
            let mut acts = group(s);
            acts.acquires(BILLING, 0, 2, 1).says(BILLING, Reject, 0, 2).archives(0, 2, ShareArchiveReason::Rejected);
            acts.says(BILLING_1, Accept, 0, 2);
        },
        expected: Violated(Some(ORDERS), Some(0)),
    },
    Case {
        id: "share-one-holder",
        about: "a member gets what it has not acquired",
        tell: |s| {
            group(s).acquires(BILLING, 0, 2, 1).polls(BILLING, 2, 2);
        },
        expected: Violated(Some(ORDERS), Some(2)),
    },
    Case {
        id: "share-done-is-done",
        about: "what is accepted stays accepted across leaders, and what was held is free",
        tell: |s| {
            let mut acts = group(s);
            acts.consumes(BILLING, 0, 1).acquires(BILLING, 2, 3, 1);
            acts.moves(B2).loads(2).acquires(BILLING_1, 2, 3, 1);
        },
        expected: Holds(3),
    },
    Case {
        id: "share-done-is-done",
        about: "an accepted record comes again",
        tell: |s| {
            let mut acts = group(s);
            acts.acquires(BILLING, 0, 3, 1).processes(BILLING, 0, 4).says(BILLING, Accept, 1, 1);
            acts.moves(B2).loads(0).acquires(BILLING_1, 0, 2, 1);
        },
        expected: Violated(Some(ORDERS), Some(1)),
    },
    Case {
        id: "share-done-is-done",
        about: "a record that was given up as its lock ran out may come again after a change of leader",
        tell: |s| {
            let mut acts = group(s);
            for count in 1..=4 {
                acts.acquires(BILLING, 0, 0, count).frees(BILLING, 0, 0, count, ShareReleaseReason::LockTimeout);
            }
            acts.acquires(BILLING, 0, 0, 5).archives(0, 0, ShareArchiveReason::DeliveryLimit).starts_at(1);
            acts.moves(B2).loads(0).acquires(BILLING_1, 0, 0, 5);
        },
        expected: Holds(6),
    },
    Case {
        id: "share-done-is-done",
        about: "an acceptance from before the share-partition was loaded anew: the one that is there may not know of it",
        tell: |s| {
            let mut acts = group(s);
            acts.acquires(BILLING, 0, 2, 1).processes(BILLING, 0, 3).loads(0).said(BILLING, Accept, 0, 2);
            acts.acquires(BILLING_1, 0, 2, 1);
        },
        expected: Holds(2),
    },
    Case {
        id: "share-done-is-done",
        about: "the next one knows",
        tell: |s| {
            let mut acts = group(s);
            acts.acquires(BILLING, 0, 2, 1).processes(BILLING, 0, 3).loads(0).said(BILLING, Accept, 0, 2);
            acts.loads(0).acquires(BILLING_1, 0, 2, 1);
        },
        expected: Violated(Some(ORDERS), Some(0)),
    },
    Case {
        id: "share-done-is-done",
        about: "told while the member holds it in the one that is there: what it says to that one counts",
        tell: |s| {
            let mut acts = group(s);
            acts.acquires(BILLING, 0, 0, 1).processes(BILLING, 0, 1).loads(0).acquires(BILLING, 0, 0, 1);
            acts.said(BILLING, Accept, 0, 0).frees(BILLING, 0, 0, 1, ShareReleaseReason::LockTimeout);
            acts.acquires(BILLING_1, 0, 0, 2);
        },
        expected: Holds(3),
    },
    Case {
        id: "share-done-is-done",
        about: "before 4.2 a leader that begins within a batch of the log delivers all of it",
        tell: |s| {
            s.setup.rules.share_start_within_batch = ShareStartWithinBatch::FromBatch;
            let mut acts = group(s);
            acts.consumes(BILLING, 0, 1).moves(B2).loads(2).starts_at(0).acquires(BILLING_1, 0, 5, 1);
        },
        expected: Bug(KafkaBug::ShareStartMovedBack),
    },
    Case {
        id: "share-done-is-done",
        about: "what the start has not passed is no matter of where it begins",
        tell: |s| {
            s.setup.rules.share_start_within_batch = ShareStartWithinBatch::FromBatch;
            let mut acts = group(s);
            acts.acquires(BILLING, 0, 3, 1).processes(BILLING, 0, 4).says(BILLING, Accept, 1, 1);
            acts.moves(B2).loads(0).acquires(BILLING_1, 0, 2, 1);
        },
        expected: Violated(Some(ORDERS), Some(1)),
    },
    Case {
        id: "share-delivery-count",
        about: "each delivery counts",
        tell: |s| {
            let mut acts = group(s);
            acts.acquires(BILLING, 0, 0, 1).says(BILLING, Release, 0, 0);
            acts.frees(BILLING, 0, 0, 1, ShareReleaseReason::Released).acquires(BILLING_1, 0, 0, 2);
        },
        expected: Holds(2),
    },
    Case {
        id: "share-delivery-count",
        about: "a delivery that does not count",
        tell: |s| {
            let mut acts = group(s);
            acts.acquires(BILLING, 0, 0, 1).says(BILLING, Release, 0, 0);
            acts.frees(BILLING, 0, 0, 1, ShareReleaseReason::Released).acquires(BILLING_1, 0, 0, 1);
        },
        expected: Violated(Some(ORDERS), Some(0)),
    },
    Case {
        id: "share-delivery-count",
        about: "a sixth delivery",
        tell: |s| {
            let mut acts = group(s);
            for count in 1..=6 {
                acts.acquires(BILLING, 0, 0, count).frees(BILLING, 0, 0, count, ShareReleaseReason::LockTimeout);
            }
        },
        expected: Violated(Some(ORDERS), Some(0)),
    },
    Case {
        id: "share-start-offset",
        about: "it moves over what is accepted and rejected",
        tell: |s| {
            let mut acts = group(s);
            acts.acquires(BILLING, 0, 3, 1).processes(BILLING, 0, 4).says(BILLING, Accept, 0, 1).starts_at(2);
            acts.says(BILLING, Reject, 2, 2).archives(2, 2, ShareArchiveReason::Rejected).starts_at(3);
        },
        expected: Holds(2),
    },
    Case {
        id: "share-start-offset",
        about: "it moves over a record that is held",
        tell: |s| {
            group(s).acquires(BILLING, 0, 3, 1).processes(BILLING, 0, 4).says(BILLING, Accept, 1, 1).starts_at(2);
        },
        expected: Violated(Some(ORDERS), Some(2)),
    },
    Case {
        id: "share-start-offset",
        about: "a new leader begins behind a record that was free",
        tell: |s| {
            let mut acts = group(s);
            acts.consumes(BILLING, 0, 1).acquires(BILLING, 2, 2, 1);
            acts.frees(BILLING, 2, 2, 1, ShareReleaseReason::LockTimeout).moves(B2).loads(3);
        },
        expected: Violated(Some(ORDERS), Some(3)),
    },
    Case {
        id: "share-start-offset",
        about: "a new leader begins behind a record that was held: it is written down what became of it, and nobody has told",
        tell: |s| {
            group(s).consumes(BILLING, 0, 1).acquires(BILLING, 2, 2, 1).moves(B2).loads(3);
        },
        expected: Holds(2),
    },
    Case {
        id: "share-start-offset",
        about: "it moves over what a member held as the leader changed",
        tell: |s| {
            group(s).consumes(BILLING, 0, 1).acquires(BILLING, 2, 2, 1).moves(B2).loads(2).starts_at(3);
        },
        expected: Holds(3),
    },
    Case {
        id: "share-start-offset",
        about: "before 4.2 it moves back to the first record of a batch of the log",
        tell: |s| {
            s.setup.rules.share_start_within_batch = ShareStartWithinBatch::FromBatch;
            group(s).consumes(BILLING, 0, 1).moves(B2).loads(2).starts_at(0).acquires(BILLING_1, 0, 5, 1);
        },
        expected: Bug(KafkaBug::ShareStartMovedBack),
    },
    Case {
        id: "share-start-offset",
        about: "since 4.2 it does not",
        tell: |s| {
            s.setup.rules.share_start_within_batch = ShareStartWithinBatch::FromStart;
            group(s).consumes(BILLING, 0, 1).moves(B2).loads(2).starts_at(0);
        },
        expected: Violated(Some(ORDERS), Some(0)),
    },
    Case {
        id: "share-acknowledged-is-written",
        about: "written down, then told",
        tell: |s| {
            group(s).consumes(BILLING, 0, 1);
        },
        expected: Holds(1),
    },
    Case {
        id: "share-acknowledged-is-written",
        about: "told, and never written down",
        tell: |s| {
            group(s).acquires(BILLING, 0, 1, 1).hears(BILLING, 0, 1);
        },
        expected: Violated(Some(ORDERS), Some(0)),
    },
    Case {
        id: "share-in-flight-bounded",
        about: "one fetch may overshoot the bound",
        tell: |s| {
            s.setup.broker.group_share_partition_max_record_locks = 100;
            let mut acts = group(s);
            acts.acquires(BILLING, 0, 98, 1).acquires(BILLING_1, 99, 148, 1);
        },
        expected: Holds(2),
    },
    Case {
        id: "share-in-flight-bounded",
        about: "the next one is not to",
        tell: |s| {
            s.setup.broker.group_share_partition_max_record_locks = 100;
            group(s).acquires(BILLING, 0, 99, 1).acquires(BILLING_1, 100, 149, 1);
        },
        expected: Violated(Some(ORDERS), Some(100)),
    },
    Case {
        id: "share-in-flight-bounded",
        about: "before 4.2 new records come with one that is free, whatever the bound",
        tell: |s| {
            s.setup.rules.share_record_locks = ShareRecordLocks::BeforeFetch;
            s.setup.broker.group_share_partition_max_record_locks = 100;
            let mut acts = group(s);
            acts.acquires(BILLING, 0, 99, 1).frees(BILLING, 3, 3, 1, ShareReleaseReason::LockTimeout);
            acts.acquires(BILLING_1, 3, 3, 2).also_acquires(BILLING_1, 100, 149, 1);
        },
        expected: Holds(1),
    },
    Case {
        id: "share-in-flight-bounded",
        about: "since 4.2 they do not",
        tell: |s| {
            s.setup.rules.share_record_locks = ShareRecordLocks::WhileAcquiring;
            s.setup.broker.group_share_partition_max_record_locks = 100;
            let mut acts = group(s);
            acts.acquires(BILLING, 0, 99, 1).frees(BILLING, 3, 3, 1, ShareReleaseReason::LockTimeout);
            acts.acquires(BILLING_1, 3, 3, 2).also_acquires(BILLING_1, 100, 149, 1);
        },
        expected: Violated(Some(ORDERS), Some(100)),
    },
    Case {
        id: "share-lock-expires",
        about: "a lock that is renewed, and another that runs out",
        tell: |s| {
            let mut acts = group(s);
            acts.acquires(BILLING, 0, 0, 1);
            acts.0.wait(25);
            acts.says(BILLING, Renew, 0, 0);
            acts.0.wait(30);
            acts.frees(BILLING, 0, 0, 1, ShareReleaseReason::LockTimeout);
        },
        expected: Holds(2),
    },
    Case {
        id: "share-lock-expires",
        about: "before 4.2 a record that is held for too long is a bug of Kafka's",
        tell: |s| {
            s.setup.rules.share_transitions = ShareTransitions::Loose;
            let mut acts = group(s);
            acts.acquires(BILLING, 0, 0, 1);
            acts.0.wait(70);
            acts.frees(BILLING, 0, 0, 1, ShareReleaseReason::LockTimeout);
        },
        expected: Bug(KafkaBug::ShareLockForgotten),
    },
    Case {
        id: "share-lock-expires",
        about: "a record is held for a minute and more",
        tell: |s| {
            s.setup.rules.share_transitions = ShareTransitions::Strict;
            let mut acts = group(s);
            acts.acquires(BILLING, 0, 0, 1);
            acts.0.wait(70);
            acts.frees(BILLING, 0, 0, 1, ShareReleaseReason::LockTimeout);
        },
        expected: Violated(Some(ORDERS), Some(0)),
    },
    Case {
        id: "share-at-least-once",
        about: "processed, then accepted",
        tell: |s| {
            group(s).consumes(BILLING, 0, 1);
        },
        expected: Holds(2),
    },
    Case {
        id: "share-at-least-once",
        about: "accepted, and never processed",
        tell: |s| {
            group(s).acquires(BILLING, 0, 1, 1).processes(BILLING, 0, 1).says(BILLING, Accept, 0, 1);
        },
        expected: Violated(Some(ORDERS), Some(0)),
    },
    Case {
        id: "share-drains",
        about: "everything is done with in the end",
        tell: |s| {
            group(s).consumes(BILLING, 0, 5);
            s.end_after(200);
        },
        expected: Holds(2),
    },
    Case {
        id: "share-drains",
        about: "a record is free, and nobody gets it",
        tell: |s| {
            group(s).consumes(BILLING, 0, 4);
            s.end_after(200);
        },
        expected: Violated(Some(ORDERS), Some(5)),
    },
    Case {
        id: "share-drains",
        about: "a group that is slow gives up a record after 150 s, and has the next one to do",
        tell: |s| {
            group(s).consumes(BILLING, 0, 3);
            s.tell(Fact::FinalPhaseStarted {});
            s.wait(150);
            Acts(s, B1).acquires(BILLING, 4, 4, 1).archives(4, 4, ShareArchiveReason::DeliveryLimit).starts_at(5);
            s.wait(50);
            s.tell(Fact::RunEnded {});
        },
        expected: Excused("still at work"),
    },
    Case {
        id: "share-drains",
        about: "a batch takes longer than its lock, and each record of it 80 s",
        tell: |s| {
            let mut acts = group(s);
            acts.consumes(BILLING, 0, 3).acquires(BILLING, 4, 5, 1);
            acts.0.tell(Fact::FinalPhaseStarted {});
            acts.0.wait(30);
            acts.frees(BILLING, 4, 5, 1, ShareReleaseReason::LockTimeout);
            acts.0.wait(50);
            acts.processes(BILLING, 4, 1);
            acts.0.wait(80);
            acts.processes(BILLING, 5, 1);
            acts.0.wait(40);
            acts.0.tell(Fact::RunEnded {});
        },
        expected: Excused("still at work"),
    },
    Case {
        id: "share-drains",
        about: "in 4.0 a record that was held as the leader changed never comes again",
        tell: |s| {
            s.setup.rules.share_state_gaps = ShareStateGaps::Skipped;
            let mut acts = group(s);
            acts.consumes(BILLING, 0, 3).acquires(BILLING, 4, 4, 1).moves(B2).loads(4);
            acts.acquires(BILLING_1, 5, 5, 1).processes(BILLING_1, 5, 1).says(BILLING_1, Accept, 5, 5);
            s.end_after(200);
        },
        expected: Bug(KafkaBug::ShareGapSkipped),
    },
    Case {
        id: "share-drains",
        about: "since 4.1 there is no such excuse",
        tell: |s| {
            s.setup.rules.share_state_gaps = ShareStateGaps::Acquired;
            let mut acts = group(s);
            acts.consumes(BILLING, 0, 3).acquires(BILLING, 4, 5, 1).moves(B2).loads(4);
            s.end_after(200);
        },
        expected: Violated(Some(ORDERS), Some(4)),
    },
    Case {
        id: "share-drains",
        about: "the run ends a moment after the producers",
        tell: |s| {
            group(s).consumes(BILLING, 0, 4);
            s.end_after(1);
        },
        expected: Excused("ended"),
    },
];
