//! `kafkasim step`: a run under a debugger, forward and back. At a terminal with keys; in a pipe it reads commands from
//! standard input and prints the state as text.

use std::io::{self, BufRead, IsTerminal};
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::input::{self, RunName, SimulatedRunArgs};
use super::output::{Output, complain};
use super::terminal::Terminal;
use super::{Exit, choose};
use crate::report::command_line::Again;
use crate::step::dialog::{self, Footnote, Spoken};
use crate::step::keys::Desk;
use crate::step::session::Debugger;

/// Go through a run step by step, forward and back: logs, groups, messages under way.
#[derive(clap::Args, Debug)]
#[command(after_help = "In a pipe it reads a command a line: next fact, back, to 12s, break leader-elected, go, \
                        follow orders-0@12, inject crash: broker 1, show, help, quit.")]
pub struct Args {
    /// A scenario of the library, or a file. With a seed: `leader-crash:8`.
    #[arg(value_name = "SCENARIO[:SEED]")]
    scenario: Option<String>,
    #[command(flatten)]
    run: SimulatedRunArgs,
}

pub(super) fn run(args: &Args, out: &mut Output) -> io::Result<Exit> {
    let chosen = match choose::scenario(args.scenario.as_deref(), "step", out.width())? {
        Ok(chosen) => chosen,
        Err(exit) => return Ok(exit),
    };
    let name = match RunName::parse(&chosen).and_then(|name| name.with_seed(args.run.seed)) {
        Ok(name) => name,
        Err(diagnostic) => {
            input::report(&[diagnostic]);
            return Ok(Exit::Usage);
        }
    };
    if name.scenario == "-" {
        complain(
            "error: standard input has the commands, so it cannot have the scenario\n\
             help: write it to a file, and name that\n",
        );
        return Ok(Exit::Usage);
    }
    let Some(scenario) = input::load(&name.scenario, &args.run.changes) else { return Ok(Exit::Usage) };
    let seed = name.seed.unwrap_or(scenario.seed);
    let session = Debugger::new(scenario, seed, args.run.until);
    let again = |session: &Debugger| again(&name.scenario, session);
    // A world that goes on may show a bug of the simulator; nothing of it is used after that.
    let ended = catch_unwind(AssertUnwindSafe(|| match io::stdin().is_terminal() && io::stdout().is_terminal() {
        true => at_terminal(session, &again),
        false => by_line(session, &again, out),
    }));
    ended.unwrap_or_else(|_| {
        complain(
            "kafkasim has a bug: see the message above\nplease report it with the scenario and what you did last\n",
        );
        Ok(Exit::Bug)
    })
}

/// The command that gives the run as it is now.
fn again(scenario: &str, session: &Debugger) -> String {
    let again = Again {
        scenario,
        seed: Some(session.seed()),
        variant: session.scenario().variant.as_deref(),
        changes: &session.scenario().changes,
        until: session.cut(),
        allow_ignored: false,
    };
    format!("kafkasim run {}", again.arguments())
}

fn at_terminal(session: Debugger, again: Footnote<'_>) -> io::Result<Exit> {
    let mut desk = Desk::new(session, again);
    let mut terminal = Terminal::take()?;
    loop {
        terminal.draw(|area, buffer| desk.draw(area, buffer))?;
        if !desk.press(terminal.key()?) {
            return Ok(Exit::Ok);
        }
    }
}

fn by_line(mut session: Debugger, again: Footnote<'_>, out: &mut Output) -> io::Result<Exit> {
    let width = u16::try_from(out.width()).unwrap_or(u16::MAX);
    for ignored in &session.moment().world().setup().ignored {
        out.print(&format!("not simulated: {ignored}\n"))?;
    }
    out.print(&dialog::state(&session, width))?;
    let mut exit = Exit::Ok;
    for line in io::stdin().lock().lines() {
        let line = line?;
        if !line.trim().is_empty() {
            out.print(&format!("\n> {}\n", line.trim()))?;
        }
        match dialog::answer(&mut session, &line, width, again) {
            Spoken::Text(text) => out.print(&text)?,
            Spoken::Over => break,
            Spoken::Refused(refusal) => {
                // Both streams may be one: what stands above is to stand above.
                out.flush()?;
                complain(&format!("{refusal}\n"));
                exit = Exit::Usage;
            }
        }
        out.flush()?;
    }
    Ok(exit)
}
