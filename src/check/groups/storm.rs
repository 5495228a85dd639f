//! Rebalances without progress: the second half of V6.
//!
//! A group that rebalances again and again works all the time and gets nothing done: each generation begins where the
//! one before began. Kafka promises nothing else, so this is told and charges nobody; a scenario may expect it.

use litemap::LiteMap;

use crate::check::excuse::Excuse;
use crate::check::ghost::Ghost;
use crate::check::outcome::{Tally, Witness};
use crate::history::fact::Entry;
use crate::history::setup::CommitSetup;
use crate::protocol::ids::*;
use crate::sim::time::Nanos;

/// So many generations in a row in which a group that is behind has committed nothing are a storm. One may be cut short by
/// the next member that comes, two by a rolling restart.
const STORM: u32 = 3;

/// See the module.
#[derive(Clone, Debug)]
pub(super) struct Storm {
    pub(super) tally: Tally,
    groups: Vec<Generations>,
}

/// What came of the generations of one group.
#[derive(Clone, Debug, Default)]
struct Generations {
    /// By partition: the highest offset that was ever committed.
    committed: LiteMap<Tp, Offset>,
    /// Generations that became stable since something was committed, the present one included.
    in_vain: u32,
    /// When the first of them did.
    since: Nanos,
    /// Whether there was any.
    begun: bool,
}

impl Storm {
    pub(super) fn new(ghost: &Ghost) -> Storm {
        Storm {
            tally: Tally::new(
                "rebalance-storm",
                "V16",
                "a group that is behind commits something in one of three generations in a row",
                "no group that commits became stable a second time and was behind",
            ),
            groups: vec![Generations::default(); ghost.setup.catalog.groups.len()],
        }
    }
    /// A commit was stored.
    pub(super) fn stored(&mut self, group: GroupId, tp: Tp, offset: Offset) {
        let known = &mut self.groups[group.index()];
        if known.committed.get(&tp).is_none_or(|highest| *highest < offset) {
            known.committed.insert(tp, offset);
            known.in_vain = 0;
        }
    }
    /// A group is stable in another generation.
    pub(super) fn stable(&mut self, entry: &Entry, ghost: &Ghost, group: GroupId, generation: Generation) {
        if !commits(ghost, group) {
            return;
        }
        let known = &mut self.groups[group.index()];
        if known.in_vain == 0 {
            known.since = entry.at;
        }
        // The one that ends had its time; of this one nobody knows yet.
        let (ended, since) = (known.in_vain, known.since);
        known.in_vain += 1;
        if !std::mem::replace(&mut known.begun, true) || ended > 0 && !is_behind(ghost, group) {
            return;
        }
        self.tally.check(
            ended < STORM,
            || Some(Excuse::NoProgressPromised(group)),
            || {
                let name = ghost.group_name(group);
                Witness::at(
                    entry,
                    format!("{name}: generation {generation}, and nothing was committed in {ended} since {since}"),
                )
            },
        );
    }
}

/// Whether the members of a group commit to Kafka.
fn commits(ghost: &Ghost, group: GroupId) -> bool {
    let mut consumers = ghost.setup.consumers.iter().filter(|consumer| consumer.group == group);
    consumers.any(|consumer| consumer.commit != CommitSetup::Never)
}

/// Whether there are records in the group's topics that it has not committed past.
fn is_behind(ghost: &Ghost, group: GroupId) -> bool {
    let catalog = &ghost.setup.catalog;
    let mut read = (0..catalog.partition_count()).map(Tp).filter(|tp| ghost.setup.is_read(group, *tp));
    read.any(|tp| {
        let committed = ghost.view.committed(group, tp).unwrap_or(Offset(0));
        committed < ghost.view.partition(tp).high_watermark
    })
}
