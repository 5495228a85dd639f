//! Records that a member holds: what poll() has returned, and what was said of it
//! (`clients/.../consumer/internals/{ShareFetch,ShareInFlightBatch}.java`).

use litemap::LiteMap;

use super::acknowledgements::Acknowledgements;
use crate::client::consumer::Polled;
use crate::protocol::ids::{BrokerId, Offset, Tp};
use crate::protocol::messages::AcknowledgeType;
use crate::protocol::shared_batch::SharedBatch;
use crate::sim::time::Nanos;

/// A record, where it lies in its batch.
#[derive(Clone, Debug)]
pub struct HeldRecord {
    /// The batch.
    pub batch: SharedBatch,
    /// The record's place in it.
    pub place: u32,
    /// How often it has been delivered, this time included.
    pub delivery_count: u16,
}

/// The records of one partition that were fetched from one broker.
#[derive(Clone, Debug)]
pub struct ShareInFlightBatch {
    /// From which broker: it alone knows that they are acquired.
    node: BrokerId,
    /// When the broker gives them to others, as far as it has said.
    locked_until: Option<Nanos>,
    records: LiteMap<Offset, HeldRecord>,
    acknowledgements: Acknowledgements,
    /// RENEW was said of them, and the broker has not answered.
    renewing: LiteMap<Offset, HeldRecord>,
    /// RENEW was said of them, and it is so: the next poll() returns them again.
    renewed: LiteMap<Offset, HeldRecord>,
}

impl ShareInFlightBatch {
    /// None yet.
    pub fn new(node: BrokerId, locked_until: Option<Nanos>) -> ShareInFlightBatch {
        let (renewing, renewed) = (LiteMap::new(), LiteMap::new());
        let (records, acknowledgements) = (LiteMap::new(), Acknowledgements::default());
        ShareInFlightBatch { node, locked_until, records, acknowledgements, renewing, renewed }
    }
    /// A record was acquired.
    pub fn add_record(&mut self, offset: Offset, held: HeldRecord) {
        self.records.insert(offset, held);
    }
    /// An offset was acquired at which there is no record.
    pub fn add_gap(&mut self, offset: Offset) {
        self.acknowledgements.add(offset, AcknowledgeType::Gap);
    }
    /// Neither records nor anything to say.
    pub fn is_empty(&self) -> bool {
        self.records.is_empty() && self.acknowledgements.is_empty()
    }
    /// Records.
    pub fn len(&self) -> usize {
        self.records.len()
    }
    fn has_renewals(&self) -> bool {
        !self.renewing.is_empty() || !self.renewed.is_empty()
    }
    /// What was said, which leaves with the records of which it was said; those of which RENEW was said are kept apart.
    fn take(&mut self) -> Acknowledgements {
        let acknowledgements = std::mem::take(&mut self.acknowledgements);
        for (offset, kind) in acknowledgements.iter() {
            let held = self.records.remove(&offset);
            if let (AcknowledgeType::Renew, Some(held)) = (kind, held) {
                self.renewing.insert(offset, held);
            }
        }
        acknowledgements
    }
    /// What came of acknowledgements that were taken; how many records are renewed.
    fn renew(&mut self, acknowledgements: &Acknowledgements, succeeded: bool) {
        for (offset, kind) in acknowledgements.iter() {
            let held = self.renewing.remove(&offset);
            if let (true, AcknowledgeType::Renew, Some(held)) = (succeeded, kind, held) {
                self.renewed.insert(offset, held);
            }
        }
    }
    fn take_renewed(&mut self) {
        let renewed = std::mem::take(&mut self.renewed);
        self.records.extend(renewed);
    }
}

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct ShareFetch {
    batches: LiteMap<Tp, ShareInFlightBatch>,
    /// The lock of renewed records, as the answer to the RENEW said.
    renewed_until: Option<Nanos>,
}

impl ShareFetch {
    /// Adds what was collected of a partition. Where there is something of it already, from another leader, that one counts as the
    /// broker of all, and gaps are forgotten (`ShareInFlightBatch.merge`).
    pub fn add(&mut self, tp: Tp, batch: ShareInFlightBatch) {
        match self.batches.get_mut(&tp) {
            Some(current) => current.records.extend(batch.records),
            None => drop(self.batches.insert(tp, batch)),
        }
    }
    /// Whether it holds no record that poll() would return.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// Records that poll() would return, or has returned.
    pub fn len(&self) -> usize {
        self.batches.values().map(ShareInFlightBatch::len).sum()
    }
    /// Whether RENEW was said of some, and poll() has not returned them again.
    pub fn has_renewals(&self) -> bool {
        self.batches.values().any(ShareInFlightBatch::has_renewals)
    }
    /// When the first of the locks ends, as far as brokers have said.
    pub fn locked_until(&self) -> Option<Nanos> {
        let held = self.batches.values().filter(|batch| !batch.records.is_empty());
        held.filter_map(|batch| batch.locked_until).min()
    }
    /// The records, in runs of one batch that were delivered equally often.
    pub fn runs(&self) -> Vec<(Polled, u16)> {
        let mut runs: Vec<(Polled, u16)> = Vec::new();
        for (tp, batch) in self.batches.iter() {
            for (offset, held) in batch.records.iter() {
                match runs.last_mut() {
                    Some((run, count))
                        if run.tp == *tp
                            && run.offset(run.count) == *offset
                            && run.first + run.count == held.place
                            && run.batch.base_offset == held.batch.base_offset
                            && *count == held.delivery_count =>
                    {
                        run.count += 1;
                    }
                    _ => {
                        let (batch, first, high_watermark) = (held.batch.clone(), held.place, Offset::INVALID);
                        runs.push((Polled { tp: *tp, batch, first, count: 1, high_watermark }, held.delivery_count));
                    }
                }
            }
        }
        runs
    }
    /// Says something of a record that poll() has returned. False: it is not held (any more).
    pub fn acknowledge(&mut self, tp: Tp, offset: Offset, kind: AcknowledgeType) -> bool {
        let batch = self.batches.get_mut(&tp).filter(|batch| batch.records.contains_key(&offset));
        batch.map(|batch| batch.acknowledgements.add(offset, kind)).is_some()
    }
    /// Says it of all of which nothing was said.
    pub fn acknowledge_all(&mut self, kind: AcknowledgeType) {
        for (_, batch) in self.batches.iter_mut() {
            for offset in batch.records.keys() {
                batch.acknowledgements.add_if_absent(*offset, kind);
            }
        }
    }
    /// Whether something was said of every record.
    pub fn all_acknowledged(&self) -> bool {
        let said = |batch: &ShareInFlightBatch| {
            batch.records.keys().all(|offset| batch.acknowledgements.get(*offset).is_some())
        };
        self.batches.values().all(said)
    }
    /// What was said, by partition, each with the broker for which it is; the records of which it was said are held no longer.
    pub fn take_acknowledged(&mut self) -> Vec<(Tp, BrokerId, Acknowledgements)> {
        let mut taken = Vec::new();
        for (tp, batch) in self.batches.iter_mut() {
            let acknowledgements = batch.take();
            if !acknowledgements.is_empty() {
                taken.push((*tp, batch.node, acknowledgements));
            }
        }
        self.batches.retain(|_, batch| !batch.is_empty() || batch.has_renewals());
        taken
    }
    /// What came of acknowledgements with RENEW.
    pub fn renew(&mut self, tp: Tp, acknowledgements: &Acknowledgements, succeeded: bool, until: Option<Nanos>) {
        if let Some(batch) = self.batches.get_mut(&tp) {
            batch.renew(acknowledgements, succeeded);
        }
        self.renewed_until = until;
    }
    /// poll() returns the renewed ones again.
    pub fn take_renewed(&mut self) {
        for (_, batch) in self.batches.iter_mut() {
            if !batch.renewed.is_empty() {
                batch.locked_until = self.renewed_until.or(batch.locked_until);
            }
            batch.take_renewed();
        }
    }
    /// # Panics
    /// If a record is held twice.
    pub fn check_invariants(&self) {
        for batch in self.batches.values() {
            let apart = |offset: &Offset| !batch.renewing.contains_key(offset) && !batch.renewed.contains_key(offset);
            assert!(
                batch.records.keys().all(apart),
                "a record that is being renewed is not the application's meanwhile"
            );
        }
    }
}
