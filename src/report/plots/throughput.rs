//! Records per second: sent, acknowledged, consumed, given up.

use plotters::style::RGBColor;

use super::bins::Bins;
use super::canvas::{Align, Canvas, Pen, Point};
use super::palette::{BLUE, GREEN, NOTE, ORANGE, RED, SKY, WHITE};
use super::scale::{Linear, TimeAxis, decimal, thousands};
use super::sheet::{Field, LEFT, Panel, Ribbon, Sheet, Swatch, legend};
use crate::report::series::{Bin, Series, ordinary};
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
    let all = || lines.iter().flat_map(|l| l.runs.iter().flatten());
    let (max, top) = (all().map(|r| r.per_second).max().unwrap_or(0), ordinary(all().map(|r| r.per_second).collect()));
    let cut = if top < max { "; ▲: peak cut off" } else { "" };
    let words = lines.iter().map(|l| legend(Swatch::Line(l.pen, l.color), l.name)).collect();
    let waits = if series.blocked.spans.is_empty() { "" } else { "; blocked: in send()" };
    let sheet = Sheet {
        name: "throughput",
        unit: "records/s",
        note: format!("sent: send() was called; means over {}{cut}{waits}", width_name(bins.width)),
        left: LEFT,
        panels: vec![Panel { height: 480, heading: None, legend: words, ribbon: blocked(series) }],
    };
    Some(sheet.draw(series, |canvas, field| {
        let axis = Linear::new(field.top, field.bottom, top);
        field.grid(canvas, &axis.ticks());
        for line in &lines {
            line.runs.iter().for_each(|run| canvas.path(&points(run, field.axis, axis), line.pen, line.color));
        }
        let beyond = lines.iter().map(|line| (line, peaks(line, axis.max()))).filter(|(_, peaks)| !peaks.is_empty());
        beyond.enumerate().for_each(|(row, (line, peaks))| mark_peak(canvas, field, row as i32, line.color, &peaks));
    }))
}

/// When some application blocked in send().
fn blocked(series: &Series) -> Option<Ribbon> {
    let spans = &series.blocked.spans;
    (!spans.is_empty()).then(|| Ribbon { name: "blocked", spans: spans.clone(), color: ORANGE })
}

/// Where a line leaves the picture: the highest rate of each time.
fn peaks(line: &Line, top: u64) -> Vec<Rate> {
    let mut peaks: Vec<Rate> = Vec::new();
    for rate in line.runs.iter().flatten().filter(|rate| rate.per_second > top) {
        match peaks.last_mut() {
            Some(last) if last.to >= rate.from => {
                *last = Rate { to: rate.to, ..if rate.per_second > last.per_second { *rate } else { *last } };
            }
            _ => peaks.push(*rate),
        }
    }
    peaks
}

/// An arrow where a line leaves the picture; at its highest peak also how high it goes. Each line has a row of
/// its own.
fn mark_peak(canvas: &mut Canvas<'_>, field: Field, row: i32, color: RGBColor, peaks: &[Rate]) {
    let y = field.top + 20 + row * 32;
    let middle = |rate: &Rate| field.axis.x(Nanos(rate.from.0 + (rate.to - rate.from).0 / 2));
    let Some(rate) = peaks.iter().max_by_key(|rate| rate.per_second) else { return };
    let x = middle(rate);
    let text = thousands(rate.per_second);
    let (sign, words, align) = if x + 40 + NOTE.width(&text) < field.axis.right {
        (x + 18, x + 34, Align::Left)
    } else {
        (x - 18, x - 34, Align::Right)
    };
    let taken = (sign.min(words) - NOTE.width(&text) - 20)..(sign.max(words) + NOTE.width(&text) + 20);
    for other in peaks.iter().filter(|other| other.from != rate.from) {
        let sign = (middle(other) + 18).min(field.axis.right - 9);
        // Beside the number another arrow would be read as part of it.
        if !taken.contains(&sign) {
            canvas.polygon(&[(sign - 9, y + 8), (sign, y - 9), (sign + 9, y + 8)], color, 1.0);
        }
    }
    canvas.polygon(&[(sign - 9, y + 8), (sign, y - 9), (sign + 9, y + 8)], color, 1.0);
    let left = if align == Align::Left { words } else { words - NOTE.width(&text) };
    canvas.rect((left - 3, y - 15), (left + NOTE.width(&text) + 3, y + 15), WHITE, 0.85);
    canvas.text(&text, (words, y), NOTE, align);
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
