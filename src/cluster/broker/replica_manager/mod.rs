//! The replicas that a broker hosts (`core/.../server/ReplicaManager.scala`, `core/.../cluster/Partition.scala`).
//!
//! [`ReplicaManager`] owns the logs, what leaders know of their followers, the fetch sessions of whoever reads here,
//! and the operations that wait. It sends nothing: it answers with values (an answer to a client, what
//! [`Happened`], an ISR to propose), and whoever calls it sees to the rest. Of the network it knows the numbers of
//! channels, which tell one reader from another.
//!
//! | file | what it holds |
//! |---|---|
//! | `partition`, `replica`, `isr` | a replica, what its leader knows of the others, the ISR |
//! | `session`, `delayed`, `delayed_markers`, `purgatory` | who reads here, what waits and for how long |
//! | `log_manager`, `flushes` | the log directory; what is on its way to the device |
//! | `append`, `produce` | records that come in: as leader, as follower |
//! | `verification`, `verified`, `markers` | how transactions begin in a partition, and how they end there |
//! | `fetch`, `share_fetch`, `offsets`, `replica_selector` | records that are read, and from which replica |
//! | `isr_updates`, `alter_partition` | ISRs that are proposed, and what the controller says to them |
//! | `leadership` | who leads what |
//! | `logs` | loading, truncating, checkpoints, the last flush |
//! | `log_cleaner`, `cleaner_thread`, `removed_records` | compaction, and how its holes are told |
//! | `retention`, `cleanup_schedule`, `file_deletions` | old segments that are deleted, and their files, a while later |

mod alter_partition;
mod answers;
mod append;
mod cleaner_thread;
mod cleanup_schedule;
mod delayed;
mod delayed_markers;
mod delete_records;
mod fetch;
mod file_deletions;
mod flushes;
mod happened;
mod invariants;
mod isr;
mod isr_updates;
mod leadership;
mod log_cleaner;
mod log_manager;
mod logs;
mod markers;
mod offsets;
mod partition;
mod produce;
mod purgatory;
mod removed_records;
mod replica;
mod replica_selector;
mod retention;
mod session;
mod share_fetch;
#[cfg(test)]
mod tests;
mod verification;
mod verified;

use std::collections::{BTreeMap, VecDeque};
use std::ops::Range;
use std::rc::Rc;

use self::alter_partition::AlterPartitionManager;
pub use self::answers::{Applied, FollowerAppend, FollowerPosition};
use self::cleaner_thread::LogCleaner;
use self::cleanup_schedule::CleanupSchedule;
use self::delayed::Delayed;
pub use self::delayed::{Completed, DelayedProduce, Expired, Fetched, Produced};
pub use self::delayed_markers::{DelayedMarkers, OffsetsMarker};
use self::file_deletions::FileDeletions;
use self::flushes::Flushes;
pub use self::happened::{Concerns, Happened};
pub use self::log_manager::LogManager;
use self::partition::Partition;
use self::purgatory::Purgatory;
use self::session::{Examined, FetchSession};
pub use self::share_fetch::ShareRead;
pub use self::verified::Verified;
use super::replica_id::ReplicaId;
use crate::cluster::log::Log;
use crate::protocol::catalog::{CONSUMER_OFFSETS, Catalog, SHARE_GROUP_STATE, TRANSACTION_STATE};
use crate::protocol::config::BrokerConfig;
use crate::protocol::ids::*;
use crate::protocol::rules::Rules;

/// The partitions of Kafka's own topics, to which only coordinators write.
#[derive(Clone, Debug, Default)]
pub struct InternalPartitions {
    /// Of `__consumer_offsets`.
    pub offsets: Range<u32>,
    /// Of `__transaction_state`.
    pub transactions: Range<u32>,
    /// Of `__share_group_state`.
    pub share_states: Range<u32>,
}

impl InternalPartitions {
    /// Those of a catalogue.
    pub fn of(catalog: &Catalog) -> InternalPartitions {
        let of_topic = |name: &str| {
            catalog.topic(name).map_or(0..0, |topic| {
                let entry = &catalog.topics[topic.index()];
                entry.first.0..entry.first.0 + entry.partitions
            })
        };
        InternalPartitions {
            offsets: of_topic(CONSUMER_OFFSETS),
            transactions: of_topic(TRANSACTION_STATE),
            share_states: of_topic(SHARE_GROUP_STATE),
        }
    }
}

/// See the module.
#[derive(Clone, Debug)]
pub struct ReplicaManager {
    me: BrokerId,
    config: Rc<BrokerConfig>,
    catalog: Rc<Catalog>,
    rules: Rules,
    internal: InternalPartitions,
    log_manager: LogManager,
    flushes: Flushes,
    cleanup: CleanupSchedule,
    file_deletions: FileDeletions,
    cleaner: LogCleaner,
    /// The hosted replicas, by [`ReplicaId`].
    partitions: Vec<Partition>,
    /// Which they are, by partition.
    hosted: Vec<(Tp, ReplicaId)>,
    /// By channel.
    sessions: Vec<Option<Box<FetchSession>>>,
    delayed: Purgatory<Delayed>,
    /// Markers that the group coordinator is writing, by number: the channels whose requests wait for them.
    markers_of_groups: BTreeMap<u32, u32>,
    /// The number of the last of these.
    last_marker: u32,
    alter_partition: AlterPartitionManager,
    happened: VecDeque<Happened>,
    /// Scratch of a fetch.
    examined: Vec<Examined>,
}

impl ReplicaManager {
    /// Hosts nothing yet; the logs are still in their directory.
    pub fn new(
        me: BrokerId,
        config: Rc<BrokerConfig>,
        catalog: Rc<Catalog>,
        rules: Rules,
        internal: InternalPartitions,
        log_manager: LogManager,
    ) -> ReplicaManager {
        // In a small cluster a broker has a replica of nearly everything.
        let few = (catalog.partition_count() as usize).min(64);
        ReplicaManager {
            me,
            config,
            catalog,
            rules,
            internal,
            log_manager,
            flushes: Flushes::default(),
            cleanup: CleanupSchedule::default(),
            file_deletions: FileDeletions::default(),
            cleaner: LogCleaner::Off,
            partitions: Vec::with_capacity(few),
            hosted: Vec::with_capacity(few),
            sessions: Vec::new(),
            delayed: Purgatory::default(),
            markers_of_groups: BTreeMap::new(),
            last_marker: 0,
            alter_partition: AlterPartitionManager::default(),
            happened: VecDeque::new(),
            examined: Vec::new(),
        }
    }
    /// The process is gone: what is left lies in the log directory.
    pub fn into_log_manager(self) -> LogManager {
        let mut log_manager = self.log_manager;
        let with_logs = self.partitions.into_iter().filter(Partition::has_log);
        with_logs.for_each(|partition| log_manager.put_log(partition.tp, partition.log));
        log_manager
    }

    /// What has happened to replicas and nobody was told yet, one by one.
    #[inline]
    pub fn next_happened(&mut self) -> Option<Happened> {
        self.happened.pop_front()
    }

    /// The replica of a partition, if one is hosted here.
    #[inline]
    pub fn find(&self, tp: Tp) -> Option<ReplicaId> {
        let place = self.hosted.binary_search_by_key(&tp, |(other, _)| *other).ok()?;
        Some(self.hosted[place].1)
    }
    #[inline]
    fn partition(&self, replica: ReplicaId) -> &Partition {
        &self.partitions[replica.index()]
    }
    #[inline]
    fn partition_mut(&mut self, replica: ReplicaId) -> &mut Partition {
        &mut self.partitions[replica.index()]
    }
    fn partition_of(&self, tp: Tp) -> Option<&Partition> {
        self.find(tp).map(|replica| self.partition(replica))
    }
    /// The log of a replica, be it in memory or in the directory.
    pub fn log(&self, tp: Tp) -> Option<&Log> {
        let here = |partition: &'_ Partition| partition.has_log();
        match self.partition_of(tp) {
            Some(partition) => here(partition).then_some(&partition.log),
            None => self.log_manager.log(tp),
        }
    }
    /// The partition of a replica.
    pub fn tp(&self, replica: ReplicaId) -> Tp {
        self.partition(replica).tp
    }
    /// Its log and leader epoch, if it leads.
    pub fn led_log(&self, replica: ReplicaId) -> Option<(&Log, LeaderEpoch)> {
        let partition = self.partition(replica);
        partition.is_leader().then_some((&partition.log, partition.leader_epoch))
    }
    /// Whether this broker believes that it leads the partition.
    pub fn leads(&self, tp: Tp) -> bool {
        self.partition_of(tp).is_some_and(Partition::is_leader)
    }
    /// The committed ISR, as the leader knows it; `None` on any other broker.
    pub fn isr(&self, tp: Tp) -> Option<BrokerList> {
        Some(self.partition_of(tp)?.leader_state()?.isr.committed())
    }
    /// Whether the partition belongs to `__consumer_offsets`.
    #[inline]
    pub fn is_offsets_partition(&self, tp: Tp) -> bool {
        self.internal.offsets.contains(&tp.0)
    }
    /// Whether its leader is a coordinator by it.
    #[inline]
    pub fn is_internal(&self, tp: Tp) -> bool {
        self.is_offsets_partition(tp)
            || self.internal.transactions.contains(&tp.0)
            || self.internal.share_states.contains(&tp.0)
    }
    /// Whether this broker leads the partition, and its ISR is not below the minimum.
    pub fn has_enough_replicas(&self, tp: Tp) -> bool {
        self.partition_of(tp).is_some_and(Partition::has_enough_replicas)
    }
}
