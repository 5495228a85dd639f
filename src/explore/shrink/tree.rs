//! Small changes of a scenario's tree.

use crate::scenario::ScenarioText;
use crate::scenario::findings::Findings;
use crate::scenario::node::{At, Span, YamlNode, YamlValue};
use crate::scenario::{self, Scenario, write, yaml};

/// An entry of a map.
pub type TreeEntry = (At<String>, YamlNode);

/// The tree of a text that is a scenario without errors.
pub fn read(text: &str) -> YamlNode {
    let mut findings = Findings::new([ScenarioText::new("", text)]);
    yaml::read(0, text, &mut findings).expect("a scenario that was read has a tree")
}

/// The text of a tree.
pub fn text_of(tree: &YamlNode) -> String {
    write::tree(&mut tree.clone())
}

/// The scenario of a tree, under a name; none if it has errors.
pub fn scenario(tree: &YamlNode, name: &str) -> Option<Scenario> {
    scenario::parse(&ScenarioText::new(name, text_of(tree)), &[]).ok().map(|(scenario, _)| scenario)
}

/// A scalar.
pub fn leaf(text: impl Into<String>) -> YamlNode {
    node(YamlValue::Text(text.into()))
}

/// A value.
pub fn node(value: YamlValue) -> YamlNode {
    At { value, span: Span::default() }
}

/// The entries of a map; of what is none there are none.
pub fn entries(node: &YamlNode) -> &[TreeEntry] {
    match &node.value {
        YamlValue::Map(entries) => entries,
        _ => &[],
    }
}

fn entries_mut(node: &mut YamlNode) -> Option<&mut Vec<TreeEntry>> {
    match &mut node.value {
        YamlValue::Map(entries) => Some(entries),
        _ => None,
    }
}

/// The elements of a list; of what is none there are none.
pub fn items(node: Option<&YamlNode>) -> &[YamlNode] {
    match node.map(|node| &node.value) {
        Some(YamlValue::List(items)) => items,
        _ => &[],
    }
}

/// The text of a scalar.
pub fn text(node: &YamlNode) -> Option<&str> {
    match &node.value {
        YamlValue::Text(text) => Some(text),
        _ => None,
    }
}

/// The value under keys, one below the other; an element of a list is named by its number.
pub fn at<'n>(node: &'n YamlNode, path: &[String]) -> Option<&'n YamlNode> {
    path.iter().try_fold(node, |node, key| match &node.value {
        YamlValue::Map(entries) => entries.iter().find(|(known, _)| known.value == *key).map(|(_, value)| value),
        YamlValue::List(items) => items.get(key.parse::<usize>().ok()?),
        _ => None,
    })
}

fn at_mut<'n>(node: &'n mut YamlNode, path: &[String]) -> Option<&'n mut YamlNode> {
    path.iter().try_fold(node, |node, key| match &mut node.value {
        YamlValue::Map(entries) => entries.iter_mut().find(|(known, _)| known.value == *key).map(|(_, value)| value),
        YamlValue::List(items) => items.get_mut(key.parse::<usize>().ok()?),
        _ => None,
    })
}

/// A path.
pub fn path<const N: usize>(keys: [&str; N]) -> Vec<String> {
    keys.map(str::to_owned).to_vec()
}

/// A path that goes on.
pub fn below(path: &[String], key: &str) -> Vec<String> {
    path.iter().cloned().chain([key.to_owned()]).collect()
}

/// The tree with another value; one that is not there comes into a map that is.
pub fn with(tree: &YamlNode, path: &[String], value: YamlNode) -> YamlNode {
    let mut tree = tree.clone();
    let Some((last, above)) = path.split_last() else { return value };
    // A section that is not there is made.
    if above.len() == 1 && at(&tree, above).is_none() {
        let key = At { value: above[0].clone(), span: Span::default() };
        entries_mut(&mut tree)
            .into_iter()
            .for_each(|entries| entries.push((key.clone(), node(YamlValue::Map(Vec::new())))));
    }
    match at_mut(&mut tree, above).map(|node| &mut node.value) {
        Some(YamlValue::Map(entries)) => match entries.iter_mut().find(|(key, _)| key.value == *last) {
            Some((_, old)) => *old = value,
            None => entries.push((At { value: last.clone(), span: Span::default() }, value)),
        },
        Some(YamlValue::List(items)) => {
            if let Some(old) = last.parse::<usize>().ok().and_then(|index| items.get_mut(index)) {
                *old = value;
            }
        }
        _ => {}
    }
    tree
}

/// The tree without a value, and without the maps that have nothing else in them.
pub fn without(tree: &YamlNode, path: &[String]) -> YamlNode {
    let mut tree = tree.clone();
    remove(&mut tree, path);
    tree
}

/// Takes a value out; maps that are empty then go with it, but for those that a scenario names (a topic may have no key).
pub fn remove(tree: &mut YamlNode, path: &[String]) {
    let Some((last, above)) = path.split_last() else { return };
    match at_mut(tree, above).map(|node| &mut node.value) {
        Some(YamlValue::Map(entries)) => entries.retain(|(key, _)| key.value != *last),
        Some(YamlValue::List(items)) => {
            if let Some(index) = last.parse::<usize>().ok().filter(|index| *index < items.len()) {
                items.remove(index);
            }
        }
        _ => {}
    }
    let named = above.len() == 2 && matches!(above[0].as_str(), "topics" | "producers" | "groups" | "apps");
    let empty = at(tree, above).is_some_and(|node| match &node.value {
        YamlValue::Map(entries) => entries.is_empty(),
        YamlValue::List(items) => items.is_empty(),
        _ => false,
    });
    if empty && !named && !above.is_empty() {
        remove(tree, above);
    }
}

/// Whether a word stands somewhere in a value, alone or as the beginning of a name such as `orders-0`.
pub fn mentions(node: &YamlNode, name: &str) -> bool {
    match &node.value {
        YamlValue::Null => false,
        YamlValue::Text(text) => text_mentions(text, name),
        YamlValue::List(items) => items.iter().any(|item| mentions(item, name)),
        YamlValue::Map(entries) => entries.iter().any(|(key, value)| text_mentions(key, name) || mentions(value, name)),
    }
}

fn text_mentions(text: &str, name: &str) -> bool {
    text.split_whitespace().any(|word| {
        let rest = word.strip_prefix(name).map(|rest| rest.strip_prefix('-').unwrap_or(rest));
        rest.is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_digit()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "name: x\ntopics: { orders: { partitions: 2 }, audit: {} }\nfaults:\n  - { at: 5s, crash: leader of orders-0 }\n";

    #[test]
    fn values_are_set_and_taken_out() {
        let tree = read(TEXT);
        let partitions = path(["topics", "orders", "partitions"]);
        assert_eq!(at(&tree, &partitions).and_then(text), Some("2"));
        assert!(text_of(&with(&tree, &partitions, leaf("1"))).contains("partitions: 1"));
        assert!(text_of(&with(&tree, &path(["cluster", "brokers"]), leaf("2"))).contains("brokers: 2"));
        assert!(text_of(&without(&tree, &partitions)).contains("orders: {}"), "a topic needs no key");
        assert!(!text_of(&without(&tree, &path(["faults", "0"]))).contains("faults"));
    }

    #[test]
    fn names_are_found_in_phrases() {
        let tree = read(TEXT);
        let faults = at(&tree, &path(["faults"])).expect("there are some");
        assert!(mentions(faults, "orders") && !mentions(faults, "order") && !mentions(faults, "audit"));
    }
}
