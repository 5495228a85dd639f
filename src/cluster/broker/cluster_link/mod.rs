//! How a broker belongs to its cluster: through a KRaft controller, whose log it reads.
//!
//! Registration, heartbeats and shutdown, the metadata log and how far it is applied, ISR proposals, and what clients
//! have the controller do. What comes of it are [`LinkEvent`]s. The parts that serve clients know nothing of all this.
//!
//! | file | what it holds |
//! |---|---|
//! | `lifecycle` | registration, heartbeats, fencing, controlled shutdown, reading the log |
//! | `controller_channel` | talking to the controller |
//! | `forwarding` | topics and producer ids |
//! | `publisher` | from the log to the replicas, one after the other |

mod controller_channel;
mod forwarding;
mod lifecycle;
mod publisher;

use std::rc::Rc;

use self::controller_channel::{ChannelEvent, ControllerChannel, ControllerPurpose};
use self::forwarding::Forwarding;
use self::lifecycle::{BrokerLifecycle, LifecycleEvent};
pub use self::publisher::{MetadataPublisher, NewFollower};
use super::timers::{BrokerEndpoint, BrokerTimer};
use crate::cluster::coordinator::ReplyTo;
use crate::cluster::raft::{RaftConfig, Voters};
use crate::node::{Context, Input};
use crate::protocol::catalog::{Catalog, TopicEntry};
use crate::protocol::config::BrokerConfig;
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::*;
use crate::protocol::messages::*;
use crate::protocol::rules::Rules;
use crate::sim::time::Nanos;

/// What the broker has to do.
#[derive(Clone, Debug)]
pub enum LinkEvent {
    /// The controller has registered this incarnation.
    Registered(BrokerEpoch),
    /// Committed records, from this offset on. `caught_up`: they bring the broker to the log's end as of the fetch for
    /// the first time.
    Metadata {
        /// Offset of the first.
        base_offset: i64,
        /// The records.
        records: Vec<MetadataRecord>,
        /// See above.
        caught_up: bool,
    },
    /// The controller has unfenced this broker: it may serve requests.
    Unfenced,
    /// The controller lets this broker stop, or it has to stop without.
    MayShutDown,
    /// What became of ISR proposals.
    IsrsAltered(AlterPartitionResponse),
    /// The controller's answer to an administrator.
    Forwarded(ReplyTo, Response),
}

/// The ways to belong to a cluster.
#[derive(Clone, Debug)]
pub enum ClusterLink {
    /// A quorum of controllers.
    Kraft(Box<KraftLink>),
}

/// See the module.
#[derive(Clone, Debug)]
pub struct KraftLink {
    me: BrokerId,
    config: Rc<BrokerConfig>,
    catalog: Rc<Catalog>,
    lifecycle: BrokerLifecycle,
    alter_partition: ControllerChannel,
    forwarding: Forwarding,
    publisher: MetadataPublisher,
    /// Nothing is sent any more but heartbeats.
    is_closed: bool,
}

impl ClusterLink {
    /// A new incarnation, not yet registered. `previous`: the epoch in the clean shutdown marker.
    pub fn kraft(
        me: BrokerId,
        config: Rc<BrokerConfig>,
        catalog: Rc<Catalog>,
        rules: Rules,
        previous: BrokerEpoch,
        first_heartbeat_after: Nanos,
    ) -> ClusterLink {
        let controller = catalog.controller_node().expect("a world with brokers has a controller");
        let channel =
            |timer, endpoint| ControllerChannel::new(controller, config.controller_socket_timeout, timer, endpoint);
        let mut lifecycle = BrokerLifecycle::new(me, controller, &config, rules, previous);
        let quorum = catalog.has_quorum();
        if quorum {
            lifecycle = lifecycle.of_quorum(Voters::of(&catalog), RaftConfig::of(&config, rules));
        }
        let to = |channel: ControllerChannel, purpose: ControllerPurpose| match quorum {
            true => channel.of_leader(BrokerTimer::ControllerLook(purpose.number())),
            false => channel,
        };
        let alter_partition = channel(BrokerTimer::AlterPartitionConnection, BrokerEndpoint::AlterPartition);
        let forwarding = channel(BrokerTimer::ForwardingConnection, BrokerEndpoint::Forwarding);
        lifecycle.first_heartbeat_after(first_heartbeat_after);
        lifecycle.stands_in(catalog.rack(config.broker_rack.as_str()));
        ClusterLink::Kraft(Box::new(KraftLink {
            me,
            lifecycle,
            alter_partition: to(alter_partition, ControllerPurpose::AlterPartition),
            forwarding: Forwarding::new(to(forwarding, ControllerPurpose::Forwarding)),
            publisher: MetadataPublisher::default(),
            is_closed: false,
            config,
            catalog,
        }))
    }
    #[inline]
    fn link(&mut self) -> &mut KraftLink {
        let ClusterLink::Kraft(link) = self;
        link
    }

    /// Registers, and begins to read the metadata log.
    pub fn start(&mut self, ctx: &mut Context<'_>) {
        self.link().lifecycle.start(ctx);
    }
    /// Asks to be let go.
    pub fn begin_shutdown(&mut self, ctx: &mut Context<'_>) {
        self.link().lifecycle.begin_shutdown(ctx);
    }
    /// The logs are loaded and the first image is published: the broker may be unfenced.
    pub fn ready_to_unfence(&mut self, ctx: &mut Context<'_>) {
        self.link().lifecycle.ready_to_unfence(ctx);
    }
    /// Metadata is applied up to this offset.
    pub fn metadata_applied(&mut self, offset: i64) {
        self.link().lifecycle.metadata_applied(offset);
    }
    /// What of the metadata log is being applied.
    pub fn publisher(&mut self) -> &mut MetadataPublisher {
        &mut self.link().publisher
    }
    /// Sends ISR proposals.
    pub fn alter_partition(&mut self, request: AlterPartitionRequest, ctx: &mut Context<'_>) {
        let link = self.link();
        if !link.is_closed {
            link.alter_partition.send(Request::AlterPartition(request), ctx);
        }
    }
    /// Hands an administrator's request to the controller; the client waits for its answer.
    pub fn forward(&mut self, to: ReplyTo, request: Request, ctx: &mut Context<'_>) {
        self.link().forwarding.forward(to, request, ctx);
    }
    /// Has a topic created, unless that is under way.
    pub fn auto_create(&mut self, topic: TopicId, ctx: &mut Context<'_>) {
        let link = self.link();
        let TopicEntry { name, partitions, .. } = &link.catalog.topics[topic.index()];
        let creatable = forwarding::creatable(topic, name, *partitions, &link.config);
        link.forwarding.auto_create(topic, creatable, ctx);
    }
    /// A new producer id (`ProducerIdManager.generateProducerId`).
    ///
    /// # Errors
    /// COORDINATOR_LOAD_IN_PROGRESS while no block of them is there.
    pub fn generate_producer_id(&mut self, epoch: BrokerEpoch, ctx: &mut Context<'_>) -> Result<ProducerId, ErrorCode> {
        let link = self.link();
        link.forwarding.generate_producer_id(link.me, epoch, ctx)
    }
    /// Closes all connections but the lifecycle's.
    pub fn close(&mut self, ctx: &mut Context<'_>) {
        let link = self.link();
        link.is_closed = true;
        link.alter_partition.close(ctx);
        link.forwarding.close(ctx);
    }

    /// Takes what happened to one of its connections, or a timer of one's network client.
    pub fn accept(&mut self, endpoint: BrokerEndpoint, input: Input, ctx: &mut Context<'_>) -> Option<LinkEvent> {
        let link = self.link();
        match endpoint {
            BrokerEndpoint::AlterPartition => match link.alter_partition.handle(input, ctx) {
                ChannelEvent::Response(Response::AlterPartition(response)) => Some(LinkEvent::IsrsAltered(response)),
                ChannelEvent::Response(_) | ChannelEvent::Handled => None,
            },
            BrokerEndpoint::Forwarding => {
                link.forwarding.handle(input, ctx).map(|(to, response)| LinkEvent::Forwarded(to, response))
            }
            BrokerEndpoint::Heartbeats => LinkEvent::of(link.lifecycle.heartbeat_channel(input, ctx)),
            BrokerEndpoint::Metadata => {
                let event = link.lifecycle.metadata_channel(input, ctx);
                link.tell_leader();
                LinkEvent::of(event)
            }
            BrokerEndpoint::Channel(_)
            | BrokerEndpoint::Fetcher(_)
            | BrokerEndpoint::AddPartitionsToTxn(_)
            | BrokerEndpoint::TxnMarkers(_)
            | BrokerEndpoint::Persister(_) => unreachable!("it does not lead to the controller"),
        }
    }
    /// A registration or heartbeat may have been tried for long enough.
    pub fn heartbeat_expires(&mut self, ctx: &mut Context<'_>) {
        self.link().lifecycle.heartbeat_expires(ctx);
    }
    /// Fetches from the metadata log again after an error.
    pub fn retry_metadata(&mut self, ctx: &mut Context<'_>) {
        self.link().lifecycle.fetch_metadata(ctx);
    }
    /// Looks again who the active controller is, for the channel with this number.
    pub fn look_for_controller(&mut self, purpose: u32, ctx: &mut Context<'_>) {
        let purpose = ControllerPurpose::ALL.into_iter().find(|known| known.number() == purpose);
        if let Some(purpose) = purpose {
            self.link().channel(purpose).look(ctx);
        }
    }
    /// Time for the next registration or heartbeat; or the broker is let go.
    pub fn communicate(&mut self, ctx: &mut Context<'_>) -> Option<LinkEvent> {
        LinkEvent::of(self.link().lifecycle.time_to_communicate(ctx))
    }
    /// Registration, or a controlled shutdown, has taken too long.
    pub fn give_up(&mut self, ctx: &mut Context<'_>) -> Option<LinkEvent> {
        LinkEvent::of(self.link().lifecycle.give_up(ctx))
    }
}

impl KraftLink {
    /// All channels to the controllers hear who leads them.
    fn tell_leader(&mut self) {
        let leader = self.lifecycle.leader();
        ControllerPurpose::ALL.into_iter().for_each(|purpose| self.channel(purpose).set_leader(leader));
    }
    fn channel(&mut self, purpose: ControllerPurpose) -> &mut ControllerChannel {
        match purpose {
            ControllerPurpose::Heartbeats => self.lifecycle.heartbeats(),
            ControllerPurpose::AlterPartition => &mut self.alter_partition,
            ControllerPurpose::Forwarding => self.forwarding.channel(),
        }
    }
}

impl LinkEvent {
    fn of(event: LifecycleEvent) -> Option<LinkEvent> {
        Some(match event {
            LifecycleEvent::Handled => return None,
            LifecycleEvent::Registered(epoch) => LinkEvent::Registered(epoch),
            LifecycleEvent::Metadata { base_offset, records, caught_up } => {
                LinkEvent::Metadata { base_offset, records, caught_up }
            }
            LifecycleEvent::Unfenced => LinkEvent::Unfenced,
            LifecycleEvent::MayShutDown => LinkEvent::MayShutDown,
        })
    }
}
