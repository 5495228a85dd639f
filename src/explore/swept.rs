//! What was swept: which results belong together, and what a summary says of all of them.

use xxhash_rust::xxh3::xxh3_128;

use super::seeds::Seeds;
use crate::run::verdict::name_of;
use crate::scenario::{self, Scenario, embedded};
use crate::sim::time::Nanos;

/// A set of seeds that takes more characters than this is not written into every line.
const LONGEST: usize = 1000;

/// Which scenario results are of.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SweptScenario {
    /// Its name.
    pub name: String,
    /// The variant.
    pub variant: Option<String>,
    /// A digest of its text, its variant, all changes and how it is judged: results of one digest belong together.
    pub digest: String,
    /// The version of kafkasim that ran it.
    pub version: String,
    /// What was changed in all runs: `--set producers.*.config.acks=1`.
    pub changes: Vec<String>,
    /// What each seed drew of its own, as one types it; none: nothing.
    pub swarm: Option<String>,
    /// What is expected of each run, by name.
    pub expect: Vec<String>,
    /// The seeds that were asked for; none: as many as there was time for, or a set too odd to be written down.
    pub asked: Option<Seeds>,
}

impl SweptScenario {
    /// Runs of this scenario with these seeds, cut there and judged so; of a swarm what its seeds draw, and what is demanded of
    /// each.
    pub fn new(
        scenario: &Scenario,
        seeds: &Seeds,
        until: Option<Nanos>,
        allow_ignored: bool,
        swarm: Option<(String, Vec<String>)>,
    ) -> SweptScenario {
        let mut changes: Vec<String> =
            scenario.changes.iter().map(|change| format!("{} {}", change.option().0, change.option().1)).collect();
        changes.extend(allow_ignored.then(|| "--allow-ignored".to_owned()));
        // A run that was drawn is not the one that the scenario expects something of.
        let (swarm, asked) = match swarm {
            Some((options, demanded)) => (Some(options), demanded),
            None => (None, scenario.expect.iter().map(name_of).collect()),
        };
        let mut expect: Vec<String> = Vec::new();
        for name in asked {
            if !expect.contains(&name) {
                expect.push(name);
            }
        }
        let variant = scenario.variant.as_deref();
        let drawn = swarm.as_ref().map(|options| format!("--swarm={options}"));
        let made: Vec<String> = changes.iter().cloned().chain(drawn).collect();
        let written = Some(seeds).filter(|seeds| seeds.get(u64::MAX / 2).is_none());
        SweptScenario {
            name: scenario.name.clone(),
            variant: variant.map(str::to_owned),
            digest: digest(&scenario.source.text, variant, &made, until),
            version: env!("CARGO_PKG_VERSION").into(),
            changes,
            swarm,
            expect,
            asked: written.filter(|seeds| seeds.to_string().len() <= LONGEST).cloned(),
        }
    }
    /// What tells the two apart, with what each of them has; none: their results belong together.
    pub fn difference(&self, other: &SweptScenario) -> Option<(&'static str, String, String)> {
        let variant = |swept: &SweptScenario| swept.variant.clone().unwrap_or_else(|| "none".into());
        let values = |swept: &SweptScenario| {
            [
                ("version", swept.version.clone()),
                ("scenario", swept.name.clone()),
                ("variant", variant(swept)),
                ("changes", swept.changes.join(" ")),
                ("swarm", swept.swarm.clone().unwrap_or_else(|| "none".into())),
                ("scenario digest", swept.digest.clone()),
                ("expectations", swept.expect.join(", ")),
            ]
        };
        let mut pairs = values(self).into_iter().zip(values(other));
        pairs.find(|(mine, other)| mine.1 != other.1).map(|(mine, other)| (mine.0, mine.1, other.1))
    }
    /// What every run of a swarm must show, in a sentence; none: it is no swarm.
    pub fn demanded(&self) -> Option<String> {
        self.swarm.as_ref()?;
        Some(match self.expect.as_slice() {
            [] => "Every run must keep what is promised. Nothing else is demanded.".into(),
            names => format!("Every run must keep what is promised, and these must never break: {}.", names.join(", ")),
        })
    }
    /// The `sometimes` properties that are expected.
    pub fn sometimes(&self) -> Vec<&str> {
        self.expect.iter().filter_map(|name| name.strip_prefix("sometimes ")).collect()
    }
    /// The sentence of a scenario of the library that was swept as it stands there.
    pub fn sentence(&self) -> Option<String> {
        let source = embedded::find(&self.name)?;
        let same = digest(&source.text, self.variant.as_deref(), &[], None) == self.digest;
        let parsed = same.then(|| scenario::parse_variant(&source, self.variant.as_deref(), &[]));
        let (scenario, _) = parsed?.ok()?;
        (!scenario.summary.is_empty()).then_some(scenario.summary)
    }
}

fn digest(text: &str, variant: Option<&str>, changes: &[String], until: Option<Nanos>) -> String {
    let mut all = text.to_owned();
    let variant = variant.map(|variant| format!("--variant {variant}"));
    let until = until.map(|until| format!("--until {}", until.0));
    for word in variant.iter().chain(changes).chain(&until) {
        all += &format!("\0{word}");
    }
    format!("xxh3:{:032x}", xxh3_128(all.as_bytes()))
}
