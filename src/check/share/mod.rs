//! Share groups (KIP-932): S1 to S7, X7 and V14.
//!
//! What is judged is told by the leader of each partition, which alone knows who holds a record, and by the share
//! coordinator, whose log is all that a new leader finds. A deposed leader gives away records for a while that are
//! not its to give; what counts is said by the one that reigns, and what has been written down, whoever wrote it.

mod delivery;
mod partition;

use std::ops::Range;

use litemap::LiteMap;

use super::excuse::Excuse;
use super::family::Family;
use super::ghost::{Ghost, GhostBatch, is_shown};
use super::kafka_bug::KafkaBug;
use super::ledger::{Ledger, LedgerBook};
use super::outcome::{Findings, Tally, Witness};
use super::patience::{a_moment, dead_connection, too_early};
use super::runs::Runs;
use crate::history::fact::{Entry, Fact, FactKind, FactSet};
use crate::protocol::config::GroupConfig;
use crate::protocol::ids::*;
use crate::protocol::messages::AcknowledgeType;
use crate::protocol::rules::{ShareRecordLocks, ShareStartWithinBatch, ShareStateGaps, ShareTransitions};
use crate::sim::time::Nanos;
use delivery::{Delivery, Ending};
use partition::SharePartition;

/// See the module.
#[derive(Clone, Debug)]
pub struct ShareChecks {
    one_holder: Tally,
    done_is_done: Tally,
    delivery_count: Tally,
    start_offset: Tally,
    acknowledged: Tally,
    in_flight: Tally,
    lock_expires: Tally,
    at_least_once: Tally,
    drains: Tally,
    /// By share group and partition of an application.
    partitions: LiteMap<(GroupId, Tp), SharePartition>,
    /// By member and partition: what it has ever acquired, and what of its acknowledgements was written down.
    members: LiteMap<(NodeId, Tp), Member>,
    /// By group: its configs.
    configs: Vec<GroupConfig>,
}

/// What is known of a member and a partition.
#[derive(Clone, Debug, Default)]
struct Member {
    acquired: Runs,
    acknowledged: Runs,
}

impl Family for ShareChecks {
    const WANTS: FactSet = FactSet::of(&[
        FactKind::ShareAcquired,
        FactKind::ShareAcknowledged,
        FactKind::ShareAcknowledgedLate,
        FactKind::ShareReleased,
        FactKind::ShareArchived,
        FactKind::ShareStartMoved,
        FactKind::SharePartitionLoaded,
        FactKind::SharePartitionInitialized,
        FactKind::ShareRecordsPolled,
        FactKind::RecordsProcessed,
        FactKind::ShareAcknowledgementCompleted,
    ]);

    fn is_asked(ghost: &Ghost) -> bool {
        !ghost.setup.catalog.share_groups.is_empty()
    }

    fn new(ghost: &Ghost) -> ShareChecks {
        let groups = (0..ghost.setup.catalog.groups.len()).map(|group| GroupId(group as u16));
        ShareChecks {
            one_holder: Tally::new(
                "share-one-holder",
                "S1",
                "a record of a share group is held by one member at a time, and only that one has a say",
                "no member of a share group acquired a record",
            ),
            done_is_done: Tally::new(
                "share-done-is-done",
                "S2",
                "what a share group has accepted or given up is not delivered again, across leaders too",
                "no member of a share group acquired a record",
            ),
            delivery_count: Tally::new(
                "share-delivery-count",
                "S3",
                "each delivery of a record to a share group counts, and none is beyond the limit",
                "no member of a share group acquired a record",
            ),
            start_offset: Tally::new(
                "share-start-offset",
                "S4",
                "a share-partition's start offset never goes back, and passes only what is done with",
                "no share-partition's start offset moved",
            ),
            acknowledged: Tally::new(
                "share-acknowledged-is-written",
                "S5",
                "an acknowledgement that succeeds for the member is written down by the share coordinator, or the group is done with the record",
                "no acknowledgement succeeded",
            ),
            in_flight: Tally::new(
                "share-in-flight-bounded",
                "S6",
                "no new records are acquired while as many are in flight as group.share.partition.max.record.locks says",
                "no member of a share group acquired a new record",
            ),
            lock_expires: Tally::new(
                "share-lock-expires",
                "S7",
                "undisturbed, a member holds a record no longer than group.share.record.lock.duration.ms",
                "no member of a share group let go of a record",
            ),
            at_least_once: Tally::new(
                "share-at-least-once",
                "X7",
                "what a member of a share group accepts was processed",
                "no member of a share group accepted a record",
            ),
            drains: Tally::new(
                "share-drains",
                "V14",
                "once producers stop, a share group with a live member accepts or gives up every record",
                "no share group was reading in a final phase",
            ),
            partitions: LiteMap::new(),
            members: LiteMap::new(),
            configs: groups.map(|group| ghost.setup.group_config(group)).collect(),
        }
    }

    fn observe(&mut self, entry: &Entry, ghost: &Ghost, ledger: &LedgerBook) {
        match entry.fact {
            Fact::ShareAcquired { broker, group, tp, member, node, first, last, delivery_count } => {
                self.member(node, tp).acquired.add(first.0, last.0 + 1);
                if ghost.view.reigns(broker, tp) {
                    self.acquired(entry, ghost, (group, tp), member, first.0..last.0 + 1, delivery_count);
                }
            }
            Fact::ShareAcknowledged { broker, group, tp, member, node, first, last, acknowledgement } => {
                let offsets = first.0..last.0 + 1;
                self.member(node, tp).acknowledged.add(offsets.start, offsets.end);
                let reigns = ghost.view.reigns(broker, tp);
                self.acknowledged(entry, ghost, (group, tp), (member, reigns), offsets.clone(), acknowledgement);
                if acknowledgement == AcknowledgeType::Accept {
                    self.accepted(entry, ghost, ledger, (group, tp), node, offsets);
                }
            }
            Fact::ShareAcknowledgedLate { group, tp, node, first, last, acknowledgement, .. } => {
                let offsets = first.0..last.0 + 1;
                self.member(node, tp).acknowledged.add(offsets.start, offsets.end);
                let partition = self.partition(group, tp);
                if let Some(ending) = Ending::said(acknowledgement) {
                    partition.becomes(offsets.clone(), |known| known.ended_before(ending));
                }
                if acknowledgement == AcknowledgeType::Accept {
                    self.accepted(entry, ghost, ledger, (group, tp), node, offsets);
                }
            }
            Fact::ShareReleased { broker, group, tp, member, first, last, delivery_count, .. }
                if ghost.view.reigns(broker, tp) =>
            {
                self.released(entry, ghost, (group, tp), member, first.0..last.0 + 1, delivery_count);
            }
            Fact::ShareArchived { broker, group, tp, first, last, reason } if ghost.view.reigns(broker, tp) => {
                let ending = Ending::of(reason);
                self.let_go(entry, ghost, (group, tp), first.0..last.0 + 1);
                self.partition(group, tp).becomes(first.0..last.0 + 1, |known| known.ended(ending));
            }
            Fact::ShareStartMoved { broker, group, tp, start } if ghost.view.reigns(broker, tp) => {
                self.start_moved(entry, ghost, (group, tp), start);
            }
            Fact::SharePartitionLoaded { broker, group, tp, start, state_epoch, .. }
                if ghost.view.reigns(broker, tp) =>
            {
                self.loaded(entry, ghost, (group, tp), start, state_epoch);
            }
            Fact::SharePartitionInitialized { group, tp, state_epoch, .. } => {
                self.partition(group, tp).initialized(state_epoch);
            }
            Fact::ShareRecordsPolled { node, tp, offset, count, .. } => {
                let acquired = &self.member(node, tp).acquired;
                let all = acquired.overlap(offset.0, offset.0 + i64::from(count)) == u64::from(count);
                self.one_holder.must(all, || {
                    let name = ghost.node_name(node);
                    Witness::at(entry, format!("{name} was given records that it has not acquired"))
                        .on(tp, offset)
                        .by(node)
                });
            }
            Fact::RecordsProcessed { node, tp, .. } => {
                let group = ghost.group_of(node).filter(|group| ghost.setup.catalog.is_share_group(*group));
                if let Some(group) = group {
                    self.partition(group, tp).set_moved(entry.at);
                }
            }
            Fact::ShareAcknowledgementCompleted { node, tp, first, last, error: None } => {
                if let Some(group) = ghost.group_of(node) {
                    self.succeeded(entry, ghost, (group, tp), node, first.0..last.0 + 1);
                }
            }
            _ => {}
        }
    }

    fn finish(&mut self, end: &Entry, ghost: &Ghost, _: &LedgerBook, _: &Ledger) {
        let keys: Vec<(GroupId, Tp)> = self.partitions.keys().copied().collect();
        for key in keys {
            self.let_go(end, ghost, key, 0..i64::from(u32::MAX));
        }
        if ghost.final_phase.is_none() {
            return;
        }
        for group in ghost.setup.catalog.share_groups.clone() {
            let members = ghost.setup.share_consumers.iter().filter(|c| c.group == group);
            let alive = members.clone().any(|c| ghost.process(c.node).running);
            let mut topics: Vec<TopicId> = members.flat_map(|c| c.topics.iter().copied()).collect();
            topics.sort();
            topics.dedup();
            for tp in topics.into_iter().filter(|_| alive).flat_map(|topic| ghost.setup.catalog.partitions(topic)) {
                self.drained(end, ghost, group, tp);
            }
        }
    }

    fn findings(&self, out: &mut Findings<'_>) {
        for tally in [
            &self.one_holder,
            &self.done_is_done,
            &self.delivery_count,
            &self.start_offset,
            &self.acknowledged,
            &self.in_flight,
            &self.lock_expires,
            &self.at_least_once,
            &self.drains,
        ] {
            out.add(tally);
        }
    }
}

impl ShareChecks {
    fn partition(&mut self, group: GroupId, tp: Tp) -> &mut SharePartition {
        self.partitions.entry((group, tp)).or_default()
    }
    fn member(&mut self, node: NodeId, tp: Tp) -> &mut Member {
        self.members.entry((node, tp)).or_default()
    }
    /// What excuses that something is not known any more that was written down, or read.
    fn state_excuse(&self, ghost: &Ghost, group: GroupId, tp: Tp) -> Option<Excuse> {
        let state = ghost.setup.catalog.share_state_partition(group, tp)?;
        ghost.any_excuse(state).or_else(|| ghost.any_excuse(tp))
    }

    fn acquired(
        &mut self,
        entry: &Entry,
        ghost: &Ghost,
        (group, tp): (GroupId, Tp),
        member: MemberId,
        offsets: Range<i64>,
        delivery_count: u32,
    ) {
        let excuse = self.state_excuse(ghost, group, tp);
        let limit = self.configs[group.index()].share_delivery_count_limit;
        let locks = i64::from(self.configs[group.index()].share_partition_max_record_locks);
        let name = ghost.group_name(group);
        let at = |offset: i64, text: String| Witness::at(entry, text).on(tp, Offset(offset));
        let partition = self.partitions.entry((group, tp)).or_default();
        // What is free is fetched whatever the bound, and in releases that look at it before they fetch, new records with it.
        let looks_once = ghost.setup.rules.share_record_locks == ShareRecordLocks::BeforeFetch;
        let may_pass = looks_once && partition.acquired_again_in(entry.event);
        if let Some(in_flight) = partition.in_flight_before(&offsets, entry.event).filter(|_| !may_pass) {
            self.in_flight.check(
                in_flight < locks,
                || None,
                || {
                    at(
                        offsets.start,
                        format!("group {name} acquired new records with {in_flight} in flight; bound {locks}"),
                    )
                },
            );
        }
        for (from, count, known) in partition.within(&offsets) {
            let holder = known.holder();
            self.one_holder.must(holder.is_none(), || {
                at(from, format!("group {name} gave a record to a member while another held it"))
            });
            let was_passed = partition.was_passed(from);
            self.done_is_done.check(
                !known.is_done(),
                || excuse,
                || {
                    let witness = at(from, format!("group {name} was given again what it was done with"));
                    if was_passed { start_moved_back(witness, ghost) } else { witness }
                },
            );
            let counted = known.may_be_delivery(delivery_count) && delivery_count <= limit;
            let words =
                || format!("group {name}: delivery {delivery_count} of a record; limit {limit}, {}", known.words());
            self.delivery_count.check(counted, || excuse, || at(from, words()));
            let _ = count;
        }
        let held = Delivery::Held { member, count: delivery_count, since: entry.at, late: false };
        partition.becomes(offsets, |_| held);
        partition.set_moved(entry.at);
    }

    fn acknowledged(
        &mut self,
        entry: &Entry,
        ghost: &Ghost,
        (group, tp): (GroupId, Tp),
        (member, reigns): (MemberId, bool),
        offsets: Range<i64>,
        acknowledgement: AcknowledgeType,
    ) {
        let excuse = self.state_excuse(ghost, group, tp);
        let partition = self.partitions.entry((group, tp)).or_default();
        for (from, _, known) in partition.within(&offsets).into_iter().filter(|_| reigns) {
            let text = || format!("group {}: a member had a say on what it does not hold", ghost.group_name(group));
            self.one_holder.check(
                known.holder() == Some(member) || partition.was_held(from, member),
                || excuse,
                || Witness::at(entry, text()).on(tp, Offset(from)),
            );
        }
        if reigns {
            self.let_go(entry, ghost, (group, tp), offsets.clone());
        }
        let partition = self.partitions.entry((group, tp)).or_default();
        // Whoever got it since holds it all the same.
        let ended = |known: Delivery, ending: Ending| match known.holder() {
            Some(holder) if holder != member => known,
            _ => known.ended(ending),
        };
        match Ending::said(acknowledgement) {
            Some(ending) => partition.becomes(offsets, |known| ended(known, ending)),
            None if acknowledgement == AcknowledgeType::Renew => {
                partition.becomes(offsets, |known| known.renewed(entry.at));
            }
            // What becomes of what is released is told apart.
            None => {}
        }
    }

    /// A member hears that its acknowledgement is taken. One of what lies before the start is taken without a look at it
    /// (`SharePartition.acknowledge`).
    fn succeeded(
        &mut self,
        entry: &Entry,
        ghost: &Ghost,
        (group, tp): (GroupId, Tp),
        node: NodeId,
        offsets: Range<i64>,
    ) {
        let excuse = self.state_excuse(ghost, group, tp);
        let written = self.member(node, tp).acknowledged.clone();
        let stretches = self.partition(group, tp).within(&offsets);
        let is_written = |from: i64, count: u32| written.overlap(from, from + i64::from(count)) == u64::from(count);
        let lost = stretches.iter().find(|(from, count, known)| !known.is_done() && !is_written(*from, *count));
        self.acknowledged.check(
            lost.is_none(),
            || excuse,
            || {
                let (from, ..) = lost.expect("something is lost");
                let text = format!("{} heard success, and nothing was written down", ghost.node_name(node));
                Witness::at(entry, text).on(tp, Offset(*from)).by(node)
            },
        );
    }

    /// What a member accepts it has processed, or has given up.
    fn accepted(
        &mut self,
        entry: &Entry,
        ghost: &Ghost,
        ledger: &LedgerBook,
        (group, tp): (GroupId, Tp),
        node: NodeId,
        offsets: Range<i64>,
    ) {
        let Some(leader) = ghost.view.reigning(tp) else { return };
        let log = ghost.log(leader, tp);
        let first = log.batches().partition_point(|b| b.next().0 <= offsets.start);
        for batch in log.batches().from(first).take_while(|b| b.base.0 < offsets.end) {
            let (ordinal, count) = part_of(batch, &offsets);
            let gone = |ordinal: u32| ghost.is_compacted(tp, batch.base.plus(ordinal - batch.ordinal));
            let found = ledger.unprocessed(group, tp, batch.node, (ordinal, count), gone);
            self.at_least_once.ok_times(u64::from(count - found.skipped - found.missed - found.compacted));
            let witness = |what: &str| {
                let text =
                    format!("{} accepted records that {} {what}", ghost.node_name(node), ghost.group_name(group));
                Witness::at(entry, text).on(tp, Offset(offsets.start)).by(node)
            };
            if found.skipped > 0 {
                let excuse = Some(Excuse::Skips(group));
                self.at_least_once.broken_times(u64::from(found.skipped), excuse, || witness("gave up"));
            }
            if found.missed > 0 {
                self.at_least_once.broken_times(u64::from(found.missed), None, || witness("never processed"));
            }
        }
    }

    fn released(
        &mut self,
        entry: &Entry,
        ghost: &Ghost,
        (group, tp): (GroupId, Tp),
        member: MemberId,
        offsets: Range<i64>,
        delivery_count: u32,
    ) {
        let partition = self.partitions.entry((group, tp)).or_default();
        let stretches = partition.within(&offsets);
        // Of an earlier load, which is gone: the one that is there knows better.
        if stretches.iter().any(|(from, _, known)| known.holder() != Some(member) && partition.was_held(*from, member))
        {
            return;
        }
        for (from, _, known) in stretches {
            self.one_holder.must(known.holder() == Some(member), || {
                let text = format!("group {}: records are free that the member did not hold", ghost.group_name(group));
                Witness::at(entry, text).on(tp, Offset(from))
            });
        }
        self.let_go(entry, ghost, (group, tp), offsets.clone());
        self.partition(group, tp).becomes(offsets, |known| known.freed(delivery_count));
    }

    /// Whoever held these has held them no longer than it may.
    fn let_go(&mut self, entry: &Entry, ghost: &Ghost, (group, tp): (GroupId, Tp), offsets: Range<i64>) {
        let lock = self.configs[group.index()].share_record_lock_duration.saturating_add(a_moment(&ghost.setup));
        let quiet_since = ghost.disturbed.max(ghost.partition(tp).changed);
        let Some(partition) = self.partitions.get(&(group, tp)) else { return };
        for (from, _, known) in partition.within(&offsets) {
            let Delivery::Held { since, .. } = known else { continue };
            if ghost.active_faults > 0 || ghost.view.reigning(tp).is_none() {
                continue;
            }
            let held = entry.at.saturating_sub(since);
            self.lock_expires.check(
                held <= lock,
                || too_early(entry.at, quiet_since, lock),
                || {
                    let text = format!("group {}: a record was held for {held}; bound {lock}", ghost.group_name(group));
                    forgotten_lock(Witness::at(entry, text).on(tp, Offset(from)), ghost)
                },
            );
        }
    }

    fn start_moved(&mut self, entry: &Entry, ghost: &Ghost, (group, tp): (GroupId, Tp), start: Offset) {
        let excuse = self.state_excuse(ghost, group, tp);
        let partition = self.partitions.entry((group, tp)).or_default();
        let before = partition.start().unwrap_or(start);
        let name = ghost.group_name(group);
        let open = partition.first_open(before.0..start.0);
        self.start_offset.check(
            start >= before && open.is_none(),
            || excuse,
            || {
                let at = |text: String| Witness::at(entry, text).on(tp, start);
                match open {
                    Some(open) => at(format!("group {name} begins at {start} now, and is not done with {open}")),
                    None => start_moved_back(
                        at(format!("group {name} begins at {start} now, and at {before} before")),
                        ghost,
                    ),
                }
            },
        );
        partition.set_start(start);
    }

    /// A new leader knows what is written down.
    fn loaded(&mut self, entry: &Entry, ghost: &Ghost, (group, tp): (GroupId, Tp), start: Offset, state_epoch: u32) {
        let excuse = self.state_excuse(ghost, group, tp);
        let partition = self.partitions.entry((group, tp)).or_default();
        partition.initialized(state_epoch);
        // It may be written down that a record is done with and not yet that the start has moved over it: then that comes next. What
        // was given up for its lock's sake may not be written down at all: a leader goes on all the same. And what was written down as
        // the last leader fell, nobody has told.
        let before = partition.start();
        partition.reloaded();
        if let Some(before) = before {
            let open = partition.first_open(before.0..start.0);
            self.start_offset.check(
                open.is_none(),
                || excuse,
                || {
                    let text =
                        format!("group {} begins at {start} now, and at {before} before", ghost.group_name(group));
                    Witness::at(entry, text).on(tp, start)
                },
            );
        }
        partition.set_start(start);
    }

    fn drained(&mut self, end: &Entry, ghost: &Ghost, group: GroupId, tp: Tp) {
        let config = &self.configs[group.index()];
        let catalog = &ghost.setup.catalog;
        let state = catalog.share_state_partition(group, tp);
        let patience = config
            .share_record_lock_duration
            .saturating_add(config.share_session_timeout)
            .saturating_add(dead_connection(&ghost.setup));
        let since = ghost.final_phase.unwrap_or_default().max(ghost.disturbed).max(ghost.partition(tp).changed);
        let left = self.left(ghost, group, tp);
        // A slow group is no stuck one.
        let moved = self.partitions.get(&(group, tp)).and_then(SharePartition::moved);
        let held_since = left.and_then(|(_, delivery)| delivery.held_since());
        let is_recent = |at: Nanos| end.at.saturating_sub(at) <= patience;
        let at_work = held_since.is_some_and(is_recent) || held_since.is_none() && moved.is_some_and(is_recent);
        let excuse = || {
            let nobody = |tp: Tp| ghost.view.reigning(tp).is_none().then_some(Excuse::NoLeader(tp));
            let few = |tp: Tp| {
                let topic = &ghost.setup.topics[catalog.topic_of(tp).0.index()];
                let least = topic.min_insync_replicas.min(topic.replication_factor);
                (ghost.view.partition(tp).isr.len() < usize::from(least)).then_some(Excuse::TooFewReplicas(tp))
            };
            nobody(tp)
                .or_else(|| nobody(state?))
                .or_else(|| few(state?))
                .or_else(|| ghost.no_coordinator(group))
                .or_else(|| at_work.then_some(Excuse::StillAtWork(group)))
                .or_else(|| too_early(end.at, since, patience))
        };
        self.drains.check(left.is_none(), excuse, || {
            let (offset, delivery) = left.expect("something is left");
            let text = format!("group {} has a record left, {}", ghost.group_name(group), delivery.words());
            let witness = Witness::at(end, text).on(tp, Offset(offset));
            match delivery {
                Delivery::Held { .. } => forgotten_lock(witness, ghost),
                Delivery::Unsure { .. } | Delivery::Available { certain: false, .. } => skipped_gap(witness, ghost),
                _ => witness,
            }
        });
    }

    /// The first readable record with which the group is not done.
    fn left(&self, ghost: &Ghost, group: GroupId, tp: Tp) -> Option<(i64, Delivery)> {
        let log = ghost.deciding_log(tp)?;
        let isolation = self.configs[group.index()].share_isolation_level;
        let end = ghost.view.partition(tp).readable_up_to(isolation, log.high_watermark);
        let settled = ghost.settled(tp);
        let untouched = SharePartition::default();
        let partition = self.partitions.get(&(group, tp)).unwrap_or(&untouched);
        // A group that nobody has ever seen here would begin at the end of the log by default.
        let start = partition.start()?.0;
        let batches = log.batches().iter().filter(|b| b.marker.is_none());
        let shown = batches.filter(|b| is_shown(settled.as_ref(), b, isolation));
        shown.filter(|b| b.next().0 > start && b.base < end).find_map(|batch| {
            let offsets = batch.base.0.max(start)..batch.next().0.min(end.0);
            let open = partition.within(&offsets).into_iter().find(|(.., known)| !known.is_done());
            open.map(|(from, _, known)| (from, known))
        })
    }
}

/// A record is held for too long: before 4.2 there is a reason.
fn forgotten_lock(witness: Witness, ghost: &Ghost) -> Witness {
    match ghost.setup.rules.share_transitions {
        ShareTransitions::Loose => named(witness, KafkaBug::ShareLockForgotten),
        ShareTransitions::Strict => witness,
    }
}
/// A record is not delivered again since the leader changed: in 4.0 there is a reason.
fn skipped_gap(witness: Witness, ghost: &Ghost) -> Witness {
    match ghost.setup.rules.share_state_gaps {
        ShareStateGaps::Skipped => named(witness, KafkaBug::ShareGapSkipped),
        ShareStateGaps::Acquired => witness,
    }
}
/// What is done with lies behind the start again: before 4.2 there is a reason.
fn start_moved_back(witness: Witness, ghost: &Ghost) -> Witness {
    match ghost.setup.rules.share_start_within_batch {
        ShareStartWithinBatch::FromBatch => named(witness, KafkaBug::ShareStartMovedBack),
        ShareStartWithinBatch::FromStart => witness,
    }
}
fn named(witness: Witness, bug: KafkaBug) -> Witness {
    let text = format!("{}: {bug}", witness.text);
    Witness { text, ..witness }.due_to(bug)
}

/// The records of a batch that lie in a range of offsets: first ordinal and count.
fn part_of(batch: &GhostBatch, offsets: &Range<i64>) -> (u32, u32) {
    let (from, to) = (batch.base.0.max(offsets.start), batch.next().0.min(offsets.end));
    (batch.ordinal + (from - batch.base.0) as u32, (to - from) as u32)
}
