//! Groups of librdkafka's consumers after they have settled.

use std::collections::BTreeSet;

use kafkasim::assignor::{cooperative_sticky, range, round_robin};
use serde::Deserialize;

use crate::assignors::{ByMember, Group, Member, Pair, Topic, at_least, at_most, spread};
use crate::support::{Verdict, case, same};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    id: String,
    #[serde(rename = "group")]
    _group: String,
    strategy: String,
    #[serde(rename = "phase")]
    _phase: String,
    topics: Vec<Topic>,
    previous: Option<ByMember>,
    assignment: ByMember,
    kept: Option<usize>,
    count_spread: usize,
}
case!(Case);

/// More rounds than a cooperative rebalance needs.
const ROUNDS: i32 = 5;

pub fn check(case: &Case) -> Verdict {
    let mut members = members(case);
    let group = |members: &[Member]| -> ByMember {
        let group = Group { topics: &case.topics, members, replica_racks: None };
        match case.strategy.as_str() {
            "range" => group.assigned(range),
            "roundrobin" => group.assigned(round_robin),
            "cooperative-sticky" => group.assigned(cooperative_sticky),
            other => panic!("an assignor that this test does not know: {other}"),
        }
    };
    if case.strategy != "cooperative-sticky" {
        return same("assignment", &group(&members), &case.assignment);
    }
    for round in 0..ROUNDS {
        let ours = group(&members);
        if members.iter().all(|member| member.owned == ours[&member.id]) {
            return judge(case, &ours);
        }
        for member in &mut members {
            member.owned.clone_from(&ours[&member.id]);
            member.generation = 2 + round;
        }
    }
    Err(format!("not settled after {ROUNDS} rounds"))
}

/// Those that are there at the end, with what they had before.
fn members(case: &Case) -> Vec<Member> {
    let before = |id: &str| case.previous.as_ref().and_then(|previous| previous.get(id));
    let member = |id: &String| Member {
        id: id.clone(),
        instance_id: None,
        rack: None,
        subscription: case.topics.iter().map(|topic| topic.name.clone()).collect(),
        owned: before(id).cloned().unwrap_or_default(),
        generation: if before(id).is_some() { 1 } else { -1 },
    };
    case.assignment.keys().map(member).collect()
}

fn judge(case: &Case, ours: &ByMember) -> Verdict {
    let given: BTreeSet<&Pair> = ours.values().flatten().collect();
    let all: u32 = case.topics.iter().map(|topic| topic.partitions).sum();
    same("partitions", given.len(), all as usize)?;
    at_most("spread", spread(ours), (0, case.count_spread))?;
    let (Some(previous), Some(kept)) = (&case.previous, case.kept) else { return Ok(()) };
    let stays = |(id, had): (&String, &Vec<Pair>)| {
        ours.get(id).map_or(0, |has| had.iter().filter(|pair| has.contains(pair)).count())
    };
    at_least("kept", previous.iter().map(stays).sum(), (kept, kept))
}
