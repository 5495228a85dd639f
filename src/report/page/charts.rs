//! Plots as inline SVG, with the numbers beside them for the script and for who cannot see them.
//!
//! The lines are drawn here, in whole units; colours and dashes come from the style sheet, which knows light from dark.
//! A line is told from another by its dashes and its place in the legend as well as by its colour.

use std::fmt::Write;

use serde_json::{Value, json};

use super::html::{Esc, percent};
use super::table;
use crate::protocol::ids::*;
use crate::report::Report;
use crate::report::series::{Bin, Series, ordinary};
use crate::run::figures::{short, thousands};
use crate::run::histogram::Histogram;
use crate::sim::time::Nanos;

/// Units of a picture.
const WIDTH: u64 = 1_000;
const HEIGHT: u64 = 240;
/// The most lines in one plot: further groups share the last.
const LINES: usize = 6;
/// The most rows of a plot's table.
const ROWS: usize = 40;
/// The most partitions whose leaders are shown.
const STRIPS: usize = 16;

/// What a value is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Unit {
    /// Records per second.
    Rate,
    /// Records.
    Records,
    /// Microseconds, on a logarithmic scale.
    Time,
    /// Partitions.
    Partitions,
}

/// One line.
#[derive(Clone, Debug)]
pub struct Line {
    name: String,
    values: Vec<Option<u64>>,
}

/// A plot.
#[derive(Clone, Debug)]
pub struct Chart {
    id: &'static str,
    title: &'static str,
    unit: Unit,
    lines: Vec<Line>,
}

/// The plots that have something to show.
pub fn charts(report: &Report) -> Vec<Chart> {
    let series = &report.series;
    let all = [throughput(series), lag(report), latency(series), isr(series)];
    // No lag at all says something; that no ISR ever shrank, the leaders below say.
    let shown = |chart: &Chart| {
        let mut values = chart.lines.iter().flat_map(|line| line.values.iter().flatten());
        if chart.unit == Unit::Partitions { values.any(|value| *value > 0) } else { values.next().is_some() }
    };
    all.into_iter().filter(shown).collect()
}

fn throughput(series: &Series) -> Chart {
    let line = |name: &str, of: fn(&Bin) -> u64| {
        let values = series.bins.iter().enumerate().map(|(bin, counts)| rate(series, bin, of(counts))).collect();
        Line { name: name.into(), values }
    };
    let mut lines = vec![
        line("sent", |bin| bin.sent),
        line("acknowledged", |bin| bin.acked),
        line("consumed", |bin| bin.consumed),
        line("failed", |bin| bin.failed),
    ];
    lines.retain(|line| line.values.iter().flatten().any(|value| *value > 0));
    Chart { id: "throughput", title: "Throughput", unit: Unit::Rate, lines }
}

/// Per second; what is left of a bin at the end is too short to tell when it is less than half of one.
fn rate(series: &Series, bin: usize, count: u64) -> Option<u64> {
    let from = Nanos(series.width.0 * bin as u64);
    let length = (from + series.width).min(series.end).saturating_sub(from);
    (length.0 * 2 >= series.width.0)
        .then(|| ((u128::from(count) * 1_000_000_000 + u128::from(length.0) / 2) / u128::from(length.0)) as u64)
}

fn lag(report: &Report) -> Chart {
    let all = &report.series.lags;
    let name = |group: GroupId| report.setup.catalog.groups[group.index()].clone();
    let mut lines: Vec<Line> =
        all.iter().take(LINES).map(|lag| Line { name: name(lag.group), values: lag.total.clone() }).collect();
    if report.series.undecided.iter().any(|n| *n > 0) {
        let values = report.series.undecided.iter().map(|n| Some(*n)).collect();
        lines.push(Line { name: "behind an open transaction".into(), values });
    }
    Chart { id: "lag", title: "Lag of groups", unit: Unit::Records, lines }
}

fn latency(series: &Series) -> Chart {
    let line = |name: &str, of: fn(&Bin) -> &Histogram, per_mille: u64| {
        let value = |bin: &Bin| {
            let histogram = of(bin);
            if histogram.total() == 0 { None } else { histogram.quantile(per_mille).map(|t| t.0 / 1_000) }
        };
        Line { name: name.into(), values: series.bins.iter().map(value).collect() }
    };
    let mut lines = vec![
        line("produce p50", |bin| &bin.produce_latency, 500),
        line("produce p99", |bin| &bin.produce_latency, 990),
        line("end to end p50", |bin| &bin.end_to_end_latency, 500),
        line("end to end p99", |bin| &bin.end_to_end_latency, 990),
    ];
    lines.retain(|line| line.values.iter().any(Option::is_some));
    Chart { id: "latency", title: "Latency (logarithmic)", unit: Unit::Time, lines }
}

/// How many partitions lack a leader, or a member of their first ISR.
fn isr(series: &Series) -> Chart {
    let bins = series.bins.len();
    let (mut short, mut leaderless) = (vec![Some(0); bins], vec![Some(0); bins]);
    for (_, changes) in &series.leadership {
        let full = changes.iter().map(|change| change.isr.len()).max().unwrap_or(0);
        for bin in 0..bins {
            let until = Nanos(series.width.0 * (bin as u64 + 1));
            let Some(now) = changes.iter().rev().find(|change| change.at < until) else { continue };
            if now.isr.len() < full {
                short[bin] = short[bin].map(|n: u64| n + 1);
            }
            if now.leader.is_none() {
                leaderless[bin] = leaderless[bin].map(|n: u64| n + 1);
            }
        }
    }
    let mut lines = vec![Line { name: "with a smaller ISR".into(), values: short }];
    if leaderless.iter().flatten().any(|n| *n > 0) {
        lines.push(Line { name: "without a leader".into(), values: leaderless });
    }
    Chart { id: "isr", title: "Partitions with a smaller ISR than they had at best", unit: Unit::Partitions, lines }
}

/// What the script needs of them.
pub fn data(report: &Report, charts: &[Chart]) -> Value {
    let chart = |chart: &Chart| {
        let unit = match chart.unit {
            Unit::Rate => " per s",
            Unit::Records => " records",
            Unit::Time => "us",
            Unit::Partitions => " partitions",
        };
        let lines: Vec<Value> =
            chart.lines.iter().map(|line| json!({ "name": line.name, "values": line.values })).collect();
        json!({ "id": chart.id, "unit": unit, "lines": lines })
    };
    json!({ "us": report.series.width.0 / 1_000, "plots": charts.iter().map(chart).collect::<Vec<_>>() })
}

/// All of them, and who led when.
pub fn section(report: &Report, charts: &[Chart]) -> String {
    let mut out = format!(
        "<p class=\"note\">Means over {}. <span class=\"needs-script\">Point at a plot, or move the moment of the timeline, to read the values.</span></p>\n",
        short(report.series.width)
    );
    charts.iter().for_each(|chart| draw(&mut out, report, chart));
    out.push_str(&leaders(report));
    out
}

fn draw(out: &mut String, report: &Report, chart: &Chart) {
    let scale = Scale::of(chart);
    let series = &report.series;
    let end = report.end;
    let bins = WIDTH as u128 * u128::from(series.width.0);
    let x =
        |bin: usize| ((bins * (2 * bin as u128 + 1)) / (2 * u128::from(end.0.max(1)))).min(u128::from(WIDTH)) as u64;
    let _ = write!(
        out,
        "<figure class=\"plot\" id=\"plot-{}\"><figcaption>{} <output class=\"needs-script\"></output></figcaption>\n<div class=\"frame\"><div class=\"ticks\" aria-hidden=\"true\">",
        chart.id, chart.title
    );
    for tick in scale.ticks() {
        let bottom = scale.height(tick) * 100 / HEIGHT;
        let _ = write!(out, "<span style=\"bottom:{bottom}%\">{}</span>", scale.label(tick));
    }
    let _ = write!(
        out,
        "</div><svg viewBox=\"0 0 {WIDTH} {HEIGHT}\" preserveAspectRatio=\"none\" role=\"img\" aria-label=\"{}: {}\">",
        chart.title,
        Esc(summary(chart))
    );
    for fault in &series.faults {
        let place = |at: Nanos| (u128::from(at.0.min(end.0)) * u128::from(WIDTH) / u128::from(end.0.max(1))) as u64;
        let (from, to) = (place(fault.start), place(fault.end.unwrap_or(end)));
        let _ = write!(
            out,
            "<rect class=\"fault\" x=\"{from}\" y=\"0\" width=\"{}\" height=\"{HEIGHT}\"/>",
            (to - from).max(2)
        );
    }
    for tick in scale.ticks() {
        let y = HEIGHT - scale.height(tick);
        let _ = write!(out, "<line class=\"grid\" x1=\"0\" y1=\"{y}\" x2=\"{WIDTH}\" y2=\"{y}\"/>");
    }
    for (number, line) in chart.lines.iter().enumerate() {
        for run in runs(line) {
            let points: Vec<String> =
                run.iter().map(|(bin, value)| format!("{},{}", x(*bin), HEIGHT - scale.height(*value))).collect();
            let _ = write!(out, "<polyline class=\"l{number}\" points=\"{}\"/>", points.join(" "));
        }
    }
    out.push_str("</svg><i class=\"cursor needs-script\"></i></div>\n");
    let _ = writeln!(out, "<div class=\"axis\" aria-hidden=\"true\"><span>0 s</span><span>{end}</span></div>");
    out.push_str("<ul class=\"legend\">");
    for (number, line) in chart.lines.iter().enumerate() {
        let _ = write!(
            out,
            "<li><svg class=\"swatch\" viewBox=\"0 0 30 8\" width=\"30\" height=\"8\" aria-hidden=\"true\"><polyline class=\"l{number}\" points=\"0,4 30,4\"/></svg> {} <output class=\"value needs-script\"></output></li>",
            Esc(&line.name)
        );
    }
    out.push_str("</ul>\n");
    if let Some(peak) = scale.beyond {
        let _ = writeln!(out, "<p class=\"note\">Peaks up to {} go beyond the plot.</p>", show(peak, chart.unit));
    }
    let _ = writeln!(
        out,
        "<details><summary>{} as a table</summary>{}</details></figure>",
        chart.title,
        numbers(series, chart)
    );
}

/// Stretches without a gap.
fn runs(line: &Line) -> Vec<Vec<(usize, u64)>> {
    let mut runs: Vec<Vec<(usize, u64)>> = vec![Vec::new()];
    for (bin, value) in line.values.iter().enumerate() {
        match value {
            Some(value) => runs.last_mut().expect("there is one").push((bin, *value)),
            None => runs.push(Vec::new()),
        }
    }
    runs.retain(|run| !run.is_empty());
    // A value alone would be no line.
    runs.into_iter().map(|run| if run.len() == 1 { vec![run[0], run[0]] } else { run }).collect()
}

/// `sent at most 300/s; ...`.
fn summary(chart: &Chart) -> String {
    let line = |line: &Line| {
        let most = line.values.iter().flatten().max().copied().unwrap_or(0);
        format!("{} at most {}", line.name, show(most, chart.unit))
    };
    chart.lines.iter().map(line).collect::<Vec<_>>().join("; ")
}

fn show(value: u64, unit: Unit) -> String {
    match unit {
        Unit::Rate => format!("{}/s", thousands(value)),
        Unit::Records | Unit::Partitions => thousands(value),
        Unit::Time => short(Nanos::from_micros(value)),
    }
}

/// The values of a plot, of some of its bins where there are many.
fn numbers(series: &Series, chart: &Chart) -> String {
    let bins = series.bins.len();
    let every = bins.div_ceil(ROWS).max(1);
    let rows: Vec<Vec<String>> = (0..bins)
        .step_by(every)
        .map(|bin| {
            let at = Nanos(series.width.0 * bin as u64);
            let value = |line: &Line| {
                line.values.get(bin).copied().flatten().map_or("–".to_owned(), |value| show(value, chart.unit))
            };
            std::iter::once(at.to_string()).chain(chart.lines.iter().map(value)).collect()
        })
        .collect();
    let names: Vec<String> = chart.lines.iter().map(|line| line.name.clone()).collect();
    let heads: Vec<&str> = std::iter::once("From").chain(names.iter().map(String::as_str)).collect();
    let label = if every > 1 { format!("{}, every {every}th value", chart.title) } else { chart.title.to_owned() };
    table(&label, &heads, &rows)
}

/// Which height a value has.
struct Scale {
    unit: Unit,
    /// What is at the top.
    top: u64,
    /// What is at the bottom: more than 0 on a logarithmic scale.
    bottom: u64,
    /// The highest value, where it is beyond the top.
    beyond: Option<u64>,
}

impl Scale {
    fn of(chart: &Chart) -> Scale {
        let values = || chart.lines.iter().flat_map(|line| line.values.iter().flatten().copied());
        let max = values().max().unwrap_or(0).max(1);
        if chart.unit == Unit::Time {
            let min = values().filter(|value| *value > 0).min().unwrap_or(1);
            let bottom = decade(min);
            let mut top = bottom * 10;
            while top < max {
                top *= 10;
            }
            return Scale { unit: chart.unit, top, bottom, beyond: None };
        }
        let top = if chart.unit == Unit::Rate { ordinary(values().collect()).max(1) } else { max };
        let top = round_up(top);
        Scale { unit: chart.unit, top, bottom: 0, beyond: (max > top).then_some(max) }
    }
    fn ticks(&self) -> Vec<u64> {
        if self.unit == Unit::Time {
            return std::iter::successors(Some(self.bottom), |tick| Some(tick * 10))
                .take_while(|tick| *tick <= self.top)
                .collect();
        }
        let mut ticks = vec![0, self.top / 2, self.top];
        ticks.dedup();
        if self.top % 2 == 1 && self.top > 1 {
            ticks.remove(1);
        }
        ticks
    }
    /// What stands beside a tick.
    fn label(&self, tick: u64) -> String {
        match (self.unit, tick) {
            (Unit::Time, us) if us >= 1_000_000 => format!("{} s", us / 1_000_000),
            (Unit::Time, us) if us >= 1_000 => format!("{} ms", us / 1_000),
            (unit, value) => show(value, unit),
        }
    }
    fn height(&self, value: u64) -> u64 {
        if self.unit == Unit::Time {
            let log = |value: u64| libm::log10(value.max(1) as f64);
            let share = (log(value.max(self.bottom)) - log(self.bottom)) / (log(self.top) - log(self.bottom));
            return libm::round(share * HEIGHT as f64) as u64;
        }
        ((u128::from(value) * u128::from(HEIGHT)) / u128::from(self.top)).min(u128::from(HEIGHT)) as u64
    }
}

/// The power of ten at or below.
fn decade(value: u64) -> u64 {
    std::iter::successors(Some(1_u64), |power| power.checked_mul(10))
        .take_while(|power| *power <= value)
        .last()
        .unwrap_or(1)
}

/// The next round number: 1, 2, 4, 5, 6 or 8 times a power of ten.
fn round_up(value: u64) -> u64 {
    let power = decade(value);
    [1, 2, 4, 5, 6, 8, 10].into_iter().map(|n| n * power).find(|round| *round >= value).unwrap_or(value)
}

/// Who led which partition when.
fn leaders(report: &Report) -> String {
    let series = &report.series;
    let end = report.end;
    let mut out = String::from(
        "<h3>Leaders and ISR</h3>\n<p class=\"note\">The number is the leading broker; hatched: the ISR is smaller than it was at best; ✗: nobody leads.</p>\n<div class=\"strips\">\n",
    );
    let mut rows: Vec<Vec<String>> = Vec::new();
    for (tp, changes) in series.leadership.iter().take(STRIPS) {
        let name = report.setup.catalog.tp_name(*tp);
        let full = changes.iter().map(|change| change.isr.len()).max().unwrap_or(0);
        let _ = write!(
            out,
            "<div class=\"strip\"><span class=\"label\">{}</span><span class=\"track\" aria-hidden=\"true\">",
            Esc(&name)
        );
        for (i, change) in changes.iter().enumerate() {
            let until = changes.get(i + 1).map_or(end, |next| next.at);
            let leader = change.leader.map_or("✗".into(), |leader| leader.to_string());
            let class = change.leader.map_or("none".into(), |leader| format!("b{}", (leader.0 - 1) % 7));
            let small = if change.isr.len() < full { " small" } else { "" };
            let words =
                format!("{} to {until}: leader {leader}, epoch {}, ISR {}", change.at, change.epoch, change.isr);
            let _ = write!(
                out,
                "<i class=\"{class}{small}\" style=\"left:{};width:{}\" title=\"{}\">{leader}</i>",
                percent(change.at, end),
                percent(until.saturating_sub(change.at), end),
                Esc(words)
            );
            rows.push(vec![
                Esc(&name).to_string(),
                change.at.to_string(),
                change.leader.map_or("nobody".into(), |leader| format!("broker {leader}")),
                change.epoch.to_string(),
                change.isr.to_string(),
            ]);
        }
        out.push_str("</span></div>\n");
    }
    out.push_str("</div>\n");
    let more = series.leadership.len().saturating_sub(STRIPS);
    if more > 0 {
        let _ = writeln!(out, "<p class=\"note\">{more} more partitions are left out.</p>");
    }
    const MOST: usize = 200;
    let cut = rows.len().saturating_sub(MOST);
    rows.truncate(MOST);
    let _ = writeln!(
        out,
        "<details><summary>Leaders and ISR as a table</summary>{}{}</details>",
        table("Leaders and ISR", &["Partition", "From", "Leader", "Epoch", "ISR"], &rows),
        if cut > 0 { format!("<p class=\"note\">{cut} later changes are left out.</p>") } else { String::new() }
    );
    out
}
