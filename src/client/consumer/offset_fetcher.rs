//! Where to read from when it is not the committed offset: resets by policy, validation after a leader change
//! (`clients/.../consumer/internals/{OffsetFetcher,OffsetFetcherUtils}.java`, KIP-320).

use std::rc::Rc;

use super::network::ConsumerNetwork;
use super::spec::ConsumerSpec;
use super::subscription::{Assigned, FetchPosition, FetchState, SeekTo, Subscriptions};
use super::tag::{self, Tag};
use crate::client::metadata::Metadata;
use crate::client::network::Dest;
use crate::history::fact::Fact;
use crate::node::Context;
use crate::protocol::config::AutoOffsetReset;
use crate::protocol::exceptions::Exception;
use crate::protocol::ids::{BrokerId, LeaderEpoch, Offset, Tp};
use crate::protocol::messages::*;
use crate::sim::time::Nanos;

/// Lookups of one kind under way, by the number of their request. A broker may have several, and an answer
/// speaks of what its own request asked about and of nothing else.
#[derive(Clone, Debug)]
struct Asked<T> {
    requests: Vec<(u32, Vec<T>)>,
    next: u32,
}

impl<T> Asked<T> {
    const fn new() -> Asked<T> {
        Asked { requests: Vec::new(), next: 0 }
    }
    /// Remembers what a request asks about; returns its number.
    fn put(&mut self, about: Vec<T>) -> u32 {
        let number = self.next;
        self.next = (number + 1) % tag::VALUES;
        self.requests.push((number, about));
        number
    }
    /// What a request, which is over now, was about.
    fn take(&mut self, number: u32) -> Vec<T> {
        let at = self.requests.iter().position(|(other, _)| *other == number).expect("each request ends once");
        self.requests.remove(at).1
    }
}

/// See the module.
#[derive(Clone, Debug)]
pub struct OffsetFetcher {
    spec: Rc<ConsumerSpec>,
    validating: Asked<(Tp, FetchPosition)>,
    resetting: Asked<Tp>,
    /// When ListOffsets was last sent to reset positions.
    reset_at: Nanos,
    /// Version of the metadata against which positions were last compared.
    compared_version: u32,
    /// An error for the next poll() to throw.
    error: Option<Exception>,
}

impl OffsetFetcher {
    /// Nothing under way.
    pub fn new(spec: Rc<ConsumerSpec>) -> OffsetFetcher {
        let (validating, resetting) = (Asked::new(), Asked::new());
        OffsetFetcher { spec, validating, resetting, reset_at: Nanos::ZERO, compared_version: 0, error: None }
    }
    /// Whether an answer is awaited to a ListOffsets that was sent since then.
    pub fn awaits_reset(&self, since: Nanos) -> bool {
        !self.resetting.requests.is_empty() && since <= self.reset_at
    }
    /// The next poll() that finds a partition without a position throws this.
    pub fn fail(&mut self, error: Exception) {
        self.error = Some(error);
    }
    /// What poll() is to throw.
    ///
    /// # Errors
    /// That.
    pub fn check(&mut self) -> Result<(), Exception> {
        self.error.take().map_or(Ok(()), Err)
    }

    /// # Panics
    /// If an answer is waited for that will not come. `awaits`: whether such a request is under way.
    pub fn check_invariants(&self, awaits: impl Fn(Tag) -> bool) {
        let resets = self.resetting.requests.iter().map(|(number, _)| Tag::ListOffsets { number: *number });
        let checks = self.validating.requests.iter().map(|(number, _)| Tag::OffsetsForLeaderEpoch { number: *number });
        assert!(resets.chain(checks).all(awaits), "a position that is looked up was asked for");
    }
    /// New metadata may name other leaders.
    pub fn compare_with_metadata(&mut self, subscriptions: &mut Subscriptions, network: &ConsumerNetwork) {
        let version = network.metadata().version();
        if self.compared_version == version {
            return;
        }
        self.compared_version = version;
        for at in 0..subscriptions.partitions().len() {
            let tp = subscriptions.partitions()[at].tp;
            subscriptions.maybe_validate(tp, network.metadata().leader(tp));
        }
        subscriptions.touch_all();
    }

    // --- reset by policy ---------------------------------------------------------------------------

    /// Without a policy, a partition without a committed offset is an error
    /// (`resetInitializingPositions`).
    ///
    /// # Errors
    /// That one.
    pub fn reset_initializing(&self, subscriptions: &mut Subscriptions) -> Result<(), Exception> {
        let missing = |p: &Assigned| matches!(p.state, FetchState::AwaitReset { to: None, out_of_range: false, .. });
        if self.spec.config.auto_offset_reset == AutoOffsetReset::None && subscriptions.partitions().iter().any(missing)
        {
            // The next poll() asks for the committed offsets again.
            for tp in subscriptions.partitions().iter().filter(|p| missing(p)).map(|p| p.tp).collect::<Vec<_>>() {
                if self.spec.has_group_id() {
                    subscriptions.set_state(tp, FetchState::Initializing);
                }
            }
            return Err(Exception::NoOffset);
        }
        Ok(())
    }

    /// ListOffsets for the partitions that await a reset, to the leaders that can be reached.
    pub fn reset_positions(
        &mut self,
        subscriptions: &mut Subscriptions,
        network: &mut ConsumerNetwork,
        ctx: &mut Context<'_>,
    ) {
        let due = |p: &Assigned, now| matches!(p.state, FetchState::AwaitReset { retry_at, .. } if retry_at <= now);
        let leader = |p: &Assigned, metadata: &Metadata| metadata.leader(p.tp).map(|leader| leader.leader);
        let mut groups = by_leader(due, leader, subscriptions, network.metadata_mut(), ctx.now());
        groups.retain(|(broker, _)| !network.is_unavailable(Dest::Broker(*broker), ctx));
        self.put_off(&groups, subscriptions, ctx.now());
        for (broker, partitions) in groups {
            let by_policy = match self.spec.config.auto_offset_reset {
                AutoOffsetReset::Earliest => OffsetSpec::Earliest,
                AutoOffsetReset::Latest | AutoOffsetReset::None => OffsetSpec::Latest,
                AutoOffsetReset::ByDuration(ago) => OffsetSpec::Timestamp(ctx.now().saturating_sub(ago)),
            };
            let spec = |tp: Tp| match sought(tp, subscriptions) {
                None => by_policy,
                Some(SeekTo::Beginning) => OffsetSpec::Earliest,
                Some(SeekTo::End) => OffsetSpec::Latest,
                Some(SeekTo::Time(time)) => OffsetSpec::Timestamp(time),
            };
            let list = partitions.iter().map(|tp| (*tp, network.metadata().leader_epoch(*tp), spec(*tp))).collect();
            let request = Request::ListOffsets(ListOffsetsRequest {
                replica_state: ReplicaState::Consumer,
                isolation_level: self.spec.config.isolation_level,
                partitions: list,
            });
            let number = self.resetting.put(partitions);
            self.reset_at = ctx.now();
            network.send(Dest::Broker(broker), Tag::ListOffsets { number }, request, None, ctx);
        }
    }

    /// The next lookup of these partitions comes when this one has failed, or after its timeout.
    fn put_off(&self, groups: &[(BrokerId, Vec<Tp>)], subscriptions: &mut Subscriptions, now: Nanos) {
        let until = now.saturating_add(self.spec.config.request_timeout);
        for tp in groups.iter().flat_map(|(_, partitions)| partitions) {
            subscriptions.set_retry_at(*tp, until);
        }
    }

    /// Answer to ListOffsets.
    pub fn on_list_offsets_response(
        &mut self,
        number: u32,
        results: &[ListOffsetsResult],
        subscriptions: &mut Subscriptions,
        network: &mut ConsumerNetwork,
        ctx: &mut Context<'_>,
    ) {
        self.resetting.take(number);
        let node = ctx.me();
        for result in results {
            let Some(&Assigned { state: FetchState::AwaitReset { to, out_of_range, .. }, .. }) =
                subscriptions.get(result.tp)
            else {
                continue;
            };
            if result.error.is_err() {
                self.retry_lookup(result.tp, subscriptions, network, ctx);
                continue;
            }
            if let (Offset::INVALID, Some(SeekTo::Time(_))) = (result.offset, to) {
                subscriptions.request_seek(result.tp, SeekTo::End);
                continue;
            }
            // There is no record so young: the position stays open, and is looked up again after the timeout
            // (`OffsetFetcherUtils.handleListOffsetResponse` leaves the partition out).
            if result.offset == Offset::INVALID {
                continue;
            }
            let (tp, offset, policy) = (result.tp, result.offset, self.spec.config.auto_offset_reset);
            ctx.record(match to {
                Some(_) => Fact::PositionSought { node, tp, offset },
                None => Fact::PositionReset { node, tp, offset, policy, out_of_range },
            });
            // No epoch: such a position is not validated.
            let leader = network.metadata().leader(result.tp);
            subscriptions
                .seek(result.tp, FetchPosition { offset: result.offset, offset_epoch: LeaderEpoch::UNDEFINED, leader });
            subscriptions.touch(result.tp);
        }
    }

    /// ListOffsets got no answer.
    pub fn on_list_offsets_failure(
        &mut self,
        number: u32,
        subscriptions: &mut Subscriptions,
        network: &mut ConsumerNetwork,
        ctx: &mut Context<'_>,
    ) {
        for tp in self.resetting.take(number) {
            self.retry_lookup(tp, subscriptions, network, ctx);
        }
    }

    fn retry_lookup(
        &self,
        tp: Tp,
        subscriptions: &mut Subscriptions,
        network: &mut ConsumerNetwork,
        ctx: &mut Context<'_>,
    ) {
        subscriptions.set_retry_at(tp, ctx.now().saturating_add(self.spec.config.retry_backoff));
        network.metadata_mut().request_update();
    }

    // --- validation --------------------------------------------------------------------------------

    /// OffsetsForLeaderEpoch for the positions in doubt, to the leaders that have told their API versions.
    pub fn validate_positions(
        &mut self,
        subscriptions: &mut Subscriptions,
        network: &mut ConsumerNetwork,
        ctx: &mut Context<'_>,
    ) {
        let due =
            |p: &Assigned, now| matches!(p.state, FetchState::AwaitValidation { retry_at, .. } if retry_at <= now);
        // The leader that put the position in doubt, which need not be the newest one known.
        let leader = |p: &Assigned, _: &Metadata| match p.state {
            FetchState::AwaitValidation { position, .. } => position.leader.map(|leader| leader.leader),
            _ => None,
        };
        let mut groups = by_leader(due, leader, subscriptions, network.metadata_mut(), ctx.now());
        groups.retain(|(broker, _)| network.ready(Dest::Broker(*broker), ctx));
        self.put_off(&groups, subscriptions, ctx.now());
        for (broker, partitions) in groups {
            let asked: Vec<(Tp, FetchPosition)> =
                partitions.into_iter().filter_map(|tp| Some((tp, in_doubt(tp, subscriptions)?))).collect();
            let ask = |(tp, position): &(Tp, FetchPosition)| {
                (*tp, position.leader.map_or(LeaderEpoch::UNDEFINED, |leader| leader.epoch), position.offset_epoch)
            };
            let request = OffsetsForLeaderEpochRequest { partitions: asked.iter().map(ask).collect() };
            let number = self.validating.put(asked);
            let tag = Tag::OffsetsForLeaderEpoch { number };
            network.send(Dest::Broker(broker), tag, Request::OffsetsForLeaderEpoch(request), None, ctx);
        }
    }

    /// Answer to OffsetsForLeaderEpoch.
    pub fn on_epoch_end_offsets(
        &mut self,
        number: u32,
        results: &[EpochEndOffset],
        subscriptions: &mut Subscriptions,
        network: &mut ConsumerNetwork,
        ctx: &mut Context<'_>,
    ) {
        let asked = self.validating.take(number);
        for result in results {
            if result.error.is_err() {
                self.retry_lookup(result.tp, subscriptions, network, ctx);
                continue;
            }
            // Only if the position is still the one that was asked about.
            let same = |(tp, position): &(Tp, FetchPosition)| {
                *tp == result.tp && in_doubt(*tp, subscriptions) == Some(*position)
            };
            if asked.iter().any(same) {
                self.complete_validation(result, subscriptions, ctx);
            }
        }
    }

    fn complete_validation(
        &mut self,
        result: &EpochEndOffset,
        subscriptions: &mut Subscriptions,
        ctx: &mut Context<'_>,
    ) {
        let (node, tp) = (ctx.me(), result.tp);
        let Some(position) = in_doubt(tp, subscriptions) else { return };
        let unknown = result.end_offset == Offset::INVALID || result.leader_epoch == LeaderEpoch::UNDEFINED;
        if !unknown && position.offset <= result.end_offset {
            subscriptions.seek(tp, position);
        } else if self.spec.config.auto_offset_reset == AutoOffsetReset::None {
            // The position stays in doubt.
            self.error = Some(Exception::LogTruncated);
        } else if unknown {
            subscriptions.request_reset(tp, true);
        } else {
            ctx.record(Fact::PositionTruncated { node, tp, from: position.offset, to: result.end_offset });
            subscriptions
                .seek(tp, FetchPosition { offset: result.end_offset, offset_epoch: result.leader_epoch, ..position });
        }
        subscriptions.touch(tp);
    }

    /// OffsetsForLeaderEpoch got no answer.
    pub fn on_epoch_end_offsets_failure(
        &mut self,
        number: u32,
        subscriptions: &mut Subscriptions,
        network: &mut ConsumerNetwork,
        ctx: &mut Context<'_>,
    ) {
        for (tp, _) in self.validating.take(number) {
            self.retry_lookup(tp, subscriptions, network, ctx);
        }
    }
}

/// The partitions for which a lookup is due, by leader.
fn by_leader(
    due: impl Fn(&Assigned, Nanos) -> bool,
    leader: impl Fn(&Assigned, &Metadata) -> Option<BrokerId>,
    subscriptions: &Subscriptions,
    metadata: &mut Metadata,
    now: Nanos,
) -> Vec<(BrokerId, Vec<Tp>)> {
    let mut groups: Vec<(BrokerId, Vec<Tp>)> = Vec::new();
    for partition in subscriptions.partitions().iter().filter(|p| due(p, now)) {
        let Some(leader) = leader(partition, metadata) else {
            metadata.request_update();
            continue;
        };
        match groups.iter_mut().find(|(broker, _)| *broker == leader) {
            Some((_, partitions)) => partitions.push(partition.tp),
            None => groups.push((leader, vec![partition.tp])),
        }
    }
    groups
}

/// Where the application wants to be in a partition whose offset the broker is to say.
fn sought(tp: Tp, subscriptions: &Subscriptions) -> Option<SeekTo> {
    match subscriptions.get(tp)?.state {
        FetchState::AwaitReset { to, .. } => to,
        _ => None,
    }
}

/// The position of a partition that awaits validation.
fn in_doubt(tp: Tp, subscriptions: &Subscriptions) -> Option<FetchPosition> {
    match subscriptions.get(tp)?.state {
        FetchState::AwaitValidation { position, .. } => Some(position),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stage::broken::complaint;

    #[test]
    fn a_lookup_that_nobody_answers_is_noticed() {
        let spec = ConsumerSpec::plain();
        let mut offsets = OffsetFetcher::new(Rc::new(spec));
        let number = offsets.resetting.put(vec![Tp(0)]);
        offsets.check_invariants(|tag| tag == Tag::ListOffsets { number });
        let text = complaint(|| offsets.check_invariants(|_| false));
        assert!(text.contains("a position that is looked up was asked for"), "{text}");
        offsets.resetting.take(number);
        offsets.check_invariants(|_| false);
    }
}
