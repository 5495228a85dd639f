//! A difference between releases.

/// Who gets one partition more than others where the partitions cannot be shared evenly, and all members subscribe to the
/// same topics.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ExtraPartition {
    /// Up to 4.0: the first members, whatever they had. It can move a partition that could have stayed.
    FirstMembers,
    /// Since 4.1: the first members that have it already, and the last ones as far as that is not enough.
    WhoHasIt,
}
