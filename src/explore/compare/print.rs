//! The table, for people.

use std::fmt::Write;

use super::estimate::{Estimate, EstimateBlock, Estimates, PairedDifference};
use super::measure::{FigureUnit, Mishap, RunFigure};
use super::{ComparePlan, ComparedSeeds};
use crate::explore::result::SeedEnding;
use crate::run::figures::{short, thousands};
use crate::sim::time::Nanos;

/// A setting's name takes no more columns.
const NAME: usize = 44;

/// Said where the table says that something differs, or that nothing is seen to.
const NOTE: &str = "Against the first: the mean of the differences seed by seed, since all settings had the same luck. \
                    `differs` is said if chance alone shows as much in less than 5 of 100 such tables (McNemar's exact \
                    test, Student's paired test; Holm). That no difference is seen in so many seeds does not say that \
                    there is none.";

/// What is the same in all labels is left out of them: `acks=0` for `producers.*.config.acks=0`.
pub fn short_labels(labels: &[&str]) -> Vec<String> {
    let shortened: Vec<String> =
        labels.iter().map(|label| label.split("  ").map(last_key).collect::<Vec<_>>().join("  ")).collect();
    // Two that were told apart are told apart.
    let same = (1..shortened.len()).any(|place| shortened[..place].contains(&shortened[place]));
    if same { labels.iter().map(|label| (*label).to_owned()).collect() } else { shortened }
}

/// Configs have dots in their names, and stand behind `config.`.
fn last_key(part: &str) -> &str {
    let Some((path, _)) = part.split_once('=') else { return part };
    path.rfind(".config.").map_or(part, |place| &part[place + ".config.".len()..])
}

/// The whole table; notes are wrapped by `wrap`.
pub fn table(plan: &ComparePlan, compared: &ComparedSeeds, wrap: impl Fn(&str) -> Vec<String>) -> String {
    let labels: Vec<&str> = plan.settings.iter().map(|setting| setting.label.as_str()).collect();
    let table = Table::new(short_labels(&labels), compared);
    let mut out = String::new();
    table.shares(&mut out);
    table.means(&mut out);
    table.runs(&mut out);
    out.push('\n');
    wrap(NOTE).iter().for_each(|line| {
        let _ = writeln!(out, "  {line}");
    });
    out
}

struct Table<'c> {
    names: Vec<String>,
    width: usize,
    compared: &'c ComparedSeeds,
    estimates: Estimates,
}

impl<'c> Table<'c> {
    fn new(names: Vec<String>, compared: &'c ComparedSeeds) -> Table<'c> {
        let cut = |name: String| {
            if name.chars().count() <= NAME { name } else { name.chars().take(NAME - 1).chain(['…']).collect() }
        };
        let names: Vec<String> = names.into_iter().map(cut).collect();
        let width = names.iter().map(|name| name.chars().count()).max().unwrap_or(0).max(26);
        Table { names, width, compared, estimates: compared.estimates() }
    }

    fn heading(&self, out: &mut String, what: &str, value: &str) {
        let width = self.width + 4;
        let _ = writeln!(out, "  {what:<width$}{value:>10}  {:<22}against the first", "95 % interval");
    }

    /// Titles of blocks that are not worth a row for each setting.
    fn never(&self, out: &mut String, titles: &[String]) {
        if !titles.is_empty() {
            let _ = writeln!(out, "    never in any setting: {}", titles.join(", "));
        }
    }

    fn shares(&self, out: &mut String) {
        self.heading(out, "in how many runs", "share");
        let mut never = Vec::new();
        for (mishap, block) in self.compared.mishaps.iter().zip(&self.estimates.mishaps) {
            if !mishap.is_always_told() && block.estimates.iter().flatten().all(|estimate| estimate.value == 0.0) {
                if block.estimates.iter().any(Option::is_some) {
                    never.push(mishap.name());
                }
                continue;
            }
            match nowhere(block) {
                Some(estimate) => self.nowhere(out, &mishap.name(), &estimate),
                None => self.block(out, &mishap.name(), block, &percent, &points, missing(mishap)),
            }
        }
        self.never(out, &never);
    }

    /// What is alike in all settings, since it never happened, is said once.
    fn nowhere(&self, out: &mut String, title: &str, estimate: &Estimate) {
        let (width, runs) = (self.width + 2, thousands(estimate.runs));
        let own = format!("{:>10}  {:<22}", percent(estimate.value), interval(estimate, &percent));
        let _ = writeln!(out, "    {title:<width$}{own}in no setting; no difference seen in {runs} seeds");
    }

    fn means(&self, out: &mut String) {
        out.push('\n');
        self.heading(out, "on average over the runs", "mean");
        let told =
            RunFigure::ALL.into_iter().zip(&self.estimates.figures).filter(|(figure, block)| figure.is_told(block));
        for (figure, block) in told {
            let (value, difference): (Words, Words) = match figure.unit() {
                FigureUnit::Time => (&time, &signed_time),
                FigureUnit::Records | FigureUnit::Bytes | FigureUnit::Times => (&count, &signed_count),
            };
            self.block(out, figure.name(), block, value, difference, figure.missing());
        }
    }

    fn block(&self, out: &mut String, title: &str, block: &EstimateBlock, value: Words, less: Words, missing: &str) {
        let _ = writeln!(out, "    {title}");
        let all = self.compared.rows.len() as u64;
        for (setting, name) in self.names.iter().enumerate() {
            let width = self.width;
            let Some(estimate) = &block.estimates[setting] else {
                let missing = if self.compared.rows.measured(setting) == 0 { "no run was measured" } else { missing };
                let _ = writeln!(out, "      {name:<width$}{:>10}  {missing}", "not known");
                continue;
            };
            let own = format!("{:>10}  {:<22}", value(estimate.value), interval(estimate, value));
            let against = block.differences[setting].as_ref().map_or(String::new(), |d| self.against(d, less));
            // Not every run may have it.
            let few =
                if estimate.runs < all { format!("   of {} runs", thousands(estimate.runs)) } else { String::new() };
            let line = format!("      {name:<width$}{own}{against}{few}");
            let _ = writeln!(out, "{}", line.trim_end());
        }
    }

    fn against(&self, difference: &PairedDifference, less: Words) -> String {
        let interval = difference.interval.map_or(String::new(), |i| format!(" ({} .. {})", less(i.low), less(i.high)));
        let says = if difference.differs {
            "differs".to_owned()
        } else {
            format!(
                "no difference seen in {} seed{}",
                thousands(difference.seeds),
                if difference.seeds == 1 { "" } else { "s" }
            )
        };
        if difference.value == 0.0 && !difference.differs {
            return says;
        }
        format!("{}{interval}  {says}", less(difference.value))
    }

    /// What there was to look at, by setting.
    fn runs(&self, out: &mut String) {
        let width = self.width + 4;
        let _ = writeln!(
            out,
            "\n  {:<width$}{:>10}{:>13}{:>9}{:>14}{:>15}",
            "runs", "measured", "as expected", "broken", "inconclusive", "not simulated"
        );
        let rows = &self.compared.rows;
        for (setting, name) in self.names.iter().enumerate() {
            let width = self.width;
            let ended = |ending| thousands(rows.count(setting, ending));
            let (missing, what) = rows.not_simulated(setting);
            let _ = writeln!(
                out,
                "      {name:<width$}{:>10}{:>13}{:>9}{:>14}{:>15}",
                thousands(rows.measured(setting)),
                ended(SeedEnding::Met),
                ended(SeedEnding::Broken),
                ended(SeedEnding::Inconclusive),
                thousands(missing)
            );
            if let Some(what) = what {
                let _ = writeln!(out, "        not simulated, and so not measured: {what}");
            }
            if let missed @ 1.. = rows.missed(setting) {
                let missed = thousands(missed);
                let _ = writeln!(out, "        runs in which a fault hit nobody, and may (may.miss): {missed}");
            }
        }
    }
}

/// What never happened in any setting, in as many runs of each.
fn nowhere(block: &EstimateBlock) -> Option<Estimate> {
    let first = block.estimates.first().copied().flatten()?;
    let same = |e: &Option<Estimate>| e.is_some_and(|e| e.value == 0.0 && e.runs == first.runs);
    block.estimates.iter().all(same).then_some(first)
}

type Words<'w> = &'w dyn Fn(f64) -> String;

fn missing(mishap: &Mishap) -> &'static str {
    match mishap {
        Mishap::LostAfterAck => "nothing was acknowledged",
        Mishap::ProcessedTwice | Mishap::NeverProcessed => "there is no group",
        Mishap::Broken(_) => "not put to the test there",
        Mishap::Fired(_) => "there is no such alert",
        _ => "nothing was sent",
    }
}

fn interval(estimate: &Estimate, words: Words) -> String {
    let ends = estimate.interval.map(|i| (words(i.low), words(i.high)));
    ends.map_or("of one run: unknown".into(), |(low, high)| {
        // One unit is enough for both.
        let low = low.strip_suffix(" %").unwrap_or(&low);
        format!("{low} .. {high}")
    })
}

/// `12.3 %`. Almost all is not all, and almost nothing not nothing.
pub(super) fn percent(share: f64) -> String {
    format!("{} %", tenths(share))
}

fn tenths(share: f64) -> String {
    let tenths = libm::round(share * 1000.0) as i64;
    let tenths = match tenths {
        1000 if share < 1.0 => 999,
        0 if share > 0.0 => 1,
        tenths => tenths,
    };
    format!("{}.{}", tenths / 10, tenths % 10)
}

/// `-12.3`, in points of a hundred.
fn points(difference: f64) -> String {
    let tenths = libm::round(difference * 1000.0) as i64;
    let sign = if tenths < 0 { "-" } else { "+" };
    let text = format!("{}.{}", tenths.abs() / 10, tenths.abs() % 10);
    if tenths == 0 { text } else { format!("{sign}{text}") }
}

pub(super) fn time(nanos: f64) -> String {
    short(Nanos(libm::round(nanos.max(0.0)) as u64))
}

fn signed_time(nanos: f64) -> String {
    let sign = if nanos < 0.0 { "-" } else { "+" };
    format!("{sign}{}", time(nanos.abs()))
}

/// A mean of numbers of records: with a tenth, where it is small.
pub(super) fn count(records: f64) -> String {
    let tenths = libm::round(records.max(0.0) * 10.0) as u64;
    if tenths < 1000 && !tenths.is_multiple_of(10) {
        format!("{}.{}", tenths / 10, tenths % 10)
    } else {
        thousands(libm::round(records.max(0.0)) as u64)
    }
}

fn signed_count(records: f64) -> String {
    let sign = if records < 0.0 { "-" } else { "+" };
    format!("{sign}{}", count(records.abs()))
}
