//! The tools' output, held against the form of Kafka's.

use super::group::DescribeOption;
use super::print::{self, ToolOutput};
use super::{group, log, topics};
use crate::protocol::ids::Offset;
use crate::run::Run;
use crate::scenario::{self, Scenario, ScenarioText};
use crate::sim::time::Nanos;
use crate::world::World;

const SMALL: &str = "
name: small
seed: 1
duration: 10s
cluster:
  brokers: 1
  config: { offsets.topic.num.partitions: 1, offsets.topic.replication.factor: 1 }
topics:
  orders: { partitions: 3, replication.factor: 1 }
producers:
  shop: { topic: orders, rate: 20/s, keys: { round.robin: { count: 30 } } }
groups:
  billing: { topics: [orders], members: 2, commit: sync-after-batch, config: { auto.offset.reset: earliest } }
";

fn small() -> Scenario {
    let source = ScenarioText::from_bytes("small.yaml", SMALL.as_bytes()).expect("it is text");
    scenario::parse(&source, &[]).expect("it is sound").0
}
fn at(seconds: u64) -> World {
    Run::new(&small(), 1).replay_to(Nanos::from_secs(seconds), &mut ()).expect("it runs")
}

fn describe(world: &World, form: DescribeOption) -> ToolOutput {
    print::group(&group::describe(world, "billing", form), false)
}

#[test]
fn before_anything_is_there_the_tools_ask_in_vain() {
    let world = at(0);
    assert_eq!(topics::describe(&world, None), Ok(Vec::new()));
    assert!(print::topics(&topics::describe(&world, Some("orders"))).failed);
    let answer = describe(&world, DescribeOption::Offsets);
    assert!(answer.out.contains("TimeoutException: Call(callName=describeConsumerGroups(api=FIND_COORDINATOR)"));
}

#[test]
fn a_group_that_joins_for_the_first_time_has_no_line_yet() {
    let answer = describe(&at(2), DescribeOption::Offsets);
    let warning = "\nWarning: Consumer group 'billing' is rebalancing.\n";
    assert_eq!((answer.out.as_str(), answer.err.as_str(), answer.failed), ("", warning, false));
}

#[test]
fn lag_is_the_end_minus_what_is_committed() {
    let text = describe(&at(9), DescribeOption::Offsets).out;
    let columns = |line: &str| line.split_whitespace().map(String::from).collect::<Vec<_>>();
    let rows: Vec<Vec<String>> = text.lines().skip(2).map(columns).collect();
    let mut owned: Vec<(&str, &str)> = rows.iter().map(|row| (row[2].as_str(), row[8].as_str())).collect();
    owned.sort();
    assert_eq!(owned, [("0", "billing-0"), ("1", "billing-0"), ("2", "billing-1")]);
    for row in &rows {
        let number = |at: usize| row[at].parse::<i64>().expect("an offset");
        assert_eq!(number(5), number(4) - number(3));
    }
}

#[test]
fn a_member_has_one_id_wherever_it_is_named() {
    let world = at(9);
    let id = |text: &str| text.split_whitespace().find(|word| word.starts_with("billing-0-")).map(String::from);
    let of_offsets = id(&describe(&world, DescribeOption::Offsets).out).expect("it owns partitions");
    assert_eq!(of_offsets.len(), "billing-0-".len() + 36);
    assert_eq!(id(&describe(&world, DescribeOption::Members).out), Some(of_offsets));
}

#[test]
fn a_dump_of_the_offsets_topic_is_decoded() {
    let world = at(9);
    let tp = world.setup().catalog.tp("__consumer_offsets", 0).expect("it has one");
    let request = log::DumpRequest { broker: None, tp, from: Offset(0), limit: 50 };
    let text = print::log(&log::dump(&world, request).expect("its leader is up")).out;
    let commit = r#"key: {"type":"1","data":{"group":"billing","topic":"orders","partition":0}} payload: {"version":"4","data":{"offset":"#;
    assert!(text.contains(commit), "{text}");
    let group = r#"key: {"type":"2","data":{"group":"billing"}} payload: {"version":"3","data":{"protocolType":"consumer","generation":1,"protocol":"range","leader":"billing-"#;
    assert!(text.contains(group), "{text}");
    let json = text.lines().filter_map(|line| line.split_once(" payload: ")).map(|(_, json)| json);
    for json in json {
        assert!(serde_json::from_str::<serde_json::Value>(json).is_ok(), "{json}");
    }
    let assigned = r#""assignment":{"assignedPartitions":[{"topic":"orders","partitions":[0,1]}],"userData":null}"#;
    assert!(text.contains(assigned), "{text}");
}
