//! What ends a voter's process (`ProcessTerminatingFaultHandler`).

use crate::sim::disk::DiskError;

/// See the module.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RaftFault {
    /// It cannot write its log, or what it knows about elections.
    Disk(DiskError),
    /// Two leaders in one epoch: voters have forgotten how they voted (`maybeTransition`).
    InconsistentLeader,
    /// A leader that does not have what is committed (`handleFetchResponse`).
    TruncationBelowHighWatermark,
    /// A leader that knows less to be committed than this voter (`FollowerState.updateHighWatermark`).
    HighWatermarkGoesBack,
}

impl From<DiskError> for RaftFault {
    fn from(error: DiskError) -> RaftFault {
        RaftFault::Disk(error)
    }
}
