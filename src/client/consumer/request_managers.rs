//! What a consumer of a group of the new protocol has to do with the coordinator (KIP-848; `group.protocol=consumer`):
//! what its background thread does, and what poll(), commitSync() and close() want of it
//! (`clients/.../consumer/internals/{RequestManagers,ConsumerNetworkThread,AsyncKafkaConsumer}.java`,
//! `events/ApplicationEventProcessor.java`).
//!
//! Kafka's application thread and background thread hand each other events and run beside one another; here the background
//! thread always deals with a poll() before its records are handed out, and callbacks are run by the next look that a poll()
//! takes. So a reconciliation that takes partitions away, or has to commit, begins in poll() in all versions, which Kafka makes
//! sure of since 4.3 (KAFKA-20332), and an auto-commit never has what this poll() is about to return, which is a matter
//! of luck in Kafka since 4.2 (KAFKA-18641, KAFKA-18376).

use std::rc::Rc;

use super::callbacks::partitions_go;
use super::close::{ClosePhase, Closing};
use super::commit_requests::{CommitEnd, CommitRequests};
use super::commits::{CommitOutcome, Offsets, Purpose, SyncCommit, all_consumed, commit_returned};
use super::committed::CommittedOffsets;
use super::consumer_member::{BackgroundEvent, ConsumerMember};
use super::finder::{CoordinatorFinder, Search};
use super::heartbeat_requests::HeartbeatRequests;
use super::member_state::ConsumerProtocolState as State;
use super::network::ConsumerNetwork;
use super::pattern::PatternSubscription;
use super::spec::ConsumerSpec;
use super::subscription::Subscriptions;
use super::tag::Tag;
use crate::client::alarm::soonest;
use crate::client::network::Dest;
use crate::history::fact::RevokeReason;
use crate::net::backoff::ExponentialBackoff;
use crate::node::Context;
use crate::protocol::catalog::Catalog;
use crate::protocol::errors::ErrorCode;
use crate::protocol::exceptions::Exception;
use crate::protocol::ids::{BrokerId, Generation, MemberId, Tp};
use crate::protocol::member_ids::MemberIds;
use crate::protocol::messages::*;
use crate::protocol::rules::{CloseCommits, Rules};
use crate::sim::time::Nanos;

/// See the module.
#[derive(Clone, Debug)]
pub struct RequestManagers {
    spec: Rc<ConsumerSpec>,
    rules: Rules,
    backoff: ExponentialBackoff,
    finder: CoordinatorFinder,
    commits: CommitRequests,
    committed: CommittedOffsets,
    heartbeats: HeartbeatRequests,
    member: ConsumerMember,
    pattern: PatternSubscription,
    /// What the member was with its last epoch (`groupMetadata`).
    group_metadata: ConsumerGroupMetadata,
    /// close() looks for no coordinator any more (`CommitOnCloseEvent`, `StopFindCoordinatorOnCloseEvent`).
    closing: bool,
}

impl RequestManagers {
    /// Has subscribed, knows nobody. Its member id is its own for as long as it lives (KIP-1082).
    pub fn new(spec: Rc<ConsumerSpec>, catalog: Rc<Catalog>, rules: Rules, ctx: &Context<'_>) -> RequestManagers {
        let (group, instance, config, now) = (spec.group, spec.instance, &spec.config, ctx.now());
        let backoff = ExponentialBackoff::new(config.retry_backoff, config.retry_backoff_max);
        let id = MemberIds::of_client(&catalog).draw(ctx.me(), now);
        RequestManagers {
            rules,
            backoff,
            finder: CoordinatorFinder::in_background(group, backoff),
            commits: CommitRequests::new(spec.clone(), backoff, now),
            committed: CommittedOffsets::new(group, backoff),
            heartbeats: HeartbeatRequests::new(now, config),
            member: ConsumerMember::new(spec.clone(), catalog, rules, id),
            pattern: PatternSubscription::default(),
            group_metadata: ConsumerGroupMetadata { instance, ..ConsumerGroupMetadata::of_group(group) },
            closing: false,
            spec,
        }
    }
    /// What a producer needs to know of the membership; lost membership does not change it (KIP-447).
    pub fn group_metadata(&self) -> ConsumerGroupMetadata {
        self.group_metadata
    }
    /// Its id, its epoch and its state.
    pub fn member(&self) -> (MemberId, Generation, State) {
        let epoch = self.member.epoch();
        let has_one = epoch > ConsumerGroupHeartbeatRequest::JOIN;
        (self.member.id(), if has_one { epoch } else { Generation::NONE }, self.member.state())
    }

    // --- the coordinator ---------------------------------------------------------------------------

    /// Answer to FindCoordinator.
    pub fn on_find_coordinator_response(
        &mut self,
        number: u32,
        response: FindCoordinatorResponse,
        network: &mut ConsumerNetwork,
        ctx: &mut Context<'_>,
    ) {
        let search = self.finder.on_response(number, response, network, ctx);
        self.searched(search);
    }
    /// FindCoordinator got no answer.
    pub fn on_find_coordinator_failure(
        &mut self,
        number: u32,
        error: ErrorCode,
        network: &mut ConsumerNetwork,
        ctx: &mut Context<'_>,
    ) {
        let search = self.finder.on_failure(number, error, network, ctx);
        self.searched(search);
    }
    /// What does not pass is thrown by poll(); the search goes on (`maybePropagateCoordinatorFatalErrorEvent`).
    fn searched(&mut self, search: Search) {
        if let Search::Failed(error) = search
            && !error.is_retriable()
        {
            self.member.report(Exception::Answered(error));
        }
    }
    /// A connection to a broker as coordinator is gone.
    pub fn disconnected(&mut self, broker: BrokerId) {
        self.finder.disconnected(broker);
    }

    // --- the background thread ---------------------------------------------------------------------

    /// One turn (`ConsumerNetworkThread.runOnce`): what is to be sent is sent.
    pub fn turn(&mut self, subscriptions: &mut Subscriptions, network: &mut ConsumerNetwork, ctx: &mut Context<'_>) {
        if !self.closing && self.spec.has_group_id() && !self.finder.is_known() {
            let search = self.finder.find(network, ctx);
            self.searched(search);
        }
        self.send_commits(subscriptions, network, ctx);
        self.heartbeat(subscriptions, network, ctx);
        self.reconcile(false, subscriptions, network, ctx);
        self.heartbeat(subscriptions, network, ctx);
    }
    /// When it has something to do next; what is overdue waits for an answer.
    pub fn due(&self, now: Nanos) -> Nanos {
        if !self.finder.is_known() {
            let looks = !self.closing && self.spec.has_group_id();
            return if looks { soonest(now, &[self.finder.due()]) } else { Nanos::MAX };
        }
        let heartbeats = if self.member.state().is_not_in_group() { Nanos::MAX } else { self.heartbeat_due(now) };
        soonest(now, &[self.commits.due()]).min(heartbeats)
    }
    fn heartbeat_due(&self, now: Nanos) -> Nanos {
        soonest(now, &self.heartbeats.dues())
    }

    fn send_commits(&mut self, subscriptions: &Subscriptions, network: &mut ConsumerNetwork, ctx: &mut Context<'_>) {
        let Some(dest) = self.finder.destination() else {
            if self.closing && self.rules.close_commits == CloseCommits::Fail {
                let end = self.commits.fail_unsent(ctx);
                self.commit_ended(end);
            }
            return;
        };
        let end = self.commits.send(self.member.committer(), dest, subscriptions, network, ctx);
        self.commit_ended(end);
    }
    fn commit_ended(&mut self, end: CommitEnd) {
        if end == CommitEnd::BeforeRebalance {
            self.member.committed();
        }
    }

    /// Sends a heartbeat if it is time to, or if it cannot wait; leaves if nobody polls
    /// (`AbstractHeartbeatRequestManager.poll`).
    fn heartbeat(&mut self, subscriptions: &mut Subscriptions, network: &mut ConsumerNetwork, ctx: &mut Context<'_>) {
        let now = ctx.now();
        let (true, Some(dest)) = (!self.member.state().is_not_in_group(), self.finder.destination()) else {
            return self.member.heartbeat_skipped();
        };
        let expired = self.heartbeats.poll_expired(now) && !self.member.state().is_leaving();
        if expired {
            self.member.leave_for_want_of_poll();
        }
        let state = self.member.state();
        let at_once = state.heartbeats_at_once() && (self.member.leaves_at_once() || !self.heartbeats.is_in_flight());
        if !at_once && !self.heartbeats.is_due(now) {
            return;
        }
        let request = Request::ConsumerGroupHeartbeat(self.make_heartbeat(subscriptions));
        self.heartbeats.sent(now);
        self.member.heartbeat_made(subscriptions);
        network.send(dest, Tag::ConsumerGroupHeartbeat { ignored: expired }, request, None, ctx);
        if expired {
            self.heartbeats.reset();
            self.heartbeats.forget_sent();
        }
    }
    /// Who joins says everything, and so does who cannot know what was heard of the last heartbeat; anybody else says what has
    /// changed (`HeartbeatState.buildRequestData`).
    fn make_heartbeat(&mut self, subscriptions: &Subscriptions) -> ConsumerGroupHeartbeatRequest {
        let says_everything = self.member.state() == State::Joining || self.heartbeats.says_everything();
        let has_news = self.heartbeats.tells(self.member.current());
        let other_topics = self.heartbeats.tells_topics(subscriptions.subscribed());
        let config = &self.spec.config;
        ConsumerGroupHeartbeatRequest {
            group: self.spec.group,
            member: self.member.id(),
            member_epoch: self.member.epoch(),
            instance: self.spec.instance,
            rebalance_timeout: says_everything.then_some(config.max_poll_interval),
            topics: (says_everything || other_topics).then(|| (**subscriptions.subscribed()).into()),
            assignor: config.group_remote_assignor.filter(|_| says_everything),
            owned: (says_everything || has_news).then(|| self.member.current().partitions.clone()),
            reason: self.member.leave_reason(),
        }
    }

    /// Answer to a heartbeat that is of interest.
    pub fn on_heartbeat_response(
        &mut self,
        response: &ConsumerGroupHeartbeatResponse,
        subscriptions: &mut Subscriptions,
        network: &mut ConsumerNetwork,
        ctx: &mut Context<'_>,
    ) {
        if response.error.is_err() {
            return self.on_heartbeat_error(response.error, subscriptions, network, ctx);
        }
        let pause = self.draw_pause(0, ctx);
        self.heartbeats.succeeded(response.heartbeat_interval, ctx.now(), pause);
        self.member.heartbeat_succeeded(response);
        if let (member, Some(generation)) = self.member.committer() {
            self.group_metadata = ConsumerGroupMetadata { member, generation, ..self.group_metadata };
        }
    }
    fn draw_pause(&self, failures: u32, ctx: &mut Context<'_>) -> Nanos {
        HeartbeatRequests::draw_pause(self.rules.heartbeat_backoff, failures, self.backoff, ctx.random())
    }
    fn heartbeat_failed(&mut self, ctx: &mut Context<'_>) {
        let pause = self.draw_pause(self.heartbeats.failures(), ctx);
        self.heartbeats.failed(ctx.now(), pause);
    }
    /// `onErrorResponse`. Where Kafka's state machine refuses the transition nothing else happens.
    fn on_heartbeat_error(
        &mut self,
        error: ErrorCode,
        subscriptions: &mut Subscriptions,
        network: &mut ConsumerNetwork,
        ctx: &mut Context<'_>,
    ) {
        self.heartbeat_failed(ctx);
        match error {
            ErrorCode::NotCoordinator | ErrorCode::CoordinatorNotAvailable => {
                self.finder.forget(network, ctx);
                self.heartbeats.reset();
            }
            ErrorCode::CoordinatorLoadInProgress => {}
            ErrorCode::FencedMemberEpoch | ErrorCode::UnknownMemberId => {
                if !self.member.fenced(subscriptions) {
                    return;
                }
                self.heartbeats.reset();
            }
            error => {
                if !self.member.failed(Exception::Answered(error), subscriptions) {
                    return;
                }
            }
        }
        self.member.heartbeat_failed();
    }
    /// A heartbeat that is of interest got no answer. One that was never sent says nothing of the coordinator.
    pub fn on_heartbeat_failure(&mut self, error: ErrorCode, network: &mut ConsumerNetwork, ctx: &mut Context<'_>) {
        self.heartbeat_failed(ctx);
        self.unanswered(error, network, ctx);
        self.member.heartbeat_failed();
    }
    /// `handleCoordinatorDisconnect`.
    fn unanswered(&mut self, error: ErrorCode, network: &mut ConsumerNetwork, ctx: &mut Context<'_>) {
        if error == ErrorCode::NetworkException {
            self.finder.forget(network, ctx);
        }
    }

    /// Begins to reconcile if there is something to; with auto-commit, what was consumed is committed first. Partitions that
    /// stay are handed out and fetched all the while.
    fn reconcile(
        &mut self,
        polls: bool,
        subscriptions: &mut Subscriptions,
        network: &mut ConsumerNetwork,
        ctx: &mut Context<'_>,
    ) {
        if !self.member.begin_reconciliation(polls, subscriptions, network.metadata_mut()) {
            return;
        }
        let end = self.commits.commit_before_rebalance(all_consumed(subscriptions), ctx.now());
        self.commit_ended(end);
    }

    // --- poll() ------------------------------------------------------------------------------------

    /// One pass of its loop: the background thread hears of it, then the application of what has waited for it.
    ///
    /// # Errors
    /// What poll() throws.
    pub fn poll(
        &mut self,
        subscriptions: &mut Subscriptions,
        network: &mut ConsumerNetwork,
        ctx: &mut Context<'_>,
    ) -> Result<(), Exception> {
        let now = ctx.now();
        self.pattern.update(&self.spec, subscriptions, network);
        self.reconcile(true, subscriptions, network, ctx);
        self.commits.maybe_auto_commit(|| all_consumed(subscriptions), now);
        self.member.polled();
        if self.heartbeats.poll_expired(now) {
            self.member.polled_late();
        }
        self.heartbeats.polled(now, &self.spec.config);
        self.turn(subscriptions, network, ctx);
        let result = self.process_background_events(subscriptions, ctx);
        self.turn(subscriptions, network, ctx);
        result
    }
    /// Runs the callbacks that have waited, in order; the first error is thrown after the last of them
    /// (`processBackgroundEvents`).
    fn process_background_events(
        &mut self,
        subscriptions: &mut Subscriptions,
        ctx: &mut Context<'_>,
    ) -> Result<(), Exception> {
        let mut result = Ok(());
        while let Some(event) = self.member.next_event() {
            match event {
                BackgroundEvent::Error(error) => result = result.and(Err(error)),
                BackgroundEvent::Revoked => self.member.run_revoked(subscriptions, ctx),
                BackgroundEvent::Assigned => {
                    if self.member.run_assigned(subscriptions, ctx) {
                        self.commits.reset_auto_commit(ctx.now());
                    }
                    self.committed.abandon();
                }
                BackgroundEvent::Lost => {
                    self.member.run_lost(subscriptions, ctx);
                    self.committed.abandon();
                }
            }
        }
        result
    }

    // --- commits -----------------------------------------------------------------------------------

    /// Answer to a commit.
    pub fn on_commit_response(
        &mut self,
        slot: u32,
        response: &OffsetCommitResponse,
        subscriptions: &Subscriptions,
        network: &mut ConsumerNetwork,
        ctx: &mut Context<'_>,
    ) {
        let has_epoch = self.member.committer().1.is_some();
        let (error, end) = self.commits.on_response(slot, response, has_epoch, || all_consumed(subscriptions), ctx);
        if matches!(error, ErrorCode::CoordinatorNotAvailable | ErrorCode::NotCoordinator | ErrorCode::RequestTimedOut)
        {
            self.finder.forget(network, ctx);
        }
        self.commit_ended(end);
    }
    /// A commit got no answer.
    pub fn on_commit_failure(
        &mut self,
        slot: u32,
        error: ErrorCode,
        subscriptions: &Subscriptions,
        network: &mut ConsumerNetwork,
        ctx: &mut Context<'_>,
    ) {
        let end = self.commits.on_failure(slot, error, || all_consumed(subscriptions), ctx);
        self.unanswered(error, network, ctx);
        self.commit_ended(end);
    }
    /// commitAsync().
    pub fn commit_async(
        &mut self,
        offsets: Offsets,
        subscriptions: &mut Subscriptions,
        network: &mut ConsumerNetwork,
        ctx: &mut Context<'_>,
    ) {
        self.commits.commit_async(offsets, ctx);
        self.turn(subscriptions, network, ctx);
    }
    /// Begins a commitSync().
    pub fn begin_sync_commit(&mut self, offsets: Offsets, now: Nanos) -> SyncCommit {
        let timeout = self.spec.config.default_api_timeout;
        self.commits.begin(Purpose::Sync, offsets, timeout, now)
    }
    /// Takes it as far as it goes without waiting. `None`: wait. Otherwise it returned, or threw. What has not been sent by
    /// then is sent all the same, once there is a coordinator.
    pub fn drive_sync_commit(
        &mut self,
        commit: &mut SyncCommit,
        subscriptions: &mut Subscriptions,
        network: &mut ConsumerNetwork,
        ctx: &mut Context<'_>,
    ) -> Option<Result<(), Exception>> {
        self.turn(subscriptions, network, ctx);
        let result = match self.commits.take_outcome() {
            Some(CommitOutcome::Retriable(_)) => unreachable!("the background thread tries it again"),
            Some(outcome) => outcome.exception().map_or(Ok(()), Err),
            None if commit.deadline() <= ctx.now() => Err(Exception::CommitTimedOut),
            None => return None,
        };
        commit_returned(commit.call(), result.err(), ctx);
        Some(result)
    }
    /// Whether a commitSync() or close() that waits for its commit will hear of it.
    pub fn will_tell(&self, commit: &SyncCommit) -> bool {
        commit.under_way().is_none_or(|purpose| self.commits.will_tell(purpose))
    }

    // --- committed offsets -------------------------------------------------------------------------

    /// Fetches the committed offsets of partitions that have no position, once there is a coordinator. Whether some are
    /// missing.
    pub fn fetch_committed(
        &mut self,
        subscriptions: &Subscriptions,
        network: &mut ConsumerNetwork,
        ctx: &mut Context<'_>,
    ) -> bool {
        if self.committed.is_pending() {
            return true;
        }
        let partitions = CommittedOffsets::wanted(subscriptions);
        if partitions.is_empty() || !self.spec.has_group_id() {
            return false;
        }
        if self.committed.due() <= ctx.now()
            && let Some(dest) = self.finder.destination()
        {
            let (member, epoch) = self.member.committer();
            self.committed.ask(partitions, epoch.map(|epoch| (member, epoch)), dest, network, ctx);
        }
        true
    }
    /// Answer to OffsetFetch; only the last request's counts. Returns what the next poll() throws, if anything: who is no member
    /// any more hears it here, too.
    pub fn on_offset_fetch_response(
        &mut self,
        number: u32,
        response: &OffsetFetchResponse,
        subscriptions: &mut Subscriptions,
        network: &mut ConsumerNetwork,
        ctx: &mut Context<'_>,
    ) -> Option<Exception> {
        if !self.committed.is_current(number) {
            return None;
        }
        let error = match response.error {
            ErrorCode::None if !response.unstable.is_empty() => ErrorCode::UnstableOffsetCommit,
            error => error,
        };
        if error.is_ok() {
            self.committed.on_offsets(response, subscriptions, network, ctx);
            return None;
        }
        if matches!(error, ErrorCode::NotCoordinator | ErrorCode::CoordinatorNotAvailable) {
            self.finder.forget(network, ctx);
        }
        self.committed.on_failure(number, ctx);
        match error {
            ErrorCode::StaleMemberEpoch if self.member.committer().1.is_some() => None,
            ErrorCode::StaleMemberEpoch | ErrorCode::UnknownMemberId => Some(Exception::Answered(error)),
            error => (!error.is_retriable()).then_some(Exception::Unexpected(error)),
        }
    }
    /// OffsetFetch got no answer.
    pub fn on_offset_fetch_failure(
        &mut self,
        number: u32,
        error: ErrorCode,
        network: &mut ConsumerNetwork,
        ctx: &mut Context<'_>,
    ) {
        self.committed.on_failure(number, ctx);
        self.unanswered(error, network, ctx);
    }
    /// When the lookup of committed offsets may go on.
    pub fn committed_due(&self) -> Nanos {
        self.committed.due()
    }
    /// When poll() has something to do that waits for it.
    pub fn auto_commit_due(&self) -> Nanos {
        self.commits.auto_commit_due()
    }

    // --- the end -----------------------------------------------------------------------------------

    /// Begins close().
    pub fn begin_close(&mut self, subscriptions: &Subscriptions, now: Nanos) -> Closing {
        let timeout = self.spec.close_timeout();
        let phase = if self.spec.config.enable_auto_commit {
            ClosePhase::Committing(self.commits.begin(Purpose::Close, all_consumed(subscriptions), timeout, now))
        } else {
            ClosePhase::Leaving
        };
        Closing { deadline: now.saturating_add(timeout), phase }
    }
    /// Takes close() as far as it goes without waiting; true when the consumer is closed: commit, run the callbacks, leave and
    /// wait for the answer, wait for asynchronous commits (`AsyncKafkaConsumer.close`).
    pub fn drive_close(
        &mut self,
        Closing { deadline, phase }: &mut Closing,
        subscriptions: &mut Subscriptions,
        network: &mut ConsumerNetwork,
        ctx: &mut Context<'_>,
    ) -> bool {
        let expired = *deadline <= ctx.now();
        loop {
            match phase {
                ClosePhase::Committing(commit) => {
                    // Whatever comes of it: close() goes on.
                    if self.drive_sync_commit(commit, subscriptions, network, ctx).is_none() {
                        return false;
                    }
                    *phase = ClosePhase::Leaving;
                }
                ClosePhase::Leaving => {
                    self.leave_for_good(subscriptions, ctx);
                    *phase = ClosePhase::AwaitingLeave;
                }
                ClosePhase::AwaitingLeave => {
                    self.turn(subscriptions, network, ctx);
                    if self.member.awaits_leave() && !expired {
                        return false;
                    }
                    *phase = ClosePhase::AwaitingCommits;
                }
                ClosePhase::AwaitingCommits => {
                    if self.commits.awaits_async() && !expired {
                        return false;
                    }
                    *phase = ClosePhase::AwaitingAnswers;
                }
                ClosePhase::AwaitingAnswers => return expired || self.finder.is_silent(network),
            }
        }
    }
    /// From now on nobody looks for the coordinator. The callbacks are run by the application's own thread
    /// (`runRebalanceCallbacksOnClose`): what goes is revoked if the member ever had an epoch.
    fn leave_for_good(&mut self, subscriptions: &mut Subscriptions, ctx: &mut Context<'_>) {
        self.closing = true;
        let was_member = self.group_metadata.generation > ConsumerGroupHeartbeatRequest::JOIN;
        let reason = if was_member { RevokeReason::Revoked } else { RevokeReason::Lost };
        let all: Vec<Tp> = subscriptions.partitions().iter().map(|partition| partition.tp).collect();
        if !subscriptions.is_by_hand() {
            partitions_go(&all, reason, subscriptions, ctx);
        }
        self.member.leave_on_close(subscriptions);
    }

    /// # Panics
    /// If its parts contradict each other. `awaited`: the requests under way.
    pub fn check_invariants(&self, subscriptions: &Subscriptions, awaited: &[(Dest, Tag)]) {
        let awaits = |tag: Tag| awaited.iter().any(|(_, other)| *other == tag);
        self.member.check_invariants(subscriptions, self.commits.commits_before_rebalance());
        self.finder.check_invariants(awaits);
        self.commits.check_invariants(awaited.iter().map(|(_, tag)| *tag));
        self.committed.check_invariants(awaits);
        let heartbeats = awaits(Tag::ConsumerGroupHeartbeat { ignored: false });
        assert!(!self.heartbeats.is_in_flight() || heartbeats, "a heartbeat that is under way was sent");
        assert!(!self.member.awaits_leave() || self.closing, "only close() waits for a leave");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::ids::{LeaderEpoch, Offset};
    use crate::stage::broken::each_is_noticed;

    fn managers() -> (RequestManagers, Subscriptions) {
        let mut spec = ConsumerSpec::plain();
        spec.config.group_protocol = GroupProtocol::Consumer;
        let (spec, catalog) = (Rc::new(spec), Rc::new(Catalog::default()));
        let rules = Rules::default();
        let group = spec.group;
        let backoff = ExponentialBackoff::new(Nanos(1), Nanos(1));
        let managers = RequestManagers {
            rules,
            backoff,
            finder: CoordinatorFinder::in_background(group, backoff),
            commits: CommitRequests::new(spec.clone(), backoff, Nanos::ZERO),
            committed: CommittedOffsets::new(group, backoff),
            heartbeats: HeartbeatRequests::new(Nanos::ZERO, &spec.config),
            member: ConsumerMember::new(spec.clone(), catalog, rules, MemberId(7)),
            pattern: PatternSubscription::default(),
            group_metadata: ConsumerGroupMetadata::of_group(group),
            closing: false,
            spec,
        };
        (managers, Subscriptions::new(1))
    }

    #[test]
    fn what_nobody_answers_is_noticed() {
        each_is_noticed(
            managers,
            |(managers, subscriptions)| managers.check_invariants(subscriptions, &[]),
            &[
                ("a heartbeat that is under way was sent", |(m, _)| m.heartbeats.sent(Nanos::ZERO)),
                ("only close() waits for a leave", |(m, s)| {
                    m.member.polled();
                    m.member.leave_on_close(s);
                }),
            ],
        );
    }

    #[test]
    fn a_commit_before_a_rebalance_is_noted_until_it_is_over() {
        let (mut managers, _) = managers();
        let offsets = || std::iter::once((Tp(0), Offset(1), LeaderEpoch(0))).collect();
        assert_eq!(managers.commits.commit_before_rebalance(offsets(), Nanos::ZERO), CommitEnd::Noted);
        assert!(managers.commits.commits_before_rebalance());
        let nothing = std::iter::empty().collect();
        assert_eq!(managers.commits.commit_before_rebalance(nothing, Nanos::ZERO), CommitEnd::BeforeRebalance);
    }
}
