//! Registration, heartbeats, fencing, controlled shutdown, and the broker's reading of the metadata
//! log (`core/.../server/BrokerLifecycleManager.scala`).
//!
//! Two channels lead to the controller: one for registration and heartbeats, one for the fetches of
//! the metadata log.

use crate::node::{Context, Input};
use crate::protocol::config::BrokerConfig;
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::{BrokerEpoch, BrokerId, NodeId, RackId};
use crate::protocol::messages::*;
use crate::protocol::rules::{HeartbeatRetry, Rules};
use crate::sim::time::Nanos;

use super::controller_channel::{ActiveController, ChannelEvent, ControllerChannel, ControllerPurpose};
use crate::cluster::broker::timers::{BrokerEndpoint, BrokerTimer};
use crate::cluster::raft::{ObservedRecords, RaftConfig, RaftObserver, Voters};

#[cfg(test)]
mod tests;

/// What the broker has to do about an input.
#[derive(Clone, Debug)]
pub enum LifecycleEvent {
    /// Nothing for the broker to do.
    Handled,
    /// The controller has registered this incarnation.
    Registered(BrokerEpoch),
    /// Committed records to apply to the image, from this offset on. The broker answers with
    /// [`BrokerLifecycle::metadata_applied`].
    Metadata {
        /// Offset of the first.
        base_offset: i64,
        /// The records.
        records: Vec<MetadataRecord>,
        /// Whether this brings the broker to the log's end as of the fetch for the first time:
        /// "first publish", which loads the logs.
        caught_up: bool,
    },
    /// The controller has unfenced this broker: it may serve requests.
    Unfenced,
    /// The controller lets this broker stop; or it has to stop without: it asked before it was
    /// running, the controller took more than five minutes, or never registered it.
    MayShutDown,
}

/// Delay of the next heartbeat while starting.
const STARTING_INTERVAL: Nanos = Nanos::from_millis(10);
/// Delay after the first answer that does not grant a shutdown yet.
const FIRST_SHUTDOWN_INTERVAL: Nanos = Nanos::from_millis(50);
/// First delay after a failure, where delays double up to half the session timeout.
const RESEND_BACKOFF: Nanos = Nanos::from_millis(100);
/// How long a broker waits to be let go (`KafkaBroker`).
const CONTROLLED_SHUTDOWN_TIMEOUT: Nanos = Nanos::from_secs(300);
/// `MAX_FETCH_WAIT_MS` of the Raft client.
const METADATA_FETCH_WAIT: Nanos = Nanos::from_millis(500);

/// Where the broker reads the metadata log.
#[derive(Clone, Debug)]
enum MetadataSource {
    /// From the only controller, which shows what is committed.
    Only(Box<ControllerChannel>),
    /// From the leader of a quorum.
    Quorum(Box<RaftObserver>),
}

/// Where the broker is in its life (`BrokerState`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum State {
    /// Catching up with the metadata.
    Starting,
    /// Caught up, not unfenced yet: the logs are being loaded.
    Recovery,
    /// Unfenced once.
    Running,
    /// Asking to be let go; still serving.
    PendingControlledShutdown {
        /// Whether an answer did not grant it yet.
        refused_once: bool,
    },
    /// Let go.
    ShuttingDown,
}

/// See the module.
#[derive(Clone, Debug)]
pub struct BrokerLifecycle {
    broker: BrokerId,
    heartbeat_interval: Nanos,
    /// From running to the first heartbeat after it.
    first_interval: Nanos,
    retry: HeartbeatRetry,
    /// Longest delay after a failure, where delays grow.
    resend_backoff_max: Nanos,
    registration_timeout: Nanos,
    controlled_shutdown_enable: bool,
    previous: BrokerEpoch,
    rack: Option<RackId>,
    incarnation: u64,
    epoch: BrokerEpoch,
    registered: bool,
    state: State,
    ready_to_unfence: bool,
    /// A registration or heartbeat is queued or in flight.
    communication_in_flight: bool,
    /// Something came up meanwhile that the next one must tell at once.
    next_is_immediate: bool,
    failed_attempts: u32,
    heartbeats: ControllerChannel,
    metadata: MetadataSource,
    /// `controller.quorum.retry.backoff.ms`.
    metadata_retry_backoff: Nanos,
    /// Of an only controller: offset of the next record to fetch.
    fetch_offset: i64,
    /// Offset of the last record that the broker has applied.
    applied: i64,
    /// Of an only controller: the log's end was reached once.
    caught_up: bool,
}

impl BrokerLifecycle {
    /// A new incarnation, not yet registered. `previous`: the epoch in the clean shutdown marker.
    pub fn new(
        broker: BrokerId,
        controller: NodeId,
        config: &BrokerConfig,
        rules: Rules,
        previous: BrokerEpoch,
    ) -> BrokerLifecycle {
        let half_session = Nanos(config.broker_session_timeout.0 / 2);
        let budget = match rules.heartbeat_retry {
            HeartbeatRetry::Backoff => half_session,
            HeartbeatRetry::Interval => config.broker_heartbeat_interval,
        };
        BrokerLifecycle {
            broker,
            heartbeat_interval: config.broker_heartbeat_interval,
            first_interval: config.broker_heartbeat_interval,
            retry: rules.heartbeat_retry,
            resend_backoff_max: half_session,
            registration_timeout: config.initial_broker_registration_timeout,
            controlled_shutdown_enable: config.controlled_shutdown_enable,
            previous,
            rack: None,
            incarnation: 0,
            epoch: BrokerEpoch::UNKNOWN,
            registered: false,
            state: State::Starting,
            ready_to_unfence: false,
            communication_in_flight: false,
            next_is_immediate: false,
            failed_attempts: 0,
            heartbeats: ControllerChannel::new(
                controller,
                config.controller_socket_timeout.min(budget),
                BrokerTimer::HeartbeatConnection,
                BrokerEndpoint::Heartbeats,
            )
            .with_budget(budget, BrokerTimer::HeartbeatExpires),
            metadata: MetadataSource::Only(Box::new(ControllerChannel::new(
                controller,
                config.controller_quorum_request_timeout,
                BrokerTimer::MetadataConnection,
                BrokerEndpoint::Metadata,
            ))),
            metadata_retry_backoff: config.controller_quorum_retry_backoff,
            fetch_offset: 0,
            applied: -1,
            caught_up: false,
        }
    }
    /// There are several controllers: it reads the metadata log of their leader, and finds it.
    pub fn of_quorum(self, voters: Voters, config: RaftConfig) -> BrokerLifecycle {
        let observer = RaftObserver::new(
            self.broker,
            voters,
            config,
            BrokerTimer::MetadataConnection,
            BrokerEndpoint::Metadata,
            BrokerTimer::MetadataRetry,
        );
        BrokerLifecycle {
            metadata: MetadataSource::Quorum(Box::new(observer)),
            heartbeats: self.heartbeats.of_leader(BrokerTimer::ControllerLook(ControllerPurpose::Heartbeats.number())),
            ..self
        }
    }
    /// Whom its reading of the metadata log tells to lead several controllers.
    pub fn leader(&self) -> Option<ActiveController> {
        match &self.metadata {
            MetadataSource::Only(_) => None,
            MetadataSource::Quorum(observer) => {
                observer.leader().map(|voter| ActiveController { node: voter.node, place: voter.place })
            }
        }
    }
    /// The channel for registration and heartbeats.
    pub fn heartbeats(&mut self) -> &mut ControllerChannel {
        &mut self.heartbeats
    }
    /// It registers with this `broker.rack`.
    pub fn stands_in(&mut self, rack: Option<RackId>) {
        self.rack = rack;
    }
    /// Once running, the first heartbeat comes after this time instead of a whole interval.
    pub fn first_heartbeat_after(&mut self, time: Nanos) {
        self.first_interval = time;
    }
    /// Registers, and begins to read the metadata log.
    pub fn start(&mut self, ctx: &mut Context<'_>) {
        self.incarnation = ctx.random().next_u64();
        ctx.set_timer_in(BrokerTimer::GiveUp, self.registration_timeout);
        self.communicate(ctx);
        self.fetch_metadata(ctx);
    }
    /// Something happened to the connection for registration and heartbeats.
    pub fn heartbeat_channel(&mut self, input: Input, ctx: &mut Context<'_>) -> LifecycleEvent {
        match self.heartbeats.handle(input, ctx) {
            ChannelEvent::Response(response) => self.answered(response, ctx),
            ChannelEvent::Handled => LifecycleEvent::Handled,
        }
    }
    /// A registration or heartbeat may have been tried for long enough.
    pub fn heartbeat_expires(&mut self, ctx: &mut Context<'_>) {
        if self.heartbeats.expire(ctx) {
            self.communication_in_flight = false;
            self.communicate_after_failure(ctx);
        }
    }
    /// Something happened to the connection for the metadata log.
    pub fn metadata_channel(&mut self, input: Input, ctx: &mut Context<'_>) -> LifecycleEvent {
        match &mut self.metadata {
            MetadataSource::Only(channel) => match channel.handle(input, ctx) {
                ChannelEvent::Response(Response::FetchMetadata(response)) => self.metadata_fetched(response, ctx),
                ChannelEvent::Response(_) | ChannelEvent::Handled => LifecycleEvent::Handled,
            },
            MetadataSource::Quorum(observer) => match observer.accept(input, ctx) {
                Some(ObservedRecords { base_offset, records, caught_up }) => {
                    LifecycleEvent::Metadata { base_offset, records, caught_up }
                }
                None => LifecycleEvent::Handled,
            },
        }
    }
    /// Time for the next registration or heartbeat; or the broker is let go.
    pub fn time_to_communicate(&mut self, ctx: &mut Context<'_>) -> LifecycleEvent {
        if self.state == State::ShuttingDown {
            return LifecycleEvent::MayShutDown;
        }
        self.communicate(ctx);
        LifecycleEvent::Handled
    }
    /// Registration, or a controlled shutdown, has taken too long.
    pub fn give_up(&mut self, ctx: &mut Context<'_>) -> LifecycleEvent {
        self.shut_down(ctx);
        LifecycleEvent::MayShutDown
    }
    /// The broker has applied metadata up to this offset.
    pub fn metadata_applied(&mut self, offset: i64) {
        self.applied = offset;
    }
    /// The logs are loaded and the first image is published: the broker may be unfenced. Before the
    /// controller has seen it catch up it does not ask (`BrokerServer.startup` waits for that first).
    pub fn ready_to_unfence(&mut self, ctx: &mut Context<'_>) {
        self.ready_to_unfence = true;
        if self.state != State::Starting {
            self.communicate_now(ctx);
        }
    }
    /// Ask to stop (controlled shutdown). A broker that is not running yet, or has
    /// `controlled.shutdown.enable` off, does not ask: [`LifecycleEvent::MayShutDown`] comes at once.
    pub fn begin_shutdown(&mut self, ctx: &mut Context<'_>) {
        match self.state {
            State::Running if self.controlled_shutdown_enable => {
                self.state = State::PendingControlledShutdown { refused_once: false };
                ctx.set_timer_in(BrokerTimer::GiveUp, CONTROLLED_SHUTDOWN_TIMEOUT);
                self.communicate_now(ctx);
            }
            State::PendingControlledShutdown { .. } | State::ShuttingDown => {}
            State::Starting | State::Recovery | State::Running => {
                self.shut_down(ctx);
                ctx.set_timer(BrokerTimer::Communicate, ctx.now());
            }
        }
    }
    /// Whether it has been unfenced, and is not let go yet: while it asks to stop, a broker goes on serving.
    #[cfg(test)]
    pub fn is_running(&self) -> bool {
        matches!(self.state, State::Running | State::PendingControlledShutdown { .. })
    }

    /// Sends a registration or heartbeat, or sees to it that the next one follows the present one at
    /// once (`CommunicationEvent`).
    fn communicate(&mut self, ctx: &mut Context<'_>) {
        if self.communication_in_flight {
            self.next_is_immediate = true;
            return;
        }
        self.communication_in_flight = true;
        let request = if self.registered {
            Request::BrokerHeartbeat(BrokerHeartbeatRequest {
                broker: self.broker,
                broker_epoch: self.epoch,
                current_metadata_offset: self.applied,
                want_fence: !self.ready_to_unfence || self.state == State::Starting,
                want_shutdown: matches!(self.state, State::PendingControlledShutdown { .. }),
            })
        } else {
            Request::BrokerRegistration(BrokerRegistrationRequest {
                broker: self.broker,
                incarnation: self.incarnation,
                previous_broker_epoch: self.previous,
                rack: self.rack,
            })
        };
        self.heartbeats.send(request, ctx);
    }
    fn communicate_now(&mut self, ctx: &mut Context<'_>) {
        if self.state != State::ShuttingDown {
            self.next_is_immediate = false;
            ctx.cancel_timer(BrokerTimer::Communicate);
            self.communicate(ctx);
        }
    }
    fn communicate_after(&mut self, delay: Nanos, ctx: &mut Context<'_>) {
        if self.next_is_immediate {
            self.communicate_now(ctx)
        } else {
            ctx.set_timer_in(BrokerTimer::Communicate, delay)
        }
    }
    fn communicate_after_failure(&mut self, ctx: &mut Context<'_>) {
        let delay = match self.retry {
            HeartbeatRetry::Backoff => backoff(self.failed_attempts, self.resend_backoff_max, ctx),
            HeartbeatRetry::Interval => self.heartbeat_interval,
        };
        self.failed_attempts += 1;
        // Never at once after a failure.
        self.next_is_immediate = false;
        self.communicate_after(delay, ctx);
    }

    fn answered(&mut self, response: Response, ctx: &mut Context<'_>) -> LifecycleEvent {
        self.communication_in_flight = false;
        match response {
            Response::BrokerRegistration(response) if response.error.is_ok() => {
                self.register(response.broker_epoch, ctx)
            }
            Response::BrokerHeartbeat(response) if response.error.is_ok() => self.heartbeat_answered(&response, ctx),
            _ => {
                self.communicate_after_failure(ctx);
                LifecycleEvent::Handled
            }
        }
    }
    fn register(&mut self, epoch: BrokerEpoch, ctx: &mut Context<'_>) -> LifecycleEvent {
        self.failed_attempts = 0;
        self.epoch = epoch;
        self.registered = true;
        ctx.cancel_timer(BrokerTimer::GiveUp);
        self.communicate_now(ctx);
        LifecycleEvent::Registered(epoch)
    }
    fn heartbeat_answered(&mut self, response: &BrokerHeartbeatResponse, ctx: &mut Context<'_>) -> LifecycleEvent {
        self.failed_attempts = 0;
        match self.state {
            State::Starting => {
                if response.is_caught_up {
                    self.state = State::Recovery;
                    self.next_is_immediate |= self.ready_to_unfence;
                }
                self.communicate_after(STARTING_INTERVAL, ctx);
            }
            State::Recovery if !response.is_fenced => {
                self.state = State::Running;
                self.communicate_after(self.first_interval, ctx);
                return LifecycleEvent::Unfenced;
            }
            State::Recovery | State::Running => self.communicate_after(self.heartbeat_interval, ctx),
            State::PendingControlledShutdown { .. } if response.should_shutdown => {
                self.shut_down(ctx);
                return LifecycleEvent::MayShutDown;
            }
            State::PendingControlledShutdown { refused_once } => {
                self.state = State::PendingControlledShutdown { refused_once: true };
                let delay = if refused_once { self.heartbeat_interval } else { FIRST_SHUTDOWN_INTERVAL };
                self.communicate_after(delay, ctx);
            }
            State::ShuttingDown => {}
        }
        LifecycleEvent::Handled
    }
    /// No more is said to the controller.
    fn shut_down(&mut self, ctx: &mut Context<'_>) {
        self.state = State::ShuttingDown;
        self.heartbeats.close(ctx);
        ctx.cancel_timer(BrokerTimer::Communicate);
        ctx.cancel_timer(BrokerTimer::GiveUp);
    }

    /// Fetches from the metadata log; after an error, again.
    pub fn fetch_metadata(&mut self, ctx: &mut Context<'_>) {
        let channel = match &mut self.metadata {
            MetadataSource::Only(channel) => channel,
            MetadataSource::Quorum(observer) => return observer.poll(ctx),
        };
        let fetch = FetchMetadataRequest {
            broker: self.broker,
            fetch_offset: self.fetch_offset,
            max_wait: METADATA_FETCH_WAIT,
        };
        channel.send(Request::FetchMetadata(fetch), ctx);
    }
    fn metadata_fetched(&mut self, response: FetchMetadataResponse, ctx: &mut Context<'_>) -> LifecycleEvent {
        if response.error != ErrorCode::None {
            ctx.set_timer_in(BrokerTimer::MetadataRetry, self.metadata_retry_backoff);
            return LifecycleEvent::Handled;
        }
        let FetchMetadataResponse { base_offset, records, high_watermark, .. } = response;
        self.fetch_offset = base_offset + records.len() as i64;
        let caught_up = !self.caught_up && self.fetch_offset >= high_watermark;
        self.caught_up |= caught_up;
        self.fetch_metadata(ctx);
        if records.is_empty() && !caught_up {
            return LifecycleEvent::Handled;
        }
        LifecycleEvent::Metadata { base_offset, records, caught_up }
    }
}

/// The delay before try number `attempts` + 2 of something that failed: 100 ms, doubling, 2 % up or
/// down, never above `most`, in whole milliseconds (`ExponentialBackoff`).
fn backoff(attempts: u32, most: Nanos, ctx: &mut Context<'_>) -> Nanos {
    let doubled = RESEND_BACKOFF.saturating_mul(1 << attempts.min(20)).min(most.max(RESEND_BACKOFF));
    let jittered = doubled.as_millis() * ctx.random().between(980_000, 1_020_000) / 1_000_000;
    Nanos::from_millis(jittered).min(most.max(RESEND_BACKOFF))
}
