//! A list that grows at its end and whose clones share what is old: a checkpoint of a long history
//! costs a pointer for every few hundred items.

use std::rc::Rc;

/// Items in a chunk. The last chunk is the only one that a clone copies.
const CHUNK: usize = 256;

/// See the module.
///
/// ```
/// use kafkasim::sim::shared_list::SharedList;
///
/// let mut list: SharedList<u32> = (0..1000).collect();
/// let before = list.clone();
/// list.truncate(10);
/// list.push(7);
/// assert_eq!((list.len(), list.last(), before.last()), (11, Some(&7), Some(&999)));
/// ```
#[derive(Clone, Debug)]
pub struct SharedList<T> {
    /// Full ones.
    old: Vec<Rc<[T]>>,
    /// What comes after these; never a whole chunk.
    new: Vec<T>,
}

impl<T> Default for SharedList<T> {
    fn default() -> Self {
        SharedList { old: Vec::new(), new: Vec::new() }
    }
}

impl<T> SharedList<T> {
    /// How many items.
    #[inline]
    pub fn len(&self) -> usize {
        self.old.len() * CHUNK + self.new.len()
    }
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// Item number `index`.
    #[inline]
    pub fn get(&self, index: usize) -> Option<&T> {
        match self.old.get(index / CHUNK) {
            Some(chunk) => Some(&chunk[index % CHUNK]),
            None => self.new.get(index - self.old.len() * CHUNK),
        }
    }
    /// The last item.
    #[inline]
    pub fn last(&self) -> Option<&T> {
        self.new.last().or_else(|| self.old.last().map(|chunk| &chunk[CHUNK - 1]))
    }
    /// All items, in order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &T> {
        self.old.iter().flat_map(|chunk| chunk.iter()).chain(&self.new)
    }
    /// No item any more.
    pub fn clear(&mut self) {
        self.old.clear();
        self.new.clear();
    }
}

impl<T: Copy> SharedList<T> {
    /// One more item.
    #[inline]
    pub fn push(&mut self, item: T) {
        self.new.push(item);
        if self.new.len() == CHUNK {
            self.old.push(Rc::from(&self.new[..]));
            self.new.clear();
        }
    }
    /// Drops what comes after the first `len` items.
    pub fn truncate(&mut self, len: usize) {
        if len >= self.old.len() * CHUNK {
            return self.new.truncate(len - self.old.len() * CHUNK);
        }
        self.new.clear();
        self.new.extend_from_slice(&self.old[len / CHUNK][..len % CHUNK]);
        self.old.truncate(len / CHUNK);
    }
}

impl<T: Copy> FromIterator<T> for SharedList<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        let mut list = SharedList::default();
        items.into_iter().for_each(|item| list.push(item));
        list
    }
}

impl<T> std::ops::Index<usize> for SharedList<T> {
    type Output = T;
    #[inline]
    fn index(&self, index: usize) -> &T {
        self.get(index).expect("an index below the length")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[derive(Clone, Debug)]
    enum Step {
        Push(usize),
        Truncate(usize),
        Clear,
    }

    fn steps() -> impl Strategy<Value = Vec<Step>> {
        let step = prop_oneof![
            6 => (1usize..600).prop_map(Step::Push),
            3 => (0usize..1500).prop_map(Step::Truncate),
            1 => Just(Step::Clear),
        ];
        proptest::collection::vec(step, 0..20)
    }

    proptest! {
        /// It is what a plain list is, and so is every clone that was made on the way.
        #[test]
        fn it_is_a_list(steps in steps()) {
            let (mut list, mut plain) = (SharedList::default(), Vec::new());
            let mut clones = Vec::new();
            for (n, step) in steps.into_iter().enumerate() {
                match step {
                    Step::Push(many) => (0..many).for_each(|i| {
                        list.push((n, i));
                        plain.push((n, i));
                    }),
                    Step::Truncate(len) => {
                        list.truncate(len);
                        plain.truncate(len);
                    }
                    Step::Clear => {
                        list.clear();
                        plain.clear();
                    }
                }
                clones.push((list.clone(), plain.clone()));
            }
            for (list, plain) in clones {
                prop_assert_eq!(list.len(), plain.len());
                prop_assert!(list.iter().eq(&plain) && list.iter().rev().eq(plain.iter().rev()));
                prop_assert_eq!(list.last(), plain.last());
                prop_assert!((0..plain.len() + 2).all(|i| list.get(i) == plain.get(i)));
            }
        }
    }
}
