//! The group coordinator (`group-coordinator/.../GroupCoordinatorService.java`).
//!
//! One `GroupCoordinatorShard` per partition of `__consumer_offsets` led here holds the groups that hash
//! to it (`GroupMetadataManager`) and their offsets
//! (`OffsetMetadataManager`). A request is judged against
//! memory at once; the runtime sees to the rest.
//!
//! Out of here: choosing partitions (the group's leader does), following, and the offsets topic's
//! replication.

mod classic;
mod consumer;
mod description;
mod env;
mod group_metadata_manager;
mod kinds;
mod offset_and_metadata;
mod offset_metadata_manager;
mod partition;
mod refusal;
mod regex_tasks;
mod request;
mod shard;
mod share;
mod share_calls;
#[cfg(test)]
mod tests;
mod timers;
mod write;

use std::rc::Rc;

use crate::cluster::coordinator::known_topics::KnownTopics;
use crate::cluster::coordinator::runtime::{Command, CoordinatorRuntime, CoordinatorState, ReplyTo, RuntimeConfig};
use crate::cluster::group_configs::GroupConfigs;
use crate::cluster::metadata::MetadataImage;
use crate::node::Context;
use crate::protocol::batch::{RecordBatch, TransactionMarker};
use crate::protocol::catalog::Catalog;
use crate::protocol::config::BrokerConfig;
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::*;
use crate::protocol::member_ids::MemberIds;
use crate::protocol::messages::TxnOffsetCommitRequest;
use crate::protocol::rules::Rules;
use crate::sim::time::Nanos;

pub use description::{
    ConsumerGroupDetails, ConsumerMemberDetails, DescribedMember, GroupDescription, ShareGroupDetails,
    ShareMemberDetails,
};
pub use request::GroupRequest;
pub use timers::GroupCoordinatorTimer;

use env::Shared;
use shard::GroupCoordinatorShard;
use share::ShareStateThen;
use share_calls::ShareStateCalls;
use timers::{GroupTimer, Sessions, ShardTimer};

/// See the module.
#[derive(Clone, Debug)]
pub struct GroupCoordinator {
    broker: BrokerId,
    config: Rc<BrokerConfig>,
    /// By [`GroupId`]; empty without `__consumer_offsets`.
    partitions: Vec<Tp>,
    runtime: CoordinatorRuntime<GroupCoordinatorShard>,
}

impl GroupCoordinator {
    /// Coordinates nothing yet.
    pub fn new(
        broker: BrokerId,
        config: Rc<BrokerConfig>,
        groups: Rc<GroupConfigs>,
        catalog: Rc<Catalog>,
        rules: Rules,
    ) -> GroupCoordinator {
        let runtime_config = RuntimeConfig {
            append_linger: config.group_coordinator_append_linger,
            max_batch_size: config.message_max_bytes as usize,
            default_write_timeout: config.offsets_commit_timeout,
            linger_timer: GroupCoordinatorTimer::Linger(0).into(),
            write_timeout_timer: GroupCoordinatorTimer::WriteTimeout(0).into(),
        };
        let topic = partition::offsets_topic(&catalog);
        let ids = MemberIds::new(broker, &catalog);
        let partitions = partition::partitions_of_groups(&catalog);
        let topics = KnownTopics::default();
        let (sessions, calls) = (Sessions::default(), ShareStateCalls::default());
        let shared = Shared { config: config.clone(), groups, catalog, rules, topics, calls, sessions, ids };
        GroupCoordinator {
            broker,
            config,
            partitions,
            runtime: CoordinatorRuntime::new(broker, runtime_config, topic, shared),
        }
    }

    fn partition_of(&self, group: GroupId) -> Option<Tp> {
        self.partitions.get(group.index()).copied()
    }

    /// This broker leads a partition of `__consumer_offsets` now, and will call
    /// [`GroupCoordinator::elected`] once it has read it. Until then requests are answered
    /// COORDINATOR_LOAD_IN_PROGRESS, and heartbeats are answered without a look.
    pub fn loading(&mut self, tp: Tp) {
        self.runtime.loading(tp);
    }

    /// Whether a partition of `__consumer_offsets` is led here, and read.
    pub fn is_active(&self, tp: Tp) -> bool {
        self.runtime.active(tp).is_some()
    }

    /// This broker leads a partition of `__consumer_offsets` now. `batches` is the whole log.
    ///
    /// As `CoordinatorLoaderImpl` does, it reads up to the log end, not only to the high watermark,
    /// and the shard is ACTIVE when the call returns. What lies above the high watermark is applied
    /// but not committed: answers wait until the high watermark has passed it.
    ///
    /// A new epoch of a leader that never ceased to lead changes nothing.
    pub fn elected<'a>(
        &mut self,
        tp: Tp,
        epoch: LeaderEpoch,
        batches: impl Iterator<Item = &'a RecordBatch>,
        high_watermark: Offset,
        commands: &mut Vec<Command>,
        ctx: &mut Context<'_>,
    ) {
        let was_active = self.is_active(tp);
        self.runtime.load(tp, epoch, batches, high_watermark, commands, ctx);
        if !was_active {
            self.schedule_expiration(tp, ctx);
        }
    }

    /// It does not any more: parked requests are answered NOT_COORDINATOR and the state is dropped.
    pub fn resigned(&mut self, tp: Tp, commands: &mut Vec<Command>, ctx: &mut Context<'_>) {
        if let Some(number) = self.runtime.topic().number(tp).filter(|_| self.is_active(tp)) {
            ctx.cancel_timer(GroupCoordinatorTimer::Retention(number as u32));
        }
        self.runtime.unload(tp, commands, ctx);
    }

    /// The broker has applied a new metadata image (`GroupCoordinatorService.onNewMetadataImage`). Groups of the new protocol look at
    /// it with the next heartbeat; members of classic ones look themselves.
    pub fn image_changed(&mut self, image: &MetadataImage, commands: &mut Vec<Command>, ctx: &mut Context<'_>) {
        let Shared { topics, catalog, .. } = self.runtime.shared_mut();
        topics.follow(image, catalog);
        self.runtime.image_changed(image, commands, ctx);
    }

    /// Takes a request.
    pub fn handle(&mut self, to: ReplyTo, request: GroupRequest, commands: &mut Vec<Command>, ctx: &mut Context<'_>) {
        if let GroupRequest::JoinGroup(join) = &request
            && !(self.config.group_min_session_timeout..=self.config.group_max_session_timeout)
                .contains(&join.session_timeout)
        {
            return refusal::refuse(self.broker, to, &request, ErrorCode::InvalidSessionTimeout, commands, ctx);
        }
        let Some(tp) = self.partition_of(request.group()) else {
            return refusal::refuse(self.broker, to, &request, ErrorCode::NotCoordinator, commands, ctx);
        };
        match self.runtime.state(tp) {
            CoordinatorState::Active(_) => match request {
                GroupRequest::TxnOffsetCommit(TxnOffsetCommitRequest { producer, .. }) => {
                    self.runtime.handle_in_transaction(tp, to, request, producer, commands, ctx);
                }
                request => self.runtime.handle(tp, to, request, commands, ctx),
            },
            CoordinatorState::Loading => refusal::refuse_while_loading(self.broker, to, &request, commands, ctx),
            CoordinatorState::Closed => {
                refusal::refuse(self.broker, to, &request, ErrorCode::NotCoordinator, commands, ctx)
            }
        }
    }

    /// Ends a producer's transaction in a partition of `__consumer_offsets`: has the marker appended
    /// ([`Command::AppendMarker`]), and its offsets committed or dropped with it
    /// (`GroupCoordinatorService.completeTransaction`). [`Command::MarkerWritten`] with the number `request` says when
    /// that is committed, or why it is not, within `timeout`.
    ///
    /// Whoever does not coordinate the partition, or does not yet, refuses with NOT_LEADER_OR_FOLLOWER, which a
    /// transaction coordinator takes for a reason to come again (`KafkaApis.handleWriteTxnMarkersRequest`).
    pub fn complete_transaction(
        &mut self,
        tp: Tp,
        marker: TransactionMarker,
        request: u32,
        timeout: Nanos,
        commands: &mut Vec<Command>,
        ctx: &mut Context<'_>,
    ) {
        match self.runtime.state(tp) {
            CoordinatorState::Active(_) => {
                self.runtime.complete_transaction(tp, marker, request, timeout, commands, ctx)
            }
            CoordinatorState::Loading | CoordinatorState::Closed => {
                commands.push(Command::MarkerWritten { tp, request, result: Err(ErrorCode::NotLeaderOrFollower) });
            }
        }
    }

    /// The persister has done what [`Command::ShareState`] asked for: how it went, partition by partition.
    pub fn share_state_done(
        &mut self,
        number: u32,
        results: &[(Tp, ErrorCode)],
        commands: &mut Vec<Command>,
        ctx: &mut Context<'_>,
    ) {
        let Some(then) = self.runtime.shared_mut().calls.take(number) else { return };
        let Some(tp) = self.partition_of(then.group()) else { return };
        if !self.is_active(tp) {
            return commands.extend(then.refuse(ErrorCode::NotCoordinator));
        }
        self.runtime.operate(tp, commands, ctx, |shard, result, env| match then {
            ShareStateThen::Initialized { group } => {
                shard.groups.share_states_initialized(group, results, result, env);
            }
            ShareStateThen::DeleteGroup { to, group } => shard.share_states_deleted(to, group, results, result, env),
            ShareStateThen::Altered { to, group, results: known } => {
                shard.groups.share_offsets_altered(to, group, known, results, result, env);
            }
            ShareStateThen::OffsetsDeleted { to, group, results: known } => {
                shard.groups.share_offsets_deleted(to, group, known, results, result, env);
            }
        });
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
        self.runtime.appended(tp, write, result, commands, ctx);
    }

    /// The high watermark of a partition of `__consumer_offsets` rose on this leader.
    pub fn high_watermark(&mut self, tp: Tp, offset: Offset, commands: &mut Vec<Command>, ctx: &mut Context<'_>) {
        self.runtime.high_watermark(tp, offset, commands, ctx);
    }

    /// One of the coordinator's timers went off.
    pub fn timer(&mut self, timer: GroupCoordinatorTimer, commands: &mut Vec<Command>, ctx: &mut Context<'_>) {
        let due = match timer {
            GroupCoordinatorTimer::Linger(partition) => return self.runtime.linger_over(partition, commands, ctx),
            GroupCoordinatorTimer::WriteTimeout(partition) => {
                return self.runtime.expire_writes(partition, commands, ctx);
            }
            GroupCoordinatorTimer::Retention(partition) => return self.look_for_expired(partition, commands, ctx),
            GroupCoordinatorTimer::Join(group) => GroupTimer::Join(group),
            GroupCoordinatorTimer::Sync(group) => GroupTimer::Sync(group),
            GroupCoordinatorTimer::Regexes(group) => GroupTimer::Regexes(group),
            GroupCoordinatorTimer::Session(slot) => match self.runtime.shared().sessions.owner(slot) {
                Some((group, member)) => GroupTimer::Session(group, member),
                None => return,
            },
            GroupCoordinatorTimer::Revocation(slot) => match self.runtime.shared().sessions.owner(slot) {
                Some((group, member)) => GroupTimer::Revocation(group, member),
                None => return,
            },
            GroupCoordinatorTimer::Rejoin(slot) => match self.runtime.shared().sessions.owner(slot) {
                Some((group, member)) => GroupTimer::Rejoin(group, member),
                None => return,
            },
            GroupCoordinatorTimer::MemberSync(slot) => match self.runtime.shared().sessions.owner(slot) {
                Some((group, member)) => GroupTimer::MemberSync(group, member),
                None => return,
            },
        };
        let tp = self.partition_of(due.group()).expect("a group with a timer has a partition");
        self.runtime.shard_timer(tp, ShardTimer::Group(due), commands, ctx);
    }

    /// Removes what has expired in a partition, and comes again (`cleanupGroupMetadata`).
    fn look_for_expired(&mut self, number: u32, commands: &mut Vec<Command>, ctx: &mut Context<'_>) {
        let tp = self.runtime.topic().partition(number);
        self.runtime.shard_timer(tp, ShardTimer::Retention, commands, ctx);
        self.schedule_expiration(tp, ctx);
    }
    /// `scheduleGroupMetadataExpiration`.
    fn schedule_expiration(&self, tp: Tp, ctx: &mut Context<'_>) {
        if let Some(number) = self.runtime.topic().number(tp).filter(|_| self.is_active(tp)) {
            let timer = GroupCoordinatorTimer::Retention(number as u32);
            ctx.set_timer_in(timer, self.config.offsets_retention_check_interval);
        }
    }

    /// # Panics
    /// If what is between memory and log is out of order. `turn`: partitions take turns.
    pub fn check_invariants(&self, turn: u64) {
        self.runtime.check_invariants(turn);
    }
    /// A group of the partitions led here, for tools. Offsets are the committed ones, as a reader
    /// without `require_stable` sees them.
    pub fn describe(&self, group: GroupId) -> Option<GroupDescription> {
        let context = self.runtime.active(self.partition_of(group)?)?;
        context.shard().describe(group, &self.config)
    }
}
