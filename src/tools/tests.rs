//! The tools' output, held against the form of Kafka's.

use super::group::DescribeOption;
use super::lag::LagBoard;
use super::print::{self, ToolOutput};
use super::{group, log, offsets_topic, topics};
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

#[test]
fn the_lag_board_agrees_with_the_tool_and_says_more() {
    let scenario = small();
    let run = Run::new(&scenario, 1);
    let mut board = LagBoard::new(run.setup().clone());
    let world = run.replay_to(Nanos::from_secs(9), &mut board).expect("it runs");
    let lag = board.groups(Nanos::from_secs(9)).remove(0);
    assert_eq!(
        (lag.group.as_str(), lag.partitions.len(), lag.words.as_str()),
        ("billing", 3, "NOTFOUND"),
        "Burrow has not asked for ends yet"
    );
    let told = describe(&world, DescribeOption::Offsets).out;
    for partition in &lag.partitions {
        let of = |line: &&str| line.split_whitespace().nth(2) == Some(&partition.partition.to_string());
        let line: Vec<&str> = told.lines().find(of).expect("it is owned").split_whitespace().collect();
        let offset = partition.current_offset.expect("it has committed").to_string();
        assert_eq!((line[3], line[4]), (offset.as_str(), partition.log_end_offset.to_string().as_str()));
        assert!(partition.lag_time_ns < Some(Nanos::from_secs(1)) && partition.client_id.is_some());
        assert_eq!(partition.records_lag, Some(0), "each poll() returned all that there was");
    }
    assert_eq!(lag.clients.len(), 2);
    let table = print::lag(&[lag]);
    assert!(table.contains("group billing: lag ") && table.contains("client billing-1: records-lag-max "), "{table}");
}

#[test]
fn the_offsets_topic_has_a_latest_record_for_each_key() {
    let topic = offsets_topic::read(&at(9), Some("billing"));
    let latest: Vec<_> = topic.records.iter().filter(|record| !record.superseded).collect();
    let (offsets, groups): (Vec<_>, Vec<_>) = latest.into_iter().partition(|record| record.key["type"] == 1);
    assert_eq!((offsets.len(), groups.len(), topic.unread.len()), (3, 1, 0));
    assert!(offsets.iter().all(|record| record.value["data"]["offset"].as_i64() > Some(0) && !record.is_tombstone()));
    let said = print::offsets_topic(&topic, false);
    assert_eq!(said.out.lines().count(), 4);
    let key = r#"{"key":{"type":1,"data":{"group":"billing","topic":"orders","partition":0}},"value":{"version":4,"data":{"offset":"#;
    assert!(said.out.contains(key), "{}", said.out);
    assert!(said.err.contains("more are superseded"), "{}", said.err);
    assert_eq!(print::offsets_topic(&topic, true).out.lines().count(), topic.records.len());
    assert!(offsets_topic::read(&at(9), Some("another")).records.is_empty());
}

#[test]
fn what_an_application_puts_aside_has_headers_in_the_log() {
    let text = SMALL
        .replace("keys: {", "poison.every: 40, keys: {")
        .replace("topics:\n  orders", "topics:\n  dlt: { replication.factor: 1 }\n  orders")
        .replace("config: { auto.offset", "on.poison: { dead-letter: { topic: dlt } }, config: { auto.offset");
    let source = ScenarioText::from_bytes("small.yaml", text.as_bytes()).expect("it is text");
    let scenario = scenario::parse(&source, &[]).expect("it is sound").0;
    let world = Run::new(&scenario, 1).replay_to(Nanos::from_secs(9), &mut ()).expect("it runs");
    let tp = world.setup().catalog.tp("dlt", 0).expect("it has one");
    let dump = log::dump(&world, log::DumpRequest { broker: None, tp, from: Offset(0), limit: 1 }).expect("it is led");
    let batch = &dump.files[0].batches[0];
    let headers: Vec<String> =
        batch.headers[0].headers.iter().take(3).map(|header| format!("{}:{}", header.key, header.value)).collect();
    assert_eq!(headers[0], "kafka_dlt-original-topic:orders");
    assert!(headers[1].starts_with("kafka_dlt-original-partition:") && batch.size > 2_000, "{headers:?}");
    let said = print::log(&dump);
    assert!(said.out.contains("headerKeys: [kafka_dlt-original-topic,kafka_dlt-original-partition,"), "{}", said.out);
    assert!(said.err.contains("kafka_dlt-exception-cause-fqcn:java.lang.IllegalArgumentException"), "{}", said.err);
}

/// Before it has partitions, in its work, and after its members have gone: every form of the answer, and what is said beside it.
#[test]
fn a_share_group_is_described_as_its_own_tool_does() {
    let text = SMALL
        .replace("config: { offsets.topic.num", "config: { share.coordinator.state.topic.num.partitions: 1, share.coordinator.state.topic.min.isr: 1, share.coordinator.state.topic.replication.factor: 1, offsets.topic.num")
        .replace("commit: sync-after-batch, config: { auto.offset.reset: earliest }", "type: share, stop: 8s, processing: { per.record: 40ms }");
    let source = ScenarioText::from_bytes("small.yaml", text.as_bytes()).expect("it is text");
    let scenario = scenario::parse(&source, &[]).expect("it is sound").0;
    let mut said = String::new();
    for seconds in [5, 7, 9] {
        let world = Run::new(&scenario, 1).replay_to(Nanos::from_secs(seconds), &mut ()).expect("it runs");
        for option in [DescribeOption::Offsets, DescribeOption::Members, DescribeOption::State] {
            for verbose in [false, true] {
                let told = print::group(&group::describe(&world, "billing", option), verbose);
                let form = if verbose { " --verbose" } else { "" };
                said += &format!("at {seconds}s, {option:?}{form}:{}{}\n", told.out, told.err);
            }
        }
    }
    insta::with_settings!({
        snapshot_path => concat!(env!("CARGO_MANIFEST_DIR"), "/snapshots"), prepend_module_to_snapshot => false, omit_expression => true
    }, { insta::assert_snapshot!("share_group_described", said) });
}
