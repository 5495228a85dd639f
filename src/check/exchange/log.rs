//! The logs in the end against what was acknowledged: nothing lost, nothing twice, nothing swapped.

use litemap::LiteMap;

use super::finding::{push, seen};
use super::observed::{KnownBy, Observed, ObservedPartition, Read, SendFate, SentValue};
use crate::check::outcome::{Finding, Tally, Witness};
use crate::history::exchange::read::Id;
use crate::sim::time::Nanos;

/// The shortest time in which a batch can have been sent again: `retry.backoff.ms` is 100 ms by default,
/// less a jitter of 20 %.
const RETRY: Nanos = Nanos(80_000_000);

struct ObservedLogChecks {
    durable: Tally<String>,
    offsets: Tally<String>,
    one_value: Tally<String>,
    no_dup: Tally<String>,
    order: Tally<String>,
    phantom: Tally<String>,
    failed: Tally<String>,
}

pub(super) fn judge(observed: &Observed, findings: &mut Vec<Finding>) {
    let mut checks = ObservedLogChecks {
        durable: Tally::new(
            "acked-all-durable",
            "R13",
            "an acknowledged record is in the log in the end (Jepsen: lost-write)",
            "no acknowledged record was within what was read",
        ),
        offsets: Tally::new(
            "ack-offset-truth",
            "R21",
            "a record is where its acknowledgement says (Jepsen: inconsistent-offsets)",
            "no record was acknowledged with an offset",
        ),
        one_value: Tally::new(
            "repeatable-read",
            "K2",
            "an offset holds one record, for every reader and always (Jepsen: inconsistent-offsets)",
            "nobody read a record",
        ),
        no_dup: Tally::new(
            "idempotent-no-dup",
            "P3",
            "a record that was sent once is in the log once (Jepsen: duplicate)",
            "nobody read a record",
        ),
        order: Tally::new(
            "idempotent-order",
            "P4",
            "records of one client are in a log in the order in which they were sent (Jepsen: nonmonotonic-send)",
            "no two records of a client were read from one partition",
        ),
        phantom: Tally::new("no-phantom", "P1", "every record that is read was sent", "nobody read a record"),
        failed: Tally::new(
            "definite-fail-absent",
            "P2",
            "a record whose send failed for certain is in no log (Jepsen: G1a)",
            "no send failed for certain",
        ),
    };
    let copies = observed.copies();
    checks.losses(observed, &copies);
    checks.copies(observed, &copies);
    for partition in &observed.partitions {
        checks.reads(observed, partition, &copies);
        checks.order(observed, partition);
    }
    if observed.transactional {
        let reason = "transactions may be aborted, and what they sent with them";
        checks.durable.not_promised(reason.to_string());
    }
    let ObservedLogChecks { durable, offsets, one_value, no_dup, order, phantom, failed } = checks;
    push(findings, &[durable, offsets, one_value, no_dup, order, phantom, failed]);
}

/// Where a record is that its acknowledgement put at an offset, when it is in no log.
enum Missing {
    /// The log goes on behind it without its offset.
    Hole,
    /// Another record is at its offset, or the log ends before it.
    CutOff,
}

/// Whether the end of the log is known to lie beyond an offset, and what is there.
fn missing(partition: &ObservedPartition, offset: i64) -> Option<Missing> {
    let first = *partition.log.first_key_value()?.0;
    let last = *partition.log.last_key_value()?.0;
    let (visible, end) = partition.invisible;
    if offset < first || (visible <= offset && offset < end) {
        return None;
    }
    match partition.end {
        _ if offset <= last => Some(if partition.log.contains_key(&offset) { Missing::CutOff } else { Missing::Hole }),
        KnownBy::Read => Some(Missing::CutOff),
        KnownBy::Guessed => None,
    }
}

impl ObservedLogChecks {
    fn losses(&mut self, observed: &Observed, copies: &LiteMap<Id, Vec<(Id, i64)>>) {
        for (value, sent, tp, offset) in observed.acked() {
            let partition = &observed.partitions[tp as usize];
            let there = copies.get(&value).map_or(&[][..], Vec::as_slice);
            let name = observed.value(value);
            if offset < 0 {
                // With acks=0 nobody knows where it would be.
                if partition.end == KnownBy::Read || !there.is_empty() {
                    let excuse = Some("acks=0: nothing was acknowledged but the sending".to_string());
                    let text = format!("{name} was sent with acks=0 and is not in {}", observed.tp(tp));
                    self.durable.check(!there.is_empty(), || excuse, || seen(sent.line, sent.invoked, text));
                }
                continue;
            }
            if there.is_empty() {
                if let Some(missing) = missing(partition, offset) {
                    self.durable.broken(excuse_loss(observed, sent, (partition, offset), &missing), || {
                        loss(observed, partition, (value, sent, offset), &missing)
                    });
                }
                continue;
            }
            self.durable.ok();
            if there.contains(&(tp, offset)) {
                self.offsets.ok();
            } else {
                let (at_tp, at) = there[0];
                // An earlier copy can be what is left of a log that was cut off.
                let cut =
                    partition.moved && at_tp == tp && at < offset && may_be_retried(observed, sent) == Retried::Maybe;
                let excuse =
                    cut.then(|| format!("an earlier copy of it survived a change of leader of {}", observed.tp(tp)));
                self.offsets.broken(excuse, || {
                    let text = format!(
                        "{name} was acknowledged at {}@{offset} and is at {}@{at}",
                        observed.tp(tp),
                        observed.tp(at_tp)
                    );
                    seen(sent.line, sent.done.unwrap_or(sent.invoked), text)
                });
            }
        }
    }

    fn copies(&mut self, observed: &Observed, copies: &LiteMap<Id, Vec<(Id, i64)>>) {
        for (value, places) in copies {
            let Some(sent) = observed.sent(*value) else { continue };
            self.no_dup.ok();
            if sent.fate == SendFate::Failed {
                self.failed.broken(None, || {
                    let (tp, offset) = places[0];
                    let text = format!("{} failed and is at {}@{offset}", observed.value(*value), observed.tp(tp));
                    seen(sent.line, sent.done.unwrap_or(sent.invoked), text)
                });
            }
            for pair in places.windows(2) {
                let ((first_tp, first), (tp, again)) = (pair[0], pair[1]);
                let partition = &observed.partitions[tp as usize];
                let read = partition.log[&again];
                self.no_dup.broken(excuse_copy(observed, sent, partition, again), || {
                    let text = format!(
                        "{} is at {}@{first} and again at {}@{again}{}",
                        observed.value(*value),
                        observed.tp(first_tp),
                        observed.tp(tp),
                        late(sent, partition, again)
                    );
                    seen(read.line, read.at, text)
                });
            }
        }
        let failed = observed.sent.iter().flatten().filter(|s| s.fate == SendFate::Failed).count() as u64;
        let present =
            copies.keys().filter(|v| observed.sent(**v).is_some_and(|s| s.fate == SendFate::Failed)).count() as u64;
        self.failed.ok_times(failed - present);
    }

    fn reads(&mut self, observed: &Observed, partition: &ObservedPartition, copies: &LiteMap<Id, Vec<(Id, i64)>>) {
        for (offset, reads) in &partition.reads {
            for read in reads {
                self.phantom.must(observed.sent(read.value).is_some(), || {
                    let text = format!(
                        "{} read {} at {}@{offset}; nobody sent it",
                        observed.client(read.client),
                        observed.value(read.value),
                        observed.tp(partition.tp)
                    );
                    seen(read.line, read.at, text)
                });
            }
            self.one_value.ok();
            for pair in reads.windows(2) {
                let excuse = excuse_conflict(observed, partition, &pair[0], copies);
                self.one_value.broken(excuse, || conflict(observed, partition, *offset, &pair[0], &pair[1]));
            }
        }
    }

    fn order(&mut self, observed: &Observed, partition: &ObservedPartition) {
        // By client: the record sent last of those before here, and what was passed already.
        let mut furthest: LiteMap<Id, (u32, Id)> = LiteMap::new();
        let mut passed: std::collections::BTreeSet<Id> = std::collections::BTreeSet::new();
        for (offset, read) in &partition.log {
            let Some(sent) = observed.sent(read.value) else { continue };
            if !passed.insert(read.value) {
                continue;
            }
            match furthest.get(&sent.client) {
                Some(&(order, later)) if sent.order < order => {
                    let excuse = excuse_swap(observed, sent, later);
                    self.order.broken(excuse, || {
                        let text = format!(
                            "{} is at {}@{offset}, behind {}, which {} sent after it",
                            observed.value(read.value),
                            observed.tp(partition.tp),
                            observed.value(later),
                            observed.client(sent.client)
                        );
                        seen(read.line, read.at, text)
                    });
                }
                known => {
                    if known.is_some() {
                        self.order.ok();
                    }
                    furthest.insert(sent.client, (sent.order, read.value));
                }
            }
        }
    }
}

fn loss(
    observed: &Observed,
    partition: &ObservedPartition,
    (value, sent, offset): (Id, &SentValue, i64),
    missing: &Missing,
) -> Witness {
    let place = format!("{}@{offset}", observed.tp(partition.tp));
    let now = match (missing, partition.log.get(&offset)) {
        (Missing::CutOff, Some(read)) => format!("{} is there in the end", observed.value(read.value)),
        (Missing::CutOff, None) => "the log ends before it".to_string(),
        (Missing::Hole, _) => "the log goes on behind it without that offset".to_string(),
    };
    let at = sent.done.unwrap_or(sent.invoked);
    let text = format!("{} was acknowledged at {place}, and {now}", observed.value(value));
    seen(sent.line, at, text)
}

/// What explains a loss, if anything does.
fn excuse_loss(
    observed: &Observed,
    sent: &SentValue,
    (partition, offset): (&ObservedPartition, i64),
    missing: &Missing,
) -> Option<String> {
    // A log is cut at its end and written over: that leaves no hole, and what is written over it has its
    // acknowledgement from there.
    if let Missing::Hole = missing {
        return partition.gaps.map(String::from);
    }
    let usurper = partition.log.get(&offset).and_then(|read| observed.sent(read.value));
    let elsewhere = |fate: SendFate| matches!(fate, SendFate::Acked { tp, offset: at } if (tp, at) != (partition.tp, offset) && at >= 0);
    if usurper.is_some_and(|sent| elsewhere(sent.fate)) {
        return None;
    }
    let topic = observed.recorded.header.topics.get(observed.recorded.topic(partition.tp));
    if observed.power_lost {
        return Some("power was lost, and Kafka does not wait for the disk".into());
    }
    if topic.and_then(|t| t.unclean_leader_election) == Some(true) && partition.moved {
        return Some("unclean.leader.election.enable, and the leader changed".into());
    }
    match observed.producer(sent.client).and_then(|p| p.acks.as_deref()) {
        Some("all" | "-1") => None,
        Some(acks) => Some(format!("acks={acks}")),
        None if partition.moved => Some("acks unknown or 1, and the leader changed".into()),
        None => None,
    }
}

/// Whether a send can have been tried more than once without sequence numbers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Retried {
    /// Idempotence makes one of them.
    Never,
    /// It was over before it can have been tried again.
    TooShort,
    /// It can.
    Maybe,
}

fn may_be_retried(observed: &Observed, sent: &SentValue) -> Retried {
    match observed.producer(sent.client).and_then(|p| p.idempotent) {
        Some(true) => Retried::Never,
        Some(false) => Retried::Maybe,
        None if sent.done.is_some_and(|done| done.0 - sent.invoked.0.min(done.0) < RETRY.0) => Retried::TooShort,
        None => Retried::Maybe,
    }
}

fn excuse_retry(observed: &Observed, sent: &SentValue) -> Option<String> {
    let known = observed.producer(sent.client).and_then(|p| p.idempotent) == Some(false);
    (may_be_retried(observed, sent) == Retried::Maybe).then(|| {
        if known {
            "without idempotence a batch that is sent again is a new one".into()
        } else {
            "idempotence unknown, and the send took long enough for a retry".into()
        }
    })
}

/// Whether a copy was appended when its send was over: no retry does that.
fn is_late(sent: &SentValue, partition: &ObservedPartition, offset: i64) -> bool {
    let acked = matches!(sent.fate, SendFate::Acked { .. });
    // What is behind a record in a log is younger than its send.
    let newest = partition.newest.range(..offset).next_back().map(|(_, newest)| *newest);
    acked && sent.done.zip(newest).is_some_and(|(done, newest)| newest > done)
}

fn late(sent: &SentValue, partition: &ObservedPartition, offset: i64) -> String {
    match sent.done {
        Some(done) if is_late(sent, partition, offset) => {
            format!(", behind records that were sent after {done}, when its send was acknowledged")
        }
        _ => String::new(),
    }
}

fn excuse_copy(observed: &Observed, sent: &SentValue, partition: &ObservedPartition, offset: i64) -> Option<String> {
    let known = observed.producer(sent.client).and_then(|p| p.idempotent) == Some(false);
    if !known && is_late(sent, partition, offset) {
        return None;
    }
    excuse_retry(observed, sent)
}

/// A record behind one that was sent later: only a retry does that, and only while both were open.
fn excuse_swap(observed: &Observed, sent: &SentValue, later: Id) -> Option<String> {
    let acked = matches!(sent.fate, SendFate::Acked { .. });
    let after = observed.sent(later).is_some_and(|later| sent.done.is_some_and(|done| done <= later.invoked));
    if acked && after { None } else { excuse_retry(observed, sent) }
}

/// Two records at one offset: the log was cut off between the reads, and the first is gone.
fn excuse_conflict(
    observed: &Observed,
    partition: &ObservedPartition,
    first: &Read,
    copies: &LiteMap<Id, Vec<(Id, i64)>>,
) -> Option<String> {
    let topic = observed.recorded.header.topics.get(observed.recorded.topic(partition.tp));
    let gone = !copies.contains_key(&first.value);
    let clean = topic.and_then(|t| t.unclean_leader_election) == Some(false);
    if gone && observed.power_lost {
        return Some("power was lost, and Kafka does not wait for the disk".into());
    }
    (gone && partition.moved && !clean).then(|| "the leader changed, perhaps to one outside the ISR".into())
}

fn conflict(observed: &Observed, partition: &ObservedPartition, offset: i64, first: &Read, second: &Read) -> Witness {
    let text = format!(
        "{}@{offset} is {} for {} and {} for {}",
        observed.tp(partition.tp),
        observed.value(first.value),
        observed.client(first.client),
        observed.value(second.value),
        observed.client(second.client)
    );
    seen(second.line, second.at, text)
}

/// Whether a record that is in no log is lost, as far as anybody can know.
pub(super) fn is_missing(partition: &ObservedPartition, offset: i64) -> bool {
    missing(partition, offset).is_some()
}
