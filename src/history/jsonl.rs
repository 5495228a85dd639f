//! The full history as JSON Lines: a header, one line per fact, a closing line.
//!
//! The closing line carries the number of facts, the digest, and a checksum of the whole file, so
//! that a file cut short, or changed, is noticed before anything is concluded from it. (The digest
//! alone would not do: it covers neither the header nor event numbers.)

use std::io::{self, BufRead, Write};

use xxhash_rust::xxh3::Xxh3;

use super::Observer;
use super::digest::Digest;
use super::fact::{Entry, Fact};
pub use super::lines::ImportError;
use super::lines::Lines;
use super::record::Causes;
use super::setup::{ConsumerSetup, Setup};
use crate::protocol::catalog::NodeRole;
use crate::protocol::ids::TopicId;
use crate::sim::time::Nanos;

/// The name of the form, in the header.
pub const FORMAT: &str = "kafkasim-facts";
/// The version of the form, in the header. A reader refuses other versions.
pub const VERSION: u32 = 2;

#[derive(serde::Serialize, serde::Deserialize)]
struct JsonlHeader {
    format: String,
    version: u32,
    source: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    origin: Option<RunOrigin>,
    setup: Setup,
}

/// What was run: enough to run it again, and to hold the facts against what was expected of them.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub struct RunOrigin {
    /// A scenario of the library, or the file that it was read from.
    pub name: String,
    /// The scenario's text.
    pub text: String,
    /// What was changed in it, in order: the option of the command line, and what stood after it.
    #[serde(default)]
    pub changes: Vec<(String, String)>,
    /// Which of its variants.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variant: Option<String>,
    /// Where `--until` ended it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Nanos>,
}

#[derive(serde::Serialize, serde::Deserialize)]
struct FactLine {
    t: Nanos,
    event: u64,
    fact: Fact,
}

#[derive(serde::Serialize, serde::Deserialize)]
struct Closing {
    facts: u64,
    digest: String,
    chain: Vec<String>,
    /// `[event, its cause]` for every event that recorded a fact or led to one that did.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    causes: Vec<(u64, u64)>,
    /// Of all lines before this one, and of `causes`.
    checksum: String,
}

/// Sums up the lines of a file.
#[derive(Default)]
struct Checksum(Xxh3);

impl Checksum {
    /// Takes in a line, without its end.
    fn line(&mut self, line: &[u8]) {
        self.0.update(line);
        self.0.update(b"\n");
    }
    /// Closes the sum over the causes.
    fn close(mut self, causes: &[(u64, u64)]) -> String {
        for (event, cause) in causes {
            self.0.update(&event.to_le_bytes());
            self.0.update(&cause.to_le_bytes());
        }
        format!("{:016x}", self.0.digest())
    }
}

/// Writes a history while it happens.
///
/// An error of the sink (a full disk, a closed pipe) ends the writing and comes out of
/// [`Export::finish`]: an observer cannot stop a run.
pub struct Export<W: Write> {
    sink: W,
    error: Option<io::Error>,
    digest: Digest,
    events: Vec<u64>,
    checksum: Checksum,
    buffer: Vec<u8>,
}

impl<W: Write> Export<W> {
    /// Writes the header of a run that no scenario describes.
    pub fn new(sink: W, setup: &Setup) -> Export<W> {
        Export::with_origin(sink, setup, None)
    }
    /// Writes the header.
    pub fn with_origin(sink: W, setup: &Setup, origin: Option<RunOrigin>) -> Export<W> {
        let mut export = Export {
            sink,
            error: None,
            digest: Digest::default(),
            events: Vec::new(),
            checksum: Checksum::default(),
            buffer: Vec::new(),
        };
        let source = concat!("kafkasim ", env!("CARGO_PKG_VERSION")).to_string();
        export.line(&JsonlHeader { format: FORMAT.into(), version: VERSION, source, origin, setup: setup.clone() });
        export
    }
    fn line(&mut self, value: &impl serde::Serialize) {
        if self.error.is_none() {
            self.buffer.clear();
            let written = serde_json::to_writer(&mut self.buffer, value).map_err(io::Error::from).and_then(|()| {
                self.checksum.line(&self.buffer);
                self.buffer.push(b'\n');
                self.sink.write_all(&self.buffer)
            });
            self.error = written.err();
        }
    }
    /// Writes the closing line and flushes.
    ///
    /// # Errors
    /// The first error of the sink.
    pub fn finish(mut self, causes: Option<&Causes>) -> io::Result<()> {
        let causes = causes.map_or_else(Vec::new, |causes| relevant_causes(causes, &self.events));
        let checksum = std::mem::take(&mut self.checksum).close(&causes);
        let closing = Closing {
            checksum,
            facts: self.digest.facts(),
            digest: self.digest.to_string(),
            chain: self.digest.chain().iter().map(|link| format!("{link:016x}")).collect(),
            causes,
        };
        self.line(&closing);
        match self.error.take() {
            Some(error) => Err(error),
            None => self.sink.flush(),
        }
    }
}

impl<W: Write> Observer for Export<W> {
    fn observe(&mut self, entry: &Entry) {
        self.digest.absorb(entry);
        if self.events.last() != Some(&entry.event) {
            self.events.push(entry.event);
        }
        self.line(&FactLine { t: entry.at, event: entry.event, fact: entry.fact });
    }
}

/// The causes of the events given, of their causes, and so on; ascending, each once.
fn relevant_causes(causes: &Causes, events: &[u64]) -> Vec<(u64, u64)> {
    let mut known = std::collections::BTreeMap::new();
    for event in events {
        let mut event = *event;
        while let Some(cause) = causes.of(event) {
            if known.insert(event, cause).is_some() {
                break;
            }
            event = cause;
        }
    }
    known.into_iter().collect()
}

/// A history read back.
#[derive(Clone, Debug)]
pub struct Imported {
    /// What was run, if the file says so.
    pub origin: Option<RunOrigin>,
    /// Who wrote it: `kafkasim 0.1.0`.
    pub source: String,
    /// The header's conditions.
    pub setup: Setup,
    /// The facts.
    pub entries: Vec<Entry>,
    /// Recomputed, and equal to the file's.
    pub digest: Digest,
}

const AGAIN: &str = "write it again with `kafkasim run SCENARIO --history FILE`";

fn error(line: usize, column: usize, message: impl Into<String>, help: &str) -> ImportError {
    ImportError { line, column, message: message.into(), help: help.into() }
}

fn parse<T: serde::de::DeserializeOwned>(line: usize, text: &str, what: &str) -> Result<T, ImportError> {
    serde_json::from_str(text).map_err(|e| {
        let cut = e.is_eof();
        let message = if cut { format!("{what} is cut off") } else { format!("not {what}: {}", strip_place(&e)) };
        error(line, e.column(), message, AGAIN)
    })
}

/// serde_json's message without its own "at line 1 column n".
fn strip_place(e: &serde_json::Error) -> String {
    let text = e.to_string();
    text.rsplit_once(" at line ").map_or(text.clone(), |(message, _)| message.to_string())
}

/// Reads a history.
///
/// # Errors
/// The first thing that is wrong with it, with its place: not this form, another version, a line that
/// is no fact, a missing end, a digest that does not fit the facts.
pub fn import(text: &str) -> Result<Imported, ImportError> {
    let mut lines = Lines::new(text.as_bytes());
    match lines.next_line()? {
        Some(first) => import_after(&first, lines),
        None => Err(error(1, 0, "the file is empty", AGAIN)),
    }
}

/// Reads a history whose first line is read already.
///
/// # Errors
/// As [`import`].
pub fn import_after(first: &str, mut lines: Lines<impl BufRead>) -> Result<Imported, ImportError> {
    let header = header(first)?;
    sound(&header.setup).map_err(|what| error(1, 0, format!("the header contradicts itself: {what}"), AGAIN))?;
    let mut checksum = Checksum::default();
    checksum.line(first.as_bytes());
    let known = JsonlNames::of(&header.setup);
    let mut entries = Vec::new();
    let mut digest = Digest::default();
    while let Some(line) = lines.next_line()? {
        let number = lines.number();
        if line.starts_with("{\"facts\"") {
            let closing: Closing = parse(number, &line, "a closing line")?;
            check_end(number, &closing, &digest, checksum)?;
            if lines.next_line()?.is_some() {
                return Err(error(lines.number(), 0, "there is more after the closing line", AGAIN));
            }
            return Ok(Imported { origin: header.origin, source: header.source, setup: header.setup, entries, digest });
        }
        checksum.line(line.as_bytes());
        let FactLine { t, event, fact } = parse(number, &line, "a fact")?;
        known.check(number, &fact)?;
        if entries.last().is_some_and(|e: &Entry| e.at > t) {
            return Err(error(number, 0, format!("time goes back to {t}"), "facts are ordered by `t`"));
        }
        let entry = Entry { at: t, event, fact };
        digest.absorb(&entry);
        entries.push(entry);
    }
    Err(error(
        lines.number(),
        0,
        format!("the history ends after {} facts without a closing line: it is cut off", entries.len()),
        AGAIN,
    ))
}

fn header(line: &str) -> Result<JsonlHeader, ImportError> {
    let value: serde_json::Value = parse(1, line, "a header")?;
    let format = value.get("format").and_then(|f| f.as_str()).unwrap_or("none");
    if format != FORMAT {
        return Err(error(1, 0, format!("the header's format is `{format}`, not `{FORMAT}`"), AGAIN));
    }
    let version = value.get("version").and_then(serde_json::Value::as_u64).unwrap_or(0);
    if version != u64::from(VERSION) {
        return Err(error(1, 0, format!("version {version} of the form; this program reads version {VERSION}"), AGAIN));
    }
    parse(1, line, "a header")
}

fn check_end(line: usize, closing: &Closing, digest: &Digest, checksum: Checksum) -> Result<(), ImportError> {
    if closing.facts != digest.facts() {
        return Err(error(
            line,
            0,
            format!("the closing line counts {} facts, the file has {}", closing.facts, digest.facts()),
            AGAIN,
        ));
    }
    if closing.digest != digest.to_string() {
        let block = closing.chain.iter().zip(digest.chain()).position(|(file, own)| *file != format!("{own:016x}"));
        let place = block.unwrap_or(digest.chain().len().min(closing.chain.len()));
        let message = format!(
            "the digest is {digest}, the closing line says {}: some fact was changed (in block {place} of {})",
            closing.digest,
            super::digest::LINK
        );
        return Err(error(line, 0, message, AGAIN));
    }
    let chain = closing.chain.iter().map(String::as_str);
    if !chain.eq(digest.chain().iter().map(|link| format!("{link:016x}"))) {
        return Err(error(line, 0, "the chain of digests does not fit the facts: the closing line was changed", AGAIN));
    }
    if closing.checksum != checksum.close(&closing.causes) {
        let message = "the checksum does not fit: the header, an event number or a cause was changed";
        return Err(error(line, 0, message, AGAIN));
    }
    Ok(())
}

/// Whether the names of a header fit each other: what reads a history counts on it.
fn sound(setup: &Setup) -> Result<(), String> {
    /// The most partitions that a world can have.
    const PARTITIONS: u64 = 1 << 20;
    let catalog = &setup.catalog;
    let (nodes, groups) = (catalog.nodes.len(), catalog.groups.len());
    let mut first = 0_u64;
    for topic in &catalog.topics {
        if u64::from(topic.first.0) != first {
            return Err(format!("topic `{}` begins at partition {}, not at {first}", topic.name, topic.first.0));
        }
        first += u64::from(topic.partitions);
        if first > PARTITIONS {
            return Err(format!("more than {PARTITIONS} partitions"));
        }
    }
    if setup.topics.len() != catalog.topics.len() {
        return Err(format!("{} topics are named and {} described", catalog.topics.len(), setup.topics.len()));
    }
    if nodes >= usize::from(u16::MAX) || catalog.topics.len() > usize::from(u16::MAX) || groups > usize::from(u16::MAX)
    {
        return Err("more than 65,535 processes, topics or groups".into());
    }
    for (index, node) in catalog.nodes.iter().enumerate() {
        match node.role {
            NodeRole::Broker(id) if usize::from(id.0) != index + 1 => {
                return Err(format!("process {index} is broker {id}; brokers come first, from 1 on"));
            }
            role => {
                if let Some(group) = role.group().filter(|group| group.index() >= groups) {
                    return Err(format!("`{}` is in group {}, which has no name", node.name, group.0));
                }
            }
        }
    }
    let topic = |id: TopicId| id.index() < catalog.topics.len();
    if let Some(producer) = setup.producers.iter().find(|p| p.node.index() >= nodes || !topic(p.topic)) {
        return Err(format!("producer {} is no process, or sends to no topic", producer.node.0));
    }
    let lost = |c: &&ConsumerSetup| {
        c.node.index() >= nodes || c.group.index() >= groups || !c.topics.iter().all(|t| topic(*t))
    };
    match setup.consumers.iter().find(lost) {
        Some(consumer) => Err(format!("consumer {} is no process, or reads no topic", consumer.node.0)),
        None => Ok(()),
    }
}

/// How many of each name a header declares; a fact that refers to others would break its readers.
struct JsonlNames<'a> {
    setup: &'a Setup,
    brokers: usize,
}

impl JsonlNames<'_> {
    fn of(setup: &Setup) -> JsonlNames<'_> {
        JsonlNames { setup, brokers: setup.catalog.brokers().map(|b| b.index()).max().unwrap_or(0) }
    }
    fn check(&self, line: usize, fact: &Fact) -> Result<(), ImportError> {
        let catalog = &self.setup.catalog;
        let refers = fact.references();
        let fault = match fact {
            Fact::FaultStarted { fault, .. } | Fact::FaultEnded { fault, .. } | Fact::FaultMissed { fault, .. } => {
                Some(usize::from(*fault))
            }
            _ => None,
        };
        let unknown = [
            ("process", refers.node.is_some_and(|n| n.index() >= catalog.nodes.len())),
            ("broker", refers.broker.is_some_and(|b| b.index() > self.brokers)),
            ("partition", refers.tp.is_some_and(|tp| tp.0 >= catalog.partition_count())),
            ("topic", refers.topic.is_some_and(|t| t.index() >= catalog.topics.len())),
            ("group", refers.group.is_some_and(|g| g.index() >= catalog.groups.len())),
            (
                "transactional id",
                refers.transactional_id.is_some_and(|id| id.index() >= catalog.transactional_ids.len()),
            ),
            ("pattern", refers.pattern.is_some_and(|id| id.index() >= catalog.patterns.len())),
            ("fault", fault.is_some_and(|f| f >= self.setup.faults.len())),
        ];
        match unknown.into_iter().find(|(_, missing)| *missing) {
            None => Ok(()),
            Some((what, _)) => Err(error(line, 0, format!("the header declares no such {what}: {fact:?}"), AGAIN)),
        }
    }
}
