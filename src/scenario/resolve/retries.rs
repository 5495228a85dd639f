//! Retry topics: who sends to which, and the groups that read them.

use super::apps::client;
use super::{Names, loops};
use crate::app::spec::{OutletPurpose, OutletSpec, TransactionPolicy, ValueSize};
use crate::scenario::codes;
use crate::scenario::decode::OneOrMore;
use crate::scenario::file::workload::{GiveUp, Group, Members, Poison, RetryTopic, RetryTopics};
use crate::scenario::findings::Findings;
use crate::scenario::node::{At, Span};
use crate::sim::time::Nanos;

/// How long a record is left alone in a retry topic when the file does not say (`@Backoff.value` of `@RetryableTopic`).
const DELAY: Nanos = Nanos::from_secs(1);

/// The retry topics of a group.
pub(super) fn of(group: &Group) -> Option<&RetryTopics> {
    group.on_poison.as_ref()?.value.retry_topics()
}
fn listed(topics: &RetryTopics) -> &[At<RetryTopic>] {
    topics.topics.as_ref().map_or(&[], |list| &list.value.0)
}

/// The names of the groups that read the retry topics of a group of this name (`SUFFIX_WITH_INDEX_VALUE` of Spring's
/// `TopicSuffixingStrategy`; there as here the group of such a topic has a suffix).
pub(super) fn group_names(group: &Group, name: &str) -> Vec<String> {
    let count = of(group).map_or(0, |topics| listed(topics).len());
    (0..count).map(|place| format!("{name}-retry-{place}")).collect()
}

/// Reports what is wrong with the retry topics of a group; whether nothing is.
pub(super) fn check(group: &Group, names: &Names, findings: &mut Findings) -> bool {
    let own = group.members.as_ref().map(|at| &at.value);
    if let Some(Members::Each(members)) = own
        && let Some(poison) = members
            .iter()
            .filter_map(|member| member.on_poison.as_ref())
            .find(|poison| of(group).is_some() || poison.value.retry_topics().is_some())
    {
        findings
            .error(codes::CONTRADICTION, poison.span, "retry topics are those of a whole group")
            .label("a member of its own mind")
            .help("write `on.poison` at the group, and leave it out here");
        return false;
    }
    let Some(topics) = of(group) else { return true };
    let listed = listed(topics);
    let mut right = !listed.is_empty();
    if let Some(list) = topics.topics.as_ref().filter(|list| list.value.0.is_empty()) {
        findings
            .error(codes::EMPTY_SECTION, list.span, "`retry.topics` without a topic")
            .label("name at least one")
            .help("write `topics: [ { topic: orders-retry, delay: 5s } ]`");
    }
    for (at, retry) in listed.iter().enumerate() {
        let topic = &retry.topic;
        right &= names.topic(&topic.0, topic.span, findings).is_some();
        if listed[..at].iter().any(|other| other.topic.0 == topic.0) {
            right = false;
            findings
                .error(codes::DUPLICATE_NAME, topic.span, format!("retry topic `{}` comes twice", topic.0))
                .label("the second time")
                .help("a record goes through each of them once; declare another topic");
        }
        right &= loops::is_not_its_own(group, topic, findings);
    }
    if let Some(policy) = topics.then.as_ref().and_then(|then| then.value.dead_letters())
        && let Some(topic) = &policy.topic
    {
        right &= loops::is_not_its_own(group, topic, findings);
        if listed.iter().any(|retry| retry.topic.0 == topic.0) {
            right = false;
            findings
                .error(codes::CONTRADICTION, topic.span, "dead letters in a retry topic would be tried again for ever")
                .label("it is one of the retry topics")
                .help("send them to a topic of their own");
        }
    }
    right
}

/// The producer of the member of a chain that sends to retry topic number `hop`.
pub(super) fn outlet(
    group: &Group,
    hop: usize,
    name: Span,
    names: &Names,
    findings: &mut Findings,
) -> Option<OutletSpec> {
    let topics = of(group)?;
    let next = &listed(topics).get(hop)?.value;
    Some(OutletSpec {
        producer: client(Some(&next.topic), (topics.config.as_ref(), group.client.as_ref()), name, names, findings),
        purpose: OutletPurpose::RetryTopic { delay: next.delay.as_ref().map_or(DELAY, |at| at.0) },
        keys: names.keys,
        value_size: ValueSize::Constant(100),
        transactions: TransactionPolicy::default(),
    })
}

/// The group that reads retry topic number `hop` of a group: it works as that one does.
pub(super) fn reader(group: &Group, hop: usize) -> Option<Group> {
    let poison = group.on_poison.as_ref()?;
    let topics = listed(of(group)?);
    let topic = &topics.get(hop)?.value.topic;
    let last = hop + 1 == topics.len();
    let then = of(group)?.then.as_ref().map_or(GiveUp::DeadLetter, |then| then.value.clone());
    let on_poison = if last { Poison::GivenUp(then) } else { poison.value.clone() };
    Some(Group {
        topics: Some(At { value: OneOrMore(vec![topic.clone()]), span: topic.span }),
        pattern: None,
        on_poison: Some(At { value: on_poison, span: poison.span }),
        ..group.clone()
    })
}
