//! A broker: leaders and followers, their logs, the group coordinator, and its life under the
//! controller (`core/.../server/{KafkaApis,ReplicaManager,BrokerServer}.scala`).

pub mod controller_channel;
pub mod lifecycle;

use std::rc::Rc;

use crate::cluster::metadata::MetadataImage;
use crate::history::fact::StopKind;
use crate::node::{Context, Input};
use crate::protocol::catalog::Catalog;
use crate::protocol::config::BrokerConfig;
use crate::protocol::ids::BrokerId;

/// Timer kinds of a broker, by room.
pub mod timers {
    /// First kind of the lifecycle and the controller channels; kinds up to 0x1f are theirs.
    pub const LIFECYCLE: u8 = 0x10;
    /// First kind of the group coordinator; kinds up to 0x2f are its.
    pub const COORDINATOR: u8 = 0x20;
    /// First kind of replication and request handling; kinds up to 0x4f are theirs.
    pub const REPLICATION: u8 = 0x30;
}

/// The broker process and what is on its disk.
#[derive(Clone, Debug)]
pub struct Broker {}

#[allow(unused_variables)]
impl Broker {
    /// Not started, with an empty disk.
    pub fn new(id: BrokerId, config: Rc<BrokerConfig>, catalog: Rc<Catalog>) -> Broker {
        todo!()
    }
    /// Takes one input.
    pub fn handle(&mut self, input: Input, ctx: &mut Context<'_>) {
        todo!()
    }
    /// The process is gone; what is on the disk stays. (After a power loss the world has told the
    /// disk before; the next start compares.)
    pub fn process_died(&mut self, kind: StopKind) {
        todo!()
    }
    /// This broker's view of the cluster, for tools.
    pub fn image(&self) -> &MetadataImage {
        todo!()
    }
}
