//! The consumer, of the classic group protocol (`clients/.../consumer/internals/ClassicKafkaConsumer.java`) and of the new
//! one (KIP-848; `AsyncKafkaConsumer.java`).
//!
//! [`KafkaConsumer`] is what an application sees; everything that Kafka does inside poll(), commitSync() and
//! close() happens while the application is there. It consists of parts that own what they know, and answer with values:
//!
//! | part | what it knows | Kafka's |
//! |---|---|---|
//! | `Subscriptions` | the assigned partitions, and how far each has been read | `SubscriptionState` |
//! | `Fetcher` | fetch sessions, and what is fetched and not handed out | `Fetcher`, `FetchBuffer` |
//! | `OffsetFetcher` | lookups of positions: resets, validation | `OffsetFetcher`, `OffsetsRequestManager` |
//! | `Membership` | which of the next two it is (`group.protocol`) | `ConsumerDelegate` |
//! | `ConsumerCoordinator` | a classic member: what goes between its parts | `ConsumerCoordinator` |
//! | `RequestManagers` | a member of the new protocol: what goes between its parts | `RequestManagers`, `ConsumerNetworkThread` |
//! | `CoordinatorFinder` | who coordinates the group | `AbstractCoordinator`, `CoordinatorRequestManager` |
//! | `ClassicMember` | classic: state of the member, its join, the heartbeat thread | `AbstractCoordinator`, `Heartbeat` |
//! | `ConsumerMember` | new: state of the member, its reconciliation, what waits for poll() | `ConsumerMembershipManager` |
//! | `HeartbeatManager` | new: what goes between the coordinator and the member | `ConsumerHeartbeatRequestManager`, `AbstractHeartbeatRequestManager` |
//! | `HeartbeatRequests` | new: when the next heartbeat is due, and what the last ones said | `ConsumerHeartbeatRequestManager` |
//! | `Commits`, `CommittedOffsets` | commits on their way; offsets asked for | `ConsumerCoordinator`, `CommitRequestManager` |
//! | `CommitRequests` | new: commits that wait, and are tried again | `CommitRequestManager` |
//! | `ConsumerNetwork` | connections, metadata, requests that cannot be sent yet | `ConsumerNetworkClient`, `NetworkClientDelegate` |
//!
//! The heartbeat thread, or the background thread of the new protocol, works beside the application's, so that slow processing
//! shows as slow processing and not as death.
//!
//! While a classic member has not joined, between its JoinGroup and the answer above all, that thread sleeps: what comes then waits
//! for the application's next call.
//!
//! What is simpler than in Kafka: where the heartbeat thread is awake answers are read as they arrive, also while the
//! application processes (the real one does that within `retry.backoff.ms`); what they set off, callbacks above all, still waits
//! for poll(). Before its first JoinGroup, and with assign(), a consumer has no such thread, and what comes is read all the same. Connections
//! live and time out as if somebody always looked. A fetch is built when its connection is
//! ready, not queued before. close() does not close the fetch sessions, and does not wait for that.
//! A poll() that waits looks at what has come with everything that comes, and not only as its wait for records ends.

mod assigning;
pub(in crate::client) mod callbacks;
mod classic;
mod close;
mod commit_requests;
mod commits;
mod committed;
pub(in crate::client) mod consumer_member;
mod coordinator;
mod fetch_buffer;
mod fetcher;
mod finder;
mod heartbeat;
pub(in crate::client) mod heartbeat_manager;
mod heartbeat_requests;
mod invariants;
mod kafka_consumer;
mod member_state;
mod membership;
pub(in crate::client) mod network;
mod offset_fetcher;
mod pattern;
mod read_replica;
mod request_managers;
mod spec;
mod subscribing;
pub(in crate::client) mod subscription;
pub(in crate::client) mod tag;
#[cfg(test)]
pub(crate) mod tests;
mod timers;

pub use classic::MemberState;
pub use fetch_buffer::Polled;
pub(in crate::client) use kafka_consumer::connect;
pub use kafka_consumer::{ConsumerDescription, KafkaConsumer, Returned};
pub use member_state::ConsumerProtocolState;
pub use membership::MembershipState;
pub use spec::{CloseOptions, ConsumerSpec, GroupMembershipOperation, ManualAssignment, RebalanceListener};
pub use subscription::SeekTo;
pub use timers::ConsumerTimer;
