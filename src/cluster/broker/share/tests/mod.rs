//! The rules of share-partitions, one by one, and what always holds of them.

mod compaction;
mod properties;
mod stage;
mod stories;
