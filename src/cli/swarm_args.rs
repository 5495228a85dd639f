//! The flags of a swarm.

use crate::explore::swarm::{SwarmOptions, SwarmPart};

/// What each seed draws.
#[derive(clap::Args, Clone, Default, Debug)]
pub struct SwarmArgs {
    /// Each seed draws a scenario of its own: faults, if nothing else is said. `--swarm=all`, or what is to be drawn and
    /// within which bounds: `--swarm=faults+network,most-faults=4`. There is faults, network, disk, workload, topology and
    /// config; most-faults=N, warm-up=T, own-faults and over-budget.
    #[arg(long, value_name = "OPTIONS", num_args = 0..=1, require_equals = true, default_missing_value = "faults")]
    swarm: Option<SwarmOptions>,
    /// The faults of a swarm may be more than the cluster is built to bear; only what is promised all the same must hold.
    #[arg(long, requires = "swarm")]
    over_budget: bool,
}

impl SwarmArgs {
    /// Whether something is to be drawn.
    pub fn is_asked(&self) -> bool {
        self.swarm.is_some()
    }
    /// The bounds; none: nothing is drawn.
    ///
    /// # Errors
    /// They contradict each other.
    pub fn options(&self) -> Result<Option<SwarmOptions>, String> {
        let Some(options) = self.swarm.clone() else { return Ok(None) };
        if self.over_budget && !options.draws(SwarmPart::Faults) {
            return Err("`--over-budget` is about faults, which this swarm does not draw: add `faults`".into());
        }
        Ok(Some(SwarmOptions { over_budget: options.over_budget || self.over_budget, ..options }))
    }
}
