//! What versions make of acknowledgements that cannot be sent, or are not spoken of.

use super::*;
use crate::protocol::batch::LeaderAndEpoch;
use crate::protocol::ids::{BrokerList, LeaderEpoch, Offset, TopicId};

const NODE: BrokerId = BrokerId(1);
const TP: Tp = Tp(0);

/// Of a member of that version: a share session with broker 1, which leads partition 0.
fn requests(version: KafkaVersion) -> (ShareConsumeRequests, Metadata) {
    let mut requests = ShareConsumeRequests::new(Rc::new(ConsumerSpec::plain()), Rules::of(version));
    requests.sessions.insert(NODE, ShareSessionHandler::new(MemberId(7)));
    let mut metadata = Metadata::new(vec![NODE, BrokerId(2)], vec![TopicId(0)], Nanos::MAX, Nanos(1), Nanos(1));
    let partition = |leader| PartitionMetadata {
        tp: TP,
        error: ErrorCode::None,
        leader: Some(leader),
        leader_epoch: LeaderEpoch(0),
        replicas: BrokerList::EMPTY,
        isr: BrokerList::EMPTY,
    };
    let partitions = [partition(NODE)].into_iter().collect();
    let topic = TopicMetadata { topic: TopicId(0), error: ErrorCode::None, partitions };
    metadata.update(
        &MetadataResponse { brokers: vec![NODE, BrokerId(2)], racks: Default::default(), topics: vec![topic] },
        Nanos::ZERO,
    );
    (requests, metadata)
}
fn accepted() -> Acknowledgements {
    let mut acknowledgements = Acknowledgements::default();
    acknowledgements.add(Offset(5), AcknowledgeType::Accept);
    acknowledgements
}
fn errors(requests: &mut ShareConsumeRequests) -> Vec<Option<ErrorCode>> {
    let code = |error: Option<Exception>| error.map(Exception::code);
    requests.outcomes.take().into_iter().map(|outcome| code(outcome.error)).collect()
}

#[test]
fn acknowledgements_do_not_open_a_session_since_4_1() {
    let outcome = |version| {
        let (mut requests, _) = requests(version);
        let goes = requests.piggyback(NODE, TP, accepted());
        (goes, errors(&mut requests))
    };
    assert_eq!(outcome(KafkaVersion::V4_0), (true, vec![]), "the broker refuses the ShareFetch for it");
    let invalid = vec![Some(ErrorCode::InvalidShareSessionEpoch)];
    assert_eq!(outcome(KafkaVersion::V4_1), (false, invalid.clone()));
    assert_eq!(outcome(KafkaVersion::V4_2), (false, invalid));
    assert_eq!(outcome(KafkaVersion::V4_3), (false, vec![Some(ErrorCode::NotLeaderOrFollower)]));
}

#[test]
fn what_is_not_in_the_session_cannot_be_committed_and_since_4_3_that_is_told() {
    let outcome = |version| {
        let (mut requests, mut metadata) = requests(version);
        let number = requests.commit_sync(vec![(TP, NODE, accepted())], Nanos::ZERO, &mut metadata);
        assert!(requests.is_sync_done(number), "there is nothing to wait for");
        errors(&mut requests)
    };
    assert_eq!(outcome(KafkaVersion::V4_2), []);
    assert_eq!(outcome(KafkaVersion::V4_3), [Some(ErrorCode::NotLeaderOrFollower)]);
}

#[test]
fn a_share_fetch_is_answered_without_a_word_of_its_acknowledgements() {
    let outcome = |version, error| {
        let (mut requests, mut metadata) = requests(version);
        requests.in_flight.insert((NODE, TP), accepted());
        let (acquisition_lock_timeout, partitions) = (Nanos::ZERO, Vec::new());
        let response = ShareFetchResponse { error, acquisition_lock_timeout, partitions };
        requests.on_fetch(NODE, response, &mut metadata, Nanos::ZERO);
        errors(&mut requests)
    };
    let (good, bad) = (ErrorCode::None, ErrorCode::InvalidRequest);
    assert_eq!([outcome(KafkaVersion::V4_0, good), outcome(KafkaVersion::V4_0, bad)], [vec![], vec![]]);
    let invalid = || vec![Some(ErrorCode::InvalidRecordState)];
    assert_eq!([outcome(KafkaVersion::V4_1, good), outcome(KafkaVersion::V4_1, bad)], [invalid(), vec![]]);
    assert_eq!([outcome(KafkaVersion::V4_2, good), outcome(KafkaVersion::V4_2, bad)], [invalid(), vec![Some(bad)]]);
}

#[test]
fn a_known_change_of_the_leader_is_no_reason_to_ask_the_old_one_since_4_1() {
    let outcome = |version| {
        let (mut requests, mut metadata) = requests(version);
        requests.session(NODE).add_partition(TP);
        requests.session(NODE).fetch(&ConsumerSpec::plain(), ShareFetchLimit::Records, false).expect("a request");
        metadata.update_leader(TP, LeaderAndEpoch { leader: BrokerId(2), epoch: LeaderEpoch(1) });
        requests.commit_async(vec![(TP, NODE, accepted())], Nanos::ZERO, &mut metadata);
        (requests.requests.contains_key(&NODE), errors(&mut requests))
    };
    assert_eq!(outcome(KafkaVersion::V4_0), (true, vec![]));
    assert_eq!(outcome(KafkaVersion::V4_1), (false, vec![Some(ErrorCode::NotLeaderOrFollower)]));
}

#[test]
fn before_4_1_nobody_says_how_many_records_are_wanted() {
    let wanted = |version| {
        let (mut requests, _) = requests(version);
        let limit = requests.rules.share_fetch_limit;
        requests.session(NODE).fetch(&ConsumerSpec::plain(), limit, false).expect("a request").max_records
    };
    assert_eq!([wanted(KafkaVersion::V4_0), wanted(KafkaVersion::V4_1)], [u32::MAX, 500]);
}
