//! `kafkasim lint`: what is wrong with scenario files, without running them.

use std::io;

use super::output::Output;
use super::{Exit, input};
use crate::scenario::diagnostic::{Diagnostic, Severity, render_all, to_json};
use crate::scenario::{self, Override};

/// Check scenario files without running them.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// Files, or names of scenarios of the library; `-` is standard input.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<String>,
    /// Change a value first, as `run` would: `producers.*.config.acks=1`.
    #[arg(long = "set", value_name = "PATH=VALUE")]
    set: Vec<String>,
    /// How to print.
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, clap::ValueEnum)]
enum Format {
    /// For people.
    Human,
    /// For programs: one array.
    Json,
}

pub(super) fn run(args: &Args, out: &mut Output) -> io::Result<Exit> {
    let overrides: Vec<Override> = args.set.iter().map(Override::new).collect();
    let findings: Vec<Diagnostic> = args.files.iter().flat_map(|file| check(file, &overrides)).collect();
    let errors = findings.iter().filter(|d| d.severity == Severity::Error).count();
    match args.format {
        Format::Json => out.print(&(to_json(&findings) + "\n"))?,
        Format::Human => {
            out.print(&render_all(&findings, out.colour()))?;
            out.print(&summary(args.files.len(), errors, findings.len() - errors, !findings.is_empty()))?;
        }
    }
    Ok(if errors > 0 { Exit::Usage } else { Exit::Ok })
}

fn check(file: &str, overrides: &[Override]) -> Vec<Diagnostic> {
    match input::scenario(file) {
        Ok(source) => scenario::parse(&source, overrides).map_or_else(|findings| findings, |(_, warnings)| warnings),
        Err(diagnostic) => vec![diagnostic],
    }
}

fn summary(files: usize, errors: usize, warnings: usize, after_findings: bool) -> String {
    let count = |n: usize, what: &str| format!("{n} {what}{}", if n == 1 { "" } else { "s" });
    let verdict = match (errors, warnings) {
        (0, 0) => "no findings".to_owned(),
        (errors, 0) => count(errors, "error"),
        (0, warnings) => count(warnings, "warning"),
        (errors, warnings) => format!("{}, {}", count(errors, "error"), count(warnings, "warning")),
    };
    format!("{}{}: {verdict}\n", if after_findings { "\n" } else { "" }, count(files, "file"))
}
