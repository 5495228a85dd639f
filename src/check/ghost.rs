//! Ghost state: what the checks remember of the history. Nodes never see it.
//!
//! Every batch carries a *chain hash*: its identity and place, combined with the chain hash of the
//! batch before it. Two replicas whose last batches have equal chain hashes have equal logs, so one
//! comparison proves a whole prefix.

use std::rc::Rc;

use crate::history::fact::{Election, Entry, Fact, StopKind, TruncationReason};
use crate::history::setup::{Setup, TopicSetup};
use crate::protocol::ids::*;

/// A batch as a replica holds it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct GhostBatch {
    /// First offset.
    pub base: Offset,
    /// Records.
    pub count: u32,
    /// The epoch stamped on it.
    pub epoch: LeaderEpoch,
    /// Its maker.
    pub node: NodeId,
    /// Its first record among those that `node` sent to the partition.
    pub ordinal: u32,
    /// Producer id, -1 without idempotence.
    pub producer_id: ProducerId,
    /// Producer epoch.
    pub producer_epoch: ProducerEpoch,
    /// Sequence of the first record.
    pub sequence: Sequence,
    /// Chain hash up to and including this batch.
    pub chain: u64,
}

impl GhostBatch {
    /// Offset after the last record.
    pub fn next(&self) -> Offset {
        self.base.plus(self.count)
    }
    /// Its chain hash in a log whose chain hash before it is `before`.
    pub fn chained_to(&self, before: u64) -> u64 {
        let mut bytes = [0u8; 24];
        bytes[..8].copy_from_slice(&self.base.0.to_le_bytes());
        bytes[8..12].copy_from_slice(&self.count.to_le_bytes());
        bytes[12..16].copy_from_slice(&self.epoch.0.to_le_bytes());
        bytes[16..18].copy_from_slice(&self.node.0.to_le_bytes());
        bytes[20..24].copy_from_slice(&self.ordinal.to_le_bytes());
        xxhash_rust::xxh3::xxh3_64_with_seed(&bytes, before)
    }
}

/// One replica's log.
#[derive(Clone, Debug, Default)]
pub struct GhostLog {
    batches: Vec<GhostBatch>,
    start: Offset,
    end: Offset,
    /// Lost unflushed records in a power loss and has not been back in the ISR since.
    pub lossy: bool,
    /// The last high watermark seen on it.
    pub high_watermark: Offset,
}

impl GhostLog {
    /// Log end offset.
    pub fn end(&self) -> Offset {
        self.end
    }
    /// All batches, ascending.
    pub fn batches(&self) -> &[GhostBatch] {
        &self.batches
    }
    /// The last batch.
    pub fn last(&self) -> Option<&GhostBatch> {
        self.batches.last()
    }
    /// The batch that holds `offset`.
    pub fn at(&self, offset: Offset) -> Option<&GhostBatch> {
        let index = self.batches.partition_point(|b| b.base <= offset).checked_sub(1)?;
        self.batches.get(index).filter(|b| offset < b.next())
    }
    /// The chain hash of everything below `offset`, if a batch ends there; 0 at the log start.
    pub fn chain_before(&self, offset: Offset) -> Option<u64> {
        if offset == self.start {
            return Some(0);
        }
        let index = self.batches.partition_point(|b| b.base < offset).checked_sub(1)?;
        self.batches.get(index).filter(|b| b.next() == offset).map(|b| b.chain)
    }
    fn push(&mut self, batch: GhostBatch) {
        self.end = batch.next();
        self.batches.push(batch);
    }
    fn truncate(&mut self, to: Offset) {
        let keep = self.batches.partition_point(|b| b.next() <= to);
        self.batches.truncate(keep);
        self.end = self.end.min(to);
        self.high_watermark = self.high_watermark.min(to);
    }
    fn restart_at(&mut self, offset: Offset) {
        self.batches.clear();
        (self.start, self.end) = (offset, offset);
    }
}

/// What the facts say of one partition.
#[derive(Clone, Debug)]
pub struct GhostPartition {
    /// Assignment order.
    pub replicas: BrokerList,
    /// Committed ISR.
    pub isr: BrokerList,
    /// Leader in committed metadata.
    pub leader: Option<BrokerId>,
    /// Leader epoch in committed metadata.
    pub leader_epoch: LeaderEpoch,
    /// Partition epoch in committed metadata.
    pub partition_epoch: PartitionEpoch,
    /// The broker that acts as leader in the newest epoch, and that epoch.
    pub acting: Option<(BrokerId, LeaderEpoch)>,
    /// Committed batches, ascending: what no later leader may lack.
    pub truth: Vec<GhostBatch>,
    /// Unclean elections so far.
    pub unclean: u32,
    /// The only ISR member lost power.
    pub last_replica_lost_power: bool,
    /// Most replicas that were lossy at one time.
    pub most_lossy: u16,
}

impl GhostPartition {
    /// The real high watermark: everything below was committed once.
    pub fn true_high_watermark(&self) -> Offset {
        self.truth.last().map_or(Offset(0), GhostBatch::next)
    }
}

/// See the module.
#[derive(Clone, Debug)]
pub struct Ghost {
    /// The conditions of the run.
    pub setup: Rc<Setup>,
    partitions: Vec<GhostPartition>,
    logs: Vec<Vec<GhostLog>>,
    /// How each process last ended, by node.
    pub last_stop: Vec<StopKind>,
    /// Fenced or not, by broker.
    pub unfenced: Vec<bool>,
    /// Running or not, by node.
    pub running: Vec<bool>,
    /// After this nothing fails any more.
    pub final_phase: bool,
}

impl Ghost {
    /// Before the first fact.
    pub fn new(setup: Rc<Setup>) -> Ghost {
        let partitions = setup.catalog.partition_count() as usize;
        let brokers = setup.catalog.brokers().map(BrokerId::index).max().unwrap_or(0) + 1;
        let partition = GhostPartition {
            replicas: BrokerList::EMPTY,
            isr: BrokerList::EMPTY,
            leader: None,
            leader_epoch: LeaderEpoch(0),
            partition_epoch: PartitionEpoch(-1),
            acting: None,
            truth: Vec::new(),
            unclean: 0,
            last_replica_lost_power: false,
            most_lossy: 0,
        };
        Ghost {
            partitions: vec![partition; partitions],
            logs: vec![vec![GhostLog::default(); partitions]; brokers],
            last_stop: vec![StopKind::Clean; setup.catalog.nodes.len()],
            unfenced: vec![false; brokers],
            running: vec![false; setup.catalog.nodes.len()],
            final_phase: false,
            setup,
        }
    }

    /// One partition.
    pub fn partition(&self, tp: Tp) -> &GhostPartition {
        &self.partitions[tp.index()]
    }
    /// All partitions that exist.
    pub fn partitions(&self) -> impl Iterator<Item = (Tp, &GhostPartition)> {
        self.partitions.iter().enumerate().filter(|(_, p)| !p.replicas.is_empty()).map(|(i, p)| (Tp(i as u32), p))
    }
    /// One replica's log.
    pub fn log(&self, broker: BrokerId, tp: Tp) -> &GhostLog {
        &self.logs[broker.index()][tp.index()]
    }
    /// The log that counts at the end of a run: the leader's; without a leader, the longest in the ISR.
    pub fn deciding_log(&self, tp: Tp) -> Option<&GhostLog> {
        let partition = self.partition(tp);
        match partition.leader {
            Some(leader) => Some(self.log(leader, tp)),
            None => partition.isr.iter().map(|b| self.log(b, tp)).max_by_key(|log| log.end()),
        }
    }
    /// The configs of a partition's topic.
    pub fn topic(&self, tp: Tp) -> &TopicSetup {
        &self.setup.topics[self.setup.catalog.topic_of(tp).0.index()]
    }
    /// Effective min ISR: `min.insync.replicas`, capped by the replica count.
    pub fn min_isr(&self, tp: Tp) -> u16 {
        self.topic(tp).min_insync_replicas.min(self.partition(tp).replicas.len().max(1) as u16)
    }
    /// The name of a partition.
    pub fn name(&self, tp: Tp) -> String {
        self.setup.catalog.tp_name(tp)
    }

    /// Why committed records of a partition may be lost, if they may: an unclean election, as many
    /// lossy replicas at once as min ISR, or the last ISR member without its page cache.
    pub fn loss_excuse(&self, tp: Tp) -> Option<String> {
        let partition = self.partition(tp);
        let name = self.name(tp);
        if partition.unclean > 0 {
            return Some(format!("{name} had an unclean leader election"));
        }
        if partition.last_replica_lost_power {
            return Some(format!("the last in-sync replica of {name} lost power (no ELR: KIP-966)"));
        }
        if partition.most_lossy >= self.min_isr(tp) {
            return Some(format!("{} replicas of {name} lost power at once, min.insync.replicas is {}", partition.most_lossy, self.min_isr(tp)));
        }
        None
    }

    /// Why what a group's coordinator has written may be lost, if it may: see [`Ghost::loss_excuse`].
    pub fn group_loss_excuse(&self, group: GroupId) -> Option<String> {
        let catalog = &self.setup.catalog;
        let topic = catalog.topic(crate::protocol::catalog::CONSUMER_OFFSETS)?;
        let partitions: Vec<Tp> = catalog.partitions(topic).collect();
        let name = &catalog.groups[group.index()];
        let partition = crate::protocol::hashing::coordinator_partition(name, partitions.len() as u32);
        self.loss_excuse(partitions[partition as usize])
    }

    /// Takes the next fact. Checks look at it before ([`Ghost`] still shows the state before the
    /// fact).
    pub fn observe(&mut self, entry: &Entry) {
        match entry.fact {
            Fact::PartitionCreated { tp, replicas, .. } => self.partitions[tp.index()].replicas = replicas,
            Fact::PartitionChanged { tp, leader, leader_epoch, partition_epoch, isr, election } => {
                let partition = &mut self.partitions[tp.index()];
                partition.leader = leader;
                partition.leader_epoch = leader_epoch;
                partition.partition_epoch = partition_epoch;
                for joined in isr.iter().filter(|b| !partition.isr.contains(*b)) {
                    self.logs[joined.index()][tp.index()].lossy = false;
                }
                partition.isr = isr;
                partition.unclean += u32::from(election == Election::Unclean);
            }
            Fact::BecameLeader { broker, tp, epoch, .. } => {
                let acting = &mut self.partitions[tp.index()].acting;
                if acting.is_none_or(|(_, newest)| epoch > newest) {
                    *acting = Some((broker, epoch));
                }
            }
            Fact::Appended {
                broker, tp, base_offset: base, count, leader_epoch: epoch, node, ordinal, producer_id, producer_epoch, sequence, ..
            } => {
                let log = &mut self.logs[broker.index()][tp.index()];
                let before = log.last().map_or(0, |b| b.chain);
                let mut batch =
                    GhostBatch { base, count, epoch, node, ordinal, producer_id, producer_epoch, sequence, chain: 0 };
                batch.chain = batch.chained_to(before);
                log.push(batch);
            }
            Fact::Truncated { broker, tp, to, reason, .. } => {
                let log = &mut self.logs[broker.index()][tp.index()];
                if reason == TruncationReason::Reset { log.restart_at(to) } else { log.truncate(to) }
            }
            Fact::LogRecovered { broker, tp, log_end, high_watermark, .. } => {
                let log = &mut self.logs[broker.index()][tp.index()];
                log.truncate(log_end);
                log.high_watermark = high_watermark;
            }
            Fact::HighWatermarkAdvanced { broker, tp, epoch, high_watermark, .. } => {
                self.logs[broker.index()][tp.index()].high_watermark = high_watermark;
                if self.partitions[tp.index()].acting == Some((broker, epoch)) {
                    self.extend_truth(broker, tp, high_watermark);
                }
            }
            Fact::HighWatermarkLearned { broker, tp, high_watermark, .. } => {
                self.logs[broker.index()][tp.index()].high_watermark = high_watermark;
            }
            Fact::ProcessStopped { node, kind } => self.process_stopped(node, kind),
            Fact::ProcessStarted { node } => self.running[node.index()] = true,
            Fact::BrokerFenced { broker } => self.unfenced[broker.index()] = false,
            Fact::BrokerUnfenced { broker } => self.unfenced[broker.index()] = true,
            Fact::FinalPhaseStarted {} => self.final_phase = true,
            _ => {}
        }
    }

    fn extend_truth(&mut self, broker: BrokerId, tp: Tp, high_watermark: Offset) {
        let log = &self.logs[broker.index()][tp.index()];
        let truth = &mut self.partitions[tp.index()].truth;
        let from = truth.last().map_or(Offset(0), GhostBatch::next);
        let first = log.batches.partition_point(|b| b.base < from);
        truth.extend(log.batches[first..].iter().take_while(|b| b.next() <= high_watermark));
    }

    fn process_stopped(&mut self, node: NodeId, kind: StopKind) {
        self.running[node.index()] = false;
        self.last_stop[node.index()] = kind;
        let Some(broker) = self.setup.catalog.broker_of(node) else { return };
        if kind != StopKind::PowerLoss {
            return;
        }
        for index in 0..self.partitions.len() {
            let partition = &mut self.partitions[index];
            if !partition.replicas.contains(broker) {
                continue;
            }
            self.logs[broker.index()][index].lossy = true;
            partition.last_replica_lost_power |= partition.isr.len() == 1 && partition.isr.contains(broker);
            let lossy = partition.replicas.iter().filter(|b| self.logs[b.index()][index].lossy).count() as u16;
            partition.most_lossy = partition.most_lossy.max(lossy);
        }
    }
}
