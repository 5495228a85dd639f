//! What files become, and what is said of those that cannot be read: a scenario to break in many ways, and by subject what comes
//! of it.

macro_rules! snapshot {
    ($name:expr, $text:expr) => {
        insta::with_settings!({snapshot_path => concat!(env!("CARGO_MANIFEST_DIR"), "/snapshots"), prepend_module_to_snapshot => false, omit_expression => true}, {
            insta::assert_snapshot!(format!("diagnostic_{}", $name), $text);
        })
    };
}

mod changes;
mod clients;
mod diagnostics;
mod expectations;
mod happenings;
mod patterns;
mod share_groups;
mod transactions;

use std::collections::BTreeSet;

use super::diagnostic::{Diagnostic, render_all};
use super::{
    Expectation, ExpectedOutcome, Override, Scenario, ScenarioText, codes, embedded, lint, parse, parse_variant,
    starter,
};
use crate::app::spec::{Arrivals, CommitMode, GivingUp, Keys, PoisonPolicy, Retries, ValueSize};
use crate::protocol::ids::{BrokerId, GroupId, NodeId, Tp};
use crate::protocol::messages::Acks;
use crate::sim::random::Distribution;
use crate::sim::time::Nanos;
use crate::world::spec::{Action, Condition, Target, Trigger};

/// A scenario to break in many ways.
const BASE: &str = "\
name: base
duration: 60s
cluster:
  brokers: 3
topics:
  orders: { partitions: 6, replication.factor: 3 }
producers:
  checkout: { topic: orders, rate: 1000/s }
groups:
  billing: { topics: [orders], members: 3 }
faults:
  - at: 12s
    crash: { broker: leader of orders-0, restart.after: 8s }
expect:
  - acked-all-durable: holds
";

fn parsed(text: &str, set: &[&str]) -> Result<(Scenario, Vec<Diagnostic>), Vec<Diagnostic>> {
    let overrides: Vec<Override> = set.iter().map(|text| Override::new(*text)).collect();
    parse(&ScenarioText::new("scenarios/base.yaml", text), &overrides)
}

fn findings(text: &str, set: &[&str]) -> Vec<Diagnostic> {
    parsed(text, set).map_or_else(|findings| findings, |(_, warnings)| warnings)
}

fn ok(text: &str, set: &[&str]) -> Scenario {
    parsed(text, set).unwrap_or_else(|findings| panic!("{}", render_all(&findings, false))).0
}

/// [`BASE`] with one text in place of another.
fn with(from: &str, to: &str) -> String {
    assert!(BASE.contains(from), "{from}");
    BASE.replacen(from, to, 1)
}

/// [`BASE`] with a producer config, a consumer config, a broker config.
fn producer(config: &str) -> String {
    with("rate: 1000/s", &format!("rate: 1000/s, config: {{ {config} }}"))
}
fn consumer(config: &str) -> String {
    with("members: 3", &format!("members: 3, config: {{ {config} }}"))
}
fn broker(config: &str) -> String {
    with("brokers: 3", &format!("brokers: 3\n  config: {{ {config} }}"))
}
/// [`BASE`], and its producer sends in transactions.
fn transaction(config: &str) -> String {
    let source = format!("transaction: {{ records: 100 }}, config: {{ {config}transactional.id: ledger }}");
    with("rate: 1000/s", &format!("rate: 1000/s, {source}"))
}
fn fault(text: &str) -> String {
    with("  - at: 12s\n    crash: { broker: leader of orders-0, restart.after: 8s }\n", text)
}

/// The base scenario, with a client for its producer.
fn client(text: &str, client: &str) -> String {
    let line = text.lines().find(|line| line.contains("topic: orders")).expect("a producer").to_owned();
    let with = line.replacen("topic: orders", &format!("client: {client}, topic: orders"), 1);
    text.replacen(&line, &with, 1)
}
