//! What a consumer has to do with the coordinator of its group
//! (`clients/.../consumer/internals/ConsumerCoordinator.java`): membership, commits and committed offsets, and what
//! they mean for one another.

use std::rc::Rc;

use super::callbacks::{ListenerCall, give_up_partitions, partitions_go};
use super::classic::{ClassicMember, Identity, Joining, MemberState};
use super::close::{ClosePhase, Closing};
use super::commits::{
    Commit, CommitAnswer, CommitOutcome, Commits, FinishedCommit, Offsets, Purpose, SyncCommit, all_consumed,
    commit_returned,
};
use super::committed::CommittedOffsets;
use super::finder::{CoordinatorFinder, Search};
use super::network::ConsumerNetwork;
use super::pattern::PatternSubscription;
use super::spec::{ConsumerSpec, GroupMembershipOperation};
use super::subscription::Subscriptions;
use super::tag::Tag;
use crate::client::network::Dest;
use crate::history::fact::{Fact, RevokeReason};
use crate::net::backoff::ExponentialBackoff;
use crate::node::Context;
use crate::protocol::catalog::Catalog;
use crate::protocol::errors::ErrorCode;
use crate::protocol::exceptions::Exception;
use crate::protocol::ids::{BrokerId, Generation, TopicId, Tp};
use crate::protocol::messages::*;
use crate::sim::time::Nanos;

/// The commit that precedes a rebalance when auto-commit is on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum PrepareCommit {
    /// To be sent, not before.
    Unsent(Nanos),
    /// Sent.
    InFlight,
    /// Answered, or given up: the rebalance goes on.
    Done,
}

/// Preparation of a rebalance, from the decision to rejoin until partitions are revoked.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct JoinPrepare {
    /// When the commit is given up (`max.poll.interval.ms` after the start).
    deadline: Nanos,
    /// The commit.
    commit: PrepareCommit,
}

/// An assignment, and who it was given to.
#[derive(Clone, PartialEq, Debug)]
struct Joined {
    assignment: Rc<[Tp]>,
    generation: Generation,
}

/// See the module.
#[derive(Clone, Debug)]
pub struct ConsumerCoordinator {
    spec: Rc<ConsumerSpec>,
    catalog: Rc<Catalog>,
    backoff: ExponentialBackoff,
    finder: CoordinatorFinder,
    member: ClassicMember,
    commits: Commits,
    committed: CommittedOffsets,
    /// When auto-commit is due; never without it.
    auto_commit_at: Nanos,
    /// The preparation of a rebalance, while it lasts.
    prepare: Option<JoinPrepare>,
    /// The listener, which a rebalance or close() waits for.
    pub(super) callback: ListenerCall,
    /// What has been assigned, and cannot be taken before the listener knows what is taken away.
    completing: Option<Joined>,
    pattern: PatternSubscription,
    /// What the member was when it last completed a rebalance (`groupMetadata`).
    group_metadata: ConsumerGroupMetadata,
}

impl ConsumerCoordinator {
    /// Wants to join, knows nobody.
    pub fn new(spec: Rc<ConsumerSpec>, catalog: Rc<Catalog>, now: Nanos) -> ConsumerCoordinator {
        let (group, config) = (spec.group, &spec.config);
        let backoff = ExponentialBackoff::new(config.retry_backoff, config.retry_backoff_max);
        ConsumerCoordinator {
            backoff,
            finder: CoordinatorFinder::new(group, backoff),
            member: ClassicMember::new(spec.clone(), catalog.clone(), backoff),
            catalog,
            commits: Commits::new(group, spec.instance),
            committed: CommittedOffsets::new(group, backoff),
            auto_commit_at: spec.next_auto_commit(now),
            prepare: None,
            callback: ListenerCall::Idle,
            completing: None,
            pattern: PatternSubscription::default(),
            group_metadata: ConsumerGroupMetadata { instance: spec.instance, ..ConsumerGroupMetadata::of_group(group) },
            spec,
        }
    }
    /// What a producer needs to know of the membership. Lost membership does not change it: so a member that was
    /// thrown out is fenced (KIP-447).
    pub fn group_metadata(&self) -> ConsumerGroupMetadata {
        self.group_metadata
    }
    /// Who the member is, and its state.
    pub fn member(&self) -> (Identity, MemberState) {
        (self.member.identity(), self.member.state())
    }

    /// Whether the heartbeat thread sleeps, and reads nothing.
    pub fn has_no_reader(&self) -> bool {
        self.member.has_no_reader()
    }

    // --- the coordinator ---------------------------------------------------------------------------

    /// Whether the coordinator is known; if not, takes the search one step further. Commits that wait for the
    /// search fail with it.
    fn find(&mut self, network: &mut ConsumerNetwork, ctx: &mut Context<'_>) -> bool {
        let search = self.finder.find(network, ctx);
        self.searched(search, ctx);
        search == Search::Found
    }
    fn searched(&mut self, search: Search, ctx: &mut Context<'_>) {
        let Search::Failed(error) = search else { return };
        for commit in self.commits.take_deferred() {
            commit.refused(error, ctx);
            self.commit_ended(commit.purpose, CommitOutcome::Retriable(error), ctx);
        }
    }
    /// Answer to FindCoordinator. Commits that have waited for it are sent, in order.
    pub fn on_find_coordinator_response(
        &mut self,
        number: u32,
        response: FindCoordinatorResponse,
        subscriptions: &mut Subscriptions,
        network: &mut ConsumerNetwork,
        ctx: &mut Context<'_>,
    ) {
        if response.error.is_ok() && response.coordinator.is_some() {
            self.member.session_renewed(ctx.now());
        }
        let search = self.finder.on_response(number, response, network, ctx);
        self.searched(search, ctx);
        if search == Search::Found {
            for commit in self.commits.take_deferred() {
                self.send_commit(commit, subscriptions, network, ctx);
            }
        }
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
        self.searched(search, ctx);
    }
    /// A connection to a broker as coordinator is gone.
    pub fn disconnected(&mut self, broker: BrokerId) {
        self.finder.disconnected(broker);
    }
    /// A call of poll() begins.
    pub fn poll_begins(&mut self) {
        self.finder.poll_begins();
    }

    // --- poll() ------------------------------------------------------------------------------------

    /// Coordinator first, then the rebalance, then auto-commit (`poll`). A pass that is still joining commits
    /// nothing and updates no position; the result says whether it is over with that.
    ///
    /// # Errors
    /// What poll() throws.
    pub fn poll(
        &mut self,
        subscriptions: &mut Subscriptions,
        network: &mut ConsumerNetwork,
        ctx: &mut Context<'_>,
    ) -> Result<GroupProgress, Exception> {
        if self.commits.is_fenced() {
            return Err(Exception::Answered(ErrorCode::FencedInstanceId));
        }
        if subscriptions.is_by_hand() {
            // Nobody looks for a coordinator before there is something to ask it.
            self.auto_commit_by_hand(subscriptions, network, ctx);
            return Ok(GroupProgress::Goes);
        }
        self.update_pattern(subscriptions, network);
        self.member.check_assignment_snapshot(network);
        self.member.polled(ctx.now())?;
        if !self.find(network, ctx) {
            return Ok(GroupProgress::Blocked);
        }
        if self.member.rejoin_needed_or_pending() {
            if !PatternSubscription::may_join(&self.spec, network, ctx.now()) {
                return Ok(GroupProgress::Blocked);
            }
            self.update_pattern(subscriptions, network);
        }
        if !self.join_group_if_needed(subscriptions, network, ctx)? {
            let is_called = self.callback == ListenerCall::Runs;
            return Ok(if is_called { GroupProgress::CallsBack } else { GroupProgress::Joins });
        }
        self.maybe_auto_commit(subscriptions, network, ctx);
        Ok(GroupProgress::Goes)
    }

    /// `maybeUpdateSubscriptionMetadata`.
    fn update_pattern(&mut self, subscriptions: &mut Subscriptions, network: &mut ConsumerNetwork) {
        if self.pattern.update(&self.spec, subscriptions, network) {
            self.member.check_subscription(subscriptions.subscribed());
        }
    }

    /// Takes a wanted or pending rebalance as far as it goes without waiting. True if none is left
    /// (`joinGroupIfNeeded` with a timer of zero).
    fn join_group_if_needed(
        &mut self,
        subscriptions: &mut Subscriptions,
        network: &mut ConsumerNetwork,
        ctx: &mut Context<'_>,
    ) -> Result<bool, Exception> {
        loop {
            if let Some(joined) = self.completing.take_if(|_| self.callback == ListenerCall::Returned) {
                self.callback = ListenerCall::Idle;
                self.take_assignment(&joined, subscriptions, ctx);
            }
            self.member.check_subscription(subscriptions.subscribed());
            if !self.member.rejoin_needed_or_pending() {
                return Ok(true);
            }
            if !self.find(network, ctx) || !self.join_prepared(subscriptions, network, ctx) {
                return Ok(false);
            }
            match self.member.join(&mut self.finder, subscriptions, network, ctx)? {
                Joining::Waits => return Ok(false),
                Joining::Again => {}
                Joining::Joined(assignment) => {
                    self.obey_the_leader(&assignment, subscriptions, network);
                    if !self.join_completed(assignment, subscriptions, ctx) {
                        return Ok(false);
                    }
                }
            }
        }
    }

    fn is_cooperative(&self) -> bool {
        self.spec.config.partition_assignment_strategy.rebalance_protocol() == RebalanceProtocol::Cooperative
    }

    /// Runs `onJoinPrepare` once for each rebalance: with auto-commit, stop handing out, commit and
    /// wait for the answer; then give the partitions up, when the listener has done what it has to. A cooperative member neither
    /// stops nor gives anything up, unless its membership is gone. False while the commit or the listener is waited for.
    fn join_prepared(
        &mut self,
        subscriptions: &mut Subscriptions,
        network: &mut ConsumerNetwork,
        ctx: &mut Context<'_>,
    ) -> bool {
        if !self.member.needs_join_prepare() {
            return true;
        }
        if self.spec.config.enable_auto_commit && !self.prepare_commit_done(subscriptions, network, ctx) {
            return false;
        }
        let cooperative = self.is_cooperative();
        let unsubscribed = self.unsubscribed(subscriptions);
        let all = self.member.is_lost() || !cooperative;
        let goes = if all { !subscriptions.partitions().is_empty() } else { !unsubscribed.is_empty() };
        if !self.callback.is_over(&self.spec, goes) {
            return false;
        }
        self.prepare = None;
        self.member.join_prepared();
        match (self.member.is_lost(), cooperative) {
            (true, _) => give_up_partitions(RevokeReason::Lost, subscriptions, ctx),
            (false, false) => give_up_partitions(RevokeReason::Revoked, subscriptions, ctx),
            (false, true) => self.give_up_unsubscribed(&unsubscribed, subscriptions, ctx),
        }
        true
    }
    /// What it has of topics that it does not subscribe to any more.
    fn unsubscribed(&self, subscriptions: &Subscriptions) -> Vec<Tp> {
        let wanted = |tp: &Tp| subscriptions.subscribed().contains(&self.catalog.topic_of(*tp).0);
        subscriptions.partitions().iter().map(|partition| partition.tp).filter(|tp| !wanted(tp)).collect()
    }
    /// A cooperative member that joins gives up nothing else.
    fn give_up_unsubscribed(&self, unsubscribed: &[Tp], subscriptions: &mut Subscriptions, ctx: &mut Context<'_>) {
        if unsubscribed.is_empty() {
            return;
        }
        partitions_go(unsubscribed, RevokeReason::Revoked, subscriptions, ctx);
        let all = subscriptions.partitions().iter().map(|partition| partition.tp);
        let stay: Vec<Tp> = all.filter(|tp| !unsubscribed.contains(tp)).collect();
        unsubscribed.iter().for_each(|tp| subscriptions.touch(*tp));
        let generation = if stay.is_empty() { Generation::NONE } else { subscriptions.generation() };
        subscriptions.assign(&stay, generation);
    }

    fn prepare_commit_done(
        &mut self,
        subscriptions: &mut Subscriptions,
        network: &mut ConsumerNetwork,
        ctx: &mut Context<'_>,
    ) -> bool {
        let now = ctx.now();
        let prepare = match self.prepare {
            Some(prepare) => prepare,
            None => {
                let deadline = now.saturating_add(self.spec.config.max_poll_interval);
                let prepare = JoinPrepare { deadline, commit: PrepareCommit::Unsent(now) };
                self.prepare = Some(prepare);
                if !self.is_cooperative() {
                    subscriptions.mark_pending_revocation();
                    subscriptions.touch_all();
                }
                prepare
            }
        };
        if prepare.deadline <= now {
            return true;
        }
        if let PrepareCommit::Unsent(at) = prepare.commit
            && at <= now
        {
            self.prepare = Some(JoinPrepare { commit: PrepareCommit::InFlight, ..prepare });
            let commit = Commit { offsets: all_consumed(subscriptions), purpose: Purpose::JoinPrepare };
            self.send_commit(commit, subscriptions, network, ctx);
        }
        matches!(self.prepare, Some(JoinPrepare { commit: PrepareCommit::Done, .. }))
    }

    /// Topics that match the pattern, and that this member does not know of, it subscribes to as its leader has them
    /// (`maybeUpdateJoinedSubscription`).
    fn obey_the_leader(&mut self, assignment: &[Tp], subscriptions: &mut Subscriptions, network: &mut ConsumerNetwork) {
        let topic = |tp: &Tp| self.catalog.topic_of(*tp).0;
        let added: Vec<TopicId> =
            assignment.iter().map(topic).filter(|topic| !subscriptions.subscribed().contains(topic)).collect();
        if !self.spec.pattern || added.is_empty() {
            return;
        }
        let mut topics: Vec<TopicId> = subscriptions.subscribed().iter().copied().chain(added).collect();
        topics.sort();
        topics.dedup();
        subscriptions.subscribe(&topics);
        self.member.joined_with(subscriptions.subscribed());
        network.metadata_mut().request_new();
    }

    /// A member has its assignment (`onJoinComplete`). False: its listener is to hear first of what is taken away.
    fn join_completed(
        &mut self,
        assignment: Rc<[Tp]>,
        subscriptions: &mut Subscriptions,
        ctx: &mut Context<'_>,
    ) -> bool {
        if self.spec.config.enable_auto_commit {
            self.auto_commit_at = self.spec.next_auto_commit(ctx.now());
        }
        let Identity { generation, member: id, .. } = self.member.identity();
        let (group, instance) = (self.spec.group, self.spec.instance);
        self.group_metadata = ConsumerGroupMetadata { group, generation, member: id, instance };
        let joined = Joined { assignment, generation };
        let takes = subscriptions.partitions().iter().any(|partition| !joined.assignment.contains(&partition.tp));
        if !self.callback.is_over(&self.spec, takes) {
            self.member.request_rejoin();
            self.completing = Some(joined);
            return false;
        }
        self.take_assignment(&joined, subscriptions, ctx);
        true
    }
    /// It takes the assignment. What it had and is not given again it gives up now, and joins once more, so that somebody else gets
    /// it; that is so of a cooperative member only, an eager one has nothing left.
    fn take_assignment(
        &mut self,
        Joined { assignment, generation }: &Joined,
        subscriptions: &mut Subscriptions,
        ctx: &mut Context<'_>,
    ) {
        let (node, generation) = (ctx.me(), *generation);
        let owned = |tp: &Tp| subscriptions.get(*tp).is_some();
        let added: Vec<Tp> = assignment.iter().copied().filter(|tp| !owned(tp)).collect();
        let mut assigned = assignment.to_vec();
        assigned.sort();
        let is_taken = |tp: &Tp| assigned.binary_search(tp).is_err();
        let revoked: Vec<Tp> = subscriptions.partitions().iter().map(|p| p.tp).filter(is_taken).collect();
        for tp in revoked {
            let (generation, reason) = (subscriptions.generation(), RevokeReason::Revoked);
            subscriptions.touch(tp);
            ctx.record(Fact::PartitionRevoked { node, tp, generation, reason });
            self.member.request_rejoin();
        }
        subscriptions.assign(assignment, generation);
        self.committed.abandon();
        subscriptions.touch_all();
        for tp in added {
            ctx.record(Fact::PartitionAssigned { node, tp, generation });
        }
    }

    /// Metadata has come: a leader that waited for it may assign.
    pub fn metadata_updated(&mut self, network: &mut ConsumerNetwork, ctx: &mut Context<'_>) {
        self.member.assign_with_fresh_metadata(&mut self.finder, network, ctx);
    }
    /// Answer to JoinGroup.
    pub fn on_join_response(
        &mut self,
        version: u32,
        response: JoinGroupResponse,
        network: &mut ConsumerNetwork,
        ctx: &mut Context<'_>,
    ) {
        self.member.on_join_response(version, response, &mut self.finder, network, ctx);
    }
    /// Answer to SyncGroup.
    pub fn on_sync_response(
        &mut self,
        version: u32,
        response: SyncGroupResponse,
        network: &mut ConsumerNetwork,
        ctx: &mut Context<'_>,
    ) {
        self.member.on_sync_response(version, response, &mut self.finder, network, ctx);
    }
    /// JoinGroup or SyncGroup got no answer.
    pub fn on_join_failure(&mut self, error: ErrorCode) {
        self.member.on_join_failure(error);
    }

    // --- the heartbeat thread ----------------------------------------------------------------------

    /// One turn of the heartbeat thread, which works beside the application's: slow processing is not death.
    pub fn heartbeat_turn(&mut self, network: &mut ConsumerNetwork, ctx: &mut Context<'_>) {
        let search = self.member.heartbeat_turn(&mut self.finder, network, ctx);
        self.searched(search, ctx);
    }
    /// When it has something to do next.
    pub fn heartbeat_due(&self, now: Nanos) -> Nanos {
        self.member.heartbeat_due(&self.finder, now)
    }
    /// Answer to a heartbeat.
    pub fn on_heartbeat_response(
        &mut self,
        version: u32,
        error: ErrorCode,
        network: &mut ConsumerNetwork,
        ctx: &mut Context<'_>,
    ) {
        self.member.on_heartbeat_response(version, error, &mut self.finder, network, ctx);
    }
    /// A heartbeat got no answer.
    pub fn on_heartbeat_failure(&mut self, ctx: &mut Context<'_>) {
        self.member.heartbeat_failed(ctx);
    }

    // --- commits -----------------------------------------------------------------------------------

    /// Sends a commit, or fails it at once where the membership forbids it: only a STABLE member commits. The
    /// outcome goes to whoever waits for it.
    fn send_commit(
        &mut self,
        commit: Commit,
        subscriptions: &Subscriptions,
        network: &mut ConsumerNetwork,
        ctx: &mut Context<'_>,
    ) {
        let purpose = commit.purpose;
        if commit.offsets.is_empty() {
            return self.commit_ended(purpose, CommitOutcome::Committed, ctx);
        }
        let Some(dest) = self.finder.reachable(network, ctx) else {
            let error = ErrorCode::CoordinatorNotAvailable;
            commit.refused(error, ctx);
            return self.commit_ended(purpose, CommitOutcome::Retriable(error), ctx);
        };
        let refusal = match self.member.state() {
            // In no generation, and with no member id.
            _ if subscriptions.is_by_hand() => None,
            MemberState::Stable => None,
            MemberState::Unjoined => Some((ErrorCode::UnknownMemberId, CommitOutcome::Failed)),
            MemberState::PreparingRebalance | MemberState::CompletingRebalance => {
                Some((ErrorCode::RebalanceInProgress, CommitOutcome::RebalanceInProgress))
            }
        };
        if let Some((error, outcome)) = refusal {
            commit.refused(error, ctx);
            return self.commit_ended(purpose, outcome, ctx);
        }
        self.commits.send(commit, self.member.identity(), dest, subscriptions, network, ctx);
    }

    /// Answer to a commit.
    pub fn on_commit_response(
        &mut self,
        slot: u32,
        response: &OffsetCommitResponse,
        network: &mut ConsumerNetwork,
        ctx: &mut Context<'_>,
    ) {
        let answered = self.commits.on_response(slot, response, ctx);
        let outcome = self.judge_commit(answered, network, ctx);
        self.commit_ended(answered.purpose, outcome, ctx);
    }

    fn judge_commit(
        &mut self,
        CommitAnswer { error, version, .. }: CommitAnswer,
        network: &mut ConsumerNetwork,
        ctx: &mut Context<'_>,
    ) -> CommitOutcome {
        match error {
            ErrorCode::None => CommitOutcome::Committed,
            ErrorCode::CoordinatorLoadInProgress | ErrorCode::UnknownTopicOrPartition => {
                CommitOutcome::Retriable(error)
            }
            ErrorCode::CoordinatorNotAvailable | ErrorCode::NotCoordinator | ErrorCode::RequestTimedOut => {
                self.finder.forget(network, ctx);
                CommitOutcome::Retriable(error)
            }
            ErrorCode::RebalanceInProgress => {
                self.member.request_rejoin();
                CommitOutcome::RebalanceInProgress
            }
            ErrorCode::UnknownMemberId | ErrorCode::IllegalGeneration => {
                if self.member.identity().version != version && self.member.state() == MemberState::PreparingRebalance {
                    CommitOutcome::RebalanceInProgress
                } else {
                    self.member.reset_on(error);
                    CommitOutcome::Failed
                }
            }
            ErrorCode::FencedInstanceId if self.member.identity().version == version => CommitOutcome::Fenced,
            ErrorCode::FencedInstanceId if self.member.state() == MemberState::PreparingRebalance => {
                CommitOutcome::RebalanceInProgress
            }
            ErrorCode::FencedInstanceId => CommitOutcome::Failed,
            other => CommitOutcome::Fatal(other),
        }
    }

    /// A commit got no answer.
    pub fn on_commit_failure(&mut self, slot: u32, error: ErrorCode, ctx: &mut Context<'_>) {
        let purpose = self.commits.on_failure(slot, error, ctx);
        self.commit_ended(purpose, CommitOutcome::Retriable(error), ctx);
    }

    fn commit_ended(&mut self, purpose: Purpose, outcome: CommitOutcome, ctx: &mut Context<'_>) {
        let retry_at = ctx.now().saturating_add(self.spec.config.retry_backoff);
        let retriable = matches!(outcome, CommitOutcome::Retriable(_));
        if !matches!(purpose, Purpose::Sync(_) | Purpose::Close(_)) {
            commit_returned(purpose.call(), outcome.exception(), ctx);
            if outcome == CommitOutcome::Fenced {
                self.commits.fence();
            }
        }
        match purpose {
            Purpose::Async(call) => self.commits.async_over(call, outcome),
            Purpose::Sync(number) | Purpose::Close(number) => self.commits.note_outcome(number, outcome),
            Purpose::AutoCommit if retriable => self.auto_commit_at = retry_at,
            Purpose::AutoCommit => {}
            Purpose::JoinPrepare => {
                if let Some(prepare) = &mut self.prepare {
                    prepare.commit = if retriable { PrepareCommit::Unsent(retry_at) } else { PrepareCommit::Done };
                }
            }
        }
    }

    /// Commits in the background if the interval has passed (`maybeAutoCommitOffsetsAsync`). Part of poll(), before
    /// records are returned: so it commits what earlier polls returned.
    fn maybe_auto_commit(
        &mut self,
        subscriptions: &Subscriptions,
        network: &mut ConsumerNetwork,
        ctx: &mut Context<'_>,
    ) {
        if ctx.now() < self.auto_commit_at || self.spec.commits_in_background() {
            return;
        }
        self.auto_commit_at = self.spec.next_auto_commit(ctx.now());
        let commit = Commit { offsets: all_consumed(subscriptions), purpose: Purpose::AutoCommit };
        self.send_commit(commit, subscriptions, network, ctx);
    }
    /// The same of partitions that the application has assigned itself: the commit waits for the coordinator.
    fn auto_commit_by_hand(
        &mut self,
        subscriptions: &Subscriptions,
        network: &mut ConsumerNetwork,
        ctx: &mut Context<'_>,
    ) {
        if ctx.now() < self.auto_commit_at {
            return;
        }
        self.auto_commit_at = self.spec.next_auto_commit(ctx.now());
        let commit = Commit { offsets: all_consumed(subscriptions), purpose: Purpose::AutoCommit };
        if self.find(network, ctx) {
            self.send_commit(commit, subscriptions, network, ctx);
        } else {
            self.commits.defer(commit);
        }
    }
    /// librdkafka's auto-commit (`rd_kafka_cgrp_offset_commit_tmr_cb`): a timer commits what was handed out, wherever the
    /// application is with it.
    pub fn background_commit(
        &mut self,
        subscriptions: &Subscriptions,
        network: &mut ConsumerNetwork,
        ctx: &mut Context<'_>,
    ) {
        if ctx.now() < self.auto_commit_at || !self.spec.commits_in_background() {
            return;
        }
        self.auto_commit_at = self.spec.next_auto_commit(ctx.now());
        if self.member.state() == MemberState::Stable && self.finder.is_known() {
            let commit = Commit { offsets: all_consumed(subscriptions), purpose: Purpose::AutoCommit };
            self.send_commit(commit, subscriptions, network, ctx);
        }
    }
    /// When it commits next, if it does so beside the application.
    pub fn background_due(&self) -> Nanos {
        if self.spec.commits_in_background() { self.auto_commit_at } else { Nanos::MAX }
    }

    /// Calls of commitAsync() that are over.
    pub fn take_finished_commits(&mut self) -> Vec<FinishedCommit> {
        self.commits.take_over()
    }
    /// The number of the application's last commit.
    pub fn last_commit_call(&self) -> u32 {
        self.commits.last_call()
    }
    /// commitAsync(): one attempt. While the coordinator is unknown it waits for the lookup, and
    /// fails with it.
    pub fn commit_async(
        &mut self,
        offsets: Offsets,
        subscriptions: &Subscriptions,
        network: &mut ConsumerNetwork,
        ctx: &mut Context<'_>,
    ) {
        let commit = Commit { offsets, purpose: Purpose::Async(self.commits.next_call()) };
        if self.find(network, ctx) {
            self.send_commit(commit, subscriptions, network, ctx);
        } else {
            self.commits.defer(commit);
        }
    }

    /// Begins a commitSync().
    pub fn begin_sync_commit(&mut self, offsets: Offsets, now: Nanos) -> SyncCommit {
        self.begin_commit(Purpose::Sync, self.spec.config.default_api_timeout, offsets, now)
    }
    fn begin_commit(
        &mut self,
        purpose: fn(u32) -> Purpose,
        timeout: Nanos,
        offsets: Offsets,
        now: Nanos,
    ) -> SyncCommit {
        let purpose = purpose(self.commits.begin_synchronous());
        SyncCommit::new(Commit { offsets, purpose }, now, timeout)
    }

    /// Takes it as far as it goes without waiting. `None`: wait. Otherwise it returned, or threw.
    pub fn drive_sync_commit(
        &mut self,
        commit: &mut SyncCommit,
        subscriptions: &Subscriptions,
        network: &mut ConsumerNetwork,
        ctx: &mut Context<'_>,
    ) -> Option<Result<(), Exception>> {
        let result = self.try_sync_commit(commit, subscriptions, network, ctx)?;
        commit_returned(commit.call(), result.err(), ctx);
        Some(result)
    }
    fn try_sync_commit(
        &mut self,
        commit: &mut SyncCommit,
        subscriptions: &Subscriptions,
        network: &mut ConsumerNetwork,
        ctx: &mut Context<'_>,
    ) -> Option<Result<(), Exception>> {
        let now = ctx.now();
        loop {
            if self.commits.is_fenced() {
                return Some(Err(Exception::Answered(ErrorCode::FencedInstanceId)));
            }
            match self.commits.take_outcome() {
                Some(CommitOutcome::Retriable(_)) => {
                    commit.try_again(now, |failures| self.backoff.draw(failures, ctx.random()));
                }
                Some(outcome) => return Some(outcome.exception().map_or(Ok(()), Err)),
                None => {}
            }
            // One attempt is made however little time there is.
            let in_vain = commit.was_attempted() || !self.finder.is_known();
            if commit.deadline() <= now && in_vain {
                return Some(Err(Exception::CommitTimedOut));
            }
            if !commit.is_due(now) || !self.find(network, ctx) {
                return None;
            }
            self.send_commit(commit.attempt(), subscriptions, network, ctx);
        }
    }

    // --- committed offsets -------------------------------------------------------------------------

    /// Fetches the committed offsets of partitions that have no position (`initWithCommittedOffsetsIfNeeded`).
    /// Whether poll() waits for some.
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
            && self.find(network, ctx)
            && let Some(dest) = self.finder.reachable(network, ctx)
        {
            self.committed.ask(partitions, None, dest, network, ctx);
        }
        true
    }
    /// Answer to OffsetFetch; only the last request's counts. Returns what the next poll() throws, if anything.
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
        (!error.is_retriable()).then_some(Exception::Unexpected(error))
    }
    /// OffsetFetch got no answer.
    pub fn on_offset_fetch_failure(&mut self, number: u32, ctx: &mut Context<'_>) {
        self.committed.on_failure(number, ctx);
    }

    // --- unsubscribe() -----------------------------------------------------------------------------

    /// Takes unsubscribe() as far as it goes without waiting: `onLeavePrepare`, then LeaveGroup, for whose answer nobody waits. Nothing is
    /// committed. False: the listener is at work.
    pub fn drive_unsubscribe(
        &mut self,
        subscriptions: &mut Subscriptions,
        network: &mut ConsumerNetwork,
        ctx: &mut Context<'_>,
    ) -> bool {
        if !self.callback.is_over(&self.spec, !subscriptions.partitions().is_empty()) {
            return false;
        }
        self.give_up_before_leaving(subscriptions, ctx);
        let reason = LeaveGroupReason::Unsubscribed;
        self.member.leave(reason, GroupMembershipOperation::Default, &mut self.finder, network, ctx);
        true
    }
    /// The partitions are revoked, or lost if membership is gone or in doubt (`onLeavePrepare`).
    fn give_up_before_leaving(&mut self, subscriptions: &mut Subscriptions, ctx: &mut Context<'_>) {
        let lost = self.member.is_lost() || self.member.rebalance_in_progress();
        give_up_partitions(if lost { RevokeReason::Lost } else { RevokeReason::Revoked }, subscriptions, ctx);
    }

    // --- the end -----------------------------------------------------------------------------------

    /// Begins close(). It takes no longer than an answer may take (`createTimerForRequest`).
    pub fn begin_close(&mut self, subscriptions: &Subscriptions, now: Nanos) -> Closing {
        let timeout = self.spec.close_timeout();
        let phase = if self.spec.config.enable_auto_commit {
            ClosePhase::Committing(self.begin_commit(Purpose::Close, timeout, all_consumed(subscriptions), now))
        } else {
            ClosePhase::AwaitingCommits
        };
        Closing { deadline: now.saturating_add(timeout), phase }
    }
    /// Takes close() as far as it goes without waiting; true when the consumer is closed.
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
                    *phase = ClosePhase::AwaitingCommits;
                }
                ClosePhase::AwaitingCommits => {
                    if self.commits.has_deferred() && !expired && !self.find(network, ctx) {
                        return false;
                    }
                    *phase = ClosePhase::Leaving;
                }
                ClosePhase::Leaving => {
                    let any = !subscriptions.partitions().is_empty() && !subscriptions.is_by_hand();
                    if !self.callback.is_over(&self.spec, any) {
                        return false;
                    }
                    self.leave_for_good(subscriptions, network, ctx);
                    *phase = ClosePhase::AwaitingAnswers;
                }
                ClosePhase::AwaitingLeave | ClosePhase::AwaitingAnswers => {
                    return expired || self.finder.is_silent(network);
                }
            }
        }
    }
    /// The partitions go; then LeaveGroup (`AbstractCoordinator.close`).
    fn leave_for_good(
        &mut self,
        subscriptions: &mut Subscriptions,
        network: &mut ConsumerNetwork,
        ctx: &mut Context<'_>,
    ) {
        self.member.stop_heartbeat();
        self.give_up_before_leaving(subscriptions, ctx);
        self.member.leave(LeaveGroupReason::Closed, self.spec.close.membership, &mut self.finder, network, ctx);
    }

    /// # Panics
    /// If its parts contradict each other. `awaited`: the requests under way.
    pub fn check_invariants(&self, subscriptions: &Subscriptions, awaited: &[(Dest, Tag)]) {
        let awaits = |tag: Tag| awaited.iter().any(|(_, other)| *other == tag);
        self.member.check_invariants(subscriptions, |such| awaited.iter().any(|(_, tag)| such(*tag)));
        self.finder.check_invariants(awaits);
        self.commits.check_invariants(awaited.iter().map(|(_, tag)| *tag));
        self.committed.check_invariants(awaits);
        let deferred = self.commits.has_deferred() && self.finder.is_known();
        assert!(!deferred, "no commit waits for a coordinator that is known");
        let stopped = subscriptions.partitions().iter().any(|partition| partition.pending_revocation);
        assert!(!stopped || self.prepare.is_some(), "a partition is stopped while a rebalance is prepared");
    }
    /// Whether a commitSync() or close() that waits for its commit will hear of it.
    pub fn will_tell(&self, commit: &SyncCommit) -> bool {
        commit.under_way().is_none_or(|purpose| self.commits.will_tell(purpose))
    }

    // --- time --------------------------------------------------------------------------------------

    /// What a call that drives the client waits for, beside its own deadlines.
    pub fn dues(&self) -> [Nanos; 3] {
        let prepare = self.prepare.map_or(Nanos::MAX, |prepare| match prepare.commit {
            PrepareCommit::Unsent(at) => at,
            PrepareCommit::InFlight | PrepareCommit::Done => prepare.deadline,
        });
        [self.auto_commit_at, self.finder.due(), prepare]
    }
    /// When the lookup of committed offsets may go on.
    pub fn committed_due(&self) -> Nanos {
        self.committed.due()
    }
}

/// How far a pass of poll() has come with the group.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum GroupProgress {
    /// The coordinator is not known: poll() waits.
    Blocked,
    /// A rebalance is under way: what is buffered is handed out meanwhile.
    Joins,
    /// The listener is at work.
    CallsBack,
    /// The group is settled.
    Goes,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::ids::Offset;
    use crate::stage::broken::complaint;

    #[test]
    fn commits_and_partitions_that_nobody_cares_for_are_noticed() {
        let spec = ConsumerSpec::plain();
        let mut coordinator = ConsumerCoordinator::new(Rc::new(spec), Rc::new(Catalog::default()), Nanos::ZERO);
        let mut subscriptions = Subscriptions::new(1);
        subscriptions.assign(&[Tp(0)], Generation(1));
        coordinator.check_invariants(&subscriptions, &[]);
        subscriptions.mark_pending_revocation();
        let text = complaint(|| coordinator.check_invariants(&subscriptions, &[]));
        assert!(text.contains("a partition is stopped while a rebalance is prepared"), "{text}");
        coordinator.prepare = Some(JoinPrepare { deadline: Nanos::MAX, commit: PrepareCommit::Done });
        coordinator.check_invariants(&subscriptions, &[]);

        let number = coordinator.commits.next_call();
        let offsets = std::iter::once((Tp(0), Offset(1), crate::protocol::ids::LeaderEpoch(0))).collect();
        coordinator.commits.defer(Commit { offsets, purpose: Purpose::Async(number) });
        coordinator.check_invariants(&subscriptions, &[]);
        coordinator.finder.found(BrokerId(1));
        let text = complaint(|| coordinator.check_invariants(&subscriptions, &[]));
        assert!(text.contains("no commit waits for a coordinator that is known"), "{text}");
    }
}
