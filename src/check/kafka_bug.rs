//! Bugs of Kafka that have a name, and break what is promised.

use std::fmt;

/// A bug of Kafka that the judge knows. It excuses nothing: what comes of it is broken, and the witness names it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum KafkaBug {
    /// Below transaction.version 2 a request that comes late ends, or opens again, another transaction than its own.
    LateRequest,
    /// Since 4.3 a partition without a leader is taken for deleted, and the marker for it is not sent.
    LeaderlessPartition,
    /// An abort does not empty `TransactionManager.pendingTxnOffsetCommits`: offsets of a transaction that has failed go with a
    /// later one. It has no ticket that we know of.
    OffsetsOutliveAbort,
    /// Since 4.3 (KAFKA-20272) the heartbeat of a classic member in a group of the new protocol sees no group epoch without targets
    /// (`GroupMetadataManager.classicGroupHeartbeatToConsumerGroup`), and only a member that joins or heartbeats in the new protocol has
    /// targets computed. As the last of those leaves, and the group may not go back, nobody rejoins. It has no ticket that we know of.
    ClassicMembersStranded,
    /// Before 4.2 the leader of a share group forgets a lock that runs out while a change of the record is being written down. If it
    /// cannot be written, or nobody answers, the member holds the record until its session ends.
    ShareLockForgotten,
    /// In 4.0 a leader of a share group that finds nothing written down of a record between others delivers it never.
    ShareGapSkipped,
    /// Before 4.2 a leader of a share group that has loaded a share-partition whose start lies within a batch of the log delivers all of
    /// that batch, and the start moves back (`SharePartition.acquire`).
    ShareStartMovedBack,
}

impl KafkaBug {
    /// All of them.
    pub const ALL: [KafkaBug; 7] = [
        KafkaBug::LateRequest,
        KafkaBug::LeaderlessPartition,
        KafkaBug::OffsetsOutliveAbort,
        KafkaBug::ClassicMembersStranded,
        KafkaBug::ShareLockForgotten,
        KafkaBug::ShareGapSkipped,
        KafkaBug::ShareStartMovedBack,
    ];
    /// The one of this name.
    pub fn named(name: &str) -> Option<KafkaBug> {
        KafkaBug::ALL.into_iter().find(|bug| bug.to_string() == name)
    }
}

impl fmt::Display for KafkaBug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            KafkaBug::LateRequest => "KAFKA-17754",
            KafkaBug::LeaderlessPartition => "KAFKA-20734",
            KafkaBug::OffsetsOutliveAbort => "TransactionManager.pendingTxnOffsetCommits outlives an abort",
            KafkaBug::ShareLockForgotten => "KAFKA-19476",
            KafkaBug::ShareGapSkipped => "KAFKA-18494",
            KafkaBug::ShareStartMovedBack => "KAFKA-19954",
            KafkaBug::ClassicMembersStranded => "a classic member's heartbeat overlooks a group epoch without targets",
        })
    }
}
