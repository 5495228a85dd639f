//! How much memory and how many events a run needs, roughly, before it is begun.
//!
//! The costs are measured, rounded up: what a process keeps of a partition, a replica of a batch, and so
//! on. A world beyond the bound is refused with the part that is to blame.

use super::sources::records_of;
use crate::app::spec::{SourceSpec, ValueSize};
use crate::protocol::ids::TopicId;
use crate::scenario::codes;
use crate::scenario::file::File;
use crate::scenario::findings::Findings;
use crate::scenario::node::Span;
use crate::world::spec::{Trigger, WorldSpec};

/// The most memory that a run may need, in bytes.
const MAX_STATE: u128 = 4 << 30;
/// The most events that a run may have: about a day's work.
const MAX_EVENTS: u128 = 100_000_000_000;

/// Bytes that a broker keeps of each partition of the cluster.
const PER_BROKER_AND_PARTITION: u128 = 1_000;
/// Bytes that a client keeps of each partition of its topics.
const PER_CLIENT_AND_PARTITION: u128 = 300;
/// Bytes of a replica: its log, its state, its place in a fetch session.
const PER_REPLICA: u128 = 2_000;
/// Bytes of a pair of brokers: connections, fetchers.
const PER_BROKER_PAIR: u128 = 4_000;
/// Bytes of a client and its connections.
const PER_CLIENT: u128 = 40_000;
/// Bytes of a batch in one log, in what is known of a group that reads it, and besides (checks, figures).
const PER_BATCH_AND_REPLICA: u128 = 100;
const PER_BATCH_AND_GROUP: u128 = 100;
const PER_BATCH: u128 = 300;
/// Bytes of a strike of a fault.
const PER_STRIKE: u128 = 200;

/// One part of the need, and where the file asks for it.
struct Part {
    what: String,
    at: Span,
    amount: u128,
}

/// Refuses a world that is too large.
pub(super) fn bounds(world: &WorldSpec, file: &File, findings: &mut Findings) {
    refuse(state(world, file), MAX_STATE, &|bytes| format!("{} MiB", bytes >> 20), "memory", findings);
    refuse(events(world, file), MAX_EVENTS, &|n| format!("{} million", n / 1_000_000), "events", findings);
}

fn refuse(parts: Vec<Part>, most: u128, show: &dyn Fn(u128) -> String, noun: &str, findings: &mut Findings) {
    let total: u128 = parts.iter().map(|part| part.amount).sum();
    if total <= most {
        return;
    }
    if let Some(worst) = parts.iter().max_by_key(|part| part.amount) {
        let message = if noun == "memory" {
            format!("this run would need about {} of memory", show(total))
        } else {
            format!("this run would have about {} events", show(total))
        };
        findings
            .error(codes::OUT_OF_BOUNDS, worst.at, message)
            .label(format!("at most {}; {}: about {}", show(most), worst.what, show(worst.amount)))
            .help("the largest part is here: make it smaller, or shorten `duration`");
    }
}

fn place(found: Option<Span>, file: &File) -> Span {
    found.or_else(|| file.name.as_ref().map(|at| at.span)).unwrap_or_default()
}

/// The largest topic's place.
fn topics(file: &File) -> Span {
    let count = |topic: &Option<super::super::file::cluster::Topic>| {
        topic.as_ref().and_then(|t| t.partitions.as_ref()).map_or(0, |at| at.value.0)
    };
    let largest = file.topics.iter().flat_map(|topics| &topics.value.0).max_by_key(|(_, topic)| count(topic));
    place(
        largest.map(|(name, topic)| topic.as_ref().and_then(|t| t.partitions.as_ref()).map_or(name.span, |at| at.span)),
        file,
    )
}

/// The place of the clients called `name-0` and so on.
fn client(name: &str, file: &File) -> Span {
    let owner = name.rsplit_once('-').map_or(name, |(owner, _)| owner);
    let producer = file.producers.iter().flat_map(|list| &list.value.0).find(|(key, _)| key.value == owner);
    let group = file.groups.iter().flat_map(|list| &list.value.0).find(|(key, _)| key.value == owner);
    let app = file.apps.iter().flat_map(|list| &list.value.0).find(|(key, _)| key.value == owner);
    let key = producer.map(|(key, _)| key.span).or(group.map(|(key, _)| key.span)).or(app.map(|(key, _)| key.span));
    place(key, file)
}

fn state(world: &WorldSpec, file: &File) -> Vec<Part> {
    let catalog = &world.catalog;
    let (brokers, partitions) = (world.brokers.len() as u128, u128::from(catalog.partition_count()));
    let of_topic = |topic: TopicId| u128::from(catalog.topics[topic.index()].partitions);
    let replicas: u128 = world.topics.iter().map(|t| of_topic(t.topic) * u128::from(t.replication_factor)).sum();
    let mut parts = vec![
        Part {
            what: format!("{partitions} partitions on {brokers} brokers"),
            at: topics(file),
            amount: partitions * brokers * PER_BROKER_AND_PARTITION + replicas * PER_REPLICA,
        },
        Part {
            what: format!("{brokers} brokers"),
            at: place(file.cluster.as_ref().and_then(|c| c.brokers.as_ref()).map(|at| at.span), file),
            amount: brokers * brokers * PER_BROKER_PAIR,
        },
        Part {
            what: "repeated faults".into(),
            at: place(file.faults.as_ref().map(|at| at.span), file),
            amount: strikes(world) * PER_STRIKE,
        },
    ];
    let mut of_client = |name: &str, bytes: u128, what: &str| {
        let at = client(name, file);
        match parts.iter_mut().find(|part| part.at == at && part.what == what) {
            Some(part) => part.amount += bytes,
            None => parts.push(Part { what: what.into(), at, amount: bytes }),
        }
    };
    for (node, spec) in world.sources() {
        let topic = spec.producer.topic;
        let known = of_topic(topic) * PER_CLIENT_AND_PARTITION;
        of_client(catalog.node_name(node), PER_CLIENT + known, "what these clients know of partitions");
        let replicas = world.topics.iter().find(|t| t.topic == topic).map_or(1, |t| u128::from(t.replication_factor));
        let readers = world.consumers().filter(|(_, c)| c.topics.contains(&topic));
        let mut groups: Vec<_> = readers.map(|(_, c)| c.group).collect();
        groups.dedup();
        let each = PER_BATCH + replicas * PER_BATCH_AND_REPLICA + groups.len() as u128 * PER_BATCH_AND_GROUP;
        let bytes = batches(world, spec) * each;
        of_client(catalog.node_name(node), bytes, "the batches of these producers");
    }
    for (node, spec) in world.consumers() {
        let known: u128 = spec.topics.iter().map(|topic| of_topic(*topic) * PER_CLIENT_AND_PARTITION).sum();
        of_client(catalog.node_name(node), PER_CLIENT + known, "what these clients know of partitions");
    }
    parts
}

/// How many batches a producer makes, at most: one per record, or one per partition and linger, and
/// as many as its bytes fill.
fn batches(world: &WorldSpec, spec: &SourceSpec) -> u128 {
    let records = records_of(spec, world.duration);
    let size = match spec.value_size {
        ValueSize::Constant(bytes) | ValueSize::Uniform(_, bytes) => u128::from(bytes) + 20,
    };
    let Some(lingers) = world.duration.0.checked_div(spec.producer.config.linger.0) else { return records };
    let partitions = u128::from(world.catalog.topics[spec.producer.topic.index()].partitions);
    let full = records * size / u128::from(spec.producer.config.batch_size.max(1));
    records.min(partitions * (u128::from(lingers) + 1) + full)
}

fn strikes(world: &WorldSpec) -> u128 {
    let of = |trigger: &Trigger| match trigger {
        Trigger::Every { first, every, times } => {
            let all = world.duration.saturating_sub(first.earliest).0 / every.earliest.0.max(1) + 1;
            u128::from(times.map_or(all, |times| all.min(u64::from(times))))
        }
        _ => 1,
    };
    world.faults.iter().map(|fault| of(&fault.trigger)).sum()
}

fn events(world: &WorldSpec, file: &File) -> Vec<Part> {
    let brokers = world.brokers.len() as u128;
    let duration = u128::from(world.duration.0);
    // A follower that has nothing to fetch asks again after replica.fetch.wait.max.ms, a consumer after
    // fetch.max.wait.ms: four events each time, and a round trip if it does not wait at all.
    let rounds = |wait: u64| 4 * duration / u128::from(wait.max(600_000));
    let wait = world.brokers.first().map_or(0, |config| config.replica_fetch_wait_max.0);
    let mut parts = vec![Part {
        what: format!("{brokers} brokers that fetch from each other"),
        at: place(file.cluster.as_ref().and_then(|c| c.brokers.as_ref()).map(|at| at.span), file),
        amount: brokers * brokers.saturating_sub(1) * rounds(wait),
    }];
    for (node, spec) in world.sources() {
        let amount = batches(world, spec) * 20;
        parts.push(Part {
            what: "the batches of this producer".into(),
            at: client(world.catalog.node_name(node), file),
            amount,
        });
    }
    for (node, spec) in world.consumers() {
        let amount = brokers * rounds(spec.config.fetch_max_wait.0);
        parts.push(Part {
            what: "the fetches of this member".into(),
            at: client(world.catalog.node_name(node), file),
            amount,
        });
    }
    parts
}
