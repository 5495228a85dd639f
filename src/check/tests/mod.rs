//! Each invariant with a short history that keeps it, one that breaks it, and, where Kafka's promise
//! has conditions, one that breaks it with an excuse.

mod compaction;
mod consumer_groups;
mod consumers;
mod contract;
mod derived;
mod durability;
mod end_to_end;
mod groups;
mod high_watermarks;
mod isr;
mod leadership;
mod ledger;
mod liveness;
mod logs;
mod mutants;
mod producers;
mod quorum;
mod retention;
mod share;
mod sometimes;
mod stalls;
mod story;
mod transactions;

use super::invariants;
use super::kafka_bug::KafkaBug;
use super::outcome::Outcome;
use crate::history::fact::Fact;
use crate::history::setup::{FaultSetup, Ignored};
use crate::protocol::ids::*;
use crate::sim::time::Nanos;
use story::Story;

/// A history and what one invariant is to say of it.
struct Case {
    /// Which invariant.
    id: &'static str,
    /// What happens.
    about: &'static str,
    tell: fn(&mut Story),
    expected: Expected,
}

enum Expected {
    /// It holds, so many times.
    Holds(u64),
    /// It holds so many times for those to whom it is promised, and the reason why it is not to the others, for whom it
    /// is broken so many times, mentions this.
    HoldsApart(u64, u64, &'static str),
    /// It is violated, and all of it comes of this bug of Kafka, which the witness names.
    Bug(KafkaBug),
    /// It is violated, first at this place (the offset in a fact that has one).
    Violated(Option<Tp>, Option<i64>),
    /// It is broken, and the reason mentions this.
    Excused(&'static str),
    /// It is not promised by the configuration, broken or not, and the reason mentions this.
    NotPromised(&'static str),
    /// Nothing could have broken it.
    NotExercised,
}
use Expected::*;

impl Case {
    /// All of them, so that one mistake in a check shows all the stories that it spoils.
    fn check_all(cases: &[Case]) {
        let spoilt: Vec<String> = cases
            .iter()
            .filter_map(|case| Some(format!("{}: {}: {}", case.id, case.about, case.check().err()?)))
            .collect();
        assert!(spoilt.is_empty(), "\n{}", spoilt.join("\n"));
    }

    fn check(&self) -> Result<(), String> {
        let mut story = Story::new();
        (self.tell)(&mut story);
        let lied_at = story.lied_at.unwrap_or(Nanos(1));
        let judgement = story.judge();
        let outcome = &judgement.finding(self.id).expect("it is in the list").outcome;
        let objections: Vec<_> =
            judgement.findings.iter().filter(|f| matches!(f.outcome, Outcome::Violated { .. })).collect();
        let fits = match (&self.expected, outcome) {
            (Holds(times), Outcome::Holds { exercised, apart: None }) => exercised == times && objections.is_empty(),
            (HoldsApart(times, others, why), Outcome::Holds { exercised, apart: Some(apart) }) => {
                exercised == times && apart.broken == *others && apart.reason.contains(why) && objections.is_empty()
            }
            (Bug(bug), Outcome::Violated { first, unexplained, .. }) => {
                first.bug == Some(*bug) && first.text.contains(&bug.to_string()) && *unexplained == 0
            }
            (Violated(tp, offset), Outcome::Violated { first, count, unexplained, exercised }) => {
                (first.tp, first.offset.map(|o| o.0)) == (*tp, *offset)
                    && first.at >= lied_at
                    && *count > 0
                    && unexplained == count
                    && count <= exercised
            }
            (Excused(why), Outcome::NotPromised { reason, broken: 1.., first: Some(_), .. }) => reason.contains(why),
            (NotExercised, Outcome::NotExercised { .. }) => objections.is_empty(),
            (NotPromised(why), Outcome::NotPromised { reason, .. }) => reason.contains(why),
            _ => false,
        };
        if fits { Ok(()) } else { Err(format!("{outcome:?}; violated: {objections:?}")) }
    }
}

fn cases() -> impl Iterator<Item = &'static Case> {
    [
        logs::CASES,
        retention::CASES,
        compaction::CASES,
        leadership::CASES,
        high_watermarks::CASES,
        durability::CASES,
        isr::CASES,
        producers::CASES,
        consumers::CASES,
        groups::CASES,
        consumer_groups::CASES,
        share::CASES,
        end_to_end::CASES,
        liveness::CASES,
        stalls::CASES,
        derived::CASES,
        quorum::CASES,
    ]
    .into_iter()
    .chain(transactions::CASES)
    .flatten()
}

/// What Kafka promises nobody: it is told, and charges nobody.
const ADVISORY: [&str; 2] = ["commit-le-end", "rebalance-storm"];

/// The table of all cases: an invariant that nothing can break, or that nothing exercises, is none.
#[test]
fn every_invariant_can_hold_and_can_be_broken() {
    for invariant in invariants() {
        let of_it = || cases().filter(|case| case.id == invariant.id);
        assert!(of_it().any(|c| matches!(c.expected, Holds(1..))), "nothing keeps {}", invariant.id);
        let advisory = ADVISORY.contains(&invariant.id);
        let breaks = |c: &Case| matches!((&c.expected, advisory), (Violated(..), false) | (Excused(_), true));
        assert!(of_it().any(breaks), "nothing breaks {}", invariant.id);
    }
    for case in cases() {
        assert!(invariants().iter().any(|i| i.id == case.id), "{} is no invariant", case.id);
    }
}

/// Name cards are unique and in the order of the list.
#[test]
fn the_list_is_in_order() {
    let cards: Vec<_> = invariants();
    let places: Vec<_> = cards.iter().map(|card| super::place(card.code)).collect();
    assert!(places.windows(2).all(|pair| pair[0] < pair[1]), "{:?}", cards.iter().map(|c| c.code).collect::<Vec<_>>());
    for (at, card) in cards.iter().enumerate() {
        assert!(cards[..at].iter().all(|other| other.id != card.id), "{} twice", card.id);
    }
}

/// Without a history nothing is claimed.
#[test]
fn nothing_is_exercised_by_nothing() {
    let judgement = Story::new().judge();
    for finding in judgement.findings {
        let silent = matches!(finding.outcome, Outcome::NotExercised { .. } | Outcome::NotPromised { broken: 0, .. });
        assert!(silent, "{}: {:?}", finding.invariant.id, finding.outcome);
    }
}

/// A fault that waits for ever, one that finds nobody, and settings without effect are named; a fault that
/// strikes is not.
#[test]
fn what_was_not_simulated_is_named() {
    let fault = |kind: &str, conditional| FaultSetup {
        label: kind.into(),
        kind: kind.into(),
        ends: false,
        conditional,
        factor: 0,
        may_miss: false,
    };
    let mut story = Story::new();
    story.setup.faults = vec![fault("crash", true), fault("stop", true), fault("pause", false), fault("cut", false)];
    let (place, what, reason) = ("a.yaml:3:5".into(), "transactional.id".into(), "not yet".into());
    story.setup.ignored.push(Ignored { place, what, reason });
    story.boot();
    story.tell(Fact::FaultStarted { fault: 0, occurrence: 0, node: NodeId(0) });
    story.tell(Fact::FaultMissed { fault: 2, occurrence: 0 });
    story.tell(Fact::FaultMissed { fault: 3, occurrence: 0 });
    story.tell(Fact::FaultStarted { fault: 3, occurrence: 1, node: NodeId(0) });
    assert_eq!(
        story.judge().unsimulated,
        [
            "`transactional.id` (a.yaml:3:5) has no effect: not yet",
            "fault 2 (stop) never struck: its condition did not come true",
            "fault 3 (pause) hit nobody that was alive",
            "fault 4 (cut) hit nobody that was alive 1 of 2 times",
        ]
    );
}
