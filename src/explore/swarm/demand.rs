//! What a drawn run must show.

use super::grounds::Grounds;
use super::plan::FaultPlan;
use crate::history::setup::Setup;
use crate::protocol::messages::Acks;
use crate::report::why::figure_of;
use crate::scenario::{Bound, Expectation, ExpectedOutcome, Scenario};
use crate::sim::time::Nanos;

/// Invariants that say something of those who have a promise; the ledger counts the same harm for everybody, and a scenario
/// that names the invariant is about it.
const PROMISED: [&str; 2] = ["acked-all-durable", "idempotent-no-dup"];

/// Whether an invariant says something of a run at all: some are about clients that the scenario does not have.
fn is_about_somebody(id: &str, setup: &Setup) -> bool {
    match id {
        "acked-all-durable" => setup.producers.iter().any(|producer| producer.acks == Acks::All),
        "idempotent-no-dup" | "idempotent-order" => setup.producers.iter().any(|producer| producer.idempotent),
        _ => true,
    }
}

/// What a drawn run must show, and how long it takes to show it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Demand {
    /// The value of `expect`.
    pub expect: String,
    /// The duration that it takes, if the run has to be longer.
    pub duration: Option<Nanos>,
}

/// Within the budget every invariant that the scenario names is never to break, promised or not; of the rest, as in any run,
/// only what is promised. Beyond the budget there is only that.
///
/// Once the core is healed, producers must get acknowledgements again: `progress` asks for that within what timeouts add up to.
pub(super) fn demand(
    base: &Scenario,
    (grounds, setup): (&Grounds, &Setup),
    over_budget: bool,
    plan: &FaultPlan,
    progress: bool,
) -> Demand {
    if over_budget {
        return Demand { expect: "[]".into(), duration: None };
    }
    let mut entries = entries(base, setup);
    let mut duration = None;
    if let Some(healed) = plan.healed.filter(|_| progress) {
        let bound = if plan.silent { grounds.recovery.silent } else { grounds.recovery.crashed };
        let within = bound.as_millis();
        entries.push(format!("{{ stall: {{ longest: below {within}ms, after: {}ms }} }}", healed.as_millis()));
        // What would be too long must have the time to be so.
        let needed = healed.saturating_add(bound).saturating_add(Nanos::from_secs(2));
        duration = Some(needed).filter(|needed| *needed > grounds.duration);
    }
    Demand { expect: format!("[{}]", entries.join(", ")), duration }
}

/// What a drawn run must show whatever it is, an entry of `expect` each.
fn entries(base: &Scenario, setup: &Setup) -> Vec<String> {
    let unbroken = |id: &&str| format!("{{ {id}: unbroken }}");
    let harm = |figure: &&str| format!("{{ ledger: {{ {figure}: 0 }} }}");
    let (ids, figures) = named(base, setup);
    ids.iter().map(unbroken).chain(figures.iter().map(harm)).collect()
}

/// The same by the names of expectations.
pub(super) fn names(base: &Scenario, setup: &Setup) -> Vec<String> {
    let (ids, figures) = named(base, setup);
    ids.into_iter().map(str::to_owned).chain(figures.into_iter().map(|figure| format!("ledger {figure}"))).collect()
}

/// The invariants that a scenario is about, and the figures of harm.
fn named(base: &Scenario, setup: &Setup) -> (Vec<&'static str>, Vec<&'static str>) {
    let named = base.expect.iter().filter_map(|expectation| match expectation {
        // Where the run is expected not to come, a drawn one may come.
        Expectation::Invariant { outcome: ExpectedOutcome::NotExercised, .. } => None,
        Expectation::Invariant { id, .. } => Some(*id),
        _ => None,
    });
    let mut named: Vec<&str> = named.collect();
    named.dedup();
    // An application that sends again makes copies of its own; and an idempotent producer that gives a record up begins a new
    // epoch, in which nobody recognises what it sends again (KIP-360).
    let copies =
        setup.producers.iter().any(|producer| producer.idempotent || producer.resends || producer.rows.is_some());
    let forbids = |figure: &str| {
        base.expect.iter().any(|expectation| match expectation {
            Expectation::Ledger { figure: known, of: None, bound: Bound::Exactly(0) | Bound::AtMost(0) } => {
                *known == figure
            }
            _ => false,
        })
    };
    let harm = PROMISED.into_iter().filter(|id| named.contains(id) || forbids(figure_of(id))).map(figure_of);
    let harm = harm.filter(|figure| !(copies && *figure == "duplicated")).collect();
    named.retain(|id| is_about_somebody(id, setup));
    (named, harm)
}
