//! Back to the defaults: configs and all else that may be left out.

use super::ddmin::ddmin;
use super::shrinker::Shrinker;
use super::tree::{self, below, path};
use crate::scenario::node::YamlNode;

/// What has a pass of its own, or must be there.
const KEPT: [&str; 15] = [
    "partitions",
    "replication.factor",
    "replicas",
    "topic",
    "topics",
    "rate",
    "records",
    "count",
    "members",
    "limit",
    "brokers",
    "consumer",
    "producer",
    "sends",
    "group",
];

/// Sets back what is not needed, many at a time.
pub fn defaults(s: &mut Shrinker<'_, '_>) {
    let options = options(&s.tree);
    let base = s.tree.clone();
    ddmin(options.clone(), &mut |part| {
        let mut tree = base.clone();
        options.iter().filter(|option| !part.contains(option)).for_each(|option| tree::remove(&mut tree, option));
        s.keep(tree)
    });
}

/// All that may be left out.
fn options(tree: &YamlNode) -> Vec<Vec<String>> {
    let mut found: Vec<Vec<String>> = Vec::new();
    for section in ["kafka.version", "rules", "network", "disk", "sometimes"] {
        found.extend(tree::at(tree, &path([section])).map(|_| path([section])));
    }
    let mut inside = |at: Vec<String>| each(tree, &at, &mut found);
    inside(path(["cluster"]));
    for section in ["topics", "producers", "groups", "apps"] {
        for name in super::ending::names(tree, section) {
            inside(path([section, &name]));
            for part in ["consumer", "producer", "sends", "forwards"] {
                inside(path([section, &name, part]));
            }
        }
    }
    found
}

/// The entries of a map, and of the configs in it each one.
fn each(tree: &YamlNode, at: &[String], found: &mut Vec<Vec<String>>) {
    for (key, _) in tree::at(tree, at).map_or(&[][..], tree::entries) {
        let here = below(at, key);
        if key.value == "config" {
            each(tree, &here, found);
        } else if !KEPT.contains(&key.as_str()) {
            found.push(here);
        }
    }
}
