//! The group coordinator's broker: its requests, its log, its answers
//! (`core/.../coordinator/group/CoordinatorPartitionWriter.scala`).

use std::rc::Rc;

use super::{Broker, timers};
use crate::cluster::coordinator::{Command, GroupRequest};
use crate::node::{Context, Timer};
use crate::protocol::batch::{BatchData, CoordinatorRecord, Origin, RecordBatch};
use crate::protocol::catalog::Catalog;
use crate::protocol::ids::*;
use crate::sim::disk::FileId;
use crate::sim::time::span_of;

/// Bytes per second that a coordinator replays while it loads: a figure of this model.
const REPLAY_BYTES_PER_SECOND: u64 = 50_000_000;
/// Bytes of a batch header.
const BATCH_OVERHEAD: usize = 61;
/// Bytes of a record beside key and value: lengths, attributes, deltas, header count.
const RECORD_OVERHEAD: usize = 8;
/// Bytes of a `client.id-UUID` member id beside the client id.
const UUID: usize = 37;

impl Broker {
    /// Hands a request to the coordinator.
    pub(super) fn group(&mut self, slot: u32, request: GroupRequest, ctx: &mut Context<'_>) {
        let to = self.reply_to(slot);
        self.coordinator.handle(to, request, &mut self.commands, ctx);
    }

    /// One of the coordinator's timers.
    pub(super) fn coordinator_timer(&mut self, timer: Timer, ctx: &mut Context<'_>) {
        self.coordinator.timer(timer, &mut self.commands, ctx);
    }

    /// This broker leads a partition of `__consumer_offsets`: the coordinator loads it, which takes the
    /// longer the more there is to read (`CoordinatorLoaderImpl`).
    pub(super) fn coordinator_elected(&mut self, tp: Tp, ctx: &mut Context<'_>) {
        let Some(partition) = &self.partitions[tp.index()] else { return };
        let bytes = partition.log.readable_bytes(partition.log.log_start(), partition.log.log_end());
        if bytes == 0 || self.coordinator.is_active(tp) {
            return self.coordinator_loaded(tp, ctx);
        }
        self.coordinator.loading(tp);
        let now = ctx.now();
        match ctx.disk().read(now, FileId(tp.0), bytes) {
            Ok(read) => {
                let replayed = now.saturating_add(span_of(bytes, REPLAY_BYTES_PER_SECOND));
                ctx.set_timer(Timer { kind: timers::COORDINATOR_LOADED, index: tp.0 }, read.max(replayed));
            }
            Err(_) => self.log_dir_failed(ctx),
        }
    }

    /// The coordinator has read the partition, if this broker still leads it.
    pub(super) fn coordinator_loaded(&mut self, tp: Tp, ctx: &mut Context<'_>) {
        let Some(partition) = self.partitions[tp.index()].as_ref().filter(|partition| partition.is_leader()) else {
            return;
        };
        let batches = partition.log.batches(partition.log.log_start());
        self.coordinator.elected(tp, partition.leader_epoch, batches, &mut self.commands, ctx);
        self.coordinator.high_watermark(tp, partition.log.high_watermark(), &mut self.commands, ctx);
    }

    /// It does not lead it any more.
    pub(super) fn coordinator_resigned(&mut self, tp: Tp, ctx: &mut Context<'_>) {
        self.coordinator.resigned(tp, &mut self.commands, ctx);
    }

    /// The high watermark of such a partition rose.
    pub(super) fn coordinator_high_watermark(&mut self, tp: Tp, ctx: &mut Context<'_>) {
        if let Some(partition) = &self.partitions[tp.index()] {
            self.coordinator.high_watermark(tp, partition.log.high_watermark(), &mut self.commands, ctx);
        }
    }

    /// Carries out one command of the coordinator.
    pub(super) fn carry_out(&mut self, command: Command, ctx: &mut Context<'_>) {
        match command {
            Command::Reply { to, response } => self.reply(to, response, ctx),
            Command::Append { tp, write, records } => {
                let batch = self.coordinator_batch(tp, records, ctx);
                let result = self.append_from_coordinator(tp, batch, ctx);
                self.coordinator.appended(tp, write, result, &mut self.commands, ctx);
            }
        }
    }

    fn coordinator_batch(&mut self, tp: Tp, records: Rc<[CoordinatorRecord]>, ctx: &mut Context<'_>) -> RecordBatch {
        let count = records.len() as u32;
        let size = BATCH_OVERHEAD + records.iter().map(|record| record_size(&self.catalog, record)).sum::<usize>();
        RecordBatch {
            base_offset: Offset(0),
            count,
            size: size as u32,
            leader_epoch: LeaderEpoch::UNDEFINED,
            producer_id: ProducerId::NONE,
            producer_epoch: ProducerEpoch::NONE,
            base_sequence: Sequence::NONE,
            base_timestamp: ctx.now(),
            max_timestamp: ctx.now(),
            origin: Origin { node: ctx.me(), ordinal: self.storage.take_ordinals(tp, count) },
            data: BatchData::Coordinator(records),
        }
    }
}

/// Bytes of a coordinator's record, as its key and value schemas add up with the names in use.
fn record_size(catalog: &Catalog, record: &CoordinatorRecord) -> usize {
    let group = |id: GroupId| catalog.groups.get(id.index()).map_or(0, String::len);
    let topic = |tp: Tp| catalog.topics.get(catalog.topic_of(tp).0.index()).map_or(0, |entry| entry.name.len());
    // Version, group, topic, partition.
    let commit_key = |id: GroupId, tp: Tp| 2 + 2 + group(id) + 2 + topic(tp) + 4;
    let metadata_key = |id: GroupId| 2 + 2 + group(id);
    RECORD_OVERHEAD
        + match record {
            // Version, offset, leader epoch, empty metadata, timestamp.
            CoordinatorRecord::OffsetCommit { group: id, tp, .. } => commit_key(*id, *tp) + 2 + 8 + 4 + 2 + 8,
            CoordinatorRecord::OffsetTombstone { group: id, tp } => commit_key(*id, *tp),
            CoordinatorRecord::GroupTombstone { group: id } => metadata_key(*id),
            CoordinatorRecord::GroupMetadata(value) => {
                // Version, protocol type, generation, protocol, leader, timestamp, member count.
                let header = 2 + 10 + 4 + 7 + UUID + 8 + 4;
                let member = |member: &crate::protocol::batch::MemberValue| {
                    let client = catalog.node_name(member.client).len();
                    let subscription: usize =
                        member.subscription.topics.iter().map(|id| 2 + catalog.topics[id.index()].name.len()).sum();
                    // Member id, client id, host, two timeouts, subscription, assignment.
                    (2 + client + UUID)
                        + (2 + client)
                        + 12
                        + 8
                        + (4 + 10 + subscription)
                        + (4 + 10 + 4 * member.assignment.len())
                };
                metadata_key(value.group) + header + value.members.iter().map(member).sum::<usize>()
            }
        }
}
