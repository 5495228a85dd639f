//! Facts, causes, digest, import and export.
//!
//! Nothing here knows how a fact came about: no node, no world, no kernel beyond its clock. What
//! reads a history (`check/`, `report/`, `explain/`) depends on this room and on `protocol/` only, so
//! that it can judge a recording of a real cluster too.

pub mod bound;
pub mod cone;
pub mod controllers;
pub mod diff;
pub mod digest;
pub mod ends;
pub mod exchange;
pub mod fact;
pub mod jsonl;
pub mod lag;
pub mod lines;
pub mod owners;
pub mod record;
pub mod setup;
pub mod state;
pub mod view;
pub mod words;

use fact::Entry;

/// Something that reads facts as they happen.
///
/// The world is generic over it: a judge, a plot's series, a file, or several of them as a tuple.
pub trait Observer {
    /// Takes the next fact.
    fn observe(&mut self, entry: &Entry);
}

/// Nobody is watching.
impl Observer for () {
    fn observe(&mut self, _: &Entry) {}
}
impl<A: Observer, B: Observer> Observer for (A, B) {
    fn observe(&mut self, entry: &Entry) {
        self.0.observe(entry);
        self.1.observe(entry);
    }
}
impl<A: Observer + ?Sized> Observer for &mut A {
    fn observe(&mut self, entry: &Entry) {
        (**self).observe(entry);
    }
}
impl<A: Observer> Observer for Option<A> {
    fn observe(&mut self, entry: &Entry) {
        if let Some(observer) = self {
            observer.observe(entry);
        }
    }
}
