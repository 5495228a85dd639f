//! Kafka's own command-line tools, asked of a world that was stopped at some moment.
//!
//! This is the one room above the world that looks into nodes, as the real tools ask the real
//! cluster. Its output keeps the form of Kafka's, so that people meet here what they meet at work.
//! Nothing is judged here.

mod failure;
pub mod group;
mod java;
pub mod log;
#[cfg(test)]
mod tests;
pub mod topics;

use crate::cluster::broker::Broker;
use crate::cluster::metadata::MetadataImage;
use crate::protocol::ids::{BrokerId, Tp};
use crate::world::{Node, World};

/// What a tool says, and how it ends.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ToolOutput {
    /// On standard output.
    pub out: String,
    /// On standard error.
    pub err: String,
    /// It exits with 1. (Some tools print an error and exit with 0.)
    pub failed: bool,
}

/// The controller's committed metadata.
fn image(world: &World) -> Option<&MetadataImage> {
    world.processes().iter().find_map(|p| match &p.node {
        Node::Controller(controller) => Some(controller.image()),
        _ => None,
    })
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

/// A table as Kafka's tools print it: a blank line, then left-aligned columns of at least these widths;
/// one of width 0 is not padded.
fn table(rows: &[Vec<String>], least: &[usize]) -> String {
    let longest =
        |c: usize| rows.iter().filter_map(|row| row.get(c)).map(|cell| cell.chars().count()).max().unwrap_or(0);
    let width = |(c, least): (usize, &usize)| if *least == 0 { 0 } else { longest(c).max(*least) };
    let widths: Vec<usize> = least.iter().enumerate().map(width).collect();
    let line = |row: &Vec<String>| {
        let cells: Vec<String> = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
        cells.join(" ")
    };
    rows.iter().map(line).fold(String::from("\n"), |out, line| out + &line + "\n")
}
