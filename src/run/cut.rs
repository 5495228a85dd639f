//! A run that `--until` has cut short: what it could not come to is not held against the scenario.

use super::verdict::{Item, Standing, ledger_figure};
use crate::check::Judgement;
use crate::check::outcome::Outcome;
use crate::scenario::{Bound, Expectation, ExpectedOutcome};
use crate::sim::time::Nanos;

/// Figures of the ledger that fall when a run goes on.
const PASSING: [&str; 3] = ["pending", "lost.unacked", "never.processed"];

/// Makes inconclusive what the rest of the run might have mended. `items` are those of the expectations, in
/// the same order.
pub fn excuse(expect: &[Expectation], items: &mut [Item], judgement: &Judgement, at: Nanos) {
    for (expectation, item) in expect.iter().zip(items) {
        if item.standing == Standing::Broken && open(expectation, judgement) {
            item.standing = Standing::Inconclusive;
            item.found += &format!(" (the run was cut at {at})");
        }
    }
}

/// Whether an expectation that is not met may still be.
fn open(expectation: &Expectation, judgement: &Judgement) -> bool {
    match expectation {
        // What is expected to break has not broken yet.
        Expectation::Invariant { id, outcome } => {
            let found = judgement.finding(id).map(|finding| &finding.outcome);
            !matches!(outcome, ExpectedOutcome::Holds | ExpectedOutcome::Unbroken)
                && matches!(found, Some(Outcome::Holds { .. }))
        }
        Expectation::Ledger { figure, of, bound } => {
            let value = ledger_figure(judgement, figure, of.as_ref()).unwrap_or(0);
            !bound.passed(value) || PASSING.contains(figure)
        }
        // Bytes only become more, and so do those of which nobody knows.
        Expectation::CrossedRacks { bound, .. } => matches!(bound, Bound::AtLeast(_) | Bound::Between(..)),
        // A percentile falls as well as rises when more comes; the longest only rises.
        Expectation::Latency { per_mille, bound, .. } => *per_mille < 1000 || matches!(bound, Bound::AtLeast(_)),
        // The others say themselves when the run did not come to what they are about.
        _ => false,
    }
}
