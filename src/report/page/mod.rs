//! A run as one page: a file that opens from disk, without a network, on a phone, and is read by a screen reader too.
//!
//! Without its script the page has the words, the verdicts, the tables, the plots and the diagrams; the script adds the
//! moment that one looks at. Everything that comes from the run goes through [`html::Esc`], or is data in
//! [`html::json`]; a policy in the page's head forbids it to load anything at all. The same run gives the same bytes.

mod alerts;
mod charts;
mod configs;
pub mod film;
mod html;
mod ledger;
mod logs;
pub mod scene;
mod scenes;
mod timeline;
mod verdicts;
mod words;

#[cfg(test)]
mod tests;

use std::fmt::Write;

use serde_json::json;

use super::Report;
use film::Film;
use html::{Esc, json as embedded};
use scene::PageScene;

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// What the page is made of.
#[derive(Clone, Copy, Debug)]
pub struct Page<'a> {
    /// What is said of the run.
    pub report: &'a Report,
    /// How it went on.
    pub film: &'a Film,
    /// What is looked at closely.
    pub scenes: &'a [PageScene],
    /// The command that gives the same, such as `kafkasim run leader-crash:7 --variant cure`.
    pub command: &'a str,
    /// How to ask for the life of any record, such as `kafkasim explain leader-crash:7`.
    pub explain: Option<&'a str>,
}

/// The sections, in order: id, heading, content.
type Section = (&'static str, &'static str, String);

/// The page, as HTML.
pub fn page(page: &Page<'_>) -> String {
    let reel = page.film.reel();
    let charts = charts::charts(page.report);
    let sections: Vec<Section> = vec![
        ("happened", "What happened", words::section(page)),
        ("timeline", "Timeline", timeline::section(page, &reel)),
        ("logs", "Partition logs", logs::partitions(&reel)),
        ("groups", "Groups: who owns what", logs::groups(&reel)),
        ("plots", "Plots", charts::section(page.report, &charts)),
        ("messages", "Messages and records: why?", scenes::section(page)),
        ("alerts", "Alerts", alerts::section(page.report)),
        ("ledger", "Delivery ledger", ledger::section(page.report)),
        ("configs", "Configs that mattered", configs::section(page.report)),
        ("invariants", "All invariants", verdicts::invariants(page.report)),
    ];
    let data = json!({
        "end": page.report.end.0 / 1_000,
        "begin": page.report.series.faults.first().map(|fault| fault.start.0 / 1_000),
        "film": reel.data,
        "charts": charts::data(page.report, &charts),
    });
    let mut out = head(page);
    header(&mut out, page, &sections);
    out.push_str("<main id=\"main\">\n");
    for (id, heading, content) in &sections {
        if !content.is_empty() {
            let _ = writeln!(
                out,
                "<section id=\"{id}\" aria-labelledby=\"h-{id}\">\n<h2 id=\"h-{id}\">{heading}</h2>\n{content}</section>"
            );
        }
    }
    out.push_str("</main>\n");
    footer(&mut out, page);
    let _ = writeln!(out, "<script type=\"application/json\" id=\"data\">{}</script>", embedded(&data));
    let _ = writeln!(out, "<script>\n{SCRIPT}</script>\n</body>\n</html>");
    out
}

fn head(page: &Page<'_>) -> String {
    let title = format!("{}, seed {}", page.report.scenario, page.report.setup.seed);
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; base-uri 'none'; form-action 'none'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light dark\">\n\
         <title>{} - kafkasim</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n",
        Esc(title)
    )
}

fn header(out: &mut String, page: &Page<'_>, sections: &[Section]) {
    let report = page.report;
    let variant = report.variant.as_ref().map_or(String::new(), |variant| format!(", variant {variant}"));
    let brokers = report.setup.catalog.brokers().count();
    let _ = writeln!(out, "<a class=\"skip\" href=\"#main\">Skip to the run</a>\n<header>");
    let _ = writeln!(out, "<h1>{}</h1>", Esc(format!("{}{variant}", report.scenario)));
    let _ = writeln!(
        out,
        "<p class=\"facts\">seed {} · {brokers} broker{} · Kafka {} (KRaft) · {} simulated{}</p>",
        report.setup.seed,
        if brokers == 1 { "" } else { "s" },
        Esc(report.setup.rules.in_short()),
        report.end,
        if report.cut.is_some() { ", cut by --until" } else { "" }
    );
    out.push_str("<nav aria-label=\"Sections\"><ul>");
    for (id, heading, _) in sections.iter().filter(|(.., content)| !content.is_empty()) {
        let _ = write!(out, "<li><a href=\"#{id}\">{heading}</a></li>");
    }
    out.push_str("</ul></nav>\n</header>\n");
}

fn footer(out: &mut String, page: &Page<'_>) {
    use crate::run::figures::thousands;
    let report = page.report;
    let _ = writeln!(
        out,
        "<footer><p>Made by {} from {} facts of {} events; digest {}. Whoever runs it again gets the same page, byte for byte.</p></footer>",
        concat!("kafkasim ", env!("CARGO_PKG_VERSION")),
        thousands(report.digest.facts()),
        thousands(report.events),
        report.digest
    );
}

/// A table that scrolls by itself where the page is too narrow for it. Cells are HTML already.
fn table(label: &str, heads: &[&str], rows: &[Vec<String>]) -> String {
    let mut out = format!(
        "<div class=\"wide\" role=\"region\" tabindex=\"0\" aria-label=\"{0}\"><table><caption>{0}</caption><thead><tr>",
        Esc(label)
    );
    for head in heads {
        let _ = write!(out, "<th scope=\"col\">{}</th>", Esc(head));
    }
    out.push_str("</tr></thead><tbody>\n");
    for row in rows {
        out.push_str("<tr>");
        for (i, cell) in row.iter().enumerate() {
            let _ = if i == 0 { write!(out, "<th scope=\"row\">{cell}</th>") } else { write!(out, "<td>{cell}</td>") };
        }
        out.push_str("</tr>\n");
    }
    out + "</tbody></table></div>\n"
}
