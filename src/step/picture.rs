//! A buffer of cells as a text, and as an SVG that needs no font of its own for its bars.

use std::fmt::Write;

use ratatui_core::buffer::{Buffer, Cell};
use ratatui_core::style::{Color, Modifier};

/// The cells as lines, without blanks at their ends.
pub fn text(buffer: &Buffer) -> String {
    let mut out = String::new();
    for y in buffer.area.top()..buffer.area.bottom() {
        let line: String = (buffer.area.left()..buffer.area.right()).map(|x| buffer[(x, y)].symbol()).collect();
        out += line.trim_end();
        out.push('\n');
    }
    out
}

const CELL: (u32, u32) = (8, 17);
const MARGIN: u32 = 12;

/// The cells as a picture of a terminal; `label` says what it shows to whoever cannot see it. The same cells give the
/// same picture, byte for byte.
pub fn svg(buffer: &Buffer, label: &str) -> String {
    let area = buffer.area;
    let (width, height) = (u32::from(area.width) * CELL.0 + 2 * MARGIN, u32::from(area.height) * CELL.1 + 2 * MARGIN);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" \
         role=\"img\" aria-label=\"{}\">\n<rect width=\"{width}\" height=\"{height}\" rx=\"8\" fill=\"#16181d\"/>\n\
         <g font-family=\"ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace\" font-size=\"13\">\n",
        escaped(label)
    );
    for y in area.top()..area.bottom() {
        row(buffer, y, &mut out);
    }
    out + "</g>\n</svg>\n"
}

fn row(buffer: &Buffer, y: u16, out: &mut String) {
    let cells: Vec<&Cell> = (buffer.area.left()..buffer.area.right()).map(|x| &buffer[(x, y)]).collect();
    let top = MARGIN + u32::from(y - buffer.area.top()) * CELL.1;
    let alike = |a: &Cell, b: &Cell| a.fg == b.fg && a.modifier == b.modifier && shade(a) == shade(b);
    let mut from = 0;
    while from < cells.len() {
        let to = (from..cells.len()).find(|at| !alike(cells[from], cells[*at])).unwrap_or(cells.len());
        let text: String = cells[from..to].iter().map(|cell| cell.symbol()).collect();
        let left = |cell: usize| MARGIN + cell as u32 * CELL.0;
        let colour = colour(cells[from].fg);
        if let Some(opacity) = shade(cells[from]) {
            let (width, height) = ((to - from) as u32 * CELL.0, CELL.1 - 4);
            let (x, y) = (left(from), top + 2);
            let _ = writeln!(
                out,
                "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" fill=\"{colour}\" fill-opacity=\"{opacity}\"/>"
            );
        } else if !text.trim().is_empty() {
            let blanks = text.chars().take_while(|c| *c == ' ').count();
            let text = text.trim();
            let (x, baseline, length) = (left(from + blanks), top + 13, text.chars().count() as u32 * CELL.0);
            let bold = if cells[from].modifier.contains(Modifier::BOLD) { " font-weight=\"bold\"" } else { "" };
            let _ = writeln!(
                out,
                "<text x=\"{x}\" y=\"{baseline}\" textLength=\"{length}\" fill=\"{colour}\"{bold}>{}</text>",
                // Blanks that stay: browsers draw several of the other kind as one, whatever xml:space says.
                escaped(text).replace(' ', "\u{a0}")
            );
        }
        from = to;
    }
}

/// How much of a cell is filled, where it is part of a bar.
fn shade(cell: &Cell) -> Option<&'static str> {
    match cell.symbol() {
        "█" => Some("1"),
        "▓" => Some("0.75"),
        "▒" => Some("0.5"),
        _ => None,
    }
}

/// Readable on the dark ground, and apart for who sees few colours.
fn colour(colour: Color) -> &'static str {
    match colour {
        Color::Green => "#7fc97f",
        Color::Red => "#ff7b72",
        Color::Yellow => "#e3b341",
        Color::Magenta => "#d2a8ff",
        Color::Cyan => "#79c0ff",
        Color::DarkGray => "#8b949e",
        _ => "#d9dde3",
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
