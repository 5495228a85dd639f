//! What Kafka itself refuses or changes when a process starts or a topic is created.

use crate::protocol::config::{BrokerConfig, ConsumerConfig, ProducerConfig};
use crate::protocol::messages::Acks;
use crate::scenario::codes;
use crate::scenario::configs::Configs;
use crate::scenario::findings::Findings;
use crate::scenario::node::At;

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
}

/// `Topic.hasCollision`: names that differ only in `.` and `_`.
pub(super) fn colliding_topics<T>(topics: &[(At<String>, T)], findings: &mut Findings) {
    let mut seen = std::collections::BTreeMap::new();
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
pub(super) fn producer(config: &Configs<ProducerConfig>, findings: &mut Findings) -> ProducerConfig {
    let mut effective = config.value.clone();
    idempotence(config, &mut effective, findings);
    delivery_timeout(config, &mut effective, findings);
    effective
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
            if let Some(span) = span {
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
    findings: &mut Findings,
) -> ConsumerConfig {
    let value = &config.value;
    let session = config.place("session.timeout.ms");
    if value.heartbeat_interval >= value.session_timeout
        && let Some(span) = config.place("heartbeat.interval.ms").or(session)
    {
        findings
            .error(codes::HEARTBEAT, span, "heartbeat.interval.ms is not below session.timeout.ms")
            .label(format!("{} ms >= {} ms", value.heartbeat_interval.as_millis(), value.session_timeout.as_millis()))
            .help("KafkaConsumer refuses it; a third of the session timeout is usual");
    }
    let (low, high) = (broker.group_min_session_timeout, broker.group_max_session_timeout);
    if !(low..=high).contains(&value.session_timeout)
        && let Some(span) = session
    {
        findings
            .error(codes::SESSION_TIMEOUT, span, "the coordinator refuses this session.timeout.ms")
            .label(format!("must be {} to {}", low.as_millis(), high.as_millis()))
            .help("the bounds are group.min.session.timeout.ms and group.max.session.timeout.ms in `cluster.config`");
    }
    if value.fetch_min_bytes > value.fetch_max_bytes
        && let Some(span) = config.place("fetch.min.bytes").or_else(|| config.place("fetch.max.bytes"))
    {
        findings
            .warning(codes::FETCH_SIZES, span, "fetch.min.bytes is above fetch.max.bytes")
            .label("the broker takes the smaller one")
            .help("fetches will wait for a full response or fetch.max.wait.ms");
    }
    value.clone()
}
