//! Applications: producers, consumer groups, and what `apps` says at length.

use std::rc::Rc;

use super::servers::distribution;
use super::{MAX_CLIENTS, MAX_RECORDS, Names};
use crate::app::spec::{
    AppSpec, Arrivals, CommitMode, ConsumerSpec, FailurePolicy, FatalPolicy, GivenRecord, Keys, LoopSpec,
    OutletPurpose, OutletSpec, PoisonPolicy, ProcessingThread, ProducerSpec, SourceSpec, ValueSize,
};
use crate::protocol::catalog::Role;
use crate::protocol::config::{ConsumerConfig, ProducerConfig};
use crate::protocol::ids::{GroupId, NodeId, TopicId};
use crate::scenario::codes;
use crate::scenario::configs::Configs;
use crate::scenario::decode::List;
use crate::scenario::file::File;
use crate::scenario::file::app::{App, AppConsumer, AppProducer, Failure};
use crate::scenario::file::leaf::{Duration, Name};
use crate::scenario::file::shape::{Arrival, KeySource, ValueBytes};
use crate::scenario::file::workload::{
    Commit, Fatal, GivenRecord as Given, Group, Legible, Member, Members, Poison, Producer, Thread,
};
use crate::scenario::findings::{Findings, counted};
use crate::scenario::node::{At, Span, shorten};
use crate::sim::random::Distribution;
use crate::sim::time::Nanos;
use crate::world::spec::{Action, FaultSpec, Target, Trigger};

/// The largest value: a record batch fits 31 bits of bytes, and no broker takes nearly as much.
const MAX_VALUE: u64 = 1 << 30;

/// The applications: first those of `producers`, then those of `groups`, then those of `apps`.
pub(super) struct Applications {
    /// Each with its process.
    pub list: Vec<(NodeId, AppSpec)>,
    /// Those that are stopped, and when.
    pub stops: Vec<(NodeId, Nanos)>,
}

/// Resolves them.
pub(super) fn applications(file: &File, names: &mut Names, duration: Nanos, findings: &mut Findings) -> Applications {
    let mut clients = Clients {
        file,
        names,
        duration,
        findings,
        found: Applications { list: Vec::new(), stops: Vec::new() },
        sources: 0,
        readers: 0,
        records: 0,
    };
    for (name, producer) in file.producers.iter().flat_map(|producers| &producers.0) {
        clients.producer(name, producer.as_ref());
    }
    for (name, group) in file.groups.iter().flat_map(|groups| &groups.0) {
        clients.group(name, group.as_ref(), None);
    }
    for (name, app) in file.apps.iter().flat_map(|apps| &apps.0) {
        clients.app(name, app.as_ref());
    }
    clients.found
}

/// The applications that are resolved, and how many there are of what.
struct Clients<'a> {
    file: &'a File,
    names: &'a mut Names,
    duration: Nanos,
    findings: &'a mut Findings,
    found: Applications,
    sources: u64,
    readers: u64,
    records: u128,
}

impl Clients<'_> {
    /// The processes of an application that sends.
    fn producer(&mut self, name: &At<String>, producer: Option<&Producer>) {
        let Clients { file, names, duration, findings, .. } = self;
        let duration = *duration;
        let Some(producer) = producer else {
            // Its first process is known, so that what refers to it is not reported.
            names.process(name, 0, Role::Producer, findings);
            return;
        };
        let topic = producer.topic.as_ref().and_then(|at| names.topic(&at.0, at.span, findings));
        let spec = source_spec(producer, name.span, topic.unwrap_or_default(), names, duration, findings);
        let count = producer.count.as_ref().map_or(1, |at| at.0);
        let longest = producer.value_size.as_ref().map_or(name.span, |at| at.span);
        if let Some(topic) = topic {
            super::kafka::record_size(&spec, names.topic_config(file, topic).as_ref(), longest, findings);
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
        for index in 0..count {
            if let Some(node) = names.process(name, index, Role::Producer, findings) {
                self.found.list.push((node, AppSpec::Source(spec.clone())));
            }
        }
    }

    /// The processes of an application that reads; `outlet`: what it sends for what it reads.
    fn group(&mut self, name: &At<String>, group: Option<&Group>, outlet: Option<&OutletSpec>) {
        let Clients { file, names, duration, findings, .. } = self;
        let Some(id) = names.groups.get(&name.value).copied() else { return };
        let Some(group) = group else {
            names.process(name, 0, Role::Consumer(id), findings);
            return;
        };
        if self.readers == 0 {
            offsets_topic(file, names, name.span, findings);
        }
        let members = members(group, name.span, findings);
        let count: u64 = members.iter().map(|(_, count)| count).sum();
        if too_many_clients(&mut self.readers, count, name.span, findings) {
            return;
        }
        super::kafka::group_size(count, &names.config, name.span, findings);
        let mut index = 0;
        for (member, count) in members {
            let (mut spec, stop) = loop_spec(id, &member, name.span, names, *duration, findings);
            spec.outlet = outlet.cloned().or_else(|| dead_letters(&member, name.span, names, findings));
            if let (Some(outlet), ProcessingThread::Worker) = (&spec.outlet, spec.thread) {
                worker_sends(&member, outlet, findings);
            }
            for _ in 0..count {
                if let Some(node) = names.process(name, index, Role::Consumer(id), findings) {
                    self.found.list.push((node, AppSpec::PollLoop(spec.clone())));
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
                let group = as_group(app, consumer);
                let outlet = producer.as_ref().map(|producer| self.transform(name, app, producer));
                self.group(name, Some(&group), outlet.as_ref());
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
        let Clients { names, findings, .. } = self;
        let forwards = app.forwards.as_ref().map(|at| &at.value);
        let crash = |after: Option<Nanos>| FailurePolicy::Crash { restart_after: after.unwrap_or(RESTART) };
        let policy = match forwards.and_then(|f| f.on_failure.as_ref()).map(|at| &at.value) {
            None | Some(Failure::Crash) => crash(None),
            Some(Failure::CrashFor(policy)) => crash(policy.restart_after.as_ref().map(|at| at.0)),
            Some(Failure::Log) => FailurePolicy::Log,
        };
        OutletSpec {
            producer: client(producer.topic.as_ref(), producer.config.as_ref(), name.span, names, findings),
            purpose: OutletPurpose::Transform(policy),
            keys: names.keys,
            value_size: value_size(forwards.and_then(|f| f.value_size.as_ref()), findings),
        }
    }
}

/// Until a process is started again that died of itself, when the file does not say.
const RESTART: Nanos = Nanos::from_secs(5);

/// A producer that an application has beside its consumer.
fn client(
    topic: Option<&At<Name>>,
    config: Option<&At<Configs<ProducerConfig>>>,
    at: Span,
    names: &Names,
    findings: &mut Findings,
) -> ProducerSpec {
    let config = config.map(|at| at.value.clone()).unwrap_or_default();
    let config = super::kafka::producer(&config, at, findings);
    let found = topic.and_then(|at| names.topic(&at.0, at.span, findings));
    if let (Some(topic), Some(_)) = (topic, found) {
        super::kafka::producer_memory(&config, &names.config, topic.span, findings);
    }
    ProducerSpec { topic: found.unwrap_or_default(), config }
}

/// Where the records of a member go that it cannot process, if to a topic.
fn dead_letters(group: &Group, name: Span, names: &Names, findings: &mut Findings) -> Option<OutletSpec> {
    let Some(At { value: Poison::DeadLetterTo(policy), .. }) = &group.on_poison else { return None };
    Some(OutletSpec {
        producer: client(policy.topic.as_ref(), policy.config.as_ref(), name, names, findings),
        purpose: OutletPurpose::DeadLetters,
        keys: names.keys,
        value_size: ValueSize::Constant(100),
    })
}

fn worker_sends(group: &Group, outlet: &OutletSpec, findings: &mut Findings) {
    let Some(thread) = group.processing.as_ref().and_then(|p| p.thread.as_ref()) else { return };
    let what = match outlet.purpose {
        OutletPurpose::Transform(_) => "an application with both clients",
        OutletPurpose::DeadLetters => "an application with a topic for dead letters",
    };
    findings
        .error(codes::CONTRADICTION, thread.span, format!("{what} works on the thread that polls"))
        .label("a worker")
        .help("leave `thread` out");
}

/// Reports keys of an application that its clients have no use for.
fn only_what_fits(app: &App, findings: &mut Findings) {
    let reader = [
        ("processing", app.processing.as_ref().map(|at| at.span)),
        ("commit", app.commit.as_ref().map(|at| at.span)),
        ("on.poison", app.on_poison.as_ref().map(|at| at.span)),
        ("on.fatal.error", app.on_fatal_error.as_ref().map(|at| at.span)),
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
    if !(consumer && producer) {
        misfit("forwards", app.forwards.as_ref().map(|at| at.span), "without both a `consumer` and a `producer`");
    }
    if let (true, true, Some(At { value: Poison::DeadLetterTo(_), span })) = (consumer, producer, &app.on_poison) {
        misfit("dead-letter", Some(*span), "beside a `producer`: a process has one producer yet");
    }
}

/// An application with a consumer, as a group.
fn as_group(app: &App, consumer: &At<AppConsumer>) -> Group {
    Group {
        topics: consumer.topics.clone(),
        members: app.count.as_ref().map(|at| At { value: Members::Alike(at.0), span: at.span }),
        processing: app.processing.clone(),
        commit: app.commit.clone(),
        on_poison: app.on_poison.clone(),
        on_fatal_error: app.on_fatal_error.clone(),
        start: app.start.clone(),
        stop: app.stop.clone(),
        config: consumer.config.clone(),
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
        poison_every: sends.and_then(|s| s.poison_every.clone()),
        limit: sends.and_then(|s| s.limit.clone()),
        start: app.start.clone(),
        stop: app.stop.clone(),
        config: producer.config.clone(),
    }
}

impl Names {
    /// Adds process `index` of a producer or group.
    fn process(&mut self, owner: &At<String>, index: u64, role: Role, findings: &mut Findings) -> Option<NodeId> {
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

/// The application of a producer.
fn source_spec(
    producer: &Producer,
    at: Span,
    topic: TopicId,
    names: &Names,
    duration: Nanos,
    findings: &mut Findings,
) -> SourceSpec {
    let start = before_end(producer.start.as_ref(), duration, findings).unwrap_or(Nanos::ZERO);
    let stop = producer.stop.as_ref().map(|at| at.0);
    if let Some(at) = &producer.stop
        && at.0 <= start
    {
        findings
            .error(codes::IMPOSSIBLE, at.span, "a producer that stops before it begins")
            .label(format!("it begins at {start}"));
    }
    let config = producer.config.as_ref().map(|at| &at.value).cloned().unwrap_or_default();
    SourceSpec {
        producer: ProducerSpec { topic, config: super::kafka::producer(&config, at, findings) },
        records: given_records(producer, topic, names, (start, stop.unwrap_or(Nanos::MAX), duration), findings),
        arrivals: match &producer.rate {
            Some(At { value: Legible(Some(rate)), span }) => arrivals(rate, *span, findings),
            _ => Arrivals::Steps(Vec::new()),
        },
        keys: producer.keys.as_ref().map_or(Keys::None, |keys| key_source(&keys.value)),
        value_size: value_size(producer.value_size.as_ref(), findings),
        poison_every: producer.poison_every.as_ref().map(|at| at.0 as u32),
        limit: producer.limit.as_ref().map(|at| at.0),
        start,
        stop,
    }
}

/// The records of `records`, in order of time.
fn given_records(
    producer: &Producer,
    topic: TopicId,
    names: &Names,
    (start, stop, end): (Nanos, Nanos, Nanos),
    findings: &mut Findings,
) -> Rc<[GivenRecord]> {
    let Some(At { value: Legible(Some(list)), span }) = &producer.records else { return [].into() };
    if list.0.is_empty() {
        findings.error(codes::EMPTY_SECTION, *span, "`records` is empty").label("name at least one record");
    }
    let mut records: Vec<GivenRecord> = list
        .0
        .iter()
        .map(|record| {
            let at = record.at.0;
            if at < start || at >= stop.min(end) {
                let label = if at < start {
                    format!("it begins at {start}")
                } else {
                    format!("it sends until {}", stop.min(end))
                };
                findings
                    .error(codes::NEVER_HAPPENS, record.at.span, "a record while its producer does not send")
                    .label(label);
            }
            its_topic(record, producer, findings);
            partition_exists(record, topic, names, findings);
            GivenRecord {
                at,
                count: record.count.as_ref().map_or(1, |at| at.0 as u32),
                key: record.key.as_ref().map(|at| at.0),
                value_len: record.size.as_ref().map(|at| checked_size(at.0, at.span, findings)),
                partition: record.partition.as_ref().map(|at| at.0 as u32),
                timestamp: record.timestamp.as_ref().map(|at| at.0),
            }
        })
        .collect();
    records.sort_by_key(|record| record.at);
    records.into()
}

fn its_topic(record: &Given, producer: &Producer, findings: &mut Findings) {
    if let (Some(said), Some(topic)) = (&record.topic, &producer.topic)
        && said.0 != topic.0
    {
        findings
            .error(codes::CONTRADICTION, said.span, "a producer sends to one topic")
            .label(format!("this one sends to `{}`", shorten(&topic.0)))
            .help("write another producer for the other topic");
    }
}

fn partition_exists(record: &Given, topic: TopicId, names: &Names, findings: &mut Findings) {
    let Some(partition) = &record.partition else { return };
    let Some(entry) = names.catalog.topics.get(topic.index()) else { return };
    if partition.0 >= u64::from(entry.partitions) {
        findings
            .error(
                codes::UNKNOWN_PARTITION,
                partition.span,
                format!("`{}` has no partition {}", entry.name, partition.0),
            )
            .label(format!("it has {}", counted(u64::from(entry.partitions), "partition")))
            .help("partitions are counted from 0");
    }
}

/// A starting time, which must come before the end.
fn before_end(at: Option<&At<Duration>>, duration: Nanos, findings: &mut Findings) -> Option<Nanos> {
    let at = at?;
    if at.0 >= duration {
        findings
            .error(codes::NEVER_HAPPENS, at.span, "it begins after the end")
            .label(format!("the run ends at {duration}"));
    }
    Some(at.0)
}

fn arrivals(rate: &Arrival, span: Span, findings: &mut Findings) -> Arrivals {
    match rate {
        Arrival::Constant(rate) => Arrivals::Constant { records: rate.0.0, per: rate.0.1 },
        Arrival::Poisson(rate) => Arrivals::Poisson { records: rate.0.0, per: rate.0.1 },
        Arrival::Bursts(bursts) => Arrivals::Bursts { size: bursts.size.0 as u32, every: bursts.every.0 },
        Arrival::Steps(steps) => {
            if steps.0.is_empty() {
                findings.error(codes::EMPTY_SECTION, span, "`steps` is empty").label("name at least one step");
            } else if steps.0.iter().all(|step| step.rate.0.0 == 0) {
                findings
                    .error(codes::IMPOSSIBLE, span, "no record would ever come")
                    .label("every step is idle")
                    .help("leave the producer out, or give one step a rate");
            }
            for pair in steps.0.windows(2).filter(|pair| pair[0].at.0 >= pair[1].at.0) {
                findings
                    .error(codes::IMPOSSIBLE, pair[1].at.span, "a step that is not later than the one before it")
                    .label("must be later");
            }
            Arrivals::Steps(steps.0.iter().map(|step| (step.at.0, step.rate.0.0, step.rate.0.1)).collect())
        }
    }
}

/// At most how many records one process sends.
pub(super) fn records_of(spec: &SourceSpec, duration: Nanos) -> u128 {
    let end = spec.stop.unwrap_or(duration).min(duration);
    let span = |from: Nanos, to: Nanos| u128::from(to.saturating_sub(from).0);
    let total = match &spec.arrivals {
        Arrivals::Constant { records, per } | Arrivals::Poisson { records, per } => {
            span(spec.start, end) * u128::from(*records) / u128::from(per.0.max(1))
        }
        Arrivals::Bursts { size, every } => {
            (span(spec.start, end) / u128::from(every.0.max(1)) + 1) * u128::from(*size)
        }
        Arrivals::Steps(steps) => {
            let next = steps.iter().skip(1).map(|step| step.0).chain([end]);
            steps
                .iter()
                .zip(next)
                .map(|((at, records, per), next)| {
                    span(*at, next.min(end)) * u128::from(*records) / u128::from(per.0.max(1))
                })
                .sum()
        }
    };
    let total = total + spec.records.iter().map(|record| u128::from(record.count)).sum::<u128>();
    spec.limit.map_or(total, |limit| total.min(u128::from(limit)))
}

/// How many different keys the records have that a file lets be sent: the numbers of all are below.
pub(super) fn key_count(file: &File) -> u32 {
    let producers = file.producers.iter().flat_map(|list| &list.0).filter_map(|(_, producer)| producer.as_ref());
    let producers = producers.map(|producer| (producer.keys.as_ref(), producer.records.as_ref()));
    let apps = file.apps.iter().flat_map(|list| &list.0).filter_map(|(_, app)| app.as_ref()?.sends.as_ref());
    let apps = apps.map(|sends| (sends.keys.as_ref(), sends.records.as_ref()));
    let drawn = |keys: Option<&At<KeySource>>| keys.map_or(0, |keys| key_source(&keys.value).count());
    let given = |records: Option<&At<Legible<List<Given>>>>| {
        let list = records.and_then(|at| at.value.0.as_ref()).map_or(&[][..], |list| &list.0);
        list.iter().filter_map(|record| Some(record.key.as_ref()?.0 + 1)).max().unwrap_or(0)
    };
    producers.chain(apps).map(|(keys, records)| drawn(keys).max(given(records))).max().unwrap_or(0)
}

fn key_source(keys: &KeySource) -> Keys {
    match keys {
        KeySource::None => Keys::None,
        KeySource::Uniform(k) => Keys::Uniform { count: k.count.0 as u32 },
        KeySource::RoundRobin(k) => Keys::RoundRobin { count: k.count.0 as u32 },
        KeySource::Zipf(k) => {
            Keys::Zipf { count: k.count.0 as u32, exponent: k.exponent.as_ref().map_or(1.0, |at| at.0) }
        }
    }
}

fn checked_size(bytes: u64, span: Span, findings: &mut Findings) -> u32 {
    if bytes > MAX_VALUE {
        findings.error(codes::OUT_OF_BOUNDS, span, "a value of that size").label("at most 1 GiB");
    }
    bytes.min(MAX_VALUE) as u32
}

fn value_size(size: Option<&At<ValueBytes>>, findings: &mut Findings) -> ValueSize {
    let Some(size) = size else { return ValueSize::Constant(100) };
    match &size.value {
        ValueBytes::Constant(bytes) => ValueSize::Constant(checked_size(bytes.0, size.span, findings)),
        ValueBytes::Uniform(range) => {
            let low = checked_size(range.min.0, range.min.span, findings);
            let high = checked_size(range.max.0, range.max.span, findings);
            if low > high {
                findings
                    .error(codes::IMPOSSIBLE, range.max.span, "`max` is below `min`")
                    .label("must not be below")
                    .help("exchange the two");
            }
            ValueSize::Uniform(low, high)
        }
    }
}

/// A clean stop of a member, as an administrator of the application would do it.
pub(super) fn stopping(names: &Names, node: NodeId, at: Nanos) -> FaultSpec {
    FaultSpec {
        trigger: Trigger::At(at),
        action: Action::Stop { targets: vec![Target::Node(node)], restart_after: None },
        label: format!("stop {}", names.catalog.node_name(node)),
    }
}

/// The kinds of members of a group, each as if it were a group of its own, and how many there are of each.
fn members(group: &Group, name: Span, findings: &mut Findings) -> Vec<(Group, u64)> {
    let each = match group.members.as_ref().map(|at| &at.value) {
        None => return vec![(group.clone(), 1)],
        Some(Members::Alike(count)) => return vec![(group.clone(), *count)],
        Some(Members::Each(each)) => each,
    };
    if each.is_empty() {
        let span = group.members.as_ref().map_or(name, |at| at.span);
        findings.error(codes::EMPTY_SECTION, span, "a group without members").label("name at least one");
    }
    let of = |member: &Member| {
        let config = match (&group.config, &member.config) {
            (Some(base), Some(own)) => Some(At { value: own.value.on_top_of(&base.value), span: own.span }),
            (base, own) => own.clone().or_else(|| base.clone()),
        };
        Group {
            topics: member.topics.clone().or_else(|| group.topics.clone()),
            members: None,
            processing: member.processing.clone().or_else(|| group.processing.clone()),
            commit: member.commit.clone().or_else(|| group.commit.clone()),
            on_poison: member.on_poison.clone().or_else(|| group.on_poison.clone()),
            on_fatal_error: member.on_fatal_error.clone().or_else(|| group.on_fatal_error.clone()),
            start: member.start.clone().or_else(|| group.start.clone()),
            stop: member.stop.clone().or_else(|| group.stop.clone()),
            config,
        }
    };
    each.iter().map(|member| (of(&member.value), member.count.as_ref().map_or(1, |at| at.0))).collect()
}

/// The application of a member, and when it is stopped.
fn loop_spec(
    id: GroupId,
    group: &Group,
    name: Span,
    names: &Names,
    duration: Nanos,
    findings: &mut Findings,
) -> (LoopSpec, Option<Nanos>) {
    let config = group.config.as_ref().map(|at| at.value.clone()).unwrap_or_default();
    let mut checked = super::kafka::consumer(&config, &names.config, name, findings);
    let commit = commit_mode(group, &config, findings);
    checked.enable_auto_commit = commit == CommitMode::Auto;
    let per_record = group.processing.as_ref().and_then(|p| p.per_record.as_ref());
    let start = before_end(group.start.as_ref(), duration, findings).unwrap_or(Nanos::ZERO);
    let stop = before_end(group.stop.as_ref(), duration, findings);
    if let Some(at) = group.stop.as_ref().filter(|at| at.0 <= start) {
        findings
            .error(codes::IMPOSSIBLE, at.span, "a member that stops before it begins")
            .label(format!("it begins at {start}"));
    }
    let spec = LoopSpec {
        consumer: ConsumerSpec { group: id, topics: subscription(group, names, findings), config: checked },
        per_record: per_record
            .map_or(Distribution::Constant(Nanos::from_micros(100)), |delay| distribution(delay, findings)),
        thread: match group.processing.as_ref().and_then(|p| p.thread.as_ref()).map(|at| at.value) {
            Some(Thread::Worker) => ProcessingThread::Worker,
            Some(Thread::Poll) | None => ProcessingThread::Poll,
        },
        commit,
        on_poison: poison_policy(group.on_poison.as_ref().map(|at| &at.value)),
        on_fatal: match group.on_fatal_error.as_ref().map(|at| at.value) {
            Some(Fatal::Continue) => FatalPolicy::Continue,
            Some(Fatal::Exit) | None => FatalPolicy::Exit,
        },
        outlet: None,
        start,
    };
    (spec, stop)
}

fn subscription(group: &Group, names: &Names, findings: &mut Findings) -> Vec<TopicId> {
    let Some(listed) = &group.topics else { return Vec::new() };
    if listed.value.0.is_empty() {
        findings.error(codes::EMPTY_SECTION, listed.span, "a group without topics").label("name at least one topic");
    }
    let mut topics: Vec<_> =
        listed.value.0.iter().filter_map(|topic| names.topic(&topic.0, topic.span, findings)).collect();
    topics.sort();
    topics.dedup();
    topics
}

/// A warning where the brokers could never create `__consumer_offsets`.
fn offsets_topic(file: &File, names: &Names, group: Span, findings: &mut Findings) {
    let factor = names.config.offsets_topic_replication_factor;
    if factor <= u16::from(names.brokers) {
        return;
    }
    let written =
        file.cluster.as_ref().and_then(|c| c.config.as_ref()).and_then(|c| c.place("offsets.topic.replication.factor"));
    let origin = if written.is_some() { "as written" } else { "Kafka's default" };
    findings
        .warning(
            codes::OFFSETS_TOPIC,
            written.unwrap_or(group),
            format!(
                "offsets.topic.replication.factor is {factor} with {}",
                counted(u64::from(names.brokers), "broker")
            ),
        )
        .label(format!("{origin}: no group will find its coordinator"))
        .help(format!("set `offsets.topic.replication.factor: {}` in `cluster.config`", names.brokers));
}

/// When a group's members commit: what `commit` says, or what goes with enable.auto.commit.
fn commit_mode(group: &Group, config: &Configs<ConsumerConfig>, findings: &mut Findings) -> CommitMode {
    let auto = config.value.enable_auto_commit;
    let Some(commit) = &group.commit else {
        return if auto { CommitMode::Auto } else { CommitMode::SyncAfterBatch };
    };
    let mode = match commit.value {
        Commit::Auto => CommitMode::Auto,
        Commit::SyncAfterBatch => CommitMode::SyncAfterBatch,
        Commit::SyncBeforeProcessing => CommitMode::SyncBeforeProcessing,
        Commit::AsyncAfterBatch => CommitMode::AsyncAfterBatch,
        Commit::Never => CommitMode::Never,
    };
    if let Some(span) = config.place("enable.auto.commit")
        && auto != (mode == CommitMode::Auto)
    {
        let help = if auto {
            "set `enable.auto.commit: false`, or leave one of the two out"
        } else {
            "leave one of the two out"
        };
        findings
            .error(codes::CONTRADICTION, span, "`commit` says otherwise")
            .label(format!("enable.auto.commit is {auto}"))
            .help(help);
    }
    mode
}

fn poison_policy(poison: Option<&Poison>) -> PoisonPolicy {
    let crash = |after: Option<Nanos>| PoisonPolicy::Crash { restart_after: after.unwrap_or(RESTART) };
    let retry = |pause: Option<Nanos>| PoisonPolicy::Retry { pause: pause.unwrap_or(Nanos::from_secs(1)) };
    match poison {
        None | Some(Poison::Crash) => crash(None),
        Some(Poison::CrashFor(policy)) => crash(policy.restart_after.as_ref().map(|at| at.0)),
        Some(Poison::Skip) => PoisonPolicy::Skip,
        Some(Poison::Retry) => retry(None),
        Some(Poison::RetryWith(policy)) => retry(policy.pause.as_ref().map(|at| at.0)),
        Some(Poison::DeadLetter | Poison::DeadLetterTo(_)) => PoisonPolicy::DeadLetter,
    }
}
