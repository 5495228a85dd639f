//! A run in one line or in one file is made again and compared, and what is damaged is told.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use kafkasim::explore::capsule;
use kafkasim::explore::token::Token;
use kafkasim::scenario::ScenarioText;
use proptest::prelude::*;

fn kafkasim(args: &[&str]) -> (Option<i32>, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_kafkasim")).args(args).output().expect("the binary runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

/// A file of the test's own.
fn file(name: &str) -> String {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("replay");
    fs::create_dir_all(&folder).expect("a folder for the test");
    folder.join(name).display().to_string()
}

fn written(name: &str, text: &str) -> String {
    let path = file(name);
    fs::write(&path, text).expect("writable");
    path
}

const TINY: &str = "# A comment that stays.\nname: tiny\nduration: 12s\nfinal.phase: 0s\ncluster: { config: { broker.session.timeout.ms: 3000, broker.heartbeat.interval.ms: 500 } }\ntopics: { orders: { replication.factor: 3 } }\n\
                    producers: { p: { topic: orders, rate: 20/s } }\nfaults:\n  - { at: 5s, crash: { broker: leader of orders-0 } }\n\
                    expect:\n  - sometimes: leader-elected\nvariants:\n  calm: { set: { faults: [] }, expect: [] }\n";

/// A capsule of a run of a scenario that is not in the library.
fn capsule_of(name: &str) -> (String, String) {
    let (scenario, path) = (written(&format!("{name}.yaml"), TINY), file(&format!("{name}.capsule.yaml")));
    let change = "producers.p.rate=30/s";
    let (code, out, err) =
        kafkasim(&["replay", &format!("{scenario}:3"), "--set", change, "--until", "11s", "--capsule", &path]);
    assert_eq!(code, Some(0), "{out}{err}");
    assert!(out.contains("no token: its scenario is not in the library"), "{out}");
    (fs::read_to_string(&path).expect("it was written"), path)
}

#[test]
fn a_run_of_the_library_has_a_token_that_gives_it_again() {
    let (code, out, err) = kafkasim(&["replay", "first-record:4", "--set", "duration=14s"]);
    assert_eq!((code, err.as_str()), (Some(0), ""), "{out}");
    assert!(out.contains("The same, fact by fact."), "{out}");
    let token = out.lines().find_map(|line| line.trim().strip_prefix("token")).expect(&out).trim();
    assert!(token.starts_with("first-record:4,set=duration=14s@"), "{token}");
    let (code, out, _) = kafkasim(&["replay", token]);
    assert_eq!(code, Some(0), "{out}");
    assert!(out.contains("kafkasim run first-record:4 --set duration=14s"), "{out}");

    // Another digest, another version, another scenario: each is told apart.
    let (head, digest) = token.rsplit_once('.').expect("it ends with a digest");
    let other = format!("{head}.{:016x}", u64::from_str_radix(digest, 16).expect("hexadecimal") ^ 1);
    let (code, out, _) = kafkasim(&["replay", &other]);
    assert_eq!(code, Some(70), "{out}");
    assert!(out.contains("Another history of the same scenario by the same version."), "{out}");
    let (code, out, _) = kafkasim(&["replay", &other.replace('@', "@9")]);
    assert_eq!(code, Some(1), "{out}");
    assert!(out.contains("has written it down, and this is"), "{out}");
    let (code, out, _) = kafkasim(&["replay", &token.replace('@', "@9")]);
    assert_eq!(code, Some(0), "the same, though another version wrote it: {out}");
    let (name, result) = other.split_once('+').expect("behind the version");
    let parts: Vec<&str> = result.split('.').collect();
    let (code, out, _) = kafkasim(&["replay", &format!("{name}+{}.00000000.{}", parts[0], parts[2])]);
    assert_eq!(code, Some(1), "{out}");
    assert!(out.contains("the scenario says something else than it did"), "{out}");
    let (code, out, _) = kafkasim(&["replay", &format!("{name}+broken.{}.{digest}", parts[1])]);
    assert_eq!(code, Some(1), "{out}");
    assert!(out.contains("another verdict"), "{out}");
}

#[test]
fn a_capsule_needs_nothing_else() {
    let (text, path) = capsule_of("whole");
    assert!(text.contains("\n    # A comment that stays.\n"), "the text is whole: {text}");
    fs::remove_file(file("whole.yaml")).expect("nobody needs it");
    let (code, out, err) = kafkasim(&["replay", &path]);
    assert_eq!((code, err.as_str()), (Some(0), ""), "{out}");
    // What runs scenarios runs this one.
    let (code, out, err) = kafkasim(&["run", &path, "--no-plots", "--until", "11s"]);
    assert_eq!(code, Some(0), "{out}{err}");
    let digest = text.lines().find_map(|line| line.strip_prefix("  digest: ")).expect("it has one").trim_matches('"');
    assert!(out.contains(digest), "the same run: {out}");
    assert_eq!(kafkasim(&["lint", &path]).0, Some(0));
    let (code, out, _) = kafkasim(&["replay", &path, "--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&out).expect("one document");
    assert_eq!((code, &json["result"], &json["now"]["digest"]), (Some(0), &"same".into(), &digest.into()), "{out}");
}

#[test]
fn where_a_history_begins_to_differ_is_shown() {
    let (text, _) = capsule_of("differs");
    // As if that run had had one fault more.
    let more = text.replace("    expect:\n", "      - { at: 6s, crash: broker 3 }\n    expect:\n");
    let (code, out, _) = kafkasim(&["replay", &written("more.capsule.yaml", &more)]);
    assert_eq!(code, Some(1), "{out}");
    assert!(out.contains("the scenario says something else than it did"), "{out}");
    let times = out.split("from first to last:\n").nth(1).expect(&out);
    let seconds =
        |line: &str| line.trim_start().split('s').next().and_then(|time| time.parse::<f64>().ok()).expect("a time");
    let ends: Vec<f64> = times.lines().take(2).map(seconds).collect();
    assert!(ends[0] <= 6.0 && 6.0 <= ends[1], "{out}");
    // With the history of then it is the very fact.
    let (scenario, history) = (file("differs.yaml"), file("differs.jsonl"));
    let args = [
        "run",
        &format!("{scenario}:3"),
        "--set",
        "producers.p.rate=30/s",
        "--until",
        "11s",
        "--no-plots",
        "--history",
        &history,
    ];
    assert!(matches!(kafkasim(&args).0, Some(0 | 3)));
    let (code, out, err) = kafkasim(&["replay", &file("more.capsule.yaml"), "--history", &history]);
    assert_eq!(code, Some(1), "{out}{err}");
    assert!(out.contains("first difference") && out.contains("6.000000000s"), "{out}");
    let (code, _, err) =
        kafkasim(&["replay", "first-record:3@0.1.0+met.00000000.0000000000000000", "--history", &history]);
    assert_eq!(code, Some(2));
    assert!(err.contains("the history of another run"), "{err}");
    let (code, _, err) = kafkasim(&["replay", &format!("{scenario}:4"), "--history", &history]);
    assert_eq!(code, Some(2));
    assert!(err.contains("is the history of seed 3, and the run has seed 4"), "{err}");
    let (code, out, err) = kafkasim(&["replay", &format!("{scenario}:3"), "--history", &history]);
    assert_eq!(code, Some(1), "that run had a change\n{out}{err}");
}

#[test]
fn bad_input_is_told_with_a_remedy() {
    let (text, path) = capsule_of("damaged");
    let damaged: Vec<(String, &str)> = vec![
        (text.replace("capsule: 1", "capsule: 2"), "this program reads form 1"),
        (text.replace("kafkasim: 0", "kafkasim: v0"), "not a version"),
        (text.replace("seed: 3", "seed: -3"), "expected a seed"),
        (text.replace("seed: 3\n", ""), "a capsule without `seed`"),
        (text.replace("  - set:", "  - sat:"), "expected a change"),
        (text.replace("until: 11s", "until: 11"), "expected a duration"),
        (text.replace("verdict: met", "verdict: fine"), "not a verdict"),
        (text.replacen("  digest: \"", "  digest: \"x", 1), "hexadecimal digits"),
        (text.replace("  every: ", "  every: 1"), "a power of two"),
        (text.replacen("  facts: ", "  facts: 9", 1), "do not fit together"),
        (text.split("  marks:").next().expect("a part").to_owned() + "scenario: {}\n", "is missing"),
        (text.split("scenario:").next().expect("a part").to_owned(), "a capsule without `scenario`"),
        (text.replace("    name: tiny", "    nom: tiny"), "unknown key `nom`"),
        (text.replace("result:", "resolt:"), "a capsule without `result`"),
        ("capsule: 1\n".into(), "a capsule without `kafkasim`"),
        ("capsule: [\n".into(), "KS006"),
    ];
    for (number, (text, said)) in damaged.into_iter().enumerate() {
        let path = written(&format!("damaged-{number}.yaml"), &text);
        let (code, out, err) = kafkasim(&["replay", &path]);
        assert_eq!((code, out.as_str()), (Some(2), ""), "{number}: {err}");
        assert!(err.contains(said), "{number}: {said}: {err}");
        // YAML that is none says where; what it should be is for its author to know.
        assert!(err.contains("help: ") || err.contains("KS006"), "{number}: {err}");
    }
    for (args, said) in [
        (&["replay", "nobody:3,variant=x"][..], "does not have: `nobody`"),
        (&["replay", "first-record:3@0.1.0+met.zz.4cd21dc318c8c1da"], "a token without a legible digest"),
        (&["replay", "first-record:1,variant=x"], "unknown variant `x`"),
        (&["replay", "no-such"], "unknown scenario"),
        (&["replay", "no-such.yaml:1"], "there is no file"),
        (&["replay", &path, "--set", "duration=9s"], "leave the change out"),
        (&["replay", "first-record:1", "--capsule", "/no/such/folder/x"], "cannot write the capsule"),
        (&["run", "first-record:1,variant=x@0.1.0+met.00000000.0000000000000000"], "unknown variant"),
        (&["run", "first-record:3@0.1.0+met.00000000.0000000000000000"], "`kafkasim replay` takes tokens"),
    ] {
        let (code, _, err) = kafkasim(args);
        assert_eq!(code, Some(2), "{args:?}: {err}");
        assert!(err.contains(said) && err.contains("help"), "{args:?}: {err}");
    }
}

#[test]
fn run_writes_capsules_too() {
    let (scenario, path) = (written("run.yaml", TINY), file("run.capsule.yaml"));
    let (code, out, err) = kafkasim(&["run", &scenario, "--variant", "calm", "--no-plots", "--capsule", &path]);
    assert_eq!(code, Some(0), "{out}{err}");
    let (code, out, _) = kafkasim(&["replay", &path]);
    assert_eq!(code, Some(0), "{out}");
    let (code, _, err) = kafkasim(&["run", &scenario, "--no-plots", "--capsule", &scenario]);
    assert_eq!(code, Some(2));
    assert!(err.contains("would overwrite it"), "{err}");
    assert_eq!(fs::read_to_string(&scenario).expect("it is there"), TINY);
}

/// What a capsule says comes back; and whatever becomes of its text, nobody panics.
fn a_capsule() -> &'static str {
    static TEXT: std::sync::OnceLock<String> = std::sync::OnceLock::new();
    TEXT.get_or_init(|| capsule_of("fuzzed").0)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]
    #[test]
    fn no_damage_breaks_the_reader(cut in 0_usize..3000, at in 0_usize..3000, with in "[ -~\n]{0,3}", drop in 0_usize..40) {
        let whole = a_capsule();
        let floor = |at: usize| (0..=at.min(whole.len())).rev().find(|at| whole.is_char_boundary(*at)).unwrap_or(0);
        let mut texts = vec![whole[..floor(cut)].to_owned()];
        let at = floor(at);
        texts.push(format!("{}{with}{}", &whole[..at], &whole[floor(at + with.len())..]));
        let lines: Vec<&str> = whole.lines().collect();
        texts.push(lines.iter().enumerate().filter(|(n, _)| n % 40 != drop).map(|(_, line)| format!("{line}\n")).collect());
        for text in texts {
            match capsule::read(&ScenarioText::new("x", text), "x") {
                Ok(capsule) => {
                    let written = capsule::write(&capsule.case, &capsule.recorded);
                    let again = capsule::read(&ScenarioText::new("x", written), "x").expect("what is written is read");
                    prop_assert_eq!(again.recorded, capsule.recorded);
                }
                Err(findings) => {
                    prop_assert!(!findings.is_empty());
                    findings.iter().for_each(|finding| _ = finding.render(false));
                }
            }
        }
    }
    #[test]
    fn no_token_breaks_the_reader(text in "(first-record|leader-crash)(:[0-9]{1,3})?(,(set|with|until|variant)=[a-z.0-9%+:]{0,12}){0,2}(@[0-9.]{1,5}\\+[a-z]{3}.[0-9a-f.]{0,30})?") {
        if let Ok(token) = Token::parse(&text) {
            let _ = token.case();
        }
    }
}

#[test]
fn a_sweep_keeps_the_first_of_each_cause() {
    let scenario =
        written("swept.yaml", &TINY.replace("  - sometimes: leader-elected\n", "  - ledger: { failed: at least 1 }\n"));
    let folder = file("swept");
    let _ = fs::remove_dir_all(&folder);
    let (code, out, err) = kafkasim(&["sweep", &scenario, "--seeds", "5..7", "--capsules", &folder]);
    assert_eq!(code, Some(1), "{out}{err}");
    let kept: Vec<String> = fs::read_dir(&folder)
        .expect("it was made")
        .map(|entry| entry.expect("an entry").path().display().to_string())
        .collect();
    // Two sweeps of one name have capsules of two names.
    let begins = PathBuf::from(&folder).join("tiny-5-").display().to_string();
    assert!(kept.len() == 1 && kept[0].starts_with(&begins) && kept[0].ends_with(".capsule.yaml"), "{kept:?}");
    let (code, out, err) = kafkasim(&["replay", &kept[0]]);
    assert_eq!(code, Some(0), "{out}{err}");
    assert!(out.contains("broken") && out.contains("ledger failed"), "{out}");
    let (code, _, err) = kafkasim(&["sweep", &scenario, "--seeds", "5", "--capsules", "/proc/none"]);
    assert_eq!(code, Some(2));
    assert!(err.contains("cannot make the folder") && err.contains("help: "), "{err}");
}
