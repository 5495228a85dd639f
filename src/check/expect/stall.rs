//! How long producers waited for an acknowledgement.

use litemap::LiteMap;

use super::question::{QuestionAnswer, RecordScope};
use crate::check::write_wait::WriteWait;
use crate::history::bound::Bound;
use crate::history::fact::{Entry, Fact};
use crate::protocol::ids::{NodeId, Tp};
use crate::sim::time::Nanos;

/// The longest time without an acknowledgement while a record waits for one.
///
/// A record waits from its send() on. A batch that is given up ends nobody's wait but its own: who waits beside it, or sends
/// the next while it waits, waits on, until an acknowledgement comes or the run ends. With a process ends what it waited for;
/// of what it has never sent nothing is known.
#[derive(Clone, Debug)]
pub(super) struct StallWatch {
    of: RecordScope,
    longest: Bound,
    /// What of a wait lies before this time counts for nothing.
    after: Nanos,
    /// Batches on the way, and since when each waits.
    outstanding: LiteMap<(NodeId, Tp, u32), Nanos>,
    /// Batches that were given up, and in which event: one that expires as it is drained is sent all the same
    /// (`Sender.sendProducerData`), and nobody waits for it any more.
    given_up: Vec<(u64, (NodeId, Tp, u32))>,
    wait: WriteWait,
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
            given_up: Vec::new(),
            wait: WriteWait::default(),
            worst: Nanos::ZERO,
            worst_from: Nanos::ZERO,
            acks: 0,
        }
    }
    pub(super) fn observe(&mut self, entry: &Entry) {
        match entry.fact {
            Fact::BatchSent { node, tp, ordinal, created, .. }
                if self.of.admits(node, tp) && !self.given_up.contains(&(entry.event, (node, tp, ordinal))) =>
            {
                self.outstanding.insert((node, tp, ordinal), created);
                self.wait.begins(created);
            }
            Fact::BatchFailed { node, tp, ordinal, created, .. } if self.of.admits(node, tp) => {
                self.given_up.retain(|(event, _)| *event == entry.event);
                self.given_up.push((entry.event, (node, tp, ordinal)));
                self.outstanding.remove(&(node, tp, ordinal));
                let since = self.wait.given_up(entry.at, created, !self.outstanding.is_empty());
                self.measure(since, entry.at);
            }
            Fact::BatchAcked { node, tp, ordinal, created, .. } if self.of.admits(node, tp) => {
                self.outstanding.remove(&(node, tp, ordinal));
                let since = self.wait.written(entry.at, created, !self.outstanding.is_empty());
                self.measure(since, entry.at);
                self.acks += u64::from(entry.at > self.after);
            }
            Fact::ProcessStopped { node, .. } => self.died(entry.at, node),
            _ => {}
        }
    }
    /// What a process had on the way when it ended is given up with it.
    fn died(&mut self, now: Nanos, node: NodeId) {
        let own = |((of, ..), created): (&(NodeId, Tp, u32), &Nanos)| (*of == node).then_some(*created);
        let Some(first) = self.outstanding.iter().filter_map(own).min() else { return };
        self.outstanding.retain(|(of, ..), _| *of != node);
        let since = self.wait.given_up(now, first, !self.outstanding.is_empty());
        self.measure(since, now);
    }
    fn measure(&mut self, since: Nanos, now: Nanos) {
        let since = since.max(self.after);
        let wait = now.saturating_sub(since);
        if wait > self.worst {
            (self.worst, self.worst_from) = (wait, since);
        }
    }
    pub(super) fn answer(mut self, end: Nanos, cut: bool) -> QuestionAnswer {
        if let Some(since) = self.wait.since() {
            self.measure(since, end);
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
