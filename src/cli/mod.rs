//! The command line: one file per command. A command parses, calls the library, and prints.
//!
//! Results go to stdout, progress and warnings to stderr. Nothing here decides anything about Kafka.

mod again;
mod check;
mod claim;
mod completions;
mod config;
mod diff;
mod explain;
mod history;
pub mod input;
mod interrupt;
mod learn;
mod lint;
mod list;
mod new;
pub mod output;
mod pictures;
mod progress;
mod run;
mod schema;
mod school;
mod show;
mod sweep;

use std::io;
use std::process::ExitCode;

use clap::error::{ContextKind, ContextValue};
use clap::{CommandFactory, Parser, Subcommand};

use crate::scenario::diagnostic::printable;
use crate::scenario::embedded;
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
    Learn(learn::Args),
    Claim(claim::Args),
    List(list::Args),
    Lint(lint::Args),
    Show(show::Args),
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
    let cli = Cli::try_parse().unwrap_or_else(|error| suggest(error).exit());
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

/// Adds what was perhaps meant to an unknown command: a command with a slip in it, or a scenario without `run`.
fn suggest(mut error: clap::Error) -> clap::Error {
    let Some(ContextValue::String(word)) = error.get(ContextKind::InvalidSubcommand) else { return error };
    if embedded::find(word).is_some() || word.ends_with(".yaml") {
        let tip = format!("to run it: kafkasim run {}", printable(word)).into();
        error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![tip]));
        return error;
    }
    let command = Cli::command();
    let names = command.get_subcommands().map(|command| command.get_name().to_owned());
    let near = names.map(|name| (strsim::damerau_levenshtein(&name, word), name)).min();
    if let Some((_, near)) = near.filter(|(distance, _)| *distance <= 2 && *distance < word.chars().count()) {
        error.insert(ContextKind::SuggestedSubcommand, ContextValue::Strings(vec![near]));
    }
    error
}

fn dispatch(cli: Cli, out: &mut Output) -> io::Result<Exit> {
    match cli.command {
        None => welcome(out),
        Some(Command::Run(args)) => run::run(&args, out),
        Some(Command::Sweep(args)) => sweep::run(&args, out),
        Some(Command::Show(args)) => show::run(&args, out),
        Some(Command::Check(args)) => check::run(&args, out),
        Some(Command::Diff(args)) => diff::run(&args, out),
        Some(Command::Learn(args)) => learn::run(&args, out),
        Some(Command::Claim(args)) => claim::run(&args, out),
        Some(Command::List(args)) => list::run(&args, out),
        Some(Command::Lint(args)) => lint::run(&args, out),
        Some(Command::Config(args)) => config::run(&args, out),
        Some(Command::Explain(args)) => explain::run(&args, out),
        Some(Command::Schema(args)) => schema::run(&args, out),
        Some(Command::New(args)) => new::run(&args, out),
        Some(Command::Completions(args)) => completions::run(&args, out),
    }
}

/// What a bare `kafkasim` says.
fn welcome(out: &mut Output) -> io::Result<Exit> {
    out.print(
        "kafkasim simulates Apache Kafka: the same scenario and seed give the same history, always.\n\n\
         \x20 kafkasim run leader-crash      a leader dies; see what happens to acknowledged records\n\
         \x20 kafkasim list                  the scenarios in the library\n\
         \x20 kafkasim new my-scenario       a commented scenario to start from\n\
         \x20 kafkasim config acks           what a Kafka config does here\n\
         \x20 kafkasim --help                everything else\n",
    )?;
    Ok(Exit::Ok)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_tree_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn a_slip_is_understood() {
        let said = |args: &[&str]| suggest(Cli::try_parse_from(args).expect_err("a slip")).to_string();
        assert!(said(&["kafkasim", "rnu", "leader-crash"]).contains("'run'"), "{}", said(&["kafkasim", "rnu"]));
        assert!(said(&["kafkasim", "lnt"]).contains("'lint'"));
        assert!(said(&["kafkasim", "leader-crash"]).contains("kafkasim run leader-crash"));
        assert!(!said(&["kafkasim", "zzzzzz"]).contains("similar"));
    }
}
