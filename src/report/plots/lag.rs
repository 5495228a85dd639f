//! How far groups are behind, and where a few partitions make up most of it, which.

use plotters::style::RGBColor;

use super::canvas::{Canvas, Pen, Point};
use super::palette::{BLUE, GRAY, GREEN, INK, ORANGE, PURPLE, RED, SKY};
use super::scale::Linear;
use super::sheet::{Field, LEFT, Legend, Panel, Ribbon, Sheet, Swatch, legend};
use crate::protocol::ids::Tp;
use crate::report::series::{GroupLag, Series};
use crate::sim::time::Nanos;

/// Lines of groups, and lines of partitions, that are told apart; the others are summed.
const LINES: usize = 7;
/// Panels of one picture.
const PANELS: usize = 4;
/// A partition is hot when its lag, over the run, is so many times that of the middle one.
const HOT: u64 = 3;
/// Less lag than this at its peak says nothing about a partition.
const NOTABLE: u64 = 100;
/// A partition with less than this share (one in ...) of the hottest one's lag is summed with others.
const SHARE: u64 = 10;
const STYLES: [(Pen, RGBColor); LINES] = [
    (Pen::Strong, BLUE),
    (Pen::Solid, RED),
    (Pen::Dashed, GREEN),
    (Pen::Dotted, PURPLE),
    (Pen::Solid, ORANGE),
    (Pen::Dashed, SKY),
    (Pen::Dotted, INK),
];

#[derive(Clone)]
struct Line {
    name: String,
    pen: Pen,
    color: RGBColor,
    /// None: unknown.
    values: Vec<Option<u64>>,
}

struct Chart {
    heading: Option<String>,
    lines: Vec<Line>,
    /// What lies above the last stable offsets, as an area behind the lines; empty: nothing ever does.
    undecided: Vec<u64>,
    ribbon: Option<Ribbon>,
}

/// The picture; none, where no group read anything.
pub fn draw(series: &Series) -> Option<String> {
    let groups: Vec<&GroupLag> =
        series.lags.iter().filter(|l| !l.partitions.is_empty() && !l.total.is_empty()).collect();
    let idle = groups.iter().all(|g| g.total.iter().all(|v| v.is_none_or(|v| v == 0)))
        && series.bins.iter().all(|b| b.consumed == 0);
    if groups.is_empty() || idle {
        return None;
    }
    let mut charts = charts(series, &groups);
    let has_undecided = series.undecided.iter().any(|undecided| *undecided > 0);
    if let (true, Some(first)) = (has_undecided, charts.first_mut()) {
        first.undecided.clone_from(&series.undecided);
    }
    let panels = charts.iter().map(|chart| panel(chart, charts.len())).collect();
    let sheet = Sheet {
        name: "consumer lag",
        unit: "records",
        note: match has_undecided {
            false => "written and replicated, but not yet committed by the group; no line: unknown".to_string(),
            true => "not yet committed by the group; undecided: above the last stable offset".into(),
        },
        left: LEFT,
        panels,
    };
    Some(sheet.draw(series, |canvas, field| chart_lines(series, canvas, field, &charts[field.index])))
}

fn charts(series: &Series, groups: &[&GroupLag]) -> Vec<Chart> {
    let mut charts = Vec::new();
    let name = |g: &GroupLag| series.setup().catalog.groups[g.group.index()].clone();
    if let [group] = groups {
        let mut lines = if hot(group) { partition_lines(series, group) } else { Vec::new() };
        let pen = if lines.is_empty() { Pen::Solid } else { Pen::Broad };
        let color = if lines.is_empty() { BLUE } else { TOTAL };
        lines.insert(
            0,
            Line { name: format!("{}, all partitions", name(group)), pen, color, values: group.total.clone() },
        );
        charts.push(Chart { heading: None, lines, undecided: Vec::new(), ribbon: ribbon(series, group) });
        return charts;
    }
    let total = |g: &&GroupLag| (name(g), g.total.clone());
    let lines = strongest(groups.iter().map(total).collect(), "groups");
    charts.push(Chart { heading: None, lines, undecided: Vec::new(), ribbon: None });
    for group in groups {
        let (hot, rebalanced) = (hot(group), ribbon(series, group));
        if charts.len() < PANELS && (hot || rebalanced.is_some()) {
            let mut lines = if hot { partition_lines(series, group) } else { Vec::new() };
            if lines.is_empty() {
                lines.push(Line {
                    name: "all partitions".into(),
                    pen: Pen::Solid,
                    color: BLUE,
                    values: group.total.clone(),
                });
            }
            let heading = Some(format!("group {}", name(group)));
            charts.push(Chart { heading, lines, undecided: Vec::new(), ribbon: rebalanced });
        }
    }
    charts
}

/// What is not to be read yet.
const UNDECIDED: RGBColor = RGBColor(250, 224, 178);
/// The sum of lines drawn over it.
const TOTAL: RGBColor = RGBColor(205, 205, 205);

fn panel(chart: &Chart, charts: usize) -> Panel {
    let mut words: Vec<Legend> =
        chart.lines.iter().map(|l| legend(Swatch::Line(l.pen, l.color), l.name.clone())).collect();
    if !chart.undecided.is_empty() {
        words.push(legend(Swatch::Area(UNDECIDED), "undecided, in all partitions"));
    }
    let height = if charts == 1 { 460 } else { 300 };
    Panel { height, heading: chart.heading.clone(), legend: words, ribbon: chart.ribbon.clone() }
}

fn sum(values: &[Option<u64>]) -> u64 {
    values.iter().flatten().fold(0, |sum, v| sum.saturating_add(*v))
}

/// Whether the partitions of a group differ so much that their sum hides it.
fn hot(group: &GroupLag) -> bool {
    let mut sums: Vec<u64> = group.partitions.iter().map(|(_, values)| sum(values)).collect();
    sums.sort();
    let (Some(most), Some(middle)) = (sums.last(), sums.get((sums.len().max(1) - 1) / 2)) else { return false };
    let peak = group.partitions.iter().flat_map(|(_, values)| values).flatten().max().copied().unwrap_or(0);
    sums.len() > 1 && peak >= NOTABLE && *most >= HOT * middle.max(&1)
}

fn partition_lines(series: &Series, group: &GroupLag) -> Vec<Line> {
    let name = |tp: &Tp| series.setup().catalog.tp_name(*tp);
    strongest(group.partitions.iter().map(|(tp, values)| (name(tp), values.clone())).collect(), "partitions")
}

/// The lines with the most lag by name, the others as one.
fn strongest(mut all: Vec<(String, Vec<Option<u64>>)>, what: &str) -> Vec<Line> {
    all.sort_by_key(|(_, values)| std::cmp::Reverse(sum(values)));
    let most = all.first().map_or(0, |(_, values)| sum(values));
    let mut named =
        all.iter().take_while(|(_, values)| sum(values) * SHARE >= most && sum(values) > 0).count().clamp(1, LINES);
    if all.len() <= LINES && what == "groups" {
        named = all.len();
    }
    let rest = all.split_off(named);
    let mut lines: Vec<Line> =
        all.into_iter().zip(STYLES).map(|((name, values), (pen, color))| Line { name, pen, color, values }).collect();
    if !rest.is_empty() {
        let bins = rest.iter().map(|(_, v)| v.len()).max().unwrap_or(0);
        let at = |i: usize| {
            let values: Vec<u64> = rest.iter().filter_map(|(_, v)| v.get(i).copied().flatten()).collect();
            (!values.is_empty()).then(|| values.into_iter().fold(0, u64::saturating_add))
        };
        let name = if rest.len() == 1 { rest[0].0.clone() } else { format!("{} other {what}", rest.len()) };
        lines.push(Line { name, pen: Pen::Dotted, color: GRAY, values: (0..bins).map(at).collect() });
    }
    lines
}

fn ribbon(series: &Series, group: &GroupLag) -> Option<Ribbon> {
    let spans: Vec<(Nanos, Nanos)> =
        series.rebalances[group.group.index()].iter().map(|(from, to)| (*from, to.unwrap_or(series.end))).collect();
    (!spans.is_empty()).then_some(Ribbon { name: "rebalance", spans, color: PURPLE })
}

fn chart_lines(series: &Series, canvas: &mut Canvas<'_>, field: Field, chart: &Chart) {
    let of_lines = chart.lines.iter().flat_map(|l| &l.values).flatten();
    let max = of_lines.chain(&chart.undecided).max().copied().unwrap_or(0);
    let axis = Linear::new(field.top, field.bottom, max.max(5));
    field.grid(canvas, &axis.ticks());
    let at = |i: usize| Nanos((i as u64 + 1) * series.width.0).min(series.end);
    if !chart.undecided.is_empty() {
        let edge = chart.undecided.iter().enumerate().map(|(i, value)| (field.axis.x(at(i)), axis.y(*value)));
        let from = std::iter::once((field.axis.x(Nanos::ZERO), axis.y(0)));
        let to = std::iter::once((field.axis.x(series.end), axis.y(0)));
        canvas.polygon(&from.chain(edge).chain(to).collect::<Vec<Point>>(), UNDECIDED, 1.0);
    }
    for line in &chart.lines {
        // A line begins where the lag is first known, and breaks where it is not.
        let mut run: Vec<Point> = Vec::new();
        for (i, value) in line.values.iter().enumerate() {
            match value {
                Some(value) => run.push((field.axis.x(at(i)), axis.y(*value))),
                None => draw_run(canvas, &mut run, line),
            }
        }
        draw_run(canvas, &mut run, line);
    }
}

fn draw_run(canvas: &mut Canvas<'_>, run: &mut Vec<Point>, line: &Line) {
    if !run.is_empty() {
        canvas.path(run, line.pen, line.color);
    }
    run.clear();
}
