//! Registration, heartbeats, fencing, controlled shutdown, and the broker's reading of the metadata
//! log (`core/.../server/BrokerLifecycleManager.scala`).

use crate::node::{Context, Input};
use crate::protocol::config::BrokerConfig;
use crate::protocol::ids::{BrokerEpoch, BrokerId, NodeId};
use crate::protocol::messages::MetadataRecord;

/// What the broker has to do about an input.
#[derive(Clone, Debug)]
pub enum LifecycleEvent {
    /// It was not for the lifecycle.
    NotMine,
    /// It was; nothing for the broker to do.
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
    /// The controller lets this broker stop.
    MayShutDown,
}

/// See the module.
#[derive(Clone, Debug)]
pub struct BrokerLifecycle {}

#[allow(unused_variables)]
impl BrokerLifecycle {
    /// A new incarnation, not yet registered. `previous`: the epoch in the clean shutdown marker.
    pub fn new(broker: BrokerId, controller: NodeId, config: &BrokerConfig, previous: BrokerEpoch) -> BrokerLifecycle {
        todo!()
    }
    /// Registers, and begins to read the metadata log.
    pub fn start(&mut self, ctx: &mut Context<'_>) {
        todo!()
    }
    /// Takes an input.
    pub fn handle(&mut self, input: &Input, ctx: &mut Context<'_>) -> LifecycleEvent {
        todo!()
    }
    /// The broker has applied metadata up to this offset.
    pub fn metadata_applied(&mut self, offset: i64, ctx: &mut Context<'_>) {
        todo!()
    }
    /// The logs are loaded and the first image is published: the broker may be unfenced.
    pub fn ready_to_unfence(&mut self, ctx: &mut Context<'_>) {
        todo!()
    }
    /// Ask to stop (controlled shutdown).
    pub fn begin_shutdown(&mut self, ctx: &mut Context<'_>) {
        todo!()
    }
    /// The only log directory has failed.
    pub fn log_dir_failed(&mut self, ctx: &mut Context<'_>) {
        todo!()
    }
    /// The epoch of this incarnation, or unknown.
    pub fn epoch(&self) -> BrokerEpoch {
        todo!()
    }
    /// Whether requests are served (unfenced at least once, not stopping).
    pub fn is_running(&self) -> bool {
        todo!()
    }
}
