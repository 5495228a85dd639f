//! Records per second: sent, acknowledged, consumed, given up.

use plotters::style::RGBColor;

use super::canvas::{Pen, Point};
use super::palette::{BLUE, GREEN, RED, SKY};
use super::scale::{Linear, TimeAxis, decimal};
use super::sheet::{LEFT, Panel, Sheet, Swatch, legend};
use crate::report::series::{Bin, Series};
use crate::sim::time::Nanos;

const SECOND: u128 = 1_000_000_000;

struct Line {
    name: &'static str,
    pen: Pen,
    color: RGBColor,
    rates: Vec<Rate>,
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
    let line = |name, pen, color, of: fn(&Bin) -> u64| Line { name, pen, color, rates: rates(series, of) };
    let mut lines = vec![
        line("sent", Pen::Broad, SKY, |b| b.sent),
        line("acknowledged", Pen::Solid, BLUE, |b| b.acked),
        line("consumed", Pen::Dashed, GREEN, |b| b.consumed),
        line("failed", Pen::Strong, RED, |b| b.failed),
    ];
    lines.retain(|l| l.rates.iter().any(|r| r.per_second > 0));
    if lines.is_empty() {
        return None;
    }
    let max = lines.iter().flat_map(|l| &l.rates).map(|r| r.per_second).max().unwrap_or(0);
    let words = lines.iter().map(|l| legend(Swatch::Line(l.pen, l.color), l.name)).collect();
    let sheet = Sheet {
        name: "throughput",
        unit: "records/s",
        note: format!("records per second, means over {}", width_name(series.width)),
        left: LEFT,
        panels: vec![Panel { height: 480, heading: None, legend: words, ribbon: None }],
    };
    Some(sheet.draw(series, |canvas, field| {
        let axis = Linear::new(field.top, field.bottom, max);
        field.grid(canvas, &axis.ticks());
        for line in &lines {
            canvas.path(&points(&line.rates, field.axis, axis), line.pen, line.color);
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
pub(super) fn rates(series: &Series, of: fn(&Bin) -> u64) -> Vec<Rate> {
    let width = series.width;
    let last = series.bins.iter().rposition(|b| of(b) > 0);
    let stop = series.final_phase.unwrap_or(series.end);
    let last_end = last.map_or(Nanos::ZERO, |i| Nanos((i as u64 + 1) * width.0).min(series.end));
    let last_start = last.map_or(Nanos::ZERO, |i| Nanos(i as u64 * width.0));
    let until = if last_start < stop { stop } else { last_end };
    let mut out: Vec<(Nanos, Nanos, u64)> = Vec::new();
    for (index, bin) in series.bins.iter().enumerate() {
        let from = Nanos(index as u64 * width.0);
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

/// A rate stands in the middle of its stretch; the line reaches the edges of time.
fn points(rates: &[Rate], time: TimeAxis, axis: Linear) -> Vec<Point> {
    let mut points: Vec<Point> =
        rates.iter().map(|r| (time.x(r.from) + (time.x(r.to) - time.x(r.from)) / 2, axis.y(r.per_second))).collect();
    if let (Some(first), Some(last)) = (rates.first(), rates.last()) {
        points.insert(0, (time.x(first.from), axis.y(first.per_second)));
        points.push((time.x(last.to), axis.y(last.per_second)));
    }
    points
}
