//! Facts, causes, digest, import and export.
//!
//! Nothing here knows how a fact came about: no node, no world, no kernel beyond its clock. What
//! reads a history (`check/`, `report/`, `explain/`) depends on this room and on `protocol/` only, so
//! that it can judge a recording of a real cluster too.

pub mod fact;
