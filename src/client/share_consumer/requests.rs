//! What a member of a share group has to do with the leaders of its partitions: ShareFetch and ShareAcknowledge
//! (`clients/.../consumer/internals/ShareConsumeRequestManager.java`).
//!
//! A broker gets one request at a time. While a ShareAcknowledge is open, with any broker, nothing is fetched; and once something
//! was acquired, nothing is until the application has used it up.

mod commits;

use std::rc::Rc;

use litemap::LiteMap;

use super::acknowledge_request::{AcknowledgeRequestState, AcknowledgeRequests};
use super::acknowledgements::Acknowledgements;
use super::completed_fetch::{ShareCompletedFetch, ShareFetchBuffer};
use super::outcomes::{AcknowledgeCall, Outcomes};
use super::session::ShareSessionHandler;
use crate::client::consumer::ConsumerSpec;
use crate::client::consumer::network::ConsumerNetwork;
use crate::client::consumer::tag::Tag;
use crate::client::metadata::Metadata;
use crate::client::network::Dest;
use crate::history::fact::Fact;
use crate::net::backoff::ExponentialBackoff;
use crate::node::Context;
use crate::protocol::errors::ErrorCode;
use crate::protocol::exceptions::Exception;
use crate::protocol::ids::{BrokerId, MemberId, Tp};
use crate::protocol::messages::*;
use crate::protocol::rules::*;
use crate::sim::time::Nanos;

/// What was said of a partition, and for which broker it is.
pub type ForBroker = (Tp, BrokerId, Acknowledgements);

/// The one request that is under way to a broker.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Pending {
    Fetch,
    Acknowledge(AcknowledgeCall),
}

/// See the module.
#[derive(Clone, Debug)]
pub struct ShareConsumeRequests {
    spec: Rc<ConsumerSpec>,
    rules: Rules,
    backoff: ExponentialBackoff,
    sessions: LiteMap<BrokerId, ShareSessionHandler>,
    pending: LiteMap<BrokerId, Pending>,
    requests: LiteMap<BrokerId, AcknowledgeRequests>,
    /// poll() wants records.
    fetch_more: bool,
    /// Under `share.acquire.mode=record_limit`: the broker that is asked for records.
    fetch_node: Option<BrokerId>,
    /// The partitions, in the order in which they are fetched.
    order: Vec<Tp>,
    /// To go with the next ShareFetch.
    to_send: LiteMap<(BrokerId, Tp), Acknowledgements>,
    /// Under way with a ShareFetch.
    in_flight: LiteMap<(BrokerId, Tp), Acknowledgements>,
    buffer: ShareFetchBuffer,
    outcomes: Outcomes,
    /// The number of the next commitSync().
    next_sync: u32,
    /// close() has begun.
    closing: bool,
    /// close() has nothing more to wait for.
    closed: bool,
}

impl ShareConsumeRequests {
    /// No sessions.
    pub fn new(spec: Rc<ConsumerSpec>, rules: Rules) -> ShareConsumeRequests {
        let backoff = ExponentialBackoff::new(spec.config.retry_backoff, spec.config.retry_backoff_max);
        ShareConsumeRequests {
            spec,
            rules,
            backoff,
            sessions: LiteMap::new(),
            pending: LiteMap::new(),
            requests: LiteMap::new(),
            fetch_more: false,
            fetch_node: None,
            order: Vec::new(),
            to_send: LiteMap::new(),
            in_flight: LiteMap::new(),
            buffer: ShareFetchBuffer::default(),
            outcomes: Outcomes::default(),
            next_sync: 0,
            closing: false,
            closed: false,
        }
    }
    /// What is fetched and not handed out.
    pub fn buffer(&self) -> &ShareFetchBuffer {
        &self.buffer
    }
    /// The same, to hand it out.
    pub fn buffer_mut(&mut self) -> &mut ShareFetchBuffer {
        &mut self.buffer
    }
    /// What came of acknowledgements.
    pub fn outcomes_mut(&mut self) -> &mut Outcomes {
        &mut self.outcomes
    }
    /// Whether a commitSync() knows what came of all of it.
    pub fn is_sync_done(&self, number: u32) -> bool {
        self.outcomes.is_done(number)
    }
    /// Whether close() has acknowledged, and closed all sessions.
    pub fn is_closed(&self) -> bool {
        self.closed
    }

    // --- what the application wants ----------------------------------------------------------------

    /// poll() wants records; this is to be acknowledged with it.
    pub fn fetch(&mut self, acknowledgements: Vec<ForBroker>, metadata: &Metadata) {
        self.fetch_more = true;
        for (tp, node, acknowledgements) in acknowledgements {
            let leader = metadata.leader(tp).map(|leader| leader.leader);
            let node = match self.rules.share_acknowledge_leader {
                ShareAcknowledgeLeader::Any => leader.unwrap_or(node),
                ShareAcknowledgeLeader::WhereFetched => node,
            };
            match self.to_send.get_mut(&(node, tp)) {
                Some(others) => others.merge(acknowledgements),
                None => drop(self.to_send.insert((node, tp), acknowledgements)),
            }
        }
    }

    // --- the background thread ---------------------------------------------------------------------

    /// One turn (`poll`): what is to be sent is sent. `member`: none before it was ever let in.
    pub fn turn(
        &mut self,
        member: Option<MemberId>,
        assigned: impl Iterator<Item = Tp>,
        network: &mut ConsumerNetwork,
        ctx: &mut Context<'_>,
    ) {
        let Some(member) = member else {
            self.closed |= self.closing;
            return;
        };
        if self.send_acknowledgements(network, ctx) {
            return;
        }
        if self.closing {
            self.closed = true;
        } else if self.fetch_more {
            self.settle_order(assigned);
            self.send_fetches(member, network, ctx);
        }
    }
    /// When it has something to do that waits for time.
    pub fn due(&self) -> Nanos {
        let free = self.requests.iter().filter(|(node, _)| !self.pending.contains_key(node));
        free.flat_map(|(_, requests)| requests.all().map(AcknowledgeRequestState::due)).min().unwrap_or(Nanos::MAX)
    }
    /// Sends what is to be acknowledged by itself. Whether something of that is open now.
    fn send_acknowledgements(&mut self, network: &mut ConsumerNetwork, ctx: &mut Context<'_>) -> bool {
        let mut sent = false;
        for node in self.requests.keys().copied().collect::<Vec<_>>() {
            sent |= self.send_acknowledge(node, network, ctx);
        }
        let done = |(node, requests): (&BrokerId, &mut AcknowledgeRequests)| requests.prune().then_some(*node);
        for node in self.requests.iter_mut().filter_map(done).collect::<Vec<_>>() {
            self.requests.remove(&node);
        }
        sent || !self.requests.is_empty()
    }
    fn send_acknowledge(&mut self, node: BrokerId, network: &mut ConsumerNetwork, ctx: &mut Context<'_>) -> bool {
        let now = ctx.now();
        while !self.pending.contains_key(&node) {
            let ShareConsumeRequests { requests, sessions, outcomes, spec, .. } = self;
            let next = requests.get_mut(&node).and_then(|requests| requests.next(now, outcomes));
            let (Some(state), Some(session)) = (next, sessions.get_mut(&node)) else { return false };
            if state.call() == AcknowledgeCall::Close {
                session.close();
            }
            for (tp, acknowledgements) in state.next().iter() {
                session.add_partition(*tp);
                session.add_acknowledgements(*tp, acknowledgements.clone());
            }
            let Some(request) = session.acknowledge(spec) else {
                state.without_session(gone(self.rules), now, outcomes);
                continue;
            };
            if !network.metadata().brokers().contains(&node) {
                return false;
            }
            state.next().iter().for_each(|(tp, said)| tell_sent(*tp, said, ctx));
            state.sent();
            self.pending.insert(node, Pending::Acknowledge(state.call()));
            let request = Request::ShareAcknowledge(request);
            network.send(Dest::Broker(node), Tag::ShareAcknowledge, request, None, ctx);
            return true;
        }
        false
    }

    /// The assigned partitions, those that are new at the end.
    fn settle_order(&mut self, assigned: impl Iterator<Item = Tp>) {
        let assigned: Vec<Tp> = assigned.collect();
        self.order.retain(|tp| assigned.contains(tp));
        let added = assigned.into_iter().filter(|tp| !self.order.contains(tp)).collect::<Vec<_>>();
        self.order.extend(added);
    }
    fn is_limited(&self) -> bool {
        self.spec.config.share_acquire_mode == ShareAcquireMode::RecordLimit
    }
    fn send_fetches(&mut self, member: MemberId, network: &mut ConsumerNetwork, ctx: &mut Context<'_>) {
        self.fail_unreachable(network, ctx);
        let mut nodes: Vec<BrokerId> = Vec::new();
        for tp in self.order.clone() {
            let Some(leader) = network.metadata().leader(tp) else {
                network.metadata_mut().request_update();
                continue;
            };
            let node = leader.leader;
            if self.pending.contains_key(&node) || network.is_unavailable(Dest::Broker(node), ctx) {
                continue;
            }
            if !self.sessions.contains_key(&node) {
                self.sessions.insert(node, ShareSessionHandler::new(member));
            }
            self.session(node).add_partition(tp);
            if let Some(acknowledgements) = self.to_send.remove(&(node, tp)) {
                self.piggyback(node, tp, acknowledgements);
            }
            if !nodes.contains(&node) {
                nodes.push(node);
            }
            if self.is_limited() && self.fetch_node.is_none() {
                self.fetch_node = Some(node);
                self.order.retain(|other| *other != tp);
                self.order.push(tp);
            }
        }
        self.acknowledge_what_is_not_fetched(&mut nodes, network.metadata_mut());
        nodes.sort();
        for node in nodes {
            self.send_fetch(node, network, ctx);
        }
    }
    /// A request to a broker whose connection is lost, and may not be opened yet, fails (`NetworkClientDelegate.checkDisconnects`), and
    /// with it what it would acknowledge. One that would acknowledge nothing waits for the connection here: in Kafka it fails again and
    /// again, every `retry.backoff.ms`.
    fn fail_unreachable(&mut self, network: &mut ConsumerNetwork, ctx: &mut Context<'_>) {
        let waiting: Vec<(BrokerId, Tp)> = self.to_send.keys().copied().collect();
        for (node, tp) in waiting {
            let free = self.sessions.contains_key(&node) && !self.pending.contains_key(&node);
            if free && network.is_unavailable(Dest::Broker(node), ctx) {
                self.session(node).failed();
                let acknowledgements = self.to_send.remove(&(node, tp)).expect("just seen");
                let error = Some(Exception::Answered(ErrorCode::NetworkException));
                self.outcomes.add(tp, acknowledgements, error, None);
            }
        }
    }
    fn session(&mut self, node: BrokerId) -> &mut ShareSessionHandler {
        self.sessions.get_mut(&node).expect("who is asked for records has a session, or is to get one")
    }
    /// Acknowledgements of partitions that are not fetched from their broker any more: they go all the same, unless another one is known
    /// to lead.
    fn acknowledge_what_is_not_fetched(&mut self, nodes: &mut Vec<BrokerId>, metadata: &mut Metadata) {
        let waiting: Vec<(BrokerId, Tp)> = self.to_send.keys().copied().collect();
        for (node, tp) in waiting {
            let known = self.sessions.contains_key(&node) && metadata.brokers().contains(&node);
            if self.pending.contains_key(&node) || !known {
                continue;
            }
            let acknowledgements = self.to_send.remove(&(node, tp)).expect("just seen");
            if self.has_moved(node, tp, metadata) {
                let error = Some(Exception::Answered(ErrorCode::NotLeaderOrFollower));
                self.outcomes.add(tp, acknowledgements, error, None);
            } else if self.piggyback(node, tp, acknowledgements) && !nodes.contains(&node) {
                nodes.push(node);
            }
        }
    }
    /// Lets acknowledgements go with the next ShareFetch, if it is in a session that is open (`maybeAddAcknowledgements`).
    fn piggyback(&mut self, node: BrokerId, tp: Tp, acknowledgements: Acknowledgements) -> bool {
        let error = match self.rules.share_acknowledge_session {
            ShareAcknowledgeSession::Sent => None,
            ShareAcknowledgeSession::InvalidEpoch => Some(ErrorCode::InvalidShareSessionEpoch),
            ShareAcknowledgeSession::NotLeader => Some(ErrorCode::NotLeaderOrFollower),
        };
        if let Some(error) = error.filter(|_| self.session(node).is_new()) {
            self.outcomes.add(tp, acknowledgements, Some(Exception::Answered(error)), None);
            return false;
        }
        self.session(node).add_acknowledgements(tp, acknowledgements.clone());
        self.in_flight.insert((node, tp), acknowledgements);
        true
    }
    fn send_fetch(&mut self, node: BrokerId, network: &mut ConsumerNetwork, ctx: &mut Context<'_>) {
        let only_changes = self.is_limited() && self.fetch_node != Some(node);
        let (spec, limit) = (self.spec.clone(), self.rules.share_fetch_limit);
        let Some(request) = self.session(node).fetch(&spec, limit, only_changes) else { return };
        for partition in request.partitions.iter().filter(|partition| !partition.acknowledgements.is_empty()) {
            tell_sent(partition.tp, &self.in_flight[&(node, partition.tp)], ctx);
        }
        self.pending.insert(node, Pending::Fetch);
        network.send(Dest::Broker(node), Tag::ShareFetch, Request::ShareFetch(Box::new(request)), None, ctx);
    }

    // --- answers -----------------------------------------------------------------------------------

    /// Takes what went with a ShareFetch to a broker.
    fn take_in_flight(&mut self, node: BrokerId) -> Vec<(Tp, Acknowledgements)> {
        let of_node = self.in_flight.keys().copied().filter(|(other, _)| *other == node).collect::<Vec<_>>();
        let take = |key: (BrokerId, Tp)| Some((key.1, self.in_flight.remove(&key)?));
        of_node.into_iter().filter_map(take).collect()
    }
    fn fetch_is_over(&mut self, node: BrokerId) {
        self.pending.remove(&node);
        self.fetch_node = self.fetch_node.filter(|other| *other != node);
    }
    /// Answer to a ShareFetch.
    pub fn on_fetch(&mut self, node: BrokerId, response: ShareFetchResponse, metadata: &mut Metadata, now: Nanos) {
        self.fetch_is_over(node);
        let limit = self.rules.share_session_refused;
        if !self.session(node).answered(response.error, limit) {
            if response.error == ErrorCode::UnknownTopicId {
                metadata.request_update();
            }
            if self.rules.share_acknowledge_unanswered == ShareAcknowledgeUnanswered::Fail {
                self.fail_in_flight(node, response.error);
            }
            return;
        }
        let until = lock_end(response.acquisition_lock_timeout, now);
        for data in response.partitions {
            if let Some(acknowledgements) = self.in_flight.remove(&(node, data.tp)) {
                let error = data.acknowledge_error.is_err().then_some(Exception::Answered(data.acknowledge_error));
                self.outcomes.add(data.tp, acknowledgements, error, until);
            }
            take_leader(data.tp, data.error, data.current_leader, metadata);
            self.fetch_more &= data.acquired.is_empty();
            self.buffer.add(ShareCompletedFetch::new(node, data, until));
        }
        if self.rules.share_acknowledge_unanswered != ShareAcknowledgeUnanswered::Forgotten {
            self.fail_in_flight(node, ErrorCode::InvalidRecordState);
        }
    }
    fn fail_in_flight(&mut self, node: BrokerId, error: ErrorCode) {
        for (tp, acknowledgements) in self.take_in_flight(node) {
            self.outcomes.add(tp, acknowledgements, Some(Exception::Answered(error)), None);
        }
    }
    /// A ShareFetch got no answer: its connection is lost, if only because the answer took too long.
    pub fn on_fetch_failure(&mut self, node: BrokerId) {
        self.fetch_is_over(node);
        self.session(node).failed();
        self.fail_in_flight(node, ErrorCode::NetworkException);
    }
    /// The request to a broker that is over now, and what it leaves.
    fn acknowledge_is_over(&mut self, node: BrokerId) -> Option<(AcknowledgeCall, AcknowledgeRequests)> {
        let Some(Pending::Acknowledge(call)) = self.pending.remove(&node) else { return None };
        Some((call, self.requests.remove(&node)?))
    }
    /// Answer to a ShareAcknowledge.
    pub fn on_acknowledge(
        &mut self,
        node: BrokerId,
        response: &ShareAcknowledgeResponse,
        metadata: &mut Metadata,
        ctx: &mut Context<'_>,
    ) {
        let Some((call, mut requests)) = self.acknowledge_is_over(node) else { return };
        if let Some(state) = requests.all_mut().find(|state| state.call() == call && state.is_sent()) {
            match call {
                AcknowledgeCall::Close => self.closed_by(state, response, ctx),
                _ => self.acknowledged(node, state, response, metadata, ctx),
            }
        }
        self.requests.insert(node, requests);
        if call == AcknowledgeCall::Close {
            self.sessions.remove(&node);
        }
    }
    /// The last request of a session: whatever it comes to.
    fn closed_by(
        &mut self,
        state: &mut AcknowledgeRequestState,
        response: &ShareAcknowledgeResponse,
        ctx: &Context<'_>,
    ) {
        for (tp, error, _) in &response.partitions {
            state.answered(*tp, *error, None, &mut self.outcomes);
        }
        state.finished(ctx.now(), &mut self.outcomes);
    }
    fn acknowledged(
        &mut self,
        node: BrokerId,
        state: &mut AcknowledgeRequestState,
        response: &ShareAcknowledgeResponse,
        metadata: &mut Metadata,
        ctx: &mut Context<'_>,
    ) {
        let now = ctx.now();
        let limit = ShareSessionRefused::GoesOn;
        if !self.session(node).answered(response.error, limit) {
            self.attempt_failed(state, ctx);
            if response.error.is_retriable() {
                state.all_again();
            } else {
                state.fail(response.error, &mut self.outcomes);
                state.finished(now, &mut self.outcomes);
            }
            return;
        }
        let until = lock_end(response.acquisition_lock_timeout, now);
        let mut retries = false;
        for (tp, error, current) in &response.partitions {
            take_leader(*tp, *error, *current, metadata);
            if error.is_retriable() && !is_for_good(*error) {
                retries |= state.again(*tp);
            } else {
                state.answered(*tp, *error, until, &mut self.outcomes);
            }
        }
        if retries {
            self.attempt_failed(state, ctx);
            state.fail(ErrorCode::InvalidRecordState, &mut self.outcomes);
        } else {
            state.finished(now, &mut self.outcomes);
        }
    }
    fn attempt_failed(&self, state: &mut AcknowledgeRequestState, ctx: &mut Context<'_>) {
        let pause = self.backoff.draw(state.failures(), ctx.random());
        state.attempt_failed(ctx.now(), pause);
    }
    /// A ShareAcknowledge got no answer. It is not tried again: the locks may be gone with the session. A lost connection has no
    /// code of its own (`Errors.forException(DisconnectException)`).
    pub fn on_acknowledge_failure(&mut self, node: BrokerId, ctx: &mut Context<'_>) {
        let Some((call, mut requests)) = self.acknowledge_is_over(node) else { return };
        self.session(node).failed();
        let error = ErrorCode::UnknownServerError;
        if let Some(state) = requests.all_mut().find(|state| state.call() == call && state.is_sent()) {
            state.fail(error, &mut self.outcomes);
            state.finished(ctx.now(), &mut self.outcomes);
        }
        self.requests.insert(node, requests);
        if call == AcknowledgeCall::Close {
            self.sessions.remove(&node);
        }
    }

    /// # Panics
    /// If it waits for an answer that will not come. `awaited`: the requests under way.
    pub fn check_invariants(&self, awaited: &[(Dest, Tag)]) {
        for (node, pending) in self.pending.iter() {
            let tag = match pending {
                Pending::Fetch => Tag::ShareFetch,
                Pending::Acknowledge(_) => Tag::ShareAcknowledge,
            };
            assert!(awaited.contains(&(Dest::Broker(*node), tag)), "a request that is under way was sent");
        }
        self.sessions.values().for_each(ShareSessionHandler::check_invariants);
        self.requests.values().flat_map(AcknowledgeRequests::all).for_each(AcknowledgeRequestState::check_invariants);
    }
}

/// With what acknowledgements fail for which there is no share session.
fn gone(rules: Rules) -> ErrorCode {
    match rules.share_acknowledge_session {
        ShareAcknowledgeSession::Sent | ShareAcknowledgeSession::InvalidEpoch => ErrorCode::ShareSessionNotFound,
        ShareAcknowledgeSession::NotLeader => ErrorCode::NotLeaderOrFollower,
    }
}

/// The errors of a partition that are not tried again although they may pass: the locks are gone, or the partition is.
fn is_for_good(error: ErrorCode) -> bool {
    matches!(
        error,
        ErrorCode::NotLeaderOrFollower
            | ErrorCode::FencedLeaderEpoch
            | ErrorCode::UnknownTopicOrPartition
            | ErrorCode::UnknownTopicId
    )
}

/// When locks end that a broker has given now, if it said how long they last.
fn lock_end(timeout: Nanos, now: Nanos) -> Option<Nanos> {
    (timeout > Nanos::ZERO).then(|| now.saturating_add(timeout))
}

/// A leader that an error names (KIP-951).
fn take_leader(
    tp: Tp,
    error: ErrorCode,
    current: Option<crate::protocol::batch::LeaderAndEpoch>,
    metadata: &mut Metadata,
) {
    if let (ErrorCode::NotLeaderOrFollower | ErrorCode::FencedLeaderEpoch, Some(leader)) = (error, current) {
        metadata.update_leader(tp, leader);
    }
}

fn tell_sent(tp: Tp, said: &Acknowledgements, ctx: &mut Context<'_>) {
    let node = ctx.me();
    for run in said.runs() {
        let (first, last, acknowledgement) = (run.first, run.last, run.kind);
        ctx.record(Fact::ShareAcknowledgementSent { node, tp, first, last, acknowledgement });
    }
}

#[cfg(test)]
mod tests;
