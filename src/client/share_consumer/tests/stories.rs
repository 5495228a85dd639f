//! The stories in `tests/stories/share-consumer/`.

use crate::app::spec::{AppSpec, FatalPolicy, Renewal, ShareCommit, ShareLoopSpec, SharePoison};
use crate::client::consumer::tests::cluster::*;
use crate::node::Input;
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::{MemberId, Tp};
use crate::protocol::messages::*;
use crate::protocol::rules::{KafkaVersion, Rules};
use crate::sim::random::Distribution;
use crate::sim::time::Nanos;
use crate::stage::story::{Command, Vocabulary, play_all};

/// What `given` says beside configs of the consumer.
const OPTIONS: &[&str] = &["commit", "per.record", "poison", "renew", "fatal", "kafka"];

struct Story {
    cluster: Cluster,
    hidden: Vec<String>,
}

fn share_loop(command: &Command, version: KafkaVersion) -> ShareLoopSpec {
    let mut consumer = spec().consumer;
    for (key, value) in command.configs(OPTIONS) {
        let set = consumer.config.set_in(version, key, value);
        set.unwrap_or_else(|error| command.wrong(&format!("{error:?}")));
    }
    ShareLoopSpec {
        consumer: *consumer,
        per_record: Distribution::Constant(command.spans("per.record").unwrap_or(MS(1))),
        commit: match command.option("commit").unwrap_or("poll") {
            "poll" => ShareCommit::WithPoll,
            "sync" => ShareCommit::Sync,
            "async" => ShareCommit::Async,
            _ => command.wrong("a member of a share group commits: poll, sync, async"),
        },
        on_poison: match command.option("poison").unwrap_or("skip") {
            "release" => SharePoison::Release,
            "reject" => SharePoison::Reject,
            "skip" => SharePoison::Skip,
            "crash" => SharePoison::Crash { restart_after: MS(200) },
            _ => command.wrong("what cannot be processed: release, reject, skip, crash"),
        },
        renewal: command.spans("renew").map(|every| Renewal { every }),
        on_fatal: if command.option("fatal") == Some("exit") { FatalPolicy::Exit } else { FatalPolicy::Continue },
        sink: None,
        start: Nanos::ZERO,
    }
}

/// What the cluster says to a request of this kind in case of an error.
fn refusal(command: &Command) -> Response {
    let error = command.error(command.word(1));
    match command.word(0) {
        "ShareGroupHeartbeat" => Response::ShareGroupHeartbeat(ShareGroupHeartbeatResponse {
            error,
            member: MemberId::NONE,
            member_epoch: ShareGroupHeartbeatRequest::JOIN,
            heartbeat_interval: Nanos::ZERO,
            assignment: None,
        }),
        "FindCoordinator" => Response::FindCoordinator(FindCoordinatorResponse { error, coordinator: None }),
        "ShareFetch" => Response::ShareFetch(ShareFetchResponse {
            error,
            acquisition_lock_timeout: Nanos::ZERO,
            partitions: Vec::new(),
        }),
        // ShareAcknowledge KAFKA_STORAGE_ERROR 0: of that partition
        "ShareAcknowledge" => {
            let partition = command.words.get(2).map(|_| (Tp(command.number(2)), error, None));
            Response::ShareAcknowledge(ShareAcknowledgeResponse {
                error: if partition.is_some() { ErrorCode::None } else { error },
                acquisition_lock_timeout: Nanos::ZERO,
                partitions: partition.into_iter().collect(),
            })
        }
        _ => command.wrong("refused can be: ShareGroupHeartbeat, ShareFetch, ShareAcknowledge, FindCoordinator"),
    }
}

/// The kind of request that a command names.
fn api(command: &Command) -> &'static str {
    let apis = ["ShareGroupHeartbeat", "ShareFetch", "ShareAcknowledge", "FindCoordinator"];
    apis.into_iter().find(|api| *api == command.word(0)).unwrap_or_else(|| command.wrong("an unknown kind of request"))
}

impl Vocabulary for Story {
    /// `given share.acknowledgement.mode=explicit commit=sync per.record=1ms poison=release renew=10s max.poll.records=5
    /// kafka=4.0`: an application of the share group billing, which reads the topic orders with two partitions, led by
    /// brokers 1 and 2.
    fn given(command: &Command) -> Story {
        let version = command.option("kafka").map(|version| KafkaVersion::find(version).expect("a version"));
        let version = version.unwrap_or_default();
        let spec = AppSpec::ShareLoop(share_loop(command, version));
        Story { cluster: Cluster::with_rules(spec, Rules::of(version)), hidden: Vec::new() }
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
            // may 0 epoch=2: from now on the member fetches from this; may -: from nothing
            "may" => {
                let numbers = command.word(0).split(',').filter(|number| *number != "-");
                let target: Vec<Tp> = numbers.map(|number| Tp(number.parse().expect("a partition"))).collect();
                cluster.group.assign(target, command.numeric("epoch").expect("an epoch"));
            }
            // lead 0 2: broker 2 leads partition 0 from now on, and nobody holds its records
            "lead" => {
                let partition: usize = command.number(0);
                let log = &mut cluster.partitions[partition];
                (log.leader, log.epoch) = (command.number(1), log.epoch + 1);
                cluster.share.moved(Tp(partition as u32));
            }
            // locks run out
            "locks" => cluster.share.locks_run_out(),
            // cut 1: all connections to that broker break
            "cut" => cluster.disconnect(command.number(0)),
            // refused ShareFetch UNKNOWN_MEMBER_ID: the next one is
            "refused" => {
                let response = refusal(command);
                cluster.script(api(command), Reaction::Say(response));
            }
            // hang ShareAcknowledge: the next one ends its connection
            "hang" => cluster.script(api(command), Reaction::Hang),
            // silent ShareAcknowledge: the next one is heard, and not answered
            "silent" => cluster.script(api(command), Reaction::Keep),
            // SIGTERM
            "shutdown" => cluster.give(Input::Shutdown),
            // hide processes: lines with this word are not told from now on
            "hide" => self.hidden.push(command.word(0).to_owned()),
            // skip: what was said so far is not told
            "skip" => cluster.forget(),
            // describe: what a tool would know of the consumer
            "describe" => {
                let said = cluster.consumer.describe_share_consumer().map_or("no process".into(), |d| {
                    let until = d.locked_until.map_or("-".into(), |until| until.to_string());
                    let (state, epoch) = (d.state.name(), d.epoch);
                    let partitions: Vec<u32> = d.assignment.iter().map(|tp| tp.0).collect();
                    let (held, waiting) = (d.held, d.waiting);
                    format!(
                        "{state} at epoch {epoch}, from {partitions:?}, holds {held} and {waiting} more until {until}"
                    )
                });
                cluster.say(&said);
            }
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
    play_all::<Story>("share-consumer");
}
