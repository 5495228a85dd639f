//! Exactly once, under fire: `exactly-once-under-fire` with many seeds, each with other times and other victims. Nothing
//! that is promised breaks; and with any one of the safeguards off, something does.
#![expect(clippy::disallowed_methods, reason = "the runs are single-threaded; the test uses all cores to run several")]

use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use kafkasim::check::outcome::Outcome;
use kafkasim::run::judged::{self, Judged};
use kafkasim::run::verdict::Standing;
use kafkasim::run::{Run, unwatched};
use kafkasim::scenario::{self, Override, Scenario, embedded};

/// A build for speed tries as many as it takes to find what is rare; one with debug assertions looks at every node
/// after every event, and takes that much longer.
const SEEDS: u64 = if cfg!(debug_assertions) { 16 } else { 1_000 };

const UNDER_FIRE: &str = "exactly-once-under-fire";

/// What the safeguards keep whole.
const AT_STAKE: &[&str] = &[
    "eos-count",
    "no-aborted-read",
    "atomic-outcome",
    "outcome-fidelity",
    "zombie-txn-fenced",
    "txn-offsets-atomic",
    "no-orphan-open",
    "no-hanging-txn",
];

fn scenario(name: &str, changes: &[&str]) -> Scenario {
    let source = embedded::find(name).expect("it is in the library");
    let changes: Vec<Override> = changes.iter().map(|text| Override::new(*text)).collect();
    scenario::parse(&source, &changes).unwrap_or_else(|findings| panic!("{findings:#?}")).0
}

fn judge(scenario: &Scenario, seed: u64) -> Judged {
    judged::judge(&Run::new(scenario, seed), &mut unwatched).expect("no bug of the simulator")
}

/// Goes through the seeds with all cores, until somebody says that it is enough.
fn through_seeds(try_seed: impl Fn(u64) -> bool + Sync) {
    let next = AtomicU64::new(1);
    let work = || {
        while let seed @ ..=SEEDS = next.fetch_add(1, Ordering::Relaxed) {
            if !try_seed(seed) {
                next.store(SEEDS + 1, Ordering::Relaxed);
            }
        }
    };
    let workers = thread::available_parallelism().map_or(2, usize::from);
    thread::scope(|scope| (0..workers).for_each(|_| _ = scope.spawn(work)));
}

/// How an invariant was broken, promised or not.
fn broken(judged: &Judged, id: &str) -> Option<Outcome> {
    let outcome = &judged.judgement.finding(id).expect("it is checked").outcome;
    let is_broken = match outcome {
        Outcome::Violated { .. } => true,
        Outcome::NotPromised { broken, .. } => *broken > 0,
        Outcome::Holds { apart, .. } => apart.as_ref().is_some_and(|apart| apart.broken > 0),
        Outcome::NotExercised { .. } => false,
    };
    is_broken.then(|| outcome.clone())
}

fn nothing_breaks(fire: &Scenario, seed: u64) {
    let judged = judge(fire, seed);
    let violated = judged.judgement.findings.iter().find(|found| matches!(found.outcome, Outcome::Violated { .. }));
    assert!(violated.is_none(), "seed {seed}: {violated:#?}");
    for id in AT_STAKE {
        let broken = broken(&judged, id);
        assert!(broken.is_none(), "seed {seed}: {id}: {broken:#?}");
    }
    assert!(judged.verdict.standing() != Standing::Broken, "seed {seed}: {:#?}", judged.verdict);
}

#[test]
fn whatever_fails_each_order_has_one_invoice() {
    let fire = scenario(UNDER_FIRE, &[]);
    through_seeds(|seed| {
        nothing_breaks(&fire, seed);
        true
    });
}

/// Seeds that have found something. In these two a partition got a new leader while its records were worked on, which puts the
/// consumer's position in doubt (KIP-320): the application sent no offset for it.
#[test]
fn what_was_found_once_is_not_found_again() {
    let fire = scenario(UNDER_FIRE, &[]);
    [690, 724].into_iter().for_each(|seed| nothing_breaks(&fire, seed));
}

/// What keeps something whole that breaks without it.
struct Safeguard {
    name: &'static str,
    /// The scenario that needs it.
    scenario: &'static str,
    /// What switches it on there, where it is not.
    on: &'static [&'static str],
    /// What switches it off, where it is on.
    off: &'static [&'static str],
    /// The invariant that breaks without it.
    breaks: &'static str,
}

const SAFEGUARDS: &[Safeguard] = &[
    Safeguard {
        name: "readers of what is committed",
        scenario: UNDER_FIRE,
        on: &[],
        off: &["groups.printing.config.isolation.level=read_uncommitted"],
        breaks: "no-aborted-read",
    },
    Safeguard {
        name: "offsets in the transaction",
        scenario: UNDER_FIRE,
        on: &[],
        off: &["apps.billing.commit=sync-after-batch"],
        breaks: "eos-count",
    },
    Safeguard {
        name: "the member's generation with the offsets",
        scenario: UNDER_FIRE,
        on: &[],
        off: &["apps.billing.group.metadata=group-id"],
        breaks: "eos-count",
    },
    Safeguard {
        name: "back to the committed offsets after an abort",
        scenario: UNDER_FIRE,
        on: &[],
        off: &["apps.billing.on.abort=continue"],
        breaks: "eos-count",
    },
    Safeguard {
        name: "an epoch for each transaction",
        scenario: "late-endtxn-kafka-17754",
        on: &["rules.transaction.version=2"],
        off: &[],
        breaks: "outcome-fidelity",
    },
    Safeguard {
        name: "leaders that ask the coordinator",
        scenario: "hanging-transaction",
        on: &["cluster.config.transaction.partition.verification.enable=true"],
        off: &[],
        breaks: "no-orphan-open",
    },
];

/// What each keeps breaks without it, and with the same seed not with it.
#[test]
fn without_any_one_of_the_safeguards_something_breaks() {
    for Safeguard { name, scenario: of, on, off, breaks } in SAFEGUARDS {
        let (with, without, found) = (scenario(of, on), scenario(of, off), AtomicU64::new(0));
        through_seeds(|seed| {
            let breaks = broken(&judge(&without, seed), breaks).is_some();
            if breaks {
                found.store(seed, Ordering::Relaxed);
            }
            !breaks
        });
        let seed = found.into_inner();
        assert!(seed > 0, "without {name}: {breaks} is not broken in {SEEDS} seeds of {of}");
        let broken = broken(&judge(&with, seed), breaks);
        assert!(broken.is_none(), "with {name}, seed {seed} of {of}: {breaks} is broken all the same: {broken:#?}");
    }
}
