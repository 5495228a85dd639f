//! Which Kafka it is.

#[cfg(test)]
use std::borrow::Cow;

#[cfg(test)]
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use crate::protocol::rules::KafkaVersion;
#[cfg(test)]
use crate::protocol::rules::Rules;
use crate::scenario::codes;
use crate::scenario::decode::{Decode, text};
use crate::scenario::findings::Findings;
use crate::scenario::node::{YamlNode, shorten};

/// `kafka.version`. It is read before all that it bears on: what a config may be hangs on it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::scenario) struct Version(pub KafkaVersion);

impl Decode for Version {
    fn decode(node: &YamlNode, findings: &mut Findings) -> Option<Self> {
        let word = text(node, "a version of Kafka", findings)?.trim();
        let Some(version) = KafkaVersion::find(word) else {
            let message = format!("there are no rules of Kafka `{}`", shorten(word));
            findings
                .error(codes::UNKNOWN_VERSION, node.span, message)
                .label("not a version that is modelled")
                .help(help(word));
            return None;
        };
        findings.version = version;
        Some(Version(version))
    }
}

/// The version that was meant, or those that there are.
fn help(word: &str) -> String {
    let patch = KafkaVersion::ALL.iter().find(|version| {
        word.strip_prefix(version.name()).is_some_and(|rest| rest.strip_prefix('.').is_some_and(is_number))
    });
    if let Some(version) = patch {
        return format!("patches are not told apart: write `{0}`, which is {1}", version.name(), version.release());
    }
    let before = word.split('.').next().and_then(|major| major.parse::<u32>().ok()).is_some_and(|major| major < 4);
    let names: Vec<&str> = KafkaVersion::ALL.iter().map(|version| version.name()).collect();
    match before {
        true => {
            format!("releases before 4.0 are not modelled yet: there is {}", crate::scenario::findings::list(&names))
        }
        false => format!("there is {}", crate::scenario::findings::list(&names)),
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
impl JsonSchema for Version {
    fn schema_name() -> Cow<'static, str> {
        "KafkaVersion".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let words: Vec<serde_json::Value> = KafkaVersion::ALL.iter().map(|version| choice(*version)).collect();
        // YAML has 4.1 for a number: editors are to take it as one, too.
        json_schema!({"description": "A version of Kafka.", "oneOf": words})
    }
}

/// A version, and what it brought of what is modelled.
#[cfg(test)]
fn choice(version: KafkaVersion) -> serde_json::Value {
    let news: Vec<String> = Rules::entries()
        .iter()
        .skip(1)
        .flat_map(|entry| entry.values.iter().map(move |value| (entry.name, value)))
        .filter(|(_, value)| value.since == version && version != KafkaVersion::ALL[0])
        .map(|(name, value)| format!("{name}: {} ({})", value.word, value.issue))
        .collect();
    let about = match news.is_empty() {
        true => format!("Kafka {}.", version.release()),
        false => format!("Kafka {}. New: {}.", version.release(), news.join("; ")),
    };
    let number: f64 = version.name().parse().expect("a version reads as a number");
    serde_json::json!({"enum": [version.name(), number], "description": about})
}
