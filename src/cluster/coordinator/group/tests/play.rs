//! The stage: one group `billing` with clients a, b, c, d, on broker 1.

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::cluster::coordinator::group::*;
use crate::cluster::coordinator::runtime::*;
use crate::cluster::coordinator::share_state_task::{ShareStateTask, ShareStateTaskKind};
use crate::history::fact::Fact;
use crate::history::words;
use crate::node::{Effect, Timer};
use crate::protocol::batch::{BatchData, Origin};
use crate::protocol::catalog::{CONSUMER_OFFSETS, NodeRole, PatternEntry};
use crate::protocol::config::TopicConfig;
use crate::protocol::display::Names;
use crate::protocol::messages::*;
use crate::protocol::rules::{KafkaVersion, TransactionVersion};
use crate::sim::random::Stream;
use crate::sim::time::Nanos;
use crate::stage::{Said, Stage};

pub(super) const BILLING: GroupId = GroupId(0);

/// What a client knows, as its last answers told it.
#[derive(Clone, Debug)]
pub(super) struct Client {
    pub(super) node: NodeId,
    pub(super) member: MemberId,
    pub(super) generation: Generation,
    pub(super) session_timeout: Nanos,
    pub(super) rebalance_timeout: Nanos,
    pub(super) subscription: Rc<Subscription>,
    /// What it offers: `partition.assignment.strategy`.
    pub(super) protocols: Vec<Assignor>,
    /// The one that was chosen, as it was told.
    pub(super) chosen: Option<Assignor>,
    /// `group.instance.id`.
    pub(super) instance: Option<InstanceId>,
    /// What it is as a member of the new protocol.
    pub(super) consumer: Option<ConsumerMember>,
}

impl Client {
    /// How it signs commits.
    fn identity(&self) -> (MemberId, Generation, Option<InstanceId>) {
        match &self.consumer {
            Some(member) => (member.id, member.epoch, self.instance),
            None => (self.member, self.generation, self.instance),
        }
    }
}

/// A member of the new protocol, as its last answers told it.
#[derive(Clone, Debug)]
pub(super) struct ConsumerMember {
    pub(super) id: MemberId,
    pub(super) epoch: Generation,
    /// What it was told that it may have.
    pub(super) assigned: Rc<[Tp]>,
    /// The next answer does not reach it.
    pub(super) deaf: bool,
    /// An answer has not reached it, and it knows: it says everything the next time.
    pub(super) missed: bool,
}

/// What a heartbeat says beside who sends it.
#[derive(Clone, Debug, Default)]
pub(super) struct Says {
    /// The epoch, if it is another than that of the member.
    pub(super) epoch: Option<Generation>,
    pub(super) rack: Option<RackId>,
    pub(super) topics: Option<Rc<[TopicId]>>,
    pub(super) regex: Option<Option<PatternId>>,
    pub(super) owned: Option<Rc<[Tp]>>,
    pub(super) rebalance_timeout: Option<Nanos>,
    pub(super) assignor: Option<ServerAssignor>,
}

/// What the log does with an append.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) enum Log {
    /// Appends and replicates it at once.
    Replicates,
    /// Appends it; the high watermark stands still.
    UnderMinIsr,
    /// Refuses it.
    Refuses(ErrorCode),
    /// Does not answer until told.
    Slow,
}

#[derive(Clone)]
pub(super) struct Play {
    pub(super) catalog: Rc<Catalog>,
    pub(super) coordinator: GroupCoordinator,
    pub(super) rules: Rules,
    image: MetadataImage,
    /// Members of the new protocol make their ids themselves.
    ids: MemberIds,
    pub(super) stage: Stage,
    pub(super) log_mode: Log,
    pub(super) log: Vec<RecordBatch>,
    pub(super) high_watermark: Offset,
    pub(super) clients: BTreeMap<String, Client>,
    pub(super) facts: Vec<Fact>,
    pub(super) replies: Vec<(ReplyTo, Response)>,
    /// What each OffsetCommit asked for, by correlation id.
    pub(super) commits: BTreeMap<u32, Vec<(Tp, Offset)>>,
    timer_names: BTreeMap<Timer, String>,
    slow: Vec<(u32, RecordBatch)>,
    asked: Vec<String>,
    names: Names,
    /// What the persister was asked for.
    pub(super) tasks: Vec<(u32, ShareStateTask)>,
    text: String,
    muted: bool,
}

pub(super) fn catalog() -> Catalog {
    let mut catalog = Catalog::default();
    ["a", "b"].into_iter().for_each(|rack| _ = catalog.add_rack(rack));
    for broker in 1..=3 {
        catalog.add_node(format!("broker {broker}"), NodeRole::Broker(BrokerId(broker)));
    }
    for client in ["a", "b", "c", "d"] {
        catalog.add_node(client, NodeRole::consumer(BILLING));
    }
    catalog.add_topic("orders", 8);
    catalog.add_topic("refunds", 3);
    catalog.add_topic(CONSUMER_OFFSETS, 2);
    catalog.add_group("billing");
    catalog.add_group("payments");
    catalog.add_transactional_id("copier");
    for id in ["one", "two"] {
        catalog.add_instance_id(id);
    }
    let (orders, refunds) = (TopicId(0), TopicId(1));
    let patterns = [("ord.*", Some(vec![orders])), ("[^_].*", Some(vec![orders, refunds])), ("(?!x).*", None)];
    for (text, topics) in patterns {
        catalog.add_pattern(PatternEntry { text: text.into(), topics });
    }
    catalog
}

impl Play {
    /// Broker 1 leads every partition of `__consumer_offsets`; its logs are empty.
    pub(super) fn new(set: impl FnOnce(&mut BrokerConfig)) -> Play {
        Play::of(KafkaVersion::V4_0, set)
    }
    /// The same with the rules of a version.
    pub(super) fn of(version: KafkaVersion, set: impl FnOnce(&mut BrokerConfig)) -> Play {
        let mut play = Play::leading_nothing(version, set);
        play.quietly(|play| play.create_partitions("orders", 6));
        play.quietly(|play| (0..2).for_each(|number| play.elect(play.offsets_tp(number), 0)));
        play
    }
    pub(super) fn without_leadership(set: impl FnOnce(&mut BrokerConfig)) -> Play {
        Play::leading_nothing(KafkaVersion::V4_0, set)
    }
    fn leading_nothing(version: KafkaVersion, set: impl FnOnce(&mut BrokerConfig)) -> Play {
        let catalog = Rc::new(catalog());
        let rules = Rules::of(version);
        let mut config = BrokerConfig::of(version);
        set(&mut config);
        let client = |name: &str| {
            let client = Client {
                node: catalog.node(name).expect("a client of the catalogue"),
                member: MemberId::NONE,
                generation: Generation::NONE,
                session_timeout: Nanos::from_secs(45),
                rebalance_timeout: Nanos::from_secs(300),
                subscription: Rc::new(Subscription {
                    rack: None,
                    topics: vec![TopicId(0)],
                    owned: Vec::new(),
                    generation: Generation::NONE,
                    user_data: None,
                }),
                protocols: vec![Assignor::Range],
                chosen: None,
                instance: None,
                consumer: None,
            };
            (name.to_owned(), client)
        };
        Play {
            coordinator: GroupCoordinator::new(
                BrokerId(1),
                Rc::new(config.clone()),
                Rc::new(GroupConfigs::new(config.group_defaults())),
                catalog.clone(),
                rules,
            ),
            clients: ["a", "b", "c", "d"].into_iter().map(client).collect(),
            stage: Stage::drawing(NodeId(0), Stream::new(1, "coordinator")),
            names: Names::new(catalog.clone()),
            ids: MemberIds::of_client(&catalog),
            image: MetadataImage::default(),
            rules,
            catalog,
            log_mode: Log::Replicates,
            log: Vec::new(),
            high_watermark: Offset(0),
            facts: Vec::new(),
            replies: Vec::new(),
            commits: BTreeMap::new(),
            timer_names: BTreeMap::new(),
            slow: Vec::new(),
            asked: Vec::new(),
            tasks: Vec::new(),
            text: String::new(),
            muted: false,
        }
    }
    pub(super) fn offsets_tp(&self, number: u32) -> Tp {
        self.catalog.tp(CONSUMER_OFFSETS, number).expect("a partition of the catalogue")
    }
    /// The partition of the group of these stories.
    pub(super) fn tp(&self) -> Tp {
        self.catalog.group_partition(BILLING).expect("the topic exists")
    }
    pub(super) fn client(&mut self, name: &str) -> &mut Client {
        self.clients.get_mut(name).expect("a client of the stage")
    }

    // --- the script ------------------------------------------------------------------------

    pub(super) fn join(&mut self, name: &str) {
        let client = self.client(name).clone();
        let request = JoinGroupRequest {
            group: BILLING,
            member: client.member,
            instance: client.instance,
            session_timeout: client.session_timeout,
            rebalance_timeout: client.rebalance_timeout,
            protocols: client.protocols.iter().map(|name| (*name, client.subscription.clone())).collect(),
        };
        self.ask(name, "JoinGroup", GroupRequest::JoinGroup(request));
    }
    /// Both JoinGroups of a new member; of an instance there is one.
    pub(super) fn enter(&mut self, name: &str) {
        self.client(name).member = MemberId::NONE;
        self.join(name);
        if self.client(name).instance.is_none() {
            self.join(name);
        }
    }
    pub(super) fn sync(&mut self, name: &str, assignments: &[(&str, &[u32])]) {
        let assignments = assignments.iter().map(|(member, numbers)| {
            let partitions = numbers.iter().map(|n| self.catalog.tp("orders", *n).expect("a partition of orders"));
            (self.clients[*member].member, partitions.collect())
        });
        let assignments = assignments.collect();
        let Client { member, generation, instance, chosen: protocol, .. } = *self.client(name);
        let request = SyncGroupRequest { group: BILLING, generation, member, instance, protocol, assignments };
        self.ask(name, "SyncGroup", GroupRequest::SyncGroup(request));
    }
    pub(super) fn heartbeat(&mut self, name: &str) {
        let Client { member, generation, instance, .. } = *self.client(name);
        let request = HeartbeatRequest { group: BILLING, generation, member, instance };
        self.ask(name, "Heartbeat", GroupRequest::Heartbeat(request));
    }
    pub(super) fn leave(&mut self, name: &str) {
        let member = self.client(name).member;
        self.leave_all(name, vec![MemberIdentity { member, instance: None, reason: LeaveGroupReason::Closed }]);
    }
    /// An administrator, at the place of a client, removes static members by their instance ids.
    pub(super) fn remove_instances(&mut self, name: &str, instances: &[&str]) {
        let remove = |instance: &&str| MemberIdentity {
            member: MemberId::NONE,
            instance: Some(self.instance(instance)),
            reason: LeaveGroupReason::RemovedByAdmin,
        };
        let members = instances.iter().map(remove).collect();
        self.leave_all(name, members);
    }
    pub(super) fn leave_all(&mut self, name: &str, members: Vec<MemberIdentity>) {
        let request = LeaveGroupRequest { group: BILLING, members: members.into() };
        self.ask(name, "LeaveGroup", GroupRequest::LeaveGroup(request));
    }
    pub(super) fn instance(&self, name: &str) -> InstanceId {
        let known = self.catalog.instance_ids.iter().position(|id| id == name);
        InstanceId(known.expect("an instance of the stage") as u16)
    }
    pub(super) fn commit(&mut self, name: &str, offsets: &[(u32, i64)]) {
        let (member, generation, instance) = self.client(name).identity();
        let offset = |&(number, offset): &(u32, i64)| {
            (self.catalog.tp("orders", number).expect("a partition of orders"), Offset(offset), LeaderEpoch(0))
        };
        let offsets = offsets.iter().map(offset).collect();
        self.ask(
            name,
            "OffsetCommit",
            GroupRequest::OffsetCommit(OffsetCommitRequest { group: BILLING, generation, member, instance, offsets }),
        );
    }
    /// Offsets for a transaction of the producer that has this id.
    pub(super) fn commit_in_transaction(&mut self, name: &str, producer: i64, offsets: &[(u32, i64)]) {
        let (member, generation, instance) = self.client(name).identity();
        let offset = |&(number, offset): &(u32, i64)| {
            (self.catalog.tp("orders", number).expect("a partition of orders"), Offset(offset), LeaderEpoch(0))
        };
        let request = TxnOffsetCommitRequest {
            transactional_id: TransactionalId(0),
            producer: ProducerIdAndEpoch { id: ProducerId(producer), epoch: ProducerEpoch(0) },
            version: TransactionVersion::V2,
            group: ConsumerGroupMetadata { group: BILLING, generation, member, instance },
            offsets: offsets.iter().map(offset).collect(),
        };
        self.ask(name, "TxnOffsetCommit", GroupRequest::TxnOffsetCommit(request));
    }
    /// The transaction coordinator wants a marker.
    pub(super) fn end_transaction(&mut self, producer: i64, commit: bool) {
        let producer = ProducerIdAndEpoch { id: ProducerId(producer), epoch: ProducerEpoch(1) };
        let marker = TransactionMarker { producer, coordinator_epoch: LeaderEpoch(0), commit };
        self.line(format!("{} wanted: {}", self.stage.now, marker_text(&marker)));
        let tp = self.tp();
        self.run(|coordinator, commands, ctx| {
            coordinator.complete_transaction(tp, marker, 0, Nanos::from_secs(30), commands, ctx);
        });
    }
    pub(super) fn fetch(&mut self, name: &str, numbers: &[u32]) {
        let partitions =
            numbers.iter().map(|n| self.catalog.tp("orders", *n).expect("a partition of orders")).collect();
        let (member, generation) = match &self.client(name).consumer {
            Some(member) => (member.id, member.epoch),
            None => (MemberId::NONE, Generation::NONE),
        };
        self.ask(
            name,
            "OffsetFetch",
            GroupRequest::OffsetFetch(OffsetFetchRequest {
                group: BILLING,
                member,
                generation,
                partitions,
                require_stable: true,
            }),
        );
    }
    pub(super) fn ask(&mut self, name: &str, what: &str, request: GroupRequest) {
        let asked = asked(&request);
        self.line(format!("{} {name} -> {}", self.stage.now, self.names.show(&asked)));
        self.asked.push(format!("{name} {what}"));
        let to = ReplyTo {
            channel: 0,
            conn: ConnId(1),
            correlation: (self.asked.len() - 1) as u32,
            client: self.clients[name].node,
        };
        if let GroupRequest::OffsetCommit(commit) = &request {
            self.commits.insert(to.correlation, commit.offsets.iter().map(|(tp, offset, _)| (*tp, *offset)).collect());
        }
        self.run(|coordinator, commands, ctx| coordinator.handle(to, request, commands, ctx));
    }
    /// The group goes from EMPTY to STABLE with these members: partition i for member i.
    pub(super) fn stable(&mut self, names: &[&str]) {
        self.quietly(|play| {
            names.iter().for_each(|name| play.enter(name));
            play.let_pass(Nanos::from_secs(6));
            names[1..].iter().for_each(|name| play.sync(name, &[]));
            let numbers: Vec<[u32; 1]> = (0..names.len() as u32).map(|n| [n]).collect();
            let assignments: Vec<(&str, &[u32])> =
                names.iter().zip(&numbers).map(|(name, n)| (*name, &n[..])).collect();
            play.sync(names[0], &assignments);
            play.let_pass(Nanos::from_millis(10));
        });
        self.line(format!("{} ({} stable)", self.stage.now, names.join(", ")));
    }
    /// Lets time pass up to an instant; timers go off on the way.
    pub(super) fn until(&mut self, at: Nanos) {
        while let Some(timer) = self.stage.ring(at) {
            let name = self.timer_names[&timer].clone();
            self.line(format!("{} timer {name}", self.stage.now));
            self.run(|coordinator, commands, ctx| coordinator.timer(timer.into(), commands, ctx));
        }
        self.stage.now = at;
    }
    pub(super) fn let_pass(&mut self, time: Nanos) {
        self.until(self.stage.now + time);
    }
    pub(super) fn secs(&mut self, secs: u64) {
        self.until(Nanos::from_secs(secs));
    }
    /// Lets the open batch go, and no more.
    pub(super) fn linger(&mut self) {
        self.let_pass(Nanos::from_millis(5));
    }
    pub(super) fn replicate(&mut self) {
        self.high_watermark = self.log_end();
        let (tp, offset) = (self.tp(), self.high_watermark);
        self.line(format!("{} high watermark {}", self.stage.now, offset.0));
        self.run(|coordinator, commands, ctx| coordinator.high_watermark(tp, offset, commands, ctx));
    }
    pub(super) fn elect(&mut self, tp: Tp, epoch: i32) {
        let batches = if tp == self.tp() { self.log.clone() } else { Vec::new() };
        let high_watermark = if tp == self.tp() { self.high_watermark } else { Offset(0) };
        self.line(format!(
            "{} elected, log end {}, high watermark {}",
            self.stage.now,
            self.log_end().0,
            high_watermark.0
        ));
        self.run(|coordinator, commands, ctx| {
            coordinator.elected(tp, LeaderEpoch(epoch), batches.iter(), high_watermark, commands, ctx);
        });
    }
    pub(super) fn resign(&mut self) {
        let tp = self.tp();
        self.line(format!("{} resigned", self.stage.now));
        self.run(|coordinator, commands, ctx| coordinator.resigned(tp, commands, ctx));
        // Of the other partition, which nobody uses, only the timer is seen.
        let other = (0..2).map(|number| self.offsets_tp(number)).find(|other| *other != tp);
        self.quietly(|play| {
            other
                .into_iter()
                .for_each(|tp| play.run(|coordinator, commands, ctx| coordinator.resigned(tp, commands, ctx)))
        });
    }
    /// Another broker takes over with what the log holds, and the clients turn to it.
    pub(super) fn fail_over(&mut self) {
        let tp = self.tp();
        self.stage.forget_timers();
        let config = self.coordinator.config.clone();
        let groups = Rc::new(GroupConfigs::new(config.group_defaults()));
        self.coordinator = GroupCoordinator::new(BrokerId(2), config, groups, self.catalog.clone(), self.rules);
        let image = self.image.clone();
        self.run(|coordinator, commands, ctx| coordinator.image_changed(&image, commands, ctx));
        self.slow.clear();
        self.elect(tp, 1);
    }
    /// What a slow log holds back never gets there.
    pub(super) fn log_loses(&mut self) {
        self.slow.clear();
    }
    /// Appends what a slow log holds back.
    pub(super) fn log_answers(&mut self, result: Result<(), ErrorCode>) {
        for (write, batch) in std::mem::take(&mut self.slow) {
            let tp = self.tp();
            let result = result.map(|()| self.append(batch));
            self.line(format!("{} log answers {result:?}", self.stage.now));
            self.run(|coordinator, commands, ctx| coordinator.appended(tp, write, result, commands, ctx));
        }
    }

    // --- the stage -------------------------------------------------------------------------

    pub(super) fn run(&mut self, step: impl FnOnce(&mut GroupCoordinator, &mut Vec<Command>, &mut Context<'_>)) {
        let (coordinator, mut commands) = (&mut self.coordinator, Vec::new());
        let ((), Said { facts, effects }) = self.stage.act(|ctx| step(coordinator, &mut commands, ctx));
        (0..4).for_each(|turn| self.coordinator.check_invariants(turn));
        for command in &commands {
            if let Command::Reply { response: Response::JoinGroup(joined), .. } = command {
                self.names.meet(joined.member);
            }
        }
        for fact in &facts {
            if let Fact::MemberJoined { member, .. } | Fact::MemberReplaced { by: member, .. } = fact {
                self.names.meet(*member);
            }
        }
        effects.iter().for_each(|effect| self.show_timer(effect));
        for fact in facts {
            self.line(format!("    {}", words::line(&fact, &self.catalog)));
            self.facts.push(fact);
        }
        commands.into_iter().for_each(|command| self.carry_out(command));
    }
    fn show_timer(&mut self, effect: &Effect) {
        match *effect {
            Effect::SetTimer { timer, at } => {
                let name = self.timer_name(timer);
                self.timer_names.insert(timer, name.clone());
                // It is set with every election, whatever the story is about.
                if name != "retention" {
                    self.line(format!("    timer {name} at {at}"));
                }
            }
            Effect::CancelTimer { timer } if self.timer_names[&timer] == "retention" => {}
            Effect::CancelTimer { timer } => self.line(format!("    no timer {}", self.timer_names[&timer])),
            _ => panic!("a coordinator sets timers and nothing else: {effect:?}"),
        }
    }
    fn carry_out(&mut self, command: Command) {
        match command {
            Command::Reply { to, response } => {
                self.learn(to, &response);
                let who = self.catalog.node_name(to.client);
                self.line(format!("    {who} <- {}", self.names.show(&response)));
                self.replies.push((to, response));
            }
            Command::Append { tp, write, producer, records } => {
                let text = records.iter().map(|record| self.names.show(record).to_string());
                let text = text.collect::<Vec<_>>().join("\n           ");
                let whose = match producer {
                    ProducerIdAndEpoch::NONE => String::new(),
                    ProducerIdAndEpoch { id, epoch } => format!("in the transaction of ({},{}) ", id.0, epoch.0),
                };
                self.line(format!("    append {whose}{text}"));
                let batch = RecordBatch {
                    size: 100,
                    producer_id: producer.id,
                    producer_epoch: producer.epoch,
                    is_transactional: producer != ProducerIdAndEpoch::NONE,
                    delete_horizon: None,
                    base_timestamp: self.stage.now,
                    max_timestamp: self.stage.now,
                    origin: Origin { node: NodeId(0), ordinal: 0 },
                    ..RecordBatch::example(0, records.len() as u32, BatchData::Coordinator(records))
                };
                self.answer_append(tp, write, batch);
            }
            Command::AppendMarker { tp, write, marker } => {
                self.line(format!("    append {}", marker_text(&marker)));
                self.answer_append(tp, write, marker.batch(NodeId(0), self.stage.now));
            }
            Command::ShareState { number, task } => {
                self.line(format!("    persister {}", task_text(&task, &self.catalog)));
                self.tasks.push((number, task));
            }
            Command::MarkerWritten { result, .. } => self.line(format!("    marker: {result:?}")),
        }
    }
    fn answer_append(&mut self, tp: Tp, write: u32, batch: RecordBatch) {
        assert_eq!(tp, self.tp(), "only this group writes");
        let result = match self.log_mode {
            Log::Slow => return self.slow.push((write, batch)),
            Log::Refuses(error) => Err(error),
            Log::Replicates | Log::UnderMinIsr => Ok(self.append(batch)),
        };
        if result.is_err() {
            self.line("    (refused)".to_owned());
        }
        self.run(|coordinator, commands, ctx| coordinator.appended(tp, write, result, commands, ctx));
        if self.log_mode == Log::Replicates {
            self.high_watermark = self.log_end();
            let offset = self.high_watermark;
            self.run(|coordinator, commands, ctx| coordinator.high_watermark(tp, offset, commands, ctx));
        }
    }
    fn append(&mut self, batch: RecordBatch) -> Offset {
        self.log.push(RecordBatch { base_offset: self.log_end(), ..batch });
        self.log_end()
    }
    pub(super) fn log_end(&self) -> Offset {
        self.log.last().map_or(Offset(0), RecordBatch::next_offset)
    }
    fn learn(&mut self, to: ReplyTo, response: &Response) {
        match response {
            Response::ConsumerGroupHeartbeat(r) => {
                return self.learn_epoch(to, r.error, r.member, r.member_epoch, r.assignment.as_ref());
            }
            Response::ShareGroupHeartbeat(r) => {
                return self.learn_epoch(to, r.error, r.member, r.member_epoch, r.assignment.as_ref());
            }
            _ => {}
        }
        let Response::JoinGroup(joined) = response else { return };
        let client = self.clients.values_mut().find(|c| c.node == to.client).expect("a client of the stage");
        match joined.error {
            ErrorCode::MemberIdRequired => client.member = joined.member,
            ErrorCode::None => {
                (client.member, client.generation, client.chosen) = (joined.member, joined.generation, joined.protocol)
            }
            _ => {}
        }
    }

    fn learn_epoch(
        &mut self,
        to: ReplyTo,
        error: ErrorCode,
        member: MemberId,
        epoch: Generation,
        assignment: Option<&Rc<[Tp]>>,
    ) {
        let id = member;
        let client = self.clients.values_mut().find(|c| c.node == to.client).expect("a client of the stage");
        let Some(member) = client.consumer.as_mut().filter(|member| member.id == id) else { return };
        if std::mem::take(&mut member.deaf) || error.is_err() {
            member.missed = true;
            return;
        }
        member.epoch = epoch;
        if let Some(assigned) = assignment {
            (member.assigned, member.missed) = (assigned.clone(), false);
        }
    }

    // --- the transcript --------------------------------------------------------------------

    /// What was said since the last time.
    pub(super) fn told(&mut self) -> String {
        std::mem::take(&mut self.text)
    }
    /// Says nothing from now on, or again.
    pub(super) fn mute(&mut self, muted: bool) {
        self.muted = muted;
    }
    pub(super) fn quietly(&mut self, act: impl FnOnce(&mut Play)) {
        let before = std::mem::replace(&mut self.muted, true);
        act(self);
        self.muted = before;
    }
    pub(super) fn line(&mut self, line: String) {
        if !self.muted {
            self.text.push_str(&line);
            self.text.push('\n');
        }
    }
    fn timer_name(&self, timer: Timer) -> String {
        match timers::GroupCoordinatorTimer::from(timer) {
            timers::GroupCoordinatorTimer::Join(_) => "join".to_owned(),
            timers::GroupCoordinatorTimer::Sync(_) => "sync".to_owned(),
            timers::GroupCoordinatorTimer::Session(slot) => self.member_timer("session", slot),
            timers::GroupCoordinatorTimer::Revocation(slot) => self.member_timer("revocation", slot),
            timers::GroupCoordinatorTimer::Rejoin(slot) => self.member_timer("rejoin", slot),
            timers::GroupCoordinatorTimer::MemberSync(slot) => self.member_timer("sync", slot),
            timers::GroupCoordinatorTimer::Regexes(_) => "patterns".to_owned(),
            timers::GroupCoordinatorTimer::Linger(_) => "linger".to_owned(),
            timers::GroupCoordinatorTimer::WriteTimeout(_) => "write timeout".to_owned(),
            timers::GroupCoordinatorTimer::Retention(_) => "retention".to_owned(),
        }
    }
}

impl Play {
    fn member_timer(&self, what: &str, slot: u32) -> String {
        match self.coordinator.runtime.shared().sessions.owner(slot) {
            Some((_, member)) => format!("{what} of {}", self.names.member(member)),
            None => format!("{what} of somebody gone"),
        }
    }
    /// A heartbeat of the new protocol, with what it says.
    pub(super) fn beat(&mut self, name: &str, says: Says) {
        let client = self.client(name).clone();
        let member = client.consumer.expect("it has enrolled");
        let request = ConsumerGroupHeartbeatRequest {
            group: BILLING,
            member: member.id,
            member_epoch: says.epoch.unwrap_or(member.epoch),
            instance: client.instance,
            rebalance_timeout: says.rebalance_timeout,
            rack: says.rack,
            topics: says.topics,
            regex: says.regex,
            assignor: says.assignor,
            owned: says.owned,
            reason: None,
        };
        self.ask(name, "ConsumerGroupHeartbeat", GroupRequest::ConsumerGroupHeartbeat(request));
    }
    /// A new process of a client makes itself an id.
    pub(super) fn draw_id(&mut self, name: &str) -> MemberId {
        let (node, now) = (self.client(name).node, self.stage.now);
        let id = self.ids.draw(node, now);
        self.names.meet(id);
        id
    }
    /// The first heartbeat, or one that joins anew. A process that is new has a new id.
    pub(super) fn enroll(&mut self, name: &str, says: Says) {
        if self.client(name).consumer.is_none() {
            let id = self.draw_id(name);
            let epoch = Generation(0);
            self.client(name).consumer =
                Some(ConsumerMember { id, epoch, assigned: [].into(), deaf: false, missed: false });
        }
        let rebalance_timeout = says.rebalance_timeout.or(Some(self.client(name).rebalance_timeout));
        let named = if says.regex.is_some() { [].into() } else { [TopicId(0)].into() };
        let topics = says.topics.clone().or(Some(named));
        let owned = says.owned.clone().or_else(|| Some([].into()));
        let epoch = Some(says.epoch.unwrap_or(ConsumerGroupHeartbeatRequest::JOIN));
        self.beat(name, Says { epoch, topics, owned, rebalance_timeout, ..says });
    }
    /// A heartbeat that says that it has what it was told it may have.
    pub(super) fn acknowledge(&mut self, name: &str) {
        let owned = self.client(name).consumer.as_ref().map(|member| member.assigned.clone());
        self.beat(name, Says { owned, ..Says::default() });
    }
    /// How many partitions a topic has.
    pub(super) fn created(&self, topic: &str) -> u32 {
        let topic = self.catalog.topic(topic).expect("a topic of the catalogue");
        self.catalog.partitions(topic).filter(|tp| self.image.partition(*tp).is_some()).count() as u32
    }
    /// What the last heartbeat of the new protocol of a client came to; none if it went well.
    pub(super) fn last_heartbeat_error(&self, name: &str) -> Option<ErrorCode> {
        let node = self.clients[name].node;
        let error = |(to, response): &(ReplyTo, Response)| match response {
            Response::ConsumerGroupHeartbeat(response) if to.client == node => Some(response.error),
            _ => None,
        };
        self.replies.iter().rev().find_map(error).filter(|error| error.is_err())
    }
    /// A topic has so many partitions, and each broker knows.
    pub(super) fn create_partitions(&mut self, topic: &str, count: u32) {
        let topic = self.catalog.topic(topic).expect("a topic of the catalogue");
        if self.image.topic(topic).is_none() {
            let record = MetadataRecord::Topic { topic, partitions: count, config: Rc::new(TopicConfig::default()) };
            let _ = self.image.apply(self.image.offset() + 1, &record);
        }
        let (replicas, isr, leader) = (BrokerList::default(), BrokerList::default(), None);
        for tp in self.catalog.partitions(topic).take(count as usize) {
            if self.image.partition(tp).is_none() {
                let record = MetadataRecord::Partition { tp, replicas, isr, leader };
                let _ = self.image.apply(self.image.offset() + 1, &record);
            }
        }
        let image = self.image.clone();
        self.run(|coordinator, commands, ctx| coordinator.image_changed(&image, commands, ctx));
    }
}

fn marker_text(marker: &TransactionMarker) -> String {
    let TransactionMarker { producer, coordinator_epoch, commit } = marker;
    let word = if *commit { "COMMIT" } else { "ABORT" };
    format!("{word} marker of ({},{}), coordinator epoch {coordinator_epoch}", producer.id.0, producer.epoch.0)
}

fn task_text(task: &ShareStateTask, catalog: &Catalog) -> String {
    let names = |tps: Vec<String>| tps.join(", ");
    match &task.kind {
        ShareStateTaskKind::Initialize(list) => {
            let one =
                |(tp, epoch, start): &(Tp, i32, Offset)| format!("{}@{start} in epoch {epoch}", catalog.tp_name(*tp));
            format!("initialize {}", names(list.iter().map(one).collect()))
        }
        ShareStateTaskKind::Delete(list) => {
            format!("delete {}", names(list.iter().map(|tp| catalog.tp_name(*tp)).collect()))
        }
    }
}

/// The request as it came over the network.
fn asked(request: &GroupRequest) -> Request {
    match request.clone() {
        GroupRequest::JoinGroup(r) => Request::JoinGroup(r),
        GroupRequest::SyncGroup(r) => Request::SyncGroup(r),
        GroupRequest::Heartbeat(r) => Request::Heartbeat(r),
        GroupRequest::LeaveGroup(r) => Request::LeaveGroup(r),
        GroupRequest::ConsumerGroupHeartbeat(r) => Request::ConsumerGroupHeartbeat(r),
        GroupRequest::ShareGroupHeartbeat(r) => Request::ShareGroupHeartbeat(r),
        GroupRequest::OffsetCommit(r) => Request::OffsetCommit(r),
        GroupRequest::OffsetFetch(r) => Request::OffsetFetch(r),
        GroupRequest::DescribeGroups(group) => Request::DescribeGroups(group),
        GroupRequest::DeleteGroups(group) => Request::DeleteGroups(group),
        GroupRequest::OffsetDelete(r) => Request::OffsetDelete(r),
        GroupRequest::AlterShareGroupOffsets(r) => Request::AlterShareGroupOffsets(r),
        GroupRequest::DeleteShareGroupOffsets(r) => Request::DeleteShareGroupOffsets(r),
        GroupRequest::TxnOffsetCommit(r) => Request::TxnOffsetCommit(r),
    }
}
