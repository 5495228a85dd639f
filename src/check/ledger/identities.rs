//! Records that an application has sent again after their `send()` had failed: which sends carry one and the same.
//!
//! A send is known by process, partition and number. What the application wanted to send is known by its first send.

use std::collections::BTreeMap;

use super::record::RecordRef;
use crate::protocol::ids::{NodeId, Tp};

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct Identities {
    /// Of each further send, by process and partition and in the order of their numbers: the first of its record. An
    /// application that is refused at once sends a million times a minute.
    first: BTreeMap<(NodeId, Tp), Vec<(u32, RecordRef)>>,
    /// Of each first send: the further ones, in their order.
    further: BTreeMap<RecordRef, Vec<RecordRef>>,
}

impl Identities {
    /// Whether nothing was sent again.
    pub fn is_empty(&self) -> bool {
        self.first.is_empty()
    }
    /// A record was sent again.
    pub fn note(&mut self, first: RecordRef, again: RecordRef) {
        let sends = self.first.entry((again.node, again.tp)).or_default();
        debug_assert!(sends.last().is_none_or(|(last, _)| *last < again.ordinal), "each send has the next number");
        sends.push((again.ordinal, first));
        self.further.entry(first).or_default().push(again);
    }
    /// What the application wanted to send, under the name of its first send.
    pub fn identity(&self, send: RecordRef) -> RecordRef {
        let first = || {
            let sends = self.first.get(&(send.node, send.tp))?;
            let place = sends.binary_search_by_key(&send.ordinal, |(ordinal, _)| *ordinal).ok()?;
            Some(sends[place].1)
        };
        first().unwrap_or(send)
    }
    /// The last send of a record so far.
    pub fn last(&self, first: RecordRef) -> RecordRef {
        self.further.get(&first).and_then(|further| further.last()).copied().unwrap_or(first)
    }
    /// All sends of a record, in their order.
    pub fn sends(&self, first: RecordRef) -> impl Iterator<Item = RecordRef> + '_ {
        std::iter::once(first).chain(self.further.get(&first).into_iter().flatten().copied())
    }
    /// Whether a record was sent more than once.
    pub fn is_resent(&self, first: RecordRef) -> bool {
        self.further.contains_key(&first)
    }
    /// Further sends, each with the first of its record.
    pub fn iter(&self) -> impl Iterator<Item = (RecordRef, RecordRef)> + '_ {
        self.first.iter().flat_map(|((node, tp), sends)| {
            sends.iter().map(|(ordinal, first)| (RecordRef { node: *node, tp: *tp, ordinal: *ordinal }, *first))
        })
    }
}
