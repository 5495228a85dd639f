//! `kafkasim completions`: for the shell.

use std::io;

use clap::builder::PossibleValuesParser;
use clap::{Command, CommandFactory, ValueHint};
use clap_complete::Shell;

use super::output::Output;
use super::{Cli, Exit};
use crate::protocol::config;
use crate::scenario::embedded;

/// Print completions for a shell; they know the library's scenarios and Kafka's configs.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// Which shell.
    #[arg(value_enum)]
    shell: Shell,
}

pub(super) fn run(args: &Args, out: &mut Output) -> io::Result<Exit> {
    out.print(&script(args.shell))?;
    Ok(Exit::Ok)
}

fn script(shell: Shell) -> String {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut with_names(Cli::command()), "kafkasim", &mut text);
    let text = String::from_utf8_lossy(&text).into_owned();
    match shell {
        Shell::Zsh => files_too(&text),
        Shell::Fish => text + &names_too(),
        _ => text,
    }
}

/// The commands with the names that their arguments may have. Only completions are told: a name may always
/// be that of a file as well.
fn with_names(command: Command) -> Command {
    let scenarios: Vec<&'static str> = embedded::all().map(|(name, _)| name).collect();
    let configs = configs();
    command.mut_subcommands(|command| with_names_of(command, &scenarios, &configs))
}

fn configs() -> Vec<&'static str> {
    let mut configs: Vec<&'static str> = config::all().iter().map(|entry| entry.name).collect();
    configs.sort();
    configs.dedup();
    configs
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

/// What is generated for fish knows options only.
fn names_too() -> String {
    let scenarios: Vec<&str> = embedded::all().map(|(name, _)| name).collect();
    let line = |commands: &str, names: &[&str]| {
        format!("complete -c kafkasim -n \"__fish_seen_subcommand_from {commands}\" -a \"{}\"\n", names.join(" "))
    };
    line("run sweep lint show", &scenarios) + &line("config explain", &configs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shell_knows_scenarios_and_configs() {
        for shell in [Shell::Bash, Shell::Zsh, Shell::Fish] {
            let text = script(shell);
            assert!(text.contains("retry-duplicates") && text.contains("max.poll.interval.ms"), "{shell}");
        }
    }
}
