//! `kafkasim check`: judge a recorded history, of a run or of a real cluster.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;
use std::time::Duration;

use super::Exit;
use super::metrics::MetricsArgs;
use super::output::{Format, Output, complain};
use crate::check::exchange::judge;
use crate::check::jepsen::jepsen;
use crate::check::outcome::Outcome;
use crate::history::Observer;
use crate::history::exchange;
use crate::history::jsonl::{self, Imported, RunOrigin};
use crate::history::lines::{ImportError, Lines};
use crate::report::Report;
use crate::report::command_line::Again;
use crate::report::command_line::quote;
use crate::report::page::film::Film;
use crate::report::page::{self, Page};
use crate::report::{checked, junit, machine, why};
use crate::run::figures::thousands;
use crate::run::verdict::{Standing, describe, place};
use crate::scenario::{self, Override, Scenario, ScenarioText};

/// Judge a recorded history: one that `run --history` has written, or one of a real cluster.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// The file, or `-` for standard input.
    #[arg(value_name = "HISTORY.jsonl")]
    file: String,
    /// How to print the result.
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
    /// Name the first witnesses, and tell the life of the first records that were lost, doubled or disordered.
    #[arg(long)]
    why: bool,
    /// Judge a run although its scenario has settings without effect here; otherwise the result is
    /// inconclusive.
    #[arg(long)]
    allow_ignored: bool,
    #[command(flatten)]
    metrics: MetricsArgs,
}

/// A history in one of the two forms.
pub(super) enum History {
    /// Every fact.
    Facts(Box<Imported>),
    /// What clients did and an administrator saw.
    Exchange(Box<exchange::read::Recorded>),
}

/// Whether a file begins as a history does: one JSON object with a `format`.
pub(super) fn is_history(name: &str) -> bool {
    let mut start = Vec::new();
    let read = File::open(Path::new(name)).and_then(|file| file.take(256).read_to_end(&mut start));
    read.is_ok() && start.starts_with(b"{\"format\"")
}

/// Reads a history, in the form that its header names. `None`: what is wrong has been printed.
pub(super) fn load(file: &str) -> Option<History> {
    let read = if file == "-" {
        Ok(parse(io::stdin().lock()))
    } else if Path::new(file).is_dir() {
        Err(io::Error::new(io::ErrorKind::IsADirectory, "it is a directory"))
    } else {
        File::open(file).map(|opened| parse(BufReader::new(opened)))
    };
    match read {
        Ok(Ok(history)) => Some(history),
        Ok(Err(error)) => {
            let column = if error.column > 0 { format!(":{}", error.column) } else { String::new() };
            let name = if file == "-" { "<stdin>" } else { file };
            let ImportError { line, message, help, .. } = error;
            complain(&format!("error[KS050]: {message}\n  --> {name}:{line}{column}\nhelp: {help}\n"));
            None
        }
        Err(error) => {
            complain(&format!(
                "error: cannot read `{file}`: {error}\nhelp: name a file that `kafkasim run SCENARIO --history FILE` has \
                 written or a recorder beside a real cluster, or `-` for standard input\n"
            ));
            None
        }
    }
}

fn parse(source: impl BufRead) -> Result<History, ImportError> {
    let mut lines = Lines::new(source);
    let Some(first) = lines.next_line()? else {
        return Err(ImportError::new(1, 0, "the file is empty", "a history begins with a header"));
    };
    let form = serde_json::from_str::<serde_json::Value>(&first).ok();
    let form = form.as_ref().and_then(|header| header.get("format")?.as_str());
    if form == Some(exchange::FORMAT) {
        Ok(History::Exchange(Box::new(exchange::read::read_after(&first, lines)?)))
    } else {
        Ok(History::Facts(Box::new(jsonl::import_after(&first, lines)?)))
    }
}

pub(super) fn run(args: &Args, out: &mut Output) -> io::Result<Exit> {
    if args.format != Format::Openmetrics && args.metrics.in_vain() {
        return Ok(Exit::Usage);
    }
    match load(&args.file) {
        None => Ok(Exit::Usage),
        Some(History::Facts(history)) => facts(args, &history, out),
        Some(History::Exchange(history)) => operations(args, &history, out),
    }
}

fn operations(args: &Args, history: &exchange::read::Recorded, out: &mut Output) -> io::Result<Exit> {
    if matches!(args.format, Format::Html | Format::Openmetrics) {
        complain(
            "error: there is no page of a history that has only what clients and administrators saw, and no metrics\n\
             help: --format human and --format json say what it shows; a page and metrics are made of all facts of a run\n",
        );
        return Ok(Exit::Usage);
    }
    let judgement = judge(history);
    out.print(&match args.format {
        Format::Human => checked::human(history, &judgement, args.why),
        Format::Json => format!("{:#}\n", checked::json(history, &judgement)),
        Format::Junit => checked::junit(history, &judgement),
        Format::Github => checked::github(history, &judgement),
        Format::Html | Format::Openmetrics => unreachable!("refused above"),
    })?;
    Ok(match checked::word(&judgement) {
        "broken" => Exit::Broken,
        "met" => Exit::Ok,
        _ => Exit::Inconclusive,
    })
}

fn facts(args: &Args, history: &Imported, out: &mut Output) -> io::Result<Exit> {
    let origin = history.origin.as_ref();
    let scenario = origin.and_then(expectations);
    let mut report = Report::recorded(history, scenario.as_ref());
    if args.allow_ignored {
        report.verdict.allow_ignored(&report.setup.ignored);
    }
    let story = args.why.then(|| why::recall(&report, &history.entries));
    let text = |width| human(&report, origin, story.as_ref().map(|story| story.brief(width)));
    out.print(&match args.format {
        Format::Human => text(out.width()),
        Format::Json => format!("{:#}\n", machine::json(&report, story.as_ref(), None)),
        // Judging takes no time worth telling; how long the run took nobody wrote down.
        Format::Junit => junit::junit(&report, Duration::ZERO, &text(100)),
        Format::Github => machine::github(&report),
        Format::Html => paged(args, &report, history),
        Format::Openmetrics => args.metrics.recorded(history),
    })?;
    let exercised = report.judgement.findings.iter().any(|f| matches!(f.outcome, Outcome::Holds { .. }));
    Ok(match report.verdict.standing() {
        Standing::Broken => Exit::Broken,
        Standing::Met if exercised => Exit::Ok,
        _ => Exit::Inconclusive,
    })
}

/// The history as a page.
fn paged(args: &Args, report: &Report, history: &Imported) -> String {
    let mut film = Film::new(report.setup.clone());
    history.entries.iter().for_each(|entry| film.observe(entry));
    let scenes = page::scene::of_history(report, &film, history.entries.iter());
    let command = format!("kafkasim check {} --format html", quote(&args.file));
    page::page(&Page { report, film: &film, scenes: &scenes, command: &command, explain: None })
}

/// The scenario that the history carries. A newer program may have written it in words that are not known
/// here: then there is nothing to hold the facts against.
pub(super) fn expectations(origin: &RunOrigin) -> Option<Scenario> {
    let change = |(option, text): &(String, String)| match option.as_str() {
        "--with" => Override::fault(text),
        _ => Override::new(text),
    };
    let changes: Vec<Override> = origin.changes.iter().map(change).collect();
    let source = ScenarioText::new(&origin.name, &origin.text);
    match scenario::parse_variant(&source, origin.variant.as_deref(), &changes) {
        Ok((scenario, _)) => Some(scenario),
        Err(_) => {
            complain("warning: the history's scenario cannot be read here; only its invariants are judged\n");
            None
        }
    }
}

fn human(report: &Report, origin: Option<&RunOrigin>, why: Option<String>) -> String {
    let (setup, judgement) = (&report.setup, &report.judgement);
    let place = place(setup);
    let mut out = format!(
        "{}   seed {}   {} facts   digest {}\n\n",
        setup.scenario,
        setup.seed,
        thousands(report.digest.facts()),
        report.digest
    );
    let l = &judgement.ledger;
    let n = thousands;
    out += &format!(
        "  {:<18}sent {}   acked {}   failed {}   pending {}   in the log {}\n",
        "delivery ledger",
        n(l.sent),
        n(l.acked),
        n(l.failed),
        n(l.pending),
        n(l.in_the_log)
    );
    out += &format!(
        "  {:<18}lost after ack {} of {} acknowledged   lost unacked {}   duplicated {}   out of order {}\n\n",
        "",
        n(l.lost_after_ack),
        n(l.acked),
        n(l.lost_unacked),
        n(l.duplicated),
        n(l.out_of_order)
    );
    for item in &report.verdict.items {
        let mark = match item.standing {
            Standing::Met => "ok  ",
            Standing::Broken => "FAIL",
            Standing::Inconclusive => "?   ",
        };
        let expected = item.expected.as_deref().map_or(String::new(), |e| format!(" (expected: {e})"));
        out += &format!("  {mark}  expect {:<26}{}{expected}\n", item.name, item.found);
    }
    if !report.verdict.items.is_empty() {
        out.push('\n');
    }
    for finding in &judgement.findings {
        let mark = finding.outcome.mark();
        let invariant = &finding.invariant;
        // Jepsen's name for what is broken, beside ours.
        let broken = matches!(finding.outcome, Outcome::Violated { .. });
        let also = jepsen(invariant.id).filter(|_| broken).map_or(String::new(), |name| format!(" [Jepsen: {name}]"));
        out += &format!("  {mark}  {:<3} {:<26}{}{also}\n", invariant.code, invariant.id, describe(finding, &place));
    }
    for unsimulated in &report.verdict.unsimulated {
        out += &format!("  ?     not simulated: {}\n", unsimulated.text);
    }
    if let Some(story) = why {
        out.push('\n');
        out += &story;
    }
    if let Some(origin) = origin {
        let again = Again {
            scenario: &origin.name,
            seed: Some(report.setup.seed),
            variant: origin.variant.as_deref(),
            changes: &report.changes,
            allow_ignored: false,
            until: origin.until,
        };
        out += &format!("\n  again   kafkasim run {}\n", again.arguments());
    }
    out
}
