//! From the tree to typed values: every type of the format says how it is read, which keys lead
//! into it (for `--set`) and what an editor should know about it (its JSON Schema).
//!
//! Decoding never stops at the first mistake: what cannot be read is reported and left out.

#[cfg(test)]
use std::borrow::Cow;

#[cfg(test)]
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::codes;
use super::diagnostic::Diagnostic;
use super::findings::{Findings, suggestion};
use super::habits;
use super::node::{At, Span, YamlNode, YamlValue, shorten};
use super::schema::Described;
use super::unit::Problem;

/// A type of the format.
pub(super) trait Decode: Sized + Described {
    /// Reads it. `None`: something was wrong, and is reported.
    fn decode(node: &YamlNode, findings: &mut Findings) -> Option<Self>;
    /// Which keys lead into it.
    fn shape() -> Shape {
        Shape::Leaf
    }
    /// What a section is called here; nothing for what is none.
    fn name() -> &'static str {
        ""
    }
}

impl<T: Decode> Decode for Box<T> {
    fn decode(node: &YamlNode, findings: &mut Findings) -> Option<Self> {
        T::decode(node, findings).map(Box::new)
    }
    fn shape() -> Shape {
        T::shape()
    }
}

/// A key and what can follow it.
pub(super) type Key = (&'static str, fn() -> Shape);

/// What can follow a value in a path.
#[derive(Clone, Copy)]
pub(super) enum Shape {
    /// Nothing.
    Leaf,
    /// These keys.
    Keys(&'static [Key]),
    /// Names of the user's choice.
    Named(fn() -> Shape),
    /// Config names, which contain dots; besides these keys.
    Configs(&'static [Key]),
    /// Numbers.
    List(fn() -> Shape),
}

impl Shape {
    /// For tables of shapes.
    pub(super) fn leaf() -> Shape {
        Shape::Leaf
    }
}

/// Reports a value of the wrong shape.
pub(crate) fn wrong_type<'f>(node: &YamlNode, expected: &str, findings: &'f mut Findings) -> &'f mut Diagnostic {
    findings
        .error(codes::WRONG_TYPE, node.span, format!("expected {expected}, found {}", node.value.noun()))
        .label(format!("not {expected}"))
}

/// The text of a scalar, or a report.
pub(crate) fn text<'n>(node: &'n YamlNode, expected: &str, findings: &mut Findings) -> Option<&'n str> {
    match &node.value {
        YamlValue::Text(text) => Some(text),
        _ => {
            wrong_type(node, expected, findings);
            None
        }
    }
}

/// Reads a scalar by a function that knows its form.
pub(crate) fn leaf<T>(
    node: &YamlNode,
    expected: &str,
    parse: impl FnOnce(&str) -> Result<T, Problem>,
    findings: &mut Findings,
) -> Option<T> {
    let text = text(node, expected, findings)?;
    match parse(text) {
        Ok(value) => Some(value),
        Err(problem) => {
            let message = format!("expected {expected}, found `{}`", shorten(text));
            findings.error(codes::MALFORMED, node.span, message).label(problem.what).maybe_help(problem.help);
            None
        }
    }
}

/// Takes a map apart, key by key.
pub(crate) struct MapReader<'n> {
    entries: &'n [(At<String>, YamlNode)],
    used: Vec<bool>,
    span: Span,
    noun: &'static str,
}

impl<'n> MapReader<'n> {
    /// Opens a map; `noun` names it in messages.
    pub(crate) fn open(node: &'n YamlNode, noun: &'static str, findings: &mut Findings) -> Option<MapReader<'n>> {
        let entries: &[(At<String>, YamlNode)] = match &node.value {
            YamlValue::Map(entries) => entries,
            YamlValue::Null => &[],
            _ => {
                let help = super::habits::map_form(noun, node);
                wrong_type(node, &format!("a map of {noun} keys"), findings).maybe_help(help);
                return None;
            }
        };
        // A block map begins where its first key does, but its own place is only a point.
        let point = node.span.end.saturating_sub(node.span.start) <= 1;
        let span = entries.first().filter(|_| point).map_or(node.span, |(key, _)| key.span);
        Some(MapReader { entries, used: vec![false; entries.len()], span, noun })
    }
    /// The raw value of a key, and the key's place.
    pub(crate) fn take(&mut self, key: &str) -> Option<(Span, &'n YamlNode)> {
        let index = self.entries.iter().position(|(k, _)| k.value == key)?;
        self.used[index] = true;
        let (key, node) = &self.entries[index];
        Some((key.span, node))
    }
    /// The value of a key that may be missing.
    pub(super) fn optional<T: Decode>(&mut self, key: &str, findings: &mut Findings) -> Option<At<T>> {
        let (span, node) = self.take(key)?;
        if let YamlValue::Null = node.value {
            return None;
        }
        let value = T::decode(node, findings)?;
        let span = if matches!(node.value, YamlValue::Text(_)) { node.span } else { span };
        Some(At { value, span })
    }
    /// The value of a key that must be there.
    pub(super) fn required<T: Decode>(&mut self, key: &str, findings: &mut Findings) -> Option<At<T>> {
        let found = self.entries.iter().find(|(k, node)| k.value == key && node.value != YamlValue::Null);
        if found.is_none() {
            let span = self.take(key).map_or(self.span, |(span, _)| span);
            findings
                .error(codes::MISSING_KEY, span, format!("`{key}` is missing"))
                .label(format!("this {} needs `{key}`", self.noun));
            return None;
        }
        self.optional(key, findings)
    }
    /// The value of a key that must be there; without it the rest is still looked at.
    pub(super) fn needed<T: Decode>(&mut self, key: &str, findings: &mut Findings) -> Option<At<T>> {
        self.required(key, findings)
    }
    /// Where to point when the map as a whole is meant.
    pub(crate) fn span(&self) -> Span {
        self.span
    }
    /// Whether the key is there.
    pub(crate) fn has(&self, key: &str) -> bool {
        self.entries.iter().any(|(k, _)| k.value == key)
    }
    /// Whether the key is there and has a value.
    pub(super) fn has_value(&self, key: &str) -> bool {
        self.entries.iter().any(|(k, node)| k.value == key && node.value != YamlValue::Null)
    }
    /// What no key has taken.
    pub(crate) fn rest(self) -> impl Iterator<Item = &'n (At<String>, YamlNode)> {
        self.entries.iter().zip(self.used).filter(|(_, used)| !used).map(|(entry, _)| entry)
    }
    /// Reports what no key has taken; `known`: the keys there are.
    pub(crate) fn close(self, known: &[&str], findings: &mut Findings) {
        let noun = self.noun;
        for entry in self.rest() {
            unknown_key(entry, noun, known, &format!("not {} {noun} key", article(noun)), findings);
        }
    }
}

/// `a`, or `an` before a vowel.
fn article(noun: &str) -> &'static str {
    if noun.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" }
}

/// Reports an unknown key of a kind of map (`noun`) with what was probably meant.
pub(super) fn unknown_key(
    (key, node): &(At<String>, YamlNode),
    noun: &str,
    known: &[&str],
    label: &str,
    findings: &mut Findings,
) {
    let meant = || {
        let spelled = || Some(habits::dotted(key)).filter(|right| known.contains(&right.as_str()));
        habits::nested(key, node, &|name| known.contains(&name))
            .or_else(|| habits::key(noun, key))
            .or_else(|| spelled().map(|right| format!("did you mean `{right}`?")))
            .or_else(|| habits::one_level_too_high(noun, key))
            .or_else(|| suggestion(key, known, "other key"))
            .or_else(|| Some(format!("there is {}", super::findings::list(known))))
    };
    let help = if findings.full() { None } else { meant() };
    findings
        .error(codes::UNKNOWN_KEY, key.span, format!("unknown key `{}`", shorten(key)))
        .label(label)
        .maybe_help(help);
}

/// Declares a map of the format: its keys with their types and documentation, in one place.
macro_rules! section {
    (
        $(#[doc = $about:literal])* struct $name:ident as $noun:literal {
            $( $(#[doc = $doc:literal])* $need:ident $key:literal => $field:ident: $ty:ty, )*
        }
    ) => {
        $(#[doc = $about])*
        #[derive(Clone, Debug)]
        pub(in crate::scenario) struct $name {
            $( $(#[doc = $doc])* pub $field: $crate::scenario::decode::section!(@type $need $ty), )*
        }
        impl $crate::scenario::decode::Decode for $name {
            // A section may have no key.
            #[allow(unused_mut)]
            fn decode(node: &$crate::scenario::node::YamlNode, findings: &mut $crate::scenario::findings::Findings) -> Option<Self> {
                let mut map = $crate::scenario::decode::MapReader::open(node, $noun, findings)?;
                $( let $field = map.$need::<$ty>($key, findings); )*
                map.close(&[$($key),*], findings);
                Some($name { $( $field: $crate::scenario::decode::section!(@take $need $field), )* })
            }
            fn name() -> &'static str {
                stringify!($name)
            }
            fn shape() -> $crate::scenario::decode::Shape {
                $crate::scenario::decode::Shape::Keys(&[$(($key, <$ty as $crate::scenario::decode::Decode>::shape),)*])
            }
        }
        #[cfg(test)]
        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }
            #[allow(unused_mut, unused_variables)]
            fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
                let mut object = $crate::scenario::schema::Object::new(concat!($($about),*));
                $( object.key($key, concat!($($doc),*), stringify!($need) != "optional", generator.subschema_for::<$ty>()); )*
                object.finish()
            }
        }
    };
    (@type required $ty:ty) => { $crate::scenario::node::At<$ty> };
    (@type optional $ty:ty) => { Option<$crate::scenario::node::At<$ty>> };
    (@type needed $ty:ty) => { Option<$crate::scenario::node::At<$ty>> };
    (@take required $field:ident) => { $field? };
    (@take optional $field:ident) => { $field };
    (@take needed $field:ident) => { $field };
}
pub(super) use section;

/// Declares a scalar of the format: how it is read, and its JSON Schema.
macro_rules! scalar {
    ($(#[doc = $about:literal])* $name:ident($inner:ty) as $noun:literal, $parse:expr, $schema:tt) => {
        $(#[doc = $about])*
        #[derive(Clone, PartialEq, Debug)]
        pub(in crate::scenario) struct $name(pub $inner);
        impl $crate::scenario::decode::Decode for $name {
            fn decode(node: &$crate::scenario::node::YamlNode, findings: &mut $crate::scenario::findings::Findings) -> Option<Self> {
                $crate::scenario::decode::leaf(node, $noun, $parse, findings).map($name)
            }
        }
        #[cfg(test)]
        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }
            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                let mut schema = schemars::json_schema!($schema);
                schema.insert("description".into(), concat!($($about),*).trim().into());
                schema
            }
        }
    };
}
pub(super) use scalar;

/// Declares a choice of words.
macro_rules! choice {
    ($(#[doc = $about:literal])* $name:ident as $noun:literal { $($(#[doc = $doc:literal])* $variant:ident = $word:literal $(| $alias:literal)*,)* }) => {
        $(#[doc = $about])*
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub(in crate::scenario) enum $name { $($(#[doc = $doc])* $variant,)* }
        impl $crate::scenario::decode::Decode for $name {
            fn decode(node: &$crate::scenario::node::YamlNode, findings: &mut $crate::scenario::findings::Findings) -> Option<Self> {
                $crate::scenario::decode::leaf(node, $noun, |text| match text.trim() {
                    $($word $(| $alias)* => Ok($name::$variant),)*
                    other => Err($crate::scenario::unit::Problem {
                        what: concat!("not ", $noun).into(),
                        help: $crate::scenario::findings::suggestion(other, &[$($word),*], $noun),
                    }),
                }, findings)
            }
        }
        #[cfg(test)]
        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }
            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                let words: Vec<serde_json::Value> = vec![$(serde_json::json!({"const": $word, "description": concat!($($doc),*).trim()})),*];
                schemars::json_schema!({"description": concat!($($about),*).trim(), "oneOf": words})
            }
        }
    };
}
pub(super) use choice;

/// A whole number between two bounds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Whole<const LOW: u64, const HIGH: u64>(pub u64);

impl<const LOW: u64, const HIGH: u64> Decode for Whole<LOW, HIGH> {
    fn decode(node: &YamlNode, findings: &mut Findings) -> Option<Self> {
        let number = leaf(node, "a whole number", super::unit::whole, findings)?;
        if (LOW..=HIGH).contains(&number) {
            return Some(Whole(number));
        }
        let label = if number < LOW { format!("at least {LOW}") } else { format!("at most {HIGH}") };
        findings
            .error(codes::OUT_OF_BOUNDS, node.span, format!("{number} is not between {LOW} and {HIGH}"))
            .label(label);
        None
    }
}
#[cfg(test)]
impl<const LOW: u64, const HIGH: u64> JsonSchema for Whole<LOW, HIGH> {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> Cow<'static, str> {
        format!("Whole{LOW}To{HIGH}").into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "integer", "minimum": LOW, "maximum": HIGH})
    }
}

/// A list of anything; a single value stands for a list of one.
#[derive(Clone, Debug)]
pub(super) struct OneOrMore<T>(pub Vec<At<T>>);

impl<T: Decode> Decode for OneOrMore<T> {
    fn decode(node: &YamlNode, findings: &mut Findings) -> Option<Self> {
        match &node.value {
            YamlValue::List(_) => List::decode(node, findings).map(|list| OneOrMore(list.0)),
            _ => T::decode(node, findings).map(|value| OneOrMore(vec![At { value, span: node.span }])),
        }
    }
    fn shape() -> Shape {
        Shape::List(T::shape)
    }
}
#[cfg(test)]
impl<T: JsonSchema> JsonSchema for OneOrMore<T> {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> Cow<'static, str> {
        format!("OneOrMore{}", T::schema_name()).into()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let item = generator.subschema_for::<T>();
        json_schema!({"anyOf": [item, {"type": "array", "items": item, "minItems": 1}]})
    }
}

/// A list.
#[derive(Clone, Debug)]
pub(super) struct List<T>(pub Vec<At<T>>);

impl<T: Decode> Decode for List<T> {
    fn decode(node: &YamlNode, findings: &mut Findings) -> Option<Self> {
        let YamlValue::List(items) = &node.value else {
            let help = matches!(node.value, YamlValue::Map(_)).then(|| "begin each entry with `- `".to_owned());
            wrong_type(node, "a list", findings).maybe_help(help);
            return None;
        };
        // Entries that cannot be read are reported; the others are still looked at.
        Some(List(
            items
                .iter()
                .filter_map(|item| T::decode(item, findings).map(|value| At { value, span: item.span }))
                .collect(),
        ))
    }
    fn shape() -> Shape {
        Shape::List(T::shape)
    }
}
#[cfg(test)]
impl<T: JsonSchema> JsonSchema for List<T> {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> Cow<'static, str> {
        format!("List{}", T::schema_name()).into()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let item = generator.subschema_for::<T>();
        json_schema!({"type": "array", "items": item})
    }
}

/// Entries under names of the user's choice. What cannot be read keeps its name, so that what
/// refers to it is not reported as well.
#[derive(Clone, Debug)]
pub(super) struct NamedEntries<T>(pub Vec<(At<String>, Option<T>)>);

impl<T: Decode> Decode for NamedEntries<T> {
    fn decode(node: &YamlNode, findings: &mut Findings) -> Option<Self> {
        let entries = match &node.value {
            YamlValue::Map(entries) => entries,
            _ => {
                let (names, help) = habits::names_form(T::name(), node).unzip();
                wrong_type(node, "a map of names", findings).maybe_help(help);
                // The names are known all the same, so that what refers to them is not reported.
                return names.map(|names| NamedEntries(names.into_iter().map(|name| (name, None)).collect()));
            }
        };
        let mut named = Vec::with_capacity(entries.len());
        for (name, node) in entries {
            if let Err(problem) = super::file::check_name(name) {
                findings
                    .error(codes::BAD_NAME, name.span, format!("`{}` is not a name", shorten(name)))
                    .label(problem.what)
                    .maybe_help(problem.help);
                continue;
            }
            // An empty value is an empty map at the place of its name.
            let at = if node.value == YamlValue::Null || matches!(node.value, YamlValue::Map(_)) {
                name.span
            } else {
                node.span
            };
            let node = At { value: node.value.clone(), span: at };
            named.push((name.clone(), T::decode(&node, findings)));
        }
        Some(NamedEntries(named))
    }
    fn shape() -> Shape {
        Shape::Named(T::shape)
    }
}
#[cfg(test)]
impl<T: JsonSchema> JsonSchema for NamedEntries<T> {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> Cow<'static, str> {
        format!("Named{}", T::schema_name()).into()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let item = generator.subschema_for::<T>();
        json_schema!({"type": "object", "additionalProperties": item, "propertyNames": {"pattern": "^[A-Za-z0-9._-]{1,249}$"}})
    }
}
