//! What a member says of the records that it holds (`SharePartition.acknowledge`).

use super::SharePartition;
use crate::cluster::broker::share::in_flight::{DeliveryCount, InFlightBatch, InFlightState, RecordState};
use crate::cluster::broker::share::locks::Lock;
use crate::cluster::broker::share::runs::OffsetRuns;
use crate::cluster::broker::share::update::{StateUpdate, Transition};
use crate::node::Context;
use crate::protocol::config::GroupConfig;
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::{MemberId, Offset};
use crate::protocol::messages::{AcknowledgeType, AcknowledgementBatch};
use crate::sim::time::Nanos;

/// Who acknowledges, and what the group's configs and the time make of it.
#[derive(Clone, Copy, Debug)]
struct Acknowledger {
    member: MemberId,
    limit: u16,
    start: Offset,
    /// `share.renew.acknowledge.enable`.
    may_renew: bool,
    /// When a lock that is renewed now runs out.
    lock_ends: Nanos,
}

/// What comes of a record.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Outcome {
    Changes(Transition),
    Renewed,
}

impl SharePartition {
    /// Takes acknowledgements: all, or none. What changes is to be written down; nothing, if all locks are renewed or all records
    /// are done with.
    ///
    /// # Errors
    /// INVALID_RECORD_STATE: the member does not hold a record. INVALID_REQUEST: there is no such record in flight.
    pub fn acknowledge(
        &mut self,
        member: MemberId,
        batches: &[AcknowledgementBatch],
        config: &GroupConfig,
        ctx: &mut Context<'_>,
    ) -> Result<Option<StateUpdate>, ErrorCode> {
        let who = Acknowledger {
            member,
            limit: config.share_delivery_count_limit as u16,
            start: self.start,
            may_renew: config.share_renew_acknowledge_enable,
            lock_ends: ctx.now().saturating_add(config.share_record_lock_duration),
        };
        let mut runs = OffsetRuns::default();
        let above = batches.iter().filter(|batch| batch.last >= who.start);
        let refused = above.map(|batch| self.acknowledge_batch(&who, batch, &mut runs, ctx)).find_map(Result::err);
        if let Some(error) = refused {
            self.roll_back(&runs, who.limit, ctx.now());
            return Err(error);
        }
        Ok(self.update(Some(member), runs))
    }
    fn acknowledge_batch(
        &mut self,
        who: &Acknowledger,
        said: &AcknowledgementBatch,
        runs: &mut OffsetRuns<Transition>,
        ctx: &mut Context<'_>,
    ) -> Result<(), ErrorCode> {
        let from = self.first_concerned(said)?;
        let mut renewed = OffsetRuns::default();
        let mut terminal = 0;
        let concerned = self.in_flight.range_mut(from..=said.last).map(|(_, batch)| batch);
        let result = concerned.filter(|batch| batch.last >= who.start).try_for_each(|batch| {
            let is_part = prepare(batch, who, said)?;
            for (first, last, state) in batch.runs_mut() {
                // A batch as a whole is within what is acknowledged.
                let is_meant = !is_part || (first >= said.first.max(who.start) && first <= said.last);
                if !is_meant {
                    continue;
                }
                match acknowledge(state, who, said_of(said, first))? {
                    Outcome::Renewed => renewed.push(first, last, ()),
                    Outcome::Changes(transition) => {
                        terminal += if transition.state.is_terminal() { last.0 - first.0 + 1 } else { 0 };
                        runs.push(first, last, transition);
                    }
                }
            }
            Ok(())
        });
        self.delivery_complete += terminal;
        for run in renewed.iter() {
            self.locks.push(Lock { ends: who.lock_ends, first: run.first, last: run.last });
            self.chronicle.acknowledged(who.member, (run.first, run.last), AcknowledgeType::Renew, ctx);
        }
        self.note_released(runs);
        result
    }
    /// The first batch in flight that is meant (`fetchSubMapForAcknowledgementBatch`).
    fn first_concerned(&self, said: &AcknowledgementBatch) -> Result<Offset, ErrorCode> {
        let floor = |offset: Offset| self.in_flight.range(..=offset).next_back();
        let start_is_within = said.first < self.start && self.start <= said.last;
        let found = floor(said.first).or_else(|| floor(self.start).filter(|_| start_is_within));
        let from = *found.ok_or(ErrorCode::InvalidRecordState)?.0;
        let last = self.in_flight.range(from..=said.last).next_back().map(|(_, batch)| batch.last);
        let is_past = last.is_none_or(|last| last < said.first || last < said.last);
        if is_past { Err(ErrorCode::InvalidRequest) } else { Ok(from) }
    }
}

/// Looks whether the member holds the batch, and splits it if not all of it is meant; whether it is split.
fn prepare(batch: &mut InFlightBatch, who: &Acknowledger, said: &AcknowledgementBatch) -> Result<bool, ErrorCode> {
    let is_all = batch.is_within(said.first, said.last) && said.types.len() == 1 && !batch.is_cut_by(who.start);
    let Some(whole) = batch.whole() else { return Ok(true) };
    let is_held = whole.owner == Some(who.member) && whole.state == RecordState::Acquired && !whole.is_in_transition();
    if !is_held {
        return Err(ErrorCode::InvalidRecordState);
    }
    if !is_all {
        batch.split();
    }
    Ok(!is_all)
}

/// What is said of an offset; none: nothing, which cannot be.
fn said_of(said: &AcknowledgementBatch, offset: Offset) -> Option<AcknowledgeType> {
    let place = if said.types.len() > 1 { (offset.0 - said.first.0) as usize } else { 0 };
    said.types.get(place).copied()
}

fn acknowledge(
    state: &mut InFlightState,
    who: &Acknowledger,
    said: Option<AcknowledgeType>,
) -> Result<Outcome, ErrorCode> {
    let is_held = state.state == RecordState::Acquired && !state.is_in_transition() && state.owner == Some(who.member);
    let said = said.ok_or(ErrorCode::InvalidRequest)?;
    if !is_held {
        return Err(ErrorCode::InvalidRecordState);
    }
    let next = match said {
        AcknowledgeType::Accept => RecordState::Acknowledged,
        AcknowledgeType::Release => RecordState::Available,
        AcknowledgeType::Reject | AcknowledgeType::Gap => RecordState::Archived,
        AcknowledgeType::Renew if who.may_renew => {
            state.lock_ends = Some(who.lock_ends);
            return Ok(Outcome::Renewed);
        }
        AcknowledgeType::Renew => return Err(ErrorCode::InvalidRecordState),
    };
    if !state.start_transition(next, DeliveryCount::Keep, who.limit) {
        return Err(ErrorCode::InvalidRecordState);
    }
    Ok(Outcome::Changes(Transition::of(state, Some(said), false)))
}
