//! What dies with a process.

/// Whether the process of an application runs, and what it has in memory.
#[derive(Clone, Debug, Default)]
pub enum ApplicationLife<P> {
    /// Not started, or dead.
    #[default]
    Down,
    /// Started; it waits for the time at which it is to begin.
    Waiting,
    /// It runs.
    Up(P),
}

impl<P> ApplicationLife<P> {
    /// What the running process has in memory.
    #[inline]
    pub fn up(&self) -> Option<&P> {
        match self {
            ApplicationLife::Up(process) => Some(process),
            ApplicationLife::Down | ApplicationLife::Waiting => None,
        }
    }
    /// The same, to go on with.
    #[inline]
    pub fn up_mut(&mut self) -> Option<&mut P> {
        match self {
            ApplicationLife::Up(process) => Some(process),
            ApplicationLife::Down | ApplicationLife::Waiting => None,
        }
    }
    /// The process is gone, and with it its memory, which is returned for the post-mortem.
    pub fn die(&mut self) -> Option<P> {
        match std::mem::replace(self, ApplicationLife::Down) {
            ApplicationLife::Up(process) => Some(process),
            ApplicationLife::Down | ApplicationLife::Waiting => None,
        }
    }
}
