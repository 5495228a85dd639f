//! Clients by their presets: what they are set to lies under what the file says.

use crate::protocol::client_preset::ClientPreset;
use crate::protocol::config::{ConsumerConfig, ProducerConfig};
use crate::protocol::messages::{Acks, GroupProtocol};
use crate::protocol::rules::KafkaVersion;
use crate::scenario::codes;
use crate::scenario::configs::{ConfigSet, Configs};
use crate::scenario::file::workload::Client;
use crate::scenario::findings::Findings;
use crate::scenario::node::At;

/// The preset that a `client` names.
pub(super) fn preset(client: Option<&At<Client>>) -> Option<ClientPreset> {
    client.map(|at| at.value.preset())
}

/// A producer's configs, and whether it waits for an answer to acks=0.
pub(super) fn producer(
    written: Option<&At<Configs<ProducerConfig>>>,
    client: Option<&At<Client>>,
    findings: &mut Findings,
) -> (Configs<ProducerConfig>, bool) {
    let mut config = configs(written, client, findings);
    let Some(preset) = preset(client) else {
        java_partitioner(&config, findings);
        return (config, false);
    };
    partitioner(&config, preset, findings);
    implied(&mut config, preset);
    let in_vain = preset.misreads_all() && acks_as_text(&mut config, findings);
    (config, in_vain)
}

/// A consumer's configs.
pub(super) fn consumer(
    written: Option<&At<Configs<ConsumerConfig>>>,
    client: Option<&At<Client>>,
    findings: &mut Findings,
) -> Configs<ConsumerConfig> {
    let config = configs(written, client, findings);
    if let Some(preset) = preset(client) {
        assignors(&config, preset, findings);
        if preset == ClientPreset::Librdkafka2
            && config.value.group_protocol == GroupProtocol::Consumer
            && let Some(span) = config.place("group.protocol")
        {
            findings
                .error(codes::UNLIKE_CLIENT, span, format!("of {preset} the model has the classic protocol only"))
                .label("librdkafka has this one since 2.12")
                .help("leave `client` out: the Java client has it");
        }
    }
    config
}

/// Assignors that a client does not have, or not together.
fn assignors(config: &Configs<ConsumerConfig>, preset: ClientPreset, findings: &mut Findings) {
    let Some(span) = config.place("partition.assignment.strategy") else { return };
    let list = &config.value.partition_assignment_strategy;
    let own = preset.assignors().iter().map(|assignor| assignor.name()).collect::<Vec<_>>().join(", ");
    if let Some(other) = list.iter().find(|assignor| !preset.assignors().contains(assignor)) {
        findings
            .error(codes::OUT_OF_RANGE, span, format!("{preset} has no assignor `{}`", other.name()))
            .label("it belongs to another client")
            .help(format!("it has {own}"));
    } else if preset.refuses_mixed_assignors() && list.is_mixed() {
        findings
            .error(codes::OUT_OF_RANGE, span, format!("{preset} takes no eager assignor beside a cooperative one"))
            .label("all of one kind")
            .help("write `cooperative-sticky` alone, or leave it out");
    }
}

/// What the file says on top of what the client is set to.
fn configs<C: ConfigSet>(
    written: Option<&At<Configs<C>>>,
    client: Option<&At<Client>>,
    findings: &mut Findings,
) -> Configs<C> {
    let config = written.map_or_else(|| Configs::of(findings.version), |at| at.value.clone());
    let Some((client, preset)) = client.and_then(|at| Some((at, preset(Some(at))?))) else { return config };
    for unlike in preset.unlike().iter().filter(|unlike| unlike.scope == C::SCOPE) {
        findings
            .warning(
                codes::UNLIKE_CLIENT,
                client.span,
                format!("of {preset} the model does not have: {}", unlike.client),
            )
            .label(format!("here: {}", unlike.model));
    }
    for given in config.given.iter().filter(|given| preset.lacks(C::SCOPE, &given.name.value)) {
        findings
            .warning(codes::NOT_OF_CLIENT, given.name.span, format!("`{}` has no effect", given.name.value))
            .label(format!("{preset} has nothing like it"))
            .help(format!("leave it out; `kafkasim config {preset}` shows what it has"));
    }
    let mut config = config.under(defaults(preset), |name| preset.lacks(C::SCOPE, name));
    // A constant pause is as long as the first one, whatever the file makes of that.
    if preset == ClientPreset::Java28
        && let Some(span) = config.place("retry.backoff.ms")
        && let Some(given) = config.given.iter().find(|given| given.value.span == span).cloned()
    {
        let _ = config.value.assign(KafkaVersion::V4_0, "retry.backoff.max.ms", &given.value.value);
    }
    config
}

/// What a client is set to.
pub(super) fn defaults<C: ConfigSet>(preset: ClientPreset) -> C {
    let mut config = C::defaults(KafkaVersion::V4_0);
    for row in preset.rows().iter().filter(|row| row.scope == C::SCOPE) {
        config.assign(KafkaVersion::V4_0, row.name, row.value).expect("a preset is legal");
    }
    config
}

/// What clients make of idempotence and transactions that nobody has spelled out.
fn implied(config: &mut Configs<ProducerConfig>, preset: ClientPreset) {
    // kafkajs makes the producer of a transaction idempotent, whatever is written (`src/producer/index.js`).
    let whatever = preset == ClientPreset::Kafkajs22;
    if config.id.is_some() && (whatever || config.place("enable.idempotence").is_none()) {
        config.value.enable_idempotence = true;
    }
    if !config.value.enable_idempotence {
        return;
    }
    let in_flight = config.place("max.in.flight.requests.per.connection").is_some();
    match preset {
        ClientPreset::Java40 => {}
        // `ProducerConfig.maybeOverrideAcksAndRetries`, as it was.
        ClientPreset::Java28 if config.place("acks").is_none() => config.value.acks = Acks::All,
        ClientPreset::Java28 => {}
        ClientPreset::Librdkafka2 if !in_flight => config.value.max_in_flight = 5,
        ClientPreset::Librdkafka2 => {}
        // A lock for each broker.
        ClientPreset::Kafkajs22 => config.value.max_in_flight = 1,
    }
}

/// `acks: all` is a text, and the protocol has a number there: the encoder makes 0 of it, while the client compares it with 0,
/// and waits.
fn acks_as_text(config: &mut Configs<ProducerConfig>, findings: &mut Findings) -> bool {
    let Some(acks) = config.given.iter().find(|given| given.name.value == "acks" && given.value.value.trim() == "all")
    else {
        return false;
    };
    findings
        .warning(codes::ACKS_AS_TEXT, acks.value.span, "kafkajs sends `acks: 'all'` as 0, and waits for an answer")
        .label("a number is needed here")
        .help("write `acks: -1`: as it stands, brokers never answer, and after request.timeout.ms each request is sent again");
    config.value.acks = Acks::Zero;
    true
}

/// A partitioner that a client does not have.
fn partitioner(config: &Configs<ProducerConfig>, preset: ClientPreset, findings: &mut Findings) {
    if let Some(span) = config.place("partitioner.class")
        && !preset.has_partitioner(config.value.partitioner_class)
    {
        let own = preset.rows().iter().find(|row| row.name == "partitioner.class").map_or("", |row| row.value);
        findings
            .error(codes::OUT_OF_RANGE, span, format!("{preset} has no such partitioner"))
            .label("it belongs to another client")
            .help(format!("its own is `{own}`; leave the line out for that"));
    }
}

/// The same of the Java client of the run's version.
fn java_partitioner(config: &Configs<ProducerConfig>, findings: &mut Findings) {
    let class = config.value.partitioner_class;
    if let Some(span) = config.place("partitioner.class")
        && !ClientPreset::Java40.has_partitioner(class)
    {
        let owner = ClientPreset::ALL.into_iter().find(|preset| preset.has_partitioner(class));
        findings
            .error(codes::OUT_OF_RANGE, span, "the Java client has no such partitioner")
            .label("it belongs to another client")
            .maybe_help(owner.map(|owner| format!("write `client: {owner}` beside `config`")));
    }
}
