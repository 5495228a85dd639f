//! Stories of one consumer and a scripted cluster.

mod cluster;
mod commits;
mod membership;
mod positions;
mod processing;
mod properties;
mod stories;
