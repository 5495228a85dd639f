//! Which records to come will join a batch without anybody having to know.
//!
//! Most records change nothing but the batch that they join: no fact, no draw, no work for the sender.
//! Of those the producer needs no event: whoever looks at the batch later finds them in it, under their
//! own times. A forecast says up to which record that is so. It may be too careful, never too bold.

use super::Accumulator;
use crate::client::application::keys::key_len;
use crate::client::application::workload::NewRecord;
use crate::protocol::record_size::BatchSizer;
use crate::sim::time::Nanos;

/// The open ends of all queues, with the records that were forecast to join them.
#[derive(Clone, Debug, Default)]
pub struct Forecast {
    /// By partition: the last batch of its queue and its limit, unless that takes no more.
    ends: Vec<Option<(BatchSizer, u32)>>,
    /// The sticky partition, and the bytes counted for it.
    sticky: Option<(u32, u64)>,
    /// The accumulator's count of changes when the forecast was made.
    changes: Option<u64>,
}

impl Forecast {
    /// Whether it was made for what the accumulator is now, but for records that it foresaw.
    pub fn is_valid(&self, accumulator: &Accumulator) -> bool {
        self.changes == Some(accumulator.changes)
    }
    /// Nothing can be foreseen.
    pub fn forget(&mut self) {
        self.changes = None;
    }
    /// Begins anew from what the accumulator is now.
    pub fn begin(&mut self, accumulator: &Accumulator) {
        let end = |queue: &super::PartitionQueue| accumulator.batches[*queue.queue.back()?].open_end();
        self.ends.clear();
        self.ends.extend(accumulator.partitions.iter().map(end));
        self.sticky = accumulator.sticky.chosen();
        self.changes = Some(accumulator.changes);
    }
    /// Whether the next record, at its time, joins a batch and neither fills it nor moves the sticky
    /// partition. If so it is counted in.
    pub fn joins(&mut self, record: NewRecord, at: Nanos, keyed: Option<u32>, batch_size: u32) -> bool {
        let Some(partition) = keyed.or(self.sticky.map(|(partition, _)| partition)) else { return false };
        let Some((end, limit)) = &mut self.ends[partition as usize] else { return false };
        let (ms, key, value) = (at.as_millis() as i64, key_len(record.key), Some(record.value_len));
        if end.count() == 0 || !end.has_room_for(ms, key, value, *limit) {
            return false;
        }
        let bytes = end.push(ms, key, value);
        if let (None, Some((_, counted))) = (keyed, &mut self.sticky) {
            *counted += u64::from(bytes);
            if *counted >= 2 * u64::from(batch_size) {
                return false;
            }
        }
        end.size() < *limit
    }
}
