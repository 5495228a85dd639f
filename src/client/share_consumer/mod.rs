//! The consumer of a share group (KIP-932; `clients/.../consumer/internals/ShareConsumerImpl.java`).
//!
//! [`KafkaShareConsumer`] is what an application sees. Members of a share group read the same partitions side by side: a record is
//! acquired by one of them at a time, which says what becomes of it. There are no positions and no commits of offsets. Its parts:
//!
//! | part | what it knows | Kafka's |
//! |---|---|---|
//! | `HeartbeatManager` | the membership; it is that of the consumer | `ShareHeartbeatRequestManager`, `ShareMembershipManager` |
//! | `ShareConsumeRequests` | what is fetched and acknowledged, one request per broker at a time | `ShareConsumeRequestManager` |
//! | `ShareSessionHandler` | the share session with one broker | `ShareSessionHandler` |
//! | `AcknowledgeRequestState` | acknowledgements on their way by themselves | `ShareConsumeRequestManager.AcknowledgeRequestState` |
//! | `ShareFetchBuffer` | what is fetched and not handed out | `ShareFetchBuffer`, `ShareCompletedFetch`, `ShareFetchCollector` |
//! | `ShareFetch` | what poll() has returned, and what was said of it | `ShareFetch`, `ShareInFlightBatch` |
//! | `Outcomes` | what came of acknowledgements, until the application hears of it | `ShareAcknowledgementEventHandler` |
//!
//! The background thread works beside the application's, so that slow processing does not end the membership before
//! `max.poll.interval.ms`; what ends is the lock of the records.
//!
//! What is simpler than in Kafka: the application has an acknowledgement commit callback. close() closes its share sessions and then
//! leaves; the network thread's own last requests are these. A commitSync() hears of each partition as it is answered, and not of all
//! at once.

mod acknowledge_request;
mod acknowledgements;
mod completed_fetch;
mod in_flight;
mod kafka_share_consumer;
mod outcomes;
mod requests;
mod session;
#[cfg(test)]
pub(crate) mod tests;

pub use kafka_share_consumer::{KafkaShareConsumer, ShareConsumerDescription, ShareReturned};
