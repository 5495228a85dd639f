//! What happened, in words: what it shows, how it came out, what to take home, how to run it again.

use std::fmt::Write;

use super::html::Esc;
use super::{Page, verdicts};
use crate::check::contract;
use crate::report::harm;
use crate::run::figures::thousands;
use crate::run::verdict::Standing;

pub fn section(page: &Page<'_>) -> String {
    let report = page.report;
    let mut out = String::new();
    if report.interrupted {
        let _ = writeln!(out, "<p>Interrupted: this is what is known at {}.</p>", report.end);
    }
    if !report.changes.is_empty() {
        let changes: Vec<String> = report.changes.iter().map(|change| change.option().1.trim().to_owned()).collect();
        let _ = writeln!(out, "<p>Changed: <code>{}</code></p>", Esc(changes.join(", ")));
    }
    if !report.summary.is_empty() {
        let before = if report.changes.is_empty() { "" } else { "Unchanged it shows: " };
        let _ = writeln!(out, "<p class=\"lead\">{before}{}</p>", Esc(&report.summary));
    }
    let _ = writeln!(out, "<p class=\"verdict\">{}</p>", standing(page));
    let _ = writeln!(out, "<p>{}</p>", Esc(counted(page)));
    let harm = harm::harm(&report.setup, &report.judgement.ledger);
    if !harm.is_empty() {
        out.push_str("<ul>");
        for harm in &harm {
            let _ = write!(out, "<li><strong>{}</strong>: {}</li>", harm.kind, Esc(&harm.text));
        }
        out.push_str("</ul>\n");
    }
    out.push_str(&verdicts::expectations(report));
    out.push_str(&promises(page));
    if !report.teaches.is_empty() && report.changes.is_empty() {
        let _ = writeln!(out, "<h3>Take home</h3>\n<p>{}</p>", Esc(&report.teaches));
    }
    for warning in &report.warnings {
        let _ = writeln!(out, "<p>Warning: {}</p>", Esc(warning));
    }
    let _ = writeln!(
        out,
        "<h3>Run it again</h3>\n<p>This command gives the same, to the last event:</p>\n\
         <pre class=\"command\" tabindex=\"0\"><code id=\"command\">{}</code></pre>",
        Esc(page.command)
    );
    out
}

fn standing(page: &Page<'_>) -> &'static str {
    match page.report.verdict.standing() {
        _ if page.report.verdict.items.is_empty() && page.report.verdict.unsimulated.is_empty() => {
            "<span class=\"mark met\">✓ nothing broke</span> that was promised; the scenario expects nothing in particular."
        }
        Standing::Met => {
            "<span class=\"mark met\">✓ as expected</span>: the run showed what the scenario says it shows."
        }
        Standing::Broken => "<span class=\"mark broken\">✗ not as expected</span>: see the lines marked ✗ below.",
        Standing::Inconclusive => {
            "<span class=\"mark unclear\">? inconclusive</span>: the run could not show everything that it is to show."
        }
    }
}

fn counted(page: &Page<'_>) -> String {
    let ledger = &page.report.judgement.ledger;
    format!(
        "Of {} records sent, {} were acknowledged and {} are in the log. Lost after their acknowledgement: {}; lost without one: {}; \
         in the log twice: {}; out of order: {}.",
        thousands(ledger.sent),
        thousands(ledger.acked),
        thousands(ledger.in_the_log),
        thousands(ledger.lost_after_ack),
        thousands(ledger.lost_unacked),
        thousands(ledger.duplicated),
        thousands(ledger.out_of_order)
    )
}

fn promises(page: &Page<'_>) -> String {
    let setup = &page.report.setup;
    let lines = [
        ("Producers", contract::producers(setup)),
        ("Groups", contract::groups(setup)),
        ("End to end", contract::chains(setup)),
        ("Better than promised in this run", page.report.luck()),
    ];
    let mut out = String::new();
    for (name, line) in lines.into_iter().filter_map(|(name, line)| Some((name, line?))) {
        let _ = writeln!(out, "<dt>{name}</dt><dd>{}</dd>", Esc(line));
    }
    if out.is_empty() { out } else { format!("<h3>What was promised</h3>\n<dl>\n{out}</dl>\n") }
}
