//! The committed offsets of one partition of `__consumer_offsets`: OffsetCommit and OffsetFetch
//! (`OffsetMetadataManager`).
//!
//! An offset that comes with a transaction is pending until the marker of the transaction is written here. A commit
//! makes it the committed offset, unless that was written later; an abort drops it.

use std::collections::{BTreeMap, BTreeSet};

use super::env::Env;
use super::group_metadata_manager::GroupMetadataManager;
use super::kinds::{AnyGroup, Committer};
use super::offset_and_metadata::OffsetAndMetadata;
use super::refusal;
use super::write::{
    CoordinatorResult, GroupAnswer, GroupChange, OffsetChange, OffsetRemoval, PendingOffset, PendingOffsetChange,
    TransactionEnd,
};
use crate::cluster::coordinator::runtime::ReplyTo;
use crate::history::fact::{Fact, OffsetRemovalReason};
use crate::protocol::batch::CoordinatorRecord;
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::*;
use crate::protocol::messages::*;
use crate::sim::time::Nanos;

/// A stored offset as last written, and as last committed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
struct Stored {
    latest: Option<OffsetAndMetadata>,
    committed: Option<OffsetAndMetadata>,
}

/// The offsets of one transaction (`pendingTransactionalOffsets`).
type PendingOffsets = BTreeMap<(GroupId, Tp), PendingOffset>;

/// See the module.
#[derive(Clone, PartialEq, Debug, Default)]
pub(super) struct OffsetMetadataManager {
    offsets: BTreeMap<(GroupId, Tp), Stored>,
    /// By producer; a transaction is one producer's.
    pending: BTreeMap<ProducerId, PendingOffsets>,
    /// Offsets written, pending ones too.
    written: u64,
}

impl OffsetMetadataManager {
    /// Takes an OffsetCommit. Offsets are not compared with anything: the last one written counts.
    pub(super) fn commit_offset(
        &mut self,
        groups: &mut GroupMetadataManager,
        to: ReplyTo,
        request: OffsetCommitRequest,
        result: &mut CoordinatorResult<'_>,
        env: &mut Env<'_, '_>,
    ) {
        let OffsetCommitRequest { group: id, member, instance, generation, .. } = request;
        let valid = match groups.group(id) {
            Some(group) => {
                let partitions = request.offsets.iter().map(|o| o.0);
                group.validate_offset_commit(Committer { member, instance, generation }, partitions, env.shared.rules)
            }
            None if generation.0 < 0 => Ok(()),
            None => Err(ErrorCode::GroupIdNotFound),
        };
        if let Err(error) = valid {
            refusal::record_refused_commit(env.broker, &request, error, env.ctx);
            return env.reply(to, refusal::commit_error(error, request.offsets.iter().map(|o| o.0)));
        }
        if let Some(group) = groups.group(id) {
            group.committing(member, env);
        }
        for (tp, offset, leader_epoch) in &request.offsets {
            let value = self.take_place(*offset, *leader_epoch, env.now());
            result.append(offset_commit(id, *tp, value));
            if groups.get_or_create(id) {
                result.change(GroupChange::NewGroup(id));
            }
            let change = self.set(id, *tp, Some(value));
            result.change(GroupChange::Offset(OffsetChange { member, generation, ..change }));
        }
        let results = request.offsets.iter().map(|o| (o.0, ErrorCode::None)).collect();
        result.answer(GroupAnswer::Commit { to, group: id, member, generation, results });
    }

    /// Answers an OffsetCommit whose write is over.
    pub(super) fn answer_commit(
        to: ReplyTo,
        (group, member, generation): (GroupId, MemberId, Generation),
        results: List<(Tp, ErrorCode)>,
        written: Result<(), ErrorCode>,
        env: &mut Env<'_, '_>,
    ) {
        let Err(failure) = written else {
            return env.reply(to, Response::OffsetCommit(OffsetCommitResponse { results }));
        };
        let error = refusal::of_write(failure);
        let partitions = results.iter().map(|(tp, _)| *tp);
        if !is_left_open(failure) {
            partitions.clone().for_each(|tp| {
                env.record(Fact::CommitRefused { broker: env.broker, group, tp, member, generation, error })
            });
        }
        env.reply(to, refusal::commit_error(error, partitions));
    }

    /// Takes a TxnOffsetCommit, of which the transaction is verified. The offsets are committed when the transaction
    /// is. It does not keep the member's session alive.
    pub(super) fn commit_transactional_offset(
        &mut self,
        groups: &mut GroupMetadataManager,
        to: ReplyTo,
        request: &TxnOffsetCommitRequest,
        result: &mut CoordinatorResult<'_>,
        env: &mut Env<'_, '_>,
    ) {
        let metadata = request.group;
        let ConsumerGroupMetadata { group: id, member, instance, generation } = metadata;
        let partitions = request.offsets.iter().map(|o| o.0);
        let valid = match groups.group(id) {
            Some(group) => {
                let who = Committer { member, instance, generation };
                group.validate_transactional_offset_commit(who, partitions.clone(), env.shared.rules)
            }
            None if generation.0 < 0 => Ok(()),
            None => Err(ErrorCode::IllegalGeneration),
        };
        if let Err(error) = valid {
            refusal::record_refused_txn_commit(env.broker, &metadata, partitions.clone(), error, env.ctx);
            return env.reply(to, refusal::txn_commit_error(error, partitions));
        }
        for (tp, offset, leader_epoch) in &request.offsets {
            let value = self.take_place(*offset, *leader_epoch, env.now());
            result.append(offset_commit(id, *tp, value));
            if groups.get_or_create(id) {
                result.change(GroupChange::NewGroup(id));
            }
            let pending = PendingOffset { value, member, generation };
            result.change(self.set_pending(request.producer.id, id, *tp, pending));
        }
        let results = partitions.map(|tp| (tp, ErrorCode::None)).collect();
        result.answer(GroupAnswer::TxnCommit { to, metadata, results });
    }

    /// Answers a TxnOffsetCommit whose write is over.
    pub(super) fn answer_transactional_commit(
        to: ReplyTo,
        metadata: &ConsumerGroupMetadata,
        results: List<(Tp, ErrorCode)>,
        written: Result<(), ErrorCode>,
        env: &mut Env<'_, '_>,
    ) {
        let Err(failure) = written else {
            return env.reply(to, Response::TxnOffsetCommit(TxnOffsetCommitResponse { results }));
        };
        let error = refusal::of_write(failure);
        let partitions = results.iter().map(|(tp, _)| *tp);
        if !is_left_open(failure) {
            refusal::record_refused_txn_commit(env.broker, metadata, partitions.clone(), error, env.ctx);
        }
        env.reply(to, refusal::txn_commit_error(error, partitions));
    }

    /// Takes an OffsetDelete (KIP-496): of topics to which a member subscribes the group keeps its offsets. What a
    /// transaction would make of a removed offset is removed with it.
    pub(super) fn delete_offsets(
        &mut self,
        groups: &GroupMetadataManager,
        to: ReplyTo,
        request: &OffsetDeleteRequest,
        result: &mut CoordinatorResult<'_>,
        env: &mut Env<'_, '_>,
    ) {
        let id = request.group;
        let Some(group) = groups.group(id) else {
            let refused = OffsetDeleteResponse::refused(ErrorCode::GroupIdNotFound);
            return env.reply(to, Response::OffsetDelete(refused));
        };
        let mut results = List::new();
        for tp in &request.partitions {
            if group.is_subscribed_to(env.shared.catalog.topic_of(*tp).0) {
                results.push((*tp, ErrorCode::GroupSubscribedToTopic));
                continue;
            }
            if self.latest(id, *tp).is_some() || self.has_pending(id, *tp) {
                self.tombstone(id, *tp, OffsetRemovalReason::Deleted, result);
            }
            results.push((*tp, ErrorCode::None));
        }
        result.answer(GroupAnswer::OffsetDelete { to, results });
    }

    /// Removes all offsets of a group, and those that transactions have for it (`deleteAllOffsets`).
    pub(super) fn delete_all_offsets(&mut self, group: GroupId, result: &mut CoordinatorResult<'_>) {
        let stored = self.offsets.range((group, Tp(0))..=(group, Tp(u32::MAX)));
        let stored = stored.filter(|(_, stored)| stored.latest.is_some()).map(|((_, tp), _)| *tp);
        let pending = self.pending.values().flat_map(PendingOffsets::keys);
        let pending = pending.filter(|(of, _)| *of == group).map(|(_, tp)| *tp);
        let all: BTreeSet<Tp> = stored.chain(pending).collect();
        all.into_iter().for_each(|tp| self.tombstone(group, tp, OffsetRemovalReason::GroupDeleted, result));
    }

    /// Removes a group's offsets that have expired (`cleanupExpiredOffsets`): not those of topics to which a member
    /// subscribes, nor those of partitions of which a transaction has an offset. Returns whether none is left, and no
    /// transaction has one.
    pub(super) fn clean_up_expired_offsets(
        &mut self,
        group: &AnyGroup,
        result: &mut CoordinatorResult<'_>,
        env: &mut Env<'_, '_>,
    ) -> bool {
        let id = group.id();
        let stored = self.offsets.range((id, Tp(0))..=(id, Tp(u32::MAX)));
        let stored: Vec<(Tp, OffsetAndMetadata)> =
            stored.filter_map(|((_, tp), stored)| Some((*tp, stored.latest?))).collect();
        if stored.is_empty() {
            return !self.has_open_transactions(id);
        }
        let (now, retention) = (env.now(), env.shared.config.offsets_retention());
        let mut all_expired = true;
        for (tp, value) in stored {
            let Some(since) = group.offset_expires_from(value.commit_timestamp) else { return false };
            let is_subscribed = group.is_subscribed_to(env.shared.catalog.topic_of(tp).0);
            let is_old = now.saturating_sub(since) >= retention;
            if is_old && !is_subscribed && !self.has_pending(id, tp) {
                self.tombstone(id, tp, OffsetRemovalReason::Expired, result);
            } else {
                all_expired = false;
            }
        }
        all_expired && !self.has_open_transactions(id)
    }
    fn has_open_transactions(&self, group: GroupId) -> bool {
        self.pending.values().flat_map(PendingOffsets::keys).any(|(of, _)| *of == group)
    }

    /// Removes an offset: a record without a value says so in the log.
    fn tombstone(&mut self, group: GroupId, tp: Tp, reason: OffsetRemovalReason, result: &mut CoordinatorResult<'_>) {
        result.append(CoordinatorRecord::OffsetTombstone { group, tp });
        result.change(self.remove(group, tp, reason));
    }
    fn remove(&mut self, group: GroupId, tp: Tp, reason: OffsetRemovalReason) -> GroupChange {
        let pending = self.take_pending(group, tp);
        GroupChange::OffsetRemoval(Box::new(OffsetRemoval { change: self.set(group, tp, None), pending, reason }))
    }
    /// A removal could not be written.
    pub(super) fn revert_removal(&mut self, removal: OffsetRemoval) {
        let OffsetChange { group, tp, .. } = removal.change;
        self.revert(&removal.change);
        for (producer, pending) in removal.pending {
            self.pending.entry(producer).or_default().insert((group, tp), pending);
        }
    }
    /// Tells the history of an offset that is gone.
    pub(super) fn tell_removed(removal: &OffsetRemoval, env: &mut Env<'_, '_>) {
        let (broker, OffsetChange { group, tp, .. }) = (env.broker, removal.change);
        env.record(Fact::OffsetRemoved { broker, group, tp, reason: removal.reason });
    }

    /// Takes an OffsetFetch. With `require_stable` it sees what was written before it, and is
    /// answered when that is committed. A partition of which a transaction has an offset has none to tell, whatever
    /// becomes of the transaction (KIP-447). Without, it is told at once what is committed (O-45).
    pub(super) fn fetch_offsets(
        &self,
        groups: &GroupMetadataManager,
        to: ReplyTo,
        request: &OffsetFetchRequest,
        result: &mut CoordinatorResult<'_>,
        env: &mut Env<'_, '_>,
    ) {
        let group = request.group;
        let (member, epoch) = (request.member, request.generation);
        let is_named = member != MemberId::NONE || epoch.0 >= 0;
        if let Some(group) = groups.group(group).filter(|_| is_named)
            && let Err(error) = group.validate_offset_fetch(member, epoch)
        {
            return env.reply(to, refusal::fetch_error(error));
        }
        if !request.require_stable {
            let committed = |tp: Tp| self.offsets.get(&(group, tp)).and_then(|stored| stored.committed);
            let offsets = request.partitions.iter().map(|tp| told(*tp, committed(*tp))).collect();
            let response = OffsetFetchResponse { error: ErrorCode::None, offsets, unstable: Vec::new() };
            return env.reply(to, Response::OffsetFetch(response));
        }
        let mut response = OffsetFetchResponse { error: ErrorCode::None, offsets: Vec::new(), unstable: Vec::new() };
        for tp in &request.partitions {
            if self.has_pending(group, *tp) {
                response.unstable.push(*tp);
                continue;
            }
            response.offsets.push(told(*tp, self.latest(group, *tp)));
        }
        result.answer(GroupAnswer::Fetch { to, group, response });
    }

    /// Answers an OffsetFetch: what it saw is committed, or is not to be.
    pub(super) fn answer_fetch(
        to: ReplyTo,
        group: GroupId,
        response: OffsetFetchResponse,
        written: Result<(), ErrorCode>,
        env: &mut Env<'_, '_>,
    ) {
        match written {
            Ok(()) => {
                // With a partition in doubt, a consumer takes none of the others and asks again.
                if response.unstable.is_empty() {
                    response.offsets.iter().for_each(|(tp, offset, _)| {
                        env.record(Fact::OffsetFetched { broker: env.broker, group, tp: *tp, offset: *offset })
                    });
                }
                env.reply(to, Response::OffsetFetch(response));
            }
            Err(failure) => env.reply(to, refusal::fetch_error(refusal::of_fetch(failure))),
        }
    }

    /// Applies a record about an offset; none about anything else.
    pub(super) fn replay(&mut self, record: &CoordinatorRecord, producer: Option<ProducerId>) -> Option<GroupChange> {
        match *record {
            CoordinatorRecord::OffsetCommit { group, tp, offset, leader_epoch, commit_timestamp } => {
                let value = self.take_place(offset, leader_epoch, commit_timestamp);
                Some(match producer {
                    Some(producer) => {
                        // The record does not say who sent it.
                        let (member, generation) = (MemberId::NONE, Generation::NONE);
                        self.set_pending(producer, group, tp, PendingOffset { value, member, generation })
                    }
                    None => GroupChange::Offset(self.set(group, tp, Some(value))),
                })
            }
            CoordinatorRecord::OffsetTombstone { group, tp } => {
                Some(self.remove(group, tp, OffsetRemovalReason::Replayed))
            }
            CoordinatorRecord::GroupMetadata(_)
            | CoordinatorRecord::GroupTombstone { .. }
            | CoordinatorRecord::ConsumerGroup { .. } => None,
            CoordinatorRecord::ShareGroup { .. }
            | CoordinatorRecord::ShareSnapshot(_)
            | CoordinatorRecord::ShareUpdate(_)
            | CoordinatorRecord::ShareTombstone { .. }
            | CoordinatorRecord::Transaction(_)
            | CoordinatorRecord::TransactionTombstone { .. } => {
                unreachable!("a record of another coordinator")
            }
        }
    }

    /// The marker of a transaction (`replayEndTransactionMarker`): what it changes, if the transaction has offsets here.
    ///
    /// Of what was committed inside and outside of transactions, that which was written last counts.
    pub(super) fn end_transaction(&mut self, producer: ProducerId, commit: bool) -> Option<GroupChange> {
        let ended = self.pending.remove(&producer)?;
        let mut committed = Vec::new();
        for ((group, tp), pending) in ended.iter().filter(|_| commit) {
            let PendingOffset { value, member, generation } = *pending;
            if self.latest(*group, *tp).is_none_or(|latest| latest.written < value.written) {
                committed.push(OffsetChange { member, generation, ..self.set(*group, *tp, Some(value)) });
            }
        }
        let pending = ended.into_iter().map(|((group, tp), pending)| (group, tp, pending)).collect();
        Some(GroupChange::TransactionEnd(Box::new(TransactionEnd { producer, pending, committed, commit })))
    }
    /// A marker could not be written.
    pub(super) fn revert_end(&mut self, end: TransactionEnd) {
        end.committed.iter().rev().for_each(|change| self.revert(change));
        let pending = end.pending.into_iter().map(|(group, tp, pending)| ((group, tp), pending));
        self.pending.insert(end.producer, pending.collect());
    }
    /// Tells the history what came of a transaction's offsets.
    pub(super) fn tell_ended(end: &TransactionEnd, env: &mut Env<'_, '_>) {
        end.committed.iter().for_each(|change| OffsetMetadataManager::tell_committed(change, env));
        for (group, tp, pending) in end.pending.iter().filter(|_| !end.commit) {
            let (broker, offset, producer_id) = (env.broker, pending.value.offset, end.producer);
            env.record(Fact::PendingOffsetDropped { broker, group: *group, tp: *tp, offset, producer_id });
        }
    }

    /// A transaction has an offset.
    fn set_pending(&mut self, producer: ProducerId, group: GroupId, tp: Tp, value: PendingOffset) -> GroupChange {
        let before = self.pending.entry(producer).or_default().insert((group, tp), value);
        GroupChange::PendingOffset(PendingOffsetChange { producer, group, tp, value, before })
    }
    /// An offset of a transaction could not be written.
    pub(super) fn revert_pending(&mut self, change: &PendingOffsetChange) {
        let PendingOffsetChange { producer, group, tp, before, .. } = *change;
        let offsets = self.pending.entry(producer).or_default();
        match before {
            Some(before) => _ = offsets.insert((group, tp), before),
            None => _ = offsets.remove(&(group, tp)),
        }
        if offsets.is_empty() {
            self.pending.remove(&producer);
        }
    }
    /// Tells the history of an offset that is replicated, and waits for its transaction.
    pub(super) fn tell_pending(change: &PendingOffsetChange, env: &mut Env<'_, '_>) {
        let PendingOffsetChange { producer: producer_id, group, tp, value, .. } = *change;
        let PendingOffset { value, member, generation } = value;
        let (broker, offset) = (env.broker, value.offset);
        env.record(Fact::OffsetPending { broker, group, tp, offset, producer_id, member, generation });
    }
    /// An offset is removed, and with it what transactions would make of it.
    fn take_pending(&mut self, group: GroupId, tp: Tp) -> Vec<(ProducerId, PendingOffset)> {
        let mut taken = Vec::new();
        self.pending.retain(|producer, offsets| {
            taken.extend(offsets.remove(&(group, tp)).map(|pending| (*producer, pending)));
            !offsets.is_empty()
        });
        taken
    }
    /// Whether a transaction that is not decided has an offset of the partition.
    fn has_pending(&self, group: GroupId, tp: Tp) -> bool {
        self.pending.values().any(|offsets| offsets.contains_key(&(group, tp)))
    }

    /// An offset as it is written next.
    fn take_place(&mut self, offset: Offset, leader_epoch: LeaderEpoch, commit_timestamp: Nanos) -> OffsetAndMetadata {
        self.written += 1;
        OffsetAndMetadata { offset, leader_epoch, commit_timestamp, written: self.written }
    }
    /// Writes an offset or removes it. Who did so is for the caller to add.
    fn set(&mut self, group: GroupId, tp: Tp, value: Option<OffsetAndMetadata>) -> OffsetChange {
        let before = self.latest(group, tp);
        self.update(group, tp, |stored| stored.latest = value);
        OffsetChange { group, tp, value, before, member: MemberId::NONE, generation: Generation::NONE }
    }
    /// An offset that was written is committed.
    pub(super) fn commit(&mut self, change: &OffsetChange) {
        self.update(change.group, change.tp, |stored| stored.committed = change.value);
    }
    /// An offset could not be written.
    pub(super) fn revert(&mut self, change: &OffsetChange) {
        self.update(change.group, change.tp, |stored| stored.latest = change.before);
    }
    /// Tells the history of a commit.
    pub(super) fn tell_committed(change: &OffsetChange, env: &mut Env<'_, '_>) {
        let OffsetChange { group, tp, value, member, generation, .. } = *change;
        if let Some(value) = value {
            let (broker, offset) = (env.broker, value.offset);
            env.record(Fact::OffsetStored { broker, group, tp, offset, member, generation });
        }
    }

    fn latest(&self, group: GroupId, tp: Tp) -> Option<OffsetAndMetadata> {
        self.offsets.get(&(group, tp))?.latest
    }
    fn update(&mut self, group: GroupId, tp: Tp, change: impl FnOnce(&mut Stored)) {
        let stored = self.offsets.entry((group, tp)).or_default();
        change(stored);
        if *stored == Stored::default() {
            self.offsets.remove(&(group, tp));
        }
    }

    /// A group's offsets as last committed.
    pub(super) fn committed(&self, group: GroupId) -> impl Iterator<Item = (Tp, OffsetAndMetadata)> + '_ {
        let range = self.offsets.range((group, Tp(0))..=(group, Tp(u32::MAX)));
        range.filter_map(|((_, tp), stored)| Some((*tp, stored.committed?)))
    }
    /// All offsets as last written, then those of transactions, for tests. What was refused took a place too.
    #[cfg(test)]
    pub(super) fn all(&self) -> Vec<(GroupId, Tp, Option<ProducerId>, OffsetAndMetadata)> {
        let stored = self.offsets.iter().filter_map(|(key, stored)| Some((*key, None, stored.latest?)));
        let pending = self.pending.iter().flat_map(|(producer, offsets)| {
            offsets.iter().map(|(key, pending)| (*key, Some(*producer), pending.value))
        });
        let place = |value: OffsetAndMetadata| OffsetAndMetadata { written: 0, ..value };
        stored.chain(pending).map(|((group, tp), producer, value)| (group, tp, producer, place(value))).collect()
    }

    /// # Panics
    /// If a transaction is remembered that has no offset, or an offset that was never written.
    pub(super) fn check_invariants(&self) {
        assert!(self.pending.values().all(|offsets| !offsets.is_empty()), "a pending transaction has an offset");
        let stored = self.offsets.values().flat_map(|stored| stored.latest).map(|value| value.written);
        let pending = self.pending.values().flatten().map(|(_, pending)| pending.value.written);
        assert!(stored.chain(pending).all(|written| written <= self.written), "an offset is one that was written");
    }
}

/// What merely takes too long, or is left to another coordinator, is not refused.
fn is_left_open(failure: ErrorCode) -> bool {
    matches!(failure, ErrorCode::RequestTimedOut | ErrorCode::NotCoordinator)
}

fn offset_commit(group: GroupId, tp: Tp, value: OffsetAndMetadata) -> CoordinatorRecord {
    let OffsetAndMetadata { offset, leader_epoch, commit_timestamp, written: _ } = value;
    CoordinatorRecord::OffsetCommit { group, tp, offset, leader_epoch, commit_timestamp }
}

/// What an OffsetFetch says of a partition.
fn told(tp: Tp, known: Option<OffsetAndMetadata>) -> (Tp, Offset, LeaderEpoch) {
    known.map_or((tp, Offset::INVALID, LeaderEpoch::UNDEFINED), |value| (tp, value.offset, value.leader_epoch))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stage::broken::each_is_noticed;

    /// An offset that is committed, and one of a transaction.
    fn both() -> OffsetMetadataManager {
        let mut manager = OffsetMetadataManager::default();
        let value = manager.take_place(Offset(1), LeaderEpoch(0), Nanos::ZERO);
        manager.set(GroupId(0), Tp(0), Some(value));
        let value = manager.take_place(Offset(2), LeaderEpoch(0), Nanos::ZERO);
        let pending = PendingOffset { value, member: MemberId::NONE, generation: Generation::NONE };
        manager.set_pending(ProducerId(7), GroupId(0), Tp(1), pending);
        manager
    }

    #[test]
    fn offsets_that_nobody_wrote_are_noticed() {
        each_is_noticed(
            both,
            OffsetMetadataManager::check_invariants,
            &[
                ("a pending transaction has an offset", |m| {
                    m.pending.insert(ProducerId(8), PendingOffsets::new());
                }),
                ("an offset is one that was written", |m| m.written = 1),
            ],
        );
    }

    /// A tombstone takes along what transactions would make of the offset.
    #[test]
    fn a_removed_offset_does_not_come_back_with_a_transaction() {
        let mut manager = both();
        let tombstone = CoordinatorRecord::OffsetTombstone { group: GroupId(0), tp: Tp(1) };
        assert!(manager.has_pending(GroupId(0), Tp(1)));
        assert!(manager.replay(&tombstone, None).is_some());
        assert!(!manager.has_pending(GroupId(0), Tp(1)));
        assert!(manager.end_transaction(ProducerId(7), true).is_none());
        manager.check_invariants();
    }
}
