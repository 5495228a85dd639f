//! What a group subscribes to: topics by name, or those that match a pattern.

use super::re2j::{self, Refusal};
use super::{INTERNAL, Names};
use crate::protocol::catalog::PatternEntry;
use crate::protocol::ids::{PatternId, TopicId};
use crate::protocol::messages::GroupProtocol;
use crate::scenario::codes;
use crate::scenario::file::workload::{Group, Members, Pattern, Regex};
use crate::scenario::findings::Findings;
use crate::scenario::node::{At, Span};

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
fn is_alone(group: &Group, pattern: &At<Pattern>, findings: &mut Findings) {
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

/// Whether each member matches a pattern itself.
pub(super) fn matches_itself(group: &Group) -> bool {
    matches!(group.pattern.as_ref().map(|at| &at.value), Some(Pattern::Java(_)))
}

/// The pattern that the members leave to the group coordinator, if they do. One that RE2/J does not take is told all the same: it refuses
/// it at the first heartbeat.
pub(super) fn regex(
    group: &Group,
    protocol: GroupProtocol,
    names: &mut Names,
    findings: &mut Findings,
) -> Option<PatternId> {
    let pattern = group.pattern.as_ref()?;
    let Pattern::Re2j(regex) = &pattern.value else { return None };
    if protocol == GroupProtocol::Classic {
        findings
            .error(codes::SERVER_PATTERN, pattern.span, "`re2j` in a group of the classic protocol")
            .label("subscribe(SubscriptionPattern) throws an UnsupportedOperationException")
            .help(
                "set `group.protocol: consumer` in `config`, or write the pattern as a text: `pattern: \"orders-.*\"`",
            );
        return None;
    }
    let topics = match re2j::compile(&regex.0) {
        Ok(regex) => Some(named(&regex, names, |_| true)),
        Err(_) => None,
    };
    Some(names.catalog.add_pattern(PatternEntry { text: regex.0.clone(), topics }))
}

/// The topics whose whole name matches (`Matcher.matches`). A consumer leaves internal ones out (`exclude.internal.topics`), the group
/// coordinator does not.
fn matching(pattern: &At<Pattern>, names: &Names, findings: &mut Findings) -> Vec<TopicId> {
    let regex = match &pattern.value {
        Pattern::Java(text) => java(text, pattern.span, findings),
        Pattern::Re2j(text) => server(text, pattern.span, findings),
    };
    let Some(regex) = regex else { return Vec::new() };
    let topics = named(&regex, names, |name| !INTERNAL.contains(&name));
    let internal = named(&regex, names, |name| INTERNAL.contains(&name));
    if matches!(pattern.value, Pattern::Re2j(_)) && !internal.is_empty() {
        let name = &names.catalog.topics[internal[0].index()].name;
        findings
            .error(codes::NOT_YET, pattern.span, format!("the pattern matches {name}, too"))
            .label("the group coordinator leaves internal topics in; applications of the model read none")
            .help("begin it with something that they do not begin with: `[^_].*`");
    }
    if topics.is_empty() {
        findings
            .error(codes::NEVER_HAPPENS, pattern.span, "no topic of the scenario matches")
            .label("the whole name has to match")
            .help("`.*` stands for any characters: `orders-.*`, `.*orders.*`");
    }
    topics
}

fn named(regex: &regex_lite::Regex, names: &Names, counts: impl Fn(&str) -> bool) -> Vec<TopicId> {
    let named = names.catalog.topics.iter().zip(0..).filter(|(topic, _)| counts(topic.name.as_str()));
    named.filter(|(topic, _)| regex.is_match(&topic.name)).map(|(_, id)| TopicId(id)).collect()
}

fn java(text: &Regex, span: Span, findings: &mut Findings) -> Option<regex_lite::Regex> {
    let compiled = regex_lite::Regex::new(&format!("^(?:{})$", text.0));
    compiled
        .map_err(|error| {
            findings
                .error(codes::MALFORMED, span, format!("no regular expression: {error}"))
                .label("Pattern.compile() throws a PatternSyntaxException")
                .help("`orders-.*` matches every name that begins with `orders-`; look-around and back-references are not known here");
        })
        .ok()
}

fn server(text: &Regex, span: Span, findings: &mut Findings) -> Option<regex_lite::Regex> {
    match re2j::compile(&text.0) {
        Ok(regex) => return Some(regex),
        Err(Refusal::ByRe2j(why)) => {
            findings
                .warning(codes::SERVER_PATTERN, span, format!("RE2/J does not take this pattern: {why}"))
                .label("INVALID_REGULAR_EXPRESSION at the first heartbeat: poll() throws an InvalidRegularExpression")
                .help("write it without look-around, back-references and possessive quantifiers; or leave it, to show that");
        }
        Err(Refusal::NotKnownHere(what)) => {
            findings
                .error(codes::NOT_YET, span, format!("`{what}` in a pattern"))
                .label("RE2/J takes it, and the model does not know it")
                .help("write the characters themselves: `[a-z]`, `\\.`");
        }
    }
    None
}
