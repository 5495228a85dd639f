//! How often something was tried (`ExponentialBackoffManager`).

use crate::net::backoff::ExponentialBackoff;
use crate::sim::random::Stream;
use crate::sim::time::Nanos;

/// `MAX_FIND_COORD_ATTEMPTS`, which holds for all calls.
const MAX_ATTEMPTS: u32 = 5;
/// `REQUEST_BACKOFF_MS`.
const BACKOFF: Nanos = Nanos::from_secs(1);
/// `REQUEST_BACKOFF_MAX_MS`.
const BACKOFF_MAX: Nanos = Nanos::from_secs(30);

/// See the module.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Attempts(u32);

impl Attempts {
    /// Another answer has come.
    pub fn count(&mut self) {
        self.0 += 1;
    }
    /// It was a good one.
    pub fn reset(&mut self) {
        self.0 = 0;
    }
    /// The pause before it is tried again; none: that was the last time. Kafka counts the attempt before it looks, so that the first
    /// pause is of two seconds.
    pub fn pause(self, random: &mut Stream) -> Option<Nanos> {
        (self.0 < MAX_ATTEMPTS).then(|| ExponentialBackoff::new(BACKOFF, BACKOFF_MAX).draw(self.0, random))
    }
}
