//! The states of one partition of `__share_group_state` (`ShareCoordinatorShard`).

use std::collections::BTreeMap;
use std::rc::Rc;

use super::combiner::combine;
use super::pending::{PendingResponses, Said, StateOutcome, StateRequestKind};
use super::state::{Counting, ShareGroupOffset};
use crate::cluster::coordinator::known_topics::KnownTopics;
use crate::cluster::coordinator::refusal;
use crate::cluster::coordinator::runtime::{self, CoordinatorShard, ReplyTo};
use crate::history::fact::Fact;
use crate::protocol::batch::{CoordinatorRecord, ShareSnapshotValue, ShareUpdateValue};
use crate::protocol::catalog::Catalog;
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::*;
use crate::protocol::messages::{SharePartitionState, WriteShareGroupState};
use crate::protocol::rules::{Rules, ShareFirstUpdate, ShareInitialization, ShareStateDelivered, ShareWriteEpochs};

/// What all shards of a broker share.
#[derive(Clone, Debug)]
pub(super) struct Shared {
    pub updates_per_snapshot: u32,
    pub catalog: Rc<Catalog>,
    pub rules: Rules,
    pub topics: KnownTopics,
    pub responses: PendingResponses,
}

/// One share-partition's part of a request.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct StateRequest {
    /// Of the request.
    pub number: u32,
    /// In the request.
    pub place: usize,
    pub group: GroupId,
    pub tp: Tp,
    pub operation: Operation,
}

/// What is to be done with a share-partition.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Operation {
    /// State epoch and start offset.
    Initialize(i32, Offset),
    /// By the leader of this epoch.
    Read(LeaderEpoch),
    Write(WriteShareGroupState),
    Delete,
    ReadSummary,
}

impl Operation {
    pub fn kind(&self) -> StateRequestKind {
        match self {
            Operation::Initialize(..) => StateRequestKind::Initialize,
            Operation::Read(_) => StateRequestKind::Read,
            Operation::Write(_) => StateRequestKind::Write,
            Operation::Delete => StateRequestKind::Delete,
            Operation::ReadSummary => StateRequestKind::ReadSummary,
        }
    }
}

/// What is kept until a write is committed or has failed.
#[derive(Clone, Debug)]
pub(super) struct StateAnswer {
    number: u32,
    place: usize,
    said: Said,
}

/// What a record replaced.
#[derive(Clone, Debug)]
pub(super) struct StateChange {
    key: (GroupId, Tp),
    before: Option<ShareGroupOffset>,
    /// The share-partition begins here, in this state epoch: it had no state, or one of another epoch.
    begins: Option<(Offset, i32)>,
}

type CoordinatorResult<'a> = runtime::CoordinatorResult<'a, StateChange, StateAnswer>;
type Env<'a, 'c> = runtime::Env<'a, 'c, Shared>;

/// See the module.
#[derive(Clone, Debug, Default)]
pub(super) struct ShareCoordinatorShard {
    states: BTreeMap<(GroupId, Tp), ShareGroupOffset>,
    /// None before the first record.
    counting: Option<Counting>,
}

impl ShareCoordinatorShard {
    /// A state, as it is in memory.
    pub fn state(&self, group: GroupId, tp: Tp) -> Option<SharePartitionState> {
        self.states.get(&(group, tp)).map(ShareGroupOffset::read)
    }
    fn counting(&self) -> Counting {
        self.counting.expect("a shard is opened first")
    }

    /// What a request comes to, and the record for that (`initializeState`, `readStateAndMaybeUpdateLeaderEpoch`, `writeState`,
    /// `deleteState`, `readStateSummary`).
    fn operate(
        &self,
        request: &StateRequest,
        env: &Env<'_, '_>,
    ) -> Result<(Said, Option<CoordinatorRecord>), ErrorCode> {
        let StateRequest { group, tp, operation, .. } = request;
        let known = self.states.get(&(*group, *tp));
        let draft = Draft { group: *group, tp: *tp, known, counting: self.counting(), env };
        match operation {
            Operation::Initialize(state_epoch, start) => {
                draft.require_state_epoch(*state_epoch)?;
                draft.require_topic()?;
                Ok((Said::Done, Some(draft.initialized(*state_epoch, *start))))
            }
            Operation::Read(leader_epoch) => draft.read(*leader_epoch),
            Operation::Write(write) => draft.write(write).map(|record| (Said::Done, Some(record))),
            Operation::Delete => {
                draft.require_topic()?;
                let gone = CoordinatorRecord::ShareTombstone { group: *group, tp: *tp };
                Ok((Said::Done, known.map(|_| gone)))
            }
            Operation::ReadSummary => {
                draft.require_topic()?;
                let (state, leader_epoch) = known.map_or_else(
                    || (uninitialized(), LeaderEpoch::UNDEFINED),
                    |known| (known.read(), known.value.leader_epoch),
                );
                let state = SharePartitionState { batches: [].into(), ..state };
                Ok((Said::State(state, leader_epoch), None))
            }
        }
    }

    /// Applies a record (`replay`).
    fn apply(&mut self, record: &CoordinatorRecord) -> StateChange {
        let counting = self.counting();
        let (key, after) = match record {
            CoordinatorRecord::ShareSnapshot(value) => {
                let key = (value.group, value.tp);
                (key, Some(ShareGroupOffset::of_snapshot(self.states.get(&key), value.clone(), counting)))
            }
            CoordinatorRecord::ShareUpdate(update) => {
                let key = (update.group, update.tp);
                (key, self.states.get(&key).map(|known| known.updated(update, counting)))
            }
            CoordinatorRecord::ShareTombstone { group, tp } => ((*group, *tp), None),
            _ => unreachable!("a record of another coordinator"),
        };
        let before = match after.clone() {
            Some(after) => self.states.insert(key, after),
            None => self.states.remove(&key),
        };
        let epoch = before.as_ref().map(|before| before.value.state_epoch);
        let begins = after.map(|after| (after.value.start_offset, after.value.state_epoch));
        StateChange { key, before, begins: begins.filter(|(_, now)| Some(*now) != epoch) }
    }
}

/// The state that nobody has made yet (`PartitionFactory`).
fn uninitialized() -> SharePartitionState {
    SharePartitionState {
        state_epoch: 0,
        start_offset: Offset::INVALID,
        delivery_complete_count: -1,
        batches: [].into(),
    }
}

/// A record in the making.
struct Draft<'a, 'b, 'c> {
    group: GroupId,
    tp: Tp,
    known: Option<&'a ShareGroupOffset>,
    counting: Counting,
    env: &'a Env<'b, 'c>,
}

impl Draft<'_, '_, '_> {
    fn rules(&self) -> Rules {
        self.env.shared.rules
    }
    fn require_topic(&self) -> Result<(), ErrorCode> {
        let (topic, number) = self.env.shared.catalog.topic_of(self.tp);
        match number < self.env.shared.topics.partitions(topic) {
            true => Ok(()),
            false => Err(ErrorCode::UnknownTopicOrPartition),
        }
    }
    fn require_leader_epoch(&self, epoch: LeaderEpoch) -> Result<(), ErrorCode> {
        let is_older = |known: &ShareGroupOffset| epoch != LeaderEpoch::UNDEFINED && known.leader_epoch > epoch;
        if self.known.is_some_and(is_older) { Err(ErrorCode::FencedLeaderEpoch) } else { Ok(()) }
    }
    fn require_state_epoch(&self, epoch: i32) -> Result<(), ErrorCode> {
        let is_older = |known: &ShareGroupOffset| epoch != -1 && known.state_epoch > epoch;
        if self.known.is_some_and(is_older) { Err(ErrorCode::FencedStateEpoch) } else { Ok(()) }
    }
    /// Since 4.1 there is a state before anybody reads or writes it.
    fn require_state(&self) -> Result<(), ErrorCode> {
        let must_be = self.rules().share_initialization == ShareInitialization::BeforeAssignment;
        if must_be && self.known.is_none() { Err(ErrorCode::InvalidRequest) } else { Ok(()) }
    }

    fn read(&self, leader_epoch: LeaderEpoch) -> Result<(Said, Option<CoordinatorRecord>), ErrorCode> {
        self.require_state()?;
        self.require_leader_epoch(leader_epoch)?;
        self.require_topic()?;
        let state = self.known.map_or_else(uninitialized, ShareGroupOffset::read);
        let is_known = self.known.is_some_and(|known| known.leader_epoch == leader_epoch);
        let said = Said::State(state.clone(), leader_epoch);
        if leader_epoch == LeaderEpoch::UNDEFINED || is_known {
            return Ok((said, None));
        }
        let raise = WriteShareGroupState {
            tp: self.tp,
            state_epoch: state.state_epoch,
            leader_epoch,
            start_offset: state.start_offset,
            delivery_complete_count: state.delivery_complete_count,
            batches: [].into(),
        };
        Ok((said, Some(self.changed(&raise, leader_epoch))))
    }

    fn write(&self, write: &WriteShareGroupState) -> Result<CoordinatorRecord, ErrorCode> {
        self.require_state()?;
        self.require_leader_epoch(write.leader_epoch)?;
        self.require_state_epoch(write.state_epoch)?;
        self.require_topic()?;
        let leader_epoch = match (self.rules().share_write_epochs, self.known) {
            (ShareWriteEpochs::Kept, Some(known)) => known.value.leader_epoch,
            _ => write.leader_epoch,
        };
        Ok(self.changed(write, leader_epoch))
    }

    /// A change, or a snapshot if it is time for one (`generateShareStateRecord`).
    fn changed(&self, write: &WriteShareGroupState, leader_epoch: LeaderEpoch) -> CoordinatorRecord {
        let count = match self.rules().share_state_delivered {
            ShareStateDelivered::Unknown => -1,
            ShareStateDelivered::Counted => write.delivery_complete_count,
        };
        let Some(known) = self.known else {
            let batches = combine(&[], &write.batches, write.start_offset);
            let made = self.snapshot(0, write.state_epoch, leader_epoch, write.start_offset);
            return snapshot_of(ShareSnapshotValue { batches, delivery_complete_count: count, ..made });
        };
        let takes_epochs = self.rules().share_write_epochs == ShareWriteEpochs::Taken;
        let is_newer = takes_epochs && write.state_epoch > known.value.state_epoch;
        if known.is_snapshot_due(self.counting) || is_newer {
            let before = &*known.value;
            let start = if write.start_offset == Offset::INVALID { before.start_offset } else { write.start_offset };
            let state_epoch = if is_newer { write.state_epoch } else { before.state_epoch };
            let made = self.snapshot(before.snapshot_epoch + 1, state_epoch, leader_epoch, start);
            let batches = combine(&before.batches, &write.batches, start);
            return snapshot_of(ShareSnapshotValue { batches, delivery_complete_count: count, ..made });
        }
        CoordinatorRecord::ShareUpdate(Rc::new(ShareUpdateValue {
            group: self.group,
            tp: self.tp,
            snapshot_epoch: known.value.snapshot_epoch,
            short_epoch: self.rules().share_initialization == ShareInitialization::OnFirstUse,
            leader_epoch,
            start_offset: write.start_offset,
            delivery_complete_count: count,
            batches: combine(&[], &write.batches, write.start_offset),
        }))
    }

    /// A fresh start (`generateInitializeStateRecord`).
    fn initialized(&self, state_epoch: i32, start: Offset) -> CoordinatorRecord {
        let snapshot_epoch = self.known.map_or(0, |known| known.value.snapshot_epoch + 1);
        let counts = self.rules().share_state_delivered == ShareStateDelivered::Counted && start != Offset::INVALID;
        let made = self.snapshot(snapshot_epoch, state_epoch, LeaderEpoch(0), start);
        snapshot_of(ShareSnapshotValue { delivery_complete_count: if counts { 0 } else { -1 }, ..made })
    }

    fn snapshot(
        &self,
        snapshot_epoch: u32,
        state_epoch: i32,
        leader_epoch: LeaderEpoch,
        start_offset: Offset,
    ) -> ShareSnapshotValue {
        let has_timestamps = self.rules().share_initialization == ShareInitialization::BeforeAssignment;
        let now = self.env.now();
        ShareSnapshotValue {
            group: self.group,
            tp: self.tp,
            snapshot_epoch,
            state_epoch,
            leader_epoch,
            start_offset,
            delivery_complete_count: -1,
            timestamps: has_timestamps.then_some((now, now)),
            batches: [].into(),
        }
    }
}

fn snapshot_of(value: ShareSnapshotValue) -> CoordinatorRecord {
    CoordinatorRecord::ShareSnapshot(value.into())
}

impl CoordinatorShard for ShareCoordinatorShard {
    type Request = StateRequest;
    type Answer = StateAnswer;
    type Change = StateChange;
    type Timer = std::convert::Infallible;
    type Shared = Shared;

    fn size(record: &CoordinatorRecord, shared: &Shared) -> usize {
        record.size(&shared.catalog, shared.rules.offset_record.has_topic_id(false))
    }
    fn opened(&mut self, shared: &Shared) {
        let first: ShareFirstUpdate = shared.rules.share_first_update;
        self.counting = Some(Counting { first, limit: shared.updates_per_snapshot });
    }

    fn handle(
        &mut self,
        _to: ReplyTo,
        request: StateRequest,
        result: &mut CoordinatorResult<'_>,
        env: &mut Env<'_, '_>,
    ) {
        let StateRequest { number, place, .. } = request;
        match self.operate(&request, env) {
            Ok((said, record)) => {
                if let Some(record) = record {
                    let change = self.apply(&record);
                    result.append(record);
                    result.change(change);
                }
                result.answer(StateAnswer { number, place, said });
            }
            Err(error) => decided(number, place, Err(error), env),
        }
    }

    fn timer(&mut self, timer: Self::Timer, _result: &mut CoordinatorResult<'_>, _env: &mut Env<'_, '_>) {
        match timer {}
    }

    fn complete(&mut self, answer: StateAnswer, result: Result<(), ErrorCode>, env: &mut Env<'_, '_>) {
        let StateAnswer { number, place, said } = answer;
        decided(number, place, result.map(|()| said).map_err(refusal::of_write), env);
    }

    fn replay(&mut self, record: &CoordinatorRecord, _producer: Option<ProducerId>) -> Option<StateChange> {
        Some(self.apply(record))
    }

    fn commit(&mut self, _change: &StateChange) {}

    fn tell_committed(&self, change: &StateChange, env: &mut Env<'_, '_>) {
        if let StateChange { key: (group, tp), begins: Some((start, state_epoch)), .. } = *change {
            let state_epoch = u32::try_from(state_epoch).unwrap_or(0);
            env.record(Fact::SharePartitionInitialized { broker: env.broker, group, tp, start, state_epoch });
        }
    }

    fn revert(&mut self, change: StateChange, _env: &mut Env<'_, '_>) {
        match change.before {
            Some(before) => drop(self.states.insert(change.key, before)),
            None => drop(self.states.remove(&change.key)),
        }
    }

    fn loaded(&mut self, _env: &mut Env<'_, '_>) {}

    fn check_invariants(&self) {
        self.states.values().for_each(ShareGroupOffset::check_invariants);
    }

    fn unloaded(&mut self, _env: &mut Env<'_, '_>) {}
}

/// A share-partition's part is decided; the answer goes out with the last.
fn decided(number: u32, place: usize, outcome: StateOutcome, env: &mut Env<'_, '_>) {
    let command = env.shared.responses.complete(number, place, outcome);
    env.commands.extend(command);
}
