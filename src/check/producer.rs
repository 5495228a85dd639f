//! Invariants of producers: P1-P10.

mod lineage;

use litemap::LiteMap;

use self::lineage::Lineage;
use super::excuse::{Excuse, unordered};
use super::family::Family;
use super::ghost::Ghost;
use super::ledger::LedgerBook;
use super::outcome::{Findings, Tally, Witness};
use super::patience::dead_connection;
use super::runs::Runs;
use crate::history::fact::{Certainty, Entry, Fact, FactKind, FactSet, ReplicaRole};
use crate::history::setup::ProducerSetup;
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::*;
use crate::sim::time::Nanos;

/// How late an outcome may be: the sender looks at deadlines when it wakes.
const SCHEDULING_SLACK: Nanos = Nanos::from_secs(1);

/// See the module.
#[derive(Clone, Debug)]
pub struct ProducerChecks {
    no_phantom: Tally,
    definite_fail_absent: Tally,
    idempotent_no_dup: Tally,
    idempotent_order: Tally,
    producer_fencing: Tally,
    pid_unique: Tally,
    per_key_order: Tally,
    bounded_outcome: Tally,
    memory_given_back: Tally,
    key_keeps_partition: Tally,
    /// By topic, number of partitions, and key: where that key went first, and whose record it was.
    keys: std::collections::BTreeMap<(TopicId, u32, u32), (Tp, NodeId)>,
    /// By process and partition.
    streams: Vec<Vec<Stream>>,
    /// By partition: what the acting leader's log says of its producers.
    lineages: Vec<Lineage>,
    /// By process: when it got its producer id, or another epoch, last.
    identified: Vec<Option<Nanos>>,
    /// Who got a producer id and epoch, in which of its lives.
    ids: LiteMap<(ProducerId, ProducerEpoch), (NodeId, u32)>,
}

/// The ordinals of one producer in one partition.
#[derive(Clone, Debug, Default)]
struct Stream {
    /// Handed to the network.
    sent: Runs,
    /// Appended by some leader, at some time.
    appended: Runs,
    /// Failed for certain.
    absent: Runs,
    /// Failed, and perhaps appended.
    unsure: Runs,
    /// Handed to the network after it had failed: the sender fails what has expired after it has drained it, and
    /// sends it all the same (`Sender.sendProducerData`).
    after_failing: Runs,
    /// Put back into the queue, or sent once more.
    again: Runs,
    /// Split, since a broker found their batch too large: the parts are put in front of the queue.
    split: Runs,
    /// Where each life of the process but the last had sent up to, ascending.
    lives: Vec<i64>,
}

/// How the records at hand were sent.
#[derive(Clone, Copy)]
struct Sending {
    /// A request with them was given up.
    given_up: bool,
    /// Their batch was too large, and split.
    split: bool,
    /// How many records the life of the producer has sent that sent these.
    sent: i64,
}

impl Stream {
    /// Up to where the life that sent a record has sent; `i64::MAX` for the one that runs.
    fn end_of_life(&self, ordinal: u32) -> i64 {
        let over = self.lives.partition_point(|end| *end <= i64::from(ordinal));
        self.lives.get(over).copied().unwrap_or(i64::MAX)
    }
}

impl Family for ProducerChecks {
    const WANTS: FactSet = FactSet::of(&[
        FactKind::BatchSent,
        FactKind::Appended,
        FactKind::ControlAppended,
        FactKind::TransactionsInitialized,
        FactKind::RecordsPolled,
        FactKind::ProducerIdAssigned,
        FactKind::ProcessStarted,
        FactKind::BufferMemory,
        FactKind::KeyPlaced,
        FactKind::BatchRetried,
        FactKind::BatchAcked,
        FactKind::BatchFailed,
    ]);

    fn new(ghost: &Ghost) -> ProducerChecks {
        let mut checks = ProducerChecks {
            no_phantom: Tally::new(
                "no-phantom",
                "P1",
                "every record that a consumer gets was sent",
                "no consumer got a record",
            ),
            definite_fail_absent: Tally::new(
                "definite-fail-absent",
                "P2",
                "a record that failed for certain is in no log",
                "no record failed for certain",
            ),
            idempotent_no_dup: Tally::new(
                "idempotent-no-dup",
                "P3",
                "with idempotence a sequence number is in a partition once",
                "no idempotent batch was appended",
            ),
            idempotent_order: Tally::new(
                "idempotent-order",
                "P4",
                "with idempotence sequence numbers are contiguous in the log",
                "no idempotent batch was appended",
            ),
            producer_fencing: Tally::new(
                "producer-fencing",
                "P5",
                "no batch of an older producer epoch is appended after one of a newer",
                "no producer bumped its epoch",
            ),
            pid_unique: Tally::new(
                "pid-unique",
                "P6",
                "no two producers hold the same producer id and epoch",
                "no producer id was assigned",
            ),
            per_key_order: Tally::new(
                "per-key-order",
                "P7",
                "a producer's records are in a partition in the order in which they were sent",
                "no record was appended",
            ),
            bounded_outcome: Tally::new(
                "bounded-outcome",
                "P8",
                "every send completes within delivery.timeout.ms",
                "no send completed",
            ),
            memory_given_back: Tally::new(
                "memory-given-back",
                "P9",
                "a producer without open batches has all of buffer.memory",
                "no producer without open batches was there when the run ended",
            ),
            key_keeps_partition: Tally::new(
                "key-keeps-partition",
                "P10",
                "the partitioner gives a key the same partition as long as the topic has as many of them",
                "no record's partition was decided by its key",
            ),
            keys: std::collections::BTreeMap::new(),
            streams: vec![Vec::new(); ghost.setup.catalog.nodes.len()],
            lineages: vec![Lineage::default(); ghost.partition_count()],
            identified: vec![None; ghost.setup.catalog.nodes.len()],
            ids: LiteMap::new(),
        };
        let producers = &ghost.setup.producers;
        if let Some(first) = producers.first() {
            if let Some(why) = unordered(first).filter(|_| producers.iter().all(|p| unordered(p).is_some())) {
                checks.per_key_order.not_promised(why);
            }
            if producers.iter().all(|p| !p.idempotent) {
                let why = Excuse::NotIdempotent(first.node);
                checks.idempotent_no_dup.not_promised(why);
                checks.idempotent_order.not_promised(why);
            }
        }
        checks
    }

    fn observe(&mut self, entry: &Entry, ghost: &Ghost, _: &LedgerBook) {
        match entry.fact {
            Fact::BatchSent { node, tp, ordinal, count, attempt, .. } => {
                let (from, to) = (i64::from(ordinal), i64::from(ordinal + count));
                let stream = self.stream(ghost, node, tp);
                stream.sent.add(from, to);
                if attempt > 0 {
                    stream.again.add(from, to);
                }
                if stream.absent.first_in(from, to).is_some() {
                    stream.after_failing.add(from, to);
                }
            }
            Fact::Appended { role: ReplicaRole::Leader, broker, tp, node, .. } if !ghost.partition(tp).internal => {
                self.leader_append(entry, ghost, broker, tp, node);
            }
            Fact::ControlAppended { role: ReplicaRole::Leader, broker, tp, leader_epoch, .. }
                if !ghost.partition(tp).internal && ghost.partition(tp).acts_in(broker, leader_epoch) =>
            {
                self.lineages[tp.index()].follow(ghost, broker, leader_epoch, tp);
                self.lineages[tp.index()].append(&ghost.incoming, entry.at);
            }
            Fact::TransactionsInitialized { node, producer_id, epoch, error: None, .. } => {
                self.identified(entry, ghost, node, (producer_id, epoch));
            }
            Fact::RecordsPolled { node, tp, offset, count, origin, ordinal, .. } => {
                let sent = &self.stream(ghost, origin, tp).sent;
                let known = sent.overlap(i64::from(ordinal), i64::from(ordinal + count)) == u64::from(count);
                self.no_phantom.must(known, || {
                    let text = format!(
                        "{} got record {ordinal} (of {count}) of {}, which never sent it",
                        ghost.node_name(node),
                        ghost.node_name(origin)
                    );
                    Witness::at(entry, text).on(tp, offset).by(node)
                });
            }
            Fact::ProducerIdAssigned { node, producer_id, epoch } => {
                self.identified[node.index()] = Some(entry.at);
                self.identified(entry, ghost, node, (producer_id, epoch));
            }
            Fact::ProcessStarted { node } => {
                for stream in &mut self.streams[node.index()] {
                    let end = stream.sent.end();
                    if stream.lives.last().is_none_or(|last| *last < end) {
                        stream.lives.push(end);
                    }
                }
            }
            Fact::BufferMemory { node, available, total, incomplete: 0 } => {
                self.memory_given_back.must(available == total, || {
                    Witness::at(entry, format!("{available} of {total} bytes are free, and no batch is open")).by(node)
                });
            }
            Fact::KeyPlaced { node, key, tp, partitions } => self.key_placed(entry, ghost, node, tp, (key, partitions)),
            Fact::BatchRetried { node, tp, ordinal, count, error, .. } => {
                let (from, to) = (i64::from(ordinal), i64::from(ordinal + count));
                let stream = self.stream(ghost, node, tp);
                stream.again.add(from, to);
                if error == ErrorCode::MessageTooLarge {
                    stream.split.add(from, to);
                }
            }
            Fact::BatchAcked { node, tp, ordinal, created, .. } => {
                self.completed(entry, ghost, (node, tp, ordinal), created);
            }
            Fact::BatchFailed { node, tp, ordinal, count, certainty, created, .. } => {
                self.completed(entry, ghost, (node, tp, ordinal), created);
                self.failed(entry, ghost, node, tp, (ordinal, count), certainty);
            }
            _ => {}
        }
    }

    fn findings(&self, out: &mut Findings<'_>) {
        for tally in [
            &self.no_phantom,
            &self.definite_fail_absent,
            &self.idempotent_no_dup,
            &self.idempotent_order,
            &self.producer_fencing,
            &self.pid_unique,
            &self.per_key_order,
            &self.bounded_outcome,
            &self.memory_given_back,
            &self.key_keeps_partition,
        ] {
            out.add(tally);
        }
    }
}

impl ProducerChecks {
    /// `BuiltInPartitioner.partitionForKey`: the hash of the key modulo the number of partitions in the producer's
    /// metadata, and nothing else. So it is the same for every producer, and in every life; one that has not heard
    /// of new partitions goes by the old number.
    fn key_placed(&mut self, entry: &Entry, ghost: &Ghost, node: NodeId, tp: Tp, (key, partitions): (u32, u32)) {
        let topic = ghost.setup.catalog.topic_of(tp).0;
        let (home, first) = *self.keys.entry((topic, partitions, key)).or_insert((tp, node));
        self.key_keeps_partition.must(home == tp, || {
            let text = format!(
                "{} puts key-{key} into {}, {} put it into {}, of {partitions} partitions",
                ghost.node_name(node),
                ghost.name(tp),
                ghost.node_name(first),
                ghost.name(home)
            );
            Witness::at(entry, text).on(tp, Offset::INVALID).by(node)
        });
    }

    /// A producer has an id and an epoch, alone.
    fn identified(&mut self, entry: &Entry, ghost: &Ghost, node: NodeId, (id, epoch): (ProducerId, ProducerEpoch)) {
        let me = (node, ghost.process(node).life);
        let holder = *self.ids.entry((id, epoch)).or_insert(me);
        let excuse = || ghost.transactions.owner_of(id).and_then(|id| ghost.transaction_excuse(id));
        self.pid_unique.check(holder == me, excuse, || {
            Witness::at(entry, format!("producer id {id} epoch {epoch} handed out twice")).by(node)
        });
    }

    fn stream(&mut self, ghost: &Ghost, node: NodeId, tp: Tp) -> &mut Stream {
        let streams = &mut self.streams[node.index()];
        if streams.is_empty() {
            *streams = vec![Stream::default(); ghost.partition_count()];
        }
        &mut streams[tp.index()]
    }

    fn failed(
        &mut self,
        entry: &Entry,
        ghost: &Ghost,
        node: NodeId,
        tp: Tp,
        records: (u32, u32),
        certainty: Certainty,
    ) {
        let (from, to) = (i64::from(records.0), i64::from(records.0 + records.1));
        let stream = self.stream(ghost, node, tp);
        if certainty == Certainty::Unknown {
            return stream.unsure.add(from, to);
        }
        stream.absent.add(from, to);
        let there = stream.appended.first_in(from, to);
        self.definite_fail_absent.must(there.is_none(), || {
            Witness::at(entry, format!("record {} failed for certain, and was appended", there.unwrap_or(from)))
                .on(tp, Offset::INVALID)
                .by(node)
        });
    }

    fn leader_append(&mut self, entry: &Entry, ghost: &Ghost, broker: BrokerId, tp: Tp, node: NodeId) {
        let batch = ghost.incoming;
        let (from, to) = (i64::from(batch.ordinal), i64::from(batch.ordinal + batch.count));
        let stream = self.stream(ghost, node, tp);
        stream.appended.add(from, to);
        let absent = stream.absent.first_in(from, to);
        let after_failing = stream.after_failing.first_in(from, to).is_some();
        let sent = stream.end_of_life(batch.ordinal);
        let given_up = stream.unsure.contains(from);
        let split = stream.split.contains(from);
        if let Some(ordinal) = absent {
            let excuse = || after_failing.then_some(Excuse::SentAfterFailing(node));
            self.definite_fail_absent.check(false, excuse, || {
                Witness::at(entry, format!("record {ordinal} failed for certain, and is appended"))
                    .on(tp, batch.base)
                    .by(node)
            });
        }
        // What a deposed leader goes on to append is no part of the partition.
        if ghost.partition(tp).acts_in(broker, batch.epoch) {
            self.lineages[tp.index()].follow(ghost, broker, batch.epoch, tp);
            self.order(entry, ghost, tp, Sending { given_up, split, sent });
            self.idempotence(entry, ghost, tp);
            self.lineages[tp.index()].append(&batch, entry.at);
        }
    }

    /// A first appearance below what is there already is a step back. A second one is a copy, which
    /// is another matter.
    fn order(&mut self, entry: &Entry, ghost: &Ghost, tp: Tp, Sending { given_up, split, sent }: Sending) {
        let batch = &ghost.incoming;
        let late = self.lineages[tp.index()].comes_late(batch, sent);
        let overtaken_blindly = late && self.lineages[tp.index()].was_overtaken_blindly(batch);
        let excuse = || {
            let producer = ghost.producer(batch.node)?;
            let late = (!producer.idempotent && given_up).then_some(Excuse::GivenUpRequest(producer.node));
            let blindly = overtaken_blindly.then_some(Excuse::OvertakenBlindly(producer.node));
            let parts = split && !producer.idempotent && producer.max_in_flight > 1;
            let overtaken = parts.then_some(Excuse::SplitOvertaken(producer.node));
            unordered(producer).or(overtaken).or(blindly).or(late).or_else(|| ghost.any_excuse(tp))
        };
        self.per_key_order.check(!late, excuse, || {
            let text = format!("record {} of {} comes after later ones", batch.ordinal, ghost.node_name(batch.node));
            Witness::at(entry, text).on(tp, batch.base).by(batch.node)
        });
    }

    fn idempotence(&mut self, entry: &Entry, ghost: &Ghost, tp: Tp) {
        let batch = &ghost.incoming;
        if batch.producer_id == ProducerId::NONE {
            return;
        }
        // A leader that knows nothing of a producer accepts any first sequence
        // (`ProducerAppendInfo.checkSequence`, KIP-360): no claim about it.
        let Some(known) = self.lineages[tp.index()].producer(batch.producer_id).copied() else {
            return self.idempotent_no_dup.ok();
        };
        let expiration = ghost.setup.broker.producer_id_expiration;
        let forgotten = entry.at.saturating_sub(known.at) >= expiration;
        let excuse = || match forgotten {
            true => Some(Excuse::Forgotten(tp, batch.node, expiration)),
            false => ghost.any_excuse(tp),
        };
        let (epoch, next) = (known.epoch, known.next);
        let witness = |text: &str| {
            let (id, own, sequence) = (batch.producer_id, batch.producer_epoch, batch.sequence);
            let text =
                format!("{text}: producer {id} epoch {own} sequence {sequence}, expected {next} of epoch {epoch}");
            Witness::at(entry, text).on(tp, batch.base).by(batch.node)
        };
        if batch.producer_epoch < epoch {
            let excuse = || forgotten.then_some(Excuse::Forgotten(tp, batch.node, expiration));
            return self.producer_fencing.check(false, excuse, || witness("a fenced producer appended"));
        }
        if batch.producer_epoch > epoch {
            // A new epoch starts over.
            self.producer_fencing.ok();
            self.idempotent_no_dup.ok();
            return self
                .idempotent_order
                .check(batch.sequence == Sequence(0), excuse, || witness("a new epoch does not begin at 0"));
        }
        // Sequences wrap around at 2^31.
        let ahead = (i64::from(batch.sequence.0) - i64::from(next.0)).rem_euclid(1 << 31);
        let behind = ahead >= 1 << 30;
        self.idempotent_no_dup.check(!behind, excuse, || witness("appended twice"));
        self.idempotent_order.check(ahead == 0, excuse, || witness("sequence out of order"));
    }

    fn completed(&mut self, entry: &Entry, ghost: &Ghost, (node, tp, ordinal): (NodeId, Tp, u32), created: Nanos) {
        let Some(producer) = ghost.producer(node) else { return };
        let bound = created.saturating_add(producer.delivery_timeout).saturating_add(SCHEDULING_SLACK);
        if entry.at <= bound {
            return self.bounded_outcome.ok();
        }
        let excuse = self.why_late(entry.at, ghost, producer, (tp, ordinal), created);
        self.bounded_outcome.broken(excuse, || Witness::at(entry, format!("sent at {created}")).by(node));
    }

    /// What keeps a sender from looking at the deadline of a batch.
    fn why_late(
        &mut self,
        now: Nanos,
        ghost: &Ghost,
        producer: &ProducerSetup,
        (tp, ordinal): (Tp, u32),
        created: Nanos,
    ) -> Option<Excuse> {
        let node = producer.node;
        let process = ghost.process(node);
        if process.paused || process.resumed.is_some_and(|at| at >= created) {
            return Some(Excuse::Paused(node));
        }
        let just_identified = |at: Nanos| created <= at && now <= at.saturating_add(SCHEDULING_SLACK);
        if producer.idempotent && self.identified[node.index()].is_none_or(just_identified) {
            return Some(Excuse::WaitsForId(node));
        }
        // While a request of its transaction is under way or has to be asked again, the same pass ends before deadlines. A
        // broker that fell is missed until its session is over; and an answer that was lost is waited for: one about a
        // transaction (`AddPartitionsToTxnManager` asks a coordinator one thing at a time) for the broker's
        // `request.timeout.ms`, a fetch without which nothing is committed for `replica.socket.timeout.ms`.
        let given_up = dead_connection(&ghost.setup).max(ghost.setup.broker.request_timeout);
        let found_out = ghost.setup.broker_session_timeout.max(given_up);
        let noticed = ghost.disturbed.saturating_add(found_out);
        let disturbed = ghost.active_faults > 0 || noticed >= created;
        if producer.transactional_id.is_some() && disturbed {
            return Some(Excuse::WaitsForTransaction(node));
        }
        // Of the batches of a partition, in flight or queued, those behind the first that is young enough are not looked
        // at; a batch that was put back may stand behind younger ones.
        let again = self.stream(ghost, node, tp).again.contains(i64::from(ordinal));
        (again && producer.max_in_flight > 1).then_some(Excuse::PutBack(node))
    }
}
