//! What is told of a share-partition.

use std::rc::Rc;

use super::in_flight::RecordState;
use crate::history::fact::{Fact, ShareArchiveReason, ShareReleaseReason};
use crate::node::Context;
use crate::protocol::catalog::Catalog;
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::{BrokerId, GroupId, LeaderEpoch, MemberId, Offset, Tp};
use crate::protocol::messages::{AcknowledgeType, AcquiredRecords};

/// Which share-partition, at which broker.
#[derive(Clone, Debug)]
pub struct Chronicle {
    /// The leader.
    pub broker: BrokerId,
    /// The group.
    pub group: GroupId,
    /// The partition.
    pub tp: Tp,
    /// Knows whose members are.
    pub catalog: Rc<Catalog>,
}

impl Chronicle {
    /// The share-partition is loaded.
    pub fn loaded(&self, leader_epoch: LeaderEpoch, start: Offset, state_epoch: i32, ctx: &mut Context<'_>) {
        let Chronicle { broker, group, tp, .. } = *self;
        let state_epoch = state_epoch.max(0) as u32;
        ctx.record(Fact::SharePartitionLoaded { broker, group, tp, leader_epoch, start, state_epoch });
    }
    /// Its start has moved.
    pub fn start_moved(&self, start: Offset, ctx: &mut Context<'_>) {
        let Chronicle { broker, group, tp, .. } = *self;
        ctx.record(Fact::ShareStartMoved { broker, group, tp, start });
    }
    /// A member has got records.
    pub fn acquired(&self, member: MemberId, records: &AcquiredRecords, ctx: &mut Context<'_>) {
        let Chronicle { broker, group, tp, .. } = *self;
        let AcquiredRecords { first, last, delivery_count } = *records;
        let (node, delivery_count) = (self.catalog.member_client(member), u32::from(delivery_count));
        ctx.record(Fact::ShareAcquired { broker, group, tp, member, node, first, last, delivery_count });
    }
    /// What a member has said of records is final.
    pub fn acknowledged(
        &self,
        member: MemberId,
        (first, last): (Offset, Offset),
        acknowledgement: AcknowledgeType,
        ctx: &mut Context<'_>,
    ) {
        let Chronicle { broker, group, tp, .. } = *self;
        let node = self.catalog.member_client(member);
        ctx.record(Fact::ShareAcknowledged { broker, group, tp, member, node, first, last, acknowledgement });
    }
    /// What a member has said of records is final, and the share-partition that is here now did not hear it.
    pub fn acknowledged_late(
        &self,
        member: MemberId,
        (first, last): (Offset, Offset),
        acknowledgement: AcknowledgeType,
        ctx: &mut Context<'_>,
    ) {
        let Chronicle { broker, group, tp, .. } = *self;
        let node = self.catalog.member_client(member);
        ctx.record(Fact::ShareAcknowledgedLate { broker, group, tp, member, node, first, last, acknowledgement });
    }
    /// What a member has said of records is not taken.
    pub fn refused(&self, member: MemberId, (first, last): (Offset, Offset), error: ErrorCode, ctx: &mut Context<'_>) {
        let Chronicle { broker, group, tp, .. } = *self;
        let node = self.catalog.member_client(member);
        ctx.record(Fact::ShareAcknowledgeRefused { broker, group, tp, member, node, first, last, error });
    }
    /// Nobody holds these records any more: they are available, or given up.
    pub fn let_go(
        &self,
        (first, last): (Offset, Offset),
        (state, delivery_count): (RecordState, u16),
        member: MemberId,
        reason: ShareReleaseReason,
        archived_for: ShareArchiveReason,
        ctx: &mut Context<'_>,
    ) {
        let Chronicle { broker, group, tp, .. } = *self;
        match state {
            RecordState::Available => {
                let delivery_count = u32::from(delivery_count);
                ctx.record(Fact::ShareReleased { broker, group, tp, member, first, last, delivery_count, reason });
            }
            RecordState::Archived => self.archived((first, last), archived_for, ctx),
            RecordState::Acquired | RecordState::Acknowledged => {}
        }
    }
    /// Nobody gets these records (again).
    pub fn archived(&self, (first, last): (Offset, Offset), reason: ShareArchiveReason, ctx: &mut Context<'_>) {
        let Chronicle { broker, group, tp, .. } = *self;
        ctx.record(Fact::ShareArchived { broker, group, tp, first, last, reason });
    }
}
