//! The commands around scenario files, as a shell sees them: output and exit codes.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

fn kafkasim(directory: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_kafkasim")).args(args).current_dir(directory).output().expect("the binary runs")
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

/// A fresh directory for one test.
fn directory(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&path);
    fs::create_dir_all(&path).expect("a directory for the test");
    path
}

#[test]
fn a_bare_call_says_what_to_try() {
    let output = kafkasim(Path::new("."), &[]);
    assert_eq!(output.status.code(), Some(0));
    assert!(text(&output).contains("kafkasim run leader-crash"));
}

#[test]
fn new_writes_what_lint_accepts_and_never_overwrites() {
    let at = directory("new");
    assert_eq!(kafkasim(&at, &["new", "mine"]).status.code(), Some(0));
    let lint = kafkasim(&at, &["lint", "mine.yaml"]);
    assert_eq!((lint.status.code(), text(&lint).as_str()), (Some(0), "1 file: no findings\n"));
    fs::write(at.join("mine.yaml"), "precious").expect("writable");
    let again = kafkasim(&at, &["new", "mine"]);
    assert_eq!(again.status.code(), Some(2));
    assert!(text(&again).contains("KS017"), "{}", text(&again));
    assert_eq!(fs::read_to_string(at.join("mine.yaml")).expect("still there"), "precious");
    assert_eq!(kafkasim(&at, &["new", "../mine"]).status.code(), Some(2));
}

#[test]
fn bad_inputs_end_with_a_code_and_exit_code_2() {
    let at = directory("bad");
    fs::create_dir(at.join("folder")).expect("a folder");
    fs::write(at.join("latin1.yaml"), b"name: caf\xe9\n").expect("writable");
    fs::write(at.join("large.yaml"), vec![b'#'; (1 << 20) + 1]).expect("writable");
    for (file, code) in [
        ("folder", "KS012"),
        ("latin1.yaml", "KS011"),
        ("large.yaml", "KS014"),
        ("missing.yaml", "KS013"),
        ("leader-crush", "KS016"),
    ] {
        let output = kafkasim(&at, &["lint", file]);
        assert_eq!(output.status.code(), Some(2), "{file}");
        assert!(text(&output).contains(code), "{file}: {}", text(&output));
    }
    assert!(text(&kafkasim(&at, &["lint", "leader-crush"])).contains("did you mean `leader-crash`?"));
    assert_eq!(kafkasim(&at, &["lint"]).status.code(), Some(2));
    assert_eq!(kafkasim(&at, &["lnt"]).status.code(), Some(2));
}

#[test]
fn a_refusal_names_a_remedy() {
    let at = directory("remedies");
    for args in [
        &["check", "missing.jsonl"][..],
        &["run", "leader-crash", "--history", "no/such/folder/facts.jsonl"],
        &["run", "leader-crash", "--set", "producers..config=5"],
        &["config", "no.such.config"],
    ] {
        let output = kafkasim(&at, args);
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        assert!(text(&output).contains("help: "), "{args:?}: {}", text(&output));
    }
}

/// A ledger's count has no witness; a failure is a failure all the same.
#[test]
fn why_never_says_that_all_is_well_when_something_failed() {
    let set = "producers.*.config.acks=1";
    let args = ["run", "leader-crash", "--why", "--no-plots", "--timeline", "0", "--set", set];
    let output = kafkasim(Path::new("."), &args);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output).contains("why: no single fact is behind acked-all-durable"), "{}", text(&output));
}

#[test]
fn overrides_are_linted_as_lines_of_their_own() {
    let output =
        kafkasim(Path::new("."), &["lint", "leader-crash", "--set", "producers.*.config.ackss=1", "--format", "json"]);
    assert_eq!(output.status.code(), Some(2));
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(
        (json[0]["code"].as_str(), json[0]["file"].as_str(), json[0]["column"].as_u64()),
        (Some("KS001"), Some("--set"), Some(20))
    );
}

#[test]
fn list_config_schema_completions() {
    let run = |args: &[&str]| kafkasim(Path::new("."), args);
    assert!(text(&run(&["list"])).contains("leader-crash"));
    assert_eq!(run(&["list", "--tag", "no-such-tag"]).status.code(), Some(4));
    assert!(text(&run(&["config", "linger.ms"])).contains("default  5"));
    assert_eq!(run(&["config", "lingre.ms"]).status.code(), Some(2));
    let schema: serde_json::Value = serde_json::from_slice(&run(&["schema"]).stdout).expect("JSON");
    assert_eq!(schema["properties"]["duration"]["$ref"], "#/$defs/Duration");
    assert!(text(&run(&["completions", "bash"])).contains("_kafkasim"));
}

#[test]
fn the_schema_beside_the_scenarios_is_the_one_that_is_printed() {
    let printed = kafkasim(Path::new("."), &["schema"]).stdout;
    let kept = fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios/scenario.schema.json")).expect("it is there");
    assert!(kept == printed, "write it anew: kafkasim schema > scenarios/scenario.schema.json");
}

#[test]
fn a_broken_pipe_ends_quietly() {
    // The schema is larger than a pipe's buffer, so that the program is still writing when the reader goes.
    let mut child = Command::new(env!("CARGO_BIN_EXE_kafkasim"))
        .arg("schema")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary runs");
    let mut first = [0; 10];
    let mut stdout = child.stdout.take().expect("piped");
    stdout.read_exact(&mut first).expect("some output");
    drop(stdout);
    let output = child.wait_with_output().expect("it ends");
    assert_eq!((output.status.code(), text(&output).as_str()), (Some(0), ""));
}
