//! `faults:`: when. What they do is a table of its own (`action.rs`).

use std::sync::LazyLock;

#[cfg(test)]
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
#[cfg(test)]
use serde_json::{Map, json};

use super::action::{self, WrittenAction};
use super::admin::{
    AddPartitions, DeleteOffsets, DeleteRecords, ElectLeaders, NOT_YET, ReassignPartitions, RemoveMembers,
    ResetOffsets, SetConfig,
};
use super::leaf::{Duration, Name, not_empty};
use super::workload::YesNo;
use crate::scenario::codes;
use crate::scenario::decode::{Decode, Key, MapReader, OneOrMore, Shape, Whole, leaf, unknown_key};
use crate::scenario::findings::Findings;
use crate::scenario::node::{At, YamlNode, YamlValue, shorten};
#[cfg(test)]
use crate::scenario::target::{CONDITION_FORMS, TARGET_FORMS};
use crate::scenario::target::{ConditionError, ConditionName, TargetName};
use crate::scenario::unit::{self, Problem};
use crate::sim::time::Nanos;
use crate::world::spec::Moment;

/// A phrase such as `leader of orders-0`.
#[derive(Clone, Debug)]
pub(in crate::scenario) struct TargetPhrase(pub TargetName);

impl Decode for TargetPhrase {
    fn decode(node: &YamlNode, findings: &mut Findings) -> Option<Self> {
        // Known as a target all the same, so that one mistake is reported once.
        Some(TargetPhrase(leaf(node, "a target", TargetName::parse, findings).unwrap_or(TargetName::Unreadable)))
    }
}
#[cfg(test)]
impl JsonSchema for TargetPhrase {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Target".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string", "description": "Whom a fault hits, by name or by role at the moment when it strikes.",
            "examples": TARGET_FORMS,
        })
    }
}

/// A time, or `between` two.
fn parse_moment(text: &str, time: fn(&str) -> Result<Nanos, Problem>) -> Result<Moment, Problem> {
    let Some(span) = text.trim().strip_prefix("between ") else {
        return time(text).map(Moment::from);
    };
    let (earliest, latest) = span
        .split_once(" and ")
        .ok_or_else(|| Problem::new("between which two?").help("write `between 10s and 20s`"))?;
    let (earliest, latest) = (time(earliest)?, time(latest)?);
    if latest < earliest {
        return Err(Problem::new("ends before it begins").help("put the earlier time first"));
    }
    Ok(Moment { earliest, latest })
}

impl Decode for Moment {
    fn decode(node: &YamlNode, findings: &mut Findings) -> Option<Self> {
        leaf(node, "a time", |text| parse_moment(text, unit::duration), findings)
    }
}
#[cfg(test)]
impl JsonSchema for Moment {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Moment".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string", "description": "A time, or a stretch of time from which the seed draws one.",
            "pattern": "^(between [0-9]+ ?(ns|us|ms|s|m|h) and )?[0-9]+ ?(ns|us|ms|s|m|h)$",
            "examples": ["10s", "between 10s and 20s"],
        })
    }
}

/// For how long something lasts: a span of time, or two between which the seed draws one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::scenario) struct Time(pub Moment);

impl Decode for Time {
    fn decode(node: &YamlNode, findings: &mut Findings) -> Option<Self> {
        leaf(node, "a duration", |text| parse_moment(text, not_empty), findings).map(Time)
    }
}
#[cfg(test)]
impl JsonSchema for Time {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Time".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string", "description": "A span of simulated time that is not empty, or two between which the seed draws one.",
            "pattern": "^(between [0-9]+ ?(ns|us|ms|s|m|h) and )?0*[1-9][0-9]* ?(ns|us|ms|s|m|h)$",
            "examples": ["5s", "between 2s and 8s"],
        })
    }
}

/// A condition to wait for, such as `{ lag of billing: above 1000 }`.
#[derive(Clone, Debug)]
pub(in crate::scenario) struct When(pub At<ConditionName>);

impl Decode for When {
    fn decode(node: &YamlNode, findings: &mut Findings) -> Option<Self> {
        let YamlValue::Map(entries) = &node.value else {
            crate::scenario::decode::wrong_type(node, "a condition", findings);
            return None;
        };
        let [(subject, predicate)] = entries.as_slice() else {
            let at = entries.get(1).map_or(node.span, |(key, _)| key.span);
            findings
                .error(codes::WRONG_TYPE, at, "a fault waits for one condition")
                .label("one too many")
                .help("write two faults");
            return None;
        };
        let text = crate::scenario::decode::text(predicate, "a condition", findings)?;
        let (at, shown, problem) = match ConditionName::parse(subject, text) {
            Ok(condition) => return Some(When(At { value: condition, span: subject.span })),
            Err(ConditionError::Subject(problem)) => (subject.span, subject.as_str(), problem),
            Err(ConditionError::Predicate(problem)) => (predicate.span, text, problem),
        };
        findings
            .error(codes::MALFORMED, at, format!("expected a condition, found `{}`", shorten(shown)))
            .label(problem.what)
            .maybe_help(problem.help);
        None
    }
}
#[cfg(test)]
impl JsonSchema for When {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "When".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let forms = [
            ("^lag of [A-Za-z0-9._-]+$", "^(above|below) [0-9]+$"),
            ("^isr of [A-Za-z0-9._-]+-[0-9]+$", "^at (most|least) [0-9]+$"),
            ("^leader of [A-Za-z0-9._-]+-[0-9]+$", "^(none|broker [0-9]+)$"),
            ("^group [A-Za-z0-9._-]+$", "^[A-Za-z ]+$"),
            ("^(acked|unreplicated) of [A-Za-z0-9._-]+-[0-9]+$", "^at least [0-9]+$"),
            ("^broker [0-9]+$", "^(fenced|unfenced|up|down)$"),
            ("^process [A-Za-z0-9._-]+$", "^(up|down)$"),
            ("^fault [A-Za-z0-9._-]+$", "^(started|ended)$"),
            ("^(epoch|log end|high watermark) of [A-Za-z0-9._-]+-[0-9]+$", ".+"),
            ("^(generation|members|lag\\.time|status) of [A-Za-z0-9._-]+$", ".+"),
            ("^offset of [A-Za-z0-9._-]+ on [A-Za-z0-9._-]+-[0-9]+$", ".+"),
        ];
        let patterns: Map<_, _> = forms
            .into_iter()
            .map(|(key, value)| (key.to_owned(), json!({"type": ["string", "integer"], "pattern": value})))
            .collect();
        let text: Vec<String> = CONDITION_FORMS
            .iter()
            .map(|(subject, said)| format!("`{subject}: {}`", said.replace(", ", "` or `")))
            .collect();
        json_schema!({
            "type": "object", "description": format!("What the fault waits for: {}.", text.join(", ")),
            "patternProperties": patterns, "additionalProperties": false, "minProperties": 1, "maxProperties": 1,
        })
    }
}

macro_rules! tools {
    ($($(#[doc = $doc:literal])* $key:literal => $variant:ident($ty:ty),)*) => {
        /// What happens: something breaks, or an administrator does something.
        #[derive(Clone, Debug)]
        pub(in crate::scenario) enum Does {
            /// One of the table of `action.rs`.
            Breaks(WrittenAction),
            $($(#[doc = $doc])* $variant($ty),)*
        }

        const TOOL_SHAPES: &[Key] = &[$(($key, <$ty as Decode>::shape)),*];

        fn decode_action(key: &At<String>, node: &YamlNode, findings: &mut Findings) -> Option<Does> {
            match key.as_str() {
                $($key => {
                    let short = matches!(node.value, YamlValue::Text(_) | YamlValue::List(_));
                    let node = At { value: node.value.clone(), span: if short { node.span } else { key.span } };
                    <$ty as Tool>::read(&node, findings).map(Does::$variant)
                })*
                _ => WrittenAction::read(key, node, findings).map(Does::Breaks),
            }
        }

        #[cfg(test)]
        fn tool_schemas(object: &mut crate::scenario::schema::Object, generator: &mut SchemaGenerator) {
            $(object.key($key, concat!($($doc),*), false, <$ty as Tool>::schema(generator));)*
        }
    };
}

tools! {
    /// An administrator creates a topic that has `create: later`.
    "create.topic" => CreateTopic(Name),
    /// An administrator gives a topic more partitions.
    "add.partitions" => AddPartitions(AddPartitions),
    /// An administrator changes configs of a topic.
    "set.config" => SetConfig(SetConfig),
    /// An administrator has leaders elected: the preferred ones, or unclean ones where there is none.
    "elect.leaders" => ElectLeaders(ElectLeaders),
    /// An administrator moves replicas to other brokers: to each partition, `orders-0`, the brokers that are to have it.
    "reassign.partitions" => ReassignPartitions(ReassignPartitions),
    /// An administrator takes a reassignment back that is under way: of which topics, or partitions.
    "cancel.reassignment" => CancelReassignment(OneOrMore<Name>),
    /// An administrator ends the oldest transaction that is open in a partition, `orders-0`: the cure of one that hangs.
    "abort.transaction" => AbortTransaction(Name),
    /// An administrator moves the committed offsets of a group without members.
    "reset.offsets" => ResetOffsets(ResetOffsets),
    /// An administrator removes a group without members, and all its offsets.
    "delete.group" => DeleteGroup(Name),
    /// An administrator removes offsets of a group.
    "delete.offsets" => DeleteOffsets(DeleteOffsets),
    /// An administrator deletes records of a partition, from the beginning of its log up to some offset.
    "delete.records" => DeleteRecords(DeleteRecords),
    /// An administrator removes static members from a group, by their instance ids.
    "remove.members" => RemoveMembers(RemoveMembers),
}

/// What an administrator does, as written.
pub(super) trait Tool: Decode {
    fn read(node: &YamlNode, findings: &mut Findings) -> Option<Self> {
        Self::decode(node, findings)
    }
    #[cfg(test)]
    fn schema(generator: &mut SchemaGenerator) -> Schema {
        generator.subschema_for::<Self>()
    }
}

/// The keys of all actions.
fn action_keys() -> impl Iterator<Item = &'static str> {
    action::keys().chain(TOOL_SHAPES.iter().map(|(key, _)| *key))
}

/// One entry of `faults`.
#[derive(Clone, Debug)]
pub(in crate::scenario) struct Fault {
    pub name: Option<At<Name>>,
    pub at: Option<At<Moment>>,
    pub every: Option<At<Moment>>,
    pub times: Option<At<Whole<1, 1_000_000>>>,
    pub when: Option<At<When>>,
    pub after: Option<At<Duration>>,
    pub delay: Option<At<Moment>>,
    pub may_miss: Option<At<YesNo>>,
    /// The action, and where its key stands.
    pub does: At<Does>,
    /// The whole action as one line of text.
    pub label: String,
}

const TRIGGER_KEYS: [(&str, &str); 8] = [
    ("name", "A name, so that another fault can wait for this one: `when: { fault outage: ended }`."),
    ("at", "When it strikes, or between which two times; with `every`, the first time."),
    ("every", "Again and again, with this time between."),
    ("times", "With `every`: how many times at most. Default: until the end."),
    ("when", "Once, when this becomes true."),
    ("after", "With `when`: not before this time. Default: `0s`."),
    ("delay", "With `when`: how much later. Default: `0s`."),
    (
        "may.miss",
        "Whether the run is as good if it hits nobody, or what it waits for does not come: said, and not held against the run. Default: `false`.",
    ),
];

static SHAPES: LazyLock<Vec<Key>> = LazyLock::new(|| {
    let triggers = TRIGGER_KEYS.iter().map(|(key, _)| (*key, Shape::leaf as fn() -> Shape));
    let breaks = action::keys().map(|key| (key, action::shape as fn() -> Shape));
    triggers.chain(breaks).chain(TOOL_SHAPES.iter().copied()).collect()
});

impl Decode for Fault {
    fn decode(node: &YamlNode, findings: &mut Findings) -> Option<Self> {
        let mut map = MapReader::open(node, "fault", findings)?;
        let name = map.optional("name", findings);
        let at = map.optional("at", findings);
        let every = map.optional("every", findings);
        let times = map.optional("times", findings);
        let when = map.optional("when", findings);
        let after = map.optional("after", findings);
        let delay = map.optional("delay", findings);
        let may_miss = map.optional("may.miss", findings);
        let triggered = ["at", "every", "when"].iter().any(|key| map.has(key));
        let span = map.span();
        let mut does = None;
        let actions: Vec<&str> = action_keys().collect();
        let known: Vec<&str> = TRIGGER_KEYS.iter().map(|(key, _)| *key).chain(actions.iter().copied()).collect();
        let mut complete = true;
        for entry in map.rest() {
            let (key, value) = entry;
            if let Some((name, why)) = NOT_YET.iter().find(|(name, _)| *name == key.value) {
                findings
                    .error(codes::NOT_YET, key.span, format!("`{name}` is not modelled yet"))
                    .label(*why)
                    .help(format!("there is {}", crate::scenario::findings::list(&actions)));
                complete = false;
            } else if !actions.contains(&key.as_str()) {
                unknown_key(entry, "fault", &known, "neither an action nor a trigger", findings);
                complete = false;
            } else if does.is_some() {
                findings
                    .error(codes::BAD_FAULT, key.span, "two actions in one fault")
                    .label("the second")
                    .help("begin a new entry with `- at:`");
            } else {
                does = Some((key, decode_action(key, value, findings), label(key, value)));
            }
        }
        if !triggered {
            findings
                .error(codes::BAD_FAULT, span, "a fault without a time")
                .label("when?")
                .help("add `at: 10s`, `every: 10s` or `when: ...`");
        }
        let Some((key, does, label)) = does else {
            if complete {
                findings
                    .error(codes::BAD_FAULT, span, "a fault without an action")
                    .label("what happens?")
                    .help(format!("add one of {}", crate::scenario::findings::list(&actions)));
            }
            return None;
        };
        let does = At { value: does?, span: key.span };
        Some(Fault { name, at, every, times, when, after, delay, may_miss, does, label })
    }
    fn shape() -> Shape {
        Shape::Keys(&SHAPES)
    }
}

/// One line for timelines: `crash leader of orders-0`, `partition broker 1 | others`.
fn label(key: &At<String>, node: &YamlNode) -> String {
    fn targets(node: &YamlNode, out: &mut Vec<String>) {
        match &node.value {
            YamlValue::Text(text) => out.push(text.split_whitespace().collect::<Vec<_>>().join(" ")),
            YamlValue::List(items) => items.iter().for_each(|item| targets(item, out)),
            YamlValue::Null | YamlValue::Map(_) => {}
        }
    }
    let join = |node: &YamlNode| {
        let mut names = Vec::new();
        targets(node, &mut names);
        names.join(", ")
    };
    let whom = match &node.value {
        YamlValue::Map(entries) => {
            let part = |name: &str| entries.iter().find(|(key, _)| key.value == name).map(|(_, node)| node);
            match (part("between"), part("from"), part("to")) {
                (Some(At { value: YamlValue::List(sides), .. }), ..) => {
                    sides.iter().map(join).collect::<Vec<_>>().join(" | ")
                }
                (_, Some(from), Some(to)) => format!("{} -> {}", join(from), join(to)),
                _ => match part("broker").or_else(|| part("process")) {
                    Some(whom) => join(whom),
                    None if ["crash", "stop", "pause"].contains(&key.value.as_str()) => String::new(),
                    None => {
                        let all: Vec<String> =
                            entries.iter().map(|(key, node)| format!("{} {}", key.value, join(node))).collect();
                        all.join(", ")
                    }
                },
            }
        }
        _ => join(node),
    };
    let kinds = match &node.value {
        YamlValue::Map(entries) => entries.iter().find(|(key, _)| key.value == "api").map(|(_, node)| join(node)),
        _ => None,
    };
    let kinds = kinds.map_or(String::new(), |kinds| format!("{kinds} "));
    shorten(format!("{} {kinds}{whom}", key.value.replace('.', " ")).trim())
}

#[cfg(test)]
impl JsonSchema for Fault {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Fault".into()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut object = crate::scenario::schema::Object::new("Something that goes wrong: one trigger and one action.");
        for (key, doc) in TRIGGER_KEYS {
            let schema = match key {
                "name" => generator.subschema_for::<Name>(),
                "times" => generator.subschema_for::<Whole<1, 1_000_000>>(),
                "when" => generator.subschema_for::<When>(),
                "after" => generator.subschema_for::<Duration>(),
                _ => generator.subschema_for::<Moment>(),
            };
            object.key(key, doc, false, schema);
        }
        action::schemas(&mut object, generator);
        tool_schemas(&mut object, generator);
        let mut schema = object.finish();
        let one_of: Vec<_> = action_keys().map(|key| json!({"required": [key]})).collect();
        schema.insert("oneOf".into(), json!(one_of));
        schema.insert("anyOf".into(), json!([{"required": ["at"]}, {"required": ["every"]}, {"required": ["when"]}]));
        schema
    }
}
