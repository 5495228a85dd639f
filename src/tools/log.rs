//! `kafka-dump-log`.

use std::fmt::Write;

use super::{broker, image};
use crate::protocol::batch::{BatchData, CoordinatorRecord, RecordBatch};
use crate::protocol::catalog::Catalog;
use crate::protocol::ids::{BrokerId, Offset, Tp};
use crate::world::World;

/// Why a log cannot be shown.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Missing {
    /// The partition does not exist (yet).
    Partition,
    /// Nobody leads it, and no broker was named.
    Leader,
    /// That broker is down.
    Down(BrokerId),
    /// That broker has no replica of it.
    Replica(BrokerId),
}

/// What to show of a log.
#[derive(Clone, Copy, Debug)]
pub struct Request {
    /// Whose replica; none: the leader's.
    pub broker: Option<BrokerId>,
    /// Which partition.
    pub tp: Tp,
    /// From the batch that holds this offset.
    pub from: Offset,
    /// At most this many batches.
    pub limit: usize,
}

/// A replica's batches, as `kafka-dump-log` prints them.
///
/// # Errors
/// There is no such log to be read.
pub fn dump(world: &World, request: Request) -> Result<String, Missing> {
    let registration = image(world).and_then(|i| i.partition(request.tp)).ok_or(Missing::Partition)?;
    let id = request.broker.or(registration.leader).ok_or(Missing::Leader)?;
    let log = broker(world, id).ok_or(Missing::Down(id))?.replica(request.tp).ok_or(Missing::Replica(id))?;
    let catalog = &world.setup().catalog;
    let mut out = format!(
        "Dumping {} on broker {id}\nLog starting offset: {}   high watermark: {}   log end offset: {}\n",
        catalog.tp_name(request.tp),
        log.log_start(),
        log.high_watermark(),
        log.log_end(),
    );
    let mut position: u64 = log.batches(log.log_start()).take_while(|b| b.next_offset() <= request.from).map(|b| u64::from(b.size)).sum();
    for batch in log.batches(request.from.max(log.log_start())).take(request.limit) {
        batch_line(&mut out, batch, position);
        records(&mut out, batch, catalog);
        position += u64::from(batch.size);
    }
    Ok(out)
}

fn batch_line(out: &mut String, batch: &RecordBatch, position: u64) {
    let _ = writeln!(
        out,
        "baseOffset: {} lastOffset: {} count: {} baseSequence: {} lastSequence: {} producerId: {} producerEpoch: {} \
         partitionLeaderEpoch: {} isTransactional: false isControl: false deleteHorizonMs: OptionalLong.empty position: {position} \
         CreateTime: {} size: {} magic: 2 compresscodec: none isvalid: true",
        batch.base_offset,
        batch.last_offset(),
        batch.count,
        batch.base_sequence,
        batch.last_sequence(),
        batch.producer_id,
        batch.producer_epoch,
        batch.leader_epoch,
        batch.max_timestamp.as_millis(),
        batch.size,
    );
}

/// The records of the coordinator, as `--offsets-decoder` shows them.
fn records(out: &mut String, batch: &RecordBatch, catalog: &Catalog) {
    let BatchData::Coordinator(records) = &batch.data else { return };
    for (i, record) in records.iter().enumerate() {
        let offset = batch.base_offset.plus(i as u32);
        let group = |g: &crate::protocol::ids::GroupId| &catalog.groups[g.index()];
        let text = match record {
            CoordinatorRecord::OffsetCommit { group: g, tp, offset, leader_epoch, .. } => {
                format!("key: offset_commit::group={},partition={} payload: offset={offset},leaderEpoch={leader_epoch}", group(g), catalog.tp_name(*tp))
            }
            CoordinatorRecord::OffsetTombstone { group: g, tp } => {
                format!("key: offset_commit::group={},partition={} payload: null", group(g), catalog.tp_name(*tp))
            }
            CoordinatorRecord::GroupMetadata(value) => {
                let members: Vec<String> = value
                    .members
                    .iter()
                    .map(|m| {
                        let partitions: Vec<String> = m.assignment.iter().map(|tp| catalog.tp_name(*tp)).collect();
                        format!("{}=[{}]", catalog.node_name(m.client), partitions.join(","))
                    })
                    .collect();
                format!("key: group_metadata::group={} payload: generation={},{{{}}}", group(&value.group), value.generation, members.join(","))
            }
            CoordinatorRecord::GroupTombstone { group: g } => format!("key: group_metadata::group={} payload: null", group(g)),
        };
        let _ = writeln!(out, "| offset: {offset} {text}");
    }
}
