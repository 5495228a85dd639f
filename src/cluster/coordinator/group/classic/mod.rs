//! Groups of the classic protocol (`group-coordinator/.../classic/`, and what `GroupMetadataManager` does to them).
//!
//! A classic group is a fold over its own requests and timers; only its assignments are in the log. What is
//! public in this module is so for the group coordinator.

mod group;
mod heartbeat;
mod join;
mod load;
mod migration;
mod offsets;
mod static_members;
mod sync;

pub use group::{ClassicGroup, GroupMetadataWrite};
pub use migration::ClassicProtocolMember;
pub use static_members::{JoinOutcome, StaticReturn};
