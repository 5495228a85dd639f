//! How far the metadata log is applied here
//! (`core/.../server/metadata/BrokerMetadataPublisher.scala`, `image/.../loader/MetadataLoader.java`).

use std::collections::VecDeque;

use crate::cluster::broker::replica_id::ReplicaId;
use crate::protocol::ids::{BrokerId, Tp};
use crate::protocol::messages::MetadataRecord;

/// The delta of the metadata that is being applied, partition by partition, and what waits behind it.
///
/// The image is what clients and other partitions are told of, at once. The replicas follow one after the
/// other in a single thread: leaders first, whose fetchers are all stopped to begin with, then
/// followers, whose fetchers are all started over in the end. So for a while a leader that is deposed
/// in the image goes on accepting records, which nobody fetches any more: with acks=1 they are
/// acknowledged, and lost.
#[derive(Clone, Debug, Default)]
pub struct MetadataPublisher {
    /// What is under way, if anything is.
    delta: Option<Delta>,
    /// Records that have arrived meanwhile, oldest first, with the offset of the first.
    waiting: VecDeque<(i64, Vec<MetadataRecord>)>,
    /// The logs were loaded, and the whole image applied.
    has_published: bool,
}

/// What is still to be done for one delta.
#[derive(Clone, Debug, Default)]
struct Delta {
    /// Partitions still to be applied.
    left: VecDeque<Tp>,
    applied: Consequences,
}

/// What is done once all partitions of a delta are applied.
#[derive(Clone, Debug, Default)]
pub struct Consequences {
    /// Followers that need another fetcher or none.
    pub followers: Vec<NewFollower>,
    /// Partitions of which a coordinator here is to hear: whether it is elected.
    pub coordinators: Vec<(Tp, bool)>,
    /// It is the first delta, the whole image.
    pub is_first: bool,
}

/// A partition that is followed in another epoch than before, or not at all any more.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct NewFollower {
    /// Which.
    pub tp: Tp,
    /// Its replica here.
    pub replica: ReplicaId,
    /// Whom it is to be fetched from.
    pub from: Option<BrokerId>,
    /// Whether this broker led it.
    pub led: bool,
}

impl MetadataPublisher {
    /// Committed records have arrived.
    pub fn enqueue(&mut self, base_offset: i64, records: Vec<MetadataRecord>) {
        self.waiting.push_back((base_offset, records));
    }
    /// The next records to be made a delta of, unless one is under way.
    pub fn next_records(&mut self) -> Option<(i64, Vec<MetadataRecord>)> {
        if self.delta.is_some() { None } else { self.waiting.pop_front() }
    }
    /// Begins with these partitions, in this order.
    pub fn begin(&mut self, partitions: impl Iterator<Item = Tp>) {
        assert!(self.delta.is_none(), "one delta at a time");
        self.delta = Some(Delta { left: partitions.collect(), ..Delta::default() });
    }
    /// The partition that is to be applied next.
    pub fn next_partition(&self) -> Option<Tp> {
        self.delta.as_ref()?.left.front().copied()
    }
    /// Takes that off the list.
    pub fn take_partition(&mut self) -> Option<Tp> {
        self.delta.as_mut()?.left.pop_front()
    }
    /// What has to be done at the end of the delta; none while none is under way.
    pub fn consequences(&mut self) -> Option<&mut Consequences> {
        self.delta.as_mut().map(|delta| &mut delta.applied)
    }
    /// All partitions are applied. The delta counts as under way until [`MetadataPublisher::end`].
    pub fn take_consequences(&mut self) -> Consequences {
        let applied = self.consequences().map(std::mem::take).unwrap_or_default();
        Consequences { is_first: !std::mem::replace(&mut self.has_published, true), ..applied }
    }
    /// The delta is through.
    pub fn end(&mut self) {
        self.delta = None;
    }
}
