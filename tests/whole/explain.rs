//! `kafkasim explain RUN`: passports of records, by the program that is called.

use std::process::{Command, Output};

fn kafkasim(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_kafkasim")).args(args).env("COLUMNS", "100").output().expect("it starts")
}

/// Lines are as wide as they are; what is said is not.
fn plain(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Exit code, and what was said.
fn said(args: &[&str]) -> (Option<i32>, String, String) {
    let output = kafkasim(args);
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

#[test]
fn a_lost_record_has_a_story_though_the_loss_was_expected() {
    let (code, out, err) = said(&["explain", "acks1-leader-crash:1", "--lost", "1"]);
    assert_eq!((code, err.as_str()), (Some(0), ""), "{out}");
    let told = plain(&out);
    for words in [
        "orders-0@6107 of checkout-0 was acknowledged and lost (1 of 103)",
        "cause truncated-by-new-leader",
        "acknowledged by broker 1 alone (acks=1); broker 1 crashed",
        "broker 2 was elected at 20.239s, begins its epoch at offset 6107",
        "broker 1 was truncated to follow it: cut off",
    ] {
        assert!(told.contains(words), "{words}:\n{out}");
    }
    // By its place it is the same record, and it is the first one of `--why`.
    let (_, by_place, _) = said(&["explain", "acks1-leader-crash:1", "--record", "orders-0@6107"]);
    assert!(
        plain(&by_place).contains("cause truncated-by-new-leader") && plain(&by_place).contains("stands there"),
        "{by_place}"
    );
    let (_, why, _) = said(&["run", "acks1-leader-crash:1", "--no-plots", "--why", "--timeline", "2"]);
    assert!(why.contains("why: orders-0@6107 of checkout-0 was acknowledged and lost (1 of 103)"), "{why}");
}

/// What the run says to type tells the story of the first harm.
#[test]
fn the_line_after_a_run_is_a_command() {
    for name in ["acks1-leader-crash", "auto-commit-loss", "retry-duplicates", "reordering-in-flight", "dual-write"] {
        let (_, out, _) = said(&["run", name, "--no-plots", "--timeline", "2", "--why"]);
        let line = out
            .lines()
            .find_map(|line| line.trim().strip_prefix("next  "))
            .unwrap_or_else(|| panic!("{name} has a hint:\n{out}"))
            .trim();
        let args: Vec<&str> = line.strip_prefix("kafkasim ").expect("a command").split_whitespace().collect();
        let (code, told, err) = said(&args);
        assert_eq!(code, Some(0), "{line}: {err}");
        let why = out.split_once("why: ").expect("it is told").1;
        let cause = |text: &str| text.lines().find(|line| line.starts_with("  cause ")).map(str::to_owned);
        assert_eq!(cause(&told), cause(why), "{line}\n{told}\n{why}");
        let title = |text: &str| text.split(" of ").next().map(str::to_owned);
        assert_eq!(title(&told), title(why), "{line}");
    }
    let (_, out, _) = said(&["run", "leader-crash", "--no-plots", "--timeline", "2"]);
    assert!(!out.contains("kafkasim explain"), "nothing went wrong:\n{out}");
}

#[test]
fn what_cannot_be_asked_is_refused_with_a_remedy() {
    let cases: [(&[&str], &str, &str); 10] = [
        (&["retry-duplicates", "--lost", "0"], "", "a number from 1 on"),
        (&["acks1-leader-crash", "--lost", "999"], "only 103 records were lost", "ask for 1 to 103"),
        (
            &["leader-crash", "--record", "orders-0@99999999"],
            "there is no record orders-0@99999999",
            "has offsets 0 to",
        ),
        (&["leader-crash", "--record", "order-0@5"], "there is no topic `order`", "topics are orders"),
        (&["leader-crash", "--record", "orders-9@5"], "`orders` has no partition 9", "its partitions are 0 to 5"),
        (&["leader-crash", "--record", "orders@x"], "it names no record", "TOPIC-PARTITION@OFFSET"),
        (&["leader-crash", "--record", "orders-0@-1"], "-1 is no offset", "offsets begin with 0"),
        (&["leader-crash", "--record", "__consumer_offsets-0@0"], "is internal to Kafka", "a topic of the scenario"),
        (
            &["late-endtxn-kafka-17754", "--record", "payments-0@23"],
            "is a control record: the COMMIT marker",
            "a record before it",
        ),
        (&["leader-crash:7", "--format", "dot"], "nothing is asked of leader-crash", "--lost 1"),
    ];
    for (args, message, help) in cases {
        let (code, out, err) = said(&[&["explain"], args].concat());
        assert_eq!((code, out.as_str()), (Some(2), ""), "{args:?}: {err}");
        assert!(err.contains(message) && err.contains(help), "{args:?}: {err}");
        assert!(err.contains("-->") || err.contains("error:"), "{args:?}: {err}");
    }
    let (code, _, err) = said(&["explain", "leader-crash:7"]);
    assert!(code == Some(2) && err.contains("there is no question") && err.contains("--lost 1"), "{err}");
}

#[test]
fn where_nothing_was_lost_nothing_is_selected() {
    for (question, words) in [
        ("--lost", "nothing was lost"),
        ("--duplicate", "no record is in a log twice"),
        ("--violation", "no invariant was broken"),
    ] {
        let (code, out, err) = said(&["explain", "leader-crash", question, "1"]);
        assert_eq!((code, out.as_str()), (Some(4), ""), "{err}");
        assert!(err.contains(words), "{err}");
    }
}

#[test]
fn changes_of_the_run_are_those_of_run() {
    let set = ["--set", "producers.*.config.acks=1", "--seed", "7", "--until", "36s"];
    let (code, out, err) =
        said(&[&["explain", "leader-crash", "--variant", "acks1", "--lost", "1"], &set[..]].concat());
    assert_eq!(code, Some(0), "{err}");
    assert!(
        out.contains("kafkasim run leader-crash:7 --variant acks1 --set 'producers.*.config.acks=1' --until 36s"),
        "{out}"
    );
}

#[test]
fn a_story_has_four_forms_and_each_is_the_same_every_time() {
    for (form, begins) in
        [("text", "orders-0@"), ("mermaid", "sequenceDiagram\n"), ("dot", "digraph passport {\n"), ("json", "{\n")]
    {
        let args = ["explain", "consumer-crash-duplicates", "--duplicate", "1", "--format", form];
        let (code, out, err) = said(&args);
        assert_eq!(code, Some(0), "{err}");
        assert!(out.starts_with(begins), "{form}:\n{out}");
        assert_eq!(out, said(&args).1);
        if form == "json" {
            let json: serde_json::Value = serde_json::from_str(&out).expect("JSON");
            assert_eq!(json["cause"]["name"], "crash-before-commit");
            assert_eq!(json["stations"][0]["station"], "buffered");
            assert_eq!(json["stations"][1]["after"][0]["station"], 0);
        }
    }
}

#[test]
fn a_cause_is_a_word_that_is_explained() {
    let (code, out, _) = said(&["explain", "truncated-by-new-leader"]);
    assert!(
        code == Some(0) && out.contains("cause of a story") && plain(&out).contains("elected next never had it"),
        "{out}"
    );
}
