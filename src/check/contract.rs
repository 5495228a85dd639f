//! What a configuration promises, in words: the line that a reader holds the ledger against.

use crate::history::setup::{CommitSetup, ProducerSetup, Setup};
use crate::protocol::messages::Acks;

/// What the producers of a run are promised, in one line.
pub fn producers(setup: &Setup) -> Option<String> {
    let mut lines: Vec<String> = Vec::new();
    for producer in &setup.producers {
        let line = format!("{}; {}", durability(setup, producer), order_and_copies(producer));
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
    (!lines.is_empty()).then(|| lines.join(" / "))
}

fn durability(setup: &Setup, producer: &ProducerSetup) -> String {
    let topic = &setup.topics[producer.topic.index()];
    let min_isr = topic.min_insync_replicas.min(topic.replication_factor);
    let unclean = if topic.unclean_leader_election { ", but for an unclean election" } else { "" };
    match (producer.acks, min_isr) {
        (Acks::Zero, _) => "nothing: records may be lost unnoticed (acks=0)".into(),
        (Acks::One, _) => "an acknowledged record may be lost with its leader (acks=1)".into(),
        (Acks::All, 1) => format!(
            "an acknowledged record is on every in-sync replica, which may be just one (acks=all, min ISR 1{unclean})"
        ),
        (Acks::All, n) => format!("an acknowledged record is on at least {n} brokers (acks=all, min ISR {n}{unclean})"),
    }
}

fn order_and_copies(producer: &ProducerSetup) -> &'static str {
    match producer {
        ProducerSetup { idempotent: true, .. } => "no copies, order per partition",
        ProducerSetup { acks: Acks::Zero, .. } | ProducerSetup { retries: 0, .. } => "no copies, order per partition",
        ProducerSetup { max_in_flight: 1, .. } => "retries may leave copies, order per partition",
        _ => "retries may leave copies and change the order",
    }
}

/// What the groups of a run are promised, in one line.
pub fn groups(setup: &Setup) -> Option<String> {
    let mut lines: Vec<String> = Vec::new();
    for (index, name) in setup.catalog.groups.iter().enumerate() {
        let Some(member) = setup.consumers.iter().find(|c| c.group.index() == index) else { continue };
        let promise = match member.commit {
            CommitSetup::Auto => "at least once (auto-commit of what earlier polls returned)",
            CommitSetup::SyncAfterBatch => "at least once (commitSync after processing)",
            CommitSetup::AsyncAfterBatch => "at least once (commitAsync after processing)",
            CommitSetup::SyncBeforeProcessing => "at most once (commit before processing)",
            CommitSetup::Never => "at least once, from the start again after every rebalance (no commit)",
        };
        let exception = if member.skips_poison { ", but for records that it gives up" } else { "" };
        lines.push(format!("{name}: {promise}{exception}"));
    }
    (!lines.is_empty()).then(|| lines.join(" / "))
}
