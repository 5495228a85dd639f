//! What consumers say of themselves: their metrics `records-lag` and `records-lead` (`FetchMetricsManager.recordPartitionLag`,
//! `recordPartitionLead`).
//!
//! The lag is the high watermark in the fetch that poll() last came to, less the position; of a consumer that reads what is
//! committed it is counted from the last stable offset in it, so that it is 0 while a transaction holds back what others may
//! read (`SubscriptionState.partitionLag`). The lead is the position less the start of the log. Both know nothing of what was
//! committed, and stay where they are while poll() returns nothing.

use std::collections::{BTreeMap, VecDeque};

use crate::history::fact::{Entry, Fact};
use crate::protocol::ids::{NodeId, Offset, Tp};
use crate::sim::time::Nanos;

/// `metrics.sample.window.ms` times `metrics.num.samples`: so far back `records-lag-max` looks.
const WINDOW: Nanos = Nanos::from_secs(60);

/// The sensors of all consumers. See the module.
#[derive(Clone, Debug, Default)]
pub struct RecordsLags {
    sensors: BTreeMap<(NodeId, Tp), Sensor>,
}

/// Of one consumer and partition.
#[derive(Clone, Debug, Default)]
struct Sensor {
    position: Offset,
    /// None: it has passed over what was there, and has not said yet where that ends.
    end: Option<Offset>,
    start: Offset,
    /// Lags over time; the last one is the lag now, and what is older than the window before it is gone.
    lags: VecDeque<(Nanos, u64)>,
    /// Leads likewise.
    leads: VecDeque<(Nanos, u64)>,
}

impl RecordsLags {
    /// `records-lag` of a consumer in a partition; none: it has got no record of it.
    pub fn lag(&self, node: NodeId, tp: Tp) -> Option<u64> {
        self.sensors.get(&(node, tp))?.lags.back().map(|(_, lag)| *lag)
    }
    /// `records-lead` of a consumer in a partition: how many records it is ahead of what retention deletes next; none: it has got
    /// no record of it.
    pub fn lead(&self, node: NodeId, tp: Tp) -> Option<u64> {
        self.sensors.get(&(node, tp))?.leads.back().map(|(_, lead)| *lead)
    }
    /// Whether a consumer has ever got a record of a partition that it has.
    pub fn is_known(&self, node: NodeId) -> bool {
        self.of(node).next().is_some()
    }
    /// `records-lag-max` of a consumer at a time: the largest `records-lag` of its partitions in the last 60 s; none: none was
    /// recorded.
    pub fn max(&self, node: NodeId, at: Nanos) -> Option<u64> {
        recent(self.of(node).flat_map(|sensor| &sensor.lags), at).max()
    }
    /// `records-lead-min` of a consumer at a time: the smallest `records-lead` of its partitions in the last 60 s; none: none was
    /// recorded.
    pub fn least_lead(&self, node: NodeId, at: Nanos) -> Option<u64> {
        recent(self.of(node).flat_map(|sensor| &sensor.leads), at).min()
    }
    fn of(&self, node: NodeId) -> impl Iterator<Item = &Sensor> {
        self.sensors.iter().filter(move |((of, _), _)| *of == node).map(|(_, sensor)| sensor)
    }

    /// Takes the next fact.
    pub fn observe(&mut self, entry: &Entry) {
        match entry.fact {
            Fact::RecordsPolled { node, tp, offset, count, high_watermark, .. } => {
                let sensor = self.sensors.entry((node, tp)).or_default();
                (sensor.position, sensor.end) = (offset.plus(count), Some(high_watermark));
                sensor.record(entry.at);
            }
            Fact::OffsetsPassedOver { node, tp, to, .. } => {
                let sensor = self.sensors.entry((node, tp)).or_default();
                sensor.position = to;
                sensor.record(entry.at);
            }
            Fact::FetchEndSeen { node, tp, end } => {
                if let Some(sensor) = self.sensors.get_mut(&(node, tp)) {
                    sensor.end = Some(end);
                    sensor.record(entry.at);
                }
            }
            Fact::FetchStartSeen { node, tp, start } => {
                if let Some(sensor) = self.sensors.get_mut(&(node, tp)) {
                    sensor.start = start;
                    sensor.record(entry.at);
                }
            }
            // The sensor of a partition goes with the partition, that of a client with its process.
            Fact::PartitionRevoked { node, tp, .. } => {
                self.sensors.remove(&(node, tp));
            }
            Fact::ProcessStopped { node, .. } => self.sensors.retain(|(of, _), _| *of != node),
            _ => {}
        }
    }
}

impl Sensor {
    /// It is recorded once for what one poll() returns of a partition.
    fn record(&mut self, at: Nanos) {
        let Some(end) = self.end else { return };
        push(&mut self.lags, at, between(self.position, end));
        push(&mut self.leads, at, between(self.start, self.position));
    }
}

fn between(from: Offset, to: Offset) -> u64 {
    (to.0 - from.0).max(0) as u64
}

fn push(values: &mut VecDeque<(Nanos, u64)>, at: Nanos, value: u64) {
    match values.back_mut() {
        Some(last) if last.0 == at => last.1 = value,
        _ => values.push_back((at, value)),
    }
    while values.front().is_some_and(|(recorded, _)| at.saturating_sub(*recorded) > WINDOW) {
        values.pop_front();
    }
}

fn recent<'a>(values: impl Iterator<Item = &'a (Nanos, u64)>, at: Nanos) -> impl Iterator<Item = u64> {
    values.filter(move |(recorded, _)| at.saturating_sub(*recorded) <= WINDOW).map(|(_, value)| *value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::ids::LeaderEpoch;

    const READER: NodeId = NodeId(1);
    const ORDERS: Tp = Tp(0);

    fn told(facts: &[(u64, Fact)]) -> RecordsLags {
        let mut lags = RecordsLags::default();
        for (event, (at, fact)) in facts.iter().enumerate() {
            lags.observe(&Entry { at: Nanos::from_secs(*at), event: event as u64, fact: *fact });
        }
        lags
    }
    fn polled(offset: i64, count: u32, high_watermark: i64) -> Fact {
        Fact::RecordsPolled {
            node: READER,
            tp: ORDERS,
            offset: Offset(offset),
            count,
            origin: NodeId(0),
            ordinal: 0,
            leader_epoch: LeaderEpoch(0),
            high_watermark: Offset(high_watermark),
            timestamp: Nanos::ZERO,
        }
    }
    fn end(end: i64) -> Fact {
        Fact::FetchEndSeen { node: READER, tp: ORDERS, end: Offset(end) }
    }

    /// P-50, L-15: whoever reads what is committed has no lag while an open transaction holds 900 records back.
    #[test]
    fn a_reader_of_what_is_committed_counts_from_the_last_stable_offset() {
        let uncommitted = told(&[(1, polled(0, 100, 1_000))]);
        let committed = told(&[(1, polled(0, 100, 1_000)), (1, end(100))]);
        assert_eq!((uncommitted.lag(READER, ORDERS), committed.lag(READER, ORDERS)), (Some(900), Some(0)));
    }

    #[test]
    fn what_holds_nothing_for_the_application_is_passed_over_and_counts() {
        let passed = Fact::OffsetsPassedOver { node: READER, tp: ORDERS, from: Offset(10), to: Offset(11) };
        let lags = told(&[(1, polled(0, 10, 11)), (1, passed)]);
        assert_eq!(lags.lag(READER, ORDERS), Some(0), "the marker is behind it");
        let nothing_but = told(&[(1, passed), (1, end(20))]);
        assert_eq!(nothing_but.lag(READER, ORDERS), Some(9));
    }

    #[test]
    fn the_lead_is_counted_from_the_start_of_the_log() {
        let start = |start| Fact::FetchStartSeen { node: READER, tp: ORDERS, start: Offset(start) };
        let lags = told(&[(1, polled(100, 10, 200)), (1, start(80)), (90, polled(110, 1, 200)), (90, start(109))]);
        assert_eq!(lags.lead(READER, ORDERS), Some(2));
        let at = Nanos::from_secs(90);
        assert_eq!((lags.least_lead(READER, at), lags.max(READER, at)), (Some(2), Some(89)), "of the last 60 s");
    }
}
