//! The transaction coordinator's timers.

use crate::node::timers;

timers! {
    /// What a transaction coordinator waits for. The broker and its group coordinator have kinds of their own below these.
    pub enum TransactionCoordinatorTimer from 0x60 {
        /// Look for transactions that have taken too long.
        AbortTimedOut,
        /// Look for transactional ids that have expired.
        RemoveExpired,
        /// The earliest timeout of what is being written to a partition of `__transaction_state`, by its number.
        AppendTimeout(partition: u32),
        /// The thread that sends markers looks again for what could not be sent.
        MarkerPoll,
    }
}
