//! Transactions at a leader: who reads what is committed, and what the history is told.

use std::rc::Rc;

use crate::cluster::broker::metadata_cache::MetadataCache;
use crate::cluster::broker::replica_id::ReplicaId;
use crate::cluster::broker::replica_manager::{Concerns, InternalPartitions, LogManager, ReplicaManager};
use crate::cluster::broker::tests::world::{b, brokers, idempotent, ms};
use crate::cluster::log::AppendOrigin;
use crate::history::fact::{Fact, ReplicaRole};
use crate::protocol::batch::{RecordBatch, TransactionMarker};
use crate::protocol::catalog::{Catalog, NodeRole};
use crate::protocol::config::{BrokerConfig, IsolationLevel, TopicConfig};
use crate::protocol::ids::*;
use crate::protocol::messages::*;
use crate::protocol::rules::{Rules, TransactionVersion};
use crate::stage::Stage;

const LED: ReplicaId = ReplicaId(0);
const FOLLOWED: ReplicaId = ReplicaId(1);
/// The channel of who reads everything, and that of who reads what is committed.
const EVERYTHING: u32 = 0;
const COMMITTED: u32 = 1;

/// The channel, the offsets of the batches, the aborted transactions.
type Woken = (u32, Vec<i64>, Vec<(i64, i64)>);

/// Broker 1 leads partition 0 with nobody else in its ISR, so that all is committed at once; it follows with
/// partition 1.
struct Leader {
    manager: ReplicaManager,
    cache: MetadataCache,
    stage: Stage,
}

impl Leader {
    fn new() -> Leader {
        let mut catalog = Catalog::default();
        (1..=2).for_each(|id| _ = catalog.add_node(format!("broker {id}"), NodeRole::Broker(b(id))));
        let topic = catalog.add_topic("orders", 2);
        let (catalog, mut cache, stage) = (Rc::new(catalog), MetadataCache::new(), Stage::new(NodeId(0)));
        let replicas = brokers(&[1, 2]);
        let partition = |tp, leader| MetadataRecord::Partition {
            tp: Tp(tp),
            replicas,
            isr: brokers(&[leader]),
            leader: Some(b(leader)),
        };
        let config = Rc::new(TopicConfig::default());
        cache.apply(0, &[MetadataRecord::Topic { topic, partitions: 2, config }, partition(0, 1), partition(1, 2)]);
        let (config, logs) = (Rc::new(BrokerConfig::default()), LogManager::default());
        // Below transaction.version 2 a marker has the epoch of its transaction.
        let rules = Rules { transaction_version: TransactionVersion::V1, ..Rules::default() };
        let internal = InternalPartitions::of(&catalog);
        let manager = ReplicaManager::new(b(1), config, catalog, rules, internal, logs);
        let mut leader = Leader { manager, cache, stage };
        for tp in [Tp(0), Tp(1)] {
            let registration = *leader.cache.partition(tp).expect("it was made");
            leader.act(|manager, cache, ctx| manager.apply(tp, &registration, cache, ctx)).0.expect("it is new");
        }
        leader
    }
    /// What it answers, and what it tells the history of transactions.
    fn act<T>(
        &mut self,
        act: impl FnOnce(&mut ReplicaManager, &MetadataCache, &mut crate::node::Context<'_>) -> T,
    ) -> (T, Vec<Fact>) {
        let (manager, cache) = (&mut self.manager, &self.cache);
        let (answer, said) = self.stage.act(|ctx| act(manager, cache, ctx));
        let told = |fact: &Fact| matches!(fact, Fact::ControlAppended { .. } | Fact::LastStableOffsetMoved { .. });
        (answer, said.facts.into_iter().filter(told).collect())
    }
    fn append(&mut self, batch: RecordBatch, origin: AppendOrigin) -> Vec<Fact> {
        let (appended, facts) =
            self.act(|manager, cache, ctx| manager.append_as_leader(LED, batch, origin, cache, ctx));
        assert!(appended.expect("a healthy disk").is_ok());
        while self.manager.next_happened().is_some() {}
        facts
    }
    /// Answers to fetches that are complete now.
    fn woken(&mut self) -> Vec<Woken> {
        let mut answers = Vec::new();
        let mut next = 0;
        loop {
            let woken = self.act(|manager, cache, ctx| {
                manager.wake_fetch(LED, Concerns::Everybody, &mut next, cache, ctx).expect("a healthy disk")
            });
            let Some(fetched) = woken.0 else { return answers };
            answers.push((fetched.channel, offsets(&fetched.response), aborted(&fetched.response)));
        }
    }
    fn fetch(&mut self, channel: u32, isolation_level: IsolationLevel, from: i64) -> Option<FetchResponse> {
        let partition = FetchPartition {
            tp: Tp(0),
            fetch_offset: Offset(from),
            log_start: Offset::INVALID,
            current_leader_epoch: LeaderEpoch::UNDEFINED,
            last_fetched_epoch: LeaderEpoch::UNDEFINED,
            max_bytes: 1 << 20,
        };
        let request = FetchRequest {
            rack: None,
            isolation_level,
            replica_state: ReplicaState::Consumer,
            max_wait: ms(500),
            min_bytes: 1,
            max_bytes: 1 << 20,
            session_epoch: 0,
            partitions: vec![partition],
            forgotten: Vec::new(),
        };
        let conn = ConnId(channel);
        let fetched = self.act(|manager, cache, ctx| manager.fetch((channel, conn), &request, cache, ctx));
        fetched.0.expect("a healthy disk").map(|fetched| fetched.response)
    }
    fn latest(&mut self, isolation_level: IsolationLevel) -> i64 {
        let partitions = std::iter::once((Tp(0), LeaderEpoch::UNDEFINED, OffsetSpec::Latest)).collect();
        let request = ListOffsetsRequest { replica_state: ReplicaState::Consumer, isolation_level, partitions };
        self.act(|manager, cache, ctx| manager.list_offsets(NodeId(9), &request, cache, ctx)).0[0].offset.0
    }
}

fn offsets(response: &FetchResponse) -> Vec<i64> {
    response.partitions.iter().flat_map(|data| data.batches.iter().map(|batch| batch.base_offset.0)).collect()
}
fn aborted(response: &FetchResponse) -> Vec<(i64, i64)> {
    let listed = response.partitions.iter().filter_map(|data| data.aborted_transactions.clone());
    listed.flat_map(|listed| listed.iter().map(|a| (a.producer_id.0, a.first_offset.0)).collect::<Vec<_>>()).collect()
}
fn records(ordinal: u32) -> RecordBatch {
    RecordBatch { is_transactional: true, ..idempotent(ordinal, 1) }
}
fn marker(commit: bool) -> RecordBatch {
    let producer = ProducerIdAndEpoch { id: ProducerId(5), epoch: ProducerEpoch(0) };
    TransactionMarker { producer, coordinator_epoch: LeaderEpoch(3), commit }.batch(NodeId(0), ms(1))
}
fn moved(to: i64, high_watermark: i64) -> Fact {
    let (last_stable_offset, high_watermark) = (Offset(to), Offset(high_watermark));
    Fact::LastStableOffsetMoved { broker: b(1), tp: Tp(0), epoch: LeaderEpoch(0), last_stable_offset, high_watermark }
}
fn ended(role: ReplicaRole, tp: u32, offset: i64, commit: bool, first: i64) -> Fact {
    Fact::ControlAppended {
        broker: b(1),
        role,
        tp: Tp(tp),
        offset: Offset(offset),
        leader_epoch: LeaderEpoch(0),
        producer_id: ProducerId(5),
        producer_epoch: ProducerEpoch(0),
        coordinator_epoch: LeaderEpoch(3),
        commit,
        first_offset: Offset(first),
    }
}

/// A delayed fetch of who reads what is committed is complete when the last stable offset moves, not with the high
/// watermark (`DelayedFetch`, `FetchIsolation.TXN_COMMITTED`).
#[test]
fn who_reads_what_is_committed_waits_for_the_marker() {
    let mut leader = Leader::new();
    assert!(leader.fetch(EVERYTHING, IsolationLevel::ReadUncommitted, 0).is_none());
    assert!(leader.fetch(COMMITTED, IsolationLevel::ReadCommitted, 0).is_none());
    leader.append(records(0), AppendOrigin::Client);
    assert_eq!(leader.woken(), [(EVERYTHING, vec![0], vec![])]);
    leader.append(marker(false), AppendOrigin::Coordinator);
    assert_eq!(leader.woken(), [(COMMITTED, vec![0, 1], vec![(5, 0)])]);
}

/// Who stands at the last stable offset has nothing to read, however much there is behind it.
#[test]
fn what_is_not_decided_is_not_read_and_is_not_the_end() {
    let mut leader = Leader::new();
    leader.append(idempotent(0, 1), AppendOrigin::Client);
    leader.append(records(1), AppendOrigin::Client);
    let read = leader.fetch(COMMITTED, IsolationLevel::ReadCommitted, 0).expect("there is something");
    assert_eq!((offsets(&read), aborted(&read)), (vec![0], vec![]));
    assert!(leader.fetch(COMMITTED + 1, IsolationLevel::ReadCommitted, 1).is_none(), "it waits");
    let (all, stable) = (IsolationLevel::ReadUncommitted, IsolationLevel::ReadCommitted);
    assert_eq!((leader.latest(all), leader.latest(stable)), (2, 1));
    leader.append(marker(true), AppendOrigin::Coordinator);
    assert_eq!((leader.latest(all), leader.latest(stable)), (3, 3));
}

/// The history is told of the last stable offset where it parts from the high watermark, and until it is back.
#[test]
fn the_last_stable_offset_is_told_while_it_is_not_the_high_watermark() {
    let mut leader = Leader::new();
    assert_eq!(leader.append(idempotent(0, 1), AppendOrigin::Client), []);
    assert_eq!(leader.append(records(1), AppendOrigin::Client), [moved(1, 2)]);
    assert_eq!(leader.append(records(2), AppendOrigin::Client), [], "it stays where it was");
    let closes = ended(ReplicaRole::Leader, 0, 3, true, 1);
    assert_eq!(leader.append(marker(true), AppendOrigin::Coordinator), [closes, moved(4, 4)]);
    assert_eq!(leader.append(idempotent(3, 1), AppendOrigin::Client), []);
    let again = ended(ReplicaRole::Leader, 0, 5, true, -1);
    assert_eq!(leader.append(marker(true), AppendOrigin::Coordinator), [again], "it closes nothing");
}

#[test]
fn a_follower_tells_of_the_markers_that_it_copies() {
    let mut leader = Leader::new();
    let stamped =
        |at: i64, batch: RecordBatch| RecordBatch { base_offset: Offset(at), leader_epoch: LeaderEpoch(0), ..batch };
    let batches = [stamped(0, records(0)), stamped(1, marker(false))].map(Into::into).into_iter().collect();
    let high_watermark = Offset(2);
    let data = FetchData { high_watermark, log_start: Offset(0), batches, ..FetchData::empty(Tp(1)) };
    let (_, facts) = leader.act(|manager, _, ctx| manager.append_fetched(FOLLOWED, data, ctx).map(drop));
    assert_eq!(facts, [ended(ReplicaRole::Follower, 1, 1, false, 0)]);
}
