//! Swarms: each seed draws a scenario of its own within bounds.
//!
//! What is drawn are changes of a scenario ([`Override`](crate::scenario::Override)), as one could type them. So a drawn
//! run is a plain scenario: it can be run, replayed, explained and made smaller without anything of this room.

/// The bounds within which a swarm draws.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct SwarmOptions {}
