//! What always holds of connections and of what is in flight on them.

use super::connection::{ConnectionState, NodeConnectionState};
use super::{Destination, NetworkClient};

impl<D: Destination, T> NetworkClient<D, T> {
    /// The tags of all requests in flight, with where they went.
    pub fn in_flight_tags(&self) -> impl Iterator<Item = (D, &T)> {
        let open = self.connections.iter().flatten();
        open.flat_map(|connection| connection.in_flight.iter().map(|request| (connection.dest, &request.tag)))
    }

    /// # Panics
    /// If a connection contradicts itself, or a request could wait for ever.
    pub fn check_invariants(&self) {
        for (slot, connection) in self.connections.iter().enumerate() {
            if let Some(connection) = connection {
                assert_eq!(connection.dest.slot() as usize, slot, "a connection is found by its destination");
                connection.check_invariants(self.config.max_in_flight);
            }
        }
    }
}

impl<D: Destination, T> NodeConnectionState<D, T> {
    fn check_invariants(&self, max_in_flight: u32) {
        let in_flight = &self.in_flight;
        assert!(in_flight.len() as u64 <= u64::from(max_in_flight), "no more is in flight than max.in.flight");
        let is_ready = matches!(self.state, ConnectionState::Ready { .. });
        assert!(is_ready || in_flight.is_empty(), "nothing is in flight on a connection that is not open");
        let rises = |(a, b): (u32, u32)| a != b && b.wrapping_sub(a) < u32::MAX / 2;
        let correlations = || in_flight.iter().map(|request| request.correlation);
        assert!(correlations().zip(correlations().skip(1)).all(rises), "answers come in the order of the requests");
        let written = in_flight.iter().rev().skip(1).all(|request| request.expect_response);
        assert!(written, "nothing is sent before what has no answer is written");
        assert!(self.armed <= self.next_deadline(), "no request waits beyond its timeout");
    }
}
