//! Patterns that the group coordinator matches.

use super::*;
use crate::protocol::ids::{PatternId, TopicId};

/// [`BASE`] with a group that leaves this pattern to its coordinator, and a second topic.
fn server(pattern: &str, protocol: &str) -> String {
    let group = format!("pattern: {{ re2j: \"{pattern}\" }}, members: 2, config: {{ group.protocol: {protocol} }}");
    let text = with("topics: [orders], members: 3", &group);
    text.replace("producers:", "  orders-eu: { partitions: 2, replication.factor: 3 }\nproducers:")
}

#[test]
fn members_know_the_pattern_and_the_topics_that_match_it() {
    let scenario = ok(&server("orders.*", "consumer"), &[]);
    let world = scenario.world();
    let specs: Vec<_> = world.loops().map(|(_, spec)| spec.consumer.clone()).collect();
    assert_eq!(specs.len(), 2);
    for spec in &specs {
        assert_eq!((spec.regex, spec.pattern), (Some(PatternId(0)), false));
        assert_eq!((&spec.topics[..], spec.named_topics()), (&[TopicId(0), TopicId(1)][..], &[][..]));
    }
    assert_eq!(world.catalog.pattern_text(PatternId(0)), "orders.*");
    assert_eq!(world.catalog.matching(PatternId(0)), Some(&[TopicId(0), TopicId(1)][..]));
    assert!(ok(BASE, &[]).world().catalog.patterns.is_empty());
}

/// What is refused there a scenario may show.
#[test]
fn a_pattern_that_re2j_does_not_take_is_told_all_the_same() {
    let (scenario, warnings) = parsed(&server("orders(?!-eu).*", "consumer"), &[]).expect("it may be run");
    assert_eq!(warnings.iter().map(|warning| warning.code).collect::<Vec<_>>(), [codes::SERVER_PATTERN]);
    assert_eq!(scenario.world().catalog.matching(PatternId(0)), None);
}

#[test]
fn what_is_said_of_patterns() {
    let texts = [
        server("orders.*", "classic"),
        server("orders(?!-eu).*", "consumer"),
        server(".*", "consumer"),
        server("invoices", "consumer"),
        server("\\\\p{Lower}+", "consumer"),
    ];
    let said: Vec<String> = texts.iter().map(|text| render_all(&findings(text, &[]), false)).collect();
    snapshot!("ks260_patterns", said.join("\n"));
}
