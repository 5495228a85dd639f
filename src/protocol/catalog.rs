//! The names behind the interned ids. Shared, immutable, filled when the world is built.

use super::hashing::coordinator_partition;
use super::ids::{
    BrokerId, ControllerId, GroupId, InstanceId, MemberId, NodeId, PatternId, RackId, TopicId, Tp, TransactionalId,
};

/// Name of the topic that holds committed offsets and group metadata.
pub const CONSUMER_OFFSETS: &str = "__consumer_offsets";

/// Name of the topic that holds the states of transactions.
pub const TRANSACTION_STATE: &str = "__transaction_state";

/// Name of the topic that holds the states of share-partitions.
pub const SHARE_GROUP_STATE: &str = "__share_group_state";

/// What a process is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub enum NodeRole {
    /// A broker.
    Broker(BrokerId),
    /// A KRaft controller; its node id in Kafka is the number.
    Controller(u16),
    /// The client that creates the scenario's topics.
    Admin,
    /// An application, with its clients.
    Application(Clients),
}

/// The clients that a process owns.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, serde::Serialize, serde::Deserialize)]
pub struct Clients {
    /// The group of its consumer, if it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<GroupId>,
    /// Whether it has a producer.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub producer: bool,
}

impl NodeRole {
    /// An application with a producer.
    pub const fn producer() -> NodeRole {
        NodeRole::Application(Clients { group: None, producer: true })
    }
    /// An application with a consumer, as a member of a group.
    pub const fn consumer(group: GroupId) -> NodeRole {
        NodeRole::Application(Clients { group: Some(group), producer: false })
    }
    /// The group of its consumer, if it has one.
    pub fn group(self) -> Option<GroupId> {
        match self {
            NodeRole::Application(clients) => clients.group,
            _ => None,
        }
    }
    /// Whether it has a producer.
    pub fn has_producer(self) -> bool {
        matches!(self, NodeRole::Application(Clients { producer: true, .. }))
    }
    /// Whether it is part of the cluster, not a client of it.
    pub fn is_server(self) -> bool {
        matches!(self, NodeRole::Broker(_) | NodeRole::Controller(_))
    }
}

/// A process.
#[derive(Clone, PartialEq, Debug, serde::Serialize, serde::Deserialize)]
pub struct NodeEntry {
    /// `broker 1`, `controller 100`, `checkout-0`, `billing-2`: also its client.id.
    pub name: String,
    /// What it is.
    pub role: NodeRole,
    /// The rack in which it stands, if that is known: of a broker its `broker.rack`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rack: Option<RackId>,
}

/// A topic.
#[derive(Clone, PartialEq, Debug, serde::Serialize, serde::Deserialize)]
pub struct TopicEntry {
    /// Its name.
    pub name: String,
    /// How many partitions it has (or will have, once created).
    pub partitions: u32,
    /// The id of partition 0; the others follow.
    pub first: Tp,
}

/// A pattern that a consumer leaves to the group coordinator (`SubscriptionPattern`), compiled and matched when the scenario was read:
/// topics come and go, their names do not change.
#[derive(Clone, PartialEq, Debug, serde::Serialize, serde::Deserialize)]
pub struct PatternEntry {
    /// As it is written.
    pub text: String,
    /// The topics whose whole name matches, ascending, whether they exist or not; none: RE2/J does not take the pattern.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub topics: Option<Vec<TopicId>>,
}

/// All names of a run. Brokers come first among the nodes: broker `i` is node `i - 1`.
#[derive(Clone, PartialEq, Debug, Default, serde::Serialize, serde::Deserialize)]
pub struct Catalog {
    /// The processes, by [`NodeId`].
    pub nodes: Vec<NodeEntry>,
    /// The topics, by [`TopicId`].
    pub topics: Vec<TopicEntry>,
    /// The groups, by [`GroupId`].
    pub groups: Vec<String>,
    /// Those of them that are share groups (KIP-932), ascending.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub share_groups: Vec<GroupId>,
    /// The transactional ids, by [`TransactionalId`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub transactional_ids: Vec<String>,
    /// The ids of static members, by [`InstanceId`]: of whatever group.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub instance_ids: Vec<String>,
    /// The racks, by [`RackId`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub racks: Vec<String>,
    /// The patterns that group coordinators are told, by [`PatternId`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub patterns: Vec<PatternEntry>,
}

impl Catalog {
    /// Adds a process.
    pub fn add_node(&mut self, name: impl Into<String>, role: NodeRole) -> NodeId {
        self.nodes.push(NodeEntry { name: name.into(), role, rack: None });
        NodeId((self.nodes.len() - 1) as u16)
    }
    /// Adds a topic; its partitions get the next free ids.
    pub fn add_topic(&mut self, name: impl Into<String>, partitions: u32) -> TopicId {
        let first = Tp(self.partition_count());
        self.topics.push(TopicEntry { name: name.into(), partitions, first });
        TopicId((self.topics.len() - 1) as u16)
    }
    /// Adds a group.
    pub fn add_group(&mut self, name: impl Into<String>) -> GroupId {
        self.groups.push(name.into());
        GroupId((self.groups.len() - 1) as u16)
    }
    /// Adds a share group.
    pub fn add_share_group(&mut self, name: impl Into<String>) -> GroupId {
        let group = self.add_group(name);
        self.share_groups.push(group);
        group
    }
    /// Whether a group is a share group.
    pub fn is_share_group(&self, id: GroupId) -> bool {
        self.share_groups.binary_search(&id).is_ok()
    }
    /// The partition of `__share_group_state` to which the state of a share-partition belongs; none without that topic. Its key has
    /// the topic's id (`SharePartitionKey.asCoordinatorKey`), which is random in Kafka: here the name stands for it.
    pub fn share_state_partition(&self, group: GroupId, tp: Tp) -> Option<Tp> {
        let (topic, number) = self.topic_of(tp);
        let (group, topic) = (self.groups.get(group.index())?, &self.topics[topic.index()].name);
        self.key_partition(SHARE_GROUP_STATE, &format!("{group}:{topic}:{number}"))
    }
    /// The number of a transactional id, which is added if it is new: several processes may have the same.
    pub fn add_transactional_id(&mut self, name: &str) -> TransactionalId {
        self.transactional_id(name).unwrap_or_else(|| {
            self.transactional_ids.push(name.into());
            TransactionalId((self.transactional_ids.len() - 1) as u16)
        })
    }
    /// The transactional id of that name.
    pub fn transactional_id(&self, name: &str) -> Option<TransactionalId> {
        self.transactional_ids.iter().position(|id| id == name).map(|i| TransactionalId(i as u16))
    }
    /// The number of a `group.instance.id`, which is added if it is new.
    pub fn add_instance_id(&mut self, name: &str) -> InstanceId {
        let known = self.instance_ids.iter().position(|id| id == name);
        let index = known.unwrap_or_else(|| {
            self.instance_ids.push(name.into());
            self.instance_ids.len() - 1
        });
        InstanceId(index as u16)
    }
    /// The text of a `group.instance.id`.
    pub fn instance_id_name(&self, id: InstanceId) -> &str {
        self.instance_ids.get(id.index()).map_or("?", String::as_str)
    }
    /// The number of a pattern, which is added if its text is new.
    pub fn add_pattern(&mut self, pattern: PatternEntry) -> PatternId {
        let known = self.patterns.iter().position(|known| known.text == pattern.text);
        let index = known.unwrap_or_else(|| {
            self.patterns.push(pattern);
            self.patterns.len() - 1
        });
        PatternId(index as u16)
    }
    /// The text of a pattern.
    pub fn pattern_text(&self, id: PatternId) -> &str {
        self.patterns.get(id.index()).map_or("?", |pattern| pattern.text.as_str())
    }
    /// The topics that a pattern matches, ascending, whether they exist or not; none: RE2/J does not take it.
    pub fn matching(&self, id: PatternId) -> Option<&[TopicId]> {
        self.patterns.get(id.index())?.topics.as_deref()
    }
    /// The number of a rack, which is added if it is new; none for an empty name, which stands for no rack.
    pub fn add_rack(&mut self, name: &str) -> Option<RackId> {
        if !name.is_empty() && self.rack(name).is_none() {
            self.racks.push(name.into());
        }
        self.rack(name)
    }
    /// The rack of that name.
    pub fn rack(&self, name: &str) -> Option<RackId> {
        self.racks.iter().position(|rack| rack == name).map(|i| RackId(i as u16))
    }
    /// The name of a rack.
    pub fn rack_name(&self, id: RackId) -> &str {
        self.racks.get(id.index()).map_or("?", String::as_str)
    }
    /// The rack in which a process stands, if that is known.
    pub fn rack_of(&self, node: NodeId) -> Option<RackId> {
        self.nodes.get(node.index())?.rack
    }
    /// What a member id begins with, before the hyphen and the UUID: of a static member its instance id, of another one its
    /// client id (`ClassicGroup.generateMemberId`).
    pub fn member_prefix(&self, member: MemberId, instance: Option<InstanceId>) -> &str {
        match instance {
            Some(instance) => self.instance_id_name(instance),
            None => self.node_name(self.member_client(member)),
        }
    }
    /// The partition of `__consumer_offsets` to which a group belongs; none without that topic
    /// (`GroupCoordinatorService.partitionFor`).
    pub fn group_partition(&self, id: GroupId) -> Option<Tp> {
        self.key_partition(CONSUMER_OFFSETS, self.groups.get(id.index())?)
    }
    /// The partition of `__transaction_state` to which a transactional id belongs; none without that topic
    /// (`TransactionStateManager.partitionFor`).
    pub fn transaction_partition(&self, id: TransactionalId) -> Option<Tp> {
        self.key_partition(TRANSACTION_STATE, self.transactional_ids.get(id.index())?)
    }
    /// The partition of a coordinators' topic to which a key belongs, known or not; none without that topic.
    pub fn key_partition(&self, topic: &str, key: &str) -> Option<Tp> {
        let topic = &self.topics[self.topic(topic)?.index()];
        (topic.partitions > 0).then(|| Tp(topic.first.0 + coordinator_partition(key, topic.partitions)))
    }
    /// The name of a transactional id.
    pub fn transactional_id_name(&self, id: TransactionalId) -> &str {
        self.transactional_ids.get(id.index()).map_or("?", String::as_str)
    }
    /// Partitions of all topics together.
    pub fn partition_count(&self) -> u32 {
        self.topics.last().map_or(0, |t| t.first.0 + t.partitions)
    }
    /// The topic of a partition and the partition's number in it.
    pub fn topic_of(&self, tp: Tp) -> (TopicId, u32) {
        let index = self.topics.partition_point(|t| t.first <= tp) - 1;
        (TopicId(index as u16), tp.0 - self.topics[index].first.0)
    }
    /// The partitions of a topic.
    pub fn partitions(&self, topic: TopicId) -> impl DoubleEndedIterator<Item = Tp> + ExactSizeIterator + use<> {
        let entry = &self.topics[topic.index()];
        (entry.first.0..entry.first.0 + entry.partitions).map(Tp)
    }
    /// The topic of that name.
    pub fn topic(&self, name: &str) -> Option<TopicId> {
        self.topics.iter().position(|t| t.name == name).map(|i| TopicId(i as u16))
    }
    /// The group of that name.
    pub fn group(&self, name: &str) -> Option<GroupId> {
        self.groups.iter().position(|g| g == name).map(|i| GroupId(i as u16))
    }
    /// Partition `number` of the topic called `name`.
    pub fn tp(&self, name: &str, number: u32) -> Option<Tp> {
        let entry = &self.topics[self.topic(name)?.index()];
        (number < entry.partitions).then_some(Tp(entry.first.0 + number))
    }
    /// `orders-3`.
    pub fn tp_name(&self, tp: Tp) -> String {
        let (topic, number) = self.topic_of(tp);
        format!("{}-{number}", self.topics[topic.index()].name)
    }
    /// Whether the partition belongs to an internal topic.
    pub fn is_internal(&self, tp: Tp) -> bool {
        matches!(
            self.topics[self.topic_of(tp).0.index()].name.as_str(),
            CONSUMER_OFFSETS | TRANSACTION_STATE | SHARE_GROUP_STATE
        )
    }
    /// The process that is broker `id`.
    pub fn broker_node(&self, id: BrokerId) -> NodeId {
        NodeId(u16::from(id.0) - 1)
    }
    /// The broker that the process is, if it is one.
    pub fn broker_of(&self, node: NodeId) -> Option<BrokerId> {
        match self.nodes.get(node.index())?.role {
            NodeRole::Broker(id) => Some(id),
            _ => None,
        }
    }
    /// All broker ids, ascending.
    pub fn brokers(&self) -> impl Iterator<Item = BrokerId> + '_ {
        self.nodes.iter().filter_map(|n| match n.role {
            NodeRole::Broker(id) => Some(id),
            _ => None,
        })
    }
    /// The first controller.
    pub fn controller_node(&self) -> Option<NodeId> {
        self.nodes.iter().position(|n| matches!(n.role, NodeRole::Controller(_))).map(|i| NodeId(i as u16))
    }
    /// All controllers and their processes, ascending.
    pub fn controllers(&self) -> impl Iterator<Item = (ControllerId, NodeId)> + '_ {
        self.nodes.iter().zip(0..).filter_map(|(node, i)| match node.role {
            NodeRole::Controller(id) => Some((ControllerId(id), NodeId(i))),
            _ => None,
        })
    }
    /// The controller that a process is, if it is one.
    pub fn controller_of(&self, node: NodeId) -> Option<ControllerId> {
        match self.nodes.get(node.index())?.role {
            NodeRole::Controller(id) => Some(ControllerId(id)),
            _ => None,
        }
    }
    /// The process of a controller.
    pub fn process_of_controller(&self, id: ControllerId) -> Option<NodeId> {
        self.controllers().find(|(controller, _)| *controller == id).map(|(_, node)| node)
    }
    /// Whether there are several controllers, of which one is elected.
    pub fn has_quorum(&self) -> bool {
        self.controllers().nth(1).is_some()
    }
    /// The process of that name.
    pub fn node(&self, name: &str) -> Option<NodeId> {
        self.nodes.iter().position(|n| n.name == name).map(|i| NodeId(i as u16))
    }
    /// Bits of a member id below the client's: its upper bits are the client process, as Kafka's
    /// `client.id-UUID` begins with the client's name.
    pub fn member_bits(&self) -> u32 {
        (self.nodes.len() as u32).leading_zeros()
    }
    /// The client process that a member id names.
    pub fn member_client(&self, member: MemberId) -> NodeId {
        NodeId((u64::from(member.0) >> self.member_bits()) as u16)
    }
    /// The name of a process.
    pub fn node_name(&self, node: NodeId) -> &str {
        self.nodes.get(node.index()).map_or("?", |n| &n.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What OpenJDK's `String.hashCode` and Kafka's `Utils.abs` answer with 50 partitions.
    #[test]
    fn keys_land_where_kafka_puts_them() {
        let known = [
            ("orders", 31),
            ("payments", 13),
            ("my-group", 12),
            ("g1", 42),
            ("console-consumer-12345", 6),
            ("foo", 24),
            ("orders-service", 17),
            ("polygenelubricants", 0),
            ("txn-1", 10),
            ("my-transactional-id", 46),
            ("order-processor-0", 28),
        ];
        let mut catalog = Catalog::default();
        catalog.add_topic("orders", 7);
        catalog.add_topic(CONSUMER_OFFSETS, 50);
        catalog.add_topic(TRANSACTION_STATE, 50);
        for (name, number) in known {
            assert_eq!(catalog.key_partition(CONSUMER_OFFSETS, name), Some(Tp(7 + number)), "{name}");
            assert_eq!(catalog.key_partition(TRANSACTION_STATE, name), Some(Tp(57 + number)), "{name}");
        }
    }

    #[test]
    fn without_the_topic_there_is_no_coordinator() {
        assert_eq!(Catalog::default().key_partition(CONSUMER_OFFSETS, "orders"), None);
    }
}
