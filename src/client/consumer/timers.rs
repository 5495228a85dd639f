//! A consumer's timers.

use crate::node::timers;

timers! {
    /// What a consumer waits for. An application has kinds of its own above these.
    pub enum ConsumerTimer {
        /// Of the network client, by connection.
        Connection(slot: u32),
        /// The heartbeat thread's.
        Heartbeat,
        /// The next metadata refresh.
        Metadata,
    }
}
