//! The producer (`clients/.../producer/KafkaProducer.java`, `internals/{Sender,RecordAccumulator,TransactionManager}.java`).
//!
//! [`KafkaProducer`] is what an application sees: it calls `send()` for each record and blocks where Kafka
//! blocks. Records go into the batches of the accumulator, and the sender makes requests of these. What the two work on
//! (metadata, accumulator, sequences, callbacks) is lent to the sender for its turn; what a part finds out and others
//! have to know it gives back as a value.
//!
//! With a `transactional.id` it makes transactions: [`KafkaProducer::init_transactions`] and what comes after it. These calls
//! block as `send()` does, until [`KafkaProducer::transaction_returned`].
//!
//! A producer here sends to one topic. Not modelled: interceptors, two-phase commit (KIP-939), authorization, and errors
//! that only brokers before 2.5 answer.

mod accumulator;
mod batch;
mod buffer_pool;
mod callbacks;
mod completion;
mod compression;
mod control;
mod invariants;
mod kafka_producer;
mod keys;
mod metadata;
mod partitioner;
pub mod record;
mod requests;
mod sender;
mod shared;
mod spec;
#[cfg(test)]
mod tests;
mod timers;
mod transactional_calls;
mod transactions;

pub use kafka_producer::{KafkaProducer, SendResult, key_partitions};
pub use record::{Callback, ProducerRecord, RecordPlace};
pub use spec::ProducerSpec;
pub use timers::ProducerTimer;
pub use transactions::Operation;
