//! What is to be seen of a moment, as plain values: which words and figures, not where they stand.

use super::session::{Debugger, is_readable};
use crate::history::fact::{Entry, GroupState};
use crate::history::words::{line, words};
use crate::protocol::ids::*;
use crate::sim::time::Nanos;
use crate::tools::replicas::{PartitionReplicas, of_partition};
use crate::world::flight::InFlight;
use crate::world::{ProcessState, RunPhase};

/// Said of a process before its first life.
pub const NOT_STARTED: &str = "not started";

/// See the module.
#[derive(Clone, PartialEq, Debug)]
pub struct Screen {
    /// The scenario, its variant, and its seed.
    pub run: String,
    /// The time.
    pub clock: Nanos,
    /// When workloads and faults end.
    pub duration: Nanos,
    /// How many events were handled.
    pub event: u64,
    /// How many facts were told.
    pub facts: u64,
    /// How the run stands.
    pub phase: &'static str,
    /// The brokers.
    pub brokers: Vec<BrokerCard>,
    /// The partitions of the scenario's topics.
    pub partitions: Vec<PartitionRow>,
    /// The groups.
    pub groups: Vec<GroupCard>,
    /// The record that is followed.
    pub followed: Option<FollowedCard>,
    /// Messages under way, the next to arrive first.
    pub flight: Vec<FlightRow>,
    /// What was told last, the latest last.
    pub told: Vec<ToldLine>,
    /// The breakpoints.
    pub breakpoints: Vec<String>,
    /// What was injected.
    pub injected: Vec<String>,
}

/// A broker.
#[derive(Clone, PartialEq, Debug)]
pub struct BrokerCard {
    /// Its name.
    pub name: String,
    /// Its process runs.
    pub up: bool,
    /// Of its process, and of what the controller has of it.
    pub state: String,
}

/// A partition.
#[derive(Clone, PartialEq, Debug)]
pub struct PartitionRow {
    /// Its name.
    pub name: String,
    /// What there is of it; none: it is not created yet.
    pub replicas: Option<PartitionReplicas>,
}

/// A group.
#[derive(Clone, PartialEq, Debug)]
pub struct GroupCard {
    /// Its name.
    pub name: String,
    /// Its state, as its coordinator has it.
    pub state: GroupState,
    /// Its generation.
    pub generation: Generation,
    /// How many members its coordinator knows.
    pub members: u32,
    /// The lag over all partitions, where it is known.
    pub lag: Option<u64>,
    /// Its processes, and what they own; what is committed and nobody's comes last.
    pub rows: Vec<OwnedRow>,
}

/// A partition of a group, or a member without one.
#[derive(Clone, PartialEq, Debug)]
pub struct OwnedRow {
    /// The process; none: nobody owns the partition.
    pub member: Option<String>,
    /// What its process does, if it does not run as usual: `down`, `paused`.
    pub trouble: Option<&'static str>,
    /// The partition; none: it owns none.
    pub partition: Option<String>,
    /// The next record that poll() returns.
    pub position: Option<Offset>,
    /// What the group has committed.
    pub committed: Option<Offset>,
    /// Where what is readable ends.
    pub end: Offset,
    /// How many records are not committed.
    pub lag: Option<u64>,
}

/// The record that is followed.
#[derive(Clone, PartialEq, Debug)]
pub struct FollowedCard {
    /// Its place and its number.
    pub name: String,
    /// How it stands.
    pub standing: String,
    /// What was told of it last.
    pub steps: Vec<ToldLine>,
}

/// Something under way.
#[derive(Clone, PartialEq, Debug)]
pub struct FlightRow {
    /// `Fetch`, `Fetch answer`.
    pub what: String,
    /// From whom.
    pub from: String,
    /// To whom.
    pub to: String,
    /// In how long it arrives; none: a fault keeps it.
    pub arrives_in: Option<Nanos>,
}

/// A fact in words.
#[derive(Clone, PartialEq, Debug)]
pub struct ToldLine {
    /// When.
    pub at: Nanos,
    /// Who.
    pub who: String,
    /// What.
    pub what: String,
    /// It is of the last event.
    pub fresh: bool,
}

impl Screen {
    /// Of a session, as it stands.
    pub fn of(session: &Debugger) -> Screen {
        let moment = session.moment();
        let world = moment.world();
        let variant = session.scenario().variant.as_ref().map_or(String::new(), |name| format!(", variant {name}"));
        Screen {
            run: format!("{}{variant}, seed {}", session.scenario().name, session.seed()),
            clock: session.clock(),
            duration: world.setup().duration,
            event: moment.event(),
            facts: moment.told().facts,
            phase: match world.phase() {
                RunPhase::Running if moment.event() == 0 => "before the first event",
                RunPhase::Running => "running",
                RunPhase::Final => "final phase: groups read what is left",
                RunPhase::Ended => "over",
            },
            brokers: brokers(session),
            partitions: partitions(session),
            groups: groups(session),
            followed: followed(session),
            flight: world.in_flight().into_iter().map(|message| flight(session, message)).collect(),
            told: moment
                .told()
                .recent
                .iter()
                .filter(|entry| is_readable(entry, moment))
                .map(|entry| told(session, entry))
                .collect(),
            breakpoints: session.breakpoints().iter().map(|point| point.text.clone()).collect(),
            injected: session.injected().iter().map(|change| change.option().1.to_owned()).collect(),
        }
    }
}

fn told(session: &Debugger, entry: &Entry) -> ToldLine {
    let moment = session.moment();
    let (who, what) = words(&entry.fact, moment.catalog(), &moment.world().setup().faults)
        .unwrap_or_else(|| (String::new(), line(&entry.fact, moment.catalog())));
    ToldLine { at: entry.at, who, what, fresh: moment.told().fresh.contains(entry) }
}

fn brokers(session: &Debugger) -> Vec<BrokerCard> {
    let moment = session.moment();
    let card = |id: BrokerId| {
        let process = &moment.world().processes()[moment.catalog().broker_node(id).index()];
        let view = moment.told().view.broker(id);
        let up = process.is_alive();
        let process = match process.state {
            ProcessState::Down if process.incarnation == 0 => NOT_STARTED,
            ProcessState::Down => "down",
            ProcessState::Paused { .. } => "paused",
            ProcessState::Up if process.booting => "starting",
            ProcessState::Up => "up",
        };
        // The controller counts a broker that never registered as fenced; nobody would say so of it.
        let fenced = if view.registered > 0 && !view.unfenced { ", fenced" } else { "" };
        BrokerCard { name: format!("broker {id}"), up, state: format!("{process}{fenced}") }
    };
    moment.catalog().brokers().map(card).collect()
}

/// The partitions of the scenario's own topics.
fn own_partitions(session: &Debugger) -> impl Iterator<Item = Tp> + '_ {
    let catalog = session.moment().catalog();
    (0..catalog.partition_count()).map(Tp).filter(|tp| !catalog.is_internal(*tp))
}

fn partitions(session: &Debugger) -> Vec<PartitionRow> {
    let moment = session.moment();
    let row = |tp| PartitionRow { name: moment.catalog().tp_name(tp), replicas: of_partition(moment.world(), tp) };
    own_partitions(session).map(row).collect()
}

fn groups(session: &Debugger) -> Vec<GroupCard> {
    let groups = session.moment().catalog().groups.len();
    (0..groups).map(|number| group(session, GroupId(number as u16))).collect()
}

fn group(session: &Debugger, id: GroupId) -> GroupCard {
    let moment = session.moment();
    let (catalog, told) = (moment.catalog(), moment.told());
    let row = |member: Option<NodeId>, tp: Option<(Tp, Option<Offset>)>| {
        let process = member.map(|node| &moment.world().processes()[node.index()]);
        let trouble = process.and_then(|process| match process.state {
            ProcessState::Down if process.incarnation == 0 => Some(NOT_STARTED),
            ProcessState::Down => Some("down"),
            ProcessState::Paused { .. } => Some("paused"),
            ProcessState::Up => None,
        });
        OwnedRow {
            member: member.map(|node| catalog.node_name(node).to_owned()),
            trouble,
            partition: tp.map(|(tp, _)| catalog.tp_name(tp)),
            position: tp.and_then(|(_, position)| position),
            committed: tp.and_then(|(tp, _)| told.view.committed(id, tp)),
            end: tp.map_or(Offset(0), |(tp, _)| told.view.partition(tp).high_watermark),
            lag: tp.and_then(|(tp, _)| told.view.lag(id, tp)),
        }
    };
    let members = (0..catalog.nodes.len()).map(|node| NodeId(node as u16));
    let mut rows = Vec::new();
    let mut owned: Vec<Tp> = Vec::new();
    for node in members.filter(|node| catalog.nodes[node.index()].role.group() == Some(id)) {
        let before = rows.len();
        for (tp, position) in told.positions.owned(node) {
            owned.push(tp);
            rows.push(row(Some(node), Some((tp, position))));
        }
        if rows.len() == before {
            rows.push(row(Some(node), None));
        }
    }
    let nobodys = own_partitions(session).filter(|tp| told.view.committed(id, *tp).is_some() && !owned.contains(tp));
    rows.extend(nobodys.map(|tp| row(None, Some((tp, None)))));
    let view = told.view.group(id);
    GroupCard {
        name: catalog.groups[id.index()].clone(),
        state: view.state,
        generation: view.generation,
        members: view.members,
        lag: told.view.total_lag(id),
        rows,
    }
}

fn followed(session: &Debugger) -> Option<FollowedCard> {
    let moment = session.moment();
    let (catalog, life) = (moment.catalog(), moment.told().life.as_ref()?);
    let record = life.followed();
    Some(FollowedCard {
        name: format!(
            "{}@{}, record {} of {}",
            catalog.tp_name(record.tp),
            record.offset,
            record.ordinal,
            catalog.node_name(record.node)
        ),
        standing: life.standing(
            |node| catalog.node_name(node).to_owned(),
            |group| format!("group {}", catalog.groups[group.index()]),
        ),
        steps: life.steps().iter().map(|entry| told(session, entry)).collect(),
    })
}

fn flight(session: &Debugger, message: InFlight) -> FlightRow {
    let moment = session.moment();
    let name = |node| moment.catalog().node_name(node).to_owned();
    FlightRow {
        what: format!("{}{}", message.api.name(), if message.answer { " answer" } else { "" }),
        from: name(message.from),
        to: name(message.to),
        arrives_in: message.arrives.map(|at| at.saturating_sub(session.clock())),
    }
}
