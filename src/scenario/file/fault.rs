//! `faults:`: when, and what.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Map, json};

use super::admin::{AddPartitions, ElectLeaders, NOT_YET, SetConfig};
use super::leaf::{Duration, Name, Span as Time};
use crate::scenario::codes;
use crate::scenario::decode::{Decode, List, MapReader, OneOrMore, Shape, Whole, leaf, section, unknown_key};
use crate::scenario::findings::Findings;
use crate::scenario::node::{At, Kind, Node, shorten};
use crate::scenario::target::{CONDITION_FORMS, ConditionError, ConditionName, TARGET_FORMS, TargetName};

/// A phrase such as `leader of orders-0`.
#[derive(Clone, Debug)]
pub(in crate::scenario) struct Target(pub TargetName);

impl Decode for Target {
    fn decode(node: &Node, findings: &mut Findings) -> Option<Self> {
        // Known as a target all the same, so that one mistake is reported once.
        Some(Target(leaf(node, "a target", TargetName::parse, findings).unwrap_or(TargetName::Unreadable)))
    }
}
impl JsonSchema for Target {
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

/// Whom a process or disk fault hits: a target, several, or a map with one of these keys.
macro_rules! victims {
    ($(#[doc = $about:literal])* $name:ident as $noun:literal { $($(#[doc = $doc:literal])* $need:ident $key:literal => $field:ident: $ty:ty,)* }) => {
        section! {
            $(#[doc = $about])*
            struct $name as $noun {
                /// The broker or brokers.
                optional "broker" => broker: OneOrMore<Target>,
                /// The process or processes, brokers or clients.
                optional "process" => process: OneOrMore<Target>,
                $($(#[doc = $doc])* $need $key => $field: $ty,)*
            }
        }
    };
}

victims! {
    /// Processes that end, and may come back.
    Ending as "fault" {
        /// Started again this long after it has ended. Default: stays down.
        optional "restart.after" => restart_after: Time,
    }
}
victims! {
    /// Processes or disks, for a time.
    Lasting as "fault" {
        /// For how long.
        required "for" => duration: Time,
    }
}
victims! {
    /// Disks that become slower.
    Slowing as "fault" {
        /// How many times slower.
        required "factor" => factor: Whole<2, 1_000_000>,
        /// For how long. Default: until the final phase.
        optional "for" => duration: Time,
    }
}
victims! {
    /// Disks.
    Plain as "fault" {}
}

section! {
    /// Groups of processes without a connection between them; within a group all is well.
    struct Partition as "partition" {
        /// The groups: `[[broker 1], [others]]`.
        required "between" => between: List<OneOrMore<Target>>,
        /// For how long. Default: until the final phase.
        optional "for" => duration: Time,
    }
}
section! {
    /// A fault in one direction.
    struct OneWay as "link fault" {
        /// From whom.
        required "from" => from: OneOrMore<Target>,
        /// To whom.
        required "to" => to: OneOrMore<Target>,
        /// For how long. Default: until the final phase.
        optional "for" => duration: Time,
    }
}
section! {
    /// A jam in one direction.
    struct Clogging as "link fault" {
        /// From whom.
        required "from" => from: OneOrMore<Target>,
        /// To whom.
        required "to" => to: OneOrMore<Target>,
        /// For how long.
        required "for" => duration: Time,
    }
}
section! {
    /// A slow link.
    struct SlowLink as "link fault" {
        /// The two sides: `[[leader of orders-0], [others]]`.
        required "between" => between: List<OneOrMore<Target>>,
        /// How many times slower.
        required "factor" => factor: Whole<2, 1_000_000>,
        /// For how long. Default: until the final phase.
        optional "for" => duration: Time,
    }
}
section! {
    /// Connections that are reset.
    struct Reset as "link fault" {
        /// The two sides: `[[broker 1], [others]]`.
        required "between" => between: List<OneOrMore<Target>>,
    }
}

/// A condition to wait for, such as `{ lag of billing: above 1000 }`.
#[derive(Clone, Debug)]
pub(in crate::scenario) struct When(pub At<ConditionName>);

impl Decode for When {
    fn decode(node: &Node, findings: &mut Findings) -> Option<Self> {
        let Kind::Map(entries) = &node.value else {
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
            ("^broker [0-9]+$", "^(un)?fenced$"),
            ("^(epoch|log end|high watermark) of [A-Za-z0-9._-]+-[0-9]+$", ".+"),
            ("^(generation|members) of [A-Za-z0-9._-]+$", ".+"),
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

macro_rules! actions {
    ($($(#[doc = $doc:literal])* $key:literal => $variant:ident($ty:ty),)*) => {
        /// What a fault does.
        #[derive(Clone, Debug)]
        pub(in crate::scenario) enum Does { $($(#[doc = $doc])* $variant($ty),)* }

        const ACTION_KEYS: &[&str] = &[$($key),*];
        const ACTION_SHAPES: &[crate::scenario::decode::Key] = &[
            ("at", Shape::leaf), ("every", Shape::leaf), ("times", Shape::leaf), ("when", Shape::leaf),
            ("after", Shape::leaf), ("delay", Shape::leaf), $(($key, <$ty as Decode>::shape)),*
        ];

        fn decode_action(key: &At<String>, node: &Node, findings: &mut Findings) -> Option<Does> {
            match key.as_str() {
                $($key => {
                    let short = matches!(node.value, Kind::Text(_) | Kind::List(_));
                    let node = At { value: node.value.clone(), span: if short { node.span } else { key.span } };
                    <$ty as Action>::read(&node, findings).map(Does::$variant)
                })*
                _ => None,
            }
        }

        fn action_schemas(object: &mut crate::scenario::schema::Object, generator: &mut SchemaGenerator) {
            $(object.key($key, concat!($($doc),*), false, <$ty as Action>::schema(generator));)*
        }
    };
}

actions! {
    /// kill -9: memory is lost, the page cache is not.
    "crash" => Crash(Ending),
    /// The machine loses power: what was not flushed may be lost, and nobody is told.
    "power.loss" => PowerLoss(Ending),
    /// SIGTERM: a clean stop.
    "stop" => Stop(Ending),
    /// SIGSTOP or a long GC pause: nothing runs, then everything is late.
    "pause" => Pause(Lasting),
    /// No bytes between groups of processes.
    "partition" => Partition(Partition),
    /// No bytes in one direction; connections stall.
    "cut" => Cut(OneWay),
    /// No new connections in one direction; those that exist live on.
    "block.connects" => BlockConnects(OneWay),
    /// Latency between two sides is multiplied.
    "slow.link" => SlowLink(SlowLink),
    /// What arrives in one direction is held back, then comes all at once.
    "clog" => Clog(Clogging),
    /// All open connections between two sides are reset.
    "reset.connections" => ResetConnections(Reset),
    /// Every disk call takes until the end of the stall.
    "disk.stall" => DiskStall(Lasting),
    /// The disk is slower by a factor.
    "disk.slow" => DiskSlow(Slowing),
    /// Writes fail for want of space.
    "disk.full" => DiskFull(Plain),
    /// Every disk call fails.
    "disk.fail" => DiskFail(Plain),
    /// An administrator creates a topic that has `create: later`.
    "create.topic" => CreateTopic(Name),
    /// An administrator gives a topic more partitions.
    "add.partitions" => AddPartitions(AddPartitions),
    /// An administrator changes configs of a topic.
    "set.config" => SetConfig(SetConfig),
    /// An administrator has leaders elected: the preferred ones, or unclean ones where there is none.
    "elect.leaders" => ElectLeaders(ElectLeaders),
}

/// An action's value: a map; for some, whom it hits is enough.
pub(super) trait Action: Decode {
    fn read(node: &Node, findings: &mut Findings) -> Option<Self> {
        Self::decode(node, findings)
    }
    fn schema(generator: &mut SchemaGenerator) -> Schema {
        generator.subschema_for::<Self>()
    }
}
impl Action for Lasting {}
impl Action for Slowing {}
impl Action for Partition {}
impl Action for OneWay {}
impl Action for SlowLink {}
impl Action for Clogging {}
impl Action for Reset {}

fn short<T>(node: &Node, findings: &mut Findings, build: impl FnOnce(At<OneOrMore<Target>>) -> T) -> Option<T> {
    OneOrMore::decode(node, findings).map(|value| build(At { value, span: node.span }))
}
fn short_schema<T: JsonSchema>(generator: &mut SchemaGenerator) -> Schema {
    json_schema!({"anyOf": [generator.subschema_for::<OneOrMore<Target>>(), generator.subschema_for::<T>()]})
}

impl Action for Ending {
    fn read(node: &Node, findings: &mut Findings) -> Option<Self> {
        match &node.value {
            Kind::Map(_) | Kind::Null => Self::decode(node, findings),
            _ => short(node, findings, |process| Ending { broker: None, process: Some(process), restart_after: None }),
        }
    }
    fn schema(generator: &mut SchemaGenerator) -> Schema {
        short_schema::<Self>(generator)
    }
}
impl Action for Plain {
    fn read(node: &Node, findings: &mut Findings) -> Option<Self> {
        match &node.value {
            Kind::Map(_) | Kind::Null => Self::decode(node, findings),
            _ => short(node, findings, |process| Plain { broker: None, process: Some(process) }),
        }
    }
    fn schema(generator: &mut SchemaGenerator) -> Schema {
        short_schema::<Self>(generator)
    }
}

/// One entry of `faults`.
#[derive(Clone, Debug)]
pub(in crate::scenario) struct Fault {
    pub at: Option<At<Duration>>,
    pub every: Option<At<Time>>,
    pub times: Option<At<Whole<1, 1_000_000>>>,
    pub when: Option<At<When>>,
    pub after: Option<At<Duration>>,
    pub delay: Option<At<Duration>>,
    /// The action, and where its key stands.
    pub does: At<Does>,
    /// The whole action as one line of text.
    pub label: String,
}

const TRIGGER_KEYS: [(&str, &str); 6] = [
    ("at", "When it strikes; with `every`, the first time."),
    ("every", "Again and again, with this time between."),
    ("times", "With `every`: how many times at most. Default: until the end."),
    ("when", "Once, when this becomes true."),
    ("after", "With `when`: not before this time. Default: `0s`."),
    ("delay", "With `when`: how much later. Default: `0s`."),
];

impl Decode for Fault {
    fn decode(node: &Node, findings: &mut Findings) -> Option<Self> {
        let mut map = MapReader::open(node, "fault", findings)?;
        let at = map.optional("at", findings);
        let every = map.optional("every", findings);
        let times = map.optional("times", findings);
        let when = map.optional("when", findings);
        let after = map.optional("after", findings);
        let delay = map.optional("delay", findings);
        let triggered = ["at", "every", "when"].iter().any(|key| map.has(key));
        let span = map.span();
        let mut action = None;
        let known: Vec<&str> = TRIGGER_KEYS.iter().map(|(key, _)| *key).chain(ACTION_KEYS.iter().copied()).collect();
        let mut complete = true;
        for entry in map.rest() {
            let (key, value) = entry;
            if let Some((name, why)) = NOT_YET.iter().find(|(name, _)| *name == key.value) {
                findings
                    .error(codes::NOT_YET, key.span, format!("`{name}` is not modelled yet"))
                    .label(*why)
                    .help(format!("there is {}", crate::scenario::findings::list(ACTION_KEYS)));
                complete = false;
            } else if !ACTION_KEYS.contains(&key.as_str()) {
                unknown_key(entry, "fault", &known, "neither an action nor a trigger", findings);
                complete = false;
            } else if action.is_some() {
                findings
                    .error(codes::BAD_FAULT, key.span, "two actions in one fault")
                    .label("the second")
                    .help("begin a new entry with `- at:`");
            } else {
                action = Some((key, decode_action(key, value, findings), label(key, value)));
            }
        }
        if !triggered {
            findings
                .error(codes::BAD_FAULT, span, "a fault without a time")
                .label("when?")
                .help("add `at: 10s`, `every: 10s` or `when: ...`");
        }
        let Some((key, does, label)) = action else {
            if complete {
                findings
                    .error(codes::BAD_FAULT, span, "a fault without an action")
                    .label("what happens?")
                    .help(format!("add one of {}", crate::scenario::findings::list(ACTION_KEYS)));
            }
            return None;
        };
        Some(Fault { at, every, times, when, after, delay, does: At { value: does?, span: key.span }, label })
    }
    fn shape() -> Shape {
        Shape::Keys(ACTION_SHAPES)
    }
}

/// One line for timelines: `crash leader of orders-0`, `partition broker 1 | others`.
fn label(key: &At<String>, node: &Node) -> String {
    fn targets(node: &Node, out: &mut Vec<String>) {
        match &node.value {
            Kind::Text(text) => out.push(text.split_whitespace().collect::<Vec<_>>().join(" ")),
            Kind::List(items) => items.iter().for_each(|item| targets(item, out)),
            Kind::Null | Kind::Map(_) => {}
        }
    }
    let join = |node: &Node| {
        let mut names = Vec::new();
        targets(node, &mut names);
        names.join(", ")
    };
    let whom = match &node.value {
        Kind::Map(entries) => {
            let part = |name: &str| entries.iter().find(|(key, _)| key.value == name).map(|(_, node)| node);
            match (part("between"), part("from"), part("to")) {
                (Some(At { value: Kind::List(sides), .. }), ..) => {
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
    shorten(format!("{} {whom}", key.value.replace('.', " ")).trim())
}

impl JsonSchema for Fault {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Fault".into()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut object = crate::scenario::schema::Object::new("Something that goes wrong: one trigger and one action.");
        let times = generator.subschema_for::<Whole<1, 1_000_000>>();
        for (key, doc) in TRIGGER_KEYS {
            let schema = match key {
                "every" => generator.subschema_for::<Time>(),
                "times" => times.clone(),
                "when" => generator.subschema_for::<When>(),
                _ => generator.subschema_for::<Duration>(),
            };
            object.key(key, doc, false, schema);
        }
        action_schemas(&mut object, generator);
        let mut schema = object.finish();
        let one_of: Vec<_> = ACTION_KEYS.iter().map(|key| json!({"required": [key]})).collect();
        schema.insert("oneOf".into(), json!(one_of));
        schema.insert("anyOf".into(), json!([{"required": ["at"]}, {"required": ["every"]}, {"required": ["when"]}]));
        schema
    }
}
