//! Everything that is taught is held against its runs: each right answer is the one that the runs bear out, and what a text
//! says must be in them.

use kafkasim::scenario::ScenarioText;
use kafkasim::scenario::diagnostic::render_all;
use kafkasim::school::library::{Availability, Library, embedded};
use kafkasim::school::lint::lint;

#[test]
fn whatever_is_taught_is_so() {
    let library = embedded().unwrap_or_else(|findings| panic!("{}", render_all(&findings, false)));
    let linted = lint(&library, &library).expect("no bug of the simulator");
    assert!(linted.findings.is_empty(), "{}", render_all(&linted.findings, false));
    assert!(!linted.notes.is_empty());
}

#[test]
fn what_is_locked_says_why() {
    let library = embedded().expect("a test holds that");
    let claims = library.claims.iter().map(|claim| (&claim.id, &claim.body));
    let questions = library.questions.iter().map(|question| (&question.id, &question.body));
    let lessons = library.lessons.iter().map(|lesson| (&lesson.id, &lesson.body));
    for (id, body) in claims.chain(questions).chain(lessons) {
        if let Availability::Locked(reason) | Availability::TextOnly(reason) = body {
            assert!(reason.len() > 10, "{id}: {reason}");
        }
    }
}

/// What is found in a text that is not sound.
fn findings(text: &str) -> String {
    let known = embedded().expect("a test holds that");
    let mut library = Library::default();
    let mut findings = library.add(ScenarioText::new("mine.yaml", text));
    findings.extend(lint(&library, &known).expect("no bug of the simulator").findings);
    render_all(&findings, false)
}

const SOUND: &str = "
lesson: L99
title: t
part: p
opening: o
run: acks1-leader-crash
predict:
  ask: lost?
  options:
    - { says: none, when: [ledger: { lost.after.ack: 0 }] }
    - { says: some, when: [ledger: { lost.after.ack: at least 1 }] }
figures: { lost: ledger lost.after.ack }
explain: '{lost} are lost'
";

#[test]
fn a_mistake_is_told_at_its_place_with_a_remedy() {
    assert_eq!(findings(SOUND), "");
    assert!(findings("# nothing").contains("`mine.yaml` has no content"));
    let mut told = String::new();
    for (wrong, with, says) in [
        ("lesson: L99", "lessn: L99", "neither a lesson nor claims nor questions"),
        ("opening: o\n", "", "`opening` is missing"),
        ("title: t", "title: t\nhnt: x", "unknown key `hnt`"),
        ("run: acks1-leader-crash", "run: acks1-leader-crush", "did you mean `acks1-leader-crash`?"),
        ("run: acks1-leader-crash", "run: { scenario: acks1-leader-crash, variant: cures }", "did you mean `cure`?"),
        ("run: acks1-leader-crash", "run: { scenario: acks1-leader-crash, set: { sed: 3 } }", "did you mean `seed`?"),
        ("run: acks1-leader-crash", "locked: x\nrun: acks1-leader-crash", "what is there to run?"),
        ("lost.after.ack: 0 ", "lost.after.akk: 0 ", "mine.yaml:10:"),
        ("lost.after.ack: 0 }", "lost.after.ack: at most 500 }", "2 of its options are right"),
        ("lost.after.ack: at least 1", "lost.after.ack: 7", "0 of its options are right"),
        ("ledger lost.after.ack }", "ledgr lost.after.ack }", "is not a figure of a run"),
        ("says: some", "says: none", "two options say `none`"),
        (
            "run: acks1-leader-crash",
            "run: { scenario: acks1-leader-crash, set: { topics.orders.preallocate: true } }",
            "not simulated: ",
        ),
        ("'{lost} are lost'", "'{loss} are lost'", "names `{loss}`"),
        ("figures: { lost: ledger", "figures: { lost in cure: ledger", "there is no run `cure`"),
        ("title: t", "title: t\nclaims: [C999]", "there is no `C999`"),
        (
            "title: t",
            "title: t\nshows: [ledger: { duplicated: at least 1 }]",
            "the run does not show that ledger duplicated",
        ),
    ] {
        let text = SOUND.replacen(wrong, with, 1);
        assert_ne!(text, SOUND, "{wrong}");
        let found = findings(&text);
        assert!(found.contains(says), "{with}: {found}");
        told += &found;
    }
    for code in kafkasim::scenario::codes::ALL.iter().map(|code| code.code).filter(|code| code.starts_with("KS3")) {
        assert!(told.contains(code), "no case shows {code}");
    }
}
