//! What the exceptions mean that an application gets from Kafka's clients: which call throws it, what became of what was asked, and
//! what most programs do about it (the documentation of `KafkaProducer.java`, `KafkaConsumer.java` and `KafkaShareConsumer.java`).

use super::error_meanings;
use super::errors::ErrorCode;
use super::exceptions::Exception;

/// What an exception of this class says; `None`: no client of the model throws it.
///
/// ```
/// use kafkasim::protocol::exception_meanings::meaning;
/// assert!(meaning("CommitFailedException").unwrap().contains("commitSync()"));
/// assert_eq!(meaning("NullPointerException"), None);
/// ```
pub fn meaning(class: &str) -> Option<String> {
    if let Some((_, text)) = OWN.iter().find(|(name, _)| *name == class) {
        return Some((*text).to_owned());
    }
    let error = ErrorCode::ALL.iter().find(|error| Exception::Answered(**error).name() == class)?;
    let again = if error.is_retriable() { "a RetriableException" } else { "not retriable" };
    Some(format!("A broker has answered {} ({again}). {}", error.name(), error_meanings::meaning(*error)))
}

/// Those of which there is more to say than of the error behind them, or that no error stands for.
const OWN: &[(&str, &str)] = &[
    (
        "BufferExhaustedException",
        "send() throws it, a TimeoutException: buffer.memory was full for max.block.ms. The record was not taken. It is the producer's backpressure: slow down, or give it more memory.",
    ),
    (
        "CommitFailedException",
        "commitSync() throws it, and commitAsync() has it in its callback: the member has been thrown out of its group, or has left it as max.poll.interval.ms was over, and its partitions may be another's. The commit was not stored, and trying again does not help. What was done since the last commit will be done again by whoever has the partition now: go on with poll(), which joins again.",
    ),
    (
        "ConcurrentTransactionsException",
        "The coordinator still ends the producer's last transaction. The client waits and asks again; an application sees it only if max.block.ms is over.",
    ),
    (
        "FencedInstanceIdException",
        "poll() and commitSync() throw it: another process has joined with the same group.instance.id, and this one is out for good. Close the consumer and end; two processes under one id are a mistake of the deployment.",
    ),
    (
        "IllegalArgumentException",
        "The call makes no sense as it was made: a negative offset, or a batch.size above buffer.memory. A mistake in the program.",
    ),
    (
        "IllegalStateException",
        "The call is not possible now: a partition that is not assigned, a transaction that is not open. A mistake in the program.",
    ),
    (
        "InvalidProducerEpochException",
        "A produce request came with an old epoch of the producer: a newer one with its transactional.id is at work, or the coordinator has ended its transaction (transaction.timeout.ms). Abort the transaction; if initTransactions() succeeds again, go on.",
    ),
    (
        "KafkaException",
        "What has no class of its own: records of a transaction that nobody knows the end of, a producer in a state of error, an answer that makes no sense. Its cause says more. Abort the transaction, or make another producer.",
    ),
    (
        "LogTruncationException",
        "poll() throws it where auto.offset.reset=none: the log was cut below the position, and what was read from there on has another history now (KIP-320). The exception has the offset at which the two part: seek there, and undo what was done since, if that can be.",
    ),
    (
        "NoOffsetForPartitionException",
        "poll() throws it where auto.offset.reset=none: the group has no committed offset for a partition. It was never there, or has expired. Seek to where the application wants to begin.",
    ),
    (
        "OffsetOutOfRangeException",
        "poll() throws it where auto.offset.reset=none: the log does not have the position any more, for retention was faster than the reader. Seek to the beginning, and know what was missed.",
    ),
    (
        "OutOfOrderSequenceException",
        "The leader has another sequence number of the producer than the one before this batch: records before it are missing there, or its log was cut. An idempotent producer begins a new epoch and goes on; in a transaction, abort it.",
    ),
    (
        "ProducerFencedException",
        "Another producer with the same transactional.id has called initTransactions(). This one is out for good: close it. What it has not committed is aborted.",
    ),
    (
        "RebalanceInProgressException",
        "commitSync() throws it while the group rebalances and the member is still in it. The commit was not stored. Call poll(), which takes part in the rebalance, and commit again what is still the member's.",
    ),
    (
        "RecordTooLargeException",
        "The record is larger than max.request.size, buffer.memory or the topic's max.message.bytes. It was not written, and never will be: make it smaller, or the limits larger on the way to every consumer.",
    ),
    (
        "RetriableCommitFailedException",
        "The callback of commitAsync() has it: a commit failed for a reason that may pass, and the client does not try it again, for a later commit may have been made by then. Mostly the next commit mends it. Who tries again from the callback may put an older offset over a newer one.",
    ),
    (
        "TimeoutException",
        "A call has waited for as long as it may, and of what was asked nothing is known. send(): delivery.timeout.ms is over, or max.block.ms without metadata; the record may be in the log. commitSync(): default.api.timeout.ms is over; it may be stored. A transactional call: make the same one again.",
    ),
    (
        "TransactionAbortedException",
        "The future of a send() has it: the transaction was aborted before the record was sent. Nothing is wrong with the record.",
    ),
    (
        "UnsupportedVersionException",
        "The broker does not take what the client wants: an API that it does not have, or a protocol that is switched off (group.coordinator.rebalance.protocols). Fatal: change the broker or the client.",
    ),
    (
        "WakeupException",
        "Another thread has called wakeup(): poll(), or whatever call of the consumer blocks next, throws it. It is how a loop is told to end; close() the consumer in a finally. A commitSync() that throws it has sent its commit, and does not know what became of it.",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_exception_has_a_meaning_and_no_class_is_named_that_nobody_throws() {
        let names = Exception::names();
        for name in &names {
            assert!(meaning(name).is_some_and(|text| text.ends_with('.')), "{name}");
        }
        for (name, _) in OWN {
            assert!(names.contains(name), "{name}");
        }
        assert!(OWN.windows(2).all(|pair| pair[0].0 < pair[1].0));
    }
}
