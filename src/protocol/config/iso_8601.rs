//! Durations as ISO 8601 writes them, as far as `java.time.Duration.parse` takes them: days, hours, minutes, seconds. A negative
//! one is none, since no config may be.

use crate::sim::time::Nanos;

const NANOS: u64 = 1_000_000_000;

/// `P1DT2H3M4.5S`, in whatever case; none if it is not of this form, negative, or longer than there is time.
pub fn parse(text: &str) -> Option<Nanos> {
    let text = text.to_ascii_uppercase();
    let (days, time) = match text.strip_prefix('P')?.split_once('T') {
        Some((_, "")) => return None,
        Some((days, time)) => (days, time),
        None => (text.strip_prefix('P')?, ""),
    };
    let mut rest = (days, time);
    let mut total: u64 = 0;
    let mut any = false;
    let mut take = |part: &mut &str, unit: char, seconds: u64| -> Option<()> {
        let Some((number, behind)) = part.split_once(unit) else { return Some(()) };
        let nanos = if unit == 'S' { fraction(number)? } else { whole(number)?.checked_mul(seconds * NANOS)? };
        total = total.checked_add(nanos)?;
        any = true;
        *part = behind;
        Some(())
    };
    take(&mut rest.0, 'D', 86_400)?;
    take(&mut rest.1, 'H', 3_600)?;
    take(&mut rest.1, 'M', 60)?;
    take(&mut rest.1, 'S', 1)?;
    (any && rest == ("", "")).then_some(Nanos(total))
}

fn whole(digits: &str) -> Option<u64> {
    digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok())?
}

/// Seconds with up to nine digits behind the point, in nanoseconds.
fn fraction(text: &str) -> Option<u64> {
    let (seconds, digits) = text.split_once('.').unwrap_or((text, ""));
    if digits.len() > 9 {
        return None;
    }
    let nanos = whole(&format!("{digits:0<9}"))?;
    whole(seconds)?.checked_mul(NANOS)?.checked_add(nanos)
}

/// As `Duration.toString` shows it: hours, minutes, seconds.
pub fn show(duration: Nanos) -> String {
    let (seconds, nanos) = (duration.0 / NANOS, duration.0 % NANOS);
    let (hours, minutes, seconds) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    let mut text = String::from("PT");
    if hours > 0 {
        text += &format!("{hours}H");
    }
    if minutes > 0 {
        text += &format!("{minutes}M");
    }
    if nanos > 0 {
        text += format!("{seconds}.{nanos:09}").trim_end_matches('0');
        text.push('S');
    } else if seconds > 0 || text == "PT" {
        text += &format!("{seconds}S");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_java_takes() {
        let seconds = |text: &str| parse(text).map(|duration| duration.0 as f64 / NANOS as f64);
        assert_eq!(seconds("PT15M"), Some(900.0));
        assert_eq!(seconds("P2D"), Some(172_800.0));
        assert_eq!(seconds("P1DT2H3M4.5S"), Some(93_784.5));
        assert_eq!(seconds("pt0s"), Some(0.0));
        for wrong in [
            "",
            "P",
            "PT",
            "15M",
            "P15M",
            "PT1D",
            "PT-1H",
            "-PT1H",
            "PT1H1H",
            "PT1M1H",
            "PT1.5H",
            "P1W",
            "PTS",
            "PT1",
            "P99999999999D",
        ] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn what_is_shown_is_read(nanos in 0..u64::MAX) {
            prop_assert_eq!(parse(&show(Nanos(nanos))), Some(Nanos(nanos)));
        }
    }
}
