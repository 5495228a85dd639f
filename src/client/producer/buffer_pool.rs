//! The memory of a producer (`BufferPool.java`). It is counted by the buffers taken, not by the bytes in them.

/// See the module. In bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct BufferPool {
    total: u64,
    available: u64,
}

impl BufferPool {
    /// `buffer.memory`, all of it free.
    pub fn new(total: u64) -> BufferPool {
        BufferPool { total, available: total }
    }
    /// `buffer.memory`.
    pub fn total(self) -> u64 {
        self.total
    }
    /// What is free.
    pub fn available(self) -> u64 {
        self.available
    }
    /// Whether so much is free.
    pub fn has(self, bytes: u64) -> bool {
        bytes <= self.available
    }
    /// Takes a buffer, which is there.
    pub fn allocate(&mut self, bytes: u64) {
        self.available -= bytes;
    }
    /// Gives a buffer back.
    pub fn deallocate(&mut self, bytes: u64) {
        self.available += bytes;
        debug_assert!(self.available <= self.total, "no more comes back than was taken");
    }
}
