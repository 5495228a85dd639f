//! What a consumer of a group of the new protocol has to do with the coordinator (KIP-848; `group.protocol=consumer`):
//! what its background thread does, and what poll(), commitSync() and close() want of it
//! (`clients/.../consumer/internals/{RequestManagers,ConsumerNetworkThread,AsyncKafkaConsumer}.java`,
//! `events/ApplicationEventProcessor.java`).
//!
//! Kafka's application thread and background thread hand each other events and run beside one another; here the background
//! thread deals with a poll() before its records are handed out, and callbacks are run by the next look that a poll() takes.
//! One race of the two is kept: since 4.2 poll() does not wait until the positions for an auto-commit that is due are taken
//! (KAFKA-18376), so that they may lie behind what this poll() is about to return. Of 60 commits of a real client 4.2.0, 4.3.1
//! and 4.4.0, with a full buffer, 36, 42 and 27 did; of 4.0.0 and 4.1.2 none. Here it is one in two.

use std::rc::Rc;

use super::callbacks::{ListenerCall, partitions_go};
use super::close::{ClosePhase, Closing};
use super::commit_requests::{CommitEnd, CommitRequests};
use super::commits::{CommitOutcome, FinishedCommit, Offsets, Purpose, SyncCommit, all_consumed, commit_returned};
use super::committed::CommittedOffsets;
use super::consumer_member::BackgroundEvent;
use super::coordinator::GroupProgress;
use super::heartbeat_manager::{HeartbeatKind, HeartbeatManager};
use super::member_state::ConsumerProtocolState as State;
use super::network::ConsumerNetwork;
use super::pattern::PatternSubscription;
use super::spec::ConsumerSpec;
use super::subscription::Subscriptions;
use super::tag::Tag;
use crate::client::network::Dest;
use crate::history::fact::RevokeReason;
use crate::net::backoff::ExponentialBackoff;
use crate::node::Context;
use crate::protocol::catalog::Catalog;
use crate::protocol::errors::ErrorCode;
use crate::protocol::exceptions::Exception;
use crate::protocol::ids::{BrokerId, Generation, MemberId, Tp};
use crate::protocol::messages::*;
use crate::protocol::rules::{AutoCommitPositions, CloseCommits, Rules};
use crate::sim::time::Nanos;

/// See the module.
#[derive(Clone, Debug)]
pub struct RequestManagers {
    spec: Rc<ConsumerSpec>,
    rules: Rules,
    commits: CommitRequests,
    committed: CommittedOffsets,
    heartbeats: HeartbeatManager,
    /// The listener, which poll() or close() waits for.
    pub(super) callback: ListenerCall,
    /// What poll() throws when the events that wait for it are dealt with.
    thrown: Option<Exception>,
    pattern: PatternSubscription,
    /// The application's thread is ahead: the positions for the auto-commit that is due are taken once it has handed out records.
    overtaken: bool,
    /// What the member was with its last epoch (`groupMetadata`).
    group_metadata: ConsumerGroupMetadata,
}

impl RequestManagers {
    /// Has subscribed, knows nobody.
    pub fn new(spec: Rc<ConsumerSpec>, catalog: Rc<Catalog>, rules: Rules, ctx: &Context<'_>) -> RequestManagers {
        let kind = HeartbeatKind::Consumer;
        RequestManagers::of(HeartbeatManager::new(kind, spec.clone(), catalog, rules, ctx), spec, rules, ctx.now())
    }
    fn of(heartbeats: HeartbeatManager, spec: Rc<ConsumerSpec>, rules: Rules, now: Nanos) -> RequestManagers {
        let (group, instance, config) = (spec.group, spec.instance, &spec.config);
        let backoff = ExponentialBackoff::new(config.retry_backoff, config.retry_backoff_max);
        RequestManagers {
            rules,
            commits: CommitRequests::new(spec.clone(), backoff, now),
            committed: CommittedOffsets::new(group, backoff),
            heartbeats,
            callback: ListenerCall::Idle,
            thrown: None,
            pattern: PatternSubscription::default(),
            overtaken: false,
            group_metadata: ConsumerGroupMetadata { instance, ..ConsumerGroupMetadata::of_group(group) },
            spec,
        }
    }
    /// What a producer needs to know of the membership; lost membership does not change it (KIP-447).
    pub fn group_metadata(&self) -> ConsumerGroupMetadata {
        self.group_metadata
    }
    /// Its id, its epoch and its state.
    pub fn member(&self) -> (MemberId, Generation, State) {
        self.heartbeats.describe()
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
        self.heartbeats.on_find_coordinator_response(number, response, network, ctx);
    }
    /// FindCoordinator got no answer.
    pub fn on_find_coordinator_failure(
        &mut self,
        number: u32,
        error: ErrorCode,
        network: &mut ConsumerNetwork,
        ctx: &mut Context<'_>,
    ) {
        self.heartbeats.on_find_coordinator_failure(number, error, network, ctx);
    }
    /// A connection to a broker as coordinator is gone.
    pub fn disconnected(&mut self, broker: BrokerId) {
        self.heartbeats.disconnected(broker);
    }

    // --- the background thread ---------------------------------------------------------------------

    /// One turn (`ConsumerNetworkThread.runOnce`): what is to be sent is sent.
    pub fn turn(&mut self, subscriptions: &mut Subscriptions, network: &mut ConsumerNetwork, ctx: &mut Context<'_>) {
        self.heartbeats.find_coordinator(network, ctx);
        self.send_commits(subscriptions, network, ctx);
        self.heartbeats.heartbeat(subscriptions, network, ctx);
        self.reconcile(false, subscriptions, network, ctx);
        while let Some(event) = self.heartbeats.member_mut().next_without_listener() {
            self.run(event, subscriptions, ctx);
        }
        self.heartbeats.heartbeat(subscriptions, network, ctx);
    }
    /// When it has something to do next; what is overdue waits for an answer.
    pub fn due(&self, now: Nanos) -> Nanos {
        self.heartbeats.due(self.commits.due(), now)
    }

    fn send_commits(&mut self, subscriptions: &Subscriptions, network: &mut ConsumerNetwork, ctx: &mut Context<'_>) {
        let Some(dest) = self.heartbeats.coordinator() else {
            if self.heartbeats.is_closing() && self.rules.close_commits == CloseCommits::Fail {
                let end = self.commits.fail_unsent(ctx);
                self.commit_ended(end);
            }
            return;
        };
        let end = self.commits.send(self.heartbeats.member().committer(), dest, subscriptions, network, ctx);
        self.commit_ended(end);
    }
    fn commit_ended(&mut self, end: CommitEnd) {
        if end == CommitEnd::BeforeRebalance {
            self.heartbeats.member_mut().committed();
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
        self.heartbeats.on_response(response, subscriptions, network, ctx);
        if let (true, (member, Some(generation))) = (response.error.is_ok(), self.heartbeats.member().committer()) {
            self.group_metadata = ConsumerGroupMetadata { member, generation, ..self.group_metadata };
        }
    }
    /// A heartbeat that is of interest got no answer.
    pub fn on_heartbeat_failure(&mut self, error: ErrorCode, network: &mut ConsumerNetwork, ctx: &mut Context<'_>) {
        self.heartbeats.on_failure(error, network, ctx);
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
        if !self.heartbeats.member_mut().begin_reconciliation(polls, subscriptions, network.metadata_mut()) {
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
    ) -> Result<GroupProgress, Exception> {
        let now = ctx.now();
        self.pattern.update(&self.spec, subscriptions, network);
        self.reconcile(true, subscriptions, network, ctx);
        self.overtaken = !self.overtaken && self.loses_the_race(now, ctx);
        if !self.overtaken {
            self.commits.maybe_auto_commit(|| all_consumed(subscriptions), now);
        }
        self.heartbeats.polled(now);
        self.turn(subscriptions, network, ctx);
        let dealt_with = self.process_background_events(subscriptions, ctx);
        self.turn(subscriptions, network, ctx);
        if !dealt_with {
            return Ok(GroupProgress::CallsBack);
        }
        self.thrown.take().map_or(Ok(GroupProgress::Goes), Err)
    }
    /// Whether the background thread comes to an auto-commit that is due after the application's thread has handed out records.
    fn loses_the_race(&self, now: Nanos, ctx: &mut Context<'_>) -> bool {
        let races = self.rules.auto_commit_positions == AutoCommitPositions::Raced;
        races && self.commits.is_auto_commit_due(now) && ctx.random().below(2) == 0
    }
    /// Records were handed out, or there were none.
    pub fn handed_out(
        &mut self,
        subscriptions: &mut Subscriptions,
        network: &mut ConsumerNetwork,
        ctx: &mut Context<'_>,
    ) {
        if std::mem::take(&mut self.overtaken) {
            self.commits.maybe_auto_commit(|| all_consumed(subscriptions), ctx.now());
            self.turn(subscriptions, network, ctx);
        }
    }
    /// Runs the callbacks that have waited, in order; the first error is thrown after the last of them
    /// (`processBackgroundEvents`). False: the listener is at work with one.
    fn process_background_events(&mut self, subscriptions: &mut Subscriptions, ctx: &mut Context<'_>) -> bool {
        loop {
            let goes = self.heartbeats.member().goes_next(subscriptions).next().is_some();
            if !self.callback.is_over(&self.spec, goes) {
                return false;
            }
            let Some(event) = self.heartbeats.member_mut().next_event() else { return true };
            self.run(event, subscriptions, ctx);
        }
    }
    fn run(&mut self, event: BackgroundEvent, subscriptions: &mut Subscriptions, ctx: &mut Context<'_>) {
        match event {
            BackgroundEvent::Error(error) => self.thrown = self.thrown.or(Some(error)),
            BackgroundEvent::Revoked => self.heartbeats.member_mut().run_revoked(subscriptions, ctx),
            BackgroundEvent::Assigned => {
                if self.heartbeats.member_mut().run_assigned(subscriptions, ctx) {
                    self.commits.reset_auto_commit(ctx.now());
                }
                self.committed.abandon();
            }
            BackgroundEvent::Lost => {
                self.heartbeats.member_mut().run_lost(subscriptions, ctx);
                self.committed.abandon();
            }
        }
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
        let has_epoch = self.heartbeats.member().committer().1.is_some();
        let (error, end) = self.commits.on_response(slot, response, has_epoch, || all_consumed(subscriptions), ctx);
        if matches!(error, ErrorCode::CoordinatorNotAvailable | ErrorCode::NotCoordinator | ErrorCode::RequestTimedOut)
        {
            self.heartbeats.forget_coordinator(network, ctx);
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
        self.heartbeats.unanswered(error, network, ctx);
        self.commit_ended(end);
    }
    /// Calls of commitAsync() that are over.
    pub fn take_finished_commits(&mut self) -> Vec<FinishedCommit> {
        self.commits.take_finished()
    }
    /// The number of the application's last commit.
    pub fn last_commit_call(&self) -> u32 {
        self.commits.last_call()
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
            && let Some(dest) = self.heartbeats.coordinator()
        {
            let (member, epoch) = self.heartbeats.member().committer();
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
            self.heartbeats.forget_coordinator(network, ctx);
        }
        self.committed.on_failure(number, ctx);
        match error {
            ErrorCode::StaleMemberEpoch if self.heartbeats.member().committer().1.is_some() => None,
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
        self.heartbeats.unanswered(error, network, ctx);
    }
    /// When the lookup of committed offsets may go on.
    pub fn committed_due(&self) -> Nanos {
        self.committed.due()
    }
    /// When poll() has something to do that waits for it.
    pub fn auto_commit_due(&self) -> Nanos {
        self.commits.auto_commit_due()
    }

    // --- the subscription --------------------------------------------------------------------------

    /// subscribe() was called (`TopicSubscriptionChangeEvent`).
    pub fn subscription_updated(&mut self) {
        self.heartbeats.member_mut().subscription_updated();
    }
    /// Begins unsubscribe() (`UnsubscribeEvent`).
    pub fn begin_unsubscribe(&mut self) {
        self.heartbeats.member_mut().begin_unsubscribe();
    }
    /// Takes unsubscribe() as far as it goes without waiting: what waits for the application, the callbacks of what it has, and the leave,
    /// whose answer is waited for. Nothing is committed (`AsyncKafkaConsumer.unsubscribe`).
    pub fn drive_unsubscribe(
        &mut self,
        subscriptions: &mut Subscriptions,
        network: &mut ConsumerNetwork,
        ctx: &mut Context<'_>,
    ) -> Option<Result<(), Exception>> {
        self.turn(subscriptions, network, ctx);
        let goes_with_event = self.heartbeats.member().goes_next(subscriptions).next().is_some();
        let is_called = self.callback != ListenerCall::Idle && !goes_with_event;
        if !is_called && !self.process_background_events(subscriptions, ctx) {
            return None;
        }
        if let Some(error) = self.thrown.take() {
            return Some(Err(error));
        }
        if self.heartbeats.member().gives_up_everything(subscriptions) {
            if !self.callback.is_over(&self.spec, !subscriptions.partitions().is_empty()) {
                return None;
            }
            self.heartbeats.member_mut().leave_unsubscribed(subscriptions, ctx);
            self.committed.abandon();
            self.turn(subscriptions, network, ctx);
        }
        (!self.heartbeats.member().awaits_leave()).then_some(Ok(()))
    }
    /// unsubscribe() is about to return (`resetGroupMetadata`).
    pub fn unsubscribed(&mut self) {
        self.heartbeats.member_mut().unsubscribed();
        let (group, instance) = (self.spec.group, self.spec.instance);
        self.group_metadata = ConsumerGroupMetadata { instance, ..ConsumerGroupMetadata::of_group(group) };
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
                    let any = !subscriptions.partitions().is_empty() && !subscriptions.is_by_hand();
                    if !self.callback.is_over(&self.spec, any) {
                        return false;
                    }
                    self.leave_for_good(subscriptions, ctx);
                    *phase = ClosePhase::AwaitingLeave;
                }
                ClosePhase::AwaitingLeave => {
                    self.turn(subscriptions, network, ctx);
                    if self.heartbeats.member().awaits_leave() && !expired {
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
                ClosePhase::AwaitingAnswers => return expired || self.heartbeats.is_silent(network),
            }
        }
    }
    /// From now on nobody looks for the coordinator. The callbacks are run by the application's own thread
    /// (`runRebalanceCallbacksOnClose`): what goes is revoked if the member ever had an epoch.
    fn leave_for_good(&mut self, subscriptions: &mut Subscriptions, ctx: &mut Context<'_>) {
        self.heartbeats.begin_close();
        let was_member = self.group_metadata.generation > ConsumerGroupHeartbeatRequest::JOIN;
        let reason = if was_member { RevokeReason::Revoked } else { RevokeReason::Lost };
        let all: Vec<Tp> = subscriptions.partitions().iter().map(|partition| partition.tp).collect();
        if !subscriptions.is_by_hand() {
            partitions_go(&all, reason, subscriptions, ctx);
        }
        self.heartbeats.member_mut().leave_on_close(subscriptions);
    }

    /// # Panics
    /// If its parts contradict each other. `awaited`: the requests under way.
    pub fn check_invariants(&self, subscriptions: &Subscriptions, awaited: &[(Dest, Tag)]) {
        let awaits = |tag: Tag| awaited.iter().any(|(_, other)| *other == tag);
        let commits = self.commits.commits_before_rebalance();
        self.heartbeats.check_invariants(subscriptions, commits, awaits);
        self.commits.check_invariants(awaited.iter().map(|(_, tag)| *tag));
        self.committed.check_invariants(awaits);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::ids::{LeaderEpoch, Offset};

    fn managers() -> (RequestManagers, Subscriptions) {
        let mut spec = ConsumerSpec::plain();
        spec.config.group_protocol = GroupProtocol::Consumer;
        let (spec, catalog) = (Rc::new(spec), Rc::new(Catalog::default()));
        let rules = Rules::default();
        let (kind, now) = (HeartbeatKind::Consumer, Nanos::ZERO);
        let heartbeats = HeartbeatManager::of(kind, MemberId(7), spec.clone(), catalog, rules, now);
        let managers = RequestManagers::of(heartbeats, spec, rules, now);
        (managers, Subscriptions::new(1))
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
