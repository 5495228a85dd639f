//! The configs that mattered: those on which promises hang, and those that are not at Kafka's default.

use super::html::Esc;
use super::table;
use crate::history::setup::{CommitSetup, Setup};
use crate::protocol::config::{
    BrokerConfig, ConfigEntry, ConfigScope, ConsumerConfig, GroupConfig, ProducerConfig, TopicConfig,
};
use crate::report::Report;

/// What is promised hangs on these, whatever they are set to.
const DECISIVE: [(ConfigScope, &[&str]); 4] = [
    (ConfigScope::Broker, &["broker.session.timeout.ms", "replica.lag.time.max.ms"]),
    (ConfigScope::Topic, &["min.insync.replicas", "unclean.leader.election.enable", "flush.messages"]),
    (
        ConfigScope::Producer,
        &["acks", "enable.idempotence", "retries", "max.in.flight.requests.per.connection", "delivery.timeout.ms"],
    ),
    (
        ConfigScope::Consumer,
        &["enable.auto.commit", "auto.offset.reset", "isolation.level", "session.timeout.ms", "max.poll.interval.ms"],
    ),
];

/// A config, its value, and who has it so.
struct Row {
    entry: ConfigEntry,
    value: String,
    default: String,
    whose: Vec<String>,
}

pub fn section(report: &Report) -> String {
    let setup = &report.setup;
    let mut rows = Vec::new();
    let version = setup.rules.version;
    let (broker, topic, producer, consumer) =
        (BrokerConfig::of(version), TopicConfig::of(version), ProducerConfig::of(version), ConsumerConfig::of(version));
    collect(&mut rows, &BrokerConfig::entries(), "cluster", |name| setup.broker.get(name), |name| broker.get(name));
    for (id, named) in setup.catalog.topics.iter().enumerate().filter(|(_, topic)| !topic.name.starts_with("__")) {
        let Some(of) = setup.topics.get(id) else { continue };
        collect(
            &mut rows,
            &TopicConfig::entries(),
            &format!("topic {}", named.name),
            |name| of.config.get(name),
            |name| topic.get(name),
        );
    }
    for of in &setup.producers {
        let whose = setup.catalog.node_name(of.node);
        collect(&mut rows, &ProducerConfig::entries(), whose, |name| of.config.get(name), |name| producer.get(name));
    }
    for of in &setup.consumers {
        let whose = format!("group {}", setup.catalog.groups[of.group.index()]);
        collect(&mut rows, &ConsumerConfig::entries(), &whose, |name| of.config.get(name), |name| consumer.get(name));
    }
    for of in &setup.share_consumers {
        let whose = format!("share group {}", setup.catalog.groups[of.group.index()]);
        // What a share consumer has no use for decides nothing.
        let own = |name: &str| (!DECISIVE.iter().any(|(_, names)| names.contains(&name))).then_some(());
        let value = |name: &str| own(name).and_then(|()| of.config.get(name));
        collect(&mut rows, &ConsumerConfig::entries(), &whose, value, |name| consumer.get(name));
    }
    for of in &setup.groups {
        let defaults = GroupConfig::of(version);
        let whose = format!("group {}", setup.catalog.groups[of.group.index()]);
        collect(&mut rows, &GroupConfig::entries(), &whose, |name| of.config.get(name), |name| defaults.get(name));
    }
    rows.sort_by_key(|row| row.entry.scope);
    let told: Vec<Vec<String>> = rows.iter().map(cells).collect();
    let mut out = String::from(
        "<p>Those on which it hangs what is promised, and all that are not at Kafka's default; <code>kafkasim config NAME</code> tells more \
         of each.</p>\n",
    );
    out.push_str(&table("Configs", &["Config", "Value", "Whose", "Kafka's default", "What it does"], &told));
    out.push_str(&applications(setup));
    for ignored in &setup.ignored {
        out.push_str(&format!("<p>{}</p>\n", Esc(ignored)));
    }
    out
}

fn collect(
    rows: &mut Vec<Row>,
    entries: &[ConfigEntry],
    whose: &str,
    value: impl Fn(&str) -> Option<String>,
    default: impl Fn(&str) -> Option<String>,
) {
    for entry in entries {
        let (Some(value), Some(default)) = (value(entry.name), default(entry.name)) else { continue };
        let decisive = DECISIVE.iter().any(|(scope, names)| *scope == entry.scope && names.contains(&entry.name));
        if !decisive && value == default {
            continue;
        }
        let same = |row: &&mut Row| (row.entry.scope, row.entry.name, &row.value) == (entry.scope, entry.name, &value);
        match rows.iter_mut().find(same) {
            Some(row) if row.whose.iter().any(|known| known == whose) => {}
            Some(row) => row.whose.push(whose.to_owned()),
            None => rows.push(Row { entry: entry.clone(), value, default, whose: vec![whose.to_owned()] }),
        }
    }
}

fn cells(row: &Row) -> Vec<String> {
    const NAMED: usize = 4;
    let shown = |value: &str| match row.entry.unit {
        // What is as long as a number can be is never.
        _ if value == i64::MAX.to_string() => "never".to_owned(),
        "boolean" | "word" | "count" | "class" => value.to_owned(),
        unit => format!("{value} {unit}"),
    };
    let more = row.whose.len().saturating_sub(NAMED);
    let named: Vec<&str> = row.whose.iter().take(NAMED).map(String::as_str).collect();
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let changed = row.value != row.default;
    let value = Esc(shown(&row.value)).to_string();
    vec![
        format!("<code>{}</code> <small>{}</small>", row.entry.name, row.entry.scope.name()),
        if changed { format!("<strong>{value}</strong>") } else { value },
        Esc(format!("{}{more}", named.join(", "))).to_string(),
        if changed { Esc(shown(&row.default)).to_string() } else { "the same".into() },
        Esc(row.entry.effect).to_string(),
    ]
}

/// What applications do is no config of Kafka's, and decides as much.
fn applications(setup: &Setup) -> String {
    let mut rows: Vec<Vec<String>> = Vec::new();
    for consumer in &setup.consumers {
        let commits = match consumer.commit {
            CommitSetup::Auto => "automatically, in poll()",
            CommitSetup::SyncAfterBatch => "commitSync() after processing",
            CommitSetup::SyncBeforeProcessing => "commitSync() before processing",
            CommitSetup::AsyncAfterBatch => "commitAsync() after processing",
            CommitSetup::InTransaction => "in the transaction of its producer",
            CommitSetup::WithTheSink => "in its database, in the transaction of the row",
            CommitSetup::WithTheSinkFenced => "in its database, in the transaction of the row, fenced by generation",
            CommitSetup::Never => "never",
        };
        let row = vec![Esc(&setup.catalog.groups[consumer.group.index()]).to_string(), commits.to_owned()];
        if !rows.contains(&row) {
            rows.push(row);
        }
    }
    if rows.is_empty() { String::new() } else { table("How groups commit", &["Group", "Commits"], &rows) }
}
