//! Invariants of high watermarks and of the answers that rest on them: R4-R7, R9, R14.

use smallvec::SmallVec;

use super::excuse::Excuse;
use super::family::Family;
use super::ghost::Ghost;
use super::ledger::LedgerBook;
use super::outcome::{Findings, Tally, Witness};
use crate::history::fact::{Entry, Fact, FactKind, FactSet};
use crate::protocol::ids::*;
use crate::protocol::messages::Acks;

/// See the module.
#[derive(Clone, Debug)]
pub struct HighWatermarkChecks {
    hw_le_leo: Tally,
    hw_monotonic: Tally,
    hw_le_isr_leo: Tally,
    hw_needs_min_isr: Tally,
    quorum_superset: Tally,
    ack_respects_min_isr: Tally,
    /// By partition: sizes of the committed ISRs of this leader epoch, from the one on that the leader
    /// is known to have applied.
    applied: Vec<SmallVec<[(PartitionEpoch, u16); 2]>>,
    /// By partition: the last proposal of its leader, and the partition epoch that granted it.
    proposed: Vec<Option<Proposed>>,
}

/// A leader proposed an ISR.
#[derive(Clone, Copy, Debug)]
struct Proposed {
    broker: BrokerId,
    partition_epoch: PartitionEpoch,
    isr: BrokerList,
}

/// A leader's high watermark, moved.
struct Advance {
    broker: BrokerId,
    tp: Tp,
    epoch: LeaderEpoch,
    high_watermark: Offset,
    log_end: Offset,
    isr: BrokerList,
}

impl Family for HighWatermarkChecks {
    const WANTS: FactSet = FactSet::of(&[
        FactKind::HighWatermarkAdvanced,
        FactKind::HighWatermarkLearned,
        FactKind::ProduceAnswered,
        FactKind::PartitionChanged,
        FactKind::IsrProposed,
    ]);

    fn new(ghost: &Ghost) -> HighWatermarkChecks {
        HighWatermarkChecks {
            hw_le_leo: Tally::new(
                "hw-le-leo",
                "R4",
                "no high watermark above its own log end",
                "no high watermark moved",
            ),
            hw_monotonic: Tally::new(
                "hw-monotonic-in-epoch",
                "R5",
                "a leader's high watermark never falls within its epoch",
                "no high watermark moved",
            ),
            hw_le_isr_leo: Tally::new(
                "hw-le-min-isr-leo",
                "R6",
                "what is below the high watermark is on every running member of the (maximal) ISR",
                "no high watermark moved",
            ),
            hw_needs_min_isr: Tally::new(
                "hw-needs-min-isr",
                "R7",
                "the high watermark stands still while the ISR is below min.insync.replicas (since 3.7)",
                "no high watermark moved",
            ),
            quorum_superset: Tally::new(
                "quorum-superset",
                "R9",
                "a leader counts at least the ISR that the controller has committed",
                "no high watermark moved",
            ),
            ack_respects_min_isr: Tally::new(
                "ack-respects-min-isr",
                "R14",
                "acks=all is answered only when committed, with at least min.insync.replicas in the ISR",
                "no acks=all request was answered",
            ),
            applied: vec![SmallVec::new(); ghost.partition_count()],
            proposed: vec![None; ghost.partition_count()],
        }
    }

    fn observe(&mut self, entry: &Entry, ghost: &Ghost, _: &LedgerBook) {
        match entry.fact {
            Fact::HighWatermarkAdvanced { broker, tp, epoch, high_watermark, log_end, isr, .. } => {
                self.advanced(entry, ghost, &Advance { broker, tp, epoch, high_watermark, log_end, isr });
            }
            Fact::HighWatermarkLearned { broker, tp, high_watermark, log_end } => {
                let end = log_end.min(ghost.log(broker, tp).end());
                self.hw_le_leo.must(high_watermark <= end, || {
                    Witness::at(entry, format!("follower {broker}: high watermark {high_watermark}, log end {end}"))
                        .on(tp, high_watermark)
                });
            }
            Fact::ProduceAnswered { broker, tp, base_offset, count, acks: Acks::All, high_watermark, isr, min_isr } => {
                let partition = ghost.partition(tp);
                let min_isr = min_isr.max(partition.min_isr);
                let committed = base_offset.plus(count) <= high_watermark.min(partition.highest);
                self.ack_respects_min_isr.must(committed && isr >= min_isr, || {
                    Witness::at(entry, format!("broker {broker} answered with high watermark {high_watermark}, ISR of {isr}, min ISR {min_isr}")).on(tp, base_offset)
                });
            }
            Fact::PartitionChanged { tp, leader_epoch, partition_epoch, isr, .. } => {
                let applied = &mut self.applied[tp.index()];
                if leader_epoch != ghost.view.partition(tp).leader_epoch {
                    applied.clear();
                }
                applied.push((partition_epoch, isr.len() as u16));
            }
            // Whoever proposes a change has applied the state that it is to change.
            Fact::IsrProposed { broker, tp, leader_epoch, partition_epoch, isr }
                if leader_epoch == ghost.view.partition(tp).leader_epoch =>
            {
                self.proposed[tp.index()] = Some(Proposed { broker, partition_epoch, isr });
                self.applied[tp.index()].retain(|(epoch, _)| *epoch >= partition_epoch);
            }
            _ => {}
        }
    }

    fn findings(&self, out: &mut Findings<'_>) {
        for tally in [
            &self.hw_le_leo,
            &self.hw_monotonic,
            &self.hw_le_isr_leo,
            &self.hw_needs_min_isr,
            &self.quorum_superset,
            &self.ack_respects_min_isr,
        ] {
            out.add(tally);
        }
    }
}

impl HighWatermarkChecks {
    fn advanced(&mut self, entry: &Entry, ghost: &Ghost, advance: &Advance) {
        let Advance { broker, tp, epoch, high_watermark, log_end, isr } = *advance;
        let (partition, committed) = (ghost.partition(tp), ghost.view.partition(tp));
        let end = log_end.min(ghost.log(broker, tp).end());
        let witness = |text: String| Witness::at(entry, text).on(tp, high_watermark);
        self.hw_le_leo.must(high_watermark <= end, || {
            witness(format!("leader {broker}: high watermark {high_watermark}, log end {end}"))
        });
        if let Some(reign) = partition.reign(epoch) {
            let known = reign.high_watermark;
            self.hw_monotonic.must(high_watermark >= known, || {
                witness(format!("leader {broker}: from {known} to {high_watermark} in epoch {epoch}"))
            });
        }
        let is_current = epoch == committed.leader_epoch;
        // The ISR that the leader has applied is below min ISR if every one is that it can have applied.
        let widest = self.applied[tp.index()].iter().map(|(_, size)| *size).max().unwrap_or(u16::MAX);
        let size = if is_current { widest.min(isr.len() as u16) } else { isr.len() as u16 };
        self.hw_needs_min_isr.must(size >= partition.min_isr, || {
            witness(format!(
                "leader {broker} moved it, counting {isr}, with {size} in its ISR, min ISR {}",
                partition.min_isr
            ))
        });
        if is_current {
            // A leader takes the record of an ISR that it has from an answer already, and with it forgets what it
            // has proposed since (`Partition.makeLeader` accepts an equal partition epoch): for as long as the
            // record of its own proposal is under way it counts too few.
            let forgot = self.proposed[tp.index()].is_some_and(|p| {
                p.broker == broker
                    && p.partition_epoch.0 + 1 == partition.partition_epoch.0
                    && p.isr.same_members(&committed.isr)
            });
            let excuse = || forgot.then_some(Excuse::ForgotProposal(broker));
            self.quorum_superset.check(committed.isr.is_subset(&isr), excuse, || {
                witness(format!("leader {broker} counts {isr}, the committed ISR is {}", committed.isr))
            });
        }
        for member in isr.iter().filter(|b| *b != broker) {
            let log = ghost.log(member, tp);
            // Who has heard before its leader that it is to go has deleted what it had.
            if ghost.runs(member) && !log.lossy && !log.deleted {
                // A leader that has been deposed uncleanly may count a follower that follows another by now.
                let excuse = || if partition.is_acting(broker) { None } else { ghost.any_excuse(tp) };
                self.hw_le_isr_leo.check(log.end() >= high_watermark, excuse, || {
                    witness(format!("ISR member {member} ends at {}", log.end()))
                });
            }
        }
    }
}
