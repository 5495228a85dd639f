//! Fault windows and the final phase: their shade over time and their names above it.
//!
//! A name stands over its window as long as all names have room there. When they have not, windows are
//! numbered and a key below the picture tells the names; windows of the same fault share a number.

use super::canvas::{Align, Canvas, Font, Pen, Point};
use super::palette::{FAULT, LABEL, MUTED, NOTE, TINY, WHITE};
use super::scale::TimeAxis;
use crate::report::series::Series;
use crate::sim::time::Nanos;

/// Height of a row of names.
pub const ROW: i32 = 36;
/// Rows of names or numbers above the data.
const ROWS: usize = 3;
/// A name longer than this goes to the key.
const LONGEST: i32 = 720;
/// Space between two names.
const GAP: i32 = 14;
/// Radius of a number's disc.
const BADGE: i32 = 16;
/// More windows than this have no borders.
const BORDERED: usize = 16;
/// Lines of the key; the rest is counted.
const KEY_LINES: usize = 8;
/// Times that a line of the key lists.
const KEY_TIMES: usize = 3;
const NAME: Font = LABEL.color(plotters::style::RGBColor(96, 78, 44));
const FINAL: &str = "final phase";

/// A window with what it is called.
struct Window<'a> {
    number: usize,
    label: &'a str,
    start: Nanos,
    end: Nanos,
}

/// Something to be written above the data.
#[derive(Debug)]
struct Placed {
    text: String,
    /// Where its window is.
    anchor: i32,
    left: i32,
    right: i32,
    row: usize,
    kind: Kind,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Kind {
    Name,
    Number,
    Final,
}

/// See the module.
pub struct Faults<'a> {
    axis: TimeAxis,
    windows: Vec<Window<'a>>,
    final_phase: Option<Nanos>,
    placed: Vec<Placed>,
    key: Vec<(usize, String)>,
    more: usize,
}

impl<'a> Faults<'a> {
    /// The faults of a run on that axis.
    pub fn new(series: &'a Series, axis: TimeAxis) -> Faults<'a> {
        let mut labels: Vec<&str> = Vec::new();
        let mut windows = Vec::new();
        for fault in &series.faults {
            let known = labels.iter().position(|l| *l == fault.label);
            let number = known.unwrap_or_else(|| {
                labels.push(&fault.label);
                labels.len() - 1
            });
            let end = fault.end.unwrap_or(series.end);
            windows.push(Window { number: number + 1, label: &fault.label, start: fault.start, end });
        }
        let final_phase = series.final_phase.filter(|at| *at < series.end);
        let mut faults = Faults { axis, windows, final_phase, placed: Vec::new(), key: Vec::new(), more: 0 };
        if let Some(placed) = faults.names() {
            faults.placed = placed;
        } else {
            faults.placed = faults.numbers();
            let all = faults.key_lines(&labels);
            faults.more = all.len().saturating_sub(KEY_LINES);
            faults.key = all.into_iter().take(KEY_LINES).collect();
        }
        faults
    }

    /// Every window's name over it, when all have room.
    fn names(&self) -> Option<Vec<Placed>> {
        let mut placed = Vec::new();
        for item in self.final_item().into_iter().chain(self.windows.iter().map(|w| self.name_item(w))) {
            let width = item.right - item.left;
            if item.kind == Kind::Name && width > LONGEST {
                return None;
            }
            let row = (0..ROWS).find(|row| free(&placed, &item, *row))?;
            placed.push(Placed { row, ..item });
        }
        Some(placed)
    }

    /// A number over each window; where the same number is close by already, the shade has to do.
    fn numbers(&self) -> Vec<Placed> {
        let mut placed: Vec<Placed> = self.final_item().into_iter().collect();
        for window in &self.windows {
            let item = self.item(window.number.to_string(), self.near_start(window), 2 * BADGE, Kind::Number);
            let near = |p: &Placed| p.text == item.text && p.left < item.right && item.left < p.right;
            if placed.iter().any(near) {
                continue;
            }
            if let Some(row) = (0..ROWS).find(|row| free(&placed, &item, *row)) {
                placed.push(Placed { row, ..item });
            }
        }
        placed
    }

    fn final_item(&self) -> Option<Placed> {
        let start = self.axis.x(self.final_phase?);
        let middle = start + (self.axis.right - start) / 2;
        Some(self.item(FINAL.to_string(), middle, NOTE.width(FINAL), Kind::Final))
    }
    fn name_item(&self, window: &Window<'_>) -> Placed {
        self.item(window.label.to_string(), self.middle(window), NAME.width(window.label), Kind::Name)
    }
    fn item(&self, text: String, anchor: i32, width: i32, kind: Kind) -> Placed {
        let most = (self.axis.right + 2 * BADGE - width).max(self.axis.left);
        let left = (anchor - width / 2).clamp(self.axis.left, most);
        Placed { text, anchor, left, right: left + width, row: 0, kind }
    }
    fn middle(&self, window: &Window<'_>) -> i32 {
        let (from, to) = (self.axis.x(window.start), self.axis.x(window.end));
        from + (to - from) / 2
    }

    /// The middle of a short window; of a long one, which others may lie in, a place near its start.
    fn near_start(&self, window: &Window<'_>) -> i32 {
        self.middle(window).min(self.axis.x(window.start) + 4 * BADGE)
    }

    fn key_lines(&self, labels: &[&str]) -> Vec<(usize, String)> {
        let mut lines = Vec::new();
        for (index, label) in labels.iter().enumerate() {
            let times: Vec<String> =
                self.windows.iter().filter(|w| w.number == index + 1).map(|w| self.axis.span(w.start, w.end)).collect();
            let more = times.len().saturating_sub(KEY_TIMES);
            let mut when = times[..times.len().min(KEY_TIMES)].join(", ");
            if more > 0 {
                when = format!("{when} and {more} more");
            }
            lines.push((index + 1, format!("{label} · {when}")));
        }
        lines
    }

    /// Height of the strip above the data.
    pub fn strip_height(&self) -> i32 {
        self.placed.iter().map(|p| (p.row as i32 + 1) * ROW).max().unwrap_or(0)
    }
    /// Height of the key below the picture.
    pub fn key_height(&self) -> i32 {
        let lines = self.key.len() + usize::from(self.more > 0);
        if lines == 0 { 0 } else { lines as i32 * ROW + 12 }
    }

    /// Shades what lies between `top` and `bottom`.
    pub fn shade(&self, canvas: &mut Canvas<'_>, top: i32, bottom: i32) {
        if let Some(at) = self.final_phase {
            canvas.rect((self.axis.x(at), top), (self.axis.right, bottom), MUTED, 0.07);
        }
        for (from, to) in self.united() {
            canvas.rect((from, top), (to.max(from + 2), bottom), FAULT, 0.2);
        }
    }
    /// Marks where windows begin and end, over the data, unless there are so many that the marks would
    /// cover it.
    pub fn borders(&self, canvas: &mut Canvas<'_>, top: i32, bottom: i32) {
        if let Some(at) = self.final_phase {
            let x = self.axis.x(at);
            canvas.line((x, top), (x, bottom), Pen::Border, MUTED);
        }
        for window in self.windows.iter().take_while(|_| self.windows.len() <= BORDERED) {
            let (from, to) = (self.axis.x(window.start), self.axis.x(window.end));
            canvas.line((from, top), (from, bottom), Pen::Thin, FAULT);
            if from < to && to < self.axis.right {
                canvas.line((to, top), (to, bottom), Pen::Hair, FAULT);
            }
        }
    }
    /// The windows as stretches that do not overlap, so that a shade is never darker for it.
    fn united(&self) -> Vec<(i32, i32)> {
        let mut spans: Vec<(i32, i32)> =
            self.windows.iter().map(|w| (self.axis.x(w.start), self.axis.x(w.end))).collect();
        spans.sort();
        let mut out: Vec<(i32, i32)> = Vec::new();
        for (from, to) in spans {
            match out.last_mut() {
                Some(last) if from <= last.1 => last.1 = last.1.max(to),
                _ => out.push((from, to)),
            }
        }
        out
    }

    /// Names and numbers, in the strip that ends at `bottom`.
    pub fn strip(&self, canvas: &mut Canvas<'_>, bottom: i32) {
        for item in &self.placed {
            let y = bottom - item.row as i32 * ROW - ROW / 2 - 2;
            let middle = (item.left + item.right) / 2;
            let foot = y + ROW / 2 - 3;
            if foot < bottom - 6 {
                canvas.line((item.anchor, foot), (item.anchor, bottom), Pen::Hair, FAULT);
            }
            match item.kind {
                Kind::Name => canvas.text(&item.text, (middle, y), NAME, Align::Middle),
                Kind::Final => canvas.text(&item.text, (middle, y), NOTE, Align::Middle),
                Kind::Number => badge(canvas, &item.text, (middle, y)),
            }
        }
    }
    /// What the numbers mean, from `top` down.
    pub fn key(&self, canvas: &mut Canvas<'_>, left: i32, right: i32, top: i32) {
        let mut y = top + ROW / 2;
        for (number, text) in &self.key {
            badge(canvas, &number.to_string(), (left + BADGE, y));
            let start = left + 3 * BADGE;
            canvas.text(&LABEL.fit(text, right - start), (start, y), LABEL, Align::Left);
            y += ROW;
        }
        if self.more > 0 {
            canvas.text(&format!("and {} more", self.more), (left + 3 * BADGE, y), NOTE, Align::Left);
        }
    }
}

/// Whether an item has room in a row: no name may cover another, nor the line down from a row above.
fn free(placed: &[Placed], item: &Placed, row: usize) -> bool {
    placed.iter().all(|other| {
        let apart = item.left >= other.right + GAP || other.left >= item.right + GAP;
        match row.cmp(&other.row) {
            std::cmp::Ordering::Equal => apart,
            std::cmp::Ordering::Less => !(item.left - 4..item.right + 4).contains(&other.anchor),
            std::cmp::Ordering::Greater => !(other.left - 4..other.right + 4).contains(&item.anchor),
        }
    })
}

fn badge(canvas: &mut Canvas<'_>, number: &str, at: Point) {
    canvas.dot(at, BADGE as u32, NAME.color);
    canvas.text(number, at, TINY.color(WHITE), Align::Middle);
}
