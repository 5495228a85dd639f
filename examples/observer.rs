//! An observer of one's own: measures something that the report does not tell.
//!
//! For how long had each partition no leader that reigns, and how much of it does a shorter session save? The
//! observer sees every fact of a run as it happens, keeps what it needs, and costs nothing else.
//!
//!     cargo run --example observer

use std::collections::BTreeMap;

use kafkasim::history::Observer;
use kafkasim::history::fact::Entry;
use kafkasim::history::setup::Setup;
use kafkasim::history::view::ClusterView;
use kafkasim::protocol::ids::Tp;
use kafkasim::run::Run;
use kafkasim::scenario::{self, embedded};
use kafkasim::sim::time::Nanos;

/// Time without a leader, by partition.
struct Leaderless {
    /// The cluster as those who reign have it: a fold over the facts that comes with the library.
    view: ClusterView,
    partitions: Vec<Tp>,
    since: BTreeMap<Tp, Nanos>,
    total: BTreeMap<Tp, Nanos>,
}

impl Leaderless {
    fn new(setup: &Setup) -> Leaderless {
        let catalog = &setup.catalog;
        let partitions = (0..catalog.partition_count()).map(Tp).filter(|tp| !catalog.is_internal(*tp)).collect();
        Leaderless { view: ClusterView::new(catalog), partitions, since: BTreeMap::new(), total: BTreeMap::new() }
    }
}

impl Observer for Leaderless {
    fn observe(&mut self, entry: &Entry) {
        self.view.observe(entry);
        for tp in &self.partitions {
            let there = !self.view.partition(*tp).replicas.is_empty();
            match (self.view.reigning(*tp), self.since.get(tp).copied()) {
                (None, None) if there => drop(self.since.insert(*tp, entry.at)),
                (Some(_), Some(since)) => {
                    self.since.remove(tp);
                    let total = self.total.entry(*tp).or_default();
                    *total += entry.at - since;
                }
                _ => {}
            }
        }
    }
}

/// The longest time without a leader that a partition of the scenario sees.
fn longest(variant: Option<&str>) -> Nanos {
    let source = embedded::find("leader-crash").expect("it is in the library");
    let (scenario, _) = scenario::parse_variant(&source, variant, &[]).expect("it has no errors");
    let run = Run::new(&scenario, scenario.seed);
    let mut observer = Leaderless::new(run.setup());
    run.run(&mut observer).expect("the simulator has no bug here");
    println!("leader-crash{}", variant.map_or(String::new(), |variant| format!(", variant {variant}")));
    for (tp, total) in observer.total.iter().filter(|(_, total)| **total > Nanos::from_millis(1)) {
        println!("  {:<12} without a leader for {total}", run.setup().catalog.tp_name(*tp));
    }
    observer.total.values().copied().max().unwrap_or_default()
}

fn main() {
    let (usual, short) = (longest(None), longest(Some("cure")));
    assert!(usual > Nanos::from_secs(6), "a session of 9 s has to run out first: {usual}");
    assert!(short < usual, "and one of 3 s sooner: {short}");
}
