//! The stage: the transactional id `billing`, its producers x and y, on broker 1.

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::cluster::coordinator::runtime::ReplyTo;
use crate::cluster::coordinator::transaction::*;
use crate::cluster::metadata::MetadataImage;
use crate::history::words;
use crate::node::{Effect, Timer};
use crate::protocol::batch::{BatchData, CoordinatorRecord};
use crate::protocol::catalog::{CONSUMER_OFFSETS, NodeRole};
use crate::protocol::config::TopicConfig;
use crate::protocol::display::Names;
use crate::protocol::messages::*;
use crate::sim::random::Stream;
use crate::stage::{Said, Stage};

pub(super) const BILLING: TransactionalId = TransactionalId(0);

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

/// A producer, and what it was told last.
#[derive(Clone, Copy, Debug)]
pub(super) struct Client {
    node: NodeId,
    pub(super) producer: ProducerIdAndEpoch,
}

#[derive(Clone)]
pub(super) struct Play {
    pub(super) catalog: Rc<Catalog>,
    pub(super) config: Rc<BrokerConfig>,
    pub(super) rules: Rules,
    pub(super) coordinator: TransactionCoordinator,
    pub(super) stage: Stage,
    pub(super) image: MetadataImage,
    pub(super) log_mode: Log,
    pub(super) is_enough: bool,
    log: Vec<RecordBatch>,
    high_watermark: Offset,
    epoch: LeaderEpoch,
    pub(super) clients: BTreeMap<String, Client>,
    /// Markers that leaders have and have not answered; with what the leaders do.
    pub(super) sent: Vec<MarkersToSend>,
    pub(super) leaders_answer: bool,
    pub(super) next_producer_id: Option<i64>,
    asked: Vec<String>,
    names: Names,
    text: String,
    muted: bool,
}

fn catalog() -> Catalog {
    let mut catalog = Catalog::default();
    for broker in 1..=3 {
        catalog.add_node(format!("broker {broker}"), NodeRole::Broker(BrokerId(broker)));
    }
    for client in ["x", "y"] {
        catalog.add_node(client, NodeRole::producer());
    }
    catalog.add_topic("orders", 3);
    catalog.add_topic(CONSUMER_OFFSETS, 1);
    catalog.add_topic(TRANSACTION_STATE, 1);
    // It does not exist yet.
    catalog.add_topic("later", 1);
    catalog.add_group("billing-group");
    catalog.add_transactional_id("billing");
    catalog
}

/// Partition n of `orders` is led by broker n + 1, the internal topics by broker 1.
fn image(catalog: &Catalog) -> MetadataImage {
    let brokers: BrokerList = (1..=3).map(BrokerId).collect();
    let mut records = Vec::new();
    for id in 1..=3u8 {
        let (broker, epoch) = (BrokerId(id), BrokerEpoch(i64::from(id)));
        records.push(MetadataRecord::RegisterBroker { rack: None, broker, incarnation: u64::from(id), epoch });
    }
    for (topic, entry) in (0..).map(TopicId).zip(&catalog.topics[..3]) {
        let config = Rc::new(TopicConfig::default());
        records.push(MetadataRecord::Topic { topic, partitions: entry.partitions, config });
        for number in 0..entry.partitions {
            let (tp, leader) = (Tp(entry.first.0 + number), Some(BrokerId(number as u8 + 1)));
            records.push(MetadataRecord::Partition { tp, replicas: brokers, isr: brokers, leader });
        }
    }
    let mut image = MetadataImage::default();
    records.iter().zip(0..).for_each(|(record, offset)| _ = image.apply(offset, record));
    image
}

impl Play {
    /// Broker 1 leads the only partition of `__transaction_state`, in epoch 7; its log is empty.
    pub(super) fn new(rules: Rules, config: BrokerConfig) -> Play {
        let (catalog, config) = (Rc::new(catalog()), Rc::new(config));
        let client = |name: &str| {
            let node = catalog.node(name).expect("a client of the catalogue");
            (name.to_owned(), Client { node, producer: ProducerIdAndEpoch::NONE })
        };
        let mut play = Play {
            coordinator: TransactionCoordinator::new(BrokerId(1), config.clone(), &catalog, rules),
            clients: ["x", "y"].into_iter().map(client).collect(),
            stage: Stage::drawing(NodeId(0), Stream::new(1, "coordinator")),
            names: Names::new(catalog.clone()),
            image: image(&catalog),
            catalog,
            config,
            rules,
            log_mode: Log::Replicates,
            is_enough: true,
            log: Vec::new(),
            high_watermark: Offset(0),
            epoch: LeaderEpoch(7),
            sent: Vec::new(),
            leaders_answer: true,
            next_producer_id: Some(1000),
            asked: Vec::new(),
            text: String::new(),
            muted: true,
        };
        play.elect();
        let config = play.config.clone();
        play.run(|coordinator, env| {
            coordinator.start(
                config.transaction_abort_timed_out_cleanup_interval,
                config.transaction_remove_expired_cleanup_interval,
                env.ctx,
            );
        });
        play.muted = false;
        play
    }
    pub(super) fn tp(&self, name: &str) -> Option<Tp> {
        let (topic, number) = name.rsplit_once('-')?;
        self.catalog.tp(topic, number.parse().ok()?)
    }
    fn state_tp(&self) -> Tp {
        self.catalog.tp(TRANSACTION_STATE, 0).expect("a partition of the catalogue")
    }

    // --- the script ------------------------------------------------------------------------

    pub(super) fn ask(&mut self, name: &str, request: TransactionRequest) {
        let asked = match request.clone() {
            TransactionRequest::InitProducerId(r) => Request::InitProducerId(r),
            TransactionRequest::AddPartitionsToTxn(r, _) => Request::AddPartitionsToTxn(r),
            TransactionRequest::AddOffsetsToTxn(r, _) => Request::AddOffsetsToTxn(r),
            TransactionRequest::EndTxn(r) => Request::EndTxn(r),
        };
        self.line(format!("{} {name} -> {}", self.stage.now, self.names.show(&asked)));
        self.asked.push(name.to_owned());
        let client = self.clients[name].node;
        let to = ReplyTo { channel: 0, conn: ConnId(1), correlation: (self.asked.len() - 1) as u32, client };
        self.run(|coordinator, env| coordinator.handle(to, request, env));
    }
    /// A producer's epoch rises to this one, as it does with every transaction: the log says so to a new coordinator.
    pub(super) fn bump(&mut self, name: &str, epoch: ProducerEpoch) {
        let client = self.clients.get_mut(name).expect("a client of the stage");
        client.producer.epoch = epoch;
        let producer = client.producer;
        let (_, metadata) = self.coordinator.state.get(BILLING).expect("led here").expect("initialized");
        let mut value = metadata.now.to_log(BILLING, self.rules);
        value.producer = producer;
        self.append([CoordinatorRecord::Transaction(Rc::new(value))].into());
        self.high_watermark = self.log_end();
        self.elect();
    }
    /// Lets time pass up to an instant; timers go off on the way.
    pub(super) fn until(&mut self, at: Nanos) {
        while let Some(timer) = self.stage.ring(at) {
            // That nothing was due is no news.
            let before = self.text.len();
            self.line(format!("{} timer {}", self.stage.now, timer_name(timer)));
            let with_line = self.text.len();
            self.run(|coordinator, env| coordinator.timer(timer.into(), env));
            let is_quiet = self.text[with_line..].lines().all(|line| line.starts_with("    timer"));
            if is_quiet {
                self.text.truncate(before);
            }
        }
        self.stage.now = at;
    }
    pub(super) fn replicate(&mut self) {
        self.high_watermark = self.log_end();
        self.line(format!("{} high watermark {}", self.stage.now, self.high_watermark));
        self.tell_high_watermark();
    }
    fn tell_high_watermark(&mut self) {
        let (tp, offset, is_enough) = (self.state_tp(), self.high_watermark, self.is_enough);
        self.run(|coordinator, env| coordinator.high_watermark(tp, offset, is_enough, env));
    }
    pub(super) fn elect(&mut self) {
        let (tp, epoch, log) = (self.state_tp(), self.epoch, self.log.clone());
        self.line(format!("{} elected in epoch {epoch}, log end {}", self.stage.now, self.log_end()));
        self.run(|coordinator, env| coordinator.elected(tp, epoch, log.iter(), env));
        // The new leader commits what it has.
        if self.high_watermark < self.log_end() && self.log_mode == Log::Replicates {
            self.replicate();
        }
    }
    pub(super) fn resign(&mut self) {
        let tp = self.state_tp();
        self.line(format!("{} resigned", self.stage.now));
        self.run(|coordinator, env| coordinator.resigned(tp, env));
    }
    pub(super) fn load_slowly(&mut self) {
        let tp = self.state_tp();
        self.epoch.0 += 1;
        self.line(format!("{} elected in epoch {}, and reads the log", self.stage.now, self.epoch));
        self.run(|coordinator, _| coordinator.loading(tp));
    }
    /// Another broker takes over with what the log holds. What was sent before may still arrive.
    pub(super) fn fail_over(&mut self, keeps: bool) {
        self.stage.forget_timers();
        if !keeps {
            self.log.retain(|batch| batch.next_offset() <= self.high_watermark);
        }
        self.epoch.0 += 1;
        self.coordinator = TransactionCoordinator::new(BrokerId(2), self.config.clone(), &self.catalog, self.rules);
        self.sent.clear();
        self.elect();
    }
    /// The same broker is elected once more.
    pub(super) fn reelect(&mut self) {
        self.epoch.0 += 1;
        self.elect();
    }
    pub(super) fn set_leader(&mut self, tp: Tp, leader: Option<BrokerId>) {
        let change = MetadataRecord::PartitionChange {
            tp,
            leader: Some(leader),
            isr: None,
            recovering: false,
            elr: None,
            last_known_elr: None,
            assignment: AssignmentChange::NONE,
        };
        self.image.apply(self.image.offset() + 1, &change);
    }
    /// A leader answers the oldest markers that it has; with an error or nothing for one partition or all.
    pub(super) fn leader_answers(&mut self, broker: BrokerId, answer: Option<&dyn Fn(Tp) -> ErrorCode>) {
        let Some(place) = self.sent.iter().position(|markers| markers.to == broker) else {
            return self.line(format!("{} broker {broker} has no markers", self.stage.now));
        };
        let MarkersToSend { entries, .. } = self.sent.remove(place);
        let response = answer.map(|error| WriteTxnMarkersResponse {
            results: entries
                .iter()
                .map(|entry| {
                    let results = entry.marker.partitions.iter().map(|tp| (*tp, error(*tp))).collect();
                    (entry.marker.producer.id, results)
                })
                .collect(),
        });
        let told = match response.clone() {
            Some(response) => self.names.show(&Response::WriteTxnMarkers(response)).to_string(),
            None => "the connection is gone".to_owned(),
        };
        self.line(format!("{} broker {broker} -> {told}", self.stage.now));
        self.run(|coordinator, env| coordinator.markers_answered(entries, response, env));
    }
    pub(super) fn look(&mut self) {
        let described: Vec<TransactionDescription> = self.coordinator.describe().collect();
        for TransactionDescription { id, producer, state, partitions, .. } in described {
            let name = self.names.transactional_id(id).to_owned();
            let tps = partitions.iter().map(|tp| self.catalog.tp_name(*tp)).collect::<Vec<_>>().join(" ");
            let tps = if tps.is_empty() { String::new() } else { format!(" with {tps}") };
            self.line(format!("  {name}: {} of producer {}/{}{tps}", state.name(), producer.id, producer.epoch));
        }
    }

    // --- the stage -------------------------------------------------------------------------

    pub(super) fn run(&mut self, step: impl FnOnce(&mut TransactionCoordinator, &mut TransactionEnv<'_, '_>)) {
        let mut commands = Vec::new();
        let (coordinator, next) = (&mut self.coordinator, &mut self.next_producer_id);
        let mut ids = |_: &mut Context<'_>| {
            let id = next.ok_or(ErrorCode::CoordinatorLoadInProgress)?;
            *next = Some(id + 1);
            Ok(ProducerId(id))
        };
        let ((), said) = self.stage.act(|ctx| {
            step(coordinator, &mut TransactionEnv { ctx, commands: &mut commands, ids: &mut ids });
        });
        self.take_down(said);
        commands.into_iter().for_each(|command| self.carry_out(command));
        self.send_markers();
        (0..4).for_each(|turn| self.coordinator.check_invariants(turn));
    }
    fn send_markers(&mut self) {
        if !self.coordinator.has_markers() {
            return;
        }
        let mut commands = Vec::new();
        let (coordinator, image) = (&mut self.coordinator, &self.image);
        let mut ids = |_: &mut Context<'_>| Err(ErrorCode::CoordinatorLoadInProgress);
        let (markers, said) = self.stage.act(|ctx| {
            coordinator.generate_markers(image, &mut TransactionEnv { ctx, commands: &mut commands, ids: &mut ids })
        });
        self.take_down(said);
        for to_send in markers {
            let request = Request::WriteTxnMarkers(to_send.request());
            self.line(format!("    -> broker {}: {}", to_send.to, self.names.show(&request)));
            self.sent.push(to_send);
        }
        commands.into_iter().for_each(|command| self.carry_out(command));
        while self.leaders_answer && !self.sent.is_empty() {
            self.leader_answers(self.sent[0].to, Some(&|_| ErrorCode::None));
        }
    }
    fn take_down(&mut self, Said { facts, effects }: Said) {
        for effect in effects {
            if let Effect::SetTimer { timer, at } = effect
                && matches!(timer.into(), TransactionCoordinatorTimer::MarkerPoll)
            {
                self.line(format!("    timer {} at {at}", timer_name(timer)));
            }
        }
        facts.iter().for_each(|fact| self.line(format!("    {}", words::line(fact, &self.catalog))));
    }
    fn carry_out(&mut self, command: TransactionCommand) {
        match command {
            TransactionCommand::Reply { to, response } => {
                let name = self.asked[to.correlation as usize].clone();
                self.learn(&name, &response);
                self.line(format!("    {name} <- {}", self.names.show(&response)));
            }
            TransactionCommand::Append { tp, write, records } => {
                for record in records.iter() {
                    self.line(format!("    append {}", self.names.show(record)));
                }
                let result = match self.log_mode {
                    Log::Refuses(error) => Err(error),
                    Log::Replicates | Log::Lags => Ok(self.append(records)),
                };
                if result.is_err() {
                    self.line("    (refused)".to_owned());
                }
                self.run(|coordinator, env| coordinator.appended(tp, write, result, env));
                if self.log_mode == Log::Replicates {
                    self.high_watermark = self.log_end();
                    self.tell_high_watermark();
                }
            }
        }
    }
    fn append(&mut self, records: Rc<[CoordinatorRecord]>) -> Offset {
        let count = records.len() as u32;
        let base = self.log_end().0;
        self.log.push(RecordBatch::example(base, count, BatchData::Coordinator(records)));
        self.log_end()
    }
    pub(super) fn log_end(&self) -> Offset {
        self.log.last().map_or(Offset(0), RecordBatch::next_offset)
    }
    fn learn(&mut self, name: &str, response: &Response) {
        let client = self.clients.get_mut(name).expect("a client of the stage");
        match response {
            Response::InitProducerId(r) if r.error.is_ok() => {
                client.producer = r.producer;
            }
            Response::EndTxn(r) if r.producer != ProducerIdAndEpoch::NONE => client.producer = r.producer,
            _ => {}
        }
    }

    // --- the transcript --------------------------------------------------------------------

    pub(super) fn told(&mut self) -> String {
        std::mem::take(&mut self.text)
    }
    pub(super) fn mute(&mut self, muted: bool) {
        self.muted = muted;
    }
    fn line(&mut self, line: String) {
        if !self.muted {
            self.text.push_str(&line);
            self.text.push('\n');
        }
    }
}

fn timer_name(timer: Timer) -> &'static str {
    match timer.into() {
        TransactionCoordinatorTimer::AbortTimedOut => "abort timed out transactions",
        TransactionCoordinatorTimer::RemoveExpired => "remove expired ids",
        TransactionCoordinatorTimer::AppendTimeout(_) => "append timeout",
        TransactionCoordinatorTimer::MarkerPoll => "marker thread wakes",
    }
}
