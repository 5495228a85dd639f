//! What is read of the persister (`SharePartition.maybeInitialize`).

use super::{GapWindow, Phase, SharePartition};
use crate::cluster::broker::share::in_flight::{InFlightBatch, InFlightState, RecordState};
use crate::cluster::broker::share::runs::before;
use crate::node::Context;
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::Offset;
use crate::protocol::messages::SharePartitionState;
use crate::protocol::rules::ShareStateGaps;

impl SharePartition {
    /// Takes what is written down. `start`: where it begins; the one that is written down, or else that of
    /// `share.auto.offset.reset`.
    ///
    /// # Errors
    /// UNKNOWN_SERVER_ERROR if it contradicts itself.
    pub fn load(&mut self, state: &SharePartitionState, start: Offset, ctx: &mut Context<'_>) -> Result<(), ErrorCode> {
        (self.start, self.end, self.state_epoch) = (start, start, state.state_epoch);
        let (mut gap, mut previous) = (None, before(start));
        for batch in state.batches.iter() {
            if batch.first < start || batch.last < batch.first {
                return Err(ErrorCode::UnknownServerError);
            }
            if batch.first > previous.plus(1) {
                gap = gap.or(Some(previous.plus(1)));
            }
            previous = batch.last;
            let known = InFlightState::new(RecordState::from(batch.state), batch.delivery_count, None, None);
            let batch = InFlightBatch::new(batch.first, batch.last, known);
            if known.state.is_terminal() {
                self.delivery_complete += batch.len();
            }
            self.in_flight.insert(batch.first, batch);
        }
        self.phase = Phase::Active;
        self.chronicle.loaded(self.leader_epoch, start, self.state_epoch, ctx);
        if !self.in_flight.is_empty() {
            self.find_next = true;
            self.end = previous;
            if self.rules.share_state_gaps == ShareStateGaps::Acquired {
                self.gap = gap.map(|start| GapWindow { end: previous, start });
            }
            self.forget_what_is_done(ctx);
        }
        Ok(())
    }
}
