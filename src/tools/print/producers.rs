//! As `kafka-transactions describe-producers` prints it.

use super::tabbed;
use crate::tools::producers::ProducerState;

const HEADERS: [&str; 6] = [
    "ProducerId",
    "ProducerEpoch",
    "LatestCoordinatorEpoch",
    "LastSequence",
    "LastTimestamp",
    "CurrentTransactionStartOffset",
];

/// A row per producer.
pub fn producers(states: &[ProducerState]) -> String {
    tabbed(&HEADERS, states.iter().map(row))
}

fn row(state: &ProducerState) -> Vec<String> {
    vec![
        state.producer_id.to_string(),
        state.producer_epoch.to_string(),
        state.coordinator_epoch.to_string(),
        state.last_sequence.to_string(),
        state.last_timestamp_ms.to_string(),
        state.current_transaction_start_offset.map_or("None".into(), |offset| offset.to_string()),
    ]
}
