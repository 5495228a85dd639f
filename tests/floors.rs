//! The house has floors, and arrows point down only: this test reads every path in the code and holds
//! them.
//!
//! A room may use itself and the rooms named here, and nothing else of the crate.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Room, and what it may use. Top down; a room only names rooms below it.
const FLOORS: &[(&str, &[&str])] = &[
    ("cli", &["explore", "report", "tools", "scenario", "world", "check", "history", "protocol", "sim"]),
    ("explore", &["report", "scenario", "check", "history", "protocol", "sim"]),
    ("tools", &["scenario", "world", "cluster", "history", "protocol", "sim"]),
    ("report", &["scenario", "check", "history", "protocol", "sim"]),
    ("scenario", &["world", "client", "check", "protocol", "sim"]),
    ("world", &["cluster", "client", "node", "history", "protocol", "sim"]),
    ("cluster", &["net", "node", "history", "protocol", "sim"]),
    ("client", &["net", "node", "history", "protocol", "sim"]),
    ("check", &["history", "protocol", "sim"]),
    ("net", &["node", "protocol", "sim"]),
    ("node", &["history", "protocol", "sim"]),
    ("history", &["protocol", "sim"]),
    ("protocol", &["sim"]),
    ("sim", &[]),
];

/// Narrower than the floors: within these rooms only these paths of a lower one.
const ONLY: &[(&str, &str, &[&str])] = &[
    // A history is plain values with a time; the rest of the kernel is not its business.
    ("history", "sim", &["sim::time"]),
    ("protocol", "sim", &["sim::time"]),
    ("check", "sim", &["sim::time"]),
    ("report", "sim", &["sim::time"]),
    // A scenario describes applications; it knows no producer and no consumer from inside.
    ("scenario", "client", &["client::application"]),
    ("scenario", "world", &["world::spec"]),
];

/// Doors in the floor: the program's entry, and the files that start the runs which their room is about.
const DOORS: &[(&str, &str)] = &[("main.rs", "cli"), ("report/run.rs", "world")];

#[test]
fn arrows_point_down() {
    let mut faults = Vec::new();
    for file in sources() {
        for path in crate_paths(&file.text) {
            if let Some(fault) = judge(&file, &path) {
                faults.push(fault);
            }
        }
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

fn judge(file: &Source, path: &str) -> Option<String> {
    let to = path.split("::").next().unwrap_or_default();
    let from = file.room.as_str();
    // `crate::{...}` names of the root itself, such as a macro, are no room.
    if to == from || !FLOORS.iter().any(|(room, _)| *room == to) || DOORS.contains(&(file.name.as_str(), to)) {
        return None;
    }
    let allowed = FLOORS.iter().find(|(room, _)| *room == from).is_some_and(|(_, below)| below.contains(&to));
    let narrowed = ONLY.iter().find(|(f, t, _)| *f == from && *t == to);
    let inside = narrowed.is_none_or(|(.., paths)| {
        paths.iter().any(|allowed| path == *allowed || path.starts_with(&format!("{allowed}::")))
    });
    (!allowed || !inside).then(|| format!("src/{}: `{from}` may not use `crate::{path}`", file.name))
}

#[test]
fn the_plan_itself_points_down_and_names_every_room() {
    for (i, (room, below)) in FLOORS.iter().enumerate() {
        for used in *below {
            assert!(FLOORS[i + 1..].iter().any(|(lower, _)| lower == used), "{room} -> {used}");
        }
    }
    let planned: BTreeSet<&str> = FLOORS.iter().map(|(room, _)| *room).collect();
    let built: BTreeSet<String> =
        sources().into_iter().map(|s| s.room).filter(|room| !matches!(room.as_str(), "lib" | "main")).collect();
    assert_eq!(planned.into_iter().map(str::to_owned).collect::<BTreeSet<_>>(), built);
}

#[test]
fn the_reader_of_paths_reads_them() {
    let text = "use crate::{sim::time::Nanos, world::{spec::{A, B}, World}};\n// use crate::cli;\n/// [`crate::tools`]\n\
                pub(in crate::check) fn f() { crate::node::g(); let s = \"crate::client\"; }\nuse kafkasim::report::run;\n\
                #[cfg(test)]\nmod tests { use crate::cluster; }";
    let paths: Vec<String> = crate_paths(text).into_iter().collect();
    assert_eq!(
        paths,
        ["check", "node::g", "report::run", "sim::time::Nanos", "world::World", "world::spec::A", "world::spec::B"]
    );
}

/// A file of the crate that is not a test.
struct Source {
    /// Relative to `src`.
    name: String,
    /// The first part of its path.
    room: String,
    text: String,
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    walk(&root, &mut files);
    let mut sources = Vec::new();
    for path in files {
        let name = path.strip_prefix(&root).expect("below src").to_string_lossy().replace('\\', "/");
        let test = name.split('/').any(|part| matches!(part, "tests" | "tests.rs" | "testing.rs"));
        if !test {
            let room = name.split('/').next().unwrap_or_default().trim_end_matches(".rs").to_owned();
            sources.push(Source { room, text: fs::read_to_string(&path).expect("readable"), name });
        }
    }
    assert!(sources.len() > 100, "the sources are where they are looked for");
    sources
}

fn walk(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            walk(&path, files);
        } else if path.extension().is_some_and(|e| e == "rs") {
            files.push(path);
        }
    }
}

/// Every path into the crate outside comments, strings and the test module at the end of a file.
fn crate_paths(text: &str) -> BTreeSet<String> {
    let code = without_strings(text.split("\n#[cfg(test)]\nmod tests {").next().unwrap_or_default());
    let mut found = BTreeSet::new();
    for root in ["crate", "kafkasim"] {
        for (at, _) in code.match_indices(root) {
            let before = code[..at].chars().next_back();
            let word = before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == '$');
            let rest = &code[at + root.len()..];
            if let Some(rest) = rest.strip_prefix("::").filter(|_| !word) {
                read_tree(rest, "", &mut found);
            }
        }
    }
    found
}

/// Reads `a::{b, c::D}` and returns what follows it.
fn read_tree<'a>(text: &'a str, prefix: &str, found: &mut BTreeSet<String>) -> &'a str {
    let text = text.trim_start();
    if let Some(mut inside) = text.strip_prefix('{') {
        loop {
            inside = inside.trim_start_matches([',', ' ', '\n']);
            match inside.chars().next() {
                None => return inside,
                Some('}') => return &inside[1..],
                Some(_) => inside = read_tree(inside, prefix, found),
            }
        }
    }
    let end = text.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(text.len());
    let (word, rest) = text.split_at(end);
    let path = if prefix.is_empty() { word.to_owned() } else { format!("{prefix}::{word}") };
    match rest.strip_prefix("::") {
        Some(below) => read_tree(below, &path, found),
        // `*`, or something this reader does not know: the path so far is what counts.
        None if word.is_empty() => {
            found.insert(prefix.to_owned());
            &rest[rest.chars().next().map_or(0, char::len_utf8)..]
        }
        None => {
            found.insert(path);
            let renamed = rest
                .trim_start()
                .strip_prefix("as ")
                .map(|r| r.trim_start_matches(|c: char| c.is_alphanumeric() || c == '_'));
            renamed.unwrap_or(rest)
        }
    }
}

/// The code with its line comments and the insides of its one-line strings blanked.
fn without_strings(code: &str) -> String {
    let mut out = String::with_capacity(code.len());
    for line in code.lines() {
        let (mut quoted, mut escaped, mut slash) = (false, false, false);
        for c in line.chars() {
            if !quoted && slash && c == '/' {
                break;
            }
            slash = !quoted && c == '/';
            if c == '"' && !escaped {
                quoted = !quoted;
            }
            escaped = quoted && c == '\\' && !escaped;
            out.push(if quoted { '"' } else { c });
        }
        out.push('\n');
    }
    out
}

#[test]
fn the_two_sides_never_meet() {
    let mut uses: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    let files = sources();
    for file in &files {
        let rooms =
            crate_paths(&file.text).into_iter().map(|path| path.split("::").next().unwrap_or_default().to_owned());
        uses.entry(file.room.as_str()).or_default().extend(rooms);
    }
    assert!(!uses["cluster"].contains("client"), "a broker knows no client from inside");
    assert!(!uses["client"].contains("cluster"), "a client knows no broker from inside");
    for room in ["check", "history", "protocol", "sim"] {
        for side in ["cluster", "client", "net", "node", "world"] {
            assert!(!uses[room].contains(side), "{room} uses {side}");
        }
    }
}
