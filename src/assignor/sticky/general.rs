//! Members subscribe to different topics (`GeneralAssignmentBuilder`).

use super::claims::Claims;
use super::ladder::Ladder;
use super::movements::Movements;
use crate::assignor::GroupAssignment;
use crate::assignor::group::{Layout, Subscriptions};
use crate::assignor::racks::Racks;

/// Deals to members by rank: keeps what can be kept, gives the rest to who has least, then moves single partitions as long
/// as that makes it more even. `racks`: if they matter.
pub(super) fn assign(
    subscriptions: &Subscriptions,
    layout: &Layout,
    claims: Claims,
    racks: Option<&Racks<'_>>,
) -> GroupAssignment {
    let mut scales = Scales::new(subscriptions, layout, &claims, racks);
    let fresh = scales.sizes.iter().all(|size| *size == 0);
    let all = scales.in_order();
    let unassigned: Vec<usize> = all.iter().copied().filter(|number| scales.owners[*number].is_none()).collect();
    scales.place(&unassigned, racks);
    scales.balance(&all, &unassigned, fresh);
    scales.assigned()
}

struct Scales<'d> {
    subscriptions: &'d Subscriptions,
    layout: &'d Layout,
    previous: &'d [Option<usize>],
    /// Somebody owns what it may not keep: what is free then is no measure of what has changed.
    forced: bool,
    owners: Vec<Option<usize>>,
    sizes: Vec<usize>,
}

impl<'d> Scales<'d> {
    fn new(
        subscriptions: &'d Subscriptions,
        layout: &'d Layout,
        claims: &'d Claims,
        racks: Option<&Racks<'_>>,
    ) -> Scales<'d> {
        let sizes = vec![0; claims.owned.len()];
        let owners = vec![None; layout.len()];
        let previous = &claims.previous;
        let mut scales = Scales { subscriptions, layout, previous, forced: false, owners, sizes };
        for (member, owned) in claims.owned.iter().enumerate() {
            for number in owned {
                let far = racks.is_some_and(|racks| racks.mismatch(member, layout.partitions[*number]));
                if far || !subscriptions.has(member, layout.topic(*number)) {
                    scales.forced = true;
                } else {
                    scales.owners[*number] = Some(member);
                    scales.sizes[member] += 1;
                }
            }
        }
        scales
    }

    fn subscribers(&self, topic: usize) -> &'d [usize] {
        &self.subscriptions.of_topic[topic]
    }

    /// All partitions, those of topics with few subscribers first.
    fn in_order(&self) -> Vec<usize> {
        let mut topics: Vec<usize> = self.subscriptions.topics().collect();
        topics.sort_by_key(|topic| self.subscribers(*topic).len());
        topics.into_iter().flat_map(|topic| self.layout.of_topic(topic)).collect()
    }

    /// Each partition to the subscriber with the fewest: first those that have one in the rack of a replica.
    fn place(&mut self, unassigned: &[usize], racks: Option<&Racks<'_>>) {
        let mut rest = unassigned.to_vec();
        if let Some(racks) = racks {
            let layout = self.layout;
            rest = self.place_where(&rest, |member, number| !racks.mismatch(member, layout.partitions[number]));
        }
        let nobody = self.place_where(&rest, |_, _| true);
        debug_assert!(nobody.is_empty(), "a partition of the layout has a subscriber");
    }

    /// Returns those that no subscriber may have.
    fn place_where(&mut self, list: &[usize], may: impl Fn(usize, usize) -> bool) -> Vec<usize> {
        let mut ladder = Ladder::empty();
        let mut left = Vec::new();
        for number in list {
            ladder.turn_to(self.subscribers(self.layout.topic(*number)), &self.sizes);
            let Some(member) = ladder.ascending().find(|member| may(*member, *number)) else {
                left.push(*number);
                continue;
            };
            self.owners[*number] = Some(member);
            self.resize(member, 1, &mut ladder);
        }
        left
    }

    fn resize(&mut self, member: usize, by: isize, ladder: &mut Ladder<'_>) {
        let from = self.sizes[member];
        let to = from.checked_add_signed(by).expect("it has what it loses");
        self.sizes[member] = to;
        ladder.resize(member, from, to);
    }

    fn balance(&mut self, all: &[usize], unassigned: &[usize], fresh: bool) {
        let shared = |number: &usize| self.subscribers(self.layout.topic(*number)).len() > 1;
        let all: Vec<usize> = all.iter().copied().filter(shared).collect();
        let unassigned: Vec<usize> = unassigned.iter().copied().filter(shared).collect();
        let movable = self.movable();
        let before = (self.owners.clone(), self.sizes.clone());
        let mut movements = Movements::default();
        if !self.forced {
            self.level(&unassigned, &mut movements);
        }
        let moved = self.level(&all, &mut movements);
        if moved && !fresh && unevenness(&self.sizes, &movable) >= unevenness(&before.1, &movable) {
            (self.owners, self.sizes) = before;
        }
    }

    /// Members that can get more, or have something that others could have.
    fn movable(&self) -> Vec<bool> {
        let most = |member: usize| -> usize {
            self.subscriptions.of_member[member].iter().map(|topic| self.layout.of_topic(*topic).len()).sum()
        };
        let mut movable: Vec<bool> = (0..self.sizes.len()).map(|member| self.sizes[member] < most(member)).collect();
        for (number, owner) in self.owners.iter().enumerate() {
            let owner = owner.expect("every partition is placed");
            movable[owner] |= self.subscribers(self.layout.topic(number)).len() > 1;
        }
        movable
    }

    /// Moves partitions of the list from who has more to who has less by two or more, round after round, until a round
    /// moves nothing. Says whether it moved any.
    ///
    /// Java asks before each partition whether all is balanced, and then ends the round. Nobody has more than another
    /// subscriber by two then, so nothing would move anyway.
    fn level(&mut self, list: &[usize], movements: &mut Movements) -> bool {
        let mut ever = false;
        loop {
            let mut moved = false;
            let mut ladder = Ladder::empty();
            for number in list {
                ladder.turn_to(self.subscribers(self.layout.topic(*number)), &self.sizes);
                if let Some(to) = self.better_owner(*number, &ladder) {
                    self.move_to(*number, to, movements, &mut ladder);
                    moved = true;
                }
            }
            if !moved {
                return ever;
            }
            ever = true;
        }
    }

    /// Who had it before, if that evens things out; else the subscriber with the fewest.
    fn better_owner(&self, number: usize, ladder: &Ladder<'_>) -> Option<usize> {
        let size = self.sizes[self.owner(number)];
        // Java does not look whether that one still subscribes. It would refuse the assignment and join again.
        let subscribes = |member: &usize| self.subscriptions.has(*member, self.layout.topic(number));
        let previous = self.previous[number].filter(|member| size > self.sizes[*member] + 1);
        let (least, smallest) = ladder.smallest();
        previous.filter(subscribes).or((size > least + 1).then_some(smallest))
    }

    fn owner(&self, number: usize) -> usize {
        self.owners[number].expect("every partition is placed")
    }

    fn move_to(&mut self, number: usize, to: usize, movements: &mut Movements, ladder: &mut Ladder<'_>) {
        let topic = self.layout.topic(number);
        let number = movements.instead_of(number, topic, self.owner(number), to);
        let from = self.owner(number);
        movements.moved(number, topic, from, to);
        self.owners[number] = Some(to);
        self.resize(from, -1, ladder);
        self.resize(to, 1, ladder);
    }

    fn assigned(&self) -> GroupAssignment {
        let mut assigned = vec![Vec::new(); self.sizes.len()];
        for (number, owner) in self.owners.iter().enumerate() {
            assigned[owner.expect("every partition is placed")].push(self.layout.partitions[number]);
        }
        assigned
    }
}

/// The differences in size of all pairs of these members, summed up (`getBalanceScore`).
fn unevenness(sizes: &[usize], of: &[bool]) -> u64 {
    let mut sizes: Vec<u64> = sizes.iter().zip(of).filter(|(_, of)| **of).map(|(size, _)| *size as u64).collect();
    sizes.sort();
    let (mut sum, mut below) = (0, 0);
    for (count, size) in (0u64..).zip(sizes) {
        sum += size * count - below;
        below += size;
    }
    sum
}
