//! The cluster as those who reign have it.
//!
//! Several processes may take themselves for the leader of a partition or the coordinator of a group, and all
//! of them tell facts: a broker that is cut off and has been deposed, a broker whose process has restarted and
//! acts on the metadata of its former life before the controller knows of the new one. What they say is not the
//! cluster's truth. It is decided here, once, for whoever reads a history: only a broker *stands* whose running
//! life is the one that is registered, and only a standing broker that committed metadata names *reigns*.

use super::controllers::ControllersView;
use super::fact::{Entry, Fact, FactKind, FactSet, GroupState};
use crate::protocol::batch::TransactionState;
use crate::protocol::catalog::Catalog;
use crate::protocol::config::IsolationLevel;
use crate::protocol::ids::*;
use crate::protocol::messages::GroupProtocol;

/// The facts that change it.
const WANTS: FactSet = FactSet::of(&[
    FactKind::HighWatermarkAdvanced,
    FactKind::LastStableOffsetMoved,
    FactKind::OffsetStored,
    FactKind::OffsetRemoved,
    FactKind::ShareStartMoved,
    FactKind::SharePartitionLoaded,
    FactKind::PartitionCreated,
    FactKind::ReplicasReassigned,
    FactKind::PartitionChanged,
    FactKind::EligibleReplicasChanged,
    FactKind::BecameLeader,
    FactKind::ProcessStarted,
    FactKind::ProcessStopped,
    FactKind::LogDirFailed,
    FactKind::BrokerRegistered,
    FactKind::BrokerFenced,
    FactKind::BrokerUnfenced,
    FactKind::GroupStateChanged,
    FactKind::GroupLoaded,
    FactKind::MemberEpochChanged,
    FactKind::GroupProtocolChanged,
    FactKind::TransactionStateChanged,
    FactKind::ControllerActivated,
    FactKind::ControllerResigned,
]);

/// A partition.
#[derive(Clone, Copy, Debug)]
pub struct PartitionView {
    /// Assignment order; empty before it is created.
    pub replicas: BrokerList,
    /// The leader in committed metadata.
    pub leader: Option<BrokerId>,
    /// Its epoch; undefined before it is created.
    pub leader_epoch: LeaderEpoch,
    /// The committed ISR.
    pub isr: BrokerList,
    /// Who may lead while the ISR is empty (KIP-966).
    pub eligible: BrokerList,
    /// Replicas that come (KIP-455).
    pub adding: BrokerList,
    /// Replicas that go.
    pub removing: BrokerList,
    /// The high watermark of whoever reigned last.
    pub high_watermark: Offset,
    /// The last stable offset, where it lies below the high watermark: a transaction is not decided.
    unstable: Option<Offset>,
}

impl PartitionView {
    /// Before it is created.
    const NONE: PartitionView = PartitionView {
        replicas: BrokerList::EMPTY,
        leader: None,
        leader_epoch: LeaderEpoch::UNDEFINED,
        isr: BrokerList::EMPTY,
        eligible: BrokerList::EMPTY,
        adding: BrokerList::EMPTY,
        removing: BrokerList::EMPTY,
        high_watermark: Offset(0),
        unstable: None,
    };
    /// What is readable ends here.
    pub fn readable(&self, isolation: IsolationLevel) -> Offset {
        self.readable_up_to(isolation, self.high_watermark)
    }
    /// The same, once the high watermark is there.
    pub fn readable_up_to(&self, isolation: IsolationLevel, high_watermark: Offset) -> Offset {
        match isolation {
            IsolationLevel::ReadUncommitted => high_watermark,
            IsolationLevel::ReadCommitted => self.raised_to(high_watermark),
        }
    }
    /// The last stable offset once the high watermark is there, as long as nothing else is told: it goes with the high
    /// watermark, or stays where it was apart from it.
    pub fn raised_to(&self, high_watermark: Offset) -> Offset {
        self.unstable.map_or(high_watermark, |unstable| unstable.min(high_watermark))
    }
    /// Whether it was created.
    pub fn exists(&self) -> bool {
        !self.replicas.is_empty()
    }
    /// Who may be elected: the ISR, or, where it is empty, who is eligible. Nobody before it is created.
    pub fn heirs(&self) -> BrokerList {
        if self.isr.is_empty() { self.eligible } else { self.isr }
    }
}

/// A broker.
#[derive(Clone, Copy, Debug, Default)]
pub struct BrokerView {
    /// Its process runs, and its log directory is online.
    pub running: bool,
    /// Which of its lives it is in; 0 before the first.
    pub life: u32,
    /// The life that the controller has registered.
    pub registered: u32,
    /// Registered and not fenced.
    pub unfenced: bool,
    /// It has been unfenced before. Every broker begins as a fenced one.
    pub was_unfenced: bool,
}

/// A group, as its coordinator has it.
#[derive(Clone, Debug)]
pub struct GroupView {
    /// The partition of `__consumer_offsets` that its coordinator leads; none without that topic.
    pub home: Option<Tp>,
    /// Its state.
    pub state: GroupState,
    /// Its generation; of the new protocol, its group epoch.
    pub generation: Generation,
    /// Its protocol, as its coordinator has it: of a group without members, that of the last ones.
    pub protocol: GroupProtocol,
    /// Its members.
    pub members: u32,
    committed: Vec<(Tp, Offset)>,
}

/// A transactional id, as its coordinator has it.
#[derive(Clone, Copy, Debug)]
struct TransactionView {
    /// The partition of `__transaction_state` that its coordinator leads; none without that topic.
    home: Option<Tp>,
    /// None: nobody has asked for it yet.
    state: Option<TransactionState>,
}

/// See the module.
#[derive(Clone, Debug)]
pub struct ClusterView {
    partitions: Vec<PartitionView>,
    /// By broker id; 0 is nobody.
    brokers: Vec<BrokerView>,
    groups: Vec<GroupView>,
    transactions: Vec<TransactionView>,
    /// By process.
    broker_of: Vec<Option<BrokerId>>,
    controllers: ControllersView,
}

impl GroupView {
    fn commit(&mut self, tp: Tp, offset: Offset) {
        match self.committed.iter_mut().find(|(known, _)| *known == tp) {
            Some(slot) => slot.1 = offset,
            None => self.committed.push((tp, offset)),
        }
    }
}

impl ClusterView {
    /// Before the first fact.
    pub fn new(catalog: &Catalog) -> ClusterView {
        let brokers = catalog.brokers().map(BrokerId::index).max().unwrap_or(0) + 1;
        let group = |id: u16| GroupView {
            home: catalog.group_partition(GroupId(id)),
            state: GroupState::Empty,
            generation: Generation(0),
            protocol: GroupProtocol::Classic,
            members: 0,
            committed: Vec::new(),
        };
        ClusterView {
            partitions: vec![PartitionView::NONE; catalog.partition_count() as usize],
            brokers: vec![BrokerView::default(); brokers],
            groups: (0..catalog.groups.len() as u16).map(group).collect(),
            transactions: (0..catalog.transactional_ids.len())
                .map(|id| TransactionView {
                    home: catalog.transaction_partition(TransactionalId(id as u16)),
                    state: None,
                })
                .collect(),
            broker_of: (0..catalog.nodes.len()).map(|node| catalog.broker_of(NodeId(node as u16))).collect(),
            controllers: ControllersView::new(catalog),
        }
    }

    // --- who reigns ----------------------------------------------------------------------------

    /// Whether a broker runs, and the life that it is in is the one that the controller knows.
    pub fn stands(&self, broker: BrokerId) -> bool {
        let view = self.broker(broker);
        view.running && view.life == view.registered
    }
    /// Whether a broker stands and may be elected.
    pub fn is_live(&self, broker: BrokerId) -> bool {
        self.stands(broker) && self.broker(broker).unfenced
    }
    /// Whether a broker is the partition's leader, and not just in its own opinion.
    pub fn reigns(&self, broker: BrokerId, tp: Tp) -> bool {
        self.partition(tp).leader == Some(broker) && self.stands(broker)
    }
    /// The leader that reigns, if one does.
    pub fn reigning(&self, tp: Tp) -> Option<BrokerId> {
        self.partition(tp).leader.filter(|leader| self.stands(*leader))
    }
    /// Whether a broker is the group's coordinator, and not just in its own opinion.
    pub fn coordinates(&self, broker: BrokerId, group: GroupId) -> bool {
        self.group(group).home.is_some_and(|home| self.reigns(broker, home))
    }

    // --- what is ---------------------------------------------------------------------------------

    /// The controllers.
    pub fn controllers(&self) -> &ControllersView {
        &self.controllers
    }
    /// How many partitions there are.
    pub fn partition_count(&self) -> u32 {
        self.partitions.len() as u32
    }
    /// One partition.
    pub fn partition(&self, tp: Tp) -> &PartitionView {
        &self.partitions[tp.index()]
    }
    /// One broker.
    pub fn broker(&self, broker: BrokerId) -> &BrokerView {
        &self.brokers[broker.index()]
    }
    /// One group.
    pub fn group(&self, group: GroupId) -> &GroupView {
        &self.groups[group.index()]
    }
    /// The state of a transactional id; none if nobody has asked for it yet.
    pub fn transaction(&self, id: TransactionalId) -> Option<TransactionState> {
        self.transactions[id.index()].state
    }
    /// The offset that a group has committed, if it has; of a share group, where it begins.
    pub fn committed(&self, group: GroupId, tp: Tp) -> Option<Offset> {
        self.group(group).committed.iter().find(|(known, _)| *known == tp).map(|(_, offset)| *offset)
    }
    /// How many records a group has not committed yet: unknown where it has committed nothing, as
    /// `kafka-consumer-groups` prints `-` there.
    pub fn lag(&self, group: GroupId, tp: Tp) -> Option<u64> {
        let committed = self.committed(group, tp)?;
        Some((self.partition(tp).high_watermark.0 - committed.0).max(0) as u64)
    }
    /// The lag over all partitions where it is known; unknown if it is nowhere known.
    pub fn total_lag(&self, group: GroupId) -> Option<u64> {
        let group = self.group(group);
        let lag = |(tp, committed): &(Tp, Offset)| (self.partition(*tp).high_watermark.0 - committed.0).max(0) as u64;
        (!group.committed.is_empty()).then(|| group.committed.iter().map(lag).sum())
    }

    // --- folding -----------------------------------------------------------------------------------

    /// Whether the fact may change it.
    #[inline]
    pub fn wants(fact: &Fact) -> bool {
        WANTS.has(fact.kind())
    }
    /// Takes the next fact.
    #[inline]
    pub fn observe(&mut self, entry: &Entry) {
        if ClusterView::wants(&entry.fact) {
            self.take(&entry.fact);
        }
    }

    fn take(&mut self, fact: &Fact) {
        match *fact {
            Fact::HighWatermarkAdvanced { broker, tp, epoch, high_watermark, .. }
                if self.reigns(broker, tp) && self.partition(tp).leader_epoch == epoch =>
            {
                self.partitions[tp.index()].high_watermark = high_watermark;
            }
            Fact::LastStableOffsetMoved { broker, tp, epoch, last_stable_offset, high_watermark }
                if self.reigns(broker, tp) && self.partition(tp).leader_epoch == epoch =>
            {
                let apart = last_stable_offset < high_watermark;
                self.partitions[tp.index()].unstable = apart.then_some(last_stable_offset);
            }
            Fact::OffsetStored { broker, group, tp, offset, .. } if self.coordinates(broker, group) => {
                self.groups[group.index()].commit(tp, offset);
            }
            // A share group commits no offsets: where it begins is what it is done with up to.
            Fact::ShareStartMoved { broker, group, tp, start }
            | Fact::SharePartitionLoaded { broker, group, tp, start, .. }
                if self.reigns(broker, tp) =>
            {
                self.groups[group.index()].commit(tp, start);
            }
            Fact::OffsetRemoved { broker, group, tp, .. } if self.coordinates(broker, group) => {
                self.groups[group.index()].committed.retain(|(known, _)| *known != tp);
            }
            Fact::PartitionCreated { tp, replicas, .. } => self.partitions[tp.index()].replicas = replicas,
            Fact::ReplicasReassigned { tp, replicas, adding, removing } => {
                let view = &mut self.partitions[tp.index()];
                (view.replicas, view.adding, view.removing) = (replicas, adding, removing);
            }
            Fact::PartitionChanged { tp, leader, leader_epoch, isr, .. } => {
                let view = &mut self.partitions[tp.index()];
                // Until it is told who is eligible without an ISR, its members are.
                if !view.isr.is_empty() {
                    view.eligible = view.isr;
                }
                (view.leader, view.leader_epoch, view.isr) = (leader, leader_epoch, isr);
            }
            Fact::EligibleReplicasChanged { tp, elr, last_leader } => {
                self.partitions[tp.index()].eligible =
                    if elr.is_empty() { last_leader.into_iter().collect() } else { elr };
            }
            // A new leader knows less of what is committed for a moment, and shows nobody. What its log does
            // not have is gone.
            Fact::BecameLeader { broker, tp, start, high_watermark, .. } if self.reigns(broker, tp) => {
                let view = &mut self.partitions[tp.index()];
                view.high_watermark = view.high_watermark.min(start).max(high_watermark);
                view.unstable = None;
            }
            Fact::ProcessStarted { node } => {
                if let Some(broker) = self.broker_mut(node) {
                    (broker.running, broker.life) = (true, broker.life + 1);
                }
                self.controllers.runs(node, true);
            }
            Fact::ProcessStopped { node, .. } => {
                if let Some(broker) = self.broker_mut(node) {
                    broker.running = false;
                }
                self.controllers.runs(node, false);
            }
            Fact::ControllerActivated { controller, epoch } => self.controllers.activated(controller, epoch),
            Fact::ControllerResigned { controller, epoch } => self.controllers.resigned(controller, epoch),
            // It serves nobody any more, though its process may hang about.
            Fact::LogDirFailed { broker } => self.brokers[broker.index()].running = false,
            Fact::BrokerRegistered { broker, .. } => {
                let view = &mut self.brokers[broker.index()];
                (view.registered, view.unfenced) = (view.life, false);
            }
            Fact::BrokerFenced { broker } => self.brokers[broker.index()].unfenced = false,
            Fact::BrokerUnfenced { broker } => {
                let view = &mut self.brokers[broker.index()];
                (view.unfenced, view.was_unfenced) = (true, true);
            }
            Fact::GroupStateChanged { broker, group, state, generation, members }
                if self.coordinates(broker, group) =>
            {
                let view = &mut self.groups[group.index()];
                (view.state, view.generation, view.members) = (state, generation, members);
                // No group of the new protocol is ever in this state; one of them that was empty may have become a classic one.
                if state == GroupState::PreparingRebalance {
                    view.protocol = GroupProtocol::Classic;
                }
            }
            Fact::MemberEpochChanged { broker, group, .. } if self.coordinates(broker, group) => {
                self.groups[group.index()].protocol = GroupProtocol::Consumer;
            }
            Fact::GroupProtocolChanged { broker, group, protocol, .. } if self.coordinates(broker, group) => {
                self.groups[group.index()].protocol = protocol;
            }
            // A coordinator writes down what a rebalance ended with, not that one is under way.
            Fact::GroupLoaded { broker, group, generation, members } if self.coordinates(broker, group) => {
                let view = &mut self.groups[group.index()];
                (view.generation, view.members) = (generation, members);
                view.state = if members > 0 { GroupState::Stable } else { GroupState::Empty };
            }
            Fact::TransactionStateChanged { broker, transactional_id, state, .. } => {
                let home = self.transactions[transactional_id.index()].home;
                if home.is_some_and(|home| self.reigns(broker, home)) {
                    self.transactions[transactional_id.index()].state = Some(state);
                }
            }
            _ => {}
        }
    }

    fn broker_mut(&mut self, node: NodeId) -> Option<&mut BrokerView> {
        let broker = self.broker_of[node.index()]?;
        Some(&mut self.brokers[broker.index()])
    }
}

#[cfg(test)]
mod tests {
    use super::super::fact::Election;
    use super::*;
    use crate::protocol::catalog::{CONSUMER_OFFSETS, NodeRole};
    use crate::sim::time::Nanos;

    const GROUP: GroupId = GroupId(0);
    const ORDERS: Tp = Tp(0);
    const HOME: Tp = Tp(1);
    const B1: BrokerId = BrokerId(1);
    const B2: BrokerId = BrokerId(2);

    struct Stage(ClusterView);

    impl Stage {
        /// Broker 1 leads everything; both brokers stand.
        fn new() -> Stage {
            let mut catalog = Catalog::default();
            catalog.add_node("broker 1", NodeRole::Broker(B1));
            catalog.add_node("broker 2", NodeRole::Broker(B2));
            catalog.add_group("billing");
            catalog.add_topic("orders", 1);
            catalog.add_topic(CONSUMER_OFFSETS, 1);
            let mut stage = Stage(ClusterView::new(&catalog));
            [B1, B2].into_iter().for_each(|broker| stage.starts(broker).registers(broker));
            stage.leads(B1, 0);
            stage
        }
        fn tell(&mut self, fact: Fact) {
            self.0.observe(&Entry { at: Nanos::ZERO, event: 0, fact });
        }
        fn starts(&mut self, broker: BrokerId) -> &mut Stage {
            self.tell(Fact::ProcessStarted { node: NodeId(u16::from(broker.0) - 1) });
            self
        }
        fn registers(&mut self, broker: BrokerId) {
            self.tell(Fact::BrokerRegistered { broker, epoch: BrokerEpoch(1) });
        }
        fn leads(&mut self, broker: BrokerId, epoch: i32) {
            let (leader, leader_epoch, isr) = (Some(broker), LeaderEpoch(epoch), [B1, B2].into_iter().collect());
            let (partition_epoch, election) = (PartitionEpoch(epoch), Election::Clean);
            for tp in [ORDERS, HOME] {
                self.tell(Fact::PartitionChanged { tp, leader, leader_epoch, partition_epoch, isr, election });
            }
        }
        fn raises(&mut self, broker: BrokerId, epoch: i32, to: i64) -> i64 {
            let (epoch, high_watermark) = (LeaderEpoch(epoch), Offset(to));
            let (log_end, isr, min_isr) = (high_watermark, BrokerList::EMPTY, 1);
            self.tell(Fact::HighWatermarkAdvanced { broker, tp: ORDERS, epoch, high_watermark, log_end, isr, min_isr });
            self.0.partition(ORDERS).high_watermark.0
        }
        fn stores(&mut self, broker: BrokerId, to: i64) -> Option<i64> {
            let (group, tp, offset) = (GROUP, ORDERS, Offset(to));
            let (member, generation) = (MemberId(1), Generation(1));
            self.tell(Fact::OffsetStored { broker, group, tp, offset, member, generation });
            self.0.committed(GROUP, ORDERS).map(|offset| offset.0)
        }
    }

    #[test]
    fn a_deposed_leader_decides_nothing() {
        let mut stage = Stage::new();
        assert_eq!((stage.raises(B1, 0, 10), stage.stores(B1, 4)), (10, Some(4)));
        stage.leads(B2, 1);
        assert_eq!((stage.raises(B1, 0, 12), stage.stores(B1, 9)), (10, Some(4)), "it does not know yet");
        assert_eq!((stage.raises(B2, 1, 15), stage.stores(B2, 6)), (15, Some(6)));
        assert_eq!(stage.0.lag(GROUP, ORDERS), Some(9));
    }

    #[test]
    fn a_life_that_is_not_registered_decides_nothing() {
        let mut stage = Stage::new();
        stage.raises(B1, 0, 10);
        let kind = super::super::fact::StopKind::PowerLoss;
        stage.tell(Fact::ProcessStopped { node: NodeId(0), kind });
        assert_eq!(stage.0.reigning(ORDERS), None, "it is dead");
        stage.starts(B1);
        assert_eq!(stage.0.reigning(ORDERS), None, "the controller knows of its former life only");
        assert_eq!(stage.raises(B1, 0, 3), 10);
        stage.registers(B1);
        assert_eq!(stage.0.reigning(ORDERS), Some(B1));
    }

    #[test]
    fn a_new_leader_hides_what_it_does_not_know_to_be_committed_and_lacks_what_it_lacks() {
        let mut stage = Stage::new();
        stage.raises(B1, 0, 10);
        stage.leads(B2, 1);
        let became = |start: i64| {
            let (epoch, start, high_watermark) = (LeaderEpoch(1), Offset(start), Offset(5));
            Fact::BecameLeader { broker: B2, tp: ORDERS, epoch, start, high_watermark }
        };
        stage.tell(became(12));
        assert_eq!(stage.0.partition(ORDERS).high_watermark, Offset(10));
        stage.tell(became(7));
        assert_eq!(stage.0.partition(ORDERS).high_watermark, Offset(7));
    }

    #[test]
    fn a_lag_is_unknown_where_nothing_is_committed() {
        let mut stage = Stage::new();
        stage.raises(B1, 0, 10);
        assert_eq!((stage.0.lag(GROUP, ORDERS), stage.0.total_lag(GROUP)), (None, None));
        stage.stores(B1, 4);
        assert_eq!((stage.0.lag(GROUP, ORDERS), stage.0.total_lag(GROUP)), (Some(6), Some(6)));
    }
}
