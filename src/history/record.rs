//! The full record of a run: every fact, and which event caused which.

use std::rc::Rc;

use super::Observer;
use super::fact::Entry;

/// Elements per chunk: what a clone has to copy at most.
const CHUNK: usize = 4096;

/// An append-only list whose clone shares all but its last chunk.
#[derive(Clone, Debug)]
pub struct Chunked<T> {
    full: Vec<Rc<Vec<T>>>,
    last: Vec<T>,
}

impl<T> Default for Chunked<T> {
    fn default() -> Self {
        Chunked { full: Vec::new(), last: Vec::new() }
    }
}

impl<T> Chunked<T> {
    /// Appends an element.
    pub fn push(&mut self, element: T) {
        self.last.push(element);
        if self.last.len() == CHUNK {
            self.full.push(Rc::new(std::mem::replace(&mut self.last, Vec::with_capacity(CHUNK))));
        }
    }
    /// How many elements.
    pub fn len(&self) -> usize {
        self.full.len() * CHUNK + self.last.len()
    }
    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// The element at a position.
    pub fn get(&self, index: usize) -> Option<&T> {
        match self.full.get(index / CHUNK) {
            Some(chunk) => chunk.get(index % CHUNK),
            None => self.last.get(index.checked_sub(self.full.len() * CHUNK)?),
        }
    }
    /// All elements in order.
    pub fn iter(&self) -> impl Iterator<Item = &T> {
        self.full.iter().flat_map(|chunk| chunk.iter()).chain(&self.last)
    }
}

/// Every fact of a run.
#[derive(Clone, Debug, Default)]
pub struct Recording {
    entries: Chunked<Entry>,
}

impl Recording {
    /// The facts in order.
    pub fn entries(&self) -> &Chunked<Entry> {
        &self.entries
    }
}

impl Observer for Recording {
    fn observe(&mut self, entry: &Entry) {
        self.entries.push(*entry);
    }
}

/// Facts in one piece, for who looks at stretches of them.
#[derive(Clone, Default, Debug)]
pub struct Kept(pub Vec<Entry>);

impl Observer for Kept {
    fn observe(&mut self, entry: &Entry) {
        self.0.push(*entry);
    }
}

/// Which event caused which: event `i` was put into the queue while its cause was handled.
///
/// Event numbers are dense, so this is a list; causes are always smaller than their effects.
#[derive(Clone, Debug, Default)]
pub struct Causes {
    of: Chunked<u64>,
}

impl Causes {
    /// The cause of an event that has none: the start of the run.
    pub const ROOT: u64 = u64::MAX;

    /// Notes the cause of the next event.
    pub fn push(&mut self, cause: u64) {
        self.of.push(cause);
    }
    /// The cause of an event, unless it is a first cause.
    pub fn of(&self, event: u64) -> Option<u64> {
        let cause = *self.of.get(usize::try_from(event).ok()?)?;
        (cause != Causes::ROOT).then_some(cause)
    }
    /// The events that led to `event`, latest first, itself included.
    pub fn chain(&self, event: u64) -> impl Iterator<Item = u64> + '_ {
        std::iter::successors(Some(event), |e| self.of(*e))
    }
}
