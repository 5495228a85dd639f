//! Invariants of consumers: K1-K4, K6, K7.

use std::collections::BTreeMap;

use super::ghost::Ghost;
use super::outcome::{Finding, Tally, Witness};
use crate::history::fact::{Entry, Fact};
use crate::protocol::ids::*;

/// See the module.
#[derive(Clone, Debug)]
pub struct ConsumerChecks {
    read_below_hw: Tally,
    repeatable_read: Tally,
    position_no_skip: Tally,
    position_monotonic: Tally,
    reset_only_when_allowed: Tally,
    commit_le_position: Tally,
    /// By partition: what was first delivered where, ascending, without overlap.
    delivered: Vec<Vec<Delivered>>,
    /// (consumer, partition) -> the next offset, while nothing explains a jump.
    expected: BTreeMap<(NodeId, Tp), Offset>,
    committed: BTreeMap<(GroupId, Tp), Offset>,
}

/// A run of records as first delivered.
#[derive(Clone, Copy, Debug)]
struct Delivered {
    offset: Offset,
    count: u32,
    origin: NodeId,
    ordinal: u32,
}

impl Delivered {
    fn next(&self) -> Offset {
        self.offset.plus(self.count)
    }
    /// Whether both say the same of the offsets that both cover.
    fn agrees(&self, other: &Delivered) -> bool {
        let shift = |d: &Delivered| i64::from(d.ordinal) - d.offset.0;
        self.origin == other.origin && shift(self) == shift(other)
    }
}

impl ConsumerChecks {
    /// Before the first fact.
    pub fn new(ghost: &Ghost) -> ConsumerChecks {
        ConsumerChecks {
            read_below_hw: Tally::new("read-below-hw", "K1", "a consumer is given only records below the high watermark", "no consumer got a record"),
            repeatable_read: Tally::new("repeatable-read", "K2", "an offset holds the same record for everybody, always", "no offset was read twice"),
            position_no_skip: Tally::new("position-no-skip", "K3", "a consumer is given every record in turn", "no consumer got two records in a row"),
            position_monotonic: Tally::new("position-monotonic", "K4", "a consumer's offsets rise within one assignment", "no consumer got two records in a row"),
            reset_only_when_allowed: Tally::new("reset-only-when-allowed", "K6", "a position is reset by policy only without a committed offset, or out of range", "no position was reset"),
            commit_le_position: Tally::new("commit-le-position", "K7", "no commit beyond the consumer's position", "nobody committed"),
            delivered: vec![Vec::new(); ghost.setup.catalog.partition_count() as usize],
            expected: BTreeMap::new(),
            committed: BTreeMap::new(),
        }
    }

    /// Takes the next fact; `ghost` shows the state before it.
    pub fn observe(&mut self, entry: &Entry, ghost: &Ghost) {
        match entry.fact {
            Fact::RecordsPolled { node, tp, offset, count, origin, ordinal, high_watermark, .. } => {
                let run = Delivered { offset, count, origin, ordinal };
                self.read_below_hw.must(run.next() <= high_watermark, || {
                    Witness::at(entry, format!("read up to {}, high watermark {high_watermark}", run.next())).on(tp, offset).by(node)
                });
                self.position(entry, node, tp, run);
                self.repeatable(entry, ghost, tp, run);
            }
            Fact::PositionFromCommit { node, tp, offset } => self.jump(node, tp, offset),
            Fact::PositionReset { node, tp, offset, out_of_range, .. } => {
                self.jump(node, tp, offset);
                let group = ghost.setup.consumers.iter().find(|c| c.node == node).map(|c| c.group);
                let committed = group.and_then(|g| self.committed.get(&(g, tp)));
                let excuse = || group.and_then(|g| ghost.group_loss_excuse(g));
                self.reset_only_when_allowed.check(out_of_range || committed.is_none(), excuse, || {
                    let committed = committed.copied().unwrap_or(Offset::INVALID);
                    Witness::at(entry, format!("reset to {offset} although {committed} is committed")).on(tp, offset).by(node)
                });
            }
            Fact::PositionTruncated { node, tp, to, .. } => self.jump(node, tp, to),
            Fact::PositionSought { node, tp, offset } => self.jump(node, tp, offset),
            Fact::PartitionAssigned { node, tp, .. } | Fact::PartitionRevoked { node, tp, .. } => {
                self.expected.remove(&(node, tp));
            }
            Fact::ProcessStopped { node, .. } => self.expected.retain(|(n, _), _| *n != node),
            Fact::CommitSent { node, tp, offset, position, .. } => {
                self.commit_le_position.must(offset <= position, || {
                    Witness::at(entry, format!("committed {offset} with the position at {position}")).on(tp, offset).by(node)
                });
            }
            Fact::OffsetStored { group, tp, offset, .. } => {
                self.committed.insert((group, tp), offset);
            }
            _ => {}
        }
    }

    fn jump(&mut self, node: NodeId, tp: Tp, offset: Offset) {
        self.expected.insert((node, tp), offset);
    }

    fn position(&mut self, entry: &Entry, node: NodeId, tp: Tp, run: Delivered) {
        if let Some(expected) = self.expected.insert((node, tp), run.next()) {
            self.position_monotonic.must(run.offset >= expected, || {
                Witness::at(entry, format!("got {} after {}", run.offset, expected.0 - 1)).on(tp, run.offset).by(node)
            });
            self.position_no_skip.must(run.offset <= expected, || {
                Witness::at(entry, format!("got {} with {expected} next", run.offset)).on(tp, run.offset).by(node)
            });
        }
    }

    fn repeatable(&mut self, entry: &Entry, ghost: &Ghost, tp: Tp, run: Delivered) {
        let known = &mut self.delivered[tp.index()];
        let end = known.last().map_or(run.offset, Delivered::next);
        if run.offset >= end {
            return known.push(run);
        }
        let first = known.partition_point(|d| d.next() <= run.offset);
        for before in known[first..].iter().take_while(|d| d.offset < run.next()) {
            self.repeatable_read.check(before.agrees(&run), || ghost.loss_excuse(tp), || {
                Witness::at(entry, "another record was read there before").on(tp, run.offset.max(before.offset))
            });
        }
        if run.next() > end {
            let skip = (end.0 - run.offset.0) as u32;
            known.push(Delivered { offset: end, count: run.count - skip, origin: run.origin, ordinal: run.ordinal + skip });
        }
    }

    /// The outcomes.
    pub fn findings(&self, out: &mut Vec<Finding>) {
        for tally in [
            &self.read_below_hw,
            &self.repeatable_read,
            &self.position_no_skip,
            &self.position_monotonic,
            &self.reset_only_when_allowed,
            &self.commit_le_position,
        ] {
            out.push(tally.finding());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use super::*;
    use crate::check::outcome::Outcome;
    use crate::history::setup::Setup;
    use crate::sim::time::Nanos;

    const NODE: NodeId = NodeId(0);
    const TP: Tp = Tp(0);

    fn polled(offset: i64) -> Fact {
        Fact::RecordsPolled {
            node: NODE,
            tp: TP,
            offset: Offset(offset),
            count: 5,
            origin: NodeId(1),
            ordinal: offset as u32,
            leader_epoch: LeaderEpoch(0),
            high_watermark: Offset(100),
            timestamp: Nanos::ZERO,
        }
    }

    /// What becomes of "no skip" and "monotonic".
    fn judged(facts: &[Fact]) -> [bool; 2] {
        let mut setup = Setup::default();
        setup.catalog.add_topic("orders", 1);
        let ghost = Ghost::new(Rc::new(setup));
        let mut checks = ConsumerChecks::new(&ghost);
        facts.iter().for_each(|fact| checks.observe(&Entry { at: Nanos::ZERO, event: 0, fact: *fact }, &ghost));
        let holds = |tally: &Tally| !matches!(tally.finding().outcome, Outcome::Violated { .. });
        [holds(&checks.position_no_skip), holds(&checks.position_monotonic)]
    }

    /// A record that goes to the dead letters moves no position; seek() does.
    #[test]
    fn only_seek_moves_a_position_back() {
        let failed = Fact::RecordFailed { node: NODE, tp: TP, offset: Offset(2), origin: NodeId(1), ordinal: 2, skipped: false };
        let sought = Fact::PositionSought { node: NODE, tp: TP, offset: Offset(2) };
        assert_eq!(judged(&[polled(0), failed, polled(5)]), [true, true]);
        assert_eq!(judged(&[polled(0), failed, sought, polled(2)]), [true, true]);
        assert_eq!(judged(&[polled(0), failed, polled(2)]), [true, false]);
        assert_eq!(judged(&[polled(0), failed, sought, polled(5)]), [false, true]);
    }
}
