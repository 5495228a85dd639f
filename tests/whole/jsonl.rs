//! A history file that is not whole is refused with one clear error and its place, whatever is wrong
//! with it.

use crate::support;

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::LazyLock;

use kafkasim::history::jsonl::{Export, ImportError, VERSION, import};
use kafkasim::sim::time::Nanos;
use kafkasim::world::World;
use kafkasim::world::spec::WorldSpec;
use proptest::prelude::*;

/// A short history as a file.
static FILE: LazyLock<String> = LazyLock::new(|| {
    let spec = WorldSpec { final_phase: Nanos::ZERO, ..support::small(1, 20, 1, 2) };
    let mut world = World::new(&spec, 5);
    world.record_causes();
    let mut file = Vec::new();
    let mut export = Export::new(&mut file, world.setup());
    world.run(&mut export);
    export.finish(world.causes()).expect("memory does not fail");
    String::from_utf8(file).expect("JSON is text")
});

fn lines() -> Vec<&'static str> {
    FILE.lines().collect()
}

/// The file with one line replaced; none: left out.
fn with_line(number: usize, new: Option<&str>) -> String {
    let put = |(i, old): (usize, &&'static str)| {
        if i + 1 == number { new.map(str::to_owned) } else { Some((*old).to_owned()) }
    };
    lines().iter().enumerate().filter_map(put).map(|line| line + "\n").collect()
}

fn refusal(text: &str) -> ImportError {
    let error = import(text).expect_err("it is not whole");
    assert!(error.line >= 1 && error.line <= text.lines().count().max(1), "{error:?}");
    assert!(!error.message.is_empty() && !error.help.is_empty() && !error.message.contains('\n'), "{error:?}");
    error
}

#[test]
fn the_whole_file_is_read() {
    let history = import(&FILE).expect("whole");
    assert_eq!(history.entries.len() + 2, lines().len());
    assert!(history.entries.len() > 100);
    import(FILE.trim_end()).expect("the last line's end is no content");
    import(&FILE.replace('\n', "\r\n")).expect("another system's line ends");
}

#[test]
fn cut_in_half_at_every_kind_of_place() {
    let all = lines();
    let total = all.len();
    let starts: Vec<usize> = all.iter().map(|line| line.as_ptr() as usize - FILE.as_ptr() as usize).collect();
    let cut = |at: usize| refusal(&FILE[..at]);

    let nothing = cut(0);
    assert_eq!((nothing.line, nothing.message.as_str()), (1, "the file is empty"));
    // In the header, from its first byte to its last but one.
    for at in (1..all[0].len()).step_by(61).chain([all[0].len() - 1]) {
        let error = cut(at);
        assert_eq!((error.line, error.message.as_str()), (1, "a header is cut off"), "at {at}");
    }
    // After the header: there is no fact and no closing line.
    for at in [all[0].len(), all[0].len() + 1] {
        assert_eq!(cut(at).message, "the history ends after 0 facts without a closing line: it is cut off");
    }
    // In the middle of a fact: at each of its bytes.
    let middle = total / 2;
    for byte in 1..all[middle].len() {
        let error = cut(starts[middle] + byte);
        assert_eq!((error.line, error.message.as_str()), (middle + 1, "a fact is cut off"), "at byte {byte}");
    }
    // Between two facts, with and without the line's end.
    for at in [starts[middle] - 1, starts[middle]] {
        let error = cut(at);
        assert_eq!(error.line, middle);
        assert!(error.message.ends_with("without a closing line: it is cut off"), "{error:?}");
    }
    // In the closing line.
    for byte in 1..all[total - 1].len() {
        let error = cut(starts[total - 1] + byte);
        assert_eq!(error.line, total);
        assert!(error.message.ends_with("is cut off"), "{error:?}");
    }
}

#[test]
fn a_missing_doubled_or_swapped_line_is_noticed() {
    let all = lines();
    for number in [1, 2, all.len() / 2, all.len() - 1, all.len()] {
        refusal(&with_line(number, None));
        let doubled = format!("{0}\n{0}", all[number - 1]);
        refusal(&with_line(number, Some(&doubled)));
    }
    let swap = all.windows(2).position(|pair| pair[0] != pair[1]).expect("two lines differ") + 1;
    let swapped = with_line(swap, Some(all[swap]))
        .lines()
        .enumerate()
        .map(|(i, line)| if i == swap { all[swap - 1] } else { line }.to_owned() + "\n")
        .collect::<String>();
    assert_ne!(swapped, *FILE);
    refusal(&swapped);
}

/// Each digit of some lines, one at a time, becomes another.
#[test]
fn a_changed_digit_is_noticed() {
    let all = lines();
    for number in [1, 2, 3, all.len() / 2, all.len() - 1, all.len()] {
        let line = all[number - 1];
        let digits: Vec<usize> =
            line.bytes().enumerate().filter(|(_, b)| b.is_ascii_digit()).map(|(at, _)| at).collect();
        // All of a fact; a sample of the long first and last lines.
        let step = digits.len().div_ceil(60);
        for at in digits.iter().rev().step_by(step) {
            let digit = line.as_bytes()[*at] - b'0';
            let changed = format!("{}{}{}", &line[..*at], (digit + 1) % 10, &line[at + 1..]);
            let text = with_line(number, Some(&changed));
            assert!(import(&text).is_err(), "line {number}, byte {at} of {changed}");
        }
    }
}

#[test]
fn another_version_and_another_form() {
    let header = lines()[0];
    let other = header.replace(&format!("\"version\":{VERSION}"), "\"version\":999");
    let version = refusal(&with_line(1, Some(&other)));
    let says = format!("version 999 of the form; this program reads version {VERSION}");
    assert_eq!((version.line, version.message), (1, says));
    let none = refusal("{\"a\":1}\n");
    assert_eq!(none.message, "the header's format is `none`, not `kafkasim-facts`");
    let exchange = refusal("{\"format\":\"kafkasim-exchange\",\"version\":1}\n");
    assert_eq!(exchange.message, "the header's format is `kafkasim-exchange`, not `kafkasim-facts`");
    let yaml = refusal("name: leader-crash\nseed: 7\n");
    assert_eq!(yaml.line, 1);
    assert!(yaml.message.starts_with("not a header: "), "{yaml:?}");
}

#[test]
fn a_fact_about_nobody_is_refused() {
    let all = lines();
    let (number, line) =
        all.iter().enumerate().find(|(_, line)| line.contains("\"ProcessStarted\"")).expect("a process started");
    let node = line.find("\"node\":").expect("its node") + "\"node\":".len();
    let end = node + line[node..].find(|c: char| !c.is_ascii_digit()).expect("more follows");
    let error = refusal(&with_line(number + 1, Some(&format!("{}999{}", &line[..node], &line[end..]))));
    assert_eq!(error.line, number + 1);
    assert!(error.message.starts_with("the header declares no such process"), "{error:?}");
}

/// The command says the same with file, line, and a remedy, and ends with exit code 2.
#[test]
fn check_refuses_what_import_refuses() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("histories");
    fs::create_dir_all(&folder).expect("a folder for the test");
    let check = |name: &str, bytes: Option<&[u8]>| {
        if let Some(bytes) = bytes {
            fs::write(folder.join(name), bytes).expect("writable");
        }
        let output = Command::new(env!("CARGO_BIN_EXE_kafkasim"))
            .args(["check", name])
            .current_dir(&folder)
            .output()
            .expect("the binary runs");
        (
            output.status.code(),
            String::from_utf8_lossy(&output.stdout).into_owned(),
            String::from_utf8_lossy(&output.stderr).into_owned(),
        )
    };
    let half = &FILE.as_bytes()[..FILE.len() / 2];
    for (name, bytes, says) in [
        ("half.jsonl", Some(half), "is cut off"),
        ("empty.jsonl", Some(&b""[..]), "the file is empty"),
        ("binary.jsonl", Some(&b"\xff\xfe\x00\x01"[..]), "not a header"),
        ("missing.jsonl", None, "cannot read `missing.jsonl`"),
        (".", None, "cannot read `.`"),
    ] {
        let (code, stdout, stderr) = check(name, bytes);
        assert_eq!((code, stdout.as_str()), (Some(2), ""), "{name}: {stderr}");
        assert!(stderr.starts_with("error") && stderr.contains(says), "{name}: {stderr}");
        assert_eq!(stderr.lines().filter(|line| line.starts_with("error")).count(), 1, "one error: {stderr}");
        if bytes.is_some() {
            assert!(stderr.contains(&format!("--> {name}:")) && stderr.contains("help: "), "{stderr}");
        }
    }
    let (code, stdout, stderr) = check("whole.jsonl", Some(FILE.as_bytes()));
    assert_eq!((code, stderr.as_str()), (Some(0), ""), "{stdout}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_refused(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        refusal(&String::from_utf8_lossy(&bytes));
    }

    /// A few bytes of a good file become others, anywhere but in the last line's end.
    #[test]
    fn a_spoilt_file_is_refused(places in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4)) {
        let mut bytes = FILE.clone().into_bytes();
        for (place, byte) in &places {
            let at = place.index(bytes.len() - 1);
            bytes[at] = *byte;
        }
        let whole = bytes == FILE.as_bytes();
        prop_assert_eq!(import(&String::from_utf8_lossy(&bytes)).is_ok(), whole);
    }

    /// A line of any JSON in the place of a fact.
    #[test]
    fn any_fact_is_no_panic(
        name in prop::sample::select(&["ProcessStarted", "Appended", "BatchSent", "PartitionChanged", "Nothing", ""][..]),
        field in prop::sample::select(&["node", "tp", "broker", "count", "isr", "group"][..]),
        value in prop_oneof![Just("-1".to_owned()), Just("null".into()), Just("1e400".into()), Just("[[[[".into()), Just("18446744073709551616".into()), "[0-9]{1,12}", "\"\\PC{0,9}\""],
    ) {
        let line = format!("{{\"t\":0,\"event\":0,\"fact\":{{\"{name}\":{{\"{field}\":{value}}}}}}}");
        refusal(&with_line(2, Some(&line)));
    }
}
