//! Requests to delete records, which wait until all live replicas begin there (`ReplicaManager.deleteRecords`).

use super::BrokerServer;
use crate::cluster::broker::delayed_deletions::DelayedDeleteRecords;
use crate::cluster::broker::timers::BrokerTimer;
use crate::node::Context;
use crate::protocol::errors::ErrorCode;
use crate::protocol::messages::{DeleteRecordsRequest, Response};

impl BrokerServer {
    pub(super) fn delete_records(&mut self, slot: u32, request: DeleteRecordsRequest, ctx: &mut Context<'_>) {
        match self.replicas.delete_records(&request, ctx) {
            Err(error) => self.respond(slot, Response::DeleteRecords(Err(error)), ctx.now(), ctx),
            Ok(required) => {
                let (to, tp) = (self.sockets.reply_to(slot), request.tp);
                let deadline = ctx.now().saturating_add(request.timeout);
                self.deletions.push(DelayedDeleteRecords { to, tp, required, deadline });
                self.complete_deletions(ctx);
            }
        }
    }
    /// Answers those whose replicas all begin where they are to, that are not led here any more, or whose time is up.
    pub(super) fn complete_deletions(&mut self, ctx: &mut Context<'_>) {
        let now = ctx.now();
        for deletion in std::mem::take(&mut self.deletions) {
            let answer = match self.replicas.low_watermark(deletion.tp, &self.cache) {
                None => Err(ErrorCode::NotLeaderOrFollower),
                Some(low_watermark) if low_watermark >= deletion.required => Ok(low_watermark),
                Some(_) if deletion.deadline <= now => Err(ErrorCode::RequestTimedOut),
                Some(_) => {
                    self.deletions.push(deletion);
                    continue;
                }
            };
            self.reply(deletion.to, Response::DeleteRecords(answer), ctx);
        }
        if let Some(next) = self.deletions.iter().map(|deletion| deletion.deadline).min() {
            ctx.set_timer(BrokerTimer::DeleteRecords, next);
        }
    }
}
