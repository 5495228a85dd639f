//! `check` judges histories of real clusters without a false alarm, finds out what was falsified in
//! them, agrees with the judge of runs, and refuses what is no history.

use std::collections::BTreeSet;
use std::io::Write;
use std::process::{Command, Output, Stdio};
use std::sync::LazyLock;

use kafkasim::check::exchange::{ExchangeJudgement, judge};
use kafkasim::check::outcome::Outcome;
use kafkasim::history::exchange::Exchange;
use kafkasim::history::exchange::read::read;
use kafkasim::run::judged::judge_with;
use kafkasim::run::{Run, unwatched};
use kafkasim::scenario::{self, Override, embedded};
use proptest::prelude::*;
use serde_json::{Value, json};

/// Trimmed recordings of a real cluster: 4.0.0, three brokers.
const RECORDED: [(&str, &str); 4] = [
    ("acks1-stop", include_str!("../histories/acks1-stop.jsonl")),
    ("bounce", include_str!("../histories/bounce.jsonl")),
    ("retry-duplicates", include_str!("../histories/retry-duplicates.jsonl")),
    ("written", include_str!("../histories/written.jsonl")),
];

fn recorded(name: &str) -> &'static str {
    RECORDED.iter().find(|(known, _)| *known == name).expect("it was recorded").1
}

fn judged(text: &str) -> ExchangeJudgement {
    judge(&read(text.as_bytes()).expect("it is a history"))
}

fn violated(judgement: &ExchangeJudgement) -> BTreeSet<&'static str> {
    let broken = judgement.findings.iter().filter(|f| matches!(f.outcome, Outcome::Violated { .. }));
    broken.map(|f| f.invariant.id).collect()
}

#[test]
fn what_a_real_cluster_did_is_no_violation() {
    for (name, text) in RECORDED {
        let judgement = judged(text);
        assert!(violated(&judgement).is_empty(), "{name}: {:#?}", judgement.findings);
        assert!(judgement.ledger.acked > 100, "{name}");
    }
}

/// A leader stopped cleanly under acks=1: the header does not say so, the loss is told as a fact.
#[test]
fn a_loss_that_acks1_explains_is_a_fact_and_no_violation() {
    let judgement = judged(recorded("acks1-stop"));
    assert_eq!((judgement.ledger.lost_after_ack.count, judgement.ledger.acked), (36, 264));
    assert_eq!(judgement.ledger.lost_after_ack.first[0], "hasty/2876 (orders-0@2876)");
    let finding = judgement.finding("acked-all-durable").expect("it is checked");
    match &finding.outcome {
        Outcome::NotPromised { reason, broken: 36, .. } => {
            assert_eq!(reason, "acks unknown or 1, and the leader changed");
        }
        other => panic!("{other:?}"),
    }
    // With acks=all in the header the same loss is a violation.
    let told = recorded("acks1-stop").replacen(
        "\"options\":",
        "\"producers\":{\"hasty\":{\"acks\":\"all\",\"idempotent\":true}},\"options\":",
        1,
    );
    assert!(violated(&judged(&told)).contains("acked-all-durable"));
}

#[test]
fn duplicates_of_a_retry_are_a_fact_and_no_violation() {
    let judgement = judged(recorded("retry-duplicates"));
    assert_eq!(judgement.ledger.duplicated.count, 5);
    let group = &judgement.ledger.groups[0];
    assert_eq!((group.group.as_str(), group.repeated, group.never), ("shipping", 5, 0));
    let finding = judgement.finding("idempotent-no-dup").expect("it is checked");
    assert_eq!(finding.outcome.word(), "not promised");
}

// --- falsified ---------------------------------------------------------------------------------

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}
fn text(lines: &[Value]) -> String {
    lines.iter().map(|line| format!("{line}\n")).collect()
}
/// Changes the records of every poll that some client got.
fn polls(lines: &mut [Value], client: Option<&str>, mut change: impl FnMut(&mut Vec<Value>)) {
    for line in lines {
        let asked = line["f"] == "poll" && line["type"] == "ok" && client.is_none_or(|client| line["client"] == client);
        if asked && let Some(records) = line["records"].as_array_mut() {
            change(records);
        }
    }
}
const VICTIM: &str = "checkout/604";
const OTHER: &str = "checkout/627";

/// A history with one value in the middle of a partition's log, and another of the same partition.
fn bounce() -> Vec<Value> {
    let all = lines(recorded("bounce"));
    let place = |value: &str| {
        let ok = all.iter().find(|l| l["f"] == "send" && l["type"] == "ok" && l["records"][0]["value"] == value);
        ok.unwrap_or_else(|| panic!("no {value}"))["records"][0]["tp"].clone()
    };
    assert_eq!(place(VICTIM), place(OTHER), "they share a partition");
    all
}

#[test]
fn an_acknowledged_record_that_was_removed_is_missed() {
    for client in [None, Some("final-reader")] {
        let mut all = bounce();
        polls(&mut all, client, |records| records.retain(|r| r["value"] != VICTIM));
        let judgement = judged(&text(&all));
        let found = violated(&judgement);
        assert!(found.contains("acked-all-durable"), "{client:?}: {found:?}");
        assert!(judgement.ledger.lost_after_ack.first[0].starts_with(VICTIM));
    }
}

#[test]
fn a_record_that_was_doubled_is_noticed() {
    // At the end of the log.
    let mut all = bounce();
    let tp = json!("orders-0");
    let mut end = 0;
    polls(&mut all, Some("final-reader"), |records| {
        end = records.iter().filter(|r| r["tp"] == tp).filter_map(|r| r["offset"].as_i64()).fold(end, i64::max);
    });
    let mut put = false;
    polls(&mut all, Some("final-reader"), |records| {
        if let Some(at) = records.iter().position(|r| r["tp"] == tp && r["offset"] == end).filter(|_| !put) {
            let value = records[0]["value"].clone();
            records.insert(at + 1, json!({ "tp": tp, "offset": end + 1, "value": value }));
            put = true;
        }
    });
    assert!(put && violated(&judged(&text(&all))).contains("idempotent-no-dup"));

    // Twice in one poll, at the same offset.
    let mut all = bounce();
    polls(&mut all, Some("billing-0"), |records| {
        if let Some(at) = records.iter().position(|r| r["value"] == VICTIM) {
            records.insert(at, records[at].clone());
        }
    });
    assert!(violated(&judged(&text(&all))).contains("position-monotonic"));

    // Over another one.
    let mut all = bounce();
    polls(&mut all, None, |records| {
        records.iter_mut().filter(|r| r["value"] == OTHER).for_each(|r| r["value"] = json!(VICTIM));
    });
    let found = judged(&text(&all));
    assert!(violated(&found).contains("acked-all-durable"), "{found:#?}");
    assert_eq!(found.ledger.duplicated.count, 1);
}

#[test]
fn two_records_that_were_swapped_are_noticed() {
    let swap = |records: &mut Vec<Value>| {
        for record in records {
            if record["value"] == VICTIM {
                record["value"] = json!(OTHER)
            } else if record["value"] == OTHER {
                record["value"] = json!(VICTIM)
            }
        }
    };
    for client in [None, Some("final-reader"), Some("billing-0")] {
        let mut all = bounce();
        polls(&mut all, client, swap);
        let found = judged(&text(&all));
        let named = if client == Some("billing-0") { "repeatable-read" } else { "ack-offset-truth" };
        assert!(violated(&found).contains(named), "{client:?}: {:?}", violated(&found));
    }
    // In the acknowledgements too: then the order alone tells.
    let mut all = bounce();
    polls(&mut all, None, swap);
    for line in all.iter_mut().filter(|l| l["f"] == "send" && l["type"] == "ok") {
        let (mine, theirs) = match line["records"][0]["value"].as_str() {
            Some(VICTIM) => (VICTIM, OTHER),
            Some(OTHER) => (OTHER, VICTIM),
            _ => continue,
        };
        let original = lines(recorded("bounce"));
        let there = original
            .iter()
            .find(|l| l["f"] == "send" && l["type"] == "ok" && l["records"][0]["value"] == theirs)
            .expect("it was acknowledged");
        line["records"][0]["offset"] = there["records"][0]["offset"].clone();
        assert_eq!(line["records"][0]["value"], mine);
    }
    assert_eq!(violated(&judged(&text(&all))), BTreeSet::from(["idempotent-order"]));
}

#[test]
fn an_offset_that_was_committed_too_far_is_noticed() {
    for by in [1, 1000] {
        let mut all = bounce();
        let commits: Vec<usize> = (0..all.len()).filter(|i| all[*i]["f"] == "commit").collect();
        let op = all[commits[commits.len() / 2]]["op"].clone();
        for line in all.iter_mut().filter(|l| l["f"] == "commit" && l["op"] == op) {
            for offset in line["offsets"].as_object_mut().expect("offsets").values_mut() {
                *offset = json!(offset.as_i64().expect("a number") + by);
            }
        }
        let found = violated(&judged(&text(&all)));
        assert!(found.contains("commit-le-position"), "by {by}: {found:?}");
    }
}

/// What else can be wrong with a history, and what it is called.
#[test]
fn every_other_lie_has_a_name() {
    type Lie = fn(&mut Vec<Value>);
    let lies: [(&str, Lie); 11] = [
        ("no-phantom", |all| {
            polls(all, None, |records| {
                records.iter_mut().filter(|r| r["value"] == VICTIM).for_each(|r| r["value"] = json!("nobody/1"));
            })
        }),
        ("definite-fail-absent", |all| {
            let ok = all.iter_mut().find(|l| l["type"] == "ok" && l["records"][0]["value"] == VICTIM).expect("acked");
            ok["type"] = json!("fail");
            ok.as_object_mut().expect("an object").remove("records");
        }),
        ("position-no-skip", |all| polls(all, Some("billing-0"), |records| records.retain(|r| r["value"] != VICTIM))),
        ("at-least-once", |all| polls(all, Some("billing-0"), |records| records.retain(|r| r["value"] != VICTIM))),
        ("epoch-monotonic", |all| {
            let last = all.iter_mut().rfind(|l| l["obs"] == "partition" && l["tp"] == "orders-0").expect("seen");
            last["epoch"] = json!(0);
        }),
        ("leader-per-epoch", |all| {
            let last = all.iter_mut().rfind(|l| l["obs"] == "partition" && l["tp"] == "orders-1").expect("seen");
            last["leader"] = json!(3);
        }),
        ("hw-le-leo", |all| {
            let t = all.last().expect("lines")["t"].clone();
            all.push(json!({ "t": t, "obs": "log", "broker": 2, "tp": "orders-0", "start": 0, "hw": 9, "leo": 8 }));
        }),
        ("generation-monotonic", |all| {
            let t = all.last().expect("lines")["t"].clone();
            for generation in [5, 4] {
                all.push(
                    json!({ "t": t, "obs": "group", "group": "billing", "state": "Stable", "generation": generation }),
                );
            }
        }),
        ("assignment-disjoint", |all| {
            let t = all.last().expect("lines")["t"].clone();
            let members = json!({ "billing-0": ["orders-0"], "billing-1": ["orders-0"] });
            all.push(json!({ "t": t, "obs": "group", "group": "billing", "state": "Stable", "members": members }));
        }),
        // Processed twice by a group that the header says commits before it processes.
        ("at-most-once", |all| {
            all[0]["groups"] = json!({ "billing": { "members": ["billing-0"], "commit": "sync-before-processing" } });
            let t = all.last().expect("lines")["t"].clone();
            for (op, kind) in [(90_001, "invoke"), (90_001, "ok"), (90_002, "invoke"), (90_002, "ok")] {
                all.push(json!({ "t": t, "client": "billing-0", "op": op, "type": kind, "f": "effect", "value": VICTIM, "sink": "billing" }));
            }
        }),
        ("commit-monotonic", |all| {
            let last = all.iter().rposition(|l| l["f"] == "commit" && l["type"] == "ok").expect("committed");
            let op = all[last]["op"].clone();
            for line in all.iter_mut().filter(|l| l["f"] == "commit" && l["op"] == op) {
                for offset in line["offsets"].as_object_mut().expect("offsets").values_mut() {
                    *offset = json!(1);
                }
            }
        }),
    ];
    for (name, lie) in lies {
        let mut all = bounce();
        lie(&mut all);
        let found = judged(&text(&all));
        assert!(violated(&found).contains(name), "{name}: {:?}", violated(&found));
    }
}

// --- simulated ---------------------------------------------------------------------------------

/// A scenario of the library, judged by its facts and by what its clients saw.
fn agree(name: &str, changes: &[&str]) -> ExchangeJudgement {
    let source = embedded::find(name).expect("it is in the library");
    let changes: Vec<Override> = changes.iter().map(|change| Override::new(*change)).collect();
    let (scenario, _) = scenario::parse(&source, &changes).expect("it is sound");
    let run = Run::new(&scenario, scenario.seed);
    let mut written = Vec::new();
    let mut exchange = Exchange::new(&mut written, run.setup().clone());
    let report = judge_with(&run, &mut exchange, &mut unwatched).expect("the simulator has no bug here");
    exchange.finish().expect("memory does not fail");
    let judgement = judge(&read(written.as_slice()).expect("it is a history"));
    let (facts, seen) = (&report.judgement.ledger, &judgement.ledger);
    assert_eq!(
        (seen.acked, seen.in_the_log, seen.lost_after_ack.count, seen.duplicated.count, seen.out_of_order.count),
        (facts.acked, facts.in_the_log, facts.lost_after_ack, facts.duplicated, facts.out_of_order),
        "{name}: acked, in the log, lost, duplicated, out of order; {:#?}",
        judgement.findings
    );
    for (facts, seen) in facts.groups.iter().zip(&seen.groups) {
        assert_eq!((seen.once, seen.repeated), (facts.once, facts.repeated), "{name}: {}", seen.group);
    }
    assert!(violated(&judgement).is_empty(), "{name}: {:#?}", judgement.findings);
    judgement
}

/// Nothing lost, lost with acks=0 and acks=1, doubled, lost in an unclean election and in a
/// power failure: the two judges count alike.
#[test]
fn both_judges_count_alike() {
    let few = ["duration=20s", "producers.*.rate=100/s"];
    assert_eq!(agree("leader-crash", &few).ledger.lost_after_ack.count, 0);
    for (name, what) in [
        ("acks0-loss", "lost"),
        ("acks1-leader-crash", "lost"),
        ("retry-duplicates", "doubled"),
        ("reordering-in-flight", ""),
        ("unclean-election", "lost"),
        ("power-loss-all", "lost"),
        ("consumer-crash-duplicates", "processed again"),
    ] {
        let ledger = agree(name, &[]).ledger;
        let count = match what {
            "lost" => ledger.lost_after_ack.count,
            "doubled" => ledger.duplicated.count,
            // The counts are alike, whatever they are.
            "" => continue,
            _ => ledger.groups.iter().map(|g| g.repeated).sum(),
        };
        assert!(count > 0, "{name}: nothing was {what}");
    }
}

// --- the command -------------------------------------------------------------------------------

/// A short history of facts, from the command line.
static FACTS: LazyLock<String> = LazyLock::new(|| {
    let output = kafkasim(&["run", "leader-crash", "--until", "5s", "--no-plots", "--history", "-"], b"");
    String::from_utf8(output.stdout).expect("it is text")
});

fn kafkasim(args: &[&str], input: &[u8]) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_kafkasim"))
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary runs");
    // Who refuses its input early closes the pipe.
    let _ = child.stdin.take().expect("it is piped").write_all(input);
    child.wait_with_output().expect("it ends")
}

fn texts(output: &Output) -> (Option<i32>, String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

#[test]
fn the_command_judges_both_forms() {
    let (code, out, err) = texts(&kafkasim(&["check", "-", "--why"], recorded("acks1-stop").as_bytes()));
    assert_eq!((code, err.as_str()), (Some(0), ""), "{out}");
    assert!(out.contains("lost after ack 36 of 264 acknowledged"), "{out}");
    assert!(out.contains("why lost: the life of hasty/2876\n"), "{out}");
    assert!(out.contains("hears that it is acknowledged at orders-0@2876"), "{out}");

    let mut all = bounce();
    polls(&mut all, None, |records| records.retain(|r| r["value"] != VICTIM));
    let (code, out, _) = texts(&kafkasim(&["check", "-"], text(&all).as_bytes()));
    assert_eq!(code, Some(1), "{out}");
    assert!(out.contains("FAIL  R13 acked-all-durable"), "{out}");
}

#[test]
fn a_history_of_facts_carries_what_was_expected_and_how_to_run_it_again() {
    let (code, out, err) = texts(&kafkasim(&["check", "-"], FACTS.as_bytes()));
    // After five seconds no broker has died yet.
    assert!(matches!(code, Some(1 | 3)) && err.is_empty(), "{out}{err}");
    assert!(out.contains("expect sometimes leader-elected"), "{out}");
    assert!(out.contains("kafkasim run leader-crash"), "{out}");
    assert!(out.contains("--until 5s"), "{out}");
}

#[test]
fn every_form_of_output_is_whole() {
    for history in [recorded("bounce"), FACTS.as_str()] {
        let json = kafkasim(&["check", "-", "--format", "json"], history.as_bytes());
        let document: Value = serde_json::from_slice(&json.stdout).expect("one JSON document");
        assert!(document["ledger"]["acked"].as_u64().is_some_and(|n| n > 0) && document["verdict"].is_string());
        let junit = texts(&kafkasim(&["check", "-", "--format", "junit"], history.as_bytes())).1;
        assert!(junit.starts_with("<?xml") && junit.ends_with("</testsuites>\n"), "{junit}");
        let github = texts(&kafkasim(&["check", "-", "--format", "github"], history.as_bytes())).1;
        assert!(github.lines().all(|line| line.starts_with("::")), "{github}");
    }
}

/// What has no end is given up, with a message.
#[test]
fn what_has_no_end_is_refused() {
    let zeros = vec![0_u8; 17 << 20];
    let (code, out, err) = texts(&kafkasim(&["check", "-"], &zeros));
    assert_eq!((code, out.as_str()), (Some(2), ""), "{err}");
    assert!(err.contains("a line of more than 16 MiB") && err.contains("help: "), "{err}");
    if std::path::Path::new("/dev/zero").exists() {
        let (code, _, err) = texts(&kafkasim(&["check", "/dev/zero"], b""));
        assert_eq!(code, Some(2), "{err}");
        assert!(err.contains("--> /dev/zero:1"), "{err}");
    }
    let yes = "y\n".repeat(1 << 20);
    let (code, _, err) = texts(&kafkasim(&["check", "-"], yes.as_bytes()));
    assert_eq!(code, Some(2), "{err}");
}

// --- damaged -----------------------------------------------------------------------------------

/// The file with a header that was changed, and a checksum that fits it.
fn with_header(change: impl FnOnce(&mut Value)) -> String {
    let mut lines: Vec<String> = FACTS.lines().map(str::to_owned).collect();
    let mut header: Value = serde_json::from_str(&lines[0]).expect("a header");
    change(&mut header["setup"]);
    lines[0] = header.to_string();
    let mut closing: Value = serde_json::from_str(lines.last().expect("a closing line")).expect("JSON");
    let mut sum = xxhash_rust::xxh3::Xxh3::new();
    for line in &lines[..lines.len() - 1] {
        sum.update(line.as_bytes());
        sum.update(b"\n");
    }
    for pair in closing["causes"].as_array().into_iter().flatten() {
        for number in [&pair[0], &pair[1]] {
            sum.update(&number.as_u64().expect("a number").to_le_bytes());
        }
    }
    closing["checksum"] = json!(format!("{:016x}", sum.digest()));
    *lines.last_mut().expect("a closing line") = closing.to_string();
    lines.join("\n") + "\n"
}

/// Judging must not come to an end of its own: exit 101 or 70.
fn survives(text: &str) -> (Option<i32>, String) {
    let (code, _, err) = texts(&kafkasim(&["check", "-"], text.as_bytes()));
    assert!(matches!(code, Some(0..=3)), "{code:?}: {err}");
    (code, err)
}

#[test]
fn a_header_that_contradicts_itself_is_refused() {
    let whole = survives(&with_header(|_| ())).0;
    assert_ne!(whole, Some(2), "the header as it was");
    type Damage = fn(&mut Value);
    let damages: [Damage; 8] = [
        |s| s["catalog"]["topics"][0]["partitions"] = json!(4_000_000_000_u32),
        |s| s["catalog"]["topics"][1]["first"] = json!(2),
        |s| s["topics"] = json!([]),
        |s| s["consumers"][0]["node"] = json!(999),
        |s| s["consumers"][0]["group"] = json!(7),
        |s| s["producers"][0]["topic"] = json!(99),
        |s| s["catalog"]["nodes"] = json!([]),
        |s| s["catalog"]["nodes"][0]["role"] = json!({ "Broker": 9 }),
    ];
    for (number, damage) in damages.into_iter().enumerate() {
        let (code, err) = survives(&with_header(damage));
        assert_eq!(code, Some(2), "damage {number}: {err}");
    }
}

/// Numbers of a header, one at a time, become others.
#[test]
fn a_header_with_other_numbers_is_no_panic() {
    fn places(value: &Value, path: String, out: &mut Vec<String>) {
        match value {
            Value::Number(_) => out.push(path),
            Value::Object(map) => map.iter().for_each(|(key, inner)| places(inner, format!("{path}/{key}"), out)),
            Value::Array(list) => {
                list.iter().enumerate().for_each(|(i, inner)| places(inner, format!("{path}/{i}"), out));
            }
            _ => {}
        }
    }
    let header: Value = serde_json::from_str(FACTS.lines().next().expect("a header")).expect("JSON");
    let mut all = Vec::new();
    places(&header["setup"], String::new(), &mut all);
    for path in all {
        for new in [json!(0), json!(255), json!(60_000)] {
            let put = new.clone();
            survives(&with_header(|setup| *setup.pointer_mut(&path).expect("it was there") = put));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn damaged_operations_are_judged_or_refused(
        at in prop::collection::vec((0..recorded("bounce").len(), any::<u8>()), 1..4), cut in 0..3_usize,
    ) {
        let mut bytes = recorded("bounce").as_bytes().to_vec();
        for (at, byte) in at {
            bytes[at] = byte;
        }
        if cut == 0 {
            bytes.truncate(bytes.len() / 2);
        }
        match read(bytes.as_slice()) {
            Ok(history) => drop(judge(&history)),
            Err(error) => prop_assert!(!error.message.is_empty() && !error.help.is_empty()),
        }
    }

    /// Whole numbers anywhere, and words of other lines.
    #[test]
    fn operations_with_other_numbers_are_judged_or_refused(
        picks in prop::collection::vec((0..500_usize, 0..8_usize, any::<i64>()), 1..6),
    ) {
        let mut all = lines(recorded("bounce"));
        for (line, field, number) in picks {
            let field = ["t", "op", "epoch", "leader", "generation", "lane", "records", "offsets"][field];
            let count = all.len();
            let object = all[1 + line % (count - 1)].as_object_mut().expect("an object");
            match field {
                "records" => {
                    if let Some(record) = object.get_mut("records").and_then(|r| r.get_mut(0)) {
                        record["offset"] = json!(number);
                    }
                }
                "offsets" => {
                    if let Some(offsets) = object.get_mut("offsets").and_then(Value::as_object_mut) {
                        offsets.values_mut().for_each(|offset| *offset = json!(number));
                    }
                }
                _ => {
                    object.insert(field.to_owned(), json!(number));
                }
            }
        }
        match read(text(&all).as_bytes()) {
            Ok(history) => drop(judge(&history)),
            Err(error) => prop_assert!(!error.message.is_empty() && !error.help.is_empty()),
        }
    }
}
