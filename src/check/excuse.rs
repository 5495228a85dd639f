//! Why something that was broken need not have held: the conditions of Kafka's promises.
//!
//! One that follows from the configuration alone is known before the first fact ([`unordered`],
//! [`commits_late`], ...): the contract is written from the same functions.

use crate::history::fact::OffsetRemovalReason;
use crate::history::setup::{CommitSetup, ConsumerSetup, ProducerSetup, Setup};
use crate::protocol::catalog::Catalog;
use crate::protocol::ids::*;
use crate::protocol::messages::Acks;
use crate::protocol::rules::{EligibleLeaderReplicas, HeartbeatRetry};
use crate::sim::time::Nanos;

/// Why committed records may be lost without anybody being to blame.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Loss {
    /// A replica outside the ISR was elected.
    Unclean,
    /// The only member of the ISR, or of those that are eligible without one, came back from a power loss without its unflushed records.
    LastReplica,
    /// So many replicas at once had lost records in power losses, as many as min ISR.
    TooMany(u16),
    /// A replica that had lost power was elected from the ISR before the controller knew: it was back before
    /// its session was over.
    Unnoticed(BrokerId),
    /// A broker that was back before its session was over wrote in its old epoch: what others have of that
    /// epoch may differ.
    Unregistered(BrokerId),
}

/// How offsets of a group came to be others, or none.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum OffsetsMoved {
    /// An administrator has reset them.
    Reset,
    /// They are gone.
    Removed(OffsetRemovalReason),
}

/// See the module.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Excuse {
    // --- what was configured -------------------------------------------------------------------
    /// No producer asks for `acks=all`; this is the most that one asks for.
    Acks(Acks),
    /// A producer sends without idempotence.
    NotIdempotent(NodeId),
    /// A producer retries without idempotence.
    RetriesBlindly(NodeId),
    /// A producer retries with so many requests in flight, without idempotence.
    RetriesOvertake(NodeId, u32),
    /// A producer waits for no answer: a connection that it has replaced may be read beside the new one.
    SideBySide(NodeId),
    /// A consumer commits before it processes.
    CommitsFirst(NodeId),
    /// A consumer commits after it has processed.
    CommitsLate(NodeId),
    /// A database takes rows and offsets of a member that has lost its partitions, or cannot tell it from who has them.
    TakesOldRows(NodeId),
    /// An application moves its position itself.
    Seeks(NodeId),
    /// A consumer commits what waits for its worker.
    HandsOff(NodeId),
    /// close() behind an exception commits what its application has failed at, and what is behind that.
    CommitsWhatFailed(NodeId),
    /// An application commits the highest offset that its threads are done with.
    CommitsHighest(NodeId),
    /// A client commits beside its application what it has handed out.
    InBackground(NodeId),
    /// A client's automatic commit may have what poll() is about to return.
    CommitsAhead(NodeId),
    /// An application sends again what has failed: to Kafka it is another record.
    SendsAgain(NodeId),
    /// A group gives up records that it cannot process.
    Skips(GroupId),
    /// A broker gives up a registration or heartbeat that is not answered within this time, a new connection included.
    HeartbeatsGivenUp(Nanos),
    /// A consumer gives up after this time what a broker may keep for this long, and what waits behind it on the connection.
    FetchesGivenUp(NodeId, Nanos, Nanos),
    /// A coordinator gives up what is not replicated within this time, assignments and states of transactions too.
    WritesGivenUp(Nanos),
    /// A leader takes the first record of a transaction without asking the coordinator.
    VerificationOff(Tp),
    /// A consumer reads what is not committed.
    ReadsUncommitted(NodeId),
    /// An application commits its offsets outside of the transaction of what it sends, or has none.
    OffsetsOutside(NodeId),
    /// The application goes on after an aborted transaction without what that was about.
    GoesOn(NodeId),
    /// The application leaves out what has a row, though what it was to send for it may be aborted or lost.
    LeavesOut(NodeId),
    /// A group's offsets came with a transaction without saying from which member.
    NoGroupMetadata(GroupId),
    /// A link of a group's chain may lose records: how.
    MayLose(GroupId, &'static str),
    /// One may repeat them.
    MayRepeat(GroupId, &'static str),
    // --- what was lost -------------------------------------------------------------------------
    /// Committed records of a partition may be lost.
    Lost(Tp, Loss),
    /// The leader lost power with what it had sent, and was back in its old epoch before its session ended.
    BackInOldEpoch(BrokerId),
    // --- what Kafka does all the same ----------------------------------------------------------
    /// A partition had forgotten a producer after `producer.id.expiration.ms`.
    Forgotten(Tp, NodeId, Nanos),
    /// A leader that knew nothing of a producer accepted a later batch of it first (KIP-360).
    OvertakenBlindly(NodeId),
    /// A request that a producer had given up was carried out late.
    GivenUpRequest(NodeId),
    /// A transactional id was forgotten.
    IdForgotten(TransactionalId),
    /// A late retry was appended again, under a new producer epoch: a leader that has reloaded its producers knows
    /// only the newest batch of each.
    LateRetry(NodeId),
    /// A producer has split a batch that was too large; later ones were in flight.
    SplitOvertaken(NodeId),
    /// A producer sends what has expired in the same pass.
    SentAfterFailing(NodeId),
    /// A producer was paused.
    Paused(NodeId),
    /// A producer looks at no deadline while it waits for its producer id.
    WaitsForId(NodeId),
    /// The same while its coordinator has not answered a request of its transaction, and faults went on.
    WaitsForTransaction(NodeId),
    /// The same, and nobody is there to give it one.
    NobodyGivesId(NodeId),
    /// A producer has put a batch back, behind younger ones.
    PutBack(NodeId),
    /// A producer died with records in memory.
    DiedWithRecords(NodeId),
    /// A follower may cut more than what differs, above what is committed (KIP-101).
    CutsMore,
    /// A fetch session does not repeat a high watermark that came with a divergence.
    NotRepeated,
    /// A leader forgot its proposal over the late record of the ISR before.
    ForgotProposal(BrokerId),
    /// A position came from a commit or a reset, and was never validated.
    NeverValidated,
    /// A consumer asks for the end of its epoch once (KIP-320).
    AsksOnce,
    /// A position of a group was reset to the latest offset.
    Leapt(GroupId),
    /// A leader knows this for committed, its epoch began there: it tells no latest offset.
    NoLatestOffset(Tp, Offset, Offset),
    /// A callback makes a commit again that has failed, whatever was committed meanwhile.
    RetriesCommits(NodeId),
    /// A commit that its sender had given up was carried out late.
    GivenUpCommit,
    /// A group's offsets were moved, and not by its members.
    OffsetsMoved(GroupId, OffsetsMoved),
    /// Retention deleted records of a partition before a group had read them.
    Deleted(GroupId, Tp),
    /// The start of a log is on disk every `log.flush.start.offset.checkpoint.interval.ms` (60 s), and its broker died before.
    StartNotCheckpointed(BrokerId),
    /// A commit was set back for this reason.
    SetBack(&'static str),
    /// The members of a group may not know of a partition yet.
    UnknownYet(Tp),
    /// A cooperative member gives a partition up in the first of two rebalances, and it is nobody's in that generation (KIP-429).
    HandedOver(Tp, Generation),
    /// A coordinator stores any offset: it does not ask where the partition ends.
    AnyOffsetIsStored(GroupId),
    /// The group's leader assigns with a class of the application's own.
    OwnAssignor(GroupId),
    /// A group's members come to no commit between two rebalances.
    NoProgressPromised(GroupId),
    /// A group goes back to a record that it cannot process.
    Stuck(GroupId),
    // --- who was not there ---------------------------------------------------------------------
    /// The controller is down.
    ControllerDown(NodeId),
    /// So many of so many controllers run: no majority.
    NoQuorum(u8, u8),
    /// None of several controllers is the active one.
    NoActiveController,
    /// A controller's disk lied about flushes, and one lost its power.
    VotersForgot,
    /// A partition has no live leader.
    NoLeader(Tp),
    /// A group has no coordinator: `__consumer_offsets` was never created.
    NoOffsetsTopic(GroupId),
    /// A group has no coordinator: the partition has no live leader.
    NoCoordinator(GroupId, Tp),
    /// A partition has fewer in-sync replicas than `min.insync.replicas`: nothing is written to it.
    TooFewReplicas(Tp),
    /// A transactional id has no coordinator: the partition has no live leader.
    NoTransactionCoordinator(TransactionalId, Tp),
    /// A group had a coordinator that had been deposed.
    DeposedCoordinator(GroupId),
    /// Such a coordinator answered.
    DeposedAnswers(GroupId),
    // --- what takes its time -------------------------------------------------------------------
    /// Faults went on while a broker started.
    FaultsAtStart,
    /// A rebalance took longer than this, while faults went on.
    FaultsAtRebalance(GroupId, Nanos),
    /// A transaction was open for long while faults went on.
    FaultsInTransaction(TransactionalId),
    /// A broker is still catching up.
    CatchingUp(BrokerId),
    /// A producer was still sending when the run ended: its application reads on, and sends what comes of it.
    StillSending(NodeId),
    /// A group was still at work when the run ended.
    StillAtWork(GroupId),
    /// The run ended so long after the last disturbance; it may take the second.
    TooEarly(Nanos, Nanos),
}

impl Excuse {
    /// In one sentence, with the names of the run.
    pub fn text(self, setup: &Setup) -> String {
        let names = &setup.catalog;
        let node = |node: NodeId| names.node_name(node);
        let tp = |tp: Tp| names.tp_name(tp);
        let group = |group: GroupId| names.groups[group.index()].as_str();
        match self {
            Excuse::Acks(acks) => format!("producers use acks={}", if acks == Acks::One { 1 } else { 0 }),
            Excuse::NotIdempotent(p) => format!("{} sends without idempotence", node(p)),
            Excuse::RetriesBlindly(p) => format!("{} retries without idempotence", node(p)),
            Excuse::RetriesOvertake(p, n) => {
                format!("{} retries with {n} requests in flight and without idempotence", node(p))
            }
            Excuse::SideBySide(p) => format!(
                "{} waits for no answer (acks=0): a connection that it has replaced may be read beside the new one",
                node(p)
            ),
            Excuse::CommitsFirst(c) => format!("{} commits before it processes", node(c)),
            Excuse::CommitsLate(c) => format!("{} commits after it has processed", node(c)),
            Excuse::TakesOldRows(c) => {
                format!("the database of {} takes rows and offsets of a member that has lost its partitions", node(c))
            }
            Excuse::Seeks(c) => format!("{} moves its position itself, with seek()", node(c)),
            Excuse::HandsOff(c) => format!("{} commits what waits for its worker", node(c)),
            Excuse::CommitsWhatFailed(c) => {
                format!("{} commits in close(), behind an exception, all that poll() has returned", node(c))
            }
            Excuse::CommitsHighest(c) => {
                format!("{} commits the highest offset that its threads are done with, past what they are at", node(c))
            }
            Excuse::InBackground(c) => {
                format!("{} commits in the background what it has handed out, done or not", node(c))
            }
            Excuse::CommitsAhead(c) => format!(
                "{} commits automatically, by chance also what the same poll() hands out (group.protocol=consumer since 4.2, KAFKA-18376)",
                node(c)
            ),
            Excuse::SendsAgain(p) => format!("the application of {} sends again what has failed (on.failure)", node(p)),
            Excuse::Skips(g) => format!("group {} gives up records that it cannot process", group(g)),
            Excuse::HeartbeatsGivenUp(budget) => format!(
                "a broker gives up a registration or heartbeat that is not answered within {budget}, in which it has to connect as well \
                 (KAFKA-19294)"
            ),
            Excuse::FetchesGivenUp(c, timeout, wait) => format!(
                "{} gives up a fetch after {timeout} (request.timeout.ms) that a broker may keep for {wait} (fetch.max.wait.ms), \
                 and with it what waits behind it on the connection, such as the check of a position",
                node(c)
            ),
            Excuse::WritesGivenUp(timeout) => {
                format!(
                    "a coordinator gives up what is not replicated within {timeout}, assignments and states of transactions too"
                )
            }
            Excuse::VerificationOff(place) => format!(
                "the leader of {} takes the first record of a transaction without asking the coordinator \
                 (transaction.version {}, transaction.partition.verification.enable=false): one that comes late opens a \
                 transaction that nobody ends",
                tp(place),
                setup.rules.transaction_version.level()
            ),
            Excuse::ReadsUncommitted(c) => format!("{} reads with isolation.level=read_uncommitted", node(c)),
            Excuse::OffsetsOutside(c) => {
                format!("{} does not commit its offsets in the transaction of what it sends", node(c))
            }
            Excuse::GoesOn(c) => {
                format!("{} goes on after an aborted transaction without what that was about (on.abort)", node(c))
            }
            Excuse::LeavesOut(c) => format!(
                "{} leaves out a record whose row is there, though what it sent for it may be lost (idempotent.consumer)",
                node(c)
            ),
            Excuse::NoGroupMetadata(g) => {
                format!("offsets of group {} come with a transaction without its generation (before KIP-447)", group(g))
            }
            Excuse::IdForgotten(id) => format!(
                "transactional id {} was forgotten (transactional.id.expiration.ms {} ms)",
                names.transactional_id_name(id),
                setup.broker.transactional_id_expiration.as_millis()
            ),
            Excuse::TooFewReplicas(place) => {
                format!("{} has fewer in-sync replicas than min.insync.replicas", tp(place))
            }
            Excuse::NoTransactionCoordinator(id, home) => format!(
                "transactional id {} has no coordinator: {} has no live leader",
                names.transactional_id_name(id),
                tp(home)
            ),
            Excuse::FaultsInTransaction(id) => {
                format!("a transaction of {} was open for long while faults went on", names.transactional_id_name(id))
            }
            Excuse::MayLose(g, words) => format!("group {} may lose records: {words}", group(g)),
            Excuse::MayRepeat(g, words) => format!("group {} may have records again: {words}", group(g)),
            Excuse::Lost(place, loss) => lost(names, setup, place, loss),
            Excuse::BackInOldEpoch(b) => format!(
                "broker {b} lost power with what it had sent, and was back in its old epoch before its session ended"
            ),
            Excuse::Forgotten(place, p, expiration) => format!(
                "{} had forgotten {} (producer.id.expiration.ms {} ms)",
                tp(place),
                node(p),
                expiration.as_millis()
            ),
            Excuse::OvertakenBlindly(p) => {
                format!("a leader that knew nothing of {} accepted a later batch first (KIP-360)", node(p))
            }
            Excuse::GivenUpRequest(p) => format!("a request that {} had given up was carried out late", node(p)),
            Excuse::LateRetry(p) => {
                format!("a late retry of {} was appended again, under a new producer epoch", node(p))
            }
            Excuse::SplitOvertaken(p) => format!(
                "{} has split a batch that was too large, with later ones in flight and without idempotence \
                 (RecordAccumulator.splitAndReenqueue)",
                node(p)
            ),
            Excuse::SentAfterFailing(p) => {
                format!("{} sends what has expired in the same pass (Sender.sendProducerData)", node(p))
            }
            Excuse::Paused(p) => format!("{} was paused", node(p)),
            Excuse::WaitsForTransaction(p) => format!(
                "{} looks at no deadline while a request of its transaction waits for its coordinator, and faults went on \
                 (Sender.maybeSendAndPollTransactionalRequest)",
                node(p)
            ),
            Excuse::WaitsForId(p) => format!(
                "{} looks at no deadline while it waits for its producer id (Sender.maybeSendAndPollTransactionalRequest)",
                node(p)
            ),
            Excuse::NobodyGivesId(p) => {
                format!("{} waits for its producer id, and nobody is there to give it one", node(p))
            }
            Excuse::PutBack(p) => format!(
                "{} has put it back, behind younger batches (Sender.getExpiredInflightBatches, \
                 RecordAccumulator.expiredBatches)",
                node(p)
            ),
            Excuse::DiedWithRecords(p) => format!("{} died with records in memory", node(p)),
            Excuse::CutsMore => {
                "a follower may cut more than what differs, above what is committed, and fetch it again (KIP-101)"
                    .into()
            }
            Excuse::NotRepeated => {
                "a fetch session does not repeat a high watermark that came with a divergence".into()
            }
            Excuse::ForgotProposal(b) => {
                format!("leader {b} forgot its proposal over the late record of the ISR before (Partition.makeLeader)")
            }
            Excuse::NeverValidated => "its position came from a commit or a reset, and was never validated".into(),
            Excuse::AsksOnce => "a consumer asks for the end of its epoch once (KIP-320)".into(),
            Excuse::Leapt(g) => format!("a position of {} was reset to the latest offset", group(g)),
            Excuse::NoLatestOffset(place, readable, start) => format!(
                "the leader of {} knows {readable} for committed, its epoch began at {start}: no latest offset",
                tp(place)
            ),
            Excuse::RetriesCommits(c) => {
                format!("the callback of {} makes a failed commit again, whatever was committed meanwhile", node(c))
            }
            Excuse::GivenUpCommit => "a commit that its sender had given up was carried out late".into(),
            Excuse::OffsetsMoved(g, OffsetsMoved::Reset) => {
                format!("an administrator had reset the offsets of group {}", group(g))
            }
            Excuse::OffsetsMoved(g, OffsetsMoved::Removed(OffsetRemovalReason::Expired)) => {
                let minutes = setup.broker.offsets_retention_minutes;
                format!("the offsets of group {} had expired (offsets.retention.minutes {minutes})", group(g))
            }
            Excuse::OffsetsMoved(g, OffsetsMoved::Removed(OffsetRemovalReason::Deleted)) => {
                format!("an administrator had deleted offsets of group {}", group(g))
            }
            Excuse::OffsetsMoved(g, OffsetsMoved::Removed(OffsetRemovalReason::GroupDeleted)) => {
                format!("an administrator had deleted group {} with its offsets", group(g))
            }
            Excuse::OffsetsMoved(g, OffsetsMoved::Removed(OffsetRemovalReason::Replayed)) => {
                format!("the offsets of group {} had been removed", group(g))
            }
            Excuse::Deleted(g, place) => {
                format!("retention had deleted records of {} before group {} had read them", tp(place), group(g))
            }
            Excuse::StartNotCheckpointed(b) => format!(
                "broker {b} died before the start of its log was on disk (log.flush.start.offset.checkpoint.interval.ms)"
            ),
            Excuse::SetBack(reason) => reason.into(),
            Excuse::HandedOver(place, generation) => {
                format!("{} is between two cooperative owners in generation {generation}", tp(place))
            }
            Excuse::UnknownYet(place) => format!("the members may not know of {} yet", tp(place)),
            Excuse::AnyOffsetIsStored(g) => format!(
                "the coordinator of group {} stores any offset and does not ask where the partition ends; whoever begins there finds \
                 it out of range",
                group(g)
            ),
            Excuse::OwnAssignor(g) => format!(
                "the leader of group {} assigns with a class of the application's own, and the coordinator passes on what it says",
                group(g)
            ),
            Excuse::NoProgressPromised(g) => format!(
                "Kafka promises group {} no progress between rebalances: that its members come to a commit in time is theirs to see to",
                group(g)
            ),
            Excuse::Stuck(g) => format!("group {} goes back to a record that it cannot process", group(g)),
            Excuse::ControllerDown(c) => format!("{} is down", node(c)),
            Excuse::NoQuorum(running, of) => format!("{running} of {of} controllers run, which is no majority"),
            Excuse::NoActiveController => "no controller is the active one".into(),
            Excuse::VotersForgot => {
                "a controller's disk lied about flushes, and a power loss took what was not written".into()
            }
            Excuse::NoLeader(place) => format!("{} has no live leader", tp(place)),
            Excuse::NoOffsetsTopic(g) => {
                format!("group {} has no coordinator: __consumer_offsets was never created", group(g))
            }
            Excuse::NoCoordinator(g, home) => {
                format!("group {} has no coordinator: {} has no live leader", group(g), tp(home))
            }
            Excuse::DeposedCoordinator(g) => format!("{} had a coordinator that had been deposed", group(g)),
            Excuse::DeposedAnswers(g) => format!("a deposed coordinator of {} answered", group(g)),
            Excuse::FaultsAtStart => "faults went on while it started".into(),
            Excuse::FaultsAtRebalance(g, bound) => {
                format!("a rebalance of {} took longer than {bound}, while faults went on", group(g))
            }
            Excuse::CatchingUp(b) => format!("broker {b} is still catching up"),
            Excuse::StillSending(p) => format!("{} was still sending when the run ended", node(p)),
            Excuse::StillAtWork(g) => format!("group {} was still at work when the run ended", group(g)),
            Excuse::TooEarly(left, bound) => {
                format!("the run ended {left} after the last disturbance; it may take {bound}")
            }
        }
    }
}

fn lost(names: &Catalog, setup: &Setup, tp: Tp, loss: Loss) -> String {
    let name = names.tp_name(tp);
    match loss {
        Loss::Unclean => format!("{name} had an unclean leader election"),
        Loss::LastReplica => format!("the last in-sync replica of {name} lost power{}", without_elr(setup)),
        Loss::TooMany(n) => {
            let topic = &setup.topics[names.topic_of(tp).0.index()];
            let min_isr = topic.min_insync_replicas.min(topic.replication_factor);
            format!("{n} replicas of {name} lost power at once, min.insync.replicas is {min_isr}")
        }
        Loss::Unnoticed(broker) => {
            format!("broker {broker} leads {name} after a power loss that the controller does not know of")
        }
        Loss::Unregistered(broker) => {
            format!("broker {broker} wrote to {name} in its old epoch before its new life was registered")
        }
    }
}

/// That a release has no eligible leader replicas, which would have asked whether the broker stopped cleanly.
fn without_elr(setup: &Setup) -> &'static str {
    match setup.rules.eligible_leader_replicas {
        EligibleLeaderReplicas::Off => " (no ELR: KIP-966)",
        EligibleLeaderReplicas::On => "",
    }
}

// --- what the configuration alone excuses ----------------------------------------------------------

/// A producer's retries may leave copies.
pub fn copies(producer: &ProducerSetup) -> Option<Excuse> {
    producer.retries_blindly().then_some(Excuse::RetriesBlindly(producer.node))
}

/// A producer's records may change places: retries overtake what was sent after them, without idempotence and with more
/// than one request in flight; with acks=0 two connections, one after the other, may be read side by side.
pub fn unordered(producer: &ProducerSetup) -> Option<Excuse> {
    match copies(producer) {
        _ if producer.acks == Acks::Zero => Some(Excuse::SideBySide(producer.node)),
        Some(_) if producer.max_in_flight > 1 => Some(Excuse::RetriesOvertake(producer.node, producer.max_in_flight)),
        _ => None,
    }
}

/// A consumer that dies between the two loses what it has committed.
pub fn commits_first(consumer: &ConsumerSetup) -> Option<Excuse> {
    (consumer.commit == CommitSetup::SyncBeforeProcessing).then_some(Excuse::CommitsFirst(consumer.node))
}

/// A consumer that dies between the two, or loses its partitions, leaves it to be processed again.
pub fn commits_late(consumer: &ConsumerSetup) -> Option<Excuse> {
    match consumer.commit {
        CommitSetup::SyncBeforeProcessing => None,
        CommitSetup::WithTheSinkFenced if consumer.instance.is_none() => None,
        CommitSetup::WithTheSink | CommitSetup::WithTheSinkFenced => Some(Excuse::TakesOldRows(consumer.node)),
        _ => Some(Excuse::CommitsLate(consumer.node)),
    }
}

/// A broker's request to the controller is given up before it can be answered: a connection, `ApiVersions` and the request
/// take a round trip each.
pub fn heartbeats_given_up(setup: &Setup) -> Option<Excuse> {
    let budget = match setup.rules.heartbeat_retry {
        HeartbeatRetry::Backoff => Nanos(setup.broker_session_timeout.0 / 2),
        HeartbeatRetry::Interval => setup.broker.broker_heartbeat_interval,
    };
    (budget < setup.slow_round_trip.saturating_mul(3)).then_some(Excuse::HeartbeatsGivenUp(budget))
}

/// A broker takes one request of a connection at a time (`SocketServer`, a muted channel) and may keep a fetch for
/// `fetch.max.wait.ms`. If the consumer waits no longer than that, it closes the connection, and what it asked for behind the fetch
/// is lost as well. With the usual backoffs (100 ms for a retry, 50 ms for a connection) the next fetch comes first again.
pub fn fetches_given_up(setup: &Setup, consumer: &ConsumerSetup) -> Option<Excuse> {
    let (timeout, wait) = (consumer.config.request_timeout, consumer.config.fetch_max_wait);
    let answered = wait.saturating_add(setup.slow_round_trip);
    (timeout <= answered).then_some(Excuse::FetchesGivenUp(consumer.node, timeout, wait))
}

/// `offsets.commit.timeout.ms` is shorter than it may take to have a write of a coordinator on every replica: it goes
/// for all that a coordinator writes, and a group whose assignments are given up never gets one.
pub fn writes_given_up(setup: &Setup) -> Option<Excuse> {
    let timeout = setup.broker.offsets_commit_timeout;
    (timeout < setup.slow_round_trip.saturating_mul(2)).then_some(Excuse::WritesGivenUp(timeout))
}
