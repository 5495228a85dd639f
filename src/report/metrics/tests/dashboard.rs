//! The dashboard of the book (`book/src/grafana/kafkasim.json`): its queries name nothing that the catalogue does not have.

use std::collections::BTreeSet;

use serde_json::Value;

use super::super::catalogue::{CATALOGUE, FamilyType, find};

const DASHBOARD: &str = include_str!("../../../../book/src/grafana/kafkasim.json");

fn dashboard() -> Value {
    serde_json::from_str(DASHBOARD).unwrap()
}

/// All panels that show something.
fn panels(dashboard: &Value) -> Vec<&Value> {
    dashboard["panels"].as_array().unwrap().iter().filter(|panel| panel["type"] != "row").collect()
}

/// The words of a query that may be names of metrics: those with an underscore outside of braces, brackets and texts.
fn names(query: &str) -> BTreeSet<String> {
    let (mut plain, mut depth) = (String::new(), 0);
    for c in query.chars() {
        match c {
            '{' | '[' => depth += 1,
            '}' | ']' => depth -= 1,
            c if depth == 0 => plain.push(c),
            _ => {}
        }
    }
    let words = plain.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
    words
        .filter(|word| word.starts_with("kafka_") || word.starts_with("burrow_") || *word == "up")
        .map(str::to_owned)
        .collect()
}

#[test]
fn queries_name_families_of_the_catalogue() {
    let dashboard = dashboard();
    let mut asked = BTreeSet::new();
    for panel in panels(&dashboard) {
        let targets = panel["targets"].as_array().unwrap();
        assert!(!targets.is_empty() && panel["description"].is_string(), "{}", panel["title"]);
        for target in targets {
            let query = target["expr"].as_str().unwrap();
            let named = names(query);
            assert!(!named.is_empty(), "{query}");
            for name in named {
                let family = find(&name).unwrap_or_else(|| panic!("`{name}` is no family: {query}"));
                assert_eq!(family.sample_name(), name, "{query}");
                // A counter is looked at by how fast it rises.
                let counts = family.kind == FamilyType::Counter;
                assert_eq!(query.contains("rate(") || query.contains("increase("), counts, "{query}");
                asked.insert(family.name);
            }
        }
    }
    for name in ["up", "kafka_server_replicamanager_underreplicatedpartitions", "kafka_consumergroup_lag"] {
        assert!(asked.contains(name), "{name}");
    }
    assert!(asked.len() * 2 > CATALOGUE.len(), "it shows most of what there is: {}", asked.len());
}

#[test]
fn panels_have_numbers_of_their_own_and_do_not_lie_on_each_other() {
    let dashboard = dashboard();
    let all = dashboard["panels"].as_array().unwrap();
    let ids: BTreeSet<u64> = all.iter().map(|panel| panel["id"].as_u64().unwrap()).collect();
    assert_eq!(ids.len(), all.len());
    let place = |panel: &Value| {
        let of = |side: &str| panel["gridPos"][side].as_u64().unwrap();
        (of("x"), of("y"), of("w"), of("h"))
    };
    for (number, panel) in all.iter().enumerate() {
        let (x, y, w, h) = place(panel);
        assert!(w > 0 && h > 0 && x + w <= 24, "{}", panel["title"]);
        for other in &all[..number] {
            let (ox, oy, ow, oh) = place(other);
            assert!(
                x >= ox + ow || ox >= x + w || y >= oy + oh || oy >= y + h,
                "{} and {}",
                panel["title"],
                other["title"]
            );
        }
    }
}
