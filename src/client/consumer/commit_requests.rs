//! Commits of a member of a group of the new protocol (`clients/.../consumer/internals/CommitRequestManager.java`): they wait for
//! the coordinator and for their turn in the background thread, which also tries them again.

use std::rc::Rc;

use super::classic::Identity;
use super::commits::{Commit, CommitOutcome, Commits, FinishedCommit, Offsets, Purpose, SyncCommit, commit_returned};
use super::network::ConsumerNetwork;
use super::spec::ConsumerSpec;
use super::subscription::Subscriptions;
use super::tag::Tag;
use crate::client::network::Dest;
use crate::net::backoff::ExponentialBackoff;
use crate::node::Context;
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::{Generation, MemberId};
use crate::protocol::messages::OffsetCommitResponse;
use crate::sim::time::Nanos;

/// A commit that is to be sent, or is under way (`OffsetCommitRequestState`).
#[derive(Clone, Debug)]
struct CommitRequest {
    commit: Commit,
    /// Whoever waits for it has given up by then; it is not tried again.
    deadline: Nanos,
    /// Attempts that failed.
    failures: u32,
    /// The next attempt not before.
    retry_at: Nanos,
}

/// What came of a commit for whoever began it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[must_use = "a reconciliation may wait for it"]
pub enum CommitEnd {
    /// Nothing that anybody else has to know.
    Noted,
    /// The commit before a reconciliation is over.
    BeforeRebalance,
}

/// See the module.
#[derive(Clone, Debug)]
pub struct CommitRequests {
    spec: Rc<ConsumerSpec>,
    backoff: ExponentialBackoff,
    sent: Commits,
    /// In the order in which they are sent.
    unsent: Vec<CommitRequest>,
    /// Those under way, by their slots.
    in_flight: Vec<(u32, CommitRequest)>,
    /// When auto-commit is due; never without it.
    auto_commit_at: Nanos,
    /// Auto-commits that are to be sent or under way. While there are any the timer begins no other.
    auto_commits: u32,
    /// The last commitAsync(), if no commitSync() has waited for it.
    last_async: Option<u32>,
}

impl CommitRequests {
    /// Nothing to commit.
    pub fn new(spec: Rc<ConsumerSpec>, backoff: ExponentialBackoff, now: Nanos) -> CommitRequests {
        CommitRequests {
            backoff,
            sent: Commits::new(spec.group, spec.instance),
            unsent: Vec::new(),
            in_flight: Vec::new(),
            auto_commit_at: spec.next_auto_commit(now),
            auto_commits: 0,
            last_async: None,
            spec,
        }
    }
    /// When auto-commit is due.
    pub fn auto_commit_due(&self) -> Nanos {
        self.auto_commit_at
    }
    /// The interval begins anew: a reconciliation is complete.
    pub fn reset_auto_commit(&mut self, now: Nanos) {
        self.auto_commit_at = self.spec.next_auto_commit(now);
    }

    // --- what is to be committed -------------------------------------------------------------------

    fn put(&mut self, commit: Commit, deadline: Nanos) {
        let retry_at = Nanos::ZERO;
        self.unsent.push(CommitRequest { commit, deadline, failures: 0, retry_at });
    }
    /// Whether the interval has passed and no auto-commit is under way.
    pub fn is_auto_commit_due(&self, now: Nanos) -> bool {
        now >= self.auto_commit_at && self.auto_commits == 0
    }
    /// Commits if the interval has passed and no auto-commit is under way (`maybeAutoCommitAsync`). Part of poll(), before
    /// records are returned. `offsets`: everything consumed.
    pub fn maybe_auto_commit(&mut self, offsets: impl FnOnce() -> Offsets, now: Nanos) {
        if !self.is_auto_commit_due(now) {
            return;
        }
        self.reset_auto_commit(now);
        let offsets = offsets();
        if !offsets.is_empty() {
            self.auto_commits += 1;
            self.put(Commit { offsets, purpose: Purpose::AutoCommit }, Nanos::MAX);
        }
    }
    /// Auto-commit's commit before a reconciliation, if there is anything to commit; it is tried for `max.poll.interval.ms`
    /// (`maybeAutoCommitSyncBeforeRebalance`).
    pub fn commit_before_rebalance(&mut self, offsets: Offsets, now: Nanos) -> CommitEnd {
        if offsets.is_empty() || !self.spec.config.enable_auto_commit {
            return CommitEnd::BeforeRebalance;
        }
        self.auto_commits += 1;
        let deadline = now.saturating_add(self.spec.config.max_poll_interval);
        self.put(Commit { offsets, purpose: Purpose::JoinPrepare }, deadline);
        CommitEnd::Noted
    }
    /// Calls of commitAsync() that are over.
    pub fn take_finished(&mut self) -> Vec<FinishedCommit> {
        self.sent.take_over()
    }
    /// The number of the application's last call.
    pub fn last_call(&self) -> u32 {
        self.sent.last_call()
    }
    /// commitAsync(): one attempt, as soon as there is a coordinator.
    pub fn commit_async(&mut self, offsets: Offsets, ctx: &mut Context<'_>) {
        let number = self.sent.next_call();
        if offsets.is_empty() {
            return commit_returned(number, None, ctx);
        }
        self.last_async = Some(number);
        self.put(Commit { offsets, purpose: Purpose::Async(number) }, Nanos::MAX);
    }
    /// Begins a call that waits for its commit.
    pub fn begin(&mut self, purpose: fn(u32) -> Purpose, offsets: Offsets, timeout: Nanos, now: Nanos) -> SyncCommit {
        let number = self.sent.begin_synchronous();
        let mut call = SyncCommit::new(Commit { offsets, purpose: purpose(number) }, now, timeout);
        let commit = call.attempt();
        if commit.offsets.is_empty() {
            self.sent.note_outcome(number, CommitOutcome::Committed);
        } else {
            self.put(commit, call.deadline());
        }
        call
    }
    /// What came of it; none while an earlier commitAsync() is not over: its callback runs first.
    pub fn take_outcome(&mut self) -> Option<CommitOutcome> {
        if self.awaits_async() { None } else { self.sent.take_outcome() }
    }
    /// Whether the last commitAsync() is not over.
    pub fn awaits_async(&self) -> bool {
        self.last_async.is_some_and(|number| self.purposes().any(|purpose| purpose == Purpose::Async(number)))
    }
    fn purposes(&self) -> impl Iterator<Item = Purpose> + '_ {
        let in_flight = self.in_flight.iter().map(|(_, request)| request);
        self.unsent.iter().chain(in_flight).map(|request| request.commit.purpose)
    }

    // --- the background thread ---------------------------------------------------------------------

    /// When one that has failed may be tried again.
    pub fn due(&self) -> Nanos {
        self.unsent.iter().map(|request| request.retry_at).min().unwrap_or(Nanos::MAX)
    }
    /// Sends what may be sent now, in order. One that has failed and whose time is over ends instead.
    pub fn send(
        &mut self,
        committer: (MemberId, Option<Generation>),
        dest: Dest,
        subscriptions: &Subscriptions,
        network: &mut ConsumerNetwork,
        ctx: &mut Context<'_>,
    ) -> CommitEnd {
        let now = ctx.now();
        let mut end = CommitEnd::Noted;
        for request in std::mem::take(&mut self.unsent) {
            if request.failures > 0 && request.deadline <= now {
                end = self.ended(request.commit.purpose, CommitOutcome::TimedOut, ctx).or(end);
            } else if now < request.retry_at {
                self.unsent.push(request);
            } else {
                let (member, epoch) = committer;
                let generation = epoch.unwrap_or(Generation::NONE);
                let member = Identity { member, generation, version: 0 };
                let slot = self.sent.send(request.commit.clone(), member, dest, subscriptions, network, ctx);
                self.in_flight.push((slot, request));
            }
        }
        end
    }
    /// The consumer is being closed, and nobody will find the coordinator any more: what has not been sent fails.
    pub fn fail_unsent(&mut self, ctx: &mut Context<'_>) -> CommitEnd {
        let mut end = CommitEnd::Noted;
        for request in std::mem::take(&mut self.unsent) {
            request.commit.refused(ErrorCode::CoordinatorNotAvailable, ctx);
            end = self.ended(request.commit.purpose, CommitOutcome::Failed, ctx).or(end);
        }
        end
    }
    fn take(&mut self, slot: u32) -> CommitRequest {
        let at = self.in_flight.iter().position(|(other, _)| *other == slot).expect("an answer belongs to a commit");
        self.in_flight.remove(at).1
    }

    /// Answer to a commit, and what it means. `consumed`: everything that is consumed by now.
    pub fn on_response(
        &mut self,
        slot: u32,
        response: &OffsetCommitResponse,
        has_epoch: bool,
        consumed: impl FnOnce() -> Offsets,
        ctx: &mut Context<'_>,
    ) -> (ErrorCode, CommitEnd) {
        let request = self.take(slot);
        let error = self.sent.on_response(slot, response, ctx).error;
        let outcome = match error {
            ErrorCode::None => CommitOutcome::Committed,
            ErrorCode::UnknownMemberId => CommitOutcome::Failed,
            ErrorCode::StaleMemberEpoch => CommitOutcome::StaleEpoch,
            ErrorCode::CoordinatorNotAvailable
            | ErrorCode::NotCoordinator
            | ErrorCode::RequestTimedOut
            | ErrorCode::CoordinatorLoadInProgress
            | ErrorCode::UnknownTopicOrPartition
            | ErrorCode::UnknownTopicId => CommitOutcome::Retriable(error),
            error => CommitOutcome::Fatal(error),
        };
        (error, self.attempted(request, outcome, has_epoch, consumed, ctx))
    }
    /// A commit got no answer.
    pub fn on_failure(
        &mut self,
        slot: u32,
        error: ErrorCode,
        consumed: impl FnOnce() -> Offsets,
        ctx: &mut Context<'_>,
    ) -> CommitEnd {
        let request = self.take(slot);
        self.sent.on_failure(slot, error, ctx);
        self.attempted(request, CommitOutcome::Retriable(error), false, consumed, ctx)
    }

    /// An attempt is over: what has somebody who waits for it is made again, if the reason may pass and there is time.
    fn attempted(
        &mut self,
        mut request: CommitRequest,
        outcome: CommitOutcome,
        has_epoch: bool,
        consumed: impl FnOnce() -> Offsets,
        ctx: &mut Context<'_>,
    ) -> CommitEnd {
        let purpose = request.commit.purpose;
        let before_rebalance = purpose == Purpose::JoinPrepare;
        let may_pass = match outcome {
            CommitOutcome::Retriable(_) => !matches!(purpose, Purpose::Async(_) | Purpose::AutoCommit),
            CommitOutcome::StaleEpoch => before_rebalance && has_epoch,
            _ => false,
        };
        let is_gone = before_rebalance && outcome == CommitOutcome::Retriable(ErrorCode::UnknownTopicOrPartition);
        if !may_pass || is_gone {
            return self.ended(purpose, outcome, ctx);
        }
        if request.deadline <= ctx.now() {
            return self.ended(purpose, CommitOutcome::TimedOut, ctx);
        }
        request.retry_at = ctx.now().saturating_add(self.backoff.draw(request.failures, ctx.random()));
        request.failures += 1;
        if before_rebalance {
            request.commit.offsets = consumed();
            if request.commit.offsets.is_empty() {
                return self.ended(purpose, CommitOutcome::Committed, ctx);
            }
        }
        self.unsent.push(request);
        CommitEnd::Noted
    }
    fn ended(&mut self, purpose: Purpose, outcome: CommitOutcome, ctx: &mut Context<'_>) -> CommitEnd {
        match purpose {
            Purpose::Sync(number) | Purpose::Close(number) => {
                // `commitSyncExceptionForError`.
                let stale = outcome == CommitOutcome::StaleEpoch;
                self.sent.note_outcome(number, if stale { CommitOutcome::Failed } else { outcome });
                return CommitEnd::Noted;
            }
            Purpose::AutoCommit | Purpose::JoinPrepare => self.auto_commits -= 1,
            Purpose::Async(call) => self.sent.async_over(call, outcome),
        }
        commit_returned(purpose.call(), outcome.exception(), ctx);
        if purpose == Purpose::JoinPrepare { CommitEnd::BeforeRebalance } else { CommitEnd::Noted }
    }

    // --- invariants --------------------------------------------------------------------------------

    /// Whether the commit before a reconciliation is to be sent or under way.
    pub fn commits_before_rebalance(&self) -> bool {
        self.purposes().any(|purpose| purpose == Purpose::JoinPrepare)
    }
    /// Whether a call that waits for its commit will hear of it.
    pub fn will_tell(&self, purpose: Purpose) -> bool {
        self.sent.has_outcome() || self.purposes().any(|other| other == purpose)
    }
    /// # Panics
    /// If a commit is under way that nobody answers, or auto-commits are miscounted. `awaited`: the requests under way.
    pub fn check_invariants(&self, awaited: impl Iterator<Item = Tag>) {
        self.sent.check_invariants(awaited);
        let own = |purpose: &Purpose| matches!(purpose, Purpose::AutoCommit | Purpose::JoinPrepare);
        assert_eq!(self.purposes().filter(own).count() as u32, self.auto_commits, "auto-commits are counted");
    }
}

impl CommitEnd {
    /// Of two ends the one that somebody has to know.
    fn or(self, other: CommitEnd) -> CommitEnd {
        if self == CommitEnd::Noted { other } else { self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::ids::{LeaderEpoch, Offset, Tp};
    use crate::stage::broken::each_is_noticed;

    fn committing() -> CommitRequests {
        let backoff = ExponentialBackoff::new(Nanos(1), Nanos(1));
        let mut commits = CommitRequests::new(Rc::new(ConsumerSpec::plain()), backoff, Nanos::ZERO);
        let offsets = || std::iter::once((Tp(0), Offset(1), LeaderEpoch(0))).collect();
        commits.maybe_auto_commit(offsets, Nanos::from_secs(5));
        commits
    }

    /// While one is under way the timer begins no other.
    #[test]
    fn auto_commits_do_not_pile_up() {
        let mut commits = committing();
        commits.maybe_auto_commit(|| unreachable!("one is under way"), Nanos::from_secs(10));
        assert_eq!((commits.unsent.len(), commits.auto_commit_due()), (1, Nanos::from_secs(10)));
    }

    #[test]
    fn miscounted_auto_commits_are_noticed() {
        each_is_noticed(
            committing,
            |commits| commits.check_invariants(std::iter::empty()),
            &[("auto-commits are counted", |commits| commits.auto_commits = 0)],
        );
    }
}
