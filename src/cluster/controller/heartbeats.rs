//! Soft state about brokers: when they were last heard of, how far they have read
//! (`metadata/.../controller/BrokerHeartbeatManager.java`).
//!
//! It is in no record, so it is lost with the controller's process, and a new one starts all sessions
//! afresh. Whether a broker is fenced is not kept here: the image says so.

use crate::cluster::metadata::MetadataImage;
use crate::protocol::ids::BrokerId;
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
struct Session {
    last_contact: Nanos,
    /// Highest metadata offset that the broker has applied, -1 for none.
    metadata_offset: i64,
    /// Once shutting down: the metadata offset that every active broker must have reached.
    controlled_shutdown_offset: Option<i64>,
}

/// All sessions, by broker id.
#[derive(Clone, Debug)]
pub(super) struct BrokerHeartbeatManager {
    session_timeout: Nanos,
    sessions: Vec<Option<Session>>,
}

impl BrokerHeartbeatManager {
    /// At activation: the sessions of all registered brokers begin now.
    pub(super) fn activate(session_timeout: Nanos, image: &MetadataImage, now: Nanos) -> BrokerHeartbeatManager {
        let mut manager = BrokerHeartbeatManager { session_timeout, sessions: Vec::new() };
        image.brokers().for_each(|(id, _)| manager.register(id, now));
        manager
    }
    /// A registration, of a new incarnation or the same.
    pub(super) fn register(&mut self, broker: BrokerId, now: Nanos) {
        if self.sessions.len() <= broker.index() {
            self.sessions.resize(broker.index() + 1, None);
        }
        let session = Session { last_contact: now, metadata_offset: -1, controlled_shutdown_offset: None };
        self.sessions[broker.index()] = Some(session);
    }
    /// A heartbeat arrived, and leaves the broker fenced or not.
    pub(super) fn touch(&mut self, broker: BrokerId, fenced: bool, metadata_offset: i64, now: Nanos) {
        let session = self.session_mut(broker);
        session.last_contact = now;
        session.metadata_offset = metadata_offset;
        // A fenced broker leaves controlled shutdown; its next heartbeat lets it stop at once.
        if fenced {
            session.controlled_shutdown_offset = None;
        }
    }
    /// A broker is fenced: it is not in controlled shutdown any more.
    pub(super) fn fence(&mut self, broker: BrokerId) {
        self.session_mut(broker).controlled_shutdown_offset = None;
    }
    /// Whether a broker is unfenced and was heard of within the session timeout.
    pub(super) fn has_valid_session(&self, broker: BrokerId, image: &MetadataImage, now: Nanos) -> bool {
        image.is_alive(broker) && self.session(broker).last_contact.saturating_add(self.session_timeout) >= now
    }
    /// The unfenced broker longest not heard of, if its session is over.
    pub(super) fn find_one_stale_broker(&self, image: &MetadataImage, now: Nanos) -> Option<BrokerId> {
        let unfenced = image.brokers().filter(|(_, registration)| !registration.fenced);
        let (id, _) = unfenced.min_by_key(|(id, _)| (self.session(*id).last_contact, *id))?;
        (!self.has_valid_session(id, image, now)).then_some(id)
    }
    /// Whether a broker is in controlled shutdown as far as this controller knows.
    pub(super) fn shutting_down(&self, broker: BrokerId) -> bool {
        self.session(broker).controlled_shutdown_offset.is_some()
    }
    /// The records that move a broker's leaderships away end at `offset`.
    pub(super) fn set_controlled_shutdown_offset(&mut self, broker: BrokerId, offset: i64) {
        self.session_mut(broker).controlled_shutdown_offset.get_or_insert(offset);
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
        let lowest = active.map(|(id, _)| self.session(id).metadata_offset).min().unwrap_or(i64::MAX);
        self.session(broker).controlled_shutdown_offset.is_none_or(|offset| offset <= lowest)
    }
    fn session(&self, broker: BrokerId) -> &Session {
        self.sessions.get(broker.index()).and_then(Option::as_ref).expect("a registered broker has a session")
    }
    fn session_mut(&mut self, broker: BrokerId) -> &mut Session {
        self.sessions.get_mut(broker.index()).and_then(Option::as_mut).expect("a registered broker has a session")
    }
}
