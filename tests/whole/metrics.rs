//! `trace --to openmetrics`, and `run` and `check` with `--format openmetrics`: the same text of a run and of its history.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

fn kafkasim(args: &[&str]) -> (Option<i32>, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_kafkasim")).args(args).output().expect("the binary runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

fn folder() -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("metrics");
    fs::create_dir_all(&folder).expect("a folder for the test");
    folder
}

#[test]
fn a_run_and_its_history_have_the_same_metrics() {
    let path = |name: &str| folder().join(name).display().to_string();
    let (history, file) = (path("facts.jsonl"), path("run.om"));
    let how = ["--every", "500ms", "--epoch", "2024-02-29", "--label", "run=a"];
    let run = ["run", "leader-crash", "--until", "4s", "--no-plots", "--history", &history, "--format", "openmetrics"];
    let (code, of_run, said) = kafkasim(&[&run[..], &how[..]].concat());
    // It was cut, so its verdict is open.
    assert_eq!(code, Some(3), "{said}");
    assert!(of_run.starts_with("# TYPE up gauge\n") && of_run.ends_with("# EOF\n"), "{of_run}");
    assert!(of_run.contains("run=\"a\"} 1 1709164800.5\n"), "{of_run}");
    assert!(said.contains("note: what a history does not have is left out, not told as 0"), "{said}");
    let (_, of_history, _) = kafkasim(&[&["trace", &history, "--to", "openmetrics"], &how[..]].concat());
    assert!(of_history == of_run, "a history says something else than its run");
    let (_, of_check, _) = kafkasim(&[&["check", &history, "--format", "openmetrics"], &how[..]].concat());
    assert!(of_check == of_run, "`check` says something else than `trace`");
    let (code, nothing, _) = kafkasim(
        &[&["trace", "leader-crash", "--until", "4s", "--to", "openmetrics", "--out", &file], &how[..]].concat(),
    );
    assert_eq!((code, nothing.as_str()), (Some(0), ""));
    assert!(fs::read_to_string(&file).expect("it was written") == of_run);
}

#[test]
fn what_has_no_effect_is_refused() {
    let exchange = folder().join("exchange.jsonl").display().to_string();
    kafkasim(&[
        "run",
        "leader-crash",
        "--until",
        "4s",
        "--no-plots",
        "--history",
        &exchange,
        "--history-form",
        "exchange",
    ]);
    let refused: [(&[&str], &str); 8] = [
        (&["run", "leader-crash", "--every", "1s"], "`--every` is about metrics"),
        (&["check", &exchange, "--internal-topics"], "`--internal-topics` is about metrics"),
        (&["check", &exchange, "--format", "openmetrics"], "no metrics"),
        (&["trace", &exchange, "--to", "openmetrics"], "metrics are made of all facts"),
        (&["trace", &exchange, "--to", "openmetrics", "--seed", "8"], "nothing can be changed in it"),
        (&["trace", "leader-crash", "--to", "openmetrics", "--every", "1us"], "whole milliseconds"),
        (&["trace", "leader-crash", "--to", "openmetrics", "--label", "job=x"], "of their own"),
        (&["trace", "no-such-scenario", "--to", "openmetrics"], "no-such-scenario"),
    ];
    for (args, why) in refused {
        let (code, out, err) = kafkasim(args);
        assert_eq!((code, out.as_str()), (Some(2), ""), "{args:?}: {err}");
        assert!(err.contains(why), "{args:?}: {err}");
    }
}
