//! One name for one thing: no two public types of the crate are called the same.
//!
//! Whoever reads `Record` or `Phase` in a signature, a compiler message or a backtrace knows which one it is, without
//! a look at the `use` lines. What macros make (`configs!`, `timers!`, `rules!`) is not read.

use std::collections::BTreeMap;

use super::reader::{Source, code, sources};

/// Names that several types may have, and why.
const SHARED: &[(&str, &str)] =
    &[("Args", "what a command of the command line takes: it is `run::Args` where it is named at all")];

#[test]
fn no_two_public_types_have_the_same_name() {
    let files = sources();
    let homonyms = homonyms(&files);
    let faults: Vec<String> = homonyms
        .iter()
        .filter(|(name, _)| !SHARED.iter().any(|(shared, _)| shared == name))
        .map(|(name, files)| format!("`{name}` is in {}", files.join(" and in ")))
        .collect();
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
    for (shared, _) in SHARED {
        assert!(homonyms.contains_key(*shared), "`{shared}` is the name of one type only");
    }
}

#[test]
fn homonyms_are_found() {
    let file = |name: &str, text: &str| Source { name: name.into(), room: "a".into(), text: text.into() };
    let files = [
        file("a/b.rs", "pub struct Phase;\nstruct Own;\n// pub struct Said;\npub type Client = net::Client<u8>;"),
        file("a/c.rs", "#[derive(Clone)]\npub enum Phase<T> {\n}\npub struct Own;\npub struct Said;"),
        file("a/d.rs", "pub struct Client<T>(T);\npub trait Twice {\n    type Own;\n}\npub type Twice<T> = Vec<T>;"),
    ];
    let found: Vec<String> = homonyms(&files).into_keys().collect();
    assert_eq!(found, ["Phase", "Twice"], "a private type shares its name with nobody, nor does a narrower form");
}

/// The files of each name that more than one public type has.
fn homonyms(files: &[Source]) -> BTreeMap<String, Vec<&str>> {
    let mut found: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for file in files {
        for name in code(&file.text).lines().filter_map(public_type) {
            found.entry(name.to_owned()).or_default().push(&file.name);
        }
    }
    found.retain(|_, files| files.len() > 1);
    found
}

/// The name of the public type that the line begins. Another type's name with its parameters filled in
/// (`pub type Client = net::Client<u8>`) is the same thing under the same name.
fn public_type(line: &str) -> Option<&str> {
    let (kind, rest) = line.trim_start().strip_prefix("pub ")?.split_once(' ')?;
    let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len());
    let (name, behind) = rest.split_at(end);
    let narrower = || behind.split_once("= ").is_some_and(|(_, of)| of.contains(&format!("::{name}<")));
    match kind {
        _ if name.is_empty() => None, // A parameter of a macro.
        "struct" | "enum" | "trait" => Some(name),
        "type" => (!narrower()).then_some(name),
        _ => None,
    }
}
