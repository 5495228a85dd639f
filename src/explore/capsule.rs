//! A capsule: a file that holds a run and what came of it. It needs nothing else: the text of the scenario is in it.
//!
//! What it says of the result is compared and never believed. A run that a swarm has drawn stands in it as the plain
//! scenario that was drawn.

use std::fmt::Write as _;

use super::case::Case;
use super::recorded::{HistoryMarks, RecordedHistory, RecordedRun};
use super::result::{Cause, SeedEnding};
use super::token::{hex, is_version};
use crate::check::kafka_bug::KafkaBug;
use crate::run::figures::exact;
use crate::scenario::decode::{MapReader, leaf, text, wrong_type};
use crate::scenario::diagnostic::Diagnostic;
use crate::scenario::findings::Findings;
use crate::scenario::node::{At, Span, YamlNode, YamlValue};
use crate::scenario::unit::{self, Problem};
use crate::scenario::write::entry;
use crate::scenario::{self, Override, ScenarioText, codes, yaml};
use crate::sim::time::Nanos;

/// The form that is written, and the only one that is read.
const FORM: u64 = 1;

/// A capsule that was read.
#[derive(Clone, Debug)]
pub struct Capsule {
    /// The run.
    pub case: Case,
    /// What somebody saw of it.
    pub recorded: RecordedRun,
}

/// Writes a run and what came of it.
pub fn write(case: &Case, recorded: &RecordedRun) -> String {
    let scenario = &case.scenario;
    let drawn = case.swarm.is_some();
    let mut out = String::from(
        "# A run and what came of it. `kafkasim replay FILE` makes it again and compares; `kafkasim run FILE` shows it.\n",
    );
    let _ =
        writeln!(out, "capsule: {FORM}\nkafkasim: {}\nname: {}\nseed: {}", recorded.version, scenario.name, case.seed);
    if let Some(variant) = scenario.variant.as_ref().filter(|_| !drawn) {
        out += &entry(0, "variant", variant);
    }
    if !drawn && !scenario.changes.is_empty() {
        out += "changes:\n";
        for change in &scenario.changes {
            let (option, text) = change.option();
            let line = entry(4, option.trim_start_matches('-'), text);
            out += &format!("  - {}", line.trim_start());
        }
    }
    if let Some(until) = case.until {
        let _ = writeln!(out, "until: {}", exact(until));
    }
    if case.allow_ignored {
        out += "allow.ignored: true\n";
    }
    result(&mut out, recorded);
    let text = if drawn { scenario.to_yaml() } else { scenario.source.text.clone() };
    let _ = writeln!(out, "scenario:\n  digest: \"{:08x}\"", recorded.text);
    out + &entry(2, "file", &scenario.source.name) + &entry(2, "text", &text)
}

fn result(out: &mut String, recorded: &RecordedRun) {
    let _ = writeln!(out, "result:\n  verdict: {}", recorded.ending.word());
    if let Some(cause) = &recorded.cause {
        *out += &(entry(2, "of", &cause.name) + &entry(2, "found", &cause.text));
        if let Some(at) = cause.at {
            let _ = writeln!(out, "  at: {}", exact(at));
        }
        if let Some(bug) = cause.bug {
            *out += &entry(2, "bug", &bug.to_string());
        }
    }
    let Some(history) = &recorded.history else { return };
    let _ = writeln!(out, "  digest: \"{:016x}\"", history.digest);
    let Some(marks) = &history.marks else { return };
    let _ = writeln!(out, "  facts: {}\n  every: {}", marks.facts, marks.every);
    // A digest alone may look like a number: 07e41292 is one that no float holds.
    *out += if marks.values.is_empty() { "  marks:\n" } else { "  marks: |-\n" };
    for line in marks.values.chunks(8) {
        let _ = writeln!(out, "    {}", line.iter().map(|mark| format!("{mark:08x}")).collect::<Vec<_>>().join(" "));
    }
}

/// Whether a text is meant as a capsule: its first line that is no comment begins with `capsule:`.
pub fn is_meant(text: &str) -> bool {
    let mut lines = text.lines().map(str::trim_end).filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.next().is_some_and(|line| line.starts_with("capsule:"))
}

/// Reads one; its source is called by its name in messages, and by `typed` on a command line.
///
/// # Errors
/// All that is wrong with it, with places.
pub fn read(source: &ScenarioText, typed: &str) -> Result<Capsule, Vec<Diagnostic>> {
    let mut findings = Findings::new([source.clone()]);
    let said = yaml::read(0, &source.text, &mut findings).and_then(|root| capsule(&root, &mut findings));
    let has_errors = findings.has_errors();
    let (Some(said), false) = (said, has_errors) else {
        let mut list = findings.finish();
        if list.is_empty() {
            list.push(
                Diagnostic::error(codes::BAD_CAPSULE, format!("`{}` has no content", source.name)).with_help(AGAIN),
            );
        }
        return Err(list);
    };
    let inner = ScenarioText::new(format!("{} (scenario.text)", source.name), said.text);
    let (scenario, _) = scenario::parse_variant(&inner, said.variant.as_deref(), &said.changes)?;
    let case = Case {
        typed: said.name,
        scenario,
        seed: said.seed,
        until: said.until,
        allow_ignored: said.allow_ignored,
        swarm: None,
    };
    let case = if case.is_of_library() { case } else { in_file(case, source, typed)? };
    Ok(Capsule { case, recorded: said.recorded })
}

/// A command that is given the file has the scenario with all changes in it.
fn in_file(case: Case, source: &ScenarioText, typed: &str) -> Result<Case, Vec<Diagnostic>> {
    let text = ScenarioText { name: source.name.clone(), ..case.standalone() };
    let (scenario, _) = scenario::parse(&text, &[])?;
    Ok(Case { typed: typed.to_owned(), scenario, ..case })
}

const AGAIN: &str = "write it again: `kafkasim run SCENARIO --capsule FILE`";

/// What a capsule says, before its scenario is read.
struct Said {
    name: String,
    seed: u64,
    variant: Option<String>,
    changes: Vec<Override>,
    until: Option<Nanos>,
    allow_ignored: bool,
    text: String,
    recorded: RecordedRun,
}

const KEYS: [&str; 10] =
    ["capsule", "kafkasim", "name", "seed", "variant", "changes", "until", "allow.ignored", "result", "scenario"];

fn capsule(root: &YamlNode, findings: &mut Findings) -> Option<Said> {
    let mut map = MapReader::open(root, "capsule", findings)?;
    let form = needed(&mut map, "capsule", "the form of the capsule", form, findings);
    let version = needed(&mut map, "kafkasim", "a version", version, findings);
    let name = needed(&mut map, "name", "a name", |text| Ok(text.to_owned()), findings);
    let seed = needed(&mut map, "seed", "a seed", seed, findings);
    let variant = optional(&mut map, "variant", "a variant", |text| Ok(text.to_owned()), findings);
    let changes = map.take("changes").map(|(_, node)| changes(node, findings)).unwrap_or_default();
    let until = optional(&mut map, "until", "a duration", unit::duration, findings);
    let allow_ignored = optional(&mut map, "allow.ignored", "`true` or `false`", yes_or_no, findings);
    let result = section(&mut map, "result", findings).and_then(|(span, node)| history(span, node, findings));
    let scenario = section(&mut map, "scenario", findings).and_then(|(_, node)| scenario_of(node, findings));
    map.close(&KEYS, findings);
    form?;
    let (ending, cause, history) = result?;
    let (of_text, text) = scenario?;
    Some(Said {
        name: name?,
        seed: seed?,
        variant,
        changes,
        until,
        allow_ignored: allow_ignored.unwrap_or(false),
        text,
        recorded: RecordedRun { version: version?, text: of_text, ending, cause, history },
    })
}

fn scenario_of(node: &YamlNode, findings: &mut Findings) -> Option<(u32, String)> {
    let mut map = MapReader::open(node, "scenario of a capsule", findings)?;
    let digest = needed(&mut map, "digest", "a digest", |text| digits(text, 8), findings);
    let _file: Option<String> = optional(&mut map, "file", "a name", |text| Ok(text.to_owned()), findings);
    let text = needed(&mut map, "text", "the text of a scenario", |text| Ok(text.to_owned()), findings);
    map.close(&["digest", "file", "text"], findings);
    Some((digest? as u32, text?))
}

type Outcome = (SeedEnding, Option<Cause>, Option<RecordedHistory>);

fn history(span: Span, node: &YamlNode, findings: &mut Findings) -> Option<Outcome> {
    let mut map = MapReader::open(node, "result", findings)?;
    let ending = needed(&mut map, "verdict", "a verdict", ending, findings);
    let of = optional(&mut map, "of", "a name", |text| Ok(text.to_owned()), findings);
    let found = optional(&mut map, "found", "a text", |text| Ok(text.to_owned()), findings);
    let at = optional(&mut map, "at", "a time", unit::duration, findings);
    let bug = optional(&mut map, "bug", "a bug of Kafka", bug, findings);
    let digest = map.has("digest").then(|| needed(&mut map, "digest", "a digest", |text| digits(text, 16), findings));
    let facts = optional(&mut map, "facts", "a number of facts", unit::whole, findings);
    let every = optional(&mut map, "every", "a number of facts", every, findings);
    let marks = map.has("marks").then(|| marks(&mut map, findings));
    map.close(&["verdict", "of", "found", "at", "bug", "digest", "facts", "every", "marks"], findings);
    let ending = ending?;
    let cause = of.map(|name| Cause { name, text: found.unwrap_or_default(), at, bug });
    let Some(digest) = digest else {
        if ending == SeedEnding::Bug {
            return Some((ending, cause, None));
        }
        findings
            .error(codes::BAD_CAPSULE, span, "a result without `digest`")
            .label("nothing to compare with")
            .help(AGAIN);
        return None;
    };
    let marks = match (facts, every, marks) {
        (None, None, None) => None,
        (Some(facts), Some(every), Some(values)) => {
            let values = values?;
            if values.len() as u64 != facts / every {
                let message = format!("{facts} facts, {every} between two marks, and {} marks", values.len());
                findings.error(codes::BAD_CAPSULE, span, message).label("these do not fit together").help(AGAIN);
                return None;
            }
            Some(HistoryMarks { facts, every, values })
        }
        _ => {
            let message = "`facts`, `every` and `marks` belong together";
            findings.error(codes::BAD_CAPSULE, span, message).label("one of them is missing").help(AGAIN);
            return None;
        }
    };
    Some((ending, cause, Some(RecordedHistory { digest: digest?, marks })))
}

fn changes(node: &YamlNode, findings: &mut Findings) -> Vec<Override> {
    let YamlValue::List(items) = &node.value else {
        wrong_type(node, "a list of changes", findings).help("write `- set: PATH=VALUE` or `- with: FAULT`");
        return Vec::new();
    };
    let change = |item: &YamlNode, findings: &mut Findings| {
        if let YamlValue::Map(entries) = &item.value
            && let [(At { value: key, .. }, value)] = entries.as_slice()
        {
            let value = text(value, "a change", findings)?;
            match key.as_str() {
                "set" => return Some(Override::new(value)),
                "with" => return Some(Override::fault(value)),
                _ => {}
            }
        }
        wrong_type(item, "a change", findings).help("write `- set: PATH=VALUE` or `- with: FAULT`");
        None
    };
    items.iter().filter_map(|item| change(item, findings)).collect()
}

fn marks(map: &mut MapReader<'_>, findings: &mut Findings) -> Option<Vec<u32>> {
    // A run with few facts has none.
    let (_, node) = map.take("marks")?;
    if node.value == YamlValue::Null {
        return Some(Vec::new());
    }
    leaf(
        node,
        "marks",
        |text| text.split_whitespace().map(|mark| digits(mark, 8).map(|n| n as u32)).collect(),
        findings,
    )
}

fn needed<T>(
    map: &mut MapReader<'_>,
    key: &'static str,
    what: &str,
    parse: impl FnOnce(&str) -> Result<T, Problem>,
    findings: &mut Findings,
) -> Option<T> {
    if !map.has(key) {
        return missing(map.span(), key, findings);
    }
    optional(map, key, what, parse, findings)
}

fn optional<T>(
    map: &mut MapReader<'_>,
    key: &'static str,
    what: &str,
    parse: impl FnOnce(&str) -> Result<T, Problem>,
    findings: &mut Findings,
) -> Option<T> {
    map.take(key).and_then(|(_, node)| leaf(node, what, parse, findings))
}

fn section<'n>(map: &mut MapReader<'n>, key: &'static str, findings: &mut Findings) -> Option<(Span, &'n YamlNode)> {
    map.take(key).or_else(|| missing(map.span(), key, findings))
}

fn missing<T>(span: Span, key: &str, findings: &mut Findings) -> Option<T> {
    findings.error(codes::BAD_CAPSULE, span, format!("a capsule without `{key}`")).label("it is not whole").help(AGAIN);
    None
}

fn form(text: &str) -> Result<u64, Problem> {
    match unit::whole(text)? {
        FORM => Ok(FORM),
        other => Err(Problem::new(format!("this program reads form {FORM}, and this is {other}"))
            .help("use the version of kafkasim that has written it")),
    }
}

fn seed(text: &str) -> Result<u64, Problem> {
    unit::whole(text).map_err(|problem| problem.help("a seed is a whole number from 0 to 2^64-1"))
}

fn version(text: &str) -> Result<String, Problem> {
    is_version(text).then(|| text.to_owned()).ok_or_else(|| Problem::new("not a version").help(AGAIN))
}

fn ending(text: &str) -> Result<SeedEnding, Problem> {
    SeedEnding::of_word(text)
        .ok_or_else(|| Problem::new("not a verdict").help("there is `met`, `inconclusive`, `broken` and `bug`"))
}

fn bug(text: &str) -> Result<KafkaBug, Problem> {
    KafkaBug::named(text).ok_or_else(|| {
        Problem::new("not a bug that is known here").help("use the version of kafkasim that has written it")
    })
}

fn digits(text: &str, count: usize) -> Result<u64, Problem> {
    hex(text, count).ok_or_else(|| Problem::new(format!("not {count} hexadecimal digits")).help(AGAIN))
}

fn every(text: &str) -> Result<u64, Problem> {
    let number = unit::whole(text)?;
    let fits = number.is_power_of_two() && number >= HistoryMarks::LEAST;
    fits.then_some(number)
        .ok_or_else(|| Problem::new(format!("a power of two from {} on", HistoryMarks::LEAST)).help(AGAIN))
}

fn yes_or_no(text: &str) -> Result<bool, Problem> {
    text.parse().map_err(|_| Problem::new("write `true` or `false`"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explore::token::Token;

    #[test]
    fn what_is_written_is_read_whatever_a_digest_looks_like() {
        let case = Token::parse("first-record:3,variant=x").expect("a token");
        let case = Token { variant: None, ..case }.case().expect("it is in the library");
        for odd in [0x07e4_1292_u32, 0x1234_5678, 0, u32::MAX, 0x0001_2e34] {
            for values in [vec![odd], vec![odd; 9], Vec::new()] {
                let marks = HistoryMarks { facts: 64 * values.len() as u64, every: 64, values };
                let digest = u64::from(odd) << 32 | 0x0e99;
                let history = Some(RecordedHistory { digest, marks: Some(marks) });
                let cause =
                    Cause { name: "1e999".into(), text: "no, it is: \"0\"".into(), at: Some(Nanos(1)), bug: None };
                let recorded = RecordedRun {
                    version: "0.1.0".into(),
                    text: odd,
                    ending: SeedEnding::Broken,
                    cause: Some(cause),
                    history,
                };
                let text = write(&case, &recorded);
                let read = read(&ScenarioText::new("x", text.clone()), "x")
                    .unwrap_or_else(|found| panic!("{found:?}\n{text}"));
                assert_eq!(read.recorded, recorded, "{text}");
            }
        }
    }
}
