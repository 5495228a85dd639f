//! The replicas of a partition, as each broker has them: no tool of Kafka's prints them side by side, but
//! `kafka-log-dirs`, `kafka-get-offsets` and a broker's metrics each tell a part of it.

use super::image;
use crate::protocol::ids::{BrokerId, BrokerList, LeaderEpoch, Offset, Tp};
use crate::world::{Node, World};

/// A partition in the controller's committed metadata, and its replicas.
#[derive(Clone, PartialEq, Debug)]
pub struct PartitionReplicas {
    /// Its leader; none: it has none.
    pub leader: Option<BrokerId>,
    /// The epoch of its leader.
    pub leader_epoch: LeaderEpoch,
    /// Those in sync.
    pub isr: BrokerList,
    /// The replicas, the preferred leader first.
    pub replicas: Vec<ReplicaLog>,
}

/// A replica.
#[derive(Clone, PartialEq, Debug)]
pub struct ReplicaLog {
    /// Whose.
    pub broker: BrokerId,
    /// Its broker's process runs.
    pub up: bool,
    /// Its broker takes itself for the leader.
    pub leads: bool,
    /// Its offsets; none before the broker has made its log. Of a broker that is down: what it left on its disk.
    pub offsets: Option<LogOffsets>,
}

/// Where a log begins and ends, and what lies between.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LogOffsets {
    /// The first offset that it has.
    pub log_start: Offset,
    /// The last stable offset (LSO): readers of what is committed get what lies below.
    pub last_stable: Offset,
    /// The high watermark (HW): readers get what lies below.
    pub high_watermark: Offset,
    /// The log end offset (LEO): the next record's.
    pub log_end: Offset,
    /// The leader epoch of its last records.
    pub epoch: LeaderEpoch,
}

/// A partition's replicas; none before it is created.
pub fn of_partition(world: &World, tp: Tp) -> Option<PartitionReplicas> {
    let registration = image(world)?.partition(tp)?;
    Some(PartitionReplicas {
        leader: registration.leader,
        leader_epoch: registration.leader_epoch,
        isr: registration.isr,
        replicas: registration.replicas.iter().map(|broker| replica(world, broker, tp)).collect(),
    })
}

fn replica(world: &World, id: BrokerId, tp: Tp) -> ReplicaLog {
    let process = &world.processes()[world.setup().catalog.broker_node(id).index()];
    let Node::Broker(broker) = &process.node else { unreachable!("a broker's process holds a broker") };
    let offsets = broker.replica(tp).map(|log| LogOffsets {
        log_start: log.log_start(),
        last_stable: log.last_stable_offset(),
        high_watermark: log.high_watermark(),
        log_end: log.log_end(),
        epoch: log.latest_epoch(),
    });
    ReplicaLog { broker: id, up: process.is_alive(), leads: process.is_alive() && broker.leads(tp), offsets }
}
