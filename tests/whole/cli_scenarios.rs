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
    let told = text(&output);
    for command in
        ["kafkasim learn", "kafkasim sweep leader-crash", "kafkasim run acks1-leader-crash:1", "kafkasim interview"]
    {
        assert_eq!(told.matches(command).count(), 1, "{command}: one thing to each\n{told}");
    }
}

#[test]
fn run_without_a_name_says_what_can_be_run() {
    for command in ["run", "step"] {
        let output = Command::new(env!("CARGO_BIN_EXE_kafkasim")).arg(command).stdin(Stdio::null()).output();
        let output = output.expect("the binary runs");
        assert_eq!(output.status.code(), Some(2));
        assert!(output.stdout.is_empty());
        let told = text(&output);
        assert!(
            told.contains("hot-partition")
                && told.contains(&format!("help: name one of these, or a file: kafkasim {command}")),
            "{told}"
        );
    }
}

#[test]
fn after_a_run_there_is_one_step() {
    let output = kafkasim(Path::new("."), &["run", "acks1-leader-crash:1", "--no-plots"]);
    let told = text(&output);
    let steps: Vec<&str> = told.lines().filter(|line| line.starts_with("  next ")).collect();
    assert_eq!(steps, ["  next              kafkasim explain acks1-leader-crash:1 --lost 1"], "{told}");
    let output = kafkasim(Path::new("."), &["run", "leader-crash", "--no-plots"]);
    assert!(
        text(&output).contains("\n  next              kafkasim run leader-crash --variant cure\n"),
        "{}",
        text(&output)
    );
    let output =
        kafkasim(Path::new("."), &["run", "leader-crash", "--until", "14s", "--set", "duration=20s", "--no-plots"]);
    assert!(
        text(&output).contains("\n  next              kafkasim run leader-crash:7 --set duration=20s\n"),
        "{}",
        text(&output)
    );
}

/// A mistake on the command line is met with what is wrong and what to do, and nothing else.
#[test]
fn a_mistake_on_the_command_line_is_met_with_a_remedy() {
    for (args, said) in [
        (
            &["leader-crash:7"][..],
            "error: unrecognized subcommand 'leader-crash:7'\nhelp: to run it: kafkasim run leader-crash:7\n",
        ),
        (
            &["run", "leader-crash", "--seed"],
            "error: a value is required for '--seed <N>' but none was supplied\nhelp: write `--seed 7`\n",
        ),
        (
            &["run", "leader-crash.yaml"],
            "error[KS013]: there is no file `leader-crash.yaml`\nhelp: the library has it: leave the ending out, and write `leader-crash`\n",
        ),
        (
            &["run", "leader-crush"],
            "error[KS016]: unknown scenario `leader-crush`\nhelp: did you mean `leader-crash`?\n",
        ),
    ] {
        let output = kafkasim(Path::new("."), args);
        assert_eq!((output.status.code(), text(&output).as_str()), (Some(2), said), "{args:?}");
    }
    let set = kafkasim(Path::new("."), &["run", "leader-crash", "--set", "acks=1"]);
    assert!(text(&set).contains("help: a config stands in its place: `producers.*.config.acks`"), "{}", text(&set));
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
    let text = text(&output);
    assert!(text.contains("\nwhy: ") && !text.contains("nothing broke"), "{text}");
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
fn a_scenario_is_printed_copied_varied_and_extended() {
    let at = directory("library");
    let shown = kafkasim(&at, &["show", "scenario", "leader-crash"]);
    assert!(text(&shown).contains("\nname: leader-crash\n"));
    assert_eq!(kafkasim(&at, &["new", "mine", "--from", "leader-crash"]).status.code(), Some(0));
    let mine = fs::read_to_string(at.join("mine.yaml")).expect("written");
    assert_eq!(mine.replace("name: mine", "name: leader-crash").as_bytes(), shown.stdout);

    let short = ["--until", "7s", "--timeline", "0"];
    let run = |args: &[&str]| text(&kafkasim(&at, &[args, &short].concat()));
    let varied = run(&["run", "mine.yaml:8", "--variant", "acks1"]);
    assert!(varied.starts_with("mine, variant acks1   seed 8 "), "{varied}");
    assert!(varied.contains("again             kafkasim run mine.yaml:8 --variant acks1 --until 7s\n"), "{varied}");
    assert!(run(&["run", "mine.yaml", "--variant", "ack1"]).contains("did you mean `acks1`?"));
    let extended = run(&[
        "run",
        "mine.yaml",
        "--set",
        "groups.audit={topics: [orders]}",
        "--with",
        "at: 50ms, crash: {broker: broker 1}",
    ]);
    assert!(extended.contains("audit"), "{extended}");
    assert!(text(&kafkasim(&at, &["list"])).contains("--variant cure"));
    // No project, no `target/`.
    assert!(varied.contains("plots             --out DIR draws them\n"), "{varied}");
    assert_eq!(fs::read_dir(&at).expect("readable").count(), 1);
    fs::write(at.join("Cargo.toml"), "").expect("writable");
    let plots = |args: &[&str]| run(args).lines().find(|line| line.contains("plots  ")).expect("a line").to_owned();
    let mut folders = vec![plots(&["run", "mine.yaml"]), plots(&["run", "mine.yaml", "--variant", "cure"])];
    folders.push(plots(&["run", "mine.yaml", "--set", "groups.billing.members=1"]));
    assert!(folders[1].contains("target/kafkasim/mine-7-cure/{"), "{folders:?}");
    folders.sort();
    folders.dedup();
    assert_eq!(folders.len(), 3, "{folders:?}");
}

#[test]
fn a_changed_scenario_is_printed_as_what_is_run() {
    let at = directory("changed");
    let changes = ["--variant", "acks1", "--set", "duration=20s"];
    let changed = kafkasim(&at, &[&["show", "scenario", "leader-crash"], &changes[..]].concat());
    fs::write(at.join("changed.yaml"), &changed.stdout).expect("writable");
    let digest = |args: &[&str]| {
        let told = text(&kafkasim(&at, &[args, &["--timeline", "0", "--no-plots"]].concat()));
        told.rsplit_once("digest").expect("it is printed").1.to_owned()
    };
    let ran = digest(&[&["run", "leader-crash"], &changes[..]].concat());
    assert_eq!(digest(&["run", "changed.yaml"]), ran);
}

#[test]
fn a_run_has_one_name() {
    let at = directory("names");
    let digest = |args: &[&str]| {
        let args = [&["run"][..], args, &["--until", "100ms", "--no-plots", "--format", "json"]].concat();
        let output = kafkasim(&at, &args);
        let json: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
        (json["seed"].as_u64(), json["digest"].as_str().map(str::to_owned))
    };
    assert_eq!(digest(&["leader-crash:8"]), digest(&["leader-crash", "--seed", "8"]));
    assert_eq!(digest(&["leader-crash:8", "--seed", "8"]).0, Some(8));
    for args in [
        &["run", "leader-crash:8", "--seed", "9"][..],
        &["run", "leader-crash:x"],
        &["show", "topics", "leader-crash:x"],
    ] {
        let output = kafkasim(&at, args);
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        assert!(text(&output).contains("KS019"), "{args:?}: {}", text(&output));
    }
}

#[test]
fn a_history_does_not_overwrite_its_scenario() {
    let at = directory("history");
    assert_eq!(kafkasim(&at, &["new", "mine"]).status.code(), Some(0));
    let before = fs::read(at.join("mine.yaml")).expect("written");
    let output = kafkasim(&at, &["run", "mine.yaml", "--history", "./mine.yaml"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output).contains("the scenario itself"), "{}", text(&output));
    assert_eq!(fs::read(at.join("mine.yaml")).expect("still there"), before);
}

#[test]
fn a_sweep_is_the_same_on_any_number_of_threads() {
    let at = directory("sweep");
    let sweep = |jobs: &str| {
        let args = ["sweep", "leader-crash", "--variant", "acks1", "--seeds", "3..6", "--until", "2s", "--jobs", jobs];
        kafkasim(&at, &args)
    };
    let (one, many) = (sweep("1"), sweep("4"));
    // In two seconds nothing is lost. The variant expects that something is, but the run was cut before it could.
    assert_eq!((one.status.code(), &one.stdout), (Some(3), &many.stdout));
    let lines: Vec<serde_json::Value> =
        text(&one).lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect();
    assert_eq!(lines.iter().map(|l| l["seed"].as_u64()).collect::<Vec<_>>(), [Some(3), Some(4), Some(5), Some(6)]);
    assert!(
        lines.iter().all(|l| l["variant"] == "acks1"
            && l["verdict"] == "inconclusive"
            && l["scenario"] == lines[0]["scenario"])
    );
    let run = kafkasim(&at, &["run", "leader-crash:3", "--variant", "acks1", "--until", "2s", "--format", "json"]);
    let run: serde_json::Value = serde_json::from_slice(&run.stdout).expect("JSON");
    assert_eq!(run["digest"], lines[0]["digest"]);
    for args in [
        &["--seeds", "6..3"][..],
        &["--seeds", "x"],
        &["--seeds", "1", "--jobs", "0"],
        &["--seeds", "1", "--variant", "no"],
    ] {
        let output = kafkasim(&at, &[&["sweep", "leader-crash"], args].concat());
        assert_eq!(output.status.code(), Some(2), "{args:?}: {}", text(&output));
    }
}

/// Ctrl-C ends a run with what is known so far.
#[cfg(unix)]
#[test]
fn an_interrupted_command_says_what_it_knows() {
    for (args, said) in [
        (
            &["run", "leader-crash", "--set", "duration=1h", "--no-plots", "--timeline", "0"][..],
            "Interrupted: this is what is known at ",
        ),
        (&["sweep", "leader-crash", "--seeds", "1..1000000", "--format", "human"], "Interrupted after "),
    ] {
        let child = Command::new(env!("CARGO_BIN_EXE_kafkasim"))
            .args(args)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("starts");
        #[expect(clippy::disallowed_methods, reason = "the command is to be under way when it is interrupted")]
        std::thread::sleep(std::time::Duration::from_millis(1500));
        let asked = Command::new("kill").args(["-INT", &child.id().to_string()]).status().expect("kill is there");
        assert!(asked.success());
        let output = child.wait_with_output().expect("ends");
        assert_eq!(output.status.code(), Some(130), "{}", text(&output));
        assert!(text(&output).contains(said), "{}", text(&output));
    }
}

#[test]
fn lint_writes_annotations_and_looks_at_variants() {
    let at = directory("lint");
    let scenario = "name: x\nduration: 60\ntopics: { orders: {} }\n";
    fs::write(at.join("x.yaml"), scenario).expect("writable");
    let output = kafkasim(&at, &["lint", "x.yaml", "--format", "github"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        text(&output).starts_with("::error file=x.yaml,line=2,col=11,endColumn=13,title=KS005::"),
        "{}",
        text(&output)
    );
    let varied = scenario.replace("60", "60s") + "variants: { a: { set: { duration: 60 } } }\n";
    fs::write(at.join("x.yaml"), varied).expect("writable");
    assert!(text(&kafkasim(&at, &["lint", "x.yaml"])).contains("variant `a`: expected a duration"));
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
    assert!(kept == printed, "the command prints what the repository has");
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

/// The line under `page` is a command: it gives the page of that run.
#[test]
fn a_run_names_the_command_that_makes_it_a_page() {
    let at = directory("page");
    let run = kafkasim(&at, &["run", "leader-crash", "--until", "3s"]);
    let human = text(&run);
    let line = human.lines().find_map(|line| line.trim().strip_prefix("page ")).expect("there is such a line").trim();
    assert_eq!(line, "kafkasim run leader-crash:7 --until 3s --format html > leader-crash-7.html");
    let (command, _) = line.split_once(" > ").expect("it goes to a file");
    let args: Vec<&str> = command.split(' ').skip(1).collect();
    let page = kafkasim(&at, &args);
    assert_eq!(page.status.code(), run.status.code(), "it says the same");
    let html = String::from_utf8(page.stdout).expect("it is UTF-8");
    assert!(html.starts_with("<!doctype html>") && html.ends_with("</html>\n"));
    assert!(html.contains("kafkasim run leader-crash:7 --until 3s"));
    assert!(fs::read_dir(&at).expect("readable").next().is_none(), "a page leaves nothing lying about");
}

/// A history of facts is a page as its run is; one of clients has too little for that.
#[test]
fn a_history_of_facts_is_a_page_and_one_of_clients_is_not() {
    let at = directory("page-of-history");
    for form in ["facts", "exchange"] {
        let file = format!("{form}.jsonl");
        let args = ["run", "leader-crash", "--until", "3s", "--history", &file, "--history-form", form, "--no-plots"];
        kafkasim(&at, &args);
        let page = kafkasim(&at, &["check", &file, "--format", "html"]);
        match form {
            "facts" => assert!(text(&page).starts_with("<!doctype html>"), "{}", text(&page)),
            _ => assert!(page.status.code() == Some(2) && text(&page).contains("help: "), "{}", text(&page)),
        }
    }
}
