//! Invariants of compaction: L8-L10.

use super::family::Family;
use super::ghost::{Ghost, GhostRole, KeyedRecord, RecordFate, compacted};
use super::ledger::LedgerBook;
use super::outcome::{Findings, Tally, Witness};
use crate::history::fact::{Entry, Fact, FactKind, FactSet};
use crate::protocol::ids::*;
use crate::sim::time::Nanos;

/// Tombstones of a batch may go from then on.
#[derive(Clone, Copy, Debug)]
struct Horizon {
    first: Offset,
    last: Offset,
    at: Nanos,
}

/// See the module.
#[derive(Clone, Debug)]
pub struct CompactionChecks {
    range: Tally,
    keeps_last: Tally,
    copies: Tally,
    /// By partition.
    horizons: Vec<Vec<Horizon>>,
}

impl Family for CompactionChecks {
    const WANTS: FactSet = FactSet::of(&[FactKind::RecordsCompacted, FactKind::DeleteHorizonSet]);

    fn is_asked(ghost: &Ghost) -> bool {
        ghost.setup.topics.iter().any(|topic| topic.config.cleanup_policy.compact)
    }

    fn new(ghost: &Ghost) -> CompactionChecks {
        CompactionChecks {
            range: Tally::new(
                "compaction-range",
                "L8",
                "a cleaner takes out nothing that is not committed, and nothing of a transaction that is not decided",
                "no log was compacted",
            ),
            keeps_last: Tally::new(
                "compaction-keeps-last",
                "L9",
                "of each key the last record stays, but for a tombstone that has stayed for delete.retention.ms, and no value comes back",
                "no log with keys was compacted",
            ),
            copies: Tally::new(
                "compaction-copies",
                "L10",
                "a replica of a compacted log lacks nothing that its leader has",
                "no replica was copied from a compacted log",
            ),
            horizons: vec![Vec::new(); ghost.partition_count()],
        }
    }

    fn observe(&mut self, entry: &Entry, ghost: &Ghost, _: &LedgerBook) {
        match entry.fact {
            Fact::DeleteHorizonSet { tp, first, last, horizon, .. } => {
                self.horizons[tp.index()].push(Horizon { first, last, at: horizon });
            }
            Fact::RecordsCompacted { broker, tp, first, low, high, copied } => {
                for offset in compacted(first, low, high) {
                    if copied {
                        self.copied(entry, ghost, (broker, tp), offset);
                    } else {
                        self.cleaned(entry, ghost, (broker, tp), offset);
                    }
                }
            }
            _ => {}
        }
    }

    fn findings(&self, out: &mut Findings<'_>) {
        [&self.range, &self.keeps_last, &self.copies].into_iter().for_each(|tally| out.add(tally));
    }
}

impl CompactionChecks {
    /// A cleaner takes a record out.
    fn cleaned(&mut self, entry: &Entry, ghost: &Ghost, (broker, tp): (BrokerId, Tp), offset: Offset) {
        let high_watermark = ghost.log(broker, tp).high_watermark;
        let undecided = fate(ghost, tp, offset) == RecordFate::Open;
        self.range.must(offset < high_watermark && !undecided, || {
            let what = if undecided { "of an open transaction" } else { "that is not committed there" };
            let text = format!("broker {broker} compacts a record away {what}; its high watermark is {high_watermark}");
            Witness::at(entry, text).on(tp, offset)
        });
        let Some(record) = ghost.partition(tp).keys.at(offset) else { return };
        if fate(ghost, tp, offset) == RecordFate::Aborted {
            return self.keeps_last.ok();
        }
        let wrong = self.why_wrong(entry.at, ghost, (broker, tp), offset, record);
        self.keeps_last.must(wrong.is_none(), || {
            let text = format!("broker {broker} compacts key-{} away: {}", record.key, wrong.unwrap_or_default());
            Witness::at(entry, text).on(tp, offset)
        });
    }

    /// Why a record with a key has to stay, if it has.
    fn why_wrong(
        &self,
        now: Nanos,
        ghost: &Ghost,
        (broker, tp): (BrokerId, Tp),
        offset: Offset,
        record: KeyedRecord,
    ) -> Option<String> {
        let log = ghost.log(broker, tp);
        let keys = &ghost.partition(tp).keys;
        let counts = |at: &Offset| *at < log.high_watermark && fate(ghost, tp, *at) != RecordFate::Aborted;
        if keys.of(record.key).rev().take_while(|at| *at > offset).any(|at| counts(&at)) {
            return None;
        }
        if !record.tombstone {
            return Some("it is the last value".into());
        }
        // A cleaner goes through the log from its start: what is older has been told of before.
        if let Some(back) = keys.of(record.key).take_while(|at| *at < offset).find(|at| !log.removed.has(*at)) {
            return Some(format!("it is a tombstone, and there is a value still at {back}"));
        }
        let of_it = |horizon: &&Horizon| horizon.first <= offset && offset <= horizon.last;
        match self.horizons[tp.index()].iter().filter(of_it).map(|horizon| horizon.at).min() {
            Some(horizon) if horizon <= now => None,
            Some(horizon) => Some(format!("it is a tombstone that has to stay until {horizon}")),
            None => Some("it is a tombstone that no cleaning has met before".into()),
        }
    }

    /// A follower was sent none.
    fn copied(&mut self, entry: &Entry, ghost: &Ghost, (broker, tp): (BrokerId, Tp), offset: Offset) {
        let GhostRole::Follower(Some(leader)) = ghost.log(broker, tp).role else { return };
        let source = ghost.log(leader, tp);
        // A cut in the middle of a batch leaves a hole as well: there never was anything to copy.
        let lacks = source.removed.has(offset) || source.at(offset).is_none();
        self.copies.must(lacks, || {
            let text = format!("broker {broker} has no record where its leader, broker {leader}, has one");
            Witness::at(entry, text).on(tp, offset)
        });
    }
}

fn fate(ghost: &Ghost, tp: Tp, offset: Offset) -> RecordFate {
    ghost.stability(tp).map_or(RecordFate::Plain, |stability| stability.fate(offset))
}
