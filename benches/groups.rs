//! What a rebalance of a large group costs its leader or its coordinator: every assignor with 1,000 members and 10,000
//! partitions; and what it costs to simulate one whole.
//!
//! Run with `cargo bench --bench groups`.
#![allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "a benchmark reads a clock")]

mod table;

use kafkasim::assignor::{
    ExtraPartition, GroupAssignment, MemberInfo, TopicPartition, Topics, cooperative_sticky, range, round_robin,
    server_range, sticky, uniform,
};
use kafkasim::scenario::{self, ScenarioText};
use kafkasim::sim::time::Nanos;
use kafkasim::world::World;
use table::{Case, Row, measure, median};

const ROUNDS: usize = 7;
const MEMBERS: usize = 1_000;
const PARTITIONS: usize = 10_000;
const RACKS: [&str; 3] = ["a", "b", "c"];

type Assignor = fn(&[MemberInfo<'_>], &Topics<'_>) -> GroupAssignment;

fn main() {
    let assignors: [(&str, Assignor); 6] = [
        ("range", range),
        ("roundrobin", round_robin),
        ("sticky", sticky),
        ("cooperative-sticky", cooperative_sticky),
        ("server range", server_range),
        ("server uniform", |members, topics| uniform(members, topics, ExtraPartition::WhoHasIt)),
    ];
    let groups = [
        ("one topic", Group::new(1, |_, _| true)),
        ("one topic, racks", Group::new(1, |_, _| true).with_racks()),
        ("20 topics, 2/3 each", Group::new(20, |member, topic| !(member + topic).is_multiple_of(3))),
        (
            "20 topics, 2/3 each, racks",
            Group::new(20, |member, topic| !(member + topic).is_multiple_of(3)).with_racks(),
        ),
        ("10,000 topics, 1/2 each", Group::new(PARTITIONS, |member, topic| (member + topic).is_multiple_of(2))),
    ];
    let mut rows = Vec::new();
    for (what, fresh) in &groups {
        for (name, assignor) in assignors {
            // One of a thousand is gone, and everybody says what it had.
            let mut left = fresh.clone();
            left.settle(assignor);
            left.members.swap_remove(0);
            let mut cases = [Case::steady(|| fresh.run(assignor)), Case::steady(|| left.run(assignor))];
            let times = measure(&mut cases, ROUNDS);
            for (when, times) in ["fresh", "one leaves"].iter().zip(&times) {
                let case = format!("{name}, {what}: {when}");
                let goal = if name == "sticky" { "<= 300" } else { "" };
                rows.push(Row { case, value: median(times.iter().copied()) * 1e3, unit: "ms of CPU", goal });
            }
        }
    }
    table::print("One assignment: 1,000 members, 10,000 partitions", &rows);
    table::print("A whole rebalance, simulated: the same group, one member leaves", &whole_rebalances());
}

/// One member of a group at rest leaves: half a minute of the group with that less half a minute without.
fn whole_rebalances() -> Vec<Row> {
    let protocols = [
        ("range", "partition.assignment.strategy: range"),
        ("cooperative-sticky", "partition.assignment.strategy: cooperative-sticky"),
        ("consumer", "group.protocol: consumer"),
    ];
    let worlds = protocols.map(|(name, config)| (name, at_rest(config, false), at_rest(config, true)));
    let mut cases: Vec<Case<'_>> = worlds
        .iter()
        .flat_map(|(_, quiet, leaving)| [quiet, leaving])
        .map(|world| {
            Case::steady(move || {
                let mut world = world.clone();
                world.run_until(SETTLED + HALF_A_MINUTE, &mut ());
                world.events()
            })
        })
        .collect();
    let times = measure(&mut cases, 3);
    let row = |(number, (name, ..)): (usize, &(&str, World, World))| {
        let (quiet, leaving) =
            (median(times[2 * number].iter().copied()), median(times[2 * number + 1].iter().copied()));
        Row { case: (*name).into(), value: (leaving - quiet).max(0.0) * 1e3, unit: "ms of CPU", goal: "<= 1000" }
    };
    worlds.iter().enumerate().map(row).collect()
}

const SETTLED: Nanos = Nanos::from_secs(90);
const HALF_A_MINUTE: Nanos = Nanos::from_secs(30);

/// The group, formed and idle; one of its members may be about to leave.
fn at_rest(config: &str, leaves: bool) -> World {
    let faults = if leaves { "faults: [{ at: 95s, stop: { process: billing-7 } }]" } else { "" };
    let text = format!(
        "name: rebalance\nduration: 200s\ntopics:\n  orders: {{ partitions: {PARTITIONS}, replication.factor: 1 }}\n\
         groups:\n  billing:\n    topics: [orders]\n    members: {MEMBERS}\n    commit: sync-after-batch\n    config: \
         {{ enable.auto.commit: false, {config} }}\n{faults}\n"
    );
    let (scenario, _) = scenario::parse(&ScenarioText::new("rebalance.yaml", text), &[]).expect("it is a scenario");
    let mut world = World::new(scenario.world(), 1);
    world.run_until(SETTLED, &mut ());
    world
}

#[derive(Clone)]
struct Member {
    id: String,
    rack: Option<&'static str>,
    topics: Vec<usize>,
    owned: Vec<TopicPartition>,
    generation: i32,
}

#[derive(Clone)]
struct Group {
    partitions: Vec<u32>,
    racks: Vec<Vec<Vec<&'static str>>>,
    members: Vec<Member>,
}

impl Group {
    fn new(topics: usize, subscribes: impl Fn(usize, usize) -> bool) -> Group {
        let member = |i: usize| Member {
            id: format!("billing-{i}"),
            rack: None,
            topics: (0..topics).filter(|topic| subscribes(i, *topic)).collect(),
            owned: Vec::new(),
            generation: -1,
        };
        let partitions = vec![(PARTITIONS / topics) as u32; topics];
        Group { partitions, racks: Vec::new(), members: (0..MEMBERS).map(member).collect() }
    }

    /// Two replicas each, in two of three racks.
    fn with_racks(mut self) -> Group {
        let replicas = |partition: usize| vec![RACKS[partition % 3], RACKS[(partition + 1) % 3]];
        self.racks = self.partitions.iter().map(|count| (0..*count as usize).map(replicas).collect()).collect();
        self.members.iter_mut().enumerate().for_each(|(i, member)| member.rack = Some(RACKS[i % 3]));
        self
    }

    fn ask(&self, assignor: Assignor) -> GroupAssignment {
        let infos = self.members.iter().map(|member| MemberInfo {
            rack: member.rack,
            topics: &member.topics,
            owned: &member.owned,
            generation: member.generation,
            ..MemberInfo::new(&member.id)
        });
        assignor(&infos.collect::<Vec<_>>(), &Topics { partitions: &self.partitions, racks: &self.racks })
    }

    fn run(&self, assignor: Assignor) -> u64 {
        self.ask(assignor).iter().map(|of| of.len() as u64).sum()
    }

    fn settle(&mut self, assignor: Assignor) {
        let assigned = self.ask(assignor);
        for (member, owned) in self.members.iter_mut().zip(assigned) {
            (member.owned, member.generation) = (owned, 1);
        }
    }
}
