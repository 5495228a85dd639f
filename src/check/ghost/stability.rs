//! What a log says of transactions: which are open in it, and how the others ended.
//!
//! A record of a transaction is undecided until the control record of its producer follows it in the same log.

use super::super::runs::Runs;
use super::batch::{GhostBatch, GhostMarker};
use crate::protocol::config::IsolationLevel;
use crate::protocol::ids::*;
use crate::sim::time::Nanos;

/// How a record fares, as far as a log says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RecordFate {
    /// It belongs to no transaction.
    Plain,
    /// Its transaction is open.
    Open,
    /// Its transaction is committed.
    Committed,
    /// Its transaction is aborted.
    Aborted,
}

/// A transaction that is open in a log.
#[derive(Clone, PartialEq, Debug)]
pub struct OpenTransaction {
    /// Whose.
    pub producer_id: ProducerId,
    /// The epoch of its first batch.
    pub epoch: ProducerEpoch,
    /// Where it begins.
    pub first: Offset,
    /// When its first batch was appended.
    pub since: Nanos,
    /// The transactions of applications that have batches in it: more than one where a marker is missing.
    pub members: Vec<u32>,
    batches: Vec<(Offset, Offset)>,
}

/// What a log knows of a producer.
#[derive(Clone, Copy, Debug)]
struct KnownProducer {
    id: ProducerId,
    /// The newest epoch of a batch or a marker.
    epoch: ProducerEpoch,
    /// When it was heard of last.
    at: Nanos,
    /// The newest coordinator epoch of a marker.
    coordinator_epoch: LeaderEpoch,
}

/// Whether a consumer of that isolation level is ever given the records of a batch: none of a control batch, and
/// `read_committed` none of an aborted transaction. `stability`: of the log that the batch is in.
pub fn is_shown(stability: Option<&Stability>, batch: &GhostBatch, isolation: IsolationLevel) -> bool {
    let aborted = |stability: &Stability| stability.aborted_within(batch.base, batch.next()) > 0;
    !batch.is_control() && (isolation == IsolationLevel::ReadUncommitted || !stability.is_some_and(aborted))
}

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct Stability {
    open: Vec<OpenTransaction>,
    /// First offset and offset of the marker of those that have ended, in the order of their markers.
    ended: Vec<(Offset, Offset)>,
    committed: Runs,
    aborted: Runs,
    producers: Vec<KnownProducer>,
}

impl Stability {
    /// A batch of a transaction is appended; `member`: of which one of the application's, if that is known.
    pub fn append(&mut self, batch: &GhostBatch, member: Option<u32>) {
        self.hear(batch);
        let place = self.open.iter().position(|open| open.producer_id == batch.producer_id).unwrap_or_else(|| {
            self.open.push(OpenTransaction {
                producer_id: batch.producer_id,
                epoch: batch.producer_epoch,
                first: batch.base,
                since: batch.at,
                members: Vec::new(),
                batches: Vec::new(),
            });
            self.open.len() - 1
        });
        let open = &mut self.open[place];
        open.batches.push((batch.base, batch.next()));
        if let Some(member) = member.filter(|member| !open.members.contains(member)) {
            open.members.push(member);
        }
    }
    /// A control record is appended. Returns what it ends.
    pub fn end(&mut self, control: &GhostBatch, marker: GhostMarker) -> Option<OpenTransaction> {
        self.hear(control);
        if let Some(known) = self.producers.iter_mut().find(|known| known.id == control.producer_id) {
            known.coordinator_epoch = known.coordinator_epoch.max(marker.coordinator_epoch);
        }
        let place = self.open.iter().position(|open| open.producer_id == control.producer_id)?;
        let open = self.open.remove(place);
        let decided = if marker.commit { &mut self.committed } else { &mut self.aborted };
        open.batches.iter().for_each(|(from, to)| decided.add(from.0, to.0));
        self.ended.push((open.first, control.base));
        Some(open)
    }
    fn hear(&mut self, batch: &GhostBatch) {
        match self.producers.iter_mut().find(|known| known.id == batch.producer_id) {
            Some(known) => (known.epoch, known.at) = (known.epoch.max(batch.producer_epoch), batch.at),
            None => self.producers.push(KnownProducer {
                id: batch.producer_id,
                epoch: batch.producer_epoch,
                at: batch.at,
                coordinator_epoch: LeaderEpoch::UNDEFINED,
            }),
        }
    }

    /// How the record at an offset fares.
    pub fn fate(&self, offset: Offset) -> RecordFate {
        if self.committed.contains(offset.0) {
            RecordFate::Committed
        } else if self.aborted.contains(offset.0) {
            RecordFate::Aborted
        } else if self.open.iter().any(|open| open.batches.iter().any(|(from, to)| (*from..*to).contains(&offset))) {
            RecordFate::Open
        } else {
            RecordFate::Plain
        }
    }
    /// How many offsets of `from .. to` hold records of aborted transactions.
    pub fn aborted_within(&self, from: Offset, to: Offset) -> u64 {
        self.aborted.overlap(from.0, to.0)
    }
    /// The open transactions.
    pub fn open(&self) -> &[OpenTransaction] {
        &self.open
    }
    /// The open transaction of a producer.
    pub fn opened_by(&self, producer: ProducerId) -> Option<&OpenTransaction> {
        self.open.iter().find(|open| open.producer_id == producer)
    }
    /// Whether the log has heard of a transaction at all.
    pub fn is_used(&self) -> bool {
        !self.producers.is_empty()
    }
    /// Transactions that have ended in it.
    pub fn ended(&self) -> usize {
        self.ended.len()
    }
    /// The last stable offset below a high watermark: what is open, or has a marker that is not below the high
    /// watermark, is not stable.
    pub fn last_stable(&self, high_watermark: Offset) -> Offset {
        self.last_stable_after(high_watermark, high_watermark)
    }
    /// The same for a leader that has forgotten that markers below `reopened` may not be replicated: a snapshot has the
    /// open transactions, and none of those (`ProducerStateManager.unreplicatedTxns`).
    pub fn last_stable_after(&self, high_watermark: Offset, reopened: Offset) -> Offset {
        let open = self.open.iter().map(|open| open.first);
        let from = high_watermark.max(reopened);
        let unreplicated = self.ended.iter().rev().take_while(|(_, marker)| *marker >= from);
        open.chain(unreplicated.map(|(first, _)| *first))
            .min()
            .map_or(high_watermark, |first| first.min(high_watermark))
    }
    /// The newest epoch of a producer's batches and markers, when that was heard of, and the newest coordinator epoch of
    /// its markers.
    pub fn newest(&self, producer: ProducerId) -> Option<(ProducerEpoch, Nanos, LeaderEpoch)> {
        let known = self.producers.iter().find(|known| known.id == producer)?;
        Some((known.epoch, known.at, known.coordinator_epoch))
    }
}
