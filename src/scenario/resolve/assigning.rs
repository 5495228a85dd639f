//! Consumers that take their partitions with assign(), instead of subscribing.

use super::{Names, transactions};
use crate::app::spec::ManualAssignment;
use crate::protocol::ids::{TopicId, Tp};
use crate::scenario::codes;
use crate::scenario::file::app::{App, AppConsumer};
use crate::scenario::file::workload::{Commit, Group};
use crate::scenario::findings::Findings;
use crate::scenario::node::At;

/// What a consumer assigns itself; none if it subscribes.
pub(super) fn assignment(
    name: &At<String>,
    app: &App,
    consumer: &At<AppConsumer>,
    names: &Names,
    findings: &mut Findings,
) -> Option<ManualAssignment> {
    let Some(listed) = &consumer.assign else {
        if consumer.topics.is_none() && consumer.pattern.is_none() {
            findings
                .error(codes::MISSING_KEY, consumer.span, "`topics` is missing")
                .label(format!("what does `{}` read?", name.value))
                .help("write `topics: [orders]`, or `assign: [orders-0]` for partitions that no rebalance takes");
        }
        return None;
    };
    if let Some(span) = consumer.topics.as_ref().map(|at| at.span).or(consumer.pattern.as_ref().map(|at| at.span)) {
        findings
            .error(codes::CONTRADICTION, span, "a subscription beside `assign`")
            .label("subscribe() and assign() exclude each other (IllegalStateException)")
            .help("leave one of the two out");
    }
    if listed.value.0.is_empty() {
        findings.error(codes::EMPTY_SECTION, listed.span, "`assign` of nothing").label("name at least one partition");
    }
    let mut partitions: Vec<Tp> = Vec::new();
    for named in &listed.value.0 {
        match names.topics.get(named.0.as_str()) {
            Some(topic) => partitions.extend(names.catalog.partitions(*topic)),
            None => partitions.extend(names.partition(&named.0, named.span, findings)),
        }
    }
    partitions.sort();
    partitions.dedup();
    if let Some(poison) = app.on_poison.as_ref().filter(|at| at.value.retry_topics().is_some()) {
        findings
            .error(codes::NOT_YET, poison.span, "`retry.topics` beside `assign`")
            .label("retry topics are read by groups that subscribe")
            .help("let the application subscribe (`topics`), or send what fails to a `dead-letter` topic");
    }
    let in_config = consumer.config.as_ref().is_some_and(|config| config.id.is_some());
    Some(ManualAssignment { partitions, has_group_id: consumer.group.is_some() || in_config })
}

/// The topics of its partitions, ascending.
pub(super) fn topics(assigned: &ManualAssignment, names: &Names) -> Vec<TopicId> {
    let mut topics: Vec<TopicId> = assigned.partitions.iter().map(|tp| names.catalog.topic_of(*tp).0).collect();
    topics.dedup();
    topics
}

/// What goes without a membership, and without a group.id: Kafka's defaults, and what it refuses.
pub(super) fn adapt(
    group: &mut Group,
    app: &App,
    consumer: &At<AppConsumer>,
    assigned: &ManualAssignment,
    findings: &mut Findings,
) {
    let config = consumer.config.as_ref().map(|at| &at.value);
    if let Some(instance) = config.and_then(|config| config.instance.as_ref()) {
        findings
            .error(codes::CONTRADICTION, instance.span, "`group.instance.id` beside `assign`")
            .label("who assigns itself its partitions is no member of a group, static or not")
            .help("leave it out");
    }
    group.pattern = None;
    if assigned.has_group_id {
        return;
    }
    let help = "name one: `group: my-group`, or leave it out";
    let switched_on = config.filter(|config| config.value.enable_auto_commit);
    let switched_on = switched_on.and_then(|config| config.place("enable.auto.commit"));
    if let Some(span) = switched_on {
        findings
            .error(codes::OUT_OF_RANGE, span, "`enable.auto.commit: true` without a group.id")
            .label("KafkaConsumer throws an InvalidConfigurationException")
            .help(help);
    } else if let Some(commit) = app.commit.as_ref().filter(|commit| needs_a_group(commit.value)) {
        findings
            .error(codes::OUT_OF_RANGE, commit.span, "a commit without a group.id")
            .label("commitSync() and commitAsync() throw an InvalidGroupIdException")
            .help(help);
    } else if app.producer.as_ref().is_some_and(|producer| transactions::id_of(producer.config.as_ref()).is_some()) {
        findings
            .error(codes::OUT_OF_RANGE, consumer.span, "offsets in a transaction without a group.id")
            .label("sendOffsetsToTransaction() needs to know whose offsets they are")
            .help("name one: `group: my-group`");
    }
    if switched_on.is_some() || group.commit.as_ref().is_some_and(|commit| commit.value == Commit::WithTheSink) {
        return;
    }
    // Without a group.id auto-commit is off unless it is switched on (`ConsumerConfig.maybeOverrideEnableAutoCommit`).
    group.commit = Some(At { value: Commit::Never, span: consumer.span });
}

/// Whether Kafka keeps the offsets.
fn needs_a_group(commit: Commit) -> bool {
    !matches!(commit, Commit::Never | Commit::WithTheSink)
}
