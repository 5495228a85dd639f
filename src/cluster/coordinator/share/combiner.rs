//! Two lists of batches become one, of runs that lie apart (`PersisterStateBatchCombiner`).

use std::collections::BTreeSet;
use std::rc::Rc;

use crate::protocol::ids::Offset;
use crate::protocol::messages::{DeliveryState, PersisterStateBatch};

/// First offset, last offset, delivery count, state: as Kafka orders batches (`PersisterStateBatch.compareTo`).
type Run = (i64, i64, u16, DeliveryState);

fn run(batch: &PersisterStateBatch) -> Run {
    (batch.first.0, batch.last.0, batch.delivery_count, batch.state)
}
/// What decides between two runs that overlap (`compareBatchDeliveryInfo`).
fn priority(run: Run) -> (u16, DeliveryState) {
    (run.2, run.3)
}

/// What is known and what is new, without what lies before `start` ([`Offset::INVALID`]: from anywhere). Where runs overlap, that
/// with the higher delivery count holds, or with the higher state; runs that touch and are alike become one.
pub(super) fn combine(
    known: &[PersisterStateBatch],
    new: &[PersisterStateBatch],
    start: Offset,
) -> Rc<[PersisterStateBatch]> {
    let pruned: Vec<Run> = known.iter().chain(new).filter_map(|batch| prune(run(batch), start)).collect();
    let merged = if pruned.len() < 2 { pruned } else { merge(pruned.into_iter().collect()) };
    let batch = |(first, last, delivery_count, state)| PersisterStateBatch {
        first: Offset(first),
        last: Offset(last),
        state,
        delivery_count,
    };
    merged.into_iter().map(batch).collect()
}

fn prune(run: Run, start: Offset) -> Option<Run> {
    if start == Offset::INVALID {
        return Some(run);
    }
    (run.1 >= start.0).then_some((run.0.max(start.0), run.1, run.2, run.3))
}

fn merge(mut sorted: BTreeSet<Run>) -> Vec<Run> {
    let mut apart = Vec::new();
    while let Some((first, second)) = next_pair(&mut sorted, &mut apart) {
        sorted.remove(&first);
        sorted.remove(&second);
        sorted.extend(resolve(first, second));
    }
    apart.extend(sorted);
    apart
}

/// The first two runs that overlap, or touch and are alike (`getMergeCandidatePair`). Those before them are done.
fn next_pair(sorted: &mut BTreeSet<Run>, apart: &mut Vec<Run>) -> Option<(Run, Run)> {
    while let Some(first) = sorted.first().copied() {
        let second = sorted.iter().nth(1).copied()?;
        let overlap = second.0 <= first.1;
        let touch = first.1 + 1 == second.0 && priority(first) == priority(second);
        if overlap || touch {
            return Some((first, second));
        }
        sorted.remove(&first);
        apart.push(first);
    }
    None
}

/// What becomes of two such runs: `second` begins no earlier.
fn resolve(first: Run, second: Run) -> Vec<Run> {
    if priority(first) == priority(second) {
        return vec![(first.0, first.1.max(second.1), first.2, first.3)];
    }
    let of_first = |from: i64, to: i64| (from <= to).then_some((from, to, first.2, first.3));
    if priority(second) < priority(first) {
        let rest = (first.1 < second.1).then_some((first.1 + 1, second.1, second.2, second.3));
        return std::iter::once(first).chain(rest).collect();
    }
    let before = of_first(first.0, second.0 - 1);
    let behind = of_first(second.1 + 1, first.1);
    before.into_iter().chain([second]).chain(behind).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn batch(text: &str) -> PersisterStateBatch {
        let mut parts = text.split(' ');
        let (first, last) = parts.next().and_then(|run| run.split_once('-')).expect("a run");
        let state = match parts.next() {
            Some("ACKNOWLEDGED") => DeliveryState::Acknowledged,
            Some("ARCHIVED") => DeliveryState::Archived,
            _ => DeliveryState::Available,
        };
        let number = |text: &str| text.parse().expect("a number");
        let delivery_count = parts.next().map_or(1, |count| count[1..].parse().expect("a count"));
        PersisterStateBatch { first: Offset(number(first)), last: Offset(number(last)), state, delivery_count }
    }
    fn combined(known: &[&str], new: &[&str], start: i64) -> Vec<String> {
        let list = |texts: &[&str]| texts.iter().map(|text| batch(text)).collect::<Vec<_>>();
        let combined = combine(&list(known), &list(new), Offset(start));
        let text = |b: &PersisterStateBatch| format!("{}-{} {} x{}", b.first, b.last, b.state.name(), b.delivery_count);
        combined.iter().map(text).collect()
    }

    #[test]
    fn runs_that_are_alike_become_one() {
        assert_eq!(combined(&["0-4"], &["5-9"], -1), ["0-9 AVAILABLE x1"], "they touch");
        assert_eq!(combined(&["0-4"], &["2-9"], -1), ["0-9 AVAILABLE x1"], "they overlap");
        assert_eq!(combined(&["0-9"], &["2-4"], -1), ["0-9 AVAILABLE x1"], "one is in the other");
        assert_eq!(combined(&["0-4"], &["6-9"], -1), ["0-4 AVAILABLE x1", "6-9 AVAILABLE x1"], "there is a hole");
    }

    #[test]
    fn what_was_delivered_more_often_holds() {
        let in_the_middle = combined(&["0-9"], &["3-5 ACKNOWLEDGED x1"], -1);
        assert_eq!(in_the_middle, ["0-2 AVAILABLE x1", "3-5 ACKNOWLEDGED x1", "6-9 AVAILABLE x1"]);
        assert_eq!(
            combined(&["0-9 AVAILABLE x2"], &["3-12 ACKNOWLEDGED x1"], -1),
            ["0-9 AVAILABLE x2", "10-12 ACKNOWLEDGED x1"]
        );
        assert_eq!(combined(&["0-4"], &["0-4 ARCHIVED x1"], -1), ["0-4 ARCHIVED x1"]);
        assert_eq!(combined(&["0-4"], &["3-9 AVAILABLE x2"], -1), ["0-2 AVAILABLE x1", "3-9 AVAILABLE x2"]);
    }

    #[test]
    fn what_lies_before_the_start_is_gone() {
        assert_eq!(combined(&["0-4", "5-9 ACKNOWLEDGED x1"], &[], 7), ["7-9 ACKNOWLEDGED x1"]);
        assert_eq!(combined(&["0-4"], &[], 5), Vec::<String>::new());
    }
}
