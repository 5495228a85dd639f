//! Producers and consumer groups.

use std::sync::Arc;

use super::servers::distribution;
use super::{MAX_CLIENTS, MAX_RECORDS, Names};
use crate::client::application::{
    Arrivals, CommitMode, ConsumerSpec, FatalPolicy, GivenRecord, Keys, PoisonPolicy, ProcessingThread, ProducerSpec,
    ValueSize,
};
use crate::protocol::catalog::Role;
use crate::protocol::config::ConsumerConfig;
use crate::protocol::ids::{GroupId, NodeId, TopicId};
use crate::scenario::codes;
use crate::scenario::configs::Configs;
use crate::scenario::file::File;
use crate::scenario::file::leaf::Duration;
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

/// The producers' processes, one after the other.
pub(super) fn producers(
    file: &File,
    names: &mut Names,
    duration: Nanos,
    findings: &mut Findings,
) -> Vec<(NodeId, ProducerSpec)> {
    let mut list = Vec::new();
    let (mut clients, mut records) = (0, 0u128);
    for (name, producer) in file.producers.iter().flat_map(|producers| &producers.0) {
        let Some(producer) = producer else {
            // Its first process is known, so that what refers to it is not reported.
            names.process(name, 0, Role::Producer, findings);
            continue;
        };
        let topic = producer.topic.as_ref().and_then(|at| names.topic(&at.0, at.span, findings));
        let spec = producer_spec(producer, name.span, topic.unwrap_or_default(), names, duration, findings);
        let count = producer.count.as_ref().map_or(1, |at| at.0);
        let longest = producer.value_size.as_ref().map_or(name.span, |at| at.span);
        if let Some(topic) = topic {
            super::kafka::record_size(&spec, names.topic_config(file, topic).as_ref(), longest, findings);
            super::kafka::producer_memory(&spec.config, &names.config, name.span, findings);
        }
        clients += count;
        if too_many_clients(clients, name.span, findings) {
            break;
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
            let before = records;
            records += u128::from(count) * records_of(&spec, duration);
            if records > MAX_RECORDS && before <= MAX_RECORDS {
                findings
                    .error(codes::OUT_OF_BOUNDS, sends, format!("more than {MAX_RECORDS} records in one run"))
                    .label("too many until the end of the run")
                    .help("lower the rate, set a `limit`, or shorten `duration`");
            }
        }
        for index in 0..count {
            if let Some(node) = names.process(name, index, Role::Producer, findings) {
                list.push((node, spec.clone()));
            }
        }
    }
    list
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

fn too_many_clients(clients: u64, span: Span, findings: &mut Findings) -> bool {
    if clients > MAX_CLIENTS {
        findings
            .error(codes::OUT_OF_BOUNDS, span, format!("more than {MAX_CLIENTS} processes of this kind"))
            .label("too many");
    }
    clients > MAX_CLIENTS
}

/// The application of a producer.
fn producer_spec(
    producer: &Producer,
    at: Span,
    topic: TopicId,
    names: &Names,
    duration: Nanos,
    findings: &mut Findings,
) -> ProducerSpec {
    let start = before_end(producer.start.as_ref(), duration, findings).unwrap_or(Nanos::ZERO);
    let stop = producer.stop.as_ref().map(|at| at.0);
    if let Some(at) = &producer.stop
        && at.0 <= start
    {
        findings
            .error(codes::IMPOSSIBLE, at.span, "a producer that stops before it begins")
            .label(format!("it begins at {start}"));
    }
    let config = producer.config.as_ref().map_or_else(|| Configs::of(findings.version), |at| at.value.clone());
    ProducerSpec {
        topic,
        config: super::kafka::producer(&config, at, findings),
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
) -> Arc<[GivenRecord]> {
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
pub(super) fn records_of(spec: &ProducerSpec, duration: Nanos) -> u128 {
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

/// Members that are stopped, and when.
type Stops = Vec<(NodeId, Nanos)>;

/// The members of all groups, group after group, and when some of them are stopped.
pub(super) fn consumers(
    file: &File,
    names: &mut Names,
    duration: Nanos,
    findings: &mut Findings,
) -> (Vec<(NodeId, ConsumerSpec)>, Stops) {
    let (mut list, mut stops) = (Vec::new(), Vec::new());
    let mut clients = 0;
    for (name, group) in file.groups.iter().flat_map(|groups| &groups.0) {
        let Some(id) = names.groups.get(&name.value).copied() else { continue };
        let Some(group) = group else {
            names.process(name, 0, Role::Consumer(id), findings);
            continue;
        };
        if list.is_empty() {
            offsets_topic(file, names, name.span, findings);
        }
        let members = members(group, name.span, findings);
        let count: u64 = members.iter().map(|(_, count)| count).sum();
        clients += count;
        if too_many_clients(clients, name.span, findings) {
            break;
        }
        super::kafka::group_size(count, &names.config, name.span, findings);
        let mut index = 0;
        for (member, count) in members {
            let (spec, stop) = consumer_spec(id, &member, name.span, names, duration, findings);
            for _ in 0..count {
                if let Some(node) = names.process(name, index, Role::Consumer(id), findings) {
                    list.push((node, spec.clone()));
                    stops.extend(stop.map(|at| (node, at)));
                }
                index += 1;
            }
        }
    }
    (list, stops)
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
fn consumer_spec(
    id: GroupId,
    group: &Group,
    name: Span,
    names: &Names,
    duration: Nanos,
    findings: &mut Findings,
) -> (ConsumerSpec, Option<Nanos>) {
    let config = group.config.as_ref().map_or_else(|| Configs::of(findings.version), |at| at.value.clone());
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
    let spec = ConsumerSpec {
        group: id,
        topics: subscription(group, names, findings),
        config: checked,
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
    let crash = |after: Option<Nanos>| PoisonPolicy::Crash { restart_after: after.unwrap_or(Nanos::from_secs(5)) };
    let retry = |pause: Option<Nanos>| PoisonPolicy::Retry { pause: pause.unwrap_or(Nanos::from_secs(1)) };
    match poison {
        None | Some(Poison::Crash) => crash(None),
        Some(Poison::CrashFor(policy)) => crash(policy.restart_after.as_ref().map(|at| at.0)),
        Some(Poison::Skip) => PoisonPolicy::Skip,
        Some(Poison::Retry) => retry(None),
        Some(Poison::RetryWith(policy)) => retry(policy.pause.as_ref().map(|at| at.0)),
        Some(Poison::DeadLetter) => PoisonPolicy::DeadLetter,
    }
}
