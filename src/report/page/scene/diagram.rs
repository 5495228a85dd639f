//! A space-time diagram as SVG: a line for each process, time goes down, a row for each thing that happened. Rows are
//! equally far apart, whatever time lies between: the clock stands at the left.

use std::fmt::Write;

use super::{Diagram, Move};
use crate::history::setup::Setup;
use crate::protocol::ids::NodeId;
use crate::report::page::html::Esc;

const LEFT: i64 = 96;
const LANE: i64 = 84;
const HEAD: i64 = 50;
const ROW: i64 = 30;
const TEXT: i64 = 490;
/// Longer names are cut in the head of a lane; the table has them whole.
const NAME: usize = 11;
/// Longer texts are cut beside a row; the table has them whole.
const WORDS: usize = 66;

/// Draws it. `title` is what a screen reader says; `id` tells this picture from others on the page.
pub fn draw(diagram: &Diagram, setup: &Setup, title: &str, id: usize) -> String {
    let lanes = diagram.lanes.len() as i64;
    let (width, height) = (LEFT + lanes * LANE + TEXT, HEAD + diagram.rows.len() as i64 * ROW + 16);
    let x = |node: NodeId| {
        let place = diagram.lanes.iter().position(|lane| *lane == node).unwrap_or(0);
        LEFT + place as i64 * LANE + LANE / 2
    };
    let y = |row: usize| HEAD + row as i64 * ROW + ROW / 2;
    let mut svg = format!(
        "<svg class=\"space-time\" role=\"img\" aria-labelledby=\"d{id}\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\">\
         <title id=\"d{id}\">{}</title>\
         <defs><marker id=\"m{id}\" viewBox=\"0 0 10 10\" refX=\"9\" refY=\"5\" markerWidth=\"7\" markerHeight=\"7\" orient=\"auto-start-reverse\">\
         <path d=\"M0 0 10 5 0 10z\"/></marker></defs>",
        Esc(title)
    );
    let _ = write!(svg, "<text class=\"clock\" x=\"{}\" y=\"33\">seconds</text>", LEFT - 16);
    for lane in &diagram.lanes {
        let x = x(*lane);
        // `controller 100` in two lines.
        let name = setup.catalog.node_name(*lane);
        let (above, below) = name.split_once(' ').unwrap_or(("", name));
        let _ = write!(
            svg,
            "<text class=\"lane\" x=\"{x}\" y=\"16\">{}<tspan x=\"{x}\" y=\"33\">{}</tspan></text>\
             <line class=\"life\" x1=\"{x}\" y1=\"42\" x2=\"{x}\" y2=\"{}\"/>",
            Esc(cut(above, NAME)),
            Esc(cut(below, NAME)),
            height - 6
        );
    }
    for (number, row) in diagram.rows.iter().enumerate() {
        let (here, there) = (x(row.node), y(number));
        if diagram.point == Some(number) {
            let _ = write!(
                svg,
                "<rect class=\"point\" x=\"0\" y=\"{}\" width=\"{width}\" height=\"{ROW}\"/>",
                there - ROW / 2
            );
        }
        let again = number > 0 && diagram.rows[number - 1].at == row.at;
        if !again {
            let _ =
                write!(svg, "<text class=\"clock\" x=\"{}\" y=\"{}\">{}</text>", LEFT - 16, there + 5, clock(row.at));
        }
        match row.moved {
            Move::None => {}
            Move::From(sent) => arrow(&mut svg, (x(diagram.rows[sent].node), y(sent)), (here, there), id, ""),
            Move::FromProcess(node) => arrow(&mut svg, (x(node), there), (here, there), id, " level"),
            Move::Lost => lost(&mut svg, (here, there), row.node == diagram.lanes[diagram.lanes.len() - 1]),
        }
        let _ = write!(svg, "<circle class=\"event\" cx=\"{here}\" cy=\"{there}\" r=\"4.5\"/>");
        let words = cut(&row.text, WORDS);
        let missed = if row.moved == Move::Lost { "✗ " } else { "" };
        let _ = write!(
            svg,
            "<text class=\"words\" x=\"{}\" y=\"{}\">{missed}{}</text>",
            LEFT + lanes * LANE + 8,
            there + 5,
            Esc(words)
        );
    }
    svg + "</svg>"
}

fn arrow(svg: &mut String, from: (i64, i64), to: (i64, i64), id: usize, class: &str) {
    // It ends at the edge of the dot.
    let gap = 6 * (to.0 - from.0).signum();
    let _ = write!(
        svg,
        "<line class=\"arrow{class}\" x1=\"{}\" y1=\"{}\" x2=\"{}\" y2=\"{}\" marker-end=\"url(#m{id})\"/>",
        from.0,
        from.1,
        to.0 - gap,
        to.1
    );
}

/// A short arrow that leads nowhere, and a cross at its end.
fn lost(svg: &mut String, (x, y): (i64, i64), leftwards: bool) {
    let away = if leftwards { -1 } else { 1 };
    let (end, below) = (x + 40 * away, y + 10);
    let _ = write!(
        svg,
        "<line class=\"arrow lost\" x1=\"{x}\" y1=\"{y}\" x2=\"{end}\" y2=\"{below}\"/>\
         <path class=\"cross\" d=\"M{} {} l10 10 m0 -10 l-10 10\"/>",
        end - 5,
        below - 5
    );
}

/// `12.008 412`: seconds, with what is behind the milliseconds.
fn clock(at: crate::sim::time::Nanos) -> String {
    let us = at.0 / 1_000;
    format!("{}.{:03} {:03}", us / 1_000_000, us / 1_000 % 1_000, us % 1_000)
}

fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let kept: String = text.chars().take(most - 1).collect();
    format!("{}…", kept.trim_end())
}
