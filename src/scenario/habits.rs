//! What people write who come from elsewhere (container images, other clients, `application.yml`, web
//! pages), and the one thing to write instead.

use super::node::{At, YamlNode, YamlValue, shorten};
use crate::protocol::config::{self, ConfigScope};

/// Other names of configs, in dotted lower case: (whose, the other name, Kafka's name).
///
/// From librdkafka's CONFIGURATION.md, kafkajs, sarama, kafka-python, and Kafka before 0.9.
const CONFIGS: &[(ConfigScope, &str, &str)] = &[
    (ConfigScope::Producer, "request.required.acks", "acks"),
    (ConfigScope::Producer, "required.acks", "acks"),
    (ConfigScope::Producer, "queue.buffering.max.ms", "linger.ms"),
    (ConfigScope::Producer, "queue.buffering.max.kbytes", "buffer.memory"),
    (ConfigScope::Producer, "message.timeout.ms", "delivery.timeout.ms"),
    (ConfigScope::Producer, "message.send.max.retries", "retries"),
    (ConfigScope::Producer, "retry.max", "retries"),
    (ConfigScope::Producer, "max.in.flight", "max.in.flight.requests.per.connection"),
    (ConfigScope::Producer, "max.in.flight.requests", "max.in.flight.requests.per.connection"),
    (ConfigScope::Producer, "max.open.requests", "max.in.flight.requests.per.connection"),
    (ConfigScope::Producer, "idempotent", "enable.idempotence"),
    (ConfigScope::Producer, "idempotence", "enable.idempotence"),
    (ConfigScope::Producer, "message.max.bytes", "max.request.size"),
    (ConfigScope::Producer, "max.message.bytes", "max.request.size"),
    (ConfigScope::Producer, "batch.bytes", "batch.size"),
    (ConfigScope::Producer, "socket.timeout.ms", "request.timeout.ms"),
    (ConfigScope::Producer, "topic.metadata.refresh.interval.ms", "metadata.max.age.ms"),
    (ConfigScope::Producer, "partitioner", "partitioner.class"),
    (ConfigScope::Producer, "create.partitioner", "partitioner.class"),
    (ConfigScope::Producer, "retry.retries", "retries"),
    (ConfigScope::Producer, "initial.retry.time", "retry.backoff.ms"),
    (ConfigScope::Producer, "max.retry.time", "retry.backoff.max.ms"),
    (ConfigScope::Producer, "connection.timeout", "socket.connection.setup.timeout.ms"),
    (ConfigScope::Consumer, "connection.timeout", "socket.connection.setup.timeout.ms"),
    (ConfigScope::Producer, "compression", "compression.type"),
    (ConfigScope::Producer, "compression.codec", "compression.type"),
    (ConfigScope::Consumer, "fetch.wait.max.ms", "fetch.max.wait.ms"),
    (ConfigScope::Consumer, "max.wait.time.in.ms", "fetch.max.wait.ms"),
    (ConfigScope::Consumer, "min.bytes", "fetch.min.bytes"),
    (ConfigScope::Consumer, "max.bytes", "fetch.max.bytes"),
    (ConfigScope::Consumer, "fetch.message.max.bytes", "max.partition.fetch.bytes"),
    (ConfigScope::Consumer, "max.bytes.per.partition", "max.partition.fetch.bytes"),
    (ConfigScope::Consumer, "auto.commit.enable", "enable.auto.commit"),
    (ConfigScope::Consumer, "auto.commit", "enable.auto.commit"),
    (ConfigScope::Consumer, "rebalance.timeout", "max.poll.interval.ms"),
    (ConfigScope::Consumer, "rebalance.timeout.ms", "max.poll.interval.ms"),
    (ConfigScope::Consumer, "from.beginning", "auto.offset.reset"),
    (ConfigScope::Consumer, "socket.timeout.ms", "request.timeout.ms"),
    (ConfigScope::Consumer, "topic.metadata.refresh.interval.ms", "metadata.max.age.ms"),
    (ConfigScope::Topic, "min.isr", "min.insync.replicas"),
    (ConfigScope::Topic, "min.in.sync.replicas", "min.insync.replicas"),
    (ConfigScope::Topic, "message.max.bytes", "max.message.bytes"),
    (ConfigScope::Topic, "log.segment.bytes", "segment.bytes"),
    (ConfigScope::Topic, "log.roll.ms", "segment.ms"),
    (ConfigScope::Topic, "log.flush.interval.messages", "flush.messages"),
    (ConfigScope::Topic, "log.retention.ms", "retention.ms"),
    (ConfigScope::Topic, "log.retention.bytes", "retention.bytes"),
    (ConfigScope::Topic, "log.cleanup.policy", "cleanup.policy"),
    (ConfigScope::Broker, "min.isr", "min.insync.replicas"),
    (ConfigScope::Broker, "min.in.sync.replicas", "min.insync.replicas"),
    (ConfigScope::Broker, "max.message.bytes", "message.max.bytes"),
    (ConfigScope::Broker, "segment.bytes", "log.segment.bytes"),
    (ConfigScope::Broker, "segment.ms", "log.roll.ms"),
    (ConfigScope::Broker, "flush.messages", "log.flush.interval.messages"),
    (ConfigScope::Broker, "retention.ms", "log.retention.ms"),
    (ConfigScope::Broker, "retention.bytes", "log.retention.bytes"),
    (ConfigScope::Broker, "cleanup.policy", "log.cleanup.policy"),
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
    ("isolation.level", "committed", "read_committed"),
    ("isolation.level", "uncommitted", "read_uncommitted"),
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
    ("cluster", "controllers", "`metadata: { kraft: { controllers: 3 } }`"),
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
    ("group", "regex", "`pattern`"),
    ("group", "topics.pattern", "`pattern`"),
    ("group", "topic.pattern", "`pattern`"),
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
    ("consumer of an application", "topic", "`topics`"),
    ("consumer of an application", "partitions", "`assign: [orders-0, orders-1]`"),
    ("consumer of an application", "assignment", "`assign: [orders-0, orders-1]`"),
    (
        "group",
        "assign",
        "it in `apps`: `my-app: { consumer: { assign: [orders-0] } }`; who assigns itself its partitions is no member of a group",
    ),
    ("producer", "transactional.id", "`config: { transactional.id: my-id }`"),
    ("producer", "transactions", "`transaction: { records: 100 }`"),
    ("producer", "outbox", "`database: outbox`"),
    ("producer", "transaction.timeout.ms", "`config: { transaction.timeout.ms: ... }`"),
    ("producer of an application", "transactional.id", "`config: { transactional.id: my-id }`"),
    ("application", "transactional.id", "`producer: { topic: ..., config: { transactional.id: my-id } }`"),
    ("application", "transaction", "`commit: in-transaction`, or `sends: { transaction: ... }` without a consumer"),
    ("application", "database", "`sink: { kind: database }`, or `sends: { database: outbox }` without a consumer"),
    ("application", "email", "`sink: { kind: e-mail }`"),
    ("scenario", "features", "`rules: { transaction.version: 1 }`"),
    ("scenario", "transaction.version", "`rules: { transaction.version: 1 }`"),
    ("scenario", "applications", "`apps`"),
    ("scenario", "services", "`apps`"),
    ("group", "processing.time", "`processing: { per.record: 5ms }`"),
    ("group", "per.record", "`processing: { per.record: 5ms }`"),
    ("group", "configs", "`config`"),
    ("group", "close.timeout", "`close: { timeout: 5s }`"),
    ("group", "leave.group.on.close", "`close: { group.membership: remain-in-group }`"),
    ("application", "close.timeout", "`close: { timeout: 5s }`"),
    ("group", "offsets", "`commit.offsets`"),
    ("processing", "commit.offsets", "`commit.offsets` beside `processing`"),
    ("dead-letter", "on.error", "`on.failure`"),
    ("close", "membership", "`group.membership`"),
    ("close", "group.membership.operation", "`group.membership`"),
    ("close", "leave.group", "`group.membership: leave-group`"),
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
fn known(scope: ConfigScope, name: &str) -> bool {
    config::all().iter().any(|entry| entry.scope == scope && entry.name == name)
        || config::ignored_names(scope).any(|other| other == name)
}

/// Kafka's name for a config that is called otherwise elsewhere.
pub(super) fn config_name(scope: ConfigScope, name: &str) -> Option<String> {
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
    [ConfigScope::Topic, ConfigScope::Producer, ConfigScope::Consumer, ConfigScope::Broker, ConfigScope::Group]
        .into_iter()
        .find(|scope| known(*scope, name))
        .map(|scope| {
            let put = match scope {
                ConfigScope::Broker => "put it under `cluster.config`",
                ConfigScope::Topic => "put it beside `partitions` of a topic",
                ConfigScope::Producer => "put it under `config` of the producer",
                ConfigScope::Consumer => "put it under `config` of the group",
                ConfigScope::Group => "put it under `group_config` of the group",
            };
            format!("`{name}` is a {} config: {put}", scope.name())
        })
}

/// The same for a map whose own configs have a place below it.
pub(super) fn one_level_too_high(noun: &str, name: &str) -> Option<String> {
    let (scope, place) = match noun {
        "cluster" => (ConfigScope::Broker, "`cluster.config`"),
        "producer" => (ConfigScope::Producer, "`config`"),
        "group" => (ConfigScope::Consumer, "`config`"),
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
    ConfigScope::ALL.into_iter().any(|scope| known(scope, name))
}

/// Dotted names for what is nested instead: `min: { insync: { replicas: 2 } }`. `known`: the names there are.
pub(super) fn nested(key: &str, node: &YamlNode, known: &dyn Fn(&str) -> bool) -> Option<String> {
    fn leaves(path: &str, node: &YamlNode, out: &mut Vec<(String, String)>) {
        match &node.value {
            YamlValue::Map(entries) if out.len() < 4 => {
                entries.iter().take(4).for_each(|(key, node)| leaves(&format!("{path}.{}", key.value), node, out));
            }
            YamlValue::Text(text) => out.push((path.to_owned(), shorten(text))),
            _ => {}
        }
    }
    if !matches!(node.value, YamlValue::Map(_)) || key.len() > 100 {
        return None;
    }
    let mut found = Vec::new();
    leaves(key, node, &mut found);
    let right: Vec<String> =
        found.iter().filter(|(name, _)| known(name)).map(|(name, value)| format!("`{name}: {value}`")).collect();
    (!right.is_empty() && right.len() == found.len()).then(|| format!("write {}", right.join(" and ")))
}

/// The dotted names that a config map knows.
pub(super) fn is_config(scope: ConfigScope, name: &str) -> bool {
    known(scope, name)
}

/// How to write a map for which there is something else; `noun`: what kind of map.
pub(super) fn map_form(noun: &str, node: &YamlNode) -> Option<String> {
    let text = match &node.value {
        YamlValue::Text(text) => shorten(text.trim()),
        YamlValue::List(_) => String::new(),
        YamlValue::Null | YamlValue::Map(_) => return None,
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
pub(super) fn names_form(of: &str, node: &YamlNode) -> Option<(Vec<At<String>>, String)> {
    let YamlValue::List(items) = &node.value else { return None };
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
fn entry_name(node: &YamlNode) -> Option<At<String>> {
    let name = match &node.value {
        YamlValue::Text(_) => node,
        YamlValue::Map(entries) => match entries.iter().find(|(key, _)| key.value == "name") {
            Some((_, name)) => name,
            None => {
                return entries
                    .first()
                    .filter(|(_, node)| matches!(node.value, YamlValue::Map(_)))
                    .map(|(key, _)| key.clone());
            }
        },
        YamlValue::Null | YamlValue::List(_) => return None,
    };
    match &name.value {
        YamlValue::Text(text) if super::file::check_name(text).is_ok() => {
            Some(At { value: text.clone(), span: name.span })
        }
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
        let name = |name| config_name(ConfigScope::Broker, name);
        assert_eq!(name("KAFKA_MIN_INSYNC_REPLICAS").as_deref(), Some("min.insync.replicas"));
        assert_eq!(name("KAFKA_CFG_NUM_PARTITIONS").as_deref(), Some("num.partitions"));
        assert_eq!(config_name(ConfigScope::Consumer, "sessionTimeout").as_deref(), Some("session.timeout.ms"));
        assert_eq!(config_name(ConfigScope::Consumer, "enable-auto-commit").as_deref(), Some("enable.auto.commit"));
        let in_flight = Some("max.in.flight.requests.per.connection");
        assert_eq!(config_name(ConfigScope::Producer, "maxInFlightRequests").as_deref(), in_flight);
        assert_eq!(config_name(ConfigScope::Producer, "colour"), None);
    }

    #[test]
    fn a_colon_in_a_text() {
        let right = "put the text in quotes: `summary: \"The leader dies: nothing is lost\"`";
        assert_eq!(quoted("summary: The leader dies: nothing is lost").as_deref(), Some(right));
        assert_eq!(quoted("summary: \"a: b\""), None);
        assert_eq!(quoted("at: 5s"), None);
    }
}
