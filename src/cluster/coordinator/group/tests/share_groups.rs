//! Share groups: what clients and the persister say to their coordinator, and that memory is what the log says whatever they, the log
//! and the clock do.

use std::rc::Rc;

use proptest::prelude::*;

use super::play::{BILLING, ConsumerMember, Log, Play, Says};
use crate::cluster::coordinator::group::GroupRequest;
use crate::cluster::coordinator::group::kinds::AnyGroup;
use crate::cluster::coordinator::group::share::ShareGroup;
use crate::cluster::coordinator::share_state_task::ShareStateTaskKind;
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::*;
use crate::protocol::messages::ShareGroupHeartbeatRequest;
use crate::protocol::rules::KafkaVersion;
use crate::sim::time::Nanos;

impl Play {
    /// A heartbeat of a member of a share group, with what it says.
    pub(super) fn share_beat(&mut self, name: &str, says: Says) {
        let member = self.client(name).consumer.clone().expect("it has joined");
        let request = ShareGroupHeartbeatRequest {
            group: BILLING,
            member: member.id,
            member_epoch: says.epoch.unwrap_or(member.epoch),
            topics: says.topics,
            reason: None,
        };
        self.ask(name, "ShareGroupHeartbeat", GroupRequest::ShareGroupHeartbeat(request));
        // With an adaptive linger what was asked for goes at once.
        self.until(self.stage.now);
    }
    /// The first heartbeat, or one that joins anew. A process that is new has a new id.
    pub(super) fn share_join(&mut self, name: &str, says: Says) {
        if self.client(name).consumer.is_none() {
            let id = self.draw_id(name);
            let epoch = Generation(0);
            self.client(name).consumer =
                Some(ConsumerMember { id, epoch, assigned: [].into(), deaf: false, missed: false });
        }
        let topics = says.topics.clone().or_else(|| Some([TopicId(0)].into()));
        let epoch = Some(says.epoch.unwrap_or(ShareGroupHeartbeatRequest::JOIN));
        self.share_beat(name, Says { epoch, topics, ..says });
    }
    pub(super) fn share_quit(&mut self, name: &str) {
        self.share_beat(name, Says { epoch: Some(ShareGroupHeartbeatRequest::LEAVE), ..Says::default() });
    }
    /// The persister has done all that it was asked for, or has failed.
    pub(super) fn persisted(&mut self, error: ErrorCode) {
        for (number, task) in std::mem::take(&mut self.tasks) {
            let tps: Vec<Tp> = match task.kind {
                ShareStateTaskKind::Initialize(list) => list.into_iter().map(|(tp, ..)| tp).collect(),
                ShareStateTaskKind::Delete(list) => list,
            };
            let results: Vec<(Tp, ErrorCode)> = tps.into_iter().map(|tp| (tp, error)).collect();
            self.line(format!("{} persister: {}", self.stage.now, if error.is_ok() { "done" } else { error.name() }));
            self.run(|coordinator, commands, ctx| coordinator.share_state_done(number, &results, commands, ctx));
            self.until(self.stage.now);
        }
    }
}

#[derive(Clone, Debug)]
enum Step {
    Join(usize, bool),
    Reborn(usize),
    Beat(usize),
    Quit(usize),
    Persisted(u8),
    Partitions(u32),
    Delete,
    Pass(u64),
    Log(u8),
    LogAnswers(bool),
    Replicate,
    FailOver,
    Resign,
}

const NAMES: [&str; 4] = ["a", "b", "c", "d"];

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => (0..4usize, any::<bool>()).prop_map(|(c, both)| Step::Join(c, both)),
        1 => (0..4usize).prop_map(Step::Reborn),
        8 => (0..4usize).prop_map(Step::Beat),
        2 => (0..4usize).prop_map(Step::Quit),
        5 => (0..4u8).prop_map(Step::Persisted),
        1 => (6..=8u32).prop_map(Step::Partitions),
        1 => Just(Step::Delete),
        8 => prop_oneof![Just(1), Just(5), Just(50), Just(1_000), Just(6_000), Just(46_000)].prop_map(Step::Pass),
        2 => (0..8u8).prop_map(Step::Log),
        1 => any::<bool>().prop_map(Step::LogAnswers),
        1 => Just(Step::Replicate),
        1 => Just(Step::FailOver),
        1 => Just(Step::Resign),
    ]
}

fn version() -> impl Strategy<Value = KafkaVersion> {
    (0..KafkaVersion::ALL.len()).prop_map(|at| KafkaVersion::ALL[at])
}

fn play(play: &mut Play, step: &Step) {
    let joined = |play: &mut Play, c: usize| play.client(NAMES[c]).consumer.is_some();
    match *step {
        Step::Join(c, both) => {
            let topics: Rc<[TopicId]> = if both { [TopicId(0), TopicId(1)].into() } else { [TopicId(0)].into() };
            play.share_join(NAMES[c], Says { topics: Some(topics), ..Says::default() });
        }
        Step::Reborn(c) => play.client(NAMES[c]).consumer = None,
        Step::Beat(c) if joined(play, c) => play.share_beat(NAMES[c], Says::default()),
        Step::Quit(c) if joined(play, c) => play.share_quit(NAMES[c]),
        Step::Beat(_) | Step::Quit(_) => {}
        Step::Persisted(0) => play.persisted(ErrorCode::CoordinatorNotAvailable),
        Step::Persisted(_) => play.persisted(ErrorCode::None),
        Step::Partitions(count) => play.create_partitions("orders", count),
        Step::Delete => play.ask("a", "DeleteGroups", GroupRequest::DeleteGroups(BILLING)),
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
        Step::FailOver => {
            play.tasks.clear();
            play.fail_over();
        }
        Step::Resign => {
            play.log_loses();
            play.resign();
            let tp = play.tp();
            play.elect(tp, 1);
        }
    }
}

/// Everything settles: the log takes all that is open, and it is replicated; so is what a timer wants in the meantime.
fn settle(play: &mut Play) {
    play.log_mode = Log::Replicates;
    play.log_answers(Ok(()));
    loop {
        let written = play.log.len();
        play.persisted(ErrorCode::None);
        play.let_pass(Nanos::from_millis(10));
        play.replicate();
        play.let_pass(Nanos::from_millis(10));
        play.replicate();
        if play.log.len() == written {
            return;
        }
    }
}

fn group(play: &Play) -> Option<&ShareGroup> {
    match play.coordinator.runtime.active(play.tp())?.shard().groups.group(BILLING)? {
        AnyGroup::Share(group) => Some(group),
        AnyGroup::Classic(_) | AnyGroup::Consumer(_) => None,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 120, ..ProptestConfig::default() })]

    /// Whoever takes over knows what the one before knew, once all is written.
    #[test]
    fn memory_is_what_the_log_says(version in version(), steps in proptest::collection::vec(step(), 1..60)) {
        let mut stage = Play::of(version, |_| {});
        stage.mute(true);
        steps.iter().for_each(|step| play(&mut stage, step));
        settle(&mut stage);
        let before = group(&stage).map(ShareGroup::durable);
        stage.tasks.clear();
        stage.fail_over();
        prop_assert_eq!(before, group(&stage).map(ShareGroup::durable));
    }

    /// Members that go on sending heartbeats have together all partitions of what they subscribe to, of which each is led by somebody
    /// who can read it.
    #[test]
    fn everything_is_read_in_the_end(version in version(), steps in proptest::collection::vec(step(), 1..60)) {
        let mut stage = Play::of(version, |_| {});
        stage.mute(true);
        steps.iter().for_each(|step| play(&mut stage, step));
        settle(&mut stage);
        NAMES.iter().for_each(|name| stage.client(name).consumer = None);
        // Who was removed in vain is back without a session: only a new coordinator gives it one. Then those before are
        // forgotten, and what was to be initialized may be asked for again.
        stage.tasks.clear();
        stage.fail_over();
        stage.let_pass(Nanos::from_secs(50));
        settle(&mut stage);
        for round in 0..8 {
            for name in ["a", "b"] {
                match round {
                    0 => stage.share_join(name, Says::default()),
                    _ => stage.share_beat(name, Says::default()),
                }
                settle(&mut stage);
            }
            stage.let_pass(Nanos::from_secs(2));
        }
        let mut read: Vec<Tp> = ["a", "b"].iter().flat_map(|name| stage.client(name).consumer.clone())
            .flat_map(|member| member.assigned.to_vec()).collect();
        read.sort();
        read.dedup();
        prop_assert_eq!(read.len() as u32, stage.created("orders"));
    }
}
