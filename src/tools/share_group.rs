//! `kafka-share-groups --describe` (`tools/.../consumer/group/ShareGroupCommand.java`), and what lies behind it: the records in
//! flight, which no tool of Kafka's shows.

use serde::Serialize;

use super::failure::AdminCall;
use super::group::{AssignedTopic, GroupInformation, GroupMember};
use super::{broker, image, leader};
use crate::cluster::broker::Broker;
use crate::cluster::coordinator::GroupDescription;
use crate::protocol::ids::{Generation, GroupId, LeaderEpoch, Tp};
use crate::protocol::rules::ShareDeliveryCompleteCount;
use crate::sim::time::Nanos;
use crate::world::World;

/// What was asked for of a share group, in the order in which the tool tells it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ShareGroupRows {
    /// Start offsets, a row per partition.
    Offsets(Vec<SharePartitionOffset>),
    /// A row per member.
    Members(Vec<ShareMember>),
    /// The group as a whole.
    State(GroupInformation),
}

/// A partition of a share group (`SharePartitionOffsetInformation`).
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct SharePartitionOffset {
    /// The partition's topic.
    pub topic: String,
    /// Its number.
    pub partition: u32,
    /// The leader epoch.
    pub leader_epoch: Option<LeaderEpoch>,
    /// Where the group begins, as the share coordinator has it.
    pub start_offset: Option<i64>,
    /// Records that it is not done with (KIP-1226). Before 4.2 the tool does not tell.
    pub lag: Option<i64>,
    /// Whether the tool of this release has a column for the lag.
    #[serde(skip)]
    pub tells_lag: bool,
    /// What the leader has in flight.
    pub in_flight: Vec<InFlightRecords>,
}

/// Records that are delivered, or were, and behind which the start offset is.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct InFlightRecords {
    /// First offset.
    pub first: i64,
    /// Last offset.
    pub last: i64,
    /// `ACQUIRED`, `AVAILABLE`, `ACKNOWLEDGED`, `ARCHIVED`.
    pub state: &'static str,
    /// How often each was delivered.
    pub delivery_count: u16,
    /// The client of the member that holds them.
    pub held_by: Option<String>,
    /// Until when, in nanoseconds of simulated time.
    #[serde(rename = "lock_ends_ns")]
    pub lock_ends: Option<Nanos>,
}

/// A member of a share group (`ShareMemberDescription`).
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct ShareMember {
    /// Who.
    #[serde(flatten)]
    pub member: GroupMember,
    /// From how many partitions it fetches.
    pub num_partitions: usize,
    /// Its epoch.
    pub member_epoch: Generation,
    /// From which, topic by topic.
    pub assignment: Vec<AssignedTopic>,
}

/// Start offsets of all share-partitions that have a state, by topic and number.
///
/// # Errors
/// The share coordinator of one cannot be asked.
pub(super) fn offsets(world: &World, description: &GroupDescription) -> Result<Vec<SharePartitionOffset>, AdminCall> {
    let known = description.share.as_ref().map_or(&[][..], |share| &share.states.initialized);
    let mut rows: Vec<SharePartitionOffset> =
        known.iter().map(|tp| offset(world, description.group, *tp)).collect::<Result<_, _>>()?;
    let place = |row: &SharePartitionOffset| (row.topic.clone(), row.partition);
    rows.sort_by_cached_key(place);
    Ok(rows)
}

fn offset(world: &World, group: GroupId, tp: Tp) -> Result<SharePartitionOffset, AdminCall> {
    let setup = world.setup();
    let (topic, partition) = setup.catalog.topic_of(tp);
    let home = setup.catalog.share_state_partition(group, tp);
    let coordinator = home.and_then(|home| image(world)?.partition(home)?.leader).and_then(|id| broker(world, id));
    let state =
        coordinator.ok_or(AdminCall::DescribeGroup)?.share_coordinator().and_then(|share| share.state(group, tp));
    let leading = leader(world, tp).map(|(_, broker)| broker);
    let end = leading.and_then(|broker| broker.replica(tp)).map(|log| log.high_watermark().0);
    let start = state.as_ref().map(|state| state.start_offset.0).filter(|start| *start >= 0);
    let tells_lag = setup.rules.share_delivery_complete_count == ShareDeliveryCompleteCount::Written;
    let done = state.as_ref().map(|state| i64::from(state.delivery_complete_count)).filter(|done| *done >= 0);
    let lag = || Some(end? - start? - done?);
    Ok(SharePartitionOffset {
        topic: setup.catalog.topics[topic.index()].name.clone(),
        partition,
        leader_epoch: image(world).and_then(|image| image.partition(tp)).map(|partition| partition.leader_epoch),
        start_offset: start,
        lag: lag().filter(|_| tells_lag),
        tells_lag,
        in_flight: leading.map_or(Vec::new(), |broker| in_flight(world, broker, group, tp)),
    })
}

fn in_flight(world: &World, leader: &Broker, group: GroupId, tp: Tp) -> Vec<InFlightRecords> {
    let catalog = &world.setup().catalog;
    let found = leader.share_partitions().find(|found| (found.group, found.tp) == (group, tp));
    let run = |run: &crate::cluster::broker::BatchDescription| InFlightRecords {
        first: run.first.0,
        last: run.last.0,
        state: run.state.name(),
        delivery_count: run.delivery_count,
        held_by: run.owner.map(|member| catalog.node_name(catalog.member_client(member)).to_owned()),
        lock_ends: run.lock_ends,
    };
    found.map_or(Vec::new(), |found| found.batches.iter().map(run).collect())
}
