//! The last offset of each key in the part of a log that is to be cleaned
//! (`storage/.../internals/log/SkimpyOffsetMap.java`, `Cleaner.buildOffsetMap`).

use std::collections::BTreeMap;

use super::transactions::CleanedTransactions;
use crate::cluster::log::unified_log::Log;
use crate::protocol::batch::{BatchData, RecordBatch, RecordDetail};
use crate::protocol::ids::Offset;
use crate::protocol::record_key::RecordKey;

/// See the module. Kafka's has hashes of keys and takes equal hashes for equal keys: at 128 bits nobody has seen that.
#[derive(Clone, Debug)]
pub(super) struct OffsetMap {
    last: BTreeMap<RecordKey, Offset>,
    /// How many keys it takes.
    most: usize,
    /// Everything below was looked at.
    end: Offset,
}

impl OffsetMap {
    /// Of the records in `from..end`, or of as many as fit; those of aborted transactions do not count.
    pub fn build(log: &Log, from: Offset, end: Offset, most: usize) -> OffsetMap {
        let mut map = OffsetMap { last: BTreeMap::new(), most, end: from };
        let first = log.segments.floor(from);
        let mut transactions = CleanedTransactions::new(log, log.segments.get(first).base_offset, end);
        for segment in log.segments.iter().skip(first).take_while(|segment| segment.base_offset < end) {
            // Holes at the end of the segment before belong to that.
            map.end = map.end.max(segment.base_offset);
            for batch in (0..).map_while(|number| segment.batches().get(number)) {
                let counts = !transactions.read(batch).0 && !batch.is_control();
                if counts && !map.put_all(batch, from) {
                    return map;
                }
                map.end = map.end.max(batch.next_offset());
            }
        }
        map.end = map.end.max(end);
        map
    }
    /// Takes the records of a batch in; false where the map is full.
    fn put_all(&mut self, batch: &RecordBatch, from: Offset) -> bool {
        for (key, offset) in keys(batch).filter(|(_, offset)| *offset >= from) {
            // Kafka asks before it looks whether it has the key already.
            if self.last.len() >= self.most {
                return false;
            }
            self.last.insert(key, offset);
        }
        true
    }
    /// The offset after the last one that was looked at.
    pub fn end(&self) -> Offset {
        self.end
    }
    /// Whether a record is the last one of its key, as far as the map knows.
    pub fn is_last(&self, key: RecordKey, offset: Offset) -> bool {
        self.last.get(&key).is_none_or(|last| offset >= *last)
    }
    /// How many keys are in it.
    pub fn len(&self) -> usize {
        self.last.len()
    }
}

/// The records of a batch that have keys.
fn keys(batch: &RecordBatch) -> impl Iterator<Item = (RecordKey, Offset)> {
    let keyed = |place: u32| Some((key_at(batch, place)?.0, batch.base_offset.plus(batch.offset_delta(place))));
    (0..batch.count).filter_map(keyed)
}

/// Key of the record at a place of its batch, and whether it is a tombstone; none for a null key.
pub(super) fn key_at(batch: &RecordBatch, place: u32) -> Option<(RecordKey, bool)> {
    let place = place as usize;
    match &batch.data {
        BatchData::Records(details) => {
            let detail = details.get(place).filter(|detail| detail.key != RecordDetail::NULL_KEY)?;
            Some((RecordKey::Number(detail.key), detail.is_tombstone()))
        }
        BatchData::Coordinator(records) => records.get(place).map(|record| record.key()),
        BatchData::CoordinatorLeft(records) => records.get(place).map(|(_, record)| record.key()),
        BatchData::Plain | BatchData::Metadata(_) | BatchData::Control(_) => None,
    }
}
