//! Replicas that move.

use super::*;
use crate::cluster::metadata::Reassignment;

impl Play {
    fn reassign(&mut self, replicas: Option<&[u8]>) -> ErrorCode {
        self.reassign_as(replicas, true)
    }
    fn reassign_as(&mut self, replicas: Option<&[u8]>, allow_replication_factor_change: bool) -> ErrorCode {
        let partitions = Box::new([(Tp(0), replicas.map(list))]);
        let request = AdminRequest::AlterPartitionReassignments { partitions, allow_replication_factor_change };
        match self.ask(1, Request::Admin(request)) {
            Response::Admin(error) => error,
            other => panic!("{other:?}"),
        }
    }
    fn moves(&self) -> Reassignment {
        self.controller.image().reassignment(Tp(0))
    }
    /// Leader, its epoch, replicas and ISR.
    fn state(&self) -> (Option<u8>, i32, BrokerList, BrokerList) {
        let PartitionRegistration { leader, leader_epoch, replicas, isr, .. } = self.a();
        (leader.map(|id| id.0), leader_epoch.0, replicas, isr)
    }
}

#[test]
fn the_new_ones_are_added_and_the_old_ones_go_once_those_are_in_sync() {
    let mut play = Play::with_brokers(4);
    play.create_a(&[1, 2, 3]);
    assert_eq!(play.reassign(Some(&[4, 2, 3])), ErrorCode::None);
    assert_eq!(play.state(), (Some(1), 0, list(&[4, 2, 3, 1]), list(&[1, 2, 3])), "the leader leads on, in its epoch");
    assert_eq!(play.moves(), Reassignment { adding: list(&[4]), removing: list(&[1]) });
    // The leader's own proposal deposes it.
    let answer = play.alter_as(1, play.proposal(&[1, 2, 3, 4]));
    assert_eq!(answer.error, ErrorCode::NewLeaderElected);
    assert_eq!(play.state(), (Some(4), 1, list(&[4, 2, 3]), list(&[2, 3, 4])));
    assert!(!play.moves().is_in_progress());
}

#[test]
fn a_leader_that_stays_begins_a_new_epoch_when_somebody_is_let_go() {
    let mut play = Play::with_brokers(4);
    play.create_a(&[1, 2, 3]);
    play.reassign(Some(&[1, 2, 4]));
    assert_eq!(play.alter(play.proposal(&[1, 2, 3, 4])), ErrorCode::None);
    assert_eq!(play.state(), (Some(1), 1, list(&[1, 2, 4]), list(&[1, 2, 4])));
}

#[test]
fn the_only_replica_may_be_replaced_by_one_that_joins_with_the_same_record() {
    let mut play = Play::with_brokers(2);
    play.create_a(&[1]);
    play.reassign(Some(&[2]));
    play.alter(play.proposal(&[1, 2]));
    assert_eq!(play.state(), (Some(2), 1, list(&[2]), list(&[2])));
    assert!(!play.a().recovering, "that is a clean election");
    let elected = |fact: &Fact| match fact {
        Fact::PartitionChanged { leader: Some(BrokerId(2)), election, .. } => Some(*election),
        _ => None,
    };
    let elections: Vec<_> = play.stage.facts.iter().filter_map(|(_, fact)| elected(fact)).collect();
    assert_eq!(elections, [crate::history::fact::Election::Clean]);
}

/// KAFKA-19975.
#[test]
fn somebody_who_stays_and_is_out_of_sync_holds_it_up_until_4_3() {
    for (version, replicas) in [(KafkaVersion::V4_2, &[4, 2, 3, 1][..]), (KafkaVersion::V4_3, &[4, 2, 3][..])] {
        let mut play = Play::under(version).joined(4);
        play.create_a(&[1, 2, 3]);
        play.alter(play.proposal(&[1, 2]));
        play.reassign(Some(&[4, 2, 3]));
        play.alter(play.proposal(&[1, 2, 4]));
        assert_eq!(play.a().replicas, list(replicas), "{version:?}");
    }
}

#[test]
fn it_is_taken_back() {
    let mut play = Play::with_brokers(4);
    play.create_a(&[1, 2, 3]);
    assert_eq!(play.reassign(None), ErrorCode::NoReassignmentInProgress);
    play.reassign(Some(&[4, 2, 3]));
    assert_eq!(play.reassign(None), ErrorCode::None);
    assert_eq!(play.state(), (Some(1), 1, list(&[2, 3, 1]), list(&[1, 2, 3])), "in another order than before");
    assert!(!play.moves().is_in_progress());
}

#[test]
fn what_is_refused() {
    let mut play = Play::with_brokers(4);
    play.create_a(&[1, 2, 3]);
    assert_eq!(play.reassign(Some(&[1, 2, 5])), ErrorCode::InvalidReplicaAssignment, "5 was never there");
    assert_eq!(play.reassign(Some(&[])), ErrorCode::InvalidReplicaAssignment);
    assert_eq!(play.reassign_as(Some(&[1, 2]), false), ErrorCode::InvalidReplicationFactor);
    assert_eq!(play.reassign_as(Some(&[1, 4, 2]), false), ErrorCode::None);
    assert_eq!(play.reassign(Some(&[1, 2])), ErrorCode::None);
}
