//! Where the thread that polls is.

use crate::app::batch::Slice;
use crate::app::listening::{Listening, SuspendedCall};
use crate::client::producer::Operation;
use crate::sim::time::Nanos;

/// What the application goes on with after a commit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Next {
    /// Processing (at most once: the commit came first).
    Process,
    /// The next poll().
    Poll,
    /// A pause, then the next poll().
    Pause(Nanos),
}

/// Where the application thread is.
#[derive(Clone, Copy, Debug)]
pub(super) enum Thread {
    /// In poll().
    Polling,
    /// Working on a slice of what poll() returned.
    Processing {
        /// Which.
        slice: Slice,
        /// When it is done.
        until: Nanos,
    },
    /// Waiting until the pool is done with what poll() returned.
    AwaitingPool,
    /// In `send()`, which blocks, with what came of a slice.
    Sending,
    /// In the producer's flush(), at the end of a batch.
    Flushing {
        /// What comes then.
        next: Next,
    },
    /// Waiting for a dead letter to be acknowledged.
    AwaitingDeadLetter {
        /// The slice that is the record.
        slice: Slice,
    },
    /// In commitSync().
    Committing {
        /// What comes then.
        next: Next,
    },
    /// In unsubscribe().
    Unsubscribing,
    /// In initTransactions().
    Initializing,
    /// In sendOffsetsToTransaction(), commitTransaction() or abortTransaction().
    Ending {
        /// Which.
        call: Operation,
        /// What comes when the transaction is ended.
        next: Next,
    },
    /// In the producer's close(), after an error that is for good.
    ClosingProducer,
    /// Waiting to construct another producer.
    WithoutProducer {
        /// Until then.
        until: Nanos,
    },
    /// Waiting to poll again.
    Pausing {
        /// Until then.
        until: Nanos,
    },
    /// Told to stop; the worker finishes what is queued (`ExecutorService.awaitTermination`).
    AwaitingWorker,
    /// In its last commitSync(), a call of its own: an application that commits asynchronously makes its last commit a
    /// synchronous one.
    LastCommit,
    /// In the rebalance listener.
    Listening {
        /// What it does.
        doing: Listening,
        /// Which call waits for it.
        call: SuspendedCall,
    },
    /// In close().
    Closing {
        /// An exception has led there, which nobody catches: the process is started again so much later.
        restart_after: Option<Nanos>,
    },
}

impl Thread {
    /// The consumer's method in which it is, if in any.
    pub(super) fn call(self) -> Option<&'static str> {
        match self {
            Thread::Polling => Some("poll"),
            Thread::Committing { .. } | Thread::LastCommit | Thread::Listening { doing: Listening::Committing, .. } => {
                Some("commitSync")
            }
            Thread::Unsubscribing => Some("unsubscribe"),
            Thread::Closing { .. } => Some("close"),
            _ => None,
        }
    }
}
