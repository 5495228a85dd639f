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
//! | `session`, `delayed`, `purgatory` | who reads here, what waits and for how long |
//! | `log_manager`, `flushes` | the log directory; what is on its way to the device |
//! | `append`, `produce` | records that come in: as leader, as follower |
//! | `fetch`, `offsets` | records that are read |
//! | `isr_updates`, `alter_partition` | ISRs that are proposed, and what the controller says to them |
//! | `leadership` | who leads what |
//! | `logs` | loading, truncating, checkpoints, the last flush |

mod alter_partition;
mod answers;
mod append;
mod delayed;
mod fetch;
mod flushes;
mod happened;
mod invariants;
mod isr;
mod isr_updates;
mod leadership;
mod log_manager;
mod logs;
mod offsets;
mod partition;
mod produce;
mod purgatory;
mod replica;
mod session;
#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::ops::Range;
use std::rc::Rc;

use self::alter_partition::AlterPartitionManager;
pub use self::answers::{Applied, FollowerAppend, FollowerPosition};
use self::delayed::Delayed;
pub use self::delayed::{DelayedProduce, Expired, Fetched, Produced};
use self::flushes::Flushes;
pub use self::happened::{Concerns, Happened};
pub use self::log_manager::LogManager;
use self::partition::Partition;
use self::purgatory::Purgatory;
use self::session::{Examined, FetchSession};
use super::replica_id::ReplicaId;
use crate::cluster::log::Log;
use crate::protocol::catalog::Catalog;
use crate::protocol::config::BrokerConfig;
use crate::protocol::ids::*;
use crate::protocol::rules::Rules;

/// See the module.
#[derive(Clone, Debug)]
pub struct ReplicaManager {
    me: BrokerId,
    config: Rc<BrokerConfig>,
    catalog: Rc<Catalog>,
    rules: Rules,
    /// The partitions of `__consumer_offsets`.
    offsets_partitions: Range<u32>,
    log_manager: LogManager,
    flushes: Flushes,
    /// The hosted replicas, by [`ReplicaId`].
    partitions: Vec<Partition>,
    /// Which they are, by partition.
    hosted: Vec<(Tp, ReplicaId)>,
    /// By channel.
    sessions: Vec<Option<Box<FetchSession>>>,
    delayed: Purgatory<Delayed>,
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
        offsets_partitions: Range<u32>,
        log_manager: LogManager,
    ) -> ReplicaManager {
        ReplicaManager {
            me,
            config,
            catalog,
            rules,
            offsets_partitions,
            log_manager,
            flushes: Flushes::default(),
            partitions: Vec::new(),
            hosted: Vec::new(),
            sessions: Vec::new(),
            delayed: Purgatory::default(),
            alter_partition: AlterPartitionManager::default(),
            happened: VecDeque::new(),
            examined: Vec::new(),
        }
    }
    /// The process is gone: what is left lies in the log directory.
    pub fn into_log_manager(self) -> LogManager {
        let mut log_manager = self.log_manager;
        self.partitions.into_iter().for_each(|partition| log_manager.put_log(partition.tp, partition.log));
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
        self.partition_of(tp).map_or_else(|| self.log_manager.log(tp), |partition| Some(&partition.log))
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
        self.offsets_partitions.contains(&tp.0)
    }
}
