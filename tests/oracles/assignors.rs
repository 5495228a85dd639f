//! What the sets about assignors have in common: a group, and who gets what.

use std::collections::{BTreeMap, BTreeSet};

use kafkasim::assignor::{GroupAssignment, MemberInfo, TopicPartition, Topics};
use serde::Deserialize;

use crate::support::{Verdict, same};

/// `[topic, partition]`.
pub type Pair = (String, u32);
/// By member id.
pub type ByMember = BTreeMap<String, Vec<Pair>>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Topic {
    pub name: String,
    pub partitions: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Member {
    pub id: String,
    pub instance_id: Option<String>,
    pub rack: Option<String>,
    pub subscription: Vec<String>,
    pub owned: Vec<Pair>,
    pub generation: i32,
}

/// Smallest and largest number that was seen.
type Seen = (usize, usize);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Properties {
    kept: Seen,
    moved: Seen,
    count_spread: Seen,
    unassigned_count: Seen,
}

/// A group and its topics.
pub struct Group<'c> {
    pub topics: &'c [Topic],
    pub members: &'c [Member],
    pub replica_racks: Option<&'c BTreeMap<String, Vec<Vec<String>>>>,
}

/// What Kafka answered.
pub struct Answer<'c> {
    pub exact: bool,
    pub assignment: &'c ByMember,
    pub unassigned: &'c [Pair],
    pub properties: &'c Properties,
}

impl Group<'_> {
    /// Asks an assignor of the crate.
    pub fn assigned(&self, assignor: impl Fn(&[MemberInfo<'_>], &Topics<'_>) -> GroupAssignment) -> ByMember {
        let names = self.names();
        let number = |name: &str| names.iter().position(|known| *known == name).expect("it is among the names");
        let partitions: Vec<u32> = names.iter().map(|name| self.partitions(name)).collect();
        let racks: Vec<Vec<Vec<&str>>> = match self.replica_racks {
            Some(racks) => names.iter().map(|name| racks.get(*name).map_or(Vec::new(), |of| texts(of))).collect(),
            None => Vec::new(),
        };
        let tp = |(topic, partition): &Pair| TopicPartition { topic: number(topic), partition: *partition };
        let subscriptions: Vec<Vec<usize>> =
            self.members.iter().map(|m| m.subscription.iter().map(|topic| number(topic)).collect()).collect();
        let owned: Vec<Vec<TopicPartition>> = self.members.iter().map(|m| m.owned.iter().map(tp).collect()).collect();
        let infos = self.members.iter().zip(&subscriptions).zip(&owned).map(|((member, topics), owned)| MemberInfo {
            id: &member.id,
            instance: member.instance_id.as_deref(),
            rack: member.rack.as_deref(),
            topics,
            owned,
            generation: member.generation,
        });
        let infos: Vec<MemberInfo<'_>> = infos.collect();
        let assigned = assignor(&infos, &Topics { partitions: &partitions, racks: &racks });
        assert_eq!(assigned.len(), self.members.len());
        let pairs = |list: Vec<TopicPartition>| {
            list.into_iter().map(|tp| (names[tp.topic].to_owned(), tp.partition)).collect::<Vec<_>>()
        };
        self.members.iter().map(|member| member.id.clone()).zip(assigned.into_iter().map(pairs)).collect()
    }

    /// Every topic that anybody speaks of, known or not, in order.
    fn names(&self) -> Vec<&str> {
        let known = self.topics.iter().map(|topic| topic.name.as_str());
        let subscribed = self.members.iter().flat_map(|member| &member.subscription).map(String::as_str);
        let owned = self.members.iter().flat_map(|member| &member.owned).map(|(topic, _)| topic.as_str());
        let mut names: Vec<&str> = known.chain(subscribed).chain(owned).collect();
        names.sort_by(|a, b| a.encode_utf16().cmp(b.encode_utf16()));
        names.dedup();
        names
    }

    fn partitions(&self, name: &str) -> u32 {
        self.topics.iter().find(|topic| topic.name == name).map_or(0, |topic| topic.partitions)
    }

    /// All members name the same topics.
    pub fn alike(&self) -> bool {
        let topics = |member: &Member| member.subscription.iter().cloned().collect::<BTreeSet<String>>();
        self.members.windows(2).all(|pair| topics(&pair[0]) == topics(&pair[1]))
    }

    pub fn judge(&self, ours: &ByMember, kafkas: &Answer<'_>) -> Verdict {
        if kafkas.exact {
            same("assignment", ours, kafkas.assignment)?;
            same("unassigned", self.unassigned(ours).as_slice(), kafkas.unassigned)?;
        }
        self.valid(ours)?;
        let (kept, moved) = self.kept_and_moved(ours);
        let unassigned = self.unassigned(ours).len();
        let seen = kafkas.properties;
        at_least("kept", kept, seen.kept)?;
        at_most("spread", spread(ours), seen.count_spread)?;
        at_most("unassigned", unassigned, seen.unassigned_count)?;
        if kafkas.exact {
            same("moved", (moved, moved), seen.moved)?;
        }
        Ok(())
    }

    /// Each partition at most once, and only to a subscriber.
    fn valid(&self, ours: &ByMember) -> Verdict {
        let mut seen = BTreeSet::new();
        for member in self.members {
            for pair in &ours[&member.id] {
                if !seen.insert(pair) {
                    return Err(format!("{pair:?} is assigned twice"));
                }
                if !member.subscription.contains(&pair.0) || pair.1 >= self.partitions(&pair.0) {
                    return Err(format!("{pair:?} is not for {}", member.id));
                }
            }
        }
        Ok(())
    }

    /// All partitions that somebody subscribes to and nobody has.
    fn unassigned(&self, ours: &ByMember) -> Vec<Pair> {
        let given: BTreeSet<&Pair> = ours.values().flatten().collect();
        let wanted = |topic: &&Topic| self.members.iter().any(|member| member.subscription.contains(&topic.name));
        let pairs = |topic: &Topic| (0..topic.partitions).map(|p| (topic.name.clone(), p)).collect::<Vec<_>>();
        let all: BTreeSet<Pair> = self.topics.iter().filter(wanted).flat_map(pairs).collect();
        all.into_iter().filter(|pair| !given.contains(pair)).collect()
    }

    /// How many stay with a member that owned them, and how many go from another to one that did not.
    fn kept_and_moved(&self, ours: &ByMember) -> (usize, usize) {
        let owners = |pair: &Pair| self.members.iter().filter(|m| m.owned.contains(pair)).count();
        let (mut kept, mut moved) = (0, 0);
        for member in self.members {
            for pair in &ours[&member.id] {
                let own = member.owned.contains(pair);
                kept += usize::from(own);
                moved += usize::from(!own && owners(pair) > 0);
            }
        }
        (kept, moved)
    }
}

fn texts(racks: &[Vec<String>]) -> Vec<Vec<&str>> {
    racks.iter().map(|of| of.iter().map(String::as_str).collect()).collect()
}

/// Largest minus smallest number of partitions over the members.
pub fn spread(ours: &ByMember) -> usize {
    let counts = || ours.values().map(Vec::len);
    counts().max().unwrap_or(0) - counts().min().unwrap_or(0)
}

pub fn at_least(what: &str, ours: usize, seen: Seen) -> Verdict {
    if ours >= seen.0 { Ok(()) } else { Err(format!("{what}: ours {ours}, Kafka's from {} to {}", seen.0, seen.1)) }
}

pub fn at_most(what: &str, ours: usize, seen: Seen) -> Verdict {
    if ours <= seen.1 { Ok(()) } else { Err(format!("{what}: ours {ours}, Kafka's from {} to {}", seen.0, seen.1)) }
}
