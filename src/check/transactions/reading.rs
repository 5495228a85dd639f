//! What consumers are given of transactions: T4, T5.
//!
//! Neither is promised to who reads what is uncommitted: what such a consumer is given is kept apart.

use std::collections::BTreeMap;

use super::outcome::{blamed, name};
use super::weakness::{Stray, Strays};
use crate::check::excuse::Excuse;
use crate::check::ghost::{Ghost, GhostTransaction, RecordFate};
use crate::check::outcome::{Findings, Tally, Witness};
use crate::history::fact::{Entry, Fact, ReplicaRole};
use crate::protocol::config::IsolationLevel;
use crate::protocol::ids::*;

/// See the module.
#[derive(Clone, Debug)]
pub struct ReadChecks {
    no_aborted: Tally,
    no_undecided: Tally,
    /// By transaction and partition: what one who reads what is uncommitted was given before it was decided.
    early: BTreeMap<(u32, Tp), Given>,
    /// By transaction and partition: what was given out of it as committed, before its application had asked for
    /// anything.
    unasked: BTreeMap<(u32, Tp), Given>,
}

/// Records of a transaction that a consumer was given: the first, when, and how many.
#[derive(Clone, Copy, Debug)]
struct Given {
    node: NodeId,
    offset: Offset,
    at: Entry,
    count: u64,
}

/// Records as poll() gives them out.
#[derive(Clone, Copy)]
struct PolledRun {
    node: NodeId,
    tp: Tp,
    offset: Offset,
    count: u32,
    origin: NodeId,
    ordinal: u32,
    committed: bool,
}

impl ReadChecks {
    /// Before the first fact.
    pub fn new() -> ReadChecks {
        ReadChecks {
            no_aborted: Tally::new(
                "no-aborted-read",
                "T4",
                "a read_committed consumer is never given a record of an aborted transaction",
                "no consumer was given a record of a transaction",
            ),
            no_undecided: Tally::new(
                "no-undecided-read",
                "T5",
                "a read_committed consumer is never given what lies behind the beginning of an open transaction",
                "no consumer was given a record where transactions are",
            ),
            early: BTreeMap::new(),
            unasked: BTreeMap::new(),
        }
    }

    /// Takes the next fact.
    pub fn observe(&mut self, entry: &Entry, ghost: &Ghost, strays: &Strays) {
        match entry.fact {
            Fact::RecordsPolled { node, tp, offset, count, origin, ordinal, .. } => {
                if let Some(consumer) = ghost.consumer(node) {
                    let committed = consumer.isolation_level == IsolationLevel::ReadCommitted;
                    let run = PolledRun { node, tp, offset, count, origin, ordinal, committed };
                    self.polled(entry, ghost, strays, run);
                }
            }
            Fact::ControlAppended {
                broker, tp, role: ReplicaRole::Leader, leader_epoch, producer_id, commit, ..
            } if ghost.partition(tp).acts_in(broker, leader_epoch) => {
                for member in ghost.members_of(tp, producer_id) {
                    self.ends(ghost, tp, *member, commit);
                }
            }
            Fact::TransactionEnding { node, transaction, commit } => {
                self.asked(ghost, strays, (node, transaction), commit);
            }
            _ => {}
        }
    }

    /// Who reads what is uncommitted was given it too early, if it is aborted now.
    fn ends(&mut self, ghost: &Ghost, tp: Tp, member: u32, commit: bool) {
        let transaction = ghost.transactions.get(member);
        let Some(given) = self.early.remove(&(member, tp)).filter(|_| !commit) else { return };
        for _ in 0..given.count {
            self.no_aborted.check_apart(false, Excuse::ReadsUncommitted(given.node), || {
                let (reader, name) = (ghost.node_name(given.node), name(ghost, transaction));
                let text = format!("{reader} was given a record of {name}, which was aborted");
                Witness::at(&given.at, text).on(tp, given.offset).by(given.node)
            });
        }
    }

    /// An application asks for the end of a transaction; records of it are read already, if somebody else has ended it.
    fn asked(&mut self, ghost: &Ghost, strays: &Strays, (node, number): (NodeId, u32), commit: bool) {
        let all = ghost.transactions.all();
        let Some(member) = all.iter().rposition(|t| t.node == node && t.number == number) else { return };
        let transaction = &all[member];
        let places: Vec<(u32, Tp)> = self.unasked.keys().filter(|(of, _)| *of == member as u32).copied().collect();
        for place in places {
            let Some(given) = self.unasked.remove(&place).filter(|_| !commit && !transaction.commit_asked) else {
                continue;
            };
            let stray = strays.of(place.0);
            let excuse = stray.and_then(Stray::excuse).or_else(|| ghost.any_excuse(place.1));
            self.no_aborted.now_broken(given.count, excuse, || {
                given_up(&given.at, ghost, given.node, transaction, stray).on(place.1, given.offset)
            });
        }
    }

    fn polled(&mut self, entry: &Entry, ghost: &Ghost, strays: &Strays, run: PolledRun) {
        let Some(stability) = ghost.stability(run.tp).filter(|stability| stability.is_used()) else { return };
        let next = run.offset.plus(run.count);
        let first_open = stability.open().iter().map(|open| open.first).min();
        let holds = first_open.is_none_or(|first| next <= first);
        let witness = || {
            let first = first_open.unwrap_or_default();
            let text = format!("read up to {next}; a transaction is open from {first} on");
            Witness::at(entry, text).on(run.tp, run.offset.max(first)).by(run.node)
        };
        match run.committed {
            true => self.no_undecided.check(holds, || ghost.any_excuse(run.tp), witness),
            false => self.no_undecided.check_apart(holds, Excuse::ReadsUncommitted(run.node), witness),
        }
        self.aborted(entry, ghost, strays, run);
    }

    /// Record by record: runs that are handed out may hold several transactions.
    fn aborted(&mut self, entry: &Entry, ghost: &Ghost, strays: &Strays, run: PolledRun) {
        let stability = ghost.stability(run.tp).expect("a transaction has been there");
        for at in 0..run.count {
            let (offset, ordinal) = (run.offset.plus(at), run.ordinal + at);
            let Some(member) = ghost.transactions.of_record(run.origin, run.tp, ordinal) else { continue };
            let transaction = ghost.transactions.get(member);
            let fate = stability.fate(offset);
            // Its application has given it up, whatever the marker says.
            let given_up_by = transaction.told.is_some_and(|(commit, _)| !commit)
                || !transaction.commit_asked && transaction.asked.is_some();
            let aborted = fate == RecordFate::Aborted || given_up_by;
            let stray = strays.of(member);
            let witness = || {
                let witness = match fate {
                    RecordFate::Aborted => {
                        let (reader, name) = (ghost.node_name(run.node), name(ghost, transaction));
                        Witness::at(entry, format!("{reader} was given a record of {name}, which is aborted"))
                    }
                    _ => given_up(entry, ghost, run.node, transaction, stray),
                };
                witness.on(run.tp, offset).by(run.node)
            };
            match run.committed {
                true => {
                    let excuse = || stray.and_then(Stray::excuse).or_else(|| ghost.any_excuse(run.tp));
                    self.no_aborted.check(!aborted, excuse, witness);
                }
                false => self.no_aborted.check_apart(!aborted, Excuse::ReadsUncommitted(run.node), witness),
            }
            let given = Given { node: run.node, offset, at: *entry, count: 0 };
            let place = (member, run.tp);
            match fate {
                RecordFate::Open if !run.committed && !aborted => self.early.entry(place).or_insert(given).count += 1,
                RecordFate::Committed if run.committed && transaction.asked.is_none() => {
                    self.unasked.entry(place).or_insert(given).count += 1;
                }
                _ => {}
            }
        }
    }

    /// The outcomes.
    pub fn findings(&self, out: &mut Findings<'_>) {
        [&self.no_aborted, &self.no_undecided].into_iter().for_each(|tally| out.add(tally));
    }
}

/// That a reader was given a record which is committed in the log, and not for its application.
fn given_up(
    at: &Entry,
    ghost: &Ghost,
    reader: NodeId,
    transaction: &GhostTransaction,
    stray: Option<Stray>,
) -> Witness {
    let text = format!(
        "{} was given a record of {}, which its application has aborted",
        ghost.node_name(reader),
        name(ghost, transaction)
    );
    blamed(Witness::at(at, text).by(reader), stray, ghost)
}
