//! Replication that stands still although it could go on: R23.

use super::ghost::Ghost;
use super::outcome::{Finding, Tally, Witness};
use super::patience::{a_moment, dead_connection};
use crate::history::fact::{Entry, Fact, ReplicaRole};
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
    /// By partition: since when its leader has had records above the high watermark, and it has not moved.
    waiting: Vec<Option<Nanos>>,
}

impl StallChecks {
    /// Before the first fact.
    pub fn new(ghost: &Ghost) -> StallChecks {
        StallChecks {
            high_watermark_moves: Tally::new(
                "high-watermark-moves",
                "R23",
                "beside a healthy ISR a high watermark does not stand still below the log end",
                "no leader appended anything",
            ),
            waiting: vec![None; ghost.partition_count()],
        }
    }

    /// Takes the next fact; `ghost` shows the state before it.
    #[inline]
    pub fn observe(&mut self, entry: &Entry, ghost: &Ghost) {
        match entry.fact {
            Fact::Appended { broker, role: ReplicaRole::Leader, tp, .. } if ghost.partition(tp).is_acting(broker) => {
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
            Fact::BecameLeader { tp, .. } => self.waiting[tp.index()] = None,
            _ => {}
        }
    }

    fn stood_still(&mut self, entry: &Entry, ghost: &Ghost, tp: Tp, since: Nanos) {
        let bound = patience(&ghost.setup);
        // Cheap first: nearly always it moves within milliseconds.
        if entry.at.saturating_sub(since) <= bound {
            return self.high_watermark_moves.ok();
        }
        let partition = ghost.partition(tp);
        let calm = ghost.disturbed.saturating_add(dead_connection(&ghost.setup));
        let since = since.max(calm).max(partition.changed);
        if entry.at.saturating_sub(since) <= bound || !healthy(ghost, tp) {
            return;
        }
        self.high_watermark_moves.must(false, || {
            let text = format!(
                "the high watermark stood still for {}, with isr {} alive and no fault for long",
                entry.at.saturating_sub(since),
                partition.isr
            );
            Witness::at(entry, text).on(tp, Offset::INVALID)
        });
    }

    /// What can only be judged at the end.
    pub fn finish(&mut self, end: &Entry, ghost: &Ghost) {
        for tp in (0..self.waiting.len()).map(|i| Tp(i as u32)) {
            let since = self.waiting[tp.index()].filter(|since| end.at.saturating_sub(*since) > patience(&ghost.setup));
            if let Some(since) = since {
                self.stood_still(end, ghost, tp, since);
            }
        }
    }

    /// The outcomes.
    pub fn findings(&self, out: &mut Vec<Finding>) {
        out.push(self.high_watermark_moves.finding());
    }
}

/// A leader that reigns, enough replicas in the ISR, all of them alive, and nothing wrong anywhere.
fn healthy(ghost: &Ghost, tp: Tp) -> bool {
    let partition = ghost.partition(tp);
    let alive =
        |broker: BrokerId| ghost.view.is_live(broker) && !ghost.process(ghost.setup.catalog.broker_node(broker)).paused;
    ghost.active_faults == 0
        && ghost.view.reigning(tp).is_some()
        && partition.isr.len() >= usize::from(partition.min_isr)
        && partition.isr.iter().all(alive)
}
