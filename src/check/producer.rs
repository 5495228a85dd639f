//! Invariants of producers: P1-P8.

use std::collections::{BTreeMap, BTreeSet};

use super::ghost::Ghost;
use super::outcome::{Finding, Tally, Witness};
use crate::history::fact::{Certainty, Entry, Fact, ReplicaRole};
use crate::protocol::ids::*;
use crate::sim::time::Nanos;

/// How late an outcome may be: the sender looks at deadlines when it wakes.
const SCHEDULING_SLACK: Nanos = Nanos::from_secs(1);

/// See the module.
#[derive(Clone, Debug)]
pub struct ProducerChecks {
    no_phantom: Tally,
    definite_fail_absent: Tally,
    idempotent_no_dup: Tally,
    idempotent_order: Tally,
    producer_fencing: Tally,
    pid_unique: Tally,
    per_key_order: Tally,
    bounded_outcome: Tally,
    /// (producer, partition) -> how many records were ever handed to the network.
    sent: Vec<Vec<u32>>,
    /// (producer, partition) -> the largest ordinal in a leader's log, plus one.
    appended: Vec<Vec<u32>>,
    /// By partition: what the acting leader's log says of each producer id.
    lineages: Vec<Lineage>,
    ids: BTreeMap<(ProducerId, ProducerEpoch), NodeId>,
    failed: BTreeSet<(NodeId, Tp, u32)>,
    paused: BTreeSet<NodeId>,
}

/// Producer state along one leader lineage.
#[derive(Clone, Debug, Default)]
struct Lineage {
    leader: Option<(BrokerId, LeaderEpoch)>,
    /// producer id -> (newest epoch, next sequence expected).
    producers: BTreeMap<ProducerId, (ProducerEpoch, Sequence)>,
}

impl ProducerChecks {
    /// Before the first fact.
    pub fn new(ghost: &Ghost) -> ProducerChecks {
        let partitions = ghost.setup.catalog.partition_count() as usize;
        let nodes = ghost.setup.catalog.nodes.len();
        let mut checks = ProducerChecks {
            no_phantom: Tally::new("no-phantom", "P1", "every record that a consumer gets was sent", "no consumer got a record"),
            definite_fail_absent: Tally::new("definite-fail-absent", "P2", "a record that failed for certain is in no log", "no record failed for certain"),
            idempotent_no_dup: Tally::new("idempotent-no-dup", "P3", "with idempotence a sequence number is in a partition once", "no idempotent batch was appended"),
            idempotent_order: Tally::new("idempotent-order", "P4", "with idempotence sequence numbers are contiguous in the log", "no idempotent batch followed another"),
            producer_fencing: Tally::new("producer-fencing", "P5", "no batch of an older producer epoch is appended after one of a newer", "no producer bumped its epoch"),
            pid_unique: Tally::new("pid-unique", "P6", "no two producers hold the same producer id and epoch", "no producer id was assigned"),
            per_key_order: Tally::new("per-key-order", "P7", "a producer's records are in a partition in the order in which they were sent", "no record was appended"),
            bounded_outcome: Tally::new("bounded-outcome", "P8", "every send completes within delivery.timeout.ms", "no send completed"),
            sent: vec![vec![0; partitions]; nodes],
            appended: vec![vec![0; partitions]; nodes],
            lineages: vec![Lineage::default(); partitions],
            ids: BTreeMap::new(),
            failed: BTreeSet::new(),
            paused: BTreeSet::new(),
        };
        let reorders = |p: &&crate::history::setup::ProducerSetup| !p.idempotent && p.max_in_flight > 1 && p.retries > 0;
        if let Some(producer) = ghost.setup.producers.iter().find(reorders) {
            let name = ghost.setup.catalog.node_name(producer.node);
            checks.per_key_order.not_promised(format!("{name} retries with {} requests in flight and without idempotence", producer.max_in_flight));
        }
        checks
    }

    /// Takes the next fact; `ghost` shows the state before it.
    pub fn observe(&mut self, entry: &Entry, ghost: &Ghost) {
        match entry.fact {
            Fact::BatchSent { node, tp, ordinal, count, .. } => {
                let sent = &mut self.sent[node.index()][tp.index()];
                *sent = (*sent).max(ordinal + count);
            }
            Fact::Appended { role: ReplicaRole::Leader, broker, tp, base_offset, count, leader_epoch, node, ordinal, producer_id, producer_epoch, sequence } => {
                self.order(entry, ghost, broker, tp, base_offset, count, node, ordinal);
                if producer_id != ProducerId::NONE {
                    let append = Append { broker, epoch: leader_epoch, base: base_offset, count, producer_id, producer_epoch, sequence };
                    self.idempotence(entry, ghost, tp, append);
                }
            }
            Fact::RecordsPolled { node, tp, offset, count, origin, ordinal, .. } => {
                let known = self.sent[origin.index()][tp.index()];
                self.no_phantom.must(ordinal + count <= known, || {
                    Witness::at(entry, format!("{} got record {ordinal} of {}, which sent {known}", ghost.setup.catalog.node_name(node), ghost.setup.catalog.node_name(origin))).on(tp, offset)
                });
            }
            Fact::ProducerIdAssigned { node, producer_id, epoch } => {
                let holder = *self.ids.entry((producer_id, epoch)).or_insert(node);
                self.pid_unique.must(holder == node, || Witness::at(entry, format!("producer id {producer_id} epoch {epoch} handed out twice")).by(node));
            }
            Fact::BatchAcked { node, created, .. } => self.completed(entry, ghost, node, created),
            Fact::BatchFailed { node, tp, ordinal, count, certainty, created, .. } => {
                self.completed(entry, ghost, node, created);
                if certainty == Certainty::Definite {
                    self.failed.extend((ordinal..ordinal + count).map(|o| (node, tp, o)));
                }
            }
            Fact::ProcessPaused { node, .. } => {
                self.paused.insert(node);
            }
            _ => {}
        }
    }

    #[allow(clippy::too_many_arguments)]
    fn order(&mut self, entry: &Entry, ghost: &Ghost, broker: BrokerId, tp: Tp, offset: Offset, count: u32, node: NodeId, ordinal: u32) {
        if ghost.setup.catalog.is_internal(tp) {
            return;
        }
        let end = &mut self.appended[node.index()][tp.index()];
        // A batch appended a second time is a duplicate, which is another matter; a first
        // appearance below what is there already is a step back. What never arrives leaves a gap,
        // and is filled only by its own late arrival. Only this leader's log counts: what a deposed
        // leader had and nobody else has is sent again, in order.
        let mut late = false;
        if ordinal < *end {
            let (there, later) = in_log(ghost, broker, tp, node, ordinal);
            late = later && !there;
            if !later {
                *end = ordinal;
            }
        }
        *end = (*end).max(ordinal + count);
        self.per_key_order.check(!late, || ghost.loss_excuse(tp), || {
            Witness::at(entry, format!("record {ordinal} of {} comes after later ones", ghost.setup.catalog.node_name(node))).on(tp, offset)
        });
    }

    fn idempotence(&mut self, entry: &Entry, ghost: &Ghost, tp: Tp, append: Append) {
        let lineage = &mut self.lineages[tp.index()];
        if lineage.leader != Some((append.broker, append.epoch)) {
            lineage.rebuild(ghost, append.broker, append.epoch, tp);
        }
        let Some((epoch, next)) = lineage.producers.insert(append.producer_id, append.after()) else {
            return self.idempotent_no_dup.ok();
        };
        let witness = |text: &str| {
            let text = format!("{text}: producer {} epoch {} sequence {}, expected {next} of epoch {epoch}", append.producer_id, append.producer_epoch, append.sequence);
            Witness::at(entry, text).on(tp, append.base)
        };
        let excuse = || ghost.loss_excuse(tp);
        if append.producer_epoch != epoch {
            self.producer_fencing.must(append.producer_epoch > epoch, || witness("fenced producer appended"));
            self.idempotent_no_dup.ok();
            return;
        }
        let behind = append.sequence < next && next.0 - append.sequence.0 < i32::MAX / 2;
        self.idempotent_no_dup.check(!behind, excuse, || witness("appended twice"));
        self.idempotent_order.check(append.sequence == next, excuse, || witness("sequence out of order"));
    }

    fn completed(&mut self, entry: &Entry, ghost: &Ghost, node: NodeId, created: Nanos) {
        let Some(producer) = ghost.setup.producers.iter().find(|p| p.node == node) else { return };
        let bound = created.saturating_add(producer.delivery_timeout).saturating_add(SCHEDULING_SLACK);
        let excuse = || self.paused.contains(&node).then(|| "the producer was paused".to_string());
        let (late, excuse) = (entry.at > bound, excuse());
        self.bounded_outcome.check(!late, || excuse, || Witness::at(entry, format!("sent at {created}")).by(node));
    }

    /// What can only be judged at the end.
    pub fn finish(&mut self, end: &Entry, ghost: &Ghost) {
        for (node, tp, ordinal) in &self.failed {
            let there = appeared(ghost, *tp, *node, *ordinal);
            self.definite_fail_absent.must(!there, || Witness::at(end, format!("record {ordinal} failed and is in the log")).on(*tp, Offset::INVALID).by(*node));
        }
    }

    /// The outcomes.
    pub fn findings(&self, out: &mut Vec<Finding>) {
        for tally in [
            &self.no_phantom,
            &self.definite_fail_absent,
            &self.idempotent_no_dup,
            &self.idempotent_order,
            &self.producer_fencing,
            &self.pid_unique,
            &self.per_key_order,
            &self.bounded_outcome,
        ] {
            out.push(tally.finding());
        }
    }
}

/// A leader's append of an idempotent batch.
#[derive(Clone, Copy)]
struct Append {
    broker: BrokerId,
    epoch: LeaderEpoch,
    base: Offset,
    count: u32,
    producer_id: ProducerId,
    producer_epoch: ProducerEpoch,
    sequence: Sequence,
}

impl Append {
    fn after(&self) -> (ProducerEpoch, Sequence) {
        (self.producer_epoch, self.sequence.plus(self.count))
    }
}

impl Lineage {
    /// A new leader's log is the lineage now.
    fn rebuild(&mut self, ghost: &Ghost, broker: BrokerId, epoch: LeaderEpoch, tp: Tp) {
        self.leader = Some((broker, epoch));
        self.producers.clear();
        for batch in ghost.log(broker, tp).batches().iter().filter(|b| b.producer_id != ProducerId::NONE) {
            self.producers.insert(batch.producer_id, (batch.producer_epoch, batch.sequence.plus(batch.count)));
        }
    }
}

/// Whether a leader's log holds a record of a producer, and whether it holds later ones.
fn in_log(ghost: &Ghost, broker: BrokerId, tp: Tp, node: NodeId, ordinal: u32) -> (bool, bool) {
    let batches = || ghost.log(broker, tp).batches().iter().rev().filter(|b| b.node == node);
    let there = batches().any(|b| (b.ordinal..b.ordinal + b.count).contains(&ordinal));
    (there, batches().any(|b| b.ordinal > ordinal))
}

/// Whether a record is in the log that counts. Looks from the end: what is asked for is recent.
fn appeared(ghost: &Ghost, tp: Tp, node: NodeId, ordinal: u32) -> bool {
    ghost.deciding_log(tp).is_some_and(|log| {
        log.batches().iter().rev().any(|b| b.node == node && (b.ordinal..b.ordinal + b.count).contains(&ordinal))
    })
}
