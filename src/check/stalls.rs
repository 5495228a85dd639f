//! What stands still although it could go on: replication (R23, R24), readers (K9).

mod readers;

use self::readers::Readers;
use super::family::Family;
use super::ghost::{Ghost, GhostRole};
use super::ledger::{Ledger, LedgerBook};
use super::outcome::{Findings, Tally, Witness};
use super::patience::{a_moment, dead_connection};
use crate::history::fact::{Entry, Fact, FactKind, FactSet, ReplicaRole};
use crate::history::setup::Setup;
use crate::protocol::ids::*;
use crate::sim::time::Nanos;

/// How long a high watermark may stand still beside a healthy ISR: a follower's fetch is parked for
/// `replica.fetch.wait.max.ms`, or put off for `replica.fetch.backoff.ms`, then goes there and back.
fn patience(setup: &Setup) -> Nanos {
    let fetch = setup.broker.replica_fetch_wait_max.saturating_add(setup.broker.replica_fetch_backoff);
    fetch.saturating_mul(2).saturating_add(a_moment(setup))
}

/// See the module.
#[derive(Clone, Debug)]
pub struct StallChecks {
    high_watermark_moves: Tally,
    follower_moves: Tally,
    /// By partition: since when its leader has had records above the high watermark, and it has not moved.
    waiting: Vec<Option<Nanos>>,
    /// [`patience`].
    patience: Nanos,
    readers: Readers,
}

impl Family for StallChecks {
    const WANTS: FactSet = FactSet::of(&[
        FactKind::Appended,
        FactKind::ControlAppended,
        FactKind::LastStableOffsetMoved,
        FactKind::OffsetsPassedOver,
        FactKind::HighWatermarkAdvanced,
        FactKind::BecameLeader,
        FactKind::RecordsPolled,
        FactKind::RecordsProcessed,
        FactKind::CommitSent,
        FactKind::CommitReturned,
        FactKind::GroupStateChanged,
        FactKind::GroupLoaded,
        FactKind::RecordFailed,
        FactKind::PositionFromCommit,
        FactKind::PositionReset,
        FactKind::PositionTruncated,
        FactKind::PositionSought,
        FactKind::ClientError,
        FactKind::PartitionAssigned,
        FactKind::PartitionRevoked,
        FactKind::ProcessStopped,
    ]);

    fn new(ghost: &Ghost) -> StallChecks {
        StallChecks {
            high_watermark_moves: Tally::new(
                "high-watermark-moves",
                "R23",
                "beside a healthy ISR a high watermark does not stand still below the log end",
                "no leader appended anything",
            ),
            follower_moves: Tally::new(
                "follower-moves",
                "R24",
                "a live follower behind its live leader does not stand still, in the ISR or out of it",
                "no follower appended anything",
            ),
            waiting: vec![None; ghost.partition_count()],
            patience: patience(&ghost.setup),
            readers: Readers::new(ghost),
        }
    }

    fn observe(&mut self, entry: &Entry, ghost: &Ghost, _: &LedgerBook) {
        self.readers.observe(entry, ghost);
        match entry.fact {
            Fact::Appended { broker, role: ReplicaRole::Leader, tp, .. }
            | Fact::ControlAppended { broker, role: ReplicaRole::Leader, tp, .. }
                if ghost.partition(tp).is_acting(broker) =>
            {
                self.waiting[tp.index()].get_or_insert(entry.at);
            }
            Fact::HighWatermarkAdvanced { broker, tp, high_watermark, log_end, .. }
                if ghost.partition(tp).is_acting(broker) =>
            {
                let since = self.waiting[tp.index()].take();
                if let Some(since) = since {
                    self.stood_still(entry, ghost, tp, since);
                }
                self.waiting[tp.index()] = (high_watermark < log_end).then_some(entry.at);
            }
            Fact::Appended { broker, role: ReplicaRole::Follower, tp, .. }
            | Fact::ControlAppended { broker, role: ReplicaRole::Follower, tp, .. } => {
                self.followed(entry, ghost, broker, tp)
            }
            Fact::BecameLeader { tp, .. } => self.waiting[tp.index()] = None,
            _ => {}
        }
    }

    fn finish(&mut self, end: &Entry, ghost: &Ghost, _: &LedgerBook, _: &Ledger) {
        self.readers.finish(end, ghost);
        for (tp, _) in ghost.partitions() {
            let committed = ghost.view.partition(tp);
            for broker in committed.replicas.iter().filter(|b| Some(*b) != committed.leader) {
                self.behind(end, ghost, broker, tp);
            }
        }
        for tp in (0..self.waiting.len()).map(|i| Tp(i as u32)) {
            let since = self.waiting[tp.index()].filter(|since| end.at.saturating_sub(*since) > self.patience);
            if let Some(since) = since {
                self.stood_still(end, ghost, tp, since);
            }
        }
    }

    fn findings(&self, out: &mut Findings<'_>) {
        [&self.high_watermark_moves, &self.follower_moves].into_iter().for_each(|tally| out.add(tally));
        self.readers.findings(out);
    }
}

impl StallChecks {
    fn stood_still(&mut self, entry: &Entry, ghost: &Ghost, tp: Tp, since: Nanos) {
        let bound = self.patience;
        // Cheap first: nearly always it moves within milliseconds.
        if entry.at.saturating_sub(since) <= bound {
            return self.high_watermark_moves.ok();
        }
        let calm = ghost.disturbed.saturating_add(dead_connection(&ghost.setup));
        let since = since.max(calm).max(ghost.partition(tp).changed);
        if entry.at.saturating_sub(since) <= bound || !healthy(ghost, tp) {
            return;
        }
        self.high_watermark_moves.must(false, || {
            let text = format!(
                "the high watermark stood still for {}, with isr {} alive and no fault for long",
                entry.at.saturating_sub(since),
                ghost.view.partition(tp).isr
            );
            Witness::at(entry, text).on(tp, Offset::INVALID)
        });
    }

    /// A follower goes on: whether it stood still for too long before.
    fn followed(&mut self, entry: &Entry, ghost: &Ghost, broker: BrokerId, tp: Tp) {
        // Cheap first: nearly always it got something a moment ago, or the leader did.
        let quiet = ghost.log(broker, tp).touched;
        if entry.at.saturating_sub(quiet) <= self.patience {
            return self.follower_moves.ok();
        }
        self.behind(entry, ghost, broker, tp);
    }

    /// A follower is behind: whether it could have gone on for longer than it may take.
    fn behind(&mut self, entry: &Entry, ghost: &Ghost, broker: BrokerId, tp: Tp) {
        let (partition, log) = (ghost.partition(tp), ghost.log(broker, tp));
        let Some(leader) = ghost.view.reigning(tp) else { return };
        let Some(next) = ghost.log(leader, tp).at(log.end()) else { return };
        let calm = ghost.disturbed.saturating_add(dead_connection(&ghost.setup));
        let since = next.at.max(log.touched).max(partition.changed).max(ghost.broker(broker).since).max(calm);
        let stood = entry.at.saturating_sub(since);
        if stood <= self.patience {
            return self.follower_moves.ok();
        }
        let follows =
            log.role == GhostRole::Follower(Some(leader)) && log.epoch == ghost.view.partition(tp).leader_epoch;
        if ghost.active_faults > 0 || !follows || ![leader, broker].into_iter().all(|b| ghost.is_well(b)) {
            return;
        }
        self.follower_moves.must(false, || {
            let text =
                format!("broker {broker} stood still for {stood}, its leader {leader} is alive, no fault for long");
            Witness::at(entry, text).on(tp, log.end()).by(ghost.setup.catalog.broker_node(broker))
        });
    }
}

/// A leader that reigns, enough replicas in the ISR, all of them alive, and nothing wrong anywhere.
fn healthy(ghost: &Ghost, tp: Tp) -> bool {
    let isr = ghost.view.partition(tp).isr;
    ghost.active_faults == 0
        && ghost.view.reigning(tp).is_some()
        && isr.len() >= usize::from(ghost.partition(tp).min_isr)
        && isr.iter().all(|broker| ghost.is_well(broker))
}
