//! The bug base: scenarios about what was once wrong here, or is easily got wrong, each named after what it shows. All of
//! them are run again, and have to end as they did.
//!
//! Most are scenario files. The comment says what is right and why, `expect:` holds the run to it, and the exit code is the
//! proof. Lines at the top say how it is run:
//!
//! - `# exit: N`: the exit code; 0 without this line.
//! - `# seeds: 1 4 5`: with each of these seeds; its own without this line.
//! - `# args: --set a.b=c`: further arguments of `kafkasim run`. Quotes hold words together.
//!
//! Others are capsules (`NAME.capsule.yaml`), as `kafkasim run --capsule` and its like write them: their verdict has to come
//! again, and the invariant that it is about.
//!
//! Histories change when the model does. The digest of each run stands in `snapshots/regressions.snap`; a change that moves
//! one says so there, and nowhere else: `INSTA_UPDATE=always cargo test --test regressions` accepts it. A capsule keeps the
//! digest that it was written with.
//!
//! `REGRESSION=part-of-a-name cargo test --test regressions` runs some of them, and prints what they print.
#![expect(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "the runs are single-threaded; the test uses all cores to run several, and reads which"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::thread;

/// The timelines of groups by which this model is held to Kafka, L-1 to L-17, and the runs that go through them, below `scenarios` or `tests`.
const TIMELINES: [&[&str]; 17] = [
    &["regressions/timeline-L01-crash-session-timeout-duplicates.yaml"],
    &["regressions/timeline-L02-a-zombie-after-a-long-pause-is-fenced.yaml"],
    &["regressions/timeline-L03-eager-stops-the-world.yaml", "regressions/timeline-L03-cooperative-reads-on.yaml"],
    &["regressions/timeline-L04-a-static-member-restarts.yaml"],
    &["regressions/timeline-L05-idle-consumers.yaml"],
    &["regressions/timeline-L06-auto-commit-loses-what-is-queued.yaml"],
    &[
        "regressions/timeline-L07-auto-commit-repeats-what-is-done.yaml",
        "regressions/timeline-L07-a-clean-end-repeats-nothing.yaml",
    ],
    &["regressions/timeline-L08-latest-misses-what-comes-before-its-first-position.yaml"],
    &["add-partitions.yaml"],
    &["rebalance-storm.yaml"],
    &["regressions/timeline-L11-the-coordinator-fails-over.yaml"],
    &["async-commit-retried.yaml"],
    &["regressions/timeline-L13-a-hand-over-under-kip-848.yaml"],
    &["retention-overtakes-a-group.yaml"],
    &["open-transaction.yaml", "hanging-transaction.yaml"],
    &["expired-offsets.yaml"],
    &[
        "stories/share/a_lock_that_runs_out_frees_the_records.story",
        "stories/share/a_record_is_given_up_after_so_many_deliveries.story",
    ],
];

/// No timeline without a run; and what is named after one is in the list.
#[test]
fn every_timeline_has_its_run() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let listed: Vec<&str> = TIMELINES.iter().copied().flatten().copied().collect();
    for file in &listed {
        let there = root.join("scenarios").join(file).is_file() || root.join("tests").join(file).is_file();
        assert!(there, "{file} is not there");
    }
    for file in files() {
        let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let known = listed.contains(&format!("regressions/{name}").as_str());
        assert!(known || !name.starts_with("timeline-"), "{name} is in no timeline");
    }
}

/// One run and what is to come of it.
#[derive(Clone, Debug)]
struct Run {
    file: PathBuf,
    args: Vec<String>,
    exit: i32,
}

#[test]
fn each_ends_as_it_did() {
    let only = std::env::var("REGRESSION").ok();
    let runs: Vec<Run> = files().iter().filter(|f| is_wanted(f, only.as_deref())).flat_map(|f| runs(f)).collect();
    assert!(!runs.is_empty(), "none has such a name");
    let (queue, faults, digests) = (Mutex::new(runs.clone()), Mutex::new(Vec::new()), Mutex::new(Vec::new()));
    let next = || queue.lock().expect("nobody panics while he holds it").pop();
    let work = || {
        while let Some(run) = next() {
            match hold(&run, only.is_some()) {
                Ok(line) => digests.lock().expect("nobody panics while he holds it").push(line),
                Err(fault) => faults.lock().expect("nobody panics while he holds it").push(fault),
            }
        }
    };
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(2, usize::from) {
            scope.spawn(work);
        }
    });
    let mut faults = faults.into_inner().expect("nobody panicked");
    faults.sort();
    assert!(faults.is_empty(), "{} of {} runs:\n{}", faults.len(), runs.len(), faults.join("\n"));
    if only.is_none() {
        let mut digests = digests.into_inner().expect("nobody panicked");
        digests.sort();
        insta::with_settings!({
            snapshot_path => concat!(env!("CARGO_MANIFEST_DIR"), "/snapshots"), prepend_module_to_snapshot => false,
            omit_expression => true
        }, { insta::assert_snapshot!("regressions", digests.join("\n")) });
    }
}

fn files() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/regressions");
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .expect("the folder is there")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|e| e == "yaml"))
        .collect();
    files.sort();
    files
}

fn is_wanted(file: &Path, only: Option<&str>) -> bool {
    only.is_none_or(|part| file.file_stem().is_some_and(|stem| stem.to_string_lossy().contains(part)))
}

/// The runs that a file asks for.
fn runs(file: &Path) -> Vec<Run> {
    let text = fs::read_to_string(file).expect("a text");
    let line = |name: &str| text.lines().find_map(|line| line.strip_prefix(&format!("# {name}: ")).map(str::trim));
    let exit = line("exit").map_or(0, |code| code.parse().expect("an exit code is a number"));
    let args = line("args").map_or(Vec::new(), words);
    let seeds: Vec<Option<String>> = match line("seeds") {
        Some(seeds) => seeds.split_whitespace().map(|seed| Some(seed.to_owned())).collect(),
        None => vec![None],
    };
    let run = |seed: Option<String>| {
        let seed = seed.into_iter().flat_map(|seed| ["--seed".to_owned(), seed]);
        Run { file: file.to_owned(), args: args.iter().cloned().chain(seed).collect(), exit }
    };
    seeds.into_iter().map(run).collect()
}

/// Words as a shell has them: quotes of either kind hold blanks together.
fn words(text: &str) -> Vec<String> {
    let (mut words, mut word, mut quote) = (Vec::new(), None::<String>, None);
    for c in text.chars() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (None, '\'' | '"') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (None, ' ') => words.extend(word.take()),
            (_, c) => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    words
}

/// Holds a run to what it says; the line of its digest.
fn hold(run: &Run, loud: bool) -> Result<String, String> {
    let name = run.file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let capsule = name.ends_with(".capsule.yaml");
    let before: &[&str] =
        if capsule { &["replay", "--format", "json"] } else { &["run", "--no-plots", "--timeline", "30"] };
    let output = Command::new(env!("CARGO_BIN_EXE_kafkasim"))
        .args(before)
        .args(&run.args)
        .arg(&run.file)
        .output()
        .map_err(|error| format!("{error}"))?;
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    let said = format!("{out}{err}");
    if loud {
        println!("=== {name} {:?}\n{said}", run.args);
    }
    let title = [vec![name], run.args.clone()].concat().join(" ");
    if capsule {
        return again(&title, &out).ok_or_else(|| format!("{title}: another verdict\n{said}"));
    }
    match output.status.code() {
        Some(code) if code == run.exit => {
            let digest = out.lines().find_map(|line| line.trim().strip_prefix("digest")).unwrap_or("-").trim();
            Ok(format!("{title}   exit {code}   {}", digest.split(' ').next().unwrap_or(digest)))
        }
        code => Err(format!("{title}: exit {code:?}, expected {}\n{said}", run.exit)),
    }
}

/// The line of a capsule whose verdict has come again.
fn again(title: &str, replayed: &str) -> Option<String> {
    let json: serde_json::Value = serde_json::from_str(replayed).ok()?;
    let said = |key: &str| json["recorded"][key] == json["now"][key];
    let verdict = json["now"]["verdict"].as_str()?;
    let digest = json["now"]["digest"].as_str().unwrap_or("-");
    (said("verdict") && said("invariant")).then(|| format!("{title}   {verdict}   {digest}"))
}

#[test]
fn arguments_are_split_as_a_shell_splits_them() {
    assert_eq!(words("--set 'a.*.b=1 2' --until 3s"), ["--set", "a.*.b=1 2", "--until", "3s"]);
    assert_eq!(words("--set a=\"it's\" ''"), ["--set", "a=it's", ""]);
}
