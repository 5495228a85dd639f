//! `range`: each topic on its own, contiguous ranges, the first members get one partition more.
//!
//! `clients/.../consumer/RangeAssignor.java`, with racks (KIP-881); the server's `RangeAssignor` has the same rule and
//! knows no racks.

use std::collections::BTreeMap;

use super::group::Subscriptions;
use super::order::Ranked;
use super::racks::Racks;
use super::{GroupAssignment, MemberInfo, TopicPartition, Topics};

/// The client's `RangeAssignor`. With P partitions and M subscribers the first P mod M of them get one more than P div M.
/// If racks matter for some topic, members get what stands in their rack first, within the same numbers.
pub fn range(members: &[MemberInfo<'_>], topics: &Topics<'_>) -> GroupAssignment {
    let ranked = Ranked::static_first(members);
    let racks = Racks::read(&ranked.members, topics);
    let subscriptions = Subscriptions::read(&ranked.members, topics);
    let shares = subscriptions.topics().map(|topic| Share::new(topic, &subscriptions, topics, &racks));
    let mut shares: Vec<Share<'_>> = shares.collect();
    let mut assigned = vec![Vec::new(); members.len()];
    if shares.iter().any(|share| share.racks_matter) {
        match_racks(&mut shares, &racks, &mut assigned);
    }
    for share in &mut shares {
        share.hand_out(|_, _| true, &mut assigned);
    }
    ranked.as_given(assigned)
}

/// The coordinator's `RangeAssignor` (KIP-848): the same ranges, without racks.
pub fn server_range(members: &[MemberInfo<'_>], topics: &Topics<'_>) -> GroupAssignment {
    range(members, &Topics { racks: &[], ..*topics })
}

/// How one topic is shared among its subscribers.
struct Share<'s> {
    topic: usize,
    partitions: u32,
    /// First to last.
    subscribers: &'s [usize],
    /// How many partitions each subscriber has already, by its place in `subscribers`.
    given: Vec<usize>,
    /// Every subscriber gets so many.
    least: usize,
    /// How many subscribers may get one more, yet.
    extra: usize,
    left: Vec<u32>,
    racks_matter: bool,
}

impl<'s> Share<'s> {
    fn new(topic: usize, subscriptions: &'s Subscriptions, topics: &Topics<'_>, racks: &Racks<'_>) -> Share<'s> {
        let subscribers = subscriptions.of_topic[topic].as_slice();
        let partitions = topics.partitions[topic];
        Share {
            topic,
            partitions,
            subscribers,
            given: vec![0; subscribers.len()],
            least: partitions as usize / subscribers.len(),
            extra: partitions as usize % subscribers.len(),
            left: (0..partitions).collect(),
            racks_matter: racks.matter(
                subscribers.iter().copied(),
                (0..partitions).map(|partition| TopicPartition { topic, partition }),
            ),
        }
    }

    /// How many more the subscriber at this place may get.
    fn room(&self, place: usize) -> usize {
        (self.least + usize::from(self.extra > 0)).saturating_sub(self.given[place])
    }

    fn tp(&self, partition: u32) -> TopicPartition {
        TopicPartition { topic: self.topic, partition }
    }

    /// Each subscriber in turn takes the first that it may have, up to its room.
    fn hand_out(&mut self, may: impl Fn(usize, TopicPartition) -> bool, assigned: &mut GroupAssignment) {
        for place in 0..self.subscribers.len() {
            let (member, room) = (self.subscribers[place], self.room(place));
            let free = self.left.iter().copied().filter(|partition| may(member, self.tp(*partition)));
            let taken: Vec<u32> = free.take(room).collect();
            self.give(place, &taken, assigned);
        }
    }

    /// `taken` ascends, and all of it is left.
    fn give(&mut self, place: usize, taken: &[u32], assigned: &mut GroupAssignment) {
        if taken.is_empty() {
            return;
        }
        assigned[self.subscribers[place]].extend(taken.iter().map(|partition| self.tp(*partition)));
        self.given[place] += taken.len();
        if self.given[place] > self.least {
            self.extra -= 1;
        }
        self.left.retain(|partition| taken.binary_search(partition).is_err());
    }
}

/// Gives what stands in the rack of a subscriber. Topics with the same subscribers and the same number of partitions stay
/// co-partitioned: who gets partition p of one gets it of all.
fn match_racks(shares: &mut [Share<'_>], racks: &Racks<'_>, assigned: &mut GroupAssignment) {
    let mut alike: BTreeMap<(&[usize], u32), Vec<&mut Share<'_>>> = BTreeMap::new();
    for share in shares {
        alike.entry((share.subscribers, share.partitions)).or_default().push(share);
    }
    // A member without a rack is everywhere at home.
    let may = |member: usize, tp: TopicPartition| !racks.mismatch(member, tp);
    for ((subscribers, partitions), mut shares) in alike {
        match shares.as_mut_slice() {
            [one] if one.racks_matter => one.hand_out(may, assigned),
            [_] => {}
            several => match_together(subscribers.len(), partitions, several, may, assigned),
        }
    }
}

/// Partition by partition: the first subscriber that stands beside it in all topics, and has room in all.
fn match_together(
    subscribers: usize,
    partitions: u32,
    shares: &mut [&mut Share<'_>],
    may: impl Fn(usize, TopicPartition) -> bool,
    assigned: &mut GroupAssignment,
) {
    let mut open: Vec<usize> = (0..subscribers).collect();
    for partition in 0..partitions {
        let suits =
            |place: usize| shares.iter().all(|s| may(s.subscribers[place], s.tp(partition)) && s.room(place) > 0);
        let Some(at) = open.iter().position(|place| suits(*place)) else { continue };
        let place = open[at];
        shares.iter_mut().for_each(|share| share.give(place, &[partition], assigned));
        if shares.iter().all(|share| share.room(place) == 0) {
            open.remove(at);
        }
    }
}
