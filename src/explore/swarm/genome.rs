//! A drawn run before it is text: what it was drawn from, in pieces that can be changed one by one.

use super::dice::Dice;
use super::options::SwarmOptions;
use super::trouble::Trouble;

/// One fault. Each of its sides comes from a seed of its own, so that one can be drawn anew and the others stay.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Gene {
    /// When, in millionths of the time in which faults strike.
    pub at: u64,
    /// What kind of thing goes wrong.
    pub trouble: Trouble,
    /// Whether it waits for something, or comes again.
    pub trigger: u64,
    /// Whom it hits.
    pub victim: u64,
    /// For how long.
    pub span: u64,
}

/// All that a run is drawn from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(in crate::explore) struct Genome {
    /// What is no fault: network, disks, workload, cluster, configs.
    pub surroundings: u64,
    /// When all is well again, who stays away, and what is demanded then.
    pub healing: u64,
    /// The faults.
    pub(super) genes: Vec<Gene>,
}

/// Millionths.
pub(super) const WHOLE: u64 = 1_000_000;

impl Genome {
    /// The one of this seed. Which kinds of trouble there are is decided first, each with one half: who is never paused
    /// gets into states that everybody who is paused now and then never sees.
    pub(super) fn drawn(options: &SwarmOptions, seed: u64) -> Genome {
        let mut dice = Dice::new(seed, "which troubles");
        let mut on: Vec<Trouble> = Trouble::ALL.iter().copied().filter(|_| dice.coin()).collect();
        if on.is_empty() {
            on.push(*dice.of(&Trouble::ALL));
        }
        let conditions = dice.coin();
        let mut count = Dice::new(seed, "how many faults");
        let count = if count.coin() {
            count.between(1, options.most_faults)
        } else {
            count.between(1, 3.min(options.most_faults))
        };
        let mut genes: Vec<Gene> = (0..count).map(|number| Gene::drawn(seed, number, &on, conditions)).collect();
        genes.sort_by_key(|gene| gene.at);
        Genome { surroundings: seed, healing: seed, genes }
    }
}

impl Gene {
    fn drawn(seed: u64, number: u64, on: &[Trouble], conditions: bool) -> Gene {
        let mut dice = Dice::new(seed, &format!("fault {number}"));
        let trouble = *dice.of(on);
        let (at, victim, span) = (dice.between(0, WHOLE - 1), dice.number(), dice.number());
        let trigger = dice.number();
        // An odd one waits for something.
        let trigger = if conditions { trigger } else { trigger & !1 };
        Gene { at, trouble, trigger, victim, span }
    }
    /// Whether it may wait for something.
    pub(super) fn waits(&self) -> bool {
        self.trigger & 1 == 1
    }
}
