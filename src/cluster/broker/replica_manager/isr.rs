//! The in-sync replica set of a led partition: what is committed, and what is proposed
//! (`Partition.PartitionState`, KIP-497).

use crate::protocol::ids::{BrokerId, BrokerList};

/// The ISR as a leader knows it. At most one proposal is out at a time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum IsrState {
    /// As the controller committed it.
    Committed(BrokerList),
    /// A follower is proposed to join.
    PendingExpand {
        /// The committed ISR.
        committed: BrokerList,
        /// Who.
        joining: BrokerId,
    },
    /// Followers are proposed to leave.
    PendingShrink {
        /// The committed ISR.
        committed: BrokerList,
        /// Who.
        leaving: BrokerList,
    },
}

impl IsrState {
    /// The committed ISR.
    pub(super) fn committed(&self) -> BrokerList {
        match *self {
            IsrState::Committed(isr) => isr,
            IsrState::PendingExpand { committed, .. } | IsrState::PendingShrink { committed, .. } => committed,
        }
    }
    /// The largest ISR that the controller may already believe in: whoever is in it can be elected, so
    /// it must have every committed record. A member that joins counts from the proposal on, one
    /// that leaves until the commit.
    pub(super) fn maximal(&self) -> BrokerList {
        match *self {
            IsrState::PendingExpand { committed, joining } => committed.with(joining),
            _ => self.committed(),
        }
    }
    /// The ISR to propose.
    pub(super) fn proposed(&self) -> BrokerList {
        match *self {
            IsrState::PendingShrink { committed, leaving } => {
                committed.iter().filter(|id| !leaving.contains(*id)).collect()
            }
            _ => self.maximal(),
        }
    }
    /// Whether a proposal is out.
    pub(super) fn is_inflight(&self) -> bool {
        !matches!(self, IsrState::Committed(_))
    }
    /// Without the proposal.
    pub(super) fn reverted(&self) -> IsrState {
        IsrState::Committed(self.committed())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_joining_member_counts_at_once_and_a_leaving_one_until_the_commit() {
        let isr: BrokerList = [1, 2].map(BrokerId).into_iter().collect();
        let expand = IsrState::PendingExpand { committed: isr, joining: BrokerId(3) };
        assert_eq!((expand.committed().len(), expand.maximal().len()), (2, 3));
        let shrink = IsrState::PendingShrink { committed: isr, leaving: [BrokerId(2)].into_iter().collect() };
        assert_eq!(shrink.maximal(), isr);
        assert_eq!(shrink.proposed().to_string(), "[1]");
        assert_eq!(shrink.reverted(), IsrState::Committed(isr));
    }
}
