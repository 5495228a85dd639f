//! `kafkasim fork`: one past, several futures.

use std::io;

use super::Exit;
use super::input::{self, ChangeArgs, RunName, parse_duration, parse_seed};
use super::output::{Output, complain, complain_of_bug};
use crate::explore::futures::{Future, FutureRefused, MOST_FUTURES, PlannedFuture, letter, machine, print};
use crate::report::command_line::Again;
use crate::run::Run;
use crate::run::breakpoints::{Breakpoint, NoBreakpoint};
use crate::run::figures::exact;
use crate::run::past::{ForkPoint, NoFuture, NoPast, Past};
use crate::scenario::diagnostic::Diagnostic;
use crate::scenario::{Scenario, codes};
use crate::sim::time::Nanos;

/// Fork a run at some moment, and let each future go on with faults of its own.
#[derive(clap::Args, Debug)]
#[command(after_help = "The past is simulated once. The first future, A, is that in which nothing more happens.\n\
                        `kafkasim run SCENARIO --fork-at T --with FAULT` is the same.\n\n\
                        Exit codes: 0 told, 2 bad usage or input, 3 what it waits for does not happen, or a fault hit nobody.")]
pub struct Args {
    /// A scenario of the library, or a file. With a seed: `leader-crash:8`.
    #[arg(value_name = "SCENARIO[:SEED]")]
    pub scenario: String,
    /// Where: a time such as `12s`, a fact or a `sometimes` such as `leader-elected`, or a condition as a fault's `when` has
    /// it: `when: lag of billing: above 100`.
    #[arg(long = "fork-at", value_name = "WHERE")]
    pub fork_at: String,
    /// A future with this fault: `crash: leader of orders-0`, at once if it does not say when. Several in one future are
    /// parted by semicolons; each `--with` is another future.
    #[arg(long = "with", value_name = "FAULT", required = true)]
    pub with: Vec<String>,
    /// A variant of the scenario.
    #[arg(long, value_name = "NAME")]
    pub variant: Option<String>,
    /// Change a value of the scenario in all futures, and in the past.
    #[arg(long = "set", value_name = "PATH=VALUE")]
    pub set: Vec<String>,
    /// The seed, instead of the scenario's own.
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = parse_seed)]
    pub seed: Option<u64>,
    /// Stop at this time, such as `30s`, if the run has not ended before.
    #[arg(long, value_name = "T", value_parser = parse_duration)]
    pub until: Option<Nanos>,
    /// Judge the run although the scenario has settings without effect here.
    #[arg(long)]
    pub allow_ignored: bool,
    /// How to print.
    #[arg(long, value_enum, default_value_t = ForkFormat::Human)]
    pub format: ForkFormat,
}

/// How futures are printed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, clap::ValueEnum)]
pub enum ForkFormat {
    /// For people.
    Human,
    /// One document with everything.
    Json,
}

pub(super) fn run(args: &Args, out: &mut Output) -> io::Result<Exit> {
    match told(args) {
        Ok((text, exit)) => out.print(&text).map(|()| exit),
        Err(exit) => Ok(exit),
    }
}

/// What is printed, and how it ends; or how it ends where that is said already.
fn told(args: &Args) -> Result<(String, Exit), Exit> {
    let refuse = |diagnostic: Diagnostic| {
        input::report(&[diagnostic]);
        Exit::Usage
    };
    let name = RunName::parse(&args.scenario).and_then(|name| name.with_seed(args.seed)).map_err(refuse)?;
    let changes = ChangeArgs { variant: args.variant.clone(), set: args.set.clone(), with: Vec::new() };
    let scenario = input::load(&name.scenario, &changes).ok_or(Exit::Usage)?;
    if args.with.len() >= MOST_FUTURES {
        return Err(error(
            &format!(
                "{} futures beside the undisturbed one, and at most {MOST_FUTURES} are told together",
                args.with.len()
            ),
            "leave some out; faults of one future stand in one --with, parted by semicolons",
        ));
    }
    let seed = name.seed.unwrap_or(scenario.seed);
    let point = point(&args.fork_at, &scenario)?;
    let run = Run::new(&scenario, seed).until(args.until);
    let past = Past::of(&run, &point).map_err(|no| no_past(no, &args.fork_at, args.until))?;
    let mut planned = vec![PlannedFuture::undisturbed(&scenario)];
    for text in &args.with {
        planned.push(PlannedFuture::read(&scenario, &past, text).map_err(|no| refused(no, text, &past))?);
    }
    let futures: Result<Vec<Future>, _> = planned
        .into_iter()
        .enumerate()
        .map(|(number, planned)| planned.run(&past, letter(number).to_string(), seed, args.until))
        .collect();
    let mut futures = futures.map_err(|bug| complain_of_bug(&bug))?;
    for future in futures.iter_mut().filter(|_| args.allow_ignored) {
        let report = &mut future.run.report;
        report.verdict.allow_ignored(&report.setup.ignored);
    }
    let again: Vec<Option<String>> = futures.iter().map(|future| again(args, &name, seed, future)).collect();
    let text = match args.format {
        ForkFormat::Json => format!("{:#}\n", machine::document(&past, &futures, &again)),
        ForkFormat::Human => {
            let lines = again.iter().enumerate().filter_map(|(n, again)| Some((letter(n), again.as_ref()?)));
            let again: String = lines.map(|(letter, again)| format!("  again {letter}   {again}\n")).collect();
            format!("{}\n{again}", print::futures(&past, &futures))
        }
    };
    let whole = futures.iter().all(|future| future.not_simulated().next().is_none());
    Ok((text, if whole { Exit::Ok } else { Exit::Inconclusive }))
}

/// The command that gives the same run from its start, where there is one.
fn again(args: &Args, name: &RunName, seed: u64, future: &Future) -> Option<String> {
    let again = Again {
        scenario: &name.scenario,
        seed: Some(seed),
        variant: args.variant.as_deref(),
        changes: &future.planned.scenario.changes,
        until: args.until,
        allow_ignored: args.allow_ignored,
    };
    future.planned.is_a_plain_run.then(|| format!("kafkasim run {}", again.arguments()))
}

fn error(message: &str, help: &str) -> Exit {
    complain(&format!("error: {message}\nhelp: {help}\n"));
    Exit::Usage
}

fn point(text: &str, scenario: &Scenario) -> Result<ForkPoint, Exit> {
    let text = text.trim();
    if text.starts_with(|c: char| c.is_ascii_digit() || c == '-') {
        return match parse_duration(text) {
            Ok(at) => Ok(ForkPoint::Time(at)),
            Err(problem) => Err(error(&format!("`--fork-at {text}`: {problem}"), "write `--fork-at 12s`")),
        };
    }
    match Breakpoint::parse(text, scenario) {
        Ok(breakpoint) => Ok(ForkPoint::When(breakpoint)),
        Err(NoBreakpoint::Condition(findings)) => {
            input::report(&findings);
            Err(Exit::Usage)
        }
        Err(NoBreakpoint::Neither { text, near }) => {
            let (message, help) = NoBreakpoint::neither(&text, near);
            Err(error(&format!("`--fork-at`: {message}"), &format!("{help}; or a time, such as `12s`")))
        }
    }
}

fn no_past(no: NoPast, typed: &str, until: Option<Nanos>) -> Exit {
    let cut = until.map_or("", |_| ", where --until cuts the run");
    match no {
        NoPast::Bug(bug) => complain_of_bug(&bug),
        NoPast::AfterTheEnd { over } => error(
            &format!("nothing happens any more at {typed}: workloads and faults are over at {over}{cut}"),
            &format!(
                "fork it before, such as `--fork-at {}`; `--set duration=...` makes it longer",
                exact(Nanos(over.0 / 2))
            ),
        ),
        NoPast::Never { end, late } => {
            let what = match late {
                Some(at) => format!("happens first at {at}, when faults are over (since {end}{cut})"),
                None => format!("does not happen in this run, which was over at {end}{cut}"),
            };
            error(
                &format!("`{typed}` {what}"),
                "another seed may show it; `kafkasim run` tells what happens in this one",
            );
            Exit::Inconclusive
        }
    }
}

fn refused(no: FutureRefused, text: &str, past: &Past) -> Exit {
    match no {
        FutureRefused::Findings(findings) => {
            input::report(&findings);
            Exit::Usage
        }
        FutureRefused::Empty => error(
            &format!("a fault is missing in `--with '{text}'`"),
            "write `--with 'crash: leader of orders-0'`, and a semicolon between two faults only",
        ),
        FutureRefused::Past(NoFuture::InThePast { fault, at }) => error(
            &format!("`{fault}` may strike at {at}, which is past when the run is forked at {}", past.clock()),
            &format!("leave its time out, which is at once, or write `at: {}` or later", exact(past.next_moment())),
        ),
        FutureRefused::Past(NoFuture::OtherProcesses) => input_needs_start(text),
    }
}

fn input_needs_start(text: &str) -> Exit {
    let diagnostic = Diagnostic::error(
        codes::BAD_OVERRIDE,
        format!("`{text}` is done by an administrator's tool: a process of its own, which is there from the start"),
    );
    let help = "give it its time, and compare whole runs: kafkasim diff SCENARIO --with 'at: 12s, ...'";
    input::report(&[diagnostic.with_help(help)]);
    Exit::Usage
}
