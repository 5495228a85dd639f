//! The timeline: bands of faults, a scrubber, and the lines that people read.

use std::fmt::Write;

use super::Page;
use super::film::Reel;
use super::html::{Esc, percent};
use crate::run::figures::thousands;
use crate::sim::time::Nanos;

/// From, and to; none: to the end.
type Span = (Nanos, Option<Nanos>);

/// The most bands of faults; further faults share one more.
const BANDS: usize = 10;
/// The most lines.
const LINES: usize = 400;

pub fn section(page: &Page<'_>, reel: &Reel) -> String {
    let mut out = String::new();
    out.push_str(&scrubber(page, reel));
    out.push_str(&bands(page));
    out.push_str(&lines(page));
    out
}

/// Controls of the moment that is shown. Without a script there is none.
fn scrubber(page: &Page<'_>, reel: &Reel) -> String {
    let thinned = match reel.left_out {
        0 => String::new(),
        n => format!(
            " Thinned: {} of {} moments are shown.",
            thousands(reel.frames as u64),
            thousands((reel.frames + n) as u64)
        ),
    };
    format!(
        "<div class=\"scrubber needs-script\" role=\"group\" aria-label=\"Moment of the run\">\n\
         <label for=\"scrub\">Moment</label> <output id=\"clock\" for=\"scrub\"></output>\n\
         <input id=\"scrub\" type=\"range\" min=\"0\" max=\"{}\" value=\"0\" step=\"any\">\n\
         <div class=\"buttons\"><button type=\"button\" id=\"back\">◀ event before</button>\
         <button type=\"button\" id=\"play\" aria-pressed=\"false\">Play</button>\
         <button type=\"button\" id=\"next\">next event ▶</button></div>\n\
         <p id=\"now\" aria-live=\"polite\"></p>\n\
         <p class=\"note\">Arrow keys go from moment to moment, Page Up and Page Down from event to event, Home and End to the ends. Logs, \
         groups and plots show the same moment.{thinned}</p>\n</div>\n",
        page.report.end.0 / 1_000
    )
}

/// When which fault was in force.
fn bands(page: &Page<'_>) -> String {
    let series = &page.report.series;
    let end = page.report.end;
    let mut lanes: Vec<(&str, Vec<Span>)> = Vec::new();
    for fault in &series.faults {
        let span = (fault.start, fault.end);
        match lanes.iter().position(|(label, _)| *label == fault.label) {
            Some(known) => lanes[known].1.push(span),
            None if lanes.len() < BANDS => lanes.push((&fault.label, vec![span])),
            None if lanes.len() == BANDS => lanes.push(("other faults", vec![span])),
            None => lanes[BANDS].1.push(span),
        }
    }
    let rebalances: Vec<(String, &Vec<Span>)> = page
        .report
        .setup
        .catalog
        .groups
        .iter()
        .zip(&series.rebalances)
        .filter(|(_, spans)| !spans.is_empty())
        .map(|(name, spans)| (format!("rebalance of {name}"), spans))
        .collect();
    let mut out = String::from("<div class=\"bands\" id=\"bands\">\n");
    let mut lane = |class: &str, label: &str, spans: &[Span]| {
        let times: Vec<String> = spans.iter().take(3).map(span_words).collect();
        let more = spans.len().saturating_sub(3);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let _ = write!(
            out,
            "<div class=\"lane {class}\"><span class=\"label\">{} <span class=\"when\">{}{more}</span></span><span class=\"track\">",
            Esc(label),
            times.join(", ")
        );
        for (from, to) in spans {
            let to = to.unwrap_or(end);
            let _ = write!(
                out,
                "<i style=\"left:{};width:{}\"></i>",
                percent(*from, end),
                percent(to.saturating_sub(*from), end)
            );
        }
        out.push_str("</span></div>\n");
    };
    lanes.iter().for_each(|(label, spans)| lane("fault", label, spans));
    rebalances.iter().for_each(|(label, spans)| lane("rebalance", label, spans));
    if let Some(began) = series.final_phase {
        lane("final", "final phase: faults over, producers stopped", &[(began, None)]);
    }
    if lanes.is_empty() && rebalances.is_empty() {
        out.push_str("<p>No fault struck.</p>\n");
    }
    let _ =
        write!(out, "<div class=\"axis\" aria-hidden=\"true\"><span>0 s</span><span>{}</span></div>\n</div>\n", end);
    out
}

fn span_words((from, to): &Span) -> String {
    match to {
        Some(to) if to == from => format!("at {from}"),
        Some(to) => format!("{from} to {to}"),
        None => format!("from {from}"),
    }
}

fn lines(page: &Page<'_>) -> String {
    let all = page.report.timeline.lines();
    let mut out = String::from("<h3>Line by line</h3>\n<ol class=\"lines\" id=\"lines\">\n");
    let cut = all.len().saturating_sub(LINES);
    let head = if cut > 0 { LINES * 2 / 3 } else { all.len() };
    for (i, line) in all.iter().enumerate() {
        if cut > 0 && i == head {
            let _ = writeln!(
                out,
                "<li class=\"note\">{cut} lines are left out here; <code>--timeline all</code> has them.</li>"
            );
        }
        if i < head || i >= head + cut {
            let _ = writeln!(
                out,
                "<li><time data-us=\"{}\">{}</time> <b>{}</b> <span>{}</span></li>",
                line.at.0 / 1_000,
                line.at,
                Esc(&line.who),
                Esc(&line.text)
            );
        }
    }
    out + "</ol>\n"
}
