//! A group's subscriptions, both ways round.

use super::{MemberInfo, TopicPartition, Topics};

/// Who subscribes to which of the topics that are known. Members are called by their rank.
pub(super) struct Subscriptions {
    /// The topics of each member that have partitions, ascending.
    pub of_member: Vec<Vec<usize>>,
    /// The subscribers of each topic, first to last; of a topic without partitions: nobody.
    pub of_topic: Vec<Vec<usize>>,
    /// All members name the same topics, those without metadata included.
    pub alike: bool,
}

impl Subscriptions {
    pub fn read(members: &[&MemberInfo<'_>], topics: &Topics<'_>) -> Subscriptions {
        let named: Vec<Vec<usize>> = members.iter().map(|member| ascending(member.topics)).collect();
        let alike = named.windows(2).all(|pair| pair[0] == pair[1]);
        let known = |list: &Vec<usize>| list.iter().copied().filter(|topic| topics.partitions[*topic] > 0).collect();
        let of_member: Vec<Vec<usize>> = named.iter().map(known).collect();
        let mut of_topic = vec![Vec::new(); topics.partitions.len()];
        for (member, list) in of_member.iter().enumerate() {
            list.iter().for_each(|topic| of_topic[*topic].push(member));
        }
        Subscriptions { of_member, of_topic, alike }
    }

    pub fn has(&self, member: usize, topic: usize) -> bool {
        self.of_member[member].binary_search(&topic).is_ok()
    }

    /// The topics that somebody subscribes to, ascending.
    pub fn topics(&self) -> impl Iterator<Item = usize> + Clone + '_ {
        (0..self.of_topic.len()).filter(|topic| !self.of_topic[*topic].is_empty())
    }
}

fn ascending(topics: &[usize]) -> Vec<usize> {
    let mut topics = topics.to_vec();
    topics.sort();
    topics.dedup();
    topics
}

/// All partitions of the subscribed topics, numbered by topic and partition.
pub(super) struct Layout {
    /// The partitions, by number.
    pub partitions: Vec<TopicPartition>,
    /// The number of each topic's first partition, and how many there are; 0 for a topic that nobody subscribes to.
    of_topic: Vec<(usize, u32)>,
}

impl Layout {
    pub fn new(subscriptions: &Subscriptions, topics: &Topics<'_>) -> Layout {
        let mut partitions = Vec::new();
        let mut of_topic = vec![(0, 0); topics.partitions.len()];
        for topic in subscriptions.topics() {
            of_topic[topic] = (partitions.len(), topics.partitions[topic]);
            partitions.extend((0..topics.partitions[topic]).map(|partition| TopicPartition { topic, partition }));
        }
        Layout { partitions, of_topic }
    }

    pub fn len(&self) -> usize {
        self.partitions.len()
    }

    /// The number of a partition; none if its topic has no subscriber, or no such partition (any more).
    pub fn number(&self, tp: TopicPartition) -> Option<usize> {
        let (first, count) = *self.of_topic.get(tp.topic)?;
        (tp.partition < count).then(|| first + tp.partition as usize)
    }

    /// The numbers of a topic's partitions.
    pub fn of_topic(&self, topic: usize) -> std::ops::Range<usize> {
        let (first, count) = self.of_topic[topic];
        first..first + count as usize
    }

    pub fn topic(&self, number: usize) -> usize {
        self.partitions[number].topic
    }

    /// The partitions with these numbers.
    pub fn named(&self, numbers: &[usize]) -> Vec<TopicPartition> {
        numbers.iter().map(|number| self.partitions[*number]).collect()
    }
}
