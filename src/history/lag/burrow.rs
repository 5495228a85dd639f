//! The status of a group by Burrow's rules, re-stated from linkedin/Burrow.
//!
//! Burrow sees two things and nothing else: each commit in `__consumer_offsets`, and the end of each partition, which it
//! asks for every `offset-refresh` (`core/internal/cluster/kafka_cluster.go`; the high watermark, as ListOffsets answers
//! it). It keeps the last `intervals` of either (`core/internal/storage/inmemory.go`). The lag of a commit is the end *it
//! knows* less the offset, so it may be too small, by what has come since it last asked. A commit for a partition whose end
//! it does not know yet is dropped.
//!
//! The rules are those of `calculatePartitionStatus` in `core/internal/evaluator/caching.go`, in its order:
//!
//! 1. no lag now (or no more than `allowed-lag`): OK;
//! 2. the last commit is longer ago than the window is long: STOP, unless one of the ends that it keeps is no further than
//!    the last commit, so that the group was through with the partition not long ago;
//! 3. an offset of the window is lower than the one before, and none after reaches that one again: REWIND;
//! 4. a commit of the window has no lag: OK;
//! 5. all commits have the same offset: STALL;
//! 6. the lag never gets less from one commit to the next: WARN;
//! 7. otherwise OK.
//!
//! So a group that has kept up and then stops is called stopped when the last end that it was through with has gone from the
//! ring: after `intervals` times `offset-refresh`, 100 s with the defaults. What Burrow keeps of an evaluation for 10 s
//! (`expire-cache`) is not re-stated: here it is evaluated when it is asked for.

use std::collections::VecDeque;

use super::status::PartitionStatus;
use crate::protocol::ids::Offset;
use crate::sim::time::Nanos;

/// The settings of Burrow that decide.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct BurrowConfig {
    /// `intervals`: how many commits, and how many ends, it keeps of a partition.
    pub intervals: usize,
    /// `min-distance`: a commit that comes sooner after the last takes that one's place, and its time.
    pub min_distance: Nanos,
    /// `offset-refresh`: how often it asks for the ends.
    pub offset_refresh: Nanos,
    /// `minimum-complete`, in thousandths: with less of its window filled a partition is OK.
    pub minimum_complete: u32,
    /// `allowed-lag`: so much counts for none.
    pub allowed_lag: u64,
}

impl Default for BurrowConfig {
    /// What Burrow's code has where its file says nothing.
    fn default() -> BurrowConfig {
        BurrowConfig {
            intervals: 10,
            min_distance: Nanos::ZERO,
            offset_refresh: Nanos::from_secs(10),
            minimum_complete: 0,
            allowed_lag: 0,
        }
    }
}

/// A commit in the window.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct WindowedCommit {
    /// The offset.
    pub offset: Offset,
    /// When it was stored.
    pub at: Nanos,
    /// The end that was known then, less the offset; none of a commit that came in out of turn.
    pub lag: Option<u64>,
}

/// The last commits of a group in a partition, the oldest first.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct CommitWindow {
    commits: VecDeque<WindowedCommit>,
}

impl CommitWindow {
    /// Takes a commit; `end`: the end of the partition that is known.
    pub fn commit(&mut self, config: &BurrowConfig, offset: Offset, at: Nanos, end: Offset) {
        let commit = WindowedCommit { offset, at, lag: Some(behind(end, offset)) };
        if let Some(last) = self.commits.back_mut()
            && at.saturating_sub(last.at) < config.min_distance
        {
            *last = WindowedCommit { at: last.at, ..commit };
            return;
        }
        if self.commits.len() == config.intervals {
            self.commits.pop_front();
        }
        self.commits.push_back(commit);
    }
    /// The status at a time; `ends`: the ends that are known, the oldest first.
    pub fn status(&self, config: &BurrowConfig, ends: &VecDeque<Offset>, now: Nanos) -> PartitionStatus {
        let (Some(last), Some(end)) = (self.commits.back(), ends.back()) else { return PartitionStatus::Ok };
        let complete = self.commits.len() * 1000 >= config.intervals * config.minimum_complete as usize;
        if !complete {
            return PartitionStatus::Ok;
        }
        let commits: Vec<WindowedCommit> = self.commits.iter().copied().collect();
        let ends: Vec<Offset> = ends.iter().copied().collect();
        status(&commits, &ends, behind(*end, last.offset), now, config.allowed_lag)
    }
}

/// How far an offset is behind an end; one that is ahead of what is known of the end is not behind.
fn behind(end: Offset, offset: Offset) -> u64 {
    (end.0 - offset.0).max(0) as u64
}

/// The status by a window of commits, the ends that are known, and the lag now. See the module. Without a commit there is
/// nothing to say, and it is OK.
pub fn status(
    commits: &[WindowedCommit],
    ends: &[Offset],
    current_lag: u64,
    now: Nanos,
    allowed_lag: u64,
) -> PartitionStatus {
    let (Some(first), Some(last)) = (commits.first(), commits.last()) else { return PartitionStatus::Ok };
    if current_lag <= allowed_lag {
        PartitionStatus::Ok
    } else if stopped(first, last, now) && !recently_through(last, ends) {
        PartitionStatus::Stop
    } else if rewound(commits) {
        PartitionStatus::Rewind
    } else if commits.iter().any(|commit| commit.lag.is_some_and(|lag| lag <= allowed_lag)) {
        PartitionStatus::Ok
    } else if commits.iter().all(|commit| commit.offset == first.offset) {
        PartitionStatus::Stall
    } else if never_less(commits) {
        PartitionStatus::Warn
    } else {
        PartitionStatus::Ok
    }
}

/// `checkIfOffsetsStopped`. Burrow's clock counts whole seconds, commits have milliseconds.
fn stopped(first: &WindowedCommit, last: &WindowedCommit, now: Nanos) -> bool {
    let now = now.as_millis() / 1000 * 1000;
    now.saturating_sub(last.at.as_millis()) > last.at.as_millis() - first.at.as_millis()
}

/// `checkIfRecentLagZero`.
fn recently_through(last: &WindowedCommit, ends: &[Offset]) -> bool {
    ends.iter().any(|end| *end <= last.offset)
}

/// `checkIfOffsetsRewind`, and not `checkIfRewindRecovered`. Only the first step back counts.
fn rewound(commits: &[WindowedCommit]) -> bool {
    let back = commits.windows(2).position(|pair| pair[1].offset < pair[0].offset);
    back.is_some_and(|before| !commits[before + 1..].iter().any(|commit| commit.offset >= commits[before].offset))
}

/// `checkIfLagNotDecreasing`.
fn never_less(commits: &[WindowedCommit]) -> bool {
    let lags: Vec<u64> = commits.iter().filter_map(|commit| commit.lag).collect();
    lags.windows(2).all(|pair| pair[1] >= pair[0])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A window of (offset, seconds, lag).
    fn window(commits: &[(i64, u64, u64)]) -> Vec<WindowedCommit> {
        let one =
            |&(offset, s, lag)| WindowedCommit { offset: Offset(offset), at: Nanos::from_secs(s), lag: Some(lag) };
        commits.iter().map(one).collect()
    }
    fn says(commits: &[(i64, u64, u64)], end: i64, lag: u64, now: u64, allowed: u64) -> &'static str {
        status(&window(commits), &[Offset(end)], lag, Nanos::from_secs(now), allowed).name()
    }

    /// The cases 0 to 8 and 12 to 15 of `caching_test.go`, which its authors call the proof of its correctness.
    #[test]
    fn as_burrows_own_tests_have_it() {
        let rising = [(1000, 100, 0), (2000, 200, 50), (3000, 300, 100), (4000, 400, 150), (5000, 500, 200)];
        let behind = [(1000, 100, 50), (2000, 200, 100), (3000, 300, 150), (4000, 400, 200), (5000, 500, 250)];
        let still = [(1000, 100, 100), (1000, 200, 150), (1000, 300, 200), (1000, 400, 250), (1000, 500, 300)];
        let same = [(1000, 100, 100), (1000, 200, 100), (1000, 300, 100), (1000, 400, 100), (1000, 500, 100)];
        let back = [(1000, 100, 100), (2000, 200, 150), (3000, 300, 200), (2000, 400, 1250), (4000, 500, 300)];
        let lost = [(1000, 100, 100), (2000, 200, 150), (3000, 300, 200), (2000, 400, 1250), (2500, 500, 300)];
        assert_eq!(says(&rising, 5200, 200, 600, 0), "OK", "0: there was no lag somewhere");
        assert_eq!(says(&rising, 5200, 200, 900, 0), "OK", "1: 400 s are not more than 400 s");
        assert_eq!(says(&rising, 5200, 200, 1000, 0), "STOP", "2: 500 s are");
        assert_eq!(says(&behind, 5250, 250, 1000, 0), "STOP", "3: with lag throughout as well");
        let was_none = [(1000, 100, 0), (1000, 200, 50), (1000, 300, 100), (1000, 400, 150), (1000, 500, 200)];
        assert_eq!(says(&was_none, 1200, 200, 600, 0), "OK", "4: one more commit, and it is stalled");
        assert_eq!(says(&still, 1300, 300, 600, 0), "STALL", "5");
        assert_eq!(says(&same, 1100, 100, 600, 0), "STALL", "6: the lag need not grow");
        assert_eq!(says(&back, 4300, 300, 600, 0), "OK", "7: it is back where it was");
        assert_eq!(says(&behind, 5250, 0, 1000, 0), "OK", "8: there is no lag now");
        assert_eq!(says(&[(1000, 100, 2), (2000, 200, 1), (2000, 300, 1)], 2001, 1, 550, 1), "OK", "12: it is allowed");
        assert_eq!(says(&still, 1300, 300, 600, 99), "STALL", "13: 5 with an allowed lag");
        assert_eq!(says(&back, 4300, 300, 600, 99), "OK", "14: 7 with an allowed lag");
        assert_eq!(says(&lost, 4300, 300, 600, 0), "REWIND", "15: it is not back");
        assert_eq!(says(&behind, 5250, 250, 600, 0), "WARN", "it gets on, and falls behind");
    }

    /// Cases 9 and 10: 15 commits without lag, one a second.
    #[test]
    fn who_was_through_not_long_ago_is_not_called_stopped() {
        let commits: Vec<(i64, u64, u64)> = (0..15).map(|i| (792_748_079 + i, 618 + i as u64, 0)).collect();
        let says = |ends: &[i64], lag| {
            let ends: Vec<Offset> = ends.iter().copied().map(Offset).collect();
            status(&window(&commits), &ends, lag, Nanos::from_secs(650), 0).name()
        };
        assert_eq!(says(&[792_749_024, 792_749_000, 792_748_800, 792_748_600, 792_748_500], 931), "STOP", "9");
        assert_eq!(says(&[792_748_094, 792_748_093, 792_748_093, 792_748_093], 1), "OK", "10");
    }

    /// Case 11: commits that came in out of turn have no lag and count for nothing.
    #[test]
    fn a_commit_without_lag_does_not_decide() {
        let mut commits = window(&[(1000, 100, 0), (1500, 150, 0), (2000, 200, 50), (2500, 250, 50)]);
        (commits[1].lag, commits[3].lag) = (None, None);
        let at = |commits: &[WindowedCommit]| status(commits, &[Offset(5700)], 200, Nanos::from_secs(300), 0).name();
        assert_eq!(at(&commits), "OK");
        commits[0].lag = Some(10);
        assert_eq!(at(&commits), "WARN", "10, then 50");
    }

    #[test]
    fn frequent_commits_share_a_place() {
        let config = BurrowConfig { intervals: 2, min_distance: Nanos::from_secs(1), ..BurrowConfig::default() };
        let mut kept = CommitWindow::default();
        for (ms, offset) in [(0, 1), (400, 2), (900, 3), (1000, 4), (2500, 5)] {
            kept.commit(&config, Offset(offset), Nanos::from_millis(ms), Offset(4));
        }
        let lasting =
            |offset, ms, lag| WindowedCommit { offset: Offset(offset), at: Nanos::from_millis(ms), lag: Some(lag) };
        assert_eq!(
            kept.commits,
            [lasting(4, 1000, 0), lasting(5, 2500, 0)],
            "the one at 0 s had the offset 3, and is gone"
        );
    }

    #[test]
    fn a_window_that_is_not_full_enough_is_ok() {
        let half = BurrowConfig { minimum_complete: 500, ..BurrowConfig::default() };
        let mut kept = CommitWindow::default();
        let ends = VecDeque::from([Offset(100)]);
        let mut at = |n: u64| {
            kept.commit(&half, Offset(7), Nanos::from_secs(n), Offset(100));
            kept.status(&half, &ends, Nanos::from_secs(n)).name()
        };
        assert_eq!((at(1), at(2), at(3), at(4), at(5)), ("OK", "OK", "OK", "OK", "STALL"));
    }

    proptest! {
        /// No window whatever is bad news where there is no lag; and offsets that only rise are no rewind.
        #[test]
        fn no_lag_is_no_news_and_progress_is_no_rewind(
            steps in proptest::collection::vec((0i64..50, 0u64..20, 0u64..100), 1..10),
            more in 0u64..300, lag in 1u64..100, end in 0i64..600,
        ) {
            let (mut offset, mut second) = (0, 0);
            let commits: Vec<(i64, u64, u64)> = steps.iter().map(|(o, s, lag)| {
                (offset, second) = (offset + o, second + s);
                (offset, second, *lag)
            }).collect();
            prop_assert_eq!(says(&commits, end, 0, second + more, 0), "OK");
            let now = says(&commits, end, lag, second + more, 0);
            prop_assert_ne!(now, "REWIND");
            // The longer nobody commits, the more it is stopped, and nothing else changes.
            let later = says(&commits, end, lag, second + more + 1000, 0);
            prop_assert!(later == now || later == "STOP", "{} became {}", now, later);
        }
    }
}
