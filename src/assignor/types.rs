//! What an assignor is told, and what it answers.

use std::fmt;

/// A partition of a topic; the topic by its place in the order of names.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct TopicPartition {
    /// The topic's number.
    pub topic: usize,
    /// The partition's number in its topic.
    pub partition: u32,
}

impl fmt::Display for TopicPartition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.topic, self.partition)
    }
}

/// What an assignor knows of a member.
#[derive(Clone, Copy, Debug)]
pub struct MemberInfo<'a> {
    /// Its member id.
    pub id: &'a str,
    /// `group.instance.id` of a static member.
    pub instance: Option<&'a str>,
    /// `client.rack`; an empty text is none.
    pub rack: Option<&'a str>,
    /// The topics that it subscribes to, those that nobody knows included.
    pub topics: &'a [usize],
    /// What it says it owns. For a server-side assignor: its present target, whatever it owns now.
    pub owned: &'a [TopicPartition],
    /// The generation in which it owned that, -1 if it knows none. Server-side assignors do not look at it.
    pub generation: i32,
}

impl<'a> MemberInfo<'a> {
    /// A dynamic member without a rack that subscribes to nothing and owns nothing.
    pub fn new(id: &'a str) -> MemberInfo<'a> {
        MemberInfo { id, instance: None, rack: None, topics: &[], owned: &[], generation: -1 }
    }
}

/// What an assignor knows of the cluster.
#[derive(Clone, Copy, Debug)]
pub struct Topics<'a> {
    /// How many partitions each topic has; 0 if the metadata has no such topic.
    pub partitions: &'a [u32],
    /// Per topic and partition the racks of all its replicas, those that are down included; empty if brokers have none.
    pub racks: &'a [Vec<Vec<&'a str>>],
}

impl<'a> Topics<'a> {
    /// Topics of brokers without racks.
    pub fn new(partitions: &'a [u32]) -> Topics<'a> {
        Topics { partitions, racks: &[] }
    }
}

/// What every member gets, in the order of the members given, each ascending.
pub type GroupAssignment = Vec<Vec<TopicPartition>>;
