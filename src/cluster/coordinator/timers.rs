//! The timers of a broker's coordinators: each knows its own.

use super::group::GroupCoordinatorTimer;
use super::share::ShareCoordinatorTimer;
use super::transaction::TransactionCoordinatorTimer;
use crate::node::Timer;

/// Whose timer it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CoordinatorTimer {
    /// The group coordinator's.
    Group(GroupCoordinatorTimer),
    /// The transaction coordinator's.
    Transaction(TransactionCoordinatorTimer),
    /// The share coordinator's.
    Share(ShareCoordinatorTimer),
}

impl From<CoordinatorTimer> for Timer {
    fn from(timer: CoordinatorTimer) -> Timer {
        match timer {
            CoordinatorTimer::Group(timer) => timer.into(),
            CoordinatorTimer::Transaction(timer) => timer.into(),
            CoordinatorTimer::Share(timer) => timer.into(),
        }
    }
}

impl From<Timer> for CoordinatorTimer {
    /// The share coordinator's kinds are the last, and those of the transaction coordinator lie before them.
    fn from(timer: Timer) -> CoordinatorTimer {
        let transactions = Timer::from(TransactionCoordinatorTimer::AbortTimedOut);
        let shares = Timer::from(ShareCoordinatorTimer::Linger(0));
        if timer.kind < transactions.kind {
            CoordinatorTimer::Group(timer.into())
        } else if timer.kind < shares.kind {
            CoordinatorTimer::Transaction(timer.into())
        } else {
            CoordinatorTimer::Share(timer.into())
        }
    }
}
