//! Patterns to which members subscribe: `SubscriptionPattern`, RE2/J (KIP-848; `GroupMetadataManager.maybeUpdateRegularExpressions`,
//! `handleRegularExpressionsResult`, `TopicRegexResolver`).
//!
//! A heartbeat never waits for matching: a task beside it does that for all patterns of the group at once, and what it has found is
//! written, and raises the group epoch if it is something else than before.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::group::{ConsumerGroup, Refreshed};
use super::member::ConsumerGroupMember;
use super::step::{Step, StepOutcome};
use crate::cluster::coordinator::group::env::Shared;
use crate::protocol::batch::{ConsumerGroupRecord, RegularExpressionValue};
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::*;
use crate::protocol::rules::RegexRemoved;
use crate::sim::time::Nanos;

/// Patterns are not matched anew sooner than this after the last time (`REGEX_BATCH_REFRESH_MIN_INTERVAL_MS`).
const MIN_INTERVAL_MS: u64 = 10_000;

/// The version of the last image in which a shard has seen topics that were new to it (`lastMetadataImageWithNewTopics`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct NewTopics(pub i64);

/// What has become of the pattern of a member (`UpdateRegularExpressionsResult`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum RegexUpdate {
    /// It is as it was.
    NoChange,
    /// It is another one, or none, and nothing is known of its topics yet.
    Updated,
    /// The same, and the group is to have other targets for it.
    UpdatedAndResolved,
}

impl RegexUpdate {
    pub fn has_changed(self) -> bool {
        self != RegexUpdate::NoChange
    }
    pub fn rebalances(self) -> bool {
        self == RegexUpdate::UpdatedAndResolved
    }
}

/// What a task has found for the patterns of a group.
#[derive(Clone, PartialEq, Debug)]
pub struct Resolution(Vec<Rc<RegularExpressionValue>>);

impl Resolution {
    /// Matches patterns with the topics that there are (`TopicRegexResolver.resolveRegularExpressions`).
    pub fn of(patterns: &[PatternId], shared: &Shared, now: Nanos) -> Resolution {
        let exists = |topic: &TopicId| shared.topics.partitions(*topic) > 0;
        let resolve = |pattern: &PatternId| {
            let matching = shared.catalog.matching(*pattern).unwrap_or_default();
            let topics = matching.iter().copied().filter(exists).collect();
            Rc::new(RegularExpressionValue {
                pattern: *pattern,
                topics,
                version: shared.topics.version(),
                timestamp: now,
            })
        };
        Resolution(patterns.iter().map(resolve).collect())
    }
}

impl ConsumerGroup {
    /// What a member subscribes to, ascending: topics by name, and those that its pattern matches. A pattern that is not resolved matches
    /// none.
    pub(super) fn topics_of(&self, member: &ConsumerGroupMember) -> Rc<[TopicId]> {
        let named = &member.metadata.topics;
        match member.metadata.regex.and_then(|regex| self.resolved.get(&regex)) {
            None => named.clone(),
            Some(regex) if named.is_empty() => regex.topics.clone(),
            Some(regex) => {
                let mut topics: Vec<TopicId> = named.iter().chain(regex.topics.iter()).copied().collect();
                topics.sort();
                topics.dedup();
                topics.into()
            }
        }
    }
    /// Counts the topics of resolved patterns, of those that stay.
    pub(super) fn count_resolved(&self, stays: impl Fn(PatternId) -> bool, subscribed: &mut BTreeMap<TopicId, u32>) {
        let resolved = self.resolved.values().filter(|regex| stays(regex.pattern));
        resolved.flat_map(|regex| regex.topics.iter()).for_each(|topic| *subscribed.entry(*topic).or_default() += 1);
    }
    fn has_subscribers(&self, regex: PatternId) -> bool {
        self.derived.regexes.contains_key(&regex)
    }
    fn is_only_subscriber_of(&self, regex: PatternId, members: usize) -> bool {
        self.derived.regexes.get(&regex).is_some_and(|count| *count as usize == members)
    }

    /// Takes what a task has found. What nobody subscribes to any more is left out.
    pub fn resolved(&self, found: &Resolution, shared: &Shared, now: Nanos) -> StepOutcome {
        let mut step = Step::new(self, shared, now);
        let wanted = || found.0.iter().filter(|value| self.has_subscribers(value.pattern));
        let known = |pattern: PatternId| self.resolved.get(&pattern);
        let is_news = |value: &&Rc<RegularExpressionValue>| match known(value.pattern) {
            Some(before) => before.topics != value.topics,
            None => !value.topics.is_empty(),
        };
        let changed = wanted().any(|value| is_news(&value));
        wanted().for_each(|value| step.append(ConsumerGroupRecord::RegularExpression(value.clone())));
        let mut subscribed = self.derived.subscribed.clone();
        self.count_resolved(|pattern| !wanted().any(|value| value.pattern == pattern), &mut subscribed);
        let topics = wanted().flat_map(|value| value.topics.iter());
        topics.for_each(|topic| *subscribed.entry(*topic).or_default() += 1);
        let topics = step.existing(&subscribed);
        if step.note_topics(&topics) || changed {
            let epoch = Generation(self.epoch.0 + 1);
            step.append_epoch(epoch, topics);
            step.outcome.refreshed = Some(Refreshed { created: shared.topics.created(), epoch });
        }
        step.outcome
    }
}

impl Step<'_> {
    /// Takes another pattern of a member, and says which patterns are to be matched anew, if it is time for that.
    ///
    /// # Errors
    /// INVALID_REGULAR_EXPRESSION: nobody in the group has the pattern yet, and RE2/J does not take it.
    pub fn update_regex(
        &mut self,
        before: &ConsumerGroupMember,
        after: &ConsumerGroupMember,
        new_topics: NewTopics,
    ) -> Result<RegexUpdate, ErrorCode> {
        let (old, new) = (before.metadata.regex, after.metadata.regex);
        let is_new = new.is_some_and(|regex| old != new && !self.group.has_subscribers(regex));
        if is_new && new.and_then(|regex| self.shared.catalog.matching(regex)).is_none() {
            return Err(ErrorCode::InvalidRegularExpression);
        }
        if let Some(regex) = old.filter(|regex| self.is_last_of(*regex, before, after)) {
            self.append(ConsumerGroupRecord::RegularExpressionTombstone(regex));
        }
        let update = match (old, new) {
            _ if old == new => RegexUpdate::NoChange,
            (_, Some(regex)) if !is_new && self.group.resolved.contains_key(&regex) => RegexUpdate::UpdatedAndResolved,
            (Some(_), None) if self.shared.rules.regex_removed == RegexRemoved::Rebalances => {
                RegexUpdate::UpdatedAndResolved
            }
            _ => RegexUpdate::Updated,
        };
        if is_new || !self.group.derived.regexes.is_empty() {
            self.outcome.resolves = self.to_resolve(is_new, (old, new), new_topics);
        }
        Ok(update)
    }
    /// Whether a member that has a pattern is the last that does, and has it no more.
    pub(super) fn is_last_of(
        &self,
        regex: PatternId,
        before: &ConsumerGroupMember,
        after: &ConsumerGroupMember,
    ) -> bool {
        before.metadata.regex == Some(regex)
            && after.metadata.regex != Some(regex)
            && self.group.is_only_subscriber_of(regex, 1)
    }

    /// All patterns of the group, if one of them is not resolved, or there are new topics, or it is long since the last time; but not at
    /// once after that.
    fn to_resolve(
        &self,
        is_new: bool,
        (old, new): (Option<PatternId>, Option<PatternId>),
        NewTopics(new_topics): NewTopics,
    ) -> Vec<PatternId> {
        let last = self.group.resolved.values().next();
        let age = last.map_or(u64::MAX, |last| self.now.as_millis().saturating_sub(last.timestamp.as_millis()));
        if age <= MIN_INTERVAL_MS {
            return Vec::new();
        }
        let mut subscribed = self.group.derived.regexes.clone();
        if let Some(count) = old.and_then(|regex| subscribed.get_mut(&regex)) {
            *count -= 1;
        }
        new.into_iter().for_each(|regex| *subscribed.entry(regex).or_default() += 1);
        subscribed.retain(|_, count| *count > 0);
        let refresh = self.shared.config.group_consumer_regex_refresh_interval.as_millis();
        let wanted = is_new
            || subscribed.len() != self.group.resolved.len()
            || last.map_or(0, |last| last.version) < new_topics
            || (refresh > 0 && age > refresh);
        if wanted { subscribed.into_keys().collect() } else { Vec::new() }
    }

    /// Patterns of which these members are the last that have them go (`maybeDeleteResolvedRegularExpressions`).
    pub(super) fn delete_regexes(&mut self, gone: &[MemberId]) -> Vec<PatternId> {
        let mut counts: BTreeMap<PatternId, usize> = BTreeMap::new();
        let members = gone.iter().filter_map(|id| self.group.member(*id));
        members.filter_map(|member| member.metadata.regex).for_each(|regex| *counts.entry(regex).or_default() += 1);
        counts.retain(|regex, count| self.group.is_only_subscriber_of(*regex, *count));
        let deleted: Vec<PatternId> = counts.into_keys().collect();
        deleted.iter().for_each(|regex| self.append(ConsumerGroupRecord::RegularExpressionTombstone(*regex)));
        deleted
    }
}
