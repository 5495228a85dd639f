//! `kafkasim step` as a shell sees it: in a pipe, and at a terminal.

use std::io::Write;
use std::process::{Command, Output, Stdio};

fn piped(args: &[&str], commands: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_kafkasim"))
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary runs");
    child.stdin.take().expect("it is piped").write_all(commands.as_bytes()).expect("it reads");
    child.wait_with_output().expect("it ends")
}

fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn without_commands_it_shows_the_first_state_and_ends() {
    let output = piped(&["step", "leader-crash"], "");
    assert_eq!(output.status.code(), Some(0));
    assert!(stdout(&output).contains("before the first event"), "{}", stdout(&output));
    assert!(output.stderr.is_empty());
}

#[test]
fn a_script_of_commands_is_a_story() {
    let script = "# to the crash\nnext fault\nbreak leader-elected\ngo\nback fault\nquit\nnext\n";
    let output = piped(&["step", "leader-crash:7"], script);
    let told = stdout(&output);
    assert_eq!(output.status.code(), Some(0), "{told}");
    let crash = "12.008s  fault            crash leader of orders-0";
    assert_eq!(told.matches(crash).count(), 2, "{told}");
    assert!(told.contains("19.440s  controller       broker 3 leads orders-0"), "{told}");
    assert!(!told.contains("> next\n"), "it has quit");
}

/// The command that is printed for an injected fault gives the run: it is tried.
#[test]
fn what_is_injected_can_be_run_again() {
    let output = piped(&["step", "leader-crash", "--until", "20s"], "to 15s\ninject crash: broker 1\nto end\n");
    let told = stdout(&output);
    let command = told.lines().find_map(|line| line.strip_prefix("kafkasim run ")).expect("it is printed");
    let parts: Vec<&str> = command.split('\'').collect();
    let [run, fault, until] = parts.as_slice() else { panic!("{command}") };
    assert_eq!((*run, *until), ("leader-crash:7 --with ", " --until 20s"));
    let args = ["run", "leader-crash:7", "--with", fault, "--until", "20s", "--no-plots"];
    let run = Command::new(env!("CARGO_BIN_EXE_kafkasim")).args(args).output().expect("the binary runs");
    assert!(stdout(&run).contains("15.000s  broker 1       crash injected"), "{}", stdout(&run));
}

#[test]
fn mistakes_are_told_and_counted() {
    for (args, commands, told) in [
        (&["step", "leader-crash"][..], "frobnicate\nnext\n", "help: `help` lists all commands"),
        (&["step", "leader-crush"], "", "did you mean `leader-crash`?"),
        (&["step", "-"], "", "standard input has the commands"),
        (&["step", "leader-crash:x"], "", "a seed is a whole number"),
    ] {
        let output = piped(args, commands);
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{args:?}: {errors}");
        assert!(errors.contains(told), "{args:?}: {errors}");
    }
}

/// A person at a terminal: what is drawn, what keys do, and that the terminal is as it was when it is over.
#[cfg(unix)]
mod terminal {
    use std::process::Command;

    use crate::person::{Person, call, ends, start};

    #[test]
    fn a_person_goes_to_the_crash_and_leaves() {
        let Some(mut person) = Person::sit_down() else {
            eprintln!("skipped: there are no pseudo-terminals here");
            return;
        };
        assert!(!person.is_raw());
        let child = call(&person, &["step", "leader-crash:7"]);
        person.waits_for("n goes to the next fact");
        assert!(person.is_raw(), "keys come one by one");
        person.types("f");
        person.waits_for("crash leader of orders-0");
        person.types(":follow orders-0@573\r");
        person.waits_for("orders-0@573 is record 573 of checkout-0");
        person.types("?");
        person.waits_for("this help; any key leaves it");
        person.types("xq");
        assert_eq!(ends(child).code(), Some(0));
        person.has_its_terminal_back();
    }

    #[test]
    fn ctrl_c_leaves_the_terminal_as_it_was() {
        let Some(mut person) = Person::sit_down() else {
            eprintln!("skipped: there are no pseudo-terminals here");
            return;
        };
        let child = call(&person, &["step", "leader-crash"]);
        person.waits_for("n goes to the next fact");
        person.types("\u{3}");
        assert_eq!(ends(child).code(), Some(0));
        person.has_its_terminal_back();
    }

    #[test]
    fn a_panic_leaves_the_terminal_as_it_was() {
        let Some(mut person) = Person::sit_down() else {
            eprintln!("skipped: there are no pseudo-terminals here");
            return;
        };
        let mut this = Command::new(std::env::current_exe().expect("it runs"));
        let child = start(&person, this.args(["--ignored", "--exact", "step::terminal::panics", "--nocapture"]));
        person.waits_for("on purpose");
        ends(child);
        person.has_its_terminal_back();
    }

    #[test]
    #[ignore = "another test runs it, at a terminal"]
    #[should_panic(expected = "on purpose")]
    fn panics() {
        let mut terminal = kafkasim::cli::terminal::Terminal::take().expect("on purpose: there is no terminal");
        terminal.draw(|_, _| {}).expect("on purpose: there is no terminal");
        panic!("on purpose");
    }
}
