//! Consumer groups of the new protocol (KIP-848; `group-coordinator/.../modern/consumer/`, and what `GroupMetadataManager` does to
//! them).
//!
//! Unlike a classic group such a group is a fold over its records: an operation looks at it and says which records it wants written,
//! and each of them is applied as it would be after a failover. Only timers, and what the group knows of topics, are not in the log.
//! What is public in this module is so for the group coordinator.

mod classic_members;
mod current_assignment;
mod facts;
mod group;
mod heartbeat;
mod leave;
mod load;
mod member;
mod migration;
mod offsets;
mod regexes;
mod step;
mod target_assignment;
mod timers;

pub use classic_members::{ClassicJoin, Downgrade};
pub use facts::{Before, Departure};
pub use group::{ConsumerChange, ConsumerGroup, Refreshed};
pub use heartbeat::validate;
pub use leave::Leaving;
pub use regexes::{NewTopics, Resolution};
pub use step::StepOutcome;
pub use timers::MemberTimers;
