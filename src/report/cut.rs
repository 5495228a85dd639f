//! A run that `--until` has cut short: what it could not come to is not held against the scenario.

use super::verdict::{Item, Standing, ledger_figure};
use crate::check::Judgement;
use crate::check::outcome::Outcome;
use crate::scenario::{self, Bound, Expectation};
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
            *outcome != scenario::Outcome::Holds && matches!(found, Some(Outcome::Holds { .. }))
        }
        Expectation::Ledger { figure, of, bound } => {
            let value = ledger_figure(judgement, figure, of.as_ref()).unwrap_or(0);
            let rises = match bound {
                Bound::AtLeast(_) => true,
                Bound::Exactly(n) | Bound::Between(n, _) => value < *n,
                Bound::AtMost(_) => false,
            };
            rises || PASSING.contains(figure)
        }
        // The others say themselves when the run did not come to what they are about.
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use crate::report::run::{Report, RunOptions, run};
    use crate::report::verdict::Standing;
    use crate::scenario::{self, embedded};
    use crate::sim::time::Nanos;

    fn cut(name: &str, seconds: u64) -> Report {
        let (scenario, _) = scenario::parse(&embedded::find(name).unwrap(), &[]).unwrap();
        let options = RunOptions { seed: scenario.seed, until: Some(Nanos::from_secs(seconds)), causes: false };
        run(&scenario, options, |_| ()).unwrap().0
    }

    #[test]
    fn what_was_cut_off_is_not_charged_to_the_scenario() {
        let report = cut("acks1-leader-crash", 5);
        assert_eq!(report.verdict.standing(), Standing::Inconclusive, "{:?}", report.verdict);
        let lost = report.verdict.items.iter().find(|item| item.name == "ledger lost.after.ack").unwrap();
        assert_eq!(lost.found, "0 (the run was cut at 5.000s)");
    }

    #[test]
    fn a_cut_is_no_final_phase() {
        let report = cut("acks1-leader-crash", 13);
        assert_eq!((report.cut, report.end), (Some(Nanos::from_secs(13)), Nanos::from_secs(13)));
        assert_eq!(report.series.final_phase, None);
        let last = report.timeline.lines().last().unwrap();
        assert_eq!(last.text, "ends here, without a final phase");
        let over = report.timeline.lines().iter().filter(|line| line.text.starts_with("over:"));
        assert_eq!(over.count(), 0, "the clogged links were still clogged");
    }

    #[test]
    fn until_after_the_workload_ends_the_final_phase() {
        // The workload of 60 s is over, and its final phase has begun.
        let report = cut("retry-duplicates", 61);
        assert_eq!((report.cut, report.end), (Some(Nanos::from_secs(61)), Nanos::from_secs(61)));
        assert_eq!(report.series.final_phase, Some(Nanos::from_secs(60)));
        // And here all was over before.
        let report = cut("retry-duplicates", 3_600);
        assert_eq!(report.cut, None);
        assert!(report.warnings[0].contains("nothing was cut"), "{:?}", report.warnings);
    }
}
