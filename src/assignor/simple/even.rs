//! The `SimpleAssignor` since 4.2: balance first, then what members have.

use std::collections::BTreeSet;
use std::ops::Range;

use crate::assignor::group::{Layout, Subscriptions};

/// Members by rank, partitions by number; `held` is what each member has. All partitions at once if all members subscribe to the same topics (`SimpleHomogeneousAssignmentBuilder`), else topic by
/// topic (`SimpleHeterogeneousAssignmentBuilder`).
pub(super) fn assign(
    mut held: Vec<BTreeSet<usize>>,
    subscriptions: &Subscriptions,
    layout: &Layout,
) -> Vec<BTreeSet<usize>> {
    if subscriptions.alike {
        let all: Vec<usize> = (0..held.len()).collect();
        share(0..layout.len(), &all, &mut held);
    } else {
        for topic in subscriptions.topics() {
            share(layout.of_topic(topic), &subscriptions.of_topic[topic], &mut held);
        }
    }
    held
}

/// Shares these partitions among these members. `held`: what every member of the group has.
fn share(partitions: Range<usize>, members: &[usize], held: &mut [BTreeSet<usize>]) {
    if partitions.is_empty() {
        return;
    }
    let readers = members.len().div_ceil(partitions.len());
    let mut due = vec![0; held.len()];
    for (place, member) in members.iter().enumerate() {
        due[*member] = due_at(place, readers * partitions.len(), members.len());
    }
    let mut read_by: Vec<BTreeSet<usize>> = vec![BTreeSet::new(); partitions.len()];
    for (member, held) in held.iter_mut().enumerate() {
        let present: Vec<usize> = held.range(partitions.clone()).copied().collect();
        let (given_up, kept) = present.split_at(present.len().saturating_sub(due[member]));
        for number in given_up {
            held.remove(number);
        }
        for number in kept {
            read_by[number - partitions.start].insert(member);
        }
    }
    for (number, of) in partitions.clone().zip(&mut read_by) {
        while of.len() > readers {
            let first = of.pop_first().expect("more than enough");
            held[first].remove(&number);
        }
    }
    let count = |held: &BTreeSet<usize>| held.range(partitions.clone()).count();
    let mut open: Vec<(usize, usize)> =
        members.iter().map(|member| (*member, due[*member].saturating_sub(count(&held[*member])))).collect();
    open.retain(|(_, room)| *room > 0);
    fill(partitions.zip(read_by), readers, open, held);
}

/// How many partitions the member at this place is to have, of so many places among so many members. The rounding is
/// Java's.
fn due_at(place: usize, places: usize, members: usize) -> usize {
    let precise = places as f64 / members as f64;
    let up_to = |place: usize| (precise * place as f64).ceil() as usize;
    up_to(place + 1) - up_to(place)
}

/// Goes through the partitions once and around the members that have room. A partition that all of those read already
/// stays with fewer readers.
fn fill(
    partitions: impl Iterator<Item = (usize, BTreeSet<usize>)>,
    readers: usize,
    mut open: Vec<(usize, usize)>,
    held: &mut [BTreeSet<usize>],
) {
    let mut next = 0;
    let mut given_in_this_turn = false;
    for (number, mut of) in partitions {
        while of.len() < readers && !open.is_empty() {
            if next == open.len() {
                if !given_in_this_turn {
                    break;
                }
                (next, given_in_this_turn) = (0, false);
            }
            let (member, room) = &mut open[next];
            next += 1;
            if of.insert(*member) {
                held[*member].insert(number);
                given_in_this_turn = true;
                *room -= 1;
                if *room == 0 {
                    next -= 1;
                    open.remove(next);
                }
            }
        }
    }
}
