//! How often.

use litemap::LiteMap;

use super::question::{Countable, QuestionAnswer, RecordScope};
use crate::check::sometimes;
use crate::history::bound::{Bound, Window};
use crate::history::fact::{Entry, Fact};
use crate::sim::time::Nanos;

/// Counts events or facts in a window.
#[derive(Clone, Debug)]
pub(super) struct Counter {
    of: Countable,
    times: Bound,
    window: Window,
    inside: u64,
    first: Option<Nanos>,
    outside: u64,
}

impl Counter {
    pub(super) fn new(of: Countable, times: Bound, window: Window) -> Counter {
        Counter { of, times, window, inside: 0, first: None, outside: 0 }
    }
    pub(super) fn observe(&mut self, entry: &Entry) {
        let hit = match &self.of {
            Countable::Event(number) => sometimes::is(*number, &entry.fact),
            Countable::Fact(pattern) => pattern.matches(&entry.fact),
        };
        if !hit {
            return;
        }
        if self.window.has(entry.at) {
            self.inside += 1;
            self.first.get_or_insert(entry.at);
        } else {
            self.outside += 1;
        }
    }
    pub(super) fn answer(self, end: Nanos, cut: bool) -> QuestionAnswer {
        let first = self.first.map_or(String::new(), |at| format!(", first at {at}"));
        let times = match self.inside {
            0 => "never".into(),
            1 => "once".into(),
            n => format!("{n} times"),
        };
        let elsewhere = match self.outside {
            0 => String::new(),
            n => format!(" ({n} more at other times)"),
        };
        let found = format!("{times}{first}{elsewhere}");
        if self.times.passed(self.inside) {
            return QuestionAnswer::new(false, found);
        }
        if self.times.reached(self.inside) {
            return QuestionAnswer::new(true, found);
        }
        if !self.window.is_shown(end, cut) {
            return QuestionAnswer::unknown(format!("{found}; the run ended at {end}"));
        }
        QuestionAnswer::new(self.times.admits(self.inside), found)
    }
}

/// Counts failed records by error.
#[derive(Clone, Debug)]
pub(super) struct ErrorCounter {
    of: RecordScope,
    named: Vec<(&'static str, Bound)>,
    others: Option<Bound>,
    records: LiteMap<&'static str, u64>,
    sent: bool,
}

impl ErrorCounter {
    pub(super) fn new(of: RecordScope, named: Vec<(&'static str, Bound)>, others: Option<Bound>) -> ErrorCounter {
        ErrorCounter { of, named, others, records: LiteMap::new(), sent: false }
    }
    pub(super) fn observe(&mut self, entry: &Entry) {
        let (error, count) = match entry.fact {
            Fact::BatchSent { node, tp, .. } => {
                self.sent |= self.of.admits(node, tp);
                return;
            }
            Fact::BatchFailed { node, tp, error, count, .. } if self.of.admits(node, tp) => (error, count),
            Fact::SendFailed { node, topic, error, count } if self.of.admits_topic(node, topic) => (error, count),
            _ => return,
        };
        *self.records.entry(error.name()).or_default() += u64::from(count);
    }
    pub(super) fn answer(self, cut: bool) -> QuestionAnswer {
        let of = |error: &'static str| self.records.get(error).copied().unwrap_or(0);
        let all: Vec<String> = self.records.iter().map(|(error, n)| format!("{error} {n}")).collect();
        let found = if all.is_empty() { "no send failed".into() } else { all.join(", ") };
        let named = |error: &str| self.named.iter().any(|(known, _)| *known == error);
        let others: u64 = self.records.iter().filter(|(error, _)| !named(error)).map(|(_, n)| n).sum();
        let bounds = self.named.iter().map(|(error, bound)| (of(error), *bound));
        let bounds: Vec<(u64, Bound)> = bounds.chain(self.others.map(|bound| (others, bound))).collect();
        if bounds.iter().any(|(n, bound)| bound.passed(*n)) {
            return QuestionAnswer::new(false, found);
        }
        if !self.sent && self.records.is_empty() {
            return QuestionAnswer::unknown("nothing was sent");
        }
        if cut && !bounds.iter().all(|(n, bound)| bound.reached(*n)) {
            return QuestionAnswer::unknown(format!("{found}, when the run was ended"));
        }
        QuestionAnswer::new(bounds.iter().all(|(n, bound)| bound.admits(*n)), found)
    }
}
