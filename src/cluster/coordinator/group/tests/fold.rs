//! The state is a fold over the log: whatever clients, log and clock do, a second coordinator that
//! reads the log knows what the first one stored.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use super::play::{BILLING, Log, Play};
use crate::cluster::coordinator::group::offset_and_metadata::OffsetAndMetadata;
use crate::cluster::coordinator::group::{GroupCoordinator, GroupDescription};
use crate::history::fact::{Fact, GroupState};
use crate::protocol::batch::{BatchData, CoordinatorRecord, RecordBatch};
use crate::protocol::config::{CleanupPolicy, TopicConfig};
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::*;
use crate::protocol::messages::Response;
use crate::sim::disk::DirectoryId;
use crate::sim::time::Nanos;

#[derive(Clone, Debug)]
enum Step {
    Enter(usize),
    /// Every client that has an id joins, and after the initial delay syncs.
    Rebalance,
    Join(usize),
    Sync(usize),
    Heartbeat(usize),
    Leave(usize),
    Commit(usize, u32, i64),
    /// Offsets for the transaction of this producer.
    TxnCommit(usize, i64, u32, i64),
    /// Its marker.
    EndTransaction(i64, bool),
    Fetch(usize, u32),
    Pass(u64),
    Log(u8),
    LogAnswers(bool),
    Replicate,
    FailOver,
    Resign,
}

const ASSIGNMENT: &[(&str, &[u32])] = &[("a", &[0, 1]), ("b", &[2, 3]), ("c", &[4]), ("d", &[5])];

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => (0..4usize).prop_map(Step::Enter),
        5 => Just(Step::Rebalance),
        4 => (0..4usize).prop_map(Step::Join),
        6 => (0..4usize).prop_map(Step::Sync),
        2 => (0..4usize).prop_map(Step::Heartbeat),
        1 => (0..4usize).prop_map(Step::Leave),
        8 => (0..4usize, 0..6u32, 0..1000i64).prop_map(|(c, n, o)| Step::Commit(c, n, o)),
        5 => (0..4usize, 0..3i64, 0..6u32, 0..1000i64).prop_map(|(c, p, n, o)| Step::TxnCommit(c, p, n, o)),
        4 => (0..3i64, any::<bool>()).prop_map(|(p, commit)| Step::EndTransaction(p, commit)),
        2 => (0..4usize, 0..6u32).prop_map(|(c, n)| Step::Fetch(c, n)),
        8 => prop_oneof![Just(1), Just(5), Just(50), Just(3_000), Just(6_000), Just(50_000)].prop_map(Step::Pass),
        2 => (0..8u8).prop_map(Step::Log),
        1 => any::<bool>().prop_map(Step::LogAnswers),
        1 => Just(Step::Replicate),
        1 => Just(Step::FailOver),
        1 => Just(Step::Resign),
    ]
}

fn play(play: &mut Play, step: &Step) {
    let name = |client: usize| ["a", "b", "c", "d"][client];
    match *step {
        Step::Enter(c) => play.enter(name(c)),
        Step::Rebalance => {
            let known: Vec<&str> =
                (0..4).map(name).filter(|name| play.clients[*name].member != MemberId::NONE).collect();
            known.iter().for_each(|name| play.join(name));
            play.let_pass(Nanos::from_secs(6));
            known.iter().for_each(|name| play.sync(name, ASSIGNMENT));
        }
        Step::Join(c) => play.join(name(c)),
        Step::Sync(c) => play.sync(name(c), ASSIGNMENT),
        Step::Heartbeat(c) => play.heartbeat(name(c)),
        Step::Leave(c) => play.leave(name(c)),
        Step::Commit(c, number, offset) => play.commit(name(c), &[(number, offset), ((number + 1) % 6, offset)]),
        Step::TxnCommit(c, producer, number, offset) => {
            play.commit_in_transaction(name(c), producer, &[(number, offset), ((number + 1) % 6, offset)]);
        }
        Step::EndTransaction(producer, commit) => play.end_transaction(producer, commit),
        Step::Fetch(c, number) => play.fetch(name(c), &[number]),
        Step::Pass(ms) => play.let_pass(Nanos::from_millis(ms)),
        Step::Log(mode) => {
            play.log_mode = match mode {
                0 => Log::Refuses(ErrorCode::NotEnoughReplicas),
                1 => Log::Refuses(ErrorCode::KafkaStorageError),
                2 => Log::UnderMinIsr,
                3 => Log::Slow,
                _ => Log::Replicates,
            }
        }
        Step::LogAnswers(ok) => play.log_answers(if ok { Ok(()) } else { Err(ErrorCode::NotEnoughReplicas) }),
        Step::Replicate => play.replicate(),
        Step::FailOver => play.fail_over(),
        Step::Resign => {
            play.log_loses();
            play.resign();
            let tp = play.tp();
            play.elect(tp, 1);
        }
    }
}

fn offsets(coordinator: &GroupCoordinator, tp: Tp) -> Vec<(GroupId, Tp, Option<ProducerId>, OffsetAndMetadata)> {
    coordinator.runtime.active(tp).expect("led").shard().offsets.all()
}

/// What a log cleaner leaves in two passes, the second of which takes the tombstones out.
fn compacted(batches: &[RecordBatch]) -> Vec<RecordBatch> {
    let config = TopicConfig {
        segment_bytes: 300,
        cleanup_policy: CleanupPolicy::COMPACT,
        delete_retention: Nanos::ZERO,
        ..TopicConfig::default()
    };
    let mut log = crate::cluster::log::Log::new(DirectoryId(0), Rc::new(config));
    for batch in batches {
        let batch = RecordBatch { size: 100, leader_epoch: LeaderEpoch(0), ..batch.clone() };
        log.append_as_follower(batch).expect("it was taken before");
    }
    log.set_high_watermark(log.log_end());
    for now in [Nanos::from_secs(1), Nanos::from_secs(2)] {
        let Some(dirty) = log.to_clean(None, now).filter(|dirty| dirty.cleanable_bytes > 0) else { continue };
        let mut cleaning = log.begin_cleaning(&dirty, usize::MAX, now);
        while let Some(group) = cleaning.next_group(&log) {
            log.swap_in(group);
        }
    }
    log.batches(Offset(0)).cloned().collect()
}

/// The group, if there is more to it than its name: offsets of a transaction make one as they are read, which is nothing when the
/// transaction has been aborted (`OffsetMetadataManager.replay`), and a cleaner takes these records out.
fn remembered(play: &Play) -> Option<GroupDescription> {
    let is_something = |group: &GroupDescription| {
        group.generation > Generation(0) || !group.members.is_empty() || !group.offsets.is_empty()
    };
    play.coordinator.describe(BILLING).filter(is_something)
}

/// Everything settles: the log takes all that is open, and it is replicated.
fn settle(play: &mut Play) {
    play.log_mode = Log::Replicates;
    play.log_answers(Ok(()));
    play.let_pass(Nanos::from_millis(10));
    play.replicate();
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn memory_is_what_the_log_says(steps in prop::collection::vec(step(), 0..80)) {
        let mut first = Play::new(|_| {});
        first.quietly(|first| steps.iter().for_each(|s| play(first, s)));
        first.quietly(settle);

        let mut second = first.clone();
        second.quietly(Play::fail_over);
        let tp = first.tp();
        prop_assert_eq!(offsets(&first.coordinator, tp), offsets(&second.coordinator, tp));

        // Groups: the same ones exist, and a group at rest is the group that was written.
        let (now, loaded) = (first.coordinator.describe(BILLING), second.coordinator.describe(BILLING));
        prop_assert_eq!(now.is_some(), loaded.is_some());
        if let (Some(now), Some(loaded)) = (now, loaded) {
            prop_assert_eq!(&now.offsets, &loaded.offsets);
            prop_assert!(now.generation >= loaded.generation);
            if now.state == GroupState::Stable {
                prop_assert_eq!(now, loaded);
            }
        }
    }

    /// What a log cleaner has left of the log tells a new coordinator the same as the whole log does.
    #[test]
    fn memory_is_what_the_compacted_log_says(steps in prop::collection::vec(step(), 0..80)) {
        let mut first = Play::new(|_| {});
        first.quietly(|first| steps.iter().for_each(|s| play(first, s)));
        first.quietly(settle);

        let (mut whole, mut left) = (first.clone(), first.clone());
        left.log = compacted(&first.log);
        whole.quietly(Play::fail_over);
        left.quietly(Play::fail_over);
        let tp = first.tp();
        prop_assert_eq!(offsets(&whole.coordinator, tp), offsets(&left.coordinator, tp));
        prop_assert_eq!(remembered(&whole), remembered(&left));
    }

    /// Every request is answered at most once; once the coordinator goes, exactly once, except those
    /// that their own client replaced by a later one of the same kind.
    #[test]
    fn nobody_is_answered_twice(steps in prop::collection::vec(step(), 0..80)) {
        let mut stage = Play::new(|_| {});
        stage.quietly(|stage| steps.iter().for_each(|s| play(stage, s)));
        stage.quietly(Play::resign);
        let mut answered: Vec<u32> = stage.replies.iter().map(|(to, _)| to.correlation).collect();
        let before = answered.len();
        answered.sort();
        answered.dedup();
        prop_assert_eq!(answered.len(), before);
        prop_assert_eq!(stage.coordinator.runtime.shared().sessions.in_use(), 0);
        prop_assert!(stage.stage.next_timer().is_none());
    }

    /// What is answered with success, and what is recorded as stored, is below the high watermark.
    #[test]
    fn acknowledged_commits_are_replicated(steps in prop::collection::vec(step(), 0..80)) {
        let mut stage = Play::new(|_| {});
        for s in &steps {
            let (facts, replies) = (stage.facts.len(), stage.replies.len());
            stage.quietly(|stage| play(stage, s));
            let replicated = replicated_commits(&stage);
            for fact in &stage.facts[facts..] {
                if let Fact::OffsetStored { tp, offset, .. } = fact {
                    prop_assert!(replicated.contains(&(*tp, *offset)), "{fact:?}");
                }
            }
            for (to, response) in &stage.replies[replies..] {
                if matches!(response, Response::OffsetCommit(r) if r.results.iter().all(|(_, error)| error.is_ok())) {
                    let asked = &stage.commits[&to.correlation];
                    prop_assert!(asked.iter().all(|commit| replicated.contains(commit)), "{asked:?}");
                }
            }
        }
    }
}

fn replicated_commits(play: &Play) -> BTreeSet<(Tp, Offset)> {
    let replicated = play.log.iter().filter(|batch| batch.next_offset() <= play.high_watermark);
    let records = replicated.filter_map(|batch| {
        if let BatchData::Coordinator(records) = &batch.data { Some(records.iter()) } else { None }
    });
    let commit = |record: &CoordinatorRecord| match record {
        CoordinatorRecord::OffsetCommit { tp, offset, .. } => Some((*tp, *offset)),
        _ => None,
    };
    records.flatten().filter_map(commit).collect()
}

/// The properties above would hold of a coordinator that never gets anywhere. These steps do.
#[test]
fn random_steps_get_somewhere() {
    let mut runner = TestRunner::deterministic();
    let steps = prop::collection::vec(step(), 0..80);
    let mut seen: BTreeMap<&str, u32> = BTreeMap::new();
    for _ in 0..300 {
        let mut stage = Play::new(|_| {});
        let steps = steps.new_tree(&mut runner).expect("no filter rejects").current();
        stage.quietly(|stage| steps.iter().for_each(|s| play(stage, s)));
        stage.quietly(settle);
        if stage.coordinator.describe(BILLING).is_some_and(|group| group.state == GroupState::Stable) {
            *seen.entry("stable at the end").or_default() += 1;
        }
        for fact in &stage.facts {
            let what = match fact {
                Fact::CommitRefused {
                    error: ErrorCode::CoordinatorNotAvailable | ErrorCode::NotCoordinator, ..
                } => "append refused",
                _ => fact.name(),
            };
            *seen.entry(what).or_default() += 1;
        }
        for (_, response) in &stage.replies {
            if matches!(response, Response::SyncGroup(r) if r.error == ErrorCode::CoordinatorNotAvailable) {
                *seen.entry("assignment failed").or_default() += 1;
            }
        }
    }
    for what in [
        "stable at the end",
        "append refused",
        "assignment failed",
        "MemberAssigned",
        "OffsetStored",
        "OffsetFetched",
        "GroupLoaded",
    ] {
        assert!(seen.get(what).is_some_and(|times| *times >= 10), "{what}: {seen:?}");
    }
}
