//! How long producers waited for an acknowledgement.

use litemap::LiteMap;

use super::question::{QuestionAnswer, RecordScope};
use crate::history::bound::Bound;
use crate::history::fact::{Entry, Fact};
use crate::protocol::ids::{NodeId, Tp};
use crate::sim::time::Nanos;

/// The longest time without an acknowledgement while a record waits for one.
///
/// A record waits from its send() on. A batch that is given up ends nobody's wait: only an acknowledgement
/// does, or the end of the run.
#[derive(Clone, Debug)]
pub(super) struct StallWatch {
    of: RecordScope,
    longest: Bound,
    /// What of a wait lies before this time counts for nothing.
    after: Nanos,
    /// Batches on the way, and when their first record was sent.
    outstanding: LiteMap<(NodeId, Tp, u32), Nanos>,
    /// Since when there is something that waits and no acknowledgement came.
    since: Option<Nanos>,
    last_ack: Nanos,
    worst: Nanos,
    worst_from: Nanos,
    acks: u64,
}

impl StallWatch {
    pub(super) fn new(of: RecordScope, longest: Bound, after: Nanos) -> StallWatch {
        StallWatch {
            of,
            longest,
            after,
            outstanding: LiteMap::new(),
            since: None,
            last_ack: Nanos::ZERO,
            worst: Nanos::ZERO,
            worst_from: Nanos::ZERO,
            acks: 0,
        }
    }
    pub(super) fn observe(&mut self, entry: &Entry) {
        match entry.fact {
            Fact::BatchSent { node, tp, ordinal, created, .. } if self.of.admits(node, tp) => {
                self.outstanding.insert((node, tp, ordinal), created);
                self.waits(created);
            }
            Fact::BatchFailed { node, tp, ordinal, created, .. } if self.of.admits(node, tp) => {
                self.outstanding.remove(&(node, tp, ordinal));
                self.waits(created);
                // What comes later waits on; until then nobody does.
                self.measure(entry.at);
            }
            Fact::BatchAcked { node, tp, ordinal, created, .. } if self.of.admits(node, tp) => {
                self.outstanding.remove(&(node, tp, ordinal));
                self.waits(created);
                self.ends(entry.at);
                self.acks += u64::from(entry.at > self.after);
                self.since = (!self.outstanding.is_empty()).then_some(entry.at);
            }
            _ => {}
        }
    }
    /// A record waits that was sent then. Nothing sent before the last acknowledgement makes a wait longer.
    fn waits(&mut self, created: Nanos) {
        let from = created.max(self.last_ack);
        self.since = Some(self.since.map_or(from, |since| since.min(from)));
    }
    fn ends(&mut self, now: Nanos) {
        self.last_ack = now;
        self.measure(now);
    }
    fn measure(&mut self, now: Nanos) {
        let Some(since) = self.since.map(|since| since.max(self.after)) else { return };
        let wait = now.saturating_sub(since);
        if wait > self.worst {
            (self.worst, self.worst_from) = (wait, since);
        }
    }
    pub(super) fn answer(mut self, end: Nanos, cut: bool) -> QuestionAnswer {
        if !self.outstanding.is_empty() {
            self.measure(end);
        }
        if self.acks == 0 && self.worst == Nanos::ZERO {
            return QuestionAnswer::unknown(if self.after == Nanos::ZERO {
                "nothing was sent".to_owned()
            } else {
                format!("nothing was waited for after {}", self.after)
            });
        }
        let found = format!("{}, from {} on", self.worst, self.worst_from);
        if cut && !self.longest.passed(self.worst.0) && !self.longest.reached(self.worst.0) {
            return QuestionAnswer::unknown(format!("{found}, when the run was ended"));
        }
        QuestionAnswer::new(self.longest.admits(self.worst.0), found)
    }
}
