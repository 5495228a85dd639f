//! All share-partitions of a broker, and who fetches from them (`core/.../server/share/SharePartitionManager.java`).
//!
//! | file | what it holds |
//! |---|---|
//! | `requests` | ShareFetch and ShareAcknowledge as they come in (`KafkaApis.handleShareFetchRequest`) |
//! | `acknowledge` | what members acknowledge, sessions that end |
//! | `fetch` | fetches that wait, and what completes them |
//! | `persister` | what is asked of the persister, and what it answers |
//! | `timers` | locks that run out, fetches whose time is over |

mod acknowledge;
mod fetch;
mod persister;
mod requests;
mod timers;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::rc::Rc;

use super::calls::{Calls, SharePartitionKey};
use super::chronicle::Chronicle;
use super::requests::{RequestNo, ShareAnswer, ShareRequest};
use super::session::ShareSessionCache;
use super::share_partition::{SharePartition, SharePartitionDescription};
use crate::cluster::broker::metadata_cache::MetadataCache;
use crate::cluster::broker::replica_manager::ReplicaManager;
use crate::cluster::group_configs::GroupConfigs;
use crate::protocol::catalog::Catalog;
use crate::protocol::config::{BrokerConfig, GroupConfig};
use crate::protocol::ids::{BrokerId, GroupId, Tp};
use crate::protocol::rules::Rules;
use crate::sim::time::Nanos;

/// What the manager reads, and does not own.
#[derive(Clone, Copy, Debug)]
pub struct View<'a> {
    /// The logs.
    pub replicas: &'a ReplicaManager,
    /// The broker's view of the cluster.
    pub cache: &'a MetadataCache,
}

/// A share-partition, and which one it is of those that there have been under its key.
#[derive(Clone, Debug)]
struct Loaded {
    serial: u32,
    partition: SharePartition,
}

/// See the module.
#[derive(Clone, Debug)]
pub struct SharePartitionManager {
    me: BrokerId,
    config: Rc<BrokerConfig>,
    catalog: Rc<Catalog>,
    rules: Rules,
    groups: Rc<GroupConfigs>,
    partitions: BTreeMap<SharePartitionKey, Loaded>,
    last_serial: u32,
    sessions: ShareSessionCache,
    requests: BTreeMap<RequestNo, ShareRequest>,
    last_request: u64,
    /// Fetches that wait, by the partitions from which they fetch.
    watchers: BTreeMap<Tp, Vec<RequestNo>>,
    /// When their time is over.
    deadlines: BTreeSet<(Nanos, RequestNo)>,
    /// The timers go off then.
    deadline_armed: Option<Nanos>,
    lock_armed: Option<Nanos>,
    /// Something has happened to these: fetches that wait may be complete.
    woken: VecDeque<SharePartitionKey>,
    calls: Calls,
    answers: VecDeque<ShareAnswer>,
}

impl SharePartitionManager {
    /// Of a broker that has just started.
    pub fn new(
        me: BrokerId,
        config: Rc<BrokerConfig>,
        groups: Rc<GroupConfigs>,
        catalog: Rc<Catalog>,
        rules: Rules,
    ) -> SharePartitionManager {
        let sessions = ShareSessionCache::new(config.group_share_max_share_sessions, rules);
        SharePartitionManager {
            me,
            groups,
            config,
            catalog,
            rules,
            partitions: BTreeMap::new(),
            last_serial: 0,
            sessions,
            requests: BTreeMap::new(),
            last_request: 0,
            watchers: BTreeMap::new(),
            deadlines: BTreeSet::new(),
            deadline_armed: None,
            lock_armed: None,
            woken: VecDeque::new(),
            calls: Calls::default(),
            answers: VecDeque::new(),
        }
    }
    /// The configs of a group (`ShareGroupConfigProvider`).
    fn group_config(&self, group: GroupId) -> &GroupConfig {
        self.groups.of(group)
    }
    fn chronicle(&self, (group, tp): SharePartitionKey) -> Chronicle {
        Chronicle { broker: self.me, group, tp, catalog: self.catalog.clone() }
    }

    /// The next answer to a member.
    pub fn next_answer(&mut self) -> Option<ShareAnswer> {
        self.answers.pop_front()
    }
    /// How the share-partitions stand, for tools.
    pub fn describe(&self) -> impl Iterator<Item = SharePartitionDescription> + '_ {
        self.partitions.values().map(|loaded| loaded.partition.describe())
    }

    /// The broker leads a partition no more (`SharePartitionListener.onBecomingFollower`): its share-partitions are gone from here,
    /// with all that was not written down. Fetches that wait find nothing to acquire there.
    pub fn resigned(&mut self, tp: Tp) {
        self.partitions.retain(|(_, of), _| *of != tp);
    }
    /// The broker stops: nobody is answered any more.
    pub fn close(&mut self) {
        self.partitions.clear();
        self.sessions = ShareSessionCache::new(self.config.group_share_max_share_sessions, self.rules);
        self.requests.clear();
        self.watchers.clear();
        self.deadlines.clear();
        self.woken.clear();
        self.calls = Calls::default();
        self.answers.clear();
    }
    /// A share-partition is of no use any more, or its state is another one by now: whoever wants it reads it again
    /// (`removeSharePartitionFromCache`).
    fn remove(&mut self, key: SharePartitionKey) {
        if self.partitions.remove(&key).is_some() {
            self.woken.push_back(key);
        }
    }
    /// # Panics
    /// If what it knows contradicts itself.
    pub fn check_invariants(&self) {
        self.sessions.check_invariants();
        for ((group, _), loaded) in &self.partitions {
            loaded.partition.check_invariants(self.group_config(*group));
        }
        let waits = self.requests.iter().filter_map(|(no, request)| Some((request.deadline()?, *no)));
        let waits: BTreeSet<(Nanos, RequestNo)> = waits.collect();
        assert_eq!(waits, self.deadlines, "every share fetch that waits has a deadline, and nobody else has");
        let open = self.watchers.values().flatten().all(|no| self.requests.contains_key(no));
        assert!(open, "whoever watches a partition waits");
        assert!(self.woken.is_empty() && self.answers.is_empty(), "an input leaves no share fetch half done");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::broker::share::requests::Fetch;
    use crate::cluster::coordinator::ReplyTo;
    use crate::protocol::errors::ErrorCode;
    use crate::protocol::ids::{ConnId, MemberId, NodeId};
    use crate::protocol::messages::{Response, ShareFetchResponse};
    use crate::stage::broken::each_is_noticed;

    const WAITING: RequestNo = RequestNo(1);
    const TO: ReplyTo = ReplyTo { channel: 0, conn: ConnId(7), correlation: 0, client: NodeId(1) };

    /// A request waits.
    fn busy() -> SharePartitionManager {
        let config = Rc::new(BrokerConfig::default());
        let mut manager = SharePartitionManager::new(
            BrokerId(1),
            config,
            Rc::default(),
            Rc::new(Catalog::default()),
            Rules::default(),
        );
        let (session, epoch, fetch) = ((GroupId(0), MemberId(1)), 0, Fetch::Idle(Nanos(5)));
        let request = ShareRequest { to: TO, session, epoch, acknowledged: Vec::new(), fetch, done: Nanos::ZERO };
        manager.requests.insert(WAITING, request);
        manager.deadlines.insert((Nanos(5), WAITING));
        manager.watchers.insert(Tp(0), vec![WAITING]);
        manager
    }

    #[test]
    fn requests_that_are_lost_are_noticed() {
        each_is_noticed(
            busy,
            SharePartitionManager::check_invariants,
            &[
                ("every share fetch that waits has a deadline", |m| m.deadlines.clear()),
                ("every share fetch that waits has a deadline", |m| _ = m.deadlines.insert((Nanos(6), WAITING))),
                ("whoever watches a partition waits", |m| _ = m.watchers.insert(Tp(0), vec![RequestNo(2)])),
                ("an input leaves no share fetch half done", |m| m.woken.push_back((GroupId(0), Tp(0)))),
                ("an input leaves no share fetch half done", |m| {
                    let (error, acquisition_lock_timeout, partitions) = (ErrorCode::None, Nanos::ZERO, Vec::new());
                    let response = ShareFetchResponse { error, acquisition_lock_timeout, partitions };
                    let response = Response::ShareFetch(response);
                    m.answers.push_back(ShareAnswer { to: TO, response, done: Nanos::ZERO });
                }),
            ],
        );
    }
}
