//! `alerts:`: an operator's rules, rehearsed.

#[cfg(test)]
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
#[cfg(test)]
use serde_json::json;

use super::expect::{Stated, stated};
use super::leaf::{Duration, Name, Span};
use crate::scenario::codes;
use crate::scenario::decode::{Decode, MapReader, section};
use crate::scenario::findings::Findings;
use crate::scenario::node::{At, YamlNode};

section! {
    /// A rule that a monitoring system holds against the cluster now and then.
    struct Alert as "alert" {
        /// What it is called: `- alert: { name: lag-high, fires: before 40s }` under `expect` is about it.
        required "name" => name: Name,
        /// What must hold, and with `for` how long: `{ lag of billing: above 1000, for: 30s }`.
        required "when" => when: AlertWhen,
        /// How often it is looked at, from time zero on. Default: 10s.
        optional "every" => every: Span,
    }
}

/// What must hold, and how long.
#[derive(Clone, Debug)]
pub(in crate::scenario) struct AlertWhen {
    pub says: Vec<Stated>,
    pub lasting: Option<At<Duration>>,
}

impl Decode for AlertWhen {
    fn decode(node: &YamlNode, findings: &mut Findings) -> Option<Self> {
        let mut map = MapReader::open(node, "condition", findings)?;
        let span = map.span();
        let lasting = map.optional("for", findings);
        let said: Vec<Option<Stated>> = map.rest().map(|(key, value)| stated(key, value, findings)).collect();
        if said.is_empty() {
            findings
                .error(codes::EMPTY_SECTION, span, "`when` without a state")
                .label("when does it fire?")
                .help("add `lag of group: above 1000`, `status of group: error` or another state");
        }
        let says: Option<Vec<Stated>> = said.into_iter().collect();
        says.filter(|says| !says.is_empty()).map(|says| AlertWhen { says, lasting })
    }
}
#[cfg(test)]
impl JsonSchema for AlertWhen {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "AlertWhen".into()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut lasting = generator.subschema_for::<Duration>().to_value();
        lasting["description"] = json!("It must hold at every look for so long. Default: it fires at once.");
        json_schema!({
            "type": "object", "description": "What must hold, all of it, and how long.", "properties": {"for": lasting},
            "patternProperties": super::expect::state_patterns(), "additionalProperties": false, "minProperties": 1,
        })
    }
}
