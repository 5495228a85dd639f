//! The fetcher: one fetch in flight per broker, incremental fetch sessions
//! (`clients/.../consumer/internals/AbstractFetch.java`, `FetchSessionHandler.java`, KIP-227).
//!
//! A request names only what changed since the last one to that broker. Changes are collected as
//! they happen, so that a fetch costs what changed and not what is assigned.

use super::fetch_buffer::{Drained, FetchBuffer, FetchError, Polled};
use super::network::ConsumerNetwork;
use super::subscription::{Assigned, Subscriptions};
use super::tag::Tag;
use crate::client::metadata::Metadata;
use crate::client::network::Dest;
use crate::history::fact::ReadReplicaCause;
use crate::node::Context;
use crate::protocol::config::ConsumerConfig;
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::{BrokerId, LeaderEpoch, Offset, RackId, Tp};
use crate::protocol::messages::{FetchPartition, FetchRequest, FetchResponse, ReplicaState, Request};

/// The fetch session with one broker.
#[derive(Clone, Debug, Default)]
struct FetchSessionHandler {
    /// A fetch is under way.
    in_flight: bool,
    /// Epoch of the next request; 0 opens a session.
    epoch: u32,
    /// What the broker believes to be in the session, ascending by partition.
    partitions: Vec<FetchPartition>,
    /// Partitions to look at when the next request is built, in the order in which they changed.
    changed: Vec<Tp>,
    /// How many partitions are to be fetched here.
    active: u32,
}

impl FetchSessionHandler {
    fn find(&self, tp: Tp) -> Result<usize, usize> {
        self.partitions.binary_search_by_key(&tp, |p| p.tp)
    }
    /// Whether there is nothing to fetch here, or a fetch is under way.
    #[inline]
    fn is_quiet(&self) -> bool {
        self.active == 0 || self.in_flight
    }
    /// `here`: whether a partition is to be fetched from this broker.
    fn check_invariants(&self, here: impl Fn(Tp) -> bool, subscriptions: &Subscriptions) {
        for listed in &self.partitions {
            let asks = || subscriptions.position(listed.tp).map(|position| position.offset);
            let current = here(listed.tp) && asks() == Some(listed.fetch_offset);
            let will_change = subscriptions.is_touched(listed.tp) || self.changed.contains(&listed.tp);
            assert!(current || will_change, "a broker's session has what its client wants");
        }
    }
    /// The next request is a full one.
    fn reset(&mut self) {
        self.epoch = 0;
    }
}

/// See the module.
#[derive(Clone, Debug)]
pub struct Fetcher {
    /// By [`BrokerId`].
    sessions: Vec<FetchSessionHandler>,
    /// The broker from which a partition is to be fetched, if it is, by [`Tp`].
    homes: Vec<Option<BrokerId>>,
    /// Scratch: the partitions to look at.
    touched: Vec<Tp>,
    /// What is fetched and not handed out.
    buffer: FetchBuffer,
    /// `client.rack`.
    rack: Option<RackId>,
}

impl Fetcher {
    /// No sessions; `partitions` is how many partitions there are in the cluster.
    pub fn new(partitions: u32) -> Fetcher {
        Fetcher {
            sessions: Vec::new(),
            homes: vec![None; partitions as usize],
            touched: Vec::new(),
            buffer: FetchBuffer::new(partitions),
            rack: None,
        }
    }
    /// The same of a consumer in that rack.
    #[must_use]
    pub fn in_rack(self, rack: Option<RackId>) -> Fetcher {
        Fetcher { rack, ..self }
    }
    /// Hands out at most `limit` buffered records of one batch: see [`FetchBuffer::drain`].
    #[inline]
    pub fn drain(&mut self, limit: u32, subscriptions: &mut Subscriptions, out: &mut Vec<Polled>) -> Drained {
        let drained = self.buffer.drain(limit, subscriptions, out);
        match drained {
            Drained::Done(tp) => subscriptions.touch(tp),
            Drained::Redirected(tp, _) => subscriptions.touch(tp),
            Drained::Nothing | Drained::Records(_) | Drained::PassedOver(_) | Drained::Failed(_) => {}
        }
        drained
    }
    /// The fetch that has failed is dealt with: its partition may be fetched again.
    pub fn drop_failed(&mut self, FetchError { tp, .. }: FetchError, subscriptions: &mut Subscriptions) {
        self.buffer.drop_failed();
        subscriptions.touch(tp);
    }
    /// poll() has looked at all that it wanted to: see [`FetchBuffer::end_poll`].
    #[inline]
    pub fn end_poll(&mut self) {
        self.buffer.end_poll();
    }
    /// Drops what is buffered of other partitions than these, which are fetched again if they stay: see [`FetchBuffer::retain`].
    pub fn retain(&mut self, mut stays: impl FnMut(Tp) -> bool, subscriptions: &mut Subscriptions) {
        self.buffer.retain(|tp| {
            let stays = stays(tp);
            if !stays {
                subscriptions.touch(tp);
            }
            stays
        });
    }
    /// What is fetched and not handed out.
    #[cfg(test)]
    pub fn buffer(&self) -> &FetchBuffer {
        &self.buffer
    }
    /// Sends fetches to every broker that has something to fetch from, no fetch in flight, an open
    /// connection, and nothing in the buffer that poll() would hand out
    /// (`AbstractFetch.prepareFetchRequests`).
    pub fn send_fetches(
        &mut self,
        config: &ConsumerConfig,
        subscriptions: &mut Subscriptions,
        network: &mut ConsumerNetwork,
        ctx: &mut Context<'_>,
    ) {
        subscriptions.end_leases(ctx.now());
        self.settle(subscriptions, network.metadata_mut());
        for index in 0..self.sessions.len() {
            let broker = BrokerId(index as u8);
            if self.sessions[index].is_quiet()
                || self.hosts_buffered(broker, subscriptions)
                || !network.ready(Dest::Broker(broker), ctx)
            {
                continue;
            }
            let request = self.build(broker, config, subscriptions, ctx.spare_list());
            network.send_now(Dest::Broker(broker), Tag::Fetch, Request::Fetch(request), ctx);
        }
    }
    /// Whether data from this broker waits for poll(). A fetch would leave its partitions out, and so drop
    /// them from the broker's session (KAFKA-17182). What poll() would not hand out holds up nobody.
    fn hosts_buffered(&self, broker: BrokerId, subscriptions: &Subscriptions) -> bool {
        self.buffer.partitions().any(|tp| {
            let fetchable = subscriptions.get(tp).filter(|partition| partition.is_fetchable());
            fetchable.is_some_and(|partition| read_replica(partition) == Some(broker))
        })
    }
    /// Finds for every touched partition the broker from which it is to be fetched.
    fn settle(&mut self, subscriptions: &mut Subscriptions, metadata: &mut Metadata) {
        subscriptions.take_touched(&mut self.touched);
        for at in 0..self.touched.len() {
            let tp = self.touched[at];
            let wanted = self.wanted_home(tp, subscriptions, metadata);
            let left = std::mem::replace(&mut self.homes[tp.index()], wanted);
            if left != wanted {
                if let Some(broker) = left {
                    let session = self.session(broker);
                    session.active -= 1;
                    session.changed.push(tp);
                }
                if let Some(broker) = wanted {
                    self.session(broker).active += 1;
                }
            }
            if let Some(broker) = wanted {
                self.session(broker).changed.push(tp);
            }
        }
        self.touched.clear();
    }
    fn wanted_home(&self, tp: Tp, subscriptions: &mut Subscriptions, metadata: &mut Metadata) -> Option<BrokerId> {
        let partition = subscriptions.get(tp)?;
        if !partition.is_fetchable() || self.buffer.holds(tp) {
            return None;
        }
        let leader = partition.position()?.leader;
        if leader.is_none() {
            metadata.request_update();
            return None;
        }
        let follower = partition.read_lease.map(|lease| lease.broker);
        if follower.is_some_and(|follower| !metadata.is_online(tp, follower)) {
            // Perhaps the metadata is stale.
            metadata.request_update();
            subscriptions.leave_read_replica(tp, ReadReplicaCause::Offline, ErrorCode::None);
        }
        subscriptions.get(tp).and_then(read_replica)
    }
    fn session(&mut self, broker: BrokerId) -> &mut FetchSessionHandler {
        if self.sessions.len() <= broker.index() {
            self.sessions.resize_with(broker.index() + 1, FetchSessionHandler::default);
        }
        &mut self.sessions[broker.index()]
    }
    /// The next request to a broker: all of its partitions if it opens a session, else the changes.
    fn build(
        &mut self,
        broker: BrokerId,
        config: &ConsumerConfig,
        subscriptions: &Subscriptions,
        mut partitions: Vec<FetchPartition>,
    ) -> FetchRequest {
        let session = &mut self.sessions[broker.index()];
        let session_epoch = session.epoch;
        let mut forgotten = Vec::new();
        let position_of = |tp: Tp| {
            let position = subscriptions.position(tp).expect("a partition with a home has a position");
            FetchPartition {
                tp,
                fetch_offset: position.offset,
                log_start: Offset::INVALID,
                current_leader_epoch: position.leader.map_or(LeaderEpoch::UNDEFINED, |leader| leader.epoch),
                last_fetched_epoch: LeaderEpoch::UNDEFINED,
                max_bytes: config.max_partition_fetch_bytes,
            }
        };
        if session.epoch == 0 {
            let here =
                subscriptions.partitions().iter().map(|p| p.tp).filter(|tp| self.homes[tp.index()] == Some(broker));
            partitions.extend(here.map(position_of));
            session.partitions.clear();
            session.partitions.extend_from_slice(&partitions);
            session.partitions.sort_by_key(|p| p.tp);
            session.changed.clear();
        }
        for tp in session.changed.drain(..) {
            let here = self.homes[tp.index()] == Some(broker);
            let slot = session.partitions.binary_search_by_key(&tp, |p| p.tp);
            match (here, slot) {
                (true, Ok(at)) => {
                    let next = position_of(tp);
                    if session.partitions[at] != next {
                        session.partitions[at] = next;
                        partitions.push(next);
                    }
                }
                (true, Err(at)) => {
                    let next = position_of(tp);
                    session.partitions.insert(at, next);
                    partitions.push(next);
                }
                (false, Ok(at)) => {
                    session.partitions.remove(at);
                    forgotten.push(tp);
                }
                (false, Err(_)) => {}
            }
        }
        session.in_flight = true;
        session.epoch += 1;
        FetchRequest {
            isolation_level: config.isolation_level,
            replica_state: ReplicaState::Consumer,
            max_wait: config.fetch_max_wait,
            min_bytes: config.fetch_min_bytes,
            max_bytes: config.fetch_max_bytes,
            session_epoch,
            partitions,
            forgotten,
            rack: self.rack,
        }
    }
    /// The brokers from which a fetch is under way, ascending.
    pub fn fetching(&self) -> impl Iterator<Item = BrokerId> + '_ {
        self.sessions.iter().zip(0..).filter(|(session, _)| session.in_flight).map(|(_, id)| BrokerId(id))
    }
    /// # Panics
    /// If a partition that can be fetched would not be, or a broker believes something else than its client
    /// (`FetchSessionHandler`).
    pub fn check_invariants(&self, subscriptions: &Subscriptions) {
        self.buffer.check_invariants();
        for (tp, home) in self.homes.iter().enumerate().map(|(tp, home)| (Tp(tp as u32), *home)) {
            let fetchable = || subscriptions.get(tp).filter(|partition| partition.is_fetchable());
            let wanted = if self.buffer.holds(tp) { None } else { fetchable().and_then(read_replica) };
            let settled = home == wanted || subscriptions.is_touched(tp);
            assert!(
                settled,
                "what can be fetched is, from the leader of its position or the follower that it has named"
            );
        }
        let mut here = vec![0; self.sessions.len()];
        self.homes.iter().flatten().for_each(|home| here[home.index()] += 1);
        for (session, broker) in self.sessions.iter().zip(0..).map(|(session, id)| (session, BrokerId(id))) {
            assert_eq!(here[broker.index()], session.active, "what is to be fetched from a broker is counted");
            assert!(session.partitions.is_sorted_by(|a, b| a.tp < b.tp), "a session has each partition once");
            if session.epoch > 0 {
                session.check_invariants(|tp| self.homes[tp.index()] == Some(broker), subscriptions);
            }
        }
    }
    /// Takes a broker's answer: data and errors go to the buffer, leaders named by errors to the
    /// metadata (`AbstractFetch.handleFetchSuccess`).
    pub fn on_response(
        &mut self,
        broker: BrokerId,
        response: &mut FetchResponse,
        subscriptions: &mut Subscriptions,
        metadata: &mut Metadata,
    ) {
        let session = self.session(broker);
        session.in_flight = false;
        if response.error.is_err() {
            session.reset();
            return;
        }
        for data in response.partitions.drain(..) {
            let tp = data.tp;
            let session = &self.sessions[broker.index()];
            let Ok(at) = session.find(tp) else { continue };
            let fetch_offset = session.partitions[at].fetch_offset;
            let leadership_error = matches!(data.error, ErrorCode::NotLeaderOrFollower | ErrorCode::FencedLeaderEpoch);
            if let (true, Some(leader)) = (leadership_error, data.current_leader)
                && metadata.update_leader(tp, leader)
            {
                subscriptions.maybe_validate(tp, Some(leader));
            }
            self.buffer.add(data, fetch_offset);
            subscriptions.touch(tp);
        }
    }
    /// A fetch got no answer, or the connection is gone and the session with it: the next fetch opens
    /// a new one. (In Kafka an idle session outlives its connection.) After a fetch without an answer everything that was in
    /// the session is read from the leader again (`handleFetchFailure`).
    pub fn on_failure(&mut self, broker: BrokerId, subscriptions: &mut Subscriptions) {
        let session = self.session(broker);
        if std::mem::take(&mut session.in_flight) {
            for listed in &session.partitions {
                subscriptions.leave_read_replica(listed.tp, ReadReplicaCause::NoAnswer, ErrorCode::None);
            }
        }
        session.reset();
    }
}

/// From where a partition is to be read: the leader against which its position was checked, not the newest one known, or
/// the follower that it has named (`selectReadReplica`).
fn read_replica(partition: &Assigned) -> Option<BrokerId> {
    let leader = partition.position()?.leader?;
    Some(partition.read_lease.map_or(leader.leader, |lease| lease.broker))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::consumer::subscription::FetchPosition;
    use crate::protocol::batch::LeaderAndEpoch;
    use crate::protocol::ids::Generation;
    use crate::protocol::messages::FetchData;
    use crate::sim::time::Nanos;
    use crate::stage::broken::each_is_noticed;

    /// Partitions 0 and 1 are fetched from broker 1, which has been told.
    fn fetching() -> (Fetcher, Subscriptions) {
        let (mut fetcher, mut subscriptions) = (Fetcher::new(3), Subscriptions::new(3));
        subscriptions.assign(&[Tp(0), Tp(1)], Generation(1));
        let leader = Some(LeaderAndEpoch { leader: BrokerId(1), epoch: LeaderEpoch(0) });
        for tp in [Tp(0), Tp(1)] {
            let position = FetchPosition { offset: Offset(5), offset_epoch: LeaderEpoch::UNDEFINED, leader };
            subscriptions.seek(tp, position);
            subscriptions.touch(tp);
        }
        let mut metadata = Metadata::new(vec![BrokerId(1)], Vec::new(), Nanos::MAX, Nanos(1), Nanos(1));
        fetcher.settle(&mut subscriptions, &mut metadata);
        fetcher.build(BrokerId(1), &ConsumerConfig::default(), &subscriptions, Vec::new());
        (fetcher, subscriptions)
    }

    #[test]
    fn a_partition_that_nobody_fetches_is_noticed() {
        each_is_noticed(
            fetching,
            |(fetcher, subscriptions)| fetcher.check_invariants(subscriptions),
            &[
                ("what can be fetched is", |(f, _)| f.homes[0] = None),
                ("what can be fetched is", |(_, s)| _ = s.set_paused(Tp(0), true)),
                ("what is to be fetched from a broker is counted", |(f, _)| f.sessions[1].active = 1),
                ("a session has each partition once", |(f, _)| f.sessions[1].partitions.swap(0, 1)),
                ("a broker's session has what its client wants", |(_, s)| {
                    let position = s.position(Tp(1)).expect("it has one");
                    s.seek(Tp(1), FetchPosition { offset: Offset(9), ..position });
                }),
                ("a partition has one fetch in the buffer", |(f, s)| {
                    f.buffer.add(FetchData::empty(Tp(0)), Offset(5));
                    f.buffer.add(FetchData::empty(Tp(1)), Offset(5));
                    s.touch_all();
                    f.buffer.forget(Tp(0));
                }),
            ],
        );
    }
}
