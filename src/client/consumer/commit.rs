//! Offset commits (`clients/.../consumer/internals/ConsumerCoordinator.java`: `sendOffsetCommitRequest`,
//! `OffsetCommitResponseHandler`, `maybeAutoCommitOffsetsAsync`).

use super::membership::{MemberState, PrepareCommit};
use super::process::Process;
use super::tag::Tag;
use crate::history::fact::Fact;
use crate::node::Context;
use crate::protocol::errors::ErrorCode;
use crate::protocol::exceptions::Exception;
use crate::protocol::ids::{LeaderEpoch, Offset, Tp};
use crate::protocol::messages::{List, OffsetCommitRequest, OffsetCommitResponse, Request};
use crate::sim::time::Nanos;

/// Offsets to commit: (partition, next offset to read, leader epoch of the last consumed record).
pub type Offsets = List<(Tp, Offset, LeaderEpoch)>;

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
pub enum Outcome {
    /// Stored.
    Committed,
    /// May be tried again.
    Retriable(ErrorCode),
    /// `RebalanceInProgressException`: poll() first.
    RebalanceInProgress,
    /// `CommitFailedException`: the partitions belong to somebody else now.
    Failed,
    /// Any other `KafkaException`.
    Fatal(ErrorCode),
}

impl Outcome {
    /// What a caller gets that does not try again.
    pub fn exception(self) -> Option<Exception> {
        Some(match self {
            Outcome::Committed => return None,
            Outcome::Retriable(error) => Exception::CommitRetriable(error),
            Outcome::RebalanceInProgress => Exception::Answered(ErrorCode::RebalanceInProgress),
            Outcome::Failed => Exception::CommitFailed,
            Outcome::Fatal(error) => Exception::Unexpected(error),
        })
    }
}

/// A commit on its way.
#[derive(Clone, Debug)]
struct InFlight {
    offsets: Offsets,
    purpose: Purpose,
    version: u32,
}

/// State of the commits.
#[derive(Clone, Debug)]
pub struct Commits {
    slots: Vec<Option<InFlight>>,
    /// commitAsync() calls made while the coordinator was unknown; they wait for the lookup.
    pub deferred: Vec<(u32, Offsets)>,
    /// When auto-commit is due; never without it.
    pub auto_at: Nanos,
    /// Number of the application's last call.
    calls: u32,
    /// Number of the commitSync() under way, or of the last.
    pub sync_number: u32,
    /// Its last attempt's outcome.
    pub sync_outcome: Option<Outcome>,
}

impl Commits {
    /// Nothing on its way.
    pub fn new(auto_at: Nanos) -> Commits {
        Commits { slots: Vec::new(), deferred: Vec::new(), auto_at, calls: 0, sync_number: 0, sync_outcome: None }
    }
    /// The number of the application's next call.
    pub fn next_call(&mut self) -> u32 {
        self.calls = self.calls.wrapping_add(1);
        self.calls
    }
    fn put(&mut self, commit: InFlight) -> u32 {
        let free = self.slots.iter().position(Option::is_none).unwrap_or(self.slots.len());
        if free == self.slots.len() {
            self.slots.push(None);
        }
        self.slots[free] = Some(commit);
        free as u32
    }
}

impl Process {
    /// Positions of all assigned partitions that have one.
    pub fn all_consumed(&self) -> Offsets {
        self.subscriptions.all_consumed().collect()
    }

    /// Sends a commit, or fails it at once where the membership forbids it: only a STABLE member
    /// commits. The outcome goes to whoever has this purpose.
    pub fn send_commit(&mut self, offsets: Offsets, purpose: Purpose, ctx: &mut Context<'_>) {
        if offsets.is_empty() {
            return self.commit_ended(purpose, Outcome::Committed, ctx);
        }
        let Some(dest) = self.coordinator(ctx) else {
            let error = ErrorCode::CoordinatorNotAvailable;
            record_completed(&offsets, error, purpose, ctx);
            return self.commit_ended(purpose, Outcome::Retriable(error), ctx);
        };
        let refusal = match self.group.state {
            MemberState::Stable => None,
            MemberState::Unjoined => Some((ErrorCode::UnknownMemberId, Outcome::Failed)),
            _ => Some((ErrorCode::RebalanceInProgress, Outcome::RebalanceInProgress)),
        };
        if let Some((error, outcome)) = refusal {
            record_completed(&offsets, error, purpose, ctx);
            return self.commit_ended(purpose, outcome, ctx);
        }
        let (node, generation) = (ctx.me(), self.group.generation());
        for (tp, offset, _) in &offsets {
            let position = self.subscriptions.position(*tp).map_or(Offset::INVALID, |p| p.offset);
            let call = purpose.call();
            ctx.record(Fact::CommitSent { node, tp: *tp, offset: *offset, position, generation, call });
        }
        let request = OffsetCommitRequest {
            group: self.spec.group,
            generation,
            member: self.group.member(),
            offsets: offsets.clone(),
        };
        let slot = self.commits.put(InFlight { offsets, purpose, version: self.group.version() });
        self.send(dest, Tag::OffsetCommit { slot }, Request::OffsetCommit(request), None, ctx);
    }

    /// Answer to a commit. The first partition with an error decides.
    pub fn on_commit_response(&mut self, slot: u32, response: &OffsetCommitResponse, ctx: &mut Context<'_>) {
        let commit = self.commits.slots[slot as usize].take().expect("an answer belongs to a commit in flight");
        let node = ctx.me();
        for ((tp, offset, _), (_, error)) in commit.offsets.iter().zip(&response.results) {
            let call = commit.purpose.call();
            ctx.record(Fact::CommitCompleted { node, tp: *tp, offset: *offset, error: *error, call });
        }
        let error = response.results.iter().map(|(_, error)| *error).find(|error| error.is_err()).unwrap_or_default();
        let outcome = self.judge_commit(error, commit.version, ctx);
        self.commit_ended(commit.purpose, outcome, ctx);
    }

    fn judge_commit(&mut self, error: ErrorCode, version: u32, ctx: &mut Context<'_>) -> Outcome {
        match error {
            ErrorCode::None => Outcome::Committed,
            ErrorCode::CoordinatorLoadInProgress | ErrorCode::UnknownTopicOrPartition => Outcome::Retriable(error),
            ErrorCode::CoordinatorNotAvailable | ErrorCode::NotCoordinator | ErrorCode::RequestTimedOut => {
                self.forget_coordinator(ctx);
                Outcome::Retriable(error)
            }
            ErrorCode::RebalanceInProgress => {
                self.group.rejoin_needed = true;
                Outcome::RebalanceInProgress
            }
            ErrorCode::UnknownMemberId | ErrorCode::IllegalGeneration => {
                if self.group.version() != version && self.group.state == MemberState::PreparingRebalance {
                    Outcome::RebalanceInProgress
                } else {
                    self.group.reset_on(error);
                    Outcome::Failed
                }
            }
            other => Outcome::Fatal(other),
        }
    }

    /// A commit got no answer: the connection to the coordinator broke.
    pub fn on_commit_failure(&mut self, slot: u32, error: ErrorCode, ctx: &mut Context<'_>) {
        let commit = self.commits.slots[slot as usize].take().expect("a failure belongs to a commit in flight");
        record_completed(&commit.offsets, error, commit.purpose, ctx);
        self.commit_ended(commit.purpose, Outcome::Retriable(error), ctx);
    }

    fn commit_ended(&mut self, purpose: Purpose, outcome: Outcome, ctx: &mut Context<'_>) {
        let retry_at = ctx.now().saturating_add(self.spec.config.retry_backoff);
        let retriable = matches!(outcome, Outcome::Retriable(_));
        if !matches!(purpose, Purpose::Sync(_) | Purpose::Close(_)) {
            commit_returned(purpose.call(), outcome.exception(), ctx);
        }
        match purpose {
            Purpose::Async(_) => {}
            Purpose::Sync(number) | Purpose::Close(number) => {
                if number == self.commits.sync_number {
                    self.commits.sync_outcome = Some(outcome);
                }
            }
            Purpose::AutoCommit if retriable => self.commits.auto_at = retry_at,
            Purpose::AutoCommit => {}
            Purpose::JoinPrepare => {
                if let Some(prepare) = &mut self.group.prepare {
                    prepare.commit = if retriable { PrepareCommit::Unsent(retry_at) } else { PrepareCommit::Done };
                }
            }
        }
    }

    /// Commits in the background if the interval has passed. Part of poll(), before records are
    /// returned: so it commits what earlier polls returned.
    pub fn maybe_auto_commit(&mut self, ctx: &mut Context<'_>) {
        if ctx.now() < self.commits.auto_at {
            return;
        }
        let offsets = self.all_consumed();
        self.commits.auto_at = ctx.now().saturating_add(self.spec.config.auto_commit_interval);
        self.send_commit(offsets, Purpose::AutoCommit, ctx);
    }

    /// commitAsync(): one attempt. While the coordinator is unknown it waits for the lookup, and
    /// fails with it.
    pub fn commit_async(&mut self, ctx: &mut Context<'_>) {
        let offsets = self.all_consumed();
        let call = self.commits.next_call();
        if self.find_coordinator(ctx) {
            self.send_commit(offsets, Purpose::Async(call), ctx);
        } else {
            self.commits.deferred.push((call, offsets));
        }
    }

    /// The coordinator is found: what waited for it is sent, in order.
    pub fn send_deferred_commits(&mut self, ctx: &mut Context<'_>) {
        for (call, offsets) in std::mem::take(&mut self.commits.deferred) {
            self.send_commit(offsets, Purpose::Async(call), ctx);
        }
    }

    /// The lookup failed: so do the commits that waited for it.
    pub fn fail_deferred_commits(&mut self, error: ErrorCode, ctx: &mut Context<'_>) {
        for (call, offsets) in std::mem::take(&mut self.commits.deferred) {
            let purpose = Purpose::Async(call);
            record_completed(&offsets, error, purpose, ctx);
            self.commit_ended(purpose, Outcome::Retriable(error), ctx);
        }
    }
}

fn record_completed(offsets: &Offsets, error: ErrorCode, purpose: Purpose, ctx: &mut Context<'_>) {
    let (node, call) = (ctx.me(), purpose.call());
    for (tp, offset, _) in offsets {
        ctx.record(Fact::CommitCompleted { node, tp: *tp, offset: *offset, error, call });
    }
}

/// Tells of what the application gets of its call; of the client's own commits, of the failures.
pub(super) fn commit_returned(call: u32, error: Option<Exception>, ctx: &mut Context<'_>) {
    if call > 0 || error.is_some() {
        let node = ctx.me();
        ctx.record(Fact::CommitReturned { node, call, error });
    }
}
