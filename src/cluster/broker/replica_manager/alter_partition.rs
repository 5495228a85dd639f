//! ISR proposals that the controller has not answered: one per partition, one request at a time
//! (`core/.../server/AlterPartitionManager.scala`, KIP-497).

use super::isr::IsrState;
use crate::protocol::ids::{BrokerEpoch, BrokerId, Tp};
use crate::protocol::messages::{AlterPartition, AlterPartitionRequest};

/// See the module. It sends nothing: requests are taken out of it.
#[derive(Clone, Debug, Default)]
pub(super) struct AlterPartitionManager {
    proposals: Vec<Proposal>,
    in_flight: bool,
    /// The request in flight, if it has not been sent yet.
    request: Option<AlterPartitionRequest>,
}

/// One proposal, until it is answered.
#[derive(Clone, Debug)]
struct Proposal {
    item: AlterPartition,
    state: IsrState,
    /// It is in the request that is in flight.
    sent: bool,
}

impl AlterPartitionManager {
    /// Queues a proposal; false if the partition has one already, of an earlier state.
    pub(super) fn submit(&mut self, item: AlterPartition, state: IsrState) -> bool {
        let is_new = self.proposals.iter().all(|other| other.item.tp != item.tp);
        if is_new {
            self.proposals.push(Proposal { item, state, sent: false });
        }
        is_new
    }
    /// Has what is queued sent, unless a request is in flight.
    pub(super) fn propagate(&mut self, broker: BrokerId, broker_epoch: BrokerEpoch) {
        if self.in_flight || self.proposals.is_empty() {
            return;
        }
        self.in_flight = true;
        self.proposals.iter_mut().for_each(|proposal| proposal.sent = true);
        let partitions = self.proposals.iter().map(|proposal| proposal.item.clone()).collect();
        self.request = Some(AlterPartitionRequest { broker, broker_epoch, partitions });
    }
    /// What is to be sent now.
    #[inline]
    pub(super) fn take_request(&mut self) -> Option<AlterPartitionRequest> {
        self.request.take()
    }
    /// Whether nothing is to be sent any more.
    pub(super) fn is_handed_over(&self) -> bool {
        self.request.is_none()
    }
    /// Takes the answered proposal of a partition out.
    pub(super) fn take_answered(&mut self, tp: Tp) -> Option<IsrState> {
        let place = self.proposals.iter().position(|proposal| proposal.sent && proposal.item.tp == tp)?;
        Some(self.proposals.remove(place).state)
    }
    /// The request is answered, and all that its answer mentions is dealt with.
    pub(super) fn end_request(&mut self) {
        self.in_flight = false;
    }
    /// The partitions with a proposal.
    pub(super) fn partitions(&self) -> impl Iterator<Item = Tp> + '_ {
        self.proposals.iter().map(|proposal| proposal.item.tp)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::ids::{BrokerList, LeaderEpoch, PartitionEpoch};

    const ME: BrokerId = BrokerId(1);

    fn proposal(tp: u32) -> AlterPartition {
        let new_isr = std::iter::once((ME, BrokerEpoch(1))).collect();
        AlterPartition { tp: Tp(tp), leader_epoch: LeaderEpoch(0), partition_epoch: PartitionEpoch(0), new_isr }
    }

    /// The partitions of the next request, if there is one.
    fn sent(manager: &mut AlterPartitionManager) -> Option<Vec<u32>> {
        manager.propagate(ME, BrokerEpoch(1));
        manager.take_request().map(|request| request.partitions.iter().map(|item| item.tp.0).collect())
    }

    #[test]
    fn what_is_proposed_while_a_request_is_dealt_with_goes_out_once_and_after_it() {
        let mut manager = AlterPartitionManager::default();
        let state = IsrState::Committed(BrokerList::EMPTY.with(ME));
        assert!(manager.submit(proposal(0), state));
        assert_eq!(sent(&mut manager), Some(vec![0]));
        assert!(!manager.submit(proposal(0), state), "one proposal per partition");
        // The answer asks for the same proposal again, and the partition proposes it at once.
        assert_eq!(manager.take_answered(Tp(0)), Some(state));
        assert!(manager.submit(proposal(0), state));
        assert!(manager.submit(proposal(1), state));
        assert_eq!(sent(&mut manager), None, "one request at a time");
        assert_eq!(manager.take_answered(Tp(1)), None, "not sent yet");
        manager.end_request();
        assert_eq!(sent(&mut manager), Some(vec![0, 1]));
        assert_eq!(sent(&mut manager), None);
    }
}
