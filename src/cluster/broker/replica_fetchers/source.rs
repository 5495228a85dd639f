//! One source of a broker's fetchers, and what is fetched from it
//! (`core/.../server/{ReplicaFetcherThread,RemoteLeaderEndPoint}.scala`).

use std::collections::VecDeque;

use crate::cluster::broker::replica_id::ReplicaId;
use crate::net::Destination;
use crate::protocol::ids::{BrokerId, LeaderEpoch, NodeId, Offset, Tp};
use crate::protocol::messages::FetchResponse;
use crate::sim::time::Nanos;

/// A leader, and its process.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Leader {
    pub broker: BrokerId,
    pub node: NodeId,
}

impl Destination for Leader {
    #[inline]
    fn slot(self) -> u32 {
        u32::from(self.broker.0)
    }
    fn node(self) -> NodeId {
        self.node
    }
}

/// What a fetcher waits for an answer to.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) enum Asked {
    Fetch,
    /// The leader's log end, of a replica whose fetch was out of range.
    LogEnd(ReplicaId, LeaderEpoch),
    /// The leader's log start, for the same: its log end is not below ours.
    LogStart(ReplicaId, LeaderEpoch),
}

/// How a replica is fetched (`PartitionFetchState`).
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub(super) struct PartitionFetchState {
    /// Whose fetcher has it.
    pub source: Option<BrokerId>,
    /// What the leader's fetch session holds of it: the offset and the epoch that were sent last. `None`: it is to be
    /// listed in the next request.
    pub listed: Option<(Offset, LeaderEpoch)>,
    /// It is among those that the next request lists.
    pub changed: bool,
    /// Not to be fetched before this time.
    pub delayed_until: Option<Nanos>,
    /// Not to be fetched in this leader epoch.
    pub failed: bool,
}

/// The fetcher of one source.
#[derive(Clone, Debug, Default)]
pub(super) struct ReplicaFetcherThread {
    /// Epoch of the next request in the leader's fetch session; 0: a full one.
    pub session_epoch: u32,
    /// What is followed from this source, oldest first.
    pub members: Vec<ReplicaId>,
    /// Of these, what the next request has to list.
    pub changed: Vec<ReplicaId>,
    /// Of these, what waits after an error.
    pub delayed: Vec<ReplicaId>,
    /// Of these, how many are not fetched in their present leader epoch.
    pub failed: usize,
    /// What the leader's session still holds, in vain.
    pub forgotten: Vec<Tp>,
    /// Replicas whose fetch offset the leader does not have.
    pub out_of_range: VecDeque<ReplicaId>,
    /// After a broken connection: not before.
    pub retry_at: Option<Nanos>,
    /// An answer that waits for the disk.
    pub stalled: Option<FetchResponse>,
    /// The timer is set for then.
    pub timer_at: Option<Nanos>,
}

impl ReplicaFetcherThread {
    /// Whether there is anything that may be fetched now.
    #[inline]
    pub fn has_ready(&self) -> bool {
        self.members.len() > self.delayed.len() + self.failed
    }
    /// The leader's session does not hold it, or is not to hold it any more.
    pub fn drop_from_session(&mut self, replica: ReplicaId, tp: Tp, state: &mut PartitionFetchState) {
        if std::mem::take(&mut state.changed) {
            self.changed.retain(|other| *other != replica);
        }
        state.listed = None;
        if self.session_epoch > 0 && !self.forgotten.contains(&tp) {
            self.forgotten.push(tp);
        }
    }
    /// The next request lists it.
    #[inline]
    pub fn list_again(&mut self, replica: ReplicaId, state: &mut PartitionFetchState) {
        state.listed = None;
        if !std::mem::replace(&mut state.changed, true) {
            self.changed.push(replica);
        }
    }
}
