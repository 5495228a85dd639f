//! Invariants of consumer groups: G1 to G4, G6 to G9, G11, G12, V6, V16.

mod commits;
mod handover;
mod storm;

use std::collections::BTreeSet;

use litemap::LiteMap;

use self::commits::{GroupCommits, SentCommit};
use self::handover::Handover;
use self::storm::Storm;
use super::excuse::{self, Excuse};
use super::family::Family;
use super::ghost::{Ghost, GhostConsumerGroup};
use super::kafka_bug::KafkaBug;
use super::ledger::{Ledger, LedgerBook};
use super::outcome::{Findings, Tally, Witness};
use super::patience::{a_moment, dead_connection};
use crate::history::fact::{Entry, Fact, FactKind, FactSet, GroupState};
use crate::history::setup::ConsumerSetup;
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::*;
use crate::protocol::messages::{GroupProtocol, RebalanceProtocol};
use crate::sim::time::Nanos;

/// Partitions that are made no further apart were made together.
const AT_ONCE: Nanos = Nanos::from_secs(1);
/// A coordinator does not match patterns anew sooner than this after the last time (`REGEX_BATCH_REFRESH_MIN_INTERVAL_MS`).
const REGEX_PAUSE: Nanos = Nanos::from_secs(10);

/// See the module.
#[derive(Clone, Debug)]
pub struct GroupChecks {
    generation_monotonic: Tally,
    assignment_disjoint: Tally,
    epoch_exclusive: Tally,
    handover: Handover,
    commit_fenced: Tally,
    commit_monotonic: Tally,
    commit_durable: Tally,
    commit_le_end: Tally,
    stable_covers_all: Tally,
    heartbeats_tell: Tally,
    rebalance_terminates: Tally,
    storm: Storm,
    groups: Vec<GroupGhost>,
    /// In which state each broker has a group, as it said last. One that is deposed and soon elected again goes on from there.
    told: LiteMap<(GroupId, BrokerId), GroupState>,
}

#[derive(Clone, Debug)]
struct GroupGhost {
    /// As the coordinator has it; unknown while it is in doubt who that is.
    generation: Option<Generation>,
    /// Generations, ascending, and since when.
    history: Vec<(Generation, Nanos)>,
    /// The newest generation of which the assignment is stored.
    stored: Generation,
    owners: LiteMap<Tp, MemberId>,
    /// What members have, as their applications have been told: they say so when they join.
    held: BTreeSet<(Tp, NodeId)>,
    /// Whether members may be cooperative.
    cooperative: bool,
    /// When a member has forgotten its topics, until the group is stable with all of them in a later generation.
    forgotten: Option<Nanos>,
    /// Until when a leader that has forgotten them may assign nothing once more: it has joined anew and has no answer yet.
    forgives: Nanos,
    /// Static members that go on under another id since that assignment was stored, oldest first.
    replaced: Vec<(MemberId, MemberId)>,
    rebalancing_since: Option<Nanos>,
    /// Since when it has members, as its present coordinator has said; unknown of a coordinator that has just come.
    active_since: Option<Nanos>,
    /// How long a rebalance may take.
    bound: Nanos,
    /// The longest `metadata.max.age.ms` of its members.
    metadata_max_age: Nanos,
    /// How long it may take until a member has got an answer about a topic that it asks for.
    asks_again: Nanos,
    commits: GroupCommits,
    /// A member subscribes to a pattern that it matches itself.
    by_pattern: bool,
    /// A member leaves a pattern to the coordinator.
    by_regex: bool,
    /// When the coordinator has matched such patterns last.
    resolved: Option<Nanos>,
    /// Topics that every consumer of the group subscribes to.
    topics: Vec<TopicId>,
}

impl Family for GroupChecks {
    const WANTS: FactSet = FactSet::of(&[
        FactKind::GroupStateChanged,
        FactKind::GroupLoaded,
        FactKind::CoordinatorLoaded,
        FactKind::HeartbeatAnswered,
        FactKind::MemberAssigned,
        FactKind::RegularExpressionResolved,
        FactKind::RegularExpressionDropped,
        FactKind::MemberEpochChanged,
        FactKind::MemberLeft,
        FactKind::MemberReplaced,
        FactKind::PartitionAssigned,
        FactKind::PartitionRevoked,
        FactKind::MetadataRebootstrapped,
        FactKind::CommitSent,
        FactKind::OffsetsSentToTransaction,
        FactKind::PendingOffsetDropped,
        FactKind::OffsetResetSent,
        FactKind::OffsetResetAnswered,
        FactKind::OffsetRemoved,
        FactKind::CommitCompleted,
        FactKind::OffsetStored,
        FactKind::OffsetFetched,
        FactKind::PartitionChanged,
        FactKind::LogDirFailed,
        FactKind::PositionReset,
        FactKind::PositionTruncated,
        FactKind::PositionSought,
        FactKind::ProcessStopped,
    ]);

    fn new(ghost: &Ghost) -> GroupChecks {
        GroupChecks {
            generation_monotonic: Tally::new(
                "generation-monotonic",
                "G1",
                "a group's generation never falls, across coordinators too",
                "no group was formed",
            ),
            assignment_disjoint: Tally::new(
                "assignment-disjoint",
                "G2",
                "a partition has at most one owner, in each generation of a classic group and at any time in the new protocol, \
                 and nobody else is told that it is his",
                "no partition was assigned",
            ),
            epoch_exclusive: Tally::new(
                "epoch-exclusive",
                "G3",
                "the coordinator gives a member of the new protocol no partition that another one has not given up",
                "no member of the new protocol was given a partition",
            ),
            handover: Handover::new(ghost),
            commit_fenced: Tally::new(
                "commit-fenced",
                "G6",
                "a commit is stored only if its generation was not over when it was sent",
                "no member committed",
            ),
            commit_monotonic: Tally::new(
                "commit-monotonic",
                "G7",
                "committed offsets never go back while consumers only move forward",
                "no partition was committed twice",
            ),
            commit_durable: Tally::new(
                "commit-durable",
                "G8",
                "an offset fetch returns the last commit that was acknowledged, or one not answered yet",
                "nobody fetched a committed offset",
            ),
            commit_le_end: Tally::new(
                "commit-le-end",
                "G9",
                "no offset is committed beyond the high watermark",
                "nothing was committed",
            ),
            stable_covers_all: Tally::new(
                "stable-covers-all",
                "G11",
                "in a stable group every partition has an owner",
                "no group became stable",
            ),
            heartbeats_tell: Tally::new(
                "heartbeats-tell",
                "G12",
                "a heartbeat is answered REBALANCE_IN_PROGRESS while the group prepares a rebalance, and only then",
                "no member's heartbeat came while its group was not stable",
            ),
            rebalance_terminates: Tally::new(
                "rebalance-terminates",
                "V6",
                "undisturbed, a rebalance ends within the rebalance timeout, the session timeout and the initial delay",
                "no rebalance ended",
            ),
            storm: Storm::new(ghost),
            groups: (0..ghost.setup.catalog.groups.len()).map(|g| GroupGhost::new(ghost, GroupId(g as u16))).collect(),
            told: LiteMap::new(),
        }
    }

    fn observe(&mut self, entry: &Entry, ghost: &Ghost, _: &LedgerBook) {
        // In a share group nobody has a partition alone, and nobody waits for others.
        if group_of(&entry.fact).is_some_and(|group| ghost.setup.catalog.is_share_group(group)) {
            return;
        }
        match entry.fact {
            Fact::GroupStateChanged { broker, group, state, .. } => drop(self.told.insert((group, broker), state)),
            // What it has read is what the view has.
            Fact::CoordinatorLoaded { broker, tp, .. } => {
                self.told.retain(|(group, by), _| *by != broker || ghost.coordinator_partition(*group) != Some(tp));
            }
            _ => {}
        }
        match entry.fact {
            // What a deposed coordinator has in its memory, or one whose life is not registered, is no state of
            // the group. (What it stores is: it is replicated.)
            Fact::GroupStateChanged { broker, group, .. }
            | Fact::GroupLoaded { broker, group, .. }
            | Fact::HeartbeatAnswered { broker, group, .. }
            | Fact::MemberAssigned { broker, group, .. }
            | Fact::MemberEpochChanged { broker, group, .. }
            | Fact::MemberLeft { broker, group, .. }
            | Fact::MemberReplaced { broker, group, .. }
                if !ghost.view.coordinates(broker, group) =>
            {
                return;
            }
            _ => self.handover.observe(entry, ghost),
        }
        match entry.fact {
            Fact::GroupStateChanged { group, state, generation, .. } => {
                self.state_changed(entry, ghost, group, state, generation)
            }
            Fact::HeartbeatAnswered { broker, group, member, error, .. } => {
                self.heartbeat(entry, ghost, (broker, group), member, error)
            }
            Fact::RegularExpressionResolved { group, .. } => self.groups[group.index()].resolved = Some(entry.at),
            Fact::RegularExpressionDropped { group, .. } => self.groups[group.index()].resolved = None,
            Fact::GroupLoaded { group, generation, .. } => self.loaded(entry, ghost, group, generation),
            Fact::MemberAssigned { group, member, node, tp, .. } if ghost.consumer_groups.group(group).is_some() => {
                self.given(entry, ghost, group, (member, node), tp)
            }
            Fact::MemberAssigned { group, generation, member, tp, .. } => {
                self.member_assigned(entry, ghost, group, (generation, member), tp)
            }
            Fact::MemberEpochChanged { group, member, epoch, .. } => {
                self.epoch_changed(entry, ghost, group, member, epoch)
            }
            Fact::MemberLeft { group, node, .. } => self.groups[group.index()].is_out(node),
            Fact::PartitionRevoked { node, tp, .. } => {
                if let Some(consumer) = ghost.consumer(node) {
                    self.groups[consumer.group.index()].held.remove(&(tp, node));
                }
            }
            Fact::MetadataRebootstrapped { node } => {
                if let Some(consumer) = ghost.consumer(node) {
                    let group = &mut self.groups[consumer.group.index()];
                    (group.forgotten, group.forgives) = (Some(entry.at), Nanos::MAX);
                }
            }
            Fact::MemberReplaced { group, member, by, .. } => self.groups[group.index()].replaced(member, by),
            // assign(): in no generation, and no business of the group's.
            Fact::PartitionAssigned { generation: Generation::NONE, .. } => {}
            Fact::PartitionAssigned { node, tp, generation } => {
                self.partition_assigned(entry, ghost, node, tp, generation)
            }
            Fact::CommitSent { node, tp, offset, generation, .. } => {
                if let Some(consumer) = ghost.consumer(node) {
                    let sent = SentCommit::new(node, offset, generation, entry.at);
                    self.groups[consumer.group.index()].commits.sent(tp, sent);
                }
            }
            Fact::OffsetsSentToTransaction { node, group, tp, offset, generation, .. } => {
                let plain = SentCommit::new(node, offset, generation, entry.at);
                let sent = SentCommit { in_transaction: true, ..plain };
                self.groups[group.index()].commits.sent(tp, sent);
            }
            Fact::PendingOffsetDropped { group, tp, offset, .. } => {
                self.groups[group.index()].commits.dropped(tp, offset);
            }
            // A share group has start offsets, which another coordinator keeps.
            Fact::OffsetResetSent { group, .. } | Fact::OffsetResetAnswered { group, .. }
                if ghost.setup.catalog.is_share_group(group) => {}
            Fact::OffsetResetSent { node, group, tp, offset } => {
                let sent = SentCommit::new(node, offset, Generation::NONE, entry.at);
                self.groups[group.index()].commits.sent(tp, sent);
            }
            Fact::OffsetResetAnswered { node, group, tp, offset, error } => {
                self.answered(entry, group, (node, tp, offset), error)
            }
            Fact::OffsetRemoved { broker, group, tp, .. } => {
                let commits = &mut self.groups[group.index()].commits;
                match ghost.view.coordinates(broker, group) {
                    true => commits.removed(tp, entry.event),
                    false => commits.may_be_removed(tp),
                }
            }
            Fact::CommitCompleted { node, tp, offset, error, .. } => {
                if let Some(consumer) = ghost.consumer(node) {
                    self.answered(entry, consumer.group, (node, tp, offset), error);
                }
            }
            // A coordinator that has been deposed tells late what the next one has found in the log.
            Fact::OffsetStored { broker, group, tp, offset, .. }
                if !ghost.view.coordinates(broker, group)
                    && self.groups[group.index()].commits.was_stored(tp, offset) => {}
            Fact::OffsetStored { broker, group, tp, offset, member, generation } => {
                self.storm.stored(group, tp, offset);
                self.within_the_log(entry, ghost, group, tp, offset);
                self.stored(entry, ghost, (broker, group), tp, (offset, member, generation))
            }
            Fact::OffsetFetched { broker, group, tp, offset } => {
                self.fetched(entry, ghost, (broker, group), tp, offset)
            }
            Fact::PartitionChanged { tp, leader, .. } if leader != ghost.view.partition(tp).leader => {
                self.coordinator_gone(|group| ghost.coordinator_partition(group) == Some(tp));
            }
            Fact::LogDirFailed { broker } => self.coordinator_gone(|group| ghost.view.coordinates(broker, group)),
            Fact::PositionReset { node, tp, offset: to, .. }
            | Fact::PositionTruncated { node, tp, to, .. }
            | Fact::PositionSought { node, tp, offset: to } => {
                if let Some(consumer) = ghost.consumer(node) {
                    self.groups[consumer.group.index()].commits.position_set(tp, to, entry.at);
                }
            }
            Fact::ProcessStopped { node, .. } => {
                if let Some(broker) = ghost.setup.catalog.broker_of(node) {
                    self.coordinator_gone(|group| ghost.view.coordinates(broker, group));
                }
                if let Some(consumer) = ghost.consumer(node) {
                    // A member that has died is one until its session is over, and has claimed what it has.
                    self.groups[consumer.group.index()].commits.abandoned(node);
                }
            }
            _ => {}
        }
    }

    fn finish(&mut self, end: &Entry, ghost: &Ghost, _: &LedgerBook, _: &Ledger) {
        for group in (0..self.groups.len()).map(|g| GroupId(g as u16)) {
            let GroupGhost { rebalancing_since, bound, .. } = self.groups[group.index()];
            if ghost.no_coordinator(group).is_some() {
                continue;
            }
            // One that is still going on, and has time, says nothing.
            if let Some(since) = rebalancing_since.filter(|since| end.at.saturating_sub(*since) > bound) {
                self.rebalance_took(end, ghost, group, since, bound);
            }
        }
    }

    fn findings(&self, out: &mut Findings<'_>) {
        for tally in [
            &self.generation_monotonic,
            &self.assignment_disjoint,
            &self.epoch_exclusive,
            &self.handover.tally,
            &self.commit_fenced,
            &self.commit_monotonic,
            &self.commit_durable,
            &self.commit_le_end,
            &self.stable_covers_all,
            &self.heartbeats_tell,
            &self.rebalance_terminates,
            &self.storm.tally,
        ] {
            out.add(tally);
        }
    }
}

impl GroupChecks {
    // --- generations and assignments -----------------------------------------------------------

    /// A rebalance ends with its coordinator, and what was only in its memory is forgotten: the next one begins
    /// anew with what was stored, which may be nothing.
    fn coordinator_gone(&mut self, was_its: impl Fn(GroupId) -> bool) {
        for (group, known) in self.groups.iter_mut().enumerate() {
            if was_its(GroupId(group as u16)) {
                (known.generation, known.rebalancing_since, known.active_since) = (None, None, None);
            }
        }
    }

    fn loaded(&mut self, entry: &Entry, ghost: &Ghost, group: GroupId, generation: Generation) {
        let known = &mut self.groups[group.index()];
        // A join phase that was not yet written down is lost with its coordinator: its generation
        // is handed out again. What was stored stays.
        let stored = known.stored;
        self.generation_monotonic.check(
            generation >= stored,
            || ghost.coordinator_excuse(group),
            || {
                Witness::at(
                    entry,
                    format!("{} loaded at generation {generation}, stored at {stored}", ghost.group_name(group)),
                )
            },
        );
        known.begin(generation);
        known.rebalancing_since = None;
    }

    fn state_changed(
        &mut self,
        entry: &Entry,
        ghost: &Ghost,
        group: GroupId,
        state: GroupState,
        generation: Generation,
    ) {
        let known = &mut self.groups[group.index()];
        let before = known.generation.unwrap_or(known.stored);
        let excuse = || ghost.coordinator_excuse(group);
        self.generation_monotonic.check(generation >= before, excuse, || {
            Witness::at(entry, format!("{}: generation {generation} after {before}", ghost.group_name(group)))
        });
        known.begin(generation);
        if known.history.last().is_none_or(|(newest, _)| *newest < generation) {
            known.history.push((generation, entry.at));
        }
        match state {
            GroupState::Empty | GroupState::Dead => known.active_since = None,
            GroupState::PreparingRebalance
            | GroupState::CompletingRebalance
            | GroupState::Stable
            | GroupState::Assigning
            | GroupState::Reconciling => {
                known.active_since.get_or_insert(entry.at);
            }
        }
        match state {
            GroupState::PreparingRebalance => {
                known.rebalancing_since.get_or_insert(entry.at);
            }
            GroupState::Stable | GroupState::Empty => self.rebalance_over(entry, ghost, group),
            GroupState::CompletingRebalance => {}
            // With each group epoch there are other targets, and the way there begins anew.
            GroupState::Assigning | GroupState::Reconciling => {
                if generation > before {
                    known.rebalancing_since = None;
                }
                known.rebalancing_since.get_or_insert(entry.at);
            }
            // A group that is removed starts over.
            GroupState::Dead => {
                *known = GroupGhost { commits: std::mem::take(&mut known.commits), ..GroupGhost::new(ghost, group) }
            }
        }
        if state == GroupState::Stable {
            self.covers_all(entry, ghost, group, generation);
            self.storm.stable(entry, ghost, group, generation);
        }
    }

    fn rebalance_over(&mut self, entry: &Entry, ghost: &Ghost, group: GroupId) {
        let known = &mut self.groups[group.index()];
        let Some(since) = known.rebalancing_since.take() else { return };
        let bound = known.bound;
        self.rebalance_took(entry, ghost, group, since, bound);
    }

    fn rebalance_took(&mut self, entry: &Entry, ghost: &Ghost, group: GroupId, since: Nanos, bound: Nanos) {
        let undisturbed = entry.at.saturating_sub(since.max(ghost.disturbed));
        let took = entry.at.saturating_sub(since);
        let excuse = || {
            let disturbed = ghost.active_faults > 0 || undisturbed <= bound;
            let while_faults = disturbed.then_some(Excuse::FaultsAtRebalance(group, bound));
            while_faults.or_else(|| excuse::writes_given_up(&ghost.setup))
        };
        self.rebalance_terminates.check(took <= bound, excuse, || {
            let witness = Witness::at(entry, format!("a rebalance of {} takes {took}", ghost.group_name(group)));
            let mut topics = self.groups[group.index()].topics.iter().flat_map(|t| ghost.setup.catalog.partitions(*t));
            match topics.any(|tp| ghost.strands(group, tp)) {
                true => {
                    let bug = KafkaBug::ClassicMembersStranded;
                    Witness { text: format!("{}: {bug}", witness.text), ..witness }.due_to(bug)
                }
                false => witness,
            }
        });
    }

    fn covers_all(&mut self, entry: &Entry, ghost: &Ghost, group: GroupId, generation: Generation) {
        if ghost.consumer_groups.group(group).is_some() {
            return self.covers_all_by_coordinator(entry, ghost, group, generation);
        }
        let known = &self.groups[group.index()];
        // A leader that has begun with the bootstrap brokers, and has no answer yet, knows of no topic, and joins again when it does.
        let forgetful = known.forgotten.is_some() && entry.at <= known.forgives;
        let unowned = |tp: &Tp| known.stored != generation || !known.owners.contains_key(tp);
        let partitions = known.topics.iter().flat_map(|t| ghost.setup.catalog.partitions(*t));
        let missing = partitions.filter(|tp| ghost.view.partition(*tp).exists()).find(unowned);
        let excuse = || {
            let missing = missing?;
            // A member still has it, and said so when it joined: it has to give it up before somebody else gets it.
            let is_held = known.held.iter().any(|(tp, _)| *tp == missing);
            if known.cooperative && known.stored == generation && is_held {
                return Some(Excuse::HandedOver(missing, generation));
            }
            (forgetful || may_be_unknown(entry.at, ghost, known, generation, missing))
                .then_some(Excuse::UnknownYet(missing))
        };
        self.stable_covers_all.check(missing.is_none(), excuse, || {
            let name = missing.map_or(String::new(), |tp| ghost.name(tp));
            Witness::at(entry, format!("nobody owns {name} in generation {generation}"))
                .on(missing.unwrap_or_default(), Offset::INVALID)
        });
        let known = &mut self.groups[group.index()];
        let begun = known.history.last().map_or(Nanos::ZERO, |(_, at)| *at);
        if missing.is_some() {
            known.forgives = known.forgives.min(entry.at.saturating_add(known.asks_again));
        } else if known.forgotten.is_some_and(|at| at < begun) {
            known.forgotten = None;
        }
    }

    fn member_assigned(
        &mut self,
        entry: &Entry,
        ghost: &Ghost,
        group: GroupId,
        (generation, member): (Generation, MemberId),
        tp: Tp,
    ) {
        let known = &mut self.groups[group.index()];
        if known.stored != generation {
            known.owners.clear();
            known.replaced.clear();
            known.stored = generation;
        }
        let owner = *known.owners.entry(tp).or_insert(member);
        self.assignment_disjoint.check(
            owner == member,
            || ghost.own_assignor(group),
            || Witness::at(entry, format!("generation {generation} gives it to two members")).on(tp, Offset::INVALID),
        );
    }

    /// A member hears of its assignment, which may be old news by then.
    fn partition_assigned(&mut self, entry: &Entry, ghost: &Ghost, node: NodeId, tp: Tp, generation: Generation) {
        let Some(consumer) = ghost.consumer(node) else { return };
        let known = &mut self.groups[consumer.group.index()];
        let members = ghost.consumer_groups.group(consumer.group);
        // Who is out and does not know it claims nothing.
        if members.is_none_or(|members| members.is_member_since(node, generation)) {
            known.held.insert((tp, node));
        }
        if let Some(members) = members {
            // What a client was told of is stored.
            known.stored = known.stored.max(generation);
            return self.told_by_coordinator(entry, ghost, (consumer.group, members), (node, generation), tp);
        }
        if known.stored == generation {
            let client = |member: MemberId| ghost.setup.catalog.member_client(member);
            let member = known.owners.get(&tp).copied();
            let owner = member.map(client);
            // Who was fenced since may have been told while it was his.
            let told = member.is_some_and(|member| known.names_of(member).any(|id| client(id) == node));
            // The newest generations may have gone with the coordinator's log.
            self.assignment_disjoint.check(
                told,
                || ghost.own_assignor(consumer.group).or_else(|| ghost.coordinator_excuse(consumer.group)),
                || {
                    let name = owner.map_or("nobody", |owner| ghost.node_name(owner));
                    Witness::at(
                        entry,
                        format!("generation {generation} gives it to {name}, {} takes it", ghost.node_name(node)),
                    )
                    .on(tp, Offset::INVALID)
                    .by(node)
                },
            );
        }
    }

    // --- the new protocol ------------------------------------------------------------------------

    /// The coordinator gives a partition to a member: nobody else has it any more, neither as far as the coordinator knows nor in
    /// truth. (Who was thrown out may not know it yet.)
    fn given(&mut self, entry: &Entry, ghost: &Ghost, group: GroupId, (member, node): (MemberId, NodeId), tp: Tp) {
        let Some(members) = ghost.consumer_groups.group(group) else { return };
        let known = &self.groups[group.index()];
        let other = members.owner(tp).filter(|owner| *owner != member);
        let holds = |(held, by): &&(Tp, NodeId)| *held == tp && *by != node && members.is_member(*by);
        let holder = known.held.iter().find(holds).map(|(_, by)| *by);
        let owner = other.and_then(|other| members.member(other)).map(|other| other.node).or(holder);
        self.epoch_exclusive.check(
            owner.is_none(),
            || ghost.coordinator_excuse(group).filter(|_| other.is_none()),
            || {
                let owner = owner.map_or("nobody", |owner| ghost.node_name(owner));
                let text = format!("{} is given what {owner} has not given up", ghost.node_name(node));
                Witness::at(entry, text).on(tp, Offset::INVALID).by(node)
            },
        );
    }

    /// A member takes a partition: it is the one to which the coordinator has given it, unless it was thrown out since, or the
    /// coordinator is another one that has not told yet of what it has found.
    fn told_by_coordinator(
        &mut self,
        entry: &Entry,
        ghost: &Ghost,
        (group, members): (GroupId, &GhostConsumerGroup),
        (node, epoch): (NodeId, Generation),
        tp: Tp,
    ) {
        let owner = members.owner(tp).and_then(|owner| members.member(owner)).map(|owner| owner.node);
        let in_doubt = self.groups[group.index()].generation.is_none();
        let fits = owner == Some(node) || in_doubt || !members.is_member_since(node, epoch);
        let excuse = || ghost.coordinator_excuse(group);
        self.assignment_disjoint.check(fits, excuse, || {
            let owner = owner.map_or("nobody", |owner| ghost.node_name(owner));
            let text = format!("the coordinator has given it to {owner}, {} takes it", ghost.node_name(node));
            Witness::at(entry, text).on(tp, Offset::INVALID).by(node)
        });
    }

    /// A member's epoch only rises while it is a member, but for that of one that joins anew.
    fn epoch_changed(&mut self, entry: &Entry, ghost: &Ghost, group: GroupId, member: MemberId, epoch: Generation) {
        let before = ghost.consumer_groups.group(group).and_then(|members| members.member(member)?.epoch());
        let falls = before.is_some_and(|before| epoch >= Generation(0) && epoch < before);
        self.generation_monotonic.check(
            !falls,
            || ghost.coordinator_excuse(group),
            || {
                let name = ghost.node_name(ghost.setup.catalog.member_client(member));
                let text = format!("{name} is at epoch {epoch} after {}", before.unwrap_or_default());
                Witness::at(entry, text)
            },
        );
    }

    /// A group of the new protocol is stable: every partition that its coordinator can know of has an owner.
    fn covers_all_by_coordinator(&mut self, entry: &Entry, ghost: &Ghost, group: GroupId, generation: Generation) {
        let Some(members) = ghost.consumer_groups.group(group) else { return };
        let known = &self.groups[group.index()];
        let partitions = known.topics.iter().flat_map(|topic| ghost.setup.catalog.partitions(*topic));
        let missing =
            partitions.filter(|tp| ghost.view.partition(*tp).exists()).find(|tp| members.owner(*tp).is_none());
        let excuse = || {
            // The coordinator looks at the topics when it has a newer image of them, and somebody's heartbeat comes.
            let metadata = if known.by_pattern { known.metadata_max_age } else { Nanos::ZERO };
            let interval = ghost.setup.group_config(group).consumer_heartbeat_interval.saturating_add(metadata);
            let created = ghost.partition(missing?).created;
            let since = created.max(ghost.disturbed);
            let unmatched = known.by_regex && known.resolved.is_none_or(|at| at <= created);
            let pause = if unmatched { REGEX_PAUSE } else { Nanos::ZERO };
            let patience = interval.saturating_add(pause).saturating_add(a_moment(&ghost.setup));
            let young = entry.at.saturating_sub(since) < patience;
            (young || known.by_regex && known.resolved.is_none()).then_some(Excuse::UnknownYet(missing?))
        };
        self.stable_covers_all.check(missing.is_none(), excuse, || {
            let name = missing.map_or(String::new(), |tp| ghost.name(tp));
            Witness::at(entry, format!("nobody owns {name} at group epoch {generation}"))
                .on(missing.unwrap_or_default(), Offset::INVALID)
        });
    }

    /// `GroupMetadataManager.classicGroupHeartbeatToClassicGroup`: how a member hears that it has to join again.
    fn heartbeat(
        &mut self,
        entry: &Entry,
        ghost: &Ghost,
        (broker, group): (BrokerId, GroupId),
        member: MemberId,
        error: ErrorCode,
    ) {
        // A classic member of a group of the new protocol has a rebalance of its own, and who comes to a classic group with a
        // heartbeat of the new protocol hears other errors.
        let is_classic = matches!(
            error,
            ErrorCode::None
                | ErrorCode::RebalanceInProgress
                | ErrorCode::UnknownMemberId
                | ErrorCode::IllegalGeneration
        );
        // What a group that changes over has written is told when it is committed, and what members hear before.
        let members = ghost.setup.consumers.iter().filter(|member| member.group == group);
        let may_change = members.into_iter().any(|member| member.config.group_protocol == GroupProtocol::Consumer);
        if ghost.consumer_groups.group(group).is_some() || may_change || !is_classic {
            return;
        }
        let state = self.told.get(&(group, broker)).copied().unwrap_or(ghost.view.group(group).state);
        let prepares = state == GroupState::PreparingRebalance;
        self.heartbeats_tell.must(prepares == (error == ErrorCode::RebalanceInProgress), || {
            let text = format!("{} is {}, a member hears {}", ghost.group_name(group), state.name(), error.name());
            Witness::at(entry, text).by(ghost.setup.catalog.member_client(member))
        });
    }

    // --- commits -------------------------------------------------------------------------------

    /// Whoever sent a commit has its answer.
    fn answered(&mut self, entry: &Entry, group: GroupId, (node, tp, offset): (NodeId, Tp, Offset), error: ErrorCode) {
        let commits = &mut self.groups[group.index()].commits;
        if error != ErrorCode::None {
            // It may be carried out all the same, or long after.
            commits.given_up(tp, node, offset);
            return;
        }
        if let Some(stored) = commits.acknowledged(tp, node, offset) {
            self.commit_durable.must(stored, || {
                Witness::at(entry, format!("the commit of {offset} is acknowledged and was not stored"))
                    .on(tp, offset)
                    .by(node)
            });
        }
    }

    /// A coordinator takes any offset: it does not know the partition that it is of.
    fn within_the_log(&mut self, entry: &Entry, ghost: &Ghost, group: GroupId, tp: Tp, offset: Offset) {
        let end = ghost.view.partition(tp).high_watermark;
        self.commit_le_end.check(
            offset <= end,
            || Some(Excuse::AnyOffsetIsStored(group)),
            || {
                let text = format!("{offset} was committed, and the high watermark is {end}");
                Witness::at(entry, text).on(tp, offset)
            },
        );
    }

    fn stored(
        &mut self,
        entry: &Entry,
        ghost: &Ghost,
        (broker, group): (BrokerId, GroupId),
        tp: Tp,
        (offset, member, generation): (Offset, MemberId, Generation),
    ) {
        let known = &mut self.groups[group.index()];
        if member == MemberId::NONE
            && let Some(reset) = known.commits.find_reset(tp, offset)
        {
            return self.reset(entry, ghost, (broker, group), tp, reset);
        }
        if generation == Generation::NONE {
            // A new coordinator found it in the log, perhaps not for the first time.
            return known.commits.replayed(tp, offset, entry.event);
        }
        let client = ghost.setup.catalog.member_client(member);
        let sent = known.commits.find_sent(tp, client, offset, generation);
        let over_at = match ghost.consumer_groups.group(group) {
            Some(members) => members.member(member).and_then(|member| member.refused_since(tp, generation)),
            None => known.history.get(known.history.partition_point(|(g, _)| *g <= generation)).map(|(_, at)| *at),
        };
        let fenced = sent.is_none_or(|sent| over_at.is_some_and(|over| over < sent.at));
        let left_over = if sent.is_none() { known.commits.left_over(tp, client, offset) } else { None };
        let excuse = || (!ghost.view.coordinates(broker, group)).then_some(Excuse::DeposedCoordinator(group));
        self.commit_fenced.check(!fenced, excuse, || {
            let text = match (sent, over_at) {
                (Some(sent), Some(over)) => {
                    format!("sent at {} in generation {generation}, which was over at {over}", sent.at)
                }
                _ => {
                    format!("nobody sent it in generation {generation}{}", left_over.map_or(String::new(), left_behind))
                }
            };
            let witness = Witness::at(entry, text).on(tp, offset).by(client);
            if left_over.is_some() { witness.due_to(KafkaBug::OffsetsOutliveAbort) } else { witness }
        });
        let set_back = known.commits.reason(tp, sent.as_ref());
        let before = known.commits.stored(tp, offset, sent.map_or(Nanos::ZERO, |sent| sent.at), entry.event);
        let Some(before) = before else { return };
        let retried = ghost.consumer(client).is_some_and(|consumer| consumer.retries_commits);
        let retried = retried.then_some(Excuse::RetriesCommits(client));
        let late = sent.is_some_and(|sent| sent.given_up).then_some(Excuse::GivenUpCommit);
        let reason = if offset < before { set_back.map(Excuse::SetBack).or(retried).or(late) } else { None };
        self.commit_monotonic.check(
            offset >= before,
            || reason.or_else(|| ghost.own_assignor(group)).or_else(|| ghost.coordinator_excuse(group)),
            || {
                let witness = |text: String| Witness::at(entry, text).on(tp, offset);
                let bug = KafkaBug::OffsetsOutliveAbort;
                if known.commits.was_left_over(tp, before) {
                    witness(format!("{offset} after {before}, which an earlier transaction had left ({bug})"))
                        .due_to(bug)
                } else {
                    witness(format!("{offset} after {before}"))
                }
            },
        );
    }

    /// A commit of who is no member is stored, an administrator's or that of a consumer with assign(), which is taken only while the group has no members. Where to is up to him.
    fn reset(&mut self, entry: &Entry, ghost: &Ghost, (broker, group): (BrokerId, GroupId), tp: Tp, reset: SentCommit) {
        let known = &mut self.groups[group.index()];
        let active_since = known.active_since;
        known.commits.stored(tp, reset.offset, reset.at, entry.event);
        let excuse = || (!ghost.view.coordinates(broker, group)).then_some(Excuse::DeposedCoordinator(group));
        self.commit_fenced.check(active_since.is_none_or(|since| since >= reset.at), excuse, || {
            let since = active_since.unwrap_or_default();
            let text =
                format!("it was sent from outside of the group at {}, which has had members since {since}", reset.at);
            Witness::at(entry, text).on(tp, reset.offset).by(reset.node)
        });
    }

    fn fetched(&mut self, entry: &Entry, ghost: &Ghost, (broker, group): (BrokerId, GroupId), tp: Tp, offset: Offset) {
        let commits = &mut self.groups[group.index()].commits;
        let last = commits.last(tp).unwrap_or(Offset::INVALID);
        let known = commits.may_be(tp, offset, entry.event);
        let excuse = || match ghost.view.coordinates(broker, group) {
            true => ghost.coordinator_excuse(group),
            false => Some(Excuse::DeposedAnswers(group)),
        };
        self.commit_durable
            .check(known, excuse, || Witness::at(entry, format!("fetched {offset}, committed {last}")).on(tp, offset));
    }
}

/// What to say of an offset that a failed transaction has left behind in its producer.
fn left_behind(left: SentCommit) -> String {
    format!(
        "; it went with a transaction at {}, in generation {}, that has failed, and comes with a later one ({})",
        left.at,
        left.generation,
        KafkaBug::OffsetsOutliveAbort
    )
}

impl GroupGhost {
    /// It is no member any more, and claims nothing.
    fn is_out(&mut self, node: NodeId) {
        self.held.retain(|(_, holder)| *holder != node);
    }
    /// A static member goes on under another id, and keeps what it has.
    fn replaced(&mut self, member: MemberId, by: MemberId) {
        self.owners.iter_mut().filter(|(_, owner)| **owner == member).for_each(|(_, owner)| *owner = by);
        self.replaced.push((member, by));
    }
    /// The ids under which a member has been known in the present assignment.
    fn names_of(&self, member: MemberId) -> impl Iterator<Item = MemberId> + '_ {
        let before = |id: &MemberId| self.replaced.iter().rfind(|(_, by)| by == id).map(|(member, _)| *member);
        std::iter::successors(Some(member), before).take(self.replaced.len() + 1)
    }
    /// The coordinator is in this generation. What it has forgotten of later ones comes again.
    fn begin(&mut self, generation: Generation) {
        self.generation = Some(generation);
        self.history.retain(|(g, _)| *g <= generation);
        if generation < self.stored {
            self.stored = generation;
            self.owners.clear();
            self.replaced.clear();
        }
    }
    fn new(ghost: &Ghost, group: GroupId) -> GroupGhost {
        let members = || ghost.setup.consumers.iter().filter(|c| c.group == group && c.is_member());
        let shared = |topic: &TopicId| members().all(|c| c.always_subscribes(*topic));
        GroupGhost {
            generation: None,
            history: Vec::new(),
            stored: Generation::default(),
            owners: LiteMap::new(),
            held: BTreeSet::new(),
            forgotten: None,
            forgives: Nanos::MAX,
            cooperative: members()
                .any(|c| c.config.partition_assignment_strategy.rebalance_protocol() == RebalanceProtocol::Cooperative),
            replaced: Vec::new(),
            rebalancing_since: None,
            active_since: None,
            bound: members().map(|c| rebalance_bound(ghost, c)).max().unwrap_or(Nanos::ZERO),
            metadata_max_age: members().map(|c| c.config.metadata_max_age).max().unwrap_or(Nanos::ZERO),
            asks_again: dead_connection(&ghost.setup),
            commits: GroupCommits::default(),
            by_pattern: members().any(|c| c.pattern),
            by_regex: members().any(|c| c.regex.is_some()),
            resolved: None,
            topics: members().next().map_or(Vec::new(), |c| c.topics.iter().copied().filter(shared).collect()),
        }
    }
}

/// Whether the leader of the group may not know of a partition yet. A topic comes with all its partitions
/// at once, so one of them that has an owner gives away that it is known; and a subscribed topic that is
/// unknown is asked for again and again. A partition that was added later is known after
/// `metadata.max.age.ms`.
fn may_be_unknown(now: Nanos, ghost: &Ghost, known: &GroupGhost, generation: Generation, tp: Tp) -> bool {
    let catalog = &ghost.setup.catalog;
    let created = |tp: Tp| ghost.partition(tp).created;
    let siblings = || catalog.partitions(catalog.topic_of(tp).0).filter(|tp| ghost.view.partition(*tp).exists());
    let age = now.saturating_sub(created(tp));
    // Who subscribes to a pattern asks for no topic by its name, and hears of a new one as its metadata are too old.
    if known.by_pattern && age < known.metadata_max_age {
        return true;
    }
    if siblings().any(|sibling| created(sibling).saturating_add(AT_ONCE) < created(tp)) {
        return age < known.metadata_max_age;
    }
    let owned = |sibling: Tp| known.stored == generation && known.owners.contains_key(&sibling);
    age < known.asks_again && !siblings().any(owned)
}

/// How long a rebalance may take that nothing disturbs: all members rejoin within the rebalance timeout
/// (`max.poll.interval.ms`), or are waited for as long as `group.initial.rebalance.delay.ms` says; a silent one is
/// removed after `session.timeout.ms`; the assignment is written down within `offsets.commit.timeout.ms`.
///
/// In the new protocol each member gives up within its rebalance timeout what it has to, and that may be so of one target and
/// then, of those who were on their way, of the next; whoever waits hears of it with a heartbeat.
pub fn rebalance_bound(ghost: &Ghost, member: &ConsumerSetup) -> Nanos {
    let broker = &ghost.setup.broker;
    if member.config.group_protocol == GroupProtocol::Consumer {
        return member
            .max_poll_interval
            .saturating_mul(2)
            .saturating_add(member.session_timeout)
            .saturating_add(ghost.setup.group_config(member.group).consumer_heartbeat_interval.saturating_mul(4))
            .saturating_add(broker.offsets_commit_timeout)
            .saturating_add(ghost.setup.slow_round_trip.saturating_mul(4));
    }
    member
        .max_poll_interval
        .max(broker.group_initial_rebalance_delay)
        .saturating_add(broker.group_initial_rebalance_delay)
        .saturating_add(member.session_timeout)
        .saturating_add(broker.offsets_commit_timeout)
        .saturating_add(ghost.setup.slow_round_trip.saturating_mul(4))
}

/// The group that a fact of coordinators is about.
fn group_of(fact: &Fact) -> Option<GroupId> {
    match *fact {
        Fact::GroupStateChanged { group, .. }
        | Fact::GroupLoaded { group, .. }
        | Fact::HeartbeatAnswered { group, .. }
        | Fact::MemberAssigned { group, .. }
        | Fact::MemberEpochChanged { group, .. }
        | Fact::MemberLeft { group, .. }
        | Fact::MemberReplaced { group, .. } => Some(group),
        _ => None,
    }
}
