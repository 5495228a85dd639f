//! States of a member of a group of the new protocol (`clients/.../consumer/internals/MemberState.java`).

/// See the module.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ConsumerProtocolState {
    /// In no group, and not joining.
    Unsubscribed,
    /// Heartbeats with epoch 0 until it is let in.
    Joining,
    /// Has been told of partitions that are not the ones that it has.
    Reconciling,
    /// Has what it was told to have, and is about to say so.
    Acknowledging,
    /// Has what it was told to have.
    Stable,
    /// Was thrown out; what it had is being given up, and then it joins again.
    Fenced,
    /// About to leave; what it has is being given up.
    PrepareLeaving,
    /// About to say that it leaves.
    Leaving,
    /// An error that does not pass.
    Fatal,
    /// Has left because nobody polled; it joins again with the next poll().
    Stale,
}

use ConsumerProtocolState::*;

impl ConsumerProtocolState {
    /// The state by its name in Kafka.
    pub const fn name(self) -> &'static str {
        match self {
            Unsubscribed => "UNSUBSCRIBED",
            Joining => "JOINING",
            Reconciling => "RECONCILING",
            Acknowledging => "ACKNOWLEDGING",
            Stable => "STABLE",
            Fenced => "FENCED",
            PrepareLeaving => "PREPARE_LEAVING",
            Leaving => "LEAVING",
            Fatal => "FATAL",
            Stale => "STALE",
        }
    }
    /// Whether it may come after that one (`previousValidStates`).
    pub fn may_follow(self, previous: ConsumerProtocolState) -> bool {
        let before: &[ConsumerProtocolState] = match self {
            Stable => &[Joining, Acknowledging, Reconciling],
            Reconciling => &[Stable, Joining, Acknowledging, Reconciling],
            Acknowledging => &[Reconciling],
            Fatal => &[Joining, Stable, Reconciling, Acknowledging, PrepareLeaving, Leaving, Unsubscribed],
            Fenced => &[Joining, Stable, Reconciling, Acknowledging, PrepareLeaving, Leaving],
            Joining => &[Fenced, Unsubscribed, Stale],
            PrepareLeaving => &[Joining, Stable, Reconciling, Acknowledging, Unsubscribed],
            Leaving => &[PrepareLeaving],
            Unsubscribed => &[PrepareLeaving, Leaving, Fenced],
            Stale => &[Leaving],
        };
        self == previous || before.contains(&previous)
    }
    /// Whether a new assignment is taken in it (`canHandleNewAssignment`).
    pub fn can_handle_new_assignment(self) -> bool {
        Reconciling.may_follow(self)
    }
    /// Whether it is no member, so that it sends no heartbeats and answers to earlier ones tell it nothing (`isNotInGroup`,
    /// `shouldSkipHeartbeat`).
    pub fn is_not_in_group(self) -> bool {
        matches!(self, Unsubscribed | Fenced | Fatal | Stale)
    }
    /// Whether a heartbeat does not wait for its interval (`shouldHeartbeatNow`).
    pub fn heartbeats_at_once(self) -> bool {
        matches!(self, Acknowledging | Leaving | Joining)
    }
    /// Whether it is on its way out (`isLeavingGroup`).
    pub fn is_leaving(self) -> bool {
        matches!(self, PrepareLeaving | Leaving)
    }
}
