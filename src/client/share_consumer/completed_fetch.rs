//! What was fetched and is not handed out yet
//! (`clients/.../consumer/internals/{ShareFetchBuffer,ShareCompletedFetch,ShareFetchCollector}.java`).

use std::collections::VecDeque;

use super::in_flight::{HeldRecord, ShareFetch, ShareInFlightBatch};
use crate::client::metadata::Metadata;
use crate::protocol::batch::{BatchData, RecordBatch};
use crate::protocol::errors::ErrorCode;
use crate::protocol::exceptions::Exception;
use crate::protocol::ids::{BrokerId, Offset};
use crate::protocol::messages::ShareFetchData;
use crate::sim::time::Nanos;

/// One partition's part of a response.
#[derive(Clone, Debug)]
pub struct ShareCompletedFetch {
    node: BrokerId,
    data: ShareFetchData,
    locked_until: Option<Nanos>,
    /// The entry of what is acquired to which the next acquired offset belongs, and that offset.
    acquired: usize,
    next_acquired: Option<Offset>,
    /// The batch to go on with, and the place in it.
    batch: usize,
    place: u32,
}

impl ShareCompletedFetch {
    /// Nothing of it is handed out. `locked_until`: when the locks end, as far as the broker has said.
    pub fn new(node: BrokerId, data: ShareFetchData, locked_until: Option<Nanos>) -> ShareCompletedFetch {
        let next_acquired = data.acquired.first().map(|acquired| acquired.first);
        ShareCompletedFetch { node, data, locked_until, acquired: 0, next_acquired, batch: 0, place: 0 }
    }
    /// Acquired offsets that are not handed out.
    fn waiting(&self) -> u64 {
        let rest = self.data.acquired.iter().skip(self.acquired).map(|run| (run.last.0 - run.first.0 + 1) as u64);
        let done = self.next_acquired.map_or(0, |next| (next.0 - self.data.acquired[self.acquired].first.0) as u64);
        rest.sum::<u64>() - done
    }
    fn advance(&mut self) {
        let Some(next) = self.next_acquired else { return };
        if next < self.data.acquired[self.acquired].last {
            self.next_acquired = Some(next.plus(1));
        } else {
            self.acquired += 1;
            self.next_acquired = self.data.acquired.get(self.acquired).map(|acquired| acquired.first);
        }
    }
    /// The next record of the application's (`nextFetchedRecord`): its place in the batch of that number, and whether the batch has more.
    fn next_record(&mut self) -> Option<(usize, u32, bool)> {
        loop {
            let batch: &RecordBatch = self.data.batches.get(self.batch)?;
            if matches!(batch.data, BatchData::Control(_)) || self.place == batch.count {
                (self.batch, self.place) = (self.batch + 1, 0);
                continue;
            }
            self.place += 1;
            return Some((self.batch, self.place - 1, self.place < batch.count));
        }
    }
    /// Hands out about so many records (`fetchRecords`): whole batches. Acquired offsets without a record are gaps.
    fn fetch_records(&mut self, max_records: u32) -> ShareInFlightBatch {
        let mut fetched = ShareInFlightBatch::new(self.node, self.locked_until);
        let mut batch_has_more = false;
        while fetched.len() < max_records as usize || batch_has_more {
            let Some((at, place, more)) = self.next_record() else {
                while let Some(offset) = self.next_acquired {
                    fetched.add_gap(offset);
                    self.advance();
                }
                break;
            };
            batch_has_more = more;
            let batch = self.data.batches[at].clone();
            let offset = batch.base_offset.plus(batch.offset_delta(place));
            while let Some(acquired) = self.next_acquired.filter(|acquired| *acquired <= offset) {
                if acquired == offset {
                    let delivery_count = self.data.acquired[self.acquired].delivery_count;
                    fetched.add_record(offset, HeldRecord { batch: batch.clone(), place, delivery_count });
                } else {
                    fetched.add_gap(acquired);
                }
                self.advance();
            }
        }
        fetched
    }
}

/// Completed fetches, oldest first.
#[derive(Clone, Debug, Default)]
pub struct ShareFetchBuffer {
    completed: VecDeque<ShareCompletedFetch>,
    /// The hand-out of the first of them has begun.
    begun: bool,
}

impl ShareFetchBuffer {
    /// Adds one.
    pub fn add(&mut self, fetch: ShareCompletedFetch) {
        self.completed.push_back(fetch);
    }
    /// Acquired offsets that wait here, and when the first of their locks ends, as far as brokers have said.
    pub fn waiting(&self) -> (u64, Option<Nanos>) {
        let waiting = self.completed.iter().filter(|fetch| fetch.waiting() > 0);
        let until = waiting.clone().filter_map(|fetch| fetch.locked_until).min();
        (waiting.map(ShareCompletedFetch::waiting).sum(), until)
    }
    /// Hands out about `max_records` (`ShareFetchCollector.collect`).
    ///
    /// # Errors
    /// An answer that the client does not expect, if there is nothing else to hand out.
    pub fn collect(&mut self, max_records: u32, metadata: &mut Metadata) -> Result<ShareFetch, Exception> {
        let mut fetch = ShareFetch::default();
        let mut remaining = max_records;
        while remaining > 0 {
            let Some(next) = self.completed.front_mut() else { break };
            if !self.begun
                && let Err(error) = initialize(next.data.error, metadata)
            {
                if !fetch.is_empty() {
                    break;
                }
                self.completed.pop_front();
                return Err(error);
            }
            self.begun = true;
            let batch = next.fetch_records(remaining);
            if batch.is_empty() {
                self.completed.pop_front();
                self.begun = false;
                continue;
            }
            remaining = remaining.saturating_sub(batch.len() as u32);
            fetch.add(next.data.tp, batch);
        }
        Ok(fetch)
    }
}

/// `ShareFetchCollector.handleInitializeErrors`: what stale metadata may have caused asks for news.
fn initialize(error: ErrorCode, metadata: &mut Metadata) -> Result<(), Exception> {
    match error {
        ErrorCode::None | ErrorCode::UnknownLeaderEpoch | ErrorCode::UnknownServerError => {}
        ErrorCode::NotLeaderOrFollower
        | ErrorCode::ReplicaNotAvailable
        | ErrorCode::KafkaStorageError
        | ErrorCode::FencedLeaderEpoch
        | ErrorCode::OffsetNotAvailable
        | ErrorCode::UnknownTopicOrPartition
        | ErrorCode::UnknownTopicId => metadata.request_update(),
        error => return Err(Exception::Unexpected(error)),
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::share_consumer::tests::marker;
    use crate::protocol::batch::RecordDetail;
    use crate::protocol::ids::Tp;
    use crate::protocol::messages::AcquiredRecords;

    fn acquired(runs: &[(i64, i64, u16)]) -> Vec<AcquiredRecords> {
        let run = |&(first, last, delivery_count): &(i64, i64, u16)| AcquiredRecords {
            first: Offset(first),
            last: Offset(last),
            delivery_count,
        };
        runs.iter().map(run).collect()
    }
    /// What comes of collecting `limit` records again and again: records and gaps of each.
    fn collected(limit: u32, batches: Vec<RecordBatch>, runs: &[(i64, i64, u16)]) -> Vec<String> {
        let batches = batches.into_iter().map(Into::into).collect();
        let (error, acknowledge_error) = (ErrorCode::None, ErrorCode::None);
        let acquired = acquired(runs);
        let data = ShareFetchData { tp: Tp(0), error, acknowledge_error, current_leader: None, batches, acquired };
        let mut buffer = ShareFetchBuffer::default();
        buffer.add(ShareCompletedFetch::new(BrokerId(1), data, None));
        let mut metadata = Metadata::new(vec![BrokerId(1)], Vec::new(), Nanos::MAX, Nanos(1), Nanos(1));
        let mut told = Vec::new();
        while !buffer.completed.is_empty() {
            let mut fetch = buffer.collect(limit, &mut metadata).expect("nothing fails");
            let runs = fetch.runs();
            let run = |(run, count): &(crate::client::consumer::Polled, u16)| {
                format!("{}x{} ({count})", run.offset(0), run.count)
            };
            let mut parts: Vec<String> = runs.iter().map(run).collect();
            for (_, _, gaps) in fetch.take_acknowledged() {
                parts.extend(gaps.batches().iter().map(ToString::to_string));
            }
            if !parts.is_empty() {
                told.push(parts.join(", "));
            }
        }
        told
    }
    fn plain(base: i64, count: u32) -> RecordBatch {
        RecordBatch::example(base, count, BatchData::Plain)
    }

    #[test]
    fn whole_batches_are_handed_out_and_nothing_that_was_not_acquired() {
        let batches = || vec![plain(0, 4), plain(4, 4)];
        assert_eq!(collected(2, batches(), &[(0, 7, 1)]), ["0x4 (1)", "4x4 (1)"], "beyond max.poll.records");
        assert_eq!(collected(5, batches(), &[(0, 7, 1)]), ["0x4 (1), 4x4 (1)"]);
        assert_eq!(collected(9, batches(), &[(1, 2, 3), (6, 6, 1)]), ["1x2 (3), 6x1 (1)"]);
        assert_eq!(collected(9, batches(), &[]), [""; 0]);
    }

    #[test]
    fn what_is_acquired_and_holds_no_record_is_a_gap() {
        let left = |deltas: &[u32]| {
            let detail = |delta: &u32| RecordDetail { offset_delta: *delta, key: 0, value_len: 1, poison: false };
            let details = deltas.iter().map(detail).collect();
            RecordBatch {
                last_offset_delta: 4,
                ..RecordBatch::example(0, deltas.len() as u32, BatchData::Records(details))
            }
        };
        assert_eq!(collected(9, vec![left(&[1, 3])], &[(0, 4, 1)]), ["1x1 (1), 3x1 (1), GAP 0, GAP 2, GAP 4"]);
        assert_eq!(collected(9, vec![plain(0, 2), marker(2)], &[(0, 2, 1)]), ["0x2 (1), GAP 2"]);
        assert_eq!(collected(9, vec![marker(2)], &[(2, 2, 1)]), ["GAP 2"]);
    }
}
