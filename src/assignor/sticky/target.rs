//! What an algorithm comes to, before it is decided what of it may be handed out.

use crate::assignor::{GroupAssignment, TopicPartition};

/// What the group is to have in the end, by rank.
pub(super) struct Target {
    pub assigned: GroupAssignment,
    /// What passes from one member to another, ascending, if the algorithm keeps book of it.
    pub transferring: Option<Vec<TopicPartition>>,
}
