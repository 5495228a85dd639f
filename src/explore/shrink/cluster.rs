//! A smaller cluster: fewer brokers, partitions and replicas.

use super::ending::names;
use super::shrinker::Shrinker;
use super::tree::{self, path};
use crate::scenario::node::{YamlNode, YamlValue};
use crate::scenario::unit;

/// The brokers of a scenario that names no number.
const DEFAULT_BROKERS: u64 = 3;

/// As few brokers as will do.
pub fn fewer_brokers(s: &mut Shrinker<'_, '_>) {
    let brokers = s.number(&path(["cluster", "brokers"])).unwrap_or(DEFAULT_BROKERS);
    (1..brokers).any(|fewer| {
        let fitted = fitted(&s.tree, fewer);
        s.keep_by_luck(renumbered(&fitted, fewer)) || s.keep_by_luck(fitted)
    });
}

/// The scenario with so many brokers: no topic has more replicas than that, and all are on those that there are.
fn fitted(tree: &YamlNode, brokers: u64) -> YamlNode {
    let number = path(["cluster", "brokers"]);
    let mut out = if brokers == DEFAULT_BROKERS {
        tree::without(tree, &number)
    } else {
        tree::with(tree, &number, tree::leaf(brokers.to_string()))
    };
    for topic in names(tree, "topics") {
        for (key, most) in [("replication.factor", brokers), ("min.insync.replicas", brokers)] {
            let key = path(["topics", &topic, key]);
            let now = tree::at(&out, &key).and_then(tree::text).and_then(|text| unit::whole(text).ok());
            if now.is_some_and(|now| now > most) {
                out = tree::with(&out, &key, tree::leaf(most.to_string()));
            }
        }
        let replicas = path(["topics", &topic, "replicas"]);
        let lists = tree::items(tree::at(&out, &replicas)).to_vec();
        if !lists.is_empty() {
            let on_those = |list: &YamlNode| {
                let known =
                    |id: &&YamlNode| tree::text(id).and_then(|id| unit::whole(id).ok()).is_some_and(|id| id <= brokers);
                let kept: Vec<YamlNode> = tree::items(Some(list)).iter().filter(known).cloned().collect();
                let kept = if kept.is_empty() { vec![tree::leaf("1")] } else { kept };
                tree::node(YamlValue::List(kept))
            };
            let fitted = lists.iter().map(on_those).collect();
            out = tree::with(&out, &replicas, tree::node(YamlValue::List(fitted)));
        }
    }
    out
}

/// Faults that name a broker that is no more name another one.
fn renumbered(tree: &YamlNode, brokers: u64) -> YamlNode {
    change_faults(tree, &|text| {
        let mut words: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
        for at in 1..words.len() {
            let id = unit::whole(&words[at]).ok().filter(|id| words[at - 1] == "broker" && *id > brokers);
            if let Some(id) = id {
                words[at] = ((id - 1) % brokers + 1).to_string();
            }
        }
        words.join(" ")
    })
}

fn change_faults(tree: &YamlNode, change: &dyn Fn(&str) -> String) -> YamlNode {
    fn texts(node: &mut YamlNode, change: &dyn Fn(&str) -> String) {
        match &mut node.value {
            YamlValue::Text(text) => *text = change(text),
            YamlValue::List(items) => items.iter_mut().for_each(|item| texts(item, change)),
            YamlValue::Map(entries) => entries.iter_mut().for_each(|(key, value)| {
                key.value = change(&key.value);
                texts(value, change);
            }),
            YamlValue::Null => {}
        }
    }
    let faults = path(["faults"]);
    let Some(mut changed) = tree::at(tree, &faults).cloned() else { return tree.clone() };
    texts(&mut changed, change);
    tree::with(tree, &faults, changed)
}

/// Fewer partitions and replicas of each topic.
pub fn smaller_topics(s: &mut Shrinker<'_, '_>) {
    for topic in names(&s.tree, "topics") {
        fewer_partitions(s, &topic);
        fewer_replicas(s, &topic);
    }
}

fn fewer_partitions(s: &mut Shrinker<'_, '_>, topic: &str) {
    let (number, replicas) = (path(["topics", topic, "partitions"]), path(["topics", topic, "replicas"]));
    let placed = tree::items(s.at(&replicas)).to_vec();
    let now = if placed.is_empty() { s.number(&number).unwrap_or(1) } else { placed.len() as u64 };
    let candidates = [1, 2, 3, now / 2, now.saturating_sub(1)].into_iter().filter(|fewer| (1..now).contains(fewer));
    candidates.into_iter().any(|fewer| {
        let fewer_of = |tree: &YamlNode| match (fewer, placed.is_empty()) {
            (1, true) => tree::without(tree, &number),
            (_, true) => tree::with(tree, &number, tree::leaf(fewer.to_string())),
            (_, false) => {
                let kept = placed[..fewer as usize].to_vec();
                tree::without(&tree::with(tree, &replicas, tree::node(YamlValue::List(kept))), &number)
            }
        };
        // Who names a partition that is no more names the first one.
        let first = change_faults(&s.tree, &|text| {
            let word = |word: &str| {
                let partition =
                    word.strip_prefix(topic).and_then(|rest| rest.strip_prefix('-')).and_then(|n| unit::whole(n).ok());
                if partition.is_some_and(|n| n >= fewer) { format!("{topic}-0") } else { word.to_owned() }
            };
            text.split_whitespace().map(word).collect::<Vec<_>>().join(" ")
        });
        s.keep_by_luck(fewer_of(&first)) || s.keep_by_luck(fewer_of(&s.tree))
    });
}

fn fewer_replicas(s: &mut Shrinker<'_, '_>, topic: &str) {
    let (factor, replicas) = (path(["topics", topic, "replication.factor"]), path(["topics", topic, "replicas"]));
    let least = path(["topics", topic, "min.insync.replicas"]);
    let placed = tree::items(s.at(&replicas)).to_vec();
    let widest = placed.iter().map(|list| tree::items(Some(list)).len() as u64).max();
    let now = widest.or_else(|| s.number(&factor)).unwrap_or(1);
    (1..now).any(|fewer| {
        let smaller = if placed.is_empty() {
            tree::with(&s.tree, &factor, tree::leaf(fewer.to_string()))
        } else {
            let cut = |list: &YamlNode| {
                let ids = tree::items(Some(list));
                tree::node(YamlValue::List(ids[..ids.len().min(fewer as usize)].to_vec()))
            };
            tree::with(&s.tree, &replicas, tree::node(YamlValue::List(placed.iter().map(cut).collect())))
        };
        let clamped = match s.number(&least).filter(|least| *least > fewer) {
            Some(_) => tree::with(&smaller, &least, tree::leaf(fewer.to_string())),
            None => smaller,
        };
        s.keep_by_luck(clamped)
    });
    // A placement by hand says more than one needs to know.
    if let Some(width) = widest {
        let plain = tree::with(&tree::without(&s.tree, &replicas), &factor, tree::leaf(width.to_string()));
        if placed.len() == 1 {
            s.keep(plain);
        }
    }
}
