//! As `kafka-transactions` prints transactions.

use std::fmt::Display;

use super::failure::{tried_for, unsent};
use super::{ToolOutput, tabbed};
use crate::sim::time::Nanos;
use crate::tools::transactions::{
    DescribedTransaction, HangingTransaction, TransactionListing, TransactionsCall, TransactionsError,
};

/// `default.api.timeout.ms` of the tool's admin client, in milliseconds.
const TIMEOUT_MS: u64 = 60_000;

/// What a first call has to find out: who the brokers are.
pub const LIST_TRANSACTIONS: (&str, &str) = ("listTransactions", "METADATA");
/// The same of `describe`: who coordinates the id.
pub const DESCRIBE_TRANSACTIONS: (&str, &str) = ("describeTransactions", "FIND_COORDINATOR");
/// The same of `describe-producers`: who leads the partition.
pub const DESCRIBE_PRODUCERS: (&str, &str) = ("describeProducers", "METADATA");

fn tried(name: &str, api: &str, at: Nanos) -> String {
    tried_for(TIMEOUT_MS, name, api, at)
}

/// A row per transactional id.
pub fn transactions(listings: &[TransactionListing]) -> String {
    let row = |listing: &TransactionListing| {
        vec![
            listing.transactional_id.clone(),
            listing.coordinator.to_string(),
            listing.producer_id.to_string(),
            listing.state.name().into(),
        ]
    };
    tabbed(&["TransactionalId", "Coordinator", "ProducerId", "TransactionState"], listings.iter().map(row))
}

/// One id, in one row.
pub fn transaction(described: &DescribedTransaction) -> String {
    let row = vec![
        described.coordinator.to_string(),
        described.transactional_id.clone(),
        described.producer_id.to_string(),
        described.producer_epoch.to_string(),
        described.state.name().into(),
        described.transaction_timeout_ms.to_string(),
        or_none(described.start_time_ms),
        or_none(described.duration_ms),
        described.topic_partitions.join(","),
    ];
    let headers = [
        "CoordinatorId",
        "TransactionalId",
        "ProducerId",
        "ProducerEpoch",
        "TransactionState",
        "TransactionTimeoutMs",
        "CurrentTransactionStartTimeMs",
        "TransactionDurationMs",
        "TopicPartitions",
    ];
    tabbed(&headers, std::iter::once(row))
}

/// A row per transaction that hangs.
pub fn hanging_transactions(hanging: &[HangingTransaction]) -> String {
    let row = |found: &HangingTransaction| {
        let producer = &found.producer;
        vec![
            found.topic.clone(),
            found.partition.to_string(),
            producer.producer_id.to_string(),
            producer.producer_epoch.to_string(),
            producer.coordinator_epoch.to_string(),
            producer.current_transaction_start_offset.map_or("-1".into(), |offset| offset.to_string()),
            producer.last_timestamp_ms.to_string(),
            found.duration_minutes.to_string(),
        ]
    };
    let headers = [
        "Topic",
        "Partition",
        "ProducerId",
        "ProducerEpoch",
        "CoordinatorEpoch",
        "StartOffset",
        "LastTimestamp",
        "Duration(min)",
    ];
    tabbed(&headers, hanging.iter().map(row))
}

/// What the tool says instead (`printErrorAndExit`). `what`: what it was to do; `first`: the call that it begins with, and
/// the request of that call.
pub fn transactions_failed(what: &str, first: (&str, &str), error: &TransactionsError) -> ToolOutput {
    let reason = match error {
        TransactionsError::NoBroker => unsent(first.0, first.1),
        TransactionsError::NotFound { transactional_id } => format!(
            "DescribeTransactions request for transactionalId `{transactional_id}` failed because the ID could not be found"
        ),
        TransactionsError::NoReplica { partition, broker } => {
            format!("Failed to describe active producers for partition {partition} on brokerId {broker}")
        }
        TransactionsError::TimedOut { call, at } => match call {
            TransactionsCall::List => unsent("listTransactions", "LIST_TRANSACTIONS"),
            TransactionsCall::FindCoordinator => tried("describeTransactions", "FIND_COORDINATOR", *at),
            TransactionsCall::Describe => unsent("describeTransactions", "DESCRIBE_TRANSACTIONS"),
            TransactionsCall::Leader => tried("describeProducers", "METADATA", *at),
            TransactionsCall::DescribeProducers => unsent("describeProducers", "DESCRIBE_PRODUCERS"),
        },
    };
    let err = format!("Failed to {what}: {reason}. Enable debug logging for additional detail.\n");
    ToolOutput { out: String::new(), err, failed: true }
}

fn or_none(value: Option<impl Display>) -> String {
    value.map_or("None".into(), |value| value.to_string())
}
