//! Who belongs to the quorum, and the configs of all of them (`raft/.../VoterSet.java`, `QuorumConfig.java`).

use std::rc::Rc;

use crate::net::Destination;
use crate::protocol::catalog::Catalog;
use crate::protocol::config::BrokerConfig;
use crate::protocol::ids::{ControllerId, NodeId};
use crate::protocol::rules::Rules;
use crate::sim::time::Nanos;

/// A voter, and its process.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Voter {
    /// Its `node.id`.
    pub id: ControllerId,
    /// Its process.
    pub node: NodeId,
    /// Its place among the voters.
    pub place: u32,
}

impl Destination for Voter {
    fn slot(self) -> u32 {
        self.place
    }
    fn node(self) -> NodeId {
        self.node
    }
}

/// The voters, by id. They are the same for the whole run.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Voters(Rc<[Voter]>);

impl Voters {
    /// The controllers of a catalogue (`controller.quorum.bootstrap.servers`).
    pub fn of(catalog: &Catalog) -> Voters {
        let voter = |((id, node), place)| Voter { id, node, place };
        Voters(catalog.controllers().zip(0..).map(voter).collect())
    }
    /// Everybody, by id.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = Voter> + ExactSizeIterator + '_ {
        self.0.iter().copied()
    }
    /// How many there are.
    pub fn count(&self) -> usize {
        self.0.len()
    }
    /// How many are more than half of them.
    pub fn majority(&self) -> usize {
        self.0.len() / 2 + 1
    }
    /// The voter with this id.
    ///
    /// # Panics
    /// If there is none: ids come from the voters themselves.
    pub fn get(&self, id: ControllerId) -> Voter {
        self.iter().find(|voter| voter.id == id).expect("ids of voters are those of the catalogue")
    }
    /// Whether a process is the only voter, or there is none at all.
    pub fn is_sole(&self) -> bool {
        self.0.len() <= 1
    }
}

/// What the voters and observers of a quorum go by.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct RaftConfig {
    /// `controller.quorum.election.timeout.ms`.
    pub election_timeout: Nanos,
    /// `controller.quorum.fetch.timeout.ms`.
    pub fetch_timeout: Nanos,
    /// `controller.quorum.election.backoff.max.ms`.
    pub election_backoff_max: Nanos,
    /// `controller.quorum.append.linger.ms`.
    pub append_linger: Nanos,
    /// `controller.quorum.request.timeout.ms`.
    pub request_timeout: Nanos,
    /// `controller.quorum.retry.backoff.ms`.
    pub retry_backoff: Nanos,
    /// What its version does.
    pub rules: Rules,
}

impl RaftConfig {
    /// The longest that a fetch waits for a record (`KafkaRaftClient.MAX_FETCH_WAIT_MS`).
    pub const FETCH_MAX_WAIT: Nanos = Nanos::from_millis(500);

    /// Those of a server.
    pub fn of(config: &BrokerConfig, rules: Rules) -> RaftConfig {
        RaftConfig {
            election_timeout: at_least_a_moment(config.controller_quorum_election_timeout),
            fetch_timeout: at_least_a_moment(config.controller_quorum_fetch_timeout),
            election_backoff_max: config.controller_quorum_election_backoff_max,
            append_linger: config.controller_quorum_append_linger,
            request_timeout: at_least_a_moment(config.controller_quorum_request_timeout),
            retry_backoff: at_least_a_moment(config.controller_quorum_retry_backoff),
            rules,
        }
    }
    /// How long a leader goes on without fetches of a majority (`CHECK_QUORUM_TIMEOUT_FACTOR`).
    pub fn check_quorum_timeout(&self) -> Nanos {
        Nanos(self.fetch_timeout.0 / 2).saturating_mul(3)
    }
    /// How often a leader sends BeginQuorumEpoch.
    pub fn begin_quorum_epoch_timeout(&self) -> Nanos {
        Nanos(self.fetch_timeout.0 / 2)
    }
}

/// Kafka takes a timeout of zero and does nothing else any more; here the clock goes on.
fn at_least_a_moment(timeout: Nanos) -> Nanos {
    timeout.max(Nanos::from_millis(1))
}
