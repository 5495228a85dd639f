//! What holds of a member of a group of the new protocol, whatever the coordinator says and the network does.

use proptest::prelude::*;

use super::cluster::*;
use crate::app::spec::{AppSpec, CommitMode};
use crate::client::consumer::{ConsumerDescription, ConsumerProtocolState, MembershipState};
use crate::node::Input;
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::*;
use crate::protocol::messages::*;
use crate::protocol::rules::{KafkaVersion, Rules};
use crate::sim::random::Distribution;

/// What happens next.
#[derive(Clone, Debug)]
enum Step {
    /// Time passes, in milliseconds.
    Wait(u64),
    /// The member may have these partitions now.
    Assign(Vec<u32>),
    /// The next heartbeat is refused.
    RefuseHeartbeat(ErrorCode),
    /// The next commit is refused.
    RefuseCommit(ErrorCode),
    /// The next OffsetFetch is refused.
    RefuseOffsetFetch(ErrorCode),
    /// The next heartbeat is heard, and its answer is lost with the connection.
    LoseAnswer(&'static str),
    /// The next request of a kind is not answered before its connection breaks.
    Hang(&'static str),
    /// The connections to a broker break.
    Disconnect(u8),
    /// The coordinator moves.
    Move(u8),
    /// Records are produced to a partition.
    Produce(usize, u32),
    /// The process is killed, and starts again.
    Restart,
}

fn heartbeat_error() -> impl Strategy<Value = ErrorCode> {
    prop_oneof![
        Just(ErrorCode::FencedMemberEpoch),
        Just(ErrorCode::UnknownMemberId),
        Just(ErrorCode::CoordinatorLoadInProgress),
        Just(ErrorCode::CoordinatorNotAvailable),
        Just(ErrorCode::NotCoordinator),
        Just(ErrorCode::UnreleasedInstanceId),
        Just(ErrorCode::UnknownServerError),
    ]
}

fn offsets_error() -> impl Strategy<Value = ErrorCode> {
    prop_oneof![
        Just(ErrorCode::StaleMemberEpoch),
        Just(ErrorCode::UnknownMemberId),
        Just(ErrorCode::CoordinatorLoadInProgress),
        Just(ErrorCode::NotCoordinator),
        Just(ErrorCode::UnknownTopicOrPartition),
        Just(ErrorCode::GroupIdNotFound),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    let api = prop_oneof![
        3 => Just("ConsumerGroupHeartbeat"),
        1 => Just("OffsetCommit"),
        1 => Just("OffsetFetch"),
        1 => Just("FindCoordinator"),
        1 => Just("Metadata"),
    ];
    prop_oneof![
        4 => (1..3_000u64).prop_map(Step::Wait),
        3 => proptest::collection::btree_set(0..2u32, 0..3).prop_map(|set| Step::Assign(set.into_iter().collect())),
        2 => heartbeat_error().prop_map(Step::RefuseHeartbeat),
        1 => offsets_error().prop_map(Step::RefuseCommit),
        1 => offsets_error().prop_map(Step::RefuseOffsetFetch),
        1 => api.clone().prop_map(Step::LoseAnswer),
        1 => api.prop_map(Step::Hang),
        1 => (1..3u8).prop_map(Step::Disconnect),
        1 => (1..3u8).prop_map(Step::Move),
        2 => (0..2usize, 1..4u32).prop_map(|(partition, count)| Step::Produce(partition, count)),
        1 => Just(Step::Restart),
    ]
}

fn take(cluster: &mut Cluster, step: Step, epoch: &mut i32) {
    let refused = |error| ConsumerGroupHeartbeatResponse::refused(error, MemberId::NONE);
    match step {
        Step::Wait(time) => {
            let until = cluster.now() + MS(time);
            cluster.run_until(until);
        }
        Step::Assign(partitions) => {
            *epoch += 1;
            let target: Vec<Tp> = partitions.into_iter().map(Tp).collect();
            cluster.group.assign(target, *epoch);
        }
        Step::RefuseHeartbeat(error) => {
            let response = Response::ConsumerGroupHeartbeat(refused(error));
            cluster.script("ConsumerGroupHeartbeat", Reaction::Say(response));
        }
        Step::RefuseCommit(error) => {
            let results = [(Tp(0), error), (Tp(1), error)].into_iter().collect();
            let response = Response::OffsetCommit(OffsetCommitResponse { results });
            cluster.script("OffsetCommit", Reaction::Say(response));
        }
        Step::RefuseOffsetFetch(error) => {
            let response = OffsetFetchResponse { error, offsets: Vec::new(), unstable: Vec::new() };
            cluster.script("OffsetFetch", Reaction::Say(Response::OffsetFetch(response)));
        }
        Step::LoseAnswer(api) => cluster.script(api, Reaction::Keep),
        Step::Hang(api) => cluster.script(api, Reaction::Hang),
        Step::Disconnect(broker) => cluster.disconnect(broker),
        Step::Move(broker) => cluster.coordinator = broker,
        Step::Produce(partition, count) => cluster.produce(partition, count),
        Step::Restart => cluster.restart(),
    }
}

fn owned(description: &ConsumerDescription) -> Vec<Tp> {
    description.assignment.iter().map(|(tp, _)| *tp).collect()
}

/// Whether a heartbeat is right for a member of whom that is true.
fn is_true(request: &ConsumerGroupHeartbeatRequest, description: &ConsumerDescription) -> bool {
    use ConsumerProtocolState::*;
    let MembershipState::Consumer(state) = description.state else { panic!("{:?}", description.state) };
    let leaves = request.member_epoch < ConsumerGroupHeartbeatRequest::JOIN;
    let joins = request.member_epoch == ConsumerGroupHeartbeatRequest::JOIN;
    match state {
        Fenced | Fatal => false,
        // The heartbeat that says so is the last one.
        Stale | Unsubscribed => leaves,
        Joining => joins,
        Reconciling | Acknowledging | Stable => {
            let says = request.owned.as_deref();
            !leaves && says.is_none_or(|says| joins || says == owned(description))
        }
        PrepareLeaving | Leaving => panic!("a leave does not wait: {description:?}"),
    }
}

/// What a heartbeat may say, of whom.
fn check(SentHeartbeat { request, lived }: &SentHeartbeat, instance: Option<InstanceId>) {
    assert!(lived.iter().any(|description| is_true(request, description)), "{request:?} of {lived:?}");
    if request.member_epoch < ConsumerGroupHeartbeatRequest::JOIN {
        let epoch =
            instance.map_or(ConsumerGroupHeartbeatRequest::LEAVE, |_| ConsumerGroupHeartbeatRequest::LEAVE_STATIC);
        assert_eq!(request.member_epoch, epoch, "a static member leaves for a while");
    }
    if request.member_epoch == ConsumerGroupHeartbeatRequest::JOIN {
        assert!(request.topics.is_some() && request.owned.as_deref() == Some(&[]), "who joins says everything");
    }
    assert_eq!(request.topics.is_some(), request.rebalance_timeout.is_some(), "everything, or news");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    /// Whatever comes, what a member says is true, what it waits for comes (the stage checks that after every input), and once the coordinator
    /// is well again a member that has not failed for good has what it is to have.
    #[test]
    fn a_member_says_what_is_true_and_gets_what_it_may_have(
        steps in proptest::collection::vec(step(), 1..40),
        automatic in any::<bool>(),
        slow in any::<bool>(),
        is_static in any::<bool>(),
        version in proptest::sample::select(KafkaVersion::ALL),
    ) {
        let mut spec = of_new_protocol(if automatic { CommitMode::Auto } else { CommitMode::AsyncAfterBatch });
        spec.per_record = Distribution::Constant(if slow { MS(900) } else { MS(1) });
        spec.consumer.config.max_poll_interval = S(3);
        let instance = is_static.then_some(InstanceId(0));
        spec.consumer.instance = instance;
        let mut cluster = Cluster::with_rules(AppSpec::PollLoop(spec), Rules::of(version));
        let mut epoch = 1;
        for step in steps {
            take(&mut cluster, step, &mut epoch);
            cluster.heartbeats.drain(..).for_each(|sent| check(&sent, instance));
        }
        cluster.forget_script();
        let settled = cluster.now() + S(120);
        cluster.run_until(settled);
        cluster.heartbeats.drain(..).for_each(|sent| check(&sent, instance));
        let description = cluster.consumer.describe_consumer().expect("it runs");
        // Who is slow may never get on with a batch that takes longer than max.poll.interval.ms.
        if !slow && description.state != MembershipState::Consumer(ConsumerProtocolState::Fatal) {
            let stable = MembershipState::Consumer(ConsumerProtocolState::Stable);
            prop_assert_eq!(description.state, stable, "{}", cluster.text());
            let has: Vec<Tp> = owned(&description);
            prop_assert_eq!(&has[..], cluster.group.target(), "{}", cluster.text());
            prop_assert!(description.assignment.iter().all(|(_, position)| position.is_some()), "{}", cluster.text());
        }
        cluster.give(Input::Shutdown);
        let closed = cluster.now() + S(if slow { 150 } else { 2 });
        cluster.run_until(closed);
        prop_assert!(cluster.exited, "{}", cluster.text());
    }
}
