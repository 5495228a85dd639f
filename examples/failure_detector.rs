//! A system of another kind on the kernel: no Kafka, but the same time, network, timers and chance.
//!
//! One node sends a heartbeat every 100 ms over a connection; two others suspect it when they have not heard of it for
//! a while. How long must the while be? Too short, and a slow link is taken for a death; too long, and a death goes
//! unnoticed. A link is cut for 400 ms, is slow for a while, and then the node dies. The table is the trade-off.
//!
//!     cargo run --example failure_detector

use kafkasim::sim::network::{Delivery, LinkFault, LinkSpec, Network, Packet};
use kafkasim::sim::queue::EventQueue;
use kafkasim::sim::random::Distribution;
use kafkasim::sim::time::Nanos;
use kafkasim::sim::timers::{Fire, TimerTable};

/// Who sends heartbeats; the others listen.
const PRIMARY: u32 = 0;
const WATCHERS: [u32; 2] = [1, 2];
const PERIOD: Nanos = Nanos::from_millis(100);
const DEATH: Nanos = Nanos::from_secs(20);
const END: Nanos = Nanos::from_secs(30);

/// The only kind of timer of a watcher: it has heard nothing for too long.
const SUSPECT: u8 = 0;

#[derive(Clone)]
enum Event {
    Packet(Packet<()>),
    Beat,
    Timer { owner: u32 },
    Link { fault: LinkFault, begins: bool },
}

/// What came of one timeout.
#[derive(Default, PartialEq, Debug)]
struct Outcome {
    false_alarms: u32,
    noticed_after: Option<Nanos>,
}

fn run(timeout: Nanos, seed: u64) -> Outcome {
    let latency = Distribution::LogNormal { p50: Nanos::from_millis(2), p99: Nanos::from_millis(40) };
    let mut network: Network<()> = Network::new(3, &LinkSpec { latency, bytes_per_second: None }, seed);
    let (mut queue, mut timers, mut wire) = (EventQueue::new(), TimerTable::new(), Vec::new());
    let (mut outcome, mut behind) = (Outcome::default(), Vec::new());
    for watcher in WATCHERS {
        // Connections have numbers that the caller gives.
        network.connect(Nanos::ZERO, watcher, PRIMARY, watcher, &mut wire);
    }
    queue.push(PERIOD, Event::Beat);
    let faults = [(5_000, 5_400, LinkFault::Cut), (10_000, 15_000, LinkFault::Slow(8))];
    for (from, to, fault) in faults {
        queue.push(Nanos::from_millis(from), Event::Link { fault, begins: true });
        queue.push(Nanos::from_millis(to), Event::Link { fault, begins: false });
    }
    loop {
        for (at, packet) in wire.drain(..) {
            queue.push(at, Event::Packet(packet));
        }
        let Some((now, _, event)) = queue.pop_until(END) else { return outcome };
        match event {
            Event::Beat if now < DEATH => {
                for watcher in WATCHERS {
                    network.send(now, watcher, PRIMARY, (), 64, &mut wire);
                }
                queue.push(now + PERIOD, Event::Beat);
            }
            Event::Beat => network.process_died(now, PRIMARY, true, &mut wire),
            Event::Link { fault, begins: true } => network.begin(PRIMARY, WATCHERS[0], fault),
            Event::Link { fault, begins: false } => network.end(now, PRIMARY, WATCHERS[0], fault, &mut wire),
            Event::Packet(packet) => {
                behind.clear();
                let first = network.arrive(now, packet, &mut wire, &mut behind);
                for delivery in first.into_iter().chain(behind.drain(..)) {
                    // A timer that is moved before it fires needs no event of its own.
                    if let Delivery::Data { node, .. } = delivery
                        && timers.set(node, SUSPECT, 0, now + timeout)
                    {
                        queue.push(now + timeout, Event::Timer { owner: node });
                    }
                }
            }
            Event::Timer { owner } => match timers.fire(now, owner, SUSPECT, 0) {
                Fire::Later(at) => drop(queue.push(at, Event::Timer { owner })),
                Fire::Now if now < DEATH => outcome.false_alarms += 1,
                Fire::Now => outcome.noticed_after = outcome.noticed_after.max(Some(now - DEATH)),
                Fire::Nothing => {}
            },
        }
    }
}

fn main() {
    println!("{:>10} {:>14} {:>16}", "timeout", "false alarms", "death noticed");
    let mut last = None;
    for timeout in [120, 200, 350, 700, 2_000].map(Nanos::from_millis) {
        let outcome = run(timeout, 1);
        assert_eq!(outcome, run(timeout, 1), "the same seed, the same run");
        let noticed = outcome.noticed_after.expect("a death is noticed in the end");
        println!("{:>10} {:>14} {:>16}", timeout.to_string(), outcome.false_alarms, format!("after {noticed}"));
        if let Some((alarms, after)) = last {
            assert!(outcome.false_alarms <= alarms && noticed > after, "patience costs time and saves alarms");
        }
        last = Some((outcome.false_alarms, noticed));
    }
    assert_eq!(last.map(|(alarms, _)| alarms), Some(0), "who waits long enough is never wrong");
}
