//! The client side: producer, consumer, and the applications that drive them.
//!
//! Clients know the cluster by its protocol only: nothing here may import `cluster/`.

pub mod application;
pub mod consumer;
pub mod metadata;
pub mod network;
pub mod producer;
