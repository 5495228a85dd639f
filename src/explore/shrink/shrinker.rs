//! The smallest scenario so far, and what may replace it.

use super::target::Met;
use super::tree::{self, TreeEntry};
use super::trial::ShrinkTrial;
use crate::scenario::node::{YamlNode, YamlValue};
use crate::scenario::unit;
use crate::sim::time::Nanos;

/// Other seeds that are tried where a candidate may only have lost its luck: with one client less all the others draw
/// other numbers.
const OTHER_SEEDS: [u64; 6] = [1, 2, 3, 4, 5, 6];

/// See the module.
pub struct Shrinker<'a, 't> {
    /// Runs the candidates.
    pub trial: &'t mut ShrinkTrial<'a>,
    /// The smallest scenario so far.
    pub tree: YamlNode,
    /// The seed with which it fails.
    pub seed: u64,
    /// How.
    pub met: Met,
    /// The seed that was given.
    given: u64,
}

impl<'a, 't> Shrinker<'a, 't> {
    /// Begins with a scenario that fails.
    pub fn new(trial: &'t mut ShrinkTrial<'a>, tree: YamlNode, seed: u64, met: Met) -> Shrinker<'a, 't> {
        Shrinker { trial, tree, seed, met, given: seed }
    }
    /// Keeps a candidate that fails with the same seed.
    pub fn keep(&mut self, candidate: YamlNode) -> bool {
        self.keep_with(candidate, &[])
    }
    /// Keeps a candidate that fails with the same seed, or with one of a few others.
    pub fn keep_by_luck(&mut self, candidate: YamlNode) -> bool {
        let others: Vec<u64> = [self.given].into_iter().chain(OTHER_SEEDS).collect();
        self.keep_with(candidate, &others)
    }
    fn keep_with(&mut self, candidate: YamlNode, others: &[u64]) -> bool {
        if tree::text_of(&candidate) == tree::text_of(&self.tree) {
            return false;
        }
        for seed in [self.seed].iter().chain(others) {
            if let Some(met) = self.trial.fails(&candidate, *seed) {
                (self.tree, self.seed, self.met) = (candidate, *seed, met);
                return true;
            }
        }
        false
    }
    /// Keeps the first of several candidates that fails with the same seed, else the first that fails with another one.
    pub fn keep_first_by_luck(&mut self, candidates: &[YamlNode]) -> bool {
        candidates.iter().any(|candidate| self.keep(candidate.clone()))
            || candidates.iter().any(|candidate| self.keep_by_luck(candidate.clone()))
    }
    /// Keeps the first of several candidates that fails.
    pub fn keep_first(&mut self, candidates: impl IntoIterator<Item = YamlNode>) -> bool {
        candidates.into_iter().any(|candidate| self.keep(candidate))
    }
    /// The value under keys.
    pub fn at(&self, path: &[String]) -> Option<&YamlNode> {
        tree::at(&self.tree, path)
    }
    /// A scalar under keys.
    pub fn text(&self, path: &[String]) -> Option<String> {
        self.at(path).and_then(tree::text).map(str::to_owned)
    }
    /// A span of time under keys.
    pub fn span(&self, path: &[String]) -> Option<Nanos> {
        unit::duration(&self.text(path)?).ok()
    }
    /// A whole number under keys.
    pub fn number(&self, path: &[String]) -> Option<u64> {
        unit::whole(&self.text(path)?).ok()
    }
    /// The entries of a section.
    pub fn section(&self, name: &str) -> &[TreeEntry] {
        self.at(&tree::path([name])).map_or(&[], tree::entries)
    }
    /// The elements of a section that is a list.
    pub fn list(&self, name: &str) -> Vec<YamlNode> {
        tree::items(self.at(&tree::path([name]))).to_vec()
    }
    /// How long workloads and faults go on.
    pub fn duration(&self) -> Nanos {
        self.span(&tree::path(["duration"])).unwrap_or(Nanos::ZERO)
    }
}

/// A tree whose section is this list; without it, if it is empty.
pub fn with_list(tree: &YamlNode, section: &str, items: &[YamlNode]) -> YamlNode {
    let path = tree::path([section]);
    match items {
        [] => tree::without(tree, &path),
        items => tree::with(tree, &path, tree::node(YamlValue::List(items.to_vec()))),
    }
}
