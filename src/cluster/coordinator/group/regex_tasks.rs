//! The tasks that match the patterns of groups, beside the coordinator's thread (`CoordinatorExecutor`): one of a group at a time.

use litemap::LiteMap;

use super::consumer::{NewTopics, Resolution};
use super::env::{Env, Shared};
use super::timers::GroupCoordinatorTimer;
use crate::protocol::ids::{GroupId, PatternId};
use crate::sim::time::Nanos;

/// How long a task takes, from when a heartbeat asks for it until the coordinator's thread has the result. In Kafka that depends on
/// how many topics and patterns there are and on what else the executor's thread does; it logs how long it was.
const TAKES: Nanos = Nanos::from_millis(1);

/// See the module.
#[derive(Clone, Debug, Default)]
pub(super) struct RegexTasks {
    /// The version of the image with which the shard began: all its topics were new to it.
    first_version: i64,
    /// What those under way will have found.
    under_way: LiteMap<GroupId, Resolution>,
}

impl RegexTasks {
    /// The shard is loaded.
    pub(super) fn loaded(&mut self, shared: &Shared) {
        self.first_version = shared.topics.version();
    }
    /// The version of the last image with topics that were new to the shard.
    pub(super) fn new_topics(&self, shared: &Shared) -> NewTopics {
        NewTopics(self.first_version.max(shared.topics.new_topics()))
    }
    /// Begins to match these patterns, unless that group has some matched already.
    pub(super) fn schedule(&mut self, group: GroupId, patterns: &[PatternId], env: &mut Env<'_, '_>) {
        if patterns.is_empty() || self.under_way.contains_key(&group) {
            return;
        }
        self.under_way.insert(group, Resolution::of(patterns, env.shared, env.now()));
        env.set_timer(GroupCoordinatorTimer::Regexes(group), TAKES);
    }
    /// What a group's task has found.
    pub(super) fn over(&mut self, group: GroupId) -> Option<Resolution> {
        self.under_way.remove(&group)
    }
    /// Leadership is gone, and with it who would take the results (`cancelAll`).
    pub(super) fn cancel_all(&mut self, env: &mut Env<'_, '_>) {
        let groups: Vec<GroupId> = self.under_way.keys().copied().collect();
        groups.into_iter().for_each(|group| env.cancel_timer(GroupCoordinatorTimer::Regexes(group)));
        self.under_way.clear();
    }
}
