//! Creation of topics, placement, producer ids.

use super::*;
use crate::stage::assert_story;

impl Play {
    fn administer(&mut self, request: AdminRequest) -> ErrorCode {
        match self.ask(1, Request::Admin(request)) {
            Response::Admin(error) => error,
            other => panic!("{other:?}"),
        }
    }
    /// Replica lists of topic `b`, created with this replication factor.
    fn placed(&mut self, replication_factor: u16) -> Vec<Vec<u8>> {
        let topic = CreatableTopic { replication_factor, ..self.topic("b", &[], TopicConfig::default()) };
        assert_eq!(self.create(topic), ErrorCode::None);
        let partitions = self.controller.image().partitions().skip_while(|(tp, _)| *tp == Tp(0));
        partitions.map(|(_, partition)| partition.replicas.iter().map(|id| id.0).collect()).collect()
    }
}

#[test]
fn a_topic_is_created_whole() {
    let mut play = Play::with_brokers(3);
    let topic = play.topic("a", &[&[2, 3, 1]], TopicConfig::default());
    play.create(topic.clone());
    play.stage.note("again");
    play.create(topic);
    assert_story!("controller_create_topic", play.stage.story());
}

#[test]
fn placement_goes_round_with_one_step_for_each_partition_and_shuffles_after_a_round() {
    let stripes = Play::with_brokers(3).placed(3);
    let next = |id: u8| id % 3 + 1;
    // In the first round each list is the brokers in order, from the next start.
    for (partition, replicas) in stripes[..3].iter().enumerate() {
        let first = stripes[0][0];
        let start = (0..partition).fold(first, |id, _| next(id));
        assert_eq!(*replicas, [start, next(start), next(next(start))]);
    }
    // In the second the order is another perhaps, but each broker leads once again.
    for round in [&stripes[..3], &stripes[3..]] {
        let mut leaders: Vec<u8> = round.iter().map(|replicas| replicas[0]).collect();
        leaders.sort();
        assert_eq!(leaders, [1, 2, 3]);
    }
}

#[test]
fn the_start_is_random_and_some_rounds_are_shuffled() {
    let mut starts = std::collections::BTreeSet::new();
    let mut orders = std::collections::BTreeSet::new();
    let mut random = Stream::new(3, "placement");
    for _ in 0..50 {
        let brokers = (1..=4).map(|id| placement::UsableBroker { id: BrokerId(id), rack: None, fenced: false });
        let mut placer = placement::StripedReplicaPlacer::new(brokers, &mut random);
        let stripes: Vec<_> = (0..8).map(|_| placer.place(4, &mut random).expect("four brokers")).collect();
        starts.insert(stripes[0].first());
        orders.insert(stripes[4]);
    }
    assert_eq!(starts.len(), 4);
    assert!(orders.len() > 8, "more orders than the four rotations, so there was a shuffle");
}

/// Two brokers in each of three racks.
fn in_three_racks() -> impl Iterator<Item = placement::UsableBroker<'static>> {
    let racks = ["a", "a", "b", "b", "c", "c"];
    (1..).map(BrokerId).zip(racks).map(|(id, rack)| placement::UsableBroker { id, rack: Some(rack), fenced: false })
}

#[test]
fn replicas_go_round_the_racks_and_every_partition_begins_one_further() {
    let rack = |broker: BrokerId| (broker.0 - 1) / 2;
    for seed in 0..20 {
        let mut random = Stream::new(seed, "placement");
        let mut placer = placement::StripedReplicaPlacer::new(in_three_racks(), &mut random);
        let mut leaders = Vec::new();
        for number in 0..6 {
            let racks: Vec<u8> = placer.place(3, &mut random).expect("six brokers").iter().map(rack).collect();
            let next = |step: u8| (racks[0] + step) % 3;
            assert_eq!(racks, [racks[0], next(1), next(2)], "seed {seed}, partition {number}: each rack has one");
            leaders.push(racks[0]);
        }
        assert!(leaders.windows(2).all(|pair| pair[1] == (pair[0] + 1) % 3), "seed {seed}: {leaders:?}");
    }
}

#[test]
fn a_rack_gets_a_second_replica_when_every_other_has_one() {
    let mut random = Stream::new(1, "placement");
    let mut placer = placement::StripedReplicaPlacer::new(in_three_racks(), &mut random);
    for _ in 0..30 {
        let replicas = placer.place(4, &mut random).expect("six brokers");
        let mut racks: Vec<u8> = replicas.iter().map(|broker| (broker.0 - 1) / 2).collect();
        racks.sort();
        racks.dedup();
        assert_eq!((replicas.len(), racks.len()), (4, 3), "{replicas}");
    }
}

#[test]
fn nobody_leads_from_a_rack_whose_brokers_are_fenced() {
    let usable =
        || in_three_racks().map(|broker| placement::UsableBroker { fenced: broker.rack == Some("b"), ..broker });
    let mut random = Stream::new(1, "placement");
    let mut placer = placement::StripedReplicaPlacer::new(usable(), &mut random);
    for _ in 0..20 {
        let replicas = placer.place(3, &mut random).expect("four brokers can lead");
        let first = replicas.first().expect("three replicas");
        assert!(![3, 4].contains(&first.0), "{replicas}");
        assert!(replicas.iter().any(|broker| [3, 4].contains(&broker.0)), "a follower may be fenced: {replicas}");
    }
}

#[test]
fn fenced_brokers_come_last_and_outside_the_isr() {
    let mut play = Play::with_brokers(2);
    play.register(3, 3);
    let stripes = play.placed(3);
    assert!(stripes.iter().all(|replicas| replicas[2] == 3));
    assert!(
        play.controller
            .image()
            .partitions()
            .all(|(_, partition)| !partition.isr.contains(BrokerId(3)) && partition.isr.len() == 2)
    );
}

#[test]
fn too_few_brokers_are_an_invalid_replication_factor() {
    let mut play = Play::new();
    play.register(1, 1);
    let one = CreatableTopic { replication_factor: 1, ..play.topic("a", &[], TopicConfig::default()) };
    assert_eq!(play.create(one.clone()), ErrorCode::InvalidReplicationFactor, "all brokers are fenced");
    play.join(2, 2);
    let three = CreatableTopic { replication_factor: 3, ..one.clone() };
    assert_eq!(play.create(three), ErrorCode::InvalidReplicationFactor, "two are registered");
    assert_eq!(
        play.create(CreatableTopic { replication_factor: 0, ..one.clone() }),
        ErrorCode::InvalidReplicationFactor
    );
    assert_eq!(play.create(CreatableTopic { replication_factor: 2, ..one }), ErrorCode::None, "the fenced one counts");
    assert_eq!(play.leader_and_isr(), (Some(2), list(&[2])));
}

#[test]
fn explicit_assignments_are_checked() {
    let mut play = Play::with_brokers(2);
    play.register(3, 3);
    let mut try_b = |assignment: &[&[u8]]| {
        let topic = play.topic("b", assignment, TopicConfig::default());
        play.create(topic)
    };
    let error = ErrorCode::InvalidReplicaAssignment;
    assert_eq!(try_b(&[&[1]]), error, "one list for six partitions");
    assert_eq!(try_b(&[&[1], &[1], &[1], &[1], &[1], &[1, 2]]), error, "unequal lists");
    assert_eq!(try_b(&[&[1], &[1], &[1], &[1], &[1], &[4]]), error, "an unknown broker");
    assert_eq!(try_b(&[&[1], &[1], &[1], &[1], &[1], &[3]]), error, "only a fenced broker");
    assert_eq!(try_b(&[&[1], &[1], &[2], &[1], &[1], &[1]]), ErrorCode::None);
}

#[test]
fn producer_ids_are_handed_out_in_blocks_of_a_thousand() {
    let mut play = Play::with_brokers(2);
    let mut block =
        |broker: u8| match play.ask(broker, Request::AllocateProducerIds(BrokerId(broker), play.epoch(broker))) {
            Response::AllocateProducerIds(response) => (response.first.0, response.count),
            other => panic!("{other:?}"),
        };
    assert_eq!([block(1), block(2), block(1)], [(0, 1_000), (1_000, 1_000), (2_000, 1_000)]);
}

#[test]
fn partitions_are_added_and_never_taken_away() {
    let mut play = Play::with_brokers(3);
    let topic = CreatableTopic { partitions: 1, ..play.topic("b", &[], TopicConfig::default()) };
    let id = topic.topic;
    assert_eq!(play.create(topic), ErrorCode::None);
    play.pass(ms(100));
    let count = |play: &Play| {
        play.controller.catalog.partitions(id).filter(|tp| play.controller.image().partition(*tp).is_some()).count()
    };
    assert_eq!(count(&play), 1);
    let add = |play: &mut Play, count| play.administer(AdminRequest::CreatePartitions { topic: id, count });
    assert_eq!(add(&mut play, 1), ErrorCode::InvalidPartitions, "it has one already");
    assert_eq!(add(&mut play, 2), ErrorCode::None);
    play.pass(ms(100));
    assert_eq!(count(&play), 2);
    assert_eq!(add(&mut play, 1), ErrorCode::InvalidPartitions, "never fewer");
}

#[test]
fn configs_change_one_by_one() {
    let mut play = Play::with_brokers(3);
    let config = TopicConfig { max_message_bytes: 5_000, ..TopicConfig::default() };
    let topic = play.topic("b", &[], config);
    let id = topic.topic;
    let changes: Box<[(String, String)]> = [("min.insync.replicas".to_owned(), "2".to_owned())].into();
    let alter = AdminRequest::AlterTopicConfigs { topic: id, changes };
    assert_eq!(play.administer(alter.clone()), ErrorCode::UnknownTopicOrPartition);
    assert_eq!(play.create(topic), ErrorCode::None);
    assert_eq!(play.administer(alter), ErrorCode::None);
    play.pass(ms(100));
    let config = play.controller.image().topic(id).expect("it exists").clone();
    assert_eq!((config.min_insync_replicas, config.max_message_bytes), (2, 5_000));
}
