//! Sweeps as a shell sees them: on any number of threads, cut off and gone on with, dealt out and put together.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// Some seeds have more records than are expected. It is over in no time.
const SCENARIO: &str = "name: tiny\nduration: 6s\nfinal.phase: 0s\ntopics: { orders: {} }\n\
                        producers: { p: { topic: orders, rate: { poisson: 10/s } } }\nexpect: [ledger: { sent: at most 66 }]\n";

/// So many seeds that some break, and some do not.
const SEEDS: &str = "1..24";

struct Place(PathBuf);

impl Place {
    /// A fresh directory with the scenario.
    fn new(name: &str) -> Place {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("sweep").join(name);
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).expect("a directory for the test");
        let place = Place(path);
        place.write("tiny.yaml", SCENARIO);
        place
    }
    fn write(&self, file: &str, text: &str) {
        fs::write(self.0.join(file), text).expect("writable");
    }
    fn read(&self, file: &str) -> String {
        fs::read_to_string(self.0.join(file)).expect("readable")
    }
    fn kafkasim(&self, line: &str) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_kafkasim"));
        command.args(line.split(' ')).current_dir(&self.0).stdin(Stdio::null()).output().expect("the binary runs")
    }
    /// Standard output, and how it ended.
    fn said(&self, line: &str) -> (String, Option<i32>) {
        let output = self.kafkasim(line);
        (String::from_utf8(output.stdout).expect("text"), output.status.code())
    }
    /// What is complained of, where nothing is printed.
    fn refused(&self, line: &str, exit: i32) -> String {
        let output = self.kafkasim(line);
        let told = String::from_utf8(output.stderr).expect("text");
        assert_eq!(output.status.code(), Some(exit), "{line}: {told}");
        assert!(output.stdout.is_empty(), "{line}: {}", String::from_utf8_lossy(&output.stdout));
        told
    }
}

fn sweep(rest: &str) -> String {
    format!("sweep tiny.yaml --seeds {SEEDS}{rest}")
}

fn seeds_of(lines: &str) -> Vec<u64> {
    let seed = |line: &str| serde_json::from_str::<serde_json::Value>(line).expect("JSON")["seed"].as_u64();
    lines.lines().map(|line| seed(line).expect("a seed")).collect()
}

#[test]
fn the_number_of_jobs_changes_nothing() {
    let at = Place::new("jobs");
    let alone = at.said(&sweep(" --jobs 1"));
    assert_eq!(alone.1, Some(1), "some break");
    assert_eq!(seeds_of(&alone.0), (1..=24).collect::<Vec<_>>());
    for jobs in [2, 5] {
        assert_eq!(at.said(&sweep(&format!(" --jobs {jobs}"))), alone);
    }
}

#[test]
fn the_lowest_seed_that_breaks_is_found_whoever_finds_it() {
    let at = Place::new("until-failure");
    let whole = at.said(&sweep("")).0;
    let broken = whole.lines().position(|line| line.contains("\"broken\",")).expect("one breaks") + 1;
    let wanted: String = whole.split_inclusive('\n').take(broken).collect();
    assert!((2..20).contains(&broken), "there is something before it and behind it: {broken}");
    for jobs in [1, 2, 5] {
        let output = at.kafkasim(&sweep(&format!(" --until-failure --jobs {jobs}")));
        assert_eq!((String::from_utf8_lossy(&output.stdout), output.status.code()), (wanted.as_str().into(), Some(1)));
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(
            told.contains(&format!("Stopped at seed {broken}, the lowest that broke, after {broken} seeds")),
            "{told}"
        );
    }
    // Without a set of seeds they are counted from 1, and nobody says that all were run.
    let (table, exit) = at.said("sweep tiny.yaml --until-failure --format human");
    assert!(table.contains(&format!("kafkasim run tiny.yaml:{broken}\n")) && exit == Some(1), "{table}");
    let (table, exit) = at.said("sweep tiny.yaml --seeds 1 --until-failure --format human");
    assert!(table.starts_with("tiny   1 seed, 1\n\n") && exit == Some(0), "{table}");
}

#[test]
fn a_budget_of_time_ends_a_sweep_and_says_so() {
    let at = Place::new("budget");
    let output = at.kafkasim("sweep tiny.yaml --time-budget 700ms --jobs 3");
    let lines = String::from_utf8(output.stdout).expect("text");
    let seeds = seeds_of(&lines);
    assert_eq!(seeds, (1..=seeds.len() as u64).collect::<Vec<_>>(), "without a gap");
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(told.contains("The time budget of 700ms ended it after"), "{told}");
    let broken = lines.contains("\"broken\",");
    assert_eq!(output.status.code(), Some(i32::from(broken)), "by what was seen");
    // As nobody has asked for a set of seeds, nobody knows whether some are missing.
    at.write("some.jsonl", &lines);
    let (table, exit) = at.said("merge some.jsonl");
    assert!(table.contains("No line says which seeds were asked for"), "{table}");
    assert_eq!(exit, Some(if broken { 1 } else { 3 }));
    let (table, exit) = at.said(&format!("merge some.jsonl --seeds 1..{}", seeds.len()));
    assert!(!table.contains("asked for"), "{table}");
    assert_eq!(exit, output.status.code());
    // A budget that is large enough ends nothing.
    let (table, _) = at.said("sweep tiny.yaml --seeds 1..3 --time-budget 1h --format human");
    assert!(table.starts_with("tiny   3 seeds, 1..3\n\n"), "{table}");
}

#[test]
fn shards_put_together_are_the_sweep_to_the_byte() {
    let at = Place::new("shards");
    let whole = at.said(&sweep(""));
    for number in 1..=5 {
        let (lines, exit) = at.said(&sweep(&format!(" --shard {number}/5")));
        assert_eq!(exit, Some(0), "it was run, whatever it found");
        at.write(&format!("s{number}.jsonl"), &lines);
    }
    let files = "s5.jsonl s3.jsonl s1.jsonl s2.jsonl s4.jsonl s3.jsonl";
    assert_eq!(at.said(&format!("merge --format jsonl {files}")), whole);
    for format in ["human", "junit", "github"] {
        let merged = at.said(&format!("merge --format {format} {files}"));
        assert_eq!(merged, at.said(&sweep(&format!(" --format {format}"))), "{format}");
    }
    assert_eq!(at.said(&format!("merge {files}")), at.said(&sweep(" --format human")), "a table is what it prints");
    at.write("all.jsonl", &whole.0);
    let all = Command::new(env!("CARGO_BIN_EXE_kafkasim"))
        .args(["merge", "-", "--format", "jsonl"])
        .stdin(fs::File::open(at.0.join("all.jsonl")).expect("it is there"))
        .output()
        .expect("it runs");
    assert_eq!(String::from_utf8_lossy(&all.stdout), whole.0);

    let (table, exit) = at.said("merge s1.jsonl s2.jsonl s4.jsonl s5.jsonl");
    assert!(table.contains("19 of 24 seeds") && table.contains("Missing: 5 seeds, 3,8,13,18,23."), "{table}");
    assert_eq!(exit, Some(1), "what broke is broken whatever else there is");
    let good: String = whole.0.split_inclusive('\n').filter(|line| line.contains("\"met\"")).collect();
    at.write("good.jsonl", &good);
    assert_eq!(at.said("merge good.jsonl").1, Some(3), "nobody knows what the others come to");
}

/// Ctrl-C ends it with whole lines; going on completes them, and so it does with a line that is torn.
#[cfg(unix)]
#[test]
fn an_interrupted_sweep_is_gone_on_with() {
    let at = Place::new("resume");
    let seeds = "sweep tiny.yaml --seeds 1..80";
    let whole = at.said(seeds);
    let file = fs::File::create(at.0.join("part.jsonl")).expect("writable");
    let mut child = Command::new(env!("CARGO_BIN_EXE_kafkasim"))
        .args(seeds.split(' '))
        .args(["--jobs", "2"])
        .current_dir(&at.0)
        .stdout(file)
        .stderr(Stdio::null())
        .spawn()
        .expect("starts");
    while at.read("part.jsonl").lines().count() < 5 {
        std::thread::yield_now();
    }
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().expect("kill is there").success());
    assert_eq!(child.wait().expect("ends").code(), Some(130));
    let part = at.read("part.jsonl");
    assert!(part.ends_with('\n') && part.lines().count() < 80, "it was under way, and its lines are whole");
    assert!(part.lines().all(|line| whole.0.lines().any(|known| known == line)));

    let (rest, exit) = at.said(&format!("{seeds} --resume part.jsonl"));
    assert_eq!(exit, whole.1, "over both");
    at.write("part.jsonl", &(part.clone() + &rest));
    assert_eq!(at.said("merge --format jsonl part.jsonl"), whole);
    assert_eq!(at.said(&format!("{seeds} --resume part.jsonl")), (String::new(), whole.1), "nothing is left");
}

#[test]
fn a_torn_line_is_completed_to_the_byte() {
    let at = Place::new("torn");
    let whole = at.said(&sweep(""));
    let ends: Vec<usize> = whole.0.match_indices('\n').map(|(end, _)| end).collect();
    // In the first line; before, in and behind a seed's number; before a line's end; at it; between two lines.
    let number = whole.0.find("\"seed\":12,").expect("a seed") + "\"seed\":".len();
    for cut in [1, number, number + 1, number + 2, number + 9, ends[4], ends[4] + 1, ends[23]] {
        let part = &whole.0[..cut];
        at.write("part.jsonl", part);
        let (rest, exit) = at.said(&sweep(" --resume part.jsonl"));
        assert_eq!((part.to_owned() + &rest, exit), whole, "cut at {cut}");
        let table = at.said(&sweep(" --resume part.jsonl --format human"));
        assert_eq!(table, at.said(&sweep(" --format human")), "a table is of both");
    }
    at.write("empty.jsonl", "");
    assert_eq!(at.said(&sweep(" --resume empty.jsonl")), whole, "nothing was done yet");
    // Who asks for more goes on with what there is.
    let few = at.said("sweep tiny.yaml --seeds 1..7").0;
    at.write("few.jsonl", &few);
    let (rest, _) = at.said(&sweep(" --resume few.jsonl"));
    at.write("few.jsonl", &(few + &rest));
    assert_eq!(at.said("merge --format jsonl few.jsonl"), whole);
}

#[test]
fn what_is_known_to_break_is_the_lowest_unless_one_below_it_does() {
    let at = Place::new("resume-until-failure");
    let whole = at.said(&sweep("")).0;
    let broken: Vec<&str> = whole.lines().filter(|line| line.contains("\"broken\",")).collect();
    at.write("second.jsonl", &format!("{}\n", broken[1]));
    let (lines, exit) = at.said(&sweep(" --until-failure --resume second.jsonl"));
    assert_eq!((lines.lines().last(), exit), (Some(broken[0]), Some(1)));
    at.write("first.jsonl", &format!("{}\n", broken[0]));
    let before: Vec<&str> = whole.lines().take_while(|line| line != &broken[0]).collect();
    let (lines, exit) = at.said(&sweep(" --until-failure --resume first.jsonl"));
    assert_eq!((lines.lines().collect::<Vec<_>>(), exit), (before, Some(1)));
}

#[test]
fn bad_input_says_what_and_where_and_what_to_do() {
    let at = Place::new("bad");
    let good = at.said("sweep tiny.yaml --seeds 1..4").0;
    let (other, variant) = (good.replace("xxh3:", "xxh3:f"), good.replace("\"kafkasim\":\"", "\"kafkasim\":\"9."));
    at.write("good.jsonl", &good);
    at.write("other.jsonl", &other);
    at.write("newer.jsonl", &variant);
    at.write("damaged.jsonl", &good.replacen("\"seed\":2", "\"seed\"2", 1));
    at.write("torn.jsonl", &good[..good.len() - 40]);
    at.write("foreign.jsonl", &good[..90].replace("xxh3:", "xxh3:f"));
    at.write("empty.jsonl", "");
    at.write("words.jsonl", "a b c\n");
    for (line, said) in [
        ("sweep tiny.yaml --seeds 1..4 --shard 0/8", "shards are numbered from 1, up to 8/8"),
        ("sweep tiny.yaml --seeds 1..4 --shard 9/8", "the last of them is 8/8"),
        ("sweep tiny.yaml --seeds 1..4 --shard 8", "write the third of eight as `3/8`"),
        ("sweep tiny.yaml --seeds 1..4 --shard 1/8", "8 shards for 4 seeds"),
        ("sweep tiny.yaml --seeds 1..4 --shard 1/2 --format junit", "prints lines of JSON only"),
        ("sweep tiny.yaml --seeds 1..4 --shard 1/2 --until-failure", "cannot be used with"),
        ("sweep tiny.yaml --seeds 1..4 --shard 1/2 --time-budget 1m", "cannot be used with"),
        ("sweep tiny.yaml --seeds 4..1", "is empty: 1 is below 4"),
        ("sweep tiny.yaml", "--seeds <SEEDS>"),
        ("sweep tiny.yaml --seeds 1..4 --jobs 0", "no seed is ever run"),
        ("sweep tiny.yaml --seeds 1..4 --jobs x", "from 1 to 1024"),
        ("sweep tiny.yaml --seeds 1..4 --time-budget 0s", "in no time no seed is run"),
        ("sweep tiny.yaml --seeds 1..4 --resume no.jsonl", "cannot read `no.jsonl`"),
        ("sweep tiny.yaml --seeds 1..4 --resume other.jsonl", "other.jsonl:1"),
        ("sweep tiny.yaml --seeds 1..4 --resume newer.jsonl", "another version: `9."),
        ("sweep tiny.yaml --seeds 1..3 --resume good.jsonl", "seed 4 is none of those"),
        ("sweep tiny.yaml --seeds 1..4 --resume damaged.jsonl", "damaged.jsonl:2"),
        ("sweep tiny.yaml --seeds 1..4 --resume foreign.jsonl", "foreign.jsonl:1"),
        ("sweep - --seeds 1..4 --resume -", "both the scenario and earlier lines"),
        ("merge", "<FILE>..."),
        ("merge no.jsonl", "cannot read `no.jsonl`"),
        ("merge .", "it is a directory"),
        ("merge good.jsonl empty.jsonl", "the file is empty\n  --> empty.jsonl"),
        ("merge words.jsonl", "words.jsonl:1"),
        ("merge good.jsonl damaged.jsonl", "damaged.jsonl:2"),
        ("merge torn.jsonl", "torn.jsonl:4"),
        ("merge good.jsonl other.jsonl", "another scenario digest"),
        ("merge good.jsonl newer.jsonl", "another version"),
        ("merge good.jsonl --seeds 1..3", "seed 4 is not among 1..3\n  --> good.jsonl:4"),
        ("merge good.jsonl --seeds 3..1", "is empty"),
    ] {
        let told = at.refused(line, 2);
        assert!(told.contains(said), "{line}: {told}");
        assert!(told.contains("help: "), "{line}: {told}");
    }
    // Of each file one thing, and both values of what differs.
    let told = at.refused("merge good.jsonl other.jsonl damaged.jsonl", 2);
    assert!(told.contains("--> other.jsonl:1") && told.contains("--> damaged.jsonl:2"), "{told}");
    assert_eq!(told.matches("`xxh3:").count(), 2, "{told}");
}

#[test]
fn one_seed_that_comes_to_two_things_is_a_bug() {
    let at = Place::new("conflict");
    let good = at.said("sweep tiny.yaml --seeds 1..4").0;
    let line = good.lines().nth(1).expect("a line");
    let digest = line.rsplit('"').nth(1).expect("a digest");
    let other = line.replace(digest, "0123456789abcdef");
    at.write("good.jsonl", &good);
    at.write("other.jsonl", &format!("{other}\n"));
    let told = at.refused("merge good.jsonl other.jsonl", 70);
    assert!(told.contains("seed 2 came to two things"), "{told}");
    assert!(told.contains(&format!("--> good.jsonl:2\n{line}\n  --> other.jsonl:1\n{other}\n")), "{told}");
    at.write("both.jsonl", &format!("{line}\n{other}\n"));
    at.refused("sweep tiny.yaml --seeds 1..4 --resume both.jsonl", 70);
}

#[test]
fn reports_for_build_servers_are_well_formed() {
    let at = Place::new("reports");
    for line in [
        "sweep tiny.yaml --seeds 1..12 --format junit",
        // What is changed stands in the report as it was typed.
        "sweep tiny.yaml --seeds 1..3 --format junit --set summary=<&9>",
        "sweep tiny.yaml --seeds 1..3 --until 1s --format junit",
    ] {
        let (xml, exit) = at.said(line);
        let tags = tags(&xml);
        let count = |tag: &str| tags.iter().filter(|name| *name == tag).count();
        let stated = |what: &str| {
            let suite = xml.split("<testsuite ").nth(1).expect("a suite");
            suite.split(&format!("{what}=\"")).nth(1).and_then(|rest| rest.split('"').next()?.parse::<usize>().ok())
        };
        assert_eq!(stated("tests"), Some(count("testcase")), "{xml}");
        assert_eq!(stated("failures"), Some(count("failure")), "{xml}");
        assert_eq!(stated("skipped"), Some(count("skipped")), "{xml}");
        assert_eq!(exit == Some(1), count("failure") > 0, "{exit:?} {xml}");
    }
}

/// The names of all elements of a document that is well-formed.
fn tags(xml: &str) -> Vec<String> {
    let (mut open, mut all) = (Vec::new(), Vec::new());
    let body = xml.strip_prefix("<?xml version=\"1.0\" encoding=\"UTF-8\"?>").expect("a declaration");
    for piece in body.split('<').skip(1) {
        let (tag, text) = piece.split_once('>').expect("a tag ends");
        assert_eq!(tag.matches('"').count() % 2, 0, "{tag}");
        for text in [tag, text] {
            let entities = ["amp;", "lt;", "gt;", "quot;"];
            assert!(text.split('&').skip(1).all(|rest| entities.iter().any(|known| rest.starts_with(known))), "{text}");
        }
        let name = tag.trim_start_matches('/').split([' ', '/']).next().expect("a name").to_owned();
        if tag.starts_with('/') {
            assert_eq!(open.pop(), Some(name), "{xml}");
        } else {
            all.push(name.clone());
            if !tag.ends_with('/') {
                open.push(name);
            }
        }
    }
    assert!(open.is_empty(), "{open:?}");
    all
}
