//! Finding the group coordinator, and forgetting it
//! (`clients/.../consumer/internals/AbstractCoordinator.java`: `ensureCoordinatorReady`,
//! `FindCoordinatorResponseHandler`, `markCoordinatorUnknown`; `CoordinatorRequestManager.java`).

use super::network::ConsumerNetwork;
use super::tag::{self, Tag};
use crate::client::network::Dest;
use crate::net::backoff::ExponentialBackoff;
use crate::node::Context;
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::{BrokerId, GroupId};
use crate::protocol::messages::{CoordinatorKey, FindCoordinatorResponse, Request};
use crate::sim::time::Nanos;

/// The search for the coordinator.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Lookup {
    /// Not under way.
    Idle,
    /// FindCoordinator is sent, with this number.
    InFlight(u32),
    /// The last one failed, or led to a broker that cannot be reached: a pause.
    Backoff {
        /// End of the pause.
        until: Nanos,
        /// After a failure: it lasts until metadata is newer than this version, too.
        metadata: Option<u32>,
    },
}

/// What a step of the search came to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[must_use = "whoever waits for the coordinator wants to know that it was not found"]
pub enum Search {
    /// The coordinator is known.
    Found,
    /// The search goes on, or pauses.
    GoesOn,
    /// This search has failed; the next comes after a pause.
    Failed(ErrorCode),
}

/// Who searches, and what it does beside.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Searcher {
    /// The application's thread or the heartbeat thread, when it needs the coordinator (`AbstractCoordinator`). Who is forgotten
    /// is disconnected, and after a failure newer metadata is waited for.
    Caller,
    /// The background thread, whenever the coordinator is not known (`CoordinatorRequestManager`). It pauses after a success, too,
    /// and disconnects nobody.
    Background,
}

/// Who coordinates the group, as far as this consumer knows.
#[derive(Clone, Debug)]
pub struct CoordinatorFinder {
    group: GroupId,
    searcher: Searcher,
    coordinator: Option<BrokerId>,
    lookup: Lookup,
    /// Number of the next FindCoordinator.
    next_number: u32,
    /// Failed lookups of this poll().
    failures: u32,
    backoff: ExponentialBackoff,
}

impl CoordinatorFinder {
    /// Knows nobody, and is asked by whoever needs the coordinator.
    pub fn new(group: GroupId, backoff: ExponentialBackoff) -> CoordinatorFinder {
        CoordinatorFinder::of(Searcher::Caller, group, backoff)
    }
    /// Knows nobody, and is driven by the background thread.
    pub fn in_background(group: GroupId, backoff: ExponentialBackoff) -> CoordinatorFinder {
        CoordinatorFinder::of(Searcher::Background, group, backoff)
    }
    fn of(searcher: Searcher, group: GroupId, backoff: ExponentialBackoff) -> CoordinatorFinder {
        let (coordinator, lookup) = (None, Lookup::Idle);
        CoordinatorFinder { group, searcher, coordinator, lookup, next_number: 0, failures: 0, backoff }
    }
    /// The coordinator is this one.
    #[cfg(test)]
    pub fn found(&mut self, broker: BrokerId) {
        self.coordinator = Some(broker);
    }
    /// Whether the coordinator is known.
    pub fn is_known(&self) -> bool {
        self.coordinator.is_some()
    }
    /// When a pause of the search is over.
    pub fn due(&self) -> Nanos {
        match self.lookup {
            Lookup::Backoff { until, .. } => until,
            Lookup::Idle | Lookup::InFlight(_) => Nanos::MAX,
        }
    }
    /// A call of poll() begins: the search starts over with every one.
    pub fn poll_begins(&mut self) {
        if matches!(self.lookup, Lookup::Backoff { .. }) {
            self.lookup = Lookup::Idle;
            self.failures = 0;
        }
    }

    /// Takes the search one step further if the coordinator is not known. Any broker can be asked. After a
    /// failure the search pauses, and waits for newer metadata; where the coordinator is known and its connection
    /// has failed, it only pauses.
    pub fn find(&mut self, network: &mut ConsumerNetwork, ctx: &mut Context<'_>) -> Search {
        if self.coordinator.is_some() {
            return Search::Found;
        }
        if let Lookup::Backoff { until, metadata } = self.lookup
            && until <= ctx.now()
            && metadata.is_none_or(|version| network.metadata().version() > version)
        {
            self.lookup = Lookup::Idle;
        }
        if self.lookup == Lookup::Idle { self.ask(network, ctx) } else { Search::GoesOn }
    }

    /// A turn of the heartbeat thread without a coordinator. It does not wait for metadata, and gives a broker
    /// that does not answer up after one turn: the next turn asks anew.
    pub fn find_impatiently(&mut self, network: &mut ConsumerNetwork, ctx: &mut Context<'_>) -> Search {
        let asked = matches!(self.lookup, Lookup::InFlight(_));
        self.lookup = Lookup::Idle;
        if asked { Search::GoesOn } else { self.find(network, ctx) }
    }

    fn ask(&mut self, network: &mut ConsumerNetwork, ctx: &mut Context<'_>) -> Search {
        let Some(broker) = network.least_loaded(ctx) else {
            return self.back_off(ErrorCode::CoordinatorNotAvailable, network, ctx);
        };
        let number = self.next_number;
        self.next_number = (number + 1) % tag::VALUES;
        self.lookup = Lookup::InFlight(number);
        let request = Request::FindCoordinator(CoordinatorKey::Group(self.group));
        network.send(Dest::Broker(broker), Tag::FindCoordinator { number }, request, None, ctx);
        Search::GoesOn
    }

    /// Answer to FindCoordinator.
    pub fn on_response(
        &mut self,
        number: u32,
        response: FindCoordinatorResponse,
        network: &mut ConsumerNetwork,
        ctx: &mut Context<'_>,
    ) -> Search {
        match response.coordinator {
            Some(broker) if response.error.is_ok() => self.named(broker, network, ctx),
            _ => self.on_failure(number, response.error, network, ctx),
        }
    }

    fn named(&mut self, broker: BrokerId, network: &mut ConsumerNetwork, ctx: &mut Context<'_>) -> Search {
        if self.searcher == Searcher::Background {
            self.failures = 0;
            self.pause(None, ctx);
            self.failures = 0;
            self.coordinator = Some(broker);
            return Search::Found;
        }
        // `client.tryConnect(coordinator)`; "coordinator unavailable".
        if network.is_unavailable(Dest::Coordinator(broker), ctx) {
            self.pause(None, ctx);
            return Search::Failed(ErrorCode::CoordinatorNotAvailable);
        }
        self.lookup = Lookup::Idle;
        self.failures = 0;
        self.coordinator = Some(broker);
        network.ready(Dest::Coordinator(broker), ctx);
        Search::Found
    }

    /// FindCoordinator failed; that of an earlier one is of no interest.
    pub fn on_failure(
        &mut self,
        number: u32,
        error: ErrorCode,
        network: &mut ConsumerNetwork,
        ctx: &mut Context<'_>,
    ) -> Search {
        if self.lookup == Lookup::InFlight(number) { self.back_off(error, network, ctx) } else { Search::GoesOn }
    }

    fn back_off(&mut self, error: ErrorCode, network: &mut ConsumerNetwork, ctx: &mut Context<'_>) -> Search {
        match self.searcher {
            Searcher::Caller => {
                self.pause(Some(network.metadata().version()), ctx);
                network.metadata_mut().request_update();
            }
            Searcher::Background => self.pause(None, ctx),
        }
        Search::Failed(error)
    }

    fn pause(&mut self, metadata: Option<u32>, ctx: &mut Context<'_>) {
        let pause = self.backoff.draw(self.failures, ctx.random());
        self.failures += 1;
        self.lookup = Lookup::Backoff { until: ctx.now().saturating_add(pause), metadata };
    }

    /// The coordinator, if it is known and not out of reach (`checkAndGetCoordinator`).
    pub fn reachable(&mut self, network: &mut ConsumerNetwork, ctx: &mut Context<'_>) -> Option<Dest> {
        let dest = Dest::Coordinator(self.coordinator?);
        if network.is_unavailable(dest, ctx) {
            self.forget(network, ctx);
            return None;
        }
        Some(dest)
    }

    /// Where to send what is for the coordinator, if it is known; whether it can be reached turns out by sending.
    pub fn destination(&self) -> Option<Dest> {
        self.coordinator.map(Dest::Coordinator)
    }

    /// The coordinator is not who it was, or does not answer: what is in flight to it fails, unless the search is the background
    /// thread's. Membership stays as it is.
    pub fn forget(&mut self, network: &mut ConsumerNetwork, ctx: &mut Context<'_>) {
        if let Some(broker) = self.coordinator.take()
            && self.searcher == Searcher::Caller
        {
            network.close(Dest::Coordinator(broker), ctx);
        }
    }

    /// A connection to a broker as coordinator is gone.
    pub fn disconnected(&mut self, broker: BrokerId) {
        if self.coordinator == Some(broker) {
            self.coordinator = None;
        }
    }

    /// # Panics
    /// If an answer is waited for that will not come. `awaits`: whether such a request is under way.
    pub fn check_invariants(&self, awaits: impl Fn(Tag) -> bool) {
        if let Lookup::InFlight(number) = self.lookup {
            assert!(awaits(Tag::FindCoordinator { number }), "who looks for the coordinator has asked");
        }
    }
    /// Nothing is on its way to the coordinator or from it, or nobody knows it.
    pub fn is_silent(&self, network: &ConsumerNetwork) -> bool {
        self.coordinator.is_none_or(|broker| network.pending(Dest::Coordinator(broker)) == 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stage::broken::complaint;

    #[test]
    fn a_search_that_nobody_answers_is_noticed() {
        let mut finder = CoordinatorFinder::new(GroupId(0), ExponentialBackoff::new(Nanos(1), Nanos(1)));
        finder.check_invariants(|_| false);
        finder.lookup = Lookup::InFlight(3);
        finder.check_invariants(|tag| tag == Tag::FindCoordinator { number: 3 });
        let text = complaint(|| finder.check_invariants(|tag| tag == Tag::FindCoordinator { number: 2 }));
        assert!(text.contains("who looks for the coordinator has asked"), "{text}");
    }
}
