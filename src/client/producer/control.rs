//! The control requests of a transactional producer, as the sender's thread handles them
//! (`Sender.maybeSendAndPollTransactionalRequest`): it waits for the connection, sleeps before a retry, and sends no data
//! while a request is under way.

use super::accumulator::RecordAccumulator;
use super::batch::BatchId;
use super::requests::{Control, Pending, Turn};
use super::sender::{Sender, TICK};
use super::shared::Shared;
use super::transactions::{TransactionManager, TxnRequest};
use crate::client::network::Dest;
use crate::node::Context;
use crate::protocol::exceptions::Exception;
use crate::protocol::messages::Response;
use crate::sim::time::Nanos;

impl Sender {
    /// The first part of a pass of a producer with a `transactional.id` (`runOnce`).
    pub(super) fn control_turn(&mut self, shared: &mut Shared, wake: &mut Nanos, ctx: &mut Context<'_>) -> Turn {
        match std::mem::take(&mut self.control) {
            Control::Sleeping { request, until } => {
                if ctx.now() < until {
                    *wake = (*wake).min(until);
                    self.control = Control::Sleeping { request, until };
                    return Turn::Over;
                }
                if let Some((request, dest)) = request {
                    return self.send_control_request(request, dest, shared, ctx);
                }
            }
            Control::Connecting { request, dest, until } => {
                return self.await_node_ready(request, dest, until, shared, wake, ctx);
            }
            Control::NobodyUntil(at) if ctx.now() < at => {
                *wake = (*wake).min(at);
                self.control = Control::NobodyUntil(at);
                return Turn::Over;
            }
            in_flight @ Control::InFlight(_) => self.control = in_flight,
            Control::Idle | Control::NobodyUntil(_) => {}
        }
        let transactions = own(shared);
        transactions.maybe_resolve(ctx);
        if let Some(error) = transactions.fatal_error() {
            self.abort_batches(error, shared, ctx);
            return Turn::Over;
        }
        if matches!(self.control, Control::InFlight(_)) {
            return Turn::Over;
        }
        if let Some(reason) = own(shared).abort_reason() {
            self.abort_undrained_batches(reason, shared, ctx);
        }
        let has_incomplete = shared.accumulator.has_incomplete();
        let had_requests = own(shared).has_requests();
        match own(shared).next_request(has_incomplete, ctx) {
            Some(request) => self.find_node(request, shared, wake, ctx),
            // One may have been done, or have failed, without a word.
            None if had_requests && !own(shared).has_requests() => Turn::Again,
            None => Turn::Data,
        }
    }

    /// Who is to get the request: its coordinator, or anybody.
    fn find_node(&mut self, request: TxnRequest, shared: &mut Shared, wake: &mut Nanos, ctx: &mut Context<'_>) -> Turn {
        let key = own(shared).coordinator_key(&request);
        let target = match key {
            Some(key) => own(shared).coordinator(key),
            None => self.least_loaded(shared, ctx),
        };
        match (target, key) {
            (Some(broker), _) => {
                let until = ctx.now().saturating_add(self.config.request_timeout);
                self.await_node_ready(request, Dest::Broker(broker), until, shared, wake, ctx)
            }
            (None, Some(_)) => {
                own(shared).look_up_and_retry(request);
                Turn::Again
            }
            (None, None) => {
                own(shared).retry(request);
                let at = ctx.now().saturating_add(self.config.retry_backoff.max(TICK));
                self.control = Control::NobodyUntil(at);
                *wake = (*wake).min(at);
                Turn::Over
            }
        }
    }
    /// `awaitNodeReady`; then the sleep of a retry.
    fn await_node_ready(
        &mut self,
        request: TxnRequest,
        dest: Dest,
        until: Nanos,
        shared: &mut Shared,
        wake: &mut Nanos,
        ctx: &mut Context<'_>,
    ) -> Turn {
        if self.network.ready(dest, ctx) {
            if !request.is_retry {
                return self.send_control_request(request, dest, shared, ctx);
            }
            let backoff = request.backoff.map_or(self.config.retry_backoff, |own| own.min(self.config.retry_backoff));
            return self.sleep(Some((request, dest)), backoff, wake, ctx);
        }
        if self.network.is_connected(dest) && ctx.now() < until {
            *wake = (*wake).min(until);
            self.control = Control::Connecting { request, dest, until };
            return Turn::Over;
        }
        self.find_coordinator_and_retry(request, shared, wake, ctx)
    }
    /// `maybeFindCoordinatorAndRetry`.
    fn find_coordinator_and_retry(
        &mut self,
        request: TxnRequest,
        shared: &mut Shared,
        wake: &mut Nanos,
        ctx: &mut Context<'_>,
    ) -> Turn {
        if own(shared).coordinator_key(&request).is_some() {
            own(shared).look_up_and_retry(request);
            return Turn::Again;
        }
        shared.metadata.request_update();
        own(shared).retry(request);
        self.sleep(None, self.config.retry_backoff, wake, ctx)
    }
    /// `time.sleep`: nothing is sent, and nothing is read.
    fn sleep(
        &mut self,
        request: Option<(TxnRequest, Dest)>,
        span: Nanos,
        wake: &mut Nanos,
        ctx: &mut Context<'_>,
    ) -> Turn {
        let until = ctx.now().saturating_add(span);
        *wake = (*wake).min(until);
        self.control = Control::Sleeping { request, until };
        Turn::Over
    }
    fn send_control_request(
        &mut self,
        request: TxnRequest,
        dest: Dest,
        shared: &mut Shared,
        ctx: &mut Context<'_>,
    ) -> Turn {
        if !self.network.ready(dest, ctx) {
            // The connection is gone since: as if the request had been lost on it.
            own(shared).look_up_and_retry(request);
            return Turn::Again;
        }
        let tag = self.requests.add(Pending::Control);
        let message = own(shared).message(&request);
        self.control = Control::InFlight(request);
        self.network.send(dest, tag, message, None, true, ctx);
        Turn::Over
    }

    /// A control request is answered.
    pub(super) fn on_control_response(&mut self, response: &Response, shared: &mut Shared, ctx: &mut Context<'_>) {
        let request = self.take_in_flight();
        own(shared).on_response(request, response, ctx);
    }
    /// A control request will not be answered: its connection is gone.
    pub(super) fn on_control_disconnected(&mut self, shared: &mut Shared) {
        let request = self.take_in_flight();
        own(shared).look_up_and_retry(request);
    }
    fn take_in_flight(&mut self) -> TxnRequest {
        match std::mem::take(&mut self.control) {
            Control::InFlight(request) => request,
            other => unreachable!("what is answered is in flight, not {other:?}"),
        }
    }

    /// The transaction is, or has to be, aborted: what was not drained goes nowhere (`abortUndrainedBatches`).
    fn abort_undrained_batches(&mut self, reason: Exception, shared: &mut Shared, ctx: &mut Context<'_>) {
        self.abort_taken(RecordAccumulator::take_undrained, reason, shared, ctx);
    }
    /// Nothing will come of anything any more (`abortBatches`).
    fn abort_batches(&mut self, reason: Exception, shared: &mut Shared, ctx: &mut Context<'_>) {
        if shared.accumulator.has_incomplete() {
            self.abort_taken(RecordAccumulator::take_all, reason, shared, ctx);
        }
    }
    fn abort_taken(
        &mut self,
        take: fn(&mut RecordAccumulator, &mut Vec<BatchId>),
        reason: Exception,
        shared: &mut Shared,
        ctx: &mut Context<'_>,
    ) {
        let mut taken = std::mem::take(&mut self.scratch.expired);
        take(&mut shared.accumulator, &mut taken);
        taken.drain(..).for_each(|id| self.completion.abort(id, reason, shared, ctx));
        self.scratch.expired = taken;
    }
}

fn own(shared: &mut Shared) -> &mut TransactionManager {
    shared.transactions.as_mut().expect("only a transactional producer has control requests")
}
