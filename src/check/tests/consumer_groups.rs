//! Groups of the new protocol (KIP-848): G1, G2, G6, G11, V6, T11.

use super::story::*;
use super::{Case, Excused, Holds, NotExercised, Violated};
use crate::history::fact::*;
use crate::protocol::batch::ConsumerMemberState;
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::*;
use crate::protocol::messages::GroupProtocol;

#[test]
fn stories() {
    Case::check_all(CASES);
}

/// What is told of a group of the new protocol, by its coordinator and by its members.
struct Acts<'s>(&'s mut Story);

impl Acts<'_> {
    fn state(&mut self, state: GroupState, epoch: i32) -> &mut Self {
        let (broker, generation) = (self.0.coordinator(), Generation(epoch));
        self.0.act();
        self.0.tell(Fact::GroupStateChanged { broker, group: GROUP, state, generation, members: 2 });
        self
    }
    fn epoch(&mut self, node: NodeId, epoch: i32) -> &mut Self {
        let (broker, member, epoch) = (self.0.coordinator(), self.0.member(node), Generation(epoch));
        let (state, assigned, revoking) = (ConsumerMemberState::Stable, 1, 0);
        self.0.tell(Fact::MemberEpochChanged { broker, group: GROUP, member, node, epoch, state, assigned, revoking });
        self
    }
    /// The coordinator gives a partition to a member.
    fn gives(&mut self, node: NodeId, tp: Tp, epoch: i32) -> &mut Self {
        let (broker, member, generation) = (self.0.coordinator(), self.0.member(node), Generation(epoch));
        self.0.tell(Fact::MemberAssigned { broker, group: GROUP, generation, member, node, tp });
        self
    }
    /// The member hears of it.
    fn takes(&mut self, node: NodeId, tp: Tp, epoch: i32) -> &mut Self {
        self.0.act();
        self.0.tell(Fact::PartitionAssigned { node, tp, generation: Generation(epoch) });
        self
    }
    fn gives_up(&mut self, node: NodeId, tp: Tp, epoch: i32) -> &mut Self {
        let (generation, reason) = (Generation(epoch), RevokeReason::Revoked);
        self.0.act();
        self.0.tell(Fact::PartitionRevoked { node, tp, generation, reason });
        self
    }
    /// The coordinator hears of that.
    fn released(&mut self, node: NodeId, tp: Tp) -> &mut Self {
        let (broker, member) = (self.0.coordinator(), self.0.member(node));
        self.0.act();
        self.0.tell(Fact::PartitionReleased { broker, group: GROUP, member, node, tp });
        self
    }
    fn left(&mut self, node: NodeId) -> &mut Self {
        let (broker, member) = (self.0.coordinator(), self.0.member(node));
        let reason = LeaveReason::SessionTimeout;
        self.0.act();
        self.0.tell(Fact::MemberLeft { broker, group: GROUP, member, node, reason });
        self
    }
    fn commits(&mut self, node: NodeId, tp: Tp, offset: i64, epoch: i32) -> &mut Self {
        let (offset, generation) = (Offset(offset), Generation(epoch));
        self.0.act();
        self.0.tell(Fact::CommitSent { node, tp, offset, position: offset, generation, call: 1 });
        self
    }
    fn stored(&mut self, node: NodeId, tp: Tp, offset: i64, epoch: i32) -> &mut Self {
        self.0.store(node, tp, Offset(offset), Generation(epoch));
        self
    }
}

/// Both members have one partition each, at epoch 2.
fn formed(s: &mut Story) -> Acts<'_> {
    for consumer in &mut s.setup.consumers {
        consumer.config.group_protocol = GroupProtocol::Consumer;
    }
    s.boot();
    let mut acts = Acts(s);
    acts.state(GroupState::Reconciling, 2);
    for (node, tp) in [(BILLING, ORDERS), (BILLING_1, MORE_ORDERS)] {
        acts.epoch(node, 2).gives(node, tp, 2).takes(node, tp, 2);
    }
    acts.state(GroupState::Stable, 2);
    for (node, tp) in [(BILLING, ORDERS), (BILLING_1, MORE_ORDERS)] {
        acts.0.reset(node, tp, 0, false);
    }
    acts
}

/// `orders-0` goes over from `billing-0`, which has given it up, to `billing-1`.
fn handed_over(s: &mut Story) -> Acts<'_> {
    let mut acts = formed(s);
    acts.state(GroupState::Reconciling, 3);
    acts.gives_up(BILLING, ORDERS, 2).released(BILLING, ORDERS).epoch(BILLING, 3);
    acts.epoch(BILLING_1, 3).gives(BILLING_1, ORDERS, 3).takes(BILLING_1, ORDERS, 3);
    acts.state(GroupState::Stable, 3);
    acts
}

pub(super) const CASES: &[Case] = &[
    Case {
        id: "epoch-exclusive",
        about: "a partition goes over once its owner has given it up",
        tell: |s| _ = handed_over(s),
        expected: Holds(3),
    },
    Case {
        id: "epoch-exclusive",
        about: "the coordinator gives away what it knows to be another's",
        tell: |s| {
            formed(s).gives(BILLING_1, ORDERS, 2);
        },
        expected: Violated(Some(ORDERS), Some(-1)),
    },
    Case {
        id: "epoch-exclusive",
        about: "the coordinator takes a partition for released that its owner has not given up",
        tell: |s| {
            formed(s).released(BILLING, ORDERS).gives(BILLING_1, ORDERS, 3);
        },
        expected: Violated(Some(ORDERS), Some(-1)),
    },
    Case {
        id: "epoch-exclusive",
        about: "who was thrown out may not know it yet",
        tell: |s| {
            formed(s).left(BILLING).gives(BILLING_1, ORDERS, 3).takes(BILLING_1, ORDERS, 3);
        },
        expected: Holds(3),
    },
    Case {
        id: "assignment-disjoint",
        about: "who was thrown out hears late of what it was given, and claims nothing with it",
        tell: |s| {
            let mut acts = formed(s);
            acts.released(BILLING, ORDERS).gives_up(BILLING, ORDERS, 2).gives(BILLING, ORDERS, 3).left(BILLING);
            acts.takes(BILLING, ORDERS, 3).gives(BILLING_1, ORDERS, 4);
        },
        expected: Holds(3),
    },
    Case {
        id: "assignment-disjoint",
        about: "a member takes what the coordinator has given to another",
        tell: |s| {
            formed(s).takes(BILLING, MORE_ORDERS, 2);
        },
        expected: Violated(Some(MORE_ORDERS), Some(-1)),
    },
    Case {
        id: "assignment-disjoint",
        about: "a static member that is back under another id keeps what it had",
        tell: |s| {
            let mut acts = formed(s);
            let (broker, member, node) = (acts.0.coordinator(), acts.0.member(BILLING), BILLING);
            let by = MemberId(member.0 + 1);
            acts.gives_up(BILLING, ORDERS, 2);
            acts.0.tell(Fact::MemberReplaced { broker, group: GROUP, member, by, node });
            acts.takes(BILLING, ORDERS, 2);
        },
        expected: Holds(3),
    },
    Case {
        id: "generation-monotonic",
        about: "a member's epoch falls",
        tell: |s| {
            handed_over(s).epoch(BILLING, 2);
        },
        expected: Violated(None, None),
    },
    Case {
        id: "commit-fenced",
        about: "a commit of the present epoch is stored",
        tell: |s| {
            formed(s).commits(BILLING, ORDERS, 0, 2).stored(BILLING, ORDERS, 0, 2);
        },
        expected: Holds(1),
    },
    Case {
        id: "commit-fenced",
        about: "a commit of an epoch since which the member has had the partition is stored, though it is in a newer one",
        tell: |s| {
            let mut acts = handed_over(s);
            acts.commits(BILLING_1, MORE_ORDERS, 0, 2).stored(BILLING_1, MORE_ORDERS, 0, 2);
        },
        expected: Holds(1),
    },
    Case {
        id: "commit-fenced",
        about: "a commit of an older epoch is stored, of a partition that the member has given up since",
        tell: |s| {
            let mut acts = handed_over(s);
            acts.commits(BILLING, ORDERS, 0, 2).stored(BILLING, ORDERS, 0, 2);
        },
        expected: Violated(Some(ORDERS), Some(0)),
    },
    Case {
        id: "commit-fenced",
        about: "a commit is stored of somebody who is no member any more",
        tell: |s| {
            let mut acts = formed(s);
            acts.left(BILLING).commits(BILLING, ORDERS, 0, 2).stored(BILLING, ORDERS, 0, 2);
        },
        expected: Violated(Some(ORDERS), Some(0)),
    },
    Case { id: "stable-covers-all", about: "all partitions have owners", tell: |s| _ = formed(s), expected: Holds(1) },
    Case {
        id: "stable-covers-all",
        about: "a partition was released, and nobody has it in the end",
        tell: |s| {
            let mut acts = formed(s);
            acts.state(GroupState::Reconciling, 3).gives_up(BILLING, ORDERS, 2).released(BILLING, ORDERS);
            acts.0.wait(60);
            acts.state(GroupState::Stable, 3);
        },
        expected: Violated(Some(ORDERS), Some(-1)),
    },
    Case {
        id: "stable-covers-all",
        about: "a partition is so young that the coordinator need not know of it",
        tell: |s| {
            let mut acts = formed(s);
            acts.state(GroupState::Reconciling, 3).released(BILLING, ORDERS).state(GroupState::Stable, 3);
        },
        expected: Excused("may not know"),
    },
    Case {
        id: "rebalance-terminates",
        about: "members reach their targets",
        tell: |s| _ = handed_over(s),
        expected: Holds(2),
    },
    Case {
        id: "rebalance-terminates",
        about: "a member gives up what it has to long after it should have been thrown out",
        tell: |s| {
            let mut acts = formed(s);
            acts.state(GroupState::Reconciling, 3).0.wait(1000);
            acts.state(GroupState::Stable, 3);
        },
        expected: Violated(None, None),
    },
    Case {
        id: "rebalance-terminates",
        about: "with other targets it begins anew",
        tell: |s| {
            let mut acts = formed(s);
            acts.state(GroupState::Reconciling, 3).0.wait(500);
            acts.state(GroupState::Reconciling, 4).0.wait(500);
            acts.state(GroupState::Stable, 4);
        },
        expected: Holds(2),
    },
    Case {
        id: "heartbeats-tell",
        about: "a member of the new protocol is not told to join again: it has no rebalance of that kind",
        tell: |s| {
            let acts = formed(s);
            let (broker, member) = (acts.0.coordinator(), acts.0.member(BILLING));
            let (generation, error) = (Generation(1), ErrorCode::FencedMemberEpoch);
            acts.0.tell(Fact::HeartbeatAnswered { broker, group: GROUP, member, generation, error });
        },
        expected: NotExercised,
    },
];
