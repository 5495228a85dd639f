//! States of share-partitions, between the persister and those who call it.

use super::BrokerServer;
use crate::cluster::broker::persister::Persisted;
use crate::cluster::coordinator::ShareStateTask;
use crate::node::Context;

impl BrokerServer {
    /// The group coordinator has states made or deleted.
    pub(super) fn persist(&mut self, number: u32, task: ShareStateTask, ctx: &mut Context<'_>) {
        self.persister.task(number, task, &self.cache, ctx);
    }
    /// Something has become of a call.
    pub(super) fn persisted(&mut self, done: Persisted, ctx: &mut Context<'_>) {
        match done {
            // The seam for the leaders of share-partitions: nobody calls yet.
            Persisted::Leader(..) => {}
            Persisted::Group(number, results) => self.coordinators.share_state_done(number, &results, ctx),
        }
    }
}
