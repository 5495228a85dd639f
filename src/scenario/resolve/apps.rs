//! Applications: those of `producers`, those of `groups`, and what `apps` says at length.

use std::sync::Arc;

use super::instances::{Instances, instance_of};
use super::loops::{RESTART, loop_spec, members, offsets_topic};
use super::servers::distribution;
use super::sources::{records_of, source_spec, value_size};
use super::transactions::{self, TransactionalIds};
use super::{MAX_CLIENTS, MAX_RECORDS, Names, assigning, clients, loops, retries, share, sinks, steps, subscriptions};
use crate::app::spec::{
    AppSpec, DeadLetterFailure, FailurePolicy, GivingUp, KnownRecords, LoopSpec, ManualAssignment, OutletPurpose,
    OutletSpec, PoolSpec, ProcessingThread, ProducerSpec, ScriptStep, SinkKind, SinkSpec, TransactionPolicy, ValueSize,
};
use crate::protocol::catalog::{Clients, NodeRole};
use crate::protocol::compression::DEFAULT_RATIO;
use crate::protocol::config::ProducerConfig;
use crate::protocol::ids::{GroupId, NodeId};
use crate::scenario::codes;
use crate::scenario::configs::Configs;
use crate::scenario::file::File;
use crate::scenario::file::app::{App, AppConsumer, AppProducer, Failure, Sink, SinkKind as Kind};
use crate::scenario::file::leaf::Name;
use crate::scenario::file::workload::{Client, DeadLetterFailure as LetterFailure, Group, Members, Producer, YesNo};
use crate::scenario::findings::Findings;
use crate::scenario::node::{At, Span};
use crate::sim::random::Distribution;
use crate::sim::time::Nanos;
use crate::world::spec::{Action, FaultSpec, Target, Trigger};

/// Time that a database takes for a row, when the file does not say.
pub(super) const ROW: Nanos = Nanos::from_millis(2);
/// The same of an e-mail.
const E_MAIL: Nanos = Nanos::from_millis(50);

/// The applications: first those of `producers`, then those of `groups`, then those of `apps`.
pub(super) struct Applications {
    /// Each with its process.
    pub list: Vec<(NodeId, AppSpec)>,
    /// Those that are stopped, and when.
    pub stops: Vec<(NodeId, Nanos)>,
}

/// Resolves them.
pub(super) fn applications(file: &File, names: &mut Names, duration: Nanos, findings: &mut Findings) -> Applications {
    let mut clients = Resolver {
        file,
        names,
        duration,
        findings,
        found: Applications { list: Vec::new(), stops: Vec::new() },
        ids: TransactionalIds::default(),
        instances: Instances::default(),
        databases: 0,
        sources: 0,
        readers: 0,
        records: 0,
    };
    if share::first_group(file).is_some() {
        share::state_topic(file, clients.names, clients.findings);
    }
    if transactions::first_id(file).is_some() {
        transactions::state_topic(file, clients.names, clients.findings);
    }
    for (name, producer) in file.producers.iter().flat_map(|producers| &producers.0) {
        clients.producer(name, producer.as_ref());
    }
    for (name, group) in file.groups.iter().flat_map(|groups| &groups.0) {
        if let Some(group) = group {
            super::subscriptions::is_there(name, group, clients.findings);
        }
        clients.group(name, group.as_ref(), Extras::default());
    }
    for (name, app) in file.apps.iter().flat_map(|apps| &apps.0) {
        clients.app(name, app.as_ref());
    }
    clients.found
}

/// The applications that are resolved, and how many there are of what.
struct Resolver<'a> {
    file: &'a File,
    names: &'a mut Names,
    duration: Nanos,
    findings: &'a mut Findings,
    found: Applications,
    ids: TransactionalIds,
    instances: Instances,
    /// How many databases applications write to.
    databases: u16,
    sources: u64,
    readers: u64,
    records: u128,
}

/// What an application of `apps` has beyond a group.
#[derive(Default)]
struct Extras<'a> {
    /// What it sends for what it reads, and the transactional id of the producer.
    outlet: Option<(OutletSpec, Option<&'a At<String>>)>,
    sink: Option<SinkSpec>,
    /// Its database refuses what comes from an earlier generation.
    fence: Option<Span>,
    steps: Arc<[ScriptStep]>,
    /// What it takes with assign(), instead of subscribing.
    assigned: Option<ManualAssignment>,
    /// How many retry topics its records have been through.
    hop: usize,
}

impl Resolver<'_> {
    /// The processes of an application that sends.
    fn producer(&mut self, name: &At<String>, producer: Option<&Producer>) {
        let Resolver { file, names, duration, findings, ids, .. } = self;
        let duration = *duration;
        let Some(producer) = producer else {
            // Its first process is known, so that what refers to it is not reported.
            names.process(name, 0, NodeRole::producer(), findings);
            return;
        };
        let topic = producer.topic.as_ref().and_then(|at| names.topic(&at.0, at.span, findings));
        let spec = source_spec(producer, name.span, topic.unwrap_or_default(), names, duration, findings);
        let count = producer.count.as_ref().map_or(1, |at| at.0);
        let longest = producer.value_size.as_ref().map_or(name.span, |at| at.span);
        if let Some(topic) = topic {
            let config = names.topic_config(file, topic);
            super::kafka::record_size(&spec, config.as_ref(), longest, findings);
            super::kafka::null_keys(&spec, producer, config.as_ref(), name.span, findings);
            super::kafka::producer_memory(&spec.producer.config, &names.config, name.span, findings);
        }
        if too_many_clients(&mut self.sources, count, name.span, findings) {
            return;
        }
        let sends = producer.rate.as_ref().map(|at| at.span).or(producer.records.as_ref().map(|at| at.span));
        if sends.is_none() {
            findings
                .error(codes::MISSING_KEY, name.span, "`rate` is missing")
                .label("this producer needs `rate`, or `records`");
        }
        if let Some(sends) = sends
            && duration < Nanos::MAX
        {
            let before = self.records;
            self.records += u128::from(count) * records_of(&spec, duration);
            if self.records > MAX_RECORDS && before <= MAX_RECORDS {
                findings
                    .error(codes::OUT_OF_BOUNDS, sends, format!("more than {MAX_RECORDS} records in one run"))
                    .label("too many until the end of the run")
                    .help("lower the rate, set a `limit`, or shorten `duration`");
            }
        }
        let id = transactions::id_of(producer.config.as_ref());
        for index in 0..count {
            if let Some(node) = names.process(name, index, NodeRole::producer(), findings) {
                names.stands(node, producer.rack.as_ref(), Some(&spec.producer.config.client_rack));
                let mut spec = spec.clone();
                let life = (spec.start, spec.stop);
                spec.producer.transactional_id = id.map(|id| ids.take(id, (&name.value, index), life, names, findings));
                self.found.list.push((node, AppSpec::Source(spec)));
            }
        }
    }

    /// The processes of an application that reads.
    fn group(&mut self, name: &At<String>, group: Option<&Group>, extras: Extras<'_>) {
        let Resolver { file, names, duration, findings, ids, instances, .. } = self;
        let Some(id) = names.groups.get(&name.value).copied() else { return };
        let Some(group) = group else {
            names.process(name, 0, NodeRole::consumer(id), findings);
            return;
        };
        if self.readers == 0 {
            offsets_topic(file, names, name.span, findings);
        }
        if share::is_share(group.kind.as_ref()) {
            return self.share_group(id, name, group, extras);
        }
        share::only_in_share_groups(group, findings);
        let members = members(group, name.span, findings);
        let count: u64 = members.iter().map(|(_, count)| count).sum();
        if too_many_clients(&mut self.readers, count, name.span, findings) {
            return;
        }
        let protocols = members.iter().filter_map(|(member, _)| member.config.as_ref());
        let protocol = protocols.map(|config| config.value.value.group_protocol).max().unwrap_or_default();
        super::kafka::group_size(count, protocol, &names.config, name.span, findings);
        if extras.hop == 0 && !retries::check(group, names, findings) {
            return;
        }
        let mut index = 0;
        for (member, count) in members {
            let transactional_id = extras.outlet.as_ref().and_then(|(_, id)| *id);
            let transactional = transactional_id.is_some();
            let (mut spec, stop) = loop_spec(id, &member, name.span, transactional, (names, *duration), findings);
            spec.steps = extras.steps.clone();
            if let Some(assigned) = &extras.assigned {
                spec.consumer.topics = assigning::topics(assigned, names);
                spec.consumer.assigned = Some(Box::new(assigned.clone()));
            }
            spec.consumer.regex = subscriptions::regex(&member, spec.consumer.config.group_protocol, names, findings);
            spec.sink = extras.sink.clone();
            sinks::keep_offsets(&mut spec, &member, extras.fence, extras.outlet.is_some(), findings);
            let outlet = extras.outlet.as_ref().map(|(outlet, _)| outlet.clone());
            spec.backs_off = extras.hop > 0;
            spec.outlet = outlet
                .or_else(|| retries::outlet(&member, extras.hop, name.span, names, findings))
                .or_else(|| dead_letters(&member, name.span, names, findings));
            let instance = instance_of(member.config.as_ref(), spec.consumer.client, findings);
            if spec.thread == ProcessingThread::Worker || spec.pool.is_some() {
                worker_is_alone(&member, &spec, findings);
                closes_where_it_polls(&member, &spec, findings);
                sinks::offsets_in_order(&member, &spec, findings);
            }
            // A thread that has more to do with a record than to work on it takes one after the other.
            if spec.thread == ProcessingThread::Worker && (spec.outlet.is_some() || spec.sink.is_some()) {
                spec.pool.get_or_insert(PoolSpec::ONE_THREAD);
            }
            for _ in 0..count {
                let role = NodeRole::Application(Clients { group: Some(id), producer: spec.outlet.is_some() });
                if let Some(node) = names.process(name, index, role, findings) {
                    names.stands(node, member.rack.as_ref(), Some(&spec.consumer.config.client_rack));
                    let mut spec = spec.clone();
                    let life = (spec.start, stop);
                    let instance =
                        instance.map(|text| instances.take(text, id, (&name.value, index), life, names, findings));
                    spec.consumer.instance = instance;
                    if let (Some(outlet), Some(id)) = (&mut spec.outlet, transactional_id) {
                        let id = ids.take(id, (&name.value, index), life, names, findings);
                        outlet.producer.transactional_id = Some(id);
                    }
                    self.found.list.push((node, AppSpec::PollLoop(spec)));
                    self.found.stops.extend(stop.map(|at| (node, at)));
                }
                index += 1;
            }
        }
        if extras.hop == 0 {
            for (place, name_of_reader) in retries::group_names(group, &name.value).into_iter().enumerate() {
                let reader = retries::reader(group, place);
                let name = At { value: name_of_reader, span: name.span };
                let extras =
                    Extras { sink: extras.sink.clone(), fence: extras.fence, hop: place + 1, ..Extras::default() };
                self.group(&name, reader.as_ref(), extras);
            }
        }
    }

    /// The processes of an application that reads as a member of a share group.
    fn share_group(&mut self, id: GroupId, name: &At<String>, group: &Group, extras: Extras<'_>) {
        let Resolver { names, duration, findings, .. } = self;
        if extras.outlet.is_some() {
            findings
                .error(codes::NOT_OF_SHARE_GROUP, name.span, "an application that forwards what a share group reads")
                .label("a producer beside a share consumer is not modelled")
                .help("leave `producer` out, or `type: share`");
        }
        if !extras.steps.is_empty() {
            findings
                .error(codes::NOT_OF_SHARE_GROUP, name.span, "`steps` of a member of a share group")
                .label("there is no position to seek, no partition to pause, and no offset to commit")
                .help("leave `steps` out");
        }
        let members = members(group, name.span, findings);
        let count: u64 = members.iter().map(|(_, count)| count).sum();
        if too_many_clients(&mut self.readers, count, name.span, findings) {
            return;
        }
        share::group_size(count, names, name.span, findings);
        let mut index = 0;
        for (member, count) in members {
            let sink = extras.sink.clone();
            let (spec, stop) = share::share_loop_spec(id, &member, sink, (names, *duration), findings);
            for _ in 0..count {
                if let Some(node) = names.process(name, index, NodeRole::consumer(id), findings) {
                    self.found.list.push((node, AppSpec::ShareLoop(spec.clone())));
                    self.found.stops.extend(stop.map(|at| (node, at)));
                }
                index += 1;
            }
        }
    }

    /// The processes of an application of `apps`: what it would be in its short form.
    fn app(&mut self, name: &At<String>, app: Option<&App>) {
        let Some(app) = app else { return };
        only_what_fits(app, self.findings);
        match (&app.consumer, &app.producer) {
            (Some(consumer), producer) => {
                let mut group = as_group(app, consumer);
                let assigned = assigning::assignment(name, app, consumer, self.names, self.findings);
                if let Some(assigned) = &assigned {
                    assigning::adapt(&mut group, app, consumer, assigned, self.findings);
                }
                let outlet = producer.as_ref().map(|producer| {
                    let id = transactions::id_of(producer.config.as_ref());
                    (self.transform(name, app, producer), id)
                });
                let steps = steps::steps(app, self.duration, self.names, self.findings);
                let sink = app.sink.as_ref().map(|sink| self.sink(sink));
                let fence = app.sink.as_ref().and_then(|sink| sinks::fence(&sink.value));
                self.group(name, Some(&group), Extras { outlet, sink, fence, steps, assigned, hop: 0 });
            }
            (None, Some(producer)) => self.producer(name, Some(&as_producer(app, producer))),
            (None, None) => {
                self.findings
                    .error(codes::MISSING_KEY, name.span, "an application without clients")
                    .label("this application needs `consumer`, `producer`, or both");
            }
        }
    }

    /// What an application with both clients does with its producer.
    fn transform(&mut self, name: &At<String>, app: &App, producer: &At<AppProducer>) -> OutletSpec {
        let Resolver { names, findings, .. } = self;
        let forwards = app.forwards.as_ref().map(|at| &at.value);
        let crash = |after: Option<Nanos>| FailurePolicy::Crash { restart_after: after.unwrap_or(RESTART) };
        let on_failure = forwards.and_then(|f| f.on_failure.as_ref());
        if let (Some(failure), Some(_)) = (on_failure, transactions::id_of(producer.config.as_ref())) {
            findings
                .error(codes::CONTRADICTION, failure.span, "`on.failure` beside a `transactional.id`")
                .label("a send() that fails in a transaction fails the transaction")
                .help("leave it out; `on.abort` and `on.fenced` say what comes then");
        }
        let policy = match on_failure.map(|at| &at.value) {
            None | Some(Failure::Crash) => crash(None),
            Some(Failure::CrashFor(policy)) => crash(policy.restart_after.as_ref().map(|at| at.0)),
            Some(Failure::Log) => FailurePolicy::Log,
        };
        OutletSpec {
            producer: client(
                producer.topic.as_ref(),
                (producer.config.as_ref(), app.client.as_ref()),
                name.span,
                names,
                findings,
            ),
            purpose: OutletPurpose::Transform(policy),
            keys: names.keys,
            value_size: value_size(forwards.and_then(|f| f.value_size.as_ref()), findings),
            transactions: transactions::of_app(app, findings),
        }
    }

    /// What an application does outside of Kafka. Each that writes to a database has one.
    fn sink(&mut self, sink: &At<Sink>) -> SinkSpec {
        let is = |at: &Option<At<YesNo>>| at.as_ref().is_some_and(|at| at.value == YesNo::Yes);
        let kind = sink.kind.as_ref().map(|at| at.value);
        let takes = match (&sink.takes, kind) {
            (Some(takes), _) => distribution(takes, self.findings),
            (None, Some(Kind::EMail)) => Distribution::Constant(E_MAIL),
            (None, _) => Distribution::Constant(ROW),
        };
        if kind == Some(Kind::EMail) {
            let keys = [("unique.keys", &sink.unique_keys), ("idempotent.consumer", &sink.idempotent_consumer)];
            for (key, at) in keys.into_iter().filter_map(|(key, at)| Some((key, at.as_ref()?))) {
                self.findings
                    .error(codes::CONTRADICTION, at.span, format!("`{key}` of an e-mail"))
                    .label("nobody keeps which e-mails were sent");
            }
            return SinkSpec { kind: SinkKind::EMail, takes };
        }
        let database = self.databases;
        self.databases = self.databases.saturating_add(1);
        let known = match (is(&sink.idempotent_consumer), is(&sink.unique_keys)) {
            (true, _) => KnownRecords::LeftOut,
            (false, true) => KnownRecords::Refused,
            (false, false) => KnownRecords::WrittenAgain,
        };
        SinkSpec { kind: SinkKind::Database { database, known }, takes }
    }
}

/// A producer that an application has beside its consumer.
pub(super) fn client(
    topic: Option<&At<Name>>,
    (config, client): (Option<&At<Configs<ProducerConfig>>>, Option<&At<Client>>),
    at: Span,
    names: &Names,
    findings: &mut Findings,
) -> ProducerSpec {
    let (written, waits_in_vain) = clients::producer(config, client, findings);
    let config = super::kafka::producer(&written, at, findings);
    transactions::check(&written, &config, &names.config, findings);
    let found = topic.and_then(|at| names.topic(&at.0, at.span, findings));
    if let (Some(topic), Some(_)) = (topic, found) {
        super::kafka::producer_memory(&config, &names.config, topic.span, findings);
    }
    ProducerSpec {
        topic: found.unwrap_or_default(),
        config,
        compression_ratio: DEFAULT_RATIO,
        transactional_id: None,
        client: clients::preset(client),
        waits_in_vain,
    }
}

/// Where the records of a member go that it cannot process, if to a topic.
fn dead_letters(group: &Group, name: Span, names: &Names, findings: &mut Findings) -> Option<OutletSpec> {
    let policy = group.on_poison.as_ref()?.value.dead_letters()?;
    transactions::not_for_dead_letters(policy, findings);
    if let Some(topic) = &policy.topic {
        loops::is_not_its_own(group, topic, findings);
    }
    Some(OutletSpec {
        producer: client(policy.topic.as_ref(), (policy.config.as_ref(), group.client.as_ref()), name, names, findings),
        purpose: OutletPurpose::DeadLetters(match policy.on_failure.as_ref().map(|at| at.value) {
            Some(LetterFailure::Log) => DeadLetterFailure::Log,
            Some(LetterFailure::Crash) => DeadLetterFailure::Crash { restart_after: RESTART },
            Some(LetterFailure::TryAgain) | None => DeadLetterFailure::TryAgain,
        }),
        keys: names.keys,
        value_size: ValueSize::Constant(100),
        transactions: TransactionPolicy::default(),
    })
}

/// What is sent for a record that was worked on, is sent by the thread that polls.
fn worker_is_alone(group: &Group, spec: &LoopSpec, findings: &mut Findings) {
    let Some(processing) = &group.processing else { return };
    let pool = processing.max_concurrency.as_ref().map(|at| (at.span, "max.concurrency"));
    let Some((span, key)) = pool.or(processing.thread.as_ref().map(|at| (at.span, "thread"))) else { return };
    if let Some(OutletPurpose::Transform(_)) = spec.outlet.as_ref().map(|outlet| outlet.purpose) {
        findings
            .error(codes::CONTRADICTION, span, "an application with both clients works on the thread that polls")
            .label(if key == "thread" { "a worker" } else { "threads of their own" })
            .help(format!("leave `{key}` out"));
    }
}

/// An exception that leaves the poll loop comes from the thread that polls, and the `finally` knows of the consumer alone.
fn closes_where_it_polls(group: &Group, spec: &LoopSpec, findings: &mut Findings) {
    let Some(GivingUp::Close { .. }) = spec.on_poison.gives_up() else { return };
    let Some(poison) = &group.on_poison else { return };
    let what = match &spec.outlet {
        Some(_) => "in an application with a producer",
        None if spec.thread == ProcessingThread::Worker || spec.pool.is_some() => "beside threads of its own",
        None => return,
    };
    findings
        .error(codes::CONTRADICTION, poison.span, format!("`close` {what}"))
        .label("`close` is the `finally` of a loop that polls and processes, and has a consumer and nothing else")
        .help("write `crash`");
}

/// Reports keys of an application that its clients have no use for.
fn only_what_fits(app: &App, findings: &mut Findings) {
    let reader = [
        ("processing", app.processing.as_ref().map(|at| at.span)),
        ("commit", app.commit.as_ref().map(|at| at.span)),
        ("commit.offsets", app.commit_offsets.as_ref().map(|at| at.span)),
        ("on.poison", app.on_poison.as_ref().map(|at| at.span)),
        ("on.fatal.error", app.on_fatal_error.as_ref().map(|at| at.span)),
        ("commit.retry", app.commit_retry.as_ref().map(|at| at.span)),
        ("poll.timeout", app.poll_timeout.as_ref().map(|at| at.span)),
        ("stop.by", app.stop_by.as_ref().map(|at| at.span)),
        ("rebalance.listener", app.rebalance_listener.as_ref().map(|at| at.span)),
        ("sink", app.sink.as_ref().map(|at| at.span)),
        ("on.abort", app.on_abort.as_ref().map(|at| at.span)),
        ("group.metadata", app.group_metadata.as_ref().map(|at| at.span)),
        ("steps", app.steps.as_ref().map(|at| at.span)),
        ("close", app.close.as_ref().map(|at| at.span)),
    ];
    let (consumer, producer) = (app.consumer.is_some(), app.producer.is_some());
    let mut misfit = |key: &str, at: Option<Span>, why: &str| {
        if let Some(span) = at {
            findings.error(codes::CONTRADICTION, span, format!("`{key}` {why}")).label("it has no use here");
        }
    };
    for (key, at) in reader.into_iter().filter(|_| !consumer) {
        misfit(key, at, "without a `consumer`");
    }
    let sends = app.sends.as_ref().map(|at| at.span);
    if consumer {
        misfit("sends", sends, "beside a `consumer`: such an application sends for what it reads");
    } else if !producer {
        misfit("sends", sends, "without a `producer`");
    }
    if !producer {
        misfit("on.fenced", app.on_fenced.as_ref().map(|at| at.span), "without a `producer`");
    }
    if !(consumer && producer) {
        misfit("forwards", app.forwards.as_ref().map(|at| at.span), "without both a `consumer` and a `producer`");
    }
    if let (true, true, Some(poison)) = (consumer, producer, &app.on_poison) {
        let (letters, topics) = (poison.value.dead_letters().is_some(), poison.value.retry_topics().is_some());
        for (key, is_there) in [("dead-letter", letters), ("retry.topics", topics)] {
            misfit(key, is_there.then_some(poison.span), "beside a `producer`: a process has one producer yet");
        }
    }
}

/// An application as a group, if it has a consumer.
pub(super) fn group_of(app: &App) -> Option<Group> {
    app.consumer.as_ref().map(|consumer| as_group(app, consumer))
}

/// An application with a consumer, as a group.
fn as_group(app: &App, consumer: &At<AppConsumer>) -> Group {
    Group {
        topics: consumer.topics.clone(),
        kind: consumer.kind.clone(),
        pattern: consumer.pattern.clone(),
        members: app.count.as_ref().map(|at| At { value: Members::Alike(at.0), span: at.span }),
        processing: app.processing.clone(),
        commit: app.commit.clone(),
        commit_offsets: app.commit_offsets.clone(),
        on_poison: app.on_poison.clone(),
        on_fatal_error: app.on_fatal_error.clone(),
        poll_timeout: app.poll_timeout.clone(),
        commit_retry: app.commit_retry.clone(),
        stop_by: app.stop_by.clone(),
        rebalance_listener: app.rebalance_listener.clone(),
        start: app.start.clone(),
        stop: app.stop.clone(),
        close: app.close.clone(),
        rack: app.rack.clone(),
        client: app.client.clone(),
        config: consumer.config.clone(),
        group_config: consumer.group_config.clone(),
    }
}

/// An application with a producer and nothing else, as a producer.
fn as_producer(app: &App, producer: &At<AppProducer>) -> Producer {
    let sends = app.sends.as_ref().map(|at| &at.value);
    Producer {
        topic: producer.topic.clone(),
        count: app.count.clone(),
        rate: sends.and_then(|s| s.rate.clone()),
        records: sends.and_then(|s| s.records.clone()),
        keys: sends.and_then(|s| s.keys.clone()),
        value_size: sends.and_then(|s| s.value_size.clone()),
        compression_ratio: sends.and_then(|s| s.compression_ratio.clone()),
        tombstones: sends.and_then(|s| s.tombstones.clone()),
        poison_every: sends.and_then(|s| s.poison_every.clone()),
        on_failure: sends.and_then(|s| s.on_failure.clone()),
        transaction: sends.and_then(|s| s.transaction.clone()),
        on_fenced: app.on_fenced.clone(),
        database: sends.and_then(|s| s.database.clone()),
        limit: sends.and_then(|s| s.limit.clone()),
        start: app.start.clone(),
        stop: app.stop.clone(),
        rack: app.rack.clone(),
        client: app.client.clone(),
        config: producer.config.clone(),
    }
}

impl Names {
    /// Adds process `index` of a producer or group.
    fn process(&mut self, owner: &At<String>, index: u64, role: NodeRole, findings: &mut Findings) -> Option<NodeId> {
        let name = format!("{}-{index}", owner.value);
        if self.processes.contains_key(&name) {
            findings
                .error(codes::DUPLICATE_NAME, owner.span, format!("two processes would be called `{name}`"))
                .label("the second one")
                .help("producers and groups need different names");
            return None;
        }
        if self.catalog.nodes.len() >= usize::from(u16::MAX) {
            return None;
        }
        let id = self.catalog.add_node(name.as_str(), role);
        self.processes.insert(name, id);
        Some(id)
    }
}

/// Counts processes; whether they have become too many.
fn too_many_clients(so_far: &mut u64, more: u64, span: Span, findings: &mut Findings) -> bool {
    let before = *so_far;
    *so_far += more;
    if *so_far > MAX_CLIENTS && before <= MAX_CLIENTS {
        findings
            .error(codes::OUT_OF_BOUNDS, span, format!("more than {MAX_CLIENTS} processes of this kind"))
            .label("too many");
    }
    *so_far > MAX_CLIENTS
}

/// A clean stop of a member, as an administrator of the application would do it.
pub(super) fn stopping(names: &Names, node: NodeId, at: Nanos) -> FaultSpec {
    FaultSpec {
        trigger: Trigger::At(at),
        action: Action::Stop { targets: vec![Target::Node(node)], restart_after: None },
        label: format!("stop {}", names.catalog.node_name(node)),
        may_miss: false,
    }
}
