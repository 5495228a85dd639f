//! Committed offsets of partitions that have no position yet (`ConsumerCoordinator.fetchCommittedOffsets`).

use super::network::ConsumerNetwork;
use super::subscription::{Assigned, FetchPosition, FetchState, Subscriptions};
use super::tag::{self, Tag};
use crate::client::network::Dest;
use crate::history::fact::Fact;
use crate::net::backoff::ExponentialBackoff;
use crate::node::Context;
use crate::protocol::ids::{Generation, GroupId, MemberId, Offset, Tp};
use crate::protocol::messages::{OffsetFetchRequest, OffsetFetchResponse, Request};
use crate::sim::time::Nanos;

/// An OffsetFetch under way or in backoff. poll() blocks on it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Lookup {
    /// None; the next not before.
    Idle(Nanos),
    /// Sent, with this number.
    InFlight(u32),
}

/// See the module.
#[derive(Clone, Debug)]
pub struct CommittedOffsets {
    group: GroupId,
    lookup: Lookup,
    failures: u32,
    next_number: u32,
    backoff: ExponentialBackoff,
}

impl CommittedOffsets {
    /// None asked for.
    pub fn new(group: GroupId, backoff: ExponentialBackoff) -> CommittedOffsets {
        CommittedOffsets { group, lookup: Lookup::Idle(Nanos::ZERO), failures: 0, next_number: 0, backoff }
    }
    /// Whether an answer is waited for.
    pub fn is_pending(&self) -> bool {
        matches!(self.lookup, Lookup::InFlight(_))
    }
    /// When a lookup in backoff may go on.
    pub fn due(&self) -> Nanos {
        match self.lookup {
            Lookup::Idle(at) => at,
            Lookup::InFlight(_) => Nanos::MAX,
        }
    }
    /// The partitions for which offsets are wanted.
    pub fn wanted(subscriptions: &Subscriptions) -> Vec<Tp> {
        let waiting = |p: &&Assigned| p.state == FetchState::Initializing;
        subscriptions.partitions().iter().filter(waiting).map(|p| p.tp).collect()
    }
    /// Asks the coordinator. `asker`: the member and its epoch, where they are to be checked (KIP-848).
    pub fn ask(
        &mut self,
        partitions: Vec<Tp>,
        asker: Option<(MemberId, Generation)>,
        dest: Dest,
        network: &mut ConsumerNetwork,
        ctx: &mut Context<'_>,
    ) {
        let number = self.next_number;
        self.next_number = (number + 1) % tag::VALUES;
        let (member, generation) = asker.unwrap_or((MemberId::NONE, Generation::NONE));
        let group = self.group;
        let request = OffsetFetchRequest { group, member, generation, partitions, require_stable: true };
        self.lookup = Lookup::InFlight(number);
        network.send(dest, Tag::OffsetFetch { number }, Request::OffsetFetch(request), None, ctx);
    }
    /// A new assignment: an answer to the old request is of no use.
    pub fn abandon(&mut self) {
        self.lookup = Lookup::Idle(Nanos::ZERO);
        self.failures = 0;
    }
    /// Whether this is the request that is waited for.
    pub fn is_current(&self, number: u32) -> bool {
        self.lookup == Lookup::InFlight(number)
    }
    /// # Panics
    /// If an answer is waited for that will not come. `awaits`: whether such a request is under way.
    pub fn check_invariants(&self, awaits: impl Fn(Tag) -> bool) {
        if let Lookup::InFlight(number) = self.lookup {
            assert!(awaits(Tag::OffsetFetch { number }), "poll() waits for offsets that were asked for");
        }
    }
    /// OffsetFetch failed in a way that allows another try.
    pub fn on_failure(&mut self, number: u32, ctx: &mut Context<'_>) {
        if self.is_current(number) {
            let pause = self.backoff.draw(self.failures, ctx.random());
            self.failures += 1;
            self.lookup = Lookup::Idle(ctx.now().saturating_add(pause));
        }
    }
    /// OffsetFetch was answered: positions, or nothing to begin at.
    pub fn on_offsets(
        &mut self,
        response: &OffsetFetchResponse,
        subscriptions: &mut Subscriptions,
        network: &ConsumerNetwork,
        ctx: &mut Context<'_>,
    ) {
        self.abandon();
        let node = ctx.me();
        for (tp, offset, epoch) in &response.offsets {
            let wanted = subscriptions.get(*tp).is_some_and(|p| p.state == FetchState::Initializing);
            if !wanted {
                continue;
            }
            if *offset == Offset::INVALID {
                subscriptions.request_reset(*tp, false);
                continue;
            }
            ctx.record(Fact::PositionFromCommit { node, tp: *tp, offset: *offset });
            let leader = network.metadata().leader(*tp);
            subscriptions.seek_unvalidated(*tp, FetchPosition { offset: *offset, offset_epoch: *epoch, leader });
            subscriptions.touch(*tp);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stage::broken::complaint;

    #[test]
    fn offsets_that_nobody_was_asked_for_are_noticed() {
        let mut committed = CommittedOffsets::new(GroupId(0), ExponentialBackoff::new(Nanos(1), Nanos(1)));
        committed.check_invariants(|_| false);
        committed.lookup = Lookup::InFlight(3);
        committed.check_invariants(|tag| tag == Tag::OffsetFetch { number: 3 });
        let text = complaint(|| committed.check_invariants(|_| false));
        assert!(text.contains("poll() waits for offsets that were asked for"), "{text}");
    }
}
