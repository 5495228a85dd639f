//! Bins wide enough that what differs between two of them is the run and not chance.

use crate::report::series::{Bin, Series};
use crate::sim::time::Nanos;

/// So many bins make a line, not a few corners.
const FEWEST: usize = 20;
const FACTORS: [usize; 3] = [2, 5, 10];

/// Bins of one width, from time zero.
pub struct Bins {
    /// The width.
    pub width: Nanos,
    /// The bins; the last one ends with the run.
    pub bins: Vec<Bin>,
}

impl Bins {
    /// The bins of a series, joined until the mean one holds `least` records, as long as enough are left.
    pub fn new(series: &Series, least: u64) -> Bins {
        let records: u64 = series.bins.iter().map(|b| b.sent.max(b.consumed)).sum();
        let enough = |factor: usize| records >= least * (series.bins.len() / factor) as u64;
        let possible = |factor: &usize| series.bins.len() / factor >= FEWEST;
        let factor = match enough(1) {
            true => 1,
            false => FACTORS
                .into_iter()
                .filter(possible)
                .find(|f| enough(*f))
                .or(FACTORS.into_iter().rfind(possible))
                .unwrap_or(1),
        };
        let bins = series.bins.chunks(factor).map(join).collect();
        Bins { width: Nanos(series.width.0 * factor as u64), bins }
    }
    /// When a bin begins.
    pub fn start(&self, index: usize) -> Nanos {
        Nanos(index as u64 * self.width.0)
    }
}

fn join(bins: &[Bin]) -> Bin {
    let mut joined = Bin::default();
    for bin in bins {
        joined.sent += bin.sent;
        joined.acked += bin.acked;
        joined.failed += bin.failed;
        joined.consumed += bin.consumed;
        if bin.produce_latency.total() > 0 {
            joined.produce_latency.merge(&bin.produce_latency);
        }
        if bin.end_to_end_latency.total() > 0 {
            joined.end_to_end_latency.merge(&bin.end_to_end_latency);
        }
    }
    joined
}
