//! What is asked of the persister, and what it answers (`SharePartition.maybeInitialize`, `writeShareGroupState`).

use super::{SharePartitionManager, View};
use crate::cluster::broker::halt::Halt;
use crate::cluster::broker::persister::{CallId, PersisterAnswer, PersisterCall};
use crate::cluster::broker::share::calls::{Call, CallPurpose, SharePartitionKey};
use crate::cluster::broker::share::requests::{Acknowledged, Fetch, RequestNo};
use crate::cluster::broker::share::share_partition::{tell_written, tell_written_late};
use crate::cluster::broker::share::update::StateUpdate;
use crate::node::Context;
use crate::protocol::config::AutoOffsetReset;
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::Offset;
use crate::protocol::messages::{OffsetSpec, SharePartitionState};

/// What a member hears of a persister's error (`SharePartition.fetchPersisterError`).
fn persister_error(error: ErrorCode) -> ErrorCode {
    match error {
        ErrorCode::NotCoordinator | ErrorCode::CoordinatorNotAvailable | ErrorCode::CoordinatorLoadInProgress => {
            ErrorCode::CoordinatorNotAvailable
        }
        ErrorCode::GroupIdNotFound | ErrorCode::UnknownTopicOrPartition => error,
        ErrorCode::FencedLeaderEpoch | ErrorCode::FencedStateEpoch => ErrorCode::NotLeaderOrFollower,
        _ => ErrorCode::UnknownServerError,
    }
}

/// Whether the share-partition is another's by now, or gone (`SharePartitionManager.fencedSharePartitionHandler`).
pub(super) fn is_fenced(error: ErrorCode) -> bool {
    matches!(
        error,
        ErrorCode::NotLeaderOrFollower
            | ErrorCode::FencedStateEpoch
            | ErrorCode::GroupIdNotFound
            | ErrorCode::UnknownTopicOrPartition
    )
}

impl SharePartitionManager {
    /// The next call of the persister. Its answer goes to [`SharePartitionManager::persister_answered`].
    pub fn next_persister_call(&mut self) -> Option<(CallId, PersisterCall)> {
        self.calls.next_outgoing()
    }
    pub(super) fn call_load(&mut self, key: SharePartitionKey, request: RequestNo) {
        let Some(loaded) = self.partitions.get(&key) else { return };
        let call = Call { key, serial: loaded.serial, purpose: CallPurpose::Load(request) };
        let (group, tp) = key;
        let what = PersisterCall::Read { group, tp, leader_epoch: loaded.partition.leader_epoch() };
        self.calls.call(call, what);
    }
    /// `request`: whose acknowledgements it is.
    pub(super) fn call_write(&mut self, key: SharePartitionKey, request: Option<RequestNo>, update: StateUpdate) {
        let Some(serial) = self.partitions.get(&key).map(|loaded| loaded.serial) else { return };
        let what = PersisterCall::Write { group: key.0, write: update.write.clone() };
        let purpose = match request {
            Some(request) => CallPurpose::Acknowledge(request, update),
            None => CallPurpose::Release(update),
        };
        self.calls.call(Call { key, serial, purpose }, what);
    }

    /// The persister has answered.
    pub fn persister_answered(
        &mut self,
        id: CallId,
        answer: PersisterAnswer,
        view: View<'_>,
        ctx: &mut Context<'_>,
    ) -> Result<(), Halt> {
        let Some(Call { key, serial, purpose }) = self.calls.answered(id) else { return Ok(()) };
        match (purpose, answer) {
            (CallPurpose::Load(request), PersisterAnswer::Read(state)) => {
                self.loaded(key, serial, request, state, view, ctx);
            }
            (CallPurpose::Acknowledge(request, update), PersisterAnswer::Write(error)) => {
                let error = self.written(key, serial, &update, error, ctx);
                if error.is_err() {
                    self.tell_refused(key, &update, error, ctx);
                }
                self.note_acknowledged(request, key.1, error);
                self.maybe_answer(request, view, ctx);
            }
            (CallPurpose::Release(update), PersisterAnswer::Write(error)) => {
                self.written(key, serial, &update, error, ctx);
            }
            // The persister answers what it was asked.
            (CallPurpose::Load(_), PersisterAnswer::Write(_)) | (_, PersisterAnswer::Read(_)) => {}
        }
        self.work_off(view, ctx)
    }

    fn loaded(
        &mut self,
        key: SharePartitionKey,
        serial: u32,
        request: RequestNo,
        state: Result<SharePartitionState, ErrorCode>,
        view: View<'_>,
        ctx: &mut Context<'_>,
    ) {
        let state = state.map_err(persister_error);
        let start = state.as_ref().map_err(|error| *error).and_then(|state| self.start(key, state, view, ctx));
        let Some(loaded) = self.partitions.get_mut(&key).filter(|loaded| loaded.serial == serial) else { return };
        let result = match (state, start) {
            (Ok(state), Ok(start)) => loaded.partition.load(&state, start, ctx),
            (Err(error), _) | (_, Err(error)) => Err(error),
        };
        if let Err(error) = result {
            self.partitions.remove(&key);
            if let Some(waiting) = self.requests.get_mut(&request)
                && let Fetch::Delayed(delayed) = &mut waiting.fetch
            {
                delayed.erroneous.push((key.1, error));
            }
        }
        self.woken.push_back(key);
    }
    /// Where a share-partition begins (`startOffsetDuringInitialization`).
    fn start(
        &self,
        (group, tp): SharePartitionKey,
        state: &SharePartitionState,
        view: View<'_>,
        ctx: &Context<'_>,
    ) -> Result<Offset, ErrorCode> {
        if state.start_offset != Offset::INVALID {
            return Ok(state.start_offset);
        }
        let spec = match self.group_config(group).share_auto_offset_reset {
            AutoOffsetReset::Earliest => OffsetSpec::Earliest,
            // A share group cannot have `none`.
            AutoOffsetReset::Latest | AutoOffsetReset::None => OffsetSpec::Latest,
            AutoOffsetReset::ByDuration(duration) => OffsetSpec::Timestamp(ctx.now().saturating_sub(duration)),
        };
        let epoch = self.partitions.get(&(group, tp)).map(|loaded| loaded.partition.leader_epoch());
        view.replicas.share_start(tp, epoch.ok_or(ErrorCode::NotLeaderOrFollower)?, spec, view.cache)
    }

    /// A change was written down, or not. What the share coordinator has is final, also if the share-partition is gone from here
    /// meanwhile.
    fn written(
        &mut self,
        key: SharePartitionKey,
        serial: u32,
        update: &StateUpdate,
        error: ErrorCode,
        ctx: &mut Context<'_>,
    ) -> ErrorCode {
        let config = self.group_config(key.0).clone();
        let chronicle = self.chronicle(key);
        let Some(loaded) = self.partitions.get_mut(&key).filter(|loaded| loaded.serial == serial) else {
            if let Some(member) = update.member.filter(|_| error.is_ok()) {
                // One that is still to read its state will know of it; one that has read it may not, and frees nothing for it.
                match self.partitions.get(&key).is_some_and(|loaded| loaded.partition.is_active()) {
                    true => tell_written_late(&chronicle, member, &update.runs, ctx),
                    false => tell_written(&chronicle, member, &update.runs, ctx),
                }
            }
            return if error.is_ok() { error } else { persister_error(error) };
        };
        if error.is_ok() {
            if loaded.partition.written(update, &config, ctx) {
                self.woken.push_back(key);
            }
            return error;
        }
        loaded.partition.not_written(update, &config, ctx);
        let error = persister_error(error);
        // What locks have run out of is available whatever becomes of the write.
        if is_fenced(error) && update.member.is_some() {
            self.remove(key);
        }
        error
    }
    fn tell_refused(&self, key: SharePartitionKey, update: &StateUpdate, error: ErrorCode, ctx: &mut Context<'_>) {
        let Some(member) = update.member else { return };
        let chronicle = self.chronicle(key);
        for run in update.runs.iter() {
            chronicle.refused(member, (run.first, run.last), error, ctx);
        }
    }
    fn note_acknowledged(&mut self, request: RequestNo, tp: crate::protocol::ids::Tp, error: ErrorCode) {
        let Some(request) = self.requests.get_mut(&request) else { return };
        for (of, how) in request.acknowledged.iter_mut().filter(|(of, _)| *of == tp) {
            debug_assert_eq!(*of, tp);
            *how = Acknowledged::Known(error);
        }
    }
}
