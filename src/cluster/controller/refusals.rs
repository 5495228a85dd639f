//! What a controller says that is not the active one: NOT_CONTROLLER (`ControllerExceptions.newWrongControllerException`).

use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::{BrokerEpoch, ProducerId};
use crate::protocol::messages::*;

const ERROR: ErrorCode = ErrorCode::NotController;

/// The answer to a request that only the active controller serves.
pub(super) fn refuse(request: &Request) -> Response {
    match request {
        Request::BrokerRegistration(_) => registration(),
        Request::BrokerHeartbeat(_) => heartbeat(),
        Request::AlterPartition(_) => alter_partition(),
        Request::CreateTopics(request) => {
            Response::CreateTopics(request.topics.iter().map(|topic| (topic.topic, ERROR)).collect())
        }
        Request::Admin(_) => Response::Admin(ERROR),
        Request::AllocateProducerIds(..) => producer_ids(),
        other => unreachable!("not only the active controller serves {other:?}"),
    }
}

/// What becomes of an answer that was still waiting for its records to be committed.
pub(super) fn withdrawn(response: Response) -> Response {
    match response {
        Response::BrokerRegistration(_) => registration(),
        Response::BrokerHeartbeat(_) => heartbeat(),
        Response::AlterPartition(_) => alter_partition(),
        Response::CreateTopics(topics) => {
            Response::CreateTopics(topics.into_iter().map(|(topic, _)| (topic, ERROR)).collect())
        }
        Response::Admin(_) => Response::Admin(ERROR),
        Response::AllocateProducerIds(_) => producer_ids(),
        other => other,
    }
}

fn registration() -> Response {
    Response::BrokerRegistration(BrokerRegistrationResponse { error: ERROR, broker_epoch: BrokerEpoch::UNKNOWN })
}
fn heartbeat() -> Response {
    let (is_caught_up, is_fenced, should_shutdown) = (false, false, false);
    Response::BrokerHeartbeat(BrokerHeartbeatResponse { error: ERROR, is_caught_up, is_fenced, should_shutdown })
}
fn alter_partition() -> Response {
    Response::AlterPartition(AlterPartitionResponse { error: ERROR, partitions: List::new() })
}
fn producer_ids() -> Response {
    Response::AllocateProducerIds(AllocateProducerIdsResponse { error: ERROR, first: ProducerId::NONE, count: 0 })
}
