//! How long one has to wait before something can be asked for.

use super::excuse::Excuse;
use crate::history::setup::Setup;
use crate::sim::time::Nanos;

/// For what comes after a timeout: a new connection, fresh metadata, the next turn of a loop.
const AFTERWARDS: Nanos = Nanos::from_secs(5);

/// A request on a connection that is dead without knowing it: the longest of the timeouts after which a client or a
/// broker gives it up, then a new connection and fresh metadata.
pub fn dead_connection(setup: &Setup) -> Nanos {
    let brokers = [setup.broker.replica_socket_timeout, setup.broker.controller_socket_timeout];
    let producers = setup.producers.iter().map(|p| p.config.request_timeout);
    let consumers = setup.consumers.iter().map(|c| c.config.request_timeout);
    let longest = brokers.into_iter().chain(producers).chain(consumers).max().unwrap_or_default();
    longest.saturating_add(a_moment(setup))
}

/// What is done at once takes this long all the same: some round trips over the slowest link.
pub fn a_moment(setup: &Setup) -> Nanos {
    AFTERWARDS.saturating_add(setup.slow_round_trip.saturating_mul(10))
}

/// What takes `bound` cannot be asked for sooner after `since`.
pub fn too_early(now: Nanos, since: Nanos, bound: Nanos) -> Option<Excuse> {
    let left = now.saturating_sub(since);
    (left < bound).then_some(Excuse::TooEarly(left, bound))
}

/// From the loss of the active controller, or from the moment at which a majority can talk to each other again, to the
/// next one: a leader that has lost its majority resigns, the others miss it, and a few elections come to nothing.
pub fn failover_bound(setup: &Setup) -> Nanos {
    let (fetch, election) =
        (setup.broker.controller_quorum_fetch_timeout, setup.broker.controller_quorum_election_timeout);
    let times = [fetch, fetch, fetch, election.saturating_mul(8), setup.broker.controller_quorum_election_backoff_max];
    times.into_iter().fold(a_moment(setup), Nanos::saturating_add)
}
