//! Tests of the share coordinator.

mod play;
mod stories;
