//! `--set PATH=VALUE` and `--with FAULT`: change the tree before it is decoded, so that whatever is wrong
//! with an override is reported like anything else, with the override as its source line.

use super::codes;
use super::decode::{Decode, Shape};
use super::file::File;
use super::findings::{Findings, nearest, suggestion};
use super::node::{At, Span, YamlNode, YamlValue, shorten};
use super::{Override, ScenarioText};
use crate::protocol::config::{self, ConfigScope};

/// An override as a text that places can point into.
pub(super) fn source(change: &Override) -> ScenarioText {
    match change {
        Override::Set(text) => ScenarioText::new("--set", text.as_str()),
        // A fault is a map; on a command line its braces may be left out.
        Override::With(text) if text.trim_start().starts_with('{') => ScenarioText::new("--with", text.as_str()),
        Override::With(text) => ScenarioText::new("--with", format!("{{{text}}}")),
    }
}

/// Appends the fault of override number `source`.
pub(super) fn add_fault(root: &mut YamlNode, source: u16, findings: &mut Findings) {
    let text = findings.text(source).to_owned();
    let Some(fault) = super::yaml::read(source, &text, findings) else { return };
    let YamlValue::Map(entries) = &mut root.value else { return };
    let list = match entries.iter_mut().find(|(key, _)| key.value == "faults") {
        Some((_, list)) => list,
        None => {
            let span = fault.span;
            entries.push((At { value: "faults".into(), span }, At { value: YamlValue::Null, span }));
            &mut entries.last_mut().expect("just pushed").1
        }
    };
    match &mut list.value {
        YamlValue::List(faults) => faults.push(fault),
        YamlValue::Null => list.value = YamlValue::List(vec![fault]),
        // What is no list is reported where it stands.
        _ => {}
    }
}

/// Applies an entry of a variant's `set`, which stands in the file.
pub(super) fn apply_entry(root: &mut YamlNode, path: &At<String>, value: YamlNode, findings: &mut Findings) {
    let quoted = findings.text(path.span.source)[path.span.start as usize..].starts_with(['"', '\'']);
    let offset = path.span.start + u32::from(quoted);
    change(root, Setter { source: path.span.source, offset, path, value, findings, failed: false });
}

/// A path that fails half-way has changed nothing.
fn change(root: &mut YamlNode, mut setter: Setter<'_>) {
    let mut changed = root.clone();
    setter.descend(&mut changed, <File as Decode>::shape(), 0);
    if !setter.failed {
        *root = changed;
    }
}

/// Applies override number `source` to the tree.
pub(super) fn apply(root: &mut YamlNode, source: u16, findings: &mut Findings) {
    let text = findings.text(source).to_owned();
    let Some(equals) = text.find('=') else {
        let whole = Span { source, start: 0, end: text.len() as u32 };
        findings
            .error(codes::BAD_OVERRIDE, whole, "an override without a value")
            .label("no `=`")
            .help("write `--set seed=7`");
        return;
    };
    let Some(value) = value(source, &text, equals + 1, findings) else {
        return;
    };
    if equals == 0 {
        let whole = Span { source, start: 0, end: text.len() as u32 };
        findings
            .error(codes::BAD_OVERRIDE, whole, "an override without a path")
            .label("nothing before the `=`")
            .help("write `--set seed=7`");
        return;
    }
    change(root, Setter { source, offset: 0, path: &text[..equals], value, findings, failed: false });
}

/// Reads the text after the `=` as YAML, with places in the whole override.
fn value(source: u16, text: &str, start: usize, findings: &mut Findings) -> Option<YamlNode> {
    let raw = &text[start..];
    // Blanks keep the length, so that places stay right.
    let padded = " ".repeat(start) + raw;
    if raw.trim().is_empty() {
        return Some(At { value: YamlValue::Null, span: Span { source, start: start as u32, end: text.len() as u32 } });
    }
    super::yaml::read(source, &padded, findings).or_else(|| {
        let null = matches!(raw.trim(), "null" | "~");
        null.then_some(At {
            value: YamlValue::Null,
            span: Span { source, start: start as u32, end: text.len() as u32 },
        })
    })
}

struct Setter<'a> {
    source: u16,
    /// Where the path begins in its source.
    offset: u32,
    path: &'a str,
    value: YamlNode,
    findings: &'a mut Findings,
    failed: bool,
}

impl Setter<'_> {
    /// The place of a part of the path.
    fn span(&self, from: usize, to: usize) -> Span {
        Span { source: self.source, start: self.offset + from as u32, end: self.offset + to as u32 }
    }

    /// Follows the path from byte `from` on.
    fn descend(&mut self, node: &mut YamlNode, shape: Shape, from: usize) {
        if from >= self.path.len() {
            *node = self.value.clone();
            return;
        }
        let rest = &self.path[from..];
        if let YamlValue::List(items) = &mut node.value {
            let below = match shape {
                Shape::List(item) => item(),
                _ => Shape::Leaf,
            };
            return self.descend_list(items, below, from);
        }
        if let (YamlValue::Text(_), Shape::List(below)) = (&node.value, shape) {
            // A single value stands for a list of one.
            let mut items = vec![node.clone()];
            self.descend_list(&mut items, below(), from);
            node.value = YamlValue::List(items);
            return;
        }
        if matches!(shape, Shape::Leaf) && !matches!(node.value, YamlValue::Map(_)) {
            self.refuse(from, "nothing can be set below this value", None);
            return;
        }
        if !matches!(node.value, YamlValue::Map(_)) {
            // A short form (`rate: 1000/s`) makes room for a long one.
            node.value = YamlValue::Map(Vec::new());
        }
        let YamlValue::Map(entries) = &mut node.value else { return };
        if let Some(after) = rest.strip_prefix('*').filter(|after| after.is_empty() || after.starts_with('.')) {
            let next = from + rest.len() - after.len() + usize::from(!after.is_empty());
            return self.descend_all(entries, shape, next, from);
        }
        // A whole entry under a name of its own is a new one; a part of an entry that is not there is a slip.
        let whole = matches!((shape, &self.value.value), (Shape::Named(_), YamlValue::Map(_))) && !rest.contains('.');
        let new = (whole && !rest.is_empty()).then_some(rest.len());
        let Some(length) = key_length(rest, entries, shape).or(new) else {
            return self.unknown(entries, shape, from);
        };
        let key = &rest[..length];
        let next = (from + length + 1).min(self.path.len());
        let below = below(shape, key);
        let span = self.span(from, from + length);
        let index = entries.iter().position(|(k, _)| k.value == key).unwrap_or_else(|| {
            entries.push((At { value: key.to_owned(), span }, At { value: YamlValue::Null, span }));
            entries.len() - 1
        });
        let (name, child) = &mut entries[index];
        name.span = span;
        let null = matches!(child.value, YamlValue::Null);
        if null && next < self.path.len() {
            child.value = YamlValue::Map(Vec::new());
        }
        self.descend(child, below, next);
    }

    fn descend_all(&mut self, entries: &mut [(At<String>, YamlNode)], shape: Shape, next: usize, from: usize) {
        if entries.is_empty() {
            self.refuse(from, "`*` matches nothing here", None);
        }
        for (key, child) in entries {
            if next < self.path.len() && matches!(child.value, YamlValue::Null) {
                child.value = YamlValue::Map(Vec::new());
            }
            let below = below(shape, key);
            self.descend(child, below, next);
        }
    }

    fn descend_list(&mut self, items: &mut [YamlNode], below: Shape, from: usize) {
        let rest = &self.path[from..];
        let word = rest.split('.').next().unwrap_or(rest);
        let next = (from + word.len() + 1).min(self.path.len());
        if word == "*" {
            if items.is_empty() {
                self.refuse(from, "`*` matches nothing here", None);
            }
            items.iter_mut().for_each(|item| self.descend(item, below, next));
            return;
        }
        let count = items.len();
        match word.parse::<usize>().ok().and_then(|index| items.get_mut(index)) {
            Some(item) => self.descend(item, below, next),
            None => self.refuse(
                from,
                "no such entry",
                Some(if count == 0 {
                    "the list is empty".into()
                } else {
                    format!("entries are numbered from 0 to {}", count - 1)
                }),
            ),
        }
    }

    fn unknown(&mut self, entries: &[(At<String>, YamlNode)], shape: Shape, from: usize) {
        self.failed = true;
        let rest = &self.path[from..];
        let word = rest.split('.').next().unwrap_or(rest);
        let fixed = match shape {
            Shape::Keys(keys) | Shape::Configs(keys) => keys,
            _ => &[],
        };
        let names: Vec<&str> = match fixed {
            [] => entries.iter().map(|(key, _)| key.as_str()).collect(),
            keys => keys.iter().map(|(key, _)| *key).collect(),
        };
        if word.is_empty() {
            return self.refuse(from, "a name is missing here", suggestion(word, &names, "entry here"));
        }
        let near = nearest(rest, names.iter().copied()).map(|near| format!("did you mean `{near}`?"));
        let place = (from == 0).then(|| place_of_a_config(rest)).flatten();
        let help = place.or(near).or_else(|| suggestion(word, &names, "entry here"));
        let end = from + word.len();
        let span = self.span(from, end);
        self.findings
            .error(codes::BAD_OVERRIDE, span, format!("the path leads nowhere: no `{}`", shorten(word)))
            .label("not there")
            .maybe_help(help);
    }

    fn refuse(&mut self, from: usize, what: &str, help: Option<String>) {
        self.failed = true;
        let span = self.span(from, self.path.len());
        self.findings.error(codes::BAD_OVERRIDE, span, "the path leads nowhere").label(what).maybe_help(help);
    }
}

/// Where a config stands whose name alone was taken for a path.
fn place_of_a_config(path: &str) -> Option<String> {
    let scope = config::all().into_iter().rev().find(|entry| entry.name == path)?.scope;
    let above = match scope {
        ConfigScope::Broker => "cluster.config",
        ConfigScope::Topic => "topics.*",
        ConfigScope::Producer => "producers.*.config",
        ConfigScope::Consumer => "groups.*.config",
        ConfigScope::Group => "groups.*.group_config",
    };
    Some(format!("a config stands in its place: `{above}.{path}`"))
}

/// How much of the path is the next key: the longest that exists or may exist. Keys contain dots.
fn key_length(rest: &str, entries: &[(At<String>, YamlNode)], shape: Shape) -> Option<usize> {
    let fits = |key: &str| rest.strip_prefix(key).is_some_and(|after| after.is_empty() || after.starts_with('.'));
    let fixed = match shape {
        Shape::Keys(keys) | Shape::Configs(keys) => keys,
        _ => &[],
    };
    let known = entries.iter().map(|(key, _)| key.as_str()).chain(fixed.iter().map(|(key, _)| *key));
    let longest = known.filter(|key| !key.is_empty() && fits(key)).map(str::len).max();
    match shape {
        // Whatever is left is a config's name; whether there is such a config is found out later.
        Shape::Configs(_) => longest.or((!rest.is_empty()).then_some(rest.len())),
        // `when: { lag of billing: ... }` and the like have keys of their own kind.
        Shape::Leaf => longest.or((!rest.is_empty()).then_some(rest.len())),
        _ => longest,
    }
}

/// The shape under a key.
fn below(shape: Shape, key: &str) -> Shape {
    match shape {
        Shape::Keys(keys) | Shape::Configs(keys) => {
            keys.iter().find(|(name, _)| *name == key).map_or(Shape::Leaf, |(_, shape)| shape())
        }
        Shape::Named(below) => below(),
        Shape::List(_) | Shape::Leaf => Shape::Leaf,
    }
}
