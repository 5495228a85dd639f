//! What the faults and the end of a run need to know: a small fold over the facts.

use std::rc::Rc;

use super::spec::{Condition, Waits};
use crate::history::fact::{Entry, Fact, GroupState, ReplicaRole};
use crate::history::state::StateView;
use crate::history::view::ClusterView;
use crate::protocol::catalog::Catalog;
use crate::protocol::config::IsolationLevel;
use crate::protocol::ids::*;
use crate::sim::time::Nanos;

/// The cluster as the facts so far show it.
#[derive(Clone, Debug)]
pub struct Watch {
    catalog: Rc<Catalog>,
    view: StateView,
    /// Somebody waits for a condition: only then are ends of logs noted.
    asked: bool,
    groups: Vec<GroupProgress>,
    /// By process.
    up: Vec<bool>,
    /// By fault: how often it has begun, and ended.
    faults: Vec<(u32, u32)>,
    last_user_append: Nanos,
}

impl Presence<'_> {
    fn comes(&self, node: NodeId) -> bool {
        (self.runs)(node) || (self.starts)(node)
    }
}

/// What a group reads.
#[derive(Clone, PartialEq, Debug)]
pub struct GroupSubscription {
    /// The partitions, ascending.
    pub partitions: Vec<Tp>,
    /// What is committed, where a member reads no more than that; else all.
    pub isolation: IsolationLevel,
}

/// How far a group has come.
#[derive(Clone, Debug)]
struct GroupProgress {
    /// How many members the scenario gives it.
    wanted: u32,
    partitions: Vec<Tp>,
    /// Where what its members may read ends.
    isolation: IsolationLevel,
    /// Offsets that hold nothing for the application, and that a member has passed over before it has dealt with what
    /// lies below: (partition, from, to).
    passed: Vec<(Tp, i64, i64)>,
    /// By partition, ascending: the offset after the last record that a member has dealt with. A member that has
    /// polled the last record is not through with it.
    reached: Vec<(Tp, i64)>,
}

/// Who is there, or will be: what only the world knows.
pub struct Presence<'a> {
    /// Whether a process runs.
    pub runs: &'a dyn Fn(NodeId) -> bool,
    /// Whether a process is going to be started.
    pub starts: &'a dyn Fn(NodeId) -> bool,
    /// `offsets.topic.replication.factor`: so many brokers it takes for that topic to be made.
    pub offsets_replicas: u16,
}

impl Watch {
    /// Nothing has happened yet. `subscriptions`: what each group reads, by group.
    pub fn new(catalog: Rc<Catalog>, subscriptions: Vec<GroupSubscription>, waits: Waits) -> Watch {
        let groups = subscriptions
            .into_iter()
            .enumerate()
            .map(|(id, GroupSubscription { partitions, isolation })| GroupProgress {
                wanted: catalog.nodes.iter().filter(|n| n.role.group() == Some(GroupId(id as u16))).count() as u32,
                partitions,
                isolation,
                passed: Vec::new(),
                reached: Vec::new(),
            })
            .collect();
        Watch {
            view: StateView::new(&catalog).monitoring(waits == Waits::ForLag),
            asked: waits != Waits::ForNothing,
            groups,
            up: vec![false; catalog.nodes.len()],
            faults: Vec::new(),
            last_user_append: Nanos::ZERO,
            catalog,
        }
    }

    /// Somebody will ask for conditions: before the first fact.
    pub fn watch_ends(&mut self) {
        self.asked = true;
        self.view = self.view.clone().monitoring(true);
    }

    /// Takes the next fact.
    pub fn observe(&mut self, entry: &Entry) {
        if self.asked {
            self.view.observe(entry)
        } else {
            self.view.observe_cluster(entry)
        }
        match entry.fact {
            Fact::Appended { role: ReplicaRole::Leader, tp, .. } if !self.catalog.is_internal(tp) => {
                self.last_user_append = entry.at;
            }
            Fact::RecordsProcessed { node, tp, offset, count, .. } => self.reached(node, tp, offset.plus(count)),
            Fact::OffsetsPassedOver { node, tp, from, to } => self.passed_over(node, tp, from.0, to.0),
            Fact::RecordFailed { node, tp, offset, skipped: true, .. } => self.reached(node, tp, offset.plus(1)),
            Fact::PositionReset { node, tp, offset, .. } | Fact::PositionFromCommit { node, tp, offset } => {
                self.reached(node, tp, offset);
            }
            // A share group has no positions: what lies before its start offset is dealt with.
            Fact::ShareStartMoved { group, tp, start, .. } | Fact::SharePartitionLoaded { group, tp, start, .. } => {
                self.groups[group.index()].reach(tp, start.0);
            }
            Fact::ProcessStarted { node } => self.up[node.index()] = true,
            Fact::ProcessStopped { node, .. } => self.up[node.index()] = false,
            Fact::FaultStarted { fault, .. } => self.fault(fault).0 += 1,
            Fact::FaultEnded { fault, .. } => self.fault(fault).1 += 1,
            _ => {}
        }
    }

    fn cluster(&self) -> &ClusterView {
        self.view.cluster()
    }
    fn fault(&mut self, fault: u16) -> &mut (u32, u32) {
        let index = usize::from(fault);
        if self.faults.len() <= index {
            self.faults.resize(index + 1, (0, 0));
        }
        &mut self.faults[index]
    }

    fn reached(&mut self, node: NodeId, tp: Tp, offset: Offset) {
        let group = self.catalog.nodes[node.index()].role.group();
        if let Some(group) = group.filter(|group| !self.catalog.is_share_group(*group)) {
            self.groups[group.index()].reach(tp, offset.0);
        }
    }
    fn passed_over(&mut self, node: NodeId, tp: Tp, from: i64, to: i64) {
        let Some(group) = self.catalog.nodes[node.index()].role.group() else { return };
        let group = &mut self.groups[group.index()];
        if !group.passed.contains(&(tp, from, to)) {
            group.passed.push((tp, from, to));
        }
        if let Some(reached) = group.has_reached(tp) {
            group.reach(tp, reached);
        }
    }

    /// The leader of a partition in committed metadata.
    pub fn leader(&self, tp: Tp) -> Option<BrokerId> {
        self.cluster().partition(tp).leader
    }
    /// The first follower of a partition, in the order of its ISR.
    pub fn first_follower(&self, tp: Tp) -> Option<BrokerId> {
        let view = self.cluster().partition(tp);
        view.isr.iter().find(|b| Some(*b) != view.leader)
    }
    /// The process of the active controller; an only one whether it runs or not.
    pub fn active_controller(&self) -> Option<NodeId> {
        self.cluster().controllers().active()
    }
    /// The processes of the other controllers.
    pub fn standby_controllers(&self) -> Vec<NodeId> {
        self.cluster().controllers().standby().collect()
    }
    /// When a record of an application was last appended by a leader.
    pub fn last_user_append(&self) -> Nanos {
        self.last_user_append
    }

    // --- the end of a run ----------------------------------------------------------------------

    /// Whether somebody is still to read something: a group with a member that runs or will run, and a
    /// partition of its topics that has or will have a leader, where not all that is readable is dealt with.
    /// Where nobody has a position, nothing is.
    pub fn reading_goes_on(&self, presence: &Presence<'_>) -> bool {
        self.groups.iter().enumerate().any(|(id, group)| {
            let id = GroupId(id as u16);
            let members = self.catalog.nodes.iter().enumerate().filter(|(_, n)| n.role.group() == Some(id));
            let mut members = members.map(|(node, _)| NodeId(node as u16));
            members.any(|node| presence.comes(node))
                && self.can_be_coordinated(id, presence)
                && group.partitions.iter().copied().any(|tp| {
                    let readable = self.cluster().partition(tp).readable(group.isolation).0;
                    group.has_reached(tp).unwrap_or(0) < readable && self.can_be_led(tp, presence)
                })
        })
    }
    /// Whether a partition of an application is about to get a leader that reigns: the one that is named is
    /// dead, or has restarted and is not registered yet.
    pub fn leadership_is_open(&self, presence: &Presence<'_>) -> bool {
        let partitions = (0..self.catalog.partition_count()).map(Tp);
        partitions
            .filter(|tp| !self.catalog.is_internal(*tp) && !self.cluster().partition(*tp).replicas.is_empty())
            .any(|tp| self.cluster().reigning(tp).is_none() && self.can_be_led(tp, presence))
    }

    fn comes(&self, broker: BrokerId, presence: &Presence<'_>) -> bool {
        // A process whose log directory has failed hangs about and serves nobody.
        self.cluster().broker(broker).running || (presence.starts)(self.catalog.broker_node(broker))
    }
    fn can_be_led(&self, tp: Tp, presence: &Presence<'_>) -> bool {
        let view = self.cluster().partition(tp);
        let elected = || {
            let comes = self.catalog.controllers().filter(|(_, node)| presence.comes(*node)).count();
            comes > self.catalog.controllers().count() / 2
        };
        self.cluster().reigning(tp).is_some() || (elected() && view.heirs().iter().any(|b| self.comes(b, presence)))
    }
    fn can_be_coordinated(&self, group: GroupId, presence: &Presence<'_>) -> bool {
        match self.cluster().group(group).home {
            Some(home) if !self.cluster().partition(home).replicas.is_empty() => self.can_be_led(home, presence),
            _ => {
                let brokers = self.catalog.brokers().filter(|b| self.comes(*b, presence)).count();
                brokers >= usize::from(presence.offsets_replicas)
            }
        }
    }

    // --- conditions ------------------------------------------------------------------------------

    /// Whether a condition holds now. Of what is unknown nothing holds.
    pub fn holds(&self, condition: &Condition) -> bool {
        match condition {
            Condition::LagAbove(group, lag) => self.cluster().total_lag(*group).is_some_and(|known| known > *lag),
            Condition::LagBelow(group, lag) => self.cluster().total_lag(*group).is_some_and(|known| known < *lag),
            Condition::IsrAtMost(tp, size) => {
                let view = self.cluster().partition(*tp);
                !view.heirs().is_empty() && view.isr.len() <= usize::from(*size)
            }
            Condition::IsrAtLeast(tp, size) => self.cluster().partition(*tp).isr.len() >= usize::from(*size),
            Condition::LeaderIs(tp, broker) => self.leader(*tp) == Some(*broker),
            Condition::Leaderless(tp) => {
                let view = self.cluster().partition(*tp);
                view.leader.is_none() && !view.heirs().is_empty()
            }
            Condition::GroupStable(group) => {
                let view = self.cluster().group(*group);
                view.state == GroupState::Stable && view.members >= self.groups[group.index()].wanted
            }
            Condition::AckedAtLeast(tp, count) => self.view.ends().acked(*tp) >= *count,
            Condition::UnreplicatedAtLeast(tp, count) => self.unreplicated(*tp) >= *count,
            // Nobody waits for a broker to be fenced and means that it has not begun yet.
            Condition::Fenced(broker) => {
                let view = self.cluster().broker(*broker);
                view.was_unfenced && !view.unfenced
            }
            Condition::Unfenced(broker) => self.cluster().broker(*broker).unfenced,
            Condition::Up(node) => self.up[node.index()],
            Condition::Down(node) => !self.up[node.index()],
            Condition::FaultStarted(fault) => self.faults.get(usize::from(*fault)).is_some_and(|(begun, _)| *begun > 0),
            Condition::FaultEnded(fault) => {
                self.faults.get(usize::from(*fault)).is_some_and(|(begun, ended)| *begun > 0 && begun == ended)
            }
            Condition::State(statement) => self.view.holds(statement) == Some(true),
        }
    }
    /// Records that only the leader has.
    fn unreplicated(&self, tp: Tp) -> u64 {
        self.cluster().reigning(tp).and_then(|leader| self.view.ends().ahead(leader, tp)).unwrap_or(0)
    }
}

impl GroupProgress {
    fn has_reached(&self, tp: Tp) -> Option<i64> {
        let place = self.reached.binary_search_by_key(&tp, |(known, _)| *known).ok()?;
        Some(self.reached[place].1)
    }
    /// All below an offset is dealt with, and so is what comes next and holds nothing.
    fn reach(&mut self, tp: Tp, mut offset: i64) {
        while let Some(place) = self.passed.iter().position(|(of, from, _)| *of == tp && *from == offset) {
            offset = self.passed.swap_remove(place).2;
        }
        put(&mut self.reached, tp, offset);
    }
}

fn put(list: &mut Vec<(Tp, i64)>, tp: Tp, value: i64) {
    match list.binary_search_by_key(&tp, |(known, _)| *known) {
        Ok(place) => list[place].1 = value,
        Err(place) => list.insert(place, (tp, value)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::fact::Election;
    use crate::protocol::catalog::{CONSUMER_OFFSETS, NodeRole};

    const BROKER: BrokerId = BrokerId(1);

    fn reads(catalog: &Catalog, topics: &[TopicId], isolation: IsolationLevel) -> GroupSubscription {
        let partitions = topics.iter().flat_map(|topic| catalog.partitions(*topic)).collect();
        GroupSubscription { partitions, isolation }
    }

    /// One broker that leads everything, one producer, one group with a member, one partition.
    struct Stage {
        watch: Watch,
        producer: NodeId,
        member: NodeId,
        group: GroupId,
        tp: Tp,
        /// Who runs.
        running: Vec<NodeId>,
    }

    impl Stage {
        fn new() -> Stage {
            let mut catalog = Catalog::default();
            let broker = catalog.add_node("broker 1", NodeRole::Broker(BROKER));
            let controller = catalog.add_node("controller 100", NodeRole::Controller(100));
            let group = catalog.add_group("billing");
            let producer = catalog.add_node("checkout-0", NodeRole::producer());
            let member = catalog.add_node("billing-0", NodeRole::consumer(group));
            let topic = catalog.add_topic("orders", 1);
            let offsets = catalog.add_topic(CONSUMER_OFFSETS, 1);
            let mut partitions = catalog.partitions(topic);
            let tp = partitions.next().expect("one partition");
            let home = catalog.partitions(offsets).next().expect("one partition");
            let read = reads(&catalog, &[topic], IsolationLevel::ReadUncommitted);
            let watch = Watch::new(Rc::new(catalog), vec![read], Waits::ForNothing);
            let running = vec![broker, controller, producer, member];
            let mut stage = Stage { watch, producer, member, group, tp, running };
            stage.tell(Fact::ProcessStarted { node: broker });
            stage.tell(Fact::BrokerRegistered { broker: BROKER, epoch: BrokerEpoch(1) });
            for tp in [tp, home] {
                let replicas: BrokerList = [BROKER].into_iter().collect();
                let (leader, isr, election) = (Some(BROKER), replicas, Election::Clean);
                let (leader_epoch, partition_epoch) = (LeaderEpoch(0), PartitionEpoch(0));
                stage.tell(Fact::PartitionCreated { tp, replicas, leader });
                stage.tell(Fact::PartitionChanged { tp, leader, leader_epoch, partition_epoch, isr, election });
            }
            stage
        }
        fn tell(&mut self, fact: Fact) -> bool {
            self.watch.observe(&Entry { at: Nanos::ZERO, event: 0, fact });
            self.goes_on()
        }
        fn goes_on(&self) -> bool {
            let (runs, starts) = (|node| self.running.contains(&node), |_| false);
            self.watch.reading_goes_on(&Presence { runs: &runs, starts: &starts, offsets_replicas: 1 })
        }
        /// Ten records are readable.
        fn ten(&mut self) -> bool {
            let (high_watermark, tp) = (Offset(10), self.tp);
            let (broker, epoch, log_end, isr, min_isr) =
                (BROKER, LeaderEpoch(0), high_watermark, BrokerList::default(), 1);
            self.tell(Fact::HighWatermarkAdvanced { broker, tp, epoch, high_watermark, log_end, isr, min_isr })
        }
        fn processed(&mut self, count: u32) -> bool {
            let (node, tp, offset, origin, ordinal) = (self.member, self.tp, Offset(0), self.producer, 0);
            self.tell(Fact::RecordsProcessed { node, tp, offset, count, origin, ordinal })
        }
    }

    /// A marker behind the last record is nothing to deal with, once a member has passed over it; and whoever reads what
    /// is committed has nothing to do behind the last stable offset.
    #[test]
    fn markers_and_what_is_not_decided_are_waited_for_by_nobody() {
        let mut stage = Stage::new();
        stage.ten();
        let (node, tp) = (stage.member, stage.tp);
        assert!(stage.tell(Fact::OffsetsPassedOver { node, tp, from: Offset(9), to: Offset(10) }));
        assert!(!stage.processed(9), "record 9 is a marker");

        let mut stage = Stage::new();
        stage.watch.groups[0].isolation = IsolationLevel::ReadCommitted;
        assert!(stage.ten());
        let (broker, epoch, high_watermark, last_stable_offset) = (BROKER, LeaderEpoch(0), Offset(10), Offset(4));
        let tp = stage.tp;
        assert!(stage.tell(Fact::LastStableOffsetMoved { broker, tp, epoch, last_stable_offset, high_watermark }));
        assert!(!stage.processed(4));
        let last_stable_offset = Offset(10);
        assert!(stage.tell(Fact::LastStableOffsetMoved { broker, tp, epoch, last_stable_offset, high_watermark }));
    }

    /// A group whose members have polled everything may have hours of work before it.
    #[test]
    fn reading_is_over_when_a_group_is_through_with_its_work() {
        let mut stage = Stage::new();
        let Stage { producer: origin, member: node, tp, .. } = stage;
        assert!(!stage.goes_on(), "there is nothing to read");
        assert!(stage.ten(), "nobody has a position: nothing is read");
        let polled = Fact::RecordsPolled {
            node,
            tp,
            offset: Offset(0),
            count: 10,
            origin,
            ordinal: 0,
            leader_epoch: LeaderEpoch(0),
            high_watermark: Offset(10),
            timestamp: Nanos::ZERO,
        };
        assert!(stage.tell(polled));
        assert!(stage.processed(9));
        // The last one cannot be processed: retried it is not dealt with, given up it is.
        let last = |skipped| Fact::RecordFailed { node, tp, offset: Offset(9), origin, ordinal: 9, skipped };
        assert!(stage.tell(last(false)));
        assert!(!stage.tell(last(true)));
    }

    /// Between leaving for its poll timeout and joining again a member is in no group, and will be.
    #[test]
    fn a_member_that_is_out_of_its_group_and_lives_will_read_on() {
        let mut stage = Stage::new();
        stage.ten();
        stage.processed(5);
        let (broker, group, state, generation) = (BROKER, stage.group, GroupState::Empty, Generation(2));
        assert!(stage.tell(Fact::GroupStateChanged { broker, group, state, generation, members: 0 }));
        stage.running.retain(|node| *node != stage.member);
        assert!(!stage.goes_on(), "a dead one will not");
    }

    /// A dead partition, or a dead coordinator, keeps nobody waiting.
    #[test]
    fn reading_is_over_where_nothing_can_be_read_any_more() {
        let mut stage = Stage::new();
        assert!(stage.ten());
        let (node, kind) = (NodeId(0), crate::history::fact::StopKind::Crash);
        stage.running.retain(|running| *running != node);
        assert!(!stage.tell(Fact::ProcessStopped { node, kind }));
    }
}
