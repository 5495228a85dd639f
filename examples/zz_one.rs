#![allow(warnings)]
//! Driver.
#[path = "../tests/support/mod.rs"]
mod support;
use kafkasim::app::spec::{Arrivals, CommitMode};
use kafkasim::check::Judge;
use kafkasim::history::Observer;
use kafkasim::history::fact::{Entry, Fact};
use kafkasim::sim::random::Distribution;
use kafkasim::sim::time::Nanos;
use kafkasim::world::World;
use kafkasim::world::spec::WorldSpec;
const WARM: Nanos = Nanos::from_secs(8);
fn cpu() -> f64 {
    let t = cpu_time::ProcessTime::now();
    t.as_duration().as_secs_f64()
}
#[global_allocator]
static A: cap::Cap<std::alloc::System> = cap::Cap::new(std::alloc::System, usize::MAX);
fn huge() -> WorldSpec {
    let mut spec = support::sized(100, 10_000, 20, 500, 20, 3_600);
    constant_consumers(&mut spec);
    batch_by(&mut spec, 1, 500);
    spec
}
fn main() {
    let which = std::env::args().nth(1).unwrap_or_default();
    let n: u64 = std::env::args().nth(2).unwrap().parse().unwrap();
    let reps: u32 = std::env::args().nth(3).map(|s| s.parse().unwrap()).unwrap_or(1);
    let spec = match which.as_str() {
        "small" => batches_of(1, 2_000),
        "large" => large(),
        "huge" => huge(),
        "ten" => batches_of(10, 10_000),
        "def" | "judged" => defaults(10_000),
        "hundred" => batches_of(100, 10_000),
        "idle" => {
            let mut spec = support::small(3, 0, 3, 3_600);
            constant_consumers(&mut spec);
            spec
        }
        _ => panic!(),
    };
    let mut warm = World::new(&spec, 1);
    warm.run_until(WARM, &mut ());
    let mut counted = warm.clone();
    let mut acked = Acked(0);
    counted.run_until(WARM + Nanos::from_millis(n), &mut acked);
    let mut best = f64::MAX;
    let mut events = 0;
    for _ in 0..reps {
        let mut world = warm.clone();
        let before = world.events();
        let mut judge = Judge::new(world.setup().clone());
        let a0 = A.total_allocated();
        let t = cpu();
        if which == "judged" {
            world.run_until(WARM + Nanos::from_millis(n), &mut judge);
        } else {
            world.run_until(WARM + Nanos::from_millis(n), &mut ());
        }
        best = best.min(cpu() - t);
        events = world.events() - before;
    }
    println!(
        "{which}: {events} events, {} records, {:.1} ns/event, {:.1} simulated s/CPU s",
        acked.0,
        best * 1e9 / events as f64,
        n as f64 / 1e3 / best
    );
}
/// Counts acknowledged records.
struct Acked(u64);

impl Observer for Acked {
    fn observe(&mut self, entry: &Entry) {
        if let Fact::BatchAcked { count, .. } = entry.fact {
            self.0 += u64::from(count);
        }
    }
}

/// The small cluster, with a producer that sends `rate` records/s of 100 bytes in batches of `batch`.
fn batches_of(batch: u32, rate: u64) -> WorldSpec {
    let mut spec = support::small(3, rate, 1, 3_600);
    constant_consumers(&mut spec);
    batch_by(&mut spec, batch, rate);
    spec
}

fn batch_by(spec: &mut WorldSpec, batch: u32, rate: u64) {
    for source in spec.sources_mut() {
        source.arrivals = Arrivals::Constant { records: rate, per: Nanos::from_secs(1) };
        // As many bytes as the batch has, or a little more than the linger time that it takes to fill.
        source.producer.config.batch_size = if batch == 1 { 0 } else { batch * RECORD_BYTES };
        source.producer.config.linger =
            if batch == 1 { Nanos::ZERO } else { Nanos(u64::from(batch) * 1_000_000_000 / rate) };
    }
}

/// The same load with `linger.ms` and `batch.size` as they are.
fn defaults(rate: u64) -> WorldSpec {
    let mut spec = support::small(3, rate, 1, 3_600);
    constant_consumers(&mut spec);
    for source in spec.sources_mut() {
        source.arrivals = Arrivals::Constant { records: rate, per: Nanos::from_secs(1) };
    }
    spec
}

/// A record with its overhead, in a batch of some.
const RECORD_BYTES: u32 = 108;

/// Ten brokers, a hundred partitions, twenty producers and twenty consumers.
fn large() -> WorldSpec {
    let mut spec = support::sized(10, 100, 20, 500, 20, 3_600);
    constant_consumers(&mut spec);
    batch_by(&mut spec, 1, 500);
    spec
}

/// Consumers that take no time worth mentioning and commit by themselves.
fn constant_consumers(spec: &mut WorldSpec) {
    for member in spec.loops_mut() {
        member.per_record = Distribution::Constant(Nanos(100));
        member.commit = CommitMode::Auto;
        member.consumer.config.enable_auto_commit = true;
    }
}
