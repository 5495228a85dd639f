//! Where to read from: committed offsets, resets by policy, validation after a leader change
//! (`clients/.../consumer/internals/{OffsetFetcher,OffsetFetcherUtils}.java`, KIP-320).

use super::process::Process;
use super::subscription::{Assigned, FetchState, Position};
use super::tag::{self, Tag};
use crate::client::metadata::Metadata;
use crate::client::network::Dest;
use crate::history::fact::Fact;
use crate::node::Context;
use crate::protocol::config::AutoOffsetReset;
use crate::protocol::errors::ErrorCode;
use crate::protocol::exceptions::Exception;
use crate::protocol::ids::{BrokerId, LeaderEpoch, Offset, Tp};
use crate::protocol::messages::*;
use crate::sim::time::Nanos;

/// An OffsetFetch under way or in backoff. poll() blocks on it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CommittedLookup {
    /// None; the next not before.
    Idle(Nanos),
    /// Sent, with this number.
    InFlight(u32),
}

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

/// State of the lookups.
#[derive(Clone, Debug)]
pub struct Lookups {
    /// Committed offsets.
    pub committed: CommittedLookup,
    committed_failures: u32,
    next_number: u32,
    validating: Asked<(Tp, Position)>,
    resetting: Asked<Tp>,
    /// Version of the metadata against which positions were last compared.
    validated_version: u32,
    /// An error for the next poll() to throw.
    pub error: Option<Exception>,
}

impl Lookups {
    /// Nothing under way.
    pub fn new() -> Lookups {
        Lookups {
            committed: CommittedLookup::Idle(Nanos::ZERO),
            committed_failures: 0,
            next_number: 0,
            validating: Asked::new(),
            resetting: Asked::new(),
            validated_version: 0,
            error: None,
        }
    }
}

/// `updateFetchPositions`: whether it left a lookup on which poll() has to wait.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Positions {
    /// Go on to the fetches.
    Settled,
    /// Committed offsets are being fetched: poll() blocks until they come or its time is over.
    Blocked,
}

impl Process {
    /// Takes positions as far as they go without waiting.
    ///
    /// # Errors
    /// What poll() throws: no offset, out of range or truncated, without a reset policy.
    pub fn update_fetch_positions(&mut self, ctx: &mut Context<'_>) -> Result<Positions, Exception> {
        self.compare_with_metadata();
        if self.subscriptions.has_all_positions() {
            return Ok(Positions::Settled);
        }
        if let Some(error) = self.lookups.error.take() {
            return Err(error);
        }
        self.validate_positions(ctx);
        if self.fetch_committed(ctx) == Positions::Blocked {
            return Ok(Positions::Blocked);
        }
        self.reset_initializing()?;
        self.reset_positions(ctx);
        Ok(Positions::Settled)
    }

    /// New metadata may name other leaders.
    fn compare_with_metadata(&mut self) {
        let version = self.metadata.version();
        if self.lookups.validated_version == version {
            return;
        }
        self.lookups.validated_version = version;
        for at in 0..self.subscriptions.partitions().len() {
            let tp = self.subscriptions.partitions()[at].tp;
            self.subscriptions.maybe_validate(tp, self.metadata.leader(tp));
        }
        self.touch_all();
    }

    // --- committed offsets -----------------------------------------------------------------------

    fn initializing(&self) -> Vec<Tp> {
        let waiting = |p: &&Assigned| p.state == FetchState::Initializing;
        self.subscriptions.partitions().iter().filter(waiting).map(|p| p.tp).collect()
    }

    fn fetch_committed(&mut self, ctx: &mut Context<'_>) -> Positions {
        let CommittedLookup::Idle(not_before) = self.lookups.committed else { return Positions::Blocked };
        let partitions = self.initializing();
        if partitions.is_empty() {
            return Positions::Settled;
        }
        if ctx.now() < not_before || !self.find_coordinator(ctx) {
            return Positions::Blocked;
        }
        let Some(dest) = self.coordinator(ctx) else { return Positions::Blocked };
        let number = self.lookups.next_number;
        self.lookups.next_number = (number + 1) % tag::VALUES;
        let request = Request::OffsetFetch(OffsetFetchRequest { group: self.spec.group, partitions });
        self.lookups.committed = CommittedLookup::InFlight(number);
        self.send(dest, Tag::OffsetFetch { number }, request, None, ctx);
        Positions::Blocked
    }

    /// A new assignment: an answer to the old request is of no use.
    pub fn abandon_committed_lookup(&mut self) {
        self.lookups.committed = CommittedLookup::Idle(Nanos::ZERO);
        self.lookups.committed_failures = 0;
    }

    /// Answer to OffsetFetch.
    pub fn on_offset_fetch_response(&mut self, number: u32, response: &OffsetFetchResponse, ctx: &mut Context<'_>) {
        if self.lookups.committed != CommittedLookup::InFlight(number) {
            return;
        }
        match response.error {
            ErrorCode::None => {}
            ErrorCode::NotCoordinator | ErrorCode::CoordinatorNotAvailable => {
                self.forget_coordinator(ctx);
                return self.on_offset_fetch_failure(number, ctx);
            }
            error if error.is_retriable() => return self.on_offset_fetch_failure(number, ctx),
            error => {
                self.lookups.error = Some(Exception::Unexpected(error));
                return self.on_offset_fetch_failure(number, ctx);
            }
        }
        self.abandon_committed_lookup();
        let node = ctx.me();
        for (tp, offset, epoch) in &response.offsets {
            let wanted = self.subscriptions.get(*tp).is_some_and(|p| p.state == FetchState::Initializing);
            if !wanted {
                continue;
            }
            if *offset == Offset::INVALID {
                self.subscriptions.request_reset(*tp, false);
                continue;
            }
            ctx.record(Fact::PositionFromCommit { node, tp: *tp, offset: *offset });
            let position = Position { offset: *offset, offset_epoch: *epoch, leader: self.metadata.leader(*tp) };
            self.subscriptions.seek_unvalidated(*tp, position);
            self.fetcher.touch(*tp);
        }
    }

    /// OffsetFetch failed in a way that allows another try.
    pub fn on_offset_fetch_failure(&mut self, number: u32, ctx: &mut Context<'_>) {
        if self.lookups.committed == CommittedLookup::InFlight(number) {
            let pause = self.backoff.draw(self.lookups.committed_failures, ctx.random());
            self.lookups.committed_failures += 1;
            self.lookups.committed = CommittedLookup::Idle(ctx.now().saturating_add(pause));
        }
    }

    // --- reset by policy ---------------------------------------------------------------------------

    /// Without a policy, a partition without a committed offset is an error
    /// (`resetInitializingPositions`).
    fn reset_initializing(&mut self) -> Result<(), Exception> {
        let missing = |p: &Assigned| matches!(p.state, FetchState::AwaitReset { out_of_range: false, .. });
        if self.spec.config.auto_offset_reset == AutoOffsetReset::None
            && self.subscriptions.partitions().iter().any(missing)
        {
            // The next poll() asks for the committed offsets again.
            for tp in self.subscriptions.partitions().iter().filter(|p| missing(p)).map(|p| p.tp).collect::<Vec<_>>() {
                self.subscriptions.set_state(tp, FetchState::Initializing);
            }
            return Err(Exception::NoOffset);
        }
        Ok(())
    }

    /// ListOffsets for the partitions that await a reset, to the leaders that can be reached.
    fn reset_positions(&mut self, ctx: &mut Context<'_>) {
        let due = |p: &Assigned, now| matches!(p.state, FetchState::AwaitReset { retry_at, .. } if retry_at <= now);
        let leader = |p: &Assigned, metadata: &Metadata| metadata.leader(p.tp).map(|leader| leader.leader);
        let mut groups = self.by_leader(due, leader, ctx.now());
        groups.retain(|(broker, _)| !self.network.is_unavailable(Dest::Broker(*broker), ctx));
        self.put_off(&groups, ctx.now());
        for (broker, partitions) in groups {
            let spec = match self.spec.config.auto_offset_reset {
                AutoOffsetReset::Earliest => OffsetSpec::Earliest,
                AutoOffsetReset::Latest | AutoOffsetReset::None => OffsetSpec::Latest,
            };
            let list = partitions.iter().map(|tp| (*tp, self.metadata.leader_epoch(*tp), spec)).collect();
            let request = Request::ListOffsets(ListOffsetsRequest { fetcher: Fetcher::Consumer, partitions: list });
            let number = self.lookups.resetting.put(partitions);
            self.send(Dest::Broker(broker), Tag::ListOffsets { number }, request, None, ctx);
        }
    }

    /// The partitions for which a lookup is due, by leader.
    fn by_leader(
        &mut self,
        due: impl Fn(&Assigned, Nanos) -> bool,
        leader: impl Fn(&Assigned, &Metadata) -> Option<BrokerId>,
        now: Nanos,
    ) -> Vec<(BrokerId, Vec<Tp>)> {
        let mut groups: Vec<(BrokerId, Vec<Tp>)> = Vec::new();
        for partition in self.subscriptions.partitions().iter().filter(|p| due(p, now)) {
            let Some(leader) = leader(partition, &self.metadata) else {
                self.metadata.request_update();
                continue;
            };
            match groups.iter_mut().find(|(broker, _)| *broker == leader) {
                Some((_, partitions)) => partitions.push(partition.tp),
                None => groups.push((leader, vec![partition.tp])),
            }
        }
        groups
    }

    /// The next lookup of these partitions comes when this one has failed, or after its timeout.
    fn put_off(&mut self, groups: &[(BrokerId, Vec<Tp>)], now: Nanos) {
        let until = now.saturating_add(self.spec.config.request_timeout);
        for tp in groups.iter().flat_map(|(_, partitions)| partitions) {
            self.subscriptions.set_retry_at(*tp, until);
        }
    }

    /// Answer to ListOffsets.
    pub fn on_list_offsets_response(&mut self, number: u32, results: &[ListOffsetsResult], ctx: &mut Context<'_>) {
        self.lookups.resetting.take(number);
        let node = ctx.me();
        for result in results {
            let Some(&Assigned { state: FetchState::AwaitReset { out_of_range, .. }, .. }) =
                self.subscriptions.get(result.tp)
            else {
                continue;
            };
            if result.error.is_err() {
                self.retry_lookup(result.tp, ctx);
                continue;
            }
            let policy = self.spec.config.auto_offset_reset;
            ctx.record(Fact::PositionReset { node, tp: result.tp, offset: result.offset, policy, out_of_range });
            // No epoch: such a position is not validated.
            let leader = self.metadata.leader(result.tp);
            self.subscriptions
                .seek(result.tp, Position { offset: result.offset, offset_epoch: LeaderEpoch::UNDEFINED, leader });
            self.fetcher.touch(result.tp);
        }
    }

    /// ListOffsets got no answer.
    pub fn on_list_offsets_failure(&mut self, number: u32, ctx: &mut Context<'_>) {
        for tp in self.lookups.resetting.take(number) {
            self.retry_lookup(tp, ctx);
        }
    }

    fn retry_lookup(&mut self, tp: Tp, ctx: &mut Context<'_>) {
        self.subscriptions.set_retry_at(tp, ctx.now().saturating_add(self.spec.config.retry_backoff));
        self.metadata.request_update();
    }

    // --- validation --------------------------------------------------------------------------------

    /// OffsetsForLeaderEpoch for the positions in doubt, to the leaders that have told their API versions.
    fn validate_positions(&mut self, ctx: &mut Context<'_>) {
        let due =
            |p: &Assigned, now| matches!(p.state, FetchState::AwaitValidation { retry_at, .. } if retry_at <= now);
        // The leader that put the position in doubt, which need not be the newest one known.
        let leader = |p: &Assigned, _: &Metadata| match p.state {
            FetchState::AwaitValidation { position, .. } => position.leader.map(|leader| leader.leader),
            _ => None,
        };
        let mut groups = self.by_leader(due, leader, ctx.now());
        groups.retain(|(broker, _)| self.network.ready(Dest::Broker(*broker), ctx));
        self.put_off(&groups, ctx.now());
        for (broker, partitions) in groups {
            let asked: Vec<(Tp, Position)> =
                partitions.into_iter().filter_map(|tp| Some((tp, self.in_doubt(tp)?))).collect();
            let ask = |(tp, position): &(Tp, Position)| {
                (*tp, position.leader.map_or(LeaderEpoch::UNDEFINED, |leader| leader.epoch), position.offset_epoch)
            };
            let request = OffsetsForLeaderEpochRequest { partitions: asked.iter().map(ask).collect() };
            let number = self.lookups.validating.put(asked);
            let tag = Tag::OffsetsForLeaderEpoch { number };
            self.send(Dest::Broker(broker), tag, Request::OffsetsForLeaderEpoch(request), None, ctx);
        }
    }

    /// The position of a partition that awaits validation.
    fn in_doubt(&self, tp: Tp) -> Option<Position> {
        match self.subscriptions.get(tp)?.state {
            FetchState::AwaitValidation { position, .. } => Some(position),
            _ => None,
        }
    }

    /// Answer to OffsetsForLeaderEpoch.
    pub fn on_epoch_end_offsets(&mut self, number: u32, results: &[EpochEndOffset], ctx: &mut Context<'_>) {
        let asked = self.lookups.validating.take(number);
        for result in results {
            if result.error.is_err() {
                self.retry_lookup(result.tp, ctx);
                continue;
            }
            // Only if the position is still the one that was asked about.
            let same = |(tp, position): &(Tp, Position)| *tp == result.tp && self.in_doubt(*tp) == Some(*position);
            if asked.iter().any(same) {
                self.complete_validation(result, ctx);
            }
        }
    }

    fn complete_validation(&mut self, result: &EpochEndOffset, ctx: &mut Context<'_>) {
        let (node, tp) = (ctx.me(), result.tp);
        let Some(position) = self.in_doubt(tp) else { return };
        let unknown = result.end_offset == Offset::INVALID || result.leader_epoch == LeaderEpoch::UNDEFINED;
        if !unknown && position.offset <= result.end_offset {
            self.subscriptions.seek(tp, position);
        } else if self.spec.config.auto_offset_reset == AutoOffsetReset::None {
            // The position stays in doubt.
            self.lookups.error = Some(Exception::LogTruncated);
        } else if unknown {
            self.subscriptions.request_reset(tp, true);
        } else {
            ctx.record(Fact::PositionTruncated { node, tp, from: position.offset, to: result.end_offset });
            self.subscriptions
                .seek(tp, Position { offset: result.end_offset, offset_epoch: result.leader_epoch, ..position });
        }
        self.fetcher.touch(tp);
    }

    /// OffsetsForLeaderEpoch got no answer.
    pub fn on_epoch_end_offsets_failure(&mut self, number: u32, ctx: &mut Context<'_>) {
        for (tp, _) in self.lookups.validating.take(number) {
            self.retry_lookup(tp, ctx);
        }
    }

    /// When a lookup in backoff may go on.
    pub fn lookups_due(&self) -> Nanos {
        if self.subscriptions.has_all_positions() {
            return Nanos::MAX;
        }
        let committed = match self.lookups.committed {
            CommittedLookup::Idle(at) => at,
            CommittedLookup::InFlight(_) => Nanos::MAX,
        };
        let partition = |p: &Assigned| match p.state {
            FetchState::AwaitReset { retry_at, .. } | FetchState::AwaitValidation { retry_at, .. } => retry_at,
            FetchState::Initializing => committed,
            FetchState::Fetching(_) => Nanos::MAX,
        };
        self.subscriptions.partitions().iter().map(partition).filter(|at| *at > Nanos::ZERO).min().unwrap_or(Nanos::MAX)
    }
}
