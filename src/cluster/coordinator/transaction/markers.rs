//! Which markers are to be sent, and where (`core/.../coordinator/transaction/TransactionMarkerChannelManager.scala`).
//!
//! The markers of a decided transaction go to the leaders of its partitions, whatever becomes of these, until each has
//! one; then the end of the transaction is written. A thread of its own sends them. It sleeps until there is something
//! new, an answer among it, or until the longest time has passed that its network client waits: what could not be sent
//! for want of a leader, or not be written, is looked at again when it wakes.

use std::collections::BTreeMap;

use super::metadata::TxnTransitMetadata;
use crate::cluster::metadata::MetadataImage;
use crate::protocol::ids::*;
use crate::protocol::messages::{List, WritableTxnMarker, WriteTxnMarkersRequest};
use crate::protocol::rules::{LeaderlessMarker, Rules};
use crate::sim::time::Nanos;

/// A transaction whose markers are being written, and what is to be written then (`PendingCompleteTxn`).
#[derive(Clone, PartialEq, Debug)]
pub(super) struct PendingCompleteTxn {
    pub epoch: LeaderEpoch,
    pub to: TxnTransitMetadata,
}

/// Markers of one transaction on their way (`PendingCompleteTxnAndMarkerEntry`).
#[derive(Clone, PartialEq, Debug)]
pub struct PendingMarker {
    /// The transactional id.
    pub id: TransactionalId,
    /// The epoch of the coordinator that sends it.
    pub epoch: LeaderEpoch,
    /// What is sent.
    pub marker: WritableTxnMarker,
}

/// What one leader is to be sent.
#[derive(Clone, PartialEq, Debug)]
pub struct MarkersToSend {
    /// The leader.
    pub to: BrokerId,
    /// The markers.
    pub entries: Vec<PendingMarker>,
}

impl MarkersToSend {
    /// As it is sent.
    pub fn request(&self) -> WriteTxnMarkersRequest {
        WriteTxnMarkersRequest { markers: self.entries.iter().map(|entry| entry.marker.clone()).collect() }
    }
}

/// Where a marker goes (`MetadataCache.getPartitionLeaderEndpoint`).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Destination {
    Leader(BrokerId),
    /// The partition has no leader now.
    Unknown,
    /// There is no such partition any more, or so it looks.
    Nowhere,
}

/// See the module.
#[derive(Clone, Debug, Default)]
pub(super) struct TransactionMarkerChannelManager {
    /// `transactionsWithPendingMarkers`.
    pub pending: BTreeMap<TransactionalId, PendingCompleteTxn>,
    /// To be sent as soon as the thread gets to it.
    queue: Vec<PendingMarker>,
    /// For want of a leader (`markersQueueForUnknownBroker`).
    unknown: Vec<PendingMarker>,
    /// Ends of transactions that could not be written (`txnLogAppendRetryQueue`).
    retries: Vec<(TransactionalId, PendingCompleteTxn)>,
    /// The thread has something to do.
    awake: bool,
    /// When it went to sleep.
    asleep_since: Nanos,
}

impl TransactionMarkerChannelManager {
    /// The thread wakes.
    pub fn wake(&mut self) {
        self.awake = true;
    }
    /// Whether it is awake.
    pub fn is_awake(&self) -> bool {
        self.awake
    }
    /// The thread goes to sleep. Whether something is left that it must look at again.
    pub fn sleep(&mut self, now: Nanos) -> bool {
        self.awake = false;
        self.asleep_since = now;
        !self.unknown.is_empty() || !self.retries.is_empty()
    }
    /// When it wakes if nothing happens: one wait of its network client follows the other, each so long.
    pub fn wakes_at(&self, longest: Nanos, now: Nanos) -> Nanos {
        let waits = now.saturating_sub(self.asleep_since).0 / longest.0.max(1) + 1;
        self.asleep_since.saturating_add(Nanos(longest.0.saturating_mul(waits)))
    }
    /// Markers are to be sent (`addTxnMarkersToBrokerQueue`).
    pub fn enqueue(&mut self, marker: PendingMarker) {
        self.queue.push(marker);
        self.awake = true;
    }
    /// The end of a transaction could not be written; it is tried again.
    pub fn retry(&mut self, id: TransactionalId, pending: PendingCompleteTxn) {
        self.retries.push((id, pending));
    }
    /// What is to be written again.
    pub fn take_retries(&mut self) -> Vec<(TransactionalId, PendingCompleteTxn)> {
        std::mem::take(&mut self.retries)
    }
    /// The markers of a transaction are another coordinator's business, or nobody's (`removeMarkersForTxn`).
    pub fn remove(&mut self, id: TransactionalId, epoch: LeaderEpoch) {
        if self.pending.get(&id).is_some_and(|pending| pending.epoch == epoch) {
            self.pending.remove(&id);
        }
    }
    /// The same of a partition of `__transaction_state` that is led elsewhere, or anew
    /// (`removeMarkersForTxnTopicPartition`).
    pub fn remove_partition(&mut self, is_of_it: impl Fn(TransactionalId) -> bool) {
        for queue in [&mut self.queue, &mut self.unknown] {
            queue.retain(|entry| !is_of_it(entry.id));
        }
        self.pending.retain(|id, _| !is_of_it(*id));
    }

    /// What is to be sent now, and what goes nowhere (`generateRequests`).
    pub fn resolve(&mut self, image: &MetadataImage, rules: Rules) -> (Vec<MarkersToSend>, Vec<PendingMarker>) {
        let (mut to_send, mut nowhere) = (BTreeMap::<BrokerId, Vec<PendingMarker>>::new(), Vec::new());
        let waiting = std::mem::take(&mut self.unknown);
        for entry in waiting.into_iter().chain(std::mem::take(&mut self.queue)) {
            for (destination, partitions) in by_destination(&entry.marker.partitions, image, rules) {
                let marker = WritableTxnMarker { partitions, ..entry.marker.clone() };
                let part = PendingMarker { marker, ..entry };
                match destination {
                    Destination::Leader(broker) => to_send.entry(broker).or_default().push(part),
                    Destination::Unknown => self.unknown.push(part),
                    Destination::Nowhere => nowhere.push(part),
                }
            }
        }
        (to_send.into_iter().map(|(to, entries)| MarkersToSend { to, entries }).collect(), nowhere)
    }

    /// # Panics
    /// If markers are kept of a transaction that has none to wait for.
    pub fn check_invariants(&self) {
        let waits = |entry: &PendingMarker| self.pending.get(&entry.id).is_some_and(|p| p.epoch == entry.epoch);
        assert!(self.queue.iter().chain(&self.unknown).all(waits), "a marker that waits is waited for");
        assert!(self.queue.is_empty() || self.awake, "what can be sent is sent");
        assert!(self.retries.iter().all(|(id, _)| !self.pending.contains_key(id)), "the end follows the markers");
    }
}

fn by_destination(partitions: &[Tp], image: &MetadataImage, rules: Rules) -> BTreeMap<Destination, List<Tp>> {
    let mut destinations = BTreeMap::<Destination, List<Tp>>::new();
    for tp in partitions {
        let destination = match image.partition(*tp).map(|partition| partition.leader) {
            Some(Some(leader)) => Destination::Leader(leader),
            Some(None) if rules.leaderless_marker == LeaderlessMarker::Waits => Destination::Unknown,
            Some(None) | None => Destination::Nowhere,
        };
        destinations.entry(destination).or_default().push(*tp);
    }
    destinations
}
