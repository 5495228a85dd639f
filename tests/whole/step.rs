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
    use std::fs::{File, OpenOptions};
    use std::io::{Read, Write};
    use std::process::{Child, Command, ExitStatus};
    use std::sync::mpsc::{Receiver, channel};
    use std::thread;
    use std::time::Duration;

    use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
    use rustix::termios::{LocalModes, Winsize, tcgetattr, tcsetwinsize};

    /// More than it ever takes, and less than anybody would wait.
    const PATIENCE: Duration = Duration::from_secs(120);

    struct Person {
        master: File,
        /// The other end, kept open so that its settings can be looked at.
        slave: File,
        output: Receiver<Vec<u8>>,
        /// All that was written.
        all: Vec<u8>,
    }

    impl Person {
        /// None where there are no pseudo-terminals.
        fn sit_down() -> Option<Person> {
            let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).ok()?;
            grantpt(&master).ok()?;
            unlockpt(&master).ok()?;
            let name = ptsname(&master, Vec::new()).ok()?.into_string().ok()?;
            let slave = OpenOptions::new().read(true).write(true).open(name).ok()?;
            tcsetwinsize(&slave, Winsize { ws_row: 40, ws_col: 100, ws_xpixel: 0, ws_ypixel: 0 }).ok()?;
            let master = File::from(master);
            let mut reader = master.try_clone().ok()?;
            let (send, output) = channel();
            #[expect(
                clippy::disallowed_methods,
                reason = "a terminal is read while the program runs; no run is in this process"
            )]
            thread::spawn(move || {
                let mut bytes = [0; 4096];
                while let Ok(count @ 1..) = reader.read(&mut bytes) {
                    if send.send(bytes[..count].to_vec()).is_err() {
                        return;
                    }
                }
            });
            Some(Person { master, slave, output, all: Vec::new() })
        }
        fn types(&mut self, keys: &str) {
            self.master.write_all(keys.as_bytes()).expect("somebody reads");
        }
        /// Waits until a text is to be seen, on one line.
        fn waits_for(&mut self, text: &str) {
            while !self.screen().iter().any(|line| line.contains(text)) {
                match self.output.recv_timeout(PATIENCE) {
                    Ok(bytes) => self.all.extend(bytes),
                    Err(_) => panic!("`{text}` never came; there was:\n{}", self.screen().join("\n")),
                }
            }
        }
        /// What is to be seen: texts where they were put. Of the sequences of a terminal only places and clearing count.
        fn screen(&self) -> Vec<String> {
            let mut cells = vec![vec![' '; 100]; 40];
            let (mut row, mut column) = (0, 0);
            let all = String::from_utf8_lossy(&self.all);
            let mut rest = all.chars();
            while let Some(c) = rest.next() {
                match c {
                    '\u{1b}' => {
                        let sequence: String = rest.by_ref().skip(1).take_while(|c| !c.is_ascii_alphabetic()).collect();
                        // The letter at its end is gone; two numbers are a place, and `2` alone clears.
                        let numbers: Vec<usize> =
                            sequence.split(';').filter_map(|number| number.parse().ok()).collect();
                        match numbers.as_slice() {
                            [y, x] => (row, column) = (y - 1, x - 1),
                            [2] => cells.iter_mut().for_each(|line| line.fill(' ')),
                            _ => {}
                        }
                    }
                    '\r' => column = 0,
                    '\n' => row += 1,
                    c => {
                        if let Some(cell) = cells.get_mut(row).and_then(|line| line.get_mut(column)) {
                            *cell = c;
                        }
                        column += 1;
                    }
                }
            }
            cells.into_iter().map(|line| line.into_iter().collect()).collect()
        }
        /// What is typed is shown again, and so are the cursor and the screen that was there before.
        fn has_its_terminal_back(&mut self) {
            assert!(!self.is_raw());
            while let Ok(bytes) = self.output.recv_timeout(Duration::from_millis(200)) {
                self.all.extend(bytes);
            }
            let all = String::from_utf8_lossy(&self.all).into_owned();
            let last = |sequence: &str| all.rfind(sequence).unwrap_or_else(|| panic!("{sequence:?}: {all:?}"));
            assert!(last("\u{1b}[?1049l") > last("\u{1b}[?1049h") && last("\u{1b}[?25h") > last("\u{1b}[?25l"));
        }
        fn is_raw(&self) -> bool {
            !tcgetattr(&self.slave)
                .expect("it is a terminal")
                .local_modes
                .contains(LocalModes::ECHO | LocalModes::ICANON)
        }
    }

    fn step(person: &Person, args: &[&str]) -> Child {
        start(person, Command::new(env!("CARGO_BIN_EXE_kafkasim")).args(args))
    }

    fn start(person: &Person, command: &mut Command) -> Child {
        let end = || person.slave.try_clone().expect("an end for the program");
        command.env("TERM", "xterm").stdin(end()).stdout(end()).stderr(end()).spawn().expect("the binary runs")
    }

    fn ends(mut child: Child) -> ExitStatus {
        child.wait().expect("it ends")
    }

    #[test]
    fn a_person_goes_to_the_crash_and_leaves() {
        let Some(mut person) = Person::sit_down() else {
            eprintln!("skipped: there are no pseudo-terminals here");
            return;
        };
        assert!(!person.is_raw());
        let child = step(&person, &["step", "leader-crash:7"]);
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
        let child = step(&person, &["step", "leader-crash"]);
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
