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
    /// In words, of times in nanoseconds: `below 2s`, as one writes it.
    pub fn words_of_time(&self) -> String {
        let ms = |n: u64| n.is_multiple_of(1_000_000);
        match *self {
            Bound::AtMost(n) if !ms(n) && ms(n.saturating_add(1)) => format!("below {}", written(n + 1)),
            Bound::AtLeast(n) if !ms(n) && ms(n.saturating_sub(1)) => format!("above {}", written(n - 1)),
            other => other.words(&written),
        }
    }
}

/// `70s`, `250ms`: a time as scenarios write it.
fn written(nanos: u64) -> String {
    match nanos {
        n if n.is_multiple_of(1_000_000_000) => format!("{}s", n / 1_000_000_000),
        n if n.is_multiple_of(1_000_000) => format!("{}ms", n / 1_000_000),
        n => Nanos(n).to_string(),
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
            (from, Nanos::MAX) => format!(" after {}", written(from.0)),
            (Nanos::ZERO, to) => format!(" before {}", written(to.0)),
            (from, to) => format!(" between {} and {}", written(from.0), written(to.0)),
        }
    }
}
