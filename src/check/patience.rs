//! How long one has to wait before something can be asked for.

use crate::sim::time::Nanos;

/// A request on a connection that is dead without knowing it: `request.timeout.ms` or
/// `replica.socket.timeout.ms` (30 s), then a new connection and fresh metadata.
pub const DEAD_CONNECTION: Nanos = Nanos::from_secs(35);

/// What takes `bound` cannot be asked for sooner after `since`.
pub fn too_early(now: Nanos, since: Nanos, bound: Nanos) -> Option<String> {
    let left = now.saturating_sub(since);
    (left < bound).then(|| format!("the run ended {left} after the last disturbance; it may take {bound}"))
}
