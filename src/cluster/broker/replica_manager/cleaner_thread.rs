//! What a broker's one cleaner thread is about (`LogCleaner.CleanerThread`).

use crate::cluster::broker::replica_id::ReplicaId;
use crate::cluster::log::{CleanedGroup, Cleaning};
use crate::sim::time::Nanos;

/// What the thread is about.
#[derive(Clone, Debug, Default)]
pub(super) enum LogCleaner {
    /// There is none, or the logs are not loaded.
    #[default]
    Off,
    /// It has found nothing, and looks again every backoff from then on. Looks that can find nothing are left out: `armed` is the
    /// next one that is made.
    Pausing {
        /// When it looked last.
        since: Nanos,
        /// Of the next look.
        armed: Option<Nanos>,
    },
    /// It cleans a log.
    Cleaning(Box<Work>),
}

/// A log under the cleaner.
#[derive(Clone, Debug)]
pub(super) struct Work {
    /// Its replica.
    pub replica: ReplicaId,
    /// How far it is.
    pub cleaning: Cleaning,
    /// Written, and on its way to the device; none while the map is made.
    pub group: Option<CleanedGroup>,
    /// Of the segments that were cleaned.
    pub bytes_before: u64,
    /// Of what took their place.
    pub bytes_after: u64,
}
