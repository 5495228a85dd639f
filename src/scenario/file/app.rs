//! Applications: processes that own clients.

#[cfg(test)]
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::leaf::{Duration, Name, Ratio, Share, Span};
use super::shape::{Arrival, Delay, KeySource, ValueBytes, forms, only_entry};
use super::workload::{
    Client, Close, Commit, CommitOffsets, CommitRetry, Database, Fatal, Fenced, GivenRecord, GroupType, Legible,
    Pattern, Poison, Processing, RebalanceListener, SendFailure, StopBy, Transaction, YesNo,
};
use crate::protocol::config::{ConsumerConfig, GroupConfig, ProducerConfig};
use crate::scenario::codes;
use crate::scenario::configs::Configs;
use crate::scenario::decode::{Decode, List, OneOrMore, Shape, Whole, choice, scalar, section};
use crate::scenario::findings::Findings;
use crate::scenario::node::{At, YamlNode, YamlValue};
use crate::scenario::unit::Problem;

section! {
    /// An application: processes called `name-0`, `name-1`, ..., each of which owns a consumer, a producer, or both.
    /// With both it sends a record for every one that it has worked on, flushes, and commits; with a `transactional.id` it does so in
    /// transactions.
    struct App as "application" {
        /// How many processes. Default: 1.
        optional "count" => count: Whole<1, 1_000>,
        /// Which client each process has, consumer and producer alike, with its defaults and ways. Default: the Java client of
        /// `kafka.version`.
        optional "client" => client: Client,
        /// The consumer of each process.
        optional "consumer" => consumer: AppConsumer,
        /// The producer of each process.
        optional "producer" => producer: AppProducer,
        /// What an application without a consumer sends.
        optional "sends" => sends: Workload,
        /// What an application with both clients sends for a record that it has worked on.
        optional "forwards" => forwards: Forwards,
        /// How long it works on what it reads.
        optional "processing" => processing: Processing,
        /// When offsets are committed. Default: `in-transaction` with a `transactional.id`, `auto` with enable.auto.commit, else `sync-after-batch`.
        optional "commit" => commit: Commit,
        /// Which offsets are committed, where threads work beside the one that polls (`max.concurrency` with `thread: worker`). Default: `positions`.
        optional "commit.offsets" => commit_offsets: CommitOffsets,
        /// What the callback of commitAsync() does about a commit that has failed, with `commit: async-after-batch`. Default: it logs that.
        optional "commit.retry" => commit_retry: CommitRetry,
        /// What it does about a record that it cannot process. Default: `crash`.
        optional "on.poison" => on_poison: Poison,
        /// What it does when poll() or commitSync() throws an exception that is not retriable. Default: `exit`.
        optional "on.fatal.error" => on_fatal_error: Fatal,
        /// `poll(Duration)`: how long a poll() waits for records. Default: `100ms`.
        optional "poll.timeout" => poll_timeout: Span,
        /// How the application's loop ends when it is told to stop. Default: `wakeup-in-poll`.
        optional "stop.by" => stop_by: StopBy,
        /// Who is told of partitions that come and go. Default: a listener that only takes note.
        optional "rebalance.listener" => rebalance_listener: RebalanceListener,
        /// What it does outside of Kafka with each record that it has worked on.
        optional "sink" => sink: Sink,
        /// Where it goes on when it had to abort a transaction. Default: `seek-back`.
        optional "on.abort" => on_abort: AfterAbort,
        /// What it says of itself with the offsets of a transaction. Default: `full`.
        optional "group.metadata" => group_metadata: Metadata,
        /// What it does when its producer has failed for good, as one does that was fenced. Default: `restart`.
        optional "on.fenced" => on_fenced: Fenced,
        /// What each process does with its consumer at given times, between two polls.
        optional "steps" => steps: List<AppStep>,
        /// The rack in which each process stands: it decides how far its brokers are. Kafka does not hear of it. Default: the
        /// `client.rack` of its consumer.
        optional "rack" => rack: Name,
        /// When to begin. Default: `0s`.
        optional "start" => start: Duration,
        /// When to stop: a source stops sending, a reader is stopped cleanly. Default: never.
        optional "stop" => stop: Duration,
        /// How close() of the consumer is called.
        optional "close" => close: Close,
    }
}
section! {
    /// The consumer of an application.
    struct AppConsumer as "consumer of an application" {
        /// What it subscribes to. Needed without `pattern` and `assign`.
        optional "topics" => topics: OneOrMore<Name>,
        /// A regular expression instead of `topics`: the members subscribe to all topics whose whole name matches, also to those that come
        /// later (`subscribe(Pattern)`). `{ re2j: "orders-.*" }` leaves matching to the group coordinator
        /// (`subscribe(SubscriptionPattern)`).
        optional "pattern" => pattern: Pattern,
        /// The partitions that each process takes with assign(), instead of subscribing: `orders-0`, or a topic for all that it has.
        optional "assign" => assign: OneOrMore<Name>,
        /// Which type of group it is in. Default: `consumer`.
        optional "type" => kind: GroupType,
        /// Its group.id. Default: the application's name; with `assign` none. Applications that name the same are in one group.
        optional "group" => group: Name,
        /// Kafka's consumer configs.
        optional "config" => config: Configs<ConsumerConfig>,
        /// Kafka's configs of the group itself, as `kafka-configs --entity-type groups` sets them.
        optional "group_config" => group_config: Configs<GroupConfig>,
    }
}
section! {
    /// The producer of an application.
    struct AppProducer as "producer of an application" {
        /// Where to.
        needed "topic" => topic: Name,
        /// Kafka's producer configs.
        optional "config" => config: Configs<ProducerConfig>,
    }
}
section! {
    /// What an application sends by itself.
    struct Workload as "workload" {
        /// When records come, in each process: `1000/s`, or `poisson`, `bursts`, `steps`. Needed without `records`.
        optional "rate" => rate: Legible<Arrival>,
        /// Records at given times, beside those of `rate`, in each process.
        optional "records" => records: Legible<List<GivenRecord>>,
        /// The keys of the records. Default: `none`.
        optional "keys" => keys: KeySource,
        /// The size of a value. Default: `100 B`.
        optional "value.size" => value_size: ValueBytes,
        /// To which part of their size its records compress, with a `compression.type`: `0.3`. Default: `0.5`.
        optional "compression.ratio" => compression_ratio: Ratio,
        /// How many of the records have a null value: `10%`. To a compacted topic they are tombstones. Needs `keys`. Default: none.
        optional "tombstones" => tombstones: Share,
        /// Every n-th record of each process cannot be processed.
        optional "poison.every" => poison_every: Whole<1, 4_294_967_295>,
        /// What it does when a send() has failed. Default: `log`.
        optional "on.failure" => on_failure: SendFailure,
        /// Which records are one transaction. Needs a `transactional.id` among the producer's configs.
        optional "transaction" => transaction: Transaction,
        /// A database to which it writes a row for each record as well.
        optional "database" => database: Database,
        /// Each process stops after this many records.
        optional "limit" => limit: Whole<1, 2_000_000_000>,
    }
}
section! {
    /// What an application does outside of Kafka with each record, after it has worked on it and before it sends or commits anything.
    /// No transaction of Kafka's takes that back.
    struct Sink as "sink" {
        /// What it is.
        needed "kind" => kind: SinkKind,
        /// Of a database: whether a second row of the same record is refused. Default: `false`.
        optional "unique.keys" => unique_keys: YesNo,
        /// Of a database: the application keeps the ids of the records that it has done in it, and leaves out a record whose id is there. Default: `false`.
        optional "idempotent.consumer" => idempotent_consumer: YesNo,
        /// Of a database with `commit: with-the-sink`: the application writes down in which generation a partition was given to it, and a
        /// transaction from an earlier one is refused. Default: `false`.
        optional "generation.fence" => generation_fence: YesNo,
        /// How long it takes for one record. Default: `2ms` for a database, `50ms` for an e-mail.
        optional "takes" => takes: Delay,
    }
}
choice! {
    /// What an application writes to outside of Kafka.
    SinkKind as "a kind of sink" {
        /// A database, which the processes of the application share: a row for each record.
        Database = "database",
        /// An e-mail for each record, which nobody can call back.
        EMail = "e-mail",
    }
}
choice! {
    /// What goes with the offsets of a transaction (`ConsumerGroupMetadata`).
    Metadata as "what goes with the offsets" {
        /// `consumer.groupMetadata()`: member and generation. Who is no member any more is refused (KIP-447).
        Full = "full",
        /// `new ConsumerGroupMetadata(groupId)`: the group's name alone, and nobody is refused.
        GroupId = "group-id",
    }
}
choice! {
    /// Where an application goes on after abortTransaction().
    AfterAbort as "a place to go on after an abort" {
        /// At the committed offsets: it reads again what the aborted transaction was about.
        SeekBack = "seek-back",
        /// Where its consumer is: what the aborted transaction was about is skipped.
        Continue = "continue",
    }
}
section! {
    /// A call of the consumer's at a given time, or at the end of the poll() that is under way then.
    struct AppStep as "step" {
        /// When, since the start of the run. A process that starts later does not do it.
        required "at" => at: Duration,
        /// seek(), seekToBeginning(), seekToEnd(), or offsetsForTimes() and seek(), in partitions that the process has.
        optional "seek" => seek: Legible<Seek>,
        /// pause() of partitions that the process has, and later resume().
        optional "pause" => pause: Legible<Pause>,
        /// A commit of all positions, beside those of `commit`.
        optional "commit" => commit: CommitStep,
        /// subscribe() of these topics, instead of those before.
        optional "subscribe" => subscribe: OneOrMore<Name>,
        /// unsubscribe(): it leaves its group, and commits nothing. Until it subscribes again it does not poll.
        optional "unsubscribe" => unsubscribe: YesNo,
    }
}
section! {
    /// A new position: one of `offset`, `to` and `time`.
    struct Seek as "seek" {
        /// The partition, or several.
        required "partition" => partition: OneOrMore<Name>,
        /// The offset of the next record to read.
        optional "offset" => offset: Legible<SeekOffset>,
        /// seekToBeginning() or seekToEnd().
        optional "to" => to: Legible<SeekEnd>,
        /// offsetsForTimes(): the first record of this time of the run or a later one; the end, if there is none.
        optional "time" => time: Legible<Duration>,
    }
}
scalar! {
    /// An offset to read on from.
    SeekOffset(u64) as "an offset", |text| match text.trim().parse::<i64>() {
        Ok(offset) => u64::try_from(offset).map_err(|_| Problem::new("seek offset must not be a negative number")),
        Err(_) => Err(Problem::new("not a whole number").help("`500` is the offset of the next record to read")),
    }, {"type": "integer", "minimum": 0}
}
choice! {
    /// An end of a log.
    SeekEnd as "an end of the log" {
        /// seekToBeginning(): the log start.
        Beginning = "beginning",
        /// seekToEnd(): the high watermark, or with read_committed the last stable offset.
        End = "end",
    }
}
section! {
    /// Partitions that are not fetched for a while.
    struct Pause as "pause" {
        /// Which.
        required "partitions" => partitions: OneOrMore<Name>,
        /// For how long; resume() comes before the end of the run.
        required "for" => lasts: Span,
    }
}
choice! {
    /// How a step commits.
    CommitStep as "a commit" {
        /// commitSync(): the application waits.
        Sync = "sync",
        /// commitAsync().
        Async = "async",
    }
}
section! {
    /// What an application sends for a record that it has worked on: one record with the same key.
    struct Forwards as "forwarding" {
        /// The size of a value. Default: `100 B`.
        optional "value.size" => value_size: ValueBytes,
        /// What it does when a send() has failed. Default: `crash`.
        optional "on.failure" => on_failure: Failure,
    }
}
forms! {
    /// What an application does when a send() has failed.
    enum Failure as "a reaction to a failed send" {
        words { "crash" => Crash, "log" => Log, }
        /// The process dies before it commits, and is started again later.
        "crash" => CrashFor: FailureCrash,
    }
}
section! {
    /// A crash of the application.
    struct FailureCrash as "crash" {
        /// Until the process is started again. Default: `5s`.
        optional "restart.after" => restart_after: Span,
    }
}
