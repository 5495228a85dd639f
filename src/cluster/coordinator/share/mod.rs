//! The share coordinator (`share-coordinator/.../ShareCoordinatorService.java`, KIP-932).
//!
//! One `ShareCoordinatorShard` per partition of `__share_group_state` led here holds the states of the share-partitions that hash to
//! it. Whoever leads a partition reads the state there as it begins, and writes down what members have acknowledged; the group
//! coordinator has states made and deleted.
//!
//! A request is about several share-partitions. Each of them is a write of its own, and the answer goes out when the last of them is
//! decided.
//!
//! Out of here: that Kafka cuts off the records of this log that newer ones have made redundant
//! (`share.coordinator.state.topic.prune.interval.ms`), and that it writes states again that nobody has changed for long
//! (`share.coordinator.cold.partition.snapshot.interval.ms`), which serves that.

mod combiner;
mod pending;
mod shard;
mod state;
#[cfg(test)]
mod tests;
mod timers;

use std::rc::Rc;

use crate::cluster::coordinator::known_topics::KnownTopics;
use crate::cluster::coordinator::partition;
use crate::cluster::coordinator::runtime::{Command, CoordinatorRuntime, CoordinatorState, ReplyTo, RuntimeConfig};
use crate::cluster::metadata::MetadataImage;
use crate::node::Context;
use crate::protocol::batch::RecordBatch;
use crate::protocol::catalog::{Catalog, SHARE_GROUP_STATE};
use crate::protocol::config::BrokerConfig;
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::*;
use crate::protocol::messages::{ShareGroupStateRequest, SharePartitionState};
use crate::protocol::rules::Rules;

pub use timers::ShareCoordinatorTimer;

use pending::PendingResponses;
use shard::{Operation, ShareCoordinatorShard, Shared, StateRequest};

/// See the module.
#[derive(Clone, Debug)]
pub struct ShareCoordinator {
    runtime: CoordinatorRuntime<ShareCoordinatorShard>,
}

impl ShareCoordinator {
    /// Coordinates nothing yet.
    pub fn new(broker: BrokerId, config: &BrokerConfig, catalog: Rc<Catalog>, rules: Rules) -> ShareCoordinator {
        let runtime_config = RuntimeConfig {
            append_linger: config.share_coordinator_append_linger,
            max_batch_size: config.message_max_bytes as usize,
            default_write_timeout: config.share_coordinator_write_timeout,
            linger_timer: ShareCoordinatorTimer::Linger(0).into(),
            write_timeout_timer: ShareCoordinatorTimer::WriteTimeout(0).into(),
        };
        let topic = partition::of_topic(&catalog, SHARE_GROUP_STATE);
        let shared = Shared {
            updates_per_snapshot: config.share_coordinator_snapshot_update_records_per_snapshot,
            catalog,
            rules,
            topics: KnownTopics::default(),
            responses: PendingResponses::default(),
        };
        ShareCoordinator { runtime: CoordinatorRuntime::new(broker, runtime_config, topic, shared) }
    }

    /// Whether a partition is one of `__share_group_state`.
    pub fn is_its_partition(&self, tp: Tp) -> bool {
        self.runtime.topic().number(tp).is_some()
    }
    /// Whether it is led here, and read.
    pub fn is_active(&self, tp: Tp) -> bool {
        self.runtime.active(tp).is_some()
    }
    /// This broker leads a partition now, and will call [`ShareCoordinator::elected`] once it has read it.
    pub fn loading(&mut self, tp: Tp) {
        self.runtime.loading(tp);
    }
    /// This broker leads a partition now, and has read it to its end: `batches` is the whole log.
    pub fn elected<'a>(
        &mut self,
        tp: Tp,
        epoch: LeaderEpoch,
        batches: impl Iterator<Item = &'a RecordBatch>,
        high_watermark: Offset,
        commands: &mut Vec<Command>,
        ctx: &mut Context<'_>,
    ) {
        self.runtime.load(tp, epoch, batches, high_watermark, commands, ctx);
    }
    /// It does not any more.
    pub fn resigned(&mut self, tp: Tp, commands: &mut Vec<Command>, ctx: &mut Context<'_>) {
        self.runtime.unload(tp, commands, ctx);
    }
    /// The broker has applied a new metadata image.
    pub fn image_changed(&mut self, image: &MetadataImage) {
        let Shared { topics, catalog, .. } = self.runtime.shared_mut();
        topics.follow(image, catalog);
    }

    /// Takes a request (`KafkaApis.handle*ShareGroupState*Request`).
    pub fn handle(
        &mut self,
        to: ReplyTo,
        request: ShareGroupStateRequest,
        commands: &mut Vec<Command>,
        ctx: &mut Context<'_>,
    ) {
        let (group, operations) = operations(request);
        let kind = operations.first().map(|(_, operation)| operation.kind());
        let Some(kind) = kind else { return };
        let tps: Vec<Tp> = operations.iter().map(|(tp, _)| *tp).collect();
        let number = self.runtime.shared_mut().responses.open(to, kind, &tps);
        for (place, (tp, operation)) in operations.into_iter().enumerate() {
            let partition = self.runtime.shared().catalog.share_state_partition(group, tp);
            let refused = match partition.map(|partition| self.runtime.state(partition)) {
                Some(CoordinatorState::Active(_)) => None,
                Some(CoordinatorState::Loading) => Some(ErrorCode::CoordinatorLoadInProgress),
                Some(CoordinatorState::Closed) | None => Some(ErrorCode::NotCoordinator),
            };
            match (partition, refused) {
                (Some(partition), None) => {
                    let request = StateRequest { number, place, group, tp, operation };
                    self.runtime.handle(partition, to, request, commands, ctx);
                }
                (_, refused) => {
                    let error = refused.unwrap_or(ErrorCode::NotCoordinator);
                    commands.extend(self.runtime.shared_mut().responses.complete(number, place, Err(error)));
                }
            }
        }
    }

    /// An append was done (the offset after its last record) or refused.
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
    /// The high watermark of a partition of `__share_group_state` rose on this leader.
    pub fn high_watermark(&mut self, tp: Tp, offset: Offset, commands: &mut Vec<Command>, ctx: &mut Context<'_>) {
        self.runtime.high_watermark(tp, offset, commands, ctx);
    }
    /// One of the coordinator's timers went off.
    pub fn timer(&mut self, timer: ShareCoordinatorTimer, commands: &mut Vec<Command>, ctx: &mut Context<'_>) {
        match timer {
            ShareCoordinatorTimer::Linger(partition) => self.runtime.linger_over(partition, commands, ctx),
            ShareCoordinatorTimer::WriteTimeout(partition) => self.runtime.expire_writes(partition, commands, ctx),
        }
    }
    /// # Panics
    /// If what is between memory and log is out of order. `turn`: partitions take turns.
    pub fn check_invariants(&self, turn: u64) {
        self.runtime.check_invariants(turn);
    }
    /// The state of a share-partition, as it is in memory here; none if it is coordinated elsewhere, or has none.
    pub fn state(&self, group: GroupId, tp: Tp) -> Option<SharePartitionState> {
        let partition = self.runtime.shared().catalog.share_state_partition(group, tp)?;
        self.runtime.active(partition)?.shard().state(group, tp)
    }
}

/// A request, share-partition by share-partition.
fn operations(request: ShareGroupStateRequest) -> (GroupId, Vec<(Tp, Operation)>) {
    match request {
        ShareGroupStateRequest::Initialize(group, list) => {
            let one = |(tp, state_epoch, start)| (tp, Operation::Initialize(state_epoch, start));
            (group, list.into_iter().map(one).collect())
        }
        ShareGroupStateRequest::Read(group, list) => {
            (group, list.into_iter().map(|(tp, epoch)| (tp, Operation::Read(epoch))).collect())
        }
        ShareGroupStateRequest::Write(group, list) => {
            (group, list.into_iter().map(|write| (write.tp, Operation::Write(write))).collect())
        }
        ShareGroupStateRequest::Delete(group, list) => {
            (group, list.into_iter().map(|tp| (tp, Operation::Delete)).collect())
        }
        ShareGroupStateRequest::ReadSummary(group, list) => {
            (group, list.into_iter().map(|(tp, _)| (tp, Operation::ReadSummary)).collect())
        }
    }
}
