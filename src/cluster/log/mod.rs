//! One replica's log: the batches of a partition, and everything a broker knows about them.
//!
//! [`Log`] is Kafka's `UnifiedLog`: offsets ([`Log::log_start`] ≤ [`Log::last_stable_offset`] ≤
//! [`Log::high_watermark`] ≤ [`Log::log_end`]), segments, the [`LeaderEpochCache`] and the
//! [`ProducerStateManager`]. It does no I/O and knows no clock: the broker writes to its disk what the
//! log says it appended, and tells the log what was flushed and what survived.
//!
//! | file | what it holds |
//! |---|---|
//! | `unified_log` | the log itself: its offsets and parts |
//! | `append` | the rules of an append, as leader and as follower |
//! | `read` | reading whole batches up to a limit |
//! | `truncation_and_recovery` | cutting the log, restarts, rebuilding producer state |
//! | `retention` | deleting old segments |
//! | `cleaner` | compaction: what of a log may be cleaned, and what is left of it |
//! | `cleaning` | replacing segments by what compaction leaves of them |
//! | `segments`, `file_records` | the files of the log; the batches of one, in shared chunks |
//! | [`epoch_cache`], [`truncation`] | where a follower's log parts from its leader's |
//! | [`producer_state`] | duplicates, sequences, transactions |
//! | `verification` | transactional batches that wait for the coordinator's word |
//! | `transaction_index` | the aborted transactions of a segment |
//!
//! A clone is cheap: batches, producers and snapshots are shared until they change.

mod append;
mod cleaner;
mod cleaning;
pub mod epoch_cache;
mod file_records;
mod producer_entry;
pub mod producer_state;
mod read;
mod retention;
mod segments;
mod transaction_index;
pub mod truncation;
mod truncation_and_recovery;
mod unified_log;
mod verification;

#[cfg(test)]
mod tests;

pub use self::append::AppendOutcome;
pub use self::cleaner::{CleanedGroup, Cleaning, LogToClean};
pub use self::epoch_cache::LeaderEpochCache;
pub use self::producer_state::{AppendOrigin, ProducerStateManager, VerificationGuard};
pub use self::retention::Deletion;
pub use self::segments::{BatchIter, Segment};
pub use self::transaction_index::AbortedTxn;
pub use self::truncation_and_recovery::{LogCheckpoint, Recovery, Truncation};
pub use self::unified_log::Log;
