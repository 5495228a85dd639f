//! Futures side by side, for programs.

use serde_json::{Value, json};

use super::print::most_behind;
use super::{Future, letter};
use crate::report::compare::RunParting;
use crate::run::past::Past;

/// One document. Times are those of the simulation.
pub fn document(past: &Past, futures: &[Future], again: &[Option<String>]) -> Value {
    let setup = &futures[0].run.report.setup;
    let told = futures.iter().zip(again).enumerate().map(|(number, (future, again))| {
        let report = &future.run.report;
        let ledger = &report.judgement.ledger;
        let later = report.timeline.lines().iter().filter(|line| line.at >= past.clock());
        json!({
            "name": letter(number),
            "faults": future.planned.typed,
            "again": again,
            "digest": report.digest.to_string(),
            "end_ns": report.end,
            "verdict": report.verdict.standing(),
            "not_simulated": future.not_simulated().collect::<Vec<_>>(),
            "missed": future.missed().collect::<Vec<_>>(),
            "ledger": {
                "sent": ledger.sent, "acked": ledger.acked, "failed": ledger.failed, "pending": ledger.pending,
                "lost_after_ack": ledger.lost_after_ack, "lost_unacked": ledger.lost_unacked,
                "duplicated": ledger.duplicated, "out_of_order": ledger.out_of_order,
            },
            "produce_p99_ns": report.series.produce_latency().quantile(990),
            "max_lag": most_behind(&report.series),
            "invariants": report.judgement.findings.iter().map(|finding| json!({
                "id": finding.invariant.id, "outcome": finding.outcome.word(),
            })).collect::<Vec<_>>(),
            "timeline": later.map(|line| json!({ "t_ns": line.at, "who": line.who, "text": line.text })).collect::<Vec<_>>(),
        })
    });
    let partings = futures.iter().enumerate().skip(1).map(|(number, future)| {
        json!({ "name": letter(number), "story": future.parting(&futures[0]).as_ref().map(RunParting::json) })
    });
    json!({
        "v": 1,
        "kafkasim": env!("CARGO_PKG_VERSION"),
        "scenario": setup.scenario,
        "seed": setup.seed,
        "fork": { "t_ns": past.clock(), "events": past.events(), "facts": past.facts() },
        "futures": told.collect::<Vec<_>>(),
        "against_first": partings.collect::<Vec<_>>(),
    })
}
