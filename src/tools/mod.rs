//! Kafka's own command-line tools, asked of a world that was stopped at some moment.
//!
//! This is the one room above the world that looks into nodes, as the real tools ask the real
//! cluster. A tool gives values: what it learnt, in the words of Kafka's admin client and in the order in which the
//! tool tells it. How Kafka's tools print them, so that people meet here what they meet at work, is [`print`]; JSON is
//! the values as they are. Nothing is judged here.

pub mod consumer_group_record;
pub mod failure;
pub mod group;
mod java;
pub mod lag;
pub mod log;
pub mod log_record;
mod member;
pub mod offsets_topic;
pub mod print;
pub mod producers;
pub mod quorum;
pub mod replicas;
pub mod share_group;
pub mod share_record;
#[cfg(test)]
mod tests;
pub mod topics;
pub mod transactions;

use crate::cluster::broker::Broker;
use crate::cluster::metadata::MetadataImage;
use crate::protocol::ids::{BrokerId, Tp};
use crate::world::{Node, World};

/// The committed metadata, as the controller has them that knows most.
fn image(world: &World) -> Option<&MetadataImage> {
    let images = world.processes().iter().filter_map(|p| match &p.node {
        Node::Controller(controller) => Some(controller.image()),
        _ => None,
    });
    images.max_by_key(|image| image.offset())
}

/// A broker, if its process runs.
fn broker(world: &World, id: BrokerId) -> Option<&Broker> {
    let process = &world.processes()[world.setup().catalog.broker_node(id).index()];
    match &process.node {
        Node::Broker(broker) if process.is_alive() => Some(broker),
        _ => None,
    }
}

/// Whether any broker's process runs: without one, a tool finds nobody to ask.
pub fn any_broker(world: &World) -> bool {
    world.setup().catalog.brokers().any(|id| broker(world, id).is_some())
}

/// The leader of a partition, if it runs.
fn leader(world: &World, tp: Tp) -> Option<(BrokerId, &Broker)> {
    let id = image(world)?.partition(tp)?.leader?;
    Some((id, broker(world, id)?))
}
