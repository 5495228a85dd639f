//! The server side: brokers with their logs and coordinators, and controllers.
//!
//! Nothing here may import `client/`: the two sides share `protocol/` messages, as in Kafka.

pub mod admin;
pub mod broker;
pub mod controller;
pub mod coordinator;
pub mod group_configs;
mod java_hash;
mod life;
pub mod log;
pub mod machine;
pub mod metadata;
pub mod raft;
