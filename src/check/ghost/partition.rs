//! One partition: its committed state, its leaders, and its committed log, which nothing may shorten.

use super::super::excuse::Loss;
use super::batch::GhostBatch;
use super::compaction::{GhostKeys, OffsetSet};
use super::log::Replica;
use super::store::{BatchId, LogBatches, Store};
use crate::history::fact::Entry;
use crate::history::view::PartitionView;
use crate::protocol::ids::*;
use crate::sim::shared_list::SharedList;
use crate::sim::time::Nanos;

/// Such an event. It covers the records that were committed before it was over, no later ones.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Licence {
    loss: Loss,
    /// How many batches were committed when it was over; none while it lasts.
    covers: Option<usize>,
}

/// The time of one leader epoch.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Reign {
    /// Which.
    pub epoch: LeaderEpoch,
    /// The leader that committed metadata names.
    pub named: Option<BrokerId>,
    /// The broker that came to act as leader.
    pub actor: Option<BrokerId>,
    /// Who appended first: broker, and which of its lives.
    pub writer: Option<(BrokerId, u32)>,
    /// Who wrote in it in a life that was not registered.
    pub unregistered: Option<BrokerId>,
    /// Where the epoch starts.
    pub start: Offset,
    /// The highest high watermark so far.
    pub high_watermark: Offset,
}

/// The log that counts became shorter: a new leader lacks what the one before it had, or the leader's machine
/// lost power with it.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Cut {
    /// Records from here on were gone.
    pub kept: Offset,
    /// The fact that made it so.
    pub cause: Entry,
}

/// What was lost under a consumer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CutOff {
    /// From here on.
    pub from: Offset,
    /// Losses of the partition that were older: this consumer has read nothing of them.
    pub before: usize,
}

/// A committed batch that a later leader did not have.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Lost {
    /// Which.
    pub batch: GhostBatch,
    /// What excuses it.
    pub loss: Option<Loss>,
}

/// What the facts say of one partition, beside what the view has.
#[derive(Clone, Debug)]
pub struct GhostPartition {
    /// Replicas that may lead beside the ISR (KIP-966).
    pub elr: BrokerList,
    /// The leader that is remembered as the last one, if ISR and eligible replicas are gone.
    pub last_leader: Option<BrokerId>,
    /// Replicas that the next record may take into the ISR and elect at once (KIP-455): those that come; and where some go,
    /// those that stay, for it is the leader's proposal with the last of them that completes the reassignment.
    pub arriving: BrokerList,
    /// Partition epoch in committed metadata.
    pub partition_epoch: PartitionEpoch,
    /// The broker that acts as leader in the newest epoch, and that epoch.
    pub acting: Option<(BrokerId, LeaderEpoch)>,
    /// Of an internal topic.
    pub internal: bool,
    /// `min.insync.replicas`, capped by the number of replicas.
    pub min_isr: u16,
    /// `unclean.leader.election.enable`.
    pub unclean_allowed: bool,
    /// When it was created.
    pub created: Nanos,
    /// When committed metadata changed last.
    pub changed: Nanos,
    /// When a leader appended last.
    pub appended: Nanos,
    /// The highest high watermark that any leader ever had.
    pub highest: Offset,
    /// What lies before was deleted where it is read.
    pub deleted: Offset,
    /// Committed batches that are gone.
    pub lost: Vec<Lost>,
    /// Records that some replica lacks since its log was compacted, or its leader's.
    pub compacted: OffsetSet,
    /// Keys in the log of the leader that counts, where the topic is compacted.
    pub keys: GhostKeys,
    /// When the log that counts became shorter.
    pub cuts: Vec<Cut>,
    /// Leader epochs, ascending.
    reigns: Vec<Reign>,
    store: Store,
    /// Committed batches, ascending: what no later leader may lack. What a leader lacked all the
    /// same has gone to `lost`, so that one loss is told once.
    truth: SharedList<BatchId>,
    /// What leaders appended, by epoch, ascending. It stays known when the log is cut.
    written: Vec<(LeaderEpoch, SharedList<BatchId>)>,
    licences: Vec<Licence>,
}

impl GhostPartition {
    /// Whether this broker may be elected although it is outside the ISR: it is eligible, or nobody is any more and
    /// it was the last to lead (KIP-966), or the topic lets anybody lead, or it joins the ISR with the record that completes a
    /// reassignment.
    pub fn may_be_elected(&self, isr: BrokerList, broker: BrokerId) -> bool {
        let last = isr.is_empty() && self.last_leader == Some(broker);
        self.unclean_allowed || last || self.elr.contains(broker) || self.arriving.contains(broker)
    }
    /// Its replicas are others from now on; `before`: what was known of it.
    pub fn reassigned(&mut self, before: &PartitionView, replicas: BrokerList, adding: BrokerList) {
        adding.iter().for_each(|broker| self.arriving.insert(broker));
        let stay: BrokerList = before.replicas.iter().filter(|broker| !before.removing.contains(*broker)).collect();
        let completed = !before.removing.is_empty() && replicas == stay;
        if completed {
            stay.iter().for_each(|broker| self.arriving.insert(broker));
        }
    }
    /// Before it is created.
    pub fn new(internal: bool) -> GhostPartition {
        GhostPartition {
            partition_epoch: PartitionEpoch(-1),
            acting: None,
            internal,
            min_isr: 1,
            elr: BrokerList::EMPTY,
            last_leader: None,
            arriving: BrokerList::EMPTY,
            unclean_allowed: false,
            created: Nanos::ZERO,
            changed: Nanos::ZERO,
            appended: Nanos::ZERO,
            highest: Offset(0),
            deleted: Offset(0),
            lost: Vec::new(),
            cuts: Vec::new(),
            compacted: OffsetSet::default(),
            keys: GhostKeys::default(),
            reigns: Vec::new(),
            store: Store::default(),
            truth: SharedList::default(),
            written: Vec::new(),
            licences: Vec::new(),
        }
    }
    /// The real high watermark: everything below was committed once, and no leader lacked it.
    pub fn true_high_watermark(&self) -> Offset {
        self.truth().last().map_or(Offset(0), GhostBatch::next)
    }
    /// Whether `broker` acts as leader in the newest epoch in which anybody does.
    pub fn is_acting(&self, broker: BrokerId) -> bool {
        self.acting.is_some_and(|(acting, _)| acting == broker)
    }
    /// Whether `broker` acts as leader in `epoch`, and nobody does in a newer one.
    pub fn acts_in(&self, broker: BrokerId, epoch: LeaderEpoch) -> bool {
        self.acting == Some((broker, epoch))
    }

    // --- leader epochs -------------------------------------------------------------------------

    /// What is known of an epoch.
    pub fn reign(&self, epoch: LeaderEpoch) -> Option<&Reign> {
        self.reigns.iter().rev().find(|reign| reign.epoch <= epoch).filter(|reign| reign.epoch == epoch)
    }
    /// Who wrote in an epoch up to this one in a life that was not registered: others may have something else of it.
    pub fn wrote_unregistered(&self, up_to: LeaderEpoch) -> Option<Loss> {
        let reigns = self.reigns.iter().take_while(|reign| reign.epoch <= up_to);
        reigns.filter_map(|reign| reign.unregistered).next().map(Loss::Unregistered)
    }
    pub(super) fn reign_mut(&mut self, epoch: LeaderEpoch) -> &mut Reign {
        let at = self.reigns.iter().rposition(|reign| reign.epoch <= epoch);
        let at = match at {
            Some(at) if self.reigns[at].epoch == epoch => at,
            before => {
                let (at, none) = (before.map_or(0, |b| b + 1), Offset(0));
                self.reigns.insert(
                    at,
                    Reign {
                        epoch,
                        named: None,
                        actor: None,
                        writer: None,
                        unregistered: None,
                        start: none,
                        high_watermark: none,
                    },
                );
                at
            }
        };
        &mut self.reigns[at]
    }
    /// Where all its batches are.
    pub(super) fn store(&self) -> &Store {
        &self.store
    }
    fn batches<'a>(&'a self, ids: &'a SharedList<BatchId>) -> LogBatches<'a> {
        LogBatches::new(&self.store, ids)
    }
    /// What the leaders of all epochs appended at an offset, the newest first.
    pub fn written_at(&self, base: Offset) -> impl Iterator<Item = &GhostBatch> {
        self.written.iter().rev().filter_map(move |(_, written)| self.find(written, base)).map(|(_, batch)| batch)
    }
    fn find<'a>(&'a self, written: &'a SharedList<BatchId>, base: Offset) -> Option<(BatchId, &'a GhostBatch)> {
        let written = self.batches(written);
        let place = written.place_from_end(|b| b.base < base);
        written.id(place).zip(written.get(place)).filter(|(_, batch)| batch.base == base)
    }
    /// The batch of which a follower's is a copy, if that has the same log before it.
    pub(super) fn original(&self, copy: &GhostBatch) -> Option<BatchId> {
        let (_, written) = self.written.iter().rev().find(|(epoch, _)| *epoch == copy.epoch)?;
        self.find(written, copy.base).filter(|(_, batch)| batch.chain == copy.chain).map(|(id, _)| id)
    }
    /// The first batch of a producer that holds a record, as some leader appended it.
    pub fn written_record(&self, node: NodeId, ordinal: u32) -> Option<&GhostBatch> {
        self.written.iter().find_map(|(_, written)| self.batches(written).iter().find(|b| b.holds(node, ordinal)))
    }
    /// Up to where a log has what leaders appended before it came to lead: all of it, or up to the first batch
    /// that it lacks. Looked for from the end, since little is ever lost.
    pub(super) fn kept_of_written(&self, log: Replica<'_>) -> Option<Offset> {
        let has = |w: &GhostBatch| log.at(w.base).is_some_and(|b| b.chain == w.chain);
        let newest_first = self.written.iter().rev().flat_map(|(_, written)| self.batches(written).iter().rev());
        newest_first.take_while(|w| !has(w)).map(|w| w.base).min()
    }
    /// A leader appends a batch.
    pub(super) fn write(&mut self, batch: GhostBatch) -> BatchId {
        let id = self.store.add(batch);
        let at = match self.written.iter().rposition(|(e, _)| *e <= batch.epoch) {
            Some(at) if self.written[at].0 == batch.epoch => at,
            before => {
                let at = before.map_or(0, |b| b + 1);
                self.written.insert(at, (batch.epoch, SharedList::default()));
                at
            }
        };
        self.written[at].1.push(id);
        id
    }
    /// A follower appends what no leader has written.
    pub(super) fn add(&mut self, batch: GhostBatch) -> BatchId {
        self.store.add(batch)
    }

    // --- the committed log ---------------------------------------------------------------------

    /// Committed batches, ascending: what no later leader may lack.
    pub fn truth(&self) -> LogBatches<'_> {
        self.batches(&self.truth)
    }
    /// Committed batches that a new leader's log holds. The rest is lost with its election.
    pub fn kept_by(&self, log: Replica<'_>) -> usize {
        self.truth().common(log.batches())
    }
    pub(super) fn extend_truth(&mut self, log: &SharedList<BatchId>, high_watermark: Offset) {
        let from = self.true_high_watermark();
        let all = LogBatches::new(&self.store, log);
        // The truth is a prefix of the acting leader's log.
        let known = self.truth.len();
        let follows = known > 0 && all.get(known - 1).is_some_and(|b| b.next() == from);
        let mut place = if follows { known } else { all.partition_point(|b| b.base < from) };
        while let Some(id) = all.id(place).filter(|_| all.get(place).is_some_and(|b| b.next() <= high_watermark)) {
            self.truth.push(id);
            place += 1;
        }
    }
    /// A leader lacks everything from batch number `kept` on.
    pub(super) fn lose(&mut self, kept: usize) {
        for index in kept..self.truth.len() {
            let Some(batch) = self.truth().get(index).copied() else { break };
            self.lost.push(Lost { batch, loss: self.licence_for(index) });
        }
        self.truth.truncate(kept);
        for licence in &mut self.licences {
            licence.covers = licence.covers.map(|covers| covers.min(kept));
        }
    }

    // --- licences ------------------------------------------------------------------------------

    /// What excuses the loss of committed batch number `index`.
    pub fn licence_for(&self, index: usize) -> Option<Loss> {
        self.licences.iter().find(|l| l.covers.is_none_or(|covers| index < covers)).map(|l| l.loss)
    }
    /// What excuses any loss at all, now or earlier.
    pub fn any_licence(&self) -> Option<Loss> {
        self.licences.first().map(|l| l.loss)
    }
    /// How many such events there were: a mark for [`GhostPartition::licence_since`].
    pub fn licence_mark(&self) -> u32 {
        self.licences.len() as u32
    }
    /// What excuses the loss of something that was known at `mark`.
    pub fn licence_since(&self, mark: u32) -> Option<Loss> {
        let open = self.licences.iter().find(|l| l.covers.is_none());
        self.licences.get(mark as usize..).and_then(<[Licence]>::first).or(open).map(|l| l.loss)
    }
    pub(super) fn open_licence(&mut self, loss: Loss) {
        let kind = std::mem::discriminant(&loss);
        match self.licences.iter_mut().find(|l| l.covers.is_none() && std::mem::discriminant(&l.loss) == kind) {
            Some(Licence { loss: Loss::TooMany(most), .. }) => {
                if let Loss::TooMany(n) = loss {
                    *most = n.max(*most);
                }
            }
            Some(_) => {}
            None => self.licences.push(Licence { loss, covers: None }),
        }
    }
    pub(super) fn close_licences(&mut self, closes: impl Fn(Loss) -> bool) {
        let committed = self.truth.len();
        for licence in self.licences.iter_mut().filter(|l| l.covers.is_none() && closes(l.loss)) {
            licence.covers = Some(committed);
        }
    }
}
