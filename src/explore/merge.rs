//! Lines of a sweep, from wherever they come, put together.

use std::collections::BTreeMap;
use std::fmt;
use std::io::BufRead;

use super::line;
use super::result::SeedResult;
use super::seeds::Seeds;
use super::summary::Summary;
use super::swept::SweptScenario;
use super::told::SweepEnd;

/// The longest line that is read, in bytes.
const LONGEST: u64 = 1 << 20;

/// Where a line stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LinePlace {
    /// The file.
    pub file: String,
    /// From 1; 0: the file as a whole.
    pub line: usize,
}

impl fmt::Display for LinePlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.line == 0 { write!(f, "{}", self.file) } else { write!(f, "{}:{}", self.file, self.line) }
    }
}

/// Why lines cannot be put together.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum MergeFault {
    /// A line is damaged, or does not belong to the others.
    Input {
        /// Where.
        place: LinePlace,
        /// What is wrong.
        message: String,
        /// What to do about it.
        help: String,
    },
    /// One seed came to two things: a bug of the simulator.
    Conflict {
        /// The seed.
        seed: u64,
        /// Both lines, each with its place.
        lines: [(LinePlace, String); 2],
    },
}

/// Lines, put together.
#[derive(Clone, Default, Debug)]
pub struct Merged {
    /// What was swept, and where that was read.
    swept: Option<(SweptScenario, LinePlace)>,
    /// By seed; with the place of the first line that had it.
    results: BTreeMap<u64, (SeedResult, LinePlace)>,
}

/// What stands behind the last end of a line, and where.
pub type Tail = Option<(LinePlace, String)>;

impl Merged {
    /// Nothing yet; lines are to be of this, which stands at that place.
    pub fn of(swept: SweptScenario, place: &str) -> Merged {
        let place = LinePlace { file: place.into(), line: 0 };
        Merged { swept: Some((swept, place)), results: BTreeMap::new() }
    }

    /// Adds the lines of a file. What stands behind the last end of a line is given back.
    ///
    /// # Errors
    /// The first line that is damaged or does not belong to the others.
    pub fn add(&mut self, file: &str, mut source: impl BufRead) -> Result<Tail, MergeFault> {
        for number in 1.. {
            let place = LinePlace { file: file.into(), line: number };
            let mut bytes = Vec::new();
            let read = std::io::Read::take(&mut source, LONGEST).read_until(b'\n', &mut bytes);
            read.map_err(|error| input(&place, format!("cannot be read: {error}"), "name a file that can be read"))?;
            if bytes.is_empty() {
                return Ok(None);
            }
            let whole = bytes.pop_if(|byte| *byte == b'\n').is_some();
            if !whole && bytes.len() as u64 == LONGEST {
                return Err(damaged(&place, "a line of more than 1 MiB"));
            }
            let text = String::from_utf8(bytes).map_err(|_| damaged(&place, "not UTF-8"))?;
            if !whole {
                return Ok(Some((place, text)));
            }
            self.line(place, &text)?;
        }
        unreachable!("files end")
    }

    /// Adds a line.
    ///
    /// # Errors
    /// It is damaged, or does not belong to the others.
    pub fn line(&mut self, place: LinePlace, text: &str) -> Result<(), MergeFault> {
        let (swept, result) = line::read(text).map_err(|message| damaged(&place, &message))?;
        self.belongs(swept, &place)?;
        match self.results.get(&result.seed) {
            Some((known, _)) if known.is_same(&result) => Ok(()),
            Some((known, first)) => {
                let swept = &self.swept.as_ref().expect("it belongs to something").0;
                let lines = [(first.clone(), line::write(swept, known)), (place, text.to_owned())];
                Err(MergeFault::Conflict { seed: result.seed, lines })
            }
            None => {
                self.results.insert(result.seed, (result, place));
                Ok(())
            }
        }
    }

    fn belongs(&mut self, swept: SweptScenario, place: &LinePlace) -> Result<(), MergeFault> {
        let Some((known, first)) = &mut self.swept else {
            self.swept = Some((swept, place.clone()));
            return Ok(());
        };
        if let Some((what, ours, theirs)) = known.difference(&swept) {
            let message = format!("another {what}: `{theirs}`, and {first} has `{ours}`");
            let help = "what is put together is of one scenario, with one variant and the same changes, by one version of kafkasim";
            return Err(input(place, message, help));
        }
        // Who asked for some seeds first and for more of them later has asked for all of them.
        known.asked = known
            .asked
            .take()
            .zip(swept.asked)
            .map(|(ours, theirs)| if ours == theirs { ours } else { ours.and(&theirs) });
        Ok(())
    }

    /// Says which seeds were asked for, whatever the lines say of it.
    ///
    /// # Errors
    /// A line has another seed.
    pub fn ask(&mut self, seeds: Seeds) -> Result<(), MergeFault> {
        if let Some((seed, (_, place))) = self.results.iter().find(|(seed, _)| !seeds.contains(**seed)) {
            let message = format!("seed {seed} is not among {seeds}");
            return Err(input(place, message, "name all seeds that the lines have: --seeds A..B"));
        }
        if let Some((swept, _)) = &mut self.swept {
            swept.asked = Some(seeds);
        }
        Ok(())
    }

    /// What was swept; none: there was no line.
    pub fn swept(&self) -> Option<&SweptScenario> {
        self.swept.as_ref().map(|(swept, _)| swept)
    }
    /// The results, in the order of their seeds.
    pub fn results(&self) -> impl Iterator<Item = &SeedResult> {
        self.results.values().map(|(result, _)| result)
    }
    /// Where the result of a seed stands, if it does.
    pub fn place(&self, seed: u64) -> Option<&LinePlace> {
        self.results.get(&seed).map(|(_, place)| place)
    }
    /// All of them, added up.
    pub fn summary(&self) -> Summary {
        let mut summary = Summary::default();
        self.results().for_each(|result| summary.add(result));
        summary
    }
    /// Whether there are all.
    pub fn end(&self) -> SweepEnd {
        let Some(asked) = self.swept().and_then(|swept| swept.asked.as_ref()) else { return SweepEnd::Unknown };
        let missing = asked.without(&self.results.keys().copied().collect());
        if missing.count() == 0 { SweepEnd::Whole } else { SweepEnd::Missing(missing) }
    }
}

fn input(place: &LinePlace, message: impl Into<String>, help: &str) -> MergeFault {
    MergeFault::Input { place: place.clone(), message: message.into(), help: help.into() }
}

fn damaged(place: &LinePlace, what: &str) -> MergeFault {
    input(
        place,
        what,
        "each line is one that `kafkasim sweep` has written; where a sweep was cut off in the middle of one, \
         `kafkasim sweep ... --resume FILE >> FILE` completes it",
    )
}

#[cfg(test)]
mod tests {
    use super::super::line::tests::{broken, met, swept};
    use super::*;

    fn file(swept: &SweptScenario, results: &[SeedResult]) -> String {
        results.iter().map(|result| line::write(swept, result) + "\n").collect()
    }
    fn merged(files: &[String]) -> Result<Merged, MergeFault> {
        let mut merged = Merged::default();
        for (number, text) in (1..).zip(files) {
            assert_eq!(merged.add(&format!("s{number}"), text.as_bytes())?, None);
        }
        Ok(merged)
    }
    fn fault(files: &[String]) -> String {
        match merged(files).expect_err("refused") {
            MergeFault::Input { place, message, .. } => format!("{place} {message}"),
            MergeFault::Conflict { seed, lines } => format!("{seed} {} {}", lines[0].0, lines[1].0),
        }
    }

    #[test]
    fn lines_are_sorted_and_twice_the_same_is_once() {
        let (swept, one) = (swept(), [met(3), broken(1)]);
        let merged = merged(&[file(&swept, &one), file(&swept, &[met(2), broken(1)])]).expect("they fit");
        assert_eq!(merged.results().cloned().collect::<Vec<_>>(), [broken(1), met(2), met(3)]);
        assert_eq!(merged.end(), SweepEnd::Missing("4..40".parse().expect("seeds")));
    }

    #[test]
    fn who_asks_for_more_later_has_asked_for_all() {
        let asked = |seeds: &str| SweptScenario { asked: seeds.parse().ok(), ..swept() };
        let files = [file(&asked("1..2"), &[met(1), met(2)]), file(&asked("2..3"), &[met(2), met(3)])];
        assert_eq!(merged(&files).map(|merged| merged.end()), Ok(SweepEnd::Whole));
        let nobody = SweptScenario { asked: None, ..swept() };
        let files = [file(&nobody, &[met(1), met(2)])];
        let mut unknown = merged(&files).expect("they fit");
        assert_eq!(unknown.end(), SweepEnd::Unknown);
        unknown.ask("1,2".parse().expect("seeds")).expect("they are all");
        assert_eq!(unknown.end(), SweepEnd::Whole);
        assert!(unknown.ask("2..9".parse().expect("seeds")).is_err(), "seed 1 is there");
    }

    #[test]
    fn what_does_not_belong_together_is_named_with_both_values() {
        let other = |change: fn(&mut SweptScenario)| {
            let mut other = swept();
            change(&mut other);
            fault(&[file(&swept(), &[met(1)]), file(&other, &[met(2)])])
        };
        assert_eq!(
            other(|swept| swept.version = "9.9".into()),
            format!("s2:1 another version: `9.9`, and s1:1 has `{}`", env!("CARGO_PKG_VERSION"))
        );
        assert_eq!(other(|swept| swept.name = "y".into()), "s2:1 another scenario: `y`, and s1:1 has `x`");
        assert_eq!(other(|swept| swept.variant = None), "s2:1 another variant: `none`, and s1:1 has `cure`");
        assert_eq!(
            other(|swept| swept.digest = "xxh3:1".into()),
            "s2:1 another scenario digest: `xxh3:1`, and s1:1 has `xxh3:0`"
        );
    }

    #[test]
    fn one_seed_comes_to_one_thing() {
        let changed = SeedResult { digest: Some("0".into()), ..met(2) };
        assert_eq!(fault(&[file(&swept(), &[met(1), met(2)]), file(&swept(), &[changed])]), "2 s1:2 s2:1");
    }

    #[test]
    fn damage_has_a_place() {
        let good = file(&swept(), &[met(1)]);
        assert_eq!(fault(&[good.clone() + "\n"]), "s1:2 an empty line");
        assert!(fault(&[good.clone() + &good[..50] + "\n"]).starts_with("s1:2 no line of a sweep: EOF"));
        let mut merged = Merged::default();
        let torn = merged.add("s1", [good.as_bytes(), b"{\"v"].concat().as_slice());
        assert_eq!(torn, Ok(Some((LinePlace { file: "s1".into(), line: 2 }, "{\"v".into()))));
        let binary = Merged::default().add("s1", &[0xff, 0xfe, b'\n'][..]);
        assert!(matches!(binary, Err(MergeFault::Input { message, .. }) if message == "not UTF-8"));
        let endless = Merged::default().add("s1", std::io::BufReader::new(std::io::repeat(b'x')));
        assert!(matches!(endless, Err(MergeFault::Input { message, .. }) if message.contains("more than 1 MiB")));
    }
}
