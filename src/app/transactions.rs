//! What an application makes of what its calls for transactions come to
//! (the loops in the documentation of `KafkaProducer.java`, and `examples/.../ExactlyOnceMessageProcessor.java`).

use crate::client::producer::{KafkaProducer, Operation};
use crate::node::Context;
use crate::protocol::exceptions::Exception;

/// What the application does then.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Remedy {
    /// It goes on.
    Done,
    /// It makes the same call again: the call has timed out, and goes on in the background.
    Again,
    /// It aborts the transaction.
    Abort,
    /// It closes the producer.
    Close,
}

/// What it does after a call has returned, or thrown. `error`: what is wrong with the producer, and whether that is so
/// for good ([`transaction_error`](crate::client::producer::KafkaProducer::transaction_error)).
pub fn remedy(call: Operation, returned: Result<(), Exception>, error: Option<(Exception, bool)>) -> Remedy {
    match (call, returned) {
        (_, Ok(())) => Remedy::Done,
        (_, Err(_)) if error.is_some_and(|(_, fatal)| fatal) => Remedy::Close,
        // "It is safe to retry": until the same call has returned no other is possible.
        (Operation::Init | Operation::Commit | Operation::Abort, Err(Exception::TransactionTimedOut)) => Remedy::Again,
        (Operation::SendOffsets | Operation::Commit, Err(_)) => Remedy::Abort,
        // Without an id, or with a transaction that cannot be ended, there is nothing else to try.
        (Operation::Init | Operation::Abort, Err(_)) => Remedy::Close,
    }
}

/// What helps after `send()` or beginTransaction() has thrown. `error`: as above.
pub fn remedy_of_throw(error: Option<(Exception, bool)>) -> Remedy {
    match error {
        Some((_, false)) => Remedy::Abort,
        Some((_, true)) | None => Remedy::Close,
    }
}

/// initTransactions(), commitTransaction() or abortTransaction().
///
/// # Panics
/// For sendOffsetsToTransaction(), which has arguments.
pub fn call(operation: Operation, producer: &mut KafkaProducer, ctx: &mut Context<'_>) {
    match operation {
        Operation::Init => producer.init_transactions(ctx),
        Operation::Commit => producer.commit_transaction(ctx),
        Operation::Abort => producer.abort_transaction(ctx),
        Operation::SendOffsets => unreachable!("it has arguments of its own"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::errors::ErrorCode;

    #[test]
    fn a_timeout_is_tried_again_an_error_aborted_and_a_fatal_one_closed() {
        const CALLS: [Operation; 4] = [Operation::Init, Operation::SendOffsets, Operation::Commit, Operation::Abort];
        let remedies = |returned: Result<(), Exception>, error: Option<(Exception, bool)>| {
            CALLS.map(|call| remedy(call, returned, error))
        };
        use Remedy::{Abort, Again, Close, Done};
        assert_eq!(remedies(Ok(()), None), [Done; 4]);
        let timed_out = Err(Exception::TransactionTimedOut);
        assert_eq!(remedies(timed_out, None), [Again, Abort, Again, Again]);
        let fenced = Exception::Answered(ErrorCode::ProducerFenced);
        assert_eq!(remedies(Err(fenced), Some((fenced, true))), [Close; 4]);
        assert_eq!(remedies(timed_out, Some((fenced, true))), [Close; 4], "whatever this call throws");
        let failed = Exception::Answered(ErrorCode::IllegalGeneration);
        assert_eq!(remedies(Err(failed), Some((failed, false))), [Close, Abort, Abort, Close]);
    }
}
