//! States of share-partitions, between the persister and those who call it.

use super::BrokerServer;
use crate::cluster::broker::halt::Halt;
use crate::cluster::broker::persister::Persisted;
use crate::cluster::coordinator::ShareStateTask;
use crate::node::Context;

impl BrokerServer {
    /// The group coordinator has states made or deleted.
    pub(super) fn persist(&mut self, number: u32, task: ShareStateTask, ctx: &mut Context<'_>) {
        self.persister.task(number, task, &self.cache, ctx);
    }
    /// Something has become of a call.
    pub(super) fn persisted(&mut self, done: Persisted, ctx: &mut Context<'_>) -> Result<(), Halt> {
        match done {
            Persisted::Leader(call, answer) => self.persister_answered(call, answer, ctx),
            Persisted::Group(number, results) => {
                self.coordinators.share_state_done(number, &results, ctx);
                Ok(())
            }
        }
    }
}
