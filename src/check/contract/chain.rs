//! From send() to the effect: what a chain of links promises, and which link breaks it.
//!
//! Producer, topic, reading, commit, effect: each link is described by rules that say what it may lose and what it may
//! repeat, and when. What is lost anywhere is lost; what is repeated anywhere stays repeated, unless a later link knows
//! the record again. Nothing here knows what happened in a run: it follows from the configuration and the faults.

use super::super::excuse::Excuse;
use crate::history::setup::{CommitSetup, ConsumerSetup, ProducerSetup, RowsSetup, Setup, SinkSetup, TopicSetup};
use crate::protocol::config::{AutoOffsetReset, IsolationLevel};
use crate::protocol::ids::GroupId;
use crate::protocol::messages::Acks;

/// How often a record that was acknowledged has its effect.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DeliveryClass {
    /// It may have none, and several.
    Nothing,
    /// It may have none.
    AtMostOnce,
    /// It may have several.
    AtLeastOnce,
    /// One.
    ExactlyOnce,
}

impl DeliveryClass {
    /// Of what may be lost and what may be repeated.
    pub fn of(loses: bool, repeats: bool) -> DeliveryClass {
        match (loses, repeats) {
            (true, true) => DeliveryClass::Nothing,
            (true, false) => DeliveryClass::AtMostOnce,
            (false, true) => DeliveryClass::AtLeastOnce,
            (false, false) => DeliveryClass::ExactlyOnce,
        }
    }
    /// As people say it.
    pub fn words(self) -> &'static str {
        match self {
            DeliveryClass::Nothing => "nothing",
            DeliveryClass::AtMostOnce => "at most once",
            DeliveryClass::AtLeastOnce => "at least once",
            DeliveryClass::ExactlyOnce => "exactly once",
        }
    }
}

/// Where in the chain a rule stands.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum ChainLink {
    /// From send() into the log.
    Producer,
    /// In the log.
    Topic,
    /// Out of the log.
    Reading,
    /// How the group remembers where it is.
    Commit,
    /// What the application does.
    Effect,
}

/// What has to happen for something to go wrong.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Peril {
    /// Nothing out of the ordinary: leaders move, members come and go, answers are late.
    Everyday,
    /// Some fault.
    Fault,
    /// A machine loses its power.
    PowerLoss,
}

impl Peril {
    /// Whether the faults of a run can bring it about.
    fn is_there(self, setup: &Setup) -> bool {
        match self {
            Peril::Everyday => true,
            Peril::Fault => !setup.faults.is_empty(),
            Peril::PowerLoss => setup.faults.iter().any(|fault| fault.kind == "power.loss"),
        }
    }
}

/// One chain: a producer, its topic, and a member of a group that reads it.
#[derive(Clone, Copy, Debug)]
pub struct Chain<'a> {
    setup: &'a Setup,
    producer: &'a ProducerSetup,
    topic: &'a TopicSetup,
    reader: &'a ConsumerSetup,
}

/// What a link may do.
#[derive(Clone, Copy, Debug)]
pub struct LinkRule {
    /// Where.
    pub link: ChainLink,
    /// Whether a chain has it.
    pub applies: fn(&Chain<'_>) -> bool,
    /// What has to happen.
    pub peril: Peril,
    /// It may lose records.
    pub loses: bool,
    /// It may repeat them.
    pub repeats: bool,
    /// What happens then, in a clause.
    pub words: &'static str,
    /// The smallest change that helps.
    pub cure: &'static str,
}

const fn loses(link: ChainLink, applies: fn(&Chain<'_>) -> bool, words: &'static str, cure: &'static str) -> LinkRule {
    LinkRule { link, applies, peril: Peril::Everyday, loses: true, repeats: false, words, cure }
}
const fn repeats(
    link: ChainLink,
    applies: fn(&Chain<'_>) -> bool,
    words: &'static str,
    cure: &'static str,
) -> LinkRule {
    LinkRule { link, applies, peril: Peril::Everyday, loses: false, repeats: true, words, cure }
}
const fn both(link: ChainLink, applies: fn(&Chain<'_>) -> bool, words: &'static str, cure: &'static str) -> LinkRule {
    LinkRule { link, applies, peril: Peril::Everyday, loses: true, repeats: true, words, cure }
}

fn min_isr(topic: &TopicSetup) -> u16 {
    topic.min_insync_replicas.min(topic.replication_factor)
}
fn is_transactional(chain: &Chain<'_>) -> bool {
    chain.producer.transactional_id.is_some()
}

/// Whether an application takes a row for proof that it has sent what comes of a record, too. A producer of dead letters
/// sends for records that have no row.
fn leaves_out(setup: &Setup, reader: &ConsumerSetup) -> bool {
    let forwards = setup.producers.iter().any(|p| p.node == reader.node) && !reader.puts_aside_in_kafka();
    reader.sink == Some(SinkSetup::IdempotentConsumer) && forwards
}

/// Why an application itself may pass over records that it was given, if it may: nothing is promised then.
pub(in crate::check) fn forsakes(setup: &Setup, reader: &ConsumerSetup) -> Option<Excuse> {
    if reader.commit == CommitSetup::InTransaction && reader.continues_after_abort {
        return Some(Excuse::GoesOn(reader.node));
    }
    leaves_out(setup, reader).then_some(Excuse::LeavesOut(reader.node))
}

/// All of them, along the chain.
pub const RULES: &[LinkRule] = &[
    // --- into the log
    loses(
        ChainLink::Producer,
        |c| c.producer.acks == Acks::Zero,
        "with acks=0 nobody notices what does not arrive",
        "acks=all",
    ),
    loses(
        ChainLink::Producer,
        |c| c.producer.acks == Acks::One,
        "with acks=1 a leader may be gone with what it has acknowledged",
        "acks=all and min.insync.replicas=2",
    ),
    repeats(
        ChainLink::Producer,
        |c| c.producer.retries_blindly(),
        "without idempotence a retry may leave a copy",
        "enable.idempotence=true",
    ),
    repeats(
        ChainLink::Producer,
        |c| c.producer.idempotent && c.setup.broker.producer_id_expiration < c.producer.delivery_timeout,
        "a leader may forget the producer before its retries are over (producer.id.expiration.ms)",
        "a longer producer.id.expiration.ms",
    ),
    repeats(
        ChainLink::Producer,
        |c| c.producer.resends,
        "the application sends again what has failed, and to Kafka that is another record",
        "transactions, or a consumer that knows records again",
    ),
    loses(
        ChainLink::Producer,
        |c| c.producer.rows == Some(RowsSetup::DualWrite),
        "the row and the record are two writes, and who dies between them has done one",
        "an outbox",
    ),
    repeats(
        ChainLink::Producer,
        |c| c.producer.rows == Some(RowsSetup::Outbox),
        "the relay of the outbox sends again what it is not sure of",
        "a consumer that knows records again",
    ),
    LinkRule {
        link: ChainLink::Producer,
        applies: |c| is_transactional(c) && !c.setup.rules.transaction_version.supports_epoch_bump(),
        peril: Peril::Fault,
        loses: true,
        repeats: true,
        words: "before transaction.version 2 a late request to end a transaction may end the next one (KAFKA-17754)",
        cure: "transaction.version=2",
    },
    // --- in the log
    LinkRule {
        link: ChainLink::Topic,
        applies: |c| c.producer.acks == Acks::All && min_isr(c.topic) < 2,
        peril: Peril::Fault,
        loses: true,
        repeats: false,
        words: "with min.insync.replicas=1 one replica may be all that has an acknowledged record",
        cure: "min.insync.replicas=2",
    },
    LinkRule {
        link: ChainLink::Topic,
        applies: |c| c.topic.unclean_leader_election,
        peril: Peril::Fault,
        loses: true,
        repeats: true,
        words: "an unclean election takes what the new leader does not have, and what was read may come again",
        cure: "unclean.leader.election.enable=false",
    },
    LinkRule {
        link: ChainLink::Topic,
        applies: |c| c.topic.flush_messages > 1,
        peril: Peril::PowerLoss,
        loses: true,
        repeats: true,
        words: "what no disk has yet goes with the power of all that have it, commits of groups too",
        cure: "replicas in different racks, or flush.messages=1",
    },
    // --- out of the log
    both(
        ChainLink::Reading,
        |c| is_transactional(c) && c.reader.isolation_level == IsolationLevel::ReadUncommitted,
        "isolation.level=read_uncommitted gives out records that are aborted, and sent again",
        "isolation.level=read_committed",
    ),
    loses(
        ChainLink::Reading,
        |c| c.reader.auto_offset_reset == AutoOffsetReset::Latest,
        "auto.offset.reset=latest passes over what is there while the group has no offset",
        "auto.offset.reset=earliest",
    ),
    loses(
        ChainLink::Reading,
        |c| matches!(c.reader.auto_offset_reset, AutoOffsetReset::ByDuration(_)),
        "auto.offset.reset=by_duration passes over what is older while the group has no offset",
        "auto.offset.reset=earliest",
    ),
    // --- where the group is
    both(
        ChainLink::Commit,
        |c| c.reader.seeks,
        "the application moves its position itself: what it seeks past it never has, and what it seeks back to it has again",
        "no seek()",
    ),
    both(
        ChainLink::Commit,
        |c| c.reader.commits_what_waits(),
        "offsets of records are committed that a worker thread has not done yet",
        "commit what is done",
    ),
    both(
        ChainLink::Commit,
        |c| c.reader.commits_the_highest(),
        "the highest offset is committed that threads are done with, and a lower one may be open",
        "commit the offset before which everything is done",
    ),
    both(
        ChainLink::Commit,
        |c| c.reader.commits_in_background(),
        "librdkafka commits in the background what was handed out, done or not",
        "enable.auto.commit=false and a commit after processing",
    ),
    loses(
        ChainLink::Commit,
        |c| c.reader.commits_ahead,
        "auto-commit of the new consumer may have what poll() has only just returned (since 4.2, KAFKA-18376)",
        "enable.auto.commit=false and a commit after processing",
    ),
    loses(
        ChainLink::Commit,
        |c| c.reader.commits_what_failed(),
        "close() in the finally behind an exception commits all that poll() has returned, done or not",
        "enable.auto.commit=false and a commit after processing",
    ),
    loses(
        ChainLink::Commit,
        |c| c.reader.commit == CommitSetup::SyncBeforeProcessing,
        "commitSync before processing: who dies between the two has committed what is not done",
        "commit after processing",
    ),
    repeats(
        ChainLink::Commit,
        |c| c.reader.commit == CommitSetup::Auto && !c.reader.commits_what_waits() && !c.reader.commits_in_background(),
        "auto-commit comes after processing, and who dies before it does the batch again",
        "offsets in the transaction of the output, or an effect that knows records again",
    ),
    repeats(
        ChainLink::Commit,
        |c| matches!(c.reader.commit, CommitSetup::SyncAfterBatch | CommitSetup::AsyncAfterBatch),
        "the commit comes after processing, and who dies between the two does the batch again",
        "offsets in the transaction of the output, or an effect that knows records again",
    ),
    repeats(
        ChainLink::Commit,
        |c| c.reader.commit == CommitSetup::Never,
        "nothing is committed, and every rebalance begins again where the policy says",
        "commit",
    ),
    repeats(
        ChainLink::Commit,
        |c| c.reader.commit == CommitSetup::InTransaction && c.reader.hides_generation,
        "the offsets of a transaction come without the member's generation, so those of an old member are taken as well",
        "consumer.groupMetadata() with the offsets (KIP-447)",
    ),
    repeats(
        ChainLink::Commit,
        |c| c.reader.commit == CommitSetup::WithTheSink,
        "the database takes rows and offsets of a member that has lost its partitions",
        "a fence: transactions of an earlier generation are refused",
    ),
    repeats(
        ChainLink::Commit,
        |c| c.reader.commit == CommitSetup::WithTheSinkFenced && c.reader.instance.is_some(),
        "a static member that comes back has the generation of the one before, and the fence cannot tell the two apart",
        "members without group.instance.id, or a token that each process draws for itself",
    ),
    loses(
        ChainLink::Commit,
        |c| c.reader.commit == CommitSetup::InTransaction && c.reader.continues_after_abort,
        "after an aborted transaction the application goes on without what that was about",
        "seek to the committed offsets after abortTransaction()",
    ),
    loses(
        ChainLink::Commit,
        |c| c.reader.skips_poison,
        "the application gives up records that it cannot process",
        "a dead letter topic",
    ),
    // --- what is done
    loses(
        ChainLink::Effect,
        |c| leaves_out(c.setup, c.reader),
        "the application leaves out a record whose row is there, and what it sent for it may be lost or aborted",
        "unique keys: leave out the row that is there, not the record",
    ),
    repeats(
        ChainLink::Effect,
        |c| c.reader.commit == CommitSetup::InTransaction && c.reader.sink == Some(SinkSetup::Database),
        "it has no unique keys, so a batch that is repeated is written twice",
        "unique keys",
    ),
    repeats(
        ChainLink::Effect,
        |c| c.reader.commit == CommitSetup::InTransaction && c.reader.sink == Some(SinkSetup::EMail),
        "no transaction takes an e-mail back, so a batch that is repeated is sent twice",
        "an idempotency key on the other side",
    ),
];

/// What a chain comes to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Prediction {
    /// Which group reads at its end.
    pub group: GroupId,
    /// How often a record has its effect.
    pub class: DeliveryClass,
    /// The first link that may lose something, and how.
    pub loses: Option<(ChainLink, &'static str)>,
    /// The first link that may repeat something for good, and how.
    pub repeats: Option<(ChainLink, &'static str)>,
    /// What the application writes to outside of Kafka.
    pub sink: Option<SinkSetup>,
    /// Its output and its offsets are one transaction.
    pub in_transaction: bool,
    /// What is promised is not for power losses: no flush is awaited.
    pub but_for_power: bool,
}

impl Chain<'_> {
    /// A database that knows a record again does not take it twice; it does not know a record again that its
    /// application has sent as another one.
    fn mends(&self) -> bool {
        let knows = matches!(self.reader.sink, Some(SinkSetup::DatabaseWithUniqueKeys | SinkSetup::IdempotentConsumer));
        knows && !self.producer.resends && self.producer.rows != Some(RowsSetup::Outbox)
    }
}

/// What a group is promised from send() to the effect. `whatever_happens`: not only with the faults of this run; a loss
/// of power is an exception then, which is said, since hardly anybody waits for flushes.
pub fn predict(setup: &Setup, group: GroupId, whatever_happens: bool) -> Option<Prediction> {
    let members: Vec<&ConsumerSetup> = setup.consumers.iter().filter(|c| c.group == group).collect();
    let first = members.first()?;
    let topics = |member: &ConsumerSetup| member.topics.clone();
    let chains = members.iter().flat_map(|reader| {
        let topics = topics(reader);
        let producers = setup.producers.iter().filter(move |p| topics.contains(&p.topic));
        producers.map(move |producer| Chain { setup, producer, topic: &setup.topics[producer.topic.index()], reader })
    });
    let mut but_for_power = false;
    let mut loses: Option<(ChainLink, &str)> = None;
    let mut repeats: Option<(ChainLink, &str)> = None;
    for chain in chains {
        for rule in RULES.iter().filter(|rule| (rule.applies)(&chain)) {
            let there = rule.peril.is_there(setup);
            but_for_power |= rule.peril == Peril::PowerLoss && !there;
            if !there && (!whatever_happens || rule.peril == Peril::PowerLoss) {
                continue;
            }
            let earlier = |known: Option<(ChainLink, &str)>| known.is_none_or(|(link, _)| rule.link < link);
            if rule.loses && earlier(loses) {
                loses = Some((rule.link, rule.words));
            }
            if rule.repeats && !chain.mends() && earlier(repeats) {
                repeats = Some((rule.link, rule.words));
            }
        }
    }
    Some(Prediction {
        group,
        class: DeliveryClass::of(loses.is_some(), repeats.is_some()),
        loses,
        repeats,
        sink: first.sink,
        in_transaction: members.iter().all(|c| c.commit == CommitSetup::InTransaction),
        but_for_power,
    })
}

impl Prediction {
    /// Where the chain ends.
    fn end(&self) -> &'static str {
        match (self.sink, self.in_transaction) {
            (Some(SinkSetup::EMail), _) => "the e-mail",
            (Some(_), _) => "the database",
            (None, true) => "what is committed in Kafka",
            (None, false) => "the application",
        }
    }
    /// What is promised, and the first link that breaks it.
    pub fn words(&self) -> String {
        let exception = if self.but_for_power { ", but for power losses" } else { "" };
        format!("{}{exception}", self.chain_words())
    }
    fn chain_words(&self) -> String {
        let end = self.end();
        let first = match (self.loses, self.repeats) {
            (Some(loses), Some(repeats)) => Some(if loses.0 <= repeats.0 { loses } else { repeats }),
            (one, other) => one.or(other),
        };
        match first {
            None => format!("exactly once from send() to {end}"),
            Some((ChainLink::Effect, words)) => format!("exactly once up to {end}: {words}"),
            Some((_, words)) => {
                let second = match (self.loses, self.repeats) {
                    (Some(loses), Some(repeats)) if loses.1 != repeats.1 => {
                        let other = if loses.0 <= repeats.0 { repeats } else { loses };
                        format!("; and {}", other.1)
                    }
                    _ => String::new(),
                };
                format!("{} from send() to {end}: {words}{second}", self.class.words())
            }
        }
    }
}
