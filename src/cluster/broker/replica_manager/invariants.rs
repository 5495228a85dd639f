//! What always holds of the hosted replicas.

use super::ReplicaManager;
use super::delayed::Delayed;

/// Replicas that are looked at after one input. A broker may host hundreds, so they take turns.
const AT_A_TIME: usize = 8;

impl ReplicaManager {
    /// `turn`: a number that rises, for those that take turns.
    ///
    /// # Panics
    /// If anything contradicts itself.
    pub fn check_invariants(&self, turn: u64) {
        assert_eq!(self.hosted.len(), self.partitions.len(), "every hosted replica is known by its partition");
        assert!(self.hosted.is_sorted_by(|a, b| a.0 < b.0), "hosted partitions are sorted, each once");
        let count = self.hosted.len();
        for place in 0..count.min(AT_A_TIME) {
            let (tp, replica) = self.hosted[(turn as usize * AT_A_TIME + place) % count];
            let partition = self.partition(replica);
            assert_eq!(partition.tp, tp, "a number leads to its replica");
            partition.check_invariants(self.me, |channel| self.session(channel).is_some());
            if place == 0 {
                partition.log.check_invariants();
            }
            for awaited in &partition.awaited {
                let waits = matches!(self.delayed.get(awaited.channel), Some(Delayed::Produce(_)));
                assert!(waits, "whoever waits for a high watermark is delayed");
            }
        }
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
            }
        }
        if let Some(session) = self.session((turn % self.sessions.len().max(1) as u64) as u32) {
            session.check_invariants();
        }
        for tp in self.alter_partition.partitions() {
            assert!(self.find(tp).is_some(), "an ISR is proposed of a hosted replica");
        }
        assert!(self.alter_partition.is_handed_over(), "a request that is in flight was sent");
        assert!(self.happened.is_empty(), "everybody was told what happened");
        assert!(self.examined.is_empty(), "a round of reading has ended");
    }
    fn session(&self, channel: u32) -> Option<&super::session::FetchSession> {
        self.sessions.get(channel as usize)?.as_deref()
    }
}
