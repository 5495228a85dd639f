//! Transactions in a log: the stories in `tests/stories/log/`, and whatever producers do, held against a naive model.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::protocol::batch::{ControlRecord, TransactionMarker};
use crate::protocol::messages::AbortedTransaction;
use crate::protocol::shared_batch::SharedBatch;
use crate::stage::story::{Command, Vocabulary, play_all};

/// Whether a record was committed and where the marker is that says so; none while nothing is decided, or nothing to decide.
type Decision = Option<(bool, Offset)>;

/// A log with producers, which are called a, b, c and so on.
#[derive(Clone, Debug)]
struct Producers {
    log: Log,
    /// The next sequence of each.
    sequences: BTreeMap<i64, i32>,
    /// The log was reloaded: of markers before that it does not know whether they were replicated.
    reloaded: bool,
}

/// What a consumer is sent.
#[derive(Debug, Default)]
struct Answer {
    batches: Vec<SharedBatch>,
    aborted: Vec<AbortedTransaction>,
}

impl Producers {
    fn new(config: TopicConfig) -> Producers {
        Producers { log: Log::new(DirectoryId(0), Rc::new(config)), sequences: BTreeMap::new(), reloaded: false }
    }
    fn append(&mut self, batch: RecordBatch, origin: AppendOrigin) -> (i64, Option<i64>) {
        match self.log.append_as_leader(batch, LeaderEpoch(0), origin, NOW) {
            Ok(AppendOutcome::Appended { base_offset, closed, .. }) => (base_offset.0, closed.map(|first| first.0)),
            other => panic!("{other:?}"),
        }
    }
    /// Records of a producer's transaction, or of nobody's (0).
    fn send(&mut self, producer: i64, count: u32) -> i64 {
        if producer == 0 {
            return self.append(plain(count), AppendOrigin::Client).0;
        }
        let sequence = self.sequences.entry(producer).or_default();
        let batch = RecordBatch {
            producer_id: ProducerId(producer),
            producer_epoch: ProducerEpoch(0),
            base_sequence: Sequence(*sequence),
            is_transactional: true,
            ..plain(count)
        };
        *sequence += count as i32;
        self.append(batch, AppendOrigin::Client).0
    }
    /// Where the marker lies, and where what it closes began.
    fn end(&mut self, producer: i64, commit: bool) -> (i64, Option<i64>) {
        let producer = ProducerIdAndEpoch { id: ProducerId(producer), epoch: ProducerEpoch(0) };
        let marker = TransactionMarker { producer, coordinator_epoch: LeaderEpoch(0), commit };
        self.append(marker.batch(NodeId(1), NOW), AppendOrigin::Coordinator)
    }
    fn replicate(&mut self) {
        self.log.set_high_watermark(self.log.log_end());
    }
    /// A fetch of who reads what is committed.
    fn read_committed(&self, from: Offset, max_bytes: u32) -> Answer {
        let mut answer = Answer::default();
        self.log.read(from, self.log.last_stable_offset(), max_bytes, true, &mut answer.batches);
        if let Some(last) = answer.batches.last() {
            let aborted = self.log.aborted_transactions(from, last.next_offset());
            answer.aborted = aborted.map_or_else(Vec::new, |aborted| aborted.to_vec());
        }
        answer
    }
}

// --- in text -----------------------------------------------------------------------------------------

struct Story {
    producers: Producers,
    replicates: bool,
    told: String,
}

fn id(command: &Command, name: &str) -> i64 {
    match name.as_bytes() {
        [letter @ b'a'..=b'z'] => i64::from(letter - b'a') + 1,
        _ => command.wrong("a producer has a letter for a name"),
    }
}
fn name(producer: ProducerId) -> char {
    char::from(b'a' + producer.0 as u8 - 1)
}

impl Story {
    fn line(&mut self, line: &str) {
        self.told.push_str(line);
        self.told.push('\n');
    }
    /// What stands where after an append.
    fn stand(&mut self, what: &str) {
        if self.replicates {
            self.producers.replicate();
        }
        let log = &self.producers.log;
        let stands = format!(
            "last stable offset {}, high watermark {}, log end {}",
            log.last_stable_offset(),
            log.high_watermark(),
            log.log_end()
        );
        self.line(&format!("{what}: {stands}"));
    }
    fn end(&mut self, command: &Command, commit: bool) {
        let who = command.word(0).to_owned();
        let (offset, closed) = self.producers.end(id(command, &who), commit);
        let word = if commit { "COMMIT" } else { "ABORT" };
        let closes = closed.map_or("closes nothing".to_owned(), |first| format!("closes what began at {first}"));
        self.stand(&format!("{offset} {word} of {who}, {closes}"));
    }
    fn read(&mut self, command: &Command) {
        let from = Offset(command.numeric("from").unwrap_or(0));
        let bytes = command.numeric("bytes").unwrap_or(1 << 20);
        let answer = match command.word(0) {
            "committed" => self.producers.read_committed(from, bytes),
            "uncommitted" => {
                let (log, mut answer) = (&self.producers.log, Answer::default());
                log.read(from, log.high_watermark(), bytes, true, &mut answer.batches);
                answer
            }
            _ => command.wrong("one reads committed or uncommitted"),
        };
        let batch = |batch: &SharedBatch| match batch.data {
            BatchData::Control(ControlRecord::EndTxn { commit, .. }) => {
                let word = if commit { "COMMIT" } else { "ABORT" };
                format!("{}:{word}({})", batch.base_offset, name(batch.producer_id))
            }
            _ if batch.is_transactional => format!("{}:{}x{}", batch.base_offset, name(batch.producer_id), batch.count),
            _ => format!("{}:x{}", batch.base_offset, batch.count),
        };
        let batches: Vec<String> = answer.batches.iter().map(batch).collect();
        let aborted = |a: &AbortedTransaction| format!("{} from {}", name(a.producer_id), a.first_offset);
        let aborted: Vec<String> = answer.aborted.iter().map(aborted).collect();
        let batches = if batches.is_empty() { "nothing".to_owned() } else { batches.join(" ") };
        let aborted = if aborted.is_empty() { String::new() } else { format!("; aborted: {}", aborted.join(", ")) };
        self.line(&format!("    {batches}{aborted}"));
    }
    fn index(&mut self) {
        let entry = |a: &AbortedTxn| {
            let AbortedTxn { producer_id, first_offset, marker_offset, last_stable_offset } = *a;
            let who = name(producer_id);
            format!("({who}, first {first_offset}, marker {marker_offset}, last stable offset {last_stable_offset})")
        };
        let segments = self.producers.log.segments().map(|segment| {
            let entries: Vec<String> = segment.aborted().iter().map(entry).collect();
            let entries = if entries.is_empty() { "none".to_owned() } else { entries.join(" ") };
            format!("    segment {}: {entries}", segment.base_offset)
        });
        let text = segments.collect::<Vec<_>>().join("\n");
        self.line(&text);
    }
}

impl Vocabulary for Story {
    /// `given segment.bytes=3000`: an empty log of that config, where all is replicated at once. A batch has 1000
    /// bytes, a marker 78.
    fn given(command: &Command) -> Story {
        let mut config = TopicConfig::default();
        for (key, value) in command.configs(&[]) {
            config.set(key, value).unwrap_or_else(|error| command.wrong(&format!("{error:?}")));
        }
        Story { producers: Producers::new(config), replicates: true, told: String::new() }
    }
    fn command(&mut self, command: &Command) {
        match command.name.as_str() {
            // send a 2: records of a's transaction; plain 2: of none
            "send" => {
                let (who, count) = (command.word(0).to_owned(), command.number(1));
                let offset = self.producers.send(id(command, &who), count);
                self.stand(&format!("{offset} {who}x{count}"));
            }
            "plain" => {
                let count = command.number(0);
                let offset = self.producers.send(0, count);
                self.stand(&format!("{offset} x{count}"));
            }
            // commit a; abort a: its marker
            "commit" => self.end(command, true),
            "abort" => self.end(command, false),
            // lags: nothing is replicated from now on; replicate: up to this offset, or all
            "lags" => self.replicates = false,
            "replicate" => {
                let to = command.numeric("to").map_or(self.producers.log.log_end(), Offset);
                self.producers.log.set_high_watermark(to);
                self.stand("replicated");
            }
            // truncate 3
            "truncate" => {
                self.producers.log.truncate_to(Offset(command.number(0)), NOW);
                self.stand("cut");
            }
            // restart: after a clean stop; restart bytes=4000: so much is left of each file, and nothing was flushed
            "restart" => {
                let left = command.numeric("bytes").unwrap_or(u64::MAX);
                let checkpoint = self.producers.log.checkpoint();
                let clean = command.option("bytes").is_none();
                self.producers.log.recover(|_| left, checkpoint, clean, NOW);
                self.stand("recovered");
            }
            // read committed from=0 bytes=2000; read uncommitted from=0
            "read" => self.read(command),
            // the aborted transactions of each segment
            "index" => self.index(),
            _ => command.unknown(),
        }
        self.producers.log.check_invariants();
    }
    fn said(&mut self) -> String {
        std::mem::take(&mut self.told)
    }
}

#[test]
fn stories() {
    play_all::<Story>("log");
}

// --- against a naive model -----------------------------------------------------------------------------

#[derive(Clone, Debug)]
enum Step {
    /// Records of a producer, 0 for nobody's.
    Send(i64, u32),
    End(i64, bool),
    /// The high watermark goes to the batch at this share (of 100) of what is not replicated.
    Replicate(u8),
    /// The log is cut at the batch at this share of it.
    Truncate(u8),
    /// A restart: clean, or after a power loss that left this share of each file.
    Restart(Option<u8>),
    /// Segments below this share of what is stable are deleted.
    Delete(u8),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        20 => (0..4i64, 1..4u32).prop_map(|(producer, count)| Step::Send(producer, count)),
        12 => (1..4i64, any::<bool>()).prop_map(|(producer, commit)| Step::End(producer, commit)),
        8 => (0..=100u8).prop_map(Step::Replicate),
        1 => (0..=100u8).prop_map(Step::Truncate),
        1 => prop::option::of(0..=100u8).prop_map(Step::Restart),
        1 => (0..=100u8).prop_map(Step::Delete),
    ]
}

fn share(share: u8, of: i64) -> i64 {
    of * i64::from(share) / 100
}

impl Producers {
    fn take(&mut self, step: &Step) {
        let end = self.log.log_end().0;
        let log = &mut self.log;
        match *step {
            Step::Send(producer, count) => _ = self.send(producer, count),
            Step::End(producer, commit) => _ = self.end(producer, commit),
            Step::Replicate(part) => {
                let committed = log.high_watermark().0;
                let to = Offset(committed + share(part, end - committed));
                let batch = log.batches(to).next().map_or(to, |batch| batch.base_offset);
                _ = log.maybe_raise_high_watermark(batch);
            }
            Step::Truncate(part) => {
                let batches: Vec<Offset> = log.batches(Offset(0)).map(|batch| batch.base_offset).collect();
                let to = batches.get(share(part, batches.len() as i64) as usize).copied().unwrap_or(log.log_end());
                log.truncate_to(to, NOW);
                self.renumber();
            }
            Step::Restart(None) => {
                let checkpoint = log.checkpoint();
                log.recover(|_| u64::MAX, checkpoint, true, NOW);
                self.reloaded = true;
            }
            Step::Restart(Some(part)) => {
                let checkpoint = LogCheckpoint { recovery_point: Offset(0), ..log.checkpoint() };
                let files: Vec<(FileId, u64)> = log.files().collect();
                let left = |file| {
                    let whole = files.iter().find(|(other, _)| *other == file).map_or(0, |(_, len)| *len);
                    share(part, whole as i64) as u64
                };
                log.recover(left, checkpoint, false, NOW);
                self.renumber();
            }
            Step::Delete(part) => {
                log.set_log_start(Offset(share(part, log.last_stable_offset().0)));
                log.delete_old_segments(NOW);
            }
        }
    }
    /// What was cut is sent anew.
    fn renumber(&mut self) {
        self.reloaded = true;
        let next = |producer: i64| {
            let entry = self.log.producers().entry(ProducerId(producer));
            (producer, entry.map_or(0, |entry| entry.last_sequence().0 + 1))
        };
        self.sequences = (1..4).map(next).collect();
    }

    /// What became of each record that is in the log, and where the marker is that says so, by the naive model: one look
    /// at all batches.
    fn decided(&self) -> BTreeMap<i64, Decision> {
        let batches: Vec<&RecordBatch> = self.log.batches(Offset(0)).collect();
        let mut records = BTreeMap::new();
        for (place, batch) in batches.iter().enumerate().filter(|(_, batch)| !batch.is_control()) {
            let marker = batches[place..].iter().find_map(|later| match later.data {
                BatchData::Control(ControlRecord::EndTxn { commit, .. }) if later.producer_id == batch.producer_id => {
                    Some((commit, later.base_offset))
                }
                _ => None,
            });
            let decision = if batch.is_transactional { marker } else { Some((true, batch.base_offset)) };
            let offsets = batch.base_offset.0..batch.next_offset().0;
            records.extend(offsets.map(|offset| (offset, decision)));
        }
        records
    }
    /// What a consumer hands out of an answer (`CompletedFetch`), and where it goes on.
    fn handed_out(from: Offset, answer: &Answer) -> (Vec<i64>, Offset) {
        let (mut next, mut aborted, mut records) = (from, Vec::new(), Vec::new());
        for batch in &answer.batches {
            let begun = answer.aborted.iter().filter(|a| a.first_offset <= batch.last_offset());
            // Each counts once: a marker takes all of its producer's away.
            for a in begun.filter(|a| a.first_offset >= batch.base_offset || batch == &answer.batches[0]) {
                aborted.push(a.producer_id);
            }
            if let BatchData::Control(ControlRecord::EndTxn { commit: false, .. }) = batch.data {
                aborted.retain(|producer| *producer != batch.producer_id);
            }
            let skipped = batch.is_control() || (batch.is_transactional && aborted.contains(&batch.producer_id));
            if !skipped {
                records.extend((batch.base_offset.0..batch.next_offset().0).filter(|offset| *offset >= next.0));
            }
            next = batch.next_offset();
        }
        (records, next)
    }
    fn check(&self, max_bytes: u32) {
        let decided = self.decided();
        let (start, committed) = (self.log.log_start(), self.log.high_watermark());
        let first = |from: Offset, undecided: &dyn Fn(&Decision) -> bool| {
            let found = decided.range(from.0..).find(|(_, decision)| undecided(decision));
            found.map_or(committed.0, |(offset, _)| (*offset).min(committed.0)).max(start.0)
        };
        // A log that was reloaded knows nothing of a transaction that has no record behind the log start; or it knows one
        // whose records are deleted, and whose marker was cut off.
        let open = first(start, &|decision| decision.is_none());
        let unreplicated = first(Offset(0), &|decision| decision.is_none_or(|(_, marker)| marker >= committed));
        let stable = self.log.last_stable_offset().0;
        let least = if self.reloaded { start.0 } else { unreplicated };
        assert!(least <= stable && stable <= open, "{least} <= {stable} <= {open}");
        assert!(self.reloaded || stable == unreplicated, "{stable} is {unreplicated}");
        let is_committed = |decision: &Decision| decision.is_some_and(|(commit, _)| commit);
        let expected: Vec<i64> = decided
            .iter()
            .filter(|(offset, decision)| (start.0..stable).contains(offset) && is_committed(decision))
            .map(|(offset, _)| *offset)
            .collect();
        let (mut next, mut read) = (start, Vec::new());
        loop {
            let answer = self.read_committed(next, max_bytes);
            if answer.batches.is_empty() {
                break;
            }
            let (records, behind) = Producers::handed_out(next, &answer);
            read.extend(records);
            next = behind;
        }
        assert_eq!(read, expected, "committed records and those of no transaction, in the order of their offsets");
        assert_eq!(next.0, stable, "up to the last stable offset");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    /// Who reads what is committed gets the committed records and those of no transaction below the last stable
    /// offset, in the order of their offsets, however small its fetches are.
    #[test]
    fn a_reader_gets_what_is_committed(
        steps in prop::collection::vec(step(), 1..120),
        max_bytes in prop_oneof![Just(1_u32), Just(2_500), Just(1 << 20)],
    ) {
        let config = TopicConfig { segment_bytes: 7_000, ..TopicConfig::default() };
        let mut producers = Producers::new(config);
        for step in &steps {
            producers.take(step);
            producers.log.check_invariants();
            producers.check(max_bytes);
        }
    }
}
