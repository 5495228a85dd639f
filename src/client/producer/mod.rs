//! The producer (`clients/.../producer/KafkaProducer.java`, `internals/{Sender,RecordAccumulator,TransactionManager}.java`).
//!
//! [`KafkaProducer`] is what an application sees: it calls `send()` for each record and blocks where Kafka
//! blocks; the sender turns what has accumulated into requests.
//!
//! A producer here sends to one topic. Not modelled: transactions, compression, interceptors,
//! `partitioner.availability.timeout.ms`.

mod accumulator;
mod batch;
mod completion;
mod invariants;
mod kafka_producer;
mod partitioner;
pub mod record;
mod requests;
mod sender;
mod spec;
#[cfg(test)]
mod tests;
mod transactions;

pub use kafka_producer::{KafkaProducer, SendResult, key_partitions};
pub use record::{Callback, ProducerRecord, RecordPlace};
pub use spec::ProducerSpec;
