//! Percentiles of produce and end-to-end latency over time, on a logarithmic scale.

use plotters::style::RGBColor;

use super::bins::Bins;
use super::canvas::{Canvas, Pen, Point};
use super::palette::{BLUE, GRAY, ORANGE, RED, SKY};
use super::scale::LogScale;
use super::sheet::{Field, LEFT, Panel, Sheet, Swatch, legend};
use super::throughput::width_name;
use crate::report::series::{Bin, Series};
use crate::run::histogram::Histogram;
use crate::sim::time::Nanos;

/// Percentiles of fewer records than this are chance.
const LEAST: u64 = 200;

struct Line {
    name: &'static str,
    /// None: dots.
    pen: Option<Pen>,
    color: RGBColor,
    values: Vec<Option<Nanos>>,
}

/// The picture; none, where nothing was acknowledged or read.
pub fn draw(series: &Series) -> Option<String> {
    let bins = Bins::new(series, LEAST);
    let line = |name, pen, color, of: fn(&Bin) -> Option<Nanos>| Line {
        name,
        pen,
        color,
        values: bins.bins.iter().map(of).collect(),
    };
    let mut lines = vec![
        line("produce max", None, GRAY, |b| (b.produce_latency.total() > 0).then(|| b.produce_latency.max())),
        line("produce p50", Some(Pen::Dashed), SKY, |b| quantile(&b.produce_latency, 500)),
        line("end to end p50", Some(Pen::Dashed), ORANGE, |b| quantile(&b.end_to_end_latency, 500)),
        line("produce p99", Some(Pen::Solid), BLUE, |b| quantile(&b.produce_latency, 990)),
        line("end to end p99", Some(Pen::Strong), RED, |b| quantile(&b.end_to_end_latency, 990)),
    ];
    lines.retain(|l| l.values.iter().any(Option::is_some));
    let low = lines.iter().flat_map(|l| &l.values).flatten().min().copied()?;
    let high = lines.iter().flat_map(|l| &l.values).flatten().max().copied()?;
    let mut words: Vec<&Line> = lines.iter().collect();
    words.sort_by_key(|l| (l.name.starts_with("end"), l.name.ends_with("max"), l.name));
    let swatch = |l: &Line| l.pen.map_or(Swatch::Dots(l.color), |pen| Swatch::Line(pen, l.color));
    let words = words.into_iter().map(|l| legend(swatch(l), l.name)).collect();
    let sheet = Sheet {
        name: "latency",
        unit: "ms (log)",
        note: format!("from send() to the ack, from send() to poll(), over {}", width_name(bins.width)),
        left: LEFT,
        panels: vec![Panel { height: 500, heading: None, legend: words, ribbon: None }],
    };
    Some(sheet.draw(series, |canvas, field| {
        let axis = LogScale::new(field.top, field.bottom, low, high);
        field.grid(canvas, &axis.ticks());
        lines.iter().for_each(|line| draw_line(&bins, canvas, field, axis, line));
    }))
}

fn quantile(histogram: &Histogram, per_mille: u64) -> Option<Nanos> {
    if histogram.total() == 0 { None } else { histogram.quantile(per_mille) }
}

/// A line breaks where nothing was measured.
fn draw_line(bins: &Bins, canvas: &mut Canvas<'_>, field: Field, axis: LogScale, line: &Line) {
    let place = |i: usize, value: Nanos| -> Point {
        let from = bins.start(i);
        let to = (from + bins.width).min(field.axis.end().max(from));
        (field.axis.x(Nanos(from.0 + (to - from).0 / 2)), axis.y(value))
    };
    let mut run: Vec<Point> = Vec::new();
    for (i, value) in line.values.iter().enumerate() {
        match (value, line.pen) {
            (Some(value), None) => canvas.dot(place(i, *value), 4, line.color),
            (Some(value), Some(_)) => run.push(place(i, *value)),
            (None, _) => flush(canvas, &mut run, line),
        }
    }
    flush(canvas, &mut run, line);
}

fn flush(canvas: &mut Canvas<'_>, run: &mut Vec<Point>, line: &Line) {
    if let Some(pen) = line.pen.filter(|_| !run.is_empty()) {
        canvas.path(run, pen, line.color);
    }
    run.clear();
}
