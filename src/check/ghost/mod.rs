//! Ghost state: what the checks remember of the history. Nodes never see it.
//!
//! Every batch carries a *chain hash*: its identity and place, combined with the chain hash of the
//! batch before it. Two replicas whose last batches have equal chain hashes have equal logs, so one
//! comparison proves a whole prefix.
//!
//! Beside the logs stands the *truth* of each partition: what was ever committed. It grows with the
//! high watermark of the acting leader, and a leader that lacks part of it is the anomaly that the
//! durability checks are about. Kafka's promise has conditions, so every event that voids it (an
//! unclean election, power losses beyond what replication covers) is noted as a licence, which
//! covers what was committed before it and nothing after.

mod batch;
mod compaction;
mod consumer_groups;
mod log;
mod offsets;
mod partition;
mod stability;
mod store;
mod transactions;

use std::rc::Rc;

use super::excuse::{Excuse, Loss};
use crate::history::fact::{Election, Entry, Fact, GroupState, ReplicaRole, StopKind, TruncationReason};
use crate::history::setup::{ConsumerSetup, ProducerSetup, Setup};
use crate::history::view::ClusterView;
use crate::protocol::config::ReplicaSelector;
use crate::protocol::ids::*;
use crate::protocol::messages::{Assignor, GroupProtocol};
use crate::protocol::rules::{ClassicRejoin, LeaderlessMarker};
use crate::sim::shared_list::SharedList;
use crate::sim::time::Nanos;
pub use batch::{GhostBatch, GhostMarker};
pub use compaction::{KeyedRecord, compacted};
pub use consumer_groups::{GhostConsumerGroup, GhostConsumerGroups};
pub use log::{GhostLog, GhostRole, Replica};
pub use offsets::GhostOffsets;
pub use partition::{Cut, CutOff, GhostPartition};
pub use stability::{RecordFate, Stability, is_shown};
use store::BatchId;
pub use transactions::{
    GhostPendingOffset, GhostTransaction, GhostTransactionalId, GhostTransactions, TransactionOffset,
};

/// A process.
#[derive(Clone, Copy, Debug)]
pub struct GhostProcess {
    /// Started, neither stopped nor halted.
    pub running: bool,
    /// How often it was started: which life it is in.
    pub life: u32,
    /// How its last life ended.
    pub last_stop: StopKind,
    /// Died at least once with whatever it had in memory.
    pub died: bool,
    /// Paused at present.
    pub paused: bool,
    /// When a pause ended last.
    pub resumed: Option<Nanos>,
    /// When it was started last.
    pub started: Nanos,
}

/// What committed metadata says of a broker, beside what the view has.
#[derive(Clone, Copy, Default, Debug)]
pub struct GhostBroker {
    /// In controlled shutdown.
    pub leaving: bool,
    /// When it was unfenced last.
    pub since: Nanos,
}

/// See the module.
#[derive(Clone, Debug)]
pub struct Ghost {
    /// The conditions of the run.
    pub setup: Rc<Setup>,
    partitions: Vec<GhostPartition>,
    /// By broker and partition.
    logs: Vec<Vec<GhostLog>>,
    /// The batch of the fact at hand, if that is an append.
    pub incoming: GhostBatch,
    /// What it is a copy of, if it is what the leader of its epoch has appended, with the same log before it.
    original: Option<BatchId>,
    processes: Vec<GhostProcess>,
    brokers: Vec<GhostBroker>,
    /// When the final phase began: after this nothing fails any more.
    pub final_phase: Option<Nanos>,
    /// Faults of some duration that are not over.
    pub active_faults: u32,
    /// When a fault began or ended last, or a process was started or stopped. In the future where something that
    /// was begun slowly may go on for so long.
    pub disturbed: Nanos,
    /// The product of the factors of all faults that slow something down.
    slowed: u64,
    /// The last fact was `RunEnded`.
    pub ended: bool,
    /// By process: its place among the consumers, or the producers, of the setup.
    consumers: Vec<Option<u16>>,
    producers: Vec<Option<u16>>,
    /// The cluster as those who reign have it.
    pub view: ClusterView,
    /// Groups of the new protocol.
    pub consumer_groups: GhostConsumerGroups,
    /// What has moved groups' offsets beside their members' commits.
    pub offsets: GhostOffsets,
    /// Transactions, as applications and coordinators tell of them.
    pub transactions: GhostTransactions,
    /// By partition, where there are transactional ids: what the acting leader's log says of transactions.
    stability: Vec<Stability>,
}

impl Ghost {
    /// Before the first fact.
    pub fn new(setup: Rc<Setup>) -> Ghost {
        let catalog = &setup.catalog;
        let partitions = catalog.partition_count() as usize;
        let brokers = catalog.brokers().map(BrokerId::index).max().unwrap_or(0) + 1;
        let process = GhostProcess {
            running: false,
            life: 0,
            last_stop: StopKind::Clean,
            died: false,
            paused: false,
            resumed: None,
            started: Nanos::ZERO,
        };
        let place = |places: Vec<NodeId>| {
            let find = |node: usize| places.iter().position(|p| p.index() == node).map(|i| i as u16);
            (0..catalog.nodes.len()).map(find).collect()
        };
        Ghost {
            partitions: (0..partitions).map(|i| GhostPartition::new(catalog.is_internal(Tp(i as u32)))).collect(),
            logs: vec![vec![GhostLog::default(); partitions]; brokers],
            incoming: GhostBatch::NONE,
            original: None,
            processes: vec![process; catalog.nodes.len()],
            brokers: vec![GhostBroker::default(); brokers],
            final_phase: None,
            active_faults: 0,
            disturbed: Nanos::ZERO,
            slowed: 1,
            ended: false,
            consumers: place(setup.consumers.iter().map(|c| c.node).collect()),
            producers: place(setup.producers.iter().map(|p| p.node).collect()),
            view: ClusterView::new(catalog),
            consumer_groups: GhostConsumerGroups::new(catalog),
            offsets: GhostOffsets::default(),
            transactions: GhostTransactions::new(&setup),
            stability: if catalog.transactional_ids.is_empty() {
                Vec::new()
            } else {
                vec![Stability::default(); partitions]
            },
            setup,
        }
    }

    // --- looking -------------------------------------------------------------------------------

    /// One partition.
    pub fn partition(&self, tp: Tp) -> &GhostPartition {
        &self.partitions[tp.index()]
    }
    /// All partitions that exist.
    pub fn partitions(&self) -> impl Iterator<Item = (Tp, &GhostPartition)> {
        let exists = |tp: &Tp| self.view.partition(*tp).exists();
        (0..self.partitions.len()).map(|i| Tp(i as u32)).filter(exists).map(|tp| (tp, self.partition(tp)))
    }
    /// How many partitions there may be.
    pub fn partition_count(&self) -> usize {
        self.partitions.len()
    }
    /// How many broker ids there may be, 0 included.
    pub fn broker_count(&self) -> usize {
        self.brokers.len()
    }
    /// One replica.
    #[inline]
    pub fn log(&self, broker: BrokerId, tp: Tp) -> Replica<'_> {
        Replica::new(self.partition(tp).store(), &self.logs[broker.index()][tp.index()])
    }
    /// Whether the batch of the fact at hand, a follower's, is a copy of what its leader has appended.
    pub fn is_copy(&self) -> bool {
        self.original.is_some()
    }
    /// The log that counts at the end of a run: that of the leader, if one reigns. Else one of the
    /// ISR will lead, or of those that are eligible without one: the longest, and rather one whose machine has not
    /// lost power unseen.
    pub fn deciding_log(&self, tp: Tp) -> Option<Replica<'_>> {
        let heirs = self.view.partition(tp).heirs();
        let candidates = || heirs.iter().map(|b| self.log(b, tp));
        match self.view.reigning(tp) {
            Some(leader) => Some(self.log(leader, tp)),
            None => candidates().max_by_key(|log| (log.lost_power.is_none(), log.end())),
        }
    }
    /// Whether some replica lacks a record since its log, or that of its leader, was compacted. Whoever reads there is not given it.
    pub fn is_compacted(&self, tp: Tp, offset: Offset) -> bool {
        self.partition(tp).compacted.has(offset)
    }
    /// One process.
    pub fn process(&self, node: NodeId) -> &GhostProcess {
        &self.processes[node.index()]
    }
    /// One broker.
    pub fn broker(&self, broker: BrokerId) -> &GhostBroker {
        &self.brokers[broker.index()]
    }
    /// Whether a broker's process runs.
    pub fn runs(&self, broker: BrokerId) -> bool {
        self.process(self.setup.catalog.broker_node(broker)).running
    }
    /// Whether a broker lives, and its process runs.
    pub fn is_well(&self, broker: BrokerId) -> bool {
        self.view.is_live(broker) && !self.process(self.setup.catalog.broker_node(broker)).paused
    }
    /// Whether a broker's running life is one that the controller has not registered: it acts on the metadata
    /// of its former life. (`BrokerServer.startup` publishes metadata before the registration has succeeded.)
    pub fn is_unregistered(&self, broker: BrokerId) -> bool {
        self.runs(broker) && !self.view.stands(broker)
    }
    /// Whether a broker leads a partition in the epoch in which its former life did: it has come to lead in a life that
    /// was not registered, and has not heard since of what its registration has led to.
    pub fn leads_in_old_epoch(&self, broker: BrokerId, tp: Tp) -> bool {
        let log = self.log(broker, tp);
        self.is_unregistered(broker) || log.role == GhostRole::Leader && log.unregistered
    }
    /// Whether a broker coordinates a transactional id in such an epoch without all that was committed. Its ports open
    /// after its registration (`BrokerServer.startup`): what it finds in its log is nobody's truth.
    fn is_stale_coordinator(&self, broker: BrokerId, id: TransactionalId) -> bool {
        let Some(home) = self.transactions.id(id).home.filter(|home| self.leads_in_old_epoch(broker, *home)) else {
            return false;
        };
        let partition = self.partition(home);
        partition.kept_by(self.log(broker, home)) < partition.truth().len()
    }
    /// Whether what a broker says of a group's offset is nobody's truth, for it does not coordinate the group any more; or of a transactional id: it is such a coordinator, or, of a fence, which it
    /// has in its memory only, it is none any more.
    pub fn is_hearsay(&self, fact: &Fact) -> bool {
        match *fact {
            Fact::TransactionStateChanged { broker, transactional_id, .. } => {
                self.is_stale_coordinator(broker, transactional_id)
            }
            Fact::TransactionFenced { broker, transactional_id, .. } => {
                let home = self.transactions.id(transactional_id).home;
                home.is_some_and(|home| !self.view.reigns(broker, home))
                    || self.is_stale_coordinator(broker, transactional_id)
            }
            Fact::OffsetRemoved { broker, group, .. } => !self.view.coordinates(broker, group),
            _ => false,
        }
    }
    /// The producer whose open transaction holds a group's offset of such a partition, in the log of the group: who asks for that
    /// offset hears UNSTABLE_OFFSET_COMMIT until it is ended (KIP-447).
    pub fn holds_offset(&self, group: GroupId, of: impl Fn(Tp) -> bool) -> Option<ProducerId> {
        let log = self.stability(self.coordinator_partition(group)?)?;
        let held = |p: &&GhostPendingOffset| p.group == group && of(p.tp) && log.opened_by(p.producer_id).is_some();
        self.transactions.pending().iter().find(held).map(|p| p.producer_id)
    }
    /// Whether a producer's marker was not sent to a partition that had no leader, with a coordinator that takes that for
    /// deleted, and none has come since.
    pub fn was_skipped(&self, producer: ProducerId, tp: Tp) -> bool {
        let drops = self.setup.rules.leaderless_marker == LeaderlessMarker::Dropped;
        drops && self.transactions.was_skipped(producer, tp)
    }
    /// What excuses that a log differs from another up to an epoch.
    pub fn wrote_unregistered(&self, tp: Tp, up_to: LeaderEpoch) -> Option<Excuse> {
        self.partition(tp).wrote_unregistered(up_to).map(|loss| Excuse::Lost(tp, loss))
    }
    /// A process's place among the consumers of the setup.
    pub fn consumer_index(&self, node: NodeId) -> Option<usize> {
        self.consumers.get(node.index()).copied().flatten().map(usize::from)
    }
    /// A process as a consumer.
    pub fn consumer(&self, node: NodeId) -> Option<&ConsumerSetup> {
        self.setup.consumers.get(self.consumer_index(node)?)
    }
    /// The group of a process that reads, of whatever kind the group is.
    pub fn group_of(&self, node: NodeId) -> Option<GroupId> {
        let share = || self.setup.share_consumers.iter().find(|c| c.node == node).map(|c| c.group);
        self.consumer(node).map(|c| c.group).or_else(share)
    }
    /// A process as a producer.
    pub fn producer(&self, node: NodeId) -> Option<&ProducerSetup> {
        self.setup.producers.get(usize::from(self.producers.get(node.index()).copied().flatten()?))
    }
    /// The name of a partition.
    pub fn name(&self, tp: Tp) -> String {
        self.setup.catalog.tp_name(tp)
    }
    /// The name of a process.
    pub fn node_name(&self, node: NodeId) -> &str {
        self.setup.catalog.node_name(node)
    }
    /// The name of a group.
    pub fn group_name(&self, group: GroupId) -> &str {
        &self.setup.catalog.groups[group.index()]
    }
    /// The partition that holds what a group's coordinator knows.
    pub fn coordinator_partition(&self, group: GroupId) -> Option<Tp> {
        self.view.group(group).home
    }
    /// Why a group has nobody to coordinate it, if it has nobody.
    pub fn no_coordinator(&self, group: GroupId) -> Option<Excuse> {
        match self.coordinator_partition(group).filter(|home| self.view.partition(*home).exists()) {
            None => Some(Excuse::NoOffsetsTopic(group)),
            Some(home) if self.view.reigning(home).is_none() => Some(Excuse::NoCoordinator(group, home)),
            Some(_) => None,
        }
    }
    /// Whether a partition is nobody's in a group of the new protocol that has only classic members left, none of which is told that
    /// there is something to get ([`KafkaBug::ClassicMembersStranded`](super::kafka_bug::KafkaBug)).
    pub fn strands(&self, group: GroupId, tp: Tp) -> bool {
        let Some(known) = self.consumer_groups.group(group) else { return false };
        let mut members =
            self.setup.consumers.iter().filter(|c| c.group == group && known.is_member(c.node)).peekable();
        self.setup.rules.classic_rejoin == ClassicRejoin::AssignmentEpoch
            && known.owner(tp).is_none()
            && members.peek().is_some()
            && members.all(|c| c.config.group_protocol == GroupProtocol::Classic)
            && self.view.group(group).state == GroupState::Assigning
    }
    /// Whether somebody may use transactions.
    #[inline]
    pub fn has_transactions(&self) -> bool {
        !self.stability.is_empty()
    }
    /// What the acting leader's log says of transactions; nothing where nobody has a transactional id.
    pub fn stability(&self, tp: Tp) -> Option<&Stability> {
        self.stability.get(tp.index())
    }
    /// The transactions that a producer has open in a partition: several, if a late marker is behind it.
    pub fn members_of(&self, tp: Tp, producer: ProducerId) -> &[u32] {
        let open = self.stability(tp).and_then(|stability| stability.opened_by(producer));
        open.map_or(&[], |open| &open.members)
    }
    /// What the log that counts at the end of a run says of transactions.
    pub fn settled(&self, tp: Tp) -> Option<Stability> {
        let log = self.deciding_log(tp).filter(|_| self.has_transactions())?;
        Some(self.read_stability(tp, log))
    }
    fn read_stability(&self, tp: Tp, log: Replica<'_>) -> Stability {
        let mut stability = Stability::default();
        for batch in log.batches().iter() {
            match batch.marker {
                Some(marker) => drop(stability.end(batch, marker)),
                None if self.is_transactional(tp, batch) => {
                    stability.append(batch, self.transactions.of_batch(tp, batch, self.partition(tp).internal));
                }
                None => {}
            }
        }
        stability
    }
    /// Whether a batch belongs to a transaction: a producer with a transactional id sends nothing else, and in
    /// `__consumer_offsets` only a transaction's offsets name a producer.
    pub fn is_transactional(&self, tp: Tp, batch: &GhostBatch) -> bool {
        if batch.producer_id == ProducerId::NONE {
            return false;
        }
        self.partition(tp).internal || self.producer(batch.node).is_some_and(|p| p.transactional_id.is_some())
    }
    /// What excuses the loss of what the coordinator of a transactional id knew.
    pub fn transaction_excuse(&self, id: TransactionalId) -> Option<Excuse> {
        self.any_excuse(self.transactions.id(id).home?)
    }
    /// How often a record is in the log that counts.
    pub fn copies(&self, tp: Tp, node: NodeId, ordinal: u32) -> usize {
        self.deciding_log(tp).map_or(0, |log| log.batches().iter().filter(|b| b.holds(node, ordinal)).count())
    }
    /// A leader comes to act in a newer epoch than anybody before, and lacks committed batches: how
    /// many it has.
    pub fn loses_at(&self, fact: &Fact) -> Option<(Tp, usize)> {
        let Fact::BecameLeader { broker, tp, epoch, .. } = *fact else { return None };
        let partition = self.partition(tp);
        let newest = partition.acting.is_none_or(|(_, known)| epoch > known);
        let kept = newest.then(|| partition.kept_by(self.log(broker, tp)))?;
        (kept < partition.truth().len()).then_some((tp, kept))
    }
    /// The first committed record from the cut up to `to` that was lost then or later, and that the acting leader does
    /// not have either: a later leader may have brought it back. What nobody has read is nobody's matter.
    pub fn first_replaced(
        &self,
        tp: Tp,
        cut: CutOff,
        to: Offset,
        was_read: impl Fn(&GhostBatch) -> bool,
    ) -> Option<Offset> {
        let partition = self.partition(tp);
        let log = self.log(partition.acting?.0, tp);
        let is_gone = |b: &GhostBatch| log.at(b.base).is_none_or(|now| now.chain != b.chain);
        let since = partition.lost.iter().skip(cut.before).map(|lost| lost.batch);
        let lost = since.filter(|b| cut.from <= b.base && b.base < to);
        lost.filter(|b| is_gone(b) && was_read(b)).map(|b| b.base).min()
    }
    /// What excuses the loss of committed batch number `index`.
    pub fn excuse_for(&self, tp: Tp, index: usize) -> Option<Excuse> {
        self.partition(tp).licence_for(index).map(|loss| Excuse::Lost(tp, loss))
    }
    /// What excuses the loss of something that was known at `mark`.
    pub fn excuse_since(&self, tp: Tp, mark: u32) -> Option<Excuse> {
        self.partition(tp).licence_since(mark).map(|loss| Excuse::Lost(tp, loss))
    }
    /// What excuses any loss at all.
    pub fn any_excuse(&self, tp: Tp) -> Option<Excuse> {
        self.partition(tp).any_licence().map(|loss| Excuse::Lost(tp, loss))
    }
    /// What excuses the loss of what a group's coordinator knew.
    pub fn coordinator_excuse(&self, group: GroupId) -> Option<Excuse> {
        self.any_excuse(self.coordinator_partition(group)?)
    }
    /// What excuses that two members are given the same: the leader runs a class of the application's.
    pub fn own_assignor(&self, group: GroupId) -> Option<Excuse> {
        let mut members = self.setup.consumers.iter().filter(|consumer| consumer.group == group);
        let has_own = |consumer: &ConsumerSetup| {
            consumer.config.partition_assignment_strategy.iter().any(|assignor| assignor == Assignor::Overlapping)
        };
        members.any(has_own).then_some(Excuse::OwnAssignor(group))
    }

    /// What excuses that a group never had what lies at an offset: its own offset was moved over it.
    pub fn moved_over(&self, group: GroupId, tp: Tp, offset: Offset, leapt: bool) -> Option<Excuse> {
        self.offsets.moved_over(group, tp, offset, leapt).map(|how| Excuse::OffsetsMoved(group, how))
    }
    /// What excuses that it has that again.
    pub fn moved_back(&self, group: GroupId, tp: Tp, offset: Offset) -> Option<Excuse> {
        self.offsets.moved_back(group, tp, offset).map(|how| Excuse::OffsetsMoved(group, how))
    }

    /// What excuses that a group never had what lay at an offset: it was deleted before the group came to it.
    pub fn deleted_unread(&self, group: GroupId, tp: Tp, offset: Offset) -> Option<Excuse> {
        self.offsets.was_overtaken(group, tp, offset).then_some(Excuse::Deleted(group, tp))
    }
    /// The same of anything that a group was to read.
    pub fn any_deleted_unread(&self, group: GroupId) -> Option<Excuse> {
        self.offsets.first_overtaken(group).map(|tp| Excuse::Deleted(group, tp))
    }

    // --- folding -------------------------------------------------------------------------------

    /// Shows the checks what they are about to see.
    pub fn announce(&mut self, entry: &Entry) {
        if let Fact::Appended {
            broker,
            tp,
            base_offset: base,
            count,
            leader_epoch: epoch,
            node,
            ordinal,
            producer_id,
            producer_epoch,
            sequence,
            role,
        } = entry.fact
        {
            let (at, chain) = (entry.at, 0);
            if role == ReplicaRole::Follower && self.fill_holes(broker, tp, base, Some((epoch, count))) {
                return;
            }
            let before = self.log(broker, tp).last().map_or(0, |b| b.chain);
            let batch = GhostBatch {
                base,
                count,
                epoch,
                node,
                ordinal,
                producer_id,
                producer_epoch,
                sequence,
                chain,
                at,
                marker: None,
            };
            self.comes(role, tp, GhostBatch { chain: batch.chained_to(before), ..batch });
        } else if let Fact::ControlAppended {
            broker,
            role,
            tp,
            offset: base,
            leader_epoch: epoch,
            producer_id,
            producer_epoch,
            coordinator_epoch,
            commit,
            ..
        } = entry.fact
        {
            if role == ReplicaRole::Follower {
                self.fill_holes(broker, tp, base, None);
            }
            let before = self.log(broker, tp).last().map_or(0, |b| b.chain);
            let marker = Some(GhostMarker { commit, coordinator_epoch });
            let (node, at) = (NodeId(u16::MAX), entry.at);
            let batch =
                GhostBatch { base, count: 1, epoch, node, producer_id, producer_epoch, at, marker, ..GhostBatch::NONE };
            self.comes(role, tp, GhostBatch { chain: batch.chained_to(before), ..batch });
        }
    }
    /// A follower of a compacted log is about to append at an offset: what it was not sent, and was told to lack, is taken for
    /// copied, so that equal logs stay equal. With epoch and count of a batch of which records are lacking: whether it is the leader's.
    fn fill_holes(&mut self, broker: BrokerId, tp: Tp, base: Offset, copy: Option<(LeaderEpoch, u32)>) -> bool {
        let GhostRole::Follower(Some(leader)) = self.log(broker, tp).role else { return false };
        if self.log(broker, tp).removed.is_empty() {
            return false;
        }
        let source = self.log(leader, tp).batches();
        let log = self.log(broker, tp);
        let lacks = |b: &GhostBatch| log.removed.count_in(b.base, b.next());
        let mut before = log.last().map_or(0, |b| b.chain);
        let (mut filled, mut place) = (Vec::new(), source.partition_point(|b| b.next() <= log.end()));
        let follows = |b: &GhostBatch, before| b.chain == b.chained_to(before);
        while let Some(batch) = source.get(place).filter(|b| b.base < base && follows(b, before)) {
            if lacks(batch) < u64::from(batch.count) {
                break;
            }
            filled.extend(source.id(place).map(|id| (id, batch.next(), batch.at)));
            (before, place) = (batch.chain, place + 1);
        }
        let is_copied = |(epoch, count): (LeaderEpoch, u32), b: &GhostBatch| {
            b.base == base && b.epoch == epoch && count < b.count && lacks(b) == u64::from(b.count - count)
        };
        let whole = source.get(place).filter(|b| follows(b, before)).copied();
        let whole = whole.filter(|b| copy.is_some_and(|copy| is_copied(copy, b))).zip(source.id(place));
        let log = &mut self.logs[broker.index()][tp.index()];
        filled.into_iter().for_each(|(id, next, at)| log.push(id, next, at));
        let Some((whole, id)) = whole else { return false };
        (self.incoming, self.original) = (whole, Some(id));
        true
    }
    fn comes(&mut self, role: ReplicaRole, tp: Tp, batch: GhostBatch) {
        self.incoming = batch;
        self.original = match role {
            ReplicaRole::Leader => None,
            ReplicaRole::Follower => self.partition(tp).original(&self.incoming),
        };
    }

    /// Takes the next fact, which was announced. Checks look at it before ([`Ghost`] still shows the
    /// state before the fact).
    pub fn observe(&mut self, entry: &Entry) {
        self.offsets.observe(entry, &self.view);
        self.consumer_groups.observe(entry, &self.view);
        if ClusterView::wants(&entry.fact) {
            self.observe_view(entry);
        }
        match entry.fact {
            Fact::Appended { broker, tp, role, .. } | Fact::ControlAppended { broker, tp, role, .. } => {
                self.appended(entry.at, broker, tp, role == ReplicaRole::Leader);
            }
            Fact::RecordsCompacted { broker, tp, first, low, high, .. } => {
                let (log, partition) = (&mut self.logs[broker.index()][tp.index()], &mut self.partitions[tp.index()]);
                for offset in compacted(first, low, high) {
                    log.removed.add(offset);
                    partition.compacted.add(offset);
                }
            }
            Fact::KeyAppended { broker, tp, offset, key, tombstone } if self.partition(tp).is_acting(broker) => {
                self.partitions[tp.index()].keys.append(offset, KeyedRecord { key, tombstone });
            }
            Fact::HighWatermarkAdvanced { broker, tp, epoch, high_watermark, .. } => {
                let log = &mut self.logs[broker.index()][tp.index()];
                log.high_watermark = high_watermark;
                let partition = &mut self.partitions[tp.index()];
                partition.highest = partition.highest.max(high_watermark);
                let reign = partition.reign_mut(epoch);
                reign.high_watermark = reign.high_watermark.max(high_watermark);
                if partition.acts_in(broker, epoch) {
                    partition.extend_truth(log.ids(), high_watermark);
                }
            }
            Fact::HighWatermarkLearned { broker, tp, high_watermark, .. } => {
                let log = &mut self.logs[broker.index()][tp.index()];
                (log.high_watermark, log.cut_since_told) = (high_watermark, false);
            }
            Fact::PartitionCreated { tp, replicas, .. } => self.partition_created(entry.at, tp, replicas),
            Fact::ReplicasReassigned { tp, replicas, .. } => {
                let topic = &self.setup.topics[self.setup.catalog.topic_of(tp).0.index()];
                let partition = &mut self.partitions[tp.index()];
                partition.min_isr = topic.min_insync_replicas.min(replicas.len().max(1) as u16);
            }
            Fact::ReplicaDeleted { broker, tp, .. } => {
                self.logs[broker.index()][tp.index()] = GhostLog::of_nobody();
            }
            Fact::PartitionChanged { tp, leader, leader_epoch, partition_epoch, .. } => {
                let partition = &mut self.partitions[tp.index()];
                partition.arriving = self.view.partition(tp).adding;
                (partition.partition_epoch, partition.changed) = (partition_epoch, entry.at);
                if let Some(leader) = leader {
                    partition.reign_mut(leader_epoch).named.get_or_insert(leader);
                }
                self.weigh_losses(tp);
            }
            Fact::EligibleReplicasChanged { tp, elr, last_leader } => {
                let partition = &mut self.partitions[tp.index()];
                (partition.elr, partition.last_leader) = (elr, last_leader);
            }
            Fact::BecameLeader { broker, tp, epoch, start, high_watermark } => {
                self.became_leader(entry, broker, tp, epoch, start, high_watermark)
            }
            Fact::BecameFollower { broker, tp, epoch, leader } => {
                let unregistered = self.is_unregistered(broker);
                let log = &mut self.logs[broker.index()][tp.index()];
                (log.role, log.epoch, log.unregistered) = (GhostRole::Follower(leader), epoch, unregistered);
                log.deleted = false;
            }
            Fact::Truncated { broker, tp, to, reason, .. } => {
                let before = match reason {
                    TruncationReason::Reset => Some(self.known_of_leader(broker, tp, to)),
                    TruncationReason::Diverged | TruncationReason::OutOfRange => None,
                };
                let log = &mut self.logs[broker.index()][tp.index()];
                log.cut_since_told = true;
                match before {
                    Some(before) => log.restart_at(to, before),
                    None => log.truncate(self.partitions[tp.index()].store(), to),
                }
            }
            Fact::LogStartMoved { broker, tp, to, .. } => {
                self.logs[broker.index()][tp.index()].starts_at(to);
                self.deleted(broker, tp, to);
            }
            Fact::PositionReset { node, tp, offset, out_of_range: true, .. } => self.overtaken(node, tp, offset),
            Fact::LogRecovered { broker, tp, log_start, log_end, written, high_watermark, .. } => {
                let log = &mut self.logs[broker.index()][tp.index()];
                let lost_power = log.lost_power.take();
                log.lossy |= lost_power.is_some() && log_end < log.end().min(written);
                let partition = &mut self.partitions[tp.index()];
                if partition.is_acting(broker) && log_end < log.end() {
                    partition.cuts.push(Cut { kept: log_end, cause: lost_power.unwrap_or(*entry) });
                }
                log.truncate(partition.store(), log_end);
                log.starts_at(log_start);
                log.high_watermark = high_watermark;
                self.weigh_losses(tp);
            }
            _ => self.observe_process(entry),
        }
        if self.has_transactions() {
            self.observe_transactions(entry);
        }
    }

    /// A change of the cluster: what it means depends on what was before.
    fn observe_view(&mut self, entry: &Entry) {
        match entry.fact {
            Fact::PartitionChanged { tp, leader, isr, election, .. } => {
                self.partition_changes(tp, leader, isr, election);
            }
            Fact::ReplicasReassigned { tp, replicas, adding, .. } => {
                self.partitions[tp.index()].reassigned(self.view.partition(tp), replicas, adding);
            }
            _ => {}
        }
        self.view.observe(entry);
    }

    fn observe_process(&mut self, entry: &Entry) {
        match entry.fact {
            Fact::ProcessStarted { node } => {
                let process = &mut self.processes[node.index()];
                (process.running, process.paused, process.started) = (true, false, entry.at);
                process.life += 1;
                self.disturbed = self.disturbed.max(entry.at);
            }
            Fact::ProcessStopped { node, kind } => {
                self.process_stopped(entry, node, kind);
                self.disturbed = self.disturbed.max(entry.at);
            }
            Fact::PowerLost { node } => self.power_lost(entry, node),
            Fact::ProcessPaused { node, paused } => {
                let process = &mut self.processes[node.index()];
                process.paused = paused;
                process.resumed = if paused { process.resumed } else { Some(entry.at) };
            }
            // It serves nobody any more, though its process may hang about.
            Fact::LogDirFailed { broker } => {
                self.processes[self.setup.catalog.broker_node(broker).index()].running = false;
                self.broker_gone(broker);
                self.disturbed = self.disturbed.max(entry.at);
            }
            Fact::BrokerRegistered { broker, .. } => self.brokers[broker.index()] = GhostBroker::default(),
            Fact::BrokerUnfenced { broker } => self.brokers[broker.index()].since = entry.at,
            Fact::ControlledShutdownStarted { broker } => self.brokers[broker.index()].leaving = true,
            Fact::FaultStarted { fault, .. } => {
                let fault = self.setup.faults.get(usize::from(fault));
                self.active_faults += u32::from(fault.is_some_and(|f| f.ends));
                self.slowed = self.slowed.saturating_mul(fault.map_or(1, |f| u64::from(f.factor.max(1))));
                self.disturbed = self.disturbed.max(entry.at);
            }
            Fact::FaultEnded { fault, .. } => {
                self.active_faults = self.active_faults.saturating_sub(1);
                self.disturbed = self.disturbed.max(entry.at);
                if let Some(factor) =
                    self.setup.faults.get(usize::from(fault)).map(|f| u64::from(f.factor)).filter(|f| *f > 1)
                {
                    // A call that began before takes its time: the disk, or the link, was slow then.
                    let goes_on = self.setup.slow_round_trip.saturating_mul(self.slowed);
                    self.disturbed = self.disturbed.max(entry.at.saturating_add(goes_on));
                    self.slowed = (self.slowed / factor).max(1);
                }
            }
            Fact::FinalPhaseStarted {} => self.final_phase = Some(entry.at),
            Fact::RunEnded {} => self.ended = true,
            _ => {}
        }
    }

    /// Where somebody has a transactional id. The logs have the fact already.
    fn observe_transactions(&mut self, entry: &Entry) {
        match entry.fact {
            Fact::Appended { broker, tp, role: ReplicaRole::Leader, leader_epoch, .. }
                if self.partition(tp).acts_in(broker, leader_epoch) =>
            {
                let batch = self.incoming;
                if self.is_transactional(tp, &batch) {
                    let member = self.transactions.of_batch(tp, &batch, self.partition(tp).internal);
                    self.stability[tp.index()].append(&batch, member);
                }
            }
            Fact::ControlAppended {
                broker, tp, role: ReplicaRole::Leader, leader_epoch, producer_id, commit, ..
            } if self.partition(tp).acts_in(broker, leader_epoch) => {
                let batch = self.incoming;
                let ended = batch.marker.and_then(|marker| self.stability[tp.index()].end(&batch, marker));
                self.transactions.marked(producer_id, tp);
                self.transactions.ended(entry, tp, ended.as_ref().map_or(&[], |ended| &ended.members), commit);
                if self.partition(tp).internal {
                    let view = &self.view;
                    let is_home = |group: GroupId| view.group(group).home == Some(tp);
                    self.transactions.offsets_ended(entry.at, producer_id, commit, is_home);
                }
            }
            // Its log is what counts, whatever it lacks.
            Fact::BecameLeader { broker, tp, epoch, .. } if self.partition(tp).acts_in(broker, epoch) => {
                self.transactions.home_changes(tp);
                self.read_again(broker, tp);
            }
            Fact::LogRecovered { broker, tp, .. } if self.partition(tp).is_acting(broker) => {
                self.transactions.home_changes(tp);
                self.read_again(broker, tp);
            }
            _ if self.is_hearsay(&entry.fact) => {}
            _ => self.transactions.observe(entry),
        }
    }
    fn read_again(&mut self, broker: BrokerId, tp: Tp) {
        if self.has_transactions() {
            self.stability[tp.index()] = self.read_stability(tp, self.log(broker, tp));
        }
    }

    fn appended(&mut self, at: Nanos, broker: BrokerId, tp: Tp, leads: bool) {
        let batch = self.incoming;
        let partition = &mut self.partitions[tp.index()];
        let id = match self.original {
            Some(original) => original,
            None if leads => partition.write(batch),
            None => partition.add(batch),
        };
        self.logs[broker.index()][tp.index()].push(id, batch.next(), at);
        if leads {
            let life = self.process(self.setup.catalog.broker_node(broker)).life;
            let unregistered = self.leads_in_old_epoch(broker, tp);
            let partition = &mut self.partitions[tp.index()];
            partition.appended = at;
            partition.reign_mut(batch.epoch).writer.get_or_insert((broker, life));
            if unregistered {
                partition.reign_mut(batch.epoch).unregistered.get_or_insert(broker);
                partition.open_licence(Loss::Unregistered(broker));
            }
        }
    }

    /// What the leader of a replica has had below an offset.
    fn known_of_leader(&self, broker: BrokerId, tp: Tp, below: Offset) -> SharedList<BatchId> {
        let GhostRole::Follower(Some(leader)) = self.log(broker, tp).role else { return SharedList::default() };
        let mut known = self.logs[leader.index()][tp.index()].ids().clone();
        let count = self.log(leader, tp).batches().partition_point(|batch| batch.next() <= below);
        known.truncate(count);
        known
    }
    /// A log begins later than before: if others read it, nobody will be given what lies before.
    fn deleted(&mut self, broker: BrokerId, tp: Tp, below: Offset) {
        let read =
            self.partition(tp).is_acting(broker) || self.setup.broker.replica_selector != ReplicaSelector::Leader;
        let partition = &mut self.partitions[tp.index()];
        if read {
            partition.deleted = partition.deleted.max(below);
        }
    }
    /// A member of a group found that what it was to read was not there any more.
    fn overtaken(&mut self, node: NodeId, tp: Tp, to: Offset) {
        let Some(group) = self.consumer(node).map(|consumer| consumer.group) else { return };
        let from = self.view.committed(group, tp).unwrap_or_default();
        self.offsets.overtaken(group, tp, from..to.min(self.partition(tp).deleted));
    }

    fn partition_created(&mut self, at: Nanos, tp: Tp, replicas: BrokerList) {
        let topic = &self.setup.topics[self.setup.catalog.topic_of(tp).0.index()];
        let partition = &mut self.partitions[tp.index()];
        partition.created = at;
        partition.min_isr = topic.min_insync_replicas.min(replicas.len().max(1) as u16);
        partition.unclean_allowed = topic.unclean_leader_election;
    }

    fn partition_changes(&mut self, tp: Tp, leader: Option<BrokerId>, isr: BrokerList, election: Election) {
        let unnoticed = leader.filter(|leader| {
            let log = self.log(*leader, tp);
            (log.lossy || log.lost_power.is_some()) && !self.view.stands(*leader)
        });
        let (partition, before) = (&mut self.partitions[tp.index()], self.view.partition(tp));
        let created = partition.partition_epoch.0 < 0;
        if let Some(leader) = unnoticed.filter(|_| before.leader != leader) {
            partition.open_licence(Loss::Unnoticed(leader));
        }
        let is_heir =
            |l: BrokerId| before.isr.contains(l) || partition.elr.contains(l) || partition.arriving.contains(l);
        let from_outside = !created && leader != before.leader && leader.is_some_and(|l| !is_heir(l));
        if from_outside || election == Election::Unclean {
            partition.open_licence(Loss::Unclean);
        } else {
            // Whoever comes back by its leader's word has everything.
            for joined in isr.iter().filter(|b| !before.isr.contains(*b) && leader != Some(*b)) {
                self.logs[joined.index()][tp.index()].lossy = false;
            }
        }
    }

    /// Lossy replicas: are there too many, or is one of them all that is left?
    fn weigh_losses(&mut self, tp: Tp) {
        let (partition, committed) = (&mut self.partitions[tp.index()], self.view.partition(tp));
        let is_lossy = |b: BrokerId| self.logs[b.index()][tp.index()].lossy;
        let lossy = committed.replicas.iter().filter(|b| is_lossy(*b)).count() as u16;
        if lossy >= partition.min_isr {
            partition.open_licence(Loss::TooMany(lossy));
        } else {
            partition.close_licences(|loss| matches!(loss, Loss::TooMany(_)));
        }
        let heirs = committed.heirs();
        if heirs.len() == 1 && heirs.iter().all(is_lossy) {
            partition.open_licence(Loss::LastReplica);
        } else {
            partition.close_licences(|loss| loss == Loss::LastReplica);
        }
    }

    fn became_leader(
        &mut self,
        entry: &Entry,
        broker: BrokerId,
        tp: Tp,
        epoch: LeaderEpoch,
        start: Offset,
        high_watermark: Offset,
    ) {
        let losing = self.loses_at(&entry.fact);
        let unregistered = self.is_unregistered(broker);
        let log = &mut self.logs[broker.index()][tp.index()];
        (log.role, log.epoch, log.high_watermark) = (GhostRole::Leader, epoch, high_watermark);
        log.unregistered = unregistered;
        let partition = &mut self.partitions[tp.index()];
        let reign = partition.reign_mut(epoch);
        if reign.actor.is_none() {
            (reign.actor, reign.start, reign.high_watermark) = (Some(broker), start, high_watermark);
        } else if reign.actor == Some(broker) {
            // Another life of the same leader, back before its fencing: it begins at its checkpoint.
            reign.high_watermark = high_watermark;
        }
        if partition.acting.is_some_and(|(_, newest)| epoch <= newest) {
            return;
        }
        partition.acting = Some((broker, epoch));
        // What its log does not have there is free for others.
        partition.keys.truncate(start);
        partition.compacted.truncate(start);
        if let Some(kept) = partition.kept_of_written(Replica::new(partition.store(), log)) {
            partition.cuts.push(Cut { kept, cause: *entry });
        }
        if let Some((_, kept)) = losing {
            partition.lose(kept);
        }
        // Its log is the truth from here on, whatever it lacks.
        log.lossy = false;
        if epoch >= self.view.partition(tp).leader_epoch {
            partition.close_licences(|loss| matches!(loss, Loss::Unclean | Loss::Unnoticed(_)));
        }
        self.weigh_losses(tp);
    }

    fn process_stopped(&mut self, entry: &Entry, node: NodeId, kind: StopKind) {
        let process = &mut self.processes[node.index()];
        process.running = false;
        process.last_stop = kind;
        process.died |= kind != StopKind::Clean;
        if kind == StopKind::PowerLoss {
            self.power_lost(entry, node);
        }
        if let Some(broker) = self.setup.catalog.broker_of(node) {
            self.broker_gone(broker);
        }
    }

    fn power_lost(&mut self, entry: &Entry, node: NodeId) {
        let Some(broker) = self.setup.catalog.broker_of(node) else { return };
        for log in &mut self.logs[broker.index()] {
            log.lost_power.get_or_insert(*entry);
        }
        // Who was elected and has not begun to lead may begin after this, back before its session is over.
        for (tp, partition) in (0..).map(Tp).zip(&mut self.partitions) {
            let committed = self.view.partition(tp);
            let begun = partition.acting.is_some_and(|(_, newest)| newest >= committed.leader_epoch);
            if committed.leader == Some(broker) && !begun {
                partition.open_licence(Loss::Unnoticed(broker));
            }
        }
    }

    fn broker_gone(&mut self, broker: BrokerId) {
        for log in &mut self.logs[broker.index()] {
            log.role = GhostRole::None;
        }
    }
}
