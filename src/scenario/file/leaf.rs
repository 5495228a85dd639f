//! The scalars of the format.

use crate::scenario::decode::scalar;
use crate::scenario::unit::{self, Problem};
use crate::sim::time::Nanos;

/// The longest span of time that a scenario may name, in hours: a few of them can be added up, and whoever
/// means "never" leaves the key out.
const MAX_HOURS: u64 = 10_000;

fn bounded(text: &str) -> Result<Nanos, Problem> {
    match unit::duration(text)? {
        span if span > Nanos::from_secs(MAX_HOURS * 3600) => {
            Err(Problem::new(format!("longer than {MAX_HOURS} h")).help(format!("write at most `{MAX_HOURS}h`")))
        }
        span => Ok(span),
    }
}

/// A span that is not empty.
pub(super) fn not_empty(text: &str) -> Result<Nanos, Problem> {
    match bounded(text)? {
        Nanos::ZERO => Err(Problem::new("must be longer than nothing")),
        span => Ok(span),
    }
}

scalar! {
    /// A span of simulated time: a whole number and `ns`, `us`, `ms`, `s`, `m` or `h`.
    Duration(Nanos) as "a duration", bounded, {"type": "string", "pattern": r"^[0-9]+ ?(ns|us|ms|s|m|h)$", "examples": ["300us", "5s", "2m"]}
}
scalar! {
    /// A span of simulated time that is not empty: a whole number and `ns`, `us`, `ms`, `s`, `m` or `h`.
    Span(Nanos) as "a duration", not_empty, {"type": "string", "pattern": r"^0*[1-9][0-9]* ?(ns|us|ms|s|m|h)$", "examples": ["300us", "5s", "2m"]}
}
scalar! {
    /// A number of bytes: a whole number and `B`, `KiB`, `MiB` or `GiB`.
    Size(u64) as "a size", unit::size, {"type": "string", "pattern": r"^[0-9]+ ?(B|KiB|MiB|GiB)$", "examples": ["200 B", "1 MiB"]}
}
scalar! {
    /// Bytes per second, such as `100 MiB/s`.
    Bandwidth(u64) as "a bandwidth", unit::bandwidth, {"type": "string", "pattern": r"^[0-9]+ ?(B|KiB|MiB|GiB)/s$", "examples": ["100 MiB/s"]}
}
scalar! {
    /// Records per unit of time, such as `1000/s`.
    Rate((u64, Nanos)) as "a rate", unit::rate, {"type": "string", "pattern": r"^[0-9]+/(ns|us|ms|s|m|h)$", "examples": ["1000/s"]}
}
scalar! {
    /// Records per unit of time, such as `1000/s`, or `0/s` for an idle time.
    StepRate((u64, Nanos)) as "a rate", unit::rate_or_idle, {"type": "string", "pattern": r"^[0-9]+/(ns|us|ms|s|m|h)$", "examples": ["1000/s", "0/s"]}
}
scalar! {
    /// A name: letters, digits, `.`, `_` and `-`.
    Name(String) as "a name", |text| super::check_name(text).map(|()| text.to_owned()), {"type": "string", "pattern": "^[A-Za-z0-9._-]{1,249}$"}
}
scalar! {
    /// A text.
    Text(String) as "a text", |text| Ok::<_, Problem>(harmless(text.trim())), {"type": "string"}
}
/// A text that can be printed: what would move a cursor, ring a bell or turn the writing around is
/// replaced.
fn harmless(text: &str) -> String {
    let strange = |c: char| {
        (c.is_control() && !matches!(c, '\n' | '\t')) || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    text.chars().map(|c| if strange(c) { '\u{fffd}' } else { c }).collect()
}
scalar! {
    /// The seed of the random numbers: any whole number below 2^64.
    Seed(u64) as "a seed", unit::whole, {"type": "integer", "minimum": 0}
}
scalar! {
    /// A number, such as `1.1`.
    Exponent(f64) as "a number", |text| match text.trim().parse::<f64>() {
        Ok(number) if (0.0..=10.0).contains(&number) => Ok(number),
        Ok(_) => Err(Problem::new("must be from 0 (uniform) to 10")),
        Err(_) => Err(Problem::new("not a number").help("1 is the classic law, 0 is uniform")),
    }, {"type": "number", "minimum": 0, "maximum": 10}
}
scalar! {
    /// A share of a whole, such as `10%` or `0.5%`, in millionths.
    Share(u32) as "a share", unit::share, {"type": "string", "pattern": r"^[0-9]+(\.[0-9]{1,4})?%$", "examples": ["10%", "0.5%"]}
}
scalar! {
    /// A part of a whole, such as `0.3`.
    Ratio(f64) as "a ratio", |text| match text.trim().parse::<f64>() {
        Ok(number) if (0.01..=2.0).contains(&number) => Ok(number),
        Ok(_) => Err(Problem::new("must be from 0.01 to 2").help("0.5 is half of the size, 1 is all of it")),
        Err(_) => Err(Problem::new("not a number").help("0.5 is half of the size")),
    }, {"type": "number", "minimum": 0.01, "maximum": 2}
}
