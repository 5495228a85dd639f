//! Rows of signs below the data: when brokers were fenced, leaders changed, processes came back.
//!
//! Each kind has a row with its name, and a sign of its own shape, so that they are told apart without colour.

use super::canvas::{Align, Canvas, Pen};
use super::palette::{BLUE, GREEN, GRID, NOTE, RED};
use super::scale::TimeAxis;
use crate::report::series::Series;
use crate::report::series::marks::{Mark, MarkKind};

/// Height of a row.
const ROW: i32 = 34;
/// Space above the first row.
const ABOVE: i32 = 12;
/// Half the size of a sign.
const SIZE: i32 = 10;

/// The rows of a picture.
pub struct Marked<'a> {
    rows: Vec<(MarkKind, Vec<&'a Mark>)>,
    axis: TimeAxis,
    top: i32,
}

impl<'a> Marked<'a> {
    /// What was marked in a run, in rows from `top` down.
    pub fn new(series: &'a Series, axis: TimeAxis, top: i32) -> Marked<'a> {
        let of = |kind: MarkKind| (kind, series.marks.all.iter().filter(|mark| mark.kind == kind).collect::<Vec<_>>());
        let rows = MarkKind::ALL.into_iter().map(of).filter(|(_, marks)| !marks.is_empty()).collect();
        Marked { rows, axis, top }
    }
    /// How much room they take.
    pub fn height(&self) -> i32 {
        if self.rows.is_empty() { 0 } else { ABOVE + self.rows.len() as i32 * ROW }
    }
    /// Draws them.
    pub fn draw(&self, canvas: &mut Canvas<'_>) {
        for (row, (kind, marks)) in self.rows.iter().enumerate() {
            let y = self.top + ABOVE + row as i32 * ROW + ROW / 2;
            canvas.text(kind.name(), (self.axis.left - 14, y), NOTE, Align::Right);
            canvas.line((self.axis.left, y), (self.axis.right, y), Pen::Hair, GRID);
            marks.iter().for_each(|mark| sign(canvas, *kind, self.axis.x(mark.at), y));
        }
    }
}

fn sign(canvas: &mut Canvas<'_>, kind: MarkKind, x: i32, y: i32) {
    match kind {
        MarkKind::Fenced => {
            canvas.line((x - SIZE + 2, y - SIZE + 2), (x + SIZE - 2, y + SIZE - 2), Pen::Solid, RED);
            canvas.line((x - SIZE + 2, y + SIZE - 2), (x + SIZE - 2, y - SIZE + 2), Pen::Solid, RED);
        }
        MarkKind::NewLeader => canvas.dot((x, y), SIZE as u32 - 1, BLUE),
        MarkKind::Restart => {
            canvas.polygon(&[(x - SIZE, y + SIZE - 1), (x, y - SIZE), (x + SIZE, y + SIZE - 1)], GREEN, 1.0);
        }
    }
}
