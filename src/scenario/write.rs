//! A scenario as YAML again: the tree as it stands after the variant and all changes were made in it.
//!
//! What is read from the text is the same scenario. Comments are not in the tree, and so not in the text.

use super::Override;
use super::ScenarioText;
use super::decode::{Decode, Shape};
use super::file::File;
use super::findings::Findings;
use super::node::{At, YamlNode, YamlValue};
use super::variant;

/// No line is made longer than this by writing something on one line that could stand on several.
const WIDTH: usize = 110;

/// Writes a scenario that was read without errors.
pub(super) fn write(source: &ScenarioText, variant: Option<&str>, changes: &[Override]) -> String {
    let mut findings = Findings::new(std::iter::once(source.clone()).chain(changes.iter().map(super::set::source)));
    let Some(mut root) = super::changed(source, variant, changes, &mut findings) else { return String::new() };
    if let Some(name) = variant {
        variant::take_over_in_tree(&mut root, name);
    }
    tree(&mut root)
}

/// Writes a tree. What a change has added stands where one would look for it.
pub(crate) fn tree(root: &mut YamlNode) -> String {
    let mut out = String::new();
    match &mut root.value {
        YamlValue::Map(entries) => {
            entries.sort_by_key(|(key, _)| place(key));
            map(&mut out, entries, 0, 0);
        }
        other => out += &(flow(other) + "\n"),
    }
    out
}

/// A key and a text, as a line or as a block; any text comes back as it is.
#[cfg(feature = "cli")]
pub(crate) fn entry(indent: usize, key: &str, text: &str) -> String {
    let mut out = format!("{}{key}:", " ".repeat(indent));
    below(&mut out, &YamlValue::Text(text.to_owned()), indent, key.chars().count());
    out
}

/// Where a section stands among those that a scenario can have.
fn place(section: &str) -> usize {
    let Shape::Keys(sections) = File::shape() else { return 0 };
    sections.iter().position(|(key, _)| *key == section).unwrap_or(sections.len())
}

/// The entries of a map, a line each and more; the first one is indented already by `started`.
fn map(out: &mut String, entries: &[(At<String>, YamlNode)], indent: usize, started: usize) {
    for (number, (key, value)) in entries.iter().enumerate() {
        *out += &" ".repeat(if number == 0 { indent - started } else { indent });
        *out += &scalar(key, true);
        out.push(':');
        below(out, &value.value, indent, scalar(key, true).chars().count());
    }
}

/// A value behind its key.
fn below(out: &mut String, value: &YamlValue, indent: usize, key: usize) {
    let short = flow(value);
    let fits = indent + key + 2 + short.chars().count() <= WIDTH;
    // The sections of a scenario stand on lines of their own, as one would write them.
    let section = indent == 0 && matches!(value, YamlValue::Map(entries) if !entries.is_empty());
    let listed =
        matches!(value, YamlValue::List(items) if items.iter().any(|item| matches!(item.value, YamlValue::Map(_))));
    match value {
        YamlValue::Null => out.push('\n'),
        YamlValue::Text(text) if is_literal(text) => literal(out, text, indent + 2),
        YamlValue::Map(entries) if section || !fits && !entries.is_empty() => {
            out.push('\n');
            map(out, entries, indent + 2, 0);
        }
        YamlValue::List(items) if (indent == 0 && listed || !fits) && !items.is_empty() => {
            out.push('\n');
            items.iter().for_each(|item| element(out, &item.value, indent + 2));
        }
        YamlValue::Text(text) => *out += &format!(" {}\n", scalar(text, false)),
        _ => *out += &format!(" {short}\n"),
    }
}

/// An element of a list.
fn element(out: &mut String, value: &YamlValue, indent: usize) {
    *out += &" ".repeat(indent);
    match value {
        YamlValue::Map(entries) if !entries.is_empty() => {
            *out += "- ";
            map(out, entries, indent + 2, indent + 2);
        }
        other => *out += &format!("- {}\n", flow(other)),
    }
}

/// A value on one line.
pub(super) fn flow(value: &YamlValue) -> String {
    match value {
        YamlValue::Null => "null".into(),
        YamlValue::Text(text) => scalar(text, true),
        YamlValue::List(items) => {
            format!("[{}]", items.iter().map(|item| flow(&item.value)).collect::<Vec<_>>().join(", "))
        }
        YamlValue::Map(entries) if entries.is_empty() => "{}".into(),
        YamlValue::Map(entries) => {
            let entry =
                |(key, value): &(At<String>, YamlNode)| format!("{}: {}", scalar(key, true), flow(&value.value));
            format!("{{ {} }}", entries.iter().map(entry).collect::<Vec<_>>().join(", "))
        }
    }
}

/// A text that is written as a block, line by line.
fn is_literal(text: &str) -> bool {
    let lines = text.strip_suffix('\n').unwrap_or(text);
    lines.contains('\n')
        && !lines.ends_with('\n')
        && !lines.starts_with([' ', '\n'])
        && lines.chars().all(|c| c == '\n' || is_printable(c))
}

fn literal(out: &mut String, text: &str, indent: usize) {
    *out += if text.ends_with('\n') { " |\n" } else { " |-\n" };
    for line in text.strip_suffix('\n').unwrap_or(text).split('\n') {
        // A blank line has no indentation to keep.
        *out += &if line.is_empty() { "\n".to_owned() } else { format!("{}{line}\n", " ".repeat(indent)) };
    }
}

/// A text on one line, in quotes where it needs them.
fn scalar(text: &str, in_flow: bool) -> String {
    if is_plain(text, in_flow) {
        return text.to_owned();
    }
    if text.chars().all(is_printable) && text.contains(['"', '\\']) {
        return format!("'{}'", text.replace('\'', "''"));
    }
    let escaped: String = text
        .chars()
        .map(|c| match c {
            '"' | '\\' => format!("\\{c}"),
            '\n' => "\\n".into(),
            '\t' => "\\t".into(),
            c if is_printable(c) => c.to_string(),
            c if (c as u32) < 0x1_0000 => format!("\\u{:04x}", c as u32),
            c => format!("\\U{:08x}", c as u32),
        })
        .collect();
    format!("\"{escaped}\"")
}

/// What YAML reads as this text and nothing else. Of what is allowed only what is usual.
fn is_plain(text: &str, in_flow: bool) -> bool {
    let indicator = |c: char| "-?:,[]{}#&*!|>'\"%@`".contains(c);
    let negative = text.strip_prefix('-').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_alphanumeric()));
    !text.is_empty()
        && (negative || !text.starts_with(indicator))
        && text.trim() == text
        && !matches!(text, "~" | "null" | "Null" | "NULL" | "<<" | "=")
        // A number that no float holds is read as none: 7e41292.
        && text.parse::<f64>().map_or(true, f64::is_finite)
        && !text.starts_with("---")
        && !text.starts_with("...")
        && !(in_flow && text.contains([',', '[', ']', '{', '}']))
        && !text.contains(['\\', '"'])
        && !text.contains(": ")
        && !text.contains(" #")
        && !text.ends_with(':')
        && text.chars().all(is_printable)
}

/// Whether a character stands for itself in a text file.
fn is_printable(c: char) -> bool {
    let invisible =
        |c| matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}');
    c == ' ' || !(c.is_control() || c.is_whitespace() || invisible(c))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{self, Scenario, embedded};
    use proptest::prelude::*;

    /// All that a scenario says, but for where it stands.
    fn said(scenario: &Scenario) -> String {
        let mut world = scenario.world().clone();
        world.ignored.iter_mut().for_each(|ignored| ignored.place.clear());
        let Scenario { name, summary, teaches, tags, seed, expect, .. } = scenario;
        format!("{name} {summary} {teaches} {tags:?} {seed} {expect:#?} {world:#?}")
    }

    fn holds(source: &ScenarioText, variant: Option<&str>, changes: &[Override]) {
        let (scenario, _) = scenario::parse_variant(source, variant, changes).expect("it has no errors");
        let text = scenario.to_yaml();
        let written = ScenarioText::new("written.yaml", text.clone());
        let again = scenario::parse(&written, &[]);
        let (again, _) = again.unwrap_or_else(|findings| panic!("{findings:#?}\n{text}"));
        assert!(said(&scenario) == said(&again), "{text}");
        assert_eq!(again.to_yaml(), text, "what is written once is written again");
        assert!(text.lines().all(|line| !line.ends_with(' ')), "{text}");
    }

    #[test]
    fn every_scenario_and_each_of_its_variants_comes_back_as_it_is() {
        for (name, _) in embedded::all() {
            let source = embedded::find(name).expect("it is there");
            holds(&source, None, &[Override::new("seed=99"), Override::fault("at: 2s, crash: { broker: broker 1 }")]);
            let (scenario, _) = scenario::parse(&source, &[]).expect("it has no errors");
            for variant in scenario.variants {
                holds(&source, Some(&variant.name), &[]);
            }
        }
    }

    #[test]
    fn it_is_written_as_one_would_write_it() {
        let source = embedded::find("leader-crash").expect("it is there");
        let changes = [Override::new("producers.checkout.config.acks=1"), Override::new("duration=20s")];
        let (scenario, _) = scenario::parse_variant(&source, Some("cure"), &changes).expect("it has no errors");
        insta::with_settings!({
            snapshot_path => concat!(env!("CARGO_MANIFEST_DIR"), "/snapshots"), prepend_module_to_snapshot => false
        }, { insta::assert_snapshot!("scenario_written", scenario.to_yaml()) });
    }

    proptest! {
        /// Whatever text somebody gives.
        #[test]
        fn any_text_comes_back(text in "\\PC{0,40}|[ -~\n\t]{0,40}|[#:,?*&!|>'\"%@{}\\[\\] a-]{0,12}|[ \n]{0,3}[a-z\n ]{0,30}") {
            // Some texts are no YAML however they are quoted.
            prop_assume!(text.chars().all(|c| !('\u{7f}'..='\u{9f}').contains(&c) && c != '\u{feff}'));
            let node = |value| At { value, span: Default::default() };
            let key = At { value: "summary".to_owned(), span: Default::default() };
            let mut out = String::new();
            map(&mut out, &[(key, node(YamlValue::Text(text.clone())))], 0, 0);
            out += &format!("tags: {}\n", flow(&YamlValue::List(vec![node(YamlValue::Text(text.clone()))])));
            out += &format!("{}: 1\n", scalar(&format!("k{text}"), true));
            let mut findings = Findings::new([ScenarioText::new("x", out.clone())]);
            let root = super::super::yaml::read(0, &out, &mut findings);
            let Some(At { value: YamlValue::Map(entries), .. }) = root else { panic!("{:#?}\n{out}", findings.finish()) };
            prop_assert_eq!(&entries[0].1.value, &YamlValue::Text(text.clone()), "{}", out);
            let YamlValue::List(items) = &entries[1].1.value else { panic!("{out}") };
            prop_assert_eq!(&items[0].value, &YamlValue::Text(text.clone()), "{}", out);
            prop_assert_eq!(&entries[2].0.value, &format!("k{text}"), "{}", out);
        }
    }
}
