//! `kafka-consumer-groups --describe` (`tools/.../consumer/group/ConsumerGroupCommand.java`).

use std::cmp::Reverse;

use super::failure::{Call, no_group, timeout};
use super::java::{DEFAULT_CAPACITY, map_order, partition_hash, string_hash};
use super::{ToolOutput, any_broker, broker, image, leader, table};
use crate::cluster::broker::Broker;
use crate::cluster::coordinator::GroupDescription;
use crate::history::fact::GroupState;
use crate::history::setup::Setup;
use crate::protocol::catalog::{CONSUMER_OFFSETS, Catalog};
use crate::protocol::hashing::coordinator_partition;
use crate::protocol::ids::{BrokerId, GroupId, LeaderEpoch, MemberId, NodeId, Tp};
use crate::protocol::rules::{AssignmentOrder, GroupOffsets};
use crate::world::World;

/// Which form of the description.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DescribeOption {
    /// Offsets and lag, a line per partition.
    Offsets,
    /// A line per member.
    Members,
    /// One line.
    State,
}

/// What the tool prints where there is nothing to print.
const MISSING: &str = "-";

/// A member as DescribeGroups lists it.
struct Member {
    /// `client.id-UUID`.
    id: String,
    client: NodeId,
    partitions: Vec<Tp>,
}

/// A group as its name, whether a scenario has it or not.
pub fn describe_named(world: &World, name: &str, form: DescribeOption, verbose: bool) -> ToolOutput {
    match world.setup().catalog.group(name) {
        Some(group) => describe(world, group, form, verbose),
        // Its coordinator, if there is one, knows no such group.
        None => coordinator(world, name).map_or_else(|call| timeout(call, world.now()), |_| no_group(name)),
    }
}

/// A group, as `kafka-consumer-groups --describe` prints it.
pub fn describe(world: &World, group: GroupId, form: DescribeOption, verbose: bool) -> ToolOutput {
    let catalog = &world.setup().catalog;
    let name = &catalog.groups[group.index()];
    let now = world.now();
    let (id, coordinator) = match coordinator(world, name) {
        Ok(found) => found,
        Err(call) => return timeout(call, now),
    };
    let described = coordinator.coordinator().and_then(|coordinator| coordinator.describe(group));
    let description = match described {
        Some(description) if description.state != GroupState::Dead => description,
        _ => return no_group(name),
    };
    let members = members_of(world, &description);
    let mut answer = ToolOutput { out: String::new(), err: warning(name, &description), failed: false };
    answer.out = match form {
        DescribeOption::Offsets => match offsets(world, name, &description, &members, verbose) {
            Ok(text) => text,
            Err(call) => return timeout(call, now),
        },
        DescribeOption::Members => members_table(world.setup(), name, &members, verbose),
        DescribeOption::State => state(name, id, &description, verbose),
    };
    answer
}

/// Who coordinates a group of that name, or the call that is given up before it answers.
fn coordinator<'w>(world: &'w World, name: &str) -> Result<(BrokerId, &'w Broker), Call> {
    if !any_broker(world) {
        return Err(Call::Bootstrap);
    }
    let catalog = &world.setup().catalog;
    let topic = catalog.topic(CONSUMER_OFFSETS).ok_or(Call::FindCoordinator)?;
    let number = coordinator_partition(name, catalog.topics[topic.index()].partitions);
    let leader = catalog.partitions(topic).nth(number as usize).and_then(|tp| image(world)?.partition(tp)?.leader);
    let id = leader.ok_or(Call::FindCoordinator)?;
    broker(world, id).map(|broker| (id, broker)).ok_or(Call::DescribeGroup)
}

fn warning(name: &str, description: &GroupDescription) -> String {
    match description.state {
        GroupState::Empty | GroupState::Dead => format!("\nConsumer group '{name}' has no active members.\n"),
        GroupState::PreparingRebalance | GroupState::CompletingRebalance => {
            format!("\nWarning: Consumer group '{name}' is rebalancing.\n")
        }
        GroupState::Stable => String::new(),
    }
}

/// Members in the order of the coordinator's map. Only of a stable group the assignments are told
/// (`GroupMetadataManager.describeGroups`).
fn members_of(world: &World, description: &GroupDescription) -> Vec<Member> {
    let catalog = &world.setup().catalog;
    let stable = description.state == GroupState::Stable;
    let member = |(id, client, partitions): &(MemberId, NodeId, Vec<Tp>)| Member {
        id: consumer_id(world, *id, *client),
        client: *client,
        partitions: if stable { partitions.clone() } else { Vec::new() },
    };
    let mut members: Vec<Member> = description.members.iter().map(member).collect();
    for member in &mut members {
        member.partitions = by_number(catalog, std::mem::take(&mut member.partitions));
    }
    map_order(members, DEFAULT_CAPACITY, |member| string_hash(&member.id))
}

/// `billing-0-184d6adf-b34c-4a93-94aa-a3aac8552bc5`: Kafka appends a random UUID to the client id. Here its
/// bits follow from the seed and the member's number.
pub(super) fn consumer_id(world: &World, member: MemberId, client: NodeId) -> String {
    let name = world.setup().catalog.node_name(client);
    let bits = xxhash_rust::xxh3::xxh3_128(format!("{} {name} {}", world.setup().seed, member.0).as_bytes());
    // Version 4, variant 1 (RFC 4122).
    let bits = (bits & !(0xf << 76) & !(0x3 << 62)) | (0x4 << 76) | (0x2 << 62);
    let part = |from: u32, digits: u32| bits >> (from * 4) & ((1 << (digits * 4)) - 1);
    format!(
        "{name}-{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
        part(24, 8),
        part(20, 4),
        part(16, 4),
        part(12, 4),
        part(0, 12)
    )
}

/// The address of a client, as a coordinator sees it.
pub(super) fn host(client: NodeId) -> String {
    format!("/10.0.{}.{}", client.0 / 250, client.0 % 250 + 1)
}

/// Members with the most partitions first; then what was committed and is nobody's now. Without a line
/// there is no heading either: so it is while a new group joins.
fn offsets(
    world: &World,
    name: &str,
    description: &GroupDescription,
    members: &[Member],
    verbose: bool,
) -> Result<String, Call> {
    let catalog = &world.setup().catalog;
    let mut owners: Vec<&Member> = members.iter().filter(|member| !member.partitions.is_empty()).collect();
    owners.sort_by_key(|member| Reverse(member.partitions.len()));
    let mut lines: Vec<(Tp, [String; 3])> = Vec::new();
    let mut owned: Vec<Tp> = Vec::new();
    for member in owners {
        let client = catalog.node_name(member.client).to_string();
        let owner = [member.id.clone(), host(member.client), client];
        owned.extend(&member.partitions);
        lines.extend(listed(world, member.partitions.clone())?.into_iter().map(|tp| (tp, owner.clone())));
    }
    let committed = description.offsets.iter().map(|(tp, _)| *tp);
    let unowned: Vec<Tp> = committed.filter(|tp| !owned.contains(tp)).collect();
    let nobody = [MISSING; 3].map(String::from);
    lines.extend(listed(world, by_number(catalog, unowned))?.into_iter().map(|tp| (tp, nobody.clone())));
    if lines.is_empty() {
        return Ok(String::new());
    }
    let heading: &[&str] = if verbose {
        &[
            "GROUP",
            "TOPIC",
            "PARTITION",
            "LEADER-EPOCH",
            "CURRENT-OFFSET",
            "LOG-END-OFFSET",
            "LAG",
            "CONSUMER-ID",
            "HOST",
            "CLIENT-ID",
        ]
    } else {
        &["GROUP", "TOPIC", "PARTITION", "CURRENT-OFFSET", "LOG-END-OFFSET", "LAG", "CONSUMER-ID", "HOST", "CLIENT-ID"]
    };
    let mut rows = vec![words(heading)];
    for (tp, owner) in lines {
        let (topic, number) = catalog.topic_of(tp);
        let mut row = vec![name.to_string(), catalog.topics[topic.index()].name.clone(), number.to_string()];
        if verbose {
            let epoch =
                description.epochs.iter().find(|(known, epoch)| *known == tp && *epoch != LeaderEpoch::UNDEFINED);
            row.push(epoch.map_or(MISSING.into(), |(_, epoch)| epoch.to_string()));
        }
        row.extend(progress(world, description, tp));
        row.extend(owner);
        rows.push(row);
    }
    let widths: &[usize] =
        if verbose { &[15, 15, 10, 15, 15, 15, 15, 15, 15, 0] } else { &[15, 15, 10, 15, 15, 15, 15, 15, 0] };
    Ok(table(&rows, widths))
}

/// The partitions whose end offsets the tool asks for, in the order in which it then prints them.
fn listed(world: &World, mut partitions: Vec<Tp>) -> Result<Vec<Tp>, Call> {
    let catalog = &world.setup().catalog;
    let order = world.setup().rules.group_offsets;
    for tp in &partitions {
        match image(world).and_then(|image| image.partition(*tp)?.leader) {
            Some(leader) => drop(broker(world, leader).ok_or(Call::ListOffsets)?),
            None if order == GroupOffsets::Sorted => {}
            None => return Err(Call::Leaders),
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

/// Committed offset, end offset (the high watermark) and the difference.
fn progress(world: &World, description: &GroupDescription, tp: Tp) -> [String; 3] {
    let committed = description.offsets.iter().find(|(known, _)| *known == tp).map(|(_, offset)| offset.0);
    let end = leader(world, tp).and_then(|(_, broker)| broker.replica(tp)).map(|log| log.high_watermark().0);
    let lag = committed.zip(end).map(|(committed, end)| end - committed);
    [committed, end, lag].map(|number| number.map_or(MISSING.into(), |n| n.to_string()))
}

/// Every cell is padded and followed by a blank, the last one too. A classic group has no epochs and no
/// target assignments.
fn members_table(setup: &Setup, name: &str, members: &[Member], verbose: bool) -> String {
    let (catalog, order) = (&setup.catalog, setup.rules.assignment_order);
    let mut heading = words(&["GROUP", "CONSUMER-ID", "HOST", "CLIENT-ID", "#PARTITIONS"]);
    let mut widths = vec![15; 5];
    if verbose {
        heading.extend(words(&["CURRENT-EPOCH", "CURRENT-ASSIGNMENT", "TARGET-EPOCH", "TARGET-ASSIGNMENT"]));
        widths.extend([15, 20, 15, 20]);
    }
    let mut rows = vec![heading];
    for member in members {
        let mut row = vec![
            name.to_string(),
            member.id.clone(),
            host(member.client),
            catalog.node_name(member.client).to_string(),
            member.partitions.len().to_string(),
        ];
        if verbose {
            let assignment = assignment(catalog, order, &member.partitions);
            row.extend([MISSING.into(), assignment, MISSING.into(), MISSING.into()]);
        }
        rows.push(row);
    }
    let text = table(&rows, &widths);
    if verbose { text } else { text.replace('\n', " \n").replacen(" \n", "\n", 1) }
}

/// `orders:0,1;payments:0`.
fn assignment(catalog: &Catalog, order: AssignmentOrder, partitions: &[Tp]) -> String {
    let mut topics: Vec<(&str, Vec<u32>)> = Vec::new();
    for tp in partitions {
        let (topic, number) = catalog.topic_of(*tp);
        let name = catalog.topics[topic.index()].name.as_str();
        match topics.iter_mut().find(|(known, _)| *known == name) {
            Some((_, numbers)) => numbers.push(number),
            None => topics.push((name, vec![number])),
        }
    }
    if topics.is_empty() {
        return MISSING.into();
    }
    let listed = |numbers: &[u32]| {
        let mut numbers = numbers.to_vec();
        match order {
            AssignmentOrder::AsNumbers => numbers.sort(),
            AssignmentOrder::AsTexts => numbers.sort_by_key(u32::to_string),
        }
        let texts: Vec<String> = numbers.iter().map(u32::to_string).collect();
        texts.join(",")
    };
    let mut parts: Vec<String> = topics.iter().map(|(name, numbers)| format!("{name}:{}", listed(numbers))).collect();
    parts.sort();
    parts.join(";")
}

/// The strategy is known of a stable group only.
fn state(name: &str, coordinator: BrokerId, description: &GroupDescription, verbose: bool) -> String {
    let strategy = if description.state == GroupState::Stable { "range" } else { MISSING };
    let mut heading = words(&["GROUP", "COORDINATOR (ID)", "ASSIGNMENT-STRATEGY", "STATE"]);
    let mut row = vec![
        name.to_string(),
        format!("10.1.0.{}:9092  ({coordinator})", coordinator.0),
        strategy.into(),
        description.state.name().into(),
    ];
    let mut widths = vec![15, 25, 20, 20];
    if verbose {
        heading.extend(words(&["GROUP-EPOCH", "TARGET-ASSIGNMENT-EPOCH"]));
        row.extend([MISSING.to_string(), MISSING.to_string()]);
        widths.extend([15, 25]);
    }
    heading.push("#MEMBERS".into());
    row.push(description.members.len().to_string());
    widths.push(0);
    // These columns do not grow with their cells, but for the first two.
    table(&[heading, row], &widths)
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|w| (*w).to_string()).collect()
}
