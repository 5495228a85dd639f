//! Share groups (KIP-932; `group-coordinator/.../modern/share/`, and what `GroupMetadataManager` does to them).
//!
//! As a consumer group of the new protocol a share group is a fold over its records: an operation looks at it and says which records
//! it wants written, and each of them is applied as it would be after a failover. Members have no partitions of their own, so there
//! is nothing to give up and nobody to wait for: a member's next heartbeat gives it its whole target.
//!
//! Since 4.1 a member is assigned only what has a state at the share coordinator. Who asks for that is the heartbeat that sees a
//! partition without one; the persister does it, and says what has come of it.
//! What is public in this module is so for the group coordinator.

mod facts;
mod group;
mod heartbeat;
mod load;
mod manager;
mod member;
mod offsets;
mod states;
mod target_assignment;

pub use group::{ShareChange, ShareGroup};
pub use states::ShareStateThen;
