//! The command line: one file per command. A command parses, calls the library, and prints.
//!
//! Results go to stdout, progress and warnings to stderr. Nothing here decides anything about Kafka.

mod case;
mod check;
mod choose;
mod claim;
mod compare;
mod completions;
mod config;
mod diff;
mod explain;
mod fork;
mod history;
pub mod input;
mod interrupt;
mod interview;
mod learn;
mod lint;
mod list;
mod merge;
mod metrics;
mod new;
pub mod output;
mod pictures;
mod progress;
mod remedies;
mod replay;
mod run;
mod schema;
mod school;
mod show;
mod shrink;
mod step;
mod swarm_args;
mod sweep;
pub mod terminal;
mod trace;

use std::ffi::OsString;
use std::io;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use output::Output;

/// How a command ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Exit {
    /// As expected.
    Ok = 0,
    /// An expectation broke.
    Broken = 1,
    /// Bad usage or input.
    Usage = 2,
    /// Nothing was exercised, a `sometimes` never happened, or something was not simulated.
    Inconclusive = 3,
    /// Nothing was selected.
    Nothing = 4,
    /// A bug of the simulator.
    Bug = 70,
    /// Interrupted.
    Interrupted = 130,
}

/// A deterministic, seeded simulator of Apache Kafka.
#[derive(Parser, Debug)]
#[command(name = "kafkasim", version, about, long_about = None, arg_required_else_help = false)]
#[command(
    after_help = "Exit codes: 0 as expected, 1 an expectation broke, 2 bad usage or input, 3 inconclusive, 4 nothing selected, 70 a bug of the simulator, 130 interrupted."
)]
pub struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand, Debug)]
enum Command {
    Run(run::Args),
    Sweep(sweep::Args),
    Replay(replay::Args),
    Shrink(shrink::Args),
    Merge(merge::Args),
    Compare(compare::Args),
    Fork(fork::Args),
    Learn(learn::Args),
    Claim(claim::Args),
    Interview(interview::Args),
    List(list::Args),
    Lint(lint::Args),
    Show(show::Args),
    Trace(trace::Args),
    Step(step::Args),
    Check(check::Args),
    Diff(diff::Args),
    Config(config::Args),
    Explain(explain::Args),
    Schema(schema::Args),
    New(new::Args),
    Completions(completions::Args),
}

/// Runs the command that the process was called with.
pub fn main() -> ExitCode {
    let cli = Cli::try_parse().unwrap_or_else(|error| refuse(&error));
    let mut out = Output::stdout();
    let result = dispatch(cli, &mut out).and_then(|exit| out.flush().map(|()| exit));
    match result {
        Ok(exit) => ExitCode::from(exit as u8),
        // `kafkasim list | head -1`: the reader has what it wanted.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            output::complain(&format!("error: cannot write: {error}\n"));
            ExitCode::from(Exit::Usage as u8)
        }
    }
}

/// Says what is wrong with a command line, and what to do about it; or what was asked for: help, the version.
fn refuse(error: &clap::Error) -> ! {
    if !error.use_stderr() {
        error.exit();
    }
    let words: Vec<OsString> = std::env::args_os().skip(1).collect();
    output::complain(&remedies::said(error, &words));
    std::process::exit(Exit::Usage as i32)
}

fn dispatch(cli: Cli, out: &mut Output) -> io::Result<Exit> {
    match cli.command {
        None => welcome(out),
        Some(Command::Run(args)) => run::run(&args, out),
        Some(Command::Sweep(args)) => sweep::run(&args, out),
        Some(Command::Replay(args)) => replay::run(&args, out),
        Some(Command::Shrink(args)) => shrink::run(&args, out),
        Some(Command::Merge(args)) => merge::run(&args, out),
        Some(Command::Compare(args)) => compare::run(&args, out),
        Some(Command::Fork(args)) => fork::run(&args, out),
        Some(Command::Show(args)) => show::run(&args, out),
        Some(Command::Trace(args)) => trace::run(&args, out),
        Some(Command::Step(args)) => step::run(&args, out),
        Some(Command::Check(args)) => check::run(&args, out),
        Some(Command::Diff(args)) => diff::run(&args, out),
        Some(Command::Learn(args)) => learn::run(&args, out),
        Some(Command::Claim(args)) => claim::run(&args, out),
        Some(Command::Interview(args)) => interview::run(&args, out),
        Some(Command::List(args)) => list::run(&args, out),
        Some(Command::Lint(args)) => lint::run(&args, out),
        Some(Command::Config(args)) => config::run(&args, out),
        Some(Command::Explain(args)) => explain::run(&args, out),
        Some(Command::Schema(args)) => schema::run(&args, out),
        Some(Command::New(args)) => new::run(&args, out),
        Some(Command::Completions(args)) => completions::run(&args, out),
    }
}

/// What a bare `kafkasim` says: one thing to each of those who come.
fn welcome(out: &mut Output) -> io::Result<Exit> {
    out.print(
        "kafkasim simulates Apache Kafka: the same scenario and seed give the same history, always.\n\n\
         \x20 to learn Kafka            kafkasim learn\n\
         \x20                           a question, your prediction, the run, and why it came so\n\
         \x20 to verify an argument     kafkasim sweep leader-crash --seeds 1..100\n\
         \x20                           does acks=all lose a record when a leader dies? A hundred seeds answer\n\
         \x20 to reproduce a failure    kafkasim run acks1-leader-crash:1\n\
         \x20                           a seed is a failure that everybody can see again\n\
         \x20 to prepare an interview   kafkasim interview\n\
         \x20                           questions whose answers are computed by runs\n\n\
         `kafkasim list` has the scenarios, `kafkasim --help` everything else.\n",
    )?;
    Ok(Exit::Ok)
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_tree_is_sound() {
        Cli::command().debug_assert();
    }
}
