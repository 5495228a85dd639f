//! Who leads each partition, and how many replicas are in sync, over time.
//!
//! Each partition has a lane, coloured by its leader. The colour reaches as high as replicas are in
//! sync: the pale rest of the lane is what is missing to the replication factor.

use plotters::style::RGBColor;

use super::canvas::{Align, Canvas, Pen, Point};
use super::palette::{BROKERS, INK, LABEL, MUTED, NOTE, RED, TINY, WHITE};
use super::scale::{TimeAxis, steps};
use super::sheet::{Field, Legend, Panel, Sheet, Swatch, diamond, hatch, legend};
use crate::history::fact::Election;
use crate::protocol::ids::{BrokerId, Tp};
use crate::report::series::{LeadershipChange, Series};
use crate::sim::time::Nanos;

/// Partitions with a lane; those with the fewest changes are left out.
const LANES: usize = 16;
const GAP: i32 = 12;
const LONGEST_NAME: i32 = 300;
/// A stretch narrower than this has no room for its leader's number.
const ROOM: i32 = 26;
/// However short, a time without leader is this wide.
const NARROW: i32 = 6;

struct Lane<'a> {
    tp: Tp,
    changes: &'a [LeadershipChange],
    replicas: usize,
    min_isr: usize,
}

/// A stretch of time under one leader, or under none.
struct Reign {
    leader: Option<BrokerId>,
    /// The ISR's size: where each stretch of one size begins and ends.
    isr: Vec<Point>,
}

impl Reign {
    fn from(&self) -> i32 {
        self.isr.first().map_or(0, |p| p.0)
    }
    fn to(&self) -> i32 {
        self.isr.last().map_or(0, |p| p.0)
    }
}

impl Lane<'_> {
    /// Whether a leader would refuse acks=all.
    fn too_small(&self, change: &LeadershipChange) -> bool {
        change.leader.is_some() && change.isr.len() < self.min_isr
    }
}

/// The picture; none, where no partition was created.
pub fn draw(series: &Series) -> Option<String> {
    let (lanes, left_out) = lanes(series);
    if lanes.is_empty() {
        return None;
    }
    let name = |lane: &Lane<'_>| LABEL.fit(&series.setup().catalog.tp_name(lane.tp), LONGEST_NAME);
    let left = lanes.iter().map(|l| LABEL.width(&name(l))).max().unwrap_or(0).max(110) + 50;
    let height = lane_height(lanes.len());
    let colors = Colors::new(&lanes);
    let footer = if left_out > 0 { 40 } else { 0 };
    let sheet = Sheet {
        name: "leaders and in-sync replicas",
        unit: "",
        note: "colour: leader; height: ISR size, full lane = replication factor".to_string(),
        left,
        panels: vec![Panel {
            height: lanes.len() as i32 * (height + GAP) + GAP + footer,
            heading: None,
            legend: words(&lanes, &colors),
            ribbon: None,
        }],
    };
    Some(sheet.draw(series, |canvas, field| {
        for (index, lane) in lanes.iter().enumerate() {
            let top = field.top + GAP + index as i32 * (height + GAP);
            canvas.text(&name(lane), (field.axis.left - 14, top + height / 2), LABEL, Align::Right);
            draw_lane(canvas, field, (lane, &colors), top, top + height);
        }
        if left_out > 0 {
            let text = format!("and {left_out} more, which changed no more often than these");
            let (x, y) = (field.axis.left + 8, field.bottom - 24);
            canvas.rect((x - 6, y - 18), (x + NOTE.width(&text), y + 18), WHITE, 1.0);
            canvas.text(&text, (x, y), NOTE, Align::Left);
        }
    }))
}

/// The partitions with the most changes, in the catalog's order; and how many have no lane.
fn lanes(series: &Series) -> (Vec<Lane<'_>>, usize) {
    let setup = series.setup();
    let mut lanes: Vec<Lane<'_>> = Vec::new();
    for (tp, changes) in series.leadership.iter().filter(|(_, changes)| !changes.is_empty()) {
        let topic = setup.topics.get(setup.catalog.topic_of(*tp).0.index());
        let widest = changes.iter().map(|c| c.isr.len()).max().unwrap_or(1).max(1);
        let replicas = topic.map_or(0, |t| usize::from(t.replication_factor)).max(widest);
        let min_isr = topic.map_or(1, |t| usize::from(t.min_insync_replicas)).min(replicas);
        lanes.push(Lane { tp: *tp, changes, replicas, min_isr });
    }
    let all = lanes.len();
    lanes.sort_by_key(|l| std::cmp::Reverse(l.changes.len()));
    lanes.truncate(LANES);
    lanes.sort_by_key(|l| l.tp);
    (lanes, all.saturating_sub(LANES))
}

fn lane_height(lanes: usize) -> i32 {
    match lanes {
        0..=4 => 80,
        5..=8 => 60,
        _ => 46,
    }
}

/// The colours of those who lead. Few brokers have a colour by their id, the same in every picture; of many,
/// those who lead share the palette in turn, and beyond it come tints and shades of it.
struct Colors(Vec<BrokerId>);

impl Colors {
    fn new(lanes: &[Lane<'_>]) -> Colors {
        let mut leaders: Vec<BrokerId> = lanes.iter().flat_map(|l| l.changes).filter_map(|c| c.leader).collect();
        leaders.sort();
        leaders.dedup();
        Colors(leaders)
    }
    fn of(&self, broker: BrokerId) -> RGBColor {
        let few = self.0.last().is_none_or(|last| usize::from(last.0) <= BROKERS.len());
        let place =
            if few { usize::from(broker.0).max(1) - 1 } else { self.0.iter().position(|b| *b == broker).unwrap_or(0) };
        let RGBColor(r, g, b) = BROKERS[place % BROKERS.len()];
        match place / BROKERS.len() % 3 {
            0 => RGBColor(r, g, b),
            1 => RGBColor(tint(r), tint(g), tint(b)),
            _ => RGBColor(shade(r), shade(g), shade(b)),
        }
    }
}

fn tint(part: u8) -> u8 {
    ((u16::from(part) + 255) / 2) as u8
}
fn shade(part: u8) -> u8 {
    (u16::from(part) * 11 / 20) as u8
}
/// Whether white reads better on it than black.
fn dark(RGBColor(r, g, b): RGBColor) -> bool {
    u32::from(r) * 299 + u32::from(g) * 587 + u32::from(b) * 114 < 140_000
}

fn words(lanes: &[Lane<'_>], colors: &Colors) -> Vec<Legend> {
    let changes = || lanes.iter().flat_map(|l| l.changes);
    let long = |b: &BrokerId| if colors.0.len() > BROKERS.len() { b.to_string() } else { format!("broker {b} leads") };
    let mut words: Vec<Legend> = colors.0.iter().map(|b| legend(Swatch::Area(colors.of(*b)), long(b))).collect();
    if colors.0.len() > BROKERS.len() {
        words[0].text = format!("broker {} leads", words[0].text);
    }
    if changes().any(|c| c.leader.is_none()) {
        words.push(legend(Swatch::Hatch, "no leader"));
    }
    if changes().any(|c| c.election == Election::Unclean) {
        words.push(legend(Swatch::Diamond, "unclean election"));
    }
    words.push(legend(Swatch::Line(Pen::Solid, INK), "ISR size"));
    if lanes.iter().any(|l| l.changes.iter().any(|c| l.too_small(c))) {
        words.push(legend(Swatch::Line(Pen::Strong, RED), "ISR below min.insync.replicas"));
    }
    words
}

fn draw_lane(canvas: &mut Canvas<'_>, field: Field, (lane, colors): (&Lane<'_>, &Colors), top: i32, bottom: i32) {
    let axis = field.axis;
    let level = |isr: usize| bottom - (bottom - top) * isr as i32 / lane.replicas as i32;
    let reigns = reigns(lane, axis, &level);
    let (led, leaderless): (Vec<&Reign>, Vec<&Reign>) = reigns.iter().partition(|r| r.leader.is_some());
    for reign in led {
        fill(canvas, reign, colors, top, bottom);
    }
    canvas.line((axis.left, top), (axis.right, top), Pen::Hair, MUTED);
    for reign in leaderless {
        let from = reign.from().min(axis.right - NARROW);
        hatch(canvas, (from, top), (reign.to().max(from + NARROW), bottom));
    }
    let whole: Vec<Point> = reigns.iter().flat_map(|r| r.isr.iter().copied()).collect();
    canvas.path(&steps(whole), Pen::Thin, INK);
    mark_too_small(canvas, lane, axis, &level);
    numbers(canvas, &reigns, colors, bottom - (bottom - top) / lane.replicas.max(2) as i32 / 2);
    for change in lane.changes.iter().filter(|c| c.election == Election::Unclean) {
        diamond(canvas, (axis.x(change.at), (top + bottom) / 2));
    }
}

/// Each change with when the next one came.
fn with_ends(changes: &[LeadershipChange], axis: TimeAxis) -> impl Iterator<Item = (&LeadershipChange, Nanos)> {
    let ends = changes.iter().skip(1).map(|c| c.at).chain(std::iter::once(axis.end()));
    changes.iter().zip(ends)
}

fn reigns(lane: &Lane<'_>, axis: TimeAxis, level: &impl Fn(usize) -> i32) -> Vec<Reign> {
    let mut reigns: Vec<Reign> = Vec::new();
    for (change, to) in with_ends(lane.changes, axis) {
        let y = level(change.isr.len());
        if reigns.last().is_none_or(|r| r.leader != change.leader) {
            reigns.push(Reign { leader: change.leader, isr: Vec::new() });
        }
        if let Some(reign) = reigns.last_mut() {
            reign.isr.extend([(axis.x(change.at), y), (axis.x(to), y)]);
        }
    }
    reigns
}

/// One leader's stretch: in its colour up to the ISR's size, pale above. One shape, so that no seam shows
/// where the ISR changes.
fn fill(canvas: &mut Canvas<'_>, reign: &Reign, colors: &Colors, top: i32, bottom: i32) {
    let (Some(leader), true) = (reign.leader, reign.from() < reign.to()) else { return };
    let (from, to) = (reign.from(), reign.to());
    if reign.isr.iter().any(|(_, y)| *y > top) {
        canvas.rect((from, top), (to, bottom), WHITE, 1.0);
        canvas.rect((from, top), (to, bottom), colors.of(leader), 0.22);
    }
    let mut outline = vec![(from, bottom)];
    outline.extend(steps(reign.isr.iter().copied()));
    outline.push((to, bottom));
    canvas.polygon(&outline, colors.of(leader), 1.0);
}

/// Marks in red where the ISR is too small for acks=all.
fn mark_too_small(canvas: &mut Canvas<'_>, lane: &Lane<'_>, axis: TimeAxis, level: &impl Fn(usize) -> i32) {
    for (change, to) in with_ends(lane.changes, axis).filter(|(change, _)| lane.too_small(change)) {
        let (from, to, y) = (axis.x(change.at), axis.x(to), level(change.isr.len()));
        if from < to {
            canvas.path(&[(from, y), (to, y)], Pen::Strong, RED);
        }
    }
}

/// The number of each new leader, where its stretch begins and has room for it.
fn numbers(canvas: &mut Canvas<'_>, reigns: &[Reign], colors: &Colors, y: i32) {
    let mut named = None;
    for reign in reigns {
        let Some(leader) = reign.leader.filter(|l| named != Some(*l)) else { continue };
        let text = leader.to_string();
        if reign.to() - reign.from() >= ROOM.max(TINY.width(&text) + 12) {
            let font = TINY.color(if dark(colors.of(leader)) { WHITE } else { INK });
            canvas.text(&text, (reign.from() + 8, y), font, Align::Left);
            named = Some(leader);
        }
    }
}
