//! The sheet that a picture is drawn on: whole units, a few pens, generic fonts.
//!
//! Two units are one pixel at the width at which a README shows a picture, so that whole numbers are
//! fine enough; the same numbers come out everywhere. plotters' SVG backend knows no dashes: each
//! [`Pen`] has a width of its own, and a style sheet in the file gives that width its dashes. A viewer
//! without style sheets still shows different weights.

use plotters::backend::{DrawingBackend, SVGBackend};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, FontFamily, FontStyle, RGBColor, ShapeStyle, TextStyle};

use super::palette::WHITE;

/// Right and down from the upper left corner.
pub type Point = (i32, i32);

/// plotters writes a font's size divided by this.
const PLOTTERS_FONT_SCALE: f64 = 1.24;

const STYLE_SHEET: &str = "<style>polyline{stroke-linejoin:round;stroke-linecap:round}\
[stroke-width=\"5\"]{stroke-dasharray:16 10}\
[stroke-width=\"6\"]{stroke-dasharray:1 11}\
[stroke-width=\"3\"]{stroke-dasharray:7 7}</style>";

/// How a line is drawn. The number is its width, and the key of its dashes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Pen {
    /// Grid.
    Hair = 1,
    /// Axes, thin steps, lines that belong to many.
    Thin = 2,
    /// Borders of time: short dashes.
    Border = 3,
    /// A line of data.
    Solid = 4,
    /// A line of data, dashed.
    Dashed = 5,
    /// A line of data, dotted.
    Dotted = 6,
    /// A line of data that matters more.
    Strong = 7,
    /// Lies under the others, so that lines which coincide can all be seen.
    Broad = 11,
}

/// What a text's position means.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Align {
    /// Its left end.
    Left,
    /// Its middle.
    Middle,
    /// Its right end.
    Right,
}

/// The look of a text.
#[derive(Clone, Copy, Debug)]
pub struct Font {
    /// Height of its em square.
    pub size: i32,
    /// Its colour.
    pub color: RGBColor,
    /// Whether it is bold.
    pub bold: bool,
}

impl Font {
    /// The same, bold.
    pub const fn bold(self) -> Font {
        Font { bold: true, ..self }
    }
    /// The same in another colour.
    pub const fn color(self, color: RGBColor) -> Font {
        Font { color, ..self }
    }
    /// How wide `text` is in a wide font: which one a viewer takes for sans-serif is not known.
    pub fn width(self, text: &str) -> i32 {
        let percent: i32 = text.chars().map(advance).sum();
        let bold = if self.bold { 112 } else { 100 };
        self.size * percent / 100 * bold / 100 + 1
    }
    /// `text`, cut with an ellipsis where it would be wider than `room`.
    pub fn fit(self, text: &str, room: i32) -> String {
        if self.width(text) <= room {
            return text.to_string();
        }
        let mut kept: String = text.to_string();
        while !kept.is_empty() && self.width(&kept) + self.size > room {
            kept.pop();
        }
        format!("{}…", kept.trim_end())
    }
}

/// How far a character takes the pen, in hundredths of an em, as in DejaVu Sans.
fn advance(c: char) -> i32 {
    match c {
        'i' | 'l' | 'j' | '\'' | '|' => 29,
        ' ' | '.' | ',' | ':' | ';' | '·' => 34,
        'f' | 't' | 'r' | '(' | ')' | '[' | ']' | '-' | '/' | '!' => 41,
        'm' | 'M' | 'W' | '@' | '%' | '…' => 99,
        'w' | '<' | '>' | '=' | '+' => 84,
        'a'..='z' => 61,
        '0'..='9' => 64,
        'A'..='Z' => 72,
        c if c.is_ascii() => 65,
        _ => 100,
    }
}

/// See the module.
pub struct Canvas<'a> {
    svg: SVGBackend<'a>,
}

impl Canvas<'_> {
    /// A filled rectangle; `alpha` from 0 (nothing) to 1 (opaque).
    pub fn rect(&mut self, from: Point, to: Point, color: RGBColor, alpha: f64) {
        let drawn = self.svg.draw_rect(from, to, &color.mix(alpha), true);
        drawn.expect("a picture in memory has no I/O");
    }
    /// A straight line.
    pub fn line(&mut self, from: Point, to: Point, pen: Pen, color: RGBColor) {
        let drawn = self.svg.draw_line(from, to, &stroke(pen, color));
        drawn.expect("a picture in memory has no I/O");
    }
    /// A line through all `points`; one point alone becomes a dot.
    pub fn path(&mut self, points: &[Point], pen: Pen, color: RGBColor) {
        if let [only] = points {
            return self.dot(*only, 4, color);
        }
        let drawn = self.svg.draw_path(points.iter().copied(), &stroke(pen, color));
        drawn.expect("a picture in memory has no I/O");
    }
    /// A filled polygon.
    pub fn polygon(&mut self, points: &[Point], color: RGBColor, alpha: f64) {
        let drawn = self.svg.fill_polygon(points.iter().copied(), &color.mix(alpha));
        drawn.expect("a picture in memory has no I/O");
    }
    /// A filled circle.
    pub fn dot(&mut self, center: Point, radius: u32, color: RGBColor) {
        let style = ShapeStyle { color: color.to_rgba(), filled: true, stroke_width: 0 };
        let drawn = self.svg.draw_circle(center, radius, &style, true);
        drawn.expect("a picture in memory has no I/O");
    }
    /// A line of text, vertically centred on `at`.
    pub fn text(&mut self, text: &str, at: Point, font: Font, align: Align) {
        if text.is_empty() {
            return;
        }
        let h = match align {
            Align::Left => HPos::Left,
            Align::Middle => HPos::Center,
            Align::Right => HPos::Right,
        };
        let style = if font.bold { FontStyle::Bold } else { FontStyle::Normal };
        let style = TextStyle::from((FontFamily::SansSerif, f64::from(font.size) * PLOTTERS_FONT_SCALE, style))
            .color(&font.color)
            .pos(Pos::new(h, VPos::Center));
        let printable: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        let drawn = self.svg.draw_text(&printable, &style, at);
        drawn.expect("a picture in memory has no I/O");
    }
}

fn stroke(pen: Pen, color: RGBColor) -> ShapeStyle {
    ShapeStyle { color: color.to_rgba(), filled: false, stroke_width: pen as u32 }
}

/// A picture of that size on white; `title` is what a screen reader says of it.
pub fn picture(size: (i32, i32), title: &str, draw: impl FnOnce(&mut Canvas<'_>)) -> String {
    let mut body = String::new();
    {
        let mut canvas = Canvas { svg: SVGBackend::with_string(&mut body, (size.0 as u32, size.1 as u32)) };
        canvas.rect((0, 0), size, WHITE, 1.0);
        draw(&mut canvas);
        canvas.svg.present().expect("a picture in memory has no I/O");
    }
    let content = body.split_once('\n').map_or("", |(_, content)| content);
    let (width, height) = size;
    format!(
        "<svg width=\"{}\" height=\"{}\" viewBox=\"0 0 {width} {height}\" role=\"img\" xmlns=\"http://www.w3.org/2000/svg\">\n\
         <title>{}</title>\n{STYLE_SHEET}\n{content}",
        width / 2,
        height / 2,
        escape(title)
    )
}

fn escape(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '&' => "&amp;".to_string(),
            '<' => "&lt;".to_string(),
            '>' => "&gt;".to_string(),
            c if c.is_control() => " ".to_string(),
            c => c.to_string(),
        })
        .collect()
}
