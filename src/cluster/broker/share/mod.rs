//! The leader's side of share groups (KIP-932, `core/.../server/share/`, `server/.../server/share/`).
//!
//! A [`SharePartitionManager`] owns the share-partitions of the partitions that this broker leads, the share sessions of members,
//! and their requests. It sends nothing: answers, and calls of the persister, are taken from it.
//!
//! | file | what it holds |
//! |---|---|
//! | `in_flight`, `locks`, `runs` | records in flight, their locks |
//! | `share_partition` | how far a group is with a partition |
//! | `update`, `chronicle` | changes that are being written down, what is told |
//! | `session`, `requests`, `calls` | members' sessions, what waits, what the persister is asked |
//! | `share_partition_manager` | all of it together |

mod calls;
mod chronicle;
mod in_flight;
mod locks;
mod requests;
mod runs;
mod session;
mod share_partition;
mod share_partition_manager;
#[cfg(test)]
mod tests;
mod update;

pub use self::in_flight::RecordState;
pub(super) use self::requests::ShareAnswer;
pub use self::share_partition::{BatchDescription, SharePartitionDescription};
pub use self::share_partition_manager::SharePartitionManager;
pub(super) use self::share_partition_manager::View;
