//! Questions about a run that are no invariants: how things stand at some time, how often something
//! happened and when, who led in turn, how long producers waited. A scenario asks them under `expect:`;
//! the answers are a fold over the history, like everything in this room.

mod bound;
mod counting;
mod pattern;
mod sequence;
mod stall;
#[cfg(test)]
mod tests;
mod view;

pub use bound::{Bound, Window};
pub use pattern::{Matcher, Pattern};
pub use view::{Statement, View};

use crate::history::Observer;
use crate::history::fact::Entry;
use crate::history::setup::Setup;
use crate::protocol::ids::{BrokerId, BrokerList, NodeId, TopicId, Tp};
use crate::sim::time::Nanos;

/// What is asked.
#[derive(Clone, PartialEq, Debug)]
pub enum Question {
    /// How something stands at a time, all that happens at that time included; none: at the end.
    State {
        /// When.
        at: Option<Nanos>,
        /// What.
        says: Statement,
    },
    /// How often something happens.
    Count {
        /// What.
        of: What,
        /// How often.
        times: Bound,
        /// When.
        window: Window,
    },
    /// Who leads a partition, one after the other; none: nobody.
    Leaders {
        /// Which.
        tp: Tp,
        /// Who.
        sequence: Vec<Option<BrokerId>>,
    },
    /// The committed in-sync replicas of a partition, one set after the other.
    Isrs {
        /// Which.
        tp: Tp,
        /// Who, in any order.
        sequence: Vec<BrokerList>,
    },
    /// The longest time without an acknowledgement while a record waits for one, in nanoseconds.
    Stall {
        /// Of whose records.
        of: Scope,
        /// How long.
        longest: Bound,
    },
    /// How many records fail with which exception.
    Errors {
        /// Of whose records.
        of: Scope,
        /// The exceptions that are named.
        named: Vec<(&'static str, Bound)>,
        /// All others together.
        others: Option<Bound>,
    },
}

/// Something that can be counted.
#[derive(Clone, PartialEq, Debug)]
pub enum What {
    /// A property of [`super::sometimes`], by its number.
    Event(usize),
    /// Facts of some form.
    Fact(Pattern),
}

/// Some of the records that producers send. What is none restricts nothing.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Scope {
    /// Those of these processes.
    pub producers: Option<Vec<NodeId>>,
    /// Those for this topic.
    pub topic: Option<TopicId>,
    /// Those for these partitions, from the first to the last.
    pub partitions: Option<(Tp, Tp)>,
}

impl Scope {
    fn sender(&self, node: NodeId) -> bool {
        self.producers.as_ref().is_none_or(|producers| producers.contains(&node))
    }
    fn admits(&self, node: NodeId, tp: Tp) -> bool {
        self.sender(node) && self.partitions.is_none_or(|(first, last)| first <= tp && tp <= last)
    }
    /// A record that never got as far as a partition.
    fn admits_topic(&self, node: NodeId, topic: TopicId) -> bool {
        let whole = self.topic.is_some() || self.partitions.is_none();
        self.sender(node) && whole && self.topic.is_none_or(|wanted| wanted == topic)
    }
}

/// The answer to a question.
#[derive(Clone, PartialEq, Debug)]
pub struct Answer {
    /// Whether it is as the question supposes; none: this run cannot say.
    pub fits: Option<bool>,
    /// What was found, in words.
    pub found: String,
}

impl Answer {
    fn new(fits: bool, found: impl Into<String>) -> Answer {
        Answer { fits: Some(fits), found: found.into() }
    }
    fn unknown(found: impl Into<String>) -> Answer {
        Answer { fits: None, found: found.into() }
    }
}

#[derive(Clone, Debug)]
enum Open {
    State { at: Option<Nanos>, says: Statement, answer: Option<Answer> },
    Count(counting::Counter),
    Sequence(sequence::Sequence),
    Stall(stall::StallWatch),
    Errors(counting::ErrorCounter),
}

/// The answers so far.
#[derive(Clone, Debug)]
pub struct Questions {
    view: View,
    open: Vec<Open>,
    now: Nanos,
}

impl Questions {
    /// Before the first fact.
    pub fn new(setup: &Setup, questions: impl IntoIterator<Item = Question>) -> Questions {
        let open = questions.into_iter().map(Open::new).collect();
        Questions { view: View::new(&setup.catalog), open, now: Nanos::ZERO }
    }

    /// The answers, in the order of the questions. `cut`: the run was ended before its time.
    pub fn finish(mut self, cut: bool) -> Vec<Answer> {
        let (end, view) = (self.now, self.view);
        let finish = |open: Open| match open {
            Open::State { answer: Some(answer), .. } => answer,
            Open::State { at: Some(at), .. } if at > end => Answer::unknown(format!("the run ended at {end}")),
            Open::State { at: None, .. } if cut => Answer::unknown(format!("the run was ended at {end}")),
            Open::State { says, .. } => view.answer(&says),
            Open::Count(counter) => counter.answer(end, cut),
            Open::Sequence(sequence) => sequence.answer(cut),
            Open::Stall(stall) => stall.answer(end, cut),
            Open::Errors(errors) => errors.answer(cut),
        };
        self.open.drain(..).map(finish).collect()
    }
}

impl Open {
    fn new(question: Question) -> Open {
        match question {
            Question::State { at, says } => Open::State { at, says, answer: None },
            Question::Count { of, times, window } => Open::Count(counting::Counter::new(of, times, window)),
            Question::Leaders { tp, sequence } => Open::Sequence(sequence::Sequence::leaders(tp, sequence)),
            Question::Isrs { tp, sequence } => Open::Sequence(sequence::Sequence::isrs(tp, sequence)),
            Question::Stall { of, longest } => Open::Stall(stall::StallWatch::new(of, longest)),
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
        for open in &mut self.open {
            if let Open::State { at: Some(at), says, answer: answer @ None } = open
                && entry.at > *at
            {
                *answer = Some(self.view.answer(says));
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
                Open::Errors(errors) => errors.observe(entry),
            }
        }
    }
}
