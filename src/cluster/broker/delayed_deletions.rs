//! Requests to delete records that wait for followers (`core/.../server/DelayedDeleteRecords.scala`).

use crate::cluster::coordinator::ReplyTo;
use crate::protocol::ids::{Offset, Tp};
use crate::sim::time::Nanos;

/// One that waits.
#[derive(Clone, Copy, Debug)]
pub struct DelayedDeleteRecords {
    /// Who waits.
    pub to: ReplyTo,
    /// For which partition.
    pub tp: Tp,
    /// Where all live replicas are to begin.
    pub required: Offset,
    /// Until when.
    pub deadline: Nanos,
}
