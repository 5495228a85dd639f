//! The callbacks of `send()` (`ProducerBatch.thunks`).

use super::batch::ProducerBatch;
use super::record::{Callback, ProducerRecord};
use crate::protocol::exceptions::Exception;

/// Callbacks that are due, oldest first; none if the application passes none to `send()`.
#[derive(Clone, Debug, Default)]
pub(super) struct Callbacks {
    due: Option<Vec<Callback>>,
}

impl Callbacks {
    /// Every `send()` has one.
    pub fn wanted() -> Callbacks {
        Callbacks { due: Some(Vec::new()) }
    }
    /// The fate of a batch's records is known.
    #[inline]
    pub fn call(&mut self, batch: &ProducerBatch, result: Result<(), Exception>) {
        if let Some(due) = &mut self.due {
            due.extend(batch.records.iter().zip(batch.ordinal..).map(|(sent, ordinal)| Callback {
                record: sent.record,
                sent_as: Some((batch.partition, ordinal)),
                result,
            }));
        }
    }
    /// A record never came into a batch.
    pub fn refuse(&mut self, record: ProducerRecord, error: Exception) {
        if let Some(due) = &mut self.due {
            due.push(Callback { record, sent_as: None, result: Err(error) });
        }
    }
    /// How many are due.
    pub fn len(&self) -> usize {
        self.due.as_ref().map_or(0, Vec::len)
    }
    /// Those that are due, in exchange for an empty list.
    pub fn take(&mut self, into: &mut Vec<Callback>) {
        debug_assert!(into.is_empty(), "what was taken is called");
        if let Some(due) = &mut self.due {
            std::mem::swap(into, due);
        }
    }
}
