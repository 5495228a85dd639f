//! What was expected, and what came of every invariant.

use super::html::Esc;
use super::table;
use crate::check::outcome::Outcome;
use crate::report::Report;
use crate::run::verdict::{Standing, describe, place};

/// The scenario's expectations, and what nobody expected.
pub fn expectations(report: &Report) -> String {
    let mut rows: Vec<Vec<String>> = report
        .verdict
        .items
        .iter()
        .map(|item| {
            let mark = match item.standing {
                Standing::Met if item.name.starts_with("sometimes ") => mark("met", "✓ seen"),
                Standing::Met => mark("met", "✓ as expected"),
                Standing::Broken => mark("broken", "✗ not as expected"),
                Standing::Inconclusive => mark("unclear", "? not shown"),
            };
            let expected = item.expected.as_deref().unwrap_or("nobody expected this");
            vec![Esc(&item.name).to_string(), mark, Esc(expected).to_string(), Esc(&item.found).to_string()]
        })
        .collect();
    rows.extend(report.verdict.unsimulated.iter().map(|unsimulated| {
        let mark = if unsimulated.allowed { mark("", "allowed") } else { mark("unclear", "? not simulated") };
        vec!["not simulated".into(), mark, "to be simulated".into(), Esc(&unsimulated.text).to_string()]
    }));
    if rows.is_empty() {
        return String::new();
    }
    format!(
        "<h3>Verdict</h3>\n{}",
        table("Expectations of the scenario", &["What", "How it stands", "Expected", "Found"], &rows)
    )
}

fn mark(class: &str, text: &str) -> String {
    format!("<span class=\"mark {class}\">{text}</span>")
}

/// All invariants.
pub fn invariants(report: &Report) -> String {
    let place = place(&report.setup);
    let findings = &report.judgement.findings;
    let rows: Vec<Vec<String>> = findings
        .iter()
        .map(|finding| {
            let (class, sign) = match &finding.outcome {
                Outcome::Holds { .. } => ("met", "✓"),
                Outcome::Violated { .. } => ("broken", "✗"),
                Outcome::NotPromised { .. } => ("unclear", "~"),
                Outcome::NotExercised { .. } => ("", "–"),
            };
            vec![
                format!("{} <code>{}</code>", finding.invariant.code, finding.invariant.id),
                mark(class, &format!("{sign} {}", finding.outcome.word())),
                Esc(finding.invariant.statement).to_string(),
                Esc(describe(finding, &place)).to_string(),
            ]
        })
        .collect();
    let count = |word: &str| findings.iter().filter(|finding| finding.outcome.word() == word).count();
    format!(
        "<p>{} invariants are checked in every run. Here {} hold, {} are violated, {} are not promised by this configuration or by these \
         faults, and {} were not exercised: nothing could have broken them.</p>\n<details><summary>Show all {0}</summary>\n{}</details>\n",
        findings.len(),
        count("holds"),
        count("violated"),
        count("not promised"),
        count("not exercised"),
        table("Invariants and their outcome", &["Invariant", "Outcome", "What it says", "In this run"], &rows)
    )
}
