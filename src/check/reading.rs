//! What groups must have read in the end, once nothing fails any more: V4, V5.

use litemap::LiteMap;
use std::collections::BTreeSet;

use super::excuse::{self, Excuse};
use super::family::Family;
use super::ghost::{Ghost, GhostBatch, is_shown};
use super::groups::rebalance_bound;
use super::kafka_bug::KafkaBug;
use super::ledger::{Ledger, LedgerBook};
use super::outcome::{Findings, Tally, Witness};
use super::patience::{dead_connection, too_early};
use super::runs::Runs;
use super::transactions::{leaderless, unverified};
use crate::history::fact::{Entry, Fact, FactKind, FactSet, GroupState};
use crate::history::setup::ConsumerSetup;
use crate::protocol::config::{AutoOffsetReset, IsolationLevel};
use crate::protocol::ids::*;
use crate::sim::time::Nanos;

/// What becomes of a group that has committed nothing, where nothing else says at which offset it begins.
const NO_POLICY: &str = "auto.offset.reset=none throws NoOffsetForPartitionException while it has committed nothing";

/// The same of one that begins with what is young enough.
const TOO_OLD: &str =
    "auto.offset.reset=by_duration leaves it without a position while no record is young enough when it looks";

/// See the module.
#[derive(Clone, Debug)]
pub struct ReadingChecks {
    eventually_consumed: Tally,
    lag_to_zero: Tally,
    groups: Vec<Group>,
    /// By consumer, in the order of the setup.
    seats: Vec<Seat>,
}

/// What a consumer has.
#[derive(Clone, Debug)]
struct Seat {
    /// By partition.
    partitions: Vec<SeatPartition>,
    /// Records that it got and has not finished.
    in_hand: u64,
    /// Topics that it subscribes to no more.
    left: BTreeSet<TopicId>,
}

/// What a partition is to a member.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum SeatPartition {
    /// Not assigned to it.
    NotAssigned,
    /// Assigned, without a position that is known.
    NoPosition,
    /// It is there.
    At(Offset),
}

#[derive(Clone, Debug)]
struct Group {
    /// When somebody got or finished records last.
    active: Nanos,
    /// When all members were given their partitions for the first time: with a long
    /// `group.initial.rebalance.delay.ms` that is late.
    settled: Option<Nanos>,
    /// Records to which a member goes back, because it cannot process them, by partition.
    stuck: LiteMap<Tp, Offset>,
    /// By partition.
    read: Vec<Read>,
}

#[derive(Clone, Debug, Default)]
struct Read {
    /// Where the group began.
    begun: Option<Offset>,
    /// Where it was last.
    last: Option<Offset>,
    /// A position was reset to the latest offset after that: what lies before is not read.
    leapt: bool,
    /// By producer: the ordinals of the records that it got.
    got: Vec<(NodeId, Runs)>,
}

impl Family for ReadingChecks {
    const WANTS: FactSet = FactSet::of(&[
        FactKind::RecordsPolled,
        FactKind::OffsetsPassedOver,
        FactKind::RecordsProcessed,
        FactKind::RecordFailed,
        FactKind::PositionReset,
        FactKind::PositionFromCommit,
        FactKind::PositionTruncated,
        FactKind::PartitionAssigned,
        FactKind::PartitionRevoked,
        FactKind::GroupStateChanged,
        FactKind::ProcessStarted,
        FactKind::ProcessStopped,
        FactKind::SubscriptionChanged,
    ]);

    fn new(ghost: &Ghost) -> ReadingChecks {
        let partitions = ghost.partition_count();
        let (active, read) = (Nanos::ZERO, vec![Read::default(); partitions]);
        let seat = Seat { partitions: vec![SeatPartition::NotAssigned; partitions], in_hand: 0, left: BTreeSet::new() };
        ReadingChecks {
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
            groups: vec![
                Group { active, settled: None, stuck: LiteMap::new(), read };
                ghost.setup.catalog.groups.len()
            ],
            seats: vec![seat; ghost.setup.consumers.len()],
        }
    }

    fn observe(&mut self, entry: &Entry, ghost: &Ghost, _: &LedgerBook) {
        match entry.fact {
            Fact::RecordsPolled { node, tp, offset, count, origin, ordinal, .. } => {
                if let Some((group, seat)) = self.at_work(entry, ghost, node) {
                    seat.in_hand += u64::from(count);
                    group.read[tp.index()].get(origin, ordinal, count);
                }
                self.position(ghost, node, tp, offset.plus(count));
            }
            Fact::RecordsProcessed { node, tp, offset, count, .. } => {
                if let Some((group, seat)) = self.at_work(entry, ghost, node) {
                    group.is_past(tp, offset.plus(count));
                    seat.in_hand = seat.in_hand.saturating_sub(u64::from(count));
                }
            }
            Fact::RecordFailed { node, tp, offset, skipped, .. } => {
                if let Some((group, seat)) = self.at_work(entry, ghost, node) {
                    if skipped {
                        group.stuck.remove(&tp);
                    } else {
                        group.stuck.insert(tp, offset);
                    }
                    seat.in_hand = if skipped { seat.in_hand.saturating_sub(1) } else { 0 };
                }
            }
            Fact::PositionReset { node, tp, offset, policy, .. } => {
                if let Some((group, _)) = self.at_work(entry, ghost, node) {
                    group.is_past(tp, offset);
                    let read = &mut group.read[tp.index()];
                    read.leapt |= policy.leaps() && read.begun.is_some_and(|begun| begun < offset);
                    read.begin(offset);
                }
                self.position(ghost, node, tp, offset);
            }
            Fact::PositionFromCommit { node, tp, offset } => {
                if let Some((group, _)) = self.at_work(entry, ghost, node) {
                    group.is_past(tp, offset);
                    group.read[tp.index()].begin(offset);
                }
                self.position(ghost, node, tp, offset);
            }
            Fact::PositionTruncated { node, tp, to, .. } | Fact::OffsetsPassedOver { node, tp, to, .. } => {
                self.position(ghost, node, tp, to)
            }
            Fact::PartitionAssigned { node, tp, .. } => self.moved(ghost, node, tp, SeatPartition::NoPosition),
            Fact::PartitionRevoked { node, tp, .. } => self.moved(ghost, node, tp, SeatPartition::NotAssigned),
            Fact::GroupStateChanged { broker, group, state: GroupState::Stable, .. }
                if ghost.view.coordinates(broker, group) =>
            {
                self.groups[group.index()].settled.get_or_insert(entry.at);
            }
            Fact::ProcessStarted { node, .. } => self.subscribes_anew(ghost, node),
            Fact::SubscriptionChanged { node, topic, subscribed } => {
                if let Some((_, seat)) = self.at_work(entry, ghost, node) {
                    if subscribed {
                        seat.left.remove(&topic);
                    } else {
                        seat.left.insert(topic);
                    }
                }
            }
            Fact::ProcessStopped { node, .. } => {
                if let Some(index) = ghost.consumer_index(node) {
                    let seat = &mut self.seats[index];
                    seat.partitions.fill(SeatPartition::NotAssigned);
                    seat.in_hand = 0;
                }
            }
            _ => {}
        }
    }

    fn finish(&mut self, end: &Entry, ghost: &Ghost, _: &LedgerBook, _: &Ledger) {
        if ghost.final_phase.is_none() {
            return;
        }
        for group in (0..self.groups.len()).map(|g| GroupId(g as u16)) {
            let consumers = ghost.setup.consumers.iter();
            let members: Vec<&ConsumerSetup> =
                consumers.filter(|c| c.group == group && ghost.process(c.node).running).collect();
            let Some(member) = members.first() else { continue };
            let others = members.iter().filter(|c| !c.is_member() || !member.subscriptions.is_empty());
            let topics: BTreeSet<TopicId> =
                member.topics.iter().chain(others.flat_map(|c| c.topics.iter())).copied().collect();
            let partitions = topics.iter().flat_map(|t| ghost.setup.catalog.partitions(*t));
            // Of a partition that nobody of the group reads nothing is owed.
            let read: Vec<Tp> = partitions.filter(|tp| members.iter().any(|c| self.reads(ghost, c, *tp))).collect();
            for tp in read {
                self.partition(end, ghost, &members, tp);
            }
        }
    }

    fn findings(&self, out: &mut Findings<'_>) {
        [&self.eventually_consumed, &self.lag_to_zero].into_iter().for_each(|tally| out.add(tally));
    }
}

impl ReadingChecks {
    fn at_work(&mut self, entry: &Entry, ghost: &Ghost, node: NodeId) -> Option<(&mut Group, &mut Seat)> {
        let index = ghost.consumer_index(node)?;
        let group = &mut self.groups[ghost.setup.consumers[index].group.index()];
        group.active = entry.at;
        Some((group, &mut self.seats[index]))
    }

    /// A process begins with what it subscribes to first.
    fn subscribes_anew(&mut self, ghost: &Ghost, node: NodeId) {
        let Some(index) = ghost.consumer_index(node) else { return };
        let setup = &ghost.setup.consumers[index];
        let later = setup.topics.iter().filter(|topic| setup.subscriptions.first().is_some_and(|f| !f.contains(topic)));
        self.seats[index].left = later.copied().collect();
    }
    /// Whether it reads a partition, or may be given it, as it subscribes in the end.
    fn reads(&self, ghost: &Ghost, setup: &ConsumerSetup, tp: Tp) -> bool {
        let catalog = &ghost.setup.catalog;
        let left = |index: usize| self.seats[index].left.contains(&catalog.topic_of(tp).0);
        setup.reads(catalog, tp) && !ghost.consumer_index(setup.node).is_some_and(left)
    }

    /// A partition is given to a member, or taken from it.
    fn moved(&mut self, ghost: &Ghost, node: NodeId, tp: Tp, to: SeatPartition) {
        if let Some(index) = ghost.consumer_index(node) {
            let seat = &mut self.seats[index];
            seat.partitions[tp.index()] = to;
            seat.in_hand = 0;
        }
    }

    fn position(&mut self, ghost: &Ghost, node: NodeId, tp: Tp, offset: Offset) {
        if let Some(index) = ghost.consumer_index(node) {
            self.seats[index].partitions[tp.index()] = SeatPartition::At(offset);
            self.groups[ghost.setup.consumers[index].group.index()].read[tp.index()].last = Some(offset);
        }
    }

    fn partition(&mut self, end: &Entry, ghost: &Ghost, members: &[&ConsumerSetup], tp: Tp) {
        let group = members[0].group;
        let Some(log) = ghost.deciding_log(tp) else { return };
        let settled = ghost.settled(tp);
        let isolation = members[0].isolation_level;
        let readable = match (isolation, &settled) {
            (IsolationLevel::ReadCommitted, Some(settled)) => settled.last_stable(log.high_watermark),
            _ => log.high_watermark,
        };
        let shown = |b: &&GhostBatch| is_shown(settled.as_ref(), b, isolation);
        let read = &self.groups[group.index()].read[tp.index()];
        let begun = read.begun.unwrap_or(match members[0].auto_offset_reset {
            AutoOffsetReset::Earliest => log.start(),
            AutoOffsetReset::Latest | AutoOffsetReset::None | AutoOffsetReset::ByDuration(_) => readable,
        });
        let seats =
            members.iter().filter_map(|c| match self.seats[ghost.consumer_index(c.node)?].partitions[tp.index()] {
                SeatPartition::At(offset) => Some(offset),
                SeatPartition::NotAssigned | SeatPartition::NoPosition => None,
            });
        let seated = seats.max();
        let reached = seated.or(read.last);
        let mut got = 0;
        let (mut missing, mut deleted) = ((0, None), Vec::new());
        for batch in log.batches().iter().take_while(|b| b.next() <= readable).filter(|b| b.base >= begun).filter(shown)
        {
            let have = read.has(batch);
            got += have;
            let missed = match u64::from(batch.count) - have {
                0 => 0,
                missed => missed - read.compacted(batch, |at| ghost.is_compacted(tp, at)),
            };
            let excuse = (missed > 0).then(|| ghost.deleted_unread(group, tp, batch.base)).flatten();
            if let Some(excuse) = excuse {
                let text = format!("group {} was not given {}", ghost.group_name(group), batch.base);
                deleted.push((missed, excuse, Witness::at(end, text).on(tp, batch.base)));
            } else if missed > 0 {
                missing.0 += missed;
                missing.1.get_or_insert(batch.base);
            }
        }
        let no_position = || match members[0].auto_offset_reset {
            AutoOffsetReset::Latest if reached.is_none() => end_unknown(ghost, tp, readable),
            AutoOffsetReset::None if reached.is_none() && ghost.view.committed(group, tp).is_none() => {
                Some(Excuse::MayLose(group, NO_POLICY))
            }
            AutoOffsetReset::ByDuration(_) if reached.is_none() && ghost.view.committed(group, tp).is_none() => {
                Some(Excuse::MayLose(group, TOO_OLD))
            }
            _ => None,
        };
        let waits = || seated.is_none().then(|| waits_for_a_transaction(ghost, group, tp)).flatten();
        let excuse = self.why_not(end, ghost, members, tp).or_else(no_position).or_else(waits);
        let witness = |place: Offset| {
            let text = format!("group {} is at {place} of {readable}", ghost.group_name(group));
            blamed(Witness::at(end, text).on(tp, place), ghost, group, tp)
        };
        // Where nobody ever had a position, the group has not come to the end, however little there is.
        // What nobody is given a position moves over, and no fact tells of that.
        let ahead = |from: Offset| {
            let first = log.batches().partition_point(|b| b.next() <= from);
            log.batches()
                .from(first)
                .take_while(|b| b.base < readable)
                .any(|b| shown(&b) && !read.is_compacted(b, |at| ghost.is_compacted(tp, at)))
        };
        let caught_up = readable == Offset(0) || reached.is_some_and(|reached| reached >= readable || !ahead(reached));
        self.lag_to_zero.check(
            caught_up,
            || excuse,
            || match reached {
                Some(reached) => witness(reached),
                None => {
                    let text =
                        format!("group {} has no position, {readable} records are readable", ghost.group_name(group));
                    blamed(Witness::at(end, text).on(tp, Offset::INVALID), ghost, group, tp)
                }
            },
        );
        self.eventually_consumed.ok_times(got);
        for (missed, excuse, witness) in deleted {
            self.eventually_consumed.broken_times(missed, Some(excuse), || witness);
        }
        if let (missed, Some(first)) = missing {
            let leapt = self.groups[group.index()].read[tp.index()].leapt;
            let excuse = excuse
                .or_else(|| ghost.any_excuse(tp))
                .or_else(|| ghost.moved_over(group, tp, first, leapt))
                .or_else(|| leapt.then_some(Excuse::Leapt(group)));
            self.eventually_consumed.broken_times(missed, excuse, || witness(first));
        }
    }

    /// What excuses that a group has not read everything.
    fn why_not(&self, end: &Entry, ghost: &Ghost, members: &[&ConsumerSetup], tp: Tp) -> Option<Excuse> {
        let group = &self.groups[members[0].group.index()];
        if ghost.view.reigning(tp).is_none() {
            return Some(Excuse::NoLeader(tp));
        }
        if let Some(reason) = ghost.no_coordinator(members[0].group) {
            return Some(reason);
        }
        if !group.stuck.is_empty() {
            return Some(Excuse::Stuck(members[0].group));
        }
        if members.iter().any(|c| ghost.consumer_index(c.node).is_some_and(|index| self.seats[index].in_hand > 0)) {
            return Some(Excuse::StillAtWork(members[0].group));
        }
        if let Some(reason) = members.iter().find_map(|consumer| excuse::fetches_given_up(&ghost.setup, consumer)) {
            return Some(reason);
        }
        let patience = dead_connection(&ghost.setup);
        // A new coordinator counts whoever was a member when the group was written down last. Those that have left
        // since own their partitions until their sessions are over (`GroupMetadataManager.onLoaded`), and who has come since
        // may wait on a dead connection for the answer of the old one.
        let view = ghost.view.group(members[0].group);
        let mut seats = members.iter().filter_map(|consumer| Some(&self.seats[ghost.consumer_index(consumer.node)?]));
        let is_owned = seats.any(|seat| seat.partitions[tp.index()] != SeatPartition::NotAssigned);
        let is_stable = view.state == GroupState::Stable && view.members as usize <= members.len();
        let settled = is_stable && is_owned;
        if let Some(reason) = excuse::writes_given_up(&ghost.setup).filter(|_| !is_stable) {
            return Some(reason);
        }
        let rebalance = members.iter().map(|c| rebalance_bound(ghost, c)).max().filter(|_| !settled);
        let home =
            ghost.coordinator_partition(members[0].group).map_or(Nanos::ZERO, |home| ghost.partition(home).changed);
        let first = group.settled.unwrap_or_default();
        let since = ghost.disturbed.max(group.active).max(first).max(ghost.partition(tp).changed).max(home);
        too_early(end.at, since, rebalance.map_or(patience, |bound| bound.max(patience)))
    }
}

/// Why a transaction is open for good that holds the group's offset of a partition, if that excuses anything.
fn waits_for_a_transaction(ghost: &Ghost, group: GroupId, tp: Tp) -> Option<Excuse> {
    let home = ghost.coordinator_partition(group)?;
    ghost.holds_offset(group, |of| of == tp)?;
    ghost.any_excuse(home).or_else(|| unverified(ghost, home))
}

/// The same, if a bug of Kafka is the reason.
fn blamed(witness: Witness, ghost: &Ghost, group: GroupId, tp: Tp) -> Witness {
    if ghost.strands(group, tp) {
        let bug = KafkaBug::ClassicMembersStranded;
        let text = format!("{}: nobody has the partition, for {bug}", witness.text);
        return Witness { text, ..witness }.due_to(bug);
    }
    let held = ghost.coordinator_partition(group).zip(ghost.holds_offset(group, |of| of == tp));
    if !held.is_some_and(|(home, producer)| ghost.was_skipped(producer, home)) {
        return witness;
    }
    let text = format!("{}; its offset waits for a transaction without an end", witness.text);
    leaderless(Witness { text, ..witness })
}

/// A new leader tells nobody where its log ends before its high watermark has come to the start of its epoch
/// (`Partition.fetchOffsetForTimestamp`: OFFSET_NOT_AVAILABLE), which never happens where the ISR stays below the minimum.
fn end_unknown(ghost: &Ghost, tp: Tp, readable: Offset) -> Option<Excuse> {
    let start = ghost.partition(tp).reign(ghost.view.partition(tp).leader_epoch)?.start;
    (start > readable).then_some(Excuse::NoLatestOffset(tp, readable, start))
}

impl Group {
    /// It goes on from there, whatever it could not process before.
    fn is_past(&mut self, tp: Tp, next: Offset) {
        if self.stuck.get(&tp).is_some_and(|stuck| *stuck < next) {
            self.stuck.remove(&tp);
        }
    }
}

impl Read {
    fn begin(&mut self, offset: Offset) {
        self.begun = Some(self.begun.map_or(offset, |begun| begun.min(offset)));
    }
    fn get(&mut self, origin: NodeId, ordinal: u32, count: u32) {
        let (from, to) = (i64::from(ordinal), i64::from(ordinal + count));
        match self.got.iter_mut().find(|(node, _)| *node == origin) {
            Some((_, runs)) => runs.add(from, to),
            None => {
                let mut runs = Runs::default();
                runs.add(from, to);
                self.got.push((origin, runs));
            }
        }
    }
    /// How many records of a batch the group did not get, and nobody can be given any more since they were compacted away.
    fn compacted(&self, batch: &GhostBatch, is_compacted: impl Fn(Offset) -> bool) -> u64 {
        let runs = self.got.iter().find(|(node, _)| *node == batch.node).map(|(_, runs)| runs);
        let is_missed = |at: &u32| {
            let got = runs.is_some_and(|runs| runs.contains(i64::from(batch.ordinal + at)));
            !got && is_compacted(batch.base.plus(*at))
        };
        (0..batch.count).filter(is_missed).count() as u64
    }
    /// Whether that is so of all of its records.
    fn is_compacted(&self, batch: &GhostBatch, is_compacted: impl Fn(Offset) -> bool) -> bool {
        self.compacted(batch, is_compacted) == u64::from(batch.count)
    }
    /// How many records of a batch the group got.
    fn has(&self, batch: &GhostBatch) -> u64 {
        let (from, to) = (i64::from(batch.ordinal), i64::from(batch.ordinal + batch.count));
        self.got.iter().find(|(node, _)| *node == batch.node).map_or(0, |(_, runs)| runs.overlap(from, to))
    }
}
