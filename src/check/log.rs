//! Invariants of one replica's log, and of how a follower comes by it: L1-L4, L6, L11, L12, R19.

use super::excuse::{Excuse, Loss};
use super::family::Family;
use super::ghost::{Cut, Ghost, GhostBatch, GhostRole};
use super::ledger::LedgerBook;
use super::outcome::{Findings, Tally, Witness};
use crate::history::fact::{
    Entry, Fact, FactKind, FactSet, ReplicaRole, SegmentDeletionReason, StopKind, TruncationReason,
};
use crate::protocol::ids::*;

/// See the module.
#[derive(Clone, Debug)]
pub struct LogChecks {
    offset_contiguity: Tally,
    batch_epoch_monotonic: Tally,
    epoch_cache_consistent: Tally,
    log_matching: Tally,
    log_start_monotonic: Tally,
    retention_bounds: Tally,
    recovery_prefix: Tally,
    flush_honest: Tally,
    fetch_fenced: Tally,
    /// By broker and partition: up to where flushes have returned, and the last log start.
    flushed: Vec<Vec<Offset>>,
    log_start: Vec<Vec<Offset>>,
    /// By broker and partition: where its oldest segment begins, as far as its deletions tell.
    oldest: Vec<Vec<Offset>>,
    /// By broker and partition: where it begins whatever becomes of its process, as files are gone or a restart has found it so.
    saved: Vec<Vec<Offset>>,
    /// By broker.
    markers: Vec<Marker>,
}

/// `.kafka_cleanshutdown` of a broker: a clean stop leaves it, and whoever opens the logs next takes it away
/// (`LogManager.loadLogs`). A life that ends before it has opened them leaves it where it is.
#[derive(Clone, Copy, Debug, Default)]
struct Marker {
    is_there: bool,
    /// This life has opened its logs.
    opened: bool,
}

/// What a restart made of a log.
struct Recovered {
    broker: BrokerId,
    tp: Tp,
    log_start: Offset,
    log_end: Offset,
    recovery_point: Offset,
    clean: bool,
}

impl Family for LogChecks {
    const WANTS: FactSet = FactSet::of(&[
        FactKind::Appended,
        FactKind::ControlAppended,
        FactKind::BecameLeader,
        FactKind::IsrJoinProposed,
        FactKind::Flushed,
        FactKind::Truncated,
        FactKind::LogRecovered,
        FactKind::LogStartMoved,
        FactKind::SegmentsDeleted,
        FactKind::ReplicaDeleted,
        FactKind::ProcessStopped,
    ]);

    fn new(ghost: &Ghost) -> LogChecks {
        let per_replica = vec![vec![Offset(0); ghost.partition_count()]; ghost.broker_count()];
        LogChecks {
            offset_contiguity: Tally::new(
                "offset-contiguity",
                "L1",
                "a leader appends at its log end, without a gap",
                "no leader appended anything",
            ),
            batch_epoch_monotonic: Tally::new(
                "batch-epoch-monotonic",
                "L2",
                "leader epochs never decrease along a log, nor run ahead of what its replica knows",
                "nothing was appended",
            ),
            epoch_cache_consistent: Tally::new(
                "epoch-cache-consistent",
                "L3",
                "a leader epoch begins at its leader's log end, above all epochs in that log, and with its first batch",
                "nobody became leader",
            ),
            log_matching: Tally::new(
                "log-matching",
                "L4",
                "same offset and epoch, same batch and same log before it, on every replica",
                "no follower appended anything",
            ),
            log_start_monotonic: Tally::new(
                "log-start-monotonic",
                "L6",
                "a log's start never moves back, nor beyond its high watermark",
                "no log was reopened, and no start moved",
            ),
            retention_bounds: Tally::new(
                "retention-bounds",
                "L7",
                "whole segments are deleted, the oldest first, below the high watermark, and by time only what is older than retention.ms",
                "no segment was deleted",
            ),
            recovery_prefix: Tally::new(
                "recovery-prefix",
                "L11",
                "a restarted log is a prefix of the old one: whole after a clean stop or a process crash, at least what was flushed after a power loss",
                "no broker was restarted",
            ),
            flush_honest: Tally::new(
                "flush-honest",
                "L12",
                "what a flush promised is there after any crash, and no recovery point is beyond it",
                "nothing was flushed before a crash",
            ),
            fetch_fenced: Tally::new(
                "fetch-fenced",
                "R19",
                "a follower appends at its own log end what the leader of its own epoch has there",
                "no follower appended anything",
            ),
            flushed: per_replica.clone(),
            log_start: per_replica.clone(),
            oldest: per_replica.clone(),
            saved: per_replica,
            markers: vec![Marker::default(); ghost.broker_count()],
        }
    }

    fn observe(&mut self, entry: &Entry, ghost: &Ghost, _: &LedgerBook) {
        match entry.fact {
            Fact::Appended { broker, role, tp, .. } | Fact::ControlAppended { broker, role, tp, .. } => {
                self.markers[broker.index()].opened = true;
                self.epochs(entry, ghost, broker, role, tp);
                match role {
                    ReplicaRole::Leader => self.leader_append(entry, ghost, broker, tp),
                    ReplicaRole::Follower => self.follower_append(entry, ghost, broker, tp),
                }
            }
            Fact::BecameLeader { broker, tp, epoch, start, .. } => {
                let log = ghost.log(broker, tp);
                // A leader that is back before its fencing takes up its old epoch: no entry is added.
                let again = log.role == GhostRole::None
                    && ghost.partition(tp).reign(epoch).is_some_and(|reign| reign.actor == Some(broker));
                let above = log.last().is_none_or(|last| last.epoch < epoch || (last.epoch == epoch && again));
                // A life that is not registered yet takes up the epoch of the one before.
                let excuse = || ghost.is_unregistered(broker).then_some(Excuse::Lost(tp, Loss::Unregistered(broker)));
                self.epoch_cache_consistent.check(above && start == log.end(), excuse, || {
                    let text =
                        format!("broker {broker} begins epoch {epoch} at {start}; its log ends at {}", log.end());
                    Witness::at(entry, text).on(tp, start)
                });
            }
            Fact::IsrJoinProposed { broker, tp, leader_epoch, epoch_start, .. } => {
                if let Some(reign) = ghost.partition(tp).reign(leader_epoch).filter(|r| r.actor == Some(broker)) {
                    self.epoch_cache_consistent.must(epoch_start == reign.start, || {
                        Witness::at(
                            entry,
                            format!("epoch {leader_epoch} began at {}, now at {epoch_start}", reign.start),
                        )
                        .on(tp, epoch_start)
                    });
                }
            }
            Fact::Flushed { broker, tp, offset } => {
                let flushed = &mut self.flushed[broker.index()][tp.index()];
                *flushed = (*flushed).max(offset);
            }
            Fact::ReplicaDeleted { broker, tp, .. } => {
                for known in [&mut self.flushed, &mut self.log_start, &mut self.oldest, &mut self.saved] {
                    known[broker.index()][tp.index()] = Offset(0);
                }
            }
            Fact::Truncated { broker, tp, to, reason, .. } => {
                let flushed = &mut self.flushed[broker.index()][tp.index()];
                *flushed = (*flushed).min(to);
                for known in [&mut self.log_start, &mut self.oldest, &mut self.saved] {
                    let known = &mut known[broker.index()][tp.index()];
                    *known = if reason == TruncationReason::Reset { to } else { (*known).min(to) };
                }
            }
            Fact::LogStartMoved { broker, tp, from, to, high_watermark, .. } => {
                let last = &mut self.log_start[broker.index()][tp.index()];
                let end = ghost.log(broker, tp).end();
                self.log_start_monotonic.must(*last <= from && from < to && to <= high_watermark && to <= end, || {
                    let text = format!(
                        "broker {broker} moved the log start {from} -> {to}, after {last}; high watermark {high_watermark}, log end {end}"
                    );
                    Witness::at(entry, text).on(tp, to)
                });
                *last = to;
            }
            Fact::SegmentsDeleted { .. } => self.deleted(entry, ghost),
            Fact::LogRecovered { broker, tp, log_start, log_end, flushed, clean, .. } => {
                self.markers[broker.index()].opened = true;
                self.recovered(
                    entry,
                    ghost,
                    Recovered { broker, tp, log_start, log_end, recovery_point: flushed, clean },
                );
            }
            Fact::ProcessStopped { node, kind } => {
                if let Some(broker) = ghost.setup.catalog.broker_of(node) {
                    let marker = &mut self.markers[broker.index()];
                    let is_there = kind == StopKind::Clean || (marker.is_there && !marker.opened);
                    *marker = Marker { is_there, opened: false };
                }
            }
            _ => {}
        }
    }

    fn findings(&self, out: &mut Findings<'_>) {
        for tally in [
            &self.offset_contiguity,
            &self.batch_epoch_monotonic,
            &self.epoch_cache_consistent,
            &self.log_matching,
            &self.log_start_monotonic,
            &self.retention_bounds,
            &self.recovery_prefix,
            &self.flush_honest,
            &self.fetch_fenced,
        ] {
            out.add(tally);
        }
    }
}

impl LogChecks {
    fn epochs(&mut self, entry: &Entry, ghost: &Ghost, broker: BrokerId, role: ReplicaRole, tp: Tp) {
        let (log, batch) = (ghost.log(broker, tp), &ghost.incoming);
        let rises = log.last().is_none_or(|last| last.epoch <= batch.epoch);
        let known = match role {
            ReplicaRole::Leader => batch.epoch == log.epoch,
            ReplicaRole::Follower => batch.epoch <= log.epoch,
        };
        self.batch_epoch_monotonic.must(rises && known, || {
            let last = log.last().map_or(LeaderEpoch::UNDEFINED, |b| b.epoch);
            let text =
                format!("broker {broker} stored epoch {} after {last}, knowing epoch {}", batch.epoch, log.epoch);
            Witness::at(entry, text).on(tp, batch.base)
        });
    }

    fn leader_append(&mut self, entry: &Entry, ghost: &Ghost, broker: BrokerId, tp: Tp) {
        let (batch, end) = (&ghost.incoming, ghost.log(broker, tp).end());
        self.offset_contiguity.must(batch.base == end && batch.count > 0, || {
            Witness::at(entry, format!("broker {broker} appended at {} with its log end at {end}", batch.base))
                .on(tp, batch.base)
        });
        if let Some(reign) = ghost.partition(tp).reign(batch.epoch)
            && reign.writer.is_none()
        {
            self.epoch_cache_consistent.must(batch.base == reign.start, || {
                let text =
                    format!("epoch {} began at {}, its first batch is at {}", batch.epoch, reign.start, batch.base);
                Witness::at(entry, text).on(tp, batch.base)
            });
        }
    }

    fn follower_append(&mut self, entry: &Entry, ghost: &Ghost, broker: BrokerId, tp: Tp) {
        let batch = &ghost.incoming;
        let two_writers = || ghost.wrote_unregistered(tp, batch.epoch).filter(|_| differs_before(ghost, broker, tp));
        self.log_matching.check(ghost.is_copy(), two_writers, || {
            let text = format!(
                "broker {broker} stored a batch of epoch {} that, with the log before it, is not what its leader wrote",
                batch.epoch
            );
            Witness::at(entry, text).on(tp, batch.base)
        });
        // A leader that is back in its old epoch after a power loss may have other batches where the life before it had
        // those that it has sent.
        self.fetch_fenced.check(
            is_fetched(ghost, broker, tp, batch),
            || sent_by_a_life_before(ghost, broker, tp, batch).or_else(two_writers),
            || {
                let log = ghost.log(broker, tp);
                let text = format!(
                    "broker {broker} ({:?} in epoch {}) appended at {} with its log end at {}",
                    log.role,
                    log.epoch,
                    batch.base,
                    log.end()
                );
                Witness::at(entry, text).on(tp, batch.base)
            },
        );
    }

    fn recovered(&mut self, entry: &Entry, ghost: &Ghost, log: Recovered) {
        let Recovered { broker, tp, log_start, log_end, recovery_point, clean } = log;
        let node = ghost.setup.catalog.broker_node(broker);
        let (before, flushed) = (ghost.log(broker, tp).end(), self.flushed[broker.index()][tp.index()]);
        let witness = |what: String| move || Witness::at(entry, what).on(tp, log_end).by(node);
        let least = if ghost.log(broker, tp).lost_power.is_some() { flushed } else { before };
        let called_clean = clean && !self.markers[broker.index()].is_there;
        let text = format!(
            "broker {broker} came back with its log end at {log_end}, which was {before} (flushed {flushed}, clean: {clean})"
        );
        self.recovery_prefix.must(least <= log_end && log_end <= before && !called_clean, witness(text));
        if flushed > Offset(0) || recovery_point > Offset(0) {
            let text = format!(
                "broker {broker} had flushed up to {flushed}, and came back with {log_end} and the recovery point at {recovery_point}"
            );
            self.flush_honest.must(log_end >= flushed && recovery_point <= flushed, witness(text));
        }
        let last = &mut self.log_start[broker.index()][tp.index()];
        let saved = &mut self.saved[broker.index()][tp.index()];
        let forgot = !clean && log_start >= *saved;
        *saved = log_start;
        let excuse = || ghost.any_excuse(tp).or_else(|| forgot.then_some(Excuse::StartNotCheckpointed(broker)));
        self.log_start_monotonic.check(
            log_start >= *last && log_start <= log_end,
            excuse,
            witness(format!("log start {log_start} after {last}, log end {log_end}")),
        );
        *last = log_start;
        let flushed = &mut self.flushed[broker.index()][tp.index()];
        *flushed = (*flushed).min(log_end);
    }
}

impl LogChecks {
    /// Retention has taken segments.
    fn deleted(&mut self, entry: &Entry, ghost: &Ghost) {
        let Fact::SegmentsDeleted { broker, tp, first, next, reason, largest_timestamp, .. } = entry.fact else {
            return;
        };
        let oldest = &mut self.oldest[broker.index()][tp.index()];
        let (topic, log) = (ghost.setup.catalog.topic_of(tp).0, ghost.log(broker, tp));
        let config = &ghost.setup.topics[topic.index()].config;
        let age = entry.at.saturating_sub(largest_timestamp);
        let by_rule = match reason {
            SegmentDeletionReason::LogStart => next <= log.start(),
            SegmentDeletionReason::Size => config.retention_bytes.get().is_some(),
            SegmentDeletionReason::Time => config.retention.get().is_some_and(|limit| age > limit),
        };
        let is_prefix = *oldest <= first && first < next && next <= log.start();
        let is_committed = next <= log.high_watermark.max(ghost.partition(tp).highest);
        self.retention_bounds.must(by_rule && is_prefix && is_committed, || {
            let text = format!(
                "broker {broker} deleted {first} to {next} ({reason:?}), the youngest record {age} old; its log starts at {}, \
                 the oldest segment was {oldest}",
                log.start()
            );
            Witness::at(entry, text).on(tp, first)
        });
        *oldest = next;
        let saved = &mut self.saved[broker.index()][tp.index()];
        *saved = next.max(*saved);
    }
}

/// The leader lost its power with what it has sent here, and leads again in the same epoch: nothing fences that.
fn sent_by_a_life_before(ghost: &Ghost, broker: BrokerId, tp: Tp, batch: &GhostBatch) -> Option<Excuse> {
    let GhostRole::Follower(Some(leader)) = ghost.log(broker, tp).role else { return None };
    let node = ghost.setup.catalog.broker_node(leader);
    let lost = |cut: &Cut| {
        cut.kept <= batch.base
            && matches!(cut.cause.fact, Fact::ProcessStopped { node: of, kind: StopKind::PowerLoss } if of == node)
    };
    ghost.partition(tp).cuts.iter().any(lost).then_some(Excuse::BackInOldEpoch(leader))
}

/// Whether a follower's log is another than its leader's already.
fn differs_before(ghost: &Ghost, broker: BrokerId, tp: Tp) -> bool {
    let log = ghost.log(broker, tp);
    let GhostRole::Follower(Some(leader)) = log.role else { return false };
    log.batches().common_end(ghost.log(leader, tp).batches()) < log.end()
}

/// Whether what a follower appends can be an answer to its fetch: at its log end, from a broker that
/// came to lead in the epoch that the follower is in, and equal to what that broker has there. If the
/// leader has moved on meanwhile, its log says nothing about what it sent.
fn is_fetched(ghost: &Ghost, broker: BrokerId, tp: Tp, batch: &GhostBatch) -> bool {
    let log = ghost.log(broker, tp);
    let GhostRole::Follower(Some(leader)) = log.role else { return false };
    let led = ghost.partition(tp).reign(log.epoch).is_some_and(|reign| reign.actor == Some(leader));
    let source = ghost.log(leader, tp);
    let unchanged = source.role == GhostRole::Leader && source.epoch == log.epoch;
    let same = !unchanged || source.at(batch.base).is_some_and(|b| b.chain == batch.chain);
    batch.base == log.end() && led && same
}
