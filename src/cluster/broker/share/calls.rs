//! Calls of the persister that are under way.

use std::collections::{BTreeMap, VecDeque};

use super::requests::RequestNo;
use super::update::StateUpdate;
use crate::cluster::broker::persister::{CallId, PersisterCall};
use crate::protocol::ids::{GroupId, Tp};

/// Which share-partition.
pub type SharePartitionKey = (GroupId, Tp);

/// What a call is for.
#[derive(Clone, Debug)]
pub enum Purpose {
    /// To load a share-partition for a fetch.
    Load(RequestNo),
    /// To write down what a request acknowledges.
    Acknowledge(RequestNo, StateUpdate),
    /// To write down what nobody holds any more: a session is closed, or locks have run out.
    Release(StateUpdate),
}

/// A call that is not answered yet.
#[derive(Clone, Debug)]
pub struct Call {
    /// Of which share-partition.
    pub key: SharePartitionKey,
    /// Which one of those that there have been under the key.
    pub serial: u32,
    /// What for.
    pub purpose: Purpose,
}

/// All that is under way to the persister.
#[derive(Clone, Debug, Default)]
pub struct Calls {
    last: u32,
    pending: BTreeMap<CallId, Call>,
    outgoing: VecDeque<(CallId, PersisterCall)>,
}

impl Calls {
    /// Asks, and keeps what for.
    pub fn call(&mut self, call: Call, what: PersisterCall) {
        self.last = self.last.wrapping_add(1);
        let id = CallId(self.last);
        self.pending.insert(id, call);
        self.outgoing.push_back((id, what));
    }
    /// The next one to go.
    pub fn next_outgoing(&mut self) -> Option<(CallId, PersisterCall)> {
        self.outgoing.pop_front()
    }
    /// One is answered: what it was for.
    pub fn answered(&mut self, id: CallId) -> Option<Call> {
        self.pending.remove(&id)
    }
}
