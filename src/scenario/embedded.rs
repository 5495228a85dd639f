//! The scenarios of the library, in the binary, so that `kafkasim run leader-crash` works anywhere.

use super::findings::nearest;
use super::{Scenario, ScenarioText};

include!(concat!(env!("OUT_DIR"), "/embedded_scenarios.rs"));

/// All of them, by name.
pub fn all() -> impl Iterator<Item = (&'static str, &'static str)> {
    EMBEDDED.iter().copied()
}

/// The file of that name, as a source.
pub fn find(name: &str) -> Option<ScenarioText> {
    let (name, text) = all().find(|(n, _)| *n == name)?;
    Some(ScenarioText::new(format!("scenarios/{name}.yaml"), text))
}

/// The name nearest to `name`, if one is near enough to be meant.
pub fn suggest(name: &str) -> Option<&'static str> {
    nearest(name, all().map(|(n, _)| n))
}

/// Every embedded scenario, parsed. A test holds that they all parse.
pub fn scenarios() -> Vec<Scenario> {
    all()
        .filter_map(|(name, _)| find(name))
        .filter_map(|source| super::parse(&source, &[]).ok())
        .map(|(scenario, _)| scenario)
        .collect()
}
