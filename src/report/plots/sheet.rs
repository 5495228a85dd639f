//! What all pictures share: title, legend, panels one above the other on one axis of time, faults.

use plotters::style::RGBColor;

use super::canvas::{Align, Canvas, Pen, Point, picture};
use super::faults::Faults;
use super::marks::Marked;
use super::palette::{GRID, INK, LABEL, MUTED, NOTE, RED, TITLE, WHITE};
use super::scale::TimeAxis;
use crate::report::series::Series;
use crate::sim::time::Nanos;

/// Width of every picture, twice its width in a README.
pub const WIDTH: i32 = 1600;
/// Left edge of data, where marks of values need no more room.
pub const LEFT: i32 = 150;
const RIGHT: i32 = WIDTH - 50;
const MARGIN: i32 = 30;
const LEGEND_ROW: i32 = 40;
const HEADING: i32 = 52;
const RIBBON: i32 = 44;
const SWATCH: i32 = 58;

/// The sign beside a word of the legend.
#[derive(Clone, Copy, Debug)]
pub enum Swatch {
    /// A line.
    Line(Pen, RGBColor),
    /// An area.
    Area(RGBColor),
    /// Dots apart.
    Dots(RGBColor),
    /// A partition without leader.
    Hatch,
    /// A stop sign: an unclean election.
    Diamond,
}

/// A word of the legend.
#[derive(Clone, Debug)]
pub struct Legend {
    /// How it looks.
    pub swatch: Swatch,
    /// What it is.
    pub text: String,
}

/// A line of the legend.
pub fn legend(swatch: Swatch, text: impl Into<String>) -> Legend {
    Legend { swatch, text: text.into() }
}

/// One field of data.
#[derive(Clone, Debug)]
pub struct Panel {
    /// Its height.
    pub height: i32,
    /// What it shows, where there are several.
    pub heading: Option<String>,
    /// The legend of this panel alone.
    pub legend: Vec<Legend>,
    /// Stretches of time to mark below the data, and what they are.
    pub ribbon: Option<Ribbon>,
}

/// Stretches of time, marked below the data.
#[derive(Clone, Debug)]
pub struct Ribbon {
    /// What they are, in a word.
    pub name: &'static str,
    /// From, to.
    pub spans: Vec<(Nanos, Nanos)>,
    /// Their colour.
    pub color: RGBColor,
}

/// A picture before it is drawn.
#[derive(Clone, Debug)]
pub struct Sheet {
    /// What it shows.
    pub name: &'static str,
    /// In which unit.
    pub unit: &'static str,
    /// What else a reader must know.
    pub note: String,
    /// Left edge of the data.
    pub left: i32,
    /// The fields, from the top down.
    pub panels: Vec<Panel>,
}

/// Where a panel's data goes.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// Which panel.
    pub index: usize,
    /// Upper edge.
    pub top: i32,
    /// Lower edge.
    pub bottom: i32,
    /// The axis of time.
    pub axis: TimeAxis,
}

impl Field {
    /// Grid lines with their values, from an axis' marks.
    pub fn grid(&self, canvas: &mut Canvas<'_>, ticks: &[(i32, String)]) {
        for (y, label) in ticks {
            canvas.line((self.axis.left, *y), (self.axis.right, *y), Pen::Hair, GRID);
            canvas.text(label, (self.axis.left - 14, *y), NOTE, Align::Right);
        }
    }
}

struct Row {
    y: i32,
    items: Vec<(i32, Legend)>,
}

impl Sheet {
    /// Draws the sheet; `data` draws each panel's data into its field.
    pub fn draw(&self, series: &Series, data: impl Fn(&mut Canvas<'_>, Field)) -> String {
        let axis = TimeAxis::new(self.left, RIGHT, series.end);
        let faults = Faults::new(series, axis);
        let mut y = 112;
        let mut fields = Vec::new();
        let mut legends = Vec::new();
        for (index, panel) in self.panels.iter().enumerate() {
            y += if panel.heading.is_some() { HEADING } else { 0 };
            legends.push(self.flow(&panel.legend, &mut y));
            y += if index == 0 { faults.strip_height().max(40) } else { 16 };
            fields.push(Field { index, top: y, bottom: y + panel.height, axis });
            y += panel.height + if panel.ribbon.is_some() { RIBBON } else { 0 };
        }
        let marks = Marked::new(series, axis, y);
        y += marks.height();
        let height = y + 90 + faults.key_height() + 14;
        let title = format!("{}, seed {}: {} over time", series.setup().scenario, series.setup().seed, self.name);
        picture((WIDTH, height), &title, |canvas| {
            self.header(canvas, series);
            faults.strip(canvas, fields[0].top);
            for ((panel, field), rows) in self.panels.iter().zip(&fields).zip(&legends) {
                draw_legend(canvas, rows);
                panel.draw_heading(canvas, rows.first().map_or(field.top - 16, |r| r.y - LEGEND_ROW / 2), self.left);
                faults.shade(canvas, field.top, field.bottom);
                data(canvas, *field);
                faults.borders(canvas, field.top, field.bottom);
                panel.draw_ribbon(canvas, *field);
                canvas.line((axis.left, field.bottom), (axis.right, field.bottom), Pen::Thin, MUTED);
            }
            marks.draw(canvas);
            self.unit_label(canvas, fields[0]);
            time_labels(canvas, axis, y);
            faults.key(canvas, MARGIN, WIDTH - MARGIN, y + 92);
        })
    }

    fn header(&self, canvas: &mut Canvas<'_>, series: &Series) {
        let setup = series.setup();
        let name = format!(": {}", self.name);
        let scenario = TITLE.fit(&setup.scenario, WIDTH - 2 * MARGIN - TITLE.width(&name));
        canvas.text(&format!("{scenario}{name}"), (MARGIN, 44), TITLE, Align::Left);
        let brokers = setup.catalog.brokers().count();
        let plural = if brokers == 1 { "" } else { "s" };
        let kafka = format!("Kafka {}", setup.rules);
        let facts = [format!("seed {}", setup.seed), format!("{brokers} broker{plural}"), kafka, self.note.clone()];
        let line = NOTE.fit(&facts.join("  ·  "), WIDTH - 2 * MARGIN);
        canvas.text(&line, (MARGIN, 86), NOTE, Align::Left);
    }

    /// Puts the words of a legend side by side, in as many rows as they need.
    fn flow(&self, legend: &[Legend], y: &mut i32) -> Vec<Row> {
        let mut rows: Vec<Row> = Vec::new();
        let mut x = WIDTH;
        for item in legend {
            let text = LABEL.fit(&item.text, WIDTH - 2 * MARGIN - self.left - SWATCH);
            let width = SWATCH + 14 + LABEL.width(&text) + 36;
            if x + width > WIDTH - MARGIN + 36 {
                x = self.left;
                rows.push(Row { y: *y + LEGEND_ROW / 2, items: Vec::new() });
                *y += LEGEND_ROW;
            }
            if let Some(row) = rows.last_mut() {
                row.items.push((x, Legend { text, swatch: item.swatch }));
            }
            x += width;
        }
        rows
    }

    fn unit_label(&self, canvas: &mut Canvas<'_>, field: Field) {
        canvas.text(self.unit, (self.left - 14, field.top - 36), NOTE, Align::Right);
    }
}

impl Panel {
    fn draw_heading(&self, canvas: &mut Canvas<'_>, bottom: i32, left: i32) {
        if let Some(heading) = &self.heading {
            canvas.text(&LABEL.bold().fit(heading, RIGHT - left), (left, bottom - 16), LABEL.bold(), Align::Left);
        }
    }
    fn draw_ribbon(&self, canvas: &mut Canvas<'_>, field: Field) {
        let Some(ribbon) = &self.ribbon else { return };
        let (top, bottom) = (field.bottom + 20, field.bottom + RIBBON - 6);
        canvas.rect((field.axis.left, top), (field.axis.right, bottom), GRID, 0.5);
        for (from, to) in &ribbon.spans {
            let from = field.axis.x(*from);
            let to = field.axis.x(*to).max(from + 3).min(field.axis.right);
            canvas.rect((from, top), (to, bottom), ribbon.color, 1.0);
        }
        canvas.text(ribbon.name, (field.axis.left - 14, (top + bottom) / 2), NOTE, Align::Right);
    }
}

fn time_labels(canvas: &mut Canvas<'_>, axis: TimeAxis, top: i32) {
    for (at, label) in axis.ticks() {
        let x = axis.x(at);
        canvas.line((x, top), (x, top + 8), Pen::Thin, MUTED);
        canvas.text(&label, (x, top + 26), NOTE, Align::Middle);
    }
    canvas.text(&axis.title(), ((axis.left + axis.right) / 2, top + 64), NOTE, Align::Middle);
}

fn draw_legend(canvas: &mut Canvas<'_>, rows: &[Row]) {
    for row in rows {
        for (x, item) in &row.items {
            swatch(canvas, item.swatch, *x, row.y);
            canvas.text(&item.text, (x + SWATCH + 14, row.y), LABEL, Align::Left);
        }
    }
}

fn swatch(canvas: &mut Canvas<'_>, swatch: Swatch, x: i32, y: i32) {
    let (from, to): (Point, Point) = ((x, y - 12), (x + SWATCH, y + 12));
    match swatch {
        Swatch::Line(pen, color) => canvas.path(&[(x + 4, y), (x + SWATCH - 4, y)], pen, color),
        Swatch::Area(color) => canvas.rect(from, to, color, 1.0),
        Swatch::Dots(color) => (0..3).for_each(|i| canvas.dot((x + 12 + i * 18, y), 4, color)),
        Swatch::Hatch => hatch(canvas, from, to),
        Swatch::Diamond => diamond(canvas, (x + SWATCH - 16, y)),
    }
}

/// Red with white stripes: nobody leads.
pub fn hatch(canvas: &mut Canvas<'_>, from: Point, to: Point) {
    const STRIPE: i32 = 14;
    canvas.rect(from, to, RED, 1.0);
    let height = to.1 - from.1;
    let mut foot = from.0 - height + STRIPE / 2;
    while foot < to.0 {
        // A stripe rises to the right by as much as it goes sideways; both ends are cut at the edges.
        let (cut_left, cut_right) = ((from.0 - foot).max(0), (foot + height - to.0).max(0));
        if cut_left + cut_right < height {
            canvas.line(
                (foot + cut_left, to.1 - cut_left),
                (foot + height - cut_right, from.1 + cut_right),
                Pen::Thin,
                WHITE,
            );
        }
        foot += STRIPE;
    }
}

/// The sign of an unclean election.
pub fn diamond(canvas: &mut Canvas<'_>, at: Point) {
    let around = |r: i32| [(at.0, at.1 - r), (at.0 + r, at.1), (at.0, at.1 + r), (at.0 - r, at.1)];
    canvas.polygon(&around(15), WHITE, 1.0);
    canvas.polygon(&around(12), INK, 1.0);
}
