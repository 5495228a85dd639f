//! Invariants of the data structures under random steps.

use std::collections::BTreeMap;

use proptest::prelude::*;

use crate::client::consumer::fetch_buffer::{Drained, Polled};
use crate::client::consumer::fetcher::Fetcher;
use crate::client::consumer::network::ConsumerNetwork;
use crate::client::consumer::subscription::{FetchPosition, Subscriptions};
use crate::client::metadata::Metadata;
use crate::client::network::{Dest, NetworkConfig};
use crate::node::{Context, Effect, Input, Outbox, Owner};
use crate::protocol::batch::{BatchData, LeaderAndEpoch, RecordBatch};
use crate::protocol::config::ConsumerConfig;
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::*;
use crate::protocol::messages::*;
use crate::sim::disk::Disk;
use crate::sim::random::Stream;
use crate::sim::time::Nanos;

const PARTITIONS: u32 = 6;
const BROKERS: u8 = 2;

/// What may happen between two rounds of fetches.
#[derive(Clone, Debug)]
enum Step {
    Seek(u32, i64),
    Reset(u32),
    Move(u32, u8),
    Assign(Vec<u32>),
    Send,
    Answer { broker: u8, data: Vec<u32> },
    Fail(u8),
    LoseSession(u8),
    Drain(u32),
}

fn step() -> impl Strategy<Value = Step> {
    let partition = 0..PARTITIONS;
    let broker = 1..=BROKERS;
    prop_oneof![
        (partition.clone(), 0..50i64).prop_map(|(p, o)| Step::Seek(p, o)),
        partition.clone().prop_map(Step::Reset),
        (partition.clone(), broker.clone()).prop_map(|(p, b)| Step::Move(p, b)),
        proptest::collection::btree_set(partition.clone(), 0..6)
            .prop_map(|set| Step::Assign(set.into_iter().collect())),
        Just(Step::Send),
        Just(Step::Send),
        (broker.clone(), proptest::collection::vec(partition, 0..3))
            .prop_map(|(broker, data)| Step::Answer { broker, data }),
        broker.clone().prop_map(Step::Fail),
        broker.prop_map(Step::LoseSession),
        (1..20u32).prop_map(Step::Drain),
    ]
}

/// Fetcher, subscription, and the sessions as the brokers see them.
struct Model {
    fetcher: Fetcher,
    subscriptions: Subscriptions,
    network: ConsumerNetwork,
    leaders: [u8; PARTITIONS as usize],
    sessions: BTreeMap<u8, BTreeMap<Tp, FetchPartition>>,
    in_flight: BTreeMap<u8, bool>,
    random: Stream,
    disk: Disk,
    out: Outbox,
}

impl Model {
    fn new() -> Model {
        let ms = Nanos::from_millis;
        let config = NetworkConfig {
            request_timeout: ms(30_000),
            reconnect_backoff: ms(50),
            reconnect_backoff_max: ms(1000),
            connection_setup_timeout: ms(10_000),
            connection_setup_timeout_max: ms(30_000),
            max_in_flight: 100,
            discover_api_versions: true,
        };
        let metadata = Metadata::new(vec![BrokerId(1), BrokerId(2)], vec![], ms(300_000), ms(100), ms(1000));
        let network = ConsumerNetwork::new(config, metadata);
        let mut model = Model {
            fetcher: Fetcher::new(PARTITIONS),
            subscriptions: Subscriptions::new(PARTITIONS),
            network,
            leaders: [1, 2, 1, 2, 1, 2],
            sessions: BTreeMap::new(),
            in_flight: BTreeMap::new(),
            random: Stream::new(1, "properties"),
            disk: Disk::default(),
            out: Outbox::default(),
        };
        for broker in 1..=BROKERS {
            let conn = ConnId(model.out.next_conn);
            let mut ctx = Context::new(Nanos::ZERO, NodeId(5), &mut model.random, &mut model.disk, &mut model.out);
            model.network.ready(Dest::Broker(BrokerId(broker)), &mut ctx);
            let owner = Owner(2 * u32::from(broker));
            model.network.accept(Input::Connected { conn, owner }, &mut ctx);
            let correlation = u32::from(broker) - 1;
            let message = Message { correlation, body: Body::Response(Response::ApiVersions) };
            model.network.accept(Input::Message { conn, owner, message }, &mut ctx);
        }
        model.out.effects.clear();
        model
    }
    fn position(&self, tp: Tp, offset: i64) -> FetchPosition {
        let leader = LeaderAndEpoch { leader: BrokerId(self.leaders[tp.index()]), epoch: LeaderEpoch(0) };
        FetchPosition { offset: Offset(offset), offset_epoch: LeaderEpoch::UNDEFINED, leader: Some(leader) }
    }
    fn take(&mut self, step: Step) {
        match step {
            Step::Seek(p, offset) => {
                let position = self.position(Tp(p), offset);
                self.subscriptions.seek(Tp(p), position);
                self.subscriptions.touch(Tp(p));
            }
            Step::Reset(p) => {
                self.subscriptions.request_reset(Tp(p), true);
                self.subscriptions.touch(Tp(p));
            }
            Step::Move(p, broker) => {
                self.leaders[p as usize] = broker;
                if let Some(position) = self.subscriptions.position(Tp(p)) {
                    let position = self.position(Tp(p), position.offset.0);
                    self.subscriptions.seek(Tp(p), position);
                    self.subscriptions.touch(Tp(p));
                }
            }
            Step::Assign(partitions) => {
                (0..PARTITIONS).for_each(|p| self.subscriptions.touch(Tp(p)));
                let tps: Vec<Tp> = partitions.into_iter().map(Tp).collect();
                self.subscriptions.assign(&tps, Generation(1));
            }
            Step::Send => self.send(),
            Step::Answer { broker, data } => self.answer(broker, &data),
            Step::Fail(broker) => {
                self.in_flight.insert(broker, false);
                self.fetcher.on_failure(BrokerId(broker), &mut self.subscriptions);
            }
            Step::LoseSession(broker) if self.in_flight.get(&broker) == Some(&true) => {
                self.in_flight.insert(broker, false);
                let mut lost =
                    FetchResponse { error: ErrorCode::FetchSessionIdNotFound, partitions: Default::default() };
                self.fetcher.on_response(
                    BrokerId(broker),
                    &mut lost,
                    &mut self.subscriptions,
                    self.network.metadata_mut(),
                );
            }
            Step::LoseSession(_) => {}
            Step::Drain(limit) => {
                let mut out: Vec<Polled> = Vec::new();
                loop {
                    match self.fetcher.drain(limit, &mut self.subscriptions, &mut out) {
                        Drained::Done(tp) => self.subscriptions.touch(tp),
                        Drained::PassedOver(_) => {}
                        Drained::Nothing | Drained::Records(_) | Drained::Failed(_) | Drained::Redirected(..) => break,
                    }
                }
            }
        }
    }
    fn send(&mut self) {
        let config = ConsumerConfig::default();
        let mut ctx = Context::new(Nanos::ZERO, NodeId(5), &mut self.random, &mut self.disk, &mut self.out);
        self.fetcher.send_fetches(&config, &mut self.subscriptions, &mut self.network, &mut ctx);
        for effect in std::mem::take(&mut self.out.effects) {
            let Effect::Send { conn, message: Message { body: Body::Request(Request::Fetch(request)), .. }, .. } =
                effect
            else {
                continue;
            };
            let broker = conn.0 as u8 + 1;
            assert_ne!(self.in_flight.insert(broker, true), Some(true), "one fetch in flight per broker");
            let session = self.sessions.entry(broker).or_default();
            if request.session_epoch == 0 {
                session.clear();
            }
            for tp in &request.forgotten {
                assert!(session.remove(tp).is_some(), "{tp:?} is not in the session of broker {broker}");
            }
            session.extend(request.partitions.iter().map(|p| (p.tp, *p)));
            self.check(broker);
        }
    }
    /// The broker's session is what is to be fetched there, exactly. Nothing from there waits for poll().
    fn check(&self, broker: u8) {
        for tp in self.fetcher.buffer().partitions() {
            let leader = self.subscriptions.position(tp).and_then(|position| position.leader);
            assert_ne!(leader.map(|leader| leader.leader), Some(BrokerId(broker)), "{tp:?} is buffered");
        }
        let wanted: BTreeMap<Tp, Offset> = self
            .subscriptions
            .partitions()
            .iter()
            .filter(|p| !self.fetcher.buffer().holds(p.tp) && self.leaders[p.tp.index()] == broker)
            .filter_map(|p| Some((p.tp, p.position()?.offset)))
            .collect();
        let session: BTreeMap<Tp, Offset> = self.sessions[&broker].values().map(|p| (p.tp, p.fetch_offset)).collect();
        assert_eq!(session, wanted, "broker {broker}");
    }
    fn answer(&mut self, broker: u8, partitions: &[u32]) {
        if self.in_flight.get(&broker) != Some(&true) {
            return;
        }
        self.in_flight.insert(broker, false);
        let session = &self.sessions[&broker];
        let mut data: BTreeMap<u32, FetchData> = BTreeMap::new();
        for p in partitions {
            let Some(fetch) = session.get(&Tp(*p)) else { continue };
            let end = fetch.fetch_offset.plus(5);
            data.insert(
                *p,
                FetchData {
                    preferred_read_replica: None,
                    aborted_transactions: None,
                    tp: Tp(*p),
                    error: ErrorCode::None,
                    high_watermark: end,
                    last_stable_offset: end,
                    log_start: Offset(0),
                    diverging: None,
                    current_leader: None,
                    batches: [RecordBatch::example(fetch.fetch_offset.0, 5, BatchData::Plain)]
                        .map(Into::into)
                        .into_iter()
                        .collect(),
                },
            );
        }
        let mut response = FetchResponse { error: ErrorCode::None, partitions: data.into_values().collect() };
        self.fetcher.on_response(BrokerId(broker), &mut response, &mut self.subscriptions, self.network.metadata_mut());
    }
}

proptest! {
    /// Incremental requests leave in every broker's session just what is to be fetched from it.
    #[test]
    fn sessions_follow_what_is_wanted(steps in proptest::collection::vec(step(), 1..80)) {
        let mut model = Model::new();
        model.take(Step::Assign((0..PARTITIONS).collect()));
        steps.into_iter().for_each(|step| model.take(step));
    }
}
