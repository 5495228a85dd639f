//! Records that an application has sent again after their `send()` had failed: which sends carry one and the same.
//!
//! A send is known by process, partition and number. What the application wanted to send is known by its first send.

use std::collections::BTreeMap;

use super::record::RecordRef;

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct Identities {
    /// Of each further send: the first of its record.
    first: BTreeMap<RecordRef, RecordRef>,
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
        self.first.insert(again, first);
        self.further.entry(first).or_default().push(again);
    }
    /// What the application wanted to send, under the name of its first send.
    pub fn identity(&self, send: RecordRef) -> RecordRef {
        self.first.get(&send).copied().unwrap_or(send)
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
        self.first.iter().map(|(again, first)| (*again, *first))
    }
}
