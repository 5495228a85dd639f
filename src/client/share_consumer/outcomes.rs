//! What came of acknowledgements, until the application hears of it: in poll(), commitSync(), commitAsync() and close()
//! (`ShareConsumeRequestManager.ResultHandler`, `ShareAcknowledgementEventHandler`).

use super::acknowledgements::Acknowledgements;
use crate::protocol::exceptions::Exception;
use crate::protocol::ids::Tp;
use crate::sim::time::Nanos;

/// From which call acknowledgements are that go by themselves.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum AcknowledgeCall {
    /// commitAsync(), or poll().
    CommitAsync,
    /// commitSync(), the one with this number.
    CommitSync(u32),
    /// close(): with it the share session ends.
    Close,
}

/// What came of the acknowledgements of a partition.
#[derive(Clone, PartialEq, Debug)]
pub struct AcknowledgementOutcome {
    /// Which.
    pub tp: Tp,
    /// What was said.
    pub acknowledgements: Acknowledgements,
    /// Why it failed, if it did.
    pub error: Option<Exception>,
    /// The end of locks that were renewed, as far as the broker has said.
    pub until: Option<Nanos>,
}

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct Outcomes {
    waiting: Vec<AcknowledgementOutcome>,
    /// The commitSync() that waits, and of how many partitions.
    sync: Option<(u32, usize)>,
}

impl Outcomes {
    /// A commitSync() begins; of each partition of it comes an outcome.
    pub fn begin_sync(&mut self, number: u32, partitions: usize) {
        self.sync = Some((number, partitions));
    }
    /// Whether a commitSync() knows what came of all.
    pub fn is_done(&self, number: u32) -> bool {
        !matches!(self.sync, Some((waits, partitions)) if waits == number && partitions > 0)
    }
    /// Something came of acknowledgements of a call.
    pub fn completed(
        &mut self,
        call: AcknowledgeCall,
        tp: Tp,
        acknowledgements: Acknowledgements,
        error: Option<Exception>,
        until: Option<Nanos>,
    ) {
        if let (AcknowledgeCall::CommitSync(number), Some((waits, partitions))) = (call, &mut self.sync)
            && number == *waits
        {
            *partitions = partitions.saturating_sub(1);
        }
        self.add(tp, acknowledgements, error, until);
    }
    /// Something came of acknowledgements that went with a ShareFetch.
    pub fn add(&mut self, tp: Tp, acknowledgements: Acknowledgements, error: Option<Exception>, until: Option<Nanos>) {
        self.waiting.push(AcknowledgementOutcome { tp, acknowledgements, error, until });
    }
    /// What the application is to hear, the oldest first.
    pub fn take(&mut self) -> Vec<AcknowledgementOutcome> {
        std::mem::take(&mut self.waiting)
    }
}
