//! `variants:`: what else one can see with the same scenario.

#[cfg(test)]
use std::borrow::Cow;

#[cfg(test)]
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::expect::Expect;
use super::leaf::Text;
use crate::scenario::codes;
use crate::scenario::decode::{Decode, List, section, wrong_type};
use crate::scenario::findings::Findings;
use crate::scenario::node::{YamlNode, YamlValue};

section! {
    /// The same scenario with something changed, and with expectations of its own: `kafkasim run NAME --variant cure`.
    struct Variant as "variant" {
        /// One sentence: what is other than in the scenario. Replaces the scenario's when the variant is run.
        optional "summary" => summary: Text,
        /// What a learner takes home from the variant. Replaces the scenario's when the variant is run.
        optional "teaches" => teaches: Text,
        /// What is changed: values by their paths, as after `--set`. A `--set` on the command line comes later.
        needed "set" => set: Changes,
        /// What a run of the variant must show. Replaces `expect` and `sometimes` of the scenario; without it, theirs apply.
        optional "expect" => expect: List<Expect>,
    }
}

/// The entries of `set`. They are applied to the tree before anything is decoded (see `variant` in the
/// room above); here they are only told: each as one would write it after `--set`.
#[derive(Clone, Debug)]
pub(in crate::scenario) struct Changes(pub Vec<String>);

impl Decode for Changes {
    fn decode(node: &YamlNode, findings: &mut Findings) -> Option<Self> {
        match &node.value {
            YamlValue::Map(entries) if entries.is_empty() => {
                findings
                    .error(codes::EMPTY_SECTION, node.span, "`set` is empty")
                    .label("a variant changes something")
                    .help("write a path and its value, such as `producers.*.config.acks: 1`");
                None
            }
            YamlValue::Map(entries) => Some(Changes(
                entries.iter().map(|(path, value)| format!("{}={}", path.value, value.value.flow())).collect(),
            )),
            _ => {
                wrong_type(node, "a map of paths and values", findings);
                None
            }
        }
    }
}
#[cfg(test)]
impl JsonSchema for Changes {
    fn schema_name() -> Cow<'static, str> {
        "Changes".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "object", "minProperties": 1,
            "description": "Values by their paths, as after `--set`: `producers.*.config.acks: 1`. `*` stands for every entry; entries of a list are numbered from 0.",
        })
    }
}
