//! Members that go, or have to (`GroupMetadataManager.consumerGroupLeave`, `consumerGroupFenceMembers`).

use std::rc::Rc;

use super::group::ConsumerGroup;
use super::member::ConsumerGroupMember;
use super::step::{Step, StepOutcome};
use crate::cluster::coordinator::group::env::Shared;
use crate::protocol::batch::{ConsumerGroupRecord, CurrentAssignmentValue};
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::*;
use crate::protocol::messages::ConsumerGroupHeartbeatRequest;
use crate::protocol::rules::{CommitEpoch, EmptyEpoch};
use crate::sim::time::Nanos;

/// How a member leaves.
#[derive(Clone, Debug)]
pub enum Leaving {
    /// It is a member no more.
    Gone(MemberId),
    /// A static one keeps its place until its session is over.
    Away(StepOutcome),
}

impl ConsumerGroup {
    /// Takes the heartbeat of a member that leaves.
    ///
    /// # Errors
    /// UNKNOWN_MEMBER_ID or FENCED_INSTANCE_ID.
    pub fn leave(&self, request: &ConsumerGroupHeartbeatRequest, shared: &Shared) -> Result<Leaving, ErrorCode> {
        let Some(instance) = request.instance else {
            let member = self.member(request.member).ok_or(ErrorCode::UnknownMemberId)?;
            return Ok(Leaving::Gone(member.id()));
        };
        let member = self.static_member(instance).ok_or(ErrorCode::UnknownMemberId)?;
        if member.id() != request.member {
            return Err(ErrorCode::FencedInstanceId);
        }
        match request.member_epoch {
            ConsumerGroupHeartbeatRequest::LEAVE_STATIC => Ok(Leaving::Away(away(member, shared))),
            _ => Ok(Leaving::Gone(member.id())),
        }
    }

    /// The records that remove members. Their partitions are free at once; who gets them is seen at somebody's next heartbeat.
    pub fn fence(&self, gone: &[MemberId], shared: &Shared, now: Nanos) -> StepOutcome {
        let mut step = Step::new(self, shared, now);
        gone.iter().for_each(|member| step.remove(*member));
        let epoch = step.group_epoch_without(gone);
        if gone.len() == self.members.len() && shared.rules.empty_epoch == EmptyEpoch::Present {
            step.outcome.records.push(ConsumerGroupRecord::TargetEpoch { epoch, timestamp: None });
        }
        step.outcome
    }
}

/// A static member has gone, and may come back: it keeps what it has, but for what it was to give up
/// (`consumerGroupStaticMemberGroupLeave`).
fn away(member: &ConsumerGroupMember, shared: &Shared) -> StepOutcome {
    let since = |(tp, since): &(Tp, Generation)| match shared.rules.commit_epoch {
        CommitEpoch::Present => (*tp, *since),
        CommitEpoch::SinceAssigned => (*tp, Generation(0)),
    };
    let current = CurrentAssignmentValue {
        epoch: ConsumerGroupHeartbeatRequest::LEAVE_STATIC,
        assigned: member.current.assigned.iter().map(since).collect(),
        revoking: [].into(),
        ..(*member.current).clone()
    };
    StepOutcome { records: vec![ConsumerGroupRecord::Current(Rc::new(current))], ..StepOutcome::default() }
}
