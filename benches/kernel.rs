//! What the kernel costs per event, beside a loop that does no more than it must.
//!
//! Prints ratios of process CPU time, each pair measured in alternation in one run, so that they hold
//! on another machine and beside other programs. Run with `cargo bench --bench kernel`.
#![allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "a benchmark reads a clock")]

mod table;

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;

use kafkasim::sim::queue::EventQueue;
use kafkasim::sim::random::{Distribution, Sampler, Stream};
use kafkasim::sim::time::Nanos;
use rand_chacha::ChaCha8Rng;
use rand_core::{Rng, SeedableRng};
use table::{Case, Row, measure, median, ratio};
use xxhash_rust::xxh3::xxh3_64_with_seed;

const ROUNDS: usize = 15;
const EVENTS: u64 = 1_000_000;
const MEAN: Nanos = Nanos::from_millis(1);

fn main() {
    let mut rows = Vec::new();
    for nodes in [100, 1_000, 10_000, 100_000] {
        let (mut bare, mut ours) = (BareRing::new(nodes), KernelRing::new(nodes));
        let goal = if nodes == 1_000 { "<= 1.0" } else { "" };
        report(&mut rows, "ring, history and digest on", nodes, goal, || bare.run(EVENTS), || ours.run(EVENTS));
    }
    for pending in [14, 100, 1_000, 10_000, 100_000] {
        let (mut heap, mut queue) = (HeapHold::new(pending), QueueHold::new(pending));
        report(&mut rows, "queue alone", pending, "", || heap.run(EVENTS), || queue.run(EVENTS));
    }
    table::print("The kernel beside a bare BinaryHeap loop without history, by events pending", &rows);
}

fn report(
    rows: &mut Vec<Row>,
    what: &str,
    pending: u32,
    goal: &'static str,
    base: impl FnMut() -> u64,
    ours: impl FnMut() -> u64,
) {
    let times = measure(&mut [Case::steady(base), Case::steady(ours)], ROUNDS);
    let nanos = |times: &[f64]| median(times.iter().copied()) * 1e9 / EVENTS as f64;
    let row = |figure: &str, value, unit, goal| Row {
        case: format!("{what}, {pending} pending: {figure}"),
        value,
        unit,
        goal,
    };
    rows.push(row("BinaryHeap", nanos(&times[0]), "ns / event", ""));
    rows.push(row("kernel", nanos(&times[1]), "ns / event", ""));
    rows.push(row("kernel / BinaryHeap", ratio(&times[1], &times[0]), "ratio", goal));
}

/// An event ordered by its key alone: measured to be the fastest form for a binary heap.
struct Event {
    key: Reverse<u128>,
    node: u32,
}

impl Event {
    fn new(at: u64, id: u64, node: u32) -> Event {
        Event { key: Reverse(u128::from(at) << 64 | u128::from(id)), node }
    }
    fn time(&self) -> u64 {
        (self.key.0 >> 64) as u64
    }
}
impl PartialEq for Event {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
    }
}
impl Eq for Event {}
impl PartialOrd for Event {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Event {
    fn cmp(&self, other: &Self) -> Ordering {
        self.key.cmp(&other.key)
    }
}

/// The loop one would write in an hour: heap, generator, logarithm; no history.
struct BareRing {
    heap: BinaryHeap<Event>,
    random: ChaCha8Rng,
    visits: Vec<u64>,
    pushed: u64,
}

impl BareRing {
    fn new(nodes: u32) -> Self {
        let mut ring = BareRing {
            heap: BinaryHeap::new(),
            random: ChaCha8Rng::seed_from_u64(1),
            visits: vec![0; nodes as usize],
            pushed: 0,
        };
        (0..nodes).for_each(|node| ring.push(0, node));
        ring
    }
    fn push(&mut self, now: u64, node: u32) {
        let uniform = ((self.random.next_u64() >> 11) + 1) as f64 * (1.0 / 9_007_199_254_740_992.0);
        let delay = (-libm::log(uniform) * MEAN.0 as f64) as u64;
        self.pushed += 1;
        self.heap.push(Event::new(now + delay, self.pushed, node));
    }
    fn run(&mut self, events: u64) -> u64 {
        for _ in 0..events {
            let event = self.heap.pop().expect("every event begets one");
            self.visits[event.node as usize] += 1;
            let next = (event.node + 1) % self.visits.len() as u32;
            self.push(event.time(), next);
        }
        self.visits[0]
    }
}

/// The same on the kernel, with a record of every event and a digest of all records.
struct KernelRing {
    queue: EventQueue<u32>,
    hop: Sampler,
    random: Stream,
    visits: Vec<u64>,
    history: Vec<[u8; 32]>,
    digest: u64,
}

impl KernelRing {
    fn new(nodes: u32) -> Self {
        let mut ring = KernelRing {
            queue: EventQueue::new(),
            hop: Distribution::Exponential { mean: MEAN }.compile(),
            random: Stream::new(1, "ring"),
            visits: vec![0; nodes as usize],
            history: Vec::new(),
            digest: 0,
        };
        (0..nodes).for_each(|node| {
            ring.push(Nanos::ZERO, node);
        });
        ring
    }
    fn push(&mut self, now: Nanos, node: u32) -> Nanos {
        let delay = self.hop.sample(&mut self.random);
        self.queue.push(now + delay, node);
        delay
    }
    fn run(&mut self, events: u64) -> u64 {
        self.history.clear();
        for _ in 0..events {
            let (now, id, node) = self.queue.pop().expect("every event begets one");
            self.visits[node as usize] += 1;
            let next = (node + 1) % self.visits.len() as u32;
            let delay = self.push(now, next);
            self.record(now, id, node, delay);
        }
        self.digest
    }
    fn record(&mut self, now: Nanos, id: u64, node: u32, delay: Nanos) {
        let mut fact = [0; 32];
        fact[..8].copy_from_slice(&now.0.to_le_bytes());
        fact[8..16].copy_from_slice(&id.to_le_bytes());
        fact[16..20].copy_from_slice(&node.to_le_bytes());
        fact[24..].copy_from_slice(&delay.0.to_le_bytes());
        self.digest = xxh3_64_with_seed(&fact, self.digest);
        self.history.push(fact);
    }
}

/// Delays for the queues alone, drawn beforehand.
fn delays() -> Vec<u64> {
    let hop = Distribution::Exponential { mean: MEAN }.compile();
    let mut random = Stream::new(2, "delays");
    (0..1 << 14).map(|_| hop.sample(&mut random).0).collect()
}

struct HeapHold {
    heap: BinaryHeap<Event>,
    delays: Vec<u64>,
    pushed: u64,
}

impl HeapHold {
    fn new(pending: u32) -> Self {
        let mut hold = HeapHold { heap: BinaryHeap::new(), delays: delays(), pushed: 0 };
        (0..pending).for_each(|_| hold.push(0));
        hold
    }
    fn push(&mut self, now: u64) {
        let at = now + self.delays[self.pushed as usize % self.delays.len()];
        self.pushed += 1;
        self.heap.push(Event::new(at, self.pushed, 0));
    }
    fn run(&mut self, events: u64) -> u64 {
        let mut now = 0;
        for _ in 0..events {
            now = self.heap.pop().expect("every event begets one").time();
            self.push(now);
        }
        now
    }
}

struct QueueHold {
    queue: EventQueue<u32>,
    delays: Vec<u64>,
    pushed: u64,
}

impl QueueHold {
    fn new(pending: u32) -> Self {
        let mut hold = QueueHold { queue: EventQueue::new(), delays: delays(), pushed: 0 };
        (0..pending).for_each(|_| hold.push(Nanos::ZERO));
        hold
    }
    fn push(&mut self, now: Nanos) {
        let delay = Nanos(self.delays[self.pushed as usize % self.delays.len()]);
        self.pushed += 1;
        self.queue.push(now + delay, 0);
    }
    fn run(&mut self, events: u64) -> u64 {
        let mut now = Nanos::ZERO;
        for _ in 0..events {
            now = self.queue.pop().expect("every event begets one").0;
            self.push(now);
        }
        now.0
    }
}
