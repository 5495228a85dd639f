//! What an administrator does while the cluster runs, as actions in `faults`.

#[cfg(test)]
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
#[cfg(test)]
use serde_json::json;

use super::leaf::{Duration, Name};
use super::workload::{Legible, YesNo};
use crate::protocol::config::TopicConfig;
#[cfg(test)]
use crate::scenario::configs;
use crate::scenario::configs::Configs;
use crate::scenario::decode::{Decode, List, MapReader, OneOrMore, Shape, Whole, choice, scalar, section};
use crate::scenario::findings::Findings;
use crate::scenario::node::{At, YamlNode, YamlValue};
use crate::scenario::unit::Problem;

section! {
    /// `kafka-topics --alter --partitions`.
    struct AddPartitions as "action" {
        /// The topic.
        required "topic" => topic: Name,
        /// How many partitions it has then.
        required "to" => to: Whole<2, 20_000>,
    }
}

choice! {
    /// Which election.
    ElectionKind as "an election" {
        /// The first replica of each assignment leads again, if it is in sync.
        Preferred = "preferred",
        /// Leaderless partitions get a leader that may not be in sync.
        Unclean = "unclean",
    }
}

section! {
    /// `kafka-leader-election`.
    struct ElectLeaders as "action" {
        /// Which election. Default: `preferred`.
        optional "election" => election: ElectionKind,
        /// One partition, `orders-0`. Default: all of the topic, or of all topics.
        optional "partition" => partition: Name,
        /// All partitions of a topic.
        optional "topic" => topic: Name,
    }
}

scalar! {
    /// A whole number, negative ones too.
    Shift(i64) as "a whole number", |text| text.trim().parse::<i64>().map_err(|_| {
        Problem::new("not a whole number").help("`-100` goes back by 100 records, `100` skips 100")
    }), {"type": "integer"}
}

choice! {
    /// An end of the log, or where the group is.
    ResetPlace as "a place to reset to" {
        /// The beginning of the log.
        Earliest = "earliest",
        /// Its end.
        Latest = "latest",
        /// Where the group is; the end of the log where it has no offset.
        Current = "current",
    }
}

section! {
    /// `kafka-consumer-groups --reset-offsets --execute`. Where to is said by one of `to`, `to.offset`, `shift.by`,
    /// `by.duration` and `to.time`.
    struct ResetOffsets as "action" {
        /// The group. It must have no members.
        required "group" => group: Name,
        /// Of which topics, or partitions (`orders-0`).
        required "topics" => topics: OneOrMore<Name>,
        /// `--to-earliest`, `--to-latest` or `--to-current`.
        optional "to" => to: Legible<ResetPlace>,
        /// `--to-offset`: this offset, or the nearest one that the log has.
        optional "to.offset" => to_offset: Legible<Whole<0, 9_000_000_000_000_000_000>>,
        /// `--shift-by`: so many records on, or back if it is negative, as far as the log goes.
        optional "shift.by" => shift_by: Legible<Shift>,
        /// `--by-duration`: the first record that is no older than this.
        optional "by.duration" => by_duration: Legible<Duration>,
        /// `--to-datetime`: the first record of this time of the run, or of a later one.
        optional "to.time" => to_time: Legible<Duration>,
    }
}

section! {
    /// `kafka-consumer-groups --delete-offsets`.
    struct DeleteOffsets as "action" {
        /// The group.
        required "group" => group: Name,
        /// Of which topics, or partitions (`orders-0`). No member may subscribe to them.
        required "topics" => topics: OneOrMore<Name>,
    }
}

section! {
    /// `kafka-delete-records`, of one partition. Where to is said by one of `before` and `all`.
    struct DeleteRecords as "action" {
        /// The partition, `orders-0`.
        required "partition" => partition: Name,
        /// Where its log is to begin.
        optional "before" => before: Whole<0, 9_000_000_000_000_000_000>,
        /// All that there is, up to the high watermark (offset -1 for Kafka's tool).
        optional "all" => all: YesNo,
    }
}

section! {
    /// `Admin.removeMembersFromConsumerGroup`.
    struct RemoveMembers as "action" {
        /// The group.
        required "group" => group: Name,
        /// The static members, by `group.instance.id`.
        required "instances" => instances: OneOrMore<Name>,
    }
}

/// `kafka-configs --alter --add-config`: the topic, and the configs that change.
#[derive(Clone, Debug)]
pub(in crate::scenario) struct SetConfig {
    pub topic: At<Name>,
    pub configs: Configs<TopicConfig>,
}

impl Decode for SetConfig {
    fn decode(node: &YamlNode, findings: &mut Findings) -> Option<Self> {
        let mut map = MapReader::open(node, "action", findings)?;
        let topic = map.required("topic", findings);
        let mut configs = Configs::of(findings.version);
        for (name, value) in map.rest() {
            configs.read(name, value, &["topic"], findings);
        }
        Some(SetConfig { topic: topic?, configs })
    }
    fn shape() -> Shape {
        Shape::Configs(&[("topic", Shape::leaf)])
    }
}
#[cfg(test)]
impl JsonSchema for SetConfig {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "SetConfig".into()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut properties = configs::properties::<TopicConfig>();
        let mut topic = generator.subschema_for::<Name>().to_value();
        topic["description"] = json!("The topic.");
        properties.insert("topic".into(), topic);
        json_schema!({
            "type": "object", "description": "A topic, and the configs that change.",
            "properties": properties, "required": ["topic"], "additionalProperties": false,
        })
    }
}

/// `kafka-reassign-partitions --execute`: partitions, and the replicas that each is to have.
#[derive(Clone, Debug)]
pub(in crate::scenario) struct ReassignPartitions {
    /// `--disallow-replication-factor-change` (KIP-860).
    pub same_factor: Option<At<YesNo>>,
    /// The partitions, as written.
    pub partitions: Vec<(At<String>, At<List<Whole<1, 100>>>)>,
}

const SAME_FACTOR: &str = "disallow.replication.factor.change";

impl Decode for ReassignPartitions {
    fn decode(node: &YamlNode, findings: &mut Findings) -> Option<Self> {
        let mut map = MapReader::open(node, "action", findings)?;
        let same_factor = map.optional(SAME_FACTOR, findings);
        let mut partitions = Vec::new();
        for (name, value) in map.rest() {
            let replicas = List::decode(value, findings);
            partitions.extend(replicas.map(|list| (name.clone(), At { value: list, span: value.span })));
        }
        Some(ReassignPartitions { same_factor, partitions })
    }
    fn shape() -> Shape {
        Shape::Named(List::<Whole<1, 100>>::shape)
    }
}
#[cfg(test)]
impl JsonSchema for ReassignPartitions {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "ReassignPartitions".into()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let list = generator.subschema_for::<List<Whole<1, 100>>>();
        json_schema!({
            "type": "object", "description": "Partitions, such as `orders-0`, and the brokers that each is to have, the preferred leader first.",
            "properties": { SAME_FACTOR: { "type": "boolean", "description": "`--disallow-replication-factor-change`, since Kafka 4.1. Default: false." } },
            "patternProperties": { "^.+-[0-9]+$": list }, "additionalProperties": false, "minProperties": 1,
        })
    }
}

impl super::fault::Tool for AddPartitions {}
impl super::fault::Tool for ReassignPartitions {}
impl super::fault::Tool for OneOrMore<Name> {}
impl super::fault::Tool for ResetOffsets {}
impl super::fault::Tool for DeleteOffsets {}
impl super::fault::Tool for RemoveMembers {}
impl super::fault::Tool for DeleteRecords {}
impl super::fault::Tool for SetConfig {}
impl super::fault::Tool for Name {}
impl super::fault::Tool for ElectLeaders {
    fn read(node: &YamlNode, findings: &mut Findings) -> Option<Self> {
        match &node.value {
            YamlValue::Text(_) => ElectionKind::decode(node, findings).map(|kind| ElectLeaders {
                election: Some(At { value: kind, span: node.span }),
                partition: None,
                topic: None,
            }),
            _ => Self::decode(node, findings),
        }
    }
    #[cfg(test)]
    fn schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({"anyOf": [generator.subschema_for::<ElectionKind>(), generator.subschema_for::<Self>()]})
    }
}

/// What an administrator does as well, and why there is no action for it: (the key, the reason).
pub(in crate::scenario) const NOT_YET: &[(&str, &str)] = &[
    ("delete.topic", "topics are not deleted in the model yet"),
    ("set.broker.config", "broker configs do not change while a broker runs in the model"),
    ("seek", "it is no fault: write `steps: [{ at: 5s, seek: ... }]` of an application under `apps`"),
    ("assign", "consumers subscribe, and do not assign, in the model yet"),
    ("pause.partitions", "it is no fault: write `steps: [{ at: 5s, pause: ... }]` of an application under `apps`"),
    ("commit", "it is no fault: write `steps: [{ at: 5s, commit: sync }]` of an application under `apps`"),
    ("close", "it is no fault: write `stop: 5s` of the application, or a `stop` of its process"),
];
