//! Lies about a real history: each is a small change to the facts of a simulated run in which a
//! leader crashes, and the judge has to catch it by the right invariant. A check that notices none
//! of them would also not notice a bug of the model.

use crate::support;

use std::rc::Rc;

use kafkasim::app::spec::Keys;
use kafkasim::check::outcome::Outcome;
use kafkasim::check::{Judge, Judgement};
use kafkasim::history::Observer;
use kafkasim::history::fact::*;
use kafkasim::history::record::Recording;
use kafkasim::history::setup::Setup;
use kafkasim::protocol::config::AutoOffsetReset;
use kafkasim::protocol::errors::ErrorCode;
use kafkasim::protocol::exceptions::Exception;
use kafkasim::protocol::ids::*;
use kafkasim::protocol::messages::Acks;
use kafkasim::sim::time::Nanos;
use kafkasim::world::World;
use kafkasim::world::spec::*;

const ORDERS: Tp = Tp(0);
const CHECKOUT: NodeId = NodeId(5);

type History = Vec<Entry>;

/// Three brokers, and a group of two; the leader of orders-0 crashes and comes back.
fn history() -> (Setup, History) {
    let mut spec = support::small(3, 100, 2, 25);
    spec.sources_mut().next().expect("one").keys = Keys::Uniform { count: 20 };
    let action =
        Action::Crash { targets: vec![Target::LeaderOf(ORDERS)], restart_after: Some(Nanos::from_secs(12).into()) };
    spec.faults.push(FaultSpec {
        trigger: Trigger::At(Nanos::from_secs(6)),
        label: "crash".into(),
        action,
        may_miss: false,
    });
    let mut world = World::new(&spec, 1);
    let mut record = Recording::default();
    world.run(&mut record);
    ((**world.setup()).clone(), record.entries().iter().copied().collect())
}

fn judge(setup: &Setup, history: &History) -> Judgement {
    let mut judge = Judge::new(Rc::new(setup.clone()));
    history.iter().for_each(|entry| judge.observe(entry));
    judge.finish()
}

// --- how to lie --------------------------------------------------------------------------------

/// The place of the fact in the middle of those that fit: not the first, when little has happened.
fn middle(history: &History, fits: impl Fn(&Fact) -> bool) -> usize {
    let places: Vec<usize> = (0..history.len()).filter(|i| fits(&history[*i].fact)).collect();
    *places.get(places.len() / 2).expect("the history has such a fact")
}
fn last(history: &History, fits: impl Fn(&Fact) -> bool) -> usize {
    history.iter().rposition(|entry| fits(&entry.fact)).expect("the history has such a fact")
}
fn insert(history: &mut History, at: usize, fact: Fact) {
    let stamp = history[at];
    history.insert(at, Entry { fact, ..stamp });
}
/// Changes the fact in the middle of those that fit a pattern.
macro_rules! change {
    ($pattern:pat $(if $guard:expr)? => $change:expr) => {
        |h: &mut History| {
            #[allow(unused_variables)]
            let at = middle(h, |fact| matches!(fact, $pattern $(if $guard)?));
            match &mut h[at].fact {
                $pattern => $change,
                _ => unreachable!("it was looked for"),
            }
        }
    };
}
/// Leaves the fact in the middle of those that fit a pattern out.
macro_rules! omit {
    ($pattern:pat $(if $guard:expr)?) => {
        |h: &mut History| {
            let at = middle(h, |fact| matches!(fact, $pattern $(if $guard)?));
            h.remove(at);
        }
    };
}
/// Tells the fact in the middle of those that fit a pattern once more.
macro_rules! repeat {
    ($pattern:pat $(if $guard:expr)?) => {
        |h: &mut History| {
            let at = middle(h, |fact| matches!(fact, $pattern $(if $guard)?));
            let again = h[at];
            h.insert(at + 1, again);
        }
    };
}

// --- lies --------------------------------------------------------------------------------------

fn is_leader_append(fact: &Fact) -> bool {
    matches!(fact, Fact::Appended { role: ReplicaRole::Leader, tp: ORDERS, .. })
}
/// The election that follows the crash: where it is, and who is elected.
fn election(h: &History) -> (usize, BrokerId) {
    let at = h
        .iter()
        .position(|e| {
            matches!(
                e.fact,
                Fact::PartitionChanged {
                    tp: ORDERS,
                    election: Election::Clean,
                    partition_epoch: PartitionEpoch(1..),
                    leader: Some(_),
                    ..
                }
            )
        })
        .expect("somebody is elected");
    let Fact::PartitionChanged { leader: Some(winner), .. } = h[at].fact else { unreachable!("it was looked for") };
    (at, winner)
}
fn the_new_leader_has_lost_its_log(h: &mut History) {
    let (at, winner) = election(h);
    let reason = TruncationReason::Diverged;
    insert(
        h,
        at,
        Fact::Truncated {
            broker: winner,
            tp: ORDERS,
            from: Offset(i64::MAX),
            to: Offset(0),
            epoch: LeaderEpoch(0),
            reason,
        },
    );
}
fn the_dead_leader_is_elected_again(h: &mut History) {
    let (at, _) = election(h);
    let dead = h[..at].iter().rev().find_map(|e| match e.fact {
        Fact::BecameLeader { tp: ORDERS, broker, .. } => Some(broker),
        _ => None,
    });
    if let Fact::PartitionChanged { leader, .. } = &mut h[at].fact {
        *leader = dead;
    }
}
fn the_new_leader_was_in_no_isr(h: &mut History) {
    let (at, winner) = election(h);
    let before = h[..at]
        .iter()
        .rev()
        .find(|e| matches!(e.fact, Fact::PartitionChanged { tp: ORDERS, .. }))
        .expect("it was created")
        .fact;
    let Fact::PartitionChanged { tp, leader, leader_epoch, partition_epoch, isr, .. } = before else {
        unreachable!("it was looked for")
    };
    let (isr, partition_epoch) = (isr.without(winner), PartitionEpoch(partition_epoch.0 + 1));
    insert(
        h,
        at,
        Fact::PartitionChanged { tp, leader, leader_epoch, partition_epoch, isr, election: Election::Unchanged },
    );
}
fn two_high_watermarks_change_places(h: &mut History) {
    let is_advance = |fact: &Fact| matches!(fact, Fact::HighWatermarkAdvanced { tp: ORDERS, .. });
    let at = middle(h, is_advance);
    let next = at + 1 + h[at + 1..].iter().position(|e| is_advance(&e.fact)).expect("it goes on");
    (h[at].fact, h[next].fact) = (h[next].fact, h[at].fact);
}
fn a_batch_is_committed_at_once(h: &mut History) {
    let at = middle(h, |fact| matches!(fact, Fact::HighWatermarkAdvanced { tp: ORDERS, .. }));
    let append = h[..at].iter().rposition(|e| is_leader_append(&e.fact)).expect("it was appended before");
    let advance = h.remove(at);
    h.insert(append + 1, advance);
}
fn a_follower_cuts_its_log(h: &mut History) {
    let at = middle(h, |fact| matches!(fact, Fact::Appended { role: ReplicaRole::Follower, tp: ORDERS, .. }));
    let Fact::Appended { broker, base_offset, leader_epoch, .. } = h[at].fact else {
        unreachable!("it was looked for")
    };
    insert(
        h,
        at,
        Fact::Truncated {
            broker,
            tp: ORDERS,
            from: base_offset,
            to: Offset(1),
            epoch: leader_epoch,
            reason: TruncationReason::Diverged,
        },
    );
}
fn another_broker_appends_in_the_same_epoch(h: &mut History) {
    let at = middle(h, is_leader_append);
    let again = h[at];
    h.insert(at + 1, again);
    if let Fact::Appended { broker, .. } = &mut h[at + 1].fact {
        broker.0 = broker.0 % 3 + 1;
    }
}
fn a_record_is_acknowledged_that_is_nowhere(h: &mut History) {
    let at = middle(h, |fact| matches!(fact, Fact::BatchAcked { .. }));
    let created = h[at].at;
    insert(
        h,
        at,
        Fact::BatchAcked {
            node: CHECKOUT,
            tp: ORDERS,
            ordinal: 1_000_000,
            count: 1,
            offset: Offset(1_000_000),
            acks: Acks::All,
            created,
        },
    );
}
fn an_acknowledgement_takes_minutes(h: &mut History) {
    let at = middle(h, |fact| matches!(fact, Fact::BatchAcked { .. }));
    h[at..].iter_mut().for_each(|entry| entry.at += Nanos::from_secs(200));
}
/// There was time for everything that takes time.
fn the_run_goes_on(h: &mut History) {
    let end = h.last_mut().expect("RunEnded");
    end.at += Nanos::from_secs(500);
}
fn records_are_never_read(h: &mut History) {
    let at = middle(h, |fact| matches!(fact, Fact::RecordsPolled { tp: ORDERS, .. }));
    h.remove(at);
    the_run_goes_on(h);
}
fn a_stored_record_failed_for_certain(h: &mut History) {
    let at = middle(h, is_leader_append);
    let Fact::Appended { ordinal, .. } = h[at].fact else { unreachable!("it was looked for") };
    let error = Exception::Answered(ErrorCode::NotEnoughReplicas);
    let (certainty, created) = (Certainty::Definite, h[at].at);
    insert(h, at, Fact::BatchFailed { node: CHECKOUT, tp: ORDERS, ordinal, count: 1, error, certainty, created });
}
fn a_leader_is_fenced(h: &mut History) {
    let at = middle(h, is_leader_append);
    let Fact::Appended { broker, .. } = h[at].fact else { unreachable!("it was looked for") };
    insert(h, at, Fact::BrokerFenced { broker });
}
fn a_producer_id_is_given_out_twice(h: &mut History) {
    let at = middle(h, |fact| matches!(fact, Fact::ProducerIdAssigned { .. }));
    let again = h[at];
    h.insert(at + 1, again);
    if let Fact::ProducerIdAssigned { node, .. } = &mut h[at + 1].fact {
        node.0 += 1;
    }
}
fn a_position_is_reset_for_no_reason(h: &mut History) {
    let at = last(h, |fact| matches!(fact, Fact::CommitSent { tp: ORDERS, .. }));
    let Fact::CommitSent { node, generation, .. } = h[at].fact else { unreachable!("it was looked for") };
    insert(h, at, Fact::PartitionAssigned { node, tp: ORDERS, generation });
    let policy = AutoOffsetReset::Earliest;
    insert(h, at + 1, Fact::PositionReset { node, tp: ORDERS, offset: Offset(0), policy, out_of_range: false });
}
fn a_member_gets_what_another_has(h: &mut History) {
    let at = last(h, |fact| matches!(fact, Fact::MemberAssigned { .. }));
    let again = h[at];
    h.insert(at + 1, again);
    if let Fact::MemberAssigned { member, .. } = &mut h[at + 1].fact {
        member.0 += 1;
    }
}
fn a_client_is_told_an_older_end(h: &mut History) {
    let at = middle(h, is_leader_append);
    let Fact::Appended { broker, .. } = h[at].fact else { unreachable!("it was looked for") };
    for offset in [2, 3] {
        insert(h, at, Fact::LatestOffsetServed { broker, tp: ORDERS, node: CHECKOUT, offset: Offset(offset) });
    }
}
fn the_recovered_log_is_shorter(h: &mut History) {
    let at = last(h, |fact| matches!(fact, Fact::LogRecovered { tp: ORDERS, .. }));
    if let Fact::LogRecovered { log_end, .. } = &mut h[at].fact {
        log_end.0 -= 1;
    }
}
fn a_flush_is_forgotten(h: &mut History) {
    the_recovered_log_is_shorter(h);
    let at = last(h, |fact| matches!(fact, Fact::LogRecovered { tp: ORDERS, .. }));
    let Fact::LogRecovered { broker, written, .. } = h[at].fact else { unreachable!("it was looked for") };
    insert(h, at, Fact::Flushed { broker, tp: ORDERS, offset: written });
}
fn the_last_record_never_reaches_a_follower(h: &mut History) {
    let at = last(h, |fact| matches!(fact, Fact::Appended { role: ReplicaRole::Follower, tp: ORDERS, .. }));
    h.remove(at);
    the_run_goes_on(h);
}
fn a_follower_never_hears_of_the_last_leader(h: &mut History) {
    let at = last(h, |fact| matches!(fact, Fact::BecameFollower { tp: ORDERS, .. }));
    h.remove(at);
    the_run_goes_on(h);
}

/// Everything from some moment on comes much later, though nothing is wrong.
fn a_high_watermark_stands_still(h: &mut History) {
    let at = middle(h, |fact| matches!(fact, Fact::HighWatermarkAdvanced { tp: ORDERS, .. }));
    h[at..].iter_mut().for_each(|entry| entry.at += Nanos::from_secs(200));
}

fn a_follower_stands_still(h: &mut History) {
    let at = middle(h, |fact| matches!(fact, Fact::Appended { role: ReplicaRole::Follower, tp: ORDERS, .. }));
    h[at..].iter_mut().for_each(|entry| entry.at += Nanos::from_secs(200));
}

fn a_reader_stands_still(h: &mut History) {
    let at = middle(h, |fact| matches!(fact, Fact::RecordsPolled { tp: ORDERS, .. }));
    h[at..].iter_mut().for_each(|entry| entry.at += Nanos::from_secs(200));
}

fn a_key_goes_elsewhere(h: &mut History) {
    let at = middle(h, |fact| matches!(fact, Fact::KeyPlaced { .. }));
    let Fact::KeyPlaced { node, key, tp, partitions } = h[at].fact else { unreachable!("it was looked for") };
    insert(h, at + 1, Fact::KeyPlaced { node, key, tp: Tp((tp.0 + 1) % partitions), partitions });
}

fn what_succeeded_is_sent_again(h: &mut History) {
    let at = middle(h, |fact| matches!(fact, Fact::BatchAcked { .. }));
    let Fact::BatchAcked { node, tp, ordinal, .. } = h[at].fact else { unreachable!("it was looked for") };
    insert(h, at + 1, Fact::RecordResent { node, tp, ordinal: u32::MAX - 1, first_tp: tp, first: ordinal });
}

/// What is changed, how, and which invariant has to say so.
type Lie = (&'static str, fn(&mut History), &'static str);
const LIES: &[Lie] = &[
    ("what was acknowledged is sent again", what_succeeded_is_sent_again, "no-loss-accounting"),
    (
        "a leader's append is left out",
        omit!(Fact::Appended { role: ReplicaRole::Leader, tp: ORDERS, .. }),
        "offset-contiguity",
    ),
    (
        "a leader's append is told twice",
        repeat!(Fact::Appended { role: ReplicaRole::Leader, tp: ORDERS, .. }),
        "offset-contiguity",
    ),
    (
        "a leader's append is told twice",
        repeat!(Fact::Appended { role: ReplicaRole::Leader, tp: ORDERS, .. }),
        "idempotent-no-dup",
    ),
    (
        "a leader appends at a later offset",
        change!(Fact::Appended { role: ReplicaRole::Leader, tp: ORDERS, base_offset, .. } => base_offset.0 += 1),
        "offset-contiguity",
    ),
    (
        "a batch has another epoch",
        change!(Fact::Appended { role: ReplicaRole::Leader, tp: ORDERS, leader_epoch, .. } => leader_epoch.0 += 5),
        "batch-epoch-monotonic",
    ),
    ("another broker appends in the epoch", another_broker_appends_in_the_same_epoch, "single-writer-per-epoch"),
    (
        "a follower's append is left out",
        omit!(Fact::Appended { role: ReplicaRole::Follower, tp: ORDERS, .. }),
        "fetch-fenced",
    ),
    ("a high watermark rises before the followers have the batch", a_batch_is_committed_at_once, "hw-le-min-isr-leo"),
    (
        "a follower stores another record",
        change!(Fact::Appended { role: ReplicaRole::Follower, tp: ORDERS, ordinal, .. } => *ordinal += 1),
        "log-matching",
    ),
    (
        "a follower stores another record",
        change!(Fact::Appended { role: ReplicaRole::Follower, tp: ORDERS, ordinal, .. } => *ordinal += 1),
        "candidate-complete",
    ),
    ("a follower cuts its log", a_follower_cuts_its_log, "truncation-minimal"),
    ("a recovered log is shorter than it was", the_recovered_log_is_shorter, "recovery-prefix"),
    ("a flush is forgotten", a_flush_is_forgotten, "flush-honest"),
    (
        "a leader begins its epoch elsewhere",
        change!(Fact::BecameLeader { tp: ORDERS, start, .. } => start.0 += 1),
        "epoch-cache-consistent",
    ),
    ("two high watermarks change places", two_high_watermarks_change_places, "hw-monotonic-in-epoch"),
    (
        "a high watermark is too high",
        change!(Fact::HighWatermarkAdvanced { tp: ORDERS, high_watermark, .. } => high_watermark.0 += 1_000),
        "hw-le-leo",
    ),
    (
        "a follower's high watermark is too high",
        change!(Fact::HighWatermarkLearned { tp: ORDERS, high_watermark, .. } => high_watermark.0 += 1_000),
        "hw-le-leo",
    ),
    (
        "a leader counts itself alone",
        change!(Fact::HighWatermarkAdvanced { tp: ORDERS, isr, broker, .. } => *isr = BrokerList::EMPTY.with(*broker)),
        "hw-needs-min-isr",
    ),
    (
        "a leader counts itself alone",
        change!(Fact::HighWatermarkAdvanced { tp: ORDERS, isr, broker, .. } => *isr = BrokerList::EMPTY.with(*broker)),
        "quorum-superset",
    ),
    (
        "an answer comes too early",
        change!(Fact::ProduceAnswered { tp: ORDERS, base_offset, high_watermark, .. } => *high_watermark = *base_offset),
        "ack-respects-min-isr",
    ),
    (
        "an acknowledgement names another offset",
        change!(Fact::BatchAcked { tp: ORDERS, offset, .. } => offset.0 += 1),
        "ack-offset-truth",
    ),
    (
        "an acknowledgement names another offset",
        change!(Fact::BatchAcked { tp: ORDERS, offset, .. } => offset.0 += 1),
        "acked-all-durable",
    ),
    ("a record is acknowledged that is nowhere", a_record_is_acknowledged_that_is_nowhere, "acked-all-durable"),
    ("a record is acknowledged that was never sent", a_record_is_acknowledged_that_is_nowhere, "no-loss-accounting"),
    ("an acknowledgement is told twice", repeat!(Fact::BatchAcked { .. }), "no-loss-accounting"),
    ("an acknowledgement is left out", omit!(Fact::BatchAcked { .. }), "no-loss-accounting"),
    ("a batch took for ever", an_acknowledgement_takes_minutes, "bounded-outcome"),
    ("the new leader has lost its log", the_new_leader_has_lost_its_log, "leader-complete"),
    ("the new leader has lost its log", the_new_leader_has_lost_its_log, "committed-durable"),
    ("the new leader was in no ISR", the_new_leader_was_in_no_isr, "clean-election-only"),
    ("the dead leader is elected again", the_dead_leader_is_elected_again, "isr-shape"),
    ("the dead leader is elected again", the_dead_leader_is_elected_again, "leader-per-epoch"),
    ("a leader is fenced", a_leader_is_fenced, "fenced-not-leader"),
    ("a change of a partition is left out", omit!(Fact::PartitionChanged { tp: ORDERS, .. }), "epoch-monotonic"),
    ("an ISR proposal is left out", omit!(Fact::IsrProposed { tp: ORDERS, .. }), "isr-change-cas"),
    (
        "a follower is proposed too early",
        change!(Fact::IsrJoinProposed { tp: ORDERS, log_end, high_watermark, .. } => log_end.0 = high_watermark.0 - 1),
        "isr-join-rule",
    ),
    ("a client is told an older end", a_client_is_told_an_older_end, "visible-end-monotonic"),
    ("the last record never reaches a follower", the_last_record_never_reaches_a_follower, "no-divergence-quiescent"),
    ("a follower never hears of the last leader", a_follower_never_hears_of_the_last_leader, "metadata-converges"),
    ("a batch was never sent", omit!(Fact::BatchSent { tp: ORDERS, .. }), "no-phantom"),
    ("a stored record failed for certain", a_stored_record_failed_for_certain, "definite-fail-absent"),
    (
        "a sequence is left out",
        change!(Fact::Appended { role: ReplicaRole::Leader, tp: ORDERS, sequence, .. } => sequence.0 += 1),
        "idempotent-order",
    ),
    (
        "a record overtakes others",
        change!(Fact::Appended { role: ReplicaRole::Leader, tp: ORDERS, ordinal, .. } => *ordinal += 40),
        "per-key-order",
    ),
    (
        "memory of a batch is not given back",
        change!(Fact::BufferMemory { available, incomplete: 0, .. } => *available -= 100),
        "memory-given-back",
    ),
    ("a key goes elsewhere", a_key_goes_elsewhere, "key-keeps-partition"),
    ("a reader stands still", a_reader_stands_still, "reader-moves"),
    ("a follower stands still", a_follower_stands_still, "follower-moves"),
    (
        "a member does not hear of a rebalance",
        change!(Fact::HeartbeatAnswered { error, .. } => *error = ErrorCode::IllegalGeneration),
        "heartbeats-tell",
    ),
    ("a high watermark stands still", a_high_watermark_stands_still, "high-watermark-moves"),
    ("a partition is given to nobody", omit!(Fact::MemberAssigned { tp: ORDERS, .. }), "stable-covers-all"),
    ("a producer id is given out twice", a_producer_id_is_given_out_twice, "pid-unique"),
    (
        "a record is read above the high watermark",
        change!(Fact::RecordsPolled { tp: ORDERS, high_watermark, offset, .. } => *high_watermark = *offset),
        "read-below-hw",
    ),
    (
        "another record is read",
        change!(Fact::RecordsPolled { tp: ORDERS, ordinal, .. } => *ordinal -= 1),
        "repeatable-read",
    ),
    ("records are stepped over", omit!(Fact::RecordsPolled { tp: ORDERS, .. }), "position-no-skip"),
    ("records are stepped over", records_are_never_read, "eventually-consumed"),
    ("records are read twice", repeat!(Fact::RecordsPolled { tp: ORDERS, .. }), "position-monotonic"),
    ("records are not processed", omit!(Fact::RecordsProcessed { tp: ORDERS, .. }), "at-least-once"),
    (
        "a commit is beyond the position",
        change!(Fact::CommitSent { tp: ORDERS, offset, .. } => offset.0 += 1_000),
        "commit-le-position",
    ),
    ("a position is reset for no reason", a_position_is_reset_for_no_reason, "reset-only-when-allowed"),
    (
        "a generation falls",
        change!(Fact::GroupStateChanged { state: GroupState::Stable, generation, .. } => generation.0 = -1),
        "generation-monotonic",
    ),
    ("a member gets what another has", a_member_gets_what_another_has, "assignment-disjoint"),
    (
        "a commit of an older generation is stored",
        change!(Fact::OffsetStored { tp: ORDERS, generation, .. } => generation.0 -= 1),
        "commit-fenced",
    ),
    (
        "a smaller offset is stored",
        change!(Fact::OffsetStored { tp: ORDERS, offset, .. } => offset.0 = 1),
        "commit-monotonic",
    ),
    ("a commit is not stored", omit!(Fact::OffsetStored { tp: ORDERS, .. }), "commit-durable"),
    ("a fetch returns an older commit", change!(Fact::OffsetFetched { offset, .. } => offset.0 += 7), "commit-durable"),
];

#[test]
fn the_judge_catches_every_lie() {
    let (setup, history) = history();
    let objections: Vec<_> = judge(&setup, &history)
        .findings
        .into_iter()
        .filter(|f| matches!(f.outcome, Outcome::Violated { .. }))
        .collect();
    assert!(objections.is_empty(), "the truth itself: {objections:?}");
    let mut missed = Vec::new();
    for (about, lie, invariant) in LIES {
        let mut told = history.clone();
        lie(&mut told);
        let judgement = judge(&setup, &told);
        let outcome = &judgement.finding(invariant).expect("it is in the list").outcome;
        if !matches!(outcome, Outcome::Violated { .. }) {
            missed.push(format!("{about}: {invariant}: {outcome:?}"));
        }
    }
    assert!(missed.is_empty(), "\n{}", missed.join("\n"));
}
