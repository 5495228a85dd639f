//! `kafkasim learn` and `kafkasim interview` as somebody at a terminal has them.

use std::fs;
use std::path::PathBuf;
use std::process::{Child, Command};

use crate::person::{Person, ends, start};

/// A file of what was done, which is nobody's yet.
fn file(name: &str) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_file(&path);
    path
}

fn call(person: &Person, file: &PathBuf, args: &[&str]) -> Child {
    start(person, Command::new(env!("CARGO_BIN_EXE_kafkasim")).args(args).env("KAFKASIM_PROGRESS", file))
}

#[test]
fn a_learner_predicts_and_is_told_and_goes_on_where_it_stopped() {
    let Some(mut person) = Person::sit_down() else {
        eprintln!("skipped: there are no pseudo-terminals here");
        return;
    };
    let file = file("a-learner.json");
    let child = call(&person, &file, &["learn", "L08"]);
    person.reads("Which offset does it read first?");
    person.types("h\n");
    person.reads("How many records are done then?");
    person.types("seven\n");
    person.reads("that is none of them");
    person.types("1\n");
    person.reads("you said 1) 41");
    person.reads("in the run 2) 42");
    person.reads("next lesson kafkasim learn L09");
    assert_eq!(ends(child).code(), Some(0));
    let kept = fs::read_to_string(&file).expect("it is kept");
    assert!(kept.contains("\"L08\"") && kept.contains("\"wrong\": 1"), "{kept}");

    // Right this time, and it is the first lesson that was not taken which comes by itself.
    let child = call(&person, &file, &["learn", "l08"]);
    person.types("2\n");
    person.reads("right 2) 42");
    assert_eq!(ends(child).code(), Some(0));
    let child = call(&person, &file, &["learn"]);
    person.reads("L01");
    person.types("q\n");
    assert_eq!(ends(child).code(), Some(0));
    let mut list = Command::new(env!("CARGO_BIN_EXE_kafkasim"));
    let list = list.args(["learn", "--list"]).env("KAFKASIM_PROGRESS", &file).output().expect("it runs");
    assert!(String::from_utf8_lossy(&list.stdout).contains("L08  right"), "{list:?}");
}

#[test]
fn somebody_is_asked_and_what_was_missed_comes_again() {
    let Some(mut person) = Person::sit_down() else {
        eprintln!("skipped: there are no pseudo-terminals here");
        return;
    };
    let file = file("an-interview.json");
    let child = call(&person, &file, &["interview", "--question", "q7"]);
    person.reads("your answer");
    person.types("1\n");
    person.reads("good answer");
    person.reads("of 1 right");
    person.types("q\n");
    assert_eq!(ends(child).code(), Some(0));
    assert!(fs::read_to_string(&file).expect("it is kept").contains("\"Q007\""));
}

#[test]
fn a_file_that_is_none_is_not_overwritten() {
    let file = file("no-progress.json");
    fs::write(&file, "{\"score\": 7}").expect("it can be written");
    let run = |args: &[&str]| {
        Command::new(env!("CARGO_BIN_EXE_kafkasim"))
            .args(args)
            .env("KAFKASIM_PROGRESS", &file)
            .output()
            .expect("it runs")
    };
    let output = run(&["learn", "--list"]);
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{told}");
    assert!(told.contains("unknown field `score`") && told.contains("help: mend or remove it"), "{told}");
    assert_eq!(fs::read_to_string(&file).expect("it is there"), "{\"score\": 7}");
    // Nor is it removed: who knows whose it is.
    assert_eq!(run(&["learn", "--reset"]).status.code(), Some(2));
    assert!(file.exists());
    fs::write(&file, "{}").expect("it can be written");
    assert_eq!(run(&["learn", "--reset"]).status.code(), Some(0));
    assert!(!file.exists());
    fs::create_dir(&file).expect("it can be made");
    assert_eq!(run(&["learn", "--reset"]).status.code(), Some(2), "what is no file is not removed");
    fs::remove_dir(&file).expect("it is there");
}

#[test]
fn what_is_not_there_is_told_with_a_remedy() {
    for (args, code, told) in [
        (&["learn", "L99"][..], 2, "there is no lesson `L99`"),
        (&["learn", "no-such.yaml"], 2, "there is no file `no-such.yaml`"),
        (&["learn", "--lint", "no-such.yaml"], 2, "there is no file `no-such.yaml`"),
        (&["claim", "C999"], 2, "no claim is called `C999`"),
        (&["claim", "teapot"], 2, "`kafkasim claim` lists all"),
        (&["interview", "--topic", "tea"], 2, "no question is about `tea`"),
        (&["interview", "--count", "0"], 2, "a number of questions from 1 to 200"),
        (&["interview", "--question", "Q999"], 2, "there is no question `Q999`"),
        (&["interview", "--missed"], 4, "nothing of that kind was missed"),
    ] {
        let file = file("nobody.json");
        let output = Command::new(env!("CARGO_BIN_EXE_kafkasim")).args(args).env("KAFKASIM_PROGRESS", &file).output();
        let output = output.expect("it runs");
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(code), "{args:?}: {errors}");
        assert!(errors.contains(told), "{args:?}: {errors}");
    }
}
