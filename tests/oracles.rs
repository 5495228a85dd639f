//! What real Kafka code answered, held against this crate: one test per file in `tests/oracles/`.
//!
//! `KAFKASIM_ORACLES=<folder>` reads files of the same names and schema from another folder, which may
//! hold some of them only.

#[path = "oracles/support.rs"]
mod support;

#[path = "oracles/assignors.rs"]
mod assignors;
#[path = "oracles/assignors_client.rs"]
mod assignors_client;
#[path = "oracles/assignors_server.rs"]
mod assignors_server;
#[path = "oracles/coordinator_partition.rs"]
mod coordinator_partition;
#[path = "oracles/leader_election.rs"]
mod leader_election;
#[path = "oracles/leader_epoch_cache.rs"]
mod leader_epoch_cache;
#[path = "oracles/librdkafka_groups.rs"]
mod librdkafka_groups;
#[path = "oracles/log_truncation.rs"]
mod log_truncation;
#[path = "oracles/partitioner.rs"]
mod partitioner;
#[path = "oracles/producer_sequences.rs"]
mod producer_sequences;
#[path = "oracles/record_batch.rs"]
mod record_batch;

#[test]
fn partitioner() {
    support::run("partitioner", partitioner::check);
}

#[test]
fn coordinator_partition() {
    support::run("coordinator_partition", coordinator_partition::check);
}

#[test]
fn record_batch() {
    support::run("record_batch", record_batch::check);
}

#[test]
fn leader_election() {
    support::run("leader_election", leader_election::check);
}

#[test]
fn leader_epoch_cache() {
    support::run("leader_epoch_cache", leader_epoch_cache::check);
}

#[test]
fn log_truncation() {
    support::run("log_truncation", log_truncation::check);
}

#[test]
fn producer_sequences() {
    support::run("producer_sequences", producer_sequences::check);
}

#[test]
fn assignors_client() {
    support::run("assignors_client", assignors_client::check);
}

#[test]
fn assignors_server() {
    support::run("assignors_server", assignors_server::check);
}

#[test]
fn librdkafka_groups() {
    support::run("librdkafka_groups", librdkafka_groups::check);
}
