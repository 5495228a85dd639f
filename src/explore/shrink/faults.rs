//! Fewer faults, and simpler ones.

use std::collections::BTreeMap;

use super::ddmin::ddmin;
use super::shrinker::{Shrinker, with_list};
use super::tree::{self, path};
use crate::history::Observer;
use crate::history::fact::{Entry, Fact};
use crate::run::Run;
use crate::run::figures::exact;
use crate::scenario::node::{YamlNode, YamlValue};
use crate::scenario::unit;
use crate::sim::time::Nanos;

/// The most single faults that a repeating one is taken apart into.
const MOST: usize = 60;
/// The keys of a fault that say when.
const TRIGGERS: [&str; 8] = ["name", "at", "every", "times", "when", "after", "delay", "may.miss"];

/// Leaves out what is not needed: whole kinds of faults first, then single ones.
pub fn fewer(s: &mut Shrinker<'_, '_>) {
    let kinds: Vec<String> = s.list("faults").iter().filter_map(action).map(|(key, _)| key).collect();
    for kind in kinds {
        let rest: Vec<YamlNode> =
            s.list("faults").into_iter().filter(|fault| action(fault).is_none_or(|(key, _)| key != kind)).collect();
        s.keep(with_list(&s.tree, "faults", &rest));
    }
    unroll(s);
    single(s);
}

/// Leaves out single faults; afterwards each that is left is needed.
pub fn single(s: &mut Shrinker<'_, '_>) {
    let (faults, base) = (s.list("faults"), s.tree.clone());
    ddmin(faults, &mut |part| s.keep(with_list(&base, "faults", part)));
}

/// Leaves out single faults, with other seeds where it takes some luck, or with the others a little earlier or later: one
/// that has only put off what another one has to meet is not needed.
pub fn single_by_luck(s: &mut Shrinker<'_, '_>) {
    let (faults, base) = (s.list("faults"), s.tree.clone());
    ddmin(faults, &mut |part| s.keep_by_luck(with_list(&base, "faults", part)));
    let mut index = 0;
    while s.list("faults").len() > 1 && index < s.list("faults").len() {
        let mut rest = s.list("faults");
        rest.remove(index);
        let moved = SHIFTS.iter().map(|by| rest.iter().map(|fault| shifted(fault, *by)).collect::<Vec<_>>());
        let candidates: Vec<YamlNode> = moved.map(|rest| with_list(&s.tree, "faults", &rest)).collect();
        index += usize::from(!s.keep_first(candidates));
    }
}

/// How much later a fault may come, in milliseconds; the nearest first.
const SHIFTS: [i64; 20] = [
    250, -250, 500, -500, 1_000, -1_000, 1_500, -1_500, 2_000, -2_000, 2_500, -2_500, 3_000, -3_000, 4_000, -4_000,
    5_000, -5_000, 6_000, -6_000,
];

/// A fault at another time, if it has one.
fn shifted(fault: &YamlNode, millis: i64) -> YamlNode {
    let at = path(["at"]);
    let now = tree::at(fault, &at).and_then(tree::text).and_then(|text| unit::duration(text).ok());
    match now.and_then(|now| now.0.checked_add_signed(millis * 1_000_000)) {
        Some(then) => tree::with(fault, &at, tree::leaf(exact(Nanos(then)))),
        None => fault.clone(),
    }
}

/// The key and the value of what a fault does.
fn action(fault: &YamlNode) -> Option<(String, &YamlNode)> {
    let does = tree::entries(fault).iter().find(|(key, _)| !TRIGGERS.contains(&key.as_str()));
    does.map(|(key, value)| (key.value.clone(), value))
}

/// Puts the times at which faults did strike in place of those that are drawn or repeated: then each can go alone.
fn unroll(s: &mut Shrinker<'_, '_>) {
    let faults = s.list("faults");
    let open = |fault: &YamlNode| {
        let text = tree::at(fault, &path(["at"])).and_then(tree::text);
        tree::at(fault, &path(["every"])).is_some() || text.is_some_and(|text| text.trim().starts_with("between"))
    };
    if !faults.iter().any(open) {
        return;
    }
    let Some(struck) = struck(s, faults.len()) else { return };
    let alone = |index: usize| -> Vec<YamlNode> {
        let times = struck.get(&index).map_or(&[][..], Vec::as_slice);
        let mut fault = faults[index].clone();
        ["every", "times", "at"].iter().for_each(|key| tree::remove(&mut fault, &path([key])));
        let at = |at: &Nanos| {
            let mut fault = tree::with(&fault, &path(["at"]), tree::leaf(exact(*at)));
            // One would write the time first.
            if let YamlValue::Map(entries) = &mut fault.value {
                entries.rotate_right(1);
            }
            fault
        };
        times.iter().map(at).collect()
    };
    let unrolled: Vec<YamlNode> = (0..faults.len())
        .flat_map(|index| if open(&faults[index]) { alone(index) } else { vec![faults[index].clone()] })
        .collect();
    if unrolled.len() <= MOST && s.keep(with_list(&s.tree, "faults", &unrolled)) {
        return;
    }
    // Where all at once do not, one of them may.
    for (index, fault) in faults.iter().enumerate() {
        let single = alone(index);
        if open(fault) && single.len() == 1 {
            let at = path(["faults", &index.to_string()]);
            s.keep(tree::with(&s.tree, &at, single[0].clone()));
        }
    }
}

/// When each fault has struck, by its number in the list.
fn struck(s: &Shrinker<'_, '_>, count: usize) -> Option<BTreeMap<usize, Vec<Nanos>>> {
    #[derive(Default)]
    struct Times(BTreeMap<usize, Vec<Nanos>>, Option<(u16, u16)>);
    impl Observer for Times {
        fn observe(&mut self, entry: &Entry) {
            if let Fact::FaultStarted { fault, occurrence, .. } = entry.fact {
                // One that hits several is told of for each.
                if self.1.replace((fault, occurrence)) != Some((fault, occurrence)) {
                    self.0.entry(usize::from(fault)).or_default().push(entry.at);
                }
            }
        }
    }
    let scenario = tree::scenario(&s.tree, "candidate")?;
    if scenario.world().faults.len() != count {
        return None;
    }
    let mut times = Times::default();
    Run::new(&scenario, s.seed).run(&mut times).ok()?;
    Some(times.0)
}

/// The faults in the order in which they strike, as one would write them.
pub fn in_order(s: &mut Shrinker<'_, '_>) {
    let mut faults = s.list("faults");
    let time = |fault: &YamlNode| {
        let text = ["at", "after"].iter().find_map(|key| tree::at(fault, &path([key])).and_then(tree::text));
        text.and_then(|text| unit::duration(text).ok()).unwrap_or(Nanos::MAX)
    };
    faults.sort_by_key(time);
    s.keep(with_list(&s.tree, "faults", &faults));
}

/// Takes from each fault what it does not need, and of several victims all but one.
pub fn simpler(s: &mut Shrinker<'_, '_>) {
    for index in 0..s.list("faults").len() {
        let fault = path(["faults", &index.to_string()]);
        for key in ["may.miss", "delay", "after", "times", "name"] {
            let key = tree::below(&fault, key);
            if s.at(&key).is_some() {
                s.keep(tree::without(&s.tree, &key));
            }
        }
        let Some((key, _)) = s.at(&fault).and_then(action) else { continue };
        let does = tree::below(&fault, &key);
        let options: Vec<String> =
            s.at(&does).map_or(&[][..], tree::entries).iter().map(|(key, _)| key.value.clone()).collect();
        for option in options {
            let option = tree::below(&does, &option);
            if !s.keep(tree::without(&s.tree, &option)) {
                one_of(s, &option);
                // The sides of a network fault are lists in a list.
                for side in 0..tree::items(s.at(&option)).len() {
                    one_of(s, &tree::below(&option, &side.to_string()));
                }
            }
        }
        one_of(s, &does);
    }
}

/// Of a list one element, if that is enough.
fn one_of(s: &mut Shrinker<'_, '_>, list: &[String]) {
    let several: Vec<YamlNode> = tree::items(s.at(list)).to_vec();
    if several.len() < 2 {
        return;
    }
    let base = s.tree.clone();
    ddmin(several, &mut |part| {
        !part.is_empty() && s.keep(tree::with(&base, list, tree::node(YamlValue::List(part.to_vec()))))
    });
    // A side in a list of sides is a list, be it of one.
    let side = list.last().is_some_and(|key| key.bytes().all(|byte| byte.is_ascii_digit()));
    if let [only] = tree::items(s.at(list))
        && tree::text(only).is_some()
        && !side
    {
        s.keep(tree::with(&s.tree, list, only.clone()));
    }
}
