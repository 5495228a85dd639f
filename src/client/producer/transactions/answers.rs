//! What an answer to a control request means: the error columns of its handler in `TransactionManager`.

use super::queue::TxnRequestKind;
use crate::protocol::errors::ErrorCode;
use crate::protocol::exceptions::Exception;
use crate::protocol::rules::{AbortRefused, Rules, TxnGroupMismatch};

/// What the producer does about it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Reaction {
    /// It is done.
    Done,
    /// The same request again, after a pause.
    Retry,
    /// The same again, once somebody has said who coordinates now.
    FindCoordinator,
    /// Partitions failed, each in its own way, and the transaction with them (AddPartitionsToTxn).
    PartitionFailed,
    /// The transaction can only be aborted.
    Abortable(Exception),
    /// The producer can only be closed.
    Fatal(Exception),
}

/// What an error in an answer means; of those of several partitions the caller asks for each.
pub fn reaction(kind: &TxnRequestKind, error: ErrorCode, rules: Rules) -> Reaction {
    use ErrorCode::*;
    let answered = Exception::Answered(error);
    match error {
        None => Reaction::Done,
        CoordinatorNotAvailable | NotCoordinator if !matches!(kind, TxnRequestKind::FindCoordinator(_)) => {
            Reaction::FindCoordinator
        }
        // An old group coordinator's word for its log that did not take the record in time.
        RequestTimedOut if matches!(kind, TxnRequestKind::TxnOffsetCommit(..)) => Reaction::FindCoordinator,
        _ if error.is_retriable() => Reaction::Retry,
        TransactionAbortable => abortable(kind, rules),
        _ => match kind {
            TxnRequestKind::FindCoordinator(_) => Reaction::Fatal(Exception::Unexpected(error)),
            // What coordinators before 2.7 called an old epoch means the same.
            _ if matches!(error, InvalidProducerEpoch | ProducerFenced) => {
                Reaction::Fatal(Exception::Answered(ProducerFenced))
            }
            TxnRequestKind::InitProducerId { .. } => Reaction::Fatal(Exception::Unexpected(error)),
            TxnRequestKind::AddPartitions(_) => match error {
                InvalidTxnState | InvalidProducerIdMapping => Reaction::Fatal(answered),
                _ => Reaction::PartitionFailed,
            },
            TxnRequestKind::AddOffsets(..) | TxnRequestKind::EndTxn { .. } => match error {
                InvalidTxnState | InvalidProducerIdMapping => Reaction::Fatal(answered),
                _ => Reaction::Fatal(Exception::Unexpected(error)),
            },
            TxnRequestKind::TxnOffsetCommit(..) => match error {
                UnknownMemberId | IllegalGeneration => Reaction::Abortable(Exception::CommitFailed),
                GroupIdNotFound if rules.txn_group_mismatch == TxnGroupMismatch::Abortable => {
                    Reaction::Abortable(Exception::CommitFailed)
                }
                _ => Reaction::Fatal(Exception::Unexpected(error)),
            },
        },
    }
}

/// TRANSACTION_ABORTABLE. Who is told so of an abort would abort again, and be told the same.
fn abortable(kind: &TxnRequestKind, rules: Rules) -> Reaction {
    match kind {
        TxnRequestKind::EndTxn { commit: false } if rules.abort_refused == AbortRefused::Fatal => {
            Reaction::Fatal(Exception::Unexpected(ErrorCode::TransactionAbortable))
        }
        _ => Reaction::Abortable(Exception::Answered(ErrorCode::TransactionAbortable)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::ids::{GroupId, TransactionalId};
    use crate::protocol::messages::{ConsumerGroupMetadata, CoordinatorKey, List};
    use crate::protocol::rules::KafkaVersion;

    const GROUP: ConsumerGroupMetadata = ConsumerGroupMetadata::of_group(GroupId(0));

    fn word(kind: &TxnRequestKind, error: ErrorCode, version: KafkaVersion) -> String {
        match reaction(kind, error, Rules::of(version)) {
            Reaction::Done => "done".into(),
            Reaction::Retry => "retry".into(),
            Reaction::FindCoordinator => "find".into(),
            Reaction::PartitionFailed => "partition".into(),
            Reaction::Abortable(error) => format!("abort {}", error.name()),
            Reaction::Fatal(error) => format!("fatal {}", error.name()),
        }
    }

    /// Every error that a coordinator may answer, for each kind of request.
    #[test]
    fn each_answer_means_what_its_handler_says() {
        use ErrorCode::*;
        let kinds = [
            ("FindCoordinator", TxnRequestKind::FindCoordinator(CoordinatorKey::Transaction(TransactionalId(0)))),
            ("InitProducerId", TxnRequestKind::InitProducerId { epoch_bump: false }),
            ("AddPartitions", TxnRequestKind::AddPartitions(List::new())),
            ("AddOffsets", TxnRequestKind::AddOffsets(GROUP, List::new())),
            ("TxnOffsetCommit", TxnRequestKind::TxnOffsetCommit(GROUP, List::new())),
            ("commit", TxnRequestKind::EndTxn { commit: true }),
            ("abort", TxnRequestKind::EndTxn { commit: false }),
        ];
        let table = [
            (CoordinatorLoadInProgress, ["retry"; 7]),
            (ConcurrentTransactions, ["retry"; 7]),
            (CoordinatorNotAvailable, ["retry", "find", "find", "find", "find", "find", "find"]),
            (NotCoordinator, ["retry", "find", "find", "find", "find", "find", "find"]),
            (RequestTimedOut, ["retry", "retry", "retry", "retry", "find", "retry", "retry"]),
            (UnknownTopicOrPartition, ["retry"; 7]),
        ];
        for (error, expected) in table {
            let told = kinds.each_ref().map(|(_, kind)| word(kind, error, KafkaVersion::NEWEST));
            assert_eq!(told, expected, "{}", error.name());
        }
        let fenced = "fatal ProducerFencedException";
        for error in [ProducerFenced, InvalidProducerEpoch] {
            for (name, kind) in &kinds[1..] {
                assert_eq!(word(kind, error, KafkaVersion::NEWEST), fenced, "{name}");
            }
        }
        let rows = [
            (InvalidTxnState, 1, "fatal KafkaException"),
            (InvalidTxnState, 2, "fatal InvalidTxnStateException"),
            (InvalidTxnState, 3, "fatal InvalidTxnStateException"),
            (InvalidTxnState, 4, "fatal KafkaException"),
            (InvalidTxnState, 5, "fatal InvalidTxnStateException"),
            (InvalidProducerIdMapping, 1, "fatal KafkaException"),
            (InvalidProducerIdMapping, 2, "fatal InvalidPidMappingException"),
            (InvalidProducerIdMapping, 3, "fatal InvalidPidMappingException"),
            (InvalidProducerIdMapping, 4, "fatal KafkaException"),
            (InvalidProducerIdMapping, 6, "fatal InvalidPidMappingException"),
            (InvalidTransactionTimeout, 1, "fatal KafkaException"),
            (OperationNotAttempted, 2, "partition"),
            (UnknownServerError, 2, "partition"),
            (UnknownServerError, 5, "fatal KafkaException"),
            (UnknownMemberId, 4, "abort CommitFailedException"),
            (IllegalGeneration, 4, "abort CommitFailedException"),
            (TransactionAbortable, 1, "abort TransactionAbortableException"),
            (TransactionAbortable, 2, "abort TransactionAbortableException"),
            (TransactionAbortable, 4, "abort TransactionAbortableException"),
            (TransactionAbortable, 5, "abort TransactionAbortableException"),
            (TransactionAbortable, 6, "fatal KafkaException"),
            (GroupIdNotFound, 4, "abort CommitFailedException"),
        ];
        for (error, at, expected) in rows {
            let (name, kind) = &kinds[at];
            assert_eq!(word(kind, error, KafkaVersion::NEWEST), expected, "{} to {name}", error.name());
        }
        // KAFKA-19250 is of 4.1, and TxnOffsetCommit by topic id of 4.4.
        assert_eq!(word(&kinds[6].1, TransactionAbortable, KafkaVersion::V4_0), "abort TransactionAbortableException");
        assert_eq!(word(&kinds[4].1, GroupIdNotFound, KafkaVersion::V4_3), "fatal KafkaException");
    }
}
