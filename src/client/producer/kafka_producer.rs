//! The producer as an application sees it (`clients/.../producer/KafkaProducer.java`).
//!
//! `send()` returns, or blocks where Kafka blocks: then the application does nothing else until
//! [`KafkaProducer::can_unblock`]. What has accumulated becomes requests when the sender runs ([`KafkaProducer::run`]):
//! after `send()` said [`SendResult::Wake`], and after every input that [`KafkaProducer::accept`] takes.

use std::rc::Rc;

use super::accumulator::{Forecast, Foreseen, RecordAccumulator, RecordAppendResult};
use super::batch::{BatchRecord, ProducerBatch};
use super::callbacks::Callbacks;
use super::compression::CompressionRatio;
use super::keys::KeyPartitions;
use super::metadata::ProducerMetadata;
use super::partitioner::{Partitioner, TopicState, partitions_of_keys};
use super::record::{Callback, ProducerRecord, RecordPlace};
use super::sender::Sender;
use super::shared::Shared;
use super::spec::ProducerSpec;
use super::timers::ProducerTimer;
use super::transactions::{Operation, Thread, TransactionManager, TxnIdentity};
use crate::history::fact::Fact;
use crate::node::{Context, Input};
use crate::protocol::catalog::Catalog;
use crate::protocol::config::ProducerConfig;
use crate::protocol::exceptions::Exception;
use crate::protocol::ids::{GroupId, NodeId, Tp};
use crate::protocol::rules::Rules;
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
struct Blocked {
    record: ProducerRecord,
    named: RecordPlace,
    deadline: Nanos,
    /// The record's timestamp, once it has one.
    timestamp: Option<Nanos>,
    wait: Wait,
    /// When the call was made.
    since: Nanos,
}

/// A call for transactions that waits for the cluster.
#[derive(Clone, Copy, Debug)]
pub(super) struct Call {
    pub operation: Operation,
    /// When `max.block.ms` is over for it.
    pub deadline: Nanos,
    /// What it throws at once, without waiting.
    pub thrown: Option<Exception>,
    /// The group whose offsets are sent.
    pub group: Option<GroupId>,
}

/// How far close() is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Closing {
    /// It was not called.
    No,
    /// It waits until everything is sent, and a transaction that is open is aborted.
    Begun,
    /// It leaves the transaction to the coordinator's timeout (`forceClose`).
    Forced,
}

/// What a call of `send()` came to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[must_use = "the sender may have something to do"]
pub enum SendResult {
    /// It returned; nothing for the sender to do.
    Quietly,
    /// It returned, or blocks, and the sender has something to do.
    Wake,
    /// It threw, although a batch has the record: the producer is not in a transaction, or in a state of error. The record
    /// is dropped if the transaction is aborted; else it waits for the next one that has its partition, and holds up the
    /// end of every other.
    Threw(Exception),
}

/// See the module.
#[derive(Clone, Debug)]
pub struct KafkaProducer {
    /// `max.block.ms`.
    pub(super) max_block: Nanos,
    /// `max.request.size`.
    max_request_size: u32,
    /// See [`accepted_len`].
    accepted: u32,
    keys: KeyPartitions,
    partitioner: Partitioner,
    /// The call of `send()` that does not return.
    blocked: Option<Blocked>,
    /// The call for transactions that does not return.
    pub(super) call: Option<Call>,
    /// The number of the transaction that is open, or was.
    pub(super) transaction: u32,
    closing: Closing,
    /// It has known its topic, in some answer: what it waits for is no part of its start any more.
    has_known_topic: bool,
    /// A batch was begun by a `send()` that threw, and so without waking the sender up.
    pub(super) unheard: bool,
    forecast: Forecast,
    pub(super) shared: Shared,
    pub(super) sender: Sender,
}

impl KafkaProducer {
    /// A producer that was just constructed. `key_partitions`: see [`key_partitions`].
    pub fn new(spec: &ProducerSpec, catalog: &Catalog, rules: Rules, key_partitions: Rc<[u32]>) -> KafkaProducer {
        let config = &spec.config;
        let partitions = catalog.topics[spec.topic.index()].partitions;
        let rules = spec.client.map_or(rules, |client| client.rules(rules));
        let compression = CompressionRatio::new(config.compression_type, spec.compression_ratio);
        let rack = catalog.rack(config.client_rack.as_str()).filter(|_| config.partitioner_rack_aware);
        let accumulator = RecordAccumulator::new(config, partitions, rules)
            .with_compression(compression)
            .of_client(spec)
            .preferring(rack);
        let first = catalog.topics[spec.topic.index()].first;
        let (timeout, version) = (config.transaction_timeout, rules.transaction_version);
        let identity = |transactional_id| (TxnIdentity { transactional_id, timeout, version }, first);
        let identity = spec.transactional_id.map(identity);
        KafkaProducer {
            max_block: config.max_block,
            max_request_size: config.max_request_size,
            accepted: accepted_len(config, &accumulator),
            keys: KeyPartitions::new(key_partitions, partitions, config.partitioner_class),
            partitioner: Partitioner::new(config.partitioner_class),
            blocked: None,
            call: None,
            transaction: 0,
            closing: Closing::No,
            has_known_topic: false,
            unheard: false,
            forecast: Forecast::default(),
            shared: Shared {
                metadata: ProducerMetadata::new(spec, catalog),
                accumulator,
                transactions: config.enable_idempotence.then(|| TransactionManager::new(partitions, rules, identity)),
                callbacks: Callbacks::default(),
            },
            sender: Sender::new(config.clone(), spec.waits_in_vain),
        }
    }

    /// The same, and every `send()` has a callback.
    #[must_use]
    pub fn with_callbacks(mut self) -> KafkaProducer {
        self.shared.callbacks = Callbacks::wanted();
        self
    }
    /// Whether callbacks are due.
    pub fn has_callbacks(&self) -> bool {
        self.shared.callbacks.len() > 0
    }
    /// Records that were sent, and whose callbacks were not called yet.
    pub fn results_to_come(&self) -> usize {
        let open: u32 = self.shared.accumulator.batches().incomplete().map(ProducerBatch::count).sum();
        open as usize + usize::from(self.is_blocked()) + self.shared.callbacks.len()
    }
    /// The callbacks that are due, in exchange for an empty list.
    pub fn take_callbacks(&mut self, due: &mut Vec<Callback>) {
        self.shared.callbacks.take(due);
    }
    /// The first partition of the topic that it sends to.
    pub fn first_partition(&self) -> Tp {
        self.shared.metadata.tp(0)
    }
    /// A partition's number in the topic.
    pub fn number_of(&self, tp: Tp) -> u32 {
        self.shared.metadata.number_of(tp)
    }
    /// Whether somebody waits for memory: then every batch is sendable.
    fn exhausted(&self) -> bool {
        matches!(self.blocked, Some(Blocked { wait: Wait::Memory(_), .. }))
    }
    /// Whether a blocked `send()` waits for metadata that is not there yet.
    fn lacks_metadata(&self) -> bool {
        let lacks = |blocked: Blocked| !self.shared.metadata.knows_partition(blocked.named);
        self.blocked.is_some_and(|blocked| blocked.wait == Wait::Metadata && lacks(blocked))
    }
    /// Whether a blocked `send()` can go on, or has to give up.
    pub fn can_unblock(&self, now: Nanos) -> bool {
        self.blocked.is_some_and(|blocked| now >= blocked.deadline) || self.waits_for_what_is_there()
    }

    /// Whether `send()` blocks, though what it waits for is there.
    pub(super) fn waits_for_what_is_there(&self) -> bool {
        self.blocked.is_some_and(|blocked| match blocked.wait {
            Wait::Metadata => self.shared.metadata.knows_partition(blocked.named),
            Wait::Memory(bytes) => self.shared.accumulator.pool().has(bytes),
        })
    }
    /// Whether `send()` blocks, and with it the application.
    pub fn is_blocked(&self) -> bool {
        self.blocked.is_some()
    }
    /// flush(): what has accumulated is sent without waiting for more, from now on.
    pub fn flush(&mut self) {
        self.shared.accumulator.begin_flush();
    }
    /// flush() returned.
    pub fn flushed(&mut self) {
        self.shared.accumulator.end_flush();
    }
    /// Whether some record's fate is open, or `send()` blocks, or close() has a transaction to abort.
    pub fn has_open_sends(&self) -> bool {
        let closing = || {
            let ongoing = self.shared.transactions.as_ref().is_some_and(TransactionManager::has_ongoing_transaction);
            self.closing == Closing::Begun && ongoing
        };
        self.is_blocked() || self.shared.accumulator.has_incomplete() || closing()
    }
    /// Whether it has a `transactional.id`.
    #[inline]
    pub fn is_transactional(&self) -> bool {
        self.shared.transactions.as_ref().is_some_and(TransactionManager::is_transactional)
    }

    // --- what is foreseen --------------------------------------------------------------------------

    /// Whether each record changes something beside the batch that it joins, or whose turn it is; or whether it begins a
    /// batch for coming later than the last one.
    #[inline]
    fn looks_at_each(&self) -> bool {
        !self.partitioner.is_built_in() || self.shared.accumulator.by_call()
    }
    /// Whether what was foreseen still holds.
    #[inline]
    pub fn is_forecast_valid(&self) -> bool {
        self.shared.metadata.knows_topic() && self.forecast.is_valid(&self.shared.accumulator) && self.takes_records()
    }
    /// Whether `send()` would throw nothing on the transaction's account.
    #[inline]
    fn takes_records(&self) -> bool {
        self.shared.transactions.as_ref().is_none_or(TransactionManager::takes_records)
    }
    /// Looks ahead anew, from what the accumulator is now.
    pub fn begin_forecast(&mut self) {
        self.forecast.begin(&self.shared.accumulator);
    }
    /// Nothing is foreseen any more.
    pub fn forget_forecast(&mut self) {
        self.forecast.forget();
    }
    /// Whether the next record to come, which names nothing, will join a batch at its time, and change nothing else;
    /// with how many bytes. Looks no farther than to the sender's next turn, after which all may be otherwise.
    #[inline]
    pub fn foresee(&mut self, at: Nanos, record: ProducerRecord) -> Option<u32> {
        if !self.shared.metadata.knows_topic() || at > self.sender.due() || self.looks_at_each() {
            return None;
        }
        let keyed = self.keys.of(record);
        let Foreseen { partition, bytes } = self.forecast.joins(at, record, keyed, &self.shared.accumulator)?;
        // The first record of a partition makes it a part of the transaction.
        if self.shared.transactions.as_ref().is_some_and(|transactions| !transactions.has_partition(partition)) {
            return None;
        }
        let accepted = record.value_len.saturating_add(record.headers) <= self.accepted
            || self.size_error(record.upper_bound()).is_none();
        // Where a key goes for the first time is told in the moment in which it does.
        let placed = keyed.is_none_or(|partition| self.keys.is_placed(record.key, partition));
        (accepted && placed).then_some(bytes)
    }
    /// Sends a record that was foreseen, at its own time.
    #[inline]
    pub fn send_foreseen(&mut self, at: Nanos, record: ProducerRecord, bytes: u32, ordinals: &mut [u32]) {
        let keyed = self.keys.of(record);
        debug_assert!(keyed.is_none_or(|partition| self.keys.is_placed(record.key, partition)));
        self.shared.metadata.use_topic(at);
        self.shared.accumulator.append_foreseen(BatchRecord { timestamp: at, record }, bytes, keyed, ordinals);
    }
    /// When the sender's next turn comes: no farther is anything foreseen.
    #[inline]
    pub fn sender_due(&self) -> Nanos {
        self.sender.due()
    }

    // --- send() ------------------------------------------------------------------------------------

    /// Why `send()` refuses a record with this upper bound of its batch's size.
    fn size_error(&self, bound: u32) -> Option<Exception> {
        if bound > self.max_request_size || u64::from(bound) > self.shared.accumulator.pool().total() {
            return Some(Exception::RecordTooLarge);
        }
        (self.shared.accumulator.buffer_of(bound) > self.shared.accumulator.pool().total())
            .then_some(Exception::BatchExceedsMemory)
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
        let deadline = ctx.now().saturating_add(self.max_block);
        self.try_send(record, named, None, deadline, ordinals, ctx)
    }
    /// Goes on with the `send()` that blocks, or gives it up.
    ///
    /// # Panics
    /// If none does.
    pub fn unblock(&mut self, ordinals: &mut [u32], ctx: &mut Context<'_>) -> SendResult {
        let Blocked { record, named, deadline, timestamp, wait, since } = self.blocked.take().expect("a send() blocks");
        let starts = !self.has_known_topic;
        self.has_known_topic |= self.shared.metadata.knows_topic();
        let sent = self.try_send(record, named, timestamp, deadline, ordinals, ctx);
        match &mut self.blocked {
            Some(still) => still.since = since,
            None if starts && wait == Wait::Metadata => {}
            None => {
                let (node, topic, memory) = (ctx.me(), self.shared.metadata.topic(), wait != Wait::Metadata);
                ctx.record(Fact::SendUnblocked { node, topic, since, memory });
            }
        }
        sent
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
        self.shared.metadata.use_topic(ctx.now());
        if !self.shared.metadata.knows_partition(named) {
            self.shared.metadata.request_topic();
            return self.block(
                Blocked { record, named, deadline, timestamp: None, wait: Wait::Metadata, since: ctx.now() },
                ctx,
            );
        }
        let bound = record.upper_bound();
        if let Some(error) = self.size_error(bound) {
            return self.send_failed(record, error, ctx);
        }
        let buffer = self.shared.accumulator.buffer_of(bound);
        // A partition that the record names is not the partitioner's matter (`KafkaProducer.partition`). What it has said
        // once holds, also if the call has to wait for memory.
        let mut named = named;
        let now = ctx.now();
        let timed = BatchRecord { timestamp: named.timestamp.or(timestamp).unwrap_or(now), record };
        let keyed = if named.partition.is_some() { None } else { self.keys.of(record) };
        if !self.partitioner.is_built_in() && named.partition.is_none() {
            let chosen = self.choose_partition(timed, keyed, ctx);
            // Of a key it is known where it goes.
            named.partition = if keyed.is_some() { None } else { chosen };
        }
        let partition = named.partition.or(keyed);
        let (sent, got_it) = match self.shared.accumulator.append(timed, buffer, partition, ordinals, now, ctx.random())
        {
            RecordAppendResult::Joined(partition) => (SendResult::Quietly, partition),
            RecordAppendResult::Wake(partition) => (SendResult::Wake, partition),
            RecordAppendResult::Exhausted => {
                let timestamp = Some(timed.timestamp);
                return self.block(
                    Blocked { record, named, deadline, timestamp, wait: Wait::Memory(buffer), since: ctx.now() },
                    ctx,
                );
            }
        };
        if let Some(partition) = keyed
            && !self.keys.is_placed(record.key, partition)
        {
            self.key_placed(record.key, partition, ctx);
        }
        match &mut self.shared.transactions {
            // The check comes after the append: the record is queued, whatever it says.
            Some(transactions) => match transactions.maybe_add_partition(got_it) {
                Ok(()) => sent,
                Err(error) => self.threw(got_it, error, ordinals, ctx),
            },
            None => sent,
        }
    }
    /// Asks the partitioner that is configured.
    fn choose_partition(&mut self, timed: BatchRecord, keyed: Option<u32>, ctx: &mut Context<'_>) -> Option<u32> {
        let (accumulator, now) = (&self.shared.accumulator, ctx.now());
        let topic = TopicState {
            partitions: self.shared.metadata.topic_partitions(),
            available: &|partition| accumulator.is_available(partition),
            begins_batch: &|partition| accumulator.begins_batch(timed, partition),
        };
        self.partitioner.partition(keyed, &topic, now, ctx.random())
    }
    #[cold]
    fn threw(&mut self, partition: u32, error: Exception, ordinals: &[u32], ctx: &mut Context<'_>) -> SendResult {
        let (tp, ordinal) = (self.shared.metadata.tp(partition), ordinals[partition as usize] - 1);
        self.unheard = true;
        ctx.record(Fact::SendThrew { node: ctx.me(), tp, ordinal, error });
        SendResult::Threw(error)
    }
    /// A record with a key is in a batch of another partition than the last one with that key, or is the first.
    fn key_placed(&mut self, key: u32, partition: u32, ctx: &mut Context<'_>) {
        self.keys.place(key, partition);
        let (node, tp) = (ctx.me(), self.shared.metadata.tp(partition));
        ctx.record(Fact::KeyPlaced { node, key, tp, partitions: self.keys.partitions() });
    }
    fn block(&mut self, blocked: Blocked, ctx: &mut Context<'_>) -> SendResult {
        if ctx.now() >= blocked.deadline {
            return self.send_failed(blocked.record, blocked.wait.exception(), ctx);
        }
        self.blocked = Some(blocked);
        SendResult::Wake
    }
    fn send_failed(&mut self, record: ProducerRecord, error: Exception, ctx: &mut Context<'_>) -> SendResult {
        self.shared.callbacks.refuse(record, error);
        ctx.record(Fact::SendFailed { node: ctx.me(), topic: self.shared.metadata.topic(), count: 1, error });
        // What is no `ApiException` is thrown, and leaves the transaction as it is.
        let transactions = self.shared.transactions.as_mut().filter(|_| error != Exception::BatchExceedsMemory);
        let threw = transactions.and_then(|t| t.enter_error_state(error, Thread::Application, ctx).err());
        threw.map_or(SendResult::Quietly, SendResult::Threw)
    }

    // --- the network and the end -------------------------------------------------------------------

    /// The sender does what it can do now, and sets its timer for what comes next.
    pub fn run(&mut self, ctx: &mut Context<'_>) {
        self.unheard = false;
        let send = self.blocked.map_or(Nanos::MAX, |blocked| blocked.deadline);
        let call = self.call.map_or(Nanos::MAX, |call| call.deadline);
        let exhausted = self.exhausted();
        self.sender.run(&mut self.shared, exhausted, send.min(call), ctx);
        if self.closing == Closing::Begun && self.aborts_at_close(ctx) {
            self.sender.run(&mut self.shared, exhausted, send.min(call), ctx);
        }
    }
    /// close() aborts a transaction that is open, once nothing else is to be done (`Sender.run`). Whether it begins to.
    #[cold]
    fn aborts_at_close(&mut self, ctx: &mut Context<'_>) -> bool {
        let Shared { transactions: Some(transactions), accumulator, .. } = &mut self.shared else { return false };
        let busy = accumulator.has_incomplete() || !self.sender.is_silent() || transactions.has_requests();
        if busy || !transactions.has_ongoing_transaction() || transactions.is_completing() {
            return false;
        }
        let begun = transactions.begin_abort(ctx).is_ok();
        if !begun {
            self.closing = Closing::Forced;
        }
        begun
    }
    /// close(): what has accumulated is sent, and a transaction that is open is aborted. It has returned once nothing
    /// [is open](KafkaProducer::has_open_sends).
    pub fn close(&mut self, ctx: &mut Context<'_>) {
        self.closing = Closing::Begun;
        self.flush();
        self.run(ctx);
    }
    /// A producer that was closed, or whose close() took too long, lets its connections go: another one may take its place in
    /// the process.
    pub fn disconnect(&mut self, ctx: &mut Context<'_>) {
        self.sender.disconnect(self.shared.metadata.bootstrap(), ctx);
    }
    /// One of its timers went off. Whether the sender has something to do.
    pub fn on_timer(&mut self, timer: ProducerTimer, ctx: &mut Context<'_>) -> bool {
        match timer {
            ProducerTimer::Connection(_) => self.accept(Input::Timer(timer.into()), ctx),
            ProducerTimer::Sender => {
                self.sender.woke_up();
                self.accept_held(ctx);
                true
            }
        }
    }
    /// Takes an input of the network. Whether the sender has something to do.
    pub fn accept(&mut self, input: Input, ctx: &mut Context<'_>) -> bool {
        if self.sender.is_asleep(ctx.now()) {
            self.sender.hold(input);
            return false;
        }
        let anything = self.accept_held(ctx);
        self.accept_now(input, ctx) || anything
    }
    /// Reads what came while the sender's thread slept, if it does not sleep any more.
    fn accept_held(&mut self, ctx: &mut Context<'_>) -> bool {
        if !self.sender.has_held() || self.sender.is_asleep(ctx.now()) {
            return false;
        }
        let mut anything = false;
        for input in self.sender.take_held() {
            anything |= self.accept_now(input, ctx);
        }
        anything
    }
    fn accept_now(&mut self, input: Input, ctx: &mut Context<'_>) -> bool {
        let mut events = self.sender.receive(input, ctx);
        let anything = !events.is_empty();
        for event in events.drain(..) {
            if self.sender.on_network_event(event, &mut self.shared, ctx) {
                self.metadata_updated();
            }
        }
        self.sender.keep(events);
        anything
    }
    /// The call that waits for metadata looks, and asks again if they are not what it waits for.
    fn metadata_updated(&mut self) {
        self.keys.spread_over(self.shared.metadata.topic_partitions());
        if self.lacks_metadata() {
            self.shared.metadata.request_topic();
        }
    }

    /// Says what is still open when the run ends.
    pub fn report_pending(&self, ctx: &mut Context<'_>) {
        self.pending(ctx.me()).for_each(|fact| ctx.record(fact));
        let (available, total) = (self.shared.accumulator.pool().available(), self.shared.accumulator.pool().total());
        // A batch that was given up while the network has it keeps its memory until that is done with it (KAFKA-19012).
        let kept = self.shared.accumulator.batches().all().filter(|batch| !batch.done || batch.allocated > 0);
        let incomplete = kept.count() as u32;
        ctx.record(Fact::BufferMemory { node: ctx.me(), available, total, incomplete });
        if let Some(compression) = self.shared.accumulator.compression() {
            let (codec, batches, uncompressed, compressed) = compression.sum();
            ctx.record(Fact::RecordsCompressed { node: ctx.me(), codec, batches, uncompressed, compressed });
        }
    }
    /// The batches whose fate is open, as facts for the end of the run.
    pub fn pending(&self, node: NodeId) -> impl Iterator<Item = Fact> + '_ {
        self.shared.accumulator.batches().incomplete().map(move |batch| Fact::RecordsPending {
            node,
            tp: self.shared.metadata.tp(batch.partition),
            ordinal: batch.ordinal,
            count: batch.count(),
            sent: batch.sends > 0,
        })
    }
}

/// Up to this length no value is refused for its size, whatever its key.
fn accepted_len(config: &ProducerConfig, accumulator: &RecordAccumulator) -> u32 {
    const BESIDE_THE_VALUE: u32 = 256;
    let memory = u32::try_from(accumulator.pool().total()).unwrap_or(u32::MAX);
    // With a batch.size beyond buffer.memory every record is refused.
    let fits = accumulator.buffer_of(0) <= accumulator.pool().total();
    if fits { config.max_request_size.min(memory).saturating_sub(BESIDE_THE_VALUE) } else { 0 }
}

/// The partition of every one of so many keys, hashed once for all lives of a process; none if keys do not decide.
pub fn key_partitions(spec: &ProducerSpec, keys: u32, catalog: &Catalog) -> Rc<[u32]> {
    if !spec.config.keys_decide() {
        return Rc::from([]);
    }
    let partitions = catalog.topics[spec.topic.index()].partitions;
    partitions_of_keys(spec.config.partitioner_class, keys, partitions).into()
}
