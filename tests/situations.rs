//! Situations: small scenario files, each about one thing that is easily got wrong. Its comments say what
//! is right and why, its `expect:` holds the run to it, and the exit code is the proof.
//!
//! Lines at the top of a file say how it is run:
//!
//! - `# exit: N`: the exit code; 0 without this line.
//! - `# seeds: 1 4 5`: with each of these seeds; its own without this line.
//! - `# args: --set a.b=c`: further arguments of `kafkasim run`. Quotes hold words together.
//!
//! `SITUATION=part-of-a-name cargo test --test situations` runs some of them, and prints what they print.
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

/// One run and what is to come of it.
#[derive(Clone, Debug)]
struct Run {
    file: PathBuf,
    args: Vec<String>,
    exit: i32,
}

#[test]
fn every_situation_ends_as_it_says() {
    let only = std::env::var("SITUATION").ok();
    let runs: Vec<Run> = files().iter().filter(|f| is_wanted(f, only.as_deref())).flat_map(|f| runs(f)).collect();
    assert!(!runs.is_empty(), "no situation has such a name");
    let (queue, faults) = (Mutex::new(runs.clone()), Mutex::new(Vec::new()));
    let next = || queue.lock().expect("nobody panics while he holds it").pop();
    let work = || {
        while let Some(run) = next() {
            if let Err(fault) = hold(&run, only.is_some()) {
                faults.lock().expect("nobody panics while he holds it").push(fault);
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
}

fn files() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/situations");
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

fn hold(run: &Run, loud: bool) -> Result<(), String> {
    let output = Command::new(env!("CARGO_BIN_EXE_kafkasim"))
        .args(["run", "--no-plots", "--timeline", "30"])
        .args(&run.args)
        .arg(&run.file)
        .output()
        .map_err(|error| format!("{error}"))?;
    let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    let name = run.file.file_name().unwrap_or_default().to_string_lossy();
    if loud {
        println!("=== {name} {:?}\n{said}", run.args);
    }
    match output.status.code() {
        Some(code) if code == run.exit => Ok(()),
        code => Err(format!("{name} {:?}: exit {code:?}, expected {}\n{said}", run.args, run.exit)),
    }
}

#[test]
fn arguments_are_split_as_a_shell_splits_them() {
    assert_eq!(words("--set 'a.*.b=1 2' --until 3s"), ["--set", "a.*.b=1 2", "--until", "3s"]);
    assert_eq!(words("--set a=\"it's\" ''"), ["--set", "a=it's", ""]);
}
