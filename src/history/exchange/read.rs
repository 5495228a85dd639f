//! Reads an exchange history back: operations and observations, names interned.
//!
//! Unknown fields are ignored; unknown kinds of operations and observations are passed over and named
//! once, so that a newer recorder's file can still be judged by what is known.

use std::collections::BTreeSet;
use std::io::BufRead;

use litemap::LiteMap;

use super::header::Header;
use super::{FORMAT, VERSION};
use crate::history::lines::{ImportError, Lines};
use crate::sim::time::Nanos;

/// A name's number among names of its kind.
pub type Id = u32;

/// Names and their numbers, in the order in which they came up.
#[derive(Clone, Debug, Default)]
pub struct ExchangeNames {
    known: LiteMap<String, Id>,
    list: Vec<String>,
}

impl ExchangeNames {
    fn id(&mut self, name: &str) -> Id {
        if let Some(id) = self.known.get(name) {
            return *id;
        }
        let id = self.list.len() as Id;
        self.known.insert(name.to_owned(), id);
        self.list.push(name.to_owned());
        id
    }
    /// The number of a name.
    pub fn find(&self, name: &str) -> Option<Id> {
        self.known.get(name).copied()
    }
    /// The name of a number.
    pub fn name(&self, id: Id) -> &str {
        self.list.get(id as usize).map_or("?", String::as_str)
    }
    /// How many there are.
    pub fn len(&self) -> usize {
        self.list.len()
    }
    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }
}

/// How far an operation is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stage {
    /// It begins.
    Invoke,
    /// It happened.
    Ok,
    /// It did not happen.
    Fail,
    /// Nobody knows.
    Info,
}

/// A record as an operation names it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct NamedValue {
    /// Its partition, if the operation says so.
    pub tp: Option<Id>,
    /// Its offset, if the operation says so; -1 with acks=0.
    pub offset: Option<i64>,
    /// Its value.
    pub value: Id,
}

/// What an operation does.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum OperationKind {
    /// `send`.
    Send(Vec<NamedValue>),
    /// `poll`.
    Poll(Vec<NamedValue>),
    /// `commit`: next offsets by partition; none in a completion that does not repeat them.
    Commit(Vec<(Id, i64)>),
    /// `subscribe`.
    Subscribe,
    /// `assign`, with its partitions.
    Assign(Vec<Id>),
    /// `seek`: next offsets by partition.
    Seek(Vec<(Id, i64)>),
    /// `effect`: the value.
    Effect(Id),
    /// A call of a transactional producer.
    Transaction(TransactionCall),
    /// Known, and of no consequence: `pause`, `resume`.
    Other,
}

/// A call of a transactional producer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TransactionCall {
    /// `begin`.
    Begin,
    /// `commit-txn`.
    Commit,
    /// `abort-txn`.
    Abort,
    /// `offsets-to-txn`.
    Offsets,
}

/// What an administrator sees.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Sight {
    /// A partition's leader.
    Partition {
        /// Which.
        tp: Id,
        /// Nobody: none.
        leader: Option<i64>,
        /// The leader epoch.
        epoch: i64,
    },
    /// A replica's log.
    Log {
        /// Whose.
        broker: i64,
        /// Of which partition.
        tp: Id,
        /// High watermark.
        high_watermark: i64,
        /// Log end.
        end: i64,
    },
    /// A consumer's partitions change.
    Rebalance {
        /// Whose.
        client: Id,
        /// New ones.
        assigned: Vec<Id>,
        /// Given up, or lost.
        gone: Vec<Id>,
        /// In which generation, if the recorder knows.
        generation: Option<i64>,
    },
    /// A group.
    Group {
        /// Which.
        group: Id,
        /// `Stable`, ...
        state: String,
        /// Its generation, if the recorder knows.
        generation: Option<i64>,
        /// Members and their partitions.
        members: Vec<(Id, Vec<Id>)>,
    },
    /// A fault.
    Fault {
        /// What.
        what: String,
    },
    /// Known, and of no consequence here: `broker`, `txn`, `quorum`, `note`.
    Other,
}

/// One line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Content {
    /// Of an operation.
    Operation {
        /// By whom.
        client: Id,
        /// Its number, unique among a client's open operations.
        op: u64,
        /// How far.
        stage: Stage,
        /// What.
        what: OperationKind,
    },
    /// An observation.
    Sight(Sight),
}

/// One line with its place.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ExchangeLine {
    /// Its number in the file.
    pub number: usize,
    /// When.
    pub at: Nanos,
    /// What.
    pub content: Content,
}

/// A history read back.
#[derive(Clone, Debug, Default)]
pub struct Recorded {
    /// The first line.
    pub header: Header,
    /// All others.
    pub lines: Vec<ExchangeLine>,
    /// Clients.
    pub clients: ExchangeNames,
    /// Partitions, such as `orders-3`.
    pub partitions: ExchangeNames,
    /// Values.
    pub values: ExchangeNames,
    /// Groups.
    pub groups: ExchangeNames,
    /// What was passed over, each once.
    pub notes: Vec<String>,
}

impl Recorded {
    /// The topic of a partition's name.
    pub fn topic(&self, tp: Id) -> &str {
        let name = self.partitions.name(tp);
        name.rsplit_once('-').map_or(name, |(topic, _)| topic)
    }
}

/// Every field that some line has.
#[derive(serde::Deserialize)]
struct Raw {
    t: u64,
    client: Option<String>,
    op: Option<u64>,
    #[serde(rename = "type")]
    kind: Option<String>,
    f: Option<String>,
    obs: Option<String>,
    #[serde(default)]
    records: Vec<RawRecord>,
    #[serde(default)]
    offsets: LiteMap<String, i64>,
    #[serde(default)]
    to: LiteMap<String, i64>,
    #[serde(default)]
    tps: Vec<String>,
    value: Option<String>,
    tp: Option<String>,
    leader: Option<i64>,
    epoch: Option<i64>,
    broker: Option<i64>,
    hw: Option<i64>,
    leo: Option<i64>,
    #[serde(default)]
    assigned: Vec<String>,
    #[serde(default)]
    revoked: Vec<String>,
    #[serde(default)]
    lost: Vec<String>,
    generation: Option<i64>,
    group: Option<String>,
    state: Option<serde_json::Value>,
    #[serde(default)]
    members: LiteMap<String, Vec<String>>,
    what: Option<String>,
}

#[derive(serde::Deserialize)]
struct RawRecord {
    tp: Option<String>,
    offset: Option<i64>,
    value: String,
}

const FORM: &str = "one JSON object a line, as the exchange form has it";

/// Reads a history.
///
/// # Errors
/// The first thing that is wrong with it, with its place.
pub fn read(source: impl BufRead) -> Result<Recorded, ImportError> {
    let mut lines = Lines::new(source);
    match lines.next_line()? {
        Some(first) => read_after(&first, lines),
        None => Err(ImportError::new(1, 0, "the file is empty", FORM)),
    }
}

/// Reads a history whose first line is read already.
///
/// # Errors
/// As [`read`].
pub fn read_after(first: &str, mut lines: Lines<impl BufRead>) -> Result<Recorded, ImportError> {
    let mut reader =
        Reader { recorded: Recorded { header: header(first)?, ..Recorded::default() }, passed: BTreeSet::new() };
    while let Some(text) = lines.next_line()? {
        let number = lines.number();
        if text.trim().is_empty() {
            continue;
        }
        let raw: Raw = serde_json::from_str(&text).map_err(|e| damaged(number, &e))?;
        let at = Nanos(raw.t);
        if reader.recorded.lines.last().is_some_and(|last| last.at > at) {
            let message = format!("time goes back to {at}");
            return Err(ImportError::new(number, 0, message, "lines are ordered by `t`"));
        }
        let content = reader.content(raw).map_err(|what| ImportError::new(number, 0, what, FORM))?;
        if let Some(content) = content {
            reader.recorded.lines.push(ExchangeLine { number, at, content });
        }
    }
    let Reader { mut recorded, passed } = reader;
    recorded.notes = passed.into_iter().map(|what| format!("{what} is not known here, and was passed over")).collect();
    Ok(recorded)
}

fn damaged(line: usize, e: &serde_json::Error) -> ImportError {
    let text = e.to_string();
    let text = text.rsplit_once(" at line ").map_or(text.as_str(), |(message, _)| message);
    let message =
        if e.is_eof() { "the line is cut off".to_string() } else { format!("not a line of this form: {text}") };
    ImportError::new(line, e.column(), message, FORM)
}

fn header(line: &str) -> Result<Header, ImportError> {
    let header: Header = serde_json::from_str(line).map_err(|e| damaged(1, &e))?;
    if header.format != FORMAT {
        let message = format!("the header's format is `{}`, not `{FORMAT}`", header.format);
        return Err(ImportError::new(1, 0, message, FORM));
    }
    if header.version != u64::from(VERSION) {
        let message = format!("version {} of the form; this program reads version {VERSION}", header.version);
        return Err(ImportError::new(1, 0, message, FORM));
    }
    Ok(header)
}

struct Reader {
    recorded: Recorded,
    passed: BTreeSet<String>,
}

impl Reader {
    fn content(&mut self, raw: Raw) -> Result<Option<Content>, String> {
        match (&raw.obs, &raw.f) {
            (Some(obs), None) => {
                let obs = obs.clone();
                Ok(self.sight(&obs, raw)?.map(Content::Sight))
            }
            (None, Some(f)) => {
                let f = f.clone();
                self.operation(&f, raw)
            }
            _ => Err("neither an operation (`f`) nor an observation (`obs`)".into()),
        }
    }

    fn operation(&mut self, f: &str, raw: Raw) -> Result<Option<Content>, String> {
        let client = self.recorded.clients.id(raw.client.as_deref().ok_or("an operation without `client`")?);
        let op = raw.op.ok_or("an operation without `op`")?;
        let stage = match raw.kind.as_deref() {
            Some("invoke") => Stage::Invoke,
            Some("ok") => Stage::Ok,
            Some("fail") => Stage::Fail,
            Some("info") => Stage::Info,
            Some(other) => return Err(format!("an operation of type `{other}`: it is invoke, ok, fail or info")),
            None => return Err("an operation without `type`".into()),
        };
        let what = match f {
            "send" => OperationKind::Send(self.records(&raw.records)),
            "poll" => OperationKind::Poll(self.records(&raw.records)),
            "commit" => OperationKind::Commit(self.offsets(&raw.offsets)),
            "subscribe" => OperationKind::Subscribe,
            "assign" => OperationKind::Assign(self.tps(&raw.tps)),
            "seek" => OperationKind::Seek(self.offsets(&raw.to)),
            "effect" => {
                let value = raw.value.as_deref().ok_or("an effect without `value`")?;
                OperationKind::Effect(self.recorded.values.id(value))
            }
            "begin" => OperationKind::Transaction(TransactionCall::Begin),
            "commit-txn" => OperationKind::Transaction(TransactionCall::Commit),
            "abort-txn" => OperationKind::Transaction(TransactionCall::Abort),
            "offsets-to-txn" => OperationKind::Transaction(TransactionCall::Offsets),
            "pause" | "resume" => OperationKind::Other,
            other => {
                self.passed.insert(format!("operation `{other}`"));
                return Ok(None);
            }
        };
        Ok(Some(Content::Operation { client, op, stage, what }))
    }

    fn sight(&mut self, obs: &str, raw: Raw) -> Result<Option<Sight>, String> {
        let lacks = |field: &str| format!("observation `{obs}` without `{field}`");
        let tp = |reader: &mut Reader| match &raw.tp {
            Some(tp) => Ok(reader.recorded.partitions.id(tp)),
            None => Err(lacks("tp")),
        };
        Ok(Some(match obs {
            "partition" => Sight::Partition {
                tp: tp(self)?,
                leader: raw.leader.filter(|id| *id >= 0),
                epoch: raw.epoch.ok_or_else(|| lacks("epoch"))?,
            },
            "log" => Sight::Log {
                tp: tp(self)?,
                broker: raw.broker.ok_or_else(|| lacks("broker"))?,
                high_watermark: raw.hw.ok_or_else(|| lacks("hw"))?,
                end: raw.leo.ok_or_else(|| lacks("leo"))?,
            },
            "rebalance" => Sight::Rebalance {
                client: self.recorded.clients.id(raw.client.as_deref().ok_or_else(|| lacks("client"))?),
                assigned: self.tps(&raw.assigned),
                gone: self.tps(&raw.revoked).into_iter().chain(self.tps(&raw.lost)).collect(),
                generation: raw.generation,
            },
            "group" => {
                let group = self.recorded.groups.id(raw.group.as_deref().ok_or_else(|| lacks("group"))?);
                let state = raw.state.as_ref().and_then(|s| s.as_str()).unwrap_or_default().to_owned();
                let members = raw.members.iter().map(|(client, tps)| (self.recorded.clients.id(client), self.tps(tps)));
                Sight::Group { group, state, generation: raw.generation, members: members.collect() }
            }
            "fault" => Sight::Fault { what: raw.what.unwrap_or_default() },
            "broker" | "txn" | "quorum" | "note" => Sight::Other,
            other => {
                self.passed.insert(format!("observation `{other}`"));
                return Ok(None);
            }
        }))
    }

    fn tps(&mut self, names: &[String]) -> Vec<Id> {
        names.iter().map(|name| self.recorded.partitions.id(name)).collect()
    }
    fn offsets(&mut self, offsets: &LiteMap<String, i64>) -> Vec<(Id, i64)> {
        offsets.iter().map(|(name, offset)| (self.recorded.partitions.id(name), *offset)).collect()
    }
    fn records(&mut self, records: &[RawRecord]) -> Vec<NamedValue> {
        let one = |r: &RawRecord| NamedValue {
            tp: r.tp.as_deref().map(|tp| self.recorded.partitions.id(tp)),
            offset: r.offset,
            value: self.recorded.values.id(&r.value),
        };
        records.iter().map(one).collect()
    }
}
