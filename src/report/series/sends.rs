//! When records were sent: when the application called send(), not when a request left.
//!
//! A history tells of batches: when their first record came, and when they were handed over or given up. In
//! between the others came, evenly as far as anybody can tell; the next batch of the partition was only
//! begun when this one was full, or gone. So a producer is seen to go on sending while a leader is dead.

use crate::protocol::ids::{NodeId, Tp};
use crate::sim::time::Nanos;

/// Records that were sent between two moments.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SendSpan {
    /// The first one.
    pub from: Nanos,
    /// The last one, at the latest.
    pub to: Nanos,
    /// How many.
    pub count: u64,
}

/// What is known of one producer's batches for one partition.
#[derive(Clone, Copy, Debug, Default)]
struct Stream {
    /// The newest batch: the one after it tells when it was full.
    open: Option<SendSpan>,
    /// Records with smaller numbers have been counted.
    next: u32,
}

/// By producer and partition. See the module.
#[derive(Clone, Debug, Default)]
pub struct SendSeries {
    streams: Vec<Vec<Stream>>,
}

impl SendSeries {
    fn stream(&mut self, node: NodeId, tp: Tp) -> &mut Stream {
        if self.streams.len() <= node.index() {
            self.streams.resize(node.index() + 1, Vec::new());
        }
        let row = &mut self.streams[node.index()];
        if row.len() <= tp.index() {
            row.resize(tp.index() + 1, Stream::default());
        }
        &mut row[tp.index()]
    }

    /// A batch was handed over at `closed`. Returns the one before it, whose span is known now.
    pub fn handed_over(
        &mut self,
        (node, tp): (NodeId, Tp),
        (ordinal, count): (u32, u32),
        created: Nanos,
        closed: Nanos,
    ) -> Option<SendSpan> {
        let stream = self.stream(node, tp);
        stream.next = stream.next.max(ordinal + count);
        let before = stream.open.replace(SendSpan { from: created, to: closed, count: count.into() });
        before.map(|span| SendSpan { to: span.to.min(created).max(span.from), ..span })
    }
    /// A batch was given up, perhaps without ever having been handed over.
    pub fn given_up(&mut self, key: (NodeId, Tp), numbers: (u32, u32), created: Nanos, at: Nanos) -> Option<SendSpan> {
        if numbers.0 < self.stream(key.0, key.1).next {
            return None;
        }
        self.handed_over(key, numbers, created, at)
    }
    /// Records were in memory when the run ended; they came since the last batch was closed.
    pub fn unsent(&mut self, key: (NodeId, Tp), numbers: (u32, u32), stop: Nanos) -> Option<SendSpan> {
        let since = self.stream(key.0, key.1).open.map_or(Nanos::ZERO, |span| span.to);
        self.given_up(key, numbers, since.min(stop), stop)
    }
    /// The newest batch of each partition, once no more will come.
    pub fn rest(&mut self) -> Vec<SendSpan> {
        self.streams.iter_mut().flatten().filter_map(|stream| stream.open.take()).collect()
    }
}

impl SendSpan {
    /// Its records, bin by bin: (number of the bin, how many).
    pub fn bins(self, width: Nanos) -> impl Iterator<Item = (usize, u64)> {
        let (first, last) = (self.from.0 / width.0, self.to.0.max(self.from.0) / width.0);
        let length = u128::from((self.to.0 - self.from.0.min(self.to.0)).max(1));
        // How many came before a moment; rounded down, so that nothing is counted twice.
        let before = move |at: u64| {
            let since = u128::from(at.saturating_sub(self.from.0)).min(length);
            (since * u128::from(self.count) / length) as u64
        };
        (first..=last).map(move |bin| {
            let end = if bin == last { self.count } else { before((bin + 1) * width.0) };
            (bin as usize, end - if bin == first { 0 } else { before(bin * width.0) })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: (NodeId, Tp) = (NodeId(3), Tp(0));

    fn ms(ms: u64) -> Nanos {
        Nanos::from_millis(ms)
    }

    #[test]
    fn records_are_spread_over_the_time_in_which_they_came() {
        let span = SendSpan { from: ms(150), to: ms(350), count: 100 };
        assert_eq!(span.bins(ms(100)).collect::<Vec<_>>(), [(1, 25), (2, 50), (3, 25)]);
        let moment = SendSpan { from: ms(150), to: ms(150), count: 7 };
        assert_eq!(moment.bins(ms(100)).collect::<Vec<_>>(), [(1, 7)]);
    }

    #[test]
    fn a_batch_that_waits_was_full_when_the_next_one_began() {
        let mut sends = SendSeries::default();
        assert_eq!(sends.handed_over(KEY, (0, 100), ms(1_000), ms(9_000)), None);
        let first = sends.handed_over(KEY, (100, 100), ms(1_500), ms(9_000));
        assert_eq!(first, Some(SendSpan { from: ms(1_000), to: ms(1_500), count: 100 }));
        assert_eq!(sends.rest(), [SendSpan { from: ms(1_500), to: ms(9_000), count: 100 }]);
    }

    #[test]
    fn what_was_handed_over_before_is_not_counted_again_when_it_fails() {
        let mut sends = SendSeries::default();
        sends.handed_over(KEY, (0, 10), ms(0), ms(5));
        assert_eq!(sends.given_up(KEY, (0, 10), ms(0), ms(120_000)), None);
        assert!(sends.given_up(KEY, (10, 5), ms(5), ms(125_000)).is_some());
        assert_eq!(sends.unsent(KEY, (15, 5), ms(130_000)).map(|span| span.count), Some(5));
        assert_eq!(sends.rest().iter().map(|span| span.count).sum::<u64>(), 5);
    }
}
