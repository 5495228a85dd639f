//! The tools' output, held against the form of Kafka's.

use super::group::Form;
use super::{group, log, topics, world_at};
use crate::protocol::ids::{GroupId, Offset};
use crate::scenario::{self, Scenario, Source};
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
    let source = Source::from_bytes("small.yaml", SMALL.as_bytes()).expect("it is text");
    scenario::parse(&source, &[]).expect("it is sound").0
}
fn at(seconds: u64) -> World {
    world_at(&small(), 1, Some(Nanos::from_secs(seconds)))
}

#[test]
fn before_anything_is_there_the_tools_have_little_to_say() {
    let world = at(0);
    assert_eq!(topics::describe(&world, None), "");
    assert_eq!(group::describe(&world, GroupId(0), Form::Offsets), group::NO_COORDINATOR);
}

#[test]
fn a_group_that_joins_for_the_first_time_has_no_line_yet() {
    let text = group::describe(&at(2), GroupId(0), Form::Offsets);
    assert_eq!(text, "\nWarning: Consumer group 'billing' is rebalancing.\n");
}

#[test]
fn a_stable_group_has_a_line_for_each_partition_member_by_member() {
    let text = group::describe(&at(9), GroupId(0), Form::Offsets);
    let lines: Vec<&str> = text.lines().collect();
    let heading = "GROUP           TOPIC           PARTITION  CURRENT-OFFSET  LOG-END-OFFSET  LAG             CONSUMER-ID        HOST            CLIENT-ID";
    assert_eq!((lines.len(), lines[0], lines[1]), (5, "", heading), "{text}");
    let columns = |line: &str| line.split_whitespace().map(String::from).collect::<Vec<_>>();
    let rows: Vec<Vec<String>> = lines[2..].iter().map(|line| columns(line)).collect();
    let owned: Vec<(&str, &str)> = rows.iter().map(|row| (row[2].as_str(), row[8].as_str())).collect();
    assert_eq!(owned, [("0", "billing-0"), ("1", "billing-0"), ("2", "billing-1")]);
    for row in &rows {
        let number = |at: usize| row[at].parse::<i64>().expect("an offset");
        assert_eq!(number(5), number(4) - number(3), "lag is the end minus what is committed");
    }
}

#[test]
fn members_and_state_have_columns_of_their_own() {
    let world = at(9);
    let members = group::describe(&world, GroupId(0), Form::Members);
    assert!(
        members.starts_with("\nGROUP           CONSUMER-ID        HOST            CLIENT-ID       #PARTITIONS\n"),
        "{members}"
    );
    let state = group::describe(&world, GroupId(0), Form::State);
    let expected = "\n\
        GROUP                     COORDINATOR (ID)          ASSIGNMENT-STRATEGY  STATE           #MEMBERS\n\
        billing                   10.1.0.1:9092  (1)        range                Stable          2\n";
    assert_eq!(state, expected);
}

#[test]
fn a_dump_of_the_offsets_topic_is_decoded() {
    let world = at(9);
    let tp = world.setup().catalog.tp("__consumer_offsets", 0).expect("it has one");
    let request = log::Request { broker: None, tp, from: Offset(0), limit: 50 };
    let text = log::dump(&world, request).expect("its leader is up");
    let commit = r#"key: {"type":"1","data":{"group":"billing","topic":"orders","partition":0}} payload: {"version":"3","data":{"offset":"#;
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
