//! All that is said of a run, gathered.

use std::rc::Rc;

use super::series::Series;
use super::timeline::Timeline;
use crate::check::alerts::AlertStory;
use crate::check::outcome::Outcome;
use crate::check::{Judgement, contract};
use crate::history::Observer;
use crate::history::digest::Digest;
use crate::history::jsonl::Imported;
use crate::history::record::Causes;
use crate::history::setup::Setup;
use crate::protocol::rack_traffic::RackTraffic;
use crate::run::judged::{Judged, judge_with};
use crate::run::past::Past;
use crate::run::recorded;
use crate::run::verdict::Verdict;
use crate::run::{Run, RunWatcher, SimulatorBug, unwatched};
use crate::scenario::{Override, Scenario, VariantName};
use crate::sim::time::Nanos;

/// A finished run. What is printed is a function of this and nothing else.
#[derive(Clone, Debug)]
pub struct Report {
    /// The scenario's name.
    pub scenario: String,
    /// What it shows.
    pub summary: String,
    /// What a learner takes home.
    pub teaches: String,
    /// Which variant of the scenario was run.
    pub variant: Option<String>,
    /// What variants the scenario has.
    pub variants: Vec<VariantName>,
    /// What was changed beside the variant. What the scenario says of itself it says without these.
    pub changes: Vec<Override>,
    /// Whether the run was ended from outside, before its own end.
    pub interrupted: bool,
    /// The conditions.
    pub setup: Rc<Setup>,
    /// When the run ended.
    pub end: Nanos,
    /// Where it was cut, before its own end.
    pub cut: Option<Nanos>,
    /// Events handled.
    pub events: u64,
    /// The digest of its history.
    pub digest: Digest,
    /// What happened, for people.
    pub timeline: Timeline,
    /// What happened, for plots.
    pub series: Series,
    /// What the checks found.
    pub judgement: Judgement,
    /// What became of the scenario's alerts, in their order.
    pub alerts: Vec<AlertStory>,
    /// How much was carried across racks; none: nobody has measured it.
    pub rack_traffic: Option<RackTraffic>,
    /// Whether that is what the scenario expects.
    pub verdict: Verdict,
    /// What else the user should know.
    pub warnings: Vec<String>,
}

/// A finished run: the report, the extra observer, and the causes if they were asked for.
pub type Finished<O> = (Report, O, Option<Causes>);

impl Report {
    /// Runs it and says all that there is to say.
    ///
    /// # Errors
    /// A bug of the simulator.
    pub fn of(run: &Run<'_>) -> Result<Report, SimulatorBug> {
        Report::watched(run, |_| (), &mut unwatched).map(|(report, ..)| report)
    }
    /// The same under the eyes of somebody. `extra` sees every fact, too: a file, for instance; it is made when
    /// the setup is known.
    ///
    /// # Errors
    /// A bug of the simulator.
    pub fn watched<O: Observer>(
        run: &Run<'_>,
        extra: impl FnOnce(&Rc<Setup>) -> O,
        watcher: RunWatcher<'_>,
    ) -> Result<Finished<O>, SimulatorBug> {
        let mut observers = (people(run.setup()), extra(run.setup()));
        let judged = judge_with(run, &mut observers, watcher)?;
        let (people, extra) = observers;
        let causes = judged.causes.clone();
        Ok((Report::new(judged, Some(run.scenario()), people), extra, causes))
    }
    /// Of a run that goes on from a past which it shares with others.
    ///
    /// # Errors
    /// A bug of the simulator.
    pub fn of_future<O: Observer>(past: &Past, run: &Run<'_>, extra: O) -> Result<(Report, O), SimulatorBug> {
        let mut observers = (people(run.setup()), extra);
        let judged = past.judge(run, &mut observers, &mut unwatched)?;
        let (people, extra) = observers;
        Ok((Report::new(judged, Some(run.scenario()), people), extra))
    }
    /// What turned out better than promised, in one line; nothing of a run that is not over.
    pub fn luck(&self) -> Option<String> {
        let exact = self.judgement.finding("eos-count").is_some_and(|f| matches!(f.outcome, Outcome::Holds { .. }));
        let over = self.cut.is_none() && !self.interrupted;
        contract::luck(&self.setup, &self.judgement.ledger, exact).filter(|_| over)
    }
    /// Of a history that was read from a file: the same folds as over a run. It is held against the expectations
    /// of its scenario if that is known.
    pub fn recorded(history: &Imported, scenario: Option<&Scenario>) -> Report {
        let mut people = people(&Rc::new(history.setup.clone()));
        let judged = recorded::judge(history, scenario, &mut people);
        Report::new(judged, scenario, people)
    }

    fn new(judged: Judged, scenario: Option<&Scenario>, (timeline, series): (Timeline, Series)) -> Report {
        Report {
            scenario: judged.setup.scenario.clone(),
            summary: scenario.map_or(String::new(), |s| s.summary.clone()),
            teaches: scenario.map_or(String::new(), |s| s.teaches.clone()),
            variant: scenario.and_then(|s| s.variant.clone()),
            variants: scenario.map_or(Vec::new(), |s| s.variants.clone()),
            changes: scenario.map_or(Vec::new(), |s| s.changes.clone()),
            interrupted: judged.interrupted,
            setup: judged.setup,
            end: judged.end,
            cut: judged.cut,
            events: judged.events,
            digest: judged.digest,
            timeline,
            series,
            judgement: judged.judgement,
            alerts: judged.alerts,
            rack_traffic: judged.rack_traffic,
            verdict: judged.verdict,
            warnings: judged.warnings,
        }
    }
}

/// What people look at.
fn people(setup: &Rc<Setup>) -> (Timeline, Series) {
    (Timeline::new(setup.clone()), Series::new(setup.clone()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::verdict::Standing;
    use crate::scenario::{self, embedded};

    fn cut(name: &str, seconds: u64) -> Report {
        let (scenario, _) = scenario::parse(&embedded::find(name).unwrap(), &[]).unwrap();
        Report::of(&Run::new(&scenario, scenario.seed).until(Some(Nanos::from_secs(seconds)))).unwrap()
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
