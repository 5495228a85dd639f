//! Files of segments that were deleted: under another name they take up room for a while
//! (`LocalLog.deleteSegmentFiles`, `LogFileUtils.DELETED_FILE_SUFFIX`).

use crate::sim::disk::{DirectoryId, FileId};
use crate::sim::time::Nanos;

/// What makes a name another one: the suffix `.deleted`. It comes behind all other names of its directory.
const DELETED: u64 = 1 << 63;

/// A file that is to go.
#[derive(Clone, Copy, Debug)]
struct Doomed {
    at: Nanos,
    file: FileId,
    len: u64,
}

/// Files under their last names, and when they go. What a process leaves behind the next one deletes as it opens the logs.
#[derive(Clone, Debug, Default)]
pub(super) struct FileDeletions(Vec<Doomed>);

impl FileDeletions {
    /// The name under which a deleted segment's file waits for its end.
    pub(super) fn name(file: FileId) -> FileId {
        FileId { name: file.name | DELETED, ..file }
    }
    /// Notes that a file, under that name, is to go.
    pub(super) fn push(&mut self, at: Nanos, file: FileId, len: u64) {
        self.0.retain(|doomed| doomed.file != file);
        let place = self.0.partition_point(|doomed| doomed.at <= at);
        self.0.insert(place, Doomed { at, file, len });
    }
    /// When the next one goes.
    pub(super) fn next(&self) -> Option<Nanos> {
        self.0.first().map(|doomed| doomed.at)
    }
    /// Takes out one whose time has come.
    pub(super) fn take_due(&mut self, now: Nanos) -> Option<FileId> {
        (self.next()? <= now).then(|| self.0.remove(0).file)
    }
    /// Those of a directory, with their lengths, in the order of names.
    pub(super) fn of(&self, directory: DirectoryId) -> Vec<(FileId, u64)> {
        let of_it = self.0.iter().filter(|doomed| doomed.file.directory == directory);
        let mut files: Vec<(FileId, u64)> = of_it.map(|doomed| (doomed.file, doomed.len)).collect();
        files.sort_by_key(|(file, _)| *file);
        files
    }
}
