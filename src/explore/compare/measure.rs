//! What is measured of one run.

use std::rc::Rc;

use super::estimate::EstimateBlock;
use super::gaps::WriteGaps;
use crate::check::Judgement;
use crate::check::alerts::AlertStory;
use crate::check::outcome::Outcome;
use crate::explore::pool::Stop;
use crate::explore::result::{SeedEnding, SeedResult};
use crate::history::owners::{OwnedGroup, OwnerSpans};
use crate::protocol::rack_traffic::{Carriage, RackTraffic};
use crate::report::series::Series;
use crate::run::Run;
use crate::run::judged::judge_with;
use crate::scenario::{Expectation, Scenario};

/// Something that happens in a run, or does not.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Mishap {
    /// An acknowledged record is not in the log.
    LostAfterAck,
    /// A record is in the log twice.
    Duplicated,
    /// A record stands behind one that was sent after it.
    OutOfOrder,
    /// The producer gave a record up.
    Failed,
    /// A group has processed a record twice.
    ProcessedTwice,
    /// A group has never processed a record that is in the log.
    NeverProcessed,
    /// An invariant is broken, promised or not.
    Broken(&'static str),
    /// The alert of this name fired.
    Fired(String),
}

impl Mishap {
    /// Those that are always looked for.
    const ALWAYS: [Mishap; 6] = [
        Mishap::LostAfterAck,
        Mishap::Duplicated,
        Mishap::OutOfOrder,
        Mishap::Failed,
        Mishap::ProcessedTwice,
        Mishap::NeverProcessed,
    ];
    /// All that a comparison of scenarios looks for: every run's, the invariants that they name, and their alerts.
    pub fn all<'s>(scenarios: impl Iterator<Item = &'s Scenario> + Clone) -> Vec<Mishap> {
        let mut mishaps = Mishap::ALWAYS.to_vec();
        let alerts = scenarios.clone().flat_map(|scenario| &scenario.alerts);
        for fired in alerts.map(|rule| Mishap::Fired(rule.name.clone())) {
            if !mishaps.contains(&fired) {
                mishaps.push(fired);
            }
        }
        for expectation in scenarios.flat_map(|scenario| &scenario.expect) {
            if let Expectation::Invariant { id, .. } = expectation
                && !mishaps.contains(&Mishap::Broken(id))
            {
                mishaps.push(Mishap::Broken(id));
            }
        }
        mishaps
    }
    /// As tables have it; the ledger's words.
    pub fn name(&self) -> String {
        match self {
            Mishap::LostAfterAck => "lost after ack".into(),
            Mishap::Duplicated => "duplicated".into(),
            Mishap::OutOfOrder => "out of order".into(),
            Mishap::Failed => "failed".into(),
            Mishap::ProcessedTwice => "processed twice".into(),
            Mishap::NeverProcessed => "never processed".into(),
            Mishap::Broken(id) => format!("{id} broken"),
            Mishap::Fired(alert) => format!("alert {alert} fired"),
        }
    }
    /// Whether a table shows it although it never happened.
    pub fn is_always_told(&self) -> bool {
        !matches!(self, Mishap::Failed | Mishap::ProcessedTwice | Mishap::NeverProcessed)
    }
    /// Whether it happened; none: this run could not show it.
    fn of(&self, judgement: &Judgement, alerts: &[AlertStory]) -> Option<bool> {
        let ledger = &judgement.ledger;
        let of_groups = |count: u64| (!ledger.groups.is_empty()).then_some(count > 0);
        match self {
            Mishap::LostAfterAck => (ledger.acked > 0).then_some(ledger.lost_after_ack > 0),
            Mishap::Duplicated => (ledger.sent > 0).then_some(ledger.duplicated > 0),
            Mishap::OutOfOrder => (ledger.sent > 0).then_some(ledger.out_of_order > 0),
            Mishap::Failed => (ledger.sent > 0).then_some(ledger.failed > 0),
            Mishap::ProcessedTwice => of_groups(ledger.groups.iter().map(|group| group.repeated).sum()),
            Mishap::NeverProcessed => of_groups(ledger.groups.iter().map(|group| group.never).sum()),
            Mishap::Fired(alert) => {
                alerts.iter().find(|story| story.rule.name == *alert).map(|story| !story.firings.is_empty())
            }
            Mishap::Broken(id) => {
                let finding = judgement.finding(id)?;
                match finding.outcome {
                    Outcome::NotExercised { .. } => None,
                    // Nobody put it to the test.
                    Outcome::NotPromised { exercised: 0, broken: 0, .. } => None,
                    _ => Some(finding.is_broken()),
                }
            }
        }
    }
}

/// A figure of a run.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RunFigure {
    /// The longest time in which records waited for a partition and none was written, in nanoseconds.
    WriteGap,
    /// Half of all records were acknowledged faster.
    ProduceP50,
    /// One in a hundred was acknowledged more slowly.
    ProduceP99,
    /// One in a hundred was read later than this after it was sent.
    EndToEndP99,
    /// The largest lag of a group, in records.
    MaxLag,
    /// How long partitions of groups had no consumer, all of them added up, in nanoseconds.
    Unserved,
    /// The longest time in which one partition of a group had no consumer, in nanoseconds.
    LongestUnserved,
    /// The longest time in which two processes believed that a partition of their group was theirs, in nanoseconds.
    LongestOverlap,
    /// How often groups rebalanced.
    Rebalances,
    /// Bytes of record batches that crossed racks for this.
    CrossedRacks(Carriage),
}

/// What a figure is counted in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FigureUnit {
    /// Nanoseconds.
    Time,
    /// Records.
    Records,
    /// Bytes.
    Bytes,
    /// Events.
    Times,
}

impl RunFigure {
    /// All of them.
    pub const ALL: [RunFigure; 12] = [
        RunFigure::WriteGap,
        RunFigure::ProduceP50,
        RunFigure::ProduceP99,
        RunFigure::EndToEndP99,
        RunFigure::MaxLag,
        RunFigure::Unserved,
        RunFigure::LongestUnserved,
        RunFigure::LongestOverlap,
        RunFigure::Rebalances,
        RunFigure::CrossedRacks(Carriage::Produce),
        RunFigure::CrossedRacks(Carriage::Consume),
        RunFigure::CrossedRacks(Carriage::Replicate),
    ];
    /// As tables have it.
    pub fn name(self) -> &'static str {
        match self {
            RunFigure::WriteGap => "longest without a write",
            RunFigure::ProduceP50 => "produce latency p50",
            RunFigure::ProduceP99 => "produce latency p99",
            RunFigure::EndToEndP99 => "end to end p99",
            RunFigure::MaxLag => "max lag",
            RunFigure::Unserved => "partitions unserved, in all",
            RunFigure::LongestUnserved => "longest unserved",
            RunFigure::LongestOverlap => "longest with two owners",
            RunFigure::Rebalances => "rebalances",
            RunFigure::CrossedRacks(Carriage::Produce) => "bytes across racks, producers",
            RunFigure::CrossedRacks(Carriage::Consume) => "bytes across racks, consumers",
            RunFigure::CrossedRacks(Carriage::Replicate) => "bytes across racks, replication",
        }
    }
    /// What it is counted in.
    pub fn unit(self) -> FigureUnit {
        match self {
            RunFigure::MaxLag => FigureUnit::Records,
            RunFigure::CrossedRacks(_) => FigureUnit::Bytes,
            RunFigure::Rebalances => FigureUnit::Times,
            _ => FigureUnit::Time,
        }
    }
    /// Whether a table has it: racks are told of where a cluster has some, and what groups wait for where one rebalances.
    pub fn is_told(self, block: &EstimateBlock) -> bool {
        let somewhere = |least| block.estimates.iter().flatten().any(|estimate| estimate.value > least);
        match self {
            RunFigure::CrossedRacks(_) => block.estimates.iter().any(Option::is_some),
            RunFigure::Unserved | RunFigure::LongestUnserved | RunFigure::LongestOverlap => somewhere(0.0),
            // A group's first one is its start.
            RunFigure::Rebalances => somewhere(1.0),
            _ => true,
        }
    }
    /// Why a run may not have it.
    pub fn missing(self) -> &'static str {
        match self {
            RunFigure::WriteGap => "nothing was sent",
            RunFigure::ProduceP50 | RunFigure::ProduceP99 => "nobody was answered",
            RunFigure::EndToEndP99 => "nobody read a record",
            RunFigure::MaxLag => "no group had a position",
            RunFigure::Unserved | RunFigure::LongestUnserved | RunFigure::LongestOverlap | RunFigure::Rebalances => {
                "no group was assigned a partition"
            }
            RunFigure::CrossedRacks(_) => "not measured: a process without a rack",
        }
    }
}

/// What became of one seed in one setting.
#[derive(Clone, PartialEq, Debug)]
pub enum RunMeasure {
    /// It was measured.
    Measured {
        /// Whether it was as its scenario expects.
        ending: SeedEnding,
        /// By [`Mishap`]: whether it happened; none: the run could not show it.
        mishaps: Vec<Option<bool>>,
        /// By [`RunFigure`]; none: there is none of it in this run.
        figures: Box<[Option<u64>; RunFigure::ALL.len()]>,
        /// How many faults hit nobody, and may (`may.miss`).
        missed: usize,
    },
    /// Something that the scenario asks for was not simulated: whatever is measured is measured of another cluster.
    NotSimulated {
        /// What, in one sentence.
        what: String,
    },
    /// The simulator failed.
    Bug {
        /// What the assertion said.
        message: String,
    },
}

impl RunMeasure {
    /// Runs it and measures; none if it was given up.
    pub fn of(run: &Run<'_>, mishaps: &[Mishap], stop: Stop<'_>) -> Option<RunMeasure> {
        let mut watcher =
            |_| if stop() { std::ops::ControlFlow::Break(()) } else { std::ops::ControlFlow::Continue(()) };
        let mut watched = (Series::new(Rc::clone(run.setup())), WriteGaps::new(run.setup()));
        let judged = match judge_with(run, &mut watched, &mut watcher) {
            Ok(judged) if judged.interrupted => return None,
            Ok(judged) => judged,
            Err(bug) => return Some(RunMeasure::Bug { message: bug.to_string() }),
        };
        if let Some(unsimulated) = judged.verdict.unsimulated.iter().find(|unsimulated| !unsimulated.allowed) {
            return Some(RunMeasure::NotSimulated { what: unsimulated.text.clone() });
        }
        let ending = SeedResult::judged(run.seed(), &judged).ending;
        let mishaps = mishaps.iter().map(|mishap| mishap.of(&judged.judgement, &judged.alerts)).collect();
        let figures = Box::new(RunFigure::ALL.map(|figure| of_run(figure, &watched, judged.rack_traffic.as_ref())));
        Some(RunMeasure::Measured { ending, mishaps, figures, missed: judged.judgement.missed.len() })
    }
    /// Whether something happened; none: nobody knows.
    pub fn mishap(&self, number: usize) -> Option<bool> {
        match self {
            RunMeasure::Measured { mishaps, .. } => mishaps[number],
            _ => None,
        }
    }
    /// A figure; none: nobody knows.
    pub fn figure(&self, number: usize) -> Option<u64> {
        match self {
            RunMeasure::Measured { figures, .. } => figures[number],
            _ => None,
        }
    }
}

fn of_run(figure: RunFigure, (series, gaps): &(Series, WriteGaps), traffic: Option<&RackTraffic>) -> Option<u64> {
    match figure {
        RunFigure::WriteGap => gaps.longest().map(|gap| gap.0),
        RunFigure::ProduceP50 => series.produce_latency().quantile(500).map(|latency| latency.0),
        RunFigure::ProduceP99 => series.produce_latency().quantile(990).map(|latency| latency.0),
        RunFigure::EndToEndP99 => series.end_to_end_latency().quantile(990).map(|latency| latency.0),
        RunFigure::MaxLag => series.lags.iter().flat_map(|lag| lag.total.iter().flatten()).copied().max(),
        RunFigure::Unserved => of_groups(series).map(|group| group.unserved.total.0).reduce(u64::saturating_add),
        RunFigure::LongestUnserved => of_groups(series).map(|group| lasted(&group.unserved)).max(),
        RunFigure::LongestOverlap => of_groups(series).map(|group| lasted(&group.overlapping)).max(),
        RunFigure::Rebalances => of_groups(series)
            .map(|group| series.rebalances[group.group.index()].len() as u64)
            .reduce(u64::saturating_add),
        RunFigure::CrossedRacks(carriage) => traffic?.of(carriage).known_crossed(),
    }
}

/// The groups to which a partition was assigned.
fn of_groups(series: &Series) -> impl Iterator<Item = &OwnedGroup> {
    series.owners.groups.iter().filter(|group| group.begun)
}

fn lasted(spans: &OwnerSpans) -> u64 {
    spans.longest.map_or(0, |longest| longest.lasted.0)
}
