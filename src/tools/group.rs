//! `kafka-consumer-groups --describe` (`tools/.../consumer/group/ConsumerGroupCommand.java`).

use std::cmp::Reverse;

use serde::Serialize;

use super::failure::{AdminCall, GroupError};
use super::java::{DEFAULT_CAPACITY, map_order, partition_hash, string_hash};
use super::member::{consumer_id, host};
use super::share_group::{self, ShareGroupRows, ShareMember};
use super::{any_broker, broker, image, leader};
use crate::cluster::broker::Broker;
use crate::cluster::coordinator::{ConsumerMemberDetails, DescribedMember, GroupDescription};
use crate::history::fact::GroupState;
use crate::history::setup::Setup;
use crate::protocol::catalog::{CONSUMER_OFFSETS, Catalog};
use crate::protocol::ids::{BrokerId, Generation, LeaderEpoch, Tp};
use crate::protocol::rules::{AssignmentOrder, GroupOffsets};
use crate::world::World;

/// What of a group is asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DescribeOption {
    /// Offsets and lag, a row per partition.
    Offsets,
    /// A row per member.
    Members,
    /// The group itself.
    State,
}

/// A group as the tool sees it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct DescribedGroup {
    /// Its name.
    pub group: String,
    /// Its state.
    pub state: GroupState,
    /// What was asked for.
    #[serde(flatten)]
    pub rows: GroupRows,
}

/// What was asked for, in the order in which the tool tells it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum GroupRows {
    /// [`DescribeOption::Offsets`]; none while a new group joins.
    Offsets(Vec<PartitionAssignmentState>),
    /// [`DescribeOption::Members`].
    Members(Vec<MemberAssignmentState>),
    /// [`DescribeOption::State`].
    Information(GroupInformation),
    /// Of a share group.
    Share(ShareGroupRows),
}

/// A partition of a group (`PartitionAssignmentState.java`).
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct PartitionAssignmentState {
    /// The partition's topic.
    pub topic: String,
    /// Its number.
    pub partition: u32,
    /// The leader epoch that was committed, if one was.
    pub leader_epoch: Option<LeaderEpoch>,
    /// The committed offset.
    pub offset: Option<i64>,
    /// The end of what a consumer can read: the high watermark.
    pub log_end_offset: Option<i64>,
    /// The difference.
    pub lag: Option<i64>,
    /// Whose it is, if it is anybody's.
    pub member: Option<GroupMember>,
}

/// A member as a coordinator knows it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct GroupMember {
    /// `client.id-UUID`, of a static member `group.instance.id-UUID`.
    pub consumer_id: String,
    /// `group.instance.id` of a static member.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group_instance_id: Option<String>,
    /// Its address.
    pub host: String,
    /// Its `client.id`.
    pub client_id: String,
}

/// A member with what it has (`MemberAssignmentState.java`).
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct MemberAssignmentState {
    /// Who.
    #[serde(flatten)]
    pub member: GroupMember,
    /// How many partitions are assigned to it.
    pub num_partitions: usize,
    /// Which, topic by topic. Of a classic group they are told only while it is stable.
    pub assignment: Vec<AssignedTopic>,
    /// What only a member of a group of the new protocol has.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub target: Option<MemberTarget>,
}

/// Where a member of a group of the new protocol is on its way (KIP-1099).
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct MemberTarget {
    /// The member's epoch.
    pub current_epoch: Generation,
    /// The epoch of the group's targets.
    pub target_epoch: Generation,
    /// What it is to have in the end, topic by topic.
    pub target_assignment: Vec<AssignedTopic>,
    /// Whether it speaks the new protocol, and not the classic one.
    pub upgraded: bool,
    /// The pattern that it leaves to the coordinator, as ConsumerGroupDescribe tells it; Kafka's tool does not print it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subscribed_topic_regex: Option<String>,
}

/// Partitions of one topic.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct AssignedTopic {
    /// Its name.
    pub topic: String,
    /// Numbers.
    pub partitions: Vec<u32>,
}

/// The group itself (`GroupInformation.java`).
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct GroupInformation {
    /// Its coordinator.
    pub coordinator: BrokerId,
    /// The coordinator's address.
    pub coordinator_address: String,
    /// The assignor; of a classic group it is known only while it is stable.
    pub assignment_strategy: Option<&'static str>,
    /// The group epoch of a group of the new protocol.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group_epoch: Option<Generation>,
    /// The epoch for which its targets were computed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target_assignment_epoch: Option<Generation>,
    /// How many members it has.
    pub num_members: usize,
}

/// A member as DescribeGroups lists it.
struct ListedMember {
    member: GroupMember,
    partitions: Vec<Tp>,
    details: Option<ConsumerMemberDetails>,
    epoch: Option<Generation>,
}

/// A group as its name, whether a scenario has it or not.
///
/// # Errors
/// There is no such group, or it cannot be asked about.
pub fn describe(world: &World, name: &str, option: DescribeOption) -> Result<DescribedGroup, GroupError> {
    let timed_out = |call| GroupError::TimedOut { call, at: world.now() };
    let (id, coordinator) = coordinator(world, name).map_err(timed_out)?;
    let described = world.setup().catalog.group(name).and_then(|group| coordinator.coordinator()?.describe(group));
    let description = described
        .filter(|description| description.state != GroupState::Dead)
        .ok_or_else(|| GroupError::NotFound { group: name.into() })?;
    let members = members_of(world, &description);
    let rows = match option {
        DescribeOption::Offsets if description.share.is_some() => {
            GroupRows::Share(ShareGroupRows::Offsets(share_group::offsets(world, &description).map_err(timed_out)?))
        }
        DescribeOption::Members if description.share.is_some() => {
            GroupRows::Share(ShareGroupRows::Members(share_members(world.setup(), &description, members)))
        }
        DescribeOption::Offsets => {
            GroupRows::Offsets(collect_offsets(world, &description, &members).map_err(timed_out)?)
        }
        DescribeOption::State if description.share.is_some() => {
            GroupRows::Share(ShareGroupRows::State(collect_state(id, &description)))
        }
        DescribeOption::Members => GroupRows::Members(collect_members(world.setup(), &description, members)),
        DescribeOption::State => GroupRows::Information(collect_state(id, &description)),
    };
    Ok(DescribedGroup { group: name.into(), state: description.state, rows })
}

/// Who coordinates a group of that name, or the call that is given up before it answers.
fn coordinator<'w>(world: &'w World, name: &str) -> Result<(BrokerId, &'w Broker), AdminCall> {
    if !any_broker(world) {
        return Err(AdminCall::Bootstrap);
    }
    let catalog = &world.setup().catalog;
    let home = catalog.key_partition(CONSUMER_OFFSETS, name);
    let leader = home.and_then(|tp| image(world)?.partition(tp)?.leader);
    let id = leader.ok_or(AdminCall::FindCoordinator)?;
    broker(world, id).map(|broker| (id, broker)).ok_or(AdminCall::DescribeGroup)
}

/// Members in the order of the coordinator's map. Of a classic group the assignments are told only while it is stable
/// (`GroupMetadataManager.describeGroups`), of one of the new protocol always (`ConsumerGroup.asDescribedGroup`).
fn members_of(world: &World, description: &GroupDescription) -> Vec<ListedMember> {
    let catalog = &world.setup().catalog;
    let told = description.state == GroupState::Stable || description.consumer.is_some() || description.share.is_some();
    let member = |listed: &DescribedMember| ListedMember {
        member: GroupMember {
            consumer_id: consumer_id(world, listed.member, listed.instance),
            group_instance_id: listed.instance.map(|id| catalog.instance_id_name(id).into()),
            host: host(listed.client),
            client_id: catalog.node_name(listed.client).into(),
        },
        details: listed.consumer.clone(),
        epoch: listed.share.as_ref().map(|share| share.epoch),
        partitions: if told { by_number(catalog, listed.partitions.clone()) } else { Vec::new() },
    };
    let members: Vec<ListedMember> = description.members.iter().map(member).collect();
    map_order(members, DEFAULT_CAPACITY, |listed| string_hash(&listed.member.consumer_id))
}

/// Members with the most partitions first; then what was committed and is nobody's now. Without a row
/// there is no heading either: so it is while a new group joins.
fn collect_offsets(
    world: &World,
    description: &GroupDescription,
    members: &[ListedMember],
) -> Result<Vec<PartitionAssignmentState>, AdminCall> {
    let catalog = &world.setup().catalog;
    let mut owners: Vec<&ListedMember> = members.iter().filter(|member| !member.partitions.is_empty()).collect();
    owners.sort_by_key(|member| Reverse(member.partitions.len()));
    let mut rows = Vec::new();
    let mut owned: Vec<Tp> = Vec::new();
    for owner in owners {
        owned.extend(&owner.partitions);
        let partitions = listed(world, owner.partitions.clone())?;
        rows.extend(partitions.into_iter().map(|tp| progress(world, description, tp, Some(&owner.member))));
    }
    let committed = description.offsets.iter().map(|(tp, _)| *tp);
    let unowned: Vec<Tp> = committed.filter(|tp| !owned.contains(tp)).collect();
    let unowned = listed(world, by_number(catalog, unowned))?;
    rows.extend(unowned.into_iter().map(|tp| progress(world, description, tp, None)));
    Ok(rows)
}

/// The partitions whose end offsets the tool asks for, in the order in which it then prints them.
fn listed(world: &World, mut partitions: Vec<Tp>) -> Result<Vec<Tp>, AdminCall> {
    let catalog = &world.setup().catalog;
    let order = world.setup().rules.group_offsets;
    for tp in &partitions {
        match image(world).and_then(|image| image.partition(*tp)?.leader) {
            Some(leader) => drop(broker(world, leader).ok_or(AdminCall::ListOffsets)?),
            None if order == GroupOffsets::Sorted => {}
            None => return Err(AdminCall::Leaders),
        }
    }
    if order == GroupOffsets::Sorted {
        let place = |tp: &Tp| (catalog.topics[catalog.topic_of(*tp).0.index()].name.as_str(), *tp);
        partitions.sort_by(|a, b| place(a).cmp(&place(b)));
        return Ok(partitions);
    }
    Ok(map_order(partitions, DEFAULT_CAPACITY, |tp| {
        let (topic, number) = catalog.topic_of(*tp);
        partition_hash(&catalog.topics[topic.index()].name, number)
    }))
}

fn by_number(catalog: &Catalog, mut partitions: Vec<Tp>) -> Vec<Tp> {
    partitions.sort_by_key(|tp| (catalog.topic_of(*tp).1, *tp));
    partitions
}

fn progress(
    world: &World,
    description: &GroupDescription,
    tp: Tp,
    member: Option<&GroupMember>,
) -> PartitionAssignmentState {
    let catalog = &world.setup().catalog;
    let (topic, partition) = catalog.topic_of(tp);
    let of = |known: Tp| known == tp;
    let offset = description.offsets.iter().find(|(known, _)| of(*known)).map(|(_, offset)| offset.0);
    let epoch = description.epochs.iter().find(|(known, epoch)| of(*known) && *epoch != LeaderEpoch::UNDEFINED);
    let log_end_offset = leader(world, tp).and_then(|(_, broker)| broker.replica(tp)).map(|log| log.high_watermark().0);
    PartitionAssignmentState {
        topic: catalog.topics[topic.index()].name.clone(),
        partition,
        leader_epoch: epoch.map(|(_, epoch)| *epoch),
        offset,
        log_end_offset,
        lag: offset.zip(log_end_offset).map(|(offset, end)| end - offset),
        member: member.cloned(),
    }
}

fn collect_members(
    setup: &Setup,
    description: &GroupDescription,
    members: Vec<ListedMember>,
) -> Vec<MemberAssignmentState> {
    let topics = |partitions: &[Tp]| assignment(&setup.catalog, setup.rules.assignment_order, partitions);
    let target = |listed: &ListedMember| {
        let (details, group) = (listed.details.as_ref()?, description.consumer?);
        Some(MemberTarget {
            current_epoch: details.epoch,
            target_epoch: group.assignment_epoch,
            target_assignment: topics(&details.target),
            upgraded: !details.classic,
            subscribed_topic_regex: details.regex.map(|pattern| setup.catalog.pattern_text(pattern).into()),
        })
    };
    let state = |listed: ListedMember| MemberAssignmentState {
        num_partitions: listed.partitions.len(),
        assignment: topics(&listed.partitions),
        target: target(&listed),
        member: listed.member,
    };
    members.into_iter().map(state).collect()
}

/// By consumer id (`ShareGroupCommand.printMembers`).
fn share_members(setup: &Setup, description: &GroupDescription, members: Vec<ListedMember>) -> Vec<ShareMember> {
    let row = |listed: ListedMember| ShareMember {
        num_partitions: listed.partitions.len(),
        member_epoch: listed.epoch.unwrap_or(description.generation),
        assignment: assignment(&setup.catalog, AssignmentOrder::AsNumbers, &listed.partitions),
        member: listed.member,
    };
    let mut rows: Vec<ShareMember> = members.into_iter().map(row).collect();
    rows.sort_by(|a, b| a.member.consumer_id.cmp(&b.member.consumer_id));
    rows
}

/// Topics and numbers in the order in which the tool's release tells them.
fn assignment(catalog: &Catalog, order: AssignmentOrder, partitions: &[Tp]) -> Vec<AssignedTopic> {
    let mut topics: Vec<AssignedTopic> = Vec::new();
    for tp in partitions {
        let (topic, number) = catalog.topic_of(*tp);
        let name = catalog.topics[topic.index()].name.as_str();
        match topics.iter_mut().find(|known| known.topic == name) {
            Some(known) => known.partitions.push(number),
            None => topics.push(AssignedTopic { topic: name.into(), partitions: vec![number] }),
        }
    }
    for topic in &mut topics {
        match order {
            AssignmentOrder::AsNumbers => topic.partitions.sort(),
            AssignmentOrder::AsTexts => topic.partitions.sort_by_key(u32::to_string),
        }
    }
    // What is sorted are the texts, in which a colon follows the name.
    topics.sort_by_cached_key(|topic| format!("{}:", topic.topic));
    topics
}

fn collect_state(coordinator: BrokerId, description: &GroupDescription) -> GroupInformation {
    GroupInformation {
        coordinator,
        coordinator_address: format!("10.1.0.{coordinator}:9092"),
        assignment_strategy: match description.consumer {
            Some(details) => Some(details.assignor.name()),
            None => {
                let stable = description.protocol.filter(|_| description.state == GroupState::Stable);
                stable.map(|assignor| assignor.name())
            }
        },
        group_epoch: (description.consumer.is_some() || description.share.is_some()).then_some(description.generation),
        target_assignment_epoch: description
            .consumer
            .map(|details| details.assignment_epoch)
            .or(description.share.as_ref().map(|share| share.assignment_epoch)),
        num_members: description.members.len(),
    }
}
