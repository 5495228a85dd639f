//! Stories of brokers: real ones, with a real controller, in a small world of fixed delays.

mod fetch;
mod others;
mod produce;
mod real_cluster;
mod replication;
mod share_fetches;
mod share_groups;
mod storage;
mod stories;
mod transactions;
pub(super) mod world;

pub(super) use world::batch;
