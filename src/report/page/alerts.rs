//! What became of the scenario's alerts.

use super::html::Esc;
use super::table;
use crate::report::Report;
use crate::sim::time::Nanos;

/// Most firings of an alert that are told.
const FIRINGS: usize = 100;

/// A row for each; nothing where there is none.
pub fn section(report: &Report) -> String {
    let rows: Vec<Vec<String>> = report
        .alerts
        .iter()
        .map(|story| {
            let rule = &story.rule;
            let lasting = if rule.lasting == Nanos::ZERO { "at once".into() } else { rule.lasting.to_string() };
            let told = story.words(&report.setup, FIRINGS).into_iter().map(|line| Esc(line).to_string());
            vec![
                Esc(&rule.name).to_string(),
                Esc(&rule.words).to_string(),
                lasting,
                rule.every.to_string(),
                told.collect::<Vec<_>>().join("<br>"),
            ]
        })
        .collect();
    if rows.is_empty() {
        return String::new();
    }
    table("Alerts, rehearsed", &["Alert", "When", "For", "Looked at every", "What became of it"], &rows)
}
