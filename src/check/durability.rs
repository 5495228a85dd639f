//! Invariants of what was committed or acknowledged: R10-R13, R20-R22.

use super::excuse::{Excuse, Loss};
use super::family::Family;
use super::ghost::{Ghost, GhostBatch, GhostRole};
use super::ledger::{Ledger, LedgerBook};
use super::outcome::{Findings, Tally, Witness};
use super::patience::{dead_connection, too_early};
use crate::history::fact::{Election, Entry, Fact, FactKind, FactSet, ReplicaRole, TruncationReason};
use crate::history::setup::Setup;
use crate::protocol::ids::*;
use crate::protocol::messages::Acks;
use crate::sim::time::Nanos;

/// A follower that waits at its leader hears of a new record at once, and of a new high watermark
/// after `replica.fetch.wait.max.ms` at the latest; twice that, for good measure.
fn at_rest(setup: &Setup) -> Nanos {
    Nanos(
        setup
            .broker
            .replica_fetch_wait_max
            .0
            .saturating_mul(2)
            .saturating_add(setup.slow_round_trip.0.saturating_mul(10)),
    )
}

/// See the module.
#[derive(Clone, Debug)]
pub struct DurabilityChecks {
    candidate_complete: Tally,
    leader_complete: Tally,
    committed_durable: Tally,
    acked_all_durable: Tally,
    truncation_minimal: Tally,
    ack_offset_truth: Tally,
    no_divergence_quiescent: Tally,
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

/// A log, cut back.
struct Cut {
    broker: BrokerId,
    tp: Tp,
    from: Offset,
    to: Offset,
}

impl Family for DurabilityChecks {
    const WANTS: FactSet = FactSet::of(&[
        FactKind::Appended,
        FactKind::ControlAppended,
        FactKind::HighWatermarkAdvanced,
        FactKind::BatchAcked,
        FactKind::PartitionChanged,
        FactKind::BecameLeader,
        FactKind::Truncated,
    ]);

    fn new(ghost: &Ghost) -> DurabilityChecks {
        let mut checks = DurabilityChecks {
            candidate_complete: Tally::new(
                "candidate-complete",
                "R10",
                "every running ISR member has everything that was ever committed",
                "nothing was committed with another running ISR member",
            ),
            leader_complete: Tally::new(
                "leader-complete",
                "R11",
                "a new leader has everything that was ever committed",
                "no leader was elected after something was committed",
            ),
            committed_durable: Tally::new(
                "committed-durable",
                "R12",
                "committed records stay where they are in every later leader's log",
                "nothing was committed",
            ),
            acked_all_durable: Tally::new(
                "acked-all-durable",
                "R13",
                "a record acknowledged with acks=all stays in the leader's log",
                "no record was acknowledged with acks=all",
            ),
            truncation_minimal: Tally::new(
                "truncation-minimal",
                "R20",
                "a follower cuts no more than what differs from its leader, and nothing committed",
                "no follower truncated",
            ),
            ack_offset_truth: Tally::new(
                "ack-offset-truth",
                "R21",
                "the offset in an acknowledgement is where a leader put the record; -1 with acks=0",
                "no record was acknowledged",
            ),
            no_divergence_quiescent: Tally::new(
                "no-divergence-quiescent",
                "R22",
                "once all is quiet, the running in-sync replicas are equal",
                "no partition came to rest with two running replicas",
            ),
            acked: vec![Vec::new(); ghost.partition_count()],
        };
        let producers = &ghost.setup.producers;
        if !producers.is_empty() && producers.iter().all(|p| p.acks != Acks::All) {
            let acks = if producers.iter().any(|p| p.acks == Acks::One) { Acks::One } else { Acks::Zero };
            checks.acked_all_durable.not_promised(Excuse::Acks(acks));
        }
        checks
    }

    fn observe(&mut self, entry: &Entry, ghost: &Ghost, _: &LedgerBook) {
        match entry.fact {
            Fact::Appended { broker, role: ReplicaRole::Leader, tp, .. }
            | Fact::ControlAppended { broker, role: ReplicaRole::Leader, tp, .. } => {
                self.leader_append(entry, ghost, broker, tp)
            }
            Fact::HighWatermarkAdvanced { broker, tp, .. } if ghost.partition(tp).is_acting(broker) => {
                self.candidates(entry, ghost, tp, &ghost.view.partition(tp).isr.without(broker));
            }
            Fact::BatchAcked { node, tp, ordinal, count, offset, acks, .. } => {
                self.acked(entry, ghost, tp, AckedBatch { offset, count, node, ordinal }, acks);
            }
            // Who is elected from outside the ISR is looked at when it comes to lead.
            Fact::PartitionChanged { tp, isr, election: Election::Unchanged, .. } => {
                let joined = isr.iter().filter(|b| !ghost.view.partition(tp).isr.contains(*b)).collect();
                self.candidates(entry, ghost, tp, &joined);
            }
            Fact::BecameLeader { broker, tp, epoch, start, .. } => {
                self.became_leader(entry, ghost, broker, tp, epoch, start)
            }
            Fact::Truncated { broker, tp, from, to, reason, .. } if reason != TruncationReason::Reset && to < from => {
                self.truncated(entry, ghost, &Cut { broker, tp, from, to });
            }
            _ => {}
        }
    }

    fn finish(&mut self, end: &Entry, ghost: &Ghost, _: &LedgerBook, _: &Ledger) {
        for (tp, partition) in ghost.partitions() {
            let Some(log) = ghost.deciding_log(tp) else { continue };
            let kept = partition.kept_by(log);
            self.committed_durable.ok_times(kept as u64);
            for index in kept..partition.truth().len() {
                self.committed_durable.broken(ghost.excuse_for(tp, index), || {
                    Witness::at(end, "a committed batch is gone")
                        .on(tp, partition.truth().get(index).map_or(Offset::INVALID, |b| b.base))
                });
            }
            let (batches, mut next) = (log.batches(), 0);
            for batch in &self.acked[tp.index()] {
                if batches
                    .at_next(batch.offset, &mut next)
                    .is_some_and(|b| b.base == batch.offset && b.node == batch.node && b.ordinal == batch.ordinal)
                {
                    self.acked_all_durable.ok_times(u64::from(batch.count));
                } else {
                    let excuse = excuse_of_loss(ghost, tp, batch);
                    self.acked_all_durable.broken_times(u64::from(batch.count), excuse, || {
                        Witness::at(end, "acknowledged with acks=all and gone").on(tp, batch.offset).by(batch.node)
                    });
                }
            }
            if ghost.final_phase.is_some() {
                self.quiescent(end, ghost, tp);
            }
        }
    }

    fn findings(&self, out: &mut Findings<'_>) {
        for tally in [
            &self.candidate_complete,
            &self.leader_complete,
            &self.committed_durable,
            &self.acked_all_durable,
            &self.truncation_minimal,
            &self.ack_offset_truth,
            &self.no_divergence_quiescent,
        ] {
            out.add(tally);
        }
    }
}

impl DurabilityChecks {
    /// Running members of the ISR that have not lost their page cache hold the truth.
    fn candidates(&mut self, entry: &Entry, ghost: &Ghost, tp: Tp, members: &BrokerList) {
        let partition = ghost.partition(tp);
        let Some(last) = partition.truth().last() else { return };
        for member in members.iter().filter(|b| ghost.runs(*b)) {
            let log = ghost.log(member, tp);
            if !log.lossy {
                let excuse = || ghost.excuse_for(tp, partition.truth().len() - 1);
                self.candidate_complete.check(log.chain_before(last.next()) == Some(last.chain), excuse, || {
                    Witness::at(
                        entry,
                        format!("ISR member {member} ends at {}; committed up to {}", log.end(), last.next()),
                    )
                    .on(tp, log.end())
                });
            }
        }
    }

    /// A leader that comes to act in a newer epoch than anybody before.
    fn became_leader(
        &mut self,
        entry: &Entry,
        ghost: &Ghost,
        broker: BrokerId,
        tp: Tp,
        epoch: LeaderEpoch,
        start: Offset,
    ) {
        let partition = ghost.partition(tp);
        let overtaken = partition.acting.is_some_and(|(_, newest)| epoch <= newest);
        if overtaken || partition.truth().is_empty() {
            return;
        }
        let Some((_, kept)) = ghost.loses_at(&entry.fact) else { return self.leader_complete.ok() };
        let witness = |place: Offset| {
            let text = format!(
                "broker {broker} leads with its log end at {start}; committed up to {}",
                partition.true_high_watermark()
            );
            Witness::at(entry, text).on(tp, place)
        };
        self.leader_complete.broken(ghost.excuse_for(tp, kept), || witness(start));
        for index in kept..partition.truth().len() {
            self.committed_durable.broken(ghost.excuse_for(tp, index), || {
                witness(partition.truth().get(index).map_or(Offset::INVALID, |b| b.base))
            });
        }
    }

    fn leader_append(&mut self, entry: &Entry, ghost: &Ghost, broker: BrokerId, tp: Tp) {
        let (partition, batch) = (ghost.partition(tp), &ghost.incoming);
        let committed = partition.true_high_watermark();
        if partition.acts_in(broker, batch.epoch) && batch.base < committed {
            let index = partition.truth().partition_point(|b| b.next() <= batch.base);
            let unregistered = ghost.leads_in_old_epoch(broker, tp).then_some(Loss::Unregistered(broker));
            let excuse = ghost.excuse_for(tp, index).or(unregistered.map(|loss| Excuse::Lost(tp, loss)));
            self.committed_durable.broken(excuse, || {
                Witness::at(entry, format!("leader {broker} appends at {}, where a committed record was", batch.base))
                    .on(tp, batch.base)
            });
        }
    }

    fn truncated(&mut self, entry: &Entry, ghost: &Ghost, cut: &Cut) {
        let Cut { broker, tp, from, to } = *cut;
        let partition = ghost.partition(tp);
        let log = ghost.log(broker, tp);
        let held = partition.truth().common_end(log.batches());
        let index = partition.truth().partition_point(|b| b.next() <= to);
        if partition.is_acting(broker) {
            // The leader of the newest epoch has nobody to follow.
            return self.committed_durable.check(
                to >= held,
                || ghost.excuse_for(tp, index),
                || {
                    Witness::at(
                        entry,
                        format!("leader {broker} cut its log from {from} to {to}; committed up to {held}"),
                    )
                    .on(tp, to)
                },
            );
        }
        let leader = match log.role {
            GhostRole::Follower(leader) => leader,
            _ => None,
        };
        let common = leader.map_or(Offset(0), |leader| log.batches().common_end(ghost.log(leader, tp).batches()));
        let witness = || {
            Witness::at(entry, format!("broker {broker} cut from {from} to {to}; equal to its leader up to {common}, to what is committed up to {held}")).on(tp, to)
        };
        let excuse = || match to < held {
            true => ghost.excuse_for(tp, index),
            false => Some(Excuse::CutsMore),
        };
        self.truncation_minimal.check(to >= held && to >= common, excuse, witness);
    }

    fn acked(&mut self, entry: &Entry, ghost: &Ghost, tp: Tp, batch: AckedBatch, acks: Acks) {
        if acks == Acks::Zero {
            return self.ack_offset_truth.must(batch.offset == Offset::INVALID, || {
                Witness::at(entry, "acks=0 with an offset").on(tp, batch.offset)
            });
        }
        if acks == Acks::All {
            self.acked[tp.index()].push(batch);
        }
        self.ack_offset_truth.must(was_written(ghost, tp, &batch), || {
            Witness::at(entry, "no leader ever put the record there").on(tp, batch.offset).by(batch.node)
        });
    }

    /// Equal replicas, where nothing has moved for a while.
    fn quiescent(&mut self, end: &Entry, ghost: &Ghost, tp: Tp) {
        let partition = ghost.partition(tp);
        let Some(leader) = ghost.view.reigning(tp) else { return };
        let moved = partition.appended.max(partition.changed).max(ghost.disturbed);
        if end.at.saturating_sub(moved) < at_rest(&ghost.setup) {
            return;
        }
        let log = ghost.log(leader, tp);
        for member in ghost.view.partition(tp).isr.iter().filter(|b| *b != leader && ghost.runs(*b)) {
            let other = ghost.log(member, tp);
            let same_log = other.end() == log.end() && other.last().map(|b| b.chain) == log.last().map(|b| b.chain);
            let same_mark = other.high_watermark == log.high_watermark;
            let excuse = || match same_log && other.cut_since_told {
                true => Some(Excuse::NotRepeated),
                false => too_early(end.at, moved, dead_connection(&ghost.setup)),
            };
            self.no_divergence_quiescent.check(same_log && same_mark, excuse, || {
                let (ends, marks) = ((log.end(), other.end()), (log.high_watermark, other.high_watermark));
                let text = format!(
                    "leader {leader} ends at {}, ISR member {member} at {}; high watermarks {} and {}",
                    ends.0, ends.1, marks.0, marks.1
                );
                Witness::at(end, text).on(tp, other.end())
            });
        }
    }
}

/// Whether the leader of some epoch appended the batch at the offset that was acknowledged. That
/// stays true when the log is cut before the acknowledgement arrives, as may happen with acks=1.
fn was_written(ghost: &Ghost, tp: Tp, batch: &AckedBatch) -> bool {
    let same = |w: &GhostBatch| w.count == batch.count && w.node == batch.node && w.ordinal == batch.ordinal;
    ghost.partition(tp).written_at(batch.offset).any(same)
}

/// What excuses the loss of an acknowledged batch: what excused it when a new leader was found to
/// lack it, or what would excuse it now. A deposed leader may have committed it unseen, just before
/// it heard of its successor; then any event counts.
fn excuse_of_loss(ghost: &Ghost, tp: Tp, batch: &AckedBatch) -> Option<Excuse> {
    let partition = ghost.partition(tp);
    let same = |b: &GhostBatch| b.base == batch.offset && b.holds(batch.node, batch.ordinal);
    if let Some(lost) = partition.lost.iter().find(|lost| same(&lost.batch)) {
        return lost.loss.map(|loss| Excuse::Lost(tp, loss));
    }
    match partition.truth().iter().position(same) {
        Some(index) => ghost.excuse_for(tp, index),
        None => ghost.any_excuse(tp),
    }
}
