//! The producer as an application sees it (`clients/.../producer/KafkaProducer.java`).
//!
//! `send()` returns, or blocks where Kafka blocks: then the application does nothing else until
//! [`KafkaProducer::can_unblock`]. What has accumulated becomes requests when the sender runs ([`KafkaProducer::run`]):
//! after `send()` said [`SendResult::Wake`], and after every input that [`KafkaProducer::accept`] takes.

use std::rc::Rc;

use super::accumulator::{Accumulator, Forecast, RecordAppendResult};
use super::batch::{BatchId, BatchRecord, ProducerBatch};
use super::partitioner::partitions_of_keys;
use super::record::{Callback, ProducerRecord, RecordPlace, key_len};
use super::requests::Requests;
use super::spec::ProducerSpec;
use super::transactions::TransactionManager;
use crate::client::metadata::Metadata;
use crate::client::network::{Dest, NetworkClient, NetworkConfig, NetworkEvent, TIMER};
use crate::history::fact::Fact;
use crate::net::CONNECTION_SETUP_TIMEOUT_MAX;
use crate::node::{Context, Input, Owner, Timer};
use crate::protocol::batch::RecordDetail;
use crate::protocol::catalog::Catalog;
use crate::protocol::config::ProducerConfig;
use crate::protocol::exceptions::Exception;
use crate::protocol::ids::{BrokerId, NodeId, TopicId, Tp};
use crate::protocol::record_size::batch_size_upper_bound;
use crate::protocol::rules::Rules;
use crate::sim::time::Nanos;

/// The sender's next deadline: linger, backoff, expiry, metadata, a blocked `send()`.
pub(super) const TIMER_SENDER: u8 = 3;

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
    record: ProducerRecord,
    named: RecordPlace,
    pub deadline: Nanos,
    /// The record's timestamp, once it has one.
    timestamp: Option<Nanos>,
    wait: Wait,
}

/// What a call of `send()` came to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[must_use = "the sender may have something to do"]
pub enum SendResult {
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
pub struct KafkaProducer {
    pub(super) config: ProducerConfig,
    pub(super) topic: TopicId,
    /// Partition 0 of the topic.
    pub(super) first: Tp,
    pub(super) network: NetworkClient,
    pub(super) metadata: Metadata,
    pub(super) accumulator: Accumulator,
    /// `None` without idempotence.
    pub(super) transactions: Option<TransactionManager>,
    pub(super) init: InitProducerId,
    pub(super) requests: Requests,
    pub(super) blocked: Option<Blocked>,
    /// See [`accepted_len`].
    accepted: u32,
    /// By key number; empty if keys do not matter.
    key_partitions: Rc<[u32]>,
    /// By key number: where its last record went that named no partition; [`NOWHERE`] before the first.
    placed: Vec<u32>,
    /// How many partitions `key_partitions` and `placed` are for.
    partitions: u32,
    /// When the sender's timer goes off.
    pub(super) armed: Nanos,
    forecast: Forecast,
    /// Callbacks that are due, oldest first; none if the application passes none to `send()`.
    callbacks: Option<Vec<Callback>>,
    pub(super) scratch: Scratch,
}

/// No record with a key was sent.
const NOWHERE: u32 = u32::MAX;

/// Lists that live for one turn, kept for their memory.
#[derive(Clone, Debug, Default)]
pub(super) struct Scratch {
    pub events: Vec<NetworkEvent>,
    pub ready: Vec<BrokerId>,
    pub drained: Vec<BatchId>,
    /// Where the batches of each broker end in `drained`.
    pub requests: Vec<(BrokerId, usize)>,
    pub expired: Vec<BatchId>,
    /// No batch is drained before this time: see `KafkaProducer::send_producer_data`.
    pub hold_until: Nanos,
}

impl KafkaProducer {
    /// A producer that was just constructed. `key_partitions`: see [`key_partitions`].
    pub fn new(spec: &ProducerSpec, catalog: &Catalog, rules: Rules, key_partitions: Rc<[u32]>) -> KafkaProducer {
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
        let accumulator = Accumulator::new(&config, topic.partitions, rules);
        KafkaProducer {
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
            partitions: catalog.topics[spec.topic.index()].partitions,
            armed: Nanos::MAX,
            forecast: Forecast::default(),
            callbacks: None,
            scratch: Scratch::default(),
            config,
        }
    }

    /// The same, and every `send()` has a callback.
    #[must_use]
    pub fn with_callbacks(mut self) -> KafkaProducer {
        self.callbacks = Some(Vec::new());
        self
    }
    /// Whether callbacks are due.
    pub fn has_callbacks(&self) -> bool {
        self.callbacks.as_ref().is_some_and(|callbacks| !callbacks.is_empty())
    }
    /// Records that were sent, and whose callbacks were not called yet.
    pub fn results_to_come(&self) -> usize {
        let open: u32 = self.accumulator.batches.incomplete().map(ProducerBatch::count).sum();
        open as usize + usize::from(self.is_blocked()) + self.callbacks.as_ref().map_or(0, Vec::len)
    }
    /// The callbacks that are due, in exchange for an empty list.
    pub fn take_callbacks(&mut self, due: &mut Vec<Callback>) {
        debug_assert!(due.is_empty(), "what was taken is called");
        if let Some(callbacks) = &mut self.callbacks {
            std::mem::swap(due, callbacks);
        }
    }
    /// The fate of a batch is known: its records' callbacks are due.
    #[inline]
    pub(super) fn call_back(&mut self, id: BatchId, result: Result<(), Exception>) {
        if let Some(callbacks) = &mut self.callbacks {
            let batch = &self.accumulator.batches[id];
            callbacks.extend(batch.records.iter().zip(batch.ordinal..).map(|(sent, ordinal)| Callback {
                record: sent.record,
                sent_as: Some((batch.partition, ordinal)),
                result,
            }));
        }
    }
    /// The partition of a batch.
    pub(super) fn tp(&self, batch: &ProducerBatch) -> Tp {
        Tp(self.first.0 + batch.partition)
    }
    /// The first partition of the topic that it sends to.
    pub fn first_partition(&self) -> Tp {
        self.first
    }
    /// A partition's number in the topic.
    pub fn number_of(&self, tp: Tp) -> u32 {
        tp.0 - self.first.0
    }
    /// Whether somebody waits for memory: then every batch is sendable.
    pub fn exhausted(&self) -> bool {
        matches!(self.blocked, Some(Blocked { wait: Wait::Memory(_), .. }))
    }
    /// Whether a blocked `send()` waits for metadata that is not there yet.
    pub fn lacks_metadata(&self) -> bool {
        self.blocked.is_some_and(|blocked| blocked.wait == Wait::Metadata && !self.knows_partition(blocked.named))
    }
    /// Whether the metadata has the topic, and the partition that the record names (`waitOnMetadata`).
    fn knows_partition(&self, named: RecordPlace) -> bool {
        match named.partition {
            Some(partition) => partition < self.metadata.partition_count(self.topic),
            None => self.metadata.knows(self.topic),
        }
    }
    /// Whether a blocked `send()` can go on, or has to give up.
    pub fn can_unblock(&self, now: Nanos) -> bool {
        self.blocked.is_some_and(|blocked| now >= blocked.deadline) || self.waits_for_what_is_there()
    }

    /// Whether `send()` blocks, though what it waits for is there.
    pub(super) fn waits_for_what_is_there(&self) -> bool {
        self.blocked.is_some_and(|blocked| match blocked.wait {
            Wait::Metadata => self.knows_partition(blocked.named),
            Wait::Memory(bytes) => self.accumulator.has_memory(bytes),
        })
    }
    /// Whether `send()` blocks, and with it the application.
    pub fn is_blocked(&self) -> bool {
        self.blocked.is_some()
    }
    /// flush(): what has accumulated is sent without waiting for more, from now on.
    pub fn flush(&mut self) {
        self.accumulator.flushing = true;
    }
    /// flush() returned.
    pub fn flushed(&mut self) {
        self.accumulator.flushing = false;
    }
    /// Whether some record's fate is open, or `send()` blocks.
    pub fn has_open_sends(&self) -> bool {
        self.is_blocked() || self.accumulator.has_incomplete()
    }

    // --- what is foreseen --------------------------------------------------------------------------

    /// Whether what was foreseen still holds.
    #[inline]
    pub fn is_forecast_valid(&self) -> bool {
        self.metadata.knows(self.topic) && self.forecast.is_valid(&self.accumulator)
    }
    /// Looks ahead anew, from what the accumulator is now.
    pub fn begin_forecast(&mut self) {
        self.forecast.begin(&self.accumulator);
    }
    /// Nothing is foreseen any more.
    pub fn forget_forecast(&mut self) {
        self.forecast.forget();
    }
    /// Whether the next record to come, which names nothing, will join a batch at its time, and change nothing else;
    /// with how many bytes. Looks no farther than to the sender's next turn, after which all may be otherwise.
    #[inline]
    pub fn foresee(&mut self, at: Nanos, record: ProducerRecord) -> Option<u32> {
        if !self.metadata.knows(self.topic) || at > self.armed {
            return None;
        }
        let keyed = self.partition_of_key(record);
        let bytes = self.forecast.joins(at, record, keyed, &self.accumulator)?;
        let accepted = record.value_len <= self.accepted || self.size_error(upper_bound(record)).is_none();
        // Where a key goes for the first time is told in the moment in which it does.
        let placed = keyed.is_none_or(|partition| self.placed[record.key as usize] == partition);
        (accepted && placed).then_some(bytes)
    }
    /// Sends a record that was foreseen, at its own time.
    #[inline]
    pub fn send_foreseen(&mut self, at: Nanos, record: ProducerRecord, bytes: u32, ordinals: &mut [u32]) {
        let keyed = self.partition_of_key(record);
        debug_assert!(keyed.is_none_or(|partition| self.placed[record.key as usize] == partition));
        self.accumulator.append_foreseen(BatchRecord { timestamp: at, record }, bytes, keyed, ordinals);
    }
    /// When the sender's next turn comes: no farther is anything foreseen.
    #[inline]
    pub fn sender_due(&self) -> Nanos {
        self.armed
    }

    // --- send() ------------------------------------------------------------------------------------

    /// The partition that the record's key decides.
    #[inline]
    fn partition_of_key(&self, record: ProducerRecord) -> Option<u32> {
        if record.key == RecordDetail::NULL_KEY { None } else { self.key_partitions.get(record.key as usize).copied() }
    }
    /// Why `send()` refuses a record with this upper bound of its batch's size.
    fn size_error(&self, bound: u32) -> Option<Exception> {
        if bound > self.config.max_request_size || u64::from(bound) > self.accumulator.memory() {
            return Some(Exception::RecordTooLarge);
        }
        (self.accumulator.buffer_of(bound) > self.accumulator.memory()).then_some(Exception::BatchExceedsMemory)
    }

    /// `KafkaProducer.send`: metadata, partition, size, accumulator. `ordinals`: the next ordinal by partition; it outlives
    /// the producer, so that no two records of a process share one.
    pub fn send(
        &mut self,
        record: ProducerRecord,
        named: RecordPlace,
        ordinals: &mut [u32],
        ctx: &mut Context<'_>,
    ) -> SendResult {
        let deadline = ctx.now().saturating_add(self.config.max_block);
        self.try_send(record, named, None, deadline, ordinals, ctx)
    }
    /// Goes on with the `send()` that blocks, or gives it up.
    ///
    /// # Panics
    /// If none does.
    pub fn unblock(&mut self, ordinals: &mut [u32], ctx: &mut Context<'_>) -> SendResult {
        let Blocked { record, named, deadline, timestamp, .. } = self.blocked.take().expect("a send() blocks");
        self.try_send(record, named, timestamp, deadline, ordinals, ctx)
    }
    /// `timestamp`: the record's, if the call has blocked for memory already: CreateTime comes after the wait for
    /// metadata and before that for memory. `deadline`: when `max.block.ms` is over for this call.
    fn try_send(
        &mut self,
        record: ProducerRecord,
        named: RecordPlace,
        timestamp: Option<Nanos>,
        deadline: Nanos,
        ordinals: &mut [u32],
        ctx: &mut Context<'_>,
    ) -> SendResult {
        if !self.knows_partition(named) {
            self.metadata.request_update();
            return self.block(Blocked { record, named, deadline, timestamp: None, wait: Wait::Metadata }, ctx);
        }
        let bound = upper_bound(record);
        if let Some(error) = self.size_error(bound) {
            return self.send_failed(record, error, ctx);
        }
        let buffer = self.accumulator.buffer_of(bound);
        // A partition that the record names is not the partitioner's matter (`KafkaProducer.partition`).
        let keyed = if named.partition.is_some() { None } else { self.partition_of_key(record) };
        let partition = named.partition.or(keyed);
        let now = ctx.now();
        let timed = BatchRecord { timestamp: named.timestamp.or(timestamp).unwrap_or(now), record };
        let sent = match self.accumulator.append(timed, buffer, partition, ordinals, now, ctx.random()) {
            RecordAppendResult::Joined => SendResult::Quietly,
            RecordAppendResult::Wake => SendResult::Wake,
            RecordAppendResult::Exhausted => {
                let timestamp = Some(timed.timestamp);
                return self.block(Blocked { record, named, deadline, timestamp, wait: Wait::Memory(buffer) }, ctx);
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
    fn block(&mut self, blocked: Blocked, ctx: &mut Context<'_>) -> SendResult {
        if ctx.now() >= blocked.deadline {
            return self.send_failed(blocked.record, blocked.wait.exception(), ctx);
        }
        self.blocked = Some(blocked);
        SendResult::Wake
    }
    fn send_failed(&mut self, record: ProducerRecord, error: Exception, ctx: &mut Context<'_>) -> SendResult {
        if let Some(callbacks) = &mut self.callbacks {
            callbacks.push(Callback { record, sent_as: None, result: Err(error) });
        }
        ctx.record(Fact::SendFailed { node: ctx.me(), topic: self.topic, count: 1, error });
        SendResult::Quietly
    }

    // --- the network and the end -------------------------------------------------------------------

    /// Takes an input of the process: of the network, or the sender's timer. Whether the sender has something to do.
    pub fn accept(&mut self, input: Input, ctx: &mut Context<'_>) -> bool {
        if let Input::Timer(Timer { kind: TIMER_SENDER, .. }) = input {
            self.armed = Nanos::MAX;
            return true;
        }
        let mut events = std::mem::take(&mut self.scratch.events);
        self.network.accept(input, &mut events, ctx);
        let anything = !events.is_empty();
        events.drain(..).for_each(|event| self.on_network_event(event, ctx));
        self.scratch.events = events;
        anything
    }

    /// Says what is still open when the run ends.
    pub fn report_pending(&self, ctx: &mut Context<'_>) {
        self.pending(ctx.me()).for_each(|fact| ctx.record(fact));
        let (available, total) = (self.accumulator.available(), self.accumulator.memory());
        let incomplete = self.accumulator.batches.incomplete().count() as u32;
        ctx.record(Fact::BufferMemory { node: ctx.me(), available, total, incomplete });
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

impl KafkaProducer {
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
fn upper_bound(record: ProducerRecord) -> u32 {
    batch_size_upper_bound(key_len(record.key), Some(record.value_len), &[])
}

/// The partition of every one of so many keys, hashed once for all lives of a process; none if keys do not decide.
pub fn key_partitions(spec: &ProducerSpec, keys: u32, catalog: &Catalog) -> Rc<[u32]> {
    if spec.config.partitioner_ignore_keys {
        return Rc::from([]);
    }
    partitions_of_keys(keys, catalog.topics[spec.topic.index()].partitions).into()
}
