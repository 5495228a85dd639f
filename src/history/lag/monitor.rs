//! What a monitoring system knows of all groups.

use std::collections::VecDeque;

use litemap::LiteMap;

use super::appends::Appends;
use super::burrow::{BurrowConfig, CommitWindow};
use super::status::{GroupStatus, PartitionStatus, StatusWord};
use crate::history::fact::{Entry, Fact, ReplicaRole};
use crate::history::view::ClusterView;
use crate::protocol::ids::*;
use crate::sim::time::Nanos;

/// A group in one partition: what is known of it where it has committed.
#[derive(Clone, Debug, Default)]
struct Follower {
    /// When it last committed.
    at: Nanos,
    window: CommitWindow,
}

/// How far a group is behind in a partition in which it has committed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PartitionLag {
    /// How long the first record that is not committed has been in the log; 0 if there is none.
    pub time: Nanos,
    /// When the group last committed.
    pub committed_at: Nanos,
    /// Burrow's status; none where it knows of no commit.
    pub status: Option<PartitionStatus>,
}

/// See the room. It is told each fact with the cluster as it is after it.
#[derive(Clone, Debug)]
pub struct LagMonitor {
    burrow: BurrowConfig,
    now: Nanos,
    /// When Burrow asks for ends again.
    next_refresh: Nanos,
    /// By partition: the ends that Burrow knows, the oldest first.
    ends: Vec<VecDeque<Offset>>,
    /// By partition.
    appends: Vec<Appends>,
    followers: LiteMap<(GroupId, Tp), Follower>,
}

impl LagMonitor {
    /// Before the first fact.
    pub fn new(partitions: u32) -> LagMonitor {
        LagMonitor {
            burrow: BurrowConfig::default(),
            now: Nanos::ZERO,
            next_refresh: Nanos::ZERO,
            ends: vec![VecDeque::new(); partitions as usize],
            appends: vec![Appends::default(); partitions as usize],
            followers: LiteMap::new(),
        }
    }

    /// Goes on to a time, with the cluster as it was since the last fact. What is asked at a time sees all that has
    /// happened at it.
    pub fn advance_to(&mut self, at: Nanos, cluster: &ClusterView) {
        while self.next_refresh <= at {
            self.refresh(cluster);
            self.next_refresh += self.burrow.offset_refresh;
        }
        self.now = at;
    }
    /// The same up to a fact that is about to be told.
    pub fn advance_before(&mut self, at: Nanos, cluster: &ClusterView) {
        while self.next_refresh < at {
            self.refresh(cluster);
            self.next_refresh += self.burrow.offset_refresh;
        }
        self.now = at;
    }

    /// Burrow asks the leaders for the ends of their partitions; where nobody reigns, nobody answers.
    fn refresh(&mut self, cluster: &ClusterView) {
        for (tp, ends) in self.ends.iter_mut().enumerate() {
            let tp = Tp(tp as u32);
            if cluster.reigning(tp).is_none() {
                continue;
            }
            if ends.len() == self.burrow.intervals {
                ends.pop_front();
            }
            ends.push_back(cluster.partition(tp).high_watermark);
        }
    }

    /// Takes a fact; `cluster` knows of it already.
    pub fn observe(&mut self, entry: &Entry, cluster: &ClusterView) {
        match entry.fact {
            Fact::Appended { broker, role: ReplicaRole::Leader, tp, base_offset, count, leader_epoch, .. }
                if leads(cluster, broker, tp, leader_epoch) =>
            {
                self.appends[tp.index()].append(base_offset, count, entry.at);
            }
            Fact::BecameLeader { broker, tp, epoch, start, .. } if leads(cluster, broker, tp, epoch) => {
                self.appends[tp.index()].truncate(start);
            }
            Fact::OffsetStored { broker, group, tp, offset, .. } if cluster.coordinates(broker, group) => {
                self.stored(group, tp, offset, entry.at);
            }
            _ => {}
        }
    }

    fn stored(&mut self, group: GroupId, tp: Tp, offset: Offset, at: Nanos) {
        let follower = self.followers.entry((group, tp)).or_default();
        follower.at = at;
        if let Some(end) = self.ends[tp.index()].back() {
            follower.window.commit(&self.burrow, offset, at, *end);
        }
    }

    // --- what is ---------------------------------------------------------------------------------

    /// A group in a partition; none where it has never committed.
    pub fn partition(&self, group: GroupId, tp: Tp, cluster: &ClusterView) -> Option<PartitionLag> {
        let follower = self.followers.get(&(group, tp))?;
        let committed = cluster.committed(group, tp)?;
        let first = self.appends[tp.index()].first_between(committed, cluster.partition(tp).high_watermark);
        Some(PartitionLag {
            time: first.map_or(Nanos::ZERO, |at| self.now.saturating_sub(at)),
            committed_at: follower.at,
            status: self.status_of(tp, follower),
        })
    }
    fn status_of(&self, tp: Tp, follower: &Follower) -> Option<PartitionStatus> {
        let known = follower.window != CommitWindow::default();
        known.then(|| follower.window.status(&self.burrow, &self.ends[tp.index()], self.now))
    }
    fn of(&self, group: GroupId) -> impl Iterator<Item = (Tp, &Follower)> {
        self.followers.iter().filter(move |((of, _), _)| *of == group).map(|((_, tp), follower)| (*tp, follower))
    }

    /// The longest lag in time over the partitions where it is known; unknown if it is nowhere known.
    pub fn time(&self, group: GroupId, cluster: &ClusterView) -> Option<Nanos> {
        self.of(group).filter_map(|(tp, _)| self.partition(group, tp, cluster)).map(|lag| lag.time).max()
    }
    fn statuses(&self, group: GroupId) -> impl Iterator<Item = PartitionStatus> {
        self.of(group).filter_map(|(tp, follower)| self.status_of(tp, follower))
    }
    /// The status of a group as a whole.
    pub fn status(&self, group: GroupId) -> GroupStatus {
        GroupStatus::of(self.statuses(group))
    }
    /// Whether a group stands so.
    pub fn stands(&self, group: GroupId, word: StatusWord) -> bool {
        match word {
            StatusWord::Group(status) => self.status(group) == status,
            StatusWord::Partition(status) => self.statuses(group).any(|known| known == status),
        }
    }
    /// The status of a group in words: `ERR (2 OK, 1 STALL)`.
    pub fn words(&self, group: GroupId) -> String {
        let all: Vec<PartitionStatus> = self.statuses(group).collect();
        let count = |status: &PartitionStatus| all.iter().filter(|known| *known == status).count();
        let each = PartitionStatus::ALL.iter().map(|status| (count(status), status.name()));
        let each: Vec<String> = each.filter(|(n, _)| *n > 0).map(|(n, name)| format!("{n} {name}")).collect();
        let status = self.status(group).name();
        if each.is_empty() { status.to_owned() } else { format!("{status} ({})", each.join(", ")) }
    }
}

/// Whether a broker leads a partition in this epoch, and not just in its own opinion.
fn leads(cluster: &ClusterView, broker: BrokerId, tp: Tp, epoch: LeaderEpoch) -> bool {
    let view = cluster.partition(tp);
    view.leader == Some(broker) && view.leader_epoch == epoch
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::fact::Election;
    use crate::protocol::catalog::{CONSUMER_OFFSETS, Catalog, NodeRole};

    const GROUP: GroupId = GroupId(0);
    const ORDERS: Tp = Tp(0);
    const HOME: Tp = Tp(1);
    const B1: BrokerId = BrokerId(1);

    /// A broker that leads `orders-0`, to which a record comes each second, and coordinates the group `billing`.
    struct Stage {
        cluster: ClusterView,
        monitor: LagMonitor,
        now: u64,
    }

    impl Stage {
        fn new() -> Stage {
            let mut catalog = Catalog::default();
            catalog.add_node("broker 1", NodeRole::Broker(B1));
            catalog.add_group("billing");
            catalog.add_topic("orders", 1);
            catalog.add_topic(CONSUMER_OFFSETS, 1);
            let mut stage = Stage { cluster: ClusterView::new(&catalog), monitor: LagMonitor::new(2), now: 0 };
            stage.tell(Fact::ProcessStarted { node: NodeId(0) });
            stage.tell(Fact::BrokerRegistered { broker: B1, epoch: BrokerEpoch(1) });
            for tp in [ORDERS, HOME] {
                let (leader, leader_epoch, isr) = (Some(B1), LeaderEpoch(0), [B1].into_iter().collect());
                let (partition_epoch, election) = (PartitionEpoch(0), Election::Clean);
                stage.tell(Fact::PartitionChanged { tp, leader, leader_epoch, partition_epoch, isr, election });
            }
            stage
        }
        fn tell(&mut self, fact: Fact) {
            let entry = Entry { at: Nanos::from_secs(self.now), event: 0, fact };
            self.monitor.advance_before(entry.at, &self.cluster);
            self.cluster.observe(&entry);
            self.monitor.observe(&entry, &self.cluster);
        }
        /// A second later there is one more record, and it is readable.
        fn second(&mut self) {
            self.now += 1;
            let base_offset = Offset(self.now as i64 - 1);
            self.tell(Fact::Appended {
                broker: B1,
                role: ReplicaRole::Leader,
                tp: ORDERS,
                base_offset,
                count: 1,
                leader_epoch: LeaderEpoch(0),
                node: NodeId(0),
                ordinal: 0,
                producer_id: ProducerId(-1),
                producer_epoch: ProducerEpoch(-1),
                sequence: Sequence(-1),
            });
            let (high_watermark, log_end) = (base_offset.plus(1), base_offset.plus(1));
            let (epoch, isr) = (LeaderEpoch(0), BrokerList::EMPTY);
            let tp = ORDERS;
            self.tell(Fact::HighWatermarkAdvanced { broker: B1, tp, epoch, high_watermark, log_end, isr, min_isr: 1 });
        }
        fn commits(&mut self, offset: i64) {
            let (member, generation, offset) = (MemberId(1), Generation(1), Offset(offset));
            self.tell(Fact::OffsetStored { broker: B1, group: GROUP, tp: ORDERS, offset, member, generation });
        }
        /// Some seconds, in each of which the group commits.
        fn seconds(&mut self, n: u64, commits: impl Fn(i64) -> Option<i64>) {
            for _ in 0..n {
                self.second();
                if let Some(offset) = commits(self.now as i64) {
                    self.commits(offset);
                }
            }
        }
        fn status(&mut self) -> String {
            self.monitor.advance_to(Nanos::from_secs(self.now), &self.cluster);
            self.monitor.words(GROUP)
        }
        fn time(&self) -> Option<u64> {
            self.monitor.time(GROUP, &self.cluster).map(|time| time.as_millis() / 1000)
        }
    }

    #[test]
    fn nothing_is_known_of_who_has_never_committed() {
        let mut stage = Stage::new();
        stage.seconds(30, |_| None);
        assert_eq!((stage.status().as_str(), stage.time()), ("NOTFOUND", None));
    }

    #[test]
    fn lag_in_time_is_the_age_of_the_first_record_that_is_not_committed() {
        let mut stage = Stage::new();
        stage.seconds(30, Some);
        assert_eq!(stage.time(), Some(0));
        // Records 25 to 29 are not committed; record 25 came at 26 s.
        stage.commits(25);
        assert_eq!(stage.time(), Some(4));
        stage.seconds(10, |_| None);
        assert_eq!(stage.time(), Some(14));
    }

    #[test]
    fn who_keeps_up_and_stops_is_called_stopped_after_100_s() {
        let mut stage = Stage::new();
        stage.seconds(60, Some);
        assert_eq!(stage.status(), "OK (1 OK)");
        stage.seconds(99, |_| None);
        assert_eq!(stage.status(), "OK (1 OK)", "the end at 60 s is still among those that it keeps, lag or not");
        stage.seconds(1, |_| None);
        assert_eq!(stage.status(), "ERR (1 STOP)");
    }

    #[test]
    fn who_commits_the_same_again_and_again_is_stalled_when_the_window_has_no_other() {
        let mut stage = Stage::new();
        stage.seconds(30, Some);
        // One commit every 5 s, as auto-commit has it. The end that is known says that there is lag from 40 s on.
        let every_5 = |now: i64| (now % 5 == 0).then_some(30);
        stage.seconds(54, every_5);
        assert_eq!(stage.status(), "OK (1 OK)");
        stage.seconds(6, every_5);
        assert_eq!(stage.status(), "ERR (1 STALL)");
    }

    #[test]
    fn who_falls_behind_is_warned_of_and_who_goes_back_is_rewound() {
        let mut stage = Stage::new();
        stage.seconds(60, |now| Some(now / 2));
        // Between two looks at the end, the lag of commits gets less: only a window of longer than that says more.
        assert_eq!(stage.status(), "OK (1 OK)");
        stage.seconds(100, |now| (now % 10 == 1).then_some(now / 2));
        assert_eq!(stage.status(), "WARN (1 WARN)");
        stage.commits(3);
        assert_eq!(stage.status(), "ERR (1 REWIND)");
    }
}
