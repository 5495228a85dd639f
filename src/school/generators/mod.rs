//! Questions that are made: a scenario, a setting and a time are drawn, the simulator answers, and the wrong options are what
//! people who have misunderstood something would say. One seed gives one question.

mod consuming;
mod draw;
mod producing;
mod replication;
mod transactions;

use super::exercise::RunOf;
use super::laboratory::Failure;
use super::library::{Level, Library};
use draw::Draw;

/// A question that was made.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MadeQuestion {
    /// Which generator made it.
    pub generator: &'static str,
    /// For whom.
    pub level: Level,
    /// What it is about.
    pub topic: &'static str,
    /// The question, with what one has to know.
    pub asks: String,
    /// The run that answers it, if one is needed.
    pub run: Option<RunOf>,
    /// What there is to choose from.
    pub options: Vec<MadeOption>,
    /// Which of them is right.
    pub right: usize,
    /// What was found in the run: names and values.
    pub evidence: Vec<(String, String)>,
    /// What is asked next.
    pub next: &'static str,
}

/// An option of a question that was made.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MadeOption {
    /// Its words.
    pub says: String,
    /// Why it is right, or what is wrong with it.
    pub because: String,
}

/// What makes questions of one kind.
#[derive(Clone, Copy)]
pub struct Generator {
    /// Its name.
    pub name: &'static str,
    /// For whom.
    pub level: Level,
    /// What it is about.
    pub topic: &'static str,
    make: fn(&mut Draw<'_>) -> Result<Option<Sketch>, Failure>,
}

/// A question before its options are put in order.
struct Sketch {
    asks: String,
    run: Option<RunOf>,
    right: (String, String),
    wrong: Vec<(String, String)>,
    evidence: Vec<(String, String)>,
    next: &'static str,
}

/// All of them.
pub const ALL: &[Generator] = &[
    replication::WHO_LEADS,
    replication::WHO_IS_IN_SYNC,
    replication::WHICH_EPOCH,
    replication::WHEN_FENCED,
    replication::WHAT_IS_LOST,
    replication::WHICH_CURE,
    replication::WHAT_IS_READABLE,
    replication::UNDER_MIN_ISR,
    producing::WHICH_PARTITION,
    producing::MIXED_CLIENTS,
    producing::COORDINATOR,
    producing::RETRIED,
    producing::UNANSWERED,
    consuming::IDLE_MEMBERS,
    consuming::WHICH_PARTITIONS,
    consuming::NEXT_RECORD,
    consuming::DONE_AGAIN,
    consuming::TAKEOVER,
    consuming::NEW_PARTITIONS,
    consuming::LAG_PRINTED,
    transactions::READ_COMMITTED,
    transactions::MARKERS,
    transactions::STATE,
    transactions::WIRING,
];

impl Generator {
    /// The question of a seed; none if nothing can be asked there.
    ///
    /// # Errors
    /// The run cannot be run.
    pub fn make(&self, library: &Library, seed: u64) -> Result<Option<MadeQuestion>, Failure> {
        let mut draw = Draw::new(library, seed, self.name);
        let Some(sketch) = (self.make)(&mut draw)? else { return Ok(None) };
        let mut options = vec![sketch.right.clone()];
        for wrong in sketch.wrong {
            if options.len() < 4 && options.iter().all(|(says, _)| *says != wrong.0) {
                options.push(wrong);
            }
        }
        if options.len() < 2 {
            return Ok(None);
        }
        draw.shuffle(&mut options);
        let right = options.iter().position(|option| *option == sketch.right).expect("it is among them");
        let option = |(says, because)| MadeOption { says, because };
        Ok(Some(MadeQuestion {
            generator: self.name,
            level: self.level,
            topic: self.topic,
            asks: sketch.asks,
            run: sketch.run,
            options: options.into_iter().map(option).collect(),
            right,
            evidence: sketch.evidence,
            next: sketch.next,
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::school::library::embedded;
    use crate::school::print::{made_answer, made_question};

    /// One question of every generator, as it is printed: each is a claim about Kafka.
    #[test]
    fn every_generator_makes_questions_with_one_right_answer_among_several() {
        let library = embedded().expect("a test holds that");
        let mut text = String::new();
        for generator in ALL {
            let make = |seed| generator.make(&library, seed).expect("it can be run");
            let (seed, question) =
                (1..=9).find_map(|seed| Some((seed, make(seed)?))).expect("one of nine seeds makes one");
            assert!(question.right < question.options.len() && question.options.len() >= 2, "{question:#?}");
            assert!(question.options.iter().all(|option| !option.because.is_empty()), "{question:#?}");
            if question.topic == "semantics" {
                assert_eq!(make(seed).as_ref(), Some(&question), "one seed, one question");
            }
            let (asked, answered) = (made_question(&question, 100), made_answer(&question, None, 100));
            text += &format!("== {}, seed {seed}\n{asked}\n{answered}\n", generator.name);
        }
        insta::with_settings!({ snapshot_path => "../../../snapshots", prepend_module_to_snapshot => false }, {
            insta::assert_snapshot!("made_questions", text);
        });
    }
}
