//! AlterPartitionReassignments (`ReplicationControlManager.alterPartitionReassignments`).

use super::partition_change::{self, ElectionKind, PartitionState, Wish};
use super::reassignment::Reverted;
use super::replication_control::{View, record};
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::{BrokerList, Tp};
use crate::protocol::messages::MetadataRecord;

impl View<'_> {
    /// AlterPartitionReassignments: the records, and the first error. What is refused of one partition is nothing to the others
    /// (`ReplicationControlManager.alterPartitionReassignments`).
    pub(super) fn alter_partition_reassignments(
        &self,
        partitions: &[(Tp, Option<BrokerList>)],
        allow_replication_factor_change: bool,
    ) -> (Vec<MetadataRecord>, ErrorCode) {
        let (mut records, mut refused) = (Vec::new(), ErrorCode::None);
        for (tp, target) in partitions {
            match self.alter_partition_reassignment(*tp, target.as_ref(), allow_replication_factor_change) {
                Ok(change) => records.extend(change),
                Err(error) if refused.is_err() => _ = error,
                Err(error) => refused = error,
            }
        }
        (records, refused)
    }
    fn alter_partition_reassignment(
        &self,
        tp: Tp,
        target: Option<&BrokerList>,
        allow_replication_factor_change: bool,
    ) -> Result<Option<MetadataRecord>, ErrorCode> {
        let partition = self.image.partition(tp).ok_or(ErrorCode::UnknownTopicOrPartition)?;
        let state = self.state(tp, partition);
        let wish = match target {
            Some(target) => self.wish_to_move(tp, &state, target, allow_replication_factor_change)?,
            None => self.wish_to_take_back(tp, &state)?,
        };
        Ok(partition_change::build(&state, &wish, |id| self.is_acceptable(id)).map(|change| record(tp, &change)))
    }
    /// `changePartitionReassignment`.
    fn wish_to_move(
        &self,
        tp: Tp,
        state: &PartitionState,
        target: &BrokerList,
        allow_replication_factor_change: bool,
    ) -> Result<Wish, ErrorCode> {
        if target.is_empty() || target.iter().any(|id| self.image.broker(id).is_none()) {
            return Err(ErrorCode::InvalidReplicaAssignment);
        }
        let now = state.assignment();
        if !allow_replication_factor_change && target.len() != now.replication_factor() {
            return Err(ErrorCode::InvalidReplicationFactor);
        }
        Ok(Wish { assignment: now.begin(target), election: ElectionKind::Online, ..self.wish(tp, state) })
    }
    /// `cancelPartitionReassignment`.
    fn wish_to_take_back(&self, tp: Tp, state: &PartitionState) -> Result<Wish, ErrorCode> {
        if !state.reassignment.is_in_progress() {
            return Err(ErrorCode::NoReassignmentInProgress);
        }
        let wish = self.wish(tp, state);
        let Reverted { assignment, isr, unclean } = state.assignment().revert(&state.registration.isr);
        if unclean && wish.election != ElectionKind::Unclean {
            return Err(ErrorCode::InvalidReplicaAssignment);
        }
        Ok(Wish { assignment, target_isr: isr, ..wish })
    }
}
