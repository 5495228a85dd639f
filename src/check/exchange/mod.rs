//! The judge of exchange histories: what clients did and what an administrator saw, of a simulated or
//! a real cluster.
//!
//! It knows no more than such a recorder can. What was configured comes from the header; what the header
//! does not say is not held against the cluster, as long as some configuration explains what was
//! seen: a record that is cut off with the end of a log at a change of leader may have had acks=1. What no
//! configuration explains (a hole in a log, a copy made after its send was over) is violated.

mod cluster;
mod commits;
mod effects;
mod finding;
mod ledger;
mod log;
mod observed;
mod reading;
mod transactions;

use super::outcome::Finding;
use crate::history::exchange::read::Recorded;
pub use ledger::{NamedRecords, ObservedGroupLedger, ObservedLedger};
use observed::Observed;

/// What the judge says of an exchange history.
#[derive(Clone, PartialEq, Debug)]
pub struct ExchangeJudgement {
    /// One finding per check.
    pub findings: Vec<Finding>,
    /// What became of the records.
    pub ledger: ObservedLedger,
    /// What a reader of the findings should know: what was passed over, what could not be judged.
    pub notes: Vec<String>,
}

impl ExchangeJudgement {
    /// The finding of one check.
    pub fn finding(&self, id: &str) -> Option<&Finding> {
        self.findings.iter().find(|f| f.invariant.id == id)
    }
}

/// Judges a history.
pub fn judge(recorded: &Recorded) -> ExchangeJudgement {
    let observed = Observed::of(recorded);
    let mut findings = Vec::new();
    log::judge(&observed, &mut findings);
    reading::judge(&observed, &mut findings);
    commits::judge(&observed, &mut findings);
    effects::judge(&observed, &mut findings);
    cluster::judge(&observed, &mut findings);
    let mut notes = recorded.notes.clone();
    notes.extend(observed.notes());
    ExchangeJudgement { findings, ledger: ledger::of(&observed), notes }
}
