//! What outlives the process of what it knows about elections: the file `quorum-state`
//! (`raft/.../FileQuorumStateStore.java`, `ElectionState.java`).
//!
//! Kafka replaces the file as a whole, flushed before it goes on. Here every version is written behind the one before, so
//! that a device that lies about flushes brings an old one back after a power loss, and a voter may vote twice.

use crate::node::Context;
use crate::protocol::ids::{ControllerId, LeaderEpoch};
use crate::sim::disk::{DirectoryId, DiskError, FileId};
use crate::sim::time::Nanos;

/// Beside the log's directory, which the log clears for itself.
const FILE: FileId = FileId { directory: DirectoryId(1), name: 0 };
/// Bytes of a version, about what Kafka's JSON takes.
const VERSION_BYTES: u64 = 128;

/// An epoch, who leads it, and for whom this voter voted in it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct ElectionState {
    /// The epoch.
    pub(super) epoch: LeaderEpoch,
    /// The leader, if it is known.
    pub(super) leader: Option<ControllerId>,
    /// For whom this voter voted.
    pub(super) voted: Option<ControllerId>,
}

/// The file.
#[derive(Clone, Debug, Default)]
pub(super) struct QuorumStateStore {
    /// All that was ever written, oldest first.
    versions: Vec<ElectionState>,
}

impl QuorumStateStore {
    /// Writes another version. Returns when it is durable.
    ///
    /// # Errors
    /// The disk is full or broken.
    pub(super) fn write(&mut self, state: ElectionState, ctx: &mut Context<'_>) -> Result<Nanos, DiskError> {
        let now = ctx.now();
        let written = ctx.disk().write(now, FILE, VERSION_BYTES)?;
        self.versions.push(state);
        ctx.disk().flush(written, FILE)
    }
    /// After a start: the last version that is whole; none of a voter that starts for the first time.
    pub(super) fn read(&mut self, ctx: &mut Context<'_>) -> ElectionState {
        let whole = ctx.disk().len(FILE) / VERSION_BYTES;
        self.versions.truncate(usize::try_from(whole).unwrap_or(usize::MAX));
        ctx.disk().truncate(FILE, self.versions.len() as u64 * VERSION_BYTES);
        self.versions.last().copied().unwrap_or_default()
    }
}
