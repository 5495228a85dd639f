//! What an invariant can say about a run.

use super::excuse::Excuse;
use super::kafka_bug::KafkaBug;
use crate::history::fact::Entry;
use crate::history::setup::Setup;
use crate::protocol::ids::{NodeId, Offset, Tp};
use crate::sim::time::Nanos;

/// An invariant's name card. Ids and codes are those of the project's list of invariants.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Invariant {
    /// `acked-all-durable`: what scenarios and reports call it.
    pub id: &'static str,
    /// `R13`: its place in the list.
    pub code: &'static str,
    /// What it says, in one sentence.
    pub statement: &'static str,
}

/// Where something was seen.
#[derive(Clone, PartialEq, Debug)]
pub struct Witness {
    /// When.
    pub at: Nanos,
    /// In the handling of which event.
    pub event: u64,
    /// Which partition, if one.
    pub tp: Option<Tp>,
    /// Which offset, if one.
    pub offset: Option<Offset>,
    /// Which process, if one.
    pub node: Option<NodeId>,
    /// What was seen, in one sentence.
    pub text: String,
    /// Which bug of Kafka it comes of, if of one that has a name. The text names it, too.
    pub bug: Option<KafkaBug>,
}

impl Witness {
    /// At the time and event of a fact.
    pub fn at(entry: &Entry, text: impl Into<String>) -> Witness {
        Witness { at: entry.at, event: entry.event, tp: None, offset: None, node: None, text: text.into(), bug: None }
    }
    /// Names the place.
    pub fn on(mut self, tp: Tp, offset: Offset) -> Witness {
        self.tp = Some(tp);
        self.offset = Some(offset);
        self
    }
    /// Names the process.
    pub fn by(mut self, node: NodeId) -> Witness {
        self.node = Some(node);
        self
    }
    /// Says of which bug it comes.
    pub fn due_to(mut self, bug: KafkaBug) -> Witness {
        self.bug = Some(bug);
        self
    }
}

/// The outcome of one invariant.
#[derive(Clone, PartialEq, Debug)]
pub enum Outcome {
    /// It could have been broken this often and never was.
    Holds {
        /// How often.
        exercised: u64,
        /// Those to whom it is not promised, if the run has both.
        apart: Option<Apart>,
    },
    /// It was broken although all that it presupposes was given.
    Violated {
        /// How often.
        count: u64,
        /// How often no bug of Kafka is known that it comes of.
        unexplained: u64,
        /// Out of how many.
        exercised: u64,
        /// The first time.
        first: Witness,
    },
    /// This run, or this configuration, does not promise it.
    NotPromised {
        /// Why not.
        reason: String,
        /// How often it was broken all the same.
        broken: u64,
        /// Out of how many.
        exercised: u64,
        /// The first time.
        first: Option<Witness>,
    },
    /// Nothing in the run could have broken it.
    NotExercised {
        /// What was missing.
        reason: &'static str,
    },
}

/// What became of an invariant for those to whom it is not promised, in a run where it is promised to others.
#[derive(Clone, PartialEq, Debug)]
pub struct Apart {
    /// Why it is not promised to them.
    pub reason: String,
    /// How often it was broken for them.
    pub broken: u64,
    /// The first time.
    pub first: Option<Witness>,
}

impl Outcome {
    /// `holds`, `violated`, `not promised`, `not exercised`: the words of `expect:`.
    pub fn word(&self) -> &'static str {
        match self {
            Outcome::Holds { .. } => "holds",
            Outcome::Violated { .. } => "violated",
            Outcome::NotPromised { .. } => "not promised",
            Outcome::NotExercised { .. } => "not exercised",
        }
    }
    /// What stands before it in a list of verdicts, four columns wide.
    pub fn mark(&self) -> &'static str {
        match self {
            Outcome::Holds { .. } => "ok  ",
            Outcome::Violated { .. } => "FAIL",
            Outcome::NotPromised { .. } => "--  ",
            Outcome::NotExercised { .. } => "    ",
        }
    }
    /// Where it was broken first, if it was, for those too to whom it is not promised.
    pub fn first(&self) -> Option<&Witness> {
        match self {
            Outcome::Violated { first, .. } => Some(first),
            Outcome::NotPromised { first, .. } => first.as_ref(),
            Outcome::Holds { apart, .. } => apart.as_ref()?.first.as_ref(),
            Outcome::NotExercised { .. } => None,
        }
    }
}

/// An invariant and its outcome.
#[derive(Clone, PartialEq, Debug)]
pub struct Finding {
    /// Which.
    pub invariant: Invariant,
    /// What came of it.
    pub outcome: Outcome,
    /// Why it is not promised where it was broken: the reason of the outcome, before it is put in words.
    pub excuse: Option<Excuse>,
}

impl Finding {
    /// Whether it was broken, promised or not.
    pub fn is_broken(&self) -> bool {
        self.outcome.first().is_some()
    }
}

/// Where the families put their findings.
#[derive(Debug)]
pub struct Findings<'a> {
    setup: &'a Setup,
    list: Vec<Finding>,
}

impl<'a> Findings<'a> {
    /// None, of a run of this setup.
    pub fn new(setup: &'a Setup) -> Findings<'a> {
        Findings { setup, list: Vec::new() }
    }
    /// What came of one more invariant.
    pub fn add(&mut self, tally: &Tally) {
        self.list.push(Finding { excuse: tally.excuse(), ..tally.finding(|excuse| excuse.text(self.setup)) });
    }
    /// All of them.
    pub fn into_list(self) -> Vec<Finding> {
        self.list
    }
}

/// What one invariant has seen so far.
///
/// `E` says why something broken need not have held.
#[derive(Clone, Debug)]
pub struct Tally<E = Excuse> {
    invariant: Invariant,
    missing: &'static str,
    exercised: u64,
    violated: u64,
    unexplained: u64,
    first_violation: Option<Witness>,
    excused: u64,
    first_excused: Option<(Witness, E)>,
    not_promised: Option<E>,
    apart: Option<SeenApart<E>>,
}

/// What was seen of those to whom it is not promised.
#[derive(Clone, Debug)]
struct SeenApart<E> {
    reason: E,
    exercised: u64,
    broken: u64,
    first: Option<Witness>,
}

impl<E> Tally<E> {
    /// Nothing seen. `missing`: what to say if it stays so.
    pub const fn new(id: &'static str, code: &'static str, statement: &'static str, missing: &'static str) -> Tally<E> {
        Tally {
            invariant: Invariant { id, code, statement },
            missing,
            exercised: 0,
            violated: 0,
            unexplained: 0,
            first_violation: None,
            excused: 0,
            first_excused: None,
            not_promised: None,
            apart: None,
        }
    }
    /// It could have been broken here, and was not.
    #[inline]
    pub fn ok(&mut self) {
        self.exercised += 1;
    }
    /// It could have been broken `n` times, and was not.
    pub fn ok_times(&mut self, n: u64) {
        self.exercised += n;
    }
    /// It was broken. `excuse`: a precondition that was not given. What is excused has its witness made for the first
    /// only; what is not, each time, since it says which bug of Kafka is behind it.
    #[inline]
    pub fn broken(&mut self, excuse: Option<E>, witness: impl FnOnce() -> Witness) {
        self.broken_times(1, excuse, witness);
    }
    /// It was broken `n` times over, with one witness.
    #[inline]
    pub fn broken_times(&mut self, n: u64, excuse: Option<E>, witness: impl FnOnce() -> Witness) {
        let mut witness = Some(witness);
        self.note_broken(n, excuse, &mut || witness.take().expect("a witness is called once")());
    }
    /// Compiled once, and out of the way of what holds.
    #[cold]
    #[inline(never)]
    fn note_broken(&mut self, n: u64, excuse: Option<E>, witness: &mut dyn FnMut() -> Witness) {
        self.exercised += n;
        match excuse {
            None => {
                self.violated += n;
                let witness = witness();
                if witness.bug.is_none() {
                    self.unexplained += n;
                }
                self.first_violation.get_or_insert(witness);
            }
            Some(reason) => {
                self.excused += n;
                self.first_excused.get_or_insert_with(|| (witness(), reason));
            }
        }
    }
    /// Checks a condition.
    #[inline]
    pub fn check(&mut self, holds: bool, excuse: impl FnOnce() -> Option<E>, witness: impl FnOnce() -> Witness) {
        if holds { self.ok() } else { self.broken(excuse(), witness) }
    }
    /// Checks a condition that nothing excuses.
    #[inline]
    pub fn must(&mut self, holds: bool, witness: impl FnOnce() -> Witness) {
        self.check(holds, || None, witness);
    }
    /// What was counted `n` times as not broken turns out to be.
    pub fn now_broken(&mut self, n: u64, excuse: Option<E>, witness: impl FnOnce() -> Witness) {
        self.exercised = self.exercised.saturating_sub(n);
        self.broken_times(n, excuse, witness);
    }
    /// Checks a condition for somebody to whom it is not promised, whatever it is to others: it counts for nobody else.
    pub fn check_apart(&mut self, holds: bool, reason: E, witness: impl FnOnce() -> Witness) {
        let apart = self.apart.get_or_insert(SeenApart { reason, exercised: 0, broken: 0, first: None });
        apart.exercised += 1;
        if !holds {
            apart.broken += 1;
            apart.first.get_or_insert_with(witness);
        }
    }
    /// The configuration does not promise it at all.
    pub fn not_promised(&mut self, reason: E) {
        self.not_promised.get_or_insert(reason);
    }
    /// The outcome, with excuses in the words of `say`. A violation outweighs everything; a broken promise that was
    /// none comes next.
    pub fn finding(&self, say: impl Fn(&E) -> String) -> Finding {
        let outcome = match (&self.first_violation, &self.first_excused, &self.not_promised) {
            (Some(first), _, None) => {
                let (count, unexplained) = (self.violated, self.unexplained);
                Outcome::Violated { count, unexplained, exercised: self.exercised, first: first.clone() }
            }
            (first, excused, Some(reason)) => Outcome::NotPromised {
                reason: say(reason),
                broken: self.violated + self.excused,
                exercised: self.exercised + self.apart.as_ref().map_or(0, |apart| apart.exercised),
                first: first.clone().or_else(|| excused.as_ref().map(|(w, _)| w.clone())),
            },
            (None, Some((first, reason)), None) => {
                let (broken, exercised) = (self.excused, self.exercised);
                Outcome::NotPromised { reason: say(reason), broken, exercised, first: Some(first.clone()) }
            }
            (None, None, None) => self.unbroken(say),
        };
        Finding { invariant: self.invariant, outcome, excuse: None }
    }
    /// The outcome for those to whom it is promised; if there are none, for the others.
    fn unbroken(&self, say: impl Fn(&E) -> String) -> Outcome {
        let times = self.apart.as_ref().map_or(0, |apart| apart.exercised);
        let apart = self.apart.as_ref().map(|apart| Apart {
            reason: say(&apart.reason),
            broken: apart.broken,
            first: apart.first.clone(),
        });
        match apart {
            apart if self.exercised > 0 => Outcome::Holds { exercised: self.exercised, apart },
            Some(Apart { reason, broken, first }) => Outcome::NotPromised { reason, broken, exercised: times, first },
            None => Outcome::NotExercised { reason: self.missing },
        }
    }
}

impl Tally {
    /// The reason that the outcome gives, if it gives one.
    fn excuse(&self) -> Option<Excuse> {
        let excused = || self.first_excused.as_ref().map(|(_, excuse)| *excuse);
        match (&self.first_violation, self.not_promised) {
            (_, Some(reason)) => Some(reason),
            (Some(_), None) => None,
            (None, None) => excused().or(self.apart.as_ref().map(|apart| apart.reason)),
        }
    }
}
