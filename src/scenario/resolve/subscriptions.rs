//! What a group subscribes to: topics by name, or those that match a pattern.

use super::{INTERNAL, Names};
use crate::protocol::ids::TopicId;
use crate::scenario::codes;
use crate::scenario::file::workload::{Group, Members, Regex};
use crate::scenario::findings::Findings;
use crate::scenario::node::At;

/// Reports a group of which nobody knows what it reads.
pub(super) fn is_there(name: &At<String>, group: &Group, findings: &mut Findings) {
    let of_members = match group.members.as_ref().map(|at| &at.value) {
        Some(Members::Each(each)) => each.iter().all(|at| at.value.topics.is_some() || at.value.pattern.is_some()),
        _ => false,
    };
    if group.topics.is_none() && group.pattern.is_none() && !of_members {
        findings
            .error(codes::MISSING_KEY, name.span, "`topics` is missing")
            .label("this group needs `topics`, or a `pattern`");
    }
}

/// The topics, ascending: of a pattern all that match, whether they exist from the start or come later.
pub(super) fn topics(group: &Group, names: &Names, findings: &mut Findings) -> Vec<TopicId> {
    if let Some(pattern) = &group.pattern {
        is_alone(group, pattern, findings);
        return matching(pattern, names, findings);
    }
    let Some(listed) = &group.topics else { return Vec::new() };
    if listed.value.0.is_empty() {
        findings.error(codes::EMPTY_SECTION, listed.span, "a group without topics").label("name at least one topic");
    }
    let mut topics: Vec<_> =
        listed.value.0.iter().filter_map(|topic| names.topic(&topic.0, topic.span, findings)).collect();
    topics.sort();
    topics.dedup();
    topics
}

/// Reports what cannot be beside a pattern.
fn is_alone(group: &Group, pattern: &At<Regex>, findings: &mut Findings) {
    if let Some(topics) = &group.topics {
        findings
            .error(codes::CONTRADICTION, topics.span, "`topics` beside `pattern`")
            .label("a consumer subscribes to topics or to a pattern (IllegalStateException)")
            .help("leave one of the two out");
    }
    if let Some(preset) = super::clients::preset(group.client.as_ref()).filter(|preset| !preset.is_java()) {
        findings
            .error(codes::UNLIKE_CLIENT, pattern.span, format!("of {preset} the model has no patterns"))
            .label("each client has its own way to find new topics")
            .help("name the `topics`, or leave `client` out: the Java client has `subscribe(Pattern)`");
    }
}

/// The topics whose whole name matches (`Matcher.matches`); internal ones are left out (`exclude.internal.topics`).
fn matching(pattern: &At<Regex>, names: &Names, findings: &mut Findings) -> Vec<TopicId> {
    let regex = match regex_lite::Regex::new(&format!("^(?:{})$", pattern.0)) {
        Ok(regex) => regex,
        Err(error) => {
            findings
                .error(codes::MALFORMED, pattern.span, format!("no regular expression: {error}"))
                .label("Pattern.compile() throws a PatternSyntaxException")
                .help("`orders-.*` matches every name that begins with `orders-`; look-around and back-references are not known here");
            return Vec::new();
        }
    };
    let named = names.catalog.topics.iter().zip(0..).filter(|(topic, _)| !INTERNAL.contains(&topic.name.as_str()));
    let topics: Vec<TopicId> =
        named.filter(|(topic, _)| regex.is_match(&topic.name)).map(|(_, id)| TopicId(id)).collect();
    if topics.is_empty() {
        findings
            .error(codes::NEVER_HAPPENS, pattern.span, "no topic of the scenario matches")
            .label("the whole name has to match")
            .help("`.*` stands for any characters: `orders-.*`, `.*orders.*`");
    }
    topics
}
