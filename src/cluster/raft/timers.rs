//! A voter's timers, and the ends of its connections.

use crate::node::{endpoints, timers};

timers! {
    /// What a voter waits for. The controller has kinds of its own below these.
    pub enum RaftTimer from 0x20 {
        /// Waiting records have waited `controller.quorum.append.linger.ms`.
        Linger,
        /// An fsync of the leader's log returns.
        Flushed,
        /// Look what time has made of the role.
        Poll,
        /// A fetch has waited long enough for a record.
        FetchExpires,
        /// Of the network client, by voter.
        Connection(slot: u32),
    }
}

endpoints! {
    /// Which of a voter's connections.
    pub enum RaftEndpoint {
        /// To another voter.
        Voter(slot: u32),
    }
}
