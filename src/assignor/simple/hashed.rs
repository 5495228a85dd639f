//! The `SimpleAssignor` of 4.1.

use std::collections::BTreeSet;

use crate::assignor::group::{Layout, Subscriptions};
use crate::protocol::hashing::java_string_hash;

/// Members by rank, partitions by number; `held` is what each member has.
pub(super) fn assign(
    ids: &[&str],
    held: &[BTreeSet<usize>],
    subscriptions: &Subscriptions,
    layout: &Layout,
) -> Vec<BTreeSet<usize>> {
    let mut assigned: Vec<BTreeSet<usize>> = vec![BTreeSet::new(); ids.len()];
    for (member, id) in ids.iter().enumerate() {
        let own: Vec<usize> = subscriptions.of_member[member].iter().flat_map(|t| layout.of_topic(*t)).collect();
        assigned[member].extend(by_hash(id, &own));
    }
    if subscriptions.alike {
        fill_up(&mut assigned, held, layout.len());
    } else {
        deal_by_topic(&mut assigned, held, subscriptions, layout);
    }
    assigned
}

/// The partition that the id's hash points to (`memberHashAssignment`).
fn by_hash(id: &str, partitions: &[usize]) -> Option<usize> {
    let count = i32::try_from(partitions.len()).expect("fewer partitions than that");
    let at = java_string_hash(id).checked_rem(count)?;
    Some(partitions[at.unsigned_abs() as usize])
}

/// All subscribe to the same: members keep what no hash has given out, up to an even share; the rest goes around.
fn fill_up(assigned: &mut [BTreeSet<usize>], held: &[BTreeSet<usize>], partitions: usize) {
    if assigned.is_empty() {
        return;
    }
    let share = partitions.div_ceil(assigned.len());
    let hashed: BTreeSet<usize> = assigned.iter().flatten().copied().collect();
    for number in (0..partitions).filter(|number| !hashed.contains(number)) {
        for (member, held) in held.iter().enumerate() {
            if held.contains(&number) && assigned[member].len() < share {
                assigned[member].insert(number);
            }
        }
    }
    let given: BTreeSet<usize> = assigned.iter().flatten().copied().collect();
    // One more than the share may be had, for hashes collide.
    let mut open: Vec<usize> = (0..assigned.len()).collect();
    let mut next = 0;
    for number in (0..partitions).filter(|number| !given.contains(number)) {
        loop {
            next %= open.len();
            let of = &mut assigned[open[next]];
            if of.len() <= share {
                of.insert(number);
                next += 1;
                break;
            }
            open.remove(next);
        }
    }
}

/// Subscriptions differ: what no hash has given out and nobody has goes around among the topic's subscribers; all else
/// stays. What only a member has that does not subscribe any more, nobody gets.
fn deal_by_topic(
    assigned: &mut [BTreeSet<usize>],
    held: &[BTreeSet<usize>],
    subscriptions: &Subscriptions,
    layout: &Layout,
) {
    let hashed: BTreeSet<usize> = assigned.iter().flatten().copied().collect();
    for topic in subscriptions.topics() {
        let mut in_turn = subscriptions.of_topic[topic].iter().cycle();
        for number in layout.of_topic(topic).filter(|number| !hashed.contains(number)) {
            if held.iter().any(|held| held.contains(&number)) {
                let readers = subscriptions.of_topic[topic].iter().filter(|member| held[**member].contains(&number));
                readers.for_each(|member| _ = assigned[*member].insert(number));
            } else {
                assigned[*in_turn.next().expect("a topic has a subscriber")].insert(number);
            }
        }
    }
}
