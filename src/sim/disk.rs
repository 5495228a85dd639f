//! A disk: files in a page cache over a device.
//!
//! What a model needs of a disk: how long a call takes, and what survives when the power fails. A
//! write lands in the page cache and is safe from the death of its process at once, but reaches the
//! device later: when the file is flushed, or when the system's writeback comes round to it.
//!
//! Kept simple on purpose:
//! - The device serves flushes and uncached reads one after another. Background writeback shares its
//!   bandwidth only in that a writer who is ahead of the device by more than [`DIRTY_LIMIT`] waits for
//!   it; it keeps its timetable otherwise.
//! - The page cache holds everything written or read since the power last came on, unless it has a size: then
//!   what was written or read longest ago goes first, and uncached reads take bandwidth away from writeback.
//! - A truncation is on the device at once.
//! - What a power loss leaves of a file is a prefix of what was written: a file reaches the device in the
//!   order in which it was written. Each file has its own fate.

mod file;
mod page_cache;
#[cfg(test)]
mod tests;

use std::ops::Range;

use self::file::File;
use self::page_cache::PageCache;
use super::factors::Factors;
use super::random::Stream;
use super::time::{Nanos, span_of};

/// How often the system looks for pages old enough to write back
/// (Linux: `vm.dirty_writeback_centisecs`).
pub const WRITEBACK_INTERVAL: Nanos = Nanos::from_secs(5);

/// How many bytes writers may be ahead of the device before they are slowed down to its speed
/// (Linux: `vm.dirty_ratio` of the memory, 20 %: so much of a page cache that has a size, if that is less).
pub const DIRTY_LIMIT: u64 = 1 << 30;

/// How far the system reads ahead of a reader where the page cache has a size (Linux: `read_ahead_kb`).
pub const READ_AHEAD: u64 = 128 << 10;

/// A directory, by a dense number of the owner's choice.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct DirectoryId(pub u32);

/// A file: its directory, and its name there, a number of the owner's choice.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct FileId {
    /// The directory.
    pub directory: DirectoryId,
    /// The name.
    pub name: u64,
}

/// Why an operation failed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DiskError {
    /// No space left.
    Full,
    /// The medium cannot be read or written.
    Io,
}

/// What a disk is like in health.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct DiskSpec {
    /// A write into the page cache.
    pub write_latency: Nanos,
    /// What the device reads or writes, bytes per second.
    pub bytes_per_second: u64,
    /// A flush, beside the time to write what is dirty.
    pub flush_latency: Nanos,
    /// Bytes that all files may have together; `None` for no limit.
    pub capacity: Option<u64>,
    /// Pages dirty for this long are written back by the next round, one every
    /// [`WRITEBACK_INTERVAL`] (Linux: `vm.dirty_expire_centisecs`). [`Nanos::MAX`]: never.
    pub writeback_age: Nanos,
    /// Bytes that the page cache holds; `None` for no limit.
    pub page_cache: Option<u64>,
    /// Until the device begins to deliver what is not in the page cache.
    pub read_latency: Nanos,
}

impl Default for DiskSpec {
    /// A solid-state disk under Linux.
    fn default() -> Self {
        DiskSpec {
            write_latency: Nanos::from_micros(20),
            bytes_per_second: 400_000_000,
            flush_latency: Nanos::from_millis(1),
            capacity: None,
            writeback_age: Nanos::from_secs(30),
            page_cache: None,
            read_latency: Nanos::ZERO,
        }
    }
}

/// Append-only files with a page cache. See the methods for what each fault does.
///
/// ```
/// use kafkasim::sim::disk::{DirectoryId, Disk, FileId};
/// use kafkasim::sim::time::Nanos;
/// let mut disk = Disk::default();
/// let log = FileId { directory: DirectoryId(0), name: 0 };
/// disk.write(Nanos::ZERO, log, 1_000)?;
/// assert_eq!(disk.durable_len(Nanos::from_secs(29), log), 0);
/// let done = disk.flush(Nanos::from_secs(29), log)?;
/// assert_eq!(disk.durable_len(done, log), 1_000);
/// # Ok::<(), kafkasim::sim::disk::DiskError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Disk {
    spec: DiskSpec,
    directories: Vec<Directory>,
    /// Bytes of all files.
    used: u64,
    /// The latest time that any call told.
    clock: Nanos,
    /// When the device has served every flush and uncached read so far.
    device_free: Nanos,
    /// When the device would have written every byte so far, had it done nothing else.
    written_back: Nanos,
    /// What the device needs to move [`DIRTY_LIMIT`] bytes.
    dirty_limit: Nanos,
    /// The round of writeback that was asked for last.
    next_round: Nanos,
    faults: Faults,
    /// What is in the page cache, if that has a size.
    cache: Option<PageCache>,
    /// When the last call returns since [`Disk::begin_calls`].
    calls_return: Nanos,
    /// All slowdowns together.
    slow: u64,
    stalled_until: Nanos,
}

/// What can be wrong with a disk. Faults stack: each is begun and ended by itself.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DiskFault {
    /// The device does nothing until then: calls wait, writeback too. Calls that have been told their
    /// time keep it, when the stall is ended early, too.
    Stalled(Nanos),
    /// Latencies times this, bandwidth divided by it.
    Slow(u32),
    /// Writes fail as if someone else had filled the disk.
    Full,
    /// Reads fail, cached or not.
    ReadErrors,
    /// Everything fails. What was waiting to be written back is not written, after a repair either,
    /// until the file is written or flushed again.
    Broken,
    /// Flushes return as always but make nothing durable: a device that acknowledges from a volatile
    /// cache. Writeback keeps its timetable.
    LyingFlushes,
}

/// The faults in force.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
struct Faults {
    stalls: Vec<Nanos>,
    slow: Factors,
    full: u32,
    read_errors: u32,
    broken: u32,
    lying: u32,
}

/// The files of a directory, by name. Owners write to the file with the largest name nearly always.
#[derive(Clone, Debug, Default)]
struct Directory(Vec<(u64, File)>);

impl Directory {
    fn find(&self, name: u64) -> Result<usize, usize> {
        self.0.binary_search_by_key(&name, |(name, _)| *name)
    }
    #[inline]
    fn get(&self, name: u64) -> Option<&File> {
        match self.0.last() {
            Some((last, file)) if *last == name => Some(file),
            _ => self.find(name).ok().map(|place| &self.0[place].1),
        }
    }
    /// The file; an empty one is created if there is none.
    #[inline]
    fn get_mut(&mut self, name: u64) -> &mut File {
        let place = match self.0.last() {
            Some((last, _)) if *last == name => self.0.len() - 1,
            _ => self.find_or_create(name),
        };
        &mut self.0[place].1
    }
    fn find_or_create(&mut self, name: u64) -> usize {
        self.find(name).unwrap_or_else(|place| {
            self.0.insert(place, (name, File::default()));
            place
        })
    }
}

impl Default for Disk {
    fn default() -> Self {
        Disk::new(&DiskSpec::default())
    }
}

impl Disk {
    /// An empty, healthy disk.
    ///
    /// # Panics
    /// A device that moves no bytes.
    pub fn new(spec: &DiskSpec) -> Self {
        assert!(spec.bytes_per_second > 0, "a disk needs bandwidth");
        let mut disk = Disk {
            spec: *spec,
            directories: Vec::new(),
            used: 0,
            clock: Nanos::ZERO,
            device_free: Nanos::ZERO,
            written_back: Nanos::ZERO,
            dirty_limit: Nanos::ZERO,
            next_round: Nanos::ZERO,
            faults: Faults::default(),
            cache: spec.page_cache.map(PageCache::new),
            calls_return: Nanos::ZERO,
            slow: 1,
            stalled_until: Nanos::ZERO,
        };
        disk.reckon();
        disk
    }

    /// Appends `bytes` to a file, in the page cache. Returns when the write call returns: after the
    /// write latency, or later where the disk is stalled, slow, or too far behind the writers.
    ///
    /// # Errors
    /// The disk is full or broken.
    pub fn write(&mut self, now: Nanos, file: FileId, bytes: u64) -> Result<Nanos, DiskError> {
        self.tick(now);
        if self.faults.broken > 0 {
            return Err(DiskError::Io);
        }
        let used = self.used + bytes;
        if self.faults.full > 0 || self.spec.capacity.is_some_and(|capacity| used > capacity) {
            return Err(DiskError::Full);
        }
        let start = self.ready_at(now);
        self.written_back = self.written_back.max(now) + self.transfer(bytes);
        self.used = used;
        let due = self.writeback_due(start);
        let entry = self.file_mut(file);
        entry.settle(now);
        let begin = entry.len();
        entry.write(bytes, due);
        if self.cache.is_some() {
            self.cached(file, begin..begin + bytes);
        }
        Ok(self.returns(start + self.slowed(self.spec.write_latency)))
    }

    /// Forces a file to the device. Returns when the call returns; then everything written to the
    /// file before the call is durable (unless the device lies).
    ///
    /// # Errors
    /// The device is broken.
    pub fn flush(&mut self, now: Nanos, file: FileId) -> Result<Nanos, DiskError> {
        self.tick(now);
        if self.faults.broken > 0 {
            return Err(DiskError::Io);
        }
        let entry = self.file_mut(file);
        entry.settle(now);
        let dirty = entry.dirty();
        let done = self.use_device(now, self.spec.flush_latency, dirty);
        if self.faults.lying == 0 {
            self.file_mut(file).flush(done);
        }
        Ok(self.returns(done))
    }

    /// Reads a part of a file, or what of it there is; returns when the call returns: at once where it is in the
    /// page cache (a stalled device does not matter then), else after the device has fetched what is not.
    ///
    /// # Errors
    /// The medium cannot be read.
    pub fn read(&mut self, now: Nanos, file: FileId, part: Range<u64>) -> Result<Nanos, DiskError> {
        self.tick(now);
        if self.faults.broken > 0 || self.faults.read_errors > 0 {
            return Err(DiskError::Io);
        }
        if part.is_empty() {
            return Ok(now);
        }
        match self.file_mut(file).read(part.clone()) {
            0 => Ok(now),
            missing => {
                let done = self.use_device(now, self.spec.read_latency, missing);
                if self.cache.is_some() {
                    self.written_back = self.written_back.max(now) + self.transfer(missing);
                    self.cached(file, part);
                }
                Ok(self.returns(done))
            }
        }
    }

    /// Somebody begins to call, and asks [`Disk::calls_returned`] afterwards.
    pub fn begin_calls(&mut self) {
        self.calls_return = Nanos::ZERO;
    }
    /// When the last of the calls since [`Disk::begin_calls`] returns; zero if there was none.
    pub fn calls_returned(&self) -> Nanos {
        self.calls_return
    }
    fn returns(&mut self, at: Nanos) -> Nanos {
        self.calls_return = self.calls_return.max(at);
        at
    }
    /// A part of a file has come into the page cache; what is there for longest makes room.
    #[cold]
    fn cached(&mut self, file: FileId, part: Range<u64>) {
        let Some(mut cache) = self.cache.take() else { return };
        cache.insert(file, part);
        while let Some((file, part)) = cache.evict() {
            let directory = self.directories.get_mut(file.directory.0 as usize);
            if let Some((directory, place)) = directory.and_then(|d| d.find(file.name).ok().map(|place| (d, place))) {
                directory.0[place].1.evict(part);
            }
        }
        self.cache = Some(cache);
    }

    /// How far the system reads who asks for `bytes` at the start of a part of a file: all of it, or
    /// [`READ_AHEAD`] further than asked where the page cache has a size.
    pub fn read_ahead(&self, part: Range<u64>, bytes: u64) -> Range<u64> {
        match self.cache {
            None => part,
            Some(_) => part.start..part.end.min(part.start + bytes + READ_AHEAD),
        }
    }

    /// Whether all of a file is in the page cache.
    #[inline]
    pub fn is_cached(&self, file: FileId) -> bool {
        self.file(file).is_none_or(|file| file.cold() == 0)
    }

    /// The earliest time at which a write made now would begin to be served: `now`, unless the disk
    /// is stalled or writers are too far ahead of the device.
    pub fn ready_at(&self, now: Nanos) -> Nanos {
        let caught_up = self.written_back.saturating_sub(self.dirty_limit);
        now.max(self.stalled_until).max(caught_up)
    }

    /// Cuts a file to `len` bytes (a longer `len` changes nothing).
    pub fn truncate(&mut self, file: FileId, len: u64) {
        let before = self.len(file);
        if len < before {
            self.file_mut(file).cut(len);
            self.used -= before - len;
            if let Some(cache) = &mut self.cache {
                cache.truncate(file, len);
            }
        }
    }

    /// Gives a file another name in its directory. What had that name is gone.
    pub fn rename(&mut self, file: FileId, name: u64) {
        let Some(directory) = self.directories.get_mut(file.directory.0 as usize) else { return };
        let Ok(place) = directory.find(file.name) else { return };
        let (_, renamed) = directory.0.remove(place);
        let place = directory.find_or_create(name);
        let replaced = std::mem::replace(&mut directory.0[place].1, renamed);
        self.used -= replaced.len();
        if let Some(cache) = &mut self.cache {
            cache.rename(file, name);
        }
    }

    /// Deletes a file.
    pub fn delete(&mut self, file: FileId) {
        let Some(directory) = self.directories.get_mut(file.directory.0 as usize) else { return };
        if let Ok(place) = directory.find(file.name) {
            let (_, deleted) = directory.0.remove(place);
            self.used -= deleted.len();
            if let Some(cache) = &mut self.cache {
                cache.truncate(file, 0);
            }
        }
    }

    /// Leaves these files in their directory, given with lengths in the order of their names: all
    /// others are deleted, and those that are longer are cut.
    pub fn keep_only(&mut self, id: DirectoryId, files: impl Iterator<Item = (FileId, u64)>) {
        let Some(directory) = self.directories.get_mut(id.0 as usize) else { return };
        let mut wanted = files.peekable();
        let mut freed = 0;
        directory.0.retain_mut(|(name, file)| {
            while wanted.next_if(|(other, _)| other.name < *name).is_some() {}
            let len = wanted.next_if(|(other, _)| other.name == *name).map_or(0, |(_, len)| len.min(file.len()));
            freed += file.len() - len;
            file.cut(len);
            if let Some(cache) = &mut self.cache {
                cache.truncate(FileId { directory: id, name: *name }, len);
            }
            len > 0
        });
        self.used -= freed;
    }

    /// Bytes in a file, page cache included.
    pub fn len(&self, file: FileId) -> u64 {
        self.file(file).map_or(0, File::len)
    }

    /// Bytes of a file that are certainly on the device.
    pub fn durable_len(&self, now: Nanos, file: FileId) -> u64 {
        self.file(file).map_or(0, |file| file.durable_at(now))
    }

    /// The machine loses power: every file keeps a prefix that ends somewhere between what is
    /// durable and what was written, drawn evenly for each file that is not empty, in the order of
    /// directories and names. The page cache is gone; so is what the device was doing.
    pub fn power_loss(&mut self, now: Nanos, random: &mut Stream) {
        self.tick(now);
        for file in self.files_mut().filter(|file| file.len() > 0) {
            file.lose_power(random.between(file.durable_at(now), file.len()));
        }
        self.used = self.files_mut().map(|file| file.len()).sum();
        self.device_free = now;
        self.written_back = now;
        self.cache = self.spec.page_cache.map(PageCache::new);
    }

    /// Something goes wrong, beside what is wrong already.
    pub fn begin(&mut self, fault: DiskFault) {
        match fault {
            DiskFault::Stalled(until) => {
                self.faults.stalls.push(until);
                self.put_writeback_off(until);
            }
            DiskFault::Slow(factor) => self.faults.slow.push(factor),
            DiskFault::Full => self.faults.full += 1,
            DiskFault::ReadErrors => self.faults.read_errors += 1,
            DiskFault::Broken => {
                self.faults.broken += 1;
                self.forget_writeback();
            }
            DiskFault::LyingFlushes => self.faults.lying += 1,
        }
        self.reckon();
    }

    /// Takes back one fault that was begun like this. Others of its kind go on.
    pub fn end(&mut self, fault: DiskFault) {
        let faults = &mut self.faults;
        let count = match fault {
            DiskFault::Stalled(until) => {
                if let Some(place) = faults.stalls.iter().position(|other| *other == until) {
                    faults.stalls.swap_remove(place);
                }
                return self.reckon();
            }
            DiskFault::Slow(factor) => {
                faults.slow.take_back(factor);
                return self.reckon();
            }
            DiskFault::Full => &mut faults.full,
            DiskFault::ReadErrors => &mut faults.read_errors,
            DiskFault::Broken => &mut faults.broken,
            DiskFault::LyingFlushes => &mut faults.lying,
        };
        *count = count.saturating_sub(1);
    }

    /// Whether no fault is in force.
    pub fn is_healthy(&self) -> bool {
        self.faults == Faults::default()
    }

    /// What every call asks, from the faults in force.
    fn reckon(&mut self) {
        self.slow = self.faults.slow.product();
        self.stalled_until = self.faults.stalls.iter().copied().max().unwrap_or(Nanos::ZERO);
        let limit = self.spec.page_cache.map_or(DIRTY_LIMIT, |size| (size / 5).min(DIRTY_LIMIT));
        self.dirty_limit = self.transfer(limit);
    }

    fn put_writeback_off(&mut self, until: Nanos) {
        let clock = self.clock;
        for file in self.files_mut() {
            file.settle(clock);
            file.put_writeback_off(until);
        }
    }

    fn forget_writeback(&mut self) {
        let clock = self.clock;
        for file in self.files_mut() {
            file.settle(clock);
            file.forget_writeback();
        }
    }

    fn tick(&mut self, now: Nanos) {
        self.clock = self.clock.max(now);
    }

    #[inline]
    fn file(&self, file: FileId) -> Option<&File> {
        self.directories.get(file.directory.0 as usize)?.get(file.name)
    }

    #[inline]
    fn file_mut(&mut self, file: FileId) -> &mut File {
        let index = file.directory.0 as usize;
        if index >= self.directories.len() {
            self.directories.resize_with(index + 1, Directory::default);
        }
        self.directories[index].get_mut(file.name)
    }

    /// All files, in the order of directories and names.
    fn files_mut(&mut self) -> impl Iterator<Item = &mut File> {
        self.directories.iter_mut().flat_map(|directory| directory.0.iter_mut().map(|(_, file)| file))
    }

    /// Queues for the device; returns when it is done.
    fn use_device(&mut self, now: Nanos, latency: Nanos, bytes: u64) -> Nanos {
        let start = now.max(self.stalled_until).max(self.device_free);
        self.device_free = start + self.slowed(latency) + self.transfer(bytes);
        self.device_free
    }

    /// What the device needs to move `bytes`.
    fn transfer(&self, bytes: u64) -> Nanos {
        self.slowed(span_of(bytes, self.spec.bytes_per_second))
    }

    fn slowed(&self, span: Nanos) -> Nanos {
        span.saturating_mul(self.slow)
    }

    /// The round of writeback that finds a page written at `at` old enough.
    #[inline]
    fn writeback_due(&mut self, at: Nanos) -> Nanos {
        let expired = at.saturating_add(self.spec.writeback_age);
        // Thousands of writes find the round of the write before.
        if expired > self.next_round || self.next_round.saturating_sub(expired) >= WRITEBACK_INTERVAL {
            self.next_round = expired.0.checked_next_multiple_of(WRITEBACK_INTERVAL.0).map_or(Nanos::MAX, Nanos);
        }
        self.next_round
    }
}
