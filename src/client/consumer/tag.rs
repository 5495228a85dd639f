//! What a request was, folded into the tag that comes back with its answer.

/// A request of this consumer. `version` is that of the membership when it was sent: an answer to
/// an older one speaks of a member that is no more.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Tag {
    /// Metadata.
    Metadata,
    /// FindCoordinator.
    FindCoordinator {
        /// Which one; the failure of an earlier one is of no interest.
        number: u32,
    },
    /// JoinGroup.
    JoinGroup {
        /// Of the membership.
        version: u32,
    },
    /// SyncGroup.
    SyncGroup {
        /// Of the membership.
        version: u32,
    },
    /// Heartbeat.
    Heartbeat {
        /// Of the membership.
        version: u32,
    },
    /// LeaveGroup.
    LeaveGroup,
    /// ConsumerGroupHeartbeat, or ShareGroupHeartbeat.
    GroupHeartbeat {
        /// Whether its answer changes nothing: the member left because nobody polled.
        ignored: bool,
    },
    /// OffsetCommit.
    OffsetCommit {
        /// Slot among the commits in flight.
        slot: u32,
    },
    /// OffsetFetch.
    OffsetFetch {
        /// Which one; only the last counts.
        number: u32,
    },
    /// Fetch.
    Fetch,
    /// ListOffsets.
    ListOffsets {
        /// Which one.
        number: u32,
    },
    /// OffsetsForLeaderEpoch.
    OffsetsForLeaderEpoch {
        /// Which one.
        number: u32,
    },
    /// ShareFetch.
    ShareFetch,
    /// ShareAcknowledge.
    ShareAcknowledge,
}

/// Bits of a tag that carry the version, slot or number.
const BITS: u32 = 28;
/// The versions, slots and numbers that fit a tag; they wrap around at this many.
pub const VALUES: u32 = 1 << BITS;

impl Tag {
    /// As a number.
    pub fn encode(self) -> u32 {
        let (kind, value) = match self {
            Tag::Metadata => (0, 0),
            Tag::FindCoordinator { number } => (1, number),
            Tag::JoinGroup { version } => (2, version),
            Tag::SyncGroup { version } => (3, version),
            Tag::Heartbeat { version } => (4, version),
            Tag::LeaveGroup => (5, 0),
            Tag::OffsetCommit { slot } => (6, slot),
            Tag::OffsetFetch { number } => (7, number),
            Tag::Fetch => (8, 0),
            Tag::ListOffsets { number } => (9, number),
            Tag::OffsetsForLeaderEpoch { number } => (10, number),
            Tag::GroupHeartbeat { ignored } => (11, u32::from(ignored)),
            Tag::ShareFetch => (12, 0),
            Tag::ShareAcknowledge => (13, 0),
        };
        kind << BITS | value
    }
    /// From the number.
    pub fn decode(tag: u32) -> Tag {
        let value = tag % VALUES;
        match tag >> BITS {
            0 => Tag::Metadata,
            1 => Tag::FindCoordinator { number: value },
            2 => Tag::JoinGroup { version: value },
            3 => Tag::SyncGroup { version: value },
            4 => Tag::Heartbeat { version: value },
            5 => Tag::LeaveGroup,
            6 => Tag::OffsetCommit { slot: value },
            7 => Tag::OffsetFetch { number: value },
            8 => Tag::Fetch,
            9 => Tag::ListOffsets { number: value },
            10 => Tag::OffsetsForLeaderEpoch { number: value },
            11 => Tag::GroupHeartbeat { ignored: value == 1 },
            12 => Tag::ShareFetch,
            13 => Tag::ShareAcknowledge,
            kind => unreachable!("no request has tag kind {kind}"),
        }
    }
}
