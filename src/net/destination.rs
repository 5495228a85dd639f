//! Where a client connects to.

use std::fmt::Debug;

use crate::protocol::ids::NodeId;

/// One end of a connection, as whoever opens it knows it (Kafka's `Node`).
pub trait Destination: Copy + Eq + Debug {
    /// A small number of its own: the connection's slot.
    fn slot(self) -> u32;
    /// The process to connect to.
    fn node(self) -> NodeId;
}
