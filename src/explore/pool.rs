//! Many runs on all cores, told in their order.
//!
//! What is run is a pure function of its position; threads take the next position until there is none. Whoever watches
//! is told of the results in the order of the positions, however many threads there are.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use litemap::LiteMap;
use rayon::{ThreadPoolBuildError, ThreadPoolBuilder};

/// What somebody who watches is told.
#[derive(Clone, Debug)]
pub enum PoolNews<'r, R> {
    /// A result; they come in the order of the positions.
    Result(&'r R),
    /// So many are over; some of their results may have to wait for one before them.
    Done(u64),
}

/// How often the watcher is asked when nothing else happens.
const HEARTBEAT: Duration = Duration::from_millis(100);

/// Asks whether to give up.
pub type Stop<'s> = &'s (dyn Fn() -> bool + Sync);

/// Does the work of every position below `count` on `jobs` threads (0: one for each core) and tells the watcher of each.
/// Each thread makes a worker of its own, which gives nothing only if it was stopped. When the watcher breaks, or `stop`
/// becomes true, what is under way is given up; what is known by then is told, still in order.
///
/// # Errors
/// There are no threads to be had.
pub fn in_order<R: Send, W: FnMut(u64, Stop<'_>) -> Option<R>>(
    count: u128,
    jobs: usize,
    stop: impl Fn() -> bool + Sync,
    worker: impl Fn() -> W + Sync,
    watcher: impl FnMut(PoolNews<'_, R>) -> ControlFlow<()>,
) -> Result<(), ThreadPoolBuildError> {
    in_order_until(count, jobs, || false, stop, worker, watcher)
}

/// The same, but when `enough` becomes true, no position is begun any more. Those that are under way are finished, so
/// that there is no gap among them.
///
/// # Errors
/// There are no threads to be had.
pub fn in_order_until<R: Send, W: FnMut(u64, Stop<'_>) -> Option<R>>(
    count: u128,
    jobs: usize,
    enough: impl Fn() -> bool + Sync,
    stop: impl Fn() -> bool + Sync,
    worker: impl Fn() -> W + Sync,
    mut watcher: impl FnMut(PoolNews<'_, R>) -> ControlFlow<()>,
) -> Result<(), ThreadPoolBuildError> {
    let pool = ThreadPoolBuilder::new().num_threads(jobs).build()?;
    let (given_up, next) = (AtomicBool::new(false), AtomicU64::new(0));
    let stop = || given_up.load(Ordering::Relaxed) || stop();
    let (sender, results) = channel();
    let (next, enough, stop, worker) = (&next, &enough, &stop, &worker);
    pool.in_place_scope(|scope| {
        // The channel ends with the last thread: the threads own it.
        scope.spawn_broadcast(move |_, _| {
            let mut work = worker();
            // Asked before a position is taken: each that is taken is worked on.
            while !stop() && !enough() {
                let position = next.fetch_add(1, Ordering::Relaxed);
                if u128::from(position) >= count {
                    return;
                }
                let Some(result) = work(position, stop) else { return };
                // Nobody listens any more: then nobody wants another.
                if sender.send((position, result)).is_err() {
                    return;
                }
            }
        });
        let mut line = Line::default();
        loop {
            let news = match results.recv_timeout(HEARTBEAT) {
                Ok((position, result)) => line.arrive(position, result, &mut watcher),
                Err(RecvTimeoutError::Timeout) => watcher(PoolNews::Done(line.arrived)),
                Err(RecvTimeoutError::Disconnected) => break,
            };
            let all = u128::from(line.arrived) == count;
            if news.is_break() {
                given_up.store(true, Ordering::Relaxed);
            }
            if news.is_break() || all || stop() {
                break;
            }
        }
        // Runs that are given up send nothing any more; those that were just over have.
        if stop() {
            given_up.store(true, Ordering::Relaxed);
        }
        results.try_iter().for_each(|(position, result)| line.keep(position, result));
        line.rest(&mut watcher);
    });
    Ok(())
}

/// Brings results into the order of their positions.
struct Line<R> {
    arrived: u64,
    next: u64,
    waiting: LiteMap<u64, R>,
}

impl<R> Default for Line<R> {
    fn default() -> Line<R> {
        Line { arrived: 0, next: 0, waiting: LiteMap::new() }
    }
}

impl<R> Line<R> {
    fn keep(&mut self, position: u64, result: R) {
        self.arrived += 1;
        self.waiting.insert(position, result);
    }
    fn arrive(
        &mut self,
        position: u64,
        result: R,
        watcher: &mut impl FnMut(PoolNews<'_, R>) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        self.keep(position, result);
        while let Some(result) = self.waiting.remove(&self.next) {
            self.next += 1;
            watcher(PoolNews::Result(&result))?;
        }
        watcher(PoolNews::Done(self.arrived))
    }
    /// What is left after the end: results behind one that will not come.
    fn rest(&mut self, watcher: &mut impl FnMut(PoolNews<'_, R>) -> ControlFlow<()>) {
        for (_, result) in std::mem::take(&mut self.waiting) {
            if watcher(PoolNews::Result(&result)).is_break() {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_are_joined_in_order() {
        let (mut line, mut told) = (Line::default(), Vec::new());
        let mut watcher = |news: PoolNews<'_, u64>| {
            if let PoolNews::Result(result) = news {
                told.push(*result);
            }
            ControlFlow::Continue(())
        };
        for position in [2, 0, 1, 5, 4] {
            let _ = line.arrive(position, position, &mut watcher);
        }
        line.rest(&mut watcher);
        assert_eq!(told, [0, 1, 2, 4, 5]);
    }

    #[test]
    fn each_position_is_worked_on_once() {
        let mut told = Vec::new();
        let watcher = |news: PoolNews<'_, u64>| {
            if let PoolNews::Result(result) = news {
                told.push(*result);
            }
            ControlFlow::Continue(())
        };
        in_order(100, 3, || false, || |position, _: Stop<'_>| Some(position * position), watcher).expect("threads");
        assert_eq!(told, (0..100).map(|n| n * n).collect::<Vec<_>>());
    }
}
