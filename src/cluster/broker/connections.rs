//! The connections that others opened, and the one request that each may have in progress
//! (`core/.../network/SocketServer.scala`).

use std::collections::VecDeque;

use super::produce::ParkedProduce;
use super::session::FetchSession;
use crate::protocol::ids::{ConnId, NodeId};
use crate::protocol::messages::{Message, Request};
use crate::sim::time::Nanos;

/// What a connection's request waits for.
#[derive(Clone, Debug, Default)]
pub enum Activity {
    /// Nothing: there is none, or its answer is on its way.
    #[default]
    Idle,
    /// The disk, or a request handler thread.
    Blocked(Request),
    /// The high watermark.
    Produce(ParkedProduce),
    /// Bytes to read.
    Fetch(ParkedFetch),
    /// The group coordinator or the controller.
    Elsewhere,
}

/// A fetch that waits for `fetch.min.bytes`.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct ParkedFetch {
    /// Bytes that complete it.
    pub min_bytes: u32,
    /// Bytes to return at most.
    pub max_bytes: u32,
}

/// One connection.
#[derive(Clone, Debug)]
pub struct Connection {
    /// Its number.
    pub conn: ConnId,
    /// Who opened it.
    pub peer: NodeId,
    /// Whether the other end is still there. Requests that have arrived are executed all the same.
    pub is_open: bool,
    /// What the request in progress waits for.
    pub activity: Activity,
    /// Its correlation id.
    pub correlation: u32,
    /// Counts the slot's requests, across connections: tells a parked request from a later one.
    pub serial: u64,
    /// Muted until then: the answer to the request before has not left yet.
    pub muted_until: Nanos,
    /// Requests that arrived while it was muted.
    pub queue: VecDeque<Message>,
    /// Its fetch session.
    pub session: Option<Box<FetchSession>>,
}

impl Connection {
    /// Whether the next request may be executed.
    pub fn is_idle(&self, now: Nanos) -> bool {
        matches!(self.activity, Activity::Idle) && self.muted_until <= now
    }
}

/// All of them, in slots that are used again.
#[derive(Clone, Debug, Default)]
pub struct Connections {
    /// Slots of the open connections, by number.
    index: Vec<(ConnId, u32)>,
    slots: Vec<Connection>,
    free: Vec<u32>,
}

impl Connections {
    /// A peer has connected.
    pub fn open(&mut self, conn: ConnId, peer: NodeId) {
        let connection = Connection {
            conn,
            peer,
            is_open: true,
            activity: Activity::Idle,
            correlation: 0,
            serial: 0,
            muted_until: Nanos::ZERO,
            queue: VecDeque::new(),
            session: None,
        };
        let slot = match self.free.pop() {
            Some(slot) => {
                let serial = self.slots[slot as usize].serial;
                self.slots[slot as usize] = Connection { serial, ..connection };
                slot
            }
            None => {
                self.slots.push(connection);
                (self.slots.len() - 1) as u32
            }
        };
        let place = self.index.partition_point(|(other, _)| *other < conn);
        self.index.insert(place, (conn, slot));
    }
    /// The slot of an open connection.
    pub fn find(&self, conn: ConnId) -> Option<u32> {
        let place = self.index.binary_search_by_key(&conn, |(other, _)| *other).ok()?;
        Some(self.index[place].1)
    }
    /// A slot in use.
    pub fn get(&self, slot: u32) -> &Connection {
        &self.slots[slot as usize]
    }
    /// The same, to change it.
    pub fn get_mut(&mut self, slot: u32) -> &mut Connection {
        &mut self.slots[slot as usize]
    }
    /// The connection is not open any more; its slot stays in use.
    pub fn detach(&mut self, slot: u32) {
        let connection = &mut self.slots[slot as usize];
        connection.is_open = false;
        let conn = connection.conn;
        if let Ok(place) = self.index.binary_search_by_key(&conn, |(other, _)| *other) {
            self.index.remove(place);
        }
    }
    /// Gives a slot back.
    pub fn release(&mut self, slot: u32) {
        self.detach(slot);
        let connection = &mut self.slots[slot as usize];
        connection.activity = Activity::Idle;
        connection.queue.clear();
        connection.serial += 1;
        self.free.push(slot);
    }
    /// The open connections.
    pub fn open_connections(&self) -> impl Iterator<Item = ConnId> + '_ {
        self.index.iter().map(|(conn, _)| *conn)
    }
}
