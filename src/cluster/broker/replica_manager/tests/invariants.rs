//! Each invariant of the replica manager is broken on purpose, and noticed.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;

use crate::cluster::broker::metadata_cache::MetadataCache;
use crate::cluster::broker::replica_id::ReplicaId;
use crate::cluster::broker::replica_manager::isr::IsrState;
use crate::cluster::broker::replica_manager::partition::{AwaitedCommit, Leadership, Watcher};
use crate::cluster::broker::replica_manager::{
    Completed, Expired, Happened, InternalPartitions, LogManager, Produced, ReplicaManager,
};
use crate::cluster::broker::tests::world::{b, batch, brokers, ms};
use crate::protocol::catalog::{CONSUMER_OFFSETS, Catalog, NodeRole};
use crate::protocol::config::IsolationLevel;
use crate::protocol::config::{BrokerConfig, TopicConfig};
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::*;
use crate::protocol::messages::*;
use crate::protocol::rules::{Rules, TransactionVersion};
use crate::stage::Stage;
use crate::stage::broken::each_is_noticed;

const LED: ReplicaId = ReplicaId(0);
const FOLLOWED: ReplicaId = ReplicaId(1);
const PRODUCER: u32 = 0;
const CONSUMER: u32 = 1;
const COORDINATOR: u32 = 2;
const OFFSETS: Tp = Tp(2);

/// Broker 1 leads partition 0 and follows with partition 1. A producer waits for the ISR, a consumer for bytes.
fn busy() -> ReplicaManager {
    let mut catalog = Catalog::default();
    (1..=3).for_each(|id| _ = catalog.add_node(format!("broker {id}"), NodeRole::Broker(b(id))));
    let topic = catalog.add_topic("orders", 2);
    catalog.add_topic(CONSUMER_OFFSETS, 1);
    let (catalog, mut cache, mut stage) = (Rc::new(catalog), MetadataCache::new(), Stage::new(NodeId(0)));
    let (replicas, isr) = (brokers(&[1, 2, 3]), brokers(&[1, 2, 3]));
    let partition = |tp, leader| MetadataRecord::Partition { tp: Tp(tp), replicas, isr, leader: Some(b(leader)) };
    let config = Rc::new(TopicConfig::default());
    cache.apply(0, &[MetadataRecord::Topic { topic, partitions: 2, config }, partition(0, 1), partition(1, 2)]);
    let (logs, internal) =
        (LogManager::default(), InternalPartitions { offsets: 2..3, transactions: 0..0, share_states: 0..0 });
    let mut manager =
        ReplicaManager::new(b(1), Rc::new(BrokerConfig::default()), catalog, Rules::default(), internal, logs);
    for tp in [Tp(0), Tp(1)] {
        let registration = *cache.partition(tp).expect("it was made");
        stage.run(|ctx| manager.apply(tp, &registration, &cache, ctx)).expect("it is new");
    }
    let partitions = std::iter::once(ProducePartition { tp: Tp(0), batch: batch(0, 3) }).collect();
    let request = ProduceRequest { transactional: None, acks: Acks::All, timeout: ms(1_000), partitions };
    let produced =
        stage.run(|ctx| manager.produce(Some(PRODUCER), request, None, &cache, ctx)).expect("a healthy disk");
    assert!(matches!(produced, Produced::Delayed));
    let fetch = FetchPartition {
        tp: Tp(0),
        fetch_offset: Offset(0),
        log_start: Offset::INVALID,
        current_leader_epoch: LeaderEpoch::UNDEFINED,
        last_fetched_epoch: LeaderEpoch::UNDEFINED,
        max_bytes: 1 << 20,
    };
    let request = FetchRequest {
        rack: None,
        isolation_level: IsolationLevel::ReadUncommitted,
        replica_state: ReplicaState::Consumer,
        max_wait: ms(500),
        min_bytes: 1,
        max_bytes: 1 << 20,
        session_epoch: 0,
        partitions: vec![fetch],
        forgotten: Vec::new(),
    };
    let fetched = stage.run(|ctx| manager.fetch((CONSUMER, ConnId(7)), &request, &cache, ctx));
    assert!(fetched.expect("a healthy disk").is_none());
    while manager.next_happened().is_some() {}
    manager.check_invariants();
    manager
}

/// What is said of a manager that was broken like this.
fn broken(breaks: impl FnOnce(&mut ReplicaManager)) -> String {
    let mut manager = busy();
    breaks(&mut manager);
    let panic = catch_unwind(AssertUnwindSafe(|| manager.check_invariants())).expect_err("it is noticed");
    let text = panic.downcast_ref::<String>().cloned();
    text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned())).expect("a panic with a text")
}

fn leader_isr(manager: &mut ReplicaManager, isr: &[u8]) {
    let leader = manager.partition_mut(LED).leader_state_mut().expect("it leads");
    leader.isr = IsrState::Committed(brokers(isr));
}

#[test]
fn isrs_and_leaders() {
    let text = broken(|manager| leader_isr(manager, &[1, 4]));
    assert!(text.contains("the ISR is a subset of the replicas"), "{text}");
    let text = broken(|manager| leader_isr(manager, &[2, 3]));
    assert!(text.contains("a leader is in its own ISR"), "{text}");
    let text = broken(|manager| {
        let isr = IsrState::PendingShrink { committed: brokers(&[1, 2]), leaving: brokers(&[1]) };
        manager.partition_mut(LED).leader_state_mut().expect("it leads").isr = isr;
    });
    assert!(text.contains("a leader never proposes to leave the ISR itself"), "{text}");
    let text = broken(|manager| manager.partition_mut(LED).leader = Some(b(2)));
    assert!(text.contains("a leader knows that it leads"), "{text}");
    let text = broken(|manager| manager.partition_mut(LED).leader_state_mut().expect("it leads").remotes.truncate(1));
    assert!(text.contains("a leader knows something of each other replica"), "{text}");
    let text = broken(|manager| {
        manager.partition_mut(LED).leader_state_mut().expect("it leads").epoch_start = Offset(99);
    });
    assert!(text.contains("the epoch began within the log"), "{text}");
    let text = broken(|manager| manager.partition_mut(FOLLOWED).leader = Some(b(1)));
    assert!(text.contains("a follower follows somebody else"), "{text}");
    let text = broken(|manager| manager.partition_mut(FOLLOWED).leadership = Leadership::Undecided);
    assert!(text.contains("a replica without a state knows no leader"), "{text}");
}

#[test]
fn logs_and_flushes() {
    let text = broken(|manager| manager.partition_mut(LED).flush_requested = Offset(99));
    assert!(text.contains("a flush covers what is in the log"), "{text}");
}

#[test]
fn who_is_hosted() {
    let text = broken(|manager| manager.hosted.swap(0, 1));
    assert!(text.contains("hosted partitions are sorted"), "{text}");
    let text = broken(|manager| manager.hosted.truncate(1));
    assert!(text.contains("every hosted replica is known by its partition"), "{text}");
    let text = broken(|manager| manager.hosted[1].1 = LED);
    assert!(text.contains("a number leads to its replica"), "{text}");
    let text = broken(|manager| {
        let new_isr = std::iter::once((b(1), BrokerEpoch(1))).collect();
        let (leader_epoch, partition_epoch) = (LeaderEpoch(0), PartitionEpoch(0));
        let item = AlterPartition { tp: Tp(9), leader_epoch, partition_epoch, new_isr };
        manager.alter_partition.submit(item, IsrState::Committed(brokers(&[1])));
    });
    assert!(text.contains("an ISR is proposed of a hosted replica"), "{text}");
}

#[test]
fn who_waits() {
    let text = broken(|manager| manager.partition_mut(LED).awaited.clear());
    assert!(text.contains("a replica knows who waits for it"), "{text}");
    let text = broken(|manager| {
        let awaited = AwaitedCommit { required: Offset(3), channel: CONSUMER };
        manager.partition_mut(LED).awaited.push(awaited);
    });
    assert!(text.contains("whoever waits for a high watermark is delayed"), "{text}");
    let text = broken(|manager| manager.sessions[CONSUMER as usize] = None);
    assert!(text.contains("whoever watches has a session"), "{text}");
    let text = broken(|manager| {
        manager.partition_mut(LED).watchers.clear();
        manager.sessions[CONSUMER as usize] = None;
    });
    assert!(text.contains("a delayed fetch has a session"), "{text}");
    let text = broken(|manager| manager.partition_mut(LED).watchers.push(Watcher { channel: CONSUMER, entry: 0 }));
    assert!(text.contains("a session watches a partition once"), "{text}");
}

/// A coordinator's markers wait as well: one for the ISR, one for the group coordinator.
fn with_markers() -> ReplicaManager {
    let (mut manager, mut stage) = (busy(), Stage::new(NodeId(0)));
    let offsets = MetadataRecord::Partition {
        tp: OFFSETS,
        replicas: brokers(&[1, 2, 3]),
        isr: brokers(&[1, 2, 3]),
        leader: Some(b(1)),
    };
    let (topic, config) = (TopicId(1), Rc::new(TopicConfig::default()));
    let mut cache = MetadataCache::new();
    cache.apply(0, &[MetadataRecord::Topic { topic, partitions: 1, config }, offsets]);
    let registration = *cache.partition(OFFSETS).expect("it was made");
    stage.run(|ctx| manager.apply(OFFSETS, &registration, &cache, ctx)).expect("it is new");
    let marker = WritableTxnMarker {
        producer: ProducerIdAndEpoch { id: ProducerId(7), epoch: ProducerEpoch(1) },
        coordinator_epoch: LeaderEpoch(0),
        commit: true,
        version: TransactionVersion::V2,
        partitions: [Tp(0), OFFSETS].into_iter().collect(),
    };
    let request = WriteTxnMarkersRequest { markers: [marker].into_iter().collect() };
    let written = stage.run(|ctx| manager.write_markers(COORDINATOR, &request, &cache, ctx)).expect("a healthy disk");
    assert!(written.0.is_none() && written.1.len() == 1, "one waits for the ISR, one for the group coordinator");
    while manager.next_happened().is_some() {}
    manager
}

#[test]
fn who_waits_for_markers() {
    each_is_noticed(
        with_markers,
        ReplicaManager::check_invariants,
        &[
            ("whoever waits for a marker is known", |m| m.markers_of_groups.clear()),
            ("whoever waits for a marker is known", |m| {
                m.partition_mut(LED).awaited.retain(|awaited| awaited.channel != COORDINATOR);
            }),
            ("a marker of the group coordinator is waited for", |m| _ = m.markers_of_groups.insert(9, CONSUMER)),
        ],
    );
    let mut manager = with_markers();
    manager.channel_closed(COORDINATOR);
    manager.check_invariants();
    assert!(manager.markers_of_groups.is_empty());
}

/// A request is answered when the last of its markers is written; what the group coordinator says to others is not for
/// coordinators.
#[test]
fn markers_are_answered_together() {
    let mut manager = with_markers();
    let cache = MetadataCache::new();
    let number = *manager.markers_of_groups.keys().next().expect("one waits");
    assert!(manager.offsets_marker_written(OFFSETS, number, Err(ErrorCode::NotCoordinator)).is_none());
    let mut stage = Stage::new(NodeId(0));
    stage.now = BrokerConfig::default().request_timeout;
    let mut answers = Vec::new();
    while let Some(expired) = stage.run(|ctx| manager.next_expired(&cache, ctx)).expect("a healthy disk") {
        if let Expired::Written(COORDINATOR, Completed::Markers(markers)) = expired {
            answers.extend(markers.answer().0.results);
        }
    }
    let results = [(Tp(0), ErrorCode::RequestTimedOut), (OFFSETS, ErrorCode::NotLeaderOrFollower)];
    assert_eq!(answers, [(ProducerId(7), results.into_iter().collect())]);
    manager.check_invariants();
}

#[test]
fn what_is_left_behind() {
    let text = broken(|manager| manager.happened.push_back(Happened::Raised(LED)));
    assert!(text.contains("everybody was told what happened"), "{text}");
    let text = broken(|manager| {
        let new_isr = std::iter::once((b(1), BrokerEpoch(1))).collect();
        let (leader_epoch, partition_epoch) = (LeaderEpoch(0), PartitionEpoch(0));
        let item = AlterPartition { tp: Tp(0), leader_epoch, partition_epoch, new_isr };
        manager.alter_partition.submit(item, IsrState::Committed(brokers(&[1])));
        manager.alter_partition.propagate(b(1), BrokerEpoch(1));
    });
    assert!(text.contains("a request that is in flight was sent"), "{text}");
}

/// Nothing of a channel is left when it is closed.
#[test]
fn a_closed_channel_leaves_nothing_behind() {
    let mut manager = busy();
    manager.channel_closed(PRODUCER);
    manager.channel_closed(CONSUMER);
    manager.check_invariants();
    let partition = manager.partition(LED);
    assert!(partition.awaited.is_empty() && partition.watchers.is_empty());
    assert_eq!(manager.delayed.iter().count(), 0);
    assert!(manager.sessions.iter().all(Option::is_none));
}

#[test]
fn expired_requests_are_answered_with_what_is_known() {
    let (mut manager, cache, mut stage) = (busy(), MetadataCache::new(), Stage::new(NodeId(0)));
    stage.now = ms(1_000);
    let mut expired = Vec::new();
    while let Some(next) = stage.run(|ctx| manager.next_expired(&cache, ctx)).expect("a healthy disk") {
        expired.push(match next {
            Expired::Written(channel, Completed::Produce(produce)) => {
                let (response, _) = stage.run(|ctx| produce.answer(b(1), true, ctx));
                (channel, response.partitions[0].error)
            }
            Expired::Written(channel, other) => panic!("channel {channel}: {other:?}"),
            Expired::Fetch(fetched) => (fetched.channel, fetched.response.error),
        });
    }
    assert_eq!(expired, [(CONSUMER, ErrorCode::None), (PRODUCER, ErrorCode::RequestTimedOut)]);
    manager.check_invariants();
}
