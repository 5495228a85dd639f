//! Transactions: ids, what belongs to one, and what Kafka refuses about them.

use super::{Names, cluster_config, too_many_replicas};
use crate::app::spec::{
    AbortPolicy, FencedPolicy, GroupMetadata, TransactionExtent, TransactionPolicy, TransactionSpec,
};
use crate::protocol::client_preset::ClientPreset;
use crate::protocol::config::{BrokerConfig, ProducerConfig};
use crate::protocol::ids::TransactionalId;
use crate::scenario::codes;
use crate::scenario::configs::{Configs, INSTANCE};
use crate::scenario::file::File;
use crate::scenario::file::app::{AfterAbort, App, Metadata};
use crate::scenario::file::workload::{DeadLetterPolicy, Fenced, Producer, SendFailure, Transaction};
use crate::scenario::findings::Findings;
use crate::scenario::node::{At, Span};
use crate::sim::time::Nanos;

/// The id among a producer's configs.
pub(super) fn id_of(config: Option<&At<Configs<ProducerConfig>>>) -> Option<&At<String>> {
    config?.value.id.as_ref()
}

/// The first transactional id in a file. If there is one, brokers create `__transaction_state`.
pub(super) fn first_id(file: &File) -> Option<Span> {
    let producers = file.producers.iter().flat_map(|list| &list.0).filter_map(|(_, producer)| producer.as_ref());
    let apps = file.apps.iter().flat_map(|list| &list.0).filter_map(|(_, app)| app.as_ref()?.producer.as_ref());
    let mut configs = producers.map(|p| p.config.as_ref()).chain(apps.map(|p| p.config.as_ref()));
    configs.find_map(|config| Some(id_of(config)?.span))
}

/// How a source divides what it sends.
pub(super) fn of_source(producer: &Producer, findings: &mut Findings) -> Option<TransactionSpec> {
    let id = id_of(producer.config.as_ref());
    let Some(transaction) = &producer.transaction else {
        if let Some(id) = id {
            findings
                .error(codes::NO_TRANSACTION, id.span, "a `transactional.id` without `transaction`")
                .label("every send() would throw an IllegalStateException: no transaction has begun")
                .help("write `transaction: { records: 100 }`, or leave the id out");
        }
        if let Some(fenced) = &producer.on_fenced {
            no_use("on.fenced", fenced.span, findings);
        }
        return None;
    };
    if id.is_none() {
        findings
            .error(codes::NO_TRANSACTION, transaction.span, "`transaction` without a `transactional.id`")
            .label("initTransactions() throws an IllegalStateException")
            .help("write `config: { transactional.id: my-id }`");
    }
    if let Some(At { value: SendFailure::Resend, span }) = &producer.on_failure {
        findings
            .error(codes::CONTRADICTION, *span, "`resend` beside `transaction`")
            .label("what an aborted transaction held is lost as a whole")
            .help("leave `on.failure` out; an application with both clients reads again what it has to send again");
    }
    if let Some(database) = &producer.database {
        findings
            .error(codes::CONTRADICTION, database.span, "`database` beside `transaction`")
            .label("rows and transactions are not modelled together")
            .help("leave one of the two out");
    }
    Some(TransactionSpec {
        extent: extent(transaction, findings),
        abort_every: transaction.abort_every.as_ref().map(|at| at.0 as u32),
        pause: transaction.pause.as_ref().map_or(Nanos::ZERO, |at| at.0),
        on_fenced: fenced(producer.on_fenced.as_ref()),
    })
}

fn extent(transaction: &At<Transaction>, findings: &mut Findings) -> TransactionExtent {
    match (&transaction.records, &transaction.every) {
        (Some(records), None) => TransactionExtent::Records(records.0 as u32),
        (None, Some(span)) => TransactionExtent::Span(span.0),
        // What could not be read is reported already.
        (None, None) if findings.has_errors() => TransactionExtent::Records(1),
        (both, _) => {
            let message = if both.is_some() { "`records` beside `every`" } else { "a transaction without an end" };
            findings
                .error(codes::CONTRADICTION, transaction.span, message)
                .label("a transaction ends after so many `records`, or `every` so often");
            TransactionExtent::Records(1)
        }
    }
}

fn fenced(policy: Option<&At<Fenced>>) -> FencedPolicy {
    match policy.map(|at| at.value) {
        None | Some(Fenced::Restart) => FencedPolicy::Restart,
        Some(Fenced::Exit) => FencedPolicy::Exit,
    }
}

/// What an application with both clients does about errors of transactions.
pub(super) fn of_app(app: &App, findings: &mut Findings) -> TransactionPolicy {
    let id = app.producer.as_ref().and_then(|producer| id_of(producer.config.as_ref()));
    if id.is_none() {
        let keys = [
            ("on.abort", app.on_abort.as_ref().map(|at| at.span)),
            ("group.metadata", app.group_metadata.as_ref().map(|at| at.span)),
            ("on.fenced", app.on_fenced.as_ref().map(|at| at.span)),
        ];
        keys.into_iter().filter_map(|(key, at)| Some((key, at?))).for_each(|(key, at)| no_use(key, at, findings));
    }
    let on_abort = match app.on_abort.as_ref().map(|at| at.value) {
        None | Some(AfterAbort::SeekBack) => AbortPolicy::SeekBack,
        Some(AfterAbort::Continue) => AbortPolicy::Continue,
    };
    let without_generation = app.client.as_ref().is_some_and(|client| client.preset() == ClientPreset::Kafkajs22);
    let group_metadata = match app.group_metadata.as_ref().map(|at| at.value) {
        Some(Metadata::GroupId) => GroupMetadata::GroupId,
        // Its TxnOffsetCommit is of version 1, and has no member and no generation (src/producer/eosManager/index.js).
        None if without_generation => GroupMetadata::GroupId,
        Some(Metadata::Full) if without_generation => {
            let at = app.group_metadata.as_ref().map(|at| at.span).expect("it is there");
            findings
                .error(
                    codes::NOT_OF_CLIENT,
                    at,
                    "kafkajs sends the group's name alone with the offsets of a transaction",
                )
                .label("not of this client")
                .help("write `group-id`, or leave it out");
            GroupMetadata::GroupId
        }
        None | Some(Metadata::Full) => GroupMetadata::Full,
    };
    TransactionPolicy { on_abort, on_fenced: fenced(app.on_fenced.as_ref()), group_metadata }
}

fn no_use(key: &str, at: Span, findings: &mut Findings) {
    findings
        .error(codes::CONTRADICTION, at, format!("`{key}` without a `transactional.id`"))
        .label("it has no use here: there are no transactions");
}

/// The producer of dead letters sends them one by one, and begins no transactions.
pub(super) fn not_for_dead_letters(policy: &DeadLetterPolicy, findings: &mut Findings) {
    if let Some(id) = id_of(policy.config.as_ref()) {
        findings
            .error(codes::NOT_YET, id.span, "dead letters in a transaction are not modelled")
            .label("this producer begins none")
            .help("leave `transactional.id` out");
    }
}

/// `ProducerConfig.postProcessAndValidateIdempotenceConfigs` and what the coordinator says to InitProducerId.
pub(super) fn check(
    config: &Configs<ProducerConfig>,
    effective: &ProducerConfig,
    broker: &BrokerConfig,
    findings: &mut Findings,
) {
    let Some(id) = &config.id else {
        return;
    };
    if !effective.enable_idempotence {
        let off = config.place("enable.idempotence").filter(|_| !config.value.enable_idempotence);
        let why = ["acks", "retries"].into_iter().find_map(|name| config.place(name));
        findings
            .error(
                codes::IDEMPOTENCE_REFUSED,
                off.or(why).unwrap_or(id.span),
                "a `transactional.id` without idempotence",
            )
            .label("KafkaProducer throws: Cannot set a transactional.id without also enabling idempotence")
            .help("leave `enable.idempotence`, `acks` and `retries` to their defaults, or `transactional.id` out");
    }
    let (timeout, most) = (effective.transaction_timeout, broker.transaction_max_timeout);
    if timeout > most || timeout == Nanos::ZERO {
        let place = config.place("transaction.timeout.ms");
        let message = "the coordinator refuses this transaction.timeout.ms";
        let finding = match place {
            Some(span) => findings.error(codes::TRANSACTION_TIMEOUT, span, message),
            None => findings.warning(
                codes::TRANSACTION_TIMEOUT,
                id.span,
                format!("the coordinator refuses the default transaction.timeout.ms ({})", timeout.as_millis()),
            ),
        };
        let (where_to, help) = if timeout > most {
            let above = format!("above transaction.max.timeout.ms, {}", most.as_millis());
            (above, "lower it, or raise transaction.max.timeout.ms in `cluster.config`")
        } else {
            ("no time at all".into(), "set it to the longest that a transaction may take")
        };
        finding.label(format!("{where_to}: INVALID_TRANSACTION_TIMEOUT, a KafkaException")).help(help);
    }
}

/// A warning where the brokers could never create `__transaction_state`, or never write to it.
pub(super) fn state_topic(file: &File, names: &Names, findings: &mut Findings) {
    let (factor, least) =
        (names.config.transaction_state_log_replication_factor, names.config.transaction_state_log_min_isr);
    let of_config = |name: &str| cluster_config(file, name, first_id(file).unwrap_or_default());
    if factor > u16::from(names.brokers) {
        let name = "transaction.state.log.replication.factor";
        let (place, origin) = of_config(name);
        findings
            .warning(codes::TRANSACTION_TOPIC, place, too_many_replicas(name, factor, names))
            .label(format!("{origin}: no transactional id will find its coordinator"))
            .help(format!("set `{name}: {}` in `cluster.config`", names.brokers));
    } else if least > factor {
        let name = "transaction.state.log.min.isr";
        let (place, origin) = of_config(name);
        findings
            .warning(codes::TRANSACTION_TOPIC, place, format!("{name} is {least} with {factor} replicas"))
            .label(format!("{origin}: no state of a transaction can be written"))
            .help(format!("set `{name}: {factor}` in `cluster.config`, or raise the replication factor"));
    }
}

/// A process that uses a transactional id, and when it lives.
struct Use {
    id: TransactionalId,
    process: String,
    from: Nanos,
    to: Nanos,
}

/// The transactional ids in use.
#[derive(Default)]
pub(super) struct TransactionalIds {
    uses: Vec<Use>,
    warned: Vec<TransactionalId>,
}

impl TransactionalIds {
    /// Process `index` of an application has the id that the text says. Whoever has the same id at the same time fences
    /// it, which is allowed: a zombie is just that.
    pub(super) fn take(
        &mut self,
        text: &At<String>,
        (application, index): (&str, u64),
        (from, to): (Nanos, Option<Nanos>),
        names: &mut Names,
        findings: &mut Findings,
    ) -> TransactionalId {
        let id = names.catalog.add_transactional_id(&text.value.replace(INSTANCE, &index.to_string()));
        let process = format!("{application}-{index}");
        let to = to.unwrap_or(Nanos::MAX);
        let other = self.uses.iter().find(|other| other.id == id && other.from < to && from < other.to);
        if let Some(other) = other.filter(|_| !self.warned.contains(&id)) {
            let what = format!("`{}` and `{process}` have one transactional id", other.process);
            let help = if text.value.contains(INSTANCE)
                || application != other.process.rsplit_once('-').map_or("", |p| p.0)
            {
                "give each an id of its own, unless that is what you want to see".into()
            } else {
                format!("write `transactional.id: \"{}-{INSTANCE}\"`, unless that is what you want to see", text.value)
            };
            findings
                .warning(codes::SHARED_TRANSACTIONAL_ID, text.span, what)
                .label("whoever calls initTransactions() fences the other")
                .help(help);
            self.warned.push(id);
        }
        self.uses.push(Use { id, process, from, to });
        id
    }
}
