//! What consumers are given of transactions: T4, T5.

use std::collections::BTreeMap;

use super::outcome::name;
use super::weakness::{delayed_end, late_records};
use crate::check::excuse::Excuse;
use crate::check::ghost::{Ghost, RecordFate};
use crate::check::outcome::{Findings, Tally, Witness};
use crate::history::fact::{Entry, Fact, ReplicaRole};
use crate::protocol::config::IsolationLevel;
use crate::protocol::ids::*;

/// See the module.
#[derive(Clone, Debug)]
pub struct ReadChecks {
    no_aborted: Tally,
    no_undecided: Tally,
    /// By transaction and partition: who was given a record of it before it was decided, where and when.
    early: BTreeMap<(u32, Tp), (NodeId, Offset, Entry)>,
    /// Transactions whose records are excused for all readers.
    strayed: BTreeMap<u32, Excuse>,
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
            strayed: BTreeMap::new(),
        }
    }

    /// Takes the next fact.
    pub fn observe(&mut self, entry: &Entry, ghost: &Ghost) {
        match entry.fact {
            Fact::RecordsPolled { node, tp, offset, count, origin, ordinal, .. } => {
                self.polled(entry, ghost, PolledRun { node, tp, offset, count, origin, ordinal });
            }
            Fact::ControlAppended {
                broker,
                tp,
                role: ReplicaRole::Leader,
                leader_epoch,
                producer_id,
                producer_epoch,
                commit,
                ..
            } if ghost.partition(tp).acting == Some((broker, leader_epoch)) => {
                let open = ghost.stability(tp).and_then(|stability| stability.opened_by(producer_id));
                for member in open.map_or(&[][..], |open| &open.members) {
                    self.ends(ghost, tp, *member, producer_epoch, commit);
                }
            }
            _ => {}
        }
    }

    fn ends(&mut self, ghost: &Ghost, tp: Tp, member: u32, epoch: ProducerEpoch, commit: bool) {
        let transaction = ghost.transactions.get(member);
        if let Some(stray) =
            delayed_end(ghost, transaction, epoch, commit).or_else(|| late_records(ghost, tp, transaction))
        {
            self.strayed.entry(member).or_insert(stray);
        }
        // Who reads what is uncommitted was given it too early, if it is aborted now.
        let Some((node, offset, at)) = self.early.remove(&(member, tp)).filter(|_| !commit) else { return };
        self.no_aborted.broken(Some(Excuse::ReadsUncommitted(node)), || {
            let text = format!(
                "{} was given a record of {}, which was aborted",
                ghost.node_name(node),
                name(ghost, transaction)
            );
            Witness::at(&at, text).on(tp, offset).by(node)
        });
    }

    fn polled(&mut self, entry: &Entry, ghost: &Ghost, run: PolledRun) {
        let Some(stability) = ghost.stability(run.tp).filter(|stability| stability.is_used()) else { return };
        let Some(consumer) = ghost.consumer(run.node) else { return };
        let committed = consumer.isolation_level == IsolationLevel::ReadCommitted;
        let next = run.offset.plus(run.count);
        let excuse = || match committed {
            true => ghost.any_excuse(run.tp),
            false => Some(Excuse::ReadsUncommitted(run.node)),
        };
        let first_open = stability.open().iter().map(|open| open.first).min();
        self.no_undecided.check(first_open.is_none_or(|first| next <= first), excuse, || {
            let first = first_open.unwrap_or_default();
            let text = format!("read up to {next}; a transaction is open from {first} on");
            Witness::at(entry, text).on(run.tp, run.offset.max(first)).by(run.node)
        });
        self.aborted(entry, ghost, run, excuse);
    }

    /// Record by record: runs that are handed out may hold several transactions.
    fn aborted(&mut self, entry: &Entry, ghost: &Ghost, run: PolledRun, excuse: impl Fn() -> Option<Excuse>) {
        let stability = ghost.stability(run.tp).expect("a transaction has been there");
        for at in 0..run.count {
            let (offset, ordinal) = (run.offset.plus(at), run.ordinal + at);
            let Some(member) = ghost.transactions.of_record(run.origin, run.tp, ordinal) else { continue };
            let transaction = ghost.transactions.get(member);
            let fate = stability.fate(offset);
            // The application knows it to be aborted, whatever the marker says.
            let given_up = transaction.told.is_some_and(|(commit, _)| !commit);
            let aborted = fate == RecordFate::Aborted || given_up;
            let stray = self.strayed.get(&member).copied();
            self.no_aborted.check(
                !aborted,
                || stray.or_else(&excuse),
                || {
                    let text = format!(
                        "{} was given a record of {}, which is aborted",
                        ghost.node_name(run.node),
                        name(ghost, transaction)
                    );
                    Witness::at(entry, text).on(run.tp, offset).by(run.node)
                },
            );
            if fate == RecordFate::Open {
                self.early.entry((member, run.tp)).or_insert((run.node, offset, *entry));
            }
        }
    }

    /// The outcomes.
    pub fn findings(&self, out: &mut Findings<'_>) {
        [&self.no_aborted, &self.no_undecided].into_iter().for_each(|tally| out.add(tally));
    }
}
