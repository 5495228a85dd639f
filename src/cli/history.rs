//! Where `run --history` writes, and in which form.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::rc::Rc;

use crate::history::Observer;
use crate::history::exchange::Exchange;
use crate::history::fact::Entry;
use crate::history::jsonl::{Export, RunOrigin};
use crate::history::record::Causes;
use crate::history::setup::Setup;
use crate::scenario::diagnostic::printable;

/// The forms of a history.
#[derive(Clone, Copy, PartialEq, Eq, Debug, clap::ValueEnum)]
pub enum HistoryForm {
    /// Every fact, with its cause: for `kafkasim check` and for bisection.
    Facts,
    /// The form in which a real cluster can be recorded too.
    Exchange,
}

/// Opens the file, or standard output for `-`. `scenario` is what the run is read from.
///
/// # Errors
/// A message: it cannot be written, or is the scenario itself.
pub fn sink(path: &str, scenario: &str) -> Result<Box<dyn Write>, String> {
    if path == "-" {
        return Ok(Box::new(BufWriter::new(io::stdout())));
    }
    if same_file(path, scenario) {
        return Err(format!(
            "error: `{}` is the scenario itself, and the history would overwrite it\nhelp: name another file, such as \
             `history.jsonl`\n",
            printable(path)
        ));
    }
    match File::create(path) {
        Ok(file) => Ok(Box::new(BufWriter::new(file))),
        Err(error) => Err(format!(
            "error: cannot write the history to `{}`: {error}\nhelp: name a file in a folder that exists and may be \
             written, or `-` for standard output\n",
            printable(path)
        )),
    }
}

/// Whether both are the same file.
pub fn same_file(a: &str, b: &str) -> bool {
    matches!((fs::canonicalize(a), fs::canonicalize(b)), (Ok(a), Ok(b)) if a == b)
}

/// Writes one of the forms.
pub enum Recorder {
    /// See [`HistoryForm::Facts`].
    Facts(Box<Export<Box<dyn Write>>>),
    /// See [`HistoryForm::Exchange`].
    Exchange(Box<Exchange<Box<dyn Write>>>),
}

impl Recorder {
    /// Begins to write.
    pub fn new(sink: Box<dyn Write>, form: HistoryForm, setup: &Rc<Setup>, origin: RunOrigin) -> Recorder {
        match form {
            HistoryForm::Facts => Recorder::Facts(Box::new(Export::with_origin(sink, setup, Some(origin)))),
            HistoryForm::Exchange => Recorder::Exchange(Box::new(Exchange::new(sink, setup.clone()))),
        }
    }
    /// Writes what is left.
    ///
    /// # Errors
    /// Those of the file, the earliest first.
    pub fn finish(self, causes: Option<&Causes>) -> io::Result<()> {
        match self {
            Recorder::Facts(export) => export.finish(causes),
            Recorder::Exchange(exchange) => exchange.finish(),
        }
    }
}

impl Observer for Recorder {
    fn observe(&mut self, entry: &Entry) {
        match self {
            Recorder::Facts(export) => export.observe(entry),
            Recorder::Exchange(exchange) => exchange.observe(entry),
        }
    }
}
