//! How a follower and its new leader find the point up to which their logs agree.
//!
//! With every fetch the follower sends the epoch of its last record. The leader looks up where that
//! epoch ends in its own log and answers with a diverging epoch if the follower's log cannot be a
//! prefix of it (KIP-595); the follower cuts its log and fetches again. Both sides are pure functions of
//! epoch caches here, so that the whole conversation can be tested without a network.

use super::epoch_cache::LeaderEpochCache;
use crate::protocol::ids::{LeaderEpoch, Offset};

/// What a leader finds when it holds a fetch against its own epochs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DivergenceCheck {
    /// The follower's log up to its fetch offset is a prefix of the leader's, as far as epochs tell.
    Consistent,
    /// It is not: the leader's largest epoch not above the follower's, and where it ends.
    Diverging {
        /// The epoch.
        epoch: LeaderEpoch,
        /// The offset after its last record.
        end_offset: Offset,
    },
    /// The leader knows no such epoch: the fetch fails with OFFSET_OUT_OF_RANGE.
    Unknown,
}

/// The leader's side (`Partition.readRecords`), for a follower that sent its last epoch.
pub fn check_divergence(
    leader: &LeaderEpochCache,
    leader_log_end: Offset,
    last_fetched_epoch: LeaderEpoch,
    fetch_offset: Offset,
) -> DivergenceCheck {
    let (epoch, end_offset) = leader.end_offset_for(last_fetched_epoch, leader_log_end);
    if epoch == LeaderEpoch::UNDEFINED || end_offset == Offset::INVALID {
        DivergenceCheck::Unknown
    } else if epoch < last_fetched_epoch || end_offset < fetch_offset {
        DivergenceCheck::Diverging { epoch, end_offset }
    } else {
        DivergenceCheck::Consistent
    }
}

/// Where a follower cuts its log (`OffsetTruncationState`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct OffsetTruncationState {
    /// The new log end.
    pub offset: Offset,
    /// Whether the logs agree after this cut; if not, another answer of the leader is needed.
    pub completed: bool,
}

/// The follower's side (`AbstractFetcherThread.getOffsetTruncationState`): what to do about the
/// leader's answer `(epoch, end_offset)`.
///
/// The cut never goes beyond the follower's own log end. It may go below its high watermark: that
/// happens after an unclean election.
pub fn offset_truncation_state(
    follower: &LeaderEpochCache,
    follower_log_end: Offset,
    follower_high_watermark: Offset,
    (epoch, end_offset): (LeaderEpoch, Offset),
) -> OffsetTruncationState {
    if end_offset == Offset::INVALID {
        return OffsetTruncationState { offset: follower_high_watermark, completed: true };
    }
    let (own_epoch, own_end) = follower.end_offset_for(epoch, follower_log_end);
    if own_epoch == LeaderEpoch::UNDEFINED {
        // No epochs to compare with (or the leader named none): trust the leader's offset.
        OffsetTruncationState { offset: end_offset.min(follower_log_end), completed: true }
    } else if own_epoch == epoch {
        OffsetTruncationState { offset: own_end.min(end_offset).min(follower_log_end), completed: true }
    } else {
        // The follower has no record of the leader's epoch. Its next smaller epoch may have grown
        // beyond the leader's too, which only the leader can tell.
        OffsetTruncationState { offset: own_end.min(follower_log_end), completed: false }
    }
}

#[cfg(test)]
mod tests {
    use super::super::epoch_cache::EpochEntry;
    use super::*;

    fn cache(entries: &[(i32, i64)]) -> LeaderEpochCache {
        entries
            .iter()
            .map(|(epoch, start)| EpochEntry { epoch: LeaderEpoch(*epoch), start_offset: Offset(*start) })
            .collect()
    }

    /// KIP-279: after fast leader changes one round is not enough. The follower led in epochs 4 and 6,
    /// of which the new leader knows nothing.
    #[test]
    fn a_follower_with_two_lost_epochs_needs_two_rounds() {
        let leader = cache(&[(0, 0), (2, 2), (5, 26), (8, 27)]);
        let mut follower = cache(&[(0, 0), (4, 1), (6, 3)]);
        let mut log_end = Offset(9);
        let mut story = Vec::new();
        while let DivergenceCheck::Diverging { epoch, end_offset } =
            check_divergence(&leader, Offset(27), follower.latest_epoch(), log_end)
        {
            let cut = offset_truncation_state(&follower, log_end, Offset(0), (epoch, end_offset));
            log_end = cut.offset;
            follower.truncate_from_end(log_end);
            story.push(format!("{epoch:?} ends {end_offset:?}: cut to {log_end:?}, completed {}", cut.completed));
        }
        assert_eq!(story, ["e5 ends @27: cut to @3, completed false", "e2 ends @26: cut to @1, completed false"]);
        assert_eq!(follower, cache(&[(0, 0)]));
    }

    #[test]
    fn a_follower_that_appended_more_in_the_shared_epoch_cuts_once() {
        let leader = cache(&[(0, 0), (1, 4)]);
        let follower = cache(&[(0, 0)]);
        let check = check_divergence(&leader, Offset(4), LeaderEpoch(0), Offset(10));
        assert_eq!(check, DivergenceCheck::Diverging { epoch: LeaderEpoch(0), end_offset: Offset(4) });
        let cut = offset_truncation_state(&follower, Offset(10), Offset(2), (LeaderEpoch(0), Offset(4)));
        assert_eq!(cut, OffsetTruncationState { offset: Offset(4), completed: true });
    }

    #[test]
    fn an_epoch_that_the_leader_has_never_seen_is_out_of_range() {
        assert_eq!(check_divergence(&cache(&[(0, 0)]), Offset(4), LeaderEpoch(1), Offset(4)), DivergenceCheck::Unknown);
    }

    #[test]
    fn without_a_known_end_the_high_watermark_is_all_that_is_left() {
        let cut = offset_truncation_state(&cache(&[(0, 0)]), Offset(10), Offset(2), LeaderEpochCache::UNDEFINED);
        assert_eq!(cut, OffsetTruncationState { offset: Offset(2), completed: true });
    }
}
