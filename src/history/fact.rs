//! Facts: what happened, in Kafka's words.
//!
//! The stream of facts is all that checks, plots, explanations and exports ever see. A fact is a
//! plain value; it is never changed once recorded. The digest of a run is taken over the words that
//! [`Fact::encode`] gives, in the order in which the facts happened.

use serde::de::Error;
use serde_json::Value;

use crate::protocol::batch::{ConsumerMemberState, TransactionState};
use crate::protocol::compression::CompressionType;
use crate::protocol::config::AutoOffsetReset;
use crate::protocol::errors::ErrorCode;
use crate::protocol::exceptions::Exception;
use crate::protocol::ids::*;
use crate::protocol::messages::{AcknowledgeType, Acks, GroupProtocol, LeaveGroupReason, ServerAssignor};
use crate::protocol::put_aside::{Aside, FailureReason};
use crate::sim::time::Nanos;

/// How a partition came by its leader.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, serde::Serialize, serde::Deserialize)]
#[repr(u8)]
pub enum Election {
    /// No election: only the ISR or the assignment changed.
    Unchanged,
    /// A member of the ISR was elected (or the partition was created).
    Clean,
    /// A replica outside the ISR was elected.
    Unclean,
    /// The preferred replica got its leadership back.
    Preferred,
    /// Nobody qualified.
    Leaderless,
}

/// What a replica is to its partition.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, serde::Serialize, serde::Deserialize)]
#[repr(u8)]
pub enum ReplicaRole {
    /// The leader.
    Leader,
    /// A follower.
    Follower,
}

/// Why a replica cut its log.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, serde::Serialize, serde::Deserialize)]
#[repr(u8)]
pub enum TruncationReason {
    /// The leader's answer showed a diverging epoch (KIP-595).
    Diverged,
    /// The log end was beyond the leader's (OFFSET_OUT_OF_RANGE).
    OutOfRange,
    /// The whole log was dropped, to start over at the leader's log start.
    Reset,
}

/// Why a log begins later than before (`LogStartOffsetIncrementReason`).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, serde::Serialize, serde::Deserialize)]
#[repr(u8)]
pub enum LogStartReason {
    /// Its oldest segments were deleted.
    SegmentDeletion,
    /// Its leader's does.
    LeaderOffsetIncremented,
    /// An administrator has asked for it (DeleteRecords, KIP-107).
    ClientRecordDeletion,
}

/// Why segments were deleted (`SegmentDeletionReason`).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, serde::Serialize, serde::Deserialize)]
#[repr(u8)]
pub enum SegmentDeletionReason {
    /// All of their records lie below the log start.
    LogStart,
    /// The log was larger than `retention.bytes`.
    Size,
    /// Their youngest record was older than `retention.ms`.
    Time,
}

/// How a process ended.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, serde::Serialize, serde::Deserialize)]
#[repr(u8)]
pub enum StopKind {
    /// Controlled shutdown or close(): everything flushed, everybody told.
    Clean,
    /// The process died; the page cache lives.
    Crash,
    /// The machine lost power; what was not flushed may be gone.
    PowerLoss,
}

/// State of a group: of a classic one (`ClassicGroupState`), or of one of the new protocol (`ConsumerGroupState`).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, serde::Serialize, serde::Deserialize)]
#[repr(u8)]
#[allow(missing_docs)]
pub enum GroupState {
    Empty,
    PreparingRebalance,
    CompletingRebalance,
    Stable,
    Dead,
    /// Of the new protocol: the group epoch is ahead of the assignment.
    Assigning,
    /// Of the new protocol: members are on their way to their targets.
    Reconciling,
}

impl GroupState {
    /// The state of that name, as the coordinator says it.
    pub fn named(name: &str) -> Option<GroupState> {
        use GroupState::*;
        [Empty, PreparingRebalance, CompletingRebalance, Stable, Dead, Assigning, Reconciling]
            .into_iter()
            .find(|state| state.name() == name)
    }
    /// As `kafka-consumer-groups --state` prints it.
    pub fn name(self) -> &'static str {
        match self {
            GroupState::Empty => "Empty",
            GroupState::PreparingRebalance => "PreparingRebalance",
            GroupState::CompletingRebalance => "CompletingRebalance",
            GroupState::Stable => "Stable",
            GroupState::Dead => "Dead",
            GroupState::Assigning => "Assigning",
            GroupState::Reconciling => "Reconciling",
        }
    }
}

/// Why a member left a group.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, serde::Serialize, serde::Deserialize)]
#[repr(u8)]
pub enum LeaveReason {
    /// LeaveGroup on close().
    Closed,
    /// LeaveGroup by the heartbeat thread: `max.poll.interval.ms` exceeded.
    PollTimeout,
    /// Not heard from for `session.timeout.ms`.
    SessionTimeout,
    /// Did not rejoin before the rebalance timeout.
    RebalanceTimeout,
    /// Did not sync before the sync timeout.
    SyncTimeout,
    /// Turned away on rejoining a group larger than `group.max.size`.
    GroupMaxSize,
    /// Its first join was parked for five minutes (`classicGroupNewMemberJoinTimeoutMs`).
    JoinTimeout,
    /// An administrator has removed it, by its instance id (KIP-345).
    RemovedByAdmin,
    /// In the new protocol: did not give partitions up before its rebalance timeout.
    RevocationTimeout,
    /// Its application called unsubscribe().
    Unsubscribed,
}

impl From<LeaveGroupReason> for LeaveReason {
    fn from(reason: LeaveGroupReason) -> LeaveReason {
        match reason {
            LeaveGroupReason::Closed => LeaveReason::Closed,
            LeaveGroupReason::PollTimeout => LeaveReason::PollTimeout,
            LeaveGroupReason::RemovedByAdmin => LeaveReason::RemovedByAdmin,
            LeaveGroupReason::Unsubscribed => LeaveReason::Unsubscribed,
        }
    }
}

/// Why a group has no offset any more.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, serde::Serialize, serde::Deserialize)]
#[repr(u8)]
pub enum OffsetRemovalReason {
    /// It is older than `offsets.retention.minutes`.
    Expired,
    /// An administrator has removed it.
    Deleted,
    /// An administrator has removed the group.
    GroupDeleted,
    /// A new coordinator has found its tombstone in the log, which does not say why.
    Replayed,
}

/// Why a partition left a consumer.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, serde::Serialize, serde::Deserialize)]
#[repr(u8)]
pub enum RevokeReason {
    /// onPartitionsRevoked: a rebalance or close().
    Revoked,
    /// onPartitionsLost: membership was gone already.
    Lost,
}

/// Why a consumer reads a partition from another replica than before.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, serde::Serialize, serde::Deserialize)]
#[repr(u8)]
pub enum ReadReplicaCause {
    /// The leader named the follower: from now on it reads there.
    Named,
    /// The time is over for which the leader's word holds (`metadata.max.age.ms`): the leader is asked again.
    LeaseOver,
    /// The follower answered with an error.
    Refused,
    /// The follower is not alive in the consumer's metadata.
    Offline,
    /// A fetch there got no answer.
    NoAnswer,
    /// There is another leader, or another epoch of it.
    NewLeader,
}

/// How sure a producer is that a failed batch is in no log.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, serde::Serialize, serde::Deserialize)]
#[repr(u8)]
pub enum Certainty {
    /// Never sent, or every attempt was refused before the append.
    Definite,
    /// Some attempt may have been appended.
    Unknown,
}

/// Why records of a share group are free again.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, serde::Serialize, serde::Deserialize)]
#[repr(u8)]
pub enum ShareReleaseReason {
    /// The member said RELEASE.
    Released,
    /// It held them for `group.share.record.lock.duration.ms`.
    LockTimeout,
    /// Its share session is closed: it left, was thrown out, or its connection is gone.
    SessionClosed,
    /// Its acknowledgement could not be written down.
    NotWritten,
}

/// Why nobody of a share group will see a record (again).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, serde::Serialize, serde::Deserialize)]
#[repr(u8)]
pub enum ShareArchiveReason {
    /// A member said REJECT.
    Rejected,
    /// It was delivered `group.share.delivery.count.limit` times and not accepted.
    DeliveryLimit,
    /// There is no record of the application's at this offset: a control record, a hole, an aborted one.
    Gap,
    /// The log begins behind it.
    LogStart,
}

/// What a controller is to its quorum (`raft/.../EpochState.java` and those that implement it).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, serde::Serialize, serde::Deserialize)]
#[repr(u8)]
pub enum RaftRole {
    /// It knows the epoch, and no leader.
    Unattached,
    /// It asks whether it would be elected (KIP-996).
    Prospective,
    /// It stands for election.
    Candidate,
    /// It follows the leader.
    Follower,
    /// It leads.
    Leader,
    /// It led in this epoch, and does no longer.
    Resigned,
}

/// Turns a field into words for the digest.
trait Words {
    fn push(&self, out: &mut Encoder<'_>);
    /// Notes which names the field refers to.
    fn refer(&self, _out: &mut References) {}
}

/// The largest ids that a fact refers to, so that a reader can hold them against the names that a
/// history declares.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct References {
    /// Processes. `u16::MAX` stands for nobody and is left out.
    pub node: Option<NodeId>,
    /// Brokers.
    pub broker: Option<BrokerId>,
    /// Partitions.
    pub tp: Option<Tp>,
    /// Topics.
    pub topic: Option<TopicId>,
    /// Groups.
    pub group: Option<GroupId>,
    /// Transactional ids.
    pub transactional_id: Option<TransactionalId>,
    /// Patterns.
    pub pattern: Option<PatternId>,
}

/// Writes the words of one fact, as little-endian bytes.
pub(super) struct Encoder<'a> {
    words: &'a mut [[u8; 8]; Encoder::MOST],
    len: usize,
}

impl Encoder<'_> {
    /// The most words that a fact can have, its time and number among them.
    pub(super) const MOST: usize = 13;

    // Inlined with all that leads to it, `len` is a constant at every write.
    #[inline(always)]
    fn word(&mut self, word: u64) {
        self.words[self.len] = word.to_le_bytes();
        self.len += 1;
    }
}

macro_rules! word_of {
    ($($ty:ty: |$v:ident| $e:expr $(, names $slot:ident)?;)*) => {$(
        impl Words for $ty {
            #[inline(always)]
            fn push(&self, out: &mut Encoder<'_>) { let $v = self; out.word($e) }
            $(fn refer(&self, out: &mut References) { out.$slot = out.$slot.max(Some(*self)); })?
        }
    )*};
}
word_of! {
    bool: |v| u64::from(*v);
    u16: |v| u64::from(*v);
    u32: |v| u64::from(*v);
    u64: |v| *v;
    Nanos: |v| v.0;
    BrokerId: |v| u64::from(v.0), names broker;
    TopicId: |v| u64::from(v.0), names topic;
    GroupId: |v| u64::from(v.0), names group;
    TransactionalId: |v| u64::from(v.0), names transactional_id;
    PatternId: |v| u64::from(v.0), names pattern;
    TransactionState: |v| *v as u64;
    Tp: |v| u64::from(v.0), names tp;
    ControllerId: |v| u64::from(v.0);
    Option<ControllerId>: |v| v.map_or(0, |id| u64::from(id.0) + 1);
    RaftRole: |v| *v as u64;
    MemberId: |v| u64::from(v.0);
    Offset: |v| v.0 as u64;
    LeaderEpoch: |v| i64::from(v.0) as u64;
    PartitionEpoch: |v| i64::from(v.0) as u64;
    BrokerEpoch: |v| v.0 as u64;
    ProducerId: |v| v.0 as u64;
    ProducerEpoch: |v| i64::from(v.0) as u64;
    Sequence: |v| i64::from(v.0) as u64;
    Generation: |v| i64::from(v.0) as u64;
    ErrorCode: |v| i64::from(v.code()) as u64;
    Exception: |v| v.number();
    Option<Exception>: |v| v.map_or(0, |exception| exception.number() + 1);
    Acks: |v| *v as u64;
    CompressionType: |v| *v as u64;
    AutoOffsetReset: |v| v.number();
    Election: |v| *v as u64;
    ReplicaRole: |v| *v as u64;
    TruncationReason: |v| *v as u64;
    LogStartReason: |v| *v as u64;
    SegmentDeletionReason: |v| *v as u64;
    StopKind: |v| *v as u64;
    GroupState: |v| *v as u64;
    LeaveReason: |v| *v as u64;
    OffsetRemovalReason: |v| *v as u64;
    RevokeReason: |v| *v as u64;
    ReadReplicaCause: |v| *v as u64;
    Certainty: |v| *v as u64;
    ConsumerMemberState: |v| *v as u64;
    ServerAssignor: |v| *v as u64;
    GroupProtocol: |v| *v as u64;
    Aside: |v| *v as u64;
    FailureReason: |v| *v as u64;
    AcknowledgeType: |v| *v as u64;
    ShareReleaseReason: |v| *v as u64;
    ShareArchiveReason: |v| *v as u64;
}
impl Words for NodeId {
    #[inline(always)]
    fn push(&self, out: &mut Encoder<'_>) {
        out.word(u64::from(self.0));
    }
    fn refer(&self, out: &mut References) {
        if *self != NodeId::NOBODY {
            out.node = out.node.max(Some(*self));
        }
    }
}
impl Words for Option<BrokerId> {
    #[inline(always)]
    fn push(&self, out: &mut Encoder<'_>) {
        out.word(self.map_or(0, |b| u64::from(b.0) + 1));
    }
    fn refer(&self, out: &mut References) {
        out.broker = out.broker.max(*self);
    }
}
impl Words for BrokerList {
    #[inline(always)]
    fn push(&self, out: &mut Encoder<'_>) {
        self.words().into_iter().for_each(|w| out.word(w));
    }
    fn refer(&self, out: &mut References) {
        out.broker = out.broker.max(self.iter().max());
    }
}

/// A fact is written as `{"BrokerFenced": {"broker": 1}}`, and read by way of a tree of values: the code that a
/// derive would make for each kind of fact and each way to read one is a tenth of the whole program's.
impl<'de> serde::Deserialize<'de> for Fact {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Fact, D::Error> {
        let mut named = serde_json::Map::deserialize(deserializer)?.into_iter();
        match (named.next(), named.next()) {
            (Some((name, fields)), None) => Fact::read(&name, fields).map_err(D::Error::custom),
            _ => Err(D::Error::custom("a fact is a map of one name")),
        }
    }
}

/// The fields of a fact that is read.
struct Fields(serde_json::Map<String, Value>);

impl Fields {
    fn new(fields: Value) -> Result<Fields, serde_json::Error> {
        serde_json::from_value(fields).map(Fields)
    }
    fn take<T: serde::de::DeserializeOwned>(&mut self, name: &'static str) -> Result<T, serde_json::Error> {
        match self.0.remove(name) {
            Some(value) => {
                serde_json::from_value(value).map_err(|error| Error::custom(format_args!("`{name}`: {error}")))
            }
            // What may be nothing may be left out.
            None => serde_json::from_value(Value::Null).map_err(|_| Error::missing_field(name)),
        }
    }
}

macro_rules! facts {
    ($($(#[$doc:meta])* $name:ident = $code:literal { $($(#[$fdoc:meta])* $field:ident: $ty:ty,)* })*) => {
        /// Something that happened. See the module's documentation.
        ///
        /// The number of a variant is part of the digest's encoding; it is never reused.
        #[derive(Clone, Copy, PartialEq, Debug, serde::Serialize)]
        pub enum Fact {
            $($(#[$doc])* $name { $($(#[$fdoc])* #[allow(missing_docs)] $field: $ty,)* },)*
        }
        /// A fact without its fields.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        #[repr(u8)]
        pub enum FactKind { $($(#[$doc])* $name = $code,)* }

        /// Every fact's name with the names and types of its fields.
        pub const FIELDS: &[(&str, &[(&str, &str)])] =
            &[$((stringify!($name), &[$((stringify!($field), stringify!($ty)),)*]),)*];

        impl Fact {
            /// From its name and its fields, as they are written.
            fn read(name: &str, fields: Value) -> Result<Fact, serde_json::Error> {
                match name {
                    $(stringify!($name) => {
                        #[allow(unused_variables, unused_mut)]
                        let mut fields = Fields::new(fields)?;
                        Ok(Fact::$name { $($field: fields.take(stringify!($field))?,)* })
                    })*
                    other => Err(Error::custom(format_args!("unknown variant `{other}`"))),
                }
            }
            /// The fact's name, such as `HighWatermarkAdvanced`.
            pub fn name(&self) -> &'static str {
                match self { $(Fact::$name { .. } => stringify!($name),)* }
            }
            /// What kind of fact it is.
            #[inline]
            pub const fn kind(&self) -> FactKind {
                match self { $(Fact::$name { .. } => FactKind::$name,)* }
            }
            /// The names that the fact refers to.
            pub fn references(&self) -> References {
                let mut out = References::default();
                match self {
                    $(Fact::$name { $($field,)* } => { $($field.refer(&mut out);)* })*
                }
                out
            }
            /// The words over which the digest is taken: the time, the variant's number, its fields.
            /// Returns how many there are.
            #[inline]
            pub(super) fn encode(&self, at: Nanos, words: &mut [[u8; 8]; Encoder::MOST]) -> usize {
                let mut out = Encoder { words, len: 0 };
                out.word(at.0);
                match self {
                    $(Fact::$name { $($field,)* } => { out.word($code); $($field.push(&mut out);)* })*
                }
                out.len
            }
        }
    };
}

facts! {
    // --- processes -------------------------------------------------------------------------
    /// A process was started.
    ProcessStarted = 1 { node: NodeId, }
    /// A process ended.
    ProcessStopped = 2 { node: NodeId, kind: StopKind, }
    /// A process stopped running (GC, SIGSTOP) or goes on.
    ProcessPaused = 3 { node: NodeId, paused: bool, }
    /// Fault number `fault` of the scenario struck `target` (a node, or none for network faults).
    FaultStarted = 4 { fault: u16, occurrence: u16, node: NodeId, }
    /// It is over.
    FaultEnded = 5 { fault: u16, occurrence: u16, }
    /// After this no fault is active and workloads only drain (the final read phase).
    FinalPhaseStarted = 6 {}
    /// The run is over.
    RunEnded = 7 {}
    /// A fault of the scenario was to strike and hit nobody that lives.
    FaultMissed = 8 { fault: u16, occurrence: u16, }
    /// The machine of a process that was down already lost its power: what was not flushed may be gone.
    PowerLost = 9 { node: NodeId, }

    // --- controller ------------------------------------------------------------------------
    /// The controller committed a registration.
    BrokerRegistered = 10 { broker: BrokerId, epoch: BrokerEpoch, }
    /// The controller committed a fencing (session ran out, or shutdown granted).
    BrokerFenced = 11 { broker: BrokerId, }
    /// The controller committed an unfencing.
    BrokerUnfenced = 12 { broker: BrokerId, }
    /// The controller moves leaders away from a broker that wants to stop.
    ControlledShutdownStarted = 13 { broker: BrokerId, }
    /// A topic was created.
    TopicCreated = 14 { topic: TopicId, partitions: u32, }
    /// A partition was created, with its replicas in assignment order.
    PartitionCreated = 15 { tp: Tp, replicas: BrokerList, leader: Option<BrokerId>, }
    /// A committed change of a partition (also right after creation): its whole new state.
    PartitionChanged = 16 {
        tp: Tp, leader: Option<BrokerId>, leader_epoch: LeaderEpoch, partition_epoch: PartitionEpoch,
        isr: BrokerList, election: Election,
    }
    /// Committed with the change that is told next: these are a partition's replicas from now on, and how they move (KIP-455).
    ReplicasReassigned = 190 { tp: Tp, replicas: BrokerList, adding: BrokerList, removing: BrokerList, }
    /// The controller refused an ISR proposal.
    AlterPartitionRefused = 17 { tp: Tp, broker: BrokerId, error: ErrorCode, }
    /// Committed with the change that was told just before: other replicas are eligible to lead beside the ISR, or
    /// another leader is remembered as the last one (KIP-966).
    EligibleReplicasChanged = 18 { tp: Tp, elr: BrokerList, last_leader: Option<BrokerId>, }

    // --- replicas --------------------------------------------------------------------------
    /// A broker began to act as leader; `start` is where its epoch starts.
    BecameLeader = 20 { broker: BrokerId, tp: Tp, epoch: LeaderEpoch, start: Offset, high_watermark: Offset, }
    /// A broker began to follow.
    BecameFollower = 21 { broker: BrokerId, tp: Tp, epoch: LeaderEpoch, leader: Option<BrokerId>, }
    /// A batch was appended to a replica's log.
    Appended = 22 {
        broker: BrokerId, role: ReplicaRole, tp: Tp, base_offset: Offset, count: u32, leader_epoch: LeaderEpoch,
        node: NodeId, ordinal: u32, producer_id: ProducerId, producer_epoch: ProducerEpoch, sequence: Sequence,
    }
    /// The leader recognised a batch that it has already; it answers with the old offset.
    DuplicateDropped = 23 { broker: BrokerId, tp: Tp, base_offset: Offset, node: NodeId, ordinal: u32, count: u32, }
    /// The leader refused a batch before the append.
    ProduceRefused = 24 { broker: BrokerId, tp: Tp, node: NodeId, ordinal: u32, count: u32, error: ErrorCode, }
    /// The leader answers a produce with success; `isr` is the maximal ISR at that moment.
    ProduceAnswered = 25 { broker: BrokerId, tp: Tp, base_offset: Offset, count: u32, acks: Acks, high_watermark: Offset, isr: u16, min_isr: u16, }
    /// A leader's high watermark rose; `isr` is the maximal ISR that it counted.
    HighWatermarkAdvanced = 26 { broker: BrokerId, tp: Tp, epoch: LeaderEpoch, high_watermark: Offset, log_end: Offset, isr: BrokerList, min_isr: u16, }
    /// A follower took over its leader's high watermark.
    HighWatermarkLearned = 27 { broker: BrokerId, tp: Tp, high_watermark: Offset, log_end: Offset, }
    /// A replica cut its log back.
    Truncated = 28 { broker: BrokerId, tp: Tp, from: Offset, to: Offset, epoch: LeaderEpoch, reason: TruncationReason, }
    /// A log was opened at start-up; `written` is where it ended when the process died.
    LogRecovered = 29 { broker: BrokerId, tp: Tp, log_start: Offset, log_end: Offset, written: Offset, flushed: Offset, high_watermark: Offset, clean: bool, }
    /// A broker is no replica of a partition any more, and deletes its log.
    ReplicaDeleted = 191 { broker: BrokerId, tp: Tp, log_end: Offset, }
    /// A leader proposed an ISR; `joining` is the follower to be added (its log end is `joining_end`).
    IsrProposed = 30 { broker: BrokerId, tp: Tp, leader_epoch: LeaderEpoch, partition_epoch: PartitionEpoch, isr: BrokerList, }
    /// What a leader knew of the follower it proposes to add.
    IsrJoinProposed = 31 { broker: BrokerId, tp: Tp, leader_epoch: LeaderEpoch, joining: BrokerId, log_end: Offset, high_watermark: Offset, epoch_start: Offset, }
    /// A broker's log directory went offline.
    LogDirFailed = 32 { broker: BrokerId, }
    /// A leader served a ListOffsets for the latest offset.
    LatestOffsetServed = 33 { broker: BrokerId, tp: Tp, node: NodeId, offset: Offset, }
    /// A flush returned: the log is on the device up to here.
    Flushed = 34 { broker: BrokerId, tp: Tp, offset: Offset, }

    /// A control record that ends a transaction was appended to a replica's log. `first_offset`: of the transaction that it
    /// closes here, -1 if none is open.
    ControlAppended = 35 {
        broker: BrokerId, role: ReplicaRole, tp: Tp, offset: Offset, leader_epoch: LeaderEpoch, producer_id: ProducerId,
        producer_epoch: ProducerEpoch, coordinator_epoch: LeaderEpoch, commit: bool, first_offset: Offset,
    }
    /// A leader's last stable offset moved apart from its high watermark, or on while a transaction is open or was
    /// until now. While no transaction is open it is the high watermark, and is not told.
    LastStableOffsetMoved = 36 { broker: BrokerId, tp: Tp, epoch: LeaderEpoch, last_stable_offset: Offset, high_watermark: Offset, }

    // --- what a log no longer has ------------------------------------------------------------
    /// A replica's log begins later than before: what lies below `to` cannot be read there any more.
    LogStartMoved = 150 { broker: BrokerId, tp: Tp, from: Offset, to: Offset, high_watermark: Offset, reason: LogStartReason, }
    /// A replica deleted its oldest segments, which held the offsets from `first` up to below `next`; the youngest of their
    /// records has this timestamp. Their files take up room for `file.delete.delay.ms` more.
    SegmentsDeleted = 151 {
        broker: BrokerId, tp: Tp, first: Offset, next: Offset, segments: u32, bytes: u64, reason: SegmentDeletionReason,
        largest_timestamp: Nanos,
    }

    // --- what compaction takes out -----------------------------------------------------------
    /// A replica's log was compacted: what lay between `from` and `to` was dirty, and of each of its `keys` the last record is kept.
    /// Bytes: of all segments that were written anew, from the start of the log on.
    LogCleaned = 160 { broker: BrokerId, tp: Tp, from: Offset, to: Offset, bytes_before: u64, bytes_after: u64, keys: u32, }
    /// A replica of a compacted log does not have these records any more: bit n of `low` stands for `first` + n, of `high` for
    /// `first` + 64 + n. `copied`: its leader had none to send it, and it is told before the batch that comes behind or around them.
    RecordsCompacted = 161 { broker: BrokerId, tp: Tp, first: Offset, low: u64, high: u64, copied: bool, }
    /// A leader has appended a record to a compacted log, and this is its key. `tombstone`: its value is null.
    KeyAppended = 162 { broker: BrokerId, tp: Tp, offset: Offset, key: u32, tombstone: bool, }
    /// A cleaning has kept tombstones of a batch, or a marker of a transaction of which nothing is left: they may go from `horizon` on.
    DeleteHorizonSet = 163 { broker: BrokerId, tp: Tp, first: Offset, last: Offset, horizon: Nanos, }

    // --- producers -------------------------------------------------------------------------
    /// A producer got or bumped its producer id and epoch.
    ProducerIdAssigned = 40 { node: NodeId, producer_id: ProducerId, epoch: ProducerEpoch, }
    /// A batch was handed to the network; `attempt` 0 is the first time. `created` is when its first
    /// record was sent by the application.
    BatchSent = 41 { node: NodeId, tp: Tp, ordinal: u32, count: u32, attempt: u32, created: Nanos, producer_epoch: ProducerEpoch, sequence: Sequence, }
    /// A batch was completed successfully; offset -1 with acks=0.
    BatchAcked = 42 { node: NodeId, tp: Tp, ordinal: u32, count: u32, offset: Offset, acks: Acks, created: Nanos, }
    /// A batch was given up, and its sends completed with this. If it was never sent there is no
    /// [`Fact::BatchSent`] for it.
    BatchFailed = 43 { node: NodeId, tp: Tp, ordinal: u32, count: u32, error: Exception, certainty: Certainty, created: Nanos, }
    /// send() failed before the record got a place in a batch: no memory or no metadata in `max.block.ms`, or too large.
    SendFailed = 44 { node: NodeId, topic: TopicId, count: u32, error: Exception, }
    /// Records still unsent or unanswered when the run ended.
    RecordsPending = 45 { node: NodeId, tp: Tp, ordinal: u32, count: u32, sent: bool, }
    /// An attempt failed and the batch goes back to the queue.
    BatchRetried = 46 { node: NodeId, tp: Tp, ordinal: u32, count: u32, error: ErrorCode, }
    /// A record's key decided its partition, of `partitions` that the producer knew of: told when that key comes for
    /// the first time (in this life, and since it knows of so many), and when it goes elsewhere than the last time.
    /// Key `i` is the text `key-i`, whoever sends it.
    KeyPlaced = 47 { node: NodeId, key: u32, tp: Tp, partitions: u32, }
    /// An application called send() again for a record whose send() had failed: number `ordinal` to `tp` carries what it
    /// first sent as number `first` to `first_tp`. To Kafka it is another record.
    RecordResent = 48 { node: NodeId, tp: Tp, ordinal: u32, first_tp: Tp, first: u32, }

    // --- transactions of an application ------------------------------------------------------
    /// initTransactions() returned or threw.
    TransactionsInitialized = 49 { node: NodeId, transactional_id: TransactionalId, producer_id: ProducerId, epoch: ProducerEpoch, error: Option<Exception>, }
    /// beginTransaction() returned. `transaction` counts those of the application, through all its lives. What the
    /// producer sends from now on until it is ended belongs to it.
    TransactionBegun = 50 { node: NodeId, transaction: u32, producer_id: ProducerId, epoch: ProducerEpoch, }
    /// The application called commitTransaction() or abortTransaction().
    TransactionEnding = 51 { node: NodeId, transaction: u32, commit: bool, }
    /// It returned or threw.
    TransactionEnded = 52 { node: NodeId, transaction: u32, commit: bool, error: Option<Exception>, }
    /// The application called sendOffsetsToTransaction(), with this offset among others.
    OffsetsSentToTransaction = 53 { node: NodeId, transaction: u32, group: GroupId, tp: Tp, offset: Offset, generation: Generation, }
    /// It returned or threw.
    OffsetsInTransaction = 54 { node: NodeId, transaction: u32, group: GroupId, error: Option<Exception>, }
    /// send() threw, although record number `ordinal` is in a batch: there is no transaction that it could belong to.
    SendThrew = 97 { node: NodeId, tp: Tp, ordinal: u32, error: Exception, }
    /// A call of send() that had blocked since `since` went on or failed: buffer.memory was full (`memory`), or the topic or
    /// partition not in the metadata. The wait for the first metadata is part of a producer's start, and is not told.
    SendUnblocked = 98 { node: NodeId, topic: TopicId, since: Nanos, memory: bool, }
    /// What a producer had compressed until the run ended, in this life: batches, and bytes of their records before and
    /// after. What it costs is in [`CompressionType`].
    RecordsCompressed = 99 { node: NodeId, codec: CompressionType, batches: u32, uncompressed: u64, compressed: u64, }
    /// A producer with a transactional id went into an error state; `fatal`: it can only be closed.
    ProducerInError = 55 { node: NodeId, error: Exception, fatal: bool, }
    /// An application sends record number `ordinal` to `tp` for one that it has read: number `origin_ordinal` that
    /// `origin` had sent to `origin_tp`.
    RecordDerived = 56 { node: NodeId, tp: Tp, ordinal: u32, origin: NodeId, origin_tp: Tp, origin_ordinal: u32, }
    /// An effect of a record outside of Kafka, which no transaction takes back: a row in a database, an e-mail. `done`:
    /// not, where the other side saw that it is done already.
    EffectOutside = 57 { node: NodeId, origin: NodeId, origin_tp: Tp, origin_ordinal: u32, done: bool, }
    /// A database refused the row of a record, and the offset with it: the partition was given to somebody in generation `by`, and the
    /// application has it from an earlier one.
    RowFenced = 145 { node: NodeId, tp: Tp, offset: Offset, generation: Generation, by: Generation, }

    /// A service wrote row number `row` of its database, for a record that it sends as well.
    RowWritten = 101 { node: NodeId, row: u32, }
    /// It called send() for the record of that row, which got number `ordinal` to `tp`.
    RowSent = 102 { node: NodeId, row: u32, tp: Tp, ordinal: u32, }
    /// The row is in the database, and nobody will send its record (again): its process died before the network had that, or
    /// send() failed.
    RowForgotten = 103 { node: NodeId, row: u32, }

    // --- consumers and groups --------------------------------------------------------------
    /// poll() returned records; `high_watermark` is the one in the fetch response they came with.
    RecordsPolled = 60 {
        node: NodeId, tp: Tp, offset: Offset, count: u32, origin: NodeId, ordinal: u32, leader_epoch: LeaderEpoch,
        high_watermark: Offset, timestamp: Nanos,
    }
    /// The application finished records (their effect outside Kafka took place).
    RecordsProcessed = 61 { node: NodeId, tp: Tp, offset: Offset, count: u32, origin: NodeId, ordinal: u32, }
    /// The application could not process a record (a poison pill); `skipped`: it went on without it.
    RecordFailed = 62 { node: NodeId, tp: Tp, offset: Offset, origin: NodeId, ordinal: u32, skipped: bool, }
    /// An application sends a record that it cannot process to a topic for such records, as number `ordinal` to `tp`, with headers
    /// that say where it comes from first of all (`original`, `original_offset`, `original_timestamp`), how often it was tried, and
    /// why that failed. `backoff_until`: in a chain of retry topics it is not to be tried again before; 0: it is no such chain.
    RecordPutAside = 117 {
        node: NodeId, tp: Tp, ordinal: u32, original: Tp, original_offset: Offset, original_timestamp: Nanos, attempts: u32,
        reason: FailureReason, backoff_until: Nanos,
    }
    /// An application is done with a record that it could not process: it is put aside, and that is acknowledged.
    RecordGivenUp = 118 { node: NodeId, tp: Tp, offset: Offset, origin: NodeId, ordinal: u32, to: Aside, }
    /// An application is done with a record before an earlier one of the same key and partition: with this one it is not done, for it
    /// waits in a retry topic, or another thread has it. Told once of each that is overtaken.
    RecordOvertaken = 119 { node: NodeId, tp: Tp, offset: Offset, origin: NodeId, ordinal: u32, by: Offset, }
    /// A consumer sent an offset commit; `position` is the client's position, `call` the number of the
    /// application's commitSync() or commitAsync() in this life of the process, 0 for the client's own commits
    /// (auto-commit). A commitSync() may send several times.
    CommitSent = 63 { node: NodeId, tp: Tp, offset: Offset, position: Offset, generation: Generation, call: u32, }
    /// The answer to it (or a local failure).
    CommitCompleted = 64 { node: NodeId, tp: Tp, offset: Offset, error: ErrorCode, call: u32, }
    /// A consumer took its position from a committed offset.
    PositionFromCommit = 65 { node: NodeId, tp: Tp, offset: Offset, }
    /// A consumer's position was reset by policy; `out_of_range`: not for want of a commit.
    PositionReset = 66 { node: NodeId, tp: Tp, offset: Offset, policy: AutoOffsetReset, out_of_range: bool, }
    /// A consumer found its position truncated away (KIP-320) and went back.
    PositionTruncated = 67 { node: NodeId, tp: Tp, from: Offset, to: Offset, }
    /// onPartitionsAssigned.
    PartitionAssigned = 68 { node: NodeId, tp: Tp, generation: Generation, }
    /// onPartitionsRevoked or onPartitionsLost.
    PartitionRevoked = 69 { node: NodeId, tp: Tp, generation: Generation, reason: RevokeReason, }
    /// The coordinator stored a commit, and it is replicated. (Facts of a coordinator name its broker: one that has
    /// been deposed and does not know it goes on telling them.)
    OffsetStored = 70 { broker: BrokerId, group: GroupId, tp: Tp, offset: Offset, member: MemberId, generation: Generation, }
    /// The coordinator answered an OffsetFetch.
    OffsetFetched = 71 { broker: BrokerId, group: GroupId, tp: Tp, offset: Offset, }
    /// The coordinator refused a commit.
    CommitRefused = 72 { broker: BrokerId, group: GroupId, tp: Tp, member: MemberId, generation: Generation, error: ErrorCode, }
    /// A member was added.
    MemberJoined = 73 { broker: BrokerId, group: GroupId, member: MemberId, node: NodeId, }
    /// A member is gone.
    MemberLeft = 74 { broker: BrokerId, group: GroupId, member: MemberId, node: NodeId, reason: LeaveReason, }
    /// A static member goes on under another id, that of a newer process of its instance; the old id is fenced.
    MemberReplaced = 104 { broker: BrokerId, group: GroupId, member: MemberId, by: MemberId, node: NodeId, }
    /// A group changed state.
    GroupStateChanged = 75 { broker: BrokerId, group: GroupId, state: GroupState, generation: Generation, members: u32, }
    /// The leader's assignment for one member of one generation, once stored; in the new protocol, what the coordinator gives to
    /// a member at this epoch of it.
    MemberAssigned = 76 { broker: BrokerId, group: GroupId, generation: Generation, member: MemberId, node: NodeId, tp: Tp, }
    /// In the new protocol: a member is at this epoch now, in this state. `assigned`: partitions that it may have; `revoking`:
    /// partitions that it has to give up. What happens in such a group is told when it is committed; a new coordinator, and a group
    /// that takes the protocol, tell of every member what it has.
    MemberEpochChanged = 122 {
        broker: BrokerId, group: GroupId, member: MemberId, node: NodeId, epoch: Generation, state: ConsumerMemberState,
        assigned: u32, revoking: u32,
    }
    /// In the new protocol: the coordinator wants this partition back from a member.
    RevocationAsked = 123 { broker: BrokerId, group: GroupId, member: MemberId, node: NodeId, tp: Tp, }
    /// In the new protocol: a member has it no more, and it is free.
    PartitionReleased = 124 { broker: BrokerId, group: GroupId, member: MemberId, node: NodeId, tp: Tp, }
    /// In the new protocol: the coordinator has computed the targets of this epoch.
    TargetAssignmentComputed = 125 { broker: BrokerId, group: GroupId, epoch: Generation, assignor: ServerAssignor, }
    /// A classic group has become one of the new protocol, or the other way round.
    GroupProtocolChanged = 126 { broker: BrokerId, group: GroupId, protocol: GroupProtocol, epoch: Generation, }
    /// A broker became coordinator for a partition of `__consumer_offsets` and has loaded it.
    CoordinatorLoaded = 77 { broker: BrokerId, tp: Tp, epoch: LeaderEpoch, }
    /// A broker ceased to be coordinator.
    CoordinatorUnloaded = 78 { broker: BrokerId, tp: Tp, }
    /// The coordinator holds a group's state, after a load.
    GroupLoaded = 79 { broker: BrokerId, group: GroupId, generation: Generation, members: u32, }
    /// poll() threw; `fatal`: the application ends its loop and closes its consumer.
    ClientError = 80 { node: NodeId, error: Exception, fatal: bool, }
    /// A producer's memory for batches when the run ended; `incomplete` batches were still open, or given up and still
    /// with the network.
    BufferMemory = 110 { node: NodeId, available: u64, total: u64, incomplete: u32, }
    /// A client could ask none of the brokers it knew, or has got no metadata for too long: it has forgotten topics and leaders, and
    /// begins with the bootstrap brokers (KIP-899, KIP-1102).
    MetadataRebootstrapped = 121 { node: NodeId, }
    /// An administrator's tool has its answer, or has given up.
    AdminAnswered = 120 { node: NodeId, error: ErrorCode, }
    /// An administrator came to end a transaction that is open in `tp`, and there is none.
    NothingToAbort = 59 { node: NodeId, tp: Tp, }
    /// An administrator's tool sends the offset to which it resets a group's, in an OffsetCommit without a member.
    OffsetResetSent = 111 { node: NodeId, group: GroupId, tp: Tp, offset: Offset, }
    /// The answer to it.
    OffsetResetAnswered = 112 { node: NodeId, group: GroupId, tp: Tp, offset: Offset, error: ErrorCode, }
    /// What was asked for lies outside of the log: the tool warns, and takes the nearest offset.
    OffsetResetClamped = 113 { node: NodeId, tp: Tp, wanted: Offset, offset: Offset, }
    /// The tool resets nothing: the group has members.
    OffsetResetRefused = 114 { node: NodeId, group: GroupId, state: GroupState, }
    /// The tool was to shift an offset, and the group has none there: it gives up.
    NothingToShift = 115 { node: NodeId, group: GroupId, tp: Tp, }
    /// A group has no offset of a partition any more, and that is replicated.
    OffsetRemoved = 116 { broker: BrokerId, group: GroupId, tp: Tp, reason: OffsetRemovalReason, }
    /// The application called seek().
    PositionSought = 81 { node: NodeId, tp: Tp, offset: Offset, }
    /// A consumer reads a partition from this follower from now on, or no more (KIP-392). `error`: that of
    /// [`ReadReplicaCause::Refused`].
    ReadReplicaChanged = 105 { node: NodeId, tp: Tp, broker: BrokerId, cause: ReadReplicaCause, error: ErrorCode, }
    /// The application called pause() or resume() for a partition.
    PartitionPaused = 83 { node: NodeId, tp: Tp, paused: bool, }
    /// The application called subscribe() or unsubscribe() while it ran, and this topic is one that it subscribes to since, or no more.
    SubscriptionChanged = 144 { node: NodeId, topic: TopicId, subscribed: bool, }
    /// commitSync() returned or threw, or commitAsync()'s callback was called; `call` as in
    /// [`Fact::CommitSent`]. Of the client's own commits only the failures are told.
    CommitReturned = 100 { node: NodeId, call: u32, error: Option<Exception>, }
    /// The coordinator answered the heartbeat of a member of this generation. Told while the group is not stable,
    /// and of every other answer than `None`.
    HeartbeatAnswered = 82 { broker: BrokerId, group: GroupId, member: MemberId, generation: Generation, error: ErrorCode, }

    // --- share groups ------------------------------------------------------------------------
    /// The leader gave a member records: they are locked for it until it acknowledges them, or the lock runs out.
    /// `delivery_count`: how often each has been delivered, this time included.
    ShareAcquired = 130 {
        broker: BrokerId, group: GroupId, tp: Tp, member: MemberId, node: NodeId, first: Offset, last: Offset,
        delivery_count: u32,
    }
    /// What a member said of records that it held, written down by the share coordinator: so it is final. A RENEW is not written
    /// down, and told as it is taken.
    ShareAcknowledged = 131 {
        broker: BrokerId, group: GroupId, tp: Tp, member: MemberId, node: NodeId, first: Offset, last: Offset,
        acknowledgement: AcknowledgeType,
    }
    /// The leader refused acknowledgements, or could not have them written down.
    ShareAcknowledgeRefused = 132 {
        broker: BrokerId, group: GroupId, tp: Tp, member: MemberId, node: NodeId, first: Offset, last: Offset, error: ErrorCode,
    }
    /// Records are free again that a member held, and have been delivered so often.
    ShareReleased = 133 {
        broker: BrokerId, group: GroupId, tp: Tp, member: MemberId, first: Offset, last: Offset, delivery_count: u32,
        reason: ShareReleaseReason,
    }
    /// Nobody of the group will see these records (again).
    ShareArchived = 134 { broker: BrokerId, group: GroupId, tp: Tp, first: Offset, last: Offset, reason: ShareArchiveReason, }
    /// The share-partition start offset moved: what lies before it is done with.
    ShareStartMoved = 135 { broker: BrokerId, group: GroupId, tp: Tp, start: Offset, }
    /// The leader of a partition has read what is written down of a share-partition. `start`: where it begins. What the log
    /// of the share coordinator does not know is available.
    SharePartitionLoaded = 136 {
        broker: BrokerId, group: GroupId, tp: Tp, leader_epoch: LeaderEpoch, start: Offset, state_epoch: u32,
    }
    /// What a member said of records, written down for a share-partition that is gone from its leader, which has loaded it anew
    /// meanwhile: the one that is there may not know of it, and does nothing for it.
    ShareAcknowledgedLate = 143 {
        broker: BrokerId, group: GroupId, tp: Tp, member: MemberId, node: NodeId, first: Offset, last: Offset,
        acknowledgement: AcknowledgeType,
    }
    /// A share coordinator has written a share-partition's state for the first time (or anew, with another `state_epoch`); -1: from
    /// where is up to share.auto.offset.reset.
    SharePartitionInitialized = 137 { broker: BrokerId, group: GroupId, tp: Tp, start: Offset, state_epoch: u32, }
    /// poll() of a member of a share group returned records that it has acquired.
    ShareRecordsPolled = 140 {
        node: NodeId, tp: Tp, offset: Offset, count: u32, origin: NodeId, ordinal: u32, delivery_count: u32, timestamp: Nanos,
    }
    /// A member sends acknowledgements.
    ShareAcknowledgementSent = 141 { node: NodeId, tp: Tp, first: Offset, last: Offset, acknowledgement: AcknowledgeType, }
    /// The answer to them (or a local failure), as the acknowledgement commit callback sees it.
    ShareAcknowledgementCompleted = 142 { node: NodeId, tp: Tp, first: Offset, last: Offset, error: Option<Exception>, }

    // --- the transaction coordinator ---------------------------------------------------------
    /// A transactional id is in this state, and that is replicated. Where the record holds no partition, `partitions` is 0.
    TransactionStateChanged = 84 {
        broker: BrokerId, transactional_id: TransactionalId, state: TransactionState, producer_id: ProducerId,
        producer_epoch: ProducerEpoch, coordinator_epoch: LeaderEpoch, partitions: u32,
    }
    /// A partition is part of the transaction, and that is replicated.
    PartitionAddedToTransaction = 85 { broker: BrokerId, transactional_id: TransactionalId, producer_id: ProducerId, producer_epoch: ProducerEpoch, tp: Tp, }
    /// The coordinator refused a request of this producer, with an error that will not pass.
    TransactionRefused = 86 { broker: BrokerId, transactional_id: TransactionalId, producer_id: ProducerId, producer_epoch: ProducerEpoch, error: ErrorCode, }
    /// A transaction has taken longer than its timeout, or its producer's id has a new owner: the coordinator aborts it.
    TransactionFenced = 87 { broker: BrokerId, transactional_id: TransactionalId, producer_id: ProducerId, producer_epoch: ProducerEpoch, timed_out: bool, }
    /// The coordinator sends no marker to a partition of a decided transaction: it takes it for deleted.
    MarkerSkipped = 91 { broker: BrokerId, transactional_id: TransactionalId, producer_id: ProducerId, producer_epoch: ProducerEpoch, tp: Tp, }
    /// A leader refuses a marker with an error that the coordinator takes for fatal: it sends none of those again that were asked
    /// for with it, and the transaction has no end until there is another coordinator.
    MarkerRefused = 92 { broker: BrokerId, transactional_id: TransactionalId, producer_id: ProducerId, producer_epoch: ProducerEpoch, tp: Tp, error: ErrorCode, }
    /// The group coordinator has an offset of a transaction, and that is replicated: it is committed with the transaction.
    OffsetPending = 88 { broker: BrokerId, group: GroupId, tp: Tp, offset: Offset, producer_id: ProducerId, member: MemberId, generation: Generation, }
    /// The transaction was aborted, and with it this offset.
    PendingOffsetDropped = 89 { broker: BrokerId, group: GroupId, tp: Tp, offset: Offset, producer_id: ProducerId, }

    // --- more of the clients -----------------------------------------------------------------
    /// poll() moved a position over offsets that hold nothing for the application, up to `to`: control records, what
    /// compaction took out, and where only what is committed is read, records of aborted transactions.
    OffsetsPassedOver = 94 { node: NodeId, tp: Tp, from: Offset, to: Offset, }
    /// What poll() has just handed out, or passed over, came with a fetch that had this for the end of the partition, from which
    /// `records-lag` is counted: the high watermark or, where only what is committed is read, the last stable offset. Told where
    /// it is another one than the client has shown last.
    FetchEndSeen = 207 { node: NodeId, tp: Tp, end: Offset, }
    /// The same of its start, from which `records-lead` is counted; offset 0 before the first.
    FetchStartSeen = 208 { node: NodeId, tp: Tp, start: Offset, }

    // --- more of the servers -----------------------------------------------------------------
    /// The controller refused to register a new life of a broker: the session of the life before is not over.
    RegistrationRefused = 90 { broker: BrokerId, error: ErrorCode, }
    /// The group coordinator has matched a pattern to which members subscribe (`SubscriptionPattern`): so many topics, of those there are.
    RegularExpressionResolved = 205 { broker: BrokerId, group: GroupId, pattern: PatternId, topics: u32, }
    /// No member subscribes to a pattern any more.
    RegularExpressionDropped = 206 { broker: BrokerId, group: GroupId, pattern: PatternId, }

    // --- a quorum of several controllers -------------------------------------------------------
    /// A controller is something else to its quorum than before, in this epoch; `leader` is whom it knows then.
    RaftRoleChanged = 170 { controller: ControllerId, epoch: LeaderEpoch, role: RaftRole, leader: Option<ControllerId>, }
    /// A voter wrote down its vote: it has no other in this epoch. A candidate votes for itself.
    RaftVoteGranted = 171 { controller: ControllerId, candidate: ControllerId, epoch: LeaderEpoch, }
    /// A candidate has the votes of a majority; its epoch begins at `start` in its log.
    RaftLeaderElected = 172 { controller: ControllerId, epoch: LeaderEpoch, start: Offset, }
    /// The Raft leader has committed a record of its epoch, and is the active controller from now on.
    ControllerActivated = 173 { controller: ControllerId, epoch: LeaderEpoch, }
    /// An active controller is one no longer: who waits for it is told NOT_CONTROLLER.
    ControllerResigned = 174 { controller: ControllerId, epoch: LeaderEpoch, }
    /// A controller knows that all of the metadata log below `end` is committed. `epoch` is that of the last record
    /// there; `chain` stands for all that is below, so that two logs can be compared.
    MetadataCommitted = 175 { controller: ControllerId, epoch: LeaderEpoch, end: Offset, chain: u32, }
    /// A controller cut its metadata log: the leader's is another one from `to` on.
    MetadataLogTruncated = 176 { controller: ControllerId, from: Offset, to: Offset, }
    /// A controller's process has read its metadata log, and what it has written down about elections: the newest
    /// epoch, and for whom it has voted there.
    MetadataLogLoaded = 177 { controller: ControllerId, end: Offset, epoch: LeaderEpoch, voted: Option<ControllerId>, }
    /// What a broker had used of its machine until the run ended, in this life: requests that a handler took, the part of
    /// their time that request handlers and network threads were busy (thousandths), the most requests in the request queue,
    /// and the time of all of them there together. Only with a machine that has an end.
    MachineUsed = 178 { broker: BrokerId, requests: u32, handlers_busy: u16, network_busy: u16, longest_queue: u32, queued: Nanos, }
}

impl FactKind {
    /// Numbers are below this.
    pub const SPAN: usize = 256;

    /// The variant's number in the digest's encoding.
    #[inline]
    pub const fn number(self) -> usize {
        self as usize
    }
}

/// Some kinds of facts.
///
/// ```
/// use kafkasim::history::fact::{FactKind, FactSet};
///
/// const COMMITS: FactSet = FactSet::of(&[FactKind::CommitSent, FactKind::CommitCompleted]);
/// assert!(COMMITS.has(FactKind::CommitSent) && !COMMITS.has(FactKind::Appended));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct FactSet([u128; FactKind::SPAN / 128]);

impl FactSet {
    /// These kinds.
    pub const fn of(kinds: &[FactKind]) -> FactSet {
        let (mut bits, mut i) = ([0; FactKind::SPAN / 128], 0);
        while i < kinds.len() {
            let number = kinds[i].number();
            bits[number / 128] |= 1 << (number % 128);
            i += 1;
        }
        FactSet(bits)
    }
    /// Whether a kind is one of them.
    #[inline]
    pub const fn has(self, kind: FactKind) -> bool {
        self.has_number(kind.number())
    }
    /// The same for the number of a kind.
    #[inline]
    pub const fn has_number(self, number: usize) -> bool {
        self.0[number / 128] >> (number % 128) & 1 != 0
    }
}

const _: () = assert!(std::mem::size_of::<Fact>() <= 56, "a fact and its stamp fit 72 bytes");

/// A fact with its stamp.
#[derive(Clone, Copy, PartialEq, Debug, serde::Serialize, serde::Deserialize)]
pub struct Entry {
    /// When.
    pub at: Nanos,
    /// In the handling of which event.
    pub event: u64,
    /// What.
    pub fact: Fact,
}
