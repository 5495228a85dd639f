//! What a configuration promises, in words: the line that a reader holds the ledger against.

mod chain;

pub(in crate::check) use chain::forsakes;
pub use chain::{ChainLink, DeliveryClass, LinkRule, Peril, Prediction, RULES, predict};

use super::excuse;
use super::ledger::{GroupLedger, Ledger};
use crate::history::setup::{CommitSetup, ConsumerSetup, ProducerSetup, Setup, TopicSetup};
use crate::protocol::config::AutoOffsetReset;
use crate::protocol::ids::{GroupId, TopicId};
use crate::protocol::messages::Acks;
use crate::protocol::put_aside::Aside;

/// What the producers of a run are promised, in one line; each promise names whose it is where they differ.
pub fn producers(setup: &Setup) -> Option<String> {
    let mut lines: Vec<(String, Vec<&str>)> = Vec::new();
    for producer in &setup.producers {
        let line = format!("{}; {}", durability(setup, producer), order_and_copies(setup, producer));
        let name = application(setup.catalog.node_name(producer.node));
        match lines.iter_mut().find(|(known, _)| *known == line) {
            Some((_, names)) if names.contains(&name) => {}
            Some((_, names)) => names.push(name),
            None => lines.push((line, vec![name])),
        }
    }
    match lines.as_slice() {
        [] => None,
        [(line, _)] => Some(line.clone()),
        many => Some(
            many.iter().map(|(line, names)| format!("{}: {line}", names.join(", "))).collect::<Vec<_>>().join(" / "),
        ),
    }
}

/// The application of a process: `checkout` of `checkout-0`.
fn application(process: &str) -> &str {
    process.rsplit_once('-').map_or(process, |(name, _)| name)
}

fn durability(setup: &Setup, producer: &ProducerSetup) -> String {
    let topic = &setup.topics[producer.topic.index()];
    let min_isr = topic.min_insync_replicas.min(topic.replication_factor);
    let exception = exception(topic);
    match (producer.acks, min_isr) {
        (Acks::Zero, _) => "nothing: records may be lost unnoticed (acks=0)".into(),
        (Acks::One, _) => "an acknowledged record may be lost with its leader (acks=1)".into(),
        (Acks::All, 1) => format!(
            "an acknowledged record is on every in-sync replica, which may be just one (acks=all, min ISR 1){exception}"
        ),
        (Acks::All, n) => {
            format!("an acknowledged record is on at least {n} brokers (acks=all, min ISR {n}){exception}")
        }
    }
}

/// What takes an acknowledged record all the same. A broker acknowledges what is in its memory: what no disk has
/// yet goes with the power.
fn exception(topic: &TopicSetup) -> &'static str {
    match (topic.unclean_leader_election, topic.flush_messages == 1) {
        (false, true) => "",
        (true, true) => ", but for unclean elections",
        (false, false) => ", but for power losses: no flush is awaited",
        (true, false) => ", but for unclean elections, and power losses: no flush is awaited",
    }
}

fn order_and_copies(setup: &Setup, producer: &ProducerSetup) -> &'static str {
    // KIP-854: a leader that has forgotten a producer takes its retries for new records.
    if producer.resends {
        return match excuse::copies(producer) {
            None => "no copies, order per partition, but for what the application sends again",
            Some(_) => "retries, and what the application sends again, may leave copies and change the order",
        };
    }
    let forgets = setup.broker.producer_id_expiration < producer.delivery_timeout;
    match producer {
        ProducerSetup { idempotent: true, .. } if forgets => {
            "retries may leave copies and change the order (producer.id.expiration.ms below delivery.timeout.ms)"
        }
        _ => match (excuse::copies(producer), excuse::unordered(producer)) {
            (None, None) => "no copies, order per partition",
            (None, Some(_)) => "no copies, order per connection",
            (Some(_), None) => "retries may leave copies, order per partition",
            (Some(_), Some(_)) => "retries may leave copies and change the order",
        },
    }
}

/// What the groups of a run are promised, in one line.
pub fn groups(setup: &Setup) -> Option<String> {
    let mut lines: Vec<String> = Vec::new();
    for (index, name) in setup.catalog.groups.iter().enumerate() {
        let group = GroupId(index as u16);
        if setup.catalog.is_share_group(group) {
            lines.push(format!("{name}: {}", share_group(setup, group)));
        }
        let Some(member) = setup.consumers.iter().find(|c| c.group == group) else { continue };
        let exception = match member.puts_aside {
            _ if member.skips_poison => ", but for records that it gives up",
            Some(Aside::RetryTopic) => ", but for records that go to a retry topic: those lose the order of their key",
            Some(Aside::DeadLetterTopic | Aside::DeadLetterList) => ", but for dead letters",
            None => "",
        };
        let assigned = if member.is_member() { "" } else { ", of the partitions that it has assigned itself" };
        let order = if member.unordered { ", in no order of keys" } else { "" };
        lines.push(format!("{name}: {}{}{assigned}{order}{exception}", delivery(member), beginning(member)));
    }
    (!lines.is_empty()).then(|| lines.join(" / "))
}

/// What each group is promised from send() to the effect, and the first link that breaks it, in one line: where there
/// is more to say of it than how the group commits, since transactions or the world outside of Kafka are part of it.
pub fn chains(setup: &Setup) -> Option<String> {
    let lines: Vec<String> = predictions(setup, true)
        .map(|prediction| format!("{}: {}", setup.catalog.groups[prediction.group.index()], prediction.words()))
        .collect();
    (!lines.is_empty()).then(|| lines.join(" / "))
}

/// What the chains come to of which there is more to say than how the group commits.
fn predictions(setup: &Setup, whatever_happens: bool) -> impl Iterator<Item = Prediction> {
    let worth_it = move |prediction: &Prediction| {
        let group = prediction.group;
        let upstream = setup.consumers.iter().filter(|c| c.group == group).flat_map(|c| &c.topics);
        let mut upstream = upstream.flat_map(|topic| setup.producers.iter().filter(move |p| p.topic == *topic));
        let apart = |p: &ProducerSetup| p.transactional_id.is_some() || p.rows.is_some();
        prediction.sink.is_some() || prediction.in_transaction || upstream.any(apart)
    };
    let groups = (0..setup.catalog.groups.len()).map(|group| GroupId(group as u16));
    groups.filter_map(move |group| predict(setup, group, whatever_happens)).filter(worth_it)
}

/// What turned out better than this run's faults let expect, in one line: nobody may rely on that. Nothing is said where
/// no fault has put it to the test, where the way in which a group commits says it all, or where nobody counts what comes of
/// it. `exact`: what groups send in transactions was held against what they read, and fits.
pub fn luck(setup: &Setup, ledger: &Ledger, exact: bool) -> Option<String> {
    let better = |prediction: &Prediction| {
        let group = ledger.groups.iter().find(|known| known.group == prediction.group)?;
        let links = || [prediction.loses, prediction.repeats].into_iter().flatten().map(|(link, _)| link);
        let early = links().any(|link| link < ChainLink::Reading);
        let tells_more = prediction.sink.is_some() || prediction.in_transaction || early;
        // Who reads what is aborted is not counted, nor is what a group sends in transactions.
        let counted = (prediction.sink.is_some() || !prediction.in_transaction || exact)
            && links().all(|link| link != ChainLink::Reading);
        let done = group.once + group.repeated > 0;
        let seen = observed(setup, prediction, ledger, group, group.never);
        (tells_more && counted && done && is_luck(prediction, seen)).then(|| compared(prediction, seen))
    };
    let line = |p: Prediction| Some(format!("{}: {}", setup.catalog.groups[p.group.index()], better(&p)?));
    let lines: Vec<String> = predictions(setup, false).filter_map(line).collect();
    (!setup.faults.is_empty() && !lines.is_empty()).then(|| lines.join(" / "))
}

/// What was seen of a group: records, and rows without one, lost on the way to it, and records that had more than one effect. Of output in
/// transactions this does not count: that is done record by record, by another invariant.
pub fn observed(
    setup: &Setup,
    prediction: &Prediction,
    ledger: &Ledger,
    group: &GroupLedger,
    missed: u64,
) -> (u64, u64) {
    let lost = match prediction.sink {
        Some(_) => group.effects.lost,
        None => missed,
    };
    let repeated = match (prediction.sink, prediction.in_transaction) {
        (Some(_), _) => group.effects.again,
        (None, true) => 0,
        (None, false) => group.repeated,
    };
    let reads = |topic: &TopicId| setup.consumers.iter().any(|c| c.group == group.group && c.topics.contains(topic));
    let upstream = ledger.topics.iter().filter(|(topic, _)| reads(topic));
    let upstream: u64 = upstream.map(|(_, totals)| totals.lost_after_ack + totals.rows.lost).sum();
    (lost + upstream, repeated)
}

/// Prediction and observation of a group in one sentence. What turns out better than predicted is luck.
pub fn compared(prediction: &Prediction, (lost, repeated): (u64, u64)) -> String {
    let seen = DeliveryClass::of(lost > 0, repeated > 0);
    let (predicted, observed) = (prediction.class.words(), seen.words());
    match (is_worse(prediction, (lost, repeated)), seen == prediction.class) {
        (true, _) => format!("predicted {predicted}, observed {observed}: worse than predicted"),
        (false, true) => format!("predicted {predicted}, and that was observed"),
        (false, false) => format!("predicted {predicted}, observed {observed}: better than promised (luck)"),
    }
}

fn is_worse(prediction: &Prediction, (lost, repeated): (u64, u64)) -> bool {
    lost > 0 && prediction.loses.is_none() || repeated > 0 && prediction.repeats.is_none()
}
fn is_luck(prediction: &Prediction, seen: (u64, u64)) -> bool {
    !is_worse(prediction, seen) && DeliveryClass::of(seen.0 > 0, seen.1 > 0) != prediction.class
}

/// What a share group is promised: a record is delivered until somebody accepts it, or until that was tried too often.
fn share_group(setup: &Setup, group: GroupId) -> String {
    let config = setup.group_config(group);
    let beginning = match config.share_auto_offset_reset {
        AutoOffsetReset::Latest => ", of what comes after it first looks (share.auto.offset.reset=latest)",
        AutoOffsetReset::ByDuration(_) => {
            ", of what is not too old when it first looks (share.auto.offset.reset=by_duration)"
        }
        AutoOffsetReset::Earliest | AutoOffsetReset::None => "",
    };
    format!(
        "at least once, in no order, but for records that it gives up after {} deliveries (share group){beginning}",
        config.share_delivery_count_limit
    )
}

fn delivery(member: &ConsumerSetup) -> &'static str {
    match (member.commit, member.auto_offset_reset) {
        _ if member.seeks => "nothing: the application moves its position itself (seek())",
        _ if member.commits_the_highest() => {
            "nothing: a crash loses what was open before the highest record that is done, and repeats what was done and not committed (commit of the highest finished offset)"
        }
        _ if member.commits_what_waits() => {
            "nothing: a crash loses what was committed and not done, and repeats what was done and not committed (worker thread)"
        }
        _ if member.commits_in_background() => {
            "nothing: a crash loses what was committed and not done, and repeats what was done and not committed (librdkafka's auto-commit of what was handed out)"
        }
        _ if member.commits_what_failed() => {
            "nothing: an exception loses what close() commits behind it, and a crash repeats what was done and not committed (auto-commit in close(), in a finally)"
        }
        (CommitSetup::Auto, _) if member.commits_ahead => {
            "nothing: a crash loses what an auto-commit took along that poll() had only just returned, and repeats what was done and not committed (group.protocol=consumer since 4.2, KAFKA-18376)"
        }
        (CommitSetup::Auto, _) => "at least once (auto-commit of what earlier polls returned)",
        (CommitSetup::SyncAfterBatch, _) => "at least once (commitSync after processing)",
        (CommitSetup::AsyncAfterBatch, _) => "at least once (commitAsync after processing)",
        (CommitSetup::InTransaction, _) if member.hides_generation => match member.continues_after_abort {
            false => {
                "at least once, for who reads what is committed (offsets in the transaction, without the member's generation)"
            }
            true => {
                "nothing: what an aborted transaction was about is lost, and an old member's offsets are taken (on.abort, no generation)"
            }
        },
        (CommitSetup::InTransaction, _) if member.continues_after_abort => {
            "at most once (offsets in the transaction, and on after an abort without what it was about)"
        }
        (CommitSetup::InTransaction, _) => "exactly once, for who reads what is committed (offsets in the transaction)",
        (CommitSetup::WithTheSinkFenced, _) if member.instance.is_none() => {
            "exactly once in its database (offsets in the transaction of the row, fenced by generation)"
        }
        (CommitSetup::WithTheSink | CommitSetup::WithTheSinkFenced, _) => {
            "exactly once in its database (offsets in the transaction of the row), but for an old member, which nobody refuses"
        }
        (CommitSetup::SyncBeforeProcessing, _) => "at most once (commit before processing)",
        (CommitSetup::Never, AutoOffsetReset::Earliest) if !member.is_member() => {
            "at least once, from the start again with every process (no commit)"
        }
        (CommitSetup::Never, AutoOffsetReset::Earliest) => {
            "at least once, from the start again after every rebalance (no commit)"
        }
        (CommitSetup::Never, AutoOffsetReset::Latest) => {
            "nothing across a rebalance: each begins at the end of the log again (no commit)"
        }
        (CommitSetup::Never, AutoOffsetReset::ByDuration(_)) => {
            "nothing across a rebalance: each begins so far back again (no commit)"
        }
        (CommitSetup::Never, AutoOffsetReset::None) => "nothing: there is no offset to begin at (no commit)",
    }
}

/// Without a committed offset the reset policy decides where a group begins.
fn beginning(member: &ConsumerSetup) -> &'static str {
    match (member.commit, member.auto_offset_reset) {
        (CommitSetup::Never, _) | (_, AutoOffsetReset::Earliest) => "",
        // Until then an abort takes it to the end again.
        (CommitSetup::InTransaction, AutoOffsetReset::Latest) => {
            ", of what comes after it first has an offset (auto.offset.reset=latest)"
        }
        (_, AutoOffsetReset::Latest) => ", of what comes after it first looks (auto.offset.reset=latest)",
        (_, AutoOffsetReset::ByDuration(_)) => {
            ", of what is not too old when it first looks (auto.offset.reset=by_duration)"
        }
        (_, AutoOffsetReset::None) => ", once it has committed offsets (auto.offset.reset=none)",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::config::IsolationLevel;
    use crate::protocol::ids::{GroupId, NodeId};
    use crate::sim::time::Nanos;

    fn promise(commit: CommitSetup, auto_offset_reset: AutoOffsetReset) -> String {
        let member = ConsumerSetup {
            instance: None,
            node: NodeId(0),
            group: GroupId(0),
            topics: Vec::new(),
            commit,
            auto_offset_reset,
            isolation_level: IsolationLevel::ReadUncommitted,
            max_poll_interval: Nanos::from_secs(300),
            session_timeout: Nanos::from_secs(45),
            skips_poison: false,
            commits_ahead: false,
            closes_on_failure: false,
            retries_commits: false,
            puts_aside: None,
            subscriptions: Vec::new(),
            backs_off: false,
            hands_off: false,
            pattern: false,
            regex: None,
            assigned: Vec::new(),
            without_group_id: false,
            commits_offsets: None,
            unordered: false,
            seeks: false,
            continues_after_abort: false,
            hides_generation: false,
            sink: None,
            client: None,
            config: crate::protocol::config::ConsumerConfig::default(),
        };
        format!("{}{}", delivery(&member), beginning(&member))
    }

    #[test]
    fn a_group_that_never_commits_begins_where_the_policy_says_each_time() {
        assert!(promise(CommitSetup::Never, AutoOffsetReset::Earliest).contains("from the start again"));
        assert!(promise(CommitSetup::Never, AutoOffsetReset::Latest).starts_with("nothing across a rebalance"));
    }

    #[test]
    fn latest_skips_what_is_there_before_the_group_looks() {
        assert!(promise(CommitSetup::Auto, AutoOffsetReset::Latest).ends_with("(auto.offset.reset=latest)"));
        assert!(!promise(CommitSetup::Auto, AutoOffsetReset::Earliest).contains("auto.offset.reset"));
    }
}
