//! TCP's timers: when what a fault swallowed is sent again (RFC 6298, `tcp_timer.c` of Linux).
//!
//! Who gets no acknowledgement sends the oldest segment again after the retransmission timeout, which
//! doubles each time, and nothing else until one comes. So after a cut of d seconds a connection
//! with something under way is whole again up to about d seconds after the mend; one that was idle, at once.
//!
//! Reckoned from when a packet should have arrived, so that no packet has to carry when it left.

use crate::sim::time::Nanos;

/// Linux's least timeout of an unacknowledged segment (`TCP_RTO_MIN`), which comes on top of a
/// round trip (`tcp_rtt_estimator`); it doubles.
pub(super) const LEAST_TIMEOUT: Nanos = Nanos::from_millis(200);
/// The first timeout of an unanswered SYN (`TCP_TIMEOUT_INIT`); it doubles: sent again after 1, 3, 7 s.
pub(super) const SYN_TIMEOUT: Nanos = Nanos::from_secs(1);
/// Linux's longest timeout (`TCP_RTO_MAX`).
const LONGEST_TIMEOUT: Nanos = Nanos::from_secs(120);

/// When what was first sent at `since` is next sent again, at or after `now`.
pub(super) fn next(since: Nanos, first: Nanos, now: Nanos) -> Nanos {
    let (mut at, mut timeout) = (since.saturating_add(first), first);
    while at < now {
        timeout = timeout.saturating_add(timeout).min(LONGEST_TIMEOUT.max(first));
        at = at.saturating_add(timeout);
    }
    at
}

/// A sender that gets no acknowledgement.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Silence {
    /// Of what should have arrived then.
    pub since: Nanos,
    /// When the retransmission that is to break it arrives; never as long as the fault holds.
    pub over: Nanos,
}

impl Silence {
    /// Something was swallowed at `now`. A retransmission that is swallowed, too, goes on doubling.
    pub(super) fn deepen(silence: &mut Option<Silence>, now: Nanos) -> Nanos {
        let since = silence.filter(|silence| now <= silence.over).map_or(now, |silence| silence.since);
        *silence = Some(Silence { since, over: Nanos::MAX });
        since
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timeouts_double_up_to_two_minutes() {
        let ms = Nanos::from_millis;
        let sent: Vec<u64> = (0..12)
            .scan(ms(0), |now, _| {
                *now = next(ms(0), ms(200), *now + Nanos(1));
                Some(now.as_millis())
            })
            .collect();
        assert_eq!(sent, [200, 600, 1_400, 3_000, 6_200, 12_600, 25_400, 51_000, 102_200, 204_600, 324_600, 444_600]);
        let syns: Vec<u64> = [1, 1_001, 3_001, 7_001].map(|at| next(ms(0), SYN_TIMEOUT, ms(at)).as_millis()).to_vec();
        assert_eq!(syns, [1_000, 3_000, 7_000, 15_000]);
    }

    #[test]
    fn a_retransmission_that_is_lost_goes_on_doubling() {
        let mut silence = None;
        assert_eq!(Silence::deepen(&mut silence, Nanos(5)), Nanos(5));
        assert_eq!(Silence::deepen(&mut silence, Nanos(9)), Nanos(5));
        silence = Some(Silence { since: Nanos(5), over: Nanos(20) });
        assert_eq!(Silence::deepen(&mut silence, Nanos(20)), Nanos(5));
        silence = Some(Silence { since: Nanos(5), over: Nanos(20) });
        assert_eq!(Silence::deepen(&mut silence, Nanos(21)), Nanos(21), "the one before got through");
    }
}
