//! Papers of an interview: questions of the bank and made ones, drawn by a seed.

use std::collections::BTreeSet;

use super::generators::{self, MadeQuestion};
use super::laboratory::Failure;
use super::library::{InterviewQuestion, Level, Library};
use crate::sim::random::Stream;

/// What a paper is to have.
#[derive(Clone, Debug)]
pub struct PaperRequest {
    /// One seed gives one paper.
    pub seed: u64,
    /// How many questions.
    pub count: usize,
    /// Only questions of this level.
    pub level: Option<Level>,
    /// Only questions about this.
    pub topic: Option<String>,
    /// Only these: ids of questions, names of generators.
    pub only: Option<BTreeSet<String>>,
}

/// One question of a paper.
#[derive(Clone, Debug)]
pub enum PaperItem<'l> {
    /// Of the bank.
    Bank(&'l InterviewQuestion),
    /// A made one.
    Made(Box<MadeQuestion>),
}

impl PaperItem<'_> {
    /// What it is called, in a list and in the file of what was done.
    pub fn id(&self) -> &str {
        match self {
            PaperItem::Bank(question) => &question.id,
            PaperItem::Made(question) => question.generator,
        }
    }
    /// What it is about.
    pub fn topic(&self) -> &str {
        match self {
            PaperItem::Bank(question) => &question.topic,
            PaperItem::Made(question) => question.topic,
        }
    }
}

/// Every topic that there are questions about.
pub fn topics(library: &Library) -> Vec<&str> {
    let of_bank = library.questions.iter().map(|question| question.topic.as_str());
    let mut topics: Vec<&str> = of_bank.chain(generators::ALL.iter().map(|generator| generator.topic)).collect();
    topics.sort();
    topics.dedup();
    topics
}

/// Draws a paper: made questions and questions of the bank in turn, none of them twice, as long as there are some.
///
/// # Errors
/// A made question's run cannot be run.
pub fn draw<'l>(library: &'l Library, request: &PaperRequest) -> Result<Vec<PaperItem<'l>>, Failure> {
    let wanted = |id: &str, level: Level, topic: &str| {
        request.only.as_ref().is_none_or(|only| only.contains(id))
            && request.level.is_none_or(|wanted| wanted == level)
            && request.topic.as_deref().is_none_or(|wanted| wanted == topic)
    };
    let mut random = Stream::new(request.seed, "paper");
    let mut bank: Vec<&InterviewQuestion> =
        library.questions.iter().filter(|question| wanted(&question.id, question.level, &question.topic)).collect();
    let mut makers: Vec<_> =
        generators::ALL.iter().filter(|generator| wanted(generator.name, generator.level, generator.topic)).collect();
    random.shuffle(&mut bank);
    random.shuffle(&mut makers);
    let (mut bank, mut makers) = (bank.into_iter(), makers.into_iter());
    let mut items = Vec::new();
    let mut made_next = random.below(2) == 0;
    while items.len() < request.count {
        let made = if made_next || bank.len() == 0 { makers.next() } else { None };
        made_next = !made_next;
        match made {
            Some(generator) => {
                let question = generator.make(library, random.next_u64())?;
                items.extend(question.map(|question| PaperItem::Made(Box::new(question))));
            }
            None => match bank.next() {
                Some(question) => items.push(PaperItem::Bank(question)),
                None if makers.len() == 0 => break,
                None => {}
            },
        }
    }
    Ok(items)
}
