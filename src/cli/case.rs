//! Which run a command is about, however it is named: `SCENARIO:SEED`, a token, or a capsule.

use super::input::{self, ChangeArgs, RunName};
use super::swarm_args::SwarmArgs;
use crate::explore::capsule;
use crate::explore::case::Case;
use crate::explore::recorded::RecordedRun;
use crate::explore::token::Token;
use crate::scenario::diagnostic::Diagnostic;
use crate::scenario::{self, Override, codes};
use crate::sim::time::Nanos;

/// A run, and what was written down of it.
pub struct NamedCase {
    /// The run.
    pub case: Case,
    /// What came of it then, if the name says so and nothing else is changed.
    pub recorded: Option<RecordedRun>,
    /// What it was named by.
    pub by: NamedBy,
}

/// What a run was named by.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NamedBy {
    /// `SCENARIO:SEED`
    Scenario,
    /// A token.
    Token,
    /// A capsule.
    Capsule,
}

/// What is said of a run beside its name.
#[derive(clap::Args, Clone, Debug)]
pub struct MoreArgs {
    /// What is changed.
    #[command(flatten)]
    pub changes: ChangeArgs,
    /// What a swarm draws with this seed.
    #[command(flatten)]
    pub swarm: SwarmArgs,
    /// The seed, instead of the scenario's own.
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = input::parse_seed)]
    pub seed: Option<u64>,
    /// Stop at this time, such as `30s`, if the run has not ended before.
    #[arg(long, value_name = "T", value_parser = input::parse_duration)]
    pub until: Option<Nanos>,
    /// Judge the run although the scenario has settings without effect here; otherwise the result is inconclusive.
    #[arg(long)]
    pub allow_ignored: bool,
}

impl MoreArgs {
    /// Whether another run is meant than the one that was named.
    pub fn changes_anything(&self) -> bool {
        let MoreArgs { changes, swarm, seed, until, allow_ignored } = self;
        swarm.is_asked()
            || !changes.overrides().is_empty()
            || changes.variant.is_some()
            || seed.is_some()
            || until.is_some()
            || *allow_ignored
    }
}

/// The run of that name.
///
/// # Errors
/// What is wrong with the name, the file or the changes.
pub fn named(text: &str, more: &MoreArgs) -> Result<NamedCase, Vec<Diagnostic>> {
    if input::is_token(text) {
        let token = Token::parse(text)?;
        let (case, recorded) = (token.case()?, token.recorded.clone());
        return changed(case, recorded, NamedBy::Token, more);
    }
    let name = RunName::parse(text).and_then(|name| name.with_seed(more.seed))?;
    let source = input::raw(&name.scenario)?;
    if capsule::is_meant(&source.text) {
        let read = capsule::read(&source, &name.scenario)?;
        let more = MoreArgs { seed: name.seed, ..more.clone() };
        return changed(read.case, Some(read.recorded), NamedBy::Capsule, &more);
    }
    let (scenario, warnings) =
        scenario::parse_variant(&source, more.changes.variant.as_deref(), &more.changes.overrides())?;
    input::report(&warnings);
    let case = Case {
        typed: name.scenario,
        seed: name.seed.unwrap_or(scenario.seed),
        scenario,
        until: more.until,
        allow_ignored: more.allow_ignored,
        swarm: None,
    };
    Ok(NamedCase { case: drawn(case, &more.swarm)?, recorded: None, by: NamedBy::Scenario })
}

/// The same, as a swarm draws it, if one is asked for.
fn drawn(case: Case, swarm: &SwarmArgs) -> Result<Case, Vec<Diagnostic>> {
    let options = swarm.options().map_err(|why| vec![Diagnostic::error(codes::BAD_OVERRIDE, why)])?;
    match options {
        Some(options) => case.drawn(&options).map_err(|nothing| nothing.findings),
        None => Ok(case),
    }
}

/// A run that was written down, with more changes: then it is another one.
fn changed(
    case: Case,
    recorded: Option<RecordedRun>,
    by: NamedBy,
    more: &MoreArgs,
) -> Result<NamedCase, Vec<Diagnostic>> {
    if !more.changes_anything() {
        return Ok(NamedCase { case, recorded, by });
    }
    let variant = more.changes.variant.clone().or_else(|| case.scenario.variant.clone());
    let changes: Vec<Override> = case.scenario.changes.iter().cloned().chain(more.changes.overrides()).collect();
    let (scenario, warnings) = scenario::parse_variant(&case.scenario.source, variant.as_deref(), &changes)?;
    input::report(&warnings);
    let case = Case {
        scenario,
        seed: more.seed.unwrap_or(case.seed),
        until: more.until.or(case.until),
        allow_ignored: more.allow_ignored || case.allow_ignored,
        swarm: None,
        ..case
    };
    Ok(NamedCase { case: drawn(case, &more.swarm)?, recorded: None, by })
}
