//! From a run that fails to the smallest scenario that still fails in the same way for the same reason.
//!
//! What is made smaller is the scenario's tree, and each candidate is a plain scenario that is written, read, run and
//! judged like any other ([`trial`]). A pass proposes candidates ([`faults`], [`clients`], [`cluster`], ...), the first
//! that still meets the target ([`target`]) takes the place of the one before ([`shrinker`]), and that goes on until no
//! pass finds a smaller one. A candidate that breaks something else is not taken: it is another find.

pub mod clients;
pub mod cluster;
pub mod ddmin;
pub mod ending;
pub mod faults;
pub mod numbers;
pub mod options;
pub mod shrinker;
pub mod size;
pub mod story;
pub mod target;
pub mod tree;
pub mod trial;

use std::ops::ControlFlow;

use super::case::Case;
use super::pool::{PoolNews, Stop, in_order};
use super::result::causes;
use crate::run::figures::exact;
use crate::run::judged::judge;
use crate::run::unwatched;
use crate::run::verdict::Standing;
use crate::scenario::node::YamlNode;
use crate::scenario::{Scenario, unit};
use crate::sim::time::Nanos;
use shrinker::{Shrinker, with_list};
use size::ScenarioSize;
use target::{Met, ShrinkTarget};
use tree::path;
use trial::{OtherFind, RunConditions, ShrinkTrial};

/// How many neighbouring seeds are asked whether they fail, too.
pub const NEIGHBOURS: u64 = 20;
/// How often all passes are gone through at most; more than three times is rare.
const ROUNDS: u32 = 6;

/// What came of it.
#[derive(Clone, Debug)]
pub struct Shrunk {
    /// What fails.
    pub target: ShrinkTarget,
    /// The small scenario, with comments.
    pub text: String,
    /// The seed with which it fails.
    pub seed: u64,
    /// How the run has to be cut and judged.
    pub conditions: RunConditions,
    /// How large the run was.
    pub before: ScenarioSize,
    /// How large it is.
    pub after: ScenarioSize,
    /// How many candidates were run; to tell why one fails, and whether its neighbours do, takes more runs.
    pub runs: u64,
    /// Whether nothing smaller was found, rather than no more looked for.
    pub finished: bool,
    /// Whether the scenario's own expectations say that it fails: then a run of it ends well.
    pub expected: bool,
    /// What else broke on the way.
    pub others: Vec<OtherFind>,
    /// How many of the [`NEIGHBOURS`] next seeds fail in the same way; none if nobody had the time to ask.
    pub robust: Option<u64>,
}

/// Why there is nothing to make smaller.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum NoFailure {
    /// All is as expected. These invariants are broken, as they may be: `--invariant` names one.
    AsExpected(Vec<&'static str>),
    /// The run could not show what was expected.
    Inconclusive,
    /// The invariant is not broken. These are.
    NotBroken(Vec<&'static str>),
    /// Its text, with the variant, all changes and the seed written into it, does not fail: a bug.
    NotByItself,
}

/// What to look for, and for how long.
pub struct ShrinkWish<'w> {
    /// The invariant that breaks, promised or not; none: what is not as expected.
    pub invariant: Option<&'w str>,
    /// The most runs.
    pub most_runs: u64,
    /// Asked before each run whether to stop, and told how many there were.
    pub stop: &'w (dyn Fn(u64) -> bool + Sync),
    /// Threads for the neighbouring seeds; 0: one for each core.
    pub jobs: usize,
}

/// Makes a run smaller.
///
/// # Errors
/// It does not fail.
pub fn shrink(case: &Case, wish: &ShrinkWish<'_>) -> Result<Shrunk, NoFailure> {
    let target = target_of(case, wish.invariant)?;
    let before = ScenarioSize::of(&case.run());
    let conditions = RunConditions { until: case.until, allow_ignored: case.allow_ignored };
    let mut trial = ShrinkTrial::new(target, conditions, wish.most_runs, wish.stop);
    let tree = tree::read(&case.standalone().text);
    // The budget may be smaller than one run: then this is all there is.
    let met = trial.fails(&tree, case.seed);
    if met.is_none() && trial.runs() > 0 {
        return Err(NoFailure::NotByItself);
    }
    let mut shrinker = Shrinker::new(&mut trial, tree, case.seed, met.unwrap_or(Met { at: None }));
    let finished = passes(&mut shrinker);
    let (least, seed) = (shrinker.tree, shrinker.seed);
    let (tree, robust) = steadier(least.clone(), seed, &mut trial, wish);
    let is_least = finished && tree::text_of(&tree) == tree::text_of(&least);
    let story = story::tell(case, &tree, seed, &trial, is_least);
    Ok(Shrunk {
        target: trial.target().clone(),
        before,
        after: ScenarioSize::of(&conditions.run(&story.scenario, seed)),
        text: story.text,
        seed,
        conditions,
        runs: trial.runs(),
        finished,
        expected: story.expected,
        others: trial.others,
        robust,
    })
}

/// What fails in a run.
fn target_of(case: &Case, invariant: Option<&str>) -> Result<ShrinkTarget, NoFailure> {
    let judged = match judge(&case.run(), &mut unwatched) {
        Ok(judged) => judged,
        Err(bug) => return Ok(ShrinkTarget::of_bug(&bug)),
    };
    let findings = &judged.judgement.findings;
    let ids = findings.iter().map(|finding| finding.invariant.id);
    let broken = || ids.clone().filter(|id| ShrinkTarget::of_invariant(&judged.judgement, id).is_some()).collect();
    if let Some(id) = invariant {
        return ShrinkTarget::of_invariant(&judged.judgement, id).ok_or_else(|| NoFailure::NotBroken(broken()));
    }
    match judged.verdict.standing() {
        Standing::Met => Err(NoFailure::AsExpected(broken())),
        Standing::Inconclusive => Err(NoFailure::Inconclusive),
        Standing::Broken => {
            let causes = causes(&judged, Standing::Broken);
            ShrinkTarget::choose(&causes, &judged.judgement, &case.scenario).ok_or(NoFailure::Inconclusive)
        }
    }
}

/// All passes, again and again until none finds anything. Returns whether it came to that.
fn passes(s: &mut Shrinker<'_, '_>) -> bool {
    words(s);
    // What counts things is another failure where there are fewer of them, or where they have less to run on: then all that
    // can go is a fault.
    if s.trial.target().counts() {
        faults::fewer(s);
        return !s.trial.is_over();
    }
    ending::end_early(s);
    for _ in 0..ROUNDS {
        let before = tree::text_of(&s.tree);
        faults::fewer(s);
        options::defaults(s);
        clients::fewer(s);
        ending::end_early(s);
        clients::fewer_processes(s);
        faults::single_by_luck(s);
        cluster::smaller_topics(s);
        cluster::fewer_brokers(s);
        faults::simpler(s);
        clients::less_work(s);
        ending::begin_late(s);
        ending::end_early(s);
        numbers::shorter(s);
        numbers::rounder(s);
        faults::in_order(s);
        faults::single(s);
        if s.trial.is_over() {
            return false;
        }
        if tree::text_of(&s.tree) == before {
            return true;
        }
    }
    false
}

/// Takes away what a scenario says of itself, and what it expects, but for what is to fail.
fn words(s: &mut Shrinker<'_, '_>) {
    let mut plain = s.tree.clone();
    ["summary", "teaches", "tags", "variants", "sometimes"]
        .iter()
        .for_each(|key| tree::remove(&mut plain, &path([key])));
    let expected = tree::items(tree::at(&plain, &path(["expect"]))).to_vec();
    let nothing = tree::without(&plain, &path(["expect"]));
    if s.keep(nothing) {
        return;
    }
    s.keep(plain.clone());
    let alone: Vec<YamlNode> =
        expected.iter().map(|one| with_list(&plain, "expect", std::slice::from_ref(one))).collect();
    s.keep_first(alone);
}

/// A run that is cut within a hair of its failure fails with one seed only. A few seconds more are few, if more seeds fail
/// with them: the shortest run with which most do, and how many.
fn steadier(tree: YamlNode, seed: u64, trial: &mut ShrinkTrial<'_>, wish: &ShrinkWish<'_>) -> (YamlNode, Option<u64>) {
    let asked = |tree: &YamlNode, trial: &ShrinkTrial<'_>| {
        let scenario = tree::scenario(tree, "candidate")?;
        robust(&scenario, seed, trial, wish)
    };
    let mut best = (tree.clone(), asked(&tree, trial));
    let duration = tree::at(&tree, &path(["duration"])).and_then(tree::text).and_then(|text| unit::duration(text).ok());
    let Some(duration) = duration.filter(|_| !trial.target().counts()) else { return best };
    for more in [1, 2, 4].map(Nanos::from_secs) {
        let longer = tree::with(&tree, &path(["duration"]), tree::leaf(exact(duration.saturating_add(more))));
        if best.1 == Some(NEIGHBOURS) || trial.fails(&longer, seed).is_none() {
            continue;
        }
        let fail = asked(&longer, trial);
        // One seed more is luck.
        if fail.zip(best.1).is_some_and(|(fail, known)| fail > known + 1) {
            best = (longer, fail);
        }
    }
    best
}

/// How many neighbouring seeds fail in the same way.
fn robust(scenario: &Scenario, seed: u64, trial: &ShrinkTrial<'_>, wish: &ShrinkWish<'_>) -> Option<u64> {
    let (target, conditions, cause) = (trial.target(), trial.conditions(), trial.cause());
    let worker = || {
        let run = conditions.run(scenario, seed);
        move |position: u64, _: Stop<'_>| {
            let run = run.with_seed(seed.wrapping_add(position + 1));
            Some(match judge(&run, &mut unwatched) {
                Ok(judged) => {
                    target.met(&judged, || causes(&judged, Standing::Broken)).is_some() && target.cause(&run) == cause
                }
                Err(bug) => ShrinkTarget::of_bug(&bug) == *target,
            })
        }
    };
    let (mut told, mut fail) = (0, 0);
    let watcher = |news: PoolNews<'_, bool>| {
        if let PoolNews::Result(fails) = news {
            told += 1;
            fail += u64::from(*fails);
        }
        ControlFlow::Continue(())
    };
    in_order(u128::from(NEIGHBOURS), wish.jobs, || (wish.stop)(0), worker, watcher).ok()?;
    (told == NEIGHBOURS).then_some(fail)
}
