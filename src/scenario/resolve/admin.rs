//! The administrator's actions: each is a process of its own that comes, asks, and goes.

use std::collections::BTreeSet;

use super::Names;
use crate::protocol::catalog::NodeRole;
use crate::protocol::ids::{InstanceId, Tp};
use crate::protocol::messages::{AdminRequest, CreatableTopic};
use crate::protocol::rules::KafkaVersion;
use crate::scenario::codes;
use crate::scenario::decode::OneOrMore;
use crate::scenario::file::File;
use crate::scenario::file::admin::{
    AddPartitions, DeleteOffsets, DeleteRecords, ElectLeaders, ElectionKind, ReassignPartitions, RemoveMembers,
    ResetOffsets, ResetPlace, SetConfig,
};
use crate::scenario::file::fault::Does;
use crate::scenario::file::leaf::Name;
use crate::scenario::file::workload::{Legible, YesNo};
use crate::scenario::findings::Findings;
use crate::scenario::node::{At, Span, shorten};
use crate::world::spec::{GroupTask, OperationSpec, ResetTo, Task};

/// Topic configs that take effect while the topic is in use.
const DYNAMIC: [&str; 3] = ["min.insync.replicas", "unclean.leader.election.enable", "max.message.bytes"];

/// How many partitions the actions of a file give a topic in the end.
pub(super) fn partitions_in_the_end(file: &File, topic: &str) -> u64 {
    let of = |does: &Does| match does {
        Does::AddPartitions(add) if add.topic.0 == topic => Some(add.to.0),
        _ => None,
    };
    file.faults.iter().flat_map(|faults| &faults.0).filter_map(|fault| of(&fault.does.value)).max().unwrap_or(0)
}

/// The administrators, in the order of their actions; `later`: topics that are not created at the start.
pub(super) fn operations(
    file: &File,
    names: &mut Names,
    later: &[CreatableTopic],
    findings: &mut Findings,
) -> Vec<OperationSpec> {
    let mut list = Vec::new();
    for fault in file.faults.iter().flat_map(|faults| &faults.0).take(super::MAX_FAULTS) {
        let task = match &fault.does.value {
            Does::CreateTopic(name) => create_topic(name, fault.does.span, names, later, findings),
            Does::AddPartitions(add) => add_partitions(add, names, findings),
            Does::SetConfig(set) => set_config(set, names, findings),
            Does::ElectLeaders(elect) => elect_leaders(elect, names, findings),
            Does::ReassignPartitions(moves) => reassign_partitions(moves, fault.does.span, names, findings),
            Does::CancelReassignment(list) => {
                partitions_named(list, names, findings).map(|partitions| take_back(&partitions))
            }
            Does::AbortTransaction(partition) => {
                names.partition(&partition.0, fault.does.span, findings).map(Task::AbortTransaction)
            }
            Does::ResetOffsets(reset) => reset_offsets(reset, fault.does.span, names, findings),
            Does::DeleteGroup(group) => {
                names.group(&group.0, fault.does.span, findings).map(|group| Task::Group(group, GroupTask::Delete))
            }
            Does::DeleteOffsets(delete) => delete_offsets(delete, names, findings),
            Does::DeleteRecords(delete) => delete_records(delete, fault.does.span, names, findings),
            Does::RemoveMembers(remove) => remove_members(remove, names, findings),
            _ => continue,
        };
        let Some(task) = task else { continue };
        if names.catalog.nodes.len() >= usize::from(u16::MAX) {
            break;
        }
        let node = names.catalog.add_node(format!("admin {}", list.len() + 2), NodeRole::Admin);
        names.operations.insert(fault.does.span, node);
        list.push(OperationSpec { node, task });
    }
    list
}

fn create_topic(
    name: &Name,
    span: Span,
    names: &Names,
    later: &[CreatableTopic],
    findings: &mut Findings,
) -> Option<Task> {
    let topic = names.topic(&name.0, span, findings)?;
    let found = later.iter().find(|creatable| creatable.topic == topic).cloned();
    if found.is_none() {
        findings
            .error(codes::CONTRADICTION, span, format!("`{}` is created at the start", shorten(&name.0)))
            .label("it exists already")
            .help(format!("add `create: later` to the topic `{}`", shorten(&name.0)));
    }
    found.map(|creatable| Task::Create(vec![creatable]))
}

fn add_partitions(add: &AddPartitions, names: &Names, findings: &mut Findings) -> Option<Task> {
    let topic = names.topic(&add.topic.0, add.topic.span, findings)?;
    let now = names.partitions_at_start.get(&topic).copied().unwrap_or(1);
    if add.to.0 <= u64::from(now) {
        findings
            .error(codes::IMPOSSIBLE, add.to.span, format!("`{}` has {now} partitions already", add.topic.0))
            .label("must be more")
            .help("Kafka refuses it (INVALID_PARTITIONS): partitions are only ever added");
    }
    Some(Task::Ask(AdminRequest::CreatePartitions { topic, count: add.to.0 as u32 }))
}

fn set_config(set: &SetConfig, names: &Names, findings: &mut Findings) -> Option<Task> {
    let topic = names.topic(&set.topic.0, set.topic.span, findings)?;
    if set.configs.given.is_empty() {
        findings
            .error(codes::EMPTY_SECTION, set.topic.span, "`set.config` without a config")
            .label("which config?")
            .help("write `set.config: { topic: orders, min.insync.replicas: 2 }`");
    }
    for given in set.configs.given.iter().filter(|given| !DYNAMIC.contains(&given.name.value.as_str())) {
        findings
            .error(
                codes::NOT_YET,
                given.name.span,
                format!("`{}` does not change while a topic is in use", given.name.value),
            )
            .label("not in the model yet")
            .help(format!("the model can change {}", crate::scenario::findings::list(&DYNAMIC)));
    }
    let changes = set.configs.given.iter().map(|given| (given.name.value.clone(), given.value.value.clone()));
    Some(Task::Ask(AdminRequest::AlterTopicConfigs { topic, changes: changes.collect::<Vec<_>>().into() }))
}

fn reassign_partitions(moves: &ReassignPartitions, span: Span, names: &Names, findings: &mut Findings) -> Option<Task> {
    if moves.partitions.is_empty() {
        findings
            .error(codes::EMPTY_SECTION, span, "`reassign.partitions` without a partition")
            .label("which one?")
            .help("write `reassign.partitions: { orders-0: [4, 2, 3] }`");
    }
    if let Some(at) =
        moves.same_factor.as_ref().filter(|at| at.value == YesNo::Yes && findings.version < KafkaVersion::V4_1)
    {
        findings
            .error(
                codes::OUT_OF_RANGE,
                at.span,
                "`disallow.replication.factor.change` in a release that does not have it",
            )
            .label("since Kafka 4.1 (KIP-860)")
            .help("leave it out, or name a later `kafka.version`");
    }
    let mut partitions = Vec::new();
    for (name, replicas) in &moves.partitions {
        let tp = names.partition(name, name.span, findings);
        let list = super::servers::replica_list(replicas.span, &replicas.value.0, None, names, findings);
        partitions.extend(tp.map(|tp| (tp, Some(list))));
    }
    let allow_replication_factor_change = !moves.same_factor.as_ref().is_some_and(|at| at.value == YesNo::Yes);
    let partitions = partitions.into();
    Some(Task::Ask(AdminRequest::AlterPartitionReassignments { partitions, allow_replication_factor_change }))
}

fn take_back(partitions: &[Tp]) -> Task {
    let partitions = partitions.iter().map(|tp| (*tp, None)).collect();
    Task::Ask(AdminRequest::AlterPartitionReassignments { partitions, allow_replication_factor_change: true })
}

fn elect_leaders(elect: &ElectLeaders, names: &Names, findings: &mut Findings) -> Option<Task> {
    if let (Some(partition), Some(_)) = (&elect.partition, &elect.topic) {
        findings
            .error(codes::CONTRADICTION, partition.span, "`partition` beside `topic`")
            .label("one of them")
            .help("leave one out");
    }
    let of_topic = |topic: &At<Name>, findings: &mut Findings| -> Option<Box<[Tp]>> {
        let topic = names.topic(&topic.0, topic.span, findings)?;
        Some(names.catalog.partitions(topic).collect())
    };
    let partitions: Box<[Tp]> = match (&elect.partition, &elect.topic) {
        (Some(partition), _) => Box::new([names.partition(&partition.0, partition.span, findings)?]),
        (None, Some(topic)) => of_topic(topic, findings)?,
        (None, None) => (0..names.catalog.partition_count()).map(Tp).collect(),
    };
    let unclean = elect.election.as_ref().is_some_and(|at| at.value == ElectionKind::Unclean);
    Some(Task::Ask(AdminRequest::ElectLeaders { partitions, unclean }))
}

/// The partitions of topics and single ones, each once, in the order of the catalogue.
fn partitions_named(list: &OneOrMore<Name>, names: &Names, findings: &mut Findings) -> Option<Box<[Tp]>> {
    let mut partitions = BTreeSet::new();
    for name in &list.0 {
        // A topic's name may end like a partition's.
        if names.topics.contains_key(name.0.as_str()) || !name.0.contains('-') {
            partitions.extend(names.catalog.partitions(names.topic(&name.0, name.span, findings)?));
        } else {
            partitions.insert(names.partition(&name.0, name.span, findings)?);
        }
    }
    Some(partitions.into_iter().collect())
}

fn reset_offsets(reset: &ResetOffsets, span: Span, names: &Names, findings: &mut Findings) -> Option<Task> {
    let group = names.group(&reset.group.0, reset.group.span, findings);
    let partitions = partitions_named(&reset.topics, names, findings);
    let place = |place: &ResetPlace| match place {
        ResetPlace::Earliest => ResetTo::Earliest,
        ResetPlace::Latest => ResetTo::Latest,
        ResetPlace::Current => ResetTo::Current,
    };
    fn said<T>(at: &Option<At<Legible<T>>>, to: impl Fn(&T) -> ResetTo) -> Option<(Span, Option<ResetTo>)> {
        at.as_ref().map(|at| (at.span, at.value.0.as_ref().map(to)))
    }
    let said: Vec<(Span, Option<ResetTo>)> = [
        said(&reset.to, place),
        said(&reset.to_offset, |offset| ResetTo::Offset(offset.0 as i64)),
        said(&reset.shift_by, |shift| ResetTo::ShiftBy(shift.0)),
        said(&reset.by_duration, |span| ResetTo::ByDuration(span.0)),
        said(&reset.to_time, |time| ResetTo::Time(time.0)),
    ]
    .into_iter()
    .flatten()
    .collect();
    let ways = "`to: earliest`, `to: latest`, `to: current`, `to.offset`, `shift.by`, `by.duration` or `to.time`";
    let is_share = group.is_some_and(|group| names.catalog.is_share_group(group));
    match said.as_slice() {
        [(span, Some(to))] if is_share && !matches!(to, ResetTo::Earliest | ResetTo::Latest | ResetTo::Time(_)) => {
            findings
                .error(codes::CONTRADICTION, *span, "a share group is not reset to there")
                .label("kafka-share-groups does not know this way")
                .help("keep one of `to: earliest`, `to: latest` or `to.time`");
            None
        }
        [(_, to)] => Some(Task::Group(group?, GroupTask::Reset { partitions: partitions?, to: (*to)? })),
        [] => {
            findings
                .error(codes::MISSING_KEY, span, "`reset.offsets` without a place")
                .label("where to?")
                .help(format!("add one of {ways}"));
            None
        }
        [_, (second, _), ..] => {
            findings
                .error(codes::CONTRADICTION, *second, "two places to reset offsets to")
                .label("the second")
                .help(format!("keep one of {ways}"));
            None
        }
    }
}

fn delete_records(delete: &DeleteRecords, span: Span, names: &Names, findings: &mut Findings) -> Option<Task> {
    let tp = names.partition(&delete.partition.0, delete.partition.span, findings);
    let all = delete.all.as_ref().is_some_and(|all| all.value == YesNo::Yes);
    match (&delete.before, all) {
        (Some(before), false) => {
            Some(Task::DeleteRecords(tp?, Some(crate::protocol::ids::Offset(before.value.0 as i64))))
        }
        (None, true) => Some(Task::DeleteRecords(tp?, None)),
        (Some(before), true) => {
            findings
                .error(codes::CONTRADICTION, before.span, "two places up to which records are to go")
                .help("keep `before` or `all: true`");
            None
        }
        (None, false) => {
            findings
                .error(codes::MISSING_KEY, span, "`delete.records` without a place")
                .label("up to where?")
                .help("add `before: 100`, where the log is to begin, or `all: true`");
            None
        }
    }
}

fn remove_members(remove: &RemoveMembers, names: &Names, findings: &mut Findings) -> Option<Task> {
    let group = names.group(&remove.group.0, remove.group.span, findings)?;
    let known = &names.catalog.instance_ids;
    if remove.instances.0.is_empty() {
        findings
            .error(codes::EMPTY_SECTION, remove.instances.span, "`remove.members` without an instance")
            .label("whom?")
            .help("write `instances: [billing-0]`");
    }
    let mut instances = Vec::new();
    for instance in &remove.instances.0 {
        let text = &instance.value.0;
        match known.iter().position(|id| id == text) {
            Some(index) => instances.push(InstanceId(index as u16)),
            None => {
                let help = if known.is_empty() {
                    "members have one if their config says so: `group.instance.id: \"billing-{n}\"`".into()
                } else {
                    format!(
                        "there is {}",
                        crate::scenario::findings::list(&known.iter().map(String::as_str).collect::<Vec<_>>())
                    )
                };
                findings
                    .error(codes::UNKNOWN_INSTANCE, instance.span, format!("no member is called `{}`", shorten(text)))
                    .label("no `group.instance.id` of this scenario")
                    .help(help);
            }
        }
    }
    (!instances.is_empty()).then(|| Task::Group(group, GroupTask::RemoveMembers(instances.into())))
}

fn delete_offsets(delete: &DeleteOffsets, names: &Names, findings: &mut Findings) -> Option<Task> {
    let group = names.group(&delete.group.0, delete.group.span, findings);
    let partitions = partitions_named(&delete.topics, names, findings);
    Some(Task::Group(group?, GroupTask::DeleteOffsets(partitions?)))
}
