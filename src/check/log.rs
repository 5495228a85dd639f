//! Invariants of one replica's log: L1, L2, L4, L6, L11, L12.

use super::ghost::{Ghost, GhostBatch};
use super::outcome::{Finding, Tally, Witness};
use crate::history::fact::{Entry, Fact, ReplicaRole, StopKind};
use crate::protocol::ids::*;

/// See the module.
#[derive(Clone, Debug)]
pub struct LogChecks {
    offset_contiguity: Tally,
    batch_epoch_monotonic: Tally,
    log_matching: Tally,
    log_start_monotonic: Tally,
    recovery_prefix: Tally,
    flush_honest: Tally,
    /// By partition: what leaders appended, per epoch, ascending by offset.
    written: Vec<Vec<EpochRun>>,
    /// By broker and partition: what was flushed, the last log start.
    flushed: Vec<Vec<Offset>>,
    log_start: Vec<Vec<Offset>>,
}

/// What the leader of one epoch appended: (base offset, chain hash).
#[derive(Clone, Debug)]
struct EpochRun {
    epoch: LeaderEpoch,
    batches: Vec<(Offset, u64)>,
}

impl LogChecks {
    /// Before the first fact.
    pub fn new(ghost: &Ghost) -> LogChecks {
        let partitions = ghost.setup.catalog.partition_count() as usize;
        let per_replica = vec![vec![Offset(0); partitions]; ghost.unfenced.len()];
        LogChecks {
            offset_contiguity: Tally::new("offset-contiguity", "L1", "a leader appends at its log end, without a gap", "no leader appended anything"),
            batch_epoch_monotonic: Tally::new("batch-epoch-monotonic", "L2", "leader epochs never decrease along a log", "nothing was appended"),
            log_matching: Tally::new("log-matching", "L4", "same offset and epoch, same batch and same log before it, on every replica", "no follower appended anything"),
            log_start_monotonic: Tally::new("log-start-monotonic", "L6", "a log's start never moves back", "no log was reopened"),
            recovery_prefix: Tally::new("recovery-prefix", "L11", "a restarted log is a prefix of the old one: whole after a clean stop or a process crash, at least what was flushed after a power loss", "no broker was restarted"),
            flush_honest: Tally::new("flush-honest", "L12", "what a flush promised is there after any crash", "nothing was flushed before a crash"),
            written: vec![Vec::new(); partitions],
            flushed: per_replica.clone(),
            log_start: per_replica,
        }
    }

    /// Takes the next fact; `ghost` shows the state before it.
    pub fn observe(&mut self, entry: &Entry, ghost: &Ghost) {
        match entry.fact {
            Fact::Appended { broker, role, tp, base_offset: base, count, leader_epoch: epoch, node, ordinal, producer_id, producer_epoch, sequence } => {
                let mut batch = GhostBatch { base, count, epoch, node, ordinal, producer_id, producer_epoch, sequence, chain: 0 };
                let log = ghost.log(broker, tp);
                batch.chain = batch.chained_to(log.last().map_or(0, |b| b.chain));
                self.batch_epoch_monotonic.must(log.last().is_none_or(|b| b.epoch <= epoch), || {
                    Witness::at(entry, format!("broker {broker} stored epoch {epoch} after a later one")).on(tp, base)
                });
                match role {
                    ReplicaRole::Leader => self.leader_append(entry, ghost, broker, tp, batch),
                    ReplicaRole::Follower => self.follower_append(entry, broker, tp, batch),
                }
            }
            Fact::Flushed { broker, tp, offset } => self.flushed[broker.index()][tp.index()] = offset,
            Fact::Truncated { broker, tp, to, .. } => {
                let flushed = &mut self.flushed[broker.index()][tp.index()];
                *flushed = (*flushed).min(to);
            }
            Fact::LogRecovered { broker, tp, log_start, log_end, .. } => self.recovered(entry, ghost, broker, tp, log_start, log_end),
            _ => {}
        }
    }

    fn leader_append(&mut self, entry: &Entry, ghost: &Ghost, broker: BrokerId, tp: Tp, batch: GhostBatch) {
        let end = ghost.log(broker, tp).end();
        self.offset_contiguity.must(batch.base == end, || {
            Witness::at(entry, format!("broker {broker} appended at {} with its log end at {end}", batch.base)).on(tp, batch.base)
        });
        let runs = &mut self.written[tp.index()];
        let at = runs.partition_point(|run| run.epoch < batch.epoch);
        if runs.get(at).is_none_or(|run| run.epoch != batch.epoch) {
            runs.insert(at, EpochRun { epoch: batch.epoch, batches: Vec::new() });
        }
        runs[at].batches.push((batch.base, batch.chain));
    }

    fn follower_append(&mut self, entry: &Entry, broker: BrokerId, tp: Tp, batch: GhostBatch) {
        let runs = &self.written[tp.index()];
        let original = runs
            .get(runs.partition_point(|run| run.epoch < batch.epoch))
            .filter(|run| run.epoch == batch.epoch)
            .and_then(|run| {
                let at = run.batches.partition_point(|(base, _)| *base < batch.base);
                run.batches.get(at).filter(|(base, _)| *base == batch.base)
            });
        self.log_matching.must(original.is_some_and(|(_, chain)| *chain == batch.chain), || {
            Witness::at(entry, format!("broker {broker} stored a batch of epoch {} whose log before it is not its leader's", batch.epoch)).on(tp, batch.base)
        });
    }

    fn recovered(&mut self, entry: &Entry, ghost: &Ghost, broker: BrokerId, tp: Tp, log_start: Offset, log_end: Offset) {
        let node = ghost.setup.catalog.broker_node(broker);
        let (before, flushed) = (ghost.log(broker, tp).end(), self.flushed[broker.index()][tp.index()]);
        let witness = |what: String| move || Witness::at(entry, what).on(tp, log_end).by(node);
        let least = if ghost.last_stop[node.index()] == StopKind::PowerLoss { flushed } else { before };
        self.recovery_prefix.must(least <= log_end && log_end <= before, witness(format!("broker {broker} came back with its log end at {log_end}, which was {before} (flushed {flushed})")));
        if flushed > Offset(0) {
            self.flush_honest.must(log_end >= flushed, witness(format!("broker {broker} had flushed up to {flushed} and came back with {log_end}")));
        }
        let last = &mut self.log_start[broker.index()][tp.index()];
        self.log_start_monotonic.must(log_start >= *last, witness(format!("log start {log_start} after {last}")));
        *last = log_start;
    }

    /// The outcomes.
    pub fn findings(&self, out: &mut Vec<Finding>) {
        for tally in [
            &self.offset_contiguity,
            &self.batch_epoch_monotonic,
            &self.log_matching,
            &self.log_start_monotonic,
            &self.recovery_prefix,
            &self.flush_honest,
        ] {
            out.push(tally.finding());
        }
    }
}
