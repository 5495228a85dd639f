//! kafkasim: a deterministic, seeded discrete-event simulator of Apache Kafka.

pub mod check;
#[cfg(feature = "cli")]
pub mod cli;
pub mod client;
pub mod cluster;
pub mod history;
pub mod node;
pub mod protocol;
pub mod report;
pub mod scenario;
pub mod sim;
pub mod tools;
pub mod world;
