//! What led to a witness: the facts behind it, and the last ones about its partition, process or group.

use std::collections::VecDeque;
use std::rc::Rc;

use super::cause::StoryCause;
use super::stamps::{PassportStation, Stamp, Stamps, Weight};
use crate::check::kafka_bug::KafkaBug;
use crate::check::outcome::{Finding, Witness};
use crate::history::Observer;
use crate::history::cone::Cone;
use crate::history::fact::{Election, Entry, Fact, ReplicaRole};
use crate::history::record::{Causes, Recording};
use crate::history::setup::Setup;
use crate::history::words::words;
use crate::protocol::exceptions::Exception;
use crate::protocol::ids::*;

/// Of what happens all the time, so many of the latest are kept.
const LATEST: usize = 12;
/// So many of these are as good as a change: they came just before.
const RECENT: usize = 3;
/// Of what changes something, so many of the latest are weighed.
const WEIGHED: usize = 60;

/// Listens for what may explain a witness.
#[derive(Clone, Debug)]
pub struct Trail {
    setup: Rc<Setup>,
    witness: Witness,
    group: Option<GroupId>,
    kept: VecDeque<Entry>,
    bulk: VecDeque<Entry>,
}

impl Trail {
    /// Before the first fact.
    pub fn new(setup: Rc<Setup>, witness: Witness) -> Trail {
        let group = witness.node.and_then(|node| setup.catalog.nodes.get(node.index())?.role.group());
        Trail { setup, witness, group, kept: VecDeque::new(), bulk: VecDeque::new() }
    }

    /// Whether a fact is about what the witness is about.
    fn concerns(&self, fact: &Fact) -> bool {
        let named = fact.references();
        let on = self.witness.tp.is_some() && named.tp == self.witness.tp;
        let by = self.witness.node.is_some() && named.node == self.witness.node;
        let of = self.group.is_some() && named.group == self.group;
        // What names nothing in particular concerns all: a fault, a broker that goes.
        let nothing = self.witness.tp.is_none() && self.witness.node.is_none();
        on || by && (named.tp.is_none() || self.witness.tp.is_none()) || of && named.tp.is_none() || nothing
    }

    /// The cause of a broken invariant: what excuses it, or what is known to break it.
    pub fn cause(&self, finding: &Finding) -> StoryCause {
        match finding.invariant.id {
            "recovery-prefix" | "flush-honest" => StoryCause::LyingDisk,
            "key-keeps-partition" => StoryCause::PartitionersDiffer,
            "outcome-fidelity" | "no-aborted-read" | "no-undecided-read"
                if self.witness.bug == Some(KafkaBug::LateRequest) =>
            {
                StoryCause::LateEndTxn
            }
            _ if self.witness.bug == Some(KafkaBug::OffsetsOutliveAbort) => StoryCause::OffsetsOutliveAbort,
            _ if self.witness.bug == Some(KafkaBug::ClassicMembersStranded) => StoryCause::ClassicMembersStranded,
            _ if self.witness.bug == Some(KafkaBug::ShareLockForgotten) => StoryCause::ShareLockForgotten,
            _ if self.witness.bug == Some(KafkaBug::ShareGapSkipped) => StoryCause::ShareGapSkipped,
            _ if self.witness.bug == Some(KafkaBug::ShareStartMovedBack) => StoryCause::ShareStartMovedBack,
            _ if self.has_no_position() => StoryCause::NoPosition,
            _ => finding.excuse.as_ref().map_or(StoryCause::Unexplained, StoryCause::of_excuse),
        }
    }
    /// poll() threw, since a consumer did not know where to begin.
    fn has_no_position(&self) -> bool {
        use Exception::{LogTruncated, NoOffset, OutOfRange};
        let threw = |fact: &Fact| matches!(fact, Fact::ClientError { error: NoOffset | OutOfRange | LogTruncated, .. });
        self.kept.iter().any(|entry| threw(&entry.fact))
    }

    /// The stations, which end with what the witness saw. `causes`: which event led to which, if that is known.
    pub fn stamps(self, causes: Option<&Causes>) -> Vec<Stamp> {
        let mut facts: Vec<Entry> = self.kept.iter().chain(&self.bulk).copied().collect();
        facts.sort_by_key(|entry| (entry.at, entry.event));
        let behind = causes.map_or(Vec::new(), |causes| {
            let mut record = Recording::default();
            facts.iter().for_each(|entry| record.observe(entry));
            Cone::behind(&record, causes, self.witness.event).story()
        });
        let mut stamps = Stamps::default();
        let recent = self.bulk.iter().rev().nth(RECENT - 1).map(|entry| entry.event);
        for entry in &facts {
            if let Some((who, text)) = words(&entry.fact, &self.setup.catalog, &self.setup.faults) {
                let just_before = recent.is_some_and(|recent| entry.event >= recent);
                let least = if just_before { Weight::Turn } else { Weight::Aside };
                let weight = self.weight(entry, behind.contains(entry)).max(least);
                stamps.note(entry, station(&entry.fact), weight, who, text);
            }
        }
        stamps.latest()
    }

    fn weight(&self, entry: &Entry, behind: bool) -> Weight {
        if entry.event == self.witness.event || behind && self.concerns(&entry.fact) {
            return Weight::Point;
        }
        let own = match kind(&entry.fact) {
            Kind::Bulk if self.touches(&entry.fact) => Weight::Turn,
            Kind::Bulk => Weight::Aside,
            Kind::Change => Weight::Turn,
            Kind::Around | Kind::Alone => Weight::Detail,
        };
        if behind { own.max(Weight::Turn) } else { own }
    }

    /// Whether a fact is about the witness' offset.
    fn touches(&self, fact: &Fact) -> bool {
        let (Some(tp), Some(offset)) = (self.witness.tp, self.witness.offset) else { return false };
        let within = |base: Offset, count: u32| base <= offset && offset <= base.plus(count);
        match *fact {
            Fact::Appended { tp: on, base_offset, count, .. }
            | Fact::ProduceAnswered { tp: on, base_offset, count, .. }
            | Fact::BatchAcked { tp: on, offset: base_offset, count, .. }
            | Fact::RecordsPolled { tp: on, offset: base_offset, count, .. }
            | Fact::ShareRecordsPolled { tp: on, offset: base_offset, count, .. }
            | Fact::RecordsProcessed { tp: on, offset: base_offset, count, .. } => {
                on == tp && within(base_offset, count)
            }
            Fact::ShareAcquired { tp: on, first, last, .. }
            | Fact::ShareAcknowledged { tp: on, first, last, .. }
            | Fact::ShareAcknowledgedLate { tp: on, first, last, .. }
            | Fact::ShareAcknowledgeRefused { tp: on, first, last, .. }
            | Fact::ShareReleased { tp: on, first, last, .. }
            | Fact::ShareArchived { tp: on, first, last, .. } => on == tp && first <= offset && offset <= last,
            Fact::HighWatermarkAdvanced { tp: on, high_watermark, .. } => on == tp && high_watermark == offset,
            Fact::ControlAppended { tp: on, offset: marker, first_offset, .. } => {
                on == tp && first_offset <= offset && offset <= marker
            }
            Fact::LastStableOffsetMoved { tp: on, last_stable_offset, .. } => on == tp && last_stable_offset == offset,
            Fact::OffsetsPassedOver { tp: on, from, to, .. } => on == tp && from <= offset && offset <= to,
            Fact::OffsetStored { tp: on, offset: stored, .. } | Fact::OffsetPending { tp: on, offset: stored, .. } => {
                on == tp && stored == offset
            }
            _ => false,
        }
    }
}

/// How often a fact happens decides how many of it are kept.
#[derive(PartialEq)]
enum Kind {
    /// All the time.
    Bulk,
    /// It changes who does what.
    Change,
    /// It is about the cluster as a whole.
    Around,
    /// It says something where it is the witness, and is in the way of every other story.
    Alone,
}

fn kind(fact: &Fact) -> Kind {
    match fact {
        Fact::Appended { .. }
        | Fact::ControlAppended { .. }
        | Fact::LastStableOffsetMoved { .. }
        | Fact::OffsetsPassedOver { .. }
        | Fact::ProduceAnswered { .. }
        | Fact::HighWatermarkAdvanced { .. }
        | Fact::HighWatermarkLearned { .. }
        | Fact::Flushed { .. }
        | Fact::LatestOffsetServed { .. }
        | Fact::BatchSent { .. }
        | Fact::BatchAcked { .. }
        | Fact::RecordsPolled { .. }
        | Fact::ShareRecordsPolled { .. }
        | Fact::ShareAcquired { .. }
        | Fact::ShareAcknowledged { .. }
        | Fact::ShareAcknowledgedLate { .. }
        | Fact::ShareAcknowledgementSent { .. }
        | Fact::ShareAcknowledgementCompleted { .. }
        | Fact::ShareStartMoved { .. }
        | Fact::RecordsProcessed { .. }
        | Fact::CommitSent { .. }
        | Fact::CommitCompleted { .. }
        | Fact::OffsetStored { .. }
        | Fact::OffsetFetched { .. }
        | Fact::OffsetPending { .. }
        | Fact::OffsetsSentToTransaction { .. }
        | Fact::EffectOutside { .. }
        | Fact::RecordDerived { .. } => Kind::Bulk,
        Fact::ProcessStarted { .. }
        | Fact::ProcessStopped { .. }
        | Fact::ProcessPaused { .. }
        | Fact::FaultStarted { .. }
        | Fact::FaultEnded { .. }
        | Fact::FinalPhaseStarted {}
        | Fact::BrokerRegistered { .. }
        | Fact::BrokerFenced { .. }
        | Fact::BrokerUnfenced { .. }
        | Fact::LogDirFailed { .. } => Kind::Around,
        Fact::KeyPlaced { .. } => Kind::Alone,
        _ => Kind::Change,
    }
}

/// What kind of station a fact is.
fn station(fact: &Fact) -> PassportStation {
    match fact {
        Fact::FaultStarted { .. } | Fact::FaultEnded { .. } => PassportStation::Fault,
        Fact::ProcessStopped { .. } | Fact::PowerLost { .. } | Fact::LogDirFailed { .. } => PassportStation::Stopped,
        Fact::ProcessPaused { paused, .. } => {
            if *paused {
                PassportStation::Stopped
            } else {
                PassportStation::Started
            }
        }
        Fact::ProcessStarted { .. } => PassportStation::Started,
        Fact::BrokerFenced { .. } => PassportStation::Fenced,
        Fact::PartitionChanged { election, .. } if *election == Election::Unchanged => PassportStation::Isr,
        Fact::PartitionChanged { .. } | Fact::BecameLeader { .. } | Fact::BecameFollower { .. } => {
            PassportStation::Elected
        }
        Fact::EligibleReplicasChanged { .. } | Fact::IsrProposed { .. } | Fact::IsrJoinProposed { .. } => {
            PassportStation::Isr
        }
        Fact::Appended { role: ReplicaRole::Leader, .. } => PassportStation::Appended,
        Fact::Appended { .. } => PassportStation::Replicated,
        Fact::ControlAppended { .. } => PassportStation::Marker,
        Fact::HighWatermarkAdvanced { .. } | Fact::HighWatermarkLearned { .. } => PassportStation::Committed,
        Fact::Truncated { .. } => PassportStation::Cut,
        Fact::BatchSent { .. } => PassportStation::Sent,
        Fact::BatchAcked { .. } => PassportStation::Acknowledged,
        Fact::BatchFailed { .. } => PassportStation::GivenUp,
        Fact::BatchRetried { .. } => PassportStation::Retried,
        Fact::ProduceRefused { .. } => PassportStation::Refused,
        Fact::RecordsPolled { .. } | Fact::ShareRecordsPolled { .. } => PassportStation::Fetched,
        Fact::ShareAcquired { .. } => PassportStation::Acquired,
        Fact::ShareReleased { .. } | Fact::ShareArchived { .. } => PassportStation::Freed,
        Fact::ShareAcknowledged { .. } | Fact::ShareAcknowledgedLate { .. } | Fact::ShareStartMoved { .. } => {
            PassportStation::OffsetCommitted
        }
        Fact::ShareAcknowledgeRefused { .. } => PassportStation::CommitFailed,
        Fact::RecordsProcessed { .. } => PassportStation::Processed,
        Fact::OffsetsPassedOver { .. } | Fact::RecordFailed { .. } => PassportStation::PassedOver,
        Fact::OffsetStored { .. } | Fact::OffsetPending { .. } | Fact::OffsetFetched { .. } => {
            PassportStation::OffsetCommitted
        }
        Fact::CommitRefused { .. } => PassportStation::CommitFailed,
        Fact::PositionFromCommit { .. } | Fact::PositionReset { .. } | Fact::PositionSought { .. } => {
            PassportStation::Position
        }
        Fact::TransactionBegun { .. }
        | Fact::TransactionEnding { .. }
        | Fact::TransactionEnded { .. }
        | Fact::TransactionStateChanged { .. }
        | Fact::TransactionFenced { .. } => PassportStation::Transaction,
        Fact::MemberJoined { .. }
        | Fact::MemberLeft { .. }
        | Fact::MemberReplaced { .. }
        | Fact::GroupStateChanged { .. }
        | Fact::PartitionAssigned { .. }
        | Fact::PartitionRevoked { .. } => PassportStation::Membership,
        _ => PassportStation::Event,
    }
}

impl Observer for Trail {
    fn observe(&mut self, entry: &Entry) {
        // Facts of the same event come together: what the witness' event said after it is part of it.
        if entry.event > self.witness.event {
            return;
        }
        let keep = |list: &mut VecDeque<Entry>, most: usize| {
            if list.len() == most {
                list.pop_front();
            }
            list.push_back(*entry);
        };
        match kind(&entry.fact) {
            Kind::Around => keep(&mut self.kept, WEIGHED),
            Kind::Change if matches!(entry.fact, Fact::ClientError { .. }) => keep(&mut self.kept, WEIGHED),
            Kind::Change if self.concerns(&entry.fact) => keep(&mut self.kept, WEIGHED),
            Kind::Bulk if self.touches(&entry.fact) => keep(&mut self.kept, WEIGHED),
            Kind::Bulk if self.concerns(&entry.fact) => keep(&mut self.bulk, LATEST),
            Kind::Alone if entry.event == self.witness.event && self.concerns(&entry.fact) => {
                keep(&mut self.kept, WEIGHED)
            }
            _ => {}
        }
    }
}
