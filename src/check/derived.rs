//! What comes of records: consume, transform, produce. X3, X4, T13.
//!
//! An application that reads tells of each record that it sends which one it comes from. In the end each input record
//! of its group is held against what is committed of it.

use std::collections::{BTreeMap, BTreeSet};

use petgraph::algo::tarjan_scc;
use petgraph::graph::{DiGraph, NodeIndex};

use super::contract;
use super::excuse::Excuse;
use super::family::Family;
use super::ghost::{Ghost, GhostBatch, GhostTransaction, RecordFate, is_shown};
use super::ledger::{Ledger, LedgerBook, RecordRef};
use super::outcome::{Findings, Tally, Witness};
use super::transactions::{Stray, torn};
use crate::history::fact::{Entry, Fact, FactKind, FactSet};
use crate::history::setup::{CommitSetup, ConsumerSetup, ProducerSetup};
use crate::protocol::batch::TransactionState;
use crate::protocol::config::IsolationLevel;
use crate::protocol::ids::*;

/// See the module.
#[derive(Clone, Debug)]
pub struct DerivedChecks {
    eos_count: Tally,
    deterministic_prefix: Tally,
    no_cycle: Tally,
    /// What was sent, and what it comes of.
    derived: Vec<(RecordRef, RecordRef)>,
    /// By group and partition: where the group began to read.
    begun: BTreeMap<(GroupId, Tp), Offset>,
    /// By group and partition: what lies between where the group was and the latest offset, to which a position was reset.
    leapt: BTreeMap<(GroupId, Tp), Vec<(Offset, Offset)>>,
    /// By group: records that it has given up.
    skipped: BTreeSet<(GroupId, RecordRef)>,
    /// By group: records that it has put aside, which is what comes of them.
    put_aside: BTreeSet<(GroupId, RecordRef)>,
    /// At the end: see [`undecided`].
    undecided: BTreeSet<RecordRef>,
}

/// A committed output: where it stands, and what it comes of.
#[derive(Clone, Copy, Debug)]
struct Output {
    place: (Tp, Offset),
    group: GroupId,
    input: RecordRef,
}

impl Family for DerivedChecks {
    const WANTS: FactSet = FactSet::of(&[
        FactKind::RecordDerived,
        FactKind::PositionReset,
        FactKind::PositionFromCommit,
        FactKind::RecordFailed,
        FactKind::RecordGivenUp,
    ]);

    fn is_asked(ghost: &Ghost) -> bool {
        ghost.setup.consumers.iter().any(|consumer| ghost.producer(consumer.node).is_some())
    }

    fn new(_: &Ghost) -> DerivedChecks {
        DerivedChecks {
            eos_count: Tally::new(
                "eos-count",
                "X3",
                "each input record that a group's committed offset has passed has one committed output, and no other has any",
                "no application sent what comes of a record that it has read",
            ),
            deterministic_prefix: Tally::new(
                "eos-deterministic-prefix",
                "X4",
                "committed outputs are those of a prefix of the input, and in its order",
                "no application sent what comes of a record that it has read",
            ),
            no_cycle: Tally::new(
                "txn-no-wr-cycle",
                "T13",
                "no transaction has read, by however many steps, what comes of itself",
                "no transaction had read what another has written",
            ),
            derived: Vec::new(),
            begun: BTreeMap::new(),
            leapt: BTreeMap::new(),
            skipped: BTreeSet::new(),
            put_aside: BTreeSet::new(),
            undecided: BTreeSet::new(),
        }
    }

    fn observe(&mut self, entry: &Entry, ghost: &Ghost, _: &LedgerBook) {
        match entry.fact {
            // What is put aside is the record itself, and nothing that comes of it.
            Fact::RecordDerived { node, .. } if ghost.consumer(node).is_some_and(|c| c.puts_aside_in_kafka()) => {}
            Fact::RecordDerived { node, tp, ordinal, origin, origin_tp, origin_ordinal } => {
                let input = RecordRef { node: origin, tp: origin_tp, ordinal: origin_ordinal };
                self.derived.push((RecordRef { node, tp, ordinal }, input));
            }
            Fact::PositionReset { node, tp, offset, policy, .. } => {
                if policy.leaps() {
                    self.leaps(ghost, node, tp, offset);
                }
                self.begins(ghost, node, tp, offset);
            }
            Fact::PositionFromCommit { node, tp, offset } => self.begins(ghost, node, tp, offset),
            Fact::RecordGivenUp { node, tp, origin, ordinal, .. } => {
                if let Some(consumer) = ghost.consumer(node) {
                    self.put_aside.insert((consumer.group, RecordRef { node: origin, tp, ordinal }));
                }
            }
            Fact::RecordFailed { node, tp, origin, ordinal, skipped: true, .. } => {
                if let Some(consumer) = ghost.consumer(node) {
                    self.skipped.insert((consumer.group, RecordRef { node: origin, tp, ordinal }));
                }
            }
            _ => {}
        }
    }

    fn finish(&mut self, end: &Entry, ghost: &Ghost, _: &LedgerBook, _: &Ledger) {
        if self.derived.is_empty() {
            return;
        }
        self.cycles(end, ghost);
        self.undecided = undecided(&self.derived, ghost);
        let outputs = self.outputs(ghost);
        let groups: BTreeSet<GroupId> =
            self.derived.iter().filter_map(|(output, _)| Some(ghost.consumer(output.node)?.group)).collect();
        for group in groups {
            self.group(end, ghost, group, &outputs);
        }
    }

    fn findings(&self, out: &mut Findings<'_>) {
        [&self.eos_count, &self.deterministic_prefix, &self.no_cycle].into_iter().for_each(|tally| out.add(tally));
    }
}

/// What excuses that a group's outputs are not exactly those of its input, whatever was lost.
fn not_exactly_once(ghost: &Ghost, group: GroupId) -> Option<Excuse> {
    let members = || ghost.setup.consumers.iter().filter(|c| c.group == group);
    let outside = members().find(|c| c.commit != CommitSetup::InTransaction);
    let plain = || members().find(|c| ghost.producer(c.node).is_none_or(|p| p.transactional_id.is_none()));
    let uncommitted = || members().find(|c| c.isolation_level == IsolationLevel::ReadUncommitted);
    outside
        .or_else(plain)
        .map(|c| Excuse::OffsetsOutside(c.node))
        .or_else(|| members().any(|c| c.hides_generation).then_some(Excuse::NoGroupMetadata(group)))
        .or_else(|| members().find_map(|c| contract::forsakes(&ghost.setup, c)))
        .or_else(|| uncommitted().filter(|_| ghost.has_transactions()).map(|c| Excuse::ReadsUncommitted(c.node)))
}

/// The inputs of transactions whose markers are on the way when the run ends: some of their partitions have one, and
/// some do not, so that there is nothing to say of them yet.
fn undecided(derived: &[(RecordRef, RecordRef)], ghost: &Ghost) -> BTreeSet<RecordRef> {
    let transactions = &ghost.transactions;
    let last_ended =
        |id| transactions.all().iter().rposition(|t| t.id == Some(id) && (t.asked.is_some() || t.timed_out));
    let prepared = transactions.ids().filter(|(_, known)| known.state.is_some_and(TransactionState::is_prepared));
    let under_way: BTreeSet<u32> = prepared.filter_map(|(id, _)| Some(last_ended(id)? as u32)).collect();
    let is_under_way = |output: &RecordRef| {
        let member = transactions.of_record(output.node, output.tp, output.ordinal);
        member.is_some_and(|member| under_way.contains(&member))
    };
    derived.iter().filter(|(output, _)| is_under_way(output)).map(|(_, input)| *input).collect()
}

/// The producers of a group's members.
fn producers(ghost: &Ghost, group: GroupId) -> impl Iterator<Item = &ProducerSetup> {
    let members = ghost.setup.consumers.iter().filter(move |c| c.group == group);
    members.filter_map(|c| ghost.producer(c.node))
}

/// Why a transaction of a group is not what its application takes it for, if there is one and a reason that has a name.
fn torn_of(ghost: &Ghost, group: GroupId) -> Option<Stray> {
    let own = |t: &&GhostTransaction| producers(ghost, group).any(|p| p.node == t.node);
    torn(ghost, ghost.transactions.all().iter().filter(own))
}

/// A witness that names the bug of Kafka that is behind it, if one is.
fn blamed(witness: Witness, ghost: &Ghost, group: GroupId) -> Witness {
    torn_of(ghost, group).map_or(witness.clone(), |stray| stray.blamed(witness, &ghost.setup))
}

impl DerivedChecks {
    fn begins(&mut self, ghost: &Ghost, node: NodeId, tp: Tp, offset: Offset) {
        if let Some(consumer) = ghost.consumer(node) {
            let begun = self.begun.entry((consumer.group, tp)).or_insert(offset);
            *begun = (*begun).min(offset);
        }
    }
    /// Who goes back to the committed offset after an abort, and finds none, goes where the policy says.
    fn leaps(&mut self, ghost: &Ghost, node: NodeId, tp: Tp, to: Offset) {
        let Some(group) = ghost.consumer(node).map(|consumer| consumer.group) else { return };
        let was = ghost.view.committed(group, tp).or_else(|| self.begun.get(&(group, tp)).copied());
        if let Some(from) = was.filter(|from| *from < to) {
            self.leapt.entry((group, tp)).or_default().push((from, to));
        }
    }
    /// What is committed in the logs that count, in their order.
    fn outputs(&self, ghost: &Ghost) -> Vec<Output> {
        let mut inputs: BTreeMap<RecordRef, Vec<RecordRef>> = BTreeMap::new();
        for (output, input) in &self.derived {
            inputs.entry(*output).or_default().push(*input);
        }
        let written: BTreeSet<Tp> = inputs.keys().map(|output| output.tp).collect();
        let mut outputs = Vec::new();
        for tp in written {
            let (Some(log), settled) = (ghost.deciding_log(tp), ghost.settled(tp)) else { continue };
            for batch in log.batches().records() {
                let fate = settled.as_ref().map_or(RecordFate::Plain, |settled| settled.fate(batch.base));
                if !matches!(fate, RecordFate::Plain | RecordFate::Committed) {
                    continue;
                }
                let Some(group) = ghost.consumer(batch.node).map(|c| c.group) else { continue };
                for at in 0..batch.count {
                    let record = RecordRef { node: batch.node, tp, ordinal: batch.ordinal + at };
                    let made_of = inputs.get(&record).into_iter().flatten();
                    outputs.extend(made_of.map(|input| Output {
                        place: (tp, batch.base.plus(at)),
                        group,
                        input: *input,
                    }));
                }
            }
        }
        outputs
    }

    fn group(&mut self, end: &Entry, ghost: &Ghost, group: GroupId, outputs: &[Output]) {
        let promised = not_exactly_once(ghost, group);
        if let Some(excuse) = promised {
            self.eos_count.not_promised(excuse);
            self.deterministic_prefix.not_promised(excuse);
        }
        let outputs: Vec<&Output> = outputs.iter().filter(|output| output.group == group).collect();
        let mut of_input: BTreeMap<RecordRef, Vec<(Tp, Offset)>> = BTreeMap::new();
        for output in &outputs {
            of_input.entry(output.input).or_default().push(output.place);
        }
        let mut places: BTreeMap<RecordRef, Offset> = BTreeMap::new();
        let Some(reader) = ghost.setup.consumers.iter().find(|c| c.group == group).cloned() else { return };
        let inputs = reader.topics.iter().flat_map(|topic| ghost.setup.catalog.partitions(*topic));
        for tp in inputs.filter(|tp| ghost.view.partition(*tp).exists()) {
            self.input(end, ghost, &reader, tp, &of_input, &mut places);
        }
        self.order(end, ghost, group, &outputs, &places);
    }

    /// Each record of an input partition: one committed output if the group has passed it, none if not.
    fn input(
        &mut self,
        end: &Entry,
        ghost: &Ghost,
        reader: &ConsumerSetup,
        tp: Tp,
        outputs: &BTreeMap<RecordRef, Vec<(Tp, Offset)>>,
        places: &mut BTreeMap<RecordRef, Offset>,
    ) {
        let (group, settled) = (reader.group, ghost.settled(tp));
        let Some(log) = ghost.deciding_log(tp) else { return };
        let begun = self.begun.get(&(group, tp)).copied().unwrap_or_default();
        let committed = ghost.view.committed(group, tp).unwrap_or(begun);
        let shown = |b: &&GhostBatch| is_shown(settled.as_ref(), b, reader.isolation_level);
        let all = |batch: &GhostBatch| {
            let batch = *batch;
            (0..batch.count)
                .map(move |at| (RecordRef { node: batch.node, tp, ordinal: batch.ordinal + at }, batch.base.plus(at)))
        };
        let records: Vec<(RecordRef, Offset)> =
            log.batches().records().filter(shown).flat_map(all).filter(|(_, offset)| *offset >= begun).collect();
        let last = records.iter().rposition(|(record, _)| outputs.contains_key(record));
        // A producer without idempotence may have written a record several times: each copy is a record to who reads it.
        let mut copies: BTreeMap<RecordRef, Copies> = BTreeMap::new();
        for (record, offset) in &records {
            let copies = copies.entry(*record).or_default();
            copies.all += 1;
            copies.passed += usize::from(*offset < committed);
        }
        for (at, (record, offset)) in records.iter().enumerate() {
            let copies = copies[record];
            if copies.all == 1 {
                places.insert(*record, *offset);
            }
            if self.undecided.contains(record) {
                continue;
            }
            let made = outputs.get(record).map_or(&[][..], Vec::as_slice);
            if made.is_empty() && self.put_aside.contains(&(group, *record)) {
                continue;
            }
            let moved = || match made.is_empty() {
                true => ghost.moved_over(group, tp, *offset, self.leapt.contains_key(&(group, tp))),
                false => ghost.moved_back(group, tp, *offset),
            };
            let excuse = || {
                self.excuse(ghost, reader, *record, made)
                    .or_else(|| self.leapt_over(group, tp, *offset, made))
                    .or_else(moved)
            };
            let witness = |text: String| blamed(Witness::at(end, text).on(tp, *offset), ghost, group);
            let (passed, twice) = (copies.passed > 0, too_often_in_a_topic(ghost, made, copies.passed.max(1)));
            let right = made.len() >= copies.passed && twice.is_none() && (passed || made.is_empty());
            let left_out = made.is_empty() && last.is_some_and(|last| at < last);
            let excused = if right && !left_out { None } else { excuse() };
            let name = ghost.group_name(group);
            self.eos_count.check(
                right,
                || excused,
                || {
                    witness(match (passed, twice) {
                        (_, Some((first, second))) => format!(
                            "what group {name} made of it is committed at {} and at {}",
                            place(ghost, first),
                            place(ghost, second)
                        ),
                        (true, None) => {
                            format!("group {name} has committed {committed}, and nothing that it made of this")
                        }
                        (false, None) => format!(
                            "what group {name} made of it is committed at {}, and its offset there is {committed}",
                            place(ghost, made[0])
                        ),
                    })
                },
            );
            if last.is_some_and(|last| at < last) {
                self.deterministic_prefix.check(
                    !made.is_empty(),
                    || excused,
                    || witness(format!("group {name} has outputs of later records committed, and none of this one")),
                );
            }
        }
    }

    /// In each output partition what comes of an input partition is in its order.
    fn order(
        &mut self,
        end: &Entry,
        ghost: &Ghost,
        group: GroupId,
        outputs: &[&Output],
        places: &BTreeMap<RecordRef, Offset>,
    ) {
        let mut furthest: BTreeMap<(Tp, Tp), Offset> = BTreeMap::new();
        for output in outputs {
            let Some(input) = places.get(&output.input) else { continue };
            let (tp, offset) = output.place;
            let before = furthest.insert((tp, output.input.tp), *input);
            if let Some(before) = before {
                let excuse = || {
                    ghost
                        .any_excuse(output.input.tp)
                        .or_else(|| ghost.any_excuse(tp))
                        .or_else(|| ghost.coordinator_excuse(group))
                        .or_else(|| ghost.moved_back(group, output.input.tp, *input))
                };
                self.deterministic_prefix.check(before < *input, excuse, || {
                    let text = format!(
                        "it comes of {}@{input}, and stands behind what comes of @{before}",
                        ghost.name(output.input.tp)
                    );
                    Witness::at(end, text).on(tp, offset)
                });
            }
        }
    }

    /// Nothing was made of a record over which a position was reset to the latest offset.
    fn leapt_over(&self, group: GroupId, tp: Tp, offset: Offset, made: &[(Tp, Offset)]) -> Option<Excuse> {
        let mut leapt = self.leapt.get(&(group, tp)).into_iter().flatten();
        let over = made.is_empty() && leapt.any(|(from, to)| (*from..*to).contains(&offset));
        over.then_some(Excuse::Leapt(group))
    }
    fn excuse(&self, ghost: &Ghost, reader: &ConsumerSetup, input: RecordRef, made: &[(Tp, Offset)]) -> Option<Excuse> {
        let group = reader.group;
        if self.skipped.contains(&(group, input)) {
            return Some(Excuse::Skips(group));
        }
        let producers: Vec<_> = producers(ghost, group).collect();
        let lost = |tp: &Tp| ghost.any_excuse(*tp);
        let mut written = producers.iter().flat_map(|p| ghost.setup.catalog.partitions(p.topic));
        ghost
            .any_excuse(input.tp)
            .or_else(|| made.iter().find_map(|(tp, _)| lost(tp)))
            .or_else(|| written.find_map(|tp| lost(&tp)))
            .or_else(|| ghost.coordinator_excuse(group))
            .or_else(|| producers.iter().find_map(|p| ghost.transaction_excuse(p.transactional_id?)))
            .or_else(|| torn_of(ghost, group)?.excuse())
    }

    // --- who has read whom -------------------------------------------------------------------------

    fn cycles(&mut self, end: &Entry, ghost: &Ghost) {
        if !ghost.has_transactions() {
            return;
        }
        let mut graph: DiGraph<u32, ()> = DiGraph::new();
        let mut nodes: BTreeMap<u32, NodeIndex> = BTreeMap::new();
        let mut edges: BTreeSet<(u32, u32)> = BTreeSet::new();
        let of = |record: RecordRef| ghost.transactions.of_record(record.node, record.tp, record.ordinal);
        let committed = |member: u32| ghost.transactions.get(member).fate() == Some(true);
        for (output, input) in &self.derived {
            let (Some(writes), Some(reads)) = (of(*input), of(*output)) else { continue };
            if committed(writes) && committed(reads) && edges.insert((writes, reads)) {
                let mut node = |member: u32| *nodes.entry(member).or_insert_with(|| graph.add_node(member));
                let (from, to) = (node(writes), node(reads));
                graph.add_edge(from, to, ());
            }
        }
        let circles = tarjan_scc(&graph).into_iter();
        let own = |node: &NodeIndex| graph.contains_edge(*node, *node);
        let circles: Vec<Vec<NodeIndex>> =
            circles.filter(|circle| circle.len() > 1 || circle.iter().any(own)).collect();
        let within: usize = circles.iter().map(Vec::len).sum();
        self.no_cycle.ok_times(edges.len().saturating_sub(within) as u64);
        for mut circle in circles {
            circle.sort();
            let members: Vec<&GhostTransaction> = circle.iter().map(|n| ghost.transactions.get(graph[*n])).collect();
            let uncommitted = members.iter().find_map(|t| {
                let reader = ghost.consumer(t.node)?;
                (reader.isolation_level == IsolationLevel::ReadUncommitted).then_some(Excuse::ReadsUncommitted(t.node))
            });
            self.no_cycle.broken_times(circle.len() as u64, uncommitted, || {
                let name = |t: &&GhostTransaction| format!("{} of {}", t.number, ghost.node_name(t.node));
                let names: Vec<String> = members.iter().map(name).collect();
                Witness::at(end, format!("transactions {} have read what comes of themselves", names.join(", ")))
                    .by(members[0].node)
            });
        }
    }
}

/// A record in an input partition: how often it stands there, and how often below the group's offset.
#[derive(Clone, Copy, Debug, Default)]
struct Copies {
    all: usize,
    passed: usize,
}

/// The first and the one too many of a record's outputs in one topic.
fn too_often_in_a_topic(ghost: &Ghost, made: &[(Tp, Offset)], copies: usize) -> Option<((Tp, Offset), (Tp, Offset))> {
    let topic = |tp: Tp| ghost.setup.catalog.topic_of(tp).0;
    made.iter().enumerate().find_map(|(at, last)| {
        let mut before = made[..at].iter().filter(|before| topic(before.0) == topic(last.0));
        let first = before.next()?;
        (1 + before.count() >= copies).then_some((*first, *last))
    })
}

fn place(ghost: &Ghost, (tp, offset): (Tp, Offset)) -> String {
    format!("{}@{offset}", ghost.name(tp))
}
