//! Soft state about brokers: when they were last heard of, how far they have read
//! (`metadata/.../controller/{BrokerHeartbeatManager,BrokerHeartbeatTracker}.java`).
//!
//! It is in no record, so it is lost with the controller's process, and a new one starts all sessions
//! afresh. Whether a broker is fenced is not kept here: the image says so.
//!
//! A session belongs to a life of a broker (its id and epoch) and lasts until `broker.session.timeout.ms`
//! after that life's last heartbeat, whatever became of it in between. So the next life is locked out
//! that long after a clean stop, too, and the end of the session fences the broker once more.

use crate::cluster::java_hash;
use crate::cluster::metadata::MetadataImage;
use crate::protocol::ids::{BrokerEpoch, BrokerId};
use crate::protocol::messages::BrokerHeartbeatRequest;
use crate::sim::time::Nanos;

/// What a broker is to the controller, and what a heartbeat makes of it (`BrokerControlState`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum BrokerControlState {
    /// Registered, not serving.
    Fenced,
    /// Serving.
    Unfenced,
    /// Serving while its leaderships are taken away.
    ControlledShutdown,
    /// May stop at once.
    ShutdownNow,
}

impl BrokerControlState {
    /// Whether such a broker is fenced.
    pub(super) fn fenced(self) -> bool {
        matches!(self, BrokerControlState::Fenced | BrokerControlState::ShutdownNow)
    }
}

/// One broker (`BrokerHeartbeatState`).
#[derive(Clone, Copy, Debug)]
struct Heartbeats {
    /// Highest metadata offset that the broker has applied, -1 for none.
    metadata_offset: i64,
    /// Once shutting down: the metadata offset that every active broker must have reached.
    controlled_shutdown_offset: Option<i64>,
}

/// The life of a broker that sends heartbeats.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct BrokerIdAndEpoch {
    broker: BrokerId,
    epoch: BrokerEpoch,
}

impl BrokerIdAndEpoch {
    fn slot(self, slots: u32) -> u32 {
        java_hash::slot(java_hash::int_and_long(u32::from(self.broker.0), self.epoch.0), slots)
    }
}

/// Slots of a new `ConcurrentHashMap`; it doubles when three quarters are taken.
const MAP_SLOTS: u32 = 16;

/// All sessions.
#[derive(Clone, Debug)]
pub(super) struct BrokerHeartbeatManager {
    session_timeout: Nanos,
    /// By broker id.
    brokers: Vec<Option<Heartbeats>>,
    /// The last contact of each life, in the order in which Kafka's map has them.
    contacts: Vec<(BrokerIdAndEpoch, Nanos)>,
    slots: u32,
}

impl BrokerHeartbeatManager {
    /// At activation: the sessions of all registered brokers begin now.
    pub(super) fn activate(session_timeout: Nanos, image: &MetadataImage, now: Nanos) -> BrokerHeartbeatManager {
        let (brokers, contacts) = (Vec::new(), Vec::new());
        let mut manager = BrokerHeartbeatManager { session_timeout, brokers, contacts, slots: MAP_SLOTS };
        for (id, registration) in image.brokers() {
            manager.register(id);
            manager.track(id, registration.epoch, now);
        }
        manager
    }
    /// A registration, of a new incarnation or the same. Its session begins with its first heartbeat.
    pub(super) fn register(&mut self, broker: BrokerId) {
        if self.brokers.len() <= broker.index() {
            self.brokers.resize(broker.index() + 1, None);
        }
        self.brokers[broker.index()] = Some(Heartbeats { metadata_offset: -1, controlled_shutdown_offset: None });
    }
    /// A heartbeat has arrived, whatever comes of it: the session goes on (`trackBrokerHeartbeat`).
    pub(super) fn track(&mut self, broker: BrokerId, epoch: BrokerEpoch, now: Nanos) {
        let life = BrokerIdAndEpoch { broker, epoch };
        if let Some((_, last)) = self.contacts.iter_mut().find(|(other, _)| *other == life) {
            *last = now;
            return;
        }
        self.contacts.push((life, now));
        if self.contacts.len() as u32 >= self.slots / 4 * 3 {
            self.slots *= 2;
        }
        let slots = self.slots;
        // Stable: within a slot the older entry comes first.
        self.contacts.sort_by_key(|(life, _)| life.slot(slots));
    }
    /// A heartbeat of the registered life leaves the broker fenced or not.
    pub(super) fn touch(&mut self, broker: BrokerId, fenced: bool, metadata_offset: i64) {
        let state = self.state_mut(broker);
        state.metadata_offset = metadata_offset;
        // A fenced broker leaves controlled shutdown; its next heartbeat lets it stop at once.
        if fenced {
            state.controlled_shutdown_offset = None;
        }
    }
    /// A broker is fenced: it is not in controlled shutdown any more.
    pub(super) fn fence(&mut self, broker: BrokerId) {
        self.state_mut(broker).controlled_shutdown_offset = None;
    }
    /// Whether this life of a broker was heard of within the session timeout, fenced or not.
    pub(super) fn has_valid_session(&self, broker: BrokerId, epoch: BrokerEpoch, now: Nanos) -> bool {
        let life = BrokerIdAndEpoch { broker, epoch };
        self.contacts.iter().any(|(other, last)| *other == life && !self.is_expired(*last, now))
    }
    /// Takes out one life whose session is over: the first in the map, not the longest silent
    /// (`maybeRemoveExpired`).
    pub(super) fn remove_one_expired(&mut self, now: Nanos) -> Option<(BrokerId, BrokerEpoch)> {
        let place = self.contacts.iter().position(|(_, last)| self.is_expired(*last, now))?;
        let (life, _) = self.contacts.remove(place);
        Some((life.broker, life.epoch))
    }
    fn is_expired(&self, last: Nanos, now: Nanos) -> bool {
        last.saturating_add(self.session_timeout) < now
    }
    /// Whether a broker is in controlled shutdown as far as this controller knows.
    pub(super) fn shutting_down(&self, broker: BrokerId) -> bool {
        self.state(broker).controlled_shutdown_offset.is_some()
    }
    /// The records that move a broker's leaderships away end at `offset`.
    pub(super) fn set_controlled_shutdown_offset(&mut self, broker: BrokerId, offset: i64) {
        self.state_mut(broker).controlled_shutdown_offset.get_or_insert(offset);
    }
    /// What a heartbeat makes of its sender: (now, next) (`calculateNextBrokerState`).
    pub(super) fn next_state(
        &self,
        request: &BrokerHeartbeatRequest,
        image: &MetadataImage,
    ) -> (BrokerControlState, BrokerControlState) {
        use BrokerControlState::*;
        let current = match () {
            () if self.shutting_down(request.broker) => ControlledShutdown,
            () if !image.is_alive(request.broker) => Fenced,
            () => Unfenced,
        };
        let leads = || image.partitions().any(|(_, partition)| partition.leader == Some(request.broker));
        let caught_up = request.current_metadata_offset >= request.broker_epoch.0;
        let next = match current {
            Fenced if request.want_shutdown => ShutdownNow,
            Fenced if !request.want_fence && caught_up => Unfenced,
            Unfenced if request.want_fence && request.want_shutdown => ShutdownNow,
            Unfenced if request.want_fence => Fenced,
            Unfenced if request.want_shutdown => {
                if leads() {
                    ControlledShutdown
                } else {
                    ShutdownNow
                }
            }
            ControlledShutdown if !leads() && self.everybody_knows(request.broker, image) => ShutdownNow,
            unchanged => unchanged,
        };
        (current, next)
    }
    /// Whether every active broker has applied what took away the leaderships of `broker`.
    fn everybody_knows(&self, broker: BrokerId, image: &MetadataImage) -> bool {
        let active = image.brokers().filter(|(id, registration)| !registration.fenced && !self.shutting_down(*id));
        let lowest = active.map(|(id, _)| self.state(id).metadata_offset).min().unwrap_or(i64::MAX);
        self.state(broker).controlled_shutdown_offset.is_none_or(|offset| offset <= lowest)
    }
    fn state(&self, broker: BrokerId) -> &Heartbeats {
        self.brokers.get(broker.index()).and_then(Option::as_ref).expect("a registered broker has a state")
    }
    fn state_mut(&mut self, broker: BrokerId) -> &mut Heartbeats {
        self.brokers.get_mut(broker.index()).and_then(Option::as_mut).expect("a registered broker has a state")
    }
}
