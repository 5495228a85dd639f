//! Keys of records: what compaction goes by.
//!
//! An application's key is a number of its workload. A coordinator's is a few fields, and before them the number of the kind of
//! key (`CoordinatorRecordType`, `TransactionLogKey`, `ShareSnapshotKey`): records of one kind about the same thing have one key.

use super::batch::{ConsumerGroupRecord, CoordinatorRecord, ShareGroupRecord};
use super::ids::{GroupId, MemberId, PatternId, Tp, TransactionalId};

/// A key that is not null.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum RecordKey {
    /// Of an application.
    Number(u32),
    /// Of a group coordinator, about a group: by the kind of record.
    Group(u8, GroupId),
    /// The same about a member of it.
    Member(u8, GroupId, MemberId),
    /// The same about a pattern to which its members subscribe.
    Pattern(GroupId, PatternId),
    /// A committed offset.
    Offset(GroupId, Tp),
    /// The state of a share-partition (0), or a change of it (1).
    SharePartition(u8, GroupId, Tp),
    /// Of a transaction coordinator.
    Transaction(TransactionalId),
}

impl CoordinatorRecord {
    /// Its key, and whether its value is null.
    pub fn key(&self) -> (RecordKey, bool) {
        match self {
            CoordinatorRecord::OffsetCommit { group, tp, .. } => (RecordKey::Offset(*group, *tp), false),
            CoordinatorRecord::OffsetTombstone { group, tp } => (RecordKey::Offset(*group, *tp), true),
            CoordinatorRecord::GroupMetadata(value) => (RecordKey::Group(2, value.group), false),
            CoordinatorRecord::GroupTombstone { group } => (RecordKey::Group(2, *group), true),
            CoordinatorRecord::ConsumerGroup { group, record } => of_consumer_group(*group, record),
            CoordinatorRecord::ShareGroup { group, record } => of_share_group(*group, record),
            CoordinatorRecord::ShareSnapshot(value) => (RecordKey::SharePartition(0, value.group, value.tp), false),
            CoordinatorRecord::ShareTombstone { group, tp } => (RecordKey::SharePartition(0, *group, *tp), true),
            CoordinatorRecord::ShareUpdate(value) => (RecordKey::SharePartition(1, value.group, value.tp), false),
            CoordinatorRecord::Transaction(value) => (RecordKey::Transaction(value.transactional_id), false),
            CoordinatorRecord::TransactionTombstone { transactional_id } => {
                (RecordKey::Transaction(*transactional_id), true)
            }
        }
    }
}

fn of_consumer_group(group: GroupId, record: &ConsumerGroupRecord) -> (RecordKey, bool) {
    use ConsumerGroupRecord as R;
    let of_group = |kind, gone| (RecordKey::Group(kind, group), gone);
    let of_member = |kind, member, gone| (RecordKey::Member(kind, group, member), gone);
    match record {
        R::Epoch { .. } => of_group(3, false),
        R::EpochTombstone => of_group(3, true),
        R::PartitionMetadata(_) => of_group(4, false),
        R::PartitionMetadataTombstone => of_group(4, true),
        R::Member(value) => of_member(5, value.member, false),
        R::MemberTombstone(member) => of_member(5, *member, true),
        R::TargetEpoch { .. } => of_group(6, false),
        R::TargetEpochTombstone => of_group(6, true),
        R::Target { member, .. } => of_member(7, *member, false),
        R::TargetTombstone(member) => of_member(7, *member, true),
        R::Current(value) => of_member(8, value.member, false),
        R::CurrentTombstone(member) => of_member(8, *member, true),
        R::RegularExpression(value) => (RecordKey::Pattern(group, value.pattern), false),
        R::RegularExpressionTombstone(pattern) => (RecordKey::Pattern(group, *pattern), true),
    }
}

fn of_share_group(group: GroupId, record: &ShareGroupRecord) -> (RecordKey, bool) {
    use ShareGroupRecord as R;
    let of_group = |kind, gone| (RecordKey::Group(kind, group), gone);
    let of_member = |kind, member, gone| (RecordKey::Member(kind, group, member), gone);
    match record {
        R::PartitionMetadata(_) => of_group(9, false),
        R::PartitionMetadataTombstone => of_group(9, true),
        R::Member(value) => of_member(10, value.member, false),
        R::MemberTombstone(member) => of_member(10, *member, true),
        R::Epoch { .. } => of_group(11, false),
        R::EpochTombstone => of_group(11, true),
        R::TargetEpoch { .. } => of_group(12, false),
        R::TargetEpochTombstone => of_group(12, true),
        R::Target { member, .. } => of_member(13, *member, false),
        R::TargetTombstone(member) => of_member(13, *member, true),
        R::Current(value) => of_member(14, value.member, false),
        R::CurrentTombstone(member) => of_member(14, *member, true),
        R::StatePartitions(_) => of_group(15, false),
        R::StatePartitionsTombstone => of_group(15, true),
    }
}
