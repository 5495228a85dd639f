//! Futures side by side, for people.

use std::fmt::Write;

use super::{Future, letter};
use crate::report::series::Series;
use crate::run::figures::{short, thousands};
use crate::run::past::Past;
use crate::run::verdict::Standing;

/// The common past in a line, the futures by letter, what came of each, and where the others part from the first.
pub fn futures(past: &Past, futures: &[Future]) -> String {
    let mut out = String::new();
    let setup = &futures[0].run.report.setup;
    let _ = writeln!(
        out,
        "{}   seed {}   forked at {}: {} facts in {} events are common to all\n",
        setup.scenario,
        setup.seed,
        past.clock(),
        thousands(past.facts() as u64),
        thousands(past.events())
    );
    for (number, future) in futures.iter().enumerate() {
        let typed = if future.planned.typed.is_empty() { "nothing more happens" } else { &future.planned.typed };
        let _ = writeln!(out, "  {}  {typed}", letter(number));
    }
    out.push('\n');
    table(&mut out, futures);
    for (number, future) in futures.iter().enumerate() {
        for what in future.not_simulated() {
            let _ = writeln!(out, "  not simulated in {}: {what}", letter(number));
        }
        for what in future.missed() {
            let _ = writeln!(out, "  may.miss in {}: {what}", letter(number));
        }
    }
    for (number, future) in futures.iter().enumerate().skip(1) {
        let _ = writeln!(out, "\nA and {}", letter(number));
        match future.parting(&futures[0]) {
            None => out += "  the same, fact by fact\n",
            // What they are called is said above, and that one has more faults.
            Some(parting) => parting.told_after_conditions([letter(0), letter(number)]).lines().for_each(|line| {
                let _ = writeln!(out, "{}", format!("  {line}").trim_end());
            }),
        }
    }
    out
}

fn table(out: &mut String, futures: &[Future]) {
    let mut rows: Vec<(String, Vec<String>)> = Vec::new();
    let mut row = |name: &str, of: &dyn Fn(&Future) -> String| {
        rows.push((name.to_owned(), futures.iter().map(of).collect()));
    };
    for (name, figure) in [
        ("sent", "sent"),
        ("acked", "acked"),
        ("failed", "failed"),
        ("lost after ack", "lost.after.ack"),
        ("lost unacked", "lost.unacked"),
        ("duplicated", "duplicated"),
        ("out of order", "out.of.order"),
    ] {
        row(name, &|future| {
            let figure = future.run.report.judgement.ledger.figure(figure);
            thousands(figure.expect("the ledger has it"))
        });
    }
    row("produce latency p99", &|future| {
        future.run.report.series.produce_latency().quantile(990).map_or("-".into(), short)
    });
    row("max lag", &|future| most_behind(&future.run.report.series).map_or("-".into(), thousands));
    let findings = &futures[0].run.report.judgement.findings;
    for finding in findings {
        let of = |future: &Future| {
            future.run.report.judgement.finding(finding.invariant.id).map_or("-", |finding| finding.outcome.word())
        };
        let violated = futures.iter().any(|future| of(future) == "violated");
        if violated || futures.iter().any(|future| of(future) != of(&futures[0])) {
            row(finding.invariant.id, &|future| of(future).to_owned());
        }
    }
    row("as expected", &|future| {
        match future.run.report.verdict.standing() {
            Standing::Met => "yes",
            Standing::Broken => "no",
            Standing::Inconclusive => "inconclusive",
        }
        .to_owned()
    });
    row("over at", &|future| future.run.report.end.to_string());
    row("digest", &|future| future.run.report.digest.to_string());
    let name = rows.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
    let column = |number: usize| rows.iter().map(|(_, cells)| cells[number].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..futures.len()).map(column).collect();
    let heads: String = widths.iter().enumerate().map(|(n, width)| format!("   {:>width$}", letter(n))).collect();
    let _ = writeln!(out, "  {:<name$}{heads}", "");
    for (title, cells) in &rows {
        let cells: String = cells.iter().zip(&widths).map(|(cell, width)| format!("   {cell:>width$}")).collect();
        let _ = writeln!(out, "  {title:<name$}{cells}");
    }
}

/// The largest lag of a group.
pub(super) fn most_behind(series: &Series) -> Option<u64> {
    series.lags.iter().flat_map(|lag| lag.total.iter().flatten()).copied().max()
}
