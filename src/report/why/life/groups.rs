//! Why a group processed a record again, or never.

use super::super::cause::StoryCause;
use super::RecordLife;
use super::reading::{Parting, Reading, Start};
use crate::check::excuse::OffsetsMoved;
use crate::history::fact::{LeaveReason, OffsetRemovalReason};
use crate::history::setup::{CommitSetup, ConsumerSetup};
use crate::protocol::config::{AutoOffsetReset, ConfigValue};
use crate::protocol::ids::*;
use crate::protocol::put_aside::Aside;
use crate::sim::time::Nanos;

impl RecordLife {
    pub(super) fn processed_again(&self, group: GroupId) -> (StoryCause, String) {
        let Some(reading) = self.reading(group) else { return unexplained() };
        if self.is_share_group(group) && self.copies.places.len() == 1 && self.copies.resent.is_empty() {
            return self.shared_again(reading);
        }
        if let [(_, first), .., (_, last)] = reading.processed[..]
            && (first != last || self.copies.places.len() > 1 && reading.polled.len() > 1)
            && (self.copies.places.len() > 1 || !self.copies.resent.is_empty())
        {
            let (_, why) = self.duplicated();
            let text = format!(
                "The log holds it twice, at {first} and at {last}, and a group that reads both processes both. {why}"
            );
            return (StoryCause::InTheLogTwice, text);
        }
        let first = reading.processed.first().map(|(node, _)| *node);
        self.done_again(reading, first, "processed")
    }

    pub(super) fn effect_again(&self, group: GroupId) -> (StoryCause, String) {
        let Some(reading) = self.reading(group) else { return unexplained() };
        if !self.copies.resent.is_empty() || self.copies.places.len() > 1 {
            return (StoryCause::InTheLogTwice, "The log holds it twice, and its effect took place for both.".into());
        }
        self.done_again(reading, reading.polled.first().copied(), "done what it is about outside of Kafka")
    }

    fn done_again(&self, reading: &Reading, first: Option<NodeId>, did: &str) -> (StoryCause, String) {
        let first_name = first.map_or("its reader", |node| self.scene.node(node));
        let again = self.begun_again(reading, first_name);
        let transactional =
            self.scene.consumer_setup(reading.group).is_some_and(|c| c.commit == CommitSetup::InTransaction);
        if let Some(how) = reading.moved {
            let moved = self.moved(reading.group, how);
            return (StoryCause::of_move(how), format!("{moved}; {again}, and did it again."));
        }
        if let Some(forgotten) = reading.forgotten {
            let (had, forgotten) = forgotten;
            let passed = if reading.passed.is_some() { format!("{had}, past it") } else { had.to_string() };
            let found = if forgotten == Offset::INVALID { "nothing".into() } else { forgotten.to_string() };
            let text = format!(
                "{} had committed {passed}, and its coordinator lost that: what it had of {} later was {found}; {again}.",
                self.scene.group_name(reading.group),
                self.scene.partition()
            );
            return (StoryCause::CommitLost, text);
        }
        if reading.passed.is_none() && (transactional || reading.dropped || reading.aborted) {
            let how = match reading.parted {
                Some((_, Parting::Died(_))) if !reading.aborted => {
                    format!("{first_name} died in the middle of the transaction in which it had {did} the record")
                }
                _ => format!("The transaction in which {first_name} had {did} the record was aborted"),
            };
            let text = format!(
                "{how}, and the record's offset was never committed; {again}. What it sent the first time was aborted with the \
                 transaction; what left Kafka was not taken back."
            );
            return (StoryCause::AbortedAndRepeated, text);
        }
        let kept_outside = self.scene.consumer_setup(reading.group).is_some_and(|c| c.keeps_offsets_outside());
        if let Some((_, _, start @ (Start::Sought | Start::Cut))) = reading.began
            && !(kept_outside && start == Start::Sought)
        {
            let how =
                if start == Start::Sought { "seek() was called" } else { "the log was truncated under its position" };
            return (StoryCause::SetBack, format!("{first_name} had {did} the record when {how}; {again}."));
        }
        if let (Some(sleeper), Some(first)) = (reading.zombie, first)
            && first != sleeper
        {
            let had_it = reading.parted == Some((sleeper, Parting::Left(LeaveReason::SessionTimeout)));
            let hands = if had_it { "with the record in its hands" } else { "while it stood still" };
            let went_on = match had_it {
                true => "went on with what poll() had given it before",
                false => "came back and was given by poll() what it had fetched before",
            };
            let (sleeper, first) = (self.scene.node(sleeper), self.scene.node(first));
            let fences = transactional && self.scene.consumer_setup(reading.group).is_some_and(|c| !c.hides_generation);
            let fenced =
                if fences { ", whose transaction can commit no offsets of a generation that is gone" } else { "" };
            let text = format!(
                "{sleeper} was taken for dead (session.timeout.ms) {hands}, and {first} did it instead; then {sleeper} {went_on}: a \
                 zombie{fenced}."
            );
            return (StoryCause::Zombie, text);
        }
        let refused = reading.refused.map_or(String::new(), |e| format!(" ({})", e.name()));
        let (cause, parted) = match reading.parted {
            Some((_, Parting::Died(_))) => (
                StoryCause::CrashBeforeCommit,
                format!("{first_name} died after it had {did} the record and before its offset was committed"),
            ),
            Some((_, Parting::Left(LeaveReason::PollTimeout))) => (
                StoryCause::PollTimeout,
                format!(
                    "{first_name} took longer than max.poll.interval.ms and was out of the group before it could commit"
                ),
            ),
            Some((_, Parting::Left(LeaveReason::SessionTimeout))) => (
                StoryCause::Zombie,
                format!("{first_name} was taken for dead (session.timeout.ms) before it could commit"),
            ),
            Some(_) => (
                StoryCause::RebalanceBeforeCommit,
                format!("{first_name} lost the partition in a rebalance before it had committed what it had {did}"),
            ),
            None => match reading.began {
                Some((node, ..)) if Some(node) != first && self.is_assigned_by_hand(node) => {
                    let name = self.scene.node(node);
                    let text =
                        format!("{first_name} had not committed past it, and {name} took the partition with assign()");
                    (StoryCause::AssignedByHand, text)
                }
                Some((_, _, Start::Reset(AutoOffsetReset::Earliest))) => {
                    (StoryCause::ResetToEarliest, format!("{first_name} had not committed past it"))
                }
                Some(_) if let Some(twin) = first.and_then(|first| self.twin(first)) => {
                    let text = format!(
                        "{} has the group.instance.id of {first_name} and had taken its place; {first_name} read on until it heard \
                         of that, and had not committed past the record",
                        self.scene.node(twin)
                    );
                    (StoryCause::OneIdTwice, text)
                }
                _ if reading.refused.is_some() => {
                    (StoryCause::RebalanceBeforeCommit, format!("{first_name} could not commit past it"))
                }
                Some((_, _, Start::Committed))
                    if let (Some(passed), Some(back)) = (reading.passed, reading.set_back) =>
                {
                    (
                        StoryCause::OffsetSetBack,
                        format!(
                            "{} had committed {passed}, past it, and then somebody who did not know of that committed {back}",
                            self.scene.group_name(reading.group)
                        ),
                    )
                }
                _ => (StoryCause::Unexplained, format!("{first_name} had not committed past it")),
            },
        };
        (cause, format!("{parted}{refused}; {again}, and did it again."))
    }

    fn is_share_group(&self, group: GroupId) -> bool {
        self.scene.setup.catalog.is_share_group(group)
    }
    /// Whether a process is no member of its group: it takes its partitions itself.
    fn is_assigned_by_hand(&self, node: NodeId) -> bool {
        self.scene.setup.consumers.iter().any(|c| c.node == node && !c.is_member())
    }
    /// Another process that calls itself the same static member.
    fn twin(&self, node: NodeId) -> Option<NodeId> {
        let consumers = &self.scene.setup.consumers;
        let own = consumers.iter().find(|c| c.node == node).filter(|own| own.instance.is_some())?;
        let same = |c: &&ConsumerSetup| c.node != node && (c.group, c.instance) == (own.group, own.instance);
        consumers.iter().find(same).map(|c| c.node)
    }

    /// What moved a group's offset.
    fn moved(&self, group: GroupId, how: OffsetsMoved) -> String {
        let (name, partition) = (self.scene.group_name(group), self.scene.partition());
        match how {
            OffsetsMoved::Reset => format!("An administrator reset the offset of {name} for {partition}"),
            OffsetsMoved::Removed(OffsetRemovalReason::Expired) => {
                format!("The offset of {name} for {partition} had expired (offsets.retention.minutes)")
            }
            OffsetsMoved::Removed(OffsetRemovalReason::Deleted) => {
                format!("An administrator deleted the offset of {name} for {partition}")
            }
            OffsetsMoved::Removed(OffsetRemovalReason::GroupDeleted) => {
                format!("An administrator deleted {name} with its offsets")
            }
            OffsetsMoved::Removed(OffsetRemovalReason::Replayed) => {
                format!("The offset of {name} for {partition} had been removed")
            }
        }
    }
    /// It was not read, since the group's offset was moved.
    fn moved_over(&self, reading: &Reading, how: OffsetsMoved) -> (StoryCause, String) {
        let moved = self.moved(reading.group, how);
        let began = match reading.leapt.or(reading.began) {
            Some((node, offset, Start::Reset(policy))) if policy.leaps() => {
                format!("{} began at {}", self.scene.node(node), reset_to(policy, offset))
            }
            Some((node, offset, _)) => format!("{} began at {offset}", self.scene.node(node)),
            None => "nobody of the group came after that".into(),
        };
        (StoryCause::of_move(how), format!("Nobody ever read it. {moved}; {began}."))
    }

    /// Where whoever did it again had begun.
    fn begun_again(&self, reading: &Reading, first: &str) -> String {
        let name = |node| self.scene.node(node);
        match reading.began {
            Some((node, offset, Start::Committed)) => {
                let again = if name(node) == first { " again" } else { "" };
                format!("{} began{again} at the committed offset, {offset}", name(node))
            }
            Some((node, offset, Start::Reset(AutoOffsetReset::Earliest))) => {
                format!("{} was reset to the earliest offset, {offset}", name(node))
            }
            Some((node, offset, _)) => format!("{} began at {offset}", name(node)),
            None => format!("{} read it again", self.scene.group_name(reading.group)),
        }
    }

    pub(super) fn overtaken(&self, group: GroupId) -> (StoryCause, String) {
        let Some(reading) = self.reading(group) else { return unexplained() };
        let Some((reader, by)) = reading.overtaken else { return unexplained() };
        let (reader, by) =
            (self.scene.node(reader), format!("{}@{by}", self.scene.setup.catalog.tp_name(self.scene.record.tp)));
        match reading.aside {
            Some(Aside::RetryTopic) => (
                StoryCause::OvertakenInRetryTopic,
                format!(
                    "{reader} could not process the record, sent it to a retry topic, and went on: it was done with {by}, \
                     a later record of the same key, while this one waited there."
                ),
            ),
            _ => (
                StoryCause::OvertakenByThread,
                format!(
                    "{reader} works on records side by side, in no order of keys: a thread was done with {by}, a later record \
                     of the same key, before another one was done with this."
                ),
            ),
        }
    }

    pub(super) fn never_processed(&self, group: GroupId) -> (StoryCause, String) {
        let Some(reading) = self.reading(group) else { return unexplained() };
        if self.is_share_group(group) {
            return self.shared_never(reading);
        }
        if reading.skipped {
            let text = format!(
                "{} cannot process the record and goes on without it, as on.poison says.",
                self.scene.group_name(group)
            );
            return (StoryCause::SkippedPoison, text);
        }
        if let (Some(deleted), None) = (reading.deleted, reading.polled.last()) {
            return self.deleted_unread(reading, deleted);
        }
        if let (Some(how), None) = (reading.moved, reading.polled.last()) {
            return self.moved_over(reading, how);
        }
        match (reading.passed, reading.polled.last()) {
            (Some(passed), Some(reader)) => self.given_and_passed(reading, passed, *reader),
            (Some(passed), None) => self.passed_unseen(reading, passed),
            (None, Some(reader)) => {
                let reader = self.scene.node(*reader);
                match reading.parted {
                    Some((_, Parting::Left(LeaveReason::PollTimeout))) => (
                        StoryCause::PollTimeout,
                        format!(
                            "{reader} had it, took longer than max.poll.interval.ms, and never came to process it."
                        ),
                    ),
                    _ if reading.failed > 1 => {
                        (StoryCause::BehindPoison, format!("{reader} cannot process it, and tries again and again."))
                    }
                    _ if reading.failed == 1 => (
                        StoryCause::BehindPoison,
                        format!("{reader} could not process it, and nobody came to try again."),
                    ),
                    _ => (
                        StoryCause::NotReached,
                        format!("{reader} had it and had not processed it when the run ended."),
                    ),
                }
            }
            (None, None) => self.not_reached(reading),
        }
    }

    /// It was deleted before anybody of the group came to it.
    fn deleted_unread(&self, reading: &Reading, (at, committed): (Nanos, Option<Offset>)) -> (StoryCause, String) {
        let name = self.scene.group_name(reading.group);
        let committed = committed.map_or("nothing".to_string(), |offset| format!("offset {offset}"));
        let then = match reading.began.filter(|(_, offset, _)| self.copies.latest().is_some_and(|own| *offset > own)) {
            Some((node, offset, Start::Reset(policy))) => {
                format!("{} found it gone and began at {}", self.scene.node(node), reset_to(policy, offset))
            }
            _ => "nobody of the group has come since".into(),
        };
        let text = format!(
            "Retention deleted the segment that held it at {at}. {name} had not come to it ({committed} was committed), and brokers \
             ask no reader; {then}."
        );
        (StoryCause::RetentionOvertookTheReader, text)
    }

    /// Somebody had it, it was committed past, and nobody processed it.
    fn given_and_passed(&self, reading: &Reading, passed: Offset, reader: NodeId) -> (StoryCause, String) {
        let (name, reader) = (self.scene.group_name(reading.group), self.scene.node(reader));
        let Some(consumer) = self.scene.consumer_setup(reading.group) else { return unexplained() };
        if reading.effects.contains(&false) {
            let text = format!(
                "{reader} found the effect of the record done already, from a first try whose transaction was aborted, and left \
                 it out; offset {passed} was committed, and what it was to send for the record is committed nowhere."
            );
            return (StoryCause::LeftOutAsDone, text);
        }
        if consumer.continues_after_abort && reading.aborted {
            let text = format!(
                "The transaction in which {reader} had read it was aborted, and {reader} polled on from where it was instead of \
                 going back to the committed offset; the next transaction committed {passed}, past the record."
            );
            return (StoryCause::PositionAfterAbort, text);
        }
        let (cause, how) = match consumer.commit {
            CommitSetup::SyncBeforeProcessing => (StoryCause::CommitBeforeProcessing, "commits before it processes"),
            CommitSetup::Auto => {
                (StoryCause::AutoCommit, "commits automatically what poll() has returned, processed or not")
            }
            _ if consumer.commits_the_highest() => (
                StoryCause::CommitPastOpen,
                "commits the highest offset that its threads are done with, whatever is open before it",
            ),
            _ if consumer.commits_what_waits() => {
                (StoryCause::CommitBeforeProcessing, "commits what it has handed to a worker, processed or not")
            }
            _ => (StoryCause::CommitBeforeProcessing, "committed past what it had processed"),
        };
        let end = match reading.parted {
            Some((_, Parting::Died(_))) => format!("{reader} died with the record unprocessed"),
            Some(_) => format!("{reader} lost the partition with the record unprocessed"),
            None => format!("{reader} never came to process it"),
        };
        let text =
            format!("{name} {how}: offset {passed} was committed, then {end}, and whoever came next began behind it.");
        (cause, text)
    }

    /// It was committed past, and nobody had it.
    fn passed_unseen(&self, reading: &Reading, passed: Offset) -> (StoryCause, String) {
        let name = self.scene.group_name(reading.group);
        if reading.early == Some(true) {
            let text = format!(
                "{name} had passed this offset when another record stood there; the log was truncated and written anew, and \
                 what stands there now nobody of the group is given."
            );
            return (StoryCause::LogReplaced, text);
        }
        match reading.leapt.or(reading.began) {
            Some((node, offset, Start::Reset(policy))) if policy.leaps() => {
                let text = format!(
                    "Nobody ever read it: {} began at {}, and {passed} was committed later.",
                    self.scene.node(node),
                    reset_to(policy, offset)
                );
                (StoryCause::ResetToLatest, text)
            }
            Some((node, offset, Start::Sought)) => {
                let text = format!("Nobody ever read it: {} sought {offset}, past it.", self.scene.node(node));
                (StoryCause::SetBack, text)
            }
            _ => (StoryCause::Unexplained, format!("Nobody ever read it, and yet {passed} was committed, past it.")),
        }
    }

    /// Nobody had it, and it is not committed past.
    fn not_reached(&self, reading: &Reading) -> (StoryCause, String) {
        let name = self.scene.group_name(reading.group);
        let Some(place) = self.copies.latest() else {
            return (StoryCause::NotReached, format!("{name} never saw it."));
        };
        if reading.passed_over {
            let text = format!("Its transaction was aborted, and {name} reads what is committed.");
            return (StoryCause::TransactionAborted, text);
        }
        if let Some((node, offset, Start::Reset(policy))) = reading.began.filter(|(_, o, _)| *o > place)
            && policy.leaps()
        {
            let began = reset_to(policy, offset);
            let text = format!("{} began at {began}: what was there before is not for it.", self.scene.node(node));
            return (StoryCause::ResetToLatest, text);
        }
        if let Some(poison) = reading.poison.filter(|poison| *poison < place) {
            let text = format!(
                "{name} cannot process {} and tries it again and again; what is behind it waits.",
                self.scene.place(poison)
            );
            return (StoryCause::BehindPoison, text);
        }
        if self.is_behind_open_transaction(reading.group) {
            let stable = self.last_stable.expect("it is known").to_string();
            let text = format!(
                "A transaction is open in {} from offset {stable} on, and {name} reads with isolation.level=read_committed: it \
                 is given nothing behind that.",
                self.scene.partition()
            );
            return (StoryCause::BehindOpenTransaction, text);
        }
        let committed = reading.committed.map_or("nothing".to_string(), |o| format!("offset {o}"));
        (StoryCause::NotReached, format!("{name} had not come to it when the run ended: {committed} is committed."))
    }
}

fn unexplained() -> (StoryCause, String) {
    (StoryCause::Unexplained, "The group does not read the record's topic.".into())
}

/// Where a consumer began that has passed over what was there.
fn reset_to(policy: AutoOffsetReset, offset: Offset) -> String {
    let latest = if policy == AutoOffsetReset::Latest { "the latest offset, " } else { "" };
    format!("{latest}{offset} (auto.offset.reset={})", policy.show())
}
