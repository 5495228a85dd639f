//! The metadata image: the fold over `__cluster_metadata` (`metadata/.../image/MetadataImage.java`).
//!
//! Controller and brokers build the same image from the same records, each in its own time. Nothing
//! else may change an image, so two images at one offset are equal wherever they are.

use std::num::NonZeroUsize;
use std::rc::Rc;

use litemap::LiteMap;

use crate::protocol::config::TopicConfig;
use crate::protocol::ids::*;
use crate::protocol::messages::{AssignmentChange, LastKnownLeader, MetadataRecord};

#[cfg(test)]
mod tests;

/// A broker's registration (`BrokerRegistration`).
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct BrokerRegistration {
    /// This process life.
    pub incarnation: u64,
    /// Its epoch.
    pub epoch: BrokerEpoch,
    /// Not serving.
    pub fenced: bool,
    /// About to stop.
    pub in_controlled_shutdown: bool,
    /// Its `broker.rack`.
    pub rack: Option<RackId>,
}

impl BrokerRegistration {
    /// Whether partitions may be led and ISRs be joined from here (`ClusterControlManager.isActive`).
    pub fn is_active(&self) -> bool {
        !self.fenced && !self.in_controlled_shutdown
    }
}

/// A partition's state (`PartitionRegistration`).
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct PartitionRegistration {
    /// Assignment order.
    pub replicas: BrokerList,
    /// In-sync replicas.
    pub isr: BrokerList,
    /// The leader.
    pub leader: Option<BrokerId>,
    /// Rises with every record that carries a leader field.
    pub leader_epoch: LeaderEpoch,
    /// Rises with every record.
    pub partition_epoch: PartitionEpoch,
    /// The last election was unclean and not yet acknowledged.
    pub recovering: bool,
}

impl PartitionRegistration {
    /// The state after a `PartitionChange` record with these fields (`PartitionRegistration.merge`).
    ///
    /// A leader field raises the leader epoch even if it names the same leader; any record raises the
    /// partition epoch.
    pub fn merge(
        &self,
        leader: Option<Option<BrokerId>>,
        isr: Option<BrokerList>,
        replicas: Option<BrokerList>,
        recovering: bool,
    ) -> PartitionRegistration {
        PartitionRegistration {
            replicas: replicas.unwrap_or(self.replicas),
            isr: isr.unwrap_or(self.isr),
            leader: leader.unwrap_or(self.leader),
            leader_epoch: LeaderEpoch(self.leader_epoch.0 + i32::from(leader.is_some())),
            partition_epoch: PartitionEpoch(self.partition_epoch.0 + 1),
            recovering,
        }
    }
    /// Whether the first replica of the assignment leads.
    pub fn has_preferred_leader(&self) -> bool {
        self.leader.is_some() && self.leader == self.replicas.first()
    }
}

/// How the replicas of a partition move (KIP-455). Few partitions do at a time.
///
/// ```
/// use kafkasim::cluster::metadata::Reassignment;
/// use kafkasim::protocol::ids::{BrokerId, BrokerList};
/// let four = BrokerList::EMPTY.with(BrokerId(4));
/// let moves = Reassignment { adding: four, removing: BrokerList::EMPTY.with(BrokerId(1)) };
/// let replicas = [4, 2, 1].map(BrokerId).into_iter().collect();
/// assert_eq!(moves.original(&replicas).to_string(), "[2,1]");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Reassignment {
    /// Replicas that are not in sync yet.
    pub adding: BrokerList,
    /// Replicas that go once the others are in sync.
    pub removing: BrokerList,
}

impl Reassignment {
    /// Whether the replicas move (`PartitionReassignmentReplicas.isReassignmentInProgress`).
    pub fn is_in_progress(&self) -> bool {
        !self.adding.is_empty() || !self.removing.is_empty()
    }
    /// The replicas without those that are added (`originalReplicas`).
    pub fn original(&self, replicas: &BrokerList) -> BrokerList {
        replicas.iter().filter(|id| !self.adding.contains(*id)).collect()
    }
    /// The same after a record.
    pub fn merge(&self, change: &AssignmentChange) -> Reassignment {
        Reassignment {
            adding: change.adding.unwrap_or(self.adding),
            removing: change.removing.unwrap_or(self.removing),
        }
    }
}

/// Who may lead a partition beside its ISR (KIP-966). Few partitions have such, and only in trouble.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct EligibleReplicas {
    /// Outside the ISR, but known to hold everything committed.
    pub elr: BrokerList,
    /// Who led when the partition lost its ISR.
    pub last_known_elr: LastKnownLeader,
}

/// What a record touched.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Touched {
    /// A broker's registration.
    Broker(BrokerId),
    /// A topic.
    Topic(TopicId),
    /// A partition.
    Partition(Tp),
    /// Nothing that a broker acts upon.
    Nothing,
}

/// One process's view of the cluster: everything up to one metadata offset.
///
/// A clone shares its tables with the original until one of the two changes.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct MetadataImage {
    /// Records applied, which is also the offset of the next one.
    applied: i64,
    next_producer_id: i64,
    brokers: Rc<Vec<Option<BrokerRegistration>>>,
    topics: Rc<Vec<Option<Rc<TopicConfig>>>>,
    partitions: Rc<Vec<Option<PartitionRegistration>>>,
    /// Partitions created.
    created: u32,
    /// Of the partitions that have any.
    eligible: Rc<LiteMap<Tp, EligibleReplicas>>,
    /// Of the partitions whose replicas move.
    reassigning: Rc<LiteMap<Tp, Reassignment>>,
}

/// The slot at `index` of a table that grows on demand.
fn slot<T: Clone>(table: &mut Rc<Vec<Option<T>>>, index: usize) -> &mut Option<T> {
    let table = Rc::make_mut(table);
    if table.len() <= index {
        table.resize(index + 1, None);
    }
    &mut table[index]
}

impl MetadataImage {
    /// Applies the record at `offset`.
    ///
    /// # Panics
    /// If records are left out or repeated, or one changes what no earlier one created: the log is
    /// ours, and is read in order.
    pub fn apply(&mut self, offset: i64, record: &MetadataRecord) -> Touched {
        assert_eq!(offset, self.applied, "metadata records are applied in the order of the log");
        self.applied += 1;
        match *record {
            MetadataRecord::RegisterBroker { broker, incarnation, epoch, rack } => {
                let slot = slot(&mut self.brokers, broker.index());
                // The same incarnation once more only repeats itself; it stays as it is.
                if slot.is_none_or(|old| old.incarnation != incarnation) {
                    let (fenced, in_controlled_shutdown) = (true, false);
                    *slot = Some(BrokerRegistration { incarnation, epoch, fenced, in_controlled_shutdown, rack });
                }
                Touched::Broker(broker)
            }
            MetadataRecord::BrokerRegistrationChange { broker, fenced, in_controlled_shutdown, .. } => {
                let registration =
                    slot(&mut self.brokers, broker.index()).as_mut().expect("a change follows its registration");
                registration.fenced = fenced.unwrap_or(registration.fenced);
                registration.in_controlled_shutdown =
                    in_controlled_shutdown.unwrap_or(registration.in_controlled_shutdown);
                Touched::Broker(broker)
            }
            MetadataRecord::Topic { topic, ref config, .. } | MetadataRecord::TopicConfig { topic, ref config } => {
                *slot(&mut self.topics, topic.index()) = Some(config.clone());
                Touched::Topic(topic)
            }
            MetadataRecord::Partition { tp, replicas, isr, leader } => {
                self.created += 1;
                let (leader_epoch, partition_epoch) = (LeaderEpoch(0), PartitionEpoch(0));
                *slot(&mut self.partitions, tp.index()) = Some(PartitionRegistration {
                    replicas,
                    isr,
                    leader,
                    leader_epoch,
                    partition_epoch,
                    recovering: false,
                });
                Touched::Partition(tp)
            }
            MetadataRecord::PartitionChange { tp, leader, isr, recovering, elr, last_known_elr, assignment } => {
                self.change_eligible(tp, elr, last_known_elr);
                self.change_assignment(tp, &assignment);
                let partition = slot(&mut self.partitions, tp.index()).as_mut().expect("a change follows its creation");
                *partition = partition.merge(leader, isr, assignment.replicas, recovering);
                Touched::Partition(tp)
            }
            MetadataRecord::ProducerIds { next } => {
                self.next_producer_id = next.0;
                Touched::Nothing
            }
            MetadataRecord::NoOp | MetadataRecord::LeaderChange { .. } => Touched::Nothing,
        }
    }
    fn change_eligible(&mut self, tp: Tp, elr: Option<BrokerList>, last_known_elr: Option<LastKnownLeader>) {
        if elr.is_none() && last_known_elr.is_none() {
            return;
        }
        let old = self.eligible(tp);
        let new = EligibleReplicas {
            elr: elr.unwrap_or(old.elr),
            last_known_elr: last_known_elr.unwrap_or(old.last_known_elr),
        };
        let eligible = Rc::make_mut(&mut self.eligible);
        match new == EligibleReplicas::default() {
            true => eligible.remove(&tp),
            false => eligible.insert(tp, new),
        };
    }
    fn change_assignment(&mut self, tp: Tp, change: &AssignmentChange) {
        if *change == AssignmentChange::NONE {
            return;
        }
        let moves = self.reassignment(tp).merge(change);
        let reassigning = Rc::make_mut(&mut self.reassigning);
        match moves.is_in_progress() {
            true => reassigning.insert(tp, moves),
            false => reassigning.remove(&tp),
        };
    }
    /// Offset of the last record applied, -1 for none.
    pub fn offset(&self) -> i64 {
        self.applied - 1
    }
    /// A broker's registration.
    pub fn broker(&self, id: BrokerId) -> Option<&BrokerRegistration> {
        self.brokers.get(id.index())?.as_ref()
    }
    /// Registered brokers, ascending.
    pub fn brokers(&self) -> impl Iterator<Item = (BrokerId, &BrokerRegistration)> {
        self.brokers.iter().zip(0u8..=u8::MAX).filter_map(|(entry, id)| Some((BrokerId(id), entry.as_ref()?)))
    }
    /// Whether a broker is registered and not fenced.
    pub fn is_alive(&self, id: BrokerId) -> bool {
        self.broker(id).is_some_and(|registration| !registration.fenced)
    }
    /// Whether a broker is registered, not fenced and not about to stop.
    pub fn is_active(&self, id: BrokerId) -> bool {
        self.broker(id).is_some_and(BrokerRegistration::is_active)
    }
    /// A topic's configs, if it exists.
    pub fn topic(&self, topic: TopicId) -> Option<&Rc<TopicConfig>> {
        self.topics.get(topic.index())?.as_ref()
    }
    /// How many partitions have been created. None is ever removed.
    pub fn created_partitions(&self) -> u32 {
        self.created
    }
    /// A partition's state, if it exists.
    pub fn partition(&self, tp: Tp) -> Option<&PartitionRegistration> {
        self.partitions.get(tp.index())?.as_ref()
    }
    /// Who may lead a partition beside its ISR.
    pub fn eligible(&self, tp: Tp) -> EligibleReplicas {
        self.eligible.get(&tp).copied().unwrap_or_default()
    }
    /// How a partition's replicas move, if they do.
    pub fn reassignment(&self, tp: Tp) -> Reassignment {
        self.reassigning.get(&tp).copied().unwrap_or_default()
    }
    /// All partitions, ascending.
    pub fn partitions(&self) -> impl Iterator<Item = (Tp, &PartitionRegistration)> {
        self.partitions.iter().zip(0u32..).filter_map(|(entry, tp)| Some((Tp(tp), entry.as_ref()?)))
    }
    /// `turn`: partitions, of which there may be many, take turns.
    ///
    /// # Panics
    /// If what is known of a partition contradicts itself.
    pub fn check_invariants(&self, turn: u64) {
        let Some(count) = NonZeroUsize::new(self.partitions.len()) else { return };
        let tp = Tp((turn as usize % count) as u32);
        if let Some(partition) = self.partition(tp) {
            let PartitionRegistration { replicas, isr, leader, .. } = partition;
            assert!(isr.iter().all(|id| replicas.contains(id)), "the ISR is a subset of the replicas");
            assert!(leader.is_none_or(|leader| isr.contains(leader)), "a leader is in its ISR");
            let Reassignment { adding, removing } = self.reassignment(tp);
            let moving = adding.iter().chain(removing.iter()).all(|id| replicas.contains(id));
            assert!(moving, "whoever is added or removed is a replica");
            let others = self.eligible(tp) != EligibleReplicas::default();
            assert!(!isr.is_empty() || others, "the last member of an ISR stays in it, or somebody else is eligible");
        }
    }
    /// The first producer id that is not handed out yet (`ProducerIdControlManager`).
    pub fn next_producer_id(&self) -> ProducerId {
        ProducerId(self.next_producer_id)
    }
}
