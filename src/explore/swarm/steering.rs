//! Steered search: runs that reached something new are varied, so that the next ones start from there.
//!
//! Seeds are run in generations of a fixed size. What a seed of a generation draws depends on the generations before and on
//! nothing else, so that it is the same however many threads there are. A run that was varied is no longer a function of its
//! seed alone; it is one of its changes, which are printed.

use super::dice::Dice;
use super::genome::{Gene, Genome, WHOLE};
use super::options::SwarmOptions;
use super::trouble::Trouble;
use crate::explore::coverage::feature::Feature;
use crate::explore::coverage::meter::CoverageMeter;

/// Seeds of one generation.
pub const GENERATION: u64 = 32;
/// What is varied, the newest: what was new long ago has been varied often.
const MOST_KEPT: usize = 256;

/// What is known of the generations before.
#[derive(Clone, Debug, Default)]
pub struct Steering {
    meter: CoverageMeter,
    corpus: Vec<Genome>,
}

impl Steering {
    /// What a seed of the next generation is: half of them are drawn as without steering.
    pub(super) fn genome(&self, options: &SwarmOptions, seed: u64) -> Genome {
        let mut dice = Dice::new(seed, "steering");
        if dice.coin() {
            return Genome::drawn(options, seed);
        }
        // The newer ones more often.
        let recent = self.corpus.len().min(32);
        let from = if dice.coin() { self.corpus.len() - recent } else { 0 };
        let Some(parent) = dice.any(&self.corpus[from..]) else { return Genome::drawn(options, seed) };
        let mut genome = parent.clone();
        for _ in 0..dice.between(1, 3) {
            self.vary(&mut genome, options, &mut dice);
        }
        genome.genes.sort_by_key(|gene| gene.at);
        genome
    }

    /// Changes one thing.
    fn vary(&self, genome: &mut Genome, options: &SwarmOptions, dice: &mut Dice) {
        let count = genome.genes.len() as u64;
        let room = count < options.most_faults;
        let place = dice.between(0, count.saturating_sub(1)) as usize;
        let kind = dice.between(0, 9);
        if kind == 0 {
            genome.healing = dice.number();
            return;
        }
        if kind == 1 {
            genome.surroundings = dice.number();
            return;
        }
        let Some(gene) = genome.genes.get(place).copied() else {
            return genome.genes.push(anything(dice));
        };
        match kind {
            // A little earlier or later, or anywhere.
            2 => {
                let by = WHOLE / dice.of(&[1_000, 100, 10]);
                genome.genes[place].at = (gene.at + dice.between(0, 2 * by)).saturating_sub(by).min(WHOLE - 1);
            }
            3 => genome.genes[place].at = dice.between(0, WHOLE - 1),
            4 => genome.genes[place].victim = dice.number(),
            5 => genome.genes[place].span = dice.number(),
            6 if room => {
                let at = (gene.at + dice.between(1, WHOLE / 5)).min(WHOLE - 1);
                genome.genes.push(Gene { at, ..gene });
            }
            7 if count > 1 => drop(genome.genes.remove(place)),
            8 => {
                if let Some(other) = dice.any(&self.corpus).and_then(|other| dice.any(&other.genes)) {
                    if room { genome.genes.push(*other) } else { genome.genes[place] = *other }
                }
            }
            _ => {
                let gene = anything(dice);
                if room { genome.genes.push(gene) } else { genome.genes[place] = gene }
            }
        }
    }

    /// Takes notice of a run. They come in the order of their seeds.
    pub(in crate::explore) fn learn(&mut self, genome: &Genome, features: &[Feature]) {
        if self.meter.add(features) > 0 {
            self.corpus.push(genome.clone());
            if self.corpus.len() > MOST_KEPT {
                self.corpus.remove(0);
            }
        }
    }
}

fn anything(dice: &mut Dice) -> Gene {
    let trouble = *dice.of(&Trouble::ALL);
    let (at, trigger) = (dice.between(0, WHOLE - 1), dice.number());
    Gene { at, trouble, trigger, victim: dice.number(), span: dice.number() }
}
