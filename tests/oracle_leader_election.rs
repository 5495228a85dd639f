//! Partition changes against what Kafka's own `PartitionChangeBuilder` answered.

#[path = "oracles/leader_election.rs"]
mod leader_election;
