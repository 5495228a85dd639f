//! Fewer clients, fewer topics, and less to do for those that are left.

use super::ddmin::ddmin;
use super::ending::names;
use super::shrinker::Shrinker;
use super::tree::{self, below, path};
use crate::scenario::node::{YamlNode, YamlValue};
use crate::scenario::unit;

const CLIENTS: [&str; 3] = ["producers", "groups", "apps"];

/// Leaves out applications, then topics, with the faults that are about them.
pub fn fewer(s: &mut Shrinker<'_, '_>) {
    for sections in [&CLIENTS[..], &["topics"]] {
        let all: Vec<(String, String)> = sections
            .iter()
            .flat_map(|section| names(&s.tree, section).into_iter().map(|name| ((*section).to_owned(), name)))
            .collect();
        let base = s.tree.clone();
        ddmin(all.clone(), &mut |part| {
            let gone = all.iter().filter(|entity| !part.contains(entity));
            s.keep_by_luck(gone.fold(base.clone(), |tree, (section, name)| without_entity(&tree, section, name)))
        });
    }
}

/// The scenario without an application or a topic, and without the faults that name it.
fn without_entity(tree: &YamlNode, section: &str, name: &str) -> YamlNode {
    let mut tree = tree::without(tree, &path([section, name]));
    if tree::at(&tree, &path([section])).is_some_and(|section| tree::entries(section).is_empty()) {
        tree::remove(&mut tree, &path([section]));
    }
    let faults = tree::items(tree::at(&tree, &path(["faults"]))).to_vec();
    let rest: Vec<YamlNode> = faults.into_iter().filter(|fault| !tree::mentions(fault, name)).collect();
    super::shrinker::with_list(&tree, "faults", &rest)
}

/// Fewer processes of each application.
pub fn fewer_processes(s: &mut Shrinker<'_, '_>) {
    for section in CLIENTS {
        for name in names(&s.tree, section) {
            let count = path([section, &name, if section == "groups" { "members" } else { "count" }]);
            let members = tree::items(s.at(&count)).to_vec();
            if !members.is_empty() {
                let base = s.tree.clone();
                ddmin(members, &mut |part| {
                    !part.is_empty()
                        && s.keep_by_luck(tree::with(&base, &count, tree::node(YamlValue::List(part.to_vec()))))
                });
                continue;
            }
            let Some(number) = s.number(&count).filter(|number| *number > 1) else { continue };
            if s.keep_by_luck(tree::without(&s.tree, &count)) {
                continue;
            }
            [2, 3, number / 2, number - 1]
                .into_iter()
                .filter(|fewer| (2..number).contains(fewer))
                .any(|fewer| s.keep_by_luck(tree::with(&s.tree, &count, tree::leaf(fewer.to_string()))));
        }
    }
}

/// Slower, and fewer records.
pub fn less_work(s: &mut Shrinker<'_, '_>) {
    let producers = names(&s.tree, "producers").into_iter().map(|name| path(["producers", &name]));
    let apps = names(&s.tree, "apps").into_iter().map(|name| path(["apps", &name, "sends"]));
    for source in producers.chain(apps).collect::<Vec<_>>() {
        if s.at(&source).is_none() {
            continue;
        }
        given_records(s, &below(&source, "records"));
        slower(s, &below(&source, "rate"));
        limited(s, &source);
    }
}

fn given_records(s: &mut Shrinker<'_, '_>, records: &[String]) {
    let all = tree::items(s.at(records)).to_vec();
    let base = s.tree.clone();
    ddmin(all, &mut |part| {
        let list = tree::node(YamlValue::List(part.to_vec()));
        s.keep(if part.is_empty() { tree::without(&base, records) } else { tree::with(&base, records, list) })
    });
    for index in 0..tree::items(s.at(records)).len() {
        let count = below(&below(records, &index.to_string()), "count");
        let Some(number) = s.number(&count) else { continue };
        s.keep(tree::without(&s.tree, &count));
        round_numbers(number).any(|fewer| s.keep(tree::with(&s.tree, &count, tree::leaf(fewer.to_string()))));
    }
}

fn slower(s: &mut Shrinker<'_, '_>, rate: &[String]) {
    let Some(now) = s.at(rate).cloned() else { return };
    if s.keep(tree::without(&s.tree, rate)) {
        return;
    }
    let Some(per_second) = average(&now) else { return };
    let found = round_numbers(per_second).any(|slower| {
        let text = tree::leaf(format!("{slower}/s"));
        s.keep_by_luck(tree::with(&s.tree, rate, text))
    });
    // The same on average, at an even pace.
    if !found && tree::text(&now).is_none() {
        s.keep(tree::with(&s.tree, rate, tree::leaf(format!("{per_second}/s"))));
    }
}

/// Records per second, from the first rate that is found in a value.
fn average(rate: &YamlNode) -> Option<u64> {
    match &rate.value {
        YamlValue::Text(text) => {
            let (count, per) = unit::rate(text).ok()?;
            Some((u128::from(count) * 1_000_000_000 / u128::from(per.0.max(1))) as u64)
        }
        YamlValue::Map(entries) => entries.iter().find_map(|(_, value)| average(value)),
        YamlValue::List(items) => items.iter().find_map(average),
        YamlValue::Null => None,
    }
}

fn limited(s: &mut Shrinker<'_, '_>, source: &[String]) {
    let limit = below(source, "limit");
    let rate = s.at(&below(source, "rate")).and_then(average).unwrap_or(0);
    let most = s.number(&limit).unwrap_or(rate.saturating_mul(s.duration().0 / 1_000_000_000 + 1)).min(100_000);
    let limits: Vec<YamlNode> =
        round_numbers(most).map(|fewer| tree::with(&s.tree, &limit, tree::leaf(fewer.to_string()))).collect();
    s.keep_first_by_luck(&limits);
}

/// 1, 2, 5, 10, 20, 50, ... below a number.
pub fn round_numbers(below: u64) -> impl Iterator<Item = u64> {
    let decades = std::iter::successors(Some(1_u64), |ten| ten.checked_mul(10));
    decades.flat_map(|ten| [1, 2, 5].map(|n| ten.saturating_mul(n))).take_while(move |number| *number < below)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn round_numbers_rise() {
        assert_eq!(round_numbers(60).collect::<Vec<_>>(), [1, 2, 5, 10, 20, 50]);
        assert_eq!(round_numbers(1).count(), 0);
    }
}
