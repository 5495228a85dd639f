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

/// What a safeguard keeps whole.
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

fn nothing_breaks(fire: &Scenario, seed: u64) {
    let judged = judge(fire, seed);
    let broken = judged.judgement.findings.iter().find(|found| matches!(found.outcome, Outcome::Violated { .. }));
    assert!(broken.is_none(), "seed {seed}: {broken:#?}");
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

/// A safeguard, a scenario that needs it, and what switches it off there.
const SAFEGUARDS: &[(&str, &str, &[&str])] = &[
    ("readers of what is committed", UNDER_FIRE, &["groups.printing.config.isolation.level=read_uncommitted"]),
    ("offsets in the transaction", UNDER_FIRE, &["apps.billing.commit=sync-after-batch"]),
    ("the member's generation with the offsets", UNDER_FIRE, &["apps.billing.group.metadata=group-id"]),
    ("back to the committed offsets after an abort", UNDER_FIRE, &["apps.billing.on.abort=continue"]),
    ("an epoch for each transaction", "late-endtxn-kafka-17754", &["rules.transaction.version=1"]),
    (
        "leaders that ask the coordinator",
        "hanging-transaction",
        &["rules.transaction.version=1", "cluster.config.transaction.partition.verification.enable=false"],
    ),
];

#[test]
fn without_any_one_of_the_safeguards_something_breaks() {
    for (safeguard, name, changes) in SAFEGUARDS {
        let (unsafe_scenario, broken) = (scenario(name, changes), AtomicU64::new(0));
        through_seeds(|seed| {
            let breaks = judge(&unsafe_scenario, seed).judgement.findings.iter().any(|finding| {
                AT_STAKE.contains(&finding.invariant.id)
                    && match finding.outcome {
                        Outcome::Violated { .. } => true,
                        Outcome::NotPromised { broken, .. } => broken > 0,
                        Outcome::Holds { .. } | Outcome::NotExercised { .. } => false,
                    }
            });
            if breaks {
                broken.store(seed, Ordering::Relaxed);
            }
            !breaks
        });
        assert!(broken.into_inner() > 0, "without {safeguard} nothing breaks in {SEEDS} seeds of {name}");
    }
}
