//! Stories of the producer: what happens to it, and everything that it says.

mod accounting;
mod harness;
mod idempotence;
pub(super) mod invariants;
mod lazy;
mod memory;
mod process;
mod retries;
mod sending;
mod stories;
mod transactional;
