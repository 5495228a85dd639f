//! `kafka-metadata-quorum describe` (`tools/.../MetadataQuorumCommand.java`).

use serde::Serialize;

use super::any_broker;
use crate::cluster::raft::{FetchingReplica, KafkaRaftClient};
use crate::protocol::ids::Offset;
use crate::protocol::messages::QuorumReplica;
use crate::sim::time::Nanos;
use crate::world::{Node, World};

/// What the leader of the quorum knows (`QuorumInfo`).
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct QuorumInfo {
    /// The leader's id.
    pub leader_id: u16,
    /// Its epoch.
    pub leader_epoch: i32,
    /// Everything below is committed; -1 while the leader does not know.
    pub high_watermark: i64,
    /// The controllers, by id.
    pub voters: Vec<QuorumReplicaInfo>,
    /// The brokers that have fetched, by id.
    pub observers: Vec<QuorumReplicaInfo>,
}

/// A replica of the metadata log as the leader knows it (`QuorumInfo.ReplicaState`).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct QuorumReplicaInfo {
    /// The node's id.
    pub replica_id: u16,
    /// Its log end, -1 while unknown.
    pub log_end_offset: i64,
    /// When it fetched last, in milliseconds since the run began.
    pub last_fetch_timestamp_ms: Option<u64>,
    /// When it had everything last.
    pub last_caught_up_timestamp_ms: Option<u64>,
}

/// Why the tool learns nothing.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum QuorumError {
    /// No broker is there to ask.
    NoBroker,
    /// No controller leads the quorum: the call is given up after a minute.
    NoLeader {
        /// When the tool was started.
        #[serde(rename = "at_ns")]
        at: Nanos,
    },
}

/// What the leader with the newest epoch knows.
///
/// # Errors
/// Nobody can be asked.
pub fn describe(world: &World) -> Result<QuorumInfo, QuorumError> {
    if !any_broker(world) {
        return Err(QuorumError::NoBroker);
    }
    let at = world.now();
    let voters = world.processes().iter().filter_map(|process| match &process.node {
        Node::Controller(controller) if process.is_alive() => controller.voter(),
        _ => None,
    });
    let leader = voters.filter(|voter| voter.leads().is_some()).max_by_key(|voter| voter.epoch());
    leader.and_then(|leader| info(leader, at)).ok_or(QuorumError::NoLeader { at })
}

fn info(leader: &KafkaRaftClient, now: Nanos) -> Option<QuorumInfo> {
    let state = leader.role().as_leader()?;
    let me = leader.leader_and_epoch().leader?;
    let replica = |known: &FetchingReplica| {
        let ms = |at: Option<Nanos>| at.map(|at| at.as_millis());
        let (replica_id, is_leader) = match known.replica {
            QuorumReplica::Voter(id) => (id.0, id == me),
            QuorumReplica::Observer(broker) => (u16::from(broker.0), false),
        };
        // Of itself the leader says that it is up to date now.
        let (end, fetch, caught_up) = match is_leader {
            true => (Some(leader.log_end()), Some(now), Some(now)),
            false => (known.end, known.last_fetch, known.last_caught_up),
        };
        QuorumReplicaInfo {
            replica_id,
            log_end_offset: end.unwrap_or(Offset::INVALID).0,
            last_fetch_timestamp_ms: ms(fetch),
            last_caught_up_timestamp_ms: ms(caught_up),
        }
    };
    Some(QuorumInfo {
        leader_id: me.0,
        leader_epoch: leader.epoch().0,
        high_watermark: leader.high_watermark().unwrap_or(Offset::INVALID).0,
        voters: state.voters().iter().map(replica).collect(),
        observers: state.observers().iter().map(replica).collect(),
    })
}
