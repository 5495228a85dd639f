//! Backpressure by pause(): the application polls on, so that it stays in its group, and gets nothing while the queue in front
//! of its threads is full (`KafkaConsumer.java`, "Consumption Flow Control").
//!
//! Before each poll() it pauses or resumes all partitions that it has: a pause is lost with the partition, so that what a
//! rebalance brings has to be paused anew.

use super::Memory;
use crate::app::spec::QueueSpec;
use crate::node::Context;
use crate::protocol::ids::Tp;

impl Memory {
    /// Pauses or resumes what it has, as the queue is.
    pub(super) fn hold_back(&mut self, ctx: &mut Context<'_>) {
        let Some(QueueSpec { limit, resume_at }) = self.spec.queue else { return };
        let queued = self.worker.queued() + self.pool.as_ref().map_or(0, super::Pool::queued);
        self.full = if self.full { queued > u64::from(resume_at) } else { queued >= u64::from(limit) };
        let assigned: Vec<Tp> = self.consumer.assignment().collect();
        for tp in assigned {
            self.consumer.set_paused(tp, self.full, ctx);
        }
    }
}
