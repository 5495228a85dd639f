//! The group coordinator for classic groups: a fold over partitions of `__consumer_offsets`
//! (`group-coordinator/.../GroupMetadataManager.java`, `OffsetMetadataManager.java`,
//! `coordinator-common/.../runtime/CoordinatorRuntime.java`).
//!
//! It has no I/O and no log of its own: the broker hands it requests and what it reads from the
//! log, and carries out the appends and answers that it asks for.
//!
//! One [`shard::Shard`] per partition of `__consumer_offsets` led here holds the groups that hash
//! to it. A request is judged against memory at once; what it writes joins the shard's open batch,
//! and its answer waits until the partition's high watermark has passed that batch. So a client
//! hears of a commit only when a new coordinator would know of it too.
//!
//! Out of here: choosing partitions (the group's leader does), following, and the offsets topic's
//! replication. Nothing in this room may look at the network or at another broker.

mod env;
mod group;
mod heartbeat;
mod join;
mod load;
mod member_ids;
mod offsets;
mod partition;
mod refusal;
mod shard;
mod sync;
#[cfg(test)]
mod tests;
mod timers;

use std::rc::Rc;

use crate::history::fact::{Fact, GroupState};
use crate::node::{Context, Timer};
use crate::protocol::batch::{CoordinatorRecord, RecordBatch};
use crate::protocol::catalog::Catalog;
use crate::protocol::config::BrokerConfig;
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::*;
use crate::protocol::messages::*;

use env::Env;
use member_ids::MemberIds;
use partition::OffsetsTopic;
use shard::Shard;
use timers::Sessions;

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

impl GroupRequest {
    /// The group it is about.
    pub fn group(&self) -> GroupId {
        match self {
            GroupRequest::JoinGroup(r) => r.group,
            GroupRequest::SyncGroup(r) => r.group,
            GroupRequest::Heartbeat(r) => r.group,
            GroupRequest::LeaveGroup(r) => r.group,
            GroupRequest::OffsetCommit(r) => r.group,
            GroupRequest::OffsetFetch(r) => r.group,
        }
    }
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
    /// The leader epochs that were committed with them.
    pub epochs: Vec<(Tp, LeaderEpoch)>,
}

/// What this broker is to a partition of `__consumer_offsets` (`CoordinatorRuntime.CoordinatorState`).
#[derive(Clone, Debug)]
enum Role {
    /// It does not lead it.
    None,
    /// It leads it and is reading the log.
    Loading,
    /// It leads it and has read it.
    Active(Box<Shard>),
}

/// See the module.
#[derive(Clone, Debug)]
pub struct GroupCoordinator {
    broker: BrokerId,
    config: Rc<BrokerConfig>,
    topic: OffsetsTopic,
    /// By partition number.
    roles: Vec<Role>,
    sessions: Sessions,
    ids: MemberIds,
    /// The number of the last write asked for; never reused, so that a late answer is recognised.
    last_write: u32,
}

/// The shard that leads `$tp`, if any, and an [`Env`] over the rest of the coordinator.
macro_rules! shard_and_env {
    ($self:ident, $tp:expr, $commands:ident, $ctx:ident) => {
        $self.topic.number($tp).and_then(|number| match &mut $self.roles[number] {
            Role::Active(shard) => Some((
                shard,
                Env {
                    broker: $self.broker,
                    config: &$self.config,
                    commands: $commands,
                    ctx: $ctx,
                    sessions: &mut $self.sessions,
                    ids: &mut $self.ids,
                    last_write: &mut $self.last_write,
                },
            )),
            Role::None | Role::Loading => None,
        })
    };
}

impl GroupCoordinator {
    /// Coordinates nothing yet.
    pub fn new(broker: BrokerId, config: Rc<BrokerConfig>, catalog: Rc<Catalog>) -> GroupCoordinator {
        let topic = OffsetsTopic::new(&catalog);
        let roles = vec![Role::None; topic.partitions()];
        let ids = MemberIds::new(broker, &catalog);
        GroupCoordinator { broker, config, topic, roles, sessions: Sessions::default(), ids, last_write: 0 }
    }

    /// The partition of `__consumer_offsets` to which a group belongs; none without that topic
    /// (`GroupCoordinatorService.partitionFor`).
    pub fn partition_for(catalog: &Catalog, group: GroupId) -> Option<Tp> {
        partition::partition_for(catalog, group)
    }

    /// This broker leads a partition of `__consumer_offsets` now, and will call
    /// [`GroupCoordinator::elected`] once it has read it. Until then requests are answered
    /// COORDINATOR_LOAD_IN_PROGRESS, and heartbeats are answered without a look.
    pub fn loading(&mut self, tp: Tp) {
        let role = self.topic.number(tp).map(|number| &mut self.roles[number]);
        if let Some(role @ Role::None) = role {
            *role = Role::Loading;
        }
    }

    /// Whether a partition of `__consumer_offsets` is led here, and read.
    pub fn is_active(&self, tp: Tp) -> bool {
        self.topic.number(tp).is_some_and(|number| matches!(self.roles[number], Role::Active(_)))
    }

    /// This broker leads a partition of `__consumer_offsets` now. `batches` is the whole log.
    ///
    /// As `CoordinatorLoaderImpl` does, it reads up to the log end, not only to the high watermark,
    /// and the shard is ACTIVE when the call returns. What lies above the high watermark is applied
    /// but not committed: answers wait until the high watermark has passed it. The broker says where
    /// the high watermark is by calling [`GroupCoordinator::high_watermark`] right after this; before
    /// that everything read is taken for committed.
    ///
    /// A new epoch of a leader that never ceased to lead changes nothing but the epoch.
    pub fn elected<'a>(
        &mut self,
        tp: Tp,
        epoch: LeaderEpoch,
        batches: impl Iterator<Item = &'a RecordBatch>,
        commands: &mut Vec<Command>,
        ctx: &mut Context<'_>,
    ) {
        let Some(number) = self.topic.number(tp) else { return };
        if let Role::Active(shard) = &mut self.roles[number] {
            shard.epoch = epoch;
            return;
        }
        self.roles[number] = Role::Active(Box::new(Shard::replay(tp, number as u32, epoch, batches)));
        ctx.record(Fact::CoordinatorLoaded { broker: self.broker, tp, epoch });
        if let Some((shard, mut env)) = shard_and_env!(self, tp, commands, ctx) {
            shard.loaded(&mut env);
        }
    }

    /// It does not any more: parked requests are answered NOT_COORDINATOR and the state is dropped
    /// (`GroupMetadataManager.onUnloaded`).
    pub fn resigned(&mut self, tp: Tp, commands: &mut Vec<Command>, ctx: &mut Context<'_>) {
        let Some(number) = self.topic.number(tp) else { return };
        if let Some((shard, mut env)) = shard_and_env!(self, tp, commands, ctx) {
            shard.unload(&mut env);
            ctx.record(Fact::CoordinatorUnloaded { broker: self.broker, tp });
        }
        self.roles[number] = Role::None;
    }

    /// Takes a request.
    pub fn handle(&mut self, to: ReplyTo, request: GroupRequest, commands: &mut Vec<Command>, ctx: &mut Context<'_>) {
        if let GroupRequest::JoinGroup(join) = &request
            && !(self.config.group_min_session_timeout..=self.config.group_max_session_timeout)
                .contains(&join.session_timeout)
        {
            return refusal::refuse(self.broker, to, &request, ErrorCode::InvalidSessionTimeout, commands, ctx);
        }
        let Some(tp) = self.topic.of_group(request.group()) else {
            return refusal::refuse(self.broker, to, &request, ErrorCode::NotCoordinator, commands, ctx);
        };
        match self.topic.number(tp).map(|number| &self.roles[number]) {
            Some(Role::Active(_)) => {
                if let Some((shard, mut env)) = shard_and_env!(self, tp, commands, ctx) {
                    shard.handle(to, request, &mut env);
                }
            }
            Some(Role::Loading) => refusal::refuse_while_loading(self.broker, to, &request, commands, ctx),
            _ => refusal::refuse(self.broker, to, &request, ErrorCode::NotCoordinator, commands, ctx),
        }
    }

    /// An append was done (the offset after its last record) or refused. An answer to a write that
    /// this coordinator no longer waits for is ignored.
    pub fn appended(
        &mut self,
        tp: Tp,
        write: u32,
        result: Result<Offset, ErrorCode>,
        commands: &mut Vec<Command>,
        ctx: &mut Context<'_>,
    ) {
        if let Some((shard, mut env)) = shard_and_env!(self, tp, commands, ctx) {
            shard.appended(write, result, &mut env);
        }
    }

    /// The high watermark of a partition of `__consumer_offsets` rose on this leader, or is told for
    /// the first time after [`GroupCoordinator::elected`].
    pub fn high_watermark(&mut self, tp: Tp, offset: Offset, commands: &mut Vec<Command>, ctx: &mut Context<'_>) {
        if let Some((shard, mut env)) = shard_and_env!(self, tp, commands, ctx) {
            shard.high_watermark(offset, &mut env);
        }
    }

    /// One of the coordinator's timers went off.
    pub fn timer(&mut self, timer: Timer, commands: &mut Vec<Command>, ctx: &mut Context<'_>) {
        let Some(due) = timers::Due::of(timer, &self.topic, &self.sessions) else { return };
        if let Some((shard, mut env)) = shard_and_env!(self, due.partition(&self.topic), commands, ctx) {
            shard.timer(due, &mut env);
        }
    }

    /// A group of the partitions led here, for tools. Offsets are the committed ones, as a reader
    /// without `require_stable` sees them.
    pub fn describe(&self, group: GroupId) -> Option<GroupDescription> {
        let number = self.topic.number(self.topic.of_group(group)?)?;
        match &self.roles[number] {
            Role::Active(shard) => shard.describe(group),
            Role::None | Role::Loading => None,
        }
    }
}
