//! A controller's timers.

use crate::cluster::raft::RaftTimer;
use crate::node::timers;
use crate::protocol::ids::BrokerId;

timers! {
    /// What a controller waits for.
    pub(super) enum ControllerTimer {
        /// Look for a broker whose session is over.
        FenceScan,
        /// Write a NoOp record.
        NoOp,
        /// Give leadership back to preferred replicas.
        Balance,
        /// Try unclean elections.
        Unclean,
        /// A delayed fetch has waited long enough.
        Fetch(broker: BrokerId),
    }
    else
    /// One of its voter's.
    Raft(RaftTimer)
}
