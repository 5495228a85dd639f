//! How topics come into being, whatever stands in the way.

use super::*;
use crate::protocol::catalog::NodeRole;
use crate::protocol::config::TopicConfig;
use crate::protocol::ids::{BrokerList, LeaderEpoch, Offset, ProducerEpoch, ProducerId, ProducerIdAndEpoch};
use crate::protocol::ids::{Generation, InstanceId, MemberId};
use crate::protocol::messages::{
    DescribeGroupsResult, FindCoordinatorResponse, LeaveGroupReason, LeaveGroupResponse, ListOffsetsResult,
    MemberResponse, MetadataResponse, OffsetCommitResponse, OffsetFetchResponse, PartitionMetadata, TopicMetadata,
    WriteTxnMarkersResponse,
};
use crate::stage::Stage;

struct Play {
    stage: Stage,
    admin: Admin,
}

fn ms(n: u64) -> Nanos {
    Nanos::from_millis(n)
}

impl Play {
    /// Three brokers, two topics, and an admin that wants both.
    fn new() -> Play {
        let mut catalog = Catalog::default();
        for id in 1..=3 {
            catalog.add_node(format!("broker {id}"), NodeRole::Broker(BrokerId(id)));
        }
        let me = catalog.add_node("admin", NodeRole::Admin);
        let ids = [catalog.add_topic("a", 1), catalog.add_topic("b", 1)];
        let config = TopicConfig::default();
        let topics = ids.map(|topic| CreatableTopic {
            topic,
            partitions: 1,
            replication_factor: 1,
            config: config.clone(),
            assignment: vec![],
        });
        let mut play = Play { stage: Stage::new(me), admin: Admin::new(topics.to_vec(), Rc::new(catalog)) };
        play.input(Input::Start);
        play
    }
    fn input(&mut self, input: Input) {
        self.stage.tell(&mut self.admin, input);
    }
    fn connected(&mut self, conn: u32) {
        self.input(self.stage.connected(ConnId(conn)));
        self.answer(conn, Response::ApiVersions);
    }
    fn answer(&mut self, conn: u32, response: Response) {
        let message = Message { correlation: self.admin.correlation, body: Body::Response(response) };
        self.input(self.stage.message(ConnId(conn), message));
    }
    fn created(&mut self, conn: u32, results: &[(u16, ErrorCode)]) {
        let results = results.iter().map(|(topic, error)| (TopicId(*topic), *error)).collect();
        self.answer(conn, Response::CreateTopics(results));
    }
    /// Brokers 1 up to this one are alive.
    fn alive(&mut self, conn: u32, last: u8) {
        let brokers = (1..=last).map(BrokerId).collect();
        self.answer(conn, Response::Metadata(Rc::new(MetadataResponse { brokers, ..Default::default() })));
    }
    fn pass(&mut self, time: Nanos) {
        let admin = &mut self.admin;
        let to = self.stage.now + time;
        self.stage.advance(to, |timer, ctx| admin.handle(Input::Timer(timer), ctx));
    }
    /// The topics of the request sent last.
    fn asked(&self) -> Vec<u16> {
        match self.stage.sent.last().map(|(_, message)| &message.body) {
            Some(Body::Request(Request::CreateTopics(request))) => {
                request.topics.iter().map(|topic| topic.topic.0).collect()
            }
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn topics_wait_for_the_last_broker_lest_it_gets_no_replica() {
    let mut play = Play::new();
    play.connected(0);
    play.alive(0, 2);
    assert_eq!(play.stage.sent.len(), 1);
    play.pass(ms(100));
    play.alive(0, 3);
    assert_eq!(play.asked(), [0, 1]);
}

#[test]
fn all_topics_are_asked_for_at_once_and_then_it_is_done() {
    let mut play = Play::new();
    play.connected(0);
    play.alive(0, 3);
    assert_eq!(play.asked(), [0, 1]);
    play.created(0, &[(0, ErrorCode::None), (1, ErrorCode::TopicAlreadyExists)]);
    assert!(play.stage.story().ends_with("close c0\nexit"));
    play.pass(Nanos::from_secs(60));
    assert_eq!(play.stage.story(), "");
}

#[test]
fn what_failed_is_asked_for_again_after_100_ms() {
    let mut play = Play::new();
    play.connected(0);
    play.alive(0, 3);
    play.created(0, &[(0, ErrorCode::None), (1, ErrorCode::InvalidReplicationFactor)]);
    play.pass(ms(99));
    assert_eq!(play.stage.sent.len(), 2);
    play.pass(ms(1));
    assert_eq!(play.asked(), [1]);
    assert_eq!(play.stage.sent.len(), 3);
}

#[test]
fn brokers_take_turns_when_they_cannot_be_reached() {
    let mut play = Play::new();
    for conn in 0..3 {
        play.input(play.stage.disconnected(ConnId(conn)));
        play.pass(ms(100));
    }
    assert_eq!(play.stage.story(), "connect c0 to n0\nconnect c1 to n1\nconnect c2 to n2\nconnect c3 to n0");
}

#[test]
fn a_silent_broker_is_given_up_after_30_s() {
    let mut play = Play::new();
    play.connected(0);
    play.stage.story();
    play.pass(Nanos::from_secs(30) + ms(100));
    assert_eq!(play.stage.story(), "close c0\nconnect c1 to n1");
}

#[test]
fn a_dead_admin_starts_over() {
    let mut play = Play::new();
    play.admin.process_died(StopKind::Crash);
    play.stage.forget_timers();
    play.pass(Nanos::from_secs(60));
    play.stage.story();
    play.input(Input::Start);
    assert_eq!(play.stage.story(), "connect c1 to n0");
}

#[test]
fn without_topics_the_cluster_is_waited_for_all_the_same() {
    let mut play = Play::new();
    play.admin.errand = Errand::Create(Vec::new());
    play.input(Input::Start);
    play.connected(1);
    play.alive(1, 3);
    assert!(play.stage.story().ends_with("close c1\nexit"));
}

/// A tool that asks for one more partition, on its first connection.
fn tool() -> Play {
    let mut play = Play::new();
    let catalog = play.admin.catalog.clone();
    let request = AdminRequest::CreatePartitions { topic: TopicId(0), count: 2 };
    play.admin = Admin::with_task(Task::Ask(request), catalog);
    play.stage.story();
    play.input(Input::Start);
    play
}

#[test]
fn a_tool_asks_once_tells_what_it_heard_and_ends() {
    let mut play = tool();
    play.connected(1);
    play.answer(1, Response::Admin(ErrorCode::InvalidPartitions));
    let story = play.stage.story();
    assert!(story.contains("AdminAnswered"), "{story}");
    assert!(story.contains("INVALID_PARTITIONS") || story.contains("InvalidPartitions"), "{story}");
    assert!(story.ends_with("exit"), "{story}");
}

#[test]
fn a_tool_asks_again_where_that_may_help_and_gives_up_after_60_s() {
    let mut play = tool();
    play.connected(1);
    play.answer(1, Response::Admin(ErrorCode::NotController));
    play.pass(ms(100));
    assert_eq!(play.stage.sent.len(), 2);
    play.pass(Nanos::from_secs(130));
    let story = play.stage.story();
    assert!(story.contains("AdminAnswered"), "{story}");
    assert!(story.ends_with("exit"), "{story}");
}

/// Metadata: who leads the first partition.
fn led_by(play: &mut Play, conn: u32, leader: BrokerId) {
    let partition = PartitionMetadata {
        tp: Tp(0),
        error: ErrorCode::None,
        leader: Some(leader),
        leader_epoch: LeaderEpoch(0),
        replicas: BrokerList::EMPTY,
        isr: BrokerList::EMPTY,
    };
    let topics = vec![TopicMetadata { topic: TopicId(0), error: ErrorCode::None, partitions: vec![partition] }];
    play.answer(conn, Response::Metadata(Rc::new(MetadataResponse { topics, ..Default::default() })));
}

/// A tool that ends what is open in the first partition, and has found its leader, broker 2.
fn aborting() -> Play {
    let mut play = Play::new();
    let catalog = play.admin.catalog.clone();
    play.admin = Admin::with_task(Task::AbortTransaction(Tp(0)), catalog);
    play.stage.story();
    play.input(Input::Start);
    play.connected(1);
    led_by(&mut play, 1, BrokerId(2));
    play.connected(2);
    play
}
fn described(id: i64, start: Option<i64>) -> DescribedProducer {
    let producer = ProducerIdAndEpoch { id: ProducerId(id), epoch: ProducerEpoch(4) };
    DescribedProducer { producer, coordinator_epoch: LeaderEpoch(-1), txn_start_offset: start.map(Offset) }
}

#[test]
fn the_oldest_open_transaction_is_ended_at_the_leader() {
    let mut play = aborting();
    assert!(matches!(&play.stage.sent.last().unwrap().1.body, Body::Request(Request::DescribeProducers(Tp(0)))));
    let producers = [described(7, None), described(8, Some(50)), described(9, Some(20))];
    play.answer(2, Response::DescribeProducers(Ok(producers.into_iter().collect())));
    let Body::Request(Request::WriteTxnMarkers(request)) = &play.stage.sent.last().unwrap().1.body else { panic!() };
    let marker = &request.markers[0];
    // Whoever never had a marker gets epoch 0: no coordinator's is lower.
    assert_eq!(
        (marker.producer.id, marker.producer.epoch, marker.coordinator_epoch),
        (ProducerId(9), ProducerEpoch(4), LeaderEpoch(0))
    );
    assert!(!marker.commit && !marker.version.supports_epoch_bump());
    let answer = |error| {
        let partitions = std::iter::once((Tp(0), error)).collect();
        WriteTxnMarkersResponse { results: std::iter::once((ProducerId(9), partitions)).collect() }
    };
    // Another broker leads by now: it is looked for again.
    play.answer(2, Response::WriteTxnMarkers(answer(ErrorCode::NotLeaderOrFollower)));
    play.pass(ms(100));
    assert!(matches!(&play.stage.sent.last().unwrap().1.body, Body::Request(Request::Metadata(_))));

    let mut play = aborting();
    play.answer(2, Response::DescribeProducers(Ok(std::iter::once(described(9, Some(20))).collect())));
    play.answer(2, Response::WriteTxnMarkers(answer(ErrorCode::TransactionCoordinatorFenced)));
    let story = play.stage.story();
    assert!(story.contains("AdminAnswered") && story.contains("Fenced"), "{story}");
    assert!(story.ends_with("exit"), "{story}");
}

#[test]
fn where_no_transaction_is_open_there_is_nothing_to_end() {
    let mut play = aborting();
    play.answer(2, Response::DescribeProducers(Ok(std::iter::once(described(7, None)).collect())));
    let story = play.stage.story();
    assert!(story.contains("NothingToAbort"), "{story}");
    assert!(story.ends_with("exit"), "{story}");
}

/// A tool that sets a group's offset in the first partition to 40, and has found its coordinator, broker 3.
fn resetting(to: ResetTo) -> Play {
    group_tool(GroupTask::Reset { partitions: Box::new([Tp(0)]), to })
}
/// A tool that has found the group's coordinator, broker 3.
fn group_tool(task: GroupTask) -> Play {
    let mut play = Play::new();
    let catalog = play.admin.catalog.clone();
    play.admin = Admin::with_task(Task::Group(GroupId(0), task), catalog);
    play.stage.story();
    play.input(Input::Start);
    play.connected(1);
    found_coordinator(&mut play, 1);
    play.connected(2);
    play
}
fn found_coordinator(play: &mut Play, conn: u32) {
    let coordinator = Some(BrokerId(3));
    play.answer(conn, Response::FindCoordinator(FindCoordinatorResponse { error: ErrorCode::None, coordinator }));
}
fn described_as(play: &mut Play, conn: u32, state: &'static str) {
    play.answer(conn, Response::DescribeGroups(DescribeGroupsResult { error: ErrorCode::None, state }));
}
/// Broker 3 leads the first partition, and says where its log begins and ends.
fn bounds(play: &mut Play, conn: u32, list: &[i64]) {
    led_by(play, conn, BrokerId(3));
    for offset in list {
        let (tp, error, offset, leader_epoch) = (Tp(0), ErrorCode::None, Offset(*offset), LeaderEpoch(0));
        let result = ListOffsetsResult { tp, error, offset, leader_epoch };
        play.answer(conn, Response::ListOffsets(std::iter::once(result).collect()));
    }
}
/// The offset of the OffsetCommit sent last.
fn commits(play: &Play) -> Offset {
    let Some((_, Message { body: Body::Request(Request::OffsetCommit(commit)), .. })) = play.stage.sent.last() else {
        panic!("{:?}", play.stage.sent.last())
    };
    assert_eq!((commit.member, commit.generation), (MemberId::NONE, Generation::NONE));
    commit.offsets[0].1
}
fn commit_answered(play: &mut Play, conn: u32, error: ErrorCode) {
    let results = std::iter::once((Tp(0), error)).collect();
    play.answer(conn, Response::OffsetCommit(OffsetCommitResponse { results }));
}

#[test]
fn a_reset_looks_for_members_and_for_the_bounds_of_the_log_and_commits_without_a_member() {
    for (to, list, expected) in [
        (ResetTo::Offset(40), vec![10, 90], 40),
        (ResetTo::Offset(5), vec![10, 90], 10),
        (ResetTo::Offset(500), vec![10, 90], 90),
        (ResetTo::Earliest, vec![10], 10),
        (ResetTo::Latest, vec![90], 90),
        (ResetTo::Time(Nanos::ZERO), vec![33], 33),
        // No record is that young.
        (ResetTo::ByDuration(Nanos::from_secs(1)), vec![-1, 90], 90),
    ] {
        let mut play = resetting(to);
        described_as(&mut play, 2, "Empty");
        bounds(&mut play, 2, &list);
        assert_eq!(commits(&play), Offset(expected), "{to:?}");
        commit_answered(&mut play, 2, ErrorCode::None);
        let story = play.stage.story();
        assert!(story.contains("OffsetResetAnswered") && story.ends_with("exit"), "{story}");
        assert_eq!(story.contains("OffsetResetClamped"), matches!(to, ResetTo::Offset(5 | 500)), "{story}");
    }
}

#[test]
fn a_shift_begins_where_the_group_is_and_fails_where_that_is_nowhere() {
    let fetched = |play: &mut Play, offset: i64| {
        let offsets = vec![(Tp(0), Offset(offset), LeaderEpoch::UNDEFINED)];
        let response = OffsetFetchResponse { error: ErrorCode::None, offsets, unstable: Vec::new() };
        play.answer(2, Response::OffsetFetch(response));
    };
    let mut play = resetting(ResetTo::ShiftBy(-20));
    described_as(&mut play, 2, "Dead");
    fetched(&mut play, 70);
    bounds(&mut play, 2, &[10, 90]);
    assert_eq!(commits(&play), Offset(50));

    let mut play = resetting(ResetTo::ShiftBy(-20));
    described_as(&mut play, 2, "Empty");
    fetched(&mut play, -1);
    let story = play.stage.story();
    assert!(story.contains("NothingToShift") && story.ends_with("exit"), "{story}");
}

#[test]
fn a_group_with_members_is_left_alone_and_one_that_gets_some_refuses() {
    let mut play = resetting(ResetTo::Earliest);
    described_as(&mut play, 2, "Stable");
    let story = play.stage.story();
    assert!(story.contains("OffsetResetRefused") && story.ends_with("exit"), "{story}");

    let mut play = resetting(ResetTo::Earliest);
    described_as(&mut play, 2, "Empty");
    bounds(&mut play, 2, &[0]);
    commit_answered(&mut play, 2, ErrorCode::UnknownMemberId);
    let story = play.stage.story();
    assert!(story.contains("AdminAnswered") && story.contains("UnknownMemberId"), "{story}");
}

#[test]
fn a_coordinator_that_is_none_any_more_is_looked_for_again() {
    let mut play = resetting(ResetTo::Earliest);
    described_as(&mut play, 2, "Empty");
    bounds(&mut play, 2, &[0]);
    commit_answered(&mut play, 2, ErrorCode::NotCoordinator);
    play.pass(ms(100));
    assert!(matches!(&play.stage.sent.last().unwrap().1.body, Body::Request(Request::FindCoordinator(_))));
    found_coordinator(&mut play, 2);
    assert_eq!(commits(&play), Offset(0));
}

/// The static members 0 and 1 are to be removed.
fn removing() -> Play {
    let task = GroupTask::RemoveMembers(Box::new([InstanceId(0), InstanceId(1)]));
    group_tool(task)
}
fn removed(play: &mut Play, conn: u32, errors: [ErrorCode; 2]) {
    let each = [0, 1].map(|id| MemberResponse {
        member: MemberId::NONE,
        instance: Some(InstanceId(id)),
        error: errors[usize::from(id)],
    });
    let members = each.into_iter().collect();
    play.answer(conn, Response::LeaveGroup(LeaveGroupResponse { error: ErrorCode::None, members }));
}

#[test]
fn static_members_are_removed_with_one_leave_group_in_their_name() {
    let mut play = removing();
    let Body::Request(Request::LeaveGroup(request)) = &play.stage.sent.last().unwrap().1.body else { panic!() };
    let named: Vec<_> = request.members.iter().map(|who| (who.member, who.instance, who.reason)).collect();
    let admin = LeaveGroupReason::RemovedByAdmin;
    assert_eq!(named, [0, 1].map(|id| (MemberId::NONE, Some(InstanceId(id)), admin)));
    removed(&mut play, 2, [ErrorCode::None; 2]);
    let story = play.stage.story();
    assert!(story.contains("AdminAnswered") && story.ends_with("exit"), "{story}");
}

#[test]
fn an_instance_that_is_not_in_the_group_is_what_the_program_is_told() {
    let mut play = removing();
    removed(&mut play, 2, [ErrorCode::None, ErrorCode::UnknownMemberId]);
    assert!(play.stage.story().contains("UnknownMemberId"));
}
