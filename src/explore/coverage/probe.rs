//! Reads from the facts of one run what it reaches.

use std::collections::BTreeSet;
use std::rc::Rc;

use litemap::LiteMap;

use super::feature::{Feature, FeatureFamily};
use crate::check::Judgement;
use crate::check::outcome::Outcome;
use crate::history::Observer;
use crate::history::fact::{Election, Entry, Fact, GroupState, RevokeReason, StopKind};
use crate::history::setup::Setup;
use crate::protocol::batch::TransactionState;
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::{BrokerId, GroupId, NodeId, TopicId, Tp, TransactionalId};
use crate::sim::time::Nanos;

/// What nothing is wrong is called among the kinds of faults.
const NOTHING: u8 = 255;
/// How long a fault that is over at once is felt.
const AFTERMATH: Nanos = Nanos::from_secs(10);

/// See the module.
#[derive(Debug)]
pub struct CoverageProbe {
    setup: Rc<Setup>,
    reached: BTreeSet<Feature>,
    /// The kind of each fault, by its number.
    kinds: Vec<u8>,
    /// Faults that are felt: their kind, and until when.
    felt: Vec<(u16, u8, Nanos)>,
    /// By partition: the last three elections, and the leader before.
    elections: LiteMap<Tp, (u32, Option<BrokerId>, Option<BrokerId>)>,
    groups: LiteMap<GroupId, GroupState>,
    transactions: LiteMap<TransactionalId, TransactionState>,
    /// By process: the last four things that happened to a member, a byte each.
    members: LiteMap<NodeId, u32>,
    /// By process: batches on the way, up to a few.
    in_flight: LiteMap<NodeId, u8>,
}

/// The kinds of faults, by their names in a scenario.
pub(super) const FAULT_KINDS: [&str; 25] = [
    "crash",
    "power.loss",
    "stop",
    "start",
    "pause",
    "partition",
    "cut",
    "block.connects",
    "slow.link",
    "delay.link",
    "narrow.link",
    "clog",
    "reset.connections",
    "hold.requests",
    "drop.requests",
    "hold.answers",
    "drop.answers",
    "disk.stall",
    "disk.slow",
    "disk.full",
    "disk.fail",
    "disk.read.errors",
    "disk.lying.flush",
    "administer",
    "service.outage",
];

impl CoverageProbe {
    /// Before the first fact.
    pub fn new(setup: Rc<Setup>) -> CoverageProbe {
        let kind = |kind: &str| FAULT_KINDS.iter().position(|known| *known == kind).map_or(NOTHING - 1, |n| n as u8);
        CoverageProbe {
            kinds: setup.faults.iter().map(|fault| kind(&fault.kind)).collect(),
            setup,
            reached: BTreeSet::new(),
            felt: Vec::new(),
            elections: LiteMap::new(),
            groups: LiteMap::new(),
            transactions: LiteMap::new(),
            members: LiteMap::new(),
            in_flight: LiteMap::new(),
        }
    }

    /// All that was reached; what the judge has found is part of it.
    pub fn finish(mut self, judgement: &Judgement) -> Vec<Feature> {
        for (number, seen) in judgement.sometimes.iter().enumerate() {
            if seen.count > 0 {
                self.reach(FeatureFamily::Sometimes, &[number as u8]);
            }
        }
        for (number, finding) in judgement.findings.iter().enumerate() {
            if !matches!(finding.outcome, Outcome::NotExercised { .. }) {
                self.reach(FeatureFamily::Invariants, &[number as u8]);
            }
            if finding.is_broken() && !matches!(finding.outcome, Outcome::Violated { .. }) {
                self.reach(FeatureFamily::NearMisses, &[number as u8]);
            }
        }
        self.reached.into_iter().collect()
    }

    fn reach(&mut self, family: FeatureFamily, parts: &[u8]) {
        self.reached.insert(Feature::of(family, parts));
    }
    /// The same once for each thing that is wrong, or for nothing.
    fn reach_under_fault(&mut self, family: FeatureFamily, parts: &[u8], now: Nanos) {
        self.felt.retain(|(.., until)| now <= *until);
        let kinds: BTreeSet<u8> = self.felt.iter().map(|(_, kind, _)| *kind).collect();
        let kinds = if kinds.is_empty() { BTreeSet::from([NOTHING]) } else { kinds };
        for kind in kinds {
            self.reach(family, &[parts, &[kind]].concat());
        }
    }

    fn fault(&mut self, fault: u16, at: Nanos) {
        let Some(kind) = self.kinds.get(usize::from(fault)).copied() else { return };
        let lasts = self.setup.faults[usize::from(fault)].ends
            && !["crash", "stop", "power.loss"].contains(&FAULT_KINDS[usize::from(kind.min(23))]);
        self.felt.push((fault, kind, if lasts { Nanos::MAX } else { at.saturating_add(AFTERMATH) }));
    }
    fn fault_over(&mut self, fault: u16, at: Nanos) {
        for (_, _, until) in self.felt.iter_mut().filter(|(other, ..)| *other == fault) {
            *until = at.saturating_add(Nanos::from_secs(2)).min(*until);
        }
    }

    fn partition(&mut self, tp: Tp, leader: Option<BrokerId>, isr: usize, election: Election, at: Nanos) {
        let topic: TopicId = self.setup.catalog.topic_of(tp).0;
        let topic = &self.setup.topics[topic.index()];
        let (full, least) = (usize::from(topic.replication_factor), usize::from(topic.min_insync_replicas));
        let phase = match isr {
            0 => 0,
            isr if leader.is_none() => 1 + u8::from(isr > 1),
            isr if isr < least => 3,
            isr if isr == least && isr < full => 4,
            isr if isr < full => 5,
            _ => 6,
        };
        let internal = u8::from(self.setup.catalog.is_internal(tp));
        self.reach_under_fault(FeatureFamily::PartitionUnderFault, &[internal, phase, election as u8], at);
        if election != Election::Unchanged {
            let (past, last, before) = self.elections.get(&tp).copied().unwrap_or((0, None, None));
            let back = u8::from(leader.is_some() && leader == before && leader != last);
            let past = past << 8 | u32::from(election as u8) << 1 | u32::from(back);
            self.elections.insert(tp, (past, leader, last));
            let [_, a, b, c] = past.to_be_bytes();
            self.reach(FeatureFamily::Elections, &[a, b, c]);
        }
    }
    fn member(&mut self, node: NodeId, what: u8) {
        let history = self.members.get(&node).copied().unwrap_or(0) << 8 | u32::from(what);
        self.members.insert(node, history);
        self.reach(FeatureFamily::MemberHistories, &history.to_be_bytes());
    }
    /// `whom`: what kind of request was refused.
    fn error(&mut self, whom: u8, error: ErrorCode) {
        if error != ErrorCode::None {
            self.reach(FeatureFamily::Errors, &[whom, (error.code() + 1) as u8]);
        }
    }
    fn on_the_way(&mut self, node: NodeId, more: bool) {
        let count = self.in_flight.get(&node).copied().unwrap_or(0);
        self.in_flight.insert(node, if more { count.saturating_add(1) } else { count.saturating_sub(1) });
    }
    fn death(&mut self, node: NodeId, kind: StopKind) {
        let count = self.in_flight.insert(node, 0).unwrap_or(0);
        let open = self.transactions.iter().fold(0, |states: u8, (_, state)| states | 1 << (*state as u8).min(7));
        let unstable = self.groups.iter().any(|(_, state)| *state != GroupState::Stable);
        let server = self.setup.catalog.broker_of(node).is_some();
        self.reach(FeatureFamily::AtDeath, &[u8::from(server), kind as u8, count.min(3), u8::from(unstable), open]);
    }
}

/// How deep, in powers of two.
fn bucket(n: u64) -> u8 {
    (64 - n.leading_zeros()) as u8
}

impl Observer for CoverageProbe {
    fn observe(&mut self, entry: &Entry) {
        let at = entry.at;
        match entry.fact {
            Fact::FaultStarted { fault, .. } => self.fault(fault, at),
            Fact::FaultEnded { fault, .. } => self.fault_over(fault, at),
            Fact::ProcessStopped { node, kind } => {
                self.death(node, kind);
                self.member(node, 1 + kind as u8);
            }
            Fact::PartitionChanged { tp, leader, isr, election, .. } => {
                self.partition(tp, leader, isr.iter().count(), election, at);
            }
            Fact::GroupStateChanged { group, state, .. } => {
                let before = self.groups.insert(group, state).map_or(NOTHING, |state| state as u8);
                self.reach_under_fault(FeatureFamily::GroupUnderFault, &[before, state as u8], at);
            }
            Fact::CoordinatorLoaded { .. } => {
                self.reach_under_fault(FeatureFamily::GroupUnderFault, &[NOTHING, 100], at)
            }
            Fact::TransactionStateChanged { transactional_id, state, .. } => {
                let before = self.transactions.insert(transactional_id, state).map_or(NOTHING, |state| state as u8);
                self.reach_under_fault(FeatureFamily::TransactionUnderFault, &[before, state as u8], at);
            }
            Fact::TransactionFenced { transactional_id, timed_out, .. } => {
                let state = self.transactions.get(&transactional_id).map_or(NOTHING, |state| *state as u8);
                self.reach_under_fault(FeatureFamily::TransactionUnderFault, &[100 + u8::from(timed_out), state], at);
            }
            Fact::Truncated { from, to, reason, .. } => {
                let depth = bucket((from.0 - to.0).max(0) as u64);
                self.reach(FeatureFamily::Truncations, &[reason as u8, depth]);
            }
            Fact::LogRecovered { log_end, written, .. } => {
                self.reach(FeatureFamily::Truncations, &[100, bucket((written.0 - log_end.0).max(0) as u64)]);
            }
            Fact::BatchSent { node, .. } => self.on_the_way(node, true),
            Fact::BatchAcked { node, .. } => self.on_the_way(node, false),
            Fact::BatchFailed { node, error, certainty, .. } => {
                self.on_the_way(node, false);
                self.reach(FeatureFamily::Errors, &[7, error.number() as u8, certainty as u8]);
            }
            Fact::ProduceRefused { error, .. } => self.error(1, error),
            Fact::BatchRetried { node, error, .. } => {
                self.on_the_way(node, false);
                self.error(2, error);
            }
            Fact::CommitRefused { error, .. } => self.error(3, error),
            Fact::CommitCompleted { node, error, .. } => {
                self.error(4, error);
                self.member(node, if error == ErrorCode::None { 10 } else { 11 });
            }
            Fact::HeartbeatAnswered { error, .. } => self.error(5, error),
            Fact::AlterPartitionRefused { error, .. } => self.error(6, error),
            Fact::TransactionRefused { error, .. } => self.error(8, error),
            Fact::RegistrationRefused { error, .. } => self.error(9, error),
            Fact::MarkerRefused { error, .. } => self.error(10, error),
            Fact::ClientError { error, fatal, .. } => {
                self.reach(FeatureFamily::Errors, &[11, error.number() as u8, u8::from(fatal)]);
            }
            Fact::ProducerInError { error, fatal, .. } => {
                self.reach(FeatureFamily::Errors, &[12, error.number() as u8, u8::from(fatal)]);
            }
            Fact::TransactionEnded { commit, error: Some(error), .. } => {
                self.reach(FeatureFamily::Errors, &[13, error.number() as u8, u8::from(commit)]);
            }
            Fact::PartitionAssigned { node, .. } => self.member(node, 20),
            Fact::PartitionRevoked { node, reason, .. } => {
                self.member(node, if reason == RevokeReason::Lost { 22 } else { 21 });
            }
            Fact::MemberLeft { node, reason, .. } => self.member(node, 30 + reason as u8),
            Fact::MemberJoined { node, .. } => self.member(node, 40),
            Fact::MemberReplaced { node, .. } => self.member(node, 44),
            Fact::MetadataRebootstrapped { node } => self.member(node, 45),
            Fact::PositionReset { node, out_of_range, .. } => self.member(node, 41 + u8::from(out_of_range)),
            Fact::PositionTruncated { node, .. } => self.member(node, 43),
            _ => {}
        }
    }
}
