//! Requests of share groups, and what the leaders of their partitions hear from the persister.

use super::BrokerServer;
use crate::cluster::broker::halt::Halt;
use crate::cluster::broker::persister::{CallId, PersisterAnswer};
use crate::cluster::broker::share::{ShareAnswer, View};
use crate::node::Context;
use crate::protocol::ids::{ConnId, Tp};
use crate::protocol::messages::{ShareAcknowledgeRequest, ShareFetchRequest};

/// What share-partitions read of the other parts.
macro_rules! view {
    ($server:ident) => {
        View { replicas: &$server.replicas, cache: &$server.cache }
    };
}

impl BrokerServer {
    /// What the persister says to a call of the leader of a share-partition.
    pub(super) fn persister_answered(
        &mut self,
        call: CallId,
        answer: PersisterAnswer,
        ctx: &mut Context<'_>,
    ) -> Result<(), Halt> {
        self.share.persister_answered(call, answer, view!(self), ctx)
    }
    pub(super) fn share_fetch(
        &mut self,
        slot: u32,
        request: &ShareFetchRequest,
        ctx: &mut Context<'_>,
    ) -> Result<(), Halt> {
        self.share.share_fetch(self.sockets.reply_to(slot), request, view!(self), ctx)
    }
    pub(super) fn share_acknowledge(
        &mut self,
        slot: u32,
        request: &ShareAcknowledgeRequest,
        ctx: &mut Context<'_>,
    ) -> Result<(), Halt> {
        self.share.share_acknowledge(self.sockets.reply_to(slot), request, view!(self), ctx)
    }
    /// Sends an answer, if the connection is still there.
    pub(super) fn answer_share(&mut self, answer: ShareAnswer, ctx: &mut Context<'_>) {
        if let Some(slot) = self.sockets.waits_for(answer.to) {
            self.respond(slot, answer.response, answer.done, ctx);
        }
    }
    pub(super) fn expire_share_locks(&mut self, ctx: &mut Context<'_>) -> Result<(), Halt> {
        self.share.expire_locks(view!(self), ctx)
    }
    pub(super) fn expire_share_fetches(&mut self, ctx: &mut Context<'_>) -> Result<(), Halt> {
        self.share.expire_fetches(view!(self), ctx)
    }
    /// A connection is gone.
    pub(super) fn share_disconnected(&mut self, conn: ConnId, ctx: &mut Context<'_>) -> Result<(), Halt> {
        self.share.disconnected(conn, view!(self), ctx)
    }
    /// A high watermark has risen.
    #[inline]
    pub(super) fn wake_share_fetches(&mut self, tp: Tp, ctx: &mut Context<'_>) -> Result<(), Halt> {
        self.share.high_watermark_raised(tp, view!(self), ctx)
    }
}
