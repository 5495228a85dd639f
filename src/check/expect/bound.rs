//! Bounds on numbers, and spans of the run.

use crate::sim::time::Nanos;

/// What a number may be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Bound {
    /// `5`
    Exactly(u64),
    /// `at least 5`
    AtLeast(u64),
    /// `at most 5`
    AtMost(u64),
    /// `between 5 and 7`, both included
    Between(u64, u64),
}

impl Bound {
    /// Whether a value is within it.
    pub fn admits(&self, value: u64) -> bool {
        match *self {
            Bound::Exactly(n) => value == n,
            Bound::AtLeast(n) => value >= n,
            Bound::AtMost(n) => value <= n,
            Bound::Between(low, high) => (low..=high).contains(&value),
        }
    }
    /// Whether a value that can only rise has left it for good.
    pub fn passed(&self, value: u64) -> bool {
        match *self {
            Bound::AtLeast(_) => false,
            Bound::Exactly(high) | Bound::AtMost(high) | Bound::Between(_, high) => value > high,
        }
    }
    /// Whether a value that can only rise is within it for good.
    pub fn reached(&self, value: u64) -> bool {
        matches!(*self, Bound::AtLeast(low) if value >= low)
    }
    /// In words; `show` writes one number.
    pub fn words(&self, show: &dyn Fn(u64) -> String) -> String {
        match *self {
            Bound::Exactly(n) => show(n),
            Bound::AtLeast(n) => format!("at least {}", show(n)),
            Bound::AtMost(n) => format!("at most {}", show(n)),
            Bound::Between(low, high) => format!("between {} and {}", show(low), show(high)),
        }
    }
}

/// A part of the run, both ends included.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Window {
    /// From here.
    pub from: Nanos,
    /// To here; [`Nanos::MAX`]: to the end.
    pub to: Nanos,
}

impl Default for Window {
    fn default() -> Self {
        Window { from: Nanos::ZERO, to: Nanos::MAX }
    }
}

impl Window {
    /// Whether a time lies in it.
    pub fn has(&self, at: Nanos) -> bool {
        self.from <= at && at <= self.to
    }
    /// Whether a run that ends then has shown all of it.
    pub(super) fn is_shown(&self, end: Nanos, cut: bool) -> bool {
        if self.to == Nanos::MAX { !cut && self.from <= end } else { end >= self.to || !cut && self.from <= end }
    }
    /// In words, with a blank before; nothing for the whole run.
    pub fn words(&self) -> String {
        match (self.from, self.to) {
            (Nanos::ZERO, Nanos::MAX) => String::new(),
            (from, Nanos::MAX) => format!(" after {from}"),
            (Nanos::ZERO, to) => format!(" before {to}"),
            (from, to) => format!(" between {from} and {to}"),
        }
    }
}
