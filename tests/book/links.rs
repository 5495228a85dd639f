//! What pages point to is there: chapters, places within them, pictures, files, commands, scenarios.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use kafkasim::scenario::{self, embedded};
use kafkasim::school::library;

use crate::{chapters, pages, root, text_of};

/// A chapter that is not in the summary is in no book.
#[test]
fn the_summary_has_every_chapter_once() {
    let summary = root().join("book/src/SUMMARY.md");
    let listed: Vec<PathBuf> = targets(&text_of(&summary)).map(|target| summary.with_file_name(target)).collect();
    let there: BTreeSet<PathBuf> = chapters().into_iter().filter(|page| *page != summary).collect();
    assert_eq!(listed.iter().cloned().collect::<BTreeSet<_>>(), there);
    assert_eq!(listed.len(), there.len(), "none of them twice");
}

#[test]
fn links_lead_somewhere() {
    let texts: BTreeMap<PathBuf, String> = pages().into_iter().map(|page| (page.clone(), text_of(&page))).collect();
    let (mut links, mut faults) = (0, Vec::new());
    for (page, text) in &texts {
        for target in targets(&without_code(text)).filter(|target| !target.contains("://")) {
            links += 1;
            let (file, place) = target.split_once('#').unwrap_or((target, ""));
            let path = if file.is_empty() { page.clone() } else { normal(&page.with_file_name(file)) };
            let found = match (path.exists(), texts.get(&path)) {
                (false, _) => false,
                (true, Some(text)) => place.is_empty() || places(text).contains(place),
                (true, None) => place.is_empty(),
            };
            if !found {
                faults.push(format!("{}: {target}", page.display()));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(links > 50);
}

/// Where links of a page lead.
fn targets(text: &str) -> impl Iterator<Item = &str> {
    text.split("](").skip(1).filter_map(|rest| rest.split(')').next())
}

/// A page without what stands there letter by letter: blocks between fences, and code in a line.
fn without_code(text: &str) -> String {
    let prose = text.split("```").step_by(2).collect::<String>();
    prose.split('`').step_by(2).collect()
}

/// What stands as code in a line, and lines that are indented as code.
fn code_of(text: &str) -> Vec<String> {
    let prose: Vec<&str> = text.split("```").step_by(2).collect();
    let mut code = Vec::new();
    for part in prose {
        code.extend(part.lines().filter_map(|line| line.strip_prefix("    ")).map(str::to_owned));
        let lines: Vec<&str> = part.lines().filter(|line| !line.starts_with("    ")).collect();
        code.extend(lines.join("\n").split('`').skip(1).step_by(2).map(|code| code.replace('\n', " ")));
    }
    code
}

/// A path without `..`.
fn normal(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        if part.as_os_str() == ".." {
            out.pop();
        } else {
            out.push(part);
        }
    }
    out
}

/// The places of a page, as mdBook and GitHub name them: a heading in lower case, blanks as hyphens, signs left out.
fn places(text: &str) -> BTreeSet<String> {
    let prose: String = text.split("```").step_by(2).collect();
    let mut places = BTreeSet::new();
    for heading in prose.lines().filter(|line| line.starts_with('#')) {
        let words = heading.trim_start_matches('#').trim().to_lowercase();
        let kept = words.chars().filter(|c| c.is_alphanumeric() || "_- ".contains(*c));
        let name: String = kept.map(|c| if c == ' ' { '-' } else { c }).collect();
        let again = (1..).map(|n| format!("{name}-{n}")).find(|other| !places.contains(other));
        places.insert(if places.contains(&name) { again.expect("numbers do not end") } else { name });
    }
    places
}

/// A command that a page names exists, and so does the scenario, with its variant, that it is about.
#[test]
fn commands_on_pages_exist() {
    let help = Command::new(env!("CARGO_BIN_EXE_kafkasim")).arg("--help").output().expect("it runs").stdout;
    let help = String::from_utf8(help).expect("text");
    let list = help.split("Commands:\n").nth(1).and_then(|rest| rest.split("\n\n").next()).expect("it lists them");
    let known: BTreeSet<&str> = list.lines().filter_map(|line| line.strip_prefix("  ")?.split(' ').next()).collect();
    let library = library::embedded().expect("it has no mistakes");
    let (mut commands, mut faults) = (0, Vec::new());
    for page in pages() {
        for code in code_of(&text_of(&page)) {
            let start = ["kafkasim ", "cargo run --release -- "].into_iter().find_map(|start| code.strip_prefix(start));
            let Some(command) = start else { continue };
            commands += 1;
            let words: Vec<&str> = command.split_whitespace().collect();
            let option = |name: &str| words.iter().position(|word| *word == name).and_then(|at| words.get(at + 1));
            let plain = |word: &&&str| word.contains('-') && !word.starts_with('-') && !word.contains(['.', '/']);
            let fault = match (words[0], words.get(1)) {
                (word, _) if !known.contains(word) && !word.starts_with('-') => Some("no such command".to_owned()),
                ("run" | "step" | "sweep", Some(word)) if plain(&word) => scenario_fault(word, option("--variant")),
                ("learn", Some(id)) if id.starts_with('L') && library.lesson(id).is_none() => {
                    (*id != "LESSON").then(|| "no such lesson".to_owned())
                }
                ("claim", Some(id)) if id.starts_with('C') && library.claim(id).is_none() => {
                    (*id != "CLAIM").then(|| "no such claim".to_owned())
                }
                _ => None,
            };
            faults.extend(fault.map(|fault| format!("{}: `{code}`: {fault}", page.display())));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(commands > 30);
}

fn scenario_fault(word: &str, variant: Option<&&str>) -> Option<String> {
    let Some(source) = embedded::find(word.split(':').next().unwrap_or_default()) else {
        return Some("no such scenario".to_owned());
    };
    let variant = variant.filter(|name| name.chars().any(char::is_lowercase))?;
    scenario::parse_variant(&source, Some(variant), &[]).err().map(|_| "no such variant".to_owned())
}

/// A file of the project that a page names is there.
#[test]
fn files_on_pages_exist() {
    let mut files = 0;
    for page in pages() {
        for code in code_of(&text_of(&page)) {
            let rooms = ["src/", "tests/", "examples/", "scenarios/", "snapshots/", "book/", ".ci/"];
            let is_path = |c: char| c.is_ascii_alphanumeric() || "/._-".contains(c);
            if rooms.iter().any(|room| code.starts_with(room)) && code.chars().all(is_path) {
                files += 1;
                assert!(root().join(&code).exists(), "{}: {code} is not there", page.display());
            }
        }
    }
    assert!(files > 50);
}

#[test]
fn the_reader_of_pages_reads_them() {
    let text = "# One `two`: three!\n\n## One two three\n[a](b.md#c) `[no](d)`\n```\n# not\n[no](e)\n```\n";
    assert_eq!(places(text), BTreeSet::from(["one-two-three".to_owned(), "one-two-three-1".to_owned()]));
    assert_eq!(targets(&without_code(text)).collect::<Vec<_>>(), ["b.md#c"]);
    assert_eq!(code_of("a `b\nc` d\n\n    kafkasim run\n```\n    e\n```\n"), ["kafkasim run", "b c"]);
    assert_eq!(normal(Path::new("/a/b/../c")), Path::new("/a/c"));
}
