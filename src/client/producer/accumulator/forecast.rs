//! Which records to come will join a batch without anybody having to know.
//!
//! Most records change nothing but the batch that they join: no fact, no draw, no work for the sender.
//! Of those the producer needs no event: whoever looks at the batch later finds them in it, under their
//! own times. A forecast says up to which record that is so. It may be too careful, never too bold.

use super::RecordAccumulator;
use crate::client::producer::record::ProducerRecord;
use crate::protocol::record_size::BatchSizer;
use crate::sim::time::Nanos;

/// The open ends of the queues that records were forecast to join, with those records.
#[derive(Clone, Debug, Default)]
pub struct Forecast {
    /// By partition. Only those of this forecast's number count.
    ends: Vec<End>,
    /// Counts forecasts. So a new one looks only at the queues that its records go to: many a forecast
    /// ends at the first record.
    number: u64,
    /// The sticky partition, and the bytes counted for it.
    sticky: Option<(u32, u64)>,
    /// The accumulator's count of changes when the forecast was made.
    changes: Option<u64>,
}

/// The last batch of a queue, as it will be.
#[derive(Clone, Copy, Debug, Default)]
struct End {
    /// Number of the forecast that looked at the queue.
    forecast: u64,
    sizer: BatchSizer,
    /// Capacity of the batch; 0 if the queue has none that takes records.
    limit: u32,
}

/// What a record will join.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Foreseen {
    /// The last batch of this partition.
    pub partition: u32,
    /// With so many bytes.
    pub bytes: u32,
}

impl Forecast {
    /// Whether it was made for what the accumulator is now, but for records that it foresaw.
    #[inline]
    pub fn is_valid(&self, accumulator: &RecordAccumulator) -> bool {
        self.changes == Some(accumulator.changes)
    }
    /// Nothing can be foreseen.
    pub fn forget(&mut self) {
        self.changes = None;
    }
    /// Begins anew from what the accumulator is now.
    pub fn begin(&mut self, accumulator: &RecordAccumulator) {
        self.number += 1;
        self.sticky = accumulator.sticky.chosen();
        self.changes = Some(accumulator.changes);
    }
    /// Whether the next record, at its time, joins a batch and neither fills it nor moves the sticky
    /// partition. If so it is counted in.
    #[inline]
    pub fn joins(
        &mut self,
        at: Nanos,
        record: ProducerRecord,
        keyed: Option<u32>,
        accumulator: &RecordAccumulator,
    ) -> Option<Foreseen> {
        if accumulator.queued == 0 {
            return None;
        }
        let partition = keyed.or(self.sticky.map(|(partition, _)| partition))?;
        let End { sizer, limit, .. } = self.end(partition, accumulator);
        if sizer.count() == 0 {
            return None;
        }
        let limit = *limit;
        let (key, value, headers) = record.lengths();
        let bytes = sizer.try_push(at.as_millis() as i64, key, value, headers, limit)?;
        let filled = sizer.size() >= limit;
        if let (None, Some((_, counted))) = (keyed, &mut self.sticky) {
            *counted += u64::from(bytes);
            if *counted >= 2 * u64::from(accumulator.batch_size) {
                return None;
            }
        }
        (!filled).then_some(Foreseen { partition, bytes })
    }
    fn end(&mut self, partition: u32, accumulator: &RecordAccumulator) -> &mut End {
        if self.ends.len() <= partition as usize {
            self.ends.resize(accumulator.partitions.len(), End::default());
        }
        let end = &mut self.ends[partition as usize];
        if end.forecast != self.number {
            let last = accumulator.partitions[partition as usize].queue.back();
            let (sizer, limit) = last.and_then(|last| accumulator.batches[*last].open_end()).unwrap_or_default();
            *end = End { forecast: self.number, sizer, limit };
        }
        end
    }
}
