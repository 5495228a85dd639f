//! The state of one connection (`ClusterConnectionStates.NodeConnectionState`, `InFlightRequests`).

use std::collections::VecDeque;

use super::destination::Destination;
use crate::node::{Context, Timer};
use crate::protocol::ids::ConnId;
use crate::sim::time::Nanos;

/// A request that was handed to the network.
#[derive(Clone, Copy, Debug)]
pub(super) struct InFlightRequest<T> {
    pub correlation: u32,
    pub tag: T,
    pub deadline: Nanos,
    pub expect_response: bool,
    /// It waits for a response that the other end does not give.
    pub in_vain: bool,
}

/// Where a connection stands.
#[derive(Clone, Copy, Debug)]
pub(super) enum ConnectionState {
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
pub(super) struct NodeConnectionState<D, T> {
    pub dest: D,
    pub state: ConnectionState,
    /// Oldest first; empty unless the state is `Ready`.
    pub in_flight: VecDeque<InFlightRequest<T>>,
    /// Disconnects since the connection was last usable: the exponent of the reconnect backoff.
    pub failures: u32,
    /// Failed setups in a row: the exponent of the setup timeout.
    pub failed_setups: u32,
    /// When it was last lost (`lastConnectAttemptMs`).
    pub closed_at: Nanos,
    /// When its timer goes off, [`Nanos::MAX`] if it is not set.
    pub armed: Nanos,
}

impl<D: Destination, T> NodeConnectionState<D, T> {
    pub fn new(dest: D) -> Self {
        NodeConnectionState {
            dest,
            state: ConnectionState::Closed { until: Nanos::ZERO, wanted: false },
            in_flight: VecDeque::new(),
            failures: 0,
            failed_setups: 0,
            closed_at: Nanos::ZERO,
            armed: Nanos::MAX,
        }
    }
    /// The process at the other end has told its API versions: the connection can be used.
    pub fn versions_known(&mut self, correlation: u32) -> D {
        let ConnectionState::CheckingApiVersions { conn, correlation: asked, .. } = self.state else {
            unreachable!("API versions come once, before all other answers")
        };
        assert_eq!(asked, correlation, "an answer names its request");
        self.state = ConnectionState::Ready { conn };
        self.failures = 0;
        self.dest
    }
    /// A response to the oldest request has come, but for those that get none.
    #[inline]
    pub fn complete(&mut self, correlation: u32) -> (D, T) {
        let oldest = self.in_flight.iter().position(|request| !request.in_vain);
        let request = oldest.and_then(|at| self.in_flight.remove(at)).expect("a response answers a request in flight");
        assert_eq!(request.correlation, correlation, "responses of a connection come in the order of its requests");
        (self.dest, request.tag)
    }
    /// Makes sure that its timer goes off no later than `at`. `first`: the timer of slot 0.
    #[inline]
    pub fn arm(&mut self, first: Timer, at: Nanos, ctx: &mut Context<'_>) {
        if at < self.armed {
            self.armed = at;
            ctx.set_timer(Timer { index: first.index + self.dest.slot(), ..first }, at);
        }
    }
    /// The number of the connection that is open or being opened.
    pub fn id(&self) -> Option<ConnId> {
        match self.state {
            ConnectionState::Connecting { conn, .. }
            | ConnectionState::CheckingApiVersions { conn, .. }
            | ConnectionState::Ready { conn } => Some(conn),
            ConnectionState::Closed { .. } => None,
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
            ConnectionState::Closed { until, wanted: true } => until,
            ConnectionState::Closed { wanted: false, .. } => Nanos::MAX,
            ConnectionState::Connecting { deadline, .. } | ConnectionState::CheckingApiVersions { deadline, .. } => {
                deadline
            }
            ConnectionState::Ready { .. } => self.in_flight.iter().map(|r| r.deadline).min().unwrap_or(Nanos::MAX),
        }
    }
}
