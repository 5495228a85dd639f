//! `kafkasim sweep`: one scenario, many seeds.

use std::io::{self, IsTerminal};
use std::ops::ControlFlow;

use litemap::LiteMap;

use super::again::Again;
use super::input::{self, ChangeArgs, RunName, parse_duration};
use super::output::{Output, complain, wrap};
use super::progress::{self, Progress};
use super::swarm_args::SwarmArgs;
use super::{Exit, interrupt};
use crate::explore::coverage::meter::CoverageMeter;
use crate::explore::pool::PoolNews;
use crate::explore::result::{SeedEnding, SeedResult};
use crate::explore::seeds::Seeds;
use crate::explore::summary::Summary;
use crate::explore::swarm::ending::ending;
use crate::explore::sweep::{Plan, sweep};
use crate::run::figures::thousands;
use crate::scenario::{Expectation, Override};
use crate::sim::time::Nanos;

/// Run a scenario with many seeds, on all cores.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// A scenario of the library, or a file; `-` is standard input.
    #[arg(value_name = "SCENARIO")]
    scenario: String,
    /// Which seeds: `1..200` (both ends included), `5` or `1,3,9`.
    #[arg(long, value_name = "SEEDS")]
    seeds: Seeds,
    /// How many runs at a time. Default: one per core.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    jobs: Option<u16>,
    #[command(flatten)]
    changes: ChangeArgs,
    #[command(flatten)]
    swarm: SwarmArgs,
    /// Stop each run at this time, such as `30s`.
    #[arg(long, value_name = "T", value_parser = parse_duration)]
    until: Option<Nanos>,
    /// Judge the runs although the scenario has settings without effect here; otherwise they are inconclusive.
    #[arg(long)]
    allow_ignored: bool,
    /// How to print. Default: a table on a terminal, else a line of JSON per seed.
    #[arg(long, value_enum)]
    format: Option<SweepFormat>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, clap::ValueEnum)]
enum SweepFormat {
    /// For people: a table.
    Human,
    /// For programs: a line of JSON per seed, as soon as it is known.
    Jsonl,
}

pub(super) fn run(args: &Args, out: &mut Output) -> io::Result<Exit> {
    if let Some(diagnostic) = seed_in_name(&args.scenario) {
        input::report(&[diagnostic]);
        return Ok(Exit::Usage);
    }
    let Some(scenario) = input::load(&args.scenario, &args.changes) else { return Ok(Exit::Usage) };
    let swarm = match args.swarm.options() {
        Ok(swarm) => swarm,
        Err(message) => {
            complain(&format!("error: {message}\n"));
            return Ok(Exit::Usage);
        }
    };
    interrupt::listen();
    let plan = Plan {
        swarm,
        steer: args.swarm.steer,
        scenario,
        until: args.until,
        allow_ignored: args.allow_ignored,
        seeds: args.seeds.clone(),
        jobs: args.jobs.map_or(0, usize::from),
    };
    let mut watcher = Watcher::new(args, &plan, out);
    if let Err(error) = sweep(&plan, interrupt::asked, |news| watcher.tell(news)) {
        complain(&format!("error: cannot start threads: {error}\nhelp: fewer at a time: --jobs 1\n"));
        return Ok(Exit::Usage);
    }
    watcher.finish()
}

fn seed_in_name(scenario: &str) -> Option<crate::scenario::diagnostic::Diagnostic> {
    use crate::scenario::{codes, diagnostic::Diagnostic};
    match RunName::parse(scenario) {
        Err(diagnostic) => Some(diagnostic),
        Ok(name) => name.seed.map(|seed| {
            Diagnostic::error(codes::BAD_SEED, format!("a sweep has many seeds, and `{scenario}` names one"))
                .with_help(format!("write `{} --seeds {seed}`", name.scenario))
        }),
    }
}

/// Prints and counts what the sweep tells.
struct Watcher<'a> {
    args: &'a Args,
    plan: &'a Plan,
    out: &'a mut Output,
    format: SweepFormat,
    summary: Summary,
    /// What was drawn for seeds that are told.
    drawn: LiteMap<u64, Vec<Override>>,
    coverage: CoverageMeter,
    progress: Progress,
    failed: Option<io::Error>,
}

impl<'a> Watcher<'a> {
    fn new(args: &'a Args, plan: &'a Plan, out: &'a mut Output) -> Watcher<'a> {
        let default = if io::stdout().is_terminal() { SweepFormat::Human } else { SweepFormat::Jsonl };
        let format = args.format.unwrap_or(default);
        let (summary, progress) = (Summary::default(), Progress::start());
        let (drawn, coverage) = (LiteMap::new(), CoverageMeter::default());
        Watcher { args, plan, out, format, summary, drawn, coverage, progress, failed: None }
    }

    fn tell(&mut self, news: PoolNews<'_, SeedResult>) -> ControlFlow<()> {
        match news {
            PoolNews::Result(result) => self.result(result),
            PoolNews::Done(done) => {
                let all = self.plan.seeds.count();
                let broken = self.summary.count(SeedEnding::Broken) + self.summary.count(SeedEnding::Bug);
                self.progress.tell(|elapsed| {
                    let rate = u128::from(done) * 10_000 / elapsed.as_millis().max(1);
                    let left = progress::left(elapsed, done, u64::try_from(all).unwrap_or(u64::MAX));
                    format!("{done} of {all} seeds, {broken} broken, {}.{} per second{left}", rate / 10, rate % 10)
                });
                ControlFlow::Continue(())
            }
        }
    }

    fn result(&mut self, result: &SeedResult) -> ControlFlow<()> {
        self.summary.add(result);
        if let Some(swarm) = &result.swarm {
            self.coverage.add(&swarm.reached);
            if result.ending != SeedEnding::Met {
                self.drawn.insert(result.seed, swarm.drawn.clone());
            }
        }
        if result.ending == SeedEnding::Bug {
            self.progress.clear();
            let message = result.cause.as_ref().map_or("", |cause| &cause.text);
            complain(&format!("kafkasim has a bug: {message}\nThis shows it again: {}\n", self.command(result.seed)));
        }
        if self.format == SweepFormat::Human {
            return ControlFlow::Continue(());
        }
        let line = result.json_line(&self.plan.origin());
        match self.out.print(&(line + "\n")).and_then(|()| self.out.flush()) {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => {
                self.failed = Some(error);
                ControlFlow::Break(())
            }
        }
    }

    /// Shows one seed.
    fn command(&self, seed: u64) -> String {
        let scenario = &self.plan.scenario;
        let drawn = self.drawn.get(&seed).into_iter().flatten();
        let changes: Vec<Override> = scenario.changes.iter().chain(drawn).cloned().collect();
        let again = Again {
            scenario: &self.args.scenario,
            seed: Some(seed),
            variant: self.args.changes.variant.as_deref(),
            changes: &changes,
            until: self.args.until,
            allow_ignored: self.args.allow_ignored,
        };
        format!("kafkasim run {}", again.arguments())
    }

    fn finish(mut self) -> io::Result<Exit> {
        self.progress.clear();
        if let Some(error) = self.failed {
            return Err(error);
        }
        let interrupted = u128::from(self.summary.runs()) < self.plan.seeds.count();
        if self.format == SweepFormat::Human {
            let text = self.table(interrupted);
            self.out.print(&text)?;
        } else if interrupted {
            complain(&format!("interrupted after {} of {} seeds\n", self.summary.runs(), self.plan.seeds.count()));
        }
        let count = |ending| self.summary.count(ending);
        let ending = if self.plan.swarm.is_some() { ending(count) } else { self.summary.worst() };
        Ok(match ending {
            _ if interrupted => Exit::Interrupted,
            SeedEnding::Met => Exit::Ok,
            SeedEnding::Inconclusive => Exit::Inconclusive,
            SeedEnding::Broken => Exit::Broken,
            SeedEnding::Bug => Exit::Bug,
        })
    }

    fn table(&self, interrupted: bool) -> String {
        let scenario = &self.plan.scenario;
        let variant = self.args.changes.variant.as_ref().map_or(String::new(), |name| format!(", variant {name}"));
        let runs = thousands(self.summary.runs());
        let seeds = if interrupted {
            format!("{runs} of {} seeds, interrupted", self.plan.seeds.count())
        } else {
            format!("{runs} seeds, {}", self.plan.seeds)
        };
        let mut text = format!("{}{variant}   {seeds}\n", scenario.name);
        if let Some(options) = &self.plan.swarm {
            let steered = if self.plan.steer { ", steered" } else { "" };
            text += &format!("Swarm: each seed draws {options}{steered}\n");
        }
        let changes: Vec<&str> = self.plan.scenario.changes.iter().map(|change| change.option().1.trim()).collect();
        if !changes.is_empty() {
            text += &format!("Changed: {}\n", changes.join(", "));
        } else if !scenario.summary.is_empty() {
            let lines = wrap(&scenario.summary, self.out.width().saturating_sub(2).max(38));
            lines.iter().for_each(|line| text += &format!("{line}\n"));
        }
        let expected: Vec<&str> = scenario
            .expect
            .iter()
            .filter_map(|e| if let Expectation::Sometimes(name) = e { Some(*name) } else { None })
            .collect();
        // What the one story expects is dropped where each seed has a story of its own.
        let expected = if self.plan.swarm.is_some() { Vec::new() } else { expected };
        text += "\n";
        text += &self.summary.print(&expected, |seed| self.command(seed));
        if self.plan.swarm.is_some() {
            text += &self.coverage.print();
        }
        text
    }
}
