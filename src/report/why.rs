//! Why something was found: the facts that led to the first witness.

use std::fmt::Write;
use std::rc::Rc;

use super::verdict::Standing;
use super::verdict::Verdict;
use crate::check::Judgement;
use crate::check::outcome::{Outcome, Witness};
use crate::history::cone::{Cone, line};
use crate::history::record::Record;
use crate::scenario::Scenario;
use crate::sim::time::Nanos;
use crate::world::World;

/// What is explained: the first broken expectation about an invariant, else the first invariant that
/// was broken at all, promised or not.
fn subject<'j>(verdict: &Verdict, judgement: &'j Judgement) -> Option<(&'static str, &'j Witness)> {
    let witness = |id: &str| {
        let finding = judgement.finding(id)?;
        let first = match &finding.outcome {
            Outcome::Violated { first, .. } => Some(first),
            Outcome::NotPromised { first, .. } => first.as_ref(),
            _ => None,
        };
        first.map(|first| (finding.invariant.id, first))
    };
    let broken = verdict.items.iter().filter(|item| item.standing == Standing::Broken);
    let all = judgement.findings.iter().map(|finding| finding.invariant.id);
    broken.map(|item| item.name.as_str()).find_map(witness).or_else(|| all.into_iter().find_map(witness))
}

/// The story behind the first invariant that was broken, or why there is none to tell.
pub fn explain(scenario: &Scenario, seed: u64, verdict: &Verdict, judgement: &Judgement) -> String {
    let broken: Vec<&str> =
        verdict.items.iter().filter(|item| item.standing == Standing::Broken).map(|item| item.name.as_str()).collect();
    match subject(verdict, judgement) {
        Some((id, witness)) => story(scenario, seed, id, witness),
        None if broken.is_empty() => "why: every invariant held or was not exercised\n".into(),
        None => format!(
            "why: no single fact is behind {}: the invariant was not promised and not broken, or the ledger \
             counts it over the whole run; `--history FILE` writes every fact\n",
            broken.join(", ")
        ),
    }
}

/// A run is a pure function of scenario and seed, so it is simply run again up to the witness, this time
/// with a full record.
fn story(scenario: &Scenario, seed: u64, id: &str, witness: &Witness) -> String {
    let mut world = World::new(Rc::new(scenario.world()), seed);
    world.record_causes();
    let mut record = Record::default();
    world.run_until(witness.at, &mut record);
    let cone = Cone::behind(&record, world.causes().expect("they are kept"), witness.event);
    let catalog = &world.setup().catalog;
    let mut out = format!("why {id}: {} causes in line; those that left a fact:\n", cone.depth());
    for entry in cone.story() {
        let _ = writeln!(out, "  {:>12}  {}", precise(entry.at), line(&entry.fact, catalog));
    }
    let _ = writeln!(out, "  {:>12}  => {}", precise(witness.at), witness.text);
    out
}

/// Seconds with microseconds: causes follow each other faster than a timeline shows.
fn precise(t: Nanos) -> String {
    format!("{}.{:06}s", t.0 / 1_000_000_000, t.0 / 1_000 % 1_000_000)
}
