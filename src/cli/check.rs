//! `kafkasim check`: judge a recorded history again.

use std::fs;
use std::io::{self, Read};
use std::rc::Rc;

use super::Exit;
use super::output::{Output, complain};
use crate::check::outcome::Outcome;
use crate::check::{Judge, Judgement};
use crate::history::Observer;
use crate::history::jsonl::import;
use crate::history::setup::Setup;
use crate::report::run::place;
use crate::report::verdict::{describe, thousands};

/// Judge a history that `run --history` has written.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// The file, or `-` for standard input.
    #[arg(value_name = "HISTORY.jsonl")]
    file: String,
    /// Judge it although its scenario has settings without effect here; otherwise the result is
    /// inconclusive.
    #[arg(long)]
    allow_ignored: bool,
}

/// Whether nothing is missing but settings that have no effect here.
fn only_settings(setup: &Setup, judgement: &Judgement) -> bool {
    judgement.unsimulated.len() == setup.ignored.len()
}

fn read(file: &str) -> io::Result<Vec<u8>> {
    if file != "-" {
        return fs::read(file);
    }
    let mut bytes = Vec::new();
    io::stdin().lock().read_to_end(&mut bytes)?;
    Ok(bytes)
}

pub(super) fn run(args: &Args, out: &mut Output) -> io::Result<Exit> {
    let bytes = match read(&args.file) {
        Ok(bytes) => bytes,
        Err(error) => {
            complain(&format!(
                "error: cannot read `{}`: {error}\nhelp: name a file that `kafkasim run SCENARIO --history FILE` has \
                 written, or `-` for standard input\n",
                args.file
            ));
            return Ok(Exit::Usage);
        }
    };
    // What is not UTF-8 becomes a replacement character, and the line that holds it no fact.
    let text = String::from_utf8_lossy(&bytes);
    let history = match import(&text) {
        Ok(history) => history,
        Err(error) => {
            let column = if error.column > 0 { format!(":{}", error.column) } else { String::new() };
            complain(&format!(
                "error[KS050]: {}\n  --> {}:{}{column}\nhelp: {}\n",
                error.message, args.file, error.line, error.help
            ));
            return Ok(Exit::Usage);
        }
    };
    let setup = Rc::new(history.setup);
    let mut judge = Judge::new(setup.clone());
    history.entries.iter().for_each(|entry| judge.observe(entry));
    let judgement = judge.finish();
    let place = place(&setup);
    out.print(&format!(
        "{}   seed {}   {} facts   digest {}\n\n",
        setup.scenario,
        setup.seed,
        thousands(history.digest.facts()),
        history.digest
    ))?;
    for finding in &judgement.findings {
        let mark = match finding.outcome {
            Outcome::Holds { .. } => "ok  ",
            Outcome::Violated { .. } => "FAIL",
            Outcome::NotPromised { .. } => "--  ",
            Outcome::NotExercised { .. } => "    ",
        };
        out.print(&format!(
            "  {mark}  {:<3} {:<26}{}\n",
            finding.invariant.code,
            finding.invariant.id,
            describe(finding, &place)
        ))?;
    }
    for text in &judgement.unsimulated {
        out.print(&format!("  ?     not simulated: {text}\n"))?;
    }
    let violated = judgement.findings.iter().any(|f| matches!(f.outcome, Outcome::Violated { .. }));
    let exercised = judgement.findings.iter().any(|f| matches!(f.outcome, Outcome::Holds { .. }));
    let exercised =
        exercised && (judgement.unsimulated.is_empty() || args.allow_ignored && only_settings(&setup, &judgement));
    Ok(match (violated, exercised) {
        (true, _) => Exit::Broken,
        (false, true) => Exit::Ok,
        (false, false) => Exit::Inconclusive,
    })
}
