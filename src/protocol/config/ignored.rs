//! Configs that Kafka knows and the model does not honour: setting one is a warning, not an error, in the releases that
//! have it.

use std::ops::RangeInclusive;

use super::ConfigScope;
use crate::protocol::rules::KafkaVersion;

/// Names that have no effect for one and the same reason.
type Ignored = (&'static str, &'static [&'static str]);

/// Why the configs of a group have no effect.
const SECURITY: &str = "security is not modelled";
const METRICS: &str = "metrics are collected by the simulator itself";
const CONNECTION: &str = "the simulator connects its processes itself";
const SERDES: &str = "records are descriptors, they are not serialized";
const COMPRESSION: &str =
    "batches are compressed by their producer, to the size that the workload says, and stay as they came";
const CLEANER: &str = "a broker has one cleaner thread, which reads as fast as its disk and a processor allow";
const METADATA_LOG: &str = "the metadata log keeps everything";
const TIERED: &str = "tiered storage is not modelled";
const TRANSACTIONS: &str = "two-phase commit (KIP-939) and how the transaction log is loaded are not modelled";
const MACHINE: &str = "a broker has time for everything, unless the scenario has a `machine:`; this is one of its keys";
const THREADS: &str = "threads and sockets are not modelled one by one";
const SHARE: &str = "of share groups the model has what bears on records: this is as by default";
const SHARE_DEAD_LETTERS: &str = "dead letter queues of share groups (KIP-1191) are not modelled";
const STREAMS: &str = "groups of Kafka Streams are not modelled";
const PROVIDERS: &str = "values are taken as they stand";
const QUOTAS: &str = "quotas are not modelled";
const FLUSH: &str = "time-based flushing is off by default and not modelled";
const SAME_CONTROLLERS: &str = "the controllers are the same for the whole run, and read their whole log";
const ONE_DISK: &str = "a broker has one disk";
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
    "config.providers",
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
        "sasl.oauthbearer.allow.unverified.audience",
        "sasl.oauthbearer.allow.unverified.issuer",
        "sasl.oauthbearer.assertion.algorithm",
        "sasl.oauthbearer.assertion.claim.aud",
        "sasl.oauthbearer.assertion.claim.exp.seconds",
        "sasl.oauthbearer.assertion.claim.iss",
        "sasl.oauthbearer.assertion.claim.jti.include",
        "sasl.oauthbearer.assertion.claim.nbf.seconds",
        "sasl.oauthbearer.assertion.claim.sub",
        "sasl.oauthbearer.assertion.file",
        "sasl.oauthbearer.assertion.private.key.file",
        "sasl.oauthbearer.assertion.private.key.passphrase",
        "sasl.oauthbearer.assertion.template.file",
        "sasl.oauthbearer.client.credentials.client.id",
        "sasl.oauthbearer.client.credentials.client.secret",
        "sasl.oauthbearer.clock.skew.seconds",
        "sasl.oauthbearer.expected.audience",
        "sasl.oauthbearer.expected.issuer",
        "sasl.oauthbearer.header.urlencode",
        "sasl.oauthbearer.jwks.endpoint.refresh.ms",
        "sasl.oauthbearer.jwks.endpoint.retry.backoff.max.ms",
        "sasl.oauthbearer.jwks.endpoint.retry.backoff.ms",
        "sasl.oauthbearer.jwks.endpoint.url",
        "sasl.oauthbearer.jwt.retriever.class",
        "sasl.oauthbearer.jwt.validator.class",
        "sasl.oauthbearer.scope",
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
    (MACHINE, &["num.io.threads", "num.network.threads", "queued.max.requests"]),
    (
        THREADS,
        &[
            "background.threads",
            "group.coordinator.background.threads",
            "group.coordinator.threads",
            "num.recovery.threads.per.data.dir",
            "num.replica.alter.log.dirs.threads",
            "queued.max.request.bytes",
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
            "max.decompressed.message.bytes",
            "offsets.topic.compression.codec",
        ],
    ),
    (CLEANER, &["log.cleaner.io.buffer.size", "log.cleaner.threads"]),
    (METADATA_LOG, &["metadata.max.retention.bytes", "metadata.max.retention.ms"]),
    (
        TIERED,
        &[
            "follower.fetch.last.tiered.offset.enable",
            "log.local.retention.bytes",
            "log.local.retention.ms",
            "log.remote.copy.lag.bytes",
            "log.remote.copy.lag.ms",
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
            "remote.log.manager.follower.thread.pool.size",
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
    (TRANSACTIONS, &["transaction.state.log.load.buffer.size", "transaction.two.phase.commit.enable"]),
    (
        SHARE,
        &[
            "errors.deadletterqueue.auto.create.topics.enable",
            "errors.deadletterqueue.topic.name.prefix",
            "group.share.assignors",
            "group.share.enable",
            "group.share.max.assignment.interval.ms",
            "group.share.max.delivery.count.limit",
            "group.share.max.groups",
            "group.share.max.partition.max.record.locks",
            "group.share.min.assignment.interval.ms",
            "group.share.min.delivery.count.limit",
            "group.share.min.partition.max.record.locks",
            "share.coordinator.cached.buffer.max.bytes",
            "share.coordinator.load.buffer.size",
            "share.coordinator.state.topic.compression.codec",
            "share.coordinator.threads",
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
    (FLUSH, &["log.flush.interval.ms", "log.flush.scheduler.interval.ms"]),
    (
        SAME_CONTROLLERS,
        &[
            "controller.quorum.auto.join.enable",
            "controller.quorum.fetch.max.bytes",
            "controller.quorum.fetch.snapshot.max.bytes",
        ],
    ),
    (ONE_DISK, &["cordoned.log.dirs", "log.dir", "log.dir.failure.timeout.ms", "log.dirs"]),
    (
        "KRaft does not use it",
        &[
            "controlled.shutdown.max.retries",
            "controlled.shutdown.retry.backoff.ms",
            "leader.imbalance.per.broker.percentage",
        ],
    ),
    ("topics are not deleted", &["delete.topic.enable"]),
    ("one fetcher per leader, as by default", &["num.replica.fetchers"]),
    (
        TUNING,
        &[
            "alter.config.policy.class.name",
            "create.topic.policy.class.name",
            "delete.records.purgatory.purge.interval.requests",
            "fetch.purgatory.purge.interval.requests",
            "group.coordinator.cached.buffer.max.bytes",
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
            "offset.metadata.max.bytes",
            "offsets.load.buffer.size",
            "producer.id.expiration.check.interval.ms",
            "producer.purgatory.purge.interval.requests",
            "unstable.api.versions.enable",
            "unstable.feature.versions.enable",
        ],
    ),
    (
        STREAMS,
        &[
            "group.streams.assignment.interval.ms",
            "group.streams.assignors",
            "group.streams.heartbeat.interval.ms",
            "group.streams.initial.rebalance.delay.ms",
            "group.streams.max.assignment.interval.ms",
            "group.streams.max.heartbeat.interval.ms",
            "group.streams.max.session.timeout.ms",
            "group.streams.max.size",
            "group.streams.max.standby.replicas",
            "group.streams.min.assignment.interval.ms",
            "group.streams.min.heartbeat.interval.ms",
            "group.streams.min.session.timeout.ms",
            "group.streams.num.standby.replicas",
            "group.streams.rack.aware.assignment.tags",
            "group.streams.session.timeout.ms",
            "group.streams.topology.description.plugin.class",
        ],
    ),
    (PROVIDERS, &["config.providers"]),
];

const TOPIC: &[Ignored] = &[
    (
        COMPRESSION,
        &[
            "compression.gzip.level",
            "compression.lz4.level",
            "compression.type",
            "compression.zstd.level",
            "max.decompressed.message.bytes",
        ],
    ),
    (
        TIERED,
        &[
            "local.retention.bytes",
            "local.retention.ms",
            "remote.copy.lag.bytes",
            "remote.copy.lag.ms",
            "remote.log.copy.disable",
            "remote.log.delete.on.disable",
            "remote.storage.enable",
        ],
    ),
    (QUOTAS, &["follower.replication.throttled.replicas", "leader.replication.throttled.replicas"]),
    (FLUSH, &["flush.ms"]),
    (TUNING, &["index.interval.bytes", "preallocate", "segment.index.bytes", "segment.jitter.ms"]),
    (SHARE_DEAD_LETTERS, &["errors.deadletterqueue.group.enable"]),
];

const PRODUCER: &[Ignored] = &[
    (SECURITY, &["sasl.mechanism", "security.protocol"]),
    (
        CONNECTION,
        &[
            "bootstrap.resolve.timeout.ms",
            "bootstrap.servers",
            "client.dns.lookup",
            "connections.max.idle.ms",
            "metadata.cluster.check.enable",
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
    (COMPRESSION, &["compression.gzip.level", "compression.lz4.level", "compression.zstd.level"]),
    (TRANSACTIONS, &["transaction.two.phase.commit.enable"]),
    ("it is the process name, such as checkout-0", &["client.id"]),
    (TUNING, &["interceptor.classes", "socket.connection.setup.timeout.max.ms"]),
    (PROVIDERS, &["config.providers"]),
];

const CONSUMER: &[Ignored] = &[
    (SECURITY, &["sasl.mechanism", "security.protocol"]),
    (
        CONNECTION,
        &[
            "bootstrap.resolve.timeout.ms",
            "bootstrap.servers",
            "client.dns.lookup",
            "connections.max.idle.ms",
            "metadata.cluster.check.enable",
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
    ("topics are created at the start", &["allow.auto.create.topics"]),
    ("bytes do not rot in the model yet", &["check.crcs"]),
    ("it is the process name, such as billing-0", &["client.id"]),
    ("subscriptions are lists of names", &["exclude.internal.topics"]),
    (TUNING, &["interceptor.classes", "socket.connection.setup.timeout.max.ms"]),
    (PROVIDERS, &["config.providers"]),
];

const GROUP: &[Ignored] = &[
    (SHARE_DEAD_LETTERS, &["errors.deadletterqueue.copy.record.enable", "errors.deadletterqueue.topic.name"]),
    (
        THREADS,
        &["consumer.assignor.offload.enable", "share.assignor.offload.enable", "streams.assignor.offload.enable"],
    ),
    (
        STREAMS,
        &[
            "streams.assignment.interval.ms",
            "streams.heartbeat.interval.ms",
            "streams.initial.rebalance.delay.ms",
            "streams.num.standby.replicas",
            "streams.session.timeout.ms",
            "streams.task.offset.interval.ms",
        ],
    ),
];

/// Of these scopes' configs with these names, a release that bounds them.
type Bound = (KafkaVersion, &'static [ConfigScope], &'static [&'static str]);
/// Wherever the name is known.
const EVERYWHERE: &[ConfigScope] =
    &[ConfigScope::Broker, ConfigScope::Topic, ConfigScope::Producer, ConfigScope::Consumer, ConfigScope::Group];

/// Configs that are younger than the oldest release: the first that has them.
const SINCE: &[Bound] = &[
    (
        KafkaVersion::V4_1,
        EVERYWHERE,
        &[
            "group.share.assignors",
            "group.streams.heartbeat.interval.ms",
            "group.streams.max.heartbeat.interval.ms",
            "group.streams.max.session.timeout.ms",
            "group.streams.max.size",
            "group.streams.max.standby.replicas",
            "group.streams.min.heartbeat.interval.ms",
            "group.streams.min.session.timeout.ms",
            "group.streams.num.standby.replicas",
            "group.streams.session.timeout.ms",
            "sasl.oauthbearer.assertion.algorithm",
            "sasl.oauthbearer.assertion.claim.aud",
            "sasl.oauthbearer.assertion.claim.exp.seconds",
            "sasl.oauthbearer.assertion.claim.iss",
            "sasl.oauthbearer.assertion.claim.jti.include",
            "sasl.oauthbearer.assertion.claim.nbf.seconds",
            "sasl.oauthbearer.assertion.claim.sub",
            "sasl.oauthbearer.assertion.file",
            "sasl.oauthbearer.assertion.private.key.file",
            "sasl.oauthbearer.assertion.private.key.passphrase",
            "sasl.oauthbearer.assertion.template.file",
            "sasl.oauthbearer.client.credentials.client.id",
            "sasl.oauthbearer.client.credentials.client.secret",
            "sasl.oauthbearer.jwt.retriever.class",
            "sasl.oauthbearer.jwt.validator.class",
            "sasl.oauthbearer.scope",
            "transaction.two.phase.commit.enable",
        ],
    ),
    (
        KafkaVersion::V4_2,
        EVERYWHERE,
        &[
            "controller.quorum.auto.join.enable",
            "group.streams.initial.rebalance.delay.ms",
            "remote.log.manager.follower.thread.pool.size",
        ],
    ),
    (
        KafkaVersion::V4_3,
        EVERYWHERE,
        &[
            "controller.quorum.fetch.max.bytes",
            "controller.quorum.fetch.snapshot.max.bytes",
            "cordoned.log.dirs",
            "follower.fetch.last.tiered.offset.enable",
            "group.coordinator.background.threads",
            "group.coordinator.cached.buffer.max.bytes",
            "group.share.max.assignment.interval.ms",
            "group.share.max.delivery.count.limit",
            "group.share.max.partition.max.record.locks",
            "group.share.min.assignment.interval.ms",
            "group.share.min.delivery.count.limit",
            "group.share.min.partition.max.record.locks",
            "group.streams.assignment.interval.ms",
            "group.streams.max.assignment.interval.ms",
            "group.streams.min.assignment.interval.ms",
            "share.coordinator.cached.buffer.max.bytes",
        ],
    ),
    (
        KafkaVersion::V4_4,
        EVERYWHERE,
        &[
            "bootstrap.resolve.timeout.ms",
            "errors.deadletterqueue.auto.create.topics.enable",
            "errors.deadletterqueue.copy.record.enable",
            "errors.deadletterqueue.group.enable",
            "errors.deadletterqueue.topic.name",
            "errors.deadletterqueue.topic.name.prefix",
            "group.streams.assignors",
            "group.streams.rack.aware.assignment.tags",
            "group.streams.topology.description.plugin.class",
            "log.remote.copy.lag.bytes",
            "log.remote.copy.lag.ms",
            "max.decompressed.message.bytes",
            "metadata.cluster.check.enable",
            "partitioner.rack.aware",
            "remote.copy.lag.bytes",
            "remote.copy.lag.ms",
            "sasl.oauthbearer.allow.unverified.audience",
            "sasl.oauthbearer.allow.unverified.issuer",
        ],
    ),
    // Consumers have always had a rack.
    (KafkaVersion::V4_4, &[ConfigScope::Producer], &["client.rack"]),
];
/// Configs that are gone: the last release that has them.
const UNTIL: &[Bound] = &[
    (KafkaVersion::V4_0, EVERYWHERE, &["group.share.max.groups"]),
    (KafkaVersion::V4_2, EVERYWHERE, &["group.share.enable"]),
];

fn tables(scope: ConfigScope) -> impl Iterator<Item = &'static Ignored> {
    let (own, shared): (&[Ignored], &[Ignored]) = match scope {
        ConfigScope::Broker => (BROKER, ENCRYPTION),
        ConfigScope::Topic => (TOPIC, &[]),
        ConfigScope::Producer => (PRODUCER, ENCRYPTION),
        ConfigScope::Consumer => (CONSUMER, ENCRYPTION),
        ConfigScope::Group => (GROUP, &[]),
    };
    own.iter().chain(shared)
}

/// Why a config of Kafka's has no effect in the model; none for a config that has one, or is unknown.
pub fn ignored(scope: ConfigScope, name: &str) -> Option<&'static str> {
    tables(scope).find(|(_, names)| names.contains(&name)).map(|(why, _)| *why)
}

/// The releases that have a config.
pub fn releases(scope: ConfigScope, name: &str) -> RangeInclusive<KafkaVersion> {
    let is_it = |(_, scopes, names): &&Bound| scopes.contains(&scope) && names.contains(&name);
    let find = |table: &[Bound]| table.iter().find(is_it).map(|row| row.0);
    find(SINCE).unwrap_or(KafkaVersion::V4_0)..=find(UNTIL).unwrap_or(KafkaVersion::NEWEST)
}

/// The releases that have a config, in words, if they are not all of them: `since Kafka 4.4`.
pub fn releases_text(scope: ConfigScope, name: &str) -> Option<String> {
    let releases = releases(scope, name);
    match (*releases.start(), *releases.end()) {
        (KafkaVersion::V4_0, KafkaVersion::NEWEST) => None,
        (since, KafkaVersion::NEWEST) => Some(format!("since Kafka {}", since.name())),
        (KafkaVersion::V4_0, until) => Some(format!("until Kafka {}", until.name())),
        (since, until) => Some(format!("Kafka {} to {}", since.name(), until.name())),
    }
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
        for scope in ConfigScope::ALL {
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
        for name in ["transaction.two.phase.commit.enable", "interceptor.classes", "connections.max.idle.ms"] {
            assert!(bears_on_result(ConfigScope::Producer, name), "{name}");
        }
        for name in ["check.crcs", "interceptor.classes"] {
            assert!(bears_on_result(ConfigScope::Consumer, name), "{name}");
        }
        assert!(
            bears_on_result(ConfigScope::Topic, "local.retention.ms")
                && !bears_on_result(ConfigScope::Topic, "segment.bytes")
        );
    }

    #[test]
    fn a_config_has_the_releases_that_kafka_has_it_in() {
        let text = |scope, name| releases_text(scope, name);
        assert_eq!(text(ConfigScope::Producer, "partitioner.rack.aware").as_deref(), Some("since Kafka 4.4"));
        assert_eq!(text(ConfigScope::Producer, "client.rack").as_deref(), Some("since Kafka 4.4"));
        assert_eq!(text(ConfigScope::Consumer, "client.rack"), None);
        assert_eq!(text(ConfigScope::Broker, "group.share.max.groups").as_deref(), Some("until Kafka 4.0"));
        assert_eq!(text(ConfigScope::Broker, "log.dirs"), None);
        // A name in these lists is one of a table, or is honoured.
        let all = super::super::all();
        let is_known = |scope: ConfigScope, name: &str| {
            ignored(scope, name).is_some() || all.iter().any(|entry| (entry.scope, entry.name) == (scope, name))
        };
        for (_, scopes, names) in SINCE.iter().chain(UNTIL) {
            for name in *names {
                assert!(scopes.iter().any(|scope| is_known(*scope, name)), "{name}");
            }
        }
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
