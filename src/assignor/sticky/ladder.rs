//! The subscribers of a topic by how much they have.

/// Members of one topic by (number of partitions, rank), the smallest first.
///
/// It is made for one topic and kept for the next if that has the same subscribers: a pass goes through the partitions
/// topic by topic, and only subscribers of the topic in hand get or lose something meanwhile.
pub(super) struct Ladder<'s> {
    subscribers: &'s [usize],
    steps: Vec<(usize, usize)>,
}

impl<'s> Ladder<'s> {
    pub fn empty() -> Ladder<'s> {
        Ladder { subscribers: &[], steps: Vec::new() }
    }

    /// Stands for these subscribers from now on.
    pub fn turn_to(&mut self, subscribers: &'s [usize], sizes: &[usize]) {
        if !std::ptr::eq(self.subscribers, subscribers) && self.subscribers != subscribers {
            self.steps = subscribers.iter().map(|member| (sizes[*member], *member)).collect();
            self.steps.sort();
        }
        self.subscribers = subscribers;
    }

    /// The one with the fewest partitions, and how many it has.
    pub fn smallest(&self) -> (usize, usize) {
        self.steps[0]
    }

    /// The members, the one with the fewest first.
    pub fn ascending(&self) -> impl Iterator<Item = usize> + '_ {
        self.steps.iter().map(|(_, member)| *member)
    }

    /// A subscriber has another number of partitions now.
    pub fn resize(&mut self, member: usize, from: usize, to: usize) {
        let at = self.steps.binary_search(&(from, member)).expect("a subscriber of the topic in hand");
        let (lower, upper) = self.steps.split_at(at);
        if to > from {
            let end = at + upper.partition_point(|step| *step <= (to, member));
            self.steps[at..end].rotate_left(1);
            self.steps[end - 1] = (to, member);
        } else {
            let start = lower.partition_point(|step| *step < (to, member));
            self.steps[start..=at].rotate_right(1);
            self.steps[start] = (to, member);
        }
    }
}
