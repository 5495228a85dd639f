//! Invariants between replicas and of committed metadata: R1-R8, R10-R14, R16-R18, R20-R22, C5, C7.

use std::collections::BTreeMap;

use super::ghost::{Ghost, GhostBatch};
use super::outcome::{Finding, Tally, Witness};
use crate::history::fact::{Election, Entry, Fact, ReplicaRole, TruncationReason};
use crate::protocol::ids::*;
use crate::protocol::messages::Acks;

/// See the module.
#[derive(Clone, Debug)]
pub struct ReplicationChecks {
    leader_per_epoch: Tally,
    single_writer: Tally,
    epoch_monotonic: Tally,
    hw_le_leo: Tally,
    hw_monotonic: Tally,
    hw_le_isr_leo: Tally,
    hw_needs_min_isr: Tally,
    visible_end_monotonic: Tally,
    candidate_complete: Tally,
    leader_complete: Tally,
    committed_durable: Tally,
    acked_all_durable: Tally,
    ack_respects_min_isr: Tally,
    isr_shape: Tally,
    isr_change_cas: Tally,
    isr_join_rule: Tally,
    truncation_minimal: Tally,
    ack_offset_truth: Tally,
    no_divergence_quiescent: Tally,
    clean_election_only: Tally,
    fenced_not_leader: Tally,
    /// (partition, epoch) -> the broker that acts as its leader, and the incarnation of its process.
    leaders: BTreeMap<(Tp, LeaderEpoch), BrokerId>,
    /// By partition: the writer of the newest epoch and how often it had been started by then.
    writers: Vec<(LeaderEpoch, BrokerId, u32)>,
    /// By broker: how often it was started.
    starts: Vec<u32>,
    /// By partition: the acting leader's (epoch, high watermark).
    leader_high_watermark: Vec<(LeaderEpoch, Offset)>,
    /// By partition: the last proposal of an ISR.
    proposed: Vec<Option<(LeaderEpoch, PartitionEpoch, BrokerList)>>,
    /// (client, partition) -> the latest end offset it was told.
    visible_end: BTreeMap<(NodeId, Tp), Offset>,
    /// By partition: batches acknowledged with acks=all.
    acked: Vec<Vec<AckedBatch>>,
}

#[derive(Clone, Copy, Debug)]
struct AckedBatch {
    offset: Offset,
    count: u32,
    node: NodeId,
    ordinal: u32,
}

impl ReplicationChecks {
    /// Before the first fact.
    pub fn new(ghost: &Ghost) -> ReplicationChecks {
        let partitions = ghost.setup.catalog.partition_count() as usize;
        let mut checks = ReplicationChecks {
            leader_per_epoch: Tally::new("leader-per-epoch", "R1", "at most one broker acts as leader in one leader epoch", "nobody became leader"),
            single_writer: Tally::new("single-writer-per-epoch", "R2", "all leader appends of one epoch come from one process life of one broker", "no leader appended anything"),
            epoch_monotonic: Tally::new("epoch-monotonic", "R3", "partition epochs rise by one with every change, leader epochs with every change of leader", "no partition changed"),
            hw_le_leo: Tally::new("hw-le-leo", "R4", "no high watermark above its own log end", "no high watermark moved"),
            hw_monotonic: Tally::new("hw-monotonic-in-epoch", "R5", "a leader's high watermark never falls within its epoch", "no high watermark moved"),
            hw_le_isr_leo: Tally::new("hw-le-min-isr-leo", "R6", "what is below the high watermark is on every running member of the (maximal) ISR", "no high watermark moved"),
            hw_needs_min_isr: Tally::new("hw-needs-min-isr", "R7", "the high watermark stands still while the ISR is below min.insync.replicas (since 3.7)", "no high watermark moved"),
            visible_end_monotonic: Tally::new("visible-end-monotonic", "R8", "the end offset that a client is told never goes back", "no client asked twice for an end offset"),
            candidate_complete: Tally::new("candidate-complete", "R10", "every running ISR member has everything that was ever committed", "no ISR changed"),
            leader_complete: Tally::new("leader-complete", "R11", "a new leader has everything that was ever committed", "no leader was elected after something was committed"),
            committed_durable: Tally::new("committed-durable", "R12", "committed records stay where they are in every later leader's log", "nothing was committed"),
            acked_all_durable: Tally::new("acked-all-durable", "R13", "a record acknowledged with acks=all stays in the leader's log", "no record was acknowledged with acks=all"),
            ack_respects_min_isr: Tally::new("ack-respects-min-isr", "R14", "acks=all is answered only when committed, with at least min.insync.replicas in the ISR", "no acks=all request was answered"),
            isr_shape: Tally::new("isr-shape", "R16", "the ISR is part of the replicas, holds the leader, is never empty, and no fenced broker joins it", "no partition changed"),
            isr_change_cas: Tally::new("isr-change-cas", "R17", "an ISR grows only as its leader proposed, on the epochs that it proposed it for", "no ISR grew"),
            isr_join_rule: Tally::new("isr-join-rule", "R18", "a follower is proposed for the ISR only at or above the high watermark and the start of the leader's epoch", "no follower joined an ISR"),
            truncation_minimal: Tally::new("truncation-minimal", "R20", "a follower cuts no more than what differs from its leader, and nothing committed", "no follower truncated"),
            ack_offset_truth: Tally::new("ack-offset-truth", "R21", "the offset in an acknowledgement is where the record is; -1 with acks=0", "no record was acknowledged"),
            no_divergence_quiescent: Tally::new("no-divergence-quiescent", "R22", "once all is quiet, the running in-sync replicas are equal", "the run did not come to rest with two running replicas of a partition"),
            clean_election_only: Tally::new("clean-election-only", "C5", "only ISR members are elected, unless unclean election is enabled", "nobody was elected"),
            fenced_not_leader: Tally::new("fenced-not-leader", "C7", "no fenced broker leads a partition in committed metadata", "no partition changed"),
            leaders: BTreeMap::new(),
            writers: vec![(LeaderEpoch(-1), BrokerId(0), 0); partitions],
            starts: vec![0; ghost.unfenced.len()],
            leader_high_watermark: vec![(LeaderEpoch(-1), Offset(0)); partitions],
            proposed: vec![None; partitions],
            visible_end: BTreeMap::new(),
            acked: vec![Vec::new(); partitions],
        };
        if ghost.setup.producers.iter().all(|p| p.acks != Acks::All) {
            let acks = if ghost.setup.producers.iter().any(|p| p.acks == Acks::One) { "acks=1" } else { "acks=0" };
            checks.acked_all_durable.not_promised(format!("producers use {acks}"));
        }
        checks
    }

    /// Takes the next fact; `ghost` shows the state before it.
    pub fn observe(&mut self, entry: &Entry, ghost: &Ghost) {
        match entry.fact {
            Fact::ProcessStarted { node } => {
                if let Some(broker) = ghost.setup.catalog.broker_of(node) {
                    self.starts[broker.index()] += 1;
                }
            }
            Fact::BecameLeader { broker, tp, epoch, start, .. } => self.became_leader(entry, ghost, broker, tp, epoch, start),
            Fact::Appended { broker, role: ReplicaRole::Leader, tp, base_offset: base, count, leader_epoch: epoch, node, ordinal, producer_id, producer_epoch, sequence } => {
                let batch = GhostBatch { base, count, epoch, node, ordinal, producer_id, producer_epoch, sequence, chain: 0 };
                self.leader_append(entry, ghost, broker, tp, batch);
            }
            Fact::HighWatermarkAdvanced { broker, tp, epoch, high_watermark, log_end, isr, min_isr } => {
                self.leader_high_watermark(entry, ghost, Advance { broker, tp, epoch, high_watermark, log_end, isr, min_isr });
            }
            Fact::HighWatermarkLearned { broker, tp, high_watermark, log_end } => {
                self.hw_le_leo.must(high_watermark <= log_end, || {
                    Witness::at(entry, format!("follower {broker}: high watermark {high_watermark}, log end {log_end}")).on(tp, high_watermark)
                });
            }
            Fact::PartitionChanged { tp, leader, leader_epoch, partition_epoch, isr, election } => {
                self.partition_changed(entry, ghost, Change { tp, leader, leader_epoch, partition_epoch, isr, election });
            }
            Fact::IsrProposed { tp, leader_epoch, partition_epoch, isr, .. } => {
                self.proposed[tp.index()] = Some((leader_epoch, partition_epoch, isr));
            }
            Fact::IsrJoinProposed { tp, joining, log_end, high_watermark, epoch_start, .. } => {
                self.isr_join_rule.must(log_end >= high_watermark.max(epoch_start), || {
                    Witness::at(entry, format!("broker {joining} proposed at {log_end}; high watermark {high_watermark}, epoch start {epoch_start}")).on(tp, log_end)
                });
            }
            Fact::ProduceAnswered { broker, tp, base_offset, count, acks: Acks::All, high_watermark, isr, min_isr } => {
                let committed = high_watermark >= base_offset.plus(count);
                self.ack_respects_min_isr.must(committed && isr >= min_isr, || {
                    Witness::at(entry, format!("broker {broker} answered with high watermark {high_watermark}, ISR of {isr}, min ISR {min_isr}")).on(tp, base_offset)
                });
            }
            Fact::Truncated { broker, tp, from, to, reason, .. } => self.truncated(entry, ghost, broker, tp, from, to, reason),
            Fact::LatestOffsetServed { tp, node, offset, .. } => self.latest_offset(entry, ghost, tp, node, offset),
            Fact::BatchAcked { node, tp, ordinal, count, offset, acks, .. } => {
                self.acked(entry, ghost, tp, AckedBatch { offset, count, node, ordinal }, acks);
            }
            _ => {}
        }
    }

    fn became_leader(&mut self, entry: &Entry, ghost: &Ghost, broker: BrokerId, tp: Tp, epoch: LeaderEpoch, start: Offset) {
        let first = *self.leaders.entry((tp, epoch)).or_insert(broker);
        self.leader_per_epoch.must(first == broker, || {
            Witness::at(entry, format!("brokers {first} and {broker} both lead in epoch {epoch}")).on(tp, start)
        });
        let truth = &ghost.partition(tp).truth;
        if let Some(last) = truth.last() {
            let holds = ghost.log(broker, tp).chain_before(last.next()) == Some(last.chain);
            self.leader_complete.check(holds, || ghost.loss_excuse(tp), || {
                Witness::at(entry, format!("broker {broker} leads with its log end at {start}; committed up to {}", last.next())).on(tp, start)
            });
        }
        self.leader_high_watermark[tp.index()] = (epoch, Offset(0));
    }

    fn leader_append(&mut self, entry: &Entry, ghost: &Ghost, broker: BrokerId, tp: Tp, batch: GhostBatch) {
        let life = self.starts[broker.index()];
        let writer = &mut self.writers[tp.index()];
        if batch.epoch > writer.0 {
            *writer = (batch.epoch, broker, life);
        }
        let single = batch.epoch < writer.0 || *writer == (batch.epoch, broker, life);
        self.single_writer.must(single, || {
            Witness::at(entry, format!("broker {broker} appended in epoch {}, which has another writer", batch.epoch)).on(tp, batch.base)
        });
        let partition = ghost.partition(tp);
        let acting = partition.acting.is_some_and(|(b, e)| b == broker && e == batch.epoch);
        if acting {
            self.committed_durable.check(batch.base >= partition.true_high_watermark(), || ghost.loss_excuse(tp), || {
                Witness::at(entry, format!("leader {broker} appends at {}, where a committed record was", batch.base)).on(tp, batch.base)
            });
        }
    }

    fn leader_high_watermark(&mut self, entry: &Entry, ghost: &Ghost, advance: Advance) {
        let Advance { broker, tp, epoch, high_watermark, log_end, isr, min_isr } = advance;
        let witness = |text: String| Witness::at(entry, text).on(tp, high_watermark);
        self.hw_le_leo.must(high_watermark <= log_end, || witness(format!("leader {broker}: high watermark {high_watermark}, log end {log_end}")));
        let known = &mut self.leader_high_watermark[tp.index()];
        if known.0 == epoch {
            self.hw_monotonic.must(high_watermark >= known.1, || witness(format!("leader {broker}: from {} to {high_watermark} in epoch {epoch}", known.1)));
            known.1 = high_watermark;
        }
        self.hw_needs_min_isr.must(isr.len() >= usize::from(min_isr), || witness(format!("leader {broker} moved it with ISR {isr}, min ISR {min_isr}")));
        for member in isr.iter().filter(|b| *b != broker) {
            let log = ghost.log(member, tp);
            let running = ghost.running[ghost.setup.catalog.broker_node(member).index()];
            if running && !log.lossy {
                self.hw_le_isr_leo.check(log.end() >= high_watermark, || ghost.loss_excuse(tp), || witness(format!("ISR member {member} ends at {}", log.end())));
            }
        }
    }

    fn partition_changed(&mut self, entry: &Entry, ghost: &Ghost, change: Change) {
        let Change { tp, leader, leader_epoch, partition_epoch, isr, election } = change;
        let before = ghost.partition(tp);
        let witness = |text: String| Witness::at(entry, text).on(tp, Offset::INVALID);
        let created = before.partition_epoch.0 < 0;
        if !created {
            let epochs_rise = partition_epoch.0 == before.partition_epoch.0 + 1
                && leader_epoch >= before.leader_epoch
                && (leader == before.leader || leader_epoch > before.leader_epoch);
            self.epoch_monotonic.must(epochs_rise, || witness(format!("leader epoch {} to {leader_epoch}, partition epoch {} to {partition_epoch}", before.leader_epoch, before.partition_epoch)));
        }
        let joined_alive = isr.iter().filter(|b| !before.isr.contains(*b)).all(|b| ghost.unfenced[b.index()]);
        let shape = isr.is_subset(&before.replicas) && leader.is_none_or(|l| isr.contains(l)) && !isr.is_empty();
        self.isr_shape.must(shape && (created || joined_alive || election == Election::Unclean), || witness(format!("leader {leader:?}, isr {isr}, replicas {}", before.replicas)));
        if let Some(leader) = leader {
            // An unfencing and the election that it makes possible are one batch of records.
            let alive = created || ghost.unfenced[leader.index()] || election != Election::Unchanged;
            self.fenced_not_leader.must(alive, || witness(format!("broker {leader} is fenced and leads")));
        }
        if matches!(election, Election::Clean | Election::Preferred | Election::Unclean) && !created {
            let licensed = ghost.topic(tp).unclean_leader_election;
            let clean = leader.is_some_and(|l| before.isr.contains(l));
            self.clean_election_only.must(clean || licensed, || witness(format!("broker {leader:?} elected from outside isr {}", before.isr)));
        }
        let grew = !created && election == Election::Unchanged && !isr.is_subset(&before.isr);
        if grew {
            let as_proposed = self.proposed[tp.index()].is_some_and(|(le, pe, proposal)| {
                le == before.leader_epoch && pe == before.partition_epoch && proposal.same_members(&isr)
            });
            self.isr_change_cas.must(as_proposed, || witness(format!("isr {} to {isr} without such a proposal", before.isr)));
            self.candidates(entry, ghost, tp, &isr);
        }
    }

    /// Every running ISR member that has not lost its page cache holds the truth.
    fn candidates(&mut self, entry: &Entry, ghost: &Ghost, tp: Tp, isr: &BrokerList) {
        let Some(last) = ghost.partition(tp).truth.last() else { return };
        for member in isr.iter() {
            let log = ghost.log(member, tp);
            if ghost.running[ghost.setup.catalog.broker_node(member).index()] && !log.lossy {
                self.candidate_complete.check(log.chain_before(last.next()) == Some(last.chain), || ghost.loss_excuse(tp), || {
                    Witness::at(entry, format!("ISR member {member} ends at {}; committed up to {}", log.end(), last.next())).on(tp, log.end())
                });
            }
        }
    }

    #[allow(clippy::too_many_arguments)]
    fn truncated(&mut self, entry: &Entry, ghost: &Ghost, broker: BrokerId, tp: Tp, from: Offset, to: Offset, reason: TruncationReason) {
        let partition = ghost.partition(tp);
        if reason == TruncationReason::Reset || to >= from {
            return;
        }
        let Some((leader, _)) = partition.acting.filter(|(l, _)| *l != broker) else { return };
        let own = ghost.log(broker, tp).batches();
        let common = common_prefix(own, ghost.log(leader, tp).batches());
        // What was committed after the logs parted, this replica never had.
        let committed = common_prefix(own, &partition.truth);
        let excuse = || ghost.loss_excuse(tp);
        self.truncation_minimal.check(to >= common.max(committed), excuse, || {
            Witness::at(entry, format!("broker {broker} cut to {to}; equal to leader {leader} up to {common}, to what is committed up to {committed}")).on(tp, to)
        });
    }

    fn latest_offset(&mut self, entry: &Entry, ghost: &Ghost, tp: Tp, node: NodeId, offset: Offset) {
        let last = self.visible_end.get(&(node, tp)).copied();
        if let Some(last) = last {
            self.visible_end_monotonic.check(offset >= last, || ghost.loss_excuse(tp), || {
                Witness::at(entry, format!("told {offset} after {last}")).on(tp, offset).by(node)
            });
        }
        self.visible_end.insert((node, tp), offset);
    }

    fn acked(&mut self, entry: &Entry, ghost: &Ghost, tp: Tp, batch: AckedBatch, acks: Acks) {
        if acks == Acks::All {
            self.acked[tp.index()].push(batch);
        }
        if acks == Acks::Zero {
            return self.ack_offset_truth.must(batch.offset == Offset::INVALID, || Witness::at(entry, "acks=0 with an offset").on(tp, batch.offset));
        }
        let there = ghost.partition(tp).replicas.iter().any(|b| holds(ghost, b, tp, &batch));
        // With acks=1 the leader may have crashed and cut its log back before the answer came in.
        if there || acks == Acks::All {
            self.ack_offset_truth.check(there, || ghost.loss_excuse(tp), || {
                Witness::at(entry, "no replica has the record there").on(tp, batch.offset).by(batch.node)
            });
        }
    }

    /// What can only be judged at the end.
    pub fn finish(&mut self, end: &Entry, ghost: &Ghost) {
        for (tp, partition) in ghost.partitions() {
            let Some(log) = ghost.deciding_log(tp) else { continue };
            let excuse = || ghost.loss_excuse(tp);
            let kept = common_batches(&partition.truth, log.batches());
            self.committed_durable.ok_times(kept as u64);
            if let Some(lost) = partition.truth.get(kept) {
                let count = (partition.truth.len() - kept) as u64;
                self.committed_durable.broken_times(count, excuse(), || Witness::at(end, "a committed batch is gone").on(tp, lost.base));
            }
            for batch in &self.acked[tp.index()] {
                let there = log.at(batch.offset).is_some_and(|b| same_record(b, batch));
                if there {
                    self.acked_all_durable.ok_times(u64::from(batch.count));
                } else {
                    self.acked_all_durable.broken_times(u64::from(batch.count), excuse(), || {
                        Witness::at(end, "acknowledged with acks=all and gone").on(tp, batch.offset).by(batch.node)
                    });
                }
            }
            if !ghost.setup.catalog.is_internal(tp) && ghost.final_phase {
                self.quiescent(end, ghost, tp);
            }
        }
    }

    fn quiescent(&mut self, end: &Entry, ghost: &Ghost, tp: Tp) {
        let partition = ghost.partition(tp);
        let Some(leader) = partition.leader else { return };
        let log = ghost.log(leader, tp);
        for member in partition.isr.iter().filter(|b| *b != leader) {
            if ghost.running[ghost.setup.catalog.broker_node(member).index()] {
                let other = ghost.log(member, tp);
                let equal = other.end() == log.end() && other.last().map(|b| b.chain) == log.last().map(|b| b.chain);
                self.no_divergence_quiescent.must(equal, || {
                    Witness::at(end, format!("leader {leader} ends at {}, ISR member {member} at {}", log.end(), other.end())).on(tp, other.end())
                });
            }
        }
    }

    /// The outcomes.
    pub fn findings(&self, out: &mut Vec<Finding>) {
        for tally in [
            &self.leader_per_epoch,
            &self.single_writer,
            &self.epoch_monotonic,
            &self.hw_le_leo,
            &self.hw_monotonic,
            &self.hw_le_isr_leo,
            &self.hw_needs_min_isr,
            &self.visible_end_monotonic,
            &self.candidate_complete,
            &self.leader_complete,
            &self.committed_durable,
            &self.acked_all_durable,
            &self.ack_respects_min_isr,
            &self.isr_shape,
            &self.isr_change_cas,
            &self.isr_join_rule,
            &self.truncation_minimal,
            &self.ack_offset_truth,
            &self.no_divergence_quiescent,
            &self.clean_election_only,
            &self.fenced_not_leader,
        ] {
            out.push(tally.finding());
        }
    }
}

/// A leader's high watermark, moved.
struct Advance {
    broker: BrokerId,
    tp: Tp,
    epoch: LeaderEpoch,
    high_watermark: Offset,
    log_end: Offset,
    isr: BrokerList,
    min_isr: u16,
}

/// A partition's new state.
struct Change {
    tp: Tp,
    leader: Option<BrokerId>,
    leader_epoch: LeaderEpoch,
    partition_epoch: PartitionEpoch,
    isr: BrokerList,
    election: Election,
}

fn same_record(stored: &GhostBatch, acked: &AckedBatch) -> bool {
    stored.node == acked.node && stored.ordinal == acked.ordinal && stored.base == acked.offset
}

fn holds(ghost: &Ghost, broker: BrokerId, tp: Tp, batch: &AckedBatch) -> bool {
    ghost.log(broker, tp).at(batch.offset).is_some_and(|b| same_record(b, batch))
}

/// How many batches two logs share from the start.
fn common_batches(a: &[GhostBatch], b: &[GhostBatch]) -> usize {
    let most = a.len().min(b.len());
    // Chain hashes agree up to some batch and differ from there on.
    let (mut low, mut high) = (0, most);
    while low < high {
        let middle = (low + high) / 2;
        if a[middle].chain == b[middle].chain { low = middle + 1 } else { high = middle }
    }
    low
}

/// The offset up to which two logs are equal.
fn common_prefix(a: &[GhostBatch], b: &[GhostBatch]) -> Offset {
    common_batches(a, b).checked_sub(1).map_or(Offset(0), |last| a[last].next())
}
