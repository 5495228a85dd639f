//! The metrics that a monitoring system would have scraped of the cluster, under Kafka's names as Strimzi's exporter rules spell
//! them (`kafka_server_replicamanager_underreplicatedpartitions`), as OpenMetrics.
//!
//! [`catalogue::CATALOGUE`] says of each family what it is called, what it means, where Kafka has it, and how it is read. All of it
//! is a fold over the history, and asks no node. A broker's gauge is what that broker believes ([`brokers`]), a controller's what is
//! committed ([`controllers`]), a client's what it counts of itself ([`clients`]), and an exporter's what leaders and coordinators
//! answer that reign ([`groups`]). A process that is down or paused answers no scrape: `up` is 0, and there is no sample of it. The
//! scraper itself stands outside of the network's faults. What Kafka has and a history does not is not told as 0, but not at all:
//! [`left_out`] lists it.
//!
//! Time is that of the run, from an epoch on ([`openmetrics::EPOCH`]): so a run can be loaded into Prometheus, and lies on a date.
//!
//! ```
//! use kafkasim::report::metrics::{Metrics, openmetrics::Writing};
//! use kafkasim::run::Run;
//! use kafkasim::scenario::{self, ScenarioText};
//! let text = "{name: tiny, duration: 10s, topics: {orders: {}}, producers: {p: {topic: orders, rate: 10/s}}}";
//! let (scenario, _) = scenario::parse(&ScenarioText::new("tiny.yaml", text), &[]).unwrap();
//! let run = Run::new(&scenario, 7);
//!
//! let mut metrics = Metrics::new(run.setup().clone(), None, false);
//! run.run(&mut metrics).unwrap();
//! let text = metrics.finish().openmetrics(&Writing::default());
//! assert!(text.contains("# TYPE kafka_server_replicamanager_leadercount gauge\n") && text.ends_with("# EOF\n"));
//! ```

mod brokers;
pub mod catalogue;
mod clients;
mod controllers;
mod fold;
mod groups;
pub mod left_out;
pub mod openmetrics;
mod samples;
#[cfg(test)]
mod tests;

use std::rc::Rc;

use super::series::bin_width;
use crate::history::Observer;
use crate::history::fact::{Entry, Fact};
use crate::history::lag::LagMonitor;
use crate::history::setup::Setup;
use crate::history::view::ClusterView;
use crate::protocol::catalog::NodeRole;
use crate::protocol::ids::*;
use crate::sim::time::Nanos;
use brokers::Brokers;
use catalogue::CATALOGUE;
use clients::Clients;
use controllers::Controllers;
use samples::{Sampled, Samples};

/// From one scrape to the next, where nobody says otherwise: so often that a short run shows its curves.
const EVERY: Nanos = Nanos::from_secs(1);

/// How often a run that is to last so long is scraped, where nobody says otherwise: every second, and in a run of more than two or
/// three minutes as often as a plot has bins, so that there are never many more than 150 samples of anything.
pub fn usual_interval(duration: Nanos) -> Nanos {
    bin_width(duration).max(EVERY)
}

/// A process, as a scrape finds it.
#[derive(Clone, Copy, Debug, Default)]
struct Process {
    running: bool,
    paused: bool,
}

/// What has been seen of a run up to a moment.
#[derive(Clone, Debug)]
struct Observed {
    setup: Rc<Setup>,
    cluster: ClusterView,
    monitor: LagMonitor,
    brokers: Brokers,
    controllers: Controllers,
    clients: Clients,
    processes: Vec<Process>,
}

impl Observed {
    fn new(setup: Rc<Setup>) -> Observed {
        let catalog = &setup.catalog;
        Observed {
            cluster: ClusterView::new(catalog),
            monitor: LagMonitor::new(catalog.partition_count()),
            brokers: Brokers::new(&setup),
            controllers: Controllers::new(&setup),
            clients: Clients::new(&setup),
            processes: vec![Process::default(); catalog.nodes.len()],
            setup,
        }
    }
    /// Whether a process answers a scrape.
    fn answers(&self, node: NodeId) -> bool {
        let process = self.processes[node.index()];
        process.running && !process.paused
    }
    fn observe(&mut self, entry: &Entry) {
        self.monitor.advance_before(entry.at, &self.cluster);
        self.cluster.observe(entry);
        self.monitor.observe(entry, &self.cluster);
        self.brokers.observe(entry);
        self.controllers.observe(entry);
        self.clients.observe(entry);
        match entry.fact {
            Fact::ProcessStarted { node } => {
                self.processes[node.index()] = Process { running: true, paused: false };
            }
            Fact::ProcessStopped { node, .. } => self.processes[node.index()].running = false,
            Fact::ProcessPaused { node, paused } => self.processes[node.index()].paused = paused,
            // A broker without a log directory halts (`LogManager.handleLogDirFailure`).
            Fact::LogDirFailed { broker } => {
                let node = self.setup.catalog.broker_node(broker);
                self.processes[node.index()].running = false;
            }
            _ => {}
        }
    }
}

/// Scrapes a run while it happens. See the module.
#[derive(Clone, Debug)]
pub struct Metrics {
    observed: Observed,
    every: Nanos,
    /// When the next scrape is due; the first is at time zero.
    next: Nanos,
    now: Nanos,
    /// Whether partitions of internal topics are told one by one.
    internal: bool,
    samples: Samples,
}

impl Metrics {
    /// Before the first fact. `every`: from one scrape to the next, at least a millisecond; none: [`usual_interval`]. `internal`:
    /// what is told of single partitions is told of those of internal topics, too.
    pub fn new(setup: Rc<Setup>, every: Option<Nanos>, internal: bool) -> Metrics {
        let every = every.unwrap_or_else(|| usual_interval(setup.duration)).max(Nanos::from_millis(1));
        Metrics {
            observed: Observed::new(setup),
            every,
            next: Nanos::ZERO,
            now: Nanos::ZERO,
            internal,
            samples: Samples::default(),
        }
    }
    /// What was scraped, up to the last fact.
    pub fn finish(mut self) -> Scraped {
        self.scrape_before(Nanos(self.now.0 + 1));
        Scraped { setup: self.observed.setup, every: self.every, samples: self.samples }
    }

    /// Scrapes wherever it is due before a time. What happens at the time of a scrape is seen by it.
    fn scrape_before(&mut self, until: Nanos) {
        while self.next < until {
            self.observed.monitor.advance_to(self.next, &self.observed.cluster);
            for (number, family) in CATALOGUE.iter().enumerate() {
                family.fold.read(&self.observed, self.internal, &mut |labels, value| {
                    self.samples.push(number, labels, value);
                });
            }
            self.samples.next_scrape();
            self.next += self.every;
        }
    }
}

impl Observer for Metrics {
    fn observe(&mut self, entry: &Entry) {
        if entry.at > self.next {
            self.scrape_before(entry.at);
        }
        self.now = entry.at;
        self.observed.observe(entry);
    }
}

/// All samples of a run.
#[derive(Clone, Debug)]
pub struct Scraped {
    setup: Rc<Setup>,
    every: Nanos,
    samples: Samples,
}

impl Scraped {
    /// From one scrape to the next.
    pub fn every(&self) -> Nanos {
        self.every
    }
    /// The families of which there is a sample, by their numbers in the catalogue, each with its series.
    fn families(&self) -> Vec<(usize, Vec<Sampled<'_>>)> {
        let mut families: Vec<(usize, Vec<Sampled<'_>>)> = Vec::new();
        for sampled in self.samples.all() {
            match families.last_mut() {
                Some((number, series)) if *number == sampled.family => series.push(sampled),
                _ => families.push((sampled.family, vec![sampled])),
            }
        }
        families
    }
}

/// Which job of a monitoring system scrapes a process; none: nobody does.
fn job(role: NodeRole) -> Option<&'static str> {
    match role {
        NodeRole::Broker(_) | NodeRole::Controller(_) => Some("kafka"),
        NodeRole::Application(_) => Some("clients"),
        NodeRole::Admin => None,
    }
}
