//! Configs that Kafka 4.0 knows and the model does not honour: setting one is a warning, not an error.

use super::Scope;

/// Why the configs of a group have no effect.
const SECURITY: &str = "security is not modelled";
const METRICS: &str = "metrics are collected by the simulator itself";
const CONNECTION: &str = "the simulator connects its processes itself";
const SERDES: &str = "records are descriptors, they are not serialized";
const COMPRESSION: &str = "payload bytes are not stored, so nothing is compressed";
const RETENTION: &str = "retention and compaction are not modelled yet";
const TRANSACTIONS: &str = "transactions are not modelled yet";
const THREADS: &str = "threads and sockets are not modelled one by one";
const PROTOCOL: &str = "only the classic group protocol is modelled yet";
const TUNING: &str = "the model has no counterpart";

const BROKER: &[(&str, &str)] = &[
    ("advertised.listeners", CONNECTION),
    ("background.threads", THREADS),
    ("broker.id", CONNECTION),
    ("broker.rack", "racks are not modelled yet"),
    ("compression.type", COMPRESSION),
    ("connections.max.idle.ms", CONNECTION),
    ("controller.listener.names", CONNECTION),
    ("controller.quorum.bootstrap.servers", CONNECTION),
    ("controller.quorum.election.timeout.ms", "there is one controller"),
    ("controller.quorum.fetch.timeout.ms", "there is one controller"),
    ("controller.quorum.voters", CONNECTION),
    ("controlled.shutdown.max.retries", "KRaft does not use it"),
    ("delete.topic.enable", "topics are not deleted"),
    ("fetch.purgatory.purge.interval.requests", TUNING),
    ("group.consumer.heartbeat.interval.ms", PROTOCOL),
    ("group.consumer.session.timeout.ms", PROTOCOL),
    ("group.coordinator.rebalance.protocols", PROTOCOL),
    ("group.coordinator.threads", THREADS),
    ("initial.broker.registration.timeout.ms", TUNING),
    ("inter.broker.listener.name", CONNECTION),
    ("leader.imbalance.per.broker.percentage", "KRaft does not use it"),
    ("listener.security.protocol.map", SECURITY),
    ("listeners", CONNECTION),
    ("log.cleaner.enable", RETENTION),
    ("log.cleanup.policy", RETENTION),
    ("log.dir", "a broker has one disk"),
    ("log.dirs", "a broker has one disk"),
    ("log.flush.interval.ms", "time-based flushing is off by default and not modelled"),
    ("log.flush.scheduler.interval.ms", "time-based flushing is off by default and not modelled"),
    ("log.index.interval.bytes", TUNING),
    ("log.message.timestamp.type", "records keep the time at which they were sent"),
    ("log.retention.bytes", RETENTION),
    ("log.retention.check.interval.ms", RETENTION),
    ("log.retention.hours", RETENTION),
    ("log.retention.minutes", RETENTION),
    ("log.retention.ms", RETENTION),
    ("log.roll.hours", "set segment.ms on the topic"),
    ("log.roll.ms", "set segment.ms on the topic"),
    ("log.segment.delete.delay.ms", RETENTION),
    ("metadata.log.dir", CONNECTION),
    ("metric.reporters", METRICS),
    ("node.id", CONNECTION),
    ("num.io.threads", THREADS),
    ("num.network.threads", THREADS),
    ("num.recovery.threads.per.data.dir", THREADS),
    ("num.replica.fetchers", "one fetcher per leader, as by default"),
    ("offsets.retention.check.interval.ms", "offsets do not expire in the model yet"),
    ("offsets.retention.minutes", "offsets do not expire in the model yet"),
    ("offsets.topic.compression.codec", COMPRESSION),
    ("offsets.topic.segment.bytes", RETENTION),
    ("process.roles", CONNECTION),
    ("queued.max.requests", THREADS),
    ("replica.selector.class", "fetching from followers is not modelled yet"),
    ("replica.socket.receive.buffer.bytes", THREADS),
    ("socket.receive.buffer.bytes", THREADS),
    ("socket.request.max.bytes", THREADS),
    ("socket.send.buffer.bytes", THREADS),
    ("ssl.keystore.location", SECURITY),
    ("transaction.state.log.min.isr", TRANSACTIONS),
    ("transaction.state.log.num.partitions", TRANSACTIONS),
    ("transaction.state.log.replication.factor", TRANSACTIONS),
    ("transactional.id.expiration.ms", TRANSACTIONS),
];

const TOPIC: &[(&str, &str)] = &[
    ("cleanup.policy", RETENTION),
    ("compression.type", COMPRESSION),
    ("delete.retention.ms", RETENTION),
    ("file.delete.delay.ms", RETENTION),
    ("flush.ms", "time-based flushing is off by default and not modelled"),
    ("index.interval.bytes", TUNING),
    ("max.compaction.lag.ms", RETENTION),
    ("message.timestamp.type", "records keep the time at which they were sent"),
    ("min.cleanable.dirty.ratio", RETENTION),
    ("min.compaction.lag.ms", RETENTION),
    ("preallocate", TUNING),
    ("remote.storage.enable", "tiered storage is not modelled"),
    ("retention.bytes", RETENTION),
    ("retention.ms", RETENTION),
    ("segment.index.bytes", TUNING),
    ("segment.jitter.ms", TUNING),
];

const PRODUCER: &[(&str, &str)] = &[
    ("bootstrap.servers", CONNECTION),
    ("client.dns.lookup", CONNECTION),
    ("client.id", "it is the process name, such as checkout-0"),
    ("compression.type", COMPRESSION),
    ("connections.max.idle.ms", CONNECTION),
    ("interceptor.classes", TUNING),
    ("key.serializer", SERDES),
    ("metadata.max.idle.ms", TUNING),
    ("metadata.recovery.strategy", CONNECTION),
    ("metric.reporters", METRICS),
    ("partitioner.availability.timeout.ms", "it is off by default, and not modelled"),
    ("partitioner.class", "only the built-in partitioner is modelled"),
    ("receive.buffer.bytes", THREADS),
    ("sasl.jaas.config", SECURITY),
    ("sasl.mechanism", SECURITY),
    ("security.protocol", SECURITY),
    ("send.buffer.bytes", THREADS),
    ("socket.connection.setup.timeout.max.ms", TUNING),
    ("transaction.timeout.ms", TRANSACTIONS),
    ("transactional.id", TRANSACTIONS),
    ("value.serializer", SERDES),
];

const CONSUMER: &[(&str, &str)] = &[
    ("allow.auto.create.topics", "topics are created at the start"),
    ("bootstrap.servers", CONNECTION),
    ("check.crcs", "bytes do not rot in the model yet"),
    ("client.dns.lookup", CONNECTION),
    ("client.id", "it is the process name, such as billing-0"),
    ("client.rack", "racks are not modelled yet"),
    ("connections.max.idle.ms", CONNECTION),
    ("exclude.internal.topics", "subscriptions are lists of names"),
    ("group.id", "it is the name under `groups`"),
    ("group.instance.id", "static membership is not modelled yet"),
    ("group.protocol", PROTOCOL),
    ("group.remote.assignor", PROTOCOL),
    ("interceptor.classes", TUNING),
    ("key.deserializer", SERDES),
    ("metadata.recovery.strategy", CONNECTION),
    ("metric.reporters", METRICS),
    ("receive.buffer.bytes", THREADS),
    ("sasl.jaas.config", SECURITY),
    ("sasl.mechanism", SECURITY),
    ("security.protocol", SECURITY),
    ("send.buffer.bytes", THREADS),
    ("socket.connection.setup.timeout.max.ms", TUNING),
    ("value.deserializer", SERDES),
];

fn table(scope: Scope) -> &'static [(&'static str, &'static str)] {
    match scope {
        Scope::Broker => BROKER,
        Scope::Topic => TOPIC,
        Scope::Producer => PRODUCER,
        Scope::Consumer => CONSUMER,
    }
}

/// Why a config of Kafka's has no effect in the model; none for a config that has one, or is unknown.
pub fn ignored(scope: Scope, name: &str) -> Option<&'static str> {
    table(scope).iter().find(|(n, _)| *n == name).map(|(_, why)| *why)
}

/// The configs of Kafka's that have no effect in the model, in alphabetical order or nearly so.
pub fn ignored_names(scope: Scope) -> impl Iterator<Item = &'static str> {
    table(scope).iter().map(|(name, _)| *name)
}

#[cfg(test)]
mod tests {
    #[test]
    fn what_is_honoured_is_not_ignored() {
        for entry in super::super::all() {
            assert_eq!(super::ignored(entry.scope, entry.name), None, "{}", entry.name);
        }
    }
}
