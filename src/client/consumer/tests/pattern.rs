//! subscribe(Pattern): topics that match are found with the metadata.

use super::cluster::*;
use crate::app::spec::{AppSpec, CommitMode, LoopSpec};
use crate::protocol::ids::*;
use crate::protocol::messages::*;
use crate::protocol::rules::{KafkaVersion, Rules};

const ORDERS: TopicId = TopicId(0);
const INVOICES: TopicId = TopicId(1);

/// A consumer of both topics, whose metadata are too old after 10 s.
fn of_pattern(protocol: GroupProtocol) -> LoopSpec {
    let mut spec = committing(CommitMode::SyncAfterBatch);
    spec.consumer.config.group_protocol = protocol;
    spec.consumer.config.metadata_max_age = S(10);
    (spec.consumer.topics, spec.consumer.pattern) = (vec![ORDERS, INVOICES], true);
    spec
}
fn told(cluster: &Cluster, word: &str) -> Vec<String> {
    cluster.story.iter().filter(|line| line.contains(word)).cloned().collect()
}

/// `ensureFreshMetadata`: it does not join before it has matched the pattern at least once.
#[test]
fn a_classic_member_joins_with_what_matches() {
    let mut cluster = Cluster::new(of_pattern(GroupProtocol::Classic));
    cluster.is_there(INVOICES, false);
    cluster.run_until(S(2));
    let text = cluster.text();
    assert!(text.contains("is assigned orders-1"), "{text}");
    assert!(!text.contains("invoices"), "{text}");
}

/// `rejoinNeededOrPending`: another subscription than the one with which it joined.
#[test]
fn a_topic_that_comes_later_makes_a_classic_member_join_again() {
    let mut cluster = Cluster::new(of_pattern(GroupProtocol::Classic));
    cluster.is_there(INVOICES, false);
    cluster.run_until(S(2));
    cluster.is_there(INVOICES, true);
    cluster.forget();
    cluster.run_until(S(9));
    assert!(told(&cluster, "JoinGroup").is_empty(), "nobody has told it: {}", cluster.text());
    cluster.run_until(S(14));
    let text = cluster.text();
    assert!(text.contains("is assigned invoices-0"), "{text}");
    assert!(text.contains("is assigned orders-0"), "{text}");
}

/// `HeartbeatState.buildRequestData`: the names go with the next heartbeat, and only if they are others.
#[test]
fn a_member_of_the_new_protocol_names_what_matches_with_its_heartbeats() {
    let mut cluster = Cluster::new(of_pattern(GroupProtocol::Consumer));
    cluster.is_there(INVOICES, false);
    cluster.run_until(S(8));
    cluster.is_there(INVOICES, true);
    cluster.run_until(S(30));
    let named: Vec<Vec<TopicId>> = cluster
        .heartbeats
        .iter()
        .filter_map(|sent| sent.request.topics.as_ref())
        .map(|topics| topics.to_vec())
        .collect();
    assert_eq!(named.last(), Some(&vec![ORDERS, INVOICES]), "{}", cluster.text());
    assert!(named.contains(&vec![ORDERS]), "{named:?}");
    assert!(named.len() <= 3, "once each: {named:?}");
}

/// A member with the pattern `ord.*`, whose metadata are too old after 5 s, and which may have both partitions of orders after a
/// while. What it has asked brokers for.
fn asked_for(version: KafkaVersion) -> Vec<Option<Vec<TopicId>>> {
    let mut spec = of_pattern(GroupProtocol::Consumer);
    spec.consumer.config.metadata_max_age = S(5);
    (spec.consumer.topics, spec.consumer.pattern, spec.consumer.regex) = (vec![ORDERS], false, Some(PatternId(0)));
    let mut cluster = Cluster::with_rules(AppSpec::PollLoop(spec), Rules::of(version));
    cluster.group.assign(Vec::new(), 1);
    cluster.run_until(S(3));
    cluster.group.assign(vec![Tp(0), Tp(1)], 2);
    cluster.run_until(S(30));
    let text = cluster.text();
    assert!(text.contains("is assigned orders-0") && text.contains("is assigned orders-1"), "{text}");
    let mut asked = cluster.asked_for.clone();
    asked.dedup();
    asked
}

/// `ConsumerMetadata.newMetadataRequestBuilder`.
#[test]
fn who_leaves_its_pattern_to_the_coordinator_asks_for_all_topics_in_4_0() {
    assert_eq!(asked_for(KafkaVersion::V4_0), [None]);
}

/// KAFKA-18117: it is told ids, and asks for these.
#[test]
fn and_for_those_that_it_is_to_have_since_4_1() {
    assert_eq!(asked_for(KafkaVersion::V4_1), [Some(vec![]), Some(vec![ORDERS])]);
}
