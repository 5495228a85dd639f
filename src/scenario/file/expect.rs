//! `expect:` and `sometimes:`.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Map, json};

use crate::scenario::Bound;
use crate::scenario::codes;
use crate::scenario::decode::{Decode, choice, leaf, scalar};
use crate::scenario::findings::{Findings, suggestion};
use crate::scenario::node::{Kind, Node};
use crate::scenario::properties::{FIGURES, INVARIANTS, SOMETIMES};
use crate::scenario::unit::{self, Problem};

choice! {
    /// What becomes of an invariant in a run.
    Outcome as "an outcome" {
        /// It held, and was put to the test.
        Holds = "holds",
        /// It broke.
        Violated = "violated",
        /// This configuration does not promise it.
        NotPromised = "not-promised" | "not promised",
        /// Nothing in the run could have broken it.
        NotExercised = "not-exercised" | "not exercised",
    }
}

/// The name of a property that holds at some moment.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(in crate::scenario) struct Sometimes(pub &'static str);

impl Decode for Sometimes {
    fn decode(node: &Node, findings: &mut Findings) -> Option<Self> {
        let name = leaf(node, "the name of a property", |text| Ok::<_, Problem>(text.trim().to_owned()), findings)?;
        match SOMETIMES.iter().find(|(id, _)| *id == name) {
            Some((id, _)) => Some(Sometimes(id)),
            None => {
                let names: Vec<&str> = SOMETIMES.iter().map(|(id, _)| *id).collect();
                let help = suggestion(&name, &names, "property");
                let message = format!("unknown property {}", node.value.noun());
                findings
                    .error(codes::UNKNOWN_EXPECTATION, node.span, message)
                    .label("not a `sometimes` property")
                    .maybe_help(help);
                None
            }
        }
    }
}
impl JsonSchema for Sometimes {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Sometimes".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let names: Vec<_> = SOMETIMES.iter().map(|(id, about)| json!({"const": id, "description": about})).collect();
        json_schema!({"description": "Something that must happen at some moment of the run.", "oneOf": names})
    }
}

scalar! {
    /// A number, `at least` a number or `at most` a number.
    Limit(Bound) as "a bound such as `0`, `at least 1` or `at most 10`", bound, {"type": ["string", "integer"], "pattern": "^(at (least|most) )?[0-9]+$"}
}

fn bound(text: &str) -> Result<Bound, Problem> {
    let text = text.trim();
    let (make, number): (fn(u64) -> Bound, &str) = match (text.strip_prefix("at least "), text.strip_prefix("at most "))
    {
        (Some(number), _) => (Bound::AtLeast, number),
        (_, Some(number)) => (Bound::AtMost, number),
        _ => (Bound::Exactly, text),
    };
    unit::whole(number.trim()).map(make)
}

/// One entry of `expect`.
#[derive(Clone, Debug)]
pub(in crate::scenario) enum Expect {
    /// `- acked-all-durable: holds`
    Invariant(&'static str, Outcome),
    /// `- sometimes: leader-elected`
    Sometimes(&'static str),
    /// `- ledger: { lost.after.ack: 0 }`
    Ledger(Vec<(&'static str, Bound)>),
}

/// The figures of a `ledger` entry.
fn figures(node: &Node, findings: &mut Findings) -> Option<Vec<(&'static str, Bound)>> {
    let Kind::Map(entries) = &node.value else {
        crate::scenario::decode::wrong_type(node, "a map of figures and bounds", findings);
        return None;
    };
    let mut figures = Vec::new();
    for (key, value) in entries {
        match FIGURES.iter().find(|name| **name == key.value) {
            Some(name) => figures.extend(Limit::decode(value, findings).map(|limit| (*name, limit.0))),
            None => {
                let help = suggestion(key, FIGURES, "figure");
                let message = format!("unknown figure `{}`", crate::scenario::node::shorten(key));
                findings
                    .error(codes::UNKNOWN_EXPECTATION, key.span, message)
                    .label("not a figure of the ledger")
                    .maybe_help(help);
            }
        }
    }
    Some(figures)
}

impl Decode for Expect {
    fn decode(node: &Node, findings: &mut Findings) -> Option<Self> {
        let Kind::Map(entries) = &node.value else {
            let help = match &node.value {
                Kind::Text(text) if INVARIANTS.iter().any(|(id, _)| id == text) => {
                    Some(format!("write `- {text}: holds`"))
                }
                Kind::Text(text) if SOMETIMES.iter().any(|(id, _)| id == text) => {
                    Some(format!("write `- sometimes: {text}`"))
                }
                _ => Some("write `- acked-all-durable: holds`".into()),
            };
            crate::scenario::decode::wrong_type(node, "an invariant and its outcome", findings).maybe_help(help);
            return None;
        };
        let [(key, value)] = entries.as_slice() else {
            let at = entries.get(1).map_or(node.span, |(key, _)| key.span);
            findings
                .error(codes::WRONG_TYPE, at, "one expectation per entry of the list")
                .label("begin a new entry with `- `");
            return None;
        };
        if key.value == "sometimes" {
            return Sometimes::decode(value, findings).map(|s| Expect::Sometimes(s.0));
        }
        if key.value == "ledger" {
            return figures(value, findings).map(Expect::Ledger);
        }
        let Some((id, _)) = INVARIANTS.iter().find(|(id, _)| *id == key.value) else {
            let names: Vec<&str> = INVARIANTS.iter().map(|(id, _)| *id).chain(["sometimes", "ledger"]).collect();
            let help = crate::scenario::habits::expectation(key)
                .or_else(|| suggestion(key, &names, "invariant"))
                .or_else(|| Some(format!("there is {}", crate::scenario::findings::list(&names))));
            let message = format!("unknown invariant `{}`", crate::scenario::node::shorten(key));
            findings.error(codes::UNKNOWN_EXPECTATION, key.span, message).label("not an invariant").maybe_help(help);
            return None;
        };
        Outcome::decode(value, findings).map(|outcome| Expect::Invariant(id, outcome))
    }
}
impl JsonSchema for Expect {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Expect".into()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let outcome = generator.subschema_for::<Outcome>().to_value();
        let mut properties: Map<_, _> = INVARIANTS
            .iter()
            .map(|(id, about)| {
                let mut schema = outcome.clone();
                schema["description"] = json!(about);
                ((*id).to_owned(), schema)
            })
            .collect();
        let limit = generator.subschema_for::<Limit>().to_value();
        let bounds: Map<_, _> = FIGURES.iter().map(|name| ((*name).to_owned(), limit.clone())).collect();
        properties.insert(
            "ledger".into(),
            json!({"type": "object", "description": "Figures of the delivery ledger and their bounds.", "properties": bounds, "additionalProperties": false}),
        );
        properties.insert("sometimes".into(), generator.subschema_for::<Sometimes>().to_value());
        json_schema!({
            "type": "object", "description": "An invariant with its outcome, or a `sometimes` property.",
            "properties": properties, "additionalProperties": false, "minProperties": 1, "maxProperties": 1,
        })
    }
}
