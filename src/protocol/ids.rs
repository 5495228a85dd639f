//! Identifiers. Every name is interned once, when the world is built; the loop only sees numbers.

use std::fmt;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident($inner:ty), $prefix:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, serde::Serialize, serde::Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub $inner);
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($prefix, "{}"), self.0)
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0, f)
            }
        }
        impl $name {
            /// The number as a `Vec` index; ids that can be negative never come here.
            pub fn index(self) -> usize {
                self.0 as usize
            }
        }
    };
}

id!(/// A process of the world: broker, controller or client. Dense, in the order of the scenario.
    NodeId(u16), "n");
impl NodeId {
    /// No process in particular, as where a fault hits several.
    pub const NOBODY: NodeId = NodeId(u16::MAX);
}
id!(/// A Kafka broker id. Brokers of a scenario are numbered from 1.
    BrokerId(u8), "b");
id!(/// The `node.id` of a KRaft controller: a voter of the quorum. Those of a scenario are numbered from 100.
    ControllerId(u16), "controller ");
id!(/// A topic, interned. Kafka's topic id (KIP-516) and name in one: a name is never reused here.
    TopicId(u16), "topic");
id!(/// A topic-partition, interned cluster-wide: one dense number for (topic, partition).
    Tp(u32), "tp");
id!(/// A consumer group, interned.
    GroupId(u16), "group");
id!(/// A `transactional.id`, interned.
    TransactionalId(u16), "txn");
id!(/// A `group.instance.id`, interned (KIP-345).
    InstanceId(u16), "instance");
id!(/// A pattern that group coordinators are told, interned: the text of a `SubscriptionPattern`.
    PatternId(u16), "pattern");
id!(/// A rack, interned: a `broker.rack` or a `client.rack`.
    RackId(u16), "rack");
id!(/// A position in a partition's log. Counts records, not bytes.
    Offset(i64), "@");
id!(/// Leader epoch: rises with every leader change of a partition (KIP-101).
    LeaderEpoch(i32), "e");
id!(/// Partition epoch: rises with every committed change of a partition's state (KIP-497).
    PartitionEpoch(i32), "pe");
id!(/// Broker epoch: the metadata offset of a broker's registration record (KIP-380, KIP-631).
    BrokerEpoch(i64), "be");
id!(/// Producer id handed out by InitProducerId (KIP-98). -1: not idempotent.
    ProducerId(i64), "pid");
id!(/// Producer epoch. -1: not idempotent.
    ProducerEpoch(i16), "pe");
id!(/// Sequence number of a record within (producer id, epoch, partition). -1: not idempotent.
    Sequence(i32), "seq");
id!(/// Generation of a classic consumer group, or epoch of a consumer group of the new protocol, of its assignment or of a
    /// member (KIP-848: they go by one field where offsets are committed); -1 is "none".
    Generation(i32), "gen");
id!(/// A group member id. Kafka's `client.id-UUID` string, interned: the coordinator draws the number.
    MemberId(u32), "m");
id!(/// A TCP connection; both ends use the same number, and it is never used again.
    ConnId(u32), "c");

impl Offset {
    /// Kafka's "unknown or invalid offset".
    pub const INVALID: Offset = Offset(-1);
    /// This offset moved forward by `n` records.
    pub fn plus(self, n: u32) -> Offset {
        Offset(self.0 + i64::from(n))
    }
}
impl LeaderEpoch {
    /// Kafka's "undefined epoch".
    pub const UNDEFINED: LeaderEpoch = LeaderEpoch(-1);
}
impl BrokerEpoch {
    /// "Unknown": such a request or member is not checked.
    pub const UNKNOWN: BrokerEpoch = BrokerEpoch(-1);
}
impl ProducerId {
    /// A producer without idempotence.
    pub const NONE: ProducerId = ProducerId(-1);
}
impl ProducerEpoch {
    /// A producer without idempotence.
    pub const NONE: ProducerEpoch = ProducerEpoch(-1);
}

/// A producer id and its epoch (`ProducerIdAndEpoch`).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct ProducerIdAndEpoch {
    /// The id.
    pub id: ProducerId,
    /// Its epoch.
    pub epoch: ProducerEpoch,
}

impl ProducerIdAndEpoch {
    /// None, or not known.
    pub const NONE: ProducerIdAndEpoch = ProducerIdAndEpoch { id: ProducerId::NONE, epoch: ProducerEpoch::NONE };
}

impl Sequence {
    /// A batch without idempotence.
    pub const NONE: Sequence = Sequence(-1);
    /// The sequence `n` records further; after 2147483647 comes 0
    /// (`DefaultRecordBatch.incrementSequence`).
    ///
    /// ```
    /// use kafkasim::protocol::ids::Sequence;
    /// assert_eq!(Sequence(i32::MAX).plus(1), Sequence(0));
    /// ```
    pub fn plus(self, n: u32) -> Sequence {
        Sequence(((i64::from(self.0) + i64::from(n)) & 0x7fff_ffff) as i32)
    }
}
impl Generation {
    /// No generation: a consumer outside a group, or one that lost its membership.
    pub const NONE: Generation = Generation(-1);
}
impl MemberId {
    /// The empty member id of a first JoinGroup.
    pub const NONE: MemberId = MemberId(0);
}

/// An ordered list of broker ids: replicas in assignment order, or an ISR. At most 15.
///
/// ```
/// use kafkasim::protocol::ids::{BrokerId, BrokerList};
/// let isr: BrokerList = [BrokerId(2), BrokerId(3)].into_iter().collect();
/// assert!(isr.contains(BrokerId(3)));
/// assert_eq!(isr.to_string(), "[2,3]");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct BrokerList {
    len: u8,
    ids: [u8; 15],
}

impl BrokerList {
    /// The largest replication factor that the model knows.
    pub const CAPACITY: usize = 15;
    /// No broker.
    pub const EMPTY: BrokerList = BrokerList { len: 0, ids: [0; 15] };

    /// How many brokers.
    pub fn len(&self) -> usize {
        usize::from(self.len)
    }
    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }
    /// Whether `broker` is listed.
    pub fn contains(&self, broker: BrokerId) -> bool {
        self.ids[..self.len()].contains(&broker.0)
    }
    /// The brokers, in order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = BrokerId> + ExactSizeIterator + '_ {
        self.ids[..self.len()].iter().map(|id| BrokerId(*id))
    }
    /// The first broker: of a replica list, the preferred leader.
    pub fn first(&self) -> Option<BrokerId> {
        self.iter().next()
    }
    /// Appends `broker`, unless it is listed already.
    ///
    /// # Panics
    /// When the list is full: scenarios are checked against [`BrokerList::CAPACITY`].
    pub fn insert(&mut self, broker: BrokerId) {
        if !self.contains(broker) {
            self.ids[self.len()] = broker.0;
            self.len += 1;
        }
    }
    /// Takes `broker` out; the others keep their order.
    pub fn remove(&mut self, broker: BrokerId) {
        *self = self.without(broker);
    }
    /// The list without `broker`.
    pub fn without(&self, broker: BrokerId) -> BrokerList {
        self.iter().filter(|id| *id != broker).collect()
    }
    /// The list with `broker` at its end, unless it is listed already.
    pub fn with(&self, broker: BrokerId) -> BrokerList {
        let mut list = *self;
        list.insert(broker);
        list
    }
    /// Whether every member of `self` is in `other`.
    pub fn is_subset(&self, other: &BrokerList) -> bool {
        self.iter().all(|id| other.contains(id))
    }
    /// Whether both list the same brokers, in whatever order.
    pub fn same_members(&self, other: &BrokerList) -> bool {
        self.len == other.len && self.is_subset(other)
    }
    /// Two words for the digest.
    pub(crate) fn words(&self) -> [u64; 2] {
        let mut bytes = [0u8; 16];
        bytes[0] = self.len;
        bytes[1..].copy_from_slice(&self.ids);
        let bits = u128::from_le_bytes(bytes);
        [bits as u64, (bits >> 64) as u64]
    }
}
impl FromIterator<BrokerId> for BrokerList {
    fn from_iter<I: IntoIterator<Item = BrokerId>>(iter: I) -> Self {
        let mut list = BrokerList::EMPTY;
        iter.into_iter().for_each(|id| list.insert(id));
        list
    }
}
impl fmt::Display for BrokerList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[")?;
        for (i, id) in self.iter().enumerate() {
            write!(f, "{}{}", if i == 0 { "" } else { "," }, id.0)?;
        }
        f.write_str("]")
    }
}
impl fmt::Debug for BrokerList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
impl serde::Serialize for BrokerList {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_seq(self.iter())
    }
}
impl<'de> serde::Deserialize<'de> for BrokerList {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let ids = Vec::<BrokerId>::deserialize(d)?;
        if ids.len() > BrokerList::CAPACITY {
            return Err(serde::de::Error::custom("more than 15 brokers in a replica list"));
        }
        Ok(ids.into_iter().collect())
    }
}
