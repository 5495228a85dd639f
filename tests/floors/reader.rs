//! Reads the sources: which paths a file names.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// A file of the crate that is not a test.
pub struct Source {
    /// Relative to `src`.
    pub name: String,
    /// The first part of its path.
    pub room: String,
    pub text: String,
}

pub fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    walk(&root, &mut files);
    let mut sources = Vec::new();
    for path in files {
        let name = path.strip_prefix(&root).expect("below src").to_string_lossy().replace('\\', "/");
        let test = name.split('/').any(|part| matches!(part, "stage" | "tests" | "tests.rs"));
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

/// The code of a file: without comments, the insides of strings, and the test module at its end.
pub fn code(text: &str) -> String {
    without_strings(text.split("\n#[cfg(test)]\nmod tests {").next().unwrap_or_default())
}

/// Every path into the crate.
pub fn crate_paths(text: &str) -> BTreeSet<String> {
    let code = code(text);
    let mut found = paths_from(&code, "crate");
    found.extend(paths_from(&code, "kafkasim"));
    found
}

/// Every path that begins with this word, without the word.
pub fn paths_from(code: &str, root: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (at, _) in code.match_indices(root) {
        let before = code[..at].chars().next_back();
        let goes_on = before.is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | '$' | ':' | '\''));
        let rest = &code[at + root.len()..];
        if let Some(rest) = rest.strip_prefix("::").filter(|_| !goes_on) {
            read_tree(rest, "", &mut found);
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
pub fn without_strings(code: &str) -> String {
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
