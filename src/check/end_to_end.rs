//! Invariants from send() to the effect of a record, and of what must happen in the end:
//! X1, X2, X5, V1-V5, V9.

use std::collections::BTreeMap;

use super::ghost::Ghost;
use super::ledger::Ledger;
use super::outcome::{Finding, Tally, Witness};
use crate::history::fact::{Entry, Fact};
use crate::history::setup::{CommitSetup, ConsumerSetup, Setup};
use crate::protocol::config::AutoOffsetReset;
use crate::protocol::ids::*;
use crate::protocol::messages::Acks;
use crate::sim::time::Nanos;

/// From a broker's start to its unfencing: the old session (plus an eighth, the scan), then the
/// next registration attempt, which the backoff may put off by two thirds of the session.
fn unfence_bound(setup: &Setup) -> Nanos {
    Nanos(setup.broker_session_timeout.0 * 2).saturating_add(Nanos::from_secs(5))
}

/// See the module.
#[derive(Clone, Debug)]
pub struct EndToEndChecks {
    at_least_once: Tally,
    at_most_once: Tally,
    no_loss_accounting: Tally,
    leader_exists: Tally,
    isr_recovers: Tally,
    produce_resolves: Tally,
    eventually_consumed: Tally,
    lag_to_zero: Tally,
    broker_unfences: Tally,
    /// When each broker was last started and has not been unfenced since.
    starting: BTreeMap<BrokerId, Nanos>,
    last_unfenced: Nanos,
    final_phase: Option<Nanos>,
    committed: BTreeMap<(GroupId, Tp), Offset>,
    /// Offsets from which a group began to read a partition.
    begun: BTreeMap<(GroupId, Tp), Offset>,
    processed: BTreeMap<(GroupId, Tp), Vec<(Offset, Offset)>>,
    polled_to: BTreeMap<(GroupId, Tp), Offset>,
    high_watermark: Vec<Offset>,
}

impl EndToEndChecks {
    /// Before the first fact.
    pub fn new(ghost: &Ghost) -> EndToEndChecks {
        let setup = &ghost.setup;
        let mut checks = EndToEndChecks {
            at_least_once: Tally::new("at-least-once", "X1", "every record that a group's committed offset has passed was processed", "no group committed anything"),
            at_most_once: Tally::new("at-most-once", "X2", "no record is processed twice", "nothing was processed"),
            no_loss_accounting: Tally::new("no-loss-accounting", "X5", "every record sent is acknowledged, failed or pending, and none is two of these", "nothing was sent"),
            leader_exists: Tally::new("leader-exists", "V1", "a partition with a live in-sync replica has a leader", "there was no partition"),
            isr_recovers: Tally::new("isr-recovers", "V2", "every live replica is back in the ISR", "there was no final phase"),
            produce_resolves: Tally::new("produce-resolves", "V3", "no send is left without an outcome", "nothing was sent"),
            eventually_consumed: Tally::new("eventually-consumed", "V4", "every readable record is delivered to every live group", "no group was reading"),
            lag_to_zero: Tally::new("lag-to-zero", "V5", "once producers stop, every group's position reaches the high watermark", "no group was reading"),
            broker_unfences: Tally::new("broker-unfences", "V9", "a started broker is unfenced in bounded time", "no broker was started"),
            starting: BTreeMap::new(),
            last_unfenced: Nanos::ZERO,
            final_phase: None,
            committed: BTreeMap::new(),
            begun: BTreeMap::new(),
            processed: BTreeMap::new(),
            polled_to: BTreeMap::new(),
            high_watermark: vec![Offset(0); setup.catalog.partition_count() as usize],
        };
        checks.promises(setup);
        checks
    }

    /// What the configuration does not promise in the first place.
    fn promises(&mut self, setup: &Setup) {
        let name = |c: &ConsumerSetup| setup.catalog.groups[c.group.index()].clone();
        if let Some(c) = setup.consumers.iter().find(|c| c.commit == CommitSetup::SyncBeforeProcessing) {
            self.at_least_once.not_promised(format!("{} commits before it processes", name(c)));
        }
        if let Some(c) = setup.consumers.iter().find(|c| c.hands_off) {
            self.at_least_once.not_promised(format!("{} commits what waits for its worker", name(c)));
        }
        if let Some(c) = setup.consumers.iter().find(|c| c.skips_poison) {
            self.at_least_once.not_promised(format!("{} gives up records that it cannot process", name(c)));
        }
        if let Some(c) = setup.consumers.iter().find(|c| c.commit != CommitSetup::SyncBeforeProcessing) {
            self.at_most_once.not_promised(format!("{} commits after it has processed", name(c)));
        }
        if let Some(p) = setup.producers.iter().find(|p| !p.idempotent && p.retries > 0 && p.acks != Acks::Zero) {
            self.at_most_once.not_promised(format!("{} retries without idempotence", setup.catalog.node_name(p.node)));
        }
    }

    /// Takes the next fact; `ghost` shows the state before it.
    pub fn observe(&mut self, entry: &Entry, ghost: &Ghost) {
        let group_of = |node: NodeId| ghost.setup.consumers.iter().find(|c| c.node == node).map(|c| c.group);
        match entry.fact {
            Fact::ProcessStarted { node } => {
                if let Some(broker) = ghost.setup.catalog.broker_of(node) {
                    self.starting.insert(broker, entry.at);
                }
            }
            Fact::ProcessStopped { node, .. } => {
                if let Some(broker) = ghost.setup.catalog.broker_of(node) {
                    self.starting.remove(&broker);
                }
            }
            Fact::BrokerUnfenced { broker } => {
                self.last_unfenced = entry.at;
                if let Some(since) = self.starting.remove(&broker) {
                    let (took, bound) = (entry.at - since, unfence_bound(&ghost.setup));
                    self.broker_unfences.must(took <= bound, || Witness::at(entry, format!("broker {broker} was unfenced {took} after its start; bound {bound}")));
                }
            }
            Fact::FinalPhaseStarted {} => self.final_phase = Some(entry.at),
            Fact::HighWatermarkAdvanced { tp, high_watermark, .. } => self.high_watermark[tp.index()] = high_watermark,
            Fact::OffsetStored { group, tp, offset, .. } => {
                self.committed.insert((group, tp), offset);
            }
            Fact::PositionReset { node, tp, offset, .. } | Fact::PositionFromCommit { node, tp, offset } => {
                if let Some(group) = group_of(node) {
                    let begun = self.begun.entry((group, tp)).or_insert(offset);
                    *begun = (*begun).min(offset);
                    let reached = self.polled_to.entry((group, tp)).or_insert(offset);
                    *reached = (*reached).max(offset);
                }
            }
            Fact::RecordsPolled { node, tp, offset, count, .. } => {
                if let Some(group) = group_of(node) {
                    let reached = self.polled_to.entry((group, tp)).or_insert(offset);
                    *reached = (*reached).max(offset.plus(count));
                }
            }
            Fact::RecordsProcessed { node, tp, offset, count, .. } => {
                if let Some(group) = group_of(node) {
                    self.processed_run(entry, ghost, group, tp, offset, offset.plus(count));
                }
            }
            Fact::RecordFailed { node, tp, offset, skipped: true, .. } => {
                if let Some(group) = group_of(node) {
                    add_run(self.processed.entry((group, tp)).or_default(), offset, offset.plus(1));
                }
            }
            _ => {}
        }
    }

    fn processed_run(&mut self, entry: &Entry, ghost: &Ghost, group: GroupId, tp: Tp, from: Offset, to: Offset) {
        let runs = self.processed.entry((group, tp)).or_default();
        let again = overlap(runs, from, to);
        add_run(runs, from, to);
        self.at_most_once.ok_times((to.0 - from.0 - again) as u64);
        if again > 0 {
            self.at_most_once.broken_times(again as u64, ghost.loss_excuse(tp), || {
                Witness::at(entry, format!("group {} processed records again", ghost.setup.catalog.groups[group.index()])).on(tp, from)
            });
        }
    }

    /// What can only be judged at the end.
    pub fn finish(&mut self, end: &Entry, ghost: &Ghost, ledger: &Ledger) {
        let balanced = ledger.sent == ledger.acked + ledger.failed + ledger.pending;
        self.no_loss_accounting.ok_times(ledger.sent.saturating_sub(1));
        if ledger.sent > 0 {
            self.no_loss_accounting.must(balanced, || Witness::at(end, format!("sent {}, acked {}, failed {}, pending {}", ledger.sent, ledger.acked, ledger.failed, ledger.pending)));
        }
        self.at_least_once(end, ghost);
        let Some(healed) = self.final_phase else { return };
        self.liveness(end, ghost, ledger, end.at.saturating_sub(healed));
    }

    fn at_least_once(&mut self, end: &Entry, ghost: &Ghost) {
        for (&(group, tp), committed) in &self.committed {
            let Some(begun) = self.begun.get(&(group, tp)) else { continue };
            let runs = self.processed.get(&(group, tp)).map_or(&[][..], Vec::as_slice);
            let passed = (committed.0 - begun.0).max(0);
            let missed = passed - overlap(runs, *begun, *committed);
            self.at_least_once.ok_times((passed - missed) as u64);
            if missed > 0 {
                let first = first_gap(runs, *begun);
                self.at_least_once.broken_times(missed as u64, ghost.loss_excuse(tp), || {
                    Witness::at(end, format!("group {} committed {committed} and never processed {first}", ghost.setup.catalog.groups[group.index()])).on(tp, first)
                });
            }
        }
    }

    fn liveness(&mut self, end: &Entry, ghost: &Ghost, ledger: &Ledger, healed_for: Nanos) {
        let setup = &ghost.setup;
        let alive = |b: BrokerId| ghost.running[setup.catalog.broker_node(b).index()];
        let too_early = |bound: Nanos, since: Nanos| {
            (since < bound).then(|| format!("the run ended {since} after the last fault; it may take {bound}"))
        };
        let election_bound = unfence_bound(setup);
        let since_unfenced = healed_for.min(end.at.saturating_sub(self.last_unfenced));
        for (tp, partition) in ghost.partitions() {
            let able = partition.isr.iter().any(|b| alive(b) && ghost.unfenced[b.index()]);
            if able {
                let leads = partition.leader.is_some_and(alive);
                self.leader_exists.check(leads, || too_early(election_bound, healed_for), || Witness::at(end, "no live leader").on(tp, Offset::INVALID));
            }
            let missing = partition.replicas.iter().find(|b| alive(*b) && !partition.isr.contains(*b));
            let bound = setup.replica_lag_time_max.saturating_add(election_bound);
            self.isr_recovers.check(missing.is_none(), || too_early(bound, since_unfenced), || Witness::at(end, format!("broker {missing:?} is out of isr {}", partition.isr)).on(tp, Offset::INVALID));
        }
        if ledger.sent > 0 {
            self.produce_resolves.ok_times(ledger.sent - ledger.pending);
            let bound = setup.producers.iter().map(|p| p.delivery_timeout).max().unwrap_or(Nanos::ZERO);
            if ledger.pending > 0 {
                let died = setup.producers.iter().any(|p| !ghost.running[p.node.index()] || ghost.last_stop[p.node.index()] != crate::history::fact::StopKind::Clean);
                let excuse = died.then(|| "a producer died with records in memory".to_string()).or_else(|| too_early(bound, healed_for));
                self.produce_resolves.broken_times(ledger.pending, excuse, || Witness::at(end, format!("{} records without an outcome", ledger.pending)));
            }
        }
        self.groups_reach_the_end(end, ghost, healed_for);
    }

    fn groups_reach_the_end(&mut self, end: &Entry, ghost: &Ghost, healed_for: Nanos) {
        let setup = &ghost.setup;
        for group in (0..setup.catalog.groups.len()).map(|g| GroupId(g as u16)) {
            let members: Vec<&ConsumerSetup> = setup.consumers.iter().filter(|c| c.group == group && ghost.running[c.node.index()]).collect();
            let Some(member) = members.first() else { continue };
            let patience = members.iter().map(|c| c.session_timeout.saturating_add(c.max_poll_interval)).max().unwrap_or(Nanos::ZERO);
            for tp in member.topics.iter().flat_map(|t| setup.catalog.partitions(*t)) {
                let readable = self.high_watermark[tp.index()];
                let reached = self.polled_to.get(&(group, tp)).copied();
                let begun = self.begun.get(&(group, tp)).copied().unwrap_or(match member.auto_offset_reset {
                    AutoOffsetReset::Earliest => Offset(0),
                    AutoOffsetReset::Latest | AutoOffsetReset::None => readable,
                });
                let behind = (readable.0 - reached.unwrap_or(begun).0).max(0) as u64;
                let excuse = || {
                    ghost.partition(tp).leader.is_none().then(|| format!("{} has no leader", ghost.name(tp))).or_else(|| {
                        (healed_for < patience).then(|| format!("the run ended {healed_for} after the last fault, with the group still at work"))
                    })
                };
                let text = format!("group {} is at {} of {readable}", setup.catalog.groups[group.index()], reached.unwrap_or(begun));
                self.lag_to_zero.check(behind == 0, excuse, || Witness::at(end, text.clone()).on(tp, readable));
                self.eventually_consumed.ok_times((readable.0 - begun.0).max(0) as u64 - behind.min((readable.0 - begun.0).max(0) as u64));
                if behind > 0 {
                    self.eventually_consumed.broken_times(behind, excuse(), || Witness::at(end, text).on(tp, readable));
                }
            }
        }
    }

    /// The outcomes.
    pub fn findings(&self, out: &mut Vec<Finding>) {
        for tally in [
            &self.at_least_once,
            &self.at_most_once,
            &self.no_loss_accounting,
            &self.leader_exists,
            &self.isr_recovers,
            &self.produce_resolves,
            &self.eventually_consumed,
            &self.lag_to_zero,
            &self.broker_unfences,
        ] {
            out.push(tally.finding());
        }
    }
}

/// Adds `from .. to` to a list of disjoint ascending runs.
fn add_run(runs: &mut Vec<(Offset, Offset)>, from: Offset, to: Offset) {
    let first = runs.partition_point(|run| run.1 < from);
    let past = runs.partition_point(|run| run.0 <= to);
    let merged = runs[first..past].iter().fold((from, to), |all, run| (all.0.min(run.0), all.1.max(run.1)));
    runs.splice(first..past, [merged]);
}

/// How many offsets of `from .. to` are in the runs.
fn overlap(runs: &[(Offset, Offset)], from: Offset, to: Offset) -> i64 {
    let first = runs.partition_point(|run| run.1 <= from);
    runs[first..].iter().take_while(|run| run.0 < to).map(|run| run.1.0.min(to.0) - run.0.0.max(from.0)).sum()
}

/// The first offset from `from` on that is in no run.
fn first_gap(runs: &[(Offset, Offset)], from: Offset) -> Offset {
    runs.iter().find(|run| run.0 <= from && from < run.1).map_or(from, |run| run.1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// Runs count what a plain set of offsets counts.
        #[test]
        fn runs_are_sets(pieces in proptest::collection::vec((0i64..60, 1i64..9), 0..30), from in 0i64..70, len in 0i64..20) {
            let mut runs = Vec::new();
            let mut set = std::collections::BTreeSet::new();
            for (start, len) in pieces {
                add_run(&mut runs, Offset(start), Offset(start + len));
                set.extend(start..start + len);
            }
            prop_assert!(runs.windows(2).all(|pair| pair[0].1 < pair[1].0));
            prop_assert_eq!(overlap(&runs, Offset(from), Offset(from + len)), set.range(from..from + len).count() as i64);
            prop_assert_eq!(first_gap(&runs, Offset(from)).0, (from..).find(|o| !set.contains(o)).unwrap());
        }
    }
}
