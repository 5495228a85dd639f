//! What one can say to the debugger.

use crate::protocol::catalog::Catalog;
use crate::protocol::ids::{Offset, Tp};
use crate::run::breakpoints::NamedFact;
use crate::scenario;
use crate::sim::time::Nanos;

/// Something that cannot be done, and what can.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Refusal {
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub help: String,
}

impl Refusal {
    /// A refusal with a remedy.
    pub fn new(message: impl Into<String>, help: impl Into<String>) -> Refusal {
        Refusal { message: message.into(), help: help.into() }
    }
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "error: {}", self.message)?;
        if self.help.is_empty() { Ok(()) } else { write!(f, "\nhelp: {}", self.help) }
    }
}

/// How far a step goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stride {
    /// To an event, whatever it does.
    Event,
    /// To an event that tells something a reader understands.
    Fact,
    /// To an event in which a fault strikes, misses or ends.
    Fault,
    /// To an event that tells a fact of this name.
    Named(NamedFact),
    /// By so much simulated time.
    Time(Nanos),
}

/// A place in a run.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Place {
    /// After all that happens at this time or before.
    Time(Nanos),
    /// After this event.
    Event(u64),
    /// Before the first event.
    Start,
    /// After the last one.
    End,
}

/// A command.
#[derive(Clone, PartialEq, Debug)]
pub enum StepCommand {
    /// Forward, so many times.
    Next(Stride, u32),
    /// Back, so many times.
    Back(Stride, u32),
    /// To a place. On the way forward breakpoints stop it.
    To(Place),
    /// On to the next breakpoint, or to the end.
    Go,
    /// Back to the last breakpoint, or to the start.
    Rewind,
    /// Sets a breakpoint: a fact's name, or a condition.
    Break(String),
    /// Lists the breakpoints.
    Breaks,
    /// Takes a breakpoint away; none: all.
    Clear(Option<usize>),
    /// Follows the record at this place; none: no record any more.
    Follow(Option<(Tp, Offset)>),
    /// Injects a fault here.
    Inject(String),
    /// Takes the last injected fault back.
    TakeBack,
    /// Shows the state.
    Show,
    /// What can be said.
    Help,
    /// Ends.
    Quit,
}

/// The words that begin a command, in the order of the help, and their short forms.
const WORDS: &[(&str, &[&str])] = &[
    ("next", &["n"]),
    ("back", &["b"]),
    ("to", &["t"]),
    ("go", &["g", "continue", "c"]),
    ("rewind", &["r"]),
    ("break", &[]),
    ("breaks", &[]),
    ("clear", &[]),
    ("follow", &[]),
    ("inject", &[]),
    ("takeback", &["take"]),
    ("show", &["s"]),
    ("help", &["h", "?"]),
    ("quit", &["q", "exit"]),
];

/// Most steps of one command.
const MOST: u32 = 1_000_000;

impl StepCommand {
    /// Reads a line. An empty one is `next`.
    ///
    /// # Errors
    /// It is no command.
    pub fn parse(line: &str, catalog: &Catalog) -> Result<StepCommand, Refusal> {
        let line = line.trim();
        let (word, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        let rest = rest.trim();
        let Some(word) = known(word) else { return Err(unknown(word)) };
        let nothing = |command: StepCommand| match rest {
            "" => Ok(command),
            rest => {
                Err(Refusal::new(format!("`{word}` takes nothing, and there is `{rest}`"), format!("write `{word}`")))
            }
        };
        match word {
            "next" => stride(rest, word).map(|(stride, times)| StepCommand::Next(stride, times)),
            "back" => stride(rest, word).map(|(stride, times)| StepCommand::Back(stride, times)),
            "to" => place(rest).map(StepCommand::To),
            "go" => nothing(StepCommand::Go),
            "rewind" => nothing(StepCommand::Rewind),
            "break" if rest.is_empty() => Err(Refusal::new(
                "break where?",
                "write `break leader-elected`, or a condition such as `break lag of billing: above 1000`",
            )),
            "break" => Ok(StepCommand::Break(rest.to_owned())),
            "breaks" => nothing(StepCommand::Breaks),
            "clear" => match rest {
                "" | "all" => Ok(StepCommand::Clear(None)),
                number => number.parse().map(|number| StepCommand::Clear(Some(number))).map_err(|_| {
                    Refusal::new(
                        format!("`{number}` is no breakpoint's number"),
                        "`breaks` lists them; `clear` takes all",
                    )
                }),
            },
            "follow" => follow(rest, catalog).map(StepCommand::Follow),
            "inject" if rest.is_empty() => Err(Refusal::new(
                "inject what?",
                "write a fault as a scenario has it, such as `inject crash: broker 1` or `inject pause: { process: \
                 billing-0, for: 5s }`",
            )),
            "inject" => Ok(StepCommand::Inject(rest.to_owned())),
            "takeback" => nothing(StepCommand::TakeBack),
            "show" => nothing(StepCommand::Show),
            "help" => nothing(StepCommand::Help),
            "quit" => nothing(StepCommand::Quit),
            _ => unreachable!("every word has an arm"),
        }
    }
}

/// The word that is meant: itself, or its long form.
fn known(word: &str) -> Option<&'static str> {
    let lower = word.to_lowercase();
    let word = if lower.is_empty() { "next" } else { lower.as_str() };
    WORDS.iter().find(|(long, short)| *long == word || short.contains(&word)).map(|(long, _)| *long)
}

fn unknown(word: &str) -> Refusal {
    let distance = |known: &str| strsim::damerau_levenshtein(known, word);
    let near = WORDS.iter().map(|(long, _)| *long).min_by_key(|known| distance(known));
    let help = match near.filter(|near| distance(near) <= 2 && distance(near) < word.chars().count()) {
        Some(near) => format!("did you mean `{near}`? `help` lists all commands"),
        None => "`help` lists all commands".into(),
    };
    Refusal::new(format!("there is no command `{word}`"), help)
}

/// `fact`, `event 10`, `fault`, `leader-elected 2`, `500ms`.
fn stride(text: &str, word: &str) -> Result<(Stride, u32), Refusal> {
    let (what, times) = match text.rsplit_once(char::is_whitespace) {
        Some((what, last)) if last.bytes().all(|byte| byte.is_ascii_digit()) => (what.trim(), last),
        _ if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) => ("", text),
        _ => (text, "1"),
    };
    let times: u32 = times.parse().ok().filter(|times| (1..=MOST).contains(times)).ok_or_else(|| {
        Refusal::new(format!("`{times}` times cannot be done"), format!("from 1 to {MOST}, such as `{word} fact 10`"))
    })?;
    let stride = match what {
        "" | "fact" | "facts" => Stride::Fact,
        "event" | "events" => Stride::Event,
        "fault" | "faults" => Stride::Fault,
        time if time.starts_with(|c: char| c.is_ascii_digit()) => Stride::Time(duration(time)?),
        name => Stride::Named(NamedFact::parse(name).map_err(|near| {
            let near = near.map_or(String::new(), |near| format!("did you mean `{near}`? "));
            Refusal::new(
                format!("`{name}` is nothing to go to"),
                format!("{near}`{word}` takes `event`, `fact`, `fault`, a time such as `500ms`, or the name of a fact"),
            )
        })?),
    };
    Ok((stride, times))
}

fn duration(text: &str) -> Result<Nanos, Refusal> {
    scenario::duration(text)
        .map_err(|problem| Refusal::new(format!("`{text}` is not a time: {problem}"), "write `12s` or `500ms`"))
}

fn place(text: &str) -> Result<Place, Refusal> {
    let event = text.strip_prefix("event").map(str::trim);
    match (text, event) {
        ("", _) => Err(Refusal::new("to where?", "write `to 12s`, `to event 41234`, `to start` or `to end`")),
        ("start", _) => Ok(Place::Start),
        ("end", _) => Ok(Place::End),
        (_, Some(number)) => number.parse().map(Place::Event).map_err(|_| {
            Refusal::new(format!("`{number}` is no event's number"), "events are counted from 1: `to event 41234`")
        }),
        (time, None) => duration(time).map(Place::Time),
    }
}

/// `orders-0@12`, or `off`.
fn follow(text: &str, catalog: &Catalog) -> Result<Option<(Tp, Offset)>, Refusal> {
    if matches!(text, "off" | "nothing" | "none") {
        return Ok(None);
    }
    let form = "write a partition and an offset, such as `follow orders-0@12`; `follow off` ends it";
    let Some((partition, offset)) = text.rsplit_once('@') else {
        return Err(Refusal::new(format!("`{text}` is no record"), form));
    };
    let names = || (0..catalog.partition_count()).map(|tp| (Tp(tp), catalog.tp_name(Tp(tp))));
    let Some((tp, _)) = names().find(|(_, name)| name == partition) else {
        let own: Vec<String> =
            names().filter(|(tp, _)| !catalog.is_internal(*tp)).map(|(_, name)| name).take(8).collect();
        return Err(Refusal::new(
            format!("there is no partition `{partition}`"),
            format!("there is {}", own.join(", ")),
        ));
    };
    match offset.parse::<i64>() {
        Ok(offset) if offset >= 0 => Ok(Some((tp, Offset(offset)))),
        _ => Err(Refusal::new(format!("`{offset}` is no offset"), form)),
    }
}
