//! What the scenario asked for and the run did not have: a judgement without it is one of another run.

use crate::history::fact::{Entry, Fact};
use crate::history::setup::Setup;

/// What became of one fault of the scenario.
#[derive(Clone, Copy, Debug, Default)]
struct Strikes {
    /// How often it struck somebody.
    hit: u32,
    /// How often it was to strike and found nobody alive.
    missed: u32,
}

/// See the module.
#[derive(Clone, Debug)]
pub struct UnsimulatedFaults {
    faults: Vec<Strikes>,
}

impl UnsimulatedFaults {
    /// Before the first fact.
    pub fn new(setup: &Setup) -> UnsimulatedFaults {
        UnsimulatedFaults { faults: vec![Strikes::default(); setup.faults.len()] }
    }

    /// Takes the next fact.
    #[inline]
    pub fn observe(&mut self, entry: &Entry) {
        match entry.fact {
            Fact::FaultStarted { fault, .. } => self.fault(fault, |strikes| strikes.hit += 1),
            Fact::FaultMissed { fault, .. } => self.fault(fault, |strikes| strikes.missed += 1),
            _ => {}
        }
    }

    fn fault(&mut self, fault: u16, count: impl Fn(&mut Strikes)) {
        if let Some(strikes) = self.faults.get_mut(usize::from(fault)) {
            count(strikes);
        }
    }

    /// One sentence each: the ignored settings first, then the faults.
    pub fn list(&self, setup: &Setup) -> Vec<String> {
        let settings = setup.ignored.iter().map(ToString::to_string);
        let faults = self.faults.iter().zip(&setup.faults).enumerate().filter_map(|(number, (strikes, fault))| {
            let name = format!("fault {} ({})", number + 1, fault.label);
            match strikes {
                Strikes { hit: 0, missed: 0 } if fault.conditional => {
                    Some(format!("{name} never struck: its condition did not come true"))
                }
                Strikes { missed: 0, .. } => None,
                Strikes { hit: 0, .. } => Some(format!("{name} hit nobody that was alive")),
                Strikes { hit, missed } => {
                    Some(format!("{name} hit nobody that was alive {missed} of {} times", hit + missed))
                }
            }
        });
        settings.chain(faults).collect()
    }
}
