//! Questions about a run that are no invariants: how things stand at some time, how often something
//! happened and when, who led in turn, how long producers waited. A scenario asks them under `expect:`;
//! the answers are a fold over the history, like everything in this room.

mod counting;
mod pattern;
mod question;
mod sequence;
mod stall;
#[cfg(test)]
mod tests;
mod unserved;

pub use crate::history::bound::{Bound, Window};
pub use crate::history::fact::{FIELDS, GroupState};
pub use crate::history::lag::StatusWord;
use crate::history::owners::GroupOwners;
pub use crate::history::state::{StateView, Statement};
pub use pattern::{Matcher, Pattern, word_fits};
pub use question::{Countable, Question, QuestionAnswer, RecordScope};

use crate::history::Observer;
use crate::history::fact::Entry;
use crate::history::setup::Setup;
use crate::sim::time::Nanos;

#[derive(Clone, Debug)]
enum Open {
    State { at: Option<Nanos>, says: Statement, answer: Option<QuestionAnswer> },
    Count(counting::Counter),
    Sequence(sequence::Sequence),
    Stall(stall::StallWatch),
    Unserved(Box<unserved::UnservedWatch>),
    Errors(counting::ErrorCounter),
}

/// The answers so far.
#[derive(Clone, Debug)]
pub struct Questions {
    view: StateView,
    open: Vec<Open>,
    now: Nanos,
}

impl Questions {
    /// Before the first fact.
    pub fn new(setup: &Setup, questions: impl IntoIterator<Item = Question>) -> Questions {
        let open: Vec<Open> = questions.into_iter().map(|question| Open::new(question, setup)).collect();
        let monitored = open.iter().any(|open| matches!(open, Open::State { says, .. } if says.is_monitored()));
        Questions { view: StateView::new(&setup.catalog).monitoring(monitored), open, now: Nanos::ZERO }
    }

    /// The answers, in the order of the questions. `cut`: the run was ended before its time.
    pub fn finish(mut self, cut: bool) -> Vec<QuestionAnswer> {
        self.view.advance_to(self.now);
        let (end, view) = (self.now, self.view);
        let finish = |open: Open| match open {
            Open::State { answer: Some(answer), .. } => answer,
            Open::State { at: Some(at), .. } if at > end => QuestionAnswer::unknown(format!("the run ended at {end}")),
            Open::State { at: None, .. } if cut => QuestionAnswer::unknown(format!("the run was ended at {end}")),
            Open::State { says, .. } => says_of(&view, &says),
            Open::Count(counter) => counter.answer(end, cut),
            Open::Sequence(sequence) => sequence.answer(cut),
            Open::Stall(stall) => stall.answer(end, cut),
            Open::Unserved(unserved) => unserved.answer(cut),
            Open::Errors(errors) => errors.answer(cut),
        };
        self.open.drain(..).map(finish).collect()
    }
}

impl Questions {
    /// The earliest question about a time before this one that has no answer yet.
    fn next_due(&self, now: Nanos) -> Option<(Nanos, usize)> {
        let due = self.open.iter().enumerate().filter_map(|(index, open)| match open {
            Open::State { at: Some(at), answer: None, .. } if now > *at => Some((*at, index)),
            _ => None,
        });
        due.min()
    }
}

fn says_of(view: &StateView, statement: &Statement) -> QuestionAnswer {
    QuestionAnswer { fits: view.holds(statement), found: view.found(statement) }
}

impl Open {
    fn new(question: Question, setup: &Setup) -> Open {
        match question {
            Question::State { at, says } => Open::State { at, says, answer: None },
            Question::Count { of, times, window } => Open::Count(counting::Counter::new(of, times, window)),
            Question::Leaders { tp, sequence } => Open::Sequence(sequence::Sequence::leaders(tp, sequence)),
            Question::Isrs { tp, sequence } => Open::Sequence(sequence::Sequence::isrs(tp, sequence)),
            Question::Stall { of, longest, after } => Open::Stall(stall::StallWatch::new(of, longest, after)),
            Question::Unserved { group, total, longest } => {
                let owners = GroupOwners::new(setup);
                Open::Unserved(Box::new(unserved::UnservedWatch::new(group, total, longest, owners)))
            }
            Question::Errors { of, named, others } => Open::Errors(counting::ErrorCounter::new(of, named, others)),
        }
    }
}

impl Observer for Questions {
    fn observe(&mut self, entry: &Entry) {
        if self.open.is_empty() {
            return;
        }
        // How things stand at a time is known when the first later thing happens.
        while let Some((at, index)) = self.next_due(entry.at) {
            self.view.advance_to(at);
            if let Open::State { says, answer, .. } = &mut self.open[index] {
                *answer = Some(says_of(&self.view, says));
            }
        }
        self.now = entry.at;
        self.view.observe(entry);
        for open in &mut self.open {
            match open {
                Open::State { .. } => {}
                Open::Count(counter) => counter.observe(entry),
                Open::Sequence(sequence) => sequence.observe(entry),
                Open::Stall(stall) => stall.observe(entry),
                Open::Unserved(unserved) => unserved.observe(entry),
                Open::Errors(errors) => errors.observe(entry),
            }
        }
    }
}
