//! What applications send by themselves: when, with which keys, how large.

use std::sync::Arc;

use super::{Names, before_end};
use crate::app::spec::{
    Arrivals, GivenRecord, Keys, ProducerSpec, RowsOrder, RowsSpec, SourceFailure, SourceSpec, ValueSize,
};
use crate::protocol::batch::RecordDetail;
use crate::protocol::compression::DEFAULT_RATIO;
use crate::protocol::ids::TopicId;
use crate::scenario::codes;
use crate::scenario::decode::List;
use crate::scenario::file::File;
use crate::scenario::file::shape::{Arrival, KeySource, ValueBytes};
use crate::scenario::file::workload::YesNo;
use crate::scenario::file::workload::{Database, GivenRecord as Given, Legible, Producer, SendFailure};
use crate::scenario::findings::{Findings, counted};
use crate::scenario::node::{At, Span, shorten};
use crate::sim::random::Distribution;
use crate::sim::time::Nanos;

/// The largest value: a record batch fits 31 bits of bytes, and no broker takes nearly as much.
const MAX_VALUE: u64 = 1 << 30;

/// The application of a producer.
pub(super) fn source_spec(
    producer: &Producer,
    at: Span,
    topic: TopicId,
    names: &Names,
    duration: Nanos,
    findings: &mut Findings,
) -> SourceSpec {
    let start = before_end(producer.start.as_ref(), duration, findings).unwrap_or(Nanos::ZERO);
    let stop = producer.stop.as_ref().map(|at| at.0);
    if let Some(at) = &producer.stop
        && at.0 <= start
    {
        findings
            .error(codes::IMPOSSIBLE, at.span, "a producer that stops before it begins")
            .label(format!("it begins at {start}"));
    }
    let (config, waits_in_vain) =
        super::clients::producer(producer.config.as_ref(), producer.client.as_ref(), findings);
    let checked = super::kafka::producer(&config, at, findings);
    super::transactions::check(&config, &checked, &names.config, findings);
    SourceSpec {
        producer: ProducerSpec {
            topic,
            config: checked,
            compression_ratio: producer.compression_ratio.as_ref().map_or(DEFAULT_RATIO, |at| at.0 as f32),
            transactional_id: None,
            client: super::clients::preset(producer.client.as_ref()),
            waits_in_vain,
        },
        records: given_records(producer, topic, names, (start, stop.unwrap_or(Nanos::MAX), duration), findings),
        arrivals: match &producer.rate {
            Some(At { value: Legible(Some(rate)), span }) => arrivals(rate, *span, findings),
            _ => Arrivals::Steps(Vec::new()),
        },
        keys: producer.keys.as_ref().map_or(Keys::None, |keys| key_source(&keys.value)),
        value_size: value_size(producer.value_size.as_ref(), findings),
        tombstones: tombstones(producer, findings),
        poison_every: producer.poison_every.as_ref().map(|at| at.0 as u32),
        on_failure: match producer.on_failure.as_ref().map(|at| at.value) {
            None | Some(SendFailure::Log) => SourceFailure::Log,
            Some(SendFailure::Resend) => SourceFailure::Resend,
        },
        transaction: super::transactions::of_source(producer, findings),
        rows: producer.database.as_ref().map(|at| rows(at, producer, findings)),
        limit: producer.limit.as_ref().map(|at| at.0),
        start,
        stop,
    }
}

/// A row of a database takes as long as one of a sink.
fn rows(database: &At<Database>, producer: &Producer, findings: &mut Findings) -> RowsSpec {
    if let (Database::Outbox, Some(failure)) = (database.value, &producer.on_failure) {
        findings
            .error(codes::CONTRADICTION, failure.span, "`on.failure` beside `database: outbox`")
            .label("a row is sent until it is acknowledged")
            .help("leave `on.failure` out");
    }
    let order = match database.value {
        Database::DualWrite => RowsOrder::DualWrite,
        Database::Outbox => RowsOrder::Outbox,
    };
    RowsSpec { order, takes: Distribution::Constant(super::apps::ROW) }
}

/// The records of `records`, in order of time.
fn given_records(
    producer: &Producer,
    topic: TopicId,
    names: &Names,
    (start, stop, end): (Nanos, Nanos, Nanos),
    findings: &mut Findings,
) -> Arc<[GivenRecord]> {
    let Some(At { value: Legible(Some(list)), span }) = &producer.records else { return [].into() };
    if list.0.is_empty() {
        findings.error(codes::EMPTY_SECTION, *span, "`records` is empty").label("name at least one record");
    }
    let mut records: Vec<GivenRecord> = list
        .0
        .iter()
        .map(|record| {
            let at = record.at.0;
            if at < start || at >= stop.min(end) {
                let label = if at < start {
                    format!("it begins at {start}")
                } else {
                    format!("it sends until {}", stop.min(end))
                };
                findings
                    .error(codes::NEVER_HAPPENS, record.at.span, "a record while its producer does not send")
                    .label(label);
            }
            its_topic(record, producer, findings);
            partition_exists(record, topic, names, findings);
            GivenRecord {
                at,
                count: record.count.as_ref().map_or(1, |at| at.0 as u32),
                key: record.key.as_ref().map(|at| at.0),
                value_len: given_value(record, findings),
                partition: record.partition.as_ref().map(|at| at.0 as u32),
                timestamp: record.timestamp.as_ref().map(|at| at.0),
            }
        })
        .collect();
    records.sort_by_key(|record| record.at);
    records.into()
}

/// A key without a value is a deleted one; a value that is null has no size.
fn given_value(record: &Given, findings: &mut Findings) -> Option<u32> {
    let size = record.size.as_ref().map(|at| checked_size(at.0, at.span, findings));
    let Some(tombstone) = record.tombstone.as_ref().filter(|at| at.value == YesNo::Yes) else { return size };
    if record.key.is_none() {
        tombstone_without_key(tombstone.span, "give it a `key`", findings);
    }
    if let Some(size) = &record.size {
        findings
            .error(codes::CONTRADICTION, size.span, "`size` beside `tombstone: true`")
            .label("its value is null")
            .help("leave `size` out");
    }
    Some(RecordDetail::NULL_VALUE)
}

/// How many of a million records are tombstones.
fn tombstones(producer: &Producer, findings: &mut Findings) -> u32 {
    let Some(share) = producer.tombstones.as_ref() else { return 0 };
    let has_keys = producer.keys.as_ref().is_some_and(|keys| !matches!(keys.value, KeySource::None));
    if share.0 > 0 && !has_keys {
        tombstone_without_key(share.span, "give the producer `keys`", findings);
    }
    share.0
}

fn tombstone_without_key(span: Span, help: &str, findings: &mut Findings) {
    findings
        .error(codes::CONTRADICTION, span, "a tombstone without a key")
        .label("it says that a key is gone")
        .help(help);
}

fn its_topic(record: &Given, producer: &Producer, findings: &mut Findings) {
    if let (Some(said), Some(topic)) = (&record.topic, &producer.topic)
        && said.0 != topic.0
    {
        findings
            .error(codes::CONTRADICTION, said.span, "a producer sends to one topic")
            .label(format!("this one sends to `{}`", shorten(&topic.0)))
            .help("write another producer for the other topic");
    }
}

fn partition_exists(record: &Given, topic: TopicId, names: &Names, findings: &mut Findings) {
    let Some(partition) = &record.partition else { return };
    let Some(entry) = names.catalog.topics.get(topic.index()) else { return };
    if partition.0 >= u64::from(entry.partitions) {
        findings
            .error(
                codes::UNKNOWN_PARTITION,
                partition.span,
                format!("`{}` has no partition {}", entry.name, partition.0),
            )
            .label(format!("it has {}", counted(u64::from(entry.partitions), "partition")))
            .help("partitions are counted from 0");
    }
}

fn arrivals(rate: &Arrival, span: Span, findings: &mut Findings) -> Arrivals {
    match rate {
        Arrival::Constant(rate) => Arrivals::Constant { records: rate.0.0, per: rate.0.1 },
        Arrival::Poisson(rate) => Arrivals::Poisson { records: rate.0.0, per: rate.0.1 },
        Arrival::Bursts(bursts) => Arrivals::Bursts { size: bursts.size.0 as u32, every: bursts.every.0 },
        Arrival::Steps(steps) => {
            if steps.0.is_empty() {
                findings.error(codes::EMPTY_SECTION, span, "`steps` is empty").label("name at least one step");
            } else if steps.0.iter().all(|step| step.rate.0.0 == 0) {
                findings
                    .error(codes::IMPOSSIBLE, span, "no record would ever come")
                    .label("every step is idle")
                    .help("leave the producer out, or give one step a rate");
            }
            for pair in steps.0.windows(2).filter(|pair| pair[0].at.0 >= pair[1].at.0) {
                findings
                    .error(codes::IMPOSSIBLE, pair[1].at.span, "a step that is not later than the one before it")
                    .label("must be later");
            }
            Arrivals::Steps(steps.0.iter().map(|step| (step.at.0, step.rate.0.0, step.rate.0.1)).collect())
        }
    }
}

/// At most how many records one process sends.
pub(super) fn records_of(spec: &SourceSpec, duration: Nanos) -> u128 {
    let end = spec.stop.unwrap_or(duration).min(duration);
    let span = |from: Nanos, to: Nanos| u128::from(to.saturating_sub(from).0);
    let total = match &spec.arrivals {
        Arrivals::Constant { records, per } | Arrivals::Poisson { records, per } => {
            span(spec.start, end) * u128::from(*records) / u128::from(per.0.max(1))
        }
        Arrivals::Bursts { size, every } => {
            (span(spec.start, end) / u128::from(every.0.max(1)) + 1) * u128::from(*size)
        }
        Arrivals::Steps(steps) => {
            let next = steps.iter().skip(1).map(|step| step.0).chain([end]);
            steps
                .iter()
                .zip(next)
                .map(|((at, records, per), next)| {
                    span(*at, next.min(end)) * u128::from(*records) / u128::from(per.0.max(1))
                })
                .sum()
        }
    };
    let total = total + spec.records.iter().map(|record| u128::from(record.count)).sum::<u128>();
    spec.limit.map_or(total, |limit| total.min(u128::from(limit)))
}

/// How many different keys the records have that a file lets be sent: the numbers of all are below.
pub(super) fn key_count(file: &File) -> u32 {
    let producers = file.producers.iter().flat_map(|list| &list.0).filter_map(|(_, producer)| producer.as_ref());
    let producers = producers.map(|producer| (producer.keys.as_ref(), producer.records.as_ref()));
    let apps = file.apps.iter().flat_map(|list| &list.0).filter_map(|(_, app)| app.as_ref()?.sends.as_ref());
    let apps = apps.map(|sends| (sends.keys.as_ref(), sends.records.as_ref()));
    let drawn = |keys: Option<&At<KeySource>>| keys.map_or(0, |keys| key_source(&keys.value).count());
    let given = |records: Option<&At<Legible<List<Given>>>>| {
        let list = records.and_then(|at| at.value.0.as_ref()).map_or(&[][..], |list| &list.0);
        list.iter().filter_map(|record| Some(record.key.as_ref()?.0 + 1)).max().unwrap_or(0)
    };
    producers.chain(apps).map(|(keys, records)| drawn(keys).max(given(records))).max().unwrap_or(0)
}

fn key_source(keys: &KeySource) -> Keys {
    match keys {
        KeySource::None => Keys::None,
        KeySource::Uniform(k) => Keys::Uniform { count: k.count.0 as u32 },
        KeySource::RoundRobin(k) => Keys::RoundRobin { count: k.count.0 as u32 },
        KeySource::Zipf(k) => {
            Keys::Zipf { count: k.count.0 as u32, exponent: k.exponent.as_ref().map_or(1.0, |at| at.0) }
        }
    }
}

fn checked_size(bytes: u64, span: Span, findings: &mut Findings) -> u32 {
    if bytes > MAX_VALUE {
        findings.error(codes::OUT_OF_BOUNDS, span, "a value of that size").label("at most 1 GiB");
    }
    bytes.min(MAX_VALUE) as u32
}

pub(super) fn value_size(size: Option<&At<ValueBytes>>, findings: &mut Findings) -> ValueSize {
    let Some(size) = size else { return ValueSize::Constant(100) };
    match &size.value {
        ValueBytes::Constant(bytes) => ValueSize::Constant(checked_size(bytes.0, size.span, findings)),
        ValueBytes::Uniform(range) => {
            let low = checked_size(range.min.0, range.min.span, findings);
            let high = checked_size(range.max.0, range.max.span, findings);
            if low > high {
                findings
                    .error(codes::IMPOSSIBLE, range.max.span, "`max` is below `min`")
                    .label("must not be below")
                    .help("exchange the two");
            }
            ValueSize::Uniform(low, high)
        }
    }
}
