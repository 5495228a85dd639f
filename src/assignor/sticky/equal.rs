//! All members subscribe to the same topics (`ConstrainedAssignmentBuilder`).
//!
//! With P partitions and M members everybody gets P div M, and P mod M members one more.

use std::collections::VecDeque;

use super::claims::Claims;
use super::target::Target;
use crate::assignor::group::Layout;
use crate::assignor::racks::Racks;

/// Deals to members by rank. `racks`: if they matter.
pub(super) fn assign(layout: &Layout, claims: Claims, racks: Option<&Racks<'_>>) -> Target {
    let mut deal = Deal::new(layout, claims, racks);
    deal.keep();
    let mut pool = deal.unassigned();
    if let Some(racks) = racks {
        pool = deal.match_racks(pool, racks);
    }
    deal.hand_out(pool);
    let passes = |number: &usize| deal.transferring[*number];
    let transferring = (0..layout.len()).filter(passes).map(|number| layout.partitions[number]).collect();
    let assigned = deal.assigned.iter().map(|numbers| layout.named(numbers)).collect();
    Target { assigned, transferring: Some(transferring) }
}

struct Deal<'d> {
    layout: &'d Layout,
    claims: Claims,
    racks: Option<&'d Racks<'d>>,
    /// What everybody gets.
    least: usize,
    /// How many members may get one more than that.
    extra: usize,
    /// How many of them have it.
    granted: usize,
    assigned: Vec<Vec<usize>>,
    /// Who owned a partition and could not keep it.
    lost_by: Vec<Option<usize>>,
    /// What passes from one member to another.
    transferring: Vec<bool>,
    /// Members with less than `least`.
    below: Vec<usize>,
    /// Members with `least` that may get one more.
    at_least: VecDeque<usize>,
}

impl<'d> Deal<'d> {
    fn new(layout: &'d Layout, claims: Claims, racks: Option<&'d Racks<'d>>) -> Deal<'d> {
        // A group without members asks for nothing.
        let members = claims.owned.len().max(1);
        Deal {
            layout,
            racks,
            least: layout.len() / members,
            extra: layout.len() % members,
            granted: 0,
            assigned: vec![Vec::new(); claims.owned.len()],
            lost_by: vec![None; layout.len()],
            transferring: vec![false; layout.len()],
            below: Vec::new(),
            at_least: VecDeque::new(),
            claims,
        }
    }

    fn may_grant(&self) -> bool {
        self.granted < self.extra
    }

    fn grant(&mut self) {
        self.granted += 1;
        if !self.may_grant() {
            self.at_least.clear();
        }
    }

    /// What members own and may keep: the first of each in the order of numbers, then topics.
    fn keep(&mut self) {
        for member in 0..self.assigned.len() {
            let owned = self.still_suitable(member);
            let kept = if owned.len() < self.least {
                self.below.push(member);
                owned.len()
            } else if owned.len() > self.least && self.may_grant() {
                self.grant();
                self.least + 1
            } else {
                if self.may_grant() {
                    self.at_least.push_back(member);
                }
                self.least
            };
            owned[kept..].iter().for_each(|number| self.lost_by[*number] = Some(member));
            self.assigned[member].extend_from_slice(&owned[..kept]);
        }
    }

    fn still_suitable(&mut self, member: usize) -> Vec<usize> {
        let mut owned = std::mem::take(&mut self.claims.owned[member]);
        if let Some(racks) = self.racks {
            owned.retain(|number| {
                let far = racks.mismatch(member, self.layout.partitions[*number]);
                if far {
                    self.lost_by[*number] = Some(member);
                }
                !far
            });
        }
        let partitions = &self.layout.partitions;
        owned.sort_by_key(|number| (partitions[*number].partition, partitions[*number].topic));
        owned
    }

    fn unassigned(&self) -> Vec<usize> {
        let mut free = vec![true; self.layout.len()];
        self.assigned.iter().flatten().for_each(|number| free[*number] = false);
        (0..self.layout.len()).filter(|number| free[*number]).collect()
    }

    /// Gives each partition, those that few could have first, to a member in the rack of a replica, as long as the
    /// numbers allow it. Returns what nobody got.
    fn match_racks(&mut self, mut pool: Vec<usize>, racks: &Racks<'_>) -> Vec<usize> {
        let partitions = &self.layout.partitions;
        let neighbours = racks.neighbours();
        pool.sort_by_cached_key(|number| neighbours(partitions[*number]));
        let mut next = 0;
        pool.retain(|number| {
            let suits = |member: &usize| racks.match_up(*member, partitions[*number]);
            let count = self.below.len();
            let below = (0..count).map(|i| (next + i) % count).find(|at| suits(&self.below[*at]));
            let member = match below {
                Some(at) => {
                    let member = self.below[at];
                    let full = self.assigned[member].len() + 1 == self.least;
                    if full {
                        self.below.remove(at);
                        if self.may_grant() {
                            self.at_least.push_back(member);
                        }
                    }
                    next = (at + usize::from(!full)) % self.below.len().max(1);
                    member
                }
                None => {
                    let Some(at) = self.at_least.iter().position(suits) else { return true };
                    let member = self.at_least.remove(at).expect("it was found");
                    self.grant();
                    member
                }
            };
            self.give(*number, member);
            false
        });
        pool
    }

    /// In turn to the members below the least, then one more each to those at it.
    fn hand_out(&mut self, pool: Vec<usize>) {
        let mut next = 0;
        for number in pool {
            if self.below.is_empty() {
                let member = self.at_least.pop_front().expect("as many places as partitions");
                self.give(number, member);
                continue;
            }
            if next == self.below.len() {
                next = 0;
            }
            let member = self.below[next];
            self.give(number, member);
            if self.assigned[member].len() == self.least {
                self.below.remove(next);
                self.at_least.push_back(member);
            } else {
                next += 1;
            }
        }
    }

    fn give(&mut self, number: usize, member: usize) {
        let from_another = self.lost_by[number].is_some_and(|loser| loser != member);
        self.transferring[number] = from_another || self.claims.contested[number];
        self.assigned[member].push(number);
    }
}
