//! The stories in `tests/stories/consumer/`.

use super::cluster::*;
use crate::app::spec::{
    AppSpec, CommitMode, CommitOffsets, FatalPolicy, GivingUp, KnownRecords, LoopSpec, OnRevoked, PoisonPolicy,
    PoolSpec, ProcessingOrder, ProcessingThread, RebalanceListener, Retries, ScriptStep, SinkKind, SinkSpec, StepCall,
    StopBy,
};
use crate::node::Input;
use crate::protocol::client_preset::ClientPreset;
use crate::protocol::config::ConfigScope;
use crate::protocol::ids::{Generation, InstanceId, MemberId, PatternId, TopicId, Tp};
use crate::protocol::messages::*;
use crate::protocol::rules::{KafkaVersion, Rules};
use crate::sim::random::Distribution;
use crate::sim::time::Nanos;
use crate::stage::story::{Command, Vocabulary, play_all};

/// What `given` says beside configs of the consumer.
const OPTIONS: &[&str] = &[
    "commit",
    "per.record",
    "poison",
    "pause",
    "worker",
    "threads",
    "client",
    "instance",
    "fatal",
    "kafka",
    "pattern",
    "stop",
    "listener",
    "steps",
];

struct Story {
    cluster: Cluster,
    hidden: Vec<String>,
}

fn poll_loop(command: &Command) -> LoopSpec {
    let commit = match command.option("commit").unwrap_or("auto") {
        "auto" => CommitMode::Auto,
        "sync" => CommitMode::SyncAfterBatch,
        "async" => CommitMode::AsyncAfterBatch,
        "before" => CommitMode::SyncBeforeProcessing,
        "never" => CommitMode::Never,
        "sink" => CommitMode::WithTheSink { fence: false },
        _ => command.wrong("an application commits: auto, sync, async, before, never, sink"),
    };
    let pause = command.spans("pause").unwrap_or(MS(200));
    let on_poison = match command.option("poison").unwrap_or("skip") {
        "skip" => PoisonPolicy::GiveUp(GivingUp::Skip),
        "retry" => PoisonPolicy::Retry(Retries::without_end(pause)),
        "crash" => PoisonPolicy::GiveUp(GivingUp::Crash { restart_after: pause }),
        "dead-letter" => PoisonPolicy::GiveUp(GivingUp::DeadLetter),
        _ => command.wrong("what cannot be processed: skip, retry, crash, dead-letter"),
    };
    let mut spec = LoopSpec { on_poison, ..committing(commit) };
    if commit == (CommitMode::WithTheSink { fence: false }) {
        let kind = SinkKind::Database { database: 0, known: KnownRecords::WrittenAgain };
        spec.sink = Some(SinkSpec { kind, takes: Distribution::Constant(Nanos::ZERO) });
        spec.consumer.seeks_when_assigned = true;
    }
    spec.per_record = Distribution::Constant(command.spans("per.record").unwrap_or(MS(1)));
    if command.option("worker") == Some("yes") {
        spec.thread = ProcessingThread::Worker;
    }
    if let Some(threads) = command.numeric("threads") {
        let (order, commit) = (ProcessingOrder::Unordered, CommitOffsets::Contiguous);
        spec.pool = Some(PoolSpec { threads, order, commit });
    }
    spec.consumer.regex = command.option("pattern").map(|text| {
        let known = catalog().patterns.iter().position(|pattern| pattern.text == text);
        PatternId(known.unwrap_or_else(|| command.wrong("no such pattern")) as u16)
    });
    spec.consumer.instance = command.option("instance").map(|_| InstanceId(0));
    spec.on_fatal = if command.option("fatal") == Some("exit") { FatalPolicy::Exit } else { FatalPolicy::Continue };
    spec.stop_by = match command.option("stop").unwrap_or("wakeup-in-poll") {
        "wakeup-in-poll" => StopBy::WakeupInPoll,
        "wakeup" => StopBy::Wakeup,
        "flag" => StopBy::Flag,
        _ => command.wrong("it stops by: wakeup-in-poll, wakeup, flag"),
    };
    spec.steps = command.option("steps").map_or(Vec::new(), |text| steps(command, text)).into();
    if let Some(listener) = command.option("listener") {
        let on_revoked = OnRevoked { drains: listener == "drain", takes: Nanos::ZERO, commits: listener == "commit" };
        (spec.consumer.listener, spec.on_revoked) = match listener {
            "none" => (RebalanceListener::None, None),
            "commit" | "drain" => (RebalanceListener::Works, Some(on_revoked)),
            _ => {
                let takes = command.spans("listener").unwrap_or_default();
                (RebalanceListener::Works, Some(OnRevoked { takes, ..on_revoked }))
            }
        };
    }
    if let Some(preset) = command.option("client").and_then(ClientPreset::find) {
        spec.consumer.client = Some(preset);
        let rows = preset.rows().iter().filter(|row| row.scope == ConfigScope::Consumer);
        // When it commits is the application's matter; where it begins is the story's.
        for row in rows.filter(|row| !matches!(row.name, "enable.auto.commit" | "auto.offset.reset")) {
            spec.consumer.config.set(row.name, row.value).expect("a preset is legal");
        }
    }
    for (key, value) in command.configs(OPTIONS) {
        spec.consumer.config.set(key, value).unwrap_or_else(|error| command.wrong(&format!("{error:?}")));
    }
    spec
}

/// What the application does at given times: `2s:subscribe:orders+invoices/4s:unsubscribe/5s:pause`, the last of orders.
fn steps(command: &Command, text: &str) -> Vec<ScriptStep> {
    let topic = |name: &str| match name {
        "orders" => TopicId(0),
        "invoices" => TopicId(1),
        _ => command.wrong("no such topic"),
    };
    let step = |text: &str| {
        let (at, call) = text.split_once(':').unwrap_or_else(|| command.wrong("a step has a time"));
        let call = match call.split_once(':') {
            Some(("subscribe", topics)) => StepCall::Subscribe(topics.split('+').map(topic).collect()),
            None if call == "unsubscribe" => StepCall::Unsubscribe,
            None if call == "pause" => StepCall::Pause(vec![Tp(0), Tp(1)]),
            _ => command.wrong("a step is subscribe, unsubscribe or pause"),
        };
        ScriptStep { at: command.span(at), call }
    };
    text.split('/').map(step).collect()
}

/// What the cluster says to a request of this kind in case of an error.
fn refusal(command: &Command) -> Response {
    let error = command.error(command.word(1));
    match command.word(0) {
        "Heartbeat" => Response::Heartbeat(error),
        "ConsumerGroupHeartbeat" => {
            Response::ConsumerGroupHeartbeat(ConsumerGroupHeartbeatResponse::refused(error, MemberId::NONE))
        }
        "FindCoordinator" => Response::FindCoordinator(FindCoordinatorResponse { error, coordinator: None }),
        "OffsetFetch" => {
            Response::OffsetFetch(OffsetFetchResponse { error, offsets: Vec::new(), unstable: Vec::new() })
        }
        "JoinGroup" => Response::JoinGroup(join_response(error, Generation::NONE, MemberId::NONE, &[])),
        "SyncGroup" => Response::SyncGroup(SyncGroupResponse { error, assignment: [].into() }),
        "OffsetCommit" => {
            let results = [(Tp(0), error), (Tp(1), error)].into_iter().collect();
            Response::OffsetCommit(OffsetCommitResponse { results })
        }
        _ => command.wrong("refused can be: Heartbeat, ConsumerGroupHeartbeat, JoinGroup, SyncGroup, OffsetCommit, OffsetFetch, FindCoordinator"),
    }
}

/// The kind of request that a command names.
fn api(command: &Command) -> &'static str {
    let apis = [
        "Heartbeat",
        "ConsumerGroupHeartbeat",
        "JoinGroup",
        "SyncGroup",
        "OffsetCommit",
        "OffsetFetch",
        "FindCoordinator",
        "Fetch",
    ];
    apis.into_iter().find(|api| *api == command.word(0)).unwrap_or_else(|| command.wrong("an unknown kind of request"))
}

impl Vocabulary for Story {
    /// `given commit=sync per.record=1ms poison=retry pause=200ms worker=yes instance=billing-a fatal=exit
    /// max.poll.records=5 kafka=4.0 threads=2 pattern=ord.* steps=2s:unsubscribe`: an application of
    /// the group billing, with so many threads that work side by side and commit what is done, which reads the topic orders with two partitions, led by brokers 1 and 2.
    fn given(command: &Command) -> Story {
        let version = command.option("kafka").map(|version| KafkaVersion::find(version).expect("a version"));
        let rules = version.map_or_else(Rules::default, Rules::of);
        Story { cluster: Cluster::with_rules(AppSpec::PollLoop(poll_loop(command)), rules), hidden: Vec::new() }
    }
    fn command(&mut self, command: &Command) {
        let cluster = &mut self.cluster;
        match command.name.as_str() {
            // until 2.5s
            "until" => cluster.run_until(command.time(0)),
            // produce 0 10: ten records to partition 0; poison=2: the third of them cannot be processed
            "produce" => {
                let (partition, count) = (command.number(0), command.number(1));
                match command.numeric("poison") {
                    Some(poison) => cluster.produce_poison(partition, count, poison),
                    None => cluster.produce(partition, count),
                }
            }
            // compacted 0 10 1 2 5: of ten records to partition 0 these are left
            "compacted" => {
                let left: Vec<u32> = (2..command.words.len()).map(|n| command.number(n)).collect();
                cluster.produce_compacted(command.number(0), command.number(1), &left);
            }
            // marker 0: the end of a transaction in partition 0
            "marker" => cluster.produce_marker(command.number(0)),
            // refused Heartbeat UNKNOWN_MEMBER_ID: the next one is
            "refused" => {
                let response = refusal(command);
                cluster.script(api(command), Reaction::Say(response));
            }
            // heartbeats REBALANCE_IN_PROGRESS: from now on all of them are answered so
            "heartbeats" => cluster.heartbeat_error = command.error(command.word(0)),
            // generation 2: the next join completes it
            "generation" => cluster.generation = command.number(0),
            // keeps 0,1: the group is stable, and this is what the member has in it
            "keeps" => {
                let numbers = command.word(0).split(',').map(|number| Tp(number.parse().expect("a partition")));
                cluster.kept = Some(numbers.collect());
            }
            // given 0,1: another member leads, and this is what it assigns to this one; given -: nothing
            "given" => {
                let numbers = command.word(0).split(',').filter(|number| *number != "-");
                cluster.kept = Some(numbers.map(|number| Tp(number.parse().expect("a partition"))).collect());
                cluster.follows = true;
            }
            // may 0 epoch=2: from now on a member of the new protocol may have this; may -: nothing
            "may" => {
                let numbers = command.word(0).split(',').filter(|number| *number != "-");
                let target: Vec<Tp> = numbers.map(|number| Tp(number.parse().expect("a partition"))).collect();
                cluster.group.assign(target, command.numeric("epoch").expect("an epoch"));
            }
            // hang OffsetCommit: the next one ends its connection
            "hang" => cluster.script(api(command), Reaction::Hang),
            // silent ConsumerGroupHeartbeat: the next one is heard, and not answered
            "silent" => cluster.script(api(command), Reaction::Keep),
            // park JoinGroup: the next one is not answered; answer: it is, with this generation
            "park" => cluster.script(api(command), Reaction::Park),
            "answer" => cluster.release_join(command.number(0)),
            // follower 0 2 [10]: broker 2 follows partition 0, and its log ends at 10; follower 0 none: nobody does any more
            "follower" => {
                let end = if command.words.len() > 2 { command.number(2) } else { i64::MAX };
                let follower = Some(command.word(1)).filter(|word| *word != "none");
                let follower = follower.map(|word| word.parse().unwrap_or_else(|_| command.wrong("no broker")));
                cluster.partitions[command.number::<usize>(0)].follower = follower.map(|broker| (broker, end));
            }
            // restart: the process dies, and is started again
            "restart" => cluster.restart(),
            // cut 0 60: an unclean election; the new leader, broker 2 in epoch 1, has 60 records of partition 0
            "cut" => {
                let (log, count): (_, u32) = (&mut cluster.partitions[command.number::<usize>(0)], command.number(1));
                (log.leader, log.epoch) = (2, 1);
                (log.batches[0].count, log.batches[0].last_offset_delta) = (count, count - 1);
                log.epoch_end = Some((0, i64::from(count)));
            }
            // SIGTERM
            "shutdown" => cluster.give(Input::Shutdown),
            "kill" => {
                cluster.die();
                cluster.say("the process dies");
            }
            "start" => cluster.give(Input::Start),
            // hide processes: lines with this word are not told from now on
            "hide" => self.hidden.push(command.word(0).to_owned()),
            // skip: what was said so far is not told
            "skip" => cluster.forget(),
            _ => command.unknown(),
        }
    }
    fn said(&mut self) -> String {
        let told = |line: &&String| !self.hidden.iter().any(|hidden| line.contains(hidden.as_str()));
        let said = self.cluster.story.iter().filter(told).cloned().collect::<Vec<_>>().join("\n");
        self.cluster.forget();
        said
    }
}

#[test]
fn stories() {
    play_all::<Story>("consumer");
}
