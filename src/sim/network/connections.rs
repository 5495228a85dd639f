//! All connections by number. Numbers only rise; what is over leaves nearly no trace: a page of
//! finished connections is given back.

use super::connection::Connection;

const PAGE: u32 = 64;

/// Connections by number.
#[derive(Clone, Debug)]
pub(super) struct Connections<M> {
    pages: Vec<Page<M>>,
}

#[derive(Clone, Debug)]
struct Page<M> {
    /// Empty before the first is opened, and again once all have finished.
    slots: Vec<Connection<M>>,
    finished: u32,
}

impl<M> Connections<M> {
    pub(super) fn new() -> Self {
        Connections { pages: Vec::new() }
    }

    /// A connection that was opened and is not so long finished that it is forgotten.
    #[inline]
    pub(super) fn get(&self, conn: u32) -> Option<&Connection<M>> {
        self.pages.get((conn / PAGE) as usize)?.slots.get((conn % PAGE) as usize)
    }
    #[inline]
    pub(super) fn get_mut(&mut self, conn: u32) -> Option<&mut Connection<M>> {
        self.pages.get_mut((conn / PAGE) as usize)?.slots.get_mut((conn % PAGE) as usize)
    }
    /// A connection that has not finished.
    #[inline]
    pub(super) fn at(&self, conn: u32) -> &Connection<M> {
        self.get(conn).expect("an unfinished connection is kept")
    }
    #[inline]
    pub(super) fn at_mut(&mut self, conn: u32) -> &mut Connection<M> {
        self.get_mut(conn).expect("an unfinished connection is kept")
    }

    /// # Panics
    /// The number was used before.
    pub(super) fn open(&mut self, conn: u32, from: u32, to: u32) {
        let (page, slot) = ((conn / PAGE) as usize, (conn % PAGE) as usize);
        if page >= self.pages.len() {
            self.pages.resize_with(page + 1, || Page { slots: Vec::new(), finished: 0 });
        }
        let page = &mut self.pages[page];
        if slot >= page.slots.len() && page.finished < PAGE {
            page.slots.resize_with(slot + 1, Connection::unused);
        }
        let unused = page.slots.get(slot).is_some_and(Connection::is_unused);
        assert!(unused, "connection {conn} is opened twice");
        page.slots[slot] = Connection::opening(from, to);
    }

    /// It is over; once its whole page is, nothing is left of it.
    pub(super) fn finish(&mut self, conn: u32) {
        let Some(page) = self.pages.get_mut((conn / PAGE) as usize) else { return };
        let Some(connection) = page.slots.get_mut((conn % PAGE) as usize) else { return };
        if connection.is_finished() {
            return;
        }
        connection.finish();
        page.finished += 1;
        if page.finished == PAGE {
            page.slots = Vec::new();
        }
    }

    /// How many are in memory, finished ones among them.
    #[cfg(test)]
    pub(super) fn kept(&self) -> usize {
        self.pages.iter().map(|page| page.slots.len()).sum()
    }
}
