//! Assignors: who of a group reads which partition, as pure functions.
//!
//! Client-side assignors run on the leader of a classic group (`clients/.../consumer/*Assignor.java`): [`range()`],
//! [`round_robin()`], [`sticky()`], [`cooperative_sticky()`]. Server-side ones run on the coordinator
//! (`group-coordinator/.../assignor/`): [`server_range()`], [`uniform()`], and [`simple()`] for share groups. Of the first, all but
//! round_robin look at racks (KIP-881); of the second none does, up to 4.4. All that is held to Kafka's answers.
//!
//! They know names as texts and topics as numbers, and nothing of the simulated world. Topics are numbered in the order
//! of their names, so that "by topic, then by partition" is the order of [`TopicPartition`]. Where Kafka's answer hangs on
//! the order of a Java hash map, members come in the order of their ids, and topics in that of their names.
//!
//! ```
//! use kafkasim::assignor::{MemberInfo, Topics, range};
//!
//! // Two members that read topics 0 and 1, of three partitions each.
//! let member = |id| MemberInfo { topics: &[0, 1], ..MemberInfo::new(id) };
//! let assigned = range(&[member("a"), member("b")], &Topics::new(&[3, 3]));
//! let text = |of: usize| assigned[of].iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
//! assert_eq!(text(0), "0-0 0-1 1-0 1-1");
//! assert_eq!(text(1), "0-2 1-2");
//! ```

mod group;
mod order;
mod racks;
mod range;
mod round_robin;
mod simple;
mod sticky;
#[cfg(test)]
mod tests;
mod types;
mod uniform;

pub use range::{range, server_range};
pub use round_robin::round_robin;
pub use simple::{PartitionSharing, simple};
pub use sticky::{cooperative_sticky, sticky};
pub use types::{GroupAssignment, MemberInfo, TopicPartition, Topics};
pub use uniform::{ExtraPartition, uniform};
