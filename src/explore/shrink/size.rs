//! How large a run is.

use crate::check::Judge;
use crate::run::Run;
use crate::sim::time::Nanos;

/// See the module.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct ScenarioSize {
    /// Entries under `faults`.
    pub faults: usize,
    /// Brokers.
    pub brokers: usize,
    /// Processes that are no servers and no administrators.
    pub clients: usize,
    /// Topics, without Kafka's own.
    pub topics: usize,
    /// Their partitions.
    pub partitions: u32,
    /// Records that were sent.
    pub records: u64,
    /// How long the run took.
    pub time: Nanos,
}

impl ScenarioSize {
    /// Of a run.
    pub fn of(run: &Run<'_>) -> ScenarioSize {
        let spec = run.scenario().world();
        let own = spec.topics.iter().filter_map(|topic| spec.catalog.topics.get(topic.topic.index()));
        let mut judge = Judge::new(run.setup().clone());
        let (records, time) = match run.run(&mut judge) {
            Ok(ended) => (judge.finish().ledger.sent, ended.world.now()),
            Err(bug) => (0, bug.at),
        };
        ScenarioSize {
            faults: spec.faults.len(),
            brokers: spec.brokers.len(),
            clients: spec.applications.len(),
            topics: spec.topics.len(),
            partitions: own.map(|topic| topic.partitions).sum(),
            records,
            time,
        }
    }
    /// What is counted, in words, with this one's figures and another's.
    pub fn beside(&self, other: &ScenarioSize) -> [(&'static str, String, String); 7] {
        let count = |of: fn(&ScenarioSize) -> u64| [of(self), of(other)].map(crate::run::figures::thousands);
        let rows: [(&'static str, [String; 2]); 7] = [
            ("faults", count(|size| size.faults as u64)),
            ("brokers", count(|size| size.brokers as u64)),
            ("clients", count(|size| size.clients as u64)),
            ("topics", count(|size| size.topics as u64)),
            ("partitions", count(|size| u64::from(size.partitions))),
            ("records", count(|size| size.records)),
            ("time", [self.time.to_string(), other.time.to_string()]),
        ];
        rows.map(|(name, [own, others])| (name, own, others))
    }
}
