//! Configs that Kafka 4.0 knows and the model does not honour: setting one is a warning, not an error.

use super::ConfigScope;

/// Names that have no effect for one and the same reason.
type Ignored = (&'static str, &'static [&'static str]);

/// Why the configs of a group have no effect.
const SECURITY: &str = "security is not modelled";
const METRICS: &str = "metrics are collected by the simulator itself";
const CONNECTION: &str = "the simulator connects its processes itself";
const SERDES: &str = "records are descriptors, they are not serialized";
const COMPRESSION: &str = "payload bytes are not stored, so nothing is compressed";
const RETENTION: &str = "retention and compaction are not modelled yet";
const TIERED: &str = "tiered storage is not modelled";
const TRANSACTIONS: &str = "transactions are not modelled yet";
const THREADS: &str = "threads and sockets are not modelled one by one";
const PROTOCOL: &str = "only the classic group protocol is modelled yet";
const SHARE: &str = "share groups are not modelled";
const QUOTAS: &str = "quotas are not modelled";
const TIMESTAMPS: &str = "any time of the past is taken, and no more than an hour of the future";
const FLUSH: &str = "time-based flushing is off by default and not modelled";
const ONE_CONTROLLER: &str = "there is one controller";
const ONE_DISK: &str = "a broker has one disk";
const OFFSETS: &str = "offsets do not expire in the model yet";
const RACKS: &str = "racks are not modelled yet";
const TUNING: &str = "the model has no counterpart";

/// Reasons for which a config has no bearing on what a run shows: a cluster that is set up right behaves
/// the same with and without.
const WITHOUT_BEARING: &[&str] = &[SECURITY, METRICS, SERDES];
/// Addresses and names: the scenario gives its own.
const ADDRESSES: &[&str] = &[
    "advertised.listeners",
    "bootstrap.servers",
    "broker.id",
    "client.dns.lookup",
    "client.id",
    "controller.listener.names",
    "controller.quorum.bootstrap.servers",
    "controller.quorum.voters",
    "inter.broker.listener.name",
    "listeners",
    "log.dir",
    "metadata.log.dir",
    "node.id",
    "process.roles",
];

/// TLS and SASL, wherever there is a connection.
const ENCRYPTION: &[Ignored] = &[(
    SECURITY,
    &[
        "sasl.client.callback.handler.class",
        "sasl.jaas.config",
        "sasl.kerberos.kinit.cmd",
        "sasl.kerberos.min.time.before.relogin",
        "sasl.kerberos.service.name",
        "sasl.kerberos.ticket.renew.jitter",
        "sasl.kerberos.ticket.renew.window.factor",
        "sasl.login.callback.handler.class",
        "sasl.login.class",
        "sasl.login.connect.timeout.ms",
        "sasl.login.read.timeout.ms",
        "sasl.login.refresh.buffer.seconds",
        "sasl.login.refresh.min.period.seconds",
        "sasl.login.refresh.window.factor",
        "sasl.login.refresh.window.jitter",
        "sasl.login.retry.backoff.max.ms",
        "sasl.login.retry.backoff.ms",
        "sasl.oauthbearer.clock.skew.seconds",
        "sasl.oauthbearer.expected.audience",
        "sasl.oauthbearer.expected.issuer",
        "sasl.oauthbearer.jwks.endpoint.refresh.ms",
        "sasl.oauthbearer.jwks.endpoint.retry.backoff.max.ms",
        "sasl.oauthbearer.jwks.endpoint.retry.backoff.ms",
        "sasl.oauthbearer.jwks.endpoint.url",
        "sasl.oauthbearer.scope.claim.name",
        "sasl.oauthbearer.sub.claim.name",
        "sasl.oauthbearer.token.endpoint.url",
        "security.providers",
        "ssl.cipher.suites",
        "ssl.enabled.protocols",
        "ssl.endpoint.identification.algorithm",
        "ssl.engine.factory.class",
        "ssl.key.password",
        "ssl.keymanager.algorithm",
        "ssl.keystore.certificate.chain",
        "ssl.keystore.key",
        "ssl.keystore.location",
        "ssl.keystore.password",
        "ssl.keystore.type",
        "ssl.protocol",
        "ssl.provider",
        "ssl.secure.random.implementation",
        "ssl.trustmanager.algorithm",
        "ssl.truststore.certificates",
        "ssl.truststore.location",
        "ssl.truststore.password",
        "ssl.truststore.type",
    ],
)];

const BROKER: &[Ignored] = &[
    (
        SECURITY,
        &[
            "authorizer.class.name",
            "connection.failed.authentication.delay.ms",
            "connections.max.reauth.ms",
            "delegation.token.expiry.check.interval.ms",
            "delegation.token.expiry.time.ms",
            "delegation.token.max.lifetime.ms",
            "delegation.token.secret.key",
            "early.start.listeners",
            "listener.security.protocol.map",
            "principal.builder.class",
            "sasl.enabled.mechanisms",
            "sasl.kerberos.principal.to.local.rules",
            "sasl.mechanism.controller.protocol",
            "sasl.mechanism.inter.broker.protocol",
            "sasl.server.callback.handler.class",
            "sasl.server.max.receive.size",
            "security.inter.broker.protocol",
            "ssl.allow.dn.changes",
            "ssl.allow.san.changes",
            "ssl.client.auth",
            "ssl.principal.mapping.rules",
        ],
    ),
    (
        CONNECTION,
        &[
            "advertised.listeners",
            "broker.id",
            "connections.max.idle.ms",
            "controller.listener.names",
            "controller.quorum.bootstrap.servers",
            "controller.quorum.voters",
            "inter.broker.listener.name",
            "listeners",
            "max.connection.creation.rate",
            "max.connections",
            "max.connections.per.ip",
            "max.connections.per.ip.overrides",
            "metadata.log.dir",
            "node.id",
            "process.roles",
            "server.max.startup.time.ms",
            "socket.connection.setup.timeout.max.ms",
            "socket.connection.setup.timeout.ms",
            "socket.listen.backlog.size",
        ],
    ),
    (
        THREADS,
        &[
            "background.threads",
            "group.coordinator.threads",
            "num.io.threads",
            "num.network.threads",
            "num.recovery.threads.per.data.dir",
            "num.replica.alter.log.dirs.threads",
            "queued.max.request.bytes",
            "queued.max.requests",
            "replica.socket.receive.buffer.bytes",
            "socket.receive.buffer.bytes",
            "socket.request.max.bytes",
            "socket.send.buffer.bytes",
        ],
    ),
    (
        METRICS,
        &[
            "auto.include.jmx.reporter",
            "kafka.metrics.polling.interval.secs",
            "kafka.metrics.reporters",
            "metric.reporters",
            "metrics.num.samples",
            "metrics.recording.level",
            "metrics.sample.window.ms",
            "telemetry.max.bytes",
        ],
    ),
    (
        COMPRESSION,
        &[
            "compression.gzip.level",
            "compression.lz4.level",
            "compression.type",
            "compression.zstd.level",
            "offsets.topic.compression.codec",
        ],
    ),
    (
        RETENTION,
        &[
            "log.cleaner.backoff.ms",
            "log.cleaner.dedupe.buffer.size",
            "log.cleaner.delete.retention.ms",
            "log.cleaner.enable",
            "log.cleaner.io.buffer.load.factor",
            "log.cleaner.io.buffer.size",
            "log.cleaner.io.max.bytes.per.second",
            "log.cleaner.max.compaction.lag.ms",
            "log.cleaner.min.cleanable.ratio",
            "log.cleaner.min.compaction.lag.ms",
            "log.cleaner.threads",
            "log.cleanup.policy",
            "log.retention.bytes",
            "log.retention.check.interval.ms",
            "log.retention.hours",
            "log.retention.minutes",
            "log.retention.ms",
            "log.segment.delete.delay.ms",
            "metadata.max.retention.bytes",
            "metadata.max.retention.ms",
            "offsets.topic.segment.bytes",
        ],
    ),
    (
        TIERED,
        &[
            "log.local.retention.bytes",
            "log.local.retention.ms",
            "remote.fetch.max.wait.ms",
            "remote.list.offsets.request.timeout.ms",
            "remote.log.index.file.cache.total.size.bytes",
            "remote.log.manager.copier.thread.pool.size",
            "remote.log.manager.copy.max.bytes.per.second",
            "remote.log.manager.copy.quota.window.num",
            "remote.log.manager.copy.quota.window.size.seconds",
            "remote.log.manager.expiration.thread.pool.size",
            "remote.log.manager.fetch.max.bytes.per.second",
            "remote.log.manager.fetch.quota.window.num",
            "remote.log.manager.fetch.quota.window.size.seconds",
            "remote.log.manager.task.interval.ms",
            "remote.log.manager.thread.pool.size",
            "remote.log.metadata.custom.metadata.max.bytes",
            "remote.log.metadata.manager.class.name",
            "remote.log.metadata.manager.class.path",
            "remote.log.metadata.manager.impl.prefix",
            "remote.log.metadata.manager.listener.name",
            "remote.log.reader.max.pending.tasks",
            "remote.log.reader.threads",
            "remote.log.storage.manager.class.name",
            "remote.log.storage.manager.class.path",
            "remote.log.storage.manager.impl.prefix",
            "remote.log.storage.system.enable",
        ],
    ),
    (
        TRANSACTIONS,
        &[
            "add.partitions.to.txn.retry.backoff.max.ms",
            "add.partitions.to.txn.retry.backoff.ms",
            "transaction.abort.timed.out.transaction.cleanup.interval.ms",
            "transaction.max.timeout.ms",
            "transaction.partition.verification.enable",
            "transaction.remove.expired.transaction.cleanup.interval.ms",
            "transaction.state.log.load.buffer.size",
            "transaction.state.log.min.isr",
            "transaction.state.log.num.partitions",
            "transaction.state.log.replication.factor",
            "transaction.state.log.segment.bytes",
            "transactional.id.expiration.ms",
        ],
    ),
    (
        PROTOCOL,
        &[
            "group.consumer.assignors",
            "group.consumer.heartbeat.interval.ms",
            "group.consumer.max.heartbeat.interval.ms",
            "group.consumer.max.session.timeout.ms",
            "group.consumer.max.size",
            "group.consumer.migration.policy",
            "group.consumer.min.heartbeat.interval.ms",
            "group.consumer.min.session.timeout.ms",
            "group.consumer.session.timeout.ms",
            "group.coordinator.rebalance.protocols",
        ],
    ),
    (
        SHARE,
        &[
            "group.share.delivery.count.limit",
            "group.share.enable",
            "group.share.heartbeat.interval.ms",
            "group.share.max.groups",
            "group.share.max.heartbeat.interval.ms",
            "group.share.max.record.lock.duration.ms",
            "group.share.max.session.timeout.ms",
            "group.share.max.size",
            "group.share.min.heartbeat.interval.ms",
            "group.share.min.record.lock.duration.ms",
            "group.share.min.session.timeout.ms",
            "group.share.partition.max.record.locks",
            "group.share.record.lock.duration.ms",
            "group.share.session.timeout.ms",
            "share.fetch.purgatory.purge.interval.requests",
        ],
    ),
    (
        QUOTAS,
        &[
            "alter.log.dirs.replication.quota.window.num",
            "alter.log.dirs.replication.quota.window.size.seconds",
            "client.quota.callback.class",
            "controller.quota.window.num",
            "controller.quota.window.size.seconds",
            "follower.replication.throttled.rate",
            "leader.replication.throttled.rate",
            "quota.window.num",
            "quota.window.size.seconds",
            "replica.alter.log.dirs.io.max.bytes.per.second",
            "replication.quota.window.num",
            "replication.quota.window.size.seconds",
        ],
    ),
    (
        TIMESTAMPS,
        &["log.message.timestamp.after.max.ms", "log.message.timestamp.before.max.ms", "log.message.timestamp.type"],
    ),
    (FLUSH, &["log.flush.interval.ms", "log.flush.scheduler.interval.ms"]),
    (
        ONE_CONTROLLER,
        &[
            "controller.quorum.election.backoff.max.ms",
            "controller.quorum.election.timeout.ms",
            "controller.quorum.fetch.timeout.ms",
            "controller.quorum.request.timeout.ms",
            "controller.quorum.retry.backoff.ms",
        ],
    ),
    (ONE_DISK, &["log.dir", "log.dir.failure.timeout.ms", "log.dirs"]),
    (OFFSETS, &["offsets.retention.check.interval.ms", "offsets.retention.minutes"]),
    (RACKS, &["broker.rack"]),
    (
        "KRaft does not use it",
        &[
            "controlled.shutdown.max.retries",
            "controlled.shutdown.retry.backoff.ms",
            "leader.imbalance.per.broker.percentage",
        ],
    ),
    ("topics are not deleted", &["delete.topic.enable"]),
    ("set segment.ms on the topic", &["log.roll.hours", "log.roll.ms"]),
    ("one fetcher per leader, as by default", &["num.replica.fetchers"]),
    ("fetching from followers is not modelled yet", &["replica.selector.class"]),
    (
        TUNING,
        &[
            "alter.config.policy.class.name",
            "create.topic.policy.class.name",
            "delete.records.purgatory.purge.interval.requests",
            "fetch.purgatory.purge.interval.requests",
            "log.flush.start.offset.checkpoint.interval.ms",
            "log.index.interval.bytes",
            "log.index.size.max.bytes",
            "log.initial.task.delay.ms",
            "log.preallocate",
            "log.roll.jitter.hours",
            "log.roll.jitter.ms",
            "max.incremental.fetch.session.cache.slots",
            "max.request.partition.size.limit",
            "metadata.log.max.record.bytes.between.snapshots",
            "metadata.log.max.snapshot.interval.ms",
            "metadata.log.segment.bytes",
            "metadata.log.segment.ms",
            "metadata.max.idle.interval.ms",
            "offset.metadata.max.bytes",
            "offsets.load.buffer.size",
            "producer.id.expiration.check.interval.ms",
            "producer.purgatory.purge.interval.requests",
            "unstable.api.versions.enable",
            "unstable.feature.versions.enable",
        ],
    ),
];

const TOPIC: &[Ignored] = &[
    (COMPRESSION, &["compression.gzip.level", "compression.lz4.level", "compression.type", "compression.zstd.level"]),
    (
        RETENTION,
        &[
            "cleanup.policy",
            "delete.retention.ms",
            "file.delete.delay.ms",
            "max.compaction.lag.ms",
            "min.cleanable.dirty.ratio",
            "min.compaction.lag.ms",
            "retention.bytes",
            "retention.ms",
        ],
    ),
    (
        TIERED,
        &[
            "local.retention.bytes",
            "local.retention.ms",
            "remote.log.copy.disable",
            "remote.log.delete.on.disable",
            "remote.storage.enable",
        ],
    ),
    (QUOTAS, &["follower.replication.throttled.replicas", "leader.replication.throttled.replicas"]),
    (TIMESTAMPS, &["message.timestamp.after.max.ms", "message.timestamp.before.max.ms", "message.timestamp.type"]),
    (FLUSH, &["flush.ms"]),
    (TUNING, &["index.interval.bytes", "preallocate", "segment.index.bytes", "segment.jitter.ms"]),
];

const PRODUCER: &[Ignored] = &[
    (SECURITY, &["sasl.mechanism", "security.protocol"]),
    (
        CONNECTION,
        &[
            "bootstrap.servers",
            "client.dns.lookup",
            "connections.max.idle.ms",
            "metadata.recovery.rebootstrap.trigger.ms",
            "metadata.recovery.strategy",
        ],
    ),
    (
        METRICS,
        &[
            "auto.include.jmx.reporter",
            "enable.metrics.push",
            "metric.reporters",
            "metrics.num.samples",
            "metrics.recording.level",
            "metrics.sample.window.ms",
        ],
    ),
    (THREADS, &["receive.buffer.bytes", "send.buffer.bytes"]),
    (SERDES, &["key.serializer", "value.serializer"]),
    (COMPRESSION, &["compression.gzip.level", "compression.lz4.level", "compression.type", "compression.zstd.level"]),
    (TRANSACTIONS, &["transaction.timeout.ms", "transactional.id"]),
    ("it is the process name, such as checkout-0", &["client.id"]),
    ("it is off by default, and not modelled", &["partitioner.availability.timeout.ms"]),
    ("only the built-in partitioner is modelled", &["partitioner.class"]),
    (TUNING, &["interceptor.classes", "metadata.max.idle.ms", "socket.connection.setup.timeout.max.ms"]),
];

const CONSUMER: &[Ignored] = &[
    (SECURITY, &["sasl.mechanism", "security.protocol"]),
    (
        CONNECTION,
        &[
            "bootstrap.servers",
            "client.dns.lookup",
            "connections.max.idle.ms",
            "metadata.recovery.rebootstrap.trigger.ms",
            "metadata.recovery.strategy",
        ],
    ),
    (
        METRICS,
        &[
            "auto.include.jmx.reporter",
            "enable.metrics.push",
            "metric.reporters",
            "metrics.num.samples",
            "metrics.recording.level",
            "metrics.sample.window.ms",
        ],
    ),
    (THREADS, &["receive.buffer.bytes", "send.buffer.bytes"]),
    (SERDES, &["key.deserializer", "value.deserializer"]),
    (PROTOCOL, &["group.protocol", "group.remote.assignor"]),
    (RACKS, &["client.rack"]),
    ("topics are created at the start", &["allow.auto.create.topics"]),
    ("bytes do not rot in the model yet", &["check.crcs"]),
    ("it is the process name, such as billing-0", &["client.id"]),
    ("subscriptions are lists of names", &["exclude.internal.topics"]),
    ("static membership is not modelled yet", &["group.instance.id"]),
    (TUNING, &["interceptor.classes", "socket.connection.setup.timeout.max.ms"]),
];

fn tables(scope: ConfigScope) -> impl Iterator<Item = &'static Ignored> {
    let (own, shared): (&[Ignored], &[Ignored]) = match scope {
        ConfigScope::Broker => (BROKER, ENCRYPTION),
        ConfigScope::Topic => (TOPIC, &[]),
        ConfigScope::Producer => (PRODUCER, ENCRYPTION),
        ConfigScope::Consumer => (CONSUMER, ENCRYPTION),
    };
    own.iter().chain(shared)
}

/// Why a config of Kafka's has no effect in the model; none for a config that has one, or is unknown.
pub fn ignored(scope: ConfigScope, name: &str) -> Option<&'static str> {
    tables(scope).find(|(_, names)| names.contains(&name)).map(|(why, _)| *why)
}

/// Whether a config that the model ignores could change what a run shows: then a run without it says
/// nothing of the cluster that has it.
pub fn bears_on_result(scope: ConfigScope, name: &str) -> bool {
    let why = ignored(scope, name);
    why.is_some_and(|why| !WITHOUT_BEARING.contains(&why)) && !ADDRESSES.contains(&name)
}

/// The configs of Kafka's that have no effect in the model.
pub fn ignored_names(scope: ConfigScope) -> impl Iterator<Item = &'static str> {
    tables(scope).flat_map(|(_, names)| names.iter().copied())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_honoured_is_not_ignored() {
        for entry in super::super::all() {
            assert_eq!(ignored(entry.scope, entry.name), None, "{}", entry.name);
        }
    }

    #[test]
    fn no_config_is_ignored_for_two_reasons() {
        for scope in [ConfigScope::Broker, ConfigScope::Topic, ConfigScope::Producer, ConfigScope::Consumer] {
            let mut names: Vec<&str> = ignored_names(scope).collect();
            names.sort();
            for pair in names.windows(2) {
                assert_ne!(pair[0], pair[1], "{scope:?}");
            }
        }
    }

    #[test]
    fn addresses_serializers_and_metrics_change_no_result_and_transactions_do() {
        for name in ["bootstrap.servers", "key.serializer", "client.id", "ssl.truststore.location", "metric.reporters"]
        {
            assert!(
                ignored(ConfigScope::Producer, name).is_some() && !bears_on_result(ConfigScope::Producer, name),
                "{name}"
            );
        }
        for name in ["transactional.id", "compression.type", "partitioner.class", "connections.max.idle.ms"] {
            assert!(bears_on_result(ConfigScope::Producer, name), "{name}");
        }
        for name in ["group.instance.id", "group.protocol"] {
            assert!(bears_on_result(ConfigScope::Consumer, name), "{name}");
        }
        assert!(
            bears_on_result(ConfigScope::Topic, "retention.ms")
                && !bears_on_result(ConfigScope::Topic, "segment.bytes")
        );
    }

    #[test]
    fn what_a_production_client_sets_is_known() {
        for name in ["enable.metrics.push", "ssl.truststore.location", "compression.zstd.level", "metrics.num.samples"]
        {
            assert!(ignored(ConfigScope::Producer, name).is_some(), "{name}");
        }
        assert_eq!(ignored(ConfigScope::Consumer, "ssl.truststor.location"), None, "a typo is a typo");
    }
}
