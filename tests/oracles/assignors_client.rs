//! Assignors of clients: what the leader of a classic group sends.

use std::collections::BTreeMap;

use kafkasim::assignor::{cooperative_sticky, range, round_robin, sticky};
use serde::Deserialize;

use crate::assignors::{Answer, ByMember, Group, Member, Pair, Properties, Topic};
use crate::support::{Verdict, case, same};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    id: String,
    assignor: String,
    #[serde(rename = "scenario")]
    _scenario: String,
    #[serde(rename = "chain")]
    _chain: Option<String>,
    #[serde(rename = "step")]
    _step: u32,
    topics: Vec<Topic>,
    members: Vec<Member>,
    replica_racks: Option<BTreeMap<String, Vec<Vec<String>>>>,
    equal_subscriptions: bool,
    exact: bool,
    assignment: ByMember,
    unassigned: Vec<Pair>,
    properties: Properties,
}
case!(Case);

pub fn check(case: &Case) -> Verdict {
    let group = Group { topics: &case.topics, members: &case.members, replica_racks: case.replica_racks.as_ref() };
    same("equal subscriptions", group.alike(), case.equal_subscriptions)?;
    let ours = match case.assignor.as_str() {
        "range" => group.assigned(range),
        "roundrobin" => group.assigned(round_robin),
        "sticky" => group.assigned(sticky),
        "cooperative-sticky" => group.assigned(cooperative_sticky),
        other => return Err(format!("an assignor that this test does not know: {other}")),
    };
    let kafkas = Answer {
        exact: case.exact,
        assignment: &case.assignment,
        unassigned: &case.unassigned,
        properties: &case.properties,
    };
    group.judge(&ours, &kafkas)
}
