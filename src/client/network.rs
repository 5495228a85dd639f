//! Whom a client's [`NetworkClient`] connects to.

use crate::net::{self, Destination};
use crate::protocol::ids::{BrokerId, NodeId};

pub use crate::net::NetworkConfig;

/// One connection of a client. The coordinator has a connection of its own, so that a long fetch
/// does not hold up heartbeats (`ConsumerCoordinator` uses node id `Integer.MAX_VALUE - id`).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Dest {
    /// The broker, for data and metadata.
    Broker(BrokerId),
    /// The same broker as a group coordinator.
    Coordinator(BrokerId),
}

impl Dest {
    /// The broker at the other end.
    pub fn broker(self) -> BrokerId {
        match self {
            Dest::Broker(broker) | Dest::Coordinator(broker) => broker,
        }
    }
}

impl Destination for Dest {
    #[inline]
    fn slot(self) -> u32 {
        match self {
            Dest::Broker(broker) => 2 * u32::from(broker.0),
            Dest::Coordinator(broker) => 2 * u32::from(broker.0) + 1,
        }
    }
    /// Brokers come first among the nodes, from broker 1.
    fn node(self) -> NodeId {
        NodeId(u16::from(self.broker().0) - 1)
    }
}

/// A client's connections. A request's tag is a number of its sender's choice.
pub type NetworkClient = net::NetworkClient<Dest, u32>;
/// What came of the network.
pub type NetworkEvent = net::NetworkEvent<Dest, u32>;
