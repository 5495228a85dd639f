//! One past, several futures: the past is simulated once, and each future is a run.

use std::process::Command;

fn kafkasim(args: &[&str]) -> (Option<i32>, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_kafkasim")).args(args).output().expect("the binary runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}
fn json(args: &[&str]) -> serde_json::Value {
    let (code, out, err) = kafkasim(&[args, &["--format", "json"]].concat());
    serde_json::from_str(&out).unwrap_or_else(|error| panic!("{args:?}, exit {code:?}: {error}: {err}"))
}

/// Short, so that a debug build runs it soon.
const SHORT: [&str; 4] = ["--set", "duration=16s", "--set", "final.phase=12s"];

#[test]
fn each_future_is_the_run_that_it_is_called() {
    let crash = ["--with", "crash: leader of orders-1", "--with", "pause: broker 1 for 2s; at: 10s, crash: broker 3"];
    let fork = json(&[&["fork", "leader-crash:3", "--fork-at", "8s"], &SHORT[..], &crash[..]].concat());
    let futures = fork["futures"].as_array().expect("a list");
    assert_eq!(futures.len(), 3);
    assert_eq!((&fork["fork"]["t_ns"], &futures[0]["faults"]), (&8_000_000_000_u64.into(), &"".into()));
    let mut digests = Vec::new();
    for future in futures {
        // `again` is a command as a person types it.
        let again = future["again"].as_str().expect("no fault waits for anything");
        let shell = again.replacen("kafkasim", env!("CARGO_BIN_EXE_kafkasim"), 1) + " --format json --no-plots";
        let said = Command::new("sh").args(["-c", &shell]).output().expect("a shell");
        let straight: serde_json::Value = serde_json::from_slice(&said.stdout).expect("JSON");
        assert_eq!(future["digest"], straight["digest"], "{again}");
        assert_eq!(future["verdict"], straight["verdict"], "{again}");
        digests.push(future["digest"].clone());
    }
    assert!(digests[0] != digests[1] && digests[1] != digests[2], "each goes its way");
    // Nobody parts before the fork.
    for story in fork["against_first"].as_array().expect("a list") {
        let first = story["story"]["first"][1]["t_ns"].as_u64().expect("there is one");
        assert!(first >= 8_000_000_000, "{story}");
    }
}

#[test]
fn run_forks_too_and_says_the_same() {
    let options = ["--fork-at", "12500ms", "--with", "crash: leader of orders-1", "--until", "14s"];
    let (code, out, err) = kafkasim(&[&["fork", "leader-crash"], &options[..]].concat());
    assert_eq!(code, Some(0), "{out}{err}");
    assert!(out.starts_with("leader-crash   seed 7   forked at 12.500s: "), "{out}");
    assert!(out.contains("\n  A  nothing more happens\n  B  crash: leader of orders-1\n"), "{out}");
    assert!(
        out.contains("\nA and B\n  first difference   after ")
            && out.contains("again B   kafkasim run leader-crash:7 --with "),
        "{out}"
    );
    assert_eq!(kafkasim(&[&["run", "leader-crash"], &options[..]].concat()).1, out);
}

/// A fact and a condition are moments as well.
#[test]
fn it_forks_where_something_happens() {
    let options = ["--with", "pause: broker 1 for 2s", "--until", "22s"];
    let fork = |at: &str| json(&[&["fork", "leader-crash", "--fork-at", at], &options[..]].concat());
    let elected = fork("leader-elected")["fork"]["t_ns"].as_u64().expect("a time");
    assert!((15_000_000_000..21_000_000_000).contains(&elected), "the leader died at 12 s: {elected}");
    let behind = fork("when: lag of billing: above 100")["fork"]["t_ns"].as_u64().expect("a time");
    assert!(behind > 1_000_000_000 && behind < elected, "{behind}");
}

#[test]
fn a_fork_that_cannot_be_is_told_with_a_remedy() {
    let crash = "crash: broker 1";
    for (at, with, code, says) in [
        (
            "40s",
            crash,
            2,
            "nothing happens any more at 40s: workloads and faults are over at 13.000s, where --until cuts the run",
        ),
        ("12", crash, 2, "`--fork-at 12`"),
        ("leader-elcted", crash, 2, "did you mean `leader-elected`?"),
        ("when: lag of biling: above 1", crash, 2, "biling"),
        ("unclean-election", crash, 3, "does not happen in this run, which was over at 13.000s"),
        ("9s", "at: 5s, crash: broker 1", 2, "may strike at 5.000s, which is past when the run is forked at 9.000s"),
        ("9s", "crash: broker 9", 2, "broker 9"),
        ("9s", "crash: broker 1;", 2, "a fault is missing"),
        ("9s", "add.partitions: { topic: orders, to: 8 }", 2, ""),
    ] {
        let (exit, out, err) = kafkasim(&["fork", "leader-crash", "--until", "13s", "--fork-at", at, "--with", with]);
        assert_eq!((exit, out.as_str()), (Some(code), ""), "{at}, {with}: {err}");
        assert!(err.contains(says) && err.contains("help: "), "{at}, {with}: {err}");
    }
    let (code, _, err) = kafkasim(&["run", "leader-crash", "--fork-at", "9s"]);
    assert!(code == Some(2) && err.contains("--with"), "{err}");
    let (code, _, err) = kafkasim(&["run", "leader-crash", "--fork-at", "9s", "--with", crash, "--format", "html"]);
    assert!(code == Some(2) && err.contains("--format json"), "{err}");
}

/// A fault that finds nobody is said, and the result is not as if it had struck.
#[test]
fn a_future_whose_fault_hits_nobody_is_inconclusive() {
    let with = "crash: broker 1; at: 10s, crash: broker 1";
    let (code, out, _) = kafkasim(&["fork", "leader-crash", "--fork-at", "9s", "--with", with, "--until", "12s"]);
    assert_eq!(code, Some(3), "{out}");
    assert!(out.contains("not simulated in B: fault 3 (crash broker 1) hit nobody that was alive"), "{out}");
}
