//! A story as people read it: the cause first.

use std::fmt::Write;

use super::super::fit::fitted;
use super::super::human::wrap;
use super::Story;
use super::stamps::{SHORT, Stamp, lightened};

impl Story {
    /// The passport: the cause, and every station with its time and place, in lines of that width.
    pub fn print(&self, width: usize) -> String {
        let mut out = self.head("", width);
        for unsimulated in &self.unsimulated {
            wrapped(&mut out, "  ?           not simulated: ", &" ".repeat(14), unsimulated, width);
        }
        let names = self.stamps.iter().map(|stamp| stamp.station.name().len()).max().unwrap_or(0);
        for stamp in &self.stamps {
            let head = format!(
                "  {:>10}  {:<names$}  {:<15}",
                stamp.at.to_string(),
                stamp.station.name(),
                short(&stamp.place)
            );
            let blank = " ".repeat(31 + names);
            wrapped(&mut out, &head, &blank, &stamp.words(), width);
        }
        out
    }

    /// The same in a dozen lines: the weightiest stations.
    pub fn brief(&self, width: usize) -> String {
        let mut out = self.head("why: ", width);
        for stamp in lightened(joined(&self.stamps), SHORT, |light| light.len() / 2) {
            let head = format!("  {:>10}  {:<15}", stamp.at.to_string(), short(&stamp.place));
            wrapped(&mut out, &head, &" ".repeat(29), &stamp.words(), width);
        }
        out
    }

    fn head(&self, first: &str, width: usize) -> String {
        let mut out = String::new();
        wrapped(&mut out, first, &" ".repeat(first.len()), &self.title, width);
        if let Some(cause) = self.cause {
            let _ = writeln!(out, "  {:<11} {}", "cause", cause.name());
            wrapped(&mut out, &" ".repeat(14), &" ".repeat(14), &self.sentence, width);
        } else if !self.sentence.is_empty() {
            wrapped(&mut out, &format!("  {:<11} ", "all is well"), &" ".repeat(14), &self.sentence, width);
        }
        out
    }
}

fn short(place: &str) -> String {
    fitted(place, 14)
}

/// What several brokers did alike, one after the other, as one: `broker 2, 3`.
fn joined(stamps: &[Stamp]) -> Vec<Stamp> {
    let mut all: Vec<Stamp> = Vec::new();
    for stamp in stamps {
        match (all.last_mut(), stamp.place.strip_prefix("broker ")) {
            (Some(last), Some(id)) if last.text == stamp.text && last.place.starts_with("broker ") => {
                last.place += &format!(", {id}");
                last.weight = last.weight.max(stamp.weight);
            }
            _ => all.push(stamp.clone()),
        }
    }
    all
}

fn wrapped(out: &mut String, first: &str, rest: &str, text: &str, width: usize) {
    let room = width.saturating_sub(rest.len()).max(30);
    for (i, line) in wrap(text, room).into_iter().enumerate() {
        let _ = writeln!(out, "{}{line}", if i == 0 { first } else { rest });
    }
}
