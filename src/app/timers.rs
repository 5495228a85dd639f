//! Timers of applications, beside those of their clients.

use crate::client::consumer::ConsumerTimer;
use crate::client::producer::ProducerTimer;
use crate::node::timers;

timers! {
    /// What an application that sends waits for.
    pub(super) enum SourceTimer from 8 {
        /// The next record comes, or the application starts.
        Arrival,
    }
    else
    /// One of its producer's.
    Producer(ProducerTimer)
}

timers! {
    /// What an application that reads waits for. The producer of an outlet has kinds of its own above all of these.
    pub(super) enum LoopTimer from 8 {
        /// The process begins.
        Start,
        /// The application thread: end of a call, of a slice of work, of a pause.
        Application,
        /// The worker is done with a slice, if the application has one.
        Worker,
    }
    else
    /// One of its consumer's.
    Consumer(ConsumerTimer)
}
