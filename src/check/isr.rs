//! Invariants of the in-sync replica set in committed metadata: R15-R18.

use super::excuse::{Excuse, Loss};
use super::family::Family;
use super::ghost::Ghost;
use super::ledger::LedgerBook;
use super::outcome::{Findings, Tally, Witness};
use crate::history::fact::{Election, Entry, Fact, FactKind, FactSet};
use crate::history::view::PartitionView;
use crate::protocol::ids::*;
use crate::protocol::rules::EligibleLeaderReplicas;

/// See the module.
#[derive(Clone, Debug)]
pub struct IsrChecks {
    unclean_exclusion: Tally,
    isr_shape: Tally,
    isr_change_cas: Tally,
    isr_join_rule: Tally,
    /// By partition: proposals of its newest leader that may yet be granted.
    proposed: Vec<Vec<Proposal>>,
}

#[derive(Clone, Copy, Debug)]
struct Proposal {
    broker: BrokerId,
    leader_epoch: LeaderEpoch,
    partition_epoch: PartitionEpoch,
    isr: BrokerList,
}

/// A partition's new state.
#[derive(Clone, Copy)]
struct Change {
    tp: Tp,
    leader: Option<BrokerId>,
    partition_epoch: PartitionEpoch,
    isr: BrokerList,
    election: Election,
}

impl Family for IsrChecks {
    const WANTS: FactSet = FactSet::of(&[
        FactKind::PartitionChanged,
        FactKind::LogRecovered,
        FactKind::IsrProposed,
        FactKind::IsrJoinProposed,
    ]);

    fn new(ghost: &Ghost) -> IsrChecks {
        IsrChecks {
            unclean_exclusion: Tally::new(
                "unclean-exclusion",
                "R15",
                "a replica that lost records in a power loss neither leads nor counts as in sync before it has fetched them again",
                "no replica lost records in a power loss and came back",
            ),
            isr_shape: Tally::new(
                "isr-shape",
                "R16",
                "the ISR is part of the replicas, holds the leader, is never empty, and nobody fenced or about to stop joins it",
                "no partition changed",
            ),
            isr_change_cas: Tally::new(
                "isr-change-cas",
                "R17",
                "an ISR grows only as its leader proposed, on the epochs that it proposed it for",
                "no ISR grew",
            ),
            isr_join_rule: Tally::new(
                "isr-join-rule",
                "R18",
                "a follower is proposed for the ISR only at or above the high watermark and the start of the leader's epoch, which it follows in",
                "no follower joined an ISR",
            ),
            proposed: vec![Vec::new(); ghost.partition_count()],
        }
    }

    fn observe(&mut self, entry: &Entry, ghost: &Ghost, _: &LedgerBook) {
        match entry.fact {
            Fact::PartitionChanged { tp, leader, partition_epoch, isr, election, .. } => {
                self.changed(entry, ghost, Change { tp, leader, partition_epoch, isr, election });
            }
            // It leads all the same, and the controller does not know: it was back before its session was over.
            Fact::LogRecovered { broker, tp, log_end, written, .. }
                if ghost.view.partition(tp).leader == Some(broker) =>
            {
                let log = ghost.log(broker, tp);
                if log.lost_power.is_some() && log_end < log.end().min(written) && !ghost.view.stands(broker) {
                    self.unclean_exclusion.check(
                        false,
                        || Some(Excuse::Lost(tp, Loss::Unnoticed(broker))),
                        || {
                            Witness::at(entry, format!("leader {broker} lost records and ends at {log_end}"))
                                .on(tp, log_end)
                        },
                    );
                }
            }
            Fact::IsrProposed { broker, tp, leader_epoch, partition_epoch, isr } => {
                let proposals = &mut self.proposed[tp.index()];
                // What a deposed leader goes on proposing is of no account.
                if proposals.last().is_none_or(|last| last.leader_epoch <= leader_epoch) {
                    proposals.retain(|p| p.leader_epoch == leader_epoch);
                    proposals.push(Proposal { broker, leader_epoch, partition_epoch, isr });
                }
            }
            Fact::IsrJoinProposed { tp, leader_epoch, joining, log_end, high_watermark, epoch_start, .. } => {
                let follower = ghost.log(joining, tp);
                let reached = log_end >= high_watermark.max(epoch_start);
                let fetched_now = follower.epoch >= leader_epoch;
                self.isr_join_rule.must(reached && fetched_now, || {
                    let text = format!("broker {joining} proposed at {log_end}, itself in epoch {}; high watermark {high_watermark}, epoch {leader_epoch} from {epoch_start}", follower.epoch);
                    Witness::at(entry, text).on(tp, log_end)
                });
            }
            _ => {}
        }
    }

    fn findings(&self, out: &mut Findings<'_>) {
        for tally in [&self.unclean_exclusion, &self.isr_shape, &self.isr_change_cas, &self.isr_join_rule] {
            out.add(tally);
        }
    }
}

impl IsrChecks {
    fn changed(&mut self, entry: &Entry, ghost: &Ghost, change: Change) {
        let Change { tp, leader, partition_epoch, isr, election } = change;
        let (before, epoch) = (ghost.view.partition(tp), ghost.partition(tp).partition_epoch);
        let witness = |text: String| Witness::at(entry, text).on(tp, Offset::INVALID);
        let joins = |b: &BrokerId| !before.isr.contains(*b);
        let stranger = isr.iter().filter(joins).find(|b| !ghost.view.broker(*b).unfenced || ghost.broker(*b).leaving);
        // With eligible replicas nobody has to stay in the ISR for the sake of being in it (KIP-966).
        let may_be_empty = ghost.setup.rules.eligible_leader_replicas == EligibleLeaderReplicas::On && leader.is_none();
        let shape = isr.is_subset(&before.replicas)
            && leader.is_none_or(|l| isr.contains(l))
            && (!isr.is_empty() || may_be_empty);
        self.isr_shape.must(shape && stranger.is_none(), || {
            witness(format!(
                "leader {leader:?}, isr {isr}, replicas {}, joined while fenced or stopping: {stranger:?}",
                before.replicas
            ))
        });
        let created = epoch.0 < 0;
        if !created && election == Election::Unchanged && isr.iter().any(|b| joins(&b)) {
            let granted = self.proposed[tp.index()].iter().any(|p| p.granted(before, epoch, &isr));
            self.isr_change_cas
                .must(granted, || witness(format!("isr {} to {isr} without such a proposal", before.isr)));
        }
        for member in isr.iter().filter(|b| ghost.log(*b, tp).lossy) {
            self.lossy_member(entry, ghost, change, member);
        }
        self.proposed[tp.index()].retain(|p| p.partition_epoch >= partition_epoch);
    }

    /// A replica that came back without some of its records is in the ISR.
    fn lossy_member(&mut self, entry: &Entry, ghost: &Ghost, change: Change, member: BrokerId) {
        let Change { tp, leader, isr, .. } = change;
        let (before, partition) = (ghost.view.partition(tp), ghost.partition(tp));
        let log = ghost.log(member, tp);
        let epoch_start = partition.reign(before.leader_epoch).map_or(Offset(0), |reign| reign.start);
        let is_back = leader != Some(member)
            && !before.isr.contains(member)
            && log.end() >= partition.true_high_watermark().max(epoch_start);
        let excuse = || match leader == Some(member) && !before.isr.contains(member) {
            true => Some(Excuse::Lost(tp, Loss::Unclean)),
            // The controller hears of a new life, and so of what it may have lost, with its registration.
            false if !ghost.view.stands(member) => Some(Excuse::Lost(tp, Loss::Unnoticed(member))),
            false => (isr.len() == 1).then_some(Excuse::Lost(tp, Loss::LastReplica)),
        };
        self.unclean_exclusion.check(is_back, excuse, || {
            let text = format!(
                "broker {member} lost records and ends at {}; committed up to {}",
                log.end(),
                partition.true_high_watermark()
            );
            Witness::at(entry, text).on(tp, log.end())
        });
    }
}

impl Proposal {
    fn granted(&self, before: &PartitionView, epoch: PartitionEpoch, isr: &BrokerList) -> bool {
        before.leader == Some(self.broker)
            && self.leader_epoch == before.leader_epoch
            && self.partition_epoch == epoch
            // A record that completes a reassignment takes those that go from it.
            && self.isr.iter().filter(|id| before.replicas.contains(*id)).collect::<BrokerList>().same_members(isr)
    }
}
