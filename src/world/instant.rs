//! Does time pass? A world in which nothing takes time would go on for ever without getting anywhere.

use crate::sim::time::Nanos;

/// Events that any world may need at one instant: a clogged link lets go of all that it held, clients
/// without latency speak to each other.
const ANYWAY: u64 = 1_000_000;
/// On top, for each process, and for each partition.
const PER_PROCESS: u64 = 10_000;
const PER_PARTITION: u64 = 1_000;

/// Counts the events of one instant.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Instant {
    at: Nanos,
    events: u64,
    limit: u64,
}

impl Instant {
    /// For a world of this size. The limit is far above what a legal world needs.
    pub(super) fn new(processes: usize, partitions: u32) -> Instant {
        let limit = ANYWAY + PER_PROCESS * processes as u64 + PER_PARTITION * u64::from(partitions);
        Instant { at: Nanos::ZERO, events: 0, limit }
    }

    /// One more event.
    ///
    /// # Panics
    /// Time stands still, which is a bug of the simulator.
    #[inline]
    pub(super) fn event(&mut self, at: Nanos) {
        if at != self.at {
            (self.at, self.events) = (at, 0);
        }
        self.events += 1;
        assert!(self.events <= self.limit, "time stands still: {} events at one instant", self.limit);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_events_are_fine_as_long_as_time_passes() {
        let mut instant = Instant { limit: 3, ..Instant::new(1, 1) };
        (0..30).for_each(|n| instant.event(Nanos(n / 3)));
    }

    #[test]
    #[should_panic(expected = "time stands still: 3 events at one instant")]
    fn too_many_at_one_instant_are_a_bug() {
        let mut instant = Instant { limit: 3, ..Instant::new(1, 1) };
        (0..4).for_each(|_| instant.event(Nanos(7)));
    }
}
