//! Figures of a run in short: `ledger lost.after.ack`, `leader of orders-0 at 40s`. Each is an entry as under `expect:`
//! that any value would meet, so that what it finds is the figure.

use super::exercise::FigurePart;
use crate::scenario::codes;
use crate::scenario::findings::Findings;
use crate::scenario::node::{At, Span, YamlNode, YamlValue};
use crate::scenario::properties::SOMETIMES;

/// The entry behind a figure, and what of its answer is the figure.
pub(super) fn entry(value: &YamlNode, findings: &mut Findings) -> Option<(YamlNode, FigurePart)> {
    let YamlValue::Text(text) = &value.value else { return Some(of_entry(value)) };
    let node = in_short(text, value.span);
    if node.is_none() {
        findings
            .error(codes::MALFORMED, value.span, format!("`{text}` is not a figure of a run"))
            .label("not a figure")
            .help(
                "write `ledger lost.after.ack`, `ledger duplicated of topic orders`, `leader of orders-0 at 40s`, \
                 `leader-elected`, `count of leader-elected`, `time of leader-elected`, `latency p99`, `crossed.racks consume`, `longest stall`, or \
                 an entry as under `expect:`",
            );
    }
    node
}

/// An entry as under `expect:`, or a part of its answer: `time of: { fact: { ... } }`.
fn of_entry(value: &YamlNode) -> (YamlNode, FigurePart) {
    if let YamlValue::Map(entries) = &value.value
        && let [(key, entry)] = entries.as_slice()
    {
        match key.value.as_str() {
            "count of" => return (entry.clone(), FigurePart::Count),
            "time of" => return (entry.clone(), FigurePart::Time),
            _ => {}
        }
    }
    (value.clone(), FigurePart::Whole)
}

/// The same of a text.
pub(super) fn in_short(text: &str, span: Span) -> Option<(YamlNode, FigurePart)> {
    let parts = [("count of ", FigurePart::Count), ("time of ", FigurePart::Time)];
    let part = parts.iter().find_map(|(words, part)| Some((text.trim().strip_prefix(words)?, *part)));
    let of_all = if text.trim().starts_with("longest stall") { FigurePart::Length } else { FigurePart::Whole };
    let (text, part) = part.unwrap_or((text, of_all));
    whole(text, span).map(|entry| (entry, part))
}

fn whole(text: &str, span: Span) -> Option<YamlNode> {
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
        ["crossed.racks", kind] => map(vec![("crossed.racks", map(vec![(kind, word("at least 0"))]))]),
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
                "status" => "ok",
                "lag.time" => "at least 0ms",
                _ => "at least 0",
            };
            // Which brokers, not how many.
            let any = if state[0] == "isr" { at(YamlValue::List(vec![word("1")])) } else { word(any) };
            map(vec![("at", word(when)), (&state.join(" "), any)])
        }
        _ => return None,
    })
}

/// A list of one entry.
pub(super) fn list_of(entry: YamlNode) -> YamlNode {
    At { span: entry.span, value: YamlValue::List(vec![entry]) }
}
