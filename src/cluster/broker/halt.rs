//! How a broker's process ends by itself.

/// The process is over; nothing of it goes on. Handed up with `?` from wherever that is found out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Halt {
    /// Everything is closed, flushed and marked: it exits.
    Stopped,
    /// An I/O error takes the whole log directory offline, and a broker without a log directory halts
    /// (`LogManager.handleLogDirFailure`, `Exit.halt`): it answers nobody any more, closes what it has open
    /// and tells the controller nothing, whose session with it runs out.
    LogDirFailed,
}
