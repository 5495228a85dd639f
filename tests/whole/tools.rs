//! `show` prints what Kafka's own tools print: held against what they really printed, asked of a real
//! cluster in the same situation. Only ids, addresses, times and checksums are masked, and the tools'
//! logging was off (with Kafka's own `tools-log4j2.yaml` they also log to standard error).

use std::process::Command;

use kafkasim::protocol::ids::{Offset, Tp};
use kafkasim::run::Run;
use kafkasim::scenario::{self, Override, ScenarioText};
use kafkasim::sim::time::Nanos;
use kafkasim::tools::group::DescribeOption;
use kafkasim::tools::print::{self, ToolOutput};
use kafkasim::tools::{group, log, producers, transactions};
use kafkasim::world::World;

macro_rules! recorded {
    ($name:literal) => {
        include_str!(concat!("../tools/", $name, ".txt"))
    };
}

fn world(text: &str, changes: &[&str], seconds: u64) -> World {
    let source = ScenarioText::new("tools.yaml", text);
    let changes: Vec<Override> = changes.iter().map(|change| Override::new(*change)).collect();
    let (scenario, _) = scenario::parse(&source, &changes).expect("it is sound");
    Run::new(&scenario, scenario.seed).replay_to(Nanos::from_secs(seconds), &mut ()).expect("it runs")
}

fn cluster() -> World {
    world(include_str!("../tools/cluster.yaml"), &[], 30)
}

// --- masks -------------------------------------------------------------------------------------

/// Whether the last 36 characters of a word are a UUID.
fn ends_in_uuid(word: &str) -> bool {
    let Some(tail) = word.len().checked_sub(36).and_then(|at| word.get(at..)) else { return false };
    let dashes = [8, 13, 18, 23];
    tail.char_indices().all(|(i, c)| if dashes.contains(&i) { c == '-' } else { c.is_ascii_hexdigit() })
}

/// A cell of a table: an address, and the blanks that fill its column, become a word.
fn mask_cell(word: &str, blanks: usize) -> (String, usize) {
    let address = |text: &str| text.split('.').count() == 4 && text.split('.').all(|part| part.parse::<u8>().is_ok());
    if word.strip_prefix('/').is_some_and(address) {
        assert!(word.len() + blanks >= 16 || blanks == 0, "the column is 15 wide: {word:?} and {blanks} blanks");
        return ("<host>".into(), usize::from(blanks > 0));
    }
    if word.split_once(':').is_some_and(|(host, port)| address(host) && port.parse::<u16>().is_ok()) {
        return ("<broker>".into(), blanks);
    }
    if word.starts_with('(') && word.ends_with(')') && word.len() == 3 {
        return ("(<id>)".into(), 1);
    }
    if ends_in_uuid(word) {
        return (format!("{}<uuid>", &word[..word.len() - 36]), blanks);
    }
    (word.into(), blanks)
}

fn mask_table(text: &str) -> String {
    let mut out = String::new();
    for line in text.split_inclusive('\n') {
        let mut rest = line.trim_end_matches('\n');
        while !rest.is_empty() {
            let word = rest.split(' ').next().unwrap_or_default();
            let after = &rest[word.len()..];
            let blanks = after.len() - after.trim_start_matches(' ').len();
            let (masked, kept) = mask_cell(word, blanks);
            out += &masked;
            out += &" ".repeat(kept);
            rest = &after[blanks..];
        }
        out += if line.ends_with('\n') { "\n" } else { "" };
    }
    out
}

/// The word behind each of these names becomes a mask.
fn mask_after(text: &str, names: &[&str]) -> String {
    let mut out = text.to_string();
    for name in names {
        let mut parts = out.split(name);
        let mut masked = parts.next().unwrap_or_default().to_string();
        for part in parts {
            let end = part.find([' ', '\t', '\n', ',', '}', ')']).unwrap_or(part.len());
            masked += &format!("{name}<masked>{}", &part[end..]);
        }
        out = masked;
    }
    out
}

/// Ids of members inside JSON.
fn mask_json_ids(text: &str) -> String {
    let mut out = String::new();
    for part in text.split_inclusive('"') {
        let word = part.trim_end_matches('"');
        match word {
            _ if ends_in_uuid(word) => out += &format!("{}<uuid>", &word[..word.len() - 36]),
            _ if word.starts_with('/') && word.split('.').count() == 4 => out += "<host>",
            _ => out += word,
        }
        out += if part.ends_with('"') { "\"" } else { "" };
    }
    out
}

/// Java's stack frames are nobody's format.
fn without_frames(text: &str) -> String {
    text.lines()
        .filter(|line| !line.starts_with("\tat ") && !line.starts_with("\t... "))
        .map(|l| format!("{l}\n"))
        .collect()
}

const NUMBERS: [&str; 5] = ["deadlineMs=", "tries=", "nextAllowedTryMs=", "timed out at ", "after "];

// --- tables ------------------------------------------------------------------------------------

/// Which member comes first depends on the hash of its id, and that is random.
fn by_member(text: &str) -> String {
    let mut lines: Vec<&str> = text.lines().collect();
    let heading = lines.len().min(2);
    lines[heading..].sort_by_key(|line| line.split(' ').find(|word| word.ends_with("<uuid>")));
    lines.join("\n")
}

#[track_caller]
fn same_table(answer: ToolOutput, out: &str, err: &str) {
    let mask = |text: &str| by_member(&mask_table(text));
    assert_eq!(answer.out.ends_with('\n'), out.ends_with('\n'));
    assert_eq!(mask(&answer.out), mask(out), "\nours:\n{}\nKafka's:\n{out}", answer.out);
    assert_eq!(answer.err, err);
    assert!(!answer.failed, "the tool exits with 0");
}

fn topics(world: &World, only: Option<&str>) -> ToolOutput {
    print::topics(&kafkasim::tools::topics::describe(world, only))
}

fn describe(world: &World, name: &str, form: DescribeOption, verbose: bool) -> ToolOutput {
    print::group(&group::describe(world, name, form), verbose)
}

#[test]
fn groups() {
    let world = cluster();
    same_table(describe(&world, "billing", DescribeOption::Offsets, false), recorded!("group"), "");
    same_table(describe(&world, "billing", DescribeOption::Offsets, true), recorded!("group-verbose"), "");
    same_table(describe(&world, "billing", DescribeOption::Members, false), recorded!("members"), "");
    same_table(describe(&world, "billing", DescribeOption::Members, true), recorded!("members-verbose"), "");
    same_table(describe(&world, "billing", DescribeOption::State, false), recorded!("state"), "");
    same_table(describe(&world, "billing", DescribeOption::State, true), recorded!("state-verbose"), "");
}

#[test]
fn a_group_without_members() {
    let world = cluster();
    same_table(
        describe(&world, "audit", DescribeOption::Members, false),
        recorded!("empty-members"),
        recorded!("empty-members.err"),
    );
    same_table(
        describe(&world, "audit", DescribeOption::State, false),
        recorded!("empty-state"),
        recorded!("empty-state.err"),
    );
    // Its offsets are still there, and nobody's.
    let err = recorded!("empty-group.err");
    same_table(describe(&world, "audit", DescribeOption::Offsets, false), recorded!("empty-group"), err);
    same_table(describe(&world, "audit", DescribeOption::Offsets, true), recorded!("empty-group-verbose"), err);
}

#[test]
fn a_group_that_is_not_there() {
    let answer = describe(&cluster(), "nobody", DescribeOption::Offsets, false);
    assert_eq!(answer.out, recorded!("unknown-group"));
    assert_eq!(answer.err, without_frames(recorded!("unknown-group.err")));
    assert!(!answer.failed, "the tool exits with 0");
}

#[test]
fn all_topics() {
    let world = cluster();
    let ours = topics(&world, None);
    // Where the controller puts the offsets topic is its own choice.
    let chosen = ["TopicId: ", "__consumer_offsets\tPartition: 0\tLeader: "];
    let mask = |text: &str| -> String {
        let masked = mask_after(text, &chosen);
        let line = |line: &str| match line.split_once("Leader: <masked>") {
            Some((before, _)) => format!("{before}\n"),
            None => format!("{line}\n"),
        };
        masked.lines().map(line).collect()
    };
    assert_eq!(mask(&ours.out), mask(recorded!("topics")));
    assert_eq!((ours.err.as_str(), ours.failed), ("", false));
}

#[test]
fn a_topic_that_is_not_there() {
    let answer = topics(&cluster(), Some("nothing"));
    assert_eq!((answer.out.as_str(), answer.failed), (recorded!("unknown-topic"), true));
}

// --- versions ----------------------------------------------------------------------------------

fn under(version: &str, seconds: u64) -> World {
    world(include_str!("../tools/versions.yaml"), &[&format!("kafka.version={version}")], seconds)
}

/// Rows in the order of a hash map in 4.0 (KAFKA-19435), partitions as texts, an `Optional` that shows.
#[test]
fn groups_and_an_unknown_topic_as_each_version_prints_them() {
    let versions = [
        (
            "4.0",
            recorded!("versions-group-4.0"),
            recorded!("versions-members-verbose-4.0"),
            recorded!("versions-unknown-topic-4.0"),
        ),
        (
            "4.4",
            recorded!("versions-group-4.4"),
            recorded!("versions-members-verbose-4.4"),
            recorded!("versions-unknown-topic-4.4"),
        ),
    ];
    for (version, group, members, unknown) in versions {
        let world = under(version, 20);
        let ours = describe(&world, "billing", DescribeOption::Offsets, false);
        assert_eq!(mask_table(&ours.out), mask_table(group), "{version}");
        same_table(describe(&world, "billing", DescribeOption::Members, true), members, "");
        assert_eq!(topics(&world, Some("nothing")).out, unknown);
    }
}

/// min.insync.replicas is a config of the cluster where there are eligible leader replicas, and so not a default.
#[test]
fn topics_as_each_version_prints_them() {
    let versions = [
        ("4.0", recorded!("versions-topics-4.0"), recorded!("versions-one-topic-later-4.0")),
        ("4.4", recorded!("versions-topics-4.4"), recorded!("versions-one-topic-later-4.4")),
    ];
    for (version, all, later) in versions {
        // Where the recorder's own topic was put is the controller's choice.
        let mask = |text: &str| mask_after(text, &["TopicId: ", "Topic: warm\tPartition: 0\tLeader: ", "\tReplicas: "]);
        let ours = topics(&under(version, 20), None).out;
        let ours: String =
            ours.lines().filter(|l| !l.contains("__consumer_offsets")).map(|l| format!("{l}\n")).collect();
        let cut = |text: &str| -> String {
            let line = |line: &str| match line.split_once("Topic: warm\tPartition") {
                Some(_) => String::new(),
                None => format!("{line}\n"),
            };
            mask(text).lines().map(line).collect()
        };
        assert_eq!(cut(&ours), cut(all), "{version}");
        let ours = topics(&under(version, 60), Some("orders")).out;
        assert_eq!(mask(&ours), mask(later), "{version}");
    }
}

// --- in vain -----------------------------------------------------------------------------------

/// Broker 1 to 3, whichever has the offsets topic (and therefore coordinates), and one that has not.
fn coordinator(world: &World) -> (u8, u8) {
    let state = describe(world, "ga", DescribeOption::State, false).out;
    let id = state.split_once('(').and_then(|_| state.rsplit_once('(')).expect("it is named").1;
    let id: u8 = id.chars().next().and_then(|c| c.to_digit(10)).expect("a broker") as u8;
    (id, if id == 1 { 2 } else { 1 })
}

fn crashes(brokers: &[u8]) -> String {
    let crash = |broker: &u8| format!("{{at: 12s, crash: {{broker: broker {broker}, restart.after: 1h}}}}");
    format!("faults=[{}]", brokers.iter().map(crash).collect::<Vec<_>>().join(", "))
}

fn failing(brokers: &[u8], seconds: u64) -> World {
    world(include_str!("../tools/failing.yaml"), &[&crashes(brokers)], seconds)
}

#[track_caller]
fn same_failure(answer: &ToolOutput, out: &str, err: &str) {
    let mask = |text: &str| mask_after(&without_frames(text), &NUMBERS);
    assert_eq!(mask(&answer.out), mask(out));
    // Why the last try failed depends on the moment.
    let theirs: String = mask(err)
        .lines()
        .filter(|line| !line.contains("DisconnectException"))
        .map(|line| format!("{line}\n"))
        .collect();
    assert_eq!(mask(&answer.err), theirs);
    assert!(!answer.failed, "the tool exits with 0");
}

#[test]
fn without_a_leader_there_is_no_table() {
    let (_, other) = coordinator(&world(include_str!("../tools/failing.yaml"), &[], 11));
    let name = ["ga", "gb", "gc"][usize::from(other) - 1];
    let world = failing(&[other], 30);
    let answer = describe(&world, name, DescribeOption::Offsets, false);
    same_failure(&answer, recorded!("no-leader-group"), recorded!("no-leader-group.err"));
    // Who asks for members and state alone gets them.
    let renamed = |text: &str| text.replace("gb", name);
    same_table(describe(&world, name, DescribeOption::State, false), &renamed(recorded!("no-leader-state")), "");
    same_table(describe(&world, name, DescribeOption::Members, false), &renamed(recorded!("no-leader-members")), "");
    assert!(topics(&world, None).out.contains("\tLeader: none\t"));
}

#[test]
fn without_a_coordinator_there_is_no_answer() {
    let (id, _) = coordinator(&world(include_str!("../tools/failing.yaml"), &[], 11));
    let world = failing(&[id], 30);
    let offsets = describe(&world, "ga", DescribeOption::Offsets, false);
    same_failure(&offsets, recorded!("no-coordinator-group"), recorded!("no-coordinator-group.err"));
    let state = describe(&world, "ga", DescribeOption::State, false);
    same_failure(&state, recorded!("no-coordinator-state"), recorded!("no-coordinator-state.err"));
    let members = describe(&world, "ga", DescribeOption::Members, false);
    same_failure(&members, recorded!("no-coordinator-members"), recorded!("no-coordinator-members.err"));
    // There is but one partition of offsets: nor does anybody coordinate a group that never was.
    let unknown = describe(&world, "nobody", DescribeOption::Offsets, false);
    same_failure(&unknown, recorded!("no-coordinator-group"), recorded!("no-coordinator-group.err"));
}

/// A broker is dead, and until its session ends the controller takes it for a leader still.
#[test]
fn a_dead_broker_is_named_and_does_not_answer() {
    let (id, other) = coordinator(&world(include_str!("../tools/failing.yaml"), &[], 11));
    let dead = failing(&[id], 13);
    let offsets = describe(&dead, "ga", DescribeOption::Offsets, false);
    same_failure(&offsets, recorded!("dead-coordinator-group"), recorded!("dead-coordinator-group.err"));
    let members = describe(&dead, "ga", DescribeOption::Members, false);
    same_failure(&members, recorded!("dead-coordinator-members"), recorded!("dead-coordinator-members.err"));
    let state = describe(&dead, "ga", DescribeOption::State, false);
    same_failure(&state, recorded!("dead-coordinator-state"), recorded!("dead-coordinator-state.err"));
    // So it is, too, for a group that never was.
    assert_eq!(describe(&dead, "nobody", DescribeOption::Offsets, false), offsets);

    let name = ["ga", "gb", "gc"][usize::from(other) - 1];
    let dead = failing(&[other], 13);
    let offsets = describe(&dead, name, DescribeOption::Offsets, false);
    same_failure(&offsets, recorded!("dead-leader-group"), recorded!("dead-leader-group.err"));
    let members = recorded!("dead-leader-members").replace("g1", name);
    same_table(describe(&dead, name, DescribeOption::Members, false), &members, "");
}

#[test]
fn without_a_broker_nobody_is_asked() {
    // Before the controller notices, and after.
    for seconds in [13, 30] {
        let world = failing(&[1, 2, 3], seconds);
        let all = topics(&world, None);
        assert_eq!((all.out.as_str(), all.err.as_str()), (recorded!("no-broker-topics"), ""));
        assert!(all.failed, "the tool exits with 1");
        assert_eq!(topics(&world, Some("one")), all);
        assert_eq!(topics(&world, Some("nothing")), all);

        let offsets = describe(&world, "ga", DescribeOption::Offsets, false);
        same_failure(&offsets, recorded!("no-broker-group"), recorded!("no-broker-group.err"));
        let members = describe(&world, "ga", DescribeOption::Members, false);
        same_failure(&members, recorded!("no-broker-members"), recorded!("no-broker-members.err"));
        let state = describe(&world, "ga", DescribeOption::State, false);
        same_failure(&state, recorded!("no-broker-state"), recorded!("no-broker-state.err"));
        let unknown = describe(&world, "nobody", DescribeOption::Offsets, false);
        same_failure(&unknown, recorded!("no-broker-unknown-group"), recorded!("no-broker-unknown-group.err"));
    }
}

// --- logs --------------------------------------------------------------------------------------

fn dump(world: &World, topic: &str, number: u32) -> ToolOutput {
    let tp = world.setup().catalog.tp(topic, number).expect("it is there");
    dump_of(world, tp)
}
fn dump_of(world: &World, tp: Tp) -> ToolOutput {
    let request = log::DumpRequest { broker: None, tp, from: Offset(0), limit: 1000 };
    print::log(&log::dump(world, request).expect("its leader is up"))
}

#[test]
fn a_log_of_records() {
    let mask = |text: &str| mask_after(text, &["producerId: ", "CreateTime: ", "crc: "]);
    let answer = dump(&cluster(), "orders", 0);
    assert_eq!(mask(&answer.out), mask(recorded!("log-orders")));
    // Replicas show the same, checksums too.
    let world = cluster();
    let tp = world.setup().catalog.tp("orders", 0).expect("it is there");
    let of = |id: u8| {
        let broker = Some(kafkasim::protocol::ids::BrokerId(id));
        let request = log::DumpRequest { broker, tp, from: Offset(0), limit: 1000 };
        print::log(&log::dump(&world, request).expect("it has a replica")).out.replace(&format!("data-{id}/"), "")
    };
    assert_eq!(of(1), of(3));
}

/// Lines of the coordinator's log that are about the same, size by size.
#[test]
fn a_log_of_the_coordinator() {
    let ours = dump(&cluster(), "__consumer_offsets", 0).out;
    let mask = |line: &str| {
        let line = mask_after(line, &["offset: ", "CreateTime: ", "currentStateTimestamp\":", "commitTimestamp\":"]);
        mask_json_ids(&line)
    };
    // A group's value has the addresses of its members in it: ours are as long as they are.
    let find = |text: &'static str, what: &str| {
        text.lines().find(|line| line.contains(what)).unwrap_or_else(|| panic!("no {what}")).to_owned()
    };
    let ours: &'static str = ours.leak();
    for what in [
        r#"key: {"type":"2","data":{"group":"billing"}} payload: {"version":"3","data":{"protocolType":"","#,
        r#"key: {"type":"1","data":{"group":"billing","topic":"orders","partition":0}} payload"#,
    ] {
        let trim = |line: String| mask_after(&mask(&line), &["\"offset\":", "\"leaderEpoch\":", "sequence: "]);
        assert_eq!(trim(find(ours, what)), trim(find(recorded!("log-offsets"), what)));
    }
    let generation =
        r#"{"group":"billing"}} payload: {"version":"3","data":{"protocolType":"consumer","generation":1,"#;
    let (mine, theirs) = (find(ours, generation), find(recorded!("log-offsets"), generation));
    let sized = |line: &str| mask_after(&mask(line), &["valueSize: "]);
    assert_eq!(sized(&mine), sized(&theirs));
    let size = |line: &str| -> usize {
        let after = line.split_once("valueSize: ").expect("it has one").1;
        after.split(' ').next().and_then(|n| n.parse().ok()).expect("a number")
    };
    let hosts = |line: &str| -> usize {
        line.split("\"clientHost\":\"").skip(1).map(|rest| rest.find('"').expect("quoted")).sum()
    };
    assert_eq!(size(&mine) - hosts(&mine), size(&theirs) - hosts(&theirs));
    // Batches are numbered from 0 on, without a producer id.
    let batch = ours.lines().nth(2).expect("a batch");
    assert!(batch.contains("baseSequence: 0 lastSequence: 0 producerId: -1 producerEpoch: -1"), "{batch}");
    assert!(batch.ends_with(" isvalid: true"), "{batch}");
}

// --- transactions -----------------------------------------------------------------------------

fn transactions_world(changes: &[&str]) -> World {
    world(include_str!("../tools/transactions.yaml"), changes, 30)
}

/// Columns whose numbers are a cluster's own: where replicas were placed, how many transactions a producer had, and when.
const OF_ITS_OWN: &[&str] = &[
    "Coordinator",
    "CoordinatorId",
    "ProducerEpoch",
    "CurrentTransactionStartTimeMs",
    "TransactionDurationMs",
    "LastTimestamp",
    "Duration(min)",
];

/// Numbers in these columns, as wide as they are.
fn mask_columns(table: &str, columns: &[&str]) -> String {
    let names: Vec<&str> = table.lines().next().into_iter().flat_map(|head| head.split('\t')).map(str::trim).collect();
    let cell = |(at, cell): (usize, &str)| match cell.trim_end().parse::<i64>() {
        Ok(_) if names.get(at).is_some_and(|name| columns.contains(name)) => format!("{:<1$}", "<n>", cell.len()),
        _ => cell.to_owned(),
    };
    let line = |line: &str| line.split('\t').enumerate().map(cell).collect::<Vec<_>>().join("\t");
    table.lines().map(|text| line(text) + "\n").collect()
}

#[track_caller]
fn same_values(ours: &str, theirs: &str) {
    let (masked, expected) = (mask_columns(ours, OF_ITS_OWN), mask_columns(theirs, OF_ITS_OWN));
    assert_eq!(masked, expected, "\nours:\n{ours}\nKafka's:\n{theirs}");
}

#[test]
fn transactions_and_producers() {
    let world = transactions_world(&[]);
    let listed = transactions::list(&world).expect("brokers are up");
    same_values(&print::transactions(&listed), recorded!("transactions-list2"));
    let described = |world: &World, id| print::transaction(&transactions::describe(world, id).expect("it is known"));
    same_values(&described(&world, "billing"), recorded!("transactions-describe"));
    same_values(&described(&world, "zombie"), recorded!("transactions-describe2"));
    let tp = world.setup().catalog.tp("orders", 0).expect("it is there");
    let known = producers::describe(&world, tp, None).expect("its leader is up");
    same_values(&print::producers(&known), recorded!("transactions-producers2"));
    let hanging = transactions::find_hanging(&world, None, Nanos::from_secs(900)).expect("brokers are up");
    same_values(&print::hanging_transactions(&hanging), recorded!("transactions-hanging"));
}

/// The first line of each state, in the form of each release.
#[test]
fn a_log_of_the_transaction_coordinator() {
    let names = [
        "offset: ",
        "CreateTime: ",
        "roducerId\":",
        "roducerEpoch\":",
        "TimestampMs\":",
        "producerId:",
        "producerEpoch:",
        "Timestamp=",
    ];
    let of_billing = |text: &str| -> Vec<String> {
        text.lines()
            .filter(|line| line.contains("billing"))
            // Their first transaction grew to a second partition.
            .filter(|line| {
                !line.contains("[0,1]") && !line.contains("orders-1") && !line.contains("__consumer_offsets")
            })
            .map(|line| mask_after(line, &names))
            .collect()
    };
    let theirs = of_billing(recorded!("transactions-log-4.4"));
    let ours = of_billing(&dump(&transactions_world(&[]), "__transaction_state", 0).out);
    for state in ["Empty", "Ongoing", "CompleteCommit"] {
        let find = |lines: &[String]| lines.iter().find(|line| line.contains(&format!("\"{state}\""))).cloned();
        assert_eq!(find(&ours).expect(state), find(&theirs).expect(state));
    }
    // Of three forms this is the oldest; between them the state is a number.
    let theirs = of_billing(recorded!("transactions-log-4.0"));
    let ours = of_billing(&dump(&transactions_world(&["kafka.version=4.0"]), "__transaction_state", 0).out);
    for state in ["Empty", "Ongoing", "CompleteCommit"] {
        let find = |lines: &[String]| lines.iter().find(|line| line.contains(&format!("state={state},"))).cloned();
        assert_eq!(find(&ours).expect(state), find(&theirs).expect(state));
    }
    let between = dump(&transactions_world(&["kafka.version=4.1"]), "__transaction_state", 0).out;
    assert!(between.contains("\"transactionStatus\":1,\"transactionPartitions\":[{\"topic\":\"orders\""), "{between}");
}

/// Behind a segment comes its index, if some transaction was aborted.
#[test]
fn aborted_transactions_are_listed_behind_the_log() {
    let said = dump(&transactions_world(&[]), "orders", 0).out;
    let (_, index) =
        said.split_once("Dumping /var/lib/kafka/data-1/orders-0/00000000000000000000.txnindex\n").expect("it");
    assert!(index.starts_with("version: 0 producerId: "), "{index}");
    let first = said.lines().find(|line| line.contains("endTxnMarker: ABORT")).expect("one was aborted");
    let at = first.split(' ').nth(2).expect("its offset");
    assert!(index.contains(&format!("lastOffset: {at} lastStableOffset: ")), "{index}");
    assert!(!dump(&cluster(), "orders", 0).out.contains("txnindex"));
}

#[test]
fn transactions_are_asked_for_in_vain() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/tools/transactions.yaml");
    let (code, out, err) = show(&["transactions", file, "--at", "30s", "--transactional-id", "nobody"]);
    assert_eq!((code, out.as_str()), (Some(1), ""));
    assert!(err.starts_with(recorded!("transactions-describe-none.err")), "{err}");

    // Somebody is dead, and the controller does not know it yet.
    let dead = transactions_world(&["faults=[{at: 27s, crash: {broker: broker 2, restart.after: 1h}}]"]);
    let said = |world: &World| {
        let error = transactions::list(world).expect_err("a broker does not answer");
        print::transactions_failed("list transactions", print::LIST_TRANSACTIONS, &error)
    };
    let why = |call: &str| {
        format!(
            "Failed to list transactions: Timed out waiting for a node assignment. Call: listTransactions(api={call}). \
             Enable debug logging for additional detail.\n"
        )
    };
    assert_eq!((said(&dead).err, said(&dead).failed), (why("LIST_TRANSACTIONS"), true));
    // All are.
    let all = |id: u8| format!("{{at: 20s, crash: {{broker: broker {id}, restart.after: 1h}}}}");
    let nobody = transactions_world(&[&format!("faults=[{}, {}, {}]", all(1), all(2), all(3))]);
    assert_eq!(said(&nobody).err, why("METADATA"));
    // Once the controller knows, the others answer.
    let known = transactions_world(&["faults=[{at: 15s, crash: {broker: broker 2, restart.after: 1h}}]"]);
    assert!(transactions::list(&known).is_ok());
}

/// The cure of a transaction that hangs: whoever reads what is committed goes on.
#[test]
fn an_administrator_ends_a_transaction() {
    let open = "producers.billing.transaction.pause=1h";
    let end = "faults=[{at: 20s, abort.transaction: orders-0}, {at: 25s, abort.transaction: orders-0}]";
    let stable = |world: &World| -> Option<Offset> {
        let tp = world.setup().catalog.tp("orders", 0)?;
        let known = producers::describe(world, tp, None).ok()?;
        known.iter().find_map(|known| known.current_transaction_start_offset)
    };
    assert!(stable(&transactions_world(&[open, "faults=[]"])).is_some());
    let ended = transactions_world(&[open, end]);
    assert_eq!(stable(&ended), None);
    let log = dump(&ended, "orders", 0).out;
    assert_eq!(log.matches("endTxnMarker: ABORT coordinatorEpoch: 0").count(), 3, "{log}");
}

// --- the command -------------------------------------------------------------------------------

fn show(args: &[&str]) -> (Option<i32>, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_kafkasim")).arg("show").args(args).output().expect("the binary runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

#[test]
fn warnings_go_to_standard_error_and_exit_codes_are_the_tools() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/tools/cluster.yaml");
    let (code, out, err) = show(&["group", file, "--group", "audit", "--state", "--at", "30s"]);
    assert_eq!((code, err.as_str()), (Some(0), recorded!("empty-state.err")));
    assert_eq!(mask_table(&out), mask_table(recorded!("empty-state")));

    let (code, out, err) = show(&["group", file, "--group", "biling", "--at", "30s"]);
    assert_eq!(code, Some(0));
    assert!(out.ends_with("GroupIdNotFoundException: Group biling not found.\n"), "{out}");
    assert!(err.contains("did you mean `billing`?"), "{err}");

    let (code, out, _) = show(&["topics", file, "--topic", "nothing", "--at", "30s"]);
    assert_eq!((code, out.as_str()), (Some(1), recorded!("unknown-topic")));

    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/tools/failing.yaml");
    let (code, out, err) = show(&["topics", file, "--at", "30s", "--set", &crashes(&[1, 2, 3])]);
    assert_eq!((code, out.as_str()), (Some(1), recorded!("no-broker-topics")));
    assert_eq!(err, "note: at 30.000s no broker is up\n");
}

/// Nothing happens at the very instant that was asked for; the run goes on all the same.
#[test]
fn a_moment_between_two_events_is_not_the_end() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/tools/cluster.yaml");
    let (code, _, err) = show(&["topics", file, "--at", "30000000001ns"]);
    assert_eq!((code, err.as_str()), (Some(0), ""));
    let (code, _, err) = show(&["topics", file, "--at", "9h"]);
    assert_eq!(code, Some(0));
    assert!(err.starts_with("note: the run is over at "), "{err}");
}

/// What is printed, as values.
#[test]
fn as_json_it_is_the_same() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/tools/cluster.yaml");
    let json = |args: &[&str]| -> (Option<i32>, serde_json::Value) {
        let (code, out, _) = show(&[args, &[file, "--at", "30s", "--format", "json"]].concat());
        (code, serde_json::from_str(&out).expect("one document"))
    };
    let world = cluster();

    let (code, document) = json(&["group", "--group", "billing"]);
    assert_eq!(
        (code, &document["at_ns"], &document["group"]["state"]),
        (Some(0), &30_000_000_000_u64.into(), &"Stable".into())
    );
    let text = describe(&world, "billing", DescribeOption::Offsets, true).out;
    let rows = document["group"]["offsets"].as_array().expect("rows");
    assert_eq!(rows.len(), text.lines().count() - 2);
    for (row, line) in rows.iter().zip(text.lines().skip(2)) {
        let said: Vec<String> = [
            &row["topic"],
            &row["partition"],
            &row["leader_epoch"],
            &row["offset"],
            &row["log_end_offset"],
            &row["lag"],
            &row["member"]["consumer_id"],
        ]
        .iter()
        .map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned).replace("null", "-"))
        .collect();
        assert_eq!(said, line.split_whitespace().skip(1).take(7).collect::<Vec<_>>());
    }

    let (_, document) = json(&["topics", "--topic", "orders"]);
    assert_eq!(document["topics"][0]["partitions"][0]["partition"], 0);
    let topic = &document["topics"][0];
    assert_eq!(topic["replication_factor"], topic["partitions"][0]["replicas"].as_array().expect("some").len());

    let (_, document) = json(&["log", "--partition", "__consumer_offsets-0", "--limit", "1000"]);
    let records = |file: &serde_json::Value| -> Vec<serde_json::Value> {
        let batches = file["batches"].as_array().expect("batches");
        batches.iter().flat_map(|batch| batch["records"].as_array().expect("a coordinator's").clone()).collect()
    };
    let records: Vec<serde_json::Value> =
        document["log"]["files"].as_array().expect("files").iter().flat_map(records).collect();
    assert_eq!(
        records.len(),
        dump(&world, "__consumer_offsets", 0).out.lines().filter(|l| l.starts_with("| ")).count()
    );
    assert!(
        records
            .iter()
            .any(|record| record["key"]["data"]["group"] == "billing" && record["payload"]["data"]["offset"].is_u64())
    );

    let (code, document) = json(&["topics", "--topic", "nothing"]);
    assert_eq!((code, &document["error"]["not_found"]["topic"]), (Some(1), &"nothing".into()));
    let (code, document) = json(&["group", "--group", "nobody"]);
    assert_eq!((code, &document["error"]["not_found"]["group"]), (Some(0), &"nobody".into()));
}
