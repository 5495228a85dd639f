//! The state of one connection (`ClusterConnectionStates.NodeConnectionState`, `InFlightRequests`).

use std::collections::VecDeque;

use crate::protocol::ids::ConnId;
use crate::sim::time::Nanos;

/// A request that was handed to the network.
#[derive(Clone, Copy, Debug)]
pub(super) struct InFlight {
    pub correlation: u32,
    pub tag: u32,
    pub deadline: Nanos,
    pub expect_response: bool,
}

/// Where a connection stands.
#[derive(Clone, Copy, Debug)]
pub(super) enum State {
    /// There is none, and there will be none before `until`. `wanted`: open it then.
    Closed { until: Nanos, wanted: bool },
    /// On its way, to be given up at the deadline.
    Connecting { conn: ConnId, deadline: Nanos },
    /// Open, but the process at the other end has not said a word yet: it was asked for its API versions,
    /// and is given up at the deadline.
    CheckingApiVersions { conn: ConnId, correlation: u32, deadline: Nanos },
    /// Open.
    Ready { conn: ConnId },
}

/// A connection, with what outlives its incarnations.
#[derive(Clone, Debug)]
pub(super) struct Connection {
    pub state: State,
    /// Oldest first; empty unless the state is `Ready`.
    pub in_flight: VecDeque<InFlight>,
    /// Disconnects since the connection was last usable: the exponent of the reconnect backoff.
    pub failures: u32,
    /// Failed setups in a row: the exponent of the setup timeout.
    pub failed_setups: u32,
    /// When it was last lost (`lastConnectAttemptMs`).
    pub closed_at: Nanos,
    /// When its timer goes off, [`Nanos::MAX`] if it is not set.
    pub armed: Nanos,
}

impl Default for Connection {
    fn default() -> Self {
        Connection {
            state: State::Closed { until: Nanos::ZERO, wanted: false },
            in_flight: VecDeque::new(),
            failures: 0,
            failed_setups: 0,
            closed_at: Nanos::ZERO,
            armed: Nanos::MAX,
        }
    }
}

impl Connection {
    /// The number of the connection that is open or being opened.
    pub fn id(&self) -> Option<ConnId> {
        match self.state {
            State::Connecting { conn, .. } | State::CheckingApiVersions { conn, .. } | State::Ready { conn } => {
                Some(conn)
            }
            State::Closed { .. } => None,
        }
    }
    /// Room for one more, and the last one is written (known of those without an answer only).
    pub fn can_send_more(&self, max_in_flight: u32) -> bool {
        self.in_flight
            .back()
            .is_none_or(|last| last.expect_response && (self.in_flight.len() as u64) < u64::from(max_in_flight))
    }
    /// When something is due that no input will announce.
    pub fn next_deadline(&self) -> Nanos {
        match self.state {
            State::Closed { until, wanted: true } => until,
            State::Closed { wanted: false, .. } => Nanos::MAX,
            State::Connecting { deadline, .. } | State::CheckingApiVersions { deadline, .. } => deadline,
            State::Ready { .. } => self.in_flight.iter().map(|r| r.deadline).min().unwrap_or(Nanos::MAX),
        }
    }
}
