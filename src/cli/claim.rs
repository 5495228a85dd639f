//! `kafkasim claim`: a statement about Kafka, the experiment, the verdict.

use std::io;

use super::output::{Output, complain, wrap};
use super::{Exit, school};
use crate::scenario::diagnostic::printable;
use crate::school::library::{Availability, Claim, Library};
use crate::school::print;

/// Put a statement about Kafka on trial: run the experiment, and say what is true of it.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// A claim, such as `C077`, or words to look for, such as `exactly-once`. Without one, all are listed.
    #[arg(value_name = "CLAIM|WORD")]
    word: Vec<String>,
}

pub(super) fn run(args: &Args, out: &mut Output) -> io::Result<Exit> {
    let library = match school::library() {
        Ok(library) => library,
        Err(exit) => return Ok(exit),
    };
    let word = args.word.join(" ");
    if let Some(claim) = library.claim(&word) {
        return on_trial(&library, claim, out);
    }
    let found: Vec<&Claim> = library.claims.iter().filter(|claim| word.is_empty() || mentions(claim, &word)).collect();
    match found.as_slice() {
        [] => {
            complain(&unknown(&library, &word));
            Ok(Exit::Usage)
        }
        [claim] if !word.is_empty() => on_trial(&library, claim, out),
        several => {
            list(several, out)?;
            Ok(Exit::Ok)
        }
    }
}

fn mentions(claim: &Claim, word: &str) -> bool {
    let word = word.to_lowercase();
    let texts = [Some(&claim.says), claim.correction.as_ref(), Some(&claim.topic)];
    texts.into_iter().flatten().any(|text| text.to_lowercase().contains(&word))
}

fn on_trial(library: &Library, claim: &Claim, out: &mut Output) -> io::Result<Exit> {
    let width = out.width();
    let Some(exercise) = claim.exercise() else {
        out.print(&print::claim(claim, None, width))?;
        return Ok(if matches!(claim.body, Availability::Locked(_)) { Exit::Nothing } else { Exit::Ok });
    };
    let session = match school::run(library, &claim.id, exercise) {
        Ok(session) => session,
        Err(exit) => return Ok(exit),
    };
    out.print(&print::claim(claim, Some(session.trial()), width))?;
    Ok(if session.trial().shows_all() { Exit::Ok } else { Exit::Broken })
}

fn list(claims: &[&Claim], out: &mut Output) -> io::Result<()> {
    let mut topic = "";
    let (mut runs, mut locked) = (0, 0);
    for claim in claims {
        if claim.topic != topic {
            topic = &claim.topic;
            out.print(&format!("{}{topic}\n", if runs + locked > 0 { "\n" } else { "" }))?;
        }
        let mark = match &claim.body {
            Availability::Open(_) => "",
            Availability::Locked(_) => "  (locked)",
            Availability::TextOnly(_) => "  (text only)",
        };
        match &claim.body {
            Availability::Locked(_) => locked += 1,
            Availability::Open(_) | Availability::TextOnly(_) => runs += 1,
        }
        for (i, line) in wrap(&format!("{}{mark}", claim.says), out.width().saturating_sub(8)).iter().enumerate() {
            out.print(&format!("  {:<6}{line}\n", if i == 0 { claim.id.as_str() } else { "" }))?;
        }
    }
    let of_locked =
        if locked > 0 { format!("; {locked} are locked until the model has what they need") } else { String::new() };
    out.print(&format!("\n{runs} claims can be tried{of_locked}: kafkasim claim {}\n", claims[0].id))
}

fn unknown(library: &Library, word: &str) -> String {
    let near = library.suggest(word, 'C');
    let help = near.map_or_else(|| "`kafkasim claim` lists all".to_owned(), |near| format!("did you mean `{near}`?"));
    format!("error: no claim is called `{0}`, and none mentions it\nhelp: {help}\n", printable(word))
}
