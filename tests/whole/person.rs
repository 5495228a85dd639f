//! Somebody at a terminal: a pseudo-terminal that types and looks.

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

pub struct Person {
    master: File,
    /// The other end, kept open so that its settings can be looked at.
    slave: File,
    output: Receiver<Vec<u8>>,
    /// All that was written.
    all: Vec<u8>,
}

impl Person {
    /// None where there are no pseudo-terminals.
    pub fn sit_down() -> Option<Person> {
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
    pub fn types(&mut self, keys: &str) {
        self.master.write_all(keys.as_bytes()).expect("somebody reads");
    }
    /// Waits until a text is to be seen, on one line.
    pub fn waits_for(&mut self, text: &str) {
        while !self.screen().iter().any(|line| line.contains(text)) {
            match self.output.recv_timeout(PATIENCE) {
                Ok(bytes) => self.all.extend(bytes),
                Err(_) => panic!("`{text}` never came; there was:\n{}", self.screen().join("\n")),
            }
        }
    }
    /// Waits until a text was written, wherever it is by now. Blanks between words are as they come.
    pub fn reads(&mut self, text: &str) {
        let wanted = plain(text);
        while !plain(&String::from_utf8_lossy(&self.all)).contains(&wanted) {
            match self.output.recv_timeout(PATIENCE) {
                Ok(bytes) => self.all.extend(bytes),
                Err(_) => panic!("`{text}` never came; there was:\n{}", String::from_utf8_lossy(&self.all)),
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
                    let numbers: Vec<usize> = sequence.split(';').filter_map(|number| number.parse().ok()).collect();
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
    pub fn has_its_terminal_back(&mut self) {
        assert!(!self.is_raw());
        while let Ok(bytes) = self.output.recv_timeout(Duration::from_millis(200)) {
            self.all.extend(bytes);
        }
        let all = String::from_utf8_lossy(&self.all).into_owned();
        let last = |sequence: &str| all.rfind(sequence).unwrap_or_else(|| panic!("{sequence:?}: {all:?}"));
        assert!(last("\u{1b}[?1049l") > last("\u{1b}[?1049h") && last("\u{1b}[?25h") > last("\u{1b}[?25l"));
    }
    pub fn is_raw(&self) -> bool {
        !tcgetattr(&self.slave).expect("it is a terminal").local_modes.contains(LocalModes::ECHO | LocalModes::ICANON)
    }
}

/// Calls the program at this terminal.
pub fn call(person: &Person, args: &[&str]) -> Child {
    start(person, Command::new(env!("CARGO_BIN_EXE_kafkasim")).args(args))
}

/// Starts a command at this terminal.
pub fn start(person: &Person, command: &mut Command) -> Child {
    let end = || person.slave.try_clone().expect("an end for the program");
    command.env("TERM", "xterm").stdin(end()).stdout(end()).stderr(end()).spawn().expect("the binary runs")
}

/// How it ended.
pub fn ends(mut child: Child) -> ExitStatus {
    child.wait().expect("it ends")
}

fn plain(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
