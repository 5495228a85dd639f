//! What exporters learn that ask the cluster as a client does: kafka-exporter of leaders and coordinators, Kafka Lag Exporter and
//! Burrow of commits. Where nobody reigns nobody answers, and there is no sample.

use super::Observed;
use crate::history::lag::GroupStatus;
use crate::protocol::ids::*;
use crate::protocol::messages::GroupProtocol;
use crate::sim::time::Nanos;

/// What is committed for a partition without a commit, and the lag there: -1, as kafka-exporter has it.
const NONE: i64 = -1;

impl Observed {
    /// Whether a coordinator knows of a group. Share groups are no consumer groups: exporters do not know them.
    fn lists(&self, group: GroupId) -> bool {
        let view = self.cluster.group(group);
        let home = view.home.is_some_and(|home| self.cluster.reigning(home).is_some());
        home && !self.setup.catalog.is_share_group(group) && (view.members > 0 || self.commits(group))
    }
    fn commits(&self, group: GroupId) -> bool {
        (0..self.cluster.partition_count()).any(|tp| self.cluster.committed(group, Tp(tp)).is_some())
    }
    fn exists(&self, tp: Tp) -> bool {
        self.cluster.partition(tp).exists()
    }
    /// Whether any broker is there to be asked.
    pub(super) fn is_reachable(&self) -> bool {
        self.setup.catalog.brokers().any(|broker| self.cluster.is_live(broker))
    }
    /// Whether kafka-exporter learns of a partition from the metadata.
    pub(super) fn describes(&self, tp: Tp) -> bool {
        self.is_reachable() && self.exists(tp)
    }

    /// Members of a classic group. kafka-exporter describes groups by DescribeGroups, which knows no other.
    pub(super) fn members(&self, group: GroupId) -> Option<i64> {
        let view = self.cluster.group(group);
        (self.lists(group) && view.protocol == GroupProtocol::Classic).then_some(i64::from(view.members))
    }
    /// The offset that a group has committed for a partition of a topic for which it has committed anything.
    pub(super) fn current_offset(&self, group: GroupId, tp: Tp) -> Option<i64> {
        let topic = self.setup.catalog.topic_of(tp).0;
        let consumes = self.setup.catalog.partitions(topic).any(|tp| self.cluster.committed(group, tp).is_some());
        (self.lists(group) && consumes && self.exists(tp))
            .then(|| self.cluster.committed(group, tp).map_or(NONE, |offset| offset.0))
    }
    /// The same over a topic. A partition without a commit counts for -1, as it does there.
    pub(super) fn current_offset_sum(&self, group: GroupId, topic: TopicId) -> Option<i64> {
        self.sum(topic, |tp| self.current_offset(group, tp))
    }
    /// Where a partition's leader says that it ends.
    pub(super) fn end(&self, tp: Tp) -> Option<i64> {
        self.cluster.reigning(tp).map(|_| self.cluster.partition(tp).high_watermark.0)
    }
    /// How far a group is behind, in offsets.
    pub(super) fn lag(&self, group: GroupId, tp: Tp) -> Option<i64> {
        let (current, end) = (self.current_offset(group, tp)?, self.end(tp)?);
        Some(if current == NONE { NONE } else { end - current })
    }
    /// The same over a topic. A partition without a commit counts for nothing.
    pub(super) fn lag_sum(&self, group: GroupId, topic: TopicId) -> Option<i64> {
        self.sum(topic, |tp| {
            let known = self.current_offset(group, tp)?;
            Some(if known == NONE { 0 } else { self.lag(group, tp).unwrap_or(0) })
        })
    }
    fn sum(&self, topic: TopicId, of: impl Fn(Tp) -> Option<i64>) -> Option<i64> {
        let mut known = self.setup.catalog.partitions(topic).filter_map(of).peekable();
        known.peek()?;
        Some(known.sum())
    }

    /// How long the first record that is not committed has been in the log.
    pub(super) fn lag_time(&self, group: GroupId, tp: Tp) -> Option<Nanos> {
        if !self.lists(group) || self.end(tp).is_none() {
            return None;
        }
        self.monitor.partition(group, tp, &self.cluster).map(|lag| lag.time)
    }
    /// The longest of these.
    pub(super) fn longest_lag_time(&self, group: GroupId) -> Option<Nanos> {
        (0..self.cluster.partition_count()).filter_map(|tp| self.lag_time(group, Tp(tp))).max()
    }
    /// Burrow's status of a group as its number. Of a group that it does not know it says nothing.
    pub(super) fn burrow_status(&self, group: GroupId) -> Option<i64> {
        match self.monitor.status(group) {
            GroupStatus::NotFound => None,
            GroupStatus::Ok => Some(1),
            GroupStatus::Warn => Some(2),
            GroupStatus::Err => Some(3),
        }
    }
}
