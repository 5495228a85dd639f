//! Timer kinds of a controller.

/// Waiting records have waited `controller.quorum.append.linger.ms`.
pub(super) const LINGER: u8 = 1;
/// An fsync returns.
pub(super) const FLUSHED: u8 = 2;
/// Look for a broker whose session is over.
pub(super) const FENCE_SCAN: u8 = 3;
/// Write a NoOp record.
pub(super) const NO_OP: u8 = 4;
/// Give leadership back to preferred replicas.
pub(super) const BALANCE: u8 = 5;
/// Try unclean elections.
pub(super) const UNCLEAN: u8 = 6;
/// A parked fetch has waited long enough; the index is the broker's id.
pub(super) const FETCH: u8 = 7;
