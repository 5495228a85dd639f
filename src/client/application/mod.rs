//! What applications do with clients: how fast they send, with which keys and sizes; how long they
//! process; when they commit; what they do about a record that they cannot process.

pub mod arrivals;
pub mod keys;
#[cfg(test)]
mod tests;
pub mod workload;

use std::sync::Arc;

use crate::protocol::config::{ConsumerConfig, ProducerConfig};
use crate::protocol::ids::{GroupId, TopicId};
use crate::sim::random::Distribution;
use crate::sim::time::Nanos;

/// An application that sends.
#[derive(Clone, Debug)]
pub struct ProducerSpec {
    /// Where to.
    pub topic: TopicId,
    /// The producer's configs, checked.
    pub config: ProducerConfig,
    /// Records that come at times of their own, beside the arrivals; in order of time.
    pub records: Arc<[GivenRecord]>,
    /// When records come.
    pub arrivals: Arrivals,
    /// Their keys.
    pub keys: Keys,
    /// Size of a value, in bytes.
    pub value_size: ValueSize,
    /// Every n-th record of this producer cannot be processed.
    pub poison_every: Option<u32>,
    /// Stop after this many records.
    pub limit: Option<u64>,
    /// When to begin.
    pub start: Nanos,
    /// When to stop sending, if not at the end of the run.
    pub stop: Option<Nanos>,
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
    /// Bytes of its value; none: as the others'.
    pub value_len: Option<u32>,
    /// The partition that `ProducerRecord` names; none: the partitioner decides.
    pub partition: Option<u32>,
    /// The timestamp that `ProducerRecord` names; none: the time of `send()`.
    pub timestamp: Option<Nanos>,
}

impl ProducerSpec {
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
pub struct ConsumerSpec {
    /// Its group.
    pub group: GroupId,
    /// What it subscribes to, ascending.
    pub topics: Vec<TopicId>,
    /// The consumer's configs, checked.
    pub config: ConsumerConfig,
    /// Time to process one record.
    pub per_record: Distribution,
    /// Which thread processes.
    pub thread: ProcessingThread,
    /// When it commits.
    pub commit: CommitMode,
    /// What it does about a record that it cannot process.
    pub on_poison: PoisonPolicy,
    /// What it does when poll() throws what will not pass.
    pub on_fatal: FatalPolicy,
    /// When to begin.
    pub start: Nanos,
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

/// When an application commits. `Auto` goes with `enable.auto.commit=true`, the others with false.
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
    /// Never.
    Never,
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
    /// The exception leaves the poll loop: the process dies, and is started again after the delay.
    Crash {
        /// Until the restart.
        restart_after: Nanos,
    },
    /// Logs it and goes on: the record is lost to this group.
    Skip,
    /// Seeks back and tries the same record again, for ever, with a pause between.
    Retry {
        /// Between two attempts.
        pause: Nanos,
    },
    /// Copies it to a list of dead letters (an effect outside Kafka) and goes on.
    DeadLetter,
}
