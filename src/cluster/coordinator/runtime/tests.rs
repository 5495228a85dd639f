//! The runtime with a coordinator that is none of Kafka's: it keeps one number per partition.
//!
//! What the groups' stories show of the write path they show through groups; these show it alone.

use super::*;
use crate::cluster::metadata::MetadataImage;
use crate::node::{Effect, Timer};
use crate::protocol::batch::{BatchData, CoordinatorRecord};
use crate::protocol::config::AppendLinger;
use crate::protocol::record_size::BATCH_OVERHEAD;
use crate::sim::time::Nanos;
use crate::stage::Stage;

const TOPIC: CoordinatorTopic = CoordinatorTopic { first: Tp(10), count: 2 };
const TP: Tp = Tp(11);
/// Three records beside the header.
const MAX_BATCH_SIZE: usize = BATCH_OVERHEAD as usize + 3 * RECORD_SIZE;
const RECORD_SIZE: usize = 100;
const PRODUCER: ProducerIdAndEpoch = ProducerIdAndEpoch { id: ProducerId(7), epoch: ProducerEpoch(0) };
const LINGER: Timer = Timer { kind: 0x71, index: 1 };
const WRITE_TIMEOUT: Timer = Timer { kind: 0x72, index: 1 };

#[derive(Clone, Debug, Default)]
pub(super) struct Counter {
    latest: i64,
    committed: i64,
    images: u32,
}

pub(super) enum Ask {
    Set(i64),
    /// The same with so many records.
    SetMany(i64, usize),
    Get,
}

#[derive(Clone, Debug)]
pub(super) struct Replaced {
    before: i64,
    after: i64,
    /// It was a marker, and ended a transaction of this producer.
    ended: Option<ProducerId>,
}

/// All that its shards share is the transcript.
type Transcript = Vec<String>;

impl CoordinatorShard for Counter {
    type Request = Ask;
    type Answer = String;
    type Change = Replaced;
    type Timer = ();
    type Shared = Transcript;

    fn size(_: &CoordinatorRecord, _: &Transcript) -> usize {
        RECORD_SIZE
    }
    fn handle(
        &mut self,
        _: ReplyTo,
        request: Ask,
        result: &mut CoordinatorResult<'_, Replaced, String>,
        _: &mut Env<'_, '_, Transcript>,
    ) {
        match request {
            Ask::Set(n) => {
                result.append(record(n));
                result.change(Replaced { before: self.latest, after: n, ended: None });
                self.latest = n;
                result.answer(format!("set {n}"));
            }
            Ask::SetMany(n, times) => {
                (0..times).for_each(|_| result.append(record(n)));
                result.change(Replaced { before: self.latest, after: n, ended: None });
                self.latest = n;
                result.answer(format!("set {n}"));
            }
            Ask::Get => result.answer(format!("get {}", self.latest)),
        }
    }
    fn timer(&mut self, (): (), result: &mut CoordinatorResult<'_, Replaced, String>, _: &mut Env<'_, '_, Transcript>) {
        result.append(record(self.latest));
    }
    fn complete(&mut self, answer: String, result: Result<(), ErrorCode>, env: &mut Env<'_, '_, Transcript>) {
        let how = result.map_or_else(|error| format!("{error:?}"), |()| "ok".to_owned());
        env.shared.push(format!("{answer}: {how}"));
    }
    fn replay(&mut self, record: &CoordinatorRecord, _: Option<ProducerId>) -> Option<Replaced> {
        let CoordinatorRecord::OffsetCommit { offset, .. } = record else { return None };
        let before = std::mem::replace(&mut self.latest, offset.0);
        Some(Replaced { before, after: offset.0, ended: None })
    }
    fn replay_end_transaction_marker(&mut self, producer: ProducerId, _: bool) -> Option<Replaced> {
        Some(Replaced { before: self.latest, after: self.latest, ended: Some(producer) })
    }
    fn commit(&mut self, change: &Replaced) {
        self.committed = change.after;
    }
    fn tell_committed(&self, change: &Replaced, env: &mut Env<'_, '_, Transcript>) {
        env.shared.push(match change.ended {
            Some(producer) => format!("ended {}", producer.0),
            None => format!("committed {}", change.after),
        });
    }
    fn revert(&mut self, change: Replaced, env: &mut Env<'_, '_, Transcript>) {
        self.latest = change.before;
        env.shared.push(format!("back to {}", change.before));
    }
    fn loaded(&mut self, env: &mut Env<'_, '_, Transcript>) {
        env.shared.push(format!("loaded {}, committed {}", self.latest, self.committed));
    }
    fn image_changed(&mut self, _: &MetadataImage, _: &mut Env<'_, '_, Transcript>) {
        self.images += 1;
    }
    fn unloaded(&mut self, env: &mut Env<'_, '_, Transcript>) {
        env.shared.push("unloaded".to_owned());
    }
}

fn record(n: i64) -> CoordinatorRecord {
    let (leader_epoch, commit_timestamp) = (LeaderEpoch(0), Nanos::ZERO);
    CoordinatorRecord::OffsetCommit { group: GroupId(0), tp: Tp(0), offset: Offset(n), leader_epoch, commit_timestamp }
}

/// A batch of a log with one record in each.
fn batch(at: i64, n: i64) -> RecordBatch {
    RecordBatch::example(at, 1, BatchData::Coordinator([record(n)].into()))
}

struct Play {
    runtime: CoordinatorRuntime<Counter>,
    stage: Stage,
    /// Numbers of the writes asked for, with how many records.
    appends: Vec<(u32, usize)>,
    timers: Vec<Timer>,
    /// When the linger timer is due.
    due: Nanos,
}

impl Play {
    /// Loads a log that holds these numbers.
    fn new(log: &[i64], high_watermark: i64) -> Play {
        Play::lingering(AppendLinger::Fixed(Nanos::from_millis(5)), log, high_watermark)
    }
    fn lingering(linger: AppendLinger, log: &[i64], high_watermark: i64) -> Play {
        let config = RuntimeConfig {
            append_linger: linger,
            max_batch_size: MAX_BATCH_SIZE,
            default_write_timeout: Nanos::from_secs(5),
            linger_timer: Timer { index: 0, ..LINGER },
            write_timeout_timer: Timer { index: 0, ..WRITE_TIMEOUT },
        };
        let runtime = CoordinatorRuntime::new(BrokerId(1), config, TOPIC, Vec::new());
        let stage = Stage::new(NodeId(0));
        let mut play = Play { runtime, stage, appends: Vec::new(), timers: Vec::new(), due: Nanos::ZERO };
        play.load(log, high_watermark);
        play
    }
    fn load(&mut self, log: &[i64], high_watermark: i64) {
        let batches: Vec<RecordBatch> = log.iter().zip(0..).map(|(n, at)| batch(at, *n)).collect();
        self.run(|runtime, commands, ctx| {
            runtime.load(TP, LeaderEpoch(0), batches.iter(), Offset(high_watermark), commands, ctx)
        });
    }
    fn run(&mut self, step: impl FnOnce(&mut CoordinatorRuntime<Counter>, &mut Vec<Command>, &mut Context<'_>)) {
        let (runtime, mut commands) = (&mut self.runtime, Vec::new());
        let ((), said) = self.stage.act(|ctx| step(runtime, &mut commands, ctx));
        (0..2).for_each(|turn| self.runtime.check_invariants(turn));
        for command in commands {
            match command {
                Command::Append { write, records, .. } => self.appends.push((write, records.len())),
                Command::AppendMarker { write, .. } => self.appends.push((write, 0)),
                Command::MarkerWritten { request, result, .. } => {
                    self.runtime.shared.push(format!("marker {request}: {result:?}"));
                }
                Command::ShareState { task, .. } => panic!("a counter has no share-partitions: {task:?}"),
                Command::Reply { response, .. } => panic!("a counter answers nobody: {response:?}"),
            }
        }
        for effect in said.effects {
            match effect {
                Effect::SetTimer { timer, at } => {
                    self.due = if timer == LINGER { at } else { self.due };
                    self.timers.retain(|set| *set != timer);
                    self.timers.push(timer);
                }
                Effect::CancelTimer { timer } => self.timers.retain(|set| *set != timer),
                _ => {}
            }
        }
    }
    fn ask(&mut self, ask: Ask) {
        let to = ReplyTo { channel: 0, conn: ConnId(1), correlation: 0, client: NodeId(1) };
        self.run(|runtime, commands, ctx| runtime.handle(TP, to, ask, commands, ctx));
    }
    fn set(&mut self, n: i64) {
        self.ask(Ask::Set(n));
    }
    fn set_many(&mut self, n: i64, times: usize) {
        self.ask(Ask::SetMany(n, times));
    }
    fn set_in_transaction(&mut self, n: i64) {
        let to = ReplyTo { channel: 0, conn: ConnId(1), correlation: 0, client: NodeId(1) };
        self.run(|runtime, commands, ctx| {
            runtime.handle_in_transaction(TP, to, Ask::Set(n), PRODUCER, commands, ctx);
        });
    }
    fn end_transaction(&mut self, request: u32) {
        let marker = TransactionMarker { producer: PRODUCER, coordinator_epoch: LeaderEpoch(0), commit: true };
        let timeout = Nanos::from_secs(30);
        self.run(|runtime, commands, ctx| {
            runtime.complete_transaction(TP, marker, request, timeout, commands, ctx);
        });
    }
    fn timer(&mut self, timer: Timer) {
        self.timers.retain(|set| *set != timer);
        self.run(|runtime, commands, ctx| match timer.kind {
            kind if kind == LINGER.kind => runtime.linger_over(timer.index, commands, ctx),
            _ => runtime.expire_writes(timer.index, commands, ctx),
        });
    }
    fn appended(&mut self, write: u32, result: Result<i64, ErrorCode>) {
        self.run(|runtime, commands, ctx| runtime.appended(TP, write, result.map(Offset), commands, ctx));
    }
    fn high_watermark(&mut self, offset: i64) {
        self.run(|runtime, commands, ctx| runtime.high_watermark(TP, Offset(offset), commands, ctx));
    }
    fn unload(&mut self) {
        self.run(|runtime, commands, ctx| runtime.unload(TP, commands, ctx));
    }
    /// What was said since the last time.
    fn said(&mut self) -> Vec<String> {
        std::mem::take(&mut self.runtime.shared)
    }
    fn shard(&self) -> &Counter {
        self.runtime.active(TP).expect("loaded").shard()
    }
}

/// A partition of which two answers wait for the batch that is open.
pub(super) fn waiting() -> CoordinatorContext<Counter> {
    let mut play = Play::new(&[], 0);
    play.set(1);
    play.set(2);
    play.runtime.active(TP).expect("loaded").clone()
}

/// What is asked for during the linger goes into one batch; nobody hears of it before it is committed.
#[test]
fn a_batch_lingers_is_appended_and_answered_when_it_is_committed() {
    let mut play = Play::new(&[], 0);
    play.said();
    play.set(1);
    play.set(2);
    assert!(play.appends.is_empty());
    play.timer(LINGER);
    assert_eq!(play.appends, [(1, 2)]);
    play.appended(1, Ok(2));
    assert!(play.said().is_empty());
    assert_eq!((play.shard().latest, play.shard().committed), (2, 0));
    play.high_watermark(2);
    assert_eq!(play.said(), ["committed 1", "committed 2", "set 1: ok", "set 2: ok"]);
}

/// What does not fit goes into the next batch, and the one that is full does not linger any more.
#[test]
fn an_operation_that_does_not_fit_begins_the_next_batch() {
    let mut play = Play::new(&[], 0);
    play.said();
    play.set(1);
    play.set(2);
    play.set_many(3, 2);
    assert_eq!(play.appends, [(1, 2)], "the full one has gone");
    play.appended(1, Ok(2));
    play.timer(LINGER);
    assert_eq!(play.appends, [(1, 2), (2, 2)]);
    play.appended(2, Err(ErrorCode::NotLeaderOrFollower));
    assert_eq!(play.said(), ["set 3: NotLeaderOrFollower", "back to 2"], "what was written before it stays");
    play.high_watermark(2);
    assert_eq!(play.said(), ["committed 1", "committed 2", "set 1: ok", "set 2: ok"]);
}

/// What is too large by itself is refused, and takes nobody along.
#[test]
fn an_operation_that_is_too_large_goes_alone() {
    let mut play = Play::new(&[], 0);
    play.said();
    play.set(1);
    play.set_many(2, 4);
    play.appended(1, Ok(1));
    play.timer(LINGER);
    assert_eq!(play.appends, [(1, 1), (2, 4)]);
    play.appended(2, Err(ErrorCode::MessageTooLarge));
    assert_eq!(play.said(), ["set 2: MessageTooLarge", "back to 1"]);
}

/// KAFKA-19826: 4.0 waits 5 ms for more; 4.2 takes along what has come meanwhile, and does not wait.
#[test]
fn since_4_2_a_batch_is_appended_as_soon_as_the_coordinator_has_a_moment() {
    for (linger, due) in [(AppendLinger::Fixed(Nanos::from_millis(5)), 5), (AppendLinger::Adaptive, 0)] {
        let mut play = Play::lingering(linger, &[], 0);
        play.set(1);
        play.set(2);
        assert!(play.timers.contains(&LINGER) && play.appends.is_empty());
        assert_eq!(play.due, Nanos::from_millis(due));
        play.timer(LINGER);
        assert_eq!(play.appends, [(1, 2)]);
    }
}

/// What belongs to a transaction, and the marker that ends it, go at once, each in a batch of its own; what lingers
/// goes before them.
#[test]
fn transactions_do_not_linger_and_the_open_batch_goes_before_them() {
    let mut play = Play::new(&[], 0);
    play.said();
    play.set(1);
    play.set_in_transaction(2);
    play.end_transaction(9);
    play.set(3);
    assert_eq!(play.appends, [(1, 1)], "one is on its way at a time");
    assert!(play.timers.contains(&LINGER), "the batch behind the marker lingers");
    for (write, end) in [(1, 1), (2, 2), (3, 3)] {
        play.appended(write, Ok(end));
    }
    assert_eq!(play.appends, [(1, 1), (2, 1), (3, 0)]);
    play.high_watermark(3);
    let said = ["committed 1", "committed 2", "ended 7", "set 1: ok", "set 2: ok", "marker 9: Ok(())"];
    assert_eq!(play.said(), said);
}

/// A marker waits longer than other writes: whoever has less time is told earlier.
#[test]
fn a_marker_has_a_timeout_of_its_own() {
    let mut play = Play::new(&[], 0);
    play.said();
    play.end_transaction(9);
    play.appended(1, Ok(1));
    play.set(1);
    play.timer(LINGER);
    play.appended(2, Ok(2));
    play.stage.now = Nanos::from_secs(5);
    play.timer(WRITE_TIMEOUT);
    assert_eq!(play.said(), ["set 1: RequestTimedOut"]);
    play.stage.now = Nanos::from_secs(30);
    play.timer(WRITE_TIMEOUT);
    assert_eq!(play.said(), ["marker 9: Err(RequestTimedOut)"]);
    assert!(!play.timers.contains(&WRITE_TIMEOUT));
}

/// A marker that is refused has ended nothing; and when the coordinator goes, another one has to be asked.
#[test]
fn a_marker_that_cannot_be_written_is_taken_back() {
    let mut play = Play::new(&[], 0);
    play.said();
    play.end_transaction(9);
    play.appended(1, Err(ErrorCode::InvalidProducerEpoch));
    assert_eq!(play.said(), ["back to 0", "marker 9: Err(InvalidProducerEpoch)"]);
    play.end_transaction(10);
    play.unload();
    assert_eq!(play.said(), ["unloaded", "marker 10: Err(NotCoordinator)"]);
}

/// A look waits for what it rests on, and for nothing else.
#[test]
fn what_writes_nothing_waits_for_what_was_written_before() {
    let mut play = Play::new(&[7], 1);
    play.said();
    play.ask(Ask::Get);
    assert_eq!(play.said(), ["get 7: ok"]);
    play.set(8);
    play.ask(Ask::Get);
    play.timer(LINGER);
    play.ask(Ask::Get);
    play.appended(1, Ok(2));
    assert!(play.said().is_empty());
    play.high_watermark(2);
    assert_eq!(play.said(), ["committed 8", "set 8: ok", "get 8: ok", "get 8: ok"]);
}

/// One batch is on its way at a time; if it is refused the open one falls with it, the last change first.
#[test]
fn a_refused_batch_is_taken_back_with_all_that_rests_on_it() {
    let mut play = Play::new(&[7], 1);
    play.said();
    play.set(8);
    play.timer(LINGER);
    play.set(9);
    play.timer(LINGER);
    assert_eq!(play.appends, [(1, 1)]);
    play.appended(1, Err(ErrorCode::NotEnoughReplicas));
    let failed = ["set 8: NotEnoughReplicas", "set 9: NotEnoughReplicas", "back to 8", "back to 7"];
    assert_eq!(play.said(), failed);
    assert_eq!(play.shard().latest, 7);
    // A batch that is refused does not come back, and the next has a number of its own.
    play.set(10);
    play.timer(LINGER);
    assert_eq!(play.appends, [(1, 1), (3, 1)]);
}

/// The client is told that it took too long; the record is in the log all the same, and counts later.
#[test]
fn a_write_that_times_out_may_yet_be_committed() {
    let mut play = Play::new(&[], 0);
    play.said();
    play.set(1);
    play.timer(LINGER);
    play.appended(1, Ok(1));
    play.stage.now = Nanos::from_secs(5);
    play.timer(WRITE_TIMEOUT);
    assert_eq!(play.said(), ["set 1: RequestTimedOut"]);
    play.high_watermark(1);
    assert_eq!(play.said(), ["committed 1"]);
}

/// A log is read to its end. What its predecessor had committed is old news, the rest is told in its time.
#[test]
fn what_is_loaded_above_the_high_watermark_is_not_committed_yet() {
    let mut play = Play::new(&[1, 2, 3], 2);
    assert_eq!(play.said(), ["loaded 3, committed 2"]);
    play.ask(Ask::Get);
    assert!(play.said().is_empty());
    play.high_watermark(3);
    assert_eq!(play.said(), ["committed 3", "get 3: ok"]);
}

/// Who waits is sent away, no timer is left, and a late append concerns nobody.
#[test]
fn a_coordinator_that_goes_leaves_nobody_waiting() {
    let mut play = Play::new(&[], 0);
    play.said();
    play.set(1);
    play.timer(LINGER);
    play.set(2);
    play.unload();
    assert_eq!(play.said(), ["set 1: NotCoordinator", "set 2: NotCoordinator", "unloaded"]);
    assert!(play.timers.is_empty(), "{:?}", play.timers);
    play.load(&[], 0);
    play.set(3);
    play.timer(LINGER);
    play.said();
    play.appended(1, Err(ErrorCode::KafkaStorageError));
    assert!(play.said().is_empty());
    assert_eq!(play.shard().latest, 3);
}

/// A shard's own timer writes like a request, and waits for nothing.
#[test]
fn a_timer_of_the_shard_may_write() {
    let mut play = Play::new(&[], 0);
    play.run(|runtime, commands, ctx| runtime.shard_timer(TP, (), commands, ctx));
    assert_eq!(play.timers, [LINGER]);
    play.timer(LINGER);
    assert_eq!(play.appends, [(1, 1)]);
}

/// Other partitions are another runtime's.
#[test]
fn a_runtime_minds_its_own_topic() {
    let mut play = Play::new(&[], 0);
    play.set(1);
    play.timer(Timer { index: 0, ..LINGER });
    assert!(play.appends.is_empty());
    for tp in [Tp(9), Tp(12)] {
        play.run(|runtime, commands, ctx| runtime.load(tp, LeaderEpoch(0), [].iter(), Offset(0), commands, ctx));
        assert!(play.runtime.active(tp).is_none());
    }
}

#[test]
fn a_new_image_is_shown_to_every_shard_that_is_loaded() {
    let mut play = Play::new(&[], 0);
    let image = MetadataImage::default();
    play.run(|runtime, commands, ctx| runtime.image_changed(&image, commands, ctx));
    play.run(|runtime, commands, ctx| runtime.image_changed(&image, commands, ctx));
    assert_eq!(play.shard().images, 2);
    assert!(play.runtime.active(Tp(10)).is_none());
}
