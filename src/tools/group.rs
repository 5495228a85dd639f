//! `kafka-consumer-groups --describe`.

use super::{image, leader, table};
use crate::cluster::coordinator::{GroupCoordinator, GroupDescription};
use crate::history::fact::GroupState;
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

/// A group, as `kafka-consumer-groups --describe` prints it.
pub fn describe(world: &World, group: GroupId, form: Form) -> String {
    let catalog = &world.setup().catalog;
    let name = &catalog.groups[group.index()];
    let Some(tp) = GroupCoordinator::partition_for(catalog, group) else { return NO_COORDINATOR.into() };
    let Some((coordinator, broker)) = leader(world, tp) else { return NO_COORDINATOR.into() };
    let Some(description) = broker.coordinator().describe(group) else {
        return format!("Error: Consumer group '{name}' does not exist.\n");
    };
    let mut out = warning(name, &description);
    out += &match form {
        Form::Offsets => offsets(world, name, &description),
        Form::Members => members(world, name, &description),
        Form::State => state(name, coordinator, &description),
    };
    out
}

fn warning(name: &str, description: &GroupDescription) -> String {
    match description.state {
        GroupState::Empty | GroupState::Dead => format!("\nConsumer group '{name}' has no active members.\n\n"),
        GroupState::PreparingRebalance | GroupState::CompletingRebalance => {
            format!("\nWarning: Consumer group '{name}' is rebalancing.\n\n")
        }
        GroupState::Stable => "\n".into(),
    }
}

/// `billing-0-0000002a`: Kafka appends a UUID to the client id; here it is the member's number.
fn consumer_id(world: &World, member: MemberId, client: NodeId) -> String {
    format!("{}-{:08x}", world.setup().catalog.node_name(client), member.0)
}

fn host(client: NodeId) -> String {
    format!("/10.0.{}.{}", client.0 / 250, client.0 % 250 + 1)
}

fn offsets(world: &World, name: &str, description: &GroupDescription) -> String {
    let catalog = &world.setup().catalog;
    let mut rows = vec![words(&["GROUP", "TOPIC", "PARTITION", "CURRENT-OFFSET", "LOG-END-OFFSET", "LAG", "CONSUMER-ID", "HOST", "CLIENT-ID"])];
    let mut partitions: Vec<Tp> = description.offsets.iter().map(|(tp, _)| *tp).chain(description.members.iter().flat_map(|(_, _, tps)| tps.clone())).collect();
    partitions.sort();
    partitions.dedup();
    for tp in partitions {
        let committed = description.offsets.iter().find(|(known, _)| *known == tp).map(|(_, offset)| offset.0);
        let end = leader(world, tp).and_then(|(_, broker)| broker.replica(tp)).map(|log| log.high_watermark().0);
        let lag = committed.zip(end).map(|(committed, end)| end - committed);
        let owner = description.members.iter().find(|(_, _, tps)| tps.contains(&tp));
        let (topic, number) = catalog.topic_of(tp);
        let dash = |n: Option<i64>| n.map_or("-".into(), |n| n.to_string());
        let mut row = vec![name.to_string(), catalog.topics[topic.index()].name.clone(), number.to_string(), dash(committed), dash(end), dash(lag)];
        match owner {
            Some((member, client, _)) => row.extend([consumer_id(world, *member, *client), host(*client), catalog.node_name(*client).to_string()]),
            None => row.extend(words(&["-", "-", "-"])),
        }
        rows.push(row);
    }
    table(&rows)
}

fn members(world: &World, name: &str, description: &GroupDescription) -> String {
    let mut rows = vec![words(&["GROUP", "CONSUMER-ID", "HOST", "CLIENT-ID", "#PARTITIONS"])];
    for (member, client, partitions) in &description.members {
        rows.push(vec![
            name.to_string(),
            consumer_id(world, *member, *client),
            host(*client),
            world.setup().catalog.node_name(*client).to_string(),
            partitions.len().to_string(),
        ]);
    }
    table(&rows)
}

fn state(name: &str, coordinator: BrokerId, description: &GroupDescription) -> String {
    let strategy = if description.members.is_empty() { "" } else { "range" };
    table(&[
        words(&["GROUP", "COORDINATOR (ID)", "ASSIGNMENT-STRATEGY", "STATE", "#MEMBERS"]),
        vec![
            name.to_string(),
            format!("10.1.0.{}:9092 ({coordinator})", coordinator.0),
            strategy.into(),
            description.state.name().into(),
            description.members.len().to_string(),
        ],
    ])
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|w| (*w).to_string()).collect()
}

/// Whether there is a controller to ask; before the first election there is none.
pub fn is_up(world: &World) -> bool {
    image(world).is_some_and(|image| image.offset() >= 0)
}
