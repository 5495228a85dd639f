//! How a consumer comes by its partitions.

use super::classic::ClassicMember;

/// By the protocol of its group (`group.protocol`).
#[derive(Clone, Debug)]
pub enum Membership {
    /// The members join and sync; one of them assigns.
    Classic(ClassicMember),
}
