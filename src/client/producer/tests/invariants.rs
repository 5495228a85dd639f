//! What always holds of a producer is broken on purpose, and noticed.

use std::rc::Rc;

use crate::client::producer::{KafkaProducer, ProducerRecord, ProducerSpec, key_partitions};
use crate::node::{Effect, Input, Owner};
use crate::protocol::batch::RecordDetail;
use crate::protocol::catalog::{Catalog, NodeRole};
use crate::protocol::config::ProducerConfig;
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
    let metadata = MetadataResponse { brokers: vec![BrokerId(1)], topics: vec![topic] };
    Some(match request {
        Request::ApiVersions => Response::ApiVersions,
        Request::Metadata(_) => Response::Metadata(Rc::new(metadata)),
        Request::InitProducerId(_) => Response::InitProducerId(InitProducerIdResponse {
            error: Default::default(),
            producer_id: ProducerId(7),
            producer_epoch: ProducerEpoch(0),
        }),
        _ => return None,
    })
}

/// One batch is with the network, another waits. `serves`: else nobody answers anything.
pub fn busy(serves: bool) -> KafkaProducer {
    let mut catalog = Catalog::default();
    catalog.add_node("broker 1", NodeRole::Broker(BrokerId(1)));
    let me = catalog.add_node("shop", NodeRole::producer());
    catalog.add_topic("orders", 1);
    let config = ProducerConfig { batch_size: 1, linger: Nanos::ZERO, max_in_flight: 1, ..ProducerConfig::default() };
    let spec = ProducerSpec { topic: TopicId(0), config, transactional_id: None };
    let keys = key_partitions(&spec, 0, &catalog);
    let mut producer = KafkaProducer::new(&spec, &catalog, Rules::default(), keys);
    let (mut stage, mut ordinals) = (Stage::new(me), [0]);
    let mut inputs = vec![Input::Written { conn: ConnId(99), owner: Owner::NONE, correlation: 0 }];
    let mut sent = 0;
    while let Some(input) = inputs.pop() {
        let input = stage.heard(input);
        let ((), said) = stage.act(|ctx| {
            producer.accept(input, ctx);
            let wanted = if serves { 2 * u32::from(producer.shared.metadata.knows_topic()) } else { 1 };
            while sent < wanted {
                let record = ProducerRecord { key: RecordDetail::NULL_KEY, value_len: 100, poison: false, cookie: 0 };
                let _ = producer.send(record, Default::default(), &mut ordinals, ctx);
                sent += 1;
            }
            producer.run(ctx);
        });
        for effect in said.effects {
            match effect {
                Effect::Connect { conn, owner, .. } if serves => inputs.push(Input::Connected { conn, owner }),
                Effect::Send { conn, message: Message { correlation, body: Body::Request(request) }, .. } => {
                    if let Some(response) = answer(&request) {
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

fn metadata_request() -> Request {
    Request::Metadata(MetadataRequest { topics: Default::default(), allow_auto_topic_creation: true })
}
