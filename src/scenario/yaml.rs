//! YAML text to a tree of [`YamlNode`]s. The only module that knows the YAML library.
//!
//! Includes, properties and YAML 1.1 booleans are off; the budget is far above what a scenario needs
//! and far below what could hurt (a "billion laughs" document ends here).

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_yaml::{
    Error, Location, NonFiniteFloatPolicy, Options, Spanned, options::DuplicateKeyPolicy, options::MergeKeyPolicy,
};

use super::codes;
use super::findings::Findings;
use super::habits;
use super::node::{At, Span, YamlNode, YamlValue};

/// Deepest nesting.
const MAX_DEPTH: usize = 24;
/// Most values in a document, those from aliases included.
const MAX_NODES: usize = 100_000;

/// Reads one document; what is wrong goes to `findings`.
pub(crate) fn read(source: u16, text: &str, findings: &mut Findings) -> Option<YamlNode> {
    if let Some(plain) = with_ordinary_blanks(source, text, findings) {
        return read(source, &plain, findings);
    }
    let document = match serde_yaml::from_str_with_options::<Option<Raw>>(text, options(DuplicateKeyPolicy::LastWins)) {
        Ok(document) => document,
        Err(error) => {
            report(&error, source, text, findings);
            return None;
        }
    };
    let node = plant(document?, source, text, findings);
    if let YamlValue::Null = node.value {
        return None;
    }
    // Keys that are numbers never reach us twice; the library's own check sees those too.
    if has_number_key(&node)
        && !findings.any(codes::DUPLICATE_KEY)
        && let Err(error) =
            serde_yaml::from_str_with_options::<serde::de::IgnoredAny>(text, options(DuplicateKeyPolicy::Error))
    {
        report(&error, source, text, findings);
    }
    Some(node)
}

fn options(duplicate_keys: DuplicateKeyPolicy) -> Options {
    serde_yaml::options! {
        budget: serde_yaml::budget! {
            max_depth: MAX_DEPTH,
            flow_nesting_limit: MAX_DEPTH,
            max_nodes: MAX_NODES,
            max_events: 3 * MAX_NODES,
            max_aliases: 1_000,
            max_anchors: 1_000,
            max_recorded_anchor_events: MAX_NODES,
            max_total_scalar_bytes: 4 << 20,
            max_recorded_anchor_bytes: 4 << 20,
        },
        alias_limits: serde_yaml::alias_limits! {
            max_total_replayed_events: MAX_NODES,
            max_replay_stack_depth: MAX_DEPTH,
        },
        duplicate_keys: duplicate_keys,
        merge_keys: MergeKeyPolicy::AsOrdinary,
        strict_booleans: true,
        reject_unsupported_tags: true,
        non_finite_float_policy: NonFiniteFloatPolicy::AsString,
        with_snippet: false,
    }
}

/// The library's view of a value.
struct Raw(Spanned<RawKind>);

enum RawKind {
    Null,
    /// A plain scalar that looks like a number or a boolean; its text is taken from the input.
    Typed(String),
    Text(String),
    List(Vec<Raw>),
    Map(Vec<(Spanned<String>, Raw)>),
}

impl<'de> Deserialize<'de> for Raw {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Spanned::deserialize(deserializer).map(Raw)
    }
}

impl<'de> Deserialize<'de> for RawKind {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(RawVisitor)
    }
}

struct RawVisitor;

macro_rules! typed {
    ($($method:ident: $ty:ty),*) => {$(
        fn $method<E>(self, value: $ty) -> Result<RawKind, E> {
            Ok(RawKind::Typed(value.to_string()))
        }
    )*};
}

impl<'de> Visitor<'de> for RawVisitor {
    type Value = RawKind;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }
    typed!(visit_bool: bool, visit_i64: i64, visit_u64: u64, visit_i128: i128, visit_u128: u128, visit_f64: f64);
    fn visit_str<E>(self, value: &str) -> Result<RawKind, E> {
        Ok(RawKind::Text(value.into()))
    }
    fn visit_string<E>(self, value: String) -> Result<RawKind, E> {
        Ok(RawKind::Text(value))
    }
    fn visit_unit<E>(self) -> Result<RawKind, E> {
        Ok(RawKind::Null)
    }
    fn visit_none<E>(self) -> Result<RawKind, E> {
        Ok(RawKind::Null)
    }
    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<RawKind, D::Error> {
        RawKind::deserialize(deserializer)
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<RawKind, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = access.next_element()? {
            list.push(item);
        }
        Ok(RawKind::List(list))
    }
    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<RawKind, A::Error> {
        let mut map = Vec::new();
        while let Some(entry) = access.next_entry()? {
            map.push(entry);
        }
        Ok(RawKind::Map(map))
    }
}

/// Turns the library's tree into ours.
fn plant(raw: Raw, source: u16, text: &str, findings: &mut Findings) -> YamlNode {
    let span = span_of(raw.0.defined, source, text);
    let value = match raw.0.value {
        RawKind::Null => YamlValue::Null,
        RawKind::Typed(value) => YamlValue::Text(original(span, text).unwrap_or(value)),
        RawKind::Text(value) => YamlValue::Text(value),
        RawKind::List(items) => {
            YamlValue::List(items.into_iter().map(|item| plant(item, source, text, findings)).collect())
        }
        RawKind::Map(entries) => YamlValue::Map(plant_map(entries, source, text, findings)),
    };
    At { value, span }
}

fn plant_map(
    entries: Vec<(Spanned<String>, Raw)>,
    source: u16,
    text: &str,
    findings: &mut Findings,
) -> Vec<(At<String>, YamlNode)> {
    let mut seen = std::collections::BTreeSet::new();
    let mut map = Vec::with_capacity(entries.len());
    let mut merged = Vec::new();
    for (key, value) in entries {
        let key = At { span: span_of(key.defined, source, text), value: key.value };
        let value = plant(value, source, text, findings);
        if key.value == "<<" {
            merged.push((key, value));
            continue;
        }
        if seen.insert(key.value.clone()) {
            map.push((key, value));
        } else {
            findings
                .error(codes::DUPLICATE_KEY, key.span, format!("`{}` is given twice", super::node::shorten(&key)))
                .label("the second time");
        }
    }
    for (key, value) in merged {
        merge(&key, value, &mut map, &mut seen, findings);
    }
    map
}

/// Takes a merge key (`<<: *base`, `<<: [*base, *more]`), as YAML 1.1 has it: what is there already stays.
fn merge(
    key: &At<String>,
    value: YamlNode,
    map: &mut Vec<(At<String>, YamlNode)>,
    seen: &mut std::collections::BTreeSet<String>,
    findings: &mut Findings,
) {
    match value.value {
        YamlValue::Map(entries) => {
            map.extend(entries.into_iter().filter(|(key, _)| seen.insert(key.value.clone())));
        }
        YamlValue::List(items) => items.into_iter().for_each(|item| merge(key, item, map, seen, findings)),
        YamlValue::Null | YamlValue::Text(_) => {
            findings
                .error(codes::WRONG_TYPE, key.span, format!("expected a map to merge, found {}", value.value.noun()))
                .label("`<<` takes a map, or a list of maps")
                .help("write `<<: *anchor`");
        }
    }
}

/// Whether some key of the tree begins like a number.
fn has_number_key(node: &YamlNode) -> bool {
    match &node.value {
        YamlValue::Null | YamlValue::Text(_) => false,
        YamlValue::List(items) => items.iter().any(has_number_key),
        YamlValue::Map(entries) => entries.iter().any(|(key, value)| {
            key.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '.')) || has_number_key(value)
        }),
    }
}

/// A scalar as it stands in the input: `1e3` and `0x10` are for the key to judge.
fn original(span: Span, text: &str) -> Option<String> {
    let slice = text.get(span.start as usize..span.end as usize)?.trim();
    (!slice.is_empty() && !slice.contains(char::is_whitespace)).then(|| slice.to_owned())
}

fn span_of(location: Location, source: u16, text: &str) -> Span {
    let span = location.span();
    let limit = text.len() as u64;
    let start = match span.byte_offset() {
        Some(offset) => offset.min(limit),
        None => text.char_indices().nth(span.offset() as usize).map_or(limit, |(i, _)| i as u64),
    };
    let end = (start + span.byte_len().unwrap_or(span.len())).min(limit);
    Span { source, start: start as u32, end: end as u32 }
}

/// Reports lines that are indented with something that only looks like a blank, and gives back a text of
/// the same length without it.
fn with_ordinary_blanks(source: u16, text: &str, findings: &mut Findings) -> Option<String> {
    let mut plain = String::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let blank = |c: char| c == ' ' || habits::is_blank(c);
        let indentation = line.len() - line.trim_start_matches(blank).len();
        if let Some((at, strange)) = line[..indentation].char_indices().find(|(_, c)| habits::is_blank(*c)) {
            let from = start + at;
            let span = Span { source, start: from as u32, end: (from + strange.len_utf8()) as u32 };
            let message =
                format!("this line is indented with U+{:04X}, which looks like a blank and is none", strange as u32);
            findings.error(codes::NOT_YAML, span, message).label("here");
            plain.push_str(&text[plain.len()..start]);
            plain.push_str(&" ".repeat(indentation));
        }
        start += line.len();
    }
    if plain.is_empty() {
        return None;
    }
    plain.push_str(&text[plain.len()..]);
    Some(plain)
}

/// The first tab in the indentation of the line at `from` or of the line after.
fn indenting_tab(text: &str, from: usize) -> Option<usize> {
    let begin = text.get(..from)?.rfind('\n').map_or(0, |at| at + 1);
    let mut start = begin;
    for line in text[begin..].split_inclusive('\n').take(2) {
        let indentation = line.len() - line.trim_start_matches([' ', '\t']).len();
        if let Some(at) = line[..indentation].find('\t') {
            return Some(start + at);
        }
        start += line.len();
    }
    None
}

/// Says what the library found, in our words where it is a limit or a rule of ours.
fn report(error: &Error, source: u16, text: &str, findings: &mut Findings) {
    let error = error.without_snippet();
    if let Error::AliasError { error, .. } = error {
        return report(error, source, text, findings);
    }
    let span = error.location().map_or(Span { source, ..Span::default() }, |location| span_of(location, source, text));
    let too_complex = (
        codes::TOO_COMPLEX,
        "the document is too large or too deep".into(),
        Some("scenarios are small: write them out, without nested aliases"),
    );
    let (code, message, help) = match error {
        Error::MultipleDocuments { .. } => {
            (codes::SEVERAL_DOCUMENTS, "a second document begins here".into(), Some("keep one scenario per file"))
        }
        Error::Budget { .. }
        | Error::AliasReplayLimitExceeded { .. }
        | Error::AliasExpansionLimitExceeded { .. }
        | Error::AliasReplayStackDepthExceeded { .. } => too_complex,
        // The scanner has a limit of its own for brackets, and only words for it.
        Error::ExternalMessage { msg, .. } if msg.contains("recursion limit") => too_complex,
        Error::DuplicateMappingKey { key, .. } => {
            let key = key.as_deref().map_or_else(|| "a key".into(), |key| format!("`{}`", super::node::shorten(key)));
            (codes::DUPLICATE_KEY, format!("{key} is given twice"), None)
        }
        Error::UnknownAnchor { .. } => {
            (codes::NOT_YAML, "an alias without an anchor".into(), Some("quote a text that begins with `*`"))
        }
        Error::RecursiveReferencesRequireWeakTypes { .. } => {
            (codes::NOT_YAML, "an alias inside its own anchor".into(), None)
        }
        Error::UnsupportedTag { tag, .. } => (
            codes::NOT_YAML,
            format!("unknown tag `{}`", super::node::shorten(tag)),
            Some("quote a text that begins with `!`"),
        ),
        Error::NullIntoString { .. } => (codes::NOT_YAML, "a key is missing".into(), None),
        other => (codes::NOT_YAML, first_line(&other.to_string()), None),
    };
    let tab = indenting_tab(text, span.start as usize).filter(|_| code == codes::NOT_YAML);
    let help = help.or(tab.map(|_| "indent with spaces, not tabs")).map(str::to_owned);
    let line = || {
        let from = text.get(..span.start as usize)?.rfind('\n').map_or(0, |at| at + 1);
        text[from..].lines().next()
    };
    let help = help.or_else(|| line().filter(|_| code == codes::NOT_YAML).and_then(habits::quoted));
    // The library points at what it was reading, not at the tab that ended it.
    let span = match tab {
        Some(at) if message.contains("tab") => Span { source, start: at as u32, end: at as u32 + 1 },
        _ => span,
    };
    findings.error(code, span, message).maybe_help(help);
}

/// A library message without its tail of positions.
fn first_line(message: &str) -> String {
    let line = message.lines().next().unwrap_or_default();
    let line = line.split(" at line ").next().unwrap_or(line);
    line.strip_prefix("error: ").unwrap_or(line).chars().take(200).collect()
}
