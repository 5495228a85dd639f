//! The steps of a story: more are noted than are told.
//!
//! Each step has a weight. When there are more than a reader wants, the light ones go; what is left stays in
//! the order in which it happened.

use crate::sim::time::Nanos;

/// Most steps of a story; with its title and its moral that is a dozen lines.
pub const MOST: usize = 10;

/// How much a step says.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Weight {
    /// It fills a gap.
    Aside,
    /// It helps to understand.
    Detail,
    /// It belongs to the story.
    Turn,
    /// Without it there is no story.
    Point,
}

/// Something that happened.
#[derive(Clone, PartialEq, Debug)]
pub struct LifeStep {
    /// When; the first time, for one that counts.
    pub at: Nanos,
    /// Who: `broker 1`, `checkout-0`, `controller`.
    pub who: String,
    /// What.
    pub text: String,
    /// How much it says.
    pub weight: Weight,
    /// How often, with nothing else between.
    pub times: u32,
    /// The last time.
    pub until: Nanos,
}

impl LifeStep {
    /// What, with a count where it happened again and again.
    pub fn words(&self) -> String {
        match self.times {
            1 => self.text.clone(),
            n => format!("{} ({n} times, until {})", self.text, self.until),
        }
    }
}

/// The steps noted so far.
#[derive(Clone, Debug, Default)]
pub struct Steps {
    all: Vec<LifeStep>,
}

impl Steps {
    /// Notes a step. What somebody did within the last few steps already is counted there.
    pub fn note(&mut self, at: Nanos, weight: Weight, who: impl Into<String>, text: impl Into<String>) {
        const NEAR: usize = 4;
        let (who, text) = (who.into(), text.into());
        let from = self.all.len().saturating_sub(NEAR);
        match self.all[from..].iter_mut().rev().find(|step| step.who == who && step.text == text) {
            Some(step) => (step.times, step.until) = (step.times + 1, at),
            None => self.all.push(LifeStep { at, who, text, weight, times: 1, until: at }),
        }
    }
    /// Notes what several do alike, one after the other: `broker 2, 3`.
    pub fn note_together(&mut self, at: Nanos, weight: Weight, who: String, text: String) {
        const NEAR: usize = 3;
        let from = self.all.len().saturating_sub(NEAR);
        let near = self.all[from..].iter_mut().rev().find(|step| step.text == text && step.who != who);
        match (near, who.rsplit_once(' ')) {
            (Some(step), Some((kind, id))) if step.who.starts_with(kind) => step.who += &format!(", {id}"),
            _ => self.note(at, weight, who, text),
        }
    }
    /// Notes what caused the last steps of the same instant: it stands above them.
    pub fn note_cause(&mut self, at: Nanos, weight: Weight, who: impl Into<String>, text: impl Into<String>) {
        let place = self.all.iter().rposition(|step| step.at != at).map_or(0, |i| i + 1);
        let (who, text) = (who.into(), text.into());
        self.all.insert(place, LifeStep { at, who, text, weight, times: 1, until: at });
    }
    /// The steps of a life that are told, in order: of the light ones the middle goes first, for how it began
    /// and how it ended says more.
    pub fn told(self) -> Vec<LifeStep> {
        self.lightened(|light| light.len() / 2)
    }
    /// The steps that led to something and are told, in order: of the light ones the oldest goes first.
    pub fn latest(self) -> Vec<LifeStep> {
        self.lightened(|_| 0)
    }
    fn lightened(mut self, first: impl Fn(&[usize]) -> usize) -> Vec<LifeStep> {
        self.all.sort_by_key(|step| step.at);
        while self.all.len() > MOST {
            let least = self.all.iter().map(|step| step.weight).min().expect("there are some");
            let light: Vec<usize> = (0..self.all.len()).filter(|i| self.all[*i].weight == least).collect();
            self.all.remove(light[first(&light)]);
        }
        self.all
    }
}
