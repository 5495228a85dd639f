//! The group coordinator for classic groups: a fold over partitions of `__consumer_offsets`
//! (`group-coordinator/.../GroupMetadataManager.java`, `OffsetMetadataManager.java`,
//! `coordinator-common/.../runtime/CoordinatorRuntime.java`).
//!
//! It has no I/O and no log of its own: the broker hands it requests and what it reads from the
//! log, and carries out the appends and answers that it asks for.

use std::rc::Rc;

use crate::history::fact::GroupState;
use crate::node::{Context, Timer};
use crate::protocol::batch::{CoordinatorRecord, RecordBatch};
use crate::protocol::catalog::Catalog;
use crate::protocol::config::BrokerConfig;
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::*;
use crate::protocol::messages::*;

/// A request that belongs to the coordinator.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub enum GroupRequest {
    JoinGroup(JoinGroupRequest),
    SyncGroup(SyncGroupRequest),
    Heartbeat(HeartbeatRequest),
    LeaveGroup(LeaveGroupRequest),
    OffsetCommit(OffsetCommitRequest),
    OffsetFetch(OffsetFetchRequest),
}

/// Where an answer goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ReplyTo {
    /// The connection.
    pub conn: ConnId,
    /// The request.
    pub correlation: u32,
    /// The client process.
    pub client: NodeId,
}

/// What the coordinator wants of its broker.
#[derive(Clone, Debug)]
pub enum Command {
    /// Answer a request.
    Reply {
        /// Which.
        to: ReplyTo,
        /// With what.
        response: Response,
    },
    /// Append one batch of records to a partition of `__consumer_offsets` as its leader (acks=1),
    /// then call [`GroupCoordinator::appended`] with the same number.
    Append {
        /// Which partition.
        tp: Tp,
        /// The coordinator's number for this write.
        write: u32,
        /// The records.
        records: Rc<[CoordinatorRecord]>,
    },
}

/// A line of `kafka-consumer-groups --describe`.
#[derive(Clone, PartialEq, Debug)]
pub struct GroupDescription {
    /// The group.
    pub group: GroupId,
    /// Its state.
    pub state: GroupState,
    /// Its generation.
    pub generation: Generation,
    /// Its members: (member, client process, partitions).
    pub members: Vec<(MemberId, NodeId, Vec<Tp>)>,
    /// Its committed offsets.
    pub offsets: Vec<(Tp, Offset)>,
}

/// See the module.
#[derive(Clone, Debug)]
pub struct GroupCoordinator {}

#[allow(unused_variables)]
impl GroupCoordinator {
    /// Coordinates nothing yet.
    pub fn new(broker: BrokerId, config: Rc<BrokerConfig>, catalog: Rc<Catalog>) -> GroupCoordinator {
        todo!()
    }
    /// The partition of `__consumer_offsets` to which a group belongs.
    pub fn partition_for(catalog: &Catalog, group: GroupId) -> Option<Tp> {
        todo!()
    }
    /// This broker leads a partition of `__consumer_offsets` now. `batches` is the whole log; the
    /// state is ACTIVE when the call returns, unless the log's end is above its high watermark.
    pub fn elected<'a>(&mut self, tp: Tp, epoch: LeaderEpoch, batches: impl Iterator<Item = &'a RecordBatch>, commands: &mut Vec<Command>, ctx: &mut Context<'_>) {
        todo!()
    }
    /// It does not any more: parked requests are answered NOT_COORDINATOR and the state is dropped.
    pub fn resigned(&mut self, tp: Tp, commands: &mut Vec<Command>, ctx: &mut Context<'_>) {
        todo!()
    }
    /// Takes a request.
    pub fn handle(&mut self, to: ReplyTo, request: GroupRequest, commands: &mut Vec<Command>, ctx: &mut Context<'_>) {
        todo!()
    }
    /// An append was done (the offset after its last record) or refused.
    pub fn appended(&mut self, tp: Tp, write: u32, result: Result<Offset, ErrorCode>, commands: &mut Vec<Command>, ctx: &mut Context<'_>) {
        todo!()
    }
    /// The high watermark of a partition of `__consumer_offsets` rose on this leader.
    pub fn high_watermark(&mut self, tp: Tp, offset: Offset, commands: &mut Vec<Command>, ctx: &mut Context<'_>) {
        todo!()
    }
    /// One of the coordinator's timers went off.
    pub fn timer(&mut self, timer: Timer, commands: &mut Vec<Command>, ctx: &mut Context<'_>) {
        todo!()
    }
    /// The groups of the partitions led here, for tools.
    pub fn describe(&self, group: GroupId) -> Option<GroupDescription> {
        todo!()
    }
}
