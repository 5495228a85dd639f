//! What is outside of the cluster and of its clients, and shared by processes: databases.
//!
//! A database is always there, and answers after the time that its user waits. What is kept of one is which records have a
//! row in it. A record is known by its id, which its producer gives it and which it keeps, whoever sends it on or again:
//! as a header of the record would.

use std::collections::BTreeMap;

use litemap::LiteMap;

use crate::protocol::batch::RecordDetail;
use crate::protocol::ids::{Generation, GroupId, NodeId, Offset, Tp};
use crate::protocol::put_aside::PutAside;

/// The id of a record: who sent it first, whereto, and the number among those that it sent there.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct RecordId {
    /// Who.
    pub origin: NodeId,
    /// Whereto.
    pub tp: Tp,
    /// Its number.
    pub ordinal: u32,
}

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct Outside {
    /// Whether somebody looks at ids: else nobody notes them.
    ids_matter: bool,
    /// Rows, by the number of the database.
    databases: LiteMap<u16, Rows>,
    /// Where groups are, as databases have it in which their applications keep that with the rows.
    offsets: BTreeMap<OffsetPlace, KeptOffset>,
    /// Records that carry the id of another one.
    ids: BTreeMap<RecordId, RecordId>,
    /// Processes for which the service that they call is down, once for each outage.
    outages: Vec<NodeId>,
    /// Records that an application has put aside, by the copy: its headers, and the record that was put aside first.
    put_aside: BTreeMap<RecordId, (PutAside, RecordId)>,
    /// Records in retry topics: nobody is done with them.
    waiting: BTreeMap<KeyPlace, Vec<Waiting>>,
    /// Where each of them waits.
    waits_for: BTreeMap<RecordId, KeyPlace>,
}

/// The key of a partition's records, as a group reads them.
type KeyPlace = (GroupId, Tp, u32);

/// A record in a retry topic.
#[derive(Clone, Copy, Debug)]
struct Waiting {
    record: RecordId,
    /// Where it lay first of all.
    offset: Offset,
    /// A later record of its key was done before it.
    overtaken: bool,
}

/// The row of a group's offset of a partition, in the database of this number.
pub type OffsetPlace = (u16, GroupId, Tp);

/// Such a row.
#[derive(Clone, Copy, Debug)]
struct KeptOffset {
    /// The next offset to read; none before the first record.
    offset: Option<Offset>,
    /// The latest generation in which the partition was given to a process that said so.
    generation: Generation,
}

/// Rows of a database: by where records come from, a bit for each.
#[derive(Clone, Debug, Default)]
struct Rows {
    bits: LiteMap<(NodeId, Tp), Vec<u64>>,
}

impl Outside {
    /// Databases without rows. `ids_matter`: some application looks whether a record has a row.
    pub fn new(ids_matter: bool) -> Outside {
        Outside { ids_matter, ..Outside::default() }
    }
    /// The service that a process calls for every record is down, until [`Outside::outage_ends`]; outages stack.
    pub fn outage_begins(&mut self, node: NodeId) {
        self.outages.push(node);
    }
    /// One outage is over.
    pub fn outage_ends(&mut self, node: NodeId) {
        if let Some(at) = self.outages.iter().position(|of| *of == node) {
            self.outages.swap_remove(at);
        }
    }
    /// Whether the service is down that a process calls.
    #[inline]
    pub fn is_down_for(&self, node: NodeId) -> bool {
        self.outages.contains(&node)
    }
    /// Record `copy` is sent with the id of record `of`.
    #[inline]
    pub fn carry_id(&mut self, copy: RecordId, of: RecordId) {
        if self.ids_matter {
            let id = self.id(of);
            self.ids.insert(copy, id);
        }
    }
    /// The id that a record carries: its own, if nobody gave it another.
    fn id(&self, record: RecordId) -> RecordId {
        self.ids.get(&record).copied().unwrap_or(record)
    }
    // --- records that are put aside ----------------------------------------------------------------

    /// Record `copy` carries `of` with these headers.
    pub fn put_aside(&mut self, copy: RecordId, of: RecordId, headers: PutAside) {
        let first = self.first_of(of);
        self.put_aside.insert(copy, (headers, first));
    }
    /// The headers of a record that was put aside.
    pub fn headers(&self, record: RecordId) -> Option<&PutAside> {
        self.put_aside.get(&record).map(|(headers, _)| headers)
    }
    fn first_of(&self, record: RecordId) -> RecordId {
        self.put_aside.get(&record).map_or(record, |(_, first)| *first)
    }
    /// A group has a record of this key in a retry topic, and goes on. Records without a key have no order.
    pub fn waits(&mut self, (group, tp, key): (GroupId, Tp, u32), record: RecordId, offset: Offset) {
        if key == RecordDetail::NULL_KEY || self.waits_for.contains_key(&record) {
            return;
        }
        self.waits_for.insert(record, (group, tp, key));
        self.waiting.entry((group, tp, key)).or_default().push(Waiting { record, offset, overtaken: false });
    }
    /// Whether any record waits in a retry topic.
    #[inline]
    pub fn anything_waits(&self) -> bool {
        !self.waits_for.is_empty()
    }
    /// Somebody is done with a record, or with what carries it.
    pub fn waits_no_longer(&mut self, record: RecordId) {
        let first = self.first_of(record);
        let Some(place) = self.waits_for.remove(&first) else { return };
        if let Some(waiting) = self.waiting.get_mut(&place) {
            waiting.retain(|waiting| waiting.record != first);
            if waiting.is_empty() {
                self.waiting.remove(&place);
            }
        }
    }
    /// A group is done with a record of this key: the earlier ones that wait and were not overtaken before, each with its place.
    pub fn overtakes(&mut self, place: (GroupId, Tp, u32), offset: Offset) -> Vec<(RecordId, Offset)> {
        let waiting = self.waiting.get_mut(&place).into_iter().flatten();
        let earlier = waiting.filter(|waiting| waiting.offset < offset && !waiting.overtaken);
        earlier
            .map(|waiting| {
                waiting.overtaken = true;
                (waiting.record, waiting.offset)
            })
            .collect()
    }

    // --- databases -----------------------------------------------------------------------------------

    /// Whether a record has a row.
    pub fn has_row(&self, database: u16, record: RecordId) -> bool {
        let RecordId { origin, tp, ordinal } = self.id(record);
        let (word, bit) = (ordinal as usize / 64, ordinal % 64);
        let bits = self.databases.get(&database).and_then(|rows| rows.bits.get(&(origin, tp)));
        bits.and_then(|bits| bits.get(word)).is_some_and(|bits| bits >> bit & 1 == 1)
    }
    /// A process was given the partition in this generation, and writes that down. Where it goes on, if anything is kept.
    pub fn claim_partition(&mut self, place: OffsetPlace, generation: Generation) -> Option<Offset> {
        let kept = self.offsets.entry(place).or_insert(KeptOffset { offset: None, generation });
        kept.generation = kept.generation.max(generation);
        kept.offset
    }
    /// The latest generation in which the partition was given to a process that has written that down.
    pub fn claimed_in(&self, place: OffsetPlace) -> Generation {
        self.offsets.get(&place).map_or(Generation::NONE, |kept| kept.generation)
    }
    /// Keeps the next offset to read, whoever says so and whatever was kept.
    pub fn keep_offset(&mut self, place: OffsetPlace, offset: Offset) {
        if let Some(kept) = self.offsets.get_mut(&place) {
            kept.offset = Some(offset);
        }
    }
    /// Writes the row of a record. Whether it had none.
    pub fn write_row(&mut self, database: u16, record: RecordId) -> bool {
        let had_one = self.has_row(database, record);
        let RecordId { origin, tp, ordinal } = self.id(record);
        let (word, bit) = (ordinal as usize / 64, ordinal % 64);
        let bits = self.databases.entry(database).or_default().bits.entry((origin, tp)).or_default();
        if bits.len() <= word {
            bits.resize(word + 1, 0);
        }
        bits[word] |= 1 << bit;
        !had_one
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(origin: u16, tp: u32, ordinal: u32) -> RecordId {
        RecordId { origin: NodeId(origin), tp: Tp(tp), ordinal }
    }

    #[test]
    fn an_offset_is_kept_for_whoever_comes_next() {
        let (mut outside, place) = (Outside::new(false), (0, GroupId(0), Tp(2)));
        assert_eq!(outside.claim_partition(place, Generation(4)), None);
        outside.keep_offset(place, Offset(7));
        assert_eq!(outside.claim_partition(place, Generation(6)), Some(Offset(7)));
        assert_eq!(outside.claim_partition(place, Generation(5)), Some(Offset(7)), "who comes late may look");
        assert_eq!(outside.claimed_in(place), Generation(6));
        assert_eq!(outside.claim_partition((0, GroupId(1), Tp(2)), Generation(1)), None, "of another group");
    }

    #[test]
    fn a_row_is_written_once() {
        let mut outside = Outside::new(true);
        assert!(!outside.has_row(0, record(1, 2, 100)));
        assert!(outside.write_row(0, record(1, 2, 100)));
        assert!(!outside.write_row(0, record(1, 2, 100)));
        assert!(outside.has_row(0, record(1, 2, 100)));
        for other in [record(1, 2, 99), record(1, 2, 164), record(1, 3, 100), record(2, 2, 100)] {
            assert!(outside.write_row(0, other), "{other:?}");
        }
        assert!(outside.write_row(1, record(1, 2, 100)), "another database");
    }

    #[test]
    fn a_record_waits_until_somebody_is_done_with_what_carries_it_and_is_overtaken_once() {
        use crate::protocol::put_aside::FailureReason;
        use crate::sim::time::Nanos;
        let headers = PutAside {
            original: Tp(2),
            offset: Offset(7),
            timestamp: Nanos::ZERO,
            group: GroupId(0),
            attempts: 1,
            reason: FailureReason::Unprocessable,
            backoff_until: None,
        };
        let (mut outside, place) = (Outside::new(false), (GroupId(0), Tp(2), 5));
        outside.put_aside(record(2, 5, 0), record(1, 2, 7), headers);
        outside.waits(place, record(1, 2, 7), Offset(7));
        assert!(outside.overtakes(place, Offset(3)).is_empty(), "that one is earlier");
        assert_eq!(outside.overtakes(place, Offset(9)), [(record(1, 2, 7), Offset(7))]);
        assert!(outside.overtakes(place, Offset(10)).is_empty(), "it is overtaken already");
        assert!(outside.overtakes((GroupId(0), Tp(2), 6), Offset(9)).is_empty(), "another key");
        outside.put_aside(record(3, 6, 0), record(2, 5, 0), headers);
        outside.waits_no_longer(record(3, 6, 0));
        assert!(!outside.anything_waits());
    }

    #[test]
    fn a_record_keeps_its_id_over_all_who_pass_it_on() {
        let mut outside = Outside::new(true);
        outside.carry_id(record(2, 5, 0), record(1, 2, 7));
        outside.carry_id(record(3, 6, 4), record(2, 5, 0));
        assert!(outside.write_row(0, record(3, 6, 4)));
        assert!(!outside.write_row(0, record(2, 5, 0)));
        assert!(!outside.write_row(0, record(1, 2, 7)));
    }
}
