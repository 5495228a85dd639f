//! Settings side by side: estimates with their intervals, one field for each quantity.

use plotters::style::RGBColor;

use super::canvas::{Align, Canvas, Font, Pen, picture};
use super::palette::{BLUE, GREEN, GRID, INK, LABEL, MUTED, NOTE, ORANGE, PURPLE, SKY, TITLE};
use super::scale::{Linear, decimal, thousands};

/// A picture before it is drawn.
#[derive(Clone, PartialEq, Debug)]
pub struct ComparedPicture {
    /// What is compared.
    pub title: String,
    /// What else a reader must know.
    pub note: String,
    /// The settings, from the top down; all fields have them in this order.
    pub settings: Vec<String>,
    /// The fields.
    pub fields: Vec<ComparedField>,
}

/// One quantity.
#[derive(Clone, PartialEq, Debug)]
pub struct ComparedField {
    /// What it is.
    pub name: String,
    /// In which unit its values are.
    pub unit: FieldUnit,
    /// By setting; none: it is not known.
    pub bars: Vec<Option<ErrorBar>>,
}

/// What values are counted in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FieldUnit {
    /// Shares of one.
    Share,
    /// Nanoseconds.
    Time,
    /// Records.
    Records,
    /// Bytes.
    Bytes,
}

/// An estimate with its interval.
#[derive(Clone, PartialEq, Debug)]
pub struct ErrorBar {
    /// The estimate.
    pub value: f64,
    /// The interval; none: nobody knows.
    pub ends: Option<(f64, f64)>,
    /// The estimate in words.
    pub text: String,
    /// Whether it may be said to differ from the first.
    pub differs: bool,
}

const WIDTH: i32 = 1600;
const MARGIN: i32 = 30;
const RIGHT: i32 = WIDTH - 330;
const ROW: i32 = 44;
const HEADING: i32 = 56;
const FOOT: i32 = 62;

/// Told apart by place first, and by colour too.
const COLOURS: [RGBColor; 5] = [BLUE, ORANGE, GREEN, PURPLE, SKY];

/// The axis of a field, in whole small units.
struct Axis {
    linear: Linear,
    left: i32,
    /// So many small units are one of the values'.
    scale: f64,
    unit: &'static str,
    /// Digits of a small unit behind the point of a label.
    digits: u32,
}

impl Axis {
    fn new(field: &ComparedField, left: i32) -> Axis {
        let highest = |bar: &ErrorBar| bar.ends.map_or(bar.value, |(_, high)| high.max(bar.value));
        let most = field.bars.iter().flatten().map(highest).fold(0.0, f64::max);
        // Small units are fine enough for a picture, and their labels short.
        let (scale, unit, digits) = match field.unit {
            FieldUnit::Share => (1000.0, "% of runs", 1),
            FieldUnit::Time if most >= 2e9 => (1e-6, "s", 3),
            FieldUnit::Time if most >= 2e6 => (1e-3, "ms", 3),
            FieldUnit::Time => (1.0, "µs", 3),
            FieldUnit::Records => (1.0, "records", 0),
            FieldUnit::Bytes if most >= 2e6 => (1e-3, "kB", 0),
            FieldUnit::Bytes => (1.0, "bytes", 0),
        };
        let most = libm::ceil(most * scale) as u64;
        // What never happened is a short bar on a scale that shows that it is short.
        let most = if field.unit == FieldUnit::Share { most.max(100) } else { most };
        Axis { linear: Linear::new(left, RIGHT, most), left, scale, unit, digits }
    }
    fn x(&self, value: f64) -> i32 {
        let value = libm::round(value.max(0.0) * self.scale) as u64;
        // The scale counts from the bottom up, and here from the left.
        self.left + RIGHT - self.linear.y(value.min(self.linear.max()))
    }
    fn ticks(&self) -> Vec<(i32, String)> {
        let ticks = self.linear.ticks();
        let step = self.linear.max() / (ticks.len() as u64 - 1).max(1);
        let label = |value: u64| if self.digits == 0 { thousands(value) } else { decimal(value, self.digits) };
        ticks.iter().enumerate().map(|(n, (y, _))| (self.left + RIGHT - y, label(n as u64 * step))).collect()
    }
}

/// The picture; none, where nothing is known.
pub fn draw(compared: &ComparedPicture) -> Option<String> {
    let fields: Vec<&ComparedField> = compared.fields.iter().filter(|f| f.bars.iter().any(Option::is_some)).collect();
    if fields.is_empty() {
        return None;
    }
    let widest = compared.settings.iter().map(|name| LABEL.width(name)).max().unwrap_or(0);
    let left = (MARGIN + widest + 24).clamp(260, 720);
    let one = HEADING + ROW * compared.settings.len() as i32 + FOOT;
    let height = 120 + one * fields.len() as i32 + 20;
    Some(picture((WIDTH, height), &format!("{}: settings compared", compared.title), |canvas| {
        canvas.text(&TITLE.fit(&compared.title, WIDTH - 2 * MARGIN), (MARGIN, 44), TITLE, Align::Left);
        canvas.text(&NOTE.fit(&compared.note, WIDTH - 2 * MARGIN), (MARGIN, 86), NOTE, Align::Left);
        for (number, field) in fields.iter().enumerate() {
            draw_field(canvas, compared, field, left, 120 + one * number as i32);
        }
    }))
}

fn draw_field(canvas: &mut Canvas<'_>, compared: &ComparedPicture, field: &ComparedField, left: i32, top: i32) {
    let axis = Axis::new(field, left);
    let heading = LABEL.bold();
    canvas.text(&heading.fit(&field.name, WIDTH - 2 * MARGIN), (MARGIN, top + HEADING - 24), heading, Align::Left);
    let (from, to) = (top + HEADING, top + HEADING + ROW * compared.settings.len() as i32);
    for (x, label) in axis.ticks() {
        canvas.line((x, from), (x, to), Pen::Hair, GRID);
        canvas.text(&label, (x, to + 22), NOTE, Align::Middle);
    }
    canvas.text(axis.unit, (RIGHT + 60, to + 22), NOTE, Align::Left);
    canvas.line((left, to), (RIGHT, to), Pen::Thin, MUTED);
    for (number, (name, bar)) in compared.settings.iter().zip(&field.bars).enumerate() {
        let y = from + ROW * number as i32 + ROW / 2;
        canvas.text(&LABEL.fit(name, left - MARGIN - 24), (left - 20, y), LABEL, Align::Right);
        match bar {
            None => canvas.text("not known", (left + 12, y), NOTE, Align::Left),
            Some(bar) => draw_bar(canvas, &axis, bar, COLOURS[number % COLOURS.len()], y),
        }
    }
}

fn draw_bar(canvas: &mut Canvas<'_>, axis: &Axis, bar: &ErrorBar, colour: RGBColor, y: i32) {
    if let Some((low, high)) = bar.ends {
        let (low, high) = (axis.x(low), axis.x(high));
        canvas.line((low, y), (high, y), Pen::Solid, colour);
        for end in [low, high] {
            canvas.line((end, y - 10), (end, y + 10), Pen::Solid, colour);
        }
    }
    canvas.dot((axis.x(bar.value), y), 8, colour);
    let font = Font { color: INK, ..NOTE };
    let text = if bar.differs { format!("{}  differs", bar.text) } else { bar.text.clone() };
    canvas.text(&text, (RIGHT + 60, y), font, Align::Left);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bar(value: f64, low: f64, high: f64) -> Option<ErrorBar> {
        Some(ErrorBar { value, ends: Some((low, high)), text: format!("{value}"), differs: value > low })
    }
    fn pictured(unit: FieldUnit, bars: Vec<Option<ErrorBar>>) -> Option<String> {
        draw(&ComparedPicture {
            title: "leader-crash".into(),
            note: "100 seeds".into(),
            settings: vec!["acks=0".into(), "acks=<all>".into()],
            fields: vec![ComparedField { name: "lost after ack".into(), unit, bars }],
        })
    }

    #[test]
    fn what_is_not_known_is_said_and_nothing_at_all_is_no_picture() {
        assert_eq!(pictured(FieldUnit::Share, vec![None, None]), None);
        let svg = pictured(FieldUnit::Share, vec![bar(0.5, 0.4, 0.6), None]).expect("one is known");
        assert!(svg.contains("not known") && svg.contains("acks=&lt;all&gt;"), "{svg}");
        assert_eq!(svg.matches("<circle").count(), 1);
    }

    #[test]
    fn values_stand_where_the_axis_says() {
        let field = ComparedField { name: String::new(), unit: FieldUnit::Share, bars: vec![bar(0.5, 0.2, 0.9), None] };
        let axis = Axis::new(&field, 300);
        assert_eq!((axis.x(0.0), axis.x(1.0)), (300, RIGHT));
        let ticks = axis.ticks();
        assert_eq!(
            ticks.iter().map(|(_, label)| label.as_str()).collect::<Vec<_>>(),
            ["0", "20", "40", "60", "80", "100"]
        );
        assert_eq!((ticks[0].0, ticks[5].0), (300, RIGHT));
        assert!(axis.x(0.2) < axis.x(0.5) && axis.x(0.5) < axis.x(0.9));
        let time = ComparedField { unit: FieldUnit::Time, bars: vec![bar(9e9, 8e9, 9.5e9)], ..field };
        let axis = Axis::new(&time, 300);
        assert_eq!((axis.unit, axis.ticks().last().map(|(_, label)| label.clone())), ("s", Some("10".into())));
    }
}
