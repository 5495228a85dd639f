//! Whether a server's process runs, and what dies with it.

/// While nobody runs there is what lies on the disk; a process has that and its memory.
#[derive(Clone, Debug)]
pub enum ServerLife<D, M> {
    /// No process.
    Down(D),
    /// A process, with all that it knows.
    Up(M),
}

impl<D: Default, M> ServerLife<D, M> {
    /// A process starts: it takes what is on the disk. One that runs already goes on.
    pub fn start(&mut self, begin: impl FnOnce(D) -> M) {
        if let ServerLife::Down(disk) = self {
            *self = ServerLife::Up(begin(std::mem::take(disk)));
        }
    }
    /// The process is gone; what it leaves on the disk stays. Nothing happens where there is none.
    pub fn end(&mut self, leave: impl FnOnce(M) -> D) {
        if self.up().is_some()
            && let ServerLife::Up(memory) = std::mem::replace(self, ServerLife::Down(D::default()))
        {
            *self = ServerLife::Down(leave(memory));
        }
    }
    /// The memory of the process, if there is one.
    pub fn up(&self) -> Option<&M> {
        match self {
            ServerLife::Up(memory) => Some(memory),
            ServerLife::Down(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_on_the_disk_is_handed_on_and_memory_is_not() {
        let mut life: ServerLife<u32, (u32, &str)> = ServerLife::Down(7);
        life.start(|disk| (disk, "memory"));
        life.start(|_| unreachable!("it runs"));
        assert_eq!(life.up(), Some(&(7, "memory")));
        life.end(|(disk, _)| disk + 1);
        life.end(|_| unreachable!("nobody runs"));
        assert!(matches!(life, ServerLife::Down(8)) && life.up().is_none());
    }
}
