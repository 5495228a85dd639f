//! The command that gives the same run: what is printed under `again`, and what a sweep says of a seed.

use crate::run::figures::exact;
use crate::scenario::Override;
use crate::sim::time::Nanos;

/// All that a run depends on, as it stands on a command line.
#[derive(Clone, Copy, Debug)]
pub struct Again<'a> {
    /// A scenario of the library, a path, or `-`.
    pub scenario: &'a str,
    /// The seed; none: the scenario's own.
    pub seed: Option<u64>,
    /// The variant.
    pub variant: Option<&'a str>,
    /// What else was changed.
    pub changes: &'a [Override],
    /// Where the run was cut.
    pub until: Option<Nanos>,
    /// Whether settings without effect are excused.
    pub allow_ignored: bool,
}

impl Again<'_> {
    /// The arguments of `kafkasim run`, quoted for a POSIX shell.
    pub fn arguments(&self) -> String {
        let allowed = if self.allow_ignored { " --allow-ignored" } else { "" };
        self.world() + allowed + self.note()
    }
    /// What the run depends on.
    pub fn world(&self) -> String {
        let mut text = self.name();
        if let Some(variant) = self.variant {
            text += &format!(" --variant {}", quote(variant));
        }
        for change in self.changes {
            let (option, value) = change.option();
            text += &format!(" {option} {}", quote(value));
        }
        if let Some(until) = self.until {
            text += &format!(" --until {}", exact(until));
        }
        text
    }
    /// A text that came down a pipe has no name.
    pub fn note(&self) -> &'static str {
        if self.scenario == "-" { "   # with the same standard input" } else { "" }
    }
    /// `SCENARIO:SEED`.
    pub fn name(&self) -> String {
        // What begins with a dash would be an option.
        let dashed = self.scenario.starts_with('-') && self.scenario != "-";
        let path = if dashed { format!("./{}", self.scenario) } else { self.scenario.to_owned() };
        quote(&self.seed.map_or(path.clone(), |seed| format!("{path}:{seed}")))
    }
}

/// A word for a POSIX shell: as it is if nothing in it means anything, else in single quotes.
fn quote(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "._-/:=,+@%".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_is_whole_and_quoted() {
        let changes =
            [Override::new("producers.*.config.acks=1"), Override::fault("at: 5s, crash: {broker: broker 1}")];
        let again = Again {
            scenario: "my file.yaml",
            seed: Some(8),
            variant: Some("cure"),
            changes: &changes,
            until: Some(Nanos::from_millis(1500)),
            allow_ignored: true,
        };
        assert_eq!(
            again.arguments(),
            "'my file.yaml:8' --variant cure --set 'producers.*.config.acks=1' --with 'at: 5s, crash: {broker: broker 1}' \
             --until 1500ms --allow-ignored"
        );
    }

    #[test]
    fn odd_names_stay_names() {
        let again = |scenario| {
            Again { scenario, seed: Some(7), variant: None, changes: &[], until: None, allow_ignored: false }
                .arguments()
        };
        assert_eq!(again("leader-crash"), "leader-crash:7");
        assert_eq!(again("-"), "-:7   # with the same standard input");
        assert_eq!(again("-x.yaml"), "./-x.yaml:7");
        assert_eq!(again("it's.yaml"), r"'it'\''s.yaml:7'");
    }
}
