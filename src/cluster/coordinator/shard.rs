//! One led partition of `__consumer_offsets`: its groups and offsets, and the write path
//! (`CoordinatorRuntime.CoordinatorContext`).
//!
//! A write is applied to memory, joins the open batch, and is answered once the high watermark has
//! passed the batch. A request that writes nothing waits too, for what was written before it: its
//! answer may rest on that. When a batch is refused, memory goes back to what it was before the
//! batch (`CoordinatorRuntime` reverts to a snapshot; here each change remembers what it replaced).

use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;

use super::env::Env;
use super::group::{Group, Metadata};
use super::offsets::{Committed, Offsets};
use super::timers::{self, Due};
use super::{Command, GroupDescription, GroupRequest, ReplyTo, refusal};
use crate::history::fact::Fact;
use crate::protocol::batch::{CoordinatorRecord, GroupMetadataValue};
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::*;
use crate::protocol::messages::*;
use crate::sim::time::Nanos;

/// Where in the log something is, or will be. Batches not written yet come after what is written.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Position {
    /// It ends before this offset.
    Log(Offset),
    /// In the batch of this number, which is open or on its way.
    Batch(u32),
}

impl Position {
    fn is_unwritten(self) -> bool {
        matches!(self, Position::Batch(_))
    }
}

/// A request whose answer waits for the log.
#[derive(Clone, Debug)]
pub(super) enum Waiting {
    Heartbeat {
        to: ReplyTo,
        error: ErrorCode,
    },
    Leave {
        to: ReplyTo,
        error: ErrorCode,
    },
    Commit {
        to: ReplyTo,
        group: GroupId,
        member: MemberId,
        generation: Generation,
        results: List<(Tp, ErrorCode)>,
    },
    Fetch {
        to: ReplyTo,
        group: GroupId,
        offsets: Vec<(Tp, Offset, LeaderEpoch)>,
    },
    /// A parked JoinGroup: the end of its phase answers it, but a failed write does so earlier.
    Join {
        to: ReplyTo,
        group: GroupId,
        member: MemberId,
    },
    /// A parked SyncGroup, likewise.
    Sync {
        to: ReplyTo,
        group: GroupId,
        member: MemberId,
    },
    /// The leader's SyncGroup.
    Assignment {
        value: Rc<GroupMetadataValue>,
    },
}

#[derive(Clone, Debug)]
struct Deferred {
    after: Position,
    deadline: Nanos,
    waiting: Waiting,
}

/// Something applied to memory that is not known to be replicated.
#[derive(Clone, Debug)]
pub(super) enum Change {
    Offset {
        group: GroupId,
        tp: Tp,
        value: Option<Committed>,
        before: Option<Committed>,
        member: MemberId,
        generation: Generation,
    },
    NewGroup(GroupId),
}

#[derive(Clone, Copy, Debug)]
struct OpenBatch {
    write: u32,
    /// Its linger is over; it goes as soon as the batch before it is written.
    due: bool,
}

/// See the module.
#[derive(Clone, Debug)]
pub(super) struct Shard {
    pub(super) tp: Tp,
    /// Of the partition: the index of its timers.
    pub(super) number: u32,
    pub(super) epoch: LeaderEpoch,
    pub(super) groups: BTreeMap<GroupId, Group>,
    pub(super) offsets: Offsets,
    /// End of what is in the log.
    pub(super) written: Offset,
    /// The high watermark, as far as it is known.
    pub(super) committed: Offset,
    /// The broker has told the high watermark. Until it does, what was read counts as committed.
    told: bool,
    open: Option<OpenBatch>,
    /// The records of the open batch.
    records: Vec<CoordinatorRecord>,
    in_flight: Option<u32>,
    /// In the order of their positions and of their deadlines, since all wait equally long.
    deferred: VecDeque<Deferred>,
    /// In the order of their positions.
    pub(super) changes: VecDeque<(Position, Change)>,
    /// The timer for the deadlines is set, for the first of them or an earlier one.
    timeout_armed: bool,
}

impl Shard {
    pub(super) fn new(tp: Tp, number: u32, epoch: LeaderEpoch) -> Shard {
        Shard {
            tp,
            number,
            epoch,
            groups: BTreeMap::new(),
            offsets: Offsets::default(),
            written: Offset(0),
            committed: Offset(0),
            told: false,
            open: None,
            records: Vec::new(),
            in_flight: None,
            deferred: VecDeque::new(),
            changes: VecDeque::new(),
            timeout_armed: false,
        }
    }

    /// Takes a request.
    pub(super) fn handle(&mut self, to: ReplyTo, request: GroupRequest, env: &mut Env<'_, '_>) {
        match request {
            GroupRequest::JoinGroup(request) => self.join(to, request, env),
            GroupRequest::SyncGroup(request) => self.sync(to, &request, env),
            GroupRequest::Heartbeat(request) => self.heartbeat(to, &request, env),
            GroupRequest::LeaveGroup(request) => self.leave(to, &request, env),
            GroupRequest::OffsetCommit(request) => self.commit(to, request, env),
            GroupRequest::OffsetFetch(request) => self.fetch(to, &request, env),
        }
        self.flush_without_linger(env);
    }

    fn join(&mut self, to: ReplyTo, request: JoinGroupRequest, env: &mut Env<'_, '_>) {
        let (id, member) = (request.group, request.member);
        let is_new = !self.groups.contains_key(&id);
        if is_new && member != MemberId::NONE {
            return env.reply(to, refusal::join_error(ErrorCode::UnknownMemberId, member));
        }
        let group = self.groups.entry(id).or_insert_with(|| Group::new(id));
        let mut record = group.join(to, request, env);
        if is_new && record.is_none() {
            // Creating a group is a write, though its answer (MEMBER_ID_REQUIRED) does not wait for it.
            record = Some(group.metadata(|_| [].into()));
        }
        let parked = group.parks_join(member, to);
        self.write_metadata(record, env);
        if is_new {
            self.note_change(Change::NewGroup(id));
        }
        if parked {
            self.defer(Waiting::Join { to, group: id, member }, env);
        }
    }

    fn sync(&mut self, to: ReplyTo, request: &SyncGroupRequest, env: &mut Env<'_, '_>) {
        let SyncGroupRequest { group: id, member, .. } = *request;
        let Some(group) = self.groups.get_mut(&id) else {
            return env.reply(to, refusal::sync_error(ErrorCode::UnknownMemberId));
        };
        if let Some(value) = group.sync(to, request, env) {
            self.write_metadata(Some(value.clone()), env);
            self.defer(Waiting::Assignment { value }, env);
        } else if group.parks_sync(member, to) {
            self.defer(Waiting::Sync { to, group: id, member }, env);
        }
    }

    fn heartbeat(&mut self, to: ReplyTo, request: &HeartbeatRequest, env: &mut Env<'_, '_>) {
        let result = match self.groups.get_mut(&request.group) {
            Some(group) => {
                let answer = group.heartbeat(request, env);
                group.tell_heartbeat(request, answer, env);
                answer
            }
            None => Err(ErrorCode::UnknownMemberId),
        };
        match result {
            Ok(error) => self.defer(Waiting::Heartbeat { to, error }, env),
            Err(error) => env.reply(to, Response::Heartbeat(error)),
        }
    }

    fn leave(&mut self, to: ReplyTo, request: &LeaveGroupRequest, env: &mut Env<'_, '_>) {
        let Some(group) = self.groups.get_mut(&request.group) else {
            return env.reply(to, Response::LeaveGroup(ErrorCode::UnknownMemberId));
        };
        let (error, record) = group.leave(request.member, request.reason, env);
        self.write_metadata(record, env);
        self.defer(Waiting::Leave { to, error }, env);
    }

    /// One of the timers went off.
    pub(super) fn timer(&mut self, due: Due, env: &mut Env<'_, '_>) {
        match due {
            Due::Join(group) => self.group_timer(group, env, |group, env| group.join_timer_expired(env)),
            Due::Sync(group) => self.group_timer(group, env, |group, env| group.sync_timer_expired(env)),
            Due::Session(group, member) => {
                self.group_timer(group, env, |group, env| group.session_expired(member, env))
            }
            Due::Linger(_) => {
                if let Some(open) = &mut self.open {
                    open.due = true;
                }
                self.flush_if_due(env);
            }
            Due::WriteTimeout(_) => self.expire_writes(env),
        }
        self.flush_without_linger(env);
    }

    fn group_timer(
        &mut self,
        group: GroupId,
        env: &mut Env<'_, '_>,
        expire: impl FnOnce(&mut Group, &mut Env<'_, '_>) -> Metadata,
    ) {
        if let Some(group) = self.groups.get_mut(&group) {
            let record = expire(group, env);
            self.write_metadata(record, env);
        }
    }

    fn write_metadata(&mut self, record: Metadata, env: &mut Env<'_, '_>) {
        if let Some(value) = record {
            self.write(CoordinatorRecord::GroupMetadata(value), env);
        }
    }

    /// Puts a record into the open batch, opening one if there is none.
    pub(super) fn write(&mut self, record: CoordinatorRecord, env: &mut Env<'_, '_>) {
        if self.open.is_none() {
            *env.last_write += 1;
            let linger = env.config.group_coordinator_append_linger;
            self.open = Some(OpenBatch { write: *env.last_write, due: linger == Nanos::ZERO });
            if linger > Nanos::ZERO {
                env.set_timer(timers::linger(self.number), linger);
            }
        }
        self.records.push(record);
    }

    /// Remembers a change that the last [`Shard::write`] made.
    pub(super) fn note_change(&mut self, change: Change) {
        let open = self.open.expect("a change is noted after its write");
        self.changes.push_back((Position::Batch(open.write), change));
    }

    /// Answers when all that is written by now is replicated, which may be at once.
    pub(super) fn defer(&mut self, waiting: Waiting, env: &mut Env<'_, '_>) {
        let after = match (self.open, self.in_flight) {
            (Some(open), _) => Position::Batch(open.write),
            (None, Some(write)) => Position::Batch(write),
            (None, None) if self.committed < self.written => Position::Log(self.written),
            (None, None) => return self.complete(waiting, Ok(()), env),
        };
        let timeout = env.config.offsets_commit_timeout;
        let deadline = env.now().saturating_add(timeout);
        if !self.timeout_armed {
            self.timeout_armed = true;
            env.set_timer(timers::write_timeout(self.number), timeout);
        }
        self.deferred.push_back(Deferred { after, deadline, waiting });
    }

    fn flush_without_linger(&mut self, env: &mut Env<'_, '_>) {
        if env.config.group_coordinator_append_linger == Nanos::ZERO {
            self.flush_if_due(env);
        }
    }

    /// Sends the open batch to the log. One is on its way at a time, so that a refused batch has
    /// nothing written behind it.
    fn flush_if_due(&mut self, env: &mut Env<'_, '_>) {
        if self.in_flight.is_none()
            && let Some(open) = self.open.take_if(|open| open.due)
        {
            self.in_flight = Some(open.write);
            let records = self.records.drain(..).collect();
            env.commands.push(Command::Append { tp: self.tp, write: open.write, records });
        }
    }

    /// The log took the batch on its way, or did not.
    pub(super) fn appended(&mut self, write: u32, result: Result<Offset, ErrorCode>, env: &mut Env<'_, '_>) {
        if self.in_flight != Some(write) {
            return;
        }
        self.in_flight = None;
        match result {
            Ok(end) => {
                if !self.told {
                    self.begin_at(self.written);
                }
                self.locate(write, end);
                self.settle(env);
            }
            Err(error) => self.fail_writes(error, env),
        }
        self.flush_if_due(env);
    }

    /// What waited for the batch now waits for an offset.
    fn locate(&mut self, write: u32, end: Offset) {
        self.written = end;
        // From the back: behind a high watermark that stands still lies ever more that is written.
        let deferred = self.deferred.iter_mut().rev().map(|d| &mut d.after).take_while(|p| p.is_unwritten());
        let changes = self.changes.iter_mut().rev().map(|c| &mut c.0).take_while(|p| p.is_unwritten());
        for position in deferred.chain(changes).filter(|p| **p == Position::Batch(write)) {
            *position = Position::Log(end);
        }
    }

    /// `failCurrentBatch`: the refused batch is out of memory again, and so is the open one, which
    /// may build on it. Requests are answered before groups go, so that every parked one is found.
    fn fail_writes(&mut self, error: ErrorCode, env: &mut Env<'_, '_>) {
        if self.open.take().is_some_and(|open| !open.due) {
            env.cancel_timer(timers::linger(self.number));
        }
        self.records.clear();
        let first = self.deferred.partition_point(|d| !d.after.is_unwritten());
        for deferred in self.deferred.split_off(first) {
            self.complete(deferred.waiting, Err(error), env);
        }
        while let Some((_, change)) = self.changes.pop_back_if(|(position, _)| position.is_unwritten()) {
            self.undo(change, env);
        }
    }

    fn undo(&mut self, change: Change, env: &mut Env<'_, '_>) {
        match change {
            Change::Offset { group, tp, before, .. } => self.offsets.set(group, tp, before),
            Change::NewGroup(group) => {
                if let Some(mut group) = self.groups.remove(&group) {
                    group.cancel_timers(env);
                }
            }
        }
    }

    /// The high watermark is here now.
    pub(super) fn high_watermark(&mut self, offset: Offset, env: &mut Env<'_, '_>) {
        if !self.told {
            self.begin_at(offset);
        }
        self.committed = self.committed.max(offset);
        self.settle(env);
    }

    /// What was below the high watermark when the log was read is old news.
    fn begin_at(&mut self, high_watermark: Offset) {
        self.told = true;
        self.committed = high_watermark;
        while let Some(change) = self.pop_committed_change() {
            if let Change::Offset { group, tp, value, .. } = change {
                self.offsets.set_committed(group, tp, value);
            }
        }
    }

    fn pop_committed_change(&mut self) -> Option<Change> {
        let committed = Position::Log(self.committed);
        self.changes.pop_front_if(|(position, _)| *position <= committed).map(|(_, change)| change)
    }

    /// Completes all that waits for no more than the high watermark.
    fn settle(&mut self, env: &mut Env<'_, '_>) {
        while let Some(change) = self.pop_committed_change() {
            self.record_change(change, env);
        }
        let committed = Position::Log(self.committed);
        while let Some(deferred) = self.deferred.pop_front_if(|d| d.after <= committed) {
            self.complete(deferred.waiting, Ok(()), env);
        }
    }

    fn record_change(&mut self, change: Change, env: &mut Env<'_, '_>) {
        if let Change::Offset { group, tp, value, member, generation, .. } = change {
            self.offsets.set_committed(group, tp, value);
            if let Some(value) = value {
                env.record(Fact::OffsetStored {
                    broker: env.broker,
                    group,
                    tp,
                    offset: value.offset,
                    member,
                    generation,
                });
            }
        }
    }

    /// `offsets.commit.timeout.ms` has passed for the first of those who wait. The records stay in
    /// the log and may yet be committed.
    fn expire_writes(&mut self, env: &mut Env<'_, '_>) {
        self.timeout_armed = false;
        let now = env.now();
        while let Some(deferred) = self.deferred.pop_front_if(|d| d.deadline <= now) {
            self.complete(deferred.waiting, Err(ErrorCode::RequestTimedOut), env);
        }
        if let Some(first) = self.deferred.front() {
            self.timeout_armed = true;
            env.ctx.set_timer(timers::write_timeout(self.number), first.deadline);
        }
    }

    /// The wait is over: replicated, or failed with the error of the write.
    fn complete(&mut self, waiting: Waiting, result: Result<(), ErrorCode>, env: &mut Env<'_, '_>) {
        let failure = result.err();
        let error = failure.map_or(ErrorCode::None, refusal::of_write);
        match waiting {
            Waiting::Heartbeat { to, error: success } => {
                env.reply(to, Response::Heartbeat(if failure.is_some() { error } else { success }))
            }
            Waiting::Leave { to, error: success } => {
                env.reply(to, Response::LeaveGroup(if failure.is_some() { error } else { success }))
            }
            Waiting::Commit { to, group, member, generation, results } => match failure {
                None => env.reply(to, Response::OffsetCommit(OffsetCommitResponse { results })),
                Some(failure) => {
                    let partitions = results.iter().map(|(tp, _)| *tp);
                    // What merely takes too long, or is left to another coordinator, is not refused.
                    if !matches!(failure, ErrorCode::RequestTimedOut | ErrorCode::NotCoordinator) {
                        partitions.clone().for_each(|tp| {
                            env.record(Fact::CommitRefused { broker: env.broker, group, tp, member, generation, error })
                        });
                    }
                    env.reply(to, refusal::commit_error(error, partitions));
                }
            },
            Waiting::Fetch { to, group, offsets } => match failure {
                None => {
                    offsets.iter().for_each(|(tp, offset, _)| {
                        env.record(Fact::OffsetFetched { broker: env.broker, group, tp: *tp, offset: *offset })
                    });
                    env.reply(to, Response::OffsetFetch(OffsetFetchResponse { error, offsets }));
                }
                Some(failure) => env.reply(to, refusal::fetch_error(refusal::of_fetch(failure))),
            },
            Waiting::Join { to, group, member } => {
                if let Some(group) = self.groups.get_mut(&group).filter(|_| failure.is_some()) {
                    group.fail_join(member, to, error, env);
                }
            }
            Waiting::Sync { to, group, member } => {
                if let Some(group) = self.groups.get_mut(&group).filter(|_| failure.is_some()) {
                    group.fail_sync(member, to, error, env);
                }
            }
            Waiting::Assignment { value } => {
                if let Some(group) = self.groups.get_mut(&value.group) {
                    match failure {
                        None => group.assignment_stored(&value, env),
                        Some(_) => group.assignment_failed(&value, error, env),
                    }
                }
            }
        }
    }

    /// Leadership is gone: whoever waits is sent to the new coordinator.
    pub(super) fn unload(&mut self, env: &mut Env<'_, '_>) {
        for deferred in std::mem::take(&mut self.deferred) {
            // Assignments are parked SyncGroups; no rebalance starts here any more.
            if !matches!(deferred.waiting, Waiting::Assignment { .. }) {
                self.complete(deferred.waiting, Err(ErrorCode::NotCoordinator), env);
            }
        }
        for group in self.groups.values_mut() {
            group.refuse_parked(ErrorCode::NotCoordinator, env);
            group.cancel_timers(env);
        }
        env.cancel_timer(timers::linger(self.number));
        env.cancel_timer(timers::write_timeout(self.number));
    }

    pub(super) fn describe(&self, group: GroupId) -> Option<GroupDescription> {
        let members = |m: &super::group::Member| (m.id, m.client, m.assignment.to_vec());
        self.groups.get(&group).map(|g| GroupDescription {
            group,
            state: g.state,
            generation: g.generation,
            members: g.members.values().map(members).collect(),
            offsets: self.offsets.committed(group, self.told),
            epochs: self.offsets.committed_epochs(group, self.told),
        })
    }
}
