//! A disk: files in a page cache over a device.

use super::random::Stream;
use super::time::Nanos;

/// A file, by a dense number of the owner's choice.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct FileId(pub u32);

/// Why an operation failed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DiskError {
    /// No space left.
    Full,
    /// The medium cannot be read or written.
    Io,
}

/// Append-only files with a page cache. See the methods for what each fault does.
#[derive(Clone, Debug, Default)]
pub struct Disk {}

#[allow(unused_variables)]
impl Disk {
    /// Appends `bytes` to a file, in the page cache. Returns when the write call returns.
    ///
    /// # Errors
    /// The disk is full or broken.
    pub fn write(&mut self, now: Nanos, file: FileId, bytes: u64) -> Result<Nanos, DiskError> {
        todo!()
    }
    /// Forces a file to the device. Returns when the call returns; then everything written to the
    /// file before the call is durable.
    ///
    /// # Errors
    /// The device is broken.
    pub fn flush(&mut self, now: Nanos, file: FileId) -> Result<Nanos, DiskError> {
        todo!()
    }
    /// Reads `bytes` that were written `age` ago; returns when the call returns.
    ///
    /// # Errors
    /// The medium cannot be read.
    pub fn read(&mut self, now: Nanos, file: FileId, bytes: u64) -> Result<Nanos, DiskError> {
        todo!()
    }
    /// The earliest time at which a call made now would begin to be served: `now`, unless the disk
    /// is stalled or has a queue.
    pub fn ready_at(&self, now: Nanos) -> Nanos {
        todo!()
    }
    /// Cuts a file to `len` bytes (a longer `len` changes nothing).
    pub fn truncate(&mut self, file: FileId, len: u64) {
        todo!()
    }
    /// Bytes in a file, page cache included.
    pub fn len(&self, file: FileId) -> u64 {
        todo!()
    }
    /// Bytes of a file that are certainly on the device.
    pub fn durable_len(&self, now: Nanos, file: FileId) -> u64 {
        todo!()
    }
    /// The machine loses power: every file keeps a prefix that ends somewhere between what is
    /// durable and what was written.
    pub fn power_loss(&mut self, now: Nanos, random: &mut Stream) {
        todo!()
    }
}
