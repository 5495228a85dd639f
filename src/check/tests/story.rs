//! Short histories, told by hand.
//!
//! A story keeps a small true picture of a cluster and tells the facts that go with each act. A *lie*
//! changes or hides the next fact that it fits; the acts go on as if nothing had happened.

mod transactions;

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::check::{Judge, Judgement};
use crate::history::Observer;
use crate::history::fact::*;
use crate::history::setup::*;
use crate::protocol::batch::TransactionState;
use crate::protocol::catalog::{CONSUMER_OFFSETS, Catalog, NodeRole, TRANSACTION_STATE};
use crate::protocol::config::{AutoOffsetReset, ConsumerConfig, IsolationLevel, ProducerConfig, TopicConfig};
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::*;
use crate::protocol::messages::Acks;
use crate::sim::time::Nanos;

/// `orders-0`, led by broker 1 at first.
pub const ORDERS: Tp = Tp(0);
/// `orders-1`, led by broker 2 at first.
pub const MORE_ORDERS: Tp = Tp(1);
/// `__consumer_offsets-0`, led by broker 3 at first.
pub const OFFSETS: Tp = Tp(2);
pub const CHECKOUT: NodeId = NodeId(4);
pub const CHECKOUT_1: NodeId = NodeId(5);
pub const BILLING: NodeId = NodeId(6);
pub const BILLING_1: NodeId = NodeId(7);
/// `__transaction_state-0`, led by broker 2, where somebody has a transactional id.
pub const TRANSACTIONS: Tp = Tp(3);
/// `invoices-0`, led by broker 1, where `billing-0` writes them.
pub const INVOICES: Tp = Tp(4);
/// `checkout`.
pub const ID: TransactionalId = TransactionalId(0);
pub const GROUP: GroupId = GroupId(0);
pub const B1: BrokerId = BrokerId(1);
pub const B2: BrokerId = BrokerId(2);
pub const B3: BrokerId = BrokerId(3);

/// What a lie does with the fact at hand.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Tell {
    /// It is about another fact.
    Pass,
    /// The fact, as it is now.
    Once,
    /// Not at all.
    Never,
}

type Lie = Box<dyn FnMut(&mut Fact) -> Tell>;

/// Lies about the next fact that fits the pattern.
macro_rules! lie {
    ($story:ident, $pattern:pat $(if $guard:expr)? => $($change:tt)*) => {
        $story.lie(move |fact| match fact {
            $pattern $(if $guard)? => { $($change)*; $crate::check::tests::story::Tell::Once }
            _ => $crate::check::tests::story::Tell::Pass,
        })
    };
}
/// Keeps the next fact that fits the pattern secret.
macro_rules! hide {
    ($story:ident, $pattern:pat $(if $guard:expr)?) => {
        $story.lie(|fact| match fact {
            $pattern $(if $guard)? => $crate::check::tests::story::Tell::Never,
            _ => $crate::check::tests::story::Tell::Pass,
        })
    };
}
pub(super) use {hide, lie};

#[derive(Clone, Copy)]
struct Batch {
    base: Offset,
    count: u32,
    epoch: LeaderEpoch,
    node: NodeId,
    ordinal: u32,
    pid: (ProducerId, ProducerEpoch, Sequence),
    /// COMMIT or ABORT, of a control record.
    marker: Option<bool>,
}

#[derive(Clone)]
struct Partition {
    leader: Option<BrokerId>,
    epoch: LeaderEpoch,
    version: PartitionEpoch,
    isr: BrokerList,
}

#[derive(Clone)]
struct Producer {
    id: ProducerId,
    epoch: ProducerEpoch,
    ordinals: BTreeMap<Tp, u32>,
    sequences: BTreeMap<Tp, u32>,
}

/// See the module.
pub struct Story {
    pub setup: Setup,
    now: Nanos,
    event: u64,
    entries: Vec<Entry>,
    lies: Vec<Lie>,
    /// When the first lie was told.
    pub lied_at: Option<Nanos>,
    partitions: BTreeMap<Tp, Partition>,
    logs: BTreeMap<(BrokerId, Tp), Vec<Batch>>,
    marks: BTreeMap<(BrokerId, Tp), Offset>,
    producers: BTreeMap<NodeId, Producer>,
    positions: BTreeMap<(NodeId, Tp), Offset>,
    generation: Generation,
    /// By process: its transactions.
    transactions: BTreeMap<NodeId, OpenStory>,
    /// How the coordinator has the transactional id.
    state: TransactionState,
    /// Leader epoch of its partition.
    pub coordinator_epoch: i32,
}

/// What a story knows of a process' transactions.
#[derive(Clone, Default)]
struct OpenStory {
    number: u32,
    partitions: Vec<Tp>,
    offsets: Vec<(Tp, Offset)>,
}

impl Story {
    /// Three brokers, two producers (acks=all, idempotent), a group of two that commits after each
    /// batch. Nothing runs yet.
    pub fn new() -> Story {
        let mut catalog = Catalog::default();
        for id in 1..=3 {
            catalog.add_node(format!("broker {id}"), NodeRole::Broker(BrokerId(id)));
        }
        catalog.add_node("controller 100", NodeRole::Controller(100));
        let producers = ["checkout-0", "checkout-1"].map(|name| catalog.add_node(name, NodeRole::producer()));
        let group = catalog.add_group("billing");
        let consumers = ["billing-0", "billing-1"].map(|name| catalog.add_node(name, NodeRole::consumer(group)));
        let orders = catalog.add_topic("orders", 2);
        catalog.add_topic(CONSUMER_OFFSETS, 1);
        let topic = TopicSetup {
            replication_factor: 3,
            min_insync_replicas: 2,
            unclean_leader_election: false,
            flush_messages: u64::MAX,
            config: TopicConfig::default(),
        };
        let producer = |node| ProducerSetup {
            transactional_id: None,
            node,
            topic: orders,
            acks: Acks::All,
            idempotent: true,
            retries: u32::MAX,
            max_in_flight: 5,
            delivery_timeout: Nanos::from_secs(120),
            keyed: false,
            own_timestamps: false,
            resends: false,
            rows: None,
            client: None,
            waits_in_vain: false,
            config: ProducerConfig::default(),
        };
        let consumer = |node| ConsumerSetup {
            instance: None,
            node,
            group,
            topics: vec![orders],
            commit: CommitSetup::SyncAfterBatch,
            auto_offset_reset: AutoOffsetReset::Earliest,
            isolation_level: IsolationLevel::ReadUncommitted,
            max_poll_interval: Nanos::from_secs(300),
            session_timeout: Nanos::from_secs(45),
            skips_poison: false,
            commits_ahead: false,
            closes_on_failure: false,
            retries_commits: false,
            puts_aside: None,
            subscriptions: Vec::new(),
            backs_off: false,
            hands_off: false,
            pattern: false,
            regex: None,
            assigned: Vec::new(),
            without_group_id: false,
            commits_offsets: None,
            unordered: false,
            seeks: false,
            continues_after_abort: false,
            hides_generation: false,
            sink: None,
            client: None,
            config: ConsumerConfig::default(),
        };
        let setup = Setup {
            rules: crate::protocol::rules::Rules::of(crate::protocol::rules::KafkaVersion::V4_0),
            catalog,
            topics: vec![topic.clone(), topic],
            producers: producers.map(producer).to_vec(),
            consumers: consumers.map(consumer).to_vec(),
            faults: vec![FaultSetup {
                label: "a partition".into(),
                kind: "partition".into(),
                ends: true,
                conditional: false,
                factor: 0,
                may_miss: false,
            }],
            broker_session_timeout: Nanos::from_secs(9),
            replica_lag_time_max: Nanos::from_secs(30),
            ..Setup::default()
        };
        Story {
            setup,
            now: Nanos::ZERO,
            event: 0,
            entries: Vec::new(),
            lies: Vec::new(),
            lied_at: None,
            partitions: BTreeMap::new(),
            logs: BTreeMap::new(),
            marks: BTreeMap::new(),
            producers: BTreeMap::new(),
            positions: BTreeMap::new(),
            generation: Generation(0),
            transactions: BTreeMap::new(),
            state: TransactionState::Empty,
            coordinator_epoch: 0,
        }
    }

    // --- telling -------------------------------------------------------------------------------

    /// One fact, a millisecond after the last.
    pub fn tell(&mut self, mut fact: Fact) {
        self.now += Nanos::from_millis(1);
        let mut told = Tell::Once;
        let lie = self.lies.iter_mut().position(|lie| match lie(&mut fact) {
            Tell::Pass => false,
            tell => {
                told = tell;
                true
            }
        });
        if let Some(lie) = lie {
            drop(self.lies.remove(lie));
            self.lied_at.get_or_insert(self.now);
        }
        if told == Tell::Once {
            self.entries.push(Entry { at: self.now, event: self.event, fact });
        }
    }
    /// The next fact that the lie is about is told as the lie has it.
    pub fn lie(&mut self, lie: impl FnMut(&mut Fact) -> Tell + 'static) {
        self.lies.push(Box::new(lie));
    }
    /// Something else happens from here on.
    pub fn act(&mut self) {
        self.event += 1;
    }
    /// Time passes.
    pub fn wait(&mut self, seconds: u64) {
        self.now += Nanos::from_secs(seconds);
    }
    /// What the judge makes of it.
    pub fn judge(self) -> Judgement {
        assert!(self.lies.is_empty(), "a lie that nobody was told");
        let mut judge = Judge::new(Rc::new(self.setup));
        let mut shown_all = judge.clone();
        self.entries.iter().for_each(|entry| judge.observe(entry));
        self.entries.iter().for_each(|entry| shown_all.observe_all(entry));
        let judgement = judge.finish();
        assert_eq!(judgement, shown_all.finish(), "a family looks at a fact that it does not say it wants");
        judgement
    }

    // --- the cluster ---------------------------------------------------------------------------

    /// Everybody starts, topics are made, leaders lead.
    pub fn boot(&mut self) {
        for node in 0..self.setup.catalog.nodes.len() {
            self.tell(Fact::ProcessStarted { node: NodeId(node as u16) });
        }
        for broker in [B1, B2, B3] {
            self.register(broker);
        }
        for (tp, leader) in [(ORDERS, B1), (MORE_ORDERS, B2), (OFFSETS, B3)] {
            self.create(tp, leader);
        }
        for (node, id) in [(CHECKOUT, 7), (CHECKOUT_1, 8)] {
            self.new_producer(node, ProducerId(id), ProducerEpoch(0));
        }
        self.tell(Fact::CoordinatorLoaded { broker: B3, tp: OFFSETS, epoch: LeaderEpoch(0) });
    }
    /// A broker registers and is unfenced.
    pub fn register(&mut self, broker: BrokerId) {
        self.act();
        self.tell(Fact::BrokerRegistered { broker, epoch: BrokerEpoch(self.event as i64) });
        self.tell(Fact::BrokerUnfenced { broker });
    }
    fn create(&mut self, tp: Tp, leader: BrokerId) {
        self.act();
        let replicas: BrokerList = [B1, B2, B3].into_iter().collect();
        let partition =
            Partition { leader: Some(leader), epoch: LeaderEpoch(0), version: PartitionEpoch(0), isr: replicas };
        self.partitions.insert(tp, partition);
        self.tell(Fact::PartitionCreated { tp, replicas, leader: Some(leader) });
        self.tell_partition(tp, Election::Clean);
        self.take_parts(tp);
    }
    fn tell_partition(&mut self, tp: Tp, election: Election) {
        let Partition { leader, epoch, version, isr } = self.partitions[&tp].clone();
        self.tell(Fact::PartitionChanged { tp, leader, leader_epoch: epoch, partition_epoch: version, isr, election });
    }
    /// Every replica hears of the newest epoch.
    pub fn take_parts(&mut self, tp: Tp) {
        for broker in [B1, B2, B3] {
            self.take_part(broker, tp);
        }
    }
    /// One replica hears of the newest epoch.
    pub fn take_part(&mut self, broker: BrokerId, tp: Tp) {
        let Partition { leader, epoch, .. } = self.partitions[&tp].clone();
        if leader == Some(broker) {
            let (start, high_watermark) = (self.end(broker, tp), self.mark_of(broker, tp));
            self.tell(Fact::BecameLeader { broker, tp, epoch, start, high_watermark });
        } else {
            self.tell(Fact::BecameFollower { broker, tp, epoch, leader });
        }
    }
    /// The controller elects; nobody has heard of it yet.
    pub fn elect(&mut self, tp: Tp, leader: Option<BrokerId>, isr: &[BrokerId], election: Election) {
        self.act();
        let partition = self.partitions.get_mut(&tp).expect("it was created");
        (partition.leader, partition.isr) = (leader, isr.iter().copied().collect());
        (partition.epoch.0, partition.version.0) = (partition.epoch.0 + 1, partition.version.0 + 1);
        self.tell_partition(tp, election);
    }
    /// The controller elects, and everybody hears of it.
    pub fn elect_and_tell(&mut self, tp: Tp, leader: BrokerId, isr: &[BrokerId]) {
        self.elect(tp, Some(leader), isr, Election::Clean);
        self.take_parts(tp);
    }
    /// The ISR changes without an election.
    pub fn isr(&mut self, tp: Tp, isr: &[BrokerId]) {
        self.act();
        let partition = self.partitions.get_mut(&tp).expect("it was created");
        partition.isr = isr.iter().copied().collect();
        partition.version.0 += 1;
        self.tell_partition(tp, Election::Unchanged);
    }
    /// The leader proposes to take a follower back into the ISR.
    pub fn propose(&mut self, tp: Tp, joining: BrokerId) {
        self.act();
        let Partition { leader, epoch, version, isr } = self.partitions[&tp].clone();
        let broker = leader.expect("a leader proposes");
        self.tell(Fact::IsrProposed {
            broker,
            tp,
            leader_epoch: epoch,
            partition_epoch: version,
            isr: isr.with(joining),
        });
        let (log_end, high_watermark) = (self.end(joining, tp), self.mark_of(broker, tp));
        let first = self.logs.get(&(broker, tp)).and_then(|log| log.iter().find(|b| b.epoch == epoch));
        let epoch_start = first.map_or(self.end(broker, tp), |b| b.base);
        self.tell(Fact::IsrJoinProposed {
            broker,
            tp,
            leader_epoch: epoch,
            joining,
            log_end,
            high_watermark,
            epoch_start,
        });
    }
    /// It is granted.
    pub fn rejoin(&mut self, tp: Tp, joining: BrokerId) {
        self.propose(tp, joining);
        let isr: Vec<BrokerId> = self.partitions[&tp].isr.with(joining).iter().collect();
        self.isr(tp, &isr);
    }

    // --- processes -----------------------------------------------------------------------------

    /// A process ends.
    pub fn stop(&mut self, node: NodeId, kind: StopKind) {
        self.act();
        self.tell(Fact::ProcessStopped { node, kind });
    }
    /// A broker ends.
    pub fn kill(&mut self, broker: BrokerId, kind: StopKind) {
        self.stop(node_of(broker), kind);
    }
    /// A broker starts again and opens its log of a partition, which has `kept` records now.
    pub fn restart(&mut self, broker: BrokerId, tp: Tp, kept: u32) {
        self.act();
        self.tell(Fact::ProcessStarted { node: node_of(broker) });
        self.tell(Fact::BrokerRegistered { broker, epoch: BrokerEpoch(self.event as i64) });
        self.open_log(broker, tp, kept);
        self.tell(Fact::BrokerUnfenced { broker });
    }
    /// A broker starts again before its session is over: nobody has registered this life. It opens its log of a partition,
    /// which has `kept` records now, and takes up its part in it.
    pub fn back_in_session(&mut self, broker: BrokerId, tp: Tp, kept: u32) {
        self.act();
        self.tell(Fact::ProcessStarted { node: node_of(broker) });
        self.open_log(broker, tp, kept);
        self.take_part(broker, tp);
    }
    fn open_log(&mut self, broker: BrokerId, tp: Tp, kept: u32) {
        let written = self.end(broker, tp);
        let log_end = Offset(i64::from(kept));
        self.cut(broker, tp, log_end);
        let high_watermark = self.mark_of(broker, tp);
        self.tell(Fact::LogRecovered {
            broker,
            tp,
            log_start: Offset(0),
            log_end,
            written,
            flushed: Offset(0),
            high_watermark,
            clean: false,
        });
    }
    fn cut(&mut self, broker: BrokerId, tp: Tp, to: Offset) {
        self.logs.entry((broker, tp)).or_default().retain(|b| b.base.plus(b.count) <= to);
        let mark = self.marks.entry((broker, tp)).or_default();
        *mark = (*mark).min(to);
    }
    /// A follower has nothing below an offset, and goes on there.
    pub fn forget_below(&mut self, broker: BrokerId, tp: Tp, offset: i64) {
        let nothing = Batch {
            base: Offset(offset),
            count: 0,
            epoch: LeaderEpoch(0),
            node: CHECKOUT,
            ordinal: 0,
            pid: (ProducerId::NONE, ProducerEpoch::NONE, Sequence::NONE),
            marker: None,
        };
        self.logs.insert((broker, tp), vec![nothing]);
    }
    /// A follower cuts its log back.
    pub fn truncate(&mut self, broker: BrokerId, tp: Tp, to: i64) {
        self.act();
        let (from, epoch) = (self.end(broker, tp), self.partitions[&tp].epoch);
        self.cut(broker, tp, Offset(to));
        self.tell(Fact::Truncated { broker, tp, from, to: Offset(to), epoch, reason: TruncationReason::Diverged });
    }

    // --- logs ----------------------------------------------------------------------------------

    /// A replica's log end.
    pub fn end(&self, broker: BrokerId, tp: Tp) -> Offset {
        self.logs.get(&(broker, tp)).and_then(|log| log.last()).map_or(Offset(0), |b| b.base.plus(b.count))
    }
    fn mark_of(&self, broker: BrokerId, tp: Tp) -> Offset {
        self.marks.get(&(broker, tp)).copied().unwrap_or_default()
    }
    fn tell_append(&mut self, broker: BrokerId, tp: Tp, role: ReplicaRole, batch: Batch) {
        self.logs.entry((broker, tp)).or_default().push(batch);
        let Batch { base: base_offset, count, epoch: leader_epoch, node, ordinal, pid, marker } = batch;
        let (producer_id, producer_epoch, sequence) = pid;
        if let Some(commit) = marker {
            let first_offset = self.opened(broker, tp, producer_id, base_offset);
            let coordinator_epoch = LeaderEpoch(self.coordinator_epoch);
            return self.tell(Fact::ControlAppended {
                broker,
                role,
                tp,
                offset: base_offset,
                leader_epoch,
                producer_id,
                producer_epoch,
                coordinator_epoch,
                commit,
                first_offset,
            });
        }
        self.tell(Fact::Appended {
            broker,
            role,
            tp,
            base_offset,
            count,
            leader_epoch,
            node,
            ordinal,
            producer_id,
            producer_epoch,
            sequence,
        });
    }
    /// A broker appends the next records of a producer as leader of an epoch.
    pub fn append_in(&mut self, broker: BrokerId, tp: Tp, epoch: i32, node: NodeId, count: u32) {
        self.act();
        let base = self.end(broker, tp);
        let idempotent = self.setup.producers.iter().any(|p| p.node == node && p.idempotent);
        let producer = self.producers.get_mut(&node).expect("it has its id");
        let ordinal = producer.ordinals.entry(tp).or_default();
        let sequence = producer.sequences.entry(tp).or_default();
        let pid = match idempotent {
            true => (producer.id, producer.epoch, Sequence(*sequence as i32)),
            false => (ProducerId::NONE, ProducerEpoch::NONE, Sequence::NONE),
        };
        let batch = Batch { base, count, epoch: LeaderEpoch(epoch), node, ordinal: *ordinal, pid, marker: None };
        (*ordinal, *sequence) = (*ordinal + count, *sequence + count);
        self.tell_append(broker, tp, ReplicaRole::Leader, batch);
    }
    /// The leader appends the next records of `checkout-0`.
    pub fn append(&mut self, tp: Tp, count: u32) {
        let Partition { leader, epoch, .. } = self.partitions[&tp].clone();
        self.append_in(leader.expect("a leader appends"), tp, epoch.0, CHECKOUT, count);
    }
    /// The last batch of the producer is appended once more, as a retry is without idempotence.
    pub fn append_again(&mut self, tp: Tp, node: NodeId) {
        self.act();
        let broker = self.partitions[&tp].leader.expect("a leader appends");
        let last = *self.logs[&(broker, tp)].iter().rfind(|b| b.node == node).expect("there is one");
        let batch = Batch { base: self.end(broker, tp), epoch: self.partitions[&tp].epoch, ..last };
        self.tell_append(broker, tp, ReplicaRole::Leader, batch);
    }
    /// A follower gets what it lacks of the leader's log.
    pub fn fetch(&mut self, broker: BrokerId, tp: Tp) {
        self.act();
        let leader = self.partitions[&tp].leader.expect("somebody to fetch from");
        let end = self.end(broker, tp);
        let missing: Vec<Batch> =
            self.logs.get(&(leader, tp)).into_iter().flatten().filter(|b| b.base >= end).copied().collect();
        missing.into_iter().for_each(|batch| self.tell_append(broker, tp, ReplicaRole::Follower, batch));
    }
    /// The leader's high watermark rises.
    pub fn raise(&mut self, tp: Tp, to: i64) {
        let Partition { leader, epoch, isr, .. } = self.partitions[&tp].clone();
        self.raise_in(leader.expect("a leader raises"), tp, epoch.0, to, isr);
    }
    /// The high watermark of whoever takes itself for the leader of an epoch rises.
    pub fn raise_in(&mut self, broker: BrokerId, tp: Tp, epoch: i32, to: i64, isr: BrokerList) {
        self.act();
        self.marks.insert((broker, tp), Offset(to));
        let log_end = self.end(broker, tp);
        self.tell(Fact::HighWatermarkAdvanced {
            broker,
            tp,
            epoch: LeaderEpoch(epoch),
            high_watermark: Offset(to),
            log_end,
            isr,
            min_isr: 2,
        });
    }
    /// A follower hears of the high watermark.
    pub fn learn(&mut self, broker: BrokerId, tp: Tp) {
        self.act();
        let leader = self.partitions[&tp].leader.expect("somebody to learn from");
        let (high_watermark, log_end) = (self.mark_of(leader, tp).min(self.end(broker, tp)), self.end(broker, tp));
        self.marks.insert((broker, tp), high_watermark);
        self.tell(Fact::HighWatermarkLearned { broker, tp, high_watermark, log_end });
    }
    /// What the leader has is fetched by the other ISR members, and committed.
    pub fn replicate(&mut self, tp: Tp) {
        let Partition { leader, isr, .. } = self.partitions[&tp].clone();
        let leader = leader.expect("a leader has something");
        let followers: Vec<BrokerId> = isr.iter().filter(|b| *b != leader).collect();
        followers.iter().for_each(|b| self.fetch(*b, tp));
        self.raise(tp, self.end(leader, tp).0);
        followers.iter().for_each(|b| self.learn(*b, tp));
    }

    // --- producers -----------------------------------------------------------------------------

    /// A producer gets an id, or bumps its epoch. Its sequences start over.
    pub fn new_producer(&mut self, node: NodeId, id: ProducerId, epoch: ProducerEpoch) {
        self.act();
        let ordinals = self.producers.get(&node).map(|p| p.ordinals.clone()).unwrap_or_default();
        self.producers.insert(node, Producer { id, epoch, ordinals, sequences: BTreeMap::new() });
        self.tell(Fact::ProducerIdAssigned { node, producer_id: id, epoch });
    }
    /// The next records of `checkout-0` go to the network.
    pub fn send(&mut self, tp: Tp, count: u32) {
        self.send_from(CHECKOUT, tp, count);
    }
    /// The next records of a producer go to the network.
    pub fn send_from(&mut self, node: NodeId, tp: Tp, count: u32) {
        self.act();
        let producer = &self.producers[&node];
        let ordinal = producer.ordinals.get(&tp).copied().unwrap_or(0);
        let sequence = Sequence(producer.sequences.get(&tp).copied().unwrap_or(0) as i32);
        let producer_epoch = producer.epoch;
        self.tell(Fact::BatchSent {
            node,
            tp,
            ordinal,
            count,
            attempt: 0,
            created: self.now,
            producer_epoch,
            sequence,
        });
    }
    /// The last batch of `checkout-0` in the leader's log is answered and acknowledged.
    pub fn ack(&mut self, tp: Tp) {
        self.act();
        let leader = self.partitions[&tp].leader.expect("a leader answers");
        let last = *self.logs[&(leader, tp)].last().expect("something to acknowledge");
        let acks = self.setup.producers.iter().find(|p| p.node == last.node).map_or(Acks::All, |p| p.acks);
        let isr = self.partitions[&tp].isr.len() as u16;
        let high_watermark = self.mark_of(leader, tp);
        self.tell(Fact::ProduceAnswered {
            broker: leader,
            tp,
            base_offset: last.base,
            count: last.count,
            acks,
            high_watermark,
            isr,
            min_isr: 2,
        });
        let (node, ordinal, count, created) = (last.node, last.ordinal, last.count, self.now);
        self.tell(Fact::BatchAcked { node, tp, ordinal, count, offset: last.base, acks, created });
    }
    /// A batch fails.
    pub fn fail(&mut self, tp: Tp, ordinal: u32, count: u32, certainty: Certainty) {
        self.act();
        let (error, created) = (ErrorCode::RequestTimedOut, self.now);
        let error = crate::protocol::exceptions::Exception::Answered(error);
        self.tell(Fact::BatchFailed { node: CHECKOUT, tp, ordinal, count, error, certainty, created });
    }
    /// Records are sent, stored everywhere, committed and acknowledged.
    pub fn produce(&mut self, tp: Tp, count: u32) {
        self.send(tp, count);
        self.append(tp, count);
        self.replicate(tp);
        self.ack(tp);
    }

    // --- the group -----------------------------------------------------------------------------

    /// The group's coordinator, as committed metadata has it.
    pub fn coordinator(&self) -> BrokerId {
        self.partitions.get(&OFFSETS).and_then(|p| p.leader).unwrap_or(B3)
    }

    fn state(&mut self, state: GroupState) {
        let (broker, generation) = (self.coordinator(), self.generation);
        self.tell(Fact::GroupStateChanged { broker, group: GROUP, state, generation, members: 2 });
    }
    /// A rebalance begins.
    pub fn prepare_rebalance(&mut self) {
        self.act();
        self.state(GroupState::PreparingRebalance);
    }
    /// It ends: `billing-0` gets `orders-0`, `billing-1` gets `orders-1`, of a new generation.
    pub fn rebalance_done(&mut self) {
        self.act();
        self.generation.0 += 1;
        let generation = self.generation;
        self.state(GroupState::CompletingRebalance);
        let assignment = [(BILLING, ORDERS), (BILLING_1, MORE_ORDERS)];
        for (node, tp) in assignment {
            self.tell(Fact::MemberAssigned {
                broker: self.coordinator(),
                group: GROUP,
                generation,
                member: self.member(node),
                node,
                tp,
            });
        }
        self.state(GroupState::Stable);
        for (node, tp) in assignment {
            self.tell(Fact::PartitionAssigned { node, tp, generation });
        }
    }
    /// The group forms and begins to read at the start.
    pub fn join(&mut self) {
        self.prepare_rebalance();
        self.rebalance_done();
        for (node, tp) in [(BILLING, ORDERS), (BILLING_1, MORE_ORDERS)] {
            self.tell(Fact::OffsetFetched { broker: self.coordinator(), group: GROUP, tp, offset: Offset::INVALID });
            self.reset(node, tp, 0, false);
        }
    }
    /// A member id of a process.
    pub fn member(&self, node: NodeId) -> MemberId {
        MemberId(u32::from(node.0) << self.setup.catalog.member_bits() | 1)
    }
    /// The generation.
    pub fn generation(&self) -> Generation {
        self.generation
    }
    /// A position is reset by policy.
    pub fn reset(&mut self, node: NodeId, tp: Tp, offset: i64, out_of_range: bool) {
        self.act();
        self.positions.insert((node, tp), Offset(offset));
        self.tell(Fact::PositionReset {
            node,
            tp,
            offset: Offset(offset),
            policy: AutoOffsetReset::Earliest,
            out_of_range,
        });
    }
    /// A position is taken from a commit.
    pub fn resume_from(&mut self, node: NodeId, tp: Tp, offset: i64) {
        self.act();
        self.positions.insert((node, tp), Offset(offset));
        self.tell(Fact::PositionFromCommit { node, tp, offset: Offset(offset) });
    }
    /// A member's application calls seek().
    pub fn sought(&mut self, node: NodeId, tp: Tp, offset: i64) {
        self.seek(node, tp, offset);
        self.tell(Fact::PositionSought { node, tp, offset: Offset(offset) });
    }
    /// A member's position, told or not.
    pub fn seek(&mut self, node: NodeId, tp: Tp, offset: i64) {
        self.positions.insert((node, tp), Offset(offset));
    }
    /// A consumer moves on to an offset, over what holds nothing for it.
    pub fn pass_over(&mut self, node: NodeId, tp: Tp, to: i64) {
        self.act();
        let from = self.positions.insert((node, tp), Offset(to)).expect("it has a position");
        self.tell(Fact::OffsetsPassedOver { node, tp, from, to: Offset(to) });
    }
    /// A member gets the next batch of the leader's log.
    pub fn poll(&mut self, node: NodeId, tp: Tp) {
        self.act();
        let position = self.positions[&(node, tp)];
        let leader = self.partitions[&tp].leader.expect("somebody to read from");
        let batch = *self.logs[&(leader, tp)]
            .iter()
            .find(|b| b.marker.is_none() && b.base.plus(b.count) > position)
            .expect("something to read");
        let skip = (position.0 - batch.base.0).max(0) as u32;
        let (offset, count, ordinal) = (batch.base.plus(skip), batch.count - skip, batch.ordinal + skip);
        self.positions.insert((node, tp), offset.plus(count));
        let (high_watermark, timestamp, leader_epoch, origin) =
            (self.mark_of(leader, tp), self.now, batch.epoch, batch.node);
        self.tell(Fact::RecordsPolled {
            node,
            tp,
            offset,
            count,
            origin,
            ordinal,
            leader_epoch,
            high_watermark,
            timestamp,
        });
    }
    /// What it got last is processed.
    pub fn process(&mut self, node: NodeId, tp: Tp) {
        self.act();
        let polled = self.entries.iter().rev().find_map(|entry| match entry.fact {
            Fact::RecordsPolled { node: n, tp: t, offset, count, origin, ordinal, .. } if n == node && t == tp => {
                Some(Fact::RecordsProcessed { node, tp, offset, count, origin, ordinal })
            }
            _ => None,
        });
        self.tell(polled.expect("it polled before"));
    }
    /// A member sends a commit of its position.
    pub fn send_commit(&mut self, node: NodeId, tp: Tp) -> Offset {
        self.act();
        let position = self.positions[&(node, tp)];
        let generation = self.generation;
        self.tell(Fact::CommitSent { node, tp, offset: position, position, generation, call: 1 });
        position
    }
    /// The coordinator stores a commit.
    pub fn store(&mut self, node: NodeId, tp: Tp, offset: Offset, generation: Generation) {
        self.act();
        self.tell(Fact::OffsetStored {
            broker: self.coordinator(),
            group: GROUP,
            tp,
            offset,
            member: self.member(node),
            generation,
        });
    }
    /// A member commits its position, and hears that it is stored.
    pub fn commit(&mut self, node: NodeId, tp: Tp) {
        let offset = self.send_commit(node, tp);
        self.store(node, tp, offset, self.generation);
        self.tell(Fact::CommitCompleted { node, tp, offset, error: ErrorCode::None, call: 1 });
    }
    /// Polls, processes, commits.
    pub fn consume(&mut self, node: NodeId, tp: Tp) {
        self.poll(node, tp);
        self.process(node, tp);
        self.commit(node, tp);
    }

    // --- the end -------------------------------------------------------------------------------

    /// Faults are over; so much later the run is.
    pub fn end_after(&mut self, seconds: u64) {
        self.act();
        self.tell(Fact::FinalPhaseStarted {});
        self.wait(seconds);
        self.tell(Fact::RunEnded {});
    }
}

/// A broker's process.
pub fn node_of(broker: BrokerId) -> NodeId {
    NodeId(u16::from(broker.0) - 1)
}
