//! How far a long command is: one line on standard error that is drawn over and over, on a terminal alone. How long
//! something takes is told to people, and reaches no result.
#![expect(clippy::disallowed_types, reason = "the machine's clock is what a person waits by")]

use std::time::{Duration, Instant};

use indicatif::{HumanDuration, ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::run::RunProgress;
use crate::sim::time::Nanos;

/// What takes no longer than this needs no progress.
const PATIENCE: Duration = Duration::from_secs(1);
/// How often it is drawn.
const PER_SECOND: u8 = 10;

/// The line.
pub struct Progress {
    bar: ProgressBar,
    start: Instant,
    shown: bool,
}

impl Progress {
    /// Of a run: words alone.
    pub fn of_words() -> Progress {
        Progress::new(ProgressBar::no_length(), "{wide_msg}")
    }
    /// Of so many things; none: nobody knows of how many.
    pub fn of_things(all: Option<u64>) -> Progress {
        match all {
            Some(all) => {
                let line = "{bar:24} {human_pos} of {human_len} {msg}, {per_sec}, about {eta} left";
                Progress::new(ProgressBar::new(all), line)
            }
            None => Progress::new(ProgressBar::no_length(), "{spinner} {human_pos} {msg}, {per_sec}"),
        }
    }
    fn new(bar: ProgressBar, line: &str) -> Progress {
        bar.set_draw_target(ProgressDrawTarget::hidden());
        let style = ProgressStyle::with_template(line).expect("the lines are well-formed");
        let rate = |state: &indicatif::ProgressState, out: &mut dyn std::fmt::Write| {
            let _ = write!(out, "{:.1} per second", state.per_sec());
        };
        let left = |state: &indicatif::ProgressState, out: &mut dyn std::fmt::Write| {
            let _ = write!(out, "{:#}", HumanDuration(state.eta()));
        };
        bar.set_style(style.with_key("per_sec", rate).with_key("eta", left).progress_chars("=> "));
        Progress { bar, start: Instant::now(), shown: false }
    }
    /// Says how far it is; `words` are given the time since the start.
    pub fn tell(&mut self, done: u64, words: impl FnOnce(Duration) -> String) {
        self.bar.set_position(done);
        if !self.shown && self.start.elapsed() >= PATIENCE {
            self.shown = true;
            self.bar.set_draw_target(ProgressDrawTarget::stderr_with_hz(PER_SECOND));
        }
        if self.shown && !self.bar.is_hidden() {
            self.bar.set_message(words(self.start.elapsed()));
        }
    }
    /// Takes the line away while something else is printed.
    pub fn aside(&self, print: impl FnOnce()) {
        self.bar.suspend(print);
    }
    /// Takes the line away.
    pub fn clear(&mut self) {
        self.bar.finish_and_clear();
    }
    /// The time since the start.
    pub fn elapsed(&self) -> Duration {
        self.start.elapsed()
    }
}

/// How long somebody is willing to wait.
#[derive(Clone, Copy, Debug)]
pub struct Budget {
    start: Instant,
    time: Duration,
}

impl Budget {
    /// From now on so long.
    pub fn start(time: Nanos) -> Budget {
        Budget { start: Instant::now(), time: Duration::from_nanos(time.0) }
    }
    /// Whether it is used up.
    pub fn is_over(&self) -> bool {
        self.start.elapsed() >= self.time
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
fn left(elapsed: Duration, done: u64, all: u64) -> String {
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

    #[test]
    fn lines_are_well_formed() {
        for mut progress in [Progress::of_words(), Progress::of_things(Some(3)), Progress::of_things(None)] {
            progress.tell(1, |_| "seeds".into());
            progress.clear();
        }
        assert!(Budget::start(Nanos(0)).is_over() && !Budget::start(Nanos::from_secs(3600)).is_over());
    }
}
