//! Random worlds: whatever valid scenario is drawn, nothing that is promised may break.
//!
//! `random_worlds/space.rs` says which scenarios can be drawn. Each is read, run and judged, twice. It must have no error
//! and no setting without effect; the simulator must not panic, hang, or need more memory than a small run may; both runs
//! must have the same digest; and **no invariant may be violated**: what Kafka does not promise, the judge has to know.
//!
//! A world that fails is a bug of the model, of the judge, or a weakness of Kafka that the judge has to learn. Its text
//! is printed; `KAFKASIM_WORLDS=4711 cargo test --test random_worlds -- --nocapture` runs that one again, and
//! `KAFKASIM_WORLDS=1..50000` as many as you like.

#![expect(clippy::disallowed_methods, reason = "which worlds to run comes from the environment")]

#[path = "random_worlds/space.rs"]
mod space;

use std::alloc::System;
use std::ops::RangeInclusive;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};

use cap::Cap;
use kafkasim::check::outcome::Outcome;
use kafkasim::check::{Judge, Judgement};
use kafkasim::scenario::diagnostic::render_all;
use kafkasim::scenario::{Scenario, ScenarioText, parse};
use kafkasim::world::{RunPhase, World};

#[global_allocator]
static MEMORY: Cap<System> = Cap::new(System, usize::MAX);

/// Worlds that are run when nothing else is said.
const USUAL: RangeInclusive<u64> = 1..=2_000;
/// The bytes that all worlds under way may need together.
const MOST_MEMORY: usize = 200 << 20;
/// Events of a simulated second of the busiest world: one that has more, second for second, does not end.
///
/// Two things keep a legal world busy for as long as it lasts, and each is bounded by the round trip, since nothing in it
/// waits for anything but the answer: followers and consumers that are answered at once (`replica.fetch.min.bytes: 0`,
/// `fetch.max.wait.ms: 0`; of five brokers over links of 100 us some 150,000 events a second), and a batch beyond
/// `max.message.bytes` but not `batch.size`, which the producer splits into itself until `delivery.timeout.ms` is over
/// (KAFKA-8350; `RecordAccumulator.splitAndReenqueue` splits by `batch.size` and knows no backoff; of five producers some
/// 340,000).
const MOST_EVENTS_A_SECOND: u64 = 1_000_000;

#[test]
fn no_random_world_breaks_a_promise() {
    let worlds = chosen();
    let next = AtomicU64::new(*worlds.start());
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    let mut failures: Vec<Failure> = std::thread::scope(|scope| {
        let started: Vec<_> = (0..workers).map(|_| scope.spawn(|| work(&worlds, &next))).collect();
        started.into_iter().flat_map(|worker| worker.join().expect("no worker panics")).collect()
    });
    failures.sort();
    for (number, complaint, text) in &failures {
        println!("--- world {number}: {complaint}\n{text}");
    }
    let summary: Vec<String> = failures.iter().map(|(number, complaint, _)| format!("{number}: {complaint}")).collect();
    assert!(
        failures.is_empty(),
        "{} of {} worlds:\n{}",
        failures.len(),
        worlds.end() - worlds.start() + 1,
        summary.join("\n")
    );
    let peak = MEMORY.max_allocated();
    assert!(peak < MOST_MEMORY, "{} MB at once", peak >> 20);
}

/// The number of a world, what is wrong with it, and its text.
type Failure = (u64, String, String);

/// Tries one world after the other until none is left.
fn work(worlds: &RangeInclusive<u64>, next: &AtomicU64) -> Vec<Failure> {
    let mut failures = Vec::new();
    loop {
        let number = next.fetch_add(1, Ordering::Relaxed);
        if number > *worlds.end() {
            return failures;
        }
        let text = space::draw(number);
        if worlds.start() == worlds.end() {
            println!("{text}");
        }
        if let Err(complaint) = try_world(&text) {
            failures.push((number, complaint, text));
        }
    }
}

/// The worlds that `KAFKASIM_WORLDS` names, `7` or `1..50000`.
fn chosen() -> RangeInclusive<u64> {
    let Ok(text) = std::env::var("KAFKASIM_WORLDS") else { return USUAL };
    let number = |text: &str| text.parse::<u64>().expect("KAFKASIM_WORLDS is a number or a range such as 1..50000");
    match text.split_once("..") {
        Some((first, last)) => number(first)..=number(last),
        None => number(&text)..=number(&text),
    }
}

/// Runs one world twice.
fn try_world(text: &str) -> Result<(), String> {
    let digest = judge(text)?;
    let again = judge(text)?;
    if digest == again { Ok(()) } else { Err("two runs differ".into()) }
}

fn judge(text: &str) -> Result<String, String> {
    let (scenario, _warnings) = parse(&ScenarioText::new("world.yaml", text), &[])
        .map_err(|findings| format!("refused: {}", render_all(&findings, false)))?;
    let judgement = simulate(&scenario)?;
    let broken: Vec<String> = judgement
        .1
        .findings
        .iter()
        .filter_map(|finding| match &finding.outcome {
            // What comes of a bug of Kafka the judge has to know by its name, each time.
            Outcome::Violated { unexplained: 0, .. } => None,
            Outcome::Violated { count, unexplained, first, .. } => Some(format!(
                "{} {unexplained} of {count} times for no known reason, first broken at {}: {}",
                finding.invariant.id, first.at, first.text
            )),
            _ => None,
        })
        .collect();
    if broken.is_empty() { Ok(judgement.0) } else { Err(broken.join("; ")) }
}

/// The digest and the judgement of a run.
fn simulate(scenario: &Scenario) -> Result<(String, Judgement), String> {
    let mut world = World::new(scenario.world(), scenario.seed);
    let mut judge = Judge::new(world.setup().clone());
    let seconds = (scenario.world().duration + scenario.world().final_phase).as_millis() / 1_000 + 1;
    let most = MOST_EVENTS_A_SECOND * seconds;
    let outcome = catch_unwind(AssertUnwindSafe(|| while world.events() < most && world.step(&mut judge) {}));
    if outcome.is_err() {
        return Err(format!("a bug of the simulator in event {} at {}", world.events(), world.now()));
    }
    if world.phase() != RunPhase::Ended {
        return Err(format!("does not end: {} events until {}", world.events(), world.now()));
    }
    Ok((world.digest().to_string(), judge.finish()))
}
