//! Where two histories part.

use litemap::LiteMap;
use serde_json::Value;

use super::fact::Entry;
use super::setup::Setup;
use super::words::fields;

/// One side's facts and the names in them.
#[derive(Clone, Copy, Debug)]
pub struct DiffSide<'h> {
    /// The conditions.
    pub setup: &'h Setup,
    /// The facts.
    pub entries: &'h [Entry],
}

/// The first difference of two histories.
#[derive(Clone, PartialEq, Debug)]
pub struct Divergence {
    /// How many facts are alike before it.
    pub alike: usize,
    /// What the first history has there; none: it is over.
    pub a: Option<Entry>,
    /// And the second.
    pub b: Option<Entry>,
}

/// The first fact in which two histories differ, in time or in content. Events are numbered by the run, so
/// their numbers do not count; names do, so that other numbers for the same names are no difference.
pub fn parting(a: DiffSide<'_>, b: DiffSide<'_>) -> Option<Divergence> {
    let same_names = a.setup.catalog == b.setup.catalog;
    let alike = |(x, y): &(&Entry, &Entry)| {
        let same = if same_names {
            x.fact == y.fact
        } else {
            x.fact.name() == y.fact.name() && fields(&x.fact, &a.setup.catalog) == fields(&y.fact, &b.setup.catalog)
        };
        x.at == y.at && same
    };
    let count = a.entries.iter().zip(b.entries).take_while(alike).count();
    let (first, second) = (a.entries.get(count).copied(), b.entries.get(count).copied());
    (first.is_some() || second.is_some()).then_some(Divergence { alike: count, a: first, b: second })
}

/// How often each kind of fact happened, where the numbers differ: by name, first and second.
pub fn counts(a: &[Entry], b: &[Entry]) -> LiteMap<&'static str, (u64, u64)> {
    let mut counts: LiteMap<&'static str, (u64, u64)> = LiteMap::new();
    a.iter().for_each(|entry| counts.entry(entry.fact.name()).or_default().0 += 1);
    b.iter().for_each(|entry| counts.entry(entry.fact.name()).or_default().1 += 1);
    counts.retain(|_, (a, b)| a != b);
    counts
}

/// What differs in the conditions, such as `producers.0.acks: "all" -> "one"`; the seed and the run's name
/// are no conditions.
pub fn conditions(a: &Setup, b: &Setup) -> Vec<String> {
    let value = |setup: &Setup| serde_json::to_value(setup).unwrap_or_default();
    let mut found = Vec::new();
    compare("", &value(a), &value(b), &mut found);
    found.retain(|text| !text.starts_with("seed:") && !text.starts_with("scenario:"));
    found
}

fn compare(path: &str, a: &Value, b: &Value, found: &mut Vec<String>) {
    let inside = |key: &str| if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
    match (a, b) {
        (Value::Object(x), Value::Object(y)) => {
            for key in x.keys().chain(y.keys().filter(|key| !x.contains_key(*key))) {
                let null = Value::Null;
                compare(&inside(key), x.get(key).unwrap_or(&null), y.get(key).unwrap_or(&null), found);
            }
        }
        (Value::Array(x), Value::Array(y)) if x.len() == y.len() => {
            x.iter().zip(y).enumerate().for_each(|(i, (x, y))| compare(&inside(&i.to_string()), x, y, found));
        }
        (Value::Array(x), Value::Array(y)) => found.push(format!("{path}: {} entries -> {}", x.len(), y.len())),
        _ if a != b => found.push(format!("{path}: {a} -> {b}")),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::fact::Fact;
    use crate::protocol::catalog::NodeRole;
    use crate::protocol::ids::{BrokerId, NodeId};
    use crate::sim::time::Nanos;

    fn entry(at: u64, event: u64, broker: u8) -> Entry {
        Entry { at: Nanos(at), event, fact: Fact::BrokerFenced { broker: BrokerId(broker) } }
    }

    #[test]
    fn histories_part_where_a_time_or_a_fact_differs_and_event_numbers_do_not_count() {
        let setup = Setup::default();
        let side = |entries| DiffSide { setup: &setup, entries };
        let (a, b) = ([entry(1, 1, 1), entry(2, 2, 2)], [entry(1, 7, 1), entry(3, 8, 2)]);
        assert_eq!(parting(side(&a), side(&a)), None);
        let found = parting(side(&a), side(&b)).expect("the second fact comes later");
        assert_eq!((found.alike, found.a, found.b), (1, Some(a[1]), Some(b[1])));
        let found = parting(side(&a), side(&a[..1])).expect("one is longer");
        assert_eq!((found.alike, found.a, found.b), (1, Some(a[1]), None));
    }

    #[test]
    fn other_numbers_for_the_same_name_are_no_difference() {
        let with = |names: &[&str]| {
            let mut setup = Setup::default();
            for name in names {
                setup.catalog.add_node(*name, NodeRole::producer());
            }
            setup
        };
        let (a, b) = (with(&["shop"]), with(&["other", "shop"]));
        let started = |node| [Entry { at: Nanos(1), event: 0, fact: Fact::ProcessStarted { node: NodeId(node) } }];
        let (x, y) = (started(0), started(1));
        assert_eq!(parting(DiffSide { setup: &a, entries: &x }, DiffSide { setup: &b, entries: &y }), None);
    }

    #[test]
    fn a_changed_config_is_named() {
        use crate::protocol::rules::{KafkaVersion, Rules};
        let a = Setup { seed: 1, rules: Rules::of(KafkaVersion::V4_0), ..Setup::default() };
        let b = Setup { seed: 2, rules: Rules::of(KafkaVersion::V4_4), ..Setup::default() };
        assert_eq!(conditions(&a, &b), ["kafka: \"4.0.0\" -> \"4.4.0\""]);
    }
}
