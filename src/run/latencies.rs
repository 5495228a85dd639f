//! Latencies over the whole run, for those who expect something of them.

use super::histogram::Histogram;
use crate::history::Observer;
use crate::history::fact::{Entry, Fact};
use crate::history::setup::Setup;
use crate::protocol::ids::NodeId;
use crate::protocol::messages::Acks;
use crate::scenario::{Expectation, LatencyOf};
use crate::sim::time::Nanos;

/// The fold; it looks at nothing that nobody asked for.
#[derive(Clone, Debug, Default)]
pub struct Latencies {
    produce: Option<Histogram>,
    end_to_end: Option<Histogram>,
    /// Producers whose timestamps do not tell when send() was called.
    untimed: Vec<NodeId>,
}

impl Latencies {
    /// Before the first fact.
    pub fn new(setup: &Setup, expect: &[Expectation]) -> Latencies {
        let wanted =
            |of: LatencyOf| expect.iter().any(|e| matches!(e, Expectation::Latency { of: known, .. } if *known == of));
        Latencies {
            produce: wanted(LatencyOf::Produce).then(Histogram::default),
            end_to_end: wanted(LatencyOf::EndToEnd).then(Histogram::default),
            untimed: setup.producers.iter().filter(|p| p.own_timestamps).map(|p| p.node).collect(),
        }
    }

    /// A percentile, in thousandths; 1000 is the longest. None: nothing arrived.
    pub fn quantile(&self, of: LatencyOf, per_mille: u64) -> Option<Nanos> {
        let histogram = match of {
            LatencyOf::Produce => self.produce.as_ref()?,
            LatencyOf::EndToEnd => self.end_to_end.as_ref()?,
        };
        let longest = (histogram.total() > 0).then(|| histogram.max());
        if per_mille >= 1000 { longest } else { histogram.quantile(per_mille) }
    }
}

impl Observer for Latencies {
    fn observe(&mut self, entry: &Entry) {
        match (entry.fact, &mut self.produce, &mut self.end_to_end) {
            // With acks=0 nobody answers.
            (Fact::BatchAcked { count, created, acks, .. }, Some(histogram), _) if acks != Acks::Zero => {
                histogram.add(entry.at.saturating_sub(created), count);
            }
            // The timestamp tells when send() was called, unless the application has given another.
            // Of a share group the first delivery counts.
            (
                Fact::RecordsPolled { count, timestamp, origin, .. }
                | Fact::ShareRecordsPolled { count, timestamp, origin, delivery_count: 1, .. },
                _,
                Some(histogram),
            ) if !self.untimed.contains(&origin) => {
                histogram.add(entry.at.saturating_sub(timestamp), count);
            }
            _ => {}
        }
    }
}
