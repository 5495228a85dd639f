//! How metrics are asked for: by `run --format openmetrics`, by `check`, and by `trace --to openmetrics`.

use super::input::parse_duration;
use super::output::complain;
use crate::history::Observer;
use crate::history::jsonl::Imported;
use crate::history::setup::Setup;
use crate::report::metrics::openmetrics::{self, EPOCH, Writing};
use crate::report::metrics::{Metrics, Scraped, left_out};
use crate::sim::time::Nanos;
use std::rc::Rc;

/// How a run is scraped, and what its samples look like.
#[derive(clap::Args, Clone, Default, Debug)]
pub struct MetricsArgs {
    /// With openmetrics: from one scrape to the next, such as `15s`. Otherwise every second, and in a run of more than two or
    /// three minutes about 150 times.
    #[arg(long, value_name = "T", value_parser = parse_every, help_heading = HEADING)]
    pub every: Option<Nanos>,
    /// The date on which the run begins (UTC), `2026-01-01` if it is not given; or seconds since 1970.
    #[arg(long, value_name = "DATE", value_parser = parse_epoch, help_heading = HEADING)]
    pub epoch: Option<i64>,
    /// A label that every sample gets: `variant=cure`. Can be given again and again.
    #[arg(long = "label", value_name = "NAME=VALUE", value_parser = openmetrics::label, help_heading = HEADING)]
    pub labels: Vec<(String, String)>,
    /// Tell of single partitions of internal topics, too.
    #[arg(long, help_heading = HEADING)]
    pub internal_topics: bool,
}

const HEADING: &str = "Options of metrics";

impl MetricsArgs {
    /// Whether anything is asked for. If metrics are not, this is a mistake, and it is said.
    pub(super) fn in_vain(&self) -> bool {
        let given = [
            ("--every", self.every.is_some()),
            ("--epoch", self.epoch.is_some()),
            ("--label", !self.labels.is_empty()),
            ("--internal-topics", self.internal_topics),
        ];
        let Some((option, _)) = given.into_iter().find(|(_, given)| *given) else { return false };
        complain(&format!(
            "error: `{option}` is about metrics, and none are asked for\nhelp: add `--format openmetrics`, or leave it out\n"
        ));
        true
    }
    /// Before the first fact.
    pub(super) fn begin(&self, setup: &Rc<Setup>) -> Metrics {
        Metrics::new(setup.clone(), self.every, self.internal_topics)
    }
    /// Of a history that was read from a file.
    pub(super) fn recorded(&self, history: &Imported) -> String {
        let mut metrics = self.begin(&Rc::new(history.setup.clone()));
        history.entries.iter().for_each(|entry| metrics.observe(entry));
        self.text(&metrics.finish())
    }
    /// As text. What is left out is said on stderr.
    pub(super) fn text(&self, scraped: &Scraped) -> String {
        complain(&format!("note: {}\n", left_out::note()));
        scraped.openmetrics(&Writing { epoch: self.epoch.unwrap_or(EPOCH), labels: self.labels.clone() })
    }
}

fn parse_every(text: &str) -> Result<Nanos, String> {
    let every = parse_duration(text)?;
    if every.0 == 0 || every.0 % 1_000_000 != 0 {
        return Err("Prometheus counts whole milliseconds: write at least `1ms`, such as `500ms` or `15s`".into());
    }
    Ok(every)
}

/// The last second of the year 9999.
const LAST: i64 = 253_402_300_799;

/// A date, or seconds since 1970.
fn parse_epoch(text: &str) -> Result<i64, String> {
    let refused = || "write a date such as `2026-01-01`, or seconds since 1970, up to the year 9999".to_owned();
    let seconds = match text.parse::<i64>() {
        Ok(seconds) => seconds,
        Err(_) => days(text).ok_or_else(refused)? * 86_400,
    };
    if (0..=LAST).contains(&seconds) { Ok(seconds) } else { Err(refused()) }
}

/// Days from 1970-01-01 to a date of the Gregorian calendar.
fn days(text: &str) -> Option<i64> {
    let mut parts = text.split('-').map(|part| part.parse::<i64>().ok().filter(|_| part.len() >= 2));
    let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
    if parts.next().is_some() || !(1970..=9999).contains(&year) || !(1..=12).contains(&month) || day < 1 {
        return None;
    }
    let leap = |year: i64| year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let length = |year: i64, month: i64| match month {
        2 => 28 + i64::from(leap(year)),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    let years: i64 = (1970..year).map(|year| 365 + i64::from(leap(year))).sum();
    let months: i64 = (1..month).map(|month| length(year, month)).sum();
    (day <= length(year, month)).then(|| years + months + day - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_epoch_is_a_date_or_seconds() {
        assert_eq!(parse_epoch("2026-01-01"), Ok(EPOCH));
        assert_eq!(parse_epoch("1970-01-01"), Ok(0));
        assert_eq!(parse_epoch("2024-02-29"), Ok(1_709_164_800));
        assert_eq!(parse_epoch("9999-12-31"), Ok(LAST - 86_399));
        assert_eq!(parse_epoch("1767225600"), Ok(EPOCH));
        for refused in
            ["2025-02-29", "2026-13-01", "2026-1", "-5", "now", "2026-01-00", "99999999999999", "2026-01-01-"]
        {
            assert!(parse_epoch(refused).is_err(), "{refused}");
        }
    }

    #[test]
    fn an_interval_is_whole_milliseconds() {
        assert_eq!(parse_every("250ms"), Ok(Nanos::from_millis(250)));
        assert!(parse_every("0s").is_err() && parse_every("1500us").is_err() && parse_every("soon").is_err());
    }
}
