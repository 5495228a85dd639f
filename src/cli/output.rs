//! Where commands print to.

use std::io::{self, BufWriter, IsTerminal, Write};
#[cfg(unix)]
use std::os::fd::AsFd as AsStream;
#[cfg(windows)]
use std::os::windows::io::AsHandle as AsStream;

use super::Exit;
pub use crate::report::human::wrap;
use crate::run::SimulatorBug;

/// Standard output: buffered, with colour only on a terminal (and not against `NO_COLOR`).
pub struct Output {
    writer: BufWriter<Box<dyn Write>>,
    colour: bool,
}

impl Output {
    /// The process's standard output.
    pub fn stdout() -> Output {
        let colour = anstream::AutoStream::choice(&io::stdout()) != anstream::ColorChoice::Never;
        // Colours are taken out of what has any, and by us: a stream that takes them out goes through every line letter by letter,
        // which is a part of what a sweep costs.
        let stream: Box<dyn Write> =
            if colour { Box::new(anstream::AutoStream::auto(io::stdout())) } else { Box::new(io::stdout()) };
        Output { writer: BufWriter::new(stream), colour }
    }
    /// Whether to colour.
    pub fn colour(&self) -> bool {
        self.colour
    }
    /// How many columns there are: those of the terminal, or what `COLUMNS` says; else 100.
    pub fn width(&self) -> usize {
        columns().or_else(|| terminal_columns(io::stdout())).unwrap_or(100)
    }
    /// Prints a text, without its colours where there are to be none.
    ///
    /// # Errors
    /// Those of the stream; a closed pipe among them.
    pub fn print(&mut self, text: &str) -> io::Result<()> {
        if self.colour || !text.contains('\x1b') {
            return self.writer.write_all(text.as_bytes());
        }
        write!(self.writer, "{}", anstream::adapter::strip_str(text))
    }
    /// Writes out what is buffered.
    ///
    /// # Errors
    /// Those of the stream.
    pub fn flush(&mut self) -> io::Result<()> {
        self.writer.flush()
    }
}

/// The form in which a judged history is printed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, clap::ValueEnum)]
pub enum Format {
    /// For people.
    Human,
    /// One document with everything.
    Json,
    /// JUnit XML.
    Junit,
    /// GitHub workflow annotations.
    Github,
    /// One page that opens from disk: timeline, logs, groups, plots, messages.
    Html,
    /// Metrics under Kafka's names, sampled over the run's time, for Prometheus.
    Openmetrics,
}

/// What whoever calls wants, terminal or not.
fn columns() -> Option<usize> {
    #[expect(clippy::disallowed_methods, reason = "how wide a terminal is shows in no history")]
    let columns = std::env::var("COLUMNS");
    columns.ok()?.parse().ok().filter(|n| WIDTHS.contains(n))
}

/// Narrower than the first nothing can be laid out; wider than the second no line is readable.
const WIDTHS: std::ops::RangeInclusive<usize> = 40..=400;

fn terminal_columns(stream: impl IsTerminal + AsStream) -> Option<usize> {
    let terminal = stream.is_terminal().then(|| terminal_size::terminal_size_of(stream)).flatten();
    terminal.map(|(width, _)| usize::from(width.0).clamp(*WIDTHS.start(), *WIDTHS.end()))
}

/// How many columns standard error has.
pub fn stderr_width() -> usize {
    columns().or_else(|| terminal_columns(io::stderr())).unwrap_or(80)
}

/// Prints to stderr; that nobody listens there is no error.
pub fn complain(text: &str) {
    let _ = anstream::AutoStream::auto(io::stderr()).write_all(text.as_bytes());
}

/// Tells that the simulator has failed, and how the command ends.
pub(super) fn complain_of_bug(bug: &SimulatorBug) -> Exit {
    complain(&format!(
        "kafkasim has a bug: {bug}\nThe same command shows it again; please report it with the scenario.\n"
    ));
    Exit::Bug
}

/// Whether stderr takes colour.
pub fn stderr_colour() -> bool {
    anstream::AutoStream::auto(io::stderr()).current_choice() != anstream::ColorChoice::Never
}
