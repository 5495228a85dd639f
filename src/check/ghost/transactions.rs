//! Transactions, as their applications and their coordinators tell of them.
//!
//! A transaction is known by its process and its number there. What the process sends for the first time from its
//! beginning on, until it begins another one, belongs to it, whatever epoch it is sent with.

use std::collections::{BTreeMap, BTreeSet};

use super::batch::GhostBatch;
use crate::history::fact::{Entry, Fact};
use crate::history::setup::Setup;
use crate::protocol::batch::TransactionState;
use crate::protocol::exceptions::Exception;
use crate::protocol::ids::*;
use crate::sim::time::Nanos;

/// A transaction of an application.
#[derive(Clone, PartialEq, Debug)]
pub struct GhostTransaction {
    /// Its process.
    pub node: NodeId,
    /// Its number among those of the application.
    pub number: u32,
    /// As whom.
    pub id: Option<TransactionalId>,
    /// Which of those that have called initTransactions() with that id.
    pub instance: u32,
    /// Its producer id.
    pub producer_id: ProducerId,
    /// The epoch in which it was begun.
    pub epoch: ProducerEpoch,
    /// beginTransaction() returned.
    pub begun: Entry,
    /// Its records: partition, number of the first, how many.
    pub records: Vec<(Tp, u32, u32)>,
    /// The offsets that the application gave it.
    pub offsets: Vec<TransactionOffset>,
    /// The application has called commitTransaction().
    pub commit_asked: bool,
    /// What it asked for last: commit or abort.
    pub asked: Option<(bool, Entry)>,
    /// What it was told to be done.
    pub told: Option<(bool, Entry)>,
    /// With what the last call to end it threw.
    pub threw: Option<Exception>,
    /// By partition: whether a marker commits it there.
    pub fates: Vec<(Tp, bool, Entry)>,
    /// The coordinator ended it, since it took too long.
    pub timed_out: bool,
    /// The process has begun another one since, or has died.
    pub over: bool,
}

/// An offset that goes with a transaction.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TransactionOffset {
    /// Whose.
    pub group: GroupId,
    /// Of which partition.
    pub tp: Tp,
    /// The next one to read.
    pub offset: Offset,
    /// In which generation it was sent.
    pub generation: Generation,
    /// When.
    pub at: Nanos,
}

impl GhostTransaction {
    /// Whether a marker commits it, as the first one says.
    pub fn fate(&self) -> Option<bool> {
        self.fates.first().map(|(_, commit, _)| *commit)
    }
    /// Its fate in one partition.
    pub fn fate_on(&self, tp: Tp) -> Option<bool> {
        self.fates.iter().find(|(on, ..)| *on == tp).map(|(_, commit, _)| *commit)
    }
    /// Whether it holds nothing: it is over without a coordinator.
    pub fn is_empty(&self) -> bool {
        self.records.is_empty() && self.offsets.is_empty()
    }
}

/// A transactional id, as its coordinators have it.
#[derive(Clone, Debug)]
pub struct GhostTransactionalId {
    /// The partition of `__transaction_state` that its coordinator leads; none without that topic.
    pub home: Option<Tp>,
    /// Its state, once it has one.
    pub state: Option<TransactionState>,
    /// The producer id in it.
    pub producer_id: ProducerId,
    /// The epoch in it.
    pub epoch: ProducerEpoch,
    /// The epoch of the coordinator that told it.
    pub coordinator_epoch: LeaderEpoch,
    /// When it came into this state.
    pub since: Nanos,
    /// The partitions of its transaction.
    pub partitions: Vec<Tp>,
    /// Its coordinator has changed since it last had no transaction: what the one before had written may never have
    /// been told.
    pub untold: bool,
    /// It was forgotten once: who had it before is not known any more.
    pub expired: bool,
    /// The last fencing: of which epoch, whether for its time, and when.
    pub fenced: Option<(ProducerEpoch, bool, Nanos)>,
    /// How often initTransactions() has returned with it.
    pub instances: u32,
    /// The number of the newest instance, and with which producer id and epoch it began.
    newest: (u32, ProducerId, ProducerEpoch),
}

impl GhostTransactionalId {
    /// initTransactions() returned with this producer id and epoch: the number of the instance. An answer may be late, and another
    /// instance have a newer epoch before: that one is the newest, and this one has none.
    fn instance(&mut self, producer: ProducerId, epoch: ProducerEpoch) -> u32 {
        self.instances += 1;
        let (number, id, newest) = self.newest;
        if id == producer && epoch < newest {
            return 0;
        }
        self.newest = (number + 1, producer, epoch);
        number + 1
    }
}

/// A group's offset that waits for the end of its transaction.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct GhostPendingOffset {
    /// Whose.
    pub group: GroupId,
    /// Of which partition.
    pub tp: Tp,
    /// The next one to read.
    pub offset: Offset,
    /// Whose transaction.
    pub producer_id: ProducerId,
    /// The transaction, if one is known.
    pub member: Option<u32>,
    /// When the coordinator had it.
    pub at: Nanos,
    /// What a marker on the group's partition made of it, and when.
    pub decided: Option<(bool, Nanos)>,
    /// The group has it now.
    pub stored: bool,
    /// The group has dropped it.
    pub dropped: bool,
}

/// See the module.
#[derive(Clone, Debug)]
pub struct GhostTransactions {
    all: Vec<GhostTransaction>,
    ids: Vec<GhostTransactionalId>,
    pending: Vec<GhostPendingOffset>,
    /// By process: its instance of a transactional id.
    instances: Vec<Option<(TransactionalId, u32)>>,
    /// By process: its newest transaction.
    newest: Vec<Option<u32>>,
    /// By process and partition, ascending: up to which number records belong to which transaction.
    streams: BTreeMap<(NodeId, Tp), Spans>,
    /// Markers that were not sent, since the partition had no leader.
    skipped: BTreeSet<(ProducerId, Tp)>,
}

/// Numbers of records, from and to, with the transaction to which they belong.
type Spans = Vec<(u32, u32, u32)>;

impl GhostTransactions {
    /// Before the first fact.
    pub fn new(setup: &Setup) -> GhostTransactions {
        let catalog = &setup.catalog;
        let id = |id: u16| GhostTransactionalId {
            home: catalog.transaction_partition(TransactionalId(id)),
            state: None,
            producer_id: ProducerId::NONE,
            epoch: ProducerEpoch::NONE,
            coordinator_epoch: LeaderEpoch::UNDEFINED,
            since: Nanos::ZERO,
            partitions: Vec::new(),
            untold: false,
            expired: false,
            fenced: None,
            instances: 0,
            newest: (0, ProducerId::NONE, ProducerEpoch::NONE),
        };
        GhostTransactions {
            all: Vec::new(),
            ids: (0..catalog.transactional_ids.len() as u16).map(id).collect(),
            pending: Vec::new(),
            instances: vec![None; catalog.nodes.len()],
            newest: vec![None; catalog.nodes.len()],
            streams: BTreeMap::new(),
            skipped: BTreeSet::new(),
        }
    }

    // --- looking -------------------------------------------------------------------------------

    /// All, in the order in which they were begun.
    pub fn all(&self) -> &[GhostTransaction] {
        &self.all
    }
    /// One, by its place among all.
    pub fn get(&self, member: u32) -> &GhostTransaction {
        &self.all[member as usize]
    }
    /// The place of the transaction that a record belongs to.
    pub fn of_record(&self, node: NodeId, tp: Tp, ordinal: u32) -> Option<u32> {
        let stream = self.streams.get(&(node, tp))?;
        let place = stream.partition_point(|(_, end, _)| *end <= ordinal);
        stream.get(place).filter(|(first, ..)| *first <= ordinal).map(|(.., member)| *member)
    }
    /// The newest transaction that a process has begun.
    pub fn newest(&self, node: NodeId) -> Option<&GhostTransaction> {
        self.newest[node.index()].map(|member| self.get(member))
    }
    /// The newest transaction with a transactional id that was begun by this producer in this epoch. An instance that has
    /// been superseded may have begun one since, in its own epoch.
    pub fn of_producer(
        &self,
        id: TransactionalId,
        (producer, epoch): (ProducerId, ProducerEpoch),
    ) -> Option<&GhostTransaction> {
        let is = |t: &&GhostTransaction| (t.id, t.producer_id, t.epoch) == (Some(id), producer, epoch);
        self.all.iter().rev().find(is)
    }
    /// One transactional id.
    pub fn id(&self, id: TransactionalId) -> &GhostTransactionalId {
        &self.ids[id.index()]
    }
    /// All transactional ids.
    pub fn ids(&self) -> impl Iterator<Item = (TransactionalId, &GhostTransactionalId)> {
        self.ids.iter().enumerate().map(|(index, id)| (TransactionalId(index as u16), id))
    }
    /// The transactional id that has a producer id.
    pub fn owner_of(&self, producer: ProducerId) -> Option<TransactionalId> {
        let told = self.ids().find(|(_, known)| known.producer_id == producer).map(|(id, _)| id);
        told.or_else(|| self.all.iter().rev().find(|t| t.producer_id == producer)?.id)
    }
    /// Whether a producer's marker was not sent to a partition, since that had no leader, and none has come since.
    pub fn was_skipped(&self, producer: ProducerId, tp: Tp) -> bool {
        self.skipped.contains(&(producer, tp))
    }
    /// Offsets that wait, or have waited.
    pub fn pending(&self) -> &[GhostPendingOffset] {
        &self.pending
    }
    /// Whether the process of a transaction is not the newest with its id.
    pub fn is_superseded(&self, transaction: &GhostTransaction) -> bool {
        transaction.id.is_some_and(|id| self.id(id).newest.0 > transaction.instance)
    }
    /// An earlier transaction of the same producer and epoch that was to be ended like that: with transaction.version 0
    /// or 1 a request to end that one may end this one (KAFKA-17754).
    pub fn twin(&self, transaction: &GhostTransaction, commit: bool) -> Option<&GhostTransaction> {
        let same = |other: &&GhostTransaction| {
            other.producer_id == transaction.producer_id
                && other.epoch == transaction.epoch
                && other.number < transaction.number
                && other.asked.is_some_and(|(asked, _)| asked == commit)
        };
        self.all.iter().rev().find(same)
    }
    /// The transaction that a batch belongs to. In `__consumer_offsets` a batch names its producer only: it is of the
    /// newest one of that producer and epoch that had offsets when its leader wrote it. (Whoever comes to lead reads it
    /// again later, when the next one may have offsets on their way.)
    pub fn of_batch(&self, tp: Tp, batch: &GhostBatch, internal: bool) -> Option<u32> {
        if !internal {
            return self.of_record(batch.node, tp, batch.ordinal);
        }
        let has_offsets = |t: &&GhostTransaction| {
            let had = t.offsets.first().is_some_and(|first| first.at <= batch.at);
            t.producer_id == batch.producer_id && t.epoch == batch.producer_epoch && had
        };
        let found = self.all.iter().rev().find(has_offsets)?;
        self.all.iter().position(|t| std::ptr::eq(t, found)).map(|place| place as u32)
    }

    // --- folding -------------------------------------------------------------------------------

    /// Takes the next fact of an application or a coordinator.
    pub fn observe(&mut self, entry: &Entry) {
        match entry.fact {
            Fact::TransactionsInitialized { node, transactional_id, producer_id, epoch, error: None } => {
                let instance = self.ids[transactional_id.index()].instance(producer_id, epoch);
                self.instances[node.index()] = Some((transactional_id, instance));
            }
            Fact::TransactionBegun { node, transaction, producer_id, epoch } => {
                self.begin(entry, node, transaction, (producer_id, epoch));
            }
            Fact::BatchSent { node, tp, ordinal, count, attempt: 0, .. } => self.sent(node, tp, ordinal, count),
            Fact::TransactionEnding { node, transaction, commit } => {
                if let Some(known) = self.of(node, transaction) {
                    known.asked = Some((commit, *entry));
                    known.commit_asked |= commit;
                }
            }
            Fact::TransactionEnded { node, transaction, commit, error } => {
                if let Some(known) = self.of(node, transaction) {
                    known.threw = error;
                    if error.is_none() {
                        known.told = Some((commit, *entry));
                    }
                }
            }
            Fact::OffsetsSentToTransaction { node, transaction, group, tp, offset, generation } => {
                if let Some(known) = self.of(node, transaction) {
                    known.offsets.push(TransactionOffset { group, tp, offset, generation, at: entry.at });
                }
            }
            Fact::ProcessStopped { node, .. } => {
                self.instances[node.index()] = None;
                if let Some(member) = self.newest[node.index()] {
                    self.all[member as usize].over = true;
                }
            }
            _ => self.coordinate(entry),
        }
    }

    fn of(&mut self, node: NodeId, number: u32) -> Option<&mut GhostTransaction> {
        self.all.iter_mut().rev().find(|t| t.node == node && t.number == number)
    }

    fn begin(&mut self, entry: &Entry, node: NodeId, number: u32, (producer_id, epoch): (ProducerId, ProducerEpoch)) {
        let (id, instance) = self.instances[node.index()].map_or((None, 0), |(id, instance)| (Some(id), instance));
        if let Some(before) = self.newest[node.index()] {
            self.all[before as usize].over = true;
        }
        self.newest[node.index()] = Some(self.all.len() as u32);
        self.all.push(GhostTransaction {
            node,
            number,
            id,
            instance,
            producer_id,
            epoch,
            begun: *entry,
            records: Vec::new(),
            offsets: Vec::new(),
            commit_asked: false,
            asked: None,
            told: None,
            threw: None,
            fates: Vec::new(),
            timed_out: false,
            over: false,
        });
    }

    fn sent(&mut self, node: NodeId, tp: Tp, ordinal: u32, count: u32) {
        let Some(member) = self.newest[node.index()] else { return };
        let records = &mut self.all[member as usize].records;
        match records.iter_mut().find(|(on, first, n)| *on == tp && *first + *n == ordinal) {
            Some((.., n)) => *n += count,
            None => records.push((tp, ordinal, count)),
        }
        let stream = self.streams.entry((node, tp)).or_default();
        match stream.last_mut() {
            Some((_, end, last)) if *last == member && *end == ordinal => *end = ordinal + count,
            // What was split, or has failed and is sent all the same, is known already.
            Some((_, end, _)) if *end > ordinal => {}
            _ => stream.push((ordinal, ordinal + count, member)),
        }
    }

    fn coordinate(&mut self, entry: &Entry) {
        match entry.fact {
            Fact::TransactionStateChanged {
                transactional_id,
                state,
                producer_id,
                producer_epoch,
                coordinator_epoch,
                ..
            } => {
                let id = &mut self.ids[transactional_id.index()];
                // A coordinator that has been deposed tells late what it has known.
                if coordinator_epoch < id.coordinator_epoch {
                    return;
                }
                let ends = state != TransactionState::Ongoing && !state.is_prepared();
                if ends {
                    id.partitions.clear();
                    id.untold = false;
                }
                id.expired |= state == TransactionState::Dead;
                (id.producer_id, id.epoch, id.coordinator_epoch) = (producer_id, producer_epoch, coordinator_epoch);
                if id.state != Some(state) {
                    (id.state, id.since) = (Some(state), entry.at);
                }
            }
            Fact::MarkerSkipped { producer_id, tp, .. } => drop(self.skipped.insert((producer_id, tp))),
            Fact::PartitionAddedToTransaction { transactional_id, tp, .. } => {
                let partitions = &mut self.ids[transactional_id.index()].partitions;
                if !partitions.contains(&tp) {
                    partitions.push(tp);
                }
            }
            Fact::TransactionFenced { transactional_id, producer_id, producer_epoch, timed_out, .. } => {
                self.ids[transactional_id.index()].fenced = Some((producer_epoch, timed_out, entry.at));
                if timed_out {
                    let open = |t: &&mut GhostTransaction| {
                        (t.id, t.producer_id, t.epoch) == (Some(transactional_id), producer_id, producer_epoch)
                            && t.told.is_none()
                    };
                    if let Some(open) = self.all.iter_mut().rev().find(open) {
                        open.timed_out = true;
                    }
                }
            }
            _ => self.pend(entry),
        }
    }
    /// What becomes of offsets that wait for their transaction.
    fn pend(&mut self, entry: &Entry) {
        match entry.fact {
            Fact::OffsetPending { group, tp, offset, producer_id, .. } => {
                let carries = |t: &&GhostTransaction| {
                    let has = |o: &TransactionOffset| (o.group, o.tp, o.offset) == (group, tp, offset);
                    t.producer_id == producer_id && t.offsets.iter().any(has)
                };
                let found = self.all.iter().enumerate().rev().find(|(_, t)| carries(t)).map(|(place, _)| place as u32);
                let known = |p: &GhostPendingOffset| {
                    (p.group, p.tp, p.offset, p.producer_id, p.member) == (group, tp, offset, producer_id, found)
                };
                // A new coordinator finds it in the log again.
                if !self.pending.iter().any(known) {
                    let (at, decided, stored, dropped) = (entry.at, None, false, false);
                    let member = found;
                    self.pending.push(GhostPendingOffset {
                        group,
                        tp,
                        offset,
                        producer_id,
                        member,
                        at,
                        decided,
                        stored,
                        dropped,
                    });
                }
            }
            Fact::OffsetStored { group, tp, offset, .. } => {
                let waits = |p: &&mut GhostPendingOffset| {
                    (p.group, p.tp, p.offset) == (group, tp, offset) && p.decided.is_some_and(|(commit, _)| commit)
                };
                self.pending.iter_mut().filter(waits).for_each(|p| p.stored = true);
            }
            // A tombstone takes along what transactions would have made of the offset.
            Fact::OffsetRemoved { group, tp, .. } => {
                let waits = |p: &&mut GhostPendingOffset| (p.group, p.tp) == (group, tp);
                self.pending.iter_mut().filter(waits).for_each(|p| (p.stored, p.dropped) = (true, true));
            }
            Fact::PendingOffsetDropped { group, tp, offset, producer_id, .. } => {
                let waits = |p: &&mut GhostPendingOffset| {
                    (p.group, p.tp, p.offset, p.producer_id) == (group, tp, offset, producer_id)
                };
                self.pending.iter_mut().filter(waits).for_each(|p| p.dropped = true);
            }
            _ => {}
        }
    }

    /// The leader of a partition changes: what coordinated from it is followed by somebody who was told less.
    pub(super) fn home_changes(&mut self, tp: Tp) {
        let at_home = self.ids.iter_mut().filter(|id| id.home == Some(tp));
        at_home.for_each(|id| id.untold = true);
    }
    /// A producer has a marker in a partition.
    pub(super) fn marked(&mut self, producer: ProducerId, tp: Tp) {
        self.skipped.remove(&(producer, tp));
    }
    /// A marker ends a producer's transactions in a partition.
    pub(super) fn ended(&mut self, entry: &Entry, tp: Tp, members: &[u32], commit: bool) {
        for member in members {
            let fates = &mut self.all[*member as usize].fates;
            match fates.iter_mut().find(|(on, ..)| *on == tp) {
                Some(known) => *known = (tp, commit, *entry),
                None => fates.push((tp, commit, *entry)),
            }
        }
    }
    /// A marker on a group's partition decides the offsets of a producer.
    pub(super) fn offsets_ended(
        &mut self,
        at: Nanos,
        producer: ProducerId,
        commit: bool,
        is_home: impl Fn(GroupId) -> bool,
    ) {
        let waits = |p: &&mut GhostPendingOffset| p.producer_id == producer && p.decided.is_none() && is_home(p.group);
        self.pending.iter_mut().filter(waits).for_each(|p| p.decided = Some((commit, at)));
    }
}
