//! Groups written as text, and what assignors make of them.

mod client;
mod properties;
mod server;

use super::*;

/// A member of a written group.
#[derive(Clone, Debug)]
struct Written {
    id: String,
    instance: Option<String>,
    rack: Option<String>,
    topics: Vec<usize>,
    owned: Vec<TopicPartition>,
    generation: i32,
}

/// A group and its topics, whose names are in order.
#[derive(Clone, Debug)]
struct Group {
    names: Vec<String>,
    partitions: Vec<u32>,
    /// By topic and partition.
    racks: Vec<Vec<Vec<String>>>,
    members: Vec<Written>,
    /// The newest generation.
    generation: i32,
}

impl Group {
    /// `T1=4 T2=3`; `A B C` subscribe to all, `A:T1 B:T1+T2` to what they name.
    fn new(topics: &str, members: &str) -> Group {
        let topics: Vec<(&str, u32)> =
            topics.split(' ').map(|t| t.split_once('=').expect("T=n")).map(|(t, n)| (t, n.parse().unwrap())).collect();
        let mut group = Group {
            names: topics.iter().map(|(name, _)| (*name).to_owned()).collect(),
            partitions: topics.iter().map(|(_, count)| *count).collect(),
            racks: Vec::new(),
            members: Vec::new(),
            generation: -1,
        };
        members.split(' ').for_each(|member| group.join(member));
        group
    }

    /// `C`, or `C:T1+T2`.
    fn join(&mut self, member: &str) {
        let (id, topics) = match member.split_once(':') {
            Some((id, topics)) => (id, topics.split('+').map(|topic| self.topic(topic)).collect()),
            None => (member, (0..self.names.len()).collect()),
        };
        let id = id.to_owned();
        self.members.push(Written { id, instance: None, rack: None, topics, owned: Vec::new(), generation: -1 });
    }

    fn leave(&mut self, id: &str) {
        self.members.retain(|member| member.id != id);
    }

    fn grow(&mut self, topic: &str, partitions: u32) {
        let topic = self.topic(topic);
        self.partitions[topic] = partitions;
    }

    /// `T1-0 T1-1`: what the member says it owned in that generation.
    fn claim(&mut self, id: &str, generation: i32, owned: &str) {
        let owned = owned.split(' ').map(|name| self.tp(name)).collect();
        let member = self.members.iter_mut().find(|member| member.id == id).expect("a member");
        (member.owned, member.generation) = (owned, generation);
        self.generation = self.generation.max(generation);
    }

    fn topic(&self, name: &str) -> usize {
        self.names.iter().position(|known| known == name).expect("a topic")
    }

    fn tp(&self, name: &str) -> TopicPartition {
        let (topic, partition) = name.rsplit_once('-').expect("T-n");
        TopicPartition { topic: self.topic(topic), partition: partition.parse().expect("a number") }
    }

    fn ask(&self, assignor: impl Fn(&[MemberInfo<'_>], &Topics<'_>) -> GroupAssignment) -> GroupAssignment {
        let racks: Vec<Vec<Vec<&str>>> = self
            .racks
            .iter()
            .map(|topic| topic.iter().map(|racks| racks.iter().map(String::as_str).collect()).collect())
            .collect();
        let infos = self.members.iter().map(|member| MemberInfo {
            id: &member.id,
            instance: member.instance.as_deref(),
            rack: member.rack.as_deref(),
            topics: &member.topics,
            owned: &member.owned,
            generation: member.generation,
        });
        assignor(&infos.collect::<Vec<_>>(), &Topics { partitions: &self.partitions, racks: &racks })
    }

    /// `A T1-0 T1-1 | B`.
    fn assigned(&self, assignor: impl Fn(&[MemberInfo<'_>], &Topics<'_>) -> GroupAssignment) -> String {
        let name = |tp: &TopicPartition| format!(" {}-{}", self.names[tp.topic], tp.partition);
        let line = |(member, list): (&Written, Vec<TopicPartition>)| {
            format!("{}{}", member.id, list.iter().map(name).collect::<String>())
        };
        self.members.iter().zip(self.ask(assignor)).map(line).collect::<Vec<_>>().join(" | ")
    }

    /// The members take what they are given, in a new generation.
    fn settle(&mut self, assignor: impl Fn(&[MemberInfo<'_>], &Topics<'_>) -> GroupAssignment) -> String {
        let (text, assigned) = (self.assigned(&assignor), self.ask(&assignor));
        self.generation += 1;
        for (member, owned) in self.members.iter_mut().zip(assigned) {
            (member.owned, member.generation) = (owned, self.generation);
        }
        text
    }
}

/// `uniform` as it was before 4.1.
fn uniform_4_0(members: &[MemberInfo<'_>], topics: &Topics<'_>) -> GroupAssignment {
    uniform(members, topics, ExtraPartition::FirstMembers)
}

fn simple_4_0(members: &[MemberInfo<'_>], topics: &Topics<'_>) -> GroupAssignment {
    simple(members, topics, PartitionSharing::Everything)
}

fn simple_4_1(members: &[MemberInfo<'_>], topics: &Topics<'_>) -> GroupAssignment {
    simple(members, topics, PartitionSharing::ByHash)
}

fn simple_4_2(members: &[MemberInfo<'_>], topics: &Topics<'_>) -> GroupAssignment {
    simple(members, topics, PartitionSharing::Evenly)
}

fn uniform_4_1(members: &[MemberInfo<'_>], topics: &Topics<'_>) -> GroupAssignment {
    uniform(members, topics, ExtraPartition::WhoHasIt)
}
