//! How far a long command is: one line on standard error that is written over and over, on a terminal
//! alone. How long something takes is told to people, and reaches no result.
#![expect(clippy::disallowed_types, reason = "the machine's clock is what a person waits by")]

use std::io::{self, IsTerminal};
use std::time::{Duration, Instant};

use super::output::{complain, stderr_width};
use crate::run::RunProgress;
use crate::sim::time::Nanos;

/// What takes no longer than this needs no progress.
const PATIENCE: Duration = Duration::from_secs(1);
/// Between two lines.
const PAUSE: Duration = Duration::from_millis(100);

/// The line.
pub struct Progress {
    terminal: bool,
    start: Instant,
    /// When it was last written.
    written: Option<Instant>,
}

impl Progress {
    /// Begins to count the time.
    pub fn start() -> Progress {
        Progress { terminal: io::stderr().is_terminal(), start: Instant::now(), written: None }
    }
    /// Writes the line anew, if it is time to; `line` is given the time since the start.
    pub fn tell(&mut self, line: impl FnOnce(Duration) -> String) {
        if !self.terminal {
            return;
        }
        let elapsed = self.start.elapsed();
        let due = self.written.map_or(elapsed >= PATIENCE, |written| written.elapsed() >= PAUSE);
        if due {
            let line: String = line(elapsed).chars().take(stderr_width().saturating_sub(1)).collect();
            complain(&format!("\r{line}\u{1b}[K"));
            self.written = Some(Instant::now());
        }
    }
    /// Takes the line away.
    pub fn clear(&mut self) {
        if self.written.take().is_some() {
            complain("\r\u{1b}[K");
        }
    }
    /// The time since the start.
    pub fn elapsed(&self) -> Duration {
        self.start.elapsed()
    }
}

/// How far a run is.
pub fn of_run(moment: RunProgress, elapsed: Duration) -> String {
    let seconds = |t: Nanos| format!("{}.{}s", t.0 / 1_000_000_000, t.0 / 100_000_000 % 10);
    // Simulated tenths of a second per second.
    let rate = u128::from(moment.now.0) / 100_000_000 * 1000 / elapsed.as_millis().max(1);
    let rate = format!("{}.{} s per second", rate / 10, rate % 10);
    if moment.now >= moment.duration {
        return format!("{} simulated, {rate}; groups read what is left", seconds(moment.now));
    }
    let left = left(elapsed, moment.now.0, moment.duration.0);
    format!("{} of {} simulated, {rate}{left}", seconds(moment.now), seconds(moment.duration))
}

/// How long the rest will take if it takes as long as what was done.
pub fn left(elapsed: Duration, done: u64, all: u64) -> String {
    if done == 0 {
        return String::new();
    }
    let millis = elapsed.as_millis() * u128::from(all.saturating_sub(done)) / u128::from(done);
    match millis.div_ceil(1000) {
        s if s < 120 => format!(", about {s} s left"),
        s if s < 7200 => format!(", about {} min left", s / 60),
        s => format!(", about {} h left", s / 3600),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_tells_how_far_it_is() {
        let moment = |now| RunProgress { now: Nanos::from_millis(now), duration: Nanos::from_secs(60), events: 0 };
        assert_eq!(
            of_run(moment(15_000), Duration::from_secs(2)),
            "15.0s of 60.0s simulated, 7.5 s per second, about 6 s left"
        );
        assert_eq!(
            of_run(moment(61_200), Duration::from_secs(6)),
            "61.2s simulated, 10.2 s per second; groups read what is left"
        );
        assert_eq!(left(Duration::from_secs(600), 1, 100), ", about 16 h left");
        assert_eq!(left(Duration::from_secs(3), 0, 100), "");
    }
}
