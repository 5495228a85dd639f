//! The state of a transactional producer (`TransactionManager.State`).

use crate::protocol::exceptions::Exception;

/// See the module.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum State {
    /// initTransactions() was not called.
    Uninitialized,
    /// InitProducerId is not answered.
    Initializing,
    /// A transaction may begin.
    Ready,
    /// One has begun.
    InTransaction,
    /// It is being committed.
    CommittingTransaction,
    /// It is being aborted.
    AbortingTransaction,
    /// It can only be aborted, for this reason.
    AbortableError(Exception),
    /// The producer can only be closed, for this reason.
    FatalError(Exception),
}

impl State {
    /// Whether Kafka foresees the step (`State.isTransitionValid`).
    pub fn may_become(self, target: State) -> bool {
        use State::*;
        match target {
            Uninitialized => matches!(self, Ready | AbortableError(_)),
            Initializing => matches!(self, Uninitialized | CommittingTransaction | AbortingTransaction),
            Ready => matches!(self, Initializing | CommittingTransaction | AbortingTransaction),
            InTransaction => self == Ready,
            CommittingTransaction => self == InTransaction,
            AbortingTransaction => matches!(self, InTransaction | AbortableError(_)),
            AbortableError(_) => {
                matches!(self, InTransaction | CommittingTransaction | AbortableError(_) | Initializing)
            }
            FatalError(_) => true,
        }
    }
    /// Commit or abort is under way.
    pub fn is_completing(self) -> bool {
        matches!(self, State::CommittingTransaction | State::AbortingTransaction)
    }
    /// A transaction has begun and is not ended. A fatal error ends it for the producer.
    pub fn has_ongoing_transaction(self) -> bool {
        self == State::InTransaction || self.is_completing() || matches!(self, State::AbortableError(_))
    }
    /// What has failed.
    pub fn error(self) -> Option<Exception> {
        match self {
            State::AbortableError(error) | State::FatalError(error) => Some(error),
            _ => None,
        }
    }
    /// What a call throws in a state of error (`maybeFailWithError`): the fencing as it is, and the rest as the cause of
    /// something else.
    pub fn thrown(self) -> Option<Exception> {
        use crate::protocol::errors::ErrorCode::{InvalidProducerEpoch, ProducerFenced};
        self.error().map(|error| match error {
            Exception::Answered(ProducerFenced | InvalidProducerEpoch) | Exception::IllegalTransactionState => error,
            Exception::Unexpected(cause) => Exception::TransactionInError(cause),
            cause => Exception::TransactionInError(cause.code()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::errors::ErrorCode;

    const FENCED: Exception = Exception::Answered(ErrorCode::ProducerFenced);

    /// As the switch in `isTransitionValid` has it.
    #[test]
    fn a_transaction_takes_one_step_after_the_other() {
        use State::*;
        let all = [
            Uninitialized,
            Initializing,
            Ready,
            InTransaction,
            CommittingTransaction,
            AbortingTransaction,
            AbortableError(Exception::Expired),
            FatalError(FENCED),
        ];
        let told = |from: State| {
            let to = all.iter().map(|to| if from.may_become(*to) { 'x' } else { '.' });
            to.collect::<String>()
        };
        assert_eq!(
            all.map(told),
            [
                ".x.....x", // uninitialized: initTransactions()
                "..x...xx", // initializing: the answer
                "x..x...x", // ready: beginTransaction()
                "....xxxx", // in a transaction: commit, abort, or something fails
                ".xx...xx", // committing: a new epoch first, or ready
                ".xx....x", // aborting: what fails now fails for nobody
                "x....xxx", // abort helps
                ".......x", // nothing helps
            ]
        );
    }

    #[test]
    fn fencing_is_thrown_as_it_is_and_the_rest_as_a_cause() {
        let thrown = |error| State::AbortableError(error).thrown();
        assert_eq!(State::FatalError(FENCED).thrown(), Some(FENCED));
        let epoch = Exception::Answered(ErrorCode::InvalidProducerEpoch);
        assert_eq!(thrown(epoch), Some(epoch));
        assert_eq!(thrown(Exception::Expired), Some(Exception::TransactionInError(ErrorCode::RequestTimedOut)));
        assert_eq!(State::InTransaction.thrown(), None);
    }
}
