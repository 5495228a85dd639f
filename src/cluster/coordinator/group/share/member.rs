//! A member of a share group (`ShareGroupMember`): what it says of itself, and what it has. Each is a record, shared with the log.

use std::rc::Rc;

use crate::protocol::batch::{ShareCurrentValue, ShareMemberValue};
use crate::protocol::ids::*;

/// See the module.
#[derive(Clone, PartialEq, Debug)]
pub struct ShareGroupMember {
    pub(super) metadata: Rc<ShareMemberValue>,
    pub(super) current: Rc<ShareCurrentValue>,
}

impl ShareGroupMember {
    /// A member of which nothing is known but its id and its process (`ShareGroupMember.Builder`).
    pub(super) fn new(member: MemberId, client: NodeId) -> ShareGroupMember {
        let metadata = ShareMemberValue { member, client, topics: [].into() };
        let (epoch, previous_epoch) = (Generation(0), Generation::NONE);
        let current = ShareCurrentValue { member, epoch, previous_epoch, assigned: [].into() };
        ShareGroupMember { metadata: metadata.into(), current: current.into() }
    }
    pub(super) fn id(&self) -> MemberId {
        self.metadata.member
    }
    pub(super) fn epoch(&self) -> Generation {
        self.current.epoch
    }
    /// The same, and what it has now.
    pub(super) fn moved(&self, current: ShareCurrentValue) -> ShareGroupMember {
        ShareGroupMember { metadata: self.metadata.clone(), current: current.into() }
    }
    /// The same, and what it says of itself now.
    pub(super) fn updated(&self, metadata: ShareMemberValue) -> ShareGroupMember {
        ShareGroupMember { metadata: metadata.into(), current: self.current.clone() }
    }
}
