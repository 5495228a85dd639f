//! Stories of one consumer and a scripted cluster.

pub(crate) mod cluster;
mod commits;
mod membership;
mod positions;
mod processing;
mod properties;
mod stories;
pub(crate) mod transactions;
