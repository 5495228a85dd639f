//! What applications do with their clients, as plain values: how fast they send, with which keys and sizes; how long
//! they process; when they commit; what they do about a record that they cannot process.

use std::sync::Arc;

pub use crate::client::consumer::{
    CloseOptions, ConsumerSpec, GroupMembershipOperation, ManualAssignment, RebalanceListener, SeekTo,
};
pub use crate::client::producer::ProducerSpec;
use crate::protocol::config::ShareAcknowledgementMode;
use crate::protocol::ids::{Offset, TopicId, Tp};
use crate::protocol::put_aside::Aside;
use crate::sim::random::Distribution;
use crate::sim::time::Nanos;

/// An application: one process with its clients, and the program that it runs.
#[derive(Clone, Debug)]
pub enum AppSpec {
    /// Sends records as they come.
    Source(SourceSpec),
    /// Reads what it subscribes to, and works on it.
    PollLoop(LoopSpec),
    /// The same as a member of a share group.
    ShareLoop(ShareLoopSpec),
}

impl AppSpec {
    /// When it begins.
    pub fn start(&self) -> Nanos {
        match self {
            AppSpec::Source(spec) => spec.start,
            AppSpec::PollLoop(spec) => spec.start,
            AppSpec::ShareLoop(spec) => spec.start,
        }
    }
    /// Its producer, if it has one.
    pub fn producer(&self) -> Option<&ProducerSpec> {
        match self {
            AppSpec::Source(spec) => Some(&spec.producer),
            AppSpec::PollLoop(spec) => spec.outlet.as_ref().map(|outlet| &outlet.producer),
            AppSpec::ShareLoop(_) => None,
        }
    }
    /// How many different keys its producer's records have: the numbers of all are below.
    pub fn key_count(&self) -> u32 {
        match self {
            AppSpec::Source(spec) => spec.key_count(),
            AppSpec::PollLoop(spec) => spec.outlet.as_ref().map_or(0, |outlet| outlet.keys),
            AppSpec::ShareLoop(_) => 0,
        }
    }
    /// Whether its producer's records have timestamps that say nothing about when they were sent.
    pub fn has_own_timestamps(&self) -> bool {
        self.source().is_some_and(SourceSpec::has_own_timestamps)
    }
    /// Its consumer, if it has one.
    pub fn consumer(&self) -> Option<&ConsumerSpec> {
        match self {
            AppSpec::Source(_) => None,
            AppSpec::PollLoop(spec) => Some(&spec.consumer),
            AppSpec::ShareLoop(spec) => Some(&spec.consumer),
        }
    }
    /// The workload that it sends, if it does.
    pub fn source(&self) -> Option<&SourceSpec> {
        match self {
            AppSpec::Source(spec) => Some(spec),
            AppSpec::PollLoop(_) | AppSpec::ShareLoop(_) => None,
        }
    }
    /// Its poll loop, if it has one.
    pub fn poll_loop(&self) -> Option<&LoopSpec> {
        match self {
            AppSpec::Source(_) | AppSpec::ShareLoop(_) => None,
            AppSpec::PollLoop(spec) => Some(spec),
        }
    }
    /// Its loop as a member of a share group, if it is one.
    pub fn share_loop(&self) -> Option<&ShareLoopSpec> {
        match self {
            AppSpec::Source(_) | AppSpec::PollLoop(_) => None,
            AppSpec::ShareLoop(spec) => Some(spec),
        }
    }
    /// What it does outside of Kafka with what it reads.
    pub fn sink(&self) -> Option<&SinkSpec> {
        match self {
            AppSpec::Source(_) => None,
            AppSpec::PollLoop(spec) => spec.sink.as_ref(),
            AppSpec::ShareLoop(spec) => spec.sink.as_ref(),
        }
    }
}

/// An application that sends records as they come.
#[derive(Clone, Debug)]
pub struct SourceSpec {
    /// Its producer.
    pub producer: ProducerSpec,
    /// Records that come at times of their own, beside the arrivals; in order of time.
    pub records: Arc<[GivenRecord]>,
    /// When records come.
    pub arrivals: Arrivals,
    /// Their keys.
    pub keys: Keys,
    /// Size of a value, in bytes.
    pub value_size: ValueSize,
    /// How many of a million records have a null value instead: to a compacted topic, tombstones.
    pub tombstones: u32,
    /// Every n-th record of this producer cannot be processed.
    pub poison_every: Option<u32>,
    /// What it does when `send()` has failed.
    pub on_failure: SourceFailure,
    /// Which records are one transaction, if it sends in transactions. Goes with a transactional id.
    pub transaction: Option<TransactionSpec>,
    /// How it writes its records to a database as well, if it does.
    pub rows: Option<RowsSpec>,
    /// Stop after this many records.
    pub limit: Option<u64>,
    /// When to begin.
    pub start: Nanos,
    /// When to stop sending, if not at the end of the run.
    pub stop: Option<Nanos>,
}

/// How a source divides what it sends into transactions.
#[derive(Clone, PartialEq, Debug)]
pub struct TransactionSpec {
    /// What belongs to one.
    pub extent: TransactionExtent,
    /// Every n-th is aborted by the application.
    pub abort_every: Option<u32>,
    /// What the application takes between the last record and the end.
    pub pause: Nanos,
    /// What it does about a fatal error of its producer.
    pub on_fenced: FencedPolicy,
}

/// What belongs to one transaction of a source. One that has begun when nothing comes any more is ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TransactionExtent {
    /// So many records.
    Records(u32),
    /// What comes within this span from the first record on.
    Span(Nanos),
}

/// What an application does when its producer is in a fatal error, as one that was fenced.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum FencedPolicy {
    /// It closes the producer and constructs another with the same transactional id.
    #[default]
    Restart,
    /// It closes its clients and ends.
    Exit,
}

/// How a service writes a row for each record to a database, beside the record itself.
#[derive(Clone, PartialEq, Debug)]
pub struct RowsSpec {
    /// In which order.
    pub order: RowsOrder,
    /// Time that the database takes for a row.
    pub takes: Distribution,
}

/// See [`RowsSpec`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RowsOrder {
    /// The row, then `send()`. Nothing holds the two together: who dies in between has written one of them.
    DualWrite,
    /// The row, and nothing else; rows are read back in their order and sent until they are acknowledged, by whichever
    /// life of the process is there. To Kafka each attempt is another record.
    Outbox,
}

/// A record that comes at a given time, or several that are alike.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct GivenRecord {
    /// When.
    pub at: Nanos,
    /// How many.
    pub count: u32,
    /// Its key's number; none: a null key.
    pub key: Option<u32>,
    /// Bytes of its value, [`RecordDetail::NULL_VALUE`](crate::protocol::batch::RecordDetail::NULL_VALUE) for a null value;
    /// none: as the others'.
    pub value_len: Option<u32>,
    /// The partition that `ProducerRecord` names; none: the partitioner decides.
    pub partition: Option<u32>,
    /// The timestamp that `ProducerRecord` names; none: the time of `send()`.
    pub timestamp: Option<Nanos>,
}

impl SourceSpec {
    /// How many different keys there are: the numbers of all are below.
    pub fn key_count(&self) -> u32 {
        let given = self.records.iter().filter_map(|record| record.key).max();
        self.keys.count().max(given.map_or(0, |key| key + 1))
    }
    /// Whether records have timestamps that say nothing about when they were sent.
    pub fn has_own_timestamps(&self) -> bool {
        self.records.iter().any(|record| record.timestamp.is_some())
    }
}

/// When records come. Between two records there are whole nanoseconds; a rate is records per span.
#[derive(Clone, PartialEq, Debug)]
pub enum Arrivals {
    /// Evenly spaced.
    Constant {
        /// Records ...
        records: u64,
        /// ... in this span.
        per: Nanos,
    },
    /// With exponential gaps.
    Poisson {
        /// Records ...
        records: u64,
        /// ... in this span, on average.
        per: Nanos,
    },
    /// Many at once.
    Bursts {
        /// Records in a burst.
        size: u32,
        /// From the start of one burst to the start of the next.
        every: Nanos,
    },
    /// A constant rate that changes at given times (since the start of the run).
    Steps(Vec<(Nanos, u64, Nanos)>),
}

/// Keys of a workload. Key `i` is the text `key-i`.
#[derive(Clone, PartialEq, Debug)]
pub enum Keys {
    /// Null keys.
    None,
    /// Each equally often, at random.
    Uniform {
        /// How many.
        count: u32,
    },
    /// In turn.
    RoundRobin {
        /// How many.
        count: u32,
    },
    /// A few often, most rarely.
    Zipf {
        /// How many.
        count: u32,
        /// 0 is uniform; 1 is the classic law.
        exponent: f64,
    },
}

/// Size of a value, in bytes.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum ValueSize {
    /// Always this.
    Constant(u32),
    /// Between the two, both included.
    Uniform(u32, u32),
}

/// An application that reads, as one member of a group.
#[derive(Clone, Debug)]
pub struct LoopSpec {
    /// Its consumer.
    pub consumer: Box<ConsumerSpec>,
    /// Time to process one record.
    pub per_record: Distribution,
    /// Which thread processes.
    pub thread: ProcessingThread,
    /// Threads that it hands the records to, and how many; none: it processes them itself.
    pub pool: Option<PoolSpec>,
    /// The limit of what waits for its threads; none: there is no limit.
    pub queue: Option<QueueSpec>,
    /// When it commits.
    pub commit: CommitMode,
    /// What the callback of commitAsync() does about a commit that has failed; none: it logs that.
    pub commit_retry: Option<CommitRetry>,
    /// What it does about a record that it cannot process.
    pub on_poison: PoisonPolicy,
    /// It reads a retry topic: it pauses a partition until the record is due at which that stands.
    pub backs_off: bool,
    /// What it does when poll() or commitSync() throws what will not pass.
    pub on_fatal: FatalPolicy,
    /// `poll(Duration)`: how long a poll() waits for records.
    pub poll_timeout: Nanos,
    /// How its loop ends when it is told to stop.
    pub stop_by: StopBy,
    /// What its rebalance listener does before partitions go, if anything.
    pub on_revoked: Option<OnRevoked>,
    /// Its producer, if it has one.
    pub outlet: Option<OutletSpec>,
    /// What it does outside of Kafka with each record.
    pub sink: Option<SinkSpec>,
    /// What it does at given times, between two polls; in order of time.
    pub steps: Arc<[ScriptStep]>,
    /// When to begin.
    pub start: Nanos,
}

impl LoopSpec {
    /// What it subscribes to later than at its start, in turn.
    pub fn later_subscriptions(&self) -> impl Iterator<Item = &[TopicId]> + '_ {
        self.steps.iter().filter_map(|step| match &step.call {
            StepCall::Subscribe(topics) => Some(topics.as_slice()),
            _ => None,
        })
    }
    /// All that it ever subscribes to, ascending.
    pub fn topics(&self) -> Vec<TopicId> {
        let mut topics = self.consumer.topics.clone();
        topics.extend(self.later_subscriptions().flatten().copied());
        topics.sort();
        topics.dedup();
        topics
    }
}

/// An application that reads, as one member of a share group (KIP-932).
#[derive(Clone, Debug)]
pub struct ShareLoopSpec {
    /// Its consumer.
    pub consumer: ConsumerSpec,
    /// Time to process one record.
    pub per_record: Distribution,
    /// How acknowledgements are sent.
    pub commit: ShareCommit,
    /// What it does about a record that it cannot process.
    pub on_poison: SharePoison,
    /// Whether it renews the locks of records that it is not done with; with explicit acknowledgement.
    pub renewal: Option<Renewal>,
    /// What it does when poll() throws what will not pass.
    pub on_fatal: FatalPolicy,
    /// What it does outside of Kafka with each record.
    pub sink: Option<SinkSpec>,
    /// When to begin.
    pub start: Nanos,
}

impl ShareLoopSpec {
    /// Whether it acknowledges each record itself.
    pub fn is_explicit(&self) -> bool {
        self.consumer.config.share_acknowledgement_mode == ShareAcknowledgementMode::Explicit
    }
}

/// How a member of a share group sends acknowledgements, when it is done with what a poll() returned.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum ShareCommit {
    /// With the next poll().
    #[default]
    WithPoll,
    /// commitSync().
    Sync,
    /// commitAsync().
    Async,
}

/// What a member of a share group does about a record that it cannot process.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SharePoison {
    /// The exception leaves the loop: the process dies with everything it holds, and is started again after the delay.
    Crash {
        /// Until the restart.
        restart_after: Nanos,
    },
    /// RELEASE: it is delivered again, to whomever, until it was delivered `group.share.delivery.count.limit` times.
    Release,
    /// REJECT: nobody gets it again.
    Reject,
    /// It logs it and goes on as if it were done.
    Skip,
}

/// When a member of a share group says RENEW of what it is not done with (KIP-1222, since 4.2): it breaks work off for that.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Renewal {
    /// So long after it got the records, or renewed them last.
    pub every: Nanos,
}

/// A call of the consumer's that the application makes at a given time, or at the next end of a poll() after it. A
/// process that starts later does not make it.
#[derive(Clone, PartialEq, Debug)]
pub struct ScriptStep {
    /// When.
    pub at: Nanos,
    /// What.
    pub call: StepCall,
}

/// See [`ScriptStep`].
#[derive(Clone, PartialEq, Debug)]
pub enum StepCall {
    /// seek() to an offset, in a partition that is assigned and has a position.
    Seek(Tp, Offset),
    /// seekToBeginning(), seekToEnd(), or offsetsForTimes() and seek(), of those that are assigned.
    SeekTo(Vec<Tp>, SeekTo),
    /// pause(), of those that are assigned.
    Pause(Vec<Tp>),
    /// resume().
    Resume(Vec<Tp>),
    /// commitSync() of all positions.
    CommitSync,
    /// commitAsync() of all positions.
    CommitAsync,
    /// subscribe() of these topics, ascending, instead of those before.
    Subscribe(Vec<TopicId>),
    /// unsubscribe(). Until it subscribes again the application does not poll: poll() would throw an IllegalStateException.
    Unsubscribe,
}

/// The producer of an application that reads, and what it is for.
#[derive(Clone, PartialEq, Debug)]
pub struct OutletSpec {
    /// Its producer.
    pub producer: ProducerSpec,
    /// What it sends.
    pub purpose: OutletPurpose,
    /// How many different keys there may be: the numbers of all are below.
    pub keys: u32,
    /// Size of a value, in bytes.
    pub value_size: ValueSize,
    /// What it does about errors of transactions. With a transactional id what is sent for one poll() is one
    /// transaction.
    pub transactions: TransactionPolicy,
}

/// See [`OutletSpec`].
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct TransactionPolicy {
    /// Where it goes on after abortTransaction().
    pub on_abort: AbortPolicy,
    /// What it does about a fatal error of its producer.
    pub on_fenced: FencedPolicy,
    /// What it says of itself with its offsets.
    pub group_metadata: GroupMetadata,
}

/// What goes with the offsets of a transaction (`ConsumerGroupMetadata`).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum GroupMetadata {
    /// `consumer.groupMetadata()`: member and generation, so that who is no member any more is refused (KIP-447).
    #[default]
    Full,
    /// `new ConsumerGroupMetadata(groupId)`: nobody is refused.
    GroupId,
}

/// Where an application that reads goes on when it had to abort a transaction.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum AbortPolicy {
    /// At the committed offsets.
    #[default]
    SeekBack,
    /// At its positions: what the transaction was about is skipped.
    Continue,
}

/// What an application does outside of Kafka with each record, after it has worked on it, and before it sends or
/// commits anything for it.
#[derive(Clone, PartialEq, Debug)]
pub struct SinkSpec {
    /// What it is.
    pub kind: SinkKind,
    /// Time that one record takes.
    pub takes: Distribution,
}

impl SinkSpec {
    /// Whether it matters if a record has a row.
    pub fn looks_for_rows(&self) -> bool {
        matches!(self.kind, SinkKind::Database { known: KnownRecords::Refused | KnownRecords::LeftOut, .. })
    }
}

/// See [`SinkSpec`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SinkKind {
    /// A row of a database for each record, which all processes of the application share: the database of this number.
    Database {
        /// Which.
        database: u16,
        /// What it does about a record whose row is there.
        known: KnownRecords,
    },
    /// An e-mail for each record.
    EMail,
}

/// What becomes of a record whose row is in the database.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum KnownRecords {
    /// It gets another one.
    WrittenAgain,
    /// The database refuses a second one (unique keys); the application does everything else again.
    Refused,
    /// The application leaves it out altogether: it looks before it works (an idempotent consumer).
    LeftOut,
}

/// What an application that reads sends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum OutletPurpose {
    /// For every record that it has worked on, another one with its key (consume-transform-produce). A record is
    /// dealt with when that is acknowledged: the application flushes before it commits.
    Transform(FailurePolicy),
    /// The records that it cannot process. It waits for each to be acknowledged.
    DeadLetters(DeadLetterFailure),
    /// The same to a retry topic, whose consumer leaves each of them alone for a while.
    RetryTopic {
        /// For so long.
        delay: Nanos,
    },
}

impl OutletPurpose {
    /// Whether it is for records that the application cannot process.
    pub fn puts_aside(self) -> bool {
        matches!(self, OutletPurpose::DeadLetters(_) | OutletPurpose::RetryTopic { .. })
    }
}

/// What an application does when a dead letter could not be sent.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum DeadLetterFailure {
    /// It tries the record again, as if it had not been polled.
    #[default]
    TryAgain,
    /// It logs the failure and goes on: the record is nowhere.
    Log,
    /// The exception leaves its loop: the process dies without having committed, and is started again after the delay.
    Crash {
        /// Until the restart.
        restart_after: Nanos,
    },
}

/// What an application that only sends does when `send()` has failed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum SourceFailure {
    /// It logs the failure and goes on: the record is lost.
    #[default]
    Log,
    /// It calls `send()` again with the same record, as often as that fails. What `send()` itself refuses (too large, no
    /// memory or metadata within `max.block.ms`) is logged.
    Resend,
}

/// What an application that reads does when `send()` has failed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FailurePolicy {
    /// The exception leaves its loop: the process dies, and is started again after the delay.
    Crash {
        /// Until the restart.
        restart_after: Nanos,
    },
    /// It logs the failure and goes on: the record is lost.
    Log,
}

/// What the callback of commitAsync() does about a commit that has failed for a reason that may pass.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CommitRetry {
    /// It makes the same commit again, whatever was committed meanwhile.
    Blindly,
    /// It makes the same commit again unless it has made a newer one since.
    UnlessNewer,
}

/// The limit of a queue between the thread that polls and those that work: when it is reached all partitions are paused, and the thread
/// polls on without getting anything; when enough is done they are resumed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct QueueSpec {
    /// So many records wait, or are at work, or more: pause(). What one poll() returns is taken whole.
    pub limit: u32,
    /// So many, or fewer: resume().
    pub resume_at: u32,
}

/// Which thread of an application processes its records.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ProcessingThread {
    /// The one that polls, as in the documentation of `KafkaConsumer`: poll() is called again when
    /// everything it returned is done. So what an earlier poll() returned is done, always.
    Poll,
    /// A worker behind a queue without limit (`Executors.newSingleThreadExecutor()`): poll() is called
    /// again at once. The consumer's positions, and with them every commit that names no offsets, run
    /// ahead of what is done; the queue dies with the process.
    Worker,
}

/// Threads that process records side by side. With [`ProcessingThread::Poll`] the thread that polls waits until all that a poll()
/// returned is done (`ExecutorService.invokeAll`), and commits then.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PoolSpec {
    /// How many.
    pub threads: u32,
    /// What is done one after the other.
    pub order: ProcessingOrder,
    /// Which offsets the application commits.
    pub commit: CommitOffsets,
}

impl PoolSpec {
    /// One thread, which takes records as they come.
    pub const ONE_THREAD: PoolSpec =
        PoolSpec { threads: 1, order: ProcessingOrder::Unordered, commit: CommitOffsets::Positions };
}

/// Which offsets an application commits whose threads work beside the thread that polls.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum CommitOffsets {
    /// Where the consumer is, `commitSync()`: the threads may be behind.
    #[default]
    Positions,
    /// The offset before which everything is done, `commitSync(offsets)`.
    Contiguous,
    /// The offset behind the last record that is done, whatever is open before it.
    HighestFinished,
}

/// Which records are done one after the other (`ParallelConsumerOptions.ProcessingOrder` of Confluent's Parallel Consumer).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum ProcessingOrder {
    /// Those of a partition with the same key; those without a key are as if they had the same.
    #[default]
    Key,
    /// Those of a partition.
    Partition,
    /// None.
    Unordered,
}

/// When an application commits. `Auto` goes with `enable.auto.commit=true`, the others with false; `InTransaction`
/// with a producer that has a transactional id, `WithTheSink` with a database.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CommitMode {
    /// The client does it, inside poll().
    Auto,
    /// commitSync() after the records of a poll are processed: at least once.
    SyncAfterBatch,
    /// commitSync() before they are processed: at most once.
    SyncBeforeProcessing,
    /// commitAsync() after they are processed, commitSync() on close.
    AsyncAfterBatch,
    /// sendOffsetsToTransaction(), in the transaction of what was sent for them: exactly once.
    InTransaction,
    /// It keeps the offset of the next record in its database, in the transaction of the row, and seeks to what is there in
    /// onPartitionsAssigned (the documentation of `KafkaConsumer`, "Storing Offsets Outside Kafka"). Nothing is committed in Kafka.
    WithTheSink {
        /// It writes down in which generation a partition was given to it, and its transactions are refused when there is a later one.
        fence: bool,
    },
    /// Never.
    Never,
}

/// How the loop of an application ends that is told to stop by another thread. What it has polled it works on to the end, and
/// close() follows.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum StopBy {
    /// By a flag; and a poll() that waits is woken, nothing else (Spring's `wakeIfNecessaryForStop`).
    #[default]
    WakeupInPoll,
    /// By a flag and `consumer.wakeup()`, whatever the loop does: the next call that blocks throws WakeupException, commitSync()
    /// included (the documentation of `KafkaConsumer`).
    Wakeup,
    /// By a flag: poll() comes to its end by itself.
    Flag,
}

/// What a rebalance listener does in onPartitionsRevoked, and in onPartitionsLost: one after the other.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct OnRevoked {
    /// It waits until the threads beside are done with what they were given.
    pub drains: bool,
    /// It takes this long.
    pub takes: Nanos,
    /// It calls commitSync().
    pub commits: bool,
}

/// What an application does when poll() throws an exception that is not a `RetriableException`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FatalPolicy {
    /// It leaves its loop, closes its consumer and ends, as most programs do.
    Exit,
    /// It logs the exception and polls again, for ever.
    Continue,
}

/// What an application does about a record that it cannot process.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PoisonPolicy {
    /// It gives the record up at once.
    GiveUp(GivingUp),
    /// It tries again.
    Retry(Retries),
}

/// How a record is given up.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum GivingUp {
    /// The exception leaves the poll loop: the process dies, and is started again after the delay.
    Crash {
        /// Until the restart.
        restart_after: Nanos,
    },
    /// The exception leaves the poll loop, whose `finally` closes the consumer, with a last commit if that commits by itself; then
    /// the process ends, and is started again after the delay. Beside the thread that polls it is a crash.
    Close {
        /// Until the restart.
        restart_after: Nanos,
    },
    /// Logs it and goes on: the record is lost to this group.
    Skip,
    /// Copies it to a list of dead letters and goes on: that of its [`OutletSpec`], or one outside of Kafka.
    DeadLetter,
    /// Copies it to the retry topic of its [`OutletSpec`] and goes on.
    RetryTopic,
}

/// Attempts in place: the application seeks back, waits, polls and tries the same record again. What is behind it in its partition
/// waits, and the member stays in its group.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Retries {
    /// After the first attempt in vain; twice as long after each further one.
    pub pause: Nanos,
    /// The longest pause.
    pub longest_pause: Nanos,
    /// After so many attempts, the first one counted, the record is given up in this way; none: never.
    pub limit: Option<(u32, GivingUp)>,
}

impl Retries {
    /// For ever, with this pause after each attempt.
    pub const fn without_end(pause: Nanos) -> Retries {
        Retries { pause, longest_pause: pause, limit: None }
    }
}

/// What follows an attempt in vain.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum AfterFailure {
    /// Another one.
    Again {
        /// After this.
        pause: Nanos,
    },
    /// The record is given up.
    GiveUp(GivingUp),
}

impl PoisonPolicy {
    /// What follows the so many-th attempt in vain at one record, counted from 1.
    ///
    /// ```
    /// use kafkasim::app::spec::{GivingUp, PoisonPolicy, AfterFailure, Retries};
    /// use kafkasim::sim::time::Nanos;
    /// let (pause, longest_pause) = (Nanos::from_secs(1), Nanos::from_secs(3));
    /// let policy = PoisonPolicy::Retry(Retries { pause, longest_pause, limit: Some((4, GivingUp::Skip)) });
    /// let pauses: Vec<AfterFailure> = (1..4).map(|attempt| policy.after_failure(attempt)).collect();
    /// assert_eq!(pauses, [1, 2, 3].map(|s| AfterFailure::Again { pause: Nanos::from_secs(s) }));
    /// assert_eq!(policy.after_failure(4), AfterFailure::GiveUp(GivingUp::Skip));
    /// ```
    pub fn after_failure(self, attempt: u32) -> AfterFailure {
        match self {
            PoisonPolicy::GiveUp(how) => AfterFailure::GiveUp(how),
            PoisonPolicy::Retry(Retries { limit: Some((limit, how)), .. }) if attempt >= limit => {
                AfterFailure::GiveUp(how)
            }
            PoisonPolicy::Retry(Retries { pause, longest_pause, .. }) => {
                let doubled = 1_u64.checked_shl(attempt.saturating_sub(1)).unwrap_or(u64::MAX);
                AfterFailure::Again { pause: Nanos(pause.0.saturating_mul(doubled)).min(longest_pause.max(pause)) }
            }
        }
    }
    /// Where it puts records that it gives up, if it does. `topic`: it has a topic for them.
    pub fn aside(self, topic: bool) -> Option<Aside> {
        match self.gives_up()? {
            GivingUp::RetryTopic => Some(Aside::RetryTopic),
            GivingUp::DeadLetter if topic => Some(Aside::DeadLetterTopic),
            GivingUp::DeadLetter => Some(Aside::DeadLetterList),
            GivingUp::Crash { .. } | GivingUp::Close { .. } | GivingUp::Skip => None,
        }
    }
    /// How it gives a record up, if it ever does.
    pub fn gives_up(self) -> Option<GivingUp> {
        match self {
            PoisonPolicy::GiveUp(how) => Some(how),
            PoisonPolicy::Retry(retries) => retries.limit.map(|(_, how)| how),
        }
    }
}
