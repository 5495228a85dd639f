//! What people write who come from elsewhere (container images, other clients, `application.yml`, web
//! pages), and the one thing to write instead.

use super::node::{At, Kind, Node, shorten};
use crate::protocol::config::{self, Scope};

/// Other names of configs, in dotted lower case: (whose, the other name, Kafka's name).
///
/// From librdkafka's CONFIGURATION.md, kafkajs, sarama, kafka-python, and Kafka before 0.9.
const CONFIGS: &[(Scope, &str, &str)] = &[
    (Scope::Producer, "request.required.acks", "acks"),
    (Scope::Producer, "required.acks", "acks"),
    (Scope::Producer, "queue.buffering.max.ms", "linger.ms"),
    (Scope::Producer, "queue.buffering.max.kbytes", "buffer.memory"),
    (Scope::Producer, "message.timeout.ms", "delivery.timeout.ms"),
    (Scope::Producer, "message.send.max.retries", "retries"),
    (Scope::Producer, "retry.max", "retries"),
    (Scope::Producer, "max.in.flight", "max.in.flight.requests.per.connection"),
    (Scope::Producer, "max.in.flight.requests", "max.in.flight.requests.per.connection"),
    (Scope::Producer, "max.open.requests", "max.in.flight.requests.per.connection"),
    (Scope::Producer, "idempotent", "enable.idempotence"),
    (Scope::Producer, "idempotence", "enable.idempotence"),
    (Scope::Producer, "message.max.bytes", "max.request.size"),
    (Scope::Producer, "max.message.bytes", "max.request.size"),
    (Scope::Producer, "batch.bytes", "batch.size"),
    (Scope::Producer, "socket.timeout.ms", "request.timeout.ms"),
    (Scope::Producer, "topic.metadata.refresh.interval.ms", "metadata.max.age.ms"),
    (Scope::Producer, "partitioner", "partitioner.class"),
    (Scope::Producer, "compression", "compression.type"),
    (Scope::Producer, "compression.codec", "compression.type"),
    (Scope::Consumer, "fetch.wait.max.ms", "fetch.max.wait.ms"),
    (Scope::Consumer, "max.wait.time.in.ms", "fetch.max.wait.ms"),
    (Scope::Consumer, "min.bytes", "fetch.min.bytes"),
    (Scope::Consumer, "max.bytes", "fetch.max.bytes"),
    (Scope::Consumer, "fetch.message.max.bytes", "max.partition.fetch.bytes"),
    (Scope::Consumer, "max.bytes.per.partition", "max.partition.fetch.bytes"),
    (Scope::Consumer, "auto.commit.enable", "enable.auto.commit"),
    (Scope::Consumer, "auto.commit", "enable.auto.commit"),
    (Scope::Consumer, "rebalance.timeout", "max.poll.interval.ms"),
    (Scope::Consumer, "rebalance.timeout.ms", "max.poll.interval.ms"),
    (Scope::Consumer, "from.beginning", "auto.offset.reset"),
    (Scope::Consumer, "socket.timeout.ms", "request.timeout.ms"),
    (Scope::Consumer, "topic.metadata.refresh.interval.ms", "metadata.max.age.ms"),
    (Scope::Topic, "min.isr", "min.insync.replicas"),
    (Scope::Topic, "min.in.sync.replicas", "min.insync.replicas"),
    (Scope::Topic, "message.max.bytes", "max.message.bytes"),
    (Scope::Topic, "log.segment.bytes", "segment.bytes"),
    (Scope::Topic, "log.roll.ms", "segment.ms"),
    (Scope::Topic, "log.flush.interval.messages", "flush.messages"),
    (Scope::Topic, "log.retention.ms", "retention.ms"),
    (Scope::Topic, "log.retention.bytes", "retention.bytes"),
    (Scope::Topic, "log.cleanup.policy", "cleanup.policy"),
    (Scope::Broker, "min.isr", "min.insync.replicas"),
    (Scope::Broker, "min.in.sync.replicas", "min.insync.replicas"),
    (Scope::Broker, "max.message.bytes", "message.max.bytes"),
    (Scope::Broker, "segment.bytes", "log.segment.bytes"),
    (Scope::Broker, "segment.ms", "log.roll.ms"),
    (Scope::Broker, "flush.messages", "log.flush.interval.messages"),
    (Scope::Broker, "retention.ms", "log.retention.ms"),
    (Scope::Broker, "retention.bytes", "log.retention.bytes"),
    (Scope::Broker, "cleanup.policy", "log.cleanup.policy"),
];

/// Other words for config values: (config, the other word, Kafka's word).
const VALUES: &[(&str, &str, &str)] = &[
    ("auto.offset.reset", "smallest", "earliest"),
    ("auto.offset.reset", "beginning", "earliest"),
    ("auto.offset.reset", "true", "earliest"),
    ("auto.offset.reset", "largest", "latest"),
    ("auto.offset.reset", "end", "latest"),
    ("auto.offset.reset", "error", "none"),
    ("auto.offset.reset", "false", "latest"),
    ("acks", "none", "0"),
    ("acks", "leader", "1"),
    ("acks", "one", "1"),
    ("acks", "quorum", "all"),
    ("isolation.level", "1", "read_committed"),
    ("isolation.level", "0", "read_uncommitted"),
];

/// Other names of the keys of scenario files: (what kind of map, the other name, what to write).
const KEYS: &[(&str, &str, &str)] = &[
    ("scenario", "consumers", "`groups`"),
    ("scenario", "consumer.groups", "`groups`"),
    ("scenario", "expectations", "`expect`"),
    ("scenario", "assertions", "`expect`"),
    ("scenario", "invariants", "`expect`"),
    ("scenario", "never", "`- never: ...` under `expect`"),
    ("scenario", "title", "`name`"),
    ("scenario", "description", "`summary`"),
    ("scenario", "length", "`duration`"),
    ("scenario", "time", "`duration`"),
    ("scenario", "events", "`faults`"),
    ("scenario", "failures", "`faults`"),
    ("scenario", "chaos", "`faults`"),
    ("scenario", "actions", "`faults`"),
    ("scenario", "brokers", "`cluster: { brokers: 3 }`"),
    ("scenario", "config", "`cluster: { config: ... }` for broker configs"),
    ("cluster", "nodes", "`brokers`"),
    ("cluster", "size", "`brokers`"),
    ("cluster", "configs", "`config`"),
    ("cluster", "controllers", "`metadata: { kraft: { controllers: 1 } }`"),
    ("producer", "topics", "`topic`; a producer writes to one topic"),
    ("producer", "instances", "`count`"),
    ("producer", "replicas", "`count`"),
    ("producer", "processes", "`count`"),
    ("producer", "throughput", "`rate`"),
    ("producer", "messages", "`limit`"),
    ("producer", "records", "`limit`"),
    ("producer", "message.size", "`value.size`"),
    ("producer", "record.size", "`value.size`"),
    ("producer", "size", "`value.size`"),
    ("producer", "key", "`keys`"),
    ("producer", "configs", "`config`"),
    ("group", "topic", "`topics`"),
    ("group", "instances", "`members`"),
    ("group", "consumers", "`members`"),
    ("group", "count", "`members`"),
    ("group", "replicas", "`members`"),
    (
        "group",
        "group.id",
        "the id as the name of the group: `groups: { my-group: ... }`, or `config: { group.id: ... }`",
    ),
    ("application", "topics", "`consumer: { topics: [orders] }`"),
    ("application", "topic", "`producer: { topic: orders }`"),
    ("application", "group", "`consumer: { topics: [orders], group: my-group }`"),
    ("application", "rate", "`sends: { rate: 100/s }`"),
    ("application", "records", "`sends: { records: [...] }`"),
    ("application", "instances", "`count`"),
    ("application", "members", "`count`"),
    ("application", "replicas", "`count`"),
    ("application", "config", "`consumer: { config: ... }` or `producer: { config: ... }`"),
    ("consumer of an application", "group.id", "`group`"),
    ("scenario", "applications", "`apps`"),
    ("scenario", "services", "`apps`"),
    ("group", "processing.time", "`processing: { per.record: 5ms }`"),
    ("group", "per.record", "`processing: { per.record: 5ms }`"),
    ("group", "configs", "`config`"),
    ("fault", "time", "`at`"),
    ("fault", "kill", "`crash`"),
    ("fault", "restart", "`crash: { broker: broker 1, restart.after: 5s }`, or `stop`"),
    ("fault", "shutdown", "`stop`"),
    ("fault", "isolate", "`partition: { between: [[broker 1], [others]] }`"),
    ("fault", "network.partition", "`partition: { between: [[broker 1], [others]] }`"),
    ("fault", "disconnect", "`reset.connections`"),
    ("fault", "slow", "`slow.link`, `delay.link` or `disk.slow`"),
    ("fault", "latency", "`delay.link` or `slow.link`"),
    ("fault", "bandwidth", "`narrow.link`"),
    ("fault", "throttle", "`narrow.link`"),
    ("fault", "drop", "`drop.requests` or `drop.answers`"),
    ("fault", "freeze", "`pause`"),
    ("fault", "for", "`for` inside the action: `pause: { broker: broker 1, for: 5s }`"),
    ("fault", "restart.after", "`restart.after` inside the action: `crash: { broker: broker 1, restart.after: 5s }`"),
    ("topic", "replicas.count", "`replication.factor`"),
    ("topic", "replication", "`replication.factor`"),
    ("topic", "min.isr", "`min.insync.replicas`"),
];

/// What an expectation is called elsewhere: (the other name, what to write).
const EXPECTATIONS: &[(&str, &str)] = &[
    ("no-loss", "`- acked-all-durable: holds`, or `- ledger: { lost.after.ack: 0 }`"),
    ("no-data-loss", "`- acked-all-durable: holds`, or `- ledger: { lost.after.ack: 0 }`"),
    ("no-duplicates", "`- idempotent-no-dup: holds`, or `- ledger: { duplicated: 0 }`"),
    ("exactly-once", "`- idempotent-no-dup: holds` and `- ledger: { processed.again: 0, never.processed: 0 }`"),
    ("ordering", "`- per-key-order: holds`"),
    ("order", "`- per-key-order: holds`"),
    ("always", "the invariant with its outcome: `- acked-all-durable: holds`"),
    ("eventually", "`- sometimes: ...`"),
    ("invariant", "the invariant with its outcome: `- acked-all-durable: holds`"),
];

/// What to write for an expectation's name from elsewhere.
pub(super) fn expectation(name: &str) -> Option<String> {
    EXPECTATIONS.iter().find(|(other, _)| *other == name).map(|(_, right)| format!("write {right}"))
}

/// What to write for a key from elsewhere.
pub(super) fn key(noun: &str, key: &str) -> Option<String> {
    let dotted = dotted(key);
    KEYS.iter().find(|(of, other, _)| *of == noun && *other == dotted).map(|(_, _, right)| format!("write {right}"))
}

/// A name in Kafka's spelling: `KAFKA_MIN_INSYNC_REPLICAS` and `minInsyncReplicas` as `min.insync.replicas`.
pub(super) fn dotted(name: &str) -> String {
    let shouting = name.contains('_') && !name.contains(|c: char| c.is_lowercase());
    let bare = ["KAFKA_CFG_", "KAFKA_", "kafka.", "spring.kafka.producer.", "spring.kafka.consumer."]
        .iter()
        .find_map(|prefix| name.strip_prefix(prefix))
        .unwrap_or(name);
    let mut out = String::with_capacity(bare.len() + 8);
    for c in bare.chars() {
        match c {
            '_' | '-' => out.push('.'),
            c if c.is_uppercase() && !shouting => {
                if !out.is_empty() && !out.ends_with('.') {
                    out.push('.');
                }
                out.extend(c.to_lowercase());
            }
            c => out.extend(c.to_lowercase()),
        }
    }
    out
}

/// Whether Kafka has a config of that name there.
fn known(scope: Scope, name: &str) -> bool {
    config::all().iter().any(|entry| entry.scope == scope && entry.name == name)
        || config::ignored_names(scope).any(|other| other == name)
}

/// Kafka's name for a config that is called otherwise elsewhere.
pub(super) fn config_name(scope: Scope, name: &str) -> Option<String> {
    let dotted = dotted(name);
    let alias = |name: &str| CONFIGS.iter().find(|(of, other, _)| *of == scope && *other == name).map(|row| row.2);
    let spelled =
        [dotted.clone(), format!("{dotted}.ms")].into_iter().find(|right| right != name && known(scope, right));
    alias(&dotted).map(str::to_owned).or(spelled)
}

/// Kafka's word for a config's value.
pub(super) fn config_value(name: &str, value: &str) -> Option<&'static str> {
    let value = value.to_lowercase();
    VALUES.iter().find(|(of, other, _)| *of == name && *other == value).map(|row| row.2)
}

/// Where a config belongs that stands somewhere else.
pub(super) fn home(name: &str) -> Option<String> {
    // What a topic and its brokers have in common is mostly meant for the topic.
    [Scope::Topic, Scope::Producer, Scope::Consumer, Scope::Broker].into_iter().find(|scope| known(*scope, name)).map(
        |scope| {
            let put = match scope {
                Scope::Broker => "put it under `cluster.config`",
                Scope::Topic => "put it beside `partitions` of a topic",
                Scope::Producer => "put it under `config` of the producer",
                Scope::Consumer => "put it under `config` of the group",
            };
            format!("`{name}` is a {} config: {put}", scope.name())
        },
    )
}

/// The same for a map whose own configs have a place below it.
pub(super) fn one_level_too_high(noun: &str, name: &str) -> Option<String> {
    let (scope, place) = match noun {
        "cluster" => (Scope::Broker, "`cluster.config`"),
        "producer" => (Scope::Producer, "`config`"),
        "group" => (Scope::Consumer, "`config`"),
        "scenario" | "metadata" | "processing" => return home(name),
        _ => return None,
    };
    if known(scope, name) {
        return Some(format!("`{name}` is a {} config: put it under {place}", scope.name()));
    }
    match config_name(scope, name) {
        Some(right) if !known_anywhere(name) => Some(format!("write `{right}`, under {place}")),
        _ => home(name),
    }
}

fn known_anywhere(name: &str) -> bool {
    [Scope::Broker, Scope::Topic, Scope::Producer, Scope::Consumer].into_iter().any(|scope| known(scope, name))
}

/// Dotted names for what is nested instead: `min: { insync: { replicas: 2 } }`. `known`: the names there are.
pub(super) fn nested(key: &str, node: &Node, known: &dyn Fn(&str) -> bool) -> Option<String> {
    fn leaves(path: &str, node: &Node, out: &mut Vec<(String, String)>) {
        match &node.value {
            Kind::Map(entries) if out.len() < 4 => {
                entries.iter().take(4).for_each(|(key, node)| leaves(&format!("{path}.{}", key.value), node, out));
            }
            Kind::Text(text) => out.push((path.to_owned(), shorten(text))),
            _ => {}
        }
    }
    if !matches!(node.value, Kind::Map(_)) || key.len() > 100 {
        return None;
    }
    let mut found = Vec::new();
    leaves(key, node, &mut found);
    let right: Vec<String> =
        found.iter().filter(|(name, _)| known(name)).map(|(name, value)| format!("`{name}: {value}`")).collect();
    (!right.is_empty() && right.len() == found.len()).then(|| format!("write {}", right.join(" and ")))
}

/// The dotted names that a config map knows.
pub(super) fn is_config(scope: Scope, name: &str) -> bool {
    known(scope, name)
}

/// How to write a map for which there is something else; `noun`: what kind of map.
pub(super) fn map_form(noun: &str, node: &Node) -> Option<String> {
    let text = match &node.value {
        Kind::Text(text) => shorten(text.trim()),
        Kind::List(_) => String::new(),
        Kind::Null | Kind::Map(_) => return None,
    };
    let number = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    Some(match noun {
        "processing" if !text.is_empty() => {
            format!("write `processing: {{ per.record: {text}{} }}`", if number { "ms" } else { "" })
        }
        "topic" if number => format!("write `{{ partitions: {text} }}`"),
        "cluster" if number => format!("write `cluster: {{ brokers: {text} }}`"),
        "scenario" => "begin with `name: my-scenario`; `kafkasim new NAME` writes a scenario to start from".into(),
        "fault" => "write `- at: 10s`, and below it `crash: { broker: broker 1 }`".into(),
        _ => return None,
    })
}

/// How to write a map of names for which there is a list; `of`: what the names stand for.
pub(super) fn names_form(of: &str, node: &Node) -> Option<(Vec<At<String>>, String)> {
    let Kind::List(items) = &node.value else { return None };
    let names: Vec<At<String>> = items.iter().filter_map(entry_name).collect();
    let (plural, example) = match of {
        "Topic" => ("topics are", "{ partitions: 1 }"),
        "Producer" => ("producers are", "{ topic: orders, rate: 100/s }"),
        "Group" => ("groups are", "{ topics: [orders] }"),
        "App" => ("applications are", "{ consumer: { topics: [orders] } }"),
        _ => return None,
    };
    let name = names.first().map_or("name", |at| at.value.as_str());
    let help = format!("{plural} a map: write `{}: {example}`, one line for each", shorten(name));
    Some((names, help))
}

/// The name that an entry of a list gives itself: a text, its `name`, or the only key of a map.
fn entry_name(node: &Node) -> Option<At<String>> {
    let name = match &node.value {
        Kind::Text(_) => node,
        Kind::Map(entries) => match entries.iter().find(|(key, _)| key.value == "name") {
            Some((_, name)) => name,
            None => {
                return entries
                    .first()
                    .filter(|(_, node)| matches!(node.value, Kind::Map(_)))
                    .map(|(key, _)| key.clone());
            }
        },
        Kind::Null | Kind::List(_) => return None,
    };
    match &name.value {
        Kind::Text(text) if super::file::check_name(text).is_ok() => Some(At { value: text.clone(), span: name.span }),
        _ => None,
    }
}

/// What looks like an ordinary character and is none: blanks and quotes from web pages and word processors.
pub(super) fn disguised(text: &str) -> Option<String> {
    let strange = text.chars().find(|c| is_blank(*c) || is_quote(*c) || is_dash(*c))?;
    let code = u32::from(strange);
    Some(if is_blank(strange) {
        format!(
            "it contains U+{code:04X}, which looks like a blank and is none (from a web page?): write an ordinary one"
        )
    } else if is_quote(strange) {
        format!("`{strange}` (U+{code:04X}) is no quote in YAML: write \" or '")
    } else {
        format!("`{strange}` (U+{code:04X}) is no minus sign: write -")
    })
}

/// Blanks that YAML takes for letters.
pub(super) fn is_blank(c: char) -> bool {
    matches!(c, '\u{a0}' | '\u{1680}' | '\u{2000}'..='\u{200b}' | '\u{202f}' | '\u{205f}' | '\u{2060}' | '\u{3000}')
}
fn is_quote(c: char) -> bool {
    matches!(c, '\u{2018}'..='\u{201f}' | '\u{2039}' | '\u{203a}' | '\u{ab}' | '\u{bb}' | '\u{b4}')
}
fn is_dash(c: char) -> bool {
    matches!(c, '\u{2010}'..='\u{2015}' | '\u{2212}')
}

/// A line `key: a text: with a colon`, with the text in quotes.
pub(super) fn quoted(line: &str) -> Option<String> {
    let (key, text) = line.split_once(": ")?;
    let text = text.trim();
    let plain = !text.starts_with(['"', '\'', '{', '[', '|', '>', '&', '*', '!', '#']);
    if !plain || !text.contains(": ") && !text.ends_with(':') {
        return None;
    }
    let quoted = if text.contains('"') { format!("'{}'", text.replace('\'', "''")) } else { format!("\"{text}\"") };
    Some(format!("put the text in quotes: `{}: {}`", key.trim(), shorten(&quoted)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_names_have_a_counterpart() {
        for (scope, other, right) in CONFIGS {
            assert!(known(*scope, right), "{other} -> {right}");
            assert!(!config::all().iter().any(|e| e.scope == *scope && e.name == *other), "{other} is known itself");
            assert_eq!(*other, dotted(other));
        }
        for (config, _, right) in VALUES {
            let entry = config::all().into_iter().find(|entry| entry.name == *config).expect(config);
            assert!(matches!(&entry.range, config::Range::OneOf(words) if words.contains(right)), "{config}: {right}");
        }
    }

    #[test]
    fn names_in_all_spellings() {
        let name = |name| config_name(Scope::Broker, name);
        assert_eq!(name("KAFKA_MIN_INSYNC_REPLICAS").as_deref(), Some("min.insync.replicas"));
        assert_eq!(name("KAFKA_CFG_NUM_PARTITIONS").as_deref(), Some("num.partitions"));
        assert_eq!(config_name(Scope::Consumer, "sessionTimeout").as_deref(), Some("session.timeout.ms"));
        assert_eq!(config_name(Scope::Consumer, "enable-auto-commit").as_deref(), Some("enable.auto.commit"));
        let in_flight = Some("max.in.flight.requests.per.connection");
        assert_eq!(config_name(Scope::Producer, "maxInFlightRequests").as_deref(), in_flight);
        assert_eq!(config_name(Scope::Producer, "colour"), None);
    }

    #[test]
    fn a_colon_in_a_text() {
        let right = "put the text in quotes: `summary: \"The leader dies: nothing is lost\"`";
        assert_eq!(quoted("summary: The leader dies: nothing is lost").as_deref(), Some(right));
        assert_eq!(quoted("summary: \"a: b\""), None);
        assert_eq!(quoted("at: 5s"), None);
    }
}
