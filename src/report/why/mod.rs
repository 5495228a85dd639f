//! Why something was found: the passport of the record concerned, or what led to the witness of a broken invariant.
//!
//! A run is a pure function of scenario and seed, so it is simply run again, and this time somebody listens for that one
//! record. What is heard becomes *stamps*: buffered, sent, appended, replicated, committed, acknowledged, fetched,
//! processed, and what befell it between, each with time and place. From which event came which, and from what one node
//! did after the other, they get their order: a happens-before graph ([`graph`]). And one sentence names the cause
//! ([`cause`]).

pub mod asked;
pub mod cause;
pub mod dot;
mod find;
pub mod graph;
mod life;
pub mod machine;
pub mod mermaid;
pub mod stamps;
#[cfg(test)]
mod tests;
mod text;
mod trail;

use std::rc::Rc;

use super::Report;
use crate::check::outcome::{Apart, Finding, Outcome, Witness};
use crate::check::{Judge, Judgement};
use crate::history::Observer;
use crate::history::fact::Entry;
use crate::history::record::Causes;
use crate::history::setup::Setup;
use crate::run::{Run, SimulatorBug};
use asked::{StoryAnswer, StoryQuestion, Subject};
pub use asked::{figure_of, hint};
use cause::StoryCause;
use find::Finder;
use graph::Bond;
pub(super) use life::{RecordLife, Trouble};
pub(super) use stamps::Stamp;
pub(super) use trail::Trail;

/// Why.
#[derive(Clone, PartialEq, Default, Debug)]
pub struct Story {
    /// What is told of; the whole answer, where there is nothing to tell.
    pub title: String,
    /// Which record, if it is one's passport.
    pub record: Option<TroubledRecord>,
    /// The cause, by name; none where nothing went wrong.
    pub cause: Option<StoryCause>,
    /// The cause in a sentence, with the names and times of the run.
    pub sentence: String,
    /// What happened, in order.
    pub stamps: Vec<Stamp>,
    /// Which of them happened before which, and how that is known.
    pub bonds: Vec<Bond>,
    /// What the run was to have and is not simulated: the story may be another one with it.
    pub unsimulated: Vec<String>,
}

/// A record, by its names.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TroubledRecord {
    /// Its producer.
    pub producer: String,
    /// Its partition.
    pub partition: String,
    /// Its number among those that the producer sent there.
    pub number: u32,
    /// Where it stood first; none if it never was in a log.
    pub offset: Option<crate::protocol::ids::Offset>,
}

impl Story {
    /// That there is nothing to tell, and why.
    fn nothing(title: String) -> Story {
        Story { title, ..Story::default() }
    }
}

/// Facts that can be listened to, again and again.
trait History {
    fn setup(&self) -> &Rc<Setup>;
    /// Tells everything. Returns which event led to which, if that is known.
    fn tell(&self, observer: &mut dyn Observer) -> Result<Option<Causes>, SimulatorBug>;
}

impl History for Run<'_> {
    fn setup(&self) -> &Rc<Setup> {
        Run::setup(self)
    }
    fn tell(&self, observer: &mut dyn Observer) -> Result<Option<Causes>, SimulatorBug> {
        let ended = self.clone().with_causes().run(observer)?;
        Ok(ended.causes().cloned())
    }
}

/// A history that was written down.
struct Written<'h> {
    setup: &'h Rc<Setup>,
    entries: &'h [Entry],
    causes: Option<&'h Causes>,
}

impl History for Written<'_> {
    fn setup(&self) -> &Rc<Setup> {
        self.setup
    }
    fn tell(&self, observer: &mut dyn Observer) -> Result<Option<Causes>, SimulatorBug> {
        self.entries.iter().for_each(|entry| observer.observe(entry));
        Ok(self.causes.cloned())
    }
}

/// The answer to a question about a run.
///
/// # Errors
/// A bug of the simulator.
pub fn ask(run: &Run<'_>, question: &StoryQuestion) -> Result<StoryAnswer, SimulatorBug> {
    let mut observers = (Judge::new(run.setup().clone()).naming_all(), Finder::new(question.place()));
    run.tell(&mut observers)?;
    let (judge, finder) = observers;
    let judgement = judge.finish();
    match asked::subject(run.setup(), &judgement, &finder, question) {
        Ok(subject) => Ok(StoryAnswer::Story(Box::new(tell(run, &judgement, subject)?))),
        Err(answer) => Ok(answer),
    }
}

/// The story behind what is not as expected; else behind what went wrong as expected. It is the one that the command of
/// [`hint`] tells.
///
/// # Errors
/// A bug of the simulator.
pub fn explain(run: &Run<'_>, report: &Report) -> Result<Story, SimulatorBug> {
    tell(run, &report.judgement, asked::first(&report.setup, &report.verdict, &report.judgement))
}

/// The story behind a judgement of a recorded history, told from its facts.
pub fn recall(report: &Report, entries: &[Entry]) -> Story {
    let history = Written { setup: &report.setup, entries, causes: None };
    let subject = asked::first(&report.setup, &report.verdict, &report.judgement);
    tell(&history, &report.judgement, subject).expect("what is written down does not fail")
}

fn tell(history: &dyn History, judgement: &Judgement, subject: Subject) -> Result<Story, SimulatorBug> {
    let setup = history.setup();
    let story = match subject {
        Subject::Nothing(title) => Story::nothing(title),
        Subject::Record { record, trouble, title } => {
            let mut life = RecordLife::new(setup.clone(), record, trouble);
            let causes = history.tell(&mut life)?;
            life.story(&*title, causes.as_ref())
        }
        Subject::Witness { finding, title } => {
            let finding = &judgement.findings[finding];
            let witness = finding.outcome.first().expect("what is told of was broken");
            of_witness(history, judgement, finding, witness, title)?
        }
    };
    Ok(Story { unsimulated: judgement.unsimulated.clone(), ..story })
}

/// Of a broken invariant: the passport of the record that its witness names, where one is concerned; else what led to
/// the witness.
fn of_witness(
    history: &dyn History,
    judgement: &Judgement,
    finding: &Finding,
    witness: &Witness,
    title: String,
) -> Result<Story, SimulatorBug> {
    let setup = history.setup();
    let mut finder = Finder::new(asked::place_of(setup, witness));
    let mut trail = Trail::new(setup.clone(), witness.clone());
    let causes = history.tell(&mut (&mut finder, &mut trail))?;
    if let Some((record, trouble)) = asked::concerned(setup, judgement, &finder, finding) {
        let mut life = RecordLife::new(setup.clone(), record, trouble);
        let causes = history.tell(&mut life)?;
        let mut story = life.story(&|name| format!("{title}: {name}"), causes.as_ref());
        story.sentence += &not_promised(finding);
        return Ok(story);
    }
    let (cause, sentence) = cause_of(setup, finding, witness, &trail);
    let shown = finder.records().next().filter(|_| asked::is_of_a_record(finding));
    if let Some(record) = shown {
        let mut life = RecordLife::new(setup.clone(), record, life::Trouble::Nothing);
        let causes = history.tell(&mut life)?;
        let story = life.story(&|name| format!("{title}: {name}"), causes.as_ref());
        return Ok(Story { cause: Some(cause), sentence, ..story });
    }
    let stamps = trail.stamps(causes.as_ref());
    let bonds = graph::bonds(&stamps, causes.as_ref());
    Ok(Story { title, cause: Some(cause), sentence, stamps, bonds, ..Story::default() })
}

/// The cause of a broken invariant, by name and in a sentence.
pub(super) fn cause_of(setup: &Setup, finding: &Finding, witness: &Witness, trail: &Trail) -> (StoryCause, String) {
    let cause = trail.cause(finding);
    let text = witness.text.trim_end_matches('.');
    let sentence = match finding.excuse {
        Some(excuse) => format!("{text}: {}.", excuse.text(setup)),
        None if cause == StoryCause::Unexplained => {
            format!("{text}. It ought to be so: {}.", finding.invariant.statement)
        }
        // Some witnesses name the bug of Kafka that is behind them.
        None if witness.bug.is_some() => format!("{text}."),
        None => format!("{text}. {}", cause.meaning()),
    };
    (cause, sentence)
}

/// What is to be said of a promise that was none.
fn not_promised(finding: &Finding) -> String {
    match &finding.outcome {
        Outcome::NotPromised { reason, .. } | Outcome::Holds { apart: Some(Apart { reason, .. }), .. } => {
            format!(" Not promised here: {reason}.")
        }
        _ => String::new(),
    }
}
