//! Commits of an application that are on their way, for their callbacks.

use crate::protocol::ids::{Offset, Tp};

/// Calls of commitAsync() of which the callback did not run yet: the number of each, and what it commits.
#[derive(Clone, Debug, Default)]
pub struct AsyncCommits(Vec<(u32, Vec<(Tp, Offset)>)>);

impl AsyncCommits {
    /// One more.
    pub fn sent(&mut self, call: u32, offsets: Vec<(Tp, Offset)>) {
        self.0.push((call, offsets));
    }
    /// One is over; what it was to commit, if the application has given it a callback.
    pub fn over(&mut self, call: u32) -> Option<Vec<(Tp, Offset)>> {
        let place = self.0.iter().position(|(known, _)| *known == call)?;
        Some(self.0.remove(place).1)
    }
}
