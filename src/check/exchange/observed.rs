//! What a history says of every record, and of the logs in the end.

use std::collections::{BTreeMap, BTreeSet};

use litemap::LiteMap;

use super::transactions::Transactions;
use crate::history::exchange::FINAL_READER;
use crate::history::exchange::header::Producer;
use crate::history::exchange::read::{Content, Id, OperationKind, Recorded, Sight, Stage};
use crate::sim::time::Nanos;

/// What became of a send.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum SendFate {
    /// No completion, or one that promises nothing.
    Unknown,
    /// Acknowledged there; offset -1 with acks=0.
    Acked { tp: Id, offset: i64 },
    /// It did not happen.
    Failed,
}

/// A value that was sent.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct SentValue {
    /// By whom.
    pub client: Id,
    /// Its place among all sends, in the order of their begin.
    pub order: u32,
    /// When.
    pub invoked: Nanos,
    /// When its completion came; none: never.
    pub done: Option<Nanos>,
    /// What it said.
    pub fate: SendFate,
    /// The line of the completion, or of the begin.
    pub line: usize,
}

/// A read of a record.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Read {
    pub client: Id,
    pub value: Id,
    pub line: usize,
    pub at: Nanos,
}

/// How much is known of the end of a partition's log.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum KnownBy {
    /// A last reader read it to its end.
    Read,
    /// Nobody did: what was read last at each offset stands for it, up to the highest.
    Guessed,
}

/// A partition.
#[derive(Clone, Debug)]
pub(super) struct ObservedPartition {
    pub tp: Id,
    /// What is in its log when the history ends, by offset.
    pub log: BTreeMap<i64, Read>,
    /// How that is known.
    pub end: KnownBy,
    /// By offset of that log: when the newest of the records up to here was sent.
    pub newest: BTreeMap<i64, Nanos>,
    /// What was acknowledged at each offset, the first.
    pub acks: BTreeMap<i64, Id>,
    /// All reads, by offset, one per value.
    pub reads: BTreeMap<i64, Vec<Read>>,
    /// Its leader changed at some time, or nobody observed its leaders.
    pub moved: bool,
    /// And its log was cut off then: something was acknowledged or read at an offset, and is not there in
    /// the end.
    pub cut: bool,
    /// The last observation of its leader's log: records from the first offset on, before the second, are
    /// there and not visible yet.
    pub invisible: (i64, i64),
    /// Something other than appends may be behind a gap in its offsets.
    pub gaps: Option<&'static str>,
}

/// All of it, by number.
pub(super) struct Observed<'r> {
    pub recorded: &'r Recorded,
    /// By value.
    pub sent: Vec<Option<SentValue>>,
    /// By partition.
    pub partitions: Vec<ObservedPartition>,
    /// The group of a client, by client.
    pub group_of: Vec<Option<Id>>,
    /// Somebody used transactions.
    pub transactional: bool,
    /// What was sent in them.
    pub transactions: Transactions,
    /// Power was lost.
    pub power_lost: bool,
    /// Who reads everything in the end.
    pub last_reader: Option<Id>,
    never_invoked: u64,
}

impl<'r> Observed<'r> {
    pub(super) fn of(recorded: &'r Recorded) -> Observed<'r> {
        let mut observed = Observed {
            recorded,
            sent: vec![None; recorded.values.len()],
            partitions: Vec::new(),
            group_of: groups(recorded),
            transactional: false,
            transactions: Transactions::default(),
            power_lost: false,
            last_reader: recorded.clients.find(FINAL_READER),
            never_invoked: 0,
        };
        observed.partitions = (0..recorded.partitions.len() as Id).map(|tp| observed.partition(tp)).collect();
        observed.walk();
        observed
    }

    fn partition(&self, tp: Id) -> ObservedPartition {
        let topic = self.recorded.header.topics.get(self.recorded.topic(tp));
        let compacted =
            topic.and_then(|t| t.cleanup_policy.as_deref()).is_some_and(|policy| policy.contains("compact"));
        ObservedPartition {
            tp,
            log: BTreeMap::new(),
            end: KnownBy::Guessed,
            newest: BTreeMap::new(),
            acks: BTreeMap::new(),
            reads: BTreeMap::new(),
            moved: false,
            cut: false,
            invisible: (i64::MAX, i64::MAX),
            gaps: compacted.then_some("the topic is compacted"),
        }
    }

    fn walk(&mut self) {
        let mut leaders: Vec<Option<(Option<i64>, i64)>> = vec![None; self.partitions.len()];
        let mut order = 0;
        let recorded = self.recorded;
        for line in &recorded.lines {
            match &line.content {
                Content::Operation { client, stage, what, .. } => match what {
                    OperationKind::Send(records) => {
                        for record in records {
                            let value = record.value as usize;
                            let known = &mut self.sent[value];
                            if known.is_none() {
                                self.transactions.sent(*client, record.value);
                                self.never_invoked += u64::from(*stage != Stage::Invoke);
                                *known = Some(SentValue {
                                    client: *client,
                                    order,
                                    invoked: line.at,
                                    done: None,
                                    fate: SendFate::Unknown,
                                    line: line.number,
                                });
                                order += 1;
                            }
                        }
                        if *stage != Stage::Invoke {
                            for record in records {
                                self.complete(record.value, line.at, line.number, *stage, (record.tp, record.offset));
                            }
                        }
                    }
                    OperationKind::Poll(records) if *stage != Stage::Invoke => {
                        for record in records {
                            let (Some(tp), Some(offset)) = (record.tp, record.offset) else { continue };
                            let read = Read { client: *client, value: record.value, line: line.number, at: line.at };
                            self.read(tp, offset, read);
                        }
                    }
                    OperationKind::Assign(tps) if Some(*client) == self.last_reader => {
                        tps.iter().for_each(|tp| self.partitions[*tp as usize].end = KnownBy::Read);
                    }
                    OperationKind::Transaction(call) => {
                        self.transactional = true;
                        self.transactions.called(*client, *call, *stage);
                    }
                    _ => {}
                },
                Content::Sight(Sight::Partition { tp, leader, epoch }) => {
                    let known = &mut leaders[*tp as usize];
                    self.partitions[*tp as usize].moved |= known.is_some_and(|known| known != (*leader, *epoch));
                    *known = Some((*leader, *epoch));
                }
                Content::Sight(Sight::Log { broker, tp, high_watermark, end }) => {
                    if leaders[*tp as usize].is_some_and(|(leader, _)| leader == Some(*broker)) {
                        self.partitions[*tp as usize].invisible = (*high_watermark, *end);
                    }
                }
                Content::Sight(Sight::Fault { what }) => self.power_lost |= what.contains("power"),
                Content::Sight(_) => {}
            }
        }
        // Completions of sends without their records tell of the records that the begin named.
        self.complete_by_operation();
        self.transactions.close();
        for (partition, leader) in self.partitions.iter_mut().zip(leaders) {
            partition.moved |= leader.is_none();
            if self.transactional {
                partition.gaps.get_or_insert("transactions leave markers in it");
            }
        }
        self.settle_logs();
    }

    fn complete(&mut self, value: Id, at: Nanos, line: usize, stage: Stage, place: (Option<Id>, Option<i64>)) {
        let Some(sent) = &mut self.sent[value as usize] else { return };
        (sent.done, sent.line) = (Some(at), line);
        sent.fate = match (stage, place) {
            (Stage::Ok, (Some(tp), Some(offset))) => SendFate::Acked { tp, offset },
            (Stage::Fail, _) => SendFate::Failed,
            _ => SendFate::Unknown,
        };
    }

    /// `fail` and `info` carry an error and no records: they are those of the operation's begin.
    fn complete_by_operation(&mut self) {
        let mut open: LiteMap<(Id, u64), Vec<Id>> = LiteMap::new();
        let recorded = self.recorded;
        for line in &recorded.lines {
            let Content::Operation { client, op, stage, what: OperationKind::Send(records) } = &line.content else {
                continue;
            };
            match stage {
                Stage::Invoke => {
                    open.insert((*client, *op), records.iter().map(|r| r.value).collect());
                }
                Stage::Ok => {
                    open.remove(&(*client, *op));
                }
                Stage::Fail | Stage::Info => {
                    for value in open.remove(&(*client, *op)).unwrap_or_default() {
                        self.complete(value, line.at, line.number, *stage, (None, None));
                    }
                }
            }
        }
    }

    fn read(&mut self, tp: Id, offset: i64, read: Read) {
        let partition = &mut self.partitions[tp as usize];
        let there = partition.reads.entry(offset).or_default();
        if there.iter().all(|known| known.value != read.value) {
            there.push(read);
        }
        // The last reader's word is final; without one, the latest read's.
        if Some(read.client) == self.last_reader || self.last_reader.is_none() {
            partition.log.insert(offset, read);
        }
    }

    /// A partition that the last reader was not assigned to is guessed from what others read.
    fn settle_logs(&mut self) {
        for partition in &mut self.partitions {
            if partition.end == KnownBy::Guessed {
                let last = |(offset, reads): (&i64, &Vec<Read>)| Some((*offset, *reads.iter().max_by_key(|r| r.line)?));
                partition.log = partition.reads.iter().filter_map(last).collect();
            }
            let mut newest = Nanos::ZERO;
            for (offset, read) in &partition.log {
                newest = newest.max(self.sent[read.value as usize].map_or(Nanos::ZERO, |sent| sent.invoked));
                partition.newest.insert(*offset, newest);
            }
        }
        for (value, sent) in self.sent.iter().enumerate() {
            if let Some(SentValue { fate: SendFate::Acked { tp, offset }, .. }) = sent {
                self.partitions[*tp as usize].acks.entry(*offset).or_insert(value as Id);
            }
        }
        for partition in &mut self.partitions {
            let gone = |offset: &i64, value: Id| match partition.log.get(offset) {
                Some(read) => read.value != value,
                None => partition.end == KnownBy::Read,
            };
            let acked = partition.acks.iter().filter(|(offset, _)| **offset >= 0);
            partition.cut = partition.moved
                && (acked.clone().any(|(offset, value)| gone(offset, *value))
                    || partition.reads.iter().any(|(offset, reads)| reads.iter().any(|read| gone(offset, read.value))));
        }
    }

    // --- for the checks ------------------------------------------------------------------------

    /// A value that somebody sent.
    pub(super) fn sent(&self, value: Id) -> Option<&SentValue> {
        self.sent.get(value as usize)?.as_ref()
    }
    /// What the header says of a client as a producer.
    pub(super) fn producer(&self, client: Id) -> Option<&Producer> {
        self.recorded.header.producers.get(self.client(client))
    }
    pub(super) fn client(&self, id: Id) -> &str {
        self.recorded.clients.name(id)
    }
    pub(super) fn value(&self, id: Id) -> &str {
        self.recorded.values.name(id)
    }
    pub(super) fn tp(&self, id: Id) -> &str {
        self.recorded.partitions.name(id)
    }
    /// Where copies of each value are in the logs in the end.
    pub(super) fn copies(&self) -> LiteMap<Id, Vec<(Id, i64)>> {
        let mut copies: LiteMap<Id, Vec<(Id, i64)>> = LiteMap::new();
        for partition in &self.partitions {
            for (offset, read) in &partition.log {
                copies.entry(read.value).or_default().push((partition.tp, *offset));
            }
        }
        copies
    }
    /// Acknowledged sends: value, send, partition, offset (-1 with acks=0).
    pub(super) fn acked(&self) -> impl Iterator<Item = (Id, &SentValue, Id, i64)> {
        self.sent.iter().enumerate().filter_map(|(value, sent)| match sent {
            Some(sent) => match sent.fate {
                SendFate::Acked { tp, offset } => Some((value as Id, sent, tp, offset)),
                _ => None,
            },
            None => None,
        })
    }
    /// What a reader of the findings should know.
    pub(super) fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        let with_sends: BTreeSet<Id> = self.acked().map(|(_, _, tp, _)| tp).collect();
        let unread: Vec<&str> = with_sends
            .iter()
            .filter(|tp| self.partitions[**tp as usize].end == KnownBy::Guessed)
            .map(|tp| self.tp(*tp))
            .collect();
        if !unread.is_empty() {
            notes.push(format!(
                "nobody read {} to the end (client `{FINAL_READER}`): what is in the log is taken from what others read",
                list(&unread)
            ));
        }
        if self.transactional {
            notes.push("transactions are in this history; what they promise is not judged".into());
        }
        let uncommitted = self.transactions.uncommitted();
        if uncommitted > 0 {
            notes.push(format!(
                "records of transactions that nobody was told to be committed: {uncommitted}; who reads what is committed need \
                 not get them"
            ));
        }
        if self.never_invoked > 0 {
            notes.push(format!("{} records of completed sends are named in no begin", self.never_invoked));
        }
        if self.recorded.header.producers.is_empty() {
            notes.push("the header does not say how producers were configured (`producers`: acks, idempotent)".into());
        }
        notes
    }
}

/// The first few of a list.
fn list(names: &[&str]) -> String {
    const MOST: usize = 4;
    let mut text = names.iter().take(MOST).copied().collect::<Vec<_>>().join(", ");
    if names.len() > MOST {
        text += &format!(" and {} more", names.len() - MOST);
    }
    text
}

/// Which group a client belongs to: the header says so, or an observation of the group.
fn groups(recorded: &Recorded) -> Vec<Option<Id>> {
    let mut of = vec![None; recorded.clients.len()];
    for (name, group) in &recorded.header.groups {
        let Some(id) = recorded.groups.find(name) else { continue };
        for client in group.members.iter().filter_map(|member| recorded.clients.find(member)) {
            of[client as usize] = Some(id);
        }
    }
    for line in &recorded.lines {
        if let Content::Sight(Sight::Group { group, members, .. }) = &line.content {
            for (client, _) in members {
                of[*client as usize].get_or_insert(*group);
            }
        }
    }
    of
}
