//! A long honest history of transactions, in which nothing is wrong, and planted faults: each changes it in one place as
//! a broker, a coordinator or a client would that has this fault, and each is noticed by the invariant that is meant to.

use super::story::{hide, lie, *};
use crate::check::outcome::Outcome;
use crate::history::fact::*;
use crate::history::setup::{ConsumerSetup, Setup};
use crate::protocol::batch::TransactionState;
use crate::protocol::catalog::NodeRole;
use crate::protocol::ids::*;

/// A fault, and who notices.
struct Mutant {
    /// What is wrong with the program.
    fault: &'static str,
    /// Invariants that are broken then, all of these.
    noticed_by: &'static [&'static str],
    /// Changes what is to come.
    plant: fn(&mut Story),
}

/// `audit-0` reads invoices, in a group of its own.
const AUDIT: NodeId = NodeId(8);

fn with_auditor(setup: &mut Setup) {
    let group = setup.catalog.add_group("audit");
    assert_eq!(setup.catalog.add_node("audit-0", NodeRole::consumer(group)), AUDIT);
    let reader = setup.consumers[0].clone();
    let commit = crate::history::setup::CommitSetup::Never;
    setup.consumers.push(ConsumerSetup { node: AUDIT, group, topics: vec![TopicId(3)], commit, ..reader });
}
fn passes_over(s: &mut Story, from: i64, to: i64) {
    s.act();
    s.tell(Fact::OffsetsPassedOver { node: AUDIT, tp: INVOICES, from: Offset(from), to: Offset(to) });
    s.seek(AUDIT, INVOICES, to);
}

/// Invoices: an abort, the same again with a commit, a leader and a coordinator that change, an instance that dies in a
/// transaction, one that takes its place, a transaction that takes too long.
fn honest(s: &mut Story) {
    s.exactly_once(with_auditor);
    s.reset(AUDIT, INVOICES, 0, false);
    // 0, 1, and ABORT at 2.
    s.invoice(0, 2);
    s.stable(INVOICES, 0);
    s.finish(BILLING, false);
    // 3, 4, 5, and COMMIT at 6.
    s.invoice(0, 3);
    s.finish(BILLING, true);
    s.tell(Fact::OffsetFetched { broker: B3, group: GROUP, tp: ORDERS, offset: Offset(3) });
    passes_over(s, 0, 3);
    s.poll(AUDIT, INVOICES);
    passes_over(s, 6, 7);
    s.elect_and_tell(INVOICES, B2, &[B1, B2, B3]);
    s.elect_and_tell(TRANSACTIONS, B3, &[B1, B2, B3]);
    s.coordinator_epoch = 1;
    // 7, and ABORT at 8: its process dies, and the next instance ends it.
    s.invoice(3, 4);
    s.stop(BILLING, StopKind::Crash);
    s.prepare(BILLING, false);
    s.complete(BILLING, false);
    s.tell(Fact::ProcessStarted { node: BILLING });
    s.initialize(BILLING);
    // 9, and ABORT at 10: it takes too long.
    s.invoice(3, 4);
    s.wait(65);
    let (broker, transactional_id, producer_id) = (B3, ID, ProducerId(70));
    let (producer_epoch, timed_out) = (ProducerEpoch(4), true);
    s.tell(Fact::TransactionFenced { broker, transactional_id, producer_id, producer_epoch, timed_out });
    s.prepare(BILLING, false);
    s.complete(BILLING, false);
    s.initialize(BILLING);
    // 11, 12, and COMMIT at 13.
    s.invoice(3, 5);
    s.stable(INVOICES, 11);
    s.finish(BILLING, true);
    passes_over(s, 7, 11);
    s.poll(AUDIT, INVOICES);
    passes_over(s, 13, 14);
}

/// What the judge has against a history, by the invariants' names.
fn violated(story: Story) -> Vec<&'static str> {
    let findings = story.judge().findings;
    findings.iter().filter(|f| matches!(f.outcome, Outcome::Violated { .. })).map(|f| f.invariant.id).collect()
}

/// A lie about the n-th fact of a kind.
macro_rules! nth {
    ($story:ident, $n:expr, $pattern:pat => $($change:tt)*) => {{
        let mut seen = 0;
        $story.lie(move |fact| match fact {
            $pattern => {
                seen += 1;
                if seen < $n { return Tell::Pass; }
                $($change)*
            }
            _ => Tell::Pass,
        })
    }};
}

const LEADER: ReplicaRole = ReplicaRole::Leader;

const MUTANTS: &[Mutant] = &[
    Mutant {
        fault: "a marker is lost on its way, and counted as written",
        noticed_by: &["atomic-outcome"],
        plant: |s| hide!(s, Fact::ControlAppended { role: LEADER, tp: INVOICES, commit: true, .. }),
    },
    Mutant {
        fault: "the last stable offset runs ahead of an open transaction",
        noticed_by: &["lso-sane"],
        plant: |s| {
            lie!(s, Fact::LastStableOffsetMoved { last_stable_offset, high_watermark, .. } => {
                *last_stable_offset = *high_watermark
            })
        },
    },
    Mutant {
        fault: "the abort index has forgotten a transaction",
        noticed_by: &["no-aborted-read"],
        plant: |s| {
            hide!(s, Fact::OffsetsPassedOver { from: Offset(0), .. });
            lie!(s, Fact::RecordsPolled { node: AUDIT, offset, ordinal, count, .. } => {
                (*offset, *ordinal, *count) = (Offset(0), 0, 2)
            })
        },
    },
    Mutant {
        fault: "a reader of what is committed is given what is open",
        noticed_by: &["no-undecided-read"],
        plant: |s| {
            // What is read of the last transaction is read before its marker: that comes later than it says.
            nth!(s, 2, Fact::ControlAppended { role: LEADER, tp: INVOICES, commit: true, .. } => Tell::Never)
        },
    },
    Mutant {
        fault: "initTransactions() fences nobody",
        noticed_by: &["pid-unique", "txn-state-legal"],
        plant: |s| {
            nth!(s, 2, Fact::TransactionStateChanged { state: TransactionState::Empty, producer_epoch, .. } => {
                *producer_epoch = ProducerEpoch(0);
                Tell::Once
            });
            nth!(s, 2, Fact::TransactionsInitialized { epoch, .. } => {
                *epoch = ProducerEpoch(0);
                Tell::Once
            })
        },
    },
    Mutant {
        fault: "a partition takes what a fenced producer sends",
        noticed_by: &["producer-fencing"],
        plant: |s| {
            nth!(s, 2, Fact::Appended { role: LEADER, tp: INVOICES, producer_epoch, .. } => {
                *producer_epoch = ProducerEpoch(0);
                Tell::Once
            })
        },
    },
    Mutant {
        fault: "offsets are committed beside the transaction",
        noticed_by: &["txn-offsets-atomic"],
        plant: |s| {
            s.lie(|fact| match *fact {
                Fact::OffsetsInTransaction { .. } => {
                    *fact = Fact::OffsetStored {
                        broker: B3,
                        group: GROUP,
                        tp: ORDERS,
                        offset: Offset(2),
                        member: MemberId(1),
                        generation: Generation(1),
                    };
                    Tell::Once
                }
                _ => Tell::Pass,
            })
        },
    },
    Mutant {
        fault: "pending offsets are told before the marker",
        noticed_by: &["txn-offsets-atomic"],
        plant: |s| {
            s.lie(|fact| match *fact {
                Fact::OffsetsInTransaction { .. } => {
                    *fact = Fact::OffsetFetched { broker: B3, group: GROUP, tp: ORDERS, offset: Offset(2) };
                    Tell::Once
                }
                _ => Tell::Pass,
            })
        },
    },
    Mutant {
        fault: "a marker with an old producer epoch is taken",
        noticed_by: &["marker-epoch-order"],
        plant: |s| {
            nth!(s, 2, Fact::ControlAppended { role: LEADER, tp: INVOICES, producer_epoch, .. } => {
                *producer_epoch = ProducerEpoch(0);
                Tell::Once
            })
        },
    },
    Mutant {
        fault: "a marker of a deposed coordinator is taken",
        noticed_by: &["marker-epoch-order"],
        plant: |s| {
            nth!(s, 5, Fact::ControlAppended { role: LEADER, tp: INVOICES, coordinator_epoch, .. } => {
                *coordinator_epoch = LeaderEpoch(0);
                Tell::Once
            })
        },
    },
    Mutant {
        fault: "an abort is written as a commit",
        noticed_by: &["outcome-fidelity"],
        plant: |s| lie!(s, Fact::ControlAppended { role: LEADER, tp: INVOICES, commit, .. } => *commit = true),
    },
    Mutant {
        fault: "a decision is reversed",
        noticed_by: &["txn-state-legal"],
        plant: |s| {
            lie!(s, Fact::TransactionStateChanged { state, .. } if *state == TransactionState::CompleteCommit => {
                *state = TransactionState::CompleteAbort
            })
        },
    },
    Mutant {
        fault: "sequences are not reset with the epoch",
        noticed_by: &["idempotent-order"],
        plant: |s| {
            nth!(s, 2, Fact::Appended { role: LEADER, tp: INVOICES, sequence, .. } => {
                *sequence = Sequence(2);
                Tell::Once
            })
        },
    },
    Mutant {
        fault: "a leader does not ask the coordinator",
        noticed_by: &["no-orphan-open"],
        plant: |s| hide!(s, Fact::PartitionAddedToTransaction { tp: INVOICES, .. }),
    },
    Mutant {
        fault: "markers go to half of the partitions",
        noticed_by: &["atomic-outcome"],
        plant: |s| hide!(s, Fact::ControlAppended { role: LEADER, tp: OFFSETS, .. }),
    },
    Mutant {
        fault: "a transaction that takes too long is aborted in its own epoch",
        noticed_by: &["txn-timeout"],
        plant: |s| {
            nth!(s, 3, Fact::TransactionStateChanged { state: TransactionState::PrepareAbort, producer_epoch, .. } => {
                producer_epoch.0 -= 1;
                Tell::Once
            })
        },
    },
    Mutant {
        fault: "a coordinator ends transactions before their time",
        noticed_by: &["txn-timeout"],
        plant: |s| {
            s.lie(|fact| match *fact {
                Fact::OffsetsInTransaction { .. } => {
                    *fact = Fact::TransactionFenced {
                        broker: B2,
                        transactional_id: ID,
                        producer_id: ProducerId(70),
                        producer_epoch: ProducerEpoch(0),
                        timed_out: true,
                    };
                    Tell::Once
                }
                _ => Tell::Pass,
            })
        },
    },
    Mutant {
        fault: "offsets are taken from a generation that is over",
        noticed_by: &["txn-commit-fenced-by-group"],
        plant: |s| lie!(s, Fact::OffsetPending { generation, .. } => *generation = Generation(0)),
    },
    Mutant {
        fault: "an application does not go back after an abort",
        noticed_by: &["eos-count", "eos-deterministic-prefix"],
        plant: |s| {
            // What was to be done again is left out: the third transaction is about the last order only.
            nth!(s, 8, Fact::RecordDerived { origin_ordinal, .. } => {
                *origin_ordinal = 4;
                Tell::Once
            })
        },
    },
    Mutant {
        fault: "a reader passes over committed records with those that are aborted",
        noticed_by: &["position-no-skip"],
        plant: |s| {
            lie!(s, Fact::OffsetsPassedOver { from: Offset(0), to, .. } => *to = Offset(6));
            hide!(s, Fact::RecordsPolled { node: AUDIT, .. })
        },
    },
];

#[test]
fn the_honest_history_has_no_fault() {
    let mut story = Story::new();
    honest(&mut story);
    assert_eq!(violated(story), Vec::<&str>::new());
}

/// And it is about all that the mutants are about.
#[test]
fn the_honest_history_exercises_what_the_mutants_break() {
    let mut story = Story::new();
    honest(&mut story);
    let judgement = story.judge();
    for id in MUTANTS.iter().flat_map(|mutant| mutant.noticed_by) {
        let outcome = &judgement.finding(id).unwrap_or_else(|| panic!("{id} is checked")).outcome;
        let exercised = matches!(outcome, Outcome::Holds { .. });
        assert!(exercised, "{id}: {outcome:?}");
    }
}

#[test]
fn every_planted_fault_is_noticed() {
    let mut missed = Vec::new();
    for Mutant { fault, noticed_by, plant } in MUTANTS {
        let mut story = Story::new();
        plant(&mut story);
        honest(&mut story);
        let noticed = violated(story);
        if let Some(id) = noticed_by.iter().find(|id| !noticed.contains(id)) {
            missed.push(format!("{fault}: {id} does not notice, {noticed:?} do"));
        }
    }
    assert!(missed.is_empty(), "\n{}", missed.join("\n"));
}
