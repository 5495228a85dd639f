//! A sweep as JUnit XML, for test reports of build servers.
//!
//! A test case is an expectation and not a seed: four hundred green lines say nothing, and what broke in forty seeds is
//! one thing to look at. No duration is in it; it is the same on every machine.

use std::fmt::Write;

use super::{SweepEnd, SweepStory, counted, share};
use crate::explore::result::{NOT_SIMULATED, SeedEnding};
use crate::explore::summary::{FailingSeed, Firsts};
use crate::report::junit::escape;
use crate::run::figures::thousands;

/// How a test case went, if it did not pass.
enum Fault {
    Failure { message: String, text: String },
    Error { message: String, text: String },
    Skipped { message: String },
}

/// What is said of the violations that nobody expected, when there are none.
const NOTHING_ELSE: &str = "nothing else is violated";

impl SweepStory<'_> {
    /// The sweep as a suite. The first case is the sweep as a whole; then one for each expectation, and one for each
    /// violation that nobody expected.
    pub fn junit(&self) -> String {
        let cases = self.cases();
        let count =
            |kind: fn(&Fault) -> bool| cases.iter().filter_map(|case| case.1.as_ref()).filter(|f| kind(f)).count();
        let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n");
        let suite = escape(&self.title());
        let _ = writeln!(
            out,
            "  <testsuite name=\"{suite}\" tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\">",
            cases.len(),
            count(|fault| matches!(fault, Fault::Failure { .. })),
            count(|fault| matches!(fault, Fault::Error { .. })),
            count(|fault| matches!(fault, Fault::Skipped { .. })),
        );
        self.properties(&mut out);
        for (name, fault) in &cases {
            let _ = writeln!(
                out,
                "    <testcase classname=\"{suite}\" name=\"{}\">{}</testcase>",
                escape(name),
                element(fault)
            );
        }
        let _ = writeln!(out, "    <system-out>{}</system-out>\n  </testsuite>\n</testsuites>", escape(&self.table()));
        out
    }

    fn properties(&self, out: &mut String) {
        let properties = [
            ("seeds", self.extent()),
            ("scenario", self.swept.digest.clone()),
            ("kafkasim", self.swept.version.clone()),
            ("changes", self.swept.changes.join(" ")),
            ("demanded", self.swept.demanded().unwrap_or_default()),
            ("missed", self.missed().unwrap_or_default()),
        ];
        out.push_str("    <properties>\n");
        for (name, value) in properties.into_iter().filter(|(_, value)| !value.is_empty()) {
            let _ = writeln!(out, "      <property name=\"{name}\" value=\"{}\"/>", escape(&value));
        }
        out.push_str("    </properties>\n");
    }

    fn cases(&self) -> Vec<(String, Option<Fault>)> {
        let mut cases = vec![("sweep".to_owned(), self.whole())];
        cases.extend(self.swept.expect.iter().map(|name| (name.clone(), self.expectation(name))));
        let unexpected = self.unexpected();
        let none = unexpected.is_empty().then(|| (NOTHING_ELSE.to_owned(), self.untested()));
        cases.extend(
            unexpected.into_iter().map(|(name, firsts)| (name.to_owned(), Some(self.failure("violated", firsts)))),
        );
        cases.extend(none);
        let missing = self.summary.inconclusive().filter(|(name, _)| name.starts_with(NOT_SIMULATED));
        cases.extend(missing.map(|(name, firsts)| (name.to_owned(), Some(self.skipped(firsts)))));
        cases
    }

    /// The sweep as a whole: what its exit code says.
    fn whole(&self) -> Option<Fault> {
        let runs = self.summary.runs();
        let failures = self.summary.failures(self.of_runs());
        let list = |what: &str| {
            let groups =
                failures.iter().map(|f| format!("{}: {} ({})", f.cause.name, f.cause.text, share(&f.seeds, runs)));
            (
                format!("{what} {} of {}", thousands(self.summary.count(self.of_runs())), counted(runs)),
                groups.collect::<Vec<_>>().join("\n"),
            )
        };
        match self.of_runs() {
            SeedEnding::Bug => {
                let (message, text) = list("kafkasim failed in");
                Some(Fault::Error { message, text })
            }
            SeedEnding::Broken => {
                let (message, text) = list("not as expected in");
                Some(Fault::Failure { message, text })
            }
            SeedEnding::Inconclusive => Some(Fault::Skipped { message: list("inconclusive (exit code 3) in").0 }),
            SeedEnding::Met => self.untested(),
        }
    }

    /// Where runs are missing, or may be, what holds in all others is not shown.
    fn untested(&self) -> Option<Fault> {
        let incomplete = self.worst() != SeedEnding::Met && self.of_runs() == SeedEnding::Met;
        let why = match self.end {
            SweepEnd::Interrupted | SweepEnd::Missing(_) | SweepEnd::Unknown => self.unfinished(),
            _ if incomplete => Some("nothing was run".into()),
            _ => None,
        };
        why.map(|message| Fault::Skipped { message })
    }

    fn expectation(&self, name: &str) -> Option<Fault> {
        let find = |(known, firsts): (&str, &Firsts)| (known == name).then(|| firsts.clone());
        if let Some(firsts) = self.summary.broken().find_map(find) {
            return Some(self.failure("broken", &firsts));
        }
        let open = self.summary.inconclusive().find_map(find);
        open.map(|firsts| self.skipped(&firsts)).or_else(|| self.untested())
    }

    fn failure(&self, word: &str, firsts: &Firsts) -> Fault {
        let commands = firsts.lowest.iter().map(FailingSeed::command);
        Fault::Failure {
            message: format!("{word} in {}", share(firsts, self.summary.runs())),
            text: commands.collect::<Vec<_>>().join("\n"),
        }
    }

    fn skipped(&self, firsts: &Firsts) -> Fault {
        Fault::Skipped { message: format!("could not be shown in {}", share(firsts, self.summary.runs())) }
    }

    /// What broke and is no expectation of the scenario.
    pub(super) fn unexpected(&self) -> Vec<(&str, &Firsts)> {
        self.summary.broken().filter(|(name, _)| self.swept.expect.iter().all(|known| known != name)).collect()
    }
}

fn element(fault: &Option<Fault>) -> String {
    match fault {
        None => String::new(),
        Some(Fault::Failure { message, text }) => {
            format!("<failure message=\"{}\">{}</failure>", escape(message), escape(text))
        }
        Some(Fault::Error { message, text }) => {
            format!("<error message=\"{}\">{}</error>", escape(message), escape(text))
        }
        Some(Fault::Skipped { message }) => format!("<skipped message=\"{}\"/>", escape(message)),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::summary;
    use super::*;
    use crate::explore::line::tests::{broken, met, swept};

    #[test]
    fn a_case_is_an_expectation() {
        let (swept, summary) = (swept(), summary(&[met(1), broken(2), met(3), broken(4)]));
        let xml = SweepStory { swept: &swept, summary: &summary, end: &SweepEnd::Whole }.junit();
        assert!(xml.contains("tests=\"4\" failures=\"2\" errors=\"0\" skipped=\"1\""), "{xml}");
        assert!(xml.contains("name=\"sweep\"><failure message=\"not as expected in 2 of 4 seeds\">"), "{xml}");
        assert!(
            xml.contains("name=\"acked-all-durable\"><failure message=\"broken in 2 of 4 seeds: 2, 4\">kafkasim run x:2\nkafkasim run x:4</failure>"),
            "{xml}"
        );
        assert!(
            xml.contains("name=\"sometimes truncation\"><skipped message=\"could not be shown in 2 of 4 seeds"),
            "{xml}"
        );
        assert!(xml.contains("name=\"nothing else is violated\"></testcase>"), "{xml}");
    }

    #[test]
    fn what_nobody_expected_has_a_case_of_its_own() {
        let mut swept = swept();
        swept.expect.remove(0);
        let summary = summary(&[broken(2)]);
        let xml = SweepStory { swept: &swept, summary: &summary, end: &SweepEnd::Whole }.junit();
        assert!(xml.contains("name=\"acked-all-durable\"><failure message=\"violated in 1 of 1 seed: 2\">"), "{xml}");
        assert!(!xml.contains(NOTHING_ELSE));
    }

    #[test]
    fn nothing_is_green_where_seeds_are_missing() {
        let (swept, summary) = (swept(), summary(&[met(1)]));
        let xml =
            SweepStory { swept: &swept, summary: &summary, end: &SweepEnd::Missing("2".parse().expect("a seed")) }
                .junit();
        assert!(xml.contains("tests=\"4\" failures=\"0\" errors=\"0\" skipped=\"4\""), "{xml}");
        let nothing = SweepStory { summary: &Default::default(), swept: &swept, end: &SweepEnd::Whole }.junit();
        assert!(nothing.contains("skipped=\"4\""), "{nothing}");
    }
}
