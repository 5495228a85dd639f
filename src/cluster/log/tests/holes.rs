//! A log whose old segments are deleted and compacted, held against a naive model of it: a list of
//! segments, each a list of batches, searched from end to end.

use proptest::prelude::*;

use super::*;
use crate::protocol::batch::RecordDetail;
use crate::protocol::shared_batch::SharedBatch;

/// How many segments a look deletes.
fn deleted(log: &mut Log) -> usize {
    log.delete_old_segments(NOW).iter().map(|deletion| deletion.files.len()).sum()
}

/// Something that happens to a log.
#[derive(Clone, Debug)]
enum Step {
    /// A client's batch of this many records and bytes.
    Append { count: u32, size: u32 },
    /// A leader's batch, so many offsets behind the log end.
    Skip(u32),
    /// The log start goes to this share (of 100) of the log; segments below are deleted.
    Delete(u8),
    /// A segment is compacted: of its batches and of their records those stay whose bit is set.
    Compact { segment: usize, batches: u64, records: u64 },
    /// The log is cut at the offset at this share of it, wherever that is.
    Truncate(u8),
    /// A restart after a power loss that left this share of one file.
    Tear { segment: usize, share: u8 },
}

fn step() -> impl Strategy<Value = Step> {
    let masks = (any::<usize>(), any::<u64>(), any::<u64>());
    prop_oneof![
        20 => (1..6u32, 61..3_000u32).prop_map(|(count, size)| Step::Append { count, size }),
        2 => (0..9u32).prop_map(Step::Skip),
        1 => (0..=100u8).prop_map(Step::Delete),
        2 => masks.prop_map(|(segment, batches, records)| Step::Compact { segment, batches, records }),
        1 => (0..=100u8).prop_map(Step::Truncate),
        1 => (any::<usize>(), 0..=100u8).prop_map(|(segment, share)| Step::Tear { segment, share }),
    ]
}

/// What compaction leaves of a batch: its offsets and its size stay what they were.
fn compacted(batch: &RecordBatch, mask: u64) -> RecordBatch {
    let detail = |offset_delta| RecordDetail { offset_delta, key: 0, value_len: 1, poison: false };
    let deltas: Vec<u32> = match &batch.data {
        BatchData::Records(details) => details.iter().map(|detail| detail.offset_delta).collect(),
        _ => (0..batch.count).collect(),
    };
    let kept: Rc<[RecordDetail]> = deltas.into_iter().filter(|delta| mask >> delta & 1 == 1).map(detail).collect();
    RecordBatch { count: kept.len() as u32, data: BatchData::Records(kept), ..batch.clone() }
}

/// The naive model.
#[derive(Debug)]
struct Naive {
    /// Base offset and batches of each segment.
    segments: Vec<(Offset, Vec<RecordBatch>)>,
    log_start: Offset,
    log_end: Offset,
}

impl Naive {
    fn bytes(batches: &[RecordBatch]) -> u64 {
        batches.iter().map(|batch| u64::from(batch.size)).sum()
    }
    fn batches(&self) -> impl Iterator<Item = &RecordBatch> {
        self.segments.iter().flat_map(|(_, batches)| batches)
    }
    fn share(&self, share: u8) -> Offset {
        let first = self.segments[0].0.0;
        Offset(first + (self.log_end.0 - first) * i64::from(share) / 100)
    }
    fn append(&mut self, batch: RecordBatch) {
        let active = self.segments.last().expect("there is one");
        if Naive::bytes(&active.1) + u64::from(batch.size) > u64::from(10 * SIZE) {
            self.segments.push((batch.base_offset, Vec::new()));
        }
        self.log_end = batch.next_offset();
        self.segments.last_mut().expect("there is one").1.push(batch);
    }
    fn delete(&mut self, log_start: Offset) {
        self.log_start = self.log_start.max(log_start);
        while self.segments.len() > 1 && self.segments[1].0 <= self.log_start {
            self.segments.remove(0);
        }
    }
    fn truncate(&mut self, offset: Offset) {
        self.segments.retain(|(base, _)| *base <= offset);
        self.segments.iter_mut().for_each(|(_, batches)| batches.retain(|batch| batch.last_offset() < offset));
        self.log_start = self.log_start.min(offset);
        self.log_end = offset;
    }
    fn tear(&mut self, number: usize, bytes: u64) {
        let torn = bytes < Naive::bytes(&self.segments[number].1);
        if torn {
            self.segments.truncate(number + 1);
            let batches = &mut self.segments[number].1;
            while Naive::bytes(batches) > bytes {
                batches.pop();
            }
        }
        let (base, batches) = self.segments.last().expect("there is one");
        self.log_end = batches.last().map_or(*base, RecordBatch::next_offset);
        self.log_start = self.log_start.max(self.segments[0].0);
        if self.log_end < self.log_start {
            self.segments = vec![(self.log_start, Vec::new())];
            self.log_end = self.log_start;
        }
    }
}

/// The log and the model of it.
struct Pair {
    log: Log,
    naive: Naive,
}

impl Pair {
    fn new() -> Pair {
        let naive = Naive { segments: vec![(Offset(0), Vec::new())], log_start: Offset(0), log_end: Offset(0) };
        Pair { log: log_of_small_segments(), naive }
    }

    fn take(&mut self, step: &Step) {
        match *step {
            Step::Append { count, size } => {
                let batch = RecordBatch { size, ..plain(count) };
                lead(&mut self.log, batch.clone()).expect("a valid batch");
                let (base_offset, leader_epoch) = (self.naive.log_end, LeaderEpoch(1));
                self.naive.append(RecordBatch { base_offset, leader_epoch, ..batch });
            }
            Step::Skip(offsets) => {
                let batch = replicated(self.naive.log_end.0 + i64::from(offsets), 2, 1);
                self.log.append_as_follower(batch.clone()).expect("a valid batch");
                self.naive.append(batch);
            }
            Step::Delete(share) => {
                let log_start = self.naive.share(share);
                self.log.set_high_watermark(self.log.log_end());
                self.log.set_log_start(log_start);
                let before = self.naive.segments.len();
                self.naive.delete(log_start);
                assert_eq!(deleted(&mut self.log), before - self.naive.segments.len());
            }
            Step::Compact { segment, batches, records } => {
                let older = self.naive.segments.len() - 1;
                let Some(number) = segment.checked_rem(older) else { return };
                let (base, old) = &mut self.naive.segments[number];
                let kept = old.iter().zip(0..).filter(|(_, bit)| batches >> (bit % 64) & 1 == 1);
                *old = kept.map(|(batch, bit)| compacted(batch, records.rotate_left(bit))).collect();
                self.log.replace_segments(&[*base], old.iter().cloned().map(SharedBatch::from), Vec::new());
            }
            Step::Truncate(share) => {
                let offset = self.naive.share(share);
                self.log.truncate_to(offset, NOW);
                self.naive.truncate(offset);
            }
            Step::Tear { segment, share } => {
                let number = segment % self.naive.segments.len();
                let (base, batches) = &self.naive.segments[number];
                let (name, bytes) = (base.0 as u64, Naive::bytes(batches) * u64::from(share) / 100);
                let left = |file: FileId| if file.name == name { bytes } else { u64::MAX };
                self.log.recover(left, self.log.checkpoint(), false, NOW);
                self.naive.tear(number, bytes);
            }
        }
    }

    fn compare(&self) {
        let Pair { log, naive } = self;
        assert_eq!((log.log_start(), log.log_end()), (naive.log_start, naive.log_end));
        assert_eq!(log.segments().map(|segment| segment.base_offset).collect::<Vec<_>>(), self.bases());
        let names = naive.segments.iter().map(|(base, batches)| (base.0 as u64, Naive::bytes(batches)));
        assert!(log.files().map(|(file, len)| (file.name, len)).eq(names));
        assert!(log.batches(Offset(0)).eq(naive.batches()));
        assert_eq!(log.producers().map_end_offset(), naive.log_end);
        for offset in (naive.segments[0].0.0..=naive.log_end.0).map(Offset) {
            self.compare_from(offset);
        }
    }

    fn bases(&self) -> Vec<Offset> {
        self.naive.segments.iter().map(|(base, _)| *base).collect()
    }

    /// Everything that is looked up by offset.
    fn compare_from(&self, offset: Offset) {
        let Pair { log, naive } = self;
        let rest: Vec<&RecordBatch> = naive.batches().skip_while(|batch| batch.last_offset() < offset).collect();
        assert_eq!(log.batches(offset).next(), rest.first().copied());
        let bytes = |batches: &[&RecordBatch]| batches.iter().map(|batch| u64::from(batch.size)).sum::<u64>();
        assert_eq!(log.readable_bytes(offset, naive.log_end), bytes(&rest));
        let inside = |batch: &RecordBatch| naive.segments.iter().rposition(|(base, _)| *base <= batch.base_offset);
        let one_segment = rest.iter().filter(|batch| inside(batch) == inside(rest[0])).count();
        let mut read = Vec::new();
        log.read(offset, naive.log_end, u32::MAX, true, &mut read);
        assert!(read.iter().map(|batch| &**batch).eq(rest[..one_segment].iter().copied()), "one segment is read");
        if let Some((_, first)) = log.files_from(offset).next() {
            assert_eq!(first.end - first.start, bytes(&rest[..one_segment]), "that is what a disk has to read");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_log_with_holes_is_that_of_the_naive_model(steps in prop::collection::vec(step(), 1..120)) {
        let mut pair = Pair::new();
        for step in &steps {
            pair.take(step);
            pair.compare();
        }
    }
}

/// A segment of which compaction has left nothing is passed over.
#[test]
fn a_read_finds_the_next_record_behind_a_hole() {
    let mut log = log_of_small_segments();
    fill(&mut log, 35);
    log.replace_segments(&[Offset(10)], [], Vec::new());
    let kept: Vec<SharedBatch> = log.batches(Offset(27)).take(3).cloned().map(SharedBatch::from).collect();
    log.replace_segments(&[Offset(20)], kept, Vec::new());
    let mut read = Vec::new();
    assert_eq!(log.read(Offset(10), Offset(35), u32::MAX, true, &mut read), 3 * SIZE);
    assert_eq!(read.iter().map(|batch| batch.base_offset.0).collect::<Vec<_>>(), [27, 28, 29]);
    assert_eq!(log.readable_bytes(Offset(9), Offset(35)), 9 * u64::from(SIZE));
    log.truncate_to(Offset(25), NOW);
    assert_eq!((log.log_end(), log.size()), (Offset(25), 10 * u64::from(SIZE)));
    assert_eq!(lead(&mut log, plain(1)), appended(25, 25));
}

#[test]
fn what_lies_below_the_log_start_goes_segment_by_segment() {
    let mut log = log_of_small_segments();
    fill(&mut log, 35);
    log.set_high_watermark(Offset(35));
    log.set_log_start(Offset(19));
    assert_eq!(deleted(&mut log), 1, "the second holds a record yet");
    assert_eq!(log.producers().snapshot_offsets().collect::<Vec<_>>(), [Offset(10), Offset(20), Offset(30)]);
    log.set_log_start(Offset(35));
    assert_eq!(deleted(&mut log), 2, "the active one is never deleted");
    assert_eq!(log.files().map(|(file, len)| (file.name, len)).collect::<Vec<_>>(), [(30, 5_000)]);
}
