//! Records in flight: batches, and single offsets where these differ
//! (`server/.../server/share/fetch/{RecordState,InFlightState,InFlightBatch}.java`).

use super::runs::length;
use crate::protocol::ids::{MemberId, Offset};
use crate::protocol::messages::DeliveryState;
use crate::sim::time::Nanos;

/// How far the group is with a record (`RecordState`).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum RecordState {
    /// To be delivered (again).
    Available,
    /// A member holds it.
    Acquired,
    /// Done.
    Acknowledged,
    /// Given up.
    Archived,
}

impl RecordState {
    /// As Kafka writes it.
    pub fn name(self) -> &'static str {
        match self {
            RecordState::Available => "AVAILABLE",
            RecordState::Acquired => "ACQUIRED",
            RecordState::Acknowledged => "ACKNOWLEDGED",
            RecordState::Archived => "ARCHIVED",
        }
    }
    /// Whether it stays so.
    pub fn is_terminal(self) -> bool {
        matches!(self, RecordState::Acknowledged | RecordState::Archived)
    }
    /// As it is written down: a record that a member holds counts as available.
    pub fn written(self) -> DeliveryState {
        match self {
            RecordState::Available | RecordState::Acquired => DeliveryState::Available,
            RecordState::Acknowledged => DeliveryState::Acknowledged,
            RecordState::Archived => DeliveryState::Archived,
        }
    }
    /// Whether a record in this state may get into that one: one that is available is acquired first, and nothing comes of one
    /// that is done with (`RecordState.validateTransition`).
    fn may_become(self, other: RecordState) -> bool {
        match self {
            RecordState::Available => other == RecordState::Acquired,
            RecordState::Acquired => other != RecordState::Acquired,
            RecordState::Acknowledged | RecordState::Archived => false,
        }
    }
}

impl From<DeliveryState> for RecordState {
    fn from(state: DeliveryState) -> RecordState {
        match state {
            DeliveryState::Available => RecordState::Available,
            DeliveryState::Acknowledged => RecordState::Acknowledged,
            DeliveryState::Archived => RecordState::Archived,
        }
    }
}

/// What a change does to the count of deliveries (`DeliveryCountOps`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DeliveryCount {
    /// One more.
    Increase,
    /// One less.
    Decrease,
    /// The same.
    Keep,
}

/// What it was before a change that is not written down yet.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Rollback {
    state: RecordState,
    delivery_count: u16,
    owner: Option<MemberId>,
}

/// The state of a record, or of all records of a batch (`InFlightState`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct InFlightState {
    /// The state, as it will be once it is written down.
    pub state: RecordState,
    /// How often it was delivered.
    pub delivery_count: u16,
    /// Who holds it.
    pub owner: Option<MemberId>,
    /// When its lock runs out. It goes on while a change is being written down.
    pub lock_ends: Option<Nanos>,
    rollback: Option<Rollback>,
    /// It was archived while a change was being written down: it stays so, whatever comes of that.
    is_final: bool,
}

/// What became of a change.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TransitionOutcome {
    /// It stands.
    Done,
    /// It is undone: the member holds the record as before.
    RolledBack,
    /// It is undone, and the lock has run out meanwhile: nobody holds the record.
    Freed,
}

impl InFlightState {
    /// Without a change under way.
    pub fn new(state: RecordState, delivery_count: u16, owner: Option<MemberId>, lock_ends: Option<Nanos>) -> Self {
        InFlightState { state, delivery_count, owner, lock_ends, rollback: None, is_final: false }
    }
    /// Whether a change is being written down.
    pub fn is_in_transition(&self) -> bool {
        self.rollback.is_some()
    }
    /// Whether it can be acquired.
    pub fn is_acquirable(&self) -> bool {
        self.state == RecordState::Available && !self.is_in_transition()
    }
    /// Whether it stays as it is, and that is written down.
    pub fn is_done_with(&self) -> bool {
        self.state.is_terminal() && !self.is_in_transition()
    }
    /// Changes it at once; whether that was possible. A record that was delivered `limit` times does not become available again:
    /// it is archived (`tryUpdateState`).
    pub fn try_update(
        &mut self,
        state: RecordState,
        count: DeliveryCount,
        limit: u16,
        owner: Option<MemberId>,
    ) -> bool {
        if self.is_in_transition() {
            return false;
        }
        let is_over = count != DeliveryCount::Decrease && self.delivery_count >= limit;
        let state = if state == RecordState::Available && is_over { RecordState::Archived } else { state };
        if !self.state.may_become(state) {
            return false;
        }
        self.state = state;
        if state != RecordState::Archived {
            self.delivery_count = match count {
                DeliveryCount::Increase => self.delivery_count.saturating_add(1),
                DeliveryCount::Decrease => self.delivery_count.saturating_sub(1),
                DeliveryCount::Keep => self.delivery_count,
            };
        }
        self.owner = owner;
        true
    }
    /// Changes it for as long as that is being written down; whether that was possible (`startStateTransition`).
    pub fn start_transition(&mut self, state: RecordState, count: DeliveryCount, limit: u16) -> bool {
        let before = Rollback { state: self.state, delivery_count: self.delivery_count, owner: self.owner };
        let started = self.try_update(state, count, limit, None);
        if started {
            self.rollback = Some(before);
        }
        started
    }
    /// The change is written down, or could not be. `frees`: a lock that has run out meanwhile counts (`completeStateTransition`).
    pub fn complete_transition(&mut self, written: bool, frees: bool, limit: u16, now: Nanos) -> TransitionOutcome {
        let Some(before) = self.rollback.take() else { return TransitionOutcome::Done };
        if written || self.is_final {
            self.lock_ends = None;
            return TransitionOutcome::Done;
        }
        self.delivery_count = before.delivery_count;
        if frees && self.lock_ends.is_some_and(|end| end <= now) {
            let is_over = before.delivery_count >= limit;
            self.state = if is_over { RecordState::Archived } else { RecordState::Available };
            (self.owner, self.lock_ends) = (None, None);
            return TransitionOutcome::Freed;
        }
        (self.state, self.owner) = (before.state, before.owner);
        TransitionOutcome::RolledBack
    }
    /// It is never delivered (again), whatever it was.
    pub fn archive(&mut self) {
        self.is_final = true;
        self.state = RecordState::Archived;
        (self.owner, self.lock_ends) = (None, None);
    }
}

/// Whether all records of a batch are alike.
#[derive(Clone, PartialEq, Debug)]
enum Tracked {
    /// They are.
    Whole(InFlightState),
    /// One state for each offset.
    Offsets(Box<[InFlightState]>),
}

/// A run of offsets that was acquired together (`InFlightBatch`).
#[derive(Clone, PartialEq, Debug)]
pub struct InFlightBatch {
    /// First offset.
    pub first: Offset,
    /// Last offset.
    pub last: Offset,
    tracked: Tracked,
}

impl InFlightBatch {
    /// A batch whose records are alike.
    pub fn new(first: Offset, last: Offset, state: InFlightState) -> InFlightBatch {
        InFlightBatch { first, last, tracked: Tracked::Whole(state) }
    }
    /// The state of all records, if they are alike.
    pub fn whole(&self) -> Option<&InFlightState> {
        match &self.tracked {
            Tracked::Whole(state) => Some(state),
            Tracked::Offsets(_) => None,
        }
    }
    /// The same, to change it.
    pub fn whole_mut(&mut self) -> Option<&mut InFlightState> {
        match &mut self.tracked {
            Tracked::Whole(state) => Some(state),
            Tracked::Offsets(_) => None,
        }
    }
    /// How many offsets it has.
    pub fn len(&self) -> i64 {
        length(self.first, self.last)
    }
    /// Whether it lies within these offsets.
    pub fn is_within(&self, first: Offset, last: Offset) -> bool {
        self.first >= first && self.last <= last
    }
    /// Whether an offset that has moved into it cuts it in two.
    pub fn is_cut_by(&self, offset: Offset) -> bool {
        self.first < offset && offset <= self.last
    }
    /// Keeps a state for each offset from now on (`maybeInitializeOffsetStateUpdate`).
    pub fn split(&mut self) {
        if let Tracked::Whole(state) = self.tracked {
            self.tracked = Tracked::Offsets(vec![state; self.len() as usize].into());
        }
    }
    /// Keeps a state for each offset from now on; those behind `last` were not delivered after all.
    pub fn split_behind(&mut self, last: Offset) {
        self.split();
        let first = Offset(last.0 + 1);
        for (_, state) in self.offsets_mut(first, self.last) {
            *state = InFlightState::new(RecordState::Available, state.delivery_count.saturating_sub(1), None, None);
        }
    }
    fn places(&self, first: Offset, last: Offset) -> std::ops::Range<usize> {
        let from = (first.0 - self.first.0).clamp(0, self.len());
        let to = (last.0 - self.first.0 + 1).clamp(from, self.len());
        from as usize..to as usize
    }
    /// The states of those offsets that it has of these. None, if its records are alike.
    pub fn offsets(&self, first: Offset, last: Offset) -> impl Iterator<Item = (Offset, &InFlightState)> {
        let places = self.places(first, last);
        let from = self.first.0 + places.start as i64;
        let states = match &self.tracked {
            Tracked::Whole(_) => &[],
            Tracked::Offsets(states) => &states[places],
        };
        states.iter().zip(from..).map(|(state, offset)| (Offset(offset), state))
    }
    /// The same, to change them.
    pub fn offsets_mut(&mut self, first: Offset, last: Offset) -> impl Iterator<Item = (Offset, &mut InFlightState)> {
        let places = self.places(first, last);
        let from = self.first.0 + places.start as i64;
        let states = match &mut self.tracked {
            Tracked::Whole(_) => &mut [],
            Tracked::Offsets(states) => &mut states[places],
        };
        states.iter_mut().zip(from..).map(|(state, offset)| (Offset(offset), state))
    }
    /// The state of an offset of it.
    pub fn at(&self, offset: Offset) -> Option<&InFlightState> {
        match &self.tracked {
            Tracked::Whole(state) => (self.first <= offset && offset <= self.last).then_some(state),
            Tracked::Offsets(_) => self.offsets(offset, offset).next().map(|(_, state)| state),
        }
    }
    /// All of it, in runs of one state each: (first, last, state).
    pub fn runs(&self) -> impl Iterator<Item = (Offset, Offset, &InFlightState)> {
        let whole = self.whole().map(|state| (self.first, self.last, state));
        whole.into_iter().chain(self.offsets(self.first, self.last).map(|(offset, state)| (offset, offset, state)))
    }
    /// The same, to change them.
    pub fn runs_mut(&mut self) -> impl Iterator<Item = (Offset, Offset, &mut InFlightState)> {
        let (first, last) = (self.first, self.last);
        let (whole, states) = match &mut self.tracked {
            Tracked::Whole(state) => (Some(state), &mut [][..]),
            Tracked::Offsets(states) => (None, &mut states[..]),
        };
        let whole = whole.into_iter().map(move |state| (first, last, state));
        whole.chain(states.iter_mut().zip(first.0..).map(|(state, offset)| (Offset(offset), Offset(offset), state)))
    }
}
