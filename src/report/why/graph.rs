//! The happens-before graph of a story: which of its stamps came before which, and how that is known.
//!
//! Lamport's relation: what one place did, it did in order; and what an event of the queue led to came after it. The
//! queue's own record of causes follows one line back from each event, so a message that only completed what was waited for
//! is missing in it; these are known from the protocol (a leader cannot move its high watermark before a follower has
//! fetched). What follows from two other bonds is left out.

use petgraph::algo::tred::{dag_to_toposorted_adjacency_list, dag_transitive_reduction_closure};
use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::IntoNeighbors;

use super::stamps::{PassportStation, Stamp};
use crate::history::record::Causes;

/// How it is known that one stamp came before another.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Tie {
    /// The same place did one after the other.
    Order,
    /// A message, or a chain of them, led from one to the other.
    Message,
    /// One place was not heard of any more, and that was noticed.
    Silence,
}

impl Tie {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Tie::Order => "order",
            Tie::Message => "message",
            Tie::Silence => "silence",
        }
    }
}

/// One stamp came before another: both by their place in the story.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Bond {
    /// The earlier one.
    pub from: usize,
    /// The later one.
    pub to: usize,
    /// How that is known.
    pub tie: Tie,
}

/// The bonds between the stamps of a story, without those that follow from others.
pub fn bonds(stamps: &[Stamp], causes: Option<&Causes>) -> Vec<Bond> {
    let mut all: Vec<Bond> = Vec::new();
    for to in 0..stamps.len() {
        let mut tie = |from: Option<usize>, tie: Tie| {
            if let Some(from) = from {
                let same = stamps[from].place == stamps[to].place;
                all.push(Bond { from, to, tie: if same { Tie::Order } else { tie } });
            }
        };
        tie(earlier(stamps, to, |stamp| stamp.place == stamps[to].place), Tie::Order);
        tie(causes.and_then(|causes| caused_by(stamps, to, causes)), Tie::Message);
        known(stamps, to).into_iter().for_each(|from| tie(Some(from), Tie::Message));
        tie(unheard(stamps, to), Tie::Silence);
    }
    reduced(stamps.len(), all)
}

/// The latest stamp before `to` that is like this.
fn earlier(stamps: &[Stamp], to: usize, is_like: impl Fn(&Stamp) -> bool) -> Option<usize> {
    (0..to).rev().find(|at| is_like(&stamps[*at]))
}

/// The stamp of the latest event that led to this one's, by the queue's record.
fn caused_by(stamps: &[Stamp], to: usize, causes: &Causes) -> Option<usize> {
    let event = stamps[to].event?;
    causes.chain(event).find_map(|cause| earlier(stamps, to, |stamp| stamp.event == Some(cause)))
}

/// What must have come before, by the protocol.
fn known(stamps: &[Stamp], to: usize) -> Vec<usize> {
    let last = |stations: &[PassportStation]| earlier(stamps, to, |stamp| stations.contains(&stamp.station));
    match stamps[to].station {
        PassportStation::Sent => last(&[PassportStation::Buffered]).into_iter().collect(),
        PassportStation::Appended | PassportStation::Recognised | PassportStation::Refused => {
            last(&[PassportStation::Sent]).into_iter().collect()
        }
        PassportStation::Replicated => last(&[PassportStation::Appended]).into_iter().collect(),
        PassportStation::Committed => {
            let since = last(&[PassportStation::Appended]).unwrap_or(0);
            let needed = |at: &usize| stamps[to].needed.iter().any(|id| stamps[*at].place == format!("broker {id}"));
            (since..to).filter(|at| stamps[*at].station == PassportStation::Replicated).filter(needed).collect()
        }
        PassportStation::Fetched => last(&[PassportStation::Committed]).into_iter().collect(),
        // What a power loss took was cut off by nobody.
        PassportStation::Cut if stamps[to].text.starts_with("truncates") => {
            last(&[PassportStation::Elected]).into_iter().collect()
        }
        _ => Vec::new(),
    }
}

/// A broker is fenced since nothing was heard of it: it had stopped, or was cut off.
fn unheard(stamps: &[Stamp], to: usize) -> Option<usize> {
    let fenced = stamps[to].text.strip_suffix(" fenced").filter(|_| stamps[to].station == PassportStation::Fenced)?;
    earlier(stamps, to, |stamp| stamp.station == PassportStation::Stopped && stamp.place == fenced)
}

/// Without what follows from two others. Bonds lead forward in the story, so its order is a topological one.
fn reduced(stamps: usize, mut all: Vec<Bond>) -> Vec<Bond> {
    all.sort();
    all.dedup_by_key(|bond| (bond.from, bond.to));
    let mut graph: DiGraph<(), ()> = DiGraph::new();
    (0..stamps).for_each(|_| _ = graph.add_node(()));
    for bond in &all {
        graph.add_edge(NodeIndex::new(bond.from), NodeIndex::new(bond.to), ());
    }
    let order: Vec<NodeIndex> = graph.node_indices().collect();
    let (list, _) = dag_to_toposorted_adjacency_list::<_, NodeIndex>(&graph, &order);
    let (reduction, _) = dag_transitive_reduction_closure(&list);
    all.retain(|bond| (&reduction).neighbors(NodeIndex::new(bond.from)).any(|to| to.index() == bond.to));
    all
}
