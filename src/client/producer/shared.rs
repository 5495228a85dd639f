//! What the application's calls and the sender work on: in Kafka two threads share it.

use super::accumulator::RecordAccumulator;
use super::batch::BatchId;
use super::callbacks::Callbacks;
use super::metadata::ProducerMetadata;
use super::transactions::TransactionManager;
use crate::protocol::exceptions::Exception;

/// See the module.
#[derive(Clone, Debug)]
pub(super) struct Shared {
    pub metadata: ProducerMetadata,
    pub accumulator: RecordAccumulator,
    /// `None` without idempotence.
    pub transactions: Option<TransactionManager>,
    pub callbacks: Callbacks,
}

impl Shared {
    /// A batch's fate is told to the application, and its memory is free.
    pub fn complete(&mut self, id: BatchId, result: Result<(), Exception>) {
        self.callbacks.call(self.accumulator.batch(id), result);
        self.accumulator.remove_from_in_flight(id);
        self.accumulator.complete(id);
    }
    /// Gives the slot of a batch back once its fate is known and no answer is due any more.
    pub fn release_if_over(&mut self, id: BatchId) {
        let batch = self.accumulator.batch(id);
        if batch.done && !batch.outstanding {
            self.accumulator.release(id);
        }
    }
}
