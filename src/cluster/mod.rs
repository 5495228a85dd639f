//! The server side: what runs inside a broker or a controller process.
//!
//! Nothing here may import `client/`: the two sides share `protocol/` and nothing else, as in
//! Kafka.

pub mod log;
