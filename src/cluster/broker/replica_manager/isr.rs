//! The in-sync replica set of a led partition: what is committed, and what is proposed
//! (`Partition.PartitionState`, KIP-497).

use smallvec::SmallVec;

use crate::cluster::java_hash::set_of_brokers;
use crate::protocol::ids::{BrokerId, BrokerList};
use crate::protocol::rules::IsrOrder;

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
    pub(super) fn proposed(&self, order: IsrOrder) -> BrokerList {
        let members: BrokerList = match *self {
            IsrState::PendingShrink { committed, leaving } => {
                committed.iter().filter(|id| !leaving.contains(*id)).collect()
            }
            _ => self.maximal(),
        };
        match order {
            IsrOrder::Joined => members,
            IsrOrder::Hashed => hashed(members),
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

/// In the order of Scala's `mutable.HashSet`, which sorts within a slot.
fn hashed(members: BrokerList) -> BrokerList {
    let mut ids: SmallVec<[BrokerId; 15]> = members.iter().collect();
    ids.sort();
    set_of_brokers(ids.into_iter().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// KAFKA-19301 put the set of members into another class, and with it into another order.
    #[test]
    fn whoever_joins_comes_last_and_since_4_2_where_its_hash_is() {
        let isr: BrokerList = [3, 17, 2].map(BrokerId).into_iter().collect();
        let expand = IsrState::PendingExpand { committed: isr, joining: BrokerId(1) };
        assert_eq!(expand.proposed(IsrOrder::Joined).to_string(), "[3,17,2,1]");
        assert_eq!(expand.proposed(IsrOrder::Hashed).to_string(), "[1,17,2,3]");
    }

    #[test]
    fn a_joining_member_counts_at_once_and_a_leaving_one_until_the_commit() {
        let isr: BrokerList = [1, 2].map(BrokerId).into_iter().collect();
        let expand = IsrState::PendingExpand { committed: isr, joining: BrokerId(3) };
        assert_eq!((expand.committed().len(), expand.maximal().len()), (2, 3));
        let shrink = IsrState::PendingShrink { committed: isr, leaving: [BrokerId(2)].into_iter().collect() };
        assert_eq!(shrink.maximal(), isr);
        assert_eq!(shrink.proposed(IsrOrder::Joined).to_string(), "[1]");
        assert_eq!(shrink.reverted(), IsrState::Committed(isr));
    }
}
