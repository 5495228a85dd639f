//! Invariants of leadership: R1-R3, R8, C5, C7.

use litemap::LiteMap;

use super::excuse::{Excuse, Loss};
use super::family::Family;
use super::ghost::Ghost;
use super::ledger::LedgerBook;
use super::outcome::{Findings, Tally, Witness};
use crate::history::fact::{Entry, Fact, FactKind, FactSet, ReplicaRole};
use crate::protocol::ids::*;

/// See the module.
#[derive(Clone, Debug)]
pub struct LeadershipChecks {
    leader_per_epoch: Tally,
    single_writer: Tally,
    epoch_monotonic: Tally,
    visible_end_monotonic: Tally,
    clean_election_only: Tally,
    fenced_not_leader: Tally,
    /// (client, partition) -> the latest end offset that it was told, and the losses known by then.
    visible_end: LiteMap<(NodeId, Tp), (Offset, u32)>,
}

impl Family for LeadershipChecks {
    const WANTS: FactSet = FactSet::of(&[
        FactKind::Appended,
        FactKind::ControlAppended,
        FactKind::BecameLeader,
        FactKind::BecameFollower,
        FactKind::PartitionChanged,
        FactKind::BrokerFenced,
        FactKind::LatestOffsetServed,
        FactKind::ProcessStarted,
    ]);

    fn new(_: &Ghost) -> LeadershipChecks {
        LeadershipChecks {
            leader_per_epoch: Tally::new(
                "leader-per-epoch",
                "R1",
                "at most one broker leads in one leader epoch, in metadata and in deed",
                "nobody became leader",
            ),
            single_writer: Tally::new(
                "single-writer-per-epoch",
                "R2",
                "all leader appends of one epoch come from one process life of one broker",
                "no leader appended anything",
            ),
            epoch_monotonic: Tally::new(
                "epoch-monotonic",
                "R3",
                "partition epochs rise by one with every change, leader epochs with every change of leader, and no replica goes back to an older one",
                "no partition changed",
            ),
            visible_end_monotonic: Tally::new(
                "visible-end-monotonic",
                "R8",
                "the end offset that a client is told never goes back",
                "no client asked twice for an end offset",
            ),
            clean_election_only: Tally::new(
                "clean-election-only",
                "C5",
                "only ISR members are elected, unless unclean election is enabled",
                "nobody was elected",
            ),
            fenced_not_leader: Tally::new(
                "fenced-not-leader",
                "C7",
                "no fenced broker leads a partition in committed metadata",
                "no partition changed",
            ),
            visible_end: LiteMap::new(),
        }
    }

    fn observe(&mut self, entry: &Entry, ghost: &Ghost, _: &LedgerBook) {
        match entry.fact {
            Fact::Appended { broker, role: ReplicaRole::Leader, tp, .. }
            | Fact::ControlAppended { broker, role: ReplicaRole::Leader, tp, .. } => {
                self.leader_append(entry, ghost, broker, tp)
            }
            Fact::BecameLeader { broker, tp, epoch, start, .. } => {
                let reign = ghost.partition(tp).reign(epoch);
                let others =
                    reign.and_then(|reign| [reign.named, reign.actor].into_iter().flatten().find(|b| *b != broker));
                self.leader_per_epoch.must(others.is_none(), || {
                    Witness::at(
                        entry,
                        format!("brokers {} and {broker} both lead in epoch {epoch}", others.unwrap_or_default()),
                    )
                    .on(tp, start)
                });
                self.replica_epoch(entry, ghost, broker, tp, epoch);
            }
            Fact::BecameFollower { broker, tp, epoch, .. } => self.replica_epoch(entry, ghost, broker, tp, epoch),
            Fact::PartitionChanged { tp, leader, leader_epoch, partition_epoch, .. } => {
                self.changed(entry, ghost, tp, leader, leader_epoch, partition_epoch);
            }
            Fact::BrokerFenced { broker } => {
                let led =
                    ghost.partitions().map(|(tp, _)| tp).find(|tp| ghost.view.partition(*tp).leader == Some(broker));
                self.fenced_not_leader.must(led.is_none(), || {
                    Witness::at(entry, format!("broker {broker} is fenced and leads"))
                        .on(led.unwrap_or_default(), Offset::INVALID)
                });
            }
            Fact::LatestOffsetServed { broker, tp, node, offset } => {
                self.latest_offset(entry, ghost, broker, tp, node, offset)
            }
            // A new life is a new client: it may know older metadata than its predecessor did.
            Fact::ProcessStarted { node } => self.visible_end.retain(|(known, _), _| *known != node),
            _ => {}
        }
    }

    fn findings(&self, out: &mut Findings<'_>) {
        for tally in [
            &self.leader_per_epoch,
            &self.single_writer,
            &self.epoch_monotonic,
            &self.visible_end_monotonic,
            &self.clean_election_only,
            &self.fenced_not_leader,
        ] {
            out.add(tally);
        }
    }
}

impl LeadershipChecks {
    fn leader_append(&mut self, entry: &Entry, ghost: &Ghost, broker: BrokerId, tp: Tp) {
        let batch = &ghost.incoming;
        let life = ghost.process(ghost.setup.catalog.broker_node(broker)).life;
        let writer = ghost.partition(tp).reign(batch.epoch).and_then(|reign| reign.writer);
        let excuse = || match ghost.leads_in_old_epoch(broker, tp) {
            true => Some(Excuse::Lost(tp, Loss::Unregistered(broker))),
            // The first to write may have been such a life.
            false => writer.filter(|(first, _)| *first == broker).and_then(|_| ghost.any_excuse(tp)),
        };
        self.single_writer.check(writer.is_none_or(|writer| writer == (broker, life)), excuse, || {
            Witness::at(entry, format!("broker {broker} appended in epoch {}, which has another writer", batch.epoch))
                .on(tp, batch.base)
        });
    }

    fn replica_epoch(&mut self, entry: &Entry, ghost: &Ghost, broker: BrokerId, tp: Tp, epoch: LeaderEpoch) {
        let known = ghost.log(broker, tp).epoch;
        self.epoch_monotonic.must(epoch >= known, || {
            Witness::at(entry, format!("broker {broker} went from epoch {known} to {epoch}")).on(tp, Offset::INVALID)
        });
    }

    fn changed(
        &mut self,
        entry: &Entry,
        ghost: &Ghost,
        tp: Tp,
        leader: Option<BrokerId>,
        leader_epoch: LeaderEpoch,
        partition_epoch: PartitionEpoch,
    ) {
        let (before, partition) = (ghost.view.partition(tp), ghost.partition(tp));
        let witness = |text: std::fmt::Arguments<'_>| Witness::at(entry, text.to_string()).on(tp, Offset::INVALID);
        let created = partition.partition_epoch.0 < 0;
        let moved = leader != before.leader;
        if !created {
            let rise = partition_epoch.0 == partition.partition_epoch.0 + 1
                && leader_epoch >= before.leader_epoch
                && (!moved || leader_epoch > before.leader_epoch);
            self.epoch_monotonic.must(rise, || {
                witness(format_args!(
                    "leader epoch {} to {leader_epoch}, partition epoch {} to {partition_epoch}",
                    before.leader_epoch, partition.partition_epoch
                ))
            });
        }
        let Some(leader) = leader else { return };
        self.fenced_not_leader
            .must(ghost.view.broker(leader).unfenced, || witness(format_args!("broker {leader} is fenced and leads")));
        let other = partition.reign(leader_epoch).and_then(|reign| reign.named).filter(|named| *named != leader);
        self.leader_per_epoch.must(other.is_none(), || {
            let other = other.unwrap_or_default();
            witness(format_args!("brokers {other} and {leader} are both named for epoch {leader_epoch}"))
        });
        if moved && !created {
            let licensed = before.isr.contains(leader) || partition.may_be_elected(before.isr, leader);
            self.clean_election_only
                .must(licensed, || witness(format_args!("broker {leader} elected from outside isr {}", before.isr)));
        }
    }

    /// Only answers of the acting leader are held against each other: a request that its client has
    /// given up may still be executed, late, by a broker that has been deposed.
    fn latest_offset(&mut self, entry: &Entry, ghost: &Ghost, broker: BrokerId, tp: Tp, node: NodeId, offset: Offset) {
        let partition = ghost.partition(tp);
        if !partition.is_acting(broker) {
            return;
        }
        if let Some((last, mark)) = self.visible_end.insert((node, tp), (offset, partition.licence_mark())) {
            self.visible_end_monotonic.check(
                offset >= last,
                || ghost.excuse_since(tp, mark),
                || Witness::at(entry, format!("told {offset} after {last}")).on(tp, offset).by(node),
            );
        }
    }
}
