//! All members subscribe to the same topics (`UniformHomogeneousAssignmentBuilder`).

use super::extra::ExtraPartition;

/// Members by rank, partitions by number. Everybody keeps its target up to its quota; what is free is poured into those
/// that have room, one after the other.
pub(super) fn assign(targets: Vec<Vec<usize>>, partitions: usize, extra: ExtraPartition) -> Vec<Vec<usize>> {
    let members = targets.len();
    let Some(least) = partitions.checked_div(members) else { return targets };
    let mut extras = partitions % members;
    let mut pool = in_no_target(&targets, partitions);
    let mut assigned = targets;
    let mut room = vec![0; members];
    for (member, target) in assigned.iter_mut().enumerate() {
        let mut quota = least + usize::from(extras > 0);
        pool.extend(target.drain(quota.min(target.len())..));
        // It gives its extra place to somebody behind it who may have use for it, as long as there are enough of them.
        let gives_up = extra == ExtraPartition::WhoHasIt && target.len() < quota && members - member > extras;
        if extras > 0 {
            if gives_up { quota -= 1 } else { extras -= 1 }
        }
        room[member] = quota - target.len();
    }
    let mut pool = pool.into_iter();
    for (target, room) in assigned.iter_mut().zip(room) {
        target.extend(pool.by_ref().take(room));
    }
    debug_assert!(pool.next().is_none(), "targets are disjoint, so there are as many places as partitions");
    assigned
}

fn in_no_target(targets: &[Vec<usize>], partitions: usize) -> Vec<usize> {
    let mut free = vec![true; partitions];
    targets.iter().flatten().for_each(|number| free[*number] = false);
    (0..partitions).filter(|number| free[*number]).collect()
}
