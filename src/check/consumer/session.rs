//! One consumer and one partition, from one assignment to the next.

use super::super::ghost::CutOff;
use crate::protocol::ids::Offset;

/// See the module.
#[derive(Clone, Copy, Debug)]
pub struct Session {
    /// The offset that comes next, once that is known.
    pub expected: Option<Offset>,
    /// Records were given out since the position was last set: it carries an epoch now.
    pub consumed: bool,
    /// The furthest position of this process.
    pub reach: Offset,
    /// Committed records were cut off after they were read.
    pub cut: Option<CutOff>,
    /// No offset was committed at the time of the assignment, or the coordinator said so later.
    pub none_committed: bool,
}

impl Default for Session {
    fn default() -> Self {
        Session { expected: None, consumed: false, reach: Offset::INVALID, cut: None, none_committed: true }
    }
}

/// How what was delivered goes on from what came before.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Continuity {
    /// Nothing came before.
    Unknown,
    /// In turn.
    Next,
    /// Back, with no reason.
    Back {
        /// What was due.
        expected: Offset,
    },
    /// Forward, over something.
    Over {
        /// What was due.
        expected: Offset,
    },
}

impl Session {
    /// The partition is assigned.
    pub fn assign(&mut self, none_committed: bool) {
        *self = Session { reach: self.reach, none_committed, ..Session::default() };
    }
    /// It is assigned no more.
    pub fn leave(&mut self) {
        *self = Session { reach: self.reach, ..Session::default() };
    }
    /// The position is set.
    pub fn jump(&mut self, to: Offset) {
        (self.expected, self.cut, self.consumed) = (Some(to), None, false);
        self.reach = self.reach.max(to);
    }
    /// Records from `offset` up to `next` are given out.
    pub fn take(&mut self, offset: Offset, next: Offset) -> Continuity {
        let expected = self.expected.replace(next);
        self.consumed = true;
        self.reach = self.reach.max(next);
        match expected {
            None => Continuity::Unknown,
            Some(expected) if offset == expected => Continuity::Next,
            Some(expected) if offset < expected => Continuity::Back { expected },
            Some(expected) => Continuity::Over { expected },
        }
    }
}
