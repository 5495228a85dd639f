//! The share consumer as an application sees it (`clients/.../consumer/internals/ShareConsumerImpl.java`).
//!
//! A call that waits (poll(), commitSync(), close()) is begun by the application, and goes on with every input:
//! [`KafkaShareConsumer::returned`] says when it is over, and with what.

use std::rc::Rc;

use super::in_flight::ShareFetch;
use super::requests::{ForBroker, ShareConsumeRequests};
use crate::client::alarm::{Alarm, soonest};
use crate::client::consumer::callbacks::partitions_go;
use crate::client::consumer::consumer_member::BackgroundEvent;
use crate::client::consumer::heartbeat_manager::{HeartbeatKind, HeartbeatManager};
use crate::client::consumer::network::ConsumerNetwork;
use crate::client::consumer::subscription::Subscriptions;
use crate::client::consumer::tag::Tag;
use crate::client::consumer::{ConsumerProtocolState, ConsumerSpec, ConsumerTimer, Polled, connect};
use crate::client::network::{Dest, NetworkEvent};
use crate::history::fact::{Fact, RevokeReason};
use crate::node::{Context, Input};
use crate::protocol::catalog::Catalog;
use crate::protocol::config::ShareAcknowledgementMode;
use crate::protocol::errors::ErrorCode;
use crate::protocol::exceptions::Exception;
use crate::protocol::ids::{BrokerId, Generation, MemberId, Offset, Tp};
use crate::protocol::messages::{AcknowledgeType, ConsumerGroupHeartbeatResponse, Response};
use crate::protocol::rules::{Rules, ShareGaps};
use crate::sim::time::Nanos;

/// How far close() is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum ClosePhase {
    /// What is left is acknowledged, and the share sessions are closed.
    Acknowledging,
    /// The answer to the leave is waited for.
    Leaving,
    /// Whatever else is under way to the coordinator.
    AwaitingAnswers,
}

/// The call in which the application's thread is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Call {
    None,
    /// poll().
    Poll {
        /// End of its time.
        deadline: Nanos,
        /// It has taken a look.
        begun: bool,
        /// It has asked for records, which it does once (`shouldSendShareFetchEvent`).
        asked: bool,
    },
    /// commitSync().
    CommitSync {
        /// End of its time.
        deadline: Nanos,
        /// Its number, once it has begun.
        number: Option<u32>,
    },
    /// close().
    Close {
        /// End of its time.
        deadline: Nanos,
        phase: ClosePhase,
        /// It has handed over what there was to acknowledge.
        begun: bool,
    },
}

/// What a call came back with.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum ShareReturned {
    /// poll() has records: [`KafkaShareConsumer::take_records`].
    Records,
    /// poll() has none, and its time is over.
    NoRecords,
    /// poll() threw.
    Threw(Exception),
    /// commitSync() returned: what came of each partition was told. Or it threw, as its time was over.
    Committed(Result<(), Exception>),
    /// close() returned.
    Closed,
}

/// What a tool may want to know of a running share consumer.
#[derive(Clone, PartialEq, Debug)]
pub struct ShareConsumerDescription {
    /// Its member id.
    pub member: MemberId,
    /// Its epoch, or none.
    pub epoch: Generation,
    /// Its state.
    pub state: ConsumerProtocolState,
    /// From which partitions it fetches, ascending.
    pub assignment: Vec<Tp>,
    /// Records that poll() has returned and that are not acknowledged.
    pub held: u64,
    /// Acquired offsets that poll() has not returned yet.
    pub waiting: u64,
    /// When the first of their locks ends, as far as brokers have said (since 4.1).
    pub locked_until: Option<Nanos>,
}

/// See the module.
#[derive(Clone, Debug)]
pub struct KafkaShareConsumer {
    spec: Rc<ConsumerSpec>,
    rules: Rules,
    network: ConsumerNetwork,
    subscriptions: Subscriptions,
    heartbeats: HeartbeatManager,
    requests: ShareConsumeRequests,
    /// What poll() has returned (`currentFetch`).
    current: ShareFetch,
    call: Call,
    /// What the next poll() throws.
    errors: Vec<Exception>,
    /// Scratch of a look at the network.
    events: Vec<NetworkEvent>,
    background_alarm: Alarm,
    metadata_alarm: Alarm,
}

impl KafkaShareConsumer {
    /// A consumer that has just been constructed and subscribed to its topics.
    pub fn new(spec: Rc<ConsumerSpec>, catalog: Rc<Catalog>, rules: Rules, ctx: &Context<'_>) -> KafkaShareConsumer {
        KafkaShareConsumer {
            network: connect(&spec, &catalog),
            subscriptions: Subscriptions::new(catalog.partition_count()),
            heartbeats: HeartbeatManager::new(HeartbeatKind::Share, spec.clone(), catalog, rules, ctx),
            requests: ShareConsumeRequests::new(spec.clone(), rules),
            current: ShareFetch::default(),
            call: Call::None,
            errors: Vec::new(),
            events: Vec::new(),
            background_alarm: Alarm::new(ConsumerTimer::Heartbeat),
            metadata_alarm: Alarm::new(ConsumerTimer::Metadata),
            rules,
            spec,
        }
    }

    // --- what the application calls ----------------------------------------------------------------

    /// poll() for so long at most.
    pub fn poll(&mut self, timeout: Nanos, now: Nanos) {
        self.call = Call::Poll { deadline: now.saturating_add(timeout), begun: false, asked: false };
    }
    /// The records that the last poll() returned.
    pub fn take_records(&mut self, records: &mut Vec<Polled>, ctx: &mut Context<'_>) {
        let node = ctx.me();
        for (run, delivery_count) in self.current.runs() {
            ctx.record(Fact::ShareRecordsPolled {
                node,
                tp: run.tp,
                offset: run.offset(0),
                count: run.count,
                origin: run.batch.origin.node,
                ordinal: run.ordinal(0),
                delivery_count: delivery_count.into(),
                timestamp: run.batch.base_timestamp,
            });
            records.push(run);
        }
    }
    /// acknowledge() of a record that the last poll() returned.
    ///
    /// # Panics
    /// Under `share.acknowledgement.mode=implicit`, and of a record that is not held: Kafka's consumer throws there.
    pub fn acknowledge(&mut self, tp: Tp, offset: Offset, kind: AcknowledgeType) {
        assert!(self.is_explicit(), "implicit acknowledgement of delivery is being used");
        assert!(self.current.acknowledge(tp, offset, kind), "a record is acknowledged that poll() has returned");
    }
    /// commitSync().
    pub fn commit_sync(&mut self, now: Nanos) {
        let deadline = now.saturating_add(self.spec.config.default_api_timeout);
        self.call = Call::CommitSync { deadline, number: None };
    }
    /// commitAsync().
    pub fn commit_async(&mut self, ctx: &mut Context<'_>) {
        self.handle_completed(ctx);
        self.acknowledge_if_implicit();
        let acknowledgements = self.current.take_acknowledged();
        self.requests.commit_async(acknowledgements, ctx.now(), self.network.metadata_mut());
        self.turn(ctx);
    }
    /// close(). What was not acknowledged is free again: also what the last poll() returned under implicit acknowledgement.
    pub fn close(&mut self, now: Nanos) {
        let deadline = now.saturating_add(self.spec.close_timeout());
        self.call = Call::Close { deadline, phase: ClosePhase::Acknowledging, begun: false };
    }
    /// wakeup(): a poll() that waits ends without records.
    pub fn wakeup(&mut self) {
        if matches!(self.call, Call::Poll { .. }) {
            self.call = Call::None;
        }
    }
    fn is_explicit(&self) -> bool {
        self.spec.config.share_acknowledgement_mode == ShareAcknowledgementMode::Explicit
    }

    /// Takes the application's call as far as it goes without waiting. `None`: it waits.
    pub fn returned(&mut self, ctx: &mut Context<'_>) -> Option<ShareReturned> {
        let returned = match self.call {
            Call::None => None,
            Call::Poll { deadline, begun, asked } => self.drive_poll(deadline, begun, asked, ctx),
            Call::CommitSync { deadline, number } => {
                self.drive_commit_sync(deadline, number, ctx).map(ShareReturned::Committed)
            }
            Call::Close { deadline, phase, begun } => {
                self.drive_close(deadline, phase, begun, ctx).then_some(ShareReturned::Closed)
            }
        };
        if returned.is_some() {
            self.call = Call::None;
        }
        returned
    }

    fn drive_poll(
        &mut self,
        deadline: Nanos,
        begun: bool,
        mut asked: bool,
        ctx: &mut Context<'_>,
    ) -> Option<ShareReturned> {
        if let Some(error) = self.next_error() {
            return Some(ShareReturned::Threw(error));
        }
        if !begun {
            self.handle_completed(ctx);
            self.acknowledge_if_implicit();
            debug_assert!(
                !self.is_explicit() || self.current.all_acknowledged(),
                "poll() comes when all is acknowledged"
            );
        }
        self.heartbeats.polled(ctx.now());
        self.turn(ctx);
        let acknowledgements = self.current.take_acknowledged();
        let collected = self.collect(acknowledgements, &mut asked, ctx);
        self.turn(ctx);
        self.call = Call::Poll { deadline, begun: true, asked };
        if let Err(error) = collected {
            return Some(ShareReturned::Threw(error));
        }
        if !self.current.is_empty() {
            self.handle_completed(ctx);
            return Some(ShareReturned::Records);
        }
        if let Some(error) = self.next_error() {
            return Some(ShareReturned::Threw(error));
        }
        (deadline <= ctx.now()).then(|| {
            self.handle_completed(ctx);
            ShareReturned::NoRecords
        })
    }
    fn next_error(&mut self) -> Option<Exception> {
        let first = self.errors.first().copied();
        self.errors.clear();
        first
    }
    fn acknowledge_if_implicit(&mut self) {
        if !self.is_explicit() {
            self.current.acknowledge_all(AcknowledgeType::Accept);
        }
    }

    /// Takes what is buffered, if everything of the last poll() is acknowledged, and wants more if there is nothing
    /// (`ShareConsumerImpl.collect`).
    fn collect(
        &mut self,
        mut acknowledgements: Vec<ForBroker>,
        asked: &mut bool,
        ctx: &mut Context<'_>,
    ) -> Result<(), Exception> {
        let mut wants = false;
        if self.current.has_renewals() {
            self.current.take_renewed();
            wants = self.current.has_renewals();
        } else if self.current.is_empty() {
            let max_records = self.spec.config.max_poll_records;
            let mut fetch = self.requests.buffer_mut().collect(max_records, self.network.metadata_mut())?;
            wants = fetch.is_empty();
            if wants {
                let gaps = fetch.take_acknowledged();
                match self.rules.share_gaps {
                    ShareGaps::Forgotten => {}
                    ShareGaps::WithFetch => self.requests.fetch(gaps, self.network.metadata()),
                    ShareGaps::Alone => self.requests.commit_async(gaps, ctx.now(), self.network.metadata_mut()),
                }
            } else {
                self.current = fetch;
            }
        }
        if wants && !std::mem::replace(asked, true) {
            self.requests.fetch(std::mem::take(&mut acknowledgements), self.network.metadata());
        }
        self.requests.commit_async(acknowledgements, ctx.now(), self.network.metadata_mut());
        Ok(())
    }

    fn drive_commit_sync(
        &mut self,
        deadline: Nanos,
        number: Option<u32>,
        ctx: &mut Context<'_>,
    ) -> Option<Result<(), Exception>> {
        let number = number.unwrap_or_else(|| {
            self.handle_completed(ctx);
            self.acknowledge_if_implicit();
            let acknowledgements = self.current.take_acknowledged();
            self.requests.commit_sync(acknowledgements, ctx.now(), self.network.metadata_mut())
        });
        self.call = Call::CommitSync { deadline, number: Some(number) };
        self.turn(ctx);
        if self.requests.is_sync_done(number) {
            self.handle_completed(ctx);
            return Some(Ok(()));
        }
        (deadline <= ctx.now()).then_some(Err(Exception::Answered(ErrorCode::RequestTimedOut)))
    }

    /// `sendAcknowledgementsAndLeaveGroup`, and what comes after it.
    fn drive_close(&mut self, deadline: Nanos, mut phase: ClosePhase, begun: bool, ctx: &mut Context<'_>) -> bool {
        let expired = deadline <= ctx.now();
        if !begun {
            let acknowledgements = self.current.take_acknowledged();
            self.requests.acknowledge_on_close(acknowledgements, ctx.now(), self.network.metadata_mut());
        }
        self.turn(ctx);
        if phase == ClosePhase::Acknowledging && (expired || self.requests.is_closed()) {
            self.leave(ctx);
            self.turn(ctx);
            phase = ClosePhase::Leaving;
        }
        if phase == ClosePhase::Leaving && (expired || !self.heartbeats.member().awaits_leave()) {
            self.handle_completed(ctx);
            phase = ClosePhase::AwaitingAnswers;
        }
        self.call = Call::Close { deadline, phase, begun: true };
        phase == ClosePhase::AwaitingAnswers && (expired || self.heartbeats.is_silent(&self.network))
    }
    fn leave(&mut self, ctx: &mut Context<'_>) {
        let all: Vec<Tp> = self.assigned().collect();
        partitions_go(&all, RevokeReason::Revoked, &self.subscriptions, ctx);
        self.heartbeats.begin_close();
        self.heartbeats.member_mut().leave_on_close(&mut self.subscriptions);
    }

    /// The acknowledgement commit callback hears what came of acknowledgements; records that were renewed are the application's again
    /// (`handleCompletedAcknowledgements`).
    fn handle_completed(&mut self, ctx: &mut Context<'_>) {
        let node = ctx.me();
        for outcome in self.requests.outcomes_mut().take() {
            let (tp, error) = (outcome.tp, outcome.error);
            self.current.renew(tp, &outcome.acknowledgements, error.is_none(), outcome.until);
            for (first, last) in outcome.acknowledgements.stretches() {
                ctx.record(Fact::ShareAcknowledgementCompleted { node, tp, first, last, error });
            }
        }
    }

    /// In which call the application's thread is, if in any.
    pub fn called(&self) -> Option<&'static str> {
        match self.call {
            Call::None => None,
            Call::Poll { .. } => Some("poll"),
            Call::CommitSync { .. } => Some("commitSync"),
            Call::Close { .. } => Some("close"),
        }
    }
    /// Membership, assignment, and what it holds.
    pub fn describe(&self) -> ShareConsumerDescription {
        let (member, epoch, state) = self.heartbeats.describe();
        let (waiting, buffered_until) = self.requests.buffer().waiting();
        ShareConsumerDescription {
            member,
            epoch,
            state,
            assignment: self.assigned().collect(),
            held: self.current.len() as u64,
            waiting,
            locked_until: self.current.locked_until().into_iter().chain(buffered_until).min(),
        }
    }

    // --- what drives it ----------------------------------------------------------------------------

    /// Takes an input of the network.
    pub fn accept(&mut self, input: Input, ctx: &mut Context<'_>) {
        self.network.accept(input, ctx);
    }
    /// One of its timers went off.
    pub fn on_timer(&mut self, timer: ConsumerTimer, ctx: &mut Context<'_>) {
        match timer {
            ConsumerTimer::Connection(_) => self.network.accept(Input::Timer(timer.into()), ctx),
            ConsumerTimer::Heartbeat => self.background_alarm.rang(),
            ConsumerTimer::Metadata => self.metadata_alarm.rang(),
        }
    }
    /// Fails requests that have waited in vain for their connection.
    pub fn expire(&mut self, ctx: &mut Context<'_>) {
        self.network.expire(ctx);
    }
    /// What goes on without the application.
    pub fn work(&mut self, ctx: &mut Context<'_>) {
        self.network.recover(ctx);
        let mut events = std::mem::take(&mut self.events);
        while self.network.has_events() {
            self.network.take_events(&mut events);
            for event in events.drain(..) {
                self.on_network(event, ctx);
            }
        }
        self.events = events;
        self.network.refresh_metadata(ctx);
        self.turn(ctx);
    }
    /// Whether there is more of that to do now.
    pub fn has_work(&self) -> bool {
        self.network.has_events()
    }
    /// One turn of the background thread (`ConsumerNetworkThread.runOnce`). An assignment takes effect at once: there is no rebalance
    /// listener.
    fn turn(&mut self, ctx: &mut Context<'_>) {
        let KafkaShareConsumer { heartbeats, subscriptions, network, .. } = self;
        heartbeats.find_coordinator(network, ctx);
        heartbeats.heartbeat(subscriptions, network, ctx);
        if heartbeats.member_mut().begin_reconciliation(true, subscriptions, network.metadata_mut()) {
            heartbeats.member_mut().committed();
        }
        while let Some(event) = heartbeats.member_mut().next_event() {
            match event {
                BackgroundEvent::Error(error) => self.errors.push(error),
                BackgroundEvent::Revoked => heartbeats.member_mut().run_revoked(subscriptions, ctx),
                BackgroundEvent::Assigned => drop(heartbeats.member_mut().run_assigned(subscriptions, ctx)),
                BackgroundEvent::Lost => heartbeats.member_mut().run_lost(subscriptions, ctx),
            }
        }
        heartbeats.heartbeat(subscriptions, network, ctx);
        let (member, _) = heartbeats.member().committer();
        let member = Some(member).filter(|member| *member != MemberId::NONE);
        let assigned = subscriptions.partitions().iter().map(|partition| partition.tp);
        self.requests.turn(member, assigned, network, ctx);
    }
    fn assigned(&self) -> impl Iterator<Item = Tp> + '_ {
        self.subscriptions.partitions().iter().map(|partition| partition.tp)
    }
    /// Everything is done that can be done now: sets the timers of what goes on without the application.
    pub fn rest(&mut self, ctx: &mut Context<'_>) {
        self.network.refresh_metadata(ctx);
        let now = ctx.now();
        let due = self.heartbeats.due(Nanos::MAX, now).min(soonest(now, &[self.requests.due()]));
        self.background_alarm.by(due, ctx);
        let metadata = self.network.metadata();
        let refresh = metadata.next_update(now).min(metadata.rebootstrap_at());
        if now < refresh {
            self.metadata_alarm.by(refresh, ctx);
        }
    }
    /// When the application's call has something to do, or a request has waited for too long.
    pub fn due(&self, now: Nanos) -> Nanos {
        let own = match self.call {
            Call::None => Nanos::MAX,
            Call::Poll { deadline, .. } | Call::CommitSync { deadline, .. } | Call::Close { deadline, .. } => deadline,
        };
        soonest(now, &[own]).min(self.network.next_expiry())
    }

    fn on_network(&mut self, event: NetworkEvent, ctx: &mut Context<'_>) {
        match event {
            NetworkEvent::Response { dest, tag, response } => {
                self.on_response(dest.broker(), Tag::decode(tag), response, ctx)
            }
            NetworkEvent::Failed { dest, tag, error } => self.on_failure(dest.broker(), Tag::decode(tag), error, ctx),
            NetworkEvent::Disconnected(dest) => {
                if let Dest::Coordinator(broker) = dest {
                    self.heartbeats.disconnected(broker);
                }
                self.network.metadata_mut().disconnected(ctx.now());
            }
            NetworkEvent::Ready(_) | NetworkEvent::Written { .. } => {}
        }
    }
    fn on_response(&mut self, broker: BrokerId, tag: Tag, response: Response, ctx: &mut Context<'_>) {
        let KafkaShareConsumer { network, subscriptions, heartbeats, requests, .. } = self;
        match (tag, response) {
            (Tag::Metadata, Response::Metadata(r)) => network.metadata_mut().update(&r, ctx.now()),
            (Tag::FindCoordinator { number }, Response::FindCoordinator(r)) => {
                heartbeats.on_find_coordinator_response(number, r, network, ctx)
            }
            (Tag::GroupHeartbeat { ignored: true }, Response::ShareGroupHeartbeat(_)) => {}
            (Tag::GroupHeartbeat { ignored: false }, Response::ShareGroupHeartbeat(r)) => {
                // The same but for its name.
                let response = ConsumerGroupHeartbeatResponse {
                    error: r.error,
                    member: r.member,
                    member_epoch: r.member_epoch,
                    heartbeat_interval: r.heartbeat_interval,
                    assignment: r.assignment,
                };
                heartbeats.on_response(&response, subscriptions, network, ctx)
            }
            (Tag::ShareFetch, Response::ShareFetch(r)) => {
                requests.on_fetch(broker, r, network.metadata_mut(), ctx.now())
            }
            (Tag::ShareAcknowledge, Response::ShareAcknowledge(r)) => {
                requests.on_acknowledge(broker, &r, network.metadata_mut(), ctx)
            }
            (tag, response) => unreachable!("{response:?} is no answer to {tag:?}"),
        }
    }
    /// A request got no answer.
    #[cold]
    fn on_failure(&mut self, broker: BrokerId, tag: Tag, error: ErrorCode, ctx: &mut Context<'_>) {
        let KafkaShareConsumer { network, heartbeats, requests, .. } = self;
        match tag {
            Tag::Metadata => network.metadata_mut().failed(ctx.now()),
            Tag::FindCoordinator { number } => heartbeats.on_find_coordinator_failure(number, error, network, ctx),
            Tag::GroupHeartbeat { ignored: true } => {}
            Tag::GroupHeartbeat { ignored: false } => heartbeats.on_failure(error, network, ctx),
            Tag::ShareFetch => requests.on_fetch_failure(broker),
            Tag::ShareAcknowledge => requests.on_acknowledge_failure(broker, ctx),
            tag => unreachable!("a share consumer sends no {tag:?}"),
        }
    }

    /// # Panics
    /// If its parts contradict each other.
    pub fn check_invariants(&self) {
        self.network.check_invariants(false);
        self.current.check_invariants();
        let awaited: Vec<(Dest, Tag)> = self.network.awaited().collect();
        let awaits = |tag: Tag| awaited.iter().any(|(_, other)| *other == tag);
        self.heartbeats.check_invariants(&self.subscriptions, false, awaits);
        self.requests.check_invariants(&awaited);
    }
}
