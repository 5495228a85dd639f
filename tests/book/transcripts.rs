//! Every block of kind `console` is run; `console exit=2` is one that ends with this code. A command is `kafkasim ...`,
//! or `printf '...' | kafkasim ...` for what reads commands. How long something took is nobody's claim, and not
//! compared. A line `...` stands for any lines.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use kafkasim::scenario::{self, ScenarioText};
use kafkasim::school::library::{Library, embedded};

use crate::made::remade;
use crate::{pages, rewritten, root, text_of};

/// So wide that a block fits beside a page's margins.
const COLUMNS: &str = "88";

#[test]
fn transcripts_are_true() {
    let writer = rewritten();
    let (mut blocks, mut faults) = (0, Vec::new());
    let mut before = BTreeMap::new();
    let library = embedded().expect("it has no mistakes");
    for page in pages() {
        let old = text_of(&page);
        // One test writes all of a page.
        let text = if writer.is_some() { remade(&old, &library) } else { old.clone() };
        let mut written = String::new();
        for part in parts(&text) {
            let Part::Block { exit, body, .. } = &part else {
                written += part.text();
                continue;
            };
            blocks += 1;
            let program = writer.as_deref().unwrap_or(Path::new(env!("CARGO_BIN_EXE_kafkasim")));
            // What several pages show is run once.
            let mut said = |line: &str| {
                let play = || play(program, line, *exit, &mut faults);
                before.entry(line.to_owned()).or_insert_with(play).clone()
            };
            let played: String = commands(body).map(|(line, _)| said(line)).collect();
            let same = commands(body).count() == commands(&played).count()
                && commands(body).zip(commands(&played)).all(|(told, now)| matches(told.1, now.1));
            if !same && writer.is_none() {
                faults.push(format!("{}: not what is printed now:\n{played}", page.display()));
            }
            written += &if same { part.text().to_owned() } else { format!("{}{played}```\n", part.fence()) };
        }
        if writer.is_some() && written != old {
            fs::write(&page, written).expect("writable");
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(blocks >= 10, "the pages have transcripts");
}

/// A piece of a page.
enum Part<'t> {
    Prose(&'t str),
    Block { whole: &'t str, exit: i32, body: &'t str },
}

impl<'t> Part<'t> {
    fn text(&self) -> &'t str {
        match self {
            Part::Prose(text) | Part::Block { whole: text, .. } => text,
        }
    }
    /// The line that begins a block.
    fn fence(&self) -> &'t str {
        self.text().split_inclusive('\n').next().unwrap_or_default()
    }
}

fn parts(text: &str) -> Vec<Part<'_>> {
    let (mut parts, mut rest) = (Vec::new(), text);
    while let Some(start) = rest.find("```console") {
        let (prose, block) = rest.split_at(start);
        let head = block.find('\n').expect("a fence is a line") + 1;
        let end = head + block[head..].find("```\n").expect("a block ends") + 4;
        let exit = block[..head].trim().split_once("exit=").map_or(0, |(_, code)| code.parse().expect("an exit code"));
        parts.push(Part::Prose(prose));
        parts.push(Part::Block { whole: &block[..end], exit, body: &block[head..end - 4] });
        rest = &block[end..];
    }
    parts.push(Part::Prose(rest));
    parts
}

/// The commands of a block, each with what follows it.
fn commands(body: &str) -> impl Iterator<Item = (&str, &str)> {
    let begins = body.match_indices("$ ").map(|(at, _)| at).filter(|at| *at == 0 || body[..*at].ends_with('\n'));
    let begins: Vec<usize> = begins.collect();
    let ends: Vec<usize> = begins.iter().copied().skip(1).chain([body.len()]).collect();
    begins.into_iter().zip(ends).map(|(from, to)| {
        let command = &body[from + 2..to];
        command.split_once('\n').unwrap_or((command, ""))
    })
}

/// Runs a command and gives what a reader would see of it.
fn play(program: &Path, line: &str, exit: i32, faults: &mut Vec<String>) -> String {
    let (fed, arguments) = line.split_once("kafkasim").expect("a command of ours");
    let fed = fed.strip_prefix("printf '").and_then(|rest| rest.strip_suffix("' | ")).unwrap_or_default();
    let mut child = Command::new(program)
        .args(words(arguments))
        .current_dir(root())
        .env("COLUMNS", COLUMNS)
        // A learner who has done nothing yet.
        .env("KAFKASIM_PROGRESS", Path::new(env!("CARGO_TARGET_TMPDIR")).join("nobody.json"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program runs");
    let fed = fed.replace("\\n", "\n");
    child.stdin.take().expect("piped").write_all(fed.as_bytes()).expect("it reads");
    let output = child.wait_with_output().expect("it ends");
    if output.status.code() != Some(exit) {
        faults.push(format!("{line}: exit code {:?}, not {exit}", output.status.code()));
    }
    let said = String::from_utf8_lossy(&output.stderr).into_owned() + &String::from_utf8_lossy(&output.stdout);
    format!("$ {line}\n{}\n\n", said.trim_end())
}

/// Words as a shell has them: blanks separate, single quotes keep together.
fn words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quoted) = (Vec::new(), String::new(), false);
    for c in line.chars() {
        match c {
            '\'' => quoted = !quoted,
            ' ' if !quoted => words.push(std::mem::take(&mut word)),
            c => word.push(c),
        }
    }
    words.push(word);
    words.retain(|word| !word.is_empty());
    words
}

/// Whether a page tells what was said, but for the time that it took.
fn matches(told: &str, said: &str) -> bool {
    let plain = |text: &str| -> Vec<String> { text.trim_end().lines().map(untimed).collect() };
    let (told, said) = (plain(told), plain(said));
    let mut from = 0;
    let pieces: Vec<&[String]> = told.split(|line| line == "...").collect();
    for (number, piece) in pieces.iter().enumerate() {
        let begins = |at: &usize| said[*at..].starts_with(piece);
        let last = number + 1 == pieces.len();
        let places = match (number, last) {
            (0, true) => return *piece == said,
            (0, false) => 0..1,
            (_, true) => said.len().saturating_sub(piece.len()).max(from)..said.len() + 1,
            _ => from..said.len() + 1,
        };
        match places.into_iter().find(begins) {
            Some(at) => from = at + piece.len(),
            None => return false,
        }
    }
    true
}

/// A line without the time that something took.
fn untimed(line: &str) -> String {
    match line.split_once(" simulated in ") {
        Some((before, _)) => format!("{} simulated", before.trim_end()),
        None => line.trim_end().to_owned(),
    }
}

#[test]
fn the_reader_of_transcripts_reads_them() {
    assert_eq!(words(" run x --set 'a.*={b: c}' -v"), ["run", "x", "--set", "a.*={b: c}", "-v"]);
    assert!(matches("a 1s simulated in 5 ms\nb\n\n", "a 1s simulated in 77 ms\nb\n"));
    assert!(matches("a\n...\nd\n", "a\nb\nc\nd") && matches("a\n...\n", "a\nb") && matches("...\nb", "a\nb"));
    assert!(!matches("a\n...\nd\n", "a\nb\nc") && !matches("a\nb", "a\nb\nc") && !matches("...\nb", "a\nb\nc"));
    let page = "x\n```console exit=2\n$ kafkasim a\nno\n\n$ kafkasim b\n```\ny\n";
    let parts = parts(page);
    assert_eq!(parts.iter().map(Part::text).collect::<String>(), page);
    let Part::Block { exit, body, .. } = &parts[1] else { panic!("a block") };
    assert_eq!((*exit, commands(body).collect::<Vec<_>>()), (2, vec![("kafkasim a", "no\n\n"), ("kafkasim b", "")]));
}

/// What is shown to a reader is what the reader will see: no marks of the machinery that compares it, and lines
/// that fit beside the margins, unless they are for copying.
#[test]
fn pages_show_nothing_of_the_machinery() {
    for page in pages() {
        let text = text_of(&page);
        assert!(!text.contains("[..]") && !text.contains("\n? "), "{}", page.display());
    }
}

/// Every whole scenario that a page shows is one, and so is every lesson.
#[test]
fn scenarios_on_pages_are_valid() {
    let mut scenarios = 0;
    for page in pages() {
        let text = text_of(&page);
        for block in text.split("```yaml\n").skip(1).filter_map(|rest| rest.split("```").next()) {
            if block.starts_with("lesson:") {
                let text = ScenarioText::new("page.yaml", block);
                assert!(Library::default().add(text).is_empty(), "{}:\n{block}", page.display());
            }
            // A part of one does not begin with a name.
            if block.starts_with("name:") {
                scenarios += 1;
                let parsed = scenario::parse(&ScenarioText::new("page.yaml", block), &[]);
                assert!(parsed.is_ok_and(|(_, warnings)| warnings.is_empty()), "{}:\n{block}", page.display());
            }
        }
    }
    assert!(scenarios >= 2);
}
