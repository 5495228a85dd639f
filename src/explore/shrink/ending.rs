//! Shorter: the run need not go on for long after it has failed, nor begin long before.

use super::shrinker::{Shrinker, with_list};
use super::tree::{self, path};
use crate::run::figures::exact;
use crate::scenario::node::YamlNode;
use crate::scenario::unit;
use crate::sim::time::Nanos;

/// The final phase of a scenario that names none.
const DEFAULT_FINAL: Nanos = Nanos::from_secs(300);

/// Ends the run as early as it will.
pub fn end_early(s: &mut Shrinker<'_, '_>) {
    let last = path(["final.phase"]);
    for seconds in [0, 1, 5, 10, 30, 60].map(Nanos::from_secs) {
        let now = s.span(&last).unwrap_or(DEFAULT_FINAL);
        if seconds >= now || s.keep(tree::with(&s.tree, &last, tree::leaf(exact(seconds)))) {
            break;
        }
    }
    if let Some(at) = s.met.at {
        let whole = Nanos::from_secs(at.0.div_ceil(1_000_000_000));
        for extra in [0, 1, 2, 5, 10, 20].map(Nanos::from_secs) {
            let end = whole.saturating_add(extra);
            if end >= s.duration() || s.keep(shortened(&s.tree, end)) {
                return;
            }
        }
    }
    while [1_u64, 2, 4, 6, 7].into_iter().any(|eighths| {
        let end = Nanos::from_secs((s.duration().0 / 8 * eighths).div_ceil(1_000_000_000));
        end > Nanos::ZERO && end < s.duration() && s.keep(shortened(&s.tree, end))
    }) {}
}

/// Begins with what matters: faults, and all else that has a time, come earlier.
pub fn begin_late(s: &mut Shrinker<'_, '_>) {
    while let Some(first) = s.list("faults").iter().filter_map(when).min() {
        let leads = [0, 1, 2, 3, 5, 8, 12, 20].map(Nanos::from_secs);
        let earlier = leads.into_iter().filter_map(|lead| Some(Nanos(first.0.checked_sub(lead.0)?)));
        let candidates: Vec<YamlNode> = earlier.filter(|by| by.0 > 0).filter_map(|by| shifted(&s.tree, by)).collect();
        if !s.keep_first_by_luck(&candidates) {
            return;
        }
    }
}

/// The time of a fault that has a single one.
fn when(fault: &YamlNode) -> Option<Nanos> {
    let text = tree::at(fault, &path(["at"])).and_then(tree::text);
    let after = || tree::at(fault, &path(["after"])).and_then(tree::text);
    unit::duration(text.or_else(after)?).ok()
}

/// The scenario, over at that time; what comes later is left out.
pub fn shortened(tree: &YamlNode, end: Nanos) -> YamlNode {
    let faults = tree::items(tree::at(tree, &path(["faults"])));
    let in_time: Vec<YamlNode> = faults.iter().filter(|fault| when(fault).is_none_or(|at| at < end)).cloned().collect();
    let mut tree = with_list(tree, "faults", &in_time);
    for section in ["producers", "groups", "apps"] {
        let names: Vec<String> = names(&tree, section);
        for stop in names.iter().map(|name| path([section, name, "stop"])) {
            let late = tree::at(&tree, &stop).and_then(tree::text).and_then(|text| unit::duration(text).ok());
            if late.is_some_and(|at| at >= end) {
                tree::remove(&mut tree, &stop);
            }
        }
    }
    tree::with(&tree, &path(["duration"]), tree::leaf(exact(end)))
}

/// The names of a section's entries.
pub fn names(tree: &YamlNode, section: &str) -> Vec<String> {
    let entries = tree::at(tree, &path([section])).map_or(&[][..], tree::entries);
    entries.iter().map(|(name, _)| name.value.clone()).collect()
}

/// All that has a time, earlier by so much; none if something would come before the beginning.
fn shifted(tree: &YamlNode, by: Nanos) -> Option<YamlNode> {
    let mut out = tree.clone();
    let mut move_to = |path: Vec<String>| -> Option<()> {
        let Some(at) = tree::at(tree, &path).and_then(tree::text).and_then(|text| unit::duration(text).ok()) else {
            return Some(());
        };
        out = tree::with(&out, &path, tree::leaf(exact(Nanos(at.0.checked_sub(by.0)?))));
        Some(())
    };
    move_to(path(["duration"]))?;
    for index in 0..tree::items(tree::at(tree, &path(["faults"]))).len() {
        move_to(path(["faults", &index.to_string(), "at"]))?;
        move_to(path(["faults", &index.to_string(), "after"]))?;
    }
    for section in ["producers", "groups", "apps"] {
        for name in names(tree, section) {
            let whole = |key: &str| tree::at(tree, &path([section, &name, key]));
            move_to(path([section, &name, "stop"]))?;
            // What begins before that begins at once.
            let start = path([section, &name, "start"]);
            let at = whole("start").and_then(tree::text).and_then(|text| unit::duration(text).ok());
            if at.is_some_and(|at| at >= by) {
                move_to(start)?;
            }
        }
    }
    Some(out)
}
