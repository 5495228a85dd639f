//! What a coordinator says to a member of a group of the new protocol (KIP-848).

use std::rc::Rc;

use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::{Generation, Tp};
use crate::protocol::messages::{
    ConsumerGroupHeartbeatRequest, ConsumerGroupHeartbeatResponse, Response, ShareGroupHeartbeatRequest,
    ShareGroupHeartbeatResponse,
};
use crate::sim::time::Nanos;

/// It lets everybody in, and tells the one member what it may have.
pub struct GroupCoordinator {
    /// What the member may have.
    target: Rc<[Tp]>,
    /// The epoch that it gets.
    epoch: Generation,
    /// Whether it was told of that.
    is_told: bool,
}

impl Default for GroupCoordinator {
    fn default() -> GroupCoordinator {
        let (target, epoch) = ([Tp(0), Tp(1)].into(), Generation(1));
        GroupCoordinator { target, epoch, is_told: false }
    }
}

impl GroupCoordinator {
    /// From now on the member may have these, in that epoch.
    pub fn assign(&mut self, target: impl Into<Rc<[Tp]>>, epoch: i32) {
        (self.target, self.epoch, self.is_told) = (target.into(), Generation(epoch), false);
    }
    /// What the member may have.
    pub fn target(&self) -> &[Tp] {
        &self.target
    }
    /// The answer: the assignment only if it is news, or if the member has told everything.
    pub fn heartbeat(&mut self, request: &ConsumerGroupHeartbeatRequest) -> ConsumerGroupHeartbeatResponse {
        let leaves = request.member_epoch < ConsumerGroupHeartbeatRequest::JOIN;
        let tells = !leaves && (request.topics.is_some() || !self.is_told);
        self.is_told |= tells;
        ConsumerGroupHeartbeatResponse {
            error: ErrorCode::None,
            member: request.member,
            member_epoch: if leaves { request.member_epoch } else { self.epoch },
            heartbeat_interval: Nanos::from_secs(5),
            assignment: tells.then(|| self.target.clone()),
        }
    }
    /// The same in a share group.
    pub fn share_heartbeat(&mut self, request: &ShareGroupHeartbeatRequest) -> ShareGroupHeartbeatResponse {
        let leaves = request.member_epoch < ShareGroupHeartbeatRequest::JOIN;
        let tells = !leaves && (request.topics.is_some() || !self.is_told);
        self.is_told |= tells;
        ShareGroupHeartbeatResponse {
            error: ErrorCode::None,
            member: request.member,
            member_epoch: if leaves { request.member_epoch } else { self.epoch },
            heartbeat_interval: Nanos::from_secs(5),
            assignment: tells.then(|| self.target.clone()),
        }
    }
    /// Whether a heartbeat is more than a sign of life.
    pub fn is_told_something(request: &ConsumerGroupHeartbeatRequest) -> bool {
        request.member_epoch <= ConsumerGroupHeartbeatRequest::JOIN
            || request.topics.is_some()
            || request.owned.is_some()
    }
    /// Whether the answer to one is.
    pub fn says_something(response: &Response) -> bool {
        match response {
            Response::ConsumerGroupHeartbeat(r) => r.error.is_err() || r.assignment.is_some(),
            Response::ShareGroupHeartbeat(r) => r.error.is_err() || r.assignment.is_some(),
            Response::ShareFetch(r) => r.error.is_err() || !r.partitions.is_empty(),
            _ => false,
        }
    }
}
