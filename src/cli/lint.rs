//! `kafkasim lint`: what is wrong with scenario files, without running them.

use std::io;

use super::input::ChangeArgs;
use super::output::Output;
use super::{Exit, input};
use crate::report::machine::data;
use crate::scenario;
use crate::scenario::diagnostic::{Diagnostic, Severity, render_all, to_json};

/// Check scenario files without running them, all their variants included.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// Files, or names of scenarios of the library; `-` is standard input.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<String>,
    #[command(flatten)]
    changes: ChangeArgs,
    /// How to print.
    #[arg(long, value_enum, default_value_t = LintFormat::Human)]
    format: LintFormat,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, clap::ValueEnum)]
enum LintFormat {
    /// For people.
    Human,
    /// For programs: one array.
    Json,
    /// GitHub workflow annotations: findings appear at their lines.
    Github,
}

pub(super) fn run(args: &Args, out: &mut Output) -> io::Result<Exit> {
    let findings: Vec<Diagnostic> = args.files.iter().flat_map(|file| check(file, &args.changes)).collect();
    let errors = findings.iter().filter(|d| d.severity == Severity::Error).count();
    match args.format {
        LintFormat::Json => out.print(&(to_json(&findings) + "\n"))?,
        LintFormat::Github => findings.iter().try_for_each(|finding| out.print(&annotation(finding)))?,
        LintFormat::Human => {
            out.print(&render_all(&findings, out.colour()))?;
            out.print(&summary(args.files.len(), errors, findings.len() - errors, !findings.is_empty()))?;
        }
    }
    Ok(if errors > 0 { Exit::Usage } else { Exit::Ok })
}

fn check(file: &str, changes: &ChangeArgs) -> Vec<Diagnostic> {
    let source = match input::scenario(file) {
        Ok(source) => source,
        Err(findings) => return findings,
    };
    let overrides = changes.overrides();
    match changes.variant.as_deref() {
        None => scenario::lint(&source, &overrides),
        variant => scenario::parse_variant(&source, variant, &overrides)
            .map_or_else(|findings| findings, |(_, warnings)| warnings),
    }
}

/// A finding as a GitHub workflow command.
fn annotation(finding: &Diagnostic) -> String {
    let level = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    let place = finding.place.as_ref().map_or(String::new(), |place| {
        let end = place.column + place.length;
        format!("file={},line={},col={},endColumn={end},", data(&place.file, true), place.line, place.column)
    });
    let help = finding.help.as_ref().map_or(String::new(), |help| format!(" ({help})"));
    format!("::{level} {place}title={}::{}\n", finding.code, data(&format!("{}{help}", finding.message), false))
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
