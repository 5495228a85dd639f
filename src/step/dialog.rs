//! The debugger without a terminal: a line in, a text out.

use super::command::Refusal;
use super::screen::{Screen, ToldLine};
use super::session::{Debugger, Reply};
use super::{help, picture, view};
use crate::run::figures::thousands;

/// Says what goes behind a reply, such as the command that gives the run as it is now.
pub type Footnote<'f> = &'f dyn Fn(&Debugger) -> String;

/// What comes of a line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Spoken {
    /// Something to print.
    Text(String),
    /// It cannot be done.
    Refused(Refusal),
    /// It is over.
    Over,
}

/// Does what a line says. An empty one, or one that begins with `#`, says nothing.
pub fn answer(session: &mut Debugger, line: &str, width: u16, footnote: Footnote<'_>) -> Spoken {
    let line = line.trim();
    if line.is_empty() || line.starts_with('#') {
        return Spoken::Text(String::new());
    }
    Spoken::Text(match session.say(line) {
        Ok(Reply::Quit) => return Spoken::Over,
        Err(refusal) => return Spoken::Refused(refusal),
        Ok(Reply::Show) => state(session, width),
        Ok(Reply::Help) => format!("{}\n\n{}\n", help::commands().join("\n"), help::lines(help::LEGEND).join("\n")),
        Ok(Reply::Said(text)) => text + "\n",
        Ok(Reply::Moved(text)) => moved(session, &text),
        Ok(Reply::Changed(text)) => format!("{text}\n{}\n{}", footnote(session), moved(session, "")),
    })
}

/// All that is to be seen.
pub fn state(session: &Debugger, width: u16) -> String {
    picture::text(&view::whole(&Screen::of(session), width))
}

/// Where it stands, and what its last event told.
fn moved(session: &Debugger, why: &str) -> String {
    let screen = Screen::of(session);
    let mut text = String::new();
    if !why.is_empty() {
        text += &format!("{why}\n");
    }
    text += &format!("at {}, event {}\n", screen.clock, thousands(screen.event));
    let line = |line: &ToldLine| format!("  {:>10}  {:<17}{}\n", line.at.to_string(), line.who, line.what);
    text.extend(screen.told.iter().filter(|told| told.fresh).map(line));
    if let Some(followed) = &screen.followed {
        text += &format!("  {}: {}\n", followed.name, followed.standing);
    }
    text
}
