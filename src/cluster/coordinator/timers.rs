//! The timers of a broker's coordinators: each knows its own.

use super::group::GroupCoordinatorTimer;
use super::transaction::TransactionCoordinatorTimer;
use crate::node::Timer;

/// Whose timer it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CoordinatorTimer {
    /// The group coordinator's.
    Group(GroupCoordinatorTimer),
    /// The transaction coordinator's.
    Transaction(TransactionCoordinatorTimer),
}

impl From<CoordinatorTimer> for Timer {
    fn from(timer: CoordinatorTimer) -> Timer {
        match timer {
            CoordinatorTimer::Group(timer) => timer.into(),
            CoordinatorTimer::Transaction(timer) => timer.into(),
        }
    }
}

impl From<Timer> for CoordinatorTimer {
    /// The transaction coordinator's kinds are the last.
    fn from(timer: Timer) -> CoordinatorTimer {
        let first = Timer::from(TransactionCoordinatorTimer::AbortTimedOut);
        match timer.kind < first.kind {
            true => CoordinatorTimer::Group(timer.into()),
            false => CoordinatorTimer::Transaction(timer.into()),
        }
    }
}
