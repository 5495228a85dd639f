//! A client's metadata: who leads what, as far as this client knows (`clients/.../Metadata.java`).
//!
//! The pause between requests has no jitter here (Kafka spreads it by 20 %), and an unused topic is
//! never forgotten (`metadata.max.idle.ms`): a client of the model uses its topics to the end. Its bootstrap
//! brokers are all brokers.
//!
//! An answer names the brokers that are not fenced in the eyes of whoever gives it, and a client asks no others from then on.
//! If it can ask none of them, or gets no metadata for `metadata.recovery.rebootstrap.trigger.ms`, it begins
//! with the bootstrap brokers again (KIP-899, KIP-1102).

use std::collections::BTreeSet;

use crate::net::backoff::ExponentialBackoff;
use crate::protocol::batch::LeaderAndEpoch;
use crate::protocol::client_preset::ClientPreset;
use crate::protocol::config::MetadataRecoveryStrategy;
use crate::protocol::ids::{BrokerId, BrokerList, LeaderEpoch, RackId, TopicId, Tp};
use crate::protocol::messages::{MetadataResponse, PartitionMetadata, TopicMetadata};
use crate::sim::time::Nanos;

/// What is known of one partition.
#[derive(Clone, Copy, PartialEq, Debug)]
struct Partition {
    /// `None` if nobody leads.
    leader: Option<BrokerId>,
    /// Highest epoch ever seen (`Metadata.lastSeenLeaderEpochs`): it outlives the topic's absence.
    epoch: LeaderEpoch,
    /// Its replicas; none of a topic that was forgotten.
    replicas: BrokerList,
}

/// See the module.
#[derive(Clone, Debug)]
pub struct Metadata {
    bootstrap: Vec<BrokerId>,
    topics: Vec<TopicId>,
    /// It asks for all topics, whichever there are: for who subscribes to a pattern.
    all_topics: bool,
    /// It asks by the topics' ids: for who has left a pattern to the group coordinator, and is told no names.
    by_id: bool,
    max_age: Nanos,
    /// Whether it takes the leader that an error names (KIP-951, 3.7).
    takes_named_leaders: bool,
    backoff: ExponentialBackoff,
    /// Brokers of the last answer; the bootstrap brokers before the first.
    brokers: Vec<BrokerId>,
    /// The racks of the brokers of the last answer, as far as they have one.
    racks: Vec<(BrokerId, RackId)>,
    /// By [`Tp`].
    partitions: Vec<Partition>,
    /// By [`TopicId`].
    known: Vec<bool>,
    /// How many partitions each topic has, as far as heard of.
    counts: Vec<u32>,
    version: u32,
    /// Since when it has tried to get metadata, and has got none.
    trying_since: Option<Nanos>,
    /// `metadata.recovery.rebootstrap.trigger.ms`; none: it never goes back to the bootstrap brokers.
    rebootstrap_after: Option<Nanos>,
    update_requested: bool,
    in_progress: bool,
    last_refresh: Option<Nanos>,
    /// When the last answer is too old (`metadata.max.age.ms`); at once before the first.
    expiry: Nanos,
    failures: u32,
    /// Answers in a row without a newer leader epoch: they slow the refresh down like failures.
    equivalent_responses: u32,
}

impl Metadata {
    /// Knows only the bootstrap brokers.
    pub fn new(
        bootstrap: Vec<BrokerId>,
        topics: Vec<TopicId>,
        max_age: Nanos,
        backoff: Nanos,
        backoff_max: Nanos,
    ) -> Metadata {
        Metadata {
            brokers: bootstrap.clone(),
            racks: Vec::new(),
            bootstrap,
            topics,
            all_topics: false,
            by_id: false,
            max_age,
            takes_named_leaders: true,
            backoff: ExponentialBackoff::new(backoff, backoff_max),
            partitions: Vec::new(),
            known: Vec::new(),
            counts: Vec::new(),
            version: 0,
            trying_since: None,
            rebootstrap_after: None,
            update_requested: false,
            in_progress: false,
            last_refresh: None,
            expiry: Nanos::ZERO,
            failures: 0,
            equivalent_responses: 0,
        }
    }
    /// The same, of a client that is older than KIP-951 or has not heard of it: an error names no leader to it.
    #[must_use]
    pub fn of_client(mut self, client: Option<ClientPreset>) -> Metadata {
        self.takes_named_leaders = client.is_none_or(ClientPreset::takes_named_leaders);
        self
    }
    /// The same with these ways out when it gets no metadata, if its client knows any.
    #[must_use]
    pub fn recovering(
        mut self,
        (strategy, trigger): (MetadataRecoveryStrategy, Nanos),
        client: Option<ClientPreset>,
    ) -> Metadata {
        let rebootstraps = strategy == MetadataRecoveryStrategy::Rebootstrap;
        let knows = client.is_none_or(ClientPreset::rebootstraps);
        self.rebootstrap_after = (rebootstraps && knows).then_some(trigger);
        self
    }
    /// The same, of a client that asks for all topics.
    #[must_use]
    pub fn of_all_topics(mut self, all_topics: bool) -> Metadata {
        self.all_topics = all_topics;
        self
    }
    /// From now on it asks for all topics.
    pub fn ask_for_all(&mut self) {
        self.all_topics = true;
    }
    /// From now on it asks for these topics and no others, the next time that it asks
    /// (`SubscriptionState.setAssignedTopicIds`).
    pub fn ask_for_assigned(&mut self, topics: &[TopicId]) {
        self.by_id = true;
        self.topics.clear();
        self.topics.extend_from_slice(topics);
    }
    /// Whether it asks for all topics.
    pub fn asks_for_all(&self) -> bool {
        self.all_topics
    }
    /// Whether a broker may create a topic that it is asked about: one that is named.
    pub fn may_create(&self) -> bool {
        !self.all_topics && !self.by_id
    }
    /// Whether a request would be made now if one was wanted (`timeToAllowUpdate`).
    pub fn allows_update(&self, now: Nanos) -> bool {
        self.allowed_at(false) <= now
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
    /// Asks about this topic no more, and forgets who leads its partitions, which begin with `first`. Epochs are remembered
    /// (`lastSeenLeaderEpochs`).
    pub fn forget(&mut self, topic: TopicId, first: Tp) {
        let partitions = first.index()..first.index() + self.partition_count(topic) as usize;
        self.topics.retain(|watched| *watched != topic);
        set(&mut self.known, topic.index(), false, false);
        for partition in self.partitions.iter_mut().skip(partitions.start).take(partitions.len()) {
            partition.leader = None;
            partition.replicas = BrokerList::EMPTY;
        }
    }
    /// Asks for a refresh at the next chance.
    pub fn request_update(&mut self) {
        self.update_requested = true;
    }
    /// Asks for a refresh because a topic is new to this client, not because something failed: it
    /// waits for no backoff (`Metadata.requestUpdateForNewTopics`).
    pub fn request_new(&mut self) {
        self.update_requested = true;
        self.last_refresh = None;
        self.equivalent_responses = 0;
    }
    /// A connection is gone, which may be the fault of stale metadata. If a refresh was due and not
    /// under way, the disconnect is a failed one: the next broker is not asked before the backoff
    /// (`DefaultMetadataUpdater.handleServerDisconnect`).
    pub fn disconnected(&mut self, now: Nanos) {
        if self.next_update(now) <= now {
            self.failed(now);
        }
        self.request_update();
    }
    /// When the next request is due: now (if asked for and the backoff allows), or later (age).
    /// Never ([`Nanos::MAX`]) while one is under way.
    #[inline]
    pub fn next_update(&self, now: Nanos) -> Nanos {
        // Asked with every turn of a client, and nearly always nothing is under way or wanted, and the
        // age comes after any backoff, since none is longer than the longest.
        let backoff_over = self.last_refresh.map_or(Nanos::ZERO, |last| last.saturating_add(self.backoff.longest()));
        if !self.in_progress && !self.update_requested && now < self.expiry && backoff_over <= self.expiry {
            self.expiry
        } else {
            self.next_update_by_rule(now)
        }
    }
    #[cold]
    fn next_update_by_rule(&self, now: Nanos) -> Nanos {
        if self.in_progress {
            return Nanos::MAX;
        }
        let wanted = if self.update_requested { now } else { self.expiry };
        wanted.max(self.allowed_at(self.expiry <= now)).max(now)
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
    /// It is about to ask somebody.
    pub fn tries(&mut self, now: Nanos) {
        self.trying_since.get_or_insert(now);
    }
    /// When it has tried for too long; [`Nanos::MAX`] if it does not try. The client drops its connections then, and calls
    /// [`Metadata::rebootstrap`] (`NetworkClient.handleRebootstrap`).
    #[inline]
    pub fn rebootstrap_at(&self) -> Nanos {
        match (self.trying_since, self.rebootstrap_after) {
            // Later than that by Kafka's clock, which goes by milliseconds.
            (Some(since), Some(after)) => since.saturating_add(after).saturating_add(Nanos::from_millis(1)),
            _ => Nanos::MAX,
        }
    }
    /// A request was sent; no other until it is answered or failed.
    pub fn sent(&mut self) {
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
        self.trying_since = None;
        self.last_refresh = Some(now);
        self.expiry = now.saturating_add(self.max_age);
        self.failures = 0;
        self.equivalent_responses = self.equivalent_responses.saturating_add(1);
        self.version += 1;
        self.brokers.clone_from(&response.brokers);
        self.racks.clone_from(&response.racks);
        response.topics.iter().for_each(|topic| self.update_topic(topic));
    }
    fn update_topic(&mut self, topic: &TopicMetadata) {
        set(&mut self.known, topic.topic.index(), topic.error.is_ok(), false);
        if topic.error.is_err() {
            self.update_requested |= topic.error.is_invalid_metadata();
            return;
        }
        set(&mut self.counts, topic.topic.index(), topic.partitions.len() as u32, 0);
        topic.partitions.iter().for_each(|partition| self.update_partition(partition));
    }
    fn update_partition(&mut self, partition: &PartitionMetadata) {
        self.update_requested |= partition.error.is_invalid_metadata();
        let seen = self.partition(partition.tp).epoch;
        if partition.leader_epoch >= seen {
            let PartitionMetadata { leader, leader_epoch: epoch, replicas, .. } = *partition;
            let news = Partition { leader, epoch, replicas };
            set(&mut self.partitions, partition.tp.index(), news, Self::UNKNOWN);
        }
        if partition.leader_epoch > seen {
            self.equivalent_responses = 0;
        }
    }
    /// Takes a leader named by an error (KIP-951). Returns whether it was news.
    pub fn update_leader(&mut self, tp: Tp, current: LeaderAndEpoch) -> bool {
        if !self.takes_named_leaders || current.epoch <= self.partition(tp).epoch {
            return false;
        }
        let replicas = self.partition(tp).replicas;
        let news = Partition { leader: Some(current.leader), epoch: current.epoch, replicas };
        set(&mut self.partitions, tp.index(), news, Self::UNKNOWN);
        // The error also names the leader's address, so the leader is reachable from here on.
        self.add_broker(current.leader);
        true
    }
    /// The leader of a partition and its epoch, if known and alive.
    pub fn leader(&self, tp: Tp) -> Option<LeaderAndEpoch> {
        let Partition { leader, epoch, .. } = self.partition(tp);
        leader.filter(|leader| self.brokers.contains(leader)).map(|leader| LeaderAndEpoch { leader, epoch })
    }
    /// Whether a broker is alive and has a replica of a partition (`Cluster.nodeIfOnline`).
    pub fn is_online(&self, tp: Tp, broker: BrokerId) -> bool {
        self.brokers.contains(&broker) && self.partition(tp).replicas.contains(broker)
    }
    /// The rack of a broker of the last answer (`Node.rack`).
    pub fn rack_of(&self, broker: BrokerId) -> Option<RackId> {
        self.racks.iter().find(|(id, _)| *id == broker).map(|(_, rack)| *rack)
    }
    /// The racks of a partition's replicas, each once; none of those that are not alive, or have none
    /// (`ConsumerCoordinator.PartitionRackInfo`).
    pub fn racks_of(&self, tp: Tp) -> BTreeSet<Option<RackId>> {
        self.partition(tp).replicas.iter().map(|broker| self.rack_of(broker)).collect()
    }
    /// The highest leader epoch seen of a partition, undefined if none.
    pub fn leader_epoch(&self, tp: Tp) -> LeaderEpoch {
        self.partition(tp).epoch
    }
    /// Whether the topic is known.
    pub fn knows(&self, topic: TopicId) -> bool {
        self.known.get(topic.index()).copied().unwrap_or(false)
    }
    /// How many partitions the topic has; 0 for one that is not known.
    pub fn partition_count(&self, topic: TopicId) -> u32 {
        if self.knows(topic) { self.counts.get(topic.index()).copied().unwrap_or(0) } else { 0 }
    }
    /// Brokers to ask: those alive in the last answer, or the bootstrap brokers.
    pub fn brokers(&self) -> &[BrokerId] {
        &self.brokers
    }
    /// All brokers that it was ever told of, those that are gone among them.
    pub fn bootstrap(&self) -> &[BrokerId] {
        &self.bootstrap
    }
    /// None of the known brokers can be asked, or none has answered for too long: the bootstrap brokers may
    /// (`DefaultMetadataUpdater.rebootstrap`, KIP-899, KIP-1102). Topics and leaders are forgotten until the next answer; their epochs
    /// are not. Nothing happens to a client that knows no such way. True if there was something to forget.
    pub fn rebootstrap(&mut self, now: Nanos) -> bool {
        if self.rebootstrap_after.is_none() {
            return false;
        }
        for at in 0..self.bootstrap.len() {
            self.add_broker(self.bootstrap[at]);
        }
        let forgets = self.known.contains(&true);
        self.known.fill(false);
        for partition in &mut self.partitions {
            partition.leader = None;
            partition.replicas = BrokerList::EMPTY;
        }
        self.trying_since = Some(now);
        self.update_requested = true;
        forgets
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

    const UNKNOWN: Partition = Partition { leader: None, epoch: LeaderEpoch::UNDEFINED, replicas: BrokerList::EMPTY };

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::errors::ErrorCode;
    use crate::protocol::ids::BrokerList;

    const MS: fn(u64) -> Nanos = Nanos::from_millis;
    const TP: Tp = Tp(0);

    fn metadata() -> Metadata {
        Metadata::new([1, 2, 3].map(BrokerId).to_vec(), vec![TopicId(0)], MS(300_000), MS(100), MS(1000))
    }
    fn answer(leader: Option<u8>, epoch: i32) -> MetadataResponse {
        let partition = PartitionMetadata {
            tp: TP,
            error: if leader.is_some() { ErrorCode::None } else { ErrorCode::LeaderNotAvailable },
            leader: leader.map(BrokerId),
            leader_epoch: LeaderEpoch(epoch),
            replicas: BrokerList::EMPTY,
            isr: BrokerList::EMPTY,
        };
        let topic = TopicMetadata { topic: TopicId(0), error: ErrorCode::None, partitions: vec![partition] };
        MetadataResponse { brokers: vec![BrokerId(1), BrokerId(2)], racks: Vec::new(), topics: vec![topic] }
    }
    fn leader(metadata: &Metadata) -> Option<(u8, i32)> {
        metadata.leader(TP).map(|l| (l.leader.0, l.epoch.0))
    }

    #[test]
    fn the_first_request_is_due_at_once_and_the_next_by_age() {
        let mut m = metadata();
        assert_eq!(m.next_update(MS(5)), MS(5));
        m.sent();
        assert_eq!(m.next_update(MS(6)), Nanos::MAX);
        m.update(&answer(Some(1), 0), MS(10));
        assert_eq!(m.next_update(MS(20)), MS(300_010));
        assert_eq!((m.version(), m.knows(TopicId(0)), leader(&m)), (1, true, Some((1, 0))));
    }

    #[test]
    fn a_wanted_refresh_waits_for_the_backoff() {
        let mut m = metadata();
        m.update(&answer(Some(1), 0), MS(10));
        m.request_update();
        assert_eq!(m.next_update(MS(20)), MS(110));
        assert_eq!(m.next_update(MS(500)), MS(500));
    }

    #[test]
    fn answers_without_news_slow_the_refresh_down_until_something_new_is_wanted() {
        let mut m = metadata();
        m.update(&answer(Some(1), 0), MS(0));
        let mut pauses = Vec::new();
        for _ in 0..5 {
            m.update(&answer(Some(1), 0), MS(1000));
            m.request_update();
            pauses.push((m.next_update(MS(1000)) - MS(1000)).as_millis());
        }
        assert_eq!(pauses, [100, 200, 400, 800, 1000]);
        m.request_new();
        assert_eq!(m.next_update(MS(1000)), MS(1000), "a new topic is asked for at once");
    }

    #[test]
    fn a_disconnect_while_a_refresh_is_due_counts_as_a_failed_one() {
        let mut m = metadata();
        m.update(&answer(Some(1), 0), MS(0));
        m.disconnected(MS(500));
        assert_eq!(m.next_update(MS(500)), MS(500), "the leader went: ask another broker at once");
        m.disconnected(MS(500));
        assert_eq!(m.next_update(MS(500)), MS(600), "that one went too: backoff");
    }

    #[test]
    fn failures_slow_the_refresh_down() {
        let mut m = metadata();
        let mut pauses = Vec::new();
        for _ in 0..4 {
            m.sent();
            m.failed(MS(0));
            pauses.push(m.next_update(MS(0)).as_millis());
        }
        assert_eq!(pauses, [100, 200, 400, 800]);
    }

    #[test]
    fn an_older_epoch_does_not_replace_a_leader() {
        let mut m = metadata();
        m.update(&answer(Some(2), 5), MS(0));
        m.update(&answer(Some(1), 4), MS(1));
        assert_eq!(leader(&m), Some((2, 5)));
        m.update(&answer(None, 5), MS(2));
        assert_eq!(leader(&m), None, "the same epoch does");
    }

    #[test]
    fn a_partition_without_a_leader_asks_for_the_next_refresh() {
        let mut m = metadata();
        m.update(&answer(None, 0), MS(0));
        assert_eq!(m.next_update(MS(0)), MS(100));
    }

    #[test]
    fn an_error_names_the_new_leader() {
        let mut m = metadata();
        m.update(&answer(Some(1), 3), MS(0));
        let new = |broker, epoch| LeaderAndEpoch { leader: BrokerId(broker), epoch: LeaderEpoch(epoch) };
        assert!(!m.update_leader(TP, new(2, 3)), "no news");
        assert!(m.update_leader(TP, new(3, 4)));
        assert_eq!(leader(&m), Some((3, 4)), "though broker 3 was not in the last answer");
    }

    #[test]
    fn a_leader_named_by_an_error_is_no_progress_of_the_refresh() {
        let mut m = metadata();
        (0..4).for_each(|_| m.update(&answer(Some(1), 3), MS(1000)));
        m.update_leader(TP, LeaderAndEpoch { leader: BrokerId(2), epoch: LeaderEpoch(4) });
        m.request_update();
        assert_eq!(m.next_update(MS(1000)), MS(1400), "three answers brought no news");
    }

    #[test]
    fn a_leader_that_is_not_alive_is_none() {
        let mut m = metadata();
        m.update(&answer(Some(3), 0), MS(0));
        assert_eq!(leader(&m), None);
    }

    #[test]
    fn an_answer_without_brokers_is_a_failure() {
        let mut m = metadata();
        m.update(&MetadataResponse::default(), MS(0));
        assert_eq!((m.version(), m.brokers().len()), (0, 3));
        assert_eq!(m.next_update(MS(0)), MS(100));
    }

    #[test]
    fn who_gets_no_metadata_for_too_long_begins_with_the_bootstrap_brokers() {
        let mut m = metadata().recovering((MetadataRecoveryStrategy::Rebootstrap, MS(5_000)), None);
        m.tries(MS(0));
        m.update(&answer(Some(1), 0), MS(10));
        assert_eq!((m.brokers(), leader(&m)), ([1, 2].map(BrokerId).as_slice(), Some((1, 0))));
        m.request_update();
        m.tries(MS(1_000));
        m.failed(MS(2_000));
        m.tries(MS(2_100));
        assert_eq!(m.rebootstrap_at(), MS(6_001), "the first attempt counts, answered or not");
        m.rebootstrap(MS(6_001));
        assert_eq!((m.brokers(), leader(&m)), ([1, 2, 3].map(BrokerId).as_slice(), None));
        assert_eq!(m.leader_epoch(TP), LeaderEpoch(0), "epochs are remembered");
        assert_eq!(m.rebootstrap_at(), MS(11_002), "and once more, if that does not help");
        m.update(&answer(Some(2), 1), MS(7_000));
        assert_eq!((leader(&m), m.rebootstrap_at()), (Some((2, 1)), Nanos::MAX));
    }

    #[test]
    fn who_knows_no_way_back_goes_on_with_what_it_knows() {
        let lost = |mut m: Metadata| {
            m.update(&answer(Some(1), 0), MS(10));
            m.request_update();
            m.tries(MS(1_000));
            m.failed(MS(2_000));
            m.rebootstrap(MS(2_100));
            (m.brokers().len(), m.rebootstrap_at())
        };
        let (back, none) = (MetadataRecoveryStrategy::Rebootstrap, MetadataRecoveryStrategy::None);
        let recovering = |strategy, client| metadata().recovering((strategy, MS(5_000)), client);
        assert_eq!(lost(recovering(back, None)), (3, MS(7_101)));
        assert_eq!(lost(recovering(none, None)), (2, Nanos::MAX));
        assert_eq!(lost(recovering(back, Some(ClientPreset::Java28))), (2, Nanos::MAX), "KIP-899 is of 3.8");
    }
}
