//! Assignors of the coordinator (KIP-848). `owned` is the present target.

use kafkasim::assignor::{ExtraPartition, server_range, uniform};
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
    subscription_type: String,
    topics: Vec<Topic>,
    members: Vec<Member>,
    equal_subscriptions: bool,
    exact: bool,
    assignment: ByMember,
    unassigned: Vec<Pair>,
    properties: Properties,
}
case!(Case);

pub fn check(case: &Case) -> Verdict {
    let group = Group { topics: &case.topics, members: &case.members, replica_racks: None };
    same("equal subscriptions", group.alike(), case.equal_subscriptions)?;
    let kind = if group.alike() { "homogeneous" } else { "heterogeneous" };
    same("type of subscription", kind, case.subscription_type.as_str())?;
    let ours = match case.assignor.as_str() {
        "server-range" => group.assigned(server_range),
        // The code that was asked is from before 4.1.
        "server-uniform" => group.assigned(|members, topics| uniform(members, topics, ExtraPartition::FirstMembers)),
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
