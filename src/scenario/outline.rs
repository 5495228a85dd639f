//! What a scenario says under its keys, for who changes scenarios: which names there are, what stands where.

use super::Scenario;
use super::findings::Findings;
use super::node::{YamlNode, YamlValue};
use super::{changed, set, write};

/// A scenario's text as it is read, with its variant and all changes.
#[derive(Clone, Debug)]
pub struct Outline {
    root: Option<YamlNode>,
}

impl Outline {
    /// Of this scenario.
    pub fn new(scenario: &Scenario) -> Outline {
        let changes = scenario.changes.iter().map(set::source);
        let mut findings = Findings::new(std::iter::once(scenario.source.clone()).chain(changes));
        let root = changed(&scenario.source, scenario.variant.as_deref(), &scenario.changes, &mut findings);
        Outline { root }
    }
    fn at(&self, path: &[&str]) -> Option<&YamlNode> {
        path.iter().try_fold(self.root.as_ref()?, |node, key| match &node.value {
            YamlValue::Map(entries) => entries.iter().find(|(name, _)| name.value == *key).map(|(_, value)| value),
            _ => None,
        })
    }
    /// The keys that stand there: `["producers"]` has the names of all producers.
    pub fn keys(&self, path: &[&str]) -> Vec<&str> {
        match self.at(path).map(|node| &node.value) {
            Some(YamlValue::Map(entries)) => entries.iter().map(|(key, _)| key.as_str()).collect(),
            _ => Vec::new(),
        }
    }
    /// Whether something stands there.
    pub fn has(&self, path: &[&str]) -> bool {
        self.at(path).is_some_and(|node| node.value != YamlValue::Null)
    }
    /// What stands there, on one line of YAML.
    pub fn value(&self, path: &[&str]) -> Option<String> {
        self.at(path).map(|node| write::flow(&node.value))
    }
    /// The elements of the list that stands there, a line of YAML each.
    pub fn elements(&self, path: &[&str]) -> Vec<String> {
        match self.at(path).map(|node| &node.value) {
            Some(YamlValue::List(items)) => items.iter().map(|item| write::flow(&item.value)).collect(),
            _ => Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{Override, ScenarioText, parse};

    #[test]
    fn an_outline_is_of_the_changed_scenario() {
        let text = "{name: x, duration: 10s, topics: {orders: {}, audit: {}}, producers: {p: {topic: orders, rate: 10/s}},\n\
                    faults: [{at: 5s, crash: broker 1}]}";
        let changes = [Override::new("producers.p.config.acks=1"), Override::fault("at: 6s, stop: {process: p-0}")];
        let (scenario, _) = parse(&ScenarioText::new("x", text), &changes).expect("valid");
        let outline = Outline::new(&scenario);
        assert_eq!(outline.keys(&["topics"]), ["orders", "audit"]);
        assert_eq!(outline.value(&["producers", "p", "config"]).as_deref(), Some("{ acks: 1 }"));
        assert_eq!(
            outline.elements(&["faults"]),
            ["{ at: 5s, crash: broker 1 }", "{ at: 6s, stop: { process: p-0 } }"]
        );
        assert!(outline.has(&["producers", "p", "rate"]) && !outline.has(&["groups"]));
        assert!(outline.keys(&["groups"]).is_empty() && outline.elements(&["topics"]).is_empty());
    }
}
