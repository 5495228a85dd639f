//! The language both sides speak: ids, config names and defaults, errors, record batches, messages.
//!
//! Plain data only. Nothing here has behaviour of its own beyond what the wire format fixes
//! (sizes, hashes, error classes), and nothing here knows a node.

pub mod api;
pub mod batch;
pub mod catalog;
pub mod client_preset;
pub mod compression;
pub mod config;
mod consumer_group_record_size;
mod coordinator_record_size;
pub mod display;
pub mod encoding;
pub mod error_meanings;
pub mod errors;
pub mod exception_meanings;
pub mod exceptions;
pub mod hashing;
pub mod ids;
pub mod machine;
pub mod member_ids;
pub mod messages;
pub mod put_aside;
pub mod rack_traffic;
pub mod record_key;
pub mod record_size;
pub mod rules;
mod share_record_size;
pub mod share_records;
pub mod shared_batch;
pub(crate) mod spare_lists;
