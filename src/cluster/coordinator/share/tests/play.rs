//! The stage: a share coordinator on broker 1, which leads all of `__share_group_state`; the share group workers; the topic orders
//! with three partitions, of which the first two have the same coordinator.

use std::rc::Rc;

use crate::cluster::coordinator::runtime::{Command, ReplyTo};
use crate::cluster::coordinator::share::{ShareCoordinator, ShareCoordinatorTimer};
use crate::cluster::metadata::MetadataImage;
use crate::history::words;
use crate::node::{Context, Effect};
use crate::protocol::batch::{BatchData, Origin, RecordBatch};
use crate::protocol::catalog::{Catalog, NodeRole, SHARE_GROUP_STATE};
use crate::protocol::config::{BrokerConfig, TopicConfig};
use crate::protocol::display::Names;
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::*;
use crate::protocol::messages::{MetadataRecord, Request, ShareGroupStateRequest};
use crate::protocol::rules::{KafkaVersion, Rules};
use crate::sim::time::Nanos;
use crate::stage::{Said, Stage};

pub(super) const WORKERS: GroupId = GroupId(0);

/// What the log does with an append.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) enum Log {
    /// Appends and replicates it at once.
    Replicates,
    /// Appends it; the high watermark stands still.
    Lags,
    /// Refuses it.
    Refuses(ErrorCode),
}

pub(super) struct Play {
    pub(super) catalog: Rc<Catalog>,
    pub(super) coordinator: ShareCoordinator,
    config: BrokerConfig,
    rules: Rules,
    image: MetadataImage,
    pub(super) stage: Stage,
    pub(super) log_mode: Log,
    log: Vec<RecordBatch>,
    high_watermark: Offset,
    names: Names,
    asked: u32,
    text: String,
}

fn catalog() -> Catalog {
    let mut catalog = Catalog::default();
    for broker in 1..=3 {
        catalog.add_node(format!("broker {broker}"), NodeRole::Broker(BrokerId(broker)));
    }
    catalog.add_topic("orders", 3);
    catalog.add_topic(SHARE_GROUP_STATE, 1);
    catalog.add_share_group("workers");
    catalog
}

/// `orders` exists, with two of its three partitions.
fn image() -> MetadataImage {
    let mut image = MetadataImage::default();
    let (replicas, isr, leader) = (BrokerList::default(), BrokerList::default(), None);
    let config = Rc::new(TopicConfig::default());
    let topic = MetadataRecord::Topic { topic: TopicId(0), partitions: 2, config };
    let partitions = (0..2).map(|n| MetadataRecord::Partition { tp: Tp(n), replicas, isr, leader });
    for (record, offset) in std::iter::once(topic).chain(partitions).zip(0..) {
        let _ = image.apply(offset, &record);
    }
    image
}

impl Play {
    pub(super) fn new(version: KafkaVersion, set: impl FnOnce(&mut BrokerConfig)) -> Play {
        let (catalog, rules) = (Rc::new(catalog()), Rules::of(version));
        let mut config = BrokerConfig::of(version);
        set(&mut config);
        let mut play = Play {
            coordinator: ShareCoordinator::new(BrokerId(1), &config, catalog.clone(), rules),
            names: Names::new(catalog.clone()),
            catalog,
            config,
            rules,
            image: image(),
            stage: Stage::new(NodeId(0)),
            log_mode: Log::Replicates,
            log: Vec::new(),
            high_watermark: Offset(0),
            asked: 0,
            text: String::new(),
        };
        play.begin(0);
        play.text.clear();
        play
    }
    fn tp(&self) -> Tp {
        self.catalog.tp(SHARE_GROUP_STATE, 0).expect("a partition of the catalogue")
    }
    fn begin(&mut self, epoch: i32) {
        self.coordinator.image_changed(&self.image);
        let (tp, batches, high_watermark) = (self.tp(), self.log.clone(), self.high_watermark);
        self.run(|coordinator, commands, ctx| {
            coordinator.elected(tp, LeaderEpoch(epoch), batches.iter(), high_watermark, commands, ctx);
        });
    }
    pub(super) fn ask(&mut self, request: ShareGroupStateRequest) {
        let shown = Request::ShareGroupState(request.clone());
        self.line(format!("{} -> {}", self.stage.now, self.names.show(&shown)));
        self.asked += 1;
        let to = ReplyTo { channel: 0, conn: ConnId(1), correlation: self.asked, client: NodeId(1) };
        self.run(|coordinator, commands, ctx| coordinator.handle(to, request, commands, ctx));
        // With an adaptive linger what was asked for goes at once.
        self.until(self.stage.now);
    }
    pub(super) fn until(&mut self, at: Nanos) {
        while let Some(timer) = self.stage.ring(at) {
            let timer = ShareCoordinatorTimer::from(timer);
            self.run(|coordinator, commands, ctx| coordinator.timer(timer, commands, ctx));
        }
        self.stage.now = at;
    }
    pub(super) fn let_pass(&mut self, time: Nanos) {
        self.until(self.stage.now + time);
    }
    pub(super) fn replicate(&mut self) {
        self.high_watermark = self.log_end();
        let (tp, offset) = (self.tp(), self.high_watermark);
        self.line(format!("{} high watermark {offset}", self.stage.now));
        self.run(|coordinator, commands, ctx| coordinator.high_watermark(tp, offset, commands, ctx));
    }
    pub(super) fn resign(&mut self) {
        let tp = self.tp();
        self.line(format!("{} resigned", self.stage.now));
        self.run(|coordinator, commands, ctx| coordinator.resigned(tp, commands, ctx));
    }
    /// Another broker takes over with what the log holds.
    pub(super) fn fail_over(&mut self) {
        self.stage.forget_timers();
        self.coordinator = ShareCoordinator::new(BrokerId(2), &self.config, self.catalog.clone(), self.rules);
        self.begin(1);
    }
    fn run(&mut self, step: impl FnOnce(&mut ShareCoordinator, &mut Vec<Command>, &mut Context<'_>)) {
        let (coordinator, mut commands) = (&mut self.coordinator, Vec::new());
        let ((), Said { facts, effects }) = self.stage.act(|ctx| step(coordinator, &mut commands, ctx));
        self.coordinator.check_invariants(0);
        for effect in effects {
            let timers_only = matches!(effect, Effect::SetTimer { .. } | Effect::CancelTimer { .. });
            assert!(timers_only, "a coordinator sets timers and nothing else: {effect:?}");
        }
        facts.iter().for_each(|fact| self.line(format!("    {}", words::line(fact, &self.catalog))));
        commands.into_iter().for_each(|command| self.carry_out(command));
    }
    fn carry_out(&mut self, command: Command) {
        match command {
            Command::Reply { response, .. } => {
                self.line(format!("{} <- {}", self.stage.now, self.names.show(&response)))
            }
            Command::Append { tp, write, records, .. } => {
                for record in records.iter() {
                    self.line(format!("    append {}", self.names.show(record)));
                }
                let batch = RecordBatch {
                    base_offset: self.log_end(),
                    origin: Origin { node: NodeId(0), ordinal: 0 },
                    ..RecordBatch::example(0, records.len() as u32, BatchData::Coordinator(records))
                };
                let result = match self.log_mode {
                    Log::Refuses(error) => Err(error),
                    Log::Replicates | Log::Lags => {
                        self.log.push(batch);
                        Ok(self.log_end())
                    }
                };
                self.run(|coordinator, commands, ctx| coordinator.appended(tp, write, result, commands, ctx));
                if self.log_mode == Log::Replicates {
                    self.high_watermark = self.log_end();
                    let offset = self.high_watermark;
                    self.run(|coordinator, commands, ctx| coordinator.high_watermark(tp, offset, commands, ctx));
                }
            }
            other => panic!("no share coordinator wants that: {other:?}"),
        }
    }
    fn log_end(&self) -> Offset {
        self.log.last().map_or(Offset(0), RecordBatch::next_offset)
    }
    pub(super) fn line(&mut self, line: String) {
        self.text.push_str(&line);
        self.text.push('\n');
    }
    pub(super) fn told(&mut self) -> String {
        std::mem::take(&mut self.text)
    }
}
