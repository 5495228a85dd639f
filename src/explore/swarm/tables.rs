//! Configs and values of them that are worth a try: what is usual, small, large, and the edge of what is legal.
//!
//! Random worlds (`tests/random_worlds`) are drawn from the same tables.

/// A config and values of it: its default's neighbourhood, small, large, and the edge of what is legal.
pub type ConfigChoice = (&'static str, &'static [&'static str]);

/// Of brokers.
pub const BROKER: &[ConfigChoice] = &[
    ("min.insync.replicas", &["1", "2", "3"]),
    ("unclean.leader.election.enable", &["true", "false"]),
    ("log.segment.bytes", &["1048576", "2000000"]),
    ("message.max.bytes", &["1000", "20000", "1048588"]),
    ("replica.lag.time.max.ms", &["600", "3000", "10000"]),
    ("replica.fetch.wait.max.ms", &["0", "1", "100", "500"]),
    ("replica.fetch.min.bytes", &["0", "1", "10000"]),
    ("replica.fetch.max.bytes", &["0", "1000", "100000"]),
    ("replica.fetch.response.max.bytes", &["1000", "100000"]),
    ("replica.fetch.backoff.ms", &["0", "10", "1000"]),
    ("replica.socket.timeout.ms", &["1000", "30000"]),
    ("replica.high.watermark.checkpoint.interval.ms", &["100", "5000"]),
    ("log.flush.offset.checkpoint.interval.ms", &["500", "60000"]),
    ("fetch.max.bytes", &["1024", "57671680"]),
    ("broker.heartbeat.interval.ms", &["100", "500", "2000"]),
    ("broker.session.timeout.ms", &["1000", "3000", "9000"]),
    ("controlled.shutdown.enable", &["true", "false"]),
    ("controller.quorum.append.linger.ms", &["0", "25", "200"]),
    ("controller.socket.timeout.ms", &["2000", "30000"]),
    ("unclean.leader.election.interval.ms", &["1000", "300000"]),
    ("auto.leader.rebalance.enable", &["true", "false"]),
    ("leader.imbalance.check.interval.seconds", &["1", "5", "300"]),
    ("request.timeout.ms", &["1000", "30000"]),
    ("producer.id.expiration.ms", &["1000", "86400000"]),
    ("offsets.topic.num.partitions", &["1", "2", "50"]),
    ("offsets.commit.timeout.ms", &["10", "1000", "5000"]),
    ("group.coordinator.append.linger.ms", &["0", "5", "50"]),
    ("group.initial.rebalance.delay.ms", &["0", "100", "3000", "20000"]),
    ("group.max.size", &["1", "2"]),
    ("log.flush.interval.messages", &["1", "10"]),
];

/// Of topics.
pub const TOPIC: &[ConfigChoice] = &[
    ("min.insync.replicas", &["1", "2", "3"]),
    ("unclean.leader.election.enable", &["true", "false"]),
    ("segment.bytes", &["1048576"]),
    ("segment.ms", &["100", "5000"]),
    ("max.message.bytes", &["500", "2000", "100000"]),
    ("flush.messages", &["1", "5"]),
];

/// Of producers, without those that must fit each other.
pub const PRODUCER: &[ConfigChoice] = &[
    ("retry.backoff.ms", &["0", "1", "100"]),
    ("batch.size", &["0", "200", "16384", "100000"]),
    ("buffer.memory", &["150000", "33554432"]),
    ("max.block.ms", &["0", "50", "2000", "60000"]),
    ("max.request.size", &["2000", "1048576"]),
    ("partitioner.ignore.keys", &["true"]),
    ("partitioner.adaptive.partitioning.enable", &["false"]),
    ("metadata.max.age.ms", &["100", "5000"]),
    ("reconnect.backoff.ms", &["0", "50", "1000"]),
    ("reconnect.backoff.max.ms", &["0", "1000"]),
    ("socket.connection.setup.timeout.ms", &["500", "10000"]),
];

/// Of consumers.
pub const CONSUMER: &[ConfigChoice] = &[
    ("auto.commit.interval.ms", &["0", "100", "5000"]),
    ("isolation.level", &["read_uncommitted"]),
    ("max.poll.interval.ms", &["1000", "6000", "300000"]),
    ("max.poll.records", &["1", "20", "500"]),
    ("fetch.min.bytes", &["0", "1", "5000"]),
    ("fetch.max.wait.ms", &["0", "50", "500", "3000"]),
    ("fetch.max.bytes", &["0", "10000", "52428800"]),
    ("max.partition.fetch.bytes", &["0", "1000", "1048576"]),
    ("request.timeout.ms", &["1000", "6000", "30000"]),
    ("default.api.timeout.ms", &["5", "1000", "60000"]),
    ("retry.backoff.ms", &["0", "100"]),
    ("retry.backoff.max.ms", &["100", "1000"]),
    ("metadata.max.age.ms", &["100", "5000", "300000"]),
    ("reconnect.backoff.ms", &["0", "50", "1000"]),
    ("reconnect.backoff.max.ms", &["0", "1000"]),
    ("socket.connection.setup.timeout.ms", &["500", "10000"]),
];

/// Of brokers, where there are transactions.
pub const TRANSACTIONS: &[ConfigChoice] = &[
    ("transaction.state.log.num.partitions", &["1", "3"]),
    ("transaction.abort.timed.out.transaction.cleanup.interval.ms", &["500", "10000"]),
    ("transaction.partition.verification.enable", &["false", "true"]),
    ("transaction.max.timeout.ms", &["900000"]),
    ("transactional.id.expiration.ms", &["3000", "604800000"]),
];

/// Of brokers, where there are share groups.
pub const SHARE_GROUPS: &[ConfigChoice] = &[
    ("group.share.delivery.count.limit", &["2", "3", "10"]),
    ("group.share.record.lock.duration.ms", &["15000", "60000"]),
    ("group.share.partition.max.record.locks", &["100", "200", "2000"]),
    ("share.coordinator.state.topic.num.partitions", &["1", "3"]),
    ("share.coordinator.append.linger.ms", &["0", "5", "50"]),
    ("share.coordinator.snapshot.update.records.per.snapshot", &["0", "1", "20"]),
];

/// Of members of share groups.
pub const SHARE_CONSUMER: &[ConfigChoice] = &[
    ("share.acquire.mode", &["batch_optimized", "record_limit"]),
    ("share.acknowledgement.mode", &["implicit", "explicit"]),
];

/// What decides a promise: a swarm leaves it as the scenario has it.
pub const DECISIVE: &[&str] = &[
    "min.insync.replicas",
    "unclean.leader.election.enable",
    "isolation.level",
    "transaction.partition.verification.enable",
    "producer.id.expiration.ms",
    "transactional.id.expiration.ms",
    "offsets.commit.timeout.ms",
    "log.flush.interval.messages",
    "flush.messages",
    "partitioner.ignore.keys",
    "message.max.bytes",
    "max.message.bytes",
    "max.request.size",
    "enable.auto.commit",
    "auto.offset.reset",
];

/// What has to fit something else, and is drawn together with it.
pub const PAIRED: &[&str] = &["broker.session.timeout.ms", "broker.heartbeat.interval.ms"];

/// What keeps clients or followers busy all the time without another effect: legal, and a run takes a hundred times as long.
pub const BUSY: &[(&str, &str)] = &[
    ("segment.ms", "100"),
    ("replica.fetch.wait.max.ms", "0"),
    ("replica.fetch.wait.max.ms", "1"),
    ("replica.fetch.min.bytes", "0"),
    ("replica.fetch.max.bytes", "0"),
    ("replica.fetch.backoff.ms", "0"),
    ("fetch.min.bytes", "0"),
    ("fetch.max.wait.ms", "0"),
    ("fetch.max.bytes", "0"),
    ("max.partition.fetch.bytes", "0"),
    ("metadata.max.age.ms", "100"),
    ("auto.commit.interval.ms", "0"),
];
