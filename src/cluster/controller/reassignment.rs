//! Replicas that move to other brokers (KIP-455; `PartitionReassignmentReplicas.java`, `PartitionReassignmentRevert.java`).
//!
//! To begin with the new replicas are added to the old ones, and fetch like any follower. Once they are in sync, whoever is
//! to go is taken off the list; the broker deletes its log. Both are records of the metadata log like any other, and the second
//! is made by whatever changes the partition next: mostly the leader's proposal that takes the last of the new replicas into the ISR.

use crate::cluster::metadata::Reassignment;
use crate::protocol::ids::{BrokerId, BrokerList};
use crate::protocol::messages::AssignmentChange;
use crate::protocol::rules::ReassignmentCompletion;

/// The replicas of a partition, and how they move.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Assignment {
    /// All of them, in the order of preference.
    pub replicas: BrokerList,
    /// Those that come, and those that go.
    pub moves: Reassignment,
}

/// What a reassignment that is taken back leads to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Reverted {
    /// The replicas as they were.
    pub assignment: Assignment,
    /// The ISR to aim at.
    pub isr: BrokerList,
    /// None of these replicas is in sync: the first is taken as it is.
    pub unclean: bool,
}

/// The members of one list that are not in another, ascending.
fn difference(of: &BrokerList, without: &BrokerList) -> BrokerList {
    let mut ids: Vec<BrokerId> = of.iter().filter(|id| !without.contains(*id)).collect();
    ids.sort();
    ids.into_iter().collect()
}

impl Assignment {
    /// How these replicas begin to become `target`.
    ///
    /// What an earlier reassignment was adding stays on the list of those that come if the new one adds nobody
    /// (`changePartitionReassignment`).
    ///
    /// ```
    /// use kafkasim::cluster::controller::reassignment::Assignment;
    /// use kafkasim::cluster::metadata::Reassignment;
    /// use kafkasim::protocol::ids::BrokerId;
    /// let list = |ids: &[u8]| ids.iter().map(|id| BrokerId(*id)).collect();
    /// let now = Assignment { replicas: list(&[1, 2, 3]), moves: Reassignment::default() };
    /// let then = now.begin(&list(&[4, 2, 5]));
    /// assert_eq!(then.replicas.to_string(), "[4,2,5,1,3]");
    /// assert_eq!(then.moves.adding.to_string(), "[4,5]");
    /// assert_eq!(then.moves.removing.to_string(), "[1,3]");
    /// ```
    pub fn begin(&self, target: &BrokerList) -> Assignment {
        let adding = difference(target, &self.replicas);
        let removing = difference(&self.replicas, target);
        let replicas = target.iter().chain(removing.iter()).collect();
        let kept = |new: BrokerList, old: BrokerList| if new.is_empty() { old } else { new };
        let moves =
            Reassignment { adding: kept(adding, self.moves.adding), removing: kept(removing, self.moves.removing) };
        Assignment { replicas, moves }
    }
    /// The replicas and the ISR once it is complete; `None`: there is nothing to complete, or not yet
    /// (`maybeCompleteReassignment`).
    pub fn complete(
        &self,
        target_isr: &BrokerList,
        completion: ReassignmentCompletion,
    ) -> Option<(Assignment, BrokerList)> {
        if !self.moves.is_in_progress() {
            return None;
        }
        let Reassignment { adding, removing } = self.moves;
        let staying = |list: &BrokerList| list.iter().filter(|id| !removing.contains(*id)).collect::<BrokerList>();
        let (isr, replicas) = (staying(target_isr), staying(&self.replicas));
        if !removing.is_empty() && (isr.is_empty() || replicas.is_empty()) {
            return None;
        }
        let is_complete = match completion {
            ReassignmentCompletion::TargetInSync => replicas.is_subset(&isr),
            ReassignmentCompletion::AddingInSync => {
                adding.is_subset(&isr) && (adding.len() >= removing.len() || replicas.is_subset(&isr))
            }
        };
        is_complete.then_some((Assignment { replicas, moves: Reassignment::default() }, isr))
    }
    /// How a reassignment that is under way is taken back, of a partition with that ISR.
    pub fn revert(&self, isr: &BrokerList) -> Reverted {
        let replicas = self.moves.original(&self.replicas);
        let in_sync = self.moves.original(isr);
        let unclean = in_sync.is_empty();
        let isr = if unclean { replicas.iter().take(1).collect() } else { in_sync };
        Reverted { assignment: Assignment { replicas, moves: Reassignment::default() }, isr, unclean }
    }
    /// How many replicas there are once it is complete (`validatePartitionReplicationFactorUnchanged`).
    pub fn replication_factor(&self) -> usize {
        self.replicas.iter().filter(|id| !self.moves.removing.contains(*id)).count()
    }
    /// What a record has to say for it to become another (`setAssignmentChanges`).
    pub fn change_to(&self, other: &Assignment) -> AssignmentChange {
        let news = |old: BrokerList, new: BrokerList| (old != new).then_some(new);
        AssignmentChange {
            replicas: news(self.replicas, other.replicas),
            adding: news(self.moves.adding, other.moves.adding),
            removing: news(self.moves.removing, other.moves.removing),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(ids: &[u8]) -> BrokerList {
        ids.iter().map(|id| BrokerId(*id)).collect()
    }
    fn moving(replicas: &[u8], adding: &[u8], removing: &[u8]) -> Assignment {
        Assignment { replicas: list(replicas), moves: Reassignment { adding: list(adding), removing: list(removing) } }
    }
    /// The ISR after completion, by both rules.
    fn completed(assignment: Assignment, isr: &[u8]) -> [Option<BrokerList>; 2] {
        [ReassignmentCompletion::TargetInSync, ReassignmentCompletion::AddingInSync]
            .map(|rule| assignment.complete(&list(isr), rule).map(|(_, isr)| isr))
    }

    #[test]
    fn it_waits_for_those_that_come() {
        let assignment = moving(&[4, 5, 1, 2], &[4, 5], &[1, 2]);
        assert_eq!(completed(assignment, &[1, 2, 4]), [None, None]);
        assert_eq!(completed(assignment, &[1, 4, 5]), [Some(list(&[4, 5])); 2]);
    }

    /// The examples of KAFKA-19975: 2 stays on the list, and is out of sync.
    #[test]
    fn since_4_3_somebody_who_stays_and_is_not_in_sync_does_not_hold_it_up() {
        for assignment in [moving(&[0, 1, 2, 3], &[3], &[]), moving(&[1, 2, 3, 0], &[3], &[0])] {
            let [before, since] = completed(assignment, &[0, 1, 3]);
            assert_eq!(before, None, "{assignment:?}");
            assert!(since.is_some_and(|isr| !isr.contains(BrokerId(2))), "{assignment:?}");
        }
    }
    #[test]
    fn where_there_will_be_fewer_it_does() {
        let assignment = moving(&[2, 3, 4, 5, 0, 1], &[5], &[0, 1]);
        assert_eq!(completed(assignment, &[0, 1, 5]), [None, None]);
        assert_eq!(completed(assignment, &[0, 1, 2, 3, 4, 5]), [Some(list(&[2, 3, 4, 5])); 2]);
    }

    #[test]
    fn another_order_is_complete_at_once() {
        let now = moving(&[1, 2, 3], &[], &[]);
        let then = now.begin(&list(&[3, 1, 2]));
        assert!(!then.moves.is_in_progress());
        assert_eq!(
            now.change_to(&then),
            AssignmentChange { replicas: Some(list(&[3, 1, 2])), ..AssignmentChange::NONE }
        );
    }

    /// Nobody is added by the second, so the record leaves the field alone.
    #[test]
    fn who_asks_for_the_old_replicas_does_not_take_those_off_that_came() {
        let under_way = moving(&[1, 2, 3], &[], &[]).begin(&list(&[4, 2, 3]));
        let back = under_way.begin(&list(&[1, 2, 3]));
        assert_eq!(back, moving(&[1, 2, 3, 4], &[4], &[4]));
        assert_eq!(completed(back, &[1, 2, 3]), [Some(list(&[1, 2, 3])), None], "since 4.3 it waits for ever");
    }

    #[test]
    fn it_is_taken_back_to_what_was() {
        let under_way = moving(&[4, 2, 1], &[4], &[1]);
        let reverted = under_way.revert(&list(&[2, 4]));
        assert_eq!((reverted.assignment, reverted.isr), (moving(&[2, 1], &[], &[]), list(&[2])));
        assert!(!reverted.unclean);
        let reverted = under_way.revert(&list(&[4]));
        assert_eq!((reverted.isr, reverted.unclean), (list(&[2]), true));
    }
    #[test]
    fn the_replication_factor_is_that_of_the_end() {
        assert_eq!(moving(&[4, 2, 1], &[4], &[1]).replication_factor(), 2);
        assert_eq!(moving(&[1, 2, 3], &[], &[]).replication_factor(), 3);
    }
}
