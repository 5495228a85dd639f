//! `diff` says where two runs or histories part, and what followed.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

fn kafkasim(args: &[&str]) -> (Option<i32>, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_kafkasim")).args(args).output().expect("the binary runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

/// A short run, as a history.
fn history(name: &str, args: &[&str]) -> String {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("diff");
    fs::create_dir_all(&folder).expect("a folder for the test");
    let path = folder.join(name).display().to_string();
    let all = [&["run", "leader-crash", "--until", "4s", "--no-plots", "--history", path.as_str()], args].concat();
    assert!(matches!(kafkasim(&all).0, Some(0 | 1 | 3)));
    path
}

const SHORT: &str = include_str!("../tools/failing.yaml");

fn short() -> String {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("diff");
    fs::create_dir_all(&folder).expect("a folder for the test");
    let path = folder.join("short.yaml");
    fs::write(&path, SHORT.replace("duration: 60s", "duration: 10s")).expect("writable");
    path.display().to_string()
}

#[test]
fn a_run_is_itself() {
    let file = short();
    let (code, out, err) = kafkasim(&["diff", &file, &file]);
    assert_eq!((code, err.as_str()), (Some(0), ""), "{out}");
    assert!(out.contains("the same, fact by fact"), "{out}");
}

#[test]
fn one_change_is_named_and_so_is_what_followed() {
    let file = short();
    let change = "faults=[{at: 5s, crash: {broker: broker 1}}]";
    let (code, out, err) = kafkasim(&["diff", &file, "--set", change]);
    assert_eq!((code, err.as_str()), (Some(1), ""), "{out}");
    assert!(out.contains("conditions:\n    faults: 0 entries -> 1\n"), "{out}");
    // Up to the crash nothing differs.
    let fault = out.lines().find(|line| line.starts_with("  B  5.000000000s  ")).expect(&out);
    assert!(fault.contains("FaultStarted") || fault.contains("ProcessStopped"), "{out}");
    assert!(out.contains("timeline: ") && out.contains("crash"), "{out}");
}

#[test]
fn histories_are_compared_as_runs_are() {
    let (a, again, b) = (
        history("a.jsonl", &["--seed", "7"]),
        history("again.jsonl", &["--seed", "7"]),
        history("b.jsonl", &["--seed", "8"]),
    );
    assert_eq!(kafkasim(&["diff", &a, &again]).0, Some(0));
    let (code, out, err) = kafkasim(&["diff", &a, &b]);
    assert_eq!((code, err.as_str()), (Some(1), ""), "{out}");
    assert!(out.contains("first difference   after ") && out.contains("what followed"), "{out}");
}

#[test]
fn what_cannot_be_compared_is_refused() {
    let exchange = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/histories/bounce.jsonl");
    for (args, says) in [
        (&["diff", "leader-crash"][..], "nothing to compare with"),
        (&["diff", exchange, exchange], "only what clients and administrators saw"),
        (&["diff", "no-such-scenario", "leader-crash"], "unknown scenario"),
        (&["diff", &history("c.jsonl", &[]), "--set", "seed=8"], "nothing can be changed"),
    ] {
        let (code, out, err) = kafkasim(args);
        assert_eq!((code, out.as_str()), (Some(2), ""), "{args:?}: {err}");
        assert!(err.contains(says) && err.contains("help: "), "{args:?}: {err}");
    }
}
