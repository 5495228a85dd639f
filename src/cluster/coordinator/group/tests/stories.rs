//! The stories in `tests/stories/group-coordinator/`.

use std::rc::Rc;

use super::play::{BILLING, Log, Play, Says};
use crate::cluster::coordinator::group::GroupRequest;
use crate::protocol::config::ConsumerConfig;
use crate::protocol::ids::*;
use crate::protocol::messages::{
    AlterShareGroupOffsetsRequest, ConsumerGroupHeartbeatRequest, DeleteShareGroupOffsetsRequest, OffsetCommitRequest,
    ServerAssignor, Subscription,
};
use crate::protocol::rules::KafkaVersion;
use crate::sim::time::Nanos;
use crate::stage::story::{Command, Vocabulary, play_all};

impl Command {
    /// Partitions of a topic: `0,1,2`.
    fn numbers(&self, text: &str) -> Vec<u32> {
        let number = |n: &str| n.parse().unwrap_or_else(|_| self.wrong(&format!("`{n}` is no partition")));
        text.split(',').filter(|n| !n.is_empty()).map(number).collect()
    }
}

fn log(command: &Command) -> Log {
    match command.word(0) {
        "replicates" => Log::Replicates,
        "lags" => Log::UnderMinIsr,
        "refuses" => Log::Refuses(command.error(command.word(1))),
        "waits" => Log::Slow,
        _ => command.wrong("a log replicates, lags, refuses or waits"),
    }
}

/// What a client will say of itself.
fn client(play: &mut Play, command: &Command) {
    let client = play.client(command.word(0));
    client.rebalance_timeout = command.spans("rebalance").unwrap_or(client.rebalance_timeout);
    if let Some(instance) = command.option("instance") {
        let instance = play.instance(instance);
        play.client(command.word(0)).instance = Some(instance);
    }
    let client = play.client(command.word(0));
    if let Some(session) = command.spans("session") {
        client.session_timeout = session;
    }
    if let Some(generation) = command.numeric("generation") {
        client.generation = Generation(generation);
    }
    if let Some(offers) = command.option("offers") {
        let mut config = ConsumerConfig::default();
        config
            .set("partition.assignment.strategy", offers)
            .unwrap_or_else(|error| command.wrong(&format!("{error:?}")));
        client.protocols = config.partition_assignment_strategy.iter().collect();
    }
    if let Some(generation) = command.numeric("subscribed.in") {
        let generation = Generation(generation);
        let owned = command.option("owning").map_or(Vec::new(), |owned| command.numbers(owned));
        let owned = owned.into_iter().map(Tp).collect();
        let user_data = None;
        client.subscription =
            Rc::new(Subscription { rack: None, topics: vec![TopicId(0)], owned, generation, user_data });
    }
}

fn sync(play: &mut Play, command: &Command) {
    let names = ["a", "b", "c", "d"];
    let given = |name: &str| Some((name.to_owned(), command.numbers(command.option(name)?)));
    let given: Vec<(String, Vec<u32>)> = names.into_iter().filter_map(given).collect();
    let assignments: Vec<(&str, &[u32])> = given.iter().map(|(name, n)| (name.as_str(), n.as_slice())).collect();
    play.sync(command.word(0), &assignments);
}

fn offsets(command: &Command) -> Vec<(u32, i64)> {
    let offset = |text: &String| {
        let (partition, offset) = text.split_once('@').unwrap_or_else(|| command.wrong("a commit is of 0@10"));
        (command.numbers(partition)[0], i64::from(command.numbers(offset)[0]))
    };
    command.words[1..].iter().map(offset).collect()
}

/// The producer of a transaction.
fn producer(command: &Command) -> i64 {
    command.numeric("producer").unwrap_or_else(|| command.wrong("a transaction is of producer=7"))
}

/// Another group, in the same partition of `__consumer_offsets`, stores an offset.
fn other_group(play: &mut Play, name: &str) {
    let group = GroupId(1);
    let same = play.catalog.group_partition(group) == play.catalog.group_partition(BILLING);
    assert!(same, "the stage's groups share a partition");
    let offsets = [(Tp(0), Offset(1), LeaderEpoch(0))].into_iter().collect();
    let request =
        OffsetCommitRequest { group, generation: Generation::NONE, member: MemberId::NONE, instance: None, offsets };
    play.ask(name, "OffsetCommit", GroupRequest::OffsetCommit(request));
}

/// What a heartbeat of the new protocol says.
fn says(play: &Play, command: &Command) -> Says {
    let tp = |number: u32| play.catalog.tp("orders", number).unwrap_or_else(|| command.wrong("no such partition"));
    let topic = |name: &str| play.catalog.topic(name).unwrap_or_else(|| command.wrong("no such topic"));
    let wanted = |name: &str| match name {
        "uniform" => ServerAssignor::Uniform,
        "range" => ServerAssignor::Range,
        _ => command.wrong("assignors are uniform and range"),
    };
    let pattern = |text: &str| {
        let known = play.catalog.patterns.iter().position(|pattern| pattern.text == text);
        PatternId(known.unwrap_or_else(|| command.wrong("no such pattern")) as u16)
    };
    Says {
        epoch: command.numeric("epoch").map(Generation),
        regex: command.option("matching").map(|text| Some(text).filter(|text| !text.is_empty()).map(pattern)),
        rack: command
            .option("rack")
            .map(|rack| play.catalog.rack(rack).unwrap_or_else(|| command.wrong("racks are a and b"))),
        topics: command.option("topics").map(|names| names.split(',').filter(|n| !n.is_empty()).map(topic).collect()),
        owned: command.option("owning").map(|numbers| command.numbers(numbers).into_iter().map(tp).collect()),
        rebalance_timeout: command.spans("rebalance"),
        assignor: command.option("wants").map(wanted),
    }
}

impl Play {
    fn epoch(&mut self, name: &str) -> Option<Generation> {
        self.client(name).consumer.as_ref().map(|member| member.epoch)
    }
    fn describe(&mut self) {
        let Some(group) = self.coordinator.describe(BILLING) else { return self.line("there is no group".into()) };
        let numbers =
            |tps: &[Tp]| tps.iter().map(|tp| self.catalog.topic_of(*tp).1.to_string()).collect::<Vec<_>>().join(",");
        let mut lines = vec![format!("{}, generation {}", group.state.name(), group.generation)];
        if let Some(details) = &group.share {
            lines[0].push_str(&format!(", assignment epoch {}", details.assignment_epoch));
        }
        if let Some(details) = group.consumer {
            lines[0].push_str(&format!(", assignment epoch {}, {}", details.assignment_epoch, details.assignor.name()));
        }
        for member in &group.members {
            let mut line =
                format!("    {} has [{}]", self.catalog.node_name(member.client), numbers(&member.partitions));
            if let Some(details) = &member.share {
                line.push_str(&format!(", epoch {}, is to have [{}]", details.epoch, numbers(&details.target)));
            }
            if let Some(details) = &member.consumer {
                let classic = if details.classic { ", classic" } else { "" };
                line.push_str(&format!(
                    ", epoch {}, {}, is to have [{}]{classic}",
                    details.epoch,
                    details.state.name(),
                    numbers(&details.target)
                ));
            }
            lines.push(line);
        }
        lines.into_iter().for_each(|line| self.line(line));
    }
}

impl Vocabulary for Play {
    /// `given group.max.size=2`: broker 1, which coordinates the groups billing and payments; clients a, b, c, d;
    /// the topic orders with six partitions.
    /// `version=4.4`: with the rules of that version, not of 4.0.
    fn given(command: &Command) -> Play {
        let version = command.option("version").map_or(Some(KafkaVersion::V4_0), |word| {
            KafkaVersion::ALL.iter().copied().find(|version| version.name() == word)
        });
        Play::of(version.unwrap_or_else(|| command.wrong("no such version of Kafka")), |config| {
            for (key, value) in command.configs(&["version"]) {
                config.set(key, value).unwrap_or_else(|error| command.wrong(&format!("{error:?}")));
            }
        })
    }
    fn command(&mut self, command: &Command) {
        match command.name.as_str() {
            // join a: with what it knows of itself
            "join" => self.join(command.word(0)),
            // enter a: both JoinGroups of a new member
            "enter" => self.enter(command.word(0)),
            // sync a a=0,1 b=2: the leader's assignment; sync b: a follower's
            "sync" => sync(self, command),
            "heartbeat" => self.heartbeat(command.word(0)),
            "leave" => self.leave(command.word(0)),
            // restart a: the process knows nothing any more, and joins
            "restart" => self.enter(command.word(0)),
            // remove d one two: an administrator, from where d is, removes these instances
            "remove" => {
                let instances: Vec<&str> = command.words[1..].iter().map(String::as_str).collect();
                self.remove_instances(command.word(0), &instances);
            }
            // commit a 0@10 2@20
            "commit" => self.commit(command.word(0), &offsets(command)),
            // txn-commit a producer=7 0@10 2@20: offsets for the transaction of a producer, by its id
            "txn-commit" => self.commit_in_transaction(command.word(0), producer(command), &offsets(command)),
            // end commit producer=7; end abort producer=7: the transaction coordinator wants the marker
            "end" => {
                let commit = match command.word(0) {
                    "commit" => true,
                    "abort" => false,
                    _ => command.wrong("a transaction ends with commit or abort"),
                };
                self.end_transaction(producer(command), commit);
            }
            // outside a: from now on it says of itself no more than its group's name
            "outside" => {
                let client = self.client(command.word(0));
                (client.member, client.generation) = (MemberId::NONE, Generation::NONE);
            }
            // fetch a 0,1: the committed offsets of these partitions
            "fetch" => {
                let numbers = command.numbers(command.word(1));
                self.fetch(command.word(0), &numbers);
            }
            // payments c: the other group stores an offset
            "payments" => other_group(self, command.word(0)),
            // client a rebalance=8s session=10s subscribed.in=1 owning=0,1 generation=1 instance=one offers=range,sticky: one
            // and two are instances
            "client" => client(self, command),
            // enroll a wants=range rebalance=60s topics=orders,payments: the first heartbeat of the new protocol, or one that joins anew
            "enroll" => {
                let says = says(self, command);
                self.enroll(command.word(0), says);
            }
            // beat a epoch=5 owning=0,1 topics=orders wants=range: a heartbeat of the new protocol that says this
            "beat" => {
                let says = says(self, command);
                self.beat(command.word(0), says);
            }
            // enroll a matching=ord.*; beat a matching=: to what matches, to no pattern any more
            // whole a owning=0,1: the same with everything, as after an error
            "whole" => {
                let says = Says { epoch: self.epoch(command.word(0)), ..says(self, command) };
                self.enroll(command.word(0), says);
            }
            // ack a: it has what it was told that it may have, and no more
            "ack" => self.acknowledge(command.word(0)),
            // quit a; quit a away: as a static member that may come back
            "quit" => {
                let away = command.words.get(1).is_some_and(|word| word == "away");
                let epoch = match away {
                    true => ConsumerGroupHeartbeatRequest::LEAVE_STATIC,
                    false => ConsumerGroupHeartbeatRequest::LEAVE,
                };
                self.beat(command.word(0), Says { epoch: Some(epoch), ..Says::default() });
            }
            // share-join a topics=orders,refunds: the first heartbeat of a member of a share group, or one that joins anew
            "share-join" => {
                let says = says(self, command);
                self.share_join(command.word(0), says);
            }
            // share-beat a epoch=5 topics=orders: a heartbeat of it
            "share-beat" => {
                let says = says(self, command);
                self.share_beat(command.word(0), says);
            }
            // share-quit a
            "share-quit" => self.share_quit(command.word(0)),
            // persisted ok; persisted COORDINATOR_NOT_AVAILABLE: the persister has done what it was asked for, or has failed
            "persisted" => self.persisted(command.error(command.word(0))),
            // alter b 0@5 1@7: an administrator says where the share group begins
            "alter" => {
                let start = |(n, offset): (u32, i64)| {
                    let tp = self.catalog.tp("orders", n).unwrap_or_else(|| command.wrong("no such partition"));
                    (tp, Offset(offset))
                };
                let offsets = offsets(command).into_iter().map(start).collect();
                let request = AlterShareGroupOffsetsRequest { group: BILLING, offsets };
                self.ask(command.word(0), "AlterShareGroupOffsets", GroupRequest::AlterShareGroupOffsets(request));
                self.let_pass(Nanos::ZERO);
            }
            // forget b orders,refunds: an administrator has the share group forget topics
            "forget" => {
                let topic = |name: &str| self.catalog.topic(name).unwrap_or_else(|| command.wrong("no such topic"));
                let topics = command.word(1).split(',').map(topic).collect();
                let request = DeleteShareGroupOffsetsRequest { group: BILLING, topics };
                self.ask(command.word(0), "DeleteShareGroupOffsets", GroupRequest::DeleteShareGroupOffsets(request));
                self.let_pass(Nanos::ZERO);
            }
            // delete a: somebody deletes the group
            "delete" => {
                self.ask(command.word(0), "DeleteGroups", GroupRequest::DeleteGroups(BILLING));
                self.let_pass(Nanos::ZERO);
            }
            // deaf a: the next answer does not reach it
            "deaf" => match &mut self.client(command.word(0)).consumer {
                Some(member) => member.deaf = true,
                None => command.wrong("it has to enroll first"),
            },
            // reborn a: a new process, which is no member
            "reborn" => self.client(command.word(0)).consumer = None,
            // partitions orders 8: so many are there now
            "partitions" => self.create_partitions(command.word(0), command.number(1)),
            // describe: the group as tools see it
            "describe" => self.describe(),
            // stable a b: the group goes from EMPTY to STABLE, unheard
            "stable" => {
                let names: Vec<&str> = command.words.iter().map(String::as_str).collect();
                self.stable(&names);
            }
            // until 7s; pass 5ms
            "until" => self.until(command.time(0)),
            "pass" => self.let_pass(command.time(0)),
            // log replicates: at once; lags: it is written and no more; refuses ERROR; waits: until told
            "log" => self.log_mode = log(command),
            // answer NOT_LEADER_OR_FOLLOWER: what the log says to what waits
            "answer" => {
                let error = command.error(command.word(0));
                self.log_answers(if error.is_ok() { Ok(()) } else { Err(error) });
            }
            // the high watermark reaches the log end
            "replicate" => self.replicate(),
            // config group.max.size=2: for the next coordinator
            "config" => {
                let mut config = (*self.coordinator.config).clone();
                for (key, value) in command.configs(&[]) {
                    config.set(key, value).unwrap_or_else(|error| command.wrong(&format!("{error:?}")));
                }
                self.coordinator.config = config.into();
            }
            // broker 2 takes over, with what the log holds
            "failover" => self.fail_over(),
            "resign" => self.resign(),
            // what follows is not told; it is again
            // quietly heartbeat b: this one is not told
            "quietly" => {
                self.mute(true);
                Vocabulary::command(self, &command.rest());
                self.mute(false);
            }
            "quiet" => self.mute(true),
            "aloud" => self.mute(false),
            _ => command.unknown(),
        }
    }
    fn said(&mut self) -> String {
        self.told()
    }
}

#[test]
fn stories() {
    play_all::<Play>("group-coordinator");
}
