//! The exchange history: what a recorder beside a real cluster could have written too.

use crate::support;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use kafkasim::history::exchange::Exchange;
use kafkasim::protocol::ids::Tp;
use kafkasim::sim::time::Nanos;
use kafkasim::world::World;
use kafkasim::world::spec::{Action, FaultSpec, Target, Trigger};
use serde_json::Value;

/// A run to its end, and one that ends while operations are open.
static RUNS: LazyLock<[Vec<Value>; 2]> = LazyLock::new(|| [recorded(Nanos::from_secs(30)), recorded(Nanos::ZERO)]);

/// The run to its end.
fn whole() -> &'static [Value] {
    &RUNS[0]
}

/// A run in which the leader of a partition crashes.
fn recorded(final_phase: Nanos) -> Vec<Value> {
    let mut spec = support::small(2, 100, 2, 20);
    spec.final_phase = final_phase;
    spec.faults = vec![FaultSpec {
        trigger: Trigger::At(Nanos::from_secs(9)),
        action: Action::Crash {
            targets: vec![Target::LeaderOf(Tp(0))],
            restart_after: Some(Nanos::from_secs(6).into()),
        },
        may_miss: false,
        label: "crash leader of orders-0".into(),
    }];
    let mut world = World::new(&spec, 3);
    let mut file = Vec::new();
    let mut exchange = Exchange::new(&mut file, world.setup().clone());
    world.run(&mut exchange);
    exchange.finish().expect("memory does not fail");
    let text = String::from_utf8(file).expect("JSON is text");
    text.lines().map(|line| serde_json::from_str(line).expect("every line is JSON")).collect()
}

fn text<'v>(line: &'v Value, key: &str) -> &'v str {
    line[key].as_str().unwrap_or_else(|| panic!("no `{key}` in {line}"))
}

fn number(line: &Value, key: &str) -> u64 {
    line[key].as_u64().unwrap_or_else(|| panic!("no `{key}` in {line}"))
}

fn operations(lines: &[Value]) -> impl Iterator<Item = &Value> {
    lines[1..].iter().filter(|line| line.get("op").is_some())
}

#[test]
fn the_header_says_what_follows() {
    let lines = whole();
    let header = &lines[0];
    assert_eq!((text(header, "format"), number(header, "version")), ("kafkasim-exchange", 1));
    let release = kafkasim::protocol::rules::KafkaVersion::default().release();
    assert_eq!((text(header, "kafka"), number(header, "seed")), (release, 3));
    assert!(
        lines[1..].iter().all(|line| line.get("op").is_some() != line.get("obs").is_some()),
        "an operation or an observation"
    );
}

#[test]
fn time_never_goes_back() {
    for lines in RUNS.iter() {
        let times: Vec<u64> = lines[1..].iter().map(|line| number(line, "t")).collect();
        if let Some(at) = times.windows(2).position(|pair| pair[0] > pair[1]) {
            panic!("{} is followed by {}", lines[at + 1], lines[at + 2]);
        }
    }
}

/// Every operation is invoked once and then completed once; what never completed is closed as `info`.
#[test]
fn invoke_and_completion_pair_up() {
    for lines in RUNS.iter() {
        let mut open: BTreeMap<(&str, u64), &Value> = BTreeMap::new();
        let mut lanes: BTreeSet<(&str, u64)> = BTreeSet::new();
        let mut seen: BTreeSet<(&str, u64)> = BTreeSet::new();
        for line in operations(lines) {
            let (client, op) = (text(line, "client"), number(line, "op"));
            let lane = (client, line.get("lane").map_or(0, |_| number(line, "lane")));
            match text(line, "type") {
                "invoke" => {
                    assert!(seen.insert((client, op)), "an op number is used once: {line}");
                    assert!(lanes.insert(lane), "one open operation per lane: {line}");
                    open.insert((client, op), line);
                }
                "ok" | "fail" | "info" => {
                    let invoke = open.remove(&(client, op)).unwrap_or_else(|| panic!("never invoked: {line}"));
                    assert_eq!((text(invoke, "f"), invoke.get("lane")), (text(line, "f"), line.get("lane")));
                    assert!(lanes.remove(&lane));
                    assert_eq!(text(line, "type") == "ok", line.get("error").is_none(), "an error, or none: {line}");
                }
                other => panic!("type {other}: {line}"),
            }
        }
        assert!(open.is_empty(), "{open:?}");
    }
}

/// A value is sent in one operation, has one place in the log at most, and is read from there.
#[test]
fn values_are_unique_and_keep_their_place() {
    let lines = whole();
    let mut sent: BTreeSet<String> = BTreeSet::new();
    let mut places: BTreeMap<(String, u64), String> = BTreeMap::new();
    let mut polled = 0;
    for line in operations(lines) {
        for record in line["records"].as_array().into_iter().flatten() {
            let value = text(record, "value").to_owned();
            match (text(line, "f"), text(line, "type")) {
                ("send", "invoke") => assert!(sent.insert(value), "sent twice: {record}"),
                _ => {
                    assert!(sent.contains(&value), "never sent: {record}");
                    let place = (text(record, "tp").to_owned(), number(record, "offset"));
                    let there = places.entry(place).or_insert_with(|| value.clone());
                    assert_eq!(*there, value, "two values at one offset: {line}");
                    polled += u64::from(text(line, "f") == "poll");
                }
            }
        }
    }
    assert!(sent.len() > 1000 && polled >= sent.len() as u64, "{} sent, {polled} polled", sent.len());
    let distinct: BTreeSet<&String> = places.values().collect();
    assert_eq!(distinct.len(), places.len(), "with idempotence a value has one offset");
}

#[test]
fn an_administrator_sees_the_crash() {
    let lines = whole();
    let seen = |obs: &str, key: &str, value: &str| lines.iter().any(|line| line["obs"] == obs && line[key] == value);
    assert!(seen("fault", "what", "crash"));
    assert!(seen("broker", "state", "crashed"));
    assert!(seen("broker", "state", "fenced"));
    assert!(seen("broker", "state", "running"));
    assert!(seen("group", "state", "Stable"));
    let leaders: BTreeSet<u64> = lines
        .iter()
        .filter(|l| l["obs"] == "partition" && l["tp"] == "orders-0")
        .filter_map(|l| l["leader"].as_u64())
        .collect();
    assert!(leaders.len() > 1, "the leader moved: {leaders:?}");
    assert!(lines.iter().any(|l| l["obs"] == "log") && lines.iter().any(|l| l["obs"] == "rebalance"));
}

/// A commitSync() that the client tries again is one call, and names its offsets when it returns.
#[test]
fn a_commit_is_a_call_and_not_an_attempt() {
    let lines = whole();
    let commits: Vec<&Value> = operations(lines).filter(|line| text(line, "f") == "commit").collect();
    let of = |kind: &str| commits.iter().filter(|line| text(line, "type") == kind).collect::<Vec<_>>();
    let (invoked, returned) = (of("invoke"), of("ok"));
    assert!(returned.len() > 10, "{} commits", returned.len());
    for line in returned {
        let invoke = invoked.iter().find(|i| i["client"] == line["client"] && i["op"] == line["op"]).expect("invoked");
        assert_eq!(invoke["offsets"], line["offsets"]);
        assert!(line["offsets"].as_object().is_some_and(|offsets| !offsets.is_empty()), "{line}");
    }
    let failed = commits.iter().filter(|line| ["fail", "info"].contains(&text(line, "type"))).count();
    assert_eq!(failed, 0, "the coordinator came back in time for every call");
}

#[test]
fn an_administrator_sees_members_and_replicas() {
    let lines = whole();
    let observed = |obs: &str| lines.iter().filter(|l| l["obs"] == obs).collect::<Vec<_>>();
    assert!(
        observed("partition").iter().all(|l| l["replicas"].as_array().is_some_and(|replicas| !replicas.is_empty()))
    );
    for line in observed("group") {
        let members = line["members"].as_object().expect("a map");
        let assigned: usize = members.values().map(|tps| tps.as_array().expect("a list").len()).sum();
        match text(line, "state") {
            "Stable" => assert!(assigned > 0, "{line}"),
            "Empty" => assert!(members.is_empty(), "{line}"),
            _ => assert_eq!(assigned, 0, "{line}"),
        }
    }
}
