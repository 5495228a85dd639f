//! A producer's timers.

use crate::node::timers;

timers! {
    /// What a producer waits for. An application has kinds of its own above these.
    pub enum ProducerTimer {
        /// Of the network client, by connection.
        Connection(slot: u32),
        /// The sender's next deadline: linger, backoff, expiry, metadata, a blocked `send()`.
        Sender,
    }
}
