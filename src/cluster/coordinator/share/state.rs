//! What is known of one share-partition (`ShareGroupOffset`, and the maps beside it in `ShareCoordinatorShard`).

use std::rc::Rc;

use super::combiner::combine;
use crate::protocol::batch::{ShareSnapshotValue, ShareUpdateValue};
use crate::protocol::ids::{LeaderEpoch, Offset};
use crate::protocol::messages::SharePartitionState;
use crate::protocol::rules::ShareFirstUpdate;

/// See the module.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct ShareGroupOffset {
    /// The last snapshot, with what has been changed since.
    pub value: Rc<ShareSnapshotValue>,
    /// The highest leader epoch that was seen (`leaderEpochMap`): a new snapshot may be of a lower one.
    pub leader_epoch: LeaderEpoch,
    /// The highest state epoch that was seen (`stateEpochMap`).
    pub state_epoch: i32,
    /// Changes since the last snapshot, none before the first (`snapshotUpdateCount`).
    updates: Option<u32>,
}

/// How changes are counted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Counting {
    pub first: ShareFirstUpdate,
    /// `share.coordinator.snapshot.update.records.per.snapshot`.
    pub limit: u32,
}

impl ShareGroupOffset {
    /// The next change makes a snapshot.
    pub fn is_snapshot_due(&self, counting: Counting) -> bool {
        self.updates.unwrap_or(0) >= counting.limit
    }

    /// A snapshot is there (`handleShareSnapshot`).
    pub fn of_snapshot(
        before: Option<&ShareGroupOffset>,
        value: Rc<ShareSnapshotValue>,
        counting: Counting,
    ) -> ShareGroupOffset {
        let updates = before.and_then(|before| before.updates);
        ShareGroupOffset {
            leader_epoch: before.map_or(value.leader_epoch, |before| before.leader_epoch.max(value.leader_epoch)),
            state_epoch: before.map_or(value.state_epoch, |before| before.state_epoch.max(value.state_epoch)),
            updates: updates.map(|updates| if updates >= counting.limit { 0 } else { updates }),
            value,
        }
    }
    /// A change is there (`handleShareUpdate`, `merge`).
    pub fn updated(&self, update: &ShareUpdateValue, counting: Counting) -> ShareGroupOffset {
        let before = &*self.value;
        let start_offset =
            if update.start_offset == Offset::INVALID { before.start_offset } else { update.start_offset };
        let is_of_nobody = update.leader_epoch == LeaderEpoch::UNDEFINED;
        let value = ShareSnapshotValue {
            start_offset,
            leader_epoch: if is_of_nobody { before.leader_epoch } else { update.leader_epoch },
            delivery_complete_count: update.delivery_complete_count,
            batches: combine(&before.batches, &update.batches, start_offset),
            ..before.clone()
        };
        let first = match counting.first {
            ShareFirstUpdate::Free => 0,
            ShareFirstUpdate::Counts => 1,
        };
        ShareGroupOffset {
            value: value.into(),
            leader_epoch: self.leader_epoch.max(update.leader_epoch),
            state_epoch: self.state_epoch,
            updates: Some(self.updates.map_or(first, |updates| updates + 1)),
        }
    }

    /// As it is read.
    pub fn read(&self) -> SharePartitionState {
        let ShareSnapshotValue { state_epoch, start_offset, delivery_complete_count, ref batches, .. } = *self.value;
        SharePartitionState { state_epoch, start_offset, delivery_complete_count, batches: batches.clone() }
    }

    /// # Panics
    /// If it contradicts itself.
    pub fn check_invariants(&self) {
        let value = &*self.value;
        assert!(value.leader_epoch <= self.leader_epoch, "no leader is newer than the newest");
        assert!(value.state_epoch <= self.state_epoch, "no state epoch is newer than the newest");
        assert!(value.batches.iter().all(|batch| batch.first <= batch.last), "a run has an offset");
        assert!(value.batches.windows(2).all(|pair| pair[0].last < pair[1].first), "runs lie apart");
    }
}
