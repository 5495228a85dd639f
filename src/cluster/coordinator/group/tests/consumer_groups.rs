//! Groups of the new protocol, whatever clients, log and clock do: nobody shares a partition, memory is what the log says, and who
//! goes on sending heartbeats gets what it is to have.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use proptest::prelude::*;

use super::play::{BILLING, Log, Play, Says};
use crate::cluster::coordinator::group::consumer::ConsumerGroup;
use crate::cluster::coordinator::group::kinds::AnyGroup;
use crate::history::fact::{Fact, GroupState};
use crate::protocol::batch::ConsumerMemberState;
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::*;
use crate::protocol::messages::ConsumerGroupHeartbeatRequest;
use crate::protocol::rules::KafkaVersion;
use crate::sim::time::Nanos;

#[derive(Clone, Debug)]
enum Step {
    Enroll(usize),
    /// A new process.
    Reborn(usize),
    Beat(usize),
    Ack(usize),
    /// A heartbeat with everything, as after an error.
    Whole(usize),
    /// The next answer is lost.
    Deaf(usize),
    Quit(usize),
    Away(usize),
    /// A client of the classic protocol joins, and syncs.
    Join(usize),
    Sync(usize),
    Heartbeat(usize),
    Leave(usize),
    Commit(usize, u32),
    Partitions(u32),
    Pass(u64),
    Log(u8),
    LogAnswers(bool),
    Replicate,
    FailOver,
    Resign,
}

/// Two of the clients are instances.
const NAMES: [&str; 4] = ["a", "b", "c", "d"];

fn member_step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => (0..4usize).prop_map(Step::Enroll),
        1 => (0..4usize).prop_map(Step::Reborn),
        8 => (0..4usize).prop_map(Step::Beat),
        10 => (0..4usize).prop_map(Step::Ack),
        2 => (0..4usize).prop_map(Step::Whole),
        2 => (0..4usize).prop_map(Step::Deaf),
        1 => (0..4usize).prop_map(Step::Quit),
        1 => (2..4usize).prop_map(Step::Away),
        2 => (0..4usize, 0..6u32).prop_map(|(c, n)| Step::Commit(c, n)),
        1 => (6..=8u32).prop_map(Step::Partitions),
        8 => prop_oneof![Just(1), Just(5), Just(50), Just(1_000), Just(6_000), Just(46_000)].prop_map(Step::Pass),
        2 => (0..8u8).prop_map(Step::Log),
        1 => any::<bool>().prop_map(Step::LogAnswers),
        1 => Just(Step::Replicate),
        1 => Just(Step::FailOver),
        1 => Just(Step::Resign),
    ]
}

/// The same, with clients of the classic protocol among them.
fn any_step() -> impl Strategy<Value = Step> {
    prop_oneof![
        5 => member_step(),
        1 => (0..4usize).prop_map(Step::Join),
        1 => (0..4usize).prop_map(Step::Sync),
        1 => (0..4usize).prop_map(Step::Heartbeat),
        1 => (0..4usize).prop_map(Step::Leave),
    ]
}

fn version() -> impl Strategy<Value = KafkaVersion> {
    (0..KafkaVersion::ALL.len()).prop_map(|at| KafkaVersion::ALL[at])
}

fn stage(version: KafkaVersion) -> Play {
    let mut play = Play::of(version, |_| {});
    for (name, instance) in [("c", "one"), ("d", "two")] {
        let instance = play.instance(instance);
        play.client(name).instance = Some(instance);
    }
    play.mute(true);
    play
}

fn play(play: &mut Play, step: &Step) {
    let enrolled = |play: &mut Play, c: usize| play.client(NAMES[c]).consumer.is_some();
    match *step {
        Step::Enroll(c) => play.enroll(NAMES[c], Says::default()),
        Step::Reborn(c) => play.client(NAMES[c]).consumer = None,
        Step::Beat(c) if enrolled(play, c) => play.beat(NAMES[c], Says::default()),
        Step::Ack(c) if enrolled(play, c) => play.acknowledge(NAMES[c]),
        Step::Whole(c) if enrolled(play, c) => whole(play, NAMES[c]),
        Step::Deaf(c) => {
            if let Some(member) = &mut play.client(NAMES[c]).consumer {
                member.deaf = true;
            }
        }
        Step::Quit(c) if enrolled(play, c) => quit(play, NAMES[c], ConsumerGroupHeartbeatRequest::LEAVE),
        Step::Away(c) if enrolled(play, c) => quit(play, NAMES[c], ConsumerGroupHeartbeatRequest::LEAVE_STATIC),
        Step::Beat(_) | Step::Ack(_) | Step::Whole(_) | Step::Quit(_) | Step::Away(_) => {}
        Step::Join(c) => play.join(NAMES[c]),
        Step::Sync(c) => play.sync(NAMES[c], &[("a", &[0, 1]), ("b", &[2, 3]), ("c", &[4]), ("d", &[5])]),
        Step::Heartbeat(c) => play.heartbeat(NAMES[c]),
        Step::Leave(c) => play.leave(NAMES[c]),
        Step::Commit(c, number) => play.commit(NAMES[c], &[(number, 7)]),
        Step::Partitions(count) => play.create_partitions("orders", count),
        Step::Pass(ms) => play.let_pass(Nanos::from_millis(ms)),
        Step::Log(mode) => {
            play.log_mode = match mode {
                0 => Log::Refuses(ErrorCode::KafkaStorageError),
                1 => Log::UnderMinIsr,
                2 => Log::Slow,
                _ => Log::Replicates,
            }
        }
        Step::LogAnswers(ok) => play.log_answers(if ok { Ok(()) } else { Err(ErrorCode::KafkaStorageError) }),
        Step::Replicate => play.replicate(),
        Step::FailOver => fail_over(play),
        Step::Resign => {
            play.log_loses();
            play.resign();
            let tp = play.tp();
            play.elect(tp, 1);
        }
    }
}

/// The coordinator is gone, and with it what it had not answered: members say all there is to say to the next one
/// (`AbstractHeartbeatRequestManager.onFailure`).
fn fail_over(play: &mut Play) {
    play.fail_over();
    for name in NAMES {
        if let Some(member) = &mut play.client(name).consumer {
            member.missed = true;
        }
    }
}

fn whole(play: &mut Play, name: &str) {
    let member = play.client(name).consumer.clone().expect("the caller has looked");
    let (epoch, owned) = (Some(member.epoch), Some(member.assigned));
    if member.epoch.0 > 0 {
        play.enroll(name, Says { epoch, owned, ..Says::default() });
    }
}

fn quit(play: &mut Play, name: &str, epoch: Generation) {
    play.beat(name, Says { epoch: Some(epoch), ..Says::default() });
    play.client(name).consumer = None;
}

/// Everything settles: the log takes all that is open, and it is replicated; so is what a timer wants in the meantime.
fn settle(play: &mut Play) {
    play.log_mode = Log::Replicates;
    play.log_answers(Ok(()));
    // A timer may go off at the last moment, and what it wants is not written yet then, or waits for more to be written with it.
    loop {
        let written = play.log.len();
        play.let_pass(Nanos::from_millis(10));
        play.replicate();
        play.let_pass(Nanos::from_millis(10));
        play.replicate();
        let soon = play.stage.now + Nanos::from_millis(10);
        if play.log.len() == written && play.stage.next_timer().is_none_or(|(at, _)| at > soon) {
            return;
        }
    }
}

fn group(play: &Play) -> Option<&ConsumerGroup> {
    match play.coordinator.runtime.active(play.tp())?.shard().groups.group(BILLING)? {
        AnyGroup::Consumer(group) => Some(group),
        AnyGroup::Classic(_) | AnyGroup::Share(_) => None,
    }
}

/// Who has what by what the history was told: a new coordinator tells all of it.
fn owners(facts: &[Fact]) -> Result<BTreeMap<Tp, MemberId>, String> {
    let mut owners: BTreeMap<Tp, MemberId> = BTreeMap::new();
    for fact in facts {
        match *fact {
            Fact::GroupLoaded { group: BILLING, .. } | Fact::GroupProtocolChanged { group: BILLING, .. } => {
                owners.clear()
            }
            Fact::PartitionReleased { tp, member, .. } if owners.get(&tp) == Some(&member) => _ = owners.remove(&tp),
            Fact::MemberAssigned { tp, member, .. } | Fact::RevocationAsked { tp, member, .. } => {
                let before = owners.insert(tp, member);
                if before.is_some_and(|before| before != member) {
                    return Err(format!("{tp:?} is given to {member:?}, and {before:?} has it"));
                }
            }
            _ => {}
        }
    }
    Ok(owners)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    /// That nobody shares a partition is an invariant of the group, which is looked at after every step.
    #[test]
    fn memory_is_what_the_log_says(version in version(), steps in prop::collection::vec(any_step(), 0..80)) {
        let mut first = stage(version);
        steps.iter().for_each(|s| play(&mut first, s));
        settle(&mut first);
        let mut second = first.clone();
        second.fail_over();
        let (now, loaded) = (group(&first), group(&second));
        prop_assert_eq!(now.is_some(), loaded.is_some());
        if let (Some(now), Some(loaded)) = (now, loaded) {
            prop_assert_eq!(now.durable(), loaded.durable());
        }
        // Whatever there was, nothing is left when the coordinator goes.
        first.resign();
        prop_assert_eq!(first.coordinator.runtime.shared().sessions.in_use(), 0);
        prop_assert!(first.stage.next_timer().is_none());
    }

    /// What the history is told of is never taken back.
    #[test]
    fn the_history_knows_who_has_what(version in version(), steps in prop::collection::vec(member_step(), 0..80)) {
        let mut stage = stage(version);
        for s in &steps {
            play(&mut stage, s);
            let told = owners(&stage.facts);
            prop_assert!(told.is_ok(), "{}", told.unwrap_err());
        }
        settle(&mut stage);
        let told = owners(&stage.facts).expect("just looked at");
        prop_assert_eq!(told, group(&stage).map_or(BTreeMap::new(), ConsumerGroup::holders));
    }

    /// Nobody is answered twice, and once the coordinator goes everybody is.
    #[test]
    fn everybody_is_answered_once(version in version(), steps in prop::collection::vec(member_step(), 0..80)) {
        let mut stage = stage(version);
        steps.iter().for_each(|s| play(&mut stage, s));
        stage.resign();
        let answered: Vec<u32> = stage.replies.iter().map(|(to, _)| to.correlation).collect();
        let distinct: BTreeSet<u32> = answered.iter().copied().collect();
        prop_assert_eq!(distinct.len(), answered.len());
    }

    /// Once it is quiet, whoever sends heartbeats is at its target, and the targets are all partitions.
    #[test]
    fn everybody_gets_what_it_is_to_have(version in version(), steps in prop::collection::vec(member_step(), 0..60)) {
        let mut stage = stage(version);
        steps.iter().for_each(|s| play(&mut stage, s));
        settle(&mut stage);
        // Who was about to leave when the log refused that has no session timer any more (`cancelTimers` comes before the write, and
        // is not taken back): only a new coordinator removes it.
        fail_over(&mut stage);
        for _ in 0..40 {
            for name in NAMES {
                live(&mut stage, name);
                stage.let_pass(Nanos::from_millis(20));
            }
            stage.let_pass(Nanos::from_secs(5));
        }
        let described = stage.coordinator.describe(BILLING).expect("there are members");
        prop_assert_eq!(described.state, GroupState::Stable);
        let mut all: Vec<Tp> = Vec::new();
        for member in &described.members {
            let details = member.consumer.as_ref().expect("a member of the new protocol");
            prop_assert_eq!(&details.target, &member.partitions);
            prop_assert_eq!(details.state, ConsumerMemberState::Stable);
            all.extend(&member.partitions);
        }
        prop_assert_eq!(described.members.len(), 4);
        all.sort();
        let created = stage.created("orders");
        prop_assert_eq!(all, stage.catalog.partitions(TopicId(0)).take(created as usize).collect::<Vec<_>>());
    }
}

/// A heartbeat of a client that lives, and does what its last answer asks for.
fn live(play: &mut Play, name: &str) {
    let error = play.last_heartbeat_error(name);
    let lost =
        matches!(error, Some(ErrorCode::UnknownMemberId | ErrorCode::FencedMemberEpoch | ErrorCode::GroupIdNotFound));
    let refused = matches!(error, Some(ErrorCode::UnreleasedInstanceId | ErrorCode::FencedInstanceId));
    match &play.client(name).consumer {
        Some(member) if member.epoch.0 > 0 && !lost && !refused && !member.missed => play.acknowledge(name),
        Some(member) if member.epoch.0 > 0 && !lost && !refused => whole(play, name),
        _ => {
            if let Some(member) = &mut play.client(name).consumer {
                (member.epoch, member.assigned, member.deaf) = (Generation(0), Rc::from([]), false);
            }
            play.enroll(name, Says::default());
        }
    }
}

/// A thousand members share ten thousand partitions, one of them goes, and all of that is a matter of moments.
#[test]
fn a_large_group_rebalances() {
    let mut group = super::large::LargeGroup::new(1_000, 10_000);
    group.everybody_joins();
    group.until_stable();
    assert_eq!(group.held(), 10_000);
    group.somebody_leaves();
    group.until_stable();
    assert_eq!(group.held(), 10_000);
    assert_eq!(group.fewest_and_most(), (10, 11));
}
