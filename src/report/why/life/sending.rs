//! What a record's producer did, and what it was told.

use super::super::stamps::{PassportStation, Stamps, Weight};
use super::Scene;
use crate::history::fact::{Certainty, Entry, Fact};
use crate::protocol::errors::ErrorCode;
use crate::protocol::exceptions::Exception;
use crate::protocol::messages::Acks;
use crate::sim::time::Nanos;

/// A batch older than this when it is sent first has waited for something.
const WAITED: Nanos = Nanos::from_millis(200);

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct Sending {
    /// Attempts.
    pub sent: u32,
    /// With which acks it was acknowledged.
    pub acked: Option<Acks>,
    /// When.
    pub acked_at: Option<Nanos>,
    /// With what it was given up, and how sure that is.
    pub failed: Option<(Exception, Certainty)>,
    /// What the last failed attempt ended with.
    pub retried: Option<ErrorCode>,
    /// It was on its way, or in memory, when the run ended.
    pub pending: bool,
    /// Its producer's process ended before it had an outcome.
    pub orphaned: bool,
    /// Its producer's process does not run.
    down: bool,
    /// When it was started last.
    started: Option<Nanos>,
}

impl Sending {
    fn done(&self) -> bool {
        self.acked.is_some() || self.failed.is_some()
    }

    /// Takes the next fact.
    pub fn observe(&mut self, entry: &Entry, scene: &Scene, stamps: &mut Stamps) {
        let at = entry.at;
        match entry.fact {
            Fact::BatchSent { node, tp, ordinal, count, created, attempt, .. }
                if scene.holds(node, tp, ordinal, count) =>
            {
                self.sent += 1;
                if self.sent == 1 {
                    stamps.note_before(
                        created,
                        PassportStation::Buffered,
                        Weight::Aside,
                        scene.node(node),
                        buffered(count),
                    );
                }
                let text = match (self.sent, count) {
                    (2.., _) => "sends it again".to_string(),
                    (_, 1) => "sends it".to_string(),
                    (_, n) => format!("sends it, in a batch of {n} records"),
                };
                let waited = at.saturating_sub(created);
                let late = self.sent == 1 && waited > WAITED;
                let text = if late { format!("{text}, {waited} after send()") } else { text };
                let weight = if attempt == 0 { Weight::Point } else { Weight::Turn };
                stamps.note(entry, PassportStation::Sent, weight, scene.node(node), text);
            }
            Fact::BatchRetried { node, tp, ordinal, count, error } if scene.holds(node, tp, ordinal, count) => {
                self.retried = Some(error);
                let text = match error {
                    ErrorCode::RequestTimedOut => "hears nothing in time (REQUEST_TIMED_OUT); to be sent again".into(),
                    ErrorCode::NetworkException => "its connection breaks; to be sent again".into(),
                    _ => format!("is told {}; to be sent again", error.name()),
                };
                stamps.note(entry, PassportStation::Retried, Weight::Turn, scene.node(node), text);
            }
            Fact::BatchAcked { node, tp, ordinal, count, offset, acks, .. }
                if scene.holds(node, tp, ordinal, count) =>
            {
                (self.acked, self.acked_at) = (Some(acks), Some(at));
                let text = match acks {
                    Acks::Zero => "counts it as delivered: with acks=0 it waits for no answer".into(),
                    Acks::One => format!("is told that it is written at {} (acks=1)", scene.offset(offset, ordinal)),
                    Acks::All => format!("is told that it is safe at {} (acks=all)", scene.offset(offset, ordinal)),
                };
                stamps.note(entry, PassportStation::Acknowledged, Weight::Point, scene.node(node), text);
            }
            Fact::BatchFailed { node, tp, ordinal, count, error, certainty, created }
                if scene.holds(node, tp, ordinal, count) =>
            {
                if self.sent == 0 {
                    stamps.note_before(
                        created,
                        PassportStation::Buffered,
                        Weight::Turn,
                        scene.node(node),
                        buffered(count),
                    );
                }
                self.failed = Some((error, certainty));
                let sure = match certainty {
                    Certainty::Definite => "certainly not written",
                    Certainty::Unknown => "outcome unknown",
                };
                let text = format!("gives it up: {error} ({sure})");
                stamps.note(entry, PassportStation::GivenUp, Weight::Point, scene.node(node), text);
            }
            Fact::RecordsPending { node, tp, ordinal, count, sent } if scene.holds(node, tp, ordinal, count) => {
                self.pending = true;
                // What a process had in memory is told when it ends, or when it is there again.
                self.orphaned |= self.down || self.started == Some(entry.at);
                let text = match (self.orphaned, sent) {
                    (true, _) => "it was in the memory of the process that ended",
                    (_, true) => "has no answer when the run ends",
                    (_, false) => "has not sent it when the run ends",
                };
                stamps.note(entry, PassportStation::Unfinished, Weight::Point, scene.node(node), text);
            }
            Fact::ProcessStopped { node, .. } if node == scene.record.node => {
                self.down = true;
                if self.sent > 0 && !self.done() {
                    self.orphaned = true;
                    stamps.note(
                        entry,
                        PassportStation::Stopped,
                        Weight::Point,
                        scene.node(node),
                        "ends, with what it has in memory",
                    );
                }
            }
            Fact::ProcessStarted { node } if node == scene.record.node => {
                (self.down, self.started) = (false, Some(entry.at));
            }
            _ => {}
        }
    }
}

/// A batch is begun when its first record is sent; the others join it until it is full or linger.ms is over.
fn buffered(count: u32) -> String {
    match count {
        1 => "send(): it waits in the buffer".into(),
        n => format!("send(): the first of its batch of {n} is in the buffer"),
    }
}
