//! When a broker looks for segments that may go (`LogManager.startup`, the task `kafka-log-retention`).

use crate::sim::time::Nanos;

/// When logs are looked at: `log.initial.task.delay.ms` after the start, then every `log.retention.check.interval.ms`. Looks that
/// can find nothing are left out: most runs are shorter than any retention.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct CleanupSchedule {
    /// The first look; none until the logs are loaded.
    pub first: Option<Nanos>,
    /// The next one, if one is planned.
    pub next: Option<Nanos>,
}

impl CleanupSchedule {
    /// The first look of the timetable that is neither before `from` nor in the past.
    pub fn look_from(&self, from: Nanos, now: Nanos, interval: Nanos) -> Option<Nanos> {
        let first = self.first?;
        // One that is due now has been or is being made.
        let late = from.max(Nanos(now.0.saturating_add(1))).saturating_sub(first);
        Some(first.saturating_add(interval.saturating_mul(late.0.div_ceil(interval.0))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looks_that_can_find_nothing_are_left_out() {
        let secs = Nanos::from_secs;
        let schedule = CleanupSchedule { first: Some(secs(30)), next: None };
        let look = |from, now| schedule.look_from(from, secs(now), secs(300));
        assert_eq!(look(Nanos::ZERO, 0), Some(secs(30)));
        assert_eq!(look(Nanos::ZERO, 30), Some(secs(330)), "this one has been made");
        assert_eq!(look(secs(1000), 0), Some(secs(1230)));
        assert_eq!(CleanupSchedule::default().look_from(Nanos::ZERO, Nanos::ZERO, secs(300)), None);
    }
}
