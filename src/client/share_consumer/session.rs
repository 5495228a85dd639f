//! The share session with one broker: what the broker believes that its client wants
//! (`clients/.../consumer/internals/ShareSessionHandler.java`).

use super::acknowledgements::Acknowledgements;
use crate::client::consumer::ConsumerSpec;
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::{MemberId, Tp};
use crate::protocol::messages::{
    ShareAcknowledgeRequest, ShareFetchRequest, SharePartitionAcknowledgements, share_session_epoch,
};
use crate::protocol::rules::{ShareFetchLimit, ShareSessionRefused};
use crate::sim::time::Nanos;

/// See the module.
#[derive(Clone, Debug)]
pub struct ShareSessionHandler {
    member: MemberId,
    /// Epoch of the next request.
    epoch: i32,
    /// The partitions in the session, in the order in which they came to it.
    partitions: Vec<Tp>,
    /// Those that the next ShareFetch is about.
    next_partitions: Vec<Tp>,
    /// What the next request acknowledges.
    next_acknowledgements: Vec<(Tp, Acknowledgements)>,
}

impl ShareSessionHandler {
    /// None is open.
    pub fn new(member: MemberId) -> ShareSessionHandler {
        let (partitions, next_partitions) = (Vec::new(), Vec::new());
        let epoch = share_session_epoch::INITIAL;
        ShareSessionHandler { member, epoch, partitions, next_partitions, next_acknowledgements: Vec::new() }
    }
    /// Whether the next request opens a session.
    pub fn is_new(&self) -> bool {
        self.epoch == share_session_epoch::INITIAL
    }
    /// Whether a partition is in the session.
    pub fn has(&self, tp: Tp) -> bool {
        self.partitions.contains(&tp)
    }
    /// The next ShareFetch is about this partition, too.
    pub fn add_partition(&mut self, tp: Tp) {
        if !self.next_partitions.contains(&tp) {
            self.next_partitions.push(tp);
        }
    }
    /// The next request acknowledges this.
    pub fn add_acknowledgements(&mut self, tp: Tp, acknowledgements: Acknowledgements) {
        self.next_acknowledgements.retain(|(other, _)| *other != tp);
        self.next_acknowledgements.push((tp, acknowledgements));
    }
    /// The session is brought to what the next request is about: the partitions that are new to it, and those to drop.
    fn settle(&mut self) -> (Vec<Tp>, Vec<Tp>) {
        let next = std::mem::take(&mut self.next_partitions);
        let is_new = |partitions: &[Tp], tp: &Tp| !partitions.contains(tp);
        let mut dropped = Vec::new();
        if !self.is_new() {
            dropped.extend(self.partitions.iter().copied().filter(|tp| is_new(&next, tp)));
            self.partitions.retain(|tp| next.contains(tp));
        }
        let added: Vec<Tp> = next.into_iter().filter(|tp| is_new(&self.partitions, tp)).collect();
        self.partitions.extend(&added);
        (if self.is_new() { self.partitions.clone() } else { added }, dropped)
    }
    /// What a request says of its partitions, ascending.
    fn partitions_of(&mut self, added: Vec<Tp>) -> (Vec<SharePartitionAcknowledgements>, bool) {
        let acknowledged = std::mem::take(&mut self.next_acknowledgements);
        let is_renew = acknowledged.iter().any(|(_, acknowledgements)| acknowledgements.has_renewals());
        let only_added = added.into_iter().filter(|tp| acknowledged.iter().all(|(other, _)| other != tp));
        let mut partitions: Vec<SharePartitionAcknowledgements> =
            only_added.map(|tp| SharePartitionAcknowledgements { tp, acknowledgements: Vec::new() }).collect();
        partitions.extend(acknowledged.iter().map(|(tp, acknowledgements)| SharePartitionAcknowledgements {
            tp: *tp,
            acknowledgements: acknowledgements.batches(),
        }));
        partitions.sort_by_key(|partition| partition.tp);
        (partitions, is_renew)
    }
    /// The next ShareFetch. `only_changes`: it is to acquire nothing, and there is none if it would say nothing
    /// (`canSkipIfRequestEmpty`).
    pub fn fetch(
        &mut self,
        spec: &ConsumerSpec,
        limit: ShareFetchLimit,
        only_changes: bool,
    ) -> Option<ShareFetchRequest> {
        let (added, forgotten) = self.settle();
        let (partitions, is_renew) = self.partitions_of(added);
        if only_changes && partitions.is_empty() && forgotten.is_empty() {
            return None;
        }
        let config = &spec.config;
        let acquires = !only_changes && !is_renew;
        let of = |value: u32| if acquires { value } else { 0 };
        let max_records = match limit {
            ShareFetchLimit::Bytes => u32::MAX,
            ShareFetchLimit::Records => config.max_poll_records,
        };
        Some(ShareFetchRequest {
            group: spec.group,
            member: self.member,
            session_epoch: self.epoch,
            max_wait: if acquires { config.fetch_max_wait } else { Nanos::ZERO },
            min_bytes: of(config.fetch_min_bytes),
            max_bytes: of(config.fetch_max_bytes),
            max_records: of(max_records),
            batch_size: of(max_records),
            acquire_mode: config.share_acquire_mode,
            is_renew,
            partitions,
            forgotten,
        })
    }
    /// The next ShareAcknowledge; none if there is no session in which something could be acknowledged. The partitions that it names
    /// count as wanted in the next ShareFetch, as in Kafka.
    pub fn acknowledge(&mut self, spec: &ConsumerSpec) -> Option<ShareAcknowledgeRequest> {
        if self.is_new() {
            self.next_partitions.clear();
            self.next_acknowledgements.clear();
            return None;
        }
        let (partitions, is_renew) = self.partitions_of(Vec::new());
        let (group, member, session_epoch) = (spec.group, self.member, self.epoch);
        Some(ShareAcknowledgeRequest { group, member, session_epoch, is_renew, partitions })
    }
    /// The next request closes the session.
    pub fn close(&mut self) {
        self.epoch = share_session_epoch::FINAL;
    }
    /// A request was answered. Whether it was heard at all: if not, a new session may be begun.
    pub fn answered(&mut self, error: ErrorCode, limit: ShareSessionRefused) -> bool {
        let begins_anew = match error {
            ErrorCode::ShareSessionNotFound | ErrorCode::InvalidShareSessionEpoch => true,
            ErrorCode::ShareSessionLimitReached => limit == ShareSessionRefused::BeginsAnew,
            _ => false,
        };
        self.epoch = match self.epoch {
            _ if begins_anew => share_session_epoch::INITIAL,
            i32::MAX => 1,
            epoch if epoch < 0 => share_session_epoch::FINAL,
            epoch => epoch + 1,
        };
        error.is_ok()
    }
    /// A request got no answer.
    pub fn failed(&mut self) {
        self.epoch = share_session_epoch::INITIAL;
    }
    /// # Panics
    /// If a partition is there twice.
    pub fn check_invariants(&self) {
        let mut partitions = self.partitions.clone();
        partitions.sort();
        assert!(partitions.is_sorted_by(|a, b| a < b), "a share session has each partition once");
    }
}
