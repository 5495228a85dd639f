//! The consumer as an application sees it (`clients/.../consumer/internals/{ClassicKafkaConsumer,AsyncKafkaConsumer}.java`).
//!
//! A call that waits (poll(), commitSync(), close()) is begun by the application, and goes on with every
//! input: [`KafkaConsumer::returned`] says when it is over, and with what. poll() of the real client waits for the
//! network and looks again, until it has records or its time is over; here every input that reaches a waiting poll()
//! is one such look.

use std::rc::Rc;

use super::callbacks::partitions_come;
use super::close::Closing;
use super::commits::{FinishedCommit, Offsets, SyncCommit, all_consumed, commit_returned};
use super::coordinator::GroupProgress;
use super::fetch_buffer::{Drained, FetchError, PassedOver, Polled};
use super::fetcher::Fetcher;
use super::membership::{LookupManner, Membership, MembershipState};
use super::network::ConsumerNetwork;
use super::offset_fetcher::OffsetFetcher;
use super::read_replica::ReadReplicaChange;
use super::spec::{ConsumerSpec, ManualAssignment};
use super::subscription::{FetchPosition, FetchState, SeekTo, Subscriptions};
use super::tag::Tag;
use super::timers::ConsumerTimer;
use crate::client::alarm::{Alarm, soonest};
use crate::client::metadata::Metadata;
use crate::client::network::{Dest, NetworkConfig, NetworkEvent};
use crate::history::fact::{Fact, ReadReplicaCause};
use crate::net::CONNECTION_SETUP_TIMEOUT_MAX;
use crate::node::{Context, Input};
use crate::protocol::catalog::Catalog;
use crate::protocol::client_preset::ClientPreset;
use crate::protocol::config::AutoOffsetReset;
use crate::protocol::errors::ErrorCode;
use crate::protocol::exceptions::Exception;
use crate::protocol::ids::{BrokerId, Generation, LeaderEpoch, MemberId, Offset, Tp};
use crate::protocol::messages::{ConsumerGroupMetadata, Response};
use crate::protocol::rules::{RegexMetadata, Rules, UnsubscribedPartitions};
use crate::sim::time::Nanos;

/// A consumer's `max.in.flight.requests.per.connection`, not configurable in Kafka.
const MAX_IN_FLIGHT: u32 = 100;

/// The call in which the application's thread is.
#[derive(Clone, Debug)]
pub(super) enum Call {
    /// In none.
    None,
    /// poll(), until the deadline at most.
    Poll {
        /// When it was called.
        begun: Nanos,
        /// End of poll()'s time.
        deadline: Nanos,
    },
    /// commitSync().
    CommitSync(SyncCommit),
    /// unsubscribe(), until the deadline at most.
    Unsubscribe {
        /// End of its time (`default.api.timeout.ms`).
        deadline: Nanos,
    },
    /// close().
    Close(Closing),
}

/// What a call came back with.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Returned {
    /// poll() has records: [`KafkaConsumer::take_records`].
    Records,
    /// poll() has none, and its time is over; or a position has moved over control records or aborted ones, and there was
    /// nothing behind them.
    NoRecords,
    /// poll() threw.
    Threw(Exception),
    /// commitSync() returned or threw.
    Committed(Result<(), Exception>),
    /// poll(), unsubscribe() or close() is in onPartitionsRevoked or onPartitionsLost, which is the application's, and goes on when that
    /// comes back: [`KafkaConsumer::called_back`]. The listener may call the consumer.
    CallsBack,
    /// poll() is in onPartitionsAssigned, which is the application's: [`KafkaConsumer::take_assigned`], then
    /// [`KafkaConsumer::has_sought`].
    PartitionsAssigned,
    /// unsubscribe() returned or threw.
    Unsubscribed(Result<(), Exception>),
    /// close() returned: nothing more is to be expected of this consumer.
    Closed,
}

/// What a tool may want to know of a running consumer.
#[derive(Clone, PartialEq, Debug)]
pub struct ConsumerDescription {
    /// Its member id, or none.
    pub member: MemberId,
    /// Its generation or epoch, or none.
    pub generation: Generation,
    /// Its state.
    pub state: MembershipState,
    /// Its partitions, in the order of the assignment, with their positions if they have one.
    pub assignment: Vec<(Tp, Option<Offset>)>,
}

/// See the module.
#[derive(Clone, Debug)]
pub struct KafkaConsumer {
    pub(super) spec: Rc<ConsumerSpec>,
    pub(super) catalog: Rc<Catalog>,
    rules: Rules,
    pub(super) network: ConsumerNetwork,
    pub(super) subscriptions: Subscriptions,
    pub(super) fetcher: Fetcher,
    pub(super) offsets: OffsetFetcher,
    pub(super) membership: Membership,
    pub(super) call: Call,
    /// The call that waits for the listener; [`Call::None`] if none does.
    pub(super) suspended: Call,
    /// Of how many changes of the assignment the listener has heard that seeks.
    pub(super) heard_of: u32,
    /// wakeup() was called, and no call that blocks since.
    woken: bool,
    /// What poll() returns.
    records: Vec<Polled>,
    /// Scratch of a look at the network.
    events: Vec<NetworkEvent>,
    heartbeat_alarm: Alarm,
    metadata_alarm: Alarm,
}

/// The connections of a consumer that has just been constructed: none yet.
pub(in crate::client) fn connect(spec: &ConsumerSpec, catalog: &Catalog) -> ConsumerNetwork {
    let config = &spec.config;
    let connections = NetworkConfig {
        request_timeout: config.request_timeout,
        reconnect_backoff: config.reconnect_backoff,
        reconnect_backoff_max: config.reconnect_backoff_max,
        connection_setup_timeout: config.socket_connection_setup_timeout,
        connection_setup_timeout_max: CONNECTION_SETUP_TIMEOUT_MAX,
        max_in_flight: MAX_IN_FLIGHT,
        discover_api_versions: true,
    };
    let metadata = Metadata::new(
        catalog.brokers().collect(),
        spec.topics.clone(),
        config.metadata_max_age,
        config.retry_backoff,
        config.retry_backoff_max,
    )
    .recovering((config.metadata_recovery_strategy, config.metadata_rebootstrap_trigger), spec.client)
    .of_client(spec.client)
    .of_all_topics(spec.pattern);
    ConsumerNetwork::new(connections, metadata)
}

/// Nothing subscribed, nothing assigned.
fn own_subscriptions(spec: &ConsumerSpec, partitions: u32, catalog: &Rc<Catalog>, rules: Rules) -> Subscriptions {
    let subscriptions = Subscriptions::new(partitions);
    let by_name = spec.assigned.is_none() && !spec.pattern && spec.regex.is_none();
    match rules.unsubscribed_partitions {
        UnsubscribedPartitions::LeftAlone if by_name => subscriptions.by_name(catalog.clone()),
        UnsubscribedPartitions::LeftAlone | UnsubscribedPartitions::Read => subscriptions,
    }
}

impl KafkaConsumer {
    /// A consumer that has just been constructed and subscribed to its topics, or assigned its partitions.
    pub fn new(spec: Rc<ConsumerSpec>, catalog: Rc<Catalog>, rules: Rules, ctx: &mut Context<'_>) -> KafkaConsumer {
        let partitions = catalog.partition_count();
        let rack = catalog.rack(spec.config.client_rack.as_str());
        let mut consumer = KafkaConsumer {
            network: connect(&spec, &catalog),
            subscriptions: own_subscriptions(&spec, partitions, &catalog, rules),
            fetcher: Fetcher::new(partitions).in_rack(rack),
            offsets: OffsetFetcher::new(spec.clone()),
            membership: Membership::new(spec.clone(), catalog.clone(), rules, ctx),
            catalog,
            call: Call::None,
            suspended: Call::None,
            heard_of: 0,
            woken: false,
            records: Vec::new(),
            events: Vec::new(),
            heartbeat_alarm: Alarm::new(ConsumerTimer::Heartbeat),
            metadata_alarm: Alarm::new(ConsumerTimer::Metadata),
            rules,
            spec,
        };
        consumer.subscriptions.subscribe(consumer.spec.named_topics());
        if consumer.spec.regex.is_some() {
            match rules.regex_metadata {
                RegexMetadata::AllTopics => consumer.network.metadata_mut().ask_for_all(),
                RegexMetadata::AssignedTopics => consumer.network.metadata_mut().ask_for_assigned(&[]),
            }
        }
        consumer.assign(ctx);
        consumer
    }
    /// assign(). Without a group.id there are no committed offsets to begin at.
    fn assign(&mut self, ctx: &mut Context<'_>) {
        let Some(assigned) = &self.spec.assigned else { return };
        let ManualAssignment { partitions, has_group_id } = &**assigned;
        self.subscriptions.assign_by_hand(partitions);
        self.subscriptions.touch_all();
        partitions_come(partitions, Generation::NONE, ctx);
        if !has_group_id {
            partitions.iter().for_each(|tp| self.subscriptions.request_reset(*tp, false));
        }
    }

    // --- what the application calls ----------------------------------------------------------------

    /// poll() for so long at most.
    pub fn poll(&mut self, timeout: Nanos, now: Nanos) {
        self.membership.poll_begins();
        self.call = Call::Poll { begun: now, deadline: now.saturating_add(timeout) };
    }
    /// The records that the last poll() returned, in exchange for an empty list.
    pub fn take_records(&mut self, records: &mut Vec<Polled>) {
        debug_assert!(records.is_empty(), "a poll() comes when the records of the one before are dealt with");
        std::mem::swap(records, &mut self.records);
    }
    /// commitSync() of all positions.
    pub fn commit_sync(&mut self, now: Nanos) {
        self.begin_commit(all_consumed(&self.subscriptions), now);
    }
    /// commitSync(offsets). They carry no epoch, as `new OffsetAndMetadata(offset)` does not, and nobody looks whether the partitions are
    /// assigned.
    pub fn commit_sync_of(&mut self, offsets: &[(Tp, Offset)], now: Nanos) {
        self.begin_commit(without_epochs(offsets), now);
    }
    fn begin_commit(&mut self, offsets: Offsets, now: Nanos) {
        self.call = Call::CommitSync(self.membership.begin_sync_commit(offsets, now));
    }
    /// commitAsync() of all positions.
    pub fn commit_async(&mut self, ctx: &mut Context<'_>) {
        self.begin_async_commit(all_consumed(&self.subscriptions), ctx);
    }
    /// commitAsync(offsets, callback), as [`KafkaConsumer::commit_sync_of`]. Returns the number of the call.
    pub fn commit_async_of(&mut self, offsets: &[(Tp, Offset)], ctx: &mut Context<'_>) -> u32 {
        self.begin_async_commit(without_epochs(offsets), ctx);
        self.membership.last_commit_call()
    }
    /// The number of the last commit that was asked for.
    pub fn last_commit_call(&self) -> u32 {
        self.membership.last_commit_call()
    }
    /// Calls of commitAsync() whose callbacks run now, oldest first.
    pub fn take_finished_commits(&mut self) -> Vec<FinishedCommit> {
        self.membership.take_finished_commits()
    }
    /// Where it is in each partition from which it was given something, as a commit without offsets would say.
    pub fn consumed(&self) -> Vec<(Tp, Offset)> {
        all_consumed(&self.subscriptions).iter().map(|(tp, offset, _)| (*tp, *offset)).collect()
    }
    /// It is transmitted, and what has come is read (`client.pollNoWakeup()`).
    fn begin_async_commit(&mut self, offsets: Offsets, ctx: &mut Context<'_>) {
        let unread = self.network.has_events() && self.is_unattended();
        self.membership.commit_async(offsets, &mut self.subscriptions, &mut self.network, ctx);
        if unread {
            self.look(ctx);
        }
    }
    /// Which assignment of a partition is in force: another one after it was revoked and came back. None if it is not assigned: what a
    /// rebalance listener knows.
    pub fn assigned_since(&self, tp: Tp) -> Option<u32> {
        self.subscriptions.get(tp).map(|partition| partition.since)
    }
    /// groupMetadata(): what a producer needs of the membership for sendOffsetsToTransaction(). It is as of the last
    /// rebalance that this member has completed, also when its membership is lost since.
    pub fn group_metadata(&self) -> ConsumerGroupMetadata {
        self.membership.group_metadata()
    }
    /// seek() to an offset, whatever becomes of the position that was: it may be in doubt, or not be known yet. The new one carries no
    /// epoch (`KafkaConsumer.seek`). Nothing, if the partition is not assigned.
    pub fn seek(&mut self, tp: Tp, offset: Offset, ctx: &mut Context<'_>) {
        if self.subscriptions.get(tp).is_none() {
            return;
        }
        let leader = self.network.metadata().leader(tp);
        self.subscriptions.seek(tp, FetchPosition { offset, offset_epoch: LeaderEpoch::UNDEFINED, leader });
        self.subscriptions.touch(tp);
        ctx.record(Fact::PositionSought { node: ctx.me(), tp, offset });
    }
    /// seekToBeginning(), seekToEnd(), or offsetsForTimes() and seek(): the next poll() asks the broker which offset that is. Nothing, if
    /// the partition is not assigned.
    pub fn seek_to(&mut self, tp: Tp, to: SeekTo) {
        self.subscriptions.request_seek(tp, to);
        if self.subscriptions.get(tp).is_some() {
            self.subscriptions.touch(tp);
        }
    }
    /// `ConsumerRecords.nextOffsets()` of a partition of the last poll(): the next offset to read, and the leader epoch of the
    /// record before it; none without a position. A new leader that is still to be asked about it (KIP-320) puts it in
    /// doubt, and does not take it away.
    pub fn next_offset(&self, tp: Tp) -> Option<(Offset, LeaderEpoch)> {
        self.subscriptions.position_or_doubt(tp).map(|position| (position.offset, position.offset_epoch))
    }
    /// committed() and seek() of every assigned partition: the next poll() asks for the committed offsets, as the first one
    /// has done, and where there is none auto.offset.reset decides.
    pub fn seek_to_committed(&mut self) {
        let assigned: Vec<Tp> = self.subscriptions.partitions().iter().map(|partition| partition.tp).collect();
        for tp in assigned {
            self.subscriptions.set_state(tp, FetchState::Initializing);
            self.subscriptions.touch(tp);
        }
    }
    /// assignment().
    pub fn assignment(&self) -> impl Iterator<Item = Tp> + '_ {
        self.subscriptions.partitions().iter().map(|assigned| assigned.tp)
    }
    /// pause() or resume().
    pub fn set_paused(&mut self, tp: Tp, paused: bool, ctx: &mut Context<'_>) {
        if self.subscriptions.set_paused(tp, paused) {
            self.subscriptions.touch(tp);
            ctx.record(Fact::PartitionPaused { node: ctx.me(), tp, paused });
        }
    }
    /// close().
    pub fn close(&mut self, now: Nanos) {
        self.call = Call::Close(self.membership.begin_close(&self.subscriptions, now));
    }

    /// Takes the application's call as far as it goes without waiting. `None`: it waits.
    pub fn returned(&mut self, ctx: &mut Context<'_>) -> Option<Returned> {
        // What came while nobody looked: a commit is sent before, anything else is done after it is read.
        let unread = self.network.has_events() && self.reads_in_calls();
        if unread && matches!(self.call, Call::Poll { .. } | Call::Close(_)) {
            self.look(ctx);
        }
        let returned = match &mut self.call {
            Call::None => None,
            Call::Unsubscribe { deadline } => {
                let deadline = *deadline;
                self.drive_unsubscribe(deadline, ctx)
            }
            Call::Poll { .. } if std::mem::take(&mut self.woken) => Some(Returned::Threw(Exception::Wakeup)),
            Call::Poll { begun, deadline } => {
                let (begun, last) = (*begun, *deadline <= ctx.now());
                match self.poll_pass(begun, last, ctx) {
                    Ok(_) if self.membership.calls_back() => Some(Returned::CallsBack),
                    Ok(_) if self.is_to_seek() => Some(Returned::PartitionsAssigned),
                    Ok(_) if !self.records.is_empty() => Some(Returned::Records),
                    Ok(advanced) => (last || advanced).then_some(Returned::NoRecords),
                    Err(error) => Some(Returned::Threw(error)),
                }
            }
            Call::CommitSync(commit) => {
                let result = self.membership.drive_sync_commit(commit, &mut self.subscriptions, &mut self.network, ctx);
                let woken = result.is_none() && std::mem::take(&mut self.woken);
                if woken {
                    commit_returned(commit.call(), Some(Exception::Wakeup), ctx);
                }
                result.or(woken.then_some(Err(Exception::Wakeup))).map(Returned::Committed)
            }
            Call::Close(closing) => {
                match self.membership.drive_close(closing, &mut self.subscriptions, &mut self.network, ctx) {
                    true => Some(Returned::Closed),
                    false => self.membership.calls_back().then_some(Returned::CallsBack),
                }
            }
        };
        if unread && matches!(returned, Some(Returned::Committed(_) | Returned::Unsubscribed(_))) {
            self.look(ctx);
        }
        if returned.is_some() {
            let call = std::mem::replace(&mut self.call, Call::None);
            if matches!(returned, Some(Returned::CallsBack | Returned::PartitionsAssigned)) {
                self.suspended = call;
            }
        }
        returned
    }
    /// The listener has come back: the call that waits for it goes on.
    pub fn called_back(&mut self) {
        self.call = std::mem::replace(&mut self.suspended, Call::None);
        self.membership.called_back();
    }
    /// wakeup(): the call that blocks throws WakeupException, or the next one that does. A commit that is under way by then is
    /// not called back (`ConsumerNetworkClient.maybeTriggerWakeup`, `WakeupTrigger`).
    pub fn wakeup(&mut self) {
        self.woken = true;
    }
    /// A poll() that waits ends without records, as by a wakeup() of somebody who sees that it waits.
    pub fn leave_poll(&mut self) {
        if matches!(self.call, Call::Poll { .. }) {
            self.call = Call::None;
        }
    }

    /// In which call the application's thread is, if in any.
    pub fn called(&self) -> Option<&'static str> {
        match &self.call {
            Call::None => None,
            Call::Poll { .. } => Some("poll"),
            Call::CommitSync(_) => Some("commitSync"),
            Call::Unsubscribe { .. } => Some("unsubscribe"),
            Call::Close(_) => Some("close"),
        }
    }
    /// Membership, assignment and positions.
    pub fn describe(&self) -> ConsumerDescription {
        let (member, generation, state) = self.membership.member();
        let assignment = self.subscriptions.partitions().iter();
        ConsumerDescription {
            member,
            generation,
            state,
            assignment: assignment.map(|p| (p.tp, p.position().map(|position| position.offset))).collect(),
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
            ConsumerTimer::Heartbeat => self.heartbeat_alarm.rang(),
            ConsumerTimer::Metadata => self.metadata_alarm.rang(),
        }
    }
    /// Fails requests that have waited in vain for their connection.
    pub fn expire(&mut self, ctx: &mut Context<'_>) {
        self.network.expire(ctx);
    }
    /// What goes on without the application, if anything does: the network's news, metadata, the heartbeat thread.
    pub fn work(&mut self, ctx: &mut Context<'_>) {
        if self.is_unattended() {
            return;
        }
        self.look(ctx);
        if !self.is_away() {
            self.membership.turn(&mut self.subscriptions, &mut self.network, ctx);
        }
        self.membership.background_commit(&self.subscriptions, &mut self.network, ctx);
    }
    /// A look at the network (`ConsumerNetworkClient.poll`).
    fn look(&mut self, ctx: &mut Context<'_>) {
        self.network.recover(ctx);
        self.dispatch(ctx);
        self.network.refresh_metadata(ctx);
    }
    /// Whether only the application's calls read what comes: the heartbeat thread of a classic member sleeps until the member has
    /// joined (`AbstractCoordinator.HeartbeatThread.run`, `hasNotJoinedGroup`). Other clients than Java's have threads or an event
    /// loop for it.
    fn reads_in_calls(&self) -> bool {
        self.spec.client.is_none_or(ClientPreset::is_java) && self.membership.has_no_reader()
    }
    /// Whether nobody reads what comes now: it waits for the application's next call.
    pub(super) fn is_unattended(&self) -> bool {
        matches!(self.call, Call::None) && self.reads_in_calls()
    }
    /// Whether nobody cares for heartbeats now: they come from the application's loop, and it is at work.
    fn is_away(&self) -> bool {
        matches!(self.call, Call::None) && self.spec.heartbeats_from_loop()
    }
    /// The application is between two records: who heartbeats from its loop does so now, if it is time.
    pub fn between_records(&mut self, ctx: &mut Context<'_>) {
        if self.is_away() {
            self.membership.turn(&mut self.subscriptions, &mut self.network, ctx);
        }
    }
    /// Whether there is more of that to do now.
    pub fn has_work(&self) -> bool {
        self.network.has_events() && !self.is_unattended()
    }
    /// Everything is done that can be done now: sets the timers of what goes on without the application.
    pub fn rest(&mut self, ctx: &mut Context<'_>) {
        if self.is_unattended() {
            return;
        }
        self.network.refresh_metadata(ctx);
        let now = ctx.now();
        let heartbeat = if self.is_away() { Nanos::MAX } else { self.membership.turn_due(now) };
        self.heartbeat_alarm.by(heartbeat.min(soonest(now, &[self.membership.background_due()])), ctx);
        let metadata = self.network.metadata();
        let refresh = metadata.next_update(now).min(metadata.rebootstrap_at());
        if now < refresh {
            self.metadata_alarm.by(refresh, ctx);
        }
    }
    /// When the application's call has something to do, or a request has waited for too long. What is overdue waits
    /// for an event of the network, not for time.
    pub fn due(&self, now: Nanos) -> Nanos {
        let own = match &self.call {
            Call::None => return self.network.next_expiry(),
            Call::Poll { deadline, .. } => [*deadline, Nanos::MAX],
            Call::CommitSync(commit) => [commit.due(), commit.deadline()],
            Call::Unsubscribe { deadline } => [*deadline, Nanos::MAX],
            Call::Close(closing) => closing.dues(),
        };
        let lookup = self.subscriptions.next_lookup(self.membership.committed_due());
        soonest(now, &own)
            .min(soonest(now, &[lookup]))
            .min(soonest(now, &self.membership.dues()))
            .min(self.network.next_expiry())
    }

    /// Hands the network's events to their owners; handling them may bring more.
    fn dispatch(&mut self, ctx: &mut Context<'_>) {
        let mut events = std::mem::take(&mut self.events);
        while self.network.has_events() {
            self.network.take_events(&mut events);
            for event in events.drain(..) {
                self.on_network(event, ctx);
            }
        }
        self.events = events;
        self.tell_read_replicas(ctx);
    }
    /// From which followers it reads now, and from which no more.
    fn tell_read_replicas(&mut self, ctx: &mut Context<'_>) {
        for ReadReplicaChange { tp, broker, cause, error } in self.subscriptions.take_read_replica_changes() {
            ctx.record(Fact::ReadReplicaChanged { node: ctx.me(), tp, broker, cause, error });
        }
    }

    fn on_network(&mut self, event: NetworkEvent, ctx: &mut Context<'_>) {
        match event {
            NetworkEvent::Response { dest, tag, response } => {
                self.on_response(dest.broker(), Tag::decode(tag), response, ctx)
            }
            NetworkEvent::Failed { dest, tag, error } => self.on_failure(dest.broker(), Tag::decode(tag), error, ctx),
            NetworkEvent::Disconnected(dest) => {
                match dest {
                    Dest::Coordinator(broker) => self.membership.disconnected(broker),
                    Dest::Broker(broker) => self.fetcher.on_failure(broker, &mut self.subscriptions),
                }
                self.network.metadata_mut().disconnected(ctx.now());
            }
            NetworkEvent::Ready(_) | NetworkEvent::Written { .. } => {}
        }
    }

    fn on_response(&mut self, broker: BrokerId, tag: Tag, response: Response, ctx: &mut Context<'_>) {
        let KafkaConsumer { network, subscriptions, fetcher, offsets, membership, .. } = self;
        match (tag, response) {
            (Tag::Metadata, Response::Metadata(r)) => {
                network.metadata_mut().update(&r, ctx.now());
                membership.metadata_updated(network, ctx);
            }
            (Tag::Fetch, Response::Fetch(mut r)) => {
                fetcher.on_response(broker, &mut r, subscriptions, network.metadata_mut());
                ctx.give_back(r.partitions);
            }
            (Tag::ListOffsets { number }, Response::ListOffsets(r)) => {
                offsets.on_list_offsets_response(number, &r, subscriptions, network, ctx)
            }
            (Tag::OffsetsForLeaderEpoch { number }, Response::OffsetsForLeaderEpoch(r)) => {
                offsets.on_epoch_end_offsets(number, &r, subscriptions, network, ctx)
            }
            (tag, response) => {
                if let Some(error) = membership.on_response(tag, response, subscriptions, network, ctx) {
                    offsets.fail(error);
                }
            }
        }
    }

    /// A request got no answer. For the coordinator's requests [`NetworkEvent::Disconnected`] follows.
    #[cold]
    fn on_failure(&mut self, broker: BrokerId, tag: Tag, error: ErrorCode, ctx: &mut Context<'_>) {
        let KafkaConsumer { network, subscriptions, fetcher, offsets, membership, .. } = self;
        match tag {
            Tag::Metadata => network.metadata_mut().failed(ctx.now()),
            Tag::Fetch => fetcher.on_failure(broker, subscriptions),
            Tag::ListOffsets { number } => offsets.on_list_offsets_failure(number, subscriptions, network, ctx),
            Tag::OffsetsForLeaderEpoch { number } => {
                offsets.on_epoch_end_offsets_failure(number, subscriptions, network, ctx)
            }
            tag => membership.on_failure(tag, error, subscriptions, network, ctx),
        }
    }

    // --- poll() ------------------------------------------------------------------------------------

    /// One pass of its loop. `last`: poll()'s time is over, so nothing is waited for any more, and what is
    /// buffered is handed out even if the coordinator or the committed offsets are not to be had. Returns whether a
    /// position has moved over what is not handed out (`Fetch.positionAdvanced`).
    ///
    /// # Errors
    /// What poll() throws.
    fn poll_pass(&mut self, begun: Nanos, last: bool, ctx: &mut Context<'_>) -> Result<bool, Exception> {
        let lookup = self.membership.lookup_manner(self.rules);
        let progress = self.membership.poll(&mut self.subscriptions, &mut self.network, ctx)?;
        if self.is_to_seek() {
            return Ok(false);
        }
        let waits = match progress {
            GroupProgress::Blocked => true,
            GroupProgress::Joins => false,
            GroupProgress::CallsBack => return Ok(false),
            GroupProgress::Goes => {
                let resets = lookup != LookupManner::WaitsForCommitted;
                self.update_fetch_positions(ctx)? || (resets && self.offsets.awaits_reset(begun))
            }
        };
        if waits && !last && lookup != LookupManner::GoesOn {
            return Ok(false);
        }
        let advanced = self.collect_fetch(ctx)?;
        self.membership.handed_out(&mut self.subscriptions, &mut self.network, ctx);
        // Also when records are returned: the next ones travel while the application works.
        if !waits || advanced || !self.records.is_empty() || lookup != LookupManner::GoesOn {
            self.fetcher.send_fetches(&self.spec.config, &mut self.subscriptions, &mut self.network, ctx);
        }
        self.tell_read_replicas(ctx);
        Ok(advanced)
    }

    /// Takes positions as far as they go without waiting (`updateFetchPositions`). Whether it left a lookup on which
    /// poll() has to wait: that of committed offsets.
    ///
    /// # Errors
    /// What poll() throws: no offset, out of range or truncated, without a reset policy.
    fn update_fetch_positions(&mut self, ctx: &mut Context<'_>) -> Result<bool, Exception> {
        let KafkaConsumer { network, subscriptions, offsets, membership, .. } = self;
        offsets.compare_with_metadata(subscriptions, network);
        if subscriptions.has_all_positions() {
            return Ok(false);
        }
        offsets.check()?;
        offsets.validate_positions(subscriptions, network, ctx);
        if membership.fetch_committed(subscriptions, network, ctx) {
            return Ok(true);
        }
        offsets.reset_initializing(subscriptions)?;
        offsets.reset_positions(subscriptions, network, ctx);
        Ok(false)
    }

    /// What is handed out of what is buffered. Returns whether something was passed over.
    ///
    /// # Errors
    /// What poll() throws.
    fn collect_fetch(&mut self, ctx: &mut Context<'_>) -> Result<bool, Exception> {
        let collected = self.collect_in_turn(ctx);
        self.fetcher.end_poll();
        collected
    }
    /// Hands out up to `max.poll.records` of what is buffered; what is passed over does not count. An error is thrown
    /// only if there is nothing else to return: otherwise the next poll() comes upon it.
    fn collect_in_turn(&mut self, ctx: &mut Context<'_>) -> Result<bool, Exception> {
        let mut remaining = self.spec.config.max_poll_records;
        let mut advanced = false;
        while remaining > 0 {
            match self.fetcher.drain(remaining, &mut self.subscriptions, &mut self.records) {
                Drained::Nothing => break,
                Drained::Done(_) => {}
                Drained::Redirected(tp, broker) => {
                    let until = ctx.now().saturating_add(self.spec.config.metadata_max_age);
                    self.subscriptions.prefer_read_replica(tp, broker, until);
                }
                Drained::Records(count) => {
                    remaining -= count;
                    self.record_polled(ctx);
                }
                Drained::PassedOver(PassedOver { tp, from, to }) => {
                    advanced = true;
                    ctx.record(Fact::OffsetsPassedOver { node: ctx.me(), tp, from, to });
                    self.record_extent(tp, ctx);
                }
                Drained::Failed(failure) => {
                    let result = self.on_fetch_error(failure);
                    if result.is_err() && (advanced || !self.records.is_empty()) {
                        break;
                    }
                    self.fetcher.drop_failed(failure, &mut self.subscriptions);
                    result?;
                }
            }
        }
        Ok(advanced)
    }

    fn record_polled(&mut self, ctx: &mut Context<'_>) {
        let node = ctx.me();
        let run = self.records.last().expect("records were just handed out");
        ctx.record(Fact::RecordsPolled {
            node,
            tp: run.tp,
            offset: run.offset(0),
            count: run.count,
            origin: run.batch.origin.node,
            ordinal: run.ordinal(0),
            leader_epoch: run.batch.leader_epoch,
            high_watermark: run.high_watermark,
            timestamp: run.batch.base_timestamp,
        });
        let (tp, high_watermark) = (run.tp, run.high_watermark);
        self.subscriptions.told_high_watermark(tp, high_watermark);
        self.record_extent(tp, ctx);
    }
    /// What has changed of where a partition ends and begins, to this consumer.
    fn record_extent(&mut self, tp: Tp, ctx: &mut Context<'_>) {
        let node = ctx.me();
        let (end, start) = self.subscriptions.untold_extent(tp, self.spec.config.isolation_level);
        if let Some(end) = end {
            ctx.record(Fact::FetchEndSeen { node, tp, end });
        }
        if let Some(start) = start {
            ctx.record(Fact::FetchStartSeen { node, tp, start });
        }
    }

    /// `FetchCollector.handleInitializeErrors`. What stale metadata may have caused is fetched again at
    /// once, and again, until the refresh brings another leader (KAFKA-15615, open in 4.0).
    fn on_fetch_error(&mut self, failure: FetchError) -> Result<(), Exception> {
        match failure.error {
            ErrorCode::NotLeaderOrFollower
            | ErrorCode::FencedLeaderEpoch
            | ErrorCode::ReplicaNotAvailable
            | ErrorCode::KafkaStorageError
            | ErrorCode::OffsetNotAvailable
            | ErrorCode::UnknownTopicOrPartition
            | ErrorCode::UnknownTopicId => {
                self.network.metadata_mut().request_update();
                self.subscriptions.leave_read_replica(failure.tp, ReadReplicaCause::Refused, failure.error);
            }
            ErrorCode::UnknownLeaderEpoch | ErrorCode::UnknownServerError => {}
            // A follower may not have it yet: the leader is asked.
            ErrorCode::OffsetOutOfRange
                if self.subscriptions.leave_read_replica(failure.tp, ReadReplicaCause::Refused, failure.error) => {}
            ErrorCode::OffsetOutOfRange => {
                let current = self.subscriptions.position(failure.tp).map(|position| position.offset);
                if current == Some(failure.fetch_offset) {
                    if self.spec.config.auto_offset_reset == AutoOffsetReset::None {
                        return Err(Exception::OutOfRange);
                    }
                    self.subscriptions.request_reset(failure.tp, true);
                }
            }
            error => return Err(Exception::Unexpected(error)),
        }
        Ok(())
    }
}

fn without_epochs(offsets: &[(Tp, Offset)]) -> Offsets {
    offsets.iter().map(|(tp, offset)| (*tp, *offset, LeaderEpoch::UNDEFINED)).collect()
}
