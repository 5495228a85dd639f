//! The time that applications spent in `send()`, waiting for memory or metadata (`buffer.memory`, `max.block.ms`).

use crate::sim::time::Nanos;

/// Stretches of blocked time that lie closer together than this are drawn, and kept, as one.
const GAP: Nanos = Nanos::from_millis(20);

/// See the module. A call that still blocks as the run ends is not in it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct BlockedSends {
    /// Calls of `send()` that blocked.
    pub times: u64,
    /// How many of them waited for memory; the others for metadata.
    pub for_memory: u64,
    /// Their time, added up.
    pub total: Nanos,
    /// The longest one.
    pub longest: Nanos,
    /// From, to: when some call blocked. What overlaps, or nearly, is one.
    pub spans: Vec<(Nanos, Nanos)>,
}

impl BlockedSends {
    /// A call that had blocked since `since` goes on at `until`. Calls come in the order in which they go on.
    pub fn add(&mut self, since: Nanos, until: Nanos, memory: bool) {
        let time = until.saturating_sub(since);
        self.times += 1;
        self.for_memory += u64::from(memory);
        self.total = self.total.saturating_add(time);
        self.longest = self.longest.max(time);
        let mut since = since;
        while let Some((from, to)) = self.spans.last().copied() {
            if to.saturating_add(GAP) < since {
                break;
            }
            since = since.min(from);
            self.spans.pop();
        }
        self.spans.push((since, until));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_that_overlap_are_one_stretch_and_count_each() {
        let ms = Nanos::from_millis;
        let mut blocked = BlockedSends::default();
        blocked.add(ms(100), ms(200), true);
        blocked.add(ms(210), ms(300), true);
        blocked.add(ms(900), ms(1_000), true);
        // Another producer's, which began before all of them.
        assert_eq!(blocked.spans, [(ms(100), ms(300)), (ms(900), ms(1_000))]);
        blocked.add(ms(50), ms(1_100), false);
        assert_eq!(blocked.spans, [(ms(50), ms(1_100))]);
        assert_eq!((blocked.times, blocked.for_memory), (4, 3));
        assert_eq!((blocked.total, blocked.longest), (ms(1_340), ms(1_050)));
    }
}
