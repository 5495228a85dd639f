//! The events of a run that a person wants to read, one line each.
//!
//! What happens to many partitions at once, or again and again within a second, becomes one line
//! with a count.

mod quorum;
mod read_replicas;
mod share_groups;

use std::collections::BTreeSet;
use std::rc::Rc;

use litemap::LiteMap;

use super::stalls::Stalls;
use crate::history::Observer;
use crate::history::fact::{
    Certainty, Election, Entry, Fact, GroupState, OffsetRemovalReason, RevokeReason, SegmentDeletionReason,
    ShareArchiveReason, ShareReleaseReason, StopKind, TruncationReason,
};
use crate::history::setup::Setup;
use crate::history::view::ClusterView;
use crate::history::words::{
    REBOOTSTRAPPED, clamped, left_group, left_share_group, nothing_to_shift, protocol_changed, removed, replaced,
    reset_refused, tool_failed,
};
use crate::protocol::catalog::NodeRole;
use crate::protocol::errors::ErrorCode;
use crate::protocol::exceptions::Exception;
use crate::protocol::ids::*;
use crate::protocol::messages::GroupProtocol;
use crate::sim::time::Nanos;
use read_replicas::ReadReplicas;

/// Repetitions within this time of the last one are counted on the same line.
const BURST: Nanos = Nanos::from_secs(2);
/// The same for what a client tries again only after a timeout or an interval of its own.
const LONG_BURST: Nanos = Nanos::from_secs(11);
/// A line that counts says until when, if it took longer than this.
const LASTING: Nanos = Nanos::from_secs(1);
/// Partition names listed before "and n more".
const NAMED: usize = 3;

/// What begins with the final phase.
const FINAL_PHASE: &str = "faults over, producers stop; groups read what is left";
/// Begins the line of a fault that ends.
const OVER: &str = "over: ";

/// One line.
#[derive(Clone, PartialEq, Debug)]
pub struct TimelineLine {
    /// When (the first time, for a line that counts).
    pub at: Nanos,
    /// Who: `broker 1`, `controller`, `checkout-0`, `group billing`.
    pub who: String,
    /// What.
    pub text: String,
}

/// What is counted on one line.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Key {
    Refused(BrokerId, ErrorCode),
    Failed(NodeId, Exception, bool),
    Retried(NodeId, ErrorCode),
    Resent(NodeId),
    Duplicates(BrokerId),
    SendFailed(NodeId, Exception),
    CommitFailed(NodeId),
    Thrown(NodeId, Exception),
    ProducerFailed(NodeId, Exception, bool),
    Aborted(NodeId),
    Change { leader: Option<BrokerId>, isr: BrokerList, election: Election },
    Truncated(BrokerId, TruncationReason),
    Recovered(BrokerId),
    Moving(bool),
    ReplicaDeleted(BrokerId),
    Deleted(BrokerId, SegmentDeletionReason),
    Compacted(BrokerId),
    Poison(NodeId, bool),
    Reset(NodeId, bool),
    Lost(NodeId),
    Revoked(NodeId),
    Taken(NodeId),
    Wanted(NodeId),
    OffsetReset(NodeId),
    OffsetRemoved(GroupId, OffsetRemovalReason),
    ShareReleased(NodeId, ShareReleaseReason),
    ShareArchived(GroupId, ShareArchiveReason),
    ShareRefused(NodeId, ErrorCode),
}

impl Key {
    /// Somebody tried something, and will try again.
    fn is_failure(&self) -> bool {
        matches!(
            self,
            Key::Refused(..)
                | Key::Failed(..)
                | Key::Retried(..)
                | Key::SendFailed(..)
                | Key::CommitFailed(_)
                | Key::Thrown(..)
                | Key::ProducerFailed(..)
                | Key::Poison(..)
        )
    }
}

#[derive(Clone, Debug)]
struct Open {
    line: usize,
    last: Nanos,
    count: u64,
    records: u64,
    partitions: Vec<Tp>,
    errors: Vec<Exception>,
    /// The places, each once.
    spots: BTreeSet<(Tp, Offset)>,
}

/// A fault that has just struck, whose line a victim may take over.
#[derive(Clone, Copy, Debug)]
struct Struck {
    line: usize,
    at: Nanos,
}

/// The targets of a group of the new protocol.
#[derive(Clone, Copy, Default, Debug)]
struct Targets {
    /// Those of which epoch were there last.
    epoch: Option<Generation>,
    /// The line that says that there are others, when that was last, and how often.
    line: Option<usize>,
    last: Nanos,
    times: u64,
}

/// See the module.
#[derive(Clone, Debug)]
pub struct Timeline {
    setup: Rc<Setup>,
    lines: Vec<TimelineLine>,
    open: LiteMap<Key, Open>,
    /// By process: when it was last started.
    started: Vec<Option<Nanos>>,
    struck: Option<Struck>,
    view: ClusterView,
    /// By broker: whether the controller has it fenced.
    fenced: Vec<bool>,
    /// By broker: whether the session of the life before has kept its present process out.
    barred: Vec<bool>,
    rebalance_since: Vec<Option<Nanos>>,
    /// By group: the targets of one of the new protocol.
    targets: Vec<Targets>,
    stalls: Stalls,
    read_replicas: ReadReplicas,
}

impl Timeline {
    /// Before the first fact.
    pub fn new(setup: Rc<Setup>) -> Timeline {
        let brokers = setup.catalog.brokers().map(|b| b.index() + 1).max().unwrap_or(0);
        Timeline {
            lines: Vec::new(),
            open: LiteMap::new(),
            started: vec![None; setup.catalog.nodes.len()],
            struck: None,
            view: ClusterView::new(&setup.catalog),
            fenced: vec![true; brokers],
            barred: vec![false; brokers],
            rebalance_since: vec![None; setup.catalog.groups.len()],
            targets: vec![Targets::default(); setup.catalog.groups.len()],
            stalls: Stalls::new(setup.clone()),
            read_replicas: ReadReplicas::default(),
            setup,
        }
    }
    /// The lines, by time.
    pub fn lines(&self) -> &[TimelineLine] {
        &self.lines
    }

    fn node(&self, node: NodeId) -> String {
        self.setup.catalog.node_name(node).to_string()
    }
    fn line(&mut self, at: Nanos, who: impl Into<String>, text: impl Into<String>) {
        self.lines.push(TimelineLine { at, who: who.into(), text: text.into() });
    }
    /// `orders-0, orders-3 and 4 more`.
    fn names(&self, partitions: &[Tp]) -> String {
        let named: Vec<String> = partitions.iter().take(NAMED).map(|tp| self.setup.catalog.tp_name(*tp)).collect();
        let rest = partitions.len().saturating_sub(NAMED);
        if rest > 0 { format!("{} and {rest} more", named.join(", ")) } else { named.join(", ") }
    }

    /// Counts one more of a kind, on the open line or on a new one.
    fn count(&mut self, at: Nanos, key: Key, who: String, more: More, text: impl Fn(&Timeline, &Open) -> String) {
        let burst = if matches!(key, Key::CommitFailed(_) | Key::Thrown(..)) { LONG_BURST } else { BURST };
        let fresh = self.open.get(&key).is_none_or(|open| {
            at.saturating_sub(open.last) > burst && !(key.is_failure() && self.only_failures_since(open.line))
        });
        if fresh {
            let open = Open {
                line: self.lines.len(),
                last: at,
                count: 0,
                records: 0,
                partitions: Vec::new(),
                errors: Vec::new(),
                spots: BTreeSet::new(),
            };
            self.open.insert(key.clone(), open);
            self.line(at, who, "");
        }
        let mut open = self.open.remove(&key).expect("just made sure");
        open.last = at;
        open.count += 1;
        open.records += more.records;
        if let Some(tp) = more.tp.filter(|tp| !open.partitions.contains(tp)) {
            open.partitions.push(tp);
        }
        if let Some(error) = more.error.filter(|error| !open.errors.contains(error)) {
            open.errors.push(error);
        }
        open.spots.extend(more.spot);
        let mut text = text(self, &open);
        if at.saturating_sub(self.lines[open.line].at) > LASTING {
            text.push_str(&format!(" (until {at})"));
        }
        self.lines[open.line].text = text;
        self.open.insert(key, open);
    }

    /// Whether nothing but failures that are still counted was told since a line. Then the same failure, however
    /// much later, says nothing new.
    fn only_failures_since(&self, line: usize) -> bool {
        let failures: Vec<usize> =
            self.open.iter().filter(|(key, _)| key.is_failure()).map(|(_, open)| open.line).collect();
        (line + 1..self.lines.len()).all(|later| failures.contains(&later))
    }

    /// A line about what caused the partition changes of the same instant, which the controller
    /// writes in the same batch of records but before: it stands above them.
    fn cause(&mut self, at: Nanos, text: String) {
        let open: Vec<usize> =
            self.open.iter().filter(|(key, _)| matches!(key, Key::Change { .. })).map(|(_, open)| open.line).collect();
        let mut place = self.lines.len();
        while place > 0 && self.lines[place - 1].at == at && open.contains(&(place - 1)) {
            place -= 1;
        }
        self.lines.insert(place, TimelineLine { at, who: "controller".into(), text });
        self.stalls.shift(place);
        for (_, open) in self.open.iter_mut().filter(|(_, open)| open.line >= place) {
            open.line += 1;
        }
    }

    /// A process ends. If a fault has just been injected, that is one line.
    fn stopped(&mut self, at: Nanos, node: NodeId, kind: StopKind) {
        let injected = self.struck.filter(|struck| struck.at == at);
        let text = match (kind, injected) {
            (StopKind::Clean, _) => "stops cleanly",
            (StopKind::Crash, None) => "process crashes",
            (StopKind::PowerLoss, None) => "machine loses power",
            (StopKind::Crash, Some(_)) => "crash injected",
            (StopKind::PowerLoss, Some(_)) => "power loss injected",
        };
        let (who, text) = (self.node(node), format!("{text}{}", self.led_by(node)));
        match injected {
            Some(struck) if self.lines[struck.line].who == "fault" => {
                self.lines[struck.line] = TimelineLine { at, who, text }
            }
            _ => self.line(at, who, text),
        }
    }

    /// ` (leader of orders-0, orders-3)`, or nothing.
    fn led_by(&self, node: NodeId) -> String {
        let Some(broker) = self.setup.catalog.broker_of(node) else { return String::new() };
        let led: Vec<Tp> = (0..self.setup.catalog.partition_count())
            .map(Tp)
            .filter(|tp| self.view.partition(*tp).leader == Some(broker) && !self.internal(*tp))
            .collect();
        if led.is_empty() { String::new() } else { format!(" (leader of {})", self.names(&led)) }
    }

    /// A fault, and whom it hit if it was aimed at a role.
    fn fault_started(&mut self, at: Nanos, fault: u16, node: NodeId) {
        let mut text = self.setup.faults[usize::from(fault)].label.clone();
        if let Some(victim) = self.setup.catalog.nodes.get(node.index()).map(|_| self.node(node))
            // The sides of a link are named already.
            && !text.contains(&victim)
            && ![" | ", " -> "].iter().any(|sides| text.contains(sides))
        {
            text.push_str(&format!(" ({victim})"));
        }
        self.struck = Some(Struck { line: self.lines.len(), at });
        self.line(at, "fault", text);
    }

    /// A broker's new process is known to the controller. What an old session delayed is worth a line.
    fn registered(&mut self, at: Nanos, broker: BrokerId) {
        let started = self.started[self.setup.catalog.broker_node(broker).index()];
        if let Some(started) = started.filter(|_| std::mem::take(&mut self.barred[broker.index()])) {
            let waited = at.saturating_sub(started);
            self.cause(at, format!("broker {broker} registered {waited} after its start; its old session barred it"));
        }
    }

    /// The run is over. If it had no final phase, nobody read what was left, and no fault was over.
    fn ended(&mut self, at: Nanos) {
        if let Some(line) = self.lines.iter_mut().rev().find(|line| line.at == at && line.text == FINAL_PHASE) {
            line.text = "ends here, without a final phase".into();
            self.lines.retain(|line| line.at != at || !line.text.starts_with(OVER));
        }
    }

    /// Consumers that stand still although there is more to read, and those that go on.
    fn look_for_stalls(&mut self, entry: &Entry) {
        for stall in self.stalls.look(entry.at, &self.view, self.lines.len()) {
            let names = self.names(&stall.partitions);
            let text = match stall.nowhere {
                true => format!(
                    "finds no position on {names}, since {}; {} wait",
                    stall.since,
                    plural(stall.waiting, "record")
                ),
                false => format!(
                    "stands still on {names} since {}, with {} to read",
                    stall.since,
                    plural(stall.waiting, "record")
                ),
            };
            self.line(entry.at, self.node(stall.node), text);
        }
        if let Some(line) = self.stalls.observe(entry, &self.view) {
            self.lines[line].text += &format!(" (until {})", entry.at);
        }
    }

    fn internal(&self, tp: Tp) -> bool {
        self.setup.catalog.is_internal(tp)
    }
}

/// What one more occurrence adds to a line.
#[derive(Clone, Copy, Default)]
struct More {
    tp: Option<Tp>,
    records: u64,
    error: Option<Exception>,
    spot: Option<(Tp, Offset)>,
}

impl More {
    fn of(tp: Tp, records: u64) -> More {
        More { tp: Some(tp), records, ..More::default() }
    }
    fn records(records: u32) -> More {
        More { records: records.into(), ..More::default() }
    }
}

fn batches(n: u64) -> String {
    if n == 1 { "1 batch".into() } else { format!("{n} batches") }
}

fn plural(n: u64, one: &str) -> String {
    format!("{n} {one}{}", if n == 1 { "" } else { "s" })
}

impl Observer for Timeline {
    fn observe(&mut self, entry: &Entry) {
        let at = entry.at;
        let (before, isr_before) = match entry.fact {
            Fact::PartitionChanged { tp, .. } => {
                let partition = self.view.partition(tp);
                (partition.leader_epoch, partition.isr)
            }
            _ => (LeaderEpoch(0), BrokerList::EMPTY),
        };
        self.view.observe(entry);
        self.look_for_stalls(entry);
        self.read_replicas(entry);
        match entry.fact {
            Fact::FaultStarted { fault, node, .. } => self.fault_started(at, fault, node),
            Fact::FaultMissed { fault, .. } => {
                let label = self.setup.faults[usize::from(fault)].label.clone();
                self.line(at, "fault", format!("hits nobody that lives: {label}"));
            }
            Fact::FaultEnded { fault, .. } => {
                let label = self.setup.faults[usize::from(fault)].label.clone();
                self.line(at, "fault", format!("{OVER}{label}"));
            }
            Fact::PowerLost { node } => self.line(at, self.node(node), "power loss while down"),
            Fact::ProcessStopped { node, .. } if self.setup.catalog.nodes[node.index()].role == NodeRole::Admin => {}
            Fact::ProcessStopped { node, kind } => self.stopped(at, node, kind),
            Fact::ProcessStarted { node } => {
                if let Some(broker) = self.setup.catalog.broker_of(node) {
                    self.barred[broker.index()] = false;
                }
                if self.started[node.index()].replace(at).is_some() {
                    self.line(at, self.node(node), "process starts again");
                }
            }
            Fact::FinalPhaseStarted {} => self.line(at, "run", FINAL_PHASE),
            Fact::RunEnded {} => self.ended(at),
            Fact::BrokerFenced { broker } => {
                let again = std::mem::replace(&mut self.fenced[broker.index()], true);
                let why = if again { " once more: its session is over" } else { "" };
                self.cause(at, format!("broker {broker} fenced{why}"));
            }
            Fact::BrokerRegistered { broker, .. } => self.registered(at, broker),
            Fact::RegistrationRefused { broker, .. } => self.barred[broker.index()] = true,
            Fact::BrokerUnfenced { broker } => {
                self.fenced[broker.index()] = false;
                if at > Nanos::from_secs(2) {
                    self.line(at, "controller", format!("broker {broker} unfenced"));
                }
            }
            Fact::ControlledShutdownStarted { broker } => {
                self.line(at, "controller", format!("broker {broker} asks to stop; leaders move away"))
            }
            Fact::ControllerActivated { .. }
            | Fact::ControllerResigned { .. }
            | Fact::RaftRoleChanged { .. }
            | Fact::MetadataLogTruncated { .. } => self.quorum(at, &entry.fact),
            Fact::LogDirFailed { broker } => {
                self.line(at, format!("broker {broker}"), "log directory failed; all its replicas are offline")
            }
            // Only its list of replicas is another: that was told just now.
            Fact::PartitionChanged { leader_epoch, isr, election: Election::Unchanged, .. }
                if leader_epoch == before && isr == isr_before => {}
            Fact::PartitionChanged { tp, leader, leader_epoch, partition_epoch, isr, election }
                if partition_epoch.0 > 0 && !self.internal(tp) =>
            {
                self.partition_changed(at, tp, leader, before, leader_epoch, isr, election);
            }
            Fact::ReplicasReassigned { tp, replicas, adding, removing } if !self.internal(tp) => {
                let begins = !adding.is_empty() || !removing.is_empty();
                self.count(at, Key::Moving(begins), "controller".into(), More::of(tp, 0), |line, open| {
                    let names = line.names(&open.partitions);
                    match (begins, open.count) {
                        (true, 1) => {
                            format!("moves {names}: replicas {replicas}, of which {adding} come and {removing} go")
                        }
                        (true, _) => format!("moves replicas of {names}"),
                        (false, 1) => format!("the replicas of {names} are {replicas}"),
                        (false, _) => format!("nothing moves any more of {names}"),
                    }
                });
            }
            Fact::ReplicaDeleted { broker, tp, .. } if !self.internal(tp) => {
                let who = format!("broker {broker}");
                self.count(at, Key::ReplicaDeleted(broker), who, More::of(tp, 0), |line, open| {
                    format!("is no replica of {} any more, and deletes its log", line.names(&open.partitions))
                });
            }
            Fact::Truncated { broker, tp, from, to, reason, .. } if to < from && !self.internal(tp) => {
                let cut = (from.0 - to.0) as u64;
                self.count(
                    at,
                    Key::Truncated(broker, reason),
                    format!("broker {broker}"),
                    More::of(tp, cut),
                    |line, open| {
                        format!(
                            "truncates {}: {} cut{}",
                            line.names(&open.partitions),
                            plural(open.records, "record"),
                            if open.count == 1 { format!(" ({from} -> {to})") } else { String::new() }
                        )
                    },
                );
            }
            Fact::SegmentsDeleted { broker, tp, first, next, reason, .. } if !self.internal(tp) => {
                let records = (next.0 - first.0) as u64;
                let why = match reason {
                    SegmentDeletionReason::LogStart => "below the log start",
                    SegmentDeletionReason::Size => "beyond retention.bytes",
                    SegmentDeletionReason::Time => "older than retention.ms",
                };
                self.count(
                    at,
                    Key::Deleted(broker, reason),
                    format!("broker {broker}"),
                    More::of(tp, records),
                    |line, open| {
                        let place =
                            if open.count == 1 { format!(" ({first} to {})", next.0 - 1) } else { String::new() };
                        let offsets = plural(open.records, "offset");
                        format!("deletes segments of {}: {offsets}{place}, {why}", line.names(&open.partitions))
                    },
                );
            }
            Fact::LogRecovered { broker, tp, log_end, written, .. } if log_end < written => {
                let lost = (written.0 - log_end.0) as u64;
                self.count(at, Key::Recovered(broker), format!("broker {broker}"), More::of(tp, lost), |_, open| {
                    format!("recovers its logs: {} had not reached the disk", plural(open.records, "record"))
                });
            }
            Fact::LogCleaned { broker, tp, .. } if !self.internal(tp) => {
                self.count(at, Key::Compacted(broker), format!("broker {broker}"), More::of(tp, 0), |line, open| {
                    format!("compacts {}", line.names(&open.partitions))
                });
            }
            Fact::ProduceRefused { broker, count, error, .. } => {
                self.count(
                    at,
                    Key::Refused(broker, error),
                    format!("broker {broker}"),
                    More::records(count),
                    |_, open| format!("refuses {}: {}", batches(open.count), error.name()),
                );
            }
            Fact::DuplicateDropped { broker, count, .. } => {
                self.count(at, Key::Duplicates(broker), format!("broker {broker}"), More::records(count), |_, open| {
                    format!("recognises {} sent again, answers with the old offsets", plural(open.records, "record"))
                });
            }
            Fact::BatchRetried { node, count, error, .. } => {
                self.count(at, Key::Retried(node, error), self.node(node), More::records(count), |_, open| {
                    format!(
                        "will send {} again ({}): {}",
                        batches(open.count),
                        plural(open.records, "record"),
                        error.name()
                    )
                });
            }
            Fact::RecordResent { node, .. } => {
                self.count(at, Key::Resent(node), self.node(node), More::records(1), |_, open| {
                    format!("send() again for {} that had failed", plural(open.records, "record"))
                });
            }
            Fact::BatchFailed { node, count, error, certainty, .. } => {
                let definite = certainty == Certainty::Definite;
                self.count(at, Key::Failed(node, error, definite), self.node(node), More::records(count), |_, open| {
                    format!(
                        "gives up {}: {error} ({})",
                        plural(open.records, "record"),
                        if definite { "certainly not written" } else { "outcome unknown" }
                    )
                });
            }
            Fact::SendFailed { node, count, error, .. } => {
                self.count(at, Key::SendFailed(node, error), self.node(node), More::records(count), |_, open| {
                    format!("send() fails for {}: {error}", plural(open.records, "record"))
                });
            }
            // A commitSync() that the client tried again, and that succeeded then, did not fail.
            Fact::CommitReturned { node, error: Some(error), .. } => {
                let more = More { error: Some(error), ..More::default() };
                self.count(at, Key::CommitFailed(node), self.node(node), more, |_, open| {
                    let errors: Vec<String> = open.errors.iter().map(Exception::to_string).collect();
                    format!("{} failed: {}", plural(open.count, "commit"), errors.join(", "))
                });
            }
            Fact::RecordFailed { node, tp, offset, skipped, .. } => {
                let more = More { spot: Some((tp, offset)), ..More::of(tp, 1) };
                self.count(at, Key::Poison(node, skipped), self.node(node), more, |line, open| {
                    let place = line.setup.catalog.tp_name(tp);
                    let what = match (open.spots.len() as u64, open.count) {
                        (1, 1) => format!("{place}@{offset}"),
                        (1, n) => format!("{place}@{offset}, {n} attempts"),
                        (records, n) if records == n => format!("{n} records (last {place}@{offset})"),
                        (records, n) => format!("{records} records (last {place}@{offset}), {n} attempts"),
                    };
                    format!("cannot process {what}{}", if skipped { ", goes on without" } else { "" })
                });
            }
            Fact::PositionReset { node, tp, offset, out_of_range: true, .. } => {
                self.count(at, Key::Reset(node, true), self.node(node), More::of(tp, 0), |line, open| {
                    format!("position out of range on {}, reset to {offset}", line.names(&open.partitions))
                });
            }
            Fact::PositionTruncated { node, tp, from, to } => {
                self.count(at, Key::Reset(node, false), self.node(node), More::of(tp, 0), |line, open| {
                    format!("log truncated under its position on {}: {from} -> {to}", line.names(&open.partitions))
                });
            }
            Fact::PartitionRevoked { node, tp, reason, .. } => {
                let (key, what) = match reason {
                    RevokeReason::Lost => (Key::Lost(node), "loses"),
                    RevokeReason::Revoked => (Key::Revoked(node), "gives up"),
                };
                self.count(at, key, self.node(node), More::of(tp, 0), |line, open| {
                    format!("{what} {}", line.names(&open.partitions))
                });
            }
            // Of a classic group the line of its generation says it all.
            Fact::PartitionAssigned { node, tp, .. } if self.is_by_heartbeats(node) => {
                self.count(at, Key::Taken(node), self.node(node), More::of(tp, 0), |line, open| {
                    format!("takes {}", line.names(&open.partitions))
                });
            }
            Fact::RevocationAsked { broker, group, node, tp, .. } if self.view.coordinates(broker, group) => {
                let from = self.node(node);
                self.count(at, Key::Wanted(node), self.group(group), More::of(tp, 0), |line, open| {
                    format!("wants {} back from {from}", line.names(&open.partitions))
                });
            }
            Fact::RegularExpressionResolved { broker, group, .. }
            | Fact::RegularExpressionDropped { broker, group, .. }
                if self.view.coordinates(broker, group) =>
            {
                if let Some((_, text)) = crate::history::words::words(&entry.fact, &self.setup.catalog, &[]) {
                    self.line(at, self.group(group), text);
                }
            }
            Fact::GroupProtocolChanged { broker, group, protocol, epoch } if self.view.coordinates(broker, group) => {
                let text = protocol_changed(protocol, epoch);
                self.line(at, self.group(group), text);
            }
            Fact::MemberLeft { broker, group, node, reason, .. } if self.view.coordinates(broker, group) => {
                let why = match self.setup.catalog.is_share_group(group) {
                    true => left_share_group(reason),
                    false => left_group(reason, self.view.group(group).protocol),
                };
                let text = format!("{} {why}", self.node(node));
                self.line(at, self.group(group), text);
            }
            Fact::MemberReplaced { broker, group, member, node, .. } if self.view.coordinates(broker, group) => {
                let text = replaced(member, node, &self.setup.catalog);
                self.line(at, self.group(group), text);
            }
            Fact::GroupStateChanged { broker, group, state, generation, members }
                if self.view.coordinates(broker, group) =>
            {
                self.group_state(at, group, state, generation, members)
            }
            // One that is barred by its old session loads it too, from metadata that still names it leader; it
            // serves nobody.
            Fact::GroupLoaded { broker, group, generation, members } if self.view.coordinates(broker, group) => {
                let text = format!(
                    "broker {broker} coordinates it now: generation {generation}, {}",
                    plural(members.into(), "member")
                );
                self.line(at, self.group(group), text);
            }
            Fact::TransactionFenced { transactional_id, timed_out, .. } => {
                let id = self.setup.catalog.transactional_id_name(transactional_id);
                let why = if timed_out { "transaction.timeout.ms is over" } else { "a newer instance has its id" };
                let text = format!("aborts the transaction of {id}, and fences its producer: {why}");
                self.line(at, "coordinator", text);
            }
            Fact::ProducerInError { node, error, fatal } => {
                self.count(at, Key::ProducerFailed(node, error, fatal), self.node(node), More::default(), |_, open| {
                    let what = if fatal { "it has to be closed" } else { "its transaction has to be aborted" };
                    let times = if open.count == 1 { String::new() } else { format!(", {} times", open.count) };
                    format!("producer fails, {what}: {error}{times}")
                });
            }
            Fact::TransactionEnded { node, commit: false, error: None, .. } => {
                self.count(at, Key::Aborted(node), self.node(node), More::default(), |_, open| {
                    format!("aborts {}", plural(open.count, "transaction"))
                });
            }
            Fact::ShareReleased { .. } | Fact::ShareArchived { .. } | Fact::ShareAcknowledgeRefused { .. } => {
                self.share_group(at, &entry.fact);
            }
            Fact::AdminAnswered { node, error } if error.is_err() => self.line(at, self.node(node), tool_failed(error)),
            Fact::NothingToAbort { node, tp } => {
                let name = self.setup.catalog.tp_name(tp);
                self.line(at, self.node(node), format!("finds no open transaction in {name}"));
            }
            Fact::OffsetResetAnswered { node, group, tp, offset, error: ErrorCode::None } => {
                let group = self.setup.catalog.groups[group.index()].clone();
                self.count(at, Key::OffsetReset(node), self.node(node), More::of(tp, 0), |line, open| {
                    let to = if open.count == 1 { format!(" to {offset}") } else { String::new() };
                    format!("sets the offsets of group {group} for {}{to}", line.names(&open.partitions))
                });
            }
            Fact::OffsetResetClamped { node, tp, wanted, offset } => {
                let text = clamped(&self.setup.catalog.tp_name(tp), wanted, offset);
                self.line(at, self.node(node), text);
            }
            Fact::OffsetResetRefused { node, group, state } => {
                let text = reset_refused(&self.setup.catalog.groups[group.index()], state);
                self.line(at, self.node(node), text);
            }
            Fact::NothingToShift { node, tp, .. } => {
                let text = nothing_to_shift(&self.setup.catalog.tp_name(tp));
                self.line(at, self.node(node), text);
            }
            Fact::OffsetRemoved { broker, group, tp, reason } if self.view.coordinates(broker, group) => {
                self.count(at, Key::OffsetRemoved(group, reason), self.group(group), More::of(tp, 0), |line, open| {
                    format!("has no offset for {} any more: {}", line.names(&open.partitions), removed(reason))
                });
            }
            Fact::MetadataRebootstrapped { node } => self.line(at, self.node(node), REBOOTSTRAPPED.to_string()),
            Fact::ClientError { node, error, fatal: true } => {
                self.line(at, self.node(node), format!("poll() throws {error}; the application closes its consumer"))
            }
            Fact::ClientError { node, error, fatal: false } => {
                self.count(at, Key::Thrown(node, error), self.node(node), More::default(), |_, open| {
                    let times = if open.count == 1 { String::new() } else { format!(", {} times", open.count) };
                    format!("poll() throws {error}{times}")
                });
            }
            _ => {}
        }
    }
}

impl Timeline {
    fn group(&self, group: GroupId) -> String {
        format!("group {}", self.setup.catalog.groups[group.index()])
    }

    #[allow(clippy::too_many_arguments)]
    fn partition_changed(
        &mut self,
        at: Nanos,
        tp: Tp,
        leader: Option<BrokerId>,
        before: LeaderEpoch,
        epoch: LeaderEpoch,
        isr: BrokerList,
        election: Election,
    ) {
        let key = Key::Change { leader, isr, election };
        self.count(at, key, "controller".into(), More::of(tp, 0), |line, open| {
            let names = line.names(&open.partitions);
            let epochs =
                if open.partitions.len() == 1 { format!(", epoch {before} -> {epoch}") } else { String::new() };
            match (election, leader) {
                (Election::Unchanged, _) => format!("isr of {names} is {isr}"),
                (Election::Leaderless, _) => format!("{names} has no leader{epochs}, isr {isr}"),
                (Election::Unclean, Some(leader)) => {
                    format!("UNCLEAN election: broker {leader} leads {names}{epochs}, isr {isr}")
                }
                (Election::Preferred, Some(leader)) => {
                    format!("preferred leader {leader} leads {names} again{epochs}, isr {isr}")
                }
                (_, Some(leader)) => format!("broker {leader} leads {names}{epochs}, isr {isr}"),
                (_, None) => format!("{names} has no leader{epochs}, isr {isr}"),
            }
        });
    }

    /// The coordinator has other targets before all members have come to the last ones: one line, if it is so again and again.
    fn other_targets(&mut self, at: Nanos, group: GroupId, what: String) {
        let who = self.group(group);
        let known = &mut self.targets[group.index()];
        match known.line.filter(|_| at.saturating_sub(known.last) <= BURST) {
            Some(line) => {
                known.times += 1;
                self.lines[line].text = format!("other targets, {} times {what}", known.times);
            }
            None => {
                (known.line, known.times) = (Some(self.lines.len()), 1);
                self.line(at, who, format!("other targets {what}"));
            }
        }
        self.targets[group.index()].last = at;
    }
    /// Whether a process is a member of its group by the new protocol.
    fn is_by_heartbeats(&self, node: NodeId) -> bool {
        let own = self.setup.consumers.iter().find(|consumer| consumer.node == node);
        own.is_some_and(|consumer| consumer.config.group_protocol == GroupProtocol::Consumer)
    }

    fn group_state(&mut self, at: Nanos, group: GroupId, state: GroupState, generation: Generation, members: u32) {
        let who = self.group(group);
        let members = plural(members.into(), "member");
        let epoch = self.view.group(group).protocol.group_epoch();
        let since = &mut self.rebalance_since[group.index()];
        match state {
            GroupState::PreparingRebalance if since.is_none() => {
                *since = Some(at);
                if generation.0 > 0 {
                    self.line(at, who, format!("rebalance begins ({epoch} {generation}, {members})"));
                }
            }
            GroupState::Assigning | GroupState::Reconciling => {
                let begins = since.is_none();
                since.get_or_insert(at);
                let newest = self.targets[group.index()].epoch.replace(generation);
                if begins && newest == Some(generation) {
                    self.line(at, who, format!("not all members are at group epoch {generation} any more"));
                } else if begins {
                    self.line(at, who, format!("rebalance begins (group epoch {generation}, {members})"));
                } else if newest.is_some_and(|newest| newest < generation) {
                    self.other_targets(at, group, format!("(group epoch {generation}, {members})"));
                }
            }
            GroupState::Stable => {
                let took = since.take().map_or(Nanos::ZERO, |since| at.saturating_sub(since));
                self.line(at, who, format!("stable: {epoch} {generation}, {members}, after {took}"));
            }
            GroupState::Empty if generation.0 > 0 => {
                *since = None;
                self.line(at, who, format!("empty ({epoch} {generation})"));
            }
            GroupState::Dead => {
                *since = None;
                self.line(at, who, "is removed: the coordinator forgets its generations");
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::catalog::Catalog;

    const CHECKOUT: NodeId = NodeId(1);
    const BILLING: NodeId = NodeId(2);

    /// The lines of a short history, whose facts come at these seconds.
    fn lines(facts: impl IntoIterator<Item = (u64, Fact)>) -> Vec<String> {
        let mut catalog = Catalog::default();
        catalog.add_node("broker 1", NodeRole::Broker(BrokerId(1)));
        catalog.add_node("checkout-0", NodeRole::producer());
        let group = catalog.add_group("billing");
        catalog.add_node("billing-0", NodeRole::consumer(group));
        catalog.add_topic("orders", 1);
        let mut timeline = Timeline::new(Rc::new(Setup { catalog, ..Setup::default() }));
        for (event, (at, fact)) in facts.into_iter().enumerate() {
            timeline.observe(&Entry { at: Nanos::from_secs(at), event: event as u64, fact });
        }
        timeline.lines().iter().map(|line| format!("{} {} {}", line.at, line.who, line.text)).collect()
    }
    fn poison(offset: i64) -> Fact {
        let (tp, origin, ordinal) = (Tp(0), CHECKOUT, offset as u32);
        Fact::RecordFailed { node: BILLING, tp, offset: Offset(offset), origin, ordinal, skipped: false }
    }
    fn retried(ordinal: u32) -> Fact {
        Fact::BatchRetried { node: CHECKOUT, tp: Tp(0), ordinal, count: 2, error: ErrorCode::NotEnoughReplicas }
    }

    #[test]
    fn a_record_that_is_tried_again_is_one_record() {
        assert_eq!(lines([(20, poison(391))]), ["20.000s billing-0 cannot process orders-0@391"]);
        let again = (20..90).map(|at| (at, poison(391)));
        assert_eq!(lines(again), ["20.000s billing-0 cannot process orders-0@391, 70 attempts (until 89.000s)"]);
        let in_turns = (20..26).map(|at| (at, poison(if at % 2 == 0 { 391 } else { 400 })));
        assert_eq!(
            lines(in_turns),
            ["20.000s billing-0 cannot process 2 records (last orders-0@400), 6 attempts (until 25.000s)"]
        );
        let two = [(20, poison(391)), (21, poison(391)), (22, poison(400))];
        assert_eq!(
            lines(two),
            ["20.000s billing-0 cannot process 2 records (last orders-0@400), 3 attempts (until 22.000s)"]
        );
    }

    #[test]
    fn a_failure_that_repeats_while_nothing_else_happens_is_one_line() {
        let facts = [(10, retried(0)), (12, poison(5)), (30, retried(0)), (45, retried(0)), (50, poison(5))];
        assert_eq!(
            lines(facts),
            [
                "10.000s checkout-0 will send 3 batches again (6 records): NOT_ENOUGH_REPLICAS (until 45.000s)",
                "12.000s billing-0 cannot process orders-0@5, 2 attempts (until 50.000s)",
            ]
        );
        // Something happened: the failure after it is another one.
        let facts = [(10, retried(0)), (20, Fact::BrokerFenced { broker: BrokerId(1) }), (30, retried(0))];
        assert_eq!(lines(facts).len(), 3);
    }
}
