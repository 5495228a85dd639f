//! What always holds of a producer is broken on purpose, and noticed.

use std::rc::Rc;

use crate::client::producer::{KafkaProducer, ProducerRecord, ProducerSpec, key_partitions};
use crate::node::{Context, Effect, Input, Owner};
use crate::protocol::batch::RecordDetail;
use crate::protocol::catalog::{Catalog, NodeRole};
use crate::protocol::config::ProducerConfig;
use crate::protocol::exceptions::Exception;
use crate::protocol::ids::*;
use crate::protocol::messages::*;
use crate::protocol::rules::Rules;
use crate::sim::time::Nanos;
use crate::stage::Stage;
use crate::stage::broken::each_is_noticed;

/// What broker 1, which is all there is, says to a request; a Produce it leaves open.
fn answer(request: &Request) -> Option<Response> {
    let (leader, isr) = (Some(BrokerId(1)), BrokerList::EMPTY);
    let partition = PartitionMetadata {
        tp: Tp(0),
        error: Default::default(),
        leader,
        leader_epoch: LeaderEpoch(0),
        replicas: isr,
        isr,
    };
    let topic = TopicMetadata { topic: TopicId(0), error: Default::default(), partitions: vec![partition] };
    let metadata = MetadataResponse { brokers: vec![BrokerId(1)], racks: Vec::new(), topics: vec![topic] };
    Some(match request {
        Request::ApiVersions => Response::ApiVersions,
        Request::Metadata(_) => Response::Metadata(Rc::new(metadata)),
        Request::InitProducerId(_) => Response::InitProducerId(InitProducerIdResponse {
            error: Default::default(),
            producer: ProducerIdAndEpoch { id: ProducerId(7), epoch: ProducerEpoch(0) },
        }),
        Request::FindCoordinator(_) => {
            Response::FindCoordinator(FindCoordinatorResponse { error: Default::default(), coordinator: leader })
        }
        _ => return None,
    })
}

/// One batch is with the network, another waits. `serves`: else nobody answers anything.
pub fn busy(serves: bool) -> KafkaProducer {
    let (mut sent, mut ordinals) = (0, [0]);
    play(
        None,
        move |_| serves,
        |producer, ctx| {
            let wanted = if serves { 2 * u32::from(producer.shared.metadata.knows_topic()) } else { 1 };
            while sent < wanted {
                let record = ProducerRecord {
                    key: RecordDetail::NULL_KEY,
                    value_len: 100,
                    headers: 0,
                    poison: false,
                    cookie: 0,
                };
                let _ = producer.send(record, Default::default(), &mut ordinals, ctx);
                sent += 1;
            }
        },
    )
}

/// initTransactions() was called. `found`: the sender sleeps before it asks the coordinator; else it looks for that.
pub fn initializing(found: bool) -> KafkaProducer {
    let serves = move |request: &Request| found || !matches!(request, Request::FindCoordinator(_));
    play(Some(TransactionalId(0)), serves, |producer, ctx| {
        if !producer.is_in_call() {
            producer.init_transactions(ctx);
        }
    })
}

/// What `acts` does with each input, in a cluster of one broker that answers what it `serves`.
fn play(
    transactional_id: Option<TransactionalId>,
    serves: impl Fn(&Request) -> bool,
    mut acts: impl FnMut(&mut KafkaProducer, &mut Context<'_>),
) -> KafkaProducer {
    let mut catalog = Catalog::default();
    catalog.add_node("broker 1", NodeRole::Broker(BrokerId(1)));
    let me = catalog.add_node("shop", NodeRole::producer());
    catalog.add_topic("orders", 1);
    let config = ProducerConfig { batch_size: 1, linger: Nanos::ZERO, max_in_flight: 1, ..ProducerConfig::default() };
    let spec = ProducerSpec { transactional_id, ..ProducerSpec::plain(TopicId(0), config) };
    let keys = key_partitions(&spec, 0, &catalog);
    let mut producer = KafkaProducer::new(&spec, &catalog, Rules::default(), keys);
    let mut stage = Stage::new(me);
    let mut inputs = vec![Input::Written { conn: ConnId(99), owner: Owner::NONE, correlation: 0 }];
    while let Some(input) = inputs.pop() {
        let input = stage.heard(input);
        let ((), said) = stage.act(|ctx| {
            producer.accept(input, ctx);
            acts(&mut producer, ctx);
            producer.run(ctx);
        });
        for effect in said.effects {
            match effect {
                Effect::Connect { conn, owner, .. } if serves(&Request::ApiVersions) => {
                    inputs.push(Input::Connected { conn, owner });
                }
                Effect::Send { conn, message: Message { correlation, body: Body::Request(request) }, .. } => {
                    if let Some(response) = answer(&request).filter(|_| serves(&request)) {
                        let message = Message { correlation, body: Body::Response(response) };
                        inputs.insert(0, Input::Message { conn, owner: Owner::NONE, message });
                    }
                }
                _ => {}
            }
        }
    }
    producer
}

pub fn check(producer: &KafkaProducer) {
    (0..24).for_each(|turn| producer.check_invariants(turn));
}

#[test]
fn a_call_that_blocks_for_what_is_there_is_noticed() {
    each_is_noticed(
        || busy(false),
        check,
        &[("send() blocks only for what is not there", |p| {
            let Some(Response::Metadata(metadata)) =
                answer(&Request::InitProducerId(InitProducerIdRequest::IDEMPOTENT)).and(answer(&metadata_request()))
            else {
                unreachable!("it serves")
            };
            p.shared.metadata.update(&metadata, Nanos::ZERO);
        })],
    );
}

#[test]
fn a_call_that_does_not_return_with_its_result_is_noticed() {
    each_is_noticed(
        || initializing(false),
        check,
        &[("a call of the application returns with its result", |p| {
            p.call.as_mut().expect("it initializes").thrown = Some(Exception::IllegalTransactionState);
        })],
    );
}

fn metadata_request() -> Request {
    Request::Metadata(MetadataRequest {
        all_topics: false,
        topics: Default::default(),
        allow_auto_topic_creation: true,
    })
}
