//! `kafka-transactions list`, `describe` and `find-hanging` (`tools/.../TransactionsCommand.java`).

use serde::Serialize;

use super::java::{DEFAULT_CAPACITY, map_order, partition_hash, string_hash};
use super::log::Missing;
use super::producers::{self, ProducerState};
use super::{any_broker, broker, image, leader};
use crate::cluster::coordinator::TransactionDescription;
use crate::protocol::batch::TransactionState;
use crate::protocol::catalog::Catalog;
use crate::protocol::ids::{BrokerId, ProducerEpoch, ProducerId, TopicId, Tp, TransactionalId};
use crate::sim::time::Nanos;
use crate::world::World;

/// A transactional id as `list` shows it (`TransactionListing`).
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct TransactionListing {
    /// The id.
    pub transactional_id: String,
    /// Its coordinator.
    pub coordinator: BrokerId,
    /// Its producer.
    pub producer_id: ProducerId,
    /// The state.
    pub state: TransactionState,
}

/// A transactional id as `describe` shows it (`org.apache.kafka.clients.admin.TransactionDescription`).
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct DescribedTransaction {
    /// Its coordinator.
    pub coordinator: BrokerId,
    /// The id.
    pub transactional_id: String,
    /// Its producer.
    pub producer_id: ProducerId,
    /// The producer's epoch.
    pub producer_epoch: ProducerEpoch,
    /// The state.
    pub state: TransactionState,
    /// `transaction.timeout.ms`.
    pub transaction_timeout_ms: u64,
    /// When it began, as far as the coordinator still knows.
    pub start_time_ms: Option<u64>,
    /// How long it has been going on.
    pub duration_ms: Option<u64>,
    /// Its partitions.
    pub topic_partitions: Vec<String>,
}

/// A transaction that is open in a partition and that its coordinator knows nothing of.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct HangingTransaction {
    /// The topic.
    pub topic: String,
    /// The partition.
    pub partition: u32,
    /// Whose it is.
    #[serde(flatten)]
    pub producer: ProducerState,
    /// For how long nothing was heard of the producer here.
    pub duration_minutes: u64,
}

/// Why a tool learns nothing.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TransactionsError {
    /// No broker is there to ask.
    NoBroker,
    /// Its coordinator does not know such an id.
    NotFound {
        /// The id.
        transactional_id: String,
    },
    /// A call was given up after a minute (`default.api.timeout.ms`).
    TimedOut {
        /// Which.
        call: TransactionsCall,
        /// When the tool was started.
        #[serde(rename = "at_ns")]
        at: Nanos,
    },
    /// The replica that was asked for is not on that broker.
    NoReplica {
        /// Of this partition.
        partition: String,
        /// The broker.
        broker: BrokerId,
    },
}

/// A call of the tool's admin client that nobody answers.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TransactionsCall {
    /// `listTransactions` asks every broker that the metadata name; one of them is dead.
    List,
    /// `describeTransactions` finds no coordinator.
    FindCoordinator,
    /// The coordinator does not answer.
    Describe,
    /// `describeProducers` waits for the partition to be there and to have a leader.
    Leader,
    /// The replica does not answer.
    DescribeProducers,
}

/// The ids of all brokers, in the order in which `list` tells of them.
///
/// # Errors
/// Nobody can be asked.
pub fn list(world: &World) -> Result<Vec<TransactionListing>, TransactionsError> {
    if !any_broker(world) {
        return Err(TransactionsError::NoBroker);
    }
    // Who is dead, and not known to be, is waited for (`AllBrokersStrategy`).
    let active = |id: &BrokerId| image(world).is_some_and(|image| image.is_alive(*id));
    let brokers: Vec<BrokerId> = world.setup().catalog.brokers().filter(active).collect();
    if brokers.iter().any(|id| broker(world, *id).is_none()) {
        return Err(timed_out(TransactionsCall::List, world));
    }
    Ok(brokers.into_iter().flat_map(|id| of_broker(world, id)).collect())
}

/// The ids of one broker: partition by partition, each as a `ConcurrentHashMap` has them.
fn of_broker(world: &World, id: BrokerId) -> Vec<TransactionListing> {
    let catalog = &world.setup().catalog;
    let coordinator = broker(world, id).and_then(|broker| broker.transaction_coordinator());
    let mut known: Vec<TransactionDescription> =
        coordinator.into_iter().flat_map(|coordinator| coordinator.describe()).collect();
    known.sort_by_key(|known| catalog.transaction_partition(known.id));
    let mut listings = Vec::new();
    while let Some(first) = known.first() {
        let home = catalog.transaction_partition(first.id);
        let end = known.partition_point(|known| catalog.transaction_partition(known.id) <= home);
        let of_partition = known.drain(..end).map(|known| listing(&known, catalog)).collect();
        let hash = |listing: &TransactionListing| string_hash(&listing.transactional_id);
        listings.extend(map_order(of_partition, DEFAULT_CAPACITY, hash));
    }
    listings
}

fn listing(known: &TransactionDescription, catalog: &Catalog) -> TransactionListing {
    TransactionListing {
        transactional_id: catalog.transactional_id_name(known.id).into(),
        coordinator: known.coordinator,
        producer_id: known.producer.id,
        state: known.state,
    }
}

/// What the coordinator knows of an id.
fn known(world: &World, id: TransactionalId) -> Option<TransactionDescription> {
    let (_, broker) = leader(world, world.setup().catalog.transaction_partition(id)?)?;
    broker.transaction_coordinator()?.describe().find(|known| known.id == id)
}

/// One id.
///
/// # Errors
/// Nobody knows it, or nobody can be asked.
pub fn describe(world: &World, transactional_id: &str) -> Result<DescribedTransaction, TransactionsError> {
    if !any_broker(world) {
        return Err(TransactionsError::NoBroker);
    }
    let catalog = &world.setup().catalog;
    let not_found = || TransactionsError::NotFound { transactional_id: transactional_id.into() };
    let id = catalog.transactional_id(transactional_id).ok_or_else(not_found)?;
    let home = catalog.transaction_partition(id).ok_or_else(not_found)?;
    let coordinator = image(world).and_then(|image| image.partition(home)?.leader);
    let coordinator = coordinator.ok_or_else(|| timed_out(TransactionsCall::FindCoordinator, world))?;
    if broker(world, coordinator).is_none_or(|broker| broker.transaction_coordinator().is_none()) {
        return Err(timed_out(TransactionsCall::Describe, world));
    }
    let known = known(world, id).ok_or_else(not_found)?;
    Ok(described(&known, world))
}

fn described(known: &TransactionDescription, world: &World) -> DescribedTransaction {
    let catalog = &world.setup().catalog;
    let hash = |tp: &Tp| {
        let (topic, number) = catalog.topic_of(*tp);
        partition_hash(&catalog.topics[topic.index()].name, number)
    };
    let partitions = map_order(known.partitions.clone(), DEFAULT_CAPACITY, hash);
    DescribedTransaction {
        coordinator: known.coordinator,
        transactional_id: catalog.transactional_id_name(known.id).into(),
        producer_id: known.producer.id,
        producer_epoch: known.producer.epoch,
        state: known.state,
        transaction_timeout_ms: known.timeout.as_millis(),
        start_time_ms: known.start.map(Nanos::as_millis),
        duration_ms: known.start.map(|start| world.now().as_millis() - start.as_millis()),
        topic_partitions: partitions.into_iter().map(|tp| catalog.tp_name(tp)).collect(),
    }
}

/// The transactions of a topic, or of all topics, that are open in a partition for longer than this and that no
/// coordinator has a part in (KIP-664). The tool takes 15 minutes for this by default, the most that
/// `transaction.max.timeout.ms` allows by default.
///
/// # Errors
/// Nobody can be asked.
pub fn find_hanging(
    world: &World,
    topic: Option<TopicId>,
    max_transaction_timeout: Nanos,
) -> Result<Vec<HangingTransaction>, TransactionsError> {
    if !any_broker(world) {
        return Err(TransactionsError::NoBroker);
    }
    let catalog = &world.setup().catalog;
    let exists = |tp: &Tp| image(world).is_some_and(|image| image.partition(*tp).is_some());
    let partitions = (0..catalog.partition_count()).map(Tp).filter(exists);
    let mut hanging = Vec::new();
    for tp in partitions.filter(|tp| topic.is_none_or(|topic| catalog.topic_of(*tp).0 == topic)) {
        let states = producers::describe(world, tp, None).map_err(|missing| not_described(&missing, tp, world))?;
        let open = states.into_iter().filter(|state| state.current_transaction_start_offset.is_some());
        for producer in open {
            let age = world.now().as_millis().saturating_sub(producer.last_timestamp_ms);
            if age > max_transaction_timeout.as_millis() && !is_known(world, producer.producer_id, tp) {
                let (topic, partition) = catalog.topic_of(tp);
                let topic = catalog.topics[topic.index()].name.clone();
                hanging.push(HangingTransaction { topic, partition, producer, duration_minutes: age / 60_000 });
            }
        }
    }
    Ok(hanging)
}

fn timed_out(call: TransactionsCall, world: &World) -> TransactionsError {
    TransactionsError::TimedOut { call, at: world.now() }
}

/// Why the producers of a partition cannot be told.
pub fn not_described(missing: &Missing, tp: Tp, world: &World) -> TransactionsError {
    match missing {
        _ if !any_broker(world) => TransactionsError::NoBroker,
        Missing::Partition | Missing::Leader => timed_out(TransactionsCall::Leader, world),
        Missing::Down(_) => timed_out(TransactionsCall::DescribeProducers, world),
        Missing::Replica(broker) => {
            TransactionsError::NoReplica { partition: world.setup().catalog.tp_name(tp), broker: *broker }
        }
    }
}

/// Whether a coordinator still has to write a marker of this producer to the partition.
fn is_known(world: &World, producer: ProducerId, tp: Tp) -> bool {
    let ids = (0..world.setup().catalog.transactional_ids.len()).map(|id| TransactionalId(id as u16));
    ids.filter_map(|id| known(world, id)).any(|known| known.producer.id == producer && known.partitions.contains(&tp))
}
