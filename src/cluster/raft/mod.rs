//! The Raft quorum that keeps `__cluster_metadata` (`raft/.../KafkaRaftClient.java`; KIP-595, KIP-996, KIP-1166).
//!
//! Controllers are its voters: one of them leads an epoch, appends records to its log, and the others fetch them from it,
//! which is heartbeat and acknowledgement in one. What a majority has flushed is committed. Brokers are observers: they
//! fetch the log as well, and are never asked. The controller above is the log's listener: it asks the
//! [`KafkaRaftClient`] after every input what is committed, and whether it leads.
//!
//! A quorum of one elects nobody: its only voter leads from the start, and what it has flushed is committed.
//!
//! Not modelled: snapshots of the log (KIP-630: a follower reads it from its beginning), other voters than those of the start
//! (KIP-853).
//!
//! | file | what it holds |
//! |---|---|
//! | `kafka_raft_client` | a voter: its role and what time makes of it |
//! | `requests`, `responses` | what it answers, and what it makes of answers |
//! | `transitions` | from one role to another |
//! | `role`, `leader_state` | what a voter knows in each role; what a leader knows of the others |
//! | `quorum_state` | the epoch and the vote that outlive the process |
//! | `metadata_log` | the log |
//! | `fetch_purgatory` | fetches that wait for a record |
//! | `fault` | what ends the process |
//! | `request_manager`, `network_channel` | whom to ask, and how |
//! | `observer` | a broker's side |
//! | `voters` | who belongs to the quorum, and its configs |

mod fault;
mod fetch_purgatory;
mod kafka_raft_client;
mod leader_state;
mod metadata_log;
mod network_channel;
mod observer;
mod quorum_state;
mod request_manager;
mod requests;
mod responses;
mod role;
mod timers;
mod transitions;
mod voters;

pub use self::fault::RaftFault;
pub use self::kafka_raft_client::{KafkaRaftClient, RaftDurable};
pub use self::leader_state::{FetchingReplica, LeaderState};
pub use self::metadata_log::records_of;
pub use self::observer::{ObservedRecords, RaftObserver};
pub use self::role::Role;
pub use self::timers::{RaftEndpoint, RaftTimer};
pub use self::voters::{RaftConfig, Voters};
