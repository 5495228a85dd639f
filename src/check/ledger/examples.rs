//! The first few records of each kind of harm: which ones, where, and when it happened to them.

use super::super::ghost::{Cut, Ghost, GhostBatch, Replica};
use super::LedgerBook;
use super::record::RecordRef;
use crate::history::fact::Entry;
use crate::protocol::ids::*;
use crate::sim::time::Nanos;

/// How many examples of each kind are kept.
pub const EXAMPLES: usize = 10;

/// A record that was acknowledged and is in no log that counts.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct LostRecord {
    /// Which.
    pub record: RecordRef,
    /// Where it was; none if it never reached a log (acks=0).
    pub offset: Option<Offset>,
    /// When it was acknowledged.
    pub acked_at: Nanos,
    /// When it was lost: the election of a leader that lacked it, or the power loss that took it. For a record
    /// that never reached a log, its acknowledgement.
    pub lost_at: Nanos,
    /// The fact that made it so; none for a record that never reached a log, or that is gone from the log of a
    /// leader without a fact that says why.
    pub cause: Option<Entry>,
}

/// A record that is in the log twice.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct DuplicatedRecord {
    /// Which.
    pub record: RecordRef,
    /// Where it stands first.
    pub first: Offset,
    /// Where its copy stands.
    pub copy: Offset,
    /// When the copy was appended.
    pub at: Nanos,
}

/// A record that comes after later ones of its producer and partition.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct DisplacedRecord {
    /// Which.
    pub record: RecordRef,
    /// Where it stands.
    pub offset: Offset,
    /// The number of a record that was sent later and stands before it.
    pub after: u32,
    /// When it was appended.
    pub at: Nanos,
}

/// How and when an acknowledged record was lost.
pub(super) fn lost(ghost: &Ghost, book: &LedgerBook, record: RecordRef) -> LostRecord {
    let partition = ghost.partition(record.tp);
    let ack = book.ack(record.node, record.tp, record.ordinal);
    let acked_at = ack.map_or(Nanos::ZERO, |ack| ack.at);
    let told = ack.map(|ack| ack.offset).filter(|offset| *offset != Offset::INVALID);
    let offset_of = |base: Offset, first: u32| base.plus(record.ordinal - first);
    match partition.written_record(record.node, record.ordinal) {
        None => LostRecord { record, offset: told, acked_at, lost_at: acked_at, cause: None },
        Some(written) => {
            let offset = offset_of(written.base, written.ordinal);
            let gone = |cut: &&Cut| cut.kept <= written.base && cut.cause.at >= written.at;
            let cause = partition.cuts.iter().find(gone).map(|cut| cut.cause);
            LostRecord {
                record,
                offset: Some(offset),
                acked_at,
                lost_at: cause.map_or(acked_at, |cause| cause.at),
                cause,
            }
        }
    }
}

/// A copy in `batch` of a record that stands before it in the log.
pub(super) fn duplicated(log: Replica<'_>, record: RecordRef, batch: &GhostBatch) -> DuplicatedRecord {
    let place = |b: &GhostBatch| b.base.plus(record.ordinal - b.ordinal);
    let first = log.batches().iter().find(|b| b.holds(record.node, record.ordinal)).map_or(Offset(0), place);
    DuplicatedRecord { record, first, copy: place(batch), at: batch.at }
}

/// A record in `batch` that stands after a later one.
pub(super) fn displaced(record: RecordRef, batch: &GhostBatch, after: u32) -> DisplacedRecord {
    let offset = batch.base.plus(record.ordinal - batch.ordinal);
    DisplacedRecord { record, offset, after, at: batch.at }
}
