//! What brokers count, each by what it believes itself (`ReplicaManager`, `Partition`, `BrokerTopicStats`).
//!
//! A broker leads from the moment at which it begins to act as leader until it learns that another one does: one that was deposed
//! and does not know it goes on counting what it led, with the ISR that was committed in its own epoch, and finds nothing wrong. Of
//! a change of the ISR within its epoch it is taken to know as soon as that is committed; in Kafka it learns of it by the answer to
//! its AlterPartition or by the metadata log, some milliseconds later, or never if it is cut off from the controller.

use std::collections::BTreeMap;

use crate::history::fact::{Entry, Fact, FactKind, FactSet, ReplicaRole};
use crate::history::setup::Setup;
use crate::protocol::catalog::Catalog;
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::*;

/// The facts that change it.
const WANTS: FactSet = FactSet::of(&[
    FactKind::ProcessStarted,
    FactKind::PartitionCreated,
    FactKind::PartitionChanged,
    FactKind::AlterPartitionRefused,
    FactKind::BecameLeader,
    FactKind::BecameFollower,
    FactKind::Appended,
    FactKind::ControlAppended,
    FactKind::DuplicateDropped,
    FactKind::ProduceRefused,
    FactKind::HighWatermarkAdvanced,
    FactKind::LastStableOffsetMoved,
    FactKind::Truncated,
    FactKind::LogRecovered,
    FactKind::IsrProposed,
]);

/// An ISR that a leader has proposed and that is not answered yet.
#[derive(Clone, Copy, Debug)]
struct Proposal {
    /// The partition's epoch that it builds on.
    base: PartitionEpoch,
    isr: BrokerList,
}

/// A partition that a broker takes itself for the leader of.
#[derive(Clone, Copy, Debug)]
pub(super) struct Led {
    epoch: LeaderEpoch,
    /// The committed ISR of this epoch.
    pub isr: BrokerList,
    /// `min.insync.replicas`, but no more than there are replicas.
    pub min_isr: u16,
    high_watermark: Offset,
    /// The last stable offset, where it lies below.
    unstable: Option<Offset>,
    proposal: Option<Proposal>,
}

impl Led {
    /// `UnifiedLog.lastStableOffsetLag`.
    pub fn last_stable_offset_lag(&self) -> i64 {
        self.unstable.map_or(0, |stable| (self.high_watermark.0 - stable.0).max(0))
    }
    pub fn is_under_min_isr(&self) -> bool {
        self.isr.len() < usize::from(self.min_isr)
    }
    pub fn is_at_min_isr(&self) -> bool {
        self.isr.len() == usize::from(self.min_isr)
    }
}

/// A replica in a life of its broker.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Replica {
    /// The broker knows from the metadata that it has it.
    pub hosted: bool,
    /// Where its log ends, once there is one.
    pub log_end: Option<Offset>,
    /// None: it follows.
    pub led: Option<Led>,
}

/// What a broker counts of a topic, or of all of them. Of a topic: none before there is anything to count.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct TopicMeters {
    pub messages_in: Option<u64>,
    pub produce_requests: Option<u64>,
    pub failed_produce_requests: Option<u64>,
}

/// A broker in one of its lives.
#[derive(Clone, Debug)]
pub(super) struct BrokerMeters {
    pub isr_shrinks: u64,
    pub isr_expands: u64,
    pub failed_isr_updates: u64,
    pub all_topics: TopicMeters,
    pub topics: BTreeMap<TopicId, TopicMeters>,
    pub replicas: BTreeMap<Tp, Replica>,
}

impl BrokerMeters {
    fn new() -> BrokerMeters {
        let all_topics =
            TopicMeters { messages_in: Some(0), produce_requests: Some(0), failed_produce_requests: Some(0) };
        BrokerMeters {
            isr_shrinks: 0,
            isr_expands: 0,
            failed_isr_updates: 0,
            all_topics,
            topics: BTreeMap::new(),
            replicas: BTreeMap::new(),
        }
    }
    /// The partitions that it takes itself for the leader of.
    pub fn led(&self) -> impl Iterator<Item = (Tp, &Led)> {
        self.replicas.iter().filter_map(|(tp, replica)| Some((*tp, replica.led.as_ref()?)))
    }
    fn led_mut(&mut self, tp: Tp) -> Option<&mut Led> {
        self.replicas.get_mut(&tp)?.led.as_mut()
    }
    /// Counts for a topic and for all.
    fn count(&mut self, topic: TopicId, n: u64, meter: fn(&mut TopicMeters) -> &mut Option<u64>) {
        for meters in [&mut self.all_topics, self.topics.entry(topic).or_default()] {
            *meter(meters).get_or_insert(0) += n;
        }
    }
}

/// A partition in committed metadata.
#[derive(Clone, Debug, Default)]
struct Committed {
    /// Its replicas, the preferred leader first.
    replicas: BrokerList,
    /// The last ISR of each leader epoch.
    isrs: Vec<(LeaderEpoch, BrokerList)>,
    /// `min.insync.replicas` of its topic.
    min_isr: u16,
}

impl Committed {
    /// The last ISR of an epoch; what is not known yet is what came last.
    fn isr(&self, epoch: LeaderEpoch) -> BrokerList {
        let of = self.isrs.iter().rev().find(|(known, _)| *known == epoch).or(self.isrs.last());
        of.map_or(BrokerList::EMPTY, |(_, isr)| *isr)
    }
    fn change(&mut self, epoch: LeaderEpoch, isr: BrokerList) {
        match self.isrs.last_mut() {
            Some(last) if last.0 == epoch => last.1 = isr,
            _ => self.isrs.push((epoch, isr)),
        }
    }
    /// `Partition.effectiveMinIsr`.
    fn effective_min_isr(&self) -> u16 {
        self.min_isr.min(self.replicas.len() as u16)
    }
}

/// See the module.
#[derive(Clone, Debug)]
pub(super) struct Brokers {
    /// By broker; number 0 is nobody.
    meters: Vec<BrokerMeters>,
    partitions: Vec<Committed>,
    /// By partition.
    topics: Vec<TopicId>,
    /// By process.
    broker_of: Vec<Option<BrokerId>>,
}

impl Brokers {
    /// Before the first fact.
    pub fn new(setup: &Setup) -> Brokers {
        let catalog: &Catalog = &setup.catalog;
        let brokers = catalog.brokers().map(BrokerId::index).max().unwrap_or(0) + 1;
        let topics: Vec<TopicId> = (0..catalog.partition_count()).map(|tp| catalog.topic_of(Tp(tp)).0).collect();
        let committed = |topic: &TopicId| Committed {
            min_isr: setup.topics.get(topic.index()).map_or(1, |topic| topic.min_insync_replicas),
            ..Committed::default()
        };
        Brokers {
            meters: vec![BrokerMeters::new(); brokers],
            partitions: topics.iter().map(committed).collect(),
            topics,
            broker_of: (0..catalog.nodes.len()).map(|node| catalog.broker_of(NodeId(node as u16))).collect(),
        }
    }
    /// What a broker counts.
    pub fn of(&self, broker: BrokerId) -> &BrokerMeters {
        &self.meters[broker.index()]
    }
    /// How many replicas a partition has.
    pub fn replication_factor(&self, tp: Tp) -> usize {
        self.partitions[tp.index()].replicas.len()
    }
    /// Whether there are fewer replicas in sync than there are.
    pub fn is_under_replicated(&self, tp: Tp, led: &Led) -> bool {
        led.isr.len() < self.replication_factor(tp)
    }

    /// Takes the next fact.
    #[inline]
    pub fn observe(&mut self, entry: &Entry) {
        if WANTS.has(entry.fact.kind()) {
            self.take(&entry.fact);
        }
    }

    fn take(&mut self, fact: &Fact) {
        match *fact {
            // What a process counted is gone with it.
            Fact::ProcessStarted { node } => {
                if let Some(broker) = self.broker_of[node.index()] {
                    self.meters[broker.index()] = BrokerMeters::new();
                }
            }
            Fact::PartitionCreated { tp, replicas, .. } => self.partitions[tp.index()].replicas = replicas,
            Fact::PartitionChanged { tp, leader, leader_epoch, partition_epoch, isr, .. } => {
                self.partitions[tp.index()].change(leader_epoch, isr);
                if let Some(leader) = leader {
                    self.meters[leader.index()].isr_committed(tp, leader_epoch, partition_epoch, isr);
                }
            }
            Fact::AlterPartitionRefused { broker, tp, .. } => {
                let meters = &mut self.meters[broker.index()];
                meters.failed_isr_updates += 1;
                if let Some(led) = meters.led_mut(tp) {
                    led.proposal = None;
                }
            }
            Fact::IsrProposed { broker, tp, partition_epoch, isr, .. } => {
                if let Some(led) = self.meters[broker.index()].led_mut(tp) {
                    led.proposal = Some(Proposal { base: partition_epoch, isr });
                }
            }
            Fact::BecameLeader { broker, tp, epoch, start, high_watermark } => {
                let partition = &self.partitions[tp.index()];
                let (isr, min_isr) = (partition.isr(epoch), partition.effective_min_isr());
                let led = Led { epoch, isr, min_isr, high_watermark, unstable: None, proposal: None };
                let replica = Replica { hosted: true, log_end: Some(start), led: Some(led) };
                self.meters[broker.index()].replicas.insert(tp, replica);
            }
            Fact::BecameFollower { broker, tp, .. } => self.followed(broker, tp),
            Fact::HighWatermarkAdvanced { broker, tp, epoch, high_watermark, min_isr, .. } => {
                if let Some(led) = self.meters[broker.index()].led_mut(tp).filter(|led| led.epoch == epoch) {
                    (led.high_watermark, led.min_isr) = (high_watermark, min_isr);
                }
            }
            Fact::LastStableOffsetMoved { broker, tp, epoch, last_stable_offset, high_watermark } => {
                if let Some(led) = self.meters[broker.index()].led_mut(tp).filter(|led| led.epoch == epoch) {
                    led.high_watermark = high_watermark;
                    led.unstable = (last_stable_offset < high_watermark).then_some(last_stable_offset);
                }
            }
            _ => self.log(fact),
        }
    }

    /// What is written, refused and cut.
    fn log(&mut self, fact: &Fact) {
        match *fact {
            Fact::Appended { broker, role, tp, base_offset, count, .. } => {
                self.appended(broker, role, tp, base_offset, count)
            }
            Fact::ControlAppended { broker, role, tp, offset, .. } => self.appended(broker, role, tp, offset, 1),
            Fact::DuplicateDropped { broker, tp, count, .. } => {
                let topic = self.topics[tp.index()];
                let meters = &mut self.meters[broker.index()];
                meters.count(topic, 1, |meters| &mut meters.produce_requests);
                // The log's answer for a duplicate has offsets as that of an append has, and they are counted like one.
                meters.count(topic, u64::from(count), |meters| &mut meters.messages_in);
            }
            Fact::ProduceRefused { broker, tp, error, .. } if reaches_a_log(error) => {
                let topic = self.topics[tp.index()];
                let meters = &mut self.meters[broker.index()];
                meters.count(topic, 1, |meters| &mut meters.produce_requests);
                if !is_expected(error) {
                    meters.count(topic, 1, |meters| &mut meters.failed_produce_requests);
                }
            }
            Fact::Truncated { broker, tp, to, .. } => self.log_ends(broker, tp, to),
            Fact::LogRecovered { broker, tp, log_end, .. } => self.log_ends(broker, tp, log_end),
            _ => {}
        }
    }
    fn appended(&mut self, broker: BrokerId, role: ReplicaRole, tp: Tp, base: Offset, count: u32) {
        self.log_ends(broker, tp, base.plus(count));
        if role == ReplicaRole::Leader {
            let meters = &mut self.meters[broker.index()];
            meters.count(self.topics[tp.index()], 1, |meters| &mut meters.produce_requests);
            meters.count(self.topics[tp.index()], u64::from(count), |meters| &mut meters.messages_in);
        }
    }
    fn log_ends(&mut self, broker: BrokerId, tp: Tp, end: Offset) {
        self.meters[broker.index()].replicas.entry(tp).or_default().log_end = Some(end);
    }
    /// A broker that leads no partition of a topic any more forgets what it counted of it as a leader
    /// (`BrokerTopicStats.removeOldLeaderMetrics`).
    fn followed(&mut self, broker: BrokerId, tp: Tp) {
        let meters = &mut self.meters[broker.index()];
        let replica = meters.replicas.entry(tp).or_default();
        let log_end = Some(replica.log_end.unwrap_or(Offset(0)));
        *replica = Replica { hosted: true, log_end, led: None };
        let topic = self.topics[tp.index()];
        let leads = meters.led().any(|(led, _)| self.topics[led.index()] == topic);
        if !leads {
            meters.topics.remove(&topic);
        }
    }
}

impl BrokerMeters {
    /// A change of a partition that it leads is committed. It counts as its own if it is what it proposed
    /// (`Partition.handleAlterPartitionUpdate`): where the controller changes an ISR, nobody counts.
    fn isr_committed(&mut self, tp: Tp, epoch: LeaderEpoch, partition_epoch: PartitionEpoch, isr: BrokerList) {
        let Some(led) = self.led_mut(tp).filter(|led| led.epoch == epoch) else { return };
        let before = std::mem::replace(&mut led.isr, isr);
        let proposal = led.proposal.take();
        let own = proposal
            .is_some_and(|proposal| proposal.base.0 + 1 == partition_epoch.0 && proposal.isr.same_members(&isr));
        match own {
            true if isr.len() < before.len() => self.isr_shrinks += 1,
            true if isr.len() > before.len() => self.isr_expands += 1,
            _ => {}
        }
    }
}

/// Whether a batch that was refused so came as far as `ReplicaManager.appendToLocalLog`: of a topic or partition that is unknown
/// `KafkaApis` answers itself.
fn reaches_a_log(error: ErrorCode) -> bool {
    !matches!(error, ErrorCode::UnknownTopicOrPartition | ErrorCode::UnknownTopicId)
}

/// What `ReplicaManager.appendToLocalLog` takes for no failure of its broker.
fn is_expected(error: ErrorCode) -> bool {
    matches!(
        error,
        ErrorCode::NotLeaderOrFollower
            | ErrorCode::MessageTooLarge
            | ErrorCode::RecordListTooLarge
            | ErrorCode::CorruptMessage
            | ErrorCode::KafkaStorageError
            | ErrorCode::InvalidTopicException
    )
}
