//! The way that a run has gone, kept as a moment now and then: going back is to take the nearest one before and to run
//! again from there.

use super::moment::StepMoment;

/// Moments that are kept at most. Then every second one is given up.
const MOST: usize = 48;
/// Events between two of them at first.
const FIRST: u64 = 1_024;

/// See the module.
#[derive(Clone)]
pub struct StepTrail {
    /// The first is the beginning.
    moments: Vec<StepMoment>,
    every: u64,
}

impl StepTrail {
    /// From the beginning of a run.
    pub fn new(beginning: StepMoment) -> StepTrail {
        StepTrail { moments: vec![beginning], every: FIRST }
    }
    /// The beginning.
    pub fn beginning(&self) -> &StepMoment {
        &self.moments[0]
    }
    /// A run comes by. It is kept if it is time to.
    pub fn pass(&mut self, moment: &StepMoment) {
        let last = self.moments.last().expect("the beginning is kept");
        if moment.event() < last.event() + self.every {
            return;
        }
        self.moments.push(moment.clone());
        if self.moments.len() > MOST {
            let mut number = 0;
            self.moments.retain(|_| {
                number += 1;
                number % 2 == 1
            });
            self.every *= 2;
        }
    }
    /// The kept moments before an event, the latest first.
    pub fn before(&self, event: u64) -> impl Iterator<Item = &StepMoment> {
        self.moments.iter().rev().filter(move |moment| moment.event() < event)
    }
    /// The latest kept moment of which this is true; the beginning, if of none.
    pub fn latest(&self, wanted: impl Fn(&StepMoment) -> bool) -> &StepMoment {
        self.moments.iter().rev().find(|moment| wanted(moment)).unwrap_or(self.beginning())
    }
}
