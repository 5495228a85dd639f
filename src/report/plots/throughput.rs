//! Records per second: sent, acknowledged, consumed, given up.

use plotters::style::RGBColor;

use super::bins::Bins;
use super::canvas::{Pen, Point};
use super::palette::{BLUE, GREEN, RED, SKY};
use super::scale::{Linear, TimeAxis, decimal};
use super::sheet::{LEFT, Panel, Sheet, Swatch, legend};
use crate::report::series::{Bin, Series};
use crate::sim::time::Nanos;

const SECOND: u128 = 1_000_000_000;
/// Bins with fewer records than this show batches, not a rate.
const LEAST: u64 = 50;

struct Line {
    name: &'static str,
    pen: Pen,
    color: RGBColor,
    /// Stretches without a gap between them.
    runs: Vec<Vec<Rate>>,
}

/// Records per second over a stretch of time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Rate {
    pub from: Nanos,
    pub to: Nanos,
    pub per_second: u64,
}

/// The picture; none, where no record was sent or read.
pub fn draw(series: &Series) -> Option<String> {
    let bins = Bins::new(series, LEAST);
    let line = |name, pen, color, of| Line { name, pen, color, runs: vec![rates(&bins, series, of)] };
    let failed = rates(&bins, series, |b| b.failed);
    let consumed = if series.setup().catalog.groups.len() > 1 { "consumed, all groups" } else { "consumed" };
    let mut lines = vec![
        line("sent", Pen::Broad, SKY, |b: &Bin| b.sent),
        line("acknowledged", Pen::Solid, BLUE, |b: &Bin| b.acked),
        line(consumed, Pen::Dashed, GREEN, |b: &Bin| b.consumed),
        Line { name: "failed", pen: Pen::Strong, color: RED, runs: without_calm(&failed) },
    ];
    lines.retain(|l| l.runs.iter().flatten().any(|r| r.per_second > 0));
    if lines.is_empty() {
        return None;
    }
    let max = lines.iter().flat_map(|l| l.runs.iter().flatten()).map(|r| r.per_second).max().unwrap_or(0);
    let words = lines.iter().map(|l| legend(Swatch::Line(l.pen, l.color), l.name)).collect();
    let sheet = Sheet {
        name: "throughput",
        unit: "records/s",
        note: format!("means over {}", width_name(bins.width)),
        left: LEFT,
        panels: vec![Panel { height: 480, heading: None, legend: words, ribbon: None }],
    };
    Some(sheet.draw(series, |canvas, field| {
        let axis = Linear::new(field.top, field.bottom, max);
        field.grid(canvas, &axis.ticks());
        for line in &lines {
            line.runs.iter().for_each(|run| canvas.path(&points(run, field.axis, axis), line.pen, line.color));
        }
    }))
}

/// `500 ms`, `1 s`.
pub(super) fn width_name(width: Nanos) -> String {
    if width < Nanos::from_secs(1) {
        return format!("{} ms", width.as_millis());
    }
    format!("{} s", decimal(width.as_millis(), 3))
}

/// The rate in each bin. A stretch at the end that is no whole bin is measured by its own length, or
/// together with the bin before it when it is short: the rate did not drop, the time ended. What
/// stops with the workload ends there.
pub(super) fn rates(bins: &Bins, series: &Series, of: fn(&Bin) -> u64) -> Vec<Rate> {
    let width = bins.width;
    let stop = series.final_phase.unwrap_or(series.end);
    let until = match bins.bins.iter().rposition(|b| of(b) > 0) {
        Some(last) if bins.start(last) >= stop => bins.start(last + 1).min(series.end),
        _ => stop,
    };
    let mut out: Vec<(Nanos, Nanos, u64)> = Vec::new();
    for (index, bin) in bins.bins.iter().enumerate() {
        let from = bins.start(index);
        if from >= until {
            break;
        }
        let to = (from + width).min(until);
        match out.last_mut() {
            Some(before) if (to - from).0 * 2 < width.0 => *before = (before.0, to, before.2 + of(bin)),
            _ => out.push((from, to, of(bin))),
        }
    }
    out.into_iter().map(|(from, to, count)| Rate { from, to, per_second: per_second(count, to - from) }).collect()
}

fn per_second(count: u64, over: Nanos) -> u64 {
    let over = u128::from(over.0.max(1));
    ((u128::from(count) * SECOND + over / 2) / over) as u64
}

/// Only where something happened, with one quiet bin on either side: a line along zero says nothing.
fn without_calm(rates: &[Rate]) -> Vec<Vec<Rate>> {
    let busy = |i: usize| rates.get(i).is_some_and(|r| r.per_second > 0);
    let mut runs: Vec<Vec<Rate>> = Vec::new();
    let mut open = false;
    for (i, rate) in rates.iter().enumerate() {
        let shown = busy(i) || busy(i + 1) || i > 0 && busy(i - 1);
        match runs.last_mut().filter(|_| open) {
            Some(run) if shown => run.push(*rate),
            _ if shown => runs.push(vec![*rate]),
            _ => {}
        }
        open = shown;
    }
    runs
}

/// A rate stands in the middle of its stretch; the line reaches the edges of its time.
fn points(rates: &[Rate], time: TimeAxis, axis: Linear) -> Vec<Point> {
    let mut points: Vec<Point> =
        rates.iter().map(|r| (time.x(r.from) + (time.x(r.to) - time.x(r.from)) / 2, axis.y(r.per_second))).collect();
    if let (Some(first), Some(last)) = (rates.first(), rates.last()) {
        points.insert(0, (time.x(first.from), axis.y(first.per_second)));
        points.push((time.x(last.to), axis.y(last.per_second)));
    }
    points
}
