//! What a member says of the records of a partition (`clients/.../consumer/internals/Acknowledgements.java`).

use litemap::LiteMap;

use crate::protocol::ids::Offset;
use crate::protocol::messages::{AcknowledgeType, AcknowledgementBatch, List};

/// `Acknowledgements.MAX_RECORDS_WITH_SAME_ACKNOWLEDGE_TYPE`: a longer stretch of one kind is an entry of its own in a request.
const MAX_RECORDS_WITH_SAME_TYPE: usize = 10;

/// See the module.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Acknowledgements(LiteMap<Offset, AcknowledgeType>);

/// Offsets in a row of which the same is said.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct AcknowledgedRun {
    /// First offset.
    pub first: Offset,
    /// Last offset.
    pub last: Offset,
    /// What.
    pub kind: AcknowledgeType,
}

impl Acknowledgements {
    /// Nothing is said.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
    /// What is said of an offset.
    pub fn get(&self, offset: Offset) -> Option<AcknowledgeType> {
        self.0.get(&offset).copied()
    }
    /// Says something of an offset, whatever was said of it.
    pub fn add(&mut self, offset: Offset, kind: AcknowledgeType) {
        self.0.insert(offset, kind);
    }
    /// The same of an offset of which nothing was said.
    pub fn add_if_absent(&mut self, offset: Offset, kind: AcknowledgeType) {
        if !self.0.contains_key(&offset) {
            self.0.insert(offset, kind);
        }
    }
    /// Adds what others say, which counts more.
    pub fn merge(&mut self, other: Acknowledgements) {
        other.0.into_iter().for_each(|(offset, kind)| self.add(offset, kind));
    }
    /// The offsets, ascending.
    pub fn iter(&self) -> impl Iterator<Item = (Offset, AcknowledgeType)> + '_ {
        self.0.iter().map(|(offset, kind)| (*offset, *kind))
    }
    /// Whether some locks are to begin anew.
    pub fn has_renewals(&self) -> bool {
        self.iter().any(|(_, kind)| kind == AcknowledgeType::Renew)
    }
    /// The offsets in rows of which the same is said.
    pub fn runs(&self) -> Vec<AcknowledgedRun> {
        let mut runs: Vec<AcknowledgedRun> = Vec::new();
        for (offset, kind) in self.iter() {
            match runs.last_mut() {
                Some(run) if run.kind == kind && run.last.plus(1) == offset => run.last = offset,
                _ => runs.push(AcknowledgedRun { first: offset, last: offset, kind }),
            }
        }
        runs
    }
    /// The rows of offsets, whatever is said of them.
    pub fn stretches(&self) -> Vec<(Offset, Offset)> {
        let mut stretches: Vec<(Offset, Offset)> = Vec::new();
        for run in self.runs() {
            match stretches.last_mut() {
                Some((_, last)) if last.plus(1) == run.first => *last = run.last,
                _ => stretches.push((run.first, run.last)),
            }
        }
        stretches
    }
    /// As a request has them (`getAcknowledgementBatches`): an entry for each row of offsets, but for long stretches of one kind.
    pub fn batches(&self) -> Vec<AcknowledgementBatch> {
        let mut batches: Vec<AcknowledgementBatch> = Vec::new();
        let mut mixes = false;
        for run in self.runs() {
            let count = (run.last.0 - run.first.0 + 1) as usize;
            let alone = count > MAX_RECORDS_WITH_SAME_TYPE;
            match batches.last_mut() {
                Some(batch) if mixes && !alone && batch.last.plus(1) == run.first => {
                    batch.last = run.last;
                    batch.types.extend(std::iter::repeat_n(run.kind, count));
                }
                _ => {
                    let types: List<AcknowledgeType> =
                        std::iter::repeat_n(run.kind, if alone { 1 } else { count }).collect();
                    batches.push(AcknowledgementBatch { first: run.first, last: run.last, types });
                }
            }
            mixes = !alone;
        }
        for batch in &mut batches {
            if batch.types.iter().all(|kind| *kind == batch.types[0]) {
                batch.types.truncate(1);
            }
        }
        batches
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use AcknowledgeType::*;

    fn of(runs: &[(i64, i64, AcknowledgeType)]) -> Acknowledgements {
        let mut acknowledgements = Acknowledgements::default();
        for (first, last, kind) in runs {
            (*first..=*last).for_each(|offset| acknowledgements.add(Offset(offset), *kind));
        }
        acknowledgements
    }
    fn shown(runs: &[(i64, i64, AcknowledgeType)]) -> Vec<String> {
        of(runs).batches().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_row_of_offsets_is_one_entry_and_a_long_stretch_of_one_kind_is_one_of_its_own() {
        assert_eq!(shown(&[]), [""; 0]);
        assert_eq!(shown(&[(3, 5, Accept)]), ["ACCEPT 3-5"]);
        assert_eq!(shown(&[(3, 4, Accept), (5, 5, Reject)]), ["3-5 ACCEPT/ACCEPT/REJECT"]);
        assert_eq!(shown(&[(3, 3, Accept), (5, 5, Accept)]), ["ACCEPT 3", "ACCEPT 5"]);
        assert_eq!(shown(&[(0, 0, Gap), (1, 10, Accept)])[0].matches("ACCEPT").count(), 10, "ten are not long");
        assert_eq!(
            shown(&[(0, 1, Release), (2, 12, Accept), (13, 13, Reject)]),
            ["RELEASE 0-1", "ACCEPT 2-12", "REJECT 13"]
        );
    }

    #[test]
    fn what_is_said_last_counts_and_what_was_said_is_not_taken_back_by_all() {
        let mut acknowledgements = of(&[(3, 4, Accept)]);
        acknowledgements.add_if_absent(Offset(4), Release);
        acknowledgements.add_if_absent(Offset(5), Release);
        acknowledgements.merge(of(&[(3, 3, Renew)]));
        let said: Vec<_> = acknowledgements.iter().collect();
        assert_eq!(said, [(Offset(3), Renew), (Offset(4), Accept), (Offset(5), Release)]);
        assert!(acknowledgements.has_renewals());
        assert_eq!(acknowledgements.stretches(), [(Offset(3), Offset(5))]);
    }
}
