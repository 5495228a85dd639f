//! Reads OpenMetrics 1.0, as strictly as its text has it.

use std::collections::{BTreeMap, BTreeSet};

/// A sample.
#[derive(Clone, Debug)]
pub struct Sample {
    pub labels: BTreeMap<String, String>,
    pub value: f64,
    /// As it was written.
    pub time: String,
}

/// All samples, by name, in their order.
#[derive(Debug, Default)]
pub struct Document {
    samples: BTreeMap<String, Vec<Sample>>,
}

/// Where time zero lies where nobody says otherwise.
const EPOCH: u64 = super::super::openmetrics::EPOCH as u64;

impl Document {
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.samples.keys().map(String::as_str)
    }
    pub fn has(&self, name: &str) -> bool {
        self.samples.contains_key(name)
    }
    /// Those with these labels, and perhaps others.
    pub fn samples(&self, name: &str, labels: &[(&str, &str)]) -> Vec<&Sample> {
        let fits =
            |sample: &&Sample| labels.iter().all(|(name, value)| sample.labels.get(*name).is_some_and(|v| v == value));
        self.samples.get(name).into_iter().flatten().filter(fits).collect()
    }
    /// The one with these labels and as few others as possible, at a second of the run.
    pub fn only(&self, name: &str, labels: &[(&str, &str)], second: u64) -> Option<f64> {
        let time = (EPOCH + second).to_string();
        let then: Vec<&Sample> = self.samples(name, labels).into_iter().filter(|sample| sample.time == time).collect();
        then.iter().min_by_key(|sample| sample.labels.len()).map(|sample| sample.value)
    }
    /// What a broker tells of itself as a whole.
    pub fn at(&self, name: &str, broker: crate::protocol::ids::BrokerId, second: u64) -> Option<f64> {
        self.only(name, &[("instance", &format!("broker-{}", broker.0))], second)
    }
    /// Over all series, at a second of the run.
    pub fn sum(&self, name: &str, second: u64) -> f64 {
        let time = (EPOCH + second).to_string();
        self.samples(name, &[]).iter().filter(|sample| sample.time == time).map(|sample| sample.value).sum()
    }
}

/// The family that is being read.
#[derive(Debug, Default)]
struct Reading {
    name: String,
    counter: bool,
    said: BTreeSet<String>,
    /// The series that is being read, those that are over, and the last sample.
    series: String,
    over: BTreeSet<String>,
    last: Option<(f64, f64)>,
}

pub fn read(text: &str) -> Result<Document, String> {
    let Some(body) = text.strip_suffix("# EOF\n") else { return Err("the last line is not `# EOF`".into()) };
    let (mut document, mut families) = (Document::default(), BTreeSet::new());
    let mut reading = Reading::default();
    for line in body.split_terminator('\n') {
        let fault = |what: &str| format!("{what}: {line}");
        if let Some(rest) = line.strip_prefix("# ") {
            let (kind, rest) = rest.split_once(' ').ok_or_else(|| fault("no name"))?;
            let (name, value) = rest.split_once(' ').ok_or_else(|| fault("no value"))?;
            if kind == "TYPE" {
                if !families.insert(name.to_owned()) {
                    return Err(fault("a family is told twice"));
                }
                let counter = match value {
                    "counter" => true,
                    "gauge" => false,
                    _ => return Err(fault("not a type that is used here")),
                };
                reading = Reading { name: name.into(), counter, ..Reading::default() };
            }
            if name != reading.name || !reading.series.is_empty() || !reading.said.insert(kind.into()) {
                return Err(fault("metadata out of place"));
            }
            match kind {
                "UNIT" if !name.ends_with(&format!("_{value}")) => return Err(fault("the name has not the unit")),
                "HELP" if unescaped(value).is_none() => return Err(fault("a bad escape")),
                "TYPE" | "UNIT" | "HELP" => {}
                _ => return Err(fault("a comment")),
            }
            continue;
        }
        let (name, sample) = sample(line).ok_or_else(|| fault("not a sample"))?;
        reading.take(&name, &sample, line).map_err(fault)?;
        document.samples.entry(name).or_default().push(sample);
    }
    Ok(document)
}

impl Reading {
    fn take(&mut self, name: &str, sample: &Sample, line: &str) -> Result<(), &'static str> {
        let suffix = if self.counter { "_total" } else { "" };
        if name.strip_suffix(suffix) != Some(self.name.as_str()) {
            return Err("a sample of another family");
        }
        let series = &line[..line.rfind('}').map_or(0, |at| at + 1)];
        if series != self.series {
            if !self.over.insert(series.to_owned()) {
                return Err("a series is interrupted");
            }
            (self.series, self.last) = (series.to_owned(), None);
        }
        let time: f64 = sample.time.parse().map_err(|_| "not a time")?;
        if self.last.is_some_and(|(before, _)| before >= time) {
            return Err("time does not go on");
        }
        if self.counter && sample.value < 0.0 {
            return Err("a counter below zero");
        }
        self.last = Some((time, sample.value));
        Ok(())
    }
}

fn sample(line: &str) -> Option<(String, Sample)> {
    let (name, rest) = line.split_once('{')?;
    let well_formed = |name: &str| {
        name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    };
    let (mut labels, mut rest) = (BTreeMap::new(), rest);
    loop {
        let (label, after) = rest.split_once("=\"")?;
        let end = end_of_value(after)?;
        let value = unescaped(&after[..end])?;
        if !well_formed(label) || labels.insert(label.to_owned(), value).is_some() {
            return None;
        }
        rest = &after[end + 1..];
        match rest.strip_prefix(',') {
            Some(more) => rest = more,
            None => break,
        }
    }
    let mut words = rest.strip_prefix("} ")?.split(' ');
    let (value, time) = (words.next()?.parse().ok()?, words.next()?.to_owned());
    (well_formed(name) && words.next().is_none()).then(|| (name.to_owned(), Sample { labels, value, time }))
}

fn end_of_value(text: &str) -> Option<usize> {
    let mut escaped = false;
    text.char_indices().find_map(|(at, c)| {
        let ends = c == '"' && !escaped;
        escaped = c == '\\' && !escaped;
        ends.then_some(at)
    })
}

fn unescaped(text: &str) -> Option<String> {
    let (mut out, mut chars) = (String::new(), text.chars());
    while let Some(c) = chars.next() {
        out.push(match c {
            '\\' => match chars.next()? {
                'n' => '\n',
                c @ ('"' | '\\') => c,
                _ => return None,
            },
            c => c,
        });
    }
    Some(out)
}

#[test]
fn it_forgives_nothing() {
    let good = "# TYPE a gauge\n# HELP a h\na{x=\"1\"} 1 1\na{x=\"1\"} 2 2\na{x=\"2\"} 1 1\n# TYPE b counter\nb_total{x=\"a\\\"b\"} 3 1.5\n# EOF\n";
    assert!(read(good).is_ok());
    let bad = [
        good.replace("# EOF\n", ""),
        good.replace("b_total", "b"),
        good.replace("a{x=\"1\"} 2 2", "a{x=\"1\"} 2 1"),
        good.replace("a{x=\"2\"} 1 1\n", "a{x=\"2\"} 1 1\na{x=\"1\"} 3 3\n"),
        good.replace("# TYPE b counter", "# TYPE a counter"),
        good.replace("b_total{x=\"a\\\"b\"} 3", "b_total{x=\"a\\\"b\"} -3"),
        good.replace("# HELP a h", "# UNIT a seconds"),
        good.replace("a{x=\"2\"} 1 1", "a{x=\"2\",x=\"3\"} 1 1"),
        good.replace("a\\\"b", "a\\qb"),
        good.replace("# HELP a h", "# a comment"),
    ];
    for text in bad {
        assert!(read(&text).is_err(), "{text}");
    }
}
