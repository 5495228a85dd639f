//! Compaction: the stories in `tests/stories/log-cleaner/`, and whatever is in a log, held against what compaction promises.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;
use crate::protocol::batch::{ControlRecord, RecordDetail, TransactionMarker};
use crate::stage::story::{Command, Vocabulary, play_all};

const SECOND: Nanos = Nanos::from_secs(1);

/// A log with a cleaner that comes when it is told to.
#[derive(Clone, Debug)]
struct Compacted {
    log: Log,
    now: Nanos,
    /// `cleaner-offset-checkpoint`.
    checkpoint: Option<Offset>,
    sequences: BTreeMap<i64, i32>,
}

/// What a pass did.
#[derive(Debug, Default)]
struct Pass {
    removed: Vec<Offset>,
    marked: Vec<(i64, Nanos)>,
}

impl Compacted {
    fn new(config: TopicConfig) -> Compacted {
        let config = TopicConfig { cleanup_policy: CleanupPolicy::COMPACT, ..config };
        let log = Log::new(DirectoryId(0), Rc::new(config));
        Compacted { log, now: NOW, checkpoint: None, sequences: BTreeMap::new() }
    }
    fn append(&mut self, batch: RecordBatch, origin: AppendOrigin) -> Result<AppendOutcome, ErrorCode> {
        let batch = RecordBatch { base_timestamp: self.now, max_timestamp: self.now, ..batch };
        self.log.append_as_leader(batch, LeaderEpoch(0), origin, self.now)
    }
    /// A batch of records of a producer (0 for nobody), each a key and whether it has a value. 100 bytes a record, 20 a tombstone.
    /// Producers go on behind what the log knows of them.
    fn follow_sequences(&mut self) {
        let producers = self.log.producers().producers();
        self.sequences = producers.iter().map(|entry| (entry.producer_id.0, entry.last_sequence().plus(1).0)).collect();
    }
    fn send(
        &mut self,
        producer: i64,
        transactional: bool,
        records: &[(u32, bool)],
    ) -> Result<AppendOutcome, ErrorCode> {
        let detail = |(offset_delta, (key, has_value)): (u32, &(u32, bool))| RecordDetail {
            offset_delta,
            key: *key,
            value_len: if *has_value { 88 } else { RecordDetail::NULL_VALUE },
            poison: false,
        };
        let details: Rc<[RecordDetail]> = (0..).zip(records).map(detail).collect();
        let size = 61 + details.iter().map(RecordDetail::size).sum::<u32>();
        let batch = RecordBatch { size, data: BatchData::Records(details), ..plain(records.len() as u32) };
        if producer == 0 {
            return self.append(batch, AppendOrigin::Client);
        }
        let sequence = self.sequences.entry(producer).or_default();
        let batch = RecordBatch {
            producer_id: ProducerId(producer),
            producer_epoch: ProducerEpoch(0),
            base_sequence: Sequence(*sequence),
            is_transactional: transactional,
            ..batch
        };
        *sequence += records.len() as i32;
        self.append(batch, AppendOrigin::Client)
    }
    fn end(&mut self, producer: i64, commit: bool) {
        let producer = ProducerIdAndEpoch { id: ProducerId(producer), epoch: ProducerEpoch(0) };
        let marker = TransactionMarker { producer, coordinator_epoch: LeaderEpoch(0), commit };
        self.append(marker.batch(NodeId(1), self.now), AppendOrigin::Coordinator).expect("a marker is taken");
    }
    fn replicate(&mut self) {
        self.log.set_high_watermark(self.log.log_end());
    }
    /// A whole pass, whether it is due or not; none if there is nothing in the log.
    fn clean(&mut self, keys: usize) -> Option<(LogToClean, Pass)> {
        let dirty = self.log.to_clean(self.checkpoint, self.now)?;
        if dirty.cleanable_bytes > 0 {
            let mut cleaning = self.log.begin_cleaning(&dirty, keys, self.now);
            let mut pass = Pass::default();
            while let Some(group) = cleaning.next_group(&self.log) {
                pass.removed.extend(&group.removed);
                pass.marked.extend(group.marked.iter().map(|(offsets, at)| (offsets.start.0, *at)));
                self.log.swap_in(group);
                self.log.check_invariants();
            }
            self.checkpoint = Some(cleaning.end());
            return Some((dirty, pass));
        }
        Some((dirty, Pass::default()))
    }
    /// Key, value or none, and offset of every record that may be read, in order, as a consumer finds out: aborted ones are not.
    fn table(&self) -> Vec<(u32, bool, Offset)> {
        let aborted = self.log.aborted_transactions(Offset(0), self.log.log_end());
        let mut aborted: Vec<_> = aborted.map_or_else(Vec::new, |aborted| aborted.to_vec());
        aborted.sort_by_key(|of| std::cmp::Reverse(of.first_offset));
        let (mut records, mut open) = (Vec::new(), BTreeSet::new());
        for batch in self.log.batches(Offset(0)) {
            while let Some(begun) = aborted.pop_if(|of| of.first_offset <= batch.last_offset()) {
                open.insert(begun.producer_id);
            }
            match &batch.data {
                BatchData::Control(ControlRecord::EndTxn { commit: false, .. }) => _ = open.remove(&batch.producer_id),
                BatchData::Records(details) if !batch.is_transactional || !open.contains(&batch.producer_id) => {
                    let record = |d: &RecordDetail| (d.key, !d.is_tombstone(), batch.base_offset.plus(d.offset_delta));
                    records.extend(details.iter().map(record));
                }
                _ => {}
            }
        }
        records
    }
}

// --- in text -----------------------------------------------------------------------------------------

struct Story {
    compacted: Compacted,
    told: String,
}

fn producer(command: &Command, name: &str) -> i64 {
    match name.as_bytes() {
        [letter @ b'a'..=b'z'] => i64::from(letter - b'a') + 1,
        _ => command.wrong("a producer has a letter for a name"),
    }
}
fn name(producer: ProducerId) -> String {
    char::from(b'a' + producer.0 as u8 - 1).to_string()
}
/// `7`, or `-7` for a tombstone.
fn record(command: &Command, word: &str) -> (u32, bool) {
    let (digits, has_value) = word.strip_prefix('-').map_or((word, true), |digits| (digits, false));
    (digits.parse().unwrap_or_else(|_| command.wrong("a record is a key, with - for a tombstone")), has_value)
}

impl Story {
    fn line(&mut self, line: &str) {
        self.told.push_str(line);
        self.told.push('\n');
    }
    fn since(at: Nanos) -> String {
        format!("{}s", (at.saturating_sub(NOW)).0 / SECOND.0)
    }
    fn batch(batch: &RecordBatch) -> String {
        let mut text = match &batch.data {
            BatchData::Control(ControlRecord::EndTxn { commit, .. }) => {
                format!("{}:{}", batch.base_offset, if *commit { "COMMIT" } else { "ABORT" })
            }
            BatchData::Control(ControlRecord::Removed) => format!("{}:(a marker was here)", batch.base_offset),
            BatchData::Records(details) => {
                let record = |d: &RecordDetail| {
                    let sign = if d.is_tombstone() { "-" } else { "" };
                    format!("{}={sign}{}", batch.base_offset.plus(d.offset_delta), d.key)
                };
                let records: Vec<String> = details.iter().map(record).collect();
                if records.is_empty() {
                    format!("({}..{} empty)", batch.base_offset, batch.last_offset())
                } else {
                    records.join(",")
                }
            }
            other => format!("{other:?}"),
        };
        if batch.is_idempotent() {
            text = format!("{} {text}", name(batch.producer_id));
        }
        if let Some(horizon) = batch.delete_horizon {
            text += &format!(" [may go at {}]", Story::since(horizon));
        }
        text
    }
    fn show(&mut self) {
        let segments: Vec<Segment> = self.compacted.log.segments().cloned().collect();
        let active = segments.len() - 1;
        for (number, segment) in segments.iter().enumerate() {
            let batches = (0..).map_while(|n| segment.batches().get(n)).map(Story::batch);
            let batches: Vec<String> = batches.collect();
            let aborted = segment
                .aborted()
                .iter()
                .map(|txn| format!("{} from {} to {}", name(txn.producer_id), txn.first_offset, txn.marker_offset));
            let aborted: Vec<String> = aborted.collect();
            let index = if aborted.is_empty() { String::new() } else { format!("; aborted: {}", aborted.join(", ")) };
            let word = if number == active { "active " } else { "" };
            let (base, size) = (segment.base_offset, segment.size());
            let batches = if batches.is_empty() { "nothing".to_owned() } else { batches.join(" | ") };
            self.line(&format!("    {word}{base} ({size} B): {batches}{index}"));
        }
    }
    fn clean(&mut self, command: &Command) {
        let keys = command.numeric("keys").unwrap_or(1_000);
        let ratio = self.compacted.log.config().min_cleanable_dirty_ratio;
        let now = Story::since(self.compacted.now);
        let Some(dirty) = self.compacted.log.to_clean(self.compacted.checkpoint, self.compacted.now) else {
            return self.line(&format!("{now}: nothing may be cleaned"));
        };
        let LogToClean { first_dirty, first_uncleanable, clean_bytes, cleanable_bytes, overdue, .. } = dirty;
        let due = match (dirty.is_due(ratio), overdue) {
            (true, true) => "overdue",
            (true, false) => "due",
            (false, _) => "not worth it",
        };
        let bytes = format!("{cleanable_bytes} B of {}", clean_bytes + cleanable_bytes);
        self.line(&format!("{now}: dirty {first_dirty}..{first_uncleanable}, {bytes}: {due}"));
        if !dirty.is_due(ratio) {
            return;
        }
        let Some((_, pass)) = self.compacted.clean(keys) else { return };
        let removed: Vec<String> = pass.removed.iter().map(ToString::to_string).collect();
        let end = self.compacted.checkpoint.unwrap_or(Offset(0));
        let removed = if removed.is_empty() { "nothing goes".into() } else { format!("{} go", removed.join(" ")) };
        self.line(&format!("    cleaned up to {end}: {removed}"));
    }
}

impl Vocabulary for Story {
    /// `given segment.bytes=500 delete.retention.ms=10000`: an empty, compacted log of that config.
    fn given(command: &Command) -> Story {
        let mut config = TopicConfig::default();
        for (key, value) in command.configs(&[]) {
            config.set(key, value).unwrap_or_else(|error| command.wrong(&format!("{error:?}")));
        }
        Story { compacted: Compacted::new(config), told: String::new() }
    }
    fn command(&mut self, command: &Command) {
        let words: Vec<String> = command.words.clone();
        let records = |from: usize| -> Vec<(u32, bool)> { words[from..].iter().map(|w| record(command, w)).collect() };
        match command.name.as_str() {
            // send 1 2 -1: a batch of records with these keys, the last one without a value
            "send" => {
                let sent = self.compacted.send(0, false, &records(0));
                if let Err(error) = sent {
                    self.line(error.name());
                }
            }
            // numbered a 1 2: the same of an idempotent producer; transactional a 1 2: of its transaction
            "numbered" | "transactional" => {
                let (who, transactional) = (producer(command, command.word(0)), command.name == "transactional");
                self.compacted.send(who, transactional, &records(1)).expect("a valid batch");
            }
            "commit" | "abort" => {
                let who = producer(command, command.word(0));
                self.compacted.end(who, command.name == "commit");
            }
            // null: a record without a key
            "null" => {
                let refused = self.compacted.append(plain(1), AppendOrigin::Client);
                self.line(&refused.map_or_else(|error| error.name().to_owned(), |_| "taken".to_owned()));
            }
            // after 10s
            "after" => self.compacted.now += command.time(0),
            // clean: if it is worth it; keys=3: the map takes so many
            "clean" => self.clean(command),
            "show" => self.show(),
            // truncate 3: the log is cut
            "truncate" => {
                let now = self.compacted.now;
                self.compacted.log.truncate_to(Offset(command.number(0)), now);
                let active = self.compacted.log.active_segment().base_offset;
                self.compacted.checkpoint = self.compacted.checkpoint.map(|offset| offset.min(active));
            }
            // what is known of producers after a crash, from what compaction has left
            "restart" => {
                let checkpoint = LogCheckpoint { recovery_point: Offset(0), ..self.compacted.log.checkpoint() };
                self.compacted.log.recover(|_| u64::MAX, checkpoint, false, self.compacted.now);
                let entries = self.compacted.log.producers().producers().iter().map(|entry| {
                    format!(
                        "{} epoch {} sequence {}",
                        name(entry.producer_id),
                        entry.producer_epoch,
                        entry.last_sequence()
                    )
                });
                let entries: Vec<String> = entries.collect();
                self.line(&format!("    producers: {}", entries.join(", ")));
            }
            _ => command.unknown(),
        }
        if command.name != "truncate" {
            self.compacted.replicate();
        }
        self.compacted.log.check_invariants();
    }
    fn said(&mut self) -> String {
        std::mem::take(&mut self.told)
    }
}

#[test]
fn stories() {
    play_all::<Story>("log-cleaner");
}

// --- against what compaction promises ------------------------------------------------------------------

#[derive(Clone, Debug)]
enum Step {
    /// Records of a producer (0: nobody), in a transaction or not.
    Send(i64, Vec<(u32, bool)>),
    End(i64, bool),
    Wait(u64),
    Clean(usize),
    Restart,
    Truncate(u8),
}

fn step() -> impl Strategy<Value = Step> {
    let records = prop::collection::vec((0..6u32, prop::bool::weighted(0.8)), 1..5);
    prop_oneof![
        20 => (0..4i64, records).prop_map(|(producer, records)| Step::Send(producer, records)),
        8 => (2..4i64, any::<bool>()).prop_map(|(producer, commit)| Step::End(producer, commit)),
        4 => (1..8u64).prop_map(Step::Wait),
        4 => prop_oneof![Just(1_000usize), 1..6usize].prop_map(Step::Clean),
        1 => Just(Step::Restart),
        1 => (0..=100u8).prop_map(Step::Truncate),
    ]
}

/// The last record of each key below an offset.
fn last_of_each(table: &[(u32, bool, Offset)], below: Offset) -> BTreeMap<u32, (bool, Offset)> {
    table.iter().filter(|(.., at)| *at < below).map(|(key, has_value, at)| (*key, (*has_value, *at))).collect()
}

/// What was there and what is there now: nothing new, nothing moved, of each key the last one, and tombstones for as long as
/// they have to stay.
fn check_pass(before: &Compacted, after: &Compacted, retention: Nanos, marked_at: &mut BTreeMap<Offset, Nanos>) {
    let (old, new) = (before.table(), after.table());
    let cleaned = after.checkpoint.expect("a pass has been made");
    assert!(new.iter().all(|record| old.contains(record)), "nothing is new: {old:?} {new:?}");
    assert!(new.is_sorted_by_key(|(.., at)| *at), "order stays");
    let stable = after.log.last_stable_offset().min(after.log.active_segment().base_offset);
    for (key, (has_value, at)) in last_of_each(&old, cleaned) {
        // A map that is full in the middle of a batch knows of a later one behind the end of the pass: that one stays.
        let later = |(other, _, offset): &&(u32, bool, Offset)| *other == key && *offset > at && *offset < stable;
        let stays = new.iter().any(|(.., other)| *other == at) || new.iter().any(|record| later(&record));
        if has_value {
            assert!(stays, "the last value of {key} at {at} is gone below {cleaned}");
        } else if !stays {
            let since = marked_at.get(&at).expect("a tombstone is marked before it goes");
            assert!(before.now >= *since + retention, "the tombstone of {key} went too early");
            let older = new.iter().filter(|(other, _, offset)| *other == key && *offset < at).count();
            assert_eq!(older, 0, "{key} is back");
        }
    }
    for batch in after.log.batches(Offset(0)).filter(|batch| batch.delete_horizon.is_some()) {
        for delta in batch.offset_deltas() {
            marked_at.entry(batch.base_offset.plus(delta)).or_insert(before.now);
        }
    }
    assert!(old.iter().filter(|(.., at)| *at >= stable).all(|record| new.contains(record)), "what is not stable stays");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn compaction_keeps_its_promises(steps in prop::collection::vec(step(), 1..90)) {
        let retention = Nanos(5 * SECOND.0);
        let config = TopicConfig { segment_bytes: 900, delete_retention: retention, ..TopicConfig::default() };
        let mut compacted = Compacted::new(config);
        let mut marked_at = BTreeMap::new();
        // What was cut off may have been all that was left of a producer: then only a snapshot knew of it.
        let mut was_cut = false;
        for step in steps {
            match step {
                Step::Send(producer, records) => {
                    compacted.send(producer, producer > 1, &records).expect("a valid batch");
                }
                Step::End(producer, commit) => {
                    if compacted.log.producers().entry(ProducerId(producer)).is_some() {
                        compacted.end(producer, commit);
                    }
                }
                Step::Wait(seconds) => compacted.now += Nanos(seconds * SECOND.0),
                Step::Clean(keys) => {
                    let before = compacted.clone();
                    if compacted.clean(keys).is_some() && compacted.checkpoint.is_some() {
                        check_pass(&before, &compacted, retention, &mut marked_at);
                        let sequence = |of: &Compacted| of.log.producers().producers().to_vec();
                        prop_assert_eq!(sequence(&before), sequence(&compacted));
                    }
                }
                Step::Restart => {
                    let known: Vec<_> = compacted.log.producers().producers().iter()
                        .map(|entry| (entry.producer_id, entry.producer_epoch, entry.last_sequence(), entry.current_txn_first_offset.is_some()))
                        .collect();
                    let checkpoint = LogCheckpoint { recovery_point: Offset(0), ..compacted.log.checkpoint() };
                    compacted.log.recover(|_| u64::MAX, checkpoint, false, compacted.now);
                    let again: Vec<_> = compacted.log.producers().producers().iter()
                        .map(|entry| (entry.producer_id, entry.producer_epoch, entry.last_sequence(), entry.current_txn_first_offset.is_some()))
                        .collect();
                    compacted.follow_sequences();
                    let same = was_cut || known == again;
                    prop_assert!(same, "what is left of the log tells of the same producers: {known:?} {again:?}");
                }
                Step::Truncate(share) => {
                    was_cut = true;
                    let to = compacted.log.log_end().0 * i64::from(share.max(60)) / 100;
                    let cut = compacted.log.batches(Offset(to)).next().map_or(compacted.log.log_end(), |batch| batch.base_offset);
                    let now = compacted.now;
                    compacted.log.truncate_to(cut, now);
                    compacted.follow_sequences();
                    let active = compacted.log.active_segment().base_offset;
                    compacted.checkpoint = compacted.checkpoint.map(|offset| offset.min(active));
                    marked_at.retain(|at: &Offset, _| *at < cut);
                }
            }
            compacted.replicate();
            compacted.log.check_invariants();
        }
    }
}
