//! Scripts of appends, markers, high watermarks, expiry and truncation against the producer state of
//! one partition.

use kafkasim::cluster::log::producer_state::{
    AppendOrigin, CompletedTxn, DEFAULT_PRODUCER_ID_EXPIRATION, EndTxnMarker, ProducerStateEntry, ProducerStateManager,
    SequencedBatch,
};
use kafkasim::protocol::ids::{LeaderEpoch, Offset, ProducerEpoch, ProducerId, Sequence};
use kafkasim::sim::time::Nanos;
use serde::Deserialize;

use crate::support::{Verdict, case, same};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    id: String,
    #[serde(rename = "description")]
    _description: String,
    start_offset: i64,
    steps: Vec<Step>,
}
case!(Case);

#[derive(Deserialize)]
#[serde(tag = "op", rename_all = "snake_case", deny_unknown_fields)]
enum Step {
    Append(Append),
    EndTxn(EndTxn),
    HighWatermark { offset: i64, expect: Expect },
    ExpireProducers { now: u64, expect: Expect },
    StartVerification { producer_id: i64, epoch: i16, sequence: i32, expect: Expect },
    Snapshot { expect: Expect },
    Truncate { offset: i64, now: u64, expect: Expect },
    ForgetAll { expect: Expect },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Append {
    producer_id: i64,
    epoch: i16,
    first_seq: i32,
    count: u32,
    origin: Origin,
    transactional: bool,
    timestamp: u64,
    expect: Expect,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EndTxn {
    producer_id: i64,
    epoch: i16,
    commit: bool,
    coordinator_epoch: i32,
    origin: Origin,
    timestamp: u64,
    expect: Expect,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "snake_case")]
enum Origin {
    Client,
    Replication,
    Coordinator,
}

impl From<Origin> for AppendOrigin {
    fn from(origin: Origin) -> AppendOrigin {
        match origin {
            Origin::Client => AppendOrigin::Client,
            Origin::Replication => AppendOrigin::Replication,
            Origin::Coordinator => AppendOrigin::Coordinator,
        }
    }
}

/// What a step answers, and the whole state after it.
#[derive(Deserialize, PartialEq, Debug, Default)]
#[serde(deny_unknown_fields)]
struct Expect {
    result: String,
    log_end_offset: i64,
    first_unstable_offset: i64,
    last_stable_offset: i64,
    high_watermark: i64,
    producers: Vec<Producer>,
    base_offset: Option<i64>,
    last_seq: Option<i32>,
    dup_base_offset: Option<i64>,
    dup_last_offset: Option<i64>,
    completed_txn: Option<Completed>,
}

#[derive(Deserialize, PartialEq, Debug)]
#[serde(deny_unknown_fields)]
struct Completed {
    first_offset: i64,
    marker_offset: i64,
    aborted: bool,
    lso_at_completion: i64,
}

impl From<CompletedTxn> for Completed {
    fn from(txn: CompletedTxn) -> Completed {
        Completed {
            first_offset: txn.first_offset.0,
            marker_offset: txn.marker_offset.0,
            aborted: txn.aborted,
            lso_at_completion: txn.last_stable_offset.0,
        }
    }
}

#[derive(Deserialize, PartialEq, Debug)]
#[serde(deny_unknown_fields)]
struct Producer {
    producer_id: i64,
    epoch: i16,
    last_seq: i32,
    last_offset: i64,
    coordinator_epoch: i32,
    txn_first_offset: i64,
    cached_batches: Vec<(i32, i32, i64, i64)>,
}

impl From<&ProducerStateEntry> for Producer {
    fn from(entry: &ProducerStateEntry) -> Producer {
        let batches = entry.batches().iter();
        Producer {
            producer_id: entry.producer_id.0,
            epoch: entry.producer_epoch.0,
            last_seq: entry.last_sequence().0,
            last_offset: entry.last_offset().0,
            coordinator_epoch: entry.coordinator_epoch.0,
            txn_first_offset: entry.current_txn_first_offset.map_or(-1, |offset| offset.0),
            cached_batches: batches
                .map(|b| (b.first_sequence().0, b.last_sequence.0, b.first_offset().0, b.last_offset.0))
                .collect(),
        }
    }
}

/// A log reduced to its offsets: the state itself is what is under test.
struct Partition {
    state: ProducerStateManager,
    log_end: i64,
    high_watermark: i64,
    clock: Nanos,
}

impl Partition {
    fn new(start: i64) -> Partition {
        let mut state = ProducerStateManager::new(DEFAULT_PRODUCER_ID_EXPIRATION);
        state.update_map_end_offset(Offset(start));
        Partition { state, log_end: start, high_watermark: start, clock: Nanos::ZERO }
    }

    fn take(&mut self, step: &Step) -> Expect {
        match step {
            Step::Append(append) => self.append(append),
            Step::EndTxn(end_txn) => self.end_txn(end_txn),
            Step::HighWatermark { offset, .. } => {
                self.high_watermark = *offset;
                self.state.on_high_watermark_updated(Offset(*offset));
                done()
            }
            Step::ExpireProducers { now, .. } => {
                self.clock = Nanos::from_millis(*now);
                self.state.remove_expired_producers(self.clock);
                done()
            }
            Step::StartVerification { producer_id, epoch, sequence, .. } => {
                self.state.start_verification(
                    ProducerId(*producer_id),
                    ProducerEpoch(*epoch),
                    Sequence(*sequence),
                    false,
                    self.clock,
                );
                done()
            }
            Step::Snapshot { .. } => {
                self.state.take_snapshot();
                done()
            }
            Step::Truncate { offset, now, .. } => {
                self.log_end = *offset;
                self.high_watermark = self.high_watermark.min(*offset);
                self.state.truncate_and_reload(Offset(0), Offset(*offset), Nanos::from_millis(*now));
                done()
            }
            Step::ForgetAll { .. } => {
                self.state.truncate_fully_and_start_at(Offset(self.log_end));
                done()
            }
        }
    }

    fn append(&mut self, step: &Append) -> Expect {
        let batch = SequencedBatch {
            producer_id: ProducerId(step.producer_id),
            producer_epoch: ProducerEpoch(step.epoch),
            first_sequence: Sequence(step.first_seq),
            last_sequence: Sequence(step.first_seq).plus(step.count - 1),
            first_offset: Offset(self.log_end),
            last_offset: Offset(self.log_end).plus(step.count - 1),
            timestamp: Nanos::from_millis(step.timestamp),
            transactional: step.transactional,
        };
        let last_seq = Some(batch.last_sequence.0);
        let duplicate = self.state.find_duplicate(
            batch.producer_id,
            batch.producer_epoch,
            batch.first_sequence,
            batch.last_sequence,
        );
        if let (Origin::Client, Some(original)) = (step.origin, duplicate) {
            let (base, last) = (original.first_offset().0, original.last_offset.0);
            return Expect {
                last_seq,
                dup_base_offset: Some(base),
                dup_last_offset: Some(last),
                ..answer("duplicate")
            };
        }
        match self.state.append_batch(&batch, step.origin.into()) {
            Err(error) => Expect { last_seq, ..answer(error.name()) },
            Ok(()) => {
                self.log_end += i64::from(step.count);
                Expect { last_seq, base_offset: Some(batch.first_offset.0), ..answer("accepted") }
            }
        }
    }

    fn end_txn(&mut self, step: &EndTxn) -> Expect {
        let marker = EndTxnMarker {
            producer_id: ProducerId(step.producer_id),
            producer_epoch: ProducerEpoch(step.epoch),
            coordinator_epoch: LeaderEpoch(step.coordinator_epoch),
            commit: step.commit,
            offset: Offset(self.log_end),
            timestamp: Nanos::from_millis(step.timestamp),
        };
        match self.state.append_marker(&marker, step.origin.into()) {
            Err(error) => answer(error.name()),
            Ok(completed) => {
                self.log_end += 1;
                Expect {
                    base_offset: Some(marker.offset.0),
                    completed_txn: completed.map(Completed::from),
                    ..answer("accepted")
                }
            }
        }
    }

    /// Adds the state to an answer.
    fn describe(&self, answer: Expect) -> Expect {
        let unstable = self.state.first_unstable_offset();
        Expect {
            log_end_offset: self.log_end,
            first_unstable_offset: unstable.map_or(-1, |offset| offset.0),
            last_stable_offset: unstable.map_or(self.high_watermark, |offset| offset.0.min(self.high_watermark)),
            high_watermark: self.high_watermark,
            producers: self.state.producers().iter().map(Producer::from).collect(),
            ..answer
        }
    }
}

fn answer(result: &str) -> Expect {
    Expect { result: result.into(), ..Expect::default() }
}

fn done() -> Expect {
    answer("ok")
}

impl Step {
    fn expect(&self) -> &Expect {
        match self {
            Step::Append(Append { expect, .. })
            | Step::EndTxn(EndTxn { expect, .. })
            | Step::HighWatermark { expect, .. }
            | Step::ExpireProducers { expect, .. }
            | Step::StartVerification { expect, .. }
            | Step::Snapshot { expect }
            | Step::Truncate { expect, .. }
            | Step::ForgetAll { expect } => expect,
        }
    }
}

pub fn check(case: &Case) -> Verdict {
    let mut partition = Partition::new(case.start_offset);
    for (number, step) in case.steps.iter().enumerate() {
        let answer = partition.take(step);
        same(&format!("step {number}"), &partition.describe(answer), step.expect())?;
    }
    Ok(())
}
