//! The `__cluster_metadata` log of a quorum of one (`raft/.../KafkaRaftClient.java`, `BatchAccumulator`).
//!
//! Records wait for `controller.quorum.append.linger.ms`, go to the file system together, and are
//! committed when the fsync returns: the leader is the whole majority. While an fsync runs, newer
//! records wait for the next one.

use crate::node::{Context, Timer};
use crate::protocol::messages::MetadataRecord;
use crate::sim::disk::{DirectoryId, DiskError, FileId};
use crate::sim::time::Nanos;

use super::timers;

/// The only file on a controller's disk.
const FILE: FileId = FileId { directory: DirectoryId(0), name: 0 };
/// Bytes of one record, about what Kafka's records take with their framing.
const RECORD_BYTES: u64 = 64;

/// How far the present leadership has got with its newest records.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Flush {
    /// Nothing waits.
    Idle,
    /// Records wait for the linger time to pass.
    Lingering,
    /// The records below `end` are being flushed.
    Running {
        /// Offset after the last of them.
        end: i64,
        /// The linger time of newer records, if there are any.
        linger: Option<Nanos>,
    },
}

/// The log: what is on the disk, and what of it counts.
#[derive(Clone, Debug)]
pub(super) struct MetadataLog {
    records: Vec<MetadataRecord>,
    /// Offset after the last record that was handed to the file system.
    written: i64,
    /// The high watermark: offset after the last committed record.
    committed: i64,
    flush: Flush,
    linger: Nanos,
}

impl MetadataLog {
    pub(super) fn new(linger: Nanos) -> MetadataLog {
        MetadataLog { records: Vec::new(), written: 0, committed: 0, flush: Flush::Idle, linger }
    }
    /// Offset of the next record.
    pub(super) fn end(&self) -> i64 {
        self.records.len() as i64
    }
    /// The high watermark.
    pub(super) fn committed(&self) -> i64 {
        self.committed
    }
    /// The records of `from .. to`.
    pub(super) fn range(&self, from: i64, to: i64) -> &[MetadataRecord] {
        &self.records[from as usize..to as usize]
    }
    /// Adds a record; it is committed later.
    pub(super) fn append(&mut self, record: MetadataRecord, ctx: &mut Context<'_>) {
        self.records.push(record);
        let due = ctx.now().saturating_add(self.linger);
        match &mut self.flush {
            Flush::Idle => {
                self.flush = Flush::Lingering;
                ctx.set_timer(timer(timers::LINGER), due);
            }
            Flush::Lingering => {}
            Flush::Running { linger, .. } => *linger = linger.or(Some(due)),
        }
    }
    /// Writes and flushes what waits, without regard to the linger time.
    ///
    /// # Errors
    /// The disk is full or broken: nothing can be committed any more.
    pub(super) fn drain(&mut self, ctx: &mut Context<'_>) -> Result<(), DiskError> {
        let (now, end) = (ctx.now(), self.end());
        let bytes = (end - self.written) as u64 * RECORD_BYTES;
        let disk = ctx.disk();
        let in_cache = disk.write(now, FILE, bytes)?;
        self.written = end;
        let durable = disk.flush(in_cache, FILE)?;
        self.flush = Flush::Running { end, linger: None };
        ctx.cancel_timer(timer(timers::LINGER));
        ctx.set_timer(timer(timers::FLUSHED), durable);
        Ok(())
    }
    /// The flush has returned: its records are committed. Goes on with those that came meanwhile.
    ///
    /// # Errors
    /// As for [`MetadataLog::drain`].
    pub(super) fn flushed(&mut self, ctx: &mut Context<'_>) -> Result<(), DiskError> {
        let Flush::Running { end, linger } = self.flush else { return Ok(()) };
        self.committed = end;
        match linger {
            None => self.flush = Flush::Idle,
            Some(due) if due <= ctx.now() => self.drain(ctx)?,
            Some(due) => {
                self.flush = Flush::Lingering;
                ctx.set_timer(timer(timers::LINGER), due);
            }
        }
        Ok(())
    }
    /// The process is gone: records that never reached the file system are, too.
    pub(super) fn process_died(&mut self) {
        self.records.truncate(self.written as usize);
        self.flush = Flush::Idle;
    }
    /// Opens the log after a start: what the disk kept is cut at the last whole record. After an
    /// honest fsync nothing committed can be missing.
    pub(super) fn recover(&mut self, ctx: &mut Context<'_>) {
        let kept = (ctx.disk().len(FILE) / RECORD_BYTES).min(self.end() as u64);
        ctx.disk().truncate(FILE, kept * RECORD_BYTES);
        self.records.truncate(kept as usize);
        self.written = self.end();
        self.committed = self.committed.min(self.end());
    }
}

fn timer(kind: u8) -> Timer {
    Timer { kind, index: 0 }
}
