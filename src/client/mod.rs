//! The clients: producer and consumer, with Kafka's API.
//!
//! A client is a state machine that an application owns and calls; what the application is about it does not know.
//! It knows the cluster by its protocol only: nothing here may import `cluster/`.

pub mod alarm;
pub mod consumer;
pub mod metadata;
pub mod network;
pub mod producer;
pub mod share_consumer;
