//! `kafkasim completions`: for the shell.

use std::io;

use clap::builder::PossibleValuesParser;
use clap::{Command, CommandFactory, ValueHint};

use super::output::Output;
use super::{Cli, Exit};
use crate::protocol::config;
use crate::scenario::embedded;

/// Print completions for a shell; they know the library's scenarios and Kafka's configs.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// Which shell.
    #[arg(value_enum)]
    shell: clap_complete::Shell,
}

pub(super) fn run(args: &Args, out: &mut Output) -> io::Result<Exit> {
    let mut text = Vec::new();
    clap_complete::generate(args.shell, &mut with_names(Cli::command()), "kafkasim", &mut text);
    let text = String::from_utf8_lossy(&text);
    out.print(&if args.shell == clap_complete::Shell::Zsh { files_too(&text) } else { text.into_owned() })?;
    Ok(Exit::Ok)
}

/// The commands with the names that their arguments may have. Only completions are told: a name may always
/// be that of a file as well.
fn with_names(command: Command) -> Command {
    let scenarios: Vec<&'static str> = embedded::all().map(|(name, _)| name).collect();
    let mut configs: Vec<&'static str> = config::all().iter().map(|entry| entry.name).collect();
    configs.sort();
    configs.dedup();
    command.mut_subcommands(|command| with_names_of(command, &scenarios, &configs))
}

fn with_names_of(command: Command, scenarios: &[&'static str], configs: &[&'static str]) -> Command {
    let configs_here = matches!(command.get_name(), "config" | "explain");
    let command = command.mut_args(|arg| match arg.get_id().as_str() {
        "scenario" | "run" | "files" | "from" => {
            arg.value_parser(PossibleValuesParser::new(scenarios.to_vec())).value_hint(ValueHint::FilePath)
        }
        "name" | "word" if configs_here => arg.value_parser(PossibleValuesParser::new(configs.to_vec())),
        _ => arg,
    });
    command.mut_subcommands(|below| with_names_of(below, scenarios, configs))
}

/// zsh takes a list of values to be all there is. Where scenarios are listed, a file may stand as well.
fn files_too(text: &str) -> String {
    let names: Vec<&str> = embedded::all().map(|(name, _)| name).collect();
    let list = format!("({})", names.join(" "));
    text.replace(&format!(":{list}"), &format!(":{{_alternative \"scenarios:scenario:{list}\" \"files:file:_files\"}}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shell_knows_scenarios_and_configs() {
        for shell in [clap_complete::Shell::Bash, clap_complete::Shell::Zsh, clap_complete::Shell::Fish] {
            let mut text = Vec::new();
            clap_complete::generate(shell, &mut with_names(Cli::command()), "kafkasim", &mut text);
            let text = String::from_utf8(text).expect("text");
            assert!(text.contains("retry-duplicates") && text.contains("max.poll.interval.ms"), "{shell}");
        }
    }
}
