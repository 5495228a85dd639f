//! What an earlier call has printed, and what is left to do.
//!
//! A sweep that was cut off may have left half a line. As a line is a pure function of its seed, the half tells how the
//! whole begins: what is printed first is the rest of it, so that both together are the line.

use std::io::BufRead;

use super::line;
use super::merge::{LinePlace, MergeFault, Merged};
use super::shard::Part;
use super::swept::SweptScenario;

/// An earlier call.
#[derive(Clone, Debug)]
pub struct Earlier {
    /// Its results.
    pub merged: Merged,
    /// How what it printed ends.
    pub ending: Ending,
}

/// How a text ends.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Ending {
    /// With the end of a line.
    Whole,
    /// With a line that is whole but for its end.
    Unended,
    /// With the beginning of the line of this seed.
    Torn {
        /// The seed.
        seed: u64,
        /// The beginning.
        begin: String,
        /// Where it stands.
        place: LinePlace,
    },
}

impl Earlier {
    /// Reads what an earlier call of the same sweep has printed for these seeds.
    ///
    /// # Errors
    /// It is damaged, of another sweep, or of other seeds.
    pub fn read(file: &str, source: impl BufRead, swept: &SweptScenario, part: &Part) -> Result<Earlier, MergeFault> {
        let mut merged = Merged::of(swept.clone(), "this sweep");
        let tail = merged.add(file, source)?;
        let mut ending = Ending::Whole;
        let mut torn = None;
        if let Some((place, tail)) = tail {
            match merged.line(place.clone(), &tail) {
                Ok(()) => ending = Ending::Unended,
                Err(conflict @ MergeFault::Conflict { .. }) => return Err(conflict),
                Err(fault) => torn = Some((place, tail, fault)),
            }
        }
        if let Some(seed) = merged.results().map(|result| result.seed).find(|seed| !part.contains(*seed)) {
            return Err(stranger(merged.place(seed).expect("it was read").clone(), seed));
        }
        if let Some((place, begin, fault)) = torn {
            let left = part.without(merged.results().map(|result| result.seed));
            let seed = torn_seed(&begin, &line::head(swept), &left).ok_or_else(|| torn_of_another(fault))?;
            ending = Ending::Torn { seed, begin, place };
        }
        Ok(Earlier { merged, ending })
    }
}

/// Its beginning is not that of a line of this sweep, which may be for the seeds that were asked for alone.
fn torn_of_another(fault: MergeFault) -> MergeFault {
    match fault {
        MergeFault::Input { place, message, .. } => MergeFault::Input {
            place,
            message,
            help: "the last line is torn: ask for the same --seeds as then, or take it out of the file".into(),
        },
        conflict => conflict,
    }
}

fn stranger(place: LinePlace, seed: u64) -> MergeFault {
    MergeFault::Input {
        place,
        message: format!("seed {seed} is none of those that are asked for now"),
        help: "ask for all of them, with --seeds, and for the same --shard, if there was one".into(),
    }
}

/// The seed whose line begins so: the lowest that is left and that it can be. None: it is the beginning of none.
fn torn_seed(begin: &str, head: &str, left: &Part) -> Option<u64> {
    let Some(rest) = begin.strip_prefix(head) else {
        return head.starts_with(begin).then(|| left.first_from(0))?;
    };
    let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    let (number, behind) = rest.split_at(digits);
    if number.is_empty() {
        return behind.is_empty().then(|| left.first_from(0))?;
    }
    let number: u64 = number.parse().ok()?;
    if !behind.is_empty() {
        return left.contains(number).then_some(number);
    }
    // It was cut off within the number: 3 may be the beginning of 3, of 30 to 39, of 300 to 399 and so on.
    let powers = (0..20).map_while(|exponent| 10u64.checked_pow(exponent));
    powers.filter(|power| number > 0 || *power == 1).find_map(|power| {
        let (low, high) = (
            number.checked_mul(power)?,
            number.checked_add(1).and_then(|next| next.checked_mul(power)).map_or(u64::MAX, |next| next - 1),
        );
        left.first_from(low).filter(|seed| *seed <= high)
    })
}

#[cfg(test)]
mod tests {
    use super::super::line::tests::{broken, met, swept};
    use super::*;

    fn earlier(text: &str) -> Result<Earlier, MergeFault> {
        let swept = swept();
        let part = Part::whole(swept.asked.clone().expect("seeds"));
        Earlier::read("part.jsonl", text.as_bytes(), &swept, &part)
    }
    fn text(seeds: &[u64]) -> String {
        seeds.iter().map(|seed| line::write(&swept(), &met(*seed)) + "\n").collect()
    }
    fn refused(text: &str) -> String {
        match earlier(text).expect_err("refused") {
            MergeFault::Input { place, message, .. } => format!("{place} {message}"),
            MergeFault::Conflict { seed, .. } => format!("conflict {seed}"),
        }
    }

    #[test]
    fn what_is_there_is_known() {
        let read = earlier(&text(&[1, 2, 7])).expect("it is read");
        assert_eq!(read.ending, Ending::Whole);
        assert_eq!(read.merged.results().map(|result| result.seed).collect::<Vec<_>>(), [1, 2, 7]);
        assert_eq!(earlier("").expect("nothing is done yet").merged.results().count(), 0);
        let unended = earlier(text(&[1, 2]).trim_end()).expect("only the end is missing");
        assert_eq!((unended.ending, unended.merged.results().count()), (Ending::Unended, 2));
    }

    #[test]
    fn wherever_a_line_is_torn_its_seed_is_found() {
        let (done, line) = (text(&[1, 2]), line::write(&swept(), &broken(3)));
        for cut in 1..line.len() {
            let torn = earlier(&(done.clone() + &line[..cut])).expect("it is read");
            let place = LinePlace { file: "part.jsonl".into(), line: 3 };
            assert_eq!(torn.ending, Ending::Torn { seed: 3, begin: line[..cut].into(), place });
        }
    }

    #[test]
    fn half_a_number_may_be_many() {
        let torn = |done: &[u64], number: &str| match earlier(&(text(done) + &line::head(&swept()) + number)) {
            Ok(Earlier { ending: Ending::Torn { seed, .. }, .. }) => Some(seed),
            _ => None,
        };
        assert_eq!(torn(&[1, 2], "3"), Some(3));
        assert_eq!(torn(&[1, 2, 3], "3"), Some(30));
        assert_eq!(torn(&[3, 30, 31], "3"), Some(32));
        assert_eq!(torn(&[], "39"), Some(39));
        assert_eq!(torn(&[], "39,"), Some(39));
        assert_eq!(torn(&[], "41"), None, "nobody asked for that");
        assert_eq!(torn(&[], "x"), None);
    }

    #[test]
    fn another_sweep_is_not_gone_on_with() {
        let other = SweptScenario { digest: "xxh3:1".into(), ..swept() };
        let foreign = line::write(&other, &met(1)) + "\n";
        assert_eq!(refused(&foreign), "part.jsonl:1 another scenario digest: `xxh3:1`, and this sweep has `xxh3:0`");
        assert!(refused(&(text(&[1]) + &foreign[..60])).starts_with("part.jsonl:2 no line of a sweep"));
        assert_eq!(refused(&text(&[1, 41])), "part.jsonl:2 seed 41 is none of those that are asked for now");
        assert!(refused(&(text(&[1]) + "\n" + &text(&[2]))).starts_with("part.jsonl:2 an empty line"));
    }
}
