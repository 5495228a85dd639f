//! `kafka-consumer-groups --describe` (`tools/.../consumer/group/ConsumerGroupCommand.java`).

use std::cmp::Reverse;

use super::{leader, table};
use crate::cluster::coordinator::{GroupCoordinator, GroupDescription};
use crate::history::fact::GroupState;
use crate::protocol::catalog::Catalog;
use crate::protocol::ids::{BrokerId, GroupId, MemberId, NodeId, Tp};
use crate::world::World;

/// Which form of the description.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Form {
    /// Offsets and lag, a line per partition.
    Offsets,
    /// A line per member.
    Members,
    /// One line.
    State,
}

/// Why there is nothing to describe.
pub const NO_COORDINATOR: &str = "Error: The coordinator is not available.\n";

/// What the tool prints where there is nothing to print.
const MISSING: &str = "-";

/// A group, as `kafka-consumer-groups --describe` prints it.
pub fn describe(world: &World, group: GroupId, form: Form) -> String {
    let catalog = &world.setup().catalog;
    let name = &catalog.groups[group.index()];
    let Some(tp) = GroupCoordinator::partition_for(catalog, group) else { return NO_COORDINATOR.into() };
    let Some((coordinator, broker)) = leader(world, tp) else { return NO_COORDINATOR.into() };
    let description = match broker.coordinator().describe(group) {
        Some(description) if description.state != GroupState::Dead => description,
        _ => return format!("Error: Consumer group '{name}' does not exist.\n"),
    };
    let mut out = warning(name, &description);
    out += &match form {
        Form::Offsets => offsets(world, name, &description),
        Form::Members => members(catalog, name, &description),
        Form::State => state(name, coordinator, &description),
    };
    out
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

/// `billing-0-0000002a`: Kafka appends a UUID to the client id; here it is the member's number.
pub(super) fn consumer_id(catalog: &Catalog, member: MemberId, client: NodeId) -> String {
    format!("{}-{:08x}", catalog.node_name(client), member.0)
}

/// The address of a client, as a coordinator sees it.
pub(super) fn host(client: NodeId) -> String {
    format!("/10.0.{}.{}", client.0 / 250, client.0 % 250 + 1)
}

/// Members first, those with the most partitions foremost; then what was committed and is nobody's
/// now. Without a line there is no heading either: so it is while a new group joins.
fn offsets(world: &World, name: &str, description: &GroupDescription) -> String {
    let catalog = &world.setup().catalog;
    let mut owners: Vec<_> = description.members.iter().filter(|(_, _, owned)| !owned.is_empty()).collect();
    owners.sort_by_key(|(_, _, owned)| Reverse(owned.len()));
    let mut lines: Vec<(Tp, [String; 3])> = Vec::new();
    for (member, client, owned) in owners {
        let owner = [consumer_id(catalog, *member, *client), host(*client), catalog.node_name(*client).to_string()];
        lines.extend(by_number(catalog, owned.to_vec()).into_iter().map(|tp| (tp, owner.clone())));
    }
    let committed = description.offsets.iter().map(|(tp, _)| *tp);
    let unowned = committed.filter(|tp| lines.iter().all(|(owned, _)| owned != tp)).collect();
    lines.extend(by_number(catalog, unowned).into_iter().map(|tp| (tp, [MISSING; 3].map(String::from))));
    if lines.is_empty() {
        return String::new();
    }
    let heading =
        ["GROUP", "TOPIC", "PARTITION", "CURRENT-OFFSET", "LOG-END-OFFSET", "LAG", "CONSUMER-ID", "HOST", "CLIENT-ID"];
    let mut rows = vec![words(&heading)];
    for (tp, owner) in lines {
        let (topic, number) = catalog.topic_of(tp);
        let mut row = vec![name.to_string(), catalog.topics[topic.index()].name.clone(), number.to_string()];
        row.extend(progress(world, description, tp));
        row.extend(owner);
        rows.push(row);
    }
    table(&rows, &[15, 15, 10, 15, 15, 15, 15, 15, 0])
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

fn members(catalog: &Catalog, name: &str, description: &GroupDescription) -> String {
    let mut rows = vec![words(&["GROUP", "CONSUMER-ID", "HOST", "CLIENT-ID", "#PARTITIONS"])];
    for (member, client, partitions) in &description.members {
        rows.push(vec![
            name.to_string(),
            consumer_id(catalog, *member, *client),
            host(*client),
            catalog.node_name(*client).to_string(),
            partitions.len().to_string(),
        ]);
    }
    table(&rows, &[15, 15, 15, 15, 15])
}

fn state(name: &str, coordinator: BrokerId, description: &GroupDescription) -> String {
    let strategy = if description.members.is_empty() { "" } else { "range" };
    let rows = [
        words(&["GROUP", "COORDINATOR (ID)", "ASSIGNMENT-STRATEGY", "STATE", "#MEMBERS"]),
        vec![
            name.to_string(),
            format!("10.1.0.{}:9092  ({coordinator})", coordinator.0),
            strategy.into(),
            description.state.name().into(),
            description.members.len().to_string(),
        ],
    ];
    table(&rows, &[25, 25, 20, 15, 0])
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|w| (*w).to_string()).collect()
}
