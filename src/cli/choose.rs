//! Which scenario, where nobody has said it: at a terminal it is asked for, in a pipe it is told what there is.

use std::io::{self, BufRead, IsTerminal, Write};

use super::Exit;
use super::output::{complain, wrap};
use crate::scenario::embedded;

/// Offered first: one for each thing that people come for. A test holds that they are there.
const OFFERED: &[&str] = &[
    "leader-crash",
    "acks1-leader-crash",
    "retry-duplicates",
    "consumer-crash-duplicates",
    "rebalance-storm",
    "read-process-write",
    "zombie-fenced",
];

/// The scenario that is given, or chosen; otherwise how the command ends. What is to be said is said.
pub(super) fn scenario(given: Option<&str>, command: &str, width: usize) -> io::Result<Result<String, Exit>> {
    if let Some(given) = given {
        return Ok(Ok(given.to_owned()));
    }
    if io::stdin().is_terminal() && io::stderr().is_terminal() {
        let chosen = ask(&offered(), command, width, &mut io::stdin().lock(), &mut io::stderr())?;
        return Ok(chosen.ok_or(Exit::Nothing));
    }
    complain(&told(command, width));
    Ok(Err(Exit::Usage))
}

/// Names with what they show.
fn offered() -> Vec<(String, String)> {
    let all = embedded::scenarios();
    let summary =
        |name: &str| all.iter().find(|scenario| scenario.name == name).map(|scenario| scenario.summary.clone());
    OFFERED.iter().filter_map(|name| Some(((*name).to_owned(), summary(name)?))).collect()
}

/// What can be run, for whoever cannot be asked.
fn told(command: &str, width: usize) -> String {
    let mut text = format!("error: {command} what?\n\n");
    for scenario in embedded::scenarios() {
        text += &entry(&scenario.name, &scenario.summary, width);
    }
    text + &format!("\nhelp: name one of these, or a file: kafkasim {command} leader-crash\n")
}

fn entry(name: &str, summary: &str, width: usize) -> String {
    const COLUMN: usize = 32;
    let lines = wrap(summary, width.saturating_sub(COLUMN + 2).max(20));
    let line = |(number, line): (usize, &String)| format!("  {:<COLUMN$}{line}\n", if number == 0 { name } else { "" });
    lines.iter().enumerate().map(line).collect()
}

/// Asks until it is answered, or nobody answers any more.
fn ask(
    offered: &[(String, String)],
    command: &str,
    width: usize,
    person: &mut dyn BufRead,
    screen: &mut dyn Write,
) -> io::Result<Option<String>> {
    writeln!(screen, "What do you want to {command}?\n")?;
    for (number, (name, summary)) in offered.iter().enumerate() {
        write!(screen, "{}", entry(&format!("{}  {name}", number + 1), summary, width))?;
    }
    writeln!(screen, "\nA number, or any name: `kafkasim list` has {}. q quits.", embedded::all().count())?;
    loop {
        write!(screen, "{command} [1]: ")?;
        screen.flush()?;
        let mut line = String::new();
        if person.read_line(&mut line)? == 0 {
            writeln!(screen)?;
            return Ok(None);
        }
        match line.trim() {
            "" => return Ok(offered.first().map(|(name, _)| name.clone())),
            "q" | "quit" | "exit" => return Ok(None),
            number if number.bytes().all(|byte| byte.is_ascii_digit()) => {
                let place = number.parse::<usize>().ok().and_then(|number| number.checked_sub(1));
                match place.and_then(|place| offered.get(place)) {
                    Some((name, _)) => return Ok(Some(name.clone())),
                    None => writeln!(screen, "from 1 to {}, or a name", offered.len())?,
                }
            }
            name => return Ok(Some(name.to_owned())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answers(lines: &str) -> (Option<String>, String) {
        let mut screen = Vec::new();
        let chosen = ask(&offered(), "run", 80, &mut lines.as_bytes(), &mut screen).expect("it is only memory");
        (chosen, String::from_utf8(screen).expect("text"))
    }

    #[test]
    fn what_is_offered_is_there() {
        assert_eq!(offered().len(), OFFERED.len());
    }

    #[test]
    fn a_number_a_name_or_nothing_is_an_answer() {
        let chosen = |lines: &str| answers(lines).0;
        assert_eq!(chosen("\n").as_deref(), Some("leader-crash"));
        assert_eq!(chosen("2\n").as_deref(), Some("acks1-leader-crash"));
        assert_eq!(chosen("0\n99\n3\n").as_deref(), Some("retry-duplicates"), "it asks again");
        assert_eq!(chosen("hot-partition:5\n").as_deref(), Some("hot-partition:5"));
        assert_eq!((chosen("q\n"), chosen("")), (None, None));
        let screen = answers("0\nq\n").1;
        assert!(screen.contains("1  leader-crash") && screen.contains("from 1 to 7"), "{screen}");
    }

    #[test]
    fn in_a_pipe_all_is_told() {
        let told = told("run", 80);
        assert!(embedded::all().all(|(name, _)| told.contains(name)), "{told}");
        assert!(told.starts_with("error: run what?") && told.contains("help: "), "{told}");
    }
}
