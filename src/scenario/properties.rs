//! The names that an `expect:` may use. They are the judge's own, so nothing can be expected that
//! nobody checks.

use std::sync::LazyLock;

use crate::check;
use crate::check::ledger::Ledger;

/// Invariants: (id, what it says).
pub static INVARIANTS: LazyLock<Vec<(&'static str, &'static str)>> =
    LazyLock::new(|| check::invariants().iter().map(|i| (i.id, i.statement)).collect());

/// Properties that hold at some moment: (name, what happened).
pub const SOMETIMES: &[(&str, &str)] = check::sometimes::NAMES;

/// Figures of the delivery ledger.
pub const FIGURES: &[&str] = &Ledger::FIGURES;
