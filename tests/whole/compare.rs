//! `compare` runs the same seeds in several settings and says what differs, and how sure that is.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

fn kafkasim(args: &[&str]) -> (Option<i32>, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_kafkasim")).args(args).output().expect("the binary runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

/// The leader dies at a time that the seed draws; brokers are far apart, so that acks=1 loses what is under way.
const SCENARIO: &str = "
name: far
duration: 6s
final.phase: 12s
cluster: { config: { broker.session.timeout.ms: 2000, broker.heartbeat.interval.ms: 300 } }
network: { latency: 30ms, client.latency: 300us }
topics: { orders: { replication.factor: 3, min.insync.replicas: 2 } }
producers: { shop: { topic: orders, rate: { poisson: 100/s }, config: { acks: all } } }
groups: { billing: { topics: [orders] } }
faults:
  - at: between 2s and 4s
    crash: { broker: leader of orders-0 }
expect:
  - acked-all-durable: holds
  - sometimes: leader-elected
variants:
  cure:
    summary: Nothing dies.
    set: { faults: [] }
    expect: [ acked-all-durable: holds ]
";

fn folder(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("compare").join(name);
    fs::create_dir_all(&folder).expect("a folder for the test");
    folder
}
fn far(name: &str) -> String {
    let path = folder(name).join("far.yaml");
    fs::write(&path, SCENARIO).expect("writable");
    path.display().to_string()
}

const ACKS: &str = "producers.*.config.acks=all,1";

#[test]
fn acks_decide_and_threads_do_not() {
    let file = far("acks");
    let compared =
        |jobs| kafkasim(&["compare", &file, "--set", ACKS, "--seeds", "1..12", "--jobs", jobs, "--format", "json"]);
    let (code, out, err) = compared("1");
    assert_eq!(code, Some(0), "{err}");
    assert!(err.contains("idempotence will be disabled because acks is 1"), "{err}");
    assert_eq!(compared("3").1, out, "whatever the number of threads");
    let document: serde_json::Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!((&document["runs_of_each"], &document["seeds"]), (&12.into(), &"1..12".into()));
    assert!(!out.contains("jobs") && !out.contains("elapsed"), "{out}");
    let lost = &document["quantities"][0];
    assert_eq!(lost["name"], "lost after ack");
    let [all, one] = [&lost["settings"][0], &lost["settings"][1]];
    assert_eq!(all["estimate"], 0.0);
    assert!(one["estimate"].as_f64().expect("known") > 0.5, "{one}");
    assert!(one["interval"]["low"].as_f64() < one["estimate"].as_f64(), "{one}");
    assert_eq!(one["against_first"]["differs"], true, "{one}");
    // What acks=1 does not promise is not counted as if it had been kept.
    let promise =
        document["quantities"].as_array().expect("a list").iter().find(|q| q["name"] == "acked-all-durable broken");
    let promise = promise.expect("the scenario names it");
    assert_eq!((&promise["settings"][0]["runs"], &promise["settings"][1]["runs"]), (&12.into(), &0.into()));
}

#[test]
fn the_table_says_what_it_knows_and_what_it_does_not() {
    let (file, plots) = (far("table"), folder("table").join("plots"));
    let args = ["compare", &file, "--set", "producers.*.config.acks=0,all", "--seeds", "1..6"];
    let (code, out, err) = kafkasim(&[&args[..], &["--out", &plots.display().to_string()]].concat());
    assert_eq!(code, Some(0), "{err}");
    assert!(out.starts_with("far   6 seeds, 1..6   each in 2 settings\n"), "{out}");
    let line = |begin: &str| out.lines().map(str::trim).find(|line| line.starts_with(begin)).expect(begin).to_owned();
    assert!(line("produce latency p99").len() < 30 && out.contains("not known  nobody was answered"), "{out}");
    assert!(out.contains("no difference seen in 6 seeds") && !out.contains("equal"), "{out}");
    assert!(out.contains("measured  as expected   broken  inconclusive  not simulated"), "{out}");
    let next = line("next   kafkasim compare ");
    assert!(next.contains(&format!("{file}:")), "one seed is a story: {next}");
    let svg = fs::read_to_string(plots.join("compare.svg")).expect("it is drawn");
    assert!(svg.contains("lost after ack") && svg.contains("acks=all"), "{svg}");
    let csv = kafkasim(&[&args[..], &["--format", "csv"]].concat()).1;
    let columns = csv.lines().next().map(|line| line.split(',').count());
    assert!(csv.lines().all(|line| Some(line.split(',').count()) == columns) && csv.lines().count() > 20, "{csv}");
}

#[test]
fn one_seed_is_a_story() {
    let file = far("story");
    let (code, out, err) = kafkasim(&["compare", &format!("{file}:3"), "--variant", "base,cure"]);
    assert_eq!((code, err.as_str()), (Some(0), ""), "{out}");
    assert!(out.contains(&format!("A  {file}:3\nB  {file}:3 --variant cure\n")), "{out}");
    assert!(out.contains("conditions:\n    faults: 1 entries -> 0\n"), "{out}");
    assert!(out.contains("first difference   after ") && out.contains("what followed\n  timeline: "), "{out}");
    assert!(out.contains(&format!("next   kafkasim compare {file} --variant base,cure --seeds 1..100\n")), "{out}");
    let (code, out, _) = kafkasim(&["compare", &format!("{file}:3"), "--variant", "base,cure", "--format", "json"]);
    let document: serde_json::Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!((code, &document["seed"], &document["against_first"][0]["parts"]), (Some(0), &3.into(), &true.into()));
}

#[test]
fn it_stops_when_it_is_precise_enough() {
    let file = far("precise");
    let args =
        ["compare", &file, "--variant", "base,cure", "--until", "1500ms", "--seeds", "1..400", "--precision", "17%"];
    let (code, out, err) = kafkasim(&args);
    assert_eq!(code, Some(0), "{err}");
    assert!(out.contains("far   25 of 400 seeds, 1..400: precise enough"), "{out}");
}

/// What was not simulated is not measured, and if that is all there is, nothing was compared.
#[test]
fn what_was_not_simulated_is_counted_apart() {
    let file = far("unsimulated");
    let never = "when: { lag of billing: above 1000000 }, crash: { broker: broker 1 }";
    let args = ["compare", &file, "--set", ACKS, "--with", never, "--seeds", "1..2"];
    let (code, out, err) = kafkasim(&args);
    assert_eq!(code, Some(3), "{err}");
    assert!(out.contains("not simulated, and so not measured: fault 2"), "{out}");
    let (code, _, err) = kafkasim(&args[..args.len() - 2]);
    assert_eq!(code, Some(3), "{err}");
    assert!(err.contains("warning: not simulated in ") && err.contains("its condition did not come true"), "{err}");
}

#[test]
fn bad_input_is_told_with_a_remedy() {
    for (args, says) in [
        (&["--set", "producers.*.config.acks=1"][..], "nothing to compare: every option has one value"),
        (&["--set", "producers.*.config.acks=0,,1"], "an empty value behind `--set producers.*.config.acks=0,,1`"),
        (&["--variant", "base,"], "an empty value behind `--variant`"),
        (&["--variant", "base,cur"], "did you mean `cure`?"),
        (&["--set", "producers.*.acks=0,1"], "the path leads nowhere"),
        (&["--set", "duration=1s,2s,3s,4s,5s,6s", "--set", "seed=1,2,3,4,5,6"], "too many settings: 6 times 6"),
        (&["--version", "4.0,9.9"], "not a version"),
        (&["--set", ACKS, "--jobs", "0"], "--jobs 4"),
        (&["--set", ACKS, "--seeds", "9..1"], "is empty"),
        (&["--set", ACKS, "--precision", "2"], "--precision 2%"),
        (&["--set", ACKS, "--precision", "0%"], "above 0%"),
        // Kafka refuses it: the setting is named.
        (
            &["--set", "producers.*.config.enable.idempotence=true", "--set", ACKS],
            "wrong with the setting 'producers.*.config.acks=1'",
        ),
    ] {
        let (code, out, err) = kafkasim(&[&["compare", "leader-crash"], args].concat());
        assert_eq!((code, out.as_str()), (Some(2), ""), "{args:?}: {err}");
        assert!(err.contains(says) && err.contains("help: "), "{args:?}: {err}");
    }
    let (code, _, err) = kafkasim(&["compare", "leader-crash:7", "--set", ACKS, "--seeds", "1..3"]);
    assert!(code == Some(2) && err.contains("two kinds of seeds"), "{err}");
}

/// A run that shows harm says how to hold it against its cure.
#[test]
fn a_cure_is_a_compare_away() {
    let text = SCENARIO.replace("config: { acks: all }", "config: { acks: 1, enable.idempotence: false }");
    let path = folder("cure").join("one.yaml");
    fs::write(&path, text).expect("writable");
    let file = path.display().to_string();
    let lost = (1..20).map(|seed| kafkasim(&["run", &format!("{file}:{seed}"), "--no-plots"]).1);
    let out = lost.into_iter().find(|out| !out.contains("lost after ack 0 ")).expect("a record is lost");
    let line = format!("  cure              kafkasim compare {file} --variant base,cure --seeds 1..100\n");
    assert!(out.contains(&line) && out.matches("  next  ").count() == 1, "{out}");
}
