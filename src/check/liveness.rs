//! What must happen in the end, once nothing fails any more: V1-V5, V8, V9.

use std::collections::BTreeMap;

use super::ghost::{Ghost, GhostRole};
use super::ledger::LedgerBook;
use super::outcome::{Finding, Tally, Witness};
use super::runs::Runs;
use crate::history::fact::{Entry, Fact, GroupState};
use crate::history::setup::{ConsumerSetup, Setup};
use crate::protocol::config::AutoOffsetReset;
use crate::protocol::ids::*;
use crate::sim::time::Nanos;

/// Brokers hear of committed metadata as soon as it is committed; this is for the slowest link.
const METADATA_TAKES: Nanos = Nanos::from_secs(5);
/// A replica that has appended within this time is still catching up.
const STILL_AT_WORK: Nanos = Nanos::from_secs(5);
/// A fetch on a connection that is dead without knowing it: `request.timeout.ms`, then a new
/// connection and fresh metadata.
const DEAD_CONNECTION: Nanos = Nanos::from_secs(35);

/// From a broker's start to its unfencing: the old session (plus an eighth, the scan), then the
/// next registration attempt, which the backoff may put off by two thirds of the session.
fn unfence_bound(setup: &Setup) -> Nanos {
    Nanos(setup.broker_session_timeout.0 * 2).saturating_add(Nanos::from_secs(5))
}

/// See the module.
#[derive(Clone, Debug)]
pub struct LivenessChecks {
    leader_exists: Tally,
    isr_recovers: Tally,
    produce_resolves: Tally,
    eventually_consumed: Tally,
    lag_to_zero: Tally,
    metadata_converges: Tally,
    broker_unfences: Tally,
    /// When each broker was last started and has not been unfenced since.
    starting: BTreeMap<BrokerId, Nanos>,
    groups: Vec<GroupProgress>,
}

#[derive(Clone, Debug)]
struct GroupProgress {
    state: GroupState,
    /// When somebody got or finished records last.
    active: Nanos,
    /// A member goes back to a record that it cannot process, again and again.
    stuck: bool,
    /// By partition.
    read: Vec<Progress>,
}

#[derive(Clone, Debug, Default)]
struct Progress {
    /// Where the group began.
    begun: Option<Offset>,
    /// How far it has got.
    reached: Option<Offset>,
    /// What it got.
    polled: Runs,
    /// What it finished.
    finished: Runs,
}

impl LivenessChecks {
    /// Before the first fact.
    pub fn new(ghost: &Ghost) -> LivenessChecks {
        let progress = GroupProgress {
            state: GroupState::Empty,
            active: Nanos::ZERO,
            stuck: false,
            read: vec![Progress::default(); ghost.partition_count()],
        };
        LivenessChecks {
            leader_exists: Tally::new(
                "leader-exists",
                "V1",
                "a partition with a live in-sync replica has a leader",
                "there was no final phase",
            ),
            isr_recovers: Tally::new(
                "isr-recovers",
                "V2",
                "every live replica is back in the ISR",
                "there was no final phase",
            ),
            produce_resolves: Tally::new(
                "produce-resolves",
                "V3",
                "no send is left without an outcome",
                "nothing was sent, or there was no final phase",
            ),
            eventually_consumed: Tally::new(
                "eventually-consumed",
                "V4",
                "every readable record is delivered to every live group",
                "no group was reading in a final phase",
            ),
            lag_to_zero: Tally::new(
                "lag-to-zero",
                "V5",
                "once producers stop, every group's position reaches the high watermark",
                "no group was reading in a final phase",
            ),
            metadata_converges: Tally::new(
                "metadata-converges",
                "V8",
                "every live replica plays the part that committed metadata gives it",
                "there was no final phase",
            ),
            broker_unfences: Tally::new(
                "broker-unfences",
                "V9",
                "a started broker is unfenced in bounded time",
                "no broker was started",
            ),
            starting: BTreeMap::new(),
            groups: vec![progress; ghost.setup.catalog.groups.len()],
        }
    }

    /// Takes the next fact; `ghost` shows the state before it.
    pub fn observe(&mut self, entry: &Entry, ghost: &Ghost) {
        match entry.fact {
            Fact::RecordsPolled { node, tp, offset, count, .. } => {
                if let Some(progress) = self.progress(ghost, entry.at, node, tp) {
                    progress.polled.add(offset.0, offset.plus(count).0);
                    progress.reached = progress.reached.max(Some(offset.plus(count)));
                }
            }
            Fact::RecordsProcessed { node, tp, offset, count, .. } => {
                if let Some(progress) = self.progress(ghost, entry.at, node, tp) {
                    progress.finished.add(offset.0, offset.plus(count).0);
                }
            }
            Fact::RecordFailed { node, tp, offset, skipped, .. } => {
                if let Some(progress) = self.progress(ghost, entry.at, node, tp) {
                    progress.finished.add(offset.0, offset.0 + i64::from(skipped));
                }
                if let Some(consumer) = ghost.consumer(node) {
                    self.groups[consumer.group.index()].stuck |= !skipped;
                }
            }
            Fact::PositionReset { node, tp, offset, .. } | Fact::PositionFromCommit { node, tp, offset } => {
                if let Some(progress) = self.progress(ghost, entry.at, node, tp) {
                    progress.begun = Some(progress.begun.map_or(offset, |begun| begun.min(offset)));
                    progress.reached = progress.reached.max(Some(offset));
                }
            }
            Fact::BecameLeader { .. } => self.records_lost(entry, ghost),
            Fact::GroupStateChanged { group, state, .. } => self.groups[group.index()].state = state,
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
            Fact::LogDirFailed { broker } => drop(self.starting.remove(&broker)),
            Fact::BrokerUnfenced { broker } => {
                if let Some(since) = self.starting.remove(&broker) {
                    self.unfencing(entry, ghost, broker, since);
                }
            }
            _ => {}
        }
    }

    fn progress(&mut self, ghost: &Ghost, at: Nanos, node: NodeId, tp: Tp) -> Option<&mut Progress> {
        let group = &mut self.groups[ghost.consumer(node)?.group.index()];
        group.active = at;
        Some(&mut group.read[tp.index()])
    }

    /// A new leader lacks committed records: what takes their place has to be read anew.
    fn records_lost(&mut self, entry: &Entry, ghost: &Ghost) {
        let Some((tp, kept)) = ghost.loses_at(&entry.fact) else { return };
        let cut = ghost.partition(tp).truth[kept].base;
        for progress in self.groups.iter_mut().map(|group| &mut group.read[tp.index()]) {
            progress.polled.cut(cut.0);
            progress.finished.cut(cut.0);
            progress.reached = progress.reached.map(|reached| reached.min(cut));
        }
    }

    fn unfencing(&mut self, entry: &Entry, ghost: &Ghost, broker: BrokerId, since: Nanos) {
        let (took, bound) = (entry.at.saturating_sub(since), unfence_bound(&ghost.setup));
        let undisturbed = entry.at.saturating_sub(since.max(ghost.disturbed));
        let excuse =
            || (ghost.active_faults > 0 || undisturbed <= bound).then(|| "faults went on while it started".to_string());
        self.broker_unfences.check(took <= bound, excuse, || {
            let text = format!("broker {broker} was not unfenced for {took} after its start; bound {bound}");
            Witness::at(entry, text).by(ghost.setup.catalog.broker_node(broker))
        });
    }

    /// What can only be judged at the end.
    pub fn finish(&mut self, end: &Entry, ghost: &Ghost, ledger: &LedgerBook) {
        for (broker, since) in std::mem::take(&mut self.starting) {
            if end.at.saturating_sub(since) > unfence_bound(&ghost.setup) {
                self.unfencing(end, ghost, broker, since);
            }
        }
        if ghost.final_phase.is_none() {
            return;
        }
        self.partitions(end, ghost);
        self.producers(end, ghost, ledger);
        for group in (0..self.groups.len()).map(|g| GroupId(g as u16)) {
            self.group(end, ghost, group);
        }
    }

    fn partitions(&mut self, end: &Entry, ghost: &Ghost) {
        let setup = &ghost.setup;
        let election = unfence_bound(setup);
        let rejoin = setup.replica_lag_time_max.saturating_add(election);
        for (tp, partition) in ghost.partitions() {
            let nowhere = |text: String| Witness::at(end, text).on(tp, Offset::INVALID);
            if let Some(able) = partition.isr.iter().find(|b| ghost.is_live(*b)) {
                let since = ghost.disturbed.max(ghost.broker(able).since);
                let leads = partition.leader.is_some_and(|b| ghost.runs(b));
                self.leader_exists.check(
                    leads,
                    || too_early(end, since, election),
                    || nowhere(format!("no live leader; isr {}, broker {able} lives", partition.isr)),
                );
            }
            let missing = partition.replicas.iter().find(|b| ghost.is_live(*b) && !partition.isr.contains(*b));
            let excuse = || {
                let missing = missing?;
                let since = ghost.disturbed.max(ghost.broker(missing).since).max(partition.changed);
                match partition.leader.is_some_and(|b| ghost.runs(b)) {
                    false => Some(format!("{} has no live leader", ghost.name(tp))),
                    true if end.at.saturating_sub(ghost.log(missing, tp).touched) < STILL_AT_WORK => {
                        Some(format!("broker {missing} is still catching up"))
                    }
                    true => too_early(end, since, rejoin),
                }
            };
            let text = || format!("broker {} is out of isr {}", missing.unwrap_or_default(), partition.isr);
            self.isr_recovers.check(missing.is_none(), excuse, || nowhere(text()));
            for replica in partition.replicas.iter().filter(|b| ghost.is_live(*b)) {
                self.part(end, ghost, tp, replica);
            }
        }
    }

    /// Whether a live replica plays its part.
    fn part(&mut self, end: &Entry, ghost: &Ghost, tp: Tp, replica: BrokerId) {
        let (partition, log) = (ghost.partition(tp), ghost.log(replica, tp));
        let role = match partition.leader {
            Some(leader) if leader == replica => GhostRole::Leader,
            leader => GhostRole::Follower(leader),
        };
        let since = ghost.disturbed.max(ghost.broker(replica).since).max(partition.changed);
        let plays = log.epoch == partition.leader_epoch && log.role == role;
        self.metadata_converges.check(
            plays,
            || too_early(end, since, METADATA_TAKES),
            || {
                let text = format!(
                    "broker {replica} is {:?} in epoch {}; it is to be {role:?} in epoch {}",
                    log.role, log.epoch, partition.leader_epoch
                );
                Witness::at(end, text).on(tp, Offset::INVALID)
            },
        );
    }

    fn producers(&mut self, end: &Entry, ghost: &Ghost, ledger: &LedgerBook) {
        for producer in &ghost.setup.producers {
            let pending = ledger.pending(producer.node);
            self.produce_resolves.ok_times(ledger.completed(producer.node));
            if pending > 0 {
                let process = ghost.process(producer.node);
                let name = ghost.node_name(producer.node);
                let excuse = (process.died || !process.running)
                    .then(|| format!("{name} died with records in memory"))
                    .or_else(|| too_early(end, ghost.disturbed, producer.delivery_timeout));
                self.produce_resolves.broken_times(pending, excuse, || {
                    Witness::at(end, format!("{pending} records of {name} without an outcome")).by(producer.node)
                });
            }
        }
    }

    fn group(&mut self, end: &Entry, ghost: &Ghost, group: GroupId) {
        let members: Vec<&ConsumerSetup> =
            ghost.setup.consumers.iter().filter(|c| c.group == group && ghost.process(c.node).running).collect();
        let Some(member) = members.first() else { return };
        let progress = &self.groups[group.index()];
        let busy = progress.read.iter().any(|p| p.finished.len() < p.polled.len());
        let rebalance =
            members.iter().map(|c| c.session_timeout.saturating_add(c.max_poll_interval)).max().unwrap_or(Nanos::ZERO);
        let patience = if progress.state == GroupState::Stable { DEAD_CONNECTION } else { rebalance };
        let since = ghost.disturbed.max(progress.active);
        let excuse = |tp: Tp| {
            if !ghost.partition(tp).leader.is_some_and(|b| ghost.runs(b)) {
                return Some(format!("{} has no live leader", ghost.name(tp)));
            }
            if progress.stuck {
                return Some(format!("group {} goes back to a record that it cannot process", ghost.group_name(group)));
            }
            let at_work =
                busy.then(|| format!("group {} was still at work when the run ended", ghost.group_name(group)));
            at_work.or_else(|| too_early(end, since, patience))
        };
        for tp in member.topics.iter().flat_map(|t| ghost.setup.catalog.partitions(*t)) {
            // A high watermark is a partition's only if its leader has it.
            let readable = ghost.partition(tp).leader.map_or(Offset(0), |leader| ghost.log(leader, tp).high_watermark);
            let read = &progress.read[tp.index()];
            let begun = read.begun.unwrap_or(match member.auto_offset_reset {
                AutoOffsetReset::Earliest => Offset(0),
                AutoOffsetReset::Latest | AutoOffsetReset::None => readable,
            });
            let reached = read.reached.unwrap_or(begun);
            let text = |place: Offset| format!("group {} is at {place} of {readable}", ghost.group_name(group));
            self.lag_to_zero.check(
                reached >= readable,
                || excuse(tp),
                || Witness::at(end, text(reached)).on(tp, reached),
            );
            let all = (readable.0 - begun.0).max(0) as u64;
            let got = read.polled.overlap(begun.0, readable.0);
            self.eventually_consumed.ok_times(got);
            if got < all {
                let gap = Offset(read.polled.first_gap(begun.0));
                self.eventually_consumed
                    .broken_times(all - got, excuse(tp), || Witness::at(end, text(gap)).on(tp, gap));
            }
        }
    }

    /// The outcomes.
    pub fn findings(&self, out: &mut Vec<Finding>) {
        for tally in [
            &self.leader_exists,
            &self.isr_recovers,
            &self.produce_resolves,
            &self.eventually_consumed,
            &self.lag_to_zero,
            &self.metadata_converges,
            &self.broker_unfences,
        ] {
            out.push(tally.finding());
        }
    }
}

/// What takes `bound` cannot be asked for sooner after `since`.
fn too_early(end: &Entry, since: Nanos, bound: Nanos) -> Option<String> {
    let left = end.at.saturating_sub(since);
    (left < bound).then(|| format!("the run ended {left} after the last disturbance; it may take {bound}"))
}
