//! Invariants of consumer groups: G1, G2, G6-G8, G11, V6.

use std::collections::{BTreeMap, BTreeSet};

use super::ghost::Ghost;
use super::outcome::{Finding, Tally, Witness};
use crate::history::fact::{Entry, Fact, GroupState};
use crate::protocol::ids::*;
use crate::sim::time::Nanos;

/// See the module.
#[derive(Clone, Debug)]
pub struct GroupChecks {
    generation_monotonic: Tally,
    assignment_disjoint: Tally,
    commit_fenced: Tally,
    commit_monotonic: Tally,
    commit_durable: Tally,
    stable_covers_all: Tally,
    rebalance_terminates: Tally,
    groups: Vec<GroupGhost>,
    committed: BTreeMap<(GroupId, Tp), Offset>,
    /// Partitions whose position somebody was moved back on, by policy or truncation.
    moved_back: BTreeSet<Tp>,
}

#[derive(Clone, Debug, Default)]
struct GroupGhost {
    generation: Generation,
    state: Option<GroupState>,
    members: u32,
    owners: BTreeMap<Tp, MemberId>,
    owners_of: Generation,
    rebalancing_since: Option<Nanos>,
    /// Newest generation under which a commit was accepted, for fencing.
    bound: Nanos,
}

impl GroupChecks {
    /// Before the first fact.
    pub fn new(ghost: &Ghost) -> GroupChecks {
        let bound = |group: usize| {
            let members = ghost.setup.consumers.iter().filter(|c| c.group.index() == group);
            members.map(|c| c.max_poll_interval.saturating_add(c.session_timeout)).max().unwrap_or(Nanos::ZERO)
        };
        GroupChecks {
            generation_monotonic: Tally::new("generation-monotonic", "G1", "a group's generation never falls, across coordinators too", "no group was formed"),
            assignment_disjoint: Tally::new("assignment-disjoint", "G2", "in one generation a partition has at most one owner", "no partition was assigned"),
            commit_fenced: Tally::new("commit-fenced", "G6", "a commit is stored only for the current generation (or one just being replaced)", "no member committed"),
            commit_monotonic: Tally::new("commit-monotonic", "G7", "committed offsets never go back while consumers only move forward", "no partition was committed twice"),
            commit_durable: Tally::new("commit-durable", "G8", "an offset fetch returns the last commit that was acknowledged", "nobody fetched a committed offset"),
            stable_covers_all: Tally::new("stable-covers-all", "G11", "in a stable group every partition has an owner", "no group became stable"),
            rebalance_terminates: Tally::new("rebalance-terminates", "V6", "a rebalance ends within the rebalance timeout, the session timeout and the initial delay", "no rebalance ended"),
            groups: (0..ghost.setup.catalog.groups.len()).map(|g| GroupGhost { bound: bound(g).saturating_add(Nanos::from_secs(3)), ..GroupGhost::default() }).collect(),
            committed: BTreeMap::new(),
            moved_back: BTreeSet::new(),
        }
    }

    /// Takes the next fact; `ghost` shows the state before it.
    pub fn observe(&mut self, entry: &Entry, ghost: &Ghost) {
        match entry.fact {
            Fact::GroupStateChanged { group, state, generation, members } => self.state_changed(entry, ghost, group, state, generation, members),
            Fact::GroupLoaded { group, generation, members } => {
                let excuse = ghost.group_loss_excuse(group);
                let known = &mut self.groups[group.index()];
                // A join phase that was not yet written down is lost with its coordinator: its
                // generation is handed out again. What was stored stays.
                self.generation_monotonic.check(generation >= known.owners_of, || excuse, || {
                    Witness::at(entry, format!("loaded at generation {generation}, stored at {}", known.owners_of))
                });
                (known.generation, known.members) = (generation, members);
                known.rebalancing_since = None;
            }
            Fact::MemberAssigned { group, generation, member, tp, .. } => {
                let known = &mut self.groups[group.index()];
                if known.owners_of != generation {
                    known.owners.clear();
                    known.owners_of = generation;
                }
                let owner = *known.owners.entry(tp).or_insert(member);
                // A coordinator that has lost its log begins again at generation 1.
                let excuse = || ghost.group_loss_excuse(group);
                self.assignment_disjoint.check(owner == member, excuse, || Witness::at(entry, format!("generation {generation} gives it to two members")).on(tp, Offset::INVALID));
            }
            Fact::OffsetStored { group, tp, offset, generation, .. } => self.stored(entry, ghost, group, tp, offset, generation),
            Fact::OffsetFetched { group, tp, offset } => {
                let last = self.committed.get(&(group, tp)).copied().unwrap_or(Offset::INVALID);
                let excuse = ghost.group_loss_excuse(group);
                self.commit_durable.check(offset == last, || excuse, || Witness::at(entry, format!("fetched {offset}, committed {last}")).on(tp, offset));
            }
            Fact::PositionReset { tp, .. } | Fact::PositionTruncated { tp, .. } | Fact::PositionSought { tp, .. } => {
                self.moved_back.insert(tp);
            }
            _ => {}
        }
    }

    fn state_changed(&mut self, entry: &Entry, ghost: &Ghost, group: GroupId, state: GroupState, generation: Generation, members: u32) {
        let known = &mut self.groups[group.index()];
        let witness = |text: String| move || Witness::at(entry, text);
        let excuse = || ghost.group_loss_excuse(group);
        self.generation_monotonic.check(generation >= known.generation, excuse, witness(format!("generation {generation} after {}", known.generation)));
        (known.generation, known.state, known.members) = (generation, Some(state), members);
        match state {
            GroupState::PreparingRebalance => {
                known.rebalancing_since.get_or_insert(entry.at);
            }
            GroupState::Stable | GroupState::Empty => {
                if let Some(since) = known.rebalancing_since.take() {
                    let took = entry.at.saturating_sub(since);
                    self.rebalance_terminates.must(took <= known.bound, witness(format!("a rebalance took {took}")));
                }
            }
            GroupState::CompletingRebalance | GroupState::Dead => {}
        }
        if state == GroupState::Stable {
            let topics = ghost.setup.consumers.iter().filter(|c| c.group == group).flat_map(|c| &c.topics);
            let wanted: BTreeSet<Tp> = topics.flat_map(|t| ghost.setup.catalog.partitions(*t)).filter(|tp| !ghost.partition(*tp).replicas.is_empty()).collect();
            let missing = wanted.iter().find(|tp| known.owners_of != generation || !known.owners.contains_key(tp));
            self.stable_covers_all.must(missing.is_none(), witness(format!("nobody owns {} in generation {generation}", missing.map_or(String::new(), |tp| ghost.name(*tp)))));
        }
    }

    fn stored(&mut self, entry: &Entry, ghost: &Ghost, group: GroupId, tp: Tp, offset: Offset, generation: Generation) {
        let excuse = ghost.group_loss_excuse(group);
        let current = self.groups[group.index()].generation;
        if generation != Generation::NONE {
            // The record was accepted in its generation and is replicated a little later.
            let fenced = generation > current || generation.0 + 1 < current.0;
            self.commit_fenced.check(!fenced, || excuse.clone(), || Witness::at(entry, format!("generation {generation} in generation {current}")).on(tp, offset));
        }
        if let Some(before) = self.committed.insert((group, tp), offset) {
            let excuse = excuse.or_else(|| self.moved_back.contains(&tp).then(|| "a consumer was moved back on this partition".to_string()));
            self.commit_monotonic.check(offset >= before, || excuse, || Witness::at(entry, format!("{offset} after {before}")).on(tp, offset));
        }
    }

    /// The outcomes.
    pub fn findings(&self, out: &mut Vec<Finding>) {
        for tally in [
            &self.generation_monotonic,
            &self.assignment_disjoint,
            &self.commit_fenced,
            &self.commit_monotonic,
            &self.commit_durable,
            &self.stable_covers_all,
            &self.rebalance_terminates,
        ] {
            out.push(tally.finding());
        }
    }
}
