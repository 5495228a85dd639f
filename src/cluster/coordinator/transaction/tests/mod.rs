//! The transaction coordinator, played by itself: the test is its broker, its log, and the leaders of partitions.

mod invariants;
mod play;
mod stories;
mod table;
