//! `kafkasim sweep`: one scenario, many seeds.

mod capsules;
mod going_on;
mod watcher;

use std::io::{self, IsTerminal};

use super::input::{self, ChangeArgs, RunName, parse_duration};
use super::output::{Output, complain};
use super::progress::Budget;
use super::swarm_args::SwarmArgs;
use super::{Exit, interrupt};
use crate::explore::seeds::Seeds;
use crate::explore::shard::{Part, Shard};
use crate::explore::sweep::{Plan, sweep_part};
use crate::scenario::codes;
use crate::scenario::diagnostic::Diagnostic;
use crate::sim::time::Nanos;

use capsules::Capsules;
use watcher::Watcher;
pub(super) use watcher::exit;

/// Run a scenario with many seeds, on all cores.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// A scenario of the library, or a file; `-` is standard input.
    #[arg(value_name = "SCENARIO")]
    scenario: String,
    /// Which seeds: `1..200` (both ends included), `5` or `1,3,9`. Needed unless something else ends the sweep; then
    /// they are counted from 1.
    #[arg(long, value_name = "SEEDS", required_unless_present_any = ["until_failure", "time_budget"])]
    seeds: Option<Seeds>,
    /// How many runs at a time. Default: one per core.
    #[arg(long, value_name = "N", value_parser = parse_jobs)]
    jobs: Option<u16>,
    #[command(flatten)]
    changes: ChangeArgs,
    /// Write runs that fail to this folder, as capsules: of each cause the first. `kafkasim replay` and `shrink` take them.
    #[arg(long, value_name = "DIR")]
    capsules: Option<String>,
    #[command(flatten)]
    swarm: SwarmArgs,
    /// Vary the runs that reached something new, instead of drawing every one afresh. What a seed draws depends on the seeds
    /// before it then.
    #[arg(long, requires = "swarm")]
    steer: bool,
    /// Stop each run at this time, such as `30s`.
    #[arg(long, value_name = "T", value_parser = parse_duration)]
    until: Option<Nanos>,
    /// Stop at the lowest seed that breaks.
    #[arg(long)]
    until_failure: bool,
    /// Begin no run after this time, such as `2m`, on the clock of the machine. Those under way are finished.
    #[arg(long, value_name = "T", value_parser = parse_budget)]
    time_budget: Option<Nanos>,
    /// Run one of N parts of the seeds, such as `3/8`, for `kafkasim merge`. The exit code is 0 when the part was run,
    /// whatever it has found.
    #[arg(long, value_name = "I/N", conflicts_with_all = ["until_failure", "time_budget"])]
    shard: Option<Shard>,
    /// Go on where an earlier call ended that has written its lines to this file: what is there is not run again. Only
    /// lines that are missing are printed, so that `>> FILE` completes it.
    #[arg(long, value_name = "FILE")]
    resume: Option<String>,
    /// Judge the runs although the scenario has settings without effect here; otherwise they are inconclusive.
    #[arg(long)]
    allow_ignored: bool,
    /// How to print. Default: a table on a terminal, else a line of JSON per seed.
    #[arg(long, value_enum)]
    format: Option<SweepFormat>,
}

/// The form in which a sweep is printed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, clap::ValueEnum)]
pub(super) enum SweepFormat {
    /// For people: a table.
    Human,
    /// For programs: a line of JSON per seed, as soon as it is known.
    Jsonl,
    /// JUnit XML: a test case per expectation.
    Junit,
    /// GitHub workflow annotations.
    Github,
}

fn parse_jobs(text: &str) -> Result<u16, String> {
    match text.parse() {
        Ok(0) => Err("with no run at a time no seed is ever run; without --jobs there is one per core".into()),
        Ok(jobs @ 1..=1024) => Ok(jobs),
        _ => Err("a number of runs from 1 to 1024".into()),
    }
}

pub(super) fn parse_budget(text: &str) -> Result<Nanos, String> {
    match parse_duration(text)? {
        Nanos(0) => Err("in no time no seed is run".into()),
        budget => Ok(budget),
    }
}

pub(super) fn run(args: &Args, out: &mut Output) -> io::Result<Exit> {
    if let Some(diagnostic) = seed_in_name(&args.scenario) {
        input::report(&[diagnostic]);
        return Ok(Exit::Usage);
    }
    if args.scenario == "-" && args.resume.as_deref() == Some("-") {
        complain("error: both the scenario and earlier lines from standard input\nhelp: put one of them into a file\n");
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
    let plan = Plan {
        swarm,
        steer: args.steer,
        scenario,
        until: args.until,
        allow_ignored: args.allow_ignored,
        seeds: args.seeds.clone().unwrap_or_else(|| Seeds::from_on(1)),
        jobs: args.jobs.map_or(0, usize::from),
    };
    let (part, format) = match part(args, &plan).and_then(|part| Ok((part, format(args)?))) {
        Ok(checked) => checked,
        Err(message) => {
            complain(&message);
            return Ok(Exit::Usage);
        }
    };
    let capsules = match args.capsules.as_deref().map(Capsules::into).transpose() {
        Ok(capsules) => capsules,
        Err(message) => {
            complain(&message);
            return Ok(Exit::Usage);
        }
    };
    let earlier = match args.resume.as_deref().map(|file| going_on::earlier(file, &plan, &part)) {
        Some(Err(exit)) => return Ok(exit),
        earlier => earlier.and_then(Result::ok),
    };
    interrupt::listen();
    // What is torn is completed within the time.
    let budget = args.time_budget.map(Budget::start);
    let mut watcher = Watcher::new(args, &plan, format, capsules, out);
    let part = match earlier {
        None => part,
        Some(earlier) => match going_on::take_up(earlier, part, &plan, &mut watcher)? {
            Ok(left) => left,
            Err(exit) => return Ok(exit),
        },
    };
    watcher.begin(&part);
    let enough = || budget.is_some_and(|budget| budget.is_over());
    match sweep_part(&plan, &part, enough, interrupt::asked, |news| watcher.tell(news)) {
        Ok(()) => watcher.finish(),
        Err(error) => Ok(no_threads(&error)),
    }
}

fn no_threads(error: &impl std::fmt::Display) -> Exit {
    complain(&format!("error: cannot start threads: {error}\nhelp: fewer at a time: --jobs 1\n"));
    Exit::Usage
}

fn seed_in_name(scenario: &str) -> Option<Diagnostic> {
    match RunName::parse(scenario) {
        Err(diagnostic) => Some(diagnostic),
        Ok(name) => name.seed.map(|seed| {
            Diagnostic::error(codes::BAD_SEED, format!("a sweep has many seeds, and `{scenario}` names one"))
                .with_help(format!("write `{} --seeds {seed}`", name.scenario))
        }),
    }
}

/// The seeds that this call is to run.
fn part(args: &Args, plan: &Plan) -> Result<Part, String> {
    if plan.steer && (args.shard.is_some() || args.resume.is_some()) {
        return Err(
            "error: what a seed of a steered swarm draws depends on those before it: a part of them is another swarm\n\
                    help: without --steer it can be dealt out and gone on with\n"
                .into(),
        );
    }
    let Some(shard) = args.shard else { return Ok(Part::whole(plan.seeds.clone())) };
    let seeds = plan.seeds.count();
    if u128::from(shard.count()) > seeds {
        return Err(format!(
            "error: {} shards for {seeds} seeds: some would have none\nhelp: at most as many shards as seeds, such as \
             --shard 1/{seeds}\n",
            shard.count()
        ));
    }
    Ok(Part::new(plan.seeds.clone(), shard))
}

fn format(args: &Args) -> Result<SweepFormat, String> {
    let default = match args.shard {
        None if io::stdout().is_terminal() => SweepFormat::Human,
        _ => SweepFormat::Jsonl,
    };
    match (args.format.unwrap_or(default), args.shard) {
        (SweepFormat::Jsonl, _) => Ok(SweepFormat::Jsonl),
        (format, None) => Ok(format),
        (_, Some(shard)) => Err(format!(
            "error: shard {shard} is not the whole, and prints lines of JSON only\nhelp: leave --format out, and give it to \
             `kafkasim merge`, which has all shards\n"
        )),
    }
}
