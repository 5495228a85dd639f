//! Markers that wait to be written, or to be replicated.

use crate::protocol::batch::TransactionMarker;
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::{Offset, ProducerId, Tp};
use crate::protocol::messages::{List, WriteTxnMarkersResponse};
use crate::sim::time::Nanos;

/// What a marker waits for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum MarkerWait {
    /// The high watermark.
    Commit(Offset),
    /// The group coordinator's word, by this number.
    Group(u32),
}

/// A marker in one partition.
#[derive(Clone, Copy, Debug)]
pub(super) struct MarkerStatus {
    /// Which partition.
    pub tp: Tp,
    /// What became of it.
    pub error: ErrorCode,
    /// Until it is decided.
    pub waits: Option<MarkerWait>,
    /// It is written again if it takes longer.
    pub deadline: Nanos,
}

/// A request to write markers: not replicated yet, or to be answered.
#[derive(Clone, Debug)]
pub struct DelayedMarkers {
    /// In order of the request.
    pub(super) statuses: Vec<MarkerStatus>,
    /// Whose they are, and how many.
    pub(super) producers: List<(ProducerId, u32)>,
    /// The handler was busy with it until then.
    pub(super) done: Nanos,
}

/// A marker that the group coordinator is to write.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct OffsetsMarker {
    /// In which partition of `__consumer_offsets`.
    pub tp: Tp,
    /// The marker.
    pub marker: TransactionMarker,
    /// The number with which the group coordinator is to say that it is written.
    pub number: u32,
    /// How long it may take.
    pub timeout: Nanos,
}

impl DelayedMarkers {
    /// Whether all of it is decided.
    pub(super) fn is_decided(&self) -> bool {
        self.statuses.iter().all(|status| status.waits.is_none())
    }
    /// The answer, and when its handler was done with it.
    pub fn answer(self) -> (WriteTxnMarkersResponse, Nanos) {
        let mut statuses = self.statuses.into_iter();
        let of_producer = |(producer, count): (ProducerId, u32)| {
            let results = statuses.by_ref().take(count as usize).map(|status| (status.tp, status.error)).collect();
            (producer, results)
        };
        (WriteTxnMarkersResponse { results: self.producers.into_iter().map(of_producer).collect() }, self.done)
    }
    /// What waits for this in a partition is decided.
    pub(super) fn decide(&mut self, tp: Tp, waits: MarkerWait, error: ErrorCode) {
        for status in self.statuses.iter_mut().filter(|s| s.tp == tp && s.waits == Some(waits)) {
            status.decide(error);
        }
    }
}

impl MarkerStatus {
    /// It is decided.
    pub(super) fn decide(&mut self, error: ErrorCode) {
        self.waits = None;
        self.error = error;
    }
}
