//! The clients: producers, consumer groups and the applications around them.

#[cfg(test)]
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::leaf::{Duration, Name, Ratio, Share, Size, Span};
use super::shape::{Arrival, Delay, KeySource, ValueBytes, forms, only_entry};
use crate::protocol::client_preset::ClientPreset;
use crate::protocol::config::{ConsumerConfig, GroupConfig, ProducerConfig};
use crate::scenario::codes;
use crate::scenario::configs::Configs;
use crate::scenario::decode::{Decode, List, OneOrMore, Shape, Whole, choice, scalar, section};
use crate::scenario::findings::Findings;
use crate::scenario::node::{At, YamlNode, YamlValue};
use crate::scenario::unit::{self, Problem};

section! {
    /// Applications that send. The processes are called `name-0`, `name-1`, ...
    struct Producer as "producer" {
        /// Where to.
        needed "topic" => topic: Name,
        /// How many processes. Default: 1.
        optional "count" => count: Whole<1, 1_000>,
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
        /// What the application does when a send() has failed. Default: `log`.
        optional "on.failure" => on_failure: SendFailure,
        /// Which records are one transaction. Needs a `transactional.id` among the configs.
        optional "transaction" => transaction: Transaction,
        /// What it does when its producer has failed for good, as one does that was fenced. Default: `restart`.
        optional "on.fenced" => on_fenced: Fenced,
        /// A database to which the application writes a row for each record as well.
        optional "database" => database: Database,
        /// Each process stops after this many records.
        optional "limit" => limit: Whole<1, 2_000_000_000>,
        /// When to begin. Default: `0s`.
        optional "start" => start: Duration,
        /// When to stop sending. Default: at the end of `duration`.
        optional "stop" => stop: Duration,
        /// The rack in which each process stands: it decides how far its brokers are. Kafka does not hear of it. Default: none.
        optional "rack" => rack: Name,
        /// Which client it has, with its defaults and ways. Default: the Java client of `kafka.version`.
        optional "client" => client: Client,
        /// Kafka's producer configs.
        optional "config" => config: Configs<ProducerConfig>,
    }
}
choice! {
    /// A client and the line of its releases. `kafkasim config NAME` shows what it is set to.
    Client as "a client" {
        /// The Java client of 4.0.
        Java40 = "java-4.0",
        /// The Java client of 2.8.
        Java28 = "java-2.8",
        /// librdkafka 2.x, which is inside of the usual clients for Python, Go, .NET and Node.
        Librdkafka2 = "librdkafka-2.x",
        /// kafkajs 2.2.
        Kafkajs22 = "kafkajs-2.2",
    }
}
impl Client {
    /// Its preset.
    pub(in crate::scenario) fn preset(self) -> ClientPreset {
        match self {
            Client::Java40 => ClientPreset::Java40,
            Client::Java28 => ClientPreset::Java28,
            Client::Librdkafka2 => ClientPreset::Librdkafka2,
            Client::Kafkajs22 => ClientPreset::Kafkajs22,
        }
    }
}
choice! {
    /// What an application that only sends does when a send() has failed.
    SendFailure as "a reaction to a failed send" {
        /// It logs the failure and goes on: the record is lost.
        Log = "log",
        /// It calls send() again with the same record, until that succeeds: after 1 ms, and after twice as long with each further
        /// failure, up to 1 s. To Kafka it is another record.
        Resend = "resend",
    }
}
section! {
    /// What a source sends as one transaction: so many records, or what comes in a span.
    struct Transaction as "transaction" {
        /// So many records.
        optional "records" => records: Whole<1, 1_000_000>,
        /// What comes within this time from its first record on.
        optional "every" => every: Span,
        /// Every n-th transaction of each process is aborted by the application.
        optional "abort.every" => abort_every: Whole<1, 1_000_000>,
        /// How long the application takes between the last record of a transaction and its end. Default: no time.
        optional "pause" => pause: Duration,
    }
}
choice! {
    /// What an application does when its producer has failed for good.
    Fenced as "a reaction to a fatal error of the producer" {
        /// It closes the producer and constructs another one with the same transactional id, which fences whoever has it.
        Restart = "restart",
        /// It closes its clients and ends.
        Exit = "exit",
    }
}
choice! {
    /// How a service writes to its database and to Kafka.
    Database as "a way to write to a database" {
        /// The row first, then send(): who dies in between has done one of the two.
        DualWrite = "dual-write",
        /// Rows are read back from the database in their order and sent until they are acknowledged, also by the next life of the
        /// process. What fails is sent again after 1 ms, and after twice as long with each further failure, up to 1 s.
        Outbox = "outbox",
    }
}
section! {
    /// One record at a given time, or several that are alike.
    struct GivenRecord as "record" {
        /// When it is sent, since the start of the run.
        required "at" => at: Duration,
        /// How many. Default: 1.
        optional "count" => count: Whole<1, 1_000_000>,
        /// The producer's topic; it may be left out.
        optional "topic" => topic: Name,
        /// The partition that the record names. Default: the partitioner decides.
        optional "partition" => partition: Whole<0, 19_999>,
        /// Its key, `key-7` or `7`. Default: none.
        optional "key" => key: KeyName,
        /// The size of its value. Default: as the producer's others.
        optional "size" => size: Size,
        /// Its value is null: to a compacted topic it is a tombstone. Needs `key`. Default: `false`.
        optional "tombstone" => tombstone: YesNo,
        /// The timestamp that the record names, since the start of the run. Default: when it is sent.
        optional "timestamp" => timestamp: Duration,
    }
}
section! {
    /// Applications that read, as one consumer group. The processes are called `name-0`, `name-1`, ...
    struct Group as "group" {
        /// What the members subscribe to. Needed without `pattern`.
        optional "topics" => topics: OneOrMore<Name>,
        /// Which type of group it is. Default: `consumer`.
        optional "type" => kind: GroupType,
        /// A regular expression instead of `topics`: the members subscribe to all topics whose whole name matches, also to those that come
        /// later (`subscribe(Pattern)`). `{ re2j: "orders-.*" }` leaves matching to the group coordinator
        /// (`subscribe(SubscriptionPattern)`).
        optional "pattern" => pattern: Pattern,
        /// How many members; or one entry for each that differs. Default: 1.
        optional "members" => members: Members,
        /// How long the application works.
        optional "processing" => processing: Processing,
        /// When offsets are committed. Default: `auto` with enable.auto.commit, else `sync-after-batch`. In a share group, when
        /// acknowledgements are sent; default: `with-next-poll`.
        optional "commit" => commit: Commit,
        /// Which offsets are committed, where threads work beside the one that polls (`max.concurrency` with `thread: worker`). Default: `positions`.
        optional "commit.offsets" => commit_offsets: CommitOffsets,
        /// What the callback of commitAsync() does about a commit that has failed, with `commit: async-after-batch`. Default: it logs that.
        optional "commit.retry" => commit_retry: CommitRetry,
        /// What the application does about a record that it cannot process. Default: `crash`.
        optional "on.poison" => on_poison: Poison,
        /// What the application does when poll() or commitSync() throws an exception that is not retriable. Default: `exit`.
        optional "on.fatal.error" => on_fatal_error: Fatal,
        /// `poll(Duration)`: how long a poll() waits for records. Default: `100ms`.
        optional "poll.timeout" => poll_timeout: Span,
        /// How the application's loop ends when it is told to stop. Default: `wakeup-in-poll`.
        optional "stop.by" => stop_by: StopBy,
        /// Who is told of partitions that come and go. Default: a listener that only takes note.
        optional "rebalance.listener" => rebalance_listener: RebalanceListener,
        /// When to begin. Default: `0s`.
        optional "start" => start: Duration,
        /// When to stop cleanly. Default: never.
        optional "stop" => stop: Duration,
        /// How close() is called.
        optional "close" => close: Close,
        /// The rack in which each process stands: it decides how far its brokers are. Kafka does not hear of it. Default: its
        /// `client.rack`.
        optional "rack" => rack: Name,
        /// Which client it has, with its defaults and ways. Default: the Java client of `kafka.version`.
        optional "client" => client: Client,
        /// Kafka's consumer configs.
        optional "config" => config: Configs<ConsumerConfig>,
        /// Kafka's configs of the group itself, as `kafka-configs --entity-type groups` sets them.
        optional "group_config" => group_config: Configs<GroupConfig>,
    }
}
choice! {
    /// The type of a group.
    GroupType as "a type of group" {
        /// A consumer group: each partition is read by one member, in order, and the group commits offsets.
        Consumer = "consumer",
        /// A share group (KIP-932): members read the same partitions side by side, and acknowledge each record.
        Share = "share",
    }
}
section! {
    /// A member, or several, where they differ from the rest of their group.
    struct Member as "member" {
        /// How many like this. Default: 1.
        optional "count" => count: Whole<1, 1_000>,
        /// What they subscribe to. Default: the group's topics.
        optional "topics" => topics: OneOrMore<Name>,
        /// A regular expression instead of `topics`: the members subscribe to all topics whose whole name matches, also to those that come
        /// later (`subscribe(Pattern)`). `{ re2j: "orders-.*" }` leaves matching to the group coordinator
        /// (`subscribe(SubscriptionPattern)`). Default: as the group.
        optional "pattern" => pattern: Pattern,
        /// How long the application works. Default: as the group.
        optional "processing" => processing: Processing,
        /// When offsets are committed. Default: as the group.
        optional "commit" => commit: Commit,
        /// Which offsets are committed, where threads work beside the one that polls (`max.concurrency` with `thread: worker`). Default: as the group.
        optional "commit.offsets" => commit_offsets: CommitOffsets,
        /// What the callback of commitAsync() does about a commit that has failed, with `commit: async-after-batch`. Default: as the group.
        optional "commit.retry" => commit_retry: CommitRetry,
        /// What the application does about a record that it cannot process. Default: as the group.
        optional "on.poison" => on_poison: Poison,
        /// What the application does when poll() or commitSync() throws an exception that is not retriable. Default: as the group.
        optional "on.fatal.error" => on_fatal_error: Fatal,
        /// `poll(Duration)`: how long a poll() waits for records. Default: as the group.
        optional "poll.timeout" => poll_timeout: Span,
        /// How the application's loop ends when it is told to stop. Default: as the group.
        optional "stop.by" => stop_by: StopBy,
        /// Who is told of partitions that come and go. Default: as the group.
        optional "rebalance.listener" => rebalance_listener: RebalanceListener,
        /// When to begin. Default: as the group.
        optional "start" => start: Duration,
        /// When to stop cleanly. Default: as the group.
        optional "stop" => stop: Duration,
        /// How close() is called. Default: as the group.
        optional "close" => close: Close,
        /// The rack in which it stands. Default: as the group.
        optional "rack" => rack: Name,
        /// Which client it has. Default: as the group.
        optional "client" => client: Client,
        /// Consumer configs, on top of the group's.
        optional "config" => config: Configs<ConsumerConfig>,
    }
}
section! {
    /// How close() of a consumer is called (`CloseOptions`).
    struct Close as "close" {
        /// How long it may take. At `0s` it sends its last commit and that it leaves, and waits for no answer. Default: `30s`.
        optional "timeout" => timeout: Duration,
        /// Whether the coordinator is told that the member leaves (KIP-1092, since Kafka 4.1). Default: `default`.
        optional "group.membership" => group_membership: MembershipOperation,
    }
}
choice! {
    /// What close() makes of the membership (`CloseOptions.GroupMembershipOperation`).
    MembershipOperation as "what becomes of the membership" {
        /// A dynamic member leaves, a static one stays.
        Default = "default",
        /// Static members leave, too: nobody waits for them.
        LeaveGroup = "leave-group",
        /// Dynamic members stay, too: their partitions wait for the end of the session. Under group.protocol=consumer Kafka's client
        /// leaves all the same.
        RemainInGroup = "remain-in-group",
    }
}

scalar! {
    /// A regular expression, as it is written.
    Regex(String) as "a regular expression", |text| {
        let pattern = text.trim();
        if pattern.is_empty() || pattern.len() > 249 {
            return Err(Problem::new("must have 1 to 249 characters"));
        }
        Ok(pattern.to_owned())
    }, {"type": "string", "minLength": 1, "maxLength": 249, "examples": ["orders-.*"]}
}

forms! {
    /// A pattern: as a text, a java.util.regex.Pattern that each consumer matches; or one that the group coordinator does.
    enum Pattern as "a pattern" {
        short Java: Regex,
        /// One that the group coordinator matches, as RE2/J does (`subscribe(SubscriptionPattern)`, under group.protocol=consumer): it finds new
        /// topics within seconds, whatever `metadata.max.age.ms` is.
        "re2j" => Re2j: Regex,
    }
}

scalar! {
    /// A key by its number: key `7` is the text `key-7`.
    KeyName(u32) as "a key", |text| {
        let number = unit::whole(text.trim().strip_prefix("key-").unwrap_or(text))
            .map_err(|problem| problem.help("keys are numbered: write `key-7`, or `7`"))?;
        u32::try_from(number).ok().filter(|n| *n < 1_000_000).ok_or_else(|| Problem::new("must be below 1000000"))
    }, {"type": ["string", "integer"], "pattern": "^(key-)?[0-9]{1,6}$", "minimum": 0, "maximum": 999_999}
}

/// A value that is known to be there, though it may not be legible: then that is reported, and nothing else is.
#[derive(Clone, Debug)]
pub(in crate::scenario) struct Legible<T>(pub Option<T>);

impl<T: Decode> Decode for Legible<T> {
    fn decode(node: &YamlNode, findings: &mut Findings) -> Option<Self> {
        Some(Legible(T::decode(node, findings)))
    }
    fn shape() -> Shape {
        T::shape()
    }
}
#[cfg(test)]
impl<T: JsonSchema> JsonSchema for Legible<T> {
    fn inline_schema() -> bool {
        T::inline_schema()
    }
    fn schema_name() -> std::borrow::Cow<'static, str> {
        T::schema_name()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        T::json_schema(generator)
    }
}

/// The members of a group: so many, or one entry for each that differs.
#[derive(Clone, Debug)]
pub(in crate::scenario) enum Members {
    /// So many, all alike.
    Alike(u64),
    /// One after the other.
    Each(Vec<At<Member>>),
}

impl Decode for Members {
    fn decode(node: &YamlNode, findings: &mut Findings) -> Option<Self> {
        match &node.value {
            YamlValue::List(_) => List::decode(node, findings).map(|list| Members::Each(list.0)),
            YamlValue::Map(_) => {
                crate::scenario::decode::wrong_type(node, "a number or a list of members", findings)
                    .help("write `members: [ { start: 0s }, { start: 20s } ]`");
                None
            }
            _ => Whole::<1, 1_000>::decode(node, findings).map(|count| Members::Alike(count.0)),
        }
    }
    fn shape() -> Shape {
        Shape::List(Member::shape)
    }
}
#[cfg(test)]
impl JsonSchema for Members {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Members".into()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let (count, each) = (generator.subschema_for::<Whole<1, 1_000>>(), generator.subschema_for::<Member>());
        json_schema!({"anyOf": [count, {"type": "array", "items": each, "minItems": 1}]})
    }
}
section! {
    /// How long an application works on what it reads.
    struct Processing as "processing" {
        /// Time to process one record. Default: `100us`.
        optional "per.record" => per_record: Delay,
        /// Which thread processes. Default: `poll`.
        optional "thread" => thread: Thread,
        /// So many threads work on the records side by side. With `thread: poll` the thread that polls waits until they are done with all
        /// that a poll() returned. Default: no such threads.
        optional "max.concurrency" => max_concurrency: Whole<1, 1_000>,
        /// Which records are done one after the other, with `max.concurrency`. Default: `key`.
        optional "ordering" => ordering: Ordering,
        /// The limit of what waits for `thread: worker`, or for the threads behind it. Default: none.
        optional "queue" => queue: Queue,
        /// In a share group with explicit acknowledgement: how long after it got records the application breaks off to renew the locks of
        /// those that it is not done with (since 4.2). Default: it does not.
        optional "renew.every" => renew_every: Span,
    }
}

section! {
    /// A queue with a limit: when it is full the thread that polls pauses its partitions and polls on.
    struct Queue as "queue" {
        /// With so many records or more in it the partitions are paused. What one poll() returns is taken whole.
        needed "limit" => limit: Whole<1, 1_000_000>,
        /// With so many or fewer they are resumed. Default: half the limit.
        optional "resume.at" => resume_at: Whole<0, 1_000_000>,
    }
}

choice! {
    /// What threads that work side by side keep in order.
    Ordering as "an ordering" {
        /// Records of a partition that have the same key; those without a key count as one.
        Key = "key",
        /// All records of a partition.
        Partition = "partition",
        /// Nothing: a record may overtake an earlier one of its key.
        Unordered = "unordered",
    }
}

choice! {
    /// The thread that processes records.
    Thread as "a thread" {
        /// The one that polls: poll() is called again when all its records are done.
        Poll = "poll",
        /// A worker behind a queue: poll() is called again at once, and commits what is only queued.
        Worker = "worker",
    }
}

choice! {
    /// When an application commits.
    Commit as "a commit mode" {
        /// The client does it, inside poll() (enable.auto.commit).
        Auto = "auto",
        /// commitSync() after the records of a poll are processed: at least once.
        SyncAfterBatch = "sync-after-batch",
        /// commitSync() before they are processed: at most once.
        SyncBeforeProcessing = "sync-before-processing",
        /// commitAsync() after they are processed, commitSync() on close.
        AsyncAfterBatch = "async-after-batch",
        /// sendOffsetsToTransaction() with what was sent for them, as one transaction: needs a producer with a `transactional.id`.
        InTransaction = "in-transaction",
        /// In the database of its `sink`, in the transaction of the row: after a rebalance it seeks to what is there. Nothing is committed in
        /// Kafka.
        WithTheSink = "with-the-sink",
        /// Never.
        Never = "never",
        /// In a share group: acknowledgements go with the next poll().
        WithNextPoll = "with-next-poll",
    }
}

choice! {
    /// What the callback of commitAsync() does about a commit that has failed for a reason that may pass.
    CommitRetry as "a reaction to a failed commit" {
        /// It makes the same commit again, whatever was committed meanwhile.
        Blindly = "blindly",
        /// It makes the same commit again unless a newer one was made since.
        UnlessNewer = "unless-newer",
    }
}

choice! {
    /// Which offsets an application commits whose threads work beside the one that polls.
    CommitOffsets as "a choice of offsets" {
        /// Where the consumer is, `commitSync()`: past what the threads have not done yet.
        Positions = "positions",
        /// Those before which everything is done, `commitSync(offsets)`.
        Contiguous = "contiguous",
        /// Those behind the last record that is done, `commitSync(offsets)`: past earlier ones that are not.
        HighestFinished = "highest-finished",
    }
}

choice! {
    /// What an application does when poll() or commitSync() throws an exception that is not retriable.
    Fatal as "a reaction to a fatal error" {
        /// It leaves its loop, closes its consumer and ends, as most programs do.
        Exit = "exit",
        /// It logs the exception and polls again a second later, for ever.
        Continue = "continue",
    }
}

choice! {
    /// How the loop of an application ends that is told to stop. What it has polled it works on to the end, and close() follows.
    StopBy as "a way to stop" {
        /// A flag; and a poll() that waits is woken, nothing else.
        WakeupInPoll = "wakeup-in-poll",
        /// A flag and consumer.wakeup(), whatever the loop does: the next call that blocks throws WakeupException, commitSync() included.
        Wakeup = "wakeup",
        /// A flag: poll() comes to its end by itself.
        Flag = "flag",
    }
}
forms! {
    /// A `ConsumerRebalanceListener`. With `none` a member of the new protocol gives partitions up also while its application is at
    /// work.
    enum RebalanceListener as "a rebalance listener" {
        words { "none" => None, }
        /// What it does before partitions go: poll() and close() wait for it.
        "on.revoked" => Works: OnRevoked,
    }
}
section! {
    /// What a listener does in onPartitionsRevoked, and so in onPartitionsLost: it drains, takes its time, and commits, in this order.
    struct OnRevoked as "callback" {
        /// It waits until the threads beside the one that polls are done with what they were given. Default: `false`.
        optional "drain" => drain: YesNo,
        /// How long it takes beside. Default: `0s`.
        optional "takes" => takes: Duration,
        /// What it commits. What that throws it logs.
        optional "commit" => commit: ListenerCommit,
    }
}
choice! {
    /// Yes or no.
    YesNo as "`true` or `false`" {
        /// Yes.
        Yes = "true",
        /// No.
        No = "false",
    }
}
choice! {
    /// What a listener commits.
    ListenerCommit as "a commit" {
        /// commitSync() of what the application commits otherwise, too.
        Sync = "sync",
    }
}

forms! {
    /// What an application does about a record that it cannot process. In a share group `release` gives it back, to be delivered again to
    /// any member until group.share.delivery.count.limit, and `reject` has nobody get it again; both need explicit acknowledgement.
    enum Poison as "a reaction to a poison record" {
        also GivenUp: GiveUp,
        words { "retry" => Retry, "release" => Release, "reject" => Reject, }
        /// Seeks back and tries the same record again, for ever or so many times.
        "retry" => RetryWith: Box<RetryPolicy>,
        /// Sends it to the first of some retry topics, commits, and goes on. Members of their own read these, in groups called
        /// `name-retry-0`, `name-retry-1`, ...: each leaves a record alone until its delay is over, tries it, and sends it to the next
        /// topic if that is in vain. The order of records with the same key is lost.
        "retry.topics" => RetryTopics: Box<RetryTopics>,
    }
}
section! {
    /// Non-blocking retries (`@RetryableTopic` of Spring for Apache Kafka): topics from which a record is read again later.
    struct RetryTopics as "retry topics" {
        /// The topics, in the order in which a record goes through them.
        needed "topics" => topics: List<RetryTopic>,
        /// How a record is given up after the last of them. Default: `dead-letter`, a list outside of Kafka.
        optional "then" => then: GiveUp,
        /// Kafka's producer configs, of the producer that sends to them.
        optional "config" => config: Configs<ProducerConfig>,
    }
}
section! {
    /// One of the retry topics.
    struct RetryTopic as "retry topic" {
        /// Its name, one of `topics`.
        required "topic" => topic: Name,
        /// How long a record is left alone in it, from the attempt in vain before it on. Default: `1s`.
        optional "delay" => delay: Span,
    }
}
section! {
    /// Where records go that cannot be processed.
    struct DeadLetterPolicy as "dead-letter" {
        /// The topic.
        needed "topic" => topic: Name,
        /// What the application does when a dead letter could not be sent. Default: `try-again`.
        optional "on.failure" => on_failure: DeadLetterFailure,
        /// Kafka's producer configs.
        optional "config" => config: Configs<ProducerConfig>,
    }
}
choice! {
    /// What an application does when a dead letter could not be sent.
    DeadLetterFailure as "a reaction to a failed dead letter" {
        /// The process dies without having committed, and is started again 5 s later: the record comes again.
        Crash = "crash",
        /// It tries the record again, as if it had not been polled; what is behind it in its partition waits.
        TryAgain = "try-again",
        /// It logs the failure, commits and goes on: the record is nowhere.
        Log = "log",
    }
}
section! {
    /// A crash of the application.
    struct CrashPolicy as "crash" {
        /// Until the process is started again. Default: `5s`.
        optional "restart.after" => restart_after: Span,
    }
}
section! {
    /// Trying again.
    struct RetryPolicy as "retry" {
        /// After the first attempt. Default: `1s`.
        optional "pause" => pause: Span,
        /// Each further pause is twice as long as the one before, up to this. Default: as long as `pause`, so all are alike.
        optional "longest.pause" => longest_pause: Span,
        /// So many attempts, the first one counted; then comes what `then` says. Default: no end.
        optional "attempts" => attempts: Legible<Whole<2, 1_000>>,
        /// How the record is given up after so many `attempts`.
        optional "then" => then: Legible<GiveUp>,
    }
}
forms! {
    /// How an application gives a record up.
    enum GiveUp as "a way to give a record up" {
        words { "crash" => Crash, "close" => Close, "skip" => Skip, "dead-letter" => DeadLetter, }
        /// The process dies, and is started again later.
        "crash" => CrashFor: CrashPolicy,
        /// The exception leaves the loop, whose `finally` calls close(): with enable.auto.commit that commits all that poll() has
        /// returned. Then the process ends, and is started again later.
        "close" => CloseFor: CrashPolicy,
        /// Sends it to a topic for such records, with a producer of its own, and goes on when that is acknowledged;
        /// where it is not, the record is tried again.
        "dead-letter" => DeadLetterTo: Box<DeadLetterPolicy>,
    }
}

impl GiveUp {
    /// The topic for records that are given up, if there is one.
    pub(in crate::scenario) fn dead_letters(&self) -> Option<&DeadLetterPolicy> {
        match self {
            GiveUp::DeadLetterTo(policy) => Some(policy),
            GiveUp::Crash
            | GiveUp::CrashFor(_)
            | GiveUp::Close
            | GiveUp::CloseFor(_)
            | GiveUp::Skip
            | GiveUp::DeadLetter => None,
        }
    }
}

impl Poison {
    /// The topic for records that are given up, if there is one.
    pub(in crate::scenario) fn dead_letters(&self) -> Option<&DeadLetterPolicy> {
        match self {
            Poison::GivenUp(how) => how.dead_letters(),
            Poison::RetryWith(retry) => retry.then.as_ref()?.value.0.as_ref()?.dead_letters(),
            Poison::Retry | Poison::Release | Poison::Reject | Poison::RetryTopics(_) => None,
        }
    }
    /// The retry topics, if there are some.
    pub(in crate::scenario) fn retry_topics(&self) -> Option<&RetryTopics> {
        match self {
            Poison::RetryTopics(topics) => Some(topics),
            _ => None,
        }
    }
}
