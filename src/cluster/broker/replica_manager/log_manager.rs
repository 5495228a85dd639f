//! What lies in the log directory, and what is on its way there (`core/.../log/LogManager.scala`,
//! `storage/.../internals/checkpoint`).

use litemap::LiteMap;

use crate::cluster::log::{Log, LogCheckpoint};
use crate::protocol::ids::*;
use crate::sim::disk::DirectoryId;

/// What there is of one partition.
#[derive(Clone, Debug, Default)]
struct LogDir {
    /// The log; `None` while the process has it.
    log: Option<Box<Log>>,
    /// What `replication-offset-checkpoint`, `recovery-point-offset-checkpoint` and
    /// `log-start-offset-checkpoint` say of it.
    checkpoint: LogCheckpoint,
    /// What `cleaner-offset-checkpoint` says of it: up to where it was compacted.
    cleaned: Option<Offset>,
    /// How many records this broker's coordinators have appended to it: names for checkers, not a part of
    /// Kafka.
    ordinals: u32,
}

/// The log directory: it outlives the process.
#[derive(Clone, Debug, Default)]
pub struct LogManager {
    dirs: LiteMap<Tp, LogDir>,
    /// `.kafka_cleanshutdown`: the epoch of the incarnation that stopped cleanly.
    clean_marker: Option<BrokerEpoch>,
}

impl LogManager {
    /// A log, while no process has it.
    pub fn log(&self, tp: Tp) -> Option<&Log> {
        self.dirs.get(&tp)?.log.as_deref()
    }
    /// The partitions whose logs are here, ascending.
    pub(super) fn partitions(&self) -> Vec<Tp> {
        self.dirs.iter().filter(|(_, dir)| dir.log.is_some()).map(|(tp, _)| *tp).collect()
    }
    /// Hands a log to the process.
    pub(super) fn take_log(&mut self, tp: Tp) -> Option<Log> {
        self.dirs.get_mut(&tp)?.log.take().map(|log| *log)
    }
    /// Takes a log back.
    pub(super) fn put_log(&mut self, tp: Tp, log: Log) {
        self.dirs.entry(tp).or_default().log = Some(Box::new(log));
    }
    /// A log is deleted, and with it what the checkpoint files say. Kafka renames the directory to `-delete` (at the start of a
    /// process, of what the metadata do not know, to `-stray`) and deletes it after `file.delete.delay.ms`.
    pub(super) fn delete(&mut self, tp: Tp) {
        if let Some(dir) = self.dirs.get_mut(&tp) {
            (dir.log, dir.checkpoint) = (None, LogCheckpoint::default());
        }
    }
    /// What the checkpoint files say of a partition.
    pub(super) fn checkpoint(&self, tp: Tp) -> LogCheckpoint {
        self.dirs.get(&tp).map_or_else(LogCheckpoint::default, |dir| dir.checkpoint)
    }
    /// The same, to write it.
    pub(super) fn checkpoint_mut(&mut self, tp: Tp) -> &mut LogCheckpoint {
        &mut self.dirs.entry(tp).or_default().checkpoint
    }
    /// Up to where a log was compacted, if it ever was.
    pub(super) fn cleaner_checkpoint(&self, tp: Tp) -> Option<Offset> {
        self.dirs.get(&tp)?.cleaned
    }
    /// Writes that.
    pub(super) fn set_cleaner_checkpoint(&mut self, tp: Tp, offset: Offset) {
        self.dirs.entry(tp).or_default().cleaned = Some(offset);
    }
    /// A log was cut, and its active segment begins there: nothing above is compacted (`maybeTruncateCheckpoint`).
    pub(super) fn truncate_cleaner_checkpoint(&mut self, tp: Tp, offset: Offset) {
        if let Some(cleaned) = self.dirs.get_mut(&tp).and_then(|dir| dir.cleaned.as_mut()) {
            *cleaned = offset.min(*cleaned);
        }
    }
    /// Reads the clean shutdown marker and deletes it: a crash from here on is one.
    pub fn take_clean_marker(&mut self) -> Option<BrokerEpoch> {
        self.clean_marker.take()
    }
    /// Everything was flushed, and the process of this epoch ends.
    pub(super) fn put_clean_marker(&mut self, epoch: BrokerEpoch) {
        self.clean_marker = Some(epoch);
    }
    /// The next ordinal of the broker's own records in a partition, for `count` of them.
    pub(super) fn take_ordinals(&mut self, tp: Tp, count: u32) -> u32 {
        let next = &mut self.dirs.entry(tp).or_default().ordinals;
        std::mem::replace(next, *next + count)
    }
}

/// Where a partition's files are.
pub(super) fn directory(tp: Tp) -> DirectoryId {
    DirectoryId(tp.0)
}
