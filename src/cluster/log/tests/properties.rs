//! What holds for every log, whatever was done to it.

use proptest::prelude::*;

use super::*;
use crate::protocol::shared_batch::SharedBatch;

/// Something that happens to a log.
#[derive(Clone, Debug)]
enum Step {
    /// A client's batch of this many records and bytes; idempotent or not.
    Append { count: u32, size: u32, idempotent: bool },
    /// A new leader.
    NewEpoch,
    /// The high watermark goes to this share (of 100) of the log.
    HighWatermark(u8),
    /// Everything is flushed.
    Flush,
    /// The log is cut at the batch at this share of it.
    Truncate(u8),
    /// The log starts over, this many offsets behind its end.
    StartOver(u8),
    /// A restart: with all bytes, or with this share of those not flushed.
    Restart { clean: bool, survives: u8 },
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        20 => (1..6u32, 61..3_000u32, any::<bool>()).prop_map(|(count, size, idempotent)| Step::Append { count, size, idempotent }),
        1 => Just(Step::NewEpoch),
        2 => (0..=100u8).prop_map(Step::HighWatermark),
        1 => Just(Step::Flush),
        1 => (0..=100u8).prop_map(Step::Truncate),
        1 => (0..20u8).prop_map(Step::StartOver),
        1 => (any::<bool>(), 0..=100u8).prop_map(|(clean, survives)| Step::Restart { clean, survives }),
    ]
}

/// A log and what a naive model knows of it.
struct Subject {
    log: Log,
    epoch: i32,
    flushed_bytes: u64,
}

impl Subject {
    fn new() -> Subject {
        Subject { log: log_of_small_segments(), epoch: 1, flushed_bytes: 0 }
    }

    /// The offset at a share of the log, at the start of a batch.
    fn boundary(&self, share: u8) -> Offset {
        let batches: Vec<Offset> = self.log.batches(Offset(0)).map(|batch| batch.base_offset).collect();
        batches.get(batches.len() * usize::from(share) / 100).copied().unwrap_or(self.log.log_end())
    }

    fn next_sequence(&self) -> Sequence {
        self.log.producers().entry(ProducerId(1)).map_or(Sequence(0), |entry| entry.last_sequence().plus(1))
    }

    fn take(&mut self, step: &Step) {
        match *step {
            Step::Append { count, size, idempotent } => {
                let batch = if idempotent { numbered(self.next_sequence().0, count) } else { plain(count) };
                let end = self.log.log_end();
                let outcome = self.log.append_as_leader(
                    RecordBatch { size, ..batch },
                    LeaderEpoch(self.epoch),
                    AppendOrigin::Client,
                    NOW,
                );
                let Ok(AppendOutcome::Appended { base_offset, .. }) = outcome else { panic!("{outcome:?}") };
                assert_eq!(base_offset, end);
            }
            Step::NewEpoch => {
                self.epoch += 1;
                self.log.assign_epoch(LeaderEpoch(self.epoch), self.log.log_end());
            }
            Step::HighWatermark(share) => {
                self.log.set_high_watermark(self.boundary(share));
            }
            Step::Flush => {
                self.log.flushed_to(self.log.log_end());
                self.flushed_bytes = self.log.size();
            }
            Step::Truncate(share) => {
                let to = self.boundary(share);
                let cut = self.log.truncate_to(to, NOW);
                assert_eq!((self.log.log_end(), cut.to), (to, to));
                self.flushed_bytes = self.flushed_bytes.min(self.log.size());
            }
            Step::StartOver(ahead) => {
                self.log.truncate_fully_and_start_at(self.log.log_end().plus(ahead.into()));
                self.flushed_bytes = 0;
            }
            Step::Restart { clean, survives } => self.restart(clean, survives),
        }
    }

    fn restart(&mut self, clean: bool, survives: u8) {
        // Each file keeps what was flushed, and a share of its own of the rest.
        let (mut begin, mut share) = (0, u64::from(survives));
        let mut left: Vec<(FileId, u64)> = Vec::new();
        for (file, len) in self.log.files() {
            let flushed = self.flushed_bytes.saturating_sub(begin).min(len);
            left.push((file, if clean { len } else { flushed + (len - flushed) * share / 100 }));
            begin += len;
            share = (share + 37) % 101;
        }
        let surviving = left.iter().map(|(_, len)| len).sum();
        let kept = |file| left.iter().find(|(other, _)| *other == file).expect("a file of the log").1;
        let before: Vec<RecordBatch> = self.log.batches(Offset(0)).cloned().collect();
        let flushed = self.log.recovery_point();
        let recovery = self.log.recover(kept, self.log.checkpoint(), clean, NOW);
        let after: Vec<RecordBatch> = self.log.batches(Offset(0)).cloned().collect();
        assert_eq!(after, before[..after.len()], "a restart keeps a prefix");
        assert!(self.log.log_end() >= flushed, "what was flushed is there");
        assert!(self.log.size() <= surviving, "of a file there is no more than survived");
        assert_eq!(recovery.log_end, self.log.log_end());
        assert!(self.log.producers().producers().iter().all(|entry| entry.batches().len() <= 1));
        // A clean stop flushes.
        self.flushed_bytes = if clean { self.log.size() } else { self.flushed_bytes.min(self.log.size()) };
    }
}

/// Holds the whole log against the plain list of its batches.
fn check(log: &Log) {
    let batches: Vec<&RecordBatch> = log.batches(Offset(0)).collect();
    assert!(log.log_start() <= log.last_stable_offset() && log.last_stable_offset() <= log.high_watermark());
    assert!(log.high_watermark() <= log.log_end() && log.recovery_point() <= log.log_end());
    assert_eq!(log.size(), batches.iter().map(|batch| u64::from(batch.size)).sum::<u64>());
    for pair in batches.windows(2) {
        assert_eq!(pair[0].next_offset(), pair[1].base_offset);
        assert!(pair[0].leader_epoch <= pair[1].leader_epoch);
    }
    if let Some(last) = batches.last() {
        assert_eq!(last.next_offset(), log.log_end());
    }
    for batch in &batches {
        assert_eq!(log.epochs().epoch_for_offset(batch.base_offset), batch.leader_epoch);
        assert_eq!(log.epochs().epoch_for_offset(batch.last_offset()), batch.leader_epoch);
    }
    check_segments(log, &batches);
    check_reads(log, &batches);
    check_producer(log, &batches);
}

fn check_segments(log: &Log, batches: &[&RecordBatch]) {
    let segments: Vec<&Segment> = log.segments().collect();
    let ends = segments.iter().skip(1).map(|next| next.base_offset).chain([log.log_end()]);
    let mut files = Vec::new();
    for (segment, end) in segments.iter().zip(ends) {
        assert!(segment.base_offset < end || batches.is_empty() || segment.is_empty());
        assert!(segment.size() <= log.config().segment_bytes);
        let inside = batches.iter().filter(|batch| segment.base_offset <= batch.base_offset && batch.base_offset < end);
        assert_eq!(segment.size(), inside.map(|batch| u64::from(batch.size)).sum::<u64>());
        let name = segment.base_offset.0 as u64;
        files.push((FileId { directory: DirectoryId(0), name }, segment.size()));
    }
    assert_eq!(log.files().collect::<Vec<_>>(), files);
}

fn check_reads(log: &Log, batches: &[&RecordBatch]) {
    for from in batches.iter().step_by(7).map(|batch| batch.last_offset()).chain([log.log_end()]) {
        for limit in [log.high_watermark(), log.log_end()] {
            let expected: Vec<SharedBatch> = batches
                .iter()
                .filter(|batch| batch.last_offset() >= from && batch.last_offset() < limit)
                .map(|batch| SharedBatch::from((*batch).clone()))
                .collect();
            let bytes: u64 = expected.iter().map(|batch| u64::from(batch.size)).sum();
            assert_eq!(log.readable_bytes(from, limit), bytes);
            let mut read = Vec::new();
            let returned = log.read(from, limit, 5_000, true, &mut read);
            assert_eq!(read[..], expected[..read.len()], "a read returns the next batches");
            assert_eq!(returned, read.iter().map(|batch| batch.size).sum::<u32>());
            assert_eq!(read.is_empty(), expected.is_empty());
            assert!(returned <= 5_000 || read.len() == 1);
        }
    }
}

/// Whatever happened, the producer state knows the newest batch that is in the log.
fn check_producer(log: &Log, batches: &[&RecordBatch]) {
    let newest = batches.iter().rev().find(|batch| batch.is_idempotent());
    if let Some(newest) = newest {
        let entry = log.producers().entry(ProducerId(1)).expect("its batch is in the log");
        assert_eq!((entry.last_sequence(), entry.last_offset()), (newest.last_sequence(), newest.last_offset()));
    }
    assert_eq!(log.producers().map_end_offset(), log.log_end());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_log_stays_consistent(steps in prop::collection::vec(step(), 1..150)) {
        let mut subject = Subject::new();
        for step in &steps {
            subject.take(step);
            check(&subject.log);
        }
    }

    /// What happens to a clone does not happen to the log, and the same things have the same result.
    #[test]
    fn clones_are_independent(before in prop::collection::vec(step(), 1..60), after in prop::collection::vec(step(), 1..60)) {
        let mut subject = Subject::new();
        before.iter().for_each(|step| subject.take(step));
        let frozen = format!("{:?}", subject.log);
        let mut twin = Subject { log: subject.log.clone(), ..subject };
        after.iter().for_each(|step| twin.take(step));
        check(&twin.log);
        prop_assert_eq!(&frozen, &format!("{:?}", subject.log));
        after.iter().for_each(|step| subject.take(step));
        prop_assert_eq!(format!("{:?}", twin.log), format!("{:?}", subject.log));
    }
}

/// Lookups across chunk borders, one offset at a time.
#[test]
fn every_offset_is_found_across_chunks() {
    let mut log = new_log();
    let batches = 3 * super::super::file_records::CHUNK + 5;
    for _ in 0..batches {
        lead(&mut log, plain(3)).expect("a valid batch");
    }
    for offset in 0..log.log_end().0 {
        let found = log.batches(Offset(offset)).next().expect("below the log end");
        assert_eq!(found.base_offset.0, offset / 3 * 3);
        assert_eq!(
            log.readable_bytes(Offset(offset), log.log_end()),
            (batches as u64 - offset as u64 / 3) * u64::from(SIZE)
        );
    }
    for keep in [3 * 256 + 1, 3 * 256, 2 * 256 + 255, 256, 1, 0] {
        log.truncate_to(Offset(3 * keep), NOW);
        assert_eq!(log.batches(Offset(0)).count() as i64, keep);
        assert_eq!(log.size(), keep as u64 * u64::from(SIZE));
    }
}
