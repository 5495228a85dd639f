//! The rules of a replica, one by one.

mod high_watermark;
mod invariants;
mod transactions;
