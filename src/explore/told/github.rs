//! A sweep as GitHub workflow commands: one annotation for each thing that a reader must see, and the table in a group
//! that is opened when somebody wants it.

use std::fmt::Write;

use super::{SweepStory, share};
use crate::explore::result::SeedEnding;
use crate::explore::summary::Firsts;
use crate::report::machine::data;

impl SweepStory<'_> {
    /// The commands.
    pub fn github(&self) -> String {
        let mut out = format!("::group::{}   {}\n{}::endgroup::\n", self.title(), self.extent(), self.table());
        for failure in self.summary.failures(SeedEnding::Bug) {
            self.annotation(
                &mut out,
                "error",
                "bug of kafkasim",
                &format!("{} in", failure.cause.text),
                &failure.seeds,
            );
        }
        for (name, firsts) in self.summary.broken() {
            self.annotation(&mut out, "error", name, "broken in", firsts);
        }
        for (name, firsts) in self.summary.inconclusive() {
            self.annotation(&mut out, "warning", name, "could not be shown in", firsts);
        }
        let word = match self.worst() {
            SeedEnding::Met => "as expected",
            SeedEnding::Inconclusive => "inconclusive",
            SeedEnding::Broken => "an expectation broke",
            SeedEnding::Bug => "kafkasim has a bug",
        };
        let more = [self.unfinished(), self.swept.demanded(), self.missed()].into_iter().flatten();
        let sentences: Vec<String> = [format!("{word}, {}.", self.extent())].into_iter().chain(more).collect();
        let text = data(&sentences.join(" "), false);
        let _ = writeln!(out, "::notice title={}::{text}", data(&self.title(), true));
        out
    }

    fn annotation(&self, out: &mut String, level: &str, name: &str, what: &str, firsts: &Firsts) {
        let command = firsts.lowest.first().map_or(String::new(), |known| format!("\n{}", known.command()));
        let text = format!("{what} {}{command}", share(firsts, self.summary.runs()));
        let title = data(&format!("{} {name}", self.title()), true);
        let _ = writeln!(out, "::{level} title={title}::{}", data(&text, false));
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::summary;
    use super::*;
    use crate::explore::line::tests::{broken, met, swept};
    use crate::explore::told::SweepEnd;

    #[test]
    fn an_annotation_is_an_expectation() {
        let (swept, summary) = (swept(), summary(&[met(1), broken(2), met(3), broken(4)]));
        let text = SweepStory { swept: &swept, summary: &summary, end: &SweepEnd::FirstFailure(4) }.github();
        let lines: Vec<&str> = text.lines().filter(|line| line.starts_with("::")).collect();
        assert_eq!(
            lines,
            [
                "::group::x, variant cure   4 of 40 seeds",
                "::endgroup::",
                "::error title=x%2C variant cure acked-all-durable::broken in 2 of 4 seeds: 2, 4%0Akafkasim run x:2",
                "::warning title=x%2C variant cure sometimes truncation::could not be shown in 2 of 4 seeds: 2, 4%0Akafkasim run x:2",
                "::notice title=x%2C variant cure::an expectation broke, 4 of 40 seeds. Stopped at seed 4, the lowest that broke, \
                 after 4 seeds; what comes after it was not run. In 2 of 4 seeds: 4 faults hit nobody, and may (may.miss)."
            ]
        );
    }
}
