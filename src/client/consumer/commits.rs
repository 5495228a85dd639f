//! Offset commits (`clients/.../consumer/internals/ConsumerCoordinator.java`: `sendOffsetCommitRequest`,
//! `OffsetCommitResponseHandler`).
//!
//! What is on its way, and for whom. Whether the member may commit, and what an answer means for its membership,
//! is said by whoever drives it.

use super::classic::Identity;
use super::network::ConsumerNetwork;
use super::subscription::Subscriptions;
use super::tag::Tag;
use crate::client::network::Dest;
use crate::history::fact::Fact;
use crate::node::Context;
use crate::protocol::errors::ErrorCode;
use crate::protocol::exceptions::Exception;
use crate::protocol::ids::{GroupId, InstanceId, LeaderEpoch, Offset, Tp};
use crate::protocol::messages::{List, OffsetCommitRequest, OffsetCommitResponse, Request};
use crate::sim::time::Nanos;

/// Offsets to commit: (partition, next offset to read, leader epoch of the last consumed record).
pub type Offsets = List<(Tp, Offset, LeaderEpoch)>;

/// Positions of all assigned partitions that have one (`SubscriptionState.allConsumed`).
pub fn all_consumed(subscriptions: &Subscriptions) -> Offsets {
    subscriptions.all_consumed().collect()
}

/// Who waits for a commit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Purpose {
    /// The auto-commit timer, inside poll().
    AutoCommit,
    /// Auto-commit before a rebalance.
    JoinPrepare,
    /// commitSync() of this number: a late answer to an earlier one, given up for lack of time, is nobody's.
    Sync(u32),
    /// Auto-commit's last one, inside close(), under a number all the same.
    Close(u32),
    /// commitAsync() of this number.
    Async(u32),
}

impl Purpose {
    /// The number of the application's call, 0 if it is the client's own commit.
    pub fn call(self) -> u32 {
        match self {
            Purpose::Sync(call) | Purpose::Async(call) => call,
            Purpose::Close(_) | Purpose::AutoCommit | Purpose::JoinPrepare => 0,
        }
    }
}

/// How a commit ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CommitOutcome {
    /// Stored.
    Committed,
    /// May be tried again.
    Retriable(ErrorCode),
    /// `RebalanceInProgressException`: poll() first.
    RebalanceInProgress,
    /// `CommitFailedException`: the partitions belong to somebody else now.
    Failed,
    /// `StaleMemberEpochException`: the member has another epoch by now (KIP-848).
    StaleEpoch,
    /// `TimeoutException`: it could not be tried again in time.
    TimedOut,
    /// `FencedInstanceIdException`: another process is this instance now.
    Fenced,
    /// Any other `KafkaException`.
    Fatal(ErrorCode),
}

impl CommitOutcome {
    /// What a caller gets that does not try again.
    pub fn exception(self) -> Option<Exception> {
        Some(match self {
            CommitOutcome::Committed => return None,
            CommitOutcome::Retriable(error) => Exception::CommitRetriable(error),
            CommitOutcome::RebalanceInProgress => Exception::Answered(ErrorCode::RebalanceInProgress),
            CommitOutcome::Failed => Exception::CommitFailed,
            CommitOutcome::StaleEpoch => Exception::Answered(ErrorCode::StaleMemberEpoch),
            CommitOutcome::TimedOut => Exception::CommitTimedOut,
            CommitOutcome::Fenced => Exception::Answered(ErrorCode::FencedInstanceId),
            CommitOutcome::Fatal(error) => Exception::Unexpected(error),
        })
    }
}

/// A commit: what, and for whom.
#[derive(Clone, Debug)]
pub struct Commit {
    /// The offsets.
    pub offsets: Offsets,
    /// Who waits for it.
    pub purpose: Purpose,
}

impl Commit {
    /// Tells how it ended for each of its partitions.
    fn record_completed(&self, errors: impl Iterator<Item = ErrorCode>, ctx: &mut Context<'_>) {
        let (node, call) = (ctx.me(), self.purpose.call());
        for ((tp, offset, _), error) in self.offsets.iter().zip(errors) {
            ctx.record(Fact::CommitCompleted { node, tp: *tp, offset: *offset, error, call });
        }
    }
    /// Nobody was asked, or nobody answered.
    pub fn refused(&self, error: ErrorCode, ctx: &mut Context<'_>) {
        self.record_completed(std::iter::repeat(error), ctx);
    }
}

/// A commitAsync() that is over.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct FinishedCommit {
    /// The number of the call.
    pub call: u32,
    /// It has failed, with a RetriableCommitFailedException.
    pub may_pass: bool,
}

/// A commit on its way, and the membership in which it was sent.
#[derive(Clone, Debug)]
struct InFlight {
    commit: Commit,
    version: u32,
}

/// An answer to a commit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CommitAnswer {
    /// Who waits for it.
    pub purpose: Purpose,
    /// The first partition with an error decides.
    pub error: ErrorCode,
    /// Version of the membership when it was sent.
    pub version: u32,
}

/// The commitSync() under way, or the last: what its caller waits for.
#[derive(Clone, Copy, Debug, Default)]
struct Synchronous {
    number: u32,
    /// Its last attempt's outcome.
    outcome: Option<CommitOutcome>,
}

/// See the module.
#[derive(Clone, Debug)]
pub struct Commits {
    group: GroupId,
    instance: Option<InstanceId>,
    slots: Vec<Option<InFlight>>,
    /// commitAsync() calls made while the coordinator was unknown; they wait for the lookup.
    deferred: Vec<Commit>,
    /// Number of the application's last call.
    calls: u32,
    synchronous: Synchronous,
    /// An asynchronous commit was answered FENCED_INSTANCE_ID: every call throws that, for good (`asyncCommitFenced`).
    fenced: bool,
    /// Calls of commitAsync() that are over, and of which the callback did not run yet.
    over: Vec<FinishedCommit>,
}

impl Commits {
    /// Nothing on its way.
    pub fn new(group: GroupId, instance: Option<InstanceId>) -> Commits {
        Commits {
            group,
            instance,
            slots: Vec::new(),
            deferred: Vec::new(),
            calls: 0,
            synchronous: Synchronous::default(),
            fenced: false,
            over: Vec::new(),
        }
    }
    /// A commitAsync() is over (`OffsetCommitCompletion`).
    pub fn async_over(&mut self, call: u32, outcome: CommitOutcome) {
        self.over.push(FinishedCommit { call, may_pass: matches!(outcome, CommitOutcome::Retriable(_)) });
    }
    /// Those that are over, for their callbacks (`invokeCompletedOffsetCommitCallbacks`).
    pub fn take_over(&mut self) -> Vec<FinishedCommit> {
        std::mem::take(&mut self.over)
    }
    /// The number of the application's last call.
    pub fn last_call(&self) -> u32 {
        self.calls
    }
    /// An asynchronous commit was answered FENCED_INSTANCE_ID.
    pub fn fence(&mut self) {
        self.fenced = true;
    }
    /// Whether one was.
    pub fn is_fenced(&self) -> bool {
        self.fenced
    }
    /// The number of the application's next call.
    pub fn next_call(&mut self) -> u32 {
        self.calls = self.calls.wrapping_add(1);
        self.calls
    }
    /// The number of a call that waits for its commit.
    pub fn begin_synchronous(&mut self) -> u32 {
        let number = self.next_call();
        self.synchronous = Synchronous { number, outcome: None };
        number
    }
    /// Whether something came of the waiting call's last attempt.
    pub fn has_outcome(&self) -> bool {
        self.synchronous.outcome.is_some()
    }
    /// What came of the waiting call's last attempt.
    pub fn take_outcome(&mut self) -> Option<CommitOutcome> {
        self.synchronous.outcome.take()
    }
    /// An attempt of the waiting call of this number ended; an earlier call's is nobody's.
    pub fn note_outcome(&mut self, number: u32, outcome: CommitOutcome) {
        if number == self.synchronous.number {
            self.synchronous.outcome = Some(outcome);
        }
    }

    /// Sends a commit of a member; its answer comes under this number.
    pub fn send(
        &mut self,
        commit: Commit,
        Identity { generation, member, version }: Identity,
        dest: Dest,
        subscriptions: &Subscriptions,
        network: &mut ConsumerNetwork,
        ctx: &mut Context<'_>,
    ) -> u32 {
        let node = ctx.me();
        for (tp, offset, _) in &commit.offsets {
            let position = subscriptions.position(*tp).map_or(Offset::INVALID, |p| p.offset);
            let call = commit.purpose.call();
            ctx.record(Fact::CommitSent { node, tp: *tp, offset: *offset, position, generation, call });
        }
        let offsets = commit.offsets.clone();
        let request = OffsetCommitRequest { group: self.group, generation, member, instance: self.instance, offsets };
        let slot = self.put(InFlight { commit, version });
        network.send(dest, Tag::OffsetCommit { slot }, Request::OffsetCommit(request), None, ctx);
        slot
    }
    fn put(&mut self, commit: InFlight) -> u32 {
        let free = self.slots.iter().position(Option::is_none).unwrap_or(self.slots.len());
        if free == self.slots.len() {
            self.slots.push(None);
        }
        self.slots[free] = Some(commit);
        free as u32
    }
    fn take(&mut self, slot: u32) -> InFlight {
        self.slots[slot as usize].take().expect("an answer belongs to a commit in flight")
    }

    /// Answer to a commit.
    pub fn on_response(&mut self, slot: u32, response: &OffsetCommitResponse, ctx: &mut Context<'_>) -> CommitAnswer {
        let InFlight { commit, version } = self.take(slot);
        commit.record_completed(response.results.iter().map(|(_, error)| *error), ctx);
        let error = response.results.iter().map(|(_, error)| *error).find(|error| error.is_err()).unwrap_or_default();
        CommitAnswer { purpose: commit.purpose, error, version }
    }

    /// A commit got no answer: the connection to the coordinator broke. Returns who waits for it.
    pub fn on_failure(&mut self, slot: u32, error: ErrorCode, ctx: &mut Context<'_>) -> Purpose {
        let InFlight { commit, .. } = self.take(slot);
        commit.refused(error, ctx);
        commit.purpose
    }

    /// # Panics
    /// If a commit is under way that nobody answers. `awaited`: the requests under way.
    pub fn check_invariants(&self, awaited: impl Iterator<Item = Tag>) {
        // There may be thousands.
        let mut sent = vec![false; self.slots.len()];
        for tag in awaited {
            if let Tag::OffsetCommit { slot } = tag {
                sent[slot as usize] = true;
            }
        }
        let all_sent = self.slots.iter().zip(sent).all(|(commit, sent)| sent || commit.is_none());
        assert!(all_sent, "a commit that is under way was sent");
    }
    /// Whether a call that waits for its commit will hear of it.
    pub fn will_tell(&self, purpose: Purpose) -> bool {
        let sent = self.slots.iter().flatten().any(|in_flight| in_flight.commit.purpose == purpose);
        sent || self.synchronous.outcome.is_some()
    }
    /// A commitAsync() waits for the coordinator to be found.
    pub fn defer(&mut self, commit: Commit) {
        self.deferred.push(commit);
    }
    /// Whether any does.
    pub fn has_deferred(&self) -> bool {
        !self.deferred.is_empty()
    }
    /// Takes out those that do, oldest first.
    pub fn take_deferred(&mut self) -> Vec<Commit> {
        std::mem::take(&mut self.deferred)
    }
}

/// Tells of what the application gets of its call; of the client's own commits, of the failures.
pub fn commit_returned(call: u32, error: Option<Exception>, ctx: &mut Context<'_>) {
    if call > 0 || error.is_some() {
        let node = ctx.me();
        ctx.record(Fact::CommitReturned { node, call, error });
    }
}

/// An attempt of a call that waits.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Attempt {
    /// Not sent; not before.
    Unsent(Nanos),
    /// Sent.
    InFlight,
}

/// A commitSync() under way (`ConsumerCoordinator.commitOffsetsSync`). It commits the positions at the time of the
/// call, whatever happens while it retries.
#[derive(Clone, Debug)]
pub struct SyncCommit {
    commit: Commit,
    deadline: Nanos,
    attempt: Attempt,
    failures: u32,
}

impl SyncCommit {
    /// Called now.
    pub fn new(commit: Commit, now: Nanos, timeout: Nanos) -> SyncCommit {
        SyncCommit { commit, deadline: now.saturating_add(timeout), attempt: Attempt::Unsent(now), failures: 0 }
    }
    /// The call's number, or 0 if it is the client's own.
    pub fn call(&self) -> u32 {
        self.commit.purpose.call()
    }
    /// Whom it is for, while an attempt is under way.
    pub fn under_way(&self) -> Option<Purpose> {
        (self.attempt == Attempt::InFlight).then_some(self.commit.purpose)
    }
    /// Whether an attempt was made.
    pub fn was_attempted(&self) -> bool {
        self.failures > 0 || self.attempt == Attempt::InFlight
    }
    /// When to look again.
    pub fn due(&self) -> Nanos {
        match self.attempt {
            Attempt::Unsent(at) => at,
            Attempt::InFlight => self.deadline,
        }
    }
    /// When it is given up.
    pub fn deadline(&self) -> Nanos {
        self.deadline
    }
    /// An attempt failed and may be made again, after a pause that depends on how many have failed before.
    pub fn try_again(&mut self, now: Nanos, backoff: impl FnOnce(u32) -> Nanos) {
        let pause = backoff(self.failures);
        self.failures += 1;
        self.attempt = Attempt::Unsent(now.saturating_add(pause));
    }
    /// Whether an attempt is to be made now.
    pub fn is_due(&self, now: Nanos) -> bool {
        matches!(self.attempt, Attempt::Unsent(at) if at <= now)
    }
    /// Makes an attempt: what is to be sent.
    pub fn attempt(&mut self) -> Commit {
        self.attempt = Attempt::InFlight;
        self.commit.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stage::broken::complaint;

    #[test]
    fn a_commit_that_nobody_answers_is_noticed() {
        let mut commits = Commits::new(GroupId(0), None);
        let number = commits.begin_synchronous();
        let purpose = Purpose::Sync(number);
        assert!(!commits.will_tell(purpose), "nothing was sent");
        let slot = commits.put(InFlight { commit: Commit { offsets: Offsets::default(), purpose }, version: 0 });
        assert!(commits.will_tell(purpose));
        commits.check_invariants(std::iter::once(Tag::OffsetCommit { slot }));
        let text = complaint(|| commits.check_invariants(std::iter::empty()));
        assert!(text.contains("a commit that is under way was sent"), "{text}");
        commits.take(slot);
        commits.note_outcome(number, CommitOutcome::Committed);
        assert!(commits.will_tell(purpose), "its outcome is there");
    }
}
