//! A group's commits: sent, stored, and what explains a step back.

use std::collections::{BTreeMap, BTreeSet};

use crate::protocol::ids::*;
use crate::sim::time::Nanos;

/// A commit on its way, or given up.
#[derive(Clone, Copy, Debug)]
pub struct SentCommit {
    /// By whom.
    pub node: NodeId,
    /// What.
    pub offset: Offset,
    /// In which generation.
    pub generation: Generation,
    /// When.
    pub at: Nanos,
    /// It goes with a transaction.
    pub in_transaction: bool,
    /// Its sender does not wait any more; the coordinator may have it all the same.
    pub given_up: bool,
    /// The coordinator has stored it, or one like it.
    pub stored: bool,
    /// When a position of the partition was last set back before it was sent.
    pub set_back: Option<Nanos>,
}

impl SentCommit {
    /// One that has just been sent, and belongs to no transaction.
    pub fn new(node: NodeId, offset: Offset, generation: Generation, at: Nanos) -> SentCommit {
        let (in_transaction, given_up, stored, set_back) = (false, false, false, None);
        SentCommit { node, offset, generation, at, in_transaction, given_up, stored, set_back }
    }
}

#[derive(Clone, Debug, Default)]
struct Stored {
    last: Option<Offset>,
    /// When that one was sent.
    last_sent: Nanos,
    /// The last one before this event, and those that followed in it: answers prepared before are
    /// given out in the same moment in which the log's news are.
    event: u64,
    same_moment: Vec<Option<Offset>>,
    /// Those that wait for an answer, and those that were given up, by offset, in the order in which they were sent.
    sent: BTreeMap<Offset, Vec<SentCommit>>,
    /// When a consumer's position was last set below it, or below one that was under way.
    set_back: Option<Nanos>,
    /// A coordinator that is none any more has told that it is removed: the next one has that in its log, and does not tell it again.
    may_be_removed: bool,
}

impl Stored {
    /// There is another offset from this event on, or none. Returns the one before.
    fn becomes(&mut self, offset: Option<Offset>, event: u64) -> Option<Offset> {
        if self.event != event || self.same_moment.is_empty() {
            self.event = event;
            self.same_moment.clear();
            self.same_moment.push(self.last);
        }
        self.may_be_removed = false;
        self.same_moment.push(offset);
        std::mem::replace(&mut self.last, offset)
    }
}

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct GroupCommits {
    partitions: BTreeMap<Tp, Stored>,
    /// What was stored with a later transaction than that for which it was sent.
    left_over: BTreeSet<(Tp, Offset)>,
}

impl GroupCommits {
    fn at(&mut self, tp: Tp) -> &mut Stored {
        self.partitions.entry(tp).or_default()
    }
    /// A member sent a commit.
    pub fn sent(&mut self, tp: Tp, sent: SentCommit) {
        let stored = self.at(tp);
        let sent = SentCommit { set_back: stored.set_back, ..sent };
        stored.sent.entry(sent.offset).or_default().push(sent);
    }
    /// Its sender heard nothing, or nothing good.
    pub fn given_up(&mut self, tp: Tp, node: NodeId, offset: Offset) {
        let Some(alike) = self.at(tp).sent.get_mut(&offset) else { return };
        let Some(place) = alike.iter().position(|s| s.node == node && !s.given_up) else { return };
        alike[place].given_up = true;
        // A consumer that stands still gives up the same commit again and again: one of them stands for all.
        let SentCommit { generation, stored, set_back, .. } = alike[place];
        let earlier = alike[..place].iter_mut().find(|s| s.node == node && s.generation == generation && s.given_up);
        if let Some(earlier) = earlier {
            earlier.stored &= stored;
            earlier.set_back = earlier.set_back.max(set_back);
            alike.remove(place);
        }
    }
    /// It was part of a transaction, which was aborted: it will never be stored.
    pub fn dropped(&mut self, tp: Tp, offset: Offset) {
        let waiting = &mut self.at(tp).sent;
        let Some(alike) = waiting.get_mut(&offset) else { return };
        if let Some(at) = alike.iter().position(|s| !s.stored) {
            alike.remove(at);
        }
        if alike.is_empty() {
            waiting.remove(&offset);
        }
    }
    /// A process is gone with all that it waited for.
    pub fn abandoned(&mut self, node: NodeId) {
        let sent = self.partitions.values_mut().flat_map(|stored| stored.sent.values_mut().flatten());
        sent.filter(|s| s.node == node).for_each(|s| s.given_up = true);
    }
    /// Its sender heard that it is stored: whether it is. `None` if nobody waited for it.
    pub fn acknowledged(&mut self, tp: Tp, node: NodeId, offset: Offset) -> Option<bool> {
        let waiting = &mut self.at(tp).sent;
        let alike = waiting.get_mut(&offset)?;
        let at = alike.iter().position(|s| s.node == node && !s.given_up)?;
        let stored = alike.remove(at).stored;
        if alike.is_empty() {
            waiting.remove(&offset);
        }
        Some(stored)
    }
    /// Finds the commit that is stored now. Of several that are alike, any may be it: the first, with what
    /// explains any of them.
    pub fn find_sent(&mut self, tp: Tp, node: NodeId, offset: Offset, generation: Generation) -> Option<SentCommit> {
        let at_offset = self.at(tp).sent.get_mut(&offset)?;
        let alike = at_offset.iter_mut().filter(|s| s.node == node && s.generation == generation);
        let mut first: Option<SentCommit> = None;
        for sent in alike {
            sent.stored = true;
            let first = first.get_or_insert(*sent);
            first.set_back = first.set_back.max(sent.set_back);
            first.given_up |= sent.given_up;
        }
        first
    }
    /// An offset is stored that nobody has sent so: its sender may have given it to a transaction before, to one that failed.
    /// An abort does not empty `TransactionManager.pendingTxnOffsetCommits`, and all that is in it goes with the next
    /// request.
    pub fn left_over(&mut self, tp: Tp, node: NodeId, offset: Offset) -> Option<SentCommit> {
        let sent = self.partitions.get(&tp)?.sent.get(&offset)?;
        let left = *sent.iter().rfind(|s| s.in_transaction && s.node == node && !s.stored)?;
        self.left_over.insert((tp, offset));
        Some(left)
    }
    /// Whether that one was stored, and nobody has sent it so.
    pub fn was_left_over(&self, tp: Tp, offset: Offset) -> bool {
        self.left_over.contains(&(tp, offset))
    }
    /// An offset is stored. Returns the one before.
    pub fn stored(&mut self, tp: Tp, offset: Offset, sent: Nanos, event: u64) -> Option<Offset> {
        let stored = self.at(tp);
        stored.last_sent = sent;
        stored.becomes(Some(offset), event)
    }
    /// Finds the commit of an administrator that is stored now: it comes from no member, and is not stored yet. Of several that are
    /// alike any may be it, also one that was refused before and is tried again.
    pub fn find_reset(&mut self, tp: Tp, offset: Offset) -> Option<SentCommit> {
        let alike = self.at(tp).sent.get_mut(&offset)?;
        let bare = |s: &&mut SentCommit| s.generation == Generation::NONE && !s.in_transaction && !s.stored;
        let mut newest = None;
        for sent in alike.iter_mut().filter(bare) {
            sent.stored = true;
            newest = Some(*sent);
        }
        newest
    }
    /// There is no offset any more.
    pub fn removed(&mut self, tp: Tp, event: u64) {
        self.at(tp).becomes(None, event);
    }
    /// Whoever coordinated the group before tells that there is none any more.
    pub fn may_be_removed(&mut self, tp: Tp) {
        self.at(tp).may_be_removed = true;
    }
    /// A new coordinator has found an offset in the log: one that was stored before, or one whose
    /// fate was open.
    pub fn replayed(&mut self, tp: Tp, offset: Offset, event: u64) {
        let mut open = self.at(tp).last.is_none();
        for sent in self.at(tp).sent.get_mut(&offset).into_iter().flatten().filter(|s| !s.stored) {
            (sent.stored, open) = (true, true);
        }
        if open {
            self.stored(tp, offset, Nanos::ZERO, event);
        }
    }
    /// Whether every commit of this offset that was sent has been stored before.
    pub fn was_stored(&self, tp: Tp, offset: Offset) -> bool {
        let sent = self.partitions.get(&tp).and_then(|stored| stored.sent.get(&offset));
        sent.is_some_and(|alike| !alike.is_empty() && alike.iter().all(|sent| sent.stored))
    }
    /// The last offset stored.
    pub fn last(&self, tp: Tp) -> Option<Offset> {
        self.partitions.get(&tp)?.last
    }
    /// Whether an offset fetch may return this. A commit that nobody has answered may be in the
    /// log; once it has been returned it is.
    pub fn may_be(&mut self, tp: Tp, offset: Offset, event: u64) -> bool {
        let asked = (offset != Offset::INVALID).then_some(offset);
        let stored = self.at(tp);
        if stored.last == asked || (stored.event == event && stored.same_moment.contains(&asked)) {
            return true;
        }
        if asked.is_none() && stored.may_be_removed {
            stored.becomes(None, event);
            return true;
        }
        let open = stored.sent.get(&offset).is_some_and(|alike| alike.iter().any(|s| !s.stored));
        if open {
            stored.last = Some(offset);
        }
        open
    }
    /// A consumer's position was set. From below what is committed the next commit may be smaller.
    pub fn position_set(&mut self, tp: Tp, to: Offset, now: Nanos) {
        let stored = self.at(tp);
        // A commit that is still under way may be stored after the position was set back.
        let under_way = stored.sent.range(to.plus(1)..).flat_map(|(_, alike)| alike).any(|s| !s.stored);
        if under_way || stored.last.is_some_and(|last| to < last) {
            stored.set_back = Some(now);
        }
    }
    /// Why a commit is smaller than the last one: a position was set back between the two.
    pub fn reason(&self, tp: Tp, sent: Option<&SentCommit>) -> Option<&'static str> {
        let last_sent = self.partitions.get(&tp)?.last_sent;
        let set_back = sent?.set_back.is_some_and(|at| at >= last_sent);
        set_back.then_some("a consumer's position was reset or set back")
    }
}
