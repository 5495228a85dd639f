//! The life of one record, as far as it was told.

use crate::history::Observer;
use crate::history::fact::{Entry, Fact, ReplicaRole};
use crate::history::view::ClusterView;
use crate::protocol::ids::{BrokerId, GroupId, NodeId, Offset, Tp};

/// Which record is followed: whose it is, and where its leader put it first.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Followed {
    /// The partition.
    pub tp: Tp,
    /// Its place.
    pub offset: Offset,
    /// Who sent it.
    pub node: NodeId,
    /// Its number among those that this producer sends to the partition.
    pub ordinal: u32,
}

/// What becomes of it.
#[derive(Clone, Debug)]
pub struct FollowedLife {
    followed: Followed,
    /// What was told of it.
    steps: Vec<Entry>,
    /// Who has it, and where.
    copies: Vec<(BrokerId, Offset)>,
    /// It has been below the high watermark of a leader that reigns, and is in its log.
    readable: bool,
    acked: bool,
    failed: bool,
    polled: Vec<NodeId>,
    processed: Vec<NodeId>,
    /// Groups that have committed an offset behind it.
    committed: Vec<GroupId>,
}

impl FollowedLife {
    /// Before the first fact.
    pub fn new(followed: Followed) -> FollowedLife {
        FollowedLife {
            followed,
            steps: Vec::new(),
            copies: Vec::new(),
            readable: false,
            acked: false,
            failed: false,
            polled: Vec::new(),
            processed: Vec::new(),
            committed: Vec::new(),
        }
    }
    /// Which record.
    pub fn followed(&self) -> Followed {
        self.followed
    }
    /// What was told of it, in order.
    pub fn steps(&self) -> &[Entry] {
        &self.steps
    }
    /// Who has it in a log.
    pub fn copies(&self) -> impl Iterator<Item = BrokerId> + '_ {
        self.copies.iter().map(|(broker, _)| *broker)
    }
    /// How it stands, in words that go behind its name; `name` names processes and groups.
    pub fn standing(&self, name: impl Fn(NodeId) -> String, group: impl Fn(GroupId) -> String) -> String {
        let brokers: Vec<String> = self.copies().map(|broker| broker.to_string()).collect();
        let list = |nodes: &[NodeId]| nodes.iter().map(|node| name(*node)).collect::<Vec<_>>().join(", ");
        let was = self.steps.iter().any(|step| matches!(step.fact, Fact::Appended { .. }));
        let mut parts = vec![match brokers.as_slice() {
            [] if self.steps.is_empty() => "not sent yet".to_owned(),
            [] if was => "in no log any more".to_owned(),
            [] => "sent, and in no log yet".to_owned(),
            [one] => format!("on broker {one}"),
            several => format!("on brokers {}", several.join(", ")),
        }];
        if !self.copies.is_empty() {
            parts.push(if self.readable { "below the high watermark" } else { "above the high watermark" }.into());
        }
        if self.acked {
            parts.push("acknowledged".into());
        }
        if self.failed {
            parts.push("given up by its producer".into());
        }
        if !self.polled.is_empty() {
            parts.push(format!("polled by {}", list(&self.polled)));
        }
        if !self.processed.is_empty() {
            parts.push(format!("processed by {}", list(&self.processed)));
        }
        if !self.committed.is_empty() {
            let groups: Vec<String> = self.committed.iter().map(|id| group(*id)).collect();
            parts.push(format!("committed by {}", groups.join(", ")));
        }
        parts.join("; ")
    }

    /// Takes the next fact; `view` has taken it already.
    pub fn observe(&mut self, entry: &Entry, view: &ClusterView) {
        if self.take(&entry.fact, view) {
            self.steps.push(*entry);
        }
    }

    /// Whether a fact is about the record.
    fn take(&mut self, fact: &Fact, view: &ClusterView) -> bool {
        let Followed { tp: own, node: producer, ordinal: number, offset: place } = self.followed;
        let mine = |node: NodeId, tp: Tp, ordinal: u32, count: u32| {
            node == producer && tp == own && (ordinal..ordinal + count).contains(&number)
        };
        let here = |tp: Tp, from: Offset, to: Offset| tp == own && from <= place && place < to;
        match *fact {
            Fact::BatchSent { node, tp, ordinal, count, .. }
            | Fact::BatchRetried { node, tp, ordinal, count, .. }
            | Fact::ProduceRefused { node, tp, ordinal, count, .. }
            | Fact::DuplicateDropped { node, tp, ordinal, count, .. } => mine(node, tp, ordinal, count),
            Fact::BatchAcked { node, tp, ordinal, count, .. } if mine(node, tp, ordinal, count) => {
                self.acked = true;
                true
            }
            Fact::BatchFailed { node, tp, ordinal, count, .. } if mine(node, tp, ordinal, count) => {
                self.failed = true;
                true
            }
            Fact::Appended { broker, tp, base_offset, node, ordinal, count, .. } if mine(node, tp, ordinal, count) => {
                self.copies.retain(|(known, _)| *known != broker);
                self.copies.push((broker, base_offset.plus(number - ordinal)));
                self.copies.sort();
                true
            }
            Fact::Truncated { broker, tp, to, .. } if tp == own => self.cut(broker, to),
            Fact::LogRecovered { broker, tp, log_end, .. } if tp == own => self.cut(broker, log_end),
            Fact::HighWatermarkAdvanced { broker, tp, high_watermark, .. } if tp == own && !self.readable => {
                let has = self.copies.iter().any(|(known, at)| *known == broker && *at < high_watermark);
                self.readable = has && view.reigns(broker, tp);
                self.readable
            }
            Fact::RecordsPolled { node, tp, origin, ordinal, count, .. }
            | Fact::ShareRecordsPolled { node, tp, origin, ordinal, count, .. }
                if tp == own =>
            {
                let got = mine(origin, tp, ordinal, count);
                note(&mut self.polled, node, got)
            }
            Fact::RecordsProcessed { node, tp, origin, ordinal, count, .. } if tp == own => {
                let got = mine(origin, tp, ordinal, count);
                note(&mut self.processed, node, got)
            }
            Fact::RecordFailed { tp, origin, ordinal, .. } => mine(origin, tp, ordinal, 1),
            Fact::OffsetsPassedOver { tp, from, to, .. } => here(tp, from, to),
            Fact::OffsetStored { group, tp, offset, .. } if tp == own && offset > place => {
                let first = !self.committed.contains(&group);
                if first {
                    self.committed.push(group);
                }
                first
            }
            _ => false,
        }
    }

    /// A broker's log ends here now. Returns whether that took the record away.
    fn cut(&mut self, broker: BrokerId, end: Offset) -> bool {
        let before = self.copies.len();
        self.copies.retain(|(known, at)| *known != broker || *at < end);
        self.readable &= !self.copies.is_empty();
        self.copies.len() < before
    }
}

fn note(list: &mut Vec<NodeId>, node: NodeId, got: bool) -> bool {
    if got && !list.contains(&node) {
        list.push(node);
    }
    got
}

/// Looks for who is put to a place first.
#[derive(Clone, Debug)]
pub struct RecordSeeker {
    tp: Tp,
    offset: Offset,
    /// Whose record it is.
    pub found: Option<Followed>,
    /// What is there is a marker, and no record.
    pub marker: bool,
    /// Where the partition's longest log has ended so far.
    pub end: Offset,
}

impl RecordSeeker {
    /// For this place.
    pub fn new(tp: Tp, offset: Offset) -> RecordSeeker {
        RecordSeeker { tp, offset, found: None, marker: false, end: Offset(0) }
    }
    /// Whether nothing more is to be found.
    pub fn is_done(&self) -> bool {
        self.found.is_some() || self.marker
    }
}

impl Observer for RecordSeeker {
    fn observe(&mut self, entry: &Entry) {
        match entry.fact {
            Fact::Appended { role: ReplicaRole::Leader, tp, base_offset, count, node, ordinal, .. }
                if tp == self.tp =>
            {
                let end = base_offset.plus(count);
                self.end = self.end.max(end);
                if !self.is_done() && base_offset <= self.offset && self.offset < end {
                    let behind = (self.offset.0 - base_offset.0) as u32;
                    self.found = Some(Followed { tp, offset: self.offset, node, ordinal: ordinal + behind });
                }
            }
            Fact::ControlAppended { role: ReplicaRole::Leader, tp, offset, .. } if tp == self.tp => {
                self.end = self.end.max(offset.plus(1));
                self.marker |= !self.is_done() && offset == self.offset;
            }
            _ => {}
        }
    }
}
