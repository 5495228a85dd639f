//! Maps of Kafka's configs.

#[cfg(test)]
use std::borrow::Cow;

#[cfg(test)]
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
#[cfg(test)]
use serde_json::{Map, Value, json};

use super::codes;
use super::decode::{Decode, Shape};
use super::file::leaf::Name;
use super::findings::{Findings, nearest};
use super::habits;
use super::node::{At, Span, YamlNode, YamlValue, shorten};
#[cfg(test)]
use crate::protocol::config::ConfigChange;
use crate::protocol::config::{
    self, BrokerConfig, ConfigEntry, ConfigError, ConfigScope, ConsumerConfig, GroupConfig, ProducerConfig, Range,
    TopicConfig,
};
use crate::protocol::rules::KafkaVersion;

/// One of the config structs.
pub(super) trait ConfigSet: Default + Clone + std::fmt::Debug {
    /// Whose configs.
    const SCOPE: ConfigScope;
    /// The config that is a name and no value, if there is one, and what it names.
    const ID: Option<(&'static str, &'static str)>;
    /// The same of the id under which a process is known beyond its life, of which each process of a section has its own.
    const INSTANCE_ID: Option<(&'static str, &'static str)>;
    /// The defaults of a version.
    fn defaults(version: KafkaVersion) -> Self;
    /// Sets one from its text, if a version takes it.
    fn assign(&mut self, version: KafkaVersion, name: &str, value: &str) -> Result<(), ConfigError>;
    /// The descriptions.
    fn described() -> Vec<ConfigEntry>;
}

macro_rules! config_sets {
    ($($ty:ident: $scope:ident, $id:expr, $instance:expr;)*) => {$(
        impl ConfigSet for $ty {
            const SCOPE: ConfigScope = ConfigScope::$scope;
            const ID: Option<(&'static str, &'static str)> = $id;
            const INSTANCE_ID: Option<(&'static str, &'static str)> = $instance;
            fn defaults(version: KafkaVersion) -> Self {
                $ty::of(version)
            }
            fn assign(&mut self, version: KafkaVersion, name: &str, value: &str) -> Result<(), ConfigError> {
                self.set_in(version, name, value)
            }
            fn described() -> Vec<ConfigEntry> {
                $ty::entries()
            }
        }
    )*};
}
config_sets! {
    BrokerConfig: Broker, None, None;
    TopicConfig: Topic, None, None;
    ProducerConfig: Producer, Some(("transactional.id", "The id under which the producer's transactions are known, beyond its life; `{n}` stands for the number of the process.")), None;
    GroupConfig: Group, None, None;
    ConsumerConfig: Consumer, Some(("group.id", "The name of the consumer's group (default: that of its section).")), Some(("group.instance.id", "Makes the consumer a static member of its group, known under this id beyond its life (KIP-345); `{n}` stands for the number of the process."));
}

/// In the id of a process: its number.
pub(super) const INSTANCE: &str = "{n}";

/// A config that the file sets.
#[derive(Clone, Debug)]
pub(super) struct Given {
    /// Kafka's name, and where the key stands.
    pub name: At<String>,
    /// The value, as Kafka would read it, and where it stands.
    pub value: At<String>,
}

/// The configs of one map: Kafka's defaults, and what the file changes.
#[derive(Clone, Debug)]
pub(super) struct Configs<C> {
    version: KafkaVersion,
    /// Defaults and changes together.
    pub value: C,
    /// The changes.
    pub given: Vec<Given>,
    /// `group.id` of a consumer, `transactional.id` of a producer: names, and no values.
    pub id: Option<At<String>>,
    /// `group.instance.id` of a consumer.
    pub instance: Option<At<String>>,
}

impl<C: ConfigSet> Configs<C> {
    /// A version's defaults.
    pub(super) fn of(version: KafkaVersion) -> Configs<C> {
        Configs { version, value: C::defaults(version), given: Vec::new(), id: None, instance: None }
    }
    /// Where the file sets a config, if it does.
    pub(super) fn place(&self, name: &str) -> Option<Span> {
        self.given.iter().find(|g| g.name.value == name).map(|g| g.value.span)
    }
    /// The same with other defaults: those of a client of its own. What the client does not have is left out.
    pub(super) fn under(mut self, defaults: C, lacks: impl Fn(&str) -> bool) -> Configs<C> {
        self.given.retain(|given| !lacks(&given.name.value));
        self.value = self.over(defaults);
        self
    }
    /// What the file changes, on top of other defaults.
    pub(super) fn over(&self, mut defaults: C) -> C {
        for given in &self.given {
            // Each value was accepted once already; acceptance does not depend on the defaults.
            let _ = defaults.assign(self.version, &given.name, &given.value);
        }
        defaults
    }
    /// These on top of others: what both set, these decide.
    pub(super) fn on_top_of(&self, base: &Configs<C>) -> Configs<C> {
        let mut both = base.clone();
        both.id = self.id.clone().or(both.id);
        both.instance = self.instance.clone().or(both.instance);
        for given in &self.given {
            let _ = both.value.assign(self.version, &given.name, &given.value);
            both.given.retain(|other| other.name.value != given.name.value);
            both.given.push(given.clone());
        }
        both
    }
    /// A name. An id of a producer may have a place for the number of its process.
    fn read_id(&mut self, node: &YamlNode, findings: &mut Findings) {
        self.id = read_name(node, C::SCOPE == ConfigScope::Producer, findings);
        // A transactional id that is not legible is one all the same: nothing else is missing.
        if self.id.is_none() && C::SCOPE == ConfigScope::Producer {
            self.id = Some(At { value: INSTANCE.to_owned(), span: node.span });
        }
    }
    /// Takes one entry of a map.
    pub(super) fn read(&mut self, name: &At<String>, node: &YamlNode, fixed: &[&str], findings: &mut Findings) {
        let scope = C::SCOPE.name();
        if C::ID.is_some_and(|(id, _)| id == name.value) {
            return self.read_id(node, findings);
        }
        if C::INSTANCE_ID.is_some_and(|(id, _)| id == name.value) {
            self.instance = read_name(node, true, findings);
            return;
        }
        let described = C::described();
        let Some(entry) = described.iter().find(|e| e.name == name.value) else {
            return unknown::<C>(name, node, fixed, findings);
        };
        if !config::releases(C::SCOPE, name).contains(&self.version) {
            return in_another_release::<C>(name, findings);
        }
        let Some(text) = config_text(node) else {
            let message = format!("expected a value for `{}`, found {}", entry.name, node.value.noun());
            let at = if node.value == YamlValue::Null { name.span } else { node.span };
            findings
                .error(codes::WRONG_TYPE, at, message)
                .label(format!("{scope} configs are numbers, words, true or false"));
            return;
        };
        let value = At { value: text, span: node.span };
        match self.value.assign(self.version, &name.value, &value.value) {
            Ok(()) => self.given.push(Given { name: name.clone(), value }),
            Err(error) => refuse(entry, self.version, &value, &error, findings),
        }
    }
}

/// A name, in which there may be a place for the number of a process.
fn read_name(node: &YamlNode, of_process: bool, findings: &mut Findings) -> Option<At<String>> {
    let template = match &node.value {
        YamlValue::Text(text) if of_process => Some(text.trim()).filter(|text| text.contains(INSTANCE)),
        _ => None,
    };
    match template {
        Some(text) => {
            let plain = At { value: YamlValue::Text(text.replace(INSTANCE, "0")), span: node.span };
            Name::decode(&plain, findings).map(|_| At { value: text.to_owned(), span: node.span })
        }
        None => Name::decode(node, findings).map(|name| At { value: name.0, span: node.span }),
    }
}

/// The text of a value as `.properties` files have it: lists are joined with commas.
fn config_text(node: &YamlNode) -> Option<String> {
    match &node.value {
        YamlValue::Text(text) => Some(text.clone()),
        YamlValue::List(items) => {
            items.iter().map(config_text).collect::<Option<Vec<_>>>().map(|words| words.join(","))
        }
        YamlValue::Null | YamlValue::Map(_) => None,
    }
}

fn unknown<C: ConfigSet>(name: &At<String>, node: &YamlNode, fixed: &[&str], findings: &mut Findings) {
    if findings.full() {
        return;
    }
    let scope = C::SCOPE.name();
    if config::ignored(C::SCOPE, name).is_some() && !config::releases(C::SCOPE, name).contains(&findings.version) {
        return in_another_release::<C>(name, findings);
    }
    if let Some(why) = config::ignored(C::SCOPE, name) {
        findings.warning(codes::IGNORED_CONFIG, name.span, format!("`{}` has no effect", name.value)).label(why);
        if config::bears_on_result(C::SCOPE, name) {
            findings.ignore(name.span, name.value.clone(), why);
        }
        return;
    }
    let described = C::described();
    let ignored: Vec<&str> = config::ignored_names(C::SCOPE).collect();
    let near = nearest(name, fixed.iter().copied().chain(described.iter().map(|e| e.name)).chain(ignored));
    let is_key = |name: &str| habits::is_config(C::SCOPE, name) || fixed.contains(&name);
    let beside = || {
        let configs = fixed.contains(&"partitions") && name.value == "config";
        configs.then(|| match &node.value {
            YamlValue::Map(entries) if !entries.is_empty() => {
                let all = At { value: node.value.clone(), span: node.span };
                let lines = habits::nested("config", &all, &|_| true).unwrap_or_default();
                format!("topic configs stand beside `partitions`: {}", lines.replace("config.", ""))
            }
            _ => "topic configs stand beside `partitions`".into(),
        })
    };
    let did_you_mean = |right: String| format!("did you mean `{right}`?");
    let help = habits::nested(name, node, &is_key)
        .or_else(beside)
        .or_else(|| fixed.iter().find(|key| **key == habits::dotted(name)).map(|key| did_you_mean((*key).into())))
        .or_else(|| habits::config_name(C::SCOPE, name).map(did_you_mean))
        .or_else(|| habits::key(scope, name))
        .or_else(|| habits::home(name))
        .or_else(|| near.map(|near| did_you_mean(near.into())))
        .or_else(|| Some("`kafkasim config` lists the configs that the model honours".into()));
    findings
        .error(codes::UNKNOWN_KEY, name.span, format!("unknown key `{}`", shorten(name)))
        .label(format!("not a {scope} config"))
        .maybe_help(help);
}

/// Kafka has it, but not the release that the scenario names.
fn in_another_release<C: ConfigSet>(name: &At<String>, findings: &mut Findings) {
    let (version, releases) = (findings.version, config::releases(C::SCOPE, name));
    let nearest = if version < *releases.start() { releases.start() } else { releases.end() };
    findings
        .error(codes::UNKNOWN_KEY, name.span, format!("Kafka {} has no `{}`", version.name(), name.value))
        .label(config::releases_text(C::SCOPE, name).unwrap_or_default())
        .help(format!("leave it out, or say `kafka.version: {}`", nearest.name()));
}

fn refuse(
    entry: &ConfigEntry,
    version: KafkaVersion,
    value: &At<String>,
    error: &ConfigError,
    findings: &mut Findings,
) {
    let (_, range) = entry.of(version);
    let elsewhere = |other: &&KafkaVersion| entry.takes(**other, value) && !entry.changes.is_empty();
    let other = KafkaVersion::ALL.iter().rev().find(elsewhere);
    let what = match error {
        ConfigError::WrongType(expected) => format!("expected {expected}"),
        ConfigError::OutOfRange(range) if entry.changes.is_empty() => format!("Kafka's range: {range}"),
        ConfigError::OutOfRange(range) => format!("the range of Kafka {}: {range}", version.name()),
        ConfigError::UnknownName => "unknown".into(),
    };
    let help = match (not_so(entry.name, value), range) {
        (Some(why), _) => Some(why.into()),
        (None, _) if other.is_some() => other.map(|other| format!("Kafka {} takes it (`kafka.version`)", other.name())),
        (None, Range::ListOf(words)) => {
            nearest(value, words.iter().copied()).map(|near| format!("did you mean `{near}`?"))
        }
        (None, Range::OneOf(words)) => habits::config_value(entry.name, value)
            .or_else(|| nearest(value, words.iter().copied()))
            .map(|near| format!("did you mean `{near}`?")),
        (None, Range::Any) if entry.unit == "boolean" => match value.trim().to_ascii_lowercase().as_str() {
            "yes" | "on" | "1" | "y" => Some("write `true`".into()),
            "no" | "off" | "0" | "n" => Some("write `false`".into()),
            _ => None,
        },
        (None, _) => {
            in_kafkas_unit(entry.unit, value).map(|number| format!("Kafka's unit is {}: write `{number}`", entry.unit))
        }
    };
    findings
        .error(codes::OUT_OF_RANGE, value.span, format!("`{}` cannot be `{}`", entry.name, shorten(value)))
        .label(what)
        .maybe_help(help);
}

/// What Kafka takes in another form, or the model does not.
fn not_so(name: &str, value: &str) -> Option<&'static str> {
    let value = value.to_ascii_lowercase();
    match name {
        "auto.offset.reset" if value.starts_with("by_duration:") => Some(
            "a duration is written as ISO 8601 has it: by_duration:PT1H30M, by_duration:P7D; a negative one is refused",
        ),
        "partition.assignment.strategy" if value.contains("assignor") => Some(
            "Kafka takes a class of one's own, the model has Kafka's four: range, roundrobin, sticky, cooperative-sticky",
        ),
        _ => None,
    }
}

/// A value with a unit, in the unit of the config, if it comes out even.
fn in_kafkas_unit(unit: &str, text: &str) -> Option<u64> {
    let (value, per) = match unit {
        "ms" => (super::unit::duration(text).ok()?.0, 1_000_000),
        "seconds" => (super::unit::duration(text).ok()?.0, 1_000_000_000),
        "bytes" => (super::unit::size(text).ok()?, 1),
        _ => return None,
    };
    (value % per == 0).then_some(value / per)
}

impl<C: ConfigSet> Decode for Configs<C> {
    fn decode(node: &YamlNode, findings: &mut Findings) -> Option<Self> {
        let mut configs = Configs::of(findings.version);
        let YamlValue::Map(entries) = &node.value else {
            super::decode::wrong_type(node, &format!("a map of {} configs", C::SCOPE.name()), findings);
            return None;
        };
        entries.iter().for_each(|(name, value)| configs.read(name, value, &[], findings));
        Some(configs)
    }
    fn shape() -> Shape {
        Shape::Configs(&[])
    }
}

/// The JSON Schema properties of a config struct's names.
#[cfg(test)]
pub(super) fn properties<C: ConfigSet>() -> Map<String, Value> {
    let described = C::described().into_iter().map(|entry| (entry.name.to_owned(), property(&entry)));
    let ignored = config::ignored_names(C::SCOPE).map(|name| {
        let why = config::ignored(C::SCOPE, name).unwrap_or_default();
        let releases = config::releases_text(C::SCOPE, name).map(|text| format!(" ({text})")).unwrap_or_default();
        let description = format!("No effect in the model: {why}{releases}.");
        (name.to_owned(), json!({"description": description, "deprecated": true}))
    });
    let ids = C::ID.into_iter().chain(C::INSTANCE_ID);
    let id = ids.map(|(id, about)| (id.to_owned(), json!({"type": "string", "description": about})));
    described.chain(ignored).chain(id).collect()
}

#[cfg(test)]
fn property(entry: &ConfigEntry) -> Value {
    let default = entry
        .default
        .parse::<i64>()
        .map(Value::from)
        .or_else(|_| entry.default.parse::<bool>().map(Value::from))
        .unwrap_or_else(|_| entry.default.clone().into());
    let mut description = format!("{} ({}; default {}).", entry.effect, entry.unit, entry.default);
    for change in &entry.changes {
        let ConfigChange { since, default, range, issue } = change;
        description += &format!(" Since {}: default {default}, {range} ({issue}).", since.name());
    }
    let mut schema = match &entry.widest() {
        Range::OneOf(words) => json!({"anyOf": [{"enum": words}, {"type": "integer"}]}),
        Range::ListOf(words) => {
            json!({"anyOf": [{"enum": words}, {"type": "string"}, {"type": "array", "items": {"enum": words}, "minItems": 1}]})
        }
        Range::AtLeast(low) => json!({"type": "integer", "minimum": low}),
        Range::Between(low, high) if entry.unit == "ratio" => {
            json!({"type": "number", "minimum": low, "maximum": high})
        }
        Range::Between(low, high) => json!({"type": "integer", "minimum": low, "maximum": high}),
        Range::Any if entry.unit == "boolean" => json!({"type": "boolean"}),
        Range::Any if entry.unit == "text" => json!({"type": ["string", "integer", "boolean"]}),
        Range::Any if entry.unit == "ratio" => json!({"type": "number"}),
        Range::Any => json!({"type": "integer"}),
    };
    if let Value::Object(schema) = &mut schema {
        schema.insert("description".into(), description.into());
        // Editors read numbers as doubles.
        if default.as_i64().is_none_or(|n| n.abs() < 1 << 53) {
            schema.insert("default".into(), default);
        }
    }
    schema
}

#[cfg(test)]
impl<C: ConfigSet> JsonSchema for Configs<C> {
    fn schema_name() -> Cow<'static, str> {
        format!("{}-configs", C::SCOPE.name()).into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "object",
            "description": format!("Kafka's {} configs, under Kafka's names and in Kafka's units.", C::SCOPE.name()),
            "properties": properties::<C>(),
            "additionalProperties": false,
        })
    }
}
