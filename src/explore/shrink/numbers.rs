//! Shorter spans, and rounder numbers: what is odd without need hides what is odd with one.

use super::shrinker::Shrinker;
use super::tree::{self, path};
use crate::run::figures::exact;
use crate::scenario::node::{YamlNode, YamlValue};
use crate::sim::time::Nanos;

/// Steps of a clock, from coarse to fine.
const STEPS: [u64; 9] = [
    10_000_000_000,
    5_000_000_000,
    1_000_000_000,
    500_000_000,
    100_000_000,
    50_000_000,
    10_000_000,
    5_000_000,
    1_000_000,
];

/// How long something lasts: shorter, if that is enough.
pub fn shorter(s: &mut Shrinker<'_, '_>) {
    for leaf in leaves(&s.tree) {
        let last = leaf.last().map_or("", String::as_str);
        if !["for", "restart.after", "delay", "after", "takes", "per.record", "pause", "every"].contains(&last) {
            continue;
        }
        let Some(now) = s.span(&leaf) else { continue };
        let spans = [1, 10, 100, 500, 1_000, 2_000, 3_000, 5_000, 10_000, 15_000, 20_000, 30_000, 60_000];
        spans
            .into_iter()
            .map(Nanos::from_millis)
            .filter(|span| *span < now)
            .any(|span| s.keep(tree::with(&s.tree, &leaf, tree::leaf(exact(span)))));
    }
}

/// Times on whole seconds, else on whole tenths of them, and so on; a span that is drawn becomes a plain one.
pub fn rounder(s: &mut Shrinker<'_, '_>) {
    for leaf in leaves(&s.tree) {
        let Some(text) = s.text(&leaf) else { continue };
        if let Some(between) = text.trim().strip_prefix("between ").and_then(|rest| rest.split_once(" and ")) {
            let ends = [between.0, between.1].map(|end| tree::leaf(end.trim()));
            s.keep_first(ends.map(|end| tree::with(&s.tree, &leaf, end)));
        }
        if let Some(now) = s.span(&leaf) {
            // A second more or less is no rounder.
            let coarse = STEPS.into_iter().filter(|step| *step <= now.0.max(1) * 2);
            // How long the run is was chosen with care.
            let coarse = coarse.filter(|step| leaf.len() > 1 || *step <= 1_000_000_000);
            let candidates: Vec<YamlNode> = coarse
                .take_while(|step| !now.0.is_multiple_of(*step))
                .flat_map(|step| [now.0 / step * step, now.0.div_ceil(step) * step])
                .filter(|rounded| *rounded > 0)
                .map(|rounded| tree::with(&s.tree, &leaf, tree::leaf(exact(Nanos(rounded)))))
                .collect();
            s.keep_first(candidates);
        } else if let Some(now) = s.number(&leaf) {
            let digits = now.checked_ilog10().unwrap_or(0);
            let candidates: Vec<YamlNode> = (1..=digits)
                .rev()
                .map(|digit| 10_u64.pow(digit))
                .take_while(|step| !now.is_multiple_of(*step))
                .flat_map(|step| [now / step * step, now.div_ceil(step) * step])
                .map(|rounded| tree::with(&s.tree, &leaf, tree::leaf(rounded.to_string())))
                .collect();
            s.keep_first(candidates);
        }
    }
}

/// The places of all scalars in what a scenario does; what it says of itself and expects is no part of that.
fn leaves(tree: &YamlNode) -> Vec<Vec<String>> {
    fn go(node: &YamlNode, here: &mut Vec<String>, found: &mut Vec<Vec<String>>) {
        let mut inside = |key: String, value: &YamlNode| {
            here.push(key);
            go(value, here, found);
            here.pop();
        };
        match &node.value {
            YamlValue::Null => {}
            YamlValue::Text(_) => found.push(here.clone()),
            YamlValue::List(items) => items.iter().enumerate().for_each(|(i, item)| inside(i.to_string(), item)),
            YamlValue::Map(entries) => entries.iter().for_each(|(key, value)| inside(key.value.clone(), value)),
        }
    }
    let mut found = Vec::new();
    for section in
        ["duration", "final.phase", "cluster", "topics", "producers", "groups", "apps", "network", "disk", "faults"]
    {
        if let Some(node) = tree::at(tree, &path([section])) {
            go(node, &mut path([section]), &mut found);
        }
    }
    found
}
