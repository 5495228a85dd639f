//! Who told whom what, around one record or one witness.
//!
//! A history has no messages, it has what processes did. A message shows where one process does something about what
//! another one did: a batch is sent, and appended elsewhere. Such two facts are one arrow. Where only the arrival is
//! known (a follower copies, poll() returns), the arrow is level; where nobody ever took what was sent, it is lost.

mod around;
mod matching;

use std::rc::Rc;

use crate::check::ledger::RecordRef;
use crate::check::outcome::Witness;
use crate::history::Observer;
use crate::history::fact::{Entry, Fact, ReplicaRole};
use crate::history::record::Causes;
use crate::history::setup::Setup;
use crate::history::view::ClusterView;
use crate::history::words::words;
use crate::protocol::ids::*;
use crate::sim::time::Nanos;
use around::Around;
use matching::Matching;

use super::subjects::Focus;

/// The most rows of a diagram.
const MOST: usize = 36;

/// One thing that happened, on the lane of the process that did it.
#[derive(Clone, Debug)]
pub struct Row {
    /// When.
    pub at: Nanos,
    /// Who.
    pub node: NodeId,
    /// In words.
    pub text: String,
    /// What led to it, or became of it.
    pub moved: Move,
}

/// A row's part in a message.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Move {
    /// None: it happened there.
    None,
    /// It came from what an earlier row sent.
    From(usize),
    /// It came from this process; when it was sent is not known.
    FromProcess(NodeId),
    /// What was sent here reached nobody.
    Lost,
}

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct Diagram {
    /// The processes, left to right.
    pub lanes: Vec<NodeId>,
    /// What happened, by time.
    pub rows: Vec<Row>,
    /// Rows that were left out.
    pub left_out: usize,
    /// Where the eye should go: the row of the witness.
    pub point: Option<usize>,
}

/// A fact that was kept.
#[derive(Clone, Copy, Debug)]
pub(super) struct Noted {
    pub entry: Entry,
    /// From whom it came, if that is known of this kind of fact.
    pub source: Option<NodeId>,
    /// How much it says; the least goes first.
    pub weight: u8,
}

/// See the module.
pub struct Messages {
    setup: Rc<Setup>,
    view: ClusterView,
    around: Around,
    /// By partition and broker: whom it follows.
    follows: Vec<(Tp, BrokerId, BrokerId)>,
    /// By partition: who began to lead last, and the event.
    leads: Vec<Option<(BrokerId, u64)>>,
    /// By partition of the record: the leader's append, and its event.
    appended: Option<(BrokerId, u64)>,
    noted: Vec<Noted>,
}

impl Messages {
    pub fn new(setup: Rc<Setup>, focus: &Focus) -> Messages {
        Messages {
            view: ClusterView::new(&setup.catalog),
            around: match focus {
                Focus::Record(record, _) => Around::record(*record),
                Focus::Witness(_, witness) => Around::witness(witness.clone()),
            },
            follows: Vec::new(),
            leads: vec![None; setup.catalog.partition_count() as usize],
            appended: None,
            noted: Vec::new(),
            setup,
        }
    }

    /// The diagram, once the run is over.
    pub fn diagram(self, causes: Option<&Causes>) -> Diagram {
        let Messages { setup, around, noted, .. } = self;
        let (whole, witness) = (around.sees_whole_lives(), around.event());
        let noted = around.settle(noted);
        let moves = Matching::new(&noted, &setup, causes, whole).moves();
        let mut rows: Vec<(u8, Row)> = Vec::new();
        let mut numbers: Vec<Option<usize>> = Vec::new();
        for (noted, moved) in noted.iter().zip(moves) {
            let told = words(&noted.entry.fact, &setup.catalog, &setup.faults);
            let node = doer(&noted.entry.fact, &setup);
            numbers.push(told.as_ref().zip(node).map(|_| rows.len()));
            if let (Some((_, text)), Some(node)) = (told, node) {
                let moved = match moved {
                    Move::From(sent) => numbers[sent].map_or(Move::None, Move::From),
                    other => other,
                };
                // Both ends of a message stay or go together.
                let weight = if moved == Move::Lost { 9 } else { noted.weight };
                rows.push((weight, Row { at: noted.entry.at, node, text, moved }));
            }
        }
        let point = witness.and_then(|event| {
            noted.iter().zip(&numbers).rev().find(|(noted, number)| noted.entry.event <= event && number.is_some())
        });
        lighten(rows, point.and_then(|(_, number)| *number), &setup)
    }
}

/// Leaves out what says least until the rest fits, the middle first.
fn lighten(mut rows: Vec<(u8, Row)>, mut point: Option<usize>, setup: &Setup) -> Diagram {
    let all = rows.len();
    while rows.len() > MOST {
        let least = rows.iter().map(|(weight, _)| *weight).min().expect("there are some");
        let light: Vec<usize> = (0..rows.len()).filter(|i| rows[*i].0 == least && Some(*i) != point).collect();
        let Some(gone) = light.get(light.len() / 2).copied() else { break };
        rows.remove(gone);
        point = point.map(|point| if point > gone { point - 1 } else { point });
        for (_, row) in &mut rows {
            match &mut row.moved {
                Move::From(sent) if *sent == gone => row.moved = Move::None,
                Move::From(sent) if *sent > gone => *sent -= 1,
                _ => {}
            }
        }
    }
    let rows: Vec<Row> = rows.into_iter().map(|(_, row)| row).collect();
    Diagram { lanes: lanes(&rows, setup), left_out: all - rows.len(), rows, point }
}

/// The processes that have a part: who sends, brokers, controllers, who reads.
fn lanes(rows: &[Row], setup: &Setup) -> Vec<NodeId> {
    let from = rows.iter().filter_map(|row| if let Move::FromProcess(node) = row.moved { Some(node) } else { None });
    let mut lanes: Vec<NodeId> = rows.iter().map(|row| row.node).chain(from).collect();
    let rank = |node: NodeId| {
        use crate::protocol::catalog::NodeRole;
        match setup.catalog.nodes[node.index()].role {
            role if role.has_producer() && role.group().is_none() => 0,
            NodeRole::Broker(_) => 1,
            NodeRole::Controller(_) => 2,
            _ => 3,
        }
    };
    lanes.sort_by_key(|node| (rank(*node), *node));
    lanes.dedup();
    lanes
}

/// On whose lane a fact stands.
fn doer(fact: &Fact, setup: &Setup) -> Option<NodeId> {
    let catalog = &setup.catalog;
    match *fact {
        Fact::BrokerRegistered { .. }
        | Fact::BrokerFenced { .. }
        | Fact::BrokerUnfenced { .. }
        | Fact::PartitionCreated { .. }
        | Fact::PartitionChanged { .. }
        | Fact::ReplicasReassigned { .. }
        // Of several controllers it is not said which one told it.
        | Fact::AlterPartitionRefused { .. } => catalog.controller_node().filter(|_| !catalog.has_quorum()),
        Fact::RaftRoleChanged { controller, .. }
        | Fact::RaftVoteGranted { controller, .. }
        | Fact::RaftLeaderElected { controller, .. }
        | Fact::ControllerActivated { controller, .. }
        | Fact::ControllerResigned { controller, .. }
        | Fact::MetadataLogTruncated { controller, .. } => catalog.process_of_controller(controller),
        Fact::FaultStarted { node, .. } => catalog.nodes.get(node.index()).map(|_| node),
        Fact::FaultEnded { .. } => None,
        // These name other brokers beside the one that does it.
        Fact::HighWatermarkAdvanced { broker, .. }
        | Fact::BecameFollower { broker, .. }
        | Fact::IsrProposed { broker, .. }
        | Fact::IsrJoinProposed { broker, .. } => Some(catalog.broker_node(broker)),
        _ => {
            let named = fact.references();
            named.broker.map(|broker| catalog.broker_node(broker)).or(named.node)
        }
    }
}

impl Observer for Messages {
    fn observe(&mut self, entry: &Entry) {
        self.view.observe(entry);
        match entry.fact {
            Fact::BecameFollower { broker, tp, leader, .. } => {
                self.follows.retain(|(known, by, _)| (*known, *by) != (tp, broker));
                self.follows.extend(leader.map(|leader| (tp, broker, leader)));
            }
            Fact::BecameLeader { broker, tp, .. } => self.leads[tp.index()] = Some((broker, entry.event)),
            _ => {}
        }
        let Some(weight) = self.around.wants(entry, &self.setup) else { return };
        if let Fact::Appended { broker, role: ReplicaRole::Leader, .. } = entry.fact {
            self.appended = Some((broker, entry.event));
        }
        self.noted.push(Noted { entry: *entry, source: self.source(&entry.fact), weight });
        self.around.trim(&mut self.noted);
    }
}

impl Messages {
    /// From whom something came of which only the arrival is told.
    fn source(&self, fact: &Fact) -> Option<NodeId> {
        let broker = match *fact {
            Fact::Appended { broker, role: ReplicaRole::Follower, tp, .. } => {
                self.follows.iter().find(|(known, by, _)| (*known, *by) == (tp, broker)).map(|(.., leader)| *leader)
            }
            // Nobody has led since it was appended but this one: from nobody else can it come.
            Fact::RecordsPolled { tp, .. } | Fact::ShareRecordsPolled { tp, .. } => {
                let leader = self.view.reigning(tp)?;
                let (led, since) = self.leads[tp.index()]?;
                let appended = self.appended.is_some_and(|(by, event)| by == leader && event >= since);
                (led == leader && appended).then_some(leader)
            }
            _ => None,
        };
        broker.map(|broker| self.setup.catalog.broker_node(broker))
    }
}

/// A record, as a batch may hold it.
pub(super) fn holds(record: RecordRef, node: NodeId, tp: Tp, ordinal: u32, count: u32) -> bool {
    (node, tp) == (record.node, record.tp) && (ordinal..ordinal + count).contains(&record.ordinal)
}

/// What a witness names.
pub(super) fn concerns(witness: &Witness, fact: &Fact) -> bool {
    let named = fact.references();
    match (witness.tp, witness.node) {
        (Some(tp), _) => named.tp == Some(tp),
        (None, Some(node)) => named.node == Some(node),
        (None, None) => named.tp.is_none(),
    }
}
