//! The language both sides speak: ids, config names and defaults, errors, record batches, messages.
//!
//! Plain data only. Nothing here has behaviour of its own beyond what the wire format fixes
//! (sizes, hashes, error classes), and nothing here knows a node.

pub mod batch;
pub mod catalog;
pub mod config;
pub mod errors;
pub mod ids;
pub mod messages;
