//! From when on records wait until one of them is written.

use crate::sim::time::Nanos;

/// Records that wait, one after the other, also across what is given up: who sends the next while the last waits in vain waits
/// on in its place.
#[derive(Clone, Debug, Default)]
pub struct WriteWait {
    since: Option<Nanos>,
    /// When one was written last.
    written: Nanos,
    /// From when to when something waited that was given up, with nothing else under way.
    in_vain: Option<(Nanos, Nanos)>,
}

impl WriteWait {
    /// A record waits that was sent then. Nothing that was sent before the last was written makes a wait longer.
    pub fn begins(&mut self, created: Nanos) {
        let from = created.max(self.written);
        // What was sent before the last was given up has waited beside it.
        let beside = self.in_vain.take().filter(|(_, until)| created <= *until).map(|(since, _)| since);
        self.since = self.since.into_iter().chain(beside).chain([from]).min();
    }
    /// A record is written that was sent at `created`; whether others still wait. From when on somebody waited for this.
    pub fn written(&mut self, at: Nanos, created: Nanos, goes_on: bool) -> Nanos {
        let from = created.max(self.written);
        let since = self.since.map_or(from, |since| since.min(from));
        *self = WriteWait { since: goes_on.then_some(at), written: at, in_vain: None };
        since
    }
    /// A record is given up that was sent at `created`; whether others still wait. From when on it waited in vain, with those before.
    pub fn given_up(&mut self, at: Nanos, created: Nanos, goes_on: bool) -> Nanos {
        self.begins(created);
        let since = self.since.unwrap_or(at);
        if !goes_on {
            self.in_vain = self.since.take().map(|since| (since, at));
        }
        since
    }
    /// From when on something waits.
    pub fn since(&self) -> Option<Nanos> {
        self.since
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn s(seconds: u64) -> Nanos {
        Nanos::from_secs(seconds)
    }

    #[test]
    fn a_wait_goes_on_across_what_is_given_up() {
        let mut wait = WriteWait::default();
        wait.begins(s(1));
        assert_eq!(wait.given_up(s(7), s(1), false), s(1));
        assert_eq!(wait.since(), None, "nobody waits");
        // It was sent beside the first.
        wait.begins(s(5));
        assert_eq!(wait.written(s(9), s(5), false), s(1));
    }

    #[test]
    fn who_comes_later_has_not_waited() {
        let mut wait = WriteWait::default();
        wait.begins(s(1));
        wait.given_up(s(7), s(1), false);
        wait.begins(s(40));
        assert_eq!(wait.written(s(41), s(40), true), s(40));
        assert_eq!(wait.since(), Some(s(41)), "others wait");
        wait.begins(s(39));
        assert_eq!(wait.since(), Some(s(41)), "what was sent before the last was written makes no wait longer");
    }
}
