//! Stories of one consumer and a scripted cluster.

mod assigning;
mod closing;
pub(crate) mod cluster;
mod commits;
mod group_coordinator;
mod membership;
mod new_protocol;
mod new_protocol_properties;
mod pattern;
mod positions;
mod processing;
mod properties;
mod stories;
pub(crate) mod transactions;
