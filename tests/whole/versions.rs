//! The book's chapter on versions says what the rules say.

use std::fs;

use kafkasim::protocol::config;
use kafkasim::protocol::rules::{KafkaVersion, Rules};

fn chapter() -> String {
    fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/book/src/versions.md")).expect("the chapter")
}

#[test]
fn every_rule_stands_in_the_book_as_it_is() {
    let chapter = chapter();
    let rules: Vec<_> = Rules::entries().into_iter().filter(|entry| entry.name != "kafka.version").collect();
    let mut expected = String::from("|---|---|---|---|---|\n");
    for entry in &rules {
        for (n, value) in entry.values.iter().enumerate() {
            let name = if n == 0 { format!(" `{}`", entry.name) } else { String::new() };
            let (word, since, issue, effect) = (value.word, value.since.name(), value.issue, value.effect);
            expected += &format!("|{name} | {word} | {since} | {issue} | {effect} |\n");
        }
    }
    assert!(chapter.contains(&expected), "the table of book/src/versions.md should be:\n{expected}");
    for version in KafkaVersion::ALL {
        assert!(chapter.contains(version.name()), "{}", version.name());
    }
}

#[test]
fn every_config_that_a_version_changed_stands_in_the_book() {
    let chapter = chapter();
    for entry in config::all().iter().filter(|entry| !entry.changes.is_empty()) {
        let first = format!("| `{}` | 4.0 | {} | {} | |", entry.name, entry.default, entry.range);
        assert!(chapter.contains(&first), "{first}");
        for change in &entry.changes {
            let start = format!("| | {} | {}", change.since.name(), change.default);
            let end = format!("| {} | {} |", change.range, change.issue);
            let line = chapter.lines().find(|line| line.starts_with(&start) && line.ends_with(&end));
            assert!(line.is_some(), "{start} ... {end}");
        }
    }
}
