//! What many runs have reached together.

use std::collections::BTreeSet;
use std::fmt::Write;

use super::feature::{Feature, FeatureFamily};
use crate::scenario::properties::{INVARIANTS, SOMETIMES};

/// Adds up what runs have reached.
#[derive(Clone, Default, Debug)]
pub struct CoverageMeter {
    reached: BTreeSet<Feature>,
    /// How many runs reached something that none before had.
    novel: u64,
    /// Runs since the last of them.
    since: u64,
}

impl CoverageMeter {
    /// Adds one run. How many things no run before had reached.
    pub fn add(&mut self, features: &[Feature]) -> u64 {
        let new = features.iter().filter(|feature| self.reached.insert(**feature)).count() as u64;
        self.novel += u64::from(new > 0);
        self.since = if new > 0 { 0 } else { self.since + 1 };
        new
    }
    /// How many things were reached.
    pub fn count(&self) -> usize {
        self.reached.len()
    }
    /// How many of a family.
    pub fn of(&self, family: FeatureFamily) -> usize {
        self.reached.iter().filter(|feature| feature.family == family).count()
    }
    /// A line per family: of how many, where that is known, and which were never reached.
    pub fn print(&self) -> String {
        let mut out = format!(
            "\n  coverage          {:>9}  states and transitions; {} runs reached something new, the last {} did not\n",
            self.count(),
            self.novel,
            self.since
        );
        for family in FeatureFamily::ALL {
            let all = names(family);
            let of = if all.is_empty() { String::new() } else { format!(" of {}", all.len()) };
            let _ = writeln!(out, "                    {:>9}  {}{of}", self.of(family), family.name());
        }
        let seen = |family, number: usize| self.reached.contains(&Feature { family, code: number as u64 });
        for (family, label) in [(FeatureFamily::Sometimes, "never seen"), (FeatureFamily::Invariants, "not exercised")]
        {
            let names = names(family);
            let never: Vec<&str> =
                names.iter().enumerate().filter(|(number, _)| !seen(family, *number)).map(|(_, name)| *name).collect();
            for (number, line) in lines(&never, 76).into_iter().enumerate() {
                let _ = writeln!(out, "  {:<18}{line}", if number == 0 { label } else { "" });
            }
        }
        out
    }
}

/// What there is of a family, where there is a list.
fn names(family: FeatureFamily) -> Vec<&'static str> {
    match family {
        FeatureFamily::Sometimes => SOMETIMES.iter().map(|(name, _)| *name).collect(),
        FeatureFamily::Invariants | FeatureFamily::NearMisses => INVARIANTS.iter().map(|(id, _)| *id).collect(),
        _ => Vec::new(),
    }
}

/// Words, in lines of some width.
fn lines(words: &[&str], width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in words {
        match lines.last_mut() {
            Some(line) if line.len() + 2 + word.len() <= width => *line += &format!(", {word}"),
            Some(line) => {
                line.push(',');
                lines.push((*word).to_owned());
            }
            None => lines.push((*word).to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_meter_says_what_is_new_and_what_was_never_reached() {
        let mut meter = CoverageMeter::default();
        let seen = |number| Feature { family: FeatureFamily::Sometimes, code: number };
        assert_eq!(meter.add(&[seen(0), seen(1)]), 2);
        assert_eq!(meter.add(&[seen(1)]), 0);
        assert_eq!((meter.count(), meter.of(FeatureFamily::Sometimes), meter.of(FeatureFamily::Errors)), (2, 2, 0));
        let text = meter.print();
        assert!(text.contains(&format!("2  sometimes of {}", SOMETIMES.len())), "{text}");
        assert!(text.contains("1 runs reached something new, the last 1 did not"), "{text}");
        let never = text.split("never seen").nth(1).expect("a list");
        assert!(!never.contains(SOMETIMES[1].0) && never.contains(SOMETIMES[5].0), "{text}");
    }
}
