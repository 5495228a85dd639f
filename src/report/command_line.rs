//! Commands as people type them.

use crate::run::figures::exact;
use crate::scenario::Override;
use crate::sim::time::Nanos;

/// A word for a POSIX shell: as it is if nothing in it means anything, else in single quotes.
pub fn quote(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "._-/:=,+@%".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

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
        self.options() + self.note()
    }
    /// The arguments of `kafkasim explain` that ask this of the same run.
    pub fn explain(&self, question: &str) -> String {
        format!("{} {question}{}", self.world(), self.note())
    }
    fn options(&self) -> String {
        self.world() + if self.allow_ignored { " --allow-ignored" } else { "" }
    }
    /// What the run depends on.
    pub fn world(&self) -> String {
        self.name() + &self.changed() + &self.cut()
    }
    /// Its variant and what else was changed, each behind a blank: ` --variant cure`.
    pub fn changed(&self) -> String {
        let mut text = self.variant.map_or(String::new(), |variant| format!(" --variant {}", quote(variant)));
        for change in self.changes {
            let (option, value) = change.option();
            text += &format!(" {option} {}", quote(value));
        }
        text
    }
    /// Where it was cut, behind a blank: ` --until 30s`.
    pub fn cut(&self) -> String {
        self.until.map_or(String::new(), |until| format!(" --until {}", exact(until)))
    }
    /// The command that writes the run to a page, which is called after the scenario.
    pub fn page(&self, scenario: &str) -> String {
        let (seed, variant) = (self.seed.map(|seed| seed.to_string()), self.variant);
        let parts: Vec<&str> = [Some(scenario), seed.as_deref(), variant].into_iter().flatten().collect();
        // Whatever a scenario is called, its page lies here.
        let file = format!("{}.html", parts.join("-").replace('/', "_"));
        let file = if file.starts_with('-') { format!("./{file}") } else { file };
        format!("kafkasim run {} --format html > {}", self.options(), quote(&file))
    }
    /// The command that tells of single records of the run; none where it cannot be named.
    pub fn explaining(&self) -> Option<String> {
        (self.scenario != "-").then(|| format!("kafkasim explain {}", self.world()))
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
        match self.seed {
            // What begins with a dash is an option for whoever reads the line.
            Some(seed) if self.scenario == "-" => format!("- --seed {seed}"),
            Some(seed) => quote(&format!("{path}:{seed}")),
            None => quote(&path),
        }
    }
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
    fn a_page_is_called_after_its_run() {
        let again = |scenario, variant| Again {
            scenario,
            seed: Some(7),
            variant,
            changes: &[],
            until: None,
            allow_ignored: false,
        };
        assert_eq!(
            again("leader-crash", Some("cure")).page("leader-crash"),
            "kafkasim run leader-crash:7 --variant cure --format html > leader-crash-7-cure.html"
        );
        let odd = again("my file.yaml", None).page("a/b; rm -r");
        assert_eq!(odd, "kafkasim run 'my file.yaml:7' --format html > 'a_b; rm -r-7.html'");
    }

    #[test]
    fn odd_names_stay_names() {
        let again = |scenario| {
            Again { scenario, seed: Some(7), variant: None, changes: &[], until: None, allow_ignored: false }
                .arguments()
        };
        assert_eq!(again("leader-crash"), "leader-crash:7");
        assert_eq!(again("-"), "- --seed 7   # with the same standard input");
        assert_eq!(again("-x.yaml"), "./-x.yaml:7");
        assert_eq!(again("it's.yaml"), r"'it'\''s.yaml:7'");
    }
}
