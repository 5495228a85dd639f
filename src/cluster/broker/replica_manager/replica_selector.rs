//! From which replica a consumer had better read (KIP-392; `ReplicaManager.findPreferredReadReplica`,
//! `clients/.../common/replica/RackAwareReplicaSelector.java`).

use std::cmp::Reverse;

use super::ReplicaManager;
use super::replica::RemoteReplica;
use super::session::SessionPartition;
use crate::cluster::broker::metadata_cache::MetadataCache;
use crate::cluster::broker::replica_id::ReplicaId;
use crate::protocol::config::ReplicaSelector;
use crate::protocol::ids::{BrokerId, Offset, RackId};
use crate::protocol::messages::ReplicaState;
use crate::sim::time::Nanos;

impl ReplicaManager {
    /// Whether the leader of a replica looks for another one to read from, for consumers of that rack.
    pub(super) fn selects(&self, replica: ReplicaId, rack: Option<RackId>) -> bool {
        self.config.replica_selector == ReplicaSelector::RackAware
            && rack.is_some()
            && self.partition(replica).is_leader()
    }

    /// The follower from which a consumer of that rack is to read; none: from this leader.
    ///
    /// The leader itself, if it is in that rack. Otherwise the follower there that has most: one in the ISR, since a
    /// consumer would fall behind with one that lags, and one that has the offset. A broker that is fenced in this
    /// leader's metadata has no address, and so no rack.
    pub(super) fn preferred_read_replica(
        &mut self,
        replica: ReplicaId,
        from: &SessionPartition,
        rack: Option<RackId>,
        cache: &MetadataCache,
        now: Nanos,
    ) -> Option<BrokerId> {
        if !self.selects(replica, rack) {
            return None;
        }
        let is_near = |broker: BrokerId| cache.rack_of(broker) == rack;
        if is_near(self.me) {
            return None;
        }
        self.note_all_idle_fetches(replica);
        let leader = self.partition(replica).leader_state()?;
        let isr = leader.isr.committed();
        let near = leader.remotes.iter().filter(|remote| isr.contains(remote.broker) && is_near(remote.broker));
        let fits = near.filter(|remote| has(remote, from.fetch_offset));
        fits.max_by_key(|remote| how_caught_up(remote, now)).map(|remote| remote.broker)
    }

    /// Followers whose fetches find nothing new were caught up at each of them.
    fn note_all_idle_fetches(&mut self, replica: ReplicaId) {
        let watchers = self.partition(replica).watchers.clone();
        for watcher in watchers {
            let Some(session) = &self.sessions[watcher.channel as usize] else { continue };
            let (state, last_fetch) = (session.params.replica_state, session.last_fetch);
            if matches!(state, ReplicaState::Follower(..)) && !session.is_dirty(watcher.entry) {
                self.note_idle_fetches(replica, state, last_fetch);
            }
        }
    }
}

/// Whether a follower has a position in its log, as far as the leader knows.
fn has(remote: &RemoteReplica, position: Offset) -> bool {
    remote.log_end >= position && remote.log_start <= position
}

/// The larger, the more caught up (`ReplicaView.comparator`): by log end, then by the milliseconds since it had everything;
/// the higher id decides in the end.
fn how_caught_up(remote: &RemoteReplica, now: Nanos) -> (Offset, Reverse<u64>, BrokerId) {
    let since = remote.last_caught_up.map_or(u64::MAX, |at| now.saturating_sub(at).as_millis());
    (remote.log_end, Reverse(since), remote.broker)
}
