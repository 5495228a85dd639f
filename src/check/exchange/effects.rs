//! What groups made of the records: at least once, at most once.

use litemap::LiteMap;

use super::finding::{push, seen};
use super::observed::{Observed, Read};
use crate::check::outcome::{Finding, Tally};
use crate::history::exchange::read::{Content, Id, OperationKind, Stage};
use crate::history::setup::CommitSetup;

/// What one group did.
#[derive(Clone, Debug, Default)]
pub(super) struct Handled {
    /// By value: how often its effect took place, and where first seen and last.
    pub effects: LiteMap<Id, (u64, usize)>,
    /// By value: how often it was polled.
    pub polls: LiteMap<Id, u64>,
    /// By partition: the first offset that was polled.
    first: LiteMap<Id, i64>,
    /// By partition: the highest offset committed.
    committed: LiteMap<Id, i64>,
}

impl Handled {
    /// How often a record was dealt with: effects, where the application tells of them, else polls.
    pub(super) fn times(&self, value: Id) -> u64 {
        if self.effects.is_empty() {
            self.polls.get(&value).copied().unwrap_or(0)
        } else {
            self.effects.get(&value).map_or(0, |(times, _)| *times)
        }
    }
    /// All records that were dealt with.
    pub(super) fn values(&self) -> Vec<(Id, u64)> {
        if self.effects.is_empty() {
            self.polls.iter().map(|(value, times)| (*value, *times)).collect()
        } else {
            self.effects.iter().map(|(value, (times, _))| (*value, *times)).collect()
        }
    }
    /// The partitions that it read.
    pub(super) fn partitions(&self) -> impl Iterator<Item = Id> + '_ {
        self.first.keys().copied()
    }
}

/// By group.
pub(super) fn handled(observed: &Observed) -> LiteMap<Id, Handled> {
    let mut groups: LiteMap<Id, Handled> = LiteMap::new();
    let mut open: LiteMap<(Id, u64), &[(Id, i64)]> = LiteMap::new();
    for line in &observed.recorded.lines {
        let Content::Operation { client, op, stage, what } = &line.content else { continue };
        let Some(group) = observed.group_of[*client as usize] else { continue };
        let handled = groups.entry(group).or_default();
        match (what, stage) {
            (OperationKind::Poll(records), stage) if *stage != Stage::Invoke => {
                for record in records {
                    *handled.polls.entry(record.value).or_default() += 1;
                    if let (Some(tp), Some(offset)) = (record.tp, record.offset) {
                        let first = handled.first.entry(tp).or_insert(offset);
                        *first = (*first).min(offset);
                    }
                }
            }
            (OperationKind::Effect(value), Stage::Ok) => {
                let effect = handled.effects.entry(*value).or_insert((0, line.number));
                (effect.0, effect.1) = (effect.0 + 1, line.number);
            }
            (OperationKind::Commit(offsets), Stage::Invoke) => {
                open.insert((*client, *op), offsets);
            }
            (OperationKind::Commit(offsets), Stage::Ok) => {
                let begun = open.remove(&(*client, *op)).unwrap_or_default();
                for (tp, offset) in if offsets.is_empty() { begun } else { offsets } {
                    let committed = handled.committed.entry(*tp).or_insert(*offset);
                    *committed = (*committed).max(*offset);
                }
            }
            _ => {}
        }
    }
    groups
}

pub(super) fn judge(observed: &Observed, findings: &mut Vec<Finding>) {
    let mut at_least = Tally::new(
        "at-least-once",
        "X1",
        "every record that a group's committed offset has passed was processed (Jepsen: unseen)",
        "no group committed anything",
    );
    let mut at_most = Tally::new("at-most-once", "X2", "no record is processed twice", "no group told of its effects");
    for (group, handled) in handled(observed) {
        let name = observed.recorded.groups.name(group);
        let commit = observed.recorded.header.groups.get(name).and_then(|g| g.commit);
        missed(observed, name, commit, &handled, &mut at_least);
        repeated(observed, name, commit, &handled, &mut at_most);
    }
    push(findings, &[at_least, at_most]);
}

/// A commit before the work is done can pass records that nobody works on.
fn loses(commit: Option<CommitSetup>, effects: bool) -> Option<String> {
    match commit {
        // What was polled is judged, not what became of it.
        _ if !effects => None,
        Some(CommitSetup::SyncBeforeProcessing) => Some("it commits before it processes: at most once".into()),
        Some(_) => None,
        None => Some("it is not known when the group commits".into()),
    }
}

fn repeats(commit: Option<CommitSetup>) -> Option<String> {
    match commit {
        Some(CommitSetup::SyncBeforeProcessing | CommitSetup::WithTheSinkFenced) => None,
        Some(CommitSetup::WithTheSink) => Some("its database takes rows of an old member".into()),
        Some(_) => Some("it commits after it processes: at least once".into()),
        None => Some("it is not known when the group commits".into()),
    }
}

fn missed(observed: &Observed, name: &str, commit: Option<CommitSetup>, handled: &Handled, tally: &mut Tally<String>) {
    for (tp, first) in &handled.first {
        let partition = &observed.partitions[*tp as usize];
        let committed = handled.committed.get(tp).copied().unwrap_or(0);
        for (offset, read) in partition.log.range(first..).take_while(|(offset, _)| **offset < committed) {
            let Read { value, line, at, .. } = *read;
            if handled.times(value) == 0 && observed.transactions.is_uncommitted(value) {
                continue;
            }
            let excuse = || loses(commit, !handled.effects.is_empty());
            tally.check(handled.times(value) > 0, excuse, || {
                let text = format!(
                    "{name} committed {}@{committed} and never dealt with {} at offset {offset}",
                    observed.tp(*tp),
                    observed.value(value)
                );
                seen(line, at, text)
            });
        }
    }
}

fn repeated(
    observed: &Observed,
    name: &str,
    commit: Option<CommitSetup>,
    handled: &Handled,
    tally: &mut Tally<String>,
) {
    for (value, (times, line)) in &handled.effects {
        tally.check(
            *times < 2,
            || repeats(commit),
            || {
                let at = observed
                    .recorded
                    .lines
                    .iter()
                    .find(|l| l.number == *line)
                    .map_or(crate::sim::time::Nanos::ZERO, |l| l.at);
                seen(*line, at, format!("{name} processed {} {times} times", observed.value(*value)))
            },
        );
    }
}
