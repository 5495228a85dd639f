//! What always holds of the hosted replicas.
//!
//! There may be hundreds of them, and as many channels: what is known of each is looked at in turns.

use super::ReplicaManager;
use super::delayed::Delayed;
use super::delayed_markers::MarkerWait;
use super::partition::AwaitedCommit;
use super::session::FetchSession;
use crate::cluster::broker::replica_id::ReplicaId;
use crate::protocol::ids::Tp;

impl ReplicaManager {
    /// # Panics
    /// If an input is not dealt with to its end.
    #[inline]
    pub fn check_nothing_is_left(&self) {
        assert!(self.alter_partition.is_handed_over(), "a request that is in flight was sent");
        assert!(self.happened.is_empty(), "everybody was told what happened");
        assert!(self.examined.is_empty(), "a round of reading has ended");
        assert_eq!(self.hosted.len(), self.partitions.len(), "every hosted replica is known by its partition");
    }

    /// # Panics
    /// If what is known of the replica whose turn it is contradicts itself.
    pub fn check_replica(&self, turn: u64) {
        let place = turn as usize % self.hosted.len().max(1);
        let Some((tp, replica)) = self.hosted.get(place).copied() else { return };
        let sorted = self.hosted.get(place + 1).is_none_or(|(next, _)| tp < *next);
        assert!(sorted, "hosted partitions are sorted, each once");
        self.check_hosted(tp, replica);
    }
    fn check_hosted(&self, tp: Tp, replica: ReplicaId) {
        let partition = self.partition(replica);
        assert_eq!(partition.tp, tp, "a number leads to its replica");
        partition.log.check_invariants();
        partition.check_invariants(self.me, |channel| self.session(channel).is_some());
        for awaited in &partition.awaited {
            let delayed = self.delayed.get(awaited.channel);
            let waits = matches!(delayed, Some(Delayed::Produce(_) | Delayed::Markers(_)));
            assert!(waits, "whoever waits for a high watermark is delayed");
        }
    }

    /// # Panics
    /// If what waits is not known to whom it waits for.
    pub fn check_delayed(&self) {
        self.delayed.check_invariants();
        for (channel, delayed) in self.delayed.iter() {
            match delayed {
                Delayed::Fetch(_) => assert!(self.session(channel).is_some(), "a delayed fetch has a session"),
                Delayed::Produce(produce) => {
                    assert!(!produce.is_decided(), "a decided request is answered");
                    for status in produce.partitions.iter().filter(|status| status.required.is_some()) {
                        let partition = self.partition_of(status.result.tp).expect("one waits for a hosted replica");
                        let is_known = partition.awaited.iter().any(|awaited| awaited.channel == channel);
                        assert!(is_known, "a replica knows who waits for it");
                    }
                }
                Delayed::Markers(markers) => {
                    assert!(!markers.is_decided(), "a decided request is answered");
                    for status in &markers.statuses {
                        let is_known = match status.waits {
                            None => true,
                            Some(MarkerWait::Group(number)) => self.markers_of_groups.get(&number) == Some(&channel),
                            Some(MarkerWait::Commit(required)) => {
                                let partition = self.partition_of(status.tp).expect("one waits for a hosted replica");
                                partition.awaited.contains(&AwaitedCommit { required, channel })
                            }
                        };
                        assert!(is_known, "whoever waits for a marker is known");
                    }
                }
            }
        }
        for channel in self.markers_of_groups.values() {
            let waits = matches!(self.delayed.get(*channel), Some(Delayed::Markers(_)));
            assert!(waits, "a marker of the group coordinator is waited for");
        }
        for tp in self.alter_partition.partitions() {
            assert!(self.find(tp).is_some(), "an ISR is proposed of a hosted replica");
        }
    }

    /// # Panics
    /// If the fetch session whose turn it is contradicts itself.
    pub fn check_session(&self, turn: u64) {
        if let Some(session) = self.session((turn % self.sessions.len().max(1) as u64) as u32) {
            session.check_invariants();
        }
    }
    fn session(&self, channel: u32) -> Option<&FetchSession> {
        self.sessions.get(channel as usize)?.as_deref()
    }

    /// All of it at once.
    #[cfg(test)]
    pub fn check_invariants(&self) {
        self.check_nothing_is_left();
        (0..self.hosted.len() as u64).for_each(|turn| self.check_replica(turn));
        self.check_delayed();
        (0..self.sessions.len() as u64).for_each(|turn| self.check_session(turn));
    }
}
