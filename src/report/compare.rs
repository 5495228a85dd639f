//! Two runs side by side: where they part, and what followed.

use std::fmt::Write;

use serde_json::{Value, json};

use super::Report;
use super::timeline::TimelineLine;
use crate::history::diff::{DiffSide, conditions, counts, parting};
use crate::history::fact::Entry;
use crate::history::words::fields;
use crate::run::figures::thousands;
use crate::run::verdict::describe;
use crate::run::verdict::place;
use crate::sim::time::Nanos;

/// The most lines of each list.
const MOST: usize = 6;

/// A run or a history that was read.
#[derive(Clone, Debug)]
pub struct Compared {
    /// What the user called it.
    pub name: String,
    /// What is said of it.
    pub report: Report,
    /// Its facts.
    pub entries: Vec<Entry>,
}

impl Compared {
    fn side(&self) -> DiffSide<'_> {
        DiffSide { setup: &self.report.setup, entries: &self.entries }
    }
}

/// Where two runs part, and what followed. A pair is of the first run and of the second.
#[derive(Clone, PartialEq, Debug)]
pub struct RunParting {
    /// What differs in the conditions.
    pub conditions: Vec<String>,
    /// How many facts are alike before they part.
    pub alike: usize,
    /// The facts in which they part; none: the history is over.
    pub first: [Option<Entry>; 2],
    /// The same in words.
    pub words: [Option<String>; 2],
    /// How many lines of their timelines are alike, and those that follow; none: all are alike.
    pub timelines: Option<(usize, [Vec<TimelineLine>; 2])>,
    /// Figures of the ledger that differ.
    pub ledger: Vec<(&'static str, [u64; 2])>,
    /// Invariants that end otherwise.
    pub invariants: Vec<InvariantParting>,
    /// Facts that only one of them has, and how often.
    pub only: Vec<(&'static str, [u64; 2])>,
}

/// An invariant that ends otherwise in the second run.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct InvariantParting {
    /// Which.
    pub id: &'static str,
    /// How it ends, in a word.
    pub outcomes: [&'static str; 2],
    /// How it ends, in a sentence.
    pub sentences: [String; 2],
}

/// Tells where two runs part, and what followed; `None`: they are the same, fact by fact.
pub fn compare(a: &Compared, b: &Compared) -> Option<String> {
    let parting = RunParting::of(a, b)?;
    Some(format!("A  {}\nB  {}\n\n{}", a.name, b.name, parting.tell()))
}

impl RunParting {
    /// None: they are the same, fact by fact.
    pub fn of(a: &Compared, b: &Compared) -> Option<RunParting> {
        let parting = parting(a.side(), b.side())?;
        let first = [parting.a, parting.b];
        let at = first.into_iter().flatten().map(|entry| entry.at).min().unwrap_or(Nanos::ZERO);
        let words =
            |entry: Option<Entry>, side: &Compared| entry.map(|entry| fields(&entry.fact, &side.report.setup.catalog));
        Some(RunParting {
            conditions: conditions(&a.report.setup, &b.report.setup),
            alike: parting.alike,
            first,
            words: [words(parting.a, a), words(parting.b, b)],
            timelines: timelines(a, b, at),
            ledger: ledger(a, b),
            invariants: invariants(a, b),
            // What only one of them has says most.
            only: counts(&a.entries, &b.entries)
                .into_iter()
                .filter(|(_, (x, y))| *x == 0 || *y == 0)
                .map(|(name, (x, y))| (name, [x, y]))
                .collect(),
        })
    }

    /// For people: what the two are called stands above it.
    pub fn tell(&self) -> String {
        let mut out = String::new();
        if !self.conditions.is_empty() {
            list(&mut out, "conditions", &self.conditions, self.conditions.len());
            out.push('\n');
        }
        out + &self.told_after_conditions(['A', 'B'])
    }
    /// The same, where it is known what differs in the conditions, of two that are called something else.
    pub fn told_after_conditions(&self, names: [char; 2]) -> String {
        let mut out = String::new();
        let _ = writeln!(out, "first difference   after {} facts alike", thousands(self.alike as u64));
        for (mark, (entry, words)) in names.into_iter().zip(self.first.iter().zip(&self.words)) {
            let text = entry
                .zip(words.as_ref())
                .map_or("the history is over".into(), |(entry, words)| format!("{}  {words}", precise(entry.at)));
            let _ = writeln!(out, "  {mark}  {text}");
        }
        let followed = self.followed(names);
        out += "\nwhat followed\n";
        out += if followed.is_empty() { "  nothing that a timeline, ledger or invariant shows\n" } else { &followed };
        out
    }

    fn followed(&self, names: [char; 2]) -> String {
        let mut out = String::new();
        if let Some((alike, sides)) = &self.timelines {
            let _ = writeln!(out, "  timeline: {alike} lines alike, then");
            for (mark, lines) in names.into_iter().zip(sides) {
                for line in lines.iter().take(MOST) {
                    let _ = writeln!(out, "    {mark}  {:>10}  {:<15}{}", line.at.to_string(), line.who, line.text);
                }
                if lines.len() > MOST {
                    let _ = writeln!(out, "    {mark}  ... {} more lines", lines.len() - MOST);
                }
            }
        }
        if !self.ledger.is_empty() {
            let figure = |(name, [x, y]): &(&str, [u64; 2])| format!("{name} {} -> {}", thousands(*x), thousands(*y));
            let figures: Vec<String> = self.ledger.iter().map(figure).collect();
            let _ = writeln!(out, "  ledger: {}", figures.join(", "));
        }
        for InvariantParting { id, outcomes: [x, y], sentences: [ours, theirs] } in &self.invariants {
            let [a, b] = names;
            let _ = writeln!(out, "  {id}: {x} -> {y}\n    {a}  {ours}\n    {b}  {theirs}");
        }
        if !self.only.is_empty() {
            let text = |(name, counts): &(&str, [u64; 2])| match counts {
                [x, 0] => format!("{name} {x} times in {} only", names[0]),
                [_, y] => format!("{name} {y} times in {} only", names[1]),
            };
            list(&mut out, "  facts", &self.only.iter().map(text).collect::<Vec<_>>(), self.only.len());
        }
        out
    }

    /// For programs.
    pub fn json(&self) -> Value {
        let first = self.first.iter().zip(&self.words).map(|(entry, words)| {
            entry.map(|entry| json!({ "t_ns": entry.at, "fact": entry.fact.name(), "text": words }))
        });
        let line = |line: &TimelineLine| json!({ "t_ns": line.at, "who": line.who, "text": line.text });
        let timeline = self.timelines.as_ref().map(|(alike, sides)| {
            let sides = sides.iter().map(|lines| lines.iter().map(line).collect::<Vec<_>>());
            json!({ "alike": alike, "then": sides.collect::<Vec<_>>() })
        });
        json!({
            "conditions": self.conditions,
            "alike": self.alike,
            "first": first.collect::<Vec<_>>(),
            "timeline": timeline,
            "ledger": self.ledger.iter().map(|(name, pair)| json!({ "figure": name, "of": pair })).collect::<Vec<_>>(),
            "invariants": self.invariants.iter().map(|invariant| json!({
                "id": invariant.id, "outcomes": invariant.outcomes, "found": invariant.sentences,
            })).collect::<Vec<_>>(),
            "facts_of_one": self.only.iter().map(|(name, pair)| json!({ "fact": name, "of": pair })).collect::<Vec<_>>(),
        })
    }
}

/// The lines of both timelines from where these part.
fn timelines(a: &Compared, b: &Compared, at: Nanos) -> Option<(usize, [Vec<TimelineLine>; 2])> {
    let (x, y) = (a.report.timeline.lines(), b.report.timeline.lines());
    let same = |(x, y): &(&TimelineLine, &TimelineLine)| (x.at, &x.who, &x.text) == (y.at, &y.who, &y.text);
    let alike = x.iter().zip(y).take_while(same).count();
    let later = |lines: &[TimelineLine]| lines[alike..].iter().filter(|line| line.at >= at).cloned().collect();
    (alike < x.len() || alike < y.len()).then(|| (alike, [later(x), later(y)]))
}

/// Figures of the ledger that differ.
fn ledger(a: &Compared, b: &Compared) -> Vec<(&'static str, [u64; 2])> {
    let (x, y) = (&a.report.judgement.ledger, &b.report.judgement.ledger);
    let pairs = [
        ("sent", [x.sent, y.sent]),
        ("acked", [x.acked, y.acked]),
        ("failed", [x.failed, y.failed]),
        ("pending", [x.pending, y.pending]),
        ("lost after ack", [x.lost_after_ack, y.lost_after_ack]),
        ("lost unacked", [x.lost_unacked, y.lost_unacked]),
        ("duplicated", [x.duplicated, y.duplicated]),
        ("out of order", [x.out_of_order, y.out_of_order]),
    ];
    pairs.into_iter().filter(|(_, [x, y])| x != y).collect()
}

fn invariants(a: &Compared, b: &Compared) -> Vec<InvariantParting> {
    let (place_a, place_b) = (place(&a.report.setup), place(&b.report.setup));
    let pairs = a.report.judgement.findings.iter().zip(&b.report.judgement.findings);
    let differing = pairs.filter(|(x, y)| x.outcome.word() != y.outcome.word());
    differing
        .map(|(x, y)| InvariantParting {
            id: x.invariant.id,
            outcomes: [x.outcome.word(), y.outcome.word()],
            sentences: [describe(x, &place_a), describe(y, &place_b)],
        })
        .collect()
}

fn list(out: &mut String, title: &str, texts: &[String], total: usize) {
    let _ = writeln!(out, "{title}:");
    for text in texts.iter().take(MOST) {
        let _ = writeln!(out, "    {text}");
    }
    if total > MOST {
        let _ = writeln!(out, "    ... and {} more", total - MOST);
    }
}

/// Seconds with nanoseconds: runs part at small differences.
fn precise(t: Nanos) -> String {
    format!("{}.{:09}s", t.0 / 1_000_000_000, t.0 % 1_000_000_000)
}
