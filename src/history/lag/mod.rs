//! How far groups are behind, as a monitoring system sees it: in records, in time, and as a status.
//!
//! Lag in records is what `kafka-consumer-groups` prints: where what can be read ends, less the committed offset. It
//! counts offsets, so markers of transactions are in it. Lag in time is how long the first *record* that is not committed
//! has been in the log: a marker is none. The status is that of Burrow ([`burrow`]), which needs no threshold.
//!
//! All of it is a fold over the history beside a [`ClusterView`], which knows what is committed and where logs may be read.

mod appends;
pub mod burrow;
mod monitor;
mod records;
mod status;

pub use monitor::{LagMonitor, PartitionLag};
pub use records::RecordsLags;
pub use status::{GroupStatus, PartitionStatus, StatusWord};
