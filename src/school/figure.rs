//! Figures of a run in short: `ledger lost.after.ack`, `leader of orders-0 at 40s`. Each is an entry as under `expect:`
//! that any value would meet, so that what it finds is the figure.

use crate::scenario::codes;
use crate::scenario::findings::Findings;
use crate::scenario::node::{At, Span, YamlNode, YamlValue};
use crate::scenario::properties::SOMETIMES;

/// The entry behind a figure.
pub(super) fn entry(value: &YamlNode, findings: &mut Findings) -> Option<YamlNode> {
    let YamlValue::Text(text) = &value.value else { return Some(value.clone()) };
    let node = in_short(text, value.span);
    if node.is_none() {
        findings
            .error(codes::MALFORMED, value.span, format!("`{text}` is not a figure of a run"))
            .label("not a figure")
            .help(
                "write `ledger lost.after.ack`, `ledger duplicated of topic orders`, `leader of orders-0 at 40s`, \
                 `leader-elected`, `latency p99`, `longest stall`, or an entry as under `expect:`",
            );
    }
    node
}

fn in_short(text: &str, span: Span) -> Option<YamlNode> {
    let at = |value: YamlValue| At { value, span };
    let word = |text: &str| at(YamlValue::Text(text.to_owned()));
    let map = |entries: Vec<(&str, YamlNode)>| {
        let keyed = entries.into_iter().map(|(key, value)| (At { value: key.to_owned(), span }, value));
        at(YamlValue::Map(keyed.collect()))
    };
    let words: Vec<&str> = text.split_whitespace().collect();
    Some(match words.as_slice() {
        ["ledger", figure] => map(vec![("ledger", map(vec![(figure, word("at least 0"))]))]),
        ["ledger", figure, "of", whose @ ..] if !whose.is_empty() => {
            map(vec![("ledger", map(vec![("of", word(&whose.join(" "))), (figure, word("at least 0"))]))])
        }
        ["latency" | "end.to.end", percentile] => map(vec![(words[0], map(vec![(percentile, word("at least 0ms"))]))]),
        ["longest", "stall"] => map(vec![("stall", map(vec![("longest", word("at least 0ms"))]))]),
        ["longest", "stall", "of", whose @ ..] if !whose.is_empty() => {
            map(vec![("stall", map(vec![("of", word(&whose.join(" "))), ("longest", word("at least 0ms"))]))])
        }
        [event] if SOMETIMES.iter().any(|(id, _)| id == event) => map(vec![(event, word("at least 0"))]),
        [state @ .., "at", when] if !state.is_empty() => {
            let any = match state[0] {
                "leader" => "none",
                "group" => "dead",
                "transaction" => "empty",
                "broker" => "fenced",
                _ => "at least 0",
            };
            map(vec![("at", word(when)), (&state.join(" "), word(any))])
        }
        _ => return None,
    })
}
