//! Members subscribe to different topics (`UniformHeterogeneousAssignmentBuilder`).

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;

use crate::assignor::group::{Layout, Subscriptions};

/// Balancing ends after so many rounds over the topics, whatever is left uneven.
const MAX_ROUNDS: usize = 16;

/// Members by rank, partitions by number. Keeps what members still subscribe to, gives what is free to those with the
/// fewest, then evens out topic by topic.
pub(super) fn assign(targets: &[Vec<usize>], subscriptions: &Subscriptions, layout: &Layout) -> Vec<Vec<usize>> {
    let mut loads = Loads { sizes: vec![0; targets.len()], owners: vec![None; layout.len()] };
    for (member, target) in targets.iter().enumerate() {
        let kept = target.iter().filter(|number| subscriptions.has(member, layout.topic(**number)));
        kept.for_each(|number| loads.give(*number, member));
    }
    let topics = in_order(subscriptions, layout);
    for topic in &topics {
        loads.place(layout.of_topic(*topic), &subscriptions.of_topic[*topic]);
    }
    let shared: Vec<usize> = topics.into_iter().filter(|topic| subscriptions.of_topic[*topic].len() > 1).collect();
    for _ in 0..MAX_ROUNDS {
        let even = |topic: &usize| loads.even_out(layout.of_topic(*topic), &subscriptions.of_topic[*topic]);
        if shared.iter().map(even).sum::<usize>() == 0 {
            break;
        }
    }
    let mut assigned = vec![Vec::new(); targets.len()];
    for (number, owner) in loads.owners.iter().enumerate() {
        assigned[owner.expect("every partition is placed")].push(number);
    }
    assigned
}

/// Topics with many partitions per subscriber first; then those with few subscribers; then by name.
fn in_order(subscriptions: &Subscriptions, layout: &Layout) -> Vec<usize> {
    let counts = |topic: usize| (layout.of_topic(topic).len(), subscriptions.of_topic[topic].len());
    let mut topics: Vec<usize> = subscriptions.topics().collect();
    topics.sort_by(|a, b| {
        let ((a_partitions, a_members), (b_partitions, b_members)) = (counts(*a), counts(*b));
        let per_member: Ordering = (b_partitions * a_members).cmp(&(a_partitions * b_members));
        per_member.then(a_members.cmp(&b_members))
    });
    topics
}

struct Loads {
    /// How many partitions each member has, of all topics.
    sizes: Vec<usize>,
    owners: Vec<Option<usize>>,
}

impl Loads {
    fn give(&mut self, number: usize, member: usize) {
        if let Some(before) = self.owners[number].replace(member) {
            self.sizes[before] -= 1;
        }
        self.sizes[member] += 1;
    }

    /// The subscribers, those with few partitions first.
    fn ascending(&self, subscribers: &[usize]) -> Vec<usize> {
        let mut members = subscribers.to_vec();
        members.sort_by_key(|member| (self.sizes[*member], *member));
        members
    }

    fn place(&mut self, topic: std::ops::Range<usize>, subscribers: &[usize]) {
        let free: Vec<usize> = topic.filter(|number| self.owners[*number].is_none()).collect();
        if free.is_empty() {
            return;
        }
        let mut receivers = Receivers::new(&self.ascending(subscribers), &self.sizes);
        for number in free {
            self.give(number, receivers.next().1);
        }
    }

    /// Moves partitions of the topic from who has most to who has least while they are two or more apart. Says how many.
    fn even_out(&mut self, topic: std::ops::Range<usize>, subscribers: &[usize]) -> usize {
        let members = self.ascending(subscribers);
        let (least, most) = (self.sizes[members[0]], self.sizes[members[members.len() - 1]]);
        if most - least <= 1 {
            return 0;
        }
        let mut of_topic: Vec<Vec<usize>> = vec![Vec::new(); self.sizes.len()];
        topic.for_each(|number| of_topic[self.owners[number].expect("every partition is placed")].push(number));
        let mut receivers = Receivers::new(&members, &self.sizes);
        let mut donors = Donors::new(members);
        let mut moved = 0;
        while let Some(donor) = donors.next(&self.sizes, |member| !of_topic[member].is_empty()) {
            let (size, receiver) = receivers.next();
            if self.sizes[donor] <= size + 1 {
                break;
            }
            let number = of_topic[donor].pop().expect("a donor has one");
            self.give(number, receiver);
            moved += 1;
        }
        moved
    }
}

/// Who gets the next partition: the one with the fewest; among equals the one that had fewer to begin with, then by rank.
struct Receivers(BinaryHeap<Reverse<(usize, usize, usize)>>);

impl Receivers {
    /// `members`: those with few partitions first.
    fn new(members: &[usize], sizes: &[usize]) -> Receivers {
        Receivers(members.iter().enumerate().map(|(place, member)| Reverse((sizes[*member], place, *member))).collect())
    }

    /// How much it has, and who it is; it is taken to get one more.
    fn next(&mut self) -> (usize, usize) {
        let Reverse((size, place, member)) = self.0.pop().expect("a topic has a subscriber");
        self.0.push(Reverse((size + 1, place, member)));
        (size, member)
    }
}

/// Who gives the next partition: those with most, one each, from the last to the first; then those with one less, and so
/// on. Who has none of the topic to give is put aside.
struct Donors {
    /// Those with few partitions first.
    members: Vec<usize>,
    /// Where those begin that give at present.
    start: usize,
    /// Where they end; who stands behind gives nothing any more.
    end: usize,
    /// How many of them, from `start` on, are to give in this turn, yet.
    due: usize,
}

impl Donors {
    fn new(members: Vec<usize>) -> Donors {
        let end = members.len();
        Donors { members, start: end, end, due: 0 }
    }

    /// The next that `has` something; it is taken to give one.
    fn next(&mut self, sizes: &[usize], has: impl Fn(usize) -> bool) -> Option<usize> {
        loop {
            if self.due == 0 {
                self.begin_turn(sizes);
            }
            let place = self.start + self.due.checked_sub(1)?;
            self.due -= 1;
            if has(self.members[place]) {
                return Some(self.members[place]);
            }
            self.end -= 1;
            self.members.swap(place, self.end);
        }
    }

    /// All that give have the same number. Those that have as many now join them.
    fn begin_turn(&mut self, sizes: &[usize]) {
        let giving = self.members[self.start..self.end].first().copied();
        let level = giving.or_else(|| self.members[..self.start].last().copied()).map(|member| sizes[member]);
        while self.start > 0 && Some(sizes[self.members[self.start - 1]]) == level {
            self.start -= 1;
        }
        self.due = self.end - self.start;
    }
}
