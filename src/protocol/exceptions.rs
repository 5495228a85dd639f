//! Failures as applications see them: what a Java client throws, or hands to a callback.
//!
//! Most are a broker's answer under the name of its exception class. The rest are the client's own and have
//! no code on the wire: nobody answered them.

use super::errors::ErrorCode;

/// What an application gets when a call fails.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, serde::Serialize, serde::Deserialize)]
pub enum Exception {
    /// A broker's error (or the loss of the connection), as the exception of its code.
    Answered(ErrorCode),
    /// A broker's error that the client does not expect there: a bare `KafkaException`.
    Unexpected(ErrorCode),

    // --- send() ------------------------------------------------------------------------------
    /// "Expiring n record(s) for ...: ... ms has passed since batch creation": `delivery.timeout.ms`.
    Expired,
    /// "Topic ... not present in metadata after ... ms": `max.block.ms`.
    NoMetadata,
    /// "Failed to allocate ... bytes within the configured max blocking time ... ms".
    BufferExhausted,
    /// The record alone is larger than `max.request.size` or `buffer.memory`.
    RecordTooLarge,
    /// "Attempt to allocate ... bytes, but there is a hard limit of ... on memory allocations": `batch.size` is
    /// larger than `buffer.memory`.
    BatchExceedsMemory,

    // --- transactions ------------------------------------------------------------------------
    /// A batch that was dropped because its transaction is aborted: `TransactionAbortedException`.
    TransactionAborted,
    /// "Timeout expired after ...ms while awaiting InitProducerId / AddOffsetsToTxn / EndTxn": `max.block.ms`. The call goes
    /// on, and the application has to make the same one again.
    TransactionTimedOut,
    /// The call is not possible in the state of the producer: `IllegalStateException`.
    IllegalTransactionState,
    /// "The client hasn't received acknowledgment for some previously sent messages and can no longer retry them": a
    /// `KafkaException`. Nobody knows whether they are in the log.
    Unacknowledged,
    /// "Cannot execute transactional method because we are in an error state": a `KafkaException` with this cause.
    TransactionInError(ErrorCode),

    // --- poll() ------------------------------------------------------------------------------
    /// There is no committed offset and no `auto.offset.reset`.
    NoOffset,
    /// The position is outside the log and there is no `auto.offset.reset`.
    OutOfRange,
    /// The log was cut below the position and there is no `auto.offset.reset` (KIP-320).
    LogTruncated,

    // --- commitSync(), commitAsync(), auto-commit --------------------------------------------
    /// The partitions may belong to another member by now.
    CommitFailed,
    /// An asynchronous commit failed for a reason that may pass; the client does not try it again.
    CommitRetriable(ErrorCode),
    /// "Timeout of ... ms expired before successfully committing offsets": `default.api.timeout.ms`, or what
    /// close() is given.
    CommitTimedOut,

    // --- any call that blocks ----------------------------------------------------------------
    /// Another thread has called wakeup().
    Wakeup,
}

impl Exception {
    /// The simple name of its class.
    pub fn name(self) -> &'static str {
        match self {
            Exception::Answered(error) => error.exception(),
            Exception::Unexpected(_) => "KafkaException",
            Exception::Expired | Exception::NoMetadata | Exception::CommitTimedOut => "TimeoutException",
            Exception::BufferExhausted => "BufferExhaustedException",
            Exception::RecordTooLarge => "RecordTooLargeException",
            Exception::BatchExceedsMemory => "IllegalArgumentException",
            Exception::TransactionAborted => "TransactionAbortedException",
            Exception::TransactionTimedOut => "TimeoutException",
            Exception::IllegalTransactionState => "IllegalStateException",
            Exception::Unacknowledged | Exception::TransactionInError(_) => "KafkaException",
            Exception::NoOffset => "NoOffsetForPartitionException",
            Exception::OutOfRange => "OffsetOutOfRangeException",
            Exception::LogTruncated => "LogTruncationException",
            Exception::CommitFailed => "CommitFailedException",
            Exception::CommitRetriable(_) => "RetriableCommitFailedException",
            Exception::Wakeup => "WakeupException",
        }
    }
    /// The names of all classes, sorted.
    pub fn names() -> Vec<&'static str> {
        let own = [
            Exception::Unexpected(ErrorCode::None),
            Exception::Expired,
            Exception::BufferExhausted,
            Exception::RecordTooLarge,
            Exception::BatchExceedsMemory,
            Exception::TransactionAborted,
            Exception::IllegalTransactionState,
            Exception::NoOffset,
            Exception::OutOfRange,
            Exception::LogTruncated,
            Exception::CommitFailed,
            Exception::CommitRetriable(ErrorCode::None),
            Exception::Wakeup,
        ];
        let answered = ErrorCode::ALL.iter().map(|error| Exception::Answered(*error));
        let mut names: Vec<&str> = answered.chain(own).map(Exception::name).collect();
        names.sort();
        names.dedup();
        names
    }
    /// What its message says, in short, where the name of the class does not say it.
    pub fn reason(self) -> Option<&'static str> {
        Some(match self {
            Exception::Answered(ErrorCode::RequestTimedOut) => "the request timed out",
            Exception::Unexpected(error) | Exception::CommitRetriable(error) => error.name(),
            Exception::TransactionAborted => "the transaction is aborted",
            Exception::TransactionTimedOut => "no answer of the transaction coordinator within max.block.ms",
            Exception::Unacknowledged => "records that were sent were never acknowledged",
            Exception::IllegalTransactionState => "not possible in this state of the producer",
            Exception::TransactionInError(error) => error.name(),
            Exception::Expired => "expired, delivery.timeout.ms since batch creation",
            Exception::NoMetadata => "topic not in metadata after max.block.ms",
            Exception::BufferExhausted => "buffer.memory full for max.block.ms",
            Exception::BatchExceedsMemory => "batch.size exceeds buffer.memory",
            Exception::CommitTimedOut => "offsets not committed in time",
            _ => return None,
        })
    }
    /// The error code that Kafka gives this exception (`Errors.forException`): UNKNOWN_SERVER_ERROR for those
    /// that no code stands for.
    pub fn code(self) -> ErrorCode {
        match self {
            Exception::Answered(error) => error,
            Exception::Expired
            | Exception::NoMetadata
            | Exception::BufferExhausted
            | Exception::TransactionTimedOut
            | Exception::CommitTimedOut => ErrorCode::RequestTimedOut,
            Exception::RecordTooLarge => ErrorCode::MessageTooLarge,
            _ => ErrorCode::UnknownServerError,
        }
    }
    /// Kafka's error name, or the exception's where no code stands for it.
    pub fn error_name(self) -> &'static str {
        match self.code() {
            ErrorCode::UnknownServerError => self.name(),
            error => error.name(),
        }
    }
    /// Whether a program may hope to get on by calling again (`RetriableException`).
    pub fn is_retriable(self) -> bool {
        match self {
            Exception::Answered(error) => error.is_retriable(),
            Exception::Expired
            | Exception::NoMetadata
            | Exception::BufferExhausted
            | Exception::TransactionTimedOut
            | Exception::CommitTimedOut
            | Exception::CommitRetriable(_) => true,
            _ => false,
        }
    }
    /// Whether most programs leave their loop if commitSync() throws this. They catch what may pass, WakeupException, which is their
    /// own doing, and what says that the member is none any more, or that its group rebalances: poll() deals with that.
    pub fn ends_loop(self) -> bool {
        let refused = matches!(
            self,
            Exception::CommitFailed | Exception::Wakeup | Exception::Answered(ErrorCode::RebalanceInProgress)
        );
        !refused && !self.is_retriable()
    }
    /// A number of its own, for digests: the code of an answer, and others above all codes.
    pub fn number(self) -> u64 {
        let code = |base: u64, error: ErrorCode| base + (i64::from(error.code()) + 1) as u64;
        match self {
            Exception::Answered(error) => code(0, error),
            Exception::Unexpected(error) => code(1_000, error),
            Exception::CommitRetriable(error) => code(2_000, error),
            Exception::Expired => 3_000,
            Exception::NoMetadata => 3_001,
            Exception::BufferExhausted => 3_002,
            Exception::RecordTooLarge => 3_003,
            Exception::BatchExceedsMemory => 3_004,
            Exception::NoOffset => 3_005,
            Exception::OutOfRange => 3_006,
            Exception::LogTruncated => 3_007,
            Exception::CommitFailed => 3_008,
            Exception::CommitTimedOut => 3_009,
            Exception::TransactionAborted => 3_010,
            Exception::TransactionTimedOut => 3_011,
            Exception::IllegalTransactionState => 3_012,
            Exception::Unacknowledged => 3_013,
            Exception::Wakeup => 3_014,
            Exception::TransactionInError(error) => code(4_000, error),
        }
    }
}

/// `TimeoutException: expired, ...`, or the name alone.
impl std::fmt::Display for Exception {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.reason() {
            Some(reason) => write!(f, "{}: {reason}", self.name()),
            None => f.write_str(self.name()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_that_people_search_for() {
        let said = |exception: Exception| exception.to_string();
        assert_eq!(said(Exception::NoOffset), "NoOffsetForPartitionException");
        assert_eq!(said(Exception::Answered(ErrorCode::GroupMaxSizeReached)), "GroupMaxSizeReachedException");
        assert_eq!(said(Exception::Answered(ErrorCode::OutOfOrderSequenceNumber)), "OutOfOrderSequenceException");
        assert_eq!(said(Exception::Answered(ErrorCode::RequestTimedOut)), "TimeoutException: the request timed out");
        assert_eq!(said(Exception::Expired), "TimeoutException: expired, delivery.timeout.ms since batch creation");
        assert_eq!(
            said(Exception::CommitRetriable(ErrorCode::NotCoordinator)),
            "RetriableCommitFailedException: NOT_COORDINATOR"
        );
    }

    /// As `Errors.forException` has it, and the recorder of a real client.
    #[test]
    fn what_no_code_stands_for_goes_under_its_own_name() {
        assert_eq!(Exception::BufferExhausted.error_name(), "REQUEST_TIMED_OUT");
        assert_eq!(Exception::RecordTooLarge.error_name(), "MESSAGE_TOO_LARGE");
        assert_eq!(Exception::CommitFailed.error_name(), "CommitFailedException");
        assert_eq!(Exception::BatchExceedsMemory.error_name(), "IllegalArgumentException");
    }
}
