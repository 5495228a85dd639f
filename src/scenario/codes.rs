//! The codes of all diagnostics, with the longer text that `kafkasim explain KS101` prints.
//!
//! `KS0xx`: the file cannot be read as a scenario. `KS1xx`: it can, but means nothing that could be
//! run. `KS2xx`: it means something that Kafka itself refuses, or changes with a log line.

macro_rules! codes {
    ($($name:ident = $code:literal $title:literal $text:literal;)*) => {
        $(
            #[doc = concat!("`", $code, "`: ", $title, ".")]
            pub const $name: &str = $code;
        )*
        /// Every code with its title and explanation, ascending.
        pub const ALL: &[Code] = &[$(Code { code: $code, title: $title, text: $text },)*];
    };
}

/// One kind of diagnostic.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Code {
    /// `KS101`.
    pub code: &'static str,
    /// A few words.
    pub title: &'static str,
    /// What it means and what to do.
    pub text: &'static str,
}

/// The code of that name, in upper or lower case.
pub fn find(code: &str) -> Option<&'static Code> {
    ALL.iter().find(|c| c.code.eq_ignore_ascii_case(code))
}

codes! {
    UNKNOWN_KEY = "KS001" "unknown key"
        "A key that means nothing at this place. Kafka's configs keep Kafka's spelling (`linger.ms`); `kafkasim config` lists those that the model honours, `kafkasim schema` describes every other key.";
    WRONG_TYPE = "KS002" "wrong type"
        "The value has another shape than the key wants: a list instead of a text, a text instead of a map.";
    MISSING_KEY = "KS003" "missing key"
        "A key without which the scenario means nothing. `kafkasim new NAME` writes a scenario that has all of them.";
    DUPLICATE_KEY = "KS004" "the same key twice"
        "YAML forbids two equal keys in one map, and readers disagree which of them counts. Keep one.";
    MALFORMED = "KS005" "malformed value"
        "The value has the right shape but cannot be read. Durations and sizes are whole numbers with a unit (`300us`, `5s`, `200 B`, `1 MiB`), rates are records per unit of time (`1000/s`). Kafka's own configs are written as in Kafka, without units.";
    NOT_YAML = "KS006" "not YAML"
        "The text is not YAML 1.2. Usual causes: a tab in the indentation, a colon without a space after it, an unclosed quote or bracket, an alias without its anchor.";
    SEVERAL_DOCUMENTS = "KS007" "more than one document"
        "A scenario file holds one YAML document. Give each scenario its own file.";
    TOO_COMPLEX = "KS008" "too much YAML"
        "The document is nested too deeply, has too many nodes, or grows too much when its aliases are expanded. The limits are far above what a scenario needs.";
    EMPTY = "KS009" "nothing there"
        "The file has no content besides comments. `kafkasim new NAME` writes a scenario to start from.";
    BAD_OVERRIDE = "KS010" "an override that fits nothing"
        "`--set PATH=VALUE` names a value by the keys that lead to it, joined with dots: `producers.checkout.config.acks=1`. `*` stands for every entry of a map or list; list entries are numbered from 0. VALUE is YAML.";
    NOT_UTF8 = "KS011" "not UTF-8"
        "Scenario files are UTF-8 text. Other encodings, and binary files, are refused.";
    DIRECTORY = "KS012" "a directory"
        "The path is that of a directory. Name a file in it.";
    UNREADABLE = "KS013" "unreadable"
        "The file does not exist or cannot be opened.";
    TOO_LARGE = "KS014" "too large"
        "Scenario files may have up to 1 MiB. Histories and results are read by other commands.";
    IGNORED_CONFIG = "KS015" "a config without effect here"
        "A config that Kafka knows and the model does not honour: it changes nothing in the simulation. `kafkasim config` lists those that do.";
    UNKNOWN_SCENARIO = "KS016" "unknown scenario"
        "Neither a scenario of the library (`kafkasim list`) nor a file.";
    EXISTS = "KS017" "exists already"
        "`kafkasim new` never overwrites a file.";
    UNKNOWN_VARIANT = "KS018" "unknown variant"
        "The scenario has no variant of that name under `variants`. `kafkasim list` shows the variants of the library's scenarios.";
    BAD_SEED = "KS019" "not a seed"
        "A run is named `SCENARIO:SEED`, or `SCENARIO --seed SEED`; seeds are whole numbers from 0 to 2^64-1. Given both ways, they must agree.";
    BAD_TOKEN = "KS020" "a token that names no run"
        "A token is one line that names a run of the library and what came of it: `SCENARIO:SEED`, a comma before each change, and behind an `@` the version, the verdict and two digests. `kafkasim replay` prints those of a run. One that was cut off or mended by hand cannot be compared with anything.";
    BAD_CAPSULE = "KS021" "a damaged capsule"
        "A capsule is a file that holds a run and what came of it; `--capsule FILE` writes one. What it says of the result is compared and not believed, so it must be legible: the version, the verdict, the digests. Write it again, or run the scenario in it.";

    UNKNOWN_BROKER = "KS101" "a broker that does not exist"
        "Brokers are numbered from 1 to `cluster.brokers`.";
    UNKNOWN_TOPIC = "KS102" "a topic that does not exist"
        "Producers, groups and fault targets name topics that `topics` declares.";
    UNKNOWN_PARTITION = "KS103" "a partition that does not exist"
        "Partitions are written `topic-number`; numbers start at 0 and end below the topic's `partitions`.";
    UNKNOWN_GROUP = "KS104" "a group that does not exist"
        "Groups are those that `groups` declares.";
    UNKNOWN_PROCESS = "KS105" "a process that does not exist"
        "Processes are the brokers (`broker 1`), the producers (`checkout-0`, or all of them: `producer checkout`) and the members of groups (`billing-0`).";
    TOO_FEW_BROKERS = "KS106" "more replicas than brokers"
        "Kafka places the replicas of a partition on different brokers and refuses a topic for which there are too few (INVALID_REPLICATION_FACTOR).";
    OUT_OF_BOUNDS = "KS107" "outside the bounds of the model"
        "The number is legal in itself, but a run of that size would take more memory or time than a simulation should. The diagnostic names the bound.";
    NEVER_HAPPENS = "KS108" "never happens"
        "It is scheduled after the end of the run, or waits for what cannot come, so it would never take place. Move it, or make `duration` longer.";
    EMPTY_SECTION = "KS109" "nothing in it"
        "An empty list or map where at least one entry is needed.";
    IMPOSSIBLE = "KS110" "an impossible value"
        "The value contradicts itself or its neighbours, such as a 99th percentile below the median.";
    DUPLICATE_NAME = "KS111" "the same name twice"
        "Producers, groups and their processes share one set of names: they are client ids, and fault targets name them. Faults that have a name share another.";
    NOT_YET = "KS112" "not modelled yet"
        "Kafka has it, the model does not have it yet. The README says what is modelled.";
    CONTRADICTION = "KS113" "two settings that contradict each other"
        "Two keys say different things about the same matter. Remove one.";
    BAD_NAME = "KS114" "not a name"
        "Names have letters, digits, `.`, `_` and `-` only, as Kafka's topic names do, and at most 249 of them.";
    WRONG_TARGET = "KS115" "a target that does not fit"
        "Some faults hit brokers only (disks, power), and `others` has a meaning only in a fault between two sides.";
    UNKNOWN_EXPECTATION = "KS116" "an unknown invariant or property"
        "`expect` names invariants (`acked-all-durable: holds`) and `sometimes` properties (`sometimes: leader-elected`).";
    BAD_FAULT = "KS117" "a fault that is not one"
        "A fault has exactly one action (`crash`, `partition`, ...) and one trigger: `at`, `every` (with an `at` for the first time, if you like) or `when`. One that waits for another names it: `name: outage` here, `when: { fault outage: ended }` there.";
    OFFSETS_TOPIC = "KS118" "no group can work"
        "`__consumer_offsets` is created when the first group looks for its coordinator, with offsets.topic.replication.factor replicas (3 by default). With fewer brokers than that, the creation fails for ever, as in a real cluster.";
    UNKNOWN_VERSION = "KS119" "a version of Kafka that is not modelled"
        "`kafka.version` names a release line; its first release stands for it, patches are not told apart. The book's chapter on versions lists what differs between them.";
    TRANSACTION_TOPIC = "KS120" "no transaction can work"
        "`__transaction_state` is created when the first transactional id looks for its coordinator, with transaction.state.log.replication.factor replicas (3 by default), and a record of it needs transaction.state.log.min.isr of them (2). With too few brokers for that, initTransactions() fails for ever, as in a real cluster.";
    UNKNOWN_TRANSACTIONAL_ID = "KS129" "a transactional id that does not exist"
        "Transactional ids are those that producers have among their configs: `billing-0` of an application whose `transactional.id` is `billing-{n}`.";

    OUT_OF_RANGE = "KS201" "a config value that Kafka refuses"
        "Each config has a type and a range (`kafkasim config NAME`). A broker or client with a value outside it does not start (ConfigException).";
    IDEMPOTENCE_REFUSED = "KS202" "idempotence that cannot be"
        "`enable.idempotence: true`, written out, needs acks=all and retries above 0; otherwise KafkaProducer throws a ConfigException. When it is left to its default, Kafka switches it off instead (KS208).";
    TOO_MANY_IN_FLIGHT = "KS203" "too many requests in flight for idempotence"
        "A broker remembers the last five batches of a producer, so an idempotent producer may have at most five requests in flight. Since Kafka 4.0 this is an error even when idempotence is on only by default; set `enable.idempotence: false` to have more.";
    DELIVERY_TIMEOUT = "KS204" "delivery.timeout.ms too short"
        "delivery.timeout.ms must be at least linger.ms + request.timeout.ms. KafkaProducer refuses a shorter one that is written out, and lengthens a defaulted one.";
    HEARTBEAT = "KS205" "heartbeats too rare"
        "heartbeat.interval.ms must be below session.timeout.ms, usually at most a third of it.";
    SESSION_TIMEOUT = "KS206" "session.timeout.ms outside the broker's bounds"
        "The coordinator refuses members whose session timeout is not between group.min.session.timeout.ms and group.max.session.timeout.ms (INVALID_SESSION_TIMEOUT).";
    FETCH_SIZES = "KS207" "fetch.min.bytes above fetch.max.bytes"
        "The broker takes the smaller of the two: fetches wait until a full response is there, or fetch.max.wait.ms has passed.";
    IDEMPOTENCE_OFF = "KS208" "idempotence is off"
        "Idempotence was left to its default, and acks or retries rule it out; KafkaProducer switches it off with a log line at level INFO. Retries may then duplicate and reorder records.";
    NAMES_COLLIDE = "KS209" "topic names that collide"
        "Kafka's metric names replace `.` by `_`, so two topics that differ only in that are refused (InvalidTopicException).";
    BROKER_TIMEOUTS = "KS210" "broker timeouts that contradict each other"
        "KafkaConfig refuses to start unless replica.fetch.wait.max.ms is at most replica.socket.timeout.ms and at most replica.lag.time.max.ms.";
    BUFFER = "KS220" "a producer without room"
        "buffer.memory is smaller than batch.size, and a batch takes at least batch.size bytes: BufferPool.allocate throws an IllegalArgumentException for every record.";
    RECORD_TOO_LARGE = "KS221" "records that are too large"
        "The smallest record of the producer is above max.request.size, buffer.memory, or the topic's max.message.bytes or segment.bytes: all of them fail with RecordTooLargeException.";
    PRODUCER_FORGOTTEN = "KS222" "a producer is forgotten too early"
        "producer.id.expiration.ms below delivery.timeout.ms: a broker may forget the producer before its last retry, and then appends the retry a second time (KIP-854).";
    GROUP_TOO_LARGE = "KS223" "a group that is too large"
        "The group has more members than group.max.size allows; those beyond are refused with GROUP_MAX_SIZE_REACHED.";
    NO_TRANSACTION = "KS224" "a transaction without an id, or an id without a transaction"
        "A producer with a `transactional.id` sends in transactions only, and one without has none: the calls throw an IllegalStateException. A source says with `transaction` which records are one; an application with both clients makes one of what it sends for a poll().";
    TRANSACTION_TIMEOUT = "KS225" "transaction.timeout.ms above what brokers allow"
        "The coordinator answers InitProducerId with INVALID_TRANSACTION_TIMEOUT where the producer's transaction.timeout.ms is above the brokers' transaction.max.timeout.ms (15 minutes), and initTransactions() throws a KafkaException that names it.";
    SHARED_TRANSACTIONAL_ID = "KS226" "one transactional id for two"
        "A transactional id is the identity of one producer. When another one calls initTransactions() with it, the coordinator aborts the open transaction of the first and raises the epoch: the first is a zombie and gets ProducerFencedException. That is what the id is for; two that live side by side fence each other again and again.";
    ACKS_AS_TEXT = "KS227" "kafkajs and `acks: 'all'`"
        "kafkajs takes acks as a number. Its encoder turns the text 'all' into 0, so that brokers append what comes and never answer; the client itself compares the text with 0, finds it different and waits. After requestTimeout (30 s) it sends the same records again, up to retry.retries times, and each time they are appended once more; then send() fails, although everything is there, six times. Meant is -1, which is also what kafkajs does when acks is left out.";
    NOT_OF_CLIENT = "KS228" "a config that the client does not have"
        "The client that `client` names has no setting like this one, or keeps it for itself: setting it changes nothing. `kafkasim config java-2.8` (or another client) shows what it is set to, and by which of its own names.";
    UNLIKE_CLIENT = "KS229" "what the model does not have of a client"
        "A client of another language is modelled by its defaults, its partitioner, its retries, its batches, its heartbeats and its commits. What it does beside is done as the Java client does it; each such point is said where the scenario names the client.";
    SHARED_INSTANCE_ID = "KS230" "one group.instance.id for two"
        "A group.instance.id is the identity of one member of a group. When another process joins with it, the coordinator gives it the member's place, and the first one is answered FENCED_INSTANCE_ID at its next heartbeat or commit: its poll() throws a FencedInstanceIdException. Restarted by whoever watches it, it fences the other in turn. `{n}` in the id is the number of the process.";
    OTHER_PROTOCOL = "KS231" "a setting of the other group protocol"
        "Under group.protocol=consumer the coordinator decides about sessions, heartbeats and assignors, and under classic the member and its leader do. KafkaConsumer throws a ConfigException if a setting of the other protocol is set at all, whatever its value.";
    SERVER_ASSIGNOR = "KS232" "an assignor that the coordinator does not have"
        "group.remote.assignor names an assignor that is not in the brokers' group.consumer.assignors: every heartbeat of the member is answered UNSUPPORTED_ASSIGNOR, and its poll() throws.";
    GROUP_CONFIG = "KS233" "a config of a group that Kafka refuses"
        "Configs of a group have to lie within the brokers' bounds, group.*.min.* and group.*.max.*, and its session timeout has to be longer than its heartbeat interval (InvalidConfigurationException).";
    NOT_OF_SHARE_GROUP = "KS234" "what a share group does not have, or nobody else"
        "Members of a share group (`type: share`) acquire records and acknowledge each; there are no positions, no commits of offsets and no static members, so that KafkaShareConsumer refuses the configs of these. What is said of single records (`release`, `reject`, `renew.every`) has a meaning in a share group only.";
    SHARE_GROUPS = "KS235" "a share group in a release that does not have them switched on"
        "Share groups are an early access in 4.0 (brokers need unstable.api.versions.enable=true and share among group.coordinator.rebalance.protocols) and a preview in 4.1 (the cluster's feature share.version has to be upgraded to 1); since 4.2 new clusters have them. The model behaves as if they were switched on.";
    RACK_WITHOUT_EFFECT = "KS238" "half of what a rack-aware producer needs"
        "A producer prefers leaders in its own rack if it has both partitioner.rack.aware=true and client.rack (KIP-1123, since 4.4), for records without keys and with the built-in partitioner. With one of the two Kafka goes on without a word, and nothing changes.";
    RETENTION = "KS240" "a retention that is longer than the run"
        "Records have timestamps since the start of the run, and a broker looks for segments that may go 30 s after its start and then every log.retention.check.interval.ms. With this retention.ms, and without retention.bytes, no look of this run can find anything: the run says nothing of what retention does.";
    NULL_KEYS = "KS245" "records without a key in a compacted topic"
        "A compacted topic keeps the last record of each key, and takes no record without one: the leader refuses the batch with INVALID_RECORD, and send() fails with an InvalidRecordException (LogValidator).";
    COMPACTION_LAGS = "KS246" "a record that must not be compacted yet and must be already"
        "min.compaction.lag.ms above max.compaction.lag.ms: LogConfig.validateValues refuses the topic (InvalidConfigurationException).";
    UNKNOWN_CONTROLLER = "KS250" "a controller that does not exist"
        "Controllers have Kafka's node ids, 100, 101, 102 and so on, as many as `cluster.metadata.kraft.controllers` says; `active controller`, `standby controllers` and `all controllers` name them by what they are.";
    EVEN_QUORUM = "KS251" "an even number of controllers"
        "A quorum needs a majority of its voters. Four controllers need three of them and survive the loss of one, as three controllers do; one more to pay for and to wait for brings nothing. Take 3 or 5.";
    SERVER_PATTERN = "KS260" "a SubscriptionPattern that Kafka refuses"
        "`pattern: { re2j: ... }` is subscribe(SubscriptionPattern): the group coordinator matches it, with RE2/J (KIP-848). Under group.protocol=classic that throws an UnsupportedOperationException. RE2/J knows no look-around, no back-references and no possessive quantifiers, which java.util.regex does: such a pattern is answered INVALID_REGULAR_EXPRESSION at the member's first heartbeat, and its poll() throws an InvalidRegularExpression. That a scenario may show, so it is a warning.";
    UNKNOWN_INSTANCE = "KS261" "a static member that does not exist"
        "Static members have a `group.instance.id`, and an administrator removes them by that id (KIP-345). Write the id as the members have it, with their number in the place of `{n}`: `billing-0`.";
    CONSUMER_TIMEOUTS = "KS262" "timeouts of a consumer that do not fit each other"
        "A broker without records answers a fetch after fetch.max.wait.ms. If that is not before request.timeout.ms, the client takes the broker for dead and closes the connection, again and again while nothing comes. And a call such as commitSync() ends after default.api.timeout.ms: if that is below request.timeout.ms, it gives up while its only request is still waited for. KafkaConsumer takes both.";
    SWITCHED_OFF = "KS263" "a config that another one switches off"
        "Kafka reads it and does nothing with it, for another config says so: without enable.auto.commit nothing is committed after auto.commit.interval.ms.";
    STEP_SUBSCRIPTION = "KS264" "a subscription that cannot be changed like this"
        "A step may call subscribe() with other topics, or unsubscribe(), of a consumer that subscribes to topics by name. After subscribe(Pattern) or assign() the same consumer's subscribe() throws an IllegalStateException (SubscriptionState.setSubscriptionType): subscriptions to topics, partitions and patterns exclude each other. unsubscribe() of such a consumer Kafka allows, and the model does not have it. What clients of other languages do when their subscription changes is not modelled.";    OFFSETS_OUTSIDE = "KS265" "offsets that cannot be kept with the rows"
        "With `commit: with-the-sink` an application keeps the offset of the next record in its database, in the transaction of the row, and its rebalance listener seeks to what is there. So it needs a `sink` of kind `database` and a listener, and it sends nothing to Kafka for what it reads: no transaction is about both. `generation.fence` tells by the generation in which a partition was given to a process whether it still has it; a consumer with assign() has none.";

    // Lessons, claims and questions.
    NOT_SHOWN = "KS301" "a run that does not show what the text says"
        "A lesson, claim or question says that something is so in a run (`shows`), and in that run it is not. Either the text is wrong, or the run is another one than it supposes: look at what was found, and then into Kafka's source.";
    RIGHT_ANSWERS = "KS302" "not exactly one right answer"
        "Of the options of a prediction exactly one must be right: the one whose `when` the runs meet. Nobody marks an answer; the runs do.";
    UNKNOWN_FIGURE = "KS303" "a figure that nobody reads off a run"
        "A text names a figure in braces, such as `{lost}`, that `figures` does not have.";
    UNKNOWN_RUN = "KS304" "a run that does not exist"
        "What is asked names a run that is not one of `runs`.";
    UNKNOWN_ENTRY = "KS305" "a lesson, claim or question that does not exist"
        "Another lesson, claim or question is named that is not in the library. `kafkasim learn --list` and `kafkasim claim` list them.";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_ascend_and_are_found() {
        assert!(ALL.windows(2).all(|pair| pair[0].code < pair[1].code));
        assert_eq!(find("ks101").map(|c| c.code), Some(UNKNOWN_BROKER));
        assert_eq!(find("KS999"), None);
    }
}
