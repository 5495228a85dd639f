//! How the families of this judge say what they found.

use crate::check::outcome::{Finding, Tally, Witness};
use crate::history::exchange::read::ExchangeLine;
use crate::history::fact::{Entry, Fact};
use crate::sim::time::Nanos;

/// At a line of the file: its number stands for the event's.
pub fn witness(line: &ExchangeLine, text: impl Into<String>) -> Witness {
    seen(line.number, line.at, text)
}
/// The same, by its number and time.
pub fn seen(line: usize, at: Nanos, text: impl Into<String>) -> Witness {
    Witness::at(&Entry { at, event: line as u64, fact: Fact::RunEnded {} }, text)
}

/// Puts the finding of a tally into the list.
pub fn push(findings: &mut Vec<Finding>, tallies: &[Tally<String>]) {
    findings.extend(tallies.iter().map(|tally| tally.finding(String::clone)));
}
