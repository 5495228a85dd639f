//! Metrics in the text form of OpenMetrics 1.0, as `promtool tsdb create-blocks-from openmetrics` reads it.
//!
//! Families are not interleaved, a counter's samples end in `_total`, a family with a unit ends in its name, times are seconds with a
//! fraction, and the last line is `# EOF`.

use std::fmt::Write;

use super::catalogue::{CATALOGUE, FamilyType, MetricFamily, MetricSource};
use super::samples::{Labels, Value};
use super::{Scraped, job};
use crate::protocol::ids::NodeId;
use crate::sim::time::Nanos;

/// Where time zero of a run lies, in seconds since 1970: at the beginning of 2026 (UTC).
pub const EPOCH: i64 = 1_767_225_600;

/// How samples are written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Writing {
    /// Where time zero lies, in seconds since 1970.
    pub epoch: i64,
    /// Labels that every sample gets beside its own.
    pub labels: Vec<(String, String)>,
}

impl Default for Writing {
    fn default() -> Writing {
        Writing { epoch: EPOCH, labels: Vec::new() }
    }
}

/// The labels that samples have of themselves.
const OWN: &[&str] = &[
    "__name__",
    "clientid",
    "cluster",
    "cluster_name",
    "consumer_group",
    "consumergroup",
    "group",
    "instance",
    "job",
    "kubernetes_pod_name",
    "namespace",
    "partition",
    "strimzi_io_cluster",
    "topic",
];

/// A label of the user's, as `NAME=VALUE`.
///
/// # Errors
/// What is wrong with it.
pub fn label(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("a label is written `NAME=VALUE`, such as `variant=cure`")?;
    let is_letter = |c: char| c.is_ascii_alphabetic() || c == '_';
    let well_formed = name.starts_with(is_letter) && name.chars().all(|c| is_letter(c) || c.is_ascii_digit());
    if !well_formed || name.starts_with("__") {
        return Err("a label's name has letters, digits and `_`, and begins with neither a digit nor `__`".into());
    }
    if OWN.contains(&name) {
        return Err(format!("samples have a label `{name}` of their own; choose another name, such as `run`"));
    }
    Ok((name.into(), value.into()))
}

impl Scraped {
    /// As text.
    pub fn openmetrics(&self, writing: &Writing) -> String {
        let mut out = String::new();
        for (number, series) in self.families() {
            let family = &CATALOGUE[number];
            head(&mut out, family);
            for sampled in series {
                let name = format!("{}{{{}}}", family.sample_name(), self.labels(family, sampled.labels, writing));
                for (scrape, value) in sampled.values() {
                    let at = Nanos(self.every.0 * u64::from(scrape));
                    let _ = writeln!(out, "{name} {} {}", number_of(value), timestamp(writing.epoch, at));
                }
            }
        }
        out + "# EOF\n"
    }

    fn labels(&self, family: &MetricFamily, labels: Labels, writing: &Writing) -> String {
        let (setup, mut text) = (&self.setup, String::new());
        let cluster = setup.scenario.as_str();
        let mut add = |name: &str, value: &str| {
            let comma = if text.is_empty() { "" } else { "," };
            let _ = write!(text, "{comma}{name}=\"{}\"", escaped(value));
        };
        let node = labels.node.and_then(|node| setup.catalog.nodes.get(node.index()));
        let instance = labels.node.map(|node| self.instance(node));
        let job = node.and_then(|node| job(node.role)).unwrap_or(family.source.exporter());
        add("job", job);
        add("instance", instance.as_deref().unwrap_or(job));
        add("namespace", "kafkasim");
        add("strimzi_io_cluster", cluster);
        if let Some(instance) = &instance {
            add("kubernetes_pod_name", &format!("{cluster}-{instance}"));
        }
        match family.source {
            MetricSource::Client(_) => add("clientid", node.map_or("", |node| &node.name)),
            MetricSource::Burrow => add("cluster", cluster),
            MetricSource::LagExporter => add("cluster_name", cluster),
            MetricSource::Prometheus | MetricSource::Kafka(_) | MetricSource::KafkaExporter => {}
        }
        if let Some(group) = labels.group {
            add(family.source.group_label(), &setup.catalog.groups[group.index()]);
        }
        if let Some(topic) = labels.topic {
            add("topic", &setup.catalog.topics[topic.index()].name);
        }
        if let Some(partition) = labels.partition {
            add("partition", &partition.to_string());
        }
        writing.labels.iter().for_each(|(name, value)| add(name, value));
        text
    }
    /// `broker-1`.
    fn instance(&self, node: NodeId) -> String {
        self.setup.catalog.node_name(node).replace(' ', "-")
    }
}

fn head(out: &mut String, family: &MetricFamily) {
    let kind = match family.kind {
        FamilyType::Gauge => "gauge",
        FamilyType::Counter => "counter",
    };
    let _ = writeln!(out, "# TYPE {} {kind}", family.name);
    if let Some(unit) = family.unit {
        let _ = writeln!(out, "# UNIT {} {unit}", family.name);
    }
    let _ = writeln!(out, "# HELP {} {}", family.name, escaped(&family.description()));
}

fn number_of(value: Value) -> String {
    match value {
        Value::Count(count) => count.to_string(),
        Value::Time(time) => decimal(i128::from(time.0), 9),
    }
}

/// Seconds since 1970, to the millisecond: Prometheus has no finer time.
fn timestamp(epoch: i64, at: Nanos) -> String {
    decimal(i128::from(epoch) * 1_000 + i128::from(at.as_millis()), 3)
}

/// A number of `10^-digits`, without zeros at its end.
fn decimal(number: i128, digits: u32) -> String {
    let one = 10_i128.pow(digits);
    let (whole, rest) = (number.abs() / one, number.abs() % one);
    let sign = if number < 0 { "-" } else { "" };
    if rest == 0 {
        return format!("{sign}{whole}");
    }
    let rest = format!("{rest:0width$}", width = digits as usize);
    format!("{sign}{whole}.{}", rest.trim_end_matches('0'))
}

/// A label's value, or a help text.
fn escaped(text: &str) -> String {
    text.replace('\\', r"\\").replace('"', "\\\"").replace('\n', r"\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_exact() {
        assert_eq!(decimal(12_345_000_000, 9), "12.345");
        assert_eq!(decimal(-1_500, 3), "-1.5");
        assert_eq!(timestamp(EPOCH, Nanos::from_millis(60_050)), "1767225660.05");
        assert_eq!(timestamp(0, Nanos::from_secs(10)), "10");
    }

    #[test]
    fn labels_of_the_user_are_checked() {
        assert_eq!(label("run=a \"b\"=c"), Ok(("run".into(), "a \"b\"=c".into())));
        for refused in ["run", "=a", "1a=b", "__a=b", "a-b=c", "job=x"] {
            assert!(label(refused).is_err(), "{refused}");
        }
        assert_eq!(escaped("a\\b\"c\nd"), r#"a\\b\"c\nd"#);
    }
}
