//! What is under way between processes at one instant.

use super::World;
use crate::protocol::api::Api;
use crate::protocol::ids::NodeId;
use crate::protocol::messages::Message;
use crate::sim::network::{Packet, PacketKind};
use crate::sim::time::Nanos;

/// A request, or the answer to one, between two processes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct InFlight {
    /// Who sent it.
    pub from: NodeId,
    /// For whom it is.
    pub to: NodeId,
    /// Which kind of request, or of answer.
    pub api: Api,
    /// It is an answer.
    pub answer: bool,
    /// When it arrives; none: a fault keeps it, or it waits for one that is kept.
    pub arrives: Option<Nanos>,
}

impl World {
    /// The messages under way: those that arrive first come first, those that are kept last.
    pub fn in_flight(&self) -> Vec<InFlight> {
        let network = &self.environment.network;
        let message = |packet: &Packet<Message>, arrives| {
            let PacketKind::Data(message) = &packet.kind else { return None };
            let (from, to) = network.way(packet)?;
            let (api, answer) = Api::of(&message.body);
            Some(InFlight { from: NodeId(from as u16), to: NodeId(to as u16), api, answer, arrives })
        };
        let mut packets: Vec<_> = self.environment.schedule.packets().collect();
        packets.sort_by_key(|(at, id, _)| (*at, *id));
        let coming = packets.into_iter().filter_map(|(at, _, packet)| message(packet, Some(at)));
        coming.chain(network.held().filter_map(|packet| message(packet, None))).collect()
    }
}
