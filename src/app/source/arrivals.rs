//! When the next record comes.

use crate::app::spec::Arrivals;
use crate::sim::random::{Distribution, Sampler, Stream};
use crate::sim::time::Nanos;

/// Gives the arrival times of a workload one by one, in ascending order.
///
/// Even spacing never adds up rounded gaps: a rate that does not divide its span is still exact over any
/// length of time.
#[derive(Clone, Debug)]
pub struct ArrivalClock {
    law: Law,
    next: Nanos,
}

#[derive(Clone, Debug)]
enum Law {
    Even(Even),
    Poisson { gap: Sampler },
    Bursts { origin: Nanos, size: u32, every: Nanos, burst: u64, in_burst: u32 },
    Steps { steps: Vec<Step>, at: usize, sent: u64 },
}

/// A constant rate: record `n` comes at `origin + n * per / records`, rounded down. One division is done
/// at the start; then the remainder is carried along, so that nothing drifts.
#[derive(Clone, Copy, Debug)]
struct Even {
    origin: Nanos,
    records: u64,
    per: Nanos,
    sent: u64,
    /// `per / records` and what the division leaves.
    gap: (u64, u64),
    /// `sent * per / records` and what the division leaves.
    offset: (u64, u64),
}

impl Even {
    fn new(origin: Nanos, records: u64, per: Nanos) -> Even {
        let divisor = records.max(1);
        Even { origin, records, per, sent: 0, gap: (per.0 / divisor, per.0 % divisor), offset: (0, 0) }
    }
    #[inline]
    fn next(&self) -> Nanos {
        if self.records == 0 { Nanos::MAX } else { self.origin.saturating_add(Nanos(self.offset.0)) }
    }
    #[inline]
    fn advance(&mut self) -> Nanos {
        self.sent += 1;
        let ((gap, more), (offset, rest)) = (self.gap, self.offset);
        let to_next = self.records.saturating_sub(more);
        self.offset = if rest >= to_next {
            (offset.saturating_add(gap).saturating_add(1), rest - to_next)
        } else {
            (offset.saturating_add(gap), rest + more)
        };
        self.next()
    }
    fn skip_to(&mut self, now: Nanos) {
        let first = first_even(self.origin, now, self.records, self.per);
        if first > self.sent && self.records > 0 {
            let product = u128::from(first) * u128::from(self.per.0);
            self.sent = first;
            let (offset, rest) = (product / u128::from(self.records), product % u128::from(self.records));
            self.offset = (u64::try_from(offset).unwrap_or(u64::MAX), rest as u64);
        }
    }
}

/// A constant rate from `from` until the next step.
#[derive(Clone, Copy, Debug)]
struct Step {
    from: Nanos,
    records: u64,
    per: Nanos,
}

/// Time of record `n` (from 0) of an even rate.
fn even(origin: Nanos, n: u64, records: u64, per: Nanos) -> Nanos {
    if records == 0 {
        return Nanos::MAX;
    }
    let offset = u128::from(n) * u128::from(per.0) / u128::from(records);
    u64::try_from(offset).map_or(Nanos::MAX, |offset| origin.saturating_add(Nanos(offset)))
}

/// The first `n` whose record comes at or after `at`.
fn first_even(origin: Nanos, at: Nanos, records: u64, per: Nanos) -> u64 {
    let behind = u128::from(at.saturating_sub(origin).0) * u128::from(records);
    let mut n = u64::try_from(behind / u128::from(per.0.max(1))).unwrap_or(u64::MAX);
    while records > 0 && n < u64::MAX && even(origin, n, records, per) < at {
        n += 1;
    }
    n
}

impl ArrivalClock {
    /// A workload that begins at `start`.
    pub fn new(arrivals: &Arrivals, start: Nanos, random: &mut Stream) -> ArrivalClock {
        let law = match arrivals {
            Arrivals::Constant { records, per } => Law::Even(Even::new(start, *records, *per)),
            Arrivals::Poisson { records, per } => {
                let mean = if *records == 0 { Nanos::MAX } else { Nanos((per.0 / records).max(1)) };
                Law::Poisson { gap: Distribution::Exponential { mean }.compile() }
            }
            Arrivals::Bursts { size, every } => {
                Law::Bursts { origin: start, size: *size, every: *every, burst: 0, in_burst: 0 }
            }
            Arrivals::Steps(steps) => {
                let steps =
                    steps.iter().map(|&(from, records, per)| Step { from: from.max(start), records, per }).collect();
                Law::Steps { steps, at: 0, sent: 0 }
            }
        };
        let mut clock = ArrivalClock { law, next: start };
        clock.next = match &clock.law {
            Law::Poisson { gap } => start.saturating_add(gap.sample(random)),
            _ => clock.compute(),
        };
        clock
    }
    /// When the next record comes; [`Nanos::MAX`] if none will.
    #[inline]
    pub fn next(&self) -> Nanos {
        self.next
    }
    /// The record is taken; on to the one after.
    #[inline(always)]
    pub fn advance(&mut self, random: &mut Stream) {
        // The usual law, without the detour.
        match &mut self.law {
            Law::Even(law) => self.next = law.advance(),
            _ => self.advance_unevenly(random),
        }
    }
    #[inline(never)]
    fn advance_unevenly(&mut self, random: &mut Stream) {
        match &mut self.law {
            Law::Even(_) => {}
            Law::Steps { sent, .. } => *sent += 1,
            Law::Poisson { gap } => {
                self.next = self.next.saturating_add(gap.sample(random));
                return;
            }
            Law::Bursts { size, burst, in_burst, .. } => {
                *in_burst += 1;
                if in_burst >= size {
                    (*burst, *in_burst) = (*burst + 1, 0);
                }
            }
        }
        self.next = self.compute();
    }
    /// Nobody was there for the records before `now`: the next one is the first at or after it.
    pub fn skip_to(&mut self, now: Nanos, random: &mut Stream) {
        match &mut self.law {
            // Without memory: the gap begins anew.
            Law::Poisson { gap } => {
                if self.next < now {
                    self.next = now.saturating_add(gap.sample(random));
                }
                return;
            }
            Law::Even(law) => law.skip_to(now),
            Law::Bursts { origin, every, burst, in_burst, .. } => {
                let first = first_even(*origin, now, 1, *every);
                if first > *burst {
                    (*burst, *in_burst) = (first, 0);
                }
            }
            Law::Steps { steps, at, sent } => {
                while steps.get(*at + 1).is_some_and(|next| next.from <= now) {
                    (*at, *sent) = (*at + 1, 0);
                }
                if let Some(step) = steps.get(*at) {
                    *sent = (*sent).max(first_even(step.from, now, step.records, step.per));
                }
            }
        }
        self.next = self.compute();
    }
    /// The time that the law's counters stand for. Moves a stepped rate to the step in which the next
    /// record falls.
    fn compute(&mut self) -> Nanos {
        match &mut self.law {
            Law::Even(law) => law.next(),
            Law::Poisson { .. } => self.next,
            Law::Bursts { size: 0, .. } => Nanos::MAX,
            Law::Bursts { origin, every, burst, .. } => even(*origin, *burst, 1, *every),
            Law::Steps { steps, at, sent } => loop {
                let Some(step) = steps.get(*at) else { return Nanos::MAX };
                let time = even(step.from, *sent, step.records, step.per);
                match steps.get(*at + 1) {
                    Some(next) if time >= next.from => (*at, *sent) = (*at + 1, 0),
                    _ => return time,
                }
            },
        }
    }
}
