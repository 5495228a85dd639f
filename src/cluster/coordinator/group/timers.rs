//! The group coordinator's timers: one of each kind per thing that waits, moved rather than multiplied.

use crate::node::timers;
use crate::protocol::ids::{GroupId, MemberId};

timers! {
    /// What a group coordinator waits for. The broker has kinds of its own below these.
    pub enum GroupCoordinatorTimer from 0x40 {
        /// The end of a group's join phase.
        Join(group: GroupId),
        /// The end of a group's wait for SyncGroups.
        Sync(group: GroupId),
        /// The end of a member's session, by its slot.
        Session(slot: u32),
        /// The end of a batch's linger, by the number of the partition of `__consumer_offsets`.
        Linger(partition: u32),
        /// The earliest `offsets.commit.timeout.ms` of a partition's waiting requests; the number as before.
        WriteTimeout(partition: u32),
        /// `offsets.retention.check.interval.ms` of a partition; the number as before.
        Retention(partition: u32),
        /// In a group of the new protocol: the end of the time that a member has for giving partitions up, by its slot.
        Revocation(slot: u32),
        /// The same, in which a member of the classic protocol has to join again.
        Rejoin(slot: u32),
        /// The same, in which it has to sync.
        MemberSync(slot: u32),
        /// The end of the task that matches the patterns of such a group.
        Regexes(group: GroupId),
    }
}

/// A timer of a group that went off.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum GroupTimer {
    /// End of the join phase.
    Join(GroupId),
    /// End of the wait for SyncGroups.
    Sync(GroupId),
    /// End of a member's session.
    Session(GroupId, MemberId),
    /// End of a member's time for giving partitions up.
    Revocation(GroupId, MemberId),
    /// End of the wait for a member's JoinGroup, in a group of the new protocol.
    Rejoin(GroupId, MemberId),
    /// End of the wait for its SyncGroup.
    MemberSync(GroupId, MemberId),
    /// End of the task that matches the group's patterns.
    Regexes(GroupId),
}

/// A timer of a shard that went off.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ShardTimer {
    /// One of a group.
    Group(GroupTimer),
    /// Offsets that have expired are looked for.
    Retention,
}

impl GroupTimer {
    /// The group.
    pub fn group(self) -> GroupId {
        match self {
            GroupTimer::Join(group)
            | GroupTimer::Sync(group)
            | GroupTimer::Session(group, _)
            | GroupTimer::Revocation(group, _)
            | GroupTimer::Rejoin(group, _)
            | GroupTimer::MemberSync(group, _)
            | GroupTimer::Regexes(group) => group,
        }
    }
    /// The member, of those that belong to one.
    pub fn member(self) -> Option<MemberId> {
        match self {
            GroupTimer::Join(_) | GroupTimer::Sync(_) | GroupTimer::Regexes(_) => None,
            GroupTimer::Session(_, member)
            | GroupTimer::Revocation(_, member)
            | GroupTimer::Rejoin(_, member)
            | GroupTimer::MemberSync(_, member) => Some(member),
        }
    }
}

/// Slots for session timers, so that their indexes stay dense over any number of member ids.
#[derive(Clone, Debug, Default)]
pub struct Sessions {
    slots: Vec<Option<(GroupId, MemberId)>>,
    free: Vec<u32>,
}

impl Sessions {
    pub fn claim(&mut self, group: GroupId, member: MemberId) -> u32 {
        let slot = self.free.pop().unwrap_or_else(|| {
            self.slots.push(None);
            (self.slots.len() - 1) as u32
        });
        self.slots[slot as usize] = Some((group, member));
        slot
    }
    pub fn release(&mut self, slot: u32) {
        assert!(self.slots[slot as usize].take().is_some(), "a session slot is released once");
        self.free.push(slot);
    }
    /// Whose session it is; none if it is over.
    pub fn owner(&self, slot: u32) -> Option<(GroupId, MemberId)> {
        self.slots.get(slot as usize).copied().flatten()
    }
    /// Slots in use, for tests.
    #[cfg(test)]
    pub fn in_use(&self) -> usize {
        self.slots.len() - self.free.len()
    }
}
