//! Durations, sizes and rates in text form: whole numbers with a unit, exact, overflow-checked.
//!
//! No fractions: `1.5s` is written `1500ms`, so that what is read is what was meant, to the
//! nanosecond. A value that cannot be read comes back with the way to write it.

use crate::sim::time::Nanos;

/// Why a text is not what was expected.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Problem {
    /// What is wrong, in a few words.
    pub what: String,
    /// What to write instead.
    pub help: Option<String>,
}

impl Problem {
    /// A problem without a remedy of its own.
    pub fn new(what: impl Into<String>) -> Problem {
        Problem { what: what.into(), help: None }
    }
    /// The same, with a remedy.
    pub fn help(mut self, help: impl Into<String>) -> Problem {
        self.help = Some(help.into());
        self
    }
}

/// A time as timelines print it, such as `37.709s`; files have none.
pub fn printed(text: &str) -> Option<Nanos> {
    let (seconds, fraction) = text.trim().strip_suffix('s')?.split_once('.')?;
    let digits = |text: &str| !text.is_empty() && text.len() <= 9 && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(seconds) || !digits(fraction) {
        return None;
    }
    let nanos: u64 = format!("{fraction:0<9}").parse().ok()?;
    Some(Nanos(seconds.parse::<u64>().ok()? * 1_000_000_000 + nanos))
}

/// Units of time and their length in nanoseconds.
const TIMES: &[(&str, u64)] = &[
    ("ns", 1),
    ("us", 1_000),
    ("ms", 1_000_000),
    ("s", 1_000_000_000),
    ("m", 60_000_000_000),
    ("h", 3_600_000_000_000),
];
/// Units of size and their length in bytes.
const SIZES: &[(&str, u64)] = &[("B", 1), ("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30)];
/// What people write for a unit, and the unit.
const MISTAKES: &[(&str, &str)] = &[
    ("sec", "s"),
    ("secs", "s"),
    ("second", "s"),
    ("seconds", "s"),
    ("min", "m"),
    ("mins", "m"),
    ("minute", "m"),
    ("minutes", "m"),
    ("hour", "h"),
    ("hours", "h"),
    ("msec", "ms"),
    ("µs", "us"),
    ("M", "m"),
    ("b", "B"),
    ("bytes", "B"),
    ("k", "KiB"),
    ("K", "KiB"),
    ("kB", "KiB"),
    ("KB", "KiB"),
    ("MB", "MiB"),
    ("GB", "GiB"),
    ("G", "GiB"),
];

/// Reads a span of time, such as `300us`, `5s` or `2m`.
///
/// ```
/// use kafkasim::scenario::unit::duration;
/// assert_eq!(duration("1500ms").unwrap().to_string(), "1.500s");
/// assert_eq!(duration("5").unwrap_err().help.unwrap(), "write `5ms`, or `5s` if seconds are meant");
/// ```
///
/// # Errors
/// Not a whole number with a unit of time, or too long for 64 bits of nanoseconds.
pub fn duration(text: &str) -> Result<Nanos, Problem> {
    quantity(text, TIMES, "s", "a unit of time: ns, us, ms, s, m or h").map(Nanos)
}

/// Reads a number of bytes, such as `200 B` or `1 MiB`.
///
/// # Errors
/// Not a whole number with a unit of size, or too large for 64 bits.
pub fn size(text: &str) -> Result<u64, Problem> {
    quantity(text, SIZES, " B", "a unit of size: B, KiB, MiB or GiB")
}

/// Reads a number of bytes per second, such as `100 MiB/s`.
///
/// # Errors
/// Not a size per second, or zero.
pub fn bandwidth(text: &str) -> Result<u64, Problem> {
    let Some((amount, "s")) = text.trim().rsplit_once('/').map(|(amount, per)| (amount.trim(), per.trim())) else {
        let bytes = size(text)
            .map(|_| text.trim().to_owned())
            .or_else(|problem| problem.help.ok_or("100 MiB").map(|_| "100 MiB".to_owned()));
        let example = bytes.unwrap_or_else(|word| word.to_owned());
        return Err(Problem::new("not bytes per second").help(format!("write `{example}/s`")));
    };
    match size(amount)? {
        0 => Err(Problem::new("nothing would ever pass").help("leave it out for no limit")),
        bytes => Ok(bytes),
    }
}

/// Reads a rate of records, such as `1000/s`: so many in such a span.
///
/// # Errors
/// Not a whole number per unit of time, or zero.
pub fn rate(text: &str) -> Result<(u64, Nanos), Problem> {
    match rate_or_idle(text)? {
        (0, _) => Err(Problem::new("no record would ever come").help("leave the producer out, or give it a `stop`")),
        rate => Ok(rate),
    }
}

/// Reads a rate that may be zero.
///
/// # Errors
/// Not a number of records per unit of time.
pub fn rate_or_idle(text: &str) -> Result<(u64, Nanos), Problem> {
    let text = text.trim();
    let Some((count, per)) = text.split_once('/') else {
        let help = if whole(text).is_ok() {
            format!("write `{text}/s`")
        } else {
            "write a number of records per unit of time, such as `1000/s`".into()
        };
        return Err(Problem::new("not a rate").help(help));
    };
    let (count, per) = (count.trim(), per.trim());
    let records = whole(count)?;
    let Some((_, nanos)) = TIMES.iter().find(|(unit, _)| *unit == per) else {
        return Err(Problem::new(format!("`{per}` is no unit of time")).help(format!("write `{count}/s`")));
    };
    Ok((records, Nanos(*nanos)))
}

/// Reads a share in percent, with up to four digits behind the point: `10%`. In millionths.
///
/// # Errors
/// Not a percentage, or more than all.
pub fn share(text: &str) -> Result<u32, Problem> {
    let wrong = || Problem::new("not a share").help("write `10%`, or `0.5%`");
    let number = text.trim().strip_suffix('%').ok_or_else(wrong)?.trim_end();
    let (whole, part) = number.split_once('.').unwrap_or((number, "0"));
    let digits = |text: &str| !text.is_empty() && text.len() <= 4 && text.bytes().all(|b| b.is_ascii_digit());
    if !digits(whole) || !digits(part) {
        return Err(wrong());
    }
    let number = |text: &str| text.parse::<u32>().map_err(|_| wrong());
    let millionths = number(whole)? * 10_000 + number(&format!("{part:0<4}"))?;
    if millionths > 1_000_000 { Err(Problem::new("must be at most 100%")) } else { Ok(millionths) }
}

/// Reads a whole number.
///
/// # Errors
/// Not digits only, or too large for 64 bits.
pub fn whole(text: &str) -> Result<u64, Problem> {
    let text = text.trim();
    if text.is_empty() || !text.bytes().all(|b| b.is_ascii_digit()) {
        let plain: String = text.chars().filter(|c| !matches!(c, '_' | ',' | ' ')).collect();
        let problem = Problem::new("not a whole number");
        let grouped =
            plain != text && plain.len() <= 20 && !plain.is_empty() && plain.bytes().all(|b| b.is_ascii_digit());
        return Err(if grouped { problem.help(format!("write `{plain}`")) } else { problem });
    }
    text.parse().map_err(|_| Problem::new("too large").help(format!("the largest number is {}", u64::MAX)))
}

/// Reads `<digits> <unit>`; the space is optional.
fn quantity(text: &str, units: &[(&str, u64)], usual: &str, units_in_words: &str) -> Result<u64, Problem> {
    let text = text.trim();
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = (&text[..digits], text[digits..].trim());
    if number.is_empty() {
        return Err(
            Problem::new("no number").help(format!("write a whole number and {units_in_words}, such as `5{usual}`"))
        );
    }
    if unit.is_empty() {
        return Err(Problem::new("no unit").help(match usual {
            "s" => in_which_unit(number),
            _ => format!("write `{number}{usual}`"),
        }));
    }
    if unit.starts_with('.') {
        return Err(Problem::new("not a whole number")
            .help("write it in a smaller unit, such as `1500ms` for one and a half seconds"));
    }
    let Some((_, length)) = units.iter().find(|(name, _)| *name == unit) else {
        let meant =
            MISTAKES.iter().find(|(wrong, right)| *wrong == unit && units.iter().any(|(name, _)| name == right));
        let space = if usual.starts_with(' ') { " " } else { "" };
        let help = meant
            .map_or_else(|| format!("use {units_in_words}"), |(_, right)| format!("write `{number}{space}{right}`"));
        let shown: String = unit.chars().take(20).collect();
        return Err(Problem::new(format!("unknown unit `{shown}`")).help(help));
    };
    let too_large = || Problem::new("too large").help(format!("the largest value is {} {}", u64::MAX / length, unit));
    number.parse::<u64>().ok().and_then(|n| n.checked_mul(*length)).ok_or_else(too_large)
}

/// A time without a unit: whoever writes Kafka's configs means milliseconds.
fn in_which_unit(number: &str) -> String {
    match number.parse::<u64>() {
        Ok(0) => "write `0s`".into(),
        Ok(ms) if ms % 1000 == 0 => format!("write `{ms}ms` or `{}s`", ms / 1000),
        _ => format!("write `{number}ms`, or `{number}s` if seconds are meant"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn help<T: std::fmt::Debug>(result: Result<T, Problem>) -> String {
        let problem = result.unwrap_err();
        format!("{}: {}", problem.what, problem.help.unwrap_or_default())
    }

    #[test]
    fn durations_are_exact() {
        assert_eq!(duration("300us"), Ok(Nanos(300_000)));
        assert_eq!(duration(" 2 m "), Ok(Nanos::from_secs(120)));
        assert_eq!(duration("18446744073709551615ns"), Ok(Nanos::MAX));
        assert_eq!(help(duration("5")), "no unit: write `5ms`, or `5s` if seconds are meant");
        assert_eq!(help(duration("30000")), "no unit: write `30000ms` or `30s`");
        assert_eq!(help(duration("5sec")), "unknown unit `sec`: write `5s`");
        assert_eq!(help(duration("1M")), "unknown unit `M`: write `1m`");
        assert_eq!(
            help(duration("1.5s")),
            "not a whole number: write it in a smaller unit, such as `1500ms` for one and a half seconds"
        );
        assert_eq!(help(duration("99999999999h")), "too large: the largest value is 5124095 h");
        assert_eq!(
            help(duration("-1s")),
            "no number: write a whole number and a unit of time: ns, us, ms, s, m or h, such as `5s`"
        );
    }

    #[test]
    fn sizes_and_rates() {
        assert_eq!(size("1 KiB"), Ok(1024));
        assert_eq!(help(size("200")), "no unit: write `200 B`");
        assert_eq!(help(size("5MB")), "unknown unit `MB`: write `5 MiB`");
        assert_eq!(bandwidth("100 MiB/s"), Ok(100 << 20));
        assert_eq!(help(bandwidth("100 MiB")), "not bytes per second: write `100 MiB/s`");
        assert_eq!(rate("1000/s"), Ok((1000, Nanos::from_secs(1))));
        assert_eq!(help(rate("1000")), "not a rate: write `1000/s`");
        assert_eq!(help(rate("0/s")), "no record would ever come: leave the producer out, or give it a `stop`");
        assert_eq!(help(rate("5/fortnight")), "`fortnight` is no unit of time: write `5/s`");
        assert_eq!(help(whole("1_000")), "not a whole number: write `1000`");
    }
}
