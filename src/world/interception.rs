//! Faults that know a request from another: some kinds are held on their way, or lost.
//!
//! On a connection nothing overtakes, so what is sent behind a request that is held waits, too. A request
//! that is lost is never answered, and a broker takes the next one of a connection only when it has
//! answered the one before (`SocketServer` mutes the channel), so all that is sent behind it is as good
//! as lost until the client has waited for `request.timeout.ms` and closes the connection.

use crate::protocol::api::Api;
use crate::protocol::ids::NodeId;
use crate::protocol::messages::Message;
use crate::sim::network::{Held, Network, Wire};
use crate::sim::time::Nanos;

/// One fault in force.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Interceptor {
    /// Which kinds.
    pub apis: Vec<Api>,
    /// The answers to them instead of the requests.
    pub answers: bool,
    /// What becomes of them.
    pub fate: Fate,
    /// From whom to whom.
    pub links: Vec<(NodeId, NodeId)>,
}

/// What becomes of what is intercepted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Fate {
    Held,
    Lost,
}

#[derive(Clone, Debug)]
struct Active {
    number: u32,
    interceptor: Interceptor,
    /// By connection and sender.
    held: Vec<(u32, u32, Held)>,
}

/// Those in force.
#[derive(Clone, Debug, Default)]
pub(super) struct Interceptors {
    next: u32,
    active: Vec<Active>,
}

impl Interceptors {
    #[inline]
    pub(super) fn is_empty(&self) -> bool {
        self.active.is_empty()
    }

    /// One more. Its number ends it.
    pub(super) fn begin(&mut self, interceptor: Interceptor) -> u32 {
        self.next += 1;
        self.active.push(Active { number: self.next, interceptor, held: Vec::new() });
        self.next
    }

    /// It is over: what it held goes on. What it lost stays lost.
    pub(super) fn end(
        &mut self,
        number: u32,
        now: Nanos,
        network: &mut Network<Message>,
        out: &mut impl Wire<Message>,
    ) {
        if let Some(place) = self.active.iter().position(|active| active.number == number) {
            let over = self.active.remove(place);
            over.held.into_iter().for_each(|(_, _, held)| network.let_go(now, held, out));
        }
    }

    /// A message is about to be sent. Returns whether it alone is lost: nobody waits for the answer to a
    /// request that `wants_none`.
    #[cold]
    pub(super) fn lose(
        &mut self,
        conn: u32,
        from: u32,
        message: &Message,
        wants_none: bool,
        network: &mut Network<Message>,
    ) -> bool {
        let Some(to) = network.peer(conn, from) else { return false };
        let link = (NodeId(from as u16), NodeId(to as u16));
        let (api, answer) = Api::of(&message.body);
        let mut lost = false;
        for active in &mut self.active {
            let Interceptor { apis, answers, fate, links } = &active.interceptor;
            if *answers != answer || !apis.contains(&api) || !links.contains(&link) {
                continue;
            }
            match fate {
                Fate::Lost if wants_none => lost = true,
                Fate::Lost => network.swallow(conn, from),
                Fate::Held if active.held.iter().any(|(c, sender, _)| (*c, *sender) == (conn, from)) => {}
                Fate::Held => active.held.extend(network.hold_back(conn, from).map(|held| (conn, from, held))),
            }
        }
        lost
    }
}
