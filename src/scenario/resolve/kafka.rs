//! What Kafka itself refuses or changes when a process starts or a topic is created.

use crate::app::spec::{SourceSpec, ValueSize};
use crate::protocol::config::{BrokerConfig, ConsumerConfig, Limit, ProducerConfig, TopicConfig};
use crate::protocol::messages::{Acks, GroupProtocol};
use crate::scenario::codes;
use crate::scenario::configs::Configs;
use crate::scenario::file::workload::Producer;
use crate::scenario::findings::Findings;
use crate::scenario::node::{At, Span};
use crate::sim::time::Nanos;

/// The relations that `KafkaConfig.validateValues` requires.
pub(super) fn broker_timeouts(config: &Configs<BrokerConfig>, findings: &mut Findings) {
    let wait = config.value.replica_fetch_wait_max;
    for (name, limit) in [
        ("replica.socket.timeout.ms", config.value.replica_socket_timeout),
        ("replica.lag.time.max.ms", config.value.replica_lag_time_max),
    ] {
        if wait > limit
            && let Some(span) = config.place(name).or_else(|| config.place("replica.fetch.wait.max.ms"))
        {
            findings
                .error(codes::BROKER_TIMEOUTS, span, format!("{name} is below replica.fetch.wait.max.ms"))
                .label(format!("{} ms < {} ms", limit.as_millis(), wait.as_millis()))
                .help("the broker would not start");
        }
    }
    let (beat, session) = (config.value.broker_heartbeat_interval, config.value.broker_session_timeout);
    if beat >= session
        && let Some(span) =
            config.place("broker.heartbeat.interval.ms").or_else(|| config.place("broker.session.timeout.ms"))
    {
        findings
            .warning(
                codes::BROKER_TIMEOUTS,
                span,
                "broker.heartbeat.interval.ms is not below broker.session.timeout.ms",
            )
            .label(format!("{} ms >= {} ms", beat.as_millis(), session.as_millis()))
            .help("every broker is fenced between two of its heartbeats: a quarter of the session is usual");
    }
    let (low, high) = (config.value.group_min_session_timeout, config.value.group_max_session_timeout);
    if low > high
        && let Some(span) =
            config.place("group.min.session.timeout.ms").or_else(|| config.place("group.max.session.timeout.ms"))
    {
        findings
            .warning(codes::SESSION_TIMEOUT, span, "group.min.session.timeout.ms is above group.max.session.timeout.ms")
            .label(format!("{} ms > {} ms", low.as_millis(), high.as_millis()))
            .help("no member can join: INVALID_SESSION_TIMEOUT");
    }
}

/// `GroupCoordinatorConfig`: what a broker refuses to start with, of groups of the new protocol.
pub(super) fn consumer_group_bounds(config: &Configs<BrokerConfig>, findings: &mut Findings) {
    let c = &config.value;
    let (beat, session) = ("group.consumer.heartbeat.interval.ms", "group.consumer.session.timeout.ms");
    let (beat_min, beat_max) = ("group.consumer.min.heartbeat.interval.ms", "group.consumer.max.heartbeat.interval.ms");
    let (session_min, session_max) = ("group.consumer.min.session.timeout.ms", "group.consumer.max.session.timeout.ms");
    for ((low_name, low), (high_name, high), strict) in [
        ((beat_min, c.group_consumer_min_heartbeat_interval), (beat, c.group_consumer_heartbeat_interval), false),
        ((beat, c.group_consumer_heartbeat_interval), (beat_max, c.group_consumer_max_heartbeat_interval), false),
        ((session_min, c.group_consumer_min_session_timeout), (session, c.group_consumer_session_timeout), false),
        ((session, c.group_consumer_session_timeout), (session_max, c.group_consumer_max_session_timeout), false),
        ((beat, c.group_consumer_heartbeat_interval), (session, c.group_consumer_session_timeout), true),
    ] {
        let fits = if strict { low < high } else { low <= high };
        if fits {
            continue;
        }
        // What is set is wrong, not the bound that is not.
        let (name, span) = match (config.place(low_name), config.place(high_name)) {
            (Some(span), _) => (low_name, span),
            (None, Some(span)) => (high_name, span),
            (None, None) => continue,
        };
        let than = if strict { "less than" } else { "less than or equal to" };
        findings
            .error(codes::BROKER_TIMEOUTS, span, format!("{low_name} must be {than} {high_name}"))
            .label(format!("{} ms and {} ms", low.as_millis(), high.as_millis()))
            .help(format!("the broker would not start: change {name}, or the other one with it"));
    }
}

/// Kafka's first look for segments that may go (`log.initial.task.delay.ms`).
const FIRST_LOOK: Nanos = Nanos::from_secs(30);

/// `KafkaConfig.validateValues`: a broker keeps nothing for no time at all. (A topic may: retention.ms=0.)
pub(super) fn broker_retention(config: &Configs<BrokerConfig>, findings: &mut Findings) {
    if config.value.log_retention() == Limit::UpTo(Nanos::ZERO)
        && let Some(span) = ["log.retention.ms", "log.retention.minutes", "log.retention.hours"]
            .into_iter()
            .find_map(|name| config.place(name))
    {
        findings
            .error(codes::OUT_OF_RANGE, span, "log.retention.ms must be unlimited (-1) or at least 1")
            .label("no time at all")
            .help("the broker would not start");
    }
}

/// Whether a look for old segments comes late enough to find one, before the run ends.
pub(super) fn topic_retention(
    topic: &Configs<TopicConfig>,
    broker: &BrokerConfig,
    end: Nanos,
    findings: &mut Findings,
) {
    let config = topic.over(broker.topic_defaults());
    let (Some(span), Some(age), None) =
        (topic.place("retention.ms"), config.retention.get(), config.retention_bytes.get())
    else {
        return;
    };
    let interval = broker.log_retention_check_interval;
    let looks = age.saturating_sub(FIRST_LOOK).0 / interval.0 + u64::from(age >= FIRST_LOOK);
    let first = FIRST_LOOK.saturating_add(interval.saturating_mul(looks));
    if config.cleanup_policy.delete && first > end {
        findings
            .warning(codes::RETENTION, span, "nothing is deleted in this run")
            .label(format!("the first look at segments that old comes at {first}, the run ends at {end}"))
            .help("choose a shorter retention.ms or log.retention.check.interval.ms, or a longer `duration`");
    }
}

/// `Topic.hasCollision`: names that differ only in `.` and `_`.
pub(super) fn colliding_topics<T>(topics: &[(At<String>, T)], findings: &mut Findings) {
    let mut seen: litemap::LiteMap<_, _> = litemap::LiteMap::new();
    for (name, _) in topics {
        if let Some(other) = seen.insert(name.value.replace('.', "_"), name) {
            findings
                .error(codes::NAMES_COLLIDE, name.span, format!("`{}` collides with `{}`", name.value, other.value))
                .label("they differ only in `.` and `_`")
                .help("Kafka's metrics could not tell them apart: rename one");
        }
    }
}

/// `ProducerConfig.postProcessAndValidateIdempotenceConfigs` and
/// `KafkaProducer.configureDeliveryTimeout`: what a producer really runs with.
pub(super) fn producer(config: &Configs<ProducerConfig>, at: Span, findings: &mut Findings) -> ProducerConfig {
    let mut effective = config.value.clone();
    idempotence(config, &mut effective, findings);
    delivery_timeout(config, &mut effective, findings);
    buffer(config, at, findings);
    rack_awareness(config, findings);
    effective
}

/// `BuiltInPartitioner` looks for leaders in the rack of `client.rack`.
fn rack_awareness(config: &Configs<ProducerConfig>, findings: &mut Findings) {
    let (aware, rack) = (config.value.partitioner_rack_aware, !config.value.client_rack.as_str().is_empty());
    if aware && !rack {
        let span = config.place("partitioner.rack.aware");
        let help = "say in which rack it stands: `client.rack: a`";
        warn(span, "`partitioner.rack.aware` without `client.rack`", help, findings);
    } else if rack && !aware {
        let span = config.place("client.rack");
        let help = "set `partitioner.rack.aware: true`, or say `rack` beside `config` if only the distance is meant";
        warn(span, "`client.rack` without `partitioner.rack.aware`", help, findings);
    }
    fn warn(span: Option<Span>, title: &str, help: &str, findings: &mut Findings) {
        let Some(span) = span else { return };
        findings.warning(codes::RACK_WITHOUT_EFFECT, span, title).label("no partition is chosen for it").help(help);
    }
}

/// `BufferPool.allocate` throws when one batch is larger than the whole memory.
fn buffer(config: &Configs<ProducerConfig>, at: Span, findings: &mut Findings) {
    let (batch, memory) = (u64::from(config.value.batch_size), config.value.buffer_memory);
    if batch > memory {
        let span = config.place("buffer.memory").or_else(|| config.place("batch.size")).unwrap_or(at);
        findings
            .warning(codes::BUFFER, span, "no batch fits into buffer.memory")
            .label(format!("batch.size is {batch}, buffer.memory {memory}"))
            .help("every send() throws an IllegalArgumentException: raise buffer.memory, or lower batch.size");
    }
}

/// Records that every send() or every append refuses (RecordTooLargeException).
pub(super) fn record_size(spec: &SourceSpec, topic: Option<&TopicConfig>, at: Span, findings: &mut Findings) {
    let least = match spec.value_size {
        ValueSize::Constant(bytes) => u64::from(bytes),
        ValueSize::Uniform(low, _) => u64::from(low),
    };
    let limits = [
        ("max.request.size", u64::from(spec.producer.config.max_request_size)),
        ("buffer.memory", spec.producer.config.buffer_memory),
        ("max.message.bytes", topic.map_or(u64::MAX, |config| u64::from(config.max_message_bytes))),
        ("segment.bytes", topic.map_or(u64::MAX, |config| config.segment_bytes)),
    ];
    // A producer whose memory is too small for anything has been told so.
    let too_small = spec.producer.config.buffer_memory < u64::from(spec.producer.config.batch_size);
    if let Some((name, limit)) = limits.into_iter().find(|(_, limit)| least > *limit).filter(|_| !too_small) {
        findings
            .warning(codes::RECORD_TOO_LARGE, at, format!("no record of this producer is below {name}"))
            .label(format!("{least} bytes, {name} is {limit}"))
            .help(format!("every record fails with RecordTooLargeException: raise {name}, or make values smaller"));
    }
}

/// Where a topic is compacted, a record without a key is refused (InvalidRecordException).
pub(super) fn null_keys(
    spec: &SourceSpec,
    producer: &Producer,
    topic: Option<&TopicConfig>,
    at: Span,
    findings: &mut Findings,
) {
    if !topic.is_some_and(|config| config.cleanup_policy.compact) {
        return;
    }
    let drawn = producer.rate.as_ref().filter(|_| spec.keys.count() == 0).map(|_| producer.keys.as_ref());
    let drawn = drawn.map(|keys| keys.map_or(at, |keys| keys.span));
    let given = spec.records.iter().any(|record| record.key.is_none());
    let given = producer.records.as_ref().filter(|_| given).map(|records| records.span);
    if let Some(span) = drawn.or(given) {
        findings
            .warning(codes::NULL_KEYS, span, "records without a key, and the topic is compacted")
            .label("the leader refuses them: INVALID_RECORD")
            .help("give them keys, or take `compact` out of the topic's cleanup.policy");
    }
}

/// `LogConfig.validateValues`.
pub(super) fn compaction_lags(config: &TopicConfig, at: Span, findings: &mut Findings) {
    let (least, most) = (config.min_compaction_lag, config.max_compaction_lag);
    if least > most {
        findings
            .error(codes::COMPACTION_LAGS, at, "min.compaction.lag.ms is above max.compaction.lag.ms")
            .label(format!("{} ms > {} ms", least.as_millis(), most.as_millis()))
            .help("the controller refuses the topic");
    }
}

/// KIP-854: a broker that forgets a producer before its last retry takes the retry for a new batch.
pub(super) fn producer_memory(config: &ProducerConfig, broker: &BrokerConfig, at: Span, findings: &mut Findings) {
    if config.enable_idempotence && broker.producer_id_expiration < config.delivery_timeout {
        findings
            .warning(codes::PRODUCER_FORGOTTEN, at, "producer.id.expiration.ms is below delivery.timeout.ms")
            .label(format!(
                "{} ms < {} ms",
                broker.producer_id_expiration.as_millis(),
                config.delivery_timeout.as_millis()
            ))
            .help("a late retry is appended a second time: keep producers in mind for longer");
    }
}

/// `group.max.size` and `group.consumer.max.size`: members beyond it are turned away.
pub(super) fn group_size(
    members: u64,
    protocol: GroupProtocol,
    broker: &BrokerConfig,
    at: Span,
    findings: &mut Findings,
) {
    let (name, most) = match protocol {
        GroupProtocol::Classic => ("group.max.size", broker.group_max_size),
        GroupProtocol::Consumer => ("group.consumer.max.size", broker.group_consumer_max_size),
    };
    if members > u64::from(most) {
        findings
            .warning(codes::GROUP_TOO_LARGE, at, format!("{members} members where {name} is {most}"))
            .label("the others are refused (GROUP_MAX_SIZE_REACHED)")
            .help(format!("raise {name} in `cluster.config`, or use fewer members"));
    }
}

fn idempotence(config: &Configs<ProducerConfig>, effective: &mut ProducerConfig, findings: &mut Findings) {
    if !effective.enable_idempotence {
        return;
    }
    let explicit = config.place("enable.idempotence");
    let acks = (effective.acks != Acks::All).then_some(("acks", "set `acks: all`, or `enable.idempotence: false`"));
    let retries =
        (effective.retries == 0).then_some(("retries", "set `retries` above 0, or `enable.idempotence: false`"));
    for (name, help) in [retries, acks].into_iter().flatten() {
        let value = config.value.get(name).unwrap_or_default();
        let span = config.place(name).or(explicit);
        let (Some(span), Some(_)) = (span, explicit) else {
            effective.enable_idempotence = false;
            // A transactional producer cannot do without it: that is said as an error.
            if let Some(span) = span.filter(|_| config.id.is_none()) {
                findings
                    .warning(
                        codes::IDEMPOTENCE_OFF,
                        span,
                        format!("idempotence will be disabled because {name} is {value}"),
                    )
                    .label("so Kafka logs, and goes on")
                    .help("write `enable.idempotence: false` to say that it is meant");
            }
            continue;
        };
        findings
            .error(codes::IDEMPOTENCE_REFUSED, span, format!("`{name}: {value}` with `enable.idempotence: true`"))
            .label("KafkaProducer throws a ConfigException")
            .help(help);
    }
    if effective.max_in_flight > 5
        && let Some(span) = config.place("max.in.flight.requests.per.connection")
    {
        findings
            .error(
                codes::TOO_MANY_IN_FLIGHT,
                span,
                format!("{} requests in flight with idempotence", effective.max_in_flight),
            )
            .label("at most 5")
            .help("set it to 5 or less, or `enable.idempotence: false`");
    }
}

fn delivery_timeout(config: &Configs<ProducerConfig>, effective: &mut ProducerConfig, findings: &mut Findings) {
    let least = effective.linger.saturating_add(effective.request_timeout);
    if effective.delivery_timeout >= least {
        return;
    }
    if let Some(span) = config.place("delivery.timeout.ms") {
        findings
            .error(codes::DELIVERY_TIMEOUT, span, "delivery.timeout.ms is below linger.ms + request.timeout.ms")
            .label(format!("must be at least {}", least.as_millis()))
            .help("KafkaProducer throws a ConfigException: raise it, or lower request.timeout.ms");
        return;
    }
    let longest = ["request.timeout.ms", "linger.ms"].iter().find_map(|name| config.place(name));
    if let Some(span) = longest {
        findings
            .warning(codes::DELIVERY_TIMEOUT, span, format!("delivery.timeout.ms becomes {}", least.as_millis()))
            .label("Kafka raises its default to linger.ms + request.timeout.ms");
    }
    effective.delivery_timeout = least;
}

/// What the consumer and its coordinator refuse.
pub(super) fn consumer(
    config: &Configs<ConsumerConfig>,
    broker: &BrokerConfig,
    at: Span,
    findings: &mut Findings,
) -> ConsumerConfig {
    let value = &config.value;
    not_of_this_protocol(config, findings);
    if value.group_protocol == GroupProtocol::Classic {
        session_and_heartbeat(config, broker, at, findings);
    } else if let Some(assignor) = value.group_remote_assignor.filter(|own| !broker.group_consumer_assignors.has(*own))
        && let Some(span) = config.place("group.remote.assignor")
    {
        findings
            .error(codes::SERVER_ASSIGNOR, span, format!("the coordinator has no assignor `{}`", assignor.name()))
            .label("UNSUPPORTED_ASSIGNOR")
            .help("it has those of group.consumer.assignors in `cluster.config`");
    }
    if value.fetch_min_bytes > value.fetch_max_bytes
        && let Some(span) = config.place("fetch.min.bytes").or_else(|| config.place("fetch.max.bytes"))
    {
        findings
            .warning(codes::FETCH_SIZES, span, "fetch.min.bytes is above fetch.max.bytes")
            .label("the broker takes the smaller one")
            .help("fetches will wait for a full response or fetch.max.wait.ms");
    }
    consumer_timeouts(config, findings);
    if !value.enable_auto_commit
        && let Some(span) = config.place("auto.commit.interval.ms")
    {
        findings
            .warning(codes::SWITCHED_OFF, span, "`auto.commit.interval.ms` has no effect")
            .label("nothing is committed automatically")
            .help("set enable.auto.commit to true, or leave it out");
    }
    value.clone()
}

/// Timeouts that KafkaConsumer takes, and that get in each other's way.
fn consumer_timeouts(config: &Configs<ConsumerConfig>, findings: &mut Findings) {
    let value = &config.value;
    let request = ("request.timeout.ms", value.request_timeout);
    for ((shorter, short), (longer, long), fits, help) in [
        (
            ("fetch.max.wait.ms", value.fetch_max_wait),
            request,
            value.fetch_max_wait < value.request_timeout,
            "while no record comes every fetch ends with its connection: leave the broker time to answer",
        ),
        (
            request,
            ("default.api.timeout.ms", value.default_api_timeout),
            value.request_timeout <= value.default_api_timeout,
            "a call gives up while its first request is still waited for, and nothing is tried again",
        ),
    ] {
        if !fits && let Some(span) = config.place(shorter).or_else(|| config.place(longer)) {
            findings
                .warning(codes::CONSUMER_TIMEOUTS, span, format!("{shorter} is too long beside {longer}"))
                .label(format!("{} ms, beside {} ms", short.as_millis(), long.as_millis()))
                .help(help);
        }
    }
}

/// Configs that the other protocol has (`ConsumerConfig.checkUnsupportedConfigsPostProcess`): a consumer refuses to start with
/// them.
fn not_of_this_protocol(config: &Configs<ConsumerConfig>, findings: &mut Findings) {
    let (protocol, foreign, remedy): (_, &[&str], _) = match config.value.group_protocol {
        GroupProtocol::Classic => {
            ("CLASSIC", &["group.remote.assignor"], "set group.protocol to consumer, or leave it out")
        }
        GroupProtocol::Consumer => (
            "CONSUMER",
            &["partition.assignment.strategy", "heartbeat.interval.ms", "session.timeout.ms"],
            "the coordinator decides: group.remote.assignor names one of its assignors, and `cluster.config` has \
             group.consumer.heartbeat.interval.ms and group.consumer.session.timeout.ms",
        ),
    };
    for (name, span) in foreign.iter().filter_map(|name| Some((name, config.place(name)?))) {
        findings
            .error(codes::OTHER_PROTOCOL, span, format!("{name} cannot be set when group.protocol={protocol}"))
            .label("KafkaConsumer refuses it: ConfigException")
            .help(remedy);
    }
}

/// What a classic member and its coordinator refuse.
fn session_and_heartbeat(config: &Configs<ConsumerConfig>, broker: &BrokerConfig, at: Span, findings: &mut Findings) {
    let value = &config.value;
    let session = config.place("session.timeout.ms");
    if value.heartbeat_interval >= value.session_timeout
        && let Some(span) = config.place("heartbeat.interval.ms").or(session)
    {
        findings
            .error(codes::HEARTBEAT, span, "heartbeat.interval.ms is not below session.timeout.ms")
            .label(format!("{} ms >= {} ms", value.heartbeat_interval.as_millis(), value.session_timeout.as_millis()))
            .help("KafkaConsumer refuses it; a third of the session timeout is usual");
    } else if value.heartbeat_interval.0 > value.session_timeout.0 / 3
        && let Some(span) = config.place("heartbeat.interval.ms")
    {
        findings
            .warning(codes::HEARTBEAT, span, "heartbeat.interval.ms is above a third of session.timeout.ms")
            .label(format!(
                "{} ms > {} ms / 3",
                value.heartbeat_interval.as_millis(),
                value.session_timeout.as_millis()
            ))
            .help("leave time for three of them: else one or two that are lost or late end the session");
    }
    let (low, high) = (broker.group_min_session_timeout, broker.group_max_session_timeout);
    if !(low..=high).contains(&value.session_timeout) {
        let message = "the coordinator refuses this session.timeout.ms";
        let finding = match session {
            Some(span) => findings.error(codes::SESSION_TIMEOUT, span, message),
            None => findings.warning(
                codes::SESSION_TIMEOUT,
                at,
                format!(
                    "the coordinator refuses the default session.timeout.ms ({})",
                    value.session_timeout.as_millis()
                ),
            ),
        };
        finding
            .label(format!("must be {} to {}", low.as_millis(), high.as_millis()))
            .help("the bounds are group.min.session.timeout.ms and group.max.session.timeout.ms in `cluster.config`");
    }
}
