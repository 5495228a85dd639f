//! The exchange history: what clients did and what an administrator could see, in the form in which
//! a real cluster can be recorded too.
//!
//! JSON Lines, ordered by `t`. An operation is an `invoke` and at most one completion with the same
//! `client` and `op`; `ok` promises that it happened, `fail` that it did not, `info` nothing. A
//! record's value is a string that is unique in the run: `producer/topic-partition/number`.

mod final_read;
pub mod header;
pub mod read;

use std::io::{self, Write};
use std::rc::Rc;

use litemap::LiteMap;
use serde_json::{Map, Value, json};

use super::Observer;
use super::fact::{Certainty, Entry, Fact, GroupState, ReplicaRole, StopKind};
use super::setup::{CommitSetup, Setup};
use crate::protocol::errors::ErrorCode;
use crate::protocol::exceptions::Exception;
use crate::protocol::ids::*;
pub use final_read::FINAL_READER;
use final_read::FinalRead;
use header::Header;

/// The name of the form, in the header.
pub const FORMAT: &str = "kafkasim-exchange";
/// The version of the form.
pub const VERSION: u32 = 1;

/// An operation that has not completed.
#[derive(Clone, Copy, Debug)]
struct Open {
    op: u64,
    lane: u32,
}

/// A call of commitSync() or commitAsync() that has not returned.
#[derive(Clone, Debug)]
struct OpenCommit {
    open: Open,
    offsets: Map<String, Value>,
    /// Some attempt may have been stored.
    unsure: bool,
}

/// A member of a group, as an administrator sees it.
#[derive(Clone, Debug)]
struct MemberView {
    client: String,
    assigned: Vec<String>,
}

/// Facts of one event that make up one operation.
#[derive(Debug)]
enum Pending {
    Poll {
        event: u64,
        t: u64,
        node: NodeId,
        records: Vec<Value>,
    },
    Commit {
        event: u64,
        t: u64,
        node: NodeId,
        call: u32,
        offsets: Map<String, Value>,
    },
    OffsetsToTransaction {
        event: u64,
        t: u64,
        node: NodeId,
        group: GroupId,
        offsets: Map<String, Value>,
    },
    Rebalance {
        event: u64,
        t: u64,
        node: NodeId,
        generation: Generation,
        assigned: Vec<String>,
        revoked: Vec<String>,
        lost: Vec<String>,
    },
}

impl Pending {
    fn event(&self) -> u64 {
        match self {
            Pending::Poll { event, .. }
            | Pending::Commit { event, .. }
            | Pending::OffsetsToTransaction { event, .. }
            | Pending::Rebalance { event, .. } => *event,
        }
    }
}

/// Writes the exchange history while it happens.
pub struct Exchange<W: Write> {
    sink: W,
    error: Option<io::Error>,
    setup: Rc<Setup>,
    next_op: Vec<u64>,
    lanes: Vec<Vec<bool>>,
    sends: LiteMap<(NodeId, Tp, u32), Open>,
    /// By process and number of the call.
    commits: LiteMap<(NodeId, u32), OpenCommit>,
    /// By process: the call of a producer's transaction that has not returned.
    transaction_calls: LiteMap<NodeId, (Open, &'static str)>,
    /// By process: the newest call that was invoked. An attempt of an older one, which may have returned
    /// long ago, is no call.
    last_call: Vec<u32>,
    pending: Option<Pending>,
    /// By group.
    members: Vec<LiteMap<MemberId, MemberView>>,
    generations: Vec<Generation>,
    /// By partition.
    replicas: Vec<BrokerList>,
    /// By partition.
    leaders: Vec<Option<BrokerId>>,
    /// By partition: the newest observation of it.
    partitions: Vec<Value>,
    logs: LiteMap<(BrokerId, Tp), LogView>,
    final_read: FinalRead,
    last: u64,
}

/// What an administrator sees of a replica.
#[derive(Clone, Debug, Default)]
struct LogView {
    start: Offset,
    high_watermark: Offset,
    end: Offset,
    epochs: Vec<(LeaderEpoch, Offset)>,
}

impl<W: Write> Exchange<W> {
    /// Writes the header.
    pub fn new(sink: W, setup: Rc<Setup>) -> Exchange<W> {
        let nodes = setup.catalog.nodes.len();
        let header = serde_json::to_value(Header::of(&setup)).expect("a header is plain data");
        let mut exchange = Exchange {
            sink,
            error: None,
            next_op: vec![0; nodes],
            lanes: vec![Vec::new(); nodes],
            sends: LiteMap::new(),
            commits: LiteMap::new(),
            transaction_calls: LiteMap::new(),
            last_call: vec![0; nodes],
            pending: None,
            members: vec![LiteMap::new(); setup.catalog.groups.len()],
            generations: vec![Generation::NONE; setup.catalog.groups.len()],
            replicas: vec![BrokerList::EMPTY; setup.catalog.partition_count() as usize],
            leaders: vec![None; setup.catalog.partition_count() as usize],
            partitions: vec![Value::Null; setup.catalog.partition_count() as usize],
            logs: LiteMap::new(),
            final_read: FinalRead::default(),
            last: 0,
            setup,
        };
        exchange.line(&header);
        exchange
    }

    fn line(&mut self, value: &Value) {
        if self.error.is_none() {
            self.error = writeln!(self.sink, "{value}").err();
        }
    }

    /// Closes what is open as `info`, and flushes.
    ///
    /// # Errors
    /// The first error of the sink.
    pub fn finish(mut self) -> io::Result<()> {
        self.flush_pending();
        let t = self.last;
        for ((node, tp, _), open) in std::mem::take(&mut self.sends) {
            let _ = tp;
            self.operation(t, node, open, "info", "send", [("error", json!("NO_OUTCOME"))]);
        }
        self.close_commits(t, |_| true);
        self.close_transaction_calls(t, |_| true);
        match self.error.take() {
            Some(error) => Err(error),
            None => self.sink.flush(),
        }
    }

    fn client(&self, node: NodeId) -> &str {
        self.setup.catalog.node_name(node)
    }
    fn tp(&self, tp: Tp) -> String {
        self.setup.catalog.tp_name(tp)
    }
    fn value(&self, node: NodeId, tp: Tp, ordinal: u32) -> String {
        format!("{}/{}/{ordinal}", self.client(node), self.tp(tp))
    }
    fn op(&mut self, node: NodeId) -> u64 {
        self.next_op[node.index()] += 1;
        self.next_op[node.index()]
    }
    /// The lowest lane of a client without an open operation; lane 0 is left to what is not a send.
    fn take_lane(&mut self, node: NodeId) -> u32 {
        let lanes = &mut self.lanes[node.index()];
        let free = lanes.iter().position(|busy| !busy).unwrap_or(lanes.len());
        if free == lanes.len() {
            lanes.push(true)
        } else {
            lanes[free] = true
        }
        free as u32 + 1
    }

    fn operation<const N: usize>(
        &mut self,
        t: u64,
        node: NodeId,
        open: Open,
        kind: &str,
        f: &str,
        fields: [(&str, Value); N],
    ) {
        let mut line = Map::new();
        line.insert("t".into(), t.into());
        line.insert("client".into(), self.client(node).into());
        line.insert("op".into(), open.op.into());
        if open.lane > 0 {
            line.insert("lane".into(), open.lane.into());
        }
        line.insert("type".into(), kind.into());
        line.insert("f".into(), f.into());
        for (name, value) in fields {
            line.insert(name.into(), value);
        }
        self.line(&Value::Object(line));
    }

    // --- sends -------------------------------------------------------------------------------

    fn invoke_send(&mut self, t: u64, node: NodeId, tp: Tp, ordinal: u32, count: u32) -> Open {
        let open = Open { op: self.op(node), lane: self.take_lane(node) };
        let name = self.tp(tp);
        let records: Vec<Value> =
            (ordinal..ordinal + count).map(|o| json!({ "tp": name, "value": self.value(node, tp, o) })).collect();
        self.operation(t, node, open, "invoke", "send", [("records", records.into())]);
        self.sends.insert((node, tp, ordinal), open);
        open
    }

    fn complete_send(
        &mut self,
        t: u64,
        node: NodeId,
        tp: Tp,
        ordinal: u32,
        count: u32,
        outcome: Result<Offset, (&str, &'static str)>,
    ) {
        let open = match self.sends.remove(&(node, tp, ordinal)) {
            Some(open) => open,
            // Given up before it was ever sent (or after a split).
            None => {
                let open = self.invoke_send(t, node, tp, ordinal, count);
                self.sends.remove(&(node, tp, ordinal));
                open
            }
        };
        self.free_lane(node, open);
        match outcome {
            Ok(base) => {
                let name = self.tp(tp);
                let offset = |i: u32| if base == Offset::INVALID { base } else { base.plus(i) };
                let records: Vec<Value> = (0..count)
                    .map(|i| json!({ "tp": name, "offset": offset(i), "value": self.value(node, tp, ordinal + i) }))
                    .collect();
                self.operation(t, node, open, "ok", "send", [("records", records.into())]);
            }
            Err((kind, error)) => self.operation(t, node, open, kind, "send", [("error", error.into())]),
        }
    }

    // --- what one event puts together ----------------------------------------------------------

    fn flush_pending(&mut self) {
        match self.pending.take() {
            Some(Pending::Poll { t, node, records, .. }) => {
                let open = Open { op: self.op(node), lane: 0 };
                self.operation(t, node, open, "invoke", "poll", []);
                self.operation(t, node, open, "ok", "poll", [("records", records.into())]);
            }
            Some(Pending::Commit { t, node, call, offsets, .. }) => {
                // The application does not wait for commitAsync(): each call has a lane of its own.
                let setup = self.setup.consumers.iter().find(|consumer| consumer.node == node);
                let waits = setup.is_none_or(|consumer| consumer.commit != CommitSetup::AsyncAfterBatch);
                let open = Open { op: self.op(node), lane: if waits { 0 } else { self.take_lane(node) } };
                self.operation(t, node, open, "invoke", "commit", [("offsets", offsets.clone().into())]);
                self.commits.insert((node, call), OpenCommit { open, offsets, unsure: false });
            }
            Some(Pending::OffsetsToTransaction { t, node, group, offsets, .. }) => {
                let group = self.setup.catalog.groups[group.index()].as_str().into();
                self.invoke_transaction_call(
                    t,
                    node,
                    "offsets-to-txn",
                    [("offsets", offsets.into()), ("group", group)],
                );
            }
            Some(Pending::Rebalance { t, node, generation, assigned, revoked, lost, .. }) => {
                let line = json!({ "t": t, "obs": "rebalance", "client": self.client(node), "assigned": assigned, "revoked": revoked, "lost": lost, "generation": generation });
                self.line(&line);
            }
            None => {}
        }
    }

    fn poll(&mut self, entry: &Entry, node: NodeId, new: Vec<Value>) {
        if let Some(Pending::Poll { event, node: who, records, .. }) = &mut self.pending
            && (*event, *who) == (entry.event, node)
        {
            return records.extend(new);
        }
        self.flush_pending();
        self.pending = Some(Pending::Poll { event: entry.event, t: entry.at.0, node, records: new });
    }

    /// A call commits, or would if it were allowed to. What the client commits by itself (call 0) nobody beside
    /// it sees, and what it sends again belongs to the same call.
    fn commit(&mut self, entry: &Entry, node: NodeId, call: u32, tp: Tp, offset: Offset) {
        let name = self.tp(tp);
        if let Some(Pending::Commit { node: who, call: of, offsets, .. }) = &mut self.pending
            && (*who, *of) == (node, call)
        {
            offsets.insert(name, offset.0.into());
            return;
        }
        if call <= self.last_call[node.index()] {
            return;
        }
        self.flush_pending();
        self.last_call[node.index()] = call;
        let offsets = Map::from_iter([(name, offset.0.into())]);
        self.pending = Some(Pending::Commit { event: entry.event, t: entry.at.0, node, call, offsets });
    }

    /// An attempt ended.
    fn attempt_ended(&mut self, node: NodeId, call: u32, error: ErrorCode) {
        if let Some(commit) = self.commits.get_mut(&(node, call)) {
            commit.unsure |= !refused_for_sure(error);
        }
    }

    fn commit_returned(&mut self, t: u64, node: NodeId, call: u32, error: Option<Exception>) {
        self.flush_pending();
        // A call without offsets to commit has nothing to tell.
        let Some(OpenCommit { open, offsets, unsure }) = self.commits.remove(&(node, call)) else { return };
        self.free_lane(node, open);
        match error {
            None => self.operation(t, node, open, "ok", "commit", [("offsets", offsets.into())]),
            // A refused commit did not happen; a lost answer promises nothing.
            Some(error) => {
                let kind = if unsure { "info" } else { "fail" };
                self.operation(t, node, open, kind, "commit", [("error", error.error_name().into())]);
            }
        }
    }

    /// Nobody will hear of these calls any more.
    fn close_commits(&mut self, t: u64, which: impl Fn(NodeId) -> bool) {
        let over: Vec<(NodeId, u32)> = self.commits.keys().copied().filter(|(node, _)| which(*node)).collect();
        for (node, call) in over {
            let OpenCommit { open, .. } = self.commits.remove(&(node, call)).expect("just seen");
            self.free_lane(node, open);
            self.operation(t, node, open, "info", "commit", [("error", json!("NO_OUTCOME"))]);
        }
    }

    // --- transactions --------------------------------------------------------------------------

    fn invoke_transaction_call<const N: usize>(
        &mut self,
        t: u64,
        node: NodeId,
        f: &'static str,
        fields: [(&str, Value); N],
    ) {
        let open = Open { op: self.op(node), lane: 0 };
        self.operation(t, node, open, "invoke", f, fields);
        self.transaction_calls.insert(node, (open, f));
    }
    /// A call that threw promises nothing: what it asked for may have been done.
    fn transaction_call_returned(&mut self, t: u64, node: NodeId, error: Option<Exception>) {
        self.flush_pending();
        let Some((open, f)) = self.transaction_calls.remove(&node) else { return };
        match error {
            None => self.operation(t, node, open, "ok", f, []),
            Some(error) => self.operation(t, node, open, "info", f, [("error", error.error_name().into())]),
        }
    }
    fn offsets_to_transaction(&mut self, entry: &Entry, node: NodeId, group: GroupId, tp: Tp, offset: Offset) {
        let (name, offset) = (self.tp(tp), Value::from(offset.0));
        if let Some(Pending::OffsetsToTransaction { node: who, group: of, offsets, .. }) = &mut self.pending
            && (*who, *of) == (node, group)
        {
            offsets.insert(name, offset);
            return;
        }
        self.flush_pending();
        let offsets = Map::from_iter([(name, offset)]);
        let (event, t) = (entry.event, entry.at.0);
        self.pending = Some(Pending::OffsetsToTransaction { event, t, node, group, offsets });
    }
    /// Nobody will hear of these calls any more.
    fn close_transaction_calls(&mut self, t: u64, which: impl Fn(NodeId) -> bool) {
        let over: Vec<NodeId> = self.transaction_calls.keys().copied().filter(|node| which(*node)).collect();
        for node in over {
            let (open, f) = self.transaction_calls.remove(&node).expect("just seen");
            self.operation(t, node, open, "info", f, [("error", json!("NO_OUTCOME"))]);
        }
    }

    fn free_lane(&mut self, node: NodeId, open: Open) {
        if open.lane > 0 {
            self.lanes[node.index()][open.lane as usize - 1] = false;
        }
    }

    fn rebalance(&mut self, entry: &Entry, node: NodeId, generation: Generation) -> &mut Pending {
        let same = matches!(&self.pending, Some(Pending::Rebalance { event, node: who, .. }) if *event == entry.event && *who == node);
        if !same {
            self.flush_pending();
        }
        let pending = self.pending.get_or_insert(Pending::Rebalance {
            event: entry.event,
            t: entry.at.0,
            node,
            generation,
            assigned: Vec::new(),
            revoked: Vec::new(),
            lost: Vec::new(),
        });
        if let Pending::Rebalance { generation: newest, .. } = pending {
            *newest = (*newest).max(generation);
        }
        pending
    }

    // --- the end -----------------------------------------------------------------------------

    /// The last reader: assigned to every partition, it polls each from its start to its high watermark.
    fn read_everything(&mut self, t: u64) {
        let hw = |broker, tp| self.logs.get(&(broker, tp)).map_or(Offset(0), |view: &LogView| view.high_watermark);
        let mut logs = self.final_read.readable(hw);
        logs.retain(|(tp, _)| !self.setup.catalog.is_internal(*tp));
        let names: Vec<String> = logs.iter().map(|(tp, _)| self.tp(*tp)).collect();
        let operation = |op: u64, kind: &str, f: &str, fields: (&str, Value)| {
            let mut line = json!({ "t": t, "client": FINAL_READER, "op": op, "type": kind, "f": f });
            if !fields.0.is_empty() {
                line[fields.0] = fields.1;
            }
            line
        };
        for kind in ["invoke", "ok"] {
            self.line(&operation(1, kind, "assign", ("tps", json!(names))));
        }
        for (op, (tp, batches)) in (2..).zip(logs) {
            let name = self.tp(tp);
            let record = |b: &final_read::FinalReadBatch, i: u32| json!({ "tp": name, "offset": b.base.plus(i), "value": self.value(b.node, tp, b.ordinal + i) });
            let records: Vec<Value> =
                batches.iter().flat_map(|b| (0..b.count).map(move |i| (b, i))).map(|(b, i)| record(b, i)).collect();
            self.line(&operation(op, "invoke", "poll", ("", Value::Null)));
            self.line(&operation(op, "ok", "poll", ("records", records.into())));
        }
    }

    // --- observations ------------------------------------------------------------------------

    fn observation(&mut self, t: u64, obs: &str, fields: Value) {
        let mut line = Map::from_iter([("t".to_string(), Value::from(t)), ("obs".to_string(), obs.into())]);
        if let Value::Object(fields) = fields {
            line.extend(fields);
        }
        self.line(&Value::Object(line));
    }

    fn log_observation(&mut self, t: u64, broker: BrokerId, tp: Tp) {
        let Some(view) = self.logs.get(&(broker, tp)) else { return };
        let fields = json!({
            "broker": broker, "tp": self.tp(tp), "start": view.start, "hw": view.high_watermark, "leo": view.end, "epochs": view.epochs,
        });
        self.observation(t, "log", fields);
    }

    fn log(&mut self, broker: BrokerId, tp: Tp) -> &mut LogView {
        self.logs.entry((broker, tp)).or_default()
    }
}

impl LogView {
    fn begin_epoch(&mut self, epoch: LeaderEpoch, start: Offset) {
        if self.epochs.last().is_none_or(|(last, _)| *last < epoch) {
            self.epochs.push((epoch, start));
        }
    }
    fn truncate(&mut self, to: Offset) {
        self.end = self.end.min(to);
        self.high_watermark = self.high_watermark.min(to);
        self.epochs.retain(|(_, start)| *start < to);
    }
}

impl<W: Write> Observer for Exchange<W> {
    fn observe(&mut self, entry: &Entry) {
        self.last = entry.at.0;
        let t = entry.at.0;
        // Lines are ordered by time: what an event put together is written before a later one's.
        if self.pending.as_ref().is_some_and(|pending| pending.event() != entry.event) {
            self.flush_pending();
        }
        self.final_read.observe(&entry.fact);
        self.client_fact(t, entry);
        self.cluster_fact(t, entry);
    }
}

impl<W: Write> Exchange<W> {
    fn client_fact(&mut self, t: u64, entry: &Entry) {
        match entry.fact {
            Fact::BatchSent { node, tp, ordinal, count, attempt: 0, .. } => {
                self.flush_pending();
                self.invoke_send(t, node, tp, ordinal, count);
            }
            Fact::BatchAcked { node, tp, ordinal, count, offset, .. } => {
                self.complete_send(t, node, tp, ordinal, count, Ok(offset))
            }
            Fact::BatchFailed { node, tp, ordinal, count, error, certainty, .. } => {
                let kind = if certainty == Certainty::Definite { "fail" } else { "info" };
                self.complete_send(t, node, tp, ordinal, count, Err((kind, error.error_name())));
            }
            Fact::RecordsPending { node, tp, ordinal, count, .. } => {
                self.complete_send(t, node, tp, ordinal, count, Err(("info", "NO_OUTCOME")))
            }
            Fact::RecordsPolled { node, tp, offset, count, origin, ordinal, .. } => {
                let name = self.tp(tp);
                let records = (0..count).map(|i| json!({ "tp": name, "offset": offset.plus(i), "value": self.value(origin, tp, ordinal + i) })).collect();
                self.poll(entry, node, records);
            }
            Fact::RecordsProcessed { node, tp, count, origin, ordinal, .. } => {
                self.flush_pending();
                for ordinal in ordinal..ordinal + count {
                    let open = Open { op: self.op(node), lane: 0 };
                    let value = self.value(origin, tp, ordinal);
                    let sink = self.client(node).to_string();
                    self.operation(
                        t,
                        node,
                        open,
                        "invoke",
                        "effect",
                        [("value", value.clone().into()), ("sink", sink.clone().into())],
                    );
                    self.operation(t, node, open, "ok", "effect", [("value", value.into()), ("sink", sink.into())]);
                }
            }
            Fact::CommitSent { node, tp, offset, call, .. } => self.commit(entry, node, call, tp, offset),
            Fact::CommitCompleted { node, tp, offset, error, call } => {
                // Without an attempt it was refused at home, and this is the first that is heard of the call.
                self.commit(entry, node, call, tp, offset);
                self.attempt_ended(node, call, error);
            }
            Fact::CommitReturned { node, call, error } => self.commit_returned(t, node, call, error),
            Fact::ProcessStopped { node, .. } => {
                self.flush_pending();
                self.close_commits(t, |of| of == node);
                self.close_transaction_calls(t, |of| of == node);
                self.last_call[node.index()] = 0;
            }
            Fact::TransactionBegun { node, .. } => {
                self.flush_pending();
                self.invoke_transaction_call(t, node, "begin", []);
                self.transaction_call_returned(t, node, None);
            }
            Fact::OffsetsSentToTransaction { node, group, tp, offset, .. } => {
                self.offsets_to_transaction(entry, node, group, tp, offset)
            }
            Fact::TransactionEnding { node, commit, .. } => {
                self.flush_pending();
                self.invoke_transaction_call(t, node, if commit { "commit-txn" } else { "abort-txn" }, []);
            }
            Fact::OffsetsInTransaction { node, error, .. } | Fact::TransactionEnded { node, error, .. } => {
                self.transaction_call_returned(t, node, error)
            }
            Fact::PartitionAssigned { node, tp, generation } => {
                let name = self.tp(tp);
                if let Pending::Rebalance { assigned, .. } = self.rebalance(entry, node, generation) {
                    assigned.push(name);
                }
            }
            Fact::PartitionRevoked { node, tp, generation, reason } => {
                let name = self.tp(tp);
                if let Pending::Rebalance { revoked, lost, .. } = self.rebalance(entry, node, generation) {
                    if reason == super::fact::RevokeReason::Lost { lost.push(name) } else { revoked.push(name) }
                }
            }
            Fact::PositionSought { node, tp, offset } => {
                self.flush_pending();
                let to = json!({ (self.tp(tp)): offset.0 });
                let open = Open { op: self.op(node), lane: 0 };
                self.operation(t, node, open, "invoke", "seek", [("to", to.clone())]);
                self.operation(t, node, open, "ok", "seek", [("to", to)]);
            }
            Fact::ProcessStarted { node } => {
                let topics = self.setup.consumers.iter().find(|c| c.node == node).map(|c| c.topics.clone());
                if let Some(topics) = topics {
                    self.flush_pending();
                    let names: Vec<&str> =
                        topics.iter().map(|t| self.setup.catalog.topics[t.index()].name.as_str()).collect();
                    let fields: Value = json!(names);
                    let open = Open { op: self.op(node), lane: 0 };
                    self.operation(t, node, open, "invoke", "subscribe", [("topics", fields.clone())]);
                    self.operation(t, node, open, "ok", "subscribe", [("topics", fields)]);
                }
            }
            _ => {}
        }
    }

    fn cluster_fact(&mut self, t: u64, entry: &Entry) {
        match entry.fact {
            Fact::FaultStarted { fault, node, .. } => self.fault(t, fault, Some(node), "start"),
            Fact::FaultEnded { fault, .. } => self.fault(t, fault, None, "end"),
            Fact::ProcessStopped { node, kind } => {
                let state = match kind {
                    StopKind::Clean => "stopped",
                    StopKind::Crash => "crashed",
                    StopKind::PowerLoss => "power-lost",
                };
                self.broker_state(t, node, state);
            }
            Fact::BrokerFenced { broker } => self.observation(t, "broker", json!({ "id": broker, "state": "fenced" })),
            Fact::BrokerUnfenced { broker } => {
                self.observation(t, "broker", json!({ "id": broker, "state": "running" }))
            }
            Fact::PartitionCreated { tp, replicas, .. } | Fact::ReplicasReassigned { tp, replicas, .. } => {
                self.replicas[tp.index()] = replicas;
            }
            Fact::PartitionChanged { tp, leader, leader_epoch, isr, .. } => {
                self.leaders[tp.index()] = leader;
                let fields = json!({
                    "tp": self.tp(tp), "leader": leader, "epoch": leader_epoch, "isr": isr, "elr": [],
                    "replicas": self.replicas[tp.index()],
                });
                self.partitions[tp.index()] = fields.clone();
                self.observation(t, "partition", fields);
            }
            Fact::EligibleReplicasChanged { tp, elr, .. } => {
                self.partitions[tp.index()]["elr"] = json!(elr);
                let fields = self.partitions[tp.index()].clone();
                self.observation(t, "partition", fields);
            }
            Fact::BecameLeader { broker, tp, epoch, start, high_watermark } => {
                let view = self.log(broker, tp);
                view.begin_epoch(epoch, start);
                (view.end, view.high_watermark) = (start, high_watermark);
                self.log_observation(t, broker, tp);
            }
            Fact::Appended { broker, role, tp, base_offset, count, leader_epoch, .. } => {
                let view = self.log(broker, tp);
                view.end = base_offset.plus(count);
                if role == ReplicaRole::Follower {
                    view.begin_epoch(leader_epoch, base_offset);
                }
            }
            Fact::ControlAppended { broker, role, tp, offset, leader_epoch, .. } => {
                let view = self.log(broker, tp);
                view.end = offset.plus(1);
                if role == ReplicaRole::Follower {
                    view.begin_epoch(leader_epoch, offset);
                }
            }
            Fact::HighWatermarkAdvanced { broker, tp, high_watermark, .. }
            | Fact::HighWatermarkLearned { broker, tp, high_watermark, .. } => {
                self.log(broker, tp).high_watermark = high_watermark;
            }
            Fact::Truncated { broker, tp, to, .. } => {
                self.log(broker, tp).truncate(to);
                self.log_observation(t, broker, tp);
            }
            Fact::LogStartMoved { broker, tp, to, .. } => self.log(broker, tp).start = to,
            Fact::LogRecovered { broker, tp, log_start, log_end, high_watermark, .. } => {
                let view = self.log(broker, tp);
                view.truncate(log_end);
                (view.start, view.high_watermark) = (log_start, high_watermark);
                self.log_observation(t, broker, tp);
            }
            Fact::MemberJoined { broker, group, member, node } if self.reigns(broker, group) => {
                let view = MemberView { client: self.client(node).to_string(), assigned: Vec::new() };
                self.members[group.index()].insert(member, view);
            }
            Fact::MemberLeft { broker, group, member, .. } if self.reigns(broker, group) => {
                self.members[group.index()].remove(&member);
            }
            // The tools go on naming the client that came first.
            Fact::MemberReplaced { broker, group, member, by, .. } if self.reigns(broker, group) => {
                let members = &mut self.members[group.index()];
                if let Some(view) = members.remove(&member) {
                    members.insert(by, view);
                }
            }
            Fact::MemberAssigned { broker, group, generation, member, tp, .. } if self.reigns(broker, group) => {
                let name = self.tp(tp);
                let members = &mut self.members[group.index()];
                if self.generations[group.index()] != generation {
                    self.generations[group.index()] = generation;
                    members.iter_mut().for_each(|(_, member)| member.assigned.clear());
                }
                if let Some(member) = members.get_mut(&member) {
                    member.assigned.push(name);
                }
            }
            Fact::GroupStateChanged { broker, group, state, generation, .. } if self.reigns(broker, group) => {
                self.group_observation(t, broker, group, state, generation)
            }
            Fact::GroupLoaded { broker, group, generation, members } if self.reigns(broker, group) => {
                let state = if members == 0 { GroupState::Empty } else { GroupState::Stable };
                self.group_observation(t, broker, group, state, generation);
            }
            Fact::RunEnded {} => {
                let replicas: Vec<(BrokerId, Tp)> = self.logs.keys().copied().collect();
                replicas.into_iter().for_each(|(broker, tp)| self.log_observation(t, broker, tp));
                self.read_everything(t);
            }
            _ => {}
        }
    }

    /// Whether an administrator asks this broker about the group: a deposed coordinator has nothing to say.
    fn reigns(&self, broker: BrokerId, group: GroupId) -> bool {
        let home = self.setup.catalog.group_partition(group);
        home.and_then(|tp| self.leaders[tp.index()]) == Some(broker)
    }

    fn group_observation(&mut self, t: u64, broker: BrokerId, group: GroupId, state: GroupState, of: Generation) {
        let fields = json!({
            "group": self.setup.catalog.groups[group.index()], "state": state.name(), "generation": of,
            "members": self.described(group, state), "coordinator": broker,
        });
        self.observation(t, "group", fields);
    }

    /// The members by client, with what is assigned to them. That is described of a stable group only
    /// (`ClassicGroup.describe`).
    fn described(&self, group: GroupId, state: GroupState) -> LiteMap<&str, Vec<&str>> {
        let mut members: LiteMap<&str, Vec<&str>> = LiteMap::new();
        for member in self.members[group.index()].values() {
            let assigned = member.assigned.iter().filter(|_| state == GroupState::Stable);
            members.entry(member.client.as_str()).or_default().extend(assigned.map(String::as_str));
        }
        members
    }

    fn fault(&mut self, t: u64, fault: u16, node: Option<NodeId>, phase: &str) {
        let Some(setup) = self.setup.faults.get(usize::from(fault)) else { return };
        let target =
            node.filter(|n| n.0 != u16::MAX).map_or_else(|| setup.label.clone(), |n| self.client(n).to_string());
        let fields = json!({ "what": setup.kind, "target": target, "phase": phase });
        self.observation(t, "fault", fields);
    }

    fn broker_state(&mut self, t: u64, node: NodeId, state: &str) {
        if let Some(broker) = self.setup.catalog.broker_of(node) {
            self.observation(t, "broker", json!({ "id": broker, "state": state }));
        }
    }
}

/// Whether an answer to a commit promises that this attempt stored nothing.
fn refused_for_sure(error: ErrorCode) -> bool {
    matches!(
        error,
        ErrorCode::IllegalGeneration
            | ErrorCode::UnknownMemberId
            | ErrorCode::RebalanceInProgress
            | ErrorCode::CoordinatorLoadInProgress
    )
}
