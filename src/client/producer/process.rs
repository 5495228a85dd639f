//! A running producer: everything that dies with the process.

use std::rc::Rc;
use std::sync::Arc;

use super::accumulator::{Accumulator, Appended, Forecast};
use super::batch::{BatchId, BatchRecord, ProducerBatch};
use super::partitioner::partitions_of_keys;
use super::requests::Requests;
use super::transactions::TransactionManager;
use crate::client::application::keys::key_len;
use crate::client::application::workload::{Ahead, NewRecord, Workload};
use crate::client::application::{GivenRecord, ProducerSpec};
use crate::client::metadata::Metadata;
use crate::client::network::{Dest, NetworkClient, NetworkConfig, NetworkEvent, TIMER};
use crate::history::fact::Fact;
use crate::net::CONNECTION_SETUP_TIMEOUT_MAX;
use crate::node::{Context, Owner, Timer};
use crate::protocol::batch::RecordDetail;
use crate::protocol::catalog::Catalog;
use crate::protocol::config::ProducerConfig;
use crate::protocol::exceptions::Exception;
use crate::protocol::ids::{BrokerId, NodeId, TopicId, Tp};
use crate::protocol::record_size::batch_size_upper_bound;
use crate::sim::time::Nanos;

/// Why `send()` does not return.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Wait {
    /// The topic is not in the metadata.
    Metadata,
    /// This much memory is not free.
    Memory(u64),
}

impl Wait {
    /// What `send()` fails with once `max.block.ms` is over.
    fn exception(self) -> Exception {
        match self {
            Wait::Metadata => Exception::NoMetadata,
            Wait::Memory(_) => Exception::BufferExhausted,
        }
    }
}

/// A call of `send()` that blocks, and with it the application.
#[derive(Clone, Copy, Debug)]
pub(super) struct Blocked {
    pub record: NewRecord,
    pub deadline: Nanos,
    /// The record's timestamp, once it has one.
    pub timestamp: Option<Nanos>,
    wait: Wait,
}

/// What a call of `send()` came to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Sent {
    /// It returned; nothing for the sender to do.
    Quietly,
    /// It returned, or blocks, and the sender has something to do.
    Wake,
}

/// Where the way to a producer id stands.
#[derive(Clone, Copy, Debug)]
pub(super) enum InitProducerId {
    /// Nowhere; not to be begun before the given time.
    NotBefore(Nanos),
    /// A connection is being opened for it.
    Connecting(Dest),
    /// Asked.
    Sent,
}

/// See the module.
#[derive(Clone, Debug)]
pub(super) struct Process {
    pub config: ProducerConfig,
    pub topic: TopicId,
    /// Partition 0 of the topic.
    pub first: Tp,
    pub network: NetworkClient,
    pub metadata: Metadata,
    pub accumulator: Accumulator,
    /// `None` without idempotence.
    pub transactions: Option<TransactionManager>,
    pub init: InitProducerId,
    pub requests: Requests,
    pub blocked: Option<Blocked>,
    /// See [`accepted_len`].
    accepted: u32,
    /// By key number; empty if keys do not matter.
    key_partitions: Rc<[u32]>,
    /// By key number: where its last record went that named no partition; [`NOWHERE`] before the first.
    placed: Vec<u32>,
    /// Records that name their partition or timestamp.
    given: Arc<[GivenRecord]>,
    /// How many partitions `key_partitions` and `placed` are for.
    partitions: u32,
    /// When the sender's timer goes off.
    pub armed: Nanos,
    /// Records before this time join a batch and do nothing else: see [`Forecast`].
    pub quiet_until: Nanos,
    forecast: Forecast,
    pub scratch: Scratch,
}

/// No record with a key was sent.
const NOWHERE: u32 = u32::MAX;

/// How many records are foreseen at most: an event each that many is cheap, a list of all is not.
const LOOK_AHEAD: usize = 128;

/// Lists that live for one turn, kept for their memory.
#[derive(Clone, Debug, Default)]
pub(super) struct Scratch {
    pub events: Vec<NetworkEvent>,
    pub ready: Vec<BrokerId>,
    pub drained: Vec<BatchId>,
    /// Where the batches of each broker end in `drained`.
    pub requests: Vec<(BrokerId, usize)>,
    pub expired: Vec<BatchId>,
    /// No batch is drained before this time: see `Process::send_producer_data`.
    pub hold_until: Nanos,
}

impl Process {
    /// A producer that was just constructed. `key_partitions`: see [`key_partitions`].
    pub fn new(spec: &ProducerSpec, catalog: &Catalog, key_partitions: Rc<[u32]>) -> Process {
        let config = spec.config.clone();
        let topic = &catalog.topics[spec.topic.index()];
        let network = NetworkConfig {
            request_timeout: config.request_timeout,
            reconnect_backoff: config.reconnect_backoff,
            reconnect_backoff_max: config.reconnect_backoff_max,
            connection_setup_timeout: config.socket_connection_setup_timeout,
            connection_setup_timeout_max: CONNECTION_SETUP_TIMEOUT_MAX,
            max_in_flight: config.max_in_flight,
            discover_api_versions: true,
        };
        let network = NetworkClient::new(network, Timer { kind: TIMER, index: 0 }, Owner(0));
        let metadata = Metadata::new(
            catalog.brokers().collect(),
            vec![spec.topic],
            config.metadata_max_age,
            config.retry_backoff,
            config.retry_backoff_max,
        );
        let accumulator = Accumulator::new(&config, topic.partitions);
        Process {
            topic: spec.topic,
            first: topic.first,
            network,
            metadata,
            accepted: accepted_len(&config, &accumulator),
            accumulator,
            transactions: config.enable_idempotence.then(|| TransactionManager::new(topic.partitions)),
            init: InitProducerId::NotBefore(Nanos::ZERO),
            requests: Requests::default(),
            blocked: None,
            placed: vec![NOWHERE; key_partitions.len()],
            key_partitions,
            given: spec.records.clone(),
            partitions: catalog.topics[spec.topic.index()].partitions,
            armed: Nanos::MAX,
            quiet_until: Nanos::ZERO,
            forecast: Forecast::default(),
            scratch: Scratch::default(),
            config,
        }
    }

    /// The partition of a batch.
    pub fn tp(&self, batch: &ProducerBatch) -> Tp {
        Tp(self.first.0 + batch.partition)
    }
    /// Whether somebody waits for memory: then every batch is sendable.
    pub fn exhausted(&self) -> bool {
        matches!(self.blocked, Some(Blocked { wait: Wait::Memory(_), .. }))
    }
    /// Whether a blocked `send()` waits for metadata that is not there yet.
    pub fn lacks_metadata(&self) -> bool {
        self.blocked.is_some_and(|blocked| blocked.wait == Wait::Metadata && !self.knows_partition(blocked.record))
    }
    /// What the application itself has said of the record.
    fn given(&self, record: NewRecord) -> Option<&GivenRecord> {
        self.given.get(record.given?.get() as usize - 1)
    }
    /// Whether the metadata has the topic, and the partition that the record names (`waitOnMetadata`).
    fn knows_partition(&self, record: NewRecord) -> bool {
        match self.given(record).and_then(|given| given.partition) {
            Some(partition) => partition < self.metadata.partition_count(self.topic),
            None => self.metadata.knows(self.topic),
        }
    }
    /// Whether a blocked `send()` can go on, or has to give up.
    pub fn can_unblock(&self, now: Nanos) -> bool {
        self.blocked.is_some_and(|blocked| {
            now >= blocked.deadline
                || match blocked.wait {
                    Wait::Metadata => self.knows_partition(blocked.record),
                    Wait::Memory(bytes) => self.accumulator.has_memory(bytes),
                }
        })
    }

    /// Looks how far records will join batches quietly; returns when the first comes that may not.
    /// `now`: everything up to here was sent. It looks no farther than to the sender's next turn, after
    /// which all may be otherwise.
    pub fn foresee(&mut self, workload: &mut Workload, now: Nanos) -> Nanos {
        let known = self.metadata.knows(self.topic);
        if known && self.quiet_until > now && self.forecast.is_valid(&self.accumulator) {
            return self.quiet_until;
        }
        self.forecast.begin(&self.accumulator);
        let mut n = 0;
        self.quiet_until = loop {
            let Some(next) = workload.look_ahead(n) else { break Nanos::MAX };
            let keyed = self.partition_of_key(next.record);
            let joins = known
                && next.record.given.is_none()
                && n < LOOK_AHEAD
                && next.at <= self.armed
                && self.forecast.joins(next, keyed, &self.accumulator);
            let accepted =
                next.record.value_len <= self.accepted || self.size_error(upper_bound(next.record)).is_none();
            // Where a key goes for the first time is told in the moment in which it does.
            let placed = keyed.is_none_or(|partition| self.placed[next.record.key as usize] == partition);
            if !joins || !accepted || !placed {
                break next.at;
            }
            n += 1;
        };
        self.quiet_until
    }
    /// Nothing is foreseen any more: every record needs an event of its own.
    pub fn foresee_nothing(&mut self) {
        self.quiet_until = Nanos::ZERO;
        self.forecast.forget();
    }
    /// Sends the records before `now` that were foreseen to join batches quietly.
    #[inline]
    pub fn catch_up(&mut self, workload: &mut Workload, ordinals: &mut [u32], ctx: &mut Context<'_>) {
        let until = self.quiet_until.min(ctx.now());
        while let Some(Ahead { at, record, bytes }) = workload.take_foreseen(until) {
            let keyed = self.partition_of_key(record);
            debug_assert!(keyed.is_none_or(|partition| self.placed[record.key as usize] == partition));
            self.accumulator.append_foreseen(BatchRecord { timestamp: at, record }, bytes, keyed, ordinals);
        }
    }

    /// The partition that the record's key decides.
    #[inline]
    fn partition_of_key(&self, record: NewRecord) -> Option<u32> {
        if record.key == RecordDetail::NULL_KEY { None } else { self.key_partitions.get(record.key as usize).copied() }
    }
    /// Why `send()` refuses a record with this upper bound of its batch's size.
    fn size_error(&self, bound: u32) -> Option<Exception> {
        if bound > self.config.max_request_size || u64::from(bound) > self.accumulator.memory() {
            return Some(Exception::RecordTooLarge);
        }
        (self.accumulator.buffer_of(bound) > self.accumulator.memory()).then_some(Exception::BatchExceedsMemory)
    }

    /// `KafkaProducer.send`: metadata, partition, size, accumulator. `deadline`: when
    /// `max.block.ms` is over for this call. `timestamp`: the record's, if the call has blocked for
    /// memory already: CreateTime comes after the wait for metadata and before that for memory.
    pub fn send(
        &mut self,
        record: NewRecord,
        timestamp: Option<Nanos>,
        deadline: Nanos,
        ordinals: &mut [u32],
        ctx: &mut Context<'_>,
    ) -> Sent {
        if !self.knows_partition(record) {
            self.metadata.request_update();
            return self.block(Blocked { record, deadline, timestamp: None, wait: Wait::Metadata }, ctx);
        }
        let bound = upper_bound(record);
        if let Some(error) = self.size_error(bound) {
            return self.send_failed(error, ctx);
        }
        let buffer = self.accumulator.buffer_of(bound);
        let given = self.given(record).copied();
        // A partition that the record names is not the partitioner's matter (`KafkaProducer.partition`).
        let named = given.and_then(|given| given.partition);
        let keyed = if named.is_some() { None } else { self.partition_of_key(record) };
        let partition = named.or(keyed);
        let now = ctx.now();
        let stamped = given.and_then(|given| given.timestamp);
        let timed = BatchRecord { timestamp: stamped.or(timestamp).unwrap_or(now), record };
        let sent = match self.accumulator.append(timed, buffer, partition, ordinals, now, ctx.random()) {
            Appended::Joined => Sent::Quietly,
            Appended::Wake => Sent::Wake,
            Appended::Exhausted => {
                let timestamp = Some(timed.timestamp);
                return self.block(Blocked { record, deadline, timestamp, wait: Wait::Memory(buffer) }, ctx);
            }
        };
        if let Some(partition) = keyed
            && self.placed[record.key as usize] != partition
        {
            self.key_placed(record.key, partition, ctx);
        }
        sent
    }
    /// A record with a key is in a batch of another partition than the last one with that key, or is the first.
    fn key_placed(&mut self, key: u32, partition: u32, ctx: &mut Context<'_>) {
        self.placed[key as usize] = partition;
        let (node, tp) = (ctx.me(), Tp(self.first.0 + partition));
        ctx.record(Fact::KeyPlaced { node, key, tp, partitions: self.partitions });
    }
    fn block(&mut self, blocked: Blocked, ctx: &mut Context<'_>) -> Sent {
        if ctx.now() >= blocked.deadline {
            return self.send_failed(blocked.wait.exception(), ctx);
        }
        self.blocked = Some(blocked);
        Sent::Wake
    }
    fn send_failed(&mut self, error: Exception, ctx: &mut Context<'_>) -> Sent {
        ctx.record(Fact::SendFailed { node: ctx.me(), topic: self.topic, count: 1, error });
        Sent::Quietly
    }

    /// The batches whose fate is open, as facts for the end of the run.
    pub fn pending(&self, node: NodeId) -> impl Iterator<Item = Fact> + '_ {
        self.accumulator.batches.incomplete().map(move |batch| Fact::RecordsPending {
            node,
            tp: self.tp(batch),
            ordinal: batch.ordinal,
            count: batch.count(),
            sent: batch.sends > 0,
        })
    }
}

/// Up to this length no value is refused for its size, whatever its key.
fn accepted_len(config: &ProducerConfig, accumulator: &Accumulator) -> u32 {
    const BESIDE_THE_VALUE: u32 = 256;
    let memory = u32::try_from(accumulator.memory()).unwrap_or(u32::MAX);
    // With a batch.size beyond buffer.memory every record is refused.
    let fits = accumulator.buffer_of(0) <= accumulator.memory();
    if fits { config.max_request_size.min(memory).saturating_sub(BESIDE_THE_VALUE) } else { 0 }
}

impl Process {
    /// Keys go to other partitions when the topic has got more of them.
    pub fn count_partitions(&mut self) {
        let count = self.metadata.partition_count(self.topic);
        if count > 0 && count != self.partitions {
            self.partitions = count;
            self.key_partitions = partitions_of_keys(self.key_partitions.len() as u32, count).into();
            self.placed.fill(NOWHERE);
        }
    }
}

/// The largest batch that the record alone can make.
fn upper_bound(record: NewRecord) -> u32 {
    batch_size_upper_bound(key_len(record.key), Some(record.value_len), &[])
}

/// The partition of every key of a workload; none if keys do not decide.
pub(super) fn key_partitions(spec: &ProducerSpec, catalog: &Catalog) -> Rc<[u32]> {
    if spec.config.partitioner_ignore_keys {
        return Rc::from([]);
    }
    partitions_of_keys(spec.key_count(), catalog.topics[spec.topic.index()].partitions).into()
}
