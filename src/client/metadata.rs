//! A client's metadata: who leads what, as far as this client knows (`clients/.../Metadata.java`).
//!
//! The pause between requests has no jitter here (Kafka spreads it by 20 %), and an unused topic is
//! never forgotten (`metadata.max.idle.ms`): a client of the model uses its topics to the end.

use crate::client::backoff::ExponentialBackoff;
use crate::protocol::batch::LeaderAndEpoch;
use crate::protocol::ids::{BrokerId, LeaderEpoch, TopicId, Tp};
use crate::protocol::messages::{MetadataResponse, PartitionMetadata, TopicMetadata};
use crate::sim::time::Nanos;

/// What is known of one partition.
#[derive(Clone, Copy, PartialEq, Debug)]
struct Partition {
    /// `None` if nobody leads.
    leader: Option<BrokerId>,
    /// Highest epoch ever seen (`Metadata.lastSeenLeaderEpochs`): it outlives the topic's absence.
    epoch: LeaderEpoch,
}

/// See the module.
#[derive(Clone, Debug)]
pub struct Metadata {
    bootstrap: Vec<BrokerId>,
    topics: Vec<TopicId>,
    max_age: Nanos,
    backoff: ExponentialBackoff,
    /// Brokers of the last answer; the bootstrap brokers before the first.
    brokers: Vec<BrokerId>,
    /// By [`Tp`].
    partitions: Vec<Partition>,
    /// By [`TopicId`].
    known: Vec<bool>,
    version: u32,
    update_requested: bool,
    in_progress: bool,
    last_refresh: Option<Nanos>,
    last_success: Option<Nanos>,
    failures: u32,
    /// Answers in a row without a newer leader epoch: they slow the refresh down like failures.
    equivalent_responses: u32,
}

impl Metadata {
    /// Knows only the bootstrap brokers.
    pub fn new(bootstrap: Vec<BrokerId>, topics: Vec<TopicId>, max_age: Nanos, backoff: Nanos, backoff_max: Nanos) -> Metadata {
        Metadata {
            brokers: bootstrap.clone(),
            bootstrap,
            topics,
            max_age,
            backoff: ExponentialBackoff::new(backoff, backoff_max),
            partitions: Vec::new(),
            known: Vec::new(),
            version: 0,
            update_requested: false,
            in_progress: false,
            last_refresh: None,
            last_success: None,
            failures: 0,
            equivalent_responses: 0,
        }
    }
    /// The topics that this client asks about.
    pub fn topics(&self) -> &[TopicId] {
        &self.topics
    }
    /// Also asks about these topics from now on; at once, if one of them is new.
    pub fn watch(&mut self, topics: &[TopicId]) {
        for topic in topics {
            if !self.topics.contains(topic) {
                self.topics.push(*topic);
                self.request_new();
            }
        }
    }
    /// Asks for a refresh at the next chance.
    pub fn request_update(&mut self) {
        self.update_requested = true;
    }
    /// Asks for a refresh because something new is wanted, not because something failed: answers
    /// that brought no news slow it down no longer.
    pub fn request_new(&mut self) {
        self.update_requested = true;
        self.equivalent_responses = 0;
    }
    /// When the next request is due: now (if asked for and the backoff allows), or later (age).
    /// Never ([`Nanos::MAX`]) while one is under way.
    pub fn next_update(&self, now: Nanos) -> Nanos {
        if self.in_progress {
            return Nanos::MAX;
        }
        let expiry = self.last_success.map_or(Nanos::ZERO, |at| at.saturating_add(self.max_age));
        let wanted = if self.update_requested { now } else { expiry };
        wanted.max(self.allowed_at(expiry <= now)).max(now)
    }
    /// A refresh by age (`expired`) does not wait for equivalent answers' sake.
    fn allowed_at(&self, expired: bool) -> Nanos {
        let Some(last) = self.last_refresh else { return Nanos::ZERO };
        let for_failures = self.backoff.term(self.failures.saturating_sub(1));
        let for_equivalents = match self.equivalent_responses {
            0 => Nanos::ZERO,
            _ if expired => Nanos::ZERO,
            n => self.backoff.term(n - 1),
        };
        last.saturating_add(for_failures.max(for_equivalents))
    }
    /// A request was sent; no other until it is answered or failed.
    pub fn sent(&mut self, _now: Nanos) {
        self.in_progress = true;
    }
    /// Whether a request is under way.
    pub fn in_progress(&self) -> bool {
        self.in_progress
    }
    /// The request failed (disconnect, timeout): backoff, then again.
    pub fn failed(&mut self, now: Nanos) {
        self.in_progress = false;
        self.last_refresh = Some(now);
        self.failures = self.failures.saturating_add(1);
        self.equivalent_responses = 0;
    }
    /// Takes an answer; a partition's leader is only replaced by one of an epoch not lower. An answer
    /// without brokers counts as a failure. Errors inside ask for the next refresh.
    pub fn update(&mut self, response: &MetadataResponse, now: Nanos) {
        if response.brokers.is_empty() {
            return self.failed(now);
        }
        self.in_progress = false;
        self.update_requested = false;
        self.last_refresh = Some(now);
        self.last_success = Some(now);
        self.failures = 0;
        self.equivalent_responses = self.equivalent_responses.saturating_add(1);
        self.version += 1;
        self.brokers.clone_from(&response.brokers);
        response.topics.iter().for_each(|topic| self.update_topic(topic));
    }
    fn update_topic(&mut self, topic: &TopicMetadata) {
        set(&mut self.known, topic.topic.index(), topic.error.is_ok(), false);
        if topic.error.is_err() {
            self.update_requested |= topic.error.is_invalid_metadata();
            return;
        }
        topic.partitions.iter().for_each(|partition| self.update_partition(partition));
    }
    fn update_partition(&mut self, partition: &PartitionMetadata) {
        self.update_requested |= partition.error.is_invalid_metadata();
        let seen = self.partition(partition.tp).epoch;
        if partition.leader_epoch >= seen {
            let news = Partition { leader: partition.leader, epoch: partition.leader_epoch };
            set(&mut self.partitions, partition.tp.index(), news, Self::UNKNOWN);
        }
        if partition.leader_epoch > seen {
            self.equivalent_responses = 0;
        }
    }
    /// Takes a leader named by an error (KIP-951). Returns whether it was news.
    pub fn update_leader(&mut self, tp: Tp, current: LeaderAndEpoch) -> bool {
        if current.epoch <= self.partition(tp).epoch {
            return false;
        }
        let news = Partition { leader: Some(current.leader), epoch: current.epoch };
        set(&mut self.partitions, tp.index(), news, Self::UNKNOWN);
        // The error also names the leader's address, so the leader is reachable from here on.
        self.add_broker(current.leader);
        self.equivalent_responses = 0;
        true
    }
    /// The leader of a partition and its epoch, if known and alive.
    pub fn leader(&self, tp: Tp) -> Option<LeaderAndEpoch> {
        let Partition { leader, epoch } = self.partition(tp);
        leader.filter(|leader| self.brokers.contains(leader)).map(|leader| LeaderAndEpoch { leader, epoch })
    }
    /// The highest leader epoch seen of a partition, undefined if none.
    pub fn leader_epoch(&self, tp: Tp) -> LeaderEpoch {
        self.partition(tp).epoch
    }
    /// Whether the topic is known.
    pub fn knows(&self, topic: TopicId) -> bool {
        self.known.get(topic.index()).copied().unwrap_or(false)
    }
    /// Brokers to ask: those alive in the last answer, or the bootstrap brokers.
    pub fn brokers(&self) -> &[BrokerId] {
        &self.brokers
    }
    /// None of the known brokers can be asked: the bootstrap brokers may (KIP-899; the leaders known
    /// so far are kept, where Kafka forgets them until the next answer).
    pub fn rebootstrap(&mut self) {
        for at in 0..self.bootstrap.len() {
            self.add_broker(self.bootstrap[at]);
        }
    }
    fn add_broker(&mut self, broker: BrokerId) {
        if !self.brokers.contains(&broker) {
            self.brokers.push(broker);
            self.brokers.sort();
        }
    }
    /// Rises with every answer taken.
    pub fn version(&self) -> u32 {
        self.version
    }

    const UNKNOWN: Partition = Partition { leader: None, epoch: LeaderEpoch::UNDEFINED };

    fn partition(&self, tp: Tp) -> Partition {
        self.partitions.get(tp.index()).copied().unwrap_or(Self::UNKNOWN)
    }
}

fn set<T: Clone>(slots: &mut Vec<T>, index: usize, value: T, empty: T) {
    if slots.len() <= index {
        slots.resize(index + 1, empty);
    }
    slots[index] = value;
}
