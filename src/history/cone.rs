//! The causal cone of an event: what led to it, and what came of it.
//!
//! Every event of the queue has one cause, the event in whose handling it was put there. Over a
//! whole run that is a forest with the first events as roots. It is kept as a list while the run goes
//! on (see [`Causes`]) and becomes a graph only afterwards, for the one cone that somebody asks about.

use std::collections::BTreeMap;

use petgraph::Direction;
use petgraph::graph::{DiGraph, NodeIndex};

use super::fact::Entry;
use super::record::{Causes, Recording};

/// An event and the facts that were recorded in its handling.
#[derive(Clone, PartialEq, Debug)]
pub struct EventFacts {
    /// Its number.
    pub event: u64,
    /// Its facts, in order.
    pub facts: Vec<Entry>,
}

/// Part of the causal forest: edges lead from a cause to its effects.
#[derive(Clone, Debug)]
pub struct Cone {
    graph: DiGraph<EventFacts, ()>,
    tip: NodeIndex,
}

impl Cone {
    /// What led to `event`: its cause, the cause of that, and so on, each with its facts.
    pub fn behind(record: &Recording, causes: &Causes, event: u64) -> Cone {
        // Causes are smaller than their effects, so the chain is sorted, latest first.
        let chain: Vec<u64> = causes.chain(event).collect();
        let mut facts = facts_of(record, |e| chain.binary_search_by(|known| e.cmp(known)).is_ok());
        let mut graph = DiGraph::new();
        let mut moment = |event: u64| EventFacts { event, facts: facts.remove(&event).unwrap_or_default() };
        let tip = graph.add_node(moment(event));
        let mut effect = tip;
        for cause in chain.into_iter().skip(1) {
            let node = graph.add_node(moment(cause));
            graph.add_edge(node, effect, ());
            effect = node;
        }
        Cone { graph, tip }
    }

    /// What came of `event`, directly or through others. Events without a fact of their own are
    /// there if they lie on the way to one with.
    pub fn ahead(record: &Recording, causes: &Causes, event: u64) -> Cone {
        let descends = |e: u64| causes.chain(e).take_while(|known| *known >= event).any(|known| known == event);
        let facts = facts_of(record, descends);
        let mut graph = DiGraph::new();
        let mut nodes: BTreeMap<u64, NodeIndex> = BTreeMap::new();
        let tip = graph.add_node(EventFacts { event, facts: Vec::new() });
        nodes.insert(event, tip);
        for (descendant, facts) in facts {
            let node = place(&mut graph, &mut nodes, causes, descendant);
            graph[node].facts = facts;
        }
        Cone { graph, tip }
    }

    /// The graph, for those who want to draw or search it.
    pub fn graph(&self) -> &DiGraph<EventFacts, ()> {
        &self.graph
    }
    /// The event that the cone belongs to.
    pub fn tip(&self) -> &EventFacts {
        &self.graph[self.tip]
    }
    /// The facts along the way from the first cause to the event, oldest first. For a cone ahead of
    /// an event: all facts in it, by time.
    pub fn story(&self) -> Vec<Entry> {
        let mut facts: Vec<Entry> = self.graph.node_weights().flat_map(|moment| moment.facts.iter().copied()).collect();
        facts.sort_by_key(|entry| (entry.at, entry.event));
        facts
    }
    /// How many steps lie between the event and its first cause.
    pub fn depth(&self) -> usize {
        let mut depth = 0;
        let mut node = self.tip;
        while let Some(cause) = self.graph.neighbors_directed(node, Direction::Incoming).next() {
            node = cause;
            depth += 1;
        }
        depth
    }
}

/// The node of an event, made with all between it and what is there already.
fn place(
    graph: &mut DiGraph<EventFacts, ()>,
    nodes: &mut BTreeMap<u64, NodeIndex>,
    causes: &Causes,
    event: u64,
) -> NodeIndex {
    if let Some(node) = nodes.get(&event) {
        return *node;
    }
    let missing: Vec<u64> = causes.chain(event).take_while(|e| !nodes.contains_key(e)).collect();
    let mut parent = missing.last().and_then(|oldest| causes.of(*oldest)).and_then(|cause| nodes.get(&cause)).copied();
    for event in missing.into_iter().rev() {
        let node = graph.add_node(EventFacts { event, facts: Vec::new() });
        if let Some(parent) = parent {
            graph.add_edge(parent, node, ());
        }
        nodes.insert(event, node);
        parent = Some(node);
    }
    nodes[&event]
}

fn facts_of(record: &Recording, wanted: impl Fn(u64) -> bool) -> BTreeMap<u64, Vec<Entry>> {
    let mut facts: BTreeMap<u64, Vec<Entry>> = BTreeMap::new();
    let mut last = None;
    for entry in record.entries().iter() {
        // The facts of one event follow each other: ask once for all of them.
        if last.is_none_or(|(event, _)| event != entry.event) {
            last = Some((entry.event, wanted(entry.event)));
        }
        if last.is_some_and(|(_, wanted)| wanted) {
            facts.entry(entry.event).or_default().push(*entry);
        }
    }
    facts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::Observer;
    use crate::history::fact::Fact;
    use crate::protocol::ids::BrokerId;
    use crate::sim::time::Nanos;

    /// Events 0 and 1 are first causes; 0 leads to 2 and 3, 3 to 4, 1 to 5.
    fn run() -> (Recording, Causes) {
        let mut causes = Causes::default();
        [Causes::ROOT, Causes::ROOT, 0, 0, 3, 1].into_iter().for_each(|cause| causes.push(cause));
        let mut record = Recording::default();
        for event in [0, 2, 4, 5] {
            let fact = Fact::BrokerFenced { broker: BrokerId(event as u8) };
            record.observe(&Entry { at: Nanos(event * 10), event, fact });
        }
        (record, causes)
    }

    fn events(cone: &Cone) -> Vec<u64> {
        cone.story().iter().map(|entry| entry.event).collect()
    }

    #[test]
    fn behind_an_event_lies_one_line_of_causes() {
        let (record, causes) = run();
        let cone = Cone::behind(&record, &causes, 4);
        assert_eq!(events(&cone), [0, 4]);
        assert_eq!((cone.depth(), cone.tip().event), (2, 4));
    }

    #[test]
    fn ahead_of_an_event_lies_all_that_it_led_to() {
        let (record, causes) = run();
        let cone = Cone::ahead(&record, &causes, 0);
        assert_eq!(events(&cone), [0, 2, 4]);
        // Event 3 has no fact, but event 4 came of it.
        assert_eq!(cone.graph().node_count(), 4);
        assert_eq!(cone.depth(), 0);
    }

    #[test]
    fn what_did_not_come_of_it_is_not_there() {
        let (record, causes) = run();
        assert_eq!(events(&Cone::ahead(&record, &causes, 1)), [5]);
    }
}
