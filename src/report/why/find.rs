//! Who stood at a place in a log: records that came and went there, and control records.

use std::collections::BTreeMap;

use crate::check::ledger::RecordRef;
use crate::history::Observer;
use crate::history::fact::{Entry, Fact, ReplicaRole};
use crate::protocol::ids::*;
use crate::sim::time::Nanos;

/// Something that a leader wrote at the place.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Found {
    /// A record, under the name of its first send.
    Record(RecordRef),
    /// A control record that ended a transaction.
    Marker {
        /// COMMIT, or ABORT.
        commit: bool,
        /// When.
        at: Nanos,
    },
}

/// Listens for one place.
#[derive(Clone, Debug, Default)]
pub struct Finder {
    place: Option<(Tp, Offset)>,
    /// In the order in which leaders wrote it; the last one stands there, if anything does.
    found: Vec<Found>,
    /// One past the largest offset that any replica of the partition has had.
    end: Offset,
    /// What was sent again: the first send of each.
    first: BTreeMap<RecordRef, RecordRef>,
}

impl Finder {
    /// Before the first fact; without a place nothing is found.
    pub fn new(place: Option<(Tp, Offset)>) -> Finder {
        Finder { place, ..Finder::default() }
    }
    /// What leaders wrote there, in order.
    pub fn found(&self) -> &[Found] {
        &self.found
    }
    /// The records among it, newest first.
    pub fn records(&self) -> impl Iterator<Item = RecordRef> + '_ {
        self.found.iter().rev().filter_map(|found| match found {
            Found::Record(record) => Some(*record),
            Found::Marker { .. } => None,
        })
    }
    /// Where the partition ended at its longest.
    pub fn end(&self) -> Offset {
        self.end
    }
}

impl Observer for Finder {
    fn observe(&mut self, entry: &Entry) {
        let Some((tp, offset)) = self.place else { return };
        match entry.fact {
            Fact::Appended { role: ReplicaRole::Leader, tp: on, base_offset, count, node, ordinal, .. } if on == tp => {
                self.end = self.end.max(base_offset.plus(count));
                if (base_offset..base_offset.plus(count)).contains(&offset) {
                    let send = RecordRef { node, tp, ordinal: ordinal + (offset.0 - base_offset.0) as u32 };
                    self.found.push(Found::Record(self.first.get(&send).copied().unwrap_or(send)));
                }
            }
            Fact::ControlAppended { role: ReplicaRole::Leader, tp: on, offset: at, commit, .. } if on == tp => {
                self.end = self.end.max(at.plus(1));
                if at == offset {
                    self.found.push(Found::Marker { commit, at: entry.at });
                }
            }
            Fact::RecordResent { node, tp, ordinal, first_tp, first } => {
                self.first.insert(RecordRef { node, tp, ordinal }, RecordRef { node, tp: first_tp, ordinal: first });
            }
            _ => {}
        }
    }
}
