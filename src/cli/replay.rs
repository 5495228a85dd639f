//! `kafkasim replay`: a run again, held against what was written down of it.

use std::fs;
use std::io;
use std::ops::ControlFlow;

use serde_json::{Value, json};

use super::case::{MoreArgs, NamedBy, NamedCase, named};
use super::check::{self, History};
use super::history::same_file;
use super::input;
use super::output::{Output, complain, complain_of_bug};
use super::progress::{self, Progress};
use super::{Exit, interrupt};
use crate::explore::capsule;
use crate::explore::case::Case;
use crate::explore::recorded::{RecordedHistory, RecordedRun};
use crate::explore::replay::{DifferingStretch, Replay, Sameness};
use crate::explore::token::Token;
use crate::history::jsonl::{Imported, RunOrigin};
use crate::history::record::Kept;
use crate::report::Report;
use crate::report::compare::{Compared, compare};
use crate::run::figures::thousands;
use crate::run::unwatched;
use crate::scenario::diagnostic::printable;
use crate::scenario::{self, Override, ScenarioText};

/// Run again what a token or a capsule names, and compare. Exit code 0: the same, fact by fact; 1: it differs, as another
/// version or another scenario may; 70: it differs, and nothing has changed.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// A token, a capsule, or a run such as `leader-crash:7`, which is then run twice.
    #[arg(value_name = "TOKEN|CAPSULE|SCENARIO:SEED")]
    run: String,
    #[command(flatten)]
    more: MoreArgs,
    /// A history of the run, written with `run --history`: then the very fact is shown in which it differs.
    #[arg(long, value_name = "FILE")]
    history: Option<String>,
    /// Write the run, and what came of it now, to this file.
    #[arg(long, value_name = "FILE")]
    capsule: Option<String>,
    /// How to print.
    #[arg(long, value_enum, default_value_t = ReplayFormat::Human)]
    format: ReplayFormat,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, clap::ValueEnum)]
enum ReplayFormat {
    /// For people.
    Human,
    /// One document with everything.
    Json,
}

pub(super) fn run(args: &Args, out: &mut Output) -> io::Result<Exit> {
    let named = match named(&args.run, &args.more) {
        Ok(named) => named,
        Err(findings) => {
            input::report(&findings);
            return Ok(Exit::Usage);
        }
    };
    if named.by != NamedBy::Scenario && args.more.changes_anything() {
        complain(
            "error: what was written down is of the run as it was, and with a change it is another one\n\
             help: leave the change out; `kafkasim run` takes the run by its name, with changes\n",
        );
        return Ok(Exit::Usage);
    }
    let history = match args.history.as_deref().map(|file| written(file, &named)).transpose() {
        Ok(history) => history,
        Err(exit) => return Ok(exit),
    };
    interrupt::listen();
    let Some(now) = again(&named.case) else { return Ok(Exit::Interrupted) };
    let then = match (&named.recorded, &history) {
        (Some(recorded), _) => recorded.clone(),
        (None, Some(history)) => of_history(history, &now),
        (None, None) => match again(&named.case) {
            Some(twice) => twice,
            None => return Ok(Exit::Interrupted),
        },
    };
    let replay = Replay { then, now };
    if let Some(file) = &args.capsule
        && let Err(exit) = write_capsule(file, &named.case, &replay.now)
    {
        return Ok(exit);
    }
    let told = match tell(&named, &replay, history.as_deref()) {
        Ok(told) => told,
        Err(bug) => return Ok(complain_of_bug(&bug)),
    };
    out.print(&match args.format {
        ReplayFormat::Human => human(&named, &replay, &told),
        ReplayFormat::Json => format!("{:#}\n", json(&named, &replay, &told)),
    })?;
    Ok(match replay.sameness() {
        Sameness::Same => Exit::Ok,
        Sameness::Broken => Exit::Bug,
        Sameness::OtherVerdict | Sameness::OtherVersion | Sameness::OtherScenario => Exit::Broken,
    })
}

/// Runs it; none if it was interrupted.
fn again(case: &Case) -> Option<RecordedRun> {
    let mut progress = Progress::of_words();
    let recorded = RecordedRun::of(case, &mut |moment| {
        progress.tell(moment.events, |elapsed| progress::of_run(moment, elapsed));
        if interrupt::asked() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    progress.clear();
    recorded
}

/// Writes a run and what came of it to a file.
pub(super) fn write_capsule(file: &str, case: &Case, recorded: &RecordedRun) -> Result<(), Exit> {
    // A capsule may be written anew; a scenario is not to be lost.
    let is_capsule = || input::raw(file).is_ok_and(|source| capsule::is_meant(&source.text));
    if same_file(file, &case.typed) && !is_capsule() {
        complain(&format!(
            "error: `{}` is the scenario itself, and the capsule would overwrite it\nhelp: name another file\n",
            printable(file)
        ));
        return Err(Exit::Usage);
    }
    fs::write(file, capsule::write(case, recorded)).map_err(|error| {
        complain(&format!(
            "error: cannot write the capsule to `{}`: {error}\nhelp: name a file in a folder that exists and may be written\n",
            printable(file)
        ));
        Exit::Usage
    })
}

/// The history that was written down.
fn written(file: &str, named: &NamedCase) -> Result<Box<Imported>, Exit> {
    match check::load(file) {
        None => Err(Exit::Usage),
        Some(History::Exchange(_)) => {
            complain(&format!(
                "error: `{}` has only what clients and administrators saw, and a run is compared in every fact\n\
                 help: write it with `kafkasim run SCENARIO --history FILE` (--history-form facts, the default)\n",
                printable(file)
            ));
            Err(Exit::Usage)
        }
        Some(History::Facts(history)) if history.setup.seed != named.case.seed => {
            complain(&format!(
                "error: `{}` is the history of seed {}, and the run has seed {}\nhelp: name the history of this run, or leave it \
                 out\n",
                printable(file),
                history.setup.seed,
                named.case.seed
            ));
            Err(Exit::Usage)
        }
        Some(History::Facts(history)) => {
            let recorded = named.recorded.as_ref().and_then(|recorded| recorded.history.as_ref());
            if recorded.is_some_and(|recorded| recorded.digest != history.digest.value()) {
                complain(&format!(
                    "error: `{}` is the history of another run: its digest is {}\n\
                     help: name the one that was written when the run was recorded, or leave --history out\n",
                    printable(file),
                    history.digest
                ));
                return Err(Exit::Usage);
            }
            Ok(history)
        }
    }
}

/// What a history says of its run; of its verdict it says nothing.
fn of_history(history: &Imported, now: &RecordedRun) -> RecordedRun {
    let written = RecordedHistory { digest: history.digest.value(), marks: None };
    let version = history.source.strip_prefix("kafkasim ").unwrap_or(&history.source).to_owned();
    let text = history.origin.as_ref().and_then(|origin| text_digest(origin, history.setup.seed)).unwrap_or(now.text);
    RecordedRun { version, text, cause: None, history: Some(written), ..now.clone() }
}

/// The digest of what a history says that was run.
fn text_digest(origin: &RunOrigin, seed: u64) -> Option<u32> {
    let change = |(option, text): &(String, String)| match option.as_str() {
        "--set" => Override::new(text),
        _ => Override::fault(text),
    };
    let changes: Vec<Override> = origin.changes.iter().map(change).collect();
    let source = ScenarioText::new(&origin.name, &origin.text);
    let (scenario, _) = scenario::parse_variant(&source, origin.variant.as_deref(), &changes).ok()?;
    let case = Case { typed: origin.name.clone(), seed, scenario, until: None, allow_ignored: false, swarm: None };
    Some(case.text_digest())
}

/// What there is to tell of a difference.
struct Told {
    stretch: Option<DifferingStretch>,
    /// The comparison with a history that was written down.
    compared: Option<String>,
}

fn tell(named: &NamedCase, replay: &Replay, history: Option<&Imported>) -> Result<Told, crate::run::SimulatorBug> {
    let differs = replay.sameness() != Sameness::Same;
    let stretch = if differs { replay.stretch(&named.case)? } else { None };
    let compared = match history.filter(|_| differs) {
        None => None,
        Some(history) => {
            let scenario = history.origin.as_ref().and_then(check::expectations);
            let report = Report::recorded(history, scenario.as_ref());
            let then = Compared { name: "then".into(), report, entries: history.entries.clone() };
            let (report, kept, _) = Report::watched(&named.case.run(), |_| Kept::default(), &mut unwatched)?;
            compare(&then, &Compared { name: "now".into(), report, entries: kept.0 })
        }
    };
    Ok(Told { stretch, compared })
}

fn human(named: &NamedCase, replay: &Replay, told: &Told) -> String {
    let mut out = format!("kafkasim run {}\n\n", named.case.again().arguments());
    let twice = named.recorded.is_none() && told.compared.is_none();
    let (first, second) = if twice { ("first", "again") } else { ("recorded", "now") };
    for (word, recorded) in [(first, &replay.then), (second, &replay.now)] {
        out += &format!("  {word:<10}{}\n", line(recorded));
    }
    out += &format!("\n{}\n", sentence(replay));
    if let Some(stretch) = &told.stretch {
        out += &format!(
            "\n  The first {} facts are alike. The first one that differs is among the {} after them.\n",
            thousands(stretch.alike),
            thousands(stretch.among)
        );
        match &stretch.ends {
            Some([(from, first), (to, last)]) => {
                out +=
                    &format!("  Now these are, from first to last:\n    {from:>10}  {first}\n    {to:>10}  {last}\n");
            }
            None => out += "  Now the history is over by then.\n",
        }
    }
    match (&told.compared, replay.sameness()) {
        (Some(text), _) => out += &format!("\n{text}"),
        (None, Sameness::Same | Sameness::OtherVerdict) => {}
        (None, _) => out += "\n  --history FILE, with the history of then, shows the very fact.\n",
    }
    out += &match Token::of(&named.case, &replay.now) {
        Ok(token) => format!("\n  token     {token}\n"),
        Err(why) => format!("\n  no token: {why}; --capsule FILE writes the run to a file\n"),
    };
    out
}

fn line(recorded: &RecordedRun) -> String {
    let digest =
        recorded.history.as_ref().map_or("no history".into(), |history| format!("digest {:016x}", history.digest));
    let facts = recorded.history.as_ref().and_then(|history| history.marks.as_ref());
    let facts = facts.map_or(String::new(), |marks| format!("   {} facts", thousands(marks.facts)));
    let cause = recorded.cause.as_ref().map_or(String::new(), |cause| {
        let at = cause.at.map_or(String::new(), |at| format!(", at {at}"));
        format!("   {}: {}{at}", cause.name, cause.text)
    });
    format!("kafkasim {}   {digest}{facts}   {}{cause}", recorded.version, recorded.ending.word())
}

fn sentence(replay: &Replay) -> String {
    let (then, now) = (&replay.then, &replay.now);
    let version = if then.version == now.version {
        String::new()
    } else {
        format!(" Version {} has written it down, and this is {}.", then.version, now.version)
    };
    match replay.sameness() {
        Sameness::Same => format!("The same, fact by fact.{version}"),
        Sameness::OtherVerdict => {
            format!("The same, fact by fact, and another verdict: whoever judges has changed.{version}")
        }
        Sameness::OtherVersion if then.text != now.text => {
            format!("Another history.{version} The scenario says something else by now, too.")
        }
        Sameness::OtherVersion => format!("Another history.{version} Versions may differ."),
        Sameness::OtherScenario => {
            "Another history: the scenario says something else than it did when this was written down.".into()
        }
        Sameness::Broken => {
            "Another history of the same scenario by the same version. Either a build between two releases has \
                             written it down, or kafkasim has a bug: please report it with what was replayed."
                .into()
        }
    }
}

fn json(named: &NamedCase, replay: &Replay, told: &Told) -> Value {
    let recorded = |recorded: &RecordedRun| {
        json!({
            "kafkasim": recorded.version, "scenario": format!("{:08x}", recorded.text), "verdict": recorded.ending.word(),
            "digest": recorded.history.as_ref().map(|history| format!("{:016x}", history.digest)),
            "invariant": recorded.cause.as_ref().map(|cause| &cause.name),
            "found": recorded.cause.as_ref().map(|cause| &cause.text),
            "t_ns": recorded.cause.as_ref().and_then(|cause| cause.at),
        })
    };
    json!({
        "v": 1, "run": format!("kafkasim run {}", named.case.again().arguments()),
        "token": Token::of(&named.case, &replay.now).ok().map(|token| token.to_string()),
        "recorded": recorded(&replay.then), "now": recorded(&replay.now), "result": replay.sameness().word(),
        "first_difference": told.stretch.as_ref().map(|stretch| json!({
            "alike": stretch.alike, "among": stretch.among,
            "from_ns": stretch.ends.as_ref().map(|[(from, _), _]| from), "to_ns": stretch.ends.as_ref().map(|[_, (to, _)]| to),
        })),
        "compared": told.compared,
    })
}
