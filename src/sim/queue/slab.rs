//! Where pending events lie: slots with a free list, each also a link of its bucket's list.

use super::key::Key;
use crate::sim::time::Nanos;

/// The end of a list.
pub(super) const NIL: u32 = u32::MAX;

#[derive(Clone, Debug)]
pub(super) struct Slab<T> {
    slots: Vec<Slot<T>>,
    /// Head of the list of free slots.
    free: u32,
    occupied: usize,
}

#[derive(Clone, Debug)]
struct Slot<T> {
    key: Key,
    /// The next slot of the same bucket or of the free list.
    next: u32,
    body: Option<T>,
}

impl<T> Slab<T> {
    pub(super) fn new() -> Self {
        Slab { slots: Vec::new(), free: NIL, occupied: 0 }
    }
    pub(super) fn len(&self) -> usize {
        self.occupied
    }
    #[inline]
    pub(super) fn insert(&mut self, at: Nanos, id: u64, body: T) -> Key {
        self.occupied += 1;
        let index = self.free;
        if let Some(slot) = self.slots.get_mut(index as usize) {
            let key = Key::new(at, id, index);
            self.free = slot.next;
            slot.key = key;
            slot.body = Some(body);
            key
        } else {
            let key = Key::new(at, id, self.slots.len() as u32);
            self.slots.push(Slot { key, next: NIL, body: Some(body) });
            key
        }
    }
    #[inline]
    pub(super) fn remove(&mut self, index: u32) -> T {
        self.occupied -= 1;
        let slot = &mut self.slots[index as usize];
        slot.next = self.free;
        self.free = index;
        slot.body.take().expect("a key is popped once")
    }
    #[inline]
    pub(super) fn set_next(&mut self, index: u32, next: u32) {
        self.slots[index as usize].next = next;
    }
    #[inline]
    pub(super) fn link(&self, index: u32) -> (Key, u32) {
        let slot = &self.slots[index as usize];
        (slot.key, slot.next)
    }
    /// What is pending, in no order.
    pub(super) fn iter(&self) -> impl Iterator<Item = (Key, &T)> {
        self.slots.iter().filter_map(|slot| Some((slot.key, slot.body.as_ref()?)))
    }
    #[cfg(test)]
    pub(super) fn slots(&self) -> usize {
        self.slots.len()
    }
}
