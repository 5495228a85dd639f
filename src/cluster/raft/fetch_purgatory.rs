//! Fetches of the metadata log that wait for a record (`raft/.../internals/ThresholdPurgatory.java`).

use crate::protocol::ids::ConnId;
use crate::protocol::messages::{FetchQuorumRequest, FetchQuorumResponse};
use crate::sim::time::Nanos;

/// A fetch without an answer.
#[derive(Clone, Debug)]
pub(super) struct Parked {
    pub(super) conn: ConnId,
    pub(super) correlation: u32,
    pub(super) request: FetchQuorumRequest,
    /// What it is told if nothing comes: what there was when it came.
    pub(super) response: Box<FetchQuorumResponse>,
    /// When it is told that.
    pub(super) expires: Nanos,
}

/// The fetches that wait, in the order of their coming.
#[derive(Clone, Debug, Default)]
pub(super) struct FetchPurgatory {
    parked: Vec<Parked>,
}

impl FetchPurgatory {
    /// Lets one wait.
    pub(super) fn park(&mut self, fetch: Parked) {
        self.parked.push(fetch);
    }
    /// Takes all that wait.
    pub(super) fn take_all(&mut self) -> Vec<Parked> {
        std::mem::take(&mut self.parked)
    }
    /// Takes those that have waited long enough.
    pub(super) fn take_expired(&mut self, now: Nanos) -> Vec<Parked> {
        let (expired, parked) = self.take_all().into_iter().partition(|fetch| fetch.expires <= now);
        self.parked = parked;
        expired
    }
    /// A connection is gone, and what waited on it too.
    pub(super) fn disconnected(&mut self, conn: ConnId) {
        self.parked.retain(|fetch| fetch.conn != conn);
    }
    /// When the next one has waited long enough.
    pub(super) fn next_expiry(&self) -> Option<Nanos> {
        self.parked.iter().map(|fetch| fetch.expires).min()
    }
}
