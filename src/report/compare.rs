//! Two runs side by side: where they part, and what followed.

use std::fmt::Write;

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

/// Tells where two runs part, and what followed; `None`: they are the same, fact by fact.
pub fn compare(a: &Compared, b: &Compared) -> Option<String> {
    let parting = parting(a.side(), b.side())?;
    let mut out = format!("A  {}\nB  {}\n\n", a.name, b.name);
    let changed = conditions(&a.report.setup, &b.report.setup);
    if !changed.is_empty() {
        list(&mut out, "conditions", &changed, changed.len());
        out.push('\n');
    }
    let at = [parting.a, parting.b].into_iter().flatten().map(|entry| entry.at).min().unwrap_or(Nanos::ZERO);
    let _ = writeln!(out, "first difference   after {} facts alike", thousands(parting.alike as u64));
    for (mark, entry, side) in [("A", parting.a, a), ("B", parting.b, b)] {
        let text = entry.map_or("the history is over".into(), |entry| {
            format!("{}  {}", precise(entry.at), fields(&entry.fact, &side.report.setup.catalog))
        });
        let _ = writeln!(out, "  {mark}  {text}");
    }
    let followed = followed(a, b, at);
    out += "\nwhat followed\n";
    out += if followed.is_empty() { "  nothing that a timeline, ledger or invariant shows\n" } else { &followed };
    Some(out)
}

fn followed(a: &Compared, b: &Compared, at: Nanos) -> String {
    let mut out = timelines(a, b, at);
    let figures = figures(a, b);
    if !figures.is_empty() {
        let _ = writeln!(out, "  ledger: {}", figures.join(", "));
    }
    for (x, y) in a.report.judgement.findings.iter().zip(&b.report.judgement.findings) {
        if x.outcome.word() != y.outcome.word() {
            let (ours, theirs) = (describe(x, &place(&a.report.setup)), describe(y, &place(&b.report.setup)));
            let _ = writeln!(out, "  {}: {} -> {}", x.invariant.id, x.outcome.word(), y.outcome.word());
            let _ = writeln!(out, "    A  {ours}\n    B  {theirs}");
        }
    }
    let mut numbers: Vec<(&str, (u64, u64))> = counts(&a.entries, &b.entries).into_iter().collect();
    // What only one of them has says most.
    numbers.retain(|(_, (x, y))| *x == 0 || *y == 0);
    if !numbers.is_empty() {
        let total = numbers.len();
        let texts: Vec<String> = numbers
            .into_iter()
            .map(
                |(name, (x, y))| {
                    if y == 0 { format!("{name} {x} times in A only") } else { format!("{name} {y} times in B only") }
                },
            )
            .collect();
        list(&mut out, "  facts", &texts, total);
    }
    out
}

/// The first lines of both timelines from where these part.
fn timelines(a: &Compared, b: &Compared, at: Nanos) -> String {
    let (x, y) = (a.report.timeline.lines(), b.report.timeline.lines());
    let same = |(x, y): &(&TimelineLine, &TimelineLine)| (x.at, &x.who, &x.text) == (y.at, &y.who, &y.text);
    let alike = x.iter().zip(y).take_while(same).count();
    if alike == x.len() && alike == y.len() {
        return String::new();
    }
    let mut out = format!("  timeline: {alike} lines alike, then\n");
    for (mark, lines) in [("A", &x[alike..]), ("B", &y[alike..])] {
        let later: Vec<&TimelineLine> = lines.iter().filter(|line| line.at >= at).collect();
        for line in later.iter().take(MOST) {
            let _ = writeln!(out, "    {mark}  {:>10}  {:<15}{}", line.at.to_string(), line.who, line.text);
        }
        if later.len() > MOST {
            let _ = writeln!(out, "    {mark}  ... {} more lines", later.len() - MOST);
        }
    }
    out
}

/// Figures of the ledger that differ.
fn figures(a: &Compared, b: &Compared) -> Vec<String> {
    let (x, y) = (&a.report.judgement.ledger, &b.report.judgement.ledger);
    let pairs = [
        ("sent", x.sent, y.sent),
        ("acked", x.acked, y.acked),
        ("failed", x.failed, y.failed),
        ("pending", x.pending, y.pending),
        ("lost after ack", x.lost_after_ack, y.lost_after_ack),
        ("lost unacked", x.lost_unacked, y.lost_unacked),
        ("duplicated", x.duplicated, y.duplicated),
        ("out of order", x.out_of_order, y.out_of_order),
    ];
    let differing = pairs.into_iter().filter(|(_, x, y)| x != y);
    differing.map(|(name, x, y)| format!("{name} {} -> {}", thousands(x), thousands(y))).collect()
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
