//! Elections and ISR changes.

use super::*;
use crate::stage::assert_story;
use smallvec::SmallVec;

impl Play {
    /// A proposal by broker 1 for the partition of `a`, as it is now.
    pub(super) fn proposal(&self, isr: &[u8]) -> AlterPartition {
        let new_isr: SmallVec<_> = isr.iter().map(|id| (BrokerId(*id), BrokerEpoch::UNKNOWN)).collect();
        AlterPartition {
            tp: Tp(0),
            leader_epoch: self.a().leader_epoch,
            partition_epoch: self.a().partition_epoch,
            new_isr,
        }
    }
    pub(super) fn alter_as(&mut self, broker: u8, proposal: AlterPartition) -> AlterPartitionResult {
        let partitions = vec![proposal];
        let request = AlterPartitionRequest { broker: BrokerId(broker), broker_epoch: self.epoch(broker), partitions };
        match self.ask(broker, Request::AlterPartition(request)) {
            Response::AlterPartition(response) => response.partitions[0],
            other => panic!("{other:?}"),
        }
    }
    pub(super) fn alter(&mut self, proposal: AlterPartition) -> ErrorCode {
        self.alter_as(1, proposal).error
    }
}

#[test]
fn the_first_isr_member_in_assignment_order_is_elected() {
    let mut play = Play::with_brokers(3);
    play.create_a(&[3, 1, 2]);
    play.live(ms(12_000), &[1, 2]);
    assert_eq!(play.leader_and_isr(), (Some(1), list(&[1, 2])));
    assert_eq!((play.a().leader_epoch, play.a().partition_epoch), (LeaderEpoch(1), PartitionEpoch(1)));
}

#[test]
fn a_replica_outside_the_isr_is_not_elected() {
    let mut play = Play::with_brokers(3);
    play.create_a(&[1, 2, 3]);
    assert_eq!(play.alter(play.proposal(&[1, 3])), ErrorCode::None);
    play.live(ms(12_000), &[2, 3]);
    assert_eq!(play.leader_and_isr(), (Some(3), list(&[3])));
}

#[test]
fn unclean_election_takes_any_live_replica_and_its_first_proposal_ends_recovery() {
    let mut play = Play::with_brokers(3);
    let config = TopicConfig { unclean_leader_election_enable: true, ..TopicConfig::default() };
    let topic = play.topic("a", &[&[1, 2, 3]], config);
    play.create(topic);
    play.alter(play.proposal(&[1]));
    play.stage.story();
    play.live(ms(12_000), &[2, 3]);
    assert!(play.a().recovering);
    play.stage.note("broker 2 repeats its ISR");
    let answer = play.alter_as(2, play.proposal(&[2]));
    assert_eq!(
        (answer.error, answer.isr, answer.partition_epoch),
        (ErrorCode::None, list(&[2]), play.a().partition_epoch)
    );
    assert!(!play.a().recovering);
    assert_story!("controller_unclean_election", play.facts());
}

#[test]
fn a_clean_stop_of_the_sole_isr_member_elects_unclean_where_that_is_allowed() {
    let mut play = Play::with_brokers(2);
    let config = TopicConfig { unclean_leader_election_enable: true, ..TopicConfig::default() };
    let topic = play.topic("a", &[&[1, 2]], config);
    play.create(topic);
    play.alter(play.proposal(&[1]));
    play.heartbeat(BrokerHeartbeatRequest { want_shutdown: true, ..play.heartbeat_request(1) });
    assert_eq!(play.leader_and_isr(), (Some(2), list(&[2])));
    assert!(play.a().recovering);
}

#[test]
fn the_sweep_elects_unclean_only_where_the_topic_allows_it() {
    let play = Play::with_brokers(2);
    let elections = |unclean_leader_election_enable| {
        let mut state = play.controller.image().clone();
        let config = TopicConfig { unclean_leader_election_enable, ..TopicConfig::default() };
        let records = [
            MetadataRecord::Topic { topic: TopicId(0), partitions: 1, config: Rc::new(config) },
            MetadataRecord::Partition { tp: Tp(0), replicas: list(&[3, 2]), isr: list(&[3]), leader: None },
        ];
        records.iter().for_each(|record| {
            state.apply(state.offset() + 1, record);
        });
        View { image: &state, ..play.active().view() }.elect_unclean_leaders()
    };
    assert_eq!(elections(false), []);
    let change = MetadataRecord::PartitionChange {
        tp: Tp(0),
        leader: Some(Some(BrokerId(2))),
        isr: Some(list(&[2])),
        recovering: true,
        elr: None,
        last_known_elr: None,
        assignment: AssignmentChange::NONE,
    };
    assert_eq!(elections(true), [change]);
}

#[test]
fn leadership_returns_to_the_preferred_replica_five_minutes_after_activation() {
    let mut play = Play::with_brokers(2);
    play.create_a(&[1, 2]);
    play.live(ms(12_000), &[2]);
    play.join(1, 99);
    let rejoin = play.proposal(&[2, 1]);
    play.alter_as(2, rejoin);
    assert_eq!(play.leader_and_isr(), (Some(2), list(&[2, 1])));
    play.stage.story();
    play.live(ms(299_900) - play.stage.now, &[1, 2]);
    assert_eq!(play.facts(), "");
    play.live(ms(200), &[1, 2]);
    assert_story!("controller_preferred_election", play.facts());
}

#[test]
fn a_preferred_replica_outside_the_isr_waits() {
    let mut play = Play::with_brokers(2);
    play.create_a(&[1, 2]);
    play.live(ms(12_000), &[2]);
    play.join(1, 99);
    play.live(ms(300_000), &[1, 2]);
    assert_eq!(play.leader_and_isr(), (Some(2), list(&[2])));
}

#[test]
fn an_isr_change_raises_the_partition_epoch_only() {
    let mut play = Play::with_brokers(3);
    play.create_a(&[1, 2, 3]);
    let answer = play.alter_as(1, play.proposal(&[1, 2]));
    assert_eq!((answer.error, answer.leader), (ErrorCode::None, Some(BrokerId(1))));
    assert_eq!(
        (answer.leader_epoch, answer.partition_epoch, answer.isr),
        (LeaderEpoch(0), PartitionEpoch(1), list(&[1, 2]))
    );
    assert_eq!(play.facts(), "controller isr of a-0 is [1,2] [Unchanged: broker 1 in epoch 0, partition epoch 1]");
}

#[test]
fn a_proposal_of_the_present_state_succeeds_without_a_record() {
    let mut play = Play::with_brokers(3);
    play.create_a(&[1, 2, 3]);
    let answer = play.alter_as(1, play.proposal(&[1, 2, 3]));
    assert_eq!((answer.error, answer.partition_epoch), (ErrorCode::None, PartitionEpoch(0)));
    assert_eq!(play.facts(), "");
}

#[test]
fn refusals_of_alter_partition() {
    use ErrorCode::*;
    let mut play = Play::with_brokers(3);
    play.create_a(&[1, 2, 3]);
    // Broker 3 was there, and is fenced; broker 4 never was.
    play.live(ms(12_000), &[1, 2]);
    play.alter(play.proposal(&[1]));
    let old = play.proposal(&[1]);
    play.alter(play.proposal(&[1, 2]));
    play.stage.story();

    let now = play.proposal(&[1, 2]);
    let of = |tp: u32| AlterPartition { tp: Tp(tp), ..now.clone() };
    let leader_epoch = |e: i32| AlterPartition { leader_epoch: LeaderEpoch(now.leader_epoch.0 + e), ..now.clone() };
    let partition_epoch =
        |e: i32| AlterPartition { partition_epoch: PartitionEpoch(now.partition_epoch.0 + e), ..now.clone() };
    let life = |epoch: BrokerEpoch| {
        let mut proposal = now.clone();
        proposal.new_isr[1].1 = epoch;
        proposal
    };
    assert_eq!(play.alter(of(1)), UnknownTopicId);
    assert_eq!(play.alter(leader_epoch(1)), NotController, "a leader epoch from the future");
    assert_eq!(play.alter(partition_epoch(1)), NotController, "a partition epoch from the future");
    assert_eq!(play.alter(leader_epoch(-1)), FencedLeaderEpoch);
    assert_eq!(play.alter_as(2, now.clone()).error, InvalidRequest, "not the leader");
    assert_eq!(play.alter(old), InvalidUpdateVersion, "built on an older state");
    assert_eq!(play.alter(play.proposal(&[])), InvalidRequest, "empty");
    assert_eq!(play.alter(play.proposal(&[1, 2, 2])), InvalidRequest, "twice the same");
    assert_eq!(play.alter(play.proposal(&[1, 4])), InvalidRequest, "not a replica");
    assert_eq!(play.alter(play.proposal(&[2])), InvalidRequest, "without the leader");
    assert_eq!(play.alter(play.proposal(&[1, 3])), IneligibleReplica, "fenced");
    assert_eq!(play.alter(life(BrokerEpoch(0))), IneligibleReplica, "another life of the broker");
    assert_eq!(play.alter(life(play.epoch(2))), None, "this life of the broker");
    assert_story!("controller_alter_partition_refused", play.facts());
}

#[test]
fn a_stopping_broker_is_refused_an_isr() {
    let mut play = Play::with_brokers(3);
    let topic = play.topic("b", &[&[3], &[3], &[3], &[3], &[3], &[3]], TopicConfig::default());
    play.create(topic);
    play.create_a(&[1, 2, 3]);
    play.heartbeat(BrokerHeartbeatRequest { want_shutdown: true, ..play.heartbeat_request(3) });
    assert_eq!(play.leader_and_isr(), (Some(1), list(&[1, 2])));
    assert_eq!(play.alter(play.proposal(&[1, 2, 3])), ErrorCode::IneligibleReplica);
}

#[test]
fn a_stale_sender_is_refused_as_a_whole() {
    let mut play = Play::with_brokers(1);
    play.create_a(&[1]);
    let partitions = vec![play.proposal(&[1])];
    let request = AlterPartitionRequest { broker: BrokerId(1), broker_epoch: BrokerEpoch(0), partitions };
    match play.ask(1, Request::AlterPartition(request)) {
        Response::AlterPartition(response) => {
            assert_eq!((response.error, response.partitions.len()), (ErrorCode::StaleBrokerEpoch, 0));
        }
        other => panic!("{other:?}"),
    }
}

impl Play {
    /// Brokers 3, 2 and 1 go one after the other; the partition of `a` wants two in its ISR.
    fn all_gone(version: KafkaVersion) -> Play {
        let mut play = Play::under(version).joined(3);
        let config = TopicConfig { min_insync_replicas: 2, ..TopicConfig::default() };
        let topic = play.topic("a", &[&[1, 2, 3]], config);
        play.create(topic);
        play.live(ms(12_000), &[1, 2]);
        play.live(ms(12_000), &[1]);
        play.live(ms(12_000), &[]);
        assert_eq!(play.leader_and_isr().0, None);
        play
    }
    fn eligible(&self) -> BrokerList {
        self.controller.image().eligible(Tp(0)).elr
    }
}

/// KIP-966. Until then the last member of an ISR alone may lead.
#[test]
fn since_4_1_who_left_an_isr_below_its_minimum_leads_again_after_a_clean_stop() {
    for (version, isr, eligible, leader) in [
        (KafkaVersion::V4_0, list(&[1]), list(&[]), (None, list(&[1]))),
        (KafkaVersion::V4_1, list(&[]), list(&[1, 2]), (Some(2), list(&[2]))),
    ] {
        let mut play = Play::all_gone(version);
        assert_eq!((play.a().isr, play.eligible()), (isr, eligible), "{version:?}");
        play.join_after(play.epoch(3), 3, 33);
        assert_eq!(play.leader_and_isr().0, None, "it left while there were enough");
        play.join_after(play.epoch(2), 2, 22);
        assert_eq!(play.leader_and_isr(), leader, "{version:?}");
        assert_eq!(play.eligible(), if version == KafkaVersion::V4_0 { list(&[]) } else { list(&[1]) });
    }
}

/// A stop that was not clean may have cost records. If that is true of all, the last leader is taken after all.
#[test]
fn since_4_1_who_comes_back_from_a_crash_is_not_eligible_until_nobody_is() {
    let mut play = Play::all_gone(KafkaVersion::V4_1);
    play.join(2, 22);
    assert_eq!((play.leader_and_isr(), play.eligible()), ((None, list(&[])), list(&[1])));
    play.stage.story();
    play.join(1, 11);
    assert_eq!((play.leader_and_isr(), play.a().recovering), ((Some(1), list(&[1])), true));
    assert_story!("controller_last_known_leader", play.facts());

    let mut play = Play::all_gone(KafkaVersion::V4_0);
    play.join(2, 22);
    play.join(1, 11);
    assert_eq!((play.leader_and_isr(), play.a().recovering), ((Some(1), list(&[1])), false));
}
